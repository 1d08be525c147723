//! All watches, found by their place and by their room: what is overdue in one room is looked for in that room alone, however
//! many others there are.
//!
//! Must not know: what a watch sees.

use super::facts::{Slab, Slot};
use super::per_room::PerRoom;
use super::services::RoomId;
use super::watch::Watch;

/// One, and where it stands in its room's list.
#[derive(Debug)]
pub(super) struct Watched {
    watch: Watch,
    room: RoomId,
    at: u32,
}

/// The watches over open connections.
#[derive(Debug, Default)]
pub(super) struct Watches {
    all: Slab<Watched>,
    of_room: PerRoom<Vec<Slot>>,
}

impl Watches {
    /// Takes one up in a room.
    pub(super) fn insert(&mut self, watch: Watch, room: RoomId) -> Slot {
        let list = self.of_room.of_mut(room);
        let at = list.len() as u32;
        let slot = self.all.insert(Watched { watch, room, at });
        list.push(slot);
        slot
    }

    /// Lets one go. The last one of its room takes its place in the list.
    pub(super) fn remove(&mut self, slot: Slot) -> Option<Watch> {
        let gone = self.all.remove(slot)?;
        let list = self.of_room.of_mut(gone.room);
        list.swap_remove(gone.at as usize);
        if let Some(&moved) = list.get(gone.at as usize)
            && let Some(moved) = self.all.get_mut(moved)
        {
            moved.at = gone.at;
        }
        Some(gone.watch)
    }

    #[inline]
    pub(super) fn get(&self, slot: Slot) -> Option<&Watch> {
        self.all.get(slot).map(|one| &one.watch)
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Watch> {
        self.all.get_mut(slot).map(|one| &mut one.watch)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Watch> {
        self.all.iter().map(|one| &one.watch)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Watch> {
        self.all.iter_mut().map(|one| &mut one.watch)
    }

    /// Those of one room, in no order.
    pub(super) fn in_room(&self, room: RoomId) -> impl ExactSizeIterator<Item = &Watch> {
        let list = self.of_room.get(room).map_or(&[][..], Vec::as_slice);
        let listed = |&slot| self.get(slot).expect("what is listed is there");
        list.iter().map(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{FourTuple, Timestamp};
    use crate::tcp::StreamId;
    use crate::timeline::services::ServiceId;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn watch(number: u32) -> Watch {
        let of = (StreamId(number), FourTuple::default());
        Watch::new(of, ServiceId(0), Timestamp::ZERO, (true, true))
    }

    #[test]
    fn one_takes_what_the_limits_say() {
        assert!(size_of::<Option<Watched>>() <= 264);
    }

    proptest! {
        /// Whoever comes and goes, each is found in its room and nowhere else.
        #[test]
        fn each_is_in_its_room(steps: Vec<(u8, prop::sample::Index)>) {
            let mut watches = Watches::default();
            let mut there: Vec<(Slot, u32, u32)> = Vec::new();
            for (number, (step, which)) in (0..).zip(steps) {
                if step < 100 && !there.is_empty() {
                    let (slot, stream, _) = there.swap_remove(which.index(there.len()));
                    prop_assert_eq!(watches.remove(slot).map(|gone| gone.stream.0), Some(stream));
                } else {
                    let room = u32::from(step % 3);
                    there.push((watches.insert(watch(number), RoomId(room)), number, room));
                }
                prop_assert_eq!(watches.len(), there.len());
            }
            for room in 0..3 {
                let found: BTreeSet<u32> = watches.in_room(RoomId(room)).map(|one| one.stream.0).collect();
                let expected = there.iter().filter(|one| one.2 == room).map(|one| one.1).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
