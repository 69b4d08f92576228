//! Where requests are drawn at a moment.

mod common;

use common::{always, at, burst, caller, client, function, longest, record, run};
use lambdarium_sim::caller::{Kind, gateway, sdk};
use lambdarium_sim::id::{EnvironmentId, FunctionId, Part, ServiceId};
use lambdarium_sim::lambda::behaviour::Failure;
use lambdarium_sim::record::Recording;
use lambdarium_sim::service::outlet::{Inlet, Manner, Outlet, Subscription};
use lambdarium_sim::service::{Kind as ServiceKind, Service};
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::view::{Back, Frame, Look, Place, frame};

const GLIDE: Span = Span::millis(400);
const HALF: u32 = 500_000;
const FIRST: EnvironmentId = EnvironmentId(1);

fn seen(recording: &mut Recording, moment: Moment) -> Frame {
    frame(recording, &Look { moment, glide: GLIDE, tokens_max: 200 })
}

/// Where the tokens are after all that happens at a time.
fn places(recording: &mut Recording, ms: u64) -> Vec<Place> {
    let moment = Moment::end_of(Instant(ms * 1_000));
    seen(recording, moment).tokens.iter().map(|token| token.place).collect()
}

/// Where the one token is after each event of the run, and the event.
fn steps(recording: &mut Recording) -> Vec<Option<Place>> {
    let mut moment = Moment::default();
    let mut places = Vec::new();
    while let Some(next) = recording.next_moment(moment) {
        moment = next;
        let frame = seen(recording, moment);
        assert!(frame.tokens.len() <= 1, "{frame:?}");
        places.push(frame.tokens.first().map(|token| token.place));
    }
    places
}

fn throttled() -> Recording {
    let mut f = function("f", Span::ZERO);
    f.spec.behaviour.faults = always(Failure::Throttled);
    let client = caller("c", Kind::Sdk(longest(sdk::Jitter::Fixed)), "f");
    record(run([f], [client]))
}

#[test]
fn a_long_run_is_seen_to_go_to_run_and_to_come_back() {
    let mut recording = record(run([function("f", Span::SECOND)], [client("f")]));
    let expected = [
        (0, Place::Going(0)),
        (100, Place::Going(HALF / 2)),
        (200, Place::Going(HALF)),
        (400, Place::Running(FIRST)),
        (999, Place::Running(FIRST)),
        (1_000, Place::Returning(0, Back::Ok)),
    ];
    for (ms, place) in expected {
        assert_eq!(places(&mut recording, ms), [place], "{ms}");
    }
    // Frames after the end show the end.
    assert_eq!(places(&mut recording, 5_000), [Place::Returning(0, Back::Ok)]);
}

#[test]
fn a_trip_shorter_than_a_glide_is_stretched_evenly() {
    let mut caller = client("f");
    caller.load = at(&[Span::ZERO, Span::seconds(9)]);
    let mut recording = record(run([function("f", Span::millis(100))], [caller]));
    let expected = [
        (0, Place::Going(0)),
        (50, Place::Going(200_000)),
        (100, Place::Going(400_000)),
        (200, Place::Going(800_000)),
        (250, Place::Returning(0, Back::Ok)),
        (375, Place::Returning(HALF, Back::Ok)),
    ];
    for (ms, place) in expected {
        assert_eq!(places(&mut recording, ms), [place], "{ms}");
    }
    assert_eq!(places(&mut recording, 500), []);
}

#[test]
fn a_throttled_request_flies_to_the_function_bounces_and_waits() {
    let mut recording = throttled();
    let expected = [
        (0, Place::Going(0)),
        (100, Place::Going(HALF)),
        (200, Place::Returning(0, Back::Throttled)),
        (300, Place::Returning(HALF, Back::Throttled)),
        (400, Place::BackingOff(600_000, Span::millis(600))),
        (1_000, Place::Going(0)),
        (1_300, Place::Returning(HALF, Back::Throttled)),
        (2_000, Place::BackingOff(HALF, Span::seconds(1))),
    ];
    for (ms, place) in expected {
        assert_eq!(places(&mut recording, ms), [place], "{ms}");
    }
}

#[test]
fn event_by_event_each_token_stands_where_the_last_event_brought_it() {
    let bounce = [
        Some(Place::Going(0)),
        Some(Place::Returning(0, Back::Throttled)),
        Some(Place::BackingOff(1_000_000, Span::seconds(1))),
    ];
    assert_eq!(steps(&mut throttled())[..3], bounce);
    let mut f = function("f", Span::SECOND);
    f.spec.behaviour.faults = always(Failure::Throws);
    let mut recording = record(run([f], [client("f")]));
    let expected = [
        Some(Place::Going(0)),
        Some(Place::Running(FIRST)),
        Some(Place::Returning(0, Back::Failed)),
        Some(Place::Returning(1_000_000, Back::Failed)),
        Some(Place::Returning(1_000_000, Back::Failed)),
    ];
    assert_eq!(steps(&mut recording), expected);
}

#[test]
fn nobody_waits_for_an_abandoned_run() {
    let spec = gateway::Spec { wait: Span::SECOND, ..gateway::Spec::rest_api() };
    let gateway = caller("c", Kind::RestApi(spec), "f");
    let mut recording = record(run([function("f", Span::seconds(9))], [gateway]));
    assert_eq!(places(&mut recording, 999), [Place::Running(FIRST)]);
    assert_eq!(places(&mut recording, 1_000), []);
    let moment = Moment::end_of(Instant(2_000_000));
    let frame = seen(&mut recording, moment);
    assert_eq!(frame.functions[0].versions[0].busy, 1);
    // Nor is its end an answer to the attempt that is under way by then.
    let spec =
        sdk::Spec { read_timeout: Some(Span::SECOND), ..longest(sdk::Jitter::Fixed) };
    let client = caller("c", Kind::Sdk(spec), "f");
    let mut recording = record(run([function("f", Span::millis(1_500))], [client]));
    for place in steps(&mut recording) {
        assert!(!matches!(place, Some(Place::Returning(0, Back::Ok))));
    }
}

