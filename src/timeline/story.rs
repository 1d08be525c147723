//! The inside of the timeline: time passes, entries get their last touches, everything is tied together here.
//!
//! Every decision falls at a point of capture time, before the first later frame is looked at, so that it does not depend on
//! when the caller drains or how frames arrive in batches.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::conversation::{Completed, Conversation};
use super::facts::{Facts, Marks, Slab};
use super::kept_names::KeptNames;
use super::limits::{CLOCK_WENT_BACK, MAX_LOOKS, MAX_TIMES_OVER};
use super::per_room::PerRoom;
use super::queue::Queue;
use super::services::{RoomId, Services};
use super::sessions::Books;
use super::signs::Signs;
use super::timers::{Timer, Timers};
use super::tracked::TrackedMessages;
use super::watches::Watches;
use super::{EndEntry, OptionBytes, PacketEntry, Settings, Wants};
use crate::net::{FourTuple, Nanos, SeededMap, Timestamp};
use crate::packet::Segment;
use crate::tcp::{Analyzer, Changes, Observation, PerSide, StreamId};

/// The time of what is not there.
pub(super) const NEVER: Timestamp = Timestamp::from_nanos(i64::MAX);

/// Everything but the decoder.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) settings: Settings,
    pub(super) wants: Wants,
    pub(super) analyzer: Analyzer,
    /// Everything up to this time has arrived.
    pub(super) clock: Timestamp,
    /// How often the clock of the capture went back.
    times_over: u32,
    pub(super) hold: Nanos,
    pub(super) queue: Queue,
    pub(super) timers: Timers,
    pub(super) facts: Facts,
    pub(super) services: Services,
    pub(super) watches: Watches,
    /// What was found overdue in each room a moment ago.
    pub(super) signs: RefCell<FxHashMap<RoomId, Signs>>,
    pub(super) conversations: Slab<Box<Conversation>>,
    pub(super) kept_names: KeptNames,
    /// Receivers in each room.
    pub(super) members: PerRoom<u32>,
    /// Open connections: the newest stream of a 4-tuple and the one before.
    pub(super) by_tuple: SeededMap<FourTuple, (StreamId, Option<StreamId>)>,
    pub(super) tracked: TrackedMessages,
    /// Connections that may still be looked at for messages that did not come there.
    pub(super) looks_left: usize,
    pub(super) books: Books,
    pub(super) messages: u64,
    pub(super) counts: EndEntry,
    /// The capture is known to have lost frames.
    pub(super) lost: bool,
    /// Session events may come.
    pub(super) live: bool,
    /// The capture is over.
    pub(super) over: bool,
    pub(super) scratch: PerSide<Completed>,
    pub(super) sharing: Vec<(u64, u32)>,
}

impl Story {
    pub(super) fn new(settings: Settings, wants: Wants) -> Self {
        let mut analyzer = Analyzer::new(settings.streams);
        let ports = settings.listening.iter().chain(&settings.greets);
        for port in ports
            .map(|end| end.port)
            .chain(settings.room_ports.iter().copied())
        {
            analyzer.listens_on(port);
        }
        Self {
            // Without anything to join there is nothing to wait for.
            hold: if wants.joins() {
                settings.hold_back.max(0)
            } else {
                0
            },
            services: Services::new(&settings),
            settings,
            wants,
            analyzer,
            clock: Timestamp::from_nanos(i64::MIN),
            times_over: 0,
            queue: Queue::default(),
            timers: Timers::default(),
            facts: Facts::default(),
            watches: Watches::default(),
            signs: RefCell::default(),
            conversations: Slab::default(),
            kept_names: KeptNames::default(),
            members: PerRoom::default(),
            by_tuple: SeededMap::default(),
            tracked: TrackedMessages::default(),
            looks_left: MAX_LOOKS,
            books: Books::default(),
            messages: 0,
            counts: EndEntry::default(),
            lost: false,
            live: false,
            over: false,
            scratch: PerSide::default(),
            sharing: Vec::new(),
        }
    }

    /// Takes one segment; time has passed already.
    pub(super) fn segment(&mut self, segment: &Segment<'_>) {
        let mut seen = Observation::default();
        if self.wants.packets {
            self.packet(segment, &mut seen);
        } else {
            self.analyzer.observe::<false>(segment, &mut seen);
        }
        if seen.changes.contains(Changes::STREAM_OPENED) {
            // Streams that the analyser has forgotten by then need no facts.
            let remembered = self.settings.streams.remembered;
            self.facts.keep(remembered.saturating_mul(2));
        }
        self.watch(segment, &seen);
        if self.wants.messages {
            self.read(segment, &seen);
        }
        self.ended(segment, &seen);
        while self.queue.is_overfull() {
            self.ready_entry();
        }
    }

    /// Observes a segment and enters it with all that is shown of it. Apart from those that nobody asked to see one by one:
    /// neither way is in the other's.
    #[inline(never)]
    fn packet(&mut self, segment: &Segment<'_>, seen: &mut Observation) {
        self.analyzer.observe::<true>(segment, seen);
        let payload = self.wants.payload && !segment.payload.is_empty();
        self.queue.push_packet(self.clock, |entry| {
            write_packet(entry, segment, seen);
            entry.payload = payload.then(|| segment.payload.into());
        });
        if self.hold == 0 {
            self.queue.make_ready(|_| None);
        }
    }

