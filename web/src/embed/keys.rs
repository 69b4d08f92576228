//! What buttons, the scrubber and keys mean.

use gloo_events::{EventListener, EventListenerOptions};
use lambdarium_sim::time::{Instant, Moment};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

use super::Happening;

/// Tells what a person does. Only a frame that has the focus gets any keys.
pub fn listen(
    root: &Element,
    tell: impl Fn(Happening) + Clone + 'static,
) -> [EventListener; 3] {
    let listen = |name: &'static str, means: fn(&Event) -> Option<Happening>| {
        let tell = tell.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(root, name, options, move |event| {
            if let Some(happening) = means(event) {
                event.prevent_default();
                tell(happening);
            }
        })
    };
    [listen("click", pressed), listen("input", moved), listen("keydown", typed)]
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn pressed(event: &Event) -> Option<Happening> {
    let button = target(event)?.closest("button").ok()??;
    Some(match button.id().as_str() {
        "play" => Happening::TogglePlay,
        "step-back" => Happening::Step(false),
        "step-on" => Happening::Step(true),
        "marker-back" => Happening::ToMarker(false),
        "marker-on" => Happening::ToMarker(true),
        _ => return None,
    })
}

fn moved(event: &Event) -> Option<Happening> {
    let scrubber: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let ms: u64 = scrubber.value().parse().ok()?;
    Some(Happening::Seek(Moment::end_of(Instant(ms.saturating_mul(1_000)))))
}

/// Commands of the browser and buttons that are pressed keep their keys.
fn typed(event: &Event) -> Option<Happening> {
    let event: &KeyboardEvent = event.dyn_ref()?;
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return None;
    }
    let on = target(event).map(|target| target.tag_name()).unwrap_or_default();
    Some(match event.key().as_str() {
        " " if on == "BUTTON" || on == "A" => return None,
        " " => Happening::TogglePlay,
        "ArrowLeft" => Happening::Jump(false),
        "ArrowRight" => Happening::Jump(true),
        "," => Happening::Step(false),
        "." => Happening::Step(true),
        "[" => Happening::ToMarker(false),
        "]" => Happening::ToMarker(true),
        "Home" => Happening::Seek(Moment::end_of(Instant::START)),
        "End" => Happening::Seek(Moment::end_of(Instant(u64::MAX))),
        _ => return None,
    })
}
