//! What the headers say as they come: handshakes, closes, resets, repetitions.
//!
//! Owns: when such a thing is worth telling. Must not know: payload, how an entry is made.
//!
//! What few frames need is no part of the function that all go through: the code of the many stays in the processor's cache.

use super::FindingCode;
use super::facts::{Marks, Slot};
use super::limits::{MAX_REPEATED_FINDINGS, SYN_PATIENCE, ZERO_WINDOW_PATIENCE};
use super::story::Story;
use super::telling::with_frames;
use super::timers::Timer;
use super::watch::ZeroWindow;
use crate::net::Nanos;
use crate::packet::{Segment, SegmentOrigin};
use crate::tcp::{
    AnalysisFlags, Certainty, Changes, FrameRole, HandshakeOutcome, Observation, Side, StreamId,
    StreamSummary,
};

const TURNS: Changes = Changes::CLIENT_CHANGED.union(Changes::REVIVED);
const ENDINGS: u16 = Changes::CLOSED.0 | Changes::RESET.0 | Changes::REFUSED.0;

impl Story {
    /// Watches one segment.
    pub(super) fn watch(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if segment.origin != SegmentOrigin::Direct {
            return self.quoted(segment, seen);
        }
        let changes = seen.changes;
        if changes.intersects(TURNS) {
            self.turn(seen);
        }
        if segment.flags.syn() {
            self.opening(segment, seen);
        }
        let fact = self.facts.of(seen.stream);
        let mut slot = fact.watch;
        if changes.contains(Changes::HANDSHAKE_DONE) {
            self.opened(segment, seen);
            slot = self.facts.of(seen.stream).watch;
        } else if slot.is_none()
            && segment.len > 0
            && !segment.flags.rst()
            && !fact.marks.has(Marks::END_SET)
        {
            self.take_up(segment, seen, false);
            slot = self.facts.of(seen.stream).watch;
        }
        if changes.0 & (Changes::CLOSING.0 | Changes::RESET.0) != 0 {
            self.settle(seen.stream, segment.timestamp);
        }
        self.watch_open(slot, segment, seen);
    }

    /// The connection is not what it was taken for.
    #[cold]
    fn turn(&mut self, seen: &Observation) {
        if seen.changes.contains(Changes::CLIENT_CHANGED) {
            self.let_go(seen.stream);
            self.forget_name(seen.stream);
        }
        if seen.changes.contains(Changes::REVIVED) {
            // The RST ended nothing: it is taken up where it goes on.
            self.let_go(seen.stream);
            let ended = Marks::END_SET.0 | Marks::TEARDOWN_TOLD.0;
            self.facts.of_mut(seen.stream).marks.0 &= !ended;
        }
    }

    /// A SYN or SYN,ACK.
    #[inline(never)]
    fn opening(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if seen.role == FrameRole::SynAck && segment.flags.ack() {
            let service = self.services.id_of(segment.source);
            self.services.of_mut(service).listens = true;
        }
        if seen.role == FrameRole::Syn && seen.analysis.intersects(AnalysisFlags::SENT_AGAIN) {
            self.syn_repeated(seen.stream);
        }
        if !self.wants.events {
            return;
        }
        if seen.changes.contains(Changes::STREAM_OPENED) && seen.role == FrameRole::Syn {
            self.timers
                .set(self.clock.plus(SYN_PATIENCE), Timer::Opening(seen.stream));
            if seen.analysis.contains(AnalysisFlags::REUSED_PORTS) {
                let mut finding = self.finding(FindingCode::PortsReused, seen.stream);
                finding.certainty = Certainty::Seen;
                self.tell_finding(with_frames(finding, &[segment.frame]));
            }
        }
        // The server repeats its SYN,ACK although the client has acknowledged it: nobody takes the connection (Linux drops
        // the last ACK of a handshake while the accept queue is full).
        let fact = self.facts.of_mut(seen.stream);
        if seen.role == FrameRole::SynAck && fact.marks.has(Marks::HANDSHAKE_TOLD) {
            let summary = self.analyzer.summary(seen.stream).unwrap_or_default();
            let complete = summary.handshake.outcome == HandshakeOutcome::Complete;
            let many = summary.handshake.answer_retries >= 2;
            if complete && many && fact.marks.first(Marks::ANSWERS_REPEATED_TOLD) {
                self.queue_is_full(summary.connection.server);
                let mut finding = self.finding(FindingCode::AcceptQueueFull, seen.stream);
                finding.side = Some(Side::Server);
                finding.certainty = Certainty::Inferred;
                finding.value = Some(u64::from(summary.handshake.answer_retries));
                self.tell_finding(with_frames(finding, &[segment.frame]));
            }
        }
    }

