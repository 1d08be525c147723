//! The door of the room: frames and session events in, entries out.

use std::io;

use super::queue::Held;
use super::story::Story;
use super::{CaptureStart, EndEntry, Entry, Settings, Sink, StreamEntry, Wants};
use crate::chat::SessionEvent;
use crate::net::{CaptureStats, FourTuple, Timestamp};
use crate::packet::{Decoded, Decoder, Frame};
use crate::tcp::StreamId;

/// Joins the frames of a capture and the session events of a server into one ordered story.
///
/// Call [`Self::begin`] once, then [`Self::frame`] and [`Self::session`] as things arrive and [`Self::drain`] as often as you
/// like; live also [`Self::advance`], at least every few milliseconds. At the end [`Self::finish`] and a last `drain`.
///
/// What is told, and in which order, depends on the times of frames and events only: not on when entries are drained, not on
/// batches, and (within half the hold-back) not on which of the two worlds reports first. Packet entries leave in frame
/// order, also where the capture's clock runs backwards.
#[derive(Debug)]
pub struct Timeline {
    decoder: Decoder,
    story: Story,
    /// After `finish`: the next stream to be told for the last time; then the totals.
    closing: Option<Closing>,
}

/// How far the last words have come.
#[derive(Clone, Copy, Debug)]
enum Closing {
    Streams(u32),
    Told,
}

impl Timeline {
    /// A timeline for sinks that want `wants` together.
    #[must_use]
    pub fn new(settings: Settings, wants: Wants) -> Self {
        Self {
            decoder: Decoder::new(),
            story: Story::new(settings, wants),
            closing: None,
        }
    }

    /// Where the frames come from: the first entry. Session events are joined with the frames of their bytes only if the
    /// capture is said to be live.
    pub fn begin(&mut self, start: CaptureStart) {
        self.story.live = start.live;
        let key = self.story.clock;
        self.story.queue.push(key, Held::Capture(Box::new(start)));
        self.story.ready_everything();
    }

