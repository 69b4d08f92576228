//! A function's card: its aliases as signposts, a block for each version with its
//! environments, and its concurrency.

use lambdarium_sim::time::Instant;
use lambdarium_sim::view::{
    AccountView, Doing, EnvironmentView, FunctionView, VersionView,
};
use yew::prelude::*;

use super::super::svg;
use super::account::filled;
use super::caller::cut;
use crate::geometry::{Cells, FunctionBox, Point, Rect, VersionBox, clock_short};
use crate::texts::{self, grouped};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub at: FunctionBox,
    pub does: String,
    pub view: FunctionView,
    pub account: AccountView,
    pub now: Instant,
    pub selected: bool,
    pub on_select: Callback<()>,
}

/// The card.
#[component]
pub fn FunctionCard(props: &Props) -> Html {
    let Props { at, does, view, account, now, selected, on_select } = props;
    let rect = at.rect;
    let Rect { x, y, w, .. } = rect;
    let onclick = on_select.reform(|_: MouseEvent| ());
    let throttles = view.metrics.throttles;
    let versions = at.versions.iter().filter_map(|block| {
        let version =
            view.versions.iter().find(|version| version.index == block.index)?;
        Some((block, version))
    });
    html! {
        <g {onclick}>
            if *selected { { svg::rect(rect, "8", "card-sel-halo") } }
            { svg::rect(rect, "8", if *selected { "card-sel" } else { "card" }) }
            { svg::text(x + 16.0, y + 24.0, "t14 b", cut(&view.name, ((w - 120.0) / 7.8) as usize)) }
            { svg::text(x + 16.0, y + 42.0, "t11 d", cut(does, ((w - 32.0) / 5.7) as usize)) }
            if throttles > 0 {
                { svg::text(x + w - 16.0, y + 24.0, "t11 end b twait",
                    format!("{} throttled", grouped(throttles))) }
            }
            { for at.aliases.iter().zip(&view.aliases).map(|(middle, (name, version))| {
                let target = view.versions.iter().find(|v| v.index == version.0);
                alias(&rect, *middle, name, target.map_or("", |v| v.name.as_str()))
            }) }
            { for versions.map(|(block, version)| version_block(block, version, *now)) }
            { ledger(Rect { x: x + 16.0, y: at.ledger_y, w: w - 32.0, h: 8.0 }, view, account) }
        </g>
    }
}

fn version_title(name: &str) -> String {
    if name.starts_with('$') { name.to_string() } else { format!("Version {name}") }
}

/// An alias: a signpost to a version.
fn alias(card: &Rect, middle: f64, name: &str, version: &str) -> Html {
    let row = Rect { x: card.x + 8.0, y: middle - 11.0, w: card.w - 16.0, h: 22.0 };
    html! {
        <g>
            { svg::rect(row, "4", "tray") }
            { svg::text(row.x + 8.0, middle + 4.0, "t12 b", name.to_string()) }
            { svg::text(row.right() - 8.0, middle + 4.0, "t11 end d",
                format!("alias → {}", version_title(version))) }
        </g>
    }
}

fn version_block(at: &VersionBox, view: &VersionView, now: Instant) -> Html {
    let Rect { x, y, w, .. } = at.rect;
    let class = if view.name.starts_with('$') { "t12 b m" } else { "t12 b" };
    html! {
        <g key={view.index}>
            { svg::text(x + 8.0, y + 14.0, class, version_title(&view.name)) }
            { svg::text(x + w - 8.0, y + 14.0, "t11 end d", state(view)) }
            { match at.cells {
                Cells::Grid { count, .. } => html! {
                    <>{ for (0..count).map(|cell| environment_cell(at, view, cell, now)) }</>
                },
                Cells::Bar(bar) => counted(bar, view),
            } }
        </g>
    }
}

/// The state of a version in words.
fn state(view: &VersionView) -> String {
    if view.provisioned_failed {
        return String::from("provisioning failed in Init");
    }
    if let Some(ready) = view.provisioned_ready_at {
        return format!("{} ready at {}", view.provisioned, clock_short(ready.0));
    }
    let starting = view.environments.iter().filter(|e| e.doing == Doing::Init).count();
    let starting = u32::try_from(starting).unwrap_or(u32::MAX);
    let parts = [
        (view.busy.saturating_sub(starting), "busy"),
        (starting, "starting"),
        (view.idle, "idle"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(u64::from(*count))))
        .collect();
    if said.is_empty() { String::from("no environment") } else { said.join(" · ") }
}

