//! Execution environments: Init and its limits, resets, idleness and age.

mod common;

use common::{
    always, at, client, entries, function, provisioned, record, rules, run, times,
};
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::{Draw, Failure, Fault, On, When};
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::{Ending, Fact, Removal, Room};
use lambdarium_sim::view::Metrics;

fn inits(function: Function, init: Span, timeout: Span) -> Function {
    let mut function = function;
    function.spec.behaviour.init = Draw::Fixed(init);
    function.spec.timeout = timeout;
    function
}

/// One run after the other: the room each found, and how and when it ended.
fn runs(recording: &Recording) -> Vec<(Room, Ending, u64)> {
    let mut room = Room::Warm;
    let mut runs = Vec::new();
    for entry in recording.log().iter() {
        match entry.fact {
            Fact::Started { room: found, .. } => room = found,
            Fact::Ended { ending, .. } => {
                runs.push((room, ending, entry.at.0 / 1_000));
            }
            _ => {}
        }
    }
    runs
}

fn metrics(recording: &Recording) -> Metrics {
    *recording.head().world().lambda().function(FunctionId(0)).metrics()
}

fn calls(function: Function, times: &[u64]) -> Run {
    let spans: Vec<Span> = times.iter().map(|second| Span::seconds(*second)).collect();
    let mut client = client(if function.versions.is_empty() { "f" } else { "f:1" });
    client.load = at(&spans);
    run([function], [client])
}

#[test]
fn init_over_ten_seconds_is_cut_then_and_runs_again_under_the_timeout() {
    let f = inits(function("f", Span::seconds(2)), Span::seconds(12), Span::seconds(20));
    let recording = record(calls(f, &[0]));
    assert_eq!(runs(&recording), [(Room::Cold, Ending::Succeeded, 24_000)]);
    assert_eq!(times(&recording, |fact| *fact == Fact::InitCut), [10_000]);
    let init = entries(&recording).into_iter().find_map(|entry| match entry.fact {
        Fact::Started { init, .. } => Some(init),
        _ => None,
    });
    assert_eq!(init, Some(Span::seconds(22)));
    // Init that runs again inside the invocation is part of its duration.
    assert_eq!(metrics(&recording).duration_us, 14_000_000);

    let f = inits(function("f", Span::seconds(2)), Span::seconds(12), Span::seconds(13));
    let recording = record(calls(f, &[0]));
    assert_eq!(runs(&recording), [(Room::Cold, Ending::TimedOut, 23_000)]);
    // The cut is among the reasons for the end.
    let all = entries(&recording);
    let ended = all.iter().position(|entry| matches!(entry.fact, Fact::Ended { .. }));
    let why = recording.why(u32::try_from(ended.expect("an end")).expect("few"));
    let why: Vec<Fact> = why.iter().map(|number| all[*number as usize].fact).collect();
    assert!(matches!(why[1..], [Fact::InitCut, Fact::Started { .. }, Fact::Called]));

    let f = inits(function("f", Span::seconds(2)), Span::seconds(10), Span::seconds(2));
    let recording = record(calls(f, &[0]));
    assert_eq!(runs(&recording), [(Room::Cold, Ending::Succeeded, 12_000)]);
    assert_eq!(times(&recording, |fact| *fact == Fact::InitCut), []);
    assert_eq!(metrics(&recording).duration_us, 2_000_000);
}

#[test]
fn after_a_time_out_init_runs_again_inside_the_invocation() {
    let mut f = inits(function("f", Span::SECOND), Span::SECOND, Span::seconds(3));
    f.spec.behaviour.faults = vec![Fault {
        when: When { calls: Some((1, 1)), ..When::default() },
        ..Fault::always(Failure::Hangs)
    }];
    let recording = record(calls(f.clone(), &[0, 10]));
    let expected =
        [(Room::Cold, Ending::TimedOut, 4_000), (Room::Reset, Ending::Succeeded, 12_000)];
    assert_eq!(runs(&recording), expected);
    assert_eq!(metrics(&recording).duration_us, 3_000_000 + 2_000_000);

    // With one microsecond more there is no time left for both.
    f.spec.behaviour.duration = Draw::Fixed(Span(2_000_001));
    let mut run = calls(f, &[0, 10]);
    let recording = record(run.clone());
    assert_eq!(runs(&recording)[1], (Room::Reset, Ending::TimedOut, 13_000));
    let ended = rules(&recording, |fact| matches!(fact, Fact::Ended { .. }));
    assert_eq!(ended, [Rule::Env05, Rule::Env07]);
    run.scenario.settings.suppressed_init_in_timeout = false;
    let recording = record(run);
    assert_eq!(runs(&recording)[1], (Room::Reset, Ending::Succeeded, 13_000));
}

