//! Entries on hold: in order of time, ready when their hold-back is over.
//!
//! Frames bring the time forward, so what they cause is queued in order; a late frame of a clock that went back keeps its
//! place in the capture. Session events come from another queue and are sorted in by their time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::sync::Arc;

use super::lane::Lane;
use super::limits::{MAX_HELD, MAX_HELD_BYTES};
use super::{
    CaptureStart, CopyEntry, DeliveryEntry, Entry, FindingEntry, HandshakeEntry, MessageEntry,
    PacketEntry, SessionEntry, Sink, StreamEntry, TeardownEntry,
};
use crate::message::Text;
use crate::net::{Few, Timestamp};
use crate::tcp::StreamId;

/// An entry that is not yet told, in its order.
#[derive(Debug)]
pub(super) enum Held {
    Packet(InLane),
    Message(InLane),
    Capture(Box<CaptureStart>),
    Handshake(Box<HandshakeEntry>),
    Delivery(Box<DeliveryEntry>),
    Teardown(Box<TeardownEntry>),
    Finding(Box<FindingEntry>),
    Stream(Box<StreamEntry>),
}

/// The next entry of its lane. Most entries are packets and messages, and by the time that they are ready they are far away
/// in memory: what is asked of them until they leave is kept here.
#[derive(Clone, Copy, Debug)]
pub(super) struct InLane {
    stream: StreamId,
    /// Bytes that it holds besides itself, in what a stranger may make long.
    says: u32,
}

impl Held {
    /// Bytes that it holds besides itself, in what a stranger may make long.
    #[inline]
    fn says(&self) -> usize {
        match self {
            Self::Packet(entry) | Self::Message(entry) => entry.says as usize,
            Self::Delivery(entry) => size_of::<CopyEntry>() * entry.copies.len(),
            _ => 0,
        }
    }
}

/// Place of a message in the queue; stays valid after it left.
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
    packets: Lane<PacketEntry>,
    messages: Lane<MessageEntry>,
    /// The names that ready packets and messages are told with.
    names: VecDeque<Option<Arc<str>>>,
    /// Of those still here, so many are ready.
    ready: usize,
    /// What those say that are not ready, in bytes.
    bytes: usize,
    sessions: BinaryHeap<Reverse<HeldSession>>,
    sessions_ready: VecDeque<(Timestamp, SessionEntry)>,
    arrivals: u64,
}

impl Queue {
    /// Queues an entry at the end; a `key` before that of the last one counts as that.
    #[inline]
    pub(super) fn push(&mut self, key: Timestamp, held: Held) {
        let key = self.entries.back().map_or(key, |(last, _)| key.max(*last));
        self.bytes += held.says();
        self.entries.push_back((key, held));
    }

    /// Queues a packet: `write` overwrites every field of another one but its name.
    #[inline]
    pub(super) fn push_packet(&mut self, key: Timestamp, write: impl FnOnce(&mut PacketEntry)) {
        let entry = self.packets.push();
        write(entry);
        let payload = entry.payload.as_ref().map_or(0, |payload| payload.len());
        let held = InLane {
            stream: entry.observation.stream,
            says: payload as u32,
        };
        self.push(key, Held::Packet(held));
    }

