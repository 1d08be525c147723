//! Which streams something was met on, in little room. Must not know: what.

/// A set of stream numbers, one bit each, up to a bound; streams beyond it count as contained.
#[derive(Debug, Default)]
pub(super) struct StreamSet(Vec<u64>);

/// Streams that [`StreamSet`] tells apart: 8 MiB of bits.
const STREAMS_TOLD_APART: u32 = 1 << 26;

impl StreamSet {
    /// Adds one, if there is one.
    pub(super) fn extend(&mut self, stream: Option<u32>) {
        if let Some(stream) = stream {
            self.insert(stream);
        }
    }

    /// Adds one.
    pub(super) fn insert(&mut self, stream: u32) {
        if stream >= STREAMS_TOLD_APART {
            return;
        }
        let word = stream as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (stream % 64);
    }

    /// Whether it was added.
    pub(super) fn contains(&self, stream: u32) -> bool {
        stream >= STREAMS_TOLD_APART
            || self
                .0
                .get(stream as usize / 64)
                .is_some_and(|word| word & (1 << (stream % 64)) != 0)
    }
}
