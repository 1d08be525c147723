//! Cards and findings as they are told: what stands in each, and the frames that show it.
//!
//! Owns: how an entry about a connection is made and handed to the queue. Must not know: when something is worth telling.

use super::facts::Marks;
use super::limits::MAX_EVIDENCE;
use super::queue::Held;
use super::story::Story;
use super::{FindingCode, FindingEntry, HandshakeEntry, MessageEntry, TeardownEntry};
use crate::tcp::{Certainty, HandshakeOutcome, StreamId, StreamSummary};

impl Story {
    /// A finding about a stream, made now, inferred until said otherwise.
    pub(super) fn finding(&self, code: FindingCode, stream: StreamId) -> FindingEntry {
        FindingEntry {
            at: self.clock,
            stream: Some(stream),
            connection: self.analyzer.summary(stream).map(|s| s.connection),
            code,
            side: None,
            certainty: Certainty::Inferred,
            frames: Vec::new(),
            duration: None,
            value: None,
        }
    }

    /// Hands a finding over.
    pub(super) fn tell_finding(&mut self, finding: FindingEntry) {
        self.queue
            .push(self.clock, Held::Finding(Box::new(finding)));
    }

    /// A finding about a message's segments.
    pub(super) fn message_finding(&mut self, code: FindingCode, entry: &MessageEntry, count: u32) {
        let mut finding = self.finding(code, entry.stream);
        finding.side = Some(entry.side);
        finding.certainty = Certainty::Seen;
        finding.value = Some(u64::from(count));
        self.tell_finding(with_frames(finding, &entry.frames));
    }

    /// The handshake card for good, with what was odd about it.
    pub(super) fn tell_handshake(&mut self, stream: StreamId) {
        self.facts.of_mut(stream).marks.add(Marks::HANDSHAKE_TOLD);
        self.tell_opening(stream, false);
    }

    /// The card as it is by now: another may follow. `unfinished` where only the end of the capture brings it.
    pub(super) fn tell_opening(&mut self, stream: StreamId, unfinished: bool) {
        let Some(summary) = self.analyzer.summary(stream) else {
            return;
        };
        let handshake = summary.handshake;
        let entry = HandshakeEntry {
            at: self.clock,
            stream,
            connection: summary.connection,
            handshake,
            unfinished,
        };
        self.queue
            .push(self.clock, Held::Handshake(Box::new(entry)));
        let steps = [handshake.syn, handshake.answer].map(|step| step.map_or(0, |s| s.frame));
        let odd = if handshake.self_connect {
            FindingCode::SelfConnect
        } else if handshake.outcome == HandshakeOutcome::Simultaneous {
            FindingCode::SimultaneousOpen
        } else {
            return;
        };
        let mut finding = self.finding(odd, stream);
        finding.certainty = Certainty::Seen;
        self.tell_finding(with_frames(finding, &steps));
    }

    /// The teardown card as it is by now.
    pub(super) fn tell_teardown(&mut self, summary: &StreamSummary) {
        let entry = TeardownEntry {
            at: self.clock,
            stream: summary.stream,
            connection: summary.connection,
            teardown: self.teardown_card(summary),
        };
        self.queue.push(self.clock, Held::Teardown(Box::new(entry)));
    }
}

/// Evidence, oldest first, each frame once, without unknown ones.
pub(super) fn with_frames(mut finding: FindingEntry, frames: &[u64]) -> FindingEntry {
    for &frame in frames.iter().filter(|&&frame| frame != 0) {
        if !finding.frames.contains(&frame) && finding.frames.len() < MAX_EVIDENCE {
            finding.frames.push(frame);
        }
    }
    finding
}
