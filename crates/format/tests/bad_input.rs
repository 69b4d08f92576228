//! What people see when something is wrong: where, what was found, what is allowed, why.

use lambdarium_format::json;
use lambdarium_format::link::{Link, Problem};
use lambdarium_sim::limits;
use lambdarium_sim::record::Recording;
use std::path::Path;

/// Everything that is told about a scenario, by whoever finds it.
fn told(text: &str) -> Vec<String> {
    let issues = match json::read(text) {
        Ok(run) => Recording::open(run).err().unwrap_or_default(),
        Err(issues) => issues,
    };
    issues.iter().map(ToString::to_string).collect()
}

/// A scenario of one function and one caller with these members, and this load.
fn with(function: &str, caller: &str) -> String {
    format!(
        r#"{{"lambdarium":1,"settings":{{"until":"10m"}},"functions":{{"f":{{{function}}}}},
            "callers":{{"c":{{"kind":"sdk","calls":"f"{caller}}}}}}}"#
    )
}

fn good_link() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/links");
    let path = folder.join("one-function-one-source.txt");
    std::fs::read_to_string(path).expect("a stored link").trim().to_string()
}

/// What is told about a link that opens nothing.
fn problem(link: &str) -> String {
    let read = Link::read(link);
    assert_eq!(read.source, None, "{link}");
    read.problems.iter().map(Problem::to_string).collect()
}

