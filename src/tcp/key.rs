//! The unordered pair of endpoints that names a connection, and a frame's direction in it: rules ST-1, ST-2, ST-7.
//!
//! Must not know: streams.

use std::hash::BuildHasher;
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

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.v4, self.v6, self.ports).hash(state);
    }
}

/// What the places of keys in one table depend on: not known to who chooses addresses and ports, so that he cannot choose
/// keys that meet. Only the speed of lookups depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed([u64; 2]);

impl Seed {
    /// Another one for each table.
    pub(super) fn new() -> Self {
        let random = std::hash::RandomState::new();
        Self([random.hash_one(0), random.hash_one(1)])
    }
}

/// An odd number to multiply with, from the binary digits of the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both halves of the product: without knowledge of one factor nothing about the result can be chosen.
#[inline]
const fn fold(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    product as u64 ^ (product >> 64) as u64
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
    #[inline(never)]
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

    /// A hash that spreads whatever an outsider chooses; its lower 32 bits are used.
    #[inline]
    pub(super) fn hash(&self, &Seed([first, second]): &Seed) -> u64 {
        let addresses = if self.ipv6 {
            self.hash_ipv6([first, second])
        } else {
            self.v4
        };
        let addresses = fold(addresses ^ first, second | 1);
        fold(addresses ^ u64::from(self.ports), MIX)
    }

    #[inline(never)]
    fn hash_ipv6(&self, [first, second]: [u64; 2]) -> u64 {
        let [large, small] = self.v6;
        let hash = fold(large as u64 ^ first, (large >> 64) as u64 ^ second);
        fold(small as u64 ^ hash, (small >> 64) as u64 ^ second)
    }

    /// Bytes of a plain IP header between such ends.
    pub(super) const fn ip_header(&self) -> u64 {
        if self.ipv6 { 40 } else { 20 }
    }

    /// A bit of the first byte of the packed form that says nothing of the key.
    pub(super) const FREE_BIT: u8 = 2;

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
    pub(super) fn read(bytes: &[u8]) -> (Self, &[u8]) {
        let mut rest = bytes;
        let mut key = Self {
            ipv6: u8::from_be_bytes(take(&mut rest)) & 1 != 0,
            ports: u32::from_be_bytes(take(&mut rest)),
            ..Self::default()
        };
        if key.ipv6 {
            key.v6 = [take(&mut rest), take(&mut rest)].map(u128::from_be_bytes);
        } else {
            key.v4 = u64::from_be_bytes(take(&mut rest));
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

/// The next `N` bytes.
pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (taken, left) = rest.split_first_chunk().expect("a packed stream is whole");
    *rest = left;
    *taken
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
            for bit in [0, Key::FREE_BIT] {
                bytes[0] |= bit;
                assert_eq!(Key::read(&bytes), (key, &[77][..]));
            }
        }
    }

    /// Addresses made to fit the ports for a hash without secret (`addresses ^ ports * constant`), neighbouring ports, and
    /// IPv6 pairs that differ in one bit: the hashes differ as those of random keys would, under every seed differently.
    #[test]
    fn keys_chosen_to_meet_do_not_meet() {
        let v4 = |v4, ports| Key {
            v4,
            ports,
            ..Key::default()
        };
        let v6 = |bit: u32, ports| Key {
            v6: [1 << (bit % 128), u128::from(bit / 128)],
            ports,
            ipv6: true,
            ..Key::default()
        };
        let mut keys: Vec<Key> = (0..4000u32)
            .map(|n| n.wrapping_mul(0x9e37_79b1))
            .map(|ports| {
                let product = u64::from(ports).wrapping_mul(0xc90f_daa2_2168_c235);
                v4(0x1234_5678_9abc_def0 ^ product, ports)
            })
            .collect();
        keys.extend((0..4000).map(|port| v4(0x0a00_0002_0a00_0001, 7000 << 16 | port)));
        keys.extend((0..4000).map(|bit| v6(bit, 7)));
        let tags = |seed: Seed| -> std::collections::HashSet<u32> {
            keys.iter().map(|key| key.hash(&seed) as u32).collect()
        };
        let (one, other) = (tags(Seed::new()), tags(Seed::new()));
        // 12,000 random numbers of 32 bits: 0.02 pairs meet.
        assert!(one.len() >= keys.len() - 2, "{}", one.len());
        assert!(one.intersection(&other).count() < 100);
    }

    #[test]
    fn st1_ipv4_and_ipv6_never_meet() {
        let four = Key::of(&end("0.0.0.1:5"), &end("0.0.0.1:4")).0;
        let six = Key::of(&end("[::1]:5"), &end("[::1]:4")).0;
        assert_ne!(four, six);
    }
}
