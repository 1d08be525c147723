//! Wireshark 4.0's sequence analysis of one segment: the rules A of `docs/analysis.md`, with their ids at the lines.
//!
//! Owns: the order and the conditions of the A-rules. Must not know: states, handshakes, who is the client.

use super::acks::Record;
use super::direction::{Direction, SHIFT_NOT_USED, SHIFT_UNKNOWN};
use super::{AnalysisFlags, Observation, flight};
use crate::net::Nanos;
use crate::packet::{Segment, SeqNumber, TcpFlags};

/// A retransmission this soon after the peer's last frame may be a fast one.
const FAST_LIMIT: u64 = 20_000_000;
/// "Out of order" ends here while no initial RTT is known.
const OUT_OF_ORDER_LIMIT: u64 = 3_000_000;
/// Dup ACKs that make a fast retransmission.
const FAST_DUP_ACKS: u32 = 2;
/// The counter's value after an ACK of something never captured.
const POISONED: u32 = u32::MAX;

/// Runs the rules for a segment of known length and writes what they find into `seen`. True when the frame gets an
/// analysis part (P11), even one without flags.
pub(super) fn analyse(
    fwd: &mut Direction,
    rev: &mut Direction,
    initial_rtt: Nanos,
    segment: &Segment<'_>,
    seen: &mut Observation,
) -> bool {
    if segment.flags.ack() {
        rev.flight_known = true;
    }
    let same_paths = fwd.same_paths(rev);
    judge_position(fwd, rev, same_paths, segment, seen);
    if segment.ack != fwd.last_ack {
        fwd.nondup = segment.frame;
        fwd.dup_acks = 0;
    }
    let ahead = judge_ack(rev, segment, seen);
    judge_copy(fwd, rev, initial_rtt, segment, seen);
    remember(fwd, segment, seen.analysis);
    let exact = acknowledge(rev, segment, seen);
    let measured = flight::measure(fwd, rev, segment, seen);
    ahead || exact || measured || !seen.analysis.is_empty()
}

/// what the acknowledgment number takes off the list. True when a record ended exactly there.
#[expect(clippy::inline_always, reason = "part of the short way")]
#[inline(always)]
pub(super) fn acknowledge(
    rev: &mut Direction,
    segment: &Segment<'_>,
    seen: &mut Observation,
) -> bool {
    let Some(record) = rev.unacked.acknowledge(segment.ack) else {
        return false;
    };
    seen.acks_frame = Some(record.frame); // D-2
    let rtt = segment.timestamp.since(record.at);
    seen.ack_rtt = Some(rtt).filter(|&rtt| rtt != 0);
    true
}

/// Takes sequence space: has data, SYN or FIN.
fn occupies(segment: &Segment<'_>) -> bool {
    segment.len > 0 || segment.flags.intersects(TcpFlags::SYN.union(TcpFlags::FIN))
}

/// SYN, FIN or RST ("ctl").
fn control(segment: &Segment<'_>) -> bool {
    let ctl = TcpFlags::SYN.union(TcpFlags::FIN).union(TcpFlags::RST);
    segment.flags.intersects(ctl)
}

/// what the segment's place says by itself.
fn judge_position(
    fwd: &mut Direction,
    rev: &Direction,
    same_paths: bool,
    segment: &Segment<'_>,
    seen: &mut Observation,
) {
    let (seq, len, window) = (segment.seq, segment.len, u32::from(segment.window));
    let flags = &mut seen.analysis;
    if len == 1 && seq == fwd.next && rev.last_win == 0 {
        flags.insert(AnalysisFlags::ZERO_WINDOW_PROBE);
        return;
    }
    let ctl = control(segment);
    if window == 0 && !ctl {
        flags.insert(AnalysisFlags::ZERO_WINDOW);
    }
    if fwd.next_known() && seq.follows(fwd.next) && !segment.flags.rst() {
        flags.insert(AnalysisFlags::LOST_SEGMENT);
        fwd.flight_known = false;
    }
    if ctl {
        return; // everything below asks for a segment without SYN, FIN, RST
    }
    if len <= 1 && seq == fwd.next.minus(1) {
        flags.insert(AnalysisFlags::KEEP_ALIVE);
    }
    if len > 0 {
        if rev.shift != SHIFT_UNKNOWN && seq.plus(len) == right_edge(rev) {
            flags.insert(AnalysisFlags::WINDOW_FULL);
        }
        return;
    }
    if seq != fwd.next || segment.ack != fwd.last_ack {
        return; // not "the same again"
    }
    judge_repeat(fwd, rev, same_paths, window, seen);
}

/// an empty segment with the same numbers as the one before it.
fn judge_repeat(
    fwd: &mut Direction,
    rev: &Direction,
    same_paths: bool,
    window: u32,
    seen: &mut Observation,
) {
    let flags = &mut seen.analysis;
    if window == 0 {
        let probed = rev.last_flags.contains(AnalysisFlags::ZERO_WINDOW_PROBE);
        if fwd.last_win == 0 && probed {
            flags.insert(AnalysisFlags::ZERO_WINDOW_PROBE_ACK);
        }
    } else if window != fwd.last_win {
        flags.insert(AnalysisFlags::WINDOW_UPDATE);
    } else if rev.last_flags.contains(AnalysisFlags::KEEP_ALIVE) {
        flags.insert(AnalysisFlags::KEEP_ALIVE_ACK);
    } else if same_paths {
        flags.insert(AnalysisFlags::DUPLICATE_ACK);
        fwd.dup_acks = match fwd.dup_acks {
            POISONED => 1,
            count => count + 1,
        };
        seen.duplicate_ack = Some((fwd.dup_acks, fwd.nondup));
    }
}

