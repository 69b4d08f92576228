//! A list that only grows, and whose copies share what was on it before.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::ops::Range;

/// Items in a shared piece.
const PIECE: usize = 256;

/// A list that only grows. A machine is copied again and again, so that a recording can go
/// back in time; a copy of this costs what was put on last.
#[derive(Clone, Debug)]
pub struct Shelf<T> {
    full: Rc<Vec<Rc<Vec<T>>>>,
    open: Vec<T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { full: Rc::default(), open: Vec::new() }
    }
}

impl<T: Clone> Shelf<T> {
    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        if self.open.len() == PIECE {
            self.close();
        }
        self.open.push(item);
    }

    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let piece = core::mem::replace(&mut self.open, Vec::with_capacity(PIECE));
        Rc::make_mut(&mut self.full).push(Rc::new(piece));
    }

    /// How many there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * PIECE + self.open.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a place.
    #[inline]
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&T> {
        match self.full.get(place / PIECE) {
            Some(piece) => piece.get(place % PIECE),
            None => self.open.get(place.checked_sub(self.full.len() * PIECE)?),
        }
    }

    /// The item that was put on last.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.open.last()
    }

    /// Items from a place up to another, by the pieces in which they lie, each with the
    /// range there. What lies in full pieces is shared.
    pub(crate) fn pieces(
        &self,
        from: usize,
        to: usize,
    ) -> impl Iterator<Item = (Rc<Vec<T>>, Range<usize>)> {
        let full = self.full.iter().enumerate().skip(from / PIECE);
        let full = full.map(|(number, piece)| (number, Rc::clone(piece)));
        let open = self.full.len();
        let first = from.saturating_sub(open * PIECE);
        let last = to.saturating_sub(open * PIECE);
        let open_piece = (first < last).then(|| {
            let items = self.open[first..last].to_vec();
            (Rc::new(items), 0..last - first)
        });
        let within = move |number: usize| {
            let start = number * PIECE;
            from.max(start) - start..to.min(start + PIECE) - start
        };
        let full = full.take_while(move |(number, _)| from < to && number * PIECE < to);
        full.map(move |(number, piece)| (piece, within(number))).chain(open_piece)
    }

    /// All items, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.full.iter().flat_map(|piece| piece.iter()).chain(&self.open)
    }

    /// What a copy takes.
    pub(crate) fn bytes(&self) -> usize {
        self.open.len() * size_of::<T>() + self.full.len() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Shelf};

    #[test]
    fn copies_keep_what_they_had() {
        let mut shelf = Shelf::default();
        let mut copies = alloc::vec::Vec::new();
        for item in 0..3 * PIECE {
            copies.push(shelf.clone());
            shelf.push(item);
        }
        for (count, copy) in copies.iter().enumerate() {
            assert_eq!(copy.len(), count);
            assert!(copy.iter().copied().eq(0..count));
            assert_eq!(copy.get(count), None);
        }
        assert_eq!(shelf.get(PIECE), Some(&PIECE));
    }
}
