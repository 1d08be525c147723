//! The common frame at constant offsets: Ethernet, loopback, cooked or raw IP, a plain IP header, a whole TCP header.
//!
//! Refuses whatever is not exactly that (options, fragments, lengths that do not fit, cut headers) and leaves it to the
//! careful walk, which gives the same answer for every frame accepted here (a property test compares them).

#![expect(
    clippy::inline_always,
    reason = "a segment is built where it is used: copying it costs more than decoding it"
)]

use super::{Frame, Segment, SegmentOrigin, SeqNumber, TcpFlags, TcpOptions};
use crate::net::{Endpoint, LinkType};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const TCP: u8 = 6;
const MIN_TCP: usize = 20;
const IPV4: usize = 20;
const IPV6: usize = 40;
/// The ARP hardware type whose protocol field is not an `EtherType`.
const NETLINK: [u8; 2] = 824u16.to_be_bytes();

/// The segment of a plain frame.
#[inline(always)]
pub(super) fn segment<'a>(frame: &Frame<'a>) -> Option<Segment<'a>> {
    let at = ip_offset(frame)?;
    let ip = frame.data.get(at..)?;
    let on_wire = (frame.original_length as usize).checked_sub(at)?;
    match ip.first()? >> 4 {
        4 => ipv4(frame, ip, on_wire),
        6 => ipv6(frame, ip, on_wire),
        _ => None,
    }
}

/// Where IP starts, if the link header is one of the plain ones.
#[inline(always)]
fn ip_offset(frame: &Frame<'_>) -> Option<usize> {
    let data = frame.data;
    let ether_type = |at: usize, header: usize| match data.get(at..at + 2)? {
        [0x08, 0x00] | [0x86, 0xdd] if plain_version(data, at, header) => Some(header),
        _ => None,
    };
    match frame.link_type {
        LinkType::ETHERNET => ether_type(12, 14),
        LinkType::NULL => match (data.first_chunk::<4>()?, data.get(4)? >> 4) {
            ([2, 0, 0, 0] | [0, 0, 0, 2], 4) | ([24 | 28 | 30, 0, 0, 0], 6) => Some(4),
            _ => None,
        },
        LinkType::RAW => Some(0),
        LinkType::LINUX_SLL if data.get(2..4)? != NETLINK => ether_type(14, 16),
        LinkType::LINUX_SLL2 if data.get(8..10)? != NETLINK => ether_type(0, 20),
        _ => None,
    }
}

/// The `EtherType` at `at` and the IP version at `header` agree.
#[inline]
fn plain_version(data: &[u8], at: usize, header: usize) -> bool {
    match (data.get(at), data.get(header)) {
        (Some(0x08), Some(first)) => first >> 4 == 4,
        (Some(_), Some(first)) => first >> 4 == 6,
        _ => false,
    }
}

/// IPv4 without options, not a fragment, TCP.
#[inline(always)]
fn ipv4<'a>(frame: &Frame<'a>, ip: &'a [u8], on_wire: usize) -> Option<Segment<'a>> {
    let header = ip.first_chunk::<IPV4>()?;
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3fff;
    if header[0] != 0x45 || header[9] != TCP || fragment != 0 || total > on_wire {
        return None;
    }
    let source = Ipv4Addr::new(header[12], header[13], header[14], header[15]);
    let destination = Ipv4Addr::new(header[16], header[17], header[18], header[19]);
    let payload = total.checked_sub(IPV4)?;
    let bytes = &ip[IPV4..ip.len().min(total).max(IPV4)];
    let ends = (source.into(), destination.into());
    tcp(frame, bytes, (IPV4, payload), ends)
}

/// IPv6 without extension headers, TCP.
#[inline(always)]
fn ipv6<'a>(frame: &Frame<'a>, ip: &'a [u8], on_wire: usize) -> Option<Segment<'a>> {
    let header = ip.first_chunk::<IPV6>()?;
    let payload = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if header[6] != TCP || payload == 0 || payload + IPV6 > on_wire {
        return None;
    }
    let source = Ipv6Addr::from(*ip[8..].first_chunk::<16>()?);
    let destination = Ipv6Addr::from(*ip[24..].first_chunk::<16>()?);
    let bytes = &ip[IPV6..ip.len().min(payload + IPV6)];
    let ends = (source.into(), destination.into());
    tcp(frame, bytes, (IPV6, payload), ends)
}

/// A whole TCP header with a length that fits into the `payload` bytes of the datagram.
#[inline(always)]
fn tcp<'a>(
    frame: &Frame<'a>,
    bytes: &'a [u8],
    (ip_header, payload): (usize, usize),
    (source, destination): (IpAddr, IpAddr),
) -> Option<Segment<'a>> {
    let fixed = bytes.first_chunk::<MIN_TCP>()?;
    let header_length = (fixed[12] >> 4) * 4;
    let header = usize::from(header_length);
    if header < MIN_TCP || header > payload {
        return None;
    }
    let be16 = |at: usize| u16::from_be_bytes([fixed[at], fixed[at + 1]]);
    let be32 =
        |at: usize| u32::from_be_bytes([fixed[at], fixed[at + 1], fixed[at + 2], fixed[at + 3]]);
    Some(Segment {
        frame: frame.number,
        timestamp: frame.timestamp,
        source: Endpoint::new(source, be16(0)),
        destination: Endpoint::new(destination, be16(2)),
        seq: SeqNumber(be32(4)),
        ack: SeqNumber(be32(8)),
        flags: TcpFlags(be16(12) & TcpFlags::MASK),
        window: be16(14),
        urgent: be16(18),
        len: (payload - header) as u32,
        header_length,
        header_captured: header_length,
        options: TcpOptions(bytes.get(MIN_TCP..header)?),
        payload: &bytes[header..],
        ip_length: (ip_header + payload) as u32,
        origin: SegmentOrigin::Direct,
        effective: None,
    })
}
