//! What must be remembered of every stream, open or closed, for its last word: 24 bytes each. And a slab for what only open
//! streams have.

use std::collections::VecDeque;

use crate::tcp::{PerSide, StreamId};

/// Things that hold of a stream and cannot be read from its summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(pub(super) u16);

impl Marks {
    /// The program owed an answer when the connection ended, or owes it at the end of the capture.
    pub(super) const STALLED: Self = Self(1);
    /// The usual greeting never came.
    pub(super) const NO_BANNER: Self = Self(1 << 1);
    /// A FIN waited too long for the other side's.
    pub(super) const NEVER_CLOSED: Self = Self(1 << 2);
    /// A window of 0 lasted.
    pub(super) const ZERO_WINDOW: Self = Self(1 << 3);
    /// It spoke WebSocket.
    pub(super) const WEBSOCKET: Self = Self(1 << 4);
    /// Segments are missing from the capture.
    pub(super) const LOSSY: Self = Self(1 << 5);
    /// No data for long, until the end.
    pub(super) const IDLE: Self = Self(1 << 6);
    /// It was let go, and its client's name is kept.
    pub(super) const NAME_KEPT: Self = Self(1 << 7);
    /// A handshake entry was told; it was the final one.
    pub(super) const HANDSHAKE_TOLD: Self = Self(1 << 8);
    /// A teardown entry was told.
    pub(super) const TEARDOWN_TOLD: Self = Self(1 << 9);
    /// Its timer for the end is set or over.
    pub(super) const END_SET: Self = Self(1 << 10);
    /// It was told that nobody answers its SYNs, which may still change.
    pub(super) const UNANSWERED_TOLD: Self = Self(1 << 11);
    /// It was told that the server goes on repeating its SYN,ACK.
    pub(super) const ANSWERS_REPEATED_TOLD: Self = Self(1 << 12);
    /// A window of 0 has lasted and is still there.
    pub(super) const WINDOW_SHUT: Self = Self(1 << 13);
    /// An ICMP error answered its SYN.
    pub(super) const UNREACHABLE: Self = Self(1 << 14);
    /// An ICMP error was told of it.
    pub(super) const COMPLAINED_OF: Self = Self(1 << 15);

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Adds `other`; whether it was new.
    pub(super) const fn first(&mut self, other: Self) -> bool {
        let new = !self.has(other);
        self.add(other);
        new
    }
}

/// Place in a [`Slab`]: index + 1; 0: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot(u32);

impl Slot {
    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }
}

/// Values in reusable places.
#[derive(Debug)]
pub(super) struct Slab<T> {
    items: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    pub(super) fn insert(&mut self, item: T) -> Slot {
        if let Some(index) = self.free.pop() {
            self.items[index as usize] = Some(item);
            return Slot(index + 1);
        }
        self.items.push(Some(item));
        Slot(self.items.len() as u32)
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&T> {
        self.items.get((slot.0.checked_sub(1)?) as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.items
            .get_mut((slot.0.checked_sub(1)?) as usize)?
            .as_mut()
    }

    /// Takes the value out for a while; its place stays reserved.
    pub(super) fn borrow_out(&mut self, slot: Slot) -> Option<T> {
        self.items
            .get_mut((slot.0.checked_sub(1)?) as usize)?
            .take()
    }

    /// Puts a value that was taken out back.
    pub(super) fn give_back(&mut self, slot: Slot, item: T) {
        if let Some(place) = slot.0.checked_sub(1) {
            self.items[place as usize] = Some(item);
        }
    }

    pub(super) fn remove(&mut self, slot: Slot) -> Option<T> {
        let item = self.borrow_out(slot)?;
        self.free.push(slot.0 - 1);
        Some(item)
    }

    pub(super) fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.iter_mut().flatten()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().flatten()
    }
}

/// One stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// Its watch and its conversation, while it has them.
    pub(super) watch: Slot,
    pub(super) conversation: Slot,
    pub(super) marks: Marks,
    /// Code of a WebSocket Close frame; 0: none.
    pub(super) ws_close: u16,
    /// Messages said by each side.
    pub(super) messages: PerSide<u32>,
    /// Frames it had when its stream entry was told; 0: not told.
    pub(super) frames_told: u32,
}

impl Default for Fact {
    fn default() -> Self {
        Self::BLANK
    }
}

impl Fact {
    const BLANK: Self = Self {
        watch: Slot(0),
        conversation: Slot(0),
        marks: Marks(0),
        ws_close: 0,
        messages: PerSide {
            client: 0,
            server: 0,
        },
        frames_told: 0,
    };
}

/// All streams.
#[derive(Debug, Default)]
pub(super) struct Facts {
    kept: VecDeque<Fact>,
    /// Number of the first one kept.
    first: u32,
    nothing: Fact,
}

impl Facts {
    /// The facts of a stream; forgotten ones are blank.
    #[inline]
    pub(super) fn of(&self, stream: StreamId) -> &Fact {
        let index = stream.0.checked_sub(self.first);
        index
            .and_then(|index| self.kept.get(index as usize))
            .unwrap_or(&Fact::BLANK)
    }

    /// The facts of a stream, to change.
    #[inline]
    pub(super) fn of_mut(&mut self, stream: StreamId) -> &mut Fact {
        let Some(index) = stream.0.checked_sub(self.first) else {
            self.nothing = Fact::default();
            return &mut self.nothing;
        };
        let index = index as usize;
        if index >= self.kept.len() {
            self.kept.resize(index + 1, Fact::default());
        }
        &mut self.kept[index]
    }

    /// Keeps only the newest `count`.
    #[inline(never)]
    pub(super) fn keep(&mut self, count: usize) {
        while self.kept.len() > count {
            self.kept.pop_front();
            self.first += 1;
        }
    }
}
