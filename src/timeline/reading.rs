//! From payload to message entries: who said what in which frames, whether it is a copy, and which ACKs covered it.

use std::ops::Range;

use super::conversation::{Completed, Conversation, Direction, PendingAck};
use super::copies::Said;
use super::facts::Marks;
use super::limits::{COPY_WINDOW, LINGER, SILENCE, SILENCE_IN_A_LINE};
use super::names::{self, Told};
use super::queue::Held;
use super::story::Story;
use super::timers::Timer;
use super::{Acknowledged, DeliveryEntry, FindingCode, MessageEntry};
use crate::message::{Message, MessageKind};
use crate::net::Timestamp;
use crate::packet::{Segment, SegmentOrigin};
use crate::tcp::{Observation, PerSide, Side, StreamId};

impl Story {
    /// Reads the payload and the ACK of one segment.
    pub(super) fn read(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if segment.origin != SegmentOrigin::Direct {
            return;
        }
        let slot = self.facts.of(seen.stream).conversation;
        let Some(mut conversation) = self.conversations.borrow_out(slot) else {
            return;
        };
        let carries = segment.len > 0 || segment.flags.fin();
        if carries {
            conversation.last_active = segment.timestamp;
            self.expect_lines(&mut conversation);
        }
        let done = &mut self.scratch;
        if carries {
            conversation.payload(segment, seen, done);
        }
        if segment.flags.ack() {
            conversation.acknowledged(seen.side.other(), segment, done);
        }
        if segment.flags.rst() {
            conversation.finish(done);
        }
        if !done.client.messages.is_empty() || !done.server.messages.is_empty() {
            let mut done = std::mem::take(done);
            self.tell_messages(&mut conversation, seen.side, &mut done);
            self.scratch = done;
        }
        self.settle_acks(&mut conversation, seen.side.other());
        if segment.len > 0 {
            self.await_silence(&mut conversation, seen.side);
        }
        self.conversations.give_back(slot, conversation);
    }

    /// Tells what became complete: first what `side` answered, then what it said itself.
    fn tell_messages(
        &mut self,
        conversation: &mut Conversation,
        side: Side,
        done: &mut PerSide<Completed>,
    ) {
        for side in [side.other(), side] {
            let messages = &mut done.of_mut(side).messages;
            if messages.is_empty() {
                continue;
            }
            let mut sharing = std::mem::take(&mut self.sharing);
            count_sharing(conversation, side, messages, &mut sharing);
            for (message, &begin) in messages.drain(..).zip(&sharing) {
                self.tell_message(conversation, side, message, begin);
            }
            self.sharing = sharing;
            // Messages ended by silence or an answer may have been acknowledged long ago.
            self.settle_acks(conversation, side);
        }
    }

    fn tell_message(
        &mut self,
        conversation: &mut Conversation,
        side: Side,
        message: Message,
        (first, sharing): (u64, u32),
    ) {
        self.messages += 1;
        let id = self.messages;
        let stream = conversation.stream;
        let direction = conversation.direction(side);
        let (number, said) = direction.count(message.kind);
        let (frames, frames_total, last) = direction.spans.frames(&message.bytes);
        let at = last.map_or(self.clock, |span| span.at);
        let last_frame = last.map_or(first, |span| span.frame);
        let mut entry = MessageEntry {
            id,
            at,
            stream,
            connection: conversation.connection,
            side,
            number,
            said,
            message,
            frames,
            last_frame,
            frames_total,
            sharing,
            ..MessageEntry::default()
        };
        let (tracked, copy) = match side {
            Side::Client => (self.client_message(conversation, &entry), None),
            Side::Server => self.server_message(conversation, &mut entry),
        };
        if side == Side::Client {
            let room = self.services.room_mut(conversation.room);
            room.learns(entry.message.kind);
        }
        self.note_message(conversation, &entry);
        let end = entry.message.bytes.end;
        let place = self.queue.push_message(self.clock, entry);
        // Session events ask for the frames of their bytes a little later.
        let keep = if self.live {
            at.plus(-4 * self.hold)
        } else {
            self.clock
        };
        let direction = conversation.direction(side);
        direction.spans.forget(end, keep);
        direction.await_ack(PendingAck {
            end,
            at,
            message: id,
            place,
            tracked,
            copy,
        });
    }

