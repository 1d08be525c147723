//! Bytes in flight and bytes since the last PSH: rules B and B-1 to B-8.
//!
//! Must not know: which frames exist besides the one at hand. RFC 9293 section 3.4 (SND.UNA, SND.NXT), RFC 2018.

use super::{Observation, direction::Direction};
use crate::packet::Segment;

/// From here on Wireshark takes the figure for nonsense and prints none (B-8).
const IMPLAUSIBLE: u32 = 2_000_000_000;

/// Tells the bytes in flight after this segment, where that is known. True when the rule applied at all, which by itself
/// gives the frame an analysis part (P11).
#[expect(clippy::inline_always, reason = "part of the short way")]
#[inline(always)]
pub(super) fn measure(
    fwd: &mut Direction,
    rev: &Direction,
    segment: &Segment<'_>,
    seen: &mut Observation,
) -> bool {
    if segment.len == 0 || fwd.unacked.is_empty() || !fwd.flight_known {
        return false; // B, B-3
    }
    let Some(base) = fwd.base else {
        return false;
    };
    let control = u32::from(segment.flags.syn() || segment.flags.fin());
    let flight = fwd
        .unacked
        .span(base) // B-1, B-2
        .wrapping_sub(control) // B-4
        .wrapping_sub(rev.sack_sum); // B-5
    // B-6
    fwd.push_sum = if fwd.pushed {
        segment.len
    } else {
        fwd.push_sum.wrapping_add(segment.len)
    };
    fwd.pushed = segment.flags.psh();
    if flight > 0 && flight < IMPLAUSIBLE {
        seen.bytes_in_flight = Some(flight); // B-8
        seen.push_bytes_sent = Some(fwd.push_sum);
    }
    true
}
