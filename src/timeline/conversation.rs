//! The bytes of one connection being read: both directions' reassembly, messages, the frames that carried them, the ACKs
//! that are awaited. Under 1 KiB while idle; freed when the connection has ended.

use std::collections::{VecDeque, vec_deque};
use std::ops::Range;
use std::sync::Arc;

use super::limits::{MAX_MESSAGE_FRAMES, MAX_PENDING_ACKS, MAX_SPANS};
use super::queue::Place;
use super::services::RoomId;
use crate::message::{Message, MessageKind, Splitter};
use crate::net::{FourTuple, Timestamp};
use crate::packet::{Segment, SeqNumber};
use crate::tcp::{Chunk, Observation, PerSide, Reassembler, Side, StreamId};

/// Relative numbers beyond this at the first segment read: the connection was joined late, its offsets begin here.
const LATE_START: u32 = 1 << 20;

/// Bytes of a direction with the frame that carried them first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: u64,
    end: u64,
    pub(super) frame: u64,
    pub(super) at: Timestamp,
}

/// A message whose last byte is not yet acknowledged.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingAck {
    /// Offset after the message.
    pub(super) end: u64,
    /// When its last byte was sent.
    pub(super) at: Timestamp,
    pub(super) message: u64,
    pub(super) place: Place,
    /// The tracked message that this is (client) or is a copy of (server: with the index of the copy).
    pub(super) tracked: Option<u64>,
    pub(super) copy: Option<u32>,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Direction {
    pub(super) reassembler: Option<Reassembler>,
    spans: VecDeque<Span>,
    pub(super) pending: VecDeque<PendingAck>,
    /// Messages so far.
    count: u64,
    /// Those that people said.
    said: u64,
    /// The highest offset acknowledged, and by which frame.
    pub(super) acked: Option<(u64, u64, Timestamp)>,
    /// A silence timer is set.
    pub(super) silence_set: bool,
    pub(super) last_data: Timestamp,
    /// The frame in which messages last began, and how many.
    pub(super) began: (u64, u32),
    /// Findings about joined and split messages were told.
    pub(super) joined_told: bool,
    pub(super) split_told: bool,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Conversation {
    pub(super) stream: StreamId,
    pub(super) connection: FourTuple,
    pub(super) room: RoomId,
    pub(super) splitter: Splitter,
    pub(super) client: Direction,
    pub(super) server: Direction,
    pub(super) name: Option<Arc<str>>,
    /// The name was told by the server itself, not guessed from copies.
    pub(super) name_told: bool,
    /// The client asked for another name.
    pub(super) asked_name: bool,
    /// The first message of the room that this receiver may still get a copy of, by serial number.
    pub(super) cursor: u64,
    /// Counts as a receiver of the room.
    pub(super) member: bool,
    pub(super) handshake_at: Option<Timestamp>,
    pub(super) last_active: Timestamp,
    pub(super) ended: bool,
}

/// What a chunk brought.
#[derive(Debug, Default)]
pub(super) struct Completed {
    pub(super) messages: Vec<Message>,
    /// The direction's FIN stands in its place.
    pub(super) fin: bool,
}

impl Conversation {
    pub(super) fn new(
        stream: StreamId,
        connection: FourTuple,
        room: RoomId,
        start: Timestamp,
        midstream: bool,
    ) -> Self {
        Self {
            stream,
            connection,
            room,
            splitter: Splitter::new(midstream),
            client: Direction::default(),
            server: Direction::default(),
            name: None,
            name_told: false,
            asked_name: false,
            cursor: 0,
            member: false,
            handshake_at: None,
            last_active: start,
            ended: false,
        }
    }

    pub(super) const fn direction(&mut self, side: Side) -> &mut Direction {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    pub(super) const fn of(&self, side: Side) -> &Direction {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    /// Takes the payload of a segment. What it answers on the other side comes first in `done`.
    pub(super) fn payload(
        &mut self,
        segment: &Segment<'_>,
        observation: &Observation,
        done: &mut PerSide<Completed>,
    ) {
        let side = observation.side;
        if segment.len > 0 {
            let other = &mut done.of_mut(side.other()).messages;
            self.splitter.answered_by(side, other);
        }
        let direction = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        direction.last_data = segment.timestamp;
        let reassembler = direction
            .reassembler
            .get_or_insert_with(|| Reassembler::starting_at(first_byte(segment, observation)));
        let (splitter, spans, done) = (&mut self.splitter, &mut direction.spans, done.of_mut(side));
        reassembler.push(segment, |chunk| {
            take_chunk(chunk, Some(segment), side, splitter, spans, done);
        });
    }

    /// The peer of `side` acknowledged bytes of it: holes below are given up.
    pub(super) fn acknowledged(
        &mut self,
        side: Side,
        segment: &Segment<'_>,
        done: &mut PerSide<Completed>,
    ) {
        let direction = match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        let Some(reassembler) = &mut direction.reassembler else {
            return;
        };
        let Some(offset) = reassembler.offset_of(segment.ack) else {
            return;
        };
        if direction.acked.is_none_or(|(acked, ..)| offset > acked) {
            direction.acked = Some((offset, segment.frame, segment.timestamp));
        }
        if reassembler.pending_bytes() > 0 {
            let (splitter, spans) = (&mut self.splitter, &mut direction.spans);
            reassembler.acknowledged(segment.ack, |chunk| {
                take_chunk(chunk, None, side, splitter, spans, done.of_mut(side));
            });
        }
    }

    /// Nothing more will come: what waits behind holes and what no line end ended.
    pub(super) fn finish(&mut self, done: &mut PerSide<Completed>) {
        for side in [Side::Client, Side::Server] {
            let direction = match side {
                Side::Client => &mut self.client,
                Side::Server => &mut self.server,
            };
            let done = &mut *done.of_mut(side);
            if let Some(reassembler) = &mut direction.reassembler {
                let (splitter, spans) = (&mut self.splitter, &mut direction.spans);
                reassembler.finish(|chunk| {
                    take_chunk(chunk, None, side, splitter, spans, done);
                });
            }
            self.splitter.end(side, &mut done.messages);
        }
    }
}

impl Direction {
    /// Counts a message: its number among all of the direction, and among those that people said (0: it is none of them).
    pub(super) fn count(&mut self, kind: MessageKind) -> (u64, u64) {
        self.count += 1;
        if !kind.is_said() {
            return (self.count, 0);
        }
        self.said += 1;
        (self.count, self.said)
    }

    /// The frames that carried these bytes (bounded), how many in all, and the last of them.
    pub(super) fn frames(&self, bytes: &Range<u64>) -> (Vec<u64>, u32, Option<Span>) {
        let carrying = self.carrying(bytes);
        let frames = carrying
            .clone()
            .take(MAX_MESSAGE_FRAMES)
            .map(|span| span.frame)
            .collect();
        (frames, carrying.len() as u32, carrying.last().copied())
    }

    /// Spans stand in order and do not overlap.
    fn carrying(&self, bytes: &Range<u64>) -> vec_deque::Iter<'_, Span> {
        // Nearly always the last one.
        if let Some(last) = self.spans.back()
            && last.start <= bytes.start
            && bytes.start < last.end
        {
            return self.spans.range(self.spans.len() - 1..);
        }
        let from = self.spans.partition_point(|span| span.end <= bytes.start);
        let to = self.spans.partition_point(|span| span.start < bytes.end);
        self.spans.range(from..to.max(from))
    }

    /// First and last frame that carried bytes of this range.
    pub(super) fn first_and_last(&self, bytes: &Range<u64>) -> Option<(u64, u64)> {
        let mut carrying = self.carrying(bytes);
        let first = carrying.next()?;
        Some((first.frame, carrying.next_back().unwrap_or(first).frame))
    }

    /// Forgets which frames carried the bytes before `offset`, where that was before `time`.
    pub(super) fn forget_spans(&mut self, offset: u64, time: Timestamp) {
        while let Some(span) = self.spans.front()
            && span.end <= offset
            && span.at < time
        {
            self.spans.pop_front();
        }
    }

    /// Awaits an ACK.
    pub(super) fn await_ack(&mut self, pending: PendingAck) {
        if self.pending.len() >= MAX_PENDING_ACKS {
            self.pending.pop_front();
        }
        self.pending.push_back(pending);
    }

    /// The oldest message that is acknowledged by now.
    pub(super) fn next_acked(&mut self) -> Option<PendingAck> {
        let (acked, ..) = self.acked?;
        if self.pending.front()?.end > acked {
            return None;
        }
        self.pending.pop_front()
    }
}

/// The raw number of the direction's first payload byte (relative 1); of this segment's, where the connection is joined late.
fn first_byte(segment: &Segment<'_>, observation: &Observation) -> SeqNumber {
    let syn = u32::from(segment.flags.syn());
    if observation.seq > LATE_START {
        return segment.seq.plus(syn);
    }
    segment.seq.minus(observation.seq.wrapping_sub(1))
}

/// One chunk of a direction in order. `segment`: what brought it about, where that was a segment of this direction.
fn take_chunk(
    chunk: Chunk<'_>,
    segment: Option<&Segment<'_>>,
    side: Side,
    splitter: &mut Splitter,
    spans: &mut VecDeque<Span>,
    done: &mut Completed,
) {
    match chunk {
        Chunk::Data {
            offset,
            bytes,
            frame,
            at,
        } => {
            if spans.len() >= MAX_SPANS {
                spans.pop_front();
            }
            spans.push_back(Span {
                start: offset,
                end: offset + bytes.len() as u64,
                frame,
                at,
            });
            let push = segment.is_none_or(|s| s.frame != frame || s.flags.psh());
            splitter.bytes(side, offset, bytes, push, &mut done.messages);
        }
        Chunk::Gap { offset, len, .. } => {
            splitter.gap(side, offset, offset + len, &mut done.messages);
        }
        Chunk::Fin { .. } => {
            done.fin = true;
            splitter.end(side, &mut done.messages);
        }
    }
}
