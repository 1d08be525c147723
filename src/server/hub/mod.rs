//! The room as the connections share it: one lock, held for moments and never across an await, and one waker per session,
//! which is for what concerns it alone; what is said to everybody goes out in a [`round`].
//!
//! Owns: carrying out the room's effects. Must not know: sockets or protocols.

#[cfg(test)]
mod interleavings;
mod round;
mod sync;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use super::clock::Clock;
use super::sink::EventSink;
use crate::chat::{Effects, Now, Room, SessionEvent, SessionEventKind, SessionId};
use crate::net::FourTuple;
use round::{Pen, Round};
use sync::{AtomicBool, AtomicU64, Mutex, MutexGuard, Ordering};

/// What is left of the grace when places are noted: the history file may have to tell which lines were taken.
const NOTING: Duration = Duration::from_millis(500);

/// What the hub tells a connection's task: which session it serves, and what to do besides.
#[derive(Debug, Default)]
pub(super) struct Mail {
    session: AtomicU64,
    /// The client is to be asked for a sign of life.
    ping: AtomicBool,
    /// The history file wants to know what the peer has acknowledged.
    report: AtomicBool,
}

/// Takes a mark away; whether it was there.
fn take(mark: &AtomicBool) -> bool {
    mark.load(Ordering::Relaxed) && mark.swap(false, Ordering::Relaxed)
}

impl Mail {
    pub(super) fn take_ping(&self) -> bool {
        take(&self.ping)
    }

    pub(super) fn take_report(&self) -> bool {
        take(&self.report)
    }

    /// The session the connection serves now (a resume changes it).
    pub(super) fn session(&self) -> SessionId {
        SessionId(self.session.load(Ordering::Acquire))
    }
}

/// How a task hears of news for its session.
#[derive(Debug, Default)]
pub(super) struct Ear {
    waker: Option<Waker>,
}

impl Ear {
    /// From now on news wakes this task. To be called before it looks for any, so that none falls in between.
    pub(super) fn listen(&mut self, hub: &Hub, mail: &Mail, cx: &Context<'_>) {
        // A task keeps its waker, as a rule, and the hub keeps it where the session moves.
        let known = |waker: &Waker| waker.will_wake(cx.waker());
        if !self.waker.as_ref().is_some_and(known) {
            hub.call(mail, cx.waker());
            self.waker = Some(cx.waker().clone());
        }
    }
}

/// Where lines to be stored go.
pub(super) trait Store: Send + Sync {
    /// Takes the effects meant for it, in order.
    fn store(&self, effects: &mut Effects);
}

/// A connection as the hub knows it. Waker and pen lie here, not in the shared part: the round walks one table, and a task
/// that was woken has nothing to register again.
struct Post {
    mail: Arc<Mail>,
    waker: Option<Waker>,
    pen: Pen,
}

impl Post {
    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

struct State {
    room: Room,
    /// In the order of coming, which is about that of their memory and of their sockets' in the kernel: walking them to and
    /// fro costs most of the time that a line to many costs outside the kernel.
    posts: BTreeMap<SessionId, Post>,
    round: Round,
}

/// Shared by all tasks of a server.
pub(super) struct Hub {
    state: Mutex<State>,
    clock: Clock,
    sink: EventSink,
    store: Option<Box<dyn Store>>,
    aborting: AtomicBool,
    /// When places are noted, at the end of the server.
    ending: OnceLock<Duration>,
}

impl Hub {
    pub(super) fn new(
        mut room: Room,
        clock: Clock,
        sink: EventSink,
        store: Option<Box<dyn Store>>,
    ) -> Self {
        room.watch(sink.is_open());
        let state = Mutex::new(State {
            room,
            posts: BTreeMap::new(),
            round: Round::default(),
        });
        Self {
            state,
            clock,
            sink,
            store,
            aborting: AtomicBool::new(false),
            ending: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while the lock was held would be a bug; the room is still better served than lost.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the room and carries out what follows from it.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Room, Now) -> R) -> R {
        let mut state = self.lock();
        let result = act(&mut state.room, self.clock.now());
        self.settle(&mut state);
        result
    }

    /// As [`Hub::with`] for a new session: `mail` is registered for the id that `act` returns, under which the connection
    /// arrives; where it is another session at once, the mail says so.
    pub(super) fn admit<E>(
        &self,
        mail: &Arc<Mail>,
        act: impl FnOnce(&mut Room, Now) -> Result<SessionId, E>,
    ) -> Result<SessionId, E> {
        let mut state = self.lock();
        let id = act(&mut state.room, self.clock.now())?;
        mail.session.store(id.0, Ordering::Release);
        let post = Post {
            mail: Arc::clone(mail),
            waker: None,
            pen: Pen::default(),
        };
        state.posts.insert(id, post);
        self.settle(&mut state);
        Ok(id)
    }

