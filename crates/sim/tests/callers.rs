//! Callers: how long they wait, what they try again, and what their clients are told.

mod common;

use common::{act, always, at, burst, caller, client, function, longest, record, run};
use common::{rules, times};
use lambdarium_sim::caller::{Caller, Kind, gateway, sdk, step_functions};
use lambdarium_sim::lambda::behaviour::{Answer, Failure};
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Ending, Fact, Outcome, Reason, Refusal};
use lambdarium_sim::value::{Payload, Value};

const MB: u64 = 1 << 20;

fn kind(key: &str) -> Kind {
    let mut kinds = Kind::all().into_iter();
    kinds.find(|kind| kind.card().key == key).expect("a kind of caller")
}

/// How the first call ended: outcome, status, attempts.
fn answered(recording: &Recording) -> (Outcome, u16, u16) {
    let answered = recording.log().iter().find_map(|entry| match entry.fact {
        Fact::Answered { outcome, http, attempts, .. } => Some((outcome, http, attempts)),
        _ => None,
    });
    answered.expect("a call that ended")
}

fn runs(recording: &Recording) -> usize {
    times(recording, |fact| matches!(fact, Fact::Started { .. })).len()
}

fn sends(bytes: u64, caller: Caller) -> Caller {
    Caller { payload: Payload::Bytes(bytes), ..caller }
}

#[test]
fn a_read_timeout_lets_the_function_run_three_times() {
    let patient = Kind::Sdk(longest(sdk::Jitter::Fixed));
    let slow = function("f", Span::seconds(100));
    let recording = record(run([slow], [caller("c", patient, "f")]));
    let starts = times(&recording, |fact| matches!(fact, Fact::Started { .. }));
    assert_eq!(starts, [0, 60_050, 120_150]);
    let abandoned = times(&recording, |fact| matches!(fact, Fact::Abandoned));
    assert_eq!(abandoned, [60_000, 120_050, 180_150]);
    assert_eq!(answered(&recording), (Outcome::TimedOut, 0, 3));
    let retried = rules(&recording, |fact| matches!(fact, Fact::Retried { .. }));
    assert_eq!(retried, [Rule::Inv16; 2]);
    // They all run to their end, and are billed and counted as successes.
    let billed = recording.log().iter().filter_map(|entry| match entry.fact {
        Fact::Ended { ending: Ending::Succeeded, billed_ms, .. } => Some(billed_ms),
        _ => None,
    });
    assert_eq!(billed.collect::<Vec<_>>(), [100_000; 3]);
    let metrics = recording.head().world().lambda();
    let metrics = metrics.function(lambdarium_sim::id::FunctionId(0)).metrics();
    assert_eq!((metrics.invocations, metrics.errors, metrics.concurrent_max), (3, 0, 2));
}

#[test]
fn an_answer_in_the_last_microsecond_is_in_time() {
    let patient = Kind::Sdk(longest(sdk::Jitter::Fixed));
    let slow = function("f", Span::seconds(60));
    let recording = record(run([slow], [caller("c", patient, "f")]));
    assert_eq!(answered(&recording), (Outcome::Ok, 200, 1));
}

#[test]
fn a_run_ends_with_its_caller_where_the_setting_says_so() {
    let mut run = run(
        [function("f", Span::seconds(100))],
        [caller("c", kind("api-gateway-rest"), "f")],
    );
    run.scenario.settings.abandon_keeps_running = false;
    let recording = record(run);
    let ends = times(&recording, |fact| {
        matches!(fact, Fact::Ended { ending: Ending::Cut, billed_ms: 29_000, .. })
    });
    assert_eq!(ends, [29_000]);
    assert_eq!(answered(&recording), (Outcome::TimedOut, 504, 1));
}

#[test]
fn many_callers_that_leave_at_once_are_found_at_once() {
    // Looking through all runs for each of them would take minutes.
    let mut many = caller("c", kind("api-gateway-rest"), "f");
    many.load = burst(100_000, Span::ZERO);
    let mut run = run([function("f", Span::seconds(60))], [many]);
    let settings = &mut run.scenario.settings;
    (settings.account_concurrency, settings.scale_burst) = (1_000_000, 1_000_000);
    let recording = record(run);
    let abandoned = times(&recording, |fact| matches!(fact, Fact::Abandoned));
    assert_eq!(abandoned.len(), 100_000);
}

