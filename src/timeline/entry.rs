//! The entries of the story: what every sink (lines, JSON, table, ladder, report) receives, in time order.

use std::io;
use std::sync::Arc;

use super::{FindingEntry, Verdict};
use crate::chat::{SessionEvent, SessionId};
use crate::message::{Message, MessageKind};
use crate::net::{CaptureStats, Endpoint, Few, FourTuple, LinkType, Nanos, Timestamp};
use crate::packet::{FIXED_HEADER, IcmpError, SeqNumber, TcpFlags, TcpOptions};
use crate::tcp::{Handshake, Observation, PerSide, Side, StreamId, StreamSummary, Teardown};

/// First entry: where the frames come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaptureStart {
    /// Interface or file name.
    pub source: String,
    /// Link type of the first interface.
    pub link_type: Option<LinkType>,
    /// The capture filter, where one is known.
    pub filter: Option<String>,
    /// Snap length, where one is known.
    pub snaplen: Option<u32>,
    /// When a live capture began. Of a file or pipe it is not known: this entry comes before its first frame is waited for.
    pub start: Option<Timestamp>,
    /// Frames arrive as they happen.
    pub live: bool,
}

/// Up to 40 option bytes of a header, held inline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionBytes {
    bytes: [u8; 40],
    length: u8,
}

impl OptionBytes {
    /// A copy of a header's options.
    #[must_use]
    pub fn copy_of(options: TcpOptions<'_>) -> Self {
        let length = options.0.len().min(40);
        let mut bytes = [0; 40];
        bytes[..length].copy_from_slice(&options.0[..length]);
        Self {
            bytes,
            length: length as u8,
        }
    }

    /// The options again.
    #[must_use]
    pub fn options(&self) -> TcpOptions<'_> {
        TcpOptions(&self.bytes[..usize::from(self.length)])
    }
}

impl Default for OptionBytes {
    fn default() -> Self {
        Self {
            bytes: [0; 40],
            length: 0,
        }
    }
}

/// One TCP segment with its analysis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacketEntry {
    /// Frame number.
    pub frame: u64,
    /// Capture time.
    pub at: Timestamp,
    /// Sender.
    pub source: Endpoint,
    /// Receiver.
    pub destination: Endpoint,
    /// Control bits.
    pub flags: TcpFlags,
    /// Sequence number as sent.
    pub seq_raw: SeqNumber,
    /// Acknowledgment field as sent.
    pub ack_raw: SeqNumber,
    /// Window field as sent.
    pub window: u16,
    /// Urgent pointer as sent.
    pub urgent: u16,
    /// Payload bytes; `None` when the header could not be analysed (quotes).
    pub len: Option<u32>,
    /// Header length in bytes as the data-offset field gives it: below 20 it is no header that can be.
    pub header_length: u8,
    /// Options, as far as captured.
    pub options: OptionBytes,
    /// Captured payload, only when a sink wants it.
    pub payload: Option<Box<[u8]>>,
    /// The ICMP error that quotes it.
    pub error: Option<Box<IcmpError>>,
    /// What the analysis says.
    pub observation: Observation,
    /// Chat name of the stream's client, where known.
    pub name: Option<Arc<str>>,
}

impl PacketEntry {
    /// The header length, where it is less than the fixed header (RFC 9293 section 3.1) and the segment is none of a quote.
    #[must_use]
    pub fn bogus_header_length(&self) -> Option<u8> {
        (self.header_length < FIXED_HEADER && self.len.is_some()).then_some(self.header_length)
    }

    /// All options of the header were captured.
    #[must_use]
    pub fn options_are_whole(&self) -> bool {
        self.options.length + FIXED_HEADER >= self.header_length
    }
}

/// A handshake came to its end (complete, refused) or to the end of its hold-back (unanswered).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandshakeEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The connection.
    pub stream: StreamId,
    /// Its ends.
    pub connection: FourTuple,
    /// The card.
    pub handshake: Handshake,
    /// It is told because the capture ends: what had not come by then may have come later.
    pub unfinished: bool,
}

