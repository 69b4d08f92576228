//! Whether a run needs a simulator with the feature `events`.

use alloc::format;
use alloc::string::String;

use crate::call::Operation;
use crate::caller::sdk::InvocationType;
use crate::knob::Choices;
use crate::scenario::{Act, Run};
use crate::value::Value;

/// What an issue allows where that feature is left out.
pub const NEEDS_EVENTS: &str = "what is played without asynchronous events";

/// Whether an issue that allows this says only that this simulator plays no events.
#[must_use]
pub fn lacks_events(allowed: &str) -> bool {
    allowed == NEEDS_EVENTS
}

/// Whether a run has anything that only a simulator with the feature `events` can play.
#[must_use]
pub fn needs_events(run: &Run) -> bool {
    first(run).is_some()
}

fn is_about_events(act: &Act) -> bool {
    let asks = act.parameters.get("InvocationType").and_then(Value::as_text);
    let operation = Operation::from_word(&act.operation);
    operation.is_some_and(Operation::is_beyond_functions)
        || operation.is_some_and(Operation::is_about_versions)
        || act.operation.contains("EventInvokeConfig")
        || act.operation == Operation::SetFault.word()
        || asks == Some(InvocationType::Event.word())
        || act.parameters.get("DeadLetterConfig").is_some()
}

/// Where the first such thing stands.
pub(super) fn first(run: &Run) -> Option<String> {
    let scenario = &run.scenario;
    if !scenario.services.is_empty() {
        return Some("services".into());
    }
    if !scenario.mappings.is_empty() {
        return Some("mappings".into());
    }
    if !scenario.alarms.is_empty() {
        return Some("alarms".into());
    }
    if !scenario.groups.is_empty() {
        return Some("deployment-groups".into());
    }
    if !scenario.expect.is_empty() {
        return Some("expect".into());
    }
    for function in &scenario.functions {
        let versions = function.versions.iter().map(|version| &version.spec);
        let sends = versions.chain([&function.spec]).any(|spec| {
            !spec.dead_letter.is_empty()
                || !spec.behaviour.sends.is_empty()
                || spec.behaviour.per_record.is_some()
                || spec.behaviour.reports.is_some()
        });
        let draws = function.aliases.iter().any(|alias| alias.routing.is_some());
        if sends || draws || !function.event_invoke.is_empty() {
            return Some(format!("functions.{}", function.name));
        }
    }
    if let Some(caller) = scenario.callers.iter().find(|c| c.kind.is_asynchronous()) {
        let key = if caller.kind.is_sender() { "kind" } else { "invocation-type" };
        return Some(format!("callers.{}.{key}", caller.name));
    }
    let act = run.acts.iter().position(is_about_events)?;
    Some(format!("acts.{act}"))
}
