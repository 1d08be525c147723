//! What the headers say as they come: handshakes, closes, resets, and what the program owes; findings with their evidence.

use super::conversation::Conversation;
use super::facts::{Marks, Slot};
use super::limits::{
    MAX_EVIDENCE, MAX_REPEATED_FINDINGS, MAX_WATCHES, SYN_PATIENCE, ZERO_WINDOW_PATIENCE,
};
use super::queue::Held;
use super::services::{RoomId, ServiceId, Services};
use super::story::Story;
use super::timers::Timer;
use super::watch::Watch;
use super::{FindingCode, FindingEntry, HandshakeEntry, MessageEntry, TeardownEntry};
use crate::net::{FourTuple, Nanos, Timestamp};
use crate::packet::{Segment, SegmentOrigin};
use crate::tcp::{
    AnalysisFlags, Certainty, Changes, FrameRole, HandshakeOutcome, Observation, RoleReason, Side,
    StreamId, StreamSummary,
};

const ENDINGS: u16 = Changes::CLOSED.0 | Changes::RESET.0 | Changes::REFUSED.0;

impl Story {
    /// Watches one segment.
    pub(super) fn watch(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if segment.origin != SegmentOrigin::Direct {
            return;
        }
        let changes = seen.changes;
        if changes.contains(Changes::CLIENT_CHANGED) {
            self.let_go(seen.stream);
            self.forget_name(seen.stream);
        }
        if changes.contains(Changes::REVIVED) {
            // The RST ended nothing: it is taken up where it goes on.
            self.let_go(seen.stream);
            let ended = Marks::END_SET.0 | Marks::TEARDOWN_TOLD.0;
            self.facts.of_mut(seen.stream).marks.0 &= !ended;
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

    /// A SYN or SYN,ACK.
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

    /// A connection is open: it is watched and, if anybody wants messages, read.
    fn take_up(&mut self, segment: &Segment<'_>, seen: &Observation, handshake: bool) {
        if self.watches.len() >= MAX_WATCHES {
            self.shed();
        }
        let connection = connection_of(segment, seen.side);
        let service = self.services.id_of(connection.server);
        let by_guess = |summary: StreamSummary| {
            let reason = summary.client_by;
            matches!(
                reason,
                RoleReason::WellKnownPort | RoleReason::SentFirstFrame
            )
        };
        let guessed = !handshake && self.analyzer.summary(seen.stream).is_some_and(by_guess);
        // Of guessed roles no habit is learned, and none is missed.
        let learner = if guessed {
            Services::STRANGERS
        } else {
            service
        };
        let proof = (handshake, !guessed);
        let watch = Watch::new((seen.stream, connection), learner, segment.timestamp, proof);
        self.facts.of_mut(seen.stream).watch = self.watches.insert(watch);
        if self.wants.messages {
            let room = self.services.of(service).room;
            self.converse(segment, seen, connection, (service, room), handshake);
        }
        if self.wants.events {
            let before = self.by_tuple.get(&connection).map(|&(newest, _)| newest);
            let before = before.filter(|&before| before != seen.stream);
            self.by_tuple.insert(connection, (seen.stream, before));
        }
    }

    fn converse(
        &mut self,
        segment: &Segment<'_>,
        seen: &Observation,
        connection: FourTuple,
        (service, room): (ServiceId, RoomId),
        handshake: bool,
    ) {
        if self.conversations.len() >= self.settings.max_conversations {
            self.shed();
        }
        let at = segment.timestamp;
        let mut conversation = Conversation::new(seen.stream, connection, room, at, !handshake);
        conversation.handshake_at = handshake.then_some(at);
        conversation.cursor = self.tracked.next_serial();
        // Where clients are greeted, the greeting makes them receivers.
        let greets = self.services.of(service).greets();
        self.set_member(&mut conversation, !greets || !handshake);
        let slot = self.conversations.insert(Box::new(conversation));
        self.facts.of_mut(seen.stream).conversation = slot;
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
            let mut finding = self.finding(FindingCode::ZeroWindow, seen.stream);
            finding.side = Some(seen.side);
            finding.certainty = Certainty::Seen;
            finding.duration = Some(lasted);
            self.tell_finding(with_frames(finding, &[zero.frame, segment.frame]));
        }
        if segment.len > 0 || segment.window == 0 || segment.flags.fin() {
            self.remark(segment, seen);
            self.arm(seen.stream);
        } else if seen.changes.contains(Changes::STATE) {
            self.arm(seen.stream);
        }
    }

    fn join_or_leave(&mut self, stream: StreamId, member: bool) {
        let slot = self.facts.of(stream).conversation;
        if let Some(mut conversation) = self.conversations.borrow_out(slot) {
            conversation.ended |= !member;
            self.set_member(&mut conversation, member);
            self.conversations.give_back(slot, conversation);
        }
    }

    /// Repeated data, and data into a half-closed connection.
    fn remark(&mut self, segment: &Segment<'_>, seen: &Observation) {
        let slot = self.facts.of(seen.stream).watch;
        let Some(watch) = self.watches.get_mut(slot) else {
            return;
        };
        if segment.len == 0 || segment.flags.rst() {
            return;
        }
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
    pub(super) fn ended(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if seen.changes.0 & ENDINGS == 0 || segment.origin != SegmentOrigin::Direct {
            return;
        }
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

    /// The handshake card for good, with what was odd about it.
    pub(super) fn tell_handshake(&mut self, stream: StreamId) {
        self.facts.of_mut(stream).marks.add(Marks::HANDSHAKE_TOLD);
        self.tell_opening(stream, false);
    }

    /// The card as it is by now: another may follow. `unfinished` where only the end of the capture brings it.
    pub(super) fn tell_opening(&mut self, stream: StreamId, unfinished: bool) {
        let Some(summary) = self.analyzer.summary(stream) else {
            return;
        };
        let handshake = summary.handshake;
        let entry = HandshakeEntry {
            at: self.clock,
            stream,
            connection: summary.connection,
            handshake,
            unfinished,
        };
        self.queue
            .push(self.clock, Held::Handshake(Box::new(entry)));
        let steps = [handshake.syn, handshake.answer].map(|step| step.map_or(0, |s| s.frame));
        let odd = if handshake.self_connect {
            FindingCode::SelfConnect
        } else if handshake.outcome == HandshakeOutcome::Simultaneous {
            FindingCode::SimultaneousOpen
        } else {
            return;
        };
        let mut finding = self.finding(odd, stream);
        finding.certainty = Certainty::Seen;
        self.tell_finding(with_frames(finding, &steps));
    }

    pub(super) fn tell_teardown(&mut self, summary: &StreamSummary) {
        let entry = TeardownEntry {
            at: self.clock,
            stream: summary.stream,
            connection: summary.connection,
            teardown: self.teardown_card(summary),
        };
        self.queue.push(self.clock, Held::Teardown(Box::new(entry)));
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
            // One SYN of a scan is no finding: clients repeat theirs.
            if retries > 0 {
                let frames = [syn, summary.last_frame];
                self.tell_finding(with_frames(finding, &frames));
            }
        } else if handshake.outcome == HandshakeOutcome::HalfOpen {
            self.tell_handshake(stream);
        }
    }

    /// A finding about a stream, made now, inferred until said otherwise.
    pub(super) fn finding(&self, code: FindingCode, stream: StreamId) -> FindingEntry {
        FindingEntry {
            at: self.clock,
            stream: Some(stream),
            connection: self.analyzer.summary(stream).map(|s| s.connection),
            code,
            side: None,
            certainty: Certainty::Inferred,
            frames: Vec::new(),
            duration: None,
            value: None,
        }
    }

    pub(super) fn tell_finding(&mut self, finding: FindingEntry) {
        self.queue
            .push(self.clock, Held::Finding(Box::new(finding)));
    }

    /// A finding about a message's segments.
    pub(super) fn message_finding(&mut self, code: FindingCode, entry: &MessageEntry, count: u32) {
        let mut finding = self.finding(code, entry.stream);
        finding.side = Some(entry.side);
        finding.certainty = Certainty::Seen;
        finding.value = Some(u64::from(count));
        self.tell_finding(with_frames(finding, &entry.frames));
    }

    /// Whether a window of 0 lasted long enough to be worth a word.
    pub(super) const fn lasted(duration: Nanos) -> bool {
        duration >= ZERO_WINDOW_PATIENCE
    }

    /// Lets a connection go: nothing of it is open any more.
    pub(super) fn let_go(&mut self, stream: StreamId) {
        let fact = self.facts.of_mut(stream);
        let (watch, conversation) = (fact.watch, fact.conversation);
        fact.watch = Slot::default();
        fact.conversation = Slot::default();
        let watched = self.watches.remove(watch);
        if let Some(mut conversation) = self.conversations.remove(conversation) {
            self.set_member(&mut conversation, false);
            if let Some(name) = conversation.name {
                self.facts.of_mut(stream).marks.add(Marks::NAME_KEPT);
                self.kept_names.keep(stream, name);
            }
        }
        // By the ends it was entered with: since then it may have been told who is the client, or been forgotten.
        if let Some(watch) = watched {
            self.release(watch.connection, stream);
        }
    }

    /// The other end is the client: the name was never its own.
    fn forget_name(&mut self, stream: StreamId) {
        self.facts.of_mut(stream).marks.0 &= !Marks::NAME_KEPT.0;
        self.kept_names.forget(stream);
    }

    /// The ends of a connection are free, unless another one has them by now (a port that is used again at once): what the
    /// program said is then about that one.
    fn release(&mut self, ends: FourTuple, stream: StreamId) {
        let newest = self.by_tuple.get(&ends).map(|&(newest, _)| newest);
        if newest.is_none_or(|newest| newest == stream) {
            self.by_tuple.remove(&ends);
            self.books.forget(ends, self.clock);
        }
    }

    /// A closed connection has lingered long enough.
    pub(super) fn forget(&mut self, stream: StreamId) {
        if !self.facts.of(stream).marks.has(Marks::END_SET) {
            return;
        }
        self.let_go(stream);
    }

    /// Too many connections are open: the longest silent quarter is let go.
    fn shed(&mut self) {
        let mut silent: Vec<(Timestamp, StreamId)> = self
            .watches
            .iter()
            .map(|watch| (watch.last_stir(), watch.stream))
            .collect();
        silent.sort_unstable();
        silent.truncate(silent.len().div_ceil(4));
        for (at, stream) in silent {
            self.settle(stream, at);
            self.let_go(stream);
        }
    }
}

/// Evidence, oldest first, each frame once, without unknown ones.
pub(super) fn with_frames(mut finding: FindingEntry, frames: &[u64]) -> FindingEntry {
    for &frame in frames.iter().filter(|&&frame| frame != 0) {
        if !finding.frames.contains(&frame) && finding.frames.len() < MAX_EVIDENCE {
            finding.frames.push(frame);
        }
    }
    finding
}

/// The ends of a segment's connection.
fn connection_of(segment: &Segment<'_>, side: Side) -> FourTuple {
    match side {
        Side::Client => FourTuple::new(segment.source, segment.destination),
        Side::Server => FourTuple::new(segment.destination, segment.source),
    }
}
