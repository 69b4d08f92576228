//! The path of the request whose life is told: the parts it comes to and the wires it takes,
//! marked from below.

use lambdarium_sim::id::Part;

use super::super::picture::{self, Node};
use super::curve;
use crate::geometry::{Board, Rect, Wire};
use crate::message::Life;

/// How far a mark stands off its card.
const OFF: f64 = 4.5;

/// The marks; none while nobody's life is told.
pub fn picture(board: &Board, life: Option<&Life>) -> Node {
    let mut nodes = Vec::new();
    if let Some(life) = life {
        for part in &life.parts {
            let (rect, wire) = of_part(board, *part);
            nodes.extend(wire.map(along));
            nodes.extend(rect.map(around));
        }
        for (from, to) in &life.sends {
            let mut sends = board.sends.iter();
            let send = sends.find(|send| (send.from, send.to) == (*from, *to));
            nodes.extend(send.map(|send| along(&send.wire)));
        }
    }
    picture::group("path", nodes)
}

/// Where a part stands, and the wire that a caller has to its function.
fn of_part(board: &Board, part: Part) -> (Option<Rect>, Option<&Wire>) {
    match part {
        Part::Caller(id) => {
            let at = usize::from(id.0);
            (board.callers.get(at).map(|caller| caller.rect), board.wires.get(at))
        }
        Part::Function(id) => {
            let function = board.functions.get(usize::from(id.0));
            (function.map(|function| function.rect), None)
        }
        Part::Service(id) => (board.services.get(usize::from(id.0)).copied(), None),
        Part::Mapping(id) => (board.mappings.get(usize::from(id.0)).copied(), None),
        Part::Desk | Part::Alarm(_) | Part::Deployment(_) => (None, None),
    }
}

fn along(wire: &Wire) -> Node {
    picture::path(curve(wire), "path-w")
}

fn around(Rect { x, y, w, h }: Rect) -> Node {
    let rect = Rect { x: x - OFF, y: y - OFF, w: w + 2.0 * OFF, h: h + 2.0 * OFF };
    picture::rect(rect, "11", "path-p")
}
