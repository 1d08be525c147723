//! Numbers, seconds and addresses as bytes, fast: the pieces that every line of JSON or text is made of.
//!
//! Must not know: entries, layouts. No `f64` anywhere on the way of a time.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use crate::net::{Endpoint, Nanos, Timestamp};

/// Entries of the endpoint cache; a power of two.
const CACHED_ENDPOINTS: usize = 256;
/// Room for `[IPv6]:port`.
const ENDPOINT_TEXT: usize = 48;

/// One more than eight digits hold.
const EIGHT_DIGITS: u64 = 100_000_000;
/// Room for any number.
pub(super) const NUMBER: usize = 20;

/// Appends a decimal number.
///
/// Most numbers have at most eight digits, which are worked out together and stored at once. The rest are `itoa`'s.
#[inline]
pub(super) fn push_number(out: &mut Vec<u8>, value: u64) {
    if value < 10 {
        out.push(b'0' + value as u8);
    } else if value < EIGHT_DIGITS {
        push_significant(out, eight(value as u32));
    } else if value < EIGHT_DIGITS * EIGHT_DIGITS {
        push_significant(out, eight((value / EIGHT_DIGITS) as u32));
        out.extend_from_slice(&eight_digits((value % EIGHT_DIGITS) as u32));
    } else {
        out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
}

/// Appends exactly nine digits (`value` < 10^9).
#[inline]
pub(super) fn push_nine(out: &mut Vec<u8>, value: u32) {
    let mut digits = [0; 9];
    put_nine(&mut digits, value);
    out.extend_from_slice(&digits);
}

/// Appends what is left of eight digits without the zeros in front.
#[inline]
fn push_significant(out: &mut Vec<u8>, digits: u64) {
    let (text, length) = significant(digits);
    out.extend_from_slice(&text);
    out.truncate(out.len() - (8 - length));
}

/// Writes a decimal number at the beginning of `room` and gives its length; what stands behind it is void.
#[inline]
pub(super) fn put_number(room: &mut [u8; NUMBER], value: u64) -> usize {
    if value < 10 {
        room[0] = b'0' + value as u8;
        return 1;
    }
    put_digits(room, value)
}

/// A number of at least two digits.
#[inline(never)]
fn put_digits(room: &mut [u8; NUMBER], value: u64) -> usize {
    if value < EIGHT_DIGITS {
        put_short(room, value as u32)
    } else if value < EIGHT_DIGITS * EIGHT_DIGITS {
        let length = put_short(room, (value / EIGHT_DIGITS) as u32);
        let rest = eight_digits((value % EIGHT_DIGITS) as u32);
        room[length..length + 8].copy_from_slice(&rest);
        length + 8
    } else {
        put_long(room, value)
    }
}

/// A number below 10^8.
#[inline]
fn put_short(room: &mut [u8; NUMBER], value: u32) -> usize {
    let digits = if value < 10_000 {
        four(value)
    } else {
        eight(value)
    };
    let (text, length) = significant(digits);
    room[..8].copy_from_slice(&text);
    length
}

/// A number of more than sixteen digits.
#[cold]
fn put_long(room: &mut [u8; NUMBER], value: u64) -> usize {
    let mut buffer = itoa::Buffer::new();
    let text = buffer.format(value).as_bytes();
    room[..text.len()].copy_from_slice(text);
    text.len()
}

/// Writes exactly nine digits (`value` < 10^9).
#[inline]
pub(super) fn put_nine(room: &mut [u8; 9], value: u32) {
    let rest = EIGHT_DIGITS as u32;
    room[0] = b'0' + (value / rest) as u8;
    room[1..].copy_from_slice(&eight_digits(value % rest));
}

/// The text of eight digits without the zeros in front, and how many are left: at least one.
#[inline]
fn significant(digits: u64) -> ([u8; 8], usize) {
    let zeros = (digits | 1 << 56).trailing_zeros() / 8;
    let text = (digits | ZEROS) >> (8 * zeros);
    (text.to_le_bytes(), 8 - zeros as usize)
}

/// The eight decimal digits of `value` < 10^8, as text.
#[inline]
fn eight_digits(value: u32) -> [u8; 8] {
    (eight(value) | ZEROS).to_le_bytes()
}

/// Eight times the digit 0, as text.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight decimal digits of `value` < 10^8: halved three times, all parts at once in one register. The first comes lowest.
#[inline]
fn eight(value: u32) -> u64 {
    let value = u64::from(value);
    // Two numbers below 10^4, in 32 bits each; then four below 10^2, in 16 bits; then eight digits.
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    digits_of(twos)
}

/// The same of `value` < 10^4, which needs one step less.
#[inline]
fn four(value: u32) -> u64 {
    let value = u64::from(value);
    let hundreds = (value * 10_486) >> 20;
    let twos = hundreds | ((value - 100 * hundreds) << 16);
    digits_of(twos << 32)
}

/// The digits of four numbers below 10^2.
#[inline]
fn digits_of(twos: u64) -> u64 {
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((twos - 10 * tens) << 8)
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

/// Appends bytes as lower-case hexadecimal digits.
pub(super) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// The text of endpoints met lately: the same few hundred come again and again.
#[derive(Debug)]
pub(super) struct EndpointTexts {
    slots: Vec<Option<(Endpoint, [u8; ENDPOINT_TEXT], u8)>>,
}

impl EndpointTexts {
    /// Nothing cached yet.
    pub(super) fn new() -> Self {
        Self {
            slots: vec![None; CACHED_ENDPOINTS],
        }
    }

    /// Appends `ip:port` or `[ipv6]:port`.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, endpoint: Endpoint) {
        let slot = &mut self.slots[slot_of(endpoint)];
        match slot {
            Some((known, text, length)) if *known == endpoint => {
                out.extend_from_slice(&text[..usize::from(*length)]);
            }
            _ => {
                let start = out.len();
                push_endpoint(out, endpoint);
                let written = &out[start..];
                let mut text = [0; ENDPOINT_TEXT];
                if written.len() <= ENDPOINT_TEXT {
                    text[..written.len()].copy_from_slice(written);
                    *slot = Some((endpoint, text, written.len() as u8));
                }
            }
        }
    }
}

/// Where an endpoint is cached: ports differ most, then the last bytes of addresses.
pub(super) fn slot_of(endpoint: Endpoint) -> usize {
    let tail = match endpoint.ip {
        IpAddr::V4(ip) => u32::from(ip),
        IpAddr::V6(ip) => ip.to_bits() as u32,
    };
    let mixed = (tail ^ (u32::from(endpoint.port) << 16 | u32::from(endpoint.port)))
        .wrapping_mul(0x9e37_79b1);
    (mixed >> 24) as usize % CACHED_ENDPOINTS
}

/// Appends `ip:port` without a cache.
pub(super) fn push_endpoint(out: &mut Vec<u8>, endpoint: Endpoint) {
    match endpoint.ip {
        IpAddr::V4(ip) => push_ipv4(out, ip),
        IpAddr::V6(ip) => {
            let mut text = String::with_capacity(ENDPOINT_TEXT);
            // Writing to a String cannot fail.
            let _ = write!(text, "[{ip}]");
            out.extend_from_slice(text.as_bytes());
        }
    }
    out.push(b':');
    push_number(out, u64::from(endpoint.port));
}

/// Appends four dotted numbers.
fn push_ipv4(out: &mut Vec<u8>, ip: Ipv4Addr) {
    for (index, octet) in ip.octets().into_iter().enumerate() {
        if index > 0 {
            out.push(b'.');
        }
        push_number(out, u64::from(octet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    #[test]
    fn numbers_look_as_they_display() {
        let powers = (0..20).map(|exponent| 10u64.pow(exponent));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power / 8 * 9]);
        for value in (0..20_000).chain(near).chain([u64::MAX]) {
            let mut out = Vec::new();
            push_number(&mut out, value);
            assert_eq!(out, value.to_string().as_bytes());
            let mut room = [0; NUMBER];
            let length = put_number(&mut room, value);
            assert_eq!(&room[..length], out);
        }
    }

    proptest! {
        #[test]
        fn any_number_looks_as_it_displays(value: u64, shift in 0..64u32, nine in 0..1_000_000_000u32) {
            let value = value >> shift;
            let mut out = Vec::new();
            push_number(&mut out, value);
            let mut room = [0; NUMBER];
            let length = put_number(&mut room, value);
            prop_assert_eq!(&room[..length], &*out);
            prop_assert_eq!(String::from_utf8(out).expect("digits"), value.to_string());
            let mut out = Vec::new();
            push_nine(&mut out, nine);
            prop_assert_eq!(String::from_utf8(out).expect("digits"), format!("{nine:09}"));
        }

        #[test]
        fn endpoints_look_as_they_display(v6: bool, bits: u128, port: u16) {
            let ip = if v6 { IpAddr::V6(bits.into()) } else { IpAddr::V4((bits as u32).into()) };
            let endpoint = Endpoint::new(ip, port);
            let mut texts = EndpointTexts::new();
            for _ in 0..2 {
                let mut out = Vec::new();
                texts.push(&mut out, endpoint);
                prop_assert_eq!(String::from_utf8(out).expect("text"), endpoint.to_string());
            }
        }
    }
}
