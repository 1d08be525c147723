//! Fragments that are numbered on their way to a whole frame: those of 802.11 (IEEE 802.11-2020 section 10.4) and B.A.T.M.A.N.
//!
//! Owns: how they are put together, as tshark does: by number, and of each number what came first. Must not know: headers.

use crate::packet::waiting::{PIECE_OVERHEAD, Puzzle, Waiting};
use std::collections::BTreeMap;

/// All frames with holes.
pub(in crate::packet) type FrameTable = Waiting<Key, Numbered>;

/// Which frame a fragment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::packet) struct Key {
    /// Its ends, as far as the header tells them.
    pub(in crate::packet) source: Option<[u8; 6]>,
    pub(in crate::packet) destination: Option<[u8; 6]>,
    pub(in crate::packet) sequence: u16,
}

/// One fragment.
#[derive(Clone, Copy, Debug)]
pub(in crate::packet) struct Fragment<'d> {
    pub(in crate::packet) number: u8,
    /// More follow.
    pub(in crate::packet) more: bool,
    /// Its bytes, if all of them were captured.
    pub(in crate::packet) data: Option<&'d [u8]>,
}

/// A frame with holes.
#[derive(Debug, Default)]
pub(in crate::packet) struct Numbered {
    pieces: BTreeMap<u8, Box<[u8]>>,
    /// The number of the last one, once a last one came; the first one wins.
    last: Option<u8>,
}

impl Puzzle for Numbered {
    type Piece<'d> = Fragment<'d>;

    /// What was cut may tell which one is the last, but what is there then is not looked at before the next one comes.
    fn add(&mut self, piece: Fragment<'_>) -> Option<Vec<u8>> {
        if !piece.more {
            self.last.get_or_insert(piece.number);
        }
        let data = piece.data?;
        self.pieces
            .entry(piece.number)
            .or_insert_with(|| data.into());
        self.assemble()
    }

    fn cost(&self) -> usize {
        let cost = |piece: &[u8]| PIECE_OVERHEAD + piece.len();
        self.pieces.values().map(|piece| cost(piece)).sum()
    }
}

impl Numbered {
    /// All that is there, once nothing before the last one is missing: what has a number behind that belongs to it too.
    fn assemble(&self) -> Option<Vec<u8>> {
        let last = self.last?;
        let complete = self
            .pieces
            .keys()
            .zip(0..)
            .all(|(number, place)| *number == place || place > last);
        (complete && self.pieces.len() > usize::from(last))
            .then(|| self.pieces.values().flatten().copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of fragments in this order: the number, whether more follow, the bytes unless they were cut.
    fn put_together(pieces: &[(u8, bool, Option<&str>)]) -> Option<Vec<u8>> {
        let mut frame = Numbered::default();
        let mut whole = None;
        for &(number, more, data) in pieces {
            assert_eq!(whole, None, "{pieces:?}");
            let data = data.map(str::as_bytes);
            whole = frame.add(Fragment { number, more, data });
        }
        whole
    }

    #[test]
    fn by_number_and_what_came_first() {
        const A: Option<&str> = Some("a");
        const B: Option<&str> = Some("bb");
        const C: Option<&str> = Some("ccc");
        for (pieces, whole) in [
            (&[(1, false, B), (0, true, A)][..], "abb"),
            (&[(0, true, A), (0, true, C), (1, false, B)], "abb"),
            // One too many is taken along, even behind a hole.
            (&[(3, true, C), (0, true, A), (1, false, B)], "abbccc"),
            // The first one that says that it is the last is believed even if it was cut; its bytes must still come.
            (&[(1, false, None), (0, true, A), (1, true, B)], "abb"),
            (
                &[
                    (1, true, B),
                    (2, false, None),
                    (0, true, A),
                    (1, false, C),
                    (2, true, C),
                ],
                "abbccc",
            ),
        ] {
            assert_eq!(
                put_together(pieces).as_deref(),
                Some(whole.as_bytes()),
                "{pieces:?}"
            );
        }
        // What was cut is no reason to look whether all are there.
        assert_eq!(
            put_together(&[(1, true, B), (0, true, A), (1, false, None)]),
            None
        );
        assert_eq!(put_together(&[(1, false, B), (2, true, C)]), None);
        assert_eq!(
            put_together(&[(0, true, A), (1, true, B), (2, true, C)]),
            None
        );
    }
}
