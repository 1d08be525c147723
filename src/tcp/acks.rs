//! Segments sent and not yet acknowledged, and what an ACK does to them: rules D-1 to D-4, A-65, B-7.
//!
//! Owns: the list of one direction. Must not know: flags, windows, streams. RFC 9293 section 3.8.1 (retransmission queue).

use super::front_list::FrontList;
use crate::net::Timestamp;
use crate::packet::SeqNumber;

/// Records kept per direction (B-7): Wireshark's own limit.
pub(super) const MAX_UNACKED: usize = 10_000;

/// A list with room for more gives its memory back when its connection leaves.
const KEPT_CAPACITY: usize = 16;

/// One segment that took sequence space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Frame that carried it.
    pub(super) frame: u64,
    /// Its time.
    pub(super) at: Timestamp,
    /// First sequence number still unacknowledged.
    pub(super) seq: SeqNumber,
    /// Sequence number after it, SYN and FIN counted.
    pub(super) end: SeqNumber,
}

/// The list, oldest first. Holds no heap memory until something is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unacked {
    records: FrontList<Record>,
    /// Every record begins at or after the end of the one before it, all within one turn of the sequence space counted
    /// from the first: the normal case, in which an ACK takes records from the front only.
    tidy: bool,
    /// The record that was acknowledged last: what a spurious copy most likely repeats.
    pub(super) last: Record,
}

impl Default for Unacked {
    fn default() -> Self {
        Self {
            records: FrontList::default(),
            tidy: true,
            last: Record::default(),
        }
    }
}

impl Unacked {
    /// As if nothing had ever been sent; a short list keeps its memory for the next connection.
    pub(super) fn clear(&mut self) {
        let mut records = std::mem::take(&mut self.records);
        *self = Self::default();
        if records.capacity() <= KEPT_CAPACITY {
            records.clear();
            self.records = records;
        }
    }

