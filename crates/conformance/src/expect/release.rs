//! What is expected of a deployment: how it ended and when, where its alias led meanwhile,
//! and how many requests reached the new version.

use lambdarium_sim::id::{FunctionId, GroupId, Part, VersionIx};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::release::deployment::{Deployment, LifecycleEvent};
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{AliasFact, Fact};
use lambdarium_sim::value::Value;

use super::{Comparison, shown_span};
use crate::case::{
    Members, Unsupported, count, list, seconds, switch, text, unsupported,
};
use crate::given::release::version;

/// Where an alias leads: its version, and the other one with its share in millionths.
type Leads = (u64, Option<(u64, u32)>);

/// The first deployment, which the case creates.
fn deployment<'a>(on: &Comparison<'a>) -> Option<&'a Deployment> {
    let world = on.played.recording.head().world();
    world.groups().first()?.deployments().first()
}

/// Compares how the deployment ended.
pub fn deployment_ended(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    let mut members = Members::of("expect.deployment", expected)?;
    let status = members.read("status", text)?;
    let at = members.read("at", seconds)?;
    let code = members.take("errorCode");
    let rolled_back = members.read("rolledBack", switch)?;
    let lifecycle = members.take("lifecycle");
    members.finish()?;
    let Some(found) = deployment(on) else {
        on.differ("deployment", "one", "none");
        return Ok(());
    };
    if let Some(status) = status {
        on.same("deployment.status", status, found.status.word(), |it| it.to_string());
    }
    if let Some(at) = at {
        let ended = found.ended.map(|ended| ended.since(on.played.base));
        let shown = |it: &Option<Span>| it.map_or_else(|| "never".into(), shown_span);
        on.same("deployment.at", Some(at), ended, shown);
    }
    if let Some(code) = code {
        let got = found.error.map_or("null", |code| code.word());
        on.same("deployment.errorCode", code.as_text().unwrap_or("null"), got, |it| {
            it.to_string()
        });
    }
    if let Some(rolled_back) = rolled_back {
        let got = found.rolled_back_by.is_some();
        on.same("deployment.rolledBack", rolled_back, got, ToString::to_string);
    }
    if let Some(lifecycle) = lifecycle {
        let all = Members::of("expect.deployment.lifecycle", lifecycle)?.take_all();
        for (name, status) in all {
            let place = format!("deployment.lifecycle.{name}");
            let event = LifecycleEvent::from_word(name);
            let Some(event) = event else { return unsupported(place) };
            let status = text(&place, status)?;
            on.same(place, status, found.event(event).word(), |it| it.to_string());
        }
    }
    Ok(())
}

/// The alias of the case, by its function and its name.
fn alias(on: &Comparison<'_>) -> Option<(FunctionId, String)> {
    let plan = on.played.recording.last_plan();
    let group = plan.groups().first().map(|_| plan.group(GroupId::new(0)));
    group.map(|group| (group.function(), group.alias().to_string()))
}

/// Where the alias led at t = 0 and from each later change on.
fn led(on: &Comparison<'_>) -> Vec<(Span, Leads)> {
    let Some((function, name)) = alias(on) else { return Vec::new() };
    let recording = &on.played.recording;
    let plan = recording.last_plan();
    let planned = plan.function(function);
    let number = |version: VersionIx| {
        let name = planned.version(version).name();
        name.parse().unwrap_or_default()
    };
    let given = on.setting.scenario.functions.iter();
    let given = given.flat_map(|function| &function.aliases).find(|a| a.name == name);
    let first: Leads = given.map_or((0, None), |alias| {
        let routing = alias.routing;
        (alias.version, routing.map(|routing| (routing.version, routing.weight_ppm)))
    });
    let mut all = vec![(Span::ZERO, first)];
    for entry in recording.log().iter() {
        let Fact::Alias(AliasFact::Points { alias, version, additional, weight_ppm }) =
            entry.fact
        else {
            continue;
        };
        if entry.part != Part::Function(function) || planned.alias(alias).name() != name {
            continue;
        }
        let at = entry.at.since(on.played.base);
        let leads = (number(version), additional.map(|to| (number(to), weight_ppm)));
        match all.last_mut() {
            Some(last) if last.0 == at => last.1 = leads,
            Some(_) | None => all.push((at, leads)),
        }
    }
    all.dedup_by_key(|(_, leads)| *leads);
    all
}

