//! What is done at the playhead, and that it leaves the past as it was.

use super::{Deed, to_alarm, to_function, to_group};
use crate::engine::Engine;
use crate::gallery::{LIST, at_hand, lessons};
use crate::message::{Answer, Ask, Edit, Opened, Slot, Source};
use lambdarium_format::{json, report};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::record::Recording;
use lambdarium_sim::release::deployment::Status;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{Ending, Entry, Fact};
use lambdarium_sim::view::{Fates, Look};

fn ask(engine: &mut Engine, ask: Ask) -> Answer {
    let answer = engine.handle(Slot(0), ask).expect("an answer");
    while recording(engine).progress().stop.is_none() {
        engine.handle(Slot(0), Ask::More);
    }
    answer
}

fn opened(text: &str) -> (Engine, Opened) {
    let mut engine = Engine::new();
    let open = Ask::Open { source: Source::Text(text.into()), lesson: None, keep: false };
    match ask(&mut engine, open) {
        Answer::Opened(opened) => (engine, *opened),
        other => panic!("{other:?}"),
    }
}

fn recording(engine: &Engine) -> &Recording {
    engine.recording(Slot(0)).expect("a recording")
}

fn doing(engine: &mut Engine, deed: Deed, function: &str, at: Instant) -> Opened {
    let (deed, function) = (deed.word().to_string(), function.to_string());
    match ask(engine, Ask::Edit(Edit::Act { at, deed, function })) {
        Answer::Opened(opened) => *opened,
        other => panic!("{other:?}"),
    }
}

/// What stands in the trace before an instant.
fn before(engine: &Engine, at: Instant) -> String {
    let recording = recording(engine);
    let count = recording.log().iter().take_while(|entry| entry.at < at).count();
    let trace = report::trace(recording);
    trace.lines().take(count).collect::<Vec<_>>().join("\n")
}

#[test]
fn whatever_is_done_at_the_playhead_leaves_the_past_as_it_was() {
    for lesson in lessons(LIST) {
        let text = at_hand(&format!("e={}", lesson.name)).expect("its text");
        let (engine, opened) = opened(&text);
        let end = recording(&engine).end().0;
        // Between instants, and at one at which something happens.
        let entries = recording(&engine).log().len();
        let busy = recording(&engine).log().get(entries / 2).expect("an entry").at;
        let playheads = [Instant(0), Instant(end / 3 + 1), busy, Instant(end - 1)];
        let functions = opened.functions.iter().map(|part| (&part.name, to_function()));
        let groups = opened.groups.iter().map(|part| (&part.name, to_group()));
        let alarms = opened.alarms.iter().map(|part| (&part.name, to_alarm()));
        for (part, deeds) in functions.chain(groups).chain(alarms) {
            let deeds = deeds.iter().map(|deed| Deed::from_word(deed).expect("a deed"));
            for (deed, at) in deeds.flat_map(|deed| playheads.map(|at| (deed, at))) {
                let (mut changed, _) = self::opened(&text);
                let acts = doing(&mut changed, deed, part, at).acts;
                let what = format!("{}: {deed:?} at {at}", lesson.name);
                assert!(acts.len() > opened.acts.len(), "{what}");
                let made = recording(&changed).run().acts.iter();
                assert!(made.filter(|act| act.at == at).count() > 0, "{what}");
                assert_eq!(before(&changed, at), before(&engine, at), "{what}");
            }
        }
    }
}

const SHOP: &str = r#"{"lambdarium":1,
    "functions":{"f":{"duration":"100ms","timeout":"4s","reserved-concurrency":20}},
    "callers":{"c":{"kind":"sdk","calls":"f","retry-profile":"none","payload":{"id":7,"n":1},
        "load":{"constant":1,"count":10}}}}"#;

/// What came of all requests in the end.
fn ends(engine: &mut Engine) -> Fates {
    let moment = Moment::end_of(recording(engine).end());
    let look = Look { moment, glide: Span::ZERO, tokens_max: 0 };
    match ask(engine, Ask::Look { look, lines: 0 }) {
        Answer::Screen(screen) => screen.frame.fates,
        other => panic!("{other:?}"),
    }
}

/// How many failed, and how many were throttled to the end.
fn fates(engine: &mut Engine) -> (u64, u64) {
    let fates = ends(engine);
    (fates.failed, fates.throttled)
}

