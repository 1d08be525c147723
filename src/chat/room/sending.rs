//! What a session's connection may send now.
//!
//! Owns: the order of notices, lines and farewell, and the record of what went out. Must not know: sockets.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{Room, Turn};
use crate::chat::session::Now;
use crate::chat::{DisconnectReason, SessionEventKind, SessionId};

impl Room {
    /// What this session's connection may send now: notices, then lines, in whole lines of about `budget` bytes.
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
        let Some(session) = self.sessions.get_mut(&id) else {
            return Turn::default();
        };
        let mut turn = Turn {
            side: session.take_side(out),
            ..Turn::default()
        };
        turn.ending = session.closing.is_some();
        // Asked to leave because another connection takes over: what is not sent yet is the other's.
        if session.closing == Some(DisconnectReason::TakenOver) {
            session.end_turn(&mut turn, out);
            return turn;
        }
        if session.waiting.is_some() {
            return turn;
        }
        if session.held_until > now.uptime && session.closing.is_none() {
            turn.held = Some(session.held_until.saturating_sub(now.uptime))
                .filter(|_| !session.cursor.is_done(self.log.head()));
            return turn;
        }
        let Some(taken) = self.read(id, budget, out) else {
            return turn;
        };
        turn.taken = taken;
        let Some(session) = self.sessions.get_mut(&id) else {
            return turn;
        };
        let start = offset + turn.side as u64;
        session.ledger.record(
            turn.taken.lines.clone(),
            start..start + turn.taken.bytes as u64,
        );
        turn.ask = session.ledger.len() > 64;
        turn.more = !session.cursor.is_done(self.log.head()) || turn.taken.missed > 0;
        let done = session.cursor.is_done(self.log.head())
            && session.staged == 0
            && turn.taken.missed == 0;
        if done {
            session.end_turn(&mut turn, out);
        }
        self.counters.delivered += turn.taken.lines.end - turn.taken.lines.start;
        if turn.taken.missed > 0 {
            self.lagging(id, turn.taken.missed, now);
        }
        turn
    }

    fn lagging(&mut self, id: SessionId, missed: u64, now: Now) {
        self.counters.missed += missed;
        self.tell(
            id,
            &format!(
                "you missed {missed} lines: they had left the log before you could be sent them"
            ),
        );
        self.event(now, id, SessionEventKind::Lagging { missed });
    }

    /// The peer has acknowledged that many bytes of the connection; unknown = all that was handed over.
    pub fn acknowledged(&mut self, id: SessionId, bytes: Option<u64>) {
        if let Some(session) = self.sessions.get_mut(&id) {
            let (bytes, view) = (bytes.unwrap_or(u64::MAX), session.view);
            session.ledger.acknowledge(bytes, view, &mut self.log);
        }
    }
}
