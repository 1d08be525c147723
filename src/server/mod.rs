//! The chat server: sockets, tasks, limits, shutdown.
//!
//! Owns: listeners for line text and HTTP, one task per connection, one that sends to all that are at rest, and the
//! [`SessionEvent`](crate::chat::SessionEvent)s that tell the timeline what the program did. Must not know: packets.
//!
//! Bind with [`bind()`] (before privileges are dropped), fill in a [`Config`], then [`run`] it on a tokio runtime or
//! [`run_blocking`] on this thread; a [`Shutdown`] ends it from anywhere.
//!
//! What follows is told to users too.
#![doc = ""]
#![doc = include_str!("../../docs/history-file.md")]

mod accept;
mod admit;
mod bind;
mod clock;
mod codec;
mod connection;
mod counted;
mod descriptors;
mod doorstep;
mod echo;
mod host;
mod http;
mod hub;
mod line_service;
mod lines;
mod metrics;
mod origin;
mod outbox;
mod outlet;
mod scan;
mod shutdown;
mod sink;
mod store;
mod systemd;
mod tcp_info;
mod upgrade;
mod websocket;
mod wire;

use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{interval, sleep, timeout};

use crate::chat::{Counters, Limits, Room};

use accept::accept;
use clock::Clock;
use doorstep::Doorstep;
use http::Web;
use hub::Hub;
use line_service::Lines;
use shutdown::Phase;
use store::{History, Writer};

pub use bind::{BindError, PEER_TIMEOUT, bind};
pub use descriptors::provide_descriptors;
pub use doorstep::{DOORSTEP_PLACES, DOORSTEP_TIME};
pub use http::HTTP_CONNECTIONS;

pub use shutdown::Shutdown;
pub use sink::{EVENT_QUEUE, EventSink};
pub use store::HistoryError;
pub use upgrade::SUBPROTOCOL;
pub use websocket::MESSAGE_BYTES;

/// How long ending may take before connections are cut.
pub const SHUTDOWN_GRACE: Duration = Duration::from_millis(4_500);
/// How often idle sessions are looked for; finer where the idle limit is short.
const TICK: Duration = Duration::from_secs(1);

/// How often WebSocket clients are pinged; one that gives no sign of life until the next ping is given up.
pub const PING_EVERY: Duration = Duration::from_mins(1);

/// What a server is to do.
#[derive(Debug)]
pub struct Config {
    /// Its name, for the welcome.
    pub name: String,
    /// Listeners for line text.
    pub line_listeners: Vec<TcpListener>,
    /// Listeners for HTTP: WebSocket and `/metrics`.
    pub web_listeners: Vec<TcpListener>,
    /// Bounds of the chat.
    pub limits: Limits,
    /// File that keeps the log; without it memory only.
    pub history: Option<PathBuf>,
    /// How often WebSocket clients are pinged.
    pub ping_every: Duration,
    /// Time after which a peer that acknowledges nothing is given up.
    pub peer_timeout: Duration,
    /// Whether `/echo` answers.
    pub echo: bool,
    /// Origins whose pages may join besides our own and those of loopback; `null` for pages opened as files, `*` for all.
    pub origins: Vec<String>,
    /// Who hears what happens.
    pub events: EventSink,
}

impl Default for Config {
    /// No listeners, memory only, all bounds at their defaults, nobody listening to events.
    fn default() -> Self {
        Self {
            name: "chatscope".to_owned(),
            line_listeners: Vec::new(),
            web_listeners: Vec::new(),
            limits: Limits::default(),
            history: None,
            ping_every: PING_EVERY,
            peer_timeout: PEER_TIMEOUT,
            echo: false,
            origins: Vec::new(),
            events: EventSink::none(),
        }
    }
}

/// The server could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The history file cannot be used.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The runtime or a listener could not be set up.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// What a server did in its life.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// The room's figures.
    pub counters: Counters,
    /// Events the timeline was too slow for.
    pub events_dropped: u64,
}

/// A server whose room and history file are open, before it accepts anybody.
pub struct Opened {
    config: Config,
    hub: Arc<Hub>,
    writer: Option<Writer>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Opened").field(&self.config).finish()
    }
}

/// Opens what can fail: the history file. Who announces a server does so after this.
pub fn open(mut config: Config) -> Result<Opened, ServeError> {
    let (hub, writer) = set_up(&mut config)?;
    Ok(Opened {
        config,
        hub,
        writer,
    })
}

/// Runs a server on this thread until it is shut down.
pub fn run_blocking(config: Config, shutdown: &Shutdown) -> Result<Report, ServeError> {
    open(config)?.run_blocking(shutdown)
}

