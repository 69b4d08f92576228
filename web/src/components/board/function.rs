//! A function's card: its aliases as signposts, a block for each version with its
//! environments, and its concurrency.

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::Instant;
use lambdarium_sim::view::{
    AccountView, Doing, EnvironmentView, Frame, FunctionView, VersionView,
};

use super::super::picture::{self, Node};
use super::account::filled;
use super::alias;
use super::caller::cut;
use crate::geometry::{
    Board, Cells, FunctionBox, Point, Rect, VersionBox, clock_short, px,
};
use crate::texts::{self, grouped};

/// The card.
pub fn card(
    at: &FunctionBox,
    does: &str,
    view: &FunctionView,
    account: &AccountView,
    selected: bool,
) -> Node {
    let rect = at.rect;
    let Rect { x, y, w, .. } = rect;
    let throttles = view.metrics.throttles;
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(rect, "8", "card-sel-halo"));
    }
    let name = cut(&view.name, ((w - 120.0) / 7.8) as usize);
    nodes.push(picture::rect(rect, "8", if selected { "card-sel" } else { "card" }));
    nodes.push(picture::text(x + 16.0, y + 24.0, "t14 b", name));
    let does = cut(does, ((w - 32.0) / 5.7) as usize);
    nodes.push(picture::text(x + 16.0, y + 42.0, "t11 d", does));
    if throttles > 0 {
        let throttled = format!("{} throttled", grouped(throttles));
        nodes.push(picture::text(x + w - 16.0, y + 24.0, "t11 end b twait", throttled));
    }
    if EVENTS && let Some(tray) = at.queue {
        nodes.push(picture::rect(tray, "6", "tray"));
        let at = tray.y + 15.0;
        nodes.push(picture::text(tray.x + 8.0, at, "t11 d", texts::EVENT_QUEUE));
        if view.queued == 0 {
            let nothing = texts::NOTHING_QUEUED;
            nodes.push(picture::text(tray.right() - 8.0, at, "t11 end dd", nothing));
        }
    }
    nodes.extend(alias::all(at, view));
    for block in &at.versions {
        let version = view.versions.iter().find(|version| version.index == block.index);
        if let Some(version) = version {
            nodes.push(version_block(block, version));
        }
    }
    let ledger = Rect { x: x + 16.0, y: at.ledger_y, w: w - 32.0, h: 8.0 };
    push_ledger(&mut nodes, ledger, view, account);
    picture::group("", nodes)
}

/// `Version 1`, or `$LATEST`.
pub fn version_title(name: &str) -> String {
    if name.starts_with('$') { name.to_string() } else { format!("Version {name}") }
}

fn version_block(at: &VersionBox, view: &VersionView) -> Node {
    let Rect { x, y, w, .. } = at.rect;
    let class = if view.name.starts_with('$') { "t12 b m" } else { "t12 b" };
    let mut nodes = vec![
        picture::text(x + 8.0, y + 14.0, class, version_title(&view.name)),
        picture::text(x + w - 8.0, y + 14.0, "t11 end d", state(view)),
    ];
    if EVENTS && w > 230.0 {
        nodes.extend(failures(at.rect, view));
    }
    match at.cells {
        Cells::Grid { count, .. } => {
            for cell in 0..count {
                push_environment(&mut nodes, at, view, cell);
            }
        }
        Cells::Bar(bar) => push_counted(&mut nodes, bar, view),
    }
    picture::group("", nodes).keyed(view.index.into())
}

