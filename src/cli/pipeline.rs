//! The loop that every command shares: frames and session events in, the timeline, a sink.
//!
//! Live and replay differ only in the frame source; this file cannot tell them apart but for what comes between frames.

use std::io;
use std::time::Duration;

use crate::capture::{FrameSource, Polled};
use crate::net::{CaptureStats, Nanos, Timestamp};
use crate::packet::Frame;
use crate::timeline::{Sink, Timeline};

/// How long a source may wait for a frame before timers get their chance.
const POLL: Duration = Duration::from_millis(5);
/// A busy source lets the screen wait at most this long.
const FLUSH_EVERY: Nanos = 5_000_000;

/// A source that is not live has its entries drained so many at a time: whoever writes them works in one go, with all that it
/// needs at hand.
pub(super) const BATCH: usize = 256;

/// What a command does around the shared loop; every part has a default that does nothing.
pub(super) trait Around<S> {
    /// Before the timeline sees a frame: pace it, count it, or drop it (`false`).
    fn admit(&mut self, _frame: &Frame<'_>) -> io::Result<bool> {
        Ok(true)
    }

    /// How long an admitted frame is still to come, and what time it is in the capture until then. Asked again after each
    /// wait; `None` when its turn has come.
    fn pause(&mut self, _frame: &Frame<'_>) -> Option<Pause> {
        None
    }

    /// Between frames: hands session events to the timeline. Gives the time it is now, where time passes without frames.
    fn between(&mut self, _source: &S, _timeline: &mut Timeline) -> Option<Timestamp> {
        None
    }

    /// Whether to stop now (Ctrl-C, `-c N`, `-a duration:N`).
    fn stop(&mut self) -> bool {
        false
    }

    /// How many entries may wait before they are drained.
    fn batch(&self) -> usize {
        BATCH
    }

    /// The last frame has been taken; what is told from here on are the last words.
    fn ended(&mut self, _timeline: &mut Timeline) {}
}

/// A wait for the turn of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    /// What to wait now, in real time.
    pub(super) wait: Duration,
    /// What time it is in the capture.
    pub(super) now: Timestamp,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended<E> {
    /// Why the source could not go on, if it did not simply end.
    pub(super) fault: Option<E>,
}

/// Runs the story from the first frame to the last. An error is the sink's (usually a broken pipe).
pub(super) fn run<S: FrameSource>(
    source: &mut S,
    timeline: &mut Timeline,
    sink: &mut dyn Sink,
    around: &mut impl Around<S>,
) -> io::Result<Ended<S::Error>> {
    let mut flushed = Timestamp::ZERO;
    let mut stopping = false;
    let mut asked = None;
    let batch = around.batch();
    let fault = loop {
        if !stopping && around.stop() {
            // What was captured until now is also told: a file beside the story has it.
            stopping = source.stop();
            if !stopping {
                break None;
            }
        }
        let idle = match source.poll_frame(POLL) {
            // By reference: moving the frame would wait for it to be written.
            Ok(Polled::Frame(ref frame)) => {
                // Known by its number: a flag would be looked at for every frame.
                if frame.number == 1 {
                    sink.begins(frame.timestamp);
                }
                if around.admit(frame)? {
                    while let Some(pause) = around.pause(frame) {
                        timeline.advance(pause.now);
                        timeline.drain(sink)?;
                        sink.flush()?;
                        std::thread::sleep(pause.wait);
                    }
                    timeline.frame(frame);
                }
                false
            }
            Ok(Polled::Idle) => true,
            Ok(Polled::End) => break None,
            Err(error) => break Some(error),
        };
        if let Some(now) = around.between(source, timeline) {
            // Frames that are still on their way must not find their time already told: only silence moves the clock, and
            // only to where it began. On a busy machine we may have slept much longer than was asked for.
            if let (true, Some(asked)) = (idle, asked) {
                timeline.advance(asked);
            }
            asked = Some(now);
            timeline.drain(sink)?;
            if idle || now.since(flushed) > FLUSH_EVERY {
                sink.flush()?;
                flushed = now;
            }
        } else if idle || timeline.ready() >= batch {
            timeline.drain(sink)?;
        }
    };
    around.between(source, timeline);
    around.ended(timeline);
    finish(timeline, sink, source.statistics(), fault.is_some())?;
    Ok(Ended { fault })
}

/// Tells what is still held back, the streams and the totals.
fn finish(
    timeline: &mut Timeline,
    sink: &mut dyn Sink,
    stats: CaptureStats,
    cut: bool,
) -> io::Result<()> {
    timeline.finish(stats, cut);
    timeline.drain(sink)?;
    sink.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    use crate::capture::CaptureInfo;
    use crate::chat::{SessionEvent, SessionEventKind, SessionId};
    use crate::net::FourTuple;
    use crate::timeline::{Entry, Settings, Wants};

    /// A capture without frames, asked so often.
    struct Silent(CaptureInfo, u32);

    impl FrameSource for Silent {
        type Error = Infallible;

        fn poll_frame(&mut self, _: Duration) -> Result<Polled<'_>, Infallible> {
            self.1 += 1;
            Ok(if self.1 < 9 {
                Polled::Idle
            } else {
                Polled::End
            })
        }

        fn info(&self) -> &CaptureInfo {
            &self.0
        }

        fn statistics(&self) -> CaptureStats {
            CaptureStats::default()
        }
    }

    /// Gives these times between frames, and an event with the first.
    struct Clock(Vec<Timestamp>);

    impl Around<Silent> for Clock {
        fn between(&mut self, source: &Silent, timeline: &mut Timeline) -> Option<Timestamp> {
            if source.1 == 1 {
                timeline.session(SessionEvent {
                    at: self.0[0],
                    session: SessionId(1),
                    connection: FourTuple::default(),
                    kind: SessionEventKind::Shutdown,
                });
            }
            self.0.get(source.1 as usize - 1).copied()
        }
    }

    /// Fails at the first session event: the run ends there.
    struct First;

    impl Sink for First {
        fn wants(&self) -> Wants {
            Wants::STORY
        }

        fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
            match entry {
                Entry::Session(_) => Err(io::Error::other("told")),
                _ => Ok(()),
            }
        }
    }

    /// A thread that is not woken in time has not heard silence all the while: the capture's may not have been, either.
    #[test]
    fn silence_counts_from_when_it_was_asked_for() {
        let seconds = |count: i64| Timestamp::from_nanos(count * 1_000_000_000);
        let mut source = Silent(CaptureInfo::default(), 0);
        let mut timeline = Timeline::new(Settings::default(), First.wants());
        let mut clock = Clock([1, 5, 6, 7].map(seconds).to_vec());
        let told = run(&mut source, &mut timeline, &mut First, &mut clock);
        assert_eq!(
            told.map(|_| ()).map_err(|error| error.to_string()),
            Err("told".into())
        );
        assert_eq!(
            source.1, 3,
            "the second wait began at 1 s, the third at 5 s"
        );
    }
}
