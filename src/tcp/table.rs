//! Which connection does a frame belong to, and where its state is kept: the newest stream of each 4-tuple (ST-1, ST-2).
//!
//! Owns: the index by 4-tuple, the working set of unpacked streams, the packed ones, forgetting. Must not know: segments' meaning.
//! At most [`Limits::working`] streams are unpacked; the least recently used one is packed when another needs its place.

use std::collections::VecDeque;

use super::codec::Scratch;
use super::key::{Key, Seed};
use super::stream::Stream;
use super::{StreamId, compact};

/// How many connections are remembered, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections kept ready to work on (about 1 KiB each); all others are packed to about 100 bytes, a scan's to 40.
    pub working: usize,
    /// Connections remembered at all; beyond it the oldest ended ones are forgotten, then the oldest idle ones.
    pub remembered: usize,
}

impl Limits {
    /// For a saved capture: every connection counts, because later frames may join it and its number must be right. More are
    /// ready than in a live run: of real traffic most are still open when it ends, and packing costs more than their frames.
    #[must_use]
    pub const fn replay() -> Self {
        Self {
            working: 65_536,
            remembered: usize::MAX,
        }
    }

    /// For a live run of any length.
    #[must_use]
    pub const fn live() -> Self {
        Self {
            working: 8192,
            remembered: 200_000,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::replay()
    }
}

/// So many streams that began or ended last stay unpacked: an answer, or the last ACKs of a close, are still to come.
const RECENT: usize = 128;

/// So many more may wait, to be packed in one go: packing is long code, which the processor would fetch anew for each of them,
/// and behind it the code that it drove out of the cache.
const PACKED_AT_ONCE: usize = 64;

/// Where a stream's state is.
#[derive(Debug)]
enum Place {
    /// At this index of the working set.
    Working(u32),
    Packed(Box<[u8]>),
}

#[derive(Debug)]
struct Slot {
    id: StreamId,
    /// No newer stream has taken over its 4-tuple.
    newest: bool,
    ended: bool,
    place: Place,
}

#[derive(Debug)]
struct Working {
    slot: u32,
    /// Used since the hand last came by.
    used: bool,
    stream: Stream,
}

/// What one unpacked stream takes, its list of unacknowledged segments apart.
#[cfg(test)]
pub(super) const WORKING_BYTES: usize = size_of::<Working>() + size_of::<Slot>();

/// All streams, in order of their numbers.
#[derive(Debug)]
pub(super) struct Table {
    limits: Limits,
    seed: Seed,
    index: Index,
    slots: Vec<Slot>,
    working: Vec<Working>,
    /// Places of the working set whose streams are packed.
    free: Vec<u32>,
    hand: usize,
    /// Slots of streams that began, ended or came back while they were worked on, oldest first: of those that ended and those
    /// that nobody answered, as in a scan, hardly one is worked on again.
    leaving: VecDeque<u32>,
    /// The slot found last: most frames come in runs of one connection.
    last: u32,
    created: u32,
    forgotten: u64,
    /// Working space for packing.
    scratch: Scratch,
}

impl Table {
    pub(super) fn new(limits: Limits) -> Self {
        let limits = Limits {
            working: limits.working.max(1),
            remembered: limits.remembered.max(2),
        };
        Self {
            limits,
            seed: Seed::new(),
            index: Index::default(),
            slots: Vec::new(),
            working: Vec::new(),
            free: Vec::new(),
            hand: 0,
            leaving: VecDeque::new(),
            last: 0,
            created: 0,
            forgotten: 0,
            scratch: Scratch::default(),
        }
    }

    /// Streams numbered so far.
    pub(super) const fn created(&self) -> u32 {
        self.created
    }

    /// Streams forgotten.
    pub(super) const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Whether there is a stream of this 4-tuple.
    #[cold]
    pub(super) fn knows(&mut self, key: &Key) -> bool {
        self.find(key).is_some()
    }

