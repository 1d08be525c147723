//! A list that grows at its end and is taken from its front, as segments are sent and acknowledged.
//!
//! Must not know: what stands in it. Most conversations have one or two entries at a time and empty it again, for which a `Vec`
//! that remembers how many of its first entries are gone costs half of what a ring does.

/// Oldest first.
#[derive(Clone, Debug)]
pub(super) struct FrontList<T> {
    entries: Vec<T>,
    /// So many of them were taken; fewer than there are, or none.
    taken: usize,
}

impl<T> Default for FrontList<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            taken: 0,
        }
    }
}

/// Equal by what is in them.
impl<T: PartialEq> PartialEq for FrontList<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Eq> Eq for FrontList<T> {}

impl<T> FrontList<T> {
    /// What is in it.
    pub(super) fn as_slice(&self) -> &[T] {
        self.entries.get(self.taken..).unwrap_or_default()
    }

    /// Nothing is.
    pub(super) const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len() - self.taken
    }

    /// Room for so many before memory is asked for.
    pub(super) const fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    pub(super) fn first(&self) -> Option<&T> {
        self.entries.get(self.taken)
    }

    pub(super) fn first_mut(&mut self) -> Option<&mut T> {
        self.entries.get_mut(self.taken)
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.entries.last()
    }

    /// Adds an entry behind all others.
    #[expect(clippy::inline_always, reason = "part of the short way")]
    #[inline(always)]
    pub(super) fn push(&mut self, entry: T) {
        if self.entries.len() == self.entries.capacity() {
            self.make_room();
        }
        self.entries.push(entry);
    }

    /// Gives the room of what was taken back, once it is half of the list: each entry moves once for one that was taken. The
    /// first entry has room for itself: of a scan's connections none has another one.
    #[cold]
    fn make_room(&mut self) {
        if self.entries.is_empty() {
            self.entries.reserve_exact(1);
        } else if self.taken > 0 && self.taken >= self.len() {
            self.entries.drain(..self.taken);
            self.taken = 0;
        }
    }

    /// Takes the oldest entry.
    pub(super) fn pop_first(&mut self) {
        self.taken += 1;
        if self.taken >= self.entries.len() {
            self.clear();
        }
    }

    /// Takes all; the memory is kept.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.taken = 0;
    }

    /// Keeps the entries for which `keep` holds, after it has changed them.
    pub(super) fn retain_mut(&mut self, keep: impl FnMut(&mut T) -> bool) {
        self.entries.drain(..self.taken);
        self.taken = 0;
        self.entries.retain_mut(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    proptest! {
        /// Whatever happens to it, it holds what a ring would hold, in little more room than it needed at most.
        #[test]
        fn as_a_ring(steps in prop::collection::vec(0u8..20, 0..400)) {
            let (mut list, mut ring) = (FrontList::default(), VecDeque::new());
            let mut most = 0;
            for (number, step) in steps.into_iter().enumerate() {
                match step {
                    0..9 => {
                        list.push(number);
                        ring.push_back(number);
                    }
                    9..18 => {
                        if ring.pop_front().is_some() {
                            list.pop_first();
                        }
                    }
                    18 => {
                        list.retain_mut(|entry| *entry % 3 != 0);
                        ring.retain(|entry| *entry % 3 != 0);
                    }
                    _ => {
                        list.first_mut().into_iter().for_each(|entry| *entry += 1);
                        ring.front_mut().into_iter().for_each(|entry| *entry += 1);
                    }
                }
                most = most.max(ring.len());
                prop_assert_eq!(list.as_slice(), &*ring.make_contiguous());
                prop_assert_eq!((list.first(), list.last()), (ring.front(), ring.back()));
                prop_assert_eq!((list.len(), list.is_empty()), (ring.len(), ring.is_empty()));
                prop_assert!(list.capacity() <= 4 * most.max(2));
            }
        }
    }
}
