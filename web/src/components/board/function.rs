//! A function's card: its aliases as signposts, a block for each version with its
//! environments, and its concurrency.

use lambdarium_sim::time::Instant;
use lambdarium_sim::view::{
    AccountView, Doing, EnvironmentView, FunctionView, VersionView,
};
use yew::prelude::*;

use super::caller::cut;
use crate::geometry::{Cells, FunctionBox, Point, Rect, VersionBox, clock, px};
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
    let Rect { x, y, w, h } = at.rect;
    let onclick = on_select.reform(|_: MouseEvent| ());
    let throttles = view.metrics.throttles;
    let versions = at.versions.iter().filter_map(|block| {
        let version =
            view.versions.iter().find(|version| version.index == block.index)?;
        Some((block, version))
    });
    html! {
        <g {onclick}>
            if *selected {
                <rect x={px(x)} y={px(y)} width={px(w)} height={px(h)} rx="8" class="card-sel-halo" />
            }
            <rect x={px(x)} y={px(y)} width={px(w)} height={px(h)} rx="8"
                class={if *selected { "card-sel" } else { "card" }} />
            <text x={px(x + 16.0)} y={px(y + 24.0)} class="t14 b">
                { cut(&view.name, ((w - 120.0) / 7.8) as usize) }
            </text>
            <text x={px(x + 16.0)} y={px(y + 42.0)} class="t11 d">
                { cut(does, ((w - 32.0) / 5.7) as usize) }
            </text>
            if throttles > 0 {
                <text x={px(x + w - 16.0)} y={px(y + 24.0)} class="t11 end b twait">
                    { format!("{} throttled", grouped(throttles)) }
                </text>
            }
            { for at.aliases.iter().zip(&view.aliases).map(|(middle, (name, version))| {
                let target = view.versions.iter().find(|v| v.index == version.0);
                alias(x, w, *middle, name, target.map_or("", |v| v.name.as_str()))
            }) }
            { for versions.map(|(block, version)| html! {
                <Version key={version.index} at={*block} view={version.clone()} now={*now} />
            }) }
            <Ledger x={x + 16.0} y={at.ledger_y} w={w - 32.0} used={used(view)}
                limit={limit(view, account)} reserved={view.reserved.is_some()} />
        </g>
    }
}

fn used(view: &FunctionView) -> u64 {
    view.on_demand + view.on_provisioned
}

/// The most the function can have in flight: its reservation, or the pool and what is
/// provisioned for it.
fn limit(view: &FunctionView, account: &AccountView) -> u64 {
    view.reserved.unwrap_or(account.pool + view.provisioned)
}

fn version_title(name: &str) -> String {
    if name.starts_with('$') { name.to_string() } else { format!("Version {name}") }
}

/// An alias: a signpost to a version.
fn alias(x: f64, w: f64, middle: f64, name: &str, version: &str) -> Html {
    let target = version_title(version);
    html! {
        <g>
            <rect x={px(x + 8.0)} y={px(middle - 11.0)} width={px(w - 16.0)} height="22" rx="4"
                class="tray" />
            <text x={px(x + 16.0)} y={px(middle + 4.0)} class="t12 b">{ name }</text>
            <text x={px(x + w - 16.0)} y={px(middle + 4.0)} class="t11 end d">
                { format!("alias → {target}") }
            </text>
        </g>
    }
}

#[derive(PartialEq, Properties)]
struct VersionProps {
    at: VersionBox,
    view: VersionView,
    now: Instant,
}

