//! The sentence under the board: the marker that was passed last, or what happened last.

use yew::prelude::*;

use crate::desk::Desk;
use crate::texts;

/// The caption.
pub fn caption(desk: &Desk) -> Html {
    let counted = desk.frame.as_ref().is_some_and(|frame| frame.counted);
    let marker = desk.marker().zip(desk.run.as_ref());
    let marker = marker
        .and_then(|(place, run)| Some((place + 1, run.markers.get(place)?.clone())));
    let latest = desk.story.last().map(|line| line.text.clone());
    html! {
        <div class="figcap" id="caption">
            if let Some((number, marker)) = marker {
                <span class="n" aria-hidden="true">{ number }</span>
                <div><h2>{ marker.title }</h2><p>{ marker.text }</p></div>
            } else if let Some(latest) = latest {
                <span></span>
                <div><p>{ latest }</p></div>
            }
            if let Some((span, _)) = desk.skipped {
                <p class="later" role="status">{ format!("{span} {}", texts::LATER) }</p>
            }
            if counted { <p class="later">{ texts::COUNTED }</p> }
        </div>
    }
}
