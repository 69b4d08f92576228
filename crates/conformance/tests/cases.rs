//! The neutral cases, and that the runner looks at all of each.

use std::fs;
use std::path::{Path, PathBuf};

use lambdarium_conformance::run;
use lambdarium_conformance::verdict::{Tally, Verdict};
use lambdarium_format::json::{read_value, write_value_compact};
use lambdarium_sim::value::Value;

/// How many cases of each file pass, fail and are unsupported so far. A regression shows
/// here, and so does an improvement.
const COUNTS: [(&str, [usize; 3]); 13] = [
    ("async.json", [10, 0, 0]),
    ("esm-filters.json", [14, 0, 0]),
    ("esm-partial-batch.json", [20, 0, 0]),
    ("esm-sqs-and-api.json", [10, 0, 0]),
    ("esm-streams.json", [13, 0, 0]),
    ("invocation-concurrency-recursion.json", [11, 0, 0]),
    ("timelines/async.json", [5, 0, 0]),
    ("timelines/deployments.json", [4, 0, 0]),
    ("timelines/fifo.json", [2, 0, 0]),
    ("timelines/sqs.json", [3, 0, 0]),
    ("timelines/streams.json", [5, 0, 0]),
    ("timelines/sync-and-concurrency.json", [3, 0, 0]),
    ("versions-aliases-invoke-config.json", [12, 0, 0]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

fn text(name: &str) -> String {
    fs::read_to_string(folder().join(name)).expect(name)
}

/// The files there are, by name.
fn files() -> Vec<String> {
    let mut names = Vec::new();
    for folder in [folder(), folder().join("timelines")] {
        for file in fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.strip_prefix(self::folder()).expect("inside");
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    names
}

#[test]
fn every_file_gives_the_counts_it_should() {
    let mut counted = Vec::new();
    for name in files() {
        match run(&text(&name)).expect(&name) {
            Some(report) => {
                let Tally { passed, failed, unsupported, wording } = report.tally;
                assert_eq!(wording, 0, "{name} differs in wording:\n{report}");
                println!("{name}\n{report}");
                counted.push((name, [passed, failed, unsupported]));
            }
            None => assert_eq!(name, "api-ranges.json", "the only file without cases"),
        }
    }
    let expected = COUNTS.map(|(name, counts)| (name.to_string(), counts));
    assert_eq!(counted, expected);
}

/// The cases of the fixtures that pass.
fn passing() -> Vec<Value> {
    let mut passing = Vec::new();
    for name in files() {
        let whole = read_value(&text(&name)).expect("JSON");
        let Some(Value::List(cases)) = whole.get("cases") else { continue };
        for case in cases {
            if let [(_, Verdict::Pass { .. })] = &verdicts(case)[..] {
                passing.push(case.clone());
            }
        }
    }
    passing
}

fn verdicts(case: &Value) -> Vec<(String, Verdict)> {
    let file = Value::object([("cases", Value::List(vec![case.clone()]))]);
    run(&write_value_compact(&file)).expect("a file").expect("cases").results
}

/// Every place in a value, as the keys and numbers that lead there.
fn places(value: &Value, here: &[usize], all: &mut Vec<Vec<usize>>) {
    all.push(here.to_vec());
    let members: Vec<&Value> = match value {
        Value::Object(members) => members.iter().map(|(_, member)| member).collect(),
        Value::List(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Vec::new(),
    };
    for (at, member) in members.into_iter().enumerate() {
        places(member, &[here, &[at]].concat(), all);
    }
}

fn place_mut<'a>(value: &'a mut Value, place: &[usize]) -> &'a mut Value {
    let Some((at, rest)) = place.split_first() else { return value };
    match value {
        Value::Object(members) => place_mut(&mut members[*at].1, rest),
        Value::List(items) => place_mut(&mut items[*at], rest),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => value,
    }
}

/// The key at a place; empty for items of lists.
fn key_at<'a>(value: &'a Value, place: &[usize]) -> &'a str {
    match (value, place) {
        (Value::Object(members), [at]) => &members[*at].0,
        (Value::Object(members), [at, rest @ ..]) => key_at(&members[*at].1, rest),
        (Value::List(items), [at, rest @ ..]) => key_at(&items[*at], rest),
        (_, _) => "",
    }
}

