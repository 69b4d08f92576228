//! What could not be opened, and what to do about it.

use yew::prelude::*;

use super::icon::{self, Icon};
use crate::desk::{Action, Dialog};
use crate::message::Refusal;
use crate::texts;

/// Most issues shown; the rest is counted.
const SHOWN_MAX: usize = 12;

/// A card over the page; `kept` says whether a run is still open behind it.
pub fn notice(refusal: &Refusal, kept: bool, on_action: &Callback<Action>) -> Html {
    let dismiss = on_action.reform(|_: MouseEvent| Action::Dismiss);
    let gallery = on_action.reform(|_: MouseEvent| Action::Open(Dialog::Gallery));
    let more = refusal.issues.len().saturating_sub(SHOWN_MAX);
    html! {
        <section class="note-card notice" role="alert" id="notice">
            <h2>{ icon::icon(Icon::Warning) }<span>{ &refusal.text }</span></h2>
            if !refusal.issues.is_empty() {
                <ul class="issues">
                    { for refusal.issues.iter().take(SHOWN_MAX).map(|issue| html! {
                        <li>
                            <code>{ &issue.place }</code>
                            <p>
                                if !issue.found.is_empty() {
                                    { texts::FOUND }{ " " }<b>{ &issue.found }</b>{ "; " }
                                }
                                { texts::ALLOWED }{ " " }{ &issue.allowed }{ " " }
                                <span class="chip">{ &issue.rule }</span>
                            </p>
                        </li>
                    }) }
                    if more > 0 { <li>{ format!("and {more} more") }</li> }
                </ul>
            }
            if kept && !refusal.opened { <p>{ texts::KEPT }</p> }
            <div class="row">
                <button class="btn line" onclick={gallery}>{ texts::TRY_GALLERY }</button>
                if kept {
                    <button class="btn" id="dismiss" onclick={dismiss}>{ texts::DISMISS }</button>
                }
            </div>
        </section>
    }
}
