//! The lanes: every run of a function and every wait of a caller as a span.
//!
//! What lies ahead of the playhead is outlined. The spans are drawn twice, filled and
//! outlined, and two windows that meet at the playhead show one of each; so nothing but
//! the windows changes while a run plays.

use lambdarium_sim::time::Span;
use lambdarium_sim::view::{LaneKind, LaneSpan, Paint};
use yew::prelude::*;

use super::super::board::cut;
use super::super::svg;
use super::paint_class;
use super::place::{PAD, Place, ROW};
use crate::desk::Picked;
use crate::geometry::{Axis, Point, Rect};
use crate::message::Painted;

/// The names of the lanes, in the gutter or above them.
pub fn names(painted: &Painted, place: Place) -> Html {
    let mut drawn = Vec::new();
    for (_, lane, top) in place.lanes(&painted.lanes) {
        let says = match (lane.kind, lane.merged) {
            (LaneKind::Function, false) => "runs",
            (LaneKind::Function, true) => "runs, merged",
            (LaneKind::Caller, false) => "waits",
            (LaneKind::Caller, true) => "waits, merged",
        };
        let (y, end) =
            if place.narrow { (top + 14.0, place.right()) } else { (top + 18.0, 186.0) };
        let (left, right) = (Point { x: 0.0, y: top }, Point { x: place.page, y: top });
        drawn.push(svg::line(left, right, "rule"));
        drawn.push(svg::text(16.0, y, "t12 b", cut(&lane.name, 18)));
        drawn.push(svg::text(end, y, "t11 end dd", says));
    }
    svg::all(drawn)
}

/// The spans, filled or outlined.
pub fn spans(painted: &Painted, place: Place, filled: bool) -> Html {
    let axis = place.window(painted);
    let mut drawn = Vec::new();
    for (_, lane, top) in place.lanes(&painted.lanes) {
        for span in &lane.spans {
            drawn.push(draw(span, lane.kind, row_y(place, top, span), axis, filled));
        }
    }
    svg::all(drawn)
}

/// The upper edge of a span.
fn row_y(place: Place, lane_top: f64, span: &LaneSpan) -> f64 {
    lane_top + place.above() + PAD / 2.0 + f64::from(span.row) * ROW
}

/// The rectangle of a span.
pub fn rect(span: &LaneSpan, place: Place, lane_top: f64, axis: Axis<'_>) -> Rect {
    let (from, to) = (axis.x(span.from), axis.x(span.to));
    let (x, w) =
        if span.from == span.to { (from - 6.0, 12.0) } else { (from, to - from) };
    Rect { x, y: row_y(place, lane_top, span), w: w.max(2.0), h: 15.0 }
}

/// The span under a point of the lanes.
pub fn span_at(painted: &Painted, place: Place, point: Point) -> Option<Picked> {
    let axis = place.window(painted);
    for (lane, drawn, top) in place.lanes(&painted.lanes) {
        for (span, found) in drawn.spans.iter().enumerate() {
            let Rect { x, y, w, .. } = rect(found, place, top, axis);
            let is_beside = point.x < x - 2.0 || point.x > x + w + 2.0;
            if !is_beside && point.y >= y - 2.0 && point.y < y + ROW - 2.0 {
                return Some(Picked { lane, span, entry: found.entry });
            }
        }
    }
    None
}

fn draw(span: &LaneSpan, kind: LaneKind, y: f64, axis: Axis<'_>, filled: bool) -> Html {
    let (from, to) = (axis.x(span.from), axis.x(span.to));
    // What reaches far out of the window need not be drawn there.
    let (from, to) = (from.max(axis.left - 40.0), to.min(axis.left + axis.width + 40.0));
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
            if span.init > Span::ZERO && init_to > from {
                { svg::rect(init, "2", "sp sp-init") }
                { svg::hatched(init, "2") }
            }
            if width > 18.0 {
                { mark(from.max(init_to - 4.0).max(axis.left) + 10.0, y + 7.5, span.paint, filled) }
            }
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