#[test]
fn an_init_that_fails_ends_the_request_and_its_environment() {
    let mut f = inits(function("f", Span::SECOND), Span::SECOND, Span::seconds(3));
    f.spec.behaviour.faults = vec![Fault {
        when: When { calls: Some((1, 1)), ..When::default() },
        ..Fault::always(Failure::FailsInit)
    }];
    let recording = record(calls(f.clone(), &[0, 10]));
    let expected = [
        (Room::Cold, Ending::InitFailed, 1_000),
        (Room::Cold, Ending::Succeeded, 12_000),
    ];
    assert_eq!(runs(&recording), expected);
    // How long it takes until Init fails can be said apart.
    f.spec.behaviour.faults[0].duration = Some(Span::millis(200));
    let recording = record(calls(f, &[0, 10]));
    assert_eq!(runs(&recording)[0], (Room::Cold, Ending::InitFailed, 200));
}

#[test]
fn a_reset_environment_is_still_a_provisioned_one() {
    let mut f = provisioned("f", Span::SECOND, 1);
    let spec = &mut f.versions[0].spec;
    let on = |failure, on, calls| Fault {
        when: When { on, calls: Some((calls, calls)), ..When::default() },
        ..Fault::always(failure)
    };
    spec.behaviour.faults = vec![
        on(Failure::Exits, On::Provisioned, 1),
        on(Failure::Throws, On::Provisioned, 2),
        on(Failure::AnswersTooLarge, On::OnDemand, 2),
    ];
    let recording = record(calls(f, &[100, 110]));
    let ends: Vec<(Room, Ending)> =
        runs(&recording).into_iter().map(|(room, ending, _)| (room, ending)).collect();
    let expected = [(Room::Provisioned, Ending::Exited), (Room::Reset, Ending::Threw)];
    assert_eq!(ends, expected);
    assert_eq!(metrics(&recording).provisioned_invocations, 2);
}

fn removals(recording: &Recording) -> Vec<(u64, Removal)> {
    let removed = entries(recording).into_iter().filter_map(|entry| match entry.fact {
        Fact::EnvironmentRemoved { removal, .. } => Some((entry.at.0 / 1_000, removal)),
        _ => None,
    });
    removed.collect()
}

#[test]
fn an_environment_is_replaced_when_it_has_lived_too_long() {
    let mut run = calls(function("f", Span::seconds(2)), &[0, 8, 9, 30]);
    run.scenario.settings.life_max = Some(Span::seconds(10));
    let recording = record(run);
    // The first ends its run at the age of 10 s; the second is idle when it is needed.
    let expected = [(10_000, Removal::Life), (30_000, Removal::Life)];
    assert_eq!(removals(&recording), expected);
    let rooms: Vec<Room> = runs(&recording).into_iter().map(|run| run.0).collect();
    assert_eq!(rooms, [Room::Cold, Room::Cold, Room::Cold, Room::Cold]);
}

#[test]
fn a_provisioned_environment_is_replaced_by_another() {
    let mut run = calls(provisioned("f", Span::seconds(2), 1), &[70, 79, 104, 110]);
    run.scenario.settings.life_max = Some(Span::seconds(20));
    let recording = record(run);
    let found: Vec<Room> = runs(&recording).into_iter().map(|run| run.0).collect();
    assert_eq!(found, [Room::Provisioned; 4]);
    // Made at 60.01 s it is old when its run ends; the next when it is needed.
    let aged: Vec<u64> = removals(&recording)
        .into_iter()
        .filter(|(_, removal)| *removal == Removal::Life)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(aged, [81_000, 104_000]);
    let pool = recording.head().world().lambda().function(FunctionId(0)).environments();
    assert_eq!(pool.iter().filter(|environment| environment.provisioned).count(), 1);
    assert_eq!(recording.end(), Instant(112_000_000));
}

