//! A duration as people say it: `800 ns`, `34 us`, `2.4 ms`, `41 ms`, `1.2 s`, `2 min 5 s`, `1 h 3 min`.

use super::Lang;
use crate::net::Nanos;

/// A duration to be written in a language. Cut, never rounded up: a figure never claims more than was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Nanos);

impl Span {
    /// Appends it.
    pub fn write(self, out: &mut String, lang: Lang) {
        if self.0 < 0 {
            out.push('-');
        }
        let nanos = self.0.unsigned_abs();
        match nanos {
            0..1_000 => whole(out, nanos, " ns"),
            1_000..1_000_000 => whole(out, nanos / 1_000, " us"),
            1_000_000..10_000_000 => tenths(out, nanos / 100_000, " ms", lang),
            10_000_000..1_000_000_000 => whole(out, nanos / 1_000_000, " ms"),
            1_000_000_000..60_000_000_000 => tenths(out, nanos / 100_000_000, " s", lang),
            60_000_000_000..3_600_000_000_000 => {
                let seconds = nanos / 1_000_000_000;
                whole(out, seconds / 60, " min ");
                whole(out, seconds % 60, " s");
            }
            _ => {
                let minutes = nanos / 60_000_000_000;
                whole(out, minutes / 60, " h ");
                whole(out, minutes % 60, " min");
            }
        }
    }
}

/// A figure and what follows it.
fn whole(out: &mut String, figure: u64, unit: &str) {
    out.push_str(itoa::Buffer::new().format(figure));
    out.push_str(unit);
}

/// `1.2 s` from 12 tenths.
fn tenths(out: &mut String, tenths: u64, unit: &str, lang: Lang) {
    whole(out, tenths / 10, "");
    out.push(lang.decimal_mark());
    whole(out, tenths % 10, unit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_its_unit() {
        let text = |nanos, lang| {
            let mut out = String::new();
            Span(nanos).write(&mut out, lang);
            out
        };
        for (nanos, expected) in [
            (0, "0 ns"),
            (34_999, "34 us"),
            (2_449_000, "2.4 ms"),
            (41_000_000, "41 ms"),
            (1_250_000_000, "1.2 s"),
            (125_000_000_000, "2 min 5 s"),
            (3_780_000_000_000, "1 h 3 min"),
            (-21_000, "-21 us"),
        ] {
            assert_eq!(text(nanos, Lang::En), expected);
        }
        assert_eq!(text(1_250_000_000, Lang::PtBr), "1,2 s");
    }
}
