//! What has become of everything, as a table whose numbers open the list behind them; and
//! whether the run is what its scenario expects.

use lambdarium_sim::time::Moment;
use lambdarium_sim::view::{Fate, Fates};
use yew::prelude::*;

use crate::desk::{Action, Desk};
use crate::geometry::clock;
use crate::message::{FateList, FateText, Judged, Opened};
use crate::texts::{self, grouped};

/// The rows: what is counted, its mark, its name, and a word to find the row by.
const ROWS: [(Fate, &str, &str, &str); 12] = [
    (Fate::Entered, "", texts::FATES_SUM, "entered"),
    (Fate::Once, "sw ok", texts::FATE_ONCE, "once"),
    (Fate::Twice, "sw ok", texts::FATE_TWICE, "twice"),
    (Fate::Failed, "sw fail", texts::FATE_FAILED, "failed"),
    (Fate::Throttled, "sw dead", texts::FATE_THROTTLED, "throttled"),
    (Fate::Refused, "sw fail", texts::FATE_REFUSED, "refused"),
    (Fate::TimedOut, "sw fail", texts::FATE_TIMED_OUT, "timed-out"),
    (Fate::DeadLettered, "sw dead", texts::FATE_DEAD_LETTERED, "dead-lettered"),
    (Fate::AtDestination, "sw dead", texts::FATE_AT_DESTINATION, "at-destination"),
    (Fate::Lost, "sw fail", texts::FATE_LOST, "lost"),
    (Fate::Running, "sw run", texts::FATE_RUNNING, "running"),
    (Fate::Waiting, "sw wait", texts::FATE_WAITING, "waiting"),
];

/// The table of fates.
pub fn fates(desk: &Desk, fates: &Fates, on_action: &Callback<Action>) -> Html {
    let open = desk.fate.as_ref();
    let rows = ROWS.iter().map(|(fate, swatch, name, word)| {
        let (fate, count) = (*fate, fates.of(*fate));
        let list = open.filter(|(which, _)| *which == fate).map(|(_, list)| list);
        let is_lost = fate == Fate::Lost && count > 0;
        let class = classes!(
            "fate-row",
            (count == 0).then_some("zero"),
            is_lost.then_some("lost"),
            (fate == Fate::Entered).then_some("sum"),
        );
        let onclick = on_action.reform(move |_: MouseEvent| Action::ToggleFate(fate));
        html! {
            <li {class} id={format!("fate-{word}")}>
                <i class={*swatch}></i>
                <span>
                    { *name }
                    // Not by its colour alone.
                    if is_lost { <b aria-hidden="true">{ " ✗" }</b> }
                </span>
                <button class="btn line" aria-expanded={list.is_some().to_string()}
                    aria-label={format!("{}: {name}", grouped(count))} {onclick}>
                    { grouped(count) }
                </button>
                if let Some(list) = list {
                    { listed(list.as_deref(), desk.playing, on_action) }
                }
            </li>
        }
    });
    html! {
        <>
            <h3 class="cap sec">{ texts::FATES }</h3>
            <p class="small">{ texts::FATES_ABOUT }</p>
            <ul class="fates" id="fates-table">{ for rows }</ul>
        </>
    }
}

/// The calls and events behind a number.
fn listed(list: Option<&FateList>, playing: bool, on_action: &Callback<Action>) -> Html {
    let Some(list) = list.filter(|_| !playing) else {
        let says = if playing { texts::FATE_PLAYING } else { texts::COUNTING };
        return html! { <p class="small">{ says }</p> };
    };
    html! {
        <div class="fated">
            if list.jobs.is_empty() { <p class="small">{ texts::FATE_NONE }</p> }
            <ol>{ for list.jobs.iter().map(|job| fated(job, on_action)) }</ol>
            if list.more { <p class="small">{ texts::FATE_MORE }</p> }
        </div>
    }
}

fn fated(job: &FateText, on_action: &Callback<Action>) -> Html {
    let FateText { name, told, moment } = job;
    html! {
        <li>
            <b>{ name }</b>{ " " }
            { seek(*moment, &clock(moment.at.0), on_action) }
            <p>{ told }</p>
        </li>
    }
}

/// A button that puts the playhead somewhere.
fn seek(moment: Moment, label: &str, on_action: &Callback<Action>) -> Html {
    let onclick = on_action.reform(move |_: MouseEvent| Action::Seek(moment));
    html! { <button class="time" {onclick}>{ label }</button> }
}

/// What the scenario expects, each with its verdict.
pub fn expectations(desk: &Desk, run: &Opened, on_action: &Callback<Action>) -> Html {
    if run.expect.is_empty() {
        return Html::default();
    }
    let verdicts = desk.verdicts.as_deref().map(Vec::as_slice).unwrap_or_default();
    let rows = run.expect.iter().enumerate();
    let rows = rows.map(|(at, text)| expectation(text, verdicts.get(at), on_action));
    html! {
        <>
            <h3 class="cap sec">{ texts::EXPECTATIONS }</h3>
            if desk.verdicts.is_none() { <p class="small">{ texts::EXPECT_ABOUT }</p> }
            <ul class="expects" id="expectations">{ for rows }</ul>
        </>
    }
}

fn expectation(
    text: &str,
    verdict: Option<&Judged>,
    on_action: &Callback<Action>,
) -> Html {
    let (class, sign, word) = match verdict {
        Some(Judged { holds: true, .. }) => ("holds", "✓", texts::HOLDS),
        Some(Judged { holds: false, .. }) => ("broken", "✗", texts::BROKEN),
        None => ("open", "○", texts::UNDECIDED),
    };
    let broken = verdict.and_then(|verdict| verdict.broken);
    html! {
        <li {class}>
            <b aria-hidden="true">{ sign }</b>
            <code>{ text }</code>
            <p>
                { word }
                if let Some(Judged { found, .. }) = verdict {
                    { ", " }{ texts::EXPECT_FOUND }{ " " }<b>{ found }</b>
                }
                if let Some(moment) = broken {
                    { ". " }
                    { seek(moment, &[texts::BROKE_AT, " ", &clock(moment.at.0)].concat(), on_action) }
                }
            </p>
        </li>
    }
}

/// How many expectations hold, beside the clock; it opens the list of them.
pub fn held(desk: &Desk, on_action: &Callback<Action>) -> Html {
    let count = desk.run.as_ref().map_or(0, |run| run.expect.len());
    if count == 0 {
        return Html::default();
    }
    let verdicts = desk.verdicts.as_ref();
    let held = verdicts.map(|all| all.iter().filter(|verdict| verdict.holds).count());
    let (class, sign) = match held {
        Some(held) if held == count => ("btn held holds", "✓ "),
        Some(_) => ("btn held broken", "✗ "),
        None => ("btn held", "○ "),
    };
    let on_action = on_action.clone();
    let onclick = move |_: MouseEvent| {
        on_action.emit(Action::Select(None));
        on_action.emit(Action::Show(crate::desk::Tab::Now));
    };
    html! {
        <button {class} id="held" {onclick}>
            <b aria-hidden="true">{ sign }</b>{ texts::held(held, count) }
        </button>
    }
}
