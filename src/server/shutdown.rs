//! The switch that ends the server: first politely, then at once.
//!
//! Owns: the two steps. Must not know: signals (the caller turns the switch) or what ending involves.

use std::sync::Arc;

use tokio::sync::watch;

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    Serving,
    Ending,
    Now,
}

/// Ends a running server; clones turn the same switch, from any thread.
#[derive(Clone, Debug)]
pub struct Shutdown {
    phase: Arc<watch::Sender<Phase>>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// A switch not yet turned.
    #[must_use]
    pub fn new() -> Self {
        Self {
            phase: Arc::new(watch::Sender::new(Phase::Serving)),
        }
    }

    /// No new sessions; every accepted line is delivered, everybody gets a farewell and a FIN; bounded in time.
    pub fn begin(&self) {
        self.raise(Phase::Ending);
    }

    /// At once.
    pub fn now(&self) {
        self.raise(Phase::Now);
    }

    /// The first call [begins](Self::begin), any further one ends [at once](Self::now): what a signal handler wants.
    pub fn signal(&self) {
        let step = if *self.phase.borrow() == Phase::Serving {
            Phase::Ending
        } else {
            Phase::Now
        };
        self.raise(step);
    }

    fn raise(&self, to: Phase) {
        self.phase.send_if_modified(|phase| {
            let raised = *phase < to;
            *phase = to.max(*phase);
            raised
        });
    }

    /// Waits until the end has come that far.
    pub(super) async fn reached(&self, phase: Phase) {
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = self.phase.subscribe().wait_for(|now| *now >= phase).await;
    }
}
