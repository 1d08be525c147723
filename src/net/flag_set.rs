//! What the flag types of all rooms have in common: set algebra on a newtype of bits, written once.

/// Gives a `struct Name(pub uN)` of bits the algebra of sets; with `names`, also the iterator over its `NAMES`.
macro_rules! flag_set {
    ($name:ident) => {
        impl $name {
            /// Nothing is set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// All of `other` is set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Any of `other` is set.
            #[must_use]
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// Both sets together.
            #[must_use]
            pub const fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Adds `other`.
            pub const fn insert(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }
    };
    ($name:ident, names) => {
        $crate::net::flag_set!($name);

        impl $name {
            /// The names of what is set, in the order of [`Self::NAMES`].
            pub fn names(self) -> impl Iterator<Item = &'static str> {
                Self::NAMES
                    .into_iter()
                    .filter(move |(flag, _)| self.contains(*flag))
                    .map(|(_, name)| name)
            }
        }
    };
}

pub(crate) use flag_set;
