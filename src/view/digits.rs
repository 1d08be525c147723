//! The decimal digits of numbers, worked out many at once: most of what a line of JSON holds.
//!
//! Must not know: what the numbers mean, where they are going.

/// One more than eight digits hold.
const EIGHT_DIGITS: u64 = 100_000_000;
/// Room for any number.
pub(super) const NUMBER: usize = 20;

/// Writes a decimal number at the beginning of `room` and gives its length; what stands behind it is void.
///
/// Most numbers have at most eight digits, which are stored at once. Very long ones are `itoa`'s.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(value: u64) -> String {
        let mut room = [0; NUMBER];
        let length = put_number(&mut room, value);
        String::from_utf8(room[..length].to_vec()).expect("digits")
    }

    #[test]
    fn numbers_look_as_they_display() {
        let powers = (0..20).map(|exponent| 10u64.pow(exponent));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power / 8 * 9]);
        for value in (0..20_000).chain(near).chain([u64::MAX]) {
            assert_eq!(number(value), value.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_number_looks_as_it_displays(value: u64, shift in 0..64u32, nine in 0..1_000_000_000u32) {
            let value = value >> shift;
            prop_assert_eq!(number(value), value.to_string());
            let mut room = [0; 9];
            put_nine(&mut room, nine);
            prop_assert_eq!(str::from_utf8(&room).expect("digits"), format!("{nine:09}"));
        }
    }
}