    /// A client's message: from now on copies of it are looked for.
    fn client_message(
        &mut self,
        conversation: &mut Conversation,
        entry: &MessageEntry,
    ) -> Option<u64> {
        if entry.message.kind == MessageKind::HttpRequest {
            self.set_member(conversation, false);
        }
        if !entry.message.kind.is_said() {
            return None;
        }
        let said = Said::read(&entry.message.text);
        conversation.asked_name |= said.text.starts_with(b"/nick");
        let receivers = self.members.get(conversation.room).copied().unwrap_or(0);
        let receivers = (receivers, conversation.member);
        let serial = self
            .tracked
            .track(entry, conversation.room, &said, receivers)?;
        self.timers
            .set(self.clock.plus(self.hold), Timer::Partial(serial));
        self.timers
            .set(self.clock.plus(COPY_WINDOW), Timer::Final(serial));
        Some(serial)
    }

    /// A server's message: perhaps a copy of what a client said, perhaps it says who somebody is.
    fn server_message(
        &mut self,
        conversation: &mut Conversation,
        entry: &mut MessageEntry,
    ) -> (Option<u64>, Option<u32>) {
        if entry.message.kind == MessageKind::HttpResponse {
            self.set_member(conversation, conversation.splitter.is_websocket());
        }
        if !entry.message.kind.is_said() {
            return (None, None);
        }
        if let Some(told) = names::told(&entry.message.text) {
            learn_name(conversation, told);
        }
        let said = Said::read(&entry.message.text);
        let line = said.line;
        let stream = conversation.stream;
        let found = self.tracked.find(
            conversation.room,
            stream,
            conversation.cursor,
            entry.at,
            &said,
            |sender| match sender {
                same if same == stream => conversation.name.as_deref(),
                other => {
                    let slot = self.facts.of(other).conversation;
                    self.conversations.get(slot)?.name.as_deref()
                }
            },
        );
        entry.line = line;
        let Some((serial, name)) = found else {
            return (None, None);
        };
        conversation.cursor = conversation.cursor.max(serial + 1);
        let Some(copy) = self.tracked.copied(serial, stream, entry) else {
            return (None, None);
        };
        entry.copy_of = Some(copy.message);
        conversation.takes_part(entry.at);
        let slot = self.facts.of(copy.sender).conversation;
        if let Some(sender) = self.conversations.get_mut(slot)
            && copy.sender != stream
        {
            sender.takes_part(entry.at);
            if let Some(name) = name
                && !sender.name_told
                && sender.name.as_deref() != Some(name)
            {
                sender.name = Some(name.into());
            }
        }
        (Some(serial), copy.copy)
    }

    /// What a message says of its stream: counts, WebSocket, joined or split lines.
    fn note_message(&mut self, conversation: &mut Conversation, entry: &MessageEntry) {
        let fact = self.facts.of_mut(conversation.stream);
        let count = fact.messages.of_mut(entry.side);
        *count = count.saturating_add(1);
        match entry.message.kind {
            MessageKind::WsClose(code) => {
                fact.marks.add(Marks::WEBSOCKET);
                if fact.ws_close == 0 {
                    fact.ws_close = code;
                }
            }
            MessageKind::WsText
            | MessageKind::WsBinary
            | MessageKind::WsPing
            | MessageKind::WsPong => fact.marks.add(Marks::WEBSOCKET),
            // Agreed upon is enough: it may end before the first frame.
            MessageKind::HttpResponse if conversation.splitter.is_websocket() => {
                fact.marks.add(Marks::WEBSOCKET);
            }
            _ => {}
        }
        if !self.wants.events || !entry.message.kind.is_said() {
            return;
        }
        let direction = conversation.direction(entry.side);
        if entry.sharing > 1 && !direction.joined_told {
            direction.joined_told = true;
            self.message_finding(FindingCode::MessagesJoined, entry, entry.sharing);
        }
        if entry.frames_total > 1 && !direction.split_told {
            direction.split_told = true;
            self.message_finding(FindingCode::MessageSplit, entry, entry.frames_total);
        }
    }

