//! What a filter is made of. Must not know its spelling.

use crate::packet::TcpFlags;
use crate::tcp::{AnalysisFlags, OwnFlags};
use crate::view::compare::Comparison;

/// `--only KIND`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// The segments of openings, and their cards.
    Handshake,
    /// The segments of closings and resets, and their cards.
    Teardown,
    /// Messages and what became of them.
    Messages,
    /// Findings.
    Findings,
    /// Every segment, and nothing that is read from payload: no names, no messages, no conclusions.
    Packets,
}

impl Only {
    /// Every kind with its word.
    pub const NAMES: [(Self, &'static str); 5] = [
        (Self::Handshake, "handshake"),
        (Self::Teardown, "teardown"),
        (Self::Messages, "messages"),
        (Self::Findings, "findings"),
        (Self::Packets, "packets"),
    ];

    /// From its word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, name)| *name == word);
        found.map(|(kind, _)| *kind)
    }
}

/// A comparison with its number.
pub(super) type Test = (Comparison, u64);

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Stream(Test),
    Port(Test),
    SourcePort(Test),
    DestinationPort(Test),
    Frame(Test),
    Length(Test),
    Completeness(Test),
    /// A control bit is set (true) or not.
    Control(TcpFlags, bool),
    /// Any of these flags.
    Analysis(AnalysisFlags),
    /// Any of these notes.
    Own(OwnFlags),
    Only(Only),
    /// `tcp`: always true here.
    Always,
}

/// Questions joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Atom(Atom),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Expression {
    /// Whether it asks of what kind a line is.
    pub(super) fn is_about_kinds(&self) -> bool {
        match self {
            Self::Atom(atom) => matches!(atom, Atom::Only(_)),
            Self::Not(inner) => inner.is_about_kinds(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_about_kinds),
        }
    }

    /// Whether it asks for something that only a segment can answer.
    pub(super) fn is_about_segments(&self) -> bool {
        match self {
            Self::Atom(atom) => !matches!(
                atom,
                Atom::Stream(_) | Atom::Port(_) | Atom::Only(_) | Atom::Always
            ),
            Self::Not(inner) => inner.is_about_segments(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_about_segments),
        }
    }
}
