//! Ctrl-C, SIGTERM and a terminal that is closed: the first asks for an orderly end, the second ends at once.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal};

use super::output;

/// Exit code after a second signal: 128 + SIGINT, as shells say it.
const CUT_SHORT: i32 = 130;

/// Signals that come so soon behind the first are the same wish, told twice; nobody presses Ctrl-C twice in that time.
const TOGETHER: Duration = Duration::from_millis(100);

/// An end that takes longer than this is said to be on its way.
const NOTICED: Duration = Duration::from_millis(500);

/// Counts the signals that asked the program to end.
#[derive(Clone, Debug)]
pub(super) struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Blocks SIGINT, SIGTERM and SIGHUP in this thread and all it will start, and waits for them in a thread of its own.
    /// Call before any other thread runs. `on_first` runs in that thread when the first signal comes.
    pub(super) fn listen(on_first: impl FnOnce() + Send + 'static) -> nix::Result<Self> {
        Self::listen_twice(on_first, || ())
    }

    /// The same; `on_second` is all that happens before the second signal ends the program at once.
    pub(super) fn listen_twice(
        on_first: impl FnOnce() + Send + 'static,
        on_second: impl FnOnce() + Send + 'static,
    ) -> nix::Result<Self> {
        let mut signals = SigSet::empty();
        signals.add(Signal::SIGINT);
        signals.add(Signal::SIGTERM);
        if !ignores_hangup() {
            signals.add(Signal::SIGHUP);
        }
        signals.thread_block()?;
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&count);
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || wait_for(&signals, &seen, on_first, on_second))
            .expect("a thread can be started");
        Ok(Self(count))
    }

    /// A signal has come.
    pub(super) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

#[expect(clippy::disallowed_methods, reason = "signals that come together")]
fn wait_for(
    signals: &SigSet,
    seen: &AtomicUsize,
    on_first: impl FnOnce(),
    on_second: impl FnOnce(),
) {
    let Ok(signal) = signals.wait() else { return };
    let first = Instant::now();
    if signal == Signal::SIGINT {
        leave_the_line_of_the_key();
    }
    seen.fetch_add(1, Ordering::Relaxed);
    on_first();
    if signal == Signal::SIGINT && stderr().is_terminal() {
        thread::spawn(say_that_it_ends);
    }
    loop {
        let Ok(signal) = signals.wait() else { return };
        seen.fetch_add(1, Ordering::Relaxed);
        // The shell tells of a closed terminal what the kernel has told already; so does timeout(1) with its group.
        if signal != Signal::SIGHUP && first.elapsed() > TOGETHER {
            break;
        }
    }
    on_second();
    std::process::exit(CUT_SHORT)
}

/// Nobody should wonder whether the key was heard: clients are told farewell, what was captured is written.
fn say_that_it_ends() {
    thread::sleep(NOTICED);
    output::note(format_args!("ending in order; Ctrl-C again ends at once"));
}

/// The terminal has shown `^C` where the next line begins.
fn leave_the_line_of_the_key() {
    let mut stderr = stderr();
    if stderr.is_terminal() {
        let _ = stderr.write_all(b"\n"); // it may be closed by now
    }
}

/// Whether the program was started to outlive its terminal (`nohup`): such a signal, once blocked, would still come.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // Where nobody can tell, the signal keeps what it does by default.
    ignored.is_none_or(|mask| mask >> (Signal::SIGHUP as i32 - 1) & 1 == 1)
}
