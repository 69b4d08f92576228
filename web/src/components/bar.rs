//! The bar at the top: what is open, and what can be done with it.

use yew::prelude::*;

use super::icon::{self, Icon};
use crate::desk::{Action, Dialog, Theme};
use crate::message::Opened;
use crate::shared::Shared;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub run: Option<Shared<Opened>>,
    pub theme: Theme,
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
                <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                    <path class="logo" d="M5 3h2.600L14.400 17H17M8.900 7.600 4 17" />
                    <circle class="bdf-acc" cx="15.800" cy="4.800" r="2.200" />
                </svg>
                <span>{ texts::BRAND }</span>
            </span>
            <span class="where">{ texts::SCENARIO }</span>
            <h1>{ title.unwrap_or(AttrValue::Static(texts::OPENING)) }</h1>
            <span class="grow"></span>
            <button class="btn" id="open-gallery" onclick={open(Dialog::Gallery)}>
                { texts::GALLERY }
            </button>
            <button class="btn line" id="open-share" onclick={open(Dialog::Share)}
                disabled={props.run.is_none()}>
                { texts::SHARE }
            </button>
            <span class="sep"></span>
            <button class="btn icon" id="theme" aria-label={label} title={label} onclick={switch}>
                { icon::icon(Icon::Theme) }
            </button>
            <button class="btn icon" id="open-help" aria-label={texts::HELP} title={texts::HELP}
                onclick={open(Dialog::Help)}>
                { icon::icon(Icon::Help) }
            </button>
        </header>
    }
}
