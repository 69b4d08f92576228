//! The account's ledger: what is set aside, what is shared, and what is in use.

use lambdarium_sim::view::{AccountView, FunctionView};

use super::super::picture::{self, Node};
use super::caller::cut;
use crate::geometry::Rect;
use crate::texts::{self, grouped};

/// Most reservations listed.
const LISTED_MAX: usize = 2;

/// The card.
pub fn card(at: Rect, view: &AccountView, functions: &[FunctionView]) -> Node {
    let bar = Rect { x: at.x + 12.0, y: at.y + 34.0, w: at.w - 24.0, h: 12.0 };
    let right = bar.right();
    let share = |units: u64| units as f64 / view.quota.max(1) as f64;
    let set_aside = bar.share(share(view.reserved).min(1.0));
    let after = |of: &Rect, units: u64| Rect { x: of.right(), ..bar.share(share(units)) };
    let provisioned = after(&set_aside, view.provisioned);
    let pool = after(&provisioned, view.pool_used);
    let pool = Rect { w: pool.w.max(if view.pool_used > 0 { 2.0 } else { 0.0 }), ..pool };
    let reserved: Vec<(&FunctionView, u64)> = functions
        .iter()
        .filter_map(|function| Some((function, function.reserved?)))
        .collect();
    let rest = reserved.len().saturating_sub(LISTED_MAX);
    let row = |place: usize| Rect { y: at.y + 70.0 + 38.0 * place as f64, h: 6.0, ..bar };
    let mut nodes = vec![
        picture::rect(at, "8", "card"),
        picture::text(bar.x, at.y + 24.0, "t12 b", texts::CONCURRENCY),
        picture::text(right, at.y + 24.0, "t12 end d", grouped(view.quota)),
        picture::rect(bar, "2", "lg-bg"),
        picture::rect(set_aside, "2", "lg-res"),
        picture::rect(provisioned, "0", "lg-pcb"),
        picture::rect(pool, "0", "lg-use"),
        line(row(0), texts::UNRESERVED, view.pool_used, view.pool),
    ];
    for (place, (function, units)) in reserved.iter().take(LISTED_MAX).enumerate() {
        let name = cut(&function.name, (bar.w / 11.0) as usize);
        let used = function.on_demand + function.on_provisioned;
        nodes.push(line(row(place + 1), &name, used, *units));
    }
    if rest > 0 {
        let more = format!("and {rest} more reserved");
        nodes.push(picture::text(bar.x, at.bottom() - 8.0, "t11 dd", more));
    }
    picture::group("", nodes)
}

/// A part of the ledger with what is in use of it; `at.y` is the text's baseline.
fn line(at: Rect, label: &str, used: u64, units: u64) -> Node {
    let bar = Rect { y: at.y + 7.0, ..at };
    let sum = format!("{} of {}", grouped(used), grouped(units));
    // The numbers come first: they may be long.
    let room = (at.w - sum.chars().count() as f64 * 6.6) / 6.2;
    let nodes = vec![
        picture::text(at.x, at.y, "t11 d", cut(label, room as usize)),
        picture::text(at.right(), at.y, "t11 end b", sum),
        picture::rect(bar, "2", "lg-bg"),
        picture::rect(filled(bar, used, units), "2", "lg-use"),
    ];
    picture::group("", nodes)
}

/// The used part of a bar; something used is always seen.
pub fn filled(bar: Rect, used: u64, units: u64) -> Rect {
    let share = (used as f64 / units.max(1) as f64).min(1.0);
    let least = if used == 0 { 0.0 } else { 3.0 };
    Rect { w: (bar.w * share).max(least), ..bar }
}
