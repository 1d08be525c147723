//! Numbers and times as bytes, fast: the pieces that every line of JSON or text is made of.
//!
//! Must not know: entries, layouts. No `f64` anywhere on the way of a time.

use super::digits::{NUMBER, put_nine, put_number};
use crate::net::{Nanos, Timestamp};

/// Appends a decimal number.
#[inline]
pub(super) fn push_number(out: &mut Vec<u8>, value: u64) {
    let mut room = [0; NUMBER];
    let length = put_number(&mut room, value);
    // All of the room, whose size is known, and not what is void.
    out.extend_from_slice(&room);
    out.truncate(out.len() - (NUMBER - length));
}

/// Appends exactly nine digits (`value` < 10^9).
#[inline]
fn push_nine(out: &mut Vec<u8>, value: u32) {
    let mut digits = [0; 9];
    put_nine(&mut digits, value);
    out.extend_from_slice(&digits);
}

/// Appends `value` with exactly `N` digits, higher ones cut off.
#[inline]
pub(super) fn push_digits<const N: usize>(out: &mut Vec<u8>, mut value: u32) {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.extend_from_slice(&digits);
}

/// Appends nanoseconds as seconds with nine decimals, as a JSON number.
#[inline]
pub(super) fn push_seconds(out: &mut Vec<u8>, nanos: Nanos) {
    let rest = push_whole_seconds(out, nanos);
    push_nine(out, rest);
}

/// Appends nanoseconds as seconds with six decimals, later digits cut off.
pub(super) fn push_micros(out: &mut Vec<u8>, nanos: Nanos) {
    let rest = push_whole_seconds(out, nanos);
    push_digits::<6>(out, rest / 1000);
}

/// Appends sign, whole seconds and the mark; gives the nanoseconds that are left.
#[inline]
fn push_whole_seconds(out: &mut Vec<u8>, nanos: Nanos) -> u32 {
    if nanos < 0 {
        out.push(b'-');
    }
    let magnitude = nanos.unsigned_abs();
    push_number(out, magnitude / 1_000_000_000);
    out.push(b'.');
    (magnitude % 1_000_000_000) as u32
}

/// Appends a point in time as epoch seconds with nine decimals.
#[inline]
pub(super) fn push_timestamp(out: &mut Vec<u8>, at: Timestamp) {
    push_seconds(out, at.as_nanos());
}

/// The lower-case hexadecimal digit of half a byte. Without branches or tables: many are made at once.
pub(super) const fn hex_digit(half: u8) -> u8 {
    half + b'0' + (half > 9) as u8 * (b'a' - b'9' - 1)
}

/// Appends bytes as lower-case hexadecimal digits.
pub(super) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + 2 * bytes.len(), 0);
    let (pairs, _) = out[start..].as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15].map(hex_digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_have_nine_decimals_and_a_sign() {
        let text = |nanos| {
            let mut out = Vec::new();
            push_seconds(&mut out, nanos);
            String::from_utf8(out).expect("digits")
        };
        assert_eq!(text(1), "0.000000001");
        assert_eq!(text(-1_500_000_000), "-1.500000000");
        assert_eq!(text(i64::MIN), "-9223372036.854775808");
    }
}
