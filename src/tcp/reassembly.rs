//! One direction's payload put back in order: segments in, contiguous chunks out, each with the frame that first carried it.
//!
//! Owns: overlaps, duplicates, holes, cut frames, the SYN's and the FIN's place in sequence space (RFC 9293 section 3.4).
//! Must not know: messages, streams, states. Opt-in: the analysis itself never looks at payload.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::net::Timestamp;
use crate::packet::{Segment, SegmentOrigin, SeqNumber};

/// Bytes that may wait behind a hole, per direction; beyond it the hole is given up as a [`GapReason::Overflow`].
pub const MAX_PENDING_BYTES: usize = 1 << 20;
/// Separate pieces that may wait behind holes, per direction.
pub const MAX_PENDING_PIECES: usize = 1024;
/// Farther ahead than any window can reach (RFC 7323 section 2.3: 2^30) a segment is not of this stream.
pub const MAX_AHEAD: u64 = 1 << 30;

/// Why bytes are missing from the reassembled stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GapReason {
    /// The receiver acknowledged them, so they were sent, but the capture does not hold them.
    NotCaptured,
    /// The frame was captured, but cut by the snap length before these bytes.
    Cut {
        /// The frame that carried them first.
        frame: u64,
        /// Its time.
        at: Timestamp,
    },
    /// Too much was waiting behind the hole ([`MAX_PENDING_BYTES`], [`MAX_PENDING_PIECES`]).
    Overflow,
    /// The stream ended with the hole still open.
    End,
}

/// What comes next in one direction. Offsets count payload bytes from 0, the first byte after the SYN (or the first
/// captured byte where the SYN was not seen); chunks come in order and leave nothing out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// Bytes, with the frame that carried them first.
    Data {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes, never empty.
        bytes: &'a [u8],
        /// The snap length cut off what follows them in the frame.
        cut: bool,
        /// The frame.
        frame: u64,
        /// Its time.
        at: Timestamp,
    },
    /// Bytes that are not there.
    Gap {
        /// Offset of the first missing byte.
        offset: u64,
        /// How many.
        len: u64,
        /// Why.
        reason: GapReason,
    },
    /// The FIN, in its place: nothing follows.
    Fin {
        /// Number of bytes before it.
        offset: u64,
        /// The frame that carried it first.
        frame: u64,
        /// Its time.
        at: Timestamp,
    },
}

/// Something that waits behind a hole. `bytes` may be shorter than `len`: the rest was cut by the snap length.
#[derive(Debug)]
struct Piece {
    bytes: Box<[u8]>,
    len: u64,
    frame: u64,
    at: Timestamp,
}

/// Where the stream ends.
#[derive(Clone, Copy, Debug)]
struct End {
    offset: u64,
    frame: u64,
    at: Timestamp,
    told: bool,
}

/// Reassembles one direction of one connection. An idle one holds no heap memory.
#[derive(Debug, Default)]
pub struct Reassembler {
    /// Raw sequence number of the byte at `next`; `None` before the first segment.
    next_seq: Option<SeqNumber>,
    /// Offset of the next byte to hand out.
    next: u64,
    /// Everything below this offset is known to have reached the receiver.
    acked: u64,
    pending: BTreeMap<u64, Piece>,
    pending_bytes: usize,
    end: Option<End>,
}

impl Reassembler {
    /// Starts with the first segment it is given.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts at a known sequence number: that of the first payload byte (the ISN + 1, or what the peer acknowledges).
    #[must_use]
    pub fn starting_at(first_byte: SeqNumber) -> Self {
        Self {
            next_seq: Some(first_byte),
            ..Self::default()
        }
    }

    /// Offset of the next byte that will be handed out: so many bytes (and gaps) have been.
    #[cfg(test)]
    pub(super) const fn position(&self) -> u64 {
        self.next
    }

    /// Bytes that wait behind a hole.
    #[must_use]
    pub const fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    /// The offset that a raw sequence or acknowledgment number of this direction stands for; `None` before the first
    /// segment or when the number lies before offset 0.
    #[must_use]
    pub fn offset_of(&self, seq: SeqNumber) -> Option<u64> {
        let distance = seq.offset_from(self.next_seq?) as i32;
        self.next.checked_add_signed(i64::from(distance))
    }

