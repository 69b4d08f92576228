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
struct Event {
    id: u32,
    _payload: [u32; 11],
}

impl Event {
    const fn new(id: u32) -> Self {
        Self { id, _payload: [id; 11] }
    }
}

/// Anything that keeps events in order of time, those of one instant as they were sent.
trait Scheduler {
    /// Adds an event.
    fn push(&mut self, at: u64, event: Event);

    /// Takes the earliest.
    fn pop(&mut self) -> Option<(u64, Event)>;
}

impl Scheduler for Queue<Event> {
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
    #[inline]
    fn push(&mut self, at: u64, event: Event) {
        self.push(at, event);
    }

    #[inline]
    fn pop(&mut self) -> Option<(u64, Event)> {
        self.pop()
    }
}

#[derive(Debug)]
enum Kept {
    Own(Box<Queue<Event>>),
    Plain(Heap<Event>),
}

/// The hold model on a scheduler.
#[derive(Debug)]
pub struct Hold {
    kept: Kept,
    draws: Draws,
    left: u64,
    outcome: Outcome,
}

impl Hold {
    /// So many events pending in the project's own queue, to be taken so many times.
    #[must_use]
    pub fn own(pending: u32, pops: u64) -> Self {
        Self::of(Kept::Own(Box::default()), pending, pops)
    }

    /// The yardstick: the standard library's heap, with events of 64 bytes.
    #[must_use]
    pub fn plain(pending: u32, pops: u64) -> Self {
        Self::of(Kept::Plain(Heap::default()), pending, pops)
    }

    fn of(mut kept: Kept, pending: u32, pops: u64) -> Self {
        let mut draws = Draws { x: 12_345 };
        for id in 0..pending {
            let (at, event) = (draws.next(), Event::new(id));
            match &mut kept {
                Kept::Own(queue) => Scheduler::push(&mut **queue, at, event),
                Kept::Plain(heap) => Scheduler::push(heap, at, event),
            }
        }
        Self { kept, draws, left: pops, outcome: Outcome::default() }
    }

    /// Bytes of key and event for each pending event.
    #[must_use]
    pub const fn bytes_per_pending(&self) -> usize {
        match self.kept {
            Kept::Own(_) => Queue::<Event>::bytes_per_pending(),
            Kept::Plain(_) => Heap::<Event>::bytes_per_pending(),
        }
    }
}

impl Workload for Hold {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        let count = steps.min(self.left);
        let Self { kept, draws, left, outcome } = self;
        match kept {
            Kept::Own(queue) => drive(&mut **queue, draws, count, outcome),
            Kept::Plain(heap) => drive(heap, draws, count, outcome),
        }
        *left -= count;
        *left > 0
    }

    fn outcome(&self) -> Outcome {
        self.outcome
    }
}

/// Takes an event and sends it again, so many times.
fn drive(
    scheduler: &mut impl Scheduler,
    draws: &mut Draws,
    count: u64,
    outcome: &mut Outcome,
) {
    let Outcome { mut checksum, mut last } = *outcome;
    for _ in 0..count {
        let (at, event) = scheduler.pop().expect("events are always pending");
        checksum = checksum.wrapping_mul(31).wrapping_add(event.id);
        last = at;
        scheduler.push(at + draws.next(), event);
    }
    *outcome = Outcome { checksum, last };
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
