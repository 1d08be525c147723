//! Something the analysis noticed, with its evidence. Codes and numbers only: the words are `explain`'s.

use std::net::{IpAddr, Ipv4Addr};

use crate::net::{FourTuple, Nanos, Timestamp, codes};
use crate::packet::{IcmpError, IcmpReason};
use crate::tcp::{Certainty, ResetCause, Side, StreamId};

/// How much a finding matters, in Wireshark's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Usual workings of the protocol.
    Chat,
    /// Worth knowing.
    Note,
    /// Probably a problem.
    Warn,
}

impl Severity {
    /// The code used in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Note => "note",
            Self::Warn => "warn",
        }
    }
}

/// An example.
const SOME_ERROR: IcmpError = IcmpError {
    reason: IcmpReason::PortUnreachable,
    from: IpAddr::V4(Ipv4Addr::LOCALHOST),
};

/// What was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingCode {
    /// A SYN was answered by RST.
    Refused,
    /// SYNs repeated without any answer so far (`value`: how many were sent, `duration`: since the first).
    Unanswered,
    /// SYNs or final ACKs unanswered on a port that is known to listen.
    AcceptQueueFull,
    /// Handshake complete, the greeting that this server normally sends did not come.
    NoBanner,
    /// Bytes ACKed by the kernel, nothing from the program that they call for.
    StalledApp,
    /// Bytes ACKed by the kernel of a server whose program has said nothing to anybody so far.
    SilentApp,
    /// A FIN was ACKed and no FIN came back: CLOSE-WAIT, the program never closed.
    PeerNeverClosed,
    /// One direction closed, the other in use.
    HalfClosed,
    /// A side advertised window 0 (duration, side).
    ZeroWindow,
    /// An ICMP error quotes one of its segments.
    IcmpError(IcmpError),
    /// A RST ended the connection.
    Reset(ResetCause),
    /// A segment was sent again (evidence: this frame and the original).
    Retransmission,
    /// Frames are missing because the capture lost them.
    CaptureLoss,
    /// The 4-tuple of an earlier connection was used again.
    PortsReused,
    /// Source and destination are the same socket.
    SelfConnect,
    /// Both ends opened at once.
    SimultaneousOpen,
    /// Both ends closed at once.
    SimultaneousClose,
    /// TCP ended without a WebSocket Close frame: applications see 1006.
    WsCut,
    /// Several messages in one segment (`value`: how many).
    MessagesJoined,
    /// One message in several segments (`value`: how many).
    MessageSplit,
    /// A message that others in the room got did not come to this connection (`value`: its id, `duration`: waited for so long).
    NotDelivered,
    /// Nothing said in either direction for long.
    Idle,
}

impl FindingCode {
    codes! {
        /// The `code` of JSON Lines; never translated.
        code,
        Refused => "refused",
        Unanswered => "unanswered",
        AcceptQueueFull => "accept_queue_full",
        NoBanner => "no_banner",
        StalledApp => "stalled_app",
        SilentApp => "silent_app",
        PeerNeverClosed => "peer_never_closed",
        HalfClosed => "half_closed",
        ZeroWindow => "zero_window",
        IcmpError(_ = SOME_ERROR) => "icmp_error",
        Reset(_ = ResetCause::Unknown) => "reset",
        Retransmission => "retransmission",
        CaptureLoss => "capture_loss",
        PortsReused => "ports_reused",
        SelfConnect => "self_connect",
        SimultaneousOpen => "simultaneous_open",
        SimultaneousClose => "simultaneous_close",
        WsCut => "ws_cut",
        MessagesJoined => "messages_joined",
        MessageSplit => "message_split",
        NotDelivered => "not_delivered",
        Idle => "idle",
    }

    /// How much it matters.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::StalledApp
            | Self::PeerNeverClosed
            | Self::AcceptQueueFull
            | Self::NoBanner
            | Self::CaptureLoss
            | Self::Reset(_)
            | Self::ZeroWindow
            | Self::NotDelivered
            | Self::Unanswered => Severity::Warn,
            Self::IcmpError(error) if error.reason.is_final() => Severity::Warn,
            Self::MessagesJoined | Self::MessageSplit | Self::HalfClosed | Self::Idle => {
                Severity::Chat
            }
            _ => Severity::Note,
        }
    }
}

/// A finding about one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The connection, if it is about one.
    pub stream: Option<StreamId>,
    /// Its ends.
    pub connection: Option<FourTuple>,
    /// What.
    pub code: FindingCode,
    /// The side it is about, where it is about one.
    pub side: Option<Side>,
    /// Certain from packets, or inferred.
    pub certainty: Certainty,
    /// Evidence: frame numbers, oldest first (bounded).
    pub frames: Vec<u64>,
    /// How long it lasted or has lasted so far.
    pub duration: Option<Nanos>,
    /// A count that belongs to the finding (retries, bytes, messages).
    pub value: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error that says that a segment is lost weighs more than one that says how to send better.
    #[test]
    fn icmp_errors_weigh_by_what_they_say() {
        for reason in IcmpReason::ALL {
            let error = IcmpError {
                reason,
                ..SOME_ERROR
            };
            let severity = match reason {
                IcmpReason::TooBig | IcmpReason::Redirect | IcmpReason::SourceQuench => {
                    Severity::Note
                }
                _ => Severity::Warn,
            };
            assert_eq!(FindingCode::IcmpError(error).severity(), severity);
        }
    }
}
