//! The option list of a pcapng block (draft-ietf-opsawg-pcapng section 3.5): code, length, value padded to 32 bits.

use super::bytes::ByteOrder;

/// `opt_endofopt`.
const END: u16 = 0;
/// `opt_comment`.
pub(in crate::capture) const COMMENT: u16 = 1;

/// The options of one block, read on demand.
#[derive(Clone, Copy, Debug, Default)]
pub struct BlockOptions<'a> {
    order: ByteOrder,
    bytes: &'a [u8],
}

impl<'a> BlockOptions<'a> {
    pub(crate) fn new(order: ByteOrder, bytes: &'a [u8]) -> Self {
        Self { order, bytes }
    }

    /// (code, value) pairs up to the end mark, the end of the block, or a length beyond it.
    pub fn iter(self) -> impl Iterator<Item = (u16, &'a [u8])> {
        let mut rest = self.bytes;
        std::iter::from_fn(move || {
            let code = self.order.u16(rest.get(..2)?, 0);
            let length = usize::from(self.order.u16(rest.get(2..4)?, 0));
            let value = rest.get(4..4 + length)?;
            rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or(&[]);
            (code != END).then_some((code, value))
        })
    }

    /// The length of the first option that claims more bytes than the block has, if there is one.
    pub(in crate::capture) fn overrun(self) -> Option<usize> {
        let mut rest = self.bytes;
        while let (Some(code), Some(length)) = (rest.get(..2), rest.get(2..4)) {
            let length = usize::from(self.order.u16(length, 0));
            if rest.len() < 4 + length {
                return Some(length);
            }
            if self.order.u16(code, 0) == END {
                return None;
            }
            rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or(&[]);
        }
        None
    }

    /// The comments (`opt_comment`), each as the bytes in the file: UTF-8 by the specification, anything in practice.
    pub fn comments(self) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(|(code, _)| *code == COMMENT)
            .map(|(_, value)| value)
    }

    /// The byte order of the section, for options that hold numbers.
    #[must_use]
    pub fn order(self) -> ByteOrder {
        self.order
    }
}

/// Text of a stranger, bounded and made UTF-8.
pub(super) fn text(value: &[u8], limit: usize) -> String {
    let value = &value[..value.len().min(limit)];
    let value = value.split(|byte| *byte == 0).next().unwrap_or(value);
    String::from_utf8_lossy(value).into_owned()
}
