//! The page that lines are written on, where they stand until the writer takes them: nothing is set down twice.
//!
//! Owns: the room behind what is written, of which there is always enough for a pen. Must not know: entries, escaping.

use super::pen::{LINE, Pen};
use crate::view::out::{BLOCK, Buffer};

/// Bytes that wait for the writer, and room behind them.
#[derive(Debug)]
pub(super) struct Page {
    /// What is written, then the room, at least [`LINE`] bytes of it.
    bytes: Vec<u8>,
    written: usize,
    /// Where fields are put together that no pen can write.
    aside: Vec<u8>,
}

impl Page {
    /// An empty page.
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; BLOCK + LINE],
            written: 0,
            aside: Vec::new(),
        }
    }

    /// A pen behind what is written.
    #[inline]
    pub(super) fn pen(&mut self) -> Pen<'_> {
        if self.bytes.len() < self.written + LINE {
            self.make_room(self.written);
        }
        let room = self.bytes[self.written..].first_chunk_mut();
        let room = room.expect("behind what is written there is room for a pen");
        Pen::on(room, &mut self.written)
    }

    /// Room for a pen behind `end`: an entry that is written in many stretches is longer than a block.
    #[cold]
    fn make_room(&mut self, end: usize) {
        self.bytes.resize(end + BLOCK + LINE, 0);
    }

    /// What `write` appends, however long it is.
    pub(super) fn beside(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.aside.clear();
        write(&mut self.aside);
        let end = self.written + self.aside.len();
        if self.bytes.len() < end {
            self.make_room(end);
        }
        self.bytes[self.written..end].copy_from_slice(&self.aside);
        self.written = end;
    }
}

impl Buffer for Page {
    fn written(&self) -> &[u8] {
        &self.bytes[..self.written]
    }

    fn clear(&mut self) {
        self.written = 0;
    }
}
