//! From the bytes of a TCP header to a [`Segment`] (RFC 9293 section 3.1, rules IN-2, IN-4, IC-1 to IC-3).

use crate::net::Endpoint;
use crate::packet::decoded::{Decoded, PartialHeader};
use crate::packet::segment::FIXED_HEADER;
use crate::packet::step::Context;
use crate::packet::{Frame, Segment, SegmentOrigin, SeqNumber, TcpFlags, TcpOptions};

/// The fixed header.
pub(in crate::packet) const MIN_HEADER: usize = FIXED_HEADER as usize;
/// Up to the window field: what is needed to join a stream (IC-1).
const NEEDED: usize = 16;

/// Reads the header at the start of `bytes`, the captured part of an IP payload of `reported` bytes.
pub(in crate::packet) fn read<'a>(
    frame: &Frame<'_>,
    cx: &Context,
    bytes: &'a [u8],
    reported: usize,
) -> Decoded<'a> {
    if bytes.len() < NEEDED {
        return Decoded::PartialHeader(partial(frame, cx, bytes));
    }
    let header_length = (bytes[12] >> 4) * 4;
    let header = usize::from(header_length);
    let origin = origin(cx, bytes.len(), header, reported);
    let len = match origin {
        SegmentOrigin::Direct | SegmentOrigin::ShortHeader => reported - header,
        SegmentOrigin::TruncatedHeader | SegmentOrigin::IcmpQuote { .. } => 0,
    };
    let body = bytes.len().min(header.max(MIN_HEADER));
    Decoded::Tcp(Segment {
        frame: frame.number,
        timestamp: cx.now,
        source: Endpoint::new(cx.source, be16(bytes, 0)),
        destination: Endpoint::new(cx.destination, be16(bytes, 2)),
        seq: SeqNumber(be32(bytes, 4)),
        ack: SeqNumber(be32(bytes, 8)),
        flags: TcpFlags(be16(bytes, 12) & TcpFlags::MASK),
        window: be16(bytes, 14),
        urgent: be16(bytes, 18),
        len: len as u32,
        header_length,
        header_captured: bytes.len().min(header) as u8,
        options: TcpOptions(bytes.get(MIN_HEADER..body).unwrap_or_default()),
        payload: match origin {
            SegmentOrigin::Direct => bytes.get(header..).unwrap_or_default(),
            _ => &[],
        },
        ip_length: cx.ip_length as u32,
        origin,
        effective: cx.effective,
    })
}

/// Which rule applies to this header.
fn origin(cx: &Context, captured: usize, header: usize, reported: usize) -> SegmentOrigin {
    if cx.quoted {
        SegmentOrigin::IcmpQuote {
            error: cx.error,
            ends: captured >= reported,
        }
    } else if cx.fragmented || reported < header {
        SegmentOrigin::TruncatedHeader
    } else if header < MIN_HEADER {
        SegmentOrigin::ShortHeader
    } else {
        SegmentOrigin::Direct
    }
}

/// What there is of a header shorter than [`NEEDED`].
fn partial(frame: &Frame<'_>, cx: &Context, bytes: &[u8]) -> PartialHeader {
    let port = |offset| (bytes.len() >= 4).then(|| be16(bytes, offset));
    PartialHeader {
        frame: frame.number,
        timestamp: frame.timestamp,
        source: port(0).map(|port| Endpoint::new(cx.source, port)),
        destination: port(2).map(|port| Endpoint::new(cx.destination, port)),
        seq: (bytes.len() >= 8).then(|| SeqNumber(be32(bytes, 4))),
        quoted: cx.quoted,
        error: cx.error,
    }
}

/// Big-endian 16 bits at `offset`; 0 behind the end.
#[inline]
fn be16(bytes: &[u8], offset: usize) -> u16 {
    match bytes.get(offset..offset + 2) {
        Some(&[a, b]) => u16::from_be_bytes([a, b]),
        _ => 0,
    }
}

/// Big-endian 32 bits at `offset`; 0 behind the end.
#[inline]
fn be32(bytes: &[u8], offset: usize) -> u32 {
    match bytes.get(offset..offset + 4) {
        Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
        _ => 0,
    }
}
