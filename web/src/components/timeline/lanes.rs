//! The lanes: every run of a function and every wait of a caller as a span.
//!
//! What lies ahead of the playhead is outlined. The spans are drawn twice, filled and
//! outlined, and two windows that meet at the playhead show one of each; so nothing but
//! the windows changes while a run plays.

use lambdarium_sim::time::Span;
use lambdarium_sim::view::{Lane, LaneKind, LaneSpan, Lanes, Paint};
use yew::prelude::*;

use super::super::board::cut;
use super::super::svg;
use super::paint_class;
use crate::geometry::{Axis, Point, Rect, px};
use crate::shared::Shared;

/// Height of a row, and of the space around a lane.
const ROW: f64 = 19.0;
const PAD: f64 = 10.0;

fn lane_height(lane: &Lane) -> f64 {
    f64::from(lane.rows.max(1)) * ROW + PAD
}

/// A lane is shown if anything stands on it.
fn shown(lanes: &Lanes) -> impl Iterator<Item = &Lane> {
    lanes.lanes.iter().filter(|lane| !lane.spans.is_empty())
}

/// The height of all lanes.
pub fn height(lanes: &Lanes) -> f64 {
    shown(lanes).map(lane_height).sum()
}

/// All lanes, with the windows that end at the playhead.
pub fn lanes(lanes: &Shared<Lanes>, axis: Axis, top: f64, playhead_x: f64) -> Html {
    let bottom = height(lanes);
    let window = |id: &'static str, from: f64, to: f64| {
        html! {
            <clipPath {id}>
                <rect x={px(from)} y={px(top)} width={px((to - from).max(0.0))} height={px(bottom)} />
            </clipPath>
        }
    };
    let right = axis.left + axis.width + 8.0;
    html! {
        <>
            <defs>
                { window("past", axis.left - 8.0, playhead_x) }
                { window("ahead", playhead_x, right) }
            </defs>
            <Names lanes={lanes.clone()} {top} right={right + 12.0} />
            <g clip-path="url(#past)">
                <Spans lanes={lanes.clone()} {axis} {top} filled=true />
            </g>
            <g clip-path="url(#ahead)">
                <Spans lanes={lanes.clone()} {axis} {top} filled=false />
            </g>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct NamesProps {
    lanes: Shared<Lanes>,
    top: f64,
    right: f64,
}

#[component]
fn Names(props: &NamesProps) -> Html {
    let mut y = props.top;
    let rows = shown(&props.lanes).map(|lane| {
        let top = y;
        y += lane_height(lane);
        let says = match (lane.kind, lane.merged) {
            (LaneKind::Function, false) => "runs",
            (LaneKind::Function, true) => "runs, merged",
            (LaneKind::Caller, false) => "waits",
            (LaneKind::Caller, true) => "waits, merged",
        };
        let (left, right) = (Point { x: 0.0, y: top }, Point { x: props.right, y: top });
        html! {
            <>
                { svg::line(left, right, "rule") }
                { svg::text(16.0, top + 18.0, "t12 b", cut(&lane.name, 18)) }
                { svg::text(186.0, top + 18.0, "t11 end dd", says) }
            </>
        }
    });
    html! { <g>{ for rows.collect::<Vec<Html>>() }</g> }
}

#[derive(PartialEq, Properties)]
struct SpansProps {
    lanes: Shared<Lanes>,
    axis: Axis,
    top: f64,
    filled: bool,
}

#[component]
fn Spans(props: &SpansProps) -> Html {
    let mut y = props.top;
    let mut drawn = Vec::new();
    for lane in shown(&props.lanes) {
        for span in &lane.spans {
            let row_y = y + PAD / 2.0 + f64::from(span.row) * ROW;
            drawn.push(draw(span, lane.kind, row_y, props.axis, props.filled));
        }
        y += lane_height(lane);
    }
    html! { <>{ for drawn }</> }
}

fn draw(span: &LaneSpan, kind: LaneKind, y: f64, axis: Axis, filled: bool) -> Html {
    let (from, to) = (axis.x(span.from), axis.x(span.to));
    let width = (to - from).max(2.0);
    if span.from == span.to {
        return point(from, y, span.paint, filled);
    }
    if kind == LaneKind::Caller {
        let class = if filled { "sp-wait-l" } else { "sp-wait-l fut" };
        let middle = y + 7.5;
        return svg::line(
            Point { x: from, y: middle },
            Point { x: to, y: middle },
            class,
        );
    }
    let init_to = axis.x(span.from.plus(span.init));
    let class = if filled { paint_class(span.paint) } else { outline_class(span.paint) };
    let bar = Rect { x: from, y, w: width, h: 15.0 };
    let init = Rect { w: (init_to - from).max(1.0), ..bar };
    html! {
        <>
            { svg::rect(bar, "2", class) }
            if span.init > Span::ZERO {
                { svg::rect(init, "2", "sp sp-init") }
                { svg::hatched(init, "2") }
            }
            if width > 18.0 { { mark(from.max(init_to - 4.0) + 10.0, y + 7.5, span.paint, filled) } }
        </>
    }
}

fn outline_class(paint: Paint) -> &'static str {
    match paint {
        Paint::Quiet => "sp sp-0",
        Paint::Running => "sp sp-run-0",
        Paint::Ok => "sp sp-ok-0",
        Paint::Throttled => "sp sp-wait-0",
        Paint::Failed => "sp sp-fail-0",
    }
}

/// The mark that repeats what the colour says.
fn mark(x: f64, y: f64, paint: Paint, filled: bool) -> Html {
    let (d, own) = match paint {
        Paint::Ok => ("M-2.5 .2 l1.7 1.8 l3.3 -3.8", "mk mk-ok"),
        Paint::Failed => ("M-2 -2 l4 4 m0 -4 l-4 4", "mk mk-fail"),
        Paint::Throttled => ("M-2.5 0 h5", "mk mk-wait"),
        Paint::Quiet | Paint::Running => return Html::default(),
    };
    svg::mark(Point { x, y }, d, if filled { "mk" } else { own })
}

/// Something that takes no time: a bar for a throttle, a cross for a refusal.
fn point(x: f64, y: f64, paint: Paint, filled: bool) -> Html {
    let (d, class, ahead) = match paint {
        Paint::Throttled => ("M0 -5 v10", "mk mk-wait", "mk mk-wait fut2"),
        Paint::Failed => ("M-3 -3 l6 6 m0 -6 l-6 6", "mk mk-fail", "mk mk-fail fut2"),
        Paint::Ok => ("M-2.5 .2 l1.7 1.8 l3.3 -3.8", "mk mk-ok", "mk mk-ok fut2"),
        Paint::Quiet | Paint::Running => ("M0 -3 v6", "mk mk-t", "mk mk-t fut2"),
    };
    svg::mark(Point { x, y: y + 7.5 }, d, if filled { class } else { ahead })
}
