//! Connections that tshark 4.0 files under a new stream number from their next frame on, because of what an application said.
//!
//! Owns: which ones, once each. Must not know: applications, streams.

use crate::net::SeededSet;
use crate::tcp::key::Key;

/// Connections of this kind that are remembered; later ones keep their number.
const MAX_MET: usize = 4096;

/// The connections on which it was said.
#[derive(Clone, Debug, Default)]
pub(super) struct Renewals {
    met: SeededSet<Key>,
    /// Those of them whose next frame begins the new stream.
    due: SeededSet<Key>,
}

impl Renewals {
    /// No connection waits for a new stream.
    #[inline]
    pub(super) fn none_due(&self) -> bool {
        self.due.is_empty()
    }

    /// Whether this frame begins the new stream of its connection.
    #[cold]
    pub(super) fn begins(&mut self, key: &Key) -> bool {
        self.due.remove(key)
    }

    /// A SYN has opened the connection anew: it may be said again.
    pub(super) fn forget(&mut self, key: &Key) {
        if !self.met.is_empty() {
            self.met.remove(key);
            self.due.remove(key);
        }
    }

    /// It was said: the connection's next frame begins a new stream, if that has not happened yet.
    pub(super) fn note(&mut self, key: Key) {
        if self.met.len() < MAX_MET && self.met.insert(key) {
            self.due.insert(key);
        }
    }
}
