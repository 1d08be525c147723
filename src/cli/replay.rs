//! `chatscope replay FILE|-`: the same story from a saved capture.

use std::io::{self, BufRead, Write};
use std::time::{Duration, Instant};

use clap::Args;

use super::Failure;
use super::args::{DisplayArgs, FilterArgs, InputArgs, SelectArgs};
use super::display::Display;
use super::follow::Follow;
use super::pipeline::{self, Around};
use super::saved::{self, Saved};
use super::written;
use crate::capture::filter::FrameFilter;
use crate::net::Timestamp;
use crate::packet::Frame;
use crate::timeline::{Entry, Settings, Sink, Timeline, Wants};

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
    #[arg(short = 'c', value_name = "N")]
    count: Option<u64>,
    /// Play at this speed of the capture: 1x, 10x, 0.5x
    #[arg(long, value_name = "SPEED", value_parser = parse_pace)]
    pace: Option<f64>,
    /// Wait for Enter after every line
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

fn parse_pace(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text).parse::<f64>();
    number
        .ok()
        .filter(|pace| pace.is_finite() && *pace > 0.0)
        .ok_or_else(|| "a speed such as 1x or 10x".to_owned())
}

/// Reads the capture and tells its story.
pub(super) fn run(args: &ReplayArgs) -> Result<(), Failure> {
    let (path, filter) = args.input.with_filter(&args.filter)?;
    let source = saved::open(path)?;
    let display = Display::new(&args.display, &args.select)?;
    let mut sink = display.sink(Box::new(written::stdout()));
    let mut timeline = Timeline::new(Settings::default(), sink.wants());
    let filter = filter.expression()?;
    timeline.begin(saved::capture_start(path, &source, filter.clone()));
    let mut around = Replay {
        limit: args.count.unwrap_or(u64::MAX),
        filter: filter
            .map(|expression| saved::filter(&expression, &source))
            .transpose()?,
        pace: args.pace.map(Pace::new),
    };
    let mut stepping;
    let sink: &mut dyn Sink = if args.step {
        stepping = Step::new(&mut *sink)?;
        &mut stepping
    } else {
        &mut *sink
    };
    let fault = if saved::is_dash(path) || args.display.line_buffered {
        pipeline::run(&mut Follow::new(source)?, &mut timeline, sink, &mut around)?.fault
    } else {
        let mut source = source;
        pipeline::run(&mut source, &mut timeline, sink, &mut around)?.fault
    };
    if let Some(passed) = display.passed() {
        passed.note(path, &args.select.stream, &timeline);
    }
    fault.map_or(Ok(()), |fault| saved::fault(path, &fault, args.strict))
}

/// What replay does around the shared loop.
struct Replay {
    limit: u64,
    filter: Option<FrameFilter>,
    pace: Option<Pace>,
}

impl Replay {
    fn admits(&mut self, frame: &Frame<'_>) -> bool {
        self.limit = self.limit.saturating_sub(1);
        if self
            .filter
            .as_mut()
            .is_some_and(|filter| !filter.matches(frame))
        {
            return false;
        }
        if let Some(pace) = &mut self.pace {
            pace.wait_for(frame.timestamp);
        }
        true
    }
}

impl Around<Saved> for Replay {
    fn admit(&mut self, frame: &Frame<'_>) -> io::Result<bool> {
        Ok(self.admits(frame))
    }

    fn stop(&mut self) -> bool {
        self.limit == 0
    }
}

impl Around<Follow> for Replay {
    fn admit(&mut self, frame: &Frame<'_>) -> io::Result<bool> {
        Ok(self.admits(frame))
    }

    fn between(&mut self, source: &Follow, _: &mut Timeline) -> Option<Timestamp> {
        source.now()
    }

    fn stop(&mut self) -> bool {
        self.limit == 0
    }
}

/// Lets a capture's time pass at a speed of its own.
struct Pace {
    speed: f64,
    began: Option<(Instant, Timestamp)>,
}

/// Longer silences of a capture are cut to this.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

impl Pace {
    fn new(speed: f64) -> Self {
        Self { speed, began: None }
    }

    #[expect(clippy::disallowed_methods, reason = "pacing is about real time")]
    fn wait_for(&mut self, at: Timestamp) {
        let now = Instant::now();
        let (began, first) = *self.began.get_or_insert((now, at));
        let due = Duration::from_nanos(at.since(first).max(0).unsigned_abs()).div_f64(self.speed);
        let pause = due.saturating_sub(now.duration_since(began));
        std::thread::sleep(pause.min(LONGEST_PAUSE));
    }
}

/// A sink that waits for Enter on the terminal after every entry it has shown.
struct Step<'a> {
    inner: &'a mut dyn Sink,
    keyboard: Box<dyn BufRead>,
}

impl<'a> Step<'a> {
    fn new(inner: &'a mut dyn Sink) -> Result<Self, Failure> {
        let terminal = std::fs::File::open("/dev/tty").map_err(|e| {
            Failure::usage(format!("--step needs a terminal to wait for Enter on: {e}"))
        })?;
        Ok(Self {
            inner,
            keyboard: Box::new(io::BufReader::new(terminal)),
        })
    }
}

impl Sink for Step<'_> {
    fn wants(&self) -> Wants {
        self.inner.wants()
    }

    fn entry(&mut self, entry: Entry<'_>) -> io::Result<()> {
        self.inner.entry(entry)?;
        self.inner.flush()?;
        io::stdout().flush()?;
        self.keyboard.read_line(&mut String::new()).map(|_| ())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds() {
        assert_eq!(parse_pace("10x"), Ok(10.0));
        assert_eq!(parse_pace("0.5"), Ok(0.5));
        assert!(parse_pace("0x").is_err() && parse_pace("fast").is_err());
    }
}
