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
    let does = |action: Action| on_action.reform(move |_: MouseEvent| action.clone());
    let axis = |id: &'static str, by: By, word: &'static str| {
        let on = desk.by == by;
        html! {
            <button {id} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()}
                onclick={does(Action::By(by))}>{ word }</button>
        }
    };
    let press = |id: &'static str,
                 word: &'static str,
                 label: &'static str,
                 action: Action| {
        let whole = action == Action::WholeRun;
        html! {
            <button {id} class="btn zoom" title={label} aria-label={label}
                disabled={whole && desk.window.is_none()} onclick={does(action)}>{ word }</button>
        }
    };
    let zoom = |steps| Action::Zoom { steps, share: None };
    html! {
        <div class="tools" role="group" aria-label={texts::TIMELINE}>
            <div class="seg" role="group" aria-label={texts::AXIS}>
                { axis("by-time", By::Time, texts::BY_TIME) }
                { axis("by-events", By::Events, texts::BY_EVENTS) }
            </div>
            { press("zoom-out", "−", texts::ZOOM_OUT, zoom(-PRESS)) }
            { press("whole-run", texts::FIT, texts::FIT_ABOUT, Action::WholeRun) }
            { press("zoom-in", "+", texts::ZOOM_IN, zoom(PRESS)) }
            { also }
        </div>
    }
}
