//! Which stream of the capture a connection is, for its log lines.
//!
//! Owns: when to ask. Must not know: who captures. The capture is some ten milliseconds behind: when a session connects its
//! stream is not known yet, so it is asked again until it is.

use std::time::Duration;

use tokio::time::Instant;

use super::Connection;

/// The first question, and twice as long to each further one.
const FIRST: Duration = Duration::from_millis(20);
/// The last is some ten seconds after the connect: a story that is further behind is told at the end.
const QUESTIONS: u32 = 9;

/// Questions still to be asked.
#[derive(Debug)]
pub(super) struct Naming {
    asked: u32,
    next: Option<Instant>,
    stream: Option<u64>,
}

impl Naming {
    /// For a connection that is new now; `asks`: somebody may know.
    pub(super) fn new(asks: bool) -> Self {
        Self {
            asked: 0,
            next: asks.then(|| Instant::now() + FIRST),
            stream: None,
        }
    }

    /// The stream, once it is known.
    pub(super) const fn known(&self) -> Option<u64> {
        self.stream
    }
}

impl Connection {
    /// Asks when it is time to, and sees to being woken for the next question.
    pub(super) fn learn_stream(&mut self) {
        let Some(next) = self.naming.next else { return };
        if Instant::now() >= next {
            self.ask_stream();
        }
        if let Some(next) = self.naming.next {
            self.wake_in(next.saturating_duration_since(Instant::now()));
        }
    }

    /// Asks now; what is known stays with every later log line of the session.
    pub(super) fn ask_stream(&mut self) {
        let Some(asked) = self.naming.next else {
            return;
        };
        if let Some(stream) = self.hub.stream(&self.wire.tuple) {
            self.span.record("stream", stream);
            (self.naming.next, self.naming.stream) = (None, Some(stream));
            tracing::debug!(parent: &self.span, "found in the capture");
            return;
        }
        self.naming.asked += 1;
        let more = self.naming.asked < QUESTIONS;
        self.naming.next = more.then(|| asked + FIRST * 2_u32.pow(self.naming.asked));
    }
}