    /// The newest stream of this 4-tuple.
    #[expect(clippy::inline_always, reason = "the key stays in registers")]
    #[inline(always)]
    pub(super) fn find(&mut self, key: &Key) -> Option<u32> {
        let last = self.slots.get(self.last as usize);
        if last.is_some_and(|slot| slot.newest && self.is_of(slot, key)) {
            return Some(self.last);
        }
        let hash = key.hash(&self.seed);
        let (mut slot, mut at) = self.index.next(hash, hash as usize)?;
        while !self.is_of(&self.slots[slot as usize], key) {
            (slot, at) = self.index.next(hash, at + 1)?;
        }
        self.last = slot;
        Some(slot)
    }

    #[expect(clippy::inline_always, reason = "the key stays in registers")]
    #[inline(always)]
    fn is_of(&self, slot: &Slot, key: &Key) -> bool {
        match &slot.place {
            Place::Working(at) => self.working[*at as usize].stream.key == *key,
            Place::Packed(bytes) => Key::read(bytes).0 == *key,
        }
    }

    /// Its state, unpacked.
    #[inline]
    pub(super) fn stream(&mut self, slot: u32) -> &mut Stream {
        let at = match self.slots[slot as usize].place {
            Place::Working(at) => at as usize,
            Place::Packed(_) => self.unpack(slot),
        };
        let working = &mut self.working[at];
        working.used = true;
        &mut working.stream
    }

    /// Adds a stream, the newest of its key from now on: `begin` makes it of whatever was in its place. Returns its slot.
    pub(super) fn add(&mut self, key: &Key, begin: impl FnOnce(&mut Stream, StreamId)) -> u32 {
        if self.slots.len() >= self.limits.remembered.saturating_add(self.slack()) {
            self.forget();
        }
        let slot = self.slots.len() as u32;
        let id = StreamId(self.created);
        self.slots.push(Slot {
            id,
            newest: true,
            ended: false,
            place: Place::Working(0),
        });
        self.created += 1;
        let at = self.settle(slot);
        self.slots[slot as usize].place = Place::Working(at as u32);
        begin(&mut self.working[at].stream, id);
        let (slots, working) = (&mut self.slots, &self.working);
        self.index.insert(key.hash(&self.seed), slot, |other| {
            let other = &mut slots[other as usize];
            let same = match &other.place {
                Place::Working(at) => working[*at as usize].stream.key == *key,
                Place::Packed(bytes) => Key::read(bytes).0 == *key,
            };
            if same {
                other.newest = false;
                other.ended = true;
            }
            same
        });
        self.may_leave(slot);
        self.last = slot;
        slot
    }

    /// It is looked at again when others have come: it may give its place away then. A stream that ends again and again must
    /// not grow the list; what is dropped from it waits for the hand.
    fn may_leave(&mut self, slot: u32) {
        if self.leaving.len() >= self.limits.working {
            self.leaving.pop_front();
        }
        self.leaving.push_back(slot);
    }

    /// The stream is over: it is the first to be packed and the first to be forgotten.
    pub(super) fn mark_ended(&mut self, slot: u32, ended: bool) {
        let entry = &mut self.slots[slot as usize];
        let ended = ended || !entry.newest;
        let ends = ended && !entry.ended;
        entry.ended = ended;
        if ends {
            self.may_leave(slot);
        }
    }

    /// Streams that wait to give their place away.
    #[cfg(test)]
    pub(super) fn waiting_places(&self) -> usize {
        self.leaving.len()
    }

    /// Bytes that the packed streams take.
    #[cfg(test)]
    pub(super) fn packed_bytes(&self) -> usize {
        let bytes = |slot: &Slot| match &slot.place {
            Place::Packed(bytes) => bytes.len(),
            Place::Working(_) => 0,
        };
        self.slots.iter().map(bytes).sum()
    }

    /// Shows every remembered stream to `look`, in order of their numbers.
    pub(super) fn iter<T>(&self, look: impl Fn(&Stream) -> T) -> impl Iterator<Item = T> {
        self.slots.iter().map(move |slot| self.view(slot, &look))
    }

