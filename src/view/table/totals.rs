//! Counts of connections by verdict, right even when a connection is told twice: one byte per stream.

use crate::timeline::{StreamEntry, VerdictCode};

/// No verdict yet.
const NONE: u8 = u8::MAX;
/// Streams remembered one by one; later ones are counted when first told (one byte each).
const REMEMBERED: usize = 64 * 1024 * 1024;

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Verdict of each stream, by its number.
    of_stream: Vec<u8>,
    counts: [u64; VerdictCode::ALL.len()],
}

impl Totals {
    /// Counts a stream; true when it was counted before, and its old verdict is taken back.
    pub(super) fn count(&mut self, entry: &StreamEntry) -> bool {
        let word = std::mem::discriminant(&entry.verdict.code);
        let is_it = |code| std::mem::discriminant(code) == word;
        let Some(word) = VerdictCode::ALL.iter().position(is_it) else {
            return false;
        };
        self.counts[word] += 1;
        let stream = entry.summary.stream.0 as usize;
        if stream >= REMEMBERED {
            return false;
        }
        if self.of_stream.len() <= stream {
            self.of_stream.resize(stream + 1, NONE);
        }
        let before = std::mem::replace(&mut self.of_stream[stream], word as u8);
        if before == NONE {
            return false;
        }
        self.counts[usize::from(before)] -= 1;
        true
    }

    /// Connections counted.
    pub(super) fn streams(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Words that occur, with their counts, in the order of [`VerdictCode::ALL`].
    pub(super) fn verdicts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.counts;
        VerdictCode::ALL
            .iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(code, count)| (code.word(), count))
    }
}
