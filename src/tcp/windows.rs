//! Window scaling and the options that matter between frames: rules W-1 to W-5 and B-5, RFC 7323 section 2, RFC 2018 section 3.
//!
//! Must not know: the A-rules that use the shifts.

use super::Observation;
use super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use crate::packet::{Segment, TcpOption};

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

/// Reads scale shift and SACK blocks, effective from the next frame on (P10).
pub(super) fn read_options(fwd: &mut Direction, segment: &Segment<'_>) {
    let bytes = segment.options.0;
    if bytes.is_empty() || (bytes.len() == 12 && bytes.starts_with(&TIMESTAMPS_ONLY)) {
        return;
    }
    for (_, option) in segment.options.iter() {
        match option {
            TcpOption::WindowScale(shift) => fwd.shift = shift.min(MAX_SHIFT) as i8, // W-2
            TcpOption::Sack(blocks) => {
                fwd.sack_sum = blocks
                    .iter()
                    .take(SACK_BLOCKS)
                    .fold(0u32, |sum, (left, right)| {
                        sum.wrapping_add(right.offset_from(left))
                    });
            }
            _ => {}
        }
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
