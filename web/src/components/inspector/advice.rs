//! What is advised on a part, or on the whole scenario, each with a run that shows it.

use yew::prelude::*;

use super::super::icon::{self, Icon};
use crate::message::{Edit, IssueText, Opened};
use crate::texts;

/// The part that a piece of advice is about: what stands second in its place.
pub fn part_of(advice: &IssueText) -> &str {
    advice.place.split('.').nth(1).unwrap_or_default()
}

/// The list; nothing where nothing is advised.
pub fn advice(run: &Opened, part: Option<&str>, on_edit: &Callback<Edit>) -> Html {
    let all = (0..).zip(&run.advice);
    let about: Vec<(u32, &IssueText)> =
        all.filter(|(_, one)| part.is_none_or(|part| part_of(one) == part)).collect();
    if about.is_empty() {
        return Html::default();
    }
    html! {
        <section id="advice" aria-label={texts::ADVICE}>
            <h3 class="cap sec">{ texts::ADVICE }</h3>
            { for about.into_iter().map(|(number, one)| card(number, one, on_edit)) }
        </section>
    }
}

fn card(number: u32, advice: &IssueText, on_edit: &Callback<Edit>) -> Html {
    let onclick = on_edit.reform(move |_: MouseEvent| Edit::Vary { number });
    html! {
        <div class="note-card advice">
            <p>{ icon::icon(Icon::Warning) }{ " " }{ &advice.found }</p>
            <p><code>{ &advice.place }</code>{ " " }<span class="chip">{ &advice.rule }</span></p>
            <div class="row">
                <button class="btn line" {onclick}>{ texts::SHOW_ME }</button>
                <span class="small">{ texts::CHANGES }{ " " }{ &advice.allowed }</span>
            </div>
        </div>
    }
}
