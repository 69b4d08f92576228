//! A queue that somebody reads: a tray for what can be received, one for what is in flight,
//! and one for what is delayed.

use lambdarium_sim::time::Span;
use lambdarium_sim::view::{MessageView, QueueView, ServiceView, Tray};

use super::super::picture::{self, Node};
use super::caller::cut;
use super::marks::{self, Lying};
use crate::geometry::{Point, Rect};
use crate::message::ServiceText;
use crate::texts::{self, grouped};

/// Height of the name and kind above the trays, and of a tray.
const HEAD_H: f64 = 46.0;
const TRAY_H: f64 = 52.0;
/// From tray to tray.
const TRAY_STEP: f64 = 56.0;
/// From message to message.
const PITCH: f64 = 30.0;

/// The card of a queue with its trays.
pub fn card(
    at: Rect,
    text: &ServiceText,
    view: &ServiceView,
    queue: &QueueView,
    selected: bool,
) -> Node {
    let Rect { x, y, w, .. } = at;
    let about =
        [&text.kind, ", ", texts::HIDES, " ", &queue.visibility.to_string()].concat();
    let mut nodes = super::service::head(at, &view.name, &about, selected);
    let trays = [
        (Tray::Visible, texts::VISIBLE, queue.visible),
        (Tray::InFlight, texts::IN_FLIGHT, queue.in_flight),
        (Tray::Delayed, texts::DELAYED, queue.delayed),
    ];
    for (row, (tray, name, count)) in trays.into_iter().enumerate() {
        let y = y + HEAD_H + row as f64 * TRAY_STEP;
        // A card that keeps no room for delays shows none.
        if y + TRAY_H > at.bottom() {
            break;
        }
        let rect = Rect { x: x + 8.0, y, w: w - 16.0, h: TRAY_H };
        nodes.extend(in_tray(rect, queue, tray, name, count));
    }
    nodes.extend(legend(at, &queue.groups, |at| picture::rect(at, "2", "tk")));
    picture::group("", nodes)
}

/// A tray with its messages, as many as there is room for.
fn in_tray(
    rect: Rect,
    queue: &QueueView,
    tray: Tray,
    name: &'static str,
    count: u64,
) -> Vec<Node> {
    let here = || queue.messages.iter().filter(|message| message.tray == tray);
    let (left, right) = (rect.x + 8.0, rect.right() - 8.0);
    let mut nodes = vec![
        picture::rect(rect, "4", "tray"),
        picture::text(left, rect.y + 14.0, "t11 d", name),
        picture::text(right, rect.y + 14.0, "t11 end b", grouped(count)),
    ];
    let next =
        here().filter(|message| message.left > 0).map(|message| message.wait).min();
    if let Some(next) = next {
        let mut text = seconds_up(next).to_string();
        // Where there is room beside the name.
        if rect.w > 160.0 {
            text = [texts::BACK_IN, " ", &text].concat();
        }
        let x = right - 8.0 - 7.0 * grouped(count).len() as f64;
        nodes.push(picture::text(x, rect.y + 14.0, "t11 end dd", text));
    }
    let room = ((rect.w - 12.0) / PITCH).floor().max(1.0) as usize;
    let drawn = if count > room as u64 { room - 1 } else { room };
    for (place, message) in here().take(drawn).enumerate() {
        let x = rect.x + 20.0 + place as f64 * PITCH;
        nodes.push(lying(Point { x, y: rect.y + 36.0 }, message));
    }
    if count > drawn as u64 {
        let more = ["+", &grouped(count - drawn as u64)].concat();
        let x = rect.x + 10.0 + drawn as f64 * PITCH;
        nodes.push(picture::text(x, rect.y + 40.0, "t11 d", more));
    }
    nodes
}

/// Rounded up: what is back in less than a second is not back yet.
fn seconds_up(span: Span) -> Span {
    Span::seconds(span.0.div_ceil(1_000_000))
}

fn lying(at: Point, message: &MessageView) -> Node {
    let left = (message.left > 0).then(|| f64::from(message.left) / 1_000_000.0);
    let looks = Lying {
        number: message.number,
        receives: message.receives,
        left,
        blocked: message.blocked,
    };
    marks::lying(at, group_class(message.group), &looks)
}

fn group_class(group: u16) -> &'static str {
    match group {
        0 => "kn",
        group => marks::key_class(usize::from(group) - 1),
    }
}

/// Which hue stands for which group or key.
pub fn legend(at: Rect, groups: &[String], mark: fn(Rect) -> Node) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut x = at.x + 12.0;
    for (group, place) in groups.iter().zip(1..) {
        let name = cut(group, 12);
        let w = 18.0 + 6.2 * name.len() as f64;
        if x + w > at.right() - 8.0 {
            break;
        }
        let y = at.bottom() - 16.0;
        let square = Rect { x, y, w: 9.0, h: 9.0 };
        nodes.push(picture::group(group_class(place), vec![mark(square)]));
        nodes.push(picture::text(x + 13.0, y + 9.0, "t11 d", name));
        x += w + 6.0;
    }
    nodes
}
