//! Addresses in filters: alone, or all that begin with the same bits (`10.0.0.0/8`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::view::compare::Comparison;

/// Which end of a segment is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Source,
    Destination,
    Either,
}

/// Addresses of one version that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    /// So many bits are the same.
    prefix: u32,
}

impl Network {
    /// Every IPv4 address.
    pub(super) const IPV4: Self = Self {
        address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        prefix: 0,
    };
    /// Every IPv6 address.
    pub(super) const IPV6: Self = Self {
        address: IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        prefix: 0,
    };

    /// `10.0.0.7`, `10.0.0.0/8`, of the version that `all` has.
    pub(super) fn parse(text: &str, all: Self) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = width(address);
        let prefix = prefix.unwrap_or(width);
        let network = Self { address, prefix };
        (prefix <= width && network.is_like(all.address)).then_some(network)
    }

    /// The other address is of the same version.
    fn is_like(self, other: IpAddr) -> bool {
        self.address.is_ipv4() == other.is_ipv4()
    }

    /// The bits that count.
    fn bits_of(self, address: IpAddr) -> u128 {
        let behind = width(self.address) - self.prefix;
        bits(address).checked_shr(behind).unwrap_or(0)
    }

    /// How an address compares with these; one of the other version does not at all.
    pub(super) fn compare(address: IpAddr, comparison: Comparison, network: Self) -> bool {
        let (other, own) = (network.bits_of(address), network.bits_of(network.address));
        network.is_like(address) && comparison.holds(other, own)
    }
}

fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => Ipv4Addr::BITS,
        IpAddr::V6(_) => Ipv6Addr::BITS,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
