//! One connected user: name, cursor, waiting notices, rate, idle time.
//!
//! Owns: what belongs to one session. Must not know: other sessions, the log's content, sockets.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::aside::Aside;
use super::cursor::Cursor;
use super::encode::{self, View};
use super::excerpt::{Excerpt, Weighing};
use super::ledger::Ledger;
use super::letters::Letters;
use super::parked::Parked;
use super::token::{Token, TokenHash};
use super::turn::Turn;
use super::{DisconnectReason, SessionId};
use crate::net::{FourTuple, Timestamp};

/// The two times that every input carries: what the log and the events say, and what time-outs count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// Wall-clock time.
    pub wall: Timestamp,
    /// Monotonic time since some fixed start.
    pub uptime: Duration,
}

/// A bucket of lines that refills at a steady rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    /// Uptime in nanoseconds at which it will be full again; the one number that holds level and time.
    full_at: u64,
}

impl Bucket {
    pub(super) const fn full() -> Self {
        Self { full_at: 0 }
    }

    /// Takes one line out; with `rate` lines per second.
    pub(super) fn take(&mut self, now: Duration, rate: u32) {
        if rate > 0 {
            self.full_at =
                self.full_at.max(now.as_nanos() as u64) + 1_000_000_000 / u64::from(rate);
        }
    }

    /// How long until another line may be said, zero = now.
    pub(super) fn wait(self, now: Duration, rate: u32, burst: u32) -> Duration {
        if rate == 0 {
            return Duration::ZERO;
        }
        let depth = u64::from(burst) * 1_000_000_000 / u64::from(rate);
        Duration::from_nanos(self.full_at.saturating_sub(now.as_nanos() as u64 + depth))
    }
}

/// One connected session.
///
/// What every line to everybody looks at stands together and first: it is some of a thousand sessions' memory each time.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Session {
    pub(super) cursor: Cursor,
    pub(super) ledger: Ledger,
    /// Notices and answers waiting.
    pub(super) aside: Aside,
    /// Lines that it asked to see again and has not been sent yet.
    pub(super) again: Option<Cursor>,
    /// The lines of `again` are sent behind those of the room before this number.
    pub(super) again_after: u64,
    /// Lines accepted for it that wait for the history file.
    pub(super) staged: usize,
    /// No lines of the room before this uptime.
    pub(super) held_until: Duration,
    /// The session is to end for this reason once everything owed is sent.
    pub(super) closing: Option<DisconnectReason>,
    /// It takes another session over, whose connection ends first.
    pub(super) succeeds: bool,
    /// Its token is shown only when the history file has it.
    pub(super) unstored: bool,
    pub(super) view: View,
    /// Lines of its client that wait to be taken up.
    pub(super) parked: Parked,
    /// Lines read back from the history file for it.
    pub(super) excerpt: Excerpt,
    /// Notice that follows the last line owed, once `closing` is set.
    pub(super) farewell: Option<String>,
    /// Private lines that its peer is not known to have.
    pub(super) letters: Letters,
    pub(super) id: SessionId,
    pub(super) name: Arc<str>,
    pub(super) connection: FourTuple,
    pub(super) token: TokenHash,
    /// First line this connection could be shown: a resume replays only what is before it.
    pub(super) shown_from: u64,
    /// Uptime of the last line from the client.
    pub(super) heard: Duration,
    /// No line of the room is about it: it neither said one nor took another name. Among the first to be forgotten when it
    /// has gone.
    pub(super) quiet: bool,
    /// A warning was sent that the idle limit is near.
    pub(super) warned: bool,
    pub(super) bucket: Bucket,
    /// Its own token, while it has not been shown: it came to be another session.
    pub(super) unshown: Option<Token>,
    /// Its place is one beyond a full room: it came to be another session, and is nothing else.
    pub(super) spare: bool,
    /// Nothing more can be sent to it: answers are not kept.
    pub(super) deaf: bool,
    /// The session whose connection takes this one over, and from where it replays.
    pub(super) successor: Option<(SessionId, super::command::Replay)>,
    /// What it was owed when last noted for the history file.
    pub(super) saved: Option<Cursor>,
    /// The number behind the last of the `staged` lines, if the history file takes all of them.
    pub(super) said_to: u64,
    /// Whether the history file is asked what the peer has not acknowledged.
    pub(super) weighing: Weighing,
}

