//! Which line went out at which byte of a connection, so that the peer's TCP acknowledgement tells what it has.
//!
//! Owns: the mapping from byte offsets to line numbers. Must not know: how the acknowledgement is learnt.

use std::collections::VecDeque;
use std::ops::Range;

use super::encode::View;
use super::log::Log;

/// Stretches kept when nobody prunes; each is 32 bytes.
const STRETCHES: usize = 1_024;

/// Consecutive lines in consecutive bytes.
#[derive(Clone, Debug)]
struct Stretch {
    bytes: Range<u64>,
    lines: Range<u64>,
}

/// The lines handed to one connection and not yet known to be acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    stretches: VecDeque<Stretch>,
}

impl Ledger {
    /// `lines` occupy `bytes` of the connection. A run without anything between costs one entry, however long.
    pub fn record(&mut self, lines: Range<u64>, bytes: Range<u64>) {
        if lines.is_empty() {
            return;
        }
        match self.stretches.back_mut() {
            Some(last) if last.bytes.end == bytes.start && last.lines.end == lines.start => {
                last.bytes.end = bytes.end;
                last.lines.end = lines.end;
            }
            _ => {
                if self.stretches.len() == STRETCHES {
                    self.stretches.pop_front();
                }
                self.stretches.push_back(Stretch { bytes, lines });
            }
        }
    }

    /// Entries held: ask for an acknowledgement and [`Ledger::prune`] when they become many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stretches.len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Forgets what the peer acknowledged entirely.
    pub fn prune(&mut self, acknowledged: u64) {
        while self
            .stretches
            .front()
            .is_some_and(|first| first.bytes.end <= acknowledged)
        {
            self.stretches.pop_front();
        }
    }

    /// The lines of which some byte is not acknowledged, in any order.
    ///
    /// Walks back from the newest line, so that the cost is that of what is missing. A line that has left the log ends
    /// the walk: everything before it is reported too and counts as missed.
    pub fn unacknowledged(&self, acknowledged: u64, view: View, log: &mut Log) -> Vec<Range<u64>> {
        let mut owed = Vec::new();
        for stretch in self.stretches.iter().rev() {
            if stretch.bytes.end <= acknowledged {
                continue;
            }
            let (mut end, mut first) = (stretch.bytes.end, stretch.lines.end);
            while first > stretch.lines.start && end > acknowledged {
                let Some(size) = log.size(view, first - 1) else {
                    first = stretch.lines.start;
                    break;
                };
                end -= size as u64;
                first -= 1;
            }
            owed.push(first..stretch.lines.end);
        }
        owed
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "stretches are ranges")]
mod tests {
    use super::*;
    use crate::chat::{Line, LineKind, SessionId};
    use crate::net::Timestamp;

    #[test]
    fn a_line_is_missed_until_its_last_byte_is_acknowledged() {
        let mut log = Log::new(1, 1 << 20);
        for _ in 0..3 {
            let (session, at) = (SessionId(1), Timestamp::ZERO);
            log.append(&Line {
                session,
                kind: LineKind::Say,
                at,
                name: "a",
                text: "12345",
            }); // "a: 12345\n", 9 bytes
        }
        let mut ledger = Ledger::default();
        ledger.record(1..3, 100..118);
        ledger.record(3..4, 120..129);
        let mut owed = |acknowledged| ledger.unacknowledged(acknowledged, View::Text, &mut log);
        assert_eq!(owed(0), [3..4, 1..3]);
        assert_eq!(owed(108), [3..4, 1..3]);
        assert_eq!(owed(109), [3..4, 2..3]);
        assert_eq!(owed(118), [3..4]);
        assert_eq!(owed(128), [3..4]);
        assert!(owed(129).is_empty());
    }

    #[test]
    fn runs_are_one_entry() {
        let mut ledger = Ledger::default();
        for n in 0..10_000 {
            ledger.record(n..n + 1, n * 9..n * 9 + 9);
        }
        assert_eq!(ledger.len(), 1);
        ledger.prune(90_000);
        assert!(ledger.is_empty());
    }
}
