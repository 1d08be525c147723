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
    fn close(&mut self, value: &mut u64, near: u64) {
        let mut distance = zigzag(value.wrapping_sub(near) as i64);
        self.number(&mut distance);
        *value = near.wrapping_add(unzigzag(distance) as u64);
    }

    /// A sequence number that is likely close to `near`.
    fn close32(&mut self, value: &mut u32, near: u32) {
        let mut distance = zigzag(i64::from(value.wrapping_sub(near) as i32));
        self.number(&mut distance);
        *value = near.wrapping_add(unzigzag(distance) as u32);
    }

    /// A small number.
    fn small(&mut self, value: &mut u32) {
        let mut wide = u64::from(*value);
        self.number(&mut wide);
        *value = wide as u32;
    }

    /// A byte.
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

/// Writes. Eight values share one byte that says which of them are not zero.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
    mask_at: usize,
    used: u8,
}

impl<'a> Writer<'a> {
    /// Writes behind what `bytes` holds.
    pub(super) const fn new(bytes: &'a mut Vec<u8>) -> Self {
        Self {
            bytes,
            mask_at: 0,
            used: 8,
        }
    }

    /// Seven bits a byte, the lowest first.
    fn spell(&mut self, mut rest: u64) {
        self.bytes[self.mask_at] |= 1 << self.used;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }
}

impl Pack for Writer<'_> {
    fn raw<const N: usize>(&mut self, bytes: &mut [u8; N]) {
        self.bytes.extend_from_slice(bytes);
    }

    #[inline]
    fn number(&mut self, value: &mut u64) {
        if self.used == 8 {
            self.mask_at = self.bytes.len();
            self.bytes.push(0);
            self.used = 0;
        }
        if *value != 0 {
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
}

impl Pack for Reader<'_> {
    fn raw<const N: usize>(&mut self, bytes: &mut [u8; N]) {
        bytes.fill_with(|| self.next_byte());
    }

    fn number(&mut self, value: &mut u64) {
        if self.used == 8 {
            self.mask = self.next_byte();
            self.used = 0;
        }
        *value = 0;
        if self.mask & 1 << self.used != 0 {
            let mut shift = 0;
            loop {
                let byte = self.next_byte();
                *value |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 || shift >= 64 {
                    break;
                }
            }
            *value = value.wrapping_add(1);
        }
        self.used += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(values: Vec<u64>, near: u64, seqs: Vec<u32>) {
            let mut bytes = b"x".to_vec();
            let mut writer = Writer::new(&mut bytes);
            for value in &values {
                let (mut a, mut b) = (*value, *value);
                writer.number(&mut a);
                writer.close(&mut b, near);
            }
            for seq in &seqs {
                writer.close32(&mut seq.clone(), near as u32);
            }
            let mut reader = Reader::new(&bytes[1..]);
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
    fn eight_zeros_take_one_byte() {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        (0..8).for_each(|_| writer.number(&mut 0));
        assert_eq!(bytes.len(), 1);
    }
}
