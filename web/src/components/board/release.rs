//! Alarms, and deployments: a staircase of the share of requests that the new version gets,
//! over time, with what it waits for and what may stop it.

use lambdarium_sim::release::alarm::StateValue;
use lambdarium_sim::release::deployment::{EventStatus, LifecycleEvent, Status};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::view::{
    AlarmView, Back, DeploymentView, GroupView, Point as AlarmPoint,
};

use super::super::picture::{self, Node};
use super::{caller, marks, service};
use crate::geometry::{Point, Rect, clock_short, px};
use crate::message::ServiceText;
use crate::texts;

/// Room for the status of a deployment.
const STATUS_W: f64 = 92.0;
/// Below this width of a chart, gates go by short names.
const GATES_MIN_W: f64 = 420.0;

/// From point to point of an alarm.
const PITCH: f64 = 15.0;

/// An alarm: what it watches, its state, and the points it will look at next.
pub fn alarm(at: Rect, text: &ServiceText, view: &AlarmView, selected: bool) -> Node {
    let Rect { x, y, .. } = at;
    let mut nodes = service::head(at, &view.name, &text.kind, selected);
    let gets = caller::cut(&text.gets, ((at.w - 24.0) / 5.7) as usize);
    nodes.push(picture::text(x + 12.0, y + 52.0, "t11 dd", gets));
    let middle = Point { x: x + 18.0, y: y + 67.0 };
    let class = match view.value {
        StateValue::Ok => {
            nodes.extend(marks::badge(middle, Back::Ok));
            "t12 b"
        }
        StateValue::Alarm => {
            nodes.extend(marks::badge(middle, Back::Failed));
            "t12 b tfail"
        }
        StateValue::InsufficientData => {
            nodes.push(picture::circle(middle, 5.5, "env env-none"));
            "t11 d"
        }
    };
    let state = view.value.word().to_string();
    nodes.push(picture::text(x + 30.0, y + 71.0, class, state));
    let last = view.points.len().saturating_sub(1);
    for (place, point) in view.points.iter().enumerate() {
        let at = Point { x: x + 18.0 + PITCH * place as f64, y: y + 88.0 };
        nodes.extend(alarm_point(at, *point, place == last));
    }
    picture::group("", nodes)
}

/// A period: whether it breaches, and whether it is over.
fn alarm_point(at: Point, point: AlarmPoint, is_open: bool) -> Vec<Node> {
    let back = match point {
        AlarmPoint::Missing => {
            return vec![picture::circle(at, 4.5, "env env-none")];
        }
        AlarmPoint::Holds => Back::Ok,
        AlarmPoint::Breaches => Back::Failed,
    };
    if is_open {
        let class = if back == Back::Ok { "mk mk-ok" } else { "mk mk-fail" };
        return vec![picture::circle(at, 4.5, class)];
    }
    Vec::from(marks::badge(at, back))
}

/// A deployment group with its last deployment.
pub fn group(
    at: Rect,
    narrow: bool,
    text: &ServiceText,
    view: &GroupView,
    now: Instant,
    selected: bool,
) -> Node {
    let Rect { x, y, .. } = at;
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(at, "8", "card-sel-halo"));
    }
    nodes.push(picture::rect(at, "8", if selected { "card-sel" } else { "card" }));
    let name = caller::cut(&view.name, if narrow { 18 } else { 28 });
    let beside = x + 28.0 + name.chars().count() as f64 * 8.2;
    nodes.push(picture::text(x + 16.0, y + 24.0, "t14 b", name));
    let about = [&text.kind, ", ", &text.gets].concat();
    let (about_x, about_y) =
        if narrow { (x + 16.0, y + 41.0) } else { (beside, y + 24.0) };
    // The status stands at the right end.
    let room = at.right() - about_x - if narrow { 16.0 } else { STATUS_W };
    let about = caller::cut(&about, (room / 5.7) as usize);
    nodes.push(picture::text(about_x, about_y, "t11 d", about));
    let Some(deployment) = &view.deployment else {
        let nothing = texts::NO_DEPLOYMENT;
        nodes.push(picture::text(
            x + 16.0,
            y + if narrow { 62.0 } else { 48.0 },
            "t11 dd",
            nothing,
        ));
        return picture::group("", nodes);
    };
    let class = match deployment.status {
        Status::Created | Status::InProgress | Status::Succeeded => "t12 end b",
        Status::Failed | Status::Stopped => "t12 end b tfail",
    };
    let status = deployment.status.word().to_string();
    nodes.push(picture::text(at.right() - 16.0, y + 24.0, class, status));
    let chart = chart(at, narrow);
    nodes.extend(weight(at, narrow, deployment));
    nodes.extend(gates(&chart, deployment));
    nodes.extend(stairs(&chart, deployment, now));
    picture::group("", nodes)
}

