//! IEEE 802.11 data frames and the capture headers in front of them (radiotap, Prism, AVS, PPI).

use super::decoded::NotTcp;
use super::view::View;
use super::walk::{Protocol, Step, Stop};

/// To the distribution system, from it.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;

/// A data frame with readable content carries LLC or, from some hardware, a whole Ethernet frame.
pub(super) fn frame(view: View<'_>, padded: bool) -> Step<'_> {
    const MORE_FRAGMENTS: u8 = 0x04;
    const PROTECTED: u8 = 0x40;
    const DATA: u8 = 0x08;
    const NO_DATA: u8 = 0x40;
    let (control, flags) = (view.u8(0)?, view.u8(1)?);
    if control & (NO_DATA | 0x0f) != DATA || flags & PROTECTED != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let fragment_number = view.u8(22)? & 0x0f;
    if flags & MORE_FRAGMENTS != 0 || fragment_number != 0 {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    }
    let body = view.skip(header_size(view, control, flags, padded)?)?;
    if is_ethernet(view, flags, body) {
        return Ok((Protocol::Ethernet, body));
    }
    Ok((Protocol::Llc, body))
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
    if relayed && quality & MESH != 0 {
        size += 6 + 6 * usize::from(view.u8(size)? & 3);
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
    !body.data.starts_with(&[0xaa, 0xaa, 0x03]) && (same(destination, 0) || same(source, 6))
}

/// Radiotap: little-endian length at 2; a flags field tells whether the 802.11 header is padded.
pub(super) fn radiotap(view: View<'_>) -> Step<'_> {
    const PADDED: u8 = 0x20;
    let size = usize::from(view.array(2).map(u16::from_le_bytes)?);
    let flags = radiotap_flags(view).unwrap_or(0);
    frame(view.skip(size)?, flags & PADDED != 0)
}

/// The flags field: second in order, behind an optional 8-byte time.
fn radiotap_flags(view: View<'_>) -> Option<u8> {
    const TIME: u32 = 1;
    const FLAGS: u32 = 2;
    const MORE_WORDS: u32 = 1 << 31;
    let word = |at| view.array(at).map(u32::from_le_bytes).ok();
    let first = word(4)?;
    let mut at = 8;
    let mut last = first;
    while last & MORE_WORDS != 0 {
        last = word(at)?;
        at += 4;
    }
    if first & FLAGS == 0 {
        return None;
    }
    if first & TIME != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    view.u8(at).ok()
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
