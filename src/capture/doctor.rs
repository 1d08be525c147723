//! What can be captured here, as values: the command `doctor` puts them into words.

use super::interfaces::{Interface, ListError, interface_for, interfaces};
use super::live::{LiveError, LiveSettings, activate};
use super::privileges::PermissionReport;

/// The state of everything that capturing needs.
#[derive(Debug)]
pub struct Diagnosis {
    /// libpcap's version, where it can be told (Linux, shared library).
    pub libpcap: Option<String>,
    /// What this process may do, and the fixes.
    pub permission: PermissionReport,
    /// The interfaces, or why they cannot be listed.
    pub interfaces: Result<Vec<Interface>, ListError>,
    /// The interface that sees 127.0.0.1.
    pub loopback: Option<String>,
    /// Opening the loopback interface worked: the whole truth, whatever the rest says.
    pub opened: Result<(), LiveError>,
}

/// Looks at everything; opens and closes the loopback interface.
#[must_use]
pub fn diagnose() -> Diagnosis {
    let interfaces = interfaces();
    let listening = std::net::Ipv4Addr::LOCALHOST.into();
    let loopback = interfaces
        .as_deref()
        .ok()
        .and_then(|all| interface_for(listening, all))
        .map(|one| one.name.clone());
    let name = loopback.clone().unwrap_or_else(|| "lo".to_owned());
    Diagnosis {
        libpcap: libpcap_version(),
        permission: PermissionReport::of_this_process(),
        opened: activate(&LiveSettings::new(name)).map(drop),
        interfaces,
        loopback,
    }
}

/// The version in the name of the loaded library; `None` where it is linked in or not to be seen.
#[must_use]
pub fn libpcap_version() -> Option<String> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    maps.lines().find_map(|line| {
        let (_, version) = line.rsplit_once("/libpcap.so.")?;
        Some(version.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permission_and_opening_agree() {
        let found = diagnose();
        assert_eq!(
            found.permission.may_capture(),
            found.opened.is_ok(),
            "{found:?}"
        );
        #[cfg(target_os = "linux")]
        assert_eq!(found.loopback.as_deref(), Some("lo"));
    }
}
