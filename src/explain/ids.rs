//! Codes to ids of the catalogue, as fixed words: nothing is put together while lines are printed.

use crate::chat::DisconnectReason;
use crate::message::MessageKind;
use crate::packet::IcmpReason;
use crate::tcp::{
    AnalysisFlags, FrameRole, HandshakeOutcome, OwnFlags, ResetCause, TcpState, Teardown,
};
use crate::timeline::{FindingCode, HandshakeEntry, VerdictCode};

/// Wireshark's flags in the order in which lines tell them, most telling first.
pub(super) const ANALYSIS: [(AnalysisFlags, &str); 15] = [
    (AnalysisFlags::REUSED_PORTS, "analysis-reused-ports"),
    (AnalysisFlags::LOST_SEGMENT, "analysis-lost-segment"),
    (AnalysisFlags::ACK_LOST_SEGMENT, "analysis-ack-lost-segment"),
    (
        AnalysisFlags::FAST_RETRANSMISSION,
        "analysis-fast-retransmission",
    ),
    (
        AnalysisFlags::SPURIOUS_RETRANSMISSION,
        "analysis-spurious-retransmission",
    ),
    (AnalysisFlags::RETRANSMISSION, "analysis-retransmission"),
    (AnalysisFlags::OUT_OF_ORDER, "analysis-out-of-order"),
    (AnalysisFlags::DUPLICATE_ACK, "analysis-duplicate-ack"),
    (
        AnalysisFlags::ZERO_WINDOW_PROBE,
        "analysis-zero-window-probe",
    ),
    (
        AnalysisFlags::ZERO_WINDOW_PROBE_ACK,
        "analysis-zero-window-probe-ack",
    ),
    (AnalysisFlags::ZERO_WINDOW, "analysis-zero-window"),
    (AnalysisFlags::WINDOW_FULL, "analysis-window-full"),
    (AnalysisFlags::WINDOW_UPDATE, "analysis-window-update"),
    (AnalysisFlags::KEEP_ALIVE, "analysis-keep-alive"),
    (AnalysisFlags::KEEP_ALIVE_ACK, "analysis-keep-alive-ack"),
];

/// Our own notes.
pub(super) const OWN: [(OwnFlags, &str); 4] = [
    (OwnFlags::SELF_CONNECT, "note-self-connect"),
    (OwnFlags::SIMULTANEOUS_OPEN, "note-simultaneous-open"),
    (OwnFlags::PERSIST_PROBE, "note-persist-probe"),
    (OwnFlags::OFFLOADED, "note-offloaded"),
];

/// The id of a role; `None` for no role.
pub(super) const fn role(role: FrameRole) -> Option<&'static str> {
    Some(match role {
        FrameRole::None => return None,
        FrameRole::Syn => "role-handshake-1",
        FrameRole::SynAck => "role-handshake-2",
        FrameRole::HandshakeAck => "role-handshake-3",
        FrameRole::FirstFin => "role-fin-1",
        FrameRole::FirstFinAck => "role-fin-1-ack",
        FrameRole::SecondFin => "role-fin-2",
        FrameRole::SecondFinAck => "role-fin-2-ack",
        FrameRole::Refusal => "role-refusal",
        FrameRole::Reset => "role-reset",
    })
}

/// The id of a state.
pub(super) const fn state(state: TcpState) -> &'static str {
    match state {
        TcpState::Unknown => "state-unknown",
        TcpState::Closed => "state-closed",
        TcpState::Listen => "state-listen",
        TcpState::SynSent => "state-syn-sent",
        TcpState::SynReceived => "state-syn-received",
        TcpState::Established => "state-established",
        TcpState::FinWait1 => "state-fin-wait-1",
        TcpState::FinWait2 => "state-fin-wait-2",
        TcpState::CloseWait => "state-close-wait",
        TcpState::Closing => "state-closing",
        TcpState::LastAck => "state-last-ack",
        TcpState::TimeWait => "state-time-wait",
    }
}

/// How an opening came out, as far as the capture shows it.
pub(super) const fn opening(entry: &HandshakeEntry) -> &'static str {
    match (entry.handshake.outcome, entry.unfinished) {
        (HandshakeOutcome::Unanswered, true) => "handshake-unanswered-at-end",
        (HandshakeOutcome::HalfOpen, true) => "handshake-half-open-at-end",
        (code, _) => outcome(code),
    }
}

/// The id of a handshake's outcome.
pub(super) const fn outcome(outcome: HandshakeOutcome) -> &'static str {
    match outcome {
        HandshakeOutcome::NotSeen => "handshake-not-seen",
        HandshakeOutcome::Unanswered => "handshake-unanswered",
        HandshakeOutcome::HalfOpen => "handshake-half-open",
        HandshakeOutcome::Complete => "handshake-complete",
        HandshakeOutcome::Refused => "handshake-refused",
        HandshakeOutcome::Simultaneous => "handshake-simultaneous",
    }
}

/// The id of an end by FIN, as far as it came; `None` without one.
pub(super) fn orderly(card: &Teardown) -> Option<&'static str> {
    card.first_fin?;
    Some(match (card.complete(), card.simultaneous()) {
        (true, true) => "teardown-simultaneous",
        (true, false) => "teardown-complete",
        (false, _) if card.second_fin.is_some() => "teardown-unconfirmed",
        (false, _) => "teardown-half",
    })
}

