//! TCP options (RFC 9293 section 3.2), read from the raw option bytes on demand: nothing is parsed that nobody asks for.

use crate::packet::SeqNumber;

/// One option as it stands in the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpOption<'a> {
    /// Kind 0: end of the list.
    EndOfList,
    /// Kind 1: padding.
    NoOperation,
    /// Kind 2: maximum segment size (RFC 9293 section 3.7.1).
    MaximumSegmentSize(u16),
    /// Kind 3: window scale shift (RFC 7323 section 2).
    WindowScale(u8),
    /// Kind 4: SACK permitted (RFC 2018 section 2).
    SackPermitted,
    /// Kind 5: SACK blocks (RFC 2018 section 3).
    Sack(SackBlocks<'a>),
    /// Kind 8: time stamps (RFC 7323 section 3).
    Timestamps {
        /// The sender's clock.
        value: u32,
        /// The last value received, echoed.
        echo: u32,
    },
    /// Any other kind, or a known kind with another length than its RFC gives.
    Other {
        /// Option kind.
        kind: u8,
        /// The bytes after kind and length.
        data: &'a [u8],
    },
}

/// The left and right edges of a SACK option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SackBlocks<'a>(&'a [u8]);

impl SackBlocks<'_> {
    /// (left edge, right edge) pairs in header order.
    pub fn iter(&self) -> impl Iterator<Item = (SeqNumber, SeqNumber)> + '_ {
        self.0
            .chunks_exact(8)
            .map(|block| (SeqNumber(be32(block)), SeqNumber(be32(&block[4..]))))
    }
}

/// Bytes of an option with kind and length, of the kinds that have one size only (RFC 9293, RFC 7323, RFC 2018, RFC 1072,
/// RFC 1644, RFC 2385, RFC 4782, RFC 5482 and those of the IANA registry without an RFC).
#[must_use]
pub const fn only_size(kind: u8) -> Option<usize> {
    Some(match kind {
        4 | 22 | 23 => 2,
        3 => 3,
        2 | 28 => 4,
        6 | 7 | 11..=13 => 6,
        27 => 8,
        8 => 10,
        78 => 16,
        19 => 18,
        _ => return None,
    })
}

/// Why a list of options breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionFault {
    /// The list ends before the length of this option.
    NoLength,
    /// A length, in bytes, that does not even hold kind and length.
    TooShort(u8),
    /// A length, in bytes, that the list does not have.
    PastEnd(u8),
}

/// The largest shift of a window (RFC 7323 section 2.3); a larger one counts as this.
pub const MAX_WINDOW_SHIFT: u8 = 14;

/// The option bytes of one header. Iterating never panics; a broken length ends the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpOptions<'a>(pub &'a [u8]);

impl<'a> TcpOptions<'a> {
    /// Value and echo, where the options are time stamps alone, as most systems lay them out (RFC 7323 appendix A).
    #[must_use]
    pub fn only_timestamps(self) -> Option<(u32, u32)> {
        match self.0 {
            [1, 1, 8, 10, stamps @ ..] if stamps.len() == 8 => {
                Some((be32(stamps), be32(&stamps[4..])))
            }
            _ => None,
        }
    }

    /// The kind of the option at which the list breaks off, and why; `None` where it ends as it should.
    #[must_use]
    pub fn fault(self) -> Option<(u8, OptionFault)> {
        let read = |(start, option)| match option {
            TcpOption::EndOfList => self.0.len(),
            TcpOption::NoOperation => start + 1,
            _ => start + usize::from(self.0[start + 1]),
        };
        let rest = &self.0[self.iter().last().map_or(0, read)..];
        let kind = *rest.first()?;
        let fault = match rest.get(1) {
            None => OptionFault::NoLength,
            Some(&length @ 0..2) => OptionFault::TooShort(length),
            Some(&length) => OptionFault::PastEnd(length),
        };
        Some((kind, fault))
    }

    /// The options in header order, each with its offset in bytes from the start of the option area.
    pub fn iter(self) -> impl Iterator<Item = (usize, TcpOption<'a>)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = at;
            let rest = self.0.get(start..)?;
            let (option, size) = parse_one(rest)?;
            at = start + size;
            if option == TcpOption::EndOfList {
                at = self.0.len();
            }
            Some((start, option))
        })
    }
}

/// The first option of `bytes` and its size; `None` when there is none or its length is impossible.
fn parse_one(bytes: &[u8]) -> Option<(TcpOption<'_>, usize)> {
    let kind = *bytes.first()?;
    match kind {
        0 => return Some((TcpOption::EndOfList, 1)),
        1 => return Some((TcpOption::NoOperation, 1)),
        _ => {}
    }
    let size = usize::from(*bytes.get(1)?);
    if size < 2 {
        return None;
    }
    let data = bytes.get(2..size)?;
    let option = match (kind, data) {
        (2, &[a, b]) => TcpOption::MaximumSegmentSize(u16::from_be_bytes([a, b])),
        (3, &[shift]) => TcpOption::WindowScale(shift),
        (4, []) => TcpOption::SackPermitted,
        (5, blocks) if !blocks.is_empty() && blocks.len() % 8 == 0 => {
            TcpOption::Sack(SackBlocks(blocks))
        }
        (8, data) if data.len() == 8 => TcpOption::Timestamps {
            value: be32(data),
            echo: be32(&data[4..]),
        },
        _ => TcpOption::Other { kind, data },
    };
    Some((option, size))
}

/// Big-endian 32 bits at the start of `bytes`, which the caller has measured.
fn be32(bytes: &[u8]) -> u32 {
    bytes
        .first_chunk::<4>()
        .map_or(0, |chunk| u32::from_be_bytes(*chunk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_a_linux_syn() {
        let bytes = [
            2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
        ];
        let options: Vec<_> = TcpOptions(&bytes).iter().collect();
        assert_eq!(
            options,
            [
                (0, TcpOption::MaximumSegmentSize(65495)),
                (4, TcpOption::SackPermitted),
                (6, TcpOption::Timestamps { value: 9, echo: 0 }),
                (16, TcpOption::NoOperation),
                (17, TcpOption::WindowScale(7)),
            ]
        );
    }

    #[test]
    fn says_why_a_list_breaks_off() {
        let fault = |bytes: &[u8]| TcpOptions(bytes).fault();
        assert_eq!(fault(&[]), None);
        assert_eq!(fault(&[1, 1, 3, 3, 7, 0, 9, 200]), None);
        assert_eq!(
            fault(&[2, 4, 5, 0xb4, 1, 8]),
            Some((8, OptionFault::NoLength))
        );
        assert_eq!(
            fault(&[4, 2, 2, 1, 0, 0]),
            Some((2, OptionFault::TooShort(1)))
        );
        assert_eq!(
            fault(&[3, 3, 7, 2, 4, 5]),
            Some((2, OptionFault::PastEnd(4)))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            prop_assert!(TcpOptions(&bytes).iter().count() <= bytes.len());
            let _ = TcpOptions(&bytes).fault();
        }
    }
}
