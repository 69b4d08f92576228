//! Things that are shared and never changed: equal only if they are the very same.
//!
//! The page compares what it draws at every frame. A run, a screen or a story is replaced
//! as a whole, so looking at where it lies is enough; comparing all that is in it would
//! take longer than drawing it.

use std::ops::Deref;
use std::rc::Rc;

/// A shared thing.
#[derive(Debug, Default)]
pub struct Shared<T>(Rc<T>);

impl<T> Shared<T> {
    /// Shares a thing.
    #[must_use]
    pub fn new(thing: T) -> Self {
        Self(Rc::new(thing))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_is_equal() {
        let one = Shared::new(vec![1]);
        assert_eq!(one, one.clone());
        assert_ne!(one, Shared::new(vec![1]));
    }
}
