//! A compact form for remembered values: numbers that are mostly zero or small, one bit for a zero, else as many bytes as needed.
//!
//! Owns: the encoding. Must not know: what the numbers mean. One description of a value ([`Pack`]) writes it and reads it back,
//! so the two cannot disagree.

/// Either writes the values it is shown and gives them back, or ignores them and gives what was written.
pub(super) trait Pack {
    /// One number.
    fn number(&mut self, value: u64) -> u64;

    /// Bytes as they are: for values that look random.
    fn raw<const N: usize>(&mut self, bytes: [u8; N]) -> [u8; N];

    /// A number that is likely close to `near`.
    fn close(&mut self, value: u64, near: u64) -> u64;

    /// A sequence number that is likely close to `near`.
    fn close32(&mut self, value: u32, near: u32) -> u32;

    /// Several small values, each with its width in bits, as one number.
    fn together<const N: usize>(&mut self, fields: [(u64, u32); N]) -> [u64; N];

    /// A small number.
    #[inline]
    fn small(&mut self, value: u32) -> u32 {
        self.number(u64::from(value)) as u32
    }

    /// A byte.
    #[inline]
    fn byte(&mut self, value: u8) -> u8 {
        self.number(u64::from(value)) as u8
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
    /// Which of the numbers since the last mask are not zero.
    mask: u8,
    /// Where that will be written; beyond everything before the first number.
    mask_at: usize,
    /// The next number's bit in the mask; 0: the next number begins another one.
    bit: u8,
}

impl<'a> Writer<'a> {
    /// Writes into `scratch`; [`Self::finish`] gives what was written.
    pub(super) fn new(scratch: &'a mut Scratch) -> Self {
        Self {
            bytes: &mut scratch.0,
            at: 0,
            mask: 0,
            mask_at: usize::MAX,
            bit: 0,
        }
    }

    /// All that was written.
    pub(super) fn finish(mut self) -> &'a [u8] {
        self.end_mask();
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

    /// Begins the next eight numbers.
    #[inline(never)]
    fn next_mask(&mut self) {
        self.end_mask();
        self.room(ROOM);
        self.mask_at = self.at;
        self.at += 1;
        (self.mask, self.bit) = (0, 1);
    }

    fn end_mask(&mut self) {
        if let Some(place) = self.bytes.get_mut(self.mask_at) {
            *place = self.mask;
        }
    }

    /// A number that is not zero. One function: it stands a hundred times in what is kept of a stream.
    #[inline(never)]
    fn put(&mut self, value: u64) {
        self.mask |= self.bit;
        let bits = u64::BITS - value.leading_zeros();
        if bits > SHORT_BITS {
            return self.put_long(value);
        }
        let length = bytes_of(bits);
        let spelled = value << length | 1 << (length - 1);
        *self.eight() = spelled.to_le_bytes();
        self.at += length as usize;
    }

    #[cold]
    fn put_long(&mut self, value: u64) {
        self.eight()[0] = 0;
        self.at += 1;
        *self.eight() = value.to_le_bytes();
        self.at += 8;
    }

    /// The next eight of the bytes that [`Self::room`] has made.
    #[inline]
    fn eight(&mut self) -> &mut [u8; 8] {
        let eight = self.bytes.get_mut(self.at..self.at + 8);
        let eight = eight.and_then(|eight| eight.first_chunk_mut());
        eight.expect("eight numbers have room")
    }
}

/// How many bytes spell so many bits (1 to [`SHORT_BITS`]): a seventh, rounded up.
#[inline]
const fn bytes_of(bits: u32) -> u32 {
    ((bits + 6) * 37) >> 8
}

impl Pack for Writer<'_> {
    #[inline]
    fn raw<const N: usize>(&mut self, bytes: [u8; N]) -> [u8; N] {
        // Numbers that share a mask may follow.
        self.room(N + ROOM)[..N].copy_from_slice(&bytes);
        self.at += N;
        bytes
    }

    #[inline]
    fn number(&mut self, value: u64) -> u64 {
        if self.bit == 0 {
            self.next_mask();
        }
        if value != 0 {
            self.put(value);
        }
        self.bit <<= 1;
        value
    }

    #[inline]
    fn close(&mut self, value: u64, near: u64) -> u64 {
        self.number(zigzag(value.wrapping_sub(near) as i64));
        value
    }

    #[inline]
    fn close32(&mut self, value: u32, near: u32) -> u32 {
        self.number(zigzag(i64::from(value.wrapping_sub(near) as i32)));
        value
    }

