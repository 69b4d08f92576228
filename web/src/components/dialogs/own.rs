//! The scenario of one's own: what was left here, and files.

use yew::prelude::*;

use crate::desk::{Action, Doing, Kept};
use crate::message::Source;
use crate::shared::Shared;
use crate::texts;

/// What somebody left here on an earlier visit, or before they looked at something else.
pub fn go_on(kept: Option<Shared<Kept>>, on_open: &Callback<Source>) -> Html {
    let Some(kept) = kept else { return Html::default() };
    let title = match kept.title.as_str() {
        "" => texts::UNTITLED,
        title => title,
    };
    let title = format!("{} {title}", texts::GO_ON);
    let onclick = on_open.reform(move |_: MouseEvent| kept.source.clone());
    html! {
        <button class="lesson" id="go-on" {onclick}>
            <b>{ title }</b>
            <span>{ texts::GO_ON_ABOUT }</span>
        </button>
    }
}

/// Saves the scenario that is open as a file.
pub fn save(on_action: &Callback<Action>) -> Html {
    let onclick = on_action.reform(|_: MouseEvent| Action::Text(Doing::Save));
    html! {
        <button class="btn line" id="save-as-file" {onclick}>{ texts::SAVE_FILE }</button>
    }
}
