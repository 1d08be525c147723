//! Lines that a client has sent and that are not taken up yet.
//!
//! Owns: their order. Must not know: why they wait, or what they mean.
//! At most one read of the connection is here: it is not read from while anything waits.

use std::collections::VecDeque;
use std::ops::Range;

/// A queue of lines in one piece of memory.
#[derive(Debug, Default)]
pub(super) struct Parked {
    /// Length of each line, and the bytes of the connection that carried it.
    lines: VecDeque<(usize, Range<u64>)>,
    text: VecDeque<u8>,
}

impl Parked {
    pub(super) fn push(&mut self, line: &[u8], bytes: Range<u64>) {
        self.text.extend(line);
        self.lines.push_back((line.len(), bytes));
    }

    pub(super) fn pop(&mut self) -> Option<(Vec<u8>, Range<u64>)> {
        let (length, bytes) = self.lines.pop_front()?;
        let line = self.text.drain(..length).collect();
        if self.lines.is_empty() {
            *self = Self::default();
        }
        Some((line, bytes))
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_as_they_went_in() {
        let mut parked = Parked::default();
        parked.push(b"one", 0..4);
        parked.push(b"", 4..5);
        assert_eq!(parked.pop(), Some((b"one".to_vec(), 0..4)));
        parked.push(b"two", 5..9);
        assert_eq!(parked.len(), 2);
        assert_eq!(parked.pop(), Some((Vec::new(), 4..5)));
        assert_eq!(parked.pop(), Some((b"two".to_vec(), 5..9)));
        assert!(parked.is_empty());
        assert_eq!(parked.pop(), None);
    }
}
