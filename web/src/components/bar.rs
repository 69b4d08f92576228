//! The bar at the top: what is open, and what can be done with it.

use lambdarium_sim::EVENTS;
use yew::prelude::*;

use super::compare::does;
use super::icon::{self, Icon};
use crate::desk::{Action, Comparison, Desk, Dialog, Doing, Theme};
use crate::texts;

/// The bar, in the theme that is in force.
pub fn bar(desk: &Desk, theme: Theme, on_action: &Callback<Action>) -> Html {
    let open = |dialog| on_action.reform(move |_: MouseEvent| Action::Open(dialog));
    let (other, label) = match theme {
        Theme::Light => (Theme::Dark, texts::DARK_THEME),
        Theme::Dark => (Theme::Light, texts::LIGHT_THEME),
    };
    let switch = on_action.reform(move |_: MouseEvent| Action::Theme(other));
    let title = desk.run.as_ref().map(|run| match run.title.as_str() {
        "" => AttrValue::Static(texts::UNTITLED),
        title => AttrValue::from(title.to_string()),
    });
    html! {
        <header class="bar">
            <span class="brand">
                { icon::logo() }
                <span>{ texts::BRAND }</span>
            </span>
            <span class="where">{ if desk.is_own() { texts::YOURS } else { texts::TAGLINE } }</span>
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
                <button class="btn" id="open-text" aria-pressed={desk.text.open.to_string()}
                    onclick={on_action.reform(|_: MouseEvent| Action::Text(Doing::Toggle))}
                    disabled={desk.run.is_none()} popovertarget="menu" popovertargetaction="hide">
                    { icon::icon(Icon::Text) }<span>{ texts::TEXT }</span>
                </button>
                if EVENTS {
                    <button class="btn" id="compare-start" aria-pressed={desk.compare().is_some().to_string()}
                        onclick={compares(desk, on_action)} disabled={!desk.can_compare()}
                        popovertarget="menu" popovertargetaction="hide">
                        { icon::icon(Icon::Two) }<span>{ texts::COMPARE }</span>
                    </button>
                    <button class="btn" id="open-odds" onclick={open(Dialog::Odds)}
                        disabled={desk.run.is_none()} popovertarget="menu" popovertargetaction="hide">
                        { icon::icon(Icon::Dice) }<span>{ texts::ODDS }</span>
                    </button>
                }
                <span class="sep"></span>
                { travel(desk, true, on_action) }
                { travel(desk, false, on_action) }
                <span class="sep"></span>
                <button class="btn line" id="open-share" onclick={open(Dialog::Share)}
                    disabled={desk.run.is_none()} popovertarget="menu" popovertargetaction="hide">
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

/// Compares the run with what is made of it from now on, or no longer does.
fn compares(desk: &Desk, on_action: &Callback<Action>) -> Callback<MouseEvent> {
    let starts = desk.compare().is_none();
    on_action.reform(move |_: MouseEvent| {
        does(if starts { Comparison::Start } else { Comparison::Stop })
    })
}

/// Back, or on again.
fn travel(desk: &Desk, back: bool, on_action: &Callback<Action>) -> Html {
    let (id, icon, label) = if back {
        ("undo", Icon::Undo, texts::UNDO)
    } else {
        ("redo", Icon::Redo, texts::REDO)
    };
    let can = desk.history.can_step(back);
    let onclick = on_action.reform(move |_: MouseEvent| Action::Travel { back });
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
