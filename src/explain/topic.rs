//! Something that has a reason and an RFC section: what `--why`, comments and the report ask for.

use std::borrow::Cow;

use super::ids;
use crate::packet::TcpFlags;
use crate::tcp::{
    AnalysisFlags, FrameRole, HandshakeOutcome, OwnFlags, ResetCause, TcpState, Teardown,
};
use crate::timeline::{FindingCode, HandshakeEntry, VerdictCode};

/// A topic of the catalogue. Sets of flags stand for their first flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic<'a> {
    /// A part in a connection's life.
    Role(FrameRole),
    /// One of Wireshark's flags.
    Analysis(AnalysisFlags),
    /// One of our notes.
    Own(OwnFlags),
    /// A state.
    State(TcpState),
    /// One control bit.
    Control(TcpFlags),
    /// How opening came out.
    Handshake(HandshakeOutcome),
    /// Why a RST was sent.
    Cause(ResetCause),
    /// A finding.
    Finding(FindingCode),
    /// A verdict.
    Verdict(VerdictCode),
    /// Zeek's `conn_state`.
    ConnState(&'a str),
    /// Any message of the catalogue.
    Message(&'a str),
}

impl Topic<'static> {
    /// How a connection was opened, as far as the capture shows it.
    #[must_use]
    pub const fn of_opening(entry: &HandshakeEntry) -> Self {
        Self::Message(ids::opening(entry))
    }

    /// How a connection ended: the cause of its RST, or how far its FINs came.
    #[must_use]
    pub fn of_end(card: &Teardown) -> Option<Self> {
        let cause = card.reset.map(|reset| Self::Cause(reset.cause));
        cause.or_else(|| ids::orderly(card).map(Self::Message))
    }
}

impl Topic<'_> {
    /// Its id in the catalogue.
    #[must_use]
    pub fn id(&self) -> Cow<'_, str> {
        let fixed = match *self {
            Self::Role(role) => ids::role(role).unwrap_or_default(),
            Self::Analysis(flags) => ids::ANALYSIS
                .iter()
                .find(|(flag, _)| flags.contains(*flag))
                .map_or("", |(_, id)| id),
            Self::Own(flags) => ids::OWN
                .iter()
                .find(|(flag, _)| flags.contains(*flag))
                .map_or("", |(_, id)| id),
            Self::State(state) => ids::state(state),
            Self::Control(flags) => {
                let name = flags.names().next().unwrap_or_default();
                return Cow::Owned(format!("control-{}", name.to_ascii_lowercase()));
            }
            Self::Handshake(outcome) => ids::outcome(outcome),
            Self::Cause(cause) => ids::cause(cause),
            Self::Finding(code) => ids::finding(code),
            Self::Verdict(code) => ids::verdict(code),
            Self::ConnState(word) => {
                return Cow::Owned(format!("zeek-{}", word.to_ascii_lowercase()));
            }
            Self::Message(id) => return Cow::Borrowed(id),
        };
        Cow::Borrowed(fixed)
    }
}
