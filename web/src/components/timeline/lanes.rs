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
use crate::geometry::{Axis, Point, Rect, px};
use crate::message::Painted;

/// The names of the lanes, in the gutter or above them.
pub fn names(painted: &Painted, place: Place) -> Html {
    let mut drawn = Vec::new();
    for (_, lane, top) in place.lanes(&painted.lanes) {
        let says = match (lane.kind, lane.merged) {
            (LaneKind::Function, false) => "runs",
            (LaneKind::Function, true) => "runs, merged",
            (LaneKind::Messages, false) => "in flight",
            (LaneKind::Messages, true) => "in flight, merged",
            (LaneKind::Caller | LaneKind::Queue | LaneKind::Mapping, false) => "waits",
            (LaneKind::Caller | LaneKind::Queue | LaneKind::Mapping, true) => {
                "waits, merged"
            }
        };
        drawn.extend(name(place, top, &lane.name, says));
    }
    svg::all(drawn)
}

/// The name of a lane with what stands on it, and the line above it.
pub fn name(place: Place, top: f64, name: &str, says: &'static str) -> [Html; 3] {
    let (y, end) =
        if place.narrow { (top + 14.0, place.right()) } else { (top + 18.0, 186.0) };
    let (left, right) = (Point { x: 0.0, y: top }, Point { x: place.page, y: top });
    [
        svg::line(left, right, "rule"),
        svg::text(16.0, y, "t12 b", cut(name, 18)),
        svg::text(end, y, "t11 end dd", says),
    ]
}

/// The spans, filled or outlined.
pub fn spans(painted: &Painted, place: Place, filled: bool) -> Html {
    let axis = place.window(painted);
    let mut drawn = Vec::new();
    for (_, lane, top) in place.lanes(&painted.lanes) {
        let mut strokes = Strokes::default();
        for span in &lane.spans {
            strokes.draw(span, lane.kind, row_y(place, top, span), axis, filled);
        }
        drawn.extend(strokes.drawn());
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

/// All on a lane that looks the same, as one path: a run may have thousands of spans, and a
/// browser looks at every element whenever anything near it moves. Not more than a lane,
/// because it paints in tiles, and each takes all of a path that reaches into it.
#[derive(Default)]
struct Strokes(Vec<(Depth, &'static str, String)>);

/// What lies over what.
#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Bar,
    Init,
    Hatching,
    Mark,
}

impl Strokes {
    /// The path of all that looks like this.
    fn path(&mut self, depth: Depth, class: &'static str) -> &mut String {
        let place = self.0.iter().position(|path| (path.0, path.1) == (depth, class));
        let place = place.unwrap_or_else(|| {
            self.0.push((depth, class, String::new()));
            self.0.len() - 1
        });
        &mut self.0[place].2
    }

    fn draw(
        &mut self,
        span: &LaneSpan,
        kind: LaneKind,
        y: f64,
        axis: Axis<'_>,
        filled: bool,
    ) {
        let (from, to) = (axis.x(span.from), axis.x(span.to));
        // What reaches far out of the window need not be drawn there.
        let (from, to) =
            (from.max(axis.left - 40.0), to.min(axis.left + axis.width + 40.0));
        let width = (to - from).max(2.0);
        if span.from == span.to {
            let (class, d) = point(span.paint, filled);
            return push(self.path(Depth::Mark, class), from, y + 7.5, &[d]);
        }
        if kind != LaneKind::Function {
            let class = if filled { "sp-wait-l" } else { "sp-wait-l fut" };
            let path = self.path(Depth::Bar, class);
            return push(path, from, y + 7.5, &["H", &px(to)]);
        }
        let class =
            if filled { paint_class(span.paint) } else { outline_class(span.paint) };
        push_bar(self.path(Depth::Bar, class), from, y, width);
        let init_to = axis.x(span.from.plus(span.init));
        if span.init > Span::ZERO && init_to > from {
            let width = (init_to - from).max(1.0);
            push_bar(self.path(Depth::Init, "sp sp-init"), from, y, width);
            push_bar(self.path(Depth::Hatching, ""), from, y, width);
        }
        if width > 18.0
            && let Some((class, d)) = mark(span.paint, filled)
        {
            let x = from.max(init_to - 4.0).max(axis.left) + 10.0;
            push(self.path(Depth::Mark, class), x, y + 7.5, &[d]);
        }
    }

    fn drawn(self) -> Vec<Html> {
        let mut drawn = Vec::new();
        for depth in [Depth::Bar, Depth::Init, Depth::Hatching, Depth::Mark] {
            for (_, class, d) in self.0.iter().filter(|path| path.0 == depth) {
                // The pattern is in the picture of the board.
                let fill = (depth == Depth::Hatching).then_some("url(#hatch)");
                drawn.push(html! { <path d={d.clone()} class={*class} {fill} /> });
            }
        }
        drawn
    }
}

/// Adds what begins at a point.
fn push(path: &mut String, x: f64, y: f64, rest: &[&str]) {
    *path += &["M", &px(x), " ", &px(y)].concat();
    rest.iter().for_each(|part| *path += part);
}

/// Adds a bar, its corners cut where there is room.
fn push_bar(path: &mut String, x: f64, y: f64, w: f64) {
    if w < 5.0 {
        return push(path, x, y, &["h", &px(w), "v15h", &px(-w), "z"]);
    }
    let between = px(w - 3.0);
    let rest = ["h", &between, "l1.5 1.5v12l-1.5 1.5h-", &between, "l-1.5-1.5v-12z"];
    push(path, x + 1.5, y, &rest);
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

/// The mark that repeats what the colour says, around the origin.
fn mark(paint: Paint, filled: bool) -> Option<(&'static str, &'static str)> {
    let (d, own) = match paint {
        Paint::Ok => ("m-2.5 .2l1.7 1.8l3.3-3.8", "mk mk-ok"),
        Paint::Failed => ("m-2-2l4 4m0-4l-4 4", "mk mk-fail"),
        Paint::Throttled => ("m-2.5 0h5", "mk mk-wait"),
        Paint::Quiet | Paint::Running => return None,
    };
    Some((if filled { "mk" } else { own }, d))
}

/// Something that takes no time: a bar for a throttle, a cross for a refusal.
fn point(paint: Paint, filled: bool) -> (&'static str, &'static str) {
    let (d, class, ahead) = match paint {
        Paint::Throttled => ("m0-5v10", "mk mk-wait", "mk mk-wait fut2"),
        Paint::Failed => ("m-3-3l6 6m0-6l-6 6", "mk mk-fail", "mk mk-fail fut2"),
        Paint::Ok => ("m-2.5 .2l1.7 1.8l3.3-3.8", "mk mk-ok", "mk mk-ok fut2"),
        Paint::Quiet | Paint::Running => ("m0-3v6", "mk mk-t", "mk mk-t fut2"),
    };
    (if filled { class } else { ahead }, d)
}
