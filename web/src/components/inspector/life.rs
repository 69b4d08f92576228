//! The life of a request: its stations with the JSON at each, those behind the playhead and
//! those still ahead.

use gloo_timers::callback::Timeout;
use lambdarium_sim::id::Job;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::desk::Action;
use crate::effects::Wire;
use crate::geometry::clock;
use crate::message::{Ask, Life, Opened, Relative, Station};
use crate::shared::Shared;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub job: Job,
    pub run: Option<Shared<Opened>>,
    /// Whether it is recorded to its end: only then all of a life is known.
    pub complete: bool,
    /// Once it is known.
    pub life: Option<Shared<Life>>,
    /// How many stations the playhead has passed.
    pub passed: usize,
    pub wire: Wire,
    pub on_action: Callback<Action>,
}

/// The life.
#[component]
pub fn LifeView(props: &Props) -> Html {
    let body = use_node_ref();
    // Here and not beside what else is asked: the small program is without it.
    let wire = props.wire.clone();
    use_effect_with((props.job, props.run.clone(), props.complete), move |(job, ..)| {
        wire.ask(Ask::Life { job: *job });
    });
    use_effect_with((props.job, body.clone()), |(_, body)| {
        // What was pressed to come here may be gone with the story.
        if let Some(body) = body.cast::<HtmlElement>() {
            // Fails for what cannot have the keyboard alone.
            let _ = body.focus();
        }
        give_back
    });
    use_effect_with((props.job, props.life.is_some(), body.clone()), |(.., body)| {
        let body = body.cast::<HtmlElement>();
        let now = body.and_then(|body| body.query_selector(".now").ok().flatten());
        if let Some(now) = now {
            now.scroll_into_view_with_bool(false);
        }
    });
    let close = props.on_action.reform(|_: MouseEvent| Action::Life(None));
    html! {
        <div class="insp-body" id="life" ref={body} tabindex="0" role="region"
            aria-label={texts::LIFE_TITLE}>
            <div class="life-head">
                if let Some(life) = &props.life { { about(life, &props.on_action) } }
                <button class="btn line" id="close-life" aria-label={texts::CLOSE_LIFE} title={texts::CLOSE_LIFE}
                    onclick={close}>{ texts::CLOSE }</button>
            </div>
            if let Some(life) = &props.life {
                <ol class="stations">
                    { for life.stations.iter().enumerate().map(|each| station(each, props)) }
                </ol>
            } else {
                <p class="dim">{ texts::LOOKING_UP_LIFE }</p>
            }
        </div>
    }
}

/// Lets the keyboard go on beside the panel that is gone, if it was there.
fn give_back() {
    Timeout::new(0, || {
        let document = web_sys::window().and_then(|window| window.document());
        let Some(document) = document else { return };
        let nowhere = document.active_element().is_none_or(|at| at.tag_name() == "BODY");
        let tab = document.query_selector("#tab-story").ok().flatten();
        if nowhere && let Some(tab) = tab.map(JsCast::unchecked_into::<HtmlElement>) {
            // Fails for what cannot have the keyboard alone.
            let _ = tab.focus();
        }
    })
    .forget();
}

/// By which ID it is known, and where it comes from.
fn about(life: &Life, on_action: &Callback<Action>) -> Html {
    if life.stations.is_empty() {
        return html! { <p class="dim">{ texts::NO_LIFE }</p> };
    }
    html! {
        <div>
            <p class="small">{ texts::REQUEST_ID }{ " " }<code>{ &life.request_id }</code></p>
            if let Some(from) = &life.from {
                <p class="small">{ relative(texts::COMES_FROM, from, on_action) }</p>
            }
            if life.left_out > 0 {
                <p class="small">{ texts::grouped(life.left_out.into()) }{ " " }{ texts::LEFT_OUT }</p>
            }
        </div>
    }
}

/// A way to the life of another request.
fn relative(how: &str, relative: &Relative, on_action: &Callback<Action>) -> Html {
    let job = relative.job;
    let onclick = on_action.reform(move |_: MouseEvent| Action::Life(Some(job)));
    html! { <button class="relative" {onclick}>{ how }{ " " }<b>{ &relative.name }</b></button> }
}

fn station((place, station): (usize, &Station), props: &Props) -> Html {
    let Station { moment, text, rule, what, json, goes_on } = station;
    let moment = *moment;
    let onclick = props.on_action.reform(move |_: MouseEvent| Action::Seek(moment));
    let (ahead, now) = (place >= props.passed, place + 1 == props.passed);
    let class = classes!(ahead.then_some("ahead"), now.then_some("now"));
    html! {
        <>
            if place == props.passed { <li class="cap" id="ahead">{ texts::AHEAD }</li> }
            <li key={place} {class} aria-current={now.then_some("step")}>
                <button class="station" {onclick}>
                    <span class="at">{ clock(moment.at.0) }</span>{ " " }
                    <span>{ text }</span>{ " " }
                    <span class="chip">{ rule }</span>
                </button>
                if let Some(goes_on) = goes_on {
                    { relative(texts::GOES_ON_AS, goes_on, &props.on_action) }
                }
                if !what.is_empty() {
                    <details class="content">
                        <summary>{ what }</summary>
                        <pre>{ json }</pre>
                    </details>
                }
            </li>
        </>
    }
}
