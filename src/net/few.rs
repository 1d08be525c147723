//! A short list: most have few items, which stand in the value itself. What is held by the thousand is then in one place, and
//! costs no allocation each.

use std::fmt;
use std::ops::Deref;

/// Items in order: up to `N` of them in place, more in a block of their own. Not to be added to.
#[derive(Clone)]
pub struct Few<T, const N: usize>(Items<T, N>);

#[derive(Clone)]
enum Items<T, const N: usize> {
    Here { length: u8, items: [T; N] },
    Elsewhere(Box<[T]>),
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    /// In place, where there is room.
    fn here(list: &[T]) -> Option<Self> {
        let length = u8::try_from(list.len()).ok()?;
        let mut items = [T::default(); N];
        items.get_mut(..list.len())?.copy_from_slice(list);
        Some(Self(Items::Here { length, items }))
    }
}

impl<T: Copy + Default, const N: usize> From<&[T]> for Few<T, N> {
    fn from(list: &[T]) -> Self {
        Self::here(list).unwrap_or_else(|| Self(Items::Elsewhere(list.into())))
    }
}

impl<T: Copy + Default, const N: usize> From<Vec<T>> for Few<T, N> {
    fn from(list: Vec<T>) -> Self {
        // A long list keeps its block.
        Self::here(&list).unwrap_or_else(|| Self(Items::Elsewhere(list.into())))
    }
}

impl<T: Copy + Default, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self(Items::Here {
            length: 0,
            items: [T::default(); N],
        })
    }
}

impl<T, const N: usize> Deref for Few<T, N> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Items::Here { length, items } => &items[..usize::from(*length)],
            Items::Elsewhere(list) => list,
        }
    }
}

impl<T: PartialEq, const N: usize> PartialEq for Few<T, N> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq, const N: usize> Eq for Few<T, N> {}

impl<T: fmt::Debug, const N: usize> fmt::Debug for Few<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_same_wherever_it_stands() {
        for length in [0, 1, 3, 4, 300] {
            let list: Vec<u32> = (1..=length).collect();
            let few = Few::<u32, 3>::from(&*list);
            assert_eq!(*few, *list);
            assert_eq!(matches!(few.0, Items::Here { .. }), length <= 3);
            assert_eq!(few, list.into());
        }
        assert_eq!(Few::<u32, 3>::default(), Vec::new().into());
        // More places than a length can count.
        let long = Few::<u8, 400>::from(vec![7; 300]);
        assert_eq!((long.len(), long[299]), (300, 7));
    }
}
