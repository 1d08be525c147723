//! The one place of the server that reads clocks.
//!
//! Owns: wall-clock and monotonic time as the chat wants them. Must not know: who asks.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::chat::Now;
use crate::net::Timestamp;

/// Both clocks; uptime counts from its making.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the server's clock")]
    pub(super) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    /// Wall-clock time in nanoseconds, as captures stamp frames.
    #[expect(clippy::disallowed_methods, reason = "the server's clock")]
    pub(super) fn wall() -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_parts(since.as_secs() as i64, i64::from(since.subsec_nanos()))
    }

    pub(super) fn now(&self) -> Now {
        Now {
            wall: Self::wall(),
            uptime: self.start.elapsed(),
        }
    }
}
