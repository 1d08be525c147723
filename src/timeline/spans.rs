//! Which frames carried which bytes of a direction: kept until the message is told that they belong to.
//!
//! Owns: the bound on what a message of very many segments costs. Must not know: messages.

use std::collections::{VecDeque, vec_deque};
use std::ops::Range;

use super::limits::{MAX_MESSAGE_FRAMES, MAX_SPANS};
use crate::net::{Few, Timestamp};

/// Bytes of a direction with the frame that carried them first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) frame: u64,
    pub(super) at: Timestamp,
}

/// The spans of one direction, in order, without overlaps.
#[derive(Debug, Default)]
pub(super) struct Spans {
    kept: VecDeque<Span>,
    /// Where spans were left out of the message that is not told yet, and how many.
    left_out: Range<u64>,
    missing: u32,
}

impl Spans {
    /// Adds the newest one. `begun`: where the message begins that is not told yet. Beyond the bound, spans before that
    /// leave first; then those of its middle, so that its first frames and its last ones are always right.
    pub(super) fn push(&mut self, span: Span, begun: impl FnOnce() -> Option<u64>) {
        if let Some(last) = self.kept.back_mut()
            && (last.frame, last.end) == (span.frame, span.start)
        {
            last.end = span.end; // the rest of a frame that was cut
            return;
        }
        if self.kept.len() >= MAX_SPANS {
            let front = self.kept.front().map_or(0, |front| front.end);
            if begun().is_none_or(|begun| front <= begun) {
                self.kept.pop_front();
            } else if let Some(middle) = self.kept.remove(MAX_MESSAGE_FRAMES) {
                self.leave_out(middle);
            }
        }
        self.kept.push_back(span);
    }

    fn leave_out(&mut self, span: Span) {
        let of_another = self
            .kept
            .front()
            .is_some_and(|front| self.left_out.end <= front.start);
        if self.missing == 0 || of_another {
            self.left_out.start = span.start;
            self.missing = 0;
        }
        self.left_out.end = span.end;
        self.missing += 1;
    }

    /// The frames that carried these bytes (bounded), how many in all, and the last of them.
    pub(super) fn frames(&self, bytes: &Range<u64>) -> (Few<u64, 2>, u32, Option<Span>) {
        let carrying = self.carrying(bytes);
        let last = carrying.clone().next_back().copied();
        let frames = match last {
            Some(only) if carrying.len() == 1 => [only.frame][..].into(),
            _ => listed(carrying.clone()),
        };
        let around = bytes.start < self.left_out.end && self.left_out.start < bytes.end;
        let missing = if around { self.missing } else { 0 };
        let total = carrying.len() as u32 + missing;
        (frames, total, last)
    }

    fn carrying(&self, bytes: &Range<u64>) -> vec_deque::Iter<'_, Span> {
        // Nearly always the last one.
        if let Some(last) = self.kept.back()
            && last.start <= bytes.start
            && bytes.start < last.end
        {
            return self.kept.range(self.kept.len() - 1..);
        }
        let from = self.kept.partition_point(|span| span.end <= bytes.start);
        let to = self.kept.partition_point(|span| span.start < bytes.end);
        self.kept.range(from..to.max(from))
    }

    /// First and last frame that carried bytes of this range.
    pub(super) fn first_and_last(&self, bytes: &Range<u64>) -> Option<(u64, u64)> {
        let mut carrying = self.carrying(bytes);
        let first = carrying.next()?;
        Some((first.frame, carrying.next_back().unwrap_or(first).frame))
    }

    /// Forgets which frames carried the bytes before `offset`, where that was before `time`.
    pub(super) fn forget(&mut self, offset: u64, time: Timestamp) {
        while let Some(span) = self.kept.front()
            && span.end <= offset
            && span.at < time
        {
            self.kept.pop_front();
        }
    }
}

/// The frames of these spans, as many as are listed.
#[inline(never)]
fn listed(carrying: vec_deque::Iter<'_, Span>) -> Few<u64, 2> {
    let listed = carrying.take(MAX_MESSAGE_FRAMES);
    listed.map(|span| span.frame).collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frame `n` carries byte `n`.
    fn carried(count: u64, mut begun: impl FnMut(u64) -> Option<u64>) -> Spans {
        let mut spans = Spans::default();
        for n in 0..count {
            let span = Span {
                start: n,
                end: n + 1,
                frame: n,
                at: Timestamp::ZERO,
            };
            spans.push(span, || begun(n));
        }
        spans
    }

    #[test]
    fn a_message_of_very_many_segments_has_its_first_and_last_frames_and_their_number() {
        // A line in frame 0, a message in 1..3001, the beginning of another.
        let spans = carried(3002, |n| (n > 1).then_some(1));
        let (frames, total, last) = spans.frames(&(1..3001));
        assert_eq!(
            *frames,
            *(1..=MAX_MESSAGE_FRAMES as u64).collect::<Vec<_>>()
        );
        assert_eq!((total, last.map(|span| span.frame)), (3000, Some(3000)));
        assert_eq!(spans.first_and_last(&(1..3001)), Some((1, 3000)));
        assert_eq!(spans.frames(&(3001..3002)).1, 1);
        assert_eq!(spans.kept.len(), MAX_SPANS);
    }

    #[test]
    fn what_was_left_out_of_one_message_is_not_of_the_next() {
        let spans = carried(6001, |n| Some(if n <= 3000 { 0 } else { 3000 }));
        let (frames, total, _) = spans.frames(&(3000..6001));
        assert_eq!((frames[0], total), (3000, 3001));
        // Bytes of no message are forgotten from the beginning.
        let spans = carried(3000, |_| None);
        assert_eq!(spans.frames(&(2990..3000)).1, 10);
        assert_eq!(
            spans.first_and_last(&(0..3000)),
            Some((3000 - MAX_SPANS as u64, 2999))
        );
    }
}
