//! The list of what will happen, in order of time, then of rank, then of sending.
//!
//! Time never goes back: nothing may be sent to before the last event taken. That allows
//! a radix queue: an entry lies in the bucket of the highest bit in which its time
//! differs from the last one taken, and moves to lower buckets as time comes near. All
//! entries of one instant always share a bucket and move together in order, so equal
//! times stay in the order they were sent without a sequence number.
//!
//! Payloads lie still in a slab; only 16-byte keys move.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::time::Instant;

/// Order of events within one instant; a lower rank comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Rank {
    /// Ends of runs: they free their units before anything is admitted (CON-16).
    RunEnd,
    /// Timers.
    Timer,
    /// Acts.
    Act,
    /// Requests and answers.
    Arrival,
}

const RANKS: usize = 4;
const BUCKETS: usize = 64;

#[derive(Clone, Copy, Debug)]
struct Key {
    at: u64,
    slot: u32,
    rank: Rank,
}

#[derive(Clone, Debug)]
enum Slot<E> {
    Free(u32),
    Full(E),
}

/// A queue of events of any kind.
#[derive(Clone, Debug)]
pub struct Queue<E> {
    last: u64,
    len: usize,
    /// One bit for each bucket that is not empty.
    occupied: u64,
    /// Bucket `b` holds keys whose highest bit of difference to `last` is bit `b`.
    buckets: Vec<Vec<Key>>,
    /// The earliest time in each bucket.
    earliest: [u64; BUCKETS],
    /// Keys of the instant `last`, by rank.
    ready: [VecDeque<u32>; RANKS],
    ready_len: usize,
    slots: Vec<Slot<E>>,
    free: u32,
}

const NO_SLOT: u32 = u32::MAX;

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Queue<E> {
    /// An empty queue at the start of time.
    #[must_use]
    pub fn new() -> Self {
        Self {
            last: 0,
            len: 0,
            occupied: 0,
            buckets: (0..BUCKETS).map(|_| Vec::new()).collect(),
            earliest: [u64::MAX; BUCKETS],
            ready: [const { VecDeque::new() }; RANKS],
            ready_len: 0,
            slots: Vec::new(),
            free: NO_SLOT,
        }
    }

    /// How many events are pending.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is pending.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of key and stored event for each pending event.
    #[must_use]
    pub const fn bytes_per_pending() -> usize {
        size_of::<Key>() + size_of::<Slot<E>>()
    }

    /// When the next event is due.
    #[inline]
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        if self.ready_len > 0 {
            return Some(Instant(self.last));
        }
        let lowest = self.occupied.trailing_zeros() as usize;
        self.earliest.get(lowest).copied().map(Instant)
    }

    /// The rank of the next event; moves to its instant, so nothing earlier may be sent
    /// after this call.
    pub fn next_rank(&mut self) -> Option<Rank> {
        if self.ready_len == 0 {
            self.advance()?;
        }
        let ranks = [Rank::RunEnd, Rank::Timer, Rank::Act, Rank::Arrival];
        ranks.into_iter().find(|rank| !self.ready[*rank as usize].is_empty())
    }

    /// Adds an event.
    ///
    /// # Panics
    /// If `at` lies before the last event taken.
    #[inline]
    pub fn push(&mut self, at: Instant, rank: Rank, event: E) {
        assert!(at.0 >= self.last, "an event was sent into the past");
        let slot = self.store(event);
        self.len += 1;
        if at.0 == self.last {
            self.ready[rank as usize].push_back(slot);
            self.ready_len += 1;
        } else {
            self.place(Key { at: at.0, slot, rank });
        }
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        if self.ready_len == 0 {
            self.advance()?;
        }
        let slot = self.ready.iter_mut().find_map(VecDeque::pop_front)?;
        self.ready_len -= 1;
        self.len -= 1;
        Some((Instant(self.last), self.take(slot)))
    }

    #[inline]
    fn store(&mut self, event: E) -> u32 {
        if self.free == NO_SLOT {
            let slot = u32::try_from(self.slots.len()).expect("fewer than 2^32 pending");
            self.slots.push(Slot::Full(event));
            return slot;
        }
        let slot = self.free;
        let place = &mut self.slots[slot as usize];
        if let Slot::Free(next) = *place {
            self.free = next;
        }
        *place = Slot::Full(event);
        slot
    }

    #[inline]
    fn take(&mut self, slot: u32) -> E {
        let place = &mut self.slots[slot as usize];
        match core::mem::replace(place, Slot::Free(self.free)) {
            Slot::Full(event) => {
                self.free = slot;
                event
            }
            Slot::Free(_) => panic!("a slot was taken twice"),
        }
    }

    #[inline]
    fn place(&mut self, key: Key) {
        let bucket = 63 - (key.at ^ self.last).leading_zeros() as usize;
        self.buckets[bucket].push(key);
        self.occupied |= 1 << bucket;
        if key.at < self.earliest[bucket] {
            self.earliest[bucket] = key.at;
        }
    }

    /// Moves to the next instant: its keys become ready, their neighbours move down.
    fn advance(&mut self) -> Option<()> {
        if self.occupied == 0 {
            return None;
        }
        let bucket = self.occupied.trailing_zeros() as usize;
        self.last = self.earliest[bucket];
        self.earliest[bucket] = u64::MAX;
        self.occupied &= !(1 << bucket);
        let mut keys = core::mem::take(&mut self.buckets[bucket]);
        for key in keys.drain(..) {
            if key.at == self.last {
                self.ready[key.rank as usize].push_back(key.slot);
                self.ready_len += 1;
            } else {
                self.place(key);
            }
        }
        // The bucket keeps its memory; nothing has been placed in it meanwhile, because
        // all of its keys now differ from `last` in a lower bit.
        self.buckets[bucket] = keys;
        Some(())
    }

    /// A rough count of the bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.slots.len() * size_of::<Slot<E>>() + self.len * size_of::<Key>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_times_go_by_rank_then_by_sending() {
        let mut queue = Queue::new();
        for (rank, name) in [
            (Rank::Arrival, 'a'),
            (Rank::Timer, 'b'),
            (Rank::Arrival, 'c'),
            (Rank::RunEnd, 'd'),
        ] {
            queue.push(Instant(5), rank, name);
        }
        let order: Vec<char> =
            core::iter::from_fn(|| queue.pop()).map(|(_, e)| e).collect();
        assert_eq!(order, ['d', 'b', 'a', 'c']);
    }

    proptest! {
        #[test]
        fn it_takes_events_in_the_order_of_a_sorted_list(
            steps in prop::collection::vec((0u64..3, 0u64..1 << 40, 0usize..4), 1..300),
        ) {
            let ranks = [Rank::RunEnd, Rank::Timer, Rank::Act, Rank::Arrival];
            let mut queue = Queue::new();
            let mut model: Vec<(u64, usize, usize)> = Vec::new();
            let mut now = 0;
            for (number, (shift, delay, rank)) in steps.into_iter().enumerate() {
                let at = now + (delay >> (shift * 18));
                queue.push(Instant(at), ranks[rank], number);
                model.push((at, rank, number));
                if number % 3 == 2 {
                    model.sort_unstable();
                    let (at, _, number) = model.remove(0);
                    prop_assert_eq!(queue.next_at(), Some(Instant(at)));
                    prop_assert_eq!(queue.pop(), Some((Instant(at), number)));
                    now = at;
                }
            }
            model.sort_unstable();
            for (at, _, number) in model {
                prop_assert_eq!(queue.pop(), Some((Instant(at), number)));
            }
            prop_assert!(queue.is_empty() && queue.pop().is_none());
        }
    }
}
