//! The lessons, and the way to a scenario of one's own.

use lambdarium_sim::limits;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::own;
use crate::desk::{Action, Dialog, Kept};
use crate::effects;
use crate::gallery::{self, Lesson};
use crate::message::{Opened, Refusal, Source};
use crate::shared::Shared;
use crate::texts;

/// What is in the dialog.
pub struct Props {
    /// The list of the lessons, once it is loaded; empty if it could not be.
    pub list: Option<Shared<String>>,
    pub run: Option<Shared<Opened>>,
    /// What can be gone on with.
    pub kept: Option<Shared<Kept>>,
    pub on_action: Callback<Action>,
    pub on_open: Callback<Source>,
}

/// The content of the dialog.
pub fn gallery(props: &Props) -> Html {
    let present = props.run.as_ref().map(|run| run.address.clone()).unwrap_or_default();
    html! {
        <div class="stack">
            <p class="dim">{ texts::GALLERY_INTRO }</p>
            { own::go_on(props.kept.clone(), &props.on_open) }
            { families(props, &present) }
            <div class="row">
                { open_file(&props.on_action, &props.on_open) }
                if props.run.is_some() { { own::save(&props.on_action) } }
            </div>
        </div>
    }
}

/// The lessons, those of one family together; or why there are none.
fn families(props: &Props, present: &str) -> Html {
    let Some(list) = &props.list else {
        return html! { <p class="dim" role="status">{ texts::LOADING_LESSONS }</p> };
    };
    if list.is_empty() {
        let again = props.on_action.reform(|_: MouseEvent| Action::Open(Dialog::Gallery));
        return html! {
            <div class="stack" role="alert" id="no-lessons">
                <p>{ texts::NO_LESSONS }</p>
                <div class="row">
                    <button class="btn line" id="try-again" onclick={again}>
                        { texts::TRY_AGAIN }
                    </button>
                </div>
            </div>
        };
    }
    let all = gallery::lessons(list);
    // By hand, because an iterator over families is a kilobyte of code.
    let mut drawn = Vec::new();
    let mut rest = &all[..];
    while let Some(Lesson { family, .. }) = rest.first() {
        let end = rest.iter().position(|lesson| lesson.family != *family);
        let (lessons_of, after) = rest.split_at(end.unwrap_or(rest.len()));
        drawn.push(html! { <h3>{ *family }</h3> });
        drawn.push(lessons(lessons_of, present, &props.on_open));
        rest = after;
    }
    drawn.into_iter().collect()
}

fn lessons(family: &[Lesson<'_>], present: &str, on_open: &Callback<Source>) -> Html {
    html! {
            <ul class="lessons">
                { for family.iter().map(|lesson| {
                    let fragment = format!("e={}", lesson.name);
                    let is_open = fragment == present;
                    let current = is_open.then_some("true");
                    let onclick = on_open.reform(move |_: MouseEvent| {
                        Source::Link(fragment.clone())
                    });
                    html! {
                        <li>
                            <button class="lesson" aria-current={current} {onclick}>
                                <b>
                                    { lesson.title }
                                    if is_open { <span class="chip sel">{ texts::OPEN_NOW }</span> }
                                </b>
                                <span>{ lesson.about }</span>
                            </button>
                        </li>
                    }
                }) }
            </ul>
    }
}

pub fn open_file(on_action: &Callback<Action>, on_open: &Callback<Source>) -> Html {
    let (on_action, on_open) = (on_action.clone(), on_open.clone());
    let onchange = Callback::from(move |event: Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        let (on_action, on_open) = (on_action.clone(), on_open.clone());
        spawn_local(async move {
            match effects::read_file(file, limits::SCENARIO_BYTES_MAX).await {
                Ok(text) => on_open.emit(Source::Text(text)),
                Err(text) => {
                    on_action.emit(Action::Close);
                    on_action
                        .emit(Action::Failed(Refusal { text, ..Refusal::default() }));
                }
            }
        });
    });
    html! {
        <label class="btn line file">
            { texts::OPEN_FILE }
            <input type="file" id="open-file" class="vh" accept=".json,application/json" {onchange} />
        </label>
    }
}
