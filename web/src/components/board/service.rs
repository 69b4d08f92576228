//! A queue, topic, bus or bucket, and the wires of what is handed over.

use lambdarium_sim::id::Part;
use lambdarium_sim::view::ServiceView;

use super::super::picture::{self, Ahead, Node};
use super::caller::cut;
use super::curve;
use crate::geometry::{Rect, SendWire, Wire};
use crate::message::ServiceText;
use crate::texts::{self, grouped};

/// The card: what it is, when something reaches it, how much it has received, and how much
/// of it waits to be tried again. A queue or stream that is read shows what it holds.
pub fn card(at: Rect, text: &ServiceText, view: &ServiceView, selected: bool) -> Node {
    if let Some(queue) = &view.queue {
        return super::queue::card(at, text, view, queue, selected);
    }
    if let Some(stream) = &view.stream {
        return super::stream::card(at, text, view, stream, selected);
    }
    let Rect { x, y, w, .. } = at;
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(at, "8", "card-sel-halo"));
    }
    let fits = |text: &str, px_each: f64| cut(text, ((w - 24.0) / px_each) as usize);
    let mut received = grouped(view.received) + " received";
    if view.waiting > 0 {
        received += &[", ", &grouped(view.waiting), " ", texts::TO_RETRY].concat();
    }
    // What would be cut is written smaller.
    let (class, px_each) = match (view.received, received.len() as f64 * 6.4 > w - 24.0) {
        (0, _) => ("t11 dd", 5.7),
        (_, false) => ("t12 b", 6.4),
        (_, true) => ("t11 b", 5.7),
    };
    let foot = at.bottom() - 12.0;
    nodes.extend([
        picture::rect(at, "8", if selected { "card-sel" } else { "card" }),
        picture::text(x + 12.0, y + 22.0, "t12 b", fits(&view.name, 7.8)),
        picture::text(x + 12.0, y + 38.0, "t11 d", text.kind.clone()),
        picture::text(x + 12.0, foot, class, fits(&received, px_each)),
    ]);
    // Where there is a line for it.
    if foot - y > 70.0 {
        nodes.push(picture::text(x + 12.0, y + 55.0, "t11 dd", fits(&text.gets, 5.7)));
    }
    picture::group("", nodes)
}

/// What the cards of sources and mappings have at their top: the frame, the name, and a line
/// on what they are.
pub fn head(at: Rect, name: &str, about: &str, selected: bool) -> Vec<Node> {
    let Rect { x, y, w, .. } = at;
    let fits = |text: &str, px_each: f64| cut(text, ((w - 24.0) / px_each) as usize);
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(at, "8", "card-sel-halo"));
    }
    nodes.extend([
        picture::rect(at, "8", if selected { "card-sel" } else { "card" }),
        picture::text(x + 12.0, y + 20.0, "t12 b", fits(name, 7.8)),
        picture::text(x + 12.0, y + 36.0, "t11 d", fits(about, 5.7)),
    ]);
    nodes
}

/// An asynchronous hand-over: a dashed line with a head.
pub fn wire(send: &SendWire) -> Node {
    let Wire { bend_to, to, .. } = send.wire;
    let ahead = if bend_to.x > to.x {
        Ahead::Left
    } else if bend_to.x < to.x {
        Ahead::Right
    } else {
        Ahead::Down
    };
    let d = curve(&send.wire);
    if let (Part::Service(_), Part::Mapping(_)) = (send.from, send.to) {
        return polls(send.wire, d);
    }
    let class = match send.from {
        Part::Mapping(_) => "w w-sync",
        Part::Caller(_)
        | Part::Function(_)
        | Part::Service(_)
        | Part::Desk
        | Part::Alarm(_)
        | Part::Deployment(_) => "w w-async",
    };
    let line = picture::path(d, class);
    picture::group("", vec![line, picture::head(send.wire.to, ahead, "head")])
}

/// A mapping that polls: dotted, with the head at what it reads, because it is the mapping
/// that acts.
fn polls(wire: Wire, d: String) -> Node {
    let Wire { from, bend, .. } = wire;
    let ahead = if bend.x > from.x { Ahead::Left } else { Ahead::Up };
    let middle = wire.at(0.5);
    let mut nodes =
        vec![picture::path(d, "w w-poll"), picture::head(from, ahead, "head")];
    if bend.x > from.x {
        let y = middle.y - 8.0;
        nodes.push(picture::text(middle.x, y, "t11 mid dd", texts::POLLS));
    }
    picture::group("", nodes)
}
