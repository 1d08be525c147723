//! Private lines to one session, and words that a line of its own was not said, that its peer is not known to have.
//!
//! Owns: which of them are handed over again when the session comes back. Must not know: who wrote them.
//! They are kept in memory only: unlike the lines of the room they are in no history file.

use std::collections::VecDeque;
use std::sync::Arc;

use super::limits::LETTER_BYTES;

#[derive(Clone, Debug)]
struct Letter {
    text: Arc<str>,
    place: Place,
}

/// Where its last byte is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// That far into what waits for the connection.
    Waiting(usize),
    /// At that byte of the connection.
    Sent(u64),
    /// Nowhere.
    Lost,
}

/// The letters of one session, oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    letters: VecDeque<Letter>,
    bytes: usize,
}

impl Letters {
    /// One more, whose last byte is that far into what waits for the connection. The oldest are given up beyond the bound.
    pub(super) fn push(&mut self, text: Arc<str>, waiting: usize) {
        self.keep(text, Place::Waiting(waiting));
    }

    /// One more, for a session that has no connection.
    pub(super) fn leave(&mut self, text: Arc<str>) {
        self.keep(text, Place::Lost);
    }

    fn keep(&mut self, text: Arc<str>, place: Place) {
        self.bytes += text.len();
        self.letters.push_back(Letter { text, place });
        while self.bytes > LETTER_BYTES && self.letters.len() > 1 {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(letter) = self.letters.pop_front() {
            self.bytes -= letter.text.len();
        }
    }

    /// The first `count` bytes of what waited are handed to the connection, where they begin at that byte.
    pub(super) fn sent(&mut self, offset: u64, count: usize) {
        for letter in &mut self.letters {
            if let Place::Waiting(end) = letter.place {
                letter.place = if end <= count {
                    Place::Sent(offset + end as u64)
                } else {
                    Place::Waiting(end - count)
                };
            }
        }
    }

    /// What waited is handed to nobody.
    pub(super) fn lost(&mut self) {
        for letter in &mut self.letters {
            if matches!(letter.place, Place::Waiting(_)) {
                letter.place = Place::Lost;
            }
        }
    }

    /// The peer has that many bytes of the connection.
    pub(super) fn acknowledge(&mut self, bytes: u64) {
        let arrived = |letter: &Letter| matches!(letter.place, Place::Sent(end) if end <= bytes);
        while self.letters.front().is_some_and(arrived) {
            self.pop();
        }
    }

    /// Whether any was handed to the connection and is not known to have arrived.
    pub(super) fn under_way(&self) -> bool {
        let sent = |letter: &Letter| matches!(letter.place, Place::Sent(_));
        self.letters.iter().any(sent)
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.letters.iter().map(|letter| &letter.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(letters: &Letters) -> Vec<&str> {
        letters.texts().map(AsRef::as_ref).collect()
    }

    #[test]
    fn a_letter_is_kept_until_its_last_byte_is_acknowledged() {
        let mut letters = Letters::default();
        letters.push("one".into(), 10);
        letters.push("two".into(), 20);
        letters.acknowledge(u64::MAX);
        assert_eq!(left(&letters), ["one", "two"], "not handed over yet");
        letters.sent(100, 15);
        letters.sent(115, 5);
        letters.push("three".into(), 9);
        letters.acknowledge(119);
        assert_eq!(left(&letters), ["two", "three"]);
        letters.lost();
        letters.acknowledge(u64::MAX);
        assert_eq!(left(&letters), ["three"]);
        assert!(!letters.under_way());
    }

    #[test]
    fn the_oldest_are_given_up() {
        let mut letters = Letters::default();
        for _ in 0..1_000 {
            letters.push("x".repeat(100).into(), 0);
        }
        assert_eq!(letters.texts().count(), LETTER_BYTES / 100);
    }
}