fn member_mut<'a>(case: &'a mut Value, key: &str) -> &'a mut Value {
    match case {
        Value::Object(members) => {
            let member = members.iter_mut().find(|(name, _)| name == key);
            &mut member.expect(key).1
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => panic!("a case is an object"),
    }
}

/// Another value of the same kind; none for those that are only around others.
fn other(value: &Value) -> Option<Value> {
    match value {
        // It stands for anything.
        Value::Text(text) if text == "<any>" => None,
        Value::Text(text) => Some(Value::Text(format!("{text}x"))),
        Value::Number(number) => {
            Some(Value::Number(format!("1{}", number.trim_start_matches('-'))))
        }
        Value::Bool(on) => Some(Value::Bool(!on)),
        Value::Null => Some(Value::number(1)),
        Value::Object(members) if members.is_empty() => Some(Value::number(1)),
        Value::List(_) | Value::Object(_) => None,
    }
}

#[test]
fn every_expected_value_is_compared() {
    let mut changed = 0;
    for case in passing() {
        let mut all = Vec::new();
        places(case.get("expect").expect("expect"), &[], &mut all);
        for place in all {
            // A later bound still holds, and so does a higher one; a longer look sees the same.
            let key = key_at(case.get("expect").expect("expect"), &place);
            if ["withinSeconds", "batchSizeAtMost", "max", "horizon"].contains(&key)
                || key == "maxConcurrency" && is_seen_at_aws(&case)
            {
                continue;
            }
            let mut wrong = case.clone();
            let here = place_mut(member_mut(&mut wrong, "expect"), &place);
            let Some(value) = other(here) else { continue };
            let shown = format!(
                "{} instead of {}",
                write_value_compact(&value),
                write_value_compact(here)
            );
            *here = value;
            changed += 1;
            let verdicts = verdicts(&wrong);
            let (id, verdict) = &verdicts[0];
            let seen = match verdict {
                Verdict::Pass { wording } => !wording.is_empty(),
                Verdict::Fail { .. } | Verdict::Unsupported(_) => true,
            };
            assert!(seen, "{id}: {shown} went by unseen");
        }
    }
    assert!(changed > 150, "only {changed} values");
}

#[test]
fn a_key_that_nobody_knows_makes_a_case_unsupported() {
    for case in passing() {
        for part in ["given", "expect"] {
            let mut all = Vec::new();
            places(case.get(part).expect(part), &[], &mut all);
            for place in all {
                let mut wrong = case.clone();
                let here = place_mut(member_mut(&mut wrong, part), &place);
                let Value::Object(members) = here else { continue };
                // Payloads and names of functions or steps are free.
                members.push(("somethingNew".into(), Value::number(1)));
                let verdicts = verdicts(&wrong);
                let (id, verdict) = &verdicts[0];
                assert!(
                    !matches!(verdict, Verdict::Pass { .. })
                        || is_free(&case, part, &place),
                    "{id}: {part} {place:?} {verdict}"
                );
            }
        }
    }
}

/// Whether a case was seen at AWS, and not computed.
fn is_seen_at_aws(case: &Value) -> bool {
    case.get("evidence").and_then(Value::as_text) != Some("model")
}

/// Whether any key may stand at a place: inside what somebody sends, answers, or looks for.
fn is_free(case: &Value, part: &str, place: &[usize]) -> bool {
    let mut here = case.get(part).expect(part);
    for at in place {
        here = match here {
            Value::Object(members) => {
                let (key, member) = &members[*at];
                let free =
                    ["Payload", "body", "json", "put", "returns", "Pattern", "lanes"];
                if free.contains(&key.as_str()) {
                    return true;
                }
                member
            }
            Value::List(items) => &items[*at],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => here,
        };
    }
    false
}

