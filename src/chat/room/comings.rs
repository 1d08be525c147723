//! Coming and going, and the names that go with it. Coming back is in `returning.rs`.
//!
//! Owns: the life of a session. Must not know: why a connection ended, beyond the reason it is told.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

use bytes::BytesMut;

use super::{Effects, Room, Saved};
use crate::chat::command::Replay;
use crate::chat::encode::{self, Field, View};
use crate::chat::limits::SPARE_SESSIONS;
use crate::chat::names;
use crate::chat::notices::{COME_BACK, IS_NOW, SESSION, WELCOME, YOU_ARE};
use crate::chat::session::{Birth, Gone, Now, Session};
use crate::chat::token::{Token, TokenHash};
use crate::chat::{DisconnectReason, SessionEventKind, SessionId, Transport};
use crate::net::FourTuple;

/// A connection that wants a session.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// Both ends.
    pub connection: FourTuple,
    /// What it reads.
    pub view: View,
    /// 128 fresh random bits.
    pub token: Token,
    /// The session it wants to be again, with what it wants to be sent.
    pub resume: Option<(Token, Replay)>,
    /// It asked for something that was not understood: how that is written.
    pub usage: Option<&'static str>,
}

impl Arrival {
    /// A newcomer.
    #[must_use]
    pub const fn new(connection: FourTuple, view: View, token: Token) -> Self {
        Self {
            connection,
            view,
            token,
            resume: None,
            usage: None,
        }
    }
}

/// The room has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomFull {
    /// That many sessions are connected.
    Sessions(usize),
    /// That many sessions are connected from the same address.
    Address(usize),
    /// The server is shutting down.
    Closing,
}

impl fmt::Display for RoomFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sessions(count) => {
                let plural = if *count == 1 { "" } else { "s" };
                write!(
                    f,
                    "the room is full ({count} session{plural}): try again later"
                )
            }
            Self::Address(count) => {
                let plural = if *count == 1 { "" } else { "s" };
                write!(
                    f,
                    "no more places for your address ({count} session{plural}): try again later"
                )
            }
            Self::Closing => f.write_str("the server is shutting down: try again later"),
        }
    }
}

impl Room {
    /// A new session for a connection, welcomed; resumed at once where the arrival asks for it.
    ///
    /// Returns the number it arrives under: [`Effects::moved`] tells where the connection serves another session at once.
    pub fn connect(&mut self, arrival: &Arrival, now: Now) -> Result<SessionId, RoomFull> {
        let spare = self.place(arrival)?;
        let id = SessionId(self.next_session);
        self.next_session += 1;
        self.counters.sessions += 1;
        let name = self.guest_name(id);
        let mut session = Session::new(Birth {
            id,
            name: Arc::clone(&name),
            connection: arrival.connection,
            view: arrival.view,
            token: arrival.token.hash(),
            head: self.log.head(),
            now: now.uptime,
        });
        let transport = arrival.view.transport();
        session.spare = spare;
        if transport == Transport::Line {
            session.held_until = now.uptime + self.limits.fresh_hold;
        }
        self.names.give(&name, id);
        self.tokens.insert(session.token, id);
        self.crowds.enter(arrival.connection.client.ip);
        self.sessions.insert(id, Box::new(session));
        self.event(now, id, SessionEventKind::Connected { name, transport });
        if let Some((token, replay)) = arrival.resume {
            self.resume_on_arrival(id, arrival.token, token, replay, now);
        } else {
            self.introduce(id, arrival.token);
        }
        if let Some(usage) = arrival.usage {
            self.tell(id, &format!("usage: {usage}"));
        }
        Ok(id)
    }

    /// Whether there is a place, and whether it is one beyond a full room.
    fn place(&self, arrival: &Arrival) -> Result<bool, RoomFull> {
        if self.closing {
            return Err(RoomFull::Closing);
        }
        let known = arrival.resume.and_then(|(token, _)| self.by_token(token));
        let spare = match known {
            // Its old connection is counted, and gone in a moment.
            Some(old) if self.sessions.contains_key(&old) => 2 * SPARE_SESSIONS,
            Some(_) => SPARE_SESSIONS,
            None => 0,
        };
        if let Some(full) = self.full(arrival.connection.client.ip, spare) {
            return Err(full);
        }
        Ok(self.full(arrival.connection.client.ip, 0).is_some())
    }

    /// Why there is no place for one more from that address, even with so many besides.
    pub(super) fn full(&self, from: IpAddr, spare: usize) -> Option<RoomFull> {
        let (here, most) = (self.sessions.len(), self.limits.sessions);
        if here >= most.saturating_add(spare) {
            return Some(RoomFull::Sessions(most));
        }
        let most = self.limits.per_address;
        let crowded = most > 0 && self.crowds.size(from) >= most.saturating_add(spare);
        crowded.then_some(RoomFull::Address(most))
    }

    /// A connection was refused for want of a place.
    pub fn turned_away(&mut self) {
        self.counters.refused += 1;
    }

    /// Whether a session, connected or gone, has this token.
    #[must_use]
    pub fn knows(&self, token: Token) -> bool {
        self.by_token(token).is_some()
    }

