//! The page as a whole.

use lambdarium_sim::EVENTS;
use yew::prelude::*;

use super::bar::bar;
use super::board::BoardView;
use super::compare::Variants;
use super::dialogs::{dialog, use_dialog};
use super::hooks::{
    theme, use_address, use_asking, use_beyond, use_clock, use_desk, use_document,
    use_editing, use_opening, use_size,
};
use super::inspector::inspector;
use super::keys::use_keys;
use super::notice::notice;
use super::parts::{Parts, outline};
use super::safety::{quiet, use_safety};
use super::text_pane::TextPaneView;
use super::timeline::{self, Timeline};
use super::transport::transport;
use crate::desk::{Action, Desk, Tab};
use crate::effects::Wire;
use crate::message::{Ask, Edit, Source};

/// The page.
#[component]
pub fn App() -> Html {
    let (desk, wire) = use_desk();
    let dock = use_node_ref();
    let (dock_width, _) = use_size(&dock);
    use_opening(&desk, &wire);
    use_safety(&desk, &wire);
    use_asking(&desk, &wire, timeline::columns(dock_width));
    let on_edit = use_editing(&desk, &wire);
    use_beyond(&desk, &wire);
    use_clock(&desk, &wire);
    use_address(&desk);
    use_document(&desk);
    let node = use_dialog(desk.dialog);
    let dispatch = desk.dispatcher();
    let on_action = (*use_memo((), move |()| {
        Callback::from(move |action| dispatch.dispatch(action))
    }))
    .clone();
    let on_step = {
        let (wire, desk) = (wire.clone(), desk.clone());
        Callback::from(move |forward| {
            desk.dispatch(Action::Pause);
            wire.ask(Ask::Step { from: desk.playhead, forward });
        })
    };
    use_keys(&desk, on_step.clone());
    let on_open = {
        let (wire, dispatch) = (wire.clone(), desk.dispatcher());
        Callback::from(move |source: Source| {
            dispatch.dispatch(Action::Close);
            dispatch.dispatch(Action::Opening);
            wire.open(source, false);
        })
    };
    // What is read takes more room where there is little.
    let reads = desk.tab == Tab::Settings || desk.why.is_some();
    let reads = reads || EVENTS && desk.tab == Tab::Story && desk.life.is_some();
    html! {
        <div class={classes!("app", reads.then_some("editing"),
            desk.text.open.then_some("with-text"), desk.asks().then_some("asks"))}>
            { bar(&desk, theme(&desk), &on_action) }
            <Parts parts={outline(&desk)} selection={desk.selection.clone()} run={desk.run.clone()}
                on_action={on_action.clone()} on_edit={on_edit.clone()} />
            <main class="main">
                { board(&desk, &wire, &on_action, &on_edit) }
                if desk.text.open {
                    <TextPaneView text={desk.text.clone()} on_action={on_action.clone()} />
                }
            </main>
            { inspector(&desk, &wire, &on_action, &on_edit) }
            <footer class="dock" ref={dock}>
                { transport(&desk, dock_width, &on_action, &on_step) }
                <Timeline desk={(*desk).clone()} width={dock_width}
                    on_action={on_action.clone()} on_edit={on_edit.clone()} />
            </footer>
            if let Some(refusal) = &desk.refusal {
                { notice(refusal, desk.run.is_some(), &on_action) }
            }
            if desk.keeping.refused { { quiet(&on_action) } }
            if let Some(open) = desk.dialog { { dialog(open, &node, &desk, &on_action, &on_open, &on_edit) } }
        </div>
    }
}

/// The board; two of them while runs are compared.
fn board(
    desk: &Desk,
    wire: &Wire,
    on_action: &Callback<Action>,
    on_edit: &Callback<Edit>,
) -> Html {
    let desk_now = desk.clone();
    let (on_action, on_edit) = (on_action.clone(), on_edit.clone());
    match desk.compare() {
        Some(compare) if EVENTS => html! {
            <Variants desk={desk_now} compare={compare.clone()} wire={wire.clone()}
                {on_action} {on_edit} />
        },
        Some(_) | None => html! { <BoardView desk={desk_now} {on_action} {on_edit} /> },
    }
}
