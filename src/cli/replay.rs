//! `chatscope replay FILE|-`: the same story from a saved capture.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use clap::Args;

use super::Failure;
use super::args::{DisplayArgs, FilterArgs, InputArgs, SelectArgs};
use super::display::Display;
use super::follow::Follow;
#[cfg(feature = "live")]
use super::interrupt::Interrupt;
use super::pipeline::{self, Around, Pause};
use super::saved::{self, Saved};
use super::step::{Shown, Step};
use super::whole::whole;
use super::written;
use crate::capture::filter::FrameFilter;
use crate::net::Timestamp;
use crate::packet::Frame;
use crate::timeline::{Settings, Sink, Timeline};

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope replay lab.pcapng
  chatscope replay lab.pcapng --format table
  chatscope replay lab.pcapng --format json | jq 'select(.event==\"message\").text'
  chatscope replay lab.pcapng tcp port 7000
  chatscope replay lab.pcapng --only handshake --why --lang pt-BR
  tcpdump -i lo -U -w - tcp port 7000 | chatscope replay -")]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Stop after this many frames
    #[arg(short = 'c', value_name = "N", value_parser = whole::<u64>)]
    count: Option<u64>,
    /// Play at this speed of the capture: 1x, 10x, 0.5x
    #[arg(long, value_name = "SPEED", value_parser = parse_pace)]
    pace: Option<f64>,
    /// Wait for Enter after every line; Ctrl-C ends with what is known by then
    #[arg(long, conflicts_with = "pace")]
    step: bool,
    /// Exit with 4 when the capture is cut
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    display: DisplayArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

/// Slower than that is no pace: a second of the capture would take eleven days.
const SLOWEST: f64 = 1e-6;

fn parse_pace(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text).parse::<f64>();
    number
        .ok()
        .filter(|pace| pace.is_finite() && *pace >= SLOWEST)
        .ok_or_else(|| "a speed such as 1x or 10x".to_owned())
}

/// Reads the capture and tells its story.
pub(super) fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let (path, filter) = args.input.with_filter(&args.filter)?;
    let source = saved::open(path)?;
    let display = Display::new(&args.display, &args.select)?;
    let shown = Shown::default();
    let out: Box<dyn io::Write + Send> = if args.step {
        Box::new(shown.before(written::stdout()))
    } else {
        Box::new(written::stdout())
    };
    let mut sink = display.sink(out);
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    let filter = filter.expression()?;
    timeline.begin(saved::capture_start(path, &source, filter.clone()));
    let mut around = Replay {
        limit: args.count,
        filter: filter
            .map(|expression| saved::filter(&expression, &source))
            .transpose()?,
        pace: args.pace.map(Pace::new),
        ending: None,
        stepping: args.step,
    };
    let follows = saved::is_dash(path) || args.display.line_buffered;
    if follows {
        around.ending = Some(Ending::listen(LAST_WORDS)?);
    } else if args.step || args.pace.is_some() {
        around.ending = Some(Ending::listen(Duration::ZERO)?);
    }
    let mut stepping;
    let sink: &mut dyn Sink = if args.step {
        let asked = around.asked_to_end();
        stepping = Step::new(&mut *sink, shown, io::BufReader::new(terminal()?), asked)?;
        &mut stepping
    } else {
        &mut *sink
    };
    let fault = if follows {
        pipeline::run(&mut Follow::new(source)?, &mut timeline, sink, &mut around)?.fault
    } else {
        let mut source = source;
        pipeline::run(&mut source, &mut timeline, sink, &mut around)?.fault
    };
    if let Some(passed) = display.passed() {
        passed.note(path, &args.select.stream, &timeline);
    }
    saved::warn_unfiltered(path, around.filter.as_ref());
    // The process ends here. To give back each connection of a million by itself would take it longer than to end.
    std::mem::forget(timeline);
    fault.map_or(Ok(()), |fault| saved::fault(path, &fault, args.strict))
}

/// Where Enter is pressed: standard input may be the capture.
fn terminal() -> Result<File, Failure> {
    File::open("/dev/tty")
        .map_err(|e| Failure::usage(format!("--step needs a terminal to wait for Enter on: {e}")))
}

/// What replay does around the shared loop.
#[derive(Default)]
struct Replay {
    /// Frames that may still be read.
    limit: Option<u64>,
    filter: Option<FrameFilter>,
    pace: Option<Pace>,
    /// Where somebody sits before it: Ctrl-C ends the reading, not the telling.
    ending: Option<Ending>,
    /// Entry by entry: nothing is read that is not to be shown next.
    stepping: bool,
}

impl Replay {
    fn admits(&mut self, frame: &Frame<'_>) -> bool {
        self.limit = self.limit.map(|left| left.saturating_sub(1));
        self.filter
            .as_mut()
            .is_none_or(|filter| filter.matches(frame))
    }

    /// Asked for every frame: most runs are neither paced nor ended by hand.
    #[inline]
    fn pauses(&mut self, frame: &Frame<'_>) -> Option<Pause> {
        if self.pace.is_none() && self.ending.is_none() {
            return None;
        }
        self.pauses_now(frame)
    }

    #[cold]
    #[expect(clippy::disallowed_methods, reason = "pacing is about real time")]
    fn pauses_now(&mut self, frame: &Frame<'_>) -> Option<Pause> {
        if self.ends() {
            return None;
        }
        self.pace.as_mut()?.pause(frame.timestamp, Instant::now())
    }

