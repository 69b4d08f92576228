//! The gauges under the lanes: CloudWatch's metrics and the cost, column by column of the
//! window, with their values at the playhead in words.

use lambdarium_sim::time::Span;
use lambdarium_sim::view::{Frame, FunctionView, Gauge};
use yew::prelude::*;

use super::super::board::cut;
use super::super::svg;
use super::place::{CURVE_H, Place, TITLE_H};
use crate::geometry::{Point, px};
use crate::message::{Opened, Painted};
use crate::texts::{self, grouped, usd};

/// The names are CloudWatch's, and so are the statistics.
fn name(gauge: Gauge) -> (&'static str, &'static str) {
    match gauge {
        Gauge::Concurrent => ("ConcurrentExecutions", texts::MAXIMUM),
        Gauge::Errors => ("Errors", texts::SUM),
        Gauge::Throttles => ("Throttles", texts::SUM),
        Gauge::Invocations => ("Invocations", texts::SUM),
        Gauge::Duration => ("Duration", texts::AVERAGE),
        Gauge::Cost => (texts::COST, ""),
    }
}

/// The value at the playhead, as the panel has it.
fn now(gauge: Gauge, functions: &[&FunctionView]) -> u64 {
    let sum = |of: fn(&FunctionView) -> u64| functions.iter().map(|f| of(f)).sum();
    match gauge {
        Gauge::Concurrent => sum(|f| f.on_demand + f.on_provisioned),
        Gauge::Errors => sum(|f| f.metrics.errors),
        Gauge::Throttles => sum(|f| f.metrics.throttles),
        Gauge::Invocations => sum(|f| f.metrics.invocations),
        Gauge::Duration => {
            average(sum(|f| f.metrics.duration_us), sum(|f| f.metrics.duration_count))
        }
        Gauge::Cost => sum(|f| f.micro_usd),
    }
}

/// A value with its unit.
fn text(gauge: Gauge, value: u64) -> String {
    match gauge {
        Gauge::Duration => Span(value / 1_000 * 1_000).to_string(),
        Gauge::Cost => usd(value),
        Gauge::Concurrent | Gauge::Errors | Gauge::Throttles | Gauge::Invocations => {
            grouped(value)
        }
    }
}

/// The classes of the curve behind the playhead and ahead of it.
fn classes(gauge: Gauge, most: u64) -> (&'static str, &'static str) {
    match gauge {
        _ if most == 0 => ("g g-none", "g g-none g-0"),
        Gauge::Errors => ("g g-fail", "g g-fail g-0"),
        Gauge::Throttles => ("g g-wait", "g g-wait g-0"),
        Gauge::Concurrent | Gauge::Invocations | Gauge::Duration | Gauge::Cost => {
            ("g", "g g-0")
        }
    }
}

fn average(sum: u64, count: u64) -> u64 {
    sum.checked_div(count).unwrap_or(0)
}

/// Names and statistics.
pub fn names(painted: &Painted, place: Place, run: &Opened) -> Html {
    let top = place.gauges(&painted.lanes);
    let rule =
        |y: f64| svg::line(Point { x: 0.0, y }, Point { x: place.page, y }, "rule");
    let whose = painted.gauges.function;
    let whose = whose.and_then(|id| run.functions.get(usize::from(id.0)));
    let whose = whose.map_or(texts::ALL_FUNCTIONS, |function| function.name.as_str());
    let about = if place.narrow { texts::GAUGES_SHORT } else { texts::GAUGES_ABOUT };
    let about_x = if place.narrow { 130.0 } else { place.left };
    let mut drawn = vec![
        rule(top),
        svg::text(16.0, top + 17.0, "t12 b", cut(whose, 24)),
        svg::text(about_x, top + 17.0, "t11 dd", about),
    ];
    for (number, gauge) in Gauge::ALL.into_iter().enumerate() {
        let y = row(place, top, number);
        let (name, statistic) = name(gauge);
        drawn.push(rule(y));
        drawn.push(svg::text(16.0, y + 15.0, "t12 b", name));
        if !place.narrow {
            drawn.push(svg::text(186.0, y + 32.0, "t11 end dd", statistic));
        }
    }
    svg::all(drawn)
}

