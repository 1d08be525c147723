//! Points in time and differences between them, in whole nanoseconds. No clock: values only.

use std::fmt;

/// A difference of two [`Timestamp`]s in nanoseconds; negative where a capture's clock ran backwards.
pub type Nanos = i64;

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// A point in time: nanoseconds since 1970-01-01 00:00 UTC, as captures and session events carry it.
///
/// Displays as seconds with exactly nine decimals, the form JSON Lines uses (no `f64` on the way).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The epoch itself.
    pub const ZERO: Self = Self(0);

    /// From nanoseconds since the epoch.
    #[must_use]
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From whole seconds and nanoseconds; saturates at the ends of the range (year 2262).
    #[must_use]
    pub const fn from_parts(seconds: i64, nanos: i64) -> Self {
        Self(
            seconds
                .saturating_mul(NANOS_PER_SECOND)
                .saturating_add(nanos),
        )
    }

    /// Nanoseconds since the epoch.
    #[must_use]
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Whole seconds, rounded towards the past, and the remaining 0..10^9 nanoseconds.
    #[must_use]
    pub const fn parts(self) -> (i64, u32) {
        (
            self.0.div_euclid(NANOS_PER_SECOND),
            self.0.rem_euclid(NANOS_PER_SECOND) as u32,
        )
    }

    /// `self - earlier` in nanoseconds; negative when `earlier` is in fact later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0)
    }

    /// This point moved by `nanos` (which may be negative).
    #[must_use]
    pub const fn plus(self, nanos: Nanos) -> Self {
        Self(self.0.saturating_add(nanos))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(
            f,
            "{sign}{}.{:09}",
            magnitude / NANOS_PER_SECOND as u64,
            magnitude % NANOS_PER_SECOND as u64
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_nine_decimals() {
        assert_eq!(
            Timestamp::from_parts(1_700_000_000, 123_456_000).to_string(),
            "1700000000.123456000"
        );
        assert_eq!(Timestamp::from_nanos(-1).to_string(), "-0.000000001");
    }

    #[test]
    fn differences_may_be_negative() {
        let (a, b) = (Timestamp::from_nanos(5), Timestamp::from_nanos(9));
        assert_eq!(a.since(b), -4);
        assert_eq!(a.plus(4), b);
    }
}
