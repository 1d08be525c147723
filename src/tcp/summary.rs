//! What remains of a connection when it is over: one row of `table`, one `stream` event, one line of Zeek's conn.log.

use super::{Handshake, History, ObservedState, Side, StreamId, Teardown};
use crate::net::{FourTuple, Nanos, Timestamp};

/// A value for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerSide<T> {
    /// What the client sent.
    pub client: T,
    /// What the server sent.
    pub server: T,
}

impl<T> PerSide<T> {
    /// The value of one side.
    pub const fn of(&self, side: Side) -> &T {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    /// Something made of the value of each side.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> PerSide<U> {
        PerSide {
            client: make(self.client),
            server: make(self.server),
        }
    }

    /// The value of one side, to change.
    pub const fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

/// Why a side is called the client: the reason that a report prints beside the role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RoleReason {
    /// It sent the first SYN.
    SentSyn,
    /// It received the SYN,ACK.
    ReceivedSynAck,
    /// The other side's port is one that listens (known from other connections, or told).
    OtherPortListens,
    /// The other side has a well-known port (below 1024), and it has not.
    WellKnownPort,
    /// It sent the first captured frame; nothing better is known.
    #[default]
    SentFirstFrame,
}

impl RoleReason {
    /// The code used in JSON (`client_by`).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SentSyn => "syn",
            Self::ReceivedSynAck => "syn_ack",
            Self::OtherPortListens => "listening_port",
            Self::WellKnownPort => "well_known_port",
            Self::SentFirstFrame => "first_frame",
        }
    }
}

/// A connection as a whole, at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamSummary {
    /// Its number.
    pub stream: StreamId,
    /// Its ends.
    pub connection: FourTuple,
    /// Why the client is called so.
    pub client_by: RoleReason,
    /// First frame's time.
    pub start: Timestamp,
    /// Last frame's time.
    pub end: Timestamp,
    /// First frame's number.
    pub first_frame: u64,
    /// Last frame's number.
    pub last_frame: u64,
    /// Frames each side sent.
    pub packets: PerSide<u64>,
    /// Payload bytes each side sent, retransmissions included (Wireshark's `tcp.len` summed).
    pub bytes: PerSide<u64>,
    /// Bytes of the IP datagrams each side sent, headers included (Zeek's `orig_ip_bytes` and `resp_ip_bytes`).
    pub ip_bytes: PerSide<u64>,
    /// Payload bytes each side sent by its sequence numbers: each once, also those never captured (Zeek's `orig_bytes` and
    /// `resp_bytes`).
    pub sequence_bytes: PerSide<u64>,
    /// Bytes of both sides that were acknowledged and never captured (Zeek's `missed_bytes`).
    pub missed_bytes: u64,
    /// `tcp.completeness`, final value.
    pub completeness: u8,
    /// Zeek's `conn_state`.
    pub conn_state: &'static str,
    /// Zeek's `history`.
    pub history: History,
    /// Which side Zeek takes for the originator (upper-case letters).
    pub zeek_originator: Side,
    /// `tcp.analysis.initial_rtt`.
    pub initial_rtt: Option<Nanos>,
    /// How it was opened.
    pub handshake: Handshake,
    /// How it was closed.
    pub teardown: Teardown,
    /// Both endpoints' last known states.
    pub states: PerSide<ObservedState>,
    /// Only known from quotes inside ICMP errors.
    pub quoted_only: bool,
}