#[test]
fn a_place_on_the_board_is_of_a_part_and_two_numbers() {
    let board = |board: &str| {
        let text = with("", "");
        told(&format!(
            "{},\"board\":{board}}}",
            text.trim_end_matches('}').to_owned() + "}}"
        ))
    };
    assert_eq!(board(r#"{"c":[12,-30]}"#), [""; 0]);
    assert_eq!(
        board(r#"{"cc":[1,2]}"#),
        ["board.cc: found no such part, allowed is f, c (SIM-02)"]
    );
    assert_eq!(
        board(r#"{"c":[1]}"#),
        ["board.c: found a list of 1, allowed is a list of two distances (SIM-02)"]
    );
    assert_eq!(
        board(r#"{"f":[1.5,99999]}"#),
        [
            "board.f.0: found 1.5, allowed is a whole number from -2000 to 2000 (SIM-02)",
            "board.f.1: found 99999, allowed is a whole number from -2000 to 2000 (SIM-02)",
        ]
    );
}

#[test]
fn a_broken_link_says_how_to_get_a_whole_one() {
    let good = good_link();
    let cut = "The link was cut off or changed on its way. Copy the whole link again; some \
               programs shorten long ones, then send the scenario as a file.";
    assert_eq!(problem(&good[..good.len() - 1]), cut);
    assert_eq!(problem(&good[..good.len() / 2]), cut);
    let nothing =
        "There is no scenario in this link. Copy the whole link again, up to its end.";
    assert_eq!(problem(&good.replace("1.d.", "1.d")), nothing);
    assert_eq!(problem("#s="), nothing);
    let letters = "The link holds letters that do not belong there (it is base64url). \
                   Something around it was copied along, or changed it; copy it again.";
    assert_eq!(problem(&format!("{good}!")), letters);
}

#[test]
fn a_link_of_a_future_version_says_what_opens_it() {
    let newer = "This link was made with a newer Lambdarium (version 2 of the format). Reload \
                 the page to get the newest, or open the link where it was made.";
    assert_eq!(problem(&good_link().replace("s=1.", "s=2.")), newer);
    let codec = "This link is packed with an unknown codec (\"q\"). Reload the page to get the \
                 newest Lambdarium, or copy the link again.";
    assert_eq!(problem(&good_link().replace("1.d.", "1.q.")), codec);
    let text = told(r#"{"lambdarium":2,"functions":{"f":{"memory":1}}}"#);
    let newer = "lambdarium: found 2, allowed is 1, the version that is read; a newer \
                 Lambdarium made this text (SIM-02)";
    assert_eq!(text, [newer]);
}

#[test]
fn three_mistakes_of_different_kinds_are_told_at_once() {
    // A value out of range, a name that does not exist, and units that do not add up.
    let text = r#"{"lambdarium":1,
        "functions":{"f":{"timeout":"16m","reserved-concurrency":950}},
        "callers":{"c":{"kind":"sdk","calls":"g"}}}"#;
    let expected = [
        "functions.f.timeout: found \"16m\", allowed is 1 to 900 whole seconds (ENV-05)",
        "functions: found 950 units reserved in all, allowed is at most 900, so that 100 stay \
         unreserved (CON-03)",
        "callers.c.calls: found \"g\", allowed is a function, with a version or alias it has; \
         there are: f (VER-15)",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn what_only_follows_from_a_mistake_is_not_told() {
    // Nobody can say whether 950 is too much of "many", or what a lost function has.
    let text = r#"{"lambdarium":1,"settings":{"account.concurrency":"many","until":"soon"},
        "functions":{"f":{"reserved-concurrency":950,"versions":{"1.0":{}},
            "aliases":{"live":"1"}},"g":7},
        "callers":{"c":{"kind":"sdk","calls":"g","load":{"constant":99}},
            "d":{"kind":"skd","calls":"f:live"}},
        "acts":[{"at":"1s"},{"at":"90s","do":"Invoke"},{"at":"2s","do":"Invoke"}]}"#;
    let places: Vec<String> = told(text)
        .iter()
        .map(|issue| issue.split(": ").next().unwrap_or_default().to_string())
        .collect();
    let expected = [
        "settings.account.concurrency",
        "settings.until",
        "functions.f.versions.1",
        "functions.g",
        "callers.d.kind",
        "acts.0.do",
    ];
    assert_eq!(places, expected.map(|place| place.replace("versions.1", "versions.1.0")));
}

#[test]
fn five_megabytes_are_refused_before_they_are_looked_into() {
    let said = "text: found 5242880 bytes, allowed is at most 1048576 bytes (SIM-03)";
    assert_eq!(told(&"[".repeat(5 << 20)), [said]);
}

#[test]
fn a_load_of_a_billion_requests_is_refused() {
    let burst = with("", r#","load":{"burst":1000000000}"#);
    let said = "callers.c.load.burst: found 1000000000, allowed is a whole number from 1 to \
                2000000 (SIM-02)";
    assert_eq!(told(&burst), [said]);
    let constant = with("", r#","load":{"constant":100000}"#);
    let said = "callers.c.load.constant: found 60000000 calls in all, allowed is 1 to 2000000 \
                calls of one caller; lower the rate, or let the load end sooner (to, count) or \
                the run (until) (SIM-03)";
    assert_eq!(told(&constant), [said]);
    let poisson = with("", r#","load":{"poisson":1000000000.5}"#);
    let said = "callers.c.load.poisson: found 1000000000.5 per second, allowed is more than 0 \
                and at most 100000 calls per second (SIM-03)";
    assert_eq!(told(&poisson), [said]);
}

#[test]
fn no_time_at_all_is_refused_where_time_has_to_pass() {
    let cases = [
        (
            with("", "").replace("10m", "0s"),
            "settings.until: found \"0s\", allowed is 1 ms to 24 h (SIM-01)",
        ),
        (
            with(r#""timeout":"0s""#, ""),
            "functions.f.timeout: found \"0s\", allowed is 1 to 900 whole seconds (ENV-05)",
        ),
        (
            with("", r#","read-timeout":"0s""#),
            "callers.c.read-timeout: found \"0s\", allowed is 1 s to 60 min, or null (INV-16)",
        ),
        (
            with("", r#","load":{"constant":1,"from":"5s","to":"5s"}"#),
            "callers.c.load.to: found 5 s, allowed is a time after the start of the load (SIM-03)",
        ),
        (
            with("", r#","load":{"constant":0}"#),
            "callers.c.load.constant: found 0 per second, allowed is more than 0 and at most \
             100000 calls per second (SIM-03)",
        ),
    ];
    for (text, said) in cases {
        assert_eq!(told(&text), [said]);
    }
    // A function that takes no time is fine, and so is a run of it, even tried again at once.
    let nothing = with(
        r#""duration":"0s","faults":[{"fails":"throttled"}]"#,
        r#","jitter":"fixed","jitter-factor":0,"load":{"burst":1000}"#,
    );
    let recording = Recording::of(json::read(&nothing).expect("a run"));
    let recording = recording.expect("a plan");
    assert_eq!(recording.end(), lambdarium_sim::time::Instant::START);
    assert_eq!(
        recording.log().iter().filter(|entry| entry.cause == u32::MAX).count(),
        1_001
    );
}

#[test]
fn a_cycle_of_wires_is_refused() {
    let text = r#"{"lambdarium":1,"functions":{"f":{}},"callers":{
        "a":{"kind":"sdk","calls":"b"},"b":{"kind":"alb","calls":"a"},
        "c":{"kind":"cli","calls":"c"}}}"#;
    let said = |caller: &str, target: &str| {
        format!(
            "callers.{caller}.calls: found \"{target}\", a caller: callers call functions, \
             never each other, allowed is a function, with a version or alias it has; there \
             are: f (VER-15)"
        )
    };
    assert_eq!(told(text), [said("a", "b"), said("b", "a"), said("c", "c")]);
}

#[test]
fn a_text_that_is_no_json_says_where_it_stops_being_it() {
    let cases = [
        (
            "{\"lambdarium\":1,",
            "line 1, column 16: found the end of the text, which is not JSON here, \
             allowed is a key in double quotes (SIM-02)",
        ),
        (
            "{\"lambdarium\":1,\n \"seed\":01}",
            "line 2, column 10: found `1`, which is not JSON here, allowed is `,` or `}` \
             (SIM-02)",
        ),
        (
            "{\"lambdarium\":1,\"seed\":1,\"seed\":2}",
            "seed: found the key twice, allowed is each key once (SIM-02)",
        ),
    ];
    for (text, said) in cases {
        assert_eq!(told(text), [said]);
    }
}

#[test]
fn a_question_that_cannot_be_answered_is_told() {
    let asks = |question: &str| {
        told(&format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{}}}},"question":{{{question}}}}}"#
        ))
    };
    let good =
        r#""ask":"How many?","choices":["one","two"],"answer":"two","because":"So.""#;
    assert_eq!(asks(good), [""; 0]);
    let cases: [(&str, &[&str]); 5] = [
        (
            r#""ask":"How many?","choices":["one","two"],"answer":"2""#,
            &[
                "question.answer: found \"2\", allowed is one of the choices: one, two (SIM-02)",
            ],
        ),
        (
            r#""ask":"","choices":["one","one"],"answer":"one""#,
            &[
                "question.ask: found nothing, allowed is a question (SIM-02)",
                "question.choices.1: found \"one\", allowed is a choice of its own (SIM-02)",
            ],
        ),
        (
            r#""ask":"How many?","choices":["one"],"answer":"one""#,
            &["question.choices: found 1, allowed is 2 to 5 choices (SIM-03)"],
        ),
        (
            r#""ask":"How many?","choices":["1","2","3","4","5","6"],"answer":"1""#,
            &["question.choices: found 6 items, allowed is at most 5 (SIM-03)"],
        ),
        (
            r#""ask":"How many?","choices":"one","becuase":"So.""#,
            &[
                "question.choices: found \"one\", allowed is a list in brackets (SIM-02)",
                "question.answer: found nothing, allowed is the right one of the choices (SIM-02)",
                "question.becuase: found an unknown key, allowed is \"because\" (did you mean that?) (SIM-02)",
            ],
        ),
    ];
    for (question, expected) in cases {
        assert_eq!(asks(question), expected, "{question}");
    }
}

#[test]
fn what_cannot_be_expected_is_told() {
    let expects = |expect: &str| {
        told(&format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{}}}},
                "services":{{"dlq":{{"kind":"sqs"}}}},"expect":[{expect}]}}"#
        ))
    };
    let good = r#""lost silently = 0","Errors of f < 2 throughout","in dlq = 1""#;
    assert_eq!(expects(good), [""; 0]);
    let cases: [(&str, &[&str]); 5] = [
        (
            r#""Errors of dlq = 0","in f = 0","messages = 1""#,
            &[
                "expect.0: found \"dlq\", allowed is the name of a function; there are: f (SIM-02)",
                "expect.1: found \"f\", allowed is \"in\" and the name of a queue, topic, bus or bucket; there are: dlq (SIM-02)",
                "expect.2: found \"\", allowed is \"in\" and the name of a queue, topic, bus or bucket; there are: dlq (SIM-02)",
            ],
        ),
        (
            r#""lost silently of f = 0""#,
            &["expect.0: found \"f\", allowed is no name, but the whole run (SIM-02)"],
        ),
        (
            r#""lost silently = 0","procesed twice <= 3""#,
            &[
                "expect.1: found \"procesed twice\", allowed is \"processed twice\" (did you mean that?) (SIM-02)",
            ],
        ),
        (
            r#""cost <= 3 s",7"#,
            &[
                "expect.0: found \"3 s\", allowed is US dollars with at most 6 decimals, such as 0.05 USD, and \"throughout\" or nothing after it (SIM-02)",
                "expect.1: found 7, allowed is text in quotes (SIM-02)",
            ],
        ),
        (
            r#""lost""#,
            &[
                "expect.0: found \"lost\", allowed is a quantity, one of =, !=, <, <=, >, >=, and a number, such as \"lost silently = 0\" (SIM-02)",
            ],
        ),
    ];
    for (expect, expected) in cases {
        assert_eq!(expects(expect), expected, "{expect}");
    }
    let many = vec!["\"lost = 0\""; limits::EXPECTATIONS_MAX + 1].join(",");
    let said = "expect: found 101 items, allowed is at most 100 (SIM-03)";
    assert_eq!(expects(&many), [said]);
    let long = format!("\"{} = 0\"", "x".repeat(limits::EXPECTATION_BYTES_MAX));
    let said = "expect.0: found 260 bytes, allowed is at most 256 (SIM-03)";
    assert_eq!(expects(&long), [said]);
}

