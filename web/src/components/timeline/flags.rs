//! Markers on the scrubber, and what they share with acts: buttons that lead to their
//! moment.

use lambdarium_sim::time::{Instant, Moment};
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::super::svg;
use crate::desk::{Action, Desk};
use crate::geometry::{Axis, Point, Rect, clock};
use crate::message::Marker;
use crate::texts;

/// The element that says how acts are moved.
pub const ABOUT: &str = "act-about";

/// A button drawn at a point: pressed by click, Enter or Space.
pub struct Button {
    pub at: Point,
    pub name: String,
    pub pressed: bool,
    pub press: Callback<()>,
    pub picture: Html,
    /// What an act is called in the document.
    pub id: Option<String>,
}

pub fn button(button: Button) -> Html {
    let Button { at, name, pressed, press, picture, id } = button;
    let onclick = press.reform(|_: MouseEvent| ());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            press.emit(());
        }
    });
    let (class, about) = match &id {
        Some(_) => ("flag-b act-b", Some(ABOUT)),
        None => ("flag-b", None),
    };
    html! {
        <g {id} {class} role="button" tabindex="0" transform={svg::moved(at)}
            aria-label={name.clone()} aria-pressed={pressed.to_string()} aria-describedby={about}
            {onclick} {onkeydown}>
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
    // A changed run may end before some of them.
    let reached = |marker: &Marker| !desk.is_complete() || marker.at <= desk.end();
    let markers = run.markers.iter().enumerate();
    for (place, marker) in markers.filter(|(_, marker)| reached(marker)) {
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
        let pressed = current == Some(place);
        let flag = Button { at, name, pressed, press: go, picture, id: None };
        drawn.push(button(flag));
    }
    svg::all(drawn)
}

/// `Marker 2 at 0:40.000: It is throttled`
pub fn named(what: &str, place: usize, at: Instant, title: &str) -> String {
    format!("{what} {} {} {}: {title}", place + 1, texts::AT, clock(at.0))
}
