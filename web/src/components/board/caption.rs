//! The sentence under the board: the marker that was passed last, or what happened last.

use yew::prelude::*;

use crate::desk::{Action, Desk};
use crate::message::Marker;
use crate::texts;

/// The caption.
pub fn caption(desk: &Desk, on_action: &Callback<Action>) -> Html {
    let counted = desk.frame.as_ref().is_some_and(|frame| frame.counted);
    let marker = desk.marker().zip(desk.run.as_ref());
    let marker =
        marker.and_then(|(place, run)| Some((place + 1, run.markers.get(place)?)));
    let latest = desk.story.last().map(|line| line.text.clone());
    html! {
        <div class="figcap" id="caption">
            // Read out when a marker is reached; the running story would talk all the time.
            <div class="step" aria-live="polite">
                if let Some((number, marker)) = marker { { step(number, marker, desk) } }
            </div>
            if let Some((number, _)) = marker {
                { way_on(desk, number, on_action) }
            } else if let Some(latest) = latest {
                <p class="latest">{ latest }</p>
            }
            if let Some((span, _)) = desk.skipped {
                <p class="later" role="status">{ format!("{span} {}", texts::LATER) }</p>
            }
            if counted { <p class="later">{ texts::COUNTED }</p> }
        </div>
    }
}

fn step(number: usize, marker: &Marker, desk: &Desk) -> Html {
    html! {
        <>
            <span class="n" aria-hidden="true">{ number }</span>
            <div>
                <h2>{ &marker.title }</h2>
                <p>{ &marker.text }</p>
                if desk.is_changed() { <p class="small" id="changed">{ texts::CHANGED }</p> }
            </div>
        </>
    }
}

/// How many steps there are, and how to go on from one that paused the run.
fn way_on(desk: &Desk, number: usize, on_action: &Callback<Action>) -> Html {
    let count = desk.run.as_ref().map_or(0, |run| run.markers.len());
    let guess = desk.guessed().filter(|_| desk.card().is_none());
    let next = on_action.reform(|_: MouseEvent| Action::ToMarker { forward: true });
    html! {
        <div class="way">
            if let Some(guess) = guess { <span class="wide">{ texts::YOU_SAID }{ " " }<b>{ guess }</b></span> }
            <span id="step">{ format!("{} {number} {} {count}", texts::STEP, texts::OF) }</span>
            if !desk.playing && !desk.is_at_end() {
                <span class="wide">{ texts::PLAY_GOES_ON }</span>
                <button class="btn line" id="next-step" onclick={next}>
                    { if number < count { texts::NEXT_STEP } else { texts::TO_THE_END } }
                    <kbd aria-hidden="true">{ "]" }</kbd>
                </button>
            }
        </div>
    }
}
