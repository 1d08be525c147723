//! Why was this RST sent? Only what the frames support (RC-1 to RC-5).
//!
//! Owns: the decision. Must not know: who is the client, what is printed. RFC 9293 sections 3.5.2 and 3.10.4, RFC 1122 section 4.2.2.13.

use super::ResetCause;
use super::closing::Closing;
use super::direction::Direction;
use crate::packet::{Segment, TcpFlags};

/// What was known of the connection before the RST.
pub(super) struct Abort<'a> {
    /// The direction of the RST.
    pub(super) from: usize,
    /// Its sender's, and its receiver's.
    pub(super) dirs: (&'a Direction, &'a Direction),
    /// The connection was open.
    pub(super) opened: bool,
    /// The sender of the RST had opened it.
    pub(super) by_opener: bool,
    pub(super) closing: &'a Closing,
}

/// Decides.
pub(super) fn of_reset(segment: &Segment<'_>, about: &Abort<'_>) -> ResetCause {
    let (fwd, rev) = about.dirs;
    // RC-1, RFC 1122 section 4.2.2.13: data that arrives for a socket whose program has closed it is answered by RST.
    let unasked = rev.next_known() && rev.next.follows(fwd.last_ack) && rev.bytes > 0;
    if about.closing.has_fin(about.from) && (unasked || !segment.flags.ack()) {
        return ResetCause::WriteAfterClose;
    }
    if !about.opened || about.closing.has_fin(about.from) || !segment.flags.contains(TcpFlags::ACK)
    {
        return ResetCause::Unknown; // RC-2
    }
    // RC-3: RST,ACK without a FIN is an abort by the program's own close. With nothing received, nothing can be unread. A server
    // that has not said a word may as well have ended with the connection still in its accept queue.
    if rev.bytes == 0 {
        return if about.by_opener || fwd.bytes > 0 {
            ResetCause::Linger0
        } else {
            ResetCause::Unknown
        };
    }
    // RC-4: data that this very RST is the first to acknowledge was not read by anybody. A FIN is no data.
    let end_of_data = about.closing.fin_of(1 - about.from).unwrap_or(rev.next);
    if segment.ack.follows(fwd.last_ack) && end_of_data.follows(fwd.last_ack) && fwd.packets > 0 {
        return ResetCause::UnreadData;
    }
    ResetCause::UnreadDataOrLinger0 // RC-5
}