/// One environment, or room for one.
fn environment_cell(
    at: &VersionBox,
    view: &VersionView,
    cell: usize,
    now: Instant,
) -> Html {
    let side = at.cells.side();
    let Point { x, y } = at.cells.centre(cell);
    let square = Rect { x: x - side / 2.0, y: y - side / 2.0, w: side, h: side };
    let large = side > 20.0;
    let rx = if large { "5" } else { "3" };
    let Some(environment) = view.environments.get(cell) else {
        return svg::rect(square, rx, "env env-none");
    };
    let class = match environment.doing {
        Doing::Init => "env env-init",
        Doing::Busy if large => "env env-cell",
        Doing::Busy => "env env-busy",
        Doing::Idle | Doing::Reset if environment.provisioned => "env env-pc",
        Doing::Idle => "env env-idle",
        Doing::Reset => "env env-reset",
    };
    let busy = environment.job.is_some();
    let dot = Rect { x: x - side / 4.0, y: y - side / 4.0, w: side / 2.0, h: side / 2.0 };
    html! {
        <>
            { svg::rect(square, rx, class) }
            if environment.doing == Doing::Init { { svg::hatched(square, rx) } }
            if environment.provisioned && !(busy && large) {
                { svg::rect(dot, "1", if busy { "env-pcdot2" } else { "env-pcdot" }) }
            }
            if large && busy { { progress(&square, environment, now) } }
        </>
    }
}

/// How far the run in an environment is, its Init apart.
fn progress(cell: &Rect, environment: &EnvironmentView, now: Instant) -> Html {
    let whole = environment.until.since(environment.since).0.max(1) as f64;
    let share = |at: Instant| (at.since(environment.since).0 as f64 / whole).min(1.0);
    let (done, init) = (share(now), share(environment.init_until));
    let bar = Rect { y: cell.bottom() + 4.0, h: 4.0, ..*cell };
    html! {
        <>
            { svg::rect(bar, "1.5", "lg-res") }
            { svg::rect(bar.share(done), "1.5", "lg-use") }
            if init > 0.0 { { svg::rect(bar.share(init.min(done)), "1.5", "bar-init") } }
        </>
    }
}

/// Too many environments to draw: one bar of the busy ones among all.
fn counted(bar: Rect, view: &VersionView) -> Html {
    let (busy, all) = (u64::from(view.busy), u64::from(view.busy) + u64::from(view.idle));
    html! {
        <>
            { svg::rect(bar, "3", "lg-bg") }
            { svg::rect(filled(bar, busy, all), "3", "lg-use") }
            { svg::text(bar.x, bar.bottom() + 16.0, "t11 d",
                format!("{} environments, counted", grouped(all))) }
        </>
    }
}

/// Concurrency in use against the most the function can have in flight: its reservation,
/// or the pool and what is provisioned for it.
fn ledger(at: Rect, view: &FunctionView, account: &AccountView) -> Html {
    let used = view.on_demand + view.on_provisioned;
    let limit = view.reserved.unwrap_or(account.pool + view.provisioned);
    let (class, full) = match used >= limit {
        true => ("t11 end b twait", ", full"),
        false => ("t11 end b", ""),
    };
    let label = match view.reserved {
        Some(_) if at.w > 260.0 => texts::RESERVED_CONCURRENCY,
        Some(_) => texts::RESERVED,
        None => texts::CONCURRENCY,
    };
    let bar = Rect { y: at.y + 22.0, ..at };
    html! {
        <g>
            { svg::text(at.x, at.y + 14.0, "t11 d", label) }
            { svg::text(at.right(), at.y + 14.0, class,
                format!("{} of {}{full}", grouped(used), grouped(limit))) }
            { svg::rect(bar, "2", "lg-bg") }
            { svg::rect(filled(bar, used, limit), "2", "lg-use") }
        </g>
    }
}
