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

use super::connection::drain;
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