#[test]
fn idle_environments_go_after_their_time_the_longest_idle_first() {
    let mut run = calls(function("f", Span::seconds(2)), &[0, 1, 60]);
    run.scenario.settings.idle_ttl = Span::seconds(30);
    let recording = record(run);
    assert_eq!(removals(&recording), [(32_000, Removal::Idle), (33_000, Removal::Idle)]);
}

#[test]
fn a_function_that_hangs_in_provisioning_or_fails_there_leaves_calls_on_demand() {
    let mut slow = provisioned("f", Span::SECOND, 1);
    slow.versions[0].spec.timeout = Span::seconds(3);
    slow.versions[0].spec.behaviour.init = Draw::Fixed(Span::seconds(131));
    let failed = |fact: &Fact| matches!(fact, Fact::ProvisioningFailed { .. });
    assert_eq!(rules(&record(calls(slow.clone(), &[70])), failed), [Rule::Env03]);
    // It may take as long as the function's timeout, if that is longer.
    slow.versions[0].spec.timeout = Span::seconds(131);
    assert_eq!(rules(&record(calls(slow, &[70])), failed), []);
    let mut bad = provisioned("f", Span::SECOND, 1);
    bad.versions[0].spec.behaviour.faults = always(Failure::FailsInit);
    bad.versions[0].spec.behaviour.faults[0].when.on = On::Provisioned;
    let recording = record(calls(bad, &[70]));
    assert_eq!(rules(&recording, failed), [Rule::Con14]);
    assert_eq!(runs(&recording)[0].0, Room::Cold);
}

#[test]
fn little_memory_stretches_init_and_handler_where_the_setting_says_so() {
    let mut f = inits(function("f", Span::SECOND), Span::SECOND, Span::seconds(900));
    f.spec.memory_mb = 1_769 / 7;
    let mut run = calls(f, &[0]);
    run.scenario.settings.cpu_scaling = true;
    let once = Span(1_000_000 * 1_769 / 252);
    assert_eq!(runs(&record(run))[0].2, (once.0 * 2) / 1_000);
}

#[test]
fn a_fault_happens_when_all_that_is_said_of_it_holds() {
    let ends = |when: When| {
        let mut f = function("f", Span::ZERO);
        f.spec.behaviour.faults = vec![Fault { when, ..Fault::always(Failure::Throws) }];
        let ends = runs(&record(calls(f, &[0, 1, 2, 3, 4])));
        let threw = ends.iter().filter(|(_, ending, _)| *ending == Ending::Threw);
        threw.map(|(_, _, ms)| ms / 1_000).collect::<Vec<u64>>()
    };
    let (from, to) = (Some(Instant(1_000_000)), Some(Instant(3_000_000)));
    assert_eq!(ends(When { from, to, ..When::default() }), [1, 2]);
    assert_eq!(ends(When { calls: Some((2, 4)), ..When::default() }), [1, 2, 3]);
    assert_eq!(ends(When { calls: Some((2, 4)), to, ..When::default() }), [1, 2]);
    assert_eq!(ends(When { attempts: Some((2, 9)), ..When::default() }), []);
    assert_eq!(ends(When { on: On::Provisioned, ..When::default() }), []);
    assert_eq!(ends(When { chance_ppm: 0, ..When::default() }), []);
}

#[test]
fn each_admission_cites_the_rule_that_decided_it() {
    let started = |recording: &Recording| {
        rules(recording, |fact| matches!(fact, Fact::Started { .. }))
    };
    // The first environment, a second one while it is busy, one of two, the only one.
    let recording = record(calls(function("f", Span::SECOND), &[0, 0, 10]));
    assert_eq!(started(&recording), [Rule::Env02, Rule::Env01, Rule::Env12]);
    let recording = record(calls(function("f", Span::SECOND), &[0, 10]));
    assert_eq!(started(&recording), [Rule::Env02, Rule::Con01]);
    // The last unit, given back at the very instant it is asked for; and a moment later.
    let mut f = function("f", Span::SECOND);
    f.shared.reserved = Some(1);
    let recording = record(calls(f, &[0, 1, 3]));
    assert_eq!(started(&recording), [Rule::Env02, Rule::Con16, Rule::Con01]);
}
