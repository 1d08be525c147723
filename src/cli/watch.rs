//! `chatscope watch`: the live story of any TCP service; with `-- CMD` a program runs under the capture.

use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;

use super::args::{CaptureArgs, DisplayArgs, FilterArgs, SelectArgs};
use super::display::Display;
use super::interrupt::Interrupt;
use super::live::{self, Limits};
use super::{Failure, beside, explaining, output};
use crate::capture::interfaces::{interface_for, interfaces};
use crate::capture::live::OpenCapture;
use crate::net::Timestamp;
use crate::tcp;
use crate::timeline::Settings;

/// How long the capture goes on after the program has ended: its last FIN and ACK are still under way.
const GRACE: Duration = Duration::from_millis(300);

/// Arguments of `watch`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope watch tcp port 5000
  chatscope watch -i eth0 -w lab.pcapng host 10.0.0.5
  chatscope watch tcp port 5000 -- python3 server.py
  chatscope watch -i lo -a duration:10 --format json")]
pub(super) struct WatchArgs {
    #[command(flatten)]
    capture: CaptureArgs,
    #[command(flatten)]
    display: DisplayArgs,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    filter: FilterArgs,
    /// A program to run under the capture; the capture ends with it
    #[arg(last = true, value_name = "CMD")]
    program: Vec<String>,
}

/// Captures, and tells the story until Ctrl-C or the end of the program.
pub(super) fn run(args: &WatchArgs) -> Result<(), Failure> {
    let notes = explaining::notes(&args.capture)?;
    let interface = match &args.capture.interface {
        Some(name) => name.clone(),
        None => loopback()?,
    };
    let filter = args.filter.expression()?.unwrap_or_default();
    let open = OpenCapture::open(&live::settings(&args.capture, interface, filter)?)
        .map_err(live::failure)?;
    live::drop_privileges()?;
    let display = Display::new(&args.display, &args.select)?;
    let interrupt = Interrupt::listen(|| ())?;
    let shown = display.live_sink(args.capture.write.as_deref(), args.capture.print)?;
    let mut sink = beside::beside(vec![shown], notes.as_ref(), &args.capture, &args.display)?;
    let capture = live::start(open, args.capture.write.as_deref(), notes.as_ref())?;
    let settings = Settings {
        streams: tcp::Limits::live(),
        ..Settings::default()
    };
    let mut program = Program::start(&args.program)?;
    let stop = || interrupt.came() || program.as_mut().is_some_and(Program::is_over);
    live::run(
        capture,
        settings,
        &mut *sink,
        None,
        Limits::new(&args.capture, stop),
    )?;
    program.map_or(Ok(()), Program::finish)
}

/// The loopback interface, the default: libpcap's own choice would be another one.
fn loopback() -> Result<String, Failure> {
    let all = interfaces().map_err(live::failure)?;
    let found = interface_for(std::net::Ipv4Addr::LOCALHOST.into(), &all);
    found.map(|one| one.name.clone()).ok_or_else(|| {
        Failure::usage(
            "there is no loopback interface here; choose one with -i (see `chatscope interfaces`)",
        )
    })
}

/// The program that runs under the capture.
struct Program {
    name: String,
    child: Child,
    ended: Option<(ExitStatus, Timestamp)>,
}

impl Program {
    fn start(words: &[String]) -> Result<Option<Self>, Failure> {
        let Some((name, arguments)) = words.split_first() else {
            return Ok(None);
        };
        let child = Command::new(name)
            .args(arguments)
            .spawn()
            .map_err(|error| anyhow!("{name} cannot be started: {error}"))?;
        Ok(Some(Self {
            name: name.clone(),
            child,
            ended: None,
        }))
    }

    /// It has ended, and its last frames have had time to come.
    fn is_over(&mut self) -> bool {
        if self.ended.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            self.ended = Some((status, live::now()));
        }
        self.ended.is_some_and(|(_, at)| {
            u128::from(live::now().since(at).max(0).unsigned_abs()) > GRACE.as_nanos()
        })
    }

    /// Says how it ended; a program that outlives the capture is asked to end.
    fn finish(mut self) -> Result<(), Failure> {
        let status = if let Some((status, _)) = self.ended {
            status
        } else {
            let id = nix::unistd::Pid::from_raw(self.child.id() as i32);
            let _ = nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM);
            self.child.wait()?
        };
        output::note(format_args!("{}: {status}", self.name));
        Ok(())
    }
}
