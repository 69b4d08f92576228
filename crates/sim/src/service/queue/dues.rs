//! When numbered things are due. Most are added in the order in which they are due, those of
//! one instant by their numbers, and most are gone before that: those are skipped later.

use alloc::collections::VecDeque;

use crate::time::Instant;

/// Numbers that follow each other and are due at one instant.
#[derive(Clone, Copy, Debug)]
struct Run {
    at: Instant,
    first: u32,
    count: u32,
}

impl Run {
    fn numbers(&self) -> impl Iterator<Item = u32> {
        self.first..self.first + self.count
    }
}

/// Times of numbered things, the earliest first; those of one instant by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Dues {
    /// The first number of the first of them is never gone.
    runs: VecDeque<Run>,
    /// How many numbers are there.
    len: usize,
}

impl Dues {
    #[inline]
    pub(super) fn insert(&mut self, at: Instant, number: u32) {
        self.len += 1;
        match self.runs.back_mut() {
            Some(last) if last.at == at && last.first + last.count == number => {
                last.count += 1;
            }
            Some(last) if (last.at, last.first) > (at, number) => {
                self.insert_before(at, number);
            }
            Some(_) | None => self.runs.push_back(Run { at, first: number, count: 1 }),
        }
    }

    #[inline(never)]
    fn insert_before(&mut self, at: Instant, number: u32) {
        let place = self.runs.partition_point(|run| (run.at, run.first) < (at, number));
        self.runs.insert(place, Run { at, first: number, count: 1 });
    }

    /// What has this number and a time is gone; `is_there` says of others whether they are.
    #[inline]
    pub(super) fn remove(&mut self, number: u32, is_there: impl Fn(u32) -> bool) {
        self.len -= 1;
        if self.runs.front().is_some_and(|run| run.first == number) {
            self.skip(&is_there);
        }
        // Most are skipped when it is their turn; so many are not kept until then.
        if self.runs.len() > 8 * self.len + 64 {
            self.tidy(is_there);
        }
    }

    /// The earliest.
    #[inline]
    pub(super) fn first(&self) -> Option<(Instant, u32)> {
        self.runs.front().map(|run| (run.at, run.first))
    }

    /// When the earliest is due: never, if there is none.
    #[inline]
    pub(super) fn first_or_never(&self) -> Instant {
        self.runs.front().map_or(Instant::NEVER, |run| run.at)
    }

    /// Takes the earliest out.
    pub(super) fn pop_first(&mut self, is_there: impl Fn(u32) -> bool) {
        if let Some(run) = self.runs.front_mut() {
            run.first += 1;
            run.count -= 1;
            self.len -= 1;
            self.skip(&is_there);
        }
    }

    /// Lets those go that are gone, up to the first that is not.
    #[inline(never)]
    fn skip(&mut self, is_there: &impl Fn(u32) -> bool) {
        while let Some(run) = self.runs.front_mut() {
            while run.count > 0 && !is_there(run.first) {
                run.first += 1;
                run.count -= 1;
            }
            if run.count > 0 {
                break;
            }
            self.runs.pop_front();
        }
    }

    #[cold]
    #[inline(never)]
    fn tidy(&mut self, is_there: impl Fn(u32) -> bool) {
        self.runs.retain(|run| run.numbers().any(&is_there));
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What a copy takes.
    pub(super) fn bytes(&self) -> usize {
        self.runs.len() * size_of::<Run>()
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
