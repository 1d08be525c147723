//! The word that sums up a stream. The same words stand in live lines, reports, comments and JSON; they are never translated.

use crate::net::{Few, codes};
use crate::tcp::ResetCause;

/// The verdict vocabulary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictCode {
    /// The SYN was answered by RST,ACK: nobody listens on that port.
    Refused,
    /// An ICMP error answered the SYN.
    Unreachable,
    /// No answer of any kind to its SYNs, no sign of a listener.
    Filtered,
    /// SYNs or final ACKs unanswered on a port that is known to listen.
    AcceptQueueFull,
    /// The handshake completed; nothing more is claimed.
    Opened,
    /// Handshake completed, the usual banner did not come in time.
    OpenedNoBanner,
    /// The program itself answered with data.
    Served,
    /// The kernel ACKs, the program is silent.
    StalledApp,
    /// Orderly close, client's FIN first, both FINs ACKed.
    ClosedByClient,
    /// Orderly close, server's FIN first, both FINs ACKed.
    ClosedByServer,
    /// Both sides sent FIN before seeing the other's.
    ClosedBoth,
    /// One side sent FIN and it was ACKed; the other may still send.
    HalfClosed,
    /// A FIN was ACKed and none came back in time.
    PeerNeverClosed,
    /// The client ended it with RST.
    ResetByClient,
    /// The server ended it with RST.
    ResetByServer,
    /// A side advertised window 0.
    ZeroWindow,
    /// Open, and no data for long.
    Idle,
    /// Frames are missing because the capture lost them.
    LostCapture,
    /// The capture begins after the SYN.
    #[default]
    PartialStart,
    /// The capture ends while the connection is open.
    PartialEnd,
    /// A WebSocket Close frame with this code was seen before TCP ended.
    WsClose(u16),
    /// TCP ended without a WebSocket Close frame.
    WsCut1006,
}

impl VerdictCode {
    codes! {
        /// The word, without the code of a WebSocket Close. Totals list verdicts in this order.
        word,
        ClosedByClient => "CLOSED_BY_CLIENT",
        ClosedByServer => "CLOSED_BY_SERVER",
        ClosedBoth => "CLOSED_BOTH",
        WsClose(_ = 1000) => "WS_CLOSE",
        WsCut1006 => "WS_CUT_1006",
        ResetByClient => "RESET_BY_CLIENT",
        ResetByServer => "RESET_BY_SERVER",
        Refused => "REFUSED",
        Unreachable => "UNREACHABLE",
        Filtered => "FILTERED",
        AcceptQueueFull => "ACCEPT_QUEUE_FULL",
        OpenedNoBanner => "OPENED_NO_BANNER",
        StalledApp => "STALLED_APP",
        PeerNeverClosed => "PEER_NEVER_CLOSED",
        HalfClosed => "HALF_CLOSED",
        ZeroWindow => "ZERO_WINDOW",
        Idle => "IDLE",
        Served => "SERVED",
        Opened => "OPENED",
        PartialStart => "PARTIAL_START",
        PartialEnd => "PARTIAL_END",
        LostCapture => "LOST_CAPTURE",
    }
}

impl std::fmt::Display for VerdictCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WsClose(code) => write!(f, "WS_CLOSE({code})"),
            _ => f.pad(self.word()),
        }
    }
}

/// Further words that a verdict holds in place: most have `SERVED` and nothing else.
const USUAL_WORDS: usize = 3;

/// What a stream comes to: one main word, the cause of a reset, and what else holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The main word.
    pub code: VerdictCode,
    /// Why it was reset.
    pub cause: Option<ResetCause>,
    /// Further words that hold (`SERVED`, `PARTIAL_START`, `ZERO_WINDOW`, `WS_CLOSE` ...).
    pub also: Few<VerdictCode, USUAL_WORDS>,
}
