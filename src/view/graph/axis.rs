//! The scale of one axis: from where to where, and round numbers in between.

/// Both scales of a graph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes {
    /// Across: nanoseconds since the start of the stream.
    pub(super) time: Axis,
    /// Up.
    pub(super) value: Axis,
}

/// A span of values to be spread over a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    from: i64,
    to: i64,
}

impl Axis {
    /// From the smallest to the largest value; never empty.
    pub(super) fn over(mut values: impl Iterator<Item = i64>) -> Self {
        let Some(first) = values.next() else {
            return Self { from: 0, to: 1 };
        };
        let point = Self {
            from: first,
            to: first,
        };
        let axis = point.and(values);
        Self {
            from: axis.from,
            to: axis.to.max(axis.from.saturating_add(1)),
        }
    }

    /// The same axis with further values on it.
    pub(super) fn and(self, values: impl Iterator<Item = i64>) -> Self {
        values.fold(self, |axis, value| Self {
            from: axis.from.min(value),
            to: axis.to.max(value),
        })
    }

    /// Length of the axis.
    pub(super) const fn span(&self) -> u64 {
        self.to.abs_diff(self.from)
    }

    /// Whether a value lies on it.
    pub(super) const fn contains(&self, value: i64) -> bool {
        self.from <= value && value <= self.to
    }

    /// Where a value stands on a length of `cells`, from 0 to `cells`.
    pub(super) fn place(&self, value: i64, cells: u32) -> f64 {
        let span = (i128::from(self.to) - i128::from(self.from)) as f64;
        let offset = (i128::from(value) - i128::from(self.from)) as f64;
        (offset / span * f64::from(cells)).clamp(0.0, f64::from(cells))
    }

    /// Round values within the axis, at most about `wanted` + 1 of them.
    pub(super) fn ticks(&self, wanted: u32) -> Vec<i64> {
        let span = i128::from(self.to) - i128::from(self.from);
        let rough = (span / i128::from(wanted.max(1))).max(1);
        let mut power: i128 = 1;
        while power * 10 < rough {
            power *= 10;
        }
        let step = [power, power * 2, power * 5, power * 10]
            .into_iter()
            .find(|step| *step >= rough)
            .unwrap_or(power * 10);
        let first = (i128::from(self.from) + step - 1).div_euclid(step) * step;
        let mut ticks = Vec::new();
        let mut tick = first;
        while tick <= i128::from(self.to) && ticks.len() < 64 {
            ticks.push(tick as i64);
            tick += step;
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        let ticks = |from, to| Axis::over([from, to].into_iter()).ticks(5);
        assert_eq!(ticks(0, 100), [0, 20, 40, 60, 80, 100]);
        assert_eq!(ticks(0, 1), [0, 1]);
        assert_eq!(ticks(3, 1003), [200, 400, 600, 800, 1000]);
        assert_eq!(ticks(0, 9_000), [0, 2000, 4000, 6000, 8000]);
    }

    proptest! {
        #[test]
        fn any_axis_has_few_ticks_and_keeps_its_length(a: i64, b: i64, cells in 1u32..2000) {
            let axis = Axis::over([a, b].into_iter());
            prop_assert!(axis.ticks(6).len() <= 8);
            for value in [a, b, 0] {
                let place = axis.place(value, cells);
                prop_assert!((0.0..=f64::from(cells)).contains(&place));
            }
        }
    }
}
