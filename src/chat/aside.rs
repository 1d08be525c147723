//! What is told to one client beside the lines of the room: notices and answers, each at its place among the lines.
//!
//! Owns: their order and their places. Must not know: what they say, or which lines were sent.

use std::collections::VecDeque;

use bytes::Bytes;

/// One of them, encoded (whole lines or frames).
#[derive(Debug)]
struct Piece {
    /// The lines before this number are sent first.
    place: u64,
    bytes: Bytes,
}

/// What waits for one client, in the order of telling.
#[derive(Debug, Default)]
pub(super) struct Aside {
    pieces: VecDeque<Piece>,
    bytes: usize,
}

impl Aside {
    /// One more; nothing overtakes what was told before it.
    pub(super) fn push(&mut self, place: u64, bytes: Bytes) {
        self.bytes += bytes.len();
        self.pieces.push_back(Piece { place, bytes });
    }

    /// Bytes waiting.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The place of what comes next.
    pub(super) fn place(&self) -> Option<u64> {
        self.pieces.front().map(|piece| piece.place)
    }

    /// Hands over what may go out where the lines before `reach` were sent; returns its bytes.
    pub(super) fn take(&mut self, reach: u64, out: &mut VecDeque<Bytes>) -> usize {
        let before = self.bytes;
        while let Some(piece) = self.pieces.pop_front_if(|piece| piece.place <= reach) {
            self.bytes -= piece.bytes.len();
            out.push_back(piece.bytes);
        }
        before - self.bytes
    }

    /// The lines are not what they were: what waits for them waits no longer.
    pub(super) fn release(&mut self) {
        self.replace(|_| 0);
    }

    /// Everything that waits for a place has another one.
    pub(super) fn replace(&mut self, place: impl Fn(u64) -> u64) {
        for piece in &mut self.pieces {
            piece.place = place(piece.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_before_its_place_nor_overtakes() {
        let mut aside = Aside::default();
        for (place, text) in [(0, "a"), (7, "b"), (5, "c"), (9, "d")] {
            aside.push(place, Bytes::from_static(text.as_bytes()));
        }
        let taken = |aside: &mut Aside, reach| {
            let mut out = VecDeque::new();
            let bytes = aside.take(reach, &mut out);
            assert_eq!(bytes, out.len());
            String::from_utf8(out.into_iter().flatten().collect()).expect("text")
        };
        assert_eq!(taken(&mut aside, 6), "a");
        assert_eq!((aside.place(), aside.bytes()), (Some(7), 3));
        assert_eq!(taken(&mut aside, 7), "bc");
        aside.release();
        assert_eq!(taken(&mut aside, 0), "d");
        assert!(aside.is_empty() && aside.bytes() == 0);
    }
}