/// Compares every change of the alias.
pub fn alias_led(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let place = "expect.alias";
    let mut wanted = Vec::new();
    for item in list(place, expected)? {
        let mut members = Members::of(place, item)?;
        let at = members.read("at", seconds)?.unwrap_or(Span::ZERO);
        let primary = members.read("FunctionVersion", version)?.unwrap_or_default();
        let weights = members.take("AdditionalVersionWeights");
        members.finish()?;
        let mut additional = None;
        if let Some(weights) = weights.filter(|weights| **weights != Value::Null) {
            for (name, weight) in Members::of(place, weights)?.take_all() {
                let weight = weight.scaled(6).and_then(|ppm| u32::try_from(ppm).ok());
                let Some(weight) = weight else { return unsupported(place) };
                additional = Some((version(place, &Value::text(name))?, weight));
            }
        }
        wanted.push((at, (primary, additional)));
    }
    let got = led(on);
    let shown = |all: &Vec<(Span, Leads)>| {
        let one = |(at, (version, additional)): &(Span, Leads)| {
            let additional = additional.map_or_else(String::new, |(to, ppm)| {
                format!("{to}: {}", lambdarium_format::unit::decimal(ppm.into(), 6))
            });
            format!("{} {version}|{{{additional}}}", shown_span(*at))
        };
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    on.same("alias", wanted, got, shown);
    Ok(())
}

/// Compares how many requests reach the new version on average, one at each 1/rate seconds.
pub fn reached(
    on: &mut Comparison<'_>,
    expected: &Value,
    of: Option<&Value>,
    within: Option<&Value>,
) -> Result<(), Unsupported> {
    let place = "expect.timing.expectedOnNewVersion";
    let (release, led) = (&on.setting.release, led(on));
    let rate = release.rate.unwrap_or(1);
    let within = within.map(|value| seconds("expect.timing.inFirstSeconds", value));
    let of = of.map(|value| count("expect.timing.ofRequests", value)).transpose()?;
    let due = |number: u64| Span(number * 1_000_000 / rate);
    let all = match (within.transpose()?, of) {
        (Some(within), _) => {
            (0..).take_while(|number| due(*number) < within).count() as u64
        }
        (None, Some(of)) => of,
        (None, None) => return unsupported(place),
    };
    if let Some(of) = of {
        on.same("timing.ofRequests", of, all, ToString::to_string);
    }
    let share = |at: Span| {
        let leads =
            led.iter().rev().find(|(from, _)| *from <= at).map(|(_, leads)| leads);
        leads.map_or(0, |(version, additional)| {
            let (other, ppm) = additional.unwrap_or((0, 0));
            u64::from(match release.target {
                target if target == *version => 1_000_000 - ppm,
                target if target == other => ppm,
                _ => 0,
            })
        })
    };
    let got: u64 = (0..all).map(|number| share(due(number))).sum();
    let wanted = expected.scaled(6);
    let Some(wanted) = wanted else { return unsupported(place) };
    on.same("timing.expectedOnNewVersion", wanted, got, |ppm| {
        lambdarium_format::unit::decimal(*ppm, 6)
    });
    Ok(())
}

/// Compares which version each of the draws that are given leads to (ALI-19).
pub fn drawn(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let place = "expect.versionsByDraw";
    let wanted = list(place, expected)?;
    let wanted =
        wanted.iter().map(|it| version(place, it)).collect::<Result<Vec<_>, _>>();
    let functions = &on.setting.scenario.functions;
    let name = &on.setting.release.alias;
    let alias =
        functions.iter().flat_map(|f| &f.aliases).find(|alias| alias.name == *name);
    let Some(alias) = alias else { return unsupported(place) };
    let got: Vec<u64> =
        on.setting.release.draws.iter().map(|u| alias.drawn(*u)).collect();
    on.same("versionsByDraw", wanted?, got, |all| format!("{all:?}"));
    Ok(())
}