    /// Nothing outstanding.
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// All records, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.as_slice().iter()
    }

    /// No more records are taken (B-7).
    pub(super) fn is_full(&self) -> bool {
        self.records.len() >= MAX_UNACKED
    }

    /// The record that was sent first.
    pub(super) fn oldest(&self) -> Option<&Record> {
        self.records.first()
    }

    /// Adds a segment that was just sent. The caller has asked [`Self::is_full`].
    #[expect(clippy::inline_always, reason = "part of the short way")]
    #[inline(always)]
    pub(super) fn push(&mut self, record: Record) {
        if let (Some(first), Some(last)) = (self.records.first(), self.records.last()) {
            let from_first = |seq: SeqNumber| seq.offset_from(first.seq);
            self.tidy &= from_first(record.seq) >= from_first(last.end)
                && from_first(record.end) > from_first(record.seq);
        } else {
            self.tidy = record.end.offset_from(record.seq) < 1 << 31;
        }
        self.records.push(record);
    }

    /// Applies an acknowledgment number. Returns the record that ends exactly there: of several, the oldest (D-1).
    #[expect(clippy::inline_always, reason = "part of the short way")]
    #[inline(always)]
    pub(super) fn acknowledge(&mut self, ack: SeqNumber) -> Option<Record> {
        let (first, last) = (*self.records.first()?, *self.records.last()?);
        if first.end == ack && self.records.len() == 1 {
            // As both ways below have it.
            self.records.clear();
            (self.tidy, self.last) = (true, first);
            return Some(first);
        }
        let low = first.seq;
        let span = last.end.offset_from(low);
        let exact = if self.tidy && span < 1 << 31 && ack.offset_from(low) <= span {
            self.take_from_front(low, ack)
        } else {
            self.walk(ack)
        };
        self.last = exact.unwrap_or(self.last);
        exact
    }

    /// The tidy case: `ack` lies within the list, so it covers whole records at the front and perhaps part of the next.
    fn take_from_front(&mut self, low: SeqNumber, ack: SeqNumber) -> Option<Record> {
        let covered = ack.offset_from(low);
        let mut exact = None;
        while let Some(first) = self.records.first_mut() {
            if first.end.offset_from(low) > covered {
                if first.seq.offset_from(low) < covered {
                    first.seq = ack; // D, step 2
                }
                break;
            }
            if first.end == ack {
                exact = Some(*first);
            }
            self.records.pop_first();
        }
        exact
    }

    /// The general case, record by record (D, steps 1 to 4), with circular comparisons.
    #[inline(never)]
    fn walk(&mut self, ack: SeqNumber) -> Option<Record> {
        let mut exact = None;
        self.records.retain_mut(|record| {
            if ack == record.end {
                exact.get_or_insert(*record);
                return false;
            }
            if ack.follows(record.seq) && ack.precedes_or_is(record.end) {
                record.seq = ack;
                return true;
            }
            record.end.follows(ack)
        });
        if self.records.len() <= 1 {
            self.tidy = self
                .records
                .first()
                .is_none_or(|r| r.end.offset_from(r.seq) < 1 << 31);
        }
        exact
    }

    /// From the lowest outstanding sequence number to the highest end, both counted from `base` (B-1).
    #[expect(clippy::inline_always, reason = "part of the short way")]
    #[inline(always)]
    pub(super) fn span(&self, base: SeqNumber) -> u32 {
        let (Some(first), Some(last)) = (self.records.first(), self.records.last()) else {
            return 0;
        };
        let (low, high) = (first.seq.offset_from(base), last.end.offset_from(base));
        if self.tidy && low <= high && high - low == last.end.offset_from(first.seq) {
            return high - low;
        }
        self.widest(base)
    }

    /// The same where records do not stand in order.
    #[inline(never)]
    fn widest(&self, base: SeqNumber) -> u32 {
        let low = self
            .records
            .as_slice()
            .iter()
            .map(|r| r.seq.offset_from(base))
            .min();
        let high = self
            .records
            .as_slice()
            .iter()
            .map(|r| r.end.offset_from(base))
            .max();
        high.unwrap_or(0).wrapping_sub(low.unwrap_or(0))
    }

    /// The earliest frame still listed that carried any sequence number of `seq..end`: the original of a copy.
    pub(super) fn carried(&self, seq: SeqNumber, end: SeqNumber) -> Option<u64> {
        let overlaps = |r: &&Record| r.seq.precedes(end) && r.end.follows(seq);
        let last = Some(&self.last).filter(|last| last.frame != 0);
        let listed = last.into_iter().chain(self.records.as_slice());
        listed.filter(overlaps).map(|r| r.frame).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(frame: u64, seq: u32, end: u32) -> Record {
        Record {
            frame,
            at: Timestamp::ZERO,
            seq: SeqNumber(seq),
            end: SeqNumber(end),
        }
    }

    fn list(records: &[Record]) -> Unacked {
        let mut list = Unacked::default();
        for &record in records {
            list.push(record);
        }
        list
    }

    #[test]
    fn d1_the_oldest_record_with_that_end_wins() {
        let mut list = list(&[record(1, 10, 20), record(2, 20, 30), record(3, 10, 20)]);
        assert_eq!(list.acknowledge(SeqNumber(20)).map(|r| r.frame), Some(1));
        assert_eq!(list.len(), 1);
    }

    #[test]
    fn d_a_partial_ack_moves_the_left_edge() {
        let mut list = list(&[record(1, 10, 20), record(2, 20, 30)]);
        assert_eq!(list.acknowledge(SeqNumber(25)), None);
        assert_eq!(list.span(SeqNumber(0)), 5);
    }

    #[test]
    fn d4_ack_zero_of_a_rst_keeps_low_numbers_and_drops_high_ones() {
        let mut low = list(&[record(1, 1001, 1011)]);
        low.acknowledge(SeqNumber(0));
        assert_eq!(low.len(), 1);
        let mut high = list(&[record(1, 0x9000_0001, 0x9000_000b)]);
        high.acknowledge(SeqNumber(0));
        assert!(high.is_empty());
    }

    proptest! {
        /// The short way for tidy lists gives what the record-by-record rules give.
        #[test]
        fn tidy_or_not_is_the_same(
            start: u32,
            steps in proptest::collection::vec((0u32..40, 1u32..40), 1..12),
            acks in proptest::collection::vec(0u32..700, 1..8),
            base in 0u32..2000,
        ) {
            let mut quick = Unacked::default();
            let mut seq = start;
            for (frame, (hole, len)) in steps.into_iter().enumerate() {
                seq = seq.wrapping_add(hole);
                quick.push(record(frame as u64, seq, seq.wrapping_add(len)));
                seq = seq.wrapping_add(len);
            }
            let mut slow = quick.clone();
            slow.tidy = false;
            for ack in acks {
                let ack = SeqNumber(start.wrapping_add(ack).wrapping_sub(50));
                let base = SeqNumber(start.wrapping_add(base).wrapping_sub(1000));
                prop_assert_eq!(quick.acknowledge(ack), slow.walk(ack));
                slow.tidy = false;
                prop_assert_eq!(quick.records.as_slice(), slow.records.as_slice());
                prop_assert_eq!(quick.span(base), slow.span(base));
            }
        }
    }
}