/// Where the staircase of a card stands.
fn chart(at: Rect, narrow: bool) -> Rect {
    let (left, top) = if narrow { (44.0, 96.0) } else { (168.0, 56.0) };
    let (x, y) = (at.x + left, at.y + top);
    Rect { x, y, w: at.w - left - 24.0, h: at.bottom() - 24.0 - y }
}

/// The share the new version has now, and what comes next.
fn weight(at: Rect, narrow: bool, deployment: &DeploymentView) -> Vec<Node> {
    let target = [texts::WEIGHT_OF, " ", &deployment.target.to_string()].concat();
    let now = [&deployment.percent.to_string(), " %"].concat();
    let next = deployment.next_shift.and_then(|at| {
        let (_, percent) = deployment.plan.iter().find(|(shift, _)| *shift == at)?;
        Some(format!("{percent} % {} {}", texts::AT, clock_short(at.0)))
    });
    let ended = || {
        let at = deployment.ended?;
        let word = if deployment.taken_back { texts::TAKEN_BACK } else { texts::ENDED };
        Some([word, " ", &clock_short(at.0)].concat())
    };
    let (told, class) = match (next, deployment.ended) {
        (Some(next), None) => (Some(next), "t12"),
        (Some(_) | None, Some(_)) => (ended(), "t12"),
        (None, None) => (None, "t12"),
    };
    let (x, y) = (at.x + 16.0, at.y);
    let mut nodes = Vec::new();
    if narrow {
        nodes.push(picture::text(x, y + 64.0, "t14 b", now));
        nodes.push(picture::text(x + 52.0, y + 64.0, "t11 d", target));
        let end = at.right() - 16.0;
        nodes.extend(told.map(|told| picture::text(end, y + 64.0, "t11 end", told)));
        return nodes;
    }
    nodes.push(picture::text(x, y + 48.0, "t11 d", target));
    nodes.push(picture::text(x, y + 70.0, "t16 b", now));
    if let Some(told) = told {
        let label = if deployment.ended.is_some() { "" } else { texts::NEXT_SHIFT };
        nodes.push(picture::text(x, y + 92.0, "t11 dd", label));
        nodes.push(picture::text(x, y + 107.0, class, told));
    }
    nodes
}

