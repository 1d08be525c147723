//! The unordered pair of endpoints that names a connection, and a frame's direction in it: rules ST-1, ST-2, ST-7.
//!
//! Must not know: streams.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::net::Endpoint;

/// Both endpoints, the larger one first (address bytes, then port), in a form that compares and hashes fast: an IPv4 pair is
/// 12 bytes in registers.
#[derive(Clone, Copy, Debug, Default, Eq)]
pub(super) struct Key {
    /// Both addresses of an IPv4 pair, the larger end's in the high half; 0 for IPv6.
    v4: u64,
    /// The addresses of an IPv6 pair.
    v6: [u128; 2],
    /// Both ports, the larger end's in the high half.
    ports: u32,
    ipv6: bool,
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.v4 == other.v4
            && self.ports == other.ports
            && self.ipv6 == other.ipv6
            && (!self.ipv6 || self.v6 == other.v6)
    }
}

/// Odd constants for multiplicative mixing, from the binary digits of the golden ratio and of pi.
const MIX: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xc90f_daa2_2168_c235];

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(Self::hash(self));
    }
}

impl Key {
    /// The key of a segment and its direction: 0 when the source is the larger end, else 1 (ST-7).
    #[inline]
    pub(super) fn of(source: &Endpoint, destination: &Endpoint) -> (Self, usize) {
        match (&source.ip, &destination.ip) {
            (&IpAddr::V4(from), &IpAddr::V4(to)) => {
                let end =
                    |ip: Ipv4Addr, port: u16| u64::from(u32::from(ip)) << 16 | u64::from(port);
                let (from, to) = (end(from, source.port), end(to, destination.port));
                let (large, small) = (from.max(to), from.min(to));
                let key = Self {
                    v4: large >> 16 << 32 | small >> 16,
                    ports: u32::from(large as u16) << 16 | u32::from(small as u16),
                    ..Self::default()
                };
                (key, usize::from(from <= to))
            }
            _ => Self::of_ipv6(source, destination),
        }
    }

    /// The same for IPv6.
    fn of_ipv6(source: &Endpoint, destination: &Endpoint) -> (Self, usize) {
        let end = |end: &Endpoint| (number(end.ip), end.port);
        let (from, to) = (end(source), end(destination));
        let (large, small) = (from.max(to), from.min(to));
        let key = Self {
            v6: [large.0, small.0],
            ports: u32::from(large.1) << 16 | u32::from(small.1),
            ipv6: true,
            ..Self::default()
        };
        (key, usize::from(from <= to))
    }

    /// A hash that an outsider's choice of ports and addresses spreads well enough; 32 bits of it are used.
    #[inline]
    pub(super) fn hash(&self) -> u64 {
        let mut hash = self.v4 ^ u64::from(self.ports).wrapping_mul(MIX[1]);
        if self.ipv6 {
            let [large, small] = self.v6;
            let high = ((large >> 64) as u64).rotate_left(17) ^ (small >> 64) as u64;
            hash ^= (large as u64).wrapping_mul(MIX[1])
                ^ (small as u64).rotate_left(32)
                ^ high.wrapping_mul(MIX[0]);
        }
        hash = (hash ^ hash >> 32).wrapping_mul(MIX[0]);
        hash ^ hash >> 29
    }

    /// Appends the form in which packed streams keep it: 13 or 37 bytes.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.ipv6));
        out.extend_from_slice(&self.ports.to_be_bytes());
        if self.ipv6 {
            for number in self.v6 {
                out.extend_from_slice(&number.to_be_bytes());
            }
        } else {
            out.extend_from_slice(&self.v4.to_be_bytes());
        }
    }

    /// Reads what [`Self::write`] wrote; returns the bytes after it.
    #[cold]
    pub(super) fn read(bytes: &[u8]) -> (Self, &[u8]) {
        let mut rest = bytes;
        let mut take = |count: usize| {
            let (taken, left) = rest.split_at(count);
            rest = left;
            taken
                .iter()
                .fold(0, |n: u128, &byte| n << 8 | u128::from(byte))
        };
        let mut key = Self {
            ipv6: take(1) != 0,
            ports: take(4) as u32,
            ..Self::default()
        };
        if key.ipv6 {
            key.v6 = [take(16), take(16)];
        } else {
            key.v4 = take(8) as u64;
        }
        (key, rest)
    }

    /// The ends of directions 0 and 1.
    pub(super) fn endpoints(&self) -> [Endpoint; 2] {
        let ips: [IpAddr; 2] = if self.ipv6 {
            self.v6.map(|number| Ipv6Addr::from(number).into())
        } else {
            [self.v4 >> 32, self.v4].map(|number| Ipv4Addr::from(number as u32).into())
        };
        [
            Endpoint::new(ips[0], (self.ports >> 16) as u16),
            Endpoint::new(ips[1], self.ports as u16),
        ]
    }
}

fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(u32::from(ip)),
        IpAddr::V6(ip) => u128::from(ip),
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
        let (key, from) = Key::of(&high, &low);
        assert_eq!((from, Key::of(&low, &high)), (0, (key, 1)));
        assert_eq!(key.endpoints(), [high, low]);
        assert_eq!(Key::of(&end("[::1]:5"), &end("[::1]:4")).1, 0);
        assert_eq!(Key::of(&end("[::1]:5"), &end("[::1]:5")).1, 1);
    }

    #[test]
    fn the_packed_form_reads_back() {
        for (a, b) in [("10.0.0.1:9", "10.0.0.2:65535"), ("[fe80::1]:5", "[::1]:4")] {
            let key = Key::of(&end(a), &end(b)).0;
            let mut bytes = Vec::new();
            key.write(&mut bytes);
            bytes.push(77);
            assert_eq!(Key::read(&bytes), (key, &[77][..]));
        }
    }

    #[test]
    fn st1_ipv4_and_ipv6_never_meet() {
        let four = Key::of(&end("0.0.0.1:5"), &end("0.0.0.1:4")).0;
        let six = Key::of(&end("[::1]:5"), &end("[::1]:4")).0;
        assert_ne!(four, six);
    }
}
