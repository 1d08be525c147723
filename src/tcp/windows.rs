//! Window scaling and the options that matter between frames: rules W-1 to W-5 and B-5, RFC 7323 section 2, RFC 2018 section 3.
//!
//! Must not know: the A-rules that use the shifts.

use super::Observation;
use super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use crate::packet::Segment;

/// Option kinds (RFC 9293 section 3.2, RFC 7323 section 2.2, RFC 2018 section 3).
const END_OF_LIST: u8 = 0;
const NO_OPERATION: u8 = 1;
const WINDOW_SCALE: u8 = 3;
const SACK: u8 = 5;
/// The largest shift (RFC 7323 section 2.3); a larger one counts as this.
const MAX_SHIFT: u8 = 14;
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
pub(super) fn read_options(fwd: &mut Direction, segment: &Segment<'_>) -> bool {
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
        if size < 2 || at + size > claimed {
            return bytes.len() + 2 >= claimed; // as far as the complaint about it reaches
        }
        let there = bytes.get(at + 2..bytes.len().min(at + size));
        let there = there.unwrap_or_default();
        if size < shortest(kind, there) {
            return false;
        }
        read_option(fwd, kind, size, there);
        at += size;
        if at > bytes.len() {
            return false;
        }
    }
    true
}

/// Below this size Wireshark's dissection of an option, and of the header with it, breaks off: SACK without a block, SNACK,
/// and what the subtypes of Multipath TCP (RFC 8684 section 3) cannot do without.
fn shortest(kind: u8, there: &[u8]) -> usize {
    const SNACK: u8 = 21;
    const MULTIPATH: u8 = 30;
    match kind {
        SACK => 10,
        SNACK if there.len() == 4 => 7,
        MULTIPATH => match there.first().map_or(1, |first| first >> 4) {
            0 | 3 | 8 => 4,
            2 => data_sequence_signal(there.get(1).copied().unwrap_or(0)),
            6 | 7 => 12,
            _ => 3,
        },
        _ => 2,
    }
}

/// The size of a data sequence signal with these flags (RFC 8684 section 3.3.1).
const fn data_sequence_signal(flags: u8) -> usize {
    let ack = match flags & 3 {
        1 => 4,
        3 => 8,
        _ => 0,
    };
    let mapping = match flags & 0b1100 {
        0b0100 => 10,
        0b1100 => 14,
        _ => 0,
    };
    4 + ack + mapping
}

/// One option, of which `there` may be less than its `size` says.
fn read_option(fwd: &mut Direction, kind: u8, size: usize, there: &[u8]) {
    match (kind, size, there) {
        (WINDOW_SCALE, 3, &[shift]) => fwd.shift = shift.min(MAX_SHIFT) as i8, // W-2
        (SACK, _, blocks) if size % 8 == 2 => {
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
