//! A compact form for remembered values: numbers that are mostly zero or small, one bit for a zero, else as many bytes as needed.
//!
//! Owns: the encoding. Must not know: what the numbers mean. One description of a value ([`Pack`]) writes it and reads it back,
//! so the two cannot disagree.

#![expect(
    clippy::inline_always,
    reason = "in place, the number of a value is a constant of the compiled program, and a width is a shift in registers"
)]

/// Either writes the values it is shown and gives them back, or ignores them and gives what was written.
pub(super) trait Pack {
    /// One number.
    fn number(&mut self, value: u64) -> u64;

    /// A number that is likely close to `near`.
    fn close(&mut self, value: u64, near: u64) -> u64;

    /// A sequence number that is likely close to `near`.
    fn close32(&mut self, value: u32, near: u32) -> u32;

    /// Whether what follows is likely as in most cases, else it is likely nothing.
    fn expect(&mut self, usual: bool);

    /// Several small values as one number: of each the value, its width in bits, and what it is in most cases.
    fn together<const N: usize>(&mut self, fields: [(u64, u32, u64); N]) -> [u64; N];

    /// A small number.
    #[inline(always)]
    fn small(&mut self, value: u32) -> u32 {
        self.number(u64::from(value)) as u32
    }

    /// In place of so many numbers of a page that are all zero.
    fn skip(&mut self, count: usize);
}

/// Fields side by side, each with its width in bits, the first one lowest.
#[inline(always)]
fn side_by_side<const N: usize>(fields: [(u64, u32); N]) -> u64 {
    let fields = fields.into_iter().rev();
    fields.fold(0, |all, (value, width)| all << width | value)
}

#[inline(always)]
const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

#[inline(always)]
const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Numbers that share a mask. They are shown one by one, which costs a store or a load each, and spelled and read together.
const PAGE: usize = HALVES * HALF;
/// Numbers of half a page: the bits of a word.
const HALF: usize = u64::BITS as usize;
const HALVES: usize = 2;
/// The most that half a page takes: its mask, numbers, and the eight bytes that are stored for a number of any length.
const ROOM: usize = 1 + 8 + 9 * HALF + 8;
/// Numbers of more bits are spelled in eight bytes behind a zero byte.
const SHORT_BITS: u32 = 56;

/// Working space, kept from one value to the next.
#[derive(Debug)]
pub(super) struct Scratch {
    /// What was written.
    pub(super) bytes: Vec<u8>,
    /// Numbers of a page; those that its masks do not tell of are void.
    page: [[u64; HALF]; HALVES],
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            page: [[0; HALF]; HALVES],
        }
    }
}

/// Writes. 64 values share a mask that says which of them are not zero, and of that mask's bytes only those are written that
/// are not zero either, behind a byte that says which.
///
/// The values are spelled with as many bytes as they need, the lowest first; the first bit set in the first byte tells how
/// many: the eighth of one byte, the seventh of two. So a number is stored, and read back, without a loop.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    page: &'a mut [[u64; HALF]; HALVES],
    masks: [u64; HALVES],
    used: usize,
    /// All bits where the usual is expected, else none.
    usual: u64,
}

impl<'a> Writer<'a> {
    /// Writes behind what there is.
    #[inline(always)]
    pub(super) const fn new(Scratch { bytes, page }: &'a mut Scratch) -> Self {
        Self {
            bytes,
            page,
            masks: [0; HALVES],
            used: 0,
            usual: u64::MAX,
        }
    }

    /// That is all. What is missing reads as zero.
    #[inline(always)]
    pub(super) fn finish(self) {
        let [first, second] = self.masks;
        if first | second != 0 {
            write(self.bytes, &self.page[0], first);
        }
        if second != 0 {
            write(self.bytes, &self.page[1], second);
        }
    }
}

/// Appends the numbers of half a page that `mask` tells of.
#[inline(never)]
fn write(bytes: &mut Vec<u8>, numbers: &[u64; HALF], mut mask: u64) {
    let start = bytes.len();
    bytes.resize(start + ROOM, 0);
    let room: &mut [u8; ROOM] = bytes.last_chunk_mut().expect("as long as that");
    let (mut occupied, mut at) = (0, 1);
    for (index, byte) in mask.to_le_bytes().into_iter().enumerate() {
        room[at] = byte;
        occupied |= u8::from(byte != 0) << index;
        at += usize::from(byte != 0);
    }
    room[0] = occupied;
    while mask != 0 {
        let value = numbers[mask.trailing_zeros() as usize % HALF];
        mask &= mask - 1;
        let bits = u64::BITS - value.leading_zeros();
        if bits > SHORT_BITS {
            room[at] = 0;
            room[at + 1..at + 9].copy_from_slice(&value.to_le_bytes());
            at += 9;
            continue;
        }
        let length = bytes_of(bits);
        let spelled = value << length | 1 << (length - 1);
        room[at..at + 8].copy_from_slice(&spelled.to_le_bytes());
        at += length as usize;
    }
    bytes.truncate(start + at);
}

