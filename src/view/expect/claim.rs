//! What can be claimed of a capture. Must not know its spelling, nor how it is judged.

use crate::net::Nanos;
use crate::tcp::{HandshakeOutcome, ResetCause, Side, TcpState};
use crate::timeline::{FindingCode, VerdictCode};
use crate::view::compare::Comparison;

/// Which connections a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Every,
    Any,
    Stream(u32),
    Port(u16),
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Handshake(HandshakeOutcome),
    Welcome {
        within: Option<Nanos>,
        absent: bool,
    },
    Option {
        name: &'static str,
        absent: bool,
    },
    /// By this side first; `None`: by both at once.
    ClosedBy(Option<Side>),
    CloseIn(u8),
    HalfClose {
        absent: bool,
    },
    NoReset,
    ResetBy(Side),
    ResetCause(ResetCause),
    StillOpen,
    Verdict(VerdictCode),
    State(Side, TcpState),
    Name(String),
    WebSocket {
        absent: bool,
    },
    WsClose(u16),
    Within(Timed, Nanos),
    SequenceHolds,
    Flag {
        name: &'static str,
        absent: bool,
    },
    Finding {
        what: Option<Noticed>,
        absent: bool,
    },
    Message(MessageClaim),
    Count {
        what: Counted,
        from: Option<Side>,
        order: Comparison,
        number: u64,
    },
    NoDrops,
    OnlyPort(u16),
    Complete,
}

impl Claim {
    /// It is about the capture and no part of it: nothing of the kind is counted by connection.
    pub(super) const fn is_of_the_capture(&self) -> bool {
        matches!(
            self,
            Self::NoDrops
                | Self::OnlyPort(_)
                | Self::Count {
                    what: Counted::Bit(_),
                    ..
                }
        )
    }

    /// It says that something is not there, or that there is no more of it: a frame that is missing might refute it.
    pub(super) const fn rests_on_absence(&self) -> bool {
        match self {
            // The missing segment of the handshake may be among those that are missing here.
            Self::Handshake(outcome) => matches!(
                outcome,
                HandshakeOutcome::HalfOpen
                    | HandshakeOutcome::Unanswered
                    | HandshakeOutcome::NotSeen
            ),
            // Verdicts of connections that went no further, in this capture.
            Self::Verdict(code) => matches!(
                code,
                VerdictCode::Filtered
                    | VerdictCode::AcceptQueueFull
                    | VerdictCode::Opened
                    | VerdictCode::OpenedNoBanner
                    | VerdictCode::StalledApp
                    | VerdictCode::HalfClosed
                    | VerdictCode::PeerNeverClosed
                    | VerdictCode::Idle
            ),
            Self::Count { order, .. } => !matches!(
                order,
                Comparison::Greater | Comparison::GreaterOrEqual | Comparison::NotEqual
            ),
            Self::Welcome { absent, .. }
            | Self::Flag { absent, .. }
            | Self::Finding { absent, .. } => *absent,
            _ => self.is_refuted_by_a_frame() || matches!(self, Self::SequenceHolds),
        }
    }

    /// It is about what the snap length may have cut off: options and payload.
    pub(super) const fn is_read_from_bytes(&self) -> bool {
        match self {
            Self::Option { .. }
            | Self::Welcome { .. }
            | Self::Name(_)
            | Self::WebSocket { .. }
            | Self::WsClose(_)
            | Self::Message(_) => true,
            Self::Count { what, .. } => matches!(what, Counted::Messages),
            _ => false,
        }
    }

    /// It says that something is not there, and a frame that shows it is proof of the contrary.
    pub(super) const fn is_refuted_by_a_frame(&self) -> bool {
        match self {
            Self::NoReset | Self::StillOpen | Self::OnlyPort(_) => true,
            Self::HalfClose { absent } | Self::WebSocket { absent } => *absent,
            Self::Message(claim) => claim.absent,
            _ => false,
        }
    }
}

/// What the analysis may have noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noticed {
    Finding(FindingCode),
    /// A reset with this likely cause.
    Cause(ResetCause),
}

/// What must be over in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timed {
    /// SYN to the completing ACK.
    Open,
    /// First FIN to the last ACK.
    Close,
    /// First frame to last frame.
    Lifetime,
    /// The round trip of the handshake.
    Rtt,
}

/// A claim about messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MessageClaim {
    pub(super) text: String,
    pub(super) part: bool,
    pub(super) absent: bool,
    pub(super) from: Option<Side>,
    pub(super) what: MessageFact,
}

/// What must hold of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageFact {
    Said,
    DeliveredTo(u32),
    Acknowledged,
    Answered,
    InSegments(u32),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Streams,
    Messages,
    Frames,
    Bytes,
    /// Segments with this bit, over the whole capture.
    Bit(&'static str),
}