    #[expect(
        clippy::inline_always,
        reason = "widths are constants: in place, it is shifts in registers"
    )]
    #[inline(always)]
    fn together<const N: usize>(&mut self, fields: [(u64, u32); N]) -> [u64; N] {
        let all = fields.iter().rev();
        self.number(all.fold(0, |all, (value, width)| all << width | value));
        fields.map(|(value, _)| value)
    }
}

/// Reads back; what is missing reads as zero.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Which of the numbers to come are not zero, the next one lowest; above them one bit more.
    mask: u16,
}

/// The mask of no number.
const NO_MORE: u16 = 1;

impl<'a> Reader<'a> {
    /// Reads from `bytes`.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            mask: NO_MORE,
        }
    }

    /// The next eight numbers.
    #[inline(never)]
    fn next_mask(&mut self) {
        let [mask] = self.take();
        self.mask = u16::from(mask) | NO_MORE << 8;
    }

    /// The next `N` bytes, which are passed.
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.ahead();
        self.at += N;
        bytes
    }

    /// The next `N` bytes; they are not passed.
    #[inline]
    fn ahead<const N: usize>(&self) -> [u8; N] {
        let ahead = self.bytes.get(self.at..self.at + N);
        ahead.map_or_else(|| self.last(), |ahead| ahead.try_into().unwrap_or([0; N]))
    }

    /// What is left, and zeros.
    #[cold]
    fn last<const N: usize>(&self) -> [u8; N] {
        let mut left = self.bytes.iter().skip(self.at);
        [(); N].map(|()| left.next().copied().unwrap_or(0))
    }

    /// A number that is not zero.
    #[inline(never)]
    fn spelled(&mut self) -> u64 {
        let word = u64::from_le_bytes(self.ahead());
        let length = (word as u8).trailing_zeros() + 1;
        if length > u8::BITS {
            return self.long();
        }
        self.at += length as usize;
        word << (u64::BITS - 8 * length) >> (u64::BITS - 7 * length)
    }

    #[cold]
    fn long(&mut self) -> u64 {
        self.at += 1;
        u64::from_le_bytes(self.take())
    }
}

impl Pack for Reader<'_> {
    fn raw<const N: usize>(&mut self, _: [u8; N]) -> [u8; N] {
        self.take()
    }

    #[inline]
    fn number(&mut self, _: u64) -> u64 {
        if self.mask == NO_MORE {
            self.next_mask();
        }
        let there = self.mask & 1 != 0;
        self.mask >>= 1;
        if there { self.spelled() } else { 0 }
    }

    #[inline]
    fn close(&mut self, _: u64, near: u64) -> u64 {
        near.wrapping_add(unzigzag(self.number(0)) as u64)
    }

    #[inline]
    fn close32(&mut self, _: u32, near: u32) -> u32 {
        near.wrapping_add(unzigzag(self.number(0)) as u32)
    }

    #[expect(
        clippy::inline_always,
        reason = "widths are constants: in place, it is shifts in registers"
    )]
    #[inline(always)]
    fn together<const N: usize>(&mut self, fields: [(u64, u32); N]) -> [u64; N] {
        let mut all = self.number(0);
        fields.map(|(_, width)| {
            let value = all & ((1 << width) - 1);
            all >>= width;
            value
        })
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
                writer.number(*value);
                writer.close(*value, near);
            }
            for seq in &seqs {
                writer.close32(*seq, near as u32);
            }
            let mut reader = Reader::new(writer.finish());
            for value in values {
                let read = (reader.number(7), reader.close(7, near));
                prop_assert_eq!(read, (value, value));
            }
            for seq in seqs {
                prop_assert_eq!(reader.close32(7, near as u32), seq);
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
                writer.number(value);
                writer.number(5);
                let bytes = writer.finish();
                let mut reader = Reader::new(bytes);
                let read = (reader.number(0), reader.number(0));
                assert_eq!(read, (value, 5), "{bytes:?}");
            }
        }
    }

    /// What is cut reads as something: packed streams are our own, but nothing may panic.
    #[test]
    fn missing_bytes_read_as_zero() {
        for bytes in [&[][..], &[1], &[1, 0], &[1, 0, 3], &[1, 128]] {
            Reader::new(bytes).number(7);
        }
        assert_eq!(Reader::new(&[]).number(7), 0);
    }

    #[test]
    fn eight_zeros_take_one_byte() {
        let mut scratch = Scratch::default();
        let mut writer = Writer::new(&mut scratch);
        for _ in 0..8 {
            writer.number(0);
        }
        assert_eq!(writer.finish().len(), 1);
    }
}
