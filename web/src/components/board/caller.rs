//! A caller's card: what it is, when it calls, how its calls went, and the requests that
//! wait to be tried again.

use lambdarium_sim::view::{Back, CallerView};

use super::super::picture::{self, Node};
use super::marks;
use crate::geometry::{CallerBox, Point};
use crate::message::CallerText;
use crate::texts::grouped;

/// The card.
pub fn card(
    number: usize,
    narrow: bool,
    at: &CallerBox,
    text: &CallerText,
    view: &CallerView,
    selected: bool,
) -> Node {
    let rect = at.rect;
    let left = rect.x + 12.0;
    let fits = |text: &str, px_each: f64| cut(text, ((rect.w - 24.0) / px_each) as usize);
    let rule = rect.y + if narrow { 53.0 } else { 69.0 };
    let name = cut(&view.name, ((rect.w - 40.0) / 7.4) as usize);
    let mut nodes = vec![
        picture::rect(rect, "8", if selected { "card-sel" } else { "card" }),
        picture::circle(Point { x: rect.x + 17.0, y: rect.y + 19.0 }, 5.0, "kfill"),
        picture::text(rect.x + 30.0, rect.y + 24.0, "t13 b", name),
    ];
    if !narrow {
        nodes.push(picture::text(left, rect.y + 43.0, "t11 d", fits(&text.kind, 5.9)));
    }
    nodes.push(picture::text(left, rule - 10.0, "t11 dd", fits(&text.load, 5.7)));
    let end = Point { x: rect.right() - 12.0, y: rule };
    nodes.push(picture::line(Point { x: left, y: rule }, end, "rule"));
    push_ends(&mut nodes, at, rule + 17.0, view);
    if let Some(tray) = at.tray {
        nodes.push(picture::rect(tray, "6", "tray"));
        if view.backing_off == 0 {
            let (x, y) = (tray.x + tray.w / 2.0, tray.y + tray.h / 2.0 + 4.0);
            nodes.push(picture::text(x, y, "t11 mid dd", quota(view)));
        }
    }
    picture::group(marks::key_class(number), nodes)
}

/// How its calls ended, each with its mark.
fn push_ends(nodes: &mut Vec<Node>, at: &CallerBox, y: f64, view: &CallerView) {
    let [ok, failed, throttled, refused, timed_out, accepted] = view.ended;
    let counts = [
        (Back::Ok, ok + accepted),
        (Back::Failed, failed + timed_out),
        (Back::Throttled, throttled),
        (Back::Refused, refused),
    ];
    let shown = counts.iter().filter(|(back, count)| *count > 0 || *back == Back::Ok);
    let column = (at.rect.w - 24.0) / 3.0;
    for (place, (back, count)) in shown.take(3).enumerate() {
        let x = at.rect.x + 20.0 + place as f64 * column;
        nodes.extend(marks::badge(Point { x, y }, *back));
        nodes.push(picture::text(x + 12.0, y + 4.0, "t12 b", grouped(*count)));
    }
}

/// What the empty tray says.
fn quota(view: &CallerView) -> String {
    match view.bucket {
        Some(bucket) if bucket < 500 => format!("retry quota {bucket} of 500"),
        _ => String::from("no call waits to retry"),
    }
}

/// A text that fits, cut where it does not.
pub fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_string();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
