//! How long a session that ends waits for its client to take what it is owed.
//!
//! Must not know: why it ends, how it is learned what the client has taken.

use std::time::Duration;

use tokio::time::Instant;

/// How long a client that left may go on reading a long replay.
const LEAVING_MOST: Duration = Duration::from_mins(1);

/// The wait of one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// When it is over.
    pub(super) deadline: Instant,
    /// When it is over also where the client goes on taking.
    until: Instant,
    /// Bytes that the client had acknowledged when that was looked at last.
    taken: Option<u64>,
}

impl Patience {
    /// Begins to wait for so long.
    pub(super) fn new(wait: Duration, taken: Option<u64>) -> Self {
        let deadline = Instant::now() + wait;
        Self {
            deadline,
            until: deadline + LEAVING_MOST,
            taken,
        }
    }

    /// Waits on where the client has taken more since the last look, or is `excused`, up to a bound; false where it does
    /// not.
    pub(super) fn wait_on(&mut self, wait: Duration, taken: Option<u64>, excused: bool) -> bool {
        let now = Instant::now();
        let before = std::mem::replace(&mut self.taken, taken);
        let more = (excused || self.taken > before) && now < self.until;
        if more {
            self.deadline = now + wait;
        }
        more
    }
}
