//! What queues are expected to hold at the end.

use lambdarium_sim::id::{Part, ServiceId};
use lambdarium_sim::service::look;
use lambdarium_sim::time::Instant;
use lambdarium_sim::trace::{Fact, MessageFact};
use lambdarium_sim::value::Value;

use super::{Comparison, counts, shown, shown_span};
use crate::case::{Members, Unsupported, list, text, unsupported};
use crate::placeholder::{Names, matches};
use crate::records;

/// Compares all queues that are named.
pub fn compare(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    for (name, expected) in Members::of("expect.queues", expected)?.take_all() {
        let place = format!("queues.{name}");
        let Some(id) = records::queue(&on.played.recording, name) else {
            return unsupported(format!("expect.{place}: no such queue"));
        };
        let mut members = Members::of(format!("expect.{place}"), expected)?;
        if let Some(expected) = members.take("final") {
            let got = held(on, id);
            counts::number(on, &format!("{place}.final"), expected, got)?;
        }
        if let Some(bodies) = members.read("bodies", list)? {
            compare_bodies(on, &format!("{place}.bodies"), bodies, id)?;
        }
        if let Some(sentence) = members.read("emptyUntil", text)? {
            compare_first(on, &format!("{place}.emptyUntil"), sentence, id)?;
        }
        members.finish()?;
    }
    Ok(())
}

/// Messages in a queue when a case has become quiet. What it no longer keeps after the last
/// receive of all was there then: days pass in which nobody does anything.
fn held(on: &Comparison<'_>, id: ServiceId) -> u64 {
    let recording = &on.played.recording;
    let queue = &recording.head().world().services()[usize::from(id.0)];
    let messages = queue.messages();
    if messages.counts().entered == 0 {
        return queue.received().len() as u64;
    }
    let entries = recording.log().iter().rev();
    let idle = entries.take_while(|entry| {
        !matches!(
            entry.fact,
            Fact::Message(MessageFact::HandedOut { .. } | MessageFact::Deleted)
        )
    });
    let expired = idle.filter(|entry| {
        entry.part == Part::Service(id)
            && entry.fact == Fact::Message(MessageFact::Expired)
    });
    messages.len() + expired.count() as u64
}

/// What a queue has received says these things, in any order.
fn compare_bodies(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &[Value],
    id: ServiceId,
) -> Result<(), Unsupported> {
    let recording = &on.played.recording;
    let queue = &recording.head().world().services()[usize::from(id.0)];
    let plan = recording.last_plan();
    let received = queue.received().iter();
    let got: Vec<Value> = received.map(|one| look(plan, id, &one).body).collect();
    let mut left: Vec<&Value> = got.iter().collect();
    let mut missing = Vec::new();
    for body in expected {
        let mut found = None;
        for (at, got) in left.iter().enumerate() {
            if matches(body, got, &mut Names::new())? {
                found = Some(at);
                break;
            }
        }
        match found {
            Some(at) => drop(left.remove(at)),
            None => missing.push(body.clone()),
        }
    }
    if !missing.is_empty() || !left.is_empty() {
        let expected = Value::List(expected.to_vec());
        on.differ(place, shown(&expected), shown(&Value::List(got.clone())));
    }
    Ok(())
}

/// Nothing reaches a dead-letter queue before the last receive has lapsed.
fn compare_first(
    on: &mut Comparison<'_>,
    place: &str,
    sentence: &str,
    id: ServiceId,
) -> Result<(), Unsupported> {
    if !sentence.ends_with("visibility timeout has passed") {
        return unsupported(format!("expect.{place}: {sentence}"));
    }
    let recording = &on.played.recording;
    let queue = &recording.head().world().services()[usize::from(id.0)];
    let first = queue.received().iter().map(|received| received.at).next();
    let lapses = recording.log().iter().filter_map(|entry| {
        let Fact::Message(MessageFact::HandedOut { hidden, .. }) = entry.fact else {
            return None;
        };
        Some(entry.at.plus(hidden))
    });
    let lapse = lapses.max().unwrap_or(Instant::START);
    if let Some(first) = first
        && first < lapse
    {
        let base = on.played.base;
        let (lapse, first) = (lapse.since(base), first.since(base));
        on.differ(place, shown_span(lapse), shown_span(first));
    }
    Ok(())
}