/// What a new session is made of.
pub(super) struct Birth {
    pub(super) id: SessionId,
    pub(super) name: Arc<str>,
    pub(super) connection: FourTuple,
    pub(super) view: View,
    pub(super) token: TokenHash,
    pub(super) head: u64,
    pub(super) now: Duration,
}

impl Session {
    pub(super) fn new(birth: Birth) -> Self {
        Self {
            id: birth.id,
            name: birth.name,
            connection: birth.connection,
            view: birth.view,
            token: birth.token,
            cursor: Cursor::new(birth.head),
            shown_from: birth.head,
            ledger: Ledger::default(),
            aside: Aside::default(),
            letters: Letters::default(),
            heard: birth.now,
            quiet: true,
            warned: false,
            bucket: Bucket::full(),
            held_until: Duration::ZERO,
            closing: None,
            succeeds: false,
            parked: Parked::default(),
            again: None,
            again_after: 0,
            unshown: None,
            spare: false,
            deaf: false,
            unstored: false,
            farewell: None,
            successor: None,
            saved: None,
            staged: 0,
            said_to: 0,
            excerpt: Excerpt::None,
            weighing: Weighing::None,
        }
    }

    /// What it would be owed if its connection broke now: what it has not been sent, and what was sent and is not known
    /// to be acknowledged.
    pub(super) fn unacknowledged(&self) -> Cursor {
        let mut earlier = self.cursor.earlier().to_vec();
        earlier.extend(self.ledger.owed());
        Cursor::from_parts(earlier, self.cursor.next())
    }

    /// Whether the lines of the log that it has not been sent, one after the other, are all that it is to be sent.
    pub(super) fn merely_follows(&self, now: Now) -> bool {
        let beside = !self.aside.is_empty() || self.again.is_some() || !self.parked.is_empty();
        let waits = self.unstored || self.succeeds || self.held_until > now.uptime;
        let asks = self.ledger.is_long() || !matches!(self.excerpt, Excerpt::None);
        !(beside || waits || asks) && self.closing.is_none() && self.cursor.earlier().is_empty()
    }

    /// Its client sent a line, whatever is in it: its silence counts from here, it is warned anew before it is ended for
    /// silence, and the lines of the room wait no longer for its first wish.
    pub(super) fn sign_of_life(&mut self, now: Now) {
        self.heard = now.uptime;
        self.warned = false;
        self.held_until = Duration::ZERO;
    }

    /// Queues a notice (`* text`) that is sent behind the lines before number `place`; `text` must be safe text.
    pub(super) fn tell_at(&mut self, place: u64, text: &str) {
        self.push_at(place, encode::notice(self.view, text).freeze());
    }

    /// As [`Session::tell_at`], whatever lines it is owed.
    pub(super) fn tell(&mut self, text: &str) {
        self.tell_at(0, text);
    }

    /// Queues a private line, which is kept until the peer has it.
    pub(super) fn tell_privately(&mut self, place: u64, text: Arc<str>) {
        self.tell_at(place, &text);
        self.letters.push(text, self.aside.bytes());
        if self.deaf {
            self.letters.lost();
        }
    }

    /// Queues encoded bytes (whole lines or frames), whatever lines it is owed.
    pub(super) fn push(&mut self, bytes: Bytes) {
        self.push_at(0, bytes);
    }

    fn push_at(&mut self, place: u64, bytes: Bytes) {
        if !self.deaf {
            self.aside.push(place, bytes);
        }
    }

    /// Everything owed was handed out: the farewell follows if the session is to end.
    pub(super) fn end_turn(&mut self, turn: &mut Turn, out: &mut VecDeque<Bytes>) {
        turn.closing = self.closing;
        if let Some(text) = self.farewell.take_if(|_| self.closing.is_some()) {
            let bytes = encode::notice(self.view, &text).freeze();
            turn.farewell = bytes.len();
            out.push_back(bytes);
        }
    }

