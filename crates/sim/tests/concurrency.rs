//! Concurrency: reservations, provisioned concurrency, rates, and the calls that set them.

mod common;

use common::{act, at, burst, client, function, provisioned, record, rules, run, times};
use lambdarium_sim::call::Reply;
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::lambda::{Alias, Provisioned};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::Act;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Fact, Reason};
use lambdarium_sim::value::Value;

fn throttles(recording: &Recording) -> Vec<(u64, Rule, Reason)> {
    let entries = recording.log().iter();
    let throttles = entries.filter_map(|entry| match entry.fact {
        Fact::Throttled { reason, .. } => Some((entry.at.0, entry.rule, reason)),
        _ => None,
    });
    throttles.collect()
}

fn reply(recording: &Recording, act: usize) -> &Reply {
    recording.log().replies(act).first().expect("a reply")
}

fn counts(reply: &Reply, key: &str) -> Option<u64> {
    let field = reply.fields.iter().find(|(name, _)| name.contains(key));
    field.and_then(|(_, value)| value.as_count())
}

fn put_provisioned(at: u64, count: u64) -> Act {
    let with = [
        ("FunctionName", Value::text("f")),
        ("Qualifier", Value::text("1")),
        ("ProvisionedConcurrentExecutions", Value::number(count)),
    ];
    act(Span::seconds(at), "PutProvisionedConcurrencyConfig", with)
}

fn about(at: u64, operation: &str, qualifier: &str) -> Act {
    let with =
        [("FunctionName", Value::text("f")), ("Qualifier", Value::text(qualifier))];
    act(Span::seconds(at), operation, with)
}

fn late_client() -> lambdarium_sim::caller::Caller {
    let mut late = client("f:1");
    late.load = at(&[Span::seconds(400)]);
    late
}

#[test]
fn over_ten_times_the_provisioned_rate_there_has_to_be_room_on_demand() {
    let mut f = provisioned("f", Span::ZERO, 1);
    f.shared.reserved = Some(1);
    let mut client = client("f:1");
    client.load = burst(12, Span::seconds(100));
    let mut run = run([f], [client]);
    let recording = record(run.clone());
    let too_fast = (100_000_000, Rule::Con12, Reason::FunctionRate);
    assert_eq!(throttles(&recording), [too_fast; 2]);
    // Without a reservation it spills over.
    run.scenario.functions[0].shared.reserved = None;
    let recording = record(run.clone());
    assert_eq!(throttles(&recording), []);
    let spilled = |fact: &Fact| matches!(fact, Fact::SpilledOver { .. });
    assert_eq!(rules(&recording, spilled), [Rule::Con09; 2]);
    run.scenario.settings.rps_limit = false;
    assert_eq!(rules(&record(run), spilled), []);
}

#[test]
fn each_version_has_a_provisioned_rate_of_its_own() {
    let mut f = provisioned("f", Span::ZERO, 1);
    let second = f.versions[0].spec.clone();
    f.versions.push(lambdarium_sim::lambda::Version { number: 2, spec: second });
    f.provisioned.push(Provisioned { qualifier: "2".into(), count: 1 });
    let clients = ["f:1", "f:2"].map(|target| {
        let mut client = client(target);
        client.name = target.replace(':', "-");
        client.load = burst(10, Span::seconds(100));
        client
    });
    let recording = record(run([f], clients));
    let spilled = |fact: &Fact| matches!(fact, Fact::SpilledOver { .. });
    assert_eq!(rules(&recording, spilled), []);
}

#[test]
fn what_is_ready_stays_usable_while_more_is_prepared() {
    let mut run = run([provisioned("f", Span::SECOND, 2)], [late_client()]);
    run.acts = vec![
        put_provisioned(100, 5),
        about(101, "GetProvisionedConcurrencyConfig", "1"),
        about(200, "GetProvisionedConcurrencyConfig", "1"),
    ];
    let recording = record(run);
    let growing = reply(&recording, 1);
    assert_eq!(counts(growing, "Requested"), Some(5));
    assert_eq!(counts(growing, "Allocated"), Some(2));
    let ready = times(&recording, |fact| matches!(fact, Fact::ProvisioningReady { .. }));
    assert_eq!(ready, [60_020, 160_030]);
    assert_eq!(counts(reply(&recording, 2), "Available"), Some(5));
}

