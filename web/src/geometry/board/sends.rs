//! The wires of what is handed over: from functions to services and functions, from topics
//! and buses to functions, and from whoever gives something up to its dead-letter queue.

use lambdarium_sim::id::Part;

use super::{Board, GAP, LEDGER_H, Point, Rect, Row, SendWire, Shape, Wire, wire};

/// How far handles of wires reach out that come back on the same side.
const OUT: f64 = 40.0;
const OUT_NARROW: f64 = 12.0;

/// All of them.
pub(super) fn sends(shape: &Shape, board: &Board) -> Vec<SendWire> {
    let wires = shape.sends.iter().filter_map(|(from, to)| {
        let (from, to) = (*from, *to);
        let wire = match to {
            Part::Function(id) => into_function(board, from, id.0.into())?,
            Part::Service(id) => {
                into_service(board, from, *board.services.get(usize::from(id.0))?)?
            }
            Part::Caller(_) | Part::Mapping(_) | Part::Desk => return None,
        };
        Some(SendWire { from, to, wire })
    });
    wires.collect()
}

/// The card of a part.
fn card(board: &Board, part: Part) -> Option<Rect> {
    match part {
        Part::Caller(id) => Some(board.callers.get(usize::from(id.0))?.rect),
        Part::Function(id) => Some(board.functions.get(usize::from(id.0))?.rect),
        Part::Service(id) => board.services.get(usize::from(id.0)).copied(),
        Part::Desk | Part::Mapping(_) => None,
    }
}

/// To the queue of a function: from the left as calls come, from anywhere else in at its
/// right.
fn into_function(board: &Board, from: Part, function: usize) -> Option<Wire> {
    let function = board.functions.get(function)?;
    let (card, queue) = (card(board, from)?, function.queue?);
    let is_left = match from {
        Part::Service(_) if board.narrow => card.y < function.rect.y,
        Part::Service(_) => card.x < function.rect.x,
        Part::Caller(_) | Part::Function(_) | Part::Mapping(_) | Part::Desk => false,
    };
    if is_left {
        return Some(wire(card, function, Row::Queue, board.narrow));
    }
    let to = Point { x: queue.right() + 2.0, y: queue.y + queue.h / 2.0 };
    if card.x >= queue.right() {
        let from = Point { x: card.x, y: card.y + card.h * 0.75 };
        let half = (from.x - to.x) / 2.0;
        let bend = Point { x: from.x - half, ..from };
        return Some(Wire { from, bend, bend_to: Point { x: to.x + half, ..to }, to });
    }
    // Out at the foot of the card, so that it does not cross the cells.
    let from = Point { x: card.right(), y: card.bottom() - 10.0 };
    Some(around(from, to, board.narrow))
}

/// A wire that leaves at the right and comes back from there.
fn around(from: Point, to: Point, narrow: bool) -> Wire {
    let out = from.x.max(to.x) + if narrow { OUT_NARROW } else { OUT };
    let bend = Point { x: out, ..from };
    Wire { from, bend, bend_to: Point { x: out, ..to }, to }
}

fn into_service(board: &Board, from: Part, to: Rect) -> Option<Wire> {
    let card = card(board, from)?;
    let middle = to.y + to.h / 2.0;
    if board.narrow && card.y < to.y {
        let from = Point { x: card.x + card.w / 2.0, y: card.bottom() };
        let to = Point { x: to.x + to.w / 2.0, y: to.y };
        let half = (to.y - from.y) / 2.0;
        let bend = Point { y: from.y + half, ..from };
        return Some(Wire { from, bend, bend_to: Point { y: to.y - half, ..to }, to });
    }
    if card.right() > to.x {
        // Both stand in one column, with little room beside them.
        let from = Point { x: card.right(), y: card.bottom() - 16.0 };
        return Some(around(from, Point { x: to.right(), y: middle }, true));
    }
    let to = Point { x: to.x, y: middle };
    if let Part::Function(_) = from {
        // From the foot of the card, so that wires of several services fan out.
        let from = Point { x: card.right(), y: card.bottom() - LEDGER_H / 2.0 };
        let half = ((to.x - from.x) / 2.0).max(16.0);
        let bend = Point { x: from.x + half, ..from };
        return Some(Wire { from, bend, bend_to: Point { x: to.x - half, ..to }, to });
    }
    // Below the functions, which stand between them.
    let from = Point { x: card.right(), y: card.bottom() - 16.0 };
    let bottoms = board.functions.iter().map(|function| function.rect.bottom());
    let floor = bottoms.fold(0.0, f64::max) + GAP / 2.0;
    // Handles this low bring the middle of the curve there.
    let low = ((8.0 * floor - from.y - to.y) / 6.0).max(from.y).max(to.y);
    let third = (to.x - from.x) / 3.0;
    let bend = Point { x: from.x + third, y: low };
    Some(Wire { from, bend, bend_to: Point { x: to.x - third, y: low }, to })
}

impl Wire {
    /// How far down it comes: its lowest point is near one of these.
    pub(super) fn lowest(&self) -> f64 {
        let shares = (0..=8).map(|eighth| f64::from(eighth) / 8.0);
        shares.map(|share| self.at(share).y).fold(0.0, f64::max)
    }
}
