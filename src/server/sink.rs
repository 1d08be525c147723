//! Where session events go: a bounded queue to the timeline that never delays the chat.
//!
//! Owns: counting what the queue had no room for. Must not know: who listens.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::chat::SessionEvent;

/// Events that may wait for the timeline, about 130 bytes each.
pub const EVENT_QUEUE: usize = 65_536;

/// Takes events without ever blocking; silent when nobody listens.
#[derive(Clone, Debug, Default)]
pub struct EventSink {
    queue: Option<SyncSender<SessionEvent>>,
    dropped: Arc<AtomicU64>,
}

impl EventSink {
    /// Nobody listens: no events are built.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A queue of [`EVENT_QUEUE`] events and its receiving end.
    #[must_use]
    pub fn channel() -> (Self, Receiver<SessionEvent>) {
        let (sender, receiver) = sync_channel(EVENT_QUEUE);
        (Self::new(sender), receiver)
    }

    /// Into a queue of the caller's.
    #[must_use]
    pub fn new(queue: SyncSender<SessionEvent>) -> Self {
        Self {
            queue: Some(queue),
            dropped: Arc::default(),
        }
    }

    /// Events the queue had no room for.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Whether anybody listens.
    pub(super) const fn is_open(&self) -> bool {
        self.queue.is_some()
    }

    pub(super) fn send(&self, event: SessionEvent) {
        if let Some(queue) = &self.queue
            && queue.try_send(event).is_err()
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}
