//! Golden traces: each folder of `scenarios/rules` holds a scenario and what it must do.
//!
//! A folder has one of three files: `trace.txt`, every entry and the
//! replies to acts; `answers.txt`, the ends of
//! calls alone, where there are many alike; `counts.txt`, numbers per instant, where there
//! are thousands. Beside it, `received.txt` is what queues, topics, buses and buckets have
//! received, in AWS's words. `UPDATE=1 cargo test -p lambdarium-conformance` writes them anew (and
//! scenarios in the form the program gives them); what changed is then read as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use lambdarium_format::{json, report, unit};
use lambdarium_sim::call::Reply;
use lambdarium_sim::id::{FunctionId, Part, ServiceId};
use lambdarium_sim::plan::PlannedService;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::{NOT_SIMULATED, Rule};
use lambdarium_sim::service::look;
use lambdarium_sim::time::Instant;
use lambdarium_sim::trace::{Ending, Fact, Room};
use lambdarium_sim::value::{Payload, Value};

/// Held while files are read and written.
static FILES: Mutex<()> = Mutex::new(());

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/rules")
}

/// The folders with a scenario, by name.
fn folders() -> Vec<PathBuf> {
    let inside = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    inside(&root()).iter().flat_map(|family| inside(family)).collect()
}

/// What a folder's recording is told by.
fn told(folder: &Path, recording: &Recording) -> (PathBuf, String) {
    let file = |name: &str| folder.join(name);
    if file("counts.txt").exists() {
        (file("counts.txt"), counts(recording))
    } else if file("answers.txt").exists() {
        (file("answers.txt"), answers(recording))
    } else {
        (file("trace.txt"), report::trace(recording) + &replies(recording))
    }
}

