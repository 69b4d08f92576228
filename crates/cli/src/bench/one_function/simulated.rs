//! W2 on the real simulator: one SDK that never retries, one function, no rate limits.

use std::rc::Rc;

use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::sdk::{self, RetryProfile};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::event::Sent;
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::lambda::behaviour::{Behaviour, Draw};
use lambdarium_sim::lambda::invoke::FunctionState;
use lambdarium_sim::lambda::{Function, Spec};
use lambdarium_sim::limits::Bounds;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::queue::Queue;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::{Run, Scenario, Settings};
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Keep, Log};
use lambdarium_sim::value::Payload;

use super::{Case, IDLE_TTL, Outcome};
use crate::bench::Workload;

/// Bytes of key and event for each pending event.
pub const BYTES_PER_PENDING: usize = Queue::<Sent>::bytes_per_pending();

/// A machine that can be stepped, whatever it keeps of what happens.
pub trait Machine {
    /// Makes it ready to run.
    fn of(run: Run) -> Self;
    /// Takes one step; `false` if there was none to take.
    fn step(&mut self) -> bool;
    /// The machine itself.
    fn sim(&self) -> &Sim;
}

/// A machine of which nothing is kept.
#[derive(Debug)]
pub struct Untraced {
    sim: Sim,
    log: Log,
}

impl Machine for Untraced {
    fn of(run: Run) -> Self {
        let plan = Plan::check_within(&run, bounds()).expect("the workload is in order");
        let mut log = Log::new(Keep::Nothing);
        let sim = Sim::new(Rc::new(plan), Rc::new(run.acts), &mut log);
        Self { sim, log }
    }

    #[inline]
    fn step(&mut self) -> bool {
        self.sim.step(&mut self.log)
    }

    #[inline]
    fn sim(&self) -> &Sim {
        &self.sim
    }
}

impl Machine for Recording {
    fn of(run: Run) -> Self {
        Self::open_within(run, bounds()).expect("the workload is in order")
    }

    #[inline]
    fn step(&mut self) -> bool {
        self.record(1).stop.is_none()
    }

    #[inline]
    fn sim(&self) -> &Sim {
        self.head()
    }
}

/// A million arrivals take ten years in case d.
fn bounds() -> Bounds {
    Bounds {
        until: Some(Span(u64::MAX >> 1)),
        steps: u32::MAX,
        entries: u32::MAX,
        calls: u32::MAX.into(),
        ..Bounds::default()
    }
}

/// The workload on a machine.
#[derive(Debug)]
pub struct OneFunction<M> {
    machine: M,
    arrivals: u64,
    outcome: Outcome,
}

impl<M: Machine> OneFunction<M> {
    /// One case, with so many arrivals.
    #[must_use]
    pub fn new(case: &Case, arrivals: u32, seed: u64) -> Self {
        let machine = M::of(run(case, arrivals, seed));
        Self { machine, arrivals: arrivals.into(), outcome: Outcome::default() }
    }
}

/// What is read after every step.
struct Counts {
    arrivals: u64,
    running: u64,
    instances: u64,
}

impl Counts {
    #[inline]
    fn of(sim: &Sim) -> Self {
        let function = function(sim);
        Self {
            arrivals: function.metrics().invocations + function.metrics().throttles,
            running: function.in_flight(),
            instances: function.environments().len().into(),
        }
    }
}

#[inline]
fn function(sim: &Sim) -> &FunctionState {
    sim.world().lambda().function(FunctionId(0))
}

impl<M: Machine> Workload for OneFunction<M> {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        let mut left = steps;
        let mut outcome = self.outcome;
        let mut now = self.machine.sim().now();
        let mut counts = Counts::of(self.machine.sim());
        while counts.arrivals < self.arrivals && left > 0 {
            left -= 1;
            assert!(self.machine.step(), "the run ended before its last arrival");
            let sim = self.machine.sim();
            let passed = sim.now().since(now).0;
            now = sim.now();
            outcome.running_us += counts.running * passed;
            outcome.instances_us += counts.instances * passed;
            outcome.pending_max = outcome.pending_max.max(sim.pending());
            counts = Counts::of(sim);
        }
        let metrics = function(self.machine.sim()).metrics();
        self.outcome = Outcome {
            arrivals: counts.arrivals,
            throttled: metrics.throttles,
            cold: metrics.cold_starts,
            completed: metrics.invocations - counts.running,
            expired: metrics.cold_starts - counts.instances,
            end_us: now.0,
            ..outcome
        };
        counts.arrivals < self.arrivals
    }

    fn outcome(&self) -> Outcome {
        self.outcome
    }
}

/// The workload as a scenario.
#[must_use]
pub fn run(case: &Case, arrivals: u32, seed: u64) -> Run {
    let settings = Settings {
        account_concurrency: case.limit.into(),
        unreserved_min: 0,
        idle_ttl: IDLE_TTL,
        scale_burst: 1_000_000,
        rps_limit: false,
        ..Settings::default()
    };
    let behaviour = Behaviour {
        init: Draw::Fixed(case.init),
        duration: Draw::Exponential { mean: case.duration },
        ..Behaviour::default()
    };
    let spec = Spec { timeout: Span::seconds(900), behaviour, ..Spec::default() };
    let client = sdk::Spec {
        profile: RetryProfile::None,
        read_timeout: None,
        ..sdk::Spec::default()
    };
    let load = Load {
        pattern: Pattern::Poisson { rate: case.rate },
        count_max: Some(arrivals.into()),
        ..Load::default()
    };
    let function = Function { name: "function".into(), spec, ..Function::default() };
    let caller = Caller {
        name: "caller".into(),
        kind: Kind::Sdk(client),
        target: "function".into(),
        payload: Payload::default(),
        load,
    };
    let scenario = Scenario {
        settings,
        functions: vec![function],
        callers: vec![caller],
        ..Scenario::default()
    };
    Run { scenario, seed, acts: Vec::new() }
}
