//! One end of a connection, and the pair of ends that identifies it (RFC 9293 section 3.3.1: a socket, a pair of sockets).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

/// An address and a port. Displays as `127.0.0.1:7000` or `[::1]:7000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The IP address, without scope.
    pub ip: IpAddr,
    /// The TCP port.
    pub port: u16,
}

/// The text given is not `IP:PORT` or `[IPV6]:PORT`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an address and port: write 127.0.0.1:7000 or [::1]:7000")]
pub struct ParseEndpointError(String);

/// The classes of ports (RFC 6335 section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortClass {
    /// 0 to 1023: what systems give to servers.
    WellKnown,
    /// 1024 to 49151.
    Registered,
    /// 49152 to 65535.
    Dynamic,
}

impl PortClass {
    /// That of a port.
    #[must_use]
    pub const fn of(port: u16) -> Self {
        match port {
            0..=1023 => Self::WellKnown,
            1024..=49151 => Self::Registered,
            _ => Self::Dynamic,
        }
    }

    /// The code used in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WellKnown => "well_known",
            Self::Registered => "registered",
            Self::Dynamic => "dynamic",
        }
    }
}

impl Endpoint {
    /// An endpoint from its two halves.
    #[must_use]
    pub const fn new(ip: IpAddr, port: u16) -> Self {
        Self { ip, port }
    }

    /// The same as a standard socket address.
    #[must_use]
    pub const fn socket_addr(self) -> SocketAddr {
        SocketAddr::new(self.ip, self.port)
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)
    }
}

impl From<SocketAddr> for Endpoint {
    /// IPv4-mapped IPv6 addresses (`::ffff:127.0.0.1`) become the IPv4 address that the packets carry.
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip().to_canonical(), address.port())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.socket_addr(), f)
    }
}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<SocketAddr>()
            .map(Self::from)
            .map_err(|_| ParseEndpointError(text.to_owned()))
    }
}

/// The two ends of one connection. Sessions are keyed by the whole of it: one client port may be connected to two listeners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FourTuple {
    /// The end that opened the connection.
    pub client: Endpoint,
    /// The end that was listening.
    pub server: Endpoint,
}

impl FourTuple {
    /// From both ends.
    #[must_use]
    pub const fn new(client: Endpoint, server: Endpoint) -> Self {
        Self { client, server }
    }

    /// The same connection seen from the other end.
    #[must_use]
    pub const fn flipped(self) -> Self {
        Self {
            client: self.server,
            server: self.client,
        }
    }
}

impl fmt::Display for FourTuple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {}", self.client, self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_goes_both_ways() {
        for text in ["127.0.0.1:7000", "[::1]:62411"] {
            assert_eq!(text.parse::<Endpoint>().expect("valid").to_string(), text);
        }
        assert!("localhost:1".parse::<Endpoint>().is_err());
    }

    #[test]
    fn mapped_addresses_become_ipv4() {
        assert_eq!(
            "[::ffff:127.0.0.1]:9"
                .parse::<Endpoint>()
                .expect("valid")
                .to_string(),
            "127.0.0.1:9"
        );
    }
}
