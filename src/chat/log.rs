//! The room itself: an append-only sequence of numbered, encoded lines in shared chunks, bounded in memory.
//!
//! Owns: numbering, eviction, slices for readers. Must not know: sessions, sockets.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use super::chunk::Chunk;
use super::cursor::Cursor;
use super::encode::{Line, View};

/// Line text per chunk: about 900 lines of 64 bytes, and more than a loopback socket takes at once by default.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// What one read gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Numbers of the lines.
    pub lines: Range<u64>,
    /// Their bytes in the reader's encoding.
    pub bytes: usize,
    /// Lines the reader owed that had left the log.
    pub missed: u64,
}

/// An append-only sequence of lines, numbered from 1.
#[derive(Debug)]
pub struct Log {
    chunks: VecDeque<Chunk>,
    next: u64,
    limit: usize,
    chunk_bytes: usize,
    /// Memory of all chunks but the last, in line text and tables as they were when last weighed.
    weighed: usize,
}

impl Log {
    /// An empty log whose first line gets the number `next`, bounded to about `limit` bytes.
    #[must_use]
    pub fn new(next: u64, limit: usize) -> Self {
        let chunk_bytes = CHUNK_BYTES.min(limit / 8).max(256);
        Self {
            chunks: VecDeque::from([Chunk::new(next, chunk_bytes)]),
            next,
            limit,
            chunk_bytes,
            weighed: 0,
        }
    }

