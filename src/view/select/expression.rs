//! What a filter is made of. Must not know its spelling.

use super::address::{End, Network};
use super::field::Field;
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

/// What a value is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test<V = i64> {
    Is(Comparison, V),
    /// From the one to the other, both included.
    Within(V, V),
}

impl<V: Copy> Test<V> {
    /// Whether something passes that has so many values, of which `compare` tells one: as in Wireshark, `!=` asks every one of
    /// them, and there has to be one; anything else asks for one that passes.
    pub(super) fn passes<T: Copy>(
        self,
        values: impl IntoIterator<Item = T>,
        compare: impl Fn(T, Comparison, V) -> bool,
    ) -> bool {
        let mut values = values.into_iter().peekable();
        match self {
            Self::Is(Comparison::NotEqual, wanted) => {
                values.peek().is_some()
                    && values.all(|value| compare(value, Comparison::NotEqual, wanted))
            }
            Self::Is(comparison, wanted) => values.any(|value| compare(value, comparison, wanted)),
            Self::Within(first, last) => values.any(|value| {
                compare(value, Comparison::GreaterOrEqual, first)
                    && compare(value, Comparison::LessOrEqual, last)
            }),
        }
    }
}

impl Test {
    /// The same of numbers.
    pub(super) fn holds<T: Copy + Into<i64>>(self, values: impl IntoIterator<Item = T>) -> bool {
        self.passes(values, |value, comparison, wanted| {
            comparison.holds(value.into(), wanted)
        })
    }
}

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Stream(Test),
    Port(Test),
    /// The addresses of these ends compare so.
    Address(End, Test<Network>),
    Number(Field, Test),
    /// The segment has such a number.
    Has(Field),
    /// One of its options is of such a kind.
    OptionKind(Test),
    /// It has options.
    Options,
    /// A control bit is set (true) or not.
    Control(TcpFlags, bool),
    /// Any of these flags.
    Analysis(AnalysisFlags),
    /// Any of these notes.
    Own(OwnFlags),
    Only(Only),
    /// What every segment here has, such as `tcp`.
    Always,
}

impl Atom {
    /// Only a segment can answer it.
    const fn is_about_segments(self) -> bool {
        !matches!(
            self,
            Self::Stream(_)
                | Self::Port(_)
                | Self::Address(End::Either, _)
                | Self::Only(_)
                | Self::Always
        )
    }
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
            Self::Atom(atom) => atom.is_about_segments(),
            Self::Not(inner) => inner.is_about_segments(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_about_segments),
        }
    }
}