#[test]
fn the_old_python_client_makes_five_attempts_without_a_quota() {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::ServiceException);
    let profile = sdk::RetryProfile::LegacyPython;
    let old = Kind::Sdk(sdk::Spec { profile, ..longest(sdk::Jitter::Fixed) });
    let recording = record(run([f], [caller("c", old, "f")]));
    let attempts = times(&recording, |fact| matches!(fact, Fact::Refused { .. }));
    assert_eq!(attempts, [0, 1_000, 3_000, 7_000, 15_000]);
    let quota = recording.log().iter().filter_map(|entry| match entry.fact {
        Fact::Answered { bucket, .. } | Fact::RetryPlanned { bucket, .. } => Some(bucket),
        _ => None,
    });
    assert!(quota.eq([500; 5]));
}

#[test]
fn a_client_that_cannot_pay_gives_up_at_once() {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::ServiceException);
    let spec = sdk::Spec { bucket: 27, ..longest(sdk::Jitter::Fixed) };
    let recording = record(run([f], [caller("c", Kind::Sdk(spec), "f")]));
    let ends = times(&recording, |fact| matches!(fact, Fact::Answered { .. }));
    assert_eq!(ends, [50]);
    assert_eq!(answered(&recording), (Outcome::Refused, 500, 2));
    let exhausted = |fact: &Fact| *fact == Fact::QuotaExhausted { bucket: 13 };
    assert_eq!(rules(&recording, exhausted), [Rule::Inv13]);
}

#[test]
fn a_success_gives_back_what_its_last_retry_cost() {
    let buckets = |profile, failures: u64| {
        let mut f = function("f", Span::ZERO);
        f.spec.behaviour.faults = always(Failure::ServiceException);
        f.spec.behaviour.faults[0].when.attempts = Some((1, failures));
        f.spec.behaviour.faults[0].when.calls = Some((1, 1));
        let spec = sdk::Spec { profile, bucket: 100, ..longest(sdk::Jitter::Fixed) };
        let mut client = caller("c", Kind::Sdk(spec), "f");
        client.load = at(&[Span::ZERO, Span::seconds(10)]);
        let recording = record(run([f], [client]));
        let answers = recording.log().iter().filter_map(|entry| match entry.fact {
            Fact::Answered { outcome: Outcome::Ok, bucket, .. } => Some(bucket),
            _ => None,
        });
        answers.collect::<Vec<u16>>()
    };
    use sdk::RetryProfile::{LegacyPython, Standard2026, StandardPre2026};
    // The first call pays for one or two retries, the second for none.
    assert_eq!(buckets(Standard2026, 1), [100, 101]);
    assert_eq!(buckets(Standard2026, 2), [86, 87]);
    assert_eq!(buckets(StandardPre2026, 2), [95, 96]);
    assert_eq!(buckets(LegacyPython, 2), [100, 100]);
}

#[test]
fn a_read_timeout_costs_an_older_client_more_than_an_error() {
    let cost = |profile| {
        let spec = sdk::Spec { profile, ..longest(sdk::Jitter::Fixed) };
        let slow = function("f", Span::seconds(100));
        let recording = record(run([slow], [caller("c", Kind::Sdk(spec), "f")]));
        let planned = recording.log().iter().find_map(|entry| match entry.fact {
            Fact::RetryPlanned { bucket, .. } => Some(500 - bucket),
            _ => None,
        });
        planned.expect("a retry")
    };
    assert_eq!(cost(sdk::RetryProfile::Standard2026), 14);
    assert_eq!(cost(sdk::RetryProfile::StandardPre2026), 10);
    assert_eq!(cost(sdk::RetryProfile::LegacyPython), 0);
}

#[test]
fn each_delay_is_a_draw_of_its_own_below_its_longest() {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::Throttled);
    let mut client = caller("c", Kind::Sdk(longest(sdk::Jitter::Full)), "f");
    client.load = burst(50, Span::ZERO);
    let recording = record(run([f], [client]));
    let mut shares = std::collections::BTreeSet::new();
    for entry in recording.log().iter() {
        if let Fact::RetryPlanned { after, attempt, .. } = entry.fact {
            let longest = Span::SECOND.times(u64::from(attempt) - 1);
            assert!(after < longest, "{after}");
            shares.insert(after.0 * 1_000_000 / longest.0);
        }
    }
    // The quota pays for 100 retries, two of each call.
    assert!(shares.len() >= 99, "{}", shares.len());
}

