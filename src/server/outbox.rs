//! Bytes on their way to one client: shared slices, many per system call, never copied.
//!
//! Owns: partial writes and byte offsets. Must not know: what the bytes mean.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use bytes::{Buf, Bytes};
use tokio::io::Interest;

use super::outlet::Outlet as _;
use super::wire::Wire;
use crate::chat::{Portion, Turn};

/// Bytes taken from the log at once: two chunks, about what a loopback socket takes in one call.
pub(super) const TAKE_BYTES: usize = 128 * 1024;

/// Which lines the bytes up to an offset belong to.
#[derive(Debug)]
struct Mark {
    end: u64,
    lines: Range<u64>,
}

/// What is to be written, and how much was.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    pub(super) slices: VecDeque<Bytes>,
    queued: u64,
    written: u64,
    marks: VecDeque<Mark>,
}

impl Outbox {
    /// An outbox for a connection on which `written` bytes went out before.
    pub(super) fn starting_at(written: u64) -> Self {
        Self {
            queued: written,
            written,
            ..Self::default()
        }
    }

    /// A portion of the room's lines, from byte `at` of the connection on.
    pub(super) fn of(at: u64, portion: &Portion, marks: bool) -> Self {
        let mut outbox = Self::starting_at(at);
        outbox.slices.clone_from(&portion.slices);
        let (bytes, lines) = (portion.taken.bytes as u64, portion.taken.lines.clone());
        outbox.queued += bytes;
        if marks {
            let end = outbox.queued;
            outbox.marks.push_back(Mark { end, lines });
        }
        outbox
    }

    /// Whether everything was handed to the socket.
    pub(super) fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// Offset of the next byte to be queued.
    pub(super) const fn queued(&self) -> u64 {
        self.queued
    }

    /// Bytes handed to the socket.
    pub(super) const fn written(&self) -> u64 {
        self.written
    }

    /// Bytes waiting.
    pub(super) const fn waiting(&self) -> u64 {
        self.queued - self.written
    }

    /// Counts the slices that a turn put here; with `marks` their lines too, for events.
    pub(super) fn account(&mut self, turn: &Turn, marks: bool) {
        for (bytes, lines) in [
            (turn.side, 0..0),
            (turn.taken.bytes, turn.taken.lines.clone()),
            (turn.farewell, 0..0),
        ] {
            self.queued += bytes as u64;
            if marks && bytes > 0 {
                self.marks.push_back(Mark {
                    end: self.queued,
                    lines,
                });
            }
        }
    }

    /// Queues bytes that belong to no line.
    pub(super) fn push(&mut self, bytes: Bytes, marks: bool) {
        self.queued += bytes.len() as u64;
        if marks {
            self.marks.push_back(Mark {
                end: self.queued,
                lines: 0..0,
            });
        }
        self.slices.push_back(bytes);
    }

    /// One system call.
    pub(super) fn write(&mut self, wire: &Wire) -> io::Result<usize> {
        let send = || wire.send(&self.slices);
        let count = wire.stream.try_io(Interest::WRITABLE, send)?;
        self.advance(count);
        Ok(count)
    }

    /// So many bytes were handed to the socket.
    pub(super) fn advance(&mut self, count: usize) {
        self.written += count as u64;
        let mut left = count;
        while left > 0 {
            let Some(first) = self.slices.front_mut() else {
                return;
            };
            if first.len() > left {
                first.advance(left);
                return;
            }
            left -= first.len();
            self.slices.pop_front();
        }
    }

    /// The marked stretches among the bytes from `from` to what was written.
    pub(super) fn stretches_since(
        &mut self,
        mut from: u64,
        mut each: impl FnMut(Range<u64>, Range<u64>),
    ) {
        while from < self.written {
            let Some(mark) = self.marks.front() else {
                return;
            };
            let to = mark.end.min(self.written);
            each(mark.lines.clone(), from..to);
            from = to;
            if mark.end <= self.written {
                self.marks.pop_front();
            }
        }
    }
}