/// How many bytes spell so many bits, from 1 to [`SHORT_BITS`]: a seventh, rounded up.
#[inline]
const fn bytes_of(bits: u32) -> u32 {
    ((bits + 6) * 37) >> 8
}

impl Pack for Writer<'_> {
    #[inline(always)]
    fn number(&mut self, value: u64) -> u64 {
        if self.used == PAGE {
            for (numbers, mask) in self.page.iter().zip(self.masks) {
                write(self.bytes, numbers, mask);
            }
            (self.masks, self.used) = ([0; HALVES], 0);
        }
        let (half, at) = (self.used / HALF % HALVES, self.used % HALF);
        self.page[half][at] = value;
        self.masks[half] |= u64::from(value != 0) << at;
        self.used += 1;
        value
    }

    #[inline(always)]
    fn expect(&mut self, usual: bool) {
        self.usual = u64::from(usual).wrapping_neg();
    }

    #[inline(always)]
    fn together<const N: usize>(&mut self, fields: [(u64, u32, u64); N]) -> [u64; N] {
        let all = side_by_side(fields.map(|(value, width, _)| (value, width)));
        let usual = side_by_side(fields.map(|(_, width, usual)| (usual, width)));
        self.number(all ^ usual & self.usual);
        fields.map(|(value, _, _)| value)
    }

    #[inline(always)]
    fn skip(&mut self, count: usize) {
        debug_assert!(self.used + count <= PAGE, "the same page");
        self.used += count;
    }

    #[inline(always)]
    fn close(&mut self, value: u64, near: u64) -> u64 {
        self.number(zigzag(value.wrapping_sub(near) as i64));
        value
    }

    #[inline(always)]
    fn close32(&mut self, value: u32, near: u32) -> u32 {
        self.number(zigzag(i64::from(value.wrapping_sub(near) as i32)));
        value
    }
}

/// Reads back the numbers; what is missing reads as zero.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    page: [[u64; HALF]; HALVES],
    used: usize,
    /// All bits where the usual is expected, else none.
    usual: u64,
}

impl<'a> Reader<'a> {
    /// Reads from `bytes`, of which so many stand before the first number.
    #[inline(always)]
    pub(super) const fn new(bytes: &'a [u8], front: usize) -> Self {
        Self {
            bytes,
            at: front,
            page: [[0; HALF]; HALVES],
            used: PAGE,
            usual: u64::MAX,
        }
    }
}

/// Reads the half of a page that stands at `at`, over zeros; gives where it ends.
#[inline(never)]
fn read(bytes: &[u8], at: usize, numbers: &mut [u64; HALF]) -> usize {
    let (mask, at) = mask(bytes, at);
    values(bytes, at, mask, numbers)
}

/// The first `N` of the numbers that stand at `at`, without the others.
pub(super) fn first<const N: usize>(bytes: &[u8], at: usize) -> [u64; N] {
    let mut numbers = [0; N];
    let (mask, at) = mask(bytes, at);
    values(bytes, at, mask & ((1 << N) - 1), &mut numbers);
    numbers
}

/// Which numbers of half a page are not zero, and where they stand.
#[inline(always)]
fn mask(bytes: &[u8], at: usize) -> (u64, usize) {
    let mut occupied = ahead(bytes, at) as u8;
    let (mut packed, mut mask) = (ahead(bytes, at + 1), 0);
    let at = at + 1 + occupied.count_ones() as usize;
    while occupied != 0 {
        mask |= (packed & 0xff) << (8 * occupied.trailing_zeros());
        packed >>= 8;
        occupied &= occupied - 1;
    }
    (mask, at)
}

