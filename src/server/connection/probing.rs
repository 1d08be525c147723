//! Whether a WebSocket client is still there (RFC 6455 section 5.5.2).
//!
//! Owns: what silence means. Must not know: how often is asked.

use std::time::Duration;

use super::Connection;

impl Connection {
    /// Asks a client whose protocol has pings for a sign of life, when it is time to; true if it is gone.
    pub(super) fn probe(&mut self) -> bool {
        // After our close frame nothing may follow (RFC 6455 section 5.5.1).
        if !self.mail.take_ping() || self.codec.ended().is_some() {
            return false;
        }
        let Some(ping) = self.codec.ping() else {
            return false;
        };
        if self.unanswered {
            // One that could not answer is asked anew: it may be about to.
            self.unanswered = self.could_have_answered();
            return self.unanswered;
        }
        self.unanswered = true;
        self.outbox.push(ping, self.hub.is_watched());
        false
    }

    /// Whether the ping reached the client and an answer would have been heard: one that does not read has the ping behind
    /// what it has not read, and TCP's own time-out; one that speaks too fast is not listened to.
    fn could_have_answered(&self) -> bool {
        let id = self.mail.session();
        let pause = self.hub.with(|room, now| room.may_speak(id, now));
        let delivered = |bytes| bytes >= self.outbox.written();
        self.outbox.is_empty()
            && self.acknowledged().is_none_or(delivered)
            && pause == Some(Duration::ZERO)
    }
}