    /// Pairs the direction's acknowledged messages with the ACK; most often there are none.
    #[inline]
    fn settle_acks(&mut self, conversation: &mut Conversation, side: Side) {
        if conversation.of(side).is_acked() {
            self.settle_acked(conversation, side);
        }
    }

    #[inline(never)]
    fn settle_acked(&mut self, conversation: &mut Conversation, side: Side) {
        while let Some(pending) = conversation.direction(side).next_acked() {
            let Some((_, frame, at)) = conversation.direction(side).acked else {
                return;
            };
            let ack = Acknowledged {
                frame,
                after: at.since(pending.at),
            };
            self.message_acked(conversation, pending, ack);
        }
    }

    fn message_acked(
        &mut self,
        conversation: &Conversation,
        pending: PendingAck,
        ack: Acknowledged,
    ) {
        let held = self.queue.held_message(pending.place);
        let in_time = held.is_some();
        if let Some(entry) = held {
            entry.ack = Some(ack);
        }
        match (pending.tracked, pending.copy) {
            (Some(serial), Some(copy)) => self.tracked.copy_acked(serial, copy, ack),
            // A copy beyond the list.
            (Some(serial), None) if !self.tracked.is_message(serial, pending.message) => {}
            (Some(serial), None) => self.tracked.acked(serial, ack, in_time),
            (None, _) if in_time => {}
            (None, _) => {
                let late = DeliveryEntry {
                    at: self.clock,
                    message: pending.message,
                    stream: conversation.stream,
                    connection: conversation.connection,
                    ack: Some(ack),
                    complete: true,
                    ..DeliveryEntry::default()
                };
                self.tell_delivery(Some(late));
            }
        }
        if let Some(serial) = pending.tracked {
            let delivery = self.tracked.completed(serial, self.clock, self.hold);
            self.tell_delivery(delivery);
        }
    }

    pub(super) fn tell_delivery(&mut self, delivery: Option<DeliveryEntry>) {
        if let Some(delivery) = delivery {
            self.queue
                .push(self.clock, Held::Delivery(Box::new(delivery)));
        }
    }

    /// Half a line of a client is no message where all others send lines.
    #[inline]
    fn expect_lines(&self, conversation: &mut Conversation) {
        if conversation.splitter.waits_without_lines(Side::Client)
            && self.services.room(conversation.room).clients_use_lines()
        {
            conversation.splitter.expect_lines(Side::Client);
        }
    }

    /// Bytes without line end: silence will end them.
    fn await_silence(&mut self, conversation: &mut Conversation, side: Side) {
        if conversation.splitter.is_waiting(side) && !conversation.direction(side).silence_set {
            self.expect_lines(conversation);
            let patience = patience_in_silence(conversation, side);
            conversation.direction(side).silence_set = true;
            self.timers.set(
                self.clock.plus(patience),
                Timer::Silence(conversation.stream, side),
            );
        }
    }

    /// A silence timer fires.
    pub(super) fn silent(&mut self, stream: StreamId, side: Side) {
        let slot = self.facts.of(stream).conversation;
        let Some(mut conversation) = self.conversations.borrow_out(slot) else {
            return;
        };
        conversation.direction(side).silence_set = false;
        if conversation.splitter.is_waiting(side) {
            let patience = patience_in_silence(&conversation, side);
            let due = conversation.direction(side).last_data.plus(patience);
            if due > self.clock {
                conversation.direction(side).silence_set = true;
                self.timers.set(due, Timer::Silence(stream, side));
            } else {
                let mut done = PerSide::<Completed>::default();
                let messages = &mut done.of_mut(side).messages;
                conversation.splitter.silence(side, messages);
                self.tell_messages(&mut conversation, side, &mut done);
            }
        }
        self.conversations.give_back(slot, conversation);
    }

