//! What a queue holds, by number: numbers only go up, and most of it goes as it came.
//!
//! It lies in small pages that copies share until one of them changes a page, because a
//! machine is copied again and again: a hundred thousand messages cost a copy a few
//! thousand pointers.

use alloc::rc::Rc;
use alloc::vec::Vec;

/// Things on one page.
const PAGE: u32 = 16;

type Page<T> = [Option<T>; PAGE as usize];

/// A page, and which things are on it: that is often all that somebody wants to know.
#[derive(Clone, Debug)]
struct Leaf<T> {
    any: u16,
    /// None if there is nothing on it.
    page: Option<Rc<Page<T>>>,
}

impl<T: Clone> Leaf<T> {
    const EMPTY: Self = Self { any: 0, page: None };

    /// The page, which is about to change: a copy, if others share it.
    #[inline(always)]
    fn own(&mut self) -> Option<&mut Page<T>> {
        let page = self.page.as_mut()?;
        if Rc::strong_count(page) > 1 {
            *page = copy(page);
        }
        Rc::get_mut(page)
    }
}

#[cold]
#[inline(never)]
fn new_page<T>() -> Rc<Page<T>> {
    Rc::new([const { None }; PAGE as usize])
}

#[cold]
#[inline(never)]
fn copy<T: Clone>(page: &Page<T>) -> Rc<Page<T>> {
    Rc::new(page.clone())
}

/// Things by number.
#[derive(Clone, Debug)]
pub(super) struct Window<T> {
    /// The number of the first page, if there are any.
    first: u32,
    pages: Vec<Leaf<T>>,
    /// So many of the first pages are empty for good.
    gone: u32,
    len: usize,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self { first: 0, pages: Vec::new(), gone: 0, len: 0 }
    }
}

const fn bit(number: u32) -> u16 {
    1 << (number % PAGE)
}

impl<T: Clone> Window<T> {
    /// Adds a thing.
    ///
    /// # Panics
    /// If its number is below all that are there, or there is one with it.
    #[inline(always)]
    pub(super) fn insert(&mut self, number: u32, thing: T) {
        let page = number / PAGE;
        if self.pages.is_empty() {
            self.first = page;
        }
        let place = (page - self.first) as usize;
        if self.pages.len() <= place {
            self.reach(place);
        }
        let leaf = &mut self.pages[place];
        assert!(leaf.any & bit(number) == 0, "a number is given once");
        leaf.any |= bit(number);
        leaf.page.get_or_insert_with(new_page);
        if let Some(page) = leaf.own() {
            page[(number % PAGE) as usize] = Some(thing);
        }
        self.len += 1;
    }

    fn place(&self, number: u32) -> Option<usize> {
        Some((number / PAGE).checked_sub(self.first)? as usize)
    }

    /// Whether there is a thing with a number.
    #[inline]
    pub(super) fn has(&self, number: u32) -> bool {
        let leaf = self.place(number).and_then(|place| self.pages.get(place));
        leaf.is_some_and(|leaf| leaf.any & bit(number) != 0)
    }

    /// The thing with a number.
    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        let leaf = self.pages.get(self.place(number)?)?;
        leaf.page.as_ref()?[(number % PAGE) as usize].as_ref()
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let place = self.place(number)?;
        self.pages.get_mut(place)?.own()?[(number % PAGE) as usize].as_mut()
    }

    /// Takes a thing out.
    #[inline]
    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        self.remove_if(number, |_| true)
    }

    /// Takes a thing out if that is to be.
    #[inline]
    pub(super) fn remove_if(
        &mut self,
        number: u32,
        is_to_be: impl FnOnce(&T) -> bool,
    ) -> Option<T> {
        let place = self.place(number)?;
        let leaf = self.pages.get_mut(place)?;
        let slot = &mut leaf.own()?[(number % PAGE) as usize];
        if !slot.as_ref().is_some_and(is_to_be) {
            return None;
        }
        let thing = slot.take();
        leaf.any &= !bit(number);
        self.len -= 1;
        if leaf.any == 0 {
            leaf.page = None;
            self.turn();
        }
        thing
    }

    #[cold]
    #[inline(never)]
    fn reach(&mut self, place: usize) {
        self.pages.resize(place + 1, Leaf::EMPTY);
    }

    /// Lets the first pages go if they are empty, once they are half of all.
    #[cold]
    #[inline(never)]
    fn turn(&mut self) {
        while self.pages.get(self.gone as usize).is_some_and(|leaf| leaf.any == 0) {
            self.gone += 1;
        }
        if self.gone as usize * 2 > self.pages.len() {
            self.pages.drain(..self.gone as usize);
            self.first += core::mem::take(&mut self.gone);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// No number is below this one.
    #[inline]
    pub(super) fn start(&self) -> u32 {
        (self.first + self.gone) * PAGE
    }

    /// All of them, in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let pages = self.pages.iter().zip(self.first..);
        let pages = pages.filter_map(|(leaf, at)| Some((leaf.page.as_ref()?, at * PAGE)));
        pages.flat_map(|(page, first)| {
            let slots = page.iter().zip(first..);
            slots.filter_map(|(slot, number)| Some((number, slot.as_ref()?)))
        })
    }

    /// About what a copy takes: most pages stay shared.
    pub(super) fn bytes(&self) -> usize {
        let full = self.len.div_ceil(PAGE as usize);
        self.pages.len() * size_of::<Leaf<T>>() + full.min(64) * size_of::<Page<T>>()
    }
}

#[cfg(test)]
mod tests {
    use super::Window;
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds_and_so_do_its_copies(
            steps in prop::collection::vec((0u32..40, 0u32..3), 1..300),
        ) {
            let (mut window, mut model) = (Window::default(), BTreeMap::new());
            let (mut next, mut copies) = (1, Vec::new());
            for (back, what) in steps {
                let number = u32::saturating_sub(next, back + 1);
                match what {
                    0 => {
                        next += back;
                        window.insert(next, next);
                        model.insert(next, next);
                        next += 1;
                    }
                    1 => prop_assert_eq!(window.remove(number), model.remove(&number)),
                    _ => {
                        copies.push((window.clone(), model.clone()));
                        let found = (window.get_mut(number), model.get_mut(&number));
                        prop_assert_eq!(found.0.is_some(), found.1.is_some());
                        found.0.into_iter().chain(found.1).for_each(|thing| *thing += 7);
                    }
                }
                prop_assert!(model.keys().next().is_none_or(|at| *at >= window.start()));
            }
            copies.push((window, model));
            for (window, model) in copies {
                prop_assert_eq!(window.len(), model.len());
                prop_assert!(window.iter().eq(model.iter().map(|(at, one)| (*at, one))));
                prop_assert!((0..next).all(|at| window.get(at) == model.get(&at)));
            }
        }
    }
}
