//! Where session events go: a bounded queue to the timeline that never delays the chat.
//!
//! Owns: counting what the queue had no room for. Must not know: who listens.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::chat::SessionEvent;
use crate::net::FourTuple;

/// Events that may wait for the timeline, about 130 bytes each.
pub const EVENT_QUEUE: usize = 65_536;

type StreamOf = dyn Fn(&FourTuple) -> Option<u64> + Send + Sync;

/// Takes events without ever blocking; silent when nobody listens.
#[derive(Clone, Default)]
pub struct EventSink {
    queue: Option<SyncSender<SessionEvent>>,
    dropped: Arc<AtomicU64>,
    stream_of: Option<Arc<StreamOf>>,
}

impl fmt::Debug for EventSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSink")
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
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
            ..Self::default()
        }
    }

    /// A listener that captures beside the server knows the stream number of a connection, for the log: from when
    /// it is known on, the span of the session carries it.
    #[must_use]
    pub fn knowing(
        mut self,
        stream_of: impl Fn(&FourTuple) -> Option<u64> + Send + Sync + 'static,
    ) -> Self {
        self.stream_of = Some(Arc::new(stream_of));
        self
    }

    /// The stream number of a connection.
    pub(super) fn stream(&self, connection: &FourTuple) -> Option<u64> {
        self.stream_of.as_ref().and_then(|of| of(connection))
    }

    /// Whether anybody may know such numbers.
    pub(super) const fn knows_streams(&self) -> bool {
        self.stream_of.is_some()
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
