//! What a client says: when it is taken up, and what becomes of it.
//!
//! Owns: the pace of one client's lines. Must not know: how lines get into the log, or the answers to commands.

use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;

use super::Room;
use crate::chat::command::Command;
use crate::chat::encode::LineKind;
use crate::chat::limits::STAGED_LINES;
use crate::chat::session::{Now, Session};
use crate::chat::{DisconnectReason, SessionEventKind, SessionId};
use crate::text;

impl Room {
    /// How long until this session's connection is worth reading from; `None` = until woken, or until what was heard
    /// already is taken up.
    #[must_use]
    pub fn may_speak(&self, id: SessionId, now: Now) -> Option<Duration> {
        let Some(session) = self.sessions.get(&id) else {
            return Some(Duration::ZERO);
        };
        self.pause(session, now)
            .filter(|_| session.parked.is_empty())
    }

    /// How long a session's next line must wait: its rate, or another session it takes over, or what it asked for and
    /// does not read, or a full history queue. `None` = until woken.
    fn pause(&self, session: &Session, now: Now) -> Option<Duration> {
        if session.succeeds
            || session.again.is_some()
            || session.aside.bytes() > self.limits.side_bytes
            || self.staged.len() >= STAGED_LINES
        {
            return None;
        }
        let (rate, burst) = (self.limits.rate, self.limits.burst());
        Some(session.bucket.wait(now.uptime, rate, burst))
    }

    /// One line from a client, without its end; `bytes` of its direction carried it. Where the session must pause, the line
    /// waits for a later [`Room::take`].
    ///
    /// Returns the session that the connection serves from now on (another one after `/resume`).
    pub fn receive(
        &mut self,
        id: SessionId,
        line: &[u8],
        bytes: Range<u64>,
        now: Now,
    ) -> SessionId {
        let free = self.may_speak(id, now) == Some(Duration::ZERO);
        match self.sessions.get_mut(&id) {
            Some(session) if !free => {
                session.parked.push(line, bytes);
                id
            }
            _ => self.hear(id, line, bytes, now),
        }
    }

    /// Takes up what waits, as far as the session need not pause; returns which one its connection serves then.
    pub(super) fn catch_up(&mut self, mut id: SessionId, now: Now) -> SessionId {
        while let Some(session) = self.sessions.get(&id)
            && !session.parked.is_empty()
            && self.pause(session, now) == Some(Duration::ZERO)
        {
            id = self.hear_parked(id, now);
        }
        id
    }

    /// For a connection that can only be read any more: takes up what waits, as far as the session need not pause, and
    /// returns how long the rest must wait (`None` = nothing waits, or until woken).
    pub fn overhear(&mut self, id: SessionId, now: Now) -> Option<Duration> {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.deafen();
        }
        let id = self.catch_up(id, now);
        self.parked_wait(id, now)
    }

    /// As [`Room::catch_up`] for a connection that is gone: what was read of it is said at once.
    pub(super) fn catch_up_blindly(&mut self, mut id: SessionId, now: Now) -> SessionId {
        while let Some(session) = self.sessions.get_mut(&id)
            && !session.parked.is_empty()
        {
            session.deafen();
            id = self.hear_parked(id, now);
        }
        id
    }

    fn hear_parked(&mut self, id: SessionId, now: Now) -> SessionId {
        let session = self.sessions.get_mut(&id);
        match session.and_then(|session| session.parked.pop()) {
            Some((line, bytes)) => self.hear(id, &line, bytes, now),
            None => id,
        }
    }

    /// How long what waits to be taken up must wait; `None` = nothing does, or until woken.
    pub(super) fn parked_wait(&self, id: SessionId, now: Now) -> Option<Duration> {
        let session = self.sessions.get(&id)?;
        let waits = !session.parked.is_empty();
        waits.then(|| self.pause(session, now)).flatten()
    }

    fn hear(&mut self, id: SessionId, line: &[u8], bytes: Range<u64>, now: Now) -> SessionId {
        if self.closing {
            self.tell(id, "not heard: the server is shutting down");
            return id;
        }
        let rate = self.limits.rate;
        let Some(session) = self.sessions.get_mut(&id) else {
            return id;
        };
        let refused = session.spare && session.closing.is_some();
        if refused || session.closing == Some(DisconnectReason::Quit) {
            return id;
        }
        session.sign_of_life(now);
        session.bucket.take(now.uptime, rate);
        let safe = safe_text(line);
        match Command::parse(&safe) {
            Command::Say(text) => {
                self.say(id, LineKind::Say, text, Some(bytes), now);
                return id;
            }
            Command::Act(text) => {
                self.say(id, LineKind::Act, text, Some(bytes), now);
                return id;
            }
            Command::Resume { token, replay } => {
                self.event(now, id, SessionEventKind::Said { line: None, bytes });
                return self.resume(id, token, replay, now);
            }
            command => self.answer(id, command, now),
        }
        self.event(now, id, SessionEventKind::Said { line: None, bytes });
        id
    }

    /// The client sent a line beyond the bound; nothing of it is said. Counts as a sign of life and against its rate.
    pub fn receive_overlong(&mut self, id: SessionId, bytes: Range<u64>, now: Now) {
        self.counters.overlong += 1;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.sign_of_life(now);
        }
        self.receive_flood(id, now);
        let most = self.limits.line_bytes;
        self.tell(
            id,
            &format!("line too long: nothing of it was said. A line has at most {most} bytes"),
        );
        self.event(now, id, SessionEventKind::Said { line: None, bytes });
    }

    /// The client of `chatscope.v1` sent something else than its objects. Counts as a sign of life and against its rate.
    pub fn receive_foreign(&mut self, id: SessionId, bytes: Range<u64>, now: Now) {
        if let Some(session) = self.sessions.get_mut(&id) {
            session.sign_of_life(now);
        }
        self.receive_flood(id, now);
        self.tell(id, r#"not understood: send {"type":"say","text":"..."}"#);
        self.event(now, id, SessionEventKind::Said { line: None, bytes });
    }

    /// The client of the line port speaks HTTP or TLS: nothing of it is said, and it is asked to leave.
    pub fn receive_stranger(&mut self, id: SessionId, bytes: Range<u64>, now: Now) {
        let farewell = "this port speaks plain lines, neither HTTP nor TLS: a browser goes to the web port (7080 by default). Nothing of this was said";
        self.close(id, DisconnectReason::ProtocolError, farewell);
        self.event(now, id, SessionEventKind::Said { line: None, bytes });
    }

    /// More of an overlong line: only its rate counts.
    pub fn receive_flood(&mut self, id: SessionId, now: Now) {
        let rate = self.limits.rate;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.bucket.take(now.uptime, rate);
        }
    }
}

/// A line as everybody may see it: valid text without anything that drives a terminal or deceives a reader.
fn safe_text(line: &[u8]) -> Cow<'_, str> {
    if line.iter().all(|byte| matches!(byte, 0x20..0x7f)) || text::is_plain(line) {
        return String::from_utf8_lossy(line);
    }
    text::visible(line).into()
}