    /// Queues a message.
    pub(super) fn push_message(&mut self, key: Timestamp, entry: MessageEntry) -> Place {
        let place = Place(self.messages.next_number());
        let says = entry.message.text.len() + size_of::<u64>() * entry.frames.len();
        let held = InLane {
            stream: entry.stream,
            says: says as u32,
        };
        *self.messages.push() = entry;
        self.push(key, Held::Message(held));
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

    /// Makes the oldest entry ready and names the client of its stream, as far as that is known by now. A message and its
    /// name are returned for their last touches.
    pub(super) fn make_ready(
        &mut self,
        name_of: impl FnOnce(StreamId) -> Option<Arc<str>>,
    ) -> Option<(&mut MessageEntry, &mut Option<Arc<str>>)> {
        let (_, held) = self.entries.get(self.ready)?;
        self.ready += 1;
        self.bytes -= held.says();
        match held {
            Held::Packet(entry) => {
                self.names.push_back(name_of(entry.stream));
                self.packets.make_ready();
                None
            }
            Held::Message(entry) => {
                self.names.push_back(name_of(entry.stream));
                Some((self.messages.make_ready()?, self.names.back_mut()?))
            }
            _ => None,
        }
    }

    /// Makes the oldest session event ready, for its last touches.
    pub(super) fn make_session_ready(&mut self) -> Option<&mut SessionEntry> {
        let Reverse(held) = self.sessions.pop()?;
        self.sessions_ready.push_back((held.at, held.entry));
        self.sessions_ready.back_mut().map(|(_, entry)| entry)
    }

    /// The message at `place`, while it is still held.
    pub(super) fn held_message(&mut self, place: Place) -> Option<&mut MessageEntry> {
        self.messages.held(place.0)
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
            for _ in 0..first {
                self.hand_out(sink)?;
            }
            if let Some((_, entry)) = self.sessions_ready.pop_front() {
                sink.entry(Entry::Session(&entry))?;
            }
        }
        Ok(())
    }

    /// The oldest entry leaves.
    #[expect(clippy::inline_always, reason = "the loop over the entries")]
    #[inline(always)]
    fn hand_out(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let Some((_, held)) = self.entries.pop_front() else {
            return Ok(());
        };
        self.ready -= 1;
        let entry = match &held {
            Held::Packet(_) => {
                let (name, entry) = (self.names.pop_front().flatten(), self.packets.leave());
                return entry.map_or(Ok(()), |entry| tell_packet(sink, entry, name));
            }
            Held::Message(_) => {
                let (name, entry) = (self.names.pop_front().flatten(), self.messages.leave());
                return entry.map_or(Ok(()), |entry| tell_message(sink, entry, name));
            }
            Held::Capture(entry) => Entry::Capture(entry),
            Held::Handshake(entry) => Entry::Handshake(entry),
            Held::Delivery(entry) => Entry::Delivery(entry),
            Held::Teardown(entry) => Entry::Teardown(entry),
            Held::Finding(entry) => Entry::Finding(entry),
            Held::Stream(entry) => Entry::Stream(entry),
        };
        sink.entry(entry)
    }
}

/// A packet is told; nothing that it holds stays behind in its place.
#[expect(clippy::inline_always, reason = "part of that loop")]
#[inline(always)]
fn tell_packet(
    sink: &mut dyn Sink,
    entry: &mut PacketEntry,
    name: Option<Arc<str>>,
) -> io::Result<()> {
    entry.name = name;
    let told = sink.entry(Entry::Packet(entry));
    (entry.name, entry.payload) = (None, None);
    told
}

/// The same of a message.
#[expect(clippy::inline_always, reason = "part of that loop")]
#[inline(always)]
fn tell_message(
    sink: &mut dyn Sink,
    entry: &mut MessageEntry,
    name: Option<Arc<str>>,
) -> io::Result<()> {
    entry.name = name;
    let told = sink.entry(Entry::Message(entry));
    (entry.name, entry.frames) = (None, Few::default());
    entry.message.text = Text::default();
    told
}

#[cfg(test)]
mod tests {
    use super::super::facts::Fact;
    use super::*;
    use crate::message::Message;

    fn message(bytes: usize) -> MessageEntry {
        let message = Message {
            text: vec![b'a'; bytes].into(),
            ..Message::default()
        };
        MessageEntry {
            message,
            ..MessageEntry::default()
        }
    }

    /// Pushes and makes ready what is too much, as the story does; returns how many stay on hold.
    fn held(count: usize, bytes: usize) -> usize {
        let mut queue = Queue::default();
        for _ in 0..count {
            queue.push_message(Timestamp::ZERO, message(bytes));
            while queue.is_overfull() {
                queue.make_ready(|_| None);
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
        let order = size_of::<(Timestamp, Held)>();
        assert!(order + size_of::<PacketEntry>() <= 400);
        assert!(order + size_of::<MessageEntry>() <= 400);
        assert!(size_of::<Fact>() <= 24);
    }
}
