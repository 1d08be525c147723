//! The capture thread: libpcap's dispatch loop, statistics, and the end.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

use super::error::{self, EndReason, LiveError};
use super::queue::{Chunk, Filler, Shared};
use crate::capture::filter::words;
use crate::net::Timestamp;

/// Frames taken per call, so that chunks go out and counters are read under a flood, too.
const BATCH: usize = 4096;
/// Time between two readings of the counters.
const STATISTICS_EVERY: Duration = Duration::from_millis(10);
/// How long after the stop frames captured before it are waited for: the kernel hands over its block within the 10 ms time-out.
const DRAIN: Duration = Duration::from_millis(30);
/// Between two looks while draining.
const DRAIN_STEP: Duration = Duration::from_millis(2);

/// Unit of the fraction in libpcap's time stamps.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fraction {
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "Linux offers it")
    )]
    Nanoseconds,
    #[cfg_attr(target_os = "linux", expect(dead_code, reason = "other systems"))]
    Microseconds,
}

/// Linux offers nanoseconds on every interface since libpcap 1.5; elsewhere libpcap may refuse without telling.
#[cfg(target_os = "linux")]
pub(super) const PRECISION: Fraction = Fraction::Nanoseconds;
#[cfg(not(target_os = "linux"))]
pub(super) const PRECISION: Fraction = Fraction::Microseconds;

pub(super) fn spawn(
    capture: pcap::Capture<pcap::Active>,
    sender: SyncSender<Chunk>,
    shared: Arc<Shared>,
    frames: u64,
) -> Result<JoinHandle<()>, LiveError> {
    Builder::new()
        .name("capture".to_owned())
        .spawn(move || {
            let reason = run(capture, Filler::new(&shared, sender, frames), &shared);
            shared.end(reason);
        })
        .map_err(LiveError::Thread)
}

/// Captures until stopped, abandoned, broken, or as many frames are here as were asked for.
fn run(
    mut capture: pcap::Capture<pcap::Active>,
    mut filler: Filler<'_>,
    shared: &Shared,
) -> EndReason {
    let mut counted = now();
    loop {
        let taken = take(&mut capture, &mut filler);
        filler.send();
        if shared.is_stopping() || filler.abandoned {
            break;
        }
        if taken.is_err() || filler.left() == 0 {
            count(&mut capture, shared);
            filler.finish();
            return taken.map_or_else(
                |error| error::end_reason(words(error)),
                |_| EndReason::Stopped,
            );
        }
        if counted.elapsed() >= STATISTICS_EVERY {
            count(&mut capture, shared);
            counted = now();
        }
    }
    drain(capture, filler, shared)
}

/// One call of libpcap: whatever the kernel has ready, or nothing when it was woken or timed out.
fn take(
    capture: &mut pcap::Capture<pcap::Active>,
    filler: &mut Filler<'_>,
) -> Result<usize, pcap::Error> {
    let batch = BATCH.min(usize::try_from(filler.left()).unwrap_or(BATCH));
    if batch == 0 {
        return Ok(0); // to libpcap that would mean: everything
    }
    let taken = capture.dispatch(Some(batch), |packet| {
        let header = packet.header;
        filler.push(
            time(header.ts.tv_sec, header.ts.tv_usec),
            header.len,
            packet.data,
        );
    });
    match taken {
        Err(pcap::Error::TimeoutExpired) => Ok(0),
        other => other,
    }
}

#[allow(
    clippy::useless_conversion,
    reason = "these integers are narrower on other systems"
)]
fn time(seconds: impl Into<i64>, fraction: impl Into<i64>) -> Timestamp {
    let unit = match PRECISION {
        Fraction::Nanoseconds => 1,
        Fraction::Microseconds => 1000,
    };
    Timestamp::from_parts(seconds.into(), fraction.into() * unit)
}

/// After the stop: what the kernel still holds from before.
fn drain(
    capture: pcap::Capture<pcap::Active>,
    mut filler: Filler<'_>,
    shared: &Shared,
) -> EndReason {
    let Ok(mut capture) = capture.setnonblock() else {
        filler.finish();
        return EndReason::Stopped;
    };
    let asked = now();
    while asked.elapsed() < DRAIN && !filler.abandoned {
        // The wake-up that ended the loop may still be pending and look like an error.
        if !matches!(take(&mut capture, &mut filler), Ok(count) if count > 0) {
            sleep(DRAIN_STEP);
        }
        filler.send();
    }
    count(&mut capture, shared);
    filler.finish();
    EndReason::Stopped
}

#[expect(
    clippy::disallowed_methods,
    reason = "how often counters are read and how long the end may take is real time, not capture time"
)]
fn now() -> Instant {
    Instant::now()
}

fn count(capture: &mut pcap::Capture<pcap::Active>, shared: &Shared) {
    if let Ok(now) = capture.stats() {
        shared.count(now.received, now.dropped, now.if_dropped);
    }
}
