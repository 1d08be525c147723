//! Who of a room did not get what others got: decided when the time of a message is over.
//!
//! Only of connections that are certain to have been in the room all the while: their opening was captured, a line of the
//! room had gone to them or from them before, they are there still, and their program reads. Must not know: how copies are
//! recognised, how rooms behave.

use rustc_hash::FxHashSet;

use super::FindingCode;
use super::conversation::Conversation;
use super::facts::Marks;
use super::limits::{COPY_WINDOW, MAX_REPEATED_FINDINGS};
use super::story::Story;
use super::telling::with_frames;
use super::tracked::Shortfall;
use crate::tcp::{Side, StreamId};

impl Story {
    /// The time of a message is over: what was not told of its delivery, then who went without.
    pub(super) fn message_over(&mut self, serial: u64) {
        let shortfall = self.tracked.shortfall(serial);
        let delivery = self.tracked.last(serial, self.clock);
        self.tell_delivery(delivery);
        if let Some(shortfall) = shortfall.filter(|_| self.wants.events && !self.lost) {
            for stream in self.left_out(&shortfall) {
                self.tell_left_out(stream, &shortfall);
            }
        }
    }

    /// The streams that should have got a copy, in order.
    fn left_out(&mut self, shortfall: &Shortfall) -> Vec<StreamId> {
        let Some(left) = self.looks_left.checked_sub(self.conversations.len()) else {
            return Vec::new();
        };
        self.looks_left = left;
        let got: FxHashSet<StreamId> = shortfall.copies.iter().map(|copy| copy.stream).collect();
        let should_have_got = |conversation: &&Conversation| {
            let stream = conversation.stream;
            conversation.took_part_by(shortfall.room, shortfall.at)
                && !got.contains(&stream)
                && (shortfall.echoes || stream != shortfall.sender)
                && conversation.left_out_told < MAX_REPEATED_FINDINGS
                && self.reads_what_comes(stream)
        };
        let conversations = self
            .conversations
            .iter()
            .map(|conversation| &**conversation);
        let mut streams: Vec<_> = conversations
            .filter(should_have_got)
            .map(|conversation| conversation.stream)
            .collect();
        streams.sort_unstable();
        streams
    }

    /// Nothing of the connection is missing in the capture, and its client does not keep the server from writing.
    fn reads_what_comes(&self, stream: StreamId) -> bool {
        let fact = self.facts.of(stream);
        let watch = self.watches.get(fact.watch);
        !fact.marks.has(Marks::LOSSY)
            && watch.is_some_and(|watch| watch.zero_window.client.is_none() && !watch.timeless)
    }

    fn tell_left_out(&mut self, stream: StreamId, shortfall: &Shortfall) {
        let slot = self.facts.of(stream).conversation;
        if let Some(conversation) = self.conversations.get_mut(slot) {
            conversation.left_out_told += 1;
        }
        let mut finding = self.finding(FindingCode::NotDelivered, stream);
        finding.side = Some(Side::Server);
        finding.duration = Some(COPY_WINDOW);
        finding.value = Some(shortfall.message);
        let copied = shortfall.copies.first().map_or(0, |copy| copy.frame);
        self.tell_finding(with_frames(finding, &[shortfall.frame, copied]));
    }
}