    /// Takes one segment of this direction and hands out what has become contiguous. The first copy of a byte wins.
    /// Quotes, broken headers and the payload of a RST are no part of the stream.
    pub fn push(&mut self, segment: &Segment<'_>, mut sink: impl FnMut(Chunk<'_>)) {
        if segment.origin != SegmentOrigin::Direct || segment.flags.rst() {
            return;
        }
        // RFC 9293 section 3.4: the SYN takes the sequence number before the first byte.
        let first = segment.seq.plus(u32::from(segment.flags.syn()));
        self.next_seq.get_or_insert(first);
        let Some((start, end)) = self.place(first, segment.len) else {
            return;
        };
        // The next bytes, and nothing waits: most segments.
        let alone = self.pending.is_empty() && self.end.is_none() && !segment.flags.fin();
        if alone && start == self.next as i64 {
            let bytes = &segment.payload[..segment.payload.len().min(segment.len as usize)];
            return self.hand_out(bytes, end, segment.frame, segment.timestamp, &mut sink);
        }
        self.push_aside(segment, (start, end), &mut sink);
    }

    /// The same of a segment that repeats or leaves out bytes, or ends the stream, or where some wait.
    #[inline(never)]
    fn push_aside(
        &mut self,
        segment: &Segment<'_>,
        (start, end): (i64, u64),
        sink: &mut impl FnMut(Chunk<'_>),
    ) {
        if segment.flags.fin() {
            self.close(segment, end);
        }
        let limit = self.end.map_or(end, |fin| end.min(fin.offset));
        if start <= self.next as i64 {
            self.deliver(segment, start, limit, sink);
        } else {
            self.store(segment, start, limit);
        }
        self.drain(sink);
    }

    /// The receiver acknowledged everything before `ack`: holes below it, with data waiting behind them, are given up.
    pub fn acknowledged(&mut self, ack: SeqNumber, mut sink: impl FnMut(Chunk<'_>)) {
        let Some(offset) = self.offset_of(ack) else {
            return;
        };
        if offset > self.acked && offset <= self.next.saturating_add(MAX_AHEAD) {
            self.acked = offset;
            self.drain(&mut sink);
        }
    }

    /// The stream is over: hands out what still waits, with its holes.
    pub fn finish(&mut self, mut sink: impl FnMut(Chunk<'_>)) {
        while let Some(start) = self.waiting_at() {
            self.skip_hole(start, GapReason::End, &mut sink);
            self.drain(&mut sink);
        }
    }

    /// Offsets of a segment's first byte and of the byte after it; `None` where it cannot belong to this stream.
    fn place(&self, first: SeqNumber, len: u32) -> Option<(i64, u64)> {
        let distance = i64::from(first.offset_from(self.next_seq?) as i32);
        let start = (self.next as i64).checked_add(distance)?;
        let end = u64::try_from(start.checked_add(i64::from(len))?).ok()?;
        (end <= self.next.saturating_add(MAX_AHEAD)).then_some((start, end))
    }

    /// Takes the first acceptable FIN: one that lies before bytes already received is an old or a forged one (E-10,
    /// RFC 9293 section 3.10.7.4). What had come from behind it is no part of the stream.
    fn close(&mut self, segment: &Segment<'_>, offset: u64) {
        if self.end.is_some() || offset < self.next {
            return;
        }
        self.end = Some(End {
            offset,
            frame: segment.frame,
            at: segment.timestamp,
            told: false,
        });
        for piece in self.pending.split_off(&offset).into_values() {
            self.pending_bytes -= piece.bytes.len();
        }
        if let Some(mut last) = self.pending.last_entry() {
            let room = offset - last.key();
            let piece = last.get_mut();
            let kept = piece.bytes.len().min(room as usize);
            self.pending_bytes -= piece.bytes.len() - kept;
            piece.bytes = piece.bytes[..kept].into();
            piece.len = piece.len.min(room);
        }
    }

    /// Hands out a segment that begins at or before `next`, as far as it is new and no earlier copy of it waits.
    fn deliver(
        &mut self,
        segment: &Segment<'_>,
        start: i64,
        end: u64,
        sink: &mut impl FnMut(Chunk<'_>),
    ) {
        while self.next < end {
            let upto = self
                .pending
                .first_key_value()
                .map_or(end, |(&at, _)| end.min(at));
            let bytes = slice(segment.payload, start, self.next..upto);
            self.hand_out(bytes, upto, segment.frame, segment.timestamp, sink);
            self.pop_ready(sink);
        }
    }

    /// Hands out `bytes`, then a gap up to `upto` where the frame was cut, and moves on.
    fn hand_out(
        &mut self,
        bytes: &[u8],
        upto: u64,
        frame: u64,
        at: Timestamp,
        sink: &mut impl FnMut(Chunk<'_>),
    ) {
        let offset = self.next;
        if !bytes.is_empty() {
            sink(Chunk::Data {
                offset,
                bytes,
                cut: offset + (bytes.len() as u64) < upto,
                frame,
                at,
            });
        }
        let offset = offset + bytes.len() as u64;
        if offset < upto {
            sink(Chunk::Gap {
                offset,
                len: upto - offset,
                reason: GapReason::Cut { frame, at },
            });
        }
        self.advance(upto);
    }

    /// Keeps a segment's bytes where nothing waits yet.
    fn store(&mut self, segment: &Segment<'_>, start: i64, end: u64) {
        let mut at = start as u64;
        while at < end {
            let before = self.pending.range(..=at).next_back();
            if let Some((&other, piece)) = before
                && other + piece.len > at
            {
                at = other + piece.len;
                continue;
            }
            let after = self.pending.range(at..).next();
            let upto = after.map_or(end, |(&other, _)| end.min(other));
            let bytes = slice(segment.payload, start, at..upto);
            self.pending_bytes += bytes.len();
            let piece = Piece {
                bytes: bytes.into(),
                len: upto - at,
                frame: segment.frame,
                at: segment.timestamp,
            };
            self.pending.insert(at, piece);
            at = upto;
        }
    }

    /// Hands out everything that can be, giving up holes that will never be filled; then the FIN.
    fn drain(&mut self, sink: &mut impl FnMut(Chunk<'_>)) {
        self.pop_ready(sink);
        while let Some(start) = self.waiting_at() {
            let reason = if start <= self.acked {
                GapReason::NotCaptured
            } else if self.pending_bytes > MAX_PENDING_BYTES
                || self.pending.len() > MAX_PENDING_PIECES
            {
                GapReason::Overflow
            } else {
                break;
            };
            self.skip_hole(start, reason, sink);
            self.pop_ready(sink);
        }
        self.tell_end(sink);
    }

    /// Hands out the waiting pieces that follow without a hole.
    fn pop_ready(&mut self, sink: &mut impl FnMut(Chunk<'_>)) {
        while let Some(entry) = self.pending.first_entry()
            && *entry.key() <= self.next
        {
            let (start, piece) = entry.remove_entry();
            self.pending_bytes -= piece.bytes.len();
            let upto = start + piece.len;
            if upto > self.next {
                let bytes = slice(&piece.bytes, start as i64, self.next..upto);
                self.hand_out(bytes, upto, piece.frame, piece.at, sink);
            }
        }
    }

    /// Where the first thing behind a hole begins: data that waits, or the FIN.
    fn waiting_at(&self) -> Option<u64> {
        let data = self.pending.first_key_value().map(|(&start, _)| start);
        let fin = self.end.map(|end| end.offset).filter(|&at| at > self.next);
        data.or(fin)
    }

    /// Reports the hole up to `start` and moves behind it.
    fn skip_hole(&mut self, start: u64, reason: GapReason, sink: &mut impl FnMut(Chunk<'_>)) {
        if start > self.next {
            sink(Chunk::Gap {
                offset: self.next,
                len: start - self.next,
                reason,
            });
            self.advance(start);
        }
    }

    /// The FIN is reported once, when everything before it was.
    fn tell_end(&mut self, sink: &mut impl FnMut(Chunk<'_>)) {
        if let Some(end) = &mut self.end
            && !end.told
            && end.offset <= self.next
        {
            end.told = true;
            sink(Chunk::Fin {
                offset: self.next,
                frame: end.frame,
                at: end.at,
            });
        }
    }

    /// Moves the next expected byte to `offset`.
    fn advance(&mut self, offset: u64) {
        if let Some(seq) = &mut self.next_seq {
            *seq = seq.plus((offset - self.next) as u32);
        }
        self.next = offset;
    }
}

/// The part of `payload` (which begins at offset `start` and may have been cut) that lies in `range`.
fn slice(payload: &[u8], start: i64, range: Range<u64>) -> &[u8] {
    let clip = |offset: u64| ((offset as i64 - start).max(0) as usize).min(payload.len());
    &payload[clip(range.start)..clip(range.end)]
}

#[cfg(test)]
#[path = "reassembly_tests.rs"]
mod tests;
