//! Play, pause, speed, single steps, the clock, and what has become of every call.

use lambdarium_sim::view::Fates;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icon::{Icon, IconView};
use crate::desk::{Action, Desk, SPEEDS};
use crate::geometry::clock;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub on_action: Callback<Action>,
    pub on_step: Callback<bool>,
}

/// The row of controls.
#[component]
pub fn Transport(props: &Props) -> Html {
    let desk = &props.desk;
    let does =
        |action: Action| props.on_action.reform(move |_: MouseEvent| action.clone());
    let step = |forward| props.on_step.reform(move |_: MouseEvent| forward);
    let (label, icon) = match desk.playing {
        true => (texts::PAUSE, Icon::Pause),
        false => (texts::PLAY, Icon::Play),
    };
    let control = |id: &'static str, label: &'static str, icon, onclick| {
        html! {
            <button class="btn icon" {id} aria-label={label} title={label} {onclick}>
                <IconView {icon} />
            </button>
        }
    };
    html! {
        <div class="transport" role="group" aria-label={texts::PLAYBACK}>
            { control("marker-back", texts::MARKER_BACK, Icon::MarkerBack,
                does(Action::ToMarker { forward: false })) }
            { control("step-back", texts::EVENT_BACK, Icon::Back, step(false)) }
            <button class="btn icon play" id="play" aria-label={label} title={label}
                onclick={does(Action::TogglePlay)}>
                <IconView {icon} />
            </button>
            { control("step-on", texts::EVENT_ON, Icon::Forward, step(true)) }
            { control("marker-on", texts::MARKER_ON, Icon::MarkerForward,
                does(Action::ToMarker { forward: true })) }
            <span class="sep"></span>
            <Clock playhead_us={desk.playhead.at.0} end_us={desk.end().0}
                complete={desk.is_complete()} />
            <span class="sep"></span>
            <FatesView fates={desk.frame.as_ref().map(|frame| frame.fates)} />
            <span class="grow"></span>
            <Speed speed={desk.speed} on_action={props.on_action.clone()} />
            <label class="check pad">
                <input type="checkbox" id="skip-quiet" checked={desk.skip_quiet}
                    onchange={props.on_action.reform(|_: Event| Action::ToggleSkipQuiet)} />
                { texts::SKIP_QUIET }
            </label>
        </div>
    }
}

#[derive(PartialEq, Properties)]
struct ClockProps {
    playhead_us: u64,
    end_us: u64,
    complete: bool,
}

#[component]
fn Clock(props: &ClockProps) -> Html {
    let unit = if props.playhead_us < 60_000_000 { " s" } else { "" };
    let end = clock(props.end_us);
    let of = if props.complete { format!("of {end}") } else { format!("of {end} …") };
    html! {
        <output class="clock" id="clock" aria-live="off">
            { clock(props.playhead_us) }{ unit }{ " " }<small>{ of }</small>
        </output>
    }
}

#[derive(PartialEq, Properties)]
struct FatesProps {
    fates: Option<Fates>,
}

/// The equation beside the clock: what entered is always the sum of the rest.
#[component]
fn FatesView(props: &FatesProps) -> Html {
    let fates = props.fates.unwrap_or_default();
    let always = [
        ("ok", fates.succeeded, texts::SUCCEEDED),
        ("run", fates.running, texts::RUNNING),
        ("wait", fates.waiting, texts::WAITING),
        ("fail", fates.failed, texts::FAILED),
        ("dead", fates.throttled, texts::THROTTLED),
    ];
    let sometimes = [
        ("fail", fates.timed_out, texts::TIMED_OUT),
        ("fail", fates.refused, texts::REFUSED),
    ];
    let shown = always.into_iter().chain(sometimes.into_iter().filter(|fate| fate.1 > 0));
    html! {
        <ul class="fate" id="fates" aria-label={texts::FATES}>
            <li><b>{ texts::grouped(fates.entered) }</b>{ " " }{ texts::ENTERED }</li>
            { for shown.enumerate().map(|(place, (swatch, count, word))| html! {
                <>
                    <li class="eq" aria-hidden="true">{ if place == 0 { "=" } else { "+" } }</li>
                    <li class={classes!((count == 0).then_some("zero"))}>
                        <i class={classes!("sw", swatch)}></i>
                        <b>{ texts::grouped(count) }</b>{ " " }{ word }
                    </li>
                </>
            }) }
        </ul>
    }
}

#[derive(PartialEq, Properties)]
struct SpeedProps {
    speed: usize,
    on_action: Callback<Action>,
}

#[component]
fn Speed(props: &SpeedProps) -> Html {
    let onchange = props.on_action.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Action::Speed(usize::try_from(select.selected_index()).unwrap_or(0))
    });
    html! {
        <select class="btn line speed" id="speed" aria-label={texts::SPEED} {onchange}>
            { for SPEEDS.iter().enumerate().map(|(place, speed)| html! {
                <option selected={place == props.speed}>{ texts::speed(*speed) }</option>
            }) }
        </select>
    }
}
