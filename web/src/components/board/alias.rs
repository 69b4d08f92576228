//! An alias: a signpost to a version, or to two of them with what share of the requests each
//! gets.

use lambdarium_format::unit;
use lambdarium_sim::EVENTS;
use lambdarium_sim::view::{AliasView, FunctionView};

use super::super::picture::{self, Ahead, Node};
use super::function::version_title;
use crate::geometry::{FunctionBox, Point, Posts, Rect, px};
use crate::texts::{self, grouped};

/// All requests, in parts per million.
const WHOLE_PPM: u32 = 1_000_000;

/// The class that gives a version its hue.
pub fn version_class(index: u16) -> &'static str {
    const KEYS: [&str; 8] = ["k7", "k6", "k8", "k5", "k2", "k3", "k1", "k4"];
    KEYS[usize::from(index) % KEYS.len()]
}

/// The aliases of a function, and what leads from them to its versions.
pub fn all(at: &FunctionBox, view: &FunctionView) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (place, alias) in at.aliases.iter().zip(&view.aliases) {
        match at.posts {
            Posts::Above | Posts::Beside if EVENTS => {
                nodes.extend(post(place, alias, view, at));
            }
            Posts::Rows | Posts::Above | Posts::Beside => {
                nodes.extend(row(place, alias, view));
            }
        }
    }
    nodes
}

/// Where an alias leads: the places of versions, and so many of a million requests to each.
fn shares(alias: &AliasView) -> Vec<(u16, u32)> {
    let other = alias.additional.filter(|_| EVENTS);
    let weight = other.map_or(0, |other| other.weight_ppm);
    let first = (alias.version.0, WHOLE_PPM - weight.min(WHOLE_PPM));
    let other = other.map(|other| (other.version.0, other.weight_ppm));
    [Some(first), other].into_iter().flatten().collect()
}

fn name_of(view: &FunctionView, index: u16) -> String {
    let version = view.versions.iter().find(|version| version.index == index);
    version_title(version.map_or("", |version| version.name.as_str()))
}

/// `90 %`
fn percent(ppm: u32) -> String {
    unit::decimal(ppm.into(), 4) + " %"
}

/// One line: `alias → Version 1`.
fn row(at: &Rect, alias: &AliasView, view: &FunctionView) -> [Node; 3] {
    let mut to = name_of(view, alias.version.0);
    if let Some(other) = alias.additional.filter(|_| EVENTS) {
        let rest = percent(WHOLE_PPM.saturating_sub(other.weight_ppm));
        let weight = percent(other.weight_ppm);
        let version = name_of(view, other.version.0);
        to = [&rest, " ", &to, ", ", &weight, " ", &version].concat();
    }
    let to = ["alias → ", &to].concat();
    let y = at.y + at.h / 2.0 + 4.0;
    [
        picture::rect(*at, "4", "tray"),
        picture::text(at.x + 8.0, y, "t12 b", alias.name.clone()),
        picture::text(at.right() - 8.0, y, "t11 end d", to),
    ]
}

/// A signpost: the share of each version as number and bar, and how many requests were
/// really led there.
fn post(
    at: &Rect,
    alias: &AliasView,
    view: &FunctionView,
    function: &FunctionBox,
) -> Vec<Node> {
    let beside = function.posts == Posts::Beside;
    let (left, right) = (at.x + 10.0, at.right() - 10.0);
    let mut nodes = vec![
        picture::rect(*at, "6", "tray"),
        picture::text(left, at.y + 19.0, "t13 b", super::cut(&alias.name, 12)),
    ];
    let told = match alias.additional.filter(|other| other.runs > 0) {
        Some(other) => {
            let of = [" ", texts::OF, " "].concat();
            [&grouped(other.drawn), of.as_str(), &grouped(other.runs), " drawn"].concat()
        }
        None => texts::ALIAS.into(),
    };
    // Where there is room for it below the weights, it stands there.
    if beside {
        nodes.push(picture::text(right, at.y + 19.0, "t11 end d", texts::ALIAS));
        if told != texts::ALIAS {
            nodes.push(picture::text(left, at.bottom() - 9.0, "t11 d", told));
        }
    } else {
        nodes.push(picture::text(right, at.y + 19.0, "t11 end d", told));
    }
    for ((index, ppm), place) in shares(alias).into_iter().zip(0_u8..) {
        let share = f64::from(ppm) / f64::from(WHOLE_PPM);
        let name = name_of(view, index);
        let (y, bar) = if beside {
            let y = at.y + 43.0 + 33.0 * f64::from(place);
            let bar = Rect { x: left, y: y + 6.0, w: at.w - 20.0, h: 6.0 };
            nodes.push(picture::text(left, y, "t14 b", percent(ppm)));
            nodes.push(picture::text(right, y, "t11 end d", name));
            (bar.y + 3.0, bar)
        } else {
            let y = at.y + 39.0 + 21.0 * f64::from(place);
            let bar = Rect { x: left + 56.0, y: y - 8.0, w: at.w - 152.0, h: 8.0 };
            nodes.push(picture::text(left, y, "t13 b", percent(ppm)));
            nodes.push(picture::text(right, y, "t11 end d", name));
            (y, bar)
        };
        nodes.push(picture::rect(bar, "2", "bar-bg"));
        let filled = picture::rect(bar.share(share), "2", "kfill");
        nodes.push(picture::group(version_class(index), vec![filled]));
        if beside {
            nodes.extend(band(Point { x: at.right(), y }, index, share, function));
        }
    }
    nodes
}

/// What leads from a signpost to a version, as wide as its share.
fn band(from: Point, index: u16, share: f64, function: &FunctionBox) -> Option<Node> {
    let version = function.versions.iter().find(|version| version.index == index)?;
    let to = Point { x: version.rect.x, y: version.rect.y + 10.0 };
    let half = (to.x - from.x) / 2.0;
    let end = to.x - 6.0;
    let curve = [from.x + half, to.x - half, end].map(px);
    let (y, to_y) = (px(from.y), px(to.y));
    let [bend, bend_to, end] = curve;
    let d = ["M", &px(from.x), " ", &y, " C", &bend, " ", &y, " ", &bend_to, " ", &to_y];
    let d = [d.concat().as_str(), " ", &end, " ", &to_y].concat();
    let width = picture::value(1.5 + 8.5 * share);
    let line = Node::new(
        "path",
        &["d", "class", "stroke-width"],
        [d.into(), "w-share".into(), width],
    );
    let head = picture::head(to, Ahead::Right, "kfill");
    Some(picture::group(version_class(index), vec![line, head]))
}