#[test]
fn a_load_balancer_passes_on_one_megabyte_either_way() {
    let answers = |bytes| {
        let mut f = function("f", Span::ZERO);
        f.spec.behaviour.answer = Answer::Bytes(bytes);
        record(run([f], [caller("c", kind("alb"), "f")]))
    };
    assert_eq!(answered(&answers(MB)), (Outcome::Ok, 200, 1));
    let large = answers(MB + 1);
    assert_eq!(answered(&large), (Outcome::Refused, 502, 1));
    // For Lambda it was a success.
    let ended = |fact: &Fact| matches!(fact, Fact::Ended { .. });
    assert_eq!(rules(&large, ended), [Rule::Cost02]);

    let alb = caller("c", kind("alb"), "f");
    let recording = record(run([function("f", Span::ZERO)], [sends(MB + 1, alb)]));
    assert_eq!(answered(&recording), (Outcome::Refused, 502, 1));
    assert_eq!(runs(&recording), 0);
}

#[test]
fn a_state_takes_256_kilobytes_either_way() {
    let state = || caller("c", kind("step-functions"), "f");
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.answer = Answer::Echo;
    let fits = record(run([f.clone()], [sends(256 << 10, state())]));
    assert_eq!(answered(&fits).0, Outcome::Ok);
    let large = record(run([f.clone()], [sends((256 << 10) + 1, state())]));
    assert_eq!((answered(&large).0, runs(&large)), (Outcome::Refused, 0));
    f.spec.behaviour.answer = Answer::Value(Value::text(&"x".repeat(256 << 10)));
    let large = record(run([f], [state()]));
    assert_eq!((answered(&large).0, runs(&large)), (Outcome::Refused, 1));
}

#[test]
fn what_is_too_large_is_refused_by_whoever_meets_it_first() {
    // Up to 10 MB API Gateway takes from its client; Lambda takes 6.
    let cases = [
        ("sdk", 6 * MB, (Outcome::Ok, 200, 1), 1),
        ("sdk", 6 * MB + 1, (Outcome::Refused, 413, 1), 0),
        ("api-gateway-rest", 6 * MB + 1, (Outcome::Refused, 500, 1), 0),
        ("api-gateway-rest", 10 * MB + 1, (Outcome::Refused, 413, 1), 0),
        ("api-gateway-http", 10 * MB + 1, (Outcome::Refused, 413, 1), 0),
        ("function-url", 6 * MB + 1, (Outcome::Refused, 413, 1), 0),
    ];
    for (key, bytes, end, started) in cases {
        let caller = sends(bytes, caller("c", kind(key), "f"));
        let recording = record(run([function("f", Span::ZERO)], [caller]));
        assert_eq!((answered(&recording), runs(&recording)), (end, started), "{key}");
        let lambda_saw_it = rules(&recording, |fact| {
            *fact == Fact::Refused { refusal: Refusal::RequestTooLarge }
        });
        let expected: &[Rule] = match (bytes > 10 * MB, bytes > 6 * MB) {
            (true, _) => &[Rule::Inv20],
            (false, true) => &[Rule::Inv04],
            (false, false) => &[],
        };
        assert_eq!(lambda_saw_it, expected, "{key}");
    }
}

#[test]
fn each_kind_of_caller_has_its_own_words_for_failures() {
    let cases = [
        ("api-gateway-rest", Failure::Throttled, Outcome::Throttled, 500),
        ("api-gateway-rest", Failure::Throws, Outcome::FunctionError, 502),
        ("api-gateway-rest", Failure::ServiceException, Outcome::Refused, 500),
        ("api-gateway-http", Failure::Throttled, Outcome::Throttled, 503),
        ("api-gateway-http", Failure::Throws, Outcome::FunctionError, 500),
        ("function-url", Failure::Throttled, Outcome::Throttled, 429),
        ("function-url", Failure::Exits, Outcome::FunctionError, 502),
        ("function-url", Failure::ServiceException, Outcome::Refused, 500),
        ("alb", Failure::Throttled, Outcome::Throttled, 502),
        ("alb", Failure::Throws, Outcome::FunctionError, 502),
        ("step-functions", Failure::Throttled, Outcome::Throttled, 429),
    ];
    for (key, failure, outcome, http) in cases {
        let mut f = function("f", Span::ZERO);
        f.spec.behaviour.faults = always(failure);
        let recording = record(run([f], [caller("c", kind(key), "f")]));
        assert_eq!(answered(&recording), (outcome, http, 1), "{key}");
        let cited = rules(&recording, |fact| matches!(fact, Fact::Answered { .. }));
        let own = if key == "step-functions" { Rule::Con08 } else { Rule::Inv20 };
        assert_eq!(cited, [own], "{key}");
    }
    let waits = [("api-gateway-rest", 29, 504), ("api-gateway-http", 30, 503)];
    for (key, seconds, http) in waits {
        let slow = function("f", Span::seconds(100));
        let recording = record(run([slow], [caller("c", kind(key), "f")]));
        assert_eq!(answered(&recording), (Outcome::TimedOut, http, 1), "{key}");
        let ends = times(&recording, |fact| matches!(fact, Fact::Answered { .. }));
        assert_eq!(ends, [seconds * 1_000], "{key}");
    }
}

