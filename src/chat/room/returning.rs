//! Coming back: the connection of a fresh session becomes that of an earlier one.
//!
//! Owns: what is replayed, and who wins where two connections want one session. Must not know: how the old connection ends.

use std::ops::Range;
use std::sync::Arc;

use bytes::BytesMut;

use super::{Room, RoomFull};
use crate::chat::command::Replay;
use crate::chat::cursor::Cursor;
use crate::chat::encode::{self, Field, View};
use crate::chat::excerpt::{Excerpt, Weighing};
use crate::chat::letters::Letters;
use crate::chat::notices::{SESSION, WELCOME, YOU_ARE};
use crate::chat::session::{Gone, Now, Session};
use crate::chat::token::Token;
use crate::chat::{DisconnectReason, SessionEventKind, SessionId};

impl Room {
    /// `?resume=`: without a session to come back to, the new one is welcomed and told so.
    pub(super) fn resume_on_arrival(
        &mut self,
        id: SessionId,
        fresh: Token,
        token: Token,
        replay: Replay,
        now: Now,
    ) {
        if self.by_token(token).is_none() {
            self.introduce(id, fresh);
        } else if let Some(session) = self.sessions.get_mut(&id) {
            session.unshown = Some(fresh);
        }
        self.resume(id, token, replay, now);
    }

    /// Session `id` asks to be the session of `token`; returns which one its connection serves now.
    pub(super) fn resume(
        &mut self,
        id: SessionId,
        token: Token,
        replay: Replay,
        now: Now,
    ) -> SessionId {
        let Some(old) = self.by_token(token) else {
            self.tell(
                id,
                "no session has this token (any more): you go on as you are",
            );
            return id;
        };
        if old == id {
            return self.replay_for(id, replay);
        }
        if let Some(session) = self.sessions.get(&old) {
            // Who is given up to another connection takes none over, and who is becoming another session is not taken
            // over: crossed wishes would leave nobody with either session.
            let becoming = session.succeeds;
            if self.closing_reason(id) == Some(DisconnectReason::TakenOver) {
                self.stay(id, "this session has just gone to another connection");
            } else if becoming {
                self.stay(id, "that session is just becoming another one");
            } else {
                self.take_over(id, old, replay, now);
            }
            return id;
        }
        let Some(gone) = self.away.remove(old) else {
            return id;
        };
        self.become_session(id, gone, replay, now);
        old
    }

    /// The connection of session `old` still looks alive: it must first say what its peer acknowledged, and session `id`
    /// waits for that. The last to ask wins.
    fn take_over(&mut self, id: SessionId, old: SessionId, replay: Replay, now: Now) {
        let mut outrun = None;
        if let Some(session) = self.sessions.get_mut(&old) {
            outrun = session.successor.replace((id, replay));
            session.closing = Some(DisconnectReason::TakenOver);
            session.farewell =
                Some("this session goes on at another connection: goodbye".to_owned());
            self.effects.wake.push(old);
        }
        if let Some(heir) = self.sessions.get_mut(&id) {
            heir.succeeds = true;
        }
        if let Some((heir, _)) = outrun.filter(|(heir, _)| *heir != id) {
            self.outrun(heir, now);
        }
    }

    /// Another connection came for the same session after this one: it is itself, and is welcomed where it was not.
    fn outrun(&mut self, id: SessionId, now: Now) {
        self.stay(
            id,
            "another connection was later and has that session: you go on as you are",
        );
        self.succeeded(id, now);
    }

    /// A session stays what it is and is told why; it is welcomed where it was not. One that has its place beyond a full
    /// room only to become another leaves: else whoever has a token could fill all such places with strangers.
    fn stay(&mut self, id: SessionId, why: &str) {
        let spare = self.sessions.get(&id).filter(|session| session.spare);
        if let Some(session) = spare {
            // Somebody may have left meanwhile: it came when there was no place.
            let most = RoomFull::Sessions(self.limits.sessions);
            let full = self.full(session.connection.client.ip, 0).unwrap_or(most);
            let farewell = format!("another connection has that session, and {full}");
            self.close(id, DisconnectReason::TakenOver, &farewell);
            return;
        }
        let session = self.sessions.get_mut(&id);
        if let Some(own) = session.and_then(|session| session.unshown.take()) {
            self.introduce(id, own);
        }
        self.tell(id, why);
    }

