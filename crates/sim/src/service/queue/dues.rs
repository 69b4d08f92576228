//! When numbered things are due. Most are added in the order in which they are due, and most
//! are gone before that: those are skipped later, several at once.

use alloc::collections::VecDeque;

use crate::time::Instant;

/// Times of numbered things, the earliest first; those of one instant by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Dues {
    /// The first of them is never one that is gone.
    times: VecDeque<(Instant, u32)>,
    /// How many of them are gone.
    gone: usize,
}

impl Dues {
    #[inline]
    pub(super) fn insert(&mut self, at: Instant, number: u32) {
        let due = (at, number);
        match self.times.back() {
            Some(last) if *last >= due => self.insert_before(due),
            Some(_) | None => self.times.push_back(due),
        }
    }

    #[inline(never)]
    fn insert_before(&mut self, due: (Instant, u32)) {
        let place = self.times.partition_point(|other| *other < due);
        self.times.insert(place, due);
    }

    /// What has this number and a time is gone; `is_there` says of others whether they are.
    #[inline]
    pub(super) fn remove(&mut self, number: u32, is_there: impl Fn(u32) -> bool) {
        self.gone += 1;
        let is_first = self.times.front().is_some_and(|(_, first)| *first == number);
        if is_first || self.has_many_gone() {
            self.tidy(is_there);
        }
    }

    /// The earliest.
    #[inline]
    pub(super) fn first(&self) -> Option<(Instant, u32)> {
        self.times.front().copied()
    }

    /// When the earliest is due: never, if there is none.
    #[inline]
    pub(super) fn first_or_never(&self) -> Instant {
        self.times.front().map_or(Instant::NEVER, |(at, _)| *at)
    }

    /// Takes the earliest out.
    pub(super) fn pop_first(&mut self, is_there: impl Fn(u32) -> bool) {
        self.times.pop_front();
        self.tidy(is_there);
    }

    #[inline(never)]
    fn tidy(&mut self, is_there: impl Fn(u32) -> bool) {
        while self.gone > 0
            && self.times.pop_front_if(|(_, number)| !is_there(*number)).is_some()
        {
            self.gone -= 1;
        }
        if self.has_many_gone() {
            self.times.retain(|(_, number)| is_there(*number));
            self.gone = 0;
        }
    }

    #[inline]
    fn has_many_gone(&self) -> bool {
        self.gone > 2 * self.len() + 64
    }

    /// How many there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.times.len() - self.gone
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a copy takes.
    pub(super) fn bytes(&self) -> usize {
        self.times.len() * size_of::<(Instant, u32)>()
    }
}

#[cfg(test)]
mod tests {
    use super::Dues;
    use crate::time::Instant;
    use alloc::collections::BTreeSet;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_earliest_that_is_there_is_the_first(
            steps in prop::collection::vec((0u64..50, 0u32..3), 1..600),
        ) {
            let (mut dues, mut model) =
                (Dues::default(), BTreeSet::<(Instant, u32)>::new());
            for (number, (at, what)) in (0..).zip(steps) {
                let there = model.iter().nth(at as usize % model.len().max(1)).copied();
                match (what, there) {
                    (1, Some(due)) => {
                        model.remove(&due);
                        dues.remove(due.1, |one| model.iter().any(|(_, other)| *other == one));
                    }
                    (2, Some(_)) => {
                        model.pop_first();
                        dues.pop_first(|one| model.iter().any(|(_, other)| *other == one));
                    }
                    _ => {
                        model.insert((Instant(at), number));
                        dues.insert(Instant(at), number);
                    }
                }
                prop_assert_eq!(dues.first(), model.first().copied());
                prop_assert_eq!((dues.len(), dues.is_empty()), (model.len(), model.is_empty()));
            }
        }
    }
}
