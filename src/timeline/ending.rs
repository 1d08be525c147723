//! Streams as a whole: when they end, and all that is open at the end of the capture, one stream at a time so that a million
//! of them need no room.

use super::facts::Marks;
use super::judge::{self, Circumstances};
use super::queue::Held;
use super::story::Story;
use super::{FindingCode, FindingEntry, StreamEntry, Verdict};
use crate::tcp::{Certainty, StreamId, StreamSummary};

impl Story {
    /// A stream with its verdict, as of now.
    pub(super) fn stream_entry(&self, summary: StreamSummary) -> StreamEntry {
        let mut entry = StreamEntry {
            summary,
            ..StreamEntry::default()
        };
        self.complete(&mut entry);
        entry
    }

    /// Adds to the numbers of a stream what else is told of it, as of now.
    fn complete(&self, entry: &mut StreamEntry) {
        let StreamEntry {
            summary,
            verdict,
            name,
            messages,
        } = entry;
        summary.teardown = self.teardown_card(summary);
        *verdict = self.verdict(summary);
        *name = self.name_of(summary.stream);
        *messages = self.facts.of(summary.stream).messages.map(u64::from);
    }

    fn verdict(&self, summary: &StreamSummary) -> Verdict {
        let service = self.services.known(summary.connection.server);
        let about = Circumstances {
            listens: service.is_some_and(|service| service.listens),
            now: self.clock,
            lost: self.lost,
            over: self.over,
        };
        judge::verdict(summary, self.facts.of(summary.stream), about)
    }

    /// A closed stream is told as a whole.
    pub(super) fn tell_stream(&mut self, stream: StreamId) {
        if !self.wants.streams {
            return;
        }
        let Some(summary) = self.analyzer.summary(stream) else {
            return;
        };
        self.facts.of_mut(stream).frames_told = frames_of(&summary);
        let entry = self.stream_entry(summary);
        self.queue.push(self.clock, Held::Stream(Box::new(entry)));
    }

    /// The capture is over: what each open connection owes by now, and what was begun in it.
    pub(super) fn settle_everything(&mut self) {
        let mut open: Vec<StreamId> = self.watches.iter().map(|watch| watch.stream).collect();
        open.sort_unstable();
        for stream in open {
            if self.facts.of(stream).marks.has(Marks::END_SET) {
                continue;
            }
            self.settle(stream, self.clock);
            if self.wants.messages {
                self.read_to_the_end(stream);
            }
        }
    }

    /// Frames that the capture lost are a finding of their own.
    pub(super) fn tell_losses(&mut self) {
        if !self.lost || !self.wants.events {
            return;
        }
        let finding = FindingEntry {
            at: self.clock,
            stream: None,
            connection: None,
            code: FindingCode::CaptureLoss,
            side: None,
            certainty: Certainty::Seen,
            frames: Vec::new(),
            duration: None,
            value: Some(self.counts.stats.lost()),
        };
        self.tell_finding(finding);
    }

    /// The last words on one stream: cards of what never came to its end are queued; `whole` becomes the stream as a whole.
    /// True if that was not told or has changed since.
    pub(super) fn tell_last(&mut self, stream: StreamId, whole: &mut StreamEntry) -> bool {
        let fact = self.facts.of(stream);
        let marks = fact.marks;
        let frames_told = fact.frames_told;
        let marked = marks.has(Marks::HANDSHAKE_TOLD) && marks.has(Marks::TEARDOWN_TOLD);
        let frames = || self.analyzer.frames(stream).unwrap_or_default() as u32;
        if marked && frames_told != 0 && frames() == frames_told {
            return false; // by far the most, and packed long ago
        }
        let summary = &mut whole.summary;
        if !self.analyzer.summarize(stream, summary) {
            return false;
        }
        // What is only known from quotes has no frames, and is not told.
        let told = frames_of(summary) == frames_told;
        if self.wants.events {
            let unfinished = summary.handshake.outcome.is_begun();
            let carded = marks.has(Marks::HANDSHAKE_TOLD) || marks.has(Marks::UNANSWERED_TOLD);
            if unfinished && !carded {
                self.tell_opening(stream, true);
            }
            if summary.teardown.first_fin.is_some() && !marks.has(Marks::TEARDOWN_TOLD) {
                self.tell_teardown(summary);
            }
        }
        if !self.wants.streams || told {
            return false;
        }
        self.complete(whole);
        true
    }
}

/// Frames of a stream: it changed when they did.
fn frames_of(summary: &StreamSummary) -> u32 {
    (summary.packets.client + summary.packets.server) as u32
}