#[test]
fn a_request_that_is_never_sent_does_not_fly() {
    let mut gateway = caller("c", Kind::RestApi(gateway::Spec::rest_api()), "f");
    gateway.payload = lambdarium_sim::value::Payload::Bytes(11 << 20);
    let mut recording = record(run([function("f", Span::ZERO)], [gateway]));
    assert_eq!(places(&mut recording, 0), []);
}

/// An event that fails at every try, and the queue its dead letter ends in.
fn event() -> Recording {
    let mut f = function("f", Span::millis(200));
    f.spec.behaviour.faults = always(Failure::Throws);
    f.spec.dead_letter = String::from("dead");
    let spec = sdk::Spec {
        invocation_type: sdk::InvocationType::Event,
        ..longest(sdk::Jitter::Fixed)
    };
    let mut run = run([f], [caller("c", Kind::Sdk(spec), "f")]);
    let service = Service::new("dead", ServiceKind::Queue);
    run.scenario.services.push(service);
    record(run)
}

#[test]
fn an_event_goes_to_the_queue_and_waits_there() {
    let mut recording = event();
    let minute = Span::seconds(60);
    let expected = [
        (0, Place::Going(0)),
        (200, Place::Going(HALF)),
        (30_200, Place::Queued(HALF, Span::seconds(30))),
        (60_200, Place::Running(FIRST)),
        (60_399, Place::Running(FIRST)),
        (60_400, Place::Queued(1_000_000, Span(2 * minute.0))),
        (120_400, Place::Queued(HALF, minute)),
        (180_400, Place::Running(FIRST)),
    ];
    for (ms, place) in expected {
        assert_eq!(places(&mut recording, ms), [place], "{ms}");
    }
    assert_eq!(places(&mut recording, 180_600), []);
}

#[test]
fn the_second_copy_of_an_event_waits_in_the_queue_while_the_first_one_runs() {
    let mut run = event().run().clone();
    run.scenario.settings.duplicate_ppm = 1_000_000;
    let frame = seen(&mut record(run), Moment::end_of(Instant(100_000)));
    assert_eq!(frame.functions[0].queued, 1, "what the tray says");
    assert_eq!((frame.fates.running, frame.fates.waiting), (1, 0), "it is one event");
}

#[test]
fn a_dead_letter_is_seen_on_its_way() {
    let mut run = event().run().clone();
    // A run ends with the last thing that happens, and so do its moments.
    let mut late = client("f");
    late.load.start = Instant(300_000_000);
    run.scenario.callers.push(late);
    let mut recording = record(run);
    for (ms, ways) in [(180_599, vec![]), (180_600, vec![0]), (180_800, vec![HALF])] {
        let frame = seen(&mut recording, Moment::end_of(Instant(ms * 1_000)));
        let sent = frame.sent.iter().map(|sent| (sent.from, sent.to, sent.way));
        let expected: Vec<_> = ways
            .into_iter()
            .map(|way| {
                (Part::Function(FunctionId(0)), Part::Service(ServiceId::new(0)), way)
            })
            .collect();
        assert_eq!(sent.collect::<Vec<_>>(), expected, "{ms}");
    }
}

#[test]
fn what_a_topic_tries_to_deliver_flies_bounces_and_waits() {
    let mut f = function("f", Span::SECOND);
    f.spec.behaviour.faults = always(Failure::RefusesEvents);
    f.spec.behaviour.faults[0].when.to = Some(Instant(3_500_000));
    let mut topic = Service::new("t", ServiceKind::Topic);
    topic.inlet = Some(Inlet::default());
    topic.outlets = vec![Outlet {
        name: "s".into(),
        target: "f".into(),
        pattern: None,
        manner: Manner::Subscription(Subscription::default()),
    }];
    let mut run = run([f], []);
    run.scenario.services = vec![topic];
    let mut recording = record(run);
    let mut sent = |ms: u64| {
        let frame = seen(&mut recording, Moment::end_of(Instant(ms * 1_000)));
        let sent: Vec<(u32, bool)> =
            frame.sent.iter().map(|sent| (sent.way, sent.refused)).collect();
        for sent in &frame.sent {
            assert_eq!(sent.from, Part::Service(ServiceId::new(0)));
            assert_eq!(sent.to, Part::Function(FunctionId(0)));
        }
        (sent, frame.services[0].waiting)
    };
    // Tried four times at once, then a second apart.
    assert_eq!(sent(100), (vec![(HALF, false)], 1));
    assert_eq!(sent(300), (vec![(HALF, true)], 1));
    assert_eq!(sent(500), (vec![], 1));
    assert_eq!(sent(1_100), (vec![(HALF, false)], 1));
    // Accepted at 4.395 s: it goes there and stays.
    assert_eq!(sent(4_600), (vec![(512_622, false)], 0));
    assert_eq!(sent(5_000), (vec![], 0));
}

#[test]
fn too_many_tokens_are_only_counted() {
    let many = |calls| {
        let mut client = client("f");
        client.load = burst(calls, Span::ZERO);
        let mut recording = record(run([function("f", Span::SECOND)], [client]));
        let moment = Moment::end_of(Instant(500_000));
        let frame = seen(&mut recording, moment);
        let environments = frame.functions[0].versions[0].environments.len();
        (frame.tokens.len(), frame.counted, environments)
    };
    assert_eq!(many(200), (200, false, 200));
    assert_eq!(many(201), (0, true, 200));
}
