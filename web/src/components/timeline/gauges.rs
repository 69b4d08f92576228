//! The gauges under the lanes: CloudWatch's metrics and the cost, column by column of the
//! window, with their values at the playhead in words.

use lambdarium_sim::id::{FunctionId, Part, VersionIx};
use lambdarium_sim::time::Span;
use lambdarium_sim::view::{
    Frame, FunctionView, Gauge, SourceGauge, SourceSeries, VersionSeries,
};
use lambdarium_sim::{EVENTS, Given};
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

/// The name of a gauge of functions, its statistic, and how its values are written.
pub fn of_functions(gauge: Gauge) -> (&'static str, &'static str, fn(u64) -> String) {
    let (name, statistic) = name(gauge);
    let text = match gauge {
        Gauge::Duration => |us: u64| text(Gauge::Duration, us),
        Gauge::Cost => {
            let text = |micro: u64| usd(micro).trim_end_matches(" USD").to_string();
            return (texts::COST_USD, statistic, text);
        }
        Gauge::Concurrent | Gauge::Errors | Gauge::Throttles | Gauge::Invocations => {
            grouped
        }
    };
    (name, statistic, text)
}

/// The same of a source or mapping.
pub fn of_source(gauge: SourceGauge) -> (&'static str, &'static str, fn(u64) -> String) {
    let statistic = if gauge.is_sum() { texts::SUM } else { texts::MAXIMUM };
    let text = match gauge.is_time() {
        true => |us: u64| Span(us / 1_000 * 1_000).to_string(),
        false => grouped,
    };
    (source_name(gauge), statistic, text)
}

/// The value at the playhead, as the panel has it.
pub fn now(gauge: Gauge, functions: &[&FunctionView]) -> u64 {
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

/// A gauge that is drawn: of functions, or of a source or mapping.
#[derive(Clone, Copy)]
enum Drawn<'a> {
    Functions(Gauge, &'a [u64], Option<Versioned>),
    Source(&'a SourceSeries),
}

/// A version of a function.
type Versioned = (FunctionId, VersionIx, Given);

impl<'a> Drawn<'a> {
    fn values(self) -> &'a [u64] {
        match self {
            Self::Functions(_, values, _) => values,
            Self::Source(series) => &series.values,
        }
    }

    fn most(self) -> u64 {
        self.values().iter().copied().max().unwrap_or(0)
    }

    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Functions(gauge, ..) => name(gauge),
            Self::Source(series) if series.gauge.is_sum() => {
                (source_name(series.gauge), texts::SUM)
            }
            Self::Source(series) => (source_name(series.gauge), texts::MAXIMUM),
        }
    }

    fn text(self, value: u64) -> String {
        match self {
            Self::Functions(gauge, ..) => text(gauge, value),
            Self::Source(series) if series.gauge.is_time() => {
                Span(value / 1_000 * 1_000).to_string()
            }
            Self::Source(_) => grouped(value),
        }
    }

    fn classes(self) -> (&'static str, &'static str) {
        match self {
            Self::Functions(gauge, ..) => classes(gauge, self.most()),
            Self::Source(_) if self.most() == 0 => ("g g-none", "g g-none g-0"),
            Self::Source(_) => ("g", "g g-0"),
        }
    }
}

/// As much of CloudWatch's name as there is room for: the panel has the whole of it.
fn source_name(gauge: SourceGauge) -> &'static str {
    match gauge {
        SourceGauge::Visible => "…MessagesVisible",
        SourceGauge::NotVisible => "…MessagesNotVisible",
        SourceGauge::OldestMessage => "…AgeOfOldestMessage",
        SourceGauge::IteratorAge => "IteratorAge",
        SourceGauge::Polled => "PolledEventCount",
        SourceGauge::Invoked => "InvokedEventCount",
        SourceGauge::FilteredOut => "FilteredOutEventCount",
        SourceGauge::FailedInvoke => "FailedInvokeEventCount",
        SourceGauge::Deleted => "DeletedEventCount",
        SourceGauge::Dropped => "DroppedEventCount",
        SourceGauge::Delivered => "…DeliveredEventCount",
    }
}

/// What is drawn under one heading.
struct Section<'a> {
    title: &'a str,
    /// Its upper edge.
    top: f64,
    gauges: Vec<Drawn<'a>>,
}

