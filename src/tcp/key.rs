//! The unordered pair of endpoints that names a connection, and a frame's direction in it: rules ST-1, ST-2, ST-7.
//!
//! Must not know: streams.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::net::Endpoint;

/// Both endpoints, the larger one first (address bytes, then port), in a form that compares and hashes fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) large: u128,
    pub(super) small: u128,
    pub(super) large_port: u16,
    pub(super) small_port: u16,
    pub(super) ipv6: bool,
}

/// Odd constants for multiplicative mixing, from the binary digits of the golden ratio and of pi.
const MIX: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc90f_daa2_2168_c235];

impl Key {
    /// The key of a segment and its direction: 0 when the source is the larger end, else 1 (ST-7).
    #[inline]
    pub(super) fn of(source: Endpoint, destination: Endpoint) -> (Self, usize) {
        let (from, ipv6) = number(source.ip);
        let (to, _) = number(destination.ip);
        if (from, source.port) > (to, destination.port) {
            let key = Self {
                large: from,
                small: to,
                large_port: source.port,
                small_port: destination.port,
                ipv6,
            };
            (key, 0)
        } else {
            let key = Self {
                large: to,
                small: from,
                large_port: destination.port,
                small_port: source.port,
                ipv6,
            };
            (key, 1)
        }
    }

    /// A hash that an outsider's choice of ports and addresses spreads well enough; 32 bits of it are used.
    #[inline]
    pub(super) fn hash(&self) -> u64 {
        let ports = u64::from(self.large_port) << 16 | u64::from(self.small_port);
        let mut hash = (self.large as u64) << 32 ^ (self.small as u64) ^ ports.wrapping_mul(MIX[1]);
        if self.ipv6 {
            let high = ((self.large >> 64) as u64).rotate_left(17) ^ (self.small >> 64) as u64;
            hash ^= (self.large as u64).wrapping_mul(MIX[1]) ^ high.wrapping_mul(MIX[0]);
        }
        hash = (hash ^ hash >> 32).wrapping_mul(MIX[0]);
        hash ^ hash >> 29
    }

    /// The ends of directions 0 and 1.
    pub(super) fn endpoints(&self) -> [Endpoint; 2] {
        let ip = |number: u128| {
            if self.ipv6 {
                IpAddr::V6(Ipv6Addr::from(number))
            } else {
                IpAddr::V4(Ipv4Addr::from(number as u32))
            }
        };
        [
            Endpoint::new(ip(self.large), self.large_port),
            Endpoint::new(ip(self.small), self.small_port),
        ]
    }
}

#[inline]
fn number(ip: IpAddr) -> (u128, bool) {
    match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), false),
        IpAddr::V6(ip) => (u128::from(ip), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Endpoint {
        text.parse().expect("an endpoint")
    }

    #[test]
    fn st7_the_larger_address_then_port_is_direction_0() {
        let (low, high) = (end("10.0.0.1:9"), end("10.0.0.2:1"));
        let (key, from) = Key::of(high, low);
        assert_eq!((from, Key::of(low, high)), (0, (key, 1)));
        assert_eq!(key.endpoints(), [high, low]);
        assert_eq!(Key::of(end("[::1]:5"), end("[::1]:4")).1, 0);
        assert_eq!(Key::of(end("[::1]:5"), end("[::1]:5")).1, 1);
    }

    #[test]
    fn st1_ipv4_and_ipv6_never_meet() {
        let four = Key::of(end("0.0.0.1:5"), end("0.0.0.1:4")).0;
        let six = Key::of(end("[::1]:5"), end("[::1]:4")).0;
        assert_ne!(four, six);
    }
}
