//! Lanes of what stands until it changes: where aliases lead requests, and the states of
//! alarms.

use lambdarium_format::unit;
use lambdarium_sim::id::{Part, VersionIx};
use lambdarium_sim::release::alarm::StateValue;
use lambdarium_sim::view::{Frame, FunctionView, Step, StepIs, StepLane};
use yew::prelude::*;

use super::super::svg;
use super::lanes;
use super::place::{PAD, Place};
use crate::geometry::{Rect, px};
use crate::message::Painted;
use crate::texts;

/// Height of the bar of an alarm, and of the staircase of an alias.
const BAR_H: f64 = 15.0;
/// Width of a letter, at least.
const LETTER: f64 = 6.4;

/// The names of the lanes.
pub fn names(painted: &Painted, place: Place) -> Html {
    let mut drawn = Vec::new();
    for (lane, top) in place.steps(&painted.lanes) {
        let says = if is_alarm(lane) { texts::STATE } else { texts::LEADS_TO };
        drawn.extend(lanes::name(place, top, &lane.name, says));
    }
    svg::all(drawn)
}

fn is_alarm(lane: &StepLane) -> bool {
    matches!(lane.part, Part::Alarm(_))
}

/// The steps, as they are behind the playhead or ahead of it.
pub fn steps(painted: &Painted, place: Place, filled: bool) -> Html {
    let mut drawn = Vec::new();
    for (lane, top) in place.steps(&painted.lanes) {
        let top = top + place.above() + PAD / 2.0;
        if is_alarm(lane) {
            drawn.extend(alarm(lane, painted, place, top, filled));
        } else {
            drawn.push(alias(lane, painted, place, top, filled));
        }
    }
    html! { <g class="steps">{ svg::all(drawn) }</g> }
}

/// What of a step is in the window: from where to where.
fn seen(step: &Step, painted: &Painted, place: Place) -> Option<(f64, f64)> {
    let axis = place.window(painted);
    let (from, to) = (axis.x(step.from), axis.x(step.to));
    let (from, to) = (from.max(axis.left), to.min(axis.left + axis.width));
    (to > from).then_some((from, to))
}

fn alarm(
    lane: &StepLane,
    painted: &Painted,
    place: Place,
    top: f64,
    filled: bool,
) -> Vec<Html> {
    let mut drawn = Vec::new();
    for step in &lane.steps {
        let StepIs::Alarm { value } = step.is else { continue };
        let Some((x, to)) = seen(step, painted, place) else { continue };
        let (class, text) = match (value, filled) {
            (StateValue::Ok, true) => ("sp al-ok", "t11 mid b"),
            (StateValue::Ok, false) => ("sp sp-ok-0", "t11 mid b"),
            (StateValue::Alarm, true) => ("sp sp-fail", "t11 mid b t-on"),
            (StateValue::Alarm, false) => ("sp sp-fail-0", "t11 mid b tfail"),
            (StateValue::InsufficientData, _) => ("env env-none", "t11 mid d"),
        };
        drawn.push(svg::rect(Rect { x, y: top, w: to - x, h: BAR_H }, "2", class));
        let word = value.word();
        if word.len() as f64 * LETTER + 16.0 < to - x {
            drawn.push(svg::text((x + to) / 2.0, top + 11.5, text, word));
        }
    }
    drawn
}

/// The share of the newest version, as a staircase.
fn alias(
    lane: &StepLane,
    painted: &Painted,
    place: Place,
    top: f64,
    filled: bool,
) -> Html {
    let share = |step: &Step, newest: VersionIx| match step.is {
        StepIs::Leads { version, additional, weight_ppm } => {
            let other = if additional == Some(newest) { weight_ppm } else { 0 };
            let rest = if version == newest { 1_000_000 - weight_ppm } else { 0 };
            f64::from(other + rest) / 1_000_000.0
        }
        StepIs::Alarm { .. } | StepIs::Nothing => 0.0,
    };
    let led = lane.steps.iter().filter_map(|step| match step.is {
        StepIs::Leads { version, additional, .. } => Some(additional.max(Some(version))?),
        StepIs::Alarm { .. } | StepIs::Nothing => None,
    });
    let newest = led.max().unwrap_or(VersionIx::LATEST);
    let mut d = String::new();
    for step in lane.steps.iter().filter(|step| step.is != StepIs::Nothing) {
        let Some((x, to)) = seen(step, painted, place) else { continue };
        let y = top + BAR_H * (1.0 - share(step, newest));
        let start = if d.is_empty() { ["M", &px(x), " "] } else { ["H", &px(x), "V"] };
        d += &start.concat();
        d += &[px(y).as_str(), "H", &px(to)].concat();
    }
    let class = if filled { "stair" } else { "lead" };
    html! { <path {d} {class} /> }
}

/// What the steps of aliases say, where there is room for it.
pub fn labels(painted: &Painted, frame: &Frame, place: Place) -> Html {
    let mut drawn = Vec::new();
    for (lane, top) in place.steps(&painted.lanes) {
        let Part::Function(id) = lane.part else { continue };
        let Some(function) = frame.functions.get(usize::from(id.0)) else { continue };
        let y = top + place.above() + PAD / 2.0 + 9.0;
        for step in &lane.steps {
            let Some((x, to)) = seen(step, painted, place) else { continue };
            let text = words(step, function);
            if text.chars().count() as f64 * LETTER + 12.0 < to - x {
                drawn.push(svg::text((x + to) / 2.0, y, "t11 mid halo", text));
            }
        }
    }
    svg::all(drawn)
}

/// `10 % Version 2`, or `Version 1`.
fn words(step: &Step, function: &FunctionView) -> String {
    let name = |index: VersionIx| {
        let versions = &function.versions;
        let version = versions.iter().find(|version| version.index == index.0);
        let name = version.map_or("", |version| version.name.as_str());
        [texts::VERSION, " ", name].concat()
    };
    match step.is {
        StepIs::Leads { additional: Some(other), weight_ppm, .. } => {
            [&unit::decimal(weight_ppm.into(), 4), " % ", &name(other)].concat()
        }
        StepIs::Leads { version, additional: None, .. } => name(version),
        StepIs::Alarm { .. } | StepIs::Nothing => String::new(),
    }
}
