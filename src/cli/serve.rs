//! `chatscope serve`: the chat server with live capture of its own traffic, the main job.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::args::{CaptureArgs, DisplayArgs, SelectArgs};
use super::display::Display;
use super::interrupt::Interrupt;
use super::listeners::{Listeners, Place};
use super::live::{self, Events, Heed};
use super::numbered::Numbers;
use super::running::{self, Running};
use super::whole::{at_least_one, whole};
use super::{Failure, beside, exit, explaining, logging, output, written};
use crate::capture::InterfaceInfo;
use crate::capture::filter::{filter_for_ports, spelled_out};
use crate::capture::live::{Notes, OpenCapture};
use crate::chat;
use crate::server::{self, Config, EventSink, Shutdown};
use crate::timeline::Sink;

/// Options that say nothing to a chat without capture. How a story looks (colour, language, width) is no contradiction.
const NEEDS_CAPTURE: [&str; 23] = [
    "require_capture",
    "filter",
    "interface",
    "write",
    "annotate",
    "ladder",
    "print",
    "snaplen",
    "buffer",
    "link_type",
    "direction",
    "immediate_mode",
    "count",
    "format",
    "why",
    "absolute",
    "payload_text",
    "payload_hex",
    "stream",
    "flag",
    "port",
    "only",
    "display_filter",
];

/// Arguments of `serve`.
#[expect(
    clippy::doc_markdown,
    reason = "the comments are help texts for a terminal"
)]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chatscope serve                          chat on ports 7000 (nc) and 7080 (WebSocket), story on the screen
  chatscope serve -w lab.pcapng            and save the capture
  chatscope serve -w lab.pcapng --annotate and let each saved frame explain itself in Wireshark
  chatscope serve --history room.db        and keep the room across restarts
  chatscope serve --no-capture             only the chat, no privileges needed
  nc 127.0.0.1 7000                        join it")]
pub(super) struct ServeArgs {
    /// Address and port for line text (netcat); may repeat; `localhost` or a port alone: 127.0.0.1 and ::1 [default: localhost:7000]
    #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
    listen: Vec<Place>,
    /// Address and port for HTTP and WebSocket /chat; may repeat [default: localhost:7080]
    #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
    web: Vec<Place>,
    /// Allow addresses other than loopback: anybody who can reach them can chat
    #[arg(long)]
    public: bool,
    /// Only the chat
    #[arg(long, conflicts_with_all = NEEDS_CAPTURE)]
    no_capture: bool,
    /// End with code 5 when capturing is not permitted (default: go on as a chat and say so)
    #[arg(long)]
    require_capture: bool,
    /// Capture filter (BPF) instead of the listening ports
    #[arg(short, long, value_name = "FILTER")]
    filter: Option<String>,
    #[command(flatten)]
    chat: ChatArgs,
    #[command(flatten)]
    capture: CaptureArgs,
    #[command(flatten)]
    display: DisplayArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Form of the log on stderr
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    log_format: logging::LogFormat,
}

/// The chat's bounds and places.
#[derive(Debug, Args)]
#[command(next_help_heading = "Chat")]
pub(super) struct ChatArgs {
    /// Keep the room in this SQLite file: lines survive a restart
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Name of the room, shown in the welcome
    #[arg(long, value_name = "NAME", default_value = "chatscope")]
    name: String,
    /// Answer on /echo (WebSocket conformance tests)
    #[arg(long)]
    echo: bool,
    /// Let browser pages of this origin join besides those from localhost; may repeat; `null` for pages opened as files
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<String>,
    /// Lines per second and session; 0 = unlimited
    #[arg(long, value_name = "N", default_value_t = chat::limits::RATE, value_parser = whole::<u32>)]
    rate: u32,
    /// Seconds without a line after which a session ends; 0 = never
    #[arg(long, value_name = "SECONDS", default_value_t = chat::limits::IDLE.as_secs(), value_parser = whole::<u64>)]
    idle: u64,
    /// Seconds after which a client that acknowledges nothing (gone without FIN, or not reading) is given up
    #[arg(long, value_name = "SECONDS", default_value_t = server::PEER_TIMEOUT.as_secs(), value_parser = at_least_one::<u64>)]
    peer_timeout: u64,
    /// Sessions at once
    #[arg(long, value_name = "N", default_value_t = chat::limits::SESSIONS, value_parser = at_least_one::<usize>)]
    max_sessions: usize,
    /// Sessions at once from one address (of IPv6: one /64 network) other than this machine's; 0 = unlimited
    #[arg(long, value_name = "N", default_value_t = chat::limits::PER_ADDRESS, value_parser = whole::<usize>)]
    per_address: usize,
    /// Bytes of one line
    #[arg(long, value_name = "BYTES", default_value_t = chat::limits::LINE_BYTES, value_parser = at_least_one::<usize>)]
    max_line: usize,
    /// Bytes of log in memory
    #[arg(long, value_name = "BYTES", default_value_t = chat::limits::LOG_BYTES, value_parser = whole::<usize>)]
    log_bytes: usize,
}

