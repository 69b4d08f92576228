//! W2 on the real simulator: one SDK that never retries, one function, no rate limits.

use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::sdk::{self, RetryProfile};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::lambda::behaviour::{Behaviour, Draw};
use lambdarium_sim::lambda::invoke::FunctionState;
use lambdarium_sim::lambda::{Function, Spec};
use lambdarium_sim::limits::Bounds;
use lambdarium_sim::scenario::{Run, Scenario, Settings};
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Payload;

use super::{Case, IDLE_TTL, Outcome};
use crate::bench::Workload;
use crate::bench::machine::{Kept, Machine};

pub use crate::bench::machine::BYTES_PER_PENDING;

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
        Self::of(Kept::untraced(run(case, arrivals, seed), bounds()), arrivals)
    }

    /// One case with so many arrivals, recorded with its whole trace and checkpoints.
    ///
    /// # Panics
    /// If the workload is no scenario, which would be our mistake.
    #[must_use]
    pub fn recorded(case: &Case, arrivals: u32, seed: u64) -> Self {
        Self::of(Kept::recorded(run(case, arrivals, seed), bounds()), arrivals)
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
