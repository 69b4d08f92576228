//! The list of what will happen, in order of time, then of rank, then of sending.
//!
//! Time never goes back: nothing may be sent to before the last event taken. That allows
//! a radix queue: an entry lies in the bucket of the highest bit in which its time
//! differs from the last one taken, and moves to lower buckets as time comes near. All
//! entries of one instant always share a bucket and move together in order, so equal
//! times stay in the order they were sent without a sequence number.
//!
//! While few are pending they stand in one sorted line, which is quicker still; buckets
//! are used from the moment there are more until all of them are empty.
//!
//! Events move with their times, which is cheaper than to look for them elsewhere. What a
//! step touches is always inlined: an event that is handed on in memory is written in
//! pieces and read as a whole, and a processor waits for that.

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
    /// Alarms, and what they stop (CD-32).
    Alarm,
    /// What hooks of deployments report.
    Report,
    /// Shifts of traffic: requests of this instant find what they lead to.
    Shift,
    /// Requests and answers.
    Arrival,
    /// Polls of queues: they find whatever has arrived.
    Poll,
}

impl Rank {
    const COUNT: usize = 8;
    const ALL: [Self; Self::COUNT] = [
        Self::RunEnd,
        Self::Timer,
        Self::Act,
        Self::Alarm,
        Self::Report,
        Self::Shift,
        Self::Arrival,
        Self::Poll,
    ];
}

const BUCKETS: usize = 64;
/// So many stand in a line instead of buckets, as long as there are no more.
const FEW: usize = 16;
/// Entries in a full chunk of a bucket; few in tests, so that they see full ones.
const CHUNK: usize = if cfg!(test) { 4 } else { 512 };

#[derive(Clone, Debug)]
struct Entry<E> {
    at: u64,
    rank: Rank,
    event: E,
}

/// Entries in the order they came. They lie in chunks that buckets pass on to each other,
/// so a million entries are moved without room for a second million.
#[derive(Clone, Debug)]
struct Bucket<E> {
    full: Vec<Vec<Entry<E>>>,
    open: Vec<Entry<E>>,
}

/// The highest bit in which two different times differ.
#[inline(always)]
const fn bucket_of(at: u64, last: u64) -> usize {
    63 - (at ^ last).leading_zeros() as usize
}

impl<E> Bucket<E> {
    #[inline(always)]
    fn push(&mut self, entry: Entry<E>, spare: &mut Vec<Vec<Entry<E>>>) {
        if self.open.len() == CHUNK {
            self.close(spare);
        }
        self.open.push(entry);
    }

    /// Makes room for more in a new chunk.
    #[cold]
    fn close(&mut self, spare: &mut Vec<Vec<Entry<E>>>) {
        let next = spare.pop().unwrap_or_else(|| Vec::with_capacity(CHUNK));
        self.full.push(core::mem::replace(&mut self.open, next));
    }
}

impl<E> Default for Bucket<E> {
    fn default() -> Self {
        Self { full: Vec::new(), open: Vec::new() }
    }
}

/// Events of one rank that are due now; so many of them have been taken. Mostly there is
/// one, which then always lies at the same place.
#[derive(Clone, Debug)]
struct Ready<E> {
    events: Vec<E>,
    taken: usize,
}

/// A queue of events of any kind.
#[derive(Clone, Debug)]
pub struct Queue<E> {
    last: u64,
    len: usize,
    /// While few are pending: all of them, the next one last. The buckets are empty then.
    few: Vec<Entry<E>>,
    /// One bit for each bucket that is not empty.
    occupied: u64,
    /// Bucket `b` holds entries whose highest bit of difference to `last` is bit `b`.
    buckets: Vec<Bucket<E>>,
    /// The earliest time in each bucket.
    earliest: [u64; BUCKETS],
    /// Chunks that were emptied.
    spare: Vec<Vec<Entry<E>>>,
    /// Events of the instant `last`, by rank, and one bit for each rank that has some.
    ready: [Ready<E>; Rank::COUNT],
    ready_ranks: u8,
}

impl<E: Copy> Default for Queue<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Copy> Queue<E> {
    /// An empty queue at the start of time.
    #[must_use]
    pub fn new() -> Self {
        Self {
            last: 0,
            len: 0,
            few: Vec::new(),
            occupied: 0,
            buckets: (0..BUCKETS).map(|_| Bucket::default()).collect(),
            earliest: [u64::MAX; BUCKETS],
            spare: Vec::new(),
            ready: [const { Ready { events: Vec::new(), taken: 0 } }; Rank::COUNT],
            ready_ranks: 0,
        }
    }