    /// The handshake is complete.
    #[inline(never)]
    fn opened(&mut self, segment: &Segment<'_>, seen: &Observation) {
        // The number may have belonged to a refused attempt with the same ISN (TR-9).
        let fact = self.facts.of_mut(seen.stream);
        fact.marks.0 &= !Marks::END_SET.0;
        if fact.watch.is_none() {
            self.take_up(segment, seen, true);
        } else if let Some(watch) = self.watches.get_mut(fact.watch) {
            watch.handshake_seen = true;
            watch.open = segment.timestamp;
        }
        if self.wants.events {
            self.tell_handshake(seen.stream);
            self.arm(seen.stream);
        }
    }

    /// The segment's part in an open connection.
    #[inline]
    fn watch_open(&mut self, slot: Slot, segment: &Segment<'_>, seen: &Observation) {
        let Some(watch) = self.watches.get_mut(slot) else {
            return;
        };
        let first_answer =
            segment.len > 0 && seen.side == Side::Server && watch.last_data.server.is_none();
        let opened_again =
            watch.segment(segment, seen, &mut self.services, self.settings.stall_after);
        let remarkable = segment.len > 0
            && !segment.flags.rst()
            && (seen.analysis.intersects(AnalysisFlags::SENT_AGAIN) || watch.is_half_closed());
        if watch.missing && watch.handshake_seen {
            self.facts.of_mut(seen.stream).marks.add(Marks::LOSSY);
        }
        if self.wants.messages && (first_answer || segment.flags.fin() || segment.flags.rst()) {
            let member = first_answer && !segment.flags.fin();
            self.join_or_leave(seen.stream, member);
        }
        if !self.wants.events {
            return;
        }
        if let Some((zero, lasted)) = opened_again.filter(|(zero, _)| zero.told) {
            self.opened_window(zero, lasted, segment, seen);
        }
        if remarkable {
            self.remark(slot, segment, seen);
        }
        let stirs = segment.len > 0 || segment.window == 0 || segment.flags.fin();
        if stirs || seen.changes.contains(Changes::STATE) {
            self.arm(seen.stream);
        }
    }

    /// A window of 0 is over of which a finding has told.
    #[cold]
    fn opened_window(
        &mut self,
        zero: ZeroWindow,
        lasted: Nanos,
        segment: &Segment<'_>,
        seen: &Observation,
    ) {
        let mut finding = self.finding(FindingCode::ZeroWindow, seen.stream);
        finding.side = Some(seen.side);
        finding.certainty = Certainty::Seen;
        finding.duration = Some(lasted);
        self.tell_finding(with_frames(finding, &[zero.frame, segment.frame]));
    }

    /// Repeated data, and data into a half-closed connection.
    #[cold]
    fn remark(&mut self, slot: Slot, segment: &Segment<'_>, seen: &Observation) {
        let Some(watch) = self.watches.get_mut(slot) else {
            return;
        };
        if seen.analysis.intersects(AnalysisFlags::SENT_AGAIN) {
            if watch.retransmissions_told >= MAX_REPEATED_FINDINGS {
                return;
            }
            watch.retransmissions_told += 1;
            let mut finding = self.finding(FindingCode::Retransmission, seen.stream);
            finding.side = Some(seen.side);
            let frames = [seen.original_frame.unwrap_or(0), segment.frame];
            self.tell_finding(with_frames(finding, &frames));
        } else if *watch.fin.of(seen.side.other())
            && !*watch.fin.of(seen.side)
            && !watch.half_closed_told
        {
            watch.half_closed_told = true;
            let summary = self.analyzer.summary(seen.stream).unwrap_or_default();
            let fin = summary.teardown.first_fin;
            let mut finding = self.finding(FindingCode::HalfClosed, seen.stream);
            finding.side = Some(seen.side.other());
            finding.certainty = Certainty::Seen;
            let frames = [fin.map_or(0, |fin| fin.step.frame), segment.frame];
            self.tell_finding(with_frames(finding, &frames));
        }
    }

    /// A connection was closed, reset or refused by this segment, whose payload has been read.
    #[inline]
    pub(super) fn ended(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if seen.changes.0 & ENDINGS != 0 && segment.origin == SegmentOrigin::Direct {
            self.end(segment, seen);
        }
    }

