//! Settings of mappings and queues: ranges, defaults and units as AWS has them.
//!
//! `cases/api-ranges.json` says what the interface allows; `settings.txt` what a mapping of
//! each kind of queue and of a topic may be set to, by calls that set it.

use std::fs;
use std::path::Path;

use lambdarium_format::json;
use lambdarium_sim::knob::{Choices, Kind, Knob, Knobs, Setting};
use lambdarium_sim::lambda::Function;
use lambdarium_sim::mapping::lifecycle::Status;
use lambdarium_sim::mapping::{self, Mapping, Source};
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::{Act, Run, Scenario};
use lambdarium_sim::service::{self, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

/// What the simulator has no setting for, or has another one for.
const NO_KNOB: [&str; 11] = [
    "FilterCriteria.Filters",
    "FilterCriteria.Filters[].Pattern",
    "State",
    "DestinationConfig.OnFailure.Destination",
    "ReceiveMessageWaitTimeSeconds",
    "MaximumMessageSize",
    "RedrivePolicy target type",
    "MaxNumberOfMessages",
    "batch entries",
    "deduplication window",
    "QueueName",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The entries of a group.
fn entries(group: &str) -> Vec<Value> {
    let whole = json::read_value(&read("cases/api-ranges.json")).expect("JSON");
    let Some(Value::List(entries)) = whole.get("entries") else { panic!("entries") };
    let is_of = |entry: &&Value| word(entry, "group") == group;
    entries.iter().filter(is_of).cloned().collect()
}

fn word<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry.get(key).and_then(Value::as_text).unwrap_or_default()
}

/// A bound or a default; -1 is what AWS writes for no limit.
fn number(entry: &Value, key: &str) -> Option<u64> {
    entry.get(key).and_then(Value::as_count)
}

/// A knob's range, in the units of the interface.
fn range(kind: &Kind) -> Option<(u64, u64)> {
    match kind {
        Kind::Count { min, max, .. } => Some((*min, *max)),
        Kind::Span { min, max, .. } => Some((in_seconds(*min), in_seconds(*max))),
        Kind::Ppm
        | Kind::Decimal { .. }
        | Kind::Bool
        | Kind::Choice(_)
        | Kind::Text { .. } => None,
    }
}

const fn in_seconds(span: Span) -> u64 {
    span.0 / Span::SECOND.0
}

/// Compares one entry with the knob of that name.
fn compare<S: Knobs>(
    entry: &Value,
    kind_of: impl Fn(&Knob<S>) -> Kind,
    default_of: impl Fn(&Knob<S>) -> Setting,
) {
    let name = word(entry, "setting");
    let knob = S::KNOBS.iter().find(|knob| knob.aws == name);
    let knob = knob.unwrap_or_else(|| panic!("{name} has no knob"));
    let default = default_of(knob);
    match word(entry, "kind") {
        "integer" => {
            let (least, most) = range(&kind_of(knob)).expect(name);
            // Retries have no bound below: none is written as -1.
            assert_eq!(number(entry, "min").unwrap_or(0), least, "{name}");
            assert_eq!(number(entry, "max"), Some(most), "{name}");
            let got = match default {
                Setting::Number(number) => Some(number),
                Setting::Span(span) => Some(in_seconds(span)),
                Setting::Unset
                | Setting::Bool(_)
                | Setting::Choice(_)
                | Setting::Text(_) => None,
            };
            assert_eq!(got, number(entry, "default"), "{name}");
        }
        "boolean" => {
            let Some(Value::Bool(on)) = entry.get("default") else { panic!("{name}") };
            assert_eq!(default, Setting::Bool(*on), "{name}");
        }
        "list of enum" => assert_eq!(default, Setting::Bool(false), "{name}"),
        "enum" => {
            let Kind::Choice(words) = &knob.kind else { panic!("{name}") };
            let Some(Value::List(known)) = entry.get("enum") else { panic!("{name}") };
            let known: Vec<&str> = known.iter().filter_map(Value::as_text).collect();
            // A stream of a table begins at no time.
            assert_eq!(known[..], words[..known.len()], "{name}");
            assert_eq!(default, Setting::Unset, "{name}");
        }
        other => panic!("{name} is {other}"),
    }
}

/// What a mapping has where nothing is set.
fn unset(source: Source, knob: &Knob<mapping::Spec>) -> Setting {
    match (knob.aws, (knob.get)(&mapping::Spec::default())) {
        ("BatchSize", _) => Setting::Number(source.batch_size()),
        ("MaximumBatchingWindowInSeconds", Setting::Unset) => {
            Setting::Span(source.window())
        }
        ("ParallelizationFactor", Setting::Unset) => Setting::Number(1),
        ("TumblingWindowInSeconds", Setting::Unset) => Setting::Number(0),
        ("ProvisionedPollerConfig.MinimumPollers", Setting::Unset) => Setting::Number(2),
        ("ProvisionedPollerConfig.MaximumPollers", Setting::Unset) => {
            Setting::Number(200)
        }
        (_, setting) => setting,
    }
}

#[test]
fn settings_of_mappings_are_those_of_the_interface() {
    for entry in entries("event source mapping") {
        let (name, source) = (word(&entry, "setting"), word(&entry, "appliesTo"));
        if name == "State" {
            let Some(Value::List(words)) = entry.get("enum") else { panic!("{name}") };
            let words: Vec<&str> = words.iter().filter_map(Value::as_text).collect();
            assert_eq!(words, Status::WORDS);
        }
        // What only a FIFO queue has is tried by calls.
        if NO_KNOB.contains(&name) || source == "SQS FIFO" {
            continue;
        }
        let stream = source.starts_with("Kinesis") || source.starts_with("DynamoDB");
        let source = if stream { Source::Kinesis } else { Source::Queue };
        compare::<mapping::Spec>(
            &entry,
            |knob| source.range(knob),
            |knob| unset(source, knob),
        );
    }
}

#[test]
fn settings_of_queues_are_those_of_the_interface() {
    for entry in entries("SQS queue") {
        if !NO_KNOB.contains(&word(&entry, "setting")) {
            let usual = service::Spec::default();
            compare::<service::Spec>(&entry, |knob| knob.kind, |knob| (knob.get)(&usual));
        }
    }
}

/// A mapping of what has this name and is of this kind.
fn reads(name: &str, kind: service::Kind) -> (Service, Mapping) {
    let fifo = name == "fifo";
    let spec = service::Spec { fifo, ..service::Spec::default() };
    let service = Service { spec, ..Service::new(name, kind) };
    let start = matches!(kind, service::Kind::Msk | service::Kind::Kafka);
    let start = start.then_some(mapping::spec::StartingPosition::Latest);
    let spec = mapping::Spec { start, ..mapping::Spec::default() };
    let mapping = Mapping { spec, ..Mapping::new(&format!("of-{name}"), name, "fn") };
    (service, mapping)
}

/// A mapping of each kind of queue and of topics, and a call.
fn answer(name: &str, parameters: Value) -> u16 {
    let sources = [
        ("queue", service::Kind::Queue),
        ("fifo", service::Kind::Queue),
        ("msk", service::Kind::Msk),
        ("kafka", service::Kind::Kafka),
        ("mq", service::Kind::Mq),
    ];
    let (services, mappings) =
        sources.map(|(name, kind)| reads(name, kind)).into_iter().unzip();
    let function = Function { name: "fn".into(), ..Function::default() };
    let mut scenario =
        Scenario { functions: vec![function], services, mappings, ..Scenario::default() };
    scenario.services.push(Service::new("other", service::Kind::Msk));
    scenario.services.push(Service::new("bucket", service::Kind::Bucket));
    let Value::Object(mut members) = parameters else { panic!("parameters") };
    members.push(("UUID".into(), Value::Text(format!("of-{name}"))));
    let act = Act {
        at: Instant::START,
        operation: "UpdateEventSourceMapping".into(),
        parameters: Value::Object(members),
    };
    let recording = Recording::of(Run { scenario, seed: 0, acts: vec![act] });
    let recording = recording.unwrap_or_else(|issues| panic!("{issues:?}"));
    recording.log().replies(0)[0].http
}

#[test]
fn what_is_not_set_is_as_the_table_says() {
    let half = Span::millis(500);
    for (source, batch_size, window) in [
        (Source::Queue, 10, Span::ZERO),
        (Source::Fifo, 10, Span::ZERO),
        (Source::Kinesis, 100, Span::ZERO),
        (Source::DynamoDb, 100, Span::ZERO),
        (Source::Kafka, 100, half),
        (Source::Mq, 100, half),
    ] {
        assert_eq!((source.batch_size(), source.window()), (batch_size, window));
    }
}

#[test]
fn each_kind_of_source_takes_what_it_should() {
    let text = read("tests/settings.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut wrong = Vec::new();
    for line in lines {
        let (name, rest) = line.split_once(' ').expect(line);
        let (parameters, http) = rest.rsplit_once(' ').expect(line);
        let got = answer(name, json::read_value(parameters).expect(line));
        if got.to_string() != http {
            wrong.push(format!("{line}: {got}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
