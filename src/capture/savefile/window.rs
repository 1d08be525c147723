//! A moving window over the input: large reads, records handed out in place, nothing allocated per record.
//!
//! A read is made only when a record is incomplete, so that a pipe that is still being written shows each frame at once.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

/// Bytes read at once: large enough that system calls do not show (about 3,000 small frames each), small enough for L2.
const CHUNK: usize = 256 * 1024;

/// The input from the current position on.
#[derive(Debug)]
pub(super) struct Window<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where the unread bytes begin and end in `buffer`.
    start: usize,
    end: usize,
    /// Position of `start` in the input.
    offset: u64,
    ended: bool,
    /// The input is decompressed on the way: its faults are those of the compressed data.
    pub(super) compressed: bool,
    fault: Option<io::Error>,
}

impl<R: Read> Window<R> {
    pub(super) fn new(input: R, compressed: bool) -> Self {
        Self {
            input,
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            compressed,
            fault: None,
        }
    }

    /// Position of the first unread byte in the input.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The unread bytes that are here already.
    #[inline]
    pub(super) fn unread(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Reads until `wanted` bytes are unread or the input ends; returns how many are.
    #[inline]
    pub(super) fn request(&mut self, wanted: usize) -> usize {
        if self.end - self.start < wanted {
            self.fill(wanted);
        }
        self.end - self.start
    }

    #[cold]
    fn fill(&mut self, wanted: usize) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < wanted && !self.ended {
            if self.end == self.buffer.len() {
                // Doubling follows the bytes that came, not the length a record claims: a lying header costs nothing.
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.fault = Some(error);
                }
            }
        }
    }

    /// Why the input ended before its end, if it did; asked once.
    pub(super) fn take_fault(&mut self) -> Option<io::Error> {
        self.fault.take()
    }

    /// Moves past `count` unread bytes; their place in the buffer stays valid until the next [`Self::request`].
    #[inline]
    pub(super) fn consume(&mut self, count: usize) -> Range<usize> {
        let count = count.min(self.end - self.start);
        let range = self.start..self.start + count;
        self.start += count;
        self.offset += count as u64;
        range
    }

    /// Moves past `count` bytes of any number, showing them piece by piece to `seen`; returns how many there were.
    pub(super) fn skip(&mut self, count: u64, seen: &mut impl FnMut(&[u8])) -> u64 {
        let mut left = count;
        while left > 0 {
            let here = self.request(left.min(CHUNK as u64) as usize) as u64;
            if here == 0 {
                break;
            }
            let piece = self.consume(here.min(left) as usize);
            left -= piece.len() as u64;
            seen(self.bytes(piece));
        }
        count - left
    }

    /// Bytes that [`Self::consume`] located.
    #[inline]
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }
}
