//! Header prediction (after V. Jacobson's for 4BSD): most segments are the next data in order or an ACK of what was sent, and
//! of those none of has anything to say. One look finds them; they take the short way.
//!
//! Owns: which segments those are, and what is left to do with them. Must not know: how the rules judge all others. A test
//! (`tests/prediction.rs`) plays the same segments with it and without it.

#![expect(
    clippy::inline_always,
    reason = "the short way is one function of the compiled program: each call would cost a tenth of it"
)]

use super::direction::{Direction, SHIFT_UNKNOWN};
use super::rules::{acknowledge, note_last, record_of, right_edge};
use super::stream::{Stream, split};
use super::{AnalysisFlags, Observation, flight, windows};
use crate::packet::{Segment, SegmentOrigin, TcpFlags};

const ACK_SYN_FIN_RST: TcpFlags = TcpFlags(0x017);

impl Stream {
    /// Takes a segment of direction `from` if it is the one that an undisturbed conversation makes expect: the next data in
    /// order, or an ACK of what was sent. Says nothing that [`Self::handle`] would not say. False: it takes the long way.
    #[inline]
    pub(super) fn handle_predicted(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        seen: &mut Observation,
    ) -> bool {
        let initial_rtt = self.initial_rtt;
        let timed = initial_rtt != 0 || self.syn_time.is_none(); // T-2
        let (fwd, rev) = split(&mut self.dirs, from);
        let (Some(base), Some(peer_base)) = (fwd.base, rev.base) else {
            return false;
        };
        let predicted = self.settled
            && timed
            && segment.flags.0 & ACK_SYN_FIN_RST.0 == TcpFlags::ACK.0
            && segment.origin == SegmentOrigin::Direct
            && windows::plain_options(segment)
            && fwd.zero_window.is_none()
            && predicted(fwd, rev, segment);
        if !predicted {
            return false;
        }
        fwd.sack_sum = 0;
        let shown = follow(fwd, rev, segment, seen);
        fwd.syn_win = false;
        fwd.packets += 1;
        fwd.bytes += u64::from(segment.len);
        fwd.ip_bytes += u64::from(segment.ip_length);
        seen.stream = self.id;
        seen.analysed = true;
        seen.seq = segment.seq.offset_from(base);
        seen.ack = segment.ack.offset_from(peer_base);
        seen.next_seq = seen.seq.wrapping_add(segment.len);
        seen.initial_rtt = (shown && initial_rtt != 0).then_some(initial_rtt);
        windows::scale(fwd, segment, seen);
        self.note_offload(from, segment, seen);
        self.completeness.later_frame(segment.flags, segment.len);
        self.direct = true;
        self.pass(segment, seen);
        self.tell(from, seen);
        true
    }
}

/// In a conversation without holes, this is an ACK with news or the next data in order that fits the window, so that none of
/// applies. The caller has seen ACK and no SYN, FIN, RST.
#[inline(always)]
fn predicted(fwd: &Direction, rev: &Direction, segment: &Segment<'_>) -> bool {
    let in_order = segment.seq == fwd.next && fwd.next == fwd.cont && fwd.next_known();
    if !in_order || segment.window == 0 || rev.last_win == 0 || segment.ack.follows(rev.cont) {
        return false;
    }
    if segment.len == 0 {
        return segment.ack != fwd.last_ack;
    }
    let end = segment.seq.plus(segment.len);
    segment.len < 1 << 16
        && rev.shift != SHIFT_UNKNOWN
        && end != right_edge(rev)
        && !end.precedes_or_is(rev.last_ack)
        && !fwd.unacked.is_full() // B-7
}

/// The rules that are left for a segment of which [`predicted`] says that find nothing. True when the frame gets
/// an analysis part.
#[inline(always)]
fn follow(
    fwd: &mut Direction,
    rev: &mut Direction,
    segment: &Segment<'_>,
    seen: &mut Observation,
) -> bool {
    rev.flight_known = true;
    fwd.same_paths(rev);
    if segment.ack != fwd.last_ack {
        fwd.nondup = segment.frame;
        fwd.dup_acks = 0;
    }
    if segment.len > 0 {
        fwd.unacked.push(record_of(segment));
        fwd.next = segment.seq.plus(segment.len);
        fwd.cont = fwd.next;
        fwd.next_frame = segment.frame;
        fwd.next_time = segment.timestamp;
    }
    note_last(fwd, segment, AnalysisFlags::default());
    let exact = acknowledge(rev, segment, seen);
    flight::measure(fwd, rev, segment, seen) || exact
}