    /// Takes the next frame of the capture.
    #[expect(
        clippy::inline_always,
        reason = "the frame's parts stay in registers until its segment is made of them"
    )]
    #[inline(always)]
    pub fn frame(&mut self, frame: &Frame<'_>) {
        let story = &mut self.story;
        story.counts.frames += 1;
        story.pass_time(frame.timestamp);
        // The common frame first: its segment is decoded in place.
        let Some(segment) = Decoder::plain(frame) else {
            return self.frame_carefully(frame);
        };
        story.counts.tcp_frames += 1;
        story.counts.cut_frames += u64::from(is_short(frame) && segment.is_cut());
        story.segment(&segment);
    }

    /// Any other frame.
    #[inline(never)]
    fn frame_carefully(&mut self, frame: &Frame<'_>) {
        let Self { decoder, story, .. } = self;
        // A frame counts once, however many segments stand in it.
        let (mut holds_tcp, mut is_cut) = (false, false);
        let mut part = Some(decoder.decode_carefully(frame));
        while let Some(decoded) = part {
            match decoded {
                Decoded::Tcp(segment) => {
                    holds_tcp = true;
                    is_cut |= segment.is_cut();
                    story.segment(&segment);
                }
                Decoded::PartialHeader(header) => {
                    (holds_tcp, is_cut) = (true, true);
                    story.partial(&header);
                }
                Decoded::UnsupportedLinkType => story.counts.skipped += 1,
                Decoded::NotTcp(_) | Decoded::Malformed(_) => {}
            }
            part = decoder.more(frame);
        }
        story.counts.tcp_frames += u64::from(holds_tcp);
        story.counts.cut_frames += u64::from(is_short(frame) && is_cut);
    }

    /// Takes what the program told of one of its connections. It should come within half the hold-back of its time;
    /// later ones are told when they come, without the order of time.
    pub fn session(&mut self, event: SessionEvent) {
        self.story.session(event);
    }

    /// Live: it is `now`, and all frames that were captured more than the capture's lag ago have been given to
    /// [`Self::frame`].
    pub fn advance(&mut self, now: Timestamp) {
        let arrived = now.plus(-self.story.settings.capture_lag);
        self.story.pass_time(arrived);
    }

    /// A source is silent of which nobody can say when its next frame was captured: what is held is told as it is. No time
    /// passes: absence is decided by the next frame.
    pub fn release(&mut self) {
        self.story.ready_everything();
    }

    /// The capture is known to have lost frames by now: what rests on absence is told as `LOST_CAPTURE` from here on.
    pub fn capture_lost(&mut self, stats: &CaptureStats) {
        self.story.lost |= stats.lost_any();
    }

    /// Session events that were lost before they came here.
    pub fn session_events_dropped(&mut self, count: u64) {
        self.story.counts.session_events_dropped = count;
    }

    /// Entries that a display folded away, for the totals.
    pub fn display_folded(&mut self, count: u64) {
        self.story.counts.display_folded = count;
    }

    /// How many entries of frames are ready to be drained.
    #[must_use]
    #[inline]
    pub fn ready(&self) -> usize {
        self.story.queue.ready()
    }

    /// Entries are ready to be drained.
    #[must_use]
    #[inline]
    pub fn has_ready(&self) -> bool {
        self.closing.is_some() || self.story.queue.has_ready()
    }

    /// Hands out the entries whose hold-back is over, in order of time.
    #[inline]
    pub fn drain(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        if self.has_ready() {
            self.drain_ready(sink)?;
        }
        Ok(())
    }

    fn drain_ready(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        self.story.queue.drain(sink)?;
        if self.closing.is_some() {
            self.tell_the_rest(sink)?;
        }
        Ok(())
    }

    /// The last word on every stream, then the totals.
    fn tell_the_rest(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        let mut whole = StreamEntry::default();
        while let Some(Closing::Streams(next)) = self.closing {
            if next >= self.story.analyzer.stream_count() {
                self.closing = Some(Closing::Told);
                let end = self.totals();
                sink.entry(Entry::End(&end))?;
                break;
            }
            self.closing = Some(Closing::Streams(next + 1));
            let tell = self.story.tell_last(StreamId(next), &mut whole);
            self.story.ready_everything();
            self.story.queue.drain(sink)?;
            if tell {
                sink.entry(Entry::Stream(&whole))?;
            }
        }
        Ok(())
    }

    /// The capture is over: everything held becomes ready, then the last word on every stream, then the totals.
    pub fn finish(&mut self, stats: CaptureStats, truncated: bool) {
        let story = &mut self.story;
        story.lost |= stats.lost_any();
        story.over = true;
        story.counts.stats = stats;
        story.counts.truncated = truncated;
        story.settle_everything();
        story.finish_deliveries();
        story.tell_losses();
        story.ready_everything();
        self.closing = Some(Closing::Streams(0));
    }

    /// The totals so far.
    #[must_use]
    pub fn totals(&self) -> EndEntry {
        EndEntry {
            streams_forgotten: self.story.analyzer.streams_forgotten(),
            datagrams_forgotten: self.decoder.datagrams_forgotten(),
            ..self.story.counts
        }
    }

    /// Every remembered stream with its verdict as of now, in order of numbers.
    pub fn streams(&self) -> impl Iterator<Item = StreamEntry> {
        let summaries = self.story.analyzer.summaries();
        summaries.map(|summary| self.story.stream_entry(summary))
    }

    /// One stream with its verdict as of now.
    #[must_use]
    pub fn stream(&self, stream: StreamId) -> Option<StreamEntry> {
        let summary = self.story.analyzer.summary(stream)?;
        Some(self.story.stream_entry(summary))
    }

    /// The newest open stream of a connection, where events are wanted.
    #[must_use]
    pub fn stream_of(&self, connection: FourTuple) -> Option<StreamId> {
        self.story.stream_of(connection)
    }
}

/// What is not there by a length that lies was not cut.
const fn is_short(frame: &Frame<'_>) -> bool {
    frame.data.len() < frame.original_length as usize
}
