//! One task per connection: reads, hands lines to the room, writes what the room owes.
//!
//! Owns: the order of reading, writing and ending on one socket. Must not know: what lines mean, which encoding goes out.
//! The whole conversation is one poll function over the socket's readiness and the session's waker; nothing read lives in a
//! future, so that nothing is lost when something else happens first.

mod ending;
mod naming;

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::codec::Codec;
use super::hub::{Ear, Hub, Mail};
use super::lines::Heard;
use super::outbox::Outbox;
use super::tcp_info;
use crate::chat::{DisconnectReason, Room, SessionEventKind};
use crate::net::FourTuple;

use ending::SETTLE;
pub(super) use ending::{LINGER, drain};
use naming::Naming;

/// Bytes taken from the log at once: two chunks, about what a loopback socket takes in one call.
const TAKE_BYTES: usize = 128 * 1024;
/// Bytes waiting for a client beyond which it is not listened to either: answers to pings must not pile up.
const WAITING_BYTES: u64 = 1024 * 1024;
/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;
thread_local! {
    /// Where all connections of a thread read into: an idle connection has no read buffer.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// What taking from the room came to.
enum Refill {
    /// There is something to write.
    More,
    /// There is nothing at the moment.
    Nothing,
    /// There will be nothing more.
    End(DisconnectReason),
}

/// A connection and its session.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    pub(super) hub: Arc<Hub>,
    pub(super) mail: Arc<Mail>,
    pub(super) tuple: FourTuple,
    pub(super) codec: Codec,
    pub(super) outbox: Outbox,
    /// Bytes read.
    pub(super) read: u64,
    pub(super) line_bytes: usize,
    alarm: Option<Pin<Box<Sleep>>>,
    /// When to stop waiting for the client to take what it is owed.
    deadline: Option<Instant>,
    /// The client closed its direction.
    eof: bool,
    /// The room may owe more than was taken last.
    look: bool,
    ear: Ear,
    /// The runtime will wake this task when there is something to read.
    listening: bool,
    /// A ping was sent and nothing was heard since.
    unanswered: bool,
    /// What log lines about this connection carry.
    span: tracing::Span,
    naming: Naming,
    /// Writing failed: nothing goes out any more, but what the client said before is still read.
    broken: Option<DisconnectReason>,
    /// Our close frame went out and FIN has not.
    parting: bool,
}

impl Connection {
    pub(super) fn new(
        stream: TcpStream,
        hub: Arc<Hub>,
        mail: Arc<Mail>,
        tuple: FourTuple,
        codec: Codec,
    ) -> Self {
        let line_bytes = hub.with(|room, _| room.limits().line_bytes);
        let span = tracing::info_span!("session", session = mail.session().0, stream = tracing::field::Empty, client = %tuple.client, server = %tuple.server);
        let naming = Naming::new(hub.knows_streams());
        Self {
            stream,
            hub,
            mail,
            tuple,
            codec,
            outbox: Outbox::default(),
            read: 0,
            line_bytes,
            alarm: None,
            deadline: None,
            eof: false,
            look: true,
            ear: Ear::default(),
            listening: false,
            unanswered: false,
            span,
            naming,
            broken: None,
            parting: false,
        }
    }

    /// HTTP was spoken before: that many bytes went either way.
    pub(super) fn after_http(mut self, read: u64, written: u64) -> Self {
        self.read = read;
        self.outbox = Outbox::starting_at(written);
        self
    }

    /// Bytes that HTTP read and that belong to this conversation.
    pub(super) fn already_read(&mut self, data: &[u8]) {
        self.heard_bytes(data);
    }

    /// The whole life of the connection.
    pub(super) async fn run(mut self) {
        tracing::info!(parent: &self.span, "connected");
        let reason = poll_fn(|cx| self.poll(cx)).await;
        self.ask_stream();
        self.part(reason).await;
        let acknowledged = self.settle(reason).await;
        let mut id = self.mail.session();
        self.hub.release(&self.mail, |room, now_id, now| {
            id = now_id;
            room.disconnect(now_id, reason, acknowledged, now);
        });
        self.end(reason).await;
        self.hub
            .emit(id, self.tuple, || SessionEventKind::Disconnected { reason });
        tracing::info!(parent: &self.span, id = id.0, reason = reason.code(), received = self.read, sent = self.outbox.written(), "disconnected");
    }

    /// Bytes the peer has, never more than were written (our FIN counts one).
    fn acknowledged(&self) -> Option<u64> {
        tcp_info::bytes_acknowledged(&self.stream).map(|bytes| bytes.min(self.outbox.written()))
    }

