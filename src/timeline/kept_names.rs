//! Names of clients whose connections were let go: late frames and the last word at the end of the capture are told with them.
//!
//! Owns: the bound on how many. Must not know: where names come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::MAX_KEPT_NAMES;
use crate::tcp::StreamId;

/// Name by stream; of too many the lowest numbers, the oldest connections, are forgotten.
#[derive(Debug, Default)]
pub(super) struct KeptNames(BTreeMap<StreamId, Arc<str>>);

impl KeptNames {
    /// Keeps the name of a stream that is let go.
    pub(super) fn keep(&mut self, stream: StreamId, name: Arc<str>) {
        if self.0.len() >= MAX_KEPT_NAMES && !self.0.contains_key(&stream) {
            self.0.pop_first();
        }
        self.0.insert(stream, name);
    }

    /// The name, if it is kept.
    pub(super) fn of(&self, stream: StreamId) -> Option<Arc<str>> {
        self.0.get(&stream).cloned()
    }

    /// It was somebody else's: the other end is the client.
    pub(super) fn forget(&mut self, stream: StreamId) {
        self.0.remove(&stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_names_are_kept_within_the_bound() {
        let mut names = KeptNames::default();
        let count = MAX_KEPT_NAMES as u32 + 2;
        for stream in 0..count {
            names.keep(StreamId(stream), "ana".into());
        }
        assert_eq!(names.0.len(), MAX_KEPT_NAMES);
        assert_eq!(names.of(StreamId(1)), None);
        assert_eq!(names.of(StreamId(2)).as_deref(), Some("ana"));
        assert_eq!(names.of(StreamId(count - 1)).as_deref(), Some("ana"));
    }
}
