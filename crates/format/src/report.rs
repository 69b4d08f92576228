//! A recording as text: its trace line by line, its story in sentences, and one number
//! that stands for all of it.
//!
//! A line is for golden files and terminals: exact, compact, and stable. A sentence is for
//! a person at the page. Names come from the last plan of a recording, which knows every
//! version that was ever published.

pub mod advice;
mod alias;
mod facts;
mod fingerprint;
mod message;
mod names;
mod release;
mod story;
mod stream;

use lambdarium_sim::plan::Plan;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::trace::{Entry, Log};

use crate::unit::clock;
pub use fingerprint::fingerprint;
pub use names::request;
pub use story::sentence;
pub use stream::shard;

/// The rule book as a table: a line for each rule with its id, how we know it, where from,
/// and its sentence, with tabs between them.
#[must_use]
pub fn rule_table() -> String {
    let rules = Rule::ALL.iter().map(|rule| {
        let confidence = rule.confidence();
        let (known, source) = (confidence.word(), confidence.source());
        format!("{}\t{known}\t{source}\t{}\n", rule.id(), rule.sentence())
    });
    rules.collect()
}

/// One entry as a line of a trace: time, subject, rule and fact, such as
/// `   0.000s shop#1 INV-01 called checkout`. Empty if there is no such entry.
#[must_use]
pub fn line(plan: &Plan, log: &Log, number: u32) -> String {
    log.get(number).map_or_else(String::new, |entry| entry_line(plan, log, number, entry))
}

fn entry_line(plan: &Plan, log: &Log, number: u32, entry: &Entry) -> String {
    let time = clock(entry.at);
    let subject = names::subject(plan, entry);
    let fact = facts::words(plan, log, number, entry);
    format!("{time:>8}s {subject} {} {fact}", entry.rule)
}

/// The whole trace, one line per entry.
#[must_use]
pub fn trace(recording: &Recording) -> String {
    let (plan, log) = (recording.last_plan(), recording.log());
    let mut text = String::new();
    for (number, entry) in (0..).zip(log.iter()) {
        text += &entry_line(plan, log, number, entry);
        text.push('\n');
    }
    text
}

/// The first line of a trace as CSV: the names of the columns.
pub const CSV_HEAD: &str = "entry,seconds,step,cause,part,subject,rule,fact";

/// One entry as a line of CSV, with its number, its step and its cause. Empty if there is
/// no such entry.
#[must_use]
pub fn csv_line(plan: &Plan, log: &Log, number: u32) -> String {
    log.get(number).map_or_else(String::new, |entry| csv_cells(plan, log, number, entry))
}

fn csv_cells(plan: &Plan, log: &Log, number: u32, entry: &Entry) -> String {
    let cause = log.get(entry.cause).map(|_| entry.cause.to_string());
    let cells = [
        number.to_string(),
        clock(entry.at),
        entry.step.to_string(),
        cause.unwrap_or_default(),
        plan.name(entry.part).to_string(),
        names::subject(plan, entry),
        entry.rule.id().to_string(),
        facts::words(plan, log, number, entry),
    ];
    cells.map(cell).join(",")
}

/// The whole trace as CSV.
#[must_use]
pub fn csv(recording: &Recording) -> String {
    let (plan, log) = (recording.last_plan(), recording.log());
    let mut text = format!("{CSV_HEAD}\n");
    for (number, entry) in (0..).zip(log.iter()) {
        text += &csv_cells(plan, log, number, entry);
        text.push('\n');
    }
    text
}

/// One cell of CSV, in quotes where it needs them.
fn cell(text: String) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
