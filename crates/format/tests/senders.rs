//! Topics, buses and services that send events: what is refused of them, how their story
//! reads, and that each of their events is counted once.

use lambdarium_format::{json, report};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Moment, Span};
use lambdarium_sim::view::{Fates, Look, frame};

/// A scenario of one function, a queue, and this.
fn with(service: &str) -> String {
    format!(
        r#"{{"lambdarium":1,"functions":{{"f":{{"faults":[{{"fails":"refuses-events","to":"1s"}}]}}}},
            "services":{{"q":{{"kind":"sqs"}},{service}}}}}"#
    )
}

/// Everything that is told about a scenario, by whoever finds it.
fn told(text: &str) -> Vec<String> {
    let issues = match json::read(text) {
        Ok(run) => Recording::open(run).err().unwrap_or_default(),
        Err(issues) => issues,
    };
    issues.iter().map(ToString::to_string).collect()
}

fn recording(service: &str) -> Recording {
    let run = json::read(&with(service)).unwrap_or_else(|issues| panic!("{issues:?}"));
    Recording::of(run).unwrap_or_else(|issues| panic!("{issues:?}"))
}

#[test]
fn what_a_topic_cannot_have_is_told() {
    let cases = [
        (
            r#""t":{"kind":"sqs","subscriptions":{"s":{"calls":"f"}}}"#,
            "services.t.subscriptions: found subscriptions of sqs, allowed is only a topic \
             (sns) has subscriptions (ASY-02)",
        ),
        (
            r#""t":{"kind":"sns","rules":{"s":{"calls":"f"}}}"#,
            "services.t.rules: found rules of sns, allowed is only a bus (eventbridge) has \
             rules (ASY-02)",
        ),
        (
            r#""t":{"kind":"sns","fifo":true,"subscriptions":{"s":{"calls":"f"}}}"#,
            "services.t.subscriptions: found subscriptions of a FIFO topic, allowed is a \
             standard topic: a FIFO topic does not call functions (ASY-02)",
        ),
        (
            r#""t":{"kind":"sns","receives":{"key":"a"}}"#,
            "services.t.receives.key: none: only objects of a bucket (s3) have keys (ASY-02)",
        ),
        (
            r#""t":{"kind":"s3","receives":{"attributes":{"a":1}}}"#,
            "services.t.receives.attributes.a: none: only messages of a topic have \
             attributes (ASY-02)",
        ),
        (
            r#""t":{"kind":"sns","notifications":{"n":{"calls":"f"}}}"#,
            "services.t.notifications: found notifications of sns, allowed is only a bucket \
             (s3) has notifications (ASY-02)",
        ),
        (
            r#""t":{"kind":"s3","notifications":{
                "n":{"calls":"f","prefix":"in/","suffix":".jpg"},
                "m":{"calls":"f","prefix":"in/a"}}}"#,
            "services.t.notifications.m: found prefix \"in/a\" and suffix \"\", allowed is \
             keys that do not fall under the notification \"n\" as well (ASY-02)",
        ),
        (
            r#""t":{"kind":"s3","notifications":{"n":{"calls":"f","pattern":{}}}}"#,
            "services.t.notifications.n.pattern: found an unknown key, allowed is calls, \
             prefix, suffix, permission (SIM-02)",
        ),
        (
            r#""t":{"kind":"sns","receives":{"payload-bytes":262145}}"#,
            "services.t.receives.payload: found 262145 bytes, allowed is at most 262144 \
             (DST-16)",
        ),
        (
            r#""t":{"kind":"sns","receives":{"attributes":{"a":{"b":1}}}}"#,
            "services.t.receives.attributes.a: text, a number, or a list of them (ASY-02)",
        ),
        (
            r#""t":{"kind":"sns","receives":{"load":{"burst":0}}}"#,
            "services.t.receives.load.burst: found 0, allowed is a whole number from 1 to \
             2000000 (SIM-02)",
        ),
    ];
    for (service, said) in cases {
        assert_eq!(told(&with(service)), [said], "{service}");
    }
}