#[component]
fn Version(props: &VersionProps) -> Html {
    let VersionProps { at, view, now } = props;
    let Rect { x, y, w, .. } = at.rect;
    let title = version_title(&view.name);
    let mono = view.name.starts_with('$').then_some("m");
    html! {
        <g>
            <text x={px(x + 8.0)} y={px(y + 14.0)} class={classes!("t12", "b", mono)}>{ title }</text>
            <text x={px(x + w - 8.0)} y={px(y + 14.0)} class="t11 end d">{ state(view) }</text>
            { match at.cells {
                Cells::Grid { count, .. } => html! {
                    { for (0..count).map(|cell| environment_cell(at, view, cell, *now)) }
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
        return format!("{} provisioned, ready at {}", view.provisioned, clock(ready.0));
    }
    let starting = view.environments.iter().filter(|e| e.doing == Doing::Init).count();
    let parts = [
        (view.busy as usize - starting.min(view.busy as usize), "busy"),
        (starting, "starting"),
        (view.idle as usize, "idle"),
    ];
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(*count as u64)))
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
    let corner = Point { x: x - side / 2.0, y: y - side / 2.0 };
    let large = side > 20.0;
    let square = |class: Classes| {
        html! {
            <rect x={px(corner.x)} y={px(corner.y)} width={px(side)} height={px(side)}
                rx={if large { "5" } else { "3" }} {class} />
        }
    };
    let Some(environment) = view.environments.get(cell) else {
        return square(classes!("env", "env-none"));
    };
    let class = match environment.doing {
        Doing::Init => "env-init",
        Doing::Busy if large => "env-cell",
        Doing::Busy => "env-busy",
        Doing::Idle | Doing::Reset if environment.provisioned => "env-pc",
        Doing::Idle => "env-idle",
        Doing::Reset => "env-reset",
    };
    let init = environment.doing == Doing::Init;
    let dot = side / 4.0;
    let dot_class = if class == "env-busy" { "env-pcdot2" } else { "env-pcdot" };
    html! {
        <>
            { square(classes!("env", class)) }
            if init {
                <rect x={px(corner.x)} y={px(corner.y)} width={px(side)} height={px(side)}
                    rx={if large { "5" } else { "3" }} fill="url(#hatch)" />
            }
            if environment.provisioned && environment.job.is_none() {
                <rect x={px(x - dot)} y={px(y - dot)} width={px(dot * 2.0)} height={px(dot * 2.0)}
                    rx="1" class={dot_class} />
            }
            if large && environment.job.is_some() {
                { progress(corner, side, environment, now) }
            }
        </>
    }
}

/// How far the run in an environment is, its Init apart.
fn progress(
    corner: Point,
    side: f64,
    environment: &EnvironmentView,
    now: Instant,
) -> Html {
    let whole = environment.until.since(environment.since).0.max(1) as f64;
    let share = |at: Instant| at.since(environment.since).0 as f64 / whole;
    let (done, init) = (share(now).min(1.0), share(environment.init_until).min(1.0));
    let y = corner.y + side + 4.0;
    let bar = |from: f64, to: f64, class: &'static str| {
        html! {
            <rect x={px(corner.x + side * from)} y={px(y)} width={px(side * (to - from).max(0.0))}
                height="4" rx="1.5" {class} />
        }
    };
    html! {
        <>
            { bar(0.0, 1.0, "lg-res") }
            if init > 0.0 { { bar(0.0, init.min(done), "bar-init") } }
            { bar(init, done, "lg-use") }
        </>
    }
}

/// Too many environments to draw: one bar of the busy ones among all.
fn counted(bar: Rect, view: &VersionView) -> Html {
    let all = f64::from(view.busy + view.idle).max(1.0);
    let busy = bar.w * f64::from(view.busy) / all;
    html! {
        <>
            <rect x={px(bar.x)} y={px(bar.y)} width={px(bar.w)} height={px(bar.h)} rx="3" class="lg-bg" />
            <rect x={px(bar.x)} y={px(bar.y)} width={px(busy)} height={px(bar.h)} rx="3" class="lg-use" />
            <text x={px(bar.x)} y={px(bar.bottom() + 16.0)} class="t11 d">
                { format!("{} environments, counted", grouped(u64::from(view.busy + view.idle))) }
            </text>
        </>
    }
}

#[derive(PartialEq, Properties)]
struct LedgerProps {
    x: f64,
    y: f64,
    w: f64,
    used: u64,
    limit: u64,
    reserved: bool,
}

/// Concurrency in use against what the function may have.
#[component]
fn Ledger(props: &LedgerProps) -> Html {
    let LedgerProps { x, y, w, used, limit, reserved } = props;
    let share = (*used as f64 / (*limit).max(1) as f64).min(1.0);
    let full = used >= limit;
    let label = if *reserved { "Reserved concurrency" } else { texts::CONCURRENCY };
    let filled = if *used == 0 { 0.0 } else { (w * share).max(3.0) };
    html! {
        <g>
            <text x={px(*x)} y={px(y + 14.0)} class="t11 d">{ label }</text>
            <text x={px(x + w)} y={px(y + 14.0)} class={classes!("t11", "end", "b", full.then_some("twait"))}>
                { format!("{} of {}{}", grouped(*used), grouped(*limit), if full { ", full" } else { "" }) }
            </text>
            <rect x={px(*x)} y={px(y + 22.0)} width={px(*w)} height="8" rx="2" class="lg-bg" />
            <rect x={px(*x)} y={px(y + 22.0)} width={px(filled)} height="8" rx="2" class="lg-use" />
        </g>
    }
}
