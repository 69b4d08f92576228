//! The panel on the right: the story with its causes, and the state at the playhead.

pub mod advice;
mod compare;
pub mod fates;
mod life;
mod now;
mod release;
pub mod settings;
mod story;

use lambdarium_sim::EVENTS;
use yew::prelude::*;

use crate::desk::{Action, Desk, Tab};
use crate::effects::Wire;
use crate::message::Edit;
use crate::texts;

/// The panel.
pub fn inspector(
    desk: &Desk,
    wire: &Wire,
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
    let life = if EVENTS { desk.life.as_ref() } else { None };
    let title = match (&desk.tab, &desk.selection) {
        (Tab::Story, _) if life.is_some() => life_title(desk),
        (Tab::Story, _) => texts::STORY_TITLE.to_string(),
        (Tab::Now | Tab::Settings, Some(part)) => part.clone(),
        (Tab::Settings, None) => texts::SCENARIO.to_string(),
        (Tab::Now, None) if desk.compare().is_some() => texts::COMPARE.to_string(),
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
                Tab::Story if let Some((job, life)) = life => html! {
                    <life::LifeView job={*job} run={desk.run.clone()} complete={desk.is_complete()}
                        life={life.clone()} passed={desk.stations_passed()} wire={wire.clone()}
                        on_action={on_action.clone()} />
                },
                Tab::Story => html! {
                    <story::Story lines={desk.story.clone()} why={desk.why.clone()} rules={desk.rules.clone()}
                        playing={desk.playing} on_action={on_action.clone()} />
                },
                Tab::Now => now::now(desk, on_action),
            } }
        </aside>
    }
}

/// What the request is called whose life is told.
fn life_title(desk: &Desk) -> String {
    let title = desk.life_told().map(|life| life.title.clone());
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| texts::REQUEST.to_string())
}
