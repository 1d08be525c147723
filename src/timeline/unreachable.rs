//! What ICMP errors say of connections: the answer to a SYN that no segment gives.
//!
//! Owns: which connection an error is about and whether that is worth telling. Must not know: how quotes are found.

use super::FindingCode;
use super::facts::Marks;
use super::story::Story;
use super::telling::with_frames;
use crate::net::Endpoint;
use crate::packet::{IcmpError, PartialHeader, Segment, SeqNumber};
use crate::tcp::{Certainty, HandshakeOutcome, Observation, Side, StreamId};

/// What an error quotes.
#[derive(Clone, Copy, Debug)]
struct Quote {
    /// The frame with the error.
    frame: u64,
    /// Sender of what is quoted.
    source: Endpoint,
    /// Its number.
    seq: SeqNumber,
    error: IcmpError,
}

impl Story {
    /// Of what is no segment on its way only a quote says anything.
    #[cold]
    pub(super) fn quoted(&mut self, segment: &Segment<'_>, seen: &Observation) {
        if let Some(error) = segment.origin.error() {
            let quote = Quote {
                frame: segment.frame,
                source: segment.ends().0,
                seq: segment.seq,
                error,
            };
            self.complained(seen.stream, quote);
        }
    }

    /// A quote too short to take part in the analysis (IC-3) still names its connection.
    #[cold]
    pub(super) fn partial(&mut self, header: &PartialHeader) {
        let (Some(source), Some(destination)) = (header.source, header.destination) else {
            return;
        };
        let (Some(seq), Some(error)) = (header.seq, header.error) else {
            return;
        };
        if let Some(stream) = self.analyzer.newest_between(source, destination) {
            let quote = Quote {
                frame: header.frame,
                source,
                seq,
                error,
            };
            self.complained(stream, quote);
        }
    }

    /// Somebody complained about a segment of this connection (IC-6). Told is the first time, and the first time that it
    /// answers a SYN.
    fn complained(&mut self, stream: StreamId, quote: Quote) {
        let Some(summary) = self.analyzer.summary(stream) else {
            return;
        };
        let handshake = summary.handshake;
        let side = if quote.source == summary.connection.client {
            Side::Client
        } else {
            Side::Server
        };
        let is_syn = handshake.outcome == HandshakeOutcome::Unanswered
            && side == Side::Client
            && handshake.client_isn == Some(quote.seq);
        let marks = &mut self.facts.of_mut(stream).marks;
        let answers = is_syn && quote.error.reason.is_final() && marks.first(Marks::UNREACHABLE);
        let new = marks.first(Marks::COMPLAINED_OF);
        if !(new || answers) || !self.wants.events {
            return;
        }
        let mut finding = self.finding(FindingCode::IcmpError(quote.error), stream);
        finding.side = Some(side);
        finding.certainty = Certainty::Seen;
        let syn = handshake.syn.filter(|_| is_syn).map_or(0, |syn| syn.frame);
        self.tell_finding(with_frames(finding, &[syn, quote.frame]));
    }
}
