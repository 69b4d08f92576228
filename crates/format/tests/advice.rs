//! Advice: each piece is given where it belongs and nowhere else, and the variation that
//! comes with it really goes wrong.

use std::fs;
use std::path::Path;

use lambdarium_format::{json, report};
use lambdarium_sim::advice::{Advice, Kind, advice, variation};
use lambdarium_sim::expect::{Expectation, Quantity as Q, Relation, Term, verdicts};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::trace::{Fact, MessageFact};

fn read(text: &str) -> Run {
    json::read(text).unwrap_or_else(|issues| panic!("{text}: {issues:?}"))
}

fn kinds(run: &Run) -> Vec<Kind> {
    advice(run).iter().map(|advice| advice.kind).collect()
}

/// How much of something there is when a run has ended.
fn found(run: &Run, quantity: Q, part: Option<&str>) -> u64 {
    let mut run = run.clone();
    run.scenario.expect = vec![Expectation {
        quantity,
        part: part.map(String::from),
        relation: Relation::Equal,
        bound: 0,
        term: Term::AtEnd,
    }];
    let recording = Recording::of(run);
    let mut recording = recording.unwrap_or_else(|issues| panic!("{issues:?}"));
    verdicts(&mut recording)[0].found
}

/// A scenario that one kind of advice is about, the same without the trouble, and what the
/// variation must show: how much there is at least of a quantity of a part, or none.
struct Case {
    kind: Kind,
    says: (&'static str, &'static str, Shows),
}

type Shows = &'static [(Q, Option<&'static str>, u64)];

const EVENT: &str =
    r#""callers":{"c":{"kind":"sdk","calls":"f","invocation-type":"Event"}}"#;
const QUEUES: &str = r#""services":{"q":{"kind":"sqs"},"r":{"kind":"sqs"}}"#;

const MAPPING: &str = r#""mappings":{"m":{"source":"q","calls":"f"}}"#;

