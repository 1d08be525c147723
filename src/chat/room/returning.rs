//! Coming back: the connection of a fresh session becomes that of an earlier one.
//!
//! Owns: what is replayed, and who wins where two connections want one session. Must not know: how the old connection ends.

use std::sync::Arc;

use bytes::BytesMut;

use super::{Excerpt, Room, Weighing};
use crate::chat::command::Replay;
use crate::chat::cursor::Cursor;
use crate::chat::encode::{self, Field, View};
use crate::chat::log::Log;
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
    ) -> SessionId {
        if self.by_token(token).is_none() {
            self.introduce(id, fresh);
        } else if let Some(session) = self.sessions.get_mut(&id) {
            session.unshown = Some(fresh);
        }
        self.resume(id, token, replay, now)
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
        if self.sessions.contains_key(&old) {
            self.take_over(id, old, replay, now);
            return id;
        }
        let Some(gone) = self.gone.remove(&old) else {
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
        let session = self.sessions.get_mut(&id);
        if let Some(own) = session.and_then(|session| session.unshown.take()) {
            self.introduce(id, own);
        }
        self.tell(
            id,
            "another connection was later and has that session: you go on as you are",
        );
        self.succeeded(id, now);
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
        if let (Some(session), Replay::From(number)) = (self.sessions.get_mut(&id), replay) {
            let again = number.max(1)..session.cursor.first().min(head);
            let mut earlier = session.cursor.earlier().to_vec();
            earlier.push(again);
            session.cursor = Cursor::from_parts(earlier, session.cursor.next());
            self.effects.wake.push(id);
        } else {
            self.tell(id, "you are that session already");
        }
        id
    }

    /// The connection of session `id` becomes the session that went.
    pub(super) fn become_session(&mut self, id: SessionId, gone: Gone, replay: Replay, now: Now) {
        let Some(mut session) = self.sessions.remove(&id) else {
            self.gone.insert(gone.id, gone);
            return;
        };
        self.forget(id, session.token, &session.name);
        let missed = self.put_in_place(&mut session, &gone, replay, now);
        for waiting in &mut self.staged {
            waiting.redirect(id, gone.id);
        }
        let name = Arc::clone(&session.name);
        self.names.give(&name, gone.id);
        self.tokens.insert(gone.token, gone.id);
        Self::welcome_back(&mut session, missed);
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

    /// Gives a session the place, number, token and name of the one that went; returns how many lines it missed.
    fn put_in_place(&self, session: &mut Session, gone: &Gone, replay: Replay, now: Now) -> u64 {
        let (shown_from, next) = (session.shown_from, session.cursor.next());
        session.cursor = replayed(&gone.cursor, replay, shown_from, next, &self.log);
        session.id = gone.id;
        session.token = gone.token;
        session.name = self.name_again(gone);
        session.held_until = now.uptime;
        // Its own token is stored, and the welcome queued before it names one that nobody will know.
        session.unstored = false;
        session.unshown = None;
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
            encode::put_object_of(&mut out, "resumed", &fields);
            session.push(out.freeze());
        } else {
            session.tell(&format!(
                "welcome back: you are {name}, session {id}; lines missed: {missed}"
            ));
            session.tell("your token stays the same; /help lists the commands");
        }
    }

    /// The session the token belongs to, connected or gone.
    fn by_token(&self, token: Token) -> Option<SessionId> {
        let known = || self.tokens.get(&token.hash()).copied();
        (token != Token::NOBODY).then(known).flatten()
    }
}

/// What `cursor` owes narrowed to a replay wish: lines before `shown_from` that the client asks for, and all from `next`.
fn replayed(owed: &Cursor, replay: Replay, shown_from: u64, next: u64, log: &Log) -> Cursor {
    let earlier = match replay {
        Replay::Nothing => Vec::new(),
        Replay::From(number) => std::iter::once(number.max(1)..shown_from).collect(),
        Replay::Missed => {
            let mut earlier = owed.earlier().to_vec();
            earlier.push(owed.next()..log.head());
            for range in &mut earlier {
                range.end = range.end.min(shown_from);
            }
            earlier
        }
    };
    Cursor::from_parts(earlier, next)
}
