//! The bytes of one connection being read: both directions' reassembly, messages, the frames that carried them, the ACKs
//! that are awaited. Under 1 KiB while idle; freed when the connection has ended.

use std::collections::VecDeque;
use std::sync::Arc;

use super::limits::MAX_PENDING_ACKS;
use super::queue::Place;
use super::services::RoomId;
use super::spans::{Span, Spans};
use crate::message::{Message, MessageKind, Splitter};
use crate::net::{FourTuple, Timestamp};
use crate::packet::{Segment, SeqNumber};
use crate::tcp::{Chunk, GapReason, Observation, PerSide, Reassembler, Side, StreamId};

/// Relative numbers beyond this at the first segment read: the connection was joined late, its offsets begin here.
const LATE_START: u32 = 1 << 20;

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
    pub(super) spans: Spans,
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
    directions: PerSide<Direction>,
    pub(super) name: Option<Arc<str>>,
    /// The name was told by the server itself, not guessed from copies.
    pub(super) name_told: bool,
    /// The client asked for another name.
    pub(super) asked_name: bool,
    /// The first message of the room that this receiver may still get a copy of, by serial number.
    pub(super) cursor: u64,
    /// Counts as a receiver of the room.
    pub(super) member: bool,
    /// When a line of the room first came here, or one from here first went to others.
    took_part: Option<Timestamp>,
    /// Findings about messages that did not come here.
    pub(super) left_out_told: u8,
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
            directions: PerSide::default(),
            name: None,
            name_told: false,
            asked_name: false,
            cursor: 0,
            member: false,
            took_part: None,
            left_out_told: 0,
            handshake_at: None,
            last_active: start,
            ended: false,
        }
    }

    /// A line of the room came here or went from here to others.
    pub(super) fn takes_part(&mut self, at: Timestamp) {
        self.took_part.get_or_insert(at);
    }

    /// It was in the room, and known to be, by then, and is still.
    pub(super) fn took_part_by(&self, room: RoomId, at: Timestamp) -> bool {
        let before = self.took_part.is_some_and(|since| since <= at);
        before && self.room == room && self.member && self.handshake_at.is_some()
    }

    pub(super) const fn direction(&mut self, side: Side) -> &mut Direction {
        self.directions.of_mut(side)
    }

    pub(super) const fn of(&self, side: Side) -> &Direction {
        self.directions.of(side)
    }

    /// Takes the payload of a segment. What it answers on the other side comes first in `done`.
    pub(super) fn payload(
        &mut self,
        segment: &Segment<'_>,
        observation: &Observation,
        done: &mut PerSide<Completed>,
    ) {
        let side = observation.side;
        if segment.len > 0 && self.splitter.is_waiting(side.other()) {
            let reassembler = self.of(side.other()).reassembler.as_ref();
            let acknowledged = reassembler
                .filter(|_| segment.flags.ack())
                .and_then(|other| other.offset_of(segment.ack));
            let other = &mut done.of_mut(side.other()).messages;
            self.splitter.answered_by(side, acknowledged, other);
        }
        let direction = self.directions.of_mut(side);
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
        let direction = self.directions.of_mut(side);
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
            let direction = self.directions.of_mut(side);
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

    /// Awaits an ACK.
    pub(super) fn await_ack(&mut self, pending: PendingAck) {
        if self.pending.len() >= MAX_PENDING_ACKS {
            self.pending.pop_front();
        }
        self.pending.push_back(pending);
    }

    /// Whether a message that waits for its ACK is acknowledged by now.
    #[inline]
    pub(super) fn is_acked(&self) -> bool {
        let acked = self.acked.map(|(acked, ..)| acked);
        let oldest = self.pending.front();
        oldest.is_some_and(|oldest| Some(oldest.end) <= acked)
    }

    /// The oldest message that is acknowledged by now.
    pub(super) fn next_acked(&mut self) -> Option<PendingAck> {
        self.is_acked().then(|| self.pending.pop_front())?
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
    spans: &mut Spans,
    done: &mut Completed,
) {
    match chunk {
        Chunk::Data {
            offset,
            bytes,
            cut,
            frame,
            at,
        } => {
            let end = offset + bytes.len() as u64;
            remember(spans, (offset, end), (frame, at), splitter, side, done);
            // What was written ends with the segment, not where the capture cut it.
            let push = !cut && was_pushed(segment, frame);
            splitter.bytes(side, offset, bytes, push, &mut done.messages);
        }
        Chunk::Gap {
            offset,
            len,
            reason,
        } => {
            let end = offset + len;
            let mut pushed = false;
            if let GapReason::Cut { frame, at } = reason {
                remember(spans, (offset, end), (frame, at), splitter, side, done);
                pushed = was_pushed(segment, frame);
            }
            splitter.gap(side, (offset, end), pushed, &mut done.messages);
        }
        Chunk::Fin { .. } => {
            done.fin = true;
            splitter.end(side, &mut done.messages);
        }
    }
}

/// Whether a frame had PSH, which is known of the one that is being looked at, and taken for granted of one that waited.
fn was_pushed(segment: Option<&Segment<'_>>, frame: u64) -> bool {
    segment.is_none_or(|segment| segment.frame != frame || segment.flags.psh())
}

/// Remembers which frame carried these bytes.
fn remember(
    spans: &mut Spans,
    (start, end): (u64, u64),
    (frame, at): (u64, Timestamp),
    splitter: &Splitter,
    side: Side,
    done: &Completed,
) {
    let span = Span {
        start,
        end,
        frame,
        at,
    };
    spans.push(span, || {
        let complete = done.messages.first().map(|message| message.bytes.start);
        complete.or_else(|| splitter.begun(side))
    });
}
