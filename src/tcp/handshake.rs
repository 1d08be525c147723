//! How a connection was opened (RFC 9293 section 3.5), as far as the capture shows it.

use crate::net::{Nanos, Timestamp, codes};
use crate::packet::{MAX_WINDOW_SHIFT, SeqNumber};

/// A frame with its time: one step of a handshake or a teardown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Frame number.
    pub frame: u64,
    /// Its time.
    pub at: Timestamp,
}

/// How far opening came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HandshakeOutcome {
    /// The capture began after the SYN, or holds none.
    #[default]
    NotSeen,
    /// SYN seen, no answer (so far).
    Unanswered,
    /// SYN answered by SYN,ACK, the third segment not seen (so far).
    HalfOpen,
    /// All three segments.
    Complete,
    /// SYN answered by RST.
    Refused,
    /// Both ends sent SYN (also a self-connect).
    Simultaneous,
}

impl HandshakeOutcome {
    codes! {
        /// The code used in JSON.
        code,
        NotSeen => "not_seen",
        Unanswered => "unanswered",
        HalfOpen => "half_open",
        Complete => "complete",
        Refused => "refused",
        Simultaneous => "simultaneous",
    }

    /// A SYN was seen, and the opening went no further so far.
    #[must_use]
    pub const fn is_begun(self) -> bool {
        matches!(self, Self::Unanswered | Self::HalfOpen)
    }
}

/// The options one side offered in its SYN (RFC 9293 section 3.2, RFC 7323, RFC 2018).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfferedOptions {
    /// Maximum segment size.
    pub mss: Option<u16>,
    /// Window scale shift.
    pub window_scale: Option<u8>,
    /// SACK permitted.
    pub sack_permitted: bool,
    /// Time stamps.
    pub timestamps: bool,
}

/// The handshake card of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Handshake {
    /// How far it came.
    pub outcome: HandshakeOutcome,
    /// The first SYN.
    pub syn: Option<Step>,
    /// The SYN,ACK (in a simultaneous open: the other side's SYN), or the RST that refused.
    pub answer: Option<Step>,
    /// The ACK that completed it.
    pub ack: Option<Step>,
    /// Further SYNs of the client with the same ISN.
    pub syn_retries: u16,
    /// Further SYN,ACKs of the server.
    pub answer_retries: u16,
    /// The client's initial sequence number.
    pub client_isn: Option<SeqNumber>,
    /// The server's initial sequence number.
    pub server_isn: Option<SeqNumber>,
    /// Window field of the client's SYN.
    pub client_window: u16,
    /// Window field of the server's SYN,ACK.
    pub server_window: u16,
    /// What the client offered.
    pub client_options: OfferedOptions,
    /// What the server answered with.
    pub server_options: OfferedOptions,
    /// Source and destination are the same socket.
    pub self_connect: bool,
}

impl Handshake {
    /// Time from the first SYN to the completing ACK.
    #[must_use]
    pub fn duration(&self) -> Option<Nanos> {
        Some(self.ack?.at.since(self.syn?.at))
    }

    /// Window scaling works only when both sides offered it (RFC 7323 section 2.2): the shifts of client and server.
    #[must_use]
    pub fn effective_window_scale(&self) -> Option<(u8, u8)> {
        Some((
            self.client_options.window_scale?.min(MAX_WINDOW_SHIFT),
            self.server_options.window_scale?.min(MAX_WINDOW_SHIFT),
        ))
    }

    /// SACK works only when both sides permitted it.
    #[must_use]
    pub const fn effective_sack(&self) -> bool {
        self.client_options.sack_permitted && self.server_options.sack_permitted
    }

    /// Time stamps work only when both sides sent them.
    #[must_use]
    pub const fn effective_timestamps(&self) -> bool {
        self.client_options.timestamps && self.server_options.timestamps
    }
}