/// A stream and its mapping, but for what else is set and the end.
const STREAM: &str = r#""services":{"q":{"kind":"sqs"},"s":{"kind":"kinesis"}},
    "mappings":{"m":{"source":"s","calls":"f","starting-position":"TRIM_HORIZON""#;

const CASES: &[Case] = &[
    Case {
        kind: Kind::LostSilently,
        says: (
            r#""functions":{"f":{}},EVENT"#,
            r#""functions":{"f":{"dead-letter":"q"}},EVENT,QUEUES"#,
            &[(Q::Lost, None, 1)],
        ),
    },
    Case {
        kind: Kind::HandlerLoses,
        says: (
            r#""functions":{"f":{"async":{"on-failure":"g"}},"g":{}},EVENT"#,
            r#""functions":{"f":{"async":{"on-failure":"g"}},"g":{"dead-letter":"q"}},EVENT,QUEUES"#,
            &[(Q::Lost, None, 1)],
        ),
    },
    Case {
        kind: Kind::ToldTwice,
        says: (
            r#""functions":{"f":{"dead-letter":"q","async":{"on-failure":"r"}}},EVENT,QUEUES"#,
            r#""functions":{"f":{"async":{"on-failure":"r"}}},EVENT,QUEUES"#,
            &[(Q::Messages, Some("q"), 1), (Q::Messages, Some("r"), 1)],
        ),
    },
    Case {
        kind: Kind::RetryTooLate,
        says: (
            r#""functions":{"f":{"dead-letter":"q","async":{"maximum-event-age":"2m"}}},EVENT,QUEUES"#,
            r#""functions":{"f":{"dead-letter":"q","async":{"maximum-event-age":"4m"}}},EVENT,QUEUES"#,
            // One less than there could be.
            &[(Q::Invocations, None, 2), (Q::AsyncDropped, None, 1)],
        ),
    },
    Case {
        kind: Kind::SettingsElsewhere,
        says: (
            r#""functions":{"f":{"dead-letter":"q","versions":{"1":{}},"aliases":{"live":1},
                "async":{"maximum-retry-attempts":0}}},
                "callers":{"c":{"kind":"s3-notification","calls":"f:live"}},QUEUES"#,
            r#""functions":{"f":{"dead-letter":"q","versions":{"1":{}},"aliases":{"live":1},
                "async-of":{"live":{"maximum-retry-attempts":0}}}},
                "callers":{"c":{"kind":"s3-notification","calls":"f:live"}},QUEUES"#,
            &[(Q::Invocations, None, 3)],
        ),
    },
    Case {
        kind: Kind::OtherLetters,
        says: (
            r#""functions":{"f":{"dead-letter":"q","versions":{"1":{"dead-letter":"r"}}}},
                "callers":{"c":{"kind":"s3-notification","calls":"f:1"}},QUEUES"#,
            r#""functions":{"f":{"dead-letter":"q","versions":{"1":{"dead-letter":"r"}}}},
                "callers":{"c":{"kind":"s3-notification","calls":"f"}},QUEUES"#,
            &[(Q::Messages, Some("r"), 1), (Q::Messages, Some("q"), 0)],
        ),
    },
    Case {
        kind: Kind::EventTooLarge,
        says: (
            r#""functions":{"f":{"dead-letter":"q"}},"callers":{"c":{"kind":"sdk","calls":"f",
                "invocation-type":"Event","payload-bytes":1048577}},QUEUES"#,
            r#""functions":{"f":{"dead-letter":"q"}},"callers":{"c":{"kind":"sdk","calls":"f",
                "invocation-type":"Event","payload-bytes":1048576}},QUEUES"#,
            &[(Q::Refused, None, 10)],
        ),
    },
    Case {
        kind: Kind::Loop,
        says: (
            r#""functions":{"f":{"dead-letter":"q","sends-to":"g"},"g":{"dead-letter":"q",
                "async":{"on-success":"f"}}},EVENT,QUEUES"#,
            r#""functions":{"f":{"dead-letter":"q","sends-to":"g"},"g":{"dead-letter":"q"}},
                EVENT,QUEUES"#,
            &[(Q::RecursiveDropped, None, 1)],
        ),
    },
    Case {
        kind: Kind::ReservedZero,
        says: (
            r#""functions":{"f":{"reserved-concurrency":0}},"callers":{"c":{"kind":"alb","calls":"f","wait":"3s"}}"#,
            r#""functions":{"f":{"reserved-concurrency":1}},"callers":{"c":{"kind":"alb","calls":"f","wait":"3s"}}"#,
            &[(Q::Throttled, None, 10), (Q::Invocations, None, 0)],
        ),
    },
    Case {
        kind: Kind::ReadTimeoutShort,
        says: (
            r#""functions":{"f":{"timeout":"90s"}},"callers":{"c":{"kind":"sdk","calls":"f"}}"#,
            r#""functions":{"f":{"timeout":"90s"}},"callers":{"c":{"kind":"sdk","calls":"f","retry-profile":"none"}}"#,
            &[(Q::Invocations, None, 3), (Q::TimedOut, None, 1)],
        ),
    },
    Case {
        kind: Kind::WaitShort,
        says: (
            r#""functions":{"f":{"timeout":"60s"}},"callers":{"c":{"kind":"api-gateway-rest","calls":"f"}}"#,
            r#""functions":{"f":{"timeout":"29s"}},"callers":{"c":{"kind":"api-gateway-rest","calls":"f"}}"#,
            &[(Q::TimedOut, None, 1), (Q::Invocations, None, 1)],
        ),
    },
    Case {
        kind: Kind::ProvisionedUncalled,
        says: (
            r#""functions":{"f":{"duration":"1s","versions":{"1":{}},"provisioned":{"1":5}}},"callers":{"c":{"kind":"sdk","calls":"f"}}"#,
            r#""functions":{"f":{"versions":{"1":{}},"aliases":{"live":1},"provisioned":{"1":5}}},"callers":{"c":{"kind":"sdk","calls":"f:live"}}"#,
            &[(Q::ColdStarts, None, 10), (Q::ProvisionedInvocations, None, 0)],
        ),
    },
    Case {
        kind: Kind::NothingLeft,
        says: (
            r#""functions":{"f":{"reserved-concurrency":5,"versions":{"1":{}},"provisioned":{"1":5}}},
                "callers":{"c":{"kind":"alb","calls":"f","wait":"3s"},"d":{"kind":"sdk","calls":"f:1"}}"#,
            r#""functions":{"f":{"reserved-concurrency":6,"versions":{"1":{}},"provisioned":{"1":5}}},
                "callers":{"c":{"kind":"alb","calls":"f","wait":"3s"},"d":{"kind":"sdk","calls":"f:1"}}"#,
            &[(Q::Throttled, None, 10)],
        ),
    },
    Case {
        kind: Kind::ReservationSmall,
        says: (
            r#""functions":{"f":{"reserved-concurrency":4}},MAPPED"#,
            r#""functions":{"f":{"reserved-concurrency":5}},MAPPED"#,
            &[(Q::Throttles, Some("f"), 1)],
        ),
    },
    Case {
        kind: Kind::VisibilityShort,
        says: (
            r#""functions":{"f":{"timeout":"6s"}},MAPPED"#,
            r#""functions":{"f":{"timeout":"5s"}},MAPPED"#,
            &[(Q::Throttles, Some("f"), 1)],
        ),
    },
    Case {
        kind: Kind::ReceivesFew,
        says: (
            r#""functions":{"f":{}},"services":{"q":{"kind":"sqs","dead-letter":"r",
                "max-receive-count":4},"r":{"kind":"sqs"}},MAPPING"#,
            r#""functions":{"f":{}},"services":{"q":{"kind":"sqs","dead-letter":"r",
                "max-receive-count":5},"r":{"kind":"sqs"}},MAPPING"#,
            &[(Q::Messages, Some("r"), 10), (Q::Invocations, None, 0)],
        ),
    },
    Case {
        kind: Kind::BlocksShard,
        says: (
            // The destination is never told.
            r#""functions":{"f":{}},STREAM,"on-failure":"q"}}"#,
            r#""functions":{"f":{}},STREAM,"maximum-retry-attempts":3,"on-failure":"q"}}"#,
            &[
                (Q::Waiting, None, 1),
                (Q::Errors, None, 50),
                (Q::Succeeded, None, 0),
                (Q::Messages, Some("q"), 0),
            ],
        ),
    },
    Case {
        kind: Kind::GivenUpUntold,
        says: (
            r#""functions":{"f":{}},STREAM,"bisect-batch-on-function-error":true,
                "maximum-retry-attempts":3}}"#,
            r#""functions":{"f":{}},STREAM,"bisect-batch-on-function-error":true,
                "maximum-retry-attempts":3,"on-failure":"q"}}"#,
            &[(Q::Lost, None, 1), (Q::Waiting, None, 0)],
        ),
    },
];

