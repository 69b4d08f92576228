//! The state of alarms, deployments, aliases and versions at the playhead.

use lambdarium_format::unit;
use lambdarium_sim::knob::Choices;
use lambdarium_sim::release::deployment::LifecycleEvent;
use lambdarium_sim::time::Span;
use lambdarium_sim::view::{AlarmView, AliasView, FunctionView, GroupView, Point};

use super::now::{Pairs, Section, counted, pair};
use crate::geometry::clock;
use crate::message::ServiceText;
use crate::texts::grouped;

/// All requests, in parts per million.
const WHOLE_PPM: u64 = 1_000_000;

/// An alarm: what it watches, and what it has seen.
pub fn alarm(view: &AlarmView, text: Option<&ServiceText>) -> Vec<Section> {
    let mut pairs = vec![pair("State", view.value.word())];
    pairs.extend(text.map(|text| pair("Watches", text.kind.clone())));
    pairs.extend(text.map(|text| pair("Goes off at", text.gets.clone())));
    let measured =
        view.measured.map_or("nothing".into(), |value| unit::decimal(value, 6));
    pairs.push(pair("In this period so far", measured));
    pairs.push(pair("The period ends at", clock(view.ends_at.0)));
    let points = view.points.iter().map(|point| match point {
        Point::Missing => "missing",
        Point::Holds => "fine",
        Point::Breaches => "breaching",
    });
    let points: Vec<&str> = points.collect();
    pairs.push(pair("Points, the last one open", points.join(", ")));
    vec![("CloudWatch alarm".into(), String::new(), pairs)]
}

/// A deployment group, and its last deployment.
pub fn group(view: &GroupView, text: Option<&ServiceText>) -> Vec<Section> {
    let mut pairs = Pairs::new();
    pairs.extend(text.map(|text| pair("Alias", text.gets.clone())));
    pairs.extend(text.map(|text| pair("Configuration", text.kind.clone())));
    let mut sections = vec![("Deployment group".into(), String::new(), pairs)];
    let Some(deployment) = &view.deployment else {
        let nothing = "There is no deployment so far.".into();
        sections.push(("Deployment".into(), nothing, Pairs::new()));
        return sections;
    };
    let mut pairs = vec![
        pair("Deployment ID", deployment.deployment_id.clone()),
        pair("Status", deployment.status.word()),
        counted("From version", deployment.current),
        counted("To version", deployment.target),
        pair("Weight of that now", format!("{} %", deployment.percent)),
    ];
    let next = deployment.next_shift.filter(|_| deployment.ended.is_none());
    pairs.extend(next.map(|at| pair("Next shift at", clock(at.0))));
    pairs.push(pair("Created at", clock(deployment.created.0)));
    pairs.extend(deployment.ended.map(|at| pair("Ended at", clock(at.0))));
    pairs.extend(deployment.error.map(|error| pair("Error", error.word())));
    if deployment.taken_back {
        let back = format!("all traffic is on version {}", deployment.current);
        pairs.push(pair("Rolled back", back));
    }
    sections.push(("Deployment".into(), String::new(), pairs));
    let events = (0..).map_while(LifecycleEvent::from_place);
    let events = events.zip(deployment.lifecycle);
    let events = events.map(|(event, status)| pair(event.word(), status.word()));
    sections.push(("Lifecycle events".into(), String::new(), events.collect()));
    sections
}

/// Where aliases of a function lead, and what they were expected to draw, and did.
pub fn aliases(view: &FunctionView) -> Option<Section> {
    if view.aliases.is_empty() {
        return None;
    }
    let mut pairs = Pairs::new();
    for alias in &view.aliases {
        pairs.push(pair(&alias.name, leads(alias, view)));
        if let Some(other) = alias.additional.filter(|other| other.runs > 0) {
            let expected = other.runs * u64::from(other.weight_ppm);
            let expected = unit::decimal(expected / (WHOLE_PPM / 10), 1);
            let runs = grouped(other.runs);
            pairs.push(pair("  expected there", format!("{expected} of {runs}")));
            let drawn = format!("{} of {runs}", grouped(other.drawn));
            pairs.push(pair("  drawn so far", drawn));
        }
    }
    Some(("Aliases".into(), String::new(), pairs))
}

/// `90 % version 1, 10 % version 2`
fn leads(alias: &AliasView, view: &FunctionView) -> String {
    let name = |index: u16| {
        let found = view.versions.iter().find(|version| version.index == index);
        ["version ", found.map_or("", |version| version.name.as_str())].concat()
    };
    let Some(other) = alias.additional else { return name(alias.version.0) };
    let percent = |ppm: u64| unit::decimal(ppm, 4) + " % ";
    let weight = u64::from(other.weight_ppm);
    let first = percent(WHOLE_PPM.saturating_sub(weight)) + &name(alias.version.0);
    [&first, ", ", &percent(weight), &name(other.version.0)].concat()
}

/// What each version of a function has done, if several have done anything.
pub fn versions(view: &FunctionView) -> Option<Section> {
    let run = view.versions.iter().filter_map(|version| {
        Some((version, version.counts.first()?))
            .filter(|(_, counts)| counts.invocations > 0)
    });
    let run: Vec<_> = run.collect();
    if run.len() < 2 {
        return None;
    }
    let mut pairs = Pairs::new();
    for (version, counts) in run {
        let average = counts.duration_us.checked_div(counts.duration_count).unwrap_or(0);
        pairs.extend([
            counted(&format!("{}: Invocations", version.name), counts.invocations),
            counted(&format!("{}: Errors", version.name), counts.errors),
            pair(
                &format!("{}: Duration, average", version.name),
                Span(average / 1_000 * 1_000).to_string(),
            ),
        ]);
    }
    Some(("By ExecutedVersion".into(), String::new(), pairs))
}
