//! No admission exceeds the limit then in force: worked out anew from the trace and the
//! acts, by a ledger that knows nothing of the simulator's own.

mod small;

use std::collections::{BTreeMap, BTreeSet};

use lambdarium_sim::id::{EnvironmentId, FunctionId, Origin, Part, VersionIx};
use lambdarium_sim::limits::Bounds;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::{Act, Run};
use lambdarium_sim::trace::{AliasFact, Entry, Fact, Reason, Room, Stop};
use lambdarium_sim::value::Value;
use proptest::prelude::*;
use small::Numbers;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// What one function may have in flight, and has.
#[derive(Default)]
struct Function {
    reserved: Option<u64>,
    on_demand: u64,
    /// Environments that were seen to be provisioned.
    provisioned: BTreeSet<EnvironmentId>,
    /// By version: asked for, ready, busy.
    pools: BTreeMap<VersionIx, Pool>,
    /// Qualifiers with provisioned concurrency.
    configured: BTreeSet<String>,
    /// The versions that aliases have been led to.
    leads: BTreeMap<String, Vec<VersionIx>>,
}

#[derive(Default)]
struct Pool {
    requested: u64,
    /// In which step that was told.
    told: u32,
    ready: u64,
    busy: u64,
}

impl Function {
    fn requested(&self) -> u64 {
        self.pools.values().map(|pool| pool.requested).sum()
    }
}

/// The account's ledger, kept from outside.
struct Ledger<'a> {
    run: &'a Run,
    recording: &'a Recording,
    functions: Vec<Function>,
    /// The environment of each function with its version, while it runs.
    running: BTreeMap<(usize, EnvironmentId), VersionIx>,
    admitted: u64,
    throttled: u64,
}

impl<'a> Ledger<'a> {
    fn new(run: &'a Run, recording: &'a Recording) -> Self {
        let functions = run.scenario.functions.iter().map(|function| Function {
            reserved: function.shared.reserved,
            configured: function
                .provisioned
                .iter()
                .map(|p| p.qualifier.clone())
                .collect(),
            ..Function::default()
        });
        Self {
            run,
            recording,
            functions: functions.collect(),
            running: BTreeMap::new(),
            admitted: 0,
            throttled: 0,
        }
    }

    /// Units in flight from the pool, and how many there are.
    fn pool(&self) -> (u64, u64) {
        let shared = || self.functions.iter().filter(|f| f.reserved.is_none());
        let reserved: u64 = self.functions.iter().filter_map(|f| f.reserved).sum();
        let provisioned: u64 = shared().map(Function::requested).sum();
        let quota = self.run.scenario.settings.account_concurrency;
        let used = shared().map(|f| f.on_demand).sum();
        (used, quota.saturating_sub(reserved + provisioned))
    }

    /// Units a function has in flight on demand, and its limit, reserved or shared.
    fn room(&self, at: usize) -> (u64, u64) {
        let function = &self.functions[at];
        match function.reserved {
            Some(units) => {
                (function.on_demand, units.saturating_sub(function.requested()))
            }
            None => self.pool(),
        }
    }

    fn read(&mut self, entry: &Entry) {
        match entry.part {
            Part::Function(FunctionId(at)) => self.read_function(usize::from(at), entry),
            Part::Desk => self.read_reply(entry),
            Part::Caller(_)
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Alarm(_)
            | Part::Deployment(_) => {}
        }
    }

    fn read_function(&mut self, at: usize, entry: &Entry) {
        match entry.fact {
            Fact::Started { environment, version, room, .. } => {
                self.admitted += 1;
                let (used, limit) = self.room(at);
                let function = &mut self.functions[at];
                if room == Room::Provisioned {
                    function.provisioned.insert(environment);
                }
                if function.provisioned.contains(&environment) {
                    let pool = function.pools.entry(version).or_default();
                    assert!(pool.busy < pool.ready, "provisioned, {entry:?}");
                    pool.busy += 1;
                } else {
                    assert!(used < limit, "{used} of {limit}: {entry:?}");
                    function.on_demand += 1;
                }
                let before = self.running.insert((at, environment), version);
                assert_eq!(before, None, "two runs in one environment: {entry:?}");
            }
            Fact::Ended { environment, .. } => {
                let version = self.running.remove(&(at, environment)).expect("a run");
                let function = &mut self.functions[at];
                if function.provisioned.contains(&environment) {
                    function.pools.entry(version).or_default().busy -= 1;
                } else {
                    function.on_demand -= 1;
                }
            }
            Fact::Throttled { reason, .. } if entry.rule != Rule::Con08 => {
                self.throttled += 1;
                let (used, limit) = self.room(at);
                let full = matches!(reason, Reason::Reserved | Reason::Account);
                assert!(!full || used >= limit, "throttled with room: {entry:?}");
                let reserved = self.functions[at].reserved.is_some();
                assert!(!full || reserved == (reason == Reason::Reserved), "{entry:?}");
            }
            Fact::Alias(AliasFact::Points { alias, version, additional, .. }) => {
                let plan = &self.recording.last_plan().functions()[at];
                let name = plan.alias(alias).name().to_string();
                let versions = [version].into_iter().chain(additional).collect();
                self.functions[at].leads.insert(name, versions);
            }
            Fact::ProvisioningStarted { version, count } => {
                let pool = self.functions[at].pools.entry(version).or_default();
                (pool.requested, pool.told) = (count.into(), entry.step);
                pool.ready = pool.ready.min(pool.requested);
            }
            Fact::ProvisioningReady { version, count } => {
                let pool = self.functions[at].pools.entry(version).or_default();
                assert_eq!(pool.requested, u64::from(count));
                // Fewer may be wanted by now than run; those that run were ready once.
                pool.ready = pool.requested;
            }
            Fact::ProvisioningFailed { version } => {
                let pool = self.functions[at].pools.entry(version).or_default();
                pool.requested = pool.ready;
            }
            _ => {}
        }
    }

