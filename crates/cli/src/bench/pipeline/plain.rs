//! W3 as a plain loop: the yardstick of the simulator.
//!
//! It does what the workload says and keeps what must come out, record by record: no events
//! that a function could get, no causes, no services or mappings.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::{
    Case, DURATION, GAP, Kept, Outcome, QUEUE_BATCH, RECEIVES, SHARDS, STREAM_BATCH,
    TRIES, VISIBILITY, WORKERS, digest, fails, is_poison,
};
use crate::bench::Workload;
use crate::bench::plain::Heap;

/// The workload as a loop.
#[derive(Debug)]
pub enum Pipeline {
    /// Case a.
    Stream(Stream),
    /// Case b.
    Queue(Queue),
}

impl Pipeline {
    /// One case, with so many records.
    #[must_use]
    pub fn new(case: Case, records: u32) -> Self {
        match case {
            Case::Stream => Self::Stream(Stream::new(records)),
            Case::Queue => Self::Queue(Queue::new(records)),
        }
    }

    /// Bytes of key and event for each pending event.
    #[must_use]
    pub const fn bytes_per_pending(case: Case) -> usize {
        match case {
            Case::Stream => Heap::<u32>::bytes_per_pending(),
            Case::Queue => Heap::<Event>::bytes_per_pending(),
        }
    }
}

impl Workload for Pipeline {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        match self {
            Self::Stream(stream) => stream.advance(steps),
            Self::Queue(queue) => queue.advance(steps),
        }
    }

    fn outcome(&self) -> Outcome {
        let (outcome, kept) = match self {
            Self::Stream(stream) => (stream.outcome, &stream.kept),
            Self::Queue(queue) => (queue.outcome, &queue.kept),
        };
        Outcome { digest: digest(kept), ..outcome }
    }
}

/// Records of a shard, as they lie in it.
#[derive(Clone, Copy, Debug)]
struct Batch {
    first: u32,
    count: u32,
    tries: u32,
}

/// Case a.
#[derive(Debug)]
pub struct Stream {
    /// Ends of invocations, by shard.
    ends: Heap<u32>,
    /// Of each shard what is to be done of its batch, the next on top.
    work: Vec<Vec<Batch>>,
    /// Of each shard the first record that was in no batch, and how many it has.
    next: Vec<(u32, u32)>,
    kept: Vec<Kept>,
    outcome: Outcome,
}

impl Stream {
    fn new(records: u32) -> Self {
        let held = |shard: u32| records / SHARDS + u32::from(records % SHARDS > shard);
        let mut stream = Self {
            ends: Heap::default(),
            work: (0..SHARDS).map(|_| Vec::new()).collect(),
            next: (0..SHARDS).map(|shard| (0, held(shard))).collect(),
            kept: vec![Kept::default(); records as usize],
            outcome: Outcome::default(),
        };
        for shard in 0..SHARDS {
            stream.begin(0, shard);
        }
        stream
    }

    /// Begins the next invocation of a shard, if there is one.
    #[inline]
    fn begin(&mut self, now: u64, shard: u32) {
        let work = &mut self.work[shard as usize];
        if work.is_empty() {
            let (first, held) = &mut self.next[shard as usize];
            let count = STREAM_BATCH.min(*held - *first);
            if count == 0 {
                return;
            }
            work.push(Batch { first: *first, count, tries: 0 });
            *first += count;
        }
        self.outcome.invocations += 1;
        self.ends.push(now + DURATION.0, shard);
    }

    fn advance(&mut self, steps: u64) -> bool {
        for _ in 0..steps {
            self.outcome.pending_max = self.outcome.pending_max.max(self.ends.len());
            let Some((now, shard)) = self.ends.pop() else { return false };
            self.end(now, shard);
            self.begin(now, shard);
        }
        true
    }

