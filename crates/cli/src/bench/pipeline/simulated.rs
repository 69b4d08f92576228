//! W3 on the real simulator: a stream or a queue, a mapping, and a function whose code is
//! supplied: it is given each record, and keeps what is to be kept of it.
//!
//! Nothing limits rates, batches of a stream are tried again at once, and shards take in at
//! the start whatever they are given: that is the set-up.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lambdarium_sim::caller::load::{Load, PER_SECOND, Pattern};
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::lambda::behaviour::{Behaviour, Draw};
use lambdarium_sim::lambda::supplied::{Call, Code, Records, Supplied};
use lambdarium_sim::lambda::{Function, Spec};
use lambdarium_sim::limits::Bounds;
use lambdarium_sim::mapping::stream::spec::Assumptions;
use lambdarium_sim::mapping::{self, Mapping, spec::StartingPosition};
use lambdarium_sim::scenario::{Run, Scenario, Settings};
use lambdarium_sim::service::outlet::Inlet;
use lambdarium_sim::service::{self, Service};
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::Span;

use super::{
    Case, DURATION, GAP, Outcome, QUEUE_BATCH, RECEIVES, SHARDS, STREAM_BATCH, TRIES,
    VISIBILITY, WORKERS, digest, fails, is_poison,
};
use crate::bench::Workload;
pub use crate::bench::machine::BYTES_PER_PENDING;
use crate::bench::machine::{Kept, Machine};

/// Partition keys that begin so and end with 1, 2, … belong to shard 0, 1, … of eight.
const PREFIX: &str = "w3-6eb876-";

/// As many events are pending at most when the mapping was told of all records.
const FEW: usize = 2 * SHARDS as usize;

/// The function: it keeps of each record what is to be kept, and fails as the workload says.
#[derive(Debug)]
struct Ledger {
    records: RefCell<Vec<super::Kept>>,
    /// Invocations in which a record failed.
    failed: Cell<u64>,
}

impl Ledger {
    fn count(&self, failed: bool) {
        self.failed.set(self.failed.get() + u64::from(failed));
    }
}

impl Code for Ledger {
    fn throws(&self, call: &Call<'_>) -> bool {
        let Records::Records(records) = call.records else { return false };
        let ended = call.now.plus(DURATION).0;
        let mut ledger = self.records.borrow_mut();
        let mut failed = false;
        records.each(|record| {
            let number = record.sequence.0 - 1;
            let kept = &mut ledger[number as usize];
            kept.deliveries += 1;
            kept.ended = ended;
            failed |= is_poison(number as u32);
        });
        self.count(failed);
        failed
    }

    fn reports(&self, call: &Call<'_>) -> Vec<u32> {
        let mut reported = Vec::new();
        let Records::Messages(messages) = call.records else { return reported };
        let mut ledger = self.records.borrow_mut();
        for (message, place) in messages.iter().zip(0..) {
            let number = message.receipt.number - 1;
            let kept = &mut ledger[number as usize];
            kept.deliveries += 1;
            kept.ended = call.now.0;
            if fails(number, message.receipt.receives) {
                reported.push(place);
            }
        }
        self.count(!reported.is_empty());
        reported
    }
}

/// A million records take as many steps as they take.
fn bounds() -> Bounds {
    Bounds {
        steps: u32::MAX,
        entries: u32::MAX,
        calls: u32::MAX.into(),
        ..Bounds::default()
    }
}

/// The workload on the simulator.
#[derive(Debug)]
pub struct Pipeline {
    kept: Kept,
    case: Case,
    ledger: Rc<Ledger>,
    pending_max: usize,
}

impl Pipeline {
    /// One case with so many records, of which no trace is kept.
    ///
    /// # Panics
    /// If the workload is no scenario, which would be our mistake.
    #[must_use]
    pub fn untraced(case: Case, records: u32) -> Self {
        Self::new(case, records, |run| Kept::untraced(run, bounds()))
    }

    /// One case with so many records, recorded with its whole trace and checkpoints.
    ///
    /// # Panics
    /// If the workload is no scenario, which would be our mistake.
    #[must_use]
    pub fn recorded(case: Case, records: u32) -> Self {
        Self::new(case, records, |run| Kept::recorded(run, bounds()))
    }

    fn new(case: Case, records: u32, kept: impl FnOnce(Run) -> Kept) -> Self {
        let all = vec![super::Kept::default(); records as usize];
        let ledger = Ledger { records: RefCell::new(all), failed: Cell::new(0) };
        let ledger = Rc::new(ledger);
        let code: Rc<dyn Code> = Rc::<Ledger>::clone(&ledger);
        let mut kept = kept(run(case, records, code));
        if case == Case::Stream {
            // All records are present at the start.
            match &mut kept {
                Kept::Nothing(machine) => fill(&mut **machine, records),
                Kept::Everything(machine) => fill(&mut **machine, records),
            }
        }
        Self { kept, case, ledger, pending_max: 0 }
    }

    fn sim(&self) -> &Sim {
        match &self.kept {
            Kept::Nothing(machine) => machine.sim(),
            Kept::Everything(machine) => machine.sim(),
        }
    }
}