impl<'a> Section<'a> {
    /// Its gauges with their upper edges.
    fn rows(&self, place: Place) -> impl Iterator<Item = (f64, Drawn<'a>)> {
        let top = self.top + TITLE_H;
        let rows = self.gauges.iter().copied().zip(0_u8..);
        rows.map(move |(gauge, row)| (top + place.gauge() * f64::from(row), gauge))
    }
}

/// The source or mapping first, as far as there is one, then the functions.
fn sections<'a>(painted: &'a Painted, place: Place, run: &'a Opened) -> Vec<Section<'a>> {
    let mut top = place.gauges(&painted.lanes);
    let mut all = Vec::new();
    let of_source = &painted.gauges.of_source;
    if let Some(first) = of_source.first().filter(|_| EVENTS) {
        let title = part_name(first.part, run);
        let gauges: Vec<Drawn> = of_source.iter().map(Drawn::Source).collect();
        let height = TITLE_H + place.gauge() * gauges.len() as f64;
        all.push(Section { title, top, gauges });
        top += height;
    }
    let first_top = top;
    let whose = painted.gauges.function;
    let whose = whose.and_then(|id| run.functions.get(usize::from(id.0)));
    let title = whose.map_or(texts::ALL_FUNCTIONS, |function| function.name.as_str());
    let series = painted.gauges.series.iter().map(Vec::as_slice);
    let gauges = Gauge::ALL.into_iter().zip(series);
    let gauges = gauges.map(|(gauge, values)| Drawn::Functions(gauge, values, None));
    let gauges: Vec<Drawn> = gauges.collect();
    top += TITLE_H + place.gauge() * gauges.len() as f64;
    all.push(Section { title, top: first_top, gauges });
    for series in painted.gauges.of_version.chunk_by(|a, b| a.version == b.version) {
        let gauges = series.iter().map(|series| {
            let VersionSeries { function, version, given, .. } = *series;
            let of = Some((function, version, given));
            Drawn::Functions(series.gauge, &series.values, of)
        });
        let gauges: Vec<Drawn> = gauges.collect();
        let height = TITLE_H + place.gauge() * gauges.len() as f64;
        all.push(Section { title: series[0].name.as_str(), top, gauges });
        top += height;
    }
    all
}

fn part_name(part: Part, run: &Opened) -> &str {
    let texts = match part {
        Part::Service(id) => run.services.get(usize::from(id.0)),
        Part::Mapping(id) => run.mappings.get(usize::from(id.0)),
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Alarm(_)
        | Part::Deployment(_) => None,
    };
    texts.map_or("", |text| text.name.as_str())
}

/// Names and statistics.
pub fn names(painted: &Painted, place: Place, run: &Opened) -> Html {
    let rule =
        |y: f64| svg::line(Point { x: 0.0, y }, Point { x: place.page, y }, "rule");
    let about = if place.narrow { texts::GAUGES_SHORT } else { texts::GAUGES_ABOUT };
    let about_x = if place.narrow { 130.0 } else { place.left };
    let mut drawn = Vec::new();
    for section in sections(painted, place, run) {
        let top = section.top;
        drawn.extend([
            rule(top),
            svg::text(16.0, top + 17.0, "t12 b", cut(section.title, 24)),
            svg::text(about_x, top + 17.0, "t11 dd", about),
        ]);
        for (y, gauge) in section.rows(place) {
            let (name, statistic) = gauge.name();
            drawn.push(rule(y));
            drawn.push(svg::text(16.0, y + 15.0, "t12 b", name));
            if !place.narrow {
                drawn.push(svg::text(186.0, y + 32.0, "t11 end dd", statistic));
            }
        }
    }
    svg::all(drawn)
}

/// The highest value of each curve, before the curves.
pub fn highest(painted: &Painted, place: Place, run: &Opened) -> Html {
    let mut drawn = Vec::new();
    let sections = sections(painted, place, run);
    for (row, gauge) in sections.iter().flat_map(|section| section.rows(place)) {
        let most = gauge.most();
        if most > 0 {
            let y = curve_top(place, row) + 9.0;
            let text = [texts::UP_TO, " ", &gauge.text(most)].concat();
            drawn.push(svg::text(place.right() - 2.0, y, "t11 end dd halo", text));
        }
    }
    svg::all(drawn)
}

