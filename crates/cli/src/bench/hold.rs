//! W1, the hold model: the scheduler alone.
//!
//! So many events are always pending: the earliest is taken and scheduled again. The
//! checksum is exact, so it tells when events of one instant do not keep their order.

use lambdarium_sim::queue::{Queue, Rank};
use lambdarium_sim::time::Instant;

use super::Workload;
use super::plain::Heap;

/// Pops of the full workload.
pub const POPS: u64 = 2_000_000;

/// What must come out of [`POPS`] pops, by how many events are pending.
pub const EXPECTED: [(u32, Outcome); 3] = [
    (1_000, Outcome { checksum: 1_268_102_533, last: 1_048_340_681 }),
    (100_000, Outcome { checksum: 2_860_270_426, last: 10_655_666 }),
    (1_000_000, Outcome { checksum: 2_141_035_463, last: 1_214_552 }),
];

/// What comes out of the hold model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Of the ids, in the order they were taken.
    pub checksum: u32,
    /// When the last one was due.
    pub last: u64,
}

/// What is scheduled: 48 bytes, as large as the events of a simulator are.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    id: u32,
    _payload: [u32; 11],
}

impl Event {
    const fn new(id: u32) -> Self {
        Self { id, _payload: [id; 11] }
    }
}

/// Anything that keeps events in order of time, those of one instant as they were sent.
pub trait Scheduler: Default {
    /// Bytes of key and event for each pending event.
    const BYTES_PER_PENDING: usize;

    /// Adds an event.
    fn push(&mut self, at: u64, event: Event);

    /// Takes the earliest.
    fn pop(&mut self) -> Option<(u64, Event)>;
}

impl Scheduler for Queue<Event> {
    const BYTES_PER_PENDING: usize = Self::bytes_per_pending();

    #[inline]
    fn push(&mut self, at: u64, event: Event) {
        self.push(Instant(at), Rank::Timer, event);
    }

    #[inline]
    fn pop(&mut self) -> Option<(u64, Event)> {
        self.pop().map(|(at, event)| (at.0, event))
    }
}

impl Scheduler for Heap<Event> {
    const BYTES_PER_PENDING: usize = Self::bytes_per_pending();

    #[inline]
    fn push(&mut self, at: u64, event: Event) {
        self.push(at, event);
    }

    #[inline]
    fn pop(&mut self) -> Option<(u64, Event)> {
        self.pop()
    }
}

/// The project's own queue.
pub type Own = Hold<Queue<Event>>;
/// The yardstick: the standard library's heap with events of 64 bytes.
pub type Plain = Hold<Heap<Event>>;

/// The hold model on a scheduler.
#[derive(Debug)]
pub struct Hold<S> {
    scheduler: S,
    draws: Draws,
    left: u64,
    outcome: Outcome,
}

impl<S: Scheduler> Hold<S> {
    /// Bytes of key and event for each pending event.
    pub const BYTES_PER_PENDING: usize = S::BYTES_PER_PENDING;

    /// So many pending events, to be taken so many times.
    #[must_use]
    pub fn new(pending: u32, pops: u64) -> Self {
        let mut draws = Draws { x: 12_345 };
        let mut scheduler = S::default();
        for id in 0..pending {
            scheduler.push(draws.next(), Event::new(id));
        }
        Self { scheduler, draws, left: pops, outcome: Outcome::default() }
    }
}

impl<S: Scheduler> Workload for Hold<S> {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        let count = steps.min(self.left);
        let mut outcome = self.outcome;
        for _ in 0..count {
            let (at, event) = self.scheduler.pop().expect("events are always pending");
            outcome.checksum = outcome.checksum.wrapping_mul(31).wrapping_add(event.id);
            outcome.last = at;
            self.scheduler.push(at + self.draws.next(), event);
        }
        self.outcome = outcome;
        self.left -= count;
        self.left > 0
    }

    fn outcome(&self) -> Outcome {
        self.outcome
    }
}

/// Increments, evenly from 1 to 2^20.
#[derive(Debug)]
struct Draws {
    x: u32,
}

impl Draws {
    #[inline]
    fn next(&mut self) -> u64 {
        self.x = self.x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + u64::from(self.x >> 12)
    }
}
