//! What holds for every run: nothing is lost or counted twice, no limit is exceeded, and
//! every moment is reached as if by playing there.

mod small;

use std::collections::BTreeMap;
use std::rc::Rc;

use lambdarium_sim::id::{CallerId, FunctionId, Job, Origin, Part};
use lambdarium_sim::lambda::event_invoke;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::service::Kind;
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{
    Condition, Entry, EventFact, Fact, Keep, Log, MessageFact, NO_CAUSE, Outcome, Stop,
};
use lambdarium_sim::view::{Look, frame};
use proptest::prelude::*;
use small::Numbers;

/// `PROPTEST_CASES` sets how many runs are tried.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

fn record(run: &Run) -> Recording {
    Recording::of(run.clone()).unwrap_or_else(|issues| panic!("{issues:#?}"))
}

fn entries(recording: &Recording) -> Vec<Entry> {
    recording.log().iter().copied().collect()
}

/// Plays from the start to a moment.
fn played(run: &Run, moment: Moment) -> Sim {
    let plan = Rc::new(Plan::check(run).expect("small runs are plans"));
    let mut log = Log::new(Keep::Everything);
    let mut sim = Sim::new(plan, Rc::new(run.acts.clone()), &mut log);
    while sim.steps() < moment.step
        && sim.next_at().is_some_and(|at| at <= moment.at)
        && sim.step(&mut log)
    {}
    sim
}

/// Some moment of a recording, often the end of an instant, often inside one.
fn some_moment(recording: &Recording, n: &mut Numbers) -> Moment {
    let count = u64::from(recording.log().len());
    let number = u32::try_from(n.below(count)).expect("few entries");
    let entry = recording.log().get(number).expect("an entry");
    match n.below(4) {
        0 => Moment::end_of(Instant(n.below(recording.end().0 + 2))),
        1 => Moment::end_of(entry.at),
        2 => Moment { at: entry.at, step: entry.step },
        _ => Moment { at: entry.at, step: entry.step.saturating_sub(1) },
    }
}

/// What has become of a request.
#[derive(Default)]
struct Story {
    calls: u32,
    /// Sent and not yet admitted or refused.
    knocking: u32,
    running: u32,
    waiting_again: bool,
    answers: u32,
    /// Copies of the event in the queue or in a run.
    queued: u32,
    successes: u32,
    given_up: u32,
    /// Deliveries begun by a topic or bus, and those that Lambda accepted or that were
    /// given up there.
    deliveries: (u32, u32),
}

/// Whether it is what a topic or bus passes on.
fn is_delivery(job: Job) -> bool {
    matches!(job.origin, Origin::Service(_))
}

fn stories(trace: &[Entry]) -> BTreeMap<Job, Story> {
    let mut stories: BTreeMap<Job, Story> = BTreeMap::new();
    for entry in trace {
        let Some(job) = entry.job else { continue };
        let story = stories.entry(job).or_default();
        match entry.fact {
            Fact::Message(MessageFact::Batched { .. }) => story.knocking += 1,
            Fact::Called => (story.calls, story.knocking) = (story.calls + 1, 1),
            Fact::Retried { .. } => {
                assert!(story.waiting_again, "{job:?} tried again out of turn");
                (story.waiting_again, story.knocking) = (false, 1);
            }
            Fact::Event(EventFact::Sent { to: Part::Function(_), .. }) => {
                story.deliveries.0 += u32::from(is_delivery(job));
                story.knocking += 1;
            }
            Fact::Event(EventFact::Sent { .. } | EventFact::DeliveryFailed { .. })
                if is_delivery(job) =>
            {
                story.deliveries.1 += 1;
            }
            Fact::Event(EventFact::Queued) => {
                story.deliveries.1 += u32::from(is_delivery(job));
                story.knocking = story.knocking.checked_sub(1).expect("a request");
                story.queued += 1;
            }
            Fact::Event(EventFact::Duplicated { .. }) => story.queued += 1,
            Fact::Event(EventFact::Dispatched { .. }) => story.knocking += 1,
            Fact::Event(EventFact::Finished { condition, .. }) => {
                // It may be given up without a try, and before a try has led anywhere.
                story.knocking = story.knocking.saturating_sub(u32::from(!matches!(
                    condition,
                    Condition::Success | Condition::RetriesExhausted
                )));
                story.queued = story.queued.checked_sub(1).expect("an event");
                story.successes += u32::from(condition == Condition::Success);
                story.given_up += u32::from(condition != Condition::Success);
            }
            Fact::Started { .. } => {
                story.knocking = story.knocking.checked_sub(1).expect("a request");
                story.running += 1;
            }
            Fact::Throttled { .. } | Fact::Refused { .. } | Fact::DryRunAnswered => {
                story.knocking = story.knocking.checked_sub(1).expect("a request");
            }
            Fact::Ended { .. } => {
                story.running = story.running.checked_sub(1).expect("a run");
            }
            Fact::RetryPlanned { .. } => story.waiting_again = true,
            Fact::Answered { .. } | Fact::Replied { .. } => story.answers += 1,
            _ => {}
        }
    }
    stories
}

