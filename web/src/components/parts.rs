//! The list of parts, and what the marks on the board mean.

use std::rc::Rc;

use lambdarium_sim::view::Frame;
use yew::prelude::*;

use super::board::marks;
use super::icon::{Icon, IconView};
use crate::desk::Action;
use crate::message::Opened;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub run: Option<Rc<Opened>>,
    pub frame: Option<Rc<Frame>>,
    pub selection: Option<String>,
    pub on_action: Callback<Action>,
}

/// The outline on the left.
#[component]
pub fn Parts(props: &Props) -> Html {
    let outline = outline(props.run.as_deref(), props.frame.as_deref());
    html! {
        <nav class="parts" aria-label={texts::PARTS}>
            <div>
                <h2 class="cap">{ texts::PARTS }</h2>
                <ul>
                    { for outline.into_iter().map(|part| row(part, props)) }
                </ul>
            </div>
            <Legend />
        </nav>
    }
}

/// A line of the outline.
struct Part {
    name: String,
    icon: Icon,
    inner: bool,
}

fn outline(run: Option<&Opened>, frame: Option<&Frame>) -> Vec<Part> {
    let Some(run) = run else { return Vec::new() };
    let part = |name: &str, icon| Part { name: name.to_string(), icon, inner: false };
    let mut parts: Vec<Part> =
        run.callers.iter().map(|caller| part(&caller.name, Icon::Caller)).collect();
    for (number, function) in run.functions.iter().enumerate() {
        parts.push(part(&function.name, Icon::Function));
        let view = frame.and_then(|frame| frame.functions.get(number));
        for (alias, _) in view.map(|view| view.aliases.as_slice()).unwrap_or_default() {
            parts.push(Part { name: alias.clone(), icon: Icon::Signpost, inner: true });
        }
    }
    parts
}

fn row(part: Part, props: &Props) -> Html {
    let content = html! { <><IconView icon={part.icon} /><span>{ &part.name }</span></> };
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
#[component]
fn Legend() -> Html {
    let rows = [
        (marks::legend_request(), "a request"),
        (marks::legend_running(), "running"),
        (marks::legend_done(), "answered"),
        (marks::legend_failed(), "failed"),
        (marks::legend_throttled(), "throttled"),
        (marks::legend_wait(), "waiting to retry"),
        (marks::legend_init(), "environment in Init"),
        (marks::legend_warm(), "warm environment"),
        (marks::legend_provisioned(), "provisioned"),
    ];
    html! {
        <div class="legend">
            <h2 class="cap">{ texts::LEGEND }</h2>
            <ul>
                { for rows.into_iter().map(|(mark, word)| html! {
                    <li>
                        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"
                            class="pic-mark">{ mark }</svg>
                        <span>{ word }</span>
                    </li>
                }) }
            </ul>
        </div>
    }
}
