//! Standard input while it is still being written: read by a thread of its own, so that timers run and lines appear while
//! the writer is silent.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use super::saved::Saved;
use crate::capture::{CaptureInfo, FrameSource, Polled, ReadError};
use crate::net::{CaptureStats, LinkType, Timestamp};
use crate::packet::Frame;

/// Frames that may wait for the analysis.
const QUEUE: usize = 1_024;

/// One frame on its way.
struct Owned {
    number: u64,
    timestamp: Timestamp,
    link_type: LinkType,
    original_length: u32,
    data: Box<[u8]>,
}

/// What the reading thread says.
enum Said {
    Frame(Owned),
    End(Option<ReadError>, CaptureStats),
}

/// A capture that arrives through a pipe.
pub(super) struct Follow {
    said: Receiver<Said>,
    current: Option<Owned>,
    info: CaptureInfo,
    stats: CaptureStats,
    /// Time of the last frame.
    last: Option<Timestamp>,
    /// Since when nothing has come that was asked for.
    idle: Option<Instant>,
    clock: Clock,
}

/// What tells how long a pipe has been silent.
type Clock = Box<dyn Fn() -> Instant>;

impl Follow {
    /// Goes on reading `source` in a thread.
    #[expect(
        clippy::disallowed_methods,
        reason = "silence of a pipe is measured in real time"
    )]
    pub(super) fn new(source: Saved) -> std::io::Result<Self> {
        Self::by(source, Box::new(Instant::now))
    }

    /// The same by another clock.
    pub(super) fn by(mut source: Saved, clock: Clock) -> std::io::Result<Self> {
        let info = source.info().clone();
        let (say, said) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("input".into())
            .spawn(move || {
                let fault = loop {
                    match source.next_frame() {
                        Ok(Some(frame)) => {
                            if say.send(Said::Frame(Owned::from(&frame))).is_err() {
                                return;
                            }
                        }
                        Ok(None) => break None,
                        Err(error) => break Some(error),
                    }
                };
                let _ = say.send(Said::End(fault, source.statistics()));
            })?;
        Ok(Self {
            said,
            current: None,
            info,
            stats: CaptureStats::default(),
            last: None,
            idle: None,
            clock,
        })
    }

    /// The last frame's time: what is later nobody knows, for the writer may only be slow.
    pub(super) fn now(&self) -> Option<Timestamp> {
        self.last
    }

    /// How long nothing has come.
    pub(super) fn silence(&self) -> Duration {
        let until_now = |since| (self.clock)().saturating_duration_since(since);
        self.idle.map_or(Duration::ZERO, until_now)
    }
}

impl From<&Frame<'_>> for Owned {
    fn from(frame: &Frame<'_>) -> Self {
        Self {
            number: frame.number,
            timestamp: frame.timestamp,
            link_type: frame.link_type,
            original_length: frame.original_length,
            data: frame.data.into(),
        }
    }
}

impl FrameSource for Follow {
    type Error = ReadError;

    fn poll_frame(&mut self, wait: Duration) -> Result<Polled<'_>, ReadError> {
        match self.said.recv_timeout(wait) {
            Ok(Said::Frame(frame)) => {
                self.last = Some(frame.timestamp);
                self.idle = None;
                let frame = self.current.insert(frame);
                Ok(Polled::Frame(Frame {
                    number: frame.number,
                    timestamp: frame.timestamp,
                    link_type: frame.link_type,
                    original_length: frame.original_length,
                    data: &frame.data,
                }))
            }
            Ok(Said::End(fault, stats)) => {
                self.stats = stats;
                fault.map_or(Ok(Polled::End), Err)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.idle.get_or_insert_with(&self.clock);
                Ok(Polled::Idle)
            }
            Err(RecvTimeoutError::Disconnected) => Ok(Polled::End),
        }
    }

    fn info(&self) -> &CaptureInfo {
        &self.info
    }

    fn statistics(&self) -> CaptureStats {
        self.stats
    }
}
