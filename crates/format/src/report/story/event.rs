//! What happens to an asynchronous event, in sentences.

use lambdarium_sim::EVENTS;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Condition, Delivery, Entry, EventFact};

use super::counted;
use crate::report::names;

/// What happened to an event, or to what a function sends.
pub(super) fn sentence(plan: &Plan, entry: &Entry, event_fact: EventFact) -> String {
    if !EVENTS {
        return String::new();
    }
    let name = plan.name(entry.part);
    let event = entry.job.map_or_else(String::new, |job| names::request(plan, job));
    match event_fact {
        EventFact::Queued => format!("{event} waits in the queue of {name}."),
        EventFact::Duplicated { after } => {
            format!("{event} will be tried twice, the second time {after} later.")
        }
        EventFact::Dispatched { attempt: 1, age: Span::ZERO } => {
            format!("{name} takes {event} from its queue.")
        }
        EventFact::Dispatched { attempt, age } => {
            format!(
                "{name} takes {event} from its queue for attempt {attempt}, {age} after it was accepted."
            )
        }
        EventFact::PutBack { after, .. } if entry.rule != Rule::Asy11 => {
            format!("{event} goes back to the queue and is tried again in {after}.")
        }
        EventFact::PutBack { after, attempt } => {
            format!("{event} goes back to the queue: attempt {attempt} comes in {after}.")
        }
        EventFact::Finished { condition, runs } => finished(&event, condition, runs),
        EventFact::Sent { what, to } => {
            let (what, to) = (sent(what), plan.name(to));
            format!("{name} sends {what} to {to}.")
        }
        EventFact::DeliveryFailed { what, to } => {
            let (what, to) = (sent(what), plan.name(to));
            format!("{name} cannot send {what} to {to}: it is lost.")
        }
        EventFact::Received if entry.job.is_none() => {
            format!("Something from outside reaches {name}.")
        }
        EventFact::Received => format!("{name} receives {event}."),
        EventFact::Filtered { to } => {
            let to = plan.name(to);
            format!("{name} does not pass it on to {to}: the filter does not match.")
        }
    }
}

fn finished(event: &str, condition: Condition, runs: u16) -> String {
    let after = counted(runs.into(), "run");
    match condition {
        Condition::Success if runs <= 1 => format!("{event} is done."),
        Condition::Success => format!("{event} is done, after {after}."),
        Condition::RetriesExhausted => {
            format!("{event} is given up after {after}: there are no retries left.")
        }
        Condition::EventAgeExceeded => {
            format!(
                "{event} is given up after {after}: it would be too old by its next try."
            )
        }
        Condition::ZeroReservedConcurrency => {
            format!("{event} is given up: the function has reserved concurrency 0.")
        }
        Condition::RecursiveInvocation => {
            format!("{event} is stopped: it comes from a loop.")
        }
    }
}

fn sent(what: Delivery) -> &'static str {
    match what {
        Delivery::DeadLetter => "the event, as a dead letter,",
        Delivery::OnSuccess => "the record of the success",
        Delivery::OnFailure => "the record of the failure",
        Delivery::Code => "what its code has for it",
        Delivery::Event => "an event",
    }
}
