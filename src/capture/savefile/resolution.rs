//! pcapng time stamps: ticks of the interface's resolution since the epoch, plus an offset (sections 4.2 `if_tsresol`, `if_tsoffset`).

use super::options::BlockOptions;
use crate::net::Timestamp;

const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// How an interface counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resolution {
    /// Nanoseconds per tick, when a tick is a whole number of them: the fast way.
    nanos_per_tick: Option<u64>,
    /// Ticks per second; `None` when more than 2^127.
    ticks_per_second: Option<u128>,
    /// Seconds added to every time.
    offset: i64,
}

impl Default for Resolution {
    /// Microseconds, as the specification has it where the option is missing.
    fn default() -> Self {
        Self::new(6, 0)
    }
}

impl Resolution {
    /// From the value of `if_tsresol` (top bit: power of two rather than ten) and of `if_tsoffset`.
    pub(super) fn new(exponent: u8, offset: i64) -> Self {
        let base: u128 = if exponent & 0x80 == 0 { 10 } else { 2 };
        let ticks_per_second = base.checked_pow(u32::from(exponent & 0x7f));
        let nanos_per_tick = ticks_per_second
            .filter(|ticks| NANOS_PER_SECOND.is_multiple_of(*ticks))
            .map(|ticks| (NANOS_PER_SECOND / ticks) as u64);
        Self {
            nanos_per_tick,
            ticks_per_second,
            offset,
        }
    }

    /// From the options of an Interface Description Block; values of another size than specified are ignored and the first
    /// of several counts, as in tshark.
    pub(super) fn from_options(options: BlockOptions<'_>) -> Self {
        let (mut exponent, mut offset) = (None, None);
        for (code, value) in options.iter() {
            match (code, value) {
                (IF_TSRESOL, &[value]) => exponent = exponent.or(Some(value)),
                (IF_TSOFFSET, value) if value.len() == 8 => {
                    offset = offset.or(options.order().u64(value));
                }
                _ => {}
            }
        }
        Self::new(exponent.unwrap_or(6), offset.unwrap_or(0) as i64)
    }

    /// The time of `ticks`, rounded down to a nanosecond; saturates at the ends of what a [`Timestamp`] holds.
    #[inline]
    pub(super) fn timestamp(self, ticks: u64) -> Timestamp {
        let quick = self
            .nanos_per_tick
            .and_then(|nanos| ticks.checked_mul(nanos));
        match quick.map(i64::try_from) {
            Some(Ok(nanos)) => Timestamp::from_parts(self.offset, nanos),
            _ => self.slowly(ticks),
        }
    }

    /// The ticks of a time, rounded down; 0 before the beginning.
    pub(super) fn ticks(self, timestamp: Timestamp) -> u64 {
        let since =
            i128::from(timestamp.as_nanos()) - i128::from(self.offset) * NANOS_PER_SECOND as i128;
        let since = u128::try_from(since).unwrap_or(0);
        let ticks = self
            .ticks_per_second
            .and_then(|ticks| ticks.checked_mul(since));
        ticks.map_or(0, |ticks| (ticks / NANOS_PER_SECOND) as u64)
    }

    #[cold]
    fn slowly(self, ticks: u64) -> Timestamp {
        let since = self.ticks_per_second.map_or(0, |per_second| {
            let ticks = u128::from(ticks);
            // The rest is below `per_second`, at most 2^127, and below 2^64: the product fits.
            let rest = (ticks % per_second) * NANOS_PER_SECOND / per_second;
            ((ticks / per_second) * NANOS_PER_SECOND + rest) as i128
        });
        let nanos = since + i128::from(self.offset) * NANOS_PER_SECOND as i128;
        Timestamp::from_nanos(nanos.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: tshark 4.0.17's `frame.time_epoch` of files made with these resolutions.
    #[test]
    fn counts_as_tshark_does() {
        let text = |exponent, offset, ticks| {
            Resolution::new(exponent, offset)
                .timestamp(ticks)
                .to_string()
        };
        assert_eq!(text(6, 0, 1_700_000_000_123_456), "1700000000.123456000");
        assert_eq!(
            text(9, 0, 1_700_000_000_123_456_789),
            "1700000000.123456789"
        );
        assert_eq!(text(0, 0, 1_700_000_000), "1700000000.000000000");
        assert_eq!(text(12, 0, 1_700_000_000_123_456_789), "1700000.000123456");
        assert_eq!(
            text(0x8a, 0, 1_700_000_000 * 1024 + 512),
            "1700000000.500000000"
        );
        assert_eq!(text(6, 100, 1_700_000_000_123_456), "1700000100.123456000");
    }

    #[test]
    fn ticks_are_the_inverse() {
        for (exponent, offset, ticks) in [
            (6, 0, 1_700_000_000_123_456),
            (9, -5, 7),
            (0x8a, 100, 999_999),
        ] {
            let resolution = Resolution::new(exponent, offset);
            assert_eq!(
                resolution.ticks(resolution.timestamp(ticks)),
                ticks - u64::from(exponent == 0x8a)
            );
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        for exponent in 0..=255 {
            for offset in [i64::MIN, 0, i64::MAX] {
                let _ = Resolution::new(exponent, offset).timestamp(u64::MAX);
            }
        }
        assert_eq!(
            Resolution::new(0xff, 0).timestamp(u64::MAX),
            Timestamp::ZERO
        );
    }
}