impl Opened {
    /// As [`run_blocking`].
    pub fn run_blocking(self, shutdown: &Shutdown) -> Result<Report, ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|source| ServeError::Io {
            doing: "start the runtime",
            source,
        })?;
        runtime.block_on(self.run(shutdown.clone()))
    }

    /// As [`run`].
    pub async fn run(self, shutdown: Shutdown) -> Result<Report, ServeError> {
        let Self {
            config,
            hub,
            writer,
        } = self;
        let (alive, all_ended) = mpsc::channel(1);
        let mut round = JoinSet::new();
        let shared = Arc::clone(&hub);
        round.spawn(async move { shared.go_round(yield_now).await });
        let loops = listen(config, &hub, alive, &shutdown)?;
        systemd::notify("READY=1");
        shutdown.reached(Phase::Ending).await;
        systemd::notify("STOPPING=1");
        end(&hub, loops, all_ended, &shutdown).await;
        if let Some(writer) = writer {
            writer.stop();
        }
        Ok(Report {
            counters: hub.with(|room, _| room.counters()),
            events_dropped: hub.events_dropped(),
        })
    }
}

/// Runs a server on the present tokio runtime until it is shut down.
pub async fn run(config: Config, shutdown: Shutdown) -> Result<Report, ServeError> {
    open(config)?.run(shutdown).await
}

/// The room with what its history file holds, and the threads of that file.
fn set_up(config: &mut Config) -> Result<(Arc<Hub>, Option<Writer>), ServeError> {
    let mut history = config.history.as_deref().map(History::open).transpose()?;
    let mut room = Room::new(&config.name, config.limits.clone(), history.is_some());
    if let Some(history) = &mut history {
        history.restore(&mut room)?;
    }
    let store = history.as_ref().map(History::store);
    let events = std::mem::take(&mut config.events);
    let hub = Arc::new(Hub::new(room, Clock::start(), events, store));
    let writer = history
        .map(|history| history.start(Arc::clone(&hub)))
        .transpose();
    let writer = writer.map_err(|source| ServeError::Io {
        doing: "start the history thread",
        source,
    })?;
    Ok((hub, writer))
}

/// The loops that accept and that let time pass. Every connection holds `alive`.
fn listen(
    config: Config,
    hub: &Arc<Hub>,
    alive: mpsc::Sender<()>,
    shutdown: &Shutdown,
) -> Result<JoinSet<()>, ServeError> {
    let mut loops = JoinSet::new();
    let lines = Arc::new(Lines {
        hub: Arc::clone(hub),
        peer_timeout: config.peer_timeout,
        alive: alive.clone(),
        doorstep: Doorstep::default(),
        shutdown: shutdown.clone(),
    });
    for listener in config.line_listeners {
        loops.spawn(accept(asynchronous(listener)?, Arc::clone(&lines)));
    }
    let web = Arc::new(Web {
        hub: Arc::clone(hub),
        peer_timeout: config.peer_timeout,
        alive,
        echo: config.echo,
        origins: config.origins,
        shutdown: shutdown.clone(),
        places: config.limits.sessions.saturating_add(HTTP_CONNECTIONS),
        speaking: AtomicUsize::new(0),
    });
    for listener in config.web_listeners {
        loops.spawn(accept(asynchronous(listener)?, Arc::clone(&web)));
    }
    loops.spawn(tick(Arc::clone(hub), config.limits.idle));
    loops.spawn(ping(Arc::clone(hub), config.ping_every));
    Ok(loops)
}

/// A listener for the runtime.
fn asynchronous(listener: TcpListener) -> Result<tokio::net::TcpListener, ServeError> {
    listener
        .set_nonblocking(true)
        .and_then(|()| tokio::net::TcpListener::from_std(listener))
        .map_err(|source| ServeError::Io {
            doing: "use a listener",
            source,
        })
}

/// Lets time pass in the room.
async fn tick(hub: Arc<Hub>, idle: Duration) {
    let every = if idle.is_zero() {
        TICK
    } else {
        TICK.min(idle / 20).max(Duration::from_millis(10))
    };
    let mut ticks = interval(every);
    loop {
        ticks.tick().await;
        hub.with(Room::tick);
        hub.ask_places();
    }
}

/// Pings all WebSocket clients from time to time.
async fn ping(hub: Arc<Hub>, every: Duration) {
    loop {
        sleep(every).await;
        hub.ping_all();
    }
}

/// No new sessions, farewells, FINs; after the grace or a second signal the rest is cut.
async fn end(
    hub: &Hub,
    mut loops: JoinSet<()>,
    mut all_ended: mpsc::Receiver<()>,
    shutdown: &Shutdown,
) {
    // Dropping the accept loops closes the listeners: new connections are refused from here on.
    loops.shutdown().await;
    hub.begin_end(SHUTDOWN_GRACE);
    tokio::select! {
        _ = timeout(SHUTDOWN_GRACE, all_ended.recv()) => {}
        () = shutdown.reached(Phase::Now) => {}
    }
    hub.abort();
    let _ = timeout(Duration::from_millis(200), all_ended.recv()).await;
}