    /// The number that the next line gets; all lines before it are there or evicted.
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.next
    }

    /// The oldest line still held (the head when there is none).
    #[must_use]
    pub fn first(&self) -> u64 {
        self.chunks
            .front()
            .map_or(self.next, |chunk| chunk.lines().start)
    }

    /// Memory of all chunks in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.chunks.iter().map(Chunk::memory).sum()
    }

    /// Adds a line and returns its number.
    pub fn append(&mut self, line: &Line<'_>) -> u64 {
        let number = self.next;
        if self
            .chunks
            .back()
            .is_none_or(|chunk| chunk.text_bytes() >= self.chunk_bytes)
        {
            self.start_chunk();
        }
        if let Some(chunk) = self.chunks.back_mut() {
            chunk.append(line);
            self.next += 1;
        }
        number
    }

    /// Closes the last chunk, evicts what is over the limit, opens the next.
    fn start_chunk(&mut self) {
        if let Some(last) = self.chunks.back_mut() {
            last.seal();
        }
        self.weighed = self.memory();
        while self.weighed + self.chunk_bytes > self.limit && self.chunks.len() > 1 {
            if let Some(oldest) = self.chunks.pop_front() {
                self.weighed -= oldest.memory().min(self.weighed);
            }
        }
        self.chunks.push_back(Chunk::new(
            self.next,
            self.chunk_bytes + self.chunk_bytes / 8,
        ));
    }

    /// The chunk holding that line.
    fn chunk(&mut self, number: u64) -> Option<&mut Chunk> {
        let index = match self.chunks.back() {
            Some(last) if last.lines().start <= number => self.chunks.len() - 1,
            _ => self
                .chunks
                .partition_point(|chunk| chunk.lines().end <= number),
        };
        self.chunks
            .get_mut(index)
            .filter(|chunk| chunk.lines().contains(&number))
    }

    /// Appends slices of what `cursor` owes next, up to about `budget` bytes (at least one line), and moves it on.
    ///
    /// Lines that have left the log are skipped and counted in [`Taken::missed`]; what follows them is the next read's,
    /// so that a reader can be told first.
    pub fn read(
        &mut self,
        view: View,
        cursor: &mut Cursor,
        budget: usize,
        out: &mut VecDeque<Bytes>,
    ) -> Taken {
        self.read_until(u64::MAX, view, cursor, budget, out)
    }

    /// As [`Log::read`], of the lines before number `until`.
    pub(super) fn read_until(
        &mut self,
        until: u64,
        view: View,
        cursor: &mut Cursor,
        budget: usize,
        out: &mut VecDeque<Bytes>,
    ) -> Taken {
        let mut taken = Taken {
            missed: self.skip_evicted(cursor),
            ..Taken::default()
        };
        let stretch = cursor.stretch(self.next);
        let end = stretch.end.min(until);
        taken.lines = stretch.start..stretch.start;
        if taken.missed > 0 {
            return taken;
        }
        while taken.lines.end < end && taken.bytes < budget {
            let Some(chunk) = self.chunk(taken.lines.end) else {
                break;
            };
            let here = taken.lines.end..end.min(chunk.lines().end);
            let left = budget - taken.bytes;
            if taken.bytes > 0 && chunk.size(view, here.start) > left {
                break;
            }
            let (end, bytes) = chunk.read(view, here, left, out);
            taken.lines.end = end;
            taken.bytes += bytes;
        }
        cursor.advance(taken.lines.end);
        taken
    }

    /// Moves the cursor over lines that are no longer here; returns how many it owed.
    fn skip_evicted(&self, cursor: &mut Cursor) -> u64 {
        let first = self.first();
        let mut missed = 0;
        while cursor.first() < first {
            let stretch = cursor.stretch(self.next);
            let to = first.min(stretch.end.max(stretch.start + 1));
            missed += to - stretch.start;
            cursor.advance(to);
        }
        missed
    }

    /// Bytes of one line in one encoding, if the log still holds it.
    pub fn size(&mut self, view: View, number: u64) -> Option<usize> {
        self.chunk(number).map(|chunk| chunk.size(view, number))
    }

    /// Bytes of these lines in one encoding, if the log still holds them all.
    pub fn weight(&mut self, view: View, mut lines: Range<u64>) -> Option<usize> {
        let mut bytes = 0;
        while !lines.is_empty() {
            let chunk = self.chunk(lines.start)?;
            let here = lines.start..lines.end.min(chunk.lines().end);
            bytes += chunk.weight(view, &here);
            lines.start = here.end;
        }
        Some(bytes)
    }

    /// Encodes all lines ahead of their first reader.
    pub fn encode(&mut self, view: View) {
        self.chunks.iter_mut().for_each(|chunk| chunk.encode(view));
    }

    /// One line, if the log still holds it.
    pub fn line(&mut self, number: u64) -> Option<Line<'_>> {
        self.chunk(number).map(|chunk| chunk.line(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{LineKind, SessionId};
    use crate::net::Timestamp;

    fn say(log: &mut Log, text: &str) -> u64 {
        log.append(&Line {
            session: SessionId(1),
            kind: LineKind::Say,
            at: Timestamp::ZERO,
            name: "ana",
            text,
        })
    }

    fn read_all(log: &mut Log, view: View, cursor: &mut Cursor, budget: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let mut out = VecDeque::new();
            let taken = log.read(view, cursor, budget, &mut out);
            let slices: Vec<u8> = out.iter().flat_map(|slice| slice.to_vec()).collect();
            assert_eq!(slices.len(), taken.bytes);
            if taken.lines.is_empty() {
                return bytes;
            }
            bytes.extend(slices);
        }
    }

    #[test]
    fn lines_come_back_in_order_in_every_view_and_budget() {
        for budget in [1, 10, 100, 100_000] {
            let mut log = Log::new(1, 1 << 20);
            let mut expected = Vec::new();
            let mut frames = Vec::new();
            let mut tail = Cursor::new(1);
            let mut followed = Vec::new();
            for n in 0..5_000 {
                assert_eq!(say(&mut log, &n.to_string()), n + 1);
                expected.extend(format!("ana: {n}\n").bytes());
                let payload = format!("ana: {n}");
                frames.extend([0x81, payload.len() as u8]);
                frames.extend(payload.bytes());
                if n % 7 == 0 {
                    followed.extend(read_all(&mut log, View::Text, &mut tail, budget));
                }
            }
            followed.extend(read_all(&mut log, View::Text, &mut tail, budget));
            assert!(followed == expected, "follower, budget {budget}");
            assert!(read_all(&mut log, View::Text, &mut Cursor::new(1), budget) == expected);
            assert!(read_all(&mut log, View::Frames, &mut Cursor::new(1), budget) == frames);
        }
    }

    #[test]
    fn memory_is_bounded_and_the_missed_are_counted() {
        let limit = 100_000;
        let mut log = Log::new(1, limit);
        let mut total = 0;
        for n in 0..20_000 {
            total = say(&mut log, &format!("line number {n} with some text in it"));
            if n % 100 == 0 {
                read_all(&mut log, View::Objects, &mut Cursor::new(total), 1 << 20);
            }
        }
        assert!(log.memory() <= limit + limit / 2, "{} bytes", log.memory());
        let first = log.first();
        assert!(first > 1);
        let mut cursor = Cursor::new(1);
        let taken = log.read(View::Text, &mut cursor, usize::MAX, &mut VecDeque::new());
        assert_eq!((taken.missed, taken.lines), (first - 1, first..first));
        let taken = log.read(View::Text, &mut cursor, usize::MAX, &mut VecDeque::new());
        assert_eq!((taken.missed, taken.lines), (0, first..total + 1));
    }

    #[test]
    fn a_line_weighs_alone_what_it_weighs_in_the_log() {
        let mut log = Log::new(98, 1 << 20);
        for kind in [LineKind::Say, LineKind::Act, LineKind::Notice] {
            for text in ["oi", &"\"\\á".repeat(40), &"x".repeat(70_000)] {
                let (session, at) = (SessionId(1), Timestamp::from_nanos(5));
                let line = Line {
                    session,
                    kind,
                    at,
                    name: "ana",
                    text,
                };
                let number = log.append(&line);
                for view in [View::Text, View::Frames, View::Objects] {
                    assert_eq!(log.size(view, number), Some(line.size(view, number)));
                }
            }
        }
    }

    #[test]
    fn lines_are_read_back() {
        let mut log = Log::new(5, 1 << 20);
        let number = say(&mut log, "olá");
        let line = log.line(number).expect("held");
        assert_eq!(
            (line.name, line.text, line.kind),
            ("ana", "olá", LineKind::Say)
        );
        assert!(log.line(4).is_none());
        assert!(log.line(6).is_none());
    }
}
