//! Zeek's `history`: what a connection sent, a letter each (Z-5).
//!
//! Owns: the letters and their bound. Must not know: what they stand for.

use std::fmt;

/// Letters kept; a longer history is cut (Zeek itself has no bound).
const MAX_HISTORY: usize = 40;

/// The letters so far: capitals are the originator's. Of more than 40 the first are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct History {
    letters: [u8; MAX_HISTORY],
    length: u8,
}

impl History {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.letters[..usize::from(self.length)]
    }

    /// One letter more, if there is room.
    pub(super) fn push(&mut self, letter: u8) {
        if let Some(place) = self.letters.get_mut(usize::from(self.length)) {
            *place = letter;
            self.length += 1;
        }
    }

    /// Nothing was sent after all.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }
}

impl Default for History {
    fn default() -> Self {
        Self {
            letters: [0; MAX_HISTORY],
            length: 0,
        }
    }
}

impl From<&str> for History {
    fn from(letters: &str) -> Self {
        let mut history = Self::default();
        letters.bytes().for_each(|letter| history.push(letter));
        history
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_history_is_cut() {
        let long = "ShADad".repeat(10);
        assert_eq!(History::from(long.as_str()).as_str(), &long[..MAX_HISTORY]);
    }
}
