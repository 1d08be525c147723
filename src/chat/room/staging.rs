//! Lines on their way into the log, at once in memory or after the history file has them.
//!
//! Owns: the order of acceptance and what is to be stored. Must not know: files, threads.

use std::ops::Range;
use std::sync::Arc;

use super::Room;
use crate::chat::encode::{Line, LineKind};
use crate::chat::letters::Letters;
use crate::chat::session::{Gone, Now};
use crate::chat::{SessionEventKind, SessionId};
use crate::net::Timestamp;

/// A line to be stored; lines are stored in the order they come.
#[derive(Clone, Debug)]
pub struct Staged {
    /// Who said it.
    pub session: SessionId,
    /// What kind.
    pub kind: LineKind,
    /// When it was accepted.
    pub at: Timestamp,
    /// The speaker's name.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

impl Staged {
    fn of(line: &Line<'_>) -> Self {
        Self {
            session: line.session,
            kind: line.kind,
            at: line.at,
            name: line.name.into(),
            text: line.text.into(),
        }
    }

    /// As the log takes it.
    #[must_use]
    pub fn line(&self) -> Line<'_> {
        Line {
            session: self.session,
            kind: self.kind,
            at: self.at,
            name: &self.name,
            text: &self.text,
        }
    }
}

/// A change to the stored sessions.
#[derive(Clone, Debug)]
pub enum Saved {
    /// This session may come back.
    Session(Gone),
    /// This one will not.
    Forgotten(SessionId),
}

/// A staged line and where it came from.
#[derive(Debug)]
pub(super) struct Waiting {
    line: Staged,
    bytes: Option<Range<u64>>,
}

impl Waiting {
    /// Where the speaker's session goes on under another number; whether that is the speaker now.
    fn redirect(&mut self, from: SessionId, to: SessionId) -> bool {
        if self.line.session == from {
            self.line.session = to;
        }
        self.line.session == to
    }
}

impl Room {
    /// A line for everybody.
    pub(super) fn say(
        &mut self,
        id: SessionId,
        kind: LineKind,
        text: &str,
        bytes: Option<Range<u64>>,
        now: Now,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.quiet = false;
        let line = Line {
            session: id,
            kind,
            at: now.wall,
            name: match kind {
                LineKind::Notice => "",
                LineKind::Say | LineKind::Act => &Arc::clone(&session.name),
            },
            text,
        };
        if self.durable {
            session.staged += 1;
            let line = Staged::of(&line);
            self.effects.staged.push(line.clone());
            self.staged.push_back(Waiting { line, bytes });
            session.said_to = self.log.head() + self.staged.len() as u64;
        } else {
            self.publish(&line, bytes, now);
        }
    }

    /// A notice of the room about somebody, numbered like every line.
    pub(super) fn announce(&mut self, about: SessionId, text: &str, now: Now) {
        self.say(about, LineKind::Notice, text, None, now);
    }

    /// Session `from` becomes `to`, which waits for what either of them said.
    pub(super) fn redirect_staged(
        &mut self,
        from: SessionId,
        to: SessionId,
        session: &mut super::Session,
    ) {
        let (mut number, mut count) = (self.log.head(), 0);
        for waiting in &mut self.staged {
            number += 1;
            if waiting.redirect(from, to) {
                count += 1;
                session.said_to = number;
            }
        }
        session.staged = count;
    }

    fn publish(&mut self, line: &Line<'_>, bytes: Option<Range<u64>>, now: Now) {
        let number = self.log.append(line);
        self.counters.lines += 1;
        self.effects.published = true;
        if let Some(bytes) = bytes {
            self.event(
                now,
                line.session,
                SessionEventKind::Said {
                    line: Some(number),
                    bytes,
                },
            );
        }
    }

    /// The history file has the oldest `count` staged lines: everybody may see them.
    pub fn committed(&mut self, count: usize, now: Now) {
        for _ in 0..count {
            let Some(Waiting { line, bytes }) = self.staged.pop_front() else {
                return;
            };
            if let Some(session) = self.sessions.get_mut(&line.session) {
                session.staged = session.staged.saturating_sub(1);
            }
            self.publish(&line.line(), bytes, now);
        }
    }