/// A later segment that acknowledged bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// The frame of the ACK.
    pub frame: u64,
    /// Time from the last carrying segment to it.
    pub after: Nanos,
}

/// A message with the segments that carried it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageEntry {
    /// Number of the message in the story, from 1.
    pub id: u64,
    /// Time of the segment that completed it.
    pub at: Timestamp,
    /// The connection.
    pub stream: StreamId,
    /// Its ends.
    pub connection: FourTuple,
    /// Who sent it.
    pub side: Side,
    /// Number of the message in its direction, from 1.
    pub number: u64,
    /// Number among what people said in its direction (lines, WebSocket texts), from 1; 0: it is none of that.
    pub said: u64,
    /// What was said.
    pub message: Message,
    /// The frames that carried its bytes first, in order: evidence, and the first ones only where they are very many
    /// (`frames_total` counts all).
    pub frames: Few<u64, 2>,
    /// The frame that completed it, listed or not; 0: not known.
    pub last_frame: u64,
    /// Number of frames that carried it.
    pub frames_total: u32,
    /// Messages that began in the same segment as this one, itself included (several lines in one segment).
    pub sharing: u32,
    /// The TCP ACK that covered its last byte, if it came within the hold-back.
    pub ack: Option<Acknowledged>,
    /// The message (usually of another direction) this one is a copy of, and whether the program said so (else: by content).
    pub copy_of: Option<u64>,
    /// Number of the line in the room's log (from session events or the chat's own sequence numbers).
    pub line: Option<u64>,
    /// The session, where session events name it.
    pub session: Option<SessionId>,
    /// Chat name of the stream's client, where known.
    pub name: Option<Arc<str>>,
}

/// One copy of a message on its way to one receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyEntry {
    /// The receiver's connection.
    pub stream: StreamId,
    /// Message id of the copy.
    pub message: u64,
    /// The frame that completed the copy.
    pub frame: u64,
    /// Time from the message to the copy.
    pub after: Nanos,
    /// The receiver's ACK.
    pub ack: Option<Acknowledged>,
}

/// What became of a message: copies and their ACKs. A later entry for the same message replaces an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The message.
    pub message: u64,
    /// What it is.
    pub kind: MessageKind,
    /// Number among what people said in its direction, from 1; 0: not under observation, only its own ACK is told.
    pub said: u64,
    /// The sender's connection.
    pub stream: StreamId,
    /// Its ends.
    pub connection: FourTuple,
    /// The TCP ACK of the message itself.
    pub ack: Option<Acknowledged>,
    /// Copies seen.
    pub copies: Vec<CopyEntry>,
    /// Connections that should get one: those of the same service that were open when it was said.
    pub expected: u32,
    /// Every expected copy was seen and acknowledged.
    pub complete: bool,
}

/// A connection was closed or reset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeardownEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The connection.
    pub stream: StreamId,
    /// Its ends.
    pub connection: FourTuple,
    /// The card.
    pub teardown: Teardown,
}

/// A session event with the stream it belongs to.
#[derive(Clone, Debug)]
pub struct SessionEntry {
    /// What the program told.
    pub event: SessionEvent,
    /// The stream of its connection; `None` when no packets of it were captured (late capture, wrong interface).
    pub stream: Option<StreamId>,
    /// For `Connected`: time since the ACK that completed the handshake.
    pub after_handshake: Option<Nanos>,
    /// For `Read`, `Said` and `Wrote`: the first and last frame that carried the bytes, where known.
    pub frames: Option<(u64, u64)>,
}

/// A connection as a whole, when it ends, and again when a late frame changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamEntry {
    /// The numbers.
    pub summary: StreamSummary,
    /// The word that sums it up.
    pub verdict: Verdict,
    /// Chat name of its client, where known.
    pub name: Option<Arc<str>>,
    /// Messages said by each side.
    pub messages: PerSide<u64>,
}

