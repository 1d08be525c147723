//! What a session's connection may send now.
//!
//! Owns: the order of notices, lines and farewell, and the record of what went out. Must not know: sockets.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::Room;
use super::recall::Wanted;
use crate::chat::session::Now;
use crate::chat::turn::Turn;
use crate::chat::{DisconnectReason, SessionEventKind, SessionId};

impl Room {
    /// What this session's connection may send now: notices, then lines, in whole lines of about `budget` bytes.
    /// What the client sent and waits is taken up first, as far as may be.
    ///
    /// `offset` is the number of bytes handed to the connection before these.
    pub fn take(
        &mut self,
        id: SessionId,
        budget: usize,
        offset: u64,
        out: &mut VecDeque<Bytes>,
        now: Now,
    ) -> Turn {
        let session = self.sessions.get(&id);
        if session.is_none_or(|session| session.parked.is_empty()) {
            return self.hand_out(id, budget, offset, out, now);
        }
        let id = self.catch_up(id, now);
        let mut turn = self.hand_out(id, budget, offset, out, now);
        match self.parked_wait(id, now) {
            Some(Duration::ZERO) => turn.more = true,
            Some(wait) => turn.held = Some(turn.held.map_or(wait, |held| held.min(wait))),
            None => {}
        }
        turn
    }

    fn hand_out(
        &mut self,
        id: SessionId,
        budget: usize,
        offset: u64,
        out: &mut VecDeque<Bytes>,
        now: Now,
    ) -> Turn {
        let (head, settled) = (self.log.head(), self.staged.is_empty());
        let Some(session) = self.sessions.get_mut(&id) else {
            return Turn::default();
        };
        let mut turn = Turn {
            ending: session.closing.is_some(),
            ..Turn::default()
        };
        if session.unstored {
            return turn;
        }
        turn.side = session.take_aside(session.reach(head, settled), offset, out);
        // Asked to leave because another connection takes over: what is not sent yet is the other's.
        if session.closing == Some(DisconnectReason::TakenOver) {
            session.end_turn(&mut turn, out);
            return turn;
        }
        if session.succeeds {
            return turn;
        }
        if session.lists(head, settled) {
            self.hand_out_again(id, budget, out, &mut turn);
            return turn;
        }
        if session.held_until > now.uptime && session.closing.is_none() {
            turn.held = Some(session.held_until.saturating_sub(now.uptime))
                .filter(|_| !session.cursor.is_done(head));
            return turn;
        }
        self.hand_out_lines(id, budget, offset, out, &mut turn);
        if turn.taken.missed > 0 {
            self.lagging(id, turn.taken.missed, now);
        }
        turn
    }

    /// Lines of the room that the session is owed, and the farewell behind the last.
    fn hand_out_lines(
        &mut self,
        id: SessionId,
        budget: usize,
        offset: u64,
        out: &mut VecDeque<Bytes>,
        turn: &mut Turn,
    ) {
        let until = self.sessions.get(&id);
        let until = until.map_or(u64::MAX, |session| session.lines_end());
        let Some(taken) = self.read(id, Wanted::Owed(until), budget, out) else {
            return;
        };
        turn.taken = taken;
        let awaits_file = self.awaits_file(id);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let start = offset + turn.side as u64;
        let bytes = start..start + turn.taken.bytes as u64;
        let (lines, view) = (turn.taken.lines.clone(), session.view);
        session
            .ledger
            .record_read(lines, bytes, view, &mut self.log);
        turn.ask = session.ledger.is_long();
        let (head, settled) = (self.log.head(), self.staged.is_empty());
        let more = !session.cursor.is_done(head) || session.is_due(head, settled);
        turn.more = more || turn.taken.missed > 0;
        let silent = session.aside.is_empty() && session.parked.is_empty();
        if !turn.more && !awaits_file && silent {
            session.end_turn(turn, out);
        }
        self.counters.delivered += turn.taken.lines.end - turn.taken.lines.start;
    }

    /// The next of the lines that the session asked to see again. They are answers: not owed, not recorded.
    fn hand_out_again(
        &mut self,
        id: SessionId,
        budget: usize,
        out: &mut VecDeque<Bytes>,
        turn: &mut Turn,
    ) {
        let Some(taken) = self.read(id, Wanted::Again, budget, out) else {
            return;
        };
        turn.side += taken.bytes;
        turn.more = true;
        if taken.missed > 0 {
            self.tell_now(id, &format!("({} lines are kept no longer)", taken.missed));
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.again.take_if(|again| again.earlier().is_empty());
        }
        // There may be no bytes to wait for.
        self.effects.wake.push(id);
    }

    fn lagging(&mut self, id: SessionId, missed: u64, now: Now) {
        self.counters.missed += missed;
        let why = if self.durable {
            "the history file cannot give them any more"
        } else {
            "they had left the log before you could be sent them"
        };
        if let Some(session) = self.sessions.get_mut(&id) {
            session.aside.release();
        }
        self.tell_now(id, &format!("you missed {missed} lines: {why}"));
        self.event(now, id, SessionEventKind::Lagging { missed });
    }

    /// The peer has acknowledged that many bytes of the connection; unknown = all that was handed over.
    pub fn acknowledged(&mut self, id: SessionId, bytes: Option<u64>) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let (bytes, view) = (bytes.unwrap_or(u64::MAX), session.view);
            session.ledger.acknowledge(bytes, view, &mut self.log);
            session.letters.acknowledge(bytes);
        }
    }
}
