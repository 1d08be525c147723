//! Header prediction (after V. Jacobson's for 4BSD): most segments are the next data in order, a FIN behind it, or an ACK of
//! what was sent, and of those none of has anything to say. One look finds them; they take the short way.
//!
//! Owns: which segments those are, and what is left to do with them. Must not know: how the rules judge all others, the life
//! cycle. A test (`tests/prediction.rs`) plays the same segments with it and without it.

#![expect(
    clippy::inline_always,
    reason = "the short way is one function of the compiled program: each call would cost a tenth of it"
)]

use super::before::Before;
use super::closing::side_of;
use super::direction::{Direction, SHIFT_UNKNOWN};
use super::rules::{acknowledge, note_last, record_of, right_edge};
use super::stream::{Stream, Surroundings, Unsettled, split};
use super::{AnalysisFlags, Observation, flight, options, windows};
use crate::packet::{Segment, SegmentOrigin, TcpFlags};

const ACK_SYN_FIN_RST: u16 = 0x017;
const ACK: u16 = TcpFlags::ACK.0;
const FIN_ACK: u16 = TcpFlags::FIN.0 | TcpFlags::ACK.0;

impl Stream {
    /// Takes a segment of direction `from` if its numbers are those that an undisturbed conversation makes expect: the next
    /// data in order, a FIN behind it, or an ACK of what was sent. Says nothing that [`Self::handle`] would not say. False: it
    /// takes the long way.
    ///
    /// Without `FIGURES` it leaves out what only a reader of this one segment asks for: its window, RTT, bytes in flight, times
    /// and states. What later segments are judged by is the same.
    #[inline]
    pub(super) fn handle_predicted<const FIGURES: bool>(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        seen: &mut Observation,
    ) -> bool {
        match segment.flags.0 & ACK_SYN_FIN_RST {
            ACK => self.take::<false, FIGURES>(from, segment, seen),
            FIN_ACK => self.take_fin(from, segment, seen),
            _ => false,
        }
    }

    /// Of the few FINs the others need to know nothing.
    #[inline(never)]
    fn take_fin(&mut self, from: usize, segment: &Segment<'_>, seen: &mut Observation) -> bool {
        self.take::<true, true>(from, segment, seen)
    }

    #[inline(always)]
    fn take<const FIN: bool, const FIGURES: bool>(
        &mut self,
        from: usize,
        segment: &Segment<'_>,
        seen: &mut Observation,
    ) -> bool {
        let (fwd, rev) = split(&mut self.dirs, from);
        let (Some(base), Some(peer_base)) = (fwd.base, rev.base) else {
            return false;
        };
        let predicted = segment.origin == SegmentOrigin::Direct
            && options::plain_options(segment)
            && fwd.zero_window.is_none()
            && predicted::<FIN>(fwd, rev, segment)
            && !self.opening.self_connect;
        if !predicted {
            return false;
        }
        (seen.stream, seen.analysed) = (self.id, true);
        seen.seq = segment.seq.offset_from(base);
        seen.ack = segment.ack.offset_from(peer_base);
        let control = u32::from(FIN);
        seen.next_seq = seen.seq.wrapping_add(segment.len).wrapping_add(control);
        // What nobody reads, the compiler does not work out.
        let mut unread = Observation::default();
        let figures = if FIGURES { &mut *seen } else { &mut unread };
        fwd.sack_sum = 0;
        let shown = follow::<FIN>(fwd, rev, segment, figures);
        fwd.syn_win = false;
        fwd.packets += 1;
        fwd.bytes += u64::from(segment.len);
        fwd.ip_bytes += u64::from(segment.ip_length);
        windows::scale(fwd, segment, figures);
        self.time(segment);
        let initial_rtt = self.initial_rtt;
        figures.initial_rtt = (shown && initial_rtt != 0).then_some(initial_rtt);
        self.note_offload(from, segment, figures);
        let flags = TcpFlags(if FIN { FIN_ACK } else { ACK });
        self.completeness.later_frame(flags, segment.len);
        self.direct = true;
        self.pass(segment, figures);
        if FIN || self.unsettled[from] != Unsettled::Nothing {
            return self.take_further(from, segment, seen);
        }
        if FIGURES {
            self.tell(from, seen);
        } else {
            seen.side = side_of(from as u8, usize::from(self.client));
        }
        true
    }

    /// It may say something new of the connection's life, too.
    #[inline(never)]
    fn take_further(&mut self, from: usize, segment: &Segment<'_>, seen: &mut Observation) -> bool {
        let before = Before {
            in_order: true,
            ..Before::default()
        };
        self.go_on(from, segment, Surroundings::default(), before, seen);
        self.tell(from, seen);
        true
    }
}

/// In a conversation without holes, this is an ACK with news, or the next data or FIN in order that fits the window, so that
/// none of applies. The caller has seen ACK and no SYN, RST.
#[inline(always)]
fn predicted<const FIN: bool>(fwd: &Direction, rev: &Direction, segment: &Segment<'_>) -> bool {
    let in_order = segment.seq == fwd.next && fwd.next == fwd.cont && fwd.next_known();
    if !in_order || segment.window == 0 || rev.last_win == 0 || segment.ack.follows(rev.cont) {
        return false;
    }
    if segment.len == 0 {
        // none of them a FIN's; B-7
        return if FIN {
            !fwd.unacked.is_full()
        } else {
            segment.ack != fwd.last_ack
        };
    }
    let end = segment.seq.plus(segment.len);
    segment.len < 1 << 16
        && (rev.shift == SHIFT_UNKNOWN || end != right_edge(rev))
        && !end.precedes_or_is(rev.last_ack)
        && !fwd.unacked.is_full() // B-7
}

/// The rules that are left for a segment of which [`predicted`] says that find nothing, and those for a FIN
/// . True when the frame gets an analysis part (P11).
#[inline(always)]
fn follow<const FIN: bool>(
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
    if segment.len > 0 || FIN {
        let record = record_of(segment);
        fwd.next = record.end;
        fwd.cont = fwd.next;
        fwd.next_frame = segment.frame;
        fwd.next_time = segment.timestamp;
        fwd.unacked.push(record);
    }
    if FIN {
        fwd.initiates_or_answers(rev, seen);
    }
    note_last(fwd, segment, AnalysisFlags::default());
    let exact = acknowledge(rev, segment, seen);
    flight::measure(fwd, rev, segment, seen) || exact
}
