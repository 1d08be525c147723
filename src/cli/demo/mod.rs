//! `chatscope demo`: the whole thing by itself in ten seconds: server, scripted clients, live capture, saved file, replay.

mod script;

use std::io::{Cursor, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;

use super::args::{DisplayArgs, Format, SelectArgs};
use super::display::Display;
use super::interrupt::Interrupt;
use super::listeners::Listeners;
use super::live::{self, Events, Heed, Saving};
use super::running::{self, Running};
use super::saved::{self, Saved};
use super::{Failure, exit, output, written};
use crate::capture::SavefileReader;
use crate::capture::filter::filter_for_ports;
use crate::capture::live::{LiveSettings, OpenCapture};
use crate::server::{EventSink, Shutdown};

/// The story to tell where capturing is not permitted, recorded from the same script.
const RECORDED: &[u8] = include_bytes!("../../../captures/demo.pcapng");

/// Arguments of `demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  chatscope demo\n  chatscope demo --why --lang pt-BR -w demo.pcapng"
)]
pub(super) struct DemoArgs {
    /// Where to save the capture [default: chatscope-DATE-TIME.pcapng in this folder]
    #[arg(short, long, value_name = "FILE")]
    write: Option<PathBuf>,
    #[command(flatten)]
    display: DisplayArgs,
}

/// Plays the demonstration.
pub(super) fn run(args: &DemoArgs) -> Result<(), Failure> {
    if args.write.as_deref().is_some_and(saved::is_dash) {
        return Err(Failure::usage(
            "demo tells its story on standard output, so -w needs the name of a file",
        ));
    }
    let listeners = Listeners::wherever()?;
    let closed = script::closed_port()?;
    let interface = listeners.interface()?;
    let mut ports = listeners.ports();
    ports.push(closed.port());
    let settings = LiveSettings {
        filter: filter_for_ports(&ports),
        ..LiveSettings::new(interface)
    };
    match OpenCapture::open(&settings).map_err(live::failure) {
        Ok(open) => play(args, listeners, closed, open),
        Err(failure) if failure.code() == exit::NO_PERMISSION => without_permission(args, &failure),
        Err(failure) => Err(failure),
    }
}

/// With permission: everything for real.
fn play(
    args: &DemoArgs,
    listeners: Listeners,
    closed: SocketAddr,
    open: OpenCapture,
) -> Result<(), Failure> {
    live::drop_privileges()?;
    let file = args.write.clone().unwrap_or_else(file_name);
    let server = *listeners
        .addresses()
        .0
        .first()
        .context("the server has an address")?;
    let display = Display::new(&args.display, &SelectArgs::default())?;
    let shutdown = Shutdown::new();
    let end = shutdown.clone();
    let interrupt = Interrupt::listen(move || end.begin())?;
    let (mut sink, gauge) = display.live_sink(None, false)?;
    let capture = live::start(open, Some(&file), None)?;
    let (events, receiver) = EventSink::channel();
    let counted = events.clone();
    let settings = listeners.settings();
    let server_here = running::open(listeners.config(events))?;
    let mut running = Running::start(server_here, shutdown.clone())?;
    output::announce(format_args!(
        "A chat server on {server}, two clients, and a capture of what TCP does between them. About ten seconds.\n"
    ));
    let clients = Clients::start(server, closed, shutdown)?;
    let heed = Heed {
        stop: || running.is_over(),
        duration: None,
        saving: Some(Saving::new(&file, false)),
        gauge,
    };
    let events = Some(Events {
        receiver,
        sink: counted,
    });
    let told = live::run(capture, settings, &mut *sink, events, heed);
    drop(sink);
    running.finish()?;
    told?;
    clients.finish(interrupt.came())?;
    retell(args, &file)
}

/// The scripted clients in a thread of their own; the server ends when they have.
struct Clients {
    thread: std::thread::JoinHandle<std::io::Result<()>>,
}

impl Clients {
    fn start(server: SocketAddr, closed: SocketAddr, shutdown: Shutdown) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new()
            .name("clients".into())
            .spawn(move || {
                let played = script::play(server, closed);
                shutdown.begin();
                played
            })?;
        Ok(Self { thread })
    }

    /// How the script went; one that was interrupted may have failed.
    fn finish(self, interrupted: bool) -> Result<(), Failure> {
        let played = self
            .thread
            .join()
            .map_err(|_| anyhow!("the scripted clients panicked; please report it"))?;
        if interrupted {
            Ok(())
        } else {
            Ok(played.context("the scripted clients")?)
        }
    }
}

/// The saved capture once more, as a table, and what to try next.
fn retell(args: &DemoArgs, file: &Path) -> Result<(), Failure> {
    output::announce(format_args!(
        "\nThe same from the saved capture, one row per connection:\n"
    ));
    tell(args, saved::open(file)?, file, Format::Table)?;
    let name = saved::name(file);
    output::announce(format_args!(
        "\nSaved: {name}\nTry next:\n  wireshark {name}\n  chatscope replay {name} --why\n  chatscope replay {name} --format json\n  \
         chatscope serve          then, in another terminal: nc 127.0.0.1 7000"
    ));
    Ok(())
}

/// Without permission: say so and how to get it, then tell the recorded story.
fn without_permission(args: &DemoArgs, failure: &Failure) -> Result<(), Failure> {
    output::note(format_args!(
        "{failure}\n\nUntil then, the same story from a capture recorded earlier:\n"
    ));
    let name = Path::new("captures/demo.pcapng");
    let input: Box<dyn Read + Send> = Box::new(Cursor::new(RECORDED));
    let recorded =
        SavefileReader::new(input).map_err(|error| anyhow!("{}: {error}", name.display()))?;
    tell(args, recorded, name, args.display.format)?;
    output::announce(format_args!(
        "\nTry next: chatscope doctor; chatscope serve --no-capture; chatscope replay FILE"
    ));
    Ok(())
}

/// Tells a saved capture.
fn tell(args: &DemoArgs, source: Saved, name: &Path, format: Format) -> Result<(), Failure> {
    let display = Display::new(
        &DisplayArgs {
            format,
            ..args.display.clone()
        },
        &SelectArgs::default(),
    )?;
    saved::tell(
        name,
        source,
        &mut *display.sink(Box::new(written::stdout())),
    )?
    .end()
}

/// `chatscope-YYYYmmdd-HHMMSS.pcapng`.
fn file_name() -> PathBuf {
    let now = jiff::Timestamp::from_nanosecond(live::now().as_nanos().into()).unwrap_or_default();
    let local = now.to_zoned(jiff::tz::TimeZone::system());
    PathBuf::from(local.strftime("chatscope-%Y%m%d-%H%M%S.pcapng").to_string())
}