#[test]
fn a_function_url_waits_as_long_as_the_function_may_run() {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::Hangs);
    f.spec.behaviour.init =
        lambdarium_sim::lambda::behaviour::Draw::Fixed(Span::seconds(10));
    let recording = record(run([f], [caller("c", kind("function-url"), "f")]));
    assert_eq!(answered(&recording), (Outcome::FunctionError, 502, 1));
    let ends = times(&recording, |fact| matches!(fact, Fact::Answered { .. }));
    assert_eq!(ends, [910_000]);
}

#[test]
fn a_state_with_a_retry_field_tries_throttles_again_and_nothing_else() {
    let spec =
        step_functions::Spec { attempts_max: 3, ..step_functions::Spec::default() };
    let after = |failure| {
        let mut f = function("f", Span::ZERO);
        f.spec.behaviour.faults = always(failure);
        let state = caller("c", Kind::StepFunctions(spec.clone()), "f");
        record(run([f], [state]))
    };
    let throttled = after(Failure::Throttled);
    let attempts = times(&throttled, |fact| matches!(fact, Fact::Throttled { .. }));
    assert_eq!(attempts, [0, 1_000, 3_000, 7_000]);
    assert_eq!(answered(&throttled), (Outcome::Throttled, 429, 4));
    let refused = after(Failure::ServiceException);
    assert_eq!(answered(&refused), (Outcome::Refused, 500, 4));
    let threw = after(Failure::Throws);
    assert_eq!(answered(&threw), (Outcome::FunctionError, 200, 1));
}

#[test]
fn a_gateway_told_to_try_again_does_so_at_once() {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::Throttled);
    let spec = gateway::Spec { retries: 2, ..gateway::Spec::rest_api() };
    let recording = record(run([f], [caller("c", Kind::RestApi(spec), "f")]));
    assert_eq!(answered(&recording), (Outcome::Throttled, 500, 3));
}

#[test]
fn a_function_url_may_bring_ten_times_its_reservation_each_second() {
    let mut f = function("f", Span::ZERO);
    f.shared.reserved = Some(2);
    let mut url = caller("c", kind("function-url"), "f");
    let mut calls = vec![Span::millis(500); 21];
    calls.push(Span::seconds(1));
    url.load = at(&calls);
    let recording = record(run([f], [url]));
    let throttles: Vec<Fact> = recording
        .log()
        .iter()
        .filter(|entry| matches!(entry.fact, Fact::Throttled { .. }))
        .map(|entry| entry.fact)
        .collect();
    // Runs that take no time leave the reservation free; the window ends with the second.
    let (reason, in_flight, limit) = (Reason::ReservedRate, 21, 20);
    assert_eq!(throttles, [Fact::Throttled { reason, in_flight, limit, alias: None }]);
}

#[test]
fn requests_of_acts_have_ids_of_their_own() {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::Throws);
    let mut run = run([f], [client("f")]);
    let invoke = |at| act(at, "Invoke", [("FunctionName", Value::text("f"))]);
    run.acts = vec![invoke(Span::seconds(1)), invoke(Span::seconds(2))];
    let recording = record(run);
    let id = |act| {
        let reply = recording.log().replies(act).first().expect("a reply");
        let payload = reply.payload.as_ref().and_then(Payload::json);
        payload.and_then(|error| error.get("requestId")).cloned().expect("an ID")
    };
    assert_ne!(id(0), id(1));
    assert_eq!(id(0).as_text().map(str::len), Some(36));
}
