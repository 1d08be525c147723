//! What waits until its missing pieces come, and how much of it may.
//!
//! Owns: the bounds. Must not know: what the pieces are and how they fit.

use crate::net::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Most datagrams waiting at once in one table (there is one for each kind of pieces): more than the 833 halves of 1500 bytes
/// that a gigabit link brings in 10 ms.
pub const MAX_DATAGRAMS: usize = 2048;
/// Most bytes waiting at once in one table, bookkeeping included and parts that overlap counted: 128 datagrams of the full 64 KiB.
pub const MAX_WAITING_BYTES: usize = 8 << 20;
/// When a bound bites, fragments older than this go first: the 60 s of RFC 8200 section 4.5, by capture time. Without
/// pressure nothing is thrown away, as tshark never does either.
pub const MAX_WAITING_NANOS: i64 = 60_000_000_000;

/// What one piece costs besides its bytes, and what waits costs besides its pieces.
pub(super) const PIECE_OVERHEAD: usize = 96;

/// Something in pieces.
pub(super) trait Puzzle: Default {
    /// One of them.
    type Piece<'d>;

    /// Adds one; the whole if nothing is missing any more.
    fn add(&mut self, piece: Self::Piece<'_>) -> Option<Vec<u8>>;

    /// What its pieces take, in bytes.
    fn cost(&self) -> usize;
}

/// Everything with holes, by what tells it apart.
#[derive(Debug)]
pub(super) struct Waiting<K, P> {
    puzzles: HashMap<K, Entry<P>>,
    /// Who waits by serial number: the oldest first.
    order: BTreeMap<u64, K>,
    cost: usize,
    serial: u64,
    /// Thrown away because a bound bit.
    pub(super) evicted: u64,
}

#[derive(Debug)]
struct Entry<P> {
    puzzle: P,
    started: Timestamp,
    serial: u64,
}

impl<K, P> Default for Waiting<K, P> {
    fn default() -> Self {
        Self {
            puzzles: HashMap::new(),
            order: BTreeMap::new(),
            cost: 0,
            serial: 0,
            evicted: 0,
        }
    }
}

impl<P: Puzzle> Entry<P> {
    fn cost(&self) -> usize {
        PIECE_OVERHEAD + self.puzzle.cost()
    }
}

impl<K: Copy + Eq + Hash, P: Puzzle> Waiting<K, P> {
    /// Adds one piece; the whole if that was the last hole.
    pub(super) fn add(&mut self, key: K, piece: P::Piece<'_>, now: Timestamp) -> Option<Vec<u8>> {
        self.serial += 1;
        let serial = self.serial;
        let entry = self.puzzles.entry(key).or_insert_with(|| Entry {
            puzzle: P::default(),
            started: now,
            serial,
        });
        if entry.serial == serial {
            self.order.insert(serial, key);
        } else {
            self.cost -= entry.cost();
        }
        let whole = entry.puzzle.add(piece);
        self.cost += entry.cost();
        if whole.is_some() {
            self.remove(&key);
        } else {
            self.keep_bounds(now);
        }
        whole
    }

    /// Some of it came already.
    pub(super) fn has(&self, key: &K) -> bool {
        self.puzzles.contains_key(key)
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.puzzles.remove(key) {
            self.order.remove(&entry.serial);
            self.cost -= entry.cost();
        }
    }

    /// Once a bound bites, throws away the oldest until the table fits again, and what is too old.
    fn keep_bounds(&mut self, now: Timestamp) {
        let mut bitten = false;
        while let Some((_, &key)) = self.order.first_key_value() {
            let full = self.puzzles.len() > MAX_DATAGRAMS || self.cost > MAX_WAITING_BYTES;
            bitten |= full;
            let started = self.puzzles.get(&key).map_or(now, |oldest| oldest.started);
            let too_old = now.since(started) > MAX_WAITING_NANOS;
            if !(full || bitten && too_old) {
                break;
            }
            self.remove(&key);
            self.evicted += 1;
        }
    }

    /// How much waits, and how many bytes that takes.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        (self.puzzles.len(), self.cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Complete never.
    #[derive(Default)]
    struct Endless(usize);

    impl Puzzle for Endless {
        type Piece<'d> = usize;

        fn add(&mut self, piece: usize) -> Option<Vec<u8>> {
            self.0 += piece;
            None
        }

        fn cost(&self) -> usize {
            self.0
        }
    }

    #[test]
    fn bounds_hold_and_the_old_go_first() {
        let mut table = Waiting::<u32, Endless>::default();
        for id in 0..10_000 {
            table.add(id, 64, Timestamp::from_nanos(i64::from(id)));
        }
        assert_eq!(table.held().0, MAX_DATAGRAMS);
        assert!(table.has(&9_999) && !table.has(&0));
        let (count, cost) = table.held();
        assert_eq!(cost, count * (PIECE_OVERHEAD + 64));
        for id in 0..500 {
            table.add(id, 60_000, Timestamp::ZERO);
        }
        assert!(table.held().1 <= MAX_WAITING_BYTES);
        let later = Timestamp::from_nanos(2 * MAX_WAITING_NANOS);
        for id in 20_000..20_200 {
            table.add(id, 60_000, later);
        }
        assert!(!table.has(&499) && table.evicted > 8_000);
    }
}
