//! Why a connection was reset, as far as other connections of the same server tell it: the analyser sees one at a time.

use super::services::Service;
use super::story::Story;
use crate::net::Endpoint;
use crate::tcp::{HandshakeOutcome, ResetCause, Side, StreamId, StreamSummary, Teardown};

impl Story {
    /// A SYN came again. Twice repeated (Linux: 2 s) and unanswered on a port that listens means that the service does not
    /// accept.
    pub(super) fn syn_repeated(&mut self, stream: StreamId) {
        let Some(summary) = self.analyzer.summary(stream) else {
            return;
        };
        let handshake = &summary.handshake;
        let waits = handshake.outcome == HandshakeOutcome::Unanswered && handshake.syn_retries >= 2;
        let server = summary.connection.server;
        if waits
            && self
                .services
                .known(server)
                .is_some_and(|known| known.listens)
        {
            self.queue_is_full(server);
        }
    }

    /// The service does not accept.
    pub(super) fn queue_is_full(&mut self, server: Endpoint) {
        let id = self.services.id_of(server);
        self.services.of_mut(id).queue_full = true;
    }

    /// The analyser's card with what other connections tell of a reset (RC-6): a server that lets connections wait, or that greets
    /// everybody, and never said a word here, went away before it accepted.
    pub(super) fn teardown_card(&self, summary: &StreamSummary) -> Teardown {
        let mut card = summary.teardown;
        if let Some(reset) = &mut card.reset
            && reset.side == Side::Server
            && matches!(
                reset.cause,
                ResetCause::Linger0 | ResetCause::UnreadData | ResetCause::UnreadDataOrLinger0
            )
            && summary.bytes.server == 0
            && summary.handshake.outcome == HandshakeOutcome::Complete
            && self
                .services
                .known(summary.connection.server)
                .is_some_and(Service::silence_means_not_accepted)
        {
            reset.cause = ResetCause::AcceptQueue;
        }
        card
    }
}