/// The same fact where parts have other numbers.
fn sent_elsewhere(fact: Fact, moved: impl Fn(Part) -> Option<Part>) -> Option<Fact> {
    Some(match fact {
        Fact::Event(EventFact::Sent { what, to }) => {
            Fact::Event(EventFact::Sent { what, to: moved(to)? })
        }
        Fact::Event(EventFact::DeliveryFailed { what, to }) => {
            Fact::Event(EventFact::DeliveryFailed { what, to: moved(to)? })
        }
        Fact::Event(EventFact::Filtered { to }) => {
            Fact::Event(EventFact::Filtered { to: moved(to)? })
        }
        other => other,
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_request_ends_once_or_is_still_under_way(seed: u64) {
        let run = small::run(&mut Numbers(seed));
        let recording = record(&run);
        let trace = entries(&recording);
        let stopped = recording.progress().stop;
        prop_assert!(matches!(stopped, Some(Stop::Quiet | Stop::Until)));
        let cut = stopped == Some(Stop::Until);
        let mut under_way = BTreeMap::new();
        for (job, story) in stories(&trace) {
            match job.origin {
                Origin::Caller(caller) => {
                    prop_assert_eq!(story.calls, 1);
                    prop_assert!(story.answers <= 1);
                    prop_assert!(cut || story.answers == 1, "{:?} was lost", job);
                    *under_way.entry(caller).or_insert(0) += 1 - story.answers;
                }
                // Acts other than Invoke are answered without a call.
                Origin::Act(_) => prop_assert!(cut || story.answers == 1, "{:?}", job),
                // A message of a queue is no delivery.
                Origin::Service(id)
                    if run.scenario.services[usize::from(id.0)].kind == Kind::Queue => {}
                Origin::Service(_) => {
                    let (begun, ended) = story.deliveries;
                    prop_assert_eq!(begun, 1);
                    prop_assert!(ended == 1 || cut && ended == 0, "{:?}", job);
                }
                Origin::Function(_) | Origin::Mapping(_) | Origin::Deployment(_) => {}
            }
            prop_assert!(cut || story.queued == 0, "{:?} waits for ever", job);
            if run.scenario.settings.duplicate_ppm == 0 {
                prop_assert!(story.successes + story.given_up <= 1, "{:?}", job);
            }
            prop_assert!(cut || story.running + story.knocking == 0, "{:?} runs on", job);
        }
        for (at, caller) in recording.head().world().callers().iter().enumerate() {
            let id = CallerId(u16::try_from(at).expect("few callers"));
            let answered = |outcome: Outcome| {
                let mine = trace.iter().filter(|entry| entry.part == Part::Caller(id));
                let is = |entry: &&Entry| matches!(
                    entry.fact,
                    Fact::Answered { outcome: found, .. } if found == outcome
                );
                mine.filter(is).count() as u64
            };
            let outcomes = [
                Outcome::Ok,
                Outcome::FunctionError,
                Outcome::Throttled,
                Outcome::Refused,
                Outcome::TimedOut,
                Outcome::Accepted,
            ];
            prop_assert_eq!(*caller.ended(), outcomes.map(answered));
            let left = caller.waiting() + caller.backing_off();
            prop_assert_eq!(left, under_way.get(&id).copied().unwrap_or(0));
        }
    }

    #[test]
    fn no_event_runs_more_often_than_its_settings_allow(seed: u64) {
        let mut n = Numbers(seed);
        let mut run = small::run(&mut n);
        // Acts that change settings, versions or aliases would change what is allowed.
        run.acts.retain(|act| act.operation == "Invoke");
        let mut allowed = Vec::new();
        for function in &mut run.scenario.functions {
            let versions = function.versions.iter().map(|v| v.number.to_string());
            let aliases = function.aliases.iter().map(|alias| alias.name.clone());
            let qualifiers = versions.chain(aliases).chain([String::from("$LATEST")]);
            let retries_max = n.below(3);
            let spec = event_invoke::Spec {
                retries_max: Some(retries_max),
                ..event_invoke::Spec::UNSET
            };
            let all = qualifiers.map(|qualifier| (qualifier, spec.clone()));
            function.event_invoke = all.collect();
            allowed.push(retries_max + 1);
        }
        for entry in entries(&record(&run)) {
            if let Fact::Event(EventFact::Finished { runs, condition }) = entry.fact {
                let Part::Function(FunctionId(at)) = entry.part else {
                    panic!("{entry:?}");
                };
                let allowed = allowed[usize::from(at)];
                prop_assert!(u64::from(runs) <= allowed, "{:?} of {}", entry, allowed);
                // Tries that find nothing to run use up a retry as well (ASY-26).
                prop_assert!(runs > 0 || condition != Condition::Success, "{:?}", entry);
            }
        }
    }

    #[test]
    fn the_world_is_consistent_after_every_step(seed: u64) {
        let run = small::run(&mut Numbers(seed));
        let plan = Rc::new(Plan::check(&run).expect("small runs are plans"));
        let mut log = Log::new(Keep::Everything);
        let mut sim = Sim::new(plan, Rc::new(run.acts.clone()), &mut log);
        sim.assert_consistent();
        while sim.step(&mut log) {
            sim.assert_consistent();
        }
        prop_assert_eq!(sim.entries(), log.len());
    }

    #[test]
    fn the_trace_goes_forward_and_causes_come_first(seed: u64) {
        let trace = entries(&record(&small::run(&mut Numbers(seed))));
        for (number, entry) in trace.iter().enumerate() {
            if entry.cause != NO_CAUSE {
                prop_assert!((entry.cause as usize) < number);
                prop_assert!(trace[entry.cause as usize].at <= entry.at);
            }
        }
        for pair in trace.windows(2) {
            prop_assert!(pair[0].at <= pair[1].at && pair[0].step <= pair[1].step);
            // A step belongs to one instant.
            prop_assert!(pair[0].step < pair[1].step || pair[0].at == pair[1].at);
        }
    }

    #[test]
    fn the_same_run_gives_the_same_trace_however_it_is_recorded(seed: u64, slice in 1u32..50) {
        let run = small::run(&mut Numbers(seed));
        let whole = record(&run);
        let sliced = Recording::open(run).expect("small runs are plans");
        let mut sliced = sliced.with_checkpoint_spacing(slice).with_checkpoint_bytes(1);
        while sliced.record(slice).stop.is_none() {}
        prop_assert_eq!(entries(&whole), entries(&sliced));
        prop_assert_eq!(format!("{:?}", whole.head()), format!("{:?}", sliced.head()));
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn looking_at_a_moment_equals_playing_there(
        seed: u64,
        spacing in 1u32..40,
        bytes in prop::sample::select(vec![1, 20_000, 1 << 27]),
    ) {
        let mut n = Numbers(seed);
        let run = small::run(&mut n);
        let recording = Recording::open(run.clone()).expect("small runs are plans");
        let recording = recording.with_checkpoint_spacing(spacing);
        let mut recording = recording.with_checkpoint_bytes(bytes);
        while recording.record(1_000).stop.is_none() {}
        for _ in 0..6 {
            let moment = some_moment(&recording, &mut n);
            let by_playing = played(&run, moment);
            prop_assert_eq!(recording.log().count_until(moment), by_playing.entries());
            let by_looking = format!("{:?}", recording.at(moment));
            prop_assert_eq!(by_looking, format!("{by_playing:?}"), "{:?}", moment);
        }
    }

    #[test]
    fn a_revised_run_equals_one_recorded_from_the_start(
        seed: u64,
        spacing in 1u32..40,
        played_on in 0u32..400,
    ) {
        let mut n = Numbers(seed);
        let run = small::run(&mut n);
        let recording = Recording::open(run.clone()).expect("small runs are plans");
        let mut recording = recording.with_checkpoint_spacing(spacing);
        recording.record(played_on);
        for _ in 0..3 {
            let before = entries(&recording);
            let old = recording.run().acts.clone();
            let acts = other_acts(&run, &old, &mut n);
            recording.revise(acts.clone()).expect("acts like those of the run");
            let same = old.iter().zip(&acts).take_while(|(a, b)| a == b).count();
            let first = [old.get(same), acts.get(same)];
            let change = first.into_iter().flatten().map(|act| act.at).min();
            // What is left is untouched; nothing that is left is from after the change.
            let kept = entries(&recording);
            prop_assert_eq!(&before[..kept.len()], &kept[..]);
            let is_before =
                |entry: &Entry| change.is_none_or(|at| entry.at < at || entry.step == 0);
            prop_assert!(kept.iter().all(is_before));
            while recording.record(1_000).stop.is_none() {}
            let from_start = record(&Run { acts, ..run.clone() });
            let (revised, whole) = (entries(&recording), entries(&from_start));
            let untouched = before.iter().take_while(|entry| {
                // Without an act to come the run may now end before the change.
                change.is_none_or(|at| entry.at < at)
                    && entry.at < from_start.end()
                    && !matches!(entry.fact, Fact::Stopped { .. } | Fact::Cost { .. })
            });
            let count = untouched.clone().count();
            prop_assert!(untouched.eq(&revised[..count]));
            prop_assert_eq!(revised, whole);
            for act in 0..recording.run().acts.len() {
                prop_assert_eq!(recording.log().replies(act), from_start.log().replies(act));
            }
            let heads = [recording.head(), from_start.head()].map(|head| format!("{head:?}"));
            prop_assert_eq!(&heads[0], &heads[1]);
        }
    }

    #[test]
    fn another_part_changes_nobody_elses_luck(seed: u64) {
        let mut n = Numbers(seed);
        let mut run = small::run(&mut n);
        // Units and requests for everybody: only draws could make a difference.
        let settings = &mut run.scenario.settings;
        settings.account_concurrency = 100_000;
        settings.until = small::UNTIL;
        run.acts.clear();
        let alone = entries(&record(&run));
        let functions = &mut run.scenario.functions;
        // It keeps to itself.
        let mut another = small::function("another", &mut n);
        another.event_invoke.clear();
        let versions = another.versions.iter_mut().map(|version| &mut version.spec);
        for spec in versions.chain([&mut another.spec]) {
            spec.dead_letter.clear();
            spec.behaviour.sends.clear();
        }
        functions.insert(0, another);
        let others = &functions[..1];
        let more = small::caller("one-more", others, &mut n);
        run.scenario.callers.insert(0, more);
        let together = entries(&record(&run));
        let moved = |entry: &Entry| {
            let caller = |CallerId(id)| id.checked_sub(1).map(CallerId);
            let function = |FunctionId(id)| id.checked_sub(1).map(FunctionId);
            let part = |part| {
                Some(match part {
                    Part::Caller(id) => Part::Caller(caller(id)?),
                    Part::Function(id) => Part::Function(function(id)?),
                    Part::Service(id) => Part::Service(id),
                    Part::Mapping(id) => Part::Mapping(id),
                    Part::Alarm(id) => Part::Alarm(id),
                    Part::Deployment(id) => Part::Deployment(id),
                    Part::Desk => return None,
                })
            };
            let fact = sent_elsewhere(entry.fact, part)?;
            let part = part(entry.part)?;
            let job = match entry.job {
                None => None,
                Some(Job { origin: Origin::Caller(id), call }) => {
                    Some(Job { origin: Origin::Caller(caller(id)?), call })
                }
                Some(Job { origin: Origin::Function(id), call }) => {
                    Some(Job { origin: Origin::Function(function(id)?), call })
                }
                Some(job) => Some(job),
            };
            Some((entry.at, part, job, entry.rule, fact))
        };
        let still = |entry: &Entry| {
            let is_desk = entry.part == Part::Desk;
            (!is_desk).then_some((entry.at, entry.part, entry.job, entry.rule, entry.fact))
        };
        // A run may end later for the others; what has been billed by then differs.
        let told = |fact: &Fact| {
            !matches!(fact, Fact::EnvironmentRemoved { .. } | Fact::Cost { .. })
        };
        for part in alone.iter().map(|entry| entry.part).collect::<std::collections::BTreeSet<_>>() {
            let alone = alone.iter().filter_map(still);
            let together = together.iter().filter_map(moved);
            let alone: Vec<_> = alone.filter(|e| e.1 == part && told(&e.4)).collect();
            let together: Vec<_> = together.filter(|e| e.1 == part && told(&e.4)).collect();
            prop_assert_eq!(alone, together);
        }
    }

    #[test]
    fn a_frame_accounts_for_every_call(seed: u64) {
        let mut n = Numbers(seed);
        let mut recording = record(&small::run(&mut n));
        for _ in 0..10 {
            let moment = some_moment(&recording, &mut n);
            let glide = Span(n.below(3_000_000));
            let frame = frame(&mut recording, &Look { moment, glide, tokens_max: 200 });
            let fates = frame.fates;
            let sum = fates.succeeded
                + fates.failed
                + fates.throttled
                + fates.refused
                + fates.timed_out
                + fates.dead_lettered
                + fates.at_destination
                + fates.lost
                + fates.running
                + fates.waiting;
            prop_assert_eq!(fates.entered, sum);
            let tokens = frame.tokens.iter().map(|token| (token.job, token.copy));
            let mut jobs: Vec<(Job, bool)> = tokens.collect();
            jobs.sort_unstable();
            jobs.dedup();
            prop_assert_eq!(jobs.len(), frame.tokens.len(), "a request is two tokens");
            for function in &frame.functions {
                let busy: u64 = function.versions.iter().map(|v| u64::from(v.busy)).sum();
                prop_assert_eq!(busy, function.on_demand + function.on_provisioned);
            }
            let account = frame.account;
            let busy = frame.functions.iter().map(|f| f.on_demand + f.on_provisioned);
            prop_assert_eq!(account.in_flight, busy.sum::<u64>());
            prop_assert_eq!(account.quota, account.pool + account.reserved + account.provisioned);
        }
    }
}

/// The acts of a run with some added, moved, edited or deleted.
fn other_acts(
    run: &Run,
    acts: &[lambdarium_sim::scenario::Act],
    n: &mut Numbers,
) -> Vec<lambdarium_sim::scenario::Act> {
    let until = run.scenario.settings.until;
    let fresh = small::acts(&run.scenario.functions, until, n);
    let mut acts = acts.to_vec();
    for _ in 0..=n.below(2) {
        let place = n.below(acts.len() as u64 + 1) as usize;
        let new = fresh.get(n.below(8) as usize);
        match (n.below(3), new) {
            (0, Some(new)) => acts.push(new.clone()),
            (1, Some(new)) if place < acts.len() => acts[place].at = new.at,
            (_, _) if place < acts.len() => drop(acts.remove(place)),
            (_, _) => {}
        }
    }
    acts.sort_by_key(|act| act.at);
    acts
}
