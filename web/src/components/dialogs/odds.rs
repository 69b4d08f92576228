//! Odds: the scenario played with many seeds, and how its ends are spread.

use lambdarium_sim::odds::{Measure, Releases, Spread, odds};
use yew::prelude::*;

use crate::desk::{Action, Desk};
use crate::geometry::{Point, Rect};
use crate::message::Edit;
use crate::texts::{self, grouped};

use super::super::picture::{self, Node};

/// How many seeds can be played.
const SEEDS: [u32; 2] = [100, 1_000];
/// Width and height of the picture of a spread.
const BAND_W: f64 = 150.0;
const BAND_H: f64 = 18.0;

/// The content of the dialog.
pub fn content(
    desk: &Desk,
    on_action: &Callback<Action>,
    on_edit: &Callback<Edit>,
) -> Html {
    let play = |seeds: u32| {
        let onclick = on_action.reform(move |_: MouseEvent| Action::Odds(Some(seeds)));
        let label =
            [texts::PLAY, " ", &grouped(seeds.into()), " ", texts::SEEDS].concat();
        html! { <button class="btn line" id={format!("odds-{seeds}")} {onclick}>{ label }</button> }
    };
    let cancel = on_action.reform(|_: MouseEvent| Action::Odds(None));
    let odds = desk.odds.as_ref();
    let runs = odds.is_some_and(|odds| odds.is_under_way());
    html! {
        <div class="stack" id="odds">
            <p class="dim">{ texts::ODDS_INTRO }</p>
            <div class="row">
                { for SEEDS.into_iter().map(play) }
                if runs {
                    <button class="btn line" id="odds-cancel" onclick={cancel}>{ texts::CANCEL }</button>
                }
            </div>
            if let Some(odds) = odds {
                <progress max={odds.of.to_string()} value={odds.ends.len().to_string()}
                    aria-label={texts::ODDS_PLAYED}></progress>
                <p class="small" role="status" id="odds-played">
                    { [&grouped(odds.ends.len() as u64), " ", texts::OF, " ", &grouped(odds.of.into()), " ",
                        texts::ODDS_PLAYED].concat() }
                </p>
                { table(desk, on_action, on_edit) }
            }
        </div>
    }
}

fn table(desk: &Desk, on_action: &Callback<Action>, on_edit: &Callback<Edit>) -> Html {
    let Some(played) = &desk.odds else { return Html::default() };
    let found = odds(&played.ends);
    let groups = desk.run.iter().flat_map(|run| run.groups.iter());
    let groups = groups.map(|group| group.name.as_str()).zip(&found.releases);
    let all = played.ends.len() as u64;
    let unlucky = found.unlucky.map(|seed| {
        let (on_action, on_edit) = (on_action.clone(), on_edit.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            let path = vec!["seed".to_string()];
            on_edit.emit(Edit::Set { path, text: seed.to_string(), from: None });
            on_action.emit(Action::Close);
        });
        let label = [texts::UNLUCKY, " ", &seed.to_string()].concat();
        html! { <button class="btn main" id="odds-unlucky" {onclick}>{ label }</button> }
    });
    html! {
        <>
            <table class="odds">
                <thead><tr>
                    { for texts::ODDS_HEAD.iter().map(|head| html! { <th scope="col">{ *head }</th> }) }
                </tr></thead>
                <tbody>{ for found.measures.iter().map(|(measure, spread)| row(*measure, *spread)) }</tbody>
            </table>
            { for groups.map(|(name, releases)| group(name, releases, all)) }
            { unlucky }
        </>
    }
}

fn row(measure: Measure, spread: Spread) -> Html {
    let Spread { least, low, median, high, most } = spread;
    let numbers = [least, low, median, high, most].map(grouped);
    html! {
        <tr>
            <th scope="row">{ measure.word() }</th>
            { for numbers.into_iter().map(|number| html! { <td>{ number }</td> }) }
            <td aria-hidden="true">{ band(spread) }</td>
        </tr>
    }
}

/// From the least to the most as a line, nine of ten as a bar, and the median.
fn band(spread: Spread) -> Html {
    let Spread { least, low, median, high, most } = spread;
    let whole = (most - least).max(1) as f64;
    let x = |at: u64| 2.0 + (BAND_W - 4.0) * ((at - least) as f64 / whole);
    let middle = BAND_H / 2.0;
    let line = |from: f64, to: f64| {
        let (from, to) = (Point { x: from, y: middle }, Point { x: to, y: middle });
        picture::line(from, to, "lead")
    };
    let bar = Rect { x: x(low), y: 4.0, w: (x(high) - x(low)).max(2.0), h: BAND_H - 8.0 };
    let tick = Rect { x: x(median) - 1.0, y: 2.0, w: 2.0, h: BAND_H - 4.0 };
    let inside = vec![
        line(x(least), x(most)),
        picture::rect(bar, "2", "sp sp-run-0"),
        picture::rect(tick, "0", "flag"),
    ];
    let size = ["0 0 150 18".into(), "150".into(), "18".into()];
    Node::new("svg", &["viewBox", "width", "height"], size).with(inside).into()
}

/// How the deployments of a group have ended.
fn group(name: &str, releases: &Releases, all: u64) -> Html {
    let Releases { succeeded, alarmed, otherwise, open, runs } = *releases;
    let ends = [
        (alarmed, texts::STOPPED_BY_ALARM),
        (succeeded, texts::HAS_SUCCEEDED),
        (otherwise, texts::ENDED_OTHERWISE),
        (open, texts::NOT_ENDED),
    ];
    let said = ends.iter().filter(|(count, _)| *count > 0).map(|(count, what)| {
        let told = [&grouped((*count).into()), " ", texts::OF, " ", &grouped(all), " "];
        html! { <li><b>{ told.concat() }</b>{ *what }</li> }
    });
    let Spread { low, median, high, .. } = runs;
    let runs = format!(
        "{}: {} {}, {} {} {} {}",
        texts::RUNS_OF_NEW,
        grouped(median),
        texts::IN_HALF,
        grouped(low),
        texts::TO,
        grouped(high),
        texts::IN_MOST,
    );
    html! {
        <>
            <h3 class="cap">{ [texts::DEPLOYMENTS_OF, " ", name].concat() }</h3>
            <ul class="odds-ends">{ for said }<li>{ runs }</li></ul>
        </>
    }
}
