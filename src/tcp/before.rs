//! Facts about a segment that hold only until the A-rules have moved the numbers on.
//!
//! Must not know: what is made of them.

use super::ResetCause;
use super::cause;
use super::closing::Closing;
use super::direction::Direction;
use super::machine::{Machine, Machines, Phase};
use super::opening::Opening;
use super::sizes;
use crate::packet::Segment;

/// What was true before the A-rules moved the numbers on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    /// Its data ends at or before the highest end seen.
    pub(super) copy: bool,
    /// It begins where its sender's data ended, or where the peer expects it.
    pub(super) in_order: bool,
    pub(super) peer_window_closed: bool,
    /// Bytes that it is the first to acknowledge and the capture never held.
    pub(super) missed: u32,
    /// A RST at the number that its receiver expects, and one of a side of which nothing else is known.
    pub(super) exact: bool,
    pub(super) blind: bool,
    /// A FIN before bytes that its receiver acknowledged already, which it does not take (E-10, RFC 9293 section 3.10.7.4):
    /// it is old or forged.
    pub(super) old_fin: bool,
    /// Why a RST was sent.
    pub(super) cause: ResetCause,
}

/// The parts of a stream that the facts are taken from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts<'a> {
    pub(super) dirs: &'a [Direction; 2],
    pub(super) machines: &'a Machines,
    pub(super) opening: &'a Opening,
    pub(super) closing: &'a Closing,
}

impl Before {
    /// Of a segment of direction `from`.
    #[inline]
    pub(super) fn of(segment: &Segment<'_>, from: usize, parts: Parts<'_>) -> Self {
        let (fwd, rev) = (&parts.dirs[from], &parts.dirs[1 - from]);
        let end = segment.seq.plus(segment.len);
        let expected = rev.packets > 0 && segment.seq == rev.last_ack;
        let mut before = Self {
            copy: segment.len > 0 && fwd.next_known() && !end.follows(fwd.next),
            in_order: segment.seq == fwd.next || expected,
            peer_window_closed: rev.last_win == 0,
            missed: sizes::missed(fwd, rev, segment),
            ..Self::default()
        };
        before.old_fin = segment.flags.fin()
            && rev.packets > 0
            && fwd.next_known()
            && rev.last_ack.follows(end.plus(1))
            && !rev.last_ack.follows(fwd.next);
        if segment.flags.rst() {
            before.exact = expected || (fwd.next_known() && segment.seq == fwd.next);
            before.blind = rev.packets == 0 && !fwd.next_known();
            let open = |end: &Machine| end.phase == Phase::Synchronised;
            let abort = cause::Abort {
                from,
                dirs: (fwd, rev),
                opened: parts.machines.iter().all(open),
                by_opener: parts.opening.opener == Some(from as u8),
                closing: parts.closing,
            };
            before.cause = cause::of_reset(segment, &abort);
        }
        before
    }
}
