//! The bar at the top: what is open, and what can be done with it.

use yew::prelude::*;

use super::icon::{self, Icon};
use crate::desk::{Action, Dialog, Doing, Theme};
use crate::message::Opened;
use crate::shared::Shared;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub run: Option<Shared<Opened>>,
    pub theme: Theme,
    /// Whether the text is shown.
    pub text: bool,
    /// Whether something can be undone, and done again.
    pub travel: (bool, bool),
    pub on_action: Callback<Action>,
}

/// The bar.
#[component]
pub fn Bar(props: &Props) -> Html {
    let open = |dialog| props.on_action.reform(move |_: MouseEvent| Action::Open(dialog));
    let (other, label) = match props.theme {
        Theme::Light => (Theme::Dark, texts::DARK_THEME),
        Theme::Dark => (Theme::Light, texts::LIGHT_THEME),
    };
    let switch = props.on_action.reform(move |_: MouseEvent| Action::Theme(other));
    let title = props.run.as_ref().map(|run| match run.title.as_str() {
        "" => AttrValue::Static(texts::UNTITLED),
        title => AttrValue::from(title.to_string()),
    });
    html! {
        <header class="bar">
            <span class="brand">
                { icon::logo() }
                <span>{ texts::BRAND }</span>
            </span>
            <span class="where">{ texts::SCENARIO }</span>
            <h1>{ title.unwrap_or(AttrValue::Static(texts::OPENING)) }</h1>
            <span class="grow"></span>
            <button class="btn" id="open-gallery" onclick={open(Dialog::Gallery)}>
                { texts::GALLERY }
            </button>
            <button class="btn icon" id="more" aria-label={texts::MORE} popovertarget="menu">
                { icon::icon(Icon::Menu) }
            </button>
            // On small screens it opens over the page; else it is a part of the bar.
            <div class="menu" id="menu" popover="auto">
                <button class="btn" id="open-text" aria-pressed={props.text.to_string()}
                    onclick={props.on_action.reform(|_: MouseEvent| Action::Text(Doing::Toggle))}
                    disabled={props.run.is_none()} popovertarget="menu" popovertargetaction="hide">
                    { icon::icon(Icon::Text) }<span>{ texts::TEXT }</span>
                </button>
                <span class="sep"></span>
                { travel(props, true) }
                { travel(props, false) }
                <span class="sep"></span>
                <button class="btn line" id="open-share" onclick={open(Dialog::Share)}
                    disabled={props.run.is_none()} popovertarget="menu" popovertargetaction="hide">
                    { texts::SHARE }
                </button>
                <span class="sep"></span>
                { tool("open-find", Icon::Find, texts::FIND, open(Dialog::Find)) }
                { tool("theme", Icon::Theme, label, switch) }
                { tool("open-help", Icon::Help, texts::HELP, open(Dialog::Help)) }
            </div>
        </header>
    }
}

/// Back, or on again.
fn travel(props: &Props, back: bool) -> Html {
    let (id, icon, label, can) = if back {
        ("undo", Icon::Undo, texts::UNDO, props.travel.0)
    } else {
        ("redo", Icon::Redo, texts::REDO, props.travel.1)
    };
    let onclick = props.on_action.reform(move |_: MouseEvent| Action::Travel { back });
    html! {
        <button class="btn icon" {id} aria-label={label} title={label} {onclick} disabled={!can}>
            { icon::icon(icon) }<span>{ label }</span>
        </button>
    }
}

/// A button with an icon; its words are seen where the bar is a menu.
fn tool(
    id: &'static str,
    icon: Icon,
    label: &'static str,
    onclick: Callback<MouseEvent>,
) -> Html {
    html! {
        <button class="btn icon" {id} aria-label={label} title={label} {onclick}
            popovertarget="menu" popovertargetaction="hide">
            { icon::icon(icon) }<span>{ label }</span>
        </button>
    }
}
