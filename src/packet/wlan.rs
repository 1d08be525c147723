//! IEEE 802.11 data frames and the capture headers in front of them (radiotap, Prism, AVS, PPI).

use super::decoded::NotTcp;
use super::ethernet;
use super::step::{Protocol, Step, Stop};
use super::view::View;

/// To the distribution system, from it.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
/// How LLC with SNAP begins.
const SNAP: [u8; 2] = [0xaa, 0xaa];

/// A data frame with readable content carries LLC or, from some hardware, an `EtherType` or a whole Ethernet frame; other
/// hardware puts two zeroes or the sequence control field once more in front of it.
pub(super) fn frame(view: View<'_>, padded: bool) -> Step<'_> {
    data(view, [view.u8(0)?, view.u8(1)?], padded)
}

/// The same with the bytes of frame control in the other order.
pub(super) fn swapped(view: View<'_>) -> Step<'_> {
    data(view, [view.u8(1)?, view.u8(0)?], false)
}

/// A data frame whose frame control is `[control, flags]`.
fn data(view: View<'_>, [control, flags]: [u8; 2], padded: bool) -> Step<'_> {
    const PROTECTED: u8 = 0x40;
    const DATA: u8 = 0x08;
    const NO_DATA: u8 = 0x40;
    if control & (NO_DATA | 0x0f) != DATA || flags & PROTECTED != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    // A last fragment by itself is shown as if it was whole.
    if flags & MORE_FRAGMENTS != 0 {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    }
    let body = view.skip(header_size(view, control, flags, padded)?)?;
    let start = body.array::<2>(0)?;
    if start == SNAP {
        return Ok((Protocol::Llc, body));
    }
    if is_ethernet(view, flags, body) {
        return Ok((Protocol::Ethernet, body));
    }
    if start == [0, 0] || start == view.array::<2>(22)? {
        return Ok((Protocol::Llc, body.skip(2)?));
    }
    Ok(content(body))
}

/// LLC, or instead of it the `EtherType` alone (IEEE 802.2 calls it `EtherType` protocol discrimination).
fn content(view: View<'_>) -> (Protocol, View<'_>) {
    match (view.u16(0), view.skip(2)) {
        (Ok(number), Ok(rest)) if ethernet::is_known_type(number) => {
            (Protocol::EtherType(number), rest)
        }
        _ => (Protocol::Llc, view),
    }
}

/// The header: a fourth address, quality of service, high throughput, mesh; of an aggregate the first frame is followed.
fn header_size(view: View<'_>, control: u8, flags: u8, padded: bool) -> Result<usize, Stop> {
    const QUALITY_OF_SERVICE: u8 = 0x80;
    const ORDER: u8 = 0x80;
    const AGGREGATE: u16 = 0x8000;
    const MESH: u16 = 0x0001;
    const AGGREGATE_HEADER: usize = 14;
    let relayed = flags & (TO_DS | FROM_DS) == TO_DS | FROM_DS;
    let mut size = if relayed { 30 } else { 24 };
    let mut quality = 0;
    if control & QUALITY_OF_SERVICE != 0 {
        quality = view.u16(size)?;
        size += if flags & ORDER == 0 { 2 } else { 6 };
    }
    if padded {
        size = size.next_multiple_of(4);
    }
    if quality & AGGREGATE != 0 {
        size += AGGREGATE_HEADER;
    }
    if flags & FROM_DS != 0 && quality & MESH != 0 {
        // Reserved bits and modes mean that the field is not there after all.
        if let addresses @ 0..=2 = view.u8(size)? {
            size += 6 + 6 * usize::from(addresses);
        }
    }
    Ok(size)
}

/// The body starts with the destination of this frame, or continues with its source, where LLC would stand.
fn is_ethernet(view: View<'_>, flags: u8, body: View<'_>) -> bool {
    let (destination, source) = match flags & (TO_DS | FROM_DS) {
        0 => (4, 10),
        TO_DS => (16, 10),
        FROM_DS => (4, 16),
        _ => (16, 24),
    };
    let same = |at: usize, inner: usize| match (view.array::<6>(at), body.array::<6>(inner)) {
        (Ok(outer), Ok(inner)) => outer == inner,
        _ => false,
    };
    same(destination, 0) || same(source, 6)
}

/// Radiotap: little-endian length at 2; its fields tell whether the 802.11 header is padded, whether a check sequence
/// follows the frame, and whether there is no frame at all.
pub(super) fn radiotap(view: View<'_>) -> Step<'_> {
    const FIXED: usize = 8;
    const CHECKED: u8 = 0x10;
    const PADDED: u8 = 0x20;
    const CHECK_SEQUENCE: usize = 4;
    let size = usize::from(view.array(2).map(u16::from_le_bytes)?);
    if size < FIXED {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let mut rest = view.skip(size)?;
    let (flags, no_frame) = radiotap_fields(view.limit(size));
    if no_frame {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    if flags & CHECKED != 0 {
        rest = rest.limit(rest.reported.saturating_sub(CHECK_SEQUENCE));
    }
    frame(rest, flags & PADDED != 0)
}

/// Alignment and size of the fields that the bits of the first word announce, in their order. Size 0: unknown to tshark 4.0,
/// which reads no further.
const RADIOTAP_FIELDS: [(usize, usize); 27] = [
    (8, 8),
    (1, 1),
    (1, 1),
    (2, 4),
    (2, 2),
    (1, 1),
    (1, 1),
    (2, 2),
    (2, 2),
    (2, 2),
    (1, 1),
    (1, 1),
    (1, 1),
    (1, 1),
    (2, 2),
    (2, 2),
    (1, 1),
    (1, 1),
    (4, 8),
    (1, 3),
    (4, 8),
    (2, 12),
    (8, 12),
    (2, 12),
    (2, 12),
    (1, 0),
    (1, 1),
];

/// The flags field (bit 1), 0 where there is none, and whether the field of frames without content (bit 26) is there.
fn radiotap_fields(header: View<'_>) -> (u8, bool) {
    const FLAGS: usize = 1;
    const NO_FRAME: usize = 26;
    const MORE_WORDS: u32 = 1 << 31;
    const BOTH_NAMESPACES: u32 = 0x6000_0000;
    let word = |at| header.array(at).map_or(0, u32::from_le_bytes);
    let first = word(4);
    if first & BOTH_NAMESPACES == BOTH_NAMESPACES {
        return (0, false);
    }
    let (mut at, mut last) = (8, first);
    while last & MORE_WORDS != 0 {
        last = word(at);
        at += 4;
    }
    let mut flags = 0;
    for (bit, (align, size)) in RADIOTAP_FIELDS.into_iter().enumerate() {
        if first & 1 << bit == 0 {
            continue;
        }
        at = at.next_multiple_of(align);
        if size == 0 || at + size > header.data.len() {
            break;
        }
        match bit {
            FLAGS => flags = header.u8(at).unwrap_or(0),
            NO_FRAME => return (flags, true),
            _ => {}
        }
        at += size;
    }
    (flags, false)
}

/// Prism (message 0x41 or 0x44, 144 bytes), AVS, which took over its link type (magic number), or nothing.
pub(super) fn prism(view: View<'_>) -> Step<'_> {
    const AVS_MAGIC: u32 = 0x8021_1000;
    match view.array::<4>(0)? {
        [0x41 | 0x44, 0, 0, 0] | [0, 0, 0, 0x41 | 0x44] => frame(view.skip(144)?, false),
        bytes if u32::from_be_bytes(bytes) & 0xffff_f000 == AVS_MAGIC => avs(view),
        _ => frame(view, false),
    }
}

/// AVS: its length at 4.
pub(super) fn avs(view: View<'_>) -> Step<'_> {
    frame(view.skip(view.u32(4)? as usize)?, false)
}
