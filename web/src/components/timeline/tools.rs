//! The controls of the timeline: its axis, its window, and whether lanes are shown.

use lambdarium_sim::view::By;
use yew::prelude::*;

use crate::desk::{Action, Desk};
use crate::texts;

/// Steps that a press zooms.
pub const PRESS: i32 = 4;

/// Shows lanes and gauges, or not.
pub fn unfold(unfolded: bool, on_action: &Callback<Action>) -> Html {
    let onclick = on_action.reform(move |_: MouseEvent| Action::Unfold(!unfolded));
    html! {
        <button id="unfold" class="btn" aria-expanded={unfolded.to_string()} {onclick}>
            { if unfolded { "▾ " } else { "▸ " } }{ texts::LANES }
        </button>
    }
}

/// The row of controls, and one more.
pub fn tools(desk: &Desk, also: Html, on_action: &Callback<Action>) -> Html {
    let button = |id: &'static str,
                  (word, label): (&'static str, &'static str),
                  (class, pressed): (&'static str, Option<&'static str>),
                  action: fn() -> Action| {
        html! {
            <button {id} {class} title={label} aria-label={label} aria-pressed={pressed}
                disabled={id == "whole-run" && desk.window.is_none()}
                onclick={on_action.reform(move |_: MouseEvent| action())}>{ word }</button>
        }
    };
    let on = |by| if desk.by == by { ("on", Some("true")) } else { ("", Some("false")) };
    let zoom = ("btn zoom", None);
    html! {
        <div class="tools" role="group" aria-label={texts::TIMELINE}>
            <div class="seg" role="group" aria-label={texts::AXIS}>
                { button("by-time", (texts::BY_TIME, texts::BY_TIME_ABOUT), on(By::Time),
                    || Action::By(By::Time)) }
                { button("by-events", (texts::BY_EVENTS, texts::BY_EVENTS_ABOUT), on(By::Events),
                    || Action::By(By::Events)) }
            </div>
            { button("zoom-out", ("−", texts::ZOOM_OUT), zoom,
                || Action::Zoom { steps: -PRESS, share: None }) }
            { button("whole-run", (texts::FIT, texts::FIT_ABOUT), zoom, || Action::WholeRun) }
            { button("zoom-in", ("+", texts::ZOOM_IN), zoom,
                || Action::Zoom { steps: PRESS, share: None }) }
            { also }
        </div>
    }
}