    /// Shows one stream, by its number, to `look`.
    pub(super) fn look_at<T>(&self, id: StreamId, look: impl FnOnce(&Stream) -> T) -> Option<T> {
        Some(self.view(self.slot(id)?, look))
    }

    fn slot(&self, id: StreamId) -> Option<&Slot> {
        let dense = self.slots.get(id.0 as usize).filter(|slot| slot.id == id);
        dense.or_else(|| {
            let at = self.slots.binary_search_by_key(&id, |slot| slot.id).ok()?;
            self.slots.get(at)
        })
    }

    /// Frames of one stream, by its number.
    pub(super) fn frames(&self, id: StreamId) -> Option<u64> {
        Some(match &self.slot(id)?.place {
            Place::Working(at) => self.working[*at as usize].stream.frames(),
            Place::Packed(bytes) => compact::frames(bytes),
        })
    }

    fn view<T>(&self, slot: &Slot, look: impl FnOnce(&Stream) -> T) -> T {
        match &slot.place {
            Place::Working(at) => look(&self.working[*at as usize].stream),
            Place::Packed(bytes) => {
                let mut stream = Stream::blank();
                compact::unpack(slot.id, bytes, &mut stream);
                look(&stream)
            }
        }
    }

    /// Brings a packed stream back into the working set.
    #[cold]
    fn unpack(&mut self, slot: u32) -> usize {
        let at = self.settle(slot);
        let entry = &mut self.slots[slot as usize];
        let (id, place) = (
            entry.id,
            std::mem::replace(&mut entry.place, Place::Working(at as u32)),
        );
        if let Place::Packed(bytes) = place {
            let stream = &mut self.working[at].stream;
            stream.clear();
            compact::unpack(id, &bytes, stream);
        }
        self.may_leave(slot);
        at
    }

    /// Finds a slot a place in the working set: that of a stream that was left some time ago, which keeps the set small and in
    /// the processor's cache; else a new one; and when there is none left, that of the least recently used stream. What is in
    /// the place is the caller's to overwrite, and so is the slot's.
    fn settle(&mut self, slot: u32) -> usize {
        if self.free.is_empty() && self.leaving.len() > RECENT + PACKED_AT_ONCE {
            self.vacate_left();
        }
        let at = match self.free.pop() {
            Some(at) => at as usize,
            None if self.working.len() < self.limits.working => {
                self.working.push(Working {
                    slot,
                    used: true,
                    stream: Stream::blank(),
                });
                self.working.len() - 1
            }
            None => {
                let at = self.victim();
                self.vacate(at);
                at
            }
        };
        let working = &mut self.working[at];
        (working.slot, working.used) = (slot, true);
        at
    }

    /// Packs the stream in a place.
    fn vacate(&mut self, at: usize) {
        let old = &mut self.working[at];
        let packed = compact::pack(&mut old.stream, &mut self.scratch);
        self.slots[old.slot as usize].place = Place::Packed(packed);
    }

    /// Packs the streams that ended first, or began first and were not answered: so many have come and gone since that their
    /// last words are likely said.
    #[cold]
    fn vacate_left(&mut self) {
        while self.leaving.len() > RECENT
            && let Some(slot) = self.leaving.pop_front()
        {
            let slot = &self.slots[slot as usize];
            if let Place::Working(at) = slot.place
                && (slot.ended || self.working[at as usize].stream.is_one_sided())
            {
                self.vacate(at as usize);
                self.free.push(at);
            }
        }
    }

    /// The first stream not used since the hand last passed it (second chance).
    fn victim(&mut self) -> usize {
        loop {
            let at = self.hand % self.working.len();
            self.hand = at + 1;
            if !std::mem::take(&mut self.working[at].used) {
                return at;
            }
        }
    }

    /// How far beyond the limit the table may grow before it is swept.
    const fn slack(&self) -> usize {
        self.limits.remembered / 8 + 1
    }

