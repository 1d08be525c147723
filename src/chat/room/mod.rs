//! The room: sessions and their log. Command and time in, effects out.
//!
//! Owns: who is here, what is said, who is owed what, who may come back. Must not know: sockets, tasks, clocks, files.
//!
//! Order of use: [`Room::connect`], then [`Room::receive`] for each line the client sends and [`Room::take`] whenever the
//! connection can write, then [`Room::disconnect`] once; after any call, [`Room::effects`] says who has to be woken, what
//! is to be stored and what the timeline is told.

mod answers;
mod comings;
mod following;
mod hearing;
mod recall;
mod returning;
mod sending;
mod staging;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::away::Away;
use super::crowds::Crowds;
use super::limits::Limits;
use super::log::Log;
use super::names::Names;
use super::session::{Now, Session};
use super::token::TokenHash;
use super::{DisconnectReason, SessionEvent, SessionEventKind, SessionId};
use crate::text;

pub use comings::{Arrival, RoomFull};
pub use following::{Following, Portion};
pub use recall::{Question, Recall};
pub use staging::{Saved, Staged};

/// A client is warned when this share of the idle time is left: a tenth.
const WARN_SHARE: u32 = 10;

/// Figures that only grow, for `/stats` and `/metrics`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Sessions that ever connected; whoever comes back counts once more, on arriving as a fresh one.
    pub sessions: u64,
    /// Connections refused for want of a place.
    pub refused: u64,
    /// Sessions that came back.
    pub resumed: u64,
    /// Lines accepted into the room.
    pub lines: u64,
    /// Lines the history file could not take.
    pub unstored: u64,
    /// Copies of lines handed to connections.
    pub delivered: u64,
    /// Lines that left the log before a session could be sent them.
    pub missed: u64,
    /// Lines refused for their length.
    pub overlong: u64,
}

/// What the caller must do after an input.
#[derive(Debug, Default)]
pub struct Effects {
    /// Lines became visible: every session has something to send.
    pub published: bool,
    /// These sessions have something to do.
    pub wake: Vec<SessionId>,
    /// The connection of the first session now serves the second.
    pub moved: Vec<(SessionId, SessionId)>,
    /// Lines to be stored, in order; answer with [`Room::committed`] or [`Room::refused`].
    pub staged: Vec<Staged>,
    /// Sessions to be stored or forgotten.
    pub saved: Vec<Saved>,
    /// What the history file is asked.
    pub recalls: Vec<Recall>,
    /// For the timeline, only if [`Room::watch`] was asked for.
    pub events: Vec<SessionEvent>,
}

/// A room, its log, and everybody in it.
#[derive(Debug)]
pub struct Room {
    name: String,
    limits: Limits,
    log: Log,
    /// Boxed, so that they lie in memory in the order of coming, which is the order in which everybody is sent a line.
    sessions: FxHashMap<SessionId, Box<Session>>,
    away: Away,
    crowds: Crowds,
    names: Names,
    tokens: FxHashMap<TokenHash, SessionId>,
    next_session: u64,
    /// Accepted lines that wait for the history file, oldest first. Only used by a durable room.
    staged: VecDeque<staging::Waiting>,
    durable: bool,
    watched: bool,
    closing: bool,
    counters: Counters,
    effects: Effects,
}

impl Room {
    /// An empty room. `durable`: lines become visible only when [`Room::committed`] says so.
    #[must_use]
    pub fn new(name: &str, limits: Limits, durable: bool) -> Self {
        Self {
            name: text::visible(name.as_bytes()),
            log: Log::new(1, limits.log_bytes),
            limits,
            sessions: FxHashMap::default(),
            away: Away::default(),
            crowds: Crowds::default(),
            names: Names::default(),
            tokens: FxHashMap::default(),
            next_session: 1,
            staged: VecDeque::new(),
            durable,
            watched: false,
            closing: false,
            counters: Counters::default(),
            effects: Effects::default(),
        }
    }

    /// Whether [`Effects::events`] are wanted; without a listener none are built.
    pub fn watch(&mut self, watched: bool) {
        self.watched = watched;
    }

    /// What the inputs since the last call ask for.
    #[must_use]
    pub fn effects(&mut self) -> Effects {
        std::mem::take(&mut self.effects)
    }

    /// The bounds in force.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The log.
    #[must_use]
    pub const fn log(&self) -> &Log {
        &self.log
    }