#[test]
fn what_a_subscription_or_rule_cannot_have_is_told() {
    let subscription = |more: &str| {
        format!(r#""t":{{"kind":"sns","subscriptions":{{"s":{{"calls":"f"{more}}}}}}}"#)
    };
    let rule = |more: &str| {
        format!(r#""t":{{"kind":"eventbridge","rules":{{"s":{{"calls":"f"{more}}}}}}}"#)
    };
    let cases = [
        (
            subscription("").replace(r#""calls":"f""#, r#""calls":"g""#),
            "services.t.subscriptions.s.calls: found \"g\", allowed is a function, with a \
             version or alias it has; there are: f (VER-15)",
        ),
        (
            subscription(r#","dead-letter":"t""#),
            "services.t.subscriptions.s.dead-letter: found \"t\", SNS topic, allowed is a \
             standard queue; there are: q (ASY-32)",
        ),
        (
            subscription(r#","filter-policy":{"k":[{"prefx":"x"}]}"#),
            "services.t.subscriptions.s.filter-policy.k.0.prefx: found an object of \
             \"prefx\", allowed is text, a number, true, false, null, or an object of one \
             of prefix, suffix, equals-ignore-case, anything-but, numeric and exists \
             (ASY-02)",
        ),
        (
            subscription(r#","filter-policy":{"k":{"l":["x"]}}"#),
            "services.t.subscriptions.s.filter-policy.k: found an object of \"l\", allowed \
             is a list of values and tests: attributes have no members (ASY-02)",
        ),
        (
            rule(r#","maximum-retry-attempts":186"#),
            "services.t.rules.s.maximum-retry-attempts: found 186, allowed is 0 to 185 \
             (ASY-31)",
        ),
        (
            rule(r#","maximum-event-age":"59s""#),
            "services.t.rules.s.maximum-event-age: found \"59s\", allowed is 60 to 86400 \
             whole seconds (ASY-31)",
        ),
        (
            rule(r#","pattern":{"k":"x"}"#),
            "services.t.rules.s.pattern.k: found \"x\", allowed is a list of values and \
             tests, or an object of further keys (ASY-02)",
        ),
    ];
    for (service, said) in cases {
        assert_eq!(told(&with(&service)), [said], "{service}");
    }
    let text = r#"{"lambdarium":1,"functions":{"f":{}},"callers":
        {"s":{"kind":"eventbridge-schedule","calls":"f","dead-letter":"f"}}}"#;
    let said = "callers.s.dead-letter: found \"f\", allowed is a standard queue; there is \
                none (ASY-32)";
    assert_eq!(told(text), [said]);
}

#[test]
fn the_story_of_a_topic_reads_as_one() {
    let recording = recording(
        r#""t":{"kind":"sns","receives":{},"subscriptions":{
            "late":{"calls":"f"},
            "never":{"calls":"f","permission":false,"dead-letter":"q"},
            "other":{"calls":"f","filter-policy":{"k":["x"]}},
            "lost":{"calls":"f","permission":false}}}"#,
    );
    let (plan, log) = (recording.last_plan(), recording.log());
    let story: Vec<String> =
        (0..log.len()).map(|number| report::sentence(plan, log, number)).collect();
    let parts = [
        "Something from outside reaches t.",
        "t sends an event to f.",
        "t does not pass it on to f: the filter does not match.",
        "f refuses message #1 of t: the service has an error of its own (500 ServiceException).",
        "message #1 of t tries again at once (attempt 2).",
        "f refuses message #2 of t: it does not let its sender call it (403 AccessDeniedException).",
        "t sends the event, as a dead letter, to q.",
        "t cannot send an event to f: it is lost.",
        "q receives message #2 of t.",
        "message #1 of t tries again in 1 s (attempt 5).",
        "message #1 of t tries again: attempt 5.",
        "message #1 of t waits in the queue of f.",
        "message #1 of t is done.",
    ];
    let mut lines = story.iter();
    for part in parts {
        assert!(
            lines.any(|line| line == part),
            "{part} is not in its place:\n{story:#?}"
        );
    }
}

#[test]
fn each_event_of_a_sender_is_counted_once() {
    let mut recording = recording(
        r#""t":{"kind":"sns","receives":{},"subscriptions":{
            "late":{"calls":"f"},
            "never":{"calls":"f","permission":false,"dead-letter":"q"},
            "other":{"calls":"f","filter-policy":{"k":["x"]}},
            "lost":{"calls":"f","permission":false}}}"#,
    );
    let mut at = |at: Span| {
        let moment = Moment::end_of(lambdarium_sim::time::Instant::START.plus(at));
        let look = Look { moment, glide: Span::ZERO, tokens_max: 10 };
        frame(&mut recording, &look).fates
    };
    let ended = Fates { entered: 3, dead_lettered: 1, lost: 1, ..Fates::default() };
    assert_eq!(at(Span::millis(500)), Fates { waiting: 1, ..ended });
    assert_eq!(at(Span::seconds(5)), Fates { succeeded: 1, ..ended });
}
