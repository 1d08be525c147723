//! What the analyser says of one segment: one small `Copy` value, nothing allocated.

use crate::net::flag_set;

use super::{AnalysisFlags, ObservedState, OwnFlags, Side, StreamId};
use crate::net::Nanos;

/// Which part a frame plays in the life of its connection. At most one; retransmissions play the part again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FrameRole {
    /// Nothing in particular (a pure ACK, data).
    #[default]
    None,
    /// SYN: handshake 1/3.
    Syn,
    /// SYN,ACK: handshake 2/3.
    SynAck,
    /// The ACK that completes the handshake: 3/3 (it may carry data).
    HandshakeAck,
    /// The first FIN of the connection.
    FirstFin,
    /// The segment that acknowledges the first FIN, without being the second FIN.
    FirstFinAck,
    /// The other side's FIN (in a three-segment close it also acknowledges the first).
    SecondFin,
    /// The segment that acknowledges the second FIN: orderly close complete.
    SecondFinAck,
    /// RST that answers a SYN.
    Refusal,
    /// Any other RST.
    Reset,
}

impl FrameRole {
    /// The `role` of JSON Lines; `None` for [`FrameRole::None`].
    #[must_use]
    pub const fn code(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Syn => "handshake-1",
            Self::SynAck => "handshake-2",
            Self::HandshakeAck => "handshake-3",
            Self::FirstFin => "fin-1",
            Self::FirstFinAck => "fin-1-ack",
            Self::SecondFin => "fin-2",
            Self::SecondFinAck => "fin-2-ack",
            Self::Refusal => "refusal",
            Self::Reset => "reset",
        })
    }
}

/// Wireshark's expert item about a FIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FinPart {
    /// Not a FIN.
    #[default]
    None,
    /// It initiates the closing.
    Initiates,
    /// The other side had initiated it.
    Answers,
}

/// What this segment changed in its connection: the moments at which the story has something to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Changes(pub u16);

impl Changes {
    /// First frame of its stream.
    pub const STREAM_OPENED: Self = Self(1);
    /// The handshake is complete (RFC 9293 section 3.5).
    pub const HANDSHAKE_DONE: Self = Self(1 << 1);
    /// A SYN was answered by RST.
    pub const REFUSED: Self = Self(1 << 2);
    /// The first FIN of the connection.
    pub const CLOSING: Self = Self(1 << 3);
    /// Both FINs are acknowledged.
    pub const CLOSED: Self = Self(1 << 4);
    /// A RST ended the connection.
    pub const RESET: Self = Self(1 << 5);
    /// One endpoint's state is another than before.
    pub const STATE: Self = Self(1 << 6);
    /// The stream's client turned out to be the other end.
    pub const CLIENT_CHANGED: Self = Self(1 << 7);
    /// The end that sent a RST goes on: the RST did not end the connection.
    pub const REVIVED: Self = Self(1 << 8);
}

flag_set!(Changes);

/// Everything the analysis knows about one segment. Numbers follow Wireshark 4.0.17, one pass; frames are capture numbers;
/// times are nanoseconds. An absent number is `None`.
///
/// The blank value is zero in every byte, so that a new one costs a few stores per frame instead of a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// The connection.
    pub stream: StreamId,
    /// Who sent it.
    pub side: Side,
    /// The header was analysed (false for ICMP quotes and truncated headers: seq and ack are then raw, no length).
    pub analysed: bool,
    /// Relative sequence number (BS-4).
    pub seq: u32,
    /// Relative acknowledgment number, raw when ACK is not set.
    pub ack: u32,
    /// Relative number of the byte after this segment.
    pub next_seq: u32,
    /// The window as it counts: shifted when scaling is in use (W-2).
    pub window_scaled: u32,
    /// The shift that was applied; `None`: unknown (no handshake seen), not in use, or a SYN.
    pub window_shift: Option<u8>,
    /// Wireshark's flags.
    pub analysis: AnalysisFlags,
    /// Our own notes (N-1 to N-4).
    pub notes: OwnFlags,
    /// `tcp.analysis.duplicate_ack_num`, with the frame of the ACK that is repeated.
    pub duplicate_ack: Option<(u32, u64)>,
    /// The frame that this one acknowledges (`tcp.analysis.acks_frame`).
    pub acks_frame: Option<u64>,
    /// Time since that frame (`tcp.analysis.ack_rtt`).
    pub ack_rtt: Option<Nanos>,
    /// `tcp.analysis.initial_rtt` (T-5).
    pub initial_rtt: Option<Nanos>,
    /// Bytes in flight after this segment.
    pub bytes_in_flight: Option<u32>,
    /// Bytes since the last PSH.
    pub push_bytes_sent: Option<u32>,
    /// Retransmission time-out and the frame it is counted from.
    pub rto: Option<(Nanos, u64)>,
    /// For every kind of retransmission and out-of-order: the earlier frame that carried these bytes, when still known (ours).
    pub original_frame: Option<u64>,
    /// Time since the stream's first frame.
    pub time_relative: Nanos,
    /// Time since the stream's previous frame.
    pub time_delta: Nanos,
    /// The stream's `tcp.completeness` including this frame.
    pub completeness: u8,
    /// The client's state after this segment.
    pub client_state: ObservedState,
    /// The server's state after this segment.
    pub server_state: ObservedState,
    /// Its part in the connection's life.
    pub role: FrameRole,
    /// What it changed.
    pub changes: Changes,
    /// What a FIN does by Wireshark's expert item.
    pub fin: FinPart,
    /// This frame opens a window that its sender had closed: the frame that closed it, and for how long.
    pub zero_window_ended: Option<(u64, Nanos)>,
}
