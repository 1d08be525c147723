//! Integers in the byte order of the machine that wrote the file.

/// Byte order of a file or section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ByteOrder {
    /// Least significant byte first.
    #[default]
    Little,
    /// Most significant byte first.
    Big,
}

impl ByteOrder {
    /// 16 bits at `at`; 0 beyond the end, which callers have excluded by measuring.
    #[inline]
    pub(crate) fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let Some(&chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>) else {
            return 0;
        };
        match self {
            Self::Little => u16::from_le_bytes(chunk),
            Self::Big => u16::from_be_bytes(chunk),
        }
    }

    /// 32 bits at `at`; 0 beyond the end, which callers have excluded by measuring.
    #[inline]
    pub(crate) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let Some(&chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>) else {
            return 0;
        };
        match self {
            Self::Little => u32::from_le_bytes(chunk),
            Self::Big => u32::from_be_bytes(chunk),
        }
    }

    /// Four numbers of 32 bits.
    #[inline]
    pub(crate) fn four(self, bytes: [u8; 16]) -> [u32; 4] {
        let (chunks, _) = bytes.as_chunks::<4>();
        let word = |at: usize| match self {
            Self::Little => u32::from_le_bytes(chunks[at]),
            Self::Big => u32::from_be_bytes(chunks[at]),
        };
        [word(0), word(1), word(2), word(3)]
    }

    /// 16 bits in this order.
    pub(crate) fn bytes16(self, value: u16) -> [u8; 2] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    /// 32 bits in this order.
    pub(crate) fn bytes32(self, value: u32) -> [u8; 4] {
        match self {
            Self::Little => value.to_le_bytes(),
            Self::Big => value.to_be_bytes(),
        }
    }

    /// 64 bits of an option value; `None` when it is shorter.
    pub(crate) fn u64(self, bytes: &[u8]) -> Option<u64> {
        let chunk = *bytes.first_chunk::<8>()?;
        Some(match self {
            Self::Little => u64::from_le_bytes(chunk),
            Self::Big => u64::from_be_bytes(chunk),
        })
    }
}
