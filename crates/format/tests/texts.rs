//! Scenario texts: what is written is read again as the same, and what is wrong is told
//! with its place.

mod any;

use any::Numbers;
use lambdarium_format::{json, schema};
use lambdarium_sim::knob::Issue;
use lambdarium_sim::limits;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::value::{Payload, Value};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn scenarios(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(folder)
}

fn issues(text: &str) -> Vec<Issue> {
    json::read(text).expect_err(text)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_the_same(seed: u64) {
        let run = any::run(&mut Numbers(seed));
        for text in [json::write(&run), json::write_compact(&run)] {
            let read = json::read(&text);
            prop_assert_eq!(read.as_ref(), Ok(&run), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_reading_panic(text in r#"[\[\]{}":,0-9a-z\\ ]{0,200}"#) {
        let _ = json::read(&text);
        let _ = json::read(&format!(r#"{{"lambdarium":1,{text}}}"#));
    }

    #[test]
    fn no_change_of_a_text_makes_reading_panic(seed: u64) {
        let mut n = Numbers(seed);
        let mut text = json::write_compact(&any::run(&mut n)).into_bytes();
        for _ in 0..4 {
            let at = n.below(text.len() as u64) as usize;
            text[at] = b"{}[]\",:0e-. tx"[n.below(14) as usize];
        }
        let _ = json::read(&String::from_utf8_lossy(&text));
    }
}

#[test]
fn an_empty_run_is_one_member() {
    assert_eq!(
        json::write_compact(&lambdarium_sim::scenario::Run::default()),
        r#"{"lambdarium":1}"#
    );
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    let text = r#"{"lambdarium":1, "sead":1, "settings":{"account.concurrency":0,"env.pick":"first"},
        "functions":{"f":{"memory":64,"timeout":"2.5s","duration":{"uniform":["1s"]},"memroy":128,
            "faults":[{"fails":"burns"},{"chance":2,"fails":"throws"}],
            "versions":{"0":{}},"aliases":{"live":"x"}}},
        "callers":{"c":{"kind":"sdk","calls":"f","load":{"poisson":"5"},"read-timeout":false},
            "d":{"kind":"skd","calls":"f"}, "e":{"kind":"alb"}},
        "acts":[{"at":"soon","do":"Invoke"},{"do":"Invoke","with":[]}]}"#;
    let told: Vec<(String, Rule)> =
        issues(text).into_iter().map(|issue| (issue.place, issue.rule)).collect();
    let expected = [
        ("settings.account.concurrency", Rule::Con02),
        ("settings.env.pick", Rule::Sim02),
        ("functions.f.memory", Rule::Env15),
        ("functions.f.timeout", Rule::Env05),
        ("functions.f.duration.uniform", Rule::Sim02),
        ("functions.f.faults.0.fails", Rule::Sim02),
        ("functions.f.faults.1.chance", Rule::Sim02),
        ("functions.f.versions.0", Rule::Sim02),
        ("functions.f.aliases.live", Rule::Sim02),
        ("functions.f.memroy", Rule::Sim02),
        ("callers.c.load.poisson", Rule::Sim02),
        ("callers.c.read-timeout", Rule::Sim02),
        ("callers.d.kind", Rule::Sim02),
        ("callers.e.calls", Rule::Sim02),
        ("acts.0.at", Rule::Sim02),
        ("acts.1.at", Rule::Sim02),
        ("acts.1.with", Rule::Sim02),
        ("sead", Rule::Sim02),
    ];
    let expected = expected.map(|(place, rule)| (place.to_string(), rule));
    assert_eq!(told, expected);
}

#[test]
fn issues_say_what_was_found_and_what_is_allowed() {
    let cases = [
        (
            r#"{"lambdarium":1,"functions":{"f":{"memory":64}}}"#,
            "functions.f.memory: found 64, allowed is 128 to 10240 MB (ENV-15)",
        ),
        (
            r#"{"lambdarium":1,"functions":{"f":{"memroy":64}}}"#,
            "functions.f.memroy: found an unknown key, allowed is \"memory\" (did you mean that?) (SIM-02)",
        ),
        (
            r#"{"lambdarium":1,"callers":{"c":{"kind":"sdk","calls":"f","read-timeout":"0s"}}}"#,
            "callers.c.read-timeout: found \"0s\", allowed is 1 s to 60 min, or null (INV-16)",
        ),
        (
            r#"{"lambdarium":2}"#,
            "lambdarium: found 2, allowed is 1, the version that is read; a newer Lambdarium made this text (SIM-02)",
        ),
        (
            "{}",
            "lambdarium: found nothing, allowed is the version of the format; this Lambdarium reads 1 (SIM-02)",
        ),
        ("[]", "text: found a list of 0, allowed is an object in braces (SIM-02)"),
        (
            "{\"lambdarium\":1,\n\"seed\":}",
            "line 2, column 8: found `}`, which is not JSON here, allowed is a value (SIM-02)",
        ),
    ];
    for (text, said) in cases {
        assert_eq!(issues(text)[0].to_string(), said);
    }
}

#[test]
fn what_is_too_much_is_refused_before_it_is_looked_into() {
    let many = |key: &str, count: usize| {
        let parts: Vec<String> = (0..count).map(|at| format!("\"p{at}\":{{}}")).collect();
        format!("{{\"lambdarium\":1,\"{key}\":{{{}}}}}", parts.join(","))
    };
    let deep = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{}}}},"callers":{{"c":{{"kind":"sdk","calls":"f","payload":{open}{close}}}}}}}"#
        )
    };
    let list = |key: &str, count: usize| {
        format!("{{\"lambdarium\":1,\"{key}\":[{}0]}}", "0,".repeat(count - 1))
    };
    let text = |bytes: usize| {
        format!("{{\"lambdarium\":1,\"title\":\"{}\"}}", "x".repeat(bytes))
    };
    let cases = [
        (many("functions", limits::PARTS_MAX + 1), "functions"),
        (many("callers", limits::PARTS_MAX + 1), "callers"),
        (deep(limits::DEPTH_MAX + 1), "callers.c.payload"),
        (deep(100_000), "text"),
        (list("acts", limits::ACTS_MAX + 1), "acts"),
        (list("markers", limits::LIST_MAX + 1), "markers"),
        (text(limits::TEXT_MAX + 1), "title"),
        (text(limits::SCENARIO_BYTES_MAX), "text"),
    ];
    for (text, place) in cases {
        let issues = issues(&text);
        let told: Vec<(&str, Rule)> =
            issues.iter().map(|issue| (issue.place.as_str(), issue.rule)).collect();
        assert_eq!(told, [(place, Rule::Sim03)]);
    }
    assert!(json::read(&deep(limits::DEPTH_MAX)).is_ok());
}

