//! The time column: tcpdump's styles and their readable names. Reads no clock: the zone comes in as a value.

use jiff::tz::TimeZone;

use super::encode::{push_digits, push_micros};
use super::width::push_spaces;
use crate::net::{Nanos, Timestamp};

/// How times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeStyle {
    /// `HH:MM:SS.ffffff` in the zone of the user (`abs`).
    #[default]
    Absolute,
    /// Seconds since the first entry (`rel`, `-ttttt`).
    Relative,
    /// Seconds since the line before (`delta`, `-ttt`).
    Delta,
    /// `YYYY-MM-DD HH:MM:SS.ffffffZ` (`utc`).
    Utc,
    /// None (`-t`).
    None,
    /// Seconds since the epoch (`-tt`).
    Epoch,
    /// With the date (`-tttt`).
    Date,
}

impl TimeStyle {
    /// From `--time`'s word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "abs" => Self::Absolute,
            "rel" => Self::Relative,
            "delta" => Self::Delta,
            "utc" => Self::Utc,
            _ => return None,
        })
    }

    /// From the number of tcpdump's `t`s; more than five are five.
    #[must_use]
    pub const fn from_count(count: u8) -> Self {
        match count {
            0 => Self::Absolute,
            1 => Self::None,
            2 => Self::Epoch,
            3 => Self::Delta,
            4 => Self::Date,
            _ => Self::Relative,
        }
    }

    /// Cells that the column takes.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Absolute => 15,
            Self::Utc => 27,
            Self::Relative | Self::Delta => 12,
            Self::None => 0,
            Self::Epoch => 17,
            Self::Date => 26,
        }
    }
}

/// The column of one sink: remembers the first and the previous time, and the text of the current second.
#[derive(Debug)]
pub(super) struct TimeColumn {
    style: TimeStyle,
    zone: TimeZone,
    first: Option<Timestamp>,
    /// Of the line before: one that went out.
    previous: Option<Timestamp>,
    /// Of the line being put together.
    present: Option<Timestamp>,
    second: Option<i64>,
    text: Vec<u8>,
}

impl TimeColumn {
    /// A column in a style; `zone` matters for `Absolute` and `Date`.
    pub(super) fn new(style: TimeStyle, zone: TimeZone) -> Self {
        let zone = if style == TimeStyle::Utc {
            TimeZone::UTC
        } else {
            zone
        };
        Self {
            style,
            zone,
            first: None,
            previous: None,
            present: None,
            second: None,
            text: Vec::new(),
        }
    }

    /// Relative times count from here, not from the first line.
    pub(super) const fn begins(&mut self, at: Timestamp) {
        self.first = Some(at);
    }

    /// Cells of the column.
    pub(super) const fn width(&self) -> usize {
        self.style.width()
    }

    /// The time of the line that went out last.
    pub(super) fn latest(&self) -> Timestamp {
        self.previous.unwrap_or_default()
    }

    /// Appends the time of a line, padded to the column. Returns its cells: more than the column's where it does not fit.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, at: Timestamp) -> usize {
        let start = out.len();
        let first = *self.first.get_or_insert(at);
        let previous = self.previous.unwrap_or(at);
        self.present = Some(at);
        match self.style {
            TimeStyle::None => {}
            TimeStyle::Relative => push_offset(out, at.since(first), self.width()),
            TimeStyle::Delta => push_offset(out, at.since(previous), self.width()),
            TimeStyle::Epoch => push_offset(out, at.as_nanos(), self.width()),
            TimeStyle::Absolute | TimeStyle::Utc | TimeStyle::Date => self.push_clock(out, at),
        }
        // Digits are ASCII: bytes are cells.
        out.len() - start
    }

    /// The line went out: the next one counts from it.
    pub(super) const fn settle(&mut self) {
        self.previous = self.present;
    }

    /// Clock time; the text of the second is made once per second.
    fn push_clock(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        let (second, nanos) = at.parts();
        if self.second != Some(second) {
            self.second = Some(second);
            self.text.clear();
            self.write_second(second);
        }
        out.extend_from_slice(&self.text);
        out.push(b'.');
        push_digits::<6>(out, nanos / 1000);
        if self.style == TimeStyle::Utc {
            out.push(b'Z');
        }
    }

    fn write_second(&mut self, second: i64) {
        // Every value of `net::Timestamp` (1677 to 2262) lies within jiff's range.
        let local = jiff::Timestamp::from_second(second).map_or_else(
            |_| jiff::civil::DateTime::MIN,
            |time| self.zone.to_datetime(time),
        );
        let text = &mut self.text;
        if matches!(self.style, TimeStyle::Date | TimeStyle::Utc) {
            push_digits::<4>(text, local.year().unsigned_abs().into());
            for part in [local.month(), local.day()] {
                text.push(b'-');
                push_digits::<2>(text, part.unsigned_abs().into());
            }
            text.push(b' ');
        }
        for (index, part) in [local.hour(), local.minute(), local.second()]
            .into_iter()
            .enumerate()
        {
            if index > 0 {
                text.push(b':');
            }
            push_digits::<2>(text, part.unsigned_abs().into());
        }
    }
}

