//! What was found overdue in a room a moment ago: a service that is stuck owes something to each of its connections, and each
//! of them asks. Must not know how it is found.

use crate::net::{Nanos, Timestamp};
use crate::tcp::StreamId;

/// How long what was found is good (capture time).
const KEPT: Nanos = 50_000_000;
/// And for each connection that was looked at: in a room of 100,000 a second, so that looking takes a small part of a live run.
const KEPT_FOR_EACH: Nanos = 10_000;

/// What is overdue in a room besides a connection's own answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    /// When it was found, and until when that is good.
    at: Timestamp,
    until: Timestamp,
    /// A greeting or a FIN.
    pub(super) overdue: bool,
    /// The two clients that have had no window for longest, and since which frame.
    pub(super) blocked: [Option<(StreamId, u64)>; 2],
}

impl Signs {
    /// Nothing, as found at this time among so many connections.
    pub(super) fn none(at: Timestamp, connections: usize) -> Self {
        let kept = KEPT.max(KEPT_FOR_EACH * connections as Nanos);
        Self {
            at,
            until: at.plus(kept),
            overdue: false,
            blocked: [None; 2],
        }
    }

    /// A client has had no window for long.
    pub(super) fn note_blocked(&mut self, stream: StreamId, frame: u64) {
        let mut next = Some((stream, frame));
        for place in &mut self.blocked {
            let since =
                |blocked: Option<(StreamId, u64)>| blocked.map_or(u64::MAX, |(_, frame)| frame);
            if since(next) < since(*place) {
                std::mem::swap(place, &mut next);
            }
        }
    }

    /// Still good at this time.
    pub(super) fn hold_at(&self, now: Timestamp) -> bool {
        now >= self.at && now < self.until
    }
}
