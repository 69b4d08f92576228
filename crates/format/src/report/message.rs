//! What happens to messages of queues and to batches of mappings, compact and in sentences.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::{FunctionId, ServiceId};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Entry, MessageFact};

use super::names;
use crate::unit::span_text;

/// It as a trace line tells it.
pub(super) fn words(plan: &Plan, name: &str, fact: MessageFact) -> String {
    let many = |count: u32, noun: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{count} {noun}{s}")
    };
    match fact {
        MessageFact::Waits { delay: Span::ZERO } => format!("waits in {name}"),
        MessageFact::Waits { delay } => {
            format!("waits in {name}, delayed {}", span_text(delay))
        }
        MessageFact::HandedOut { to, receives, hidden } => {
            let (to, hidden) = (plan.name(to), span_text(hidden));
            format!("received by {to}, receive {receives}, hidden {hidden}")
        }
        MessageFact::Reappeared => format!("visible again in {name}"),
        MessageFact::Deleted => format!("deleted from {name}"),
        MessageFact::FilteredOut => format!("filtered out, deleted from {name}"),
        MessageFact::NotDeleted => format!("not deleted from {name}, too late"),
        MessageFact::Expired => format!("expired in {name}"),
        MessageFact::Deduplicated => format!("a duplicate for {name}, dropped"),
        MessageFact::OverLimit => format!("too many in flight of {name}"),
        MessageFact::Batched { records } => {
            format!("batch of {}", many(records, "record"))
        }
        MessageFact::Settled { done, failed } => {
            format!("settled, {done} done, {failed} failed")
        }
        MessageFact::LetGo => "let go".to_string(),
        MessageFact::Mapped { source, function } => {
            let (source, function) = ends(plan, source, function);
            format!("reads {source}, calls {function}")
        }
        MessageFact::Became { status } => status.word().to_string(),
        MessageFact::Gone => "gone".to_string(),
        MessageFact::Scaled { pollers } => format!("now {}", many(pollers, "poller")),
    }
}

/// It as a sentence.
pub(super) fn sentence(plan: &Plan, entry: &Entry, fact: MessageFact) -> String {
    if !EVENTS {
        return String::new();
    }
    let name = plan.name(entry.part);
    let it = entry.job.map_or_else(String::new, |job| names::request(plan, job));
    match fact {
        MessageFact::Waits { delay: Span::ZERO } => format!("{it} waits in {name}."),
        MessageFact::Waits { delay } => {
            format!("{it} waits in {name}, and nobody gets it for {delay}.")
        }
        MessageFact::HandedOut { to, receives, hidden } => {
            let to = plan.name(to);
            let times = match receives {
                1 => String::new(),
                times => format!(", received for time number {times}"),
            };
            format!("{to} gets {it}{times}. It is hidden from others for {hidden}.")
        }
        MessageFact::Reappeared if entry.rule == Rule::Sqs16 => {
            format!("The delay of {it} is over: it can be received.")
        }
        MessageFact::Reappeared => {
            format!("The visibility timeout of {it} is over: it can be received again.")
        }
        MessageFact::Deleted => format!("{name} deletes {it}."),
        MessageFact::FilteredOut => {
            format!("No filter lets {it} through: it is deleted from {name}.")
        }
        MessageFact::NotDeleted => {
            format!("{it} is not deleted from {name}: the receipt is too old.")
        }
        MessageFact::Expired => format!("{name} has kept {it} long enough: it is lost."),
        MessageFact::Deduplicated => {
            format!("{name} drops what it has received: the same was sent before.")
        }
        MessageFact::OverLimit => {
            format!("Too many messages of {name} are in flight: none is handed out.")
        }
        MessageFact::Batched { records: 1 } => {
            format!("{name} makes {it} of one message.")
        }
        MessageFact::Batched { records } => {
            format!("{name} makes {it} of {records} messages.")
        }
        MessageFact::Settled { done, failed } => settled(&it, entry.rule, done, failed),
        MessageFact::LetGo => {
            format!("{it} is let go: its messages can be received again.")
        }
        MessageFact::Mapped { source, function } => {
            let (source, function) = ends(plan, source, function);
            format!("{name} is made: it reads {source} and calls {function}.")
        }
        MessageFact::Became { status } => format!("{name} is {}.", status.word()),
        MessageFact::Gone => format!("{name} is gone."),
        MessageFact::Scaled { pollers: 0 } => format!("{name} does not read its queue."),
        MessageFact::Scaled { pollers } if entry.rule == Rule::Kaf02 => {
            let s = if pollers == 1 { "" } else { "s" };
            format!("{name} reads its topic with {pollers} poller{s}.")
        }
        MessageFact::Scaled { pollers } => {
            format!("{name} now reads its queue with {pollers} pollers.")
        }
    }
}

/// The names of what a mapping reads and calls.
fn ends(plan: &Plan, source: ServiceId, function: FunctionId) -> (&str, &str) {
    (plan.service(source).name(), plan.function(function).name())
}

/// What has become of a batch.
fn settled(it: &str, rule: Rule, done: u32, failed: u32) -> String {
    if failed == 0 {
        return format!("{it} is processed.");
    }
    if done == 0 && rule == Rule::Pbr03 {
        return format!(
            "{it} counts as failed, as its answer cannot be read: its messages come back later."
        );
    }
    if done == 0 {
        return format!("{it} has failed: its messages come back later.");
    }
    let is = if done == 1 { "is" } else { "are" };
    let come = if failed == 1 { "comes" } else { "come" };
    format!("Of {it}, {done} {is} processed, and {failed} {come} back later.")
}