    #[inline(never)]
    fn end(&mut self, segment: &Segment<'_>, seen: &Observation) {
        let stream = seen.stream;
        let fact = self.facts.of_mut(stream);
        let first = fact.marks.first(Marks::END_SET);
        let websocket_cut = fact.marks.has(Marks::WEBSOCKET) && fact.ws_close == 0;
        let whole = !self.lost && !fact.marks.has(Marks::LOSSY);
        if !self.wants.joins() {
            self.let_go(stream);
            return;
        }
        if self.wants.events {
            let summary = self.analyzer.summary(stream).unwrap_or_default();
            self.tell_ending(segment, seen, &summary);
            if websocket_cut && first && whole {
                let finding = self.finding(FindingCode::WsCut, stream);
                self.tell_finding(with_frames(finding, &[segment.frame]));
            }
        }
        if first {
            let told = self.clock.plus(self.hold);
            self.timers.set(told, Timer::Ended(stream));
            self.timers.set(self.forget_at(), Timer::Forget(stream));
        }
    }

    /// The end of a connection, or of an attempt at one.
    fn tell_ending(&mut self, segment: &Segment<'_>, seen: &Observation, summary: &StreamSummary) {
        let stream = seen.stream;
        if seen.changes.contains(Changes::REFUSED) {
            self.tell_handshake(stream);
            let mut finding = self.finding(FindingCode::Refused, stream);
            finding.side = Some(Side::Server);
            finding.certainty = Certainty::Seen;
            let syn = summary.handshake.syn.map_or(0, |step| step.frame);
            self.tell_finding(with_frames(finding, &[syn, segment.frame]));
            return;
        }
        // A scanner's RST, say: the opening went no further.
        let cut_off = summary.handshake.outcome.is_begun() && seen.changes.contains(Changes::RESET);
        if cut_off && !self.facts.of(stream).marks.has(Marks::HANDSHAKE_TOLD) {
            self.tell_handshake(stream);
        }
        let fact = self.facts.of_mut(stream);
        if fact.marks.first(Marks::TEARDOWN_TOLD) {
            self.tell_teardown(summary);
        }
        if let Some(reset) = self
            .teardown_card(summary)
            .reset
            .filter(|_| seen.changes.contains(Changes::RESET))
        {
            let mut finding = self.finding(FindingCode::Reset(reset.cause), stream);
            finding.side = Some(reset.side);
            self.tell_finding(with_frames(finding, &[reset.step.frame]));
        } else if summary.teardown.simultaneous() {
            let fins = [summary.teardown.first_fin, summary.teardown.second_fin];
            let frames = fins.map(|fin| fin.map_or(0, |fin| fin.step.frame));
            let mut finding = self.finding(FindingCode::SimultaneousClose, stream);
            finding.certainty = Certainty::Seen;
            self.tell_finding(with_frames(finding, &frames));
        }
    }

    /// An unanswered SYN has waited long enough.
    pub(super) fn opening_overdue(&mut self, stream: StreamId) {
        let Some(summary) = self.analyzer.summary(stream) else {
            return;
        };
        let fact = self.facts.of_mut(stream);
        if fact.marks.has(Marks::HANDSHAKE_TOLD) || fact.marks.has(Marks::END_SET) {
            return;
        }
        let handshake = summary.handshake;
        if handshake.outcome == HandshakeOutcome::Unanswered {
            fact.marks.add(Marks::UNANSWERED_TOLD);
            let service = self.services.known(summary.connection.server);
            let listens = service.is_some_and(|service| service.listens);
            let retries = u64::from(handshake.syn_retries);
            let (code, value) = if listens && retries > 0 {
                (FindingCode::AcceptQueueFull, retries)
            } else {
                (FindingCode::Unanswered, retries + 1)
            };
            let mut finding = self.finding(code, stream);
            finding.side = Some(Side::Server);
            finding.value = Some(value);
            let syn = handshake.syn.map_or(0, |step| step.frame);
            finding.duration = handshake.syn.map(|step| self.clock.since(step.at));
            // It may still be answered.
            self.tell_opening(stream, false);
            // One SYN of a scan is no finding: clients repeat theirs. Nor is it one where an ICMP error answered.
            if retries > 0 && !self.facts.of(stream).marks.has(Marks::UNREACHABLE) {
                let frames = [syn, summary.last_frame];
                self.tell_finding(with_frames(finding, &frames));
            }
        } else if handshake.outcome == HandshakeOutcome::HalfOpen {
            self.tell_handshake(stream);
        }
    }

    /// Whether a window of 0 lasted long enough to be worth a word.
    pub(super) const fn lasted(duration: Nanos) -> bool {
        duration >= ZERO_WINDOW_PATIENCE
    }
}
