//! Window scaling: rules W-1 to W-5, RFC 7323 section 2.
//!
//! Must not know: the A-rules that use the shifts, how options are read.

use super::Observation;
use super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use crate::packet::Segment;

/// The window as it counts (W-1, W-2).
pub(super) fn scale(fwd: &Direction, segment: &Segment<'_>, seen: &mut Observation) {
    seen.window_scaled = u32::from(segment.window);
    if !segment.flags.syn() && fwd.shift >= 0 {
        seen.window_scaled <<= fwd.shift;
        seen.window_shift = Some(fwd.shift as u8);
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