impl Workload for Pipeline {
    type Outcome = Outcome;

    fn advance(&mut self, steps: u64) -> bool {
        let Self { kept, pending_max, .. } = self;
        match kept {
            Kept::Nothing(machine) => drive(&mut **machine, steps, pending_max),
            Kept::Everything(machine) => drive(&mut **machine, steps, pending_max),
        }
    }

    fn outcome(&self) -> Outcome {
        let world = self.sim().world();
        let mapping = world.mappings()[0].metrics();
        let records = self.ledger.records.borrow();
        let (ok, dlq) = match self.case {
            Case::Stream => {
                let stream = world.mappings()[0].stream().expect("it reads a stream");
                (stream.fates().processed, stream.fates().at_destination)
            }
            Case::Queue => {
                let counts = world.services()[0].messages().counts();
                (counts.deleted, counts.moved)
            }
        };
        let given_up = world.services()[1].received();
        assert_eq!(dlq, given_up.len() as u64, "counted as often as received");
        let last = given_up.last().map_or(0, |received| received.at.0);
        let ended = records.iter().map(|kept| kept.ended).max().unwrap_or(0);
        Outcome {
            invocations: world.lambda().function(FunctionId(0)).metrics().invocations,
            failed: self.ledger.failed.get(),
            deliveries: mapping.invoked,
            ok,
            dlq,
            makespan_ms: ended.max(last) / 1_000,
            digest: digest(&records),
            pending_max: self.pending_max,
        }
    }
}

/// Takes steps until the stream holds all records, and has told the mapping so.
fn fill(machine: &mut impl Machine, records: u32) {
    let held = |sim: &Sim| sim.world().services()[0].received().len();
    while held(machine.sim()) < records as usize || machine.sim().pending() > FEW {
        assert_eq!(machine.steps_due(1), 1, "the run ended before its last record");
    }
}

/// Takes whole instants until so many steps have been taken, or nothing is left to do.
#[inline(never)]
fn drive(machine: &mut impl Machine, steps: u64, pending_max: &mut usize) -> bool {
    let mut left = steps;
    while left > 0 {
        *pending_max = machine.sim().pending().max(*pending_max);
        let taken = machine.steps_due(u32::MAX);
        if taken == 0 {
            return false;
        }
        left = left.saturating_sub(taken.into());
    }
    true
}

/// The workload as a scenario.
fn run(case: Case, records: u32, code: Rc<dyn Code>) -> Run {
    let streams = Assumptions {
        write_limit: false,
        backoff_initial: Span::ZERO,
        ..Assumptions::default()
    };
    let settings = Settings {
        rps_limit: false,
        sqs_pollers_initial: WORKERS.into(),
        streams,
        ..Settings::default()
    };
    let behaviour = Behaviour {
        duration: Draw::Fixed(DURATION),
        supplied: Supplied::new(code),
        ..Behaviour::default()
    };
    let spec = Spec { behaviour, ..Spec::default() };
    let function = Function { name: "function".into(), spec, ..Function::default() };
    let (source, mapping) = match case {
        Case::Stream => (stream(records), of_stream()),
        Case::Queue => (queue(records), of_queue()),
    };
    let scenario = Scenario {
        settings,
        functions: vec![function],
        services: vec![source, Service::new("given-up", service::Kind::Queue)],
        mappings: vec![Mapping {
            spec: mapping,
            ..Mapping::new("mapping", "source", "function")
        }],
        ..Scenario::default()
    };
    Run { scenario, seed: 1, acts: Vec::new() }
}

fn stream(records: u32) -> Service {
    let mut stream = Service::new("source", service::Kind::Kinesis);
    stream.spec.shards = SHARDS.into();
    stream.inlet = Some(Inlet {
        load: Load {
            pattern: Pattern::Burst { count: records.into() },
            ..Load::default()
        },
        partition_key: PREFIX.into(),
        partition_keys: Some(SHARDS.into()),
        ..Inlet::default()
    });
    stream
}

fn of_stream() -> mapping::Spec {
    mapping::Spec {
        batch_size: Some(STREAM_BATCH.into()),
        start: Some(StartingPosition::TrimHorizon),
        bisect: true,
        retries_max: Some(u64::from(TRIES) - 1),
        on_failure: "given-up".into(),
        ..mapping::Spec::default()
    }
}

fn queue(records: u32) -> Service {
    let mut queue = Service::new("source", service::Kind::Queue);
    queue.spec.visibility = VISIBILITY;
    queue.spec.dead_letter = "given-up".into();
    queue.spec.receives_max = RECEIVES.into();
    let rate = PER_SECOND * Span::SECOND.0 / GAP.0;
    let load = Load {
        pattern: Pattern::Constant { rate },
        count_max: Some(records.into()),
        ..Load::default()
    };
    queue.inlet = Some(Inlet { load, ..Inlet::default() });
    queue
}

fn of_queue() -> mapping::Spec {
    mapping::Spec {
        batch_size: Some(QUEUE_BATCH.into()),
        concurrency_max: Some(WORKERS.into()),
        partial: true,
        ..mapping::Spec::default()
    }
}