fn curve_top(place: Place, row_y: f64) -> f64 {
    if place.narrow { row_y + 18.0 } else { row_y + 8.0 }
}

/// The curves, filled or outlined.
pub fn curves(painted: &Painted, place: Place, run: &Opened, filled: bool) -> Html {
    let mut drawn = Vec::new();
    let sections = sections(painted, place, run);
    for (row, gauge) in sections.iter().flat_map(|section| section.rows(place)) {
        let base = curve_top(place, row) + CURVE_H;
        let most = gauge.most();
        let each = place.width / gauge.values().len().max(1) as f64;
        let mut d = format!("M{} {}", px(place.left), px(base));
        let mut last = 0;
        for (column, value) in gauge.values().iter().copied().enumerate() {
            if value != last {
                let x = place.left + each * column as f64;
                let y = base - CURVE_H * value as f64 / most.max(1) as f64;
                d += &["H", &px(x), "V", &px(y)].concat();
                last = value;
            }
        }
        d += &["H", &px(place.right()), "V", &px(base)].concat();
        let (past, ahead) = gauge.classes();
        let class = if filled { past } else { ahead };
        drawn.push(html! { <path {d} {class} /> });
    }
    svg::all(drawn)
}

/// The values at the playhead.
pub fn readings(painted: &Painted, frame: &Frame, place: Place, run: &Opened) -> Html {
    let only = painted.gauges.function.map(|id| usize::from(id.0));
    let functions = frame.functions.iter().enumerate();
    let functions: Vec<&FunctionView> = functions
        .filter(|(number, _)| only.is_none_or(|only| only == *number))
        .map(|(_, function)| function)
        .collect();
    let mut drawn = Vec::new();
    let sections = sections(painted, place, run);
    for (y, gauge) in sections.iter().flat_map(|section| section.rows(place)) {
        let (value, stands) = match gauge {
            Drawn::Functions(gauge, _, Some(of)) => {
                (version_now(gauge, of, frame), false)
            }
            Drawn::Functions(gauge, _, None) => {
                (now(gauge, &functions), gauge == Gauge::Concurrent)
            }
            Drawn::Source(series) => (source_now(series, frame), !series.gauge.is_sum()),
        };
        let when = if stands { texts::NOW_IS } else { texts::SO_FAR };
        let mut text = [&gauge.text(value), " ", when].concat();
        let (name, statistic) = gauge.name();
        let (x, y, class) = if place.narrow {
            if !statistic.is_empty() {
                text += &[", ", statistic].concat();
            }
            (place.right(), y + 15.0, "t11 end d")
        } else {
            (16.0, y + 32.0, "t11 d")
        };
        drawn.push(html! {
            <g role="listitem" aria-label={[name, ": ", &text].concat()}>
                { svg::text(x, y, class, text) }
            </g>
        });
    }
    html! { <g id="readings" role="list" aria-label={texts::GAUGES}>{ svg::all(drawn) }</g> }
}

/// What a gauge of a version says at the playhead.
fn version_now(gauge: Gauge, of: Versioned, frame: &Frame) -> u64 {
    let (function, version, _) = of;
    let function = frame.functions.get(usize::from(function.0));
    let mut versions = function.iter().flat_map(|function| &function.versions);
    let version = versions.find(|view| view.index == version.0);
    let Some(counts) = version.and_then(|version| version.counts.first()) else {
        return 0;
    };
    match gauge {
        Gauge::Errors => counts.errors,
        Gauge::Invocations => counts.invocations,
        Gauge::Duration => average(counts.duration_us, counts.duration_count),
        Gauge::Concurrent | Gauge::Throttles | Gauge::Cost => 0,
    }
}

/// What a gauge of a source or mapping says at the playhead, as the panel has it.
fn source_now(series: &SourceSeries, frame: &Frame) -> u64 {
    match series.part {
        Part::Service(id) => {
            let view = frame.services.get(usize::from(id.0));
            view.and_then(|view| view.queue.as_ref()).map_or(0, |queue| {
                series.gauge.of_queue(queue.visible, queue.in_flight, queue.oldest)
            })
        }
        Part::Mapping(id) => {
            let view = frame.mappings.get(usize::from(id.0));
            view.map_or(0, |view| series.gauge.of_mapping(&view.metrics))
        }
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Alarm(_)
        | Part::Deployment(_) => 0,
    }
}
