//! Our own words for terminals that show only ASCII: letters without their marks.
//!
//! Must not know what a stranger wrote: that is escaped, never respelled.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// `Conexão → fim` as `Conexao -> fim`.
pub(super) fn respelled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '\u{2192}' => out.push_str("->"),
            '\u{d7}' => out.push('x'),
            '\u{2713}' => out.push('+'),
            '\u{201c}' | '\u{201d}' => out.push('"'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_letters_stay() {
        assert_eq!(
            respelled("Conexão → 2 × “É”, 1º"),
            "Conexao -> 2 x \"E\", 1o"
        );
        assert_eq!(respelled("plain"), "plain");
    }
}