    /// Forgets the oldest ended streams, then, if that is not enough, the oldest of all, down to the limit.
    #[cold]
    fn forget(&mut self) {
        let mut excess = self.slots.len().saturating_sub(self.limits.remembered);
        for everything in [false, true] {
            let mut doomed = vec![false; self.working.len()];
            for at in self.free.drain(..) {
                doomed[at as usize] = true;
            }
            let before = self.slots.len();
            self.slots.retain(|slot| {
                let forget = excess > 0 && (slot.ended || everything);
                if forget {
                    excess -= 1;
                    if let Place::Working(at) = slot.place {
                        doomed[at as usize] = true;
                    }
                }
                !forget
            });
            self.forgotten += (before - self.slots.len()) as u64;
            let mut doomed = doomed.into_iter();
            self.working.retain(|_| !doomed.next().unwrap_or(false));
            self.renumber();
        }
    }

    /// After slots or working places have moved.
    fn renumber(&mut self) {
        self.last = 0;
        self.hand = 0;
        self.leaving.clear();
        let mut by_id: Vec<u32> = (0..self.working.len() as u32).collect();
        by_id.sort_unstable_by_key(|&at| self.working[at as usize].stream.id);
        let mut next = by_id.into_iter();
        self.index = Index::default();
        for (number, slot) in self.slots.iter_mut().enumerate() {
            let key = match &mut slot.place {
                Place::Working(place) => {
                    // Slots and `by_id` are both in order of stream numbers.
                    let at = next.next().unwrap_or(0);
                    *place = at;
                    self.working[at as usize].slot = number as u32;
                    self.working[at as usize].stream.key
                }
                Place::Packed(bytes) => Key::read(bytes).0,
            };
            if slot.newest {
                self.index
                    .insert(key.hash(&self.seed), number as u32, |_| false);
            }
        }
    }
}

/// Open addressing: 32 bits of the hash beside each slot number, so that a miss rarely touches a stream.
#[derive(Debug, Default)]
struct Index {
    /// (hash bits, slot + 1); slot + 1 = 0: empty. The length is a power of two.
    entries: Vec<(u32, u32)>,
    used: usize,
}

impl Index {
    /// The next slot with this hash from a place on, and its place.
    #[expect(clippy::inline_always, reason = "the key stays in registers")]
    #[inline(always)]
    fn next(&self, hash: u64, from: usize) -> Option<(u32, usize)> {
        let mask = self.entries.len().checked_sub(1)?;
        let mut at = from & mask;
        loop {
            let (tag, slot) = self.entries[at];
            let slot = slot.checked_sub(1)?;
            if tag == tag_of(hash) {
                return Some((slot, at));
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a slot, in place of one with the same hash for which `is_it` holds.
    fn insert(&mut self, hash: u64, slot: u32, mut is_it: impl FnMut(u32) -> bool) {
        if (self.used + 1) * 4 > self.entries.len() * 3 {
            self.grow();
        }
        let mask = self.entries.len() - 1;
        let mut at = hash as usize & mask;
        while let Some(other) = self.entries[at].1.checked_sub(1) {
            if self.entries[at].0 == tag_of(hash) && is_it(other) {
                self.entries[at].1 = slot + 1;
                return;
            }
            at = (at + 1) & mask;
        }
        self.entries[at] = (tag_of(hash), slot + 1);
        self.used += 1;
    }

    fn grow(&mut self) {
        let size = (self.entries.len() * 2).max(64);
        let old = std::mem::replace(&mut self.entries, vec![(0, 0); size]);
        let mask = size - 1;
        for entry in old {
            if entry.1 == 0 {
                continue;
            }
            let mut at = entry.0 as usize & mask;
            while self.entries[at].1 != 0 {
                at = (at + 1) & mask;
            }
            self.entries[at] = entry;
        }
    }
}

/// The hash bits kept in the index; the place comes from the same bits, so that growing needs no keys.
const fn tag_of(hash: u64) -> u32 {
    hash as u32
}