/// The last sequence number that this side's receiver has allowed, plus one (A-35, W-3).
pub(super) fn right_edge(receiver: &Direction) -> SeqNumber {
    let shift = if receiver.syn_win || receiver.shift == SHIFT_NOT_USED {
        0
    } else {
        receiver.shift as u32
    };
    receiver.last_ack.plus(receiver.last_win << shift)
}

/// an ACK of something the capture does not hold. True when its condition held, flag or not.
fn judge_ack(rev: &mut Direction, segment: &Segment<'_>, seen: &mut Observation) -> bool {
    if !segment.flags.ack() || rev.cont.0 == 0 || !segment.ack.follows(rev.cont) {
        return false;
    }
    if rev.cont.precedes(rev.next) {
        seen.analysis.insert(AnalysisFlags::ACK_LOST_SEGMENT);
        rev.cont = rev.next;
    } else {
        if rev.dup_acks == 0 {
            seen.analysis.insert(AnalysisFlags::ACK_LOST_SEGMENT);
        }
        rev.dup_acks = POISONED;
    }
    true
}

/// is it a copy, and of which kind?
fn judge_copy(
    fwd: &Direction,
    rev: &Direction,
    initial_rtt: Nanos,
    segment: &Segment<'_>,
    seen: &mut Observation,
) {
    if !occupies(segment) || seen.analysis.contains(AnalysisFlags::KEEP_ALIVE) {
        return;
    }
    let (seq, end, now) = (
        segment.seq,
        segment.seq.plus(segment.len),
        segment.timestamp,
    );
    let after_control = end.plus(u32::from(
        segment.flags.intersects(TcpFlags::SYN.union(TcpFlags::FIN)),
    ));
    //
    let back = fwd.next_known()
        && seq.precedes(fwd.next)
        && !(segment.len > 1 && seq == fwd.next.minus(1));
    if segment.len > 0 && rev.last_ack.0 != 0 && end.precedes_or_is(rev.last_ack) {
        seen.analysis.insert(AnalysisFlags::SPURIOUS_RETRANSMISSION);
    } else if !back {
        return;
    } else if rev.dup_acks >= FAST_DUP_ACKS
        && rev.last_ack == seq
        && (now.since(rev.last_time) as u64) < FAST_LIMIT
    {
        seen.analysis.insert(AnalysisFlags::FAST_RETRANSMISSION); // A-58 before A-59: A-57
    } else if (now.since(fwd.next_time) as u64) < out_of_order_limit(initial_rtt)
        && after_control != fwd.next
    {
        seen.analysis.insert(AnalysisFlags::OUT_OF_ORDER);
    } else {
        seen.analysis.insert(AnalysisFlags::RETRANSMISSION);
        let (at, frame) = fwd
            .unacked
            .oldest()
            .map_or((fwd.next_time, fwd.next_frame), |r| (r.at, r.frame));
        seen.rto = Some((now.since(at), frame)).filter(|&(rto, _)| rto != 0);
    }
    seen.original_frame = fwd.unacked.carried(seq, after_control);
}

/// A-59's limit, compared as unsigned nanoseconds: a negative initial RTT is a huge one.
const fn out_of_order_limit(initial_rtt: Nanos) -> u64 {
    if initial_rtt == 0 {
        OUT_OF_ORDER_LIMIT
    } else {
        initial_rtt as u64
    }
}

/// what this direction knows from now on.
fn remember(fwd: &mut Direction, segment: &Segment<'_>, flags: AnalysisFlags) {
    let mut end = segment.seq.plus(segment.len);
    if occupies(segment) && !fwd.unacked.is_full() {
        let record = record_of(segment);
        end = record.end;
        fwd.unacked.push(record);
    }
    if !flags.contains(AnalysisFlags::ZERO_WINDOW_PROBE) {
        if !fwd.next_known() || end.follows(fwd.next) {
            fwd.next = end;
            fwd.next_frame = segment.frame;
            fwd.next_time = segment.timestamp;
        }
        if fwd.cont.0 == 0 || segment.seq == fwd.cont {
            fwd.cont = fwd.next;
        }
    }
    note_last(fwd, segment, flags);
}

/// The segment as the list of unacknowledged ones keeps it.
pub(super) fn record_of(segment: &Segment<'_>) -> Record {
    let control = segment.flags.intersects(TcpFlags::SYN.union(TcpFlags::FIN));
    Record {
        frame: segment.frame,
        at: segment.timestamp,
        seq: segment.seq,
        end: segment.seq.plus(segment.len).plus(u32::from(control)),
    }
}

///
pub(super) fn note_last(fwd: &mut Direction, segment: &Segment<'_>, flags: AnalysisFlags) {
    fwd.last_win = u32::from(segment.window);
    fwd.last_ack = segment.ack;
    fwd.last_time = segment.timestamp;
    fwd.last_flags = flags;
}
