//! Radiotap (<https://www.radiotap.org>): fields about a frame's reception, in front of the 802.11 frame.

use crate::packet::decoded::NotTcp;
use crate::packet::step::{Protocol, Shape, Step, Stop};
use crate::packet::view::View;

/// Version, padding, length, first word of presence bits.
const FIXED: usize = 8;
/// Bits of the flags field: a check sequence follows the frame; its header is padded to four bytes.
const CHECKED: u8 = 0x10;
const PADDED: u8 = 0x20;

/// Little-endian length at 2; the fields tell whether the 802.11 header is padded, whether a check sequence follows the
/// frame, and whether there is no frame at all.
pub(super) fn frame(view: View<'_>) -> Step<'_> {
    let size = usize::from(view.array(2).map(u16::from_le_bytes)?);
    if size < FIXED {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let rest = view.skip(size)?;
    let Fields { flags, no_frame } = fields(view.limit(size));
    if no_frame {
        return Err(Stop::NotTcp(NotTcp::NoPayload));
    }
    let shape = Shape {
        padded: flags & PADDED != 0,
        checked: flags & CHECKED != 0,
        swapped: false,
    };
    Ok((Protocol::Wlan(shape), rest))
}

/// What of the fields decides how the frame is read.
#[derive(Default)]
struct Fields {
    /// The flags field (bit 1), 0 where there is none; of several the last, but padding stays once one of them tells of it.
    flags: u8,
    /// The field of frames without content (bit 26) is there.
    no_frame: bool,
}

/// Alignment and size of the fields that presence bits announce, in their order. Size 0: unknown to tshark 4.0, which reads
/// no further.
const SIZES: [(usize, usize); 28] = [
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
    (2, 4),
];

/// What the bits of a presence word are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The fields of [`SIZES`]: the first word, and each behind one that says so.
    Known,
    /// Bit numbers from 32 on: nobody has fields there.
    Beyond,
    /// A vendor's own, which are skipped.
    Vendor,
}

/// Namespace bits of a presence word, and the one that another word follows.
const KNOWN_NEXT: u32 = 1 << 29;
const VENDOR_NEXT: u32 = 1 << 30;
const MORE_WORDS: u32 = 1 << 31;

/// Reads the fields of a whole radiotap header.
fn fields(header: View<'_>) -> Fields {
    let mut found = Fields::default();
    let word = |at| header.array(at).map_or(0, u32::from_le_bytes);
    let mut words = FIXED;
    while word(words - 4) & MORE_WORDS != 0 {
        words += 4;
    }
    if word(4) & (KNOWN_NEXT | VENDOR_NEXT) == KNOWN_NEXT | VENDOR_NEXT {
        return found;
    }
    let (mut at, mut meaning) = (words, Meaning::Known);
    for present in (4..words).step_by(4).map(word) {
        let end = match meaning {
            Meaning::Known => known(present, header, at, &mut found),
            Meaning::Beyond if present << 3 != 0 => None,
            Meaning::Beyond | Meaning::Vendor => Some(at),
        };
        let Some(end) = end else { break };
        at = end;
        meaning = match meaning {
            _ if present & VENDOR_NEXT != 0 => Meaning::Vendor,
            _ if present & KNOWN_NEXT != 0 => Meaning::Known,
            Meaning::Vendor => Meaning::Vendor,
            Meaning::Known | Meaning::Beyond => Meaning::Beyond,
        };
        if present & VENDOR_NEXT != 0 {
            match vendor(header, at) {
                Some(end) => at = end,
                None => break,
            }
        }
    }
    found
}

/// Reads the fields of one word from `at` on; where they end, `None` if that is not known.
fn known(present: u32, header: View<'_>, mut at: usize, found: &mut Fields) -> Option<usize> {
    const FLAGS: usize = 1;
    const NO_FRAME: usize = 26;
    for bit in (0..29).filter(|bit| present & 1 << bit != 0) {
        let &(align, size) = SIZES.get(bit)?;
        at = at.next_multiple_of(align);
        if size == 0 || at + size > header.data.len() {
            return None;
        }
        match bit {
            FLAGS => found.flags = header.u8(at).unwrap_or(0) | found.flags & PADDED,
            NO_FRAME => found.no_frame = true,
            _ => {}
        }
        at += size;
    }
    Some(at)
}

/// The end of a vendor's fields: their length stands behind the vendor's number.
fn vendor(header: View<'_>, at: usize) -> Option<usize> {
    let at = at.next_multiple_of(2);
    let skipped = header.array(at + 4).map(u16::from_le_bytes).ok()?;
    let end = at + 6 + usize::from(skipped);
    (end <= header.data.len()).then_some(end)
}