/// The hooks before and after.
fn gates(chart: &Rect, deployment: &DeploymentView) -> Vec<Node> {
    let [before, _, after] = deployment.lifecycle;
    let said = |event: LifecycleEvent, status: EventStatus| {
        let status = match status {
            EventStatus::Skipped if deployment.error.is_none() => texts::NO_HOOK,
            other => other.word(),
        };
        // Where there is room for it, by its whole name.
        let name = match (chart.w < GATES_MIN_W, event) {
            (true, LifecycleEvent::BeforeAllowTraffic) => texts::BEFORE,
            (true, LifecycleEvent::AfterAllowTraffic) => texts::AFTER,
            (true, LifecycleEvent::AllowTraffic) => event.word(),
            (false, event) => event.word(),
        };
        [name, ": ", status].concat()
    };
    let y = chart.y - 10.0;
    let mut nodes = Vec::new();
    for (is_end, event, status) in [
        (false, LifecycleEvent::BeforeAllowTraffic, before),
        (true, LifecycleEvent::AfterAllowTraffic, after),
    ] {
        let class = match (is_end, status) {
            (false, EventStatus::Failed) => "t11 b tfail",
            (true, EventStatus::Failed) => "t11 end b tfail",
            (false, EventStatus::InProgress) => "t11 b",
            (true, EventStatus::InProgress) => "t11 end b",
            (
                false,
                EventStatus::Pending | EventStatus::Succeeded | EventStatus::Skipped,
            ) => "t11 d",
            (
                true,
                EventStatus::Pending | EventStatus::Succeeded | EventStatus::Skipped,
            ) => "t11 end d",
        };
        let gate = if is_end { chart.right() } else { chart.x };
        let d = "m-4.500-4.500h9v9h-9z";
        let middle = Point { x: gate, y: y - 4.0 };
        nodes.push(picture::mark(middle, d, "env env-idle"));
        if status == EventStatus::Succeeded {
            nodes.push(picture::mark(middle, "m-2.5 .2l1.7 1.8l3.3-3.8", "mk mk-ok"));
        } else if status == EventStatus::Failed {
            nodes.push(picture::mark(middle, "m-2-2l4 4m0-4l-4 4", "mk mk-fail"));
        }
        let x = if is_end { gate - 10.0 } else { gate + 10.0 };
        nodes.push(picture::text(x, y, class, said(event, status)));
    }
    nodes
}

/// The time that a staircase shows.
#[derive(Clone, Copy)]
struct Times {
    from: Instant,
    to: Instant,
}

impl Times {
    fn of(deployment: &DeploymentView) -> Self {
        let from = deployment.created;
        let planned = deployment.plan.last().map_or(from, |(at, _)| *at);
        let recorded = deployment.shifts.last().map_or(from, |(at, _)| *at);
        let last = planned.max(recorded).max(deployment.ends.unwrap_or(from));
        let length = last.since(from).max(Span::MINUTE);
        Self { from, to: from.plus(Span(length.0 + length.0 / 6)) }
    }

    fn x(self, chart: &Rect, at: Instant) -> f64 {
        let at = at.max(self.from).min(self.to);
        let whole = self.to.since(self.from).0.max(1) as f64;
        chart.x + chart.w * (at.since(self.from).0 as f64 / whole)
    }
}

/// Where the playhead stands in a card, to the pixel: as long as it does not move and nothing
/// else changes, the card is as it was.
pub fn pixel(at: Rect, narrow: bool, view: &GroupView, now: Instant) -> i32 {
    let chart = chart(at, narrow);
    let deployment = view.deployment.as_ref();
    deployment.map_or(0, |one| Times::of(one).x(&chart, now) as i32)
}

fn y_of(chart: &Rect, percent: u8) -> f64 {
    chart.bottom() - chart.h * f64::from(percent) / 100.0
}

/// A staircase between two instants.
fn path(
    chart: &Rect,
    times: Times,
    steps: &[(Instant, u8)],
    (from, to): (Instant, Instant),
) -> String {
    let before = steps.iter().rfind(|(at, _)| *at <= from);
    let mut d = String::new();
    let start = y_of(chart, before.map_or(0, |(_, percent)| *percent));
    d += &["M", &px(times.x(chart, from)), " ", &px(start)].concat();
    for (at, percent) in steps.iter().filter(|(at, _)| *at > from && *at <= to) {
        d += &["H", &px(times.x(chart, *at)), "V", &px(y_of(chart, *percent))].concat();
    }
    d + "H" + &px(times.x(chart, to))
}