#[test]
fn where_events_cannot_go_is_told_with_where_they_can() {
    let sends = |key: &str, to: &str| {
        let wire = match key {
            "dead-letter" => format!(r#""dead-letter":"{to}""#),
            _ => format!(r#""async":{{"{key}":"{to}"}}"#),
        };
        told(&format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{{wire}}},"g":{{}}}},"services":{{
                "q":{{"kind":"sqs"}},"o":{{"kind":"sqs","fifo":true}},"b":{{"kind":"s3"}}}}}}"#
        ))
    };
    let cases = [
        (
            "on-failure",
            "r",
            "functions.f.async.on-failure: found \"r\", allowed is a queue, a topic, a bus, a \
             bucket, or another function; there are: q, b, g (DST-02)",
        ),
        (
            "on-success",
            "b",
            "functions.f.async.on-success: found \"b\", S3 bucket, allowed is a queue, a topic, \
             a bus, or another function (DST-02)",
        ),
        (
            "on-success",
            "r",
            "functions.f.async.on-success: found \"r\", allowed is a queue, a topic, a bus, or \
             another function; there are: q, g (DST-02)",
        ),
        (
            "dead-letter",
            "r",
            "functions.f.dead-letter: found \"r\", allowed is a queue or a topic; there are: q \
             (DLQ-01)",
        ),
        (
            "on-failure",
            "o",
            "functions.f.async.on-failure: found \"o\", a FIFO SQS queue, allowed is a standard \
             one: FIFO is not supported here (DST-03)",
        ),
        (
            "on-failure",
            "f",
            "functions.f.async.on-failure: found \"f\", the function itself, allowed is another \
             function (DST-08)",
        ),
    ];
    for (key, to, said) in cases {
        assert_eq!(sends(key, to), [said]);
    }
    let text = r#"{"lambdarium":1,"functions":{"f":{"dead-letter":"q"}}}"#;
    let said = "functions.f.dead-letter: found \"q\", allowed is a queue or a topic; there is \
                none (DLQ-01)";
    assert_eq!(told(text), [said]);
}

