//! The wires of what is handed over: from functions to services and functions, from topics
//! and buses to functions, and from whoever gives something up to its dead-letter queue.

use lambdarium_sim::WithEvents;
use lambdarium_sim::id::Part;

use super::{Board, GAP, LEDGER_H, Point, Rect, Row, SendWire, Shape, Wire, wire};

/// How far handles of wires reach out that come back on the same side.
const OUT: f64 = 40.0;
const OUT_NARROW: f64 = 12.0;

/// All of them.
pub(super) fn sends(shape: &Shape, board: &Board) -> WithEvents<SendWire> {
    let wires = shape.sends.iter().filter_map(|(from, to)| {
        let (from, to) = (*from, *to);
        let wire = match to {
            Part::Function(id) => match from {
                Part::Mapping(_) => down(board, from, id.0.into())?,
                Part::Deployment(_) => to_hook(board, from, id.0.into())?,
                Part::Caller(_)
                | Part::Function(_)
                | Part::Service(_)
                | Part::Desk
                | Part::Alarm(_) => into_function(board, from, id.0.into())?,
            },
            Part::Service(id) => {
                into_service(board, from, *board.services.get(usize::from(id.0))?)?
            }
            Part::Mapping(id) => {
                let mapping = *board.mappings.get(usize::from(id.0))?;
                polled(board, card(board, from)?, mapping)
            }
            Part::Caller(_) | Part::Desk | Part::Alarm(_) | Part::Deployment(_) => {
                return None;
            }
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
        Part::Mapping(id) => board.mappings.get(usize::from(id.0)).copied(),
        Part::Alarm(id) => board.alarms.get(usize::from(id.0)).copied(),
        Part::Deployment(id) => board.groups.get(usize::from(id.0)).copied(),
        Part::Desk => None,
    }
}

/// From a mapping down to the function that it calls and waits for.
fn down(board: &Board, from: Part, function: usize) -> Option<Wire> {
    let (card, function) = (card(board, from)?, board.functions.get(function)?.rect);
    let x = (card.x + card.w / 2.0).max(function.x + 24.0).min(function.right() - 24.0);
    let (from, to) = (Point { x, y: card.bottom() }, Point { x, y: function.y - 2.0 });
    Some(Wire { from, bend: from.towards(to, 0.33), bend_to: from.towards(to, 0.67), to })
}

/// From a deployment to the queue of the hook that it calls.
fn to_hook(board: &Board, from: Part, function: usize) -> Option<Wire> {
    let (card, function) = (card(board, from)?, board.functions.get(function)?);
    let queue = function.queue?;
    let from = Point { x: card.right(), y: card.y + card.h / 2.0 };
    let to = Point { x: queue.right() + 2.0, y: queue.y + queue.h / 2.0 };
    Some(around(from, to, board.narrow))
}

/// From a queue to the mapping that polls it, as messages go.
fn polled(board: &Board, queue: Rect, mapping: Rect) -> Wire {
    if board.narrow && queue.bottom() < mapping.y {
        let x =
            (queue.x + queue.w / 2.0).max(mapping.x + 24.0).min(mapping.right() - 24.0);
        let from = Point { x: queue.x + queue.w / 2.0, y: queue.bottom() + 2.0 };
        let to = Point { x, y: mapping.y };
        let (bend, bend_to) = (from.towards(to, 0.33), from.towards(to, 0.67));
        return Wire { from, bend, bend_to, to };
    }
    if queue.right() > mapping.x {
        let from = Point { x: queue.right() + 2.0, y: queue.y + 24.0 };
        let to = Point { x: mapping.right(), y: mapping.y + mapping.h / 2.0 };
        return around(from, to, true);
    }
    let from = Point { x: queue.right() + 2.0, y: queue.y + 72.0 };
    let to = Point { x: mapping.x, y: mapping.y + mapping.h / 2.0 };
    let half = (to.x - from.x) / 2.0;
    Wire {
        from,
        bend: Point { x: from.x + half, ..from },
        bend_to: Point { x: to.x - half, ..to },
        to,
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
        Part::Caller(_)
        | Part::Function(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_)
        | Part::Desk => false,
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
    if card.x >= to.right() {
        // Back to a queue that somebody reads.
        let from = Point { x: card.x, y: card.bottom() - LEDGER_H / 2.0 };
        let to = Point { x: to.right() + 2.0, y: to.bottom() - 20.0 };
        let half = (from.x - to.x) / 2.0;
        let bend = Point { x: from.x - half, ..from };
        return Some(Wire { from, bend, bend_to: Point { x: to.x + half, ..to }, to });
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
    // Handles this low, and this near to the ends, bring a third of the curve there, so that
    // it passes the corners of the functions.
    let low = ((20.0 * floor - 3.5 * (from.y + to.y)) / 13.0).max(from.y).max(to.y);
    let out = (to.x - from.x) / 20.0;
    let bend = Point { x: from.x + out, y: low };
    Some(Wire { from, bend, bend_to: Point { x: to.x - out, y: low }, to })
}

impl Wire {
    /// How far down it comes: its lowest point is near one of these.
    pub(super) fn lowest(&self) -> f64 {
        let shares = (0..=8).map(|eighth| f64::from(eighth) / 8.0);
        shares.map(|share| self.at(share).y).fold(0.0, f64::max)
    }
}
