//! The dialogs: the link to this run, the lessons, the palette, the keys.

mod find;
mod gallery;
mod own;
mod share;

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{self, Icon};
use crate::desk::{Action, Desk, Dialog};
use crate::effects;
use crate::message::Source;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub dialog: Dialog,
    pub desk: Desk,
    pub on_action: Callback<Action>,
    pub on_open: Callback<Source>,
}

/// The dialog that is open.
#[component]
pub fn Dialogs(props: &Props) -> Html {
    let node = use_node_ref();
    // One dialog may lead to another.
    use_effect_with((node.clone(), props.dialog), |(node, _)| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            // Fails only if it is open already, which is what is wanted.
            let _ = dialog.show_modal();
        }
    });
    let title = match props.dialog {
        Dialog::Share => texts::SHARE,
        Dialog::Gallery => texts::GALLERY,
        Dialog::Find => texts::FIND,
        Dialog::Help => texts::HELP,
    };
    // Escape closes the element by itself; the desk follows.
    let on_close = props.on_action.reform(|_: Event| Action::Close);
    let close = props.on_action.reform(|_: MouseEvent| Action::Close);
    html! {
        <dialog ref={node} aria-label={title} onclose={on_close} key={title}>
            <header class="split">
                <h2>{ title }</h2>
                <button class="btn icon" id="close" aria-label={texts::CLOSE} onclick={close}>
                    { icon::icon(Icon::Close) }
                </button>
            </header>
            { match props.dialog {
                Dialog::Share => html! {
                    <share::Share desk={props.desk.clone()}
                        on_action={props.on_action.clone()} />
                },
                Dialog::Gallery => html! {
                    <gallery::Gallery kept={props.desk.to_go_on_with()} list={props.desk.gallery.clone()} run={props.desk.run.clone()}
                        on_action={props.on_action.clone()} on_open={props.on_open.clone()} />
                },
                Dialog::Find => html! {
                    <find::Find desk={props.desk.clone()} on_action={props.on_action.clone()}
                        on_open={props.on_open.clone()} />
                },
                Dialog::Help => keys(props.desk.no_single_keys, &props.on_action),
            } }
        </dialog>
    }
}

fn keys(none: bool, on_action: &Callback<Action>) -> Html {
    let onchange = on_action.reform(move |_: Event| {
        effects::keep_no_keys(!none);
        Action::NoSingleKeys(!none)
    });
    html! {
        <>
            <dl class="keys">
                { for texts::KEYS.iter().map(|(keys, does)| html! {
                    <><dt><kbd>{ *keys }</kbd></dt><dd>{ *does }</dd></>
                }) }
            </dl>
            <label class="check">
                <input type="checkbox" id="single-keys" checked={!none} {onchange} />
                { texts::SINGLE_KEYS }
            </label>
        </>
    }
}
