//! What has to be looked at again at a point of capture time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::net::Timestamp;
use crate::tcp::{Side, StreamId};

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    /// An unanswered SYN.
    Opening(StreamId),
    /// Bytes without line end.
    Silence(StreamId, Side),
    /// What the program owes.
    Watch(StreamId),
    /// A closed connection is told as a whole.
    Ended(StreamId),
    /// A closed connection is forgotten.
    Forget(StreamId),
    /// What became of a message, so far.
    Partial(u64),
    /// What became of a message, for good.
    Final(u64),
}

/// Timers in order of their time, equal ones in order of setting. Delays of deliveries are constant, so they queue up.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Timestamp, u64, Timer)>>,
    partial: VecDeque<(Timestamp, u64, u64)>,
    last: VecDeque<(Timestamp, u64, u64)>,
    set: u64,
    /// The earliest of all, kept at hand.
    next: Option<Timestamp>,
}

impl Timers {
    /// The earliest deadline.
    pub(super) const fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// Sets one.
    pub(super) fn set(&mut self, at: Timestamp, timer: Timer) {
        self.set += 1;
        match timer {
            Timer::Partial(serial) => push_in_order(&mut self.partial, (at, self.set, serial)),
            Timer::Final(serial) => push_in_order(&mut self.last, (at, self.set, serial)),
            timer => self.heap.push(Reverse((at, self.set, timer))),
        }
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }

    /// Takes the earliest one.
    pub(super) fn take(&mut self) -> Option<(Timestamp, Timer)> {
        let heap = self.heap.peek().map(|Reverse((at, set, _))| (*at, *set));
        let partial = self.partial.front().map(|&(at, set, _)| (at, set));
        let last = self.last.front().map(|&(at, set, _)| (at, set));
        let first = [heap, partial, last].into_iter().flatten().min()?;
        let taken = if Some(first) == heap {
            self.heap.pop().map(|Reverse((at, _, timer))| (at, timer))
        } else if Some(first) == partial {
            let taken = self.partial.pop_front();
            taken.map(|(at, _, serial)| (at, Timer::Partial(serial)))
        } else {
            let taken = self.last.pop_front();
            taken.map(|(at, _, serial)| (at, Timer::Final(serial)))
        };
        self.next = self.earliest();
        taken
    }

    fn earliest(&self) -> Option<Timestamp> {
        let heap = self.heap.peek().map(|Reverse((at, _, _))| *at);
        let partial = self.partial.front().map(|&(at, _, _)| at);
        let last = self.last.front().map(|&(at, _, _)| at);
        [heap, partial, last].into_iter().flatten().min()
    }
}

/// Constant delays from a clock that never goes back are in order by themselves; be safe all the same.
fn push_in_order(queue: &mut VecDeque<(Timestamp, u64, u64)>, item: (Timestamp, u64, u64)) {
    let at = queue.back().map_or(item.0, |last| item.0.max(last.0));
    queue.push_back((at, item.1, item.2));
}
