//! A compact form for remembered values: numbers that are mostly zero or small, one bit for a zero, else as many bytes as needed.
//!
//! Owns: the encoding. Must not know: what the numbers mean. One description of a value ([`Pack`]) writes it and reads it back,
//! so the two cannot disagree.

/// Either writes the values it is shown and gives them back, or ignores them and gives what was written.
pub(super) trait Pack {
    /// One number.
    fn number(&mut self, value: u64) -> u64;

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

/// Numbers that share a mask. They are spelled and read together, in a loop; where a description shows them one by one, each
/// costs a store or a load.
const GROUP: usize = 8;
/// The most that a group takes, its mask included, and the eight bytes that are stored for a number of any length.
const ROOM: usize = 1 + 9 * GROUP + 8;
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
    group: [u64; GROUP],
    used: usize,
}

impl<'a> Writer<'a> {
    /// Writes into `scratch`; [`Self::finish`] gives what was written.
    pub(super) fn new(scratch: &'a mut Scratch) -> Self {
        Self {
            bytes: &mut scratch.0,
            at: 0,
            group: [0; GROUP],
            used: 0,
        }
    }

    /// Bytes as they are, before the first number: for values that look random.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        debug_assert_eq!(self.used, 0, "numbers come behind");
        self.room(bytes.len()).copy_from_slice(bytes);
        self.at += bytes.len();
    }

    /// All that was written.
    pub(super) fn finish(mut self) -> &'a [u8] {
        if self.used > 0 {
            self.group[self.used..].fill(0);
            self.write_group();
        }
        &self.bytes[..self.at]
    }

    /// Bytes to write `count` more into.
    #[inline]
    fn room(&mut self, count: usize) -> &mut [u8] {
        if self.bytes.len() < self.at + count {
            self.bytes.resize(2 * (self.at + count), 0);
        }
        &mut self.bytes[self.at..self.at + count]
    }

    #[inline(never)]
    fn write_group(&mut self) {
        let group = self.group;
        let room: &mut [u8; ROOM] = self.room(ROOM).first_chunk_mut().expect("as asked for");
        let (mut mask, mut at) = (0, 1);
        for (index, &value) in group.iter().enumerate() {
            mask |= u8::from(value != 0) << index;
            let bits = u64::BITS - value.leading_zeros();
            if bits > SHORT_BITS {
                room[at] = 0;
                room[at + 1..at + 9].copy_from_slice(&value.to_le_bytes());
                at += 9;
                continue;
            }
            // Of a zero nothing is left: its length is 0.
            let length = bytes_of(bits);
            let spelled = value << length | (1 << length) >> 1;
            room[at..at + 8].copy_from_slice(&spelled.to_le_bytes());
            at += length as usize;
        }
        room[0] = mask;
        self.at += at;
        self.used = 0;
    }
}

/// How many bytes spell so many bits, up to [`SHORT_BITS`]: a seventh, rounded up.
#[inline]
const fn bytes_of(bits: u32) -> u32 {
    ((bits + 6) * 37) >> 8
}

impl Pack for Writer<'_> {
    #[inline]
    fn number(&mut self, value: u64) -> u64 {
        self.group[self.used % GROUP] = value;
        self.used += 1;
        if self.used == GROUP {
            self.write_group();
        }
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

/// Reads back the numbers; what is missing reads as zero.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    group: [u64; GROUP],
    used: usize,
}

impl<'a> Reader<'a> {
    /// Reads from `bytes`, which begin with the first number.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            group: [0; GROUP],
            used: GROUP,
        }
    }

    #[inline(never)]
    fn read_group(&mut self) {
        let mut bytes = self.bytes;
        let [mask] = take(&mut bytes);
        for (index, value) in self.group.iter_mut().enumerate() {
            *value = if mask & 1 << index == 0 {
                0
            } else {
                spelled(&mut bytes)
            };
        }
        (self.bytes, self.used) = (bytes, 0);
    }
}

/// The next number that is not zero.
#[inline]
fn spelled(bytes: &mut &[u8]) -> u64 {
    let word = u64::from_le_bytes(ahead(bytes));
    let length = (word as u8).trailing_zeros() + 1;
    if length > u8::BITS {
        let [_] = take(bytes);
        return u64::from_le_bytes(take(bytes));
    }
    *bytes = bytes.get(length as usize..).unwrap_or_default();
    word << (u64::BITS - 8 * length) >> (u64::BITS - 7 * length)
}

/// The next `N` bytes, which are passed.
fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let taken = ahead(bytes);
    *bytes = bytes.get(N..).unwrap_or_default();
    taken
}

/// The next `N` bytes; behind the last one there are zeros.
#[inline]
fn ahead<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut left = [0; N];
        left[..bytes.len()].copy_from_slice(bytes);
        left
    })
}

impl Pack for Reader<'_> {
    #[inline]
    fn number(&mut self, _: u64) -> u64 {
        if self.used == GROUP {
            self.read_group();
        }
        let value = self.group[self.used % GROUP];
        self.used += 1;
        value
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
