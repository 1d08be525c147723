//! A lane: entries of one kind, one behind the other, in places that are used again. An entry is large: it is written where it
//! stays until it has left, and what it left behind is overwritten by a later one.
//!
//! Owns: the places. Must not know: what stands in them, how lanes are joined.

/// Entries in the order of their arrival; those in front are ready.
#[derive(Debug, Default)]
pub(super) struct Lane<T> {
    /// All are used in turn: the fewer there are, the nearer is the next one.
    places: Vec<T>,
    /// Place of the oldest entry.
    first: usize,
    length: usize,
    /// Of the entries still here, so many are ready.
    ready: usize,
    /// Entries that have left.
    gone: u64,
}

/// Places to begin with. Where more are needed, an eighth is added.
const PLACES: usize = 64;

impl<T: Default> Lane<T> {
    /// Number of the entry that comes next, counted from the beginning.
    pub(super) const fn next_number(&self) -> u64 {
        self.gone + self.length as u64
    }

    /// The place of the next entry, with what another one left there: it has to be overwritten.
    #[inline]
    pub(super) fn push(&mut self) -> &mut T {
        if self.length == self.places.len() {
            self.grow();
        }
        let place = self.place(self.length);
        self.length += 1;
        &mut self.places[place]
    }

    #[cold]
    fn grow(&mut self) {
        self.places.rotate_left(self.first);
        self.first = 0;
        let more = (self.places.len() / 8).max(PLACES);
        self.places.reserve_exact(more);
        self.places
            .resize_with(self.places.len() + more, T::default);
    }

    /// Place of the entry so far behind the oldest.
    #[inline]
    const fn place(&self, behind: usize) -> usize {
        let place = self.first + behind;
        if place < self.places.len() {
            place
        } else {
            place - self.places.len()
        }
    }

    /// The oldest entry that is not ready is so from now on.
    #[inline]
    pub(super) fn make_ready(&mut self) -> Option<&mut T> {
        if self.ready == self.length {
            return None;
        }
        let place = self.place(self.ready);
        self.ready += 1;
        self.places.get_mut(place)
    }

    /// The oldest ready entry leaves: a last look.
    #[inline]
    pub(super) fn leave(&mut self) -> Option<&mut T> {
        self.ready = self.ready.checked_sub(1)?;
        let place = self.first;
        self.first = self.place(1);
        self.length -= 1;
        self.gone += 1;
        self.places.get_mut(place)
    }

    /// The entry of that number, until it is ready.
    pub(super) fn held(&mut self, number: u64) -> Option<&mut T> {
        let behind = usize::try_from(number.checked_sub(self.gone)?).ok()?;
        if behind < self.ready || behind >= self.length {
            return None;
        }
        let place = self.place(behind);
        self.places.get_mut(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_leave_in_the_order_of_their_arrival_however_many_are_here() {
        let mut lane = Lane::<u64>::default();
        let mut left = 0;
        for number in 0..2000 {
            assert_eq!(lane.next_number(), number);
            *lane.push() = number;
            assert_eq!(lane.held(number), Some(&mut { number }));
            assert_eq!(lane.held(number + 1), None);
            // Two of three leave: the lane grows while its places go round.
            if number % 3 > 0 {
                assert_eq!(lane.make_ready().copied(), Some(left));
                assert_eq!(lane.held(left), None, "ready");
                assert_eq!(lane.leave().copied(), Some(left));
                assert_eq!(lane.leave(), None, "not ready");
                left += 1;
            }
        }
        while lane.make_ready().is_some() {}
        while let Some(number) = lane.leave() {
            assert_eq!(*number, left);
            left += 1;
        }
        assert_eq!(left, 2000);
    }
}
