//! Fields of a JSON object, appended to a buffer. Every field begins with its comma: the first of an event is `event`.
//!
//! Must not know entries, or how strings are escaped: the rest are digits and fixed words.

use super::quote::{is_quotable, push_quotable, push_text};
use crate::net::{Nanos, Timestamp};
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
    push_quotable(out, word.as_bytes());
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
    push_text(out, text.as_bytes());
}

/// Bytes of a stranger: `text`, and `hex` when they are no UTF-8.
pub(super) fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(key!("text"));
    if !push_text(out, bytes) {
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
        push_quotable(out, word.as_bytes());
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
