//! A compact form for remembered values: numbers that are mostly zero or small, one bit for a zero, else as many bytes as needed.
//!
//! Owns: the encoding. Must not know: what the numbers mean. One description of a value ([`Pack`]) writes it and reads it back,
//! so the two cannot disagree.

/// Either writes the values it is shown or overwrites them with what was written.
pub(super) trait Pack {
    /// One number.
    fn number(&mut self, value: &mut u64);

    /// Bytes as they are: for values that look random.
    fn raw<const N: usize>(&mut self, bytes: &mut [u8; N]);

    /// A number that is likely close to `near`.
    #[inline]
    fn close(&mut self, value: &mut u64, near: u64) {
        let mut distance = zigzag(value.wrapping_sub(near) as i64);
        self.number(&mut distance);
        *value = near.wrapping_add(unzigzag(distance) as u64);
    }

    /// A sequence number that is likely close to `near`.
    #[inline]
    fn close32(&mut self, value: &mut u32, near: u32) {
        let mut distance = zigzag(i64::from(value.wrapping_sub(near) as i32));
        self.number(&mut distance);
        *value = near.wrapping_add(unzigzag(distance) as u32);
    }

    /// A small number.
    #[inline]
    fn small(&mut self, value: &mut u32) {
        let mut wide = u64::from(*value);
        self.number(&mut wide);
        *value = wide as u32;
    }

    /// A byte.
    #[inline]
    fn byte(&mut self, value: &mut u8) {
        let mut wide = u64::from(*value);
        self.number(&mut wide);
        *value = wide as u8;
    }
}

const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// The most that eight numbers take, and the mask in front of them.
const ROOM: usize = 1 + 8 * 9;
/// Numbers of more bits are spelled in eight bytes behind a zero byte.
const SHORT_BITS: u32 = 56;

/// Working space of a [`Writer`], kept from one value to the next: as long as the longest so far.
#[derive(Debug, Default)]
pub(super) struct Scratch(Vec<u8>);

/// Writes. Eight values share one byte that says which of them are not zero.
///
/// The others are spelled with as many bytes as they need, the lowest first; the first bit set in the first byte tells how
/// many: the eighth of one byte, the seventh of two. So a number is stored, and read back, without a loop.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    /// What lies behind this is room, with anything in it.
    at: usize,
    mask_at: usize,
    used: u8,
}

impl<'a> Writer<'a> {
    /// Writes into `scratch`; [`Self::finish`] gives what was written.
    pub(super) fn new(scratch: &'a mut Scratch) -> Self {
        Self {
            bytes: &mut scratch.0,
            at: 0,
            mask_at: 0,
            used: 8,
        }
    }

    /// All that was written.
    pub(super) fn finish(self) -> &'a [u8] {
        &self.bytes[..self.at]
    }

    /// Bytes to write `count` more into.
    #[inline]
    fn room(&mut self, count: usize) -> &mut [u8] {
        if self.bytes.len() < self.at + count {
            self.grow(count);
        }
        &mut self.bytes[self.at..self.at + count]
    }

    #[cold]
    fn grow(&mut self, count: usize) {
        self.bytes.resize(2 * (self.at + count), 0);
    }

    /// The next eight of the bytes that [`Self::room`] has made.
    #[inline]
    fn eight(&mut self) -> &mut [u8; 8] {
        let rest = self.bytes.get_mut(self.at..);
        let eight = rest.and_then(|rest| rest.first_chunk_mut());
        eight.expect("eight numbers have room")
    }

    #[inline]
    fn spell(&mut self, value: u64) {
        let bits = u64::BITS - (value | 1).leading_zeros();
        if bits > SHORT_BITS {
            return self.spell_out(value);
        }
        let length = bits.div_ceil(7);
        let spelled = value << length | 1 << (length - 1);
        *self.eight() = spelled.to_le_bytes();
        self.at += length as usize;
    }

    #[cold]
    fn spell_out(&mut self, value: u64) {
        self.eight()[0] = 0;
        self.at += 1;
        *self.eight() = value.to_le_bytes();
        self.at += 8;
    }
}

