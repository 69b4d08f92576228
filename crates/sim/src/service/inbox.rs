//! What a service has received, as a list that only grows.

use core::ops::Range;

use super::Received;
use super::shelf::Shelf;
use crate::id::Job;
use crate::message::Content;
use crate::time::Instant;

/// What a service has received, the oldest first.
///
/// Most of it comes from outside, says the same and is counted one by one, so that only the
/// instants differ: what they have in common is kept once.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    instants: Shelf<Instant>,
    alike: Shelf<Alike>,
}

/// Items that say the same and are counted one by one, up to the next of these.
#[derive(Clone, Debug)]
struct Alike {
    /// The place of the first one.
    from: usize,
    /// As whose it is counted; each after it has one more.
    job: Job,
    content: Content,
}

impl Alike {
    /// As whose the item at a place is counted.
    #[inline]
    fn job(&self, place: usize) -> Job {
        // There are no more of them than calls, which are counted so.
        Job { call: self.job.call + (place - self.from) as u32, ..self.job }
    }
}

impl Inbox {
    #[inline(always)]
    pub(crate) fn push(&mut self, at: Instant, job: Job, content: &Content) {
        let place = self.len();
        let goes_on = |last: &Alike| last.content.is(content) && last.job(place) == job;
        if !self.alike.last().is_some_and(goes_on) {
            self.part(place, job, content);
        }
        self.instants.push(at);
    }

    #[cold]
    #[inline(never)]
    fn part(&mut self, from: usize, job: Job, content: &Content) {
        self.alike.push(Alike { from, job, content: content.clone() });
    }

    /// How many there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.instants.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at a place.
    #[inline]
    #[must_use]
    pub fn get(&self, place: usize) -> Option<Received> {
        let at = *self.instants.get(place)?;
        let last = self.alike.last().filter(|last| last.from <= place);
        let alike = last.unwrap_or_else(|| self.alike_at(place));
        Some(Received { at, job: alike.job(place), content: alike.content.clone() })
    }

    /// What the item at a place has in common with its neighbours.
    fn alike_at(&self, place: usize) -> &Alike {
        let Range { mut start, mut end } = 0..self.alike.len();
        let from = |number| self.alike.get(number).map(|alike| alike.from);
        while end - start > 1 {
            let middle = usize::midpoint(start, end);
            match from(middle).is_some_and(|from| from <= place) {
                true => start = middle,
                false => end = middle,
            }
        }
        self.alike.get(start).expect("the first one begins with the first item")
    }

    /// What was received last.
    #[must_use]
    pub fn last(&self) -> Option<Received> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All items, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Received> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    /// What a copy takes.
    pub(crate) fn bytes(&self) -> usize {
        self.instants.bytes() + self.alike.bytes()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::{Inbox, Received};
    use crate::id::{Job, Origin, ServiceId};
    use crate::message::Content;
    use crate::time::Instant;
    use crate::value::Payload;

    #[test]
    fn what_is_alike_is_kept_once_and_told_one_by_one() {
        let says = || Content::given(&Payload::default());
        let (one, other) = (says(), says());
        let service = |id| Origin::Service(ServiceId::new(id));
        let given = vec![
            (1, service(0), 1, &one),
            (1, service(0), 2, &one),
            (5, service(0), 3, &one),
            // Another says it, another is said, and one is not counted.
            (6, service(1), 4, &one),
            (6, service(1), 5, &other),
            (7, service(1), 7, &other),
            (9, service(1), 8, &other),
        ];
        let given = given.into_iter().map(|(at, origin, call, content)| Received {
            at: Instant(at),
            job: Job { origin, call },
            content: content.clone(),
        });
        let given: Vec<Received> = given.collect();
        let mut inbox = Inbox::default();
        assert!(inbox.is_empty() && inbox.last().is_none());
        for (count, received) in (1..).zip(&given) {
            inbox.push(received.at, received.job, &received.content);
            assert_eq!(inbox.len(), count);
            assert_eq!(inbox.last().map(|last| last.at), Some(received.at));
        }
        assert_eq!(inbox.alike.len(), 4);
        let is = |one: &Received, other: &Received| {
            (one.at, one.job) == (other.at, other.job) && one.content.is(&other.content)
        };
        assert!(inbox.iter().zip(&given).all(|(got, given)| is(&got, given)));
        assert!(
            inbox.iter().rev().zip(given.iter().rev()).all(|(got, one)| is(&got, one))
        );
        assert!(inbox.get(given.len()).is_none());
    }
}
