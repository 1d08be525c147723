//! The round: what is said to everybody is handed to everybody in turn, without waking a task for each.
//!
//! Owns: who is next, and the pens of sessions at rest. Must not know: sockets or protocols.
//!
//! A connection's task that has nothing to do lends the hub its pen: the right to send, and the offset of the next byte.
//! While lines are to be sent, one task goes round the sessions, a few at a time. To those whose pen is here it sends what
//! they are owed, many lines in one go; all others are woken and see to themselves, as is a session whose socket is full.

use std::future::poll_fn;
use std::io;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::{Hub, Mail, Post, State};
use crate::chat::{Following, Portion, SessionEventKind, SessionId};
use crate::server::outbox::{Outbox, TAKE_BYTES};
use crate::server::outlet::Outlet;

/// Sessions served while the hub is locked, before all other tasks have their turn. One in unit tests, where there are few.
const STEP: usize = if cfg!(test) { 1 } else { 32 };

/// Who may send to a session's client.
#[derive(Default)]
pub(super) enum Pen {
    /// The connection's task.
    #[default]
    Away,
    /// The round: nothing is on its way, and the next byte has this offset.
    Here(u64, Arc<dyn Outlet>),
    /// Nobody until the task is back: its client did not take all.
    Left(Box<Leftover>),
}

/// What a client did not take.
pub(in crate::server) struct Leftover {
    pub(in crate::server) outbox: Outbox,
    /// Why, unless its socket is only full.
    pub(in crate::server) error: Option<io::Error>,
}

/// How far the round is.
pub(super) struct Round {
    /// Who was served last.
    at: SessionId,
    /// Everybody up to this one is still to be served, when the rest has been.
    until: Option<SessionId>,
    /// The rest has been.
    wrapped: bool,
    /// Of the task that goes round; without one, everybody is woken.
    waker: Option<Waker>,
}

impl Default for Round {
    fn default() -> Self {
        Self {
            at: SessionId(0),
            until: None,
            wrapped: false,
            waker: None,
        }
    }
}

impl Round {
    /// From here on everybody is to be served once; false if nobody will.
    pub(super) fn begin(&mut self) -> bool {
        (self.until, self.wrapped) = (Some(self.at), false);
        self.call()
    }

    /// Wakes the task that goes round, if there is one.
    pub(super) fn call(&self) -> bool {
        self.waker.as_ref().map(Waker::wake_by_ref).is_some()
    }

    /// `count` of at most [`STEP`] were served, the last of them `last`.
    fn advance(&mut self, last: Option<SessionId>, count: usize) {
        self.at = last.unwrap_or(self.at);
        if count == STEP {
            return;
        }
        if self.wrapped {
            self.until = None;
        } else {
            (self.at, self.wrapped) = (SessionId(0), true);
        }
    }
}

/// What the task that goes round has at hand in one step.
#[derive(Default)]
pub(super) struct Tray {
    /// Which sessions of the step merely follow, in order.
    follow: Vec<bool>,
    portions: Vec<Portion>,
    /// For each session of the step, in order.
    served: Vec<Following>,
}

impl Hub {
    /// Lends the pen: nothing is on its way to the client, and the task has looked since it was woken last.
    pub(in crate::server) fn lend(&self, mail: &Mail, at: u64, outlet: Arc<dyn Outlet>) {
        if let Some(post) = self.lock().posts.get_mut(&mail.session()) {
            post.pen = Pen::Here(at, outlet);
        }
    }

    /// Takes the pen back: what is still to be sent, and offsets.
    pub(in crate::server) fn fetch(&self, mail: &Mail) -> Option<Leftover> {
        let mut state = self.lock();
        let post = state.posts.get_mut(&mail.session())?;
        match std::mem::take(&mut post.pen) {
            Pen::Away => None,
            Pen::Here(at, _) => Some(Leftover {
                outbox: Outbox::starting_at(at),
                error: None,
            }),
            Pen::Left(leftover) => Some(*leftover),
        }
    }

    /// Goes round whenever something was said, until everybody is cut; between steps `pause` lets others have their turn.
    pub(in crate::server) async fn go_round<P: Future<Output = ()>>(&self, pause: impl Fn() -> P) {
        let mut tray = Tray::default();
        while !self.is_aborting() {
            poll_fn(|cx| self.await_round(cx)).await;
            while self.step(&mut tray) {
                pause().await;
            }
        }
    }

    fn await_round(&self, cx: &Context<'_>) -> Poll<()> {
        let round = &mut self.lock().round;
        round.waker = Some(cx.waker().clone());
        if round.until.is_some() || self.is_aborting() {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Serves the next few sessions; whether there are more.
    ///
    /// First all are looked at, then all are handed their lines, then all are sent them: so the memory of many sessions is
    /// waited for at once.
    fn step(&self, tray: &mut Tray) -> bool {
        let mut state = self.lock();
        let State { room, posts, round } = &mut *state;
        let Some(until) = round.until else {
            return false;
        };
        let end = if round.wrapped {
            Included(until)
        } else {
            Unbounded
        };
        if round.wrapped && round.at >= until {
            round.until = None;
            return false;
        }
        let range = (Excluded(round.at), end);
        let now = self.clock.now();
        let mut last = None;
        let ids = posts.range(range).take(STEP);
        tray.follow
            .extend(ids.map(|(&id, _)| room.merely_follows(id, now)));
        for ((&id, post), follows) in posts.range(range).zip(&tray.follow) {
            tray.served.push(match post.pen {
                Pen::Here(at, _) if *follows => room.follow(id, TAKE_BYTES, at, &mut tray.portions),
                _ => Following::Otherwise,
            });
        }
        for ((&id, post), following) in posts.range_mut(range).zip(&tray.served) {
            self.serve(id, post, *following, &tray.portions);
            last = Some(id);
        }
        round.advance(last, tray.served.len());
        tray.follow.clear();
        tray.served.clear();
        tray.portions.clear();
        round.until.is_some()
    }

    /// Sends a session its portion, or wakes its task where that is not all.
    fn serve(&self, id: SessionId, post: &mut Post, what: Following, portions: &[Portion]) {
        let (index, more) = match what {
            Following::Nothing => return,
            Following::Otherwise => return post.wake(),
            Following::Portion { index, more } => (index, more),
        };
        let (Pen::Here(at, outlet), Some(portion)) = (&mut post.pen, portions.get(index)) else {
            return;
        };
        let (sent, error) = match outlet.send(&portion.slices) {
            Ok(sent) => (sent, None),
            Err(error) => (0, Some(error)),
        };
        let tell = |lines, bytes| {
            if self.is_watched() {
                let wrote = SessionEventKind::Wrote { lines, bytes };
                self.emit(id, outlet.tuple(), || wrote);
            }
        };
        let from = *at;
        if sent == portion.taken.bytes {
            *at += sent as u64;
            tell(portion.taken.lines.clone(), from..*at);
        } else {
            let mut outbox = Outbox::of(from, portion, self.is_watched());
            outbox.advance(sent);
            outbox.stretches_since(from, tell);
            let error = error.filter(|error| error.kind() != io::ErrorKind::WouldBlock);
            post.pen = Pen::Left(Box::new(Leftover { outbox, error }));
        }
        if more || sent < portion.taken.bytes {
            post.wake();
        }
    }
}
