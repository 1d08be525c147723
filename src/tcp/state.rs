//! Streams, sides and the eleven states of RFC 9293 section 3.3.2, as far as an observer can know them.

use std::fmt;

use crate::net::codes;

/// A connection's number in the capture, from 0 in order of first frame: Wireshark's `tcp.stream`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u32);

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who sent a segment. Client = sender of the stream's first SYN, else receiver of its first SYN,ACK, else the side that is
/// not the listening port, else the sender of the first frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Active OPEN (RFC 9293 section 3.5).
    #[default]
    Client,
    /// Passive OPEN.
    Server,
}

impl Side {
    /// The other end.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// Direction code of what this side sends: `c2s` or `s2c`.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Client => "c2s",
            Self::Server => "s2c",
        }
    }

    /// `client` or `server`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// The states of RFC 9293 section 3.3.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TcpState {
    /// Nothing known: the capture began in the middle, or this end has not spoken.
    #[default]
    Unknown,
    /// No connection.
    Closed,
    /// Waiting for a SYN.
    Listen,
    /// Sent a SYN.
    SynSent,
    /// Received a SYN and sent one.
    SynReceived,
    /// Open.
    Established,
    /// Sent FIN, its ACK outstanding.
    FinWait1,
    /// Own FIN acknowledged, waiting for the peer's.
    FinWait2,
    /// Received FIN, own close outstanding.
    CloseWait,
    /// Both FINs crossed, own not yet acknowledged.
    Closing,
    /// Received FIN, then sent own, its ACK outstanding.
    LastAck,
    /// Waiting out 2 MSL.
    TimeWait,
}

impl TcpState {
    codes! {
        /// The RFC's name with its hyphens; `?` where unknown.
        name,
        Unknown => "?",
        Closed => "CLOSED",
        Listen => "LISTEN",
        SynSent => "SYN-SENT",
        SynReceived => "SYN-RECEIVED",
        Established => "ESTABLISHED",
        FinWait1 => "FIN-WAIT-1",
        FinWait2 => "FIN-WAIT-2",
        CloseWait => "CLOSE-WAIT",
        Closing => "CLOSING",
        LastAck => "LAST-ACK",
        TimeWait => "TIME-WAIT",
    }
}

impl fmt::Display for TcpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether the packets prove a state or only suggest it (E-1..E-9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Certainty {
    /// Likely: the segment that causes it was captured on its way, or the capture began later.
    #[default]
    Inferred,
    /// A segment this end sent proves it.
    Seen,
}

/// An endpoint's state with how sure it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ObservedState {
    /// The state.
    pub state: TcpState,
    /// Proof or inference.
    pub certainty: Certainty,
}
