//! Which numbers of one side did not come in their turn: what comes late fills them, what comes again does not.
//!
//! Must not know: packets.

use super::pace::ahead;

/// Holes remembered; bytes that fill further ones count as sent again.
const MAX_HOLES: usize = 256;

/// Ranges of relative numbers below the highest seen that are missing, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub(super) struct Holes(Vec<(u32, u32)>);

impl Holes {
    /// How many of the `len` bytes from `first` on had not come before. `next`: the number after the highest so far.
    pub(super) fn new_bytes(&mut self, first: u32, len: u32, next: Option<u32>) -> u32 {
        let Some(next) = next else {
            return len;
        };
        let end = first.wrapping_add(len);
        if ahead(first, next) > 0 && self.0.len() < MAX_HOLES {
            self.0.push((next, first));
        }
        let beyond = ahead(end, next).clamp(0, len as i32) as u32;
        beyond + self.fill(first, end)
    }

    /// Takes `first..end` out of the holes; how many numbers these were.
    fn fill(&mut self, first: u32, end: u32) -> u32 {
        let mut filled = 0;
        let mut rest = Vec::new();
        self.0.retain(|&(from, to)| {
            let start = if ahead(first, from) > 0 { first } else { from };
            let stop = if ahead(end, to) < 0 { end } else { to };
            if ahead(stop, start) <= 0 {
                return true;
            }
            filled += stop.wrapping_sub(start);
            rest.extend(
                [(from, start), (stop, to)]
                    .into_iter()
                    .filter(|(a, b)| a != b),
            );
            false
        });
        self.0.extend(rest);
        self.0.truncate(MAX_HOLES);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_comes_late_counts_and_what_comes_again_does_not() {
        let mut holes = Holes::default();
        assert_eq!(holes.new_bytes(1, 1000, Some(1)), 1000);
        assert_eq!(holes.new_bytes(3001, 1000, Some(1001)), 1000);
        assert_eq!(holes.new_bytes(1001, 1000, Some(4001)), 1000);
        assert_eq!(holes.new_bytes(1001, 1000, Some(4001)), 0);
        assert_eq!(holes.new_bytes(1501, 2000, Some(4001)), 1000);
        assert_eq!(holes.0, []);
    }

    proptest! {
        /// As many as a list of every number says.
        #[test]
        fn each_number_counts_once(start: u32, segments in prop::collection::vec((0u32..60, 1u32..20), 1..40)) {
            let (mut holes, mut next) = (Holes::default(), start);
            let mut seen = std::collections::BTreeSet::new();
            for (offset, len) in segments {
                let first = start.wrapping_add(offset);
                let new = (offset..offset + len).filter(|n| seen.insert(*n)).count() as u32;
                prop_assert_eq!(holes.new_bytes(first, len, Some(next)), new);
                let end = first.wrapping_add(len);
                if ahead(end, next) > 0 {
                    next = end;
                }
            }
        }
    }
}
