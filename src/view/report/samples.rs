//! Running figures of a series: smallest, largest, median of the first values. Memory is bounded.

use super::model::Spread;

/// Values kept for the median.
const MAX_KEPT: usize = 1024;

/// A series of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Samples {
    kept: Vec<i64>,
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
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if self.kept.len() < MAX_KEPT {
            self.kept.push(value);
        }
    }

    /// The figures; `None` for an empty series. The median of an even number of values is the lower of the two in the middle.
    pub(super) fn spread(&self) -> Option<Spread> {
        let mut kept = self.kept.clone();
        kept.sort_unstable();
        let median = *kept.get(kept.len().checked_sub(1)? / 2)?;
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
            (1, 3, 9, 4)
        );
    }
}
