//! Facts as a trace line tells them: compact, exact, and the same for ever.
//!
//! Units: times carry theirs and are exact to the microsecond; costs are US dollars.

use lambdarium_sim::id::{Part, VersionIx};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Entry, EventFact, Fact, Log, Outcome, Room};

use super::{alias, message, names, release, stream};
use crate::unit::span_text;

/// What happened, in compact words.
pub fn words(plan: &Plan, log: &Log, number: u32, entry: &Entry) -> String {
    let (part, name) = (entry.part, plan.name(entry.part));
    match entry.fact {
        Fact::Called => called(plan, log, number, part),
        Fact::RetryPlanned { after, attempt, bucket } => {
            let (after, tokens) = (span_text(after), tokens(plan, part, bucket));
            format!("plans attempt {attempt} in {after}{tokens}")
        }
        Fact::Retried { attempt } => format!("attempt {attempt}"),
        Fact::QuotaExhausted { bucket } => {
            format!("retry quota exhausted{}", tokens(plan, part, bucket))
        }
        Fact::WaitEnded { waited } => {
            format!("stopped waiting after {}", span_text(waited))
        }
        Fact::Answered { outcome, http, attempts, bucket } => {
            answered(outcome, http, attempts) + &tokens(plan, part, bucket)
        }
        Fact::DryRunAnswered => format!("dry run answered by {name}"),
        Fact::Started { environment, version, room, init, alias: _ } => {
            let on = names::environment(plan, part, version, environment);
            format!("started on {on} {}{}", room.word(), init_text(room, init))
        }
        Fact::SpilledOver { provisioned } => {
            format!("spilled over the {provisioned} provisioned of {name}")
        }
        Fact::InitCut => String::from("init cut"),
        Fact::Ended { ending, billed_ms, environment } => {
            let environment = format!("{name}/{}", environment.0);
            format!("{} on {environment}, billed {billed_ms}ms", ending.word())
        }
        Fact::Abandoned => format!("abandoned, {name} goes on"),
        Fact::Throttled { reason, in_flight, limit, alias: _ } => {
            format!("throttled by {name}, {}, {in_flight} of {limit}", reason.word())
        }
        Fact::Refused { refusal: r } => {
            format!("refused by {name}, {} {}", r.http(), r.word())
        }
        Fact::EnvironmentRemoved { environment, version, removal } => {
            let of = names::environment(plan, part, version, environment);
            of + " removed, " + removal.word()
        }
        Fact::ProvisioningStarted { version, count } => {
            let word = match count {
                0 => "nothing provisioned any more of".into(),
                count => format!("provisioning {count} of"),
            };
            provisioning(plan, part, &word, version)
        }
        Fact::ProvisioningReady { version, count } => {
            provisioning(plan, part, &format!("provisioned {count} of"), version)
        }
        Fact::ProvisioningFailed { version } => {
            provisioning(plan, part, "provisioning failed for", version)
        }
        Fact::Replied { operation, http } => {
            format!("{} replied {http}{}", operation.word(), error(log, entry))
        }
        Fact::Cost { requests, micro_usd } => {
            let s = if requests == 1 { "" } else { "s" };
            format!("cost {} USD for {requests} run{s}", names::cost(entry, micro_usd))
        }
        Fact::Stopped { stop } => format!("stopped, {}", stop.word()),
        Fact::Event(event) => of_event(plan, name, event),
        Fact::Message(fact) => message::words(plan, name, fact),
        Fact::Stream(fact) => stream::words(plan, entry.part, fact),
        Fact::Release(fact) => release::words(plan, fact),
        Fact::Alias(fact) => alias::words(plan, part, fact),
    }
}

fn answered(outcome: Outcome, http: u16, attempts: u16) -> String {
    let end = format!("ended {}{}", outcome.word(), status(outcome, http));
    let tried = if attempts == 1 { "attempt" } else { "attempts" };
    format!("{end} after {attempts} {tried}")
}

/// How far a version's provisioned environments have come.
fn provisioning(plan: &Plan, part: Part, word: &str, version: VersionIx) -> String {
    format!("{word} {}", names::version(plan, part, version))
}

/// What happened to an asynchronous event, or to what a function sends.
fn of_event(plan: &Plan, name: &str, event: EventFact) -> String {
    match event {
        EventFact::Queued => format!("queued for {name}"),
        EventFact::Duplicated { after } => format!("duplicated, in {}", span_text(after)),
        EventFact::Dispatched { attempt, age } => {
            format!("tried as attempt {attempt}, {} old", span_text(age))
        }
        EventFact::PutBack { after, attempt } => {
            format!("back in the queue for {}, attempt {attempt}", span_text(after))
        }
        EventFact::Finished { condition, runs } => {
            let s = if runs == 1 { "" } else { "s" };
            format!("finished {}, {runs} run{s}", condition.word())
        }
        EventFact::Sent { what, to } => {
            format!("{} sent to {}", what.word(), plan.name(to))
        }
        EventFact::DeliveryFailed { what, to } => {
            format!("{} not delivered to {}", what.word(), plan.name(to))
        }
        EventFact::Received => format!("received by {name}"),
        EventFact::Filtered { to } => format!("filtered out for {}", plan.name(to)),
    }
}

fn called(plan: &Plan, log: &Log, number: u32, part: Part) -> String {
    match part {
        Part::Caller(id) => format!("called {}", plan.caller(id).target()),
        Part::Function(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_) => match names::called_by_act(log, number) {
            Some(id) => format!("called {}", plan.function(id).name()),
            None => "called".to_string(),
        },
    }
}

/// What the retry quota holds, for callers that have one.
fn tokens(plan: &Plan, part: Part, bucket: u16) -> String {
    match part {
        Part::Caller(id) if names::has_quota(plan, id) => format!(", {bucket} tokens"),
        Part::Caller(_)
        | Part::Function(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_) => String::new(),
    }
}

/// The status the caller's client saw; there is none without an answer.
fn status(outcome: Outcome, http: u16) -> String {
    match outcome {
        Outcome::TimedOut if http == 0 => String::new(),
        Outcome::Ok
        | Outcome::FunctionError
        | Outcome::Throttled
        | Outcome::Refused
        | Outcome::Accepted
        | Outcome::TimedOut => format!(" {http}"),
    }
}

fn init_text(room: Room, init: Span) -> String {
    match room {
        Room::Cold | Room::Reset => format!(", init {}", span_text(init)),
        Room::Warm | Room::Provisioned => String::new(),
    }
}

/// The error code of a reply, or that of the function it ran.
fn error(log: &Log, entry: &Entry) -> String {
    let act = entry.job.and_then(names::act);
    match act.and_then(|act| log.replies(act).last()) {
        Some(reply) if reply.is_error() => format!(" {}", reply.code),
        Some(reply) if names::has_function_error(reply) => " FunctionError".to_string(),
        Some(_) | None => String::new(),
    }
}