/// The highest value of each curve, before the curves.
pub fn highest(painted: &Painted, place: Place) -> Html {
    let top = place.gauges(&painted.lanes);
    let mut drawn = Vec::new();
    for (number, gauge) in Gauge::ALL.into_iter().enumerate() {
        let most = most(gauge, painted);
        if most > 0 {
            let y = curve_top(place, row(place, top, number)) + 9.0;
            let text = [texts::UP_TO, " ", &text(gauge, most)].concat();
            drawn.push(svg::text(place.right() - 2.0, y, "t11 end dd halo", text));
        }
    }
    svg::all(drawn)
}

/// The upper edge of a gauge.
fn row(place: Place, top: f64, number: usize) -> f64 {
    top + TITLE_H + place.gauge() * number as f64
}

fn curve_top(place: Place, row_y: f64) -> f64 {
    if place.narrow { row_y + 18.0 } else { row_y + 8.0 }
}

fn values(gauge: Gauge, painted: &Painted) -> &[u64] {
    painted.gauges.series.get(gauge as usize).map_or(&[], Vec::as_slice)
}

fn most(gauge: Gauge, painted: &Painted) -> u64 {
    values(gauge, painted).iter().copied().max().unwrap_or(0)
}

/// The curves, filled or outlined.
pub fn curves(painted: &Painted, place: Place, filled: bool) -> Html {
    let top = place.gauges(&painted.lanes);
    let mut drawn = Vec::new();
    for (number, gauge) in Gauge::ALL.into_iter().enumerate() {
        let base = curve_top(place, row(place, top, number)) + CURVE_H;
        let most = most(gauge, painted);
        let each = place.width / values(gauge, painted).len().max(1) as f64;
        let mut d = format!("M{} {}", px(place.left), px(base));
        let mut last = 0;
        for (column, value) in values(gauge, painted).iter().copied().enumerate() {
            if value != last {
                let x = place.left + each * column as f64;
                let y = base - CURVE_H * value as f64 / most.max(1) as f64;
                d += &["H", &px(x), "V", &px(y)].concat();
                last = value;
            }
        }
        d += &["H", &px(place.right()), "V", &px(base)].concat();
        let (past, ahead) = classes(gauge, most);
        let class = if filled { past } else { ahead };
        drawn.push(html! { <path {d} {class} /> });
    }
    svg::all(drawn)
}

/// The values at the playhead.
pub fn readings(painted: &Painted, frame: &Frame, place: Place) -> Html {
    let top = place.gauges(&painted.lanes);
    let only = painted.gauges.function.map(|id| usize::from(id.0));
    let functions = frame.functions.iter().enumerate();
    let functions: Vec<&FunctionView> = functions
        .filter(|(number, _)| only.is_none_or(|only| only == *number))
        .map(|(_, function)| function)
        .collect();
    let mut drawn = Vec::new();
    for (number, gauge) in Gauge::ALL.into_iter().enumerate() {
        let y = row(place, top, number);
        let text = text(gauge, now(gauge, &functions));
        let when = if gauge == Gauge::Concurrent { texts::NOW_IS } else { texts::SO_FAR };
        let mut text = [&text, " ", when].concat();
        let (x, y, class) = if place.narrow {
            let statistic = name(gauge).1;
            if !statistic.is_empty() {
                text += &[", ", statistic].concat();
            }
            (place.right(), y + 15.0, "t11 end d")
        } else {
            (16.0, y + 32.0, "t11 d")
        };
        drawn.push(html! {
            <g role="listitem" aria-label={[name(gauge).0, ": ", &text].concat()}>
                { svg::text(x, y, class, text) }
            </g>
        });
    }
    html! { <g id="readings" role="list" aria-label={texts::GAUGES}>{ svg::all(drawn) }</g> }
}