#[test]
fn a_hostile_text_gets_a_bounded_answer() {
    let keys: Vec<String> = (0..50_000).map(|at| format!("\"k{at}\":0")).collect();
    let issues = issues(&format!("{{\"lambdarium\":1,{}}}", keys.join(",")));
    assert_eq!(issues.len(), 101);
    assert_eq!(issues[100].found, "49900 more issues");
}

#[test]
fn numbers_of_payloads_keep_their_text() {
    let text = r#"{"lambdarium":1,"callers":{"c":{"kind":"sdk","calls":"f","payload":{"total":59.90}}}}"#;
    let run = json::read(text).expect("a run");
    let total = Value::object([("total", Value::Number("59.90".into()))]);
    assert_eq!(run.scenario.callers[0].payload, Payload::Json(total));
    assert_eq!(json::write_compact(&run), text);
}

#[test]
fn the_gallery_is_read_checked_and_written_the_same() {
    let files = fs::read_dir(scenarios("gallery")).expect("the gallery");
    let mut count = 0;
    for file in files {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a text");
        let run =
            json::read(&text).unwrap_or_else(|issues| panic!("{path:?}: {issues:#?}"));
        let plan = Plan::check(&run);
        assert!(plan.is_ok(), "{path:?}: {:#?}", plan.err());
        assert_eq!(json::read(&json::write(&run)), Ok(run));
        count += 1;
    }
    assert!(count >= 3);
}

/// `UPDATE=1 cargo test -p lambdarium-format` writes the file anew.
#[test]
fn the_schema_follows_from_the_tables() {
    let path = scenarios("schema.json");
    let schema = schema::text();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &schema).expect("a file that can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == schema,
        "scenarios/schema.json is old: run the tests with UPDATE=1"
    );
}

#[test]
fn an_alias_with_weights_says_both_versions() {
    let alias = |alias: &str| {
        format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{"versions":{{"1":{{}},"2":{{}},"3":{{"dead-letter":"q"}}}},
                "aliases":{{"live":{alias}}}}}}},"services":{{"q":{{"kind":"sqs"}}}}}}"#
        )
    };
    let weighted = |version: &str, weights: &str| {
        alias(&format!(
            r#"{{"function-version":{version},"additional-version-weights":{weights}}}"#
        ))
    };
    let place = "functions.f.aliases.live";
    let weights = |version: &str| format!("{place}.additional-version-weights.{version}");
    let cases = [
        (weighted(r#""1""#, r#"{"2":1.5}"#), weights("2"), Rule::Sim02),
        (weighted(r#""1""#, r#"{"1":0.5}"#), weights("1"), Rule::Ali12),
        (weighted(r#""$LATEST""#, r#"{"1":0.5}"#), weights("1"), Rule::Ali13),
        (weighted(r#""1""#, r#"{"9":0.5}"#), weights("9"), Rule::Ali15),
        (weighted(r#""1""#, r#"{"3":0.5}"#), weights("3"), Rule::Ali16),
        (
            weighted(r#""1""#, r#"{"2":0.5,"3":0.1}"#),
            format!("{place}.additional-version-weights"),
            Rule::Sim02,
        ),
        (alias("{}"), format!("{place}.function-version"), Rule::Sim02),
    ];
    for (text, place, rule) in cases {
        let told = match json::read(&text) {
            Ok(run) => Plan::check(&run).err().unwrap_or_default(),
            Err(issues) => issues,
        };
        let told: Vec<(String, Rule)> =
            told.into_iter().map(|issue| (issue.place, issue.rule)).collect();
        assert_eq!(told, [(place, rule)], "{text}");
    }
    let run = json::read(&weighted("1", r#"{"2":0.000001}"#)).expect("a scenario");
    let written = json::write(&run);
    assert!(
        written.contains(r#""additional-version-weights": { "2": 0.000001 }"#),
        "{written}"
    );
    // What an alias with no weights is written as is what it always was.
    let run = json::read(&weighted("1", "{}")).expect("a scenario");
    assert!(json::write(&run).contains(r#""aliases": { "live": "1" }"#));
}
