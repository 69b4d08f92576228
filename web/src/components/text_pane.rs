//! The scenario as text, in an editor: what is typed becomes the run at the next pause, if
//! nothing is wrong with it.

use gloo_timers::callback::Timeout;
use lambdarium_sim::EVENTS;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::desk::{Action, Doing, TextPane};
use crate::effects;
use crate::message::{IssueText, Mistake, Spot};
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub text: TextPane,
    pub on_action: Callback<Action>,
}

/// A pause in typing.
const PAUSE_MS: u32 = 400;

/// The pane.
#[component]
pub fn TextPaneView(props: &Props) -> Html {
    let node = use_node_ref();
    // Whether the editor is there; until that is known, nothing is.
    let loaded = use_state_eq(|| None::<bool>);
    let typed = use_mut_ref(|| None::<String>);
    let hand_on = {
        let (typed, on_action) = (typed.clone(), props.on_action.clone());
        move || {
            if let Some(text) = typed.take() {
                on_action.emit(Action::Text(Doing::Typed(text)));
            }
        }
    };
    {
        let (loaded, hand_on) = (loaded.setter(), hand_on.clone());
        use_effect_with((), move |()| {
            effects::load_editor(move |works| loaded.set(Some(works)));
            hand_on
        });
    }
    let pause = use_mut_ref(|| None::<Timeout>);
    let oninput = {
        let (node, on_action) = (node.clone(), props.on_action.clone());
        Callback::from(move |_: InputEvent| {
            let Some(editor) = face(&node) else { return };
            *typed.borrow_mut() = Some(editor.value());
            on_action.emit(Action::Text(Doing::Typing));
            *pause.borrow_mut() = Some(Timeout::new(PAUSE_MS, hand_on.clone()));
        })
    };
    use_filling(&node, *loaded, &props.text);
    let label = texts::TEXT_PANE;
    html! {
        <section class="text-pane" id="text" aria-label={label}>
            { head(&props.text, &props.on_action) }
            if *loaded == Some(true) {
                <json-editor ref={node.clone()} id="editor" {label} {oninput} />
            } else if loaded.is_some() {
                <textarea ref={node.clone()} id="editor" aria-label={label} {oninput} />
            }
            if !props.text.mistakes.is_empty() {
                <div class="mistakes" id="mistakes">
                    { for props.text.mistakes.iter().map(|mistake| told(mistake, &node)) }
                </div>
            }
            <p class="says-so">
                { if *loaded == Some(false) { texts::TEXT_PLAIN } else { texts::TEXT_LEAVE } }
            </p>
        </section>
    }
}

fn head(text: &TextPane, on_action: &Callback<Action>) -> Html {
    let count = text.mistakes.len();
    let (class, state) = match count {
        0 if text.is_ahead() => ("dim", texts::TEXT_TYPING.into()),
        0 => ("dim", texts::TEXT_SAME.into()),
        count => ("says", texts::mistakes(count)),
    };
    let (id, label, doing) = if count > 0 {
        ("discard", texts::TEXT_DISCARD, Doing::Discard)
    } else {
        ("save-file", texts::SAVE_FILE, Doing::Save)
    };
    let onclick = on_action.reform(move |_: MouseEvent| Action::Text(doing.clone()));
    html! {
        <header class="text-head">
            <p role="status" id="text-state" {class}>{ state }</p>
            <button class="btn line" {id} {onclick}>{ label }</button>
        </header>
    }
}

/// What is wrong, and the way to its place.
fn told(Mistake { issue, spot }: &Mistake, node: &NodeRef) -> Html {
    let (node, spot) = (node.clone(), *spot);
    let onclick = Callback::from(move |_: MouseEvent| {
        if let Some(editor) = face(&node) {
            effects::jump(&editor, spot);
        }
    });
    html! {
        <button class="mistake" {onclick}>
            <b>{ place_of(spot) }</b>
            <span>{ words(issue) }</span>
        </button>
    }
}

fn place_of(spot: Spot) -> String {
    let mut place = texts::LINE.to_string();
    place.push(' ');
    place += &spot.line.to_string();
    place.push(':');
    place += &spot.column.to_string();
    place
}

fn words(issue: &IssueText) -> String {
    let mut words = String::new();
    if !issue.place.starts_with("line ") {
        words += &issue.place;
        words += ": ";
    }
    let (found, allowed) = (texts::FOUND, texts::ALLOWED);
    let IssueText { found: it, allowed: what, rule, .. } = issue;
    for part in [found, " ", it, "; ", allowed, " ", what, " (", rule, ")"] {
        words += part;
    }
    words
}

/// An editor or a text area: both have the face of the latter.
fn face(node: &NodeRef) -> Option<HtmlTextAreaElement> {
    node.get().map(JsCast::unchecked_into)
}

/// Fills the editor: with the draft if there is one; later with the text of the run, unless
/// somebody is ahead of it. And marks what is wrong.
#[hook]
fn use_filling(node: &NodeRef, loaded: Option<bool>, text: &TextPane) {
    // What was marked last; nothing at all before it was filled.
    let marked = use_mut_ref(|| None);
    let arrived = use_mut_ref(|| !EVENTS);
    let node = node.clone();
    use_effect_with((loaded, text.clone()), move |(_, text)| {
        let Some(editor) = face(&node) else { return };
        let marks = Some(text.mistakes.clone());
        let before = marked.replace(marks.clone());
        let fresh = before.is_none();
        let arrives = text.draft.is_some() && text.arrives && !arrived.replace(true);
        let next = text.shown().filter(|_| fresh || arrives || !text.is_ahead());
        if let Some(next) = next.filter(|next| **next != editor.value()) {
            editor.set_value(&next);
        }
        if let Some(at) = text.caret.filter(|_| arrives) {
            effects::jump(&editor, Spot { from: at, to: at, ..Spot::default() });
        }
        // The marks move along with what is typed: only others are set anew.
        if marks != before {
            effects::mark(&editor, &text.mistakes, words);
        }
    });
}