impl Pack for Writer<'_> {
    fn raw<const N: usize>(&mut self, bytes: &mut [u8; N]) {
        // Numbers that share a mask may follow.
        self.room(N + ROOM)[..N].copy_from_slice(bytes);
        self.at += N;
    }

    /// One function: it stands a hundred times in what is kept of a stream.
    #[inline(never)]
    fn number(&mut self, value: &mut u64) {
        if self.used == 8 {
            self.room(ROOM)[0] = 0;
            self.mask_at = self.at;
            self.at += 1;
            self.used = 0;
        }
        if *value != 0 {
            self.bytes[self.mask_at] |= 1 << self.used;
            self.spell(*value - 1); // most are zero: those cost nothing more
        }
        self.used += 1;
    }
}

/// Reads back; what is missing reads as zero.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    mask: u8,
    used: u8,
}

impl<'a> Reader<'a> {
    /// Reads from `bytes`.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            mask: 0,
            used: 8,
        }
    }

    fn next_byte(&mut self) -> u8 {
        self.bytes.split_off_first().copied().unwrap_or(0)
    }

    /// The next eight bytes as a number; they are not passed.
    #[inline]
    fn ahead(&self) -> u64 {
        let word = self.bytes.first_chunk().copied().unwrap_or_else(|| {
            let mut word = [0; 8];
            word[..self.bytes.len()].copy_from_slice(self.bytes);
            word
        });
        u64::from_le_bytes(word)
    }

    #[inline]
    fn pass(&mut self, count: usize) {
        self.bytes = self.bytes.get(count..).unwrap_or_default();
    }

    #[inline]
    fn spelled(&mut self) -> u64 {
        let word = self.ahead();
        let length = (word as u8).trailing_zeros() + 1;
        if length > u8::BITS {
            self.pass(1);
            let value = self.ahead();
            self.pass(8);
            return value;
        }
        self.pass(length as usize);
        word << (u64::BITS - 8 * length) >> (u64::BITS - 7 * length)
    }
}

impl Pack for Reader<'_> {
    fn raw<const N: usize>(&mut self, bytes: &mut [u8; N]) {
        bytes.fill_with(|| self.next_byte());
    }

    #[inline]
    fn number(&mut self, value: &mut u64) {
        if self.used == 8 {
            self.mask = self.next_byte();
            self.used = 0;
        }
        *value = if self.mask & 1 << self.used == 0 {
            0
        } else {
            self.spelled().wrapping_add(1)
        };
        self.used += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(sizes: Vec<(u64, u8)>, near: u64, seqs: Vec<u32>) {
            let values: Vec<u64> = sizes.iter().map(|(value, shift)| value >> (shift % 64)).collect();
            let mut scratch = Scratch(vec![77; 20]);
            let mut writer = Writer::new(&mut scratch);
            for value in &values {
                let (mut a, mut b) = (*value, *value);
                writer.number(&mut a);
                writer.close(&mut b, near);
            }
            for seq in &seqs {
                writer.close32(&mut seq.clone(), near as u32);
            }
            let mut reader = Reader::new(writer.finish());
            for value in values {
                let (mut a, mut b) = (7, 7);
                reader.number(&mut a);
                reader.close(&mut b, near);
                prop_assert_eq!((a, b), (value, value));
            }
            for seq in seqs {
                let mut a = 7;
                reader.close32(&mut a, near as u32);
                prop_assert_eq!(a, seq);
            }
        }
    }

    #[test]
    fn every_length_comes_back() {
        for bits in 0..u64::BITS {
            for value in [
                1 << bits,
                (1 << bits) + 1,
                (1u64 << bits).wrapping_sub(1),
                u64::MAX >> bits,
            ] {
                let mut scratch = Scratch::default();
                let mut writer = Writer::new(&mut scratch);
                writer.number(&mut { value });
                writer.number(&mut 5);
                let bytes = writer.finish();
                let mut reader = Reader::new(bytes);
                let (mut first, mut second) = (0, 0);
                reader.number(&mut first);
                reader.number(&mut second);
                assert_eq!((first, second), (value, 5), "{bytes:?}");
            }
        }
    }

    /// What is cut reads as something: packed streams are our own, but nothing may panic.
    #[test]
    fn missing_bytes_read_as_zero() {
        let mut value = 7;
        for bytes in [&[][..], &[1], &[1, 0], &[1, 0, 3], &[1, 128]] {
            Reader::new(bytes).number(&mut value);
        }
        Reader::new(&[]).number(&mut value);
        assert_eq!(value, 0);
    }

    #[test]
    fn eight_zeros_take_one_byte() {
        let mut scratch = Scratch::default();
        let mut writer = Writer::new(&mut scratch);
        (0..8).for_each(|_| writer.number(&mut 0));
        assert_eq!(writer.finish().len(), 1);
    }
}
