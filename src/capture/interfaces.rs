//! Which interfaces there are, and which one sees the traffic of a listening address.

use std::net::IpAddr;

use super::filter::words;

/// libpcap cannot list the interfaces, in its words.
#[derive(Debug, thiserror::Error)]
#[error("libpcap: {0}")]
pub struct ListError(String);

/// An interface that libpcap can capture on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The name to give to `-i`.
    pub name: String,
    /// libpcap's description, where it has one.
    pub description: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// It is the loopback interface.
    pub loopback: bool,
    /// It is up.
    pub up: bool,
    /// It is running.
    pub running: bool,
}

/// All interfaces that libpcap knows, in its order. Listing needs no permission on Linux.
pub fn interfaces() -> Result<Vec<Interface>, ListError> {
    let devices = pcap::Device::list().map_err(|error| ListError(words(error)))?;
    Ok(devices.into_iter().map(Interface::from).collect())
}

impl From<pcap::Device> for Interface {
    fn from(device: pcap::Device) -> Self {
        Self {
            loopback: device.flags.is_loopback(),
            up: device.flags.is_up(),
            running: device.flags.is_running(),
            addresses: device
                .addresses
                .iter()
                .map(|address| address.addr)
                .collect(),
            description: device.desc,
            name: device.name,
        }
    }
}

/// The interface that sees connections to `listening`: loopback for 127.0.0.0/8 and `::1`, the owner of any other address,
/// and for the unspecified address `any` where it exists, else loopback. `None` when nobody owns the address.
#[must_use]
pub fn interface_for(listening: IpAddr, interfaces: &[Interface]) -> Option<&Interface> {
    let listening = listening.to_canonical();
    let by_name = |name: &str| interfaces.iter().find(|one| one.name == name);
    let loopback = || {
        by_name("lo")
            .or_else(|| by_name("lo0"))
            .or_else(|| by_name(r"\Device\NPF_Loopback"))
            .or_else(|| interfaces.iter().find(|one| one.loopback))
    };
    if listening.is_loopback() {
        return loopback();
    }
    if listening.is_unspecified() {
        return by_name("any").or_else(loopback);
    }
    interfaces
        .iter()
        .find(|one| one.addresses.contains(&listening))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(name: &str, addresses: &[&str]) -> Interface {
        Interface {
            name: name.into(),
            description: None,
            addresses: addresses
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
            loopback: name.starts_with("lo"),
            up: true,
            running: true,
        }
    }

    #[test]
    fn the_address_decides() {
        let linux = [
            interface("eth0", &["192.0.2.7", "2001:db8::7"]),
            interface("any", &[]),
            interface("lo", &["127.0.0.1", "::1"]),
        ];
        let chosen = |address: &str| {
            let address = address.parse().expect("valid");
            interface_for(address, &linux).map(|one| one.name.as_str())
        };
        assert_eq!(chosen("127.0.0.1"), Some("lo"));
        assert_eq!(chosen("127.9.9.9"), Some("lo"));
        assert_eq!(chosen("::1"), Some("lo"));
        assert_eq!(chosen("::ffff:127.0.0.1"), Some("lo"));
        assert_eq!(chosen("192.0.2.7"), Some("eth0"));
        assert_eq!(chosen("2001:db8::7"), Some("eth0"));
        assert_eq!(chosen("0.0.0.0"), Some("any"));
        assert_eq!(chosen("::"), Some("any"));
        assert_eq!(chosen("198.51.100.1"), None);
        let macos = [
            interface("en0", &["192.0.2.7"]),
            interface("lo0", &["127.0.0.1"]),
        ];
        let address = "0.0.0.0".parse().expect("valid");
        assert_eq!(
            interface_for(address, &macos).map(|one| one.name.as_str()),
            Some("lo0")
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn loopback_is_listed() {
        let all = interfaces().expect("libpcap lists without permission");
        let address = "127.0.0.1".parse().expect("valid");
        assert_eq!(
            interface_for(address, &all).map(|one| one.name.as_str()),
            Some("lo")
        );
    }
}
