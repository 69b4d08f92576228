//! The list of parts, and what the marks on the board mean.

use lambdarium_sim::EVENTS;
use yew::prelude::*;

use super::board::marks;
use super::icon::{self, Icon};
use super::inspector::advice::part_of;
use super::inspector::settings::add_menu;
use crate::desk::{Action, Desk};
use crate::message::{Edit, Opened};
use crate::shared::Shared;
use crate::texts;

/// A line of the outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    name: String,
    icon: Icon,
    inner: bool,
    /// Whether something is advised on it.
    advised: bool,
}

/// The parts of a run: callers, functions and the aliases of each, services,
/// mappings, alarms, deployment groups.
pub fn outline(desk: &Desk) -> Vec<Part> {
    let Some(run) = &desk.run else { return Vec::new() };
    let part = |name: &str, icon| {
        let advised = EVENTS && run.advice.iter().any(|one| part_of(one) == name);
        Part { name: name.to_string(), icon, inner: false, advised }
    };
    let mut parts: Vec<Part> =
        run.callers.iter().map(|caller| part(&caller.name, Icon::Caller)).collect();
    for (number, function) in run.functions.iter().enumerate() {
        parts.push(part(&function.name, Icon::Function));
        let view = desk.frame.as_ref().and_then(|frame| frame.functions.get(number));
        for alias in view.map(|view| view.aliases.as_slice()).unwrap_or_default() {
            let (name, icon) = (alias.name.clone(), Icon::Signpost);
            parts.push(Part { name, icon, inner: true, advised: false });
        }
    }
    parts.extend(run.services.iter().map(|service| part(&service.name, Icon::Service)));
    let mappings = run.mappings.iter().filter(|_| EVENTS);
    parts.extend(mappings.map(|mapping| part(&mapping.name, Icon::Mapping)));
    let groups = run.groups.iter().filter(|_| EVENTS);
    parts.extend(groups.map(|group| part(&group.name, Icon::Stairs)));
    let alarms = run.alarms.iter().filter(|_| EVENTS);
    parts.extend(alarms.map(|alarm| part(&alarm.name, Icon::Lamp)));
    parts
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub parts: Vec<Part>,
    pub selection: Option<String>,
    pub run: Option<Shared<Opened>>,
    pub on_action: Callback<Action>,
    pub on_edit: Callback<Edit>,
}

/// The outline on the left.
#[component]
pub fn Parts(props: &Props) -> Html {
    html! {
        <nav class="parts" aria-label={texts::PARTS}>
            <div>
                <h2 class="cap">{ texts::PARTS }</h2>
                <ul>{ for props.parts.iter().map(|part| row(part, props)) }</ul>
                if let Some(run) = &props.run { { add_menu(&run.kinds, &props.on_edit) } }
            </div>
            { legend() }
        </nav>
    }
}

fn row(part: &Part, props: &Props) -> Html {
    let content = html! {
        <>
            { icon::icon(part.icon) }<span>{ &part.name }</span>
            if EVENTS && part.advised {
                <i class="advised" role="img" aria-label={texts::ADVICE} title={texts::ADVICE}>
                    { icon::icon(Icon::Warning) }
                </i>
            }
        </>
    };
    if part.inner {
        return html! { <li class="in">{ content }</li> };
    }
    let on = props.selection.as_deref() == Some(part.name.as_str());
    let name = part.name.clone();
    let onclick = props
        .on_action
        .reform(move |_: MouseEvent| Action::Select((!on).then(|| name.clone())));
    html! {
        <li class={classes!(on.then_some("on"))}>
            <button class="part" aria-pressed={on.to_string()} {onclick}>{ content }</button>
        </li>
    }
}

/// The marks, each with its word.
fn legend() -> Html {
    let mut marks = Vec::from(marks::legend());
    if EVENTS {
        marks.extend(marks::legend_of_events());
    }
    html! {
        <div class="legend">
            <h2 class="cap">{ texts::LEGEND }</h2>
            <ul>
                { for marks.into_iter().map(|(mark, word)| html! {
                    <li>
                        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
                            { mark }
                        </svg>
                        <span>{ word }</span>
                    </li>
                }) }
            </ul>
        </div>
    }
}
