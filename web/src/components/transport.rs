//! Play, pause, speed, single steps, the clock, and what has become of every call.

use lambdarium_sim::EVENTS;
use lambdarium_sim::view::Fates;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icon::{self, Icon};
use super::inspector::fates;
use super::timeline;
use crate::desk::{Action, Desk, SPEEDS};
use crate::geometry::clock;
use crate::texts;

/// The row of controls, on a page of a width. Here as elsewhere, what is drawn with every
/// frame anyway is no component of its own: that would only be more to download.
pub fn transport(
    desk: &Desk,
    width: f64,
    on_action: &Callback<Action>,
    on_step: &Callback<bool>,
) -> Html {
    let does = |action: fn() -> Action| on_action.reform(move |_: MouseEvent| action());
    let step = |forward| on_step.reform(move |_: MouseEvent| forward);
    let (label, icon) = match desk.playing {
        true => (texts::PAUSE, Icon::Pause),
        false => (texts::PLAY, Icon::Play),
    };
    let control = |id: &'static str, label: &'static str, icon, onclick| {
        html! {
            <button class="btn icon" {id} aria-label={label} title={label} {onclick}>
                { icon::icon(icon) }
            </button>
        }
    };
    html! {
        <div class="transport" role="group" aria-label={texts::PLAYBACK}>
            { control("marker-back", texts::MARKER_BACK, Icon::MarkerBack,
                does(|| Action::ToMarker { forward: false })) }
            { control("step-back", texts::EVENT_BACK, Icon::Back, step(false)) }
            <button class="btn icon play" id="play" aria-label={label} title={label}
                onclick={does(|| Action::TogglePlay)}>
                { icon::icon(icon) }
            </button>
            { control("step-on", texts::EVENT_ON, Icon::Forward, step(true)) }
            { control("marker-on", texts::MARKER_ON, Icon::MarkerForward,
                does(|| Action::ToMarker { forward: true })) }
            <span class="sep"></span>
            { clock_face(desk) }
            <span class="sep"></span>
            { equation(desk.frame.as_ref().map(|frame| frame.fates).unwrap_or_default()) }
            if EVENTS { { fates::held(desk, on_action) } }
            <span class="grow"></span>
            { speed(desk.speed, on_action) }
            <label class="check pad" title={texts::SKIP_QUIET_ABOUT}>
                <input type="checkbox" id="skip-quiet" checked={desk.skip_quiet}
                    onchange={on_action.reform(|_: Event| Action::ToggleSkipQuiet)} />
                { texts::SKIP_QUIET }
            </label>
            <span class="sep"></span>
            { timeline::tools(desk, width, on_action) }
        </div>
    }
}

fn clock_face(desk: &Desk) -> Html {
    let (now, of) = clock_words(desk);
    html! {
        <output class="clock" id="clock" aria-live="off">
            { format!("{now} ") }<small>{ of }</small>
        </output>
    }
}

/// The playhead, and the end of the run: `0.400 s` and `of 49.162`.
pub(crate) fn clock_words(desk: &Desk) -> (String, String) {
    let at = desk.written().0;
    let unit = if at < 60_000_000 { " s" } else { "" };
    let more = if desk.is_complete() { "" } else { " …" };
    (format!("{}{unit}", clock(at)), format!("of {}{more}", clock(desk.end().0)))
}

/// The equation beside the clock: what entered is always the sum of the rest.
fn equation(fates: Fates) -> Html {
    let told;
    let succeeded = if EVENTS && fates.twice > 0 {
        let twice = texts::grouped(fates.twice);
        told = [texts::SUCCEEDED, ", ", &twice, " ", texts::TWICE].concat();
        &told
    } else {
        texts::SUCCEEDED
    };
    let always = [
        ("sw ok", fates.succeeded, succeeded),
        ("sw run", fates.running, texts::RUNNING),
        ("sw wait", fates.waiting, texts::WAITING),
    ];
    // What there is none of takes no room: the controls beside it must not move.
    let sometimes = [
        ("sw fail", fates.failed, texts::FAILED),
        ("sw dead", fates.throttled, texts::THROTTLED),
        ("sw fail", fates.timed_out, texts::TIMED_OUT),
        ("sw fail", fates.refused, texts::REFUSED),
        ("sw dead", fates.dead_lettered, texts::DEAD_LETTERED),
        ("sw dead", fates.at_destination, texts::AT_DESTINATION),
        ("sw fail", fates.lost, texts::LOST),
    ];
    let shown = always.into_iter().chain(sometimes.into_iter().filter(|fate| fate.1 > 0));
    let first = shown.clone().position(|fate| fate.1 > 0);
    html! {
        <ul class="fate" id="fates" aria-label={texts::FATES}>
            <li><b>{ texts::grouped(fates.entered) }</b>{ format!(" {}", texts::ENTERED) }</li>
            { for shown.enumerate().map(|(place, (swatch, count, word))| {
                // Where there is no room for nothings, the first of the others begins the sum.
                let class = match (count, Some(place) == first) {
                    (0, _) => "zero",
                    (_, true) => "first",
                    (_, false) => "",
                };
                html! {
                    <li {class}>
                        <span class="eq">{ if place == 0 { "=" } else { "+" } }</span>
                        <i class={swatch}></i>
                        <b>{ texts::grouped(count) }</b>{ format!(" {word}") }
                    </li>
                }
            }) }
        </ul>
    }
}

fn speed(speed: usize, on_action: &Callback<Action>) -> Html {
    let onchange = on_action.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Action::Speed(usize::try_from(select.selected_index()).unwrap_or(0))
    });
    html! {
        <select class="btn line speed" id="speed" aria-label={texts::SPEED} {onchange}>
            { for SPEEDS.iter().enumerate().map(|(place, each)| html! {
                <option selected={place == speed}>{ texts::speed(*each) }</option>
            }) }
        </select>
    }
}
