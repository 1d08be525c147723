//! `chatscope watch`: the live story of any TCP service; with `-- CMD` a program runs under the capture.

use clap::Args;

use super::args::{CaptureArgs, DisplayArgs, FilterArgs, SelectArgs};
use super::display::Display;
use super::interrupt::Interrupt;
use super::live::{self, Heed};
use super::program::{Handle, Program};
use super::{Failure, beside, explaining};
use crate::capture::interfaces::{interface_for, interfaces};
use crate::capture::live::OpenCapture;
use crate::tcp;
use crate::timeline::Settings;

/// Arguments of `watch`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope watch 5000
  chatscope watch tcp port 5000 or tcp port 5001
  chatscope watch -i eth0 -w lab.pcapng host 10.0.0.5
  chatscope watch 5000 -- python3 server.py
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
    beside::check(&args.capture, &[("-F", args.filter.filter_file.as_deref())])?;
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
    // The kernel keeps frames since the capture was opened. The program begins before signals are blocked: it would
    // inherit that, and hear neither Ctrl-C nor our request to end.
    let mut program = Program::start(&args.program)?;
    let handle = program.as_ref().map(Program::handle);
    let interrupt = Interrupt::listen_twice(|| (), move || handle.iter().for_each(Handle::kill))?;
    let (shown, gauge) = display.live_sink(args.capture.write.as_deref(), args.capture.print)?;
    let mut sink = beside::beside(vec![shown], notes.as_ref(), &args.capture, &args.display)?;
    let save = args.capture.write.as_deref();
    let capture = live::start(open, save, notes.as_ref())?;
    let settings = Settings {
        streams: tcp::Limits::live(),
        ..Settings::default()
    };
    let stop = || match &mut program {
        None => interrupt.came(),
        Some(program) => {
            if interrupt.came() {
                program.interrupted();
            }
            program.is_over()
        }
    };
    let heed = Heed::new(&args.capture, gauge, stop);
    let told = live::run(capture, settings, &mut *sink, None, heed);
    if let Some(program) = program {
        program.finish();
    }
    told
}

/// The loopback interface, the default: libpcap's own choice would be another one.
fn loopback() -> Result<String, Failure> {
    let all = interfaces()?;
    let found = interface_for(std::net::Ipv4Addr::LOCALHOST.into(), &all);
    found.map(|one| one.name.clone()).ok_or_else(|| {
        Failure::usage(
            "there is no loopback interface here; choose one with -i (see `chatscope interfaces`)",
        )
    })
}
