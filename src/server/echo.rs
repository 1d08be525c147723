//! `/echo`: every message back as it came, for conformance tests of the code that `/chat` shares.
//!
//! Owns: one loop. Must not know: the room.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{LINGER, drain};
use super::websocket::{FrameCodec, Speech};

/// Time without a byte after which an echo connection ends.
const SILENCE: Duration = Duration::from_mins(1);
/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// Echoes until either side ends; the server closes TCP first (RFC 6455 section 7.1.1).
pub(super) async fn echo(mut stream: TcpStream, first: &[u8]) {
    let _ = timeout(SILENCE * 10, talk(&mut stream, first)).await;
    if stream.shutdown().await.is_ok() {
        let _ = timeout(LINGER, drain(&stream)).await;
    }
}

async fn talk(stream: &mut TcpStream, first: &[u8]) -> io::Result<()> {
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
        let count = timeout(SILENCE, stream.read(&mut buffer))
            .await
            .map_err(io::Error::from)??;
        if count == 0 {
            return Ok(());
        }
        codec.feed(&buffer[..count], offset, 0, &mut |_| {});
        offset += count as u64;
    }
}
