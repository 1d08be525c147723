//! Which line went out at which byte of a connection, so that the peer's TCP acknowledgement tells what it has.
//!
//! Owns: the mapping from byte offsets to line numbers. Must not know: how the acknowledgement is learnt.

use std::collections::VecDeque;
use std::ops::Range;

use super::encode::View;
use super::log::Log;

/// Stretches kept; each is 32 bytes. Beyond it the oldest two become one, so that too much is owed rather than too little.
const STRETCHES: usize = 1_024;

/// Stretches beyond which it is asked what is acknowledged: most of them are.
const ASK_BEYOND: usize = 64;

/// Lines of one stretch at most, where they are not joined: so many may count as missed that the peer has, where they
/// have left the log before anybody could look how long each is.
pub(super) const STRETCH_LINES: u64 = 256;

/// Lines and the bytes they occupy.
#[derive(Clone, Debug)]
struct Stretch {
    bytes: Range<u64>,
    lines: Range<u64>,
    /// Consecutive lines in consecutive bytes; otherwise something lies between, and only all or nothing is known.
    exact: bool,
}

/// The lines handed to one connection and not yet known to be acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The newest one, at hand: as a rule it is the only one.
    last: Option<Stretch>,
    earlier: VecDeque<Stretch>,
}

/// Lines that left the log before it was asked which of them are acknowledged: the history file knows how long they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unweighed {
    /// Of these lines the last ones are not acknowledged:
    pub lines: Range<u64>,
    /// as many as it takes to cover so many bytes.
    pub bytes: u64,
}

impl Ledger {
    /// `lines` occupy `bytes` of the connection; what follows the last ones without anything between may share their
    /// entry.
    pub fn record(&mut self, lines: Range<u64>, bytes: Range<u64>) {
        if lines.is_empty() {
            return;
        }
        match &mut self.last {
            Some(last)
                if last.exact
                    && last.bytes.end == bytes.start
                    && last.lines.end == lines.start
                    && lines.end - last.lines.start <= STRETCH_LINES =>
            {
                last.bytes.end = bytes.end;
                last.lines.end = lines.end;
            }
            _ => {
                if self.len() == STRETCHES {
                    self.join_oldest();
                }
                let before = self.last.replace(Stretch {
                    bytes,
                    lines,
                    exact: true,
                });
                self.earlier.extend(before);
            }
        }
    }

    /// As [`Ledger::record`] for lines just read from `log`, in entries of few lines each.
    pub fn record_read(
        &mut self,
        mut lines: Range<u64>,
        mut bytes: Range<u64>,
        view: View,
        log: &mut Log,
    ) {
        while lines.end.saturating_sub(lines.start) > STRETCH_LINES {
            let part = lines.start..lines.start + STRETCH_LINES;
            let Some(weight) = log.weight(view, part.clone()) else {
                break;
            };
            let end = bytes.start + weight as u64;
            self.record(part.clone(), bytes.start..end);
            (lines.start, bytes.start) = (part.end, end);
        }
        self.record(lines, bytes);
    }

    fn first(&mut self) -> Option<&mut Stretch> {
        self.earlier.front_mut().or(self.last.as_mut())
    }

    fn join_oldest(&mut self) {
        if let Some(oldest) = self.earlier.pop_front()
            && let Some(next) = self.first()
        {
            next.exact = next.exact
                && oldest.exact
                && oldest.bytes.end == next.bytes.start
                && oldest.lines.end == next.lines.start;
            next.bytes.start = oldest.bytes.start;
            next.lines.start = next.lines.start.min(oldest.lines.start);
            next.lines.end = next.lines.end.max(oldest.lines.end);
        }
    }