    /// Everything up to `to` has arrived: timers fire and entries become ready, in order of time.
    #[inline]
    pub(super) fn pass_time(&mut self, to: Timestamp) {
        if to <= self.clock {
            return self.stand_still(to);
        }
        if self.timers.next().is_some() || self.queue.waits() {
            self.catch_up(to);
        }
        self.clock = to;
    }

    /// The clock of the capture stands still or goes back.
    #[cold]
    fn stand_still(&mut self, to: Timestamp) {
        if self.clock.since(to) > CLOCK_WENT_BACK && self.times_over < MAX_TIMES_OVER {
            self.times_over += 1;
            self.begin_again(to);
        }
    }

    #[inline(never)]
    fn catch_up(&mut self, to: Timestamp) {
        let hold = self.hold;
        let due = |key: Option<Timestamp>| key.map_or(NEVER, |key| key.plus(hold));
        loop {
            let timer = self.timers.next().unwrap_or(NEVER);
            let session = due(self.queue.next_session_key());
            // At the same time a timer comes before an entry, and that before a session event.
            let before = timer.min(to);
            loop {
                let entry = due(self.queue.next_key());
                if entry >= before || entry > session {
                    break;
                }
                self.ready_entry();
            }
            if timer.min(session) >= to {
                break;
            }
            if timer > session {
                self.ready_session();
            } else if let Some((at, timer)) = self.timers.take() {
                self.clock = self.clock.max(at);
                self.fire(timer);
            }
        }
    }

    /// The clock of the capture went back by far, as where files were put together: what is on its way is told, and the time
    /// before it is compared with none after it.
    fn begin_again(&mut self, now: Timestamp) {
        self.ready_everything();
        let pending: Vec<_> = std::iter::from_fn(|| self.timers.take()).collect();
        for (_, timer) in pending {
            match timer {
                Timer::Opening(_) | Timer::Watch(_) | Timer::Idle(_) => {}
                over => self.fire(over),
            }
        }
        self.ready_everything();
        for watch in self.watches.iter_mut() {
            (watch.armed, watch.timeless) = (None, true);
        }
        self.signs.borrow_mut().clear();
        self.clock = now;
    }

    /// Everything still held becomes ready, whatever its time.
    pub(super) fn ready_everything(&mut self) {
        while self.queue.next_key().is_some() {
            self.ready_entry();
        }
        while self.queue.next_session_key().is_some() {
            self.ready_session();
        }
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Opening(stream) => self.opening_overdue(stream),
            Timer::Silence(stream, side) => self.silent(stream, side),
            Timer::Watch(stream) | Timer::Idle(stream) => self.look_after(stream),
            Timer::Ended(stream) => self.tell_stream(stream),
            Timer::Forget(stream) => self.forget(stream),
            Timer::Partial(serial) => {
                let delivery = self.tracked.partial(serial, self.clock);
                self.tell_delivery(delivery);
            }
            Timer::Final(serial) => self.message_over(serial),
        }
    }

    /// The name of a stream's client, as far as it is known by now.
    pub(super) fn name_of(&self, stream: StreamId) -> Option<Arc<str>> {
        name_of(&self.facts, &self.conversations, &self.kept_names, stream)
    }

    /// The oldest entry's hold-back is over: names and the program's words are attached as far as they are known.
    #[expect(
        clippy::inline_always,
        reason = "once for most entries, in the loop that lets time pass"
    )]
    #[inline(always)]
    fn ready_entry(&mut self) {
        let Self {
            queue,
            facts,
            conversations,
            kept_names,
            books,
            hold,
            ..
        } = self;
        let name_of = |stream| name_of(facts, conversations, kept_names, stream);
        if let Some((entry, name)) = queue.make_ready(name_of)
            && !books.is_empty()
        {
            let until = entry.at.plus(*hold / 2);
            let bytes = &entry.message.bytes;
            let (session, line) = books.line_of(entry.connection, entry.side, bytes, until);
            entry.session = session;
            entry.line = line.or(entry.line);
            *name = name.take().or_else(|| books.name_of(entry.connection));
        }
    }
}

/// The name of a stream's client, while it is read and after.
#[expect(clippy::inline_always, reason = "once for most entries")]
#[inline(always)]
pub(super) fn name_of(
    facts: &Facts,
    conversations: &Slab<Box<Conversation>>,
    kept: &KeptNames,
    stream: StreamId,
) -> Option<Arc<str>> {
    let fact = facts.of(stream);
    let conversation = conversations.get(fact.conversation);
    let name = conversation.and_then(|conversation| conversation.name.clone());
    match name {
        None if fact.marks.has(Marks::NAME_KEPT) => kept.of(stream),
        name => name,
    }
}

/// What is told of a segment, but for its payload; its name comes later. A field that is forgotten here does not compile.
#[inline]
fn write_packet(entry: &mut PacketEntry, segment: &Segment<'_>, seen: &Observation) {
    let PacketEntry {
        frame,
        at,
        source,
        destination,
        flags,
        seq_raw,
        ack_raw,
        window,
        urgent,
        len,
        header_length,
        options,
        payload: _,
        error,
        observation,
        name: _,
    } = entry;
    (*frame, *at) = (segment.frame, segment.timestamp);
    (*source, *destination) = (segment.source, segment.destination);
    (*flags, *seq_raw, *ack_raw) = (segment.flags, segment.seq, segment.ack);
    (*window, *urgent) = (segment.window, segment.urgent);
    *len = seen.analysed.then_some(segment.len);
    *header_length = segment.header_length;
    *options = OptionBytes::copy_of(segment.options);
    *error = segment.origin.error().map(Box::new);
    *observation = *seen;
}