/// What the acts were answered with, which a line of a trace has no room for.
fn replies(recording: &Recording) -> String {
    let mut text = String::new();
    for (at, act) in recording.run().acts.iter().enumerate() {
        for reply in recording.log().replies(at) {
            let Reply { http, code, message, fields, payload } = reply;
            write!(text, "you#{} {} {http}", at + 1, act.operation).expect("text");
            for word in [code, message].into_iter().filter(|word| !word.is_empty()) {
                write!(text, " {word}").expect("text");
            }
            if !fields.is_empty() {
                let fields = Value::Object(fields.clone());
                write!(text, " {}", json::write_value_compact(&fields)).expect("text");
            }
            match payload {
                Some(Payload::Json(value)) => {
                    let value = json::write_value_compact(value);
                    write!(text, " answered {value}").expect("text");
                }
                Some(Payload::Bytes(count)) => {
                    write!(text, " answered {count} bytes").expect("text");
                }
                None => {}
            }
            text.push('\n');
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

fn play(folder: &Path) -> Recording {
    let path = folder.join("scenario.json");
    let text = fs::read_to_string(&path).expect("a scenario");
    let run = json::read(&text).unwrap_or_else(|issues| panic!("{path:?}: {issues:?}"));
    let written = json::write(&run);
    if update() {
        fs::write(&path, &written).expect("a file that can be written");
    } else {
        assert!(text == written, "{path:?} is not as the program writes it: UPDATE=1");
    }
    Recording::of(run).unwrap_or_else(|issues| panic!("{path:?}: {issues:?}"))
}

fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// What each service has received; what is put into streams that are read stands in the
/// scenario.
fn received(recording: &Recording) -> Option<String> {
    let plan = recording.last_plan();
    let services = (0..).zip(plan.services());
    let is_told = |at: u16, service: &PlannedService| {
        let mut readers = plan.mappings().iter();
        let is_read = readers.any(|mapping| mapping.source() == ServiceId::new(at));
        let of_aws = service.stream().is_some_and(|stream| stream.kind.is_of_aws());
        service.stream().is_none() || !is_read && !of_aws
    };
    let services = services.filter(|(at, service)| is_told(*at, service));
    let services = services.map(|(at, service)| {
        let received = recording.head().world().services()[usize::from(at)].received();
        let messages = received.iter().map(|received| {
            let look = look(plan, ServiceId::new(at), &received);
            let mut members = vec![
                ("at".to_string(), Value::text(&received.at.to_string())),
                ("body".into(), look.body),
            ];
            if !look.attributes.is_empty() {
                let attributes =
                    look.attributes.into_iter().map(|(name, kind, value)| {
                        let value = Value::object([
                            ("DataType", Value::text(kind)),
                            ("StringValue", Value::Text(value)),
                        ]);
                        (name.to_string(), value)
                    });
                members.push(("attributes".into(), Value::Object(attributes.collect())));
            }
            if !look.key.is_empty() {
                members.push(("key".into(), Value::Text(look.key)));
            }
            Value::Object(members)
        });
        (service.name().to_string(), Value::List(messages.collect()))
    });
    let services: Vec<(String, Value)> = services.collect();
    (!services.is_empty()).then(|| json::write_value(&Value::Object(services)))
}

#[test]
fn every_scenario_does_what_its_file_says() {
    let _files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut wrong = Vec::new();
    for folder in folders() {
        let recording = play(&folder);
        let received =
            received(&recording).map(|told| (folder.join("received.txt"), told));
        let all = [told(&folder, &recording)].into_iter().chain(received);
        for (path, told) in all {
            if update() {
                fs::write(&path, &told).expect("a file that can be written");
            }
            let written = fs::read_to_string(&path).unwrap_or_default();
            if told != written {
                let difference = first_difference(&written, &told);
                wrong.push(format!("{}\n{difference}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "UPDATE=1 shows it all\n{}", wrong.join("\n"));
}

fn first_difference(written: &str, told: &str) -> String {
    let mut lines = written.lines().zip(told.lines()).enumerate();
    match lines.find(|(_, (written, told))| written != told) {
        Some((at, (written, told))) => {
            format!("line {}\n  expected {written}\n  got      {told}", at + 1)
        }
        None => format!(
            "expected {} lines, got {}",
            written.lines().count(),
            told.lines().count()
        ),
    }
}

/// The ends of all calls.
fn answers(recording: &Recording) -> String {
    let (plan, log) = (recording.last_plan(), recording.log());
    let mut text = String::new();
    for (number, entry) in (0..).zip(log.iter()) {
        if let Fact::Answered { .. } = entry.fact {
            text += &report::line(plan, log, number);
            text.push('\n');
        }
    }
    text
}

/// What happened at one instant to one function.
#[derive(Default)]
struct Counts {
    cold: u64,
    warm: u64,
    throttled: u64,
    ended: u64,
    failed: u64,
    in_flight: u64,
}

/// Numbers per instant, and CloudWatch's at the end.
fn counts(recording: &Recording) -> String {
    let plan = recording.last_plan();
    let mut text = String::new();
    for ((at, id), counts) in &counted(recording) {
        let Counts { cold, warm, throttled, ended, failed, in_flight } = counts;
        let name = plan.function(*id).name();
        write!(text, "{:>8}s {name}", unit::clock(*at)).expect("text");
        for (count, word) in [
            (ended, "ended"),
            (failed, "failed"),
            (cold, "started cold"),
            (warm, "started warm"),
            (throttled, "throttled"),
        ] {
            if *count > 0 {
                write!(text, ", {count} {word}").expect("text");
            }
        }
        writeln!(text, "; {in_flight} in flight").expect("text");
    }
    for (at, function) in (0..).zip(plan.functions()) {
        let metrics =
            recording.head().world().lambda().function(FunctionId(at)).metrics();
        writeln!(
            text,
            "{}: Invocations {}, Errors {}, Throttles {}, ConcurrentExecutions {}",
            function.name(),
            metrics.invocations,
            metrics.errors,
            metrics.throttles,
            metrics.concurrent_max
        )
        .expect("text");
    }
    for entry in recording.log().iter() {
        if let Fact::Cost { requests, micro_usd } = entry.fact {
            let (name, usd) = (plan.name(entry.part), unit::decimal(micro_usd, 6));
            writeln!(text, "{name}: {requests} runs cost {usd} USD").expect("text");
        }
    }
    text
}

fn counted(recording: &Recording) -> BTreeMap<(Instant, FunctionId), Counts> {
    let mut instants: BTreeMap<(Instant, FunctionId), Counts> = BTreeMap::new();
    let mut in_flight: BTreeMap<FunctionId, u64> = BTreeMap::new();
    for entry in recording.log().iter() {
        let Part::Function(id) = entry.part else { continue };
        let running = in_flight.entry(id).or_default();
        let mut counts = Counts::default();
        if let Fact::Started { room, .. } = entry.fact {
            *running += 1;
            counts.cold = u64::from(room == Room::Cold);
            counts.warm = u64::from(room != Room::Cold);
        } else if let Fact::Ended { ending, .. } = entry.fact {
            *running -= 1;
            counts.ended = u64::from(ending == Ending::Succeeded);
            counts.failed = u64::from(ending != Ending::Succeeded);
        } else if let Fact::Throttled { .. } = entry.fact {
            counts.throttled = 1;
        } else {
            continue;
        }
        let all = instants.entry((entry.at, id)).or_default();
        all.cold += counts.cold;
        all.warm += counts.warm;
        all.ended += counts.ended;
        all.failed += counts.failed;
        all.throttled += counts.throttled;
        all.in_flight = *running;
    }
    instants
}

/// The rules a recording cites.
fn cited(recording: &Recording) -> impl Iterator<Item = Rule> {
    recording.log().iter().map(|entry| entry.rule)
}

/// The sections that the simulator covers, with the numbers of their rules.
fn covered() -> Vec<String> {
    let invocation = [1..=8, 10..=16, 20..=21].into_iter().flatten();
    let ids = |family: &'static str, numbers: Vec<u32>| {
        numbers.into_iter().map(move |number| format!("{family}-{number:02}"))
    };
    let all = [
        ("INV", invocation.collect()),
        ("ENV", (1..=16).collect()),
        ("CON", (1..=16).collect()),
        ("COST", (1..=7).collect::<Vec<u32>>()),
        ("ASY", [1..=26, 30..=32].into_iter().flatten().collect()),
        ("DLQ", (1..=8).collect()),
        ("DST", [1..=8, 10..=16].into_iter().flatten().collect()),
        ("REC", (1..=6).collect()),
        ("ESM", (1..=21).collect()),
        ("SQS", (1..=18).collect()),
        ("FIFO", (1..=9).collect()),
        ("KIN", (1..=23).collect()),
        ("DDS", (1..=5).collect()),
        ("PBR", (1..=4).collect()),
        ("TW", (1..=4).collect()),
        ("ERR", (1..=7).collect()),
        ("KAF", (1..=6).collect()),
        ("MQ", vec![1]),
        ("DOC", vec![1]),
        ("VER", (1..=25).collect()),
        ("ALI", (1..=36).collect()),
        ("CD", (1..=33).collect()),
        ("CW", (1..=5).collect()),
    ];
    all.into_iter().flat_map(|(family, numbers)| ids(family, numbers)).collect()
}

#[test]
fn every_rule_is_cited_by_a_golden_trace_or_named_as_not_simulated() {
    let _files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let recordings = folders();
    let cited: BTreeSet<Rule> = recordings
        .iter()
        .flat_map(|folder| cited(&play(folder)).collect::<Vec<Rule>>())
        .collect();
    let not_simulated: BTreeSet<Rule> =
        NOT_SIMULATED.iter().map(|(rule, _)| *rule).collect();
    for id in covered() {
        assert!(Rule::from_id(&id).is_some(), "{id} is not in the rule book");
    }
    // Rules of the simulator's own are about scenarios, which are refused before they run.
    let shown = Rule::ALL.iter().filter(|rule| !rule.id().starts_with("SIM"));
    let wrong: Vec<&Rule> = shown
        .filter(|rule| cited.contains(rule) == not_simulated.contains(rule))
        .collect();
    assert!(wrong.is_empty(), "neither cited nor excused, or both: {wrong:?}");
    for (rule, reason) in NOT_SIMULATED {
        assert!(reason.len() > 10, "{rule} needs a reason");
    }
}