    /// How many events are pending.
    #[inline]
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
        size_of::<Entry<E>>()
    }

    /// Whether more is known to be due at the instant of the last event taken.
    #[inline(always)]
    pub(crate) fn is_ready(&self) -> bool {
        self.ready_ranks != 0
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        Some(self.next_or_never()).filter(|_| self.len > 0)
    }

    /// When the next event is due: never, if there is none.
    #[inline(always)]
    pub(crate) fn next_or_never(&self) -> Instant {
        if self.ready_ranks != 0 {
            return Instant(self.last);
        }
        if let Some(entry) = self.few.last() {
            return Instant(entry.at);
        }
        let lowest = self.occupied.trailing_zeros() as usize;
        self.earliest.get(lowest).map_or(Instant::NEVER, |at| Instant(*at))
    }

    /// The rank of the next event; moves to its instant, so nothing earlier may be sent
    /// after this call.
    pub fn next_rank(&mut self) -> Option<Rank> {
        if self.ready_ranks == 0 {
            self.move_on()?;
        }
        Rank::ALL.get(self.ready_ranks.trailing_zeros() as usize).copied()
    }

    /// Adds an event.
    ///
    /// # Panics
    /// If `at` lies before the last event taken.
    #[inline(always)]
    pub fn push(&mut self, at: Instant, rank: Rank, event: E) {
        assert!(at.0 >= self.last, "an event was sent into the past");
        if self.is_at(at) {
            return self.push_ready(rank, event);
        }
        self.len += 1;
        if self.occupied == 0 && self.few.len() < FEW {
            self.line_up(Entry { at: at.0, rank, event });
        } else {
            if !self.few.is_empty() {
                self.give_up_line();
            }
            self.place(Entry { at: at.0, rank, event });
        }
    }

    /// Whether an instant is that of the last event taken.
    #[inline(always)]
    pub(crate) fn is_at(&self, at: Instant) -> bool {
        at.0 == self.last
    }

    /// Adds an event of the instant of the last event taken.
    #[inline(always)]
    pub(crate) fn push_ready(&mut self, rank: Rank, event: E) {
        self.len += 1;
        self.make_ready(rank, event);
    }

    /// Takes the next event.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<(Instant, E)> {
        if self.ready_ranks == 0 {
            if let Some(event) = self.take_alone() {
                self.len -= 1;
                return Some((Instant(self.last), event));
            }
            self.move_on()?;
        }
        let rank = self.ready_ranks.trailing_zeros();
        let ready = &mut self.ready[rank as usize];
        let event = *ready.events.get(ready.taken)?;
        ready.taken += 1;
        if ready.taken == ready.events.len() {
            ready.events.clear();
            ready.taken = 0;
            self.ready_ranks &= !(1 << rank);
        } else if ready.taken >= CHUNK && ready.taken * 2 >= ready.events.len() {
            ready.events.drain(..ready.taken);
            ready.taken = 0;
        }
        self.len -= 1;
        Some((Instant(self.last), event))
    }

    #[inline(always)]
    fn make_ready(&mut self, rank: Rank, event: E) {
        self.ready[rank as usize].events.push(event);
        self.ready_ranks |= 1 << rank as u8;
    }

    /// Puts an entry in the line: it comes after those that are not later.
    #[inline(always)]
    fn line_up(&mut self, entry: Entry<E>) {
        let later = self.few.iter().rposition(|other| other.at > entry.at);
        self.few.insert(later.map_or(0, |place| place + 1), entry);
    }

    /// Moves to buckets what stands in line.
    #[cold]
    #[inline(never)]
    fn give_up_line(&mut self) {
        for entry in core::mem::take(&mut self.few).into_iter().rev() {
            self.place(entry);
        }
    }

    #[inline(always)]
    fn place(&mut self, entry: Entry<E>) {
        let number = bucket_of(entry.at, self.last);
        self.occupied |= 1 << number;
        self.earliest[number] = self.earliest[number].min(entry.at);
        self.buckets[number].push(entry, &mut self.spare);
    }

    /// Moves to the next instant and takes its event, if that is easily seen to be alone.
    #[inline(always)]
    fn take_alone(&mut self) -> Option<E> {
        if let [before @ .., next] = &self.few[..] {
            if before.last().is_some_and(|other| other.at == next.at) {
                return None;
            }
            self.last = next.at;
            return self.few.pop().map(|entry| entry.event);
        }
        let number = self.occupied.trailing_zeros() as usize;
        let bucket = self.buckets.get_mut(number)?;
        if bucket.open.len() != 1 || !bucket.full.is_empty() {
            return None;
        }
        let entry = bucket.open.pop()?;
        self.leave(number);
        Some(entry.event)
    }

    /// Moves to the next instant and makes its events ready.
    fn move_on(&mut self) -> Option<()> {
        let Some(next) = self.few.last() else { return self.advance() };
        let now = next.at;
        self.last = now;
        while let Some(Entry { rank, event, .. }) = self.few.pop_if(|next| next.at == now)
        {
            self.make_ready(rank, event);
        }
        Some(())
    }

    /// Moves to the earliest instant of a bucket, which is about to be emptied.
    #[inline(always)]
    fn leave(&mut self, number: usize) {
        self.last = self.earliest[number];
        self.earliest[number] = u64::MAX;
        self.occupied &= !(1 << number);
    }

    /// Moves to the next instant: its events become ready, their neighbours move down.
    fn advance(&mut self) -> Option<()> {
        let number = self.occupied.trailing_zeros() as usize;
        if number >= self.buckets.len() {
            return None;
        }
        self.leave(number);
        let Self { last, occupied, buckets, earliest, spare, ready, ready_ranks, .. } =
            self;
        // All of its entries now differ from `last` in a lower bit.
        let (lower, rest) = buckets.split_at_mut(number);
        let bucket = &mut rest[0];
        let mut spread = |Entry { at, rank, event }, spare: &mut Vec<Vec<Entry<E>>>| {
            if at == *last {
                ready[rank as usize].events.push(event);
                *ready_ranks |= 1 << rank as u8;
                return;
            }
            let number = bucket_of(at, *last);
            lower[number].push(Entry { at, rank, event }, spare);
            *occupied |= 1 << number;
            earliest[number] = earliest[number].min(at);
        };
        for mut chunk in bucket.full.drain(..) {
            for entry in chunk.drain(..) {
                spread(entry, spare);
            }
            spare.push(chunk);
        }
        for entry in bucket.open.drain(..) {
            spread(entry, spare);
        }
        Some(())
    }

    /// A rough count of the bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.len * Self::bytes_per_pending()
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