    /// The wait for another session is over, one way or the other: what its client said meanwhile is taken up.
    fn succeeded(&mut self, id: SessionId, now: Now) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.succeeds = false;
        }
        let id = self.catch_up(id, now);
        self.effects.wake.push(id);
    }

    /// A session resumes itself: it may ask for lines again, nothing else changes.
    fn replay_for(&mut self, id: SessionId, replay: Replay) -> SessionId {
        let head = self.log.head();
        if let Replay::From(number) = replay
            && number >= head
        {
            self.tell(id, &not_yet(number, head));
        } else if let (Some(session), Replay::From(number)) = (self.sessions.get_mut(&id), replay) {
            let again = number.max(1)..session.cursor.first().min(head);
            let mut earlier = session.cursor.earlier().to_vec();
            earlier.push(again);
            session.cursor = Cursor::from_parts(earlier, session.cursor.next());
            session.aside.release();
            self.effects.wake.push(id);
        } else {
            self.tell(id, "you are that session already");
        }
        id
    }

    /// The connection of session `id` becomes the session that went.
    pub(super) fn become_session(&mut self, id: SessionId, gone: Gone, replay: Replay, now: Now) {
        let Some(mut session) = self.sessions.remove(&id) else {
            self.away.insert(gone);
            return;
        };
        self.leave_behind(&session, now);
        let missed = self.put_in_place(&mut session, &gone, replay, now);
        self.redirect_staged(id, gone.id, &mut session);
        let name = Arc::clone(&session.name);
        self.names.give(&name, gone.id);
        self.tokens.insert(gone.token, gone.id);
        Self::welcome_back(&mut session, missed);
        let head = self.log.head();
        if let Replay::From(number) = replay
            && number > head
        {
            session.tell(&not_yet(number, head));
        }
        for letter in gone.letters.texts() {
            session.tell_privately(0, Arc::clone(letter));
        }
        self.sessions.insert(gone.id, session);
        self.counters.resumed += 1;
        self.effects.moved.push((id, gone.id));
        self.effects.wake.push(gone.id);
        self.event(
            now,
            gone.id,
            SessionEventKind::Resumed {
                instead_of: id,
                name,
                missed,
            },
        );
        self.save(gone.id);
        self.succeeded(gone.id, now);
    }

    /// A connection gives up its session for another one: one that was heard may come back, one that came only to be
    /// another is forgotten. The connection lives on, so what it was handed over arrives.
    fn leave_behind(&mut self, session: &Session, now: Now) {
        if session.quiet {
            self.forget(session.id, session.token, &session.name);
            return;
        }
        self.keep(Gone {
            id: session.id,
            name: Arc::clone(&session.name),
            token: session.token,
            cursor: session.cursor.clone(),
            since: now.uptime,
            quiet: false,
            letters: Letters::default(),
        });
    }

    /// Gives a session the place, number, token and name of the one that went; returns how many lines it missed.
    fn put_in_place(&self, session: &mut Session, gone: &Gone, replay: Replay, now: Now) -> u64 {
        let shown = session.shown_from..session.cursor.next();
        session.cursor = replayed(&gone.cursor, replay, shown, self.log.head());
        session.aside.release();
        session.id = gone.id;
        session.token = gone.token;
        session.name = self.name_again(gone);
        session.held_until = now.uptime;
        // Its own token is stored, and the welcome queued before it names one that nobody will know.
        session.unstored = false;
        session.quiet &= gone.quiet;
        session.unshown = None;
        session.spare = false;
        // What the file was asked under the other number is answered there.
        session.excerpt = Excerpt::None;
        session.weighing = Weighing::None;
        session.cursor.owed(self.log.head())
    }

    /// Its old name, unless somebody took it after the hold.
    fn name_again(&self, gone: &Gone) -> Arc<str> {
        match self.names.owner(&gone.name) {
            Some(owner) if owner != gone.id => self.guest_name(gone.id),
            _ => Arc::clone(&gone.name),
        }
    }

    fn welcome_back(session: &mut Session, missed: u64) {
        let (id, name) = (session.id, Arc::clone(&session.name));
        if session.view == View::Objects {
            let mut out = BytesMut::new();
            let fields = [
                ("name", Field::Text(&name)),
                ("session", Field::Number(id.0)),
                ("missed", Field::Number(missed)),
                ("next", Field::Number(session.cursor.first())),
            ];
            encode::put_object(&mut out, "resumed", &fields);
            session.push(out.freeze());
        } else {
            session.tell(&format!(
                "{WELCOME} back{YOU_ARE}{name}{SESSION}{id}; lines missed: {missed}"
            ));
            session.tell("your token stays the same; /help lists the commands");
        }
    }

    /// The session the token belongs to, connected or gone.
    pub(super) fn by_token(&self, token: Token) -> Option<SessionId> {
        let known = || self.tokens.get(&token.hash()).copied();
        (token != Token::NOBODY).then(known).flatten()
    }
}