#[test]
fn each_deed_does_what_it_says_and_can_be_put_right() {
    let at = Instant(4_500_000);
    let done = |deed| {
        let (mut engine, _) = opened(SHOP);
        doing(&mut engine, deed, "f", at);
        engine
    };
    assert_eq!(fates(&mut done(Deed::Fail)), (5, 0));
    let (some, _) = fates(&mut done(Deed::FailSometimes));
    assert!((1..5).contains(&some), "{some} of 5 fail");
    assert_eq!(fates(&mut done(Deed::FailThese)), (5, 0), "all have the same payload");
    assert_eq!(fates(&mut done(Deed::Throttle)), (0, 5));
    let slow = recording(&done(Deed::Slow)).end();
    assert!(slow.0 > 11_000_000, "the last run takes 2 s longer: {slow}");
    for (first, second) in [(Deed::Fail, Deed::Mend), (Deed::Throttle, Deed::Release)] {
        let mut engine = done(first);
        doing(&mut engine, second, "f", Instant(6_500_000));
        let (failed, throttled) = fates(&mut engine);
        assert_eq!(failed + throttled, 2, "{second:?}");
        let run = recording(&engine).run();
        assert_eq!(run.acts.len(), 2);
    }
    let burst = done(Deed::SendBurst);
    let started = |entry: &&Entry| matches!(entry.fact, Fact::Started { .. });
    assert_eq!(recording(&burst).log().iter().filter(started).count(), 20);
    let act = &recording(&burst).run().acts[0];
    let with = json::write_value_compact(&act.parameters);
    assert_eq!(with, r#"{"FunctionName":"f","Payload":{"id":7,"n":1}}"#);
}

#[test]
fn what_is_sent_is_what_the_usual_caller_sends() {
    let text = r#"{"lambdarium":1,
        "functions":{"f":{"on-success":"g"},"g":{},"h":{}},
        "callers":{"s":{"kind":"s3-notification","calls":"f","payload":{"key":"a"}}}}"#;
    let text = text.replace(r#""on-success":"g""#, r#""async":{"on-success":"g"}"#);
    let (mut engine, _) = opened(&text);
    let expected = [
        ("f", r#"{"FunctionName":"f","InvocationType":"Event","Payload":{"key":"a"}}"#),
        ("g", r#"{"FunctionName":"g","InvocationType":"Event"}"#),
        ("h", r#"{"FunctionName":"h"}"#),
    ];
    for (number, (function, with)) in expected.into_iter().enumerate() {
        let at = Instant(number as u64 + 1);
        let opened = doing(&mut engine, Deed::SendOne, function, at);
        assert_eq!(opened.acts[number].with, with);
        assert!(recording(&engine).log().replies(number).all_good(), "{function}");
    }
}

const SENDERS: &str = r#"{"lambdarium":1,
    "functions":{"t":{},"b":{},"o":{},"p":{}},
    "services":{
        "topic":{"kind":"sns","receives":{"payload":{"n":1},"attributes":{"a":2}},
            "subscriptions":{"s":{"calls":"t","filter-policy":{"a":[2]}}}},
        "bus":{"kind":"eventbridge",
            "receives":{"payload":{"source":"shop","detail":{"n":1}}},
            "rules":{"r":{"calls":"b","pattern":{"source":["shop"]}}}},
        "bare":{"kind":"eventbridge","receives":{"payload":{"n":1}},
            "rules":{"r":{"calls":"p"}}},
        "bucket":{"kind":"s3","notifications":{
            "n":{"calls":"o","prefix":"in/","suffix":".jpg"}}},
        "queue":{"kind":"sqs"}}}"#;

#[test]
fn what_services_pass_on_is_sent_to_them() {
    let expected = [
        (
            "t",
            "Publish",
            r#"{"TopicArn":"topic","Message":{"n":1},"MessageAttributes":{"a":{"DataType":"Number","StringValue":"2"}}}"#,
        ),
        (
            "b",
            "PutEvents",
            r#"{"Entries":[{"EventBusName":"bus","Source":"shop","DetailType":"","Detail":{"n":1}}]}"#,
        ),
        ("o", "PutObject", r#"{"Bucket":"bucket","Key":"in/object.jpg","Body":{}}"#),
        (
            "p",
            "Invoke",
            r#"{"FunctionName":"p","InvocationType":"Event","Payload":{"n":1}}"#,
        ),
        (
            "topic",
            "Publish",
            r#"{"TopicArn":"topic","Message":{"n":1},"MessageAttributes":{"a":{"DataType":"Number","StringValue":"2"}}}"#,
        ),
        ("bucket", "PutObject", r#"{"Bucket":"bucket","Key":"object","Body":{}}"#),
    ];
    for (part, operation, with) in expected {
        let (mut engine, _) = opened(SENDERS);
        let made = doing(&mut engine, Deed::SendOne, part, Instant(7)).acts;
        assert_eq!((made[0].label.as_str(), made[0].with.as_str()), (operation, with));
        assert!(recording(&engine).log().replies(0).all_good(), "{part}");
        let starts = |entry: &&Entry| {
            entry.at == Instant(7) && matches!(entry.fact, Fact::Started { .. })
        };
        let starts = recording(&engine).log().iter().filter(starts).count();
        assert_eq!(
            starts,
            usize::from(part != "bucket"),
            "{part}: its key has no prefix"
        );
        let (mut engine, _) = opened(SENDERS);
        assert_eq!(doing(&mut engine, Deed::SendBurst, part, Instant(7)).acts.len(), 10);
    }
}

#[test]
fn only_these_fail_behind_a_service_too() {
    for (function, path) in [
        ("t", "$.Records.0.Sns.Message.n"),
        ("b", "$.detail.n"),
        ("o", "$.Records.0.s3.object.key"),
        ("p", "$.n"),
    ] {
        let (mut engine, _) = opened(SENDERS);
        let made = doing(&mut engine, Deed::FailThese, function, Instant(5)).acts;
        assert!(made[0].with.contains(path), "{}", made[0].with);
        doing(&mut engine, Deed::SendOne, function, Instant(7));
        let fails = |entry: &&Entry| {
            entry.at == Instant(7)
                && matches!(entry.fact, Fact::Ended { ending, .. } if ending != Ending::Succeeded)
        };
        assert_eq!(
            recording(&engine).log().iter().filter(fails).count(),
            1,
            "{function}"
        );
    }
}

#[test]
fn nothing_can_be_sent_to_what_functions_only_send_to() {
    let (engine, _) = opened(SENDERS);
    let services = &recording(&engine).run().scenario.services;
    let deeds =
        services.iter().map(|one| (one.name.as_str(), super::to_service(one).len()));
    let expected = [("topic", 2), ("bus", 2), ("bare", 0), ("bucket", 2), ("queue", 0)];
    assert_eq!(deeds.collect::<Vec<_>>(), expected);
}

#[test]
fn what_was_sent_by_hand_began_with_the_act_and_the_rest_with_its_load() {
    let (mut engine, _) = opened(SENDERS);
    doing(&mut engine, Deed::SendOne, "bus", Instant(7));
    let log = recording(&engine).log();
    let ends = |at: Instant| {
        let last = (0..).map_while(|number| Some((number, log.get(number)?)));
        let ends = |(_, entry): &(u32, &Entry)| {
            entry.at == at && matches!(entry.fact, Fact::Ended { .. })
        };
        last.filter(ends).map(|(number, _)| number).last().expect("a run")
    };
    let [by_hand, loaded] = [Instant(7), Instant(0)].map(ends);
    let mut root = |entry: u32| match engine.handle(Slot(0), Ask::Why { entry }) {
        Some(Answer::Why { chain, .. }) => chain.last().expect("a chain").text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(root(by_hand), "It began with the call PutEvents at 0.000 s.");
    let loaded = root(loaded);
    assert!(loaded.starts_with("It began with what reaches "), "{loaded}");
}

/// Whether no call was refused.
trait AllGood {
    fn all_good(&self) -> bool;
}

impl AllGood for [lambdarium_sim::call::Reply] {
    fn all_good(&self) -> bool {
        !self.is_empty() && self.iter().all(|reply| !reply.is_error())
    }
}

#[test]
fn an_act_is_moved_edited_and_taken_away() {
    let (mut engine, _) = opened(SHOP);
    doing(&mut engine, Deed::FailThese, "f", Instant(4_500_000));
    let path = ["acts", "0", "with"].map(String::from).to_vec();
    let text =
        r#"{"FunctionName":"f","Fails":"throws","When":{"Path":"$.id","Value":8}}"#;
    let edit = Edit::Set { path: path.clone(), text: text.into(), from: None };
    assert!(matches!(ask(&mut engine, Ask::Edit(edit)), Answer::Opened(_)));
    assert_eq!(fates(&mut engine), (0, 0));
    let edit = Edit::Set { path, text: "eight".into(), from: None };
    let Answer::Rejected(issues) = ask(&mut engine, Ask::Edit(edit)) else {
        panic!("no object")
    };
    assert_eq!(issues[0].place, "acts.0.with");
    ask(&mut engine, Ask::Edit(Edit::MoveAct { number: 0, at: Instant(1) }));
    assert_eq!(recording(&engine).run().acts[0].at, Instant(1));
    ask(&mut engine, Ask::Edit(Edit::RemoveAct { number: 0 }));
    assert!(recording(&engine).run().acts.is_empty());
}

#[test]
fn mistyped_parameters_of_our_own_act_are_refused_and_the_run_stays() {
    let (mut engine, _) = opened(SHOP);
    doing(&mut engine, Deed::Fail, "f", Instant(4_500_000));
    let cases = [
        (
            r#"{"FunctionName":"#,
            "the end of the text, which is not JSON here (line 1, column 16)",
            "a value",
        ),
        (
            r#"{"FunctionName":"f","Fials":"throws"}"#,
            r#""Fials": "throws""#,
            "one of FunctionName, Qualifier, Fails, Chance, When, Duration, ErrorType",
        ),
        (
            r#"{"FunctionName":"f","Fails":"throws","Chance":2}"#,
            r#""Chance": 2"#,
            "0 to 1",
        ),
    ];
    for (text, found, allowed) in cases {
        let path = ["acts", "0", "with"].map(String::from).to_vec();
        let edit = Edit::Set { path, text: text.into(), from: None };
        let Answer::Rejected(issues) = ask(&mut engine, Ask::Edit(edit)) else {
            panic!("{text} is played")
        };
        let [issue] = &issues[..] else { panic!("{issues:?}") };
        assert_eq!(
            (&*issue.place, &*issue.found, &*issue.allowed),
            ("acts.0.with", found, allowed)
        );
        assert_eq!(fates(&mut engine), (5, 0));
    }
}

#[test]
fn advice_comes_with_the_run_and_shows_what_it_means() {
    let (mut engine, opened) = opened(
        r#"{"lambdarium":1,"functions":{"f":{"duration":"1s"},"g":{}},
            "callers":{"c":{"kind":"s3-notification","calls":"f"}}}"#,
    );
    let [advice] = &opened.advice[..] else { panic!("{:?}", opened.advice) };
    assert_eq!(
        (advice.place.as_str(), advice.rule.as_str()),
        ("functions.f.async", "ASY-10")
    );
    assert!(advice.found.contains("lost silently"), "{}", advice.found);
    assert_eq!(ends(&mut engine).lost, 0);
    let answer = ask(&mut engine, Ask::Edit(Edit::Vary { number: 0 }));
    let Answer::Opened(varied) = answer else { panic!("{answer:?}") };
    assert!(
        varied.kept && varied.address.starts_with("s="),
        "it can be undone and shared"
    );
    assert_eq!(ends(&mut engine).lost, 1);
    // A place that there is not, as after an edit that was quicker, changes nothing.
    let before = recording(&engine).run().clone();
    ask(&mut engine, Ask::Edit(Edit::Vary { number: 7 }));
    assert_eq!(*recording(&engine).run(), before);
}

const RELEASE: &str = r#"{"lambdarium":1,
    "functions":{"f":{"duration":"100ms","versions":{"1":{},"2":{}},"aliases":{"live":"1"}}},
    "callers":{"c":{"kind":"sdk","calls":"f:live","load":{"constant":1,"count":400}}},
    "alarms":{"errors":{"watches":"f:live","evaluation-periods":3}},
    "deployment-groups":{"release":{"alias":"f:live","alarms":["errors"],
        "config":"CodeDeployDefault.LambdaCanary10Percent5Minutes",
        "auto-rollback":["DEPLOYMENT_STOP_ON_ALARM"]}}}"#;

/// How far the deployment is at an instant: its status, the weight of the new version, and
/// whether it was taken back.
fn deployment(engine: &mut Engine, at: u64) -> Option<(Status, u8, bool)> {
    let moment = Moment::end_of(Instant(at * 1_000_000));
    let look = Look { moment, glide: Span::ZERO, tokens_max: 0 };
    let Answer::Screen(screen) = ask(engine, Ask::Look { look, lines: 0 }) else {
        panic!("a screen");
    };
    let deployment = screen.frame.groups[0].deployment.as_ref()?;
    Some((deployment.status, deployment.percent, deployment.taken_back))
}

#[test]
fn a_deployment_is_begun_stopped_and_rung_out_of_at_the_playhead() {
    let (mut engine, opened) = opened(RELEASE);
    assert_eq!(opened.groups[0].gets, "f:live");
    let at = |second: u64| Instant(second * 1_000_000);
    doing(&mut engine, Deed::Deploy, "release", at(10));
    assert_eq!(deployment(&mut engine, 9), None);
    assert_eq!(deployment(&mut engine, 11), Some((Status::InProgress, 10, false)));
    assert_eq!(deployment(&mut engine, 311), Some((Status::Succeeded, 100, false)));
    // Stopped: nothing is taken back, because the group does not ask for that.
    doing(&mut engine, Deed::StopDeployment, "release", at(60));
    assert_eq!(deployment(&mut engine, 61), Some((Status::Stopped, 10, false)));
    assert_eq!(deployment(&mut engine, 311), Some((Status::Stopped, 10, false)));
    // The alarm would have come first.
    doing(&mut engine, Deed::Ring, "errors", at(40));
    assert_eq!(deployment(&mut engine, 41), Some((Status::Stopped, 0, true)));
    let run = recording(&engine).run();
    let told: Vec<&str> = run.acts.iter().map(|act| act.operation.as_str()).collect();
    assert_eq!(told, ["CreateDeployment", "SetAlarmState", "StopDeployment"]);
}