    /// Up to which place what waits beside the log may go out now. `settled`: no line is on its way into the log; places
    /// count on the history file to take every one.
    pub(super) fn reach(&self, head: u64, settled: bool) -> u64 {
        let none_to_come = settled && self.cursor.is_done(head);
        let leaving = self.closing == Some(DisconnectReason::TakenOver);
        if leaving || none_to_come || self.lists(head, settled) {
            u64::MAX
        } else {
            self.cursor.first()
        }
    }

    /// Of the lines that were to follow, from number `head` on, the first `count` do not: those behind them have lower
    /// numbers, and so has every place among them.
    pub(super) fn draw_near(&mut self, head: u64, count: u64) {
        let near = |place: u64| place.min(head.max(place.saturating_sub(count)));
        self.said_to = near(self.said_to);
        self.again_after = near(self.again_after);
        self.aside.replace(near);
    }

    /// Whether lines that it asked to see again are its next.
    pub(super) fn lists(&self, head: u64, settled: bool) -> bool {
        let none_to_come = settled && self.cursor.is_done(head);
        self.again.is_some() && (none_to_come || self.cursor.first() >= self.again_after)
    }

    /// Whether something beside the lines that it is owed may go out now.
    pub(super) fn is_due(&self, head: u64, settled: bool) -> bool {
        let reach = self.reach(head, settled);
        self.aside.place().is_some_and(|place| place <= reach) || self.lists(head, settled)
    }

    /// The number of the line that has to wait for what is told before it.
    pub(super) fn lines_end(&self) -> u64 {
        let listing = self.again.as_ref().map(|_| self.again_after);
        let first = self.aside.place().into_iter().chain(listing).min();
        first.unwrap_or(u64::MAX)
    }

    /// Nobody reads answers any more.
    pub(super) fn deafen(&mut self) {
        self.deaf = true;
        self.letters.lost();
        self.aside = Aside::default();
        self.again = None;
    }

    /// Hands over what waits beside the log and may go out where the lines before `reach` were sent; it begins at byte
    /// `offset` of the connection.
    pub(super) fn take_aside(
        &mut self,
        reach: u64,
        offset: u64,
        out: &mut VecDeque<Bytes>,
    ) -> usize {
        let bytes = self.aside.take(reach, out);
        if bytes > 0 {
            self.letters.sent(offset, bytes);
        }
        bytes
    }
}

/// A session whose connection ended and that may come back.
#[derive(Clone, Debug)]
pub struct Gone {
    /// Its number.
    pub id: SessionId,
    /// Its name.
    pub name: Arc<str>,
    /// What its token hashes to.
    pub token: TokenHash,
    /// What it is owed.
    pub cursor: Cursor,
    /// Uptime at which it went.
    pub since: Duration,
    /// No line of the room was about it: it neither said one nor took another name.
    pub quiet: bool,
    /// Private lines that its peer is not known to have.
    pub(super) letters: Letters,
}

impl Gone {
    /// As a history file keeps it, gone at the start of time. It does not tell who was quiet, and holds few of
    /// those, as they are forgotten first; private lines are not in it.
    #[must_use]
    pub fn stored(id: SessionId, name: Arc<str>, token: TokenHash, cursor: Cursor) -> Self {
        Self {
            id,
            name,
            token,
            cursor,
            since: Duration::ZERO,
            quiet: false,
            letters: Letters::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_passes_and_a_flood_waits() {
        let mut bucket = Bucket::full();
        let second = Duration::from_secs(1);
        for _ in 0..200 {
            assert_eq!(bucket.wait(second, 10, 256), Duration::ZERO);
            bucket.take(second, 10);
        }
        for _ in 0..1_000 {
            bucket.take(second, 10);
        }
        let wait = bucket.wait(second, 10, 256);
        assert!(wait > Duration::from_secs(90), "{wait:?}");
        assert_eq!(bucket.wait(second + wait, 10, 256), Duration::ZERO);
        assert_eq!(bucket.wait(second, 0, 256), Duration::ZERO);
    }
}
