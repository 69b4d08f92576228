//! What differs between two runs, as a table: of all of them, or of the playhead.

use lambdarium_sim::id::Part;
use lambdarium_sim::odds::Measure;
use lambdarium_sim::view::{Fates, Frame, FunctionView, Gauge};
use yew::prelude::*;

use super::super::compare::does;
use super::super::timeline::gauges;
use crate::desk::{Action, Compare, Comparison, Desk};
use crate::texts::{self, grouped};

/// A line of the table: a name, and two numbers.
struct Row {
    name: String,
    /// What makes one value of a gauge.
    statistic: &'static str,
    both: [u64; 2],
    text: fn(u64) -> String,
}

/// The table, and which of the two it is of.
pub fn differences(desk: &Desk, compare: &Compare, on_action: &Callback<Action>) -> Html {
    let tab = |whole: bool, id: &'static str, label: &'static str| {
        let on = compare.of_whole == whole;
        let onclick =
            on_action.reform(move |_: MouseEvent| does(Comparison::OfWhole(whole)));
        html! {
            <button {id} class={classes!(on.then_some("on"))} aria-pressed={on.to_string()}
                {onclick}>{ label }</button>
        }
    };
    let rows = if compare.of_whole { whole(compare) } else { now(desk, compare) };
    let seeds = compare.tallies.as_ref().map(|both| &both.seeds[..]);
    let of_luck = matches!(seeds, Some([one, other]) if one != other);
    html! {
        <section id="compare" aria-label={texts::COMPARE}>
            <h3 class="cap sec">{ texts::DIFFERENCES }</h3>
            <div class="seg">
                { tab(true, "compare-whole", texts::WHOLE_RUNS) }
                { tab(false, "compare-now", texts::AT_PLAYHEAD) }
            </div>
            if of_luck { <p class="small" id="compare-seeds">{ texts::SEEDS_DIFFER }</p> }
            if let Some(rows) = rows {
                { table(&rows) }
            } else {
                <p class="small">{ texts::COUNTING }</p>
            }
        </section>
    }
}

fn table(rows: &[Row]) -> Html {
    html! {
        <table class="odds differ">
            <thead><tr>
                <td></td>
                <th scope="col">{ texts::A }</th>
                <th scope="col">{ texts::B }</th>
                <th scope="col">{ texts::CHANGE }</th>
            </tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

fn row(Row { name, statistic, both: [before, after], text }: &Row) -> Html {
    let change = match before.cmp(after) {
        std::cmp::Ordering::Less => ["+", &text(after - before)].concat(),
        std::cmp::Ordering::Greater => ["\u{2212}", &text(before - after)].concat(),
        std::cmp::Ordering::Equal => "=".to_string(),
    };
    html! {
        <tr class={classes!((before == after).then_some("same"))}>
            <th scope="row">{ name }{ " " }<small>{ *statistic }</small></th>
            <td>{ text(*before) }</td>
            <td>{ text(*after) }</td>
            <td>{ change }</td>
        </tr>
    }
}

/// What has come of both runs as a whole, once it is counted.
fn whole(compare: &Compare) -> Option<Vec<Row>> {
    let [before, after] = &compare.tallies.as_ref()?.tallies[..] else { return None };
    let mut rows = of_fates(&before.fates, &after.fates);
    let functions = before.functions.iter().zip(&after.functions);
    for (gauge, (before, after)) in Gauge::ALL.into_iter().zip(functions) {
        rows.push(of_gauge(gauge, [*before, *after], true));
    }
    for (gauge, count) in after.source.iter() {
        let mut others = before.source.iter().filter(|(other, _)| other == gauge);
        let before = others.next().map_or(0, |(_, count)| *count);
        let (name, statistic, text) = gauges::of_source(*gauge);
        let name = name.to_string();
        rows.push(Row { name, statistic, both: [before, *count], text });
    }
    Some(rows)
}

/// What both runs are at the playhead.
fn now(desk: &Desk, compare: &Compare) -> Option<Vec<Row>> {
    let (before, after) = (compare.frame.as_ref()?, desk.frame.as_ref()?);
    let mut rows = of_fates(&before.fates, &after.fates);
    let name = match desk.gauged() {
        Some(Part::Function(_)) => desk.selection.as_deref(),
        Some(
            Part::Caller(_)
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Desk
            | Part::Alarm(_)
            | Part::Deployment(_),
        )
        | None => None,
    };
    let both = [before, after].map(|frame| functions(frame, name));
    for gauge in Gauge::ALL {
        let both = [&both[0], &both[1]].map(|functions| gauges::now(gauge, functions));
        rows.push(of_gauge(gauge, both, false));
    }
    Some(rows)
}

/// All functions, or the one with a name.
fn functions<'a>(frame: &'a Frame, name: Option<&str>) -> Vec<&'a FunctionView> {
    let all = frame.functions.iter();
    all.filter(|view| name.is_none_or(|name| view.name == name)).collect()
}

/// What is not nothing in both.
fn of_fates(before: &Fates, after: &Fates) -> Vec<Row> {
    let rows = Measure::all().map(|measure| Row {
        name: measure.word().to_string(),
        statistic: "",
        both: [measure.count(before), measure.count(after)],
        text: grouped,
    });
    rows.filter(|row| row.both != [0, 0]).collect()
}

fn of_gauge(gauge: Gauge, both: [u64; 2], whole: bool) -> Row {
    let (name, statistic, text) = gauges::of_functions(gauge);
    let statistic = if whole { statistic } else { "" };
    Row { name: name.to_string(), statistic, both, text }
}