    /// What was begun and not ended in a connection that is over, or at the end of the capture.
    pub(super) fn read_to_the_end(&mut self, stream: StreamId) {
        let slot = self.facts.of(stream).conversation;
        if let Some(mut conversation) = self.conversations.borrow_out(slot) {
            let mut done = PerSide::<Completed>::default();
            conversation.finish(&mut done);
            self.tell_messages(&mut conversation, Side::Server, &mut done);
            self.conversations.give_back(slot, conversation);
        }
    }

    /// The capture is over: what was not told of the deliveries.
    pub(super) fn finish_deliveries(&mut self) {
        for serial in self.tracked.serials() {
            let delivery = self.tracked.untold(serial, self.clock);
            self.tell_delivery(delivery);
        }
    }

    /// Counts a connection among the receivers of its room, or no longer.
    pub(super) fn set_member(&mut self, conversation: &mut Conversation, member: bool) {
        let member = member && !conversation.ended;
        if conversation.member == member {
            return;
        }
        conversation.member = member;
        let count = self.members.of_mut(conversation.room);
        *count = if member {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
    }

    /// How long a closed connection is joined with late frames.
    pub(super) fn forget_at(&self) -> Timestamp {
        self.clock.plus(LINGER.max(4 * self.hold))
    }
}

/// The server says who somebody is.
#[cold]
fn learn_name(conversation: &mut Conversation, told: Told) {
    match told {
        Told::Welcome(name) => {
            conversation.name = Some(name);
            conversation.name_told = true;
        }
        Told::Renamed(from, to) => {
            if conversation.asked_name && conversation.name.as_ref() == Some(&from) {
                conversation.name = Some(to);
                conversation.asked_name = false;
            }
        }
    }
}

fn patience_in_silence(conversation: &Conversation, side: Side) -> i64 {
    if conversation.splitter.waits_without_lines(side) {
        SILENCE
    } else {
        SILENCE_IN_A_LINE
    }
}

/// For each message the frame in which it begins and how many messages begin there, the unfinished one at the end included.
fn count_sharing(
    conversation: &mut Conversation,
    side: Side,
    messages: &[Message],
    out: &mut Vec<(u64, u32)>,
) {
    let waiting = conversation.splitter.is_waiting(side);
    let direction = conversation.direction(side);
    out.clear();
    if let ([only], false) = (messages, waiting) {
        let frame = begins_in(direction, &only.bytes);
        if frame != direction.began.0 {
            direction.began = (frame, 1);
        }
        return out.push((frame, direction.began.1.max(1)));
    }
    count_many(direction, messages, waiting, out);
}

/// The same of several messages, or one behind which another begins.
#[inline(never)]
fn count_many(
    direction: &mut Direction,
    messages: &[Message],
    waiting: bool,
    out: &mut Vec<(u64, u32)>,
) {
    let begins = messages
        .iter()
        .map(|message| begins_in(direction, &message.bytes));
    out.extend(begins.map(|frame| (frame, 0)));
    let tail = messages
        .last()
        .filter(|_| waiting)
        .map(|last| last.bytes.end);
    let tail = tail.map(|start| begins_in(direction, &(start..start)));
    // A message that began in an earlier segment was counted there.
    let earlier = direction.began;
    let mut from = out.partition_point(|(frame, _)| *frame == earlier.0);
    for entry in &mut out[..from] {
        entry.1 = earlier.1.max(1);
    }
    while let Some(&(frame, _)) = out.get(from) {
        let run = out[from..].iter().take_while(|(f, _)| *f == frame).count();
        let count = run as u32 + u32::from(tail == Some(frame));
        for entry in &mut out[from..from + run] {
            entry.1 = count;
        }
        direction.began = (frame, count);
        from += run;
    }
    if let Some(frame) = tail
        && direction.began.0 != frame
    {
        direction.began = (frame, 1);
    }
}

/// The frame that carried the first of these bytes, or the one from which they are missing.
fn begins_in(direction: &Direction, bytes: &Range<u64>) -> u64 {
    let (start, end) = (bytes.start, bytes.end.max(bytes.start + 1));
    let frames = direction.spans.first_and_last(&(start..end));
    frames.map_or(0, |(first, _)| first)
}