/// Numbers from a seed (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ mixed >> 31) % count.max(1) as u64).expect("it is below")
    }
}

/// Cases with more of the vocabulary than the fixtures hold.
const RICH: &str = r#"[
    {"given":{"functions":{"fn":{"sleeps":1,"reservedConcurrency":2}},
      "sdk":{"retry_profile":"standard2026","jitter":1,"read_timeout_s":2},
      "occupied":[{"function":"fn","units":1,"start":0,"end":2000}],
      "steps":[{"id":"s","op":"Invoke","at":0,"times":3}]},
     "expect":{"throttles":[{"function":"fn","at":0}],"invocations":[{"start":0,"end":1}]}},
    {"given":{"functions":{"fn":{"timeout":3,"initSeconds":0.5,"script":[
        {"invocation":1,"sleeps":5},{"invocation":3,"sleeps":1,"exitsProcess":true}]}},
      "steps":[{"id":"a","op":"Invoke"},{"id":"b","op":"Invoke","at":"1 s after a started"}]},
     "expect":{"timing":{"billedMs":[1]},"horizon":100,"maxConcurrency":{"max":3}}},
    {"given":{"account":{"ConcurrentExecutions":1000,"minimumUnreserved":1},
      "functions":{"fn":{"versions":["1","2"],"aliases":{"live":"2"},"provisioned":{"live":2}}},
      "steps":[{"id":"u","op":"UpdateFunctionCode","params":{"code":"b","Publish":true}},
        {"id":"p","op":"PutProvisionedConcurrencyConfig","params":
          {"Qualifier":"3","ProvisionedConcurrentExecutions":5}},
        {"id":"v","op":"Invoke","at":"once the status is final","params":{"Qualifier":"3"}},
        {"id":"d","op":"DeleteProvisionedConcurrencyConfig","params":{"Qualifier":"3"}},
        {"id":"m","op":"Invoke","times":1200,"params":{"Qualifier":"live"}}]},
     "expect":{"metrics":{"Invocations":1}}},
    {"given":{"functions":{"fn":{}},"sdk":{"retry_profile":"legacy_python","jitter":0.5},
      "calls":[{"answers":["throttle","error","ok"]},{"answers":["function_error"]}]},
     "expect":{"timing":{"calls":[{"attemptsAt":[0]}]}}}]"#;

#[test]
fn no_file_makes_the_runner_panic() {
    let strange = [
        "0",
        "-1",
        "1e400",
        "18446744073709551615",
        "0.0000001",
        "604800",
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "\"<any>\"",
        "\"<uuid:x>\"",
        "\"once x is done\"",
        "\"$LATEST\"",
        "\"1\"",
        "{\"fromEvent\":\"a.b\"}",
        "{\"min\":0}",
        "899.999999",
        "3000",
    ];
    let strange = strange.map(|text| read_value(text).expect("JSON"));
    let mut cases = passing();
    if let Value::List(rich) = read_value(RICH).expect("JSON") {
        cases.extend(rich);
    }
    let rounds = std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok());
    let mut n = Numbers(1);
    for _ in 0..rounds.unwrap_or(300) {
        let mut case = cases[n.below(cases.len())].clone();
        for _ in 0..=n.below(3) {
            let mut all = Vec::new();
            places(&case, &[], &mut all);
            let value = strange[n.below(strange.len())].clone();
            *place_mut(&mut case, &all[n.below(all.len())].clone()) = value;
        }
        let file = Value::object([("cases", Value::List(vec![case]))]);
        let mut bytes = write_value_compact(&file).into_bytes();
        let _ = run(&String::from_utf8_lossy(&bytes));
        for _ in 0..3 {
            let at = n.below(bytes.len());
            bytes[at] = b"{}[]\",:0e-.x"[n.below(12)];
        }
        let _ = run(&String::from_utf8_lossy(&bytes));
    }
}
