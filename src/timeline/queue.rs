//! Entries on hold: in order of time, ready when their hold-back is over.
//!
//! Frames bring the time forward, so what they cause is queued in order; a late frame of a clock that went back keeps its
//! place in the capture. Session events come from another queue and are sorted in by their time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;

use super::limits::{MAX_HELD, MAX_HELD_BYTES};
use super::{
    CaptureStart, CopyEntry, DeliveryEntry, Entry, FindingEntry, HandshakeEntry, MessageEntry,
    PacketEntry, SessionEntry, Sink, StreamEntry, TeardownEntry,
};
use crate::net::Timestamp;

/// An entry that is not yet told. Packets are held in place: most entries are packets, and none of them allocates.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)]
pub(super) enum Held {
    Packet(PacketEntry),
    Capture(Box<CaptureStart>),
    Handshake(Box<HandshakeEntry>),
    Message(Box<MessageEntry>),
    Delivery(Box<DeliveryEntry>),
    Teardown(Box<TeardownEntry>),
    Finding(Box<FindingEntry>),
    Stream(Box<StreamEntry>),
}

impl Held {
    /// Bytes that it holds besides itself, in what a stranger may make long.
    #[inline]
    fn says(&self) -> usize {
        match self {
            Self::Packet(entry) => entry.payload.as_ref().map_or(0, |payload| payload.len()),
            Self::Message(entry) => entry.message.text.len() + 8 * entry.frames.len(),
            Self::Delivery(entry) => size_of::<CopyEntry>() * entry.copies.len(),
            _ => 0,
        }
    }

    fn lend(&self) -> Entry<'_> {
        match self {
            Self::Packet(entry) => Entry::Packet(entry),
            Self::Capture(entry) => Entry::Capture(entry),
            Self::Handshake(entry) => Entry::Handshake(entry),
            Self::Message(entry) => Entry::Message(entry),
            Self::Delivery(entry) => Entry::Delivery(entry),
            Self::Teardown(entry) => Entry::Teardown(entry),
            Self::Finding(entry) => Entry::Finding(entry),
            Self::Stream(entry) => Entry::Stream(entry),
        }
    }
}

/// Place of an entry in the queue; stays valid after it left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u64);

/// A session event on hold, ordered by its time, then by session, then by arrival.
#[derive(Debug)]
struct HeldSession {
    at: Timestamp,
    order: (u64, u64),
    entry: SessionEntry,
}

impl PartialEq for HeldSession {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}
impl Eq for HeldSession {}
impl PartialOrd for HeldSession {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for HeldSession {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// Both kinds of entry, held and ready.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: VecDeque<(Timestamp, Held)>,
    /// Entries that have left.
    gone: u64,
    /// Of those still here, so many are ready.
    ready: usize,
    /// What those say that are not ready, in bytes.
    bytes: usize,
    sessions: BinaryHeap<Reverse<HeldSession>>,
    sessions_ready: VecDeque<(Timestamp, SessionEntry)>,
    arrivals: u64,
}

impl Queue {
    /// Queues an entry at the end; `key` must not be before that of the last one.
    pub(super) fn push(&mut self, key: Timestamp, held: Held) -> Place {
        let place = Place(self.gone + self.entries.len() as u64);
        let key = self.entries.back().map_or(key, |(last, _)| key.max(*last));
        self.bytes += held.says();
        self.entries.push_back((key, held));
        place
    }

    /// Queues a session event at its time.
    pub(super) fn push_session(&mut self, entry: SessionEntry) {
        self.arrivals += 1;
        self.sessions.push(Reverse(HeldSession {
            at: entry.event.at,
            order: (entry.event.session.0, self.arrivals),
            entry,
        }));
    }

    /// Whether anything is here that is not ready.
    #[inline]
    pub(super) fn waits(&self) -> bool {
        self.entries.len() > self.ready || !self.sessions.is_empty()
    }

    /// Time of the oldest entry that is not ready.
    #[inline]
    pub(super) fn next_key(&self) -> Option<Timestamp> {
        self.entries.get(self.ready).map(|(key, _)| *key)
    }