#[test]
fn deleting_by_another_qualifier_changes_nothing() {
    let mut f = provisioned("f", Span::SECOND, 2);
    f.aliases = vec![Alias::to("live", 1)];
    f.provisioned[0].qualifier = "live".into();
    let mut run = run([f], [late_client()]);
    run.acts = vec![
        about(100, "DeleteProvisionedConcurrencyConfig", "1"),
        about(101, "GetProvisionedConcurrencyConfig", "live"),
        about(102, "GetProvisionedConcurrencyConfig", "1"),
        about(103, "DeleteProvisionedConcurrencyConfig", "live"),
        about(104, "GetProvisionedConcurrencyConfig", "live"),
        about(105, "DeleteProvisionedConcurrencyConfig", "$LATEST"),
    ];
    let recording = record(run);
    let all = |act| (reply(&recording, act).http, reply(&recording, act).code.as_str());
    let missing = (404, "ProvisionedConcurrencyConfigNotFoundException");
    assert_eq!(all(0), (204, ""));
    assert_eq!(counts(reply(&recording, 1), "Allocated"), Some(2));
    assert_eq!(all(2), missing);
    assert_eq!(all(3), (204, ""));
    assert_eq!(all(4), missing);
    assert_eq!(all(5), (400, "InvalidParameterValueException"));
    let removed =
        rules(&recording, |fact| matches!(fact, Fact::EnvironmentRemoved { .. }));
    assert_eq!(removed, [Rule::Con13; 2]);
}

#[test]
fn provisioned_concurrency_is_paid_in_whole_five_minutes_from_first_to_last() {
    let cost = |acts: Vec<Act>, until: u64| {
        let mut f = provisioned("f", Span::SECOND, 10);
        f.versions[0].spec.memory_mb = 1_024;
        let mut run = run([f], []);
        run.scenario.settings.until = Span::seconds(until);
        run.acts = acts;
        let mut end = about(until, "GetProvisionedConcurrencyConfig", "1");
        end.at.0 -= 1;
        run.acts.push(end);
        let recording = record(run);
        let costs = recording.log().iter().filter_map(|entry| match entry.fact {
            Fact::Cost { micro_usd, .. } => Some(micro_usd),
            _ => None,
        });
        costs.sum::<u64>()
    };
    let gb_seconds = |count: u64| (count * 41_667 + 5_000) / 10_000;
    assert_eq!(cost(vec![], 120), gb_seconds(10 * 300));
    assert_eq!(cost(vec![], 301), gb_seconds(10 * 600));
    // Ten for two minutes, then twenty: not five minutes of each.
    assert_eq!(cost(vec![put_provisioned(120, 20)], 200), gb_seconds(1_200 + 20 * 180));
    let delete = || about(120, "DeleteProvisionedConcurrencyConfig", "1");
    assert_eq!(cost(vec![delete()], 900), gb_seconds(10 * 300));
    // What is enabled anew begins five minutes of its own.
    let anew = vec![delete(), put_provisioned(130, 10)];
    assert_eq!(cost(anew, 140), gb_seconds(10 * 600));
}

#[test]
fn a_plan_leaves_the_account_what_must_stay_unreserved() {
    let wrong = |reserved: Option<u64>, count: u64| {
        let mut f = provisioned("f", Span::SECOND, count);
        f.shared.reserved = reserved;
        let mut g = function("g", Span::SECOND);
        g.shared.reserved = Some(400);
        let issues = Plan::check(&run([f, g], [])).err().unwrap_or_default();
        issues.iter().map(ToString::to_string).collect::<Vec<String>>()
    };
    assert_eq!(wrong(None, 500), [""; 0]);
    let told = "functions: found 400 units reserved and 501 provisioned in all, allowed is \
                at most 900, so that 100 stay unreserved (CON-05)";
    assert_eq!(wrong(None, 501), [told]);
    assert_eq!(wrong(Some(500), 500), [""; 0]);
    let told = "functions: found 901 units reserved in all, allowed is at most 900, so that \
                100 stay unreserved (CON-03)";
    assert_eq!(wrong(Some(501), 500), [told]);
}