/// An origin as browsers write it: anything else would never match.
fn origin(text: &str) -> Result<String, &'static str> {
    let site = text.split_once("://").map(|(_, site)| site);
    let whole = site.is_some_and(|site| !site.is_empty() && !site.contains('/'));
    if whole || matches!(text, "null" | "*") {
        return Ok(text.to_owned());
    }
    Err(
        "an origin is SCHEME://HOST or SCHEME://HOST:PORT, without a path; `null` for pages opened as files, `*` for all",
    )
}

impl ChatArgs {
    fn limits(&self) -> chat::Limits {
        chat::Limits {
            rate: self.rate,
            idle: Duration::from_secs(self.idle),
            sessions: self.max_sessions,
            per_address: self.per_address,
            line_bytes: self.max_line,
            log_bytes: self.log_bytes,
            ..chat::Limits::default()
        }
    }

    /// The server that these options describe, on the listeners that it has.
    fn config(&self, listening: Config) -> Config {
        Config {
            name: self.name.clone(),
            limits: self.limits(),
            history: self.history.clone(),
            peer_timeout: Duration::from_secs(self.peer_timeout),
            echo: self.echo,
            origins: self.allow_origin.clone(),
            ..listening
        }
    }
}

/// Serves the chat and tells its TCP until Ctrl-C.
pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    logging::speak(args.log_format);
    beside::check(
        &args.capture,
        &[("--history", args.chat.history.as_deref())],
    )?;
    let notes = explaining::notes(&args.capture)?;
    let listeners = Listeners::bind(&args.listen, &args.web, args.public)?;
    if args.filter.is_none() {
        listeners.check_shown(&args.select.port)?;
    }
    let capture = if args.no_capture {
        None
    } else {
        open_capture(args, &listeners)?
    };
    live::drop_privileges()?;
    let display = Display::new(&args.display, &args.select)?;
    let shutdown = Shutdown::new();
    let end = shutdown.clone();
    let _interrupt = Interrupt::listen(move || end.begin())?;
    let level = log_level(&args.display, capture.is_some());
    logging::start(args.log_format, level)?;
    match capture {
        None => chat(args, listeners, shutdown),
        Some(open) => {
            let story = Story {
                open,
                notes,
                display,
            };
            tell(args, listeners, &shutdown, story)
        }
    }
}

/// With the story on the screen the log holds warnings; alone it is what the operator sees.
const fn log_level(display: &DisplayArgs, captured: bool) -> &'static str {
    let more = if captured || display.quiet { 0 } else { 1 };
    match display.verbose.saturating_add(more) {
        0 => "warn",
        1 => "info",
        2 => "debug",
        _ => "trace",
    }
}

/// The chat alone, until Ctrl-C or the end of `-a duration:N`.
fn chat(args: &ServeArgs, listeners: Listeners, shutdown: Shutdown) -> Result<(), Failure> {
    let addresses = listeners.addresses();
    let server = running::open(args.chat.config(listeners.config(EventSink::none())))?;
    let end = shutdown.clone();
    let running = Running::start(server, shutdown)?;
    if let Some(duration) = args.capture.autostop {
        std::thread::Builder::new()
            .name("autostop".into())
            .spawn(move || {
                std::thread::sleep(duration);
                end.begin();
            })?;
    }
    announce(&addresses, None);
    running.finish().map(drop)
}

/// What the story of the TCP is made of.
struct Story {
    open: OpenCapture,
    notes: Option<Arc<Notes>>,
    display: Display,
}

