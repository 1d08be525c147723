//! Answers to commands that concern one client.
//!
//! Owns: the words of the chat's own notices. Must not know: how lines get into the log.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use super::Room;
use crate::chat::command::Command;
use crate::chat::cursor::Cursor;
use crate::chat::limits::{HISTORY_LINES, HISTORY_MOST, WHO_NAMES};
use crate::chat::session::Now;
use crate::chat::{DisconnectReason, SessionId};

impl Room {
    /// Everything but saying and resuming.
    pub(super) fn answer(&mut self, id: SessionId, command: Command<'_>, now: Now) {
        match command {
            Command::Nick(name) => self.nick(id, name, now),
            Command::Who => self.who(id),
            Command::Message { to, text } => self.whisper(id, to, text),
            Command::History(count) => self.history(id, count.unwrap_or(HISTORY_LINES)),
            Command::Ping("") => self.tell(id, "pong"),
            Command::Ping(text) => self.tell(id, &format!("pong {text}")),
            Command::Stats => self.stats(id, now),
            Command::Help => self.help(id),
            Command::Quit => self.close(id, DisconnectReason::Quit, "goodbye"),
            Command::Usage(usage) => self.tell(id, &format!("usage: {usage}")),
            Command::Unknown(word) => {
                let word: String = word.chars().take(32).collect();
                self.tell(
                    id,
                    &format!("unknown command /{word}: /help lists the commands; with a space before it, it is said"),
                );
            }
            Command::Empty | Command::Say(_) | Command::Act(_) | Command::Resume { .. } => {}
        }
    }

    fn help(&mut self, id: SessionId) {
        let history = format!("/history [N]          the last N lines again ({HISTORY_LINES})");
        let lines = [
            "a line that does not start with / goes to everybody, you included",
            "/nick NAME            another name",
            "/who                  who is here",
            "/me TEXT              ** you TEXT",
            "/msg NAME TEXT        to one person only",
            &history,
            "/resume TOKEN [N]     be the session of that token again, lines from number N (or: none)",
            "/ping                 answers * pong",
            "/stats                figures of this server (from this machine only)",
            "/quit                 goodbye",
        ];
        for line in lines {
            self.tell(id, line);
        }
    }

    fn nick(&mut self, id: SessionId, name: &str, now: Now) {
        if self.session_name(id).as_deref() == Some(name) {
            self.tell(id, &format!("you are {name} already"));
        } else if let Err(error) = self.rename(id, name, now) {
            self.tell(id, &format!("not renamed: {error}"));
        }
    }

    fn who(&mut self, id: SessionId) {
        let mut names: Vec<Arc<str>> = self
            .sessions
            .values()
            .map(|session| Arc::clone(&session.name))
            .collect();
        names.sort_unstable();
        let count = names.len();
        names.truncate(WHO_NAMES);
        let more = if count > WHO_NAMES {
            format!(" and {} more", count - WHO_NAMES)
        } else {
            String::new()
        };
        self.tell(id, &format!("here: {count}: {}{more}", names.join(", ")));
    }

    fn whisper(&mut self, id: SessionId, to: &str, text: &str) {
        let from = self.session_name(id).unwrap_or_default();
        let place = self.place_of(id);
        let most = self.limits.side_bytes;
        let Some(target) = self
            .names
            .owner(to)
            .filter(|owner| self.sessions.contains_key(owner))
        else {
            self.tell(id, &format!("{to} is not here: /who lists who is"));
            return;
        };
        if self
            .sessions
            .get(&target)
            .is_some_and(|session| session.aside.bytes() > most)
        {
            self.tell(id, &format!("not sent: {to} is not reading at the moment"));
            return;
        }
        if let Some(session) = self.sessions.get_mut(&target) {
            session.tell_privately(place, format!("{from} (to you): {text}").into());
            self.effects.wake.push(target);
        }
        if target != id {
            self.tell(id, &format!("(to {to}): {text}"));
        }
    }

    /// The last lines again, from memory or the history file, as fast as the client reads them.
    fn history(&mut self, id: SessionId, count: u64) {
        let head = self.log.head();
        let kept = if self.durable { 1 } else { self.log.first() };
        let from = head.saturating_sub(count.min(HISTORY_MOST)).max(kept);
        if from == head {
            self.tell(id, "no lines to show");
            return;
        }
        let most = if count > HISTORY_MOST {
            format!(" (at most {HISTORY_MOST} at once)")
        } else {
            String::new()
        };
        self.tell(id, &format!("lines {from} to {} again{most}:", head - 1));
        let place = self.place_of(id);
        if let Some(session) = self.sessions.get_mut(&id).filter(|session| !session.deaf) {
            session.again_after = place;
            // Nothing follows the stretch: what is said from now on is owed by the other cursor.
            session.again = Some(Cursor::from_parts(
                iter::once(from..head).collect(),
                u64::MAX,
            ));
        }
    }

    fn stats(&mut self, id: SessionId, now: Now) {
        let session = self.sessions.get(&id);
        if !session.is_some_and(|session| session.connection.client.ip.is_loopback()) {
            self.tell(id, "/stats answers connections from this machine only");
            return;
        }
        let counters = self.counters;
        let (here, away) = (self.sessions.len(), self.away.len());
        self.tell(
            id,
            &format!(
                "up {}; here {here}, away {away}, ever {}; refused {}; resumed {}",
                span(now.uptime),
                counters.sessions,
                counters.refused,
                counters.resumed
            ),
        );
        self.tell(id, &format!("lines {}, copies {}, missed {}, too long {}, not stored {}; log from {} to {}, {} KiB",
            counters.lines, counters.delivered, counters.missed, counters.overlong, counters.unstored,
            self.log.first(), self.log.head() - 1, self.log.memory() / 1024));
    }
}

/// A length of time for people: whole seconds below two minutes, else minutes.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..120 => format!("{seconds} s"),
        _ => format!("{} min", seconds / 60),
    }
}