/// How many of its runs have failed, beside the title of a version.
fn failures(at: Rect, view: &VersionView) -> Option<Node> {
    let counts = view.counts.first().filter(|counts| counts.errors > 0)?;
    let (errors, all) = (grouped(counts.errors), grouped(counts.invocations));
    let text = [&errors, " ", texts::OF, " ", &all, " ", texts::FAILED].concat();
    let x = at.x + 16.0 + version_title(&view.name).len() as f64 * 7.0;
    Some(picture::text(x, at.y + 14.0, "t11 b tfail", text))
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
fn push_environment(
    nodes: &mut Vec<Node>,
    at: &VersionBox,
    view: &VersionView,
    cell: usize,
) {
    let (side, square) = (at.cells.side(), square(at, cell));
    let Point { x, y } = at.cells.centre(cell);
    let large = is_large(side);
    let rx = if large { "5" } else { "3" };
    let Some(environment) = view.environments.get(cell) else {
        nodes.push(picture::rect(square, rx, "env env-none"));
        return;
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
    nodes.push(picture::rect(square, rx, class));
    if environment.doing == Doing::Init {
        nodes.push(picture::hatched(square, rx));
    }
    if environment.provisioned && !(busy && large) {
        let (x, y) = (x - side / 4.0, y - side / 4.0);
        let dot = Rect { x, y, w: side / 2.0, h: side / 2.0 };
        nodes.push(picture::rect(
            dot,
            "1",
            if busy { "env-pcdot2" } else { "env-pcdot" },
        ));
    }
}

/// How far the run in each environment is. Apart from the cards, because it is all that
/// changes while nothing happens, and all bars as one line each of a kind, because that is
/// one change and not a hundred. Only what is between two heights.
pub fn runs(board: &Board, frame: &Frame, (from, to): (f64, f64)) -> Node {
    let mut lines = [String::new(), String::new(), String::new()];
    let both = board.functions.iter().zip(&frame.functions);
    let seen = both.filter(|(at, _)| at.rect.bottom() >= from && at.rect.y <= to);
    for (at, view) in seen {
        for block in &at.versions {
            let version =
                view.versions.iter().find(|version| version.index == block.index);
            let environments = version.map_or(&[][..], |version| &version.environments);
            if let Cells::Grid { count, side, .. } = block.cells
                && is_large(side)
            {
                for (cell, environment) in environments.iter().take(count).enumerate() {
                    if environment.job.is_some() {
                        let square = square(block, cell);
                        push_progress(&mut lines, &square, environment, frame.moment.at);
                    }
                }
            }
        }
    }
    let [all, done, init] = lines;
    let nodes = vec![
        picture::path(all, "run-all"),
        picture::path(done, "run-done"),
        picture::path(init, "run-init"),
    ];
    picture::group("runs", nodes)
}

/// Whether a cell has room for the request in it.
fn is_large(side: f64) -> bool {
    side > 20.0
}

fn square(at: &VersionBox, cell: usize) -> Rect {
    let side = at.cells.side();
    let Point { x, y } = at.cells.centre(cell);
    Rect { x: x - side / 2.0, y: y - side / 2.0, w: side, h: side }
}

/// How far the run in an environment is, its Init apart. Lines have round ends.
fn push_progress(
    [all, done, init]: &mut [String; 3],
    cell: &Rect,
    environment: &EnvironmentView,
    now: Instant,
) {
    let whole = environment.until.since(environment.since).0.max(1) as f64;
    let share = |at: Instant| (at.since(environment.since).0 as f64 / whole).min(1.0);
    let (passed, starting) = (share(now), share(environment.init_until));
    let start = ["M", &px(cell.x + 2.0), " ", &px(cell.bottom() + 6.0), "h"].concat();
    let push = |line: &mut String, share: f64| {
        if share > 0.0 {
            *line += &start;
            *line += &px(((cell.w - 4.0) * share).round());
        }
    };
    push(all, 1.0);
    push(done, passed);
    push(init, starting.min(passed));
}

/// Too many environments to draw: one bar of the busy ones among all.
fn push_counted(nodes: &mut Vec<Node>, bar: Rect, view: &VersionView) {
    let (busy, all) = (u64::from(view.busy), u64::from(view.busy) + u64::from(view.idle));
    let counted = format!("{} environments, counted", grouped(all));
    nodes.push(picture::rect(bar, "3", "lg-bg"));
    nodes.push(picture::rect(filled(bar, busy, all), "3", "lg-use"));
    nodes.push(picture::text(bar.x, bar.bottom() + 16.0, "t11 d", counted));
}

/// Concurrency in use against the most the function can have in flight: its reservation,
/// or the pool and what is provisioned for it.
fn push_ledger(
    nodes: &mut Vec<Node>,
    at: Rect,
    view: &FunctionView,
    account: &AccountView,
) {
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
    let sum = format!("{} of {}{full}", grouped(used), grouped(limit));
    nodes.push(picture::text(at.x, at.y + 14.0, "t11 d", label));
    nodes.push(picture::text(at.right(), at.y + 14.0, class, sum));
    nodes.push(picture::rect(bar, "2", "lg-bg"));
    nodes.push(picture::rect(filled(bar, used, limit), "2", "lg-use"));
}
