//! What happens to streams and to batches of their records, compact and in sentences.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::{Part, ServiceId};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::service::stream::Kind;
use lambdarium_sim::trace::{End, Entry, StreamFact};

use super::names;
use crate::unit::span_text;

/// What is read, in the words of its service.
struct Read<'a> {
    kind: Kind,
    name: &'a str,
}

impl<'a> Read<'a> {
    /// What a part is or reads.
    fn by(plan: &'a Plan, part: Part) -> Self {
        let name = plan.name(part);
        let stream = plan.stream_of(part);
        Self { kind: stream.map_or(Kind::Kinesis, |stream| stream.kind), name }
    }

    /// A shard, a partition, or a broker's queue, which has no parts.
    fn at(&self, shard: u32) -> String {
        match self.kind.is_broker() {
            true => "the queue".into(),
            false => format!("{} {shard}", self.kind.unit()),
        }
    }

    /// It in its stream.
    fn inside(&self, shard: u32) -> String {
        match self.kind.is_broker() {
            true => self.name.into(),
            false => format!("{} of {}", self.at(shard), self.name),
        }
    }

    /// What counts its records.
    fn place(&self) -> &'static str {
        if self.kind.is_topic() { "offset" } else { "place" }
    }

    fn many(&self, count: u32) -> String {
        let s = if count == 1 { "" } else { "s" };
        let what = if self.kind.is_broker() { "message" } else { "record" };
        format!("{count} {what}{s}")
    }
}

/// What a service calls a part of its stream.
#[must_use]
pub fn shard(plan: &Plan, service: ServiceId, shard: u32) -> String {
    Read::by(plan, Part::Service(service)).at(shard)
}

/// Records by their numbers.
fn range(first: u32, last: u32) -> String {
    if first == last { format!("{first}") } else { format!("{first} to {last}") }
}

/// It as a trace line tells it.
pub(super) fn words(plan: &Plan, part: Part, fact: StreamFact) -> String {
    let of = Read::by(plan, part);
    let (at, name) = (|shard| of.at(shard), of.name);
    match fact {
        StreamFact::Put { shard } => format!("in {}", of.inside(shard)),
        StreamFact::Unchanged => format!("nothing changed in {name}"),
        StreamFact::Refused { shard } => {
            format!("refused by shard {shard}, ProvisionedThroughputExceededException")
        }
        StreamFact::Closed { shard } => format!("shard {shard} closed"),
        StreamFact::Opened { shard, parent } => {
            format!("shard {shard} opened, of shard {parent}")
        }
        StreamFact::Begun { shard, from } => {
            format!("reads {}, from {} {from}", at(shard), of.place())
        }
        StreamFact::Finished { shard } => format!("shard {shard} read to its end"),
        StreamFact::Read { shard, records, filtered: 0 } => {
            format!("{} read from {}", of.many(records), at(shard))
        }
        StreamFact::Read { shard, records, filtered } => {
            format!(
                "{} read from {}, {filtered} filtered out",
                of.many(records),
                at(shard)
            )
        }
        StreamFact::ReadRefused { shard, after } => {
            format!("read of shard {shard} refused, for {}", span_text(after))
        }
        StreamFact::Missed { shard, records } => {
            format!("{} of {} missed, no longer kept", of.many(records), at(shard))
        }
        StreamFact::Batched { shard, lane, records, first, last } => {
            let (records, range) = (of.many(records.into()), range(first, last));
            let lane = if lane == 0 { String::new() } else { format!(", lane {lane}") };
            format!("batch of {records}, {range}, of {}{lane}", at(shard.into()))
        }
        StreamFact::WindowClosed { shard } => {
            format!("last call of a window of shard {shard}")
        }
        StreamFact::Split { left, right } => format!("split into {left} and {right}"),
        StreamFact::Advanced { rest } => format!("{} left", of.many(rest)),
        StreamFact::Settled { end, records, first, last, .. } => {
            let (records, range) = (of.many(records.into()), range(first, last));
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
    let of = Read::by(plan, entry.part);
    let at = |shard| of.at(shard);
    match fact {
        StreamFact::Put { shard } => format!("{it} is in {}.", of.inside(shard)),
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
        StreamFact::Begun { shard, from } => begun(entry.rule, &of, shard, from),
        StreamFact::Finished { shard } => {
            format!("{name} has read shard {shard} to its end and settled all of it.")
        }
        StreamFact::Read { shard, records, filtered: 0 } => {
            format!("{name} reads {} from {}.", of.many(records), at(shard))
        }
        StreamFact::Read { shard, records, filtered } => format!(
            "{name} reads {} from {}; no filter lets {filtered} of them through.",
            of.many(records),
            at(shard)
        ),
        StreamFact::ReadRefused { shard, after } => format!(
            "Shard {shard} is read too often: it answers {name} again in {after}."
        ),
        StreamFact::Missed { shard, records } => format!(
            "{name} comes too late for {} of {}: the stream no longer keeps them.",
            of.many(records),
            at(shard)
        ),
        StreamFact::Batched { shard, records, first, last, .. } => {
            let (records, range) = (of.many(records.into()), range(first, last));
            format!("{it} has {records} of {}: {range}.", at(shard.into()))
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
            format!("Of {it}, {} {are} tried again as a new batch.", of.many(rest))
        }
        StreamFact::Settled { end, records, first, last, .. } => {
            settled(end, &it, &of, records.into(), &range(first, last))
        }
    }
}

fn begun(rule: Rule, of: &Read<'_>, shard: u32, from: u32) -> String {
    let (name, shard) = (of.name, of.at(shard));
    let record = match of.kind.is_topic() {
        true => format!("offset {from}"),
        false => format!("record {} of it", from + 1),
    };
    if let Rule::Kin07 | Rule::Dds04 = rule {
        format!("{name} goes on with {shard}: those it came of are read.")
    } else if rule == Rule::Kaf05 {
        format!("{name} goes on with {shard} where its consumer group was, at {record}.")
    } else if rule == Rule::Mq01 {
        format!("{name} begins to read {shard}.")
    } else if rule == Rule::Kin05 {
        format!("{name} goes on with {shard}, at {record}.")
    } else if rule == Rule::Esm03 {
        format!("{name} begins to read {shard} after the newest record.")
    } else {
        format!("{name} begins to read {shard}, at {record}.")
    }
}

fn settled(end: End, batch: &str, of: &Read<'_>, count: u32, range: &str) -> String {
    let (records, are) = (of.many(count), if count == 1 { "is" } else { "are" });
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
        End::MaximumPayloadSizeExceeded => {
            format!("{records} {are} given up, as too large for an event: {range}.")
        }
    }
}
