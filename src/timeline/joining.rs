//! Session events meet their streams: by 4-tuple and time (ports are used again), when their hold-back is over.

use super::SessionEntry;
use super::story::Story;
use crate::chat::{SessionEvent, SessionEventKind};
use crate::net::{FourTuple, Timestamp};
use crate::tcp::{Side, StreamId};

impl Story {
    /// Takes a session event.
    pub(super) fn session(&mut self, event: SessionEvent) {
        if self.wants.messages {
            self.books.take(&event);
        }
        if self.wants.events {
            self.queue.push_session(SessionEntry {
                event,
                stream: None,
                after_handshake: None,
                frames: None,
            });
        }
    }

    /// The oldest session event's hold-back is over: its stream, the handshake before it, the frames of its bytes.
    pub(super) fn ready_session(&mut self) {
        let Self {
            queue,
            facts,
            conversations,
            watches,
            by_tuple,
            books,
            hold,
            ..
        } = self;
        let Some(entry) = queue.make_session_ready() else {
            return;
        };
        let event = &entry.event;
        let started = |stream: StreamId| -> Option<Timestamp> {
            let fact = facts.of(stream);
            watches.get(fact.watch).map(|watch| watch.open)
        };
        let (newest, before) = by_tuple
            .get(&event.connection)
            .map_or((None, None), |&(newest, before)| (Some(newest), before));
        // The program hears of a connection after its handshake: one that opened later is another.
        let later = |stream: &StreamId| {
            started(*stream).is_some_and(|open| open.since(event.at) > *hold / 2)
        };
        entry.stream = match newest {
            Some(stream) if later(&stream) => before,
            other => other,
        };
        if let Some(stream) = entry.stream {
            let fact = facts.of(stream);
            if let SessionEventKind::Connected { .. } = event.kind {
                let watch = watches.get(fact.watch).filter(|watch| watch.handshake_seen);
                entry.after_handshake = watch.map(|watch| event.at.since(watch.open));
            }
            if let Some(conversation) = conversations.get(fact.conversation) {
                let (side, bytes) = match &event.kind {
                    SessionEventKind::Read { bytes } | SessionEventKind::Said { bytes, .. } => {
                        (Side::Client, bytes)
                    }
                    SessionEventKind::Wrote { bytes, .. } => (Side::Server, bytes),
                    _ => return,
                };
                entry.frames = conversation.of(side).spans.first_and_last(bytes);
            }
        } else if let SessionEventKind::Disconnected { .. } = event.kind {
            books.forget(event.connection, event.at);
        }
    }

    /// The newest stream of a connection.
    pub(super) fn stream_of(&self, connection: FourTuple) -> Option<StreamId> {
        self.by_tuple.get(&connection).map(|&(newest, _)| newest)
    }
}