    fn read_reply(&mut self, entry: &Entry) {
        let Fact::Replied { http: 200..=299, .. } = entry.fact else { return };
        let Some(Origin::Act(number)) = entry.job.map(|job| job.origin) else { return };
        let act = &self.run.acts[usize::from(number)];
        let name = text(act, "FunctionName");
        if name.is_empty() {
            // Something was sent to a service.
            return;
        }
        let functions = &self.run.scenario.functions;
        let at = functions.iter().position(|function| function.name == name);
        let function = &mut self.functions[at.expect("a function")];
        let qualifier = text(act, "Qualifier");
        let count = |key| act.parameters.get(key).and_then(Value::as_count);
        match act.operation.as_str() {
            "PutFunctionConcurrency" => {
                function.reserved = count("ReservedConcurrentExecutions");
            }
            "DeleteFunctionConcurrency" => function.reserved = None,
            "PutProvisionedConcurrencyConfig" => {
                function.configured.insert(qualifier);
            }
            "DeleteProvisionedConcurrencyConfig"
                if function.configured.remove(&qualifier) =>
            {
                let plan = self.recording.last_plan();
                let plan = &plan.functions()[at.expect("a function")];
                // What is deleted by the end has told of its end itself.
                let never_moved: Vec<_> = plan.resolve(&qualifier).into_iter().collect();
                let leads = function.leads.get(&qualifier).unwrap_or(&never_moved);
                for version in leads {
                    let pool = function.pools.entry(*version).or_default();
                    // Where another qualifier keeps some, it was told how many.
                    if pool.told != entry.step {
                        (pool.requested, pool.ready) = (0, 0);
                    }
                }
            }
            _ => {}
        }
    }
}

fn text(act: &Act, key: &str) -> String {
    let value = act.parameters.get(key).and_then(Value::as_text);
    value.unwrap_or_default().to_string()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_admission_exceeds_the_limit_then_in_force(seed: u64) {
        let run = small::run(&mut Numbers(seed));
        let recording = Recording::of(run.clone()).expect("small runs are plans");
        let mut ledger = Ledger::new(&run, &recording);
        for entry in recording.log().iter() {
            ledger.read(entry);
        }
    }

    #[test]
    fn every_bound_ends_a_recording_with_its_reason(seed: u64, bound in 1u32..60) {
        let run = small::run(&mut Numbers(seed));
        let whole = Recording::of(run.clone()).expect("small runs are plans");
        let within = |bounds| {
            let recording = Recording::open_within(run.clone(), bounds);
            let mut recording = recording.expect("small runs are plans");
            while recording.record(1_000).stop.is_none() {}
            recording
        };
        let of_steps = within(Bounds { steps: bound, ..Bounds::default() });
        let progress = of_steps.progress();
        if whole.progress().steps > bound + 1 {
            // The step that says so is one more.
            prop_assert_eq!((progress.stop, progress.steps), (Some(Stop::Steps), bound + 1));
        } else {
            prop_assert_eq!(progress, whole.progress());
        }
        let of_entries = within(Bounds { entries: bound, ..Bounds::default() });
        if of_entries.progress().stop == Some(Stop::Entries) {
            let last = of_entries.log().len() - 1;
            let stopped = of_entries.log().get(last).expect("an entry");
            prop_assert_eq!(stopped.fact, Fact::Stopped { stop: Stop::Entries });
            prop_assert!(of_entries.log().len() > bound);
        } else {
            prop_assert_eq!(of_entries.progress(), whole.progress());
        }
    }
}

#[test]
fn small_runs_show_nearly_everything_there_is() {
    let mut facts = BTreeSet::new();
    let mut rules = BTreeSet::new();
    let (mut admitted, mut throttled) = (0, 0);
    for seed in 0..2_000 {
        let run = small::run(&mut Numbers(seed));
        let recording = Recording::of(run.clone()).expect("small runs are plans");
        let mut ledger = Ledger::new(&run, &recording);
        for entry in recording.log().iter() {
            ledger.read(entry);
            let fact = format!("{:?}", entry.fact);
            facts.insert(fact.split([' ', '{']).next().unwrap_or_default().to_string());
            rules.insert(entry.rule);
        }
        (admitted, throttled) =
            (admitted + ledger.admitted, throttled + ledger.throttled);
    }
    assert!(admitted > 10_000 && throttled > 10_000, "{admitted}, {throttled}");
    let all = [
        "Called",
        "RetryPlanned",
        "Retried",
        "QuotaExhausted",
        "WaitEnded",
        "Answered",
        "DryRunAnswered",
        "Started",
        "SpilledOver",
        "InitCut",
        "Ended",
        "Abandoned",
        "Throttled",
        "Refused",
        "EnvironmentRemoved",
        "ProvisioningStarted",
        "ProvisioningReady",
        "ProvisioningFailed",
        "Replied",
        "Cost",
        "Stopped",
    ];
    let missing: Vec<&&str> = all.iter().filter(|fact| !facts.contains(**fact)).collect();
    assert_eq!(missing, [&""; 0], "never seen");
    assert!(rules.len() >= 40, "{rules:?}");
}
