//! One task per connection: reads, hands lines to the room, writes what the room owes.
//!
//! Owns: the order of reading, writing and ending on one socket. Must not know: what lines mean, which encoding goes out.
//! The whole conversation is one poll function over the socket's readiness and the session's waker; nothing read lives in a
//! future, so that nothing is lost when something else happens first.

mod ending;
mod hearing;
mod naming;
mod patience;
mod probing;
mod sending;

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};

use super::codec::Codec;
use super::hub::{Ear, Hub, Mail};
use super::outbox::Outbox;
use super::tcp_info;
use super::wire::Wire;
use crate::chat::{DisconnectReason, SessionEventKind, SessionId};
use crate::net::FourTuple;

pub(super) use ending::{LINGER, drain};
use naming::Naming;
use patience::Patience;

/// Bytes read from one client before all others have their turn.
const TURN_BYTES: u64 = 16 * 1024;
/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;
thread_local! {
    /// Where all connections of a thread read into: an idle connection has no read buffer.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// A connection and its session.
///
/// What every line to everybody looks at stands together and first: it is some of a thousand connections' memory each time.
#[repr(C)]
pub(super) struct Connection {
    pub(super) hub: Arc<Hub>,
    pub(super) mail: Arc<Mail>,
    ear: Ear,
    /// The client closed its direction.
    eof: bool,
    /// The room may owe more than was taken last.
    look: bool,
    /// The runtime will wake this task when there is something to read.
    listening: bool,
    /// A ping was sent and nothing was heard since.
    unanswered: bool,
    /// Our close frame went out and FIN has not.
    parting: bool,
    /// Writing failed: nothing goes out any more, but what the client said before is still read.
    broken: Option<DisconnectReason>,
    /// No FIN stands behind what was read last: it is no end of a line.
    cut: bool,
    /// Bytes read.
    pub(super) read: u64,
    pub(super) wire: Arc<Wire>,
    pub(super) outbox: Outbox,
    /// The hub has the pen: what this task knows of the outbox is of old.
    lent: bool,
    alarm: Option<Pin<Box<Sleep>>>,
    /// The session that the span names.
    logged: SessionId,
    naming: Naming,
    /// It is to end: how long its client may take for what it is owed.
    patience: Option<Patience>,
    pub(super) codec: Codec,
    pub(super) line_bytes: usize,
    /// What log lines about this connection carry.
    span: tracing::Span,
}

impl Connection {
    /// `arrived`: the number under which it was admitted, whatever session it serves since.
    pub(super) fn new(
        stream: TcpStream,
        hub: Arc<Hub>,
        mail: Arc<Mail>,
        tuple: FourTuple,
        codec: Codec,
        arrived: SessionId,
    ) -> Self {
        let line_bytes = hub.with(|room, _| room.limits().line_bytes);
        let span = span_of(arrived, tuple);
        let naming = Naming::new(hub.knows_streams());
        Self {
            wire: Arc::new(Wire { stream, tuple }),
            lent: false,
            hub,
            mail,
            codec,
            outbox: Outbox::default(),
            read: 0,
            line_bytes,
            alarm: None,
            patience: None,
            eof: false,
            look: true,
            ear: Ear::default(),
            listening: false,
            unanswered: false,
            span,
            logged: arrived,
            naming,
            broken: None,
            cut: false,
            parting: false,
        }
    }

    /// Something else was spoken before: that many bytes went either way.
    pub(super) fn beginning_at(mut self, read: u64, written: u64) -> Self {
        self.read = read;
        self.outbox = Outbox::starting_at(written);
        self
    }

    /// Bytes that were read before and belong to this conversation.
    pub(super) fn already_read(&mut self, data: &[u8]) {
        self.heard_bytes(data);
    }

    /// The whole life of the connection.
    pub(super) async fn run(mut self) {
        tracing::info!(parent: &self.span, "connected");
        let reason = poll_fn(|cx| self.poll(cx)).await;
        self.ask_stream();
        self.part(reason);
        let last = reason == DisconnectReason::Shutdown;
        if last {
            // Nobody waits for the session, and what its peer takes up to the last moment is not to come again.
            // Boxed: a session that goes on keeps no room for its end.
            Box::pin(self.end_in_time(reason)).await;
        }
        let acknowledged = self.settle(reason).await;
        let mut id = self.mail.session();
        self.hub.release(&self.mail, |room, now_id, now| {
            id = now_id;
            room.disconnect(now_id, reason, acknowledged, now);
        });
        self.name_session(id);
        if !last {
            Box::pin(self.end(reason)).await;
        }
        self.hub
            .emit(id, self.wire.tuple, || SessionEventKind::Disconnected {
                reason,
            });
        tracing::info!(parent: &self.span, reason = reason.code(), received = self.read, sent = self.outbox.written(), "disconnected");
    }

    /// The log follows where the connection goes on with an earlier session.
    fn name_session(&mut self, id: SessionId) {
        let before = std::mem::replace(&mut self.logged, id);
        if before == id {
            return;
        }
        // A new one: fields recorded twice are shown twice.
        self.span = span_of(id, self.wire.tuple);
        if let Some(stream) = self.naming.known() {
            self.span.record("stream", stream);
        }
        let name = self.hub.with(|room, _| room.session_name(id));
        let name = name.unwrap_or_default();
        tracing::info!(parent: &self.span, name = &*name, instead_of = before.0, "resumed");
    }

    /// Bytes the peer has, never more than were written (our FIN counts one).
    fn acknowledged(&self) -> Option<u64> {
        tcp_info::bytes_acknowledged(&self.wire.stream)
            .map(|bytes| bytes.min(self.outbox.written()))
    }

    /// Talks until the session is to end. While there is nothing to do, the hub sends what is said.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<DisconnectReason> {
        self.ear.listen(&self.hub, &self.mail, cx);
        self.fetch();
        let talk = self.talk(cx);
        if talk.is_pending() {
            self.lend();
        }
        talk
    }

    fn talk(&mut self, cx: &mut Context<'_>) -> Poll<DisconnectReason> {
        self.look = true;
        let turn = self.read + TURN_BYTES;
        loop {
            if self.hub.is_aborting() {
                return Poll::Ready(DisconnectReason::Shutdown);
            }
            self.alarm = None;
            self.name_session(self.mail.session());
            if self.mail.take_report() {
                let (id, acknowledged) = (self.mail.session(), self.acknowledged());
                self.hub.with(|room, _| room.save_place(id, acknowledged));
            }
            self.learn_stream();
            if self.probe() {
                return Poll::Ready(DisconnectReason::PeerVanished);
            }
            if let Some(reason) = self.send(cx) {
                return Poll::Ready(reason);
            }
            if let Some(reason) = self.overdue() {
                return Poll::Ready(reason);
            }
            let heard = self.hear(cx);
            let rung = self
                .alarm
                .as_mut()
                .is_some_and(|alarm| alarm.as_mut().poll(cx).is_ready());
            match heard {
                Poll::Ready(Some(reason)) => return Poll::Ready(reason),
                Poll::Ready(None) if self.read >= turn => {
                    // Not by waking itself: a task that is always ready would keep the runtime from looking at the sockets.
                    let _ = pin!(yield_now()).poll(cx);
                    return Poll::Pending;
                }
                Poll::Ready(None) => self.look = true,
                Poll::Pending if rung => self.look = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Wakes this task after `wait` unless an earlier alarm is set.
    fn wake_in(&mut self, wait: Duration) {
        let at = Instant::now() + wait;
        if self
            .alarm
            .as_ref()
            .is_none_or(|alarm| alarm.deadline() > at)
        {
            self.alarm = Some(Box::pin(sleep_until(at)));
        }
    }
}

/// What log lines about a session's connection carry.
fn span_of(id: SessionId, tuple: FourTuple) -> tracing::Span {
    tracing::info_span!("session", session = id.0, stream = tracing::field::Empty, client = %tuple.client, server = %tuple.server)
}

/// What a socket error says about the end.
fn reason_of(error: &io::Error) -> DisconnectReason {
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => DisconnectReason::ClientReset,
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => DisconnectReason::PeerVanished,
        _ => DisconnectReason::Error,
    }
}
