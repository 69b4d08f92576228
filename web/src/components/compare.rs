//! Two runs on one clock: the boards one above the other, or one of them where there is
//! little room.

use lambdarium_sim::Given;
use lambdarium_sim::odds::Measure;
use lambdarium_sim::view::{Fates, Frame, Look};
use yew::prelude::*;

use super::board::BoardView;
use super::hooks::use_size;
use super::icon::{self, Icon};
use crate::desk::{Action, Compare, Comparison, Desk};
use crate::effects::Wire;
use crate::geometry::clock;
use crate::message::{Ask, Comparing, Edit, Opened};
use crate::shared::Shared;
use crate::texts::{self, grouped};

/// Less than this does not hold two boards, in CSS pixels.
const ROOM_FOR_TWO: (f64, f64) = (560.0, 420.0);

/// What is done with a comparison, as an action.
pub fn does(doing: Comparison) -> Action {
    Action::Compare { given: Given::here(), doing }
}

fn ask(wire: &Wire, what: Comparing) {
    wire.ask(Ask::Compare { given: Given::here(), what });
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub compare: Shared<Compare>,
    pub wire: Wire,
    pub on_action: Callback<Action>,
    pub on_edit: Callback<Edit>,
}

/// Both boards.
#[component]
pub fn Variants(props: &Props) -> Html {
    let Props { desk, compare, wire, on_action, on_edit } = props;
    use_pin(wire, compare);
    use_look(desk, compare, wire);
    let pinned = desk.pinned();
    use_tallies(pinned.as_ref(), desk, wire);
    let node = use_node_ref();
    let (width, height) = use_size(&node);
    let has_room = width >= ROOM_FOR_TWO.0 && height >= ROOM_FOR_TWO.1;
    let shows = |pinned: bool| has_room || compare.shows_pinned == pinned;
    // The pinned run can be looked at, and its parts be chosen; nothing else.
    let on_pinned = (*use_memo(on_action.clone(), |on_action| {
        let on_action = on_action.clone();
        Callback::from(move |action| {
            if let Action::Select(_) = action {
                on_action.emit(action);
            }
        })
    }))
    .clone();
    let no_edit = (*use_memo((), |()| Callback::noop())).clone();
    html! {
        <div class={classes!("two", (!has_room).then_some("one"))} ref={node}>
            if has_room {
                { head(desk, compare, true, on_action) }
            } else {
                { heads(compare, on_action) }
            }
            if let Some(pinned) = pinned.filter(|_| shows(true)) {
                <BoardView key="pinned" desk={pinned} on_action={on_pinned} on_edit={no_edit} />
            }
            if has_room { { head(desk, compare, false, on_action) } }
            if shows(false) {
                <BoardView key="present" desk={desk.clone()} on_action={on_action.clone()}
                    on_edit={on_edit.clone()} />
            }
        </div>
    }
}

/// The two, by what they are called.
const NAMES: [(bool, &str, &str, &str); 2] = [
    (true, "variant-a", texts::A, texts::AS_PINNED),
    (false, "variant-b", texts::B, texts::AS_CHANGED),
];

/// What is over a board: which of the two it is, and what has come of it at the playhead.
fn head(
    desk: &Desk,
    compare: &Compare,
    pinned: bool,
    on_action: &Callback<Action>,
) -> Html {
    let frame = if pinned { &compare.frame } else { &desk.frame };
    let [a, b] = NAMES;
    let (_, id, letter, name) = if pinned { a } else { b };
    let says = frame.as_ref().map_or_else(String::new, |frame| sum(&frame.fates));
    // The clock is that of the run that can be changed.
    let (end, clock_end) = (compare.progress.reached, desk.end());
    let longer = pinned && desk.is_complete() && end > clock_end;
    html! {
        <div class="variant" {id}>
            <h2><b>{ letter }</b>{ " " }{ name }</h2>
            <span class="sum">{ says }</span>
            if longer {
                <span class="dim">{ [texts::GOES_ON_TO, " ", &clock(end.0)].concat() }</span>
            }
            if pinned { { stop(on_action) } } else {
                <span class="dim">{ texts::CHANGED_HERE }</span>
            }
        </div>
    }
}

