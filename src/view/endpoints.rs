//! Addresses as text, fast: the ends of connections, which come again and again.
//!
//! Must not know: entries, layouts.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use super::encode::push_number;
use crate::net::Endpoint;

/// Entries of the cache; a power of two.
const CACHED_ENDPOINTS: usize = 256;
/// Room for `[IPv6]:port`.
pub(super) const ENDPOINT_TEXT: usize = 48;

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
        let mut text = Vec::with_capacity(ENDPOINT_TEXT);
        push_endpoint(&mut text, endpoint);
        let mut block = [0; ENDPOINT_TEXT];
        block[..text.len()].copy_from_slice(&text);
        Self {
            block,
            length: text.len() as u8,
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

/// Appends `ip:port` without a cache.
pub(super) fn push_endpoint(out: &mut Vec<u8>, endpoint: Endpoint) {
    match endpoint.ip {
        IpAddr::V4(ip) => push_ipv4(out, ip),
        IpAddr::V6(ip) => {
            let mut text = String::with_capacity(ENDPOINT_TEXT);
            // Writing to a String cannot fail.
            let _ = write!(text, "[{ip}]");
            out.extend_from_slice(text.as_bytes());
        }
    }
    out.push(b':');
    push_number(out, u64::from(endpoint.port));
}

/// Appends four dotted numbers.
fn push_ipv4(out: &mut Vec<u8>, ip: Ipv4Addr) {
    for (index, octet) in ip.octets().into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        push_number(out, u64::from(octet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