    /// From now on news for the connection's session wakes this task.
    fn call(&self, mail: &Mail, waker: &Waker) {
        if let Some(post) = self.lock().posts.get_mut(&mail.session()) {
            post.waker = Some(waker.clone());
        }
    }

    /// A session's connection ended.
    pub(super) fn release(&self, mail: &Mail, act: impl FnOnce(&mut Room, SessionId, Now)) {
        let mut state = self.lock();
        let id = mail.session();
        state.posts.remove(&id);
        act(&mut state.room, id, self.clock.now());
        self.settle(&mut state);
    }

    /// Nothing is logged here: whoever reads the log must not be waited for with the room locked.
    fn settle(&self, state: &mut State) {
        let mut effects = state.room.effects();
        if effects.is_empty() {
            return;
        }
        for (from, to) in effects.moved.drain(..) {
            if let Some(post) = state.posts.remove(&from) {
                post.mail.session.store(to.0, Ordering::Release);
                post.wake();
                state.posts.insert(to, post);
            }
        }
        if effects.published && !state.round.begin() {
            state.posts.values().for_each(Post::wake);
        }
        for id in effects.wake.drain(..) {
            if let Some(post) = state.posts.get(&id) {
                post.wake();
            }
        }
        for event in effects.events.drain(..) {
            self.sink.send(event);
        }
        if let Some(store) = &self.store {
            store.store(&mut effects);
        }
    }

    /// Tells the timeline something about a connection.
    pub(super) fn emit(
        &self,
        session: SessionId,
        connection: FourTuple,
        kind: impl FnOnce() -> SessionEventKind,
    ) {
        if self.sink.is_open() {
            let at = Clock::wall();
            self.sink.send(SessionEvent {
                at,
                session,
                connection,
                kind: kind(),
            });
        }
    }

    /// The server ends within `grace`: accepted lines are still delivered.
    pub(super) fn begin_end(&self, grace: Duration) {
        let over = self.clock.now().uptime + grace.saturating_sub(NOTING);
        let _ = self.ending.set(over);
        self.with(|room, _| room.close_all());
    }

    /// How long the history file may still take, once the server ends.
    pub(super) fn left_to_write(&self) -> Option<Duration> {
        let over = self.ending.get()?;
        Some(over.saturating_sub(self.clock.now().uptime))
    }

    /// How long a session that ends with the server may wait for its client to take what it was sent. Nothing where sessions
    /// do not outlive the server: else that would come again after the restart.
    pub(super) fn left_to_settle(&self) -> Duration {
        let left = self.left_to_write().filter(|_| self.store.is_some());
        left.unwrap_or_default()
    }

    /// Whether anybody listens to events.
    pub(super) const fn is_watched(&self) -> bool {
        self.sink.is_open()
    }

    /// The number of a connection's stream in the capture, where somebody knows it.
    pub(super) fn stream(&self, connection: &FourTuple) -> Option<u64> {
        self.sink.stream(connection)
    }

    /// Whether anybody may know such numbers.
    pub(super) const fn knows_streams(&self) -> bool {
        self.sink.knows_streams()
    }

    /// Events lost because the timeline was slow.
    pub(super) fn events_dropped(&self) -> u64 {
        self.sink.dropped()
    }

    /// Asks every client whose protocol has pings for a sign of life.
    pub(super) fn ping_all(&self) {
        for post in self.lock().posts.values() {
            post.mail.ping.store(true, Ordering::Relaxed);
            post.wake();
        }
    }

    /// Asks every connection whose place is not stored what its peer has acknowledged.
    pub(super) fn ask_places(&self) {
        let state = self.lock();
        for post in state.room.unsaved().filter_map(|id| state.posts.get(&id)) {
            post.mail.report.store(true, Ordering::Relaxed);
            post.wake();
        }
    }

    /// Ends every connection at once.
    pub(super) fn abort(&self) {
        self.aborting.store(true, Ordering::Release);
        let state = self.lock();
        state.posts.values().for_each(Post::wake);
        state.round.call();
    }

    pub(super) fn is_aborting(&self) -> bool {
        self.aborting.load(Ordering::Acquire)
    }
}
