//! What passed lately, in little room. Must not know: what it is.

use std::collections::BTreeSet;

/// Numbers kept. A message directly follows the segment that completed it; what became of it is told within seconds.
const KEPT: usize = 4096;

/// A set of numbers that are given in ascending order or nearly so: of more than [`KEPT`] the smallest are forgotten.
#[derive(Debug, Default)]
pub(super) struct Recent(BTreeSet<u64>);

impl Recent {
    /// Adds one.
    pub(super) fn insert(&mut self, number: u64) {
        self.0.insert(number);
        if self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    /// Whether it was added lately.
    pub(super) fn contains(&self, number: u64) -> bool {
        self.0.contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = Recent::default();
        (1..=KEPT as u64 + 1).for_each(|number| recent.insert(number));
        assert!(!recent.contains(1));
        assert!(recent.contains(2) && recent.contains(KEPT as u64 + 1));
    }
}