    /// The figures.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Sessions connected now.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.sessions.len()
    }

    /// Sessions that may come back.
    #[must_use]
    pub fn resumable(&self) -> usize {
        self.away.len()
    }

    /// The name of a connected session.
    #[must_use]
    pub fn session_name(&self, id: SessionId) -> Option<Arc<str>> {
        self.sessions
            .get(&id)
            .map(|session| Arc::clone(&session.name))
    }

    fn event(&mut self, now: Now, id: SessionId, kind: SessionEventKind) {
        if !self.watched {
            return;
        }
        if let Some(session) = self.sessions.get(&id) {
            let (session, connection) = (session.id, session.connection);
            self.effects.events.push(SessionEvent {
                at: now.wall,
                session,
                connection,
                kind,
            });
        }
    }

    /// A notice to one session, behind the lines that were said before, its own ones included that the history file does
    /// not have yet.
    fn tell(&mut self, id: SessionId, text: &str) {
        let place = self.place_of(id);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.tell_at(place, text);
            self.effects.wake.push(id);
        }
    }

    /// Behind which line an answer to this session's client belongs now: the number after it.
    fn place_of(&self, id: SessionId) -> u64 {
        let session = self.sessions.get(&id);
        self.log.head().max(session.map_or(0, |own| own.said_to))
    }

    /// A notice to one session, whatever lines it is owed.
    fn tell_now(&mut self, id: SessionId, text: &str) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.tell(text);
            self.effects.wake.push(id);
        }
    }

    /// Asks a session to end: everything owed, a farewell, then [`Turn::closing`](crate::chat::Turn::closing).
    pub fn close(&mut self, id: SessionId, reason: DisconnectReason, farewell: &str) {
        if let Some(session) = self.sessions.get_mut(&id) {
            if session.closing.is_none() {
                session.closing = Some(reason);
                session.farewell = Some(farewell.to_owned()).filter(|text| !text.is_empty());
            }
            self.effects.wake.push(id);
        }
    }

    /// Why a session was asked to end, if it was.
    #[must_use]
    pub fn closing_reason(&self, id: SessionId) -> Option<DisconnectReason> {
        self.sessions.get(&id).and_then(|session| session.closing)
    }

    /// Asks every session to end and takes no new ones.
    pub fn close_all(&mut self) {
        self.closing = true;
        let ids: Vec<SessionId> = self.sessions.keys().copied().collect();
        for id in ids {
            self.drop_parked(id);
            self.close(
                id,
                DisconnectReason::Shutdown,
                "the server is shutting down: goodbye",
            );
        }
    }

    /// What a client sent and nobody was shown is lost, and told; what it asked to see again it is not owed.
    fn drop_parked(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.again = None;
        let lines = std::mem::take(&mut session.parked).len();
        if lines > 0 {
            self.tell(
                id,
                &format!("not heard, the server is shutting down: your last {lines} lines"),
            );
        }
    }

    /// Whether [`Room::close_all`] was called.
    #[must_use]
    pub const fn is_closing(&self) -> bool {
        self.closing
    }

    /// Time passes: warns and ends sessions that were silent for long.
    pub fn tick(&mut self, now: Now) {
        let idle = self.limits.idle;
        if idle.is_zero() {
            return;
        }
        let warn = idle.saturating_sub(idle / WARN_SHARE);
        let mut silent: Vec<(SessionId, bool)> = Vec::new();
        // Who has lines waiting is not silent: the room has not listened.
        let sessions = self.sessions.values();
        for session in sessions.filter(|session| session.parked.is_empty()) {
            let silence = now.uptime.saturating_sub(session.heard);
            // Nobody leaves unwarned: a server that was stopped for long has lines of its clients still to read.
            if silence >= warn && !session.warned {
                silent.push((session.id, false));
            } else if silence >= idle {
                silent.push((session.id, true));
            }
        }
        for (id, over) in silent {
            if over {
                let farewell = format!(
                    "nothing heard from you for {}: goodbye",
                    answers::span(idle)
                );
                self.close(id, DisconnectReason::Idle, &farewell);
            } else {
                self.warn_idle(
                    id,
                    idle.saturating_sub(warn),
                    now.uptime.saturating_sub(warn),
                );
            }
        }
    }

    /// From now on that much is left, as if it had been heard last at `heard`.
    fn warn_idle(&mut self, id: SessionId, left: Duration, heard: Duration) {
        self.tell_now(
            id,
            &format!(
                "are you there? Any line (or /ping) within {} keeps you here",
                answers::span(left)
            ),
        );
        if let Some(session) = self.sessions.get_mut(&id) {
            session.warned = true;
            session.heard = heard;
        }
    }
}
