//! What happens to alarms and to deployments, compact and in sentences.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::Part;
use lambdarium_sim::plan::{Plan, PlannedGroup};
use lambdarium_sim::release::alarm::StateValue;
use lambdarium_sim::release::deployment::{ErrorCode, EventStatus, HookStatus, Status};
use lambdarium_sim::rule::Rule;
use lambdarium_sim::trace::{Entry, ReleaseFact};

use super::names;

/// It as a trace line tells it.
pub(super) fn words(plan: &Plan, fact: ReleaseFact) -> String {
    match fact {
        ReleaseFact::AlarmChanged { value } => value.word().to_string(),
        ReleaseFact::Created { current, target } => {
            format!("deployment from {current} to {target} created")
        }
        ReleaseFact::Lifecycle { event, status } => {
            format!("{} {}", event.word(), status.word())
        }
        ReleaseFact::HookCalled { to } => {
            format!("called {}", plan.function(to).name())
        }
        ReleaseFact::Reported { status } => format!("reported {}", status.word()),
        ReleaseFact::Shifted { percent } => format!("shifted {percent} %"),
        ReleaseFact::Ended { status, error } => {
            let error =
                error.map_or_else(String::new, |code| format!(", {}", code.word()));
            format!("{}{error}", status.word())
        }
        ReleaseFact::RolledBack { to, .. } => format!("rolled back to {to}"),
    }
}

/// It as a sentence.
pub(super) fn sentence(plan: &Plan, entry: &Entry, fact: ReleaseFact) -> String {
    if !EVENTS {
        return String::new();
    }
    let name = plan.name(entry.part);
    let alias = group(plan, entry.part)
        .map(|group| {
            format!("{}:{}", plan.function(group.function()).name(), group.alias())
        })
        .unwrap_or_default();
    let it = entry.job.map_or_else(String::new, |job| names::request(plan, job));
    match fact {
        ReleaseFact::AlarmChanged { value: StateValue::Ok } => {
            format!("The alarm {name} is OK.")
        }
        ReleaseFact::AlarmChanged { value: StateValue::Alarm } => {
            format!("The alarm {name} goes off.")
        }
        ReleaseFact::AlarmChanged { value: StateValue::InsufficientData } => {
            format!("The alarm {name} has not enough data any more.")
        }
        ReleaseFact::Created { current, target } => {
            format!("{name} is to lead {alias} from version {current} to {target}.")
        }
        ReleaseFact::Lifecycle { event, status } => stage(name, event.word(), status),
        ReleaseFact::HookCalled { to } => {
            let hook = plan.function(to).name();
            format!("{name} calls the hook {hook} and waits for what it reports.")
        }
        ReleaseFact::Reported { .. } if entry.rule == Rule::Cd07 => {
            format!("What {it} reports comes too late: nobody waits for it.")
        }
        ReleaseFact::Reported { status: HookStatus::Succeeded } => {
            format!("{it} reports that all is well.")
        }
        ReleaseFact::Reported { status: HookStatus::Failed } => {
            format!("{it} reports that the deployment is to fail.")
        }
        ReleaseFact::Shifted { percent: 100 } => {
            format!("{name} leads all traffic of {alias} to the new version.")
        }
        ReleaseFact::Shifted { percent } => {
            format!(
                "{name} leads {percent} % of the traffic of {alias} to the new version."
            )
        }
        ReleaseFact::Ended { status, error } => {
            ended(name, &alias, entry.rule, status, error)
        }
        ReleaseFact::RolledBack { to, shifted: true } => {
            format!("{name} leads all traffic of {alias} straight back to version {to}.")
        }
        ReleaseFact::RolledBack { to, shifted: false } => {
            format!(
                "{name} has shifted nothing, so it takes nothing back: \
                 all traffic of {alias} goes to version {to}."
            )
        }
    }
}

fn stage(name: &str, event: &str, status: EventStatus) -> String {
    match status {
        EventStatus::Pending => format!("{event} waits."),
        EventStatus::InProgress => format!("{event} of {name} begins."),
        EventStatus::Succeeded => format!("{event} of {name} is done."),
        EventStatus::Failed => format!("{event} of {name} has failed."),
        EventStatus::Skipped => {
            format!("{name} has no hook for {event}: it is skipped.")
        }
    }
}

fn ended(
    name: &str,
    alias: &str,
    rule: Rule,
    status: Status,
    error: Option<ErrorCode>,
) -> String {
    let why = match error {
        None => return format!("The deployment of {name} has succeeded."),
        Some(ErrorCode::AlarmActive) if rule == Rule::Cd25 => {
            "an alarm has gone off already".to_string()
        }
        Some(ErrorCode::AlarmActive) => "an alarm has gone off".into(),
        Some(ErrorCode::ManualStop) => "somebody has stopped it".into(),
        Some(ErrorCode::HookExecutionFailure) if rule == Rule::Cd06 => {
            "its hook has reported nothing within an hour".into()
        }
        Some(ErrorCode::HookExecutionFailure) => "its hook has reported a failure".into(),
        Some(ErrorCode::InvalidLambdaConfiguration) if rule == Rule::Cd22 => {
            format!("{alias} has weights already, which somebody has to clear first")
        }
        Some(ErrorCode::InvalidLambdaConfiguration) if rule == Rule::Cd21 => {
            format!("{alias} leads to that version already")
        }
        Some(ErrorCode::InvalidLambdaConfiguration) => {
            format!(
                "{alias} does not lead to the version it is to come from, or there is no such version to lead it to"
            )
        }
    };
    let ends = match status {
        Status::Stopped => "is stopped",
        Status::Failed | Status::Created | Status::InProgress | Status::Succeeded => {
            "has failed"
        }
    };
    format!("The deployment of {name} {ends}: {why}.")
}

fn group(plan: &Plan, part: Part) -> Option<&PlannedGroup> {
    match part {
        Part::Deployment(id) => Some(plan.group(id)),
        Part::Caller(_)
        | Part::Function(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_) => None,
    }
}