fn case(kind: Kind) -> (&'static str, &'static str, Shows) {
    let case = CASES.iter().find(|case| case.kind == kind);
    case.unwrap_or_else(|| panic!("no case of {kind:?}")).says
}

fn whole(text: &str) -> Run {
    let text = text.replace("MAPPED", "QUEUES,MAPPING").replace("MAPPING", MAPPING);
    let text =
        text.replace("STREAM", STREAM).replace("EVENT", EVENT).replace("QUEUES", QUEUES);
    read(&format!("{{\"lambdarium\":1,{text}}}"))
}

#[test]
fn each_piece_is_given_where_it_belongs_and_its_variation_goes_wrong() {
    for kind in (0..).map_while(Kind::from_place) {
        let (wrong, right, shows) = case(kind);
        let (wrong, right) = (whole(wrong), whole(right));
        assert_eq!(kinds(&wrong), [kind], "{kind:?}");
        assert_eq!(kinds(&right), [], "{kind:?}, put right");
        let given = &advice(&wrong)[0];
        let varied = variation(&wrong, given);
        assert_ne!(varied, wrong, "{kind:?}");
        for (quantity, part, least) in shows {
            let found = found(&varied, *quantity, *part);
            let fits = if *least == 0 { found == 0 } else { found >= *least };
            assert!(fits, "{kind:?}: {found} {} of {part:?}", quantity.word());
        }
        // A variation can be written, read and advised on like any other run.
        assert_eq!(read(&json::write(&varied)), varied, "{kind:?}");
    }
}

