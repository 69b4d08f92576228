//! The link to this run at this moment.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::desk::Action;
use crate::effects;
use crate::geometry::clock;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub link: Option<Result<String, String>>,
    pub playhead_us: u64,
    pub with_moment: bool,
    pub on_action: Callback<Action>,
}

/// The content of the dialog.
#[component]
pub fn Share(props: &Props) -> Html {
    let field = use_node_ref();
    let copied = use_state(|| None::<bool>);
    let toggle = {
        let copied = copied.setter();
        props.on_action.reform(move |_: Event| {
            copied.set(None);
            Action::ToggleLinkMoment
        })
    };
    let link = match &props.link {
        Some(Ok(fragment)) => Ok(format!("{}#{fragment}", effects::address())),
        Some(Err(problem)) => Err(problem.clone()),
        None => Ok(String::new()),
    };
    let body = match link {
        Ok(link) => {
            let onclick = copy(&link, &field, copied.setter());
            let label = match *copied {
                None => texts::COPY,
                Some(true) => texts::COPIED,
                Some(false) => texts::COPY_BY_HAND,
            };
            let chars = texts::grouped(link.chars().count() as u64);
            html! {
                <>
                    <label class="stack">
                        { texts::LINK }
                        <input ref={field} id="link" type="text" readonly=true value={link} />
                    </label>
                    <div class="row">
                        <button class="btn main" id="copy" {onclick}>{ label }</button>
                        <span class="dimmer">{ format!("{chars} characters") }</span>
                    </div>
                </>
            }
        }
        Err(problem) => html! { <p class="says">{ problem }</p> },
    };
    html! {
        <div class="stack">
            <p class="dim">{ texts::SHARE_INTRO }</p>
            <label class="check">
                <input type="checkbox" id="link-moment" checked={props.with_moment}
                    onchange={toggle} />
                { format!("{} {}", texts::START_AT, clock(props.playhead_us)) }
            </label>
            { body }
        </div>
    }
}

/// Copies the link; where the browser forbids it, selects it for the keyboard.
fn copy(
    link: &str,
    field: &NodeRef,
    copied: UseStateSetter<Option<bool>>,
) -> Callback<MouseEvent> {
    let (link, field) = (link.to_string(), field.clone());
    Callback::from(move |_| {
        if let Some(input) = field.cast::<HtmlInputElement>() {
            input.select();
        }
        let (link, copied) = (link.clone(), copied.clone());
        spawn_local(async move {
            copied.set(Some(effects::copy_text(link).await));
        });
    })
}
