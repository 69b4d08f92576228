//! A queue, topic, bus or bucket, and the wires that lead to it.

use lambdarium_sim::view::ServiceView;

use super::super::picture::{self, Ahead, Node};
use super::caller::cut;
use super::curve;
use crate::geometry::{Rect, SendTo, SendWire};
use crate::message::ServiceText;
use crate::texts::grouped;

/// The card: what it is, and how much it has received.
pub fn card(at: Rect, text: &ServiceText, view: &ServiceView, selected: bool) -> Node {
    let Rect { x, y, w, .. } = at;
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(at, "8", "card-sel-halo"));
    }
    let chars = ((w - 24.0) / 7.8) as usize;
    let received = grouped(view.received) + " received";
    let class = if view.received > 0 { "t12 b" } else { "t11 dd" };
    nodes.extend([
        picture::rect(at, "8", if selected { "card-sel" } else { "card" }),
        picture::text(x + 12.0, y + 22.0, "t12 b", cut(&view.name, chars)),
        picture::text(x + 12.0, y + 38.0, "t11 d", text.kind.clone()),
        picture::text(x + 12.0, y + 58.0, class, received),
    ]);
    picture::group("", nodes)
}

/// An asynchronous hand-over: a dashed line with a head.
pub fn wire(send: &SendWire, narrow: bool) -> Node {
    let ahead = match send.to {
        SendTo::Function(_) => Ahead::Left,
        SendTo::Service(_) if narrow => Ahead::Down,
        SendTo::Service(_) => Ahead::Right,
    };
    let line = picture::path(curve(&send.wire), "w w-async");
    picture::group("", vec![line, picture::head(send.wire.to, ahead, "head")])
}
