//! The panel on the right: the story with its causes, and the state at the playhead.

pub mod fates;
mod now;
pub mod settings;
mod story;

use yew::prelude::*;

use crate::desk::{Action, Desk, Tab};
use crate::message::Edit;
use crate::texts;

/// The panel.
pub fn inspector(
    desk: &Desk,
    on_action: &Callback<Action>,
    on_edit: &Callback<Edit>,
) -> Html {
    let tab = |tab: Tab, id: &'static str, label: &'static str| {
        let on = desk.tab == tab;
        let onclick = on_action.reform(move |_: MouseEvent| Action::Show(tab));
        html! {
            <button {id} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()}
                {onclick}>{ label }</button>
        }
    };
    let title = match (&desk.tab, &desk.selection) {
        (Tab::Story, _) => texts::STORY_TITLE.to_string(),
        (Tab::Now | Tab::Settings, Some(part)) => part.clone(),
        (Tab::Settings, None) => texts::SCENARIO.to_string(),
        (Tab::Now, None) => texts::ACCOUNT.to_string(),
    };
    html! {
        <aside class="insp" aria-label={texts::PANEL}>
            <div class="insp-head">
                <h2 class="t14">{ title }</h2>
                <div class="seg">
                    { tab(Tab::Settings, "tab-settings", texts::SETTINGS) }
                    { tab(Tab::Now, "tab-now", texts::NOW) }
                    { tab(Tab::Story, "tab-story", texts::STORY) }
                </div>
            </div>
            { match desk.tab {
                Tab::Settings => {
                    let (on_action, on_edit) = (on_action.clone(), on_edit.clone());
                    let props = settings::Props::of(desk, on_action, on_edit);
                    html! { <settings::Settings ..props /> }
                }
                Tab::Story => html! {
                    <story::Story lines={desk.story.clone()} why={desk.why.clone()} rules={desk.rules.clone()}
                        playing={desk.playing} on_action={on_action.clone()} />
                },
                Tab::Now => now::now(desk, on_action),
            } }
        </aside>
    }
}
