//! Fields of a JSON object, appended to a buffer. Every field begins with its comma: the first of an event is `event`.
//!
//! Must not know entries. Strings are escaped by `serde_json`, the rest are digits and fixed words.

use crate::net::{Nanos, Timestamp};
use crate::text::{every, is_plain};
use crate::view::encode::{push_hex, push_number, push_seconds, push_timestamp};

/// `,"name":` as bytes, put together at compile time.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":").as_bytes()
    };
}
pub(super) use key;

/// A number.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, key: &[u8], value: impl Into<u64>) {
    out.extend_from_slice(key);
    push_number(out, value.into());
}

/// A number where there is one.
#[inline]
pub(super) fn number_if(out: &mut Vec<u8>, key: &[u8], value: Option<impl Into<u64>>) {
    if let Some(value) = value {
        number(out, key, value);
    }
}

/// A duration where there is one.
#[inline]
pub(super) fn seconds_if(out: &mut Vec<u8>, key: &[u8], value: Option<Nanos>) {
    if let Some(value) = value {
        out.extend_from_slice(key);
        push_seconds(out, value);
    }
}

/// A point in time.
#[inline]
pub(super) fn time(out: &mut Vec<u8>, key: &[u8], at: Timestamp) {
    out.extend_from_slice(key);
    push_timestamp(out, at);
}

/// A word of ours, which needs no escaping.
#[inline]
pub(super) fn word(out: &mut Vec<u8>, key: &[u8], word: &str) {
    debug_assert!(is_quotable(word.as_bytes()));
    out.extend_from_slice(key);
    out.push(b'"');
    out.extend_from_slice(word.as_bytes());
    out.push(b'"');
}

/// `true` or `false`.
#[inline]
pub(super) fn boolean(out: &mut Vec<u8>, key: &[u8], value: bool) {
    out.extend_from_slice(key);
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Any text, escaped.
pub(super) fn string(out: &mut Vec<u8>, key: &[u8], text: &str) {
    out.extend_from_slice(key);
    push_string(out, text);
}

/// A byte that JSON does not ask to be escaped, and that a terminal shows.
const fn stands_as_it_is(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

/// Whether a text needs nothing but quotes around it.
#[inline]
pub(super) fn is_quotable(text: &[u8]) -> bool {
    every(text, stands_as_it_is)
}

/// A quoted and escaped string. What could drive a terminal or deceive a reader (C1, DEL, bidirectional controls) is written
/// as `\uXXXX`, which JSON does not ask for and every parser reads as the same character.
fn push_string(out: &mut Vec<u8>, text: &str) {
    if is_quotable(text.as_bytes()) {
        return push_quoted(out, text.as_bytes());
    }
    let start = out.len();
    // Writing a `str` to a `Vec` has no way to fail.
    let _ = serde_json::to_writer(&mut *out, text);
    if !is_plain(text.as_bytes()) {
        let written = out.split_off(start);
        for c in String::from_utf8_lossy(&written).chars() {
            push_char(out, c);
        }
    }
}

/// A quoted string of which every byte stands as it is.
#[inline]
fn push_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
}

/// A character of a string that is already escaped as JSON asks.
fn push_char(out: &mut Vec<u8>, c: char) {
    let mut bytes = [0; 4];
    let bytes = c.encode_utf8(&mut bytes).as_bytes();
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.extend_from_slice(b"\\u");
        push_hex(out, &unit.to_be_bytes());
    }
}

/// Bytes of a stranger: `text`, and `hex` when they are no UTF-8.
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(key!("text"));
    if is_quotable(bytes) {
        push_quoted(out, bytes);
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        push_string(out, text);
    } else {
        push_string(out, &String::from_utf8_lossy(bytes));
        hex(out, key!("hex"), bytes);
    }
}

/// Bytes as a hexadecimal string.
pub(super) fn hex(out: &mut Vec<u8>, key: &[u8], bytes: &[u8]) {
    out.extend_from_slice(key);
    out.push(b'"');
    push_hex(out, bytes);
    out.push(b'"');
}

/// An array of words of ours.
pub(super) fn words(out: &mut Vec<u8>, key: &[u8], words: impl Iterator<Item = &'static str>) {
    list(out, key, words, |out, word| {
        out.push(b'"');
        out.extend_from_slice(word.as_bytes());
        out.push(b'"');
    });
}

/// An array of numbers.
pub(super) fn numbers(out: &mut Vec<u8>, key: &[u8], values: impl IntoIterator<Item = u64>) {
    list(out, key, values, push_number);
}

/// An array of anything.
pub(super) fn list<T>(
    out: &mut Vec<u8>,
    key: &[u8],
    values: impl IntoIterator<Item = T>,
    mut push: impl FnMut(&mut Vec<u8>, T),
) {
    out.extend_from_slice(key);
    out.push(b'[');
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push(out, value);
    }
    out.push(b']');
}

/// An object under a key: `fill` writes fields that begin with a comma, the first comma is taken away.
pub(super) fn object(out: &mut Vec<u8>, key: &[u8], fill: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(key);
    let start = out.len();
    fill(out);
    if out.len() == start {
        out.push(b'{');
    } else {
        out[start] = b'{';
    }
    out.push(b'}');
}
