//! Untrusted bytes to text that is safe on a terminal and in HTML.
//!
//! Owns: the one escaping of everything a stranger wrote. Must not know: who asks or where the text goes.
//! Threat model: C0, C1, DEL and escape sequences drive terminals; bidirectional controls reorder what a reader sees
//! (Trojan Source, CVE-2021-42574); invalid UTF-8 must neither vanish nor break the line.

use std::fmt;

/// Characters that change direction or hide, without being visible themselves, and code points that are no characters.
const fn is_deceptive(c: char) -> bool {
    changes_direction(c) || looks_like_nothing(c) || is_noncharacter(c)
}

/// Bidirectional controls, joiners, separators of lines, marks of annotations, tags.
const fn changes_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Soft hyphen, Hangul and half-width fillers, the Mongolian vowel separator: a reader sees a space or nothing.
const fn looks_like_nothing(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
    )
}

/// Unicode's 66 noncharacters (chapter 23.7): no text holds them, and XML forbids two of them outright.
const fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || c as u32 & 0xfffe == 0xfffe
}

/// What an XML 1.0 document may hold (section 2.2, `Char`); a `char` is no surrogate.
const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Displays untrusted bytes: valid printable UTF-8 as it is, everything else visibly escaped (`\n`, `\x1b`, `\u{202e}`, `\xff`).
///
/// A backslash stays single: the aim is safety for a reader, not a reversible encoding (JSON keeps the exact bytes).
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a>(pub &'a [u8]);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                write_visible(f, c)?;
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// One character, escaped where a terminal or a reader could be deceived by it.
fn write_visible(f: &mut impl fmt::Write, c: char) -> fmt::Result {
    match c {
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        c if (c as u32) < 0x20 || c == '\x7f' => write!(f, "\\x{:02x}", c as u32),
        c if c.is_control() || is_deceptive(c) => write!(f, "\\u{{{:x}}}", c as u32),
        c => f.write_char(c),
    }
}

/// Whether the bytes can be shown as they are: valid UTF-8 without anything that [`Visible`] would escape.
#[must_use]
pub fn is_plain(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_plain_char))
}

/// Whether a character can be shown as it is.
#[inline]
pub(crate) fn is_plain_char(c: char) -> bool {
    // Most of what people write begins and ends between two that are not plain.
    matches!(c, ' '..='~' | '\u{ae}'..='\u{61b}') || (!c.is_control() && !is_deceptive(c))
}

/// Whether something holds of every byte. Blocks are looked at as a whole, many bytes at once.
#[inline]
pub(crate) fn every(bytes: &[u8], holds: impl Fn(u8) -> bool + Copy) -> bool {
    let others = |block: &[u8]| {
        block
            .iter()
            .fold(0, |some, &byte| some | u8::from(!holds(byte)))
    };
    let of_all = |block: &[u8]| others(block) == 0;
    // What is left over is looked at as the last whole block: some bytes twice, none alone.
    if let Some(last) = bytes.last_chunk::<32>() {
        let (blocks, _) = bytes.as_chunks::<32>();
        blocks.iter().all(|block| of_all(block)) && of_all(last)
    } else if let Some(last) = bytes.last_chunk::<8>() {
        let (blocks, _) = bytes.as_chunks::<8>();
        blocks.iter().all(|block| of_all(block)) && of_all(last)
    } else {
        of_all(bytes)
    }
}

/// Untrusted bytes as owned safe text.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    Visible(bytes).to_string()
}

/// As [`visible`], cut to at most `limit` characters with an ellipsis.
#[must_use]
pub fn visible_cut(bytes: &[u8], limit: usize) -> String {
    let text = visible(&bytes[..bytes.len().min(limit.saturating_mul(4))]);
    if bytes.len() <= limit.saturating_mul(4) && text.chars().count() <= limit {
        return text;
    }
    text.chars()
        .take(limit.saturating_sub(1))
        .chain(['…'])
        .collect()
}

/// Safe text of at most `limit` characters; where some are missing the last is an ellipsis.
#[must_use]
pub fn cut(text: &str, limit: usize) -> std::borrow::Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return text.into();
    }
    let kept = text.chars().take(limit.saturating_sub(1));
    kept.chain(['…']).collect()
}

/// Text with the five characters that matter in HTML and XML replaced; run it on [`visible`] text.
/// What XML forbids even as a reference is escaped as [`Visible`] does: one such character makes a whole file unreadable.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_xml(c) => out.push(c),
            // Writing to a String cannot fail.
            c => drop(write_visible(&mut out, c)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_what_drives_terminals() {
        assert_eq!(
            visible(b"\x1b]0;x\x07\x1b[2J\n"),
            "\\x1b]0;x\\x07\\x1b[2J\\n"
        );
        assert_eq!(
            visible("a\u{9b}b\u{202e}c".as_bytes()),
            "a\\u{9b}b\\u{202e}c"
        );
        assert_eq!(visible(b"ol\xc3\xa1 \xff\xfe"), "olá \\xff\\xfe");
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(
            visible("a\u{ffff}\u{fffe}b\u{fdd0}\u{1fffe}\u{10ffff}".as_bytes()),
            "a\\u{ffff}\\u{fffe}b\\u{fdd0}\\u{1fffe}\\u{10ffff}"
        );
        assert_eq!(
            visible("\u{ad}\u{115f}\u{1160}\u{180e}\u{3164}\u{ffa0}".as_bytes()),
            "\\u{ad}\\u{115f}\\u{1160}\\u{180e}\\u{3164}\\u{ffa0}"
        );
        let neighbours = "\u{fdcf}\u{fdf0}\u{fffd}\u{10000}\u{1161}한";
        assert_eq!(visible(neighbours.as_bytes()), neighbours);
    }

    #[test]
    fn cuts_with_an_ellipsis() {
        assert_eq!(visible_cut(b"abcdef", 4), "abc…");
        assert_eq!(visible_cut(b"abcd", 4), "abcd");
    }

    #[test]
    fn html_cannot_open_a_tag() {
        assert_eq!(html("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
    }

    proptest! {
        #[test]
        fn whatever_comes_out_is_plain(bytes: Vec<u8>) {
            prop_assert!(is_plain(visible(&bytes).as_bytes()));
        }

        /// Section 2.2 of XML 1.0: `#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]`.
        #[test]
        fn html_is_also_xml(text: String, others in "[\0-\x1f\u{fffe}\u{ffff}]{1,9}") {
            for c in html(&format!("{text}{others}")).chars() {
                let code = c as u32;
                prop_assert!([9, 10, 13].contains(&code) || (code >= 0x20 && code != 0xfffe && code != 0xffff));
            }
        }
    }
}
