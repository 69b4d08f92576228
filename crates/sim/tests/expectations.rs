//! Expectations: what is found by halving and by playing once more is what one finds who
//! looks after every step.

mod common;
mod small;

use common::{always, at, client, function, record, run};
use lambdarium_sim::expect::{
    Expectation, Quantity, Reach, Relation, Term, Verdict, verdicts,
};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::behaviour::Failure;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::{Moment, Span};
use lambdarium_sim::trace::Fact;
use lambdarium_sim::view::{Frame, Look, Metrics, frame};
use proptest::prelude::*;
use small::Numbers;

fn expect(quantity: Quantity, relation: Relation, bound: u64, term: Term) -> Expectation {
    Expectation { quantity, part: None, relation, bound, term }
}

/// The screens after each step, the first before any.
fn frames(recording: &mut Recording) -> Vec<Frame> {
    let end = recording.end();
    let steps = 0..=recording.progress().steps;
    let frames = steps.map(|step| {
        let at = recording.at(Moment { at: end, step }).now();
        let moment = Moment { at, step };
        frame(recording, &Look { moment, glide: Span::ZERO, tokens_max: 0 })
    });
    frames.collect()
}

/// What a screen says of a quantity, for one that has seen all screens before.
fn told(frames: &[Frame], quantity: Quantity, part: Option<&str>) -> u64 {
    let frame = frames.last().expect("a screen");
    let functions = frame.functions.iter();
    let functions = functions.filter(|f| part.is_none_or(|part| part == f.name));
    let metrics: Vec<Metrics> = functions.clone().map(|f| f.metrics).collect();
    let sum = |of: fn(&Metrics) -> u64| metrics.iter().map(of).sum::<u64>();
    let most = |of: fn(&Metrics) -> u64| metrics.iter().map(of).max().unwrap_or(0);
    let fates = &frame.fates;
    match quantity {
        Quantity::Entered => fates.entered,
        Quantity::Succeeded => fates.succeeded,
        Quantity::Failed => fates.failed,
        Quantity::Throttled => fates.throttled,
        Quantity::Refused => fates.refused,
        Quantity::TimedOut => fates.timed_out,
        Quantity::DeadLettered => fates.dead_lettered,
        Quantity::AtDestination => fates.at_destination,
        Quantity::Lost => fates.lost,
        Quantity::Twice => fates.twice,
        Quantity::Waiting => fates.waiting,
        Quantity::Running => fates.running,
        Quantity::Invocations => sum(|m| m.invocations),
        Quantity::Errors => sum(|m| m.errors),
        Quantity::Throttles => sum(|m| m.throttles),
        Quantity::DurationMax => most(|m| m.duration_max_us),
        Quantity::DurationAverage => {
            sum(|m| m.duration_us) / sum(|m| m.duration_count).max(1)
        }
        Quantity::ConcurrentMax if part.is_some() => most(|m| m.concurrent_max),
        Quantity::ConcurrentMax => {
            frames.iter().map(|frame| frame.account.in_flight).max().unwrap_or(0)
        }
        Quantity::ProvisionedInvocations => sum(|m| m.provisioned_invocations),
        Quantity::Spillovers => sum(|m| m.spillovers),
        Quantity::ColdStarts => sum(|m| m.cold_starts),
        Quantity::AsyncReceived => sum(|m| m.async_received),
        Quantity::AsyncDropped => sum(|m| m.async_dropped),
        Quantity::AsyncAgeMax => most(|m| m.async_age_max_us),
        Quantity::AsyncAgeAverage => {
            sum(|m| m.async_age_us) / sum(|m| m.async_age_count).max(1)
        }
        Quantity::DestinationFailures => sum(|m| m.destination_failures),
        Quantity::DeadLetterErrors => sum(|m| m.dead_letter_errors),
        Quantity::RecursiveDropped => sum(|m| m.recursive_dropped),
        Quantity::Messages => {
            let mut services = frame.services.iter();
            let service = services.find(|service| part == Some(service.name.as_str()));
            service.expect("a service").received
        }
        Quantity::Cost => functions.map(|f| f.micro_usd).sum(),
    }
}

/// Whether it holds, what is found, and after which step it was broken.
fn naive(series: &[u64], expectation: &Expectation) -> (bool, u64, Option<u32>) {
    let holds: Vec<bool> = series
        .iter()
        .map(|found| expectation.relation.holds(*found, expectation.bound))
        .collect();
    let step = |at: usize| Some(u32::try_from(at).expect("few steps"));
    let last = series.len() - 1;
    match expectation.term {
        Term::AtEnd if holds[last] => (true, series[last], None),
        Term::AtEnd => {
            let held = holds.iter().rposition(|holds| *holds);
            (false, series[last], held.and_then(|held| step(held + 1)))
        }
        Term::Throughout => match holds[1..].iter().position(|holds| !holds) {
            None => (true, series[last], None),
            Some(at) => (false, series[at + 1], step(at + 1)),
        },
    }
}

