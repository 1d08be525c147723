//! The chat server in a thread of its own, beside the capture of its traffic.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::anyhow;

use super::{Failure, live, written};
use crate::net::Timestamp;
use crate::server::{self, Config, Opened, ServeError, Shutdown};

/// How long the capture goes on after the server has ended: the last ACKs are still under way.
const GRACE: Duration = Duration::from_millis(200);

/// Opens what a server can fail at. Call after privileges were dropped and before it is announced.
pub(super) fn open(config: Config) -> Result<Opened, Failure> {
    server::provide_descriptors(config.limits.sessions);
    server::open(config).map_err(|error| {
        let whom = match &error {
            ServeError::History(history) if history.is_refused() => written::as_whom(),
            _ => String::new(),
        };
        Failure::from(anyhow!("{error}{whom}"))
    })
}

/// A chat server in a thread of its own.
pub(super) struct Running {
    thread: JoinHandle<Result<server::Report, ServeError>>,
    over: Arc<AtomicBool>,
    over_since: Option<Timestamp>,
}

impl Running {
    /// Starts a server that is open.
    pub(super) fn start(server: Opened, shutdown: Shutdown) -> std::io::Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&over);
        let thread = std::thread::Builder::new()
            .name("server".into())
            .spawn(move || {
                let result = server.run_blocking(&shutdown);
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