#[test]
fn the_account_takes_ten_times_its_concurrency_each_second() {
    let mut client = client("f");
    let mut calls = vec![Span::millis(1_900); 11];
    calls.extend([Span::seconds(2); 11]);
    client.load = at(&calls);
    let mut run = run([function("f", Span::ZERO)], [client]);
    run.scenario.settings.account_concurrency = 1;
    let recording = record(run.clone());
    let too_many = |us| (us, Rule::Con12, Reason::CallerRate);
    assert_eq!(throttles(&recording), [too_many(1_900_000), too_many(2_000_000)]);
    run.scenario.settings.rps_limit = false;
    assert_eq!(throttles(&record(run)), []);
}

#[test]
fn lowering_a_reservation_stops_no_run_and_raising_it_lets_others_in() {
    let mut f = function("f", Span::seconds(10));
    f.shared.reserved = Some(3);
    let mut client = client("f");
    client.load = at(&[0, 0, 0, 2, 11, 13].map(Span::seconds));
    let put = |at: u64, units| {
        let name = ("FunctionName", Value::text("f"));
        let units = ("ReservedConcurrentExecutions", Value::number(units));
        act(Span::seconds(at), "PutFunctionConcurrency", [name, units])
    };
    let mut run = run([f], [client]);
    run.acts = vec![put(1, 1), put(12, 0)];
    let recording = record(run);
    let ends = times(&recording, |fact| matches!(fact, Fact::Ended { .. }));
    assert_eq!(ends, [10_000, 10_000, 10_000, 21_000]);
    let full = |us| (us, Rule::Con03, Reason::Reserved);
    assert_eq!(throttles(&recording), [full(2_000_000), full(13_000_000)]);
    let replied = rules(&recording, |fact| matches!(fact, Fact::Replied { .. }));
    assert_eq!(replied, [Rule::Con15, Rule::Con15]);
    let world = recording.head().world().lambda();
    assert_eq!(world.function(FunctionId(0)).in_flight(), 0);
    assert_eq!(world.account().pool(), 1_000);
}

#[test]
fn the_scaling_allowance_does_not_pile_up() {
    let mut client = client("f");
    let mut calls = vec![Span::ZERO; 3];
    calls.extend([Span::millis(1_500); 2]);
    calls.extend([Span::seconds(100); 4]);
    client.load = at(&calls);
    let mut run = run([function("f", Span::seconds(500))], [client]);
    let settings = &mut run.scenario.settings;
    (settings.scale_burst, settings.scale_refill_per_s) = (2, 1);
    let recording = record(run);
    // Two at once; one and a half more after a second and a half; two after a long time.
    let starts = times(&recording, |fact| matches!(fact, Fact::Started { .. }));
    assert_eq!(starts, [0, 0, 1_500, 100_000, 100_000]);
    let missing = |us| (us, Rule::Con10, Reason::FunctionRate);
    let expected =
        [missing(0), missing(1_500_000), missing(100_000_000), missing(100_000_000)];
    assert_eq!(throttles(&recording), expected);
}

#[test]
fn provisioned_concurrency_that_fails_to_grow_keeps_what_it_has() {
    use lambdarium_sim::lambda::behaviour::{Failure, Fault, On, When};
    use lambdarium_sim::time::Instant;
    let mut f = provisioned("f", Span::SECOND, 2);
    let when = When {
        from: Some(Instant(Span::seconds(100).0)),
        on: On::Provisioned,
        ..When::default()
    };
    f.versions[0].spec.behaviour.faults =
        vec![Fault { when, ..Fault::always(Failure::FailsInit) }];
    let mut client = client("f:1");
    client.load = burst(3, Span::seconds(300));
    let mut run = run([f], [client]);
    run.acts =
        vec![put_provisioned(110, 5), about(299, "GetProvisionedConcurrencyConfig", "1")];
    let recording = record(run);
    let replied = reply(&recording, 1);
    assert_eq!(counts(replied, "Requested"), Some(5));
    assert_eq!(counts(replied, "Allocated"), Some(2));
    let ready = rules(&recording, |fact| matches!(fact, Fact::SpilledOver { .. }));
    assert_eq!(ready, [Rule::Con09]);
    // It sets aside what it has, not what was asked for.
    let world = recording.head().world().lambda();
    assert_eq!(world.account().pool(), 998);
}