    #[inline]
    fn end(&mut self, now: u64, shard: u32) {
        let work = &mut self.work[shard as usize];
        let Batch { first, count, tries } = work.pop().expect("it runs");
        let mut failed = false;
        for number in first..first + count {
            let record = number * SHARDS + shard;
            let kept = &mut self.kept[record as usize];
            kept.deliveries += 1;
            kept.ended = now;
            failed |= is_poison(record);
        }
        let outcome = &mut self.outcome;
        outcome.deliveries += u64::from(count);
        outcome.makespan_ms = now / 1_000;
        if !failed {
            outcome.ok += u64::from(count);
            return;
        }
        outcome.failed += 1;
        if count > 1 {
            let left = count / 2;
            work.push(Batch { first: first + left, count: count - left, tries: 0 });
            work.push(Batch { first, count: left, tries: 0 });
        } else if tries + 1 < TRIES {
            work.push(Batch { first, count, tries: tries + 1 });
        } else {
            outcome.dlq += 1;
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Arrived,
    Ended { worker: u32 },
    Visible { message: u32 },
}

/// What a worker has received.
#[derive(Clone, Debug, Default)]
struct Received {
    at: u64,
    messages: Vec<u32>,
}

/// Case b.
#[derive(Debug)]
pub struct Queue {
    events: Heap<Event>,
    now: u64,
    records: u32,
    arrived: u32,
    visible: BinaryHeap<Reverse<u32>>,
    workers: Vec<Received>,
    /// Those that wait for messages, in the order they began to.
    free: VecDeque<u32>,
    kept: Vec<Kept>,
    outcome: Outcome,
}

impl Queue {
    fn new(records: u32) -> Self {
        let mut queue = Self {
            events: Heap::default(),
            now: 0,
            records,
            arrived: 0,
            visible: BinaryHeap::new(),
            workers: vec![Received::default(); WORKERS as usize],
            free: (0..WORKERS).collect(),
            kept: vec![Kept::default(); records as usize],
            outcome: Outcome::default(),
        };
        queue.events.push(0, Event::Arrived);
        queue
    }

    fn advance(&mut self, steps: u64) -> bool {
        for _ in 0..steps {
            let pending = self.events.len();
            self.outcome.pending_max = self.outcome.pending_max.max(pending);
            let Some((at, event)) = self.events.pop() else { return false };
            self.take(at, event);
            // What is visible is received when all of an instant has happened.
            if self.events.next_at() != Some(at) {
                self.serve();
            }
        }
        true
    }

    #[inline]
    fn take(&mut self, at: u64, event: Event) {
        self.now = at;
        match event {
            Event::Arrived => {
                self.visible.push(Reverse(self.arrived));
                self.arrived += 1;
                if self.arrived < self.records {
                    self.events.push(at + GAP.0, Event::Arrived);
                }
            }
            Event::Ended { worker } => self.end(worker),
            Event::Visible { message } => {
                if self.kept[message as usize].deliveries < RECEIVES {
                    self.visible.push(Reverse(message));
                } else {
                    self.outcome.dlq += 1;
                    self.outcome.makespan_ms = at / 1_000;
                }
            }
        }
    }

    /// Gives those who wait what is visible, the oldest first.
    #[inline]
    fn serve(&mut self) {
        while !self.visible.is_empty()
            && let Some(worker) = self.free.pop_front()
        {
            let received = &mut self.workers[worker as usize];
            received.at = self.now;
            while received.messages.len() < QUEUE_BATCH as usize
                && let Some(Reverse(message)) = self.visible.pop()
            {
                self.kept[message as usize].deliveries += 1;
                received.messages.push(message);
            }
            self.outcome.invocations += 1;
            self.outcome.deliveries += received.messages.len() as u64;
            self.events.push(self.now + DURATION.0, Event::Ended { worker });
        }
    }

    #[inline]
    fn end(&mut self, worker: u32) {
        let Self { workers, kept, events, outcome, .. } = self;
        let received = &mut workers[worker as usize];
        let mut failed = false;
        for message in received.messages.drain(..) {
            let kept = &mut kept[message as usize];
            kept.ended = self.now;
            if fails(message, kept.deliveries) {
                failed = true;
                events.push(received.at + VISIBILITY.0, Event::Visible { message });
            } else {
                outcome.ok += 1;
            }
        }
        outcome.failed += u64::from(failed);
        outcome.makespan_ms = self.now / 1_000;
        self.free.push_back(worker);
    }
}