/// Reads the numbers that `mask` tells of; gives where they end.
#[inline(always)]
fn values<const N: usize>(
    bytes: &[u8],
    mut at: usize,
    mut mask: u64,
    numbers: &mut [u64; N],
) -> usize {
    while mask != 0 {
        let word = ahead(bytes, at);
        let length = (word as u32 | 1 << u8::BITS).trailing_zeros() + 1;
        let value = if length <= u8::BITS {
            at += length as usize;
            word << (u64::BITS - 8 * length) >> (u64::BITS - 7 * length)
        } else {
            at += 9;
            ahead(bytes, at - 8)
        };
        numbers[mask.trailing_zeros() as usize % N] = value;
        mask &= mask - 1;
    }
    at
}

/// The eight bytes from `at` on; behind the last one there are zeros.
#[inline]
fn ahead(bytes: &[u8], at: usize) -> u64 {
    let chunk = bytes.get(at..at + size_of::<u64>());
    match chunk.and_then(<[u8]>::first_chunk) {
        Some(&chunk) => u64::from_le_bytes(chunk),
        None => last(bytes.get(at..).unwrap_or_default()),
    }
}

/// Fewer than eight bytes, and zeros behind them.
#[cold]
fn last(bytes: &[u8]) -> u64 {
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, &byte| word << 8 | u64::from(byte))
}

impl Pack for Reader<'_> {
    #[inline(always)]
    fn number(&mut self, _: u64) -> u64 {
        if self.used == PAGE {
            self.page = [[0; HALF]; HALVES];
            for numbers in &mut self.page {
                if self.at < self.bytes.len() {
                    self.at = read(self.bytes, self.at, numbers);
                }
            }
            self.used = 0;
        }
        let value = self.page[self.used / HALF % HALVES][self.used % HALF];
        self.used += 1;
        value
    }

    #[inline(always)]
    fn expect(&mut self, usual: bool) {
        self.usual = u64::from(usual).wrapping_neg();
    }

    #[inline(always)]
    fn together<const N: usize>(&mut self, fields: [(u64, u32, u64); N]) -> [u64; N] {
        let usual = side_by_side(fields.map(|(_, width, usual)| (usual, width)));
        let mut all = self.number(0) ^ usual & self.usual;
        fields.map(|(_, width, _)| {
            let value = all & ((1 << width) - 1);
            all >>= width;
            value
        })
    }

    #[inline(always)]
    fn skip(&mut self, count: usize) {
        self.used += count;
    }

    #[inline(always)]
    fn close(&mut self, _: u64, near: u64) -> u64 {
        near.wrapping_add(unzigzag(self.number(0)) as u64)
    }

    #[inline(always)]
    fn close32(&mut self, _: u32, near: u32) -> u32 {
        near.wrapping_add(unzigzag(self.number(0)) as u32)
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
            let mut scratch = Scratch { bytes: vec![77; 20], ..Scratch::default() };
            let mut writer = Writer::new(&mut scratch);
            for value in &values {
                writer.number(*value);
                writer.close(*value, near);
            }
            for seq in &seqs {
                writer.close32(*seq, near as u32);
            }
            writer.finish();
            let bytes = scratch.bytes;
            if let [one, two, ..] = values[..] {
                prop_assert_eq!(first::<1>(&bytes, 20), [one]);
                prop_assert_eq!(first::<3>(&bytes, 20)[2], two);
            }
            let mut reader = Reader::new(&bytes, 20);
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
                writer.finish();
                let bytes = scratch.bytes;
                let mut reader = Reader::new(&bytes, 0);
                let read = (reader.number(0), reader.number(0));
                assert_eq!(read, (value, 5), "{bytes:?}");
            }
        }
    }

    /// What is cut reads as something: packed streams are our own, but nothing may panic.
    #[test]
    fn missing_bytes_read_as_zero() {
        for bytes in [&[][..], &[1], &[1, 0], &[1, 0, 3], &[1, 128]] {
            Reader::new(bytes, 0).number(7);
        }
        assert_eq!(Reader::new(&[], 0).number(7), 0);
    }

    #[test]
    fn zeros_take_nothing_and_behind_them_a_bit_each() {
        let mut scratch = Scratch::default();
        let mut writer = Writer::new(&mut scratch);
        writer.skip(PAGE);
        writer.finish();
        assert!(scratch.bytes.is_empty());
        let mut writer = Writer::new(&mut scratch);
        writer.skip(HALF);
        writer.number(7);
        writer.finish();
        assert_eq!(
            scratch.bytes.len(),
            1 + 3,
            "an empty page; a bit, its byte, the number"
        );
    }
}