    fn batch_size(&self) -> usize {
        if self.stepping { 1 } else { pipeline::BATCH }
    }

    /// Whether Ctrl-C came, for whoever waits elsewhere.
    fn asked_to_end(&self) -> impl Fn() -> bool + use<> {
        let ending = self.ending.clone();
        move || ending.as_ref().is_some_and(Ending::came)
    }

    #[expect(clippy::disallowed_methods, reason = "Ctrl-C comes in real time")]
    fn ends(&mut self) -> bool {
        self.ending
            .as_mut()
            .is_some_and(|ending| ending.came() && ending.is_due(Instant::now()))
    }
}

/// Ctrl-C. On a pipe it reaches the writer too: what that still has to say is waited for a moment.
#[derive(Clone)]
struct Ending {
    #[cfg(feature = "live")]
    interrupt: Interrupt,
    came: Option<Instant>,
    patience: Duration,
}

/// How long a writer may take to end after Ctrl-C.
const LAST_WORDS: Duration = Duration::from_millis(300);

impl Ending {
    /// Call before any thread is started.
    #[cfg_attr(
        not(feature = "live"),
        expect(clippy::unnecessary_wraps, reason = "signals may be refused")
    )]
    fn listen(patience: Duration) -> io::Result<Self> {
        Ok(Self {
            #[cfg(feature = "live")]
            interrupt: Interrupt::listen(|| ())?,
            came: None,
            patience,
        })
    }

    fn came(&self) -> bool {
        #[cfg(feature = "live")]
        return self.interrupt.came();
        #[cfg(not(feature = "live"))]
        self.came.is_some()
    }

    /// Ask only once it came.
    fn is_due(&mut self, now: Instant) -> bool {
        now.duration_since(*self.came.get_or_insert(now)) >= self.patience
    }
}

impl Around<Saved> for Replay {
    fn admit(&mut self, frame: &Frame<'_>) -> io::Result<bool> {
        Ok(self.admits(frame))
    }

    fn pause(&mut self, frame: &Frame<'_>) -> Option<Pause> {
        self.pauses(frame)
    }

    fn stop(&mut self) -> bool {
        self.limit == Some(0) || self.ends()
    }

    fn batch(&self) -> usize {
        self.batch_size()
    }
}

impl Around<Follow> for Replay {
    fn admit(&mut self, frame: &Frame<'_>) -> io::Result<bool> {
        Ok(self.admits(frame))
    }

    fn pause(&mut self, frame: &Frame<'_>) -> Option<Pause> {
        self.pauses(frame)
    }

    fn between(&mut self, source: &Follow, timeline: &mut Timeline) -> Option<Timestamp> {
        if source.silence() >= SILENCE {
            timeline.release();
        }
        source.now()
    }

    fn stop(&mut self) -> bool {
        self.limit == Some(0) || self.ends()
    }

    fn batch(&self) -> usize {
        self.batch_size()
    }
}

/// A pipe that has been silent for so long has probably nothing more to say of what is held.
const SILENCE: Duration = Duration::from_millis(30);

/// Lets a capture's time pass at a speed of its own.
struct Pace {
    speed: f64,
    began: Option<(Instant, Timestamp)>,
}

/// Longer silences of a capture are cut to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Between two looks at what a pause makes due.
const LOOK: Duration = Duration::from_millis(50);

impl Pace {
    fn new(speed: f64) -> Self {
        Self { speed, began: None }
    }

    /// What is still to wait for the frame of that time.
    fn pause(&mut self, at: Timestamp, now: Instant) -> Option<Pause> {
        let (began, first) = self.began.get_or_insert((now, at));
        let scaled = |time: Duration, by: f64| time.mul_f64(by).as_nanos() as i64;
        let due = Duration::from_nanos(at.since(*first).max(0).unsigned_abs()).div_f64(self.speed);
        let mut left = due.saturating_sub(now.duration_since(*began));
        if left.is_zero() {
            return None;
        }
        if left > LONGEST_PAUSE {
            *first = first.plus(scaled(left.saturating_sub(LONGEST_PAUSE), self.speed));
            left = LONGEST_PAUSE;
        }
        Some(Pause {
            wait: left.min(LOOK),
            now: at.plus(-scaled(left, self.speed)),
        })
    }
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod follow_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds() {
        assert_eq!(parse_pace("10x"), Ok(10.0));
        assert_eq!(parse_pace("0.5"), Ok(0.5));
        assert!(parse_pace("0x").is_err() && parse_pace("fast").is_err());
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a start for injected times")]
    fn a_paced_frame_comes_in_its_turn_and_an_hour_of_silence_is_cut_once() {
        let (mut pace, start) = (Pace::new(2.0), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        let at = |seconds: i64| Timestamp::from_nanos(seconds * 1_000_000_000);
        assert_eq!(pace.pause(at(100), start), None);
        let pause = |wait, now| Some(Pause { wait, now });
        assert_eq!(pace.pause(at(110), after(1)), pause(LOOK, at(102)));
        assert_eq!(pace.pause(at(110), after(5)), None);
        // An hour later: a minute of waiting, in which the last two minutes of that hour pass.
        assert_eq!(pace.pause(at(3710), after(5)), pause(LOOK, at(3590)));
        assert_eq!(pace.pause(at(3710), after(35)), pause(LOOK, at(3650)));
        assert_eq!(pace.pause(at(3710), after(65)), None);
        assert_eq!(pace.pause(at(3712), after(65)), pause(LOOK, at(3710)));
    }
}