/// What is over the board where there is room for one: which of the two is shown.
fn heads(compare: &Compare, on_action: &Callback<Action>) -> Html {
    let one = |(pinned, id, letter, name): (
        bool,
        &'static str,
        &'static str,
        &'static str,
    )| {
        let on = compare.shows_pinned == pinned;
        let show =
            on_action.reform(move |_: MouseEvent| does(Comparison::ShowPinned(pinned)));
        html! {
            <button {id} class={classes!("btn", on.then_some("on"))}
                aria-pressed={on.to_string()} onclick={show}><b>{ letter }</b>{ name }</button>
        }
    };
    html! {
        <div class="variant">
            { for NAMES.into_iter().map(one) }
            <span class="grow"></span>
            { stop(on_action) }
        </div>
    }
}

fn stop(on_action: &Callback<Action>) -> Html {
    let stop = on_action.reform(|_: MouseEvent| does(Comparison::Stop));
    html! {
        <button class="btn icon" id="compare-stop" aria-label={texts::STOP_COMPARING}
            title={texts::STOP_COMPARING} onclick={stop}>{ icon::icon(Icon::Close) }</button>
    }
}

/// What has come of all calls and events, as far as it is not nothing.
fn sum(fates: &Fates) -> String {
    let measures = Measure::all().map(|measure| (measure.count(fates), measure.word()));
    let told = measures.filter(|(count, _)| *count > 0);
    let told: Vec<String> =
        told.map(|(count, word)| [&grouped(count), " ", word].concat()).collect();
    match told.is_empty() {
        true => texts::NOTHING_ENTERED.to_string(),
        false => told.join(", "),
    }
}

/// The engine keeps the run that is pinned, for as long as it is.
#[hook]
fn use_pin(wire: &Wire, compare: &Shared<Compare>) {
    let wire = wire.clone();
    let is_own = compare.is_own;
    let pins = wire.clone();
    use_effect_with(compare.run.clone(), move |_| {
        // One that was opened lies there already, in the place of one that was pinned.
        if is_own {
            ask(&pins, Comparing::Pin);
        }
    });
    use_effect_with((), move |()| move || ask(&wire, Comparing::Unpin));
}

type Asked = (Shared<Opened>, Look, Option<Shared<Frame>>);

/// Asks for the pinned run at the playhead, one screen at a time.
#[hook]
fn use_look(desk: &Desk, compare: &Compare, wire: &Wire) {
    // What was asked last, of which run, and which screen there was then.
    let asked = use_mut_ref(|| None::<Asked>);
    let wire = wire.clone();
    let of = (compare.run.clone(), desk.look(), compare.frame.clone());
    use_effect_with(of, move |(run, look, frame)| {
        let mut asked = asked.borrow_mut();
        let last = asked.as_ref().filter(|last| last.0 == *run);
        let is_under_way = last.is_some_and(|last| last.2 == *frame);
        let is_known = last.is_some_and(|last| last.1 == *look);
        if !is_under_way && !is_known {
            *asked = Some((run.clone(), *look, frame.clone()));
            ask(&wire, Comparing::Look(*look));
        }
    });
}

/// Asks what has come of both, once all of the present run is recorded.
#[hook]
fn use_tallies(pinned: Option<&Desk>, desk: &Desk, wire: &Wire) {
    let wire = wire.clone();
    // The two runs may have the part at different places.
    let parts = [pinned.and_then(Desk::gauged), desk.gauged()];
    let runs = (desk.run.clone(), pinned.and_then(|desk| desk.run.clone()));
    let of = (runs, desk.is_complete(), parts);
    use_effect_with(of, move |(_, complete, parts)| {
        if *complete {
            ask(&wire, Comparing::Tally { parts: parts.to_vec() });
        }
    });
}
