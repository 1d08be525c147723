//! What was found overdue in a room a moment ago: a service that is stuck owes something to each of its connections, and each
//! of them asks. Must not know how it is found.

use crate::net::{Nanos, Timestamp};
use crate::tcp::StreamId;

/// How long what was found is good (capture time).
const KEPT: Nanos = 50_000_000;

/// What is overdue in a room besides a connection's own answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    pub(super) at: Timestamp,
    /// A greeting or a FIN.
    pub(super) overdue: bool,
    /// Two of the clients that have had no window for long, and since which frame.
    pub(super) blocked: [Option<(StreamId, u64)>; 2],
}

impl Signs {
    /// Still good at this time.
    pub(super) fn hold_at(&self, now: Timestamp) -> bool {
        now >= self.at && now < self.at.plus(KEPT)
    }
}
