//! Which connections are followed: taken up when they open, let go when nothing of them is open any more.
//!
//! Owns: the bounds on how many, and what becomes of a connection's name, ends and place in the room. Must not know: what
//! segments mean, what is told of them.

use super::conversation::Conversation;
use super::facts::{Marks, Slot};
use super::limits::MAX_WATCHES;
use super::services::{RoomId, ServiceId, Services};
use super::story::Story;
use super::watch::Watch;
use crate::net::{FourTuple, Timestamp};
use crate::packet::Segment;
use crate::tcp::{Observation, RoleReason, Side, StreamId, StreamSummary};

impl Story {
    /// A connection is open: it is watched and, if anybody wants messages, read.
    #[inline(never)]
    pub(super) fn take_up(&mut self, segment: &Segment<'_>, seen: &Observation, handshake: bool) {
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
        let learning = self.services.of(learner).room;
        self.facts.of_mut(seen.stream).watch = self.watches.insert(watch, learning);
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

    #[inline(never)]
    pub(super) fn join_or_leave(&mut self, stream: StreamId, member: bool) {
        let slot = self.facts.of(stream).conversation;
        if let Some(mut conversation) = self.conversations.borrow_out(slot) {
            conversation.ended |= !member;
            self.set_member(&mut conversation, member);
            self.conversations.give_back(slot, conversation);
        }
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
    pub(super) fn forget_name(&mut self, stream: StreamId) {
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

/// The ends of a segment's connection.
fn connection_of(segment: &Segment<'_>, side: Side) -> FourTuple {
    match side {
        Side::Client => FourTuple::new(segment.source, segment.destination),
        Side::Server => FourTuple::new(segment.destination, segment.source),
    }
}
