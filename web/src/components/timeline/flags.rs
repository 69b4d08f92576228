//! Markers and acts on the scrubber: buttons that lead to their moment.

use lambdarium_sim::time::{Instant, Moment};
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::super::svg;
use super::place::{SCRUB_H, SCRUB_Y};
use crate::desk::{Action, Desk};
use crate::geometry::{Axis, Point, Rect, clock};
use crate::texts;

/// A button drawn at a point: pressed by click, Enter or Space.
fn button(
    at: Point,
    name: String,
    pressed: bool,
    press: Callback<()>,
    picture: Html,
) -> Html {
    let onclick = press.reform(|_: MouseEvent| ());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            press.emit(());
        }
    });
    html! {
        <g class="flag-b" role="button" tabindex="0" transform={svg::moved(at)}
            aria-label={name.clone()} aria-pressed={pressed.to_string()} {onclick} {onkeydown}>
            <title>{ name }</title>
            // As large as a finger needs it.
            { svg::rect(Rect { x: -12.0, y: -12.0, w: 24.0, h: 24.0 }, "4", "hit") }
            { picture }
        </g>
    }
}

/// The markers; those ahead are hollow.
pub fn markers(desk: &Desk, axis: Axis<'_>, on_action: &Callback<Action>) -> Html {
    let Some(run) = &desk.run else { return Html::default() };
    let current = desk.marker();
    let mut drawn = Vec::new();
    for (place, marker) in run.markers.iter().enumerate() {
        let (flag, number) = match current {
            Some(current) if place == current => ("flag-now", "flag-n"),
            Some(current) if place < current => ("flag", "flag-n"),
            Some(_) | None => ("flag-next", "flag-next-n"),
        };
        let foot = Point { x: 0.0, y: 9.0 };
        let picture = svg::all(vec![
            svg::circle(Point::default(), 9.0, flag),
            svg::text(0.0, 4.0, number, (place + 1).to_string()),
            svg::line(foot, Point { y: 16.0, ..foot }, "lead"),
        ]);
        let name = named(texts::MARKER, place, marker.at, &marker.title);
        let moment = Moment::end_of(marker.at);
        let go = on_action.reform(move |()| Action::Seek(moment));
        let at = Point { x: axis.x(marker.at), y: 14.0 };
        drawn.push(button(at, name, current == Some(place), go, picture));
    }
    svg::all(drawn)
}

/// The acts, under the scrubber.
pub fn acts(desk: &Desk, axis: Axis<'_>, on_action: &Callback<Action>) -> Html {
    let Some(run) = &desk.run else { return Html::default() };
    let mut drawn = Vec::new();
    for (place, act) in run.acts.iter().enumerate() {
        let is_selected = desk.act == Some(place);
        let class = if is_selected { "act act-on" } else { "act" };
        let picture = svg::mark(Point { x: 0.0, y: -10.0 }, "M0 0 l6 9 h-12z", class);
        let name = named(texts::ACT, place, act.at, &act.label);
        let toggled = (!is_selected).then_some(place);
        let select = on_action.reform(move |()| Action::SelectAct(toggled));
        let at = Point { x: axis.x(act.at), y: SCRUB_Y + SCRUB_H + 11.0 };
        drawn.push(button(at, name, is_selected, select, picture));
    }
    svg::all(drawn)
}

/// `Marker 2 at 0:40.000: It is throttled`
fn named(what: &str, place: usize, at: Instant, title: &str) -> String {
    format!("{what} {} {} {}: {title}", place + 1, texts::AT, clock(at.0))
}
