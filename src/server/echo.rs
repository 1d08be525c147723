//! `/echo`: every message back as it came, for conformance tests of the code that `/chat` shares.
//!
//! Owns: one loop. Must not know: the room.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::connection::{LINGER, drain};
use super::shutdown::{Phase, Shutdown};
use super::websocket::{self, FrameCodec, Speech};
use crate::chat::DisconnectReason;

/// Time without a byte after which an echo connection ends.
const SILENCE: Duration = Duration::from_mins(1);
/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// Echoes until either side or the server ends; the server closes TCP first (RFC 6455 section 7.1.1).
pub(super) async fn echo(mut stream: TcpStream, first: &[u8], shutdown: &Shutdown) {
    let overdue = async {
        shutdown.reached(Phase::Ending).await;
        sleep(LINGER).await;
    };
    tokio::select! {
        _ = timeout(SILENCE * 10, talk(&mut stream, first, shutdown)) => {}
        () = overdue => return,
    }
    if stream.shutdown().await.is_ok() {
        let _ = timeout(LINGER, drain(&stream)).await;
    }
}

async fn talk(stream: &mut TcpStream, first: &[u8], shutdown: &Shutdown) -> io::Result<()> {
    let mut codec = FrameCodec::new(Speech::Echo);
    let mut buffer = vec![0; READ_BYTES];
    let mut offset = first.len() as u64;
    codec.feed(first, 0, 0, &mut |_| {});
    loop {
        if let Some(output) = codec.take_output() {
            stream.write_all(&output).await?;
        }
        if codec.ended().is_some() {
            return Ok(());
        }
        let read = tokio::select! {
            read = timeout(SILENCE, stream.read(&mut buffer)) => read,
            () = shutdown.reached(Phase::Ending) => return stream.write_all(&going_away()).await,
        };
        let count = read.map_err(io::Error::from)??;
        if count == 0 {
            return Ok(());
        }
        codec.feed(&buffer[..count], offset, 0, &mut |_| {});
        offset += count as u64;
    }
}

/// The close frame of a server that ends.
fn going_away() -> Vec<u8> {
    let mut out = Vec::new();
    websocket::put_close(
        &mut out,
        websocket::close_code(DisconnectReason::Shutdown),
        "",
    );
    out
}
