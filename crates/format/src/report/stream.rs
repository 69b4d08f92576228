//! What happens to streams and to batches of their records, compact and in sentences.

use lambdarium_sim::EVENTS;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::trace::{End, Entry, StreamFact};

use super::names;
use crate::unit::span_text;

fn many(count: u32) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} record{s}")
}

/// Records by their numbers.
fn range(first: u32, last: u32) -> String {
    if first == last { format!("{first}") } else { format!("{first} to {last}") }
}

/// It as a trace line tells it.
pub(super) fn words(name: &str, fact: StreamFact) -> String {
    match fact {
        StreamFact::Put { shard } => format!("in shard {shard} of {name}"),
        StreamFact::Unchanged => format!("nothing changed in {name}"),
        StreamFact::Refused { shard } => {
            format!("refused by shard {shard}, ProvisionedThroughputExceededException")
        }
        StreamFact::Closed { shard } => format!("shard {shard} closed"),
        StreamFact::Opened { shard, parent } => {
            format!("shard {shard} opened, of shard {parent}")
        }
        StreamFact::Begun { shard, from } => {
            format!("reads shard {shard}, from place {from}")
        }
        StreamFact::Finished { shard } => format!("shard {shard} read to its end"),
        StreamFact::Read { shard, records, filtered: 0 } => {
            format!("{} read from shard {shard}", many(records))
        }
        StreamFact::Read { shard, records, filtered } => {
            format!("{} read from shard {shard}, {filtered} filtered out", many(records))
        }
        StreamFact::ReadRefused { shard, after } => {
            format!("read of shard {shard} refused, for {}", span_text(after))
        }
        StreamFact::Missed { shard, records } => {
            format!("{} of shard {shard} missed, no longer kept", many(records))
        }
        StreamFact::Batched { shard, lane, records, first, last } => {
            let (records, range) = (many(records.into()), range(first, last));
            let lane = if lane == 0 { String::new() } else { format!(", lane {lane}") };
            format!("batch of {records}, {range}, of shard {shard}{lane}")
        }
        StreamFact::WindowClosed { shard } => {
            format!("last call of a window of shard {shard}")
        }
        StreamFact::Split { left, right } => format!("split into {left} and {right}"),
        StreamFact::Advanced { rest } => format!("{} left", many(rest)),
        StreamFact::Settled { end, records, first, last, .. } => {
            let (records, range) = (many(records.into()), range(first, last));
            format!("{} {records}, {range}", end.word())
        }
    }
}

/// It as a sentence.
pub(super) fn sentence(plan: &Plan, entry: &Entry, fact: StreamFact) -> String {
    if !EVENTS {
        return String::new();
    }
    let name = plan.name(entry.part);
    let it = entry.job.map_or_else(String::new, |job| names::request(plan, job));
    match fact {
        StreamFact::Put { shard } => format!("{it} is in shard {shard} of {name}."),
        StreamFact::Unchanged => {
            format!("A write changes nothing in {name}: no record tells of it.")
        }
        StreamFact::Refused { shard } => format!(
            "Shard {shard} of {name} takes no more in this second: a record is refused."
        ),
        StreamFact::Closed { shard } => {
            format!("Shard {shard} of {name} is closed and takes no more records.")
        }
        StreamFact::Opened { shard, parent } => {
            format!("Shard {shard} of {name} comes of shard {parent}.")
        }
        StreamFact::Begun { shard, from } => begun(entry.rule, name, shard, from),
        StreamFact::Finished { shard } => {
            format!("{name} has read shard {shard} to its end and settled all of it.")
        }
        StreamFact::Read { shard, records, filtered: 0 } => {
            format!("{name} reads {} from shard {shard}.", many(records))
        }
        StreamFact::Read { shard, records, filtered } => format!(
            "{name} reads {} from shard {shard}; no filter lets {filtered} of them through.",
            many(records)
        ),
        StreamFact::ReadRefused { shard, after } => format!(
            "Shard {shard} is read too often: it answers {name} again in {after}."
        ),
        StreamFact::Missed { shard, records } => format!(
            "{name} comes too late for {} of shard {shard}: the stream no longer keeps them.",
            many(records)
        ),
        StreamFact::Batched { shard, records, first, last, .. } => {
            let (records, range) = (many(records.into()), range(first, last));
            format!("{it} has {records} of shard {shard}: {range}.")
        }
        StreamFact::WindowClosed { shard } => {
            format!(
                "{it} is the last call of a window of shard {shard}, without records."
            )
        }
        StreamFact::Split { left, right } => {
            format!("{it} has failed and is split: {left} first, then {right}.")
        }
        StreamFact::Advanced { rest } => {
            let are = if rest == 1 { "is" } else { "are" };
            format!("Of {it}, {} {are} tried again as a new batch.", many(rest))
        }
        StreamFact::Settled { end, records, first, last, .. } => {
            settled(end, &it, records.into(), &range(first, last))
        }
    }
}

fn begun(rule: Rule, name: &str, shard: u32, from: u32) -> String {
    let record = from + 1;
    if let Rule::Kin07 | Rule::Dds04 = rule {
        format!("{name} goes on with shard {shard}: those it came of are read.")
    } else if rule == Rule::Kin05 {
        format!("{name} goes on with shard {shard}, at record {record} of it.")
    } else if rule == Rule::Esm03 {
        format!("{name} begins to read shard {shard} after the newest record.")
    } else {
        format!("{name} begins to read shard {shard}, at record {record} of it.")
    }
}

fn settled(end: End, batch: &str, count: u32, range: &str) -> String {
    let (records, are) = (many(count), if count == 1 { "is" } else { "are" });
    match end {
        End::Processed => format!("Of {batch}, {records} {are} done: {range}."),
        End::RetryAttemptsExhausted => {
            format!("{batch} is given up, as no retries are left: {records}, {range}.")
        }
        End::RecordAgeExceeded => {
            format!("{records} {are} given up, as too old: {range}.")
        }
        End::Expired => {
            format!("{records} {are} gone, as the stream no longer keeps that: {range}.")
        }
    }
}
