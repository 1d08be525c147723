//! Window scaling and the options that matter between frames: rules W-1 to W-5 and B-5, RFC 7323 section 2, RFC 2018 section 3.
//!
//! Must not know: the A-rules that use the shifts.

use super::Observation;
use super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use super::multipath::{Cut, Reader};
use crate::packet::{MAX_WINDOW_SHIFT, Segment, SegmentOrigin};

/// Option kinds (RFC 9293 section 3.2, RFC 7323 section 2.2, RFC 2018 section 3).
const END_OF_LIST: u8 = 0;
const NO_OPERATION: u8 = 1;
const WINDOW_SCALE: u8 = 3;
const MULTIPATH: u8 = 30;
const SACK: u8 = 5;
/// Blocks of a SACK option that count (B-5).
const SACK_BLOCKS: usize = 3;
/// The option area of nearly every data segment: two NOPs and time stamps (RFC 7323 appendix A).
const TIMESTAMPS_ONLY: [u8; 4] = [1, 1, 8, 10];

/// The window as it counts (W-1, W-2).
pub(super) fn scale(fwd: &Direction, segment: &Segment<'_>, seen: &mut Observation) {
    seen.window_scaled = u32::from(segment.window);
    if !segment.flags.syn() && fwd.shift >= 0 {
        seen.window_scaled <<= fwd.shift;
        seen.window_shift = Some(fwd.shift as u8);
    }
}

/// The option area is empty or the usual time stamps, all there: nothing in it matters between frames.
#[inline]
pub(super) fn plain_options(segment: &Segment<'_>) -> bool {
    let (claimed, bytes) = (segment.header_length, segment.options.0);
    claimed == 20 || (claimed == 32 && bytes.len() == 12 && bytes.starts_with(&TIMESTAMPS_ONLY))
}

/// Reads scale shift and SACK blocks, effective from the next frame on (P10). False when the header's bytes end among
/// the options (cut frames, quotes): Wireshark's dissection stops there, before P12.
///
/// Works on the bytes, because of a cut option the part that is there still counts.
pub(super) fn read_options(
    fwd: &mut Direction,
    segment: &Segment<'_>,
    ack: u32,
    mut paths: Reader<'_>,
) -> bool {
    let whole = read_each(fwd, segment, ack, &mut paths);
    if whole {
        paths.finish();
    }
    whole
}

/// Reads one option after the other.
fn read_each(fwd: &mut Direction, segment: &Segment<'_>, ack: u32, paths: &mut Reader<'_>) -> bool {
    let bytes = segment.options.0;
    let claimed = usize::from(segment.header_length).saturating_sub(20);
    if claimed == 0 || plain_options(segment) {
        return true;
    }
    let mut at = 0;
    while at < claimed {
        let Some(&kind) = bytes.get(at) else {
            return false;
        };
        if kind == NO_OPERATION {
            at += 1;
            continue;
        }
        if kind == END_OF_LIST {
            return bytes.len() >= claimed; // the padding is looked at, too
        }
        if at + 1 == claimed {
            return true;
        }
        let Some(size) = bytes.get(at + 1).map(|&size| usize::from(size)) else {
            return false;
        };
        if size < 2 {
            return true;
        }
        if at + size == claimed && at + size > bytes.len() && quote_ends(segment) {
            // Of the last option of a quote, kind and length are enough.
            read_option(fwd, kind, size, bytes.get(at + 2..).unwrap_or_default());
            return true;
        }
        if at + size > claimed {
            return bytes.len() + 2 >= claimed; // as far as the complaint about it reaches
        }
        if has_wrong_size(kind, size) {
            at += size; // not looked into
            continue;
        }
        let there = bytes.get(at + 2..bytes.len().min(at + size));
        let there = there.unwrap_or_default();
        // In a quote an option that is too short ends with itself.
        let quoted = segment.origin != SegmentOrigin::Direct;
        if !quoted && size < shortest(kind, there, ack) {
            return false;
        }
        if kind == MULTIPATH {
            match paths.option(size, there) {
                Err(Cut::Short) if quoted && there.len() + 2 == size => {}
                Err(_) => return false,
                Ok(()) => {}
            }
            at += size; // what nobody reads may be cut
            continue;
        }
        read_option(fwd, kind, size, there);
        at += size;
        if at > bytes.len() {
            return false;
        }
    }
    true
}

/// A packet quoted in an ICMP error that ends where the quote does: nothing was cut by the capture.
fn quote_ends(segment: &Segment<'_>) -> bool {
    matches!(segment.origin, SegmentOrigin::IcmpQuote { ends: true, .. })
}

/// The kinds that have one size only (RFC 9293, RFC 7323, RFC 2018, RFC 1072, RFC 1644, RFC 2385, RFC 4782, RFC 5482 and those
/// of the IANA registry without an RFC): of another size they are not read.
const fn has_wrong_size(kind: u8, size: usize) -> bool {
    let right = match kind {
        2 | 20 | 28 => 4,
        WINDOW_SCALE => 3,
        4 | 22 | 23 => 2,
        6 | 7 | 11..=13 => 6,
        8 => 10,
        19 => 18,
        27 => 8,
        78 => 16,
        _ => return false,
    };
    size != right
}

/// Below this size Wireshark's dissection of an option, and of the header with it, breaks off: SACK without a block (unless
/// the relative acknowledgment number `ack` lies before the first byte), SNACK, probes of Riverbed's.
fn shortest(kind: u8, there: &[u8], ack: u32) -> usize {
    const SNACK: u8 = 21;
    const RIVERBED: u8 = 76;
    match kind {
        SACK if ack < 1 << 31 => 10,
        SNACK if there.len() == 4 => 7,
        RIVERBED => there.first().map_or(2, |&first| probe(first)),
        _ => 2,
    }
}

/// The size of a probe of Riverbed's that begins with this byte: type and version. Measured with tshark 4.0.17, every byte
/// and size.
const fn probe(first: u8) -> usize {
    match (first >> 4, first & 1) {
        (0 | 3 | 4, 1) => 10,
        (1, 1) => 14,
        (5, 1) => 18,
        (6..=10, 1) => 8,
        _ => match first {
            0x10 | 0x12 => 8,
            0x0c | 0x0e | 0x14 => 4,
            _ => 2,
        },
    }
}

/// One option, of which `there` may be less than its `size` says.
fn read_option(fwd: &mut Direction, kind: u8, size: usize, there: &[u8]) {
    match (kind, size, there) {
        (WINDOW_SCALE, 3, &[shift]) => fwd.shift = shift.min(MAX_WINDOW_SHIFT) as i8, // W-2
        (SACK, _, blocks) => {
            let length = |block: &[u8; 8]| {
                let edges = u64::from_be_bytes(*block);
                (edges as u32).wrapping_sub((edges >> 32) as u32)
            };
            let (blocks, _) = blocks.as_chunks::<8>();
            fwd.sack_sum = blocks
                .iter()
                .take(SACK_BLOCKS)
                .fold(0, |sum, block| sum.wrapping_add(length(block)));
        }
        _ => {}
    }
}

/// After a SYN or SYN,ACK: is scaling in use? (W-4, P12)
pub(super) fn settle(fwd: &mut Direction, rev: &mut Direction, segment: &Segment<'_>) {
    if fwd.shift == SHIFT_UNKNOWN {
        fwd.shift = SHIFT_NOT_USED;
        rev.shift = SHIFT_NOT_USED;
    } else if segment.flags.ack() && rev.shift == SHIFT_NOT_USED {
        fwd.shift = SHIFT_NOT_USED;
    }
}
