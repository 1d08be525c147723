//! Addresses as text, fast: the ends of connections, which come again and again.
//!
//! Must not know: entries, layouts.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::digits::{NUMBER, put_number};
use crate::net::Endpoint;

/// Entries of the cache; a power of two.
const CACHED_ENDPOINTS: usize = 256;
/// Room for `[IPv6]:`, with 46 bytes the longest, and the block of a number behind it; a power of two is copied at once.
pub(super) const ENDPOINT_TEXT: usize = 64;

/// The text of endpoints met lately: the same few hundred come again and again.
#[derive(Debug)]
pub(super) struct EndpointTexts {
    slots: Vec<(Endpoint, EndpointText)>,
}

/// The text of an endpoint, in a block that is copied as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct EndpointText {
    pub(super) block: [u8; ENDPOINT_TEXT],
    pub(super) length: u8,
}

impl EndpointText {
    /// `ip:port` or `[ipv6]:port`.
    fn new(endpoint: Endpoint) -> Self {
        let mut block = [0; ENDPOINT_TEXT];
        let mut at = match endpoint.ip {
            IpAddr::V4(ip) => put_ipv4(&mut block, ip),
            IpAddr::V6(ip) => put_ipv6(&mut block, ip),
        };
        block[at] = b':';
        at += 1;
        at += put_number(room(&mut block, at), u64::from(endpoint.port));
        Self {
            block,
            length: at as u8,
        }
    }
}

impl EndpointTexts {
    /// Nothing cached yet.
    pub(super) fn new() -> Self {
        let nobody = Endpoint::new(Ipv4Addr::UNSPECIFIED.into(), 0);
        Self {
            slots: vec![(nobody, EndpointText::new(nobody)); CACHED_ENDPOINTS],
        }
    }

    /// `ip:port` or `[ipv6]:port`.
    #[inline]
    pub(super) fn of(&mut self, endpoint: Endpoint) -> &EndpointText {
        let slot = &mut self.slots[slot_of(endpoint)];
        if slot.0 != endpoint {
            *slot = (endpoint, EndpointText::new(endpoint));
        }
        &slot.1
    }

    /// Appends it.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, endpoint: Endpoint) {
        let text = self.of(endpoint);
        out.extend_from_slice(&text.block[..usize::from(text.length)]);
    }
}

/// Where an endpoint is cached: ports differ most, then the last bytes of addresses.
pub(super) fn slot_of(endpoint: Endpoint) -> usize {
    let tail = match endpoint.ip {
        IpAddr::V4(ip) => u32::from(ip),
        IpAddr::V6(ip) => ip.to_bits() as u32,
    };
    let mixed = (tail ^ (u32::from(endpoint.port) << 16 | u32::from(endpoint.port)))
        .wrapping_mul(0x9e37_79b1);
    (mixed >> 24) as usize % CACHED_ENDPOINTS
}

/// Writes four dotted numbers at the beginning of a block and gives their length.
fn put_ipv4(block: &mut [u8; ENDPOINT_TEXT], ip: Ipv4Addr) -> usize {
    let mut at = 0;
    for (index, octet) in ip.octets().into_iter().enumerate() {
        if index > 0 {
            block[at] = b'.';
            at += 1;
        }
        at += put_number(room(block, at), u64::from(octet));
    }
    at
}

/// Writes an address in brackets, as RFC 5952 has it, and gives its length.
fn put_ipv6(block: &mut [u8; ENDPOINT_TEXT], ip: Ipv6Addr) -> usize {
    let mut rest = block.as_mut_slice();
    write!(rest, "[{ip}]").expect("a block has room for every address");
    ENDPOINT_TEXT - rest.len()
}

/// The room of a number that begins at `at`.
fn room(block: &mut [u8; ENDPOINT_TEXT], at: usize) -> &mut [u8; NUMBER] {
    let rest = block.get_mut(at..).and_then(|rest| rest.first_chunk_mut());
    rest.expect("a block has room for an address and a number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_longest_endpoint_has_room() {
        for ip in [
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "255.255.255.255",
            "::ffff:255.255.255.255",
        ] {
            let endpoint = Endpoint::new(ip.parse().expect("an address"), u16::MAX);
            let text = EndpointText::new(endpoint);
            let text = &text.block[..usize::from(text.length)];
            assert_eq!(text, endpoint.to_string().as_bytes());
        }
    }

    proptest! {
        #[test]
        fn endpoints_look_as_they_display(v6: bool, bits: u128, port: u16) {
            let ip = if v6 { IpAddr::V6(bits.into()) } else { IpAddr::V4((bits as u32).into()) };
            let endpoint = Endpoint::new(ip, port);
            let mut texts = EndpointTexts::new();
            for _ in 0..2 {
                let mut out = Vec::new();
                texts.push(&mut out, endpoint);
                prop_assert_eq!(String::from_utf8(out).expect("text"), endpoint.to_string());
            }
        }
    }
}