fn not_yet(number: u64, head: u64) -> String {
    format!("no line {number} yet: the next is {head}")
}

/// What the session `owed` when it went, narrowed to a replay wish and without the lines `shown` to the connection that is
/// now its own; from its end on nothing was. The old connection may have been sent lines that are newer than all these.
fn replayed(owed: &Cursor, replay: Replay, shown: Range<u64>, head: u64) -> Cursor {
    let sent = owed.next().min(head);
    let mut missed = owed.earlier().to_vec();
    missed.push(sent..shown.end);
    let next = shown.end.max(sent);
    let earlier = match replay {
        Replay::From(number) => {
            let asked = number.max(1)..shown.start;
            return Cursor::from_parts(vec![asked], shown.end);
        }
        // What was said since this connection is there is no replay.
        Replay::Nothing => without(&missed, &(0..shown.end)),
        Replay::Missed => without(&missed, &shown),
    };
    Cursor::from_parts(earlier, next)
}

/// The ranges less another one.
fn without(ranges: &[Range<u64>], hole: &Range<u64>) -> Vec<Range<u64>> {
    let (start, end) = (hole.start, hole.end.max(hole.start));
    let cut = |range: &Range<u64>| {
        let before = range.start..range.end.min(start);
        let after = range.start.max(end)..range.end;
        [before, after]
    };
    ranges.iter().flat_map(cut).collect()
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "stretches are ranges")]
mod tests {
    use super::*;

    #[test]
    fn what_the_old_connection_acknowledged_is_not_sent_again() {
        // The new connection came at 10 and was shown 10 and 11; the old one was sent 12 to 14 meanwhile, of which 13 is
        // not acknowledged, and neither are 8 to 10.
        let owed = Cursor::from_parts(vec![8..11, 13..14], 15);
        let missed = Cursor::from_parts(vec![8..10, 13..14], 15);
        assert_eq!(replayed(&owed, Replay::Missed, 10..12, 15), missed);
        let none = Cursor::from_parts(vec![13..14], 15);
        assert_eq!(replayed(&owed, Replay::Nothing, 10..12, 15), none);
        let from = Cursor::from_parts(vec![9..10], 12);
        assert_eq!(replayed(&owed, Replay::From(9), 10..12, 15), from);
    }

    #[test]
    fn what_was_said_between_two_connections_is_owed() {
        let owed = Cursor::from_parts(vec![2..4], 6);
        let missed = Cursor::from_parts(vec![2..4, 6..10], 12);
        assert_eq!(replayed(&owed, Replay::Missed, 10..12, 15), missed);
        assert_eq!(
            replayed(&owed, Replay::Nothing, 10..12, 15),
            Cursor::new(12)
        );
    }

    /// A history file that was cut by hand: the session was sent lines that are not there.
    #[test]
    fn a_place_behind_the_end_is_the_end() {
        let owed = Cursor::new(900);
        assert_eq!(replayed(&owed, Replay::Missed, 10..10, 10), Cursor::new(10));
    }
}