    /// `guestN`, or that with something added where it is taken.
    pub(super) fn guest_name(&self, id: SessionId) -> Arc<str> {
        let mut name = format!("guest{id}");
        while self.names.owner(&name).is_some() {
            name.push('_');
        }
        name.into()
    }

    /// Welcomes a new session; with a history file the welcome waits until the token that it shows is stored.
    pub(super) fn introduce(&mut self, id: SessionId, token: Token) {
        self.welcome(id, token);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.unstored = self.durable;
        }
        self.save(id);
    }

    fn welcome(&mut self, id: SessionId, token: Token) {
        let next = self.log.head();
        let others = self.sessions.len() - 1;
        let room = self.name.clone();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if session.view == View::Objects {
            let mut out = BytesMut::new();
            let token = token.to_string();
            let fields = [
                ("server", Field::Text(&room)),
                ("name", Field::Text(&session.name)),
                ("session", Field::Number(id.0)),
                ("token", Field::Text(&token)),
                ("next", Field::Number(session.cursor.first())),
            ];
            encode::put_object(&mut out, "welcome", &fields);
            session.push(out.freeze());
        } else {
            let name = Arc::clone(&session.name);
            session.tell(&format!(
                "{WELCOME} to {room}{YOU_ARE}{name}{SESSION}{id}; others here: {others}"
            ));
            session.tell(&format!("{COME_BACK}/resume {token}"));
            session.tell(&format!(
                "/help lists the commands; the next line is number {next}"
            ));
        }
        self.effects.wake.push(id);
    }

    /// Drops every trace of a session that will not come back.
    pub(super) fn forget(&mut self, id: SessionId, token: TokenHash, name: &str) {
        self.names.free(name, id);
        if self.tokens.get(&token) == Some(&id) {
            self.tokens.remove(&token);
        }
        if self.durable {
            self.effects.saved.push(Saved::Forgotten(id));
        }
    }

    /// The connection of a session ended. `acknowledged`: bytes of it that the peer's TCP confirmed, where known;
    /// without it everything handed over counts as received. Where the room is durable, [`Room::weigh`] comes first.
    pub fn disconnect(
        &mut self,
        id: SessionId,
        reason: DisconnectReason,
        acknowledged: Option<u64>,
        now: Now,
    ) {
        let id = self.catch_up_blindly(id, now);
        let Some(mut session) = self.sessions.remove(&id) else {
            return;
        };
        self.crowds.leave(session.connection.client.ip);
        let heir = session.successor.take();
        let heir = heir.filter(|(heir, _)| self.sessions.contains_key(heir));
        // Nobody was ever told the token of one that came only to be another.
        if (reason == DisconnectReason::Quit || session.spare) && heir.is_none() {
            self.forget(id, session.token, &session.name);
            return;
        }
        let (bytes, view) = (acknowledged.unwrap_or(u64::MAX), session.view);
        session.ledger.acknowledge(bytes, view, &mut self.log);
        session.letters.acknowledge(bytes);
        let gone = Gone {
            id,
            cursor: session.unacknowledged(),
            name: session.name,
            token: session.token,
            since: now.uptime,
            quiet: session.quiet,
            letters: session.letters,
        };
        match heir {
            Some((heir, replay)) => self.become_session(heir, gone, replay, now),
            None => self.keep(gone),
        }
    }

    /// Keeps a session for its return, and forgets those beyond the bounds, the oldest first and before them the quiet.
    pub(super) fn keep(&mut self, gone: Gone) {
        self.save_gone(&gone);
        self.away.insert(gone);
        while let Some(gone) = self.away.surplus(self.limits.resumable) {
            self.forget(gone.id, gone.token, &gone.name);
        }
    }

    /// Gives a session another name.
    pub(super) fn rename(
        &mut self,
        id: SessionId,
        wanted: &str,
        now: Now,
    ) -> Result<(), names::NameError> {
        names::check(wanted, self.limits.name_chars)?;
        match self.names.owner(wanted) {
            Some(owner) if owner == id => {}
            Some(owner) if self.sessions.contains_key(&owner) => {
                return Err(names::NameError::Taken);
            }
            Some(owner) => {
                let held =
                    |gone: &Gone| now.uptime.saturating_sub(gone.since) < self.limits.name_hold;
                if self.away.get(owner).is_some_and(held) {
                    return Err(names::NameError::Held);
                }
            }
            None => {}
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return Ok(());
        };
        let to: Arc<str> = wanted.into();
        let from = std::mem::replace(&mut session.name, Arc::clone(&to));
        self.names.free(&from, id);
        self.names.give(&to, id);
        self.event(
            now,
            id,
            SessionEventKind::Renamed {
                from: Arc::clone(&from),
                to: Arc::clone(&to),
            },
        );
        self.save(id);
        self.announce(id, &format!("{from}{IS_NOW}{to}"), now);
        Ok(())
    }

    /// Lines that a client could be shown. For models that the room is compared with: nothing else asks.
    #[must_use]
    pub fn owed(&self, id: SessionId) -> Range<u64> {
        self.sessions
            .get(&id)
            .map_or(0..0, |session| session.cursor.first()..self.log.head())
    }
}

impl Effects {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.published
            && self.wake.is_empty()
            && self.moved.is_empty()
            && self.staged.is_empty()
            && self.saved.is_empty()
            && self.recalls.is_empty()
            && self.events.is_empty()
    }
}