/// Last entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndEntry {
    /// Frames read.
    pub frames: u64,
    /// Frames that hold TCP.
    pub tcp_frames: u64,
    /// Frames skipped because of their link type.
    pub skipped: u64,
    /// Frames whose TCP header or payload the snap length cut.
    pub cut_frames: u64,
    /// Losses of the capture.
    pub stats: CaptureStats,
    /// Entries a slow display folded away.
    pub display_folded: u64,
    /// Closed streams forgotten to bound memory.
    pub streams_forgotten: u64,
    /// IP datagrams in fragments given up unfinished to bound memory: what they carried is not told.
    pub datagrams_forgotten: u64,
    /// Session events lost because their queue was full.
    pub session_events_dropped: u64,
    /// The file ended in the middle of a record.
    pub truncated: bool,
}

/// One entry of the story, lent to a sink.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// Where the frames come from (first).
    Capture(&'a CaptureStart),
    /// One segment.
    Packet(&'a PacketEntry),
    /// A handshake decided.
    Handshake(&'a HandshakeEntry),
    /// A message.
    Message(&'a MessageEntry),
    /// What became of a message.
    Delivery(&'a DeliveryEntry),
    /// A connection closed or reset.
    Teardown(&'a TeardownEntry),
    /// Something noticed.
    Finding(&'a FindingEntry),
    /// What the program did.
    Session(&'a SessionEntry),
    /// A connection as a whole.
    Stream(&'a StreamEntry),
    /// The totals (last).
    End(&'a EndEntry),
}

/// What a sink needs, so that nothing else is computed or kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wants {
    /// One entry per segment.
    pub packets: bool,
    /// The captured payload with each segment.
    pub payload: bool,
    /// Messages and deliveries (costs reassembly).
    pub messages: bool,
    /// Handshake, teardown, finding and session entries.
    pub events: bool,
    /// One entry per stream.
    pub streams: bool,
}

impl Wants {
    /// The start and the totals, which every sink is told.
    pub const NOTHING: Self = Self {
        packets: false,
        payload: false,
        messages: false,
        events: false,
        streams: false,
    };
    /// Everything but payload.
    pub const STORY: Self = Self {
        streams: true,
        ..Self::FLOW
    };
    /// What happens as it happens: the story without the connections as wholes.
    pub const FLOW: Self = Self {
        packets: true,
        messages: true,
        ..Self::EVENTS
    };
    /// One entry per segment and nothing else.
    pub const PACKETS: Self = Self {
        packets: true,
        ..Self::NOTHING
    };
    /// Handshake, teardown, finding and session entries.
    pub const EVENTS: Self = Self {
        events: true,
        ..Self::NOTHING
    };
    /// One row per stream.
    pub const STREAMS: Self = Self {
        streams: true,
        ..Self::NOTHING
    };

    /// What two sinks need together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            packets: self.packets || other.packets,
            payload: self.payload || other.payload,
            messages: self.messages || other.messages,
            events: self.events || other.events,
            streams: self.streams || other.streams,
        }
    }

    /// More than segments and rows of a table: what packets and program tell together.
    pub(super) const fn joins(self) -> bool {
        self.messages || self.events
    }

    /// Whether this entry was asked for: for a sink that shares its story with another one.
    #[must_use]
    pub const fn covers(self, entry: &Entry<'_>) -> bool {
        match entry {
            Entry::Capture(_) | Entry::End(_) => true,
            Entry::Packet(_) => self.packets,
            Entry::Message(_) | Entry::Delivery(_) => self.messages,
            Entry::Handshake(_) | Entry::Teardown(_) | Entry::Finding(_) | Entry::Session(_) => {
                self.events
            }
            Entry::Stream(_) => self.streams,
        }
    }
}

/// A view over some writer: takes entries in order.
pub trait Sink {
    /// What it needs; asked once.
    fn wants(&self) -> Wants;

    /// The first frame of the capture was taken at this time, whether anything is told of it or not.
    fn begins(&mut self, _at: Timestamp) {}

    /// Takes one entry. An error (usually a broken pipe) ends the run.
    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()>;

    /// Whatever was buffered goes out (end of a batch of live entries).
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// What is complete goes out; what the next entry may still add to waits for that.
    fn settle(&mut self) -> io::Result<()> {
        self.flush()
    }
}
