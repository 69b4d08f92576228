//! Odds: what many seeds give is what each of them gives, and the same every time.

use lambdarium_format::json;
use lambdarium_sim::odds::{Ended, Measure, Spread, odds, play};
use lambdarium_sim::record::Recording;
use lambdarium_sim::release::deployment::{ErrorCode, Status};
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::Moment;
use lambdarium_sim::view::{Look, frame};
use proptest::prelude::*;

/// A canary whose new version fails one in so many requests, at so many a second. Its alarm
/// wants an error in each of three minutes.
fn canary(rate: u32, chance: f64) -> Run {
    let text = format!(
        r#"{{"lambdarium":1,"seed":7,"functions":{{"checkout":{{"duration":"50ms",
            "versions":{{"1":{{}},"2":{{"faults":[{{"fails":"throws","chance":{chance}}}]}}}},
            "aliases":{{"live":"1"}}}}}},
            "callers":{{"shop":{{"kind":"sdk","calls":"checkout:live","retry-profile":"none",
            "load":{{"constant":{rate},"to":"5min"}}}}}},
            "alarms":{{"errors":{{"watches":"checkout:live","evaluation-periods":3}}}},
            "deployment-groups":{{"release":{{"alias":"checkout:live","alarms":["errors"],
            "config":"CodeDeployDefault.LambdaCanary10Percent5Minutes",
            "auto-rollback":["DEPLOYMENT_STOP_ON_ALARM"]}}}},
            "acts":[{{"at":"0s","do":"CreateDeployment","with":{{"deploymentGroupName":"release",
            "revision":{{"appSpecContent":{{"content":{{"Resources":[{{"checkout":{{
            "Type":"AWS::Lambda::Function","Properties":{{"TargetVersion":"2"}}}}}}]}}}}}}}}}}]}}"#
    );
    json::read(&text).unwrap_or_else(|issues| panic!("{issues:?}"))
}

fn ends(run: &Run, seeds: u32) -> Vec<Ended> {
    (0..seeds).map(|place| play(run, place).expect("a scenario")).collect()
}

#[test]
fn each_end_is_that_of_the_recorded_run() {
    let run = canary(1, 0.5);
    for end in ends(&run, 5) {
        let mut recording =
            Recording::of(Run { seed: end.seed, ..run.clone() }).expect("a scenario");
        let moment = Moment::end_of(recording.end());
        let look =
            Look { moment, glide: lambdarium_sim::time::Span::ZERO, tokens_max: 0 };
        let frame = frame(&mut recording, &look);
        assert_eq!(frame.fates, end.fates, "seed {}", end.seed);
        let deployment = frame.groups[0].deployment.as_ref().expect("one");
        assert_eq!(Some(deployment.status), end.releases[0].status);
        assert_eq!(recording.progress().steps, end.steps);
    }
}

#[test]
fn the_same_seeds_give_the_same_odds() {
    let run = canary(1, 1.0);
    let all = ends(&run, 40);
    assert_eq!(odds(&all), odds(&ends(&run, 40)));
    let found = odds(&all);
    let release = &found.releases[0];
    assert_eq!(release.alarmed + release.succeeded, 40);
    assert!(release.alarmed > 30, "{release:?}");
    // 18 of 180 are to be expected; the alarm comes at 3:00.
    assert!((14..=22).contains(&release.runs.median), "{release:?}");
    let failed = found.measures.iter().find(|(measure, _)| *measure == Measure::Failed);
    let (_, failed) = failed.expect("some fail");
    let unlucky = found.unlucky.expect("some fail");
    let worst = all.iter().find(|end| end.seed == unlucky).expect("it was played");
    assert_eq!(worst.fates.failed, failed.most);
}

#[test]
fn few_requests_hide_a_rare_error_from_an_alarm() {
    let caught = |rate| {
        let found = odds(&ends(&canary(rate, 0.05), 40));
        found.releases[0].alarmed
    };
    // One request in ten meets the new version, one in twenty of those fails: at one a second
    // that is an error every three minutes, and hardly ever one in each of three.
    let [one, ten] = [1, 10].map(caught);
    assert!(one <= 4, "{one} of 40");
    assert!((20..=40).contains(&ten), "{ten} of 40");
}

#[test]
fn a_deployment_that_nothing_stops_has_succeeded() {
    let end = play(&canary(1, 0.0), 0).expect("a scenario");
    assert_eq!(end.releases[0].status, Some(Status::Succeeded));
    assert_eq!(end.releases[0].error, None::<ErrorCode>);
    let found = odds(&[end]);
    assert_eq!((found.releases[0].succeeded, found.unlucky), (1, None));
}

#[test]
fn of_nothing_there_are_no_odds() {
    assert_eq!(odds(&[]), Default::default());
    assert_eq!(Spread::of(Vec::new()), Spread::default());
}

proptest! {
    #[test]
    fn a_spread_is_in_order_and_made_of_what_there_is(
        numbers in prop::collection::vec(0u64..50, 1..200),
    ) {
        let Spread { least, low, median, high, most } = Spread::of(numbers.clone());
        prop_assert!(least <= low && low <= median && median <= high && high <= most);
        let at_most = |bound: u64| numbers.iter().filter(|number| **number <= bound).count();
        prop_assert!(at_most(low) * 100 >= numbers.len() * 5);
        prop_assert!(at_most(median) * 2 >= numbers.len());
        prop_assert!(at_most(high) * 100 >= numbers.len() * 95);
        prop_assert_eq!(Some(least), numbers.iter().min().copied());
        prop_assert_eq!(Some(most), numbers.iter().max().copied());
    }
}