    /// The history file could not take the oldest `count` staged lines: nobody will see them and their speakers are told,
    /// those who have gone when they come back.
    pub fn refused(&mut self, count: usize, why: &str) {
        if count == 0 {
            return;
        }
        let head = self.log.head();
        for session in self.sessions.values_mut() {
            session.draw_near(head, count as u64);
        }
        for _ in 0..count {
            let Some(Waiting { line, .. }) = self.staged.pop_front() else {
                return;
            };
            self.counters.unstored += 1;
            let text = format!(
                "not said, the history cannot be kept ({why}): {}",
                line.text
            );
            if let Some(session) = self.sessions.get_mut(&line.session) {
                session.staged = session.staged.saturating_sub(1);
                session.tell_privately(head, text.into());
            } else if let Some(gone) = self.away.get_mut(line.session) {
                gone.letters.leave(text.into());
            }
        }
        self.effects.wake.extend(self.sessions.keys());
    }

    /// Whether a session that ends has to wait for the history file: for its own lines, and at the end of the room, when
    /// everybody is sent what is on its way, for those of all.
    pub fn awaits_file(&self, id: SessionId) -> bool {
        let own = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.staged > 0);
        own || self.closing && !self.staged.is_empty()
    }

    /// What [`Effects::saved`](super::Effects::saved) asked for was done, or not and why: new sessions are shown their tokens.
    pub fn saved(&mut self, saved: &[Saved], failure: Option<&str>) {
        for saved in saved {
            let Saved::Session(Gone { id, .. }) = saved else {
                continue;
            };
            let session = self.sessions.get_mut(id);
            if !session.is_some_and(|session| std::mem::take(&mut session.unstored)) {
                continue;
            }
            self.effects.wake.push(*id);
            if let Some(why) = failure {
                self.tell_now(*id, &format!("the history cannot be kept ({why}): the token above may not outlive a restart of the server"));
            }
        }
    }

    /// Puts back what a history file holds, before anybody connects: lines, sessions, and the next session's number.
    ///
    /// Lines come in order, the first with the number `first`.
    pub fn restore<'a>(
        &mut self,
        first: u64,
        lines: impl Iterator<Item = Line<'a>>,
        sessions: Vec<Gone>,
        next_session: u64,
    ) {
        self.log = super::Log::new(first, self.limits.log_bytes);
        for line in lines {
            self.log.append(&line);
        }
        for gone in sessions {
            self.names.give(&gone.name, gone.id);
            self.tokens.insert(gone.token, gone.id);
            self.away.insert(gone);
        }
        self.next_session = next_session.max(self.next_session);
        self.effects = super::Effects::default();
    }

    /// Notes a session for the history file, with what it would be owed if everything stopped now.
    pub(super) fn save(&mut self, id: SessionId) {
        if !self.durable {
            return;
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            let (cursor, name, token) = (
                session.unacknowledged(),
                Arc::clone(&session.name),
                session.token,
            );
            session.saved = Some(cursor.clone());
            self.effects.saved.push(Saved::Session(Gone {
                id,
                name,
                token,
                cursor,
                since: session.heard,
                quiet: session.quiet,
                letters: Letters::default(),
            }));
        }
    }

    /// The peer has acknowledged that many bytes (unknown = all): notes for the history file what is owed now.
    ///
    /// What is noted is what is sent again after a crash: never too little, and no more than what was acknowledged since.
    pub fn save_place(&mut self, id: SessionId, acknowledged: Option<u64>) {
        self.acknowledged(id, acknowledged);
        let session = self.sessions.get(&id);
        if !session.is_some_and(|session| session.saved == Some(session.unacknowledged())) {
            self.save(id);
        }
    }

    /// Sessions whose place is another than the one noted.
    pub fn unsaved(&self) -> impl Iterator<Item = SessionId> {
        let sessions = self.sessions.values().filter(|_| self.durable);
        sessions
            .filter(|session| session.saved.as_ref() != Some(&session.cursor))
            .map(|session| session.id)
    }

    pub(super) fn save_gone(&mut self, gone: &Gone) {
        if self.durable {
            self.effects.saved.push(Saved::Session(gone.clone()));
        }
    }
}