#[test]
fn what_events_cannot_be_like_is_told_with_the_range() {
    let cases = [
        (
            r#""async":{"maximum-retry-attempts":3}"#,
            "functions.f.async.maximum-retry-attempts: found 3, allowed is 0 to 2, or null \
             (ASY-10)",
        ),
        (
            r#""async":{"maximum-event-age":"59s"}"#,
            "functions.f.async.maximum-event-age: found \"59s\", allowed is 60 to 21600 whole \
             seconds, or null (ASY-16)",
        ),
    ];
    for (function, said) in cases {
        assert_eq!(told(&with(function, "")), [said]);
    }
    for policy in [r#""orders""#, "7", "null"] {
        let text = format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{}}}},"services":{{"t":{{"kind":"sns",
                "subscriptions":{{"s":{{"calls":"f","filter-policy":{policy}}}}}}}}}}}"#
        );
        let said = format!(
            "services.t.subscriptions.s.filter-policy: found {policy}, allowed is an object of \
             keys, each with a list of values and tests (ASY-02)"
        );
        assert_eq!(told(&text), [said]);
    }
}

/// A scenario with one alarm and one deployment group of an alias.
fn deployed(alarm: &str, group: &str) -> String {
    format!(
        r#"{{"lambdarium":1,
            "functions":{{"f":{{"versions":{{"1":{{}},"2":{{}}}},"aliases":{{"live":"1"}}}}}},
            "alarms":{{"a":{{{alarm}}}}},"deployment-groups":{{"g":{{{group}}}}}}}"#
    )
}

