//! How many sessions each address has, so that one stranger cannot take every place.
//!
//! Owns: what counts as one address. Must not know: how many are too many.
//! This machine is no stranger: a whole class may be on it. Of an IPv6 address the network counts (64 bits, RFC 4291 section
//! 2.5.1): the rest is anybody's choice.

use std::net::{IpAddr, Ipv6Addr};

use rustc_hash::FxHashMap;

/// Bits of an IPv6 address that tell whose machine it is.
const NETWORK: u128 = !(u64::MAX as u128);

/// Sessions by address.
#[derive(Debug, Default)]
pub(super) struct Crowds {
    sessions: FxHashMap<IpAddr, usize>,
}

impl Crowds {
    /// Sessions from there; none where they are not counted.
    pub(super) fn size(&self, from: IpAddr) -> usize {
        let known = key(from).and_then(|key| self.sessions.get(&key));
        known.copied().unwrap_or_default()
    }

    /// One more.
    pub(super) fn enter(&mut self, from: IpAddr) {
        if let Some(key) = key(from) {
            *self.sessions.entry(key).or_default() += 1;
        }
    }

    /// One less.
    pub(super) fn leave(&mut self, from: IpAddr) {
        let Some(key) = key(from) else { return };
        if let Some(count) = self.sessions.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.sessions.remove(&key);
            }
        }
    }
}

/// What an address counts as; `None` = it is not counted.
fn key(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        here @ (IpAddr::V4(_) | IpAddr::V6(_)) if here.is_loopback() => None,
        IpAddr::V6(address) => Some(Ipv6Addr::from_bits(address.to_bits() & NETWORK).into()),
        v4 @ IpAddr::V4(_) => Some(v4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_one_address_and_this_machine_none() {
        let mut crowds = Crowds::default();
        let address = |text: &str| text.parse::<IpAddr>().expect("address");
        for one in [
            "192.0.2.1",
            "::ffff:192.0.2.1",
            "2001:db8::1",
            "2001:db8::2:3",
            "127.0.0.5",
            "::1",
        ] {
            crowds.enter(address(one));
        }
        let sizes = [
            "192.0.2.1",
            "192.0.2.2",
            "2001:db8::9",
            "2001:db8:0:1::9",
            "127.0.0.1",
            "::1",
        ];
        assert_eq!(
            sizes.map(|one| crowds.size(address(one))),
            [2, 0, 2, 0, 0, 0]
        );
        for one in [
            "192.0.2.1",
            "192.0.2.1",
            "192.0.2.1",
            "2001:db8::7",
            "2001:db8::8",
            "::1",
        ] {
            crowds.leave(address(one));
        }
        assert!(crowds.sessions.is_empty());
    }
}
