//! Why was this RST sent? Only what the frames support (docs: verdict vocabulary, rows E01, E03 to E05, E07, E08).
//!
//! Owns: the decision. Must not know: who is the client, what is printed. RFC 9293 sections 3.5.2 and 3.10.4, RFC 1122 section 4.2.2.13.

use super::ResetCause;
use super::closing::Closing;
use super::direction::Direction;
use crate::packet::{Segment, TcpFlags};

/// Decides from the sender's (`fwd`) and the peer's (`rev`) state before the RST.
pub(super) fn of_reset(
    from: usize,
    segment: &Segment<'_>,
    fwd: &Direction,
    rev: &Direction,
    opened: bool,
    closing: &Closing,
) -> ResetCause {
    // RFC 1122 section 4.2.2.13: data that arrives for a socket whose program has closed it is answered by RST.
    let unasked = rev.next_known() && rev.next.follows(fwd.last_ack) && rev.bytes > 0;
    if closing.has_fin(from) && (unasked || !segment.flags.ack()) {
        return ResetCause::WriteAfterClose;
    }
    if !opened || closing.has_fin(from) || !segment.flags.contains(TcpFlags::ACK) {
        return ResetCause::Unknown;
    }
    // RST,ACK without a FIN is an abort by the program's own close. With nothing received, nothing can be unread.
    if rev.bytes == 0 {
        return ResetCause::Linger0;
    }
    // Data that this very RST is the first to acknowledge was not read by anybody. A FIN is no data.
    let end_of_data = closing.fin_of(1 - from).unwrap_or(rev.next);
    if segment.ack.follows(fwd.last_ack) && end_of_data.follows(fwd.last_ack) && fwd.packets > 0 {
        return ResetCause::UnreadData;
    }
    ResetCause::UnreadDataOrLinger0
}