const ALL_AT_ONCE: &str = r#""config":"CodeDeployDefault.LambdaAllAtOnce""#;

fn watching(more: &str) -> String {
    format!(r#""watches":"f:live"{more}"#)
}

fn leading(more: &str) -> String {
    format!(r#""alias":"f:live",{ALL_AT_ONCE}{more}"#)
}

#[track_caller]
fn assert_told(alarm: &str, group: &str, place: &str, allowed: &str, rule: &str) {
    let told = told(&deployed(alarm, group));
    let [said] = &told[..] else { panic!("{place}: {told:#?}") };
    assert!(said.starts_with(&format!("{place}: ")), "{said}");
    assert!(said.contains(allowed) && said.ends_with(&format!("({rule})")), "{said}");
}

#[test]
fn what_alarms_cannot_be_is_told_with_place_and_rule() {
    assert_eq!(told(&deployed(&watching(""), &leading(""))), [""; 0]);
    let cases = [
        (watching(r#","metric":"Weather""#), "alarms.a.metric", "Invocations", "SIM-02"),
        (watching(r#","period":"45s""#), "alarms.a.period", "whole minutes", "CW-04"),
        (
            watching(r#","evaluation-periods":2,"datapoints-to-alarm":3"#),
            "alarms.a.datapoints-to-alarm",
            "at most 2",
            "CW-01",
        ),
        (
            watching(r#","extended-statistic":"p101""#),
            "alarms.a.extended-statistic",
            "p99.9",
            "CW-04",
        ),
        (r#""watches":"g""#.into(), "alarms.a.watches", "a function", "ALI-34"),
        (
            r#""watches":"f","executed-version":2"#.into(),
            "alarms.a.executed-version",
            "unless an alias is watched",
            "ALI-34",
        ),
    ];
    for (alarm, place, allowed, rule) in cases {
        assert_told(&alarm, &leading(""), place, allowed, rule);
    }
}

#[test]
fn what_deployments_cannot_be_is_told_with_place_and_rule() {
    let routing = |kind: &str, percentage: u64, interval: u64| {
        format!(
            r#""alias":"f:live","traffic-routing":{{"type":"{kind}",
                "percentage":{percentage},"interval":{interval}}}"#
        )
    };
    let cases = [
        (
            leading(r#","before-allow-traffic":"nobody""#),
            "deployment-groups.g.before-allow-traffic",
            "a function",
            "CD-05",
        ),
        (
            leading(r#","alarms":["b"]"#),
            "deployment-groups.g.alarms.0",
            "an alarm of the scenario",
            "CD-24",
        ),
        (
            format!(r#""alias":"f",{ALL_AT_ONCE}"#),
            "deployment-groups.g.alias",
            "one of its aliases",
            "CD-19",
        ),
        (
            r#""alias":"f:live","config":"CodeDeployDefault.LambdaCanary20Percent5Minutes""#
                .into(),
            "deployment-groups.g.config",
            "CodeDeployDefault.LambdaCanary10Percent5Minutes",
            "CD-10",
        ),
        (
            routing("TimeBasedLinear", 1, 30),
            "deployment-groups.g.traffic-routing",
            "at most 2880 minutes",
            "CD-15",
        ),
        (
            routing("TimeBasedCanary", 100, 5),
            "deployment-groups.g.traffic-routing.percentage",
            "1 to 99",
            "SIM-02",
        ),
    ];
    for (group, place, allowed, rule) in cases {
        assert_told(&watching(""), &group, place, allowed, rule);
    }
}
