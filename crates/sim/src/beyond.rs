//! What only a simulator with the feature `events` has.
//!
//! Without it such lists are always empty and such things never there, and the compiler knows:
//! whatever is done with them is left out of the program.

/// A list of what only asynchronous events need.
#[cfg(feature = "events")]
pub type WithEvents<T> = alloc::vec::Vec<T>;
/// A list of what only asynchronous events need.
#[cfg(not(feature = "events"))]
pub type WithEvents<T> = Nothing<T>;
pub use nothing::Nothing;

/// A mark of what only asynchronous events need. Without the feature there is no value of it,
/// and so none of anything that has one.
#[cfg(feature = "events")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Given;
/// A mark of what only asynchronous events need: there is none.
#[cfg(not(feature = "events"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Given {}

impl Given {
    /// The mark, where there is one.
    #[must_use]
    pub const fn mark() -> Option<Self> {
        #[cfg(feature = "events")]
        return Some(Self);
        #[cfg(not(feature = "events"))]
        None
    }

    /// The mark.
    ///
    /// # Panics
    /// Without the feature. Whoever asks has to know that it is there.
    #[must_use]
    pub const fn here() -> Self {
        #[cfg(feature = "events")]
        return Self;
        #[cfg(not(feature = "events"))]
        unreachable!()
    }
}

mod nothing {
    use core::marker::PhantomData;
    use core::ops::{Deref, DerefMut};
    use core::slice;

    /// A list that is always empty: what is put into it is gone.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Nothing<T>(PhantomData<T>);

    impl<T> Nothing<T> {
        /// An empty list.
        #[must_use]
        pub const fn new() -> Self {
            Self(PhantomData)
        }

        /// Lets it go.
        pub fn push(&mut self, _: T) {}

        /// There is nothing to remove.
        ///
        /// # Panics
        /// Always, as for a place that a list does not have.
        pub fn swap_remove(&mut self, _: usize) -> T {
            unreachable!("the list is empty")
        }

        /// Lets it go.
        pub fn insert(&mut self, _: usize, _: T) {}

        /// There is nothing to let go.
        pub fn clear(&mut self) {}

        /// There is nothing to keep.
        pub fn retain(&mut self, _: impl FnMut(&T) -> bool) {}

        /// There is nothing to remove.
        ///
        /// # Panics
        /// Always, as for a place that a list does not have.
        pub fn remove(&mut self, _: usize) -> T {
            unreachable!("the list is empty")
        }
    }

    impl<T> Default for Nothing<T> {
        fn default() -> Self {
            Self::new()
        }
    }

    impl<T> Deref for Nothing<T> {
        type Target = [T];

        fn deref(&self) -> &[T] {
            &[]
        }
    }

    impl<T> DerefMut for Nothing<T> {
        fn deref_mut(&mut self) -> &mut [T] {
            &mut []
        }
    }

    impl<T> FromIterator<T> for Nothing<T> {
        fn from_iter<I: IntoIterator<Item = T>>(_: I) -> Self {
            Self::new()
        }
    }

    impl<T> Extend<T> for Nothing<T> {
        fn extend<I: IntoIterator<Item = T>>(&mut self, _: I) {}
    }

    impl<T> IntoIterator for Nothing<T> {
        type Item = T;
        type IntoIter = core::iter::Empty<T>;

        fn into_iter(self) -> Self::IntoIter {
            core::iter::empty()
        }
    }

    impl<'a, T> IntoIterator for &'a Nothing<T> {
        type Item = &'a T;
        type IntoIter = slice::Iter<'a, T>;

        fn into_iter(self) -> Self::IntoIter {
            self.iter()
        }
    }

    impl<'a, T> IntoIterator for &'a mut Nothing<T> {
        type Item = &'a mut T;
        type IntoIter = slice::IterMut<'a, T>;

        fn into_iter(self) -> Self::IntoIter {
            self.iter_mut()
        }
    }
}
