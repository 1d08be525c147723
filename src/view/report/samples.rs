//! Running figures of a series: smallest, largest, median of evenly chosen values. Memory is bounded.

use super::model::{Halves, Spread};

/// Values kept for the median: of up to so many it is exact.
const MAX_KEPT: usize = 1024;

/// A series of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    /// Every value whose place is a multiple of 2 to the power of `thinned`.
    kept: Vec<i64>,
    thinned: u32,
    min: i64,
    max: i64,
    count: u64,
}

impl Samples {
    /// Takes one value.
    pub(super) fn push(&mut self, value: i64) {
        if self.count == 0 {
            (self.min, self.max) = (value, value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if self.kept.len() == MAX_KEPT {
            self.thin();
        }
        if self.count.is_multiple_of(1 << self.thinned) {
            self.kept.push(value);
        }
        self.count += 1;
    }

    /// Half of them stand for all, from the first to the last as evenly as before.
    fn thin(&mut self) {
        self.thinned += 1;
        let mut place = 0;
        self.kept.retain(|_| {
            place += 1;
            place % 2 == 1
        });
    }

    /// The figures; `None` for an empty series. The median of an even number of values is the mean of the two in the middle.
    pub(super) fn spread(&self) -> Option<Spread> {
        let mut kept = self.kept.clone();
        kept.sort_unstable();
        let last = kept.len().checked_sub(1)?;
        let (low, high) = (kept[last / 2], kept[last.div_ceil(2)]);
        let median = Halves(low.saturating_add(high));
        Some(Spread {
            min: self.min,
            median,
            max: self.max,
            count: self.count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_series() {
        let mut samples = Samples::default();
        assert_eq!(samples.spread(), None);
        for value in [5, 1, 9, 3] {
            samples.push(value);
        }
        let spread = samples.spread().expect("values");
        assert_eq!(
            (spread.min, spread.median, spread.max, spread.count),
            (1, Halves(3 + 5), 9, 4)
        );
    }

    #[test]
    fn the_median_is_that_of_the_whole_series() {
        let mut samples = Samples::default();
        for at in 0..6000 {
            samples.push(if at < 2000 { 10 } else { 1000 });
        }
        assert!(samples.kept.len() <= MAX_KEPT);
        let spread = samples.spread().expect("values");
        assert_eq!(
            (spread.min, spread.median, spread.count),
            (10, Halves(2 * 1000), 6000)
        );
    }
}
