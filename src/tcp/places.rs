//! The number of each value that is one of a few: what the compact form of a stream keeps of it.
//!
//! Owns: the lists. Must not know: how numbers are written. A list is filled up to what its bits can say, so that every number
//! reads as something.

use super::machine::Phase;
use super::zeek::End;
use super::{Certainty, HandshakeOutcome, ResetCause, RoleReason};

pub(super) const REASONS: [RoleReason; 8] = [
    RoleReason::SentSyn,
    RoleReason::ReceivedSynAck,
    RoleReason::OtherPortListens,
    RoleReason::SentFirstFrame,
    RoleReason::WellKnownPort,
    RoleReason::SentFirstFrame,
    RoleReason::SentFirstFrame,
    RoleReason::SentFirstFrame,
];
pub(super) const OUTCOMES: [HandshakeOutcome; 8] = [
    HandshakeOutcome::NotSeen,
    HandshakeOutcome::Unanswered,
    HandshakeOutcome::HalfOpen,
    HandshakeOutcome::Complete,
    HandshakeOutcome::Refused,
    HandshakeOutcome::Simultaneous,
    HandshakeOutcome::NotSeen,
    HandshakeOutcome::NotSeen,
];
pub(super) const CAUSES: [ResetCause; 8] = [
    ResetCause::Unknown,
    ResetCause::ClosedPort,
    ResetCause::UnreadData,
    ResetCause::Linger0,
    ResetCause::WriteAfterClose,
    ResetCause::AcceptQueue,
    ResetCause::UnreadDataOrLinger0,
    ResetCause::Unknown,
];
pub(super) const PHASES: [Phase; 8] = [
    Phase::Unknown,
    Phase::Listen,
    Phase::SynSent,
    Phase::SynReceived,
    Phase::Synchronised,
    Phase::Closed,
    Phase::Unknown,
    Phase::Unknown,
];
pub(super) const ENDS: [End; 8] = [
    End::Inactive,
    End::SynSent,
    End::SynAckSent,
    End::Partial,
    End::Established,
    End::Closed,
    End::Reset,
    End::Inactive,
];
pub(super) const CERTAINTIES: [Certainty; 2] = [Certainty::Inferred, Certainty::Seen];
/// Whole histories that have a number of their own (1, 2, …).
pub(super) const HISTORIES: [&str; 12] = [
    "ShADadFf", "ShADadfF", "S", "Sr", "ShADadR", "ShADadr", "ShADaFf", "ShADdaFf", "ShAdDaFf",
    "ShAdDafF", "ShA", "ShAFf",
];

/// A value's place in a list.
pub(super) fn place<T: Copy + PartialEq>(value: T, all: &[T]) -> u64 {
    all.iter().position(|each| *each == value).unwrap_or(0) as u64
}
