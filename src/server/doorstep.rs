//! Before the door of a full room: whoever speaks line text and is one of the room's own says so here.
//!
//! Owns: who may wait, how long, and what counts as saying so. Must not know: who is admitted then.
//! A WebSocket names its session in the request; netcat's `/resume TOKEN` comes only behind the connection. Nothing here can
//! be piled up: places, time and bytes are bounded, and who comes later takes the place of whoever waits longest, so that
//! neither silence nor a crowd keeps a client out that speaks at once.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::shutdown::{Phase, Shutdown};
use crate::chat::{Command, Replay, RoomFull, Token};

/// Connections that wait at once; one more, and the one that waits longest is turned away.
pub const DOORSTEP_PLACES: usize = 64;
/// How long each may take: a person looks a token up and pastes it.
pub const DOORSTEP_TIME: Duration = Duration::from_secs(15);
/// How long one that has to make room may still be heard: in a crowd its line may be here and nobody has looked.
const LAST_WORD: Duration = Duration::from_millis(50);
/// Bytes read of each; the line with the token is shorter.
const BYTES: usize = 256;

/// Who waits, oldest first. Dropping the other end tells one to leave.
#[derive(Debug, Default)]
pub(super) struct Doorstep {
    waiting: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    places: VecDeque<(u64, oneshot::Sender<()>)>,
    next: u64,
}

/// A client said `/resume TOKEN`.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) resume: (Token, Replay),
    /// Bytes of its direction that carried the line, its end included.
    pub(super) line_bytes: u64,
    /// What it sent behind that line.
    pub(super) rest: Vec<u8>,
    /// Bytes written to it.
    pub(super) written: u64,
}

impl Doorstep {
    /// Tells a client what it may do here and hears its first line; `None` = it says nothing of use, or not in time.
    pub(super) async fn hear(
        &self,
        stream: &TcpStream,
        why: RoomFull,
        shutdown: &Shutdown,
    ) -> Option<Claim> {
        let (place, displaced) = self.enter();
        let seconds = DOORSTEP_TIME.as_secs();
        let notice = format!(
            "* {why}. To come back to your session say within {seconds} s: /resume TOKEN\n"
        );
        // A fresh socket takes it whole.
        let written = stream.try_write(notice.as_bytes()).unwrap_or(0) as u64;
        let mut line = pin!(first_line(stream, written));
        let claim = tokio::select! {
            biased;
            claim = timeout(DOORSTEP_TIME, &mut line) => claim,
            _ = displaced => timeout(LAST_WORD, line).await,
            () = shutdown.reached(Phase::Ending) => Ok(None),
        };
        self.leave(place);
        claim.ok().flatten()
    }

    fn enter(&self) -> (u64, oneshot::Receiver<()>) {
        let (sender, displaced) = oneshot::channel();
        let mut queue = self.lock();
        let place = queue.next;
        queue.next += 1;
        if queue.places.len() >= DOORSTEP_PLACES {
            queue.places.pop_front();
        }
        queue.places.push_back((place, sender));
        (place, displaced)
    }

    fn leave(&self, place: u64) {
        self.lock().places.retain(|(other, _)| *other != place);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads up to the first line end or the client's FIN.
async fn first_line(stream: &TcpStream, written: u64) -> Option<Claim> {
    let (mut bytes, mut end) = ([0; BYTES], 0);
    while end < BYTES {
        stream.readable().await.ok()?;
        let more = match stream.try_read(&mut bytes[end..]) {
            Ok(more) => more,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(_) => return None,
        };
        end += more;
        if more == 0 || bytes[..end].contains(&b'\n') {
            return claim_of(&bytes[..end], written);
        }
    }
    None
}

fn claim_of(heard: &[u8], written: u64) -> Option<Claim> {
    let line_bytes = heard.iter().position(|&byte| byte == b'\n');
    let line_bytes = line_bytes.map_or(heard.len(), |at| at + 1);
    let (line, rest) = heard.split_at(line_bytes);
    let line = std::str::from_utf8(line).ok()?;
    let Command::Resume { token, replay } = Command::parse(line.trim_end_matches(['\r', '\n']))
    else {
        return None;
    };
    Some(Claim {
        resume: (token, replay),
        line_bytes: line_bytes as u64,
        rest: rest.to_vec(),
        written,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_the_first_line_and_leaves_the_rest() {
        let token = "00112233445566778899aabbccddeeff";
        let claim =
            claim_of(format!("/resume {token} 7\r\nhello\nhal").as_bytes(), 5).expect("one");
        assert_eq!(claim.resume.1, Replay::From(7));
        assert_eq!((claim.line_bytes, claim.written), (44, 5));
        assert_eq!(claim.rest, b"hello\nhal");
        assert!(claim_of(format!("/resume {token}").as_bytes(), 5).is_some());
        let pasted = format!("* to come back after a break: /resume {token}\n");
        assert!(claim_of(pasted.as_bytes(), 5).is_some());
        let long = format!("{}/resume {token}", "x".repeat(BYTES));
        for other in [
            "",
            "\n",
            "hello\n",
            "/resume\n",
            "/resume 12\n",
            &long,
            "\u{e9}",
        ] {
            assert!(claim_of(other.as_bytes(), 5).is_none(), "{other:?}");
        }
        assert!(claim_of(b"/resume \xff\n", 5).is_none());
    }

    #[test]
    fn a_crowd_pushes_out_whoever_waits_longest() {
        let doorstep = Doorstep::default();
        let mut waiting: Vec<_> = (0..DOORSTEP_PLACES + 3).map(|_| doorstep.enter()).collect();
        let displaced = |(_, told): &mut (u64, oneshot::Receiver<()>)| {
            told.try_recv() == Err(oneshot::error::TryRecvError::Closed)
        };
        let told: Vec<bool> = waiting.iter_mut().map(displaced).collect();
        assert_eq!(told.iter().filter(|&&told| told).count(), 3);
        assert!(told[..3].iter().all(|&told| told));
        for (place, _) in &waiting {
            doorstep.leave(*place);
        }
        assert!(doorstep.lock().places.is_empty());
    }
}
