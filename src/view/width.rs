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
    if limit == 0 {
        return Cow::Borrowed("");
    }
    let kept = &text[..fitting(text, limit - 1)];
    Cow::Owned(format!("{kept}{}", if ascii { '~' } else { '…' }))
}

/// Bytes of the longest beginning that takes at most `limit` cells, between characters as a reader counts them.
fn fitting(text: &str, limit: usize) -> usize {
    let mut used = 0;
    let mut end = 0;
    for cluster in clusters(text) {
        used += width_of(cluster);
        if used > limit {
            break;
        }
        end += cluster.len();
    }
    end
}

/// Pieces of a text that share their cells: a character with the marks that follow it, an emoji with its variation or skin.
/// A piece begins where the next character neither takes no cell nor changes how wide the one before it is.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices();
        let (_, mut last) = chars.next()?;
        let end = chars.find(|(at, c)| {
            let joins = joins(last, *c, &rest[..at + c.len_utf8()]);
            last = *c;
            !joins
        });
        let (cluster, after) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(cluster)
    })
}

/// Whether a character shares the cells of what stands before it; `both` ends with it.
fn joins(last: char, c: char, both: &str) -> bool {
    if last.is_ascii() && c.is_ascii() {
        return false;
    }
    let Some(own) = c.width().filter(|width| *width > 0) else {
        return true;
    };
    let before = &both[..both.len() - c.len_utf8()];
    width_of(both) < width_of(before) + own
}

/// Cuts an address to at most `limit` cells: it keeps its end, for the port tells one from another. ASCII: bytes are cells.
pub(super) fn cut_address(text: &str, limit: usize, ascii: bool) -> Cow<'_, str> {
    let Some(gone) = text.len().checked_sub(limit).filter(|gone| *gone > 0) else {
        return Cow::Borrowed(text);
    };
    // Of what is no address after all: never within a character.
    match text.get(gone + 1..).filter(|_| limit > 0) {
        Some(end) => Cow::Owned(format!("{}{end}", if ascii { '~' } else { '…' })),
        None => cut(text, limit, ascii),
    }
}

/// Appends `count` spaces.
#[inline]
pub(super) fn push_spaces(out: &mut Vec<u8>, count: usize) {
    // Most often they are few: those are stored at once.
    const FEW: [u8; 16] = [b' '; 16];
    let length = out.len() + count;
    if count <= FEW.len() {
        out.extend_from_slice(&FEW);
        out.truncate(length);
    } else {
        out.resize(length, b' ');
    }
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

/// Breaks a text at spaces into lines of at most `limit` cells, and a word that is longer than that within.
pub(super) fn wrapped(text: &str, limit: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for (at, word) in words_of(text) {
        let stop = at + word.len();
        if end > start && width_of(&text[start..stop]) > limit {
            lines.push(&text[start..end]);
            start = at;
        } else if end == start {
            start = at;
        }
        end = stop;
        while width_of(&text[start..end]) > limit {
            let first = clusters(&text[start..end]).next().map_or(0, str::len);
            let part = fitting(&text[start..end], limit).max(first);
            lines.push(&text[start..start + part]);
            start += part;
        }
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
    fn an_address_keeps_its_port() {
        let address = "[2001:db8::1]:7000";
        assert_eq!(cut_address(address, 18, false), address);
        assert_eq!(cut_address(address, 17, false), "…001:db8::1]:7000");
        assert_eq!(cut_address(address, 6, true), "~:7000");
        assert_eq!(cut_address(address, 1, true), "~");
        assert_eq!(cut_address(address, 0, true), "");
        assert_eq!(cut_address("日本", 3, true), "日~");
    }

    /// U+2764 alone is one cell wide, with U+FE0F two.
    #[test]
    fn what_changes_a_width_is_never_cut_off() {
        let hearts = "\u{2764}\u{fe0f}".repeat(4);
        assert_eq!(width_of(&hearts), 8);
        assert_eq!(cut(&hearts, 5, false), "\u{2764}\u{fe0f}\u{2764}\u{fe0f}…");
        assert_eq!(cut("Joa\u{303}o", 3, true), "Jo~");
        assert_eq!(cut("Joa\u{303}os", 4, true), "Joa\u{303}~");
        let parts: Vec<_> = clusters("Joa\u{303}o\u{2764}\u{fe0f}!\u{1f44d}\u{1f3fd}").collect();
        assert_eq!(
            parts,
            [
                "J",
                "o",
                "a\u{303}",
                "o",
                "\u{2764}\u{fe0f}",
                "!",
                "\u{1f44d}\u{1f3fd}"
            ]
        );
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrapped("an incomprehensible one", 8),
            ["an", "incompre", "hensible", "one"]
        );
        assert_eq!(
            wrapped("incomprehensible", 5),
            ["incom", "prehe", "nsibl", "e"]
        );
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert!(wrapped("", 5).is_empty());
    }

    #[test]
    fn ascii_loses_nothing() {
        assert_eq!(to_ascii("olá"), "ol\\u{e1}");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in "(\\PC|[a\u{2764}\u{fe0f}\u{303}\u{1f44d}\u{1f3fd}\u{644}\u{627}]){0,60}", limit in 0usize..40) {
            prop_assert!(width_of(&cut(&text, limit, false)) <= limit);
        }

        #[test]
        fn wrapped_lines_fit_and_lose_nothing(text in "([a-z\u{2764}\u{fe0f}\u{303}日]{0,30} {0,2}){0,6}", limit in 2usize..30) {
            let lines = wrapped(&text, limit);
            prop_assert!(lines.iter().all(|line| width_of(line) <= limit), "{:?}", lines);
            prop_assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