/// A quantity of some part, with how much of it there was after each step.
fn some_series(
    frames: &[Frame],
    n: &mut Numbers,
) -> (Quantity, Option<String>, Vec<u64>) {
    let place = u8::try_from(n.below(Quantity::WORDS.len() as u64)).expect("few");
    let quantity = Quantity::from_place(place).expect("a quantity");
    let part = match quantity.reach() {
        Reach::Run => None,
        Reach::Functions if n.below(2) == 0 => None,
        Reach::Functions => Some("f0".to_string()),
        Reach::Service => Some("q".to_string()),
    };
    let mut series = Vec::new();
    let mut most = 0;
    for at in 0..frames.len() {
        let told = told(&frames[at..=at], quantity, part.as_deref());
        most = most.max(told);
        let is_peak = quantity == Quantity::ConcurrentMax;
        series.push(if is_peak { most } else { told });
    }
    (quantity, part, series)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: ProptestConfig::default().cases / 4,
        ..ProptestConfig::default()
    })]

    #[test]
    fn verdicts_are_what_one_finds_who_looks_after_every_step(seed: u64) {
        let mut n = Numbers(seed);
        let run = small::run(&mut n);
        let mut recording = record(run.clone()).with_checkpoint_spacing(16);
        let frames = frames(&mut recording);
        let mut expected = Vec::new();
        let mut expect = Vec::new();
        for _ in 0..24 {
            let (quantity, part, series) = some_series(&frames, &mut n);
            // Near what was there at some time, so that it is met and passed.
            let near = series[n.below(series.len() as u64) as usize] + n.below(3);
            let relation = u8::try_from(n.below(6)).expect("few");
            let expectation = Expectation {
                quantity,
                part,
                relation: Relation::from_place(relation).expect("a relation"),
                bound: near.saturating_sub(1),
                term: if n.below(2) == 0 { Term::AtEnd } else { Term::Throughout },
            };
            expected.push(naive(&series, &expectation));
            expect.push(expectation);
        }
        let mut run = run;
        run.scenario.expect = expect;
        let mut recording = record(run);
        let found = verdicts(&mut recording);
        for ((verdict, expected), expectation) in
            found.iter().zip(&expected).zip(&recording.run().scenario.expect)
        {
            let step = verdict.broken.map(|broken| broken.moment.step);
            let said = (verdict.holds, verdict.found, step);
            prop_assert_eq!(&said, expected, "{:?}", expectation);
            check_place(&recording, verdict)?;
        }
        prop_assert_eq!(found.len(), expected.len());
    }
}

/// The entry is one of the step, if the step has one.
fn check_place(recording: &Recording, verdict: &Verdict) -> Result<(), TestCaseError> {
    let Some(broken) = verdict.broken else { return Ok(()) };
    let of_step = |step| recording.log().iter().filter(move |e| e.step == step).count();
    match broken.entry {
        None => prop_assert_eq!(of_step(broken.moment.step), 0),
        Some(number) => {
            let entry = recording.log().get(number).expect("an entry");
            prop_assert_eq!(
                (entry.at, entry.step),
                (broken.moment.at, broken.moment.step)
            );
        }
    }
    Ok(())
}

/// Three requests, one second apart, and each of them fails.
fn failing() -> Run {
    let mut f = function("f", Span::millis(100));
    f.spec.behaviour.faults = always(Failure::Throws);
    let mut client = client("f");
    client.load = at(&[Span::ZERO, Span::SECOND, Span::seconds(2)]);
    run([f], [client])
}

#[test]
fn the_entry_that_broke_it_is_told() {
    let mut run = failing();
    run.scenario.expect = vec![
        expect(Quantity::Errors, Relation::Less, 2, Term::Throughout),
        expect(Quantity::Failed, Relation::AtMost, 2, Term::AtEnd),
        expect(Quantity::Succeeded, Relation::AtLeast, 1, Term::AtEnd),
        expect(Quantity::Running, Relation::AtMost, 1, Term::Throughout),
    ];
    let mut recording = record(run);
    let [errors, failed, succeeded, running] = verdicts(&mut recording)[..] else {
        panic!("four verdicts")
    };
    let fact = |verdict: Verdict| {
        let number = verdict.broken.and_then(|broken| broken.entry).expect("an entry");
        *recording.log().get(number).expect("an entry")
    };
    let second = fact(errors);
    assert_eq!((errors.found, second.at.0), (2, 1_100_000));
    assert!(matches!(second.fact, Fact::Ended { .. }));
    let third = fact(failed);
    assert_eq!((failed.found, third.at.0), (3, 2_100_000));
    assert!(matches!(third.fact, Fact::Answered { .. }));
    assert_eq!(succeeded, Verdict { holds: false, found: 0, broken: None });
    assert_eq!(running, Verdict { holds: true, found: 0, broken: None });
}

#[test]
fn a_revised_run_is_judged_anew() {
    let mut run = failing();
    run.scenario.expect =
        vec![expect(Quantity::Throttles, Relation::Equal, 0, Term::Throughout)];
    let mut recording = record(run);
    assert!(verdicts(&mut recording)[0].holds);
    let none = lambdarium_sim::value::Value::number(0);
    let function = lambdarium_sim::value::Value::text("f");
    let with = [("FunctionName", function), ("ReservedConcurrentExecutions", none)];
    let act = common::act(Span::millis(500), "PutFunctionConcurrency", with);
    recording.revise(vec![act]).expect("a right act");
    while recording.record(u32::MAX).stop.is_none() {}
    let verdict = verdicts(&mut recording)[0];
    assert_eq!((verdict.holds, verdict.found), (false, 1));
    assert_eq!(verdict.broken.map(|broken| broken.moment.at.0), Some(1_000_000));
}
