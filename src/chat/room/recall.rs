//! Lines that have left the log in memory and are still in the history file.
//!
//! Owns: when the file has to be asked and what its answers mean. Must not know: files, threads.
//! Each session asks for a bounded excerpt at a time and waits for it without holding anybody up.

use std::collections::VecDeque;
use std::ops::Range;

use bytes::Bytes;

use super::Room;
use crate::chat::SessionId;
use crate::chat::encode::View;
use crate::chat::excerpt::{Excerpt, Weighing};
use crate::chat::ledger::Unweighed;
use crate::chat::log::{Log, Taken};

/// A question to the history file on behalf of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Whose.
    pub session: SessionId,
    /// What it reads.
    pub view: View,
    /// What is asked.
    pub question: Question,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The first of these lines, as many as an excerpt holds; answer with [`Room::recalled`].
    Lines(Range<u64>),
    /// Which of these lines are not acknowledged; answer with [`Room::weighed`].
    Weight(Unweighed),
}

/// What a session is to be handed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    /// Lines that it is owed, before this number.
    Owed(u64),
    /// Lines that it asked to see again.
    Again,
}

impl Room {
    /// Reads what a session owes next before line `until`, or what it asked to see again, from the log or from what the
    /// history file gave back.
    ///
    /// `None` = the file was asked and the session waits for it.
    pub(super) fn read(
        &mut self,
        id: SessionId,
        wanted: Wanted,
        budget: usize,
        out: &mut VecDeque<Bytes>,
    ) -> Option<Taken> {
        let session = self.sessions.get_mut(&id)?;
        let view = session.view;
        let (cursor, until) = match (wanted, &mut session.again) {
            (Wanted::Again, Some(again)) => (again, u64::MAX),
            (Wanted::Owed(until), _) => (&mut session.cursor, until),
            (Wanted::Again, None) => return None,
        };
        let (owed, first, head) = (cursor.first(), self.log.first(), self.log.head());
        if !self.durable || owed >= first || cursor.is_done(head) {
            if matches!(session.excerpt, Excerpt::Here(..)) {
                session.excerpt = Excerpt::None;
            }
            return Some(self.log.read_until(until, view, cursor, budget, out));
        }
        match &mut session.excerpt {
            Excerpt::Asked(_) => return None,
            Excerpt::Here(from, lines) if (*from..lines.head()).contains(&owed) => {
                let taken = lines.read_until(until, view, cursor, budget, out);
                // A reader that stops now must not keep it.
                if cursor.first() >= lines.head() {
                    session.excerpt = Excerpt::None;
                }
                return Some(taken);
            }
            _ => {}
        }
        let wanted = owed..cursor.stretch(head).end.min(first);
        session.excerpt = Excerpt::Asked(owed);
        self.effects.recalls.push(Recall {
            session: id,
            view,
            question: Question::Lines(wanted),
        });
        None
    }

    /// Whether anybody still waits for the answer.
    #[must_use]
    pub fn awaits(&self, recall: &Recall) -> bool {
        let session = self.sessions.get(&recall.session);
        session.is_some_and(|session| match &recall.question {
            Question::Lines(wanted) => {
                matches!(session.excerpt, Excerpt::Asked(asked) if asked == wanted.start)
            }
            Question::Weight(_) => session.weighing == Weighing::Asked,
        })
    }

    /// The history file's answer to [`Question::Lines`]: a log of the lines that follow each other, the first of which
    /// has the number `from` unless some are missing; empty and with its head after the last wanted if all are.
    pub fn recalled(&mut self, id: SessionId, from: u64, lines: Log) {
        if let Some(session) = self.sessions.get_mut(&id)
            && matches!(session.excerpt, Excerpt::Asked(asked) if asked == from)
        {
            session.excerpt = Excerpt::Here(from, Box::new(lines));
            self.effects.wake.push(id);
        }
    }

    /// Whether lines, also private ones, handed to the connection are not among the bytes acknowledged.
    pub fn awaits_acknowledgement(&mut self, id: SessionId, acknowledged: u64) -> bool {
        self.acknowledged(id, Some(acknowledged));
        let session = self.sessions.get(&id);
        session.is_some_and(|session| !session.ledger.is_empty() || session.letters.under_way())
    }

    /// The peer of a session that ends has acknowledged that many bytes. Whether the session must wait, until woken,
    /// for the history file to tell which lines these were; ask again then.
    pub fn weigh(&mut self, id: SessionId, acknowledged: u64) -> bool {
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        match session.weighing {
            Weighing::Asked => return true,
            Weighing::Done => return false,
            Weighing::None => {}
        }
        let view = session.view;
        let unweighed = session
            .ledger
            .acknowledge(acknowledged, view, &mut self.log);
        let Some(unweighed) = unweighed.filter(|_| self.durable) else {
            return false;
        };
        session.weighing = Weighing::Asked;
        self.effects.recalls.push(Recall {
            session: id,
            view,
            question: Question::Weight(unweighed),
        });
        true
    }

    /// The history file's answer to [`Question::Weight`]: the first line that is not acknowledged; `None` = it cannot
    /// tell, and all are owed.
    pub fn weighed(&mut self, id: SessionId, first: Option<u64>) {
        if let Some(session) = self.sessions.get_mut(&id)
            && session.weighing == Weighing::Asked
        {
            if let Some(first) = first {
                session.ledger.cut(first);
            }
            session.weighing = Weighing::Done;
            self.effects.wake.push(id);
        }
    }
}
