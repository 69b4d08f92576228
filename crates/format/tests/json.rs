//! The reader of JSON beside another one: what they read, refuse, and where they stop.

use lambdarium_format::json;
use lambdarium_sim::knob::Issue;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::value::Value;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use std::fs;
use std::path::{Path, PathBuf};

/// The value as the other reader has it.
fn grown(theirs: serde_json::Value) -> Value {
    match theirs {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(on) => Value::Bool(on),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => {
            Value::List(items.into_iter().map(grown).collect())
        }
        serde_json::Value::Object(members) => {
            let members = members.into_iter();
            Value::Object(members.map(|(key, member)| (key, grown(member))).collect())
        }
    }
}

/// Where the other reader stops. It counts bytes; people count characters.
fn place(text: &str, error: &serde_json::Error) -> String {
    let line = text.split('\n').nth(error.line() - 1).unwrap_or_default();
    let starts = line.char_indices().take_while(|(at, _)| *at < error.column());
    format!("line {}, column {}", error.line(), starts.count())
}

/// The other reader goes over the four digits of a `\u` before it looks at them.
fn is_about_digits(error: &serde_json::Error, text: &str) -> bool {
    let said = error.to_string();
    text.contains("\\u")
        && (said.starts_with("invalid escape") || said.starts_with("EOF"))
}

fn compare(text: &str) {
    match (json::read_value(text), serde_json::from_str(text)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, grown(theirs), "{text}"),
        (Err(issues), Ok(_)) => {
            // The other reader forgets the first of two members of one name.
            let twice = |issue: &Issue| issue.found == "the key twice";
            assert!(issues.iter().all(twice), "{text}: {issues:?}");
        }
        (Err(issues), Err(error)) => {
            let [issue] = issues.as_slice() else { panic!("{text}: {issues:?}") };
            if issue.rule == Rule::Sim02 && !is_about_digits(&error, text) {
                assert_eq!(issue.place, place(text, &error), "{text}: {error}");
            }
        }
        (Ok(ours), Err(error)) => panic!("{text}: read as {ours:?}, but {error}"),
    }
}

/// Every scenario of the repository.
fn scenarios() -> Vec<String> {
    fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, into);
            } else if path.extension().is_some_and(|ext| ext == "json") {
                into.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios"), &mut paths);
    assert!(paths.len() > 50, "{} scenarios", paths.len());
    paths.iter().map(|path| fs::read_to_string(path).expect("a text")).collect()
}

/// Pieces that JSON is made of, and some that it is nearly made of.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\"a\"",
    "\"b\":",
    "null",
    "true",
    "false",
    "nul",
    "0",
    "-",
    "1",
    "-0",
    "01",
    "1.",
    ".5",
    "1e",
    "E+7",
    "2.50e-3",
    "+",
    " ",
    "\n",
    "\t",
    "\r",
    "\0",
    "\u{b}",
    "\u{7f}",
    "\u{a0}",
    "\u{feff}",
    "é",
    "𝕊",
    "\\n",
    "\\/",
    "\\u",
    "\\u00e9",
    "\\uD83D",
    "\\ude00",
    "\\uD83D\\uDE00",
    "\\x",
    "'",
    "//",
    "NaN",
];

/// A value in JSON, spaced and escaped one way or another.
fn value() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-c]".prop_map(|text| format!("\"{text}\"")),
        any::<String>().prop_map(|text| json::write_value_compact(&Value::Text(text))),
        any::<Vec<u16>>().prop_map(|units| {
            let units: String = units.iter().map(|u| format!("\\u{u:04x}")).collect();
            format!("\"{units}\"")
        }),
        any::<char>().prop_map(|c| {
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            let units: String = units.map(|unit| format!("\\u{unit:04X}")).collect();
            format!("\"{units}\"")
        }),
    ];
    let leaf = prop_oneof![
        select(&["null", "true", "false"][..]).prop_map(ToString::to_string),
        "-?(0|[1-9][0-9]{0,30})([.][0-9]{1,30})?([eE][+-]?[0-9]{1,9})?",
        text.clone(),
    ];
    let space = "[ \n\r\t]{0,2}";
    leaf.prop_recursive(6, 40, 6, move |inner| {
        let item = (space, inner.clone(), space).prop_map(|(a, item, b)| a + &item + &b);
        let member = (space, text.clone(), item.clone());
        let member = member.prop_map(|(a, key, item)| format!("{a}{key}:{item}"));
        prop_oneof![
            prop::collection::vec(item, 0..6)
                .prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec(member, 0..6)
                .prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

/// A text with pieces put in, taken out and cut off.
fn mutate(text: &str, changes: &[(Index, u8, &str)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (at, how, piece) in changes {
        let at = at.index(chars.len() + 1);
        let to = (at + usize::from(how / 4 % 8)).min(chars.len());
        match how % 4 {
            0 if how / 4 == 0 => chars.truncate(at),
            0 | 1 => drop(chars.splice(at..at, piece.chars())),
            2 => drop(chars.drain(at..to)),
            _ => drop(chars.splice(at..to, piece.chars())),
        }
    }
    chars.into_iter().collect()
}

fn changes() -> impl Strategy<Value = Vec<(Index, u8, &'static str)>> {
    prop::collection::vec((any::<Index>(), any::<u8>(), select(PIECES)), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2_000)
    })]

    #[test]
    fn whatever_is_json_is_read_as_such(text in value()) {
        compare(&text);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok()
            || text.contains("\\u"));
    }

    #[test]
    fn what_is_nearly_json_is_refused_at_the_same_place(text in value(), how in changes()) {
        compare(&mutate(&text, &how));
    }

    #[test]
    fn pieces_in_any_order_are_read_alike(
        pieces in prop::collection::vec(select(PIECES), 0..24)
    ) {
        compare(&pieces.concat());
    }

    #[test]
    fn any_text_is_read_alike(text in any::<String>()) {
        compare(&text);
        compare(&format!("\"{text}\""));
        compare(&format!("[{text}]"));
    }
}

#[test]
fn scenarios_are_read_alike_whole_and_broken() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for text in scenarios() {
        compare(&text);
        for _ in 0..20 {
            let how = changes().new_tree(&mut runner).expect("changes").current();
            compare(&mutate(&text, &how));
        }
    }
}

#[test]
fn every_beginning_of_a_scenario_ends_too_early() {
    let texts = scenarios();
    let text = texts.iter().min_by_key(|text| text.len()).expect("a scenario").trim_end();
    for (end, _) in text.char_indices() {
        compare(&text[..end]);
        assert!(json::read_value(&text[..end]).is_err());
    }
}

#[test]
fn nesting_is_bounded_whatever_else_is_wrong() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"\\\"[\":[", "]}]")] {
        for levels in [1, 20, 26, 27, 80, 81, 100, 10_000] {
            let most = levels * open.matches(['[', '{']).count()
                - if open.contains("\\\"[") { levels } else { 0 };
            let whole = open.repeat(levels) + "1" + &close.repeat(levels);
            assert_eq!(json::read_value(&whole).is_ok(), most <= 80, "{levels} {open}");
            let issues = json::read_value(&open.repeat(levels)).expect_err("no end");
            let rule = if most <= 80 { Rule::Sim02 } else { Rule::Sim03 };
            assert_eq!(issues[0].rule, rule);
        }
    }
}
