//! Sequence numbers: 32 bits that wrap (RFC 9293 section 3.4). No `Ord`, and nothing panics: an observer meets hostile numbers.

use std::fmt;

/// A TCP sequence or acknowledgment number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SeqNumber(pub u32);

impl SeqNumber {
    /// This number moved forward by `n`, modulo 2^32.
    #[must_use]
    pub const fn plus(self, n: u32) -> Self {
        Self(self.0.wrapping_add(n))
    }

    /// This number moved back by `n`, modulo 2^32.
    #[must_use]
    pub const fn minus(self, n: u32) -> Self {
        Self(self.0.wrapping_sub(n))
    }

    /// The distance from `base` forward to this number, modulo 2^32: the relative number when `base` is the ISN.
    #[must_use]
    pub const fn offset_from(self, base: Self) -> u32 {
        self.0.wrapping_sub(base.0)
    }

    /// `self < other` on the circle (SQ-1): signed difference below zero. At a distance of exactly 2^31 both
    /// [`Self::precedes`] and [`Self::follows`] hold (SQ-3), as in Wireshark.
    #[must_use]
    pub const fn precedes(self, other: Self) -> bool {
        (self.0.wrapping_sub(other.0) as i32) < 0
    }

    /// `self > other` on the circle (SQ-1).
    #[must_use]
    pub const fn follows(self, other: Self) -> bool {
        (other.0.wrapping_sub(self.0) as i32) < 0
    }

    /// `self <= other`: equal or [`Self::precedes`].
    #[must_use]
    pub const fn precedes_or_is(self, other: Self) -> bool {
        self.0 == other.0 || self.precedes(other)
    }
}

impl fmt::Display for SeqNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_the_circle_is_both_before_and_after() {
        let (a, b) = (SeqNumber(7), SeqNumber(7).plus(1 << 31));
        assert!(a.precedes(b) && a.follows(b));
    }

    proptest! {
        #[test]
        fn moving_and_measuring_agree(base: u32, n: u32) {
            let base = SeqNumber(base);
            prop_assert_eq!(base.plus(n).offset_from(base), n);
            prop_assert_eq!(base.plus(n).minus(n), base);
        }

        #[test]
        fn order_is_local(base: u32, n in 1u32..0x7fff_ffff) {
            let (a, b) = (SeqNumber(base), SeqNumber(base).plus(n));
            prop_assert!(a.precedes(b) && b.follows(a) && !b.precedes(a) && !a.follows(b));
            prop_assert!(a.precedes_or_is(a) && a.precedes_or_is(b) && !b.precedes_or_is(a));
        }
    }
}
