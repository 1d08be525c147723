//! `chatscope serve`: the chat server with live capture of its own traffic, the main job.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;

use super::args::{CaptureArgs, DisplayArgs, SelectArgs};
use super::display::Display;
use super::interrupt::Interrupt;
use super::live::{self, Limits};
use super::numbered::Numbers;
use super::{Failure, beside, exit, explaining, logging, output};
use crate::capture::filter::filter_for_ports;
use crate::capture::interfaces::{interface_for, interfaces};
use crate::capture::live::OpenCapture;
use crate::chat;
use crate::server::{self, BindError, Config, EventSink, ServeError, Shutdown};
use crate::tcp;
use crate::timeline::{Settings, Sink};

/// Where netcat knocks.
pub(super) const LINE_PORT: u16 = 7000;
/// Where browsers knock.
pub(super) const WEB_PORT: u16 = 7080;
/// How long the capture goes on after the server has ended: the last ACKs are still under way.
const GRACE: Duration = Duration::from_millis(200);

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
    /// Address and port for line text (netcat); may repeat; default: port 7000 of 127.0.0.1 and ::1
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Vec<SocketAddr>,
    /// Address and port for HTTP and WebSocket /chat; may repeat; default: port 7080 of 127.0.0.1 and ::1
    #[arg(long, value_name = "ADDR:PORT")]
    web: Vec<SocketAddr>,
    /// Allow addresses other than loopback: anybody who can reach them can chat
    #[arg(long)]
    public: bool,
    /// Only the chat
    #[arg(long, conflicts_with_all = ["require_capture", "write", "interface", "filter", "ladder"])]
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
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Lines per second and session; 0 = unlimited
    #[arg(long, value_name = "N", default_value_t = chat::limits::RATE)]
    rate: u32,
    /// Seconds without a line after which a session ends; 0 = never
    #[arg(long, value_name = "SECONDS", default_value_t = chat::limits::IDLE.as_secs())]
    idle: u64,
    /// Seconds after which a client that acknowledges nothing (gone without FIN, or not reading) is given up
    #[arg(long, value_name = "SECONDS", default_value_t = server::PEER_TIMEOUT.as_secs(), value_parser = clap::value_parser!(u64).range(1..))]
    peer_timeout: u64,
    /// Sessions at once
    #[arg(long, value_name = "N", default_value_t = chat::limits::SESSIONS)]
    max_sessions: usize,
    /// Bytes of one line
    #[arg(long, value_name = "BYTES", default_value_t = chat::limits::LINE_BYTES)]
    max_line: usize,
    /// Bytes of log in memory
    #[arg(long, value_name = "BYTES", default_value_t = chat::limits::LOG_BYTES)]
    log_bytes: usize,
}

impl ChatArgs {
    fn limits(&self) -> chat::Limits {
        chat::Limits {
            rate: self.rate,
            idle: Duration::from_secs(self.idle),
            sessions: self.max_sessions,
            line_bytes: self.max_line,
            log_bytes: self.log_bytes,
            ..chat::Limits::default()
        }
    }
}

/// The listening sockets, bound before privileges are dropped.
pub(super) struct Listeners {
    line: Vec<TcpListener>,
    web: Vec<TcpListener>,
}

impl Listeners {
    fn bind(args: &ServeArgs) -> Result<Self, Failure> {
        let public = args
            .listen
            .iter()
            .chain(&args.web)
            .find(|address| !address.ip().is_loopback());
        if let Some(address) = public.filter(|_| !args.public) {
            return Err(Failure::usage(format!(
                "{address} can be reached from other machines: add --public if you mean it"
            )));
        }
        Ok(Self {
            line: bind(&args.listen, LINE_PORT)?,
            web: bind(&args.web, WEB_PORT)?,
        })
    }

    /// The usual ports of 127.0.0.1, or any free ones where those are taken.
    pub(super) fn wherever() -> Result<Self, Failure> {
        let at = |port| server::bind((Ipv4Addr::LOCALHOST, port).into());
        let listen = |port| at(port).or_else(|_| at(0));
        Ok(Self {
            line: vec![listen(LINE_PORT)?],
            web: vec![listen(WEB_PORT)?],
        })
    }

    /// Addresses of the line text listeners and of the web listeners.
    pub(super) fn addresses(&self) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
        let of = |listeners: &[TcpListener]| {
            listeners
                .iter()
                .filter_map(|listener| listener.local_addr().ok())
                .collect()
        };
        (of(&self.line), of(&self.web))
    }

    /// All ports, each once.
    pub(super) fn ports(&self) -> Vec<u16> {
        let (line, web) = self.addresses();
        let mut ports: Vec<_> = line.iter().chain(&web).map(SocketAddr::port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// What the timeline should know of them: which ports make one room. That they listen is left to the packets, so that
    /// the saved capture tells the same story.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            room_ports: self.ports(),
            streams: tcp::Limits::live(),
            ..Settings::default()
        }
    }

    /// A plain server on them.
    pub(super) fn config(self, events: EventSink) -> Config {
        Config {
            line_listeners: self.line,
            web_listeners: self.web,
            events,
            ..Config::default()
        }
    }

    /// The interface that sees all of them.
    pub(super) fn interface(&self) -> Result<String, Failure> {
        let all = interfaces().map_err(live::failure)?;
        let (line, web) = self.addresses();
        let mut names: Vec<_> = line
            .iter()
            .chain(&web)
            .filter_map(|address| Some(interface_for(address.ip(), &all)?.name.clone()))
            .collect();
        names.sort();
        names.dedup();
        match names.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(Failure::usage(
                "no interface sees the listening addresses: choose one with -i (see `chatscope interfaces`)",
            )),
            _ => Ok("any".to_owned()),
        }
    }
}

