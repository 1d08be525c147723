//! The program that `watch -- CMD` runs under its capture: started with the signals as we found them, never left behind.
//!
//! Owns: its start, its end, how long both sides wait. Must not know: what is captured.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use anyhow::anyhow;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Failure, live, output};
use crate::net::Timestamp;

/// How long the capture goes on after the program has ended: its last FIN and ACK are still under way.
const GRACE: Duration = Duration::from_millis(300);
/// How long a program that heard Ctrl-C itself may take before it is asked to end: it may have a farewell to say.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long a program that was asked to end may take before it is killed.
const PATIENCE: Duration = Duration::from_secs(3);
/// Between two looks at a program that is ending.
const LOOK: Duration = Duration::from_millis(10);

/// A running program; dropped, it is ended.
pub(super) struct Program {
    name: String,
    child: Handle,
    /// When its end was first wanted.
    wanted: Option<Timestamp>,
    /// When it was asked for.
    asked: Option<Timestamp>,
    ended: Option<(ExitStatus, Timestamp)>,
}

/// The process, shared with whoever may have to end it at once.
#[derive(Clone)]
pub(super) struct Handle(Arc<Mutex<Child>>);

impl Handle {
    /// Ends it now, unless it has ended.
    pub(super) fn kill(&self) {
        let _ = self.child().kill();
    }

    /// A panic elsewhere leaves a process that is as good as before.
    fn child(&self) -> MutexGuard<'_, Child> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Program {
    /// Starts the program that the words name; none where there are no words. Call before signals are blocked.
    pub(super) fn start(words: &[String]) -> Result<Option<Self>, Failure> {
        let Some((name, arguments)) = words.split_first() else {
            return Ok(None);
        };
        let child = Command::new(name)
            .args(arguments)
            .spawn()
            .map_err(|error| anyhow!("{name} cannot be started: {error}"))?;
        Ok(Some(Self {
            name: name.clone(),
            child: Handle(Arc::new(Mutex::new(child))),
            wanted: None,
            asked: None,
            ended: None,
        }))
    }

    /// Something to end it by, from any thread.
    pub(super) fn handle(&self) -> Handle {
        self.child.clone()
    }

    /// It has ended, and its last frames have had time to come.
    pub(super) fn is_over(&mut self) -> bool {
        self.look();
        self.ended.is_some_and(|(_, at)| passed(at, GRACE))
    }

    /// Ctrl-C came, which a terminal sends to the program as well: it may end by itself, then it is asked to, then killed.
    /// Never waits: call it again and again.
    pub(super) fn interrupted(&mut self) {
        let wanted = *self.wanted.get_or_insert_with(live::now);
        if passed(wanted, FAREWELL) {
            self.ask_to_end();
        }
    }

    /// Asks it to end; asked again long after, kills it. Never waits.
    fn ask_to_end(&mut self) {
        self.look();
        if self.ended.is_some() {
            return;
        }
        match self.asked {
            None => {
                self.asked = Some(live::now());
                let child = self.child.child();
                let _ = kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM);
            }
            Some(at) if passed(at, PATIENCE) => self.child.kill(),
            Some(_) => {}
        }
    }

    /// Says how it ended; a program that outlives the capture is ended first.
    pub(super) fn finish(mut self) {
        self.end();
        match self.ended {
            Some((status, _)) => {
                // What we did ourselves is no fault of the program's.
                let signal = status.signal().filter(|_| self.asked.is_some());
                let why = match signal.and_then(|number| Signal::try_from(number).ok()) {
                    Some(Signal::SIGTERM) => ", sent by chatscope at the end",
                    Some(Signal::SIGKILL) => ", since it did not end on SIGTERM",
                    _ => "",
                };
                output::note(format_args!("{}: {status}{why}", self.name));
            }
            None => output::note(format_args!("{}: does not end, not even killed", self.name)),
        }
    }

    /// Ends it where it has not, and waits for that.
    fn end(&mut self) {
        while self.ended.is_none() && !self.asked.is_some_and(|at| passed(at, 2 * PATIENCE)) {
            self.ask_to_end();
            sleep(LOOK);
        }
    }

    fn look(&mut self) {
        if self.ended.is_none()
            && let Ok(Some(status)) = self.child.child().try_wait()
        {
            self.ended = Some((status, live::now()));
        }
    }
}

impl Drop for Program {
    /// Nothing that we started goes on without us.
    fn drop(&mut self) {
        self.end();
    }
}

/// Whether that long has passed since then.
fn passed(since: Timestamp, time: Duration) -> bool {
    u128::from(live::now().since(since).max(0).unsigned_abs()) > time.as_nanos()
}
