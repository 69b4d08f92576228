//! Edits of alarms and deployment groups.

use lambdarium_sim::EVENTS;
use lambdarium_sim::knob::Issue;
use lambdarium_sim::scenario::{Run, Scenario};
use lambdarium_sim::value::Value;

use super::{ALARM, qualifier, set, unused, wrong};

/// The member of the text that an alarm or a deployment group stands in.
pub(super) fn part(scenario: &Scenario, name: &str) -> Option<&'static str> {
    if scenario.alarms.iter().any(|alarm| alarm.name == name) {
        Some("alarms")
    } else if scenario.groups.iter().any(|group| group.name == name) {
        Some("deployment-groups")
    } else {
        None
    }
}

/// Adds an alarm on the errors of the function that was added last, or a deployment group of
/// the first alias there is.
pub(super) fn add(run: &Run, kind: &str) -> Result<(Run, String), Vec<Issue>> {
    let name = unused(run, kind);
    if !EVENTS {
        // Nothing can be added: whoever reads that has the whole program go on.
        let path = ["alarms".into(), name.clone()];
        return Ok((set(run, &path, Some(Value::object([])))?, name));
    }
    if kind == ALARM {
        let Some(function) = run.scenario.functions.last() else {
            return Err(wrong("alarms", "no function", "a function that it can watch"));
        };
        let new = Value::object([("watches", Value::text(&function.name))]);
        return Ok((set(run, &["alarms".into(), name.clone()], Some(new))?, name));
    }
    let functions = run.scenario.functions.iter();
    let mut aliases = functions.filter_map(|function| {
        let alias = function.aliases.first()?;
        Some([&function.name, ":", &alias.name].concat())
    });
    let Some(alias) = aliases.next() else {
        let allowed = "a function with an alias that it can lead";
        return Err(wrong("deployment-groups", "no alias", allowed));
    };
    let config = "CodeDeployDefault.LambdaCanary10Percent5Minutes";
    let new =
        Value::object([("alias", Value::text(&alias)), ("config", Value::text(config))]);
    Ok((set(run, &["deployment-groups".into(), name.clone()], Some(new))?, name))
}

/// Gives an alarm, and where it is heeded, or a deployment group another name.
pub(super) fn rename(scenario: &mut Scenario, group: &str, from: &str, to: &str) {
    if group == "alarms" {
        let alarms = scenario.alarms.iter_mut().map(|alarm| &mut alarm.name);
        let heeded = scenario.groups.iter_mut().flat_map(|group| &mut group.alarms);
        for name in alarms.chain(heeded).filter(|name| *name == from) {
            *name = to.into();
        }
    } else {
        for group in scenario.groups.iter_mut().filter(|group| group.name == from) {
            group.name = to.into();
        }
    }
}

/// Everything that alarms and deployment groups name of functions.
pub(super) fn names(scenario: &mut Scenario) -> Vec<&mut String> {
    let mut all = Vec::new();
    if !EVENTS {
        return all;
    }
    all.extend(scenario.alarms.iter_mut().map(|alarm| &mut alarm.watches));
    for group in scenario.groups.iter_mut() {
        all.extend([&mut group.alias, &mut group.spec.before, &mut group.spec.after]);
    }
    all
}

/// Takes away what has this name, or cannot be without what has; nothing heeds it or calls
/// it any more.
pub(super) fn remove(scenario: &mut Scenario, name: &str) {
    scenario
        .alarms
        .retain(|alarm| alarm.name != name && qualifier(&alarm.watches, name).is_none());
    let gone = |alarm: &String| !scenario.alarms.iter().any(|there| there.name == *alarm);
    scenario
        .groups
        .retain(|group| group.name != name && qualifier(&group.alias, name).is_none());
    for group in scenario.groups.iter_mut() {
        group.alarms.retain(|alarm| !gone(alarm));
        for hook in [&mut group.spec.before, &mut group.spec.after] {
            if qualifier(hook, name).is_some() {
                hook.clear();
            }
        }
    }
}
