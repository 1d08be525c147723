//! What goes out: what the room owes, until there is nothing or the socket is full.
//!
//! Owns: when to take from the room, and how long a client that is asked to leave may take. Must not know: encodings.

use std::io;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use tokio::time::Instant;

use super::ending::SETTLE;
use super::patience::Patience;
use super::{Connection, LINGER, reason_of};
use crate::chat::{DisconnectReason, Room, SessionEventKind};
use crate::server::outbox::TAKE_BYTES;

/// What taking from the room came to.
enum Refill {
    /// There is something to write.
    More,
    /// There is nothing at the moment.
    Nothing,
    /// There will be nothing more.
    End(DisconnectReason),
}

impl Connection {
    /// Writes what is owed until there is nothing or the socket is full; tells when the session has ended.
    pub(super) fn send(&mut self, cx: &mut Context<'_>) -> Option<DisconnectReason> {
        if self.broken.is_some() {
            self.overhear();
            return None;
        }
        loop {
            if self.outbox.is_empty() {
                if let Some(over) = self.codec.ended() {
                    return Some(over);
                }
                if !self.look {
                    return None;
                }
                match self.refill() {
                    Refill::More => {}
                    Refill::Nothing => return None,
                    Refill::End(reason) => return Some(reason),
                }
            }
            let from = self.outbox.written();
            match self.outbox.write(&self.wire) {
                Ok(_) => self.tell_written(from),
                // Only now is it worth asking to be woken: most writes succeed.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.wire.stream.poll_write_ready(cx).is_pending() {
                        self.heed_closing();
                        return None;
                    }
                }
                Err(error) => {
                    self.fail(&error);
                    self.overhear();
                    return None;
                }
            }
        }
    }

    /// Writing came to its end.
    fn fail(&mut self, error: &io::Error) {
        self.broken = Some(reason_of(error));
        // A reset behind the client's FIN is EPIPE.
        self.cut = error.kind() != io::ErrorKind::BrokenPipe;
    }

    /// Nothing goes out any more, but what the client said before it went counts, for a bounded time.
    fn overhear(&mut self) {
        self.set_deadline(LINGER);
        let (hub, mail) = (&self.hub, &self.mail);
        if let Some(wait) = hub.with(|room, now| room.overhear(mail.session(), now)) {
            self.wake_in(wait);
        }
    }

    /// Takes more from the room.
    fn refill(&mut self) -> Refill {
        let offset = self.outbox.queued();
        let (mail, slices) = (&self.mail, &mut self.outbox.slices);
        let take =
            |room: &mut Room, now| room.take(mail.session(), TAKE_BYTES, offset, slices, now);
        let turn = self.hub.with(take);
        self.outbox.account(&turn, self.hub.is_watched());
        self.look = turn.more || turn.closing.is_some();
        if turn.ask {
            let (id, acknowledged) = (self.mail.session(), self.acknowledged());
            self.hub.with(|room, _| room.acknowledged(id, acknowledged));
        }
        if turn.ending {
            self.heed_closing();
        }
        if let Some(wait) = turn.held {
            self.wake_in(wait);
        }
        if !self.outbox.is_empty() {
            return Refill::More;
        }
        turn.closing.map_or(Refill::Nothing, Refill::End)
    }

    /// Lends the pen, where nothing is under way and nothing but lines can come.
    pub(super) fn lend(&mut self) {
        let ends = self.eof || self.broken.is_some() || self.patience.is_some();
        if ends || !self.outbox.is_empty() || self.codec.ended().is_some() {
            return;
        }
        let (at, wire) = (self.outbox.written(), Arc::clone(&self.wire));
        self.hub.lend(&self.mail, at, wire);
        self.lent = true;
    }

    /// Takes the pen back, and with it what the client did not take.
    pub(super) fn fetch(&mut self) {
        if !std::mem::take(&mut self.lent) {
            return;
        }
        if let Some(left) = self.hub.fetch(&self.mail) {
            self.outbox = left.outbox;
            if let Some(error) = &left.error {
                self.fail(error);
            }
        }
    }

    pub(super) fn set_deadline(&mut self, linger: Duration) {
        if self.patience.is_none() {
            self.patience = Some(Patience::new(linger, self.acknowledged()));
        }
    }

    /// A session asked to end does so in time, also where its client takes nothing.
    fn heed_closing(&mut self) {
        let id = self.mail.session();
        match self.hub.with(|room, _| room.closing_reason(id)) {
            Some(DisconnectReason::TakenOver) => self.set_deadline(SETTLE),
            Some(_) => self.set_deadline(LINGER),
            None => {}
        }
    }

    /// The client has not taken what it is owed in time.
    pub(super) fn overdue(&mut self) -> Option<DisconnectReason> {
        if Instant::now() >= self.patience?.deadline && !self.is_worth_waiting() {
            return Some(self.broken.unwrap_or_else(|| self.ended_by()));
        }
        let left = self
            .patience?
            .deadline
            .saturating_duration_since(Instant::now());
        self.wake_in(left);
        None
    }

    /// A client that left by itself and goes on reading what it is owed gets more time, but not at the end of the server. So
    /// does, also then, one whose lines the history file has not answered for: that it takes long is not the client's doing,
    /// and nobody else could tell it what became of them. Who is taken over has an heir for that.
    fn is_worth_waiting(&mut self) -> bool {
        let why = self.ended_by();
        if self.broken.is_some() || why == DisconnectReason::TakenOver {
            return false;
        }
        let id = self.mail.session();
        let look = |room: &mut Room, _| (room.is_closing(), room.awaits_file(id));
        let (closing, awaits_file) = self.hub.with(look);
        let left = matches!(why, DisconnectReason::ClientClosed | DisconnectReason::Quit);
        if !awaits_file && (closing || !left) {
            return false;
        }
        let taken = self.acknowledged();
        self.patience
            .as_mut()
            .is_some_and(|patience| patience.wait_on(LINGER, taken, awaits_file))
    }

    fn ended_by(&self) -> DisconnectReason {
        let id = self.mail.session();
        self.hub
            .with(|room, _| room.closing_reason(id))
            .unwrap_or(DisconnectReason::ClientClosed)
    }

    pub(super) fn tell_written(&mut self, from: u64) {
        if !self.hub.is_watched() {
            return;
        }
        let (hub, tuple, id) = (&self.hub, self.wire.tuple, self.mail.session());
        self.outbox.stretches_since(from, |lines, bytes| {
            hub.emit(id, tuple, || SessionEventKind::Wrote { lines, bytes });
        });
    }
}