/// The chat and the story of its TCP. Everything that can be refused is opened before anybody is invited.
fn tell(
    args: &ServeArgs,
    listeners: Listeners,
    shutdown: &Shutdown,
    story: Story,
) -> Result<(), Failure> {
    let write = args.capture.write.as_deref();
    let notes = story.notes.as_ref();
    let (shown, gauge) = story.display.live_sink(write, args.capture.print)?;
    let numbers = Numbers::default();
    let known = numbers.clone();
    let (events, receiver) = EventSink::channel();
    let events = events.knowing(move |connection| known.of(connection));
    let counted = events.clone();
    let own: Vec<Box<dyn Sink>> = vec![Box::new(numbers), shown];
    let mut sink = beside::beside(own, notes, &args.capture, &args.display)?;
    let (settings, addresses) = (listeners.settings(), listeners.addresses());
    let server = running::open(args.chat.config(listeners.config(events)))?;
    let capture = live::start(story.open, write, notes)?;
    let mut running = Running::start(server, shutdown.clone())?;
    announce(&addresses, capture.info().interfaces.first());
    let told = live::run(
        capture,
        settings,
        &mut *sink,
        Some(Events {
            receiver,
            sink: counted.clone(),
        }),
        Heed::new(&args.capture, gauge, || running.is_over()),
    );
    let too_fast = counted.dropped();
    drop(sink);
    shutdown.begin();
    let report = running.finish()?;
    if too_fast > 0 {
        output::note(format_args!(
            "{too_fast} session events came too fast for the story"
        ));
    }
    let too_late = report.events_dropped.saturating_sub(too_fast);
    if too_late > 0 {
        output::note(format_args!(
            "{too_late} session events came after the story had ended"
        ));
    }
    told
}

/// Opens the capture. Without permission the chat goes on and says so, unless a capture is required.
fn open_capture(args: &ServeArgs, listeners: &Listeners) -> Result<Option<OpenCapture>, Failure> {
    let interface = match &args.capture.interface {
        Some(name) => name.clone(),
        None => listeners.interface()?,
    };
    let filter = match &args.filter {
        Some(typed) => spelled_out(typed.clone()),
        None => filter_for_ports(&listeners.ports()),
    };
    let opened = OpenCapture::open(&live::settings(&args.capture, interface, filter)?)
        .map_err(live::failure);
    match opened {
        Ok(open) => Ok(Some(open)),
        Err(failure) if failure.code() == exit::NO_PERMISSION && !args.require_capture => {
            output::warn(failure);
            let undone = left_undone(&args.capture);
            output::warn(format_args!(
                "going on as a chat without its TCP story{undone}"
            ));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// What was asked of the capture and does not happen without one.
fn left_undone(capture: &CaptureArgs) -> String {
    let files = [&capture.write, &capture.ladder].into_iter().flatten();
    let mut undone: Vec<_> = files
        .map(|path| format!("{} is not written", written::name(path)))
        .collect();
    if let Some(count) = capture.count {
        undone.push(format!("there are no frames for -c {count} to count"));
    }
    if undone.is_empty() {
        String::new()
    } else {
        format!(": {}", undone.join(", "))
    }
}

/// Elsewhere all addresses of IPv6 are often those of IPv4 too.
fn only(address: &SocketAddr, all: &[SocketAddr], option: &str) -> String {
    let port = address.port();
    let other = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    if address.ip() != Ipv6Addr::UNSPECIFIED || all.contains(&other) {
        return String::new();
    }
    format!("   (IPv6 only: for IPv4 too add {option} {other})")
}

/// Says on stderr where to knock.
fn announce((line, web): &(Vec<SocketAddr>, Vec<SocketAddr>), interface: Option<&InterfaceInfo>) {
    for address in line {
        output::announce(format_args!(
            "chat on {address}   join with: nc {} {}{}",
            host(address.ip()),
            address.port(),
            only(address, line, "--listen")
        ));
    }
    for address in web {
        let only = only(address, web, "--web");
        output::announce(format_args!("WebSocket on ws://{address}/chat{only}"));
    }
    if let Some(interface) = interface {
        output::announce(format_args!(
            "capturing on {}: {}; Ctrl-C ends",
            interface.name.as_deref().unwrap_or("?"),
            interface.filter.as_deref().unwrap_or("everything")
        ));
    }
}

/// An address as netcat takes it.
fn host(ip: IpAddr) -> String {
    if ip.is_unspecified() {
        "ADDRESS".to_owned()
    } else {
        ip.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_and_no_path() {
        for good in ["http://localhost:8000", "https://chat.example", "null", "*"] {
            assert_eq!(origin(good).as_deref(), Ok(good));
        }
        for bad in ["chat.example", "http://", "http://chat.example/", ""] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }
}
