//! What a span on a lane stands for, in words, beside the span that is pointed at or
//! chosen by keyboard. The sentence is that of the story.

use lambdarium_sim::id::Part;
use lambdarium_sim::time::Span;
use lambdarium_sim::view::{Frame, LaneSpan};
use yew::prelude::*;

use super::super::svg;
use super::lanes::rect;
use super::place::Place;
use crate::desk::Picked;
use crate::geometry::{Rect, clock};
use crate::message::Painted;
use crate::texts;

/// The span after another, or before it; the first one if there is none.
pub fn next(
    painted: &Painted,
    place: Place,
    picked: Option<Picked>,
    on: bool,
) -> Option<Picked> {
    let mut all = Vec::new();
    for (lane, drawn, _) in place.lanes(&painted.lanes) {
        for (span, found) in drawn.spans.iter().enumerate() {
            all.push(Picked { lane, span, entry: found.entry });
        }
    }
    let at = picked.and_then(|picked| all.iter().position(|each| *each == picked));
    let next = match (at, on) {
        (None, _) => 0,
        (Some(at), true) => at + 1,
        (Some(at), false) => at.saturating_sub(1),
    };
    all.get(next).copied().or(picked)
}

/// The entry that was asked about with its sentence, and the screen.
type Known<'a> = (Option<&'a (u32, String)>, Option<&'a Frame>);

/// Two lines on a span: what it is, and when.
fn words((told, frame): Known<'_>, part: Part, span: &LaneSpan) -> [String; 2] {
    let told = told.filter(|told| Some(told.0) == span.entry);
    let what = match (told, span.entry) {
        (Some(told), _) => told.1.clone(),
        (None, Some(_)) => String::new(),
        (None, None) => texts::MANY.to_string(),
    };
    let mut when = clock(span.from.0);
    if span.to > span.from {
        let length = span.to.since(span.from);
        when += &format!(" – {}, {length}", clock(span.to.0));
    }
    if span.init > Span::ZERO {
        when += &format!(", Init {}", span.init);
    }
    if let (Some(version), Some(frame), Part::Function(id)) = (span.version, frame, part)
    {
        let function = frame.functions.get(usize::from(id.0));
        let versions = function.map(|function| &function.versions);
        let found = versions.and_then(|all| all.iter().find(|v| v.index == version.0));
        if let Some(found) = found {
            when += &[", ", texts::VERSION, " ", &found.name].concat();
        }
    }
    [what, when]
}

/// The span that is picked, and where it is drawn.
pub fn found(
    painted: &Painted,
    place: Place,
    picked: Picked,
) -> Option<(&LaneSpan, Rect)> {
    let mut lanes = place.lanes(&painted.lanes);
    let (_, lane, top) = lanes.find(|(number, ..)| *number == picked.lane)?;
    let span = lane.spans.get(picked.span)?;
    Some((span, rect(span, place, top, place.window(painted))))
}

/// The two lines, drawn beside the span.
pub fn bubble(known: Known<'_>, painted: &Painted, place: Place, picked: Picked) -> Html {
    let Some((span, at)) = found(painted, place, picked) else { return Html::default() };
    let part = painted.lanes.lanes.get(picked.lane).map_or(Part::Desk, |lane| lane.part);
    let [what, when] = words(known, part, span);
    let from = at.x.max(place.left - 6.0);
    let to = at.right().min(place.right() + 6.0);
    let at =
        Rect { x: from - 1.5, y: at.y - 1.5, w: (to - from).max(2.0) + 3.0, h: 18.0 };
    let letters = what.chars().count().max(when.chars().count());
    let w = letters as f64 * 6.4 + 20.0;
    let x = at.x.min(place.page - w - 16.0).max(8.0);
    let y = if at.y > 46.0 { at.y - 43.0 } else { at.y + 22.0 };
    html! {
        <g class="tip" id="details" role="status">
            { svg::rect(at, "3", "tip-at") }
            { svg::rect(Rect { x, y, w, h: 40.0 }, "4", "tip-box") }
            { svg::text(x + 10.0, y + 16.0, "t11 b", what) }
            { svg::text(x + 10.0, y + 31.0, "t11 d", when) }
        </g>
    }
}
