//! Protocols that tell where else to connect to: H.323 calls their H.245 address, iSCSI its targets, Erlang's port mapper its
//! nodes. Read as far as tshark 4.0.17 was seen to act on it; only messages that begin with their segment and end in it.
//!
//! Must not know: streams.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::announced::{Announced, Expected};
use crate::net::Endpoint;
use crate::packet::Segment;

/// The ports.
const H225: u16 = 1720;
const ISCSI: u16 = 3260;
const ISCSI_SYSTEM: u16 = 860;
pub(super) const ERLANG: u16 = 4369;

/// It may tell of such a connection.
pub(super) fn may_tell(segment: &Segment<'_>) -> bool {
    let (source, destination) = (segment.source.port, segment.destination.port);
    !segment.payload.is_empty()
        && (source.min(destination) == H225 || matches!(source, ISCSI | ISCSI_SYSTEM | ERLANG))
}

/// Reads such a segment.
pub(super) fn read(announced: &mut Announced, segment: &Segment<'_>) {
    match segment.source.port {
        ERLANG => erlang(announced, segment),
        ISCSI | ISCSI_SYSTEM => targets(announced, segment.payload),
        _ => call(announced, segment),
    }
}

/// A call's messages (TPKT, Q.931) have an H.245 address, as an address of four bytes and a port, where either side of the
/// call is told. Only looked for, not parsed: addresses of the call itself and its well-known port are no such addresses.
fn call(announced: &mut Announced, segment: &Segment<'_>) {
    const TPKT: [u8; 2] = [3, 0];
    const Q931: u8 = 8;
    let message = segment.payload;
    if !message.starts_with(&TPKT) || message.get(4) != Some(&Q931) {
        return;
    }
    for part in message.windows(6) {
        let &[a, b, c, d, high, low] = part else {
            break;
        };
        let end = Endpoint::new(
            Ipv4Addr::new(a, b, c, d).into(),
            u16::from_be_bytes([high, low]),
        );
        let sides = [segment.source, segment.destination];
        let theirs = sides.iter().any(|side| side.ip == end.ip) && !sides.contains(&end);
        let expected = Expected::from_anybody(end);
        if theirs && !matches!(end.port, 0 | H225) && !announced.waits_for(&expected) {
            announced.wait_for(expected);
        }
    }
}

/// A text response (RFC 7143 section 11.11): 48 bytes, then keys with values that end in NUL, addresses of targets among them.
fn targets(announced: &mut Announced, message: &[u8]) {
    const HEADER: usize = 48;
    const TEXT_RESPONSE: u8 = 0x24;
    const KEY: &[u8] = b"TargetAddress=";
    let Some(&[opcode, flags, 0, 0, _, high, middle, low]) = message.first_chunk() else {
        return;
    };
    let length = u32::from_be_bytes([0, high, middle, low]) as usize;
    let is_response = opcode == TEXT_RESPONSE && matches!(flags, 0x80 | 0x40);
    let whole = message.get(HEADER..HEADER + length.next_multiple_of(4));
    let (true, Some(text)) = (is_response, whole) else {
        return;
    };
    for pair in text[..length].split(|&byte| byte == 0) {
        if let Some(end) = pair.strip_prefix(KEY).and_then(target) {
            announced.wait_for(Expected::from_anybody(end));
        }
    }
}

/// `address:port,group`, where the group may be left out; the address may be IPv6 in brackets, or a name, which tells nothing.
fn target(value: &[u8]) -> Option<Endpoint> {
    let value = std::str::from_utf8(value).ok()?;
    let (ip, rest): (IpAddr, _) = if let Some(value) = value.strip_prefix('[') {
        let (address, rest) = value.split_once(']')?;
        let (_, rest) = rest.split_once(':')?;
        (address.parse::<Ipv6Addr>().ok()?.into(), rest)
    } else {
        let (address, rest) = value.split_once(':')?;
        (address.parse::<Ipv4Addr>().ok()?.into(), rest)
    };
    let port = rest.split(',').next()?;
    Some(Endpoint::new(ip, port.parse().ok()?))
}

/// The answer where a node listens: success, port, four bytes about the node, two versions, a name and perhaps more, both
/// behind their lengths.
fn erlang(announced: &mut Announced, segment: &Segment<'_>) {
    const ANSWER: [u8; 2] = [119, 0];
    let message = segment.payload;
    let be16 = |at: usize| {
        let bytes = message.get(at..)?.first_chunk().copied();
        bytes.map(u16::from_be_bytes)
    };
    let whole = || {
        let name_end = 12 + usize::from(be16(10)?);
        let end = be16(name_end).map_or(name_end, |extra| name_end + 2 + usize::from(extra));
        (message.len() >= end).then(|| be16(2))?
    };
    if let (true, Some(port)) = (message.starts_with(&ANSWER), whole()) {
        announced.wait_for(Expected {
            end: Endpoint::new(segment.source.ip, port),
            peer: Some(segment.destination.ip),
            peer_port: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn addresses_of_targets() {
        for (value, expected) in [
            ("10.0.0.1:3260,1", Some("10.0.0.1:3260")),
            ("10.0.0.1:3260", Some("10.0.0.1:3260")),
            ("[2001:db8::1]:860,2", Some("[2001:db8::1]:860")),
            ("10.0.0.1", None),
            ("storage.example:3260,1", None),
            ("10.0.0.1:99999,1", None),
        ] {
            let end = target(value.as_bytes()).map(|end| end.to_string());
            assert_eq!(end.as_deref(), expected, "{value}");
        }
    }
}
