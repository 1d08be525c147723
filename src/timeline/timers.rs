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
    /// The same, where nothing but idleness may come of it.
    Idle(StreamId),
    /// A closed connection is told as a whole.
    Ended(StreamId),
    /// A closed connection is forgotten.
    Forget(StreamId),
    /// What became of a message, so far.
    Partial(u64),
    /// What became of a message, for good.
    Final(u64),
}

impl Timer {
    /// The queue of timers that are all set with the same delay; `None` for those set with any.
    const fn queue(self) -> Option<usize> {
        Some(match self {
            Self::Silence(..) | Self::Watch(_) => return None,
            Self::Opening(_) => 0,
            Self::Idle(_) => 1,
            Self::Ended(_) => 2,
            Self::Forget(_) => 3,
            Self::Partial(_) => 4,
            Self::Final(_) => 5,
        })
    }
}

type Set = (Timestamp, u64, Timer);

/// Timers in order of their time, equal ones in order of setting. Most delays are constant: those queue up by themselves.
#[derive(Debug, Default)]
pub(super) struct Timers {
    queues: [VecDeque<Set>; 6],
    heap: BinaryHeap<Reverse<Set>>,
    set: u64,
    /// The earliest of all and where it waits, kept at hand; the heap is the place after the queues.
    next: Option<(Timestamp, u64, usize)>,
}

impl Timers {
    /// The earliest deadline.
    #[inline]
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next.map(|(at, ..)| at)
    }

    /// Sets one.
    pub(super) fn set(&mut self, at: Timestamp, timer: Timer) {
        self.set += 1;
        let place = timer.queue();
        let at = match place {
            None => {
                self.heap.push(Reverse((at, self.set, timer)));
                at
            }
            Some(queue) => {
                let queue = &mut self.queues[queue];
                // A clock that never goes back keeps them in order; be safe all the same.
                let at = queue.back().map_or(at, |last| at.max(last.0));
                queue.push_back((at, self.set, timer));
                at
            }
        };
        let this = (at, self.set, place.unwrap_or(self.queues.len()));
        self.next = Some(self.next.map_or(this, |next| next.min(this)));
    }

    /// Takes the earliest one.
    pub(super) fn take(&mut self) -> Option<(Timestamp, Timer)> {
        let (_, _, place) = self.next?;
        let taken = match self.queues.get_mut(place) {
            Some(queue) => queue.pop_front(),
            None => self.heap.pop().map(|Reverse(set)| set),
        };
        self.next = self.earliest();
        taken.map(|(at, _, timer)| (at, timer))
    }

    fn earliest(&self) -> Option<(Timestamp, u64, usize)> {
        let fronts = self.queues.iter().enumerate();
        let fronts = fronts.filter_map(|(place, queue)| {
            let &(at, set, _) = queue.front()?;
            Some((at, set, place))
        });
        let heap = self.heap.peek();
        let heap = heap.map(|&Reverse((at, set, _))| (at, set, self.queues.len()));
        fronts.chain(heap).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_equals_in_order_of_setting() {
        let mut timers = Timers::default();
        let at = Timestamp::from_nanos;
        let stream = StreamId(1);
        timers.set(at(30), Timer::Final(1));
        timers.set(at(20), Timer::Watch(stream));
        timers.set(at(20), Timer::Partial(1));
        timers.set(at(10), Timer::Silence(stream, Side::Client));
        timers.set(at(20), Timer::Ended(stream));
        let mut order = Vec::new();
        while let Some((at, timer)) = timers.take() {
            order.push((at.as_nanos(), timer));
        }
        let expected = [
            (10, Timer::Silence(stream, Side::Client)),
            (20, Timer::Watch(stream)),
            (20, Timer::Partial(1)),
            (20, Timer::Ended(stream)),
            (30, Timer::Final(1)),
        ];
        assert_eq!(order, expected);
        assert_eq!(timers.next(), None);
    }
}
