//! Something of each room, at its number: rooms are numbered one after the other, and are asked for with every message.
//!
//! Must not know: what is kept of a room, which endpoints share one.

use super::services::RoomId;

/// One value for each room; of a room that has none yet it is the default.
#[derive(Debug)]
pub(super) struct PerRoom<T>(Vec<T>);

impl<T> Default for PerRoom<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Default> PerRoom<T> {
    /// That of a room, if it has been changed.
    #[inline]
    pub(super) fn get(&self, room: RoomId) -> Option<&T> {
        self.0.get(room.0 as usize)
    }

    /// That of a room, to change.
    #[inline]
    pub(super) fn of_mut(&mut self, room: RoomId) -> &mut T {
        let at = room.0 as usize;
        if at >= self.0.len() {
            self.0.resize_with(at + 1, T::default);
        }
        &mut self.0[at]
    }
}
