//! The decimal digits of numbers, worked out many at once: most of what a line of JSON holds.
//!
//! Must not know: what the numbers mean, where they are going.

/// One more than four digits hold.
const FOUR_DIGITS: u64 = 10_000;
/// One more than eight digits hold.
const EIGHT_DIGITS: u64 = FOUR_DIGITS * FOUR_DIGITS;
/// Room for any number.
pub(super) const NUMBER: usize = 20;

/// The four digits of every number that has no more, zeros in front: 40 kB, of which a capture uses the same few again and again.
static QUADS: [[u8; 4]; FOUR_DIGITS as usize] = {
    let mut quads = [[b'0'; 4]; FOUR_DIGITS as usize];
    let mut value = 0;
    while value < quads.len() {
        let (mut rest, mut place) = (value, 4);
        while place > 0 {
            place -= 1;
            quads[value][place] += (rest % 10) as u8;
            rest /= 10;
        }
        value += 1;
    }
    quads
};

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
    if value < FOUR_DIGITS {
        put_first(room, value)
    } else if value < EIGHT_DIGITS {
        let length = put_first(room, value / FOUR_DIGITS);
        put_four(room, length, value);
        length + 4
    } else if value < FOUR_DIGITS * EIGHT_DIGITS {
        let length = put_first(room, value / EIGHT_DIGITS);
        put_four(room, length, value / FOUR_DIGITS);
        put_four(room, length + 4, value);
        length + 8
    } else {
        put_long(room, value)
    }
}

/// The digits with which a number begins (`value` < 10^4), without zeros in front.
#[inline]
fn put_first(room: &mut [u8; NUMBER], value: u64) -> usize {
    let zeros = u32::from(value < 1000) + u32::from(value < 100) + u32::from(value < 10);
    let text = u32::from_le_bytes(QUADS[value as usize]) >> (8 * zeros);
    room[..4].copy_from_slice(&text.to_le_bytes());
    4 - zeros as usize
}

/// The last four digits of `value`.
#[inline]
fn put_four(room: &mut [u8], at: usize, value: u64) {
    room[at..at + 4].copy_from_slice(&QUADS[(value % FOUR_DIGITS) as usize]);
}

/// A number of more than twelve digits.
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
    let value = u64::from(value);
    room[0] = b'0' + (value / EIGHT_DIGITS) as u8;
    put_four(room, 1, value / FOUR_DIGITS);
    put_four(room, 5, value);
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
