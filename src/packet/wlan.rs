//! IEEE 802.11 data frames and the capture headers in front of them (radiotap, Prism, AVS, PPI).

use super::decoded::NotTcp;
use super::view::View;
use super::walk::{Protocol, Step, Stop};

/// A data frame with readable content carries LLC.
pub(super) fn frame(view: View<'_>, padded: bool) -> Step<'_> {
    const TO_AND_FROM_DS: u8 = 0x03;
    const MORE_FRAGMENTS: u8 = 0x04;
    const PROTECTED: u8 = 0x40;
    const ORDER: u8 = 0x80;
    let (control, flags) = (view.u8(0)?, view.u8(1)?);
    let (kind, subtype) = ((control >> 2) & 3, control >> 4);
    if kind != 2 || subtype & 4 != 0 || flags & PROTECTED != 0 {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let fragment_number = view.u8(22)? & 0x0f;
    if flags & MORE_FRAGMENTS != 0 || fragment_number != 0 {
        return Err(Stop::NotTcp(NotTcp::Fragment));
    }
    let mut size = 24;
    if flags & TO_AND_FROM_DS == TO_AND_FROM_DS {
        size += 6;
    }
    let mut aggregated = false;
    if subtype & 8 != 0 {
        aggregated = view.u8(size)? & 0x80 != 0;
        size += if flags & ORDER == 0 { 2 } else { 6 };
    }
    if padded {
        size = size.next_multiple_of(4);
    }
    // An aggregate holds several frames: the first one is followed.
    let size = if aggregated { size + 14 } else { size };
    Ok((Protocol::Llc, view.skip(size)?))
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

/// Prism (144 bytes) or AVS, which took over its link type (magic number, length at 4).
pub(super) fn prism(view: View<'_>) -> Step<'_> {
    const AVS_MAGIC: u32 = 0x8021_1000;
    if view.u32(0)? & 0xffff_f000 == AVS_MAGIC {
        return avs(view);
    }
    frame(view.skip(144)?, false)
}

/// AVS: its length at 4.
pub(super) fn avs(view: View<'_>) -> Step<'_> {
    frame(view.skip(view.u32(4)? as usize)?, false)
}
