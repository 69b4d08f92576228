//! The dialogs: the link to this run, the lessons, the palette, the keys.

mod find;
mod gallery;
mod odds;
mod own;
mod share;

use lambdarium_sim::EVENTS;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::icon::{self, Icon};
use crate::desk::{Action, Desk, Dialog};
use crate::effects;
use crate::message::{Edit, Source};
use crate::texts;

/// Where the dialog is; it is opened as soon as it is there.
#[hook]
pub fn use_dialog(dialog: Option<Dialog>) -> NodeRef {
    let node = use_node_ref();
    // One dialog may lead to another.
    use_effect_with((node.clone(), dialog), |(node, _)| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            // Fails only if it is open already, which is what is wanted.
            let _ = dialog.show_modal();
        }
    });
    node
}

/// The dialog that is open.
pub fn dialog(
    dialog: Dialog,
    node: &NodeRef,
    desk: &Desk,
    on_action: &Callback<Action>,
    on_open: &Callback<Source>,
    on_edit: &Callback<Edit>,
) -> Html {
    let title = match dialog {
        Dialog::Share => texts::SHARE,
        Dialog::Gallery => texts::GALLERY,
        Dialog::Find => texts::FIND,
        Dialog::Help => texts::HELP,
        Dialog::Odds => texts::ODDS,
    };
    // Escape closes the element by itself; the desk follows.
    let on_close = on_action.reform(|_: Event| Action::Close);
    let close = on_action.reform(|_: MouseEvent| Action::Close);
    html! {
        <dialog ref={node.clone()} aria-label={title} onclose={on_close} key={title}>
            <header class="split">
                <h2>{ title }</h2>
                <button class="btn icon" id="close" aria-label={texts::CLOSE} onclick={close}>
                    { icon::icon(Icon::Close) }
                </button>
            </header>
            { match dialog {
                Dialog::Share => html! {
                    <share::Share desk={desk.clone()}
                        on_action={on_action.clone()} />
                },
                Dialog::Gallery => gallery::gallery(&gallery::Props {
                    kept: desk.to_go_on_with(),
                    list: desk.gallery.clone(),
                    run: desk.run.clone(),
                    on_action: on_action.clone(),
                    on_open: on_open.clone(),
                }),
                Dialog::Find => html! {
                    <find::Find desk={desk.clone()} on_action={on_action.clone()}
                        on_open={on_open.clone()} />
                },
                Dialog::Help => keys(desk.no_single_keys, on_action),
                Dialog::Odds if EVENTS => odds::content(desk, on_action, on_edit),
                Dialog::Odds => Html::default(),
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
