//! What the program did with a connection, told to the timeline: identity, reasons and program times, never packet facts.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::net::{FourTuple, Timestamp, codes};

/// A session's number, from 1 in order of connecting; a resumed session keeps its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How the client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// UTF-8 lines (netcat).
    Line,
    /// WebSocket on `/chat`.
    WebSocket,
}

/// One thing that happened to one connection, as the program saw it.
#[derive(Clone, Debug)]
pub struct SessionEvent {
    /// Wall-clock time at which the program did or noticed it.
    pub at: Timestamp,
    /// The session.
    pub session: SessionId,
    /// The connection: `client` is the peer, `server` our own end.
    pub connection: FourTuple,
    /// What happened.
    pub kind: SessionEventKind,
}

/// The things that can happen. Byte offsets count the connection's payload bytes of that direction from 0,
/// so that the timeline can tie each event to the segments that carried it without looking at the content.
#[derive(Clone, Debug)]
pub enum SessionEventKind {
    /// `accept` returned (line text) or the upgrade finished (WebSocket), and the session exists.
    Connected {
        /// The name it has now.
        name: Arc<str>,
        /// How it speaks.
        transport: Transport,
    },
    /// The session has another name.
    Renamed {
        /// The name before.
        from: Arc<str>,
        /// The name now.
        to: Arc<str>,
    },
    /// An earlier session came back on this connection.
    Resumed {
        /// The session it was before on this connection (its number and name are given up).
        instead_of: SessionId,
        /// The name it has again.
        name: Arc<str>,
        /// Lines that it had missed and will be sent now.
        missed: u64,
    },
    /// A read returned bytes: the program has taken them from the socket.
    Read {
        /// Bytes of the client's direction.
        bytes: Range<u64>,
    },
    /// A complete chat line from this client entered the room.
    Said {
        /// Its number in the room log, absent for a line that was answered and not said (a command).
        line: Option<u64>,
        /// Bytes of the client's direction that carried it, line end included (for WebSocket: the frames).
        bytes: Range<u64>,
    },
    /// One write handed bytes to the socket.
    Wrote {
        /// Numbers of the room's lines that these bytes belong to, empty for notices and answers. Where the socket took
        /// only a part of a batch, the next event names the same lines again with the bytes that follow.
        lines: Range<u64>,
        /// Bytes of the server's direction.
        bytes: Range<u64>,
    },
    /// The session's cursor fell behind the oldest line of the log.
    Lagging {
        /// Lines that left the log before they could be sent.
        missed: u64,
    },
    /// The program shut its sending direction down (its FIN leaves now).
    Shutdown,
    /// The session is gone and its socket closed.
    Disconnected {
        /// Why.
        reason: DisconnectReason,
    },
}

impl SessionEventKind {
    /// The code that reports and JSON Lines use.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Connected { .. } => "connected",
            Self::Renamed { .. } => "renamed",
            Self::Resumed { .. } => "resumed",
            Self::Read { .. } => "read",
            Self::Said { .. } => "said",
            Self::Wrote { .. } => "wrote",
            Self::Lagging { .. } => "lagging",
            Self::Shutdown => "shutdown",
            Self::Disconnected { .. } => "disconnected",
        }
    }
}

/// Why a session ended, as the program knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// The client closed its direction (read returned 0).
    ClientClosed,
    /// `/quit`.
    Quit,
    /// The connection was reset by the client.
    ClientReset,
    /// No line for the idle limit.
    Idle,
    /// A bound was exceeded (line length, message size, rate).
    OverBound,
    /// The client broke the protocol (WebSocket 1002, 1007), or spoke another one.
    ProtocolError,
    /// Another connection resumed this session.
    TakenOver,
    /// The peer stopped answering (keep-alive or user time-out).
    PeerVanished,
    /// The server is shutting down.
    Shutdown,
    /// Any other socket error.
    Error,
}

impl DisconnectReason {
    codes! {
        /// The code used in JSON and logs; never translated.
        code,
        ClientClosed => "client_closed",
        Quit => "quit",
        ClientReset => "client_reset",
        Idle => "idle",
        OverBound => "over_bound",
        ProtocolError => "protocol_error",
        TakenOver => "taken_over",
        PeerVanished => "peer_vanished",
        Shutdown => "shutdown",
        Error => "error",
    }
}
