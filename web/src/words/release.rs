//! Alarms and deployment groups of a scenario in words.

use lambdarium_format::{edit, unit};
use lambdarium_sim::id::{FunctionId, GroupId, Part};
use lambdarium_sim::lambda::Function;
use lambdarium_sim::release::alarm::{Comparison, Spec};
use lambdarium_sim::release::routing::{PREFIX, TrafficRouting};
use lambdarium_sim::scenario::{Run, Scenario};
use lambdarium_sim::value::Value;
use lambdarium_sim::{EVENTS, WithEvents};

use crate::message::ServiceText;

/// The alarms of a scenario: what each watches, and when it goes off.
#[must_use]
pub fn alarms(scenario: &Scenario) -> WithEvents<ServiceText> {
    let alarms = scenario.alarms.iter().filter(|_| EVENTS).map(|alarm| {
        let metric = alarm.spec.metric.word();
        let version = alarm.spec.executed_version;
        let version = version.map_or_else(String::new, |number| {
            [", version ", &number.to_string()].concat()
        });
        ServiceText {
            name: alarm.name.clone(),
            kind: [metric, " of ", &alarm.watches, &version].concat(),
            gets: goes_off(&alarm.spec),
        }
    });
    alarms.collect()
}

/// When an alarm goes off: `Sum above 0, 3 of 3 × 60 s`.
fn goes_off(spec: &Spec) -> String {
    let statistic = match spec.extended_statistic.as_str() {
        "" => spec.statistic.word(),
        percentile => percentile,
    };
    let breaches = match spec.comparison {
        Comparison::Greater => "above",
        Comparison::AtLeast => "at least",
        Comparison::Less => "below",
        Comparison::AtMost => "at most",
    };
    let threshold = unit::decimal(spec.threshold, 6);
    let (needed, all) = (spec.needed(), spec.evaluation_periods);
    let period = spec.period.to_string();
    format!("{statistic} {breaches} {threshold}, {needed} of {all} × {period}")
}

/// The deployment groups of a scenario: how each shifts traffic, and what of.
#[must_use]
pub fn groups(scenario: &Scenario) -> WithEvents<ServiceText> {
    let groups = scenario.groups.iter().filter(|_| EVENTS).map(|group| {
        let config = group.spec.config.as_str();
        let kind = match group.custom {
            Some(custom) => own(custom),
            None => config.strip_prefix(PREFIX).unwrap_or(config).to_string(),
        };
        let gets = group.alias.clone();
        ServiceText { name: group.name.clone(), kind, gets }
    });
    groups.collect()
}

/// A configuration that is not predefined.
fn own(routing: TrafficRouting) -> String {
    match routing {
        TrafficRouting::AllAtOnce => "AllAtOnce".into(),
        TrafficRouting::Canary { percentage, interval } => {
            format!("canary, {percentage} % for {interval} min")
        }
        TrafficRouting::Linear { percentage, interval } => {
            format!("linear, {percentage} % every {interval} min")
        }
    }
}

/// Whether an alias of a function may lead requests to two versions at some time of a run.
#[must_use]
pub(super) fn splits(run: &Run, function: &Function) -> bool {
    if !EVENTS {
        return false;
    }
    let weighted = function.aliases.iter().any(|alias| alias.routing.is_some());
    let of = |target: &str| edit::qualifier(target, &function.name).is_some();
    let deployed = run.scenario.groups.iter().any(|group| of(&group.alias));
    let acted = run.acts.iter().any(|act| {
        let name = act.parameters.get("FunctionName").and_then(Value::as_text);
        act.parameters.get("RoutingConfig").is_some() && name.is_some_and(of)
    });
    weighted || deployed || acted
}

/// The hooks that deployment groups call.
pub(super) fn hooks(scenario: &Scenario) -> WithEvents<(Part, Part)> {
    let mut all = WithEvents::new();
    for (group, at) in scenario.groups.iter().zip(0..) {
        for hook in [&group.spec.before, &group.spec.after] {
            let functions = scenario.functions.iter().zip((0..).map(FunctionId));
            let is_it =
                |function: &Function| edit::qualifier(hook, &function.name).is_some();
            let mut found = functions.filter(|(function, _)| is_it(function));
            if let Some((_, to)) = found.next() {
                all.push((Part::Deployment(GroupId::new(at)), Part::Function(to)));
            }
        }
    }
    all
}
