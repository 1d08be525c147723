//! What the program said of its connections, kept until the bytes it speaks of are told: line numbers, sessions, names.
//!
//! A fact attaches identity to what the packets show; it never makes a message or a copy.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::limits::{MAX_BOOKS, MAX_FACTS};
use crate::chat::{SessionEvent, SessionEventKind, SessionId};
use crate::net::{FourTuple, SeededMap, Timestamp};
use crate::tcp::Side;

/// Bytes of one direction and the lines they hold.
#[derive(Clone, Debug)]
struct Fact {
    at: Timestamp,
    bytes: Range<u64>,
    lines: Range<u64>,
    session: SessionId,
}

/// What the program said of one connection.
#[derive(Debug, Default)]
struct Book {
    /// When the program took the connection.
    began: Option<Timestamp>,
    said: VecDeque<Fact>,
    wrote: VecDeque<Fact>,
    session: Option<SessionId>,
    name: Option<Arc<str>>,
}

impl Book {
    /// A connection of this 4-tuple begins: what was said of an earlier one is over.
    fn begins(&mut self, at: Timestamp) {
        self.began = Some(at);
        self.said.retain(|fact| fact.at >= at);
        self.wrote.retain(|fact| fact.at >= at);
    }
}

/// Books of all connections that have sessions.
#[derive(Debug, Default)]
pub(super) struct Books {
    books: SeededMap<FourTuple, Book>,
}

impl Books {
    /// Nothing was ever said.
    pub(super) fn is_empty(&self) -> bool {
        self.books.is_empty()
    }

    /// Takes a fact. Facts of one connection may come in any order.
    pub(super) fn take(&mut self, event: &SessionEvent) {
        if self.books.len() >= MAX_BOOKS && !self.books.contains_key(&event.connection) {
            self.books.clear();
        }
        let book = self.books.entry(event.connection).or_default();
        let (facts, bytes, lines) = match &event.kind {
            SessionEventKind::Connected { name, .. } => {
                book.begins(event.at);
                book.name = Some(Arc::clone(name));
                book.session = Some(event.session);
                return;
            }
            SessionEventKind::Renamed { to: name, .. } | SessionEventKind::Resumed { name, .. } => {
                book.name = Some(Arc::clone(name));
                book.session = Some(event.session);
                return;
            }
            SessionEventKind::Said { line, bytes } => {
                let lines = line.map_or(0..0, |line| line..line + 1);
                (&mut book.said, bytes, lines)
            }
            SessionEventKind::Wrote { lines, bytes } => (&mut book.wrote, bytes, lines.clone()),
            _ => return,
        };
        if facts.len() >= MAX_FACTS {
            facts.pop_front();
        }
        let fact = Fact {
            at: event.at,
            bytes: bytes.clone(),
            lines,
            session: event.session,
        };
        let place = facts.partition_point(|other| other.bytes.start <= fact.bytes.start);
        facts.insert(place, fact);
    }

    /// Session and line number of a message, from facts not later than `until`. Messages of a direction are asked for in order.
    pub(super) fn line_of(
        &mut self,
        connection: FourTuple,
        side: Side,
        bytes: &Range<u64>,
        until: Timestamp,
    ) -> (Option<SessionId>, Option<u64>) {
        let Some(book) = self.books.get_mut(&connection) else {
            return (None, None);
        };
        let facts = match side {
            Side::Client => &mut book.said,
            Side::Server => &mut book.wrote,
        };
        while facts.front().is_some_and(|fact| fact.bytes.end < bytes.end) {
            facts.pop_front();
        }
        let Some(fact) = facts.front_mut() else {
            return (book.session, None);
        };
        let covers = fact.bytes.start < bytes.end && bytes.end <= fact.bytes.end;
        if !covers || fact.at > until {
            return (book.session, None);
        }
        let line = fact.lines.next();
        (Some(fact.session), line)
    }

    /// The name that the program gives the client of a connection.
    pub(super) fn name_of(&self, connection: FourTuple) -> Option<Arc<str>> {
        self.books.get(&connection)?.name.clone()
    }

    /// The connection is over and told at that time; one that the program took later has the same ends and goes on.
    pub(super) fn forget(&mut self, connection: FourTuple, at: Timestamp) {
        let book = self.books.get(&connection);
        if book.is_some_and(|book| book.began.is_none_or(|began| began <= at)) {
            self.books.remove(&connection);
        }
    }
}
