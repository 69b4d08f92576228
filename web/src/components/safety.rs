//! What keeps a scenario safe: undo, the browser's storage, files, and a worker that is
//! started again.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::desk::{Action, Desk, Doing, Kept, file_name};
use crate::effects::{self, Wire};
use crate::message::{Ask, Opened, Refusal, Source};
use crate::shared::Shared;
use crate::texts;

/// What the page opens at a start: what the address names, else what was left here.
#[must_use]
pub fn first_source() -> Source {
    let fragment = effects::fragment();
    let kept = fragment.is_empty().then(effects::kept_scenario).flatten();
    kept.map_or(Source::Link(fragment), |kept| kept.source)
}

/// What the world outside follows.
#[derive(Clone, Default, PartialEq)]
struct Followed {
    starts: u32,
    wanted: Option<Shared<Source>>,
    /// The run whose text is wanted.
    textless: Option<Shared<Opened>>,
    handed_in: Option<u32>,
    kept: Option<Shared<Kept>>,
    /// The text that is to be saved as a file.
    saving: Option<Shared<String>>,
}

/// Starts a worker that has died again, opens what is to be opened, asks for the text, hands
/// in what was typed, keeps it for the next visit, and saves files. One effect for all: each
/// would be code of its own.
#[hook]
pub fn use_safety(desk: &UseReducerHandle<Desk>, wire: &Wire) {
    let now = Followed {
        starts: desk.worker.starts,
        wanted: desk.wanted.clone(),
        textless: desk.run.clone().filter(|_| desk.lacks_text()),
        handed_in: desk.text.handed_in,
        kept: desk.keeping.kept.clone(),
        saving: desk.text.of_run.clone().filter(|_| desk.text.saving),
    };
    // What an earlier visit left is in the storage already.
    let before =
        use_mut_ref(|| Followed { kept: now.kept.clone(), ..Followed::default() });
    let (wire, desk) = (wire.clone(), desk.clone());
    use_effect_with(now, move |now| {
        let before = before.replace(now.clone());
        if now.starts != before.starts {
            wire.restart();
        }
        if let Some(source) = now.wanted.as_ref().filter(|_| now.wanted != before.wanted)
        {
            wire.open((**source).clone(), true);
        }
        if now.textless.is_some() && now.textless != before.textless {
            wire.ask(Ask::Text);
        }
        let draft = now.handed_in.filter(|_| now.handed_in != before.handed_in);
        if let Some((draft, text)) = draft.zip(desk.text.draft.as_ref()) {
            wire.ask(Ask::Write { text: (**text).clone(), draft });
        }
        // At once: a change comes at the pace of a person, and the page may be closed.
        if now.kept != before.kept && !effects::keep_scenario(now.kept.as_deref()) {
            desk.dispatch(Action::NotKept);
        }
        if let Some(text) = &now.saving {
            desk.dispatch(Action::Text(Doing::Saved));
            let title = desk.run.as_ref().map_or("", |run| &run.title);
            if effects::save_file(&file_name(title), text).is_err() {
                let text = texts::NOT_SAVED.into();
                desk.dispatch(Action::Failed(Refusal { text, ..Refusal::default() }));
            }
        }
    });
}

/// Back or on again, if that is what the keys mean.
#[must_use]
pub fn travel(event: &KeyboardEvent) -> Option<Action> {
    let held = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
    let key = event.key();
    let back = match key.as_str() {
        "z" | "Z" if held => !event.shift_key(),
        "y" if held => false,
        _ => return None,
    };
    Some(Action::Travel { back })
}

/// Says quietly that the browser keeps nothing.
pub fn quiet(on_action: &Callback<Action>) -> Html {
    let dismiss = on_action.reform(|_: MouseEvent| Action::Dismiss);
    html! {
        <p class="quiet" role="status" id="quiet">
            { texts::NOT_KEPT }
            <button class="btn line" onclick={dismiss}>{ texts::DISMISS }</button>
        </p>
    }
}
