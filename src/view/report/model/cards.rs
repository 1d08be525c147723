//! The cards of opening and closing (S3, S4, S7). Must not know: layout, prose.

use serde::Serialize;

use super::{Both, Evidence, Seconds, SegmentRow};

/// S3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HandshakeCard {
    /// `not_seen`, `unanswered`, `half_open`, `complete`, `refused`, `simultaneous`.
    pub outcome: &'static str,
    /// SYN.
    pub syn: Option<SegmentRow>,
    /// SYN,ACK, or the RST that refused.
    pub answer: Option<SegmentRow>,
    /// The third segment.
    pub ack: Option<SegmentRow>,
    /// Initial sequence numbers; absent where the SYN was not captured.
    pub isn: Both<Option<u32>>,
    /// The sums: acknowledgment number = ISN + 1.
    pub sums: Vec<SumRow>,
    /// SYN to completing ACK.
    pub duration: Option<Seconds>,
    /// Repeated SYNs and SYN,ACKs.
    pub retries: Both<u16>,
    /// Source and destination are the same socket.
    pub self_connect: bool,
    /// All its frames.
    pub evidence: Evidence,
}

/// One sum shown: `left = base + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SumRow {
    /// The frame whose acknowledgment number it is.
    pub frame: u64,
    /// Whose ISN it is: `client` or `server`.
    pub of: &'static str,
    /// The ISN.
    pub base: u32,
    /// What is added (1 for the SYN, more when it carried data).
    pub add: u32,
    /// The acknowledgment number as sent.
    pub ack_raw: u32,
    /// The sum is right.
    pub holds: bool,
}

/// S4.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OptionsCard {
    /// One row per capability: `mss`, `window_scale`, `sack_permitted`, `timestamps`.
    pub negotiated: Vec<NegotiatedRow>,
    /// The headers that are shown: SYN, SYN,ACK, first data of each side.
    pub headers: Vec<HeaderRow>,
}

/// One capability.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NegotiatedRow {
    /// `mss`, `window_scale`, `sack_permitted`, `timestamps`.
    pub option: &'static str,
    /// Offered by the client's SYN.
    pub client: Option<String>,
    /// Answered by the server's SYN,ACK.
    pub server: Option<String>,
    /// In effect for the connection: for `mss` what each side may send, for `window_scale` the factors, else `yes`/`no`.
    pub effective: Effective,
    /// The frames.
    pub evidence: Evidence,
}

/// What came of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effective {
    /// Both sides agreed.
    Yes,
    /// One side or none offered it.
    No,
    /// The handshake was not captured.
    Unknown,
    /// A number for each side: the largest segment it may send, or the factor of its window.
    Numbers(Both<u32>),
}

/// One header with its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderRow {
    /// `syn`, `syn_ack`, `data_client`, `data_server`.
    pub which: &'static str,
    /// The segment.
    pub segment: SegmentRow,
}

/// S7.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TeardownCard {
    /// How far it came.
    pub outcome: TeardownOutcome,
    /// Sender of the first FIN.
    pub first_fin_by: Option<&'static str>,
    /// The four roles in order: `fin-1`, `fin-1-ack`, `fin-2`, `fin-2-ack`.
    pub roles: Vec<RoleRow>,
    /// 3 or 4 for a complete orderly close.
    pub segments: Option<u8>,
    /// Both FINs crossed.
    pub simultaneous: bool,
    /// First FIN to last ACK.
    pub duration: Option<Seconds>,
    /// First FIN to second FIN.
    pub half_closed: Option<Seconds>,
    /// Payload bytes sent into the half-closed connection.
    pub half_close_bytes: u64,
    /// The RST.
    pub reset: Option<ResetRow>,
    /// WebSocket Close frames.
    pub ws_closes: Vec<WsCloseRow>,
    /// The application protocol is WebSocket.
    pub websocket: bool,
    /// It ended without a WebSocket Close frame.
    pub ws_cut: bool,
    /// Why the program says the session ended.
    pub program_reason: Option<&'static str>,
    /// All its frames.
    pub evidence: Evidence,
}

/// How far a teardown came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TeardownOutcome {
    /// No FIN, no RST.
    #[default]
    Open,
    /// One side sent FIN.
    HalfClosed,
    /// Both FINs; an ACK of one is not in the capture.
    Unconfirmed,
    /// Both FINs, both acknowledged.
    Closed,
    /// A RST ended it.
    Reset,
    /// There was nothing to close: the SYN was answered by RST.
    Refused,
    /// There was nothing to close: the handshake was not completed.
    NeverOpened,
}

impl TeardownOutcome {
    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HalfClosed => "half_closed",
            Self::Unconfirmed => "unconfirmed",
            Self::Closed => "closed",
            Self::Reset => "reset",
            Self::Refused => "refused",
            Self::NeverOpened => "never_opened",
        }
    }
}

/// One of the four roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleRow {
    /// `fin-1`, `fin-1-ack`, `fin-2`, `fin-2-ack`.
    pub role: &'static str,
    /// The frame; absent: not in the capture.
    pub frame: Option<u64>,
    /// The segment, where its details were kept.
    pub segment: Option<SegmentRow>,
    /// The role that the same segment played before.
    pub same_as: Option<&'static str>,
    /// For the ACKs: acknowledgment number = sequence number of the FIN + 1.
    pub sum: Option<SumRow>,
}

/// A RST.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResetRow {
    /// Sender.
    pub by: &'static str,
    /// The segment, where its details were kept.
    pub segment: Option<SegmentRow>,
    /// The frame.
    pub frame: u64,
    /// Likely cause; `unknown` where the frames do not tell.
    pub cause: &'static str,
    /// Its sequence number is the next one its receiver expects.
    pub exact: bool,
}

/// A WebSocket Close frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WsCloseRow {
    /// Sender.
    pub by: &'static str,
    /// Close code.
    pub code: u16,
    /// The frame.
    pub frame: u64,
}
