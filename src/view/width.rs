//! Columns of a terminal: how wide text is, how to pad and cut it. Counts cells, not bytes (`unicode-width`).

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Cells that a text takes.
pub(super) fn width_of(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// Cuts a text to at most `limit` cells; a cut one ends with an ellipsis (`~` in ASCII).
pub(super) fn cut(text: &str, limit: usize, ascii: bool) -> Cow<'_, str> {
    if width_of(text) <= limit {
        return Cow::Borrowed(text);
    }
    let room = limit.saturating_sub(1);
    let mut used = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        end = at + c.len_utf8();
    }
    if limit == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}{}", &text[..end], if ascii { '~' } else { '…' }))
}

/// Appends `count` spaces.
pub(super) fn push_spaces(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b' ');
}

/// Text for a terminal that shows only ASCII: every other character as `\u{...}`, our ellipsis as three points.
fn to_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            '…' => out.push_str("..."),
            c => out.extend(c.escape_unicode()),
        }
    }
    Cow::Owned(out)
}

/// Text as the terminal can show it.
pub(super) fn shown(text: &str, ascii: bool) -> Cow<'_, str> {
    if ascii {
        to_ascii(text)
    } else {
        Cow::Borrowed(text)
    }
}

/// Breaks a text at spaces into lines of at most `limit` cells; a single word may be longer.
pub(super) fn wrapped(text: &str, limit: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for (at, word) in words_of(text) {
        let stop = at + word.len();
        if end > start && width_of(&text[start..stop]) > limit {
            lines.push(&text[start..end]);
            start = at;
        }
        end = stop;
    }
    if end > start {
        lines.push(&text[start..end]);
    }
    lines
}

/// Words with their byte offsets.
fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, word))
        })
        .filter(|(_, word)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wide_characters_take_two_cells() {
        assert_eq!(width_of("olá"), 3);
        assert_eq!(width_of("日本"), 4);
        assert_eq!(cut("日本語", 5, false), "日本…");
        assert_eq!(cut("日本語", 4, false), "日…");
        assert_eq!(cut("abc", 3, true), "abc");
        assert_eq!(cut("abcd", 3, true), "ab~");
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrapped("incomprehensibly long", 5),
            ["incomprehensibly", "long"]
        );
        assert!(wrapped("", 5).is_empty());
    }

    #[test]
    fn ascii_loses_nothing() {
        assert_eq!(to_ascii("olá"), "ol\\u{e1}");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text: String, limit in 0usize..40) {
            prop_assert!(width_of(&cut(&text, limit, false)) <= limit.max(1));
        }
    }
}