fn stairs(chart: &Rect, deployment: &DeploymentView, now: Instant) -> Vec<Node> {
    let times = Times::of(deployment);
    let mut nodes = axis(chart, times);
    let plan = path(chart, times, &deployment.plan, (times.from, times.to));
    nodes.push(picture::path(plan, "stair-plan"));
    let steps = &deployment.shifts;
    let seen = now.min(times.to);
    let past = path(chart, times, steps, (times.from, seen));
    let base = ["V", &px(chart.bottom()), "H", &px(chart.x), "z"].concat();
    nodes.push(picture::path(past.clone() + &base, "stair-area"));
    // What lies ahead is not to be seen while somebody guesses it.
    let mut ahead = Vec::new();
    if seen < times.to {
        let path = path(chart, times, steps, (seen, times.to));
        ahead.push(picture::path(path, "lead"));
    }
    let end = end(chart, times, deployment, now);
    let is_ahead = deployment.ends.is_some_and(|at| at > now);
    let (ahead_too, done) = if is_ahead { (end, Vec::new()) } else { (Vec::new(), end) };
    ahead.extend(ahead_too);
    nodes.push(picture::group("ahead", ahead));
    nodes.push(picture::path(past, "stair"));
    nodes.extend(done);
    let x = times.x(chart, now);
    if now <= times.to {
        let (top, foot) = (Point { x, y: chart.y - 8.0 }, Point { x, y: chart.bottom() });
        nodes.push(picture::line(top, foot, "ph"));
        let y = y_of(chart, deployment.percent);
        nodes.push(picture::circle(Point { x, y }, 4.0, "ph-knob"));
    }
    nodes
}

/// When and how it ends, also where that lies ahead.
fn end(
    chart: &Rect,
    times: Times,
    deployment: &DeploymentView,
    now: Instant,
) -> Vec<Node> {
    let Some(at) = deployment.ends else { return Vec::new() };
    let x = times.x(chart, at);
    let is_ahead = at > now;
    let goes_wrong = deployment.shifts.last().is_none_or(|(_, percent)| *percent < 100);
    let mut nodes = Vec::new();
    let (top, foot) = (Point { x, y: chart.y - 2.0 }, Point { x, y: chart.bottom() });
    let when = clock_short(at.0);
    if goes_wrong {
        let class = if is_ahead { "mk mk-fail fut2" } else { "mk mk-fail" };
        nodes.push(picture::line(top, foot, class));
        // What goes wrong is told when it does: before, only when.
        let what = match deployment.error.filter(|_| !is_ahead) {
            Some(error) => error.word(),
            None => texts::STOPS,
        };
        let text = [&when, " ", what].concat();
        let is_right = x > chart.x + chart.w * 0.55;
        let (x, class) = match (is_right, is_ahead) {
            (true, true) => (x - 6.0, "t11 end d"),
            (true, false) => (x - 6.0, "t11 end b tfail"),
            (false, true) => (x + 6.0, "t11 d"),
            (false, false) => (x + 6.0, "t11 b tfail"),
        };
        nodes.push(picture::text(x, chart.y + 8.0, class, text));
    }
    nodes
}

/// Lengths between two labels.
const STEPS: [u64; 14] =
    [10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

/// The lines and labels of a chart.
fn axis(chart: &Rect, times: Times) -> Vec<Node> {
    let mut nodes = Vec::new();
    for percent in [0, 50, 100] {
        let y = y_of(chart, percent);
        let (from, to) = (Point { x: chart.x, y }, Point { x: chart.right(), y });
        nodes.push(picture::line(from, to, "rule"));
        let label = percent.to_string();
        nodes.push(picture::text(chart.x - 6.0, y + 4.0, "t11 end dd", label));
    }
    let length = times.to.since(times.from).0 / 1_000_000;
    let most = (chart.w / 72.0).max(2.0) as u64;
    let fits = |step: &&u64| length / **step <= most;
    let step = STEPS.iter().find(fits).unwrap_or(&STEPS[STEPS.len() - 1]);
    let mut second = times.from.0.div_ceil(1_000_000).next_multiple_of(*step);
    while second * 1_000_000 <= times.to.0 {
        let x = times.x(chart, Instant(second * 1_000_000));
        let label = clock_short(second * 1_000_000);
        nodes.push(picture::text(x, chart.bottom() + 16.0, "t11 mid dd", label));
        second += step;
    }
    nodes
}
