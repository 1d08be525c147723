//! A stretch of consecutive lines in one shared piece of memory per encoding.
//!
//! Owns: encoding on first demand and handing out slices. Must not know: sessions, or which chunk is the last.
//! A chunk is appended to until it is full; readers of its tail share pieces that were cut when the first of them asked,
//! and a full chunk is joined into one piece, so that a reader who lags writes long contiguous slices.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::{Bytes, BytesMut};

use super::SessionId;
use super::encode::{self, Line, LineKind, View};
use crate::net::Timestamp;

/// Up to here pieces are joined as they are shared: some hundred lines, copied once per batch and not per reader.
const JOINED_BYTES: usize = 16 * 1024;

/// What the text encoding does not hold.
#[derive(Clone, Copy, Debug)]
struct Meta {
    session: SessionId,
    at: Timestamp,
    kind: LineKind,
    name_bytes: u16,
}

/// One encoding of a chunk's lines, as far as anybody has asked for it.
#[derive(Debug, Default)]
struct Encoded {
    /// Shared already: start offset and bytes, consecutive.
    pieces: Vec<(u32, Bytes)>,
    /// Encoded, not yet shared.
    open: BytesMut,
    /// End offset of each encoded line.
    ends: Vec<u32>,
}

impl Encoded {
    fn bytes(&self) -> usize {
        self.ends.last().map_or(0, |&end| end as usize)
    }

    fn mark_end(&mut self) {
        let shared = self
            .pieces
            .last()
            .map_or(0, |(start, piece)| *start as usize + piece.len());
        self.ends.push((shared + self.open.len()) as u32);
    }

    /// Byte offsets of the lines with these indices.
    fn span(&self, lines: &Range<usize>) -> Range<usize> {
        let at = |index: usize| {
            if index == 0 {
                0
            } else {
                self.ends[index - 1] as usize
            }
        };
        at(lines.start)..at(lines.end)
    }

    /// Shares what is open, in one piece with what was shared before it as long as that is short: most readers lag by a
    /// batch or two, and what they owe is then one slice, which the kernel takes with less ado than several.
    fn publish(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let mut start = self.bytes() - self.open.len();
        let mut piece = self.open.split().freeze();
        let short = |last: &mut (u32, Bytes)| last.1.len() + piece.len() <= JOINED_BYTES;
        if let Some((before, last)) = self.pieces.pop_if(short) {
            start = before as usize;
            piece = [last, piece].concat().into();
        }
        self.pieces.push((start as u32, piece));
    }

    /// Joins all pieces into one.
    fn seal(&mut self) {
        self.publish();
        self.open = BytesMut::new();
        if self.pieces.len() > 1 {
            let mut whole = BytesMut::with_capacity(self.bytes());
            for (_, piece) in &self.pieces {
                whole.extend_from_slice(piece);
            }
            self.pieces = vec![(0, whole.freeze())];
        }
        self.ends.shrink_to_fit();
    }

    /// The piece that holds this byte.
    fn piece_at(&self, at: usize) -> usize {
        self.pieces
            .partition_point(|(start, piece)| *start as usize + piece.len() <= at)
    }

    /// A line of line text that was shared, without its end. It never straddles pieces: it is appended whole before
    /// anything is shared.
    fn shared_line(&self, index: usize) -> &[u8] {
        let span = self.span(&(index..index + 1));
        let piece = self.pieces.get(self.piece_at(span.start));
        let line = piece.and_then(|(start, bytes)| {
            let start = *start as usize;
            bytes.get(span.start - start..span.end - start - 1)
        });
        line.unwrap_or_default()
    }

    /// Appends the slices that make up these bytes.
    fn slices(&self, span: &Range<usize>, out: &mut VecDeque<Bytes>) {
        let first = self.piece_at(span.start);
        for (start, piece) in &self.pieces[first..] {
            let start = *start as usize;
            if start >= span.end {
                break;
            }
            let from = span.start.saturating_sub(start);
            let to = piece.len().min(span.end - start);
            out.push_back(piece.slice(from..to));
        }
    }
}

/// Consecutive lines, numbered from `first`.
#[derive(Debug)]
pub(super) struct Chunk {
    first: u64,
    metas: Vec<Meta>,
    views: [Encoded; View::COUNT],
}

