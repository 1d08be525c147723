//! What comes in: bytes to lines, lines to the room.
//!
//! Owns: when to read. Must not know: what lines mean.

use std::io;
use std::task::{Context, Poll, ready};

use tokio::io::Interest;

use super::{Connection, LINGER, SCRATCH, reason_of};
use crate::chat::{DisconnectReason, SessionEventKind};
use crate::server::codec::Codec;
use crate::server::lines::Heard;
use crate::{chat, text};

/// Bytes waiting for a client beyond which it is not listened to either: answers to pings must not pile up.
const WAITING_BYTES: u64 = 1024 * 1024;

impl Connection {
    /// Reads once. `Ready(None)` = something was heard, look again; `Ready(Some)` = the session has ended.
    pub(super) fn hear(&mut self, cx: &mut Context<'_>) -> Poll<Option<DisconnectReason>> {
        if self.eof || self.codec.ended().is_some() || self.outbox.waiting() > WAITING_BYTES {
            return Poll::Pending;
        }
        // Woken by the room, as a rule: a look at the readiness is cheaper than asking to be woken again.
        if self.listening
            && self
                .wire
                .stream
                .try_io(Interest::READABLE, || Ok(()))
                .is_err()
        {
            return Poll::Pending;
        }
        // Without budget the runtime asks to come back instead of noting the waker.
        self.listening = tokio::task::coop::has_budget_remaining();
        let ready = ready!(self.wire.stream.poll_read_ready(cx));
        self.listening = false;
        let id = self.mail.session();
        match self.hub.with(|room, now| room.may_speak(id, now)) {
            None => return Poll::Pending,
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
        let count = self.wire.stream.try_read(scratch)?;
        if count > 0 {
            self.heard_bytes(&scratch[..count]);
        }
        Ok(count)
    }

    pub(super) fn heard_bytes(&mut self, data: &[u8]) {
        let offset = self.read;
        self.read += data.len() as u64;
        self.unanswered = false;
        tracing::trace!(parent: &self.span, bytes = data.len(), "read");
        let bytes = offset..self.read;
        self.hub.emit(self.mail.session(), self.wire.tuple, || {
            SessionEventKind::Read { bytes }
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
    /// Where writing found a reset first, reading finds this end too, but what the reset cut short is no line.
    fn heard_all(&mut self) {
        self.eof = true;
        let end = self.read;
        if !self.cut {
            self.with_lines(|codec, most, each| codec.finish(end, most, each));
        }
        let id = self.mail.session();
        self.hub
            .with(|room, _| room.close(id, DisconnectReason::ClientClosed, ""));
    }

    /// Runs the codec with the room at hand.
    fn with_lines(&mut self, feed: impl FnOnce(&mut Codec, usize, &mut dyn FnMut(Heard<'_>))) {
        let mut said = self.log_of_lines();
        let (codec, most, mail) = (&mut self.codec, self.line_bytes, &self.mail);
        self.hub.with(|room, now| {
            let mut id = mail.session();
            feed(codec, most, &mut |heard| match heard {
                Heard::Line(line, bytes) => {
                    if let Some(said) = &mut said {
                        said.push(shown(line));
                    }
                    id = room.receive(id, line, bytes, now);
                }
                Heard::Overlong(bytes) => room.receive_overlong(id, bytes, now),
                Heard::Flood => room.receive_flood(id, now),
                Heard::NotAnObject(bytes) => room.receive_foreign(id, bytes, now),
                Heard::Stranger(bytes) => room.receive_stranger(id, bytes, now),
            });
        });
        for line in said.iter().flatten() {
            tracing::debug!(parent: &self.span, %line, "said");
        }
    }

    /// Where to note lines for the log, if it wants them: a story has them already.
    fn log_of_lines(&self) -> Option<Vec<String>> {
        let wanted = tracing::enabled!(tracing::Level::DEBUG) && !self.hub.is_watched();
        wanted.then(Vec::new)
    }
}

/// A line as the log may hold it.
fn shown(line: &[u8]) -> String {
    chat::open_part(&text::visible(line)).to_owned()
}
