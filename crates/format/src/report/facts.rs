//! Facts as a trace line tells them: compact, exact, and the same for ever.
//!
//! Units: times carry theirs and are exact to the microsecond; costs are US dollars.

use lambdarium_sim::id::Part;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Entry, Fact, Log, Outcome, Room};

use super::names;
use crate::unit::span_text;

/// What happened, in compact words.
pub fn words(plan: &Plan, log: &Log, number: u32, entry: &Entry) -> String {
    let Entry { at: _, step: _, cause: _, part, job: _, rule: _, fact } = *entry;
    let name = plan.name(part);
    match fact {
        Fact::Called => called(plan, log, number, part),
        Fact::RetryPlanned { after, attempt, bucket } => {
            let after = span_text(after);
            format!("plans attempt {attempt} in {after}{}", tokens(plan, part, bucket))
        }
        Fact::Retried { attempt } => format!("attempt {attempt}"),
        Fact::QuotaExhausted { bucket } => {
            format!("retry quota exhausted{}", tokens(plan, part, bucket))
        }
        Fact::WaitEnded { waited } => {
            format!("stopped waiting after {}", span_text(waited))
        }
        Fact::Answered { outcome, http, attempts, bucket } => {
            let tried = if attempts == 1 { "attempt" } else { "attempts" };
            let status = status(outcome, http);
            let bucket = tokens(plan, part, bucket);
            format!("ended {}{status} after {attempts} {tried}{bucket}", outcome.word())
        }
        Fact::DryRunAnswered => format!("dry run answered by {name}"),
        Fact::Started { environment, version, room, init } => {
            let environment = names::environment(plan, part, version, environment);
            format!("started on {environment} {}{}", room.word(), init_text(room, init))
        }
        Fact::SpilledOver { provisioned } => {
            format!("spilled over the {provisioned} provisioned of {name}")
        }
        Fact::InitCut => "init cut".to_string(),
        Fact::Ended { ending, billed_ms, environment } => {
            let environment = format!("{name}/{}", environment.0);
            format!("{} on {environment}, billed {billed_ms}ms", ending.word())
        }
        Fact::Abandoned => format!("abandoned, {name} goes on"),
        Fact::Throttled { reason, in_flight, limit } => {
            format!("throttled by {name}, {}, {in_flight} of {limit}", reason.word())
        }
        Fact::Refused { refusal } => {
            format!("refused by {name}, {} {}", refusal.http(), refusal.word())
        }
        Fact::EnvironmentRemoved { environment, version, removal } => {
            let environment = names::environment(plan, part, version, environment);
            format!("{environment} removed, {}", removal.word())
        }
        Fact::ProvisioningStarted { version, count } => {
            format!("provisioning {count} of {}", names::version(plan, part, version))
        }
        Fact::ProvisioningReady { version, count } => {
            format!("provisioned {count} of {}", names::version(plan, part, version))
        }
        Fact::ProvisioningFailed { version } => {
            format!("provisioning failed for {}", names::version(plan, part, version))
        }
        Fact::Replied { operation, http } => {
            format!("{} replied {http}{}", operation.word(), error(log, entry))
        }
        Fact::Cost { requests, micro_usd } => {
            let runs = if requests == 1 { "run" } else { "runs" };
            format!("cost {} USD for {requests} {runs}", names::cost(entry, micro_usd))
        }
        Fact::Stopped { stop } => format!("stopped, {}", stop.word()),
    }
}

fn called(plan: &Plan, log: &Log, number: u32, part: Part) -> String {
    match part {
        Part::Caller(id) => format!("called {}", plan.caller(id).target()),
        Part::Function(_) | Part::Desk => match names::called_by_act(log, number) {
            Some(id) => format!("called {}", plan.function(id).name()),
            None => "called".to_string(),
        },
    }
}

/// What the retry quota holds, for callers that have one.
fn tokens(plan: &Plan, part: Part, bucket: u16) -> String {
    match part {
        Part::Caller(id) if names::has_quota(plan, id) => format!(", {bucket} tokens"),
        Part::Caller(_) | Part::Function(_) | Part::Desk => String::new(),
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
