//! W2 as a plain loop: the yardstick of the simulator.
//!
//! It does what the workload says, word by word, and keeps what the statistics need: no
//! requests that one could follow, no causes, and the host's own logarithm.

use std::collections::BinaryHeap;

use super::{Case, IDLE_TTL, Outcome};
use crate::bench::Workload;
use crate::bench::plain::Heap;

/// Bytes of key and event for each pending event.
pub const BYTES_PER_PENDING: usize = Heap::<Event>::bytes_per_pending();

#[derive(Clone, Copy, Debug)]
enum Event {
    Arrived,
    Ended { environment: u32 },
    IdleDue { environment: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Environment {
    idle_since: Option<u64>,
    live: bool,
}

/// The workload as a loop.
#[derive(Debug)]
pub struct OneFunction {
    events: Heap<Event>,
    now: u64,
    /// All there ever were, in order of creation.
    environments: Vec<Environment>,
    /// Those that are idle, the newest on top; among them some that were removed since.
    idle: BinaryHeap<u32>,
    running: u64,
    instances: u64,
    limit: u64,
    gap_us: f64,
    duration_us: f64,
    init_us: u64,
    draws: Draws,
    arrivals: u64,
    outcome: Outcome,
}

impl OneFunction {
    /// One case, with so many arrivals.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "means are far below 2^53")]
    pub fn new(case: &Case, arrivals: u32, seed: u64) -> Self {
        let mut work = Self {
            events: Heap::default(),
            now: 0,
            environments: Vec::new(),
            idle: BinaryHeap::new(),
            running: 0,
            instances: 0,
            limit: case.limit.into(),
            gap_us: 1e15 / case.rate as f64,
            duration_us: case.duration.0 as f64,
            init_us: case.init.0,
            draws: Draws { state: seed },
            arrivals: arrivals.into(),
            outcome: Outcome::default(),
        };
        let first = work.draws.exponential(work.gap_us);
        work.events.push(first, Event::Arrived);
        work
    }

    #[inline]
    fn on_arrived(&mut self) {
        let gap = self.draws.exponential(self.gap_us);
        self.events.push(self.now + gap, Event::Arrived);
        self.outcome.arrivals += 1;
        if self.running == self.limit {
            self.outcome.throttled += 1;
            return;
        }
        self.running += 1;
        let duration = self.draws.exponential(self.duration_us);
        let (environment, span) = match self.newest_idle() {
            Some(environment) => {
                self.environments[environment as usize].idle_since = None;
                (environment, duration)
            }
            None => (self.create(), self.init_us + duration),
        };
        self.events.push(self.now + span, Event::Ended { environment });
    }

    #[inline]
    fn newest_idle(&mut self) -> Option<u32> {
        loop {
            let environment = self.idle.pop()?;
            if self.environments[environment as usize].live {
                return Some(environment);
            }
        }
    }

    fn create(&mut self) -> u32 {
        self.outcome.cold += 1;
        self.instances += 1;
        let environment =
            u32::try_from(self.environments.len()).expect("fewer than 2^32");
        self.environments.push(Environment { idle_since: None, live: true });
        self.events.push(self.now + IDLE_TTL.0, Event::IdleDue { environment });
        environment
    }

    #[inline]
    fn on_ended(&mut self, environment: u32) {
        self.running -= 1;
        self.outcome.completed += 1;
        self.environments[environment as usize].idle_since = Some(self.now);
        self.idle.push(environment);
    }

    /// Each environment has one timer, which is set again until it has been idle for long.
    fn on_idle_due(&mut self, environment: u32) {
        let state = &mut self.environments[environment as usize];
        let due = state.idle_since.unwrap_or(self.now) + IDLE_TTL.0;
        if due > self.now {
            return self.events.push(due, Event::IdleDue { environment });
        }
        state.live = false;
        self.instances -= 1;
        self.outcome.expired += 1;
    }
}

impl Workload for OneFunction {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        let mut left = steps;
        while self.outcome.arrivals < self.arrivals && left > 0 {
            left -= 1;
            let (at, event) = self.events.pop().expect("an arrival is always pending");
            let passed = at - self.now;
            self.outcome.running_us += self.running * passed;
            self.outcome.instances_us += self.instances * passed;
            self.now = at;
            match event {
                Event::Arrived => self.on_arrived(),
                Event::Ended { environment } => self.on_ended(environment),
                Event::IdleDue { environment } => self.on_idle_due(environment),
            }
            self.outcome.pending_max = self.outcome.pending_max.max(self.events.len());
        }
        self.outcome.end_us = self.now;
        self.outcome.arrivals < self.arrivals
    }

    fn outcome(&self) -> Outcome {
        self.outcome
    }
}

/// SplitMix64.
#[derive(Debug)]
struct Draws {
    state: u64,
}

impl Draws {
    #[inline]
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = self.state;
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// An exponential span of whole microseconds with this mean.
    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "53 bits of a draw and a positive result are exact enough"
    )]
    fn exponential(&mut self, mean_us: f64) -> u64 {
        let u = ((self.bits() >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0);
        (-u.ln() * mean_us + 0.5) as u64
    }
}