/// A function puts what it makes under its own name into the bucket.
#[test]
fn a_loop_through_a_bucket_is_one_unless_a_prefix_keeps_it_apart() {
    let kinds = |notification: &str| {
        let text = r#""functions":{"f":{"dead-letter":"q","sends-to":"b"}},
            "services":{"q":{"kind":"sqs"},"b":{"kind":"s3","receives":{},"notifications":{
                "n":{"calls":"f"NOTIFICATION}}}}"#;
        let loops = kinds(&whole(&text.replace("NOTIFICATION", notification)));
        loops.into_iter().filter(|kind| *kind == Kind::Loop).count()
    };
    assert_eq!(kinds(""), 1);
    assert_eq!(kinds(r#","prefix":"f/""#), 1);
    assert_eq!(kinds(r#","suffix":"a0""#), 1);
    assert_eq!(kinds(r#","prefix":"in/""#), 0);
    assert_eq!(kinds(r#","suffix":".jpg""#), 0);
}

#[test]
fn an_event_that_becomes_too_old_has_one_try_less_than_it_could() {
    let run = whole(case(Kind::RetryTooLate).0);
    let varied = variation(&run, &advice(&run)[0]);
    assert_eq!(found(&varied, Q::Invocations, None), 2);
}

/// Most receives of a message in a run.
fn receives(run: Run) -> u16 {
    let recording = Recording::of(run).expect("a plan");
    let receives = recording.log().iter().filter_map(|entry| {
        let Fact::Message(MessageFact::HandedOut { receives, .. }) = entry.fact else {
            return None;
        };
        Some(receives)
    });
    receives.max().unwrap_or(0)
}

#[test]
fn throttles_cost_a_receive_unless_a_queue_hides_messages_for_long_enough() {
    let wrong = whole(case(Kind::VisibilityShort).0);
    let given = &advice(&wrong)[0];
    assert!(receives(variation(&wrong, given)) > 1);
    let long = r#""functions":{"f":{"timeout":"6s"}},MAPPING,
        "services":{"q":{"kind":"sqs","visibility-timeout":"2m"}}"#;
    let long = whole(long);
    assert_eq!(kinds(&long), []);
    assert_eq!(receives(variation(&long, given)), 1);
}

#[test]
fn a_maximum_concurrency_keeps_a_mapping_within_a_small_reservation() {
    let with = |cap: &str| {
        let text = r#""functions":{"f":{"reserved-concurrency":2}},QUEUES,
            "mappings":{"m":{"source":"q","calls":"f"CAP}}"#;
        kinds(&whole(&text.replace("CAP", cap)))
    };
    assert_eq!(with(r#","maximum-concurrency":3"#), [Kind::ReservationSmall]);
    assert_eq!(with(r#","minimum-pollers":2"#), [Kind::ReservationSmall]);
    assert_eq!(with(r#","maximum-concurrency":2"#), []);
    assert_eq!(with(r#","enabled":false"#), []);
}

#[test]
fn retries_and_ages_of_less_than_a_day_do_not_stop_a_shard_for_one() {
    let with = |set: &str| {
        let text = format!(r#""functions":{{"f":{{}}}},STREAM,{set}}}}}"#);
        kinds(&whole(&text))
    };
    assert_eq!(with(r#""maximum-retry-attempts":1400"#), [Kind::GivenUpUntold]);
    assert_eq!(with(r#""maximum-retry-attempts":1500"#), [Kind::BlocksShard]);
    assert_eq!(with(r#""maximum-record-age":"23h""#), [Kind::GivenUpUntold]);
    assert_eq!(with(r#""maximum-record-age":"24h""#), [Kind::BlocksShard]);
    assert_eq!(with(r#""enabled":false"#), []);
}

/// What never succeeds is there, whoever writes to the stream and whatever is read of it.
#[test]
fn a_shard_stands_still_whatever_is_read() {
    for (service, set) in [
        (r#""kind":"dynamodb","sort-key":"at""#, ""),
        (r#""kind":"dynamodb","writes":[{"at":"5h","put":{"id":{"S":"a"}}}]"#, ""),
        (
            r#""kind":"kinesis","receives":{"load":{"at":["5h"]}}"#,
            r#","tumbling-window":"1m""#,
        ),
    ] {
        let run = whole(&format!(
            r#""functions":{{"f":{{}}}},"services":{{"s":{{{service}}}}},"mappings":{{
                "m":{{"source":"s","calls":"f","starting-position":"LATEST"{set}}}}}"#
        ));
        let varied = variation(&run, &advice(&run)[0]);
        assert!(found(&varied, Q::Waiting, None) > 0, "{service}{set}");
        assert!(found(&varied, Q::Errors, None) > 50, "{service}{set}");
    }
}

/// What is advised on the lessons, each of which is about that; but for those on streams
/// that leave retries as AWS sets them, without a limit.
const LESSONS: [(&str, &[Kind]); 21] = [
    ("alias-retry", &[Kind::LostSilently]),
    ("api-gateway-timeout", &[Kind::WaitShort]),
    ("async-duplicates", &[Kind::LostSilently]),
    ("async-loop", &[Kind::Loop]),
    ("async-retries", &[Kind::LostSilently]),
    ("async-throttled", &[Kind::LostSilently]),
    // The function that carries on after a success has no failure destination.
    ("destinations", &[Kind::LostSilently]),
    ("dlq-and-destination", &[Kind::ToldTwice]),
    ("fifo-dead-letters", &[Kind::ReceivesFew]),
    ("dynamodb-streams", &[Kind::BlocksShard]),
    ("senders", &[Kind::LostSilently]),
    ("sqs-dead-letters", &[Kind::ReceivesFew]),
    ("sqs-maximum-concurrency", &[Kind::VisibilityShort, Kind::ReceivesFew]),
    ("sqs-overpull", &[Kind::ReservationSmall, Kind::VisibilityShort, Kind::ReceivesFew]),
    ("sqs-partial-batch", &[Kind::ReceivesFew, Kind::ReceivesFew]),
    ("sqs-visibility", &[Kind::VisibilityShort]),
    ("stream-iterator-age", &[Kind::BlocksShard, Kind::BlocksShard]),
    ("stream-order", &[Kind::BlocksShard]),
    ("stream-parallel", &[Kind::BlocksShard]),
    ("stream-poison", &[Kind::GivenUpUntold]),
    ("stream-windows", &[Kind::BlocksShard]),
];

#[test]
fn lessons_are_left_alone_but_for_what_they_are_about() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/gallery");
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let run = read(&fs::read_to_string(&path).expect("a lesson"));
        let about = LESSONS.iter().find(|(lesson, _)| *lesson == name);
        assert_eq!(kinds(&run), about.map_or(&[][..], |(_, kinds)| kinds), "{name}");
        for given in advice(&run) {
            let varied = variation(&run, &given);
            assert!(Recording::of(varied).is_ok(), "{name}: {given:?}");
        }
    }
}

#[test]
fn every_piece_says_what_it_is_about() {
    for kind in (0..).map_while(Kind::from_place) {
        let run = whole(case(kind).0);
        let given: Vec<Advice> = advice(&run);
        let said = report::advice::advice(&given[0]);
        assert!(said.contains(&given[0].part) && said.ends_with('.'), "{said}");
        assert!(report::advice::variation(&given[0]).ends_with('.'));
    }
}
