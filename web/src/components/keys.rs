//! What keys do, wherever nothing is being typed: `texts::KEYS` lists them.

use gloo_events::{EventListener, EventListenerOptions};
use lambdarium_sim::time::{Instant, Moment};
use lambdarium_sim::view::By;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::safety::travel;
use super::timeline::PRESS;
use crate::desk::{Action, Desk, Dialog};
use crate::effects;
use crate::message::Refusal;
use crate::texts;

/// Listens to the keys.
#[hook]
pub fn use_keys(desk: &UseReducerHandle<Desk>, on_step: Callback<bool>) {
    // The listener is set once; what it needs changes with every tick.
    let now = (desk.clone(), on_step);
    let latest = use_mut_ref(|| now.clone());
    *latest.borrow_mut() = now;
    use_effect_with((), move |()| {
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.map(|document| {
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
                let (desk, on_step) = latest.borrow().clone();
                pressed(event, &desk, &on_step);
            })
        });
        move || drop(listener)
    });
}

fn pressed(
    event: &KeyboardEvent,
    desk: &UseReducerHandle<Desk>,
    on_step: &Callback<bool>,
) {
    if desk.dialog.is_some() || event.default_prevented() {
        return;
    }
    // Whoever types undoes what was typed.
    let travel = travel(event).filter(|_| !is_typed_in(&target(event)));
    if let Some(action) = travel {
        event.prevent_default();
        return desk.dispatch(action);
    }
    let key = event.key();
    if let ("k" | "K", true) = (key.as_str(), event.ctrl_key() || event.meta_key()) {
        event.prevent_default();
        return desk.dispatch(Action::Open(Dialog::Find));
    }
    if is_taken(event) || (desk.no_single_keys && key.len() == 1 && key != " ") {
        return;
    }
    let action = match (key.as_str(), event.shift_key()) {
        ("," | ".", _) => return on_step.emit(key == "."),
        ("f" | "F", true) => fork(desk),
        ("f" | "F", false) => {
            effects::toggle_fullscreen();
            None
        }
        (key, shift) => action_of(key, shift, desk),
    };
    if let Some(action) = action {
        event.prevent_default();
        desk.dispatch(action);
    }
}

/// Opens a copy of this run at this moment in a tab of its own; or says why there is none.
pub fn fork(desk: &Desk) -> Option<Action> {
    let run = desk.run.as_ref()?;
    if run.address.is_empty() {
        let text = texts::NO_COPY.into();
        return Some(Action::Failed(Refusal { text, ..Refusal::default() }));
    }
    effects::open_copy(&effects::fragment_at(
        &run.address,
        desk.playhead,
        desk.selection.as_deref(),
    ));
    None
}

/// Whether a key belongs to something else: a field, a button that is pressed by it, or a
/// command of the browser.
fn is_taken(event: &KeyboardEvent) -> bool {
    let on = target(event);
    let pressed = matches!(event.key().as_str(), " " | "Enter");
    event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || is_typed_in(&on)
        || (pressed && matches!(on.as_str(), "BUTTON" | "A" | "LABEL" | "g"))
}

/// The name of the element that a key goes to.
fn target(event: &KeyboardEvent) -> String {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.map(|target| target.tag_name()).unwrap_or_default()
}

/// Whether an element of this name takes what is typed.
fn is_typed_in(name: &str) -> bool {
    matches!(name, "INPUT" | "SELECT" | "TEXTAREA" | "JSON-EDITOR")
}

fn action_of(key: &str, shift: bool, desk: &Desk) -> Option<Action> {
    let (at, end) = (desk.playhead.at.0, desk.end().0);
    let seek = |us: u64| Action::Seek(Moment::end_of(Instant(us)));
    // In shares, because runs last from milliseconds to hours.
    let part = if shift { end / 10 } else { end / 20 };
    let zoom = |steps| Action::Zoom { steps, share: None };
    Some(match (key, shift) {
        (" ", _) => Action::TogglePlay,
        ("ArrowLeft", _) => seek(at.saturating_sub(part)),
        ("ArrowRight", _) => seek(at.saturating_add(part)),
        ("Home", _) => seek(0),
        ("End", _) => seek(end),
        ("[", _) => Action::ToMarker { forward: false },
        ("]", _) => Action::ToMarker { forward: true },
        ("-", _) => Action::SpeedBy(-1),
        ("=" | "+", _) => Action::SpeedBy(1),
        ("ArrowUp", true) => zoom(PRESS),
        ("ArrowDown", true) => zoom(-PRESS),
        ("<", _) => Action::Pan(-PAN),
        (">", _) => Action::Pan(PAN),
        ("w", false) => Action::WholeRun,
        ("e", false) if desk.by == By::Time => Action::By(By::Events),
        ("e", false) => Action::By(By::Time),
        ("?", _) => Action::Open(Dialog::Help),
        ("Escape", _) => Action::Leave,
        (digit, false) if digit.len() == 1 => seek(end / 10 * digit.parse::<u64>().ok()?),
        _ => return None,
    })
}

/// The share of its length by which a key moves the window of the timeline.
pub const PAN: f64 = 0.2;
