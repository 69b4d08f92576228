//! Metrics period by period.

mod common;
mod small;

use common::{always, at, client, function, provisioned, record, run};
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::lambda::behaviour::{Draw, Failure};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::view::{Datapoint, datapoints};
use proptest::prelude::*;

const F: FunctionId = FunctionId(0);

fn minutes(count: u64) -> Instant {
    Instant(Span::MINUTE.times(count).0)
}

#[test]
fn what_a_run_adds_is_stamped_at_its_start() {
    let mut f = function("f", Span::seconds(100));
    f.spec.behaviour.init = Draw::Fixed(Span::seconds(2));
    f.spec.behaviour.faults = always(Failure::Throws);
    f.shared.reserved = Some(1);
    let mut client = client("f");
    client.load = at(&[10, 70, 175].map(Span::seconds));
    let points = datapoints(&record(run([f], [client])), F, Span::MINUTE);
    let failed = |from, duration| Datapoint {
        from,
        invocations: 1,
        errors: 1,
        duration_count: 1,
        duration_us: duration,
        duration_max_us: duration,
        concurrent_max: 1,
        ..Datapoint::default()
    };
    let running = |from, throttles| Datapoint {
        from,
        throttles,
        concurrent_max: 1,
        ..Datapoint::default()
    };
    // Runs from 10 to 112 s, with Init, and from 175 to 275 s.
    let expected = [
        failed(minutes(0), 100_000_000),
        running(minutes(1), 1),
        failed(minutes(2), 100_000_000),
        running(minutes(3), 0),
        running(minutes(4), 0),
    ];
    assert_eq!(points, expected);
}

#[test]
fn what_has_not_ended_has_no_duration_yet() {
    let mut run = run([function("f", Span::seconds(100))], [client("f")]);
    run.scenario.settings.until = Span::seconds(30);
    let points = datapoints(&record(run), F, Span::MINUTE);
    let [point] = points[..] else { panic!("{points:?}") };
    assert_eq!((point.invocations, point.duration_count, point.errors), (1, 0, 0));
}

#[test]
fn provisioned_runs_and_spill_over_are_counted_apart() {
    let mut client = client("f:1");
    client.load = at(&[100, 100, 130].map(Span::seconds));
    let recording = record(run([provisioned("f", Span::seconds(5), 1)], [client]));
    let points = datapoints(&recording, F, Span::MINUTE);
    let told = |point: &Datapoint| {
        let Datapoint { provisioned_invocations, spillovers, concurrent_max, .. } =
            *point;
        (provisioned_invocations, spillovers, concurrent_max)
    };
    assert_eq!(
        points.iter().map(told).collect::<Vec<_>>(),
        [(0, 0, 0), (1, 1, 2), (1, 0, 1)]
    );
}

#[test]
fn a_day_in_microseconds_is_told_in_periods_that_fit() {
    let mut run = run([function("f", Span::ZERO)], [client("f")]);
    run.scenario.callers[0].load = at(&[Span::ZERO, Span::seconds(86_000)]);
    let points = datapoints(&record(run), F, Span(1));
    assert!(points.len() <= 8_192, "{}", points.len());
    assert_eq!(points.iter().map(|point| point.invocations).sum::<u64>(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_periods_add_up_to_what_the_machine_counted(seed: u64, period in 1u64..100_000_000) {
        let run = small::run(&mut small::Numbers(seed));
        let recording = Recording::of(run).expect("small runs are plans");
        let functions = recording.plan().functions().len();
        for id in (0..functions).map(|at| FunctionId(u16::try_from(at).expect("few"))) {
            let points = datapoints(&recording, id, Span(period));
            let metrics = recording.head().world().lambda().function(id).metrics();
            let sum = |of: fn(&Datapoint) -> u64| points.iter().map(of).sum::<u64>();
            let most = |of: fn(&Datapoint) -> u64| points.iter().map(of).max().unwrap_or(0);
            prop_assert_eq!(sum(|p| p.invocations), metrics.invocations);
            prop_assert_eq!(sum(|p| p.errors), metrics.errors);
            prop_assert_eq!(sum(|p| p.throttles), metrics.throttles);
            prop_assert_eq!(sum(|p| p.duration_us), metrics.duration_us);
            prop_assert_eq!(sum(|p| p.duration_count), metrics.duration_count);
            prop_assert_eq!(sum(|p| p.spillovers), metrics.spillovers);
            prop_assert_eq!(sum(|p| p.provisioned_invocations), metrics.provisioned_invocations);
            prop_assert_eq!(most(|p| p.duration_max_us), metrics.duration_max_us);
            prop_assert_eq!(most(|p| p.concurrent_max), metrics.concurrent_max);
        }
    }
}