    /// Time of the oldest session event that is not ready.
    pub(super) fn next_session_key(&self) -> Option<Timestamp> {
        self.sessions.peek().map(|Reverse(held)| held.at)
    }

    /// Makes the oldest entry ready, for its last touches.
    pub(super) fn make_ready(&mut self) -> Option<&mut Held> {
        let (_, held) = self.entries.get_mut(self.ready)?;
        self.ready += 1;
        self.bytes -= held.says();
        Some(held)
    }

    /// Makes the oldest session event ready, for its last touches.
    pub(super) fn make_session_ready(&mut self) -> Option<&mut SessionEntry> {
        let Reverse(held) = self.sessions.pop()?;
        self.sessions_ready.push_back((held.at, held.entry));
        self.sessions_ready.back_mut().map(|(_, entry)| entry)
    }

    /// The message at `place`, while it is still held.
    pub(super) fn held_message(&mut self, place: Place) -> Option<&mut MessageEntry> {
        let index = usize::try_from(place.0.checked_sub(self.gone)?).ok()?;
        match self.entries.get_mut(index) {
            Some((_, Held::Message(entry))) if index >= self.ready => Some(entry),
            _ => None,
        }
    }

    /// More is on hold than may be: the oldest has to leave.
    #[inline]
    pub(super) fn is_overfull(&self) -> bool {
        self.entries.len() - self.ready > MAX_HELD || self.bytes > MAX_HELD_BYTES
    }

    /// How many entries are ready.
    #[inline]
    pub(super) const fn ready(&self) -> usize {
        self.ready
    }

    /// Whether anything is ready.
    #[inline]
    pub(super) fn has_ready(&self) -> bool {
        self.ready > 0 || !self.sessions_ready.is_empty()
    }

    /// How many ready entries come before a session event of that time; all of them where there is none.
    fn ready_before(&self, session: Option<Timestamp>) -> usize {
        let Some(at) = session else {
            return self.ready;
        };
        let ready = self.entries.range(..self.ready);
        ready.take_while(|(key, _)| *key <= at).count()
    }

    /// Hands out everything that is ready, by time; what frames caused comes before a session event of the same time.
    pub(super) fn drain(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        while self.has_ready() {
            let session = self.sessions_ready.front().map(|(at, _)| *at);
            let first = self.ready_before(session);
            // By reference, and dropped in place: an entry is large.
            for (_, held) in self.entries.range(..first) {
                sink.entry(held.lend())?;
            }
            self.entries.drain(..first);
            self.gone += first as u64;
            self.ready -= first;
            if let Some((_, entry)) = self.sessions_ready.pop_front() {
                sink.entry(Entry::Session(&entry))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::Fact;
    use super::super::watch::Watch;
    use super::*;
    use crate::message::Message;

    fn message(bytes: usize) -> Held {
        let message = Message {
            text: vec![b'a'; bytes].into(),
            ..Message::default()
        };
        Held::Message(Box::new(MessageEntry {
            message,
            ..MessageEntry::default()
        }))
    }

    /// Pushes and makes ready what is too much, as the story does; returns how many stay on hold.
    fn held(count: usize, bytes: usize) -> usize {
        let mut queue = Queue::default();
        for _ in 0..count {
            queue.push(Timestamp::ZERO, message(bytes));
            while queue.is_overfull() {
                queue.make_ready();
            }
        }
        let held = queue.entries.len() - queue.ready;
        assert_eq!(queue.bytes, held * bytes);
        held
    }

    #[test]
    fn long_messages_wait_within_their_bytes_short_ones_within_their_number() {
        assert_eq!(held(5000, 8192), MAX_HELD_BYTES / 8192);
        assert_eq!(held(MAX_HELD + 10, 3), MAX_HELD);
    }

    #[test]
    fn an_entry_itself_takes_what_the_limits_say() {
        assert!(size_of::<(Timestamp, Held)>() <= 384);
        assert!(size_of::<(Timestamp, Held)>() + size_of::<MessageEntry>() <= 640);
        assert!(size_of::<Watch>() <= 256 && size_of::<Fact>() <= 24);
    }
}