    /// Talks until the session is to end.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<DisconnectReason> {
        self.ear.listen(&self.hub, &self.mail, cx);
        self.look = true;
        loop {
            if self.hub.is_aborting() {
                return Poll::Ready(DisconnectReason::Shutdown);
            }
            self.alarm = None;
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

    /// Writes what is owed until there is nothing or the socket is full; tells when the session has ended.
    fn send(&mut self, cx: &mut Context<'_>) -> Option<DisconnectReason> {
        if self.broken.is_some() {
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
            match self.outbox.write(&self.stream) {
                Ok(_) => self.tell_written(from),
                // Only now is it worth asking to be woken: most writes succeed.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.stream.poll_write_ready(cx).is_pending() {
                        self.heed_closing();
                        return None;
                    }
                }
                Err(error) => {
                    self.broken = Some(reason_of(&error));
                    return None;
                }
            }
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

    fn set_deadline(&mut self, linger: Duration) {
        if self.deadline.is_none() {
            self.deadline = Some(Instant::now() + linger);
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
    fn overdue(&mut self) -> Option<DisconnectReason> {
        let deadline = self.deadline?;
        if Instant::now() >= deadline {
            return Some(self.ended_by());
        }
        self.wake_in(deadline - Instant::now());
        None
    }

    fn ended_by(&self) -> DisconnectReason {
        let id = self.mail.session();
        self.hub
            .with(|room, _| room.closing_reason(id))
            .unwrap_or(DisconnectReason::ClientClosed)
    }

    fn tell_written(&mut self, from: u64) {
        if !self.hub.is_watched() {
            return;
        }
        let (hub, tuple, id) = (&self.hub, self.tuple, self.mail.session());
        self.outbox.stretches_since(from, |lines, bytes| {
            hub.emit(id, tuple, || SessionEventKind::Wrote { lines, bytes });
        });
    }

    /// Reads once. `Ready(None)` = something was heard, look again; `Ready(Some)` = the session has ended.
    fn hear(&mut self, cx: &mut Context<'_>) -> Poll<Option<DisconnectReason>> {
        if self.eof || self.codec.ended().is_some() || self.outbox.waiting() > WAITING_BYTES {
            return Poll::Pending;
        }
        // Woken by the room, as a rule: a look at the readiness is cheaper than asking to be woken again.
        if self.listening && self.stream.try_io(Interest::READABLE, || Ok(())).is_err() {
            return Poll::Pending;
        }
        // Without budget the runtime asks to come back instead of noting the waker.
        self.listening = tokio::task::coop::has_budget_remaining();
        let ready = ready!(self.stream.poll_read_ready(cx));
        self.listening = false;
        let id = self.mail.session();
        match self.hub.with(|room, now| room.may_speak(id, now)) {
            None if self.broken.is_none() => return Poll::Pending,
            Some(wait) if !wait.is_zero() => {
                self.wake_in(wait);
                return Poll::Pending;
            }
            _ => {}
        }
        let result =
            ready.and_then(|()| SCRATCH.with_borrow_mut(|scratch| self.read_once(scratch)));
        match result {
            Ok(0) => {
                self.heard_all();
                Poll::Ready(self.broken)
            }
            Ok(_) => Poll::Ready(None),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Ready(None),
            Err(error) => {
                let reason = self.broken.unwrap_or(reason_of(&error));
                Poll::Ready(Some(reason))
            }
        }
    }

    fn read_once(&mut self, scratch: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.try_read(scratch)?;
        if count > 0 {
            self.heard_bytes(&scratch[..count]);
        }
        Ok(count)
    }

    fn heard_bytes(&mut self, data: &[u8]) {
        let offset = self.read;
        self.read += data.len() as u64;
        self.unanswered = false;
        tracing::trace!(parent: &self.span, bytes = data.len(), "read");
        let bytes = offset..self.read;
        self.hub
            .emit(self.mail.session(), self.tuple, || SessionEventKind::Read {
                bytes,
            });
        self.with_lines(|codec, most, each| codec.feed(data, offset, most, each));
        if let Some(output) = self.codec.take_output() {
            self.outbox.push(output, self.hub.is_watched());
        }
        if self.codec.ended().is_some() {
            self.set_deadline(LINGER);
        }
    }

    /// The client closed its direction: its last line counts, and it is sent what it is owed (RFC 9293 section 3.6).
    fn heard_all(&mut self) {
        self.eof = true;
        let end = self.read;
        self.with_lines(|codec, most, each| codec.finish(end, most, each));
        let id = self.mail.session();
        self.hub
            .with(|room, _| room.close(id, DisconnectReason::ClientClosed, ""));
    }

    /// Runs the codec with the room at hand.
    fn with_lines(&mut self, feed: impl FnOnce(&mut Codec, usize, &mut dyn FnMut(Heard<'_>))) {
        let (codec, most, mail) = (&mut self.codec, self.line_bytes, &self.mail);
        self.hub.with(|room, now| {
            let mut id = mail.session();
            feed(codec, most, &mut |heard| match heard {
                Heard::Line(line, bytes) => id = room.receive(id, line, bytes, now),
                Heard::Overlong(bytes) => room.receive_overlong(id, bytes, now),
                Heard::Flood => room.receive_flood(id, now),
                Heard::NotAnObject(bytes) => room.receive_foreign(id, bytes, now),
                Heard::Pong => {}
            });
        });
    }

    /// Asks a WebSocket client for a sign of life; true if it gave none since it was asked last.
    fn probe(&mut self) -> bool {
        if !self.mail.take_ping() {
            return false;
        }
        let Some(ping) = self.codec.ping() else {
            return false;
        };
        if std::mem::replace(&mut self.unanswered, true) {
            return true;
        }
        self.outbox.push(ping, self.hub.is_watched());
        false
    }
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
