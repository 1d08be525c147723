//! A reader's place in the log: the lines it still owes its client.
//!
//! Owns: which lines, in order, once. Must not know: what the lines hold.

use std::ops::Range;

/// The next line to send, and before it the earlier stretches that a resumed session missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Stretches before `next` still to be sent, ascending, never empty ones.
    earlier: Vec<Range<u64>>,
    /// From here on everything is owed.
    next: u64,
}

impl Cursor {
    /// Everything from `next` on.
    #[must_use]
    pub const fn new(next: u64) -> Self {
        Self {
            earlier: Vec::new(),
            next,
        }
    }

    /// From stretches in any order plus everything from `next` on.
    #[must_use]
    pub fn from_parts(mut earlier: Vec<Range<u64>>, mut next: u64) -> Self {
        earlier.retain(|range| !range.is_empty());
        earlier.sort_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::with_capacity(earlier.len());
        for range in earlier {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        while let Some(last) = joined.last() {
            if last.end < next {
                break;
            }
            next = next.min(last.start);
            joined.pop();
        }
        Self {
            earlier: joined,
            next,
        }
    }

    /// The next stretch to send given that the log ends before `head`: numbers, possibly empty.
    #[must_use]
    pub fn stretch(&self, head: u64) -> Range<u64> {
        self.earlier
            .first()
            .cloned()
            .unwrap_or(self.next..head.max(self.next))
    }

    /// Lines before `to` of the present stretch were sent (or are gone).
    pub fn advance(&mut self, to: u64) {
        match self.earlier.first_mut() {
            Some(first) if to >= first.end => {
                self.earlier.remove(0);
            }
            Some(first) => first.start = first.start.max(to),
            None => self.next = self.next.max(to),
        }
    }

    /// Everything before this number was sent or is not owed.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.earlier.first().map_or(self.next, |range| range.start)
    }

    /// From here on everything is owed.
    #[must_use]
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// Stretches before [`Cursor::next`] still owed.
    #[must_use]
    pub fn earlier(&self) -> &[Range<u64>] {
        &self.earlier
    }

    /// How many lines are owed given that the log ends before `head`.
    #[must_use]
    pub fn owed(&self, head: u64) -> u64 {
        self.earlier
            .iter()
            .map(|range| range.end - range.start)
            .sum::<u64>()
            + head.saturating_sub(self.next)
    }

    /// Whether nothing is owed.
    #[must_use]
    pub fn is_done(&self, head: u64) -> bool {
        self.earlier.is_empty() && self.next >= head
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "stretches are ranges")]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_joined_and_sorted() {
        let cursor = Cursor::from_parts(vec![100..105, 90..100, 7..7], 105);
        assert_eq!(cursor, Cursor::new(90));
        let cursor = Cursor::from_parts(vec![90..100], 105);
        assert_eq!(cursor.owed(107), 12);
        assert_eq!(cursor.stretch(107), 90..100);
    }

    #[test]
    fn a_gap_is_sent_before_the_rest() {
        let mut cursor = Cursor::from_parts(vec![2..4], 6);
        let mut sent = Vec::new();
        while !cursor.is_done(8) {
            let stretch = cursor.stretch(8);
            sent.push(stretch.start);
            cursor.advance(stretch.start + 1);
        }
        assert_eq!(sent, [2, 3, 6, 7]);
    }
}