/// Seconds with six decimals, right-aligned.
fn push_offset(out: &mut Vec<u8>, nanos: Nanos, width: usize) {
    let start = out.len();
    push_spaces(out, width);
    let mut text = Vec::with_capacity(24);
    push_micros(&mut text, nanos);
    out.truncate(start + width.saturating_sub(text.len()));
    out.extend_from_slice(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(style: TimeStyle, zone: TimeZone, nanos: &[i64]) -> Vec<String> {
        let mut column = TimeColumn::new(style, zone);
        let text = |nanos: &i64| {
            let mut out = Vec::new();
            let cells = column.push(&mut out, Timestamp::from_nanos(*nanos));
            assert_eq!(cells, out.len());
            column.settle();
            String::from_utf8(out).expect("text")
        };
        nanos.iter().map(text).collect()
    }

    const NOON: i64 = 1_709_294_400_000_000_000;

    #[test]
    fn the_styles_of_tcpdump() {
        let times = [NOON, NOON + 1_500_021_999];
        let brazil = TimeZone::fixed(jiff::tz::offset(-3));
        let of = |style| column(style, brazil.clone(), &times)[1].clone();
        assert_eq!(of(TimeStyle::from_count(0)), "09:00:01.500021");
        assert_eq!(of(TimeStyle::from_count(1)), "");
        assert_eq!(of(TimeStyle::from_count(2)), "1709294401.500021");
        assert_eq!(of(TimeStyle::from_count(3)), "    1.500021");
        assert_eq!(of(TimeStyle::from_count(4)), "2024-03-01 09:00:01.500021");
        assert_eq!(of(TimeStyle::from_count(5)), "    1.500021");
        assert_eq!(of(TimeStyle::Utc), "2024-03-01 12:00:01.500021Z");
    }

    #[test]
    fn a_line_that_never_went_out_is_not_counted_from() {
        let mut column = TimeColumn::new(TimeStyle::Delta, TimeZone::UTC);
        let mut at = |seconds: i64, goes_out: bool| {
            let mut out = Vec::new();
            column.push(&mut out, Timestamp::from_nanos(seconds * 1_000_000_000));
            if goes_out {
                column.settle();
            }
            String::from_utf8(out).expect("text").trim().to_owned()
        };
        assert_eq!(at(5, true), "0.000000");
        assert_eq!(at(7, false), "2.000000");
        assert_eq!(at(8, true), "3.000000");
        assert_eq!(at(8, true), "0.000000");
    }

    #[test]
    fn a_clock_going_back_is_shown() {
        let texts = column(
            TimeStyle::Delta,
            TimeZone::UTC,
            &[5_000_000_000, 4_000_000_000],
        );
        assert_eq!(texts[1], "   -1.000000");
        let texts = column(TimeStyle::Date, TimeZone::UTC, &[i64::MIN, i64::MAX]);
        assert_eq!(texts[0], "1677-09-21 00:12:43.145224");
        assert_eq!(texts[1], "2262-04-11 23:47:16.854775");
    }
}
