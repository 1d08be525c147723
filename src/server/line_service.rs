//! Serves line text: a session for each connection, or the doorstep of a full room.
//!
//! Owns: the way of such a connection to its session. Must not know: how it is accepted, or how lines are cut.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

use super::accept::{Serve, refuse};
use super::admit::{Wish, admit, turned_away};
use super::bind;
use super::codec::Codec;
use super::connection::Connection;
use super::doorstep::{Claim, Doorstep};
use super::hub::{Hub, Mail};
use super::lines::LineCodec;
use super::shutdown::Shutdown;
use crate::chat::{RoomFull, SessionEventKind, SessionId, View};
use crate::net::FourTuple;

/// Serves line text.
pub(super) struct Lines {
    pub(super) hub: Arc<Hub>,
    pub(super) peer_timeout: Duration,
    /// Held by every task: when the last is dropped, all have ended.
    pub(super) alive: tokio::sync::mpsc::Sender<()>,
    pub(super) doorstep: Doorstep,
    pub(super) shutdown: Shutdown,
}

impl Serve for Lines {
    fn serve(self: &Arc<Self>, stream: TcpStream, tuple: FourTuple) {
        let mail = Arc::new(Mail::default());
        match admit(&self.hub, &mail, tuple, View::Text, Wish::default()) {
            Ok(id) => {
                let codec = LineCodec::default();
                let connection = self.connection(stream, mail, tuple, id, codec);
                let (alive, peer_timeout) = (self.alive.clone(), self.peer_timeout);
                tokio::spawn(async move {
                    bind::prepare_as_far_as_may_be(&connection.wire.stream, peer_timeout);
                    connection.run().await;
                    drop(alive);
                });
            }
            Err(why) => {
                let lines = Arc::clone(self);
                tokio::spawn(async move { lines.at_the_door(stream, tuple, why).await });
            }
        }
    }

    fn refusal(&self) -> &'static [u8] {
        b"* the server has no place left: try again later\n"
    }
}

impl Lines {
    fn connection(
        &self,
        stream: TcpStream,
        mail: Arc<Mail>,
        tuple: FourTuple,
        arrived: SessionId,
        codec: LineCodec,
    ) -> Connection {
        let (hub, codec) = (Arc::clone(&self.hub), Codec::Lines(codec));
        Connection::new(stream, hub, mail, tuple, codec, arrived)
    }

    /// The room has no place: whoever is one of its own may say so, all others are turned away.
    async fn at_the_door(&self, stream: TcpStream, tuple: FourTuple, why: RoomFull) {
        let claim = match why {
            RoomFull::Sessions(_) | RoomFull::Address(_) => {
                self.doorstep.hear(&stream, why, &self.shutdown).await
            }
            RoomFull::Closing => None,
        };
        let Some(claim) = claim else {
            return self.turn_away(stream, tuple, &why.to_string()).await;
        };
        let known = self.hub.with(|room, _| room.knows(claim.resume.0));
        let mail = Arc::new(Mail::default());
        match admit(
            &self.hub,
            &mail,
            tuple,
            View::Text,
            Wish::resuming(claim.resume),
        ) {
            Ok(id) => self.come_in(stream, mail, tuple, id, claim).await,
            Err(why) if known => self.turn_away(stream, tuple, &why.to_string()).await,
            Err(why) => {
                let why = format!("no session has this token (any more), and {why}");
                self.turn_away(stream, tuple, &why).await;
            }
        }
    }

    /// What was read and written on the doorstep belongs to the session too.
    async fn come_in(
        &self,
        stream: TcpStream,
        mail: Arc<Mail>,
        tuple: FourTuple,
        id: SessionId,
        claim: Claim,
    ) {
        let (read, written) = (claim.line_bytes, claim.written);
        let emit = |kind| self.hub.emit(mail.session(), tuple, || kind);
        emit(SessionEventKind::Read { bytes: 0..read });
        emit(SessionEventKind::Said {
            line: None,
            bytes: 0..read,
        });
        emit(SessionEventKind::Wrote {
            lines: 0..0,
            bytes: 0..written,
        });
        let codec = LineCodec::starting_at(read);
        let connection = self.connection(stream, mail, tuple, id, codec);
        let mut connection = connection.beginning_at(read, written);
        if !claim.rest.is_empty() {
            connection.already_read(&claim.rest);
        }
        bind::prepare_as_far_as_may_be(&connection.wire.stream, self.peer_timeout);
        connection.run().await;
    }

    async fn turn_away(&self, stream: TcpStream, tuple: FourTuple, why: &str) {
        turned_away(&self.hub, tuple, why);
        refuse(stream, format!("* {why}\n").as_bytes()).await;
    }
}
