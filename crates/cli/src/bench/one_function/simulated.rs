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
trait Machine {
    /// Takes the steps that are due next, at most so many; says how many.
    fn steps_due(&mut self, most: u32) -> u32;
    /// The machine itself.
    fn sim(&self) -> &Sim;
}

/// A machine of which nothing is kept.
#[derive(Debug)]
struct Untraced {
    sim: Sim,
    log: Log,
}

impl Machine for Untraced {
    #[inline]
    fn steps_due(&mut self, most: u32) -> u32 {
        self.sim.steps_due(most, &mut self.log)
    }

    #[inline]
    fn sim(&self) -> &Sim {
        &self.sim
    }
}

impl Machine for Recording {
    #[inline]
    fn steps_due(&mut self, most: u32) -> u32 {
        self.steps_due(most)
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

#[derive(Debug)]
enum Kept {
    Nothing(Box<Untraced>),
    Everything(Box<Recording>),
}

/// The workload on the simulator.
#[derive(Debug)]
pub struct OneFunction {
    kept: Kept,
    arrivals: u64,
    outcome: Outcome,
}

impl OneFunction {
    /// One case with so many arrivals, of which nothing is kept.
    ///
    /// # Panics
    /// If the workload is no scenario, which would be our mistake.
    #[must_use]
    pub fn untraced(case: &Case, arrivals: u32, seed: u64) -> Self {
        let run = run(case, arrivals, seed);
        let plan = Plan::check_within(&run, bounds()).expect("the workload is in order");
        let mut log = Log::new(Keep::Nothing);
        let sim = Sim::new(Rc::new(plan), Rc::new(run.acts), &mut log);
        Self::of(Kept::Nothing(Box::new(Untraced { sim, log })), arrivals)
    }

    /// One case with so many arrivals, recorded with its whole trace and checkpoints.
    ///
    /// # Panics
    /// If the workload is no scenario, which would be our mistake.
    #[must_use]
    pub fn recorded(case: &Case, arrivals: u32, seed: u64) -> Self {
        let recording = Recording::open_within(run(case, arrivals, seed), bounds());
        let recording = recording.expect("the workload is in order");
        Self::of(Kept::Everything(Box::new(recording)), arrivals)
    }

    fn of(kept: Kept, arrivals: u32) -> Self {
        Self { kept, arrivals: arrivals.into(), outcome: Outcome::default() }
    }
}

impl Workload for OneFunction {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        let Self { kept, arrivals, outcome } = self;
        match kept {
            Kept::Nothing(machine) => drive(&mut **machine, *arrivals, steps, outcome),
            Kept::Everything(machine) => drive(&mut **machine, *arrivals, steps, outcome),
        }
        outcome.arrivals < *arrivals
    }

    fn outcome(&self) -> Outcome {
        self.outcome
    }
}

/// Takes whole instants until so many steps have been taken or requests have arrived.
fn drive(machine: &mut impl Machine, arrivals: u64, steps: u64, outcome: &mut Outcome) {
    let mut left = steps;
    let mut now = machine.sim().now();
    let mut counts = Counts::of(machine.sim());
    let Outcome { mut running_us, mut instances_us, mut pending_max, .. } = *outcome;
    while counts.arrivals < arrivals && left > 0 {
        let taken = machine.steps_due(u32::MAX);
        assert!(taken > 0, "the run ended before its last arrival");
        left = left.saturating_sub(taken.into());
        let sim = machine.sim();
        if sim.now() > now {
            let passed = sim.now().since(now).0;
            now = sim.now();
            running_us += counts.running * passed;
            instances_us += counts.instances * passed;
        }
        pending_max = pending_max.max(sim.pending());
        counts = Counts::of(sim);
    }
    let metrics = function(machine.sim()).metrics();
    *outcome = Outcome {
        arrivals: counts.arrivals,
        throttled: metrics.throttles,
        cold: metrics.cold_starts,
        completed: metrics.invocations - counts.running,
        expired: metrics.cold_starts - counts.instances,
        end_us: now.0,
        running_us,
        instances_us,
        pending_max,
    };
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

/// The workload as a scenario.
fn run(case: &Case, arrivals: u32, seed: u64) -> Run {
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
