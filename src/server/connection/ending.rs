//! How a connection ends: farewell, FIN, what the peer has in the end.
//!
//! Owns: the order of these and how long each may take. Must not know: why the session ends, beyond the reason.

use std::future::poll_fn;
use std::io;
use std::net::Shutdown;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{Connection, SCRATCH};
use crate::chat::{DisconnectReason, SessionEventKind};
use crate::server::hub::Ear;

/// How long a session that ends may take to be sent what it is owed, and then its peer to close.
pub(in crate::server) const LINGER: Duration = Duration::from_secs(2);
/// How long the acknowledgement of what was sent last is waited for, and a connection that another one takes over may
/// hold that up: round trip and delayed acknowledgement (RFC 9293 section 3.8.6.3) of most peers.
pub(super) const SETTLE: Duration = Duration::from_millis(256);
/// Between two looks at what was acknowledged.
const LOOK: Duration = Duration::from_millis(64);
/// Bytes read and thrown away while waiting for the peer to close.
const DRAIN_BYTES: usize = 16 * 1024 * 1024;

impl Connection {
    /// The first step of the end: the close frame of a WebSocket that the server ends, else FIN after the last byte.
    pub(super) fn part(&mut self, reason: DisconnectReason) {
        if self.is_dead(reason) {
            return;
        }
        let able = !self.eof && self.outbox.is_empty() && !self.hub.is_aborting();
        match self.codec.farewell(reason).filter(|_| able) {
            Some(close) => {
                let from = self.outbox.written();
                self.outbox.push(close, self.hub.is_watched());
                let _ = self.outbox.write(&self.wire);
                self.tell_written(from);
                self.parting = true;
            }
            None => self.finish(),
        }
    }

    /// Our FIN.
    fn finish(&self) {
        let stream = SockRef::from(&self.wire.stream);
        if stream.shutdown(Shutdown::Write).is_ok() {
            let id = self.mail.session();
            self.hub
                .emit(id, self.wire.tuple, || SessionEventKind::Shutdown);
        }
    }

    /// The second step: where a close frame was sent, a bounded wait for the client's, so that the server closes TCP first
    /// only after both (RFC 6455 sections 7.1.1, 7.1.2); then a bounded wait for the client's FIN: closing with unread
    /// input would send a reset that can destroy the farewell on its way (RFC 2525 section 2.17).
    pub(super) async fn end(&mut self, reason: DisconnectReason) {
        if self.is_dead(reason) {
            return;
        }
        if self.parting {
            let _ = timeout(LINGER, self.await_close()).await;
            self.finish();
        }
        if !self.eof && !self.hub.is_aborting() {
            let _ = timeout(LINGER, drain(&self.wire.stream)).await;
        }
    }

    /// The second step, where it may not outlast the server.
    pub(super) async fn end_in_time(&mut self, reason: DisconnectReason) {
        let (hub, mail, mut ear) = (
            Arc::clone(&self.hub),
            Arc::clone(&self.mail),
            Ear::default(),
        );
        let aborted = poll_fn(|cx| {
            ear.listen(&hub, &mail, cx);
            if hub.is_aborting() {
                return Poll::Ready(());
            }
            Poll::Pending
        });
        tokio::select! {
            _ = timeout(LINGER, self.end(reason)) => {}
            () = aborted => {}
        }
    }

    /// Reads until the client's close frame or the end.
    async fn await_close(&mut self) {
        while self.codec.ended().is_none() && self.wire.stream.readable().await.is_ok() {
            let (codec, offset, most) = (&mut self.codec, self.read, self.line_bytes);
            let result = SCRATCH.with_borrow_mut(|scratch| {
                let count = self.wire.stream.try_read(scratch)?;
                codec.feed(&scratch[..count], offset, most, &mut |_| {});
                Ok::<_, io::Error>(count)
            });
            match result {
                Ok(0) => {
                    self.eof = true;
                    return;
                }
                Ok(count) => self.read += count as u64,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    /// Whether nothing more goes to the peer or comes from it.
    fn is_dead(&self, reason: DisconnectReason) -> bool {
        self.broken.is_some()
            || matches!(
                reason,
                DisconnectReason::ClientReset | DisconnectReason::PeerVanished
            )
    }

    /// What the peer has in the end: what was sent last may be on its way, and its acknowledgement too.
    pub(super) async fn settle(&mut self, reason: DisconnectReason) -> Option<u64> {
        let waits = |bytes| {
            let id = self.mail.session();
            self.hub
                .with(|room, _| room.awaits_acknowledgement(id, bytes))
        };
        let most = match reason {
            DisconnectReason::Shutdown => SETTLE.max(self.hub.left_to_settle()),
            _ => SETTLE,
        };
        let (mut pause, mut left) = (SETTLE / 256, most);
        while !self.is_dead(reason) && !self.hub.is_aborting() && !left.is_zero() {
            if !self.acknowledged().is_some_and(waits) {
                break;
            }
            pause = pause.min(left);
            sleep(pause).await;
            (left, pause) = (left.saturating_sub(pause), LOOK.min(pause * 2));
        }
        let acknowledged = self.acknowledged();
        poll_fn(|cx| self.weigh(acknowledged, cx)).await;
        acknowledged
    }

    /// Waits where the history file must tell which lines the peer's acknowledgement covers.
    fn weigh(&mut self, acknowledged: Option<u64>, cx: &Context<'_>) -> Poll<()> {
        self.ear.listen(&self.hub, &self.mail, cx);
        let id = self.mail.session();
        let waits = |bytes| self.hub.with(|room, _| room.weigh(id, bytes));
        if acknowledged.is_some_and(waits) && !self.hub.is_aborting() {
            return Poll::Pending;
        }
        Poll::Ready(())
    }
}

/// Reads and throws away until the peer closes.
pub(in crate::server) async fn drain(stream: &TcpStream) {
    let mut left = DRAIN_BYTES;
    while left > 0 && stream.readable().await.is_ok() {
        match SCRATCH.with_borrow_mut(|scratch| stream.try_read(scratch)) {
            Ok(0) => return,
            Ok(count) => left = left.saturating_sub(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