/// The id of a cause.
pub(super) const fn cause(cause: ResetCause) -> &'static str {
    match cause {
        ResetCause::ClosedPort => "cause-closed-port",
        ResetCause::UnreadData => "cause-unread-data",
        ResetCause::Linger0 => "cause-linger0",
        ResetCause::WriteAfterClose => "cause-write-after-close",
        ResetCause::AcceptQueue => "cause-accept-queue",
        ResetCause::UnreadDataOrLinger0 => "cause-unread-data-or-linger0",
        ResetCause::Unknown => "cause-unknown",
    }
}

/// The id of what an ICMP error says.
pub(super) const fn icmp(reason: IcmpReason) -> &'static str {
    match reason {
        IcmpReason::NetworkUnreachable => "icmp-network-unreachable",
        IcmpReason::HostUnreachable => "icmp-host-unreachable",
        IcmpReason::ProtocolUnreachable => "icmp-protocol-unreachable",
        IcmpReason::PortUnreachable => "icmp-port-unreachable",
        IcmpReason::Prohibited => "icmp-prohibited",
        IcmpReason::TooBig => "icmp-too-big",
        IcmpReason::TimeExceeded => "icmp-time-exceeded",
        IcmpReason::Redirect => "icmp-redirect",
        IcmpReason::SourceQuench => "icmp-source-quench",
        IcmpReason::ParameterProblem => "icmp-parameter-problem",
    }
}

/// The id of a finding.
pub(super) const fn finding(code: FindingCode) -> &'static str {
    match code {
        FindingCode::Refused => "finding-refused",
        FindingCode::Unanswered => "finding-unanswered",
        FindingCode::AcceptQueueFull => "finding-accept-queue-full",
        FindingCode::NoBanner => "finding-no-banner",
        FindingCode::StalledApp => "finding-stalled-app",
        FindingCode::SilentApp => "finding-silent-app",
        FindingCode::PeerNeverClosed => "finding-peer-never-closed",
        FindingCode::HalfClosed => "finding-half-closed",
        FindingCode::ZeroWindow => "finding-zero-window",
        FindingCode::IcmpError(_) => "finding-icmp-error",
        FindingCode::Reset(_) => "finding-reset",
        FindingCode::Retransmission => "finding-retransmission",
        FindingCode::CaptureLoss => "finding-capture-loss",
        FindingCode::PortsReused => "finding-ports-reused",
        FindingCode::SelfConnect => "finding-self-connect",
        FindingCode::SimultaneousOpen => "finding-simultaneous-open",
        FindingCode::SimultaneousClose => "finding-simultaneous-close",
        FindingCode::WsCut => "finding-ws-cut",
        FindingCode::MessagesJoined => "finding-messages-joined",
        FindingCode::MessageSplit => "finding-message-split",
        FindingCode::NotDelivered => "finding-not-delivered",
        FindingCode::Idle => "finding-idle",
    }
}

/// The id of a verdict.
pub(super) const fn verdict(code: VerdictCode) -> &'static str {
    match code {
        VerdictCode::Refused => "verdict-refused",
        VerdictCode::Unreachable => "verdict-unreachable",
        VerdictCode::Filtered => "verdict-filtered",
        VerdictCode::AcceptQueueFull => "verdict-accept-queue-full",
        VerdictCode::Opened => "verdict-opened",
        VerdictCode::OpenedNoBanner => "verdict-opened-no-banner",
        VerdictCode::Served => "verdict-served",
        VerdictCode::StalledApp => "verdict-stalled-app",
        VerdictCode::ClosedByClient => "verdict-closed-by-client",
        VerdictCode::ClosedByServer => "verdict-closed-by-server",
        VerdictCode::ClosedBoth => "verdict-closed-both",
        VerdictCode::HalfClosed => "verdict-half-closed",
        VerdictCode::PeerNeverClosed => "verdict-peer-never-closed",
        VerdictCode::ResetByClient => "verdict-reset-by-client",
        VerdictCode::ResetByServer => "verdict-reset-by-server",
        VerdictCode::ZeroWindow => "verdict-zero-window",
        VerdictCode::Idle => "verdict-idle",
        VerdictCode::LostCapture => "verdict-lost-capture",
        VerdictCode::PartialStart => "verdict-partial-start",
        VerdictCode::PartialEnd => "verdict-partial-end",
        VerdictCode::WsClose(_) => "verdict-ws-close",
        VerdictCode::WsCut1006 => "verdict-ws-cut-1006",
    }
}

/// The id of a message kind.
pub(super) const fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Line => "message-line",
        MessageKind::Unfinished => "message-unfinished",
        MessageKind::HttpRequest => "message-http-request",
        MessageKind::HttpResponse => "message-http-response",
        MessageKind::WsText => "message-ws-text",
        MessageKind::WsBinary => "message-ws-binary",
        MessageKind::WsClose(_) => "message-ws-close",
        MessageKind::WsPing => "message-ws-ping",
        MessageKind::WsPong => "message-ws-pong",
        MessageKind::Binary => "message-binary",
    }
}

/// The id of the end of a session.
pub(super) const fn reason(reason: DisconnectReason) -> &'static str {
    match reason {
        DisconnectReason::ClientClosed => "reason-client-closed",
        DisconnectReason::Quit => "reason-quit",
        DisconnectReason::ClientReset => "reason-client-reset",
        DisconnectReason::Idle => "reason-idle",
        DisconnectReason::OverBound => "reason-over-bound",
        DisconnectReason::ProtocolError => "reason-protocol-error",
        DisconnectReason::TakenOver => "reason-taken-over",
        DisconnectReason::PeerVanished => "reason-peer-vanished",
        DisconnectReason::Shutdown => "reason-shutdown",
        DisconnectReason::Error => "reason-error",
    }
}
