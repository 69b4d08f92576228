//! What can be wrong with alarms and deployment groups.
//!
//! Rules: CD-10, CD-15, CD-23, CD-24, CW-01, CW-04, ALI-34.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::{Qualifier, split_target};
use super::{check_name, issue, names_something};
use crate::knob::{self, Issue};
use crate::limits;
use crate::release::alarm::{self, Alarm};
use crate::release::routing::{PREDEFINED, PREFIX};
use crate::release::spec::Group;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::time::Span;

pub(super) fn check(scenario: &Scenario, issues: &mut Vec<Issue>) {
    let mut taken: Vec<&str> = Vec::new();
    for alarm in &scenario.alarms {
        let place = format!("alarms.{}", alarm.name);
        check_name(&alarm.name, &place, &taken, issues);
        taken.push(&alarm.name);
        check_alarm(scenario, alarm, &place, issues);
    }
    let mut taken: Vec<&str> = Vec::new();
    for group in &scenario.groups {
        let place = format!("deployment-groups.{}", group.name);
        check_name(&group.name, &place, &taken, issues);
        taken.push(&group.name);
        check_group(scenario, group, &place, issues);
    }
}

fn check_alarm(scenario: &Scenario, alarm: &Alarm, place: &str, issues: &mut Vec<Issue>) {
    let Alarm { spec, watches, .. } = alarm;
    knob::check(spec, place, issues);
    let mut wrong = |key: &str, found: String, allowed: String, rule| {
        issues.push(issue(format!("{place}.{key}"), found, allowed, rule));
    };
    if !is_known(scenario, watches) {
        let allowed =
            functions(scenario, "a function, alone or with an alias or version");
        wrong("watches", format!("{watches:?}"), allowed, Rule::Ali34);
    }
    let seconds = spec.period.0 / Span::SECOND.0;
    if !matches!(seconds, 10 | 20 | 30) && (seconds == 0 || !seconds.is_multiple_of(60)) {
        let allowed = "10, 20 or 30 s, or whole minutes".to_string();
        wrong("period", spec.period.to_string(), allowed, Rule::Cw04);
    }
    // CloudWatch looks back a day at most; a week where periods are an hour or longer.
    let longest = if spec.period < Span::HOUR { 24 } else { 24 * 7 };
    if spec.period.0.saturating_mul(spec.evaluation_periods) > Span::HOUR.times(longest).0
    {
        let found = format!("{} periods of {}", spec.evaluation_periods, spec.period);
        let allowed = format!("at most {longest} h in all");
        wrong("evaluation-periods", found, allowed, Rule::Cw01);
    }
    if spec.needed() > spec.evaluation_periods {
        let allowed =
            format!("at most {}, the evaluation periods", spec.evaluation_periods);
        wrong("datapoints-to-alarm", spec.needed().to_string(), allowed, Rule::Cw01);
    }
    let percentile = &spec.extended_statistic;
    if !percentile.is_empty() && alarm::percentile(percentile).is_none() {
        let allowed = "a percentile such as p90 or p99.9".to_string();
        wrong("extended-statistic", format!("{percentile:?}"), allowed, Rule::Cw04);
    }
    let (_, qualifier) = split_target(watches);
    let is_alias = qualifier.name().is_some_and(|name| {
        name.bytes().any(|byte| !byte.is_ascii_digit()) && &*name != "$LATEST"
    });
    if let Some(version) = spec.executed_version
        && !is_alias
    {
        let allowed = "nothing, unless an alias is watched".to_string();
        wrong("executed-version", version.to_string(), allowed, Rule::Ali34);
    }
}

fn check_group(scenario: &Scenario, group: &Group, place: &str, issues: &mut Vec<Issue>) {
    knob::check(&group.spec, place, issues);
    let mut wrong = |key: &str, found: String, allowed: String, rule| {
        issues.push(issue(format!("{place}.{key}"), found, allowed, rule));
    };
    let (name, qualifier) = split_target(&group.alias);
    let function = scenario.functions.iter().find(|function| function.name == name);
    let has_alias = function.is_some_and(|function| match &qualifier {
        Qualifier::Latest => false,
        Qualifier::Named(name) => function.aliases.iter().any(|a| a.name == **name),
    });
    if !has_alias {
        let allowed = functions(scenario, "a function with one of its aliases");
        wrong("alias", format!("{:?}", group.alias), allowed, Rule::Cd19);
    }
    check_config(group, &mut wrong);
    let hooks = [
        ("before-allow-traffic", &group.spec.before),
        ("after-allow-traffic", &group.spec.after),
    ];
    for (key, hook) in hooks {
        if !hook.is_empty() && !is_known(scenario, hook) {
            let allowed = functions(scenario, "a function");
            wrong(key, format!("{hook:?}"), allowed, Rule::Cd05);
        }
    }
    if group.alarms.len() > limits::GROUP_ALARMS_MAX {
        let allowed = format!("at most {}", limits::GROUP_ALARMS_MAX);
        wrong("alarms", group.alarms.len().to_string(), allowed, Rule::Cd24);
    }
    for (at, alarm) in group.alarms.iter().enumerate() {
        let is_known = scenario.alarms.iter().any(|known| known.name == *alarm);
        if !is_known || group.alarms[..at].contains(alarm) {
            let names = scenario.alarms.iter().map(|alarm| alarm.name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            let allowed = format!("an alarm of the scenario, each once: {names}");
            wrong(&format!("alarms.{at}"), format!("{alarm:?}"), allowed, Rule::Cd24);
        }
    }
    for (at, event) in group.rollback.iter().enumerate() {
        if group.rollback[..at].contains(event) {
            let allowed = "each event once".to_string();
            wrong(
                &format!("auto-rollback.{at}"),
                event.word().into(),
                allowed,
                Rule::Cd27,
            );
        }
    }
}

fn check_config(group: &Group, wrong: &mut impl FnMut(&str, String, String, Rule)) {
    let config = &group.spec.config;
    let names = PREDEFINED.map(|(name, _)| format!("{PREFIX}{name}")).join(", ");
    match (group.custom, config.is_empty()) {
        (Some(custom), true) if custom.is_valid() => {}
        (Some(custom), true) => {
            let allowed = "1 to 99 percent, whole minutes from 1, and at most 2880 minutes from the first shift to the last";
            let found = match custom.count() {
                1 => String::new(),
                count => format!("{count} shifts, {} minutes apart", custom.interval()),
            };
            wrong("traffic-routing", found, allowed.into(), Rule::Cd15);
        }
        (Some(_), false) => {
            let allowed = "a configuration, or a traffic routing of its own, not both";
            wrong("config", format!("{config:?}"), allowed.into(), Rule::Cd15);
        }
        (None, _) if group.routing().is_some() => {}
        (None, _) => {
            let found =
                if config.is_empty() { "nothing".into() } else { format!("{config:?}") };
            wrong("config", found, names, Rule::Cd10);
        }
    }
}

/// Whether a target names a function of the scenario, and a version or alias of it if any.
fn is_known(scenario: &Scenario, target: &str) -> bool {
    let (name, qualifier) = split_target(target);
    let function = scenario.functions.iter().find(|function| function.name == name);
    function.is_some_and(|function| match &qualifier {
        Qualifier::Latest => true,
        Qualifier::Named(name) => names_something(function, name),
    })
}

/// What is allowed where a function is to be named.
fn functions(scenario: &Scenario, what: &str) -> String {
    let names = scenario.functions.iter().map(|function| function.name.as_str());
    let names: Vec<&str> = names.collect();
    if names.is_empty() { what.into() } else { format!("{what}: {}", names.join(", ")) }
}