impl Chunk {
    pub(super) fn new(first: u64, capacity: usize) -> Self {
        let mut views = <[Encoded; View::COUNT]>::default();
        views[View::Text as usize].open = BytesMut::with_capacity(capacity);
        Self {
            first,
            metas: Vec::new(),
            views,
        }
    }

    /// Numbers of the lines it holds.
    pub(super) fn lines(&self) -> Range<u64> {
        self.first..self.first + self.metas.len() as u64
    }

    /// Bytes of line text, which decide when a chunk is full.
    pub(super) fn text_bytes(&self) -> usize {
        self.views[View::Text as usize].bytes()
    }

    /// Memory it accounts for: all encodings and the tables beside them.
    pub(super) fn memory(&self) -> usize {
        let tables = self.metas.len() * size_of::<Meta>();
        self.views.iter().fold(tables, |sum, view| {
            sum + view.bytes() + view.ends.len() * size_of::<u32>()
        })
    }

    pub(super) fn append(&mut self, line: &Line<'_>) {
        self.metas.push(Meta {
            session: line.session,
            at: line.at,
            kind: line.kind,
            name_bytes: line.name.len() as u16,
        });
        let text = &mut self.views[View::Text as usize];
        encode::put_text(&mut text.open, line);
        text.mark_end();
    }

    /// No line will follow.
    pub(super) fn seal(&mut self) {
        for view in &mut self.views {
            view.seal();
        }
        self.metas.shrink_to_fit();
    }

    /// Bytes of one line in one encoding.
    pub(super) fn size(&mut self, view: View, number: u64) -> usize {
        self.weight(view, &(number..number + 1))
    }

    /// Bytes of some of its lines in one encoding.
    pub(super) fn weight(&mut self, view: View, lines: &Range<u64>) -> usize {
        self.encode(view);
        let [from, to] = [lines.start, lines.end].map(|number| (number - self.first) as usize);
        self.views[view as usize].span(&(from..to)).len()
    }

    /// Appends slices of lines from `from` on, as many as `budget` bytes hold but at least one; returns the number after
    /// the last and the bytes.
    pub(super) fn read(
        &mut self,
        view: View,
        lines: Range<u64>,
        budget: usize,
        out: &mut VecDeque<Bytes>,
    ) -> (u64, usize) {
        self.encode(view);
        let encoded = &mut self.views[view as usize];
        encoded.publish();
        let from = (lines.start - self.first) as usize;
        let most = (lines.end - self.first) as usize;
        let start = encoded.span(&(from..from)).start;
        let fits = encoded.ends[from..most].partition_point(|&end| end as usize - start <= budget);
        let to = from + fits.max(1);
        let span = encoded.span(&(from..to));
        encoded.slices(&span, out);
        (self.first + to as u64, span.len())
    }

    /// The line with that number, read back from its text.
    pub(super) fn line(&mut self, number: u64) -> Line<'_> {
        let index = (number - self.first) as usize;
        let encoded = &mut self.views[View::Text as usize];
        encoded.publish();
        Self::decode(self.metas[index], encoded, index)
    }

    fn decode(meta: Meta, encoded: &Encoded, index: usize) -> Line<'_> {
        let text = encoded.shared_line(index);
        let text = std::str::from_utf8(text).unwrap_or_default();
        let name_bytes = usize::from(meta.name_bytes);
        let prefix = encode::text_prefix(meta.kind, name_bytes);
        let name_at = encode::name_at(meta.kind);
        Line {
            session: meta.session,
            kind: meta.kind,
            at: meta.at,
            name: text
                .get(name_at..name_at + name_bytes)
                .filter(|_| meta.kind != LineKind::Notice)
                .unwrap_or_default(),
            text: text.get(prefix..).unwrap_or_default(),
        }
    }

    /// Brings one encoding up to the last line.
    pub(super) fn encode(&mut self, view: View) {
        if self.views[view as usize].ends.len() == self.metas.len() {
            return;
        }
        let [text, frames, objects] = &mut self.views;
        text.publish();
        let target = if view == View::Frames {
            frames
        } else {
            objects
        };
        let mut scratch = Vec::new();
        for index in target.ends.len()..self.metas.len() {
            let line = Self::decode(self.metas[index], text, index);
            if view == View::Frames {
                encode::put_frame(&mut target.open, text.shared_line(index));
            } else {
                encode::put_line_object(
                    &mut target.open,
                    &mut scratch,
                    self.first + index as u64,
                    &line,
                );
            }
            target.mark_end();
        }
    }
}