    /// Entries held: ask for an acknowledgement when they become many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.earlier.len() + usize::from(self.last.is_some())
    }

    /// Whether it is time to ask what is acknowledged.
    pub(super) fn is_long(&self) -> bool {
        self.len() > ASK_BEYOND
    }

    /// Whether everything recorded is acknowledged.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Forgets the lines that the peer has acknowledged, each to its last byte.
    ///
    /// Walks back from the newest line of the one stretch in question, so that the cost is that of what is missing.
    /// Where lines of it have left the log, all of them are kept, and the answer says what [`Ledger::cut`] needs.
    pub fn acknowledge(
        &mut self,
        acknowledged: u64,
        view: View,
        log: &mut Log,
    ) -> Option<Unweighed> {
        let arrived = |stretch: &mut Stretch| stretch.bytes.end <= acknowledged;
        while self.earlier.pop_front_if(arrived).is_some() {}
        if self.earlier.is_empty() {
            self.last.take_if(arrived);
        }
        let stretch = self.first()?;
        if stretch.bytes.start >= acknowledged || !stretch.exact {
            return None;
        }
        let (mut end, mut first) = (stretch.bytes.end, stretch.lines.end);
        while first > stretch.lines.start && end > acknowledged {
            let Some(size) = log.size(view, first - 1) else {
                return Some(Unweighed {
                    lines: stretch.lines.start..first,
                    bytes: end - acknowledged,
                });
            };
            end -= size as u64;
            first -= 1;
        }
        stretch.bytes.start = end.max(stretch.bytes.start);
        stretch.lines.start = first;
        None
    }

    /// What became of [`Unweighed`] lines: those before `first` are acknowledged.
    pub fn cut(&mut self, first: u64) {
        if let Some(stretch) = self.first() {
            stretch.lines.start = first.clamp(stretch.lines.start, stretch.lines.end);
        }
    }

    /// The lines that are not acknowledged as far as is known.
    pub fn owed(&self) -> impl Iterator<Item = Range<u64>> {
        let stretches = self.earlier.iter().chain(&self.last);
        stretches.map(|stretch| stretch.lines.clone())
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "stretches are ranges")]
mod tests {
    use super::*;
    use crate::chat::{Line, LineKind, SessionId};
    use crate::net::Timestamp;

    /// `a: 12345` and its end: 9 bytes.
    const LINE: Line<'static> = Line {
        session: SessionId(1),
        kind: LineKind::Say,
        at: Timestamp::ZERO,
        name: "a",
        text: "12345",
    };

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
        let mut owed = |acknowledged| {
            assert_eq!(ledger.acknowledge(acknowledged, View::Text, &mut log), None);
            ledger.owed().collect::<Vec<_>>()
        };
        assert_eq!(owed(0), [1..3, 3..4]);
        assert_eq!(owed(108), [1..3, 3..4]);
        assert_eq!(owed(109), [2..3, 3..4]);
        assert_eq!(owed(118), [3..4]);
        assert_eq!(owed(128), [3..4]);
        assert!(owed(129).is_empty());
    }

    #[test]
    fn lines_that_left_the_log_are_to_be_weighed() {
        let mut log = Log::new(8, 1 << 20);
        log.append(&LINE);
        let mut ledger = Ledger::default();
        ledger.record(1..9, 100..172);
        let (lines, bytes) = (1..8, 172 - 9 - 130);
        assert_eq!(
            ledger.acknowledge(130, View::Text, &mut log),
            Some(Unweighed { lines, bytes })
        );
        assert_eq!(ledger.owed().collect::<Vec<_>>(), [1..9]);
        ledger.cut(4);
        assert_eq!(ledger.owed().collect::<Vec<_>>(), [4..9]);
    }

    #[test]
    fn too_many_interruptions_owe_too_much_rather_than_too_little() {
        let (mut ledger, mut log) = (Ledger::default(), Log::new(9_000, 1 << 20));
        let count = STRETCHES as u64 + 10;
        for n in 0..count {
            ledger.record(n..n + 1, n * 20..n * 20 + 9);
        }
        assert_eq!(ledger.len(), STRETCHES);
        assert_eq!(ledger.owed().next(), Some(0..11));
        ledger.acknowledge(count * 20, View::Text, &mut log);
        assert!(ledger.is_empty());
    }

    #[test]
    fn what_left_the_log_is_still_told_apart_by_the_stretch() {
        let mut log = Log::new(1, 1 << 20);
        for _ in 0..10_000 {
            log.append(&LINE);
        }
        let mut ledger = Ledger::default();
        ledger.record_read(1..10_001, 50..90_050, View::Text, &mut log);
        assert_eq!(ledger.len() as u64, 10_000_u64.div_ceil(STRETCH_LINES));
        // Whole lines of 9 bytes, up to line 5000; all of them are out of the log by now.
        let mut log = Log::new(20_000, 1 << 20);
        ledger.acknowledge(50 + 5_000 * 9, View::Text, &mut log);
        let first = ledger.owed().next().expect("half is missing").start;
        assert!((5_001 - STRETCH_LINES..=5_001).contains(&first), "{first}");
        assert_eq!(ledger.owed().last().expect("the end").end, 10_001);
    }

    #[test]
    fn runs_share_entries() {
        let mut ledger = Ledger::default();
        for n in 0..10_000 {
            ledger.record(n..n + 1, n * 9..n * 9 + 9);
        }
        assert_eq!(ledger.len() as u64, 10_000_u64.div_ceil(STRETCH_LINES));
        ledger.acknowledge(90_000, View::Text, &mut Log::new(1, 1 << 20));
        assert!(ledger.is_empty());
    }
}
