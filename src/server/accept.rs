//! Accepting connections, also when descriptors run out.
//!
//! Owns: the accept loops. Must not know: what is spoken on a connection.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::bind;
use super::codec::Codec;
use super::connection::{Connection, drain};
use super::doorstep::{Claim, Doorstep};
use super::hub::{Hub, Mail};
use super::lines::LineCodec;
use super::shutdown::Shutdown;
use crate::chat::{Arrival, Replay, RoomFull, SessionEventKind, SessionId, Token, View};
use crate::net::FourTuple;

/// The shortest and the longest pause after `accept` failed for want of descriptors or memory.
const BACKOFF_LEAST: Duration = Duration::from_millis(10);
const BACKOFF_MOST: Duration = Duration::from_secs(1);
/// How long a connection that is turned away may take to read why; and while there is but one descriptor for all of them.
const TURNED_AWAY: Duration = Duration::from_millis(500);
const TURNED_AWAY_HASTILY: Duration = Duration::from_millis(20);
/// Connections turned away before it is tried again to serve one: a client that closed may have made room.
const TURNED_AWAY_AT_ONCE: usize = 16;

/// What serves an accepted connection.
pub(super) trait Serve: Send + Sync + 'static {
    /// Spawns a task for it.
    fn serve(self: &Arc<Self>, stream: TcpStream, tuple: FourTuple);
    /// What to say to a connection for which there is no descriptor.
    fn refusal(&self) -> &'static [u8];
}

/// Accepts for ever.
pub(super) async fn accept<S: Serve>(listener: TcpListener, serve: Arc<S>) {
    let mut spare = File::open("/dev/null").ok();
    let mut pause = BACKOFF_LEAST;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                pause = BACKOFF_LEAST;
                if let Some(tuple) = tuple_of(&stream) {
                    serve.serve(stream, tuple);
                }
            }
            // The client gave up before we came to it: nobody's fault.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(%error, ?pause, "cannot accept connections for the moment");
                // With the spare descriptor those who wait can at least be told, instead of hanging in the backlog.
                if spare.take().is_some() {
                    turn_away(&listener, serve.refusal()).await;
                }
                sleep(pause).await;
                pause = (pause * 2).min(BACKOFF_MOST);
                spare = File::open("/dev/null").ok();
            }
        }
    }
}

/// One after the other, as there is a descriptor for one.
async fn turn_away(listener: &TcpListener, refusal: &[u8]) {
    for _ in 0..TURNED_AWAY_AT_ONCE {
        let Ok(Ok((stream, _))) = timeout(BACKOFF_LEAST, listener.accept()).await else {
            return;
        };
        let _ = timeout(TURNED_AWAY_HASTILY, say_no(stream, refusal)).await;
    }
}

/// Says why and closes, within a bounded time.
pub(super) async fn refuse(stream: TcpStream, refusal: &[u8]) {
    let _ = timeout(TURNED_AWAY, say_no(stream, refusal)).await;
}

async fn say_no(mut stream: TcpStream, refusal: &[u8]) {
    let _ = stream.write_all(refusal).await;
    let _ = stream.shutdown().await;
    drain(&stream).await;
}

/// Both ends; absent when the connection is gone already.
fn tuple_of(stream: &TcpStream) -> Option<FourTuple> {
    Some(FourTuple::new(
        stream.peer_addr().ok()?.into(),
        stream.local_addr().ok()?.into(),
    ))
}

/// Fresh random bits for a resume token.
pub(super) fn fresh_token() -> io::Result<Token> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Token::new(bits))
}

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

/// Counts and logs a connection that gets no session.
pub(super) fn turned_away(hub: &Hub, tuple: FourTuple, why: &str) {
    hub.with(|room, _| room.turned_away());
    tracing::info!(client = %tuple.client, server = %tuple.server, why, "turned away");
}

/// What a connection asks for before it has a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// The session it wants to be again, with what it wants to be sent.
    pub(super) resume: Option<(Token, Replay)>,
    /// How that is written, where it was not understood.
    pub(super) usage: Option<&'static str>,
}

impl Wish {
    pub(super) fn resuming(resume: (Token, Replay)) -> Self {
        Self {
            resume: Some(resume),
            usage: None,
        }
    }
}

/// A session for a connection.
pub(super) fn admit(
    hub: &Hub,
    mail: &Arc<Mail>,
    connection: FourTuple,
    view: View,
    wish: Wish,
) -> Result<SessionId, RoomFull> {
    let token = fresh_token().unwrap_or_else(|error| {
        tracing::error!(%error, "no random numbers: this session cannot be resumed");
        Token::NOBODY
    });
    let arrival = Arrival {
        resume: wish.resume,
        usage: wish.usage,
        ..Arrival::new(connection, view, token)
    };
    hub.admit(mail, |room, now| room.connect(&arrival, now))
}

/// Turns a WebSocket client away: the reason as a text frame, close code 1013 (try again later).
pub(super) async fn refuse_frames(stream: TcpStream, why: &str) {
    let mut out = vec![0x81, why.len().min(125) as u8];
    out.extend(why.bytes().take(125));
    super::websocket::put_close(&mut out, 1013, "");
    refuse(stream, &out).await;
}
