//! The small query set: which entries of the story a sink gets. `--stream`, `--port`, `--flag`, `--only`, and the part of
//! Wireshark's display filters (`-Y`) that our own `see:` lines use.
//!
//! A filter is about segments. Another entry passes when what is known of it (its stream, its ports, its kind) already makes
//! the filter true. What it leaves open is answered for a message by the segment that completed it, and for a delivery by its
//! message; the row of a connection passes also when one of its segments did, and in a table, which has nothing but
//! rows, when anything of it did. What is said of the capture as a whole (first and last entry, frames it lost) always passes.

mod address;
mod evaluate;
mod expression;
mod field;
mod parse;
mod recent;
#[cfg(test)]
mod tests;

use std::io;

use crate::net::Timestamp;
use crate::timeline::{Entry, Sink, Wants};

use super::compare::Comparison;
use super::stream_set::StreamSet;
use evaluate::{Subject, Truth};
pub use expression::Only;
use expression::{Atom, Expression, Test};
pub use parse::QueryError;
use recent::Recent;

/// The parts of a selection as options give them; all that are given have to hold.
#[derive(Clone, Debug, Default)]
pub struct SelectOptions {
    /// `--stream N`: any of these.
    pub streams: Vec<u32>,
    /// `--port N`: any of these, on either side.
    pub ports: Vec<u16>,
    /// `--flag NAME`: any of these; Wireshark's names, `-` and `_` alike, or our own notes.
    pub flags: Vec<String>,
    /// `--only KIND`: any of these.
    pub only: Vec<Only>,
    /// `-Y FILTER`.
    pub display_filter: Option<String>,
}

/// What is selected.
#[derive(Clone, Debug)]
pub struct Selection {
    expression: Expression,
}

impl Selection {
    /// From options.
    pub fn new(options: &SelectOptions) -> Result<Self, QueryError> {
        let equal = |n: u32| Test::Is(Comparison::Equal, i64::from(n));
        let mut all = Vec::new();
        let streams = options.streams.iter();
        push_any(&mut all, streams.map(|n| Atom::Stream(equal(*n))));
        let ports = options.ports.iter();
        push_any(&mut all, ports.map(|n| Atom::Port(equal(u32::from(*n)))));
        let flags: Result<Vec<_>, _> = options.flags.iter().map(|name| parse::flag(name)).collect();
        push_any(&mut all, flags?.into_iter());
        push_any(&mut all, options.only.iter().map(|only| Atom::Only(*only)));
        if let Some(filter) = &options.display_filter {
            all.push(parse::parse(filter)?);
        }
        Ok(Self {
            expression: Expression::All(all),
        })
    }

    /// Everything passes: no need to wrap a sink.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(&self.expression, Expression::All(parts) if parts.is_empty())
    }

    /// Nothing but segments can pass: the story need not be told.
    fn is_segments_alone(&self) -> bool {
        let kinds = Only::NAMES.iter().map(|(kind, _)| Some(*kind));
        let others = kinds.filter(|kind| *kind != Some(Only::Packets));
        others
            .chain([None])
            .all(|kind| Subject::of_kind(kind).judge(&self.expression) == Truth::No)
    }
}

/// Alternatives as one part, if there are any.
fn push_any(all: &mut Vec<Expression>, atoms: impl Iterator<Item = Atom>) {
    let any: Vec<_> = atoms.map(Expression::Atom).collect();
    if !any.is_empty() {
        all.push(Expression::Any(any));
    }
}

/// A sink before another one: passes on what is selected.
#[derive(Debug)]
pub struct Select<S> {
    inner: S,
    selection: Selection,
    /// The sink has rows of connections and nothing else.
    rows: bool,
    /// Streams of which a segment passed, or anything where there are only rows.
    streams: StreamSet,
    /// Frames that pass for the messages that they complete.
    completing: Recent,
    /// Messages that passed.
    messages: Recent,
}

impl<S: Sink> Select<S> {
    /// `inner` gets only what is selected.
    pub fn new(inner: S, selection: Selection) -> Self {
        let wants = inner.wants();
        Self {
            rows: wants.streams && !wants.packets && !wants.events,
            inner,
            selection,
            streams: StreamSet::default(),
            completing: Recent::default(),
            messages: Recent::default(),
        }
    }

    fn passes(&mut self, entry: &Entry<'_>) -> bool {
        let Some(subject) = Subject::of(entry) else {
            return true;
        };
        let row = self.rows && matches!(entry, Entry::Stream(_));
        let subject = if row { subject.as_row() } else { subject };
        let truth = self.settled(subject.judge(&self.selection.expression), entry);
        self.remember(entry, &subject, truth);
        if truth == Truth::Yes && (self.rows || matches!(entry, Entry::Packet(_))) {
            self.streams.extend(subject.stream());
        }
        match (entry, truth) {
            (_, Truth::Yes) => true,
            (Entry::Stream(stream), Truth::Unknown) => {
                self.streams.contains(stream.summary.stream.0)
            }
            _ => false,
        }
    }

    /// What the filter leaves open of a message is answered by its segment, of a delivery by its message.
    fn settled(&self, truth: Truth, entry: &Entry<'_>) -> Truth {
        match (entry, truth) {
            (Entry::Message(message), Truth::Unknown) => {
                self.completing.contains(message.last_frame).into()
            }
            (Entry::Delivery(delivery), Truth::Unknown) => {
                self.messages.contains(delivery.message).into()
            }
            _ => truth,
        }
    }

    /// Keeps in mind for later entries what this one answers. Only a filter about segments leaves anything open.
    fn remember(&mut self, entry: &Entry<'_>, subject: &Subject<'_>, truth: Truth) {
        let expression = &self.selection.expression;
        if !expression.is_about_segments() {
            return;
        }
        match entry {
            Entry::Packet(packet) if subject.as_message().judge(expression) == Truth::Yes => {
                self.completing.insert(packet.frame);
            }
            Entry::Message(message) if truth == Truth::Yes => self.messages.insert(message.id),
            _ => {}
        }
    }
}

impl<S: Sink> Sink for Select<S> {
    fn wants(&self) -> Wants {
        let inner = self.inner.wants();
        let expression = &self.selection.expression;
        if self.rows && expression.is_about_kinds() {
            return inner.and(Wants::FLOW);
        }
        if !self.rows && self.selection.is_segments_alone() {
            return Wants {
                payload: inner.payload,
                ..Wants::PACKETS
            };
        }
        Wants {
            packets: inner.packets
                || ((inner.streams || inner.messages) && expression.is_about_segments()),
            ..inner
        }
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        if self.passes(&entry) && self.inner.wants().covers(&entry) {
            return self.inner.entry(entry);
        }
        Ok(())
    }

    fn begins(&mut self, at: Timestamp) {
        self.inner.begins(at);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }

    fn settle(&mut self) -> io::Result<()> {
        self.inner.settle()
    }
}
