//! Strangers' bytes as a JSON string, in one pass.
//!
//! Owns: what stands as it is, what is escaped, and what takes the place of bytes that are no UTF-8. Must not know: fields.
//! JSON's own escapes are the short ones of RFC 8259 section 7. What could drive a terminal or deceive a reader (C1, DEL,
//! bidirectional controls) is written as `\uXXXX`, which JSON does not ask for and every parser reads as the same character.

use crate::text::{every, is_plain_char};
use crate::view::encode::hex_digit;

/// Bytes looked at together.
const BLOCK: usize = 32;
/// What one byte becomes at most: `\u001b`.
const LONGEST: usize = 6;
/// What the last character of a block may be longer than its share: as two surrogates, `\udb40\udc41`.
const BEYOND: usize = 16;

/// A byte that JSON does not ask to be escaped, and that a terminal shows.
const fn stands_as_it_is(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Whether a text needs nothing but quotes around it.
#[inline]
pub(super) fn is_quotable(text: &[u8]) -> bool {
    every(text, stands_as_it_is)
}

/// Appends a quoted string of which every byte stands as it is.
#[inline]
pub(super) fn push_quotable(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

/// What stands for a byte that is a character by itself, or none: up to six bytes, and how many they are.
type Written = [u8; 8];

/// For each byte: an ASCII character, escaped if need be, else U+FFFD.
static ALONE: [Written; 256] = {
    let mut all = [[0xef, 0xbf, 0xbd, 0, 0, 0, 0, 3]; 256];
    let mut byte = 0;
    while byte < 128 {
        all[byte as usize] = written(byte);
        byte += 1;
    }
    all
};

const fn written(byte: u8) -> Written {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\x08' => b'b',
        b'\x0c' => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ if stands_as_it_is(byte) => return [byte, 0, 0, 0, 0, 0, 0, 1],
        _ => {
            let mut all = [0, 0, 0, 0, 0, 0, 0, 6];
            *all.first_chunk_mut().expect("shorter") = code_of(byte as u16);
            return all;
        }
    };
    [b'\\', short, 0, 0, 0, 0, 0, 2]
}

/// What a byte may be in a character of several.
static PLACE: [u8; 256] = {
    let mut all = [0; 256];
    let mut byte = 0x80;
    while byte < 256 {
        all[byte] = match byte {
            ..0xc0 => FURTHER,
            0xc2..=0xf4 => FIRST,
            _ => 0,
        };
        byte += 1;
    }
    all
};
const FIRST: u8 = 1;
const FURTHER: u8 = FIRST << 1;

/// Appends `bytes` as a quoted and escaped string, with U+FFFD for what is no UTF-8, and tells whether all of it was.
pub(super) fn push_text(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let mut is_utf8 = true;
    let mut at = 0;
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    while at < bytes.len() {
        match bytes[at..].first_chunk::<BLOCK>() {
            Some(block) if every(block, stands_as_it_is) => {
                out.extend_from_slice(block);
                at += BLOCK;
            }
            _ => at = push_block(out, bytes, at, &mut is_utf8),
        }
    }
    out.push(b'"');
    is_utf8
}

/// Appends the characters that begin in the block at `at` and returns where the next one is.
fn push_block(out: &mut Vec<u8>, bytes: &[u8], at: usize, is_utf8: &mut bool) -> usize {
    // The block and the end of its last character, or nothing.
    let mut block = [0; BLOCK + 3];
    let there = bytes.len().min(at + block.len()) - at;
    block[..there].copy_from_slice(&bytes[at..at + there]);
    let end = there.min(BLOCK);
    // Put together aside: room in `out` is asked for once.
    let mut room = [0; BLOCK * LONGEST + BEYOND];
    let (mut read, mut used, mut odd) = (0, 0, 0);
    while read < end {
        let [byte, next] = [block[read], block[read + 1]].map(usize::from);
        // Asked in one: of bytes that are no text neither answer can be foreseen, but seldom both are yes.
        if PLACE[byte] & (PLACE[next] >> 1) != 0 {
            let wide = write_wide(&mut room[used..], &block[read..there]);
            *is_utf8 &= wide.is_utf8;
            used += wide.written;
            read += wide.read;
        } else {
            let alone = ALONE[byte];
            room[used..used + alone.len()].copy_from_slice(&alone);
            used += usize::from(alone[7]);
            odd |= byte;
            read += 1;
        }
    }
    out.extend_from_slice(&room[..used]);
    *is_utf8 &= odd < 0x80;
    at + read
}

/// What became of the beginning of some bytes.
struct Wide {
    read: usize,
    written: usize,
    is_utf8: bool,
}

/// Writes the character beyond ASCII that `bytes` begin with, or its replacement.
#[inline(never)]
fn write_wide(room: &mut [u8], bytes: &[u8]) -> Wide {
    let (found, read) = bstr::decode_utf8(bytes);
    let c = found.unwrap_or(char::REPLACEMENT_CHARACTER);
    let written = if is_plain_char(c) {
        c.encode_utf8(room).len()
    } else {
        write_code(room, c)
    };
    Wide {
        read,
        written,
        is_utf8: found.is_some(),
    }
}

/// Writes `\uXXXX`, or two of them, and returns their length.
fn write_code(room: &mut [u8], c: char) -> usize {
    let mut units = [0; 2];
    let units = c.encode_utf16(&mut units);
    let (codes, _) = room.as_chunks_mut::<LONGEST>();
    for (code, unit) in codes.iter_mut().zip(&*units) {
        *code = code_of(*unit);
    }
    units.len() * LONGEST
}

/// `\uXXXX`.
const fn code_of(unit: u16) -> [u8; LONGEST] {
    let [high, low] = unit.to_be_bytes();
    let [a, b] = [hex_digit(high >> 4), hex_digit(high & 15)];
    [b'\\', b'u', a, b, hex_digit(low >> 4), hex_digit(low & 15)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_plain;
    use proptest::prelude::*;

    fn quoted(bytes: &[u8]) -> (String, bool) {
        let mut out = Vec::new();
        let is_utf8 = push_text(&mut out, bytes);
        (String::from_utf8(out).expect("UTF-8"), is_utf8)
    }

    /// As `serde_json` writes it, where that is plain.
    #[test]
    fn ascii_is_escaped_as_everybody_does() {
        for byte in 0..0x7f_u8 {
            let text = char::from(byte).to_string();
            let theirs = serde_json::to_string(&text).expect("a string");
            assert_eq!(quoted(text.as_bytes()), (theirs, true));
        }
    }

    #[test]
    fn what_deceives_is_a_code() {
        let (text, is_utf8) = quoted("\x7f\u{85}\u{202e}\u{e0041}é\u{1f600}".as_bytes());
        assert_eq!(text, "\"\\u007f\\u0085\\u202e\\udb40\\udc41é\u{1f600}\"");
        assert!(is_utf8);
    }

    /// One mark for each longest beginning of a character (Unicode 3.9, table 3-8).
    #[test]
    fn what_is_no_utf_8_is_marked_as_unicode_asks() {
        let (text, is_utf8) = quoted(b"\xe1\x80\xe2\xf0\x91\x92\xf1\xbfA");
        assert_eq!(text, "\"\u{fffd}\u{fffd}\u{fffd}\u{fffd}A\"");
        assert!(!is_utf8);
    }

    /// Bytes of every kind near each other, longer than blocks.
    fn mixed() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<char>().prop_map(|c| c.to_string().into_bytes()),
            "[ -~]{0,70}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 0..40),
            proptest::collection::vec(0x80..=0xff_u8, 0..4),
            Just("\u{e0041}\u{202e}\u{9b}".as_bytes().to_vec()),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        /// A parser reads what the standard library makes of the bytes, and no terminal is driven by them.
        #[test]
        fn a_parser_reads_it_back(bytes in mixed()) {
            let (text, is_utf8) = quoted(&bytes);
            prop_assert!(is_plain(text.as_bytes()), "{text:?}");
            let back: String = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(back, String::from_utf8_lossy(&bytes));
            prop_assert_eq!(is_utf8, std::str::from_utf8(&bytes).is_ok());
        }
    }
}