/// Binds the addresses given, or both loopback addresses; a machine without IPv6 does with one.
fn bind(given: &[SocketAddr], port: u16) -> Result<Vec<TcpListener>, Failure> {
    if !given.is_empty() {
        return given
            .iter()
            .map(|address| server::bind(*address).map_err(Failure::from))
            .collect();
    }
    let mut listeners = vec![server::bind((Ipv4Addr::LOCALHOST, port).into())?];
    match server::bind((Ipv6Addr::LOCALHOST, port).into()) {
        Ok(listener) => listeners.push(listener),
        Err(error @ (BindError::NoSuchAddress(_) | BindError::Other { .. })) => {
            output::note(format_args!("chatscope: warning: {error}; IPv4 only"));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(listeners)
}

/// A chat server in a thread of its own.
pub(super) struct Running {
    thread: JoinHandle<Result<server::Report, ServeError>>,
    over: Arc<AtomicBool>,
    over_since: Option<crate::net::Timestamp>,
}

impl Running {
    /// Starts the server.
    pub(super) fn start(config: Config, shutdown: Shutdown) -> std::io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&over);
        let thread = std::thread::Builder::new()
            .name("server".into())
            .spawn(move || {
                let result = server::run_blocking(config, &shutdown);
                done.store(true, Ordering::Release);
                result
            })?;
        Ok(Self {
            thread,
            over,
            over_since: None,
        })
    }

    /// The server has ended, and its last frames have had time to come.
    pub(super) fn is_over(&mut self) -> bool {
        if !self.over.load(Ordering::Acquire) {
            return false;
        }
        let now = live::now();
        let since = *self.over_since.get_or_insert(now);
        u128::from(now.since(since).max(0).unsigned_abs()) > GRACE.as_nanos()
    }

    /// Waits for its end and tells how it went.
    pub(super) fn finish(self) -> Result<server::Report, Failure> {
        match self.thread.join() {
            Ok(result) => result.map_err(Failure::from),
            Err(_) => Err(anyhow!("the server ended with a panic; please report it").into()),
        }
    }
}

/// Serves the chat and tells its TCP until Ctrl-C.
pub(super) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let notes = explaining::notes(&args.capture)?;
    let listeners = Listeners::bind(args)?;
    let capture = if args.no_capture {
        None
    } else {
        open_capture(args, &listeners)?
    };
    live::drop_privileges()?;
    logging::start(args.log_format, args.display.verbose);
    let display = Display::new(&args.display, &args.select)?;
    let shutdown = Shutdown::new();
    let end = shutdown.clone();
    let _interrupt = Interrupt::listen(move || end.begin())?;
    announce(&listeners, capture.as_ref());
    let settings = listeners.settings();
    let (events, receiver) = if capture.is_some() {
        EventSink::channel()
    } else {
        (EventSink::none(), EventSink::channel().1)
    };
    let numbers = Numbers::default();
    let known = numbers.clone();
    let config = Config {
        name: args.chat.name.clone(),
        limits: args.chat.limits(),
        history: args.chat.history.clone(),
        peer_timeout: Duration::from_secs(args.chat.peer_timeout),
        echo: args.chat.echo,
        origins: args.chat.allow_origin.clone(),
        ..listeners.config(events.knowing(move |connection| known.of(connection)))
    };
    let Some(open) = capture else {
        return Running::start(config, shutdown)?.finish().map(|_| ());
    };
    let shown = display.live_sink(args.capture.write.as_deref(), args.capture.print)?;
    let own: Vec<Box<dyn Sink>> = vec![Box::new(numbers), shown];
    let mut sink = beside::beside(own, notes.as_ref(), &args.capture, &args.display)?;
    let capture = live::start(open, args.capture.write.as_deref(), notes.as_ref())?;
    let mut running = Running::start(config, shutdown.clone())?;
    let told = live::run(
        capture,
        settings,
        &mut *sink,
        Some(receiver),
        Limits::new(&args.capture, || running.is_over()),
    );
    drop(sink);
    shutdown.begin();
    let report = running.finish()?;
    if report.events_dropped > 0 {
        output::note(format_args!(
            "{} session events came too fast for the story",
            report.events_dropped
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
    let filter = args
        .filter
        .clone()
        .unwrap_or_else(|| filter_for_ports(&listeners.ports()));
    let opened = OpenCapture::open(&live::settings(&args.capture, interface, filter)?)
        .map_err(live::failure);
    match opened {
        Ok(open) => Ok(Some(open)),
        Err(failure) if failure.code() == exit::NO_PERMISSION && !args.require_capture => {
            output::note(format_args!(
                "chatscope: warning: {failure}\nchatscope: going on as a chat without its TCP story"
            ));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Says on stderr where to knock.
fn announce(listeners: &Listeners, capture: Option<&OpenCapture>) {
    let (line, web) = listeners.addresses();
    for address in line {
        output::note(format_args!(
            "chat on {address}   join with: nc {} {}",
            host(address.ip()),
            address.port()
        ));
    }
    for address in web {
        output::note(format_args!("WebSocket on ws://{address}/chat"));
    }
    if let Some(interface) = capture.and_then(|open| open.info().interfaces.first()) {
        output::note(format_args!(
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
