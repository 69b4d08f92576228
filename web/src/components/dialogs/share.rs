//! The link to this run at this moment, and what shows it elsewhere.

use lambdarium_sim::EVENTS;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::desk::{Action, Desk};
use crate::effects;
use crate::geometry::clock;
use crate::{snippet, texts};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub on_action: Callback<Action>,
}

/// Which field was copied last, and whether the browser allowed it.
type Copied = Option<(usize, bool)>;

/// What can be copied: how it is called, its label, what its button says, and its rows.
const FIELDS: [(&str, &str, &str, &str); 3] = [
    ("link", texts::LINK, texts::COPY_LINK, "2"),
    ("markdown", texts::MARKDOWN, texts::COPY_MARKDOWN, "2"),
    ("iframe", texts::IFRAME, texts::COPY_IFRAME, "4"),
];

/// The content of the dialog.
#[component]
pub fn Share(props: &Props) -> Html {
    let Props { desk, on_action } = props;
    let nodes = [use_node_ref(), use_node_ref(), use_node_ref()];
    let copied = use_state(|| Copied::None);
    let toggle = |action: fn() -> Action| {
        let copied = copied.setter();
        on_action.reform(move |_: Event| {
            copied.set(None);
            action()
        })
    };
    let start_at = format!("{} {}", texts::START_AT, clock(desk.playhead.at.0));
    html! {
        <div class="stack">
            <p class="dim">{ texts::SHARE_INTRO }</p>
            <div class="row">
                { check("link-moment", start_at, desk.link_moment,
                    toggle(|| Action::ToggleLinkMoment)) }
                if let Some(part) = &desk.selection {
                    { check("link-selection", format!("{} {part}", texts::SELECTED),
                        desk.link_selection, toggle(|| Action::ToggleLinkSelection)) }
                }
            </div>
            { match &desk.link {
                Some(Err(problem)) => html! { <p class="says">{ problem.clone() }</p> },
                link => {
                    let fragment = link.as_ref().and_then(|link| link.as_deref().ok());
                    let contents = contents(desk, fragment);
                    let fields = contents.into_iter().zip(nodes).enumerate();
                    let fields = fields.map(|(place, (content, node))| {
                        field(place, content, &node, &copied)
                    });
                    html! { <>{ for fields }</> }
                }
            } }
        </div>
    }
}

/// What each field holds; nothing before the link is known.
fn contents(desk: &Desk, fragment: Option<&str>) -> [String; 3] {
    let Some(fragment) = fragment else { return Default::default() };
    let page = effects::address();
    let title = desk.run.as_ref().map_or("", |run| run.title.as_str());
    let title = if title.is_empty() { texts::UNTITLED } else { title };
    let other = desk.compare().map(|compare| &compare.run.address);
    let both = if EVENTS {
        effects::with_versus(fragment.to_string(), other)
    } else {
        fragment.to_string()
    };
    let link = format!("{page}#{both}");
    let markdown = snippet::markdown(title, &link);
    let embed = format!("{}#{fragment}", snippet::embed_address(&page));
    [link, markdown, snippet::iframe(title, &embed)]
}

fn check(
    id: &'static str,
    label: String,
    checked: bool,
    onchange: Callback<Event>,
) -> Html {
    html! { <label class="check"><input type="checkbox" {id} {checked} {onchange} />{ label }</label> }
}

fn field(
    place: usize,
    content: String,
    node: &NodeRef,
    copied: &UseStateHandle<Copied>,
) -> Html {
    let (id, label, does, rows) = FIELDS[place];
    let onclick = copy(place, &content, node, copied.setter());
    let (said, class) = match **copied {
        Some((last, true)) if last == place => (texts::COPIED, "btn main"),
        Some((last, false)) if last == place => (texts::COPY_BY_HAND, "btn line"),
        Some(_) | None => (texts::COPY, if place == 0 { "btn main" } else { "btn line" }),
    };
    let chars = texts::grouped(content.chars().count() as u64);
    html! {
        <div class="copying">
            <label for={id}>{ label }</label>
            <textarea ref={node} {id} readonly=true {rows} spellcheck="false" value={content} />
            <div class="row">
                <button id={format!("copy-{id}")} {class} {onclick}
                    aria-label={(said == texts::COPY).then_some(does)}>{ said }</button>
                if place == 0 { <span class="dimmer">{ format!("{chars} characters") }</span> }
            </div>
        </div>
    }
}

/// Copies a field; where the browser forbids it, selects it for the keyboard.
fn copy(
    place: usize,
    content: &str,
    node: &NodeRef,
    copied: UseStateSetter<Copied>,
) -> Callback<MouseEvent> {
    let (content, node) = (content.to_string(), node.clone());
    Callback::from(move |_| {
        if let Some(field) = node.cast::<HtmlTextAreaElement>() {
            field.select();
        }
        let (content, copied) = (content.clone(), copied.clone());
        spawn_local(async move {
            copied.set(Some((place, effects::copy_text(content).await)));
        });
    })
}
