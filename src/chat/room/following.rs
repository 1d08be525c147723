//! What a session is handed that merely follows the room: lines of the log, nothing beside them.
//!
//! Owns: which sessions do, and that those at the same place are handed the same slices. Must not know: sockets, tasks.

use std::collections::VecDeque;

use bytes::Bytes;

use super::Room;
use crate::chat::SessionId;
use crate::chat::cursor::Cursor;
use crate::chat::encode::View;
use crate::chat::log::{Log, Taken};
use crate::chat::session::Now;

/// What sessions at one place of the log are handed.
#[derive(Debug)]
pub struct Portion {
    view: View,
    /// Which lines, and their bytes.
    pub taken: Taken,
    /// The bytes, shared.
    pub slices: VecDeque<Bytes>,
}

impl Portion {
    /// What follows `from`, if the log still holds it.
    fn cut(log: &mut Log, view: View, from: u64, budget: usize) -> Option<Self> {
        let (mut slices, mut cursor) = (VecDeque::new(), Cursor::new(from));
        let taken = log.read(view, &mut cursor, budget, &mut slices);
        let whole = taken.missed == 0 && !taken.lines.is_empty();
        whole.then_some(Self {
            view,
            taken,
            slices,
        })
    }
}

/// What a session is to be handed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Following {
    /// Nothing is owed.
    Nothing,
    /// The portion at this place. With `more`, it is owed still more.
    Portion {
        /// Place in the list of portions.
        index: usize,
        /// Ask again.
        more: bool,
    },
    /// It does not merely follow: [`Room::take`] knows what it is to be sent.
    Otherwise,
}

impl Room {
    /// Whether the lines of the log that this session has not been sent are all that it is to be sent.
    pub fn merely_follows(&self, id: SessionId, now: Now) -> bool {
        let session = self.sessions.get(&id);
        session.is_some_and(|session| session.merely_follows(now))
    }

    /// As [`Room::take`] for a session that [merely follows](Self::merely_follows) the room. What one was handed lies in `portions`, which the
    /// next ones at its place share: sending a line to a thousand sessions reads the log once.
    ///
    /// Handed out is handed over: the connection of the session, of which `offset` bytes were used, is to send the portion.
    pub fn follow(
        &mut self,
        id: SessionId,
        budget: usize,
        offset: u64,
        portions: &mut Vec<Portion>,
    ) -> Following {
        let head = self.log.head();
        let Some(session) = self.sessions.get_mut(&id) else {
            return Following::Otherwise;
        };
        if session.cursor.is_done(head) {
            return Following::Nothing;
        }
        let (view, from) = (session.view, session.cursor.next());
        let same = |portion: &Portion| portion.view == view && portion.taken.lines.start == from;
        let index = portions.iter().rposition(same).unwrap_or_else(|| {
            portions.extend(Portion::cut(&mut self.log, view, from, budget));
            portions.len().saturating_sub(1)
        });
        let Some(portion) = portions.get(index).filter(|portion| same(portion)) else {
            return Following::Otherwise;
        };
        let lines = portion.taken.lines.clone();
        let bytes = offset..offset + portion.taken.bytes as u64;
        session.cursor.advance(lines.end);
        self.counters.delivered += lines.end - lines.start;
        let more = lines.end < head;
        session
            .ledger
            .record_read(lines, bytes, view, &mut self.log);
        Following::Portion { index, more }
    }
}
