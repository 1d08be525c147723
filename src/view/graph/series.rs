//! Points of a graph in bounded memory: when a series is full, neighbours are joined and from then on two make one.

/// Points kept per series.
pub const MAX_POINTS: usize = 4096;

/// A vertical mark: from `low` to `high` at a time. A point has both equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Nanoseconds since the start of the stream.
    pub(super) at: i64,
    /// Lower end.
    pub(super) low: i64,
    /// Upper end.
    pub(super) high: i64,
}

impl Mark {
    /// Both as one: the span of both, at the time of the later one.
    const fn joined(self, other: Self) -> Self {
        Self {
            at: other.at,
            low: if self.low < other.low {
                self.low
            } else {
                other.low
            },
            high: if self.high > other.high {
                self.high
            } else {
                other.high
            },
        }
    }
}

/// A bounded series of marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    marks: Vec<Mark>,
    /// Marks joined in each entry: a power of two (as its logarithm).
    joined: u32,
    /// Marks in the last entry.
    in_last: u64,
}

impl Series {
    /// Adds a mark.
    pub(super) fn push(&mut self, mark: Mark) {
        let per_entry = 1u64 << self.joined;
        if let Some(last) = self.marks.last_mut()
            && self.in_last < per_entry
        {
            *last = last.joined(mark);
            self.in_last += 1;
            return;
        }
        if self.marks.len() == MAX_POINTS {
            self.halve();
        }
        self.marks.push(mark);
        self.in_last = 1;
    }

    /// Joins each two neighbours.
    fn halve(&mut self) {
        self.marks = self
            .marks
            .chunks(2)
            .map(|pair| pair.iter().copied().reduce(Mark::joined).unwrap_or(pair[0]))
            .collect();
        self.joined = (self.joined + 1).min(62);
    }

    /// Each entry with the number of marks that it joins.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&Mark, u64)> {
        let last = self.marks.len().saturating_sub(1);
        let count = move |at| {
            if at == last {
                self.in_last
            } else {
                1 << self.joined
            }
        };
        let marks = self.marks.iter().enumerate();
        marks.map(move |(at, mark)| (mark, count(at)))
    }

    /// The marks kept.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }
}
