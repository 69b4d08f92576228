//! The requests on the board: on their wires, in environments, and waiting at a caller.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::{EnvironmentId, FunctionId, Job, Origin};
use lambdarium_sim::time::Span;
use lambdarium_sim::view::{Back, EnvironmentView, Frame, Place, Sent, Token};

use super::super::picture::{self, Node};
use super::marks::{self, Request};
use crate::geometry::{Board, Point, Rect, SendWire};
use crate::message::Life;
use crate::texts;

/// All requests that are drawn one by one, between two heights.
pub fn picture(
    board: &Board,
    frame: &Frame,
    life: Option<&Life>,
    (from, to): (f64, f64),
) -> Node {
    let mut trays = Trays::new(board);
    let mut nodes = Vec::with_capacity(frame.tokens.len());
    let told = |job: Job| life.is_some_and(|life| life.jobs.contains(&job));
    for (at, token, request) in placed(board, frame, &mut trays) {
        if (from..=to).contains(&at.y) {
            let job = token.job;
            let request = Request { told: told(job), ..request };
            let node = match job.origin {
                Origin::Mapping(_) => marks::batch_at(at, true, request.told),
                Origin::Caller(_)
                | Origin::Act(_)
                | Origin::Function(_)
                | Origin::Service(_)
                | Origin::Deployment(_) => {
                    marks::request_at(at, hue(job), number(job), &request)
                }
            };
            insert(&mut nodes, node.keyed(key(job, token.copy)));
        }
    }
    for (at, sent) in sent(board, frame) {
        let back = sent.refused.then_some(Back::Refused);
        let node = match sent.job.origin {
            Origin::Mapping(_) => marks::batch_at(at, false, told(sent.job)),
            Origin::Caller(_)
            | Origin::Act(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Deployment(_) => marks::message_at(at, back, told(sent.job)),
        };
        insert(&mut nodes, node.keyed(key(sent.job, false)));
    }
    let rest =
        trays.rest().map(|(at, text)| picture::text(at.x, at.y, "t11 end d", text));
    nodes.push(picture::group("", rest.collect()).keyed(u64::MAX));
    picture::group("tokens", nodes)
}

/// A request is pressed this far around its middle.
const REACH: f64 = 15.0;

/// The request at a point, if there is one.
pub fn job_at(board: &Board, frame: &Frame, point: Point) -> Option<Job> {
    let is_near = |at: Point| (at.x - point.x).hypot(at.y - point.y) <= REACH;
    if EVENTS && let Some((_, sent)) = sent(board, frame).find(|(at, _)| is_near(*at)) {
        return Some(sent.job);
    }
    let placed = placed(board, frame, &mut Trays::new(board));
    // What is drawn last lies above the others.
    let near = placed.iter().rev().find(|(at, ..)| is_near(*at));
    near.map(|(_, token, _)| token.job)
}

/// Where requests stand. What is still on its way is not yet where it will be.
#[inline(never)]
fn placed<'a>(
    board: &Board,
    frame: &'a Frame,
    trays: &mut Trays,
) -> Vec<(Point, &'a Token, Request)> {
    let on_the_way = |job| frame.sent.iter().any(|sent| sent.job == job);
    let tokens = frame.tokens.iter().filter(|token| !on_the_way(token.job));
    // A waiting one takes its place in the tray, whether that is seen or not.
    let placed = tokens.filter_map(|token| {
        let (at, request) = place(board, frame, token, trays)?;
        Some((at, token, request))
    });
    placed.collect()
}

/// Where the messages are that are on their way.
fn sent<'a>(board: &Board, frame: &'a Frame) -> impl Iterator<Item = (Point, &'a Sent)> {
    let sent = frame.sent.iter().filter(|_| EVENTS);
    sent.filter_map(|sent| {
        let is_it = |wire: &&SendWire| (wire.from, wire.to) == (sent.from, sent.to);
        let SendWire { wire, .. } = board.sends.iter().find(is_it)?;
        Some((wire.at(eased(sent.way)), sent))
    })
}

/// Puts something where its key belongs, so that a request keeps its element when another
/// one comes or goes. Nearly in order already, and a sort is much code.
fn insert(nodes: &mut Vec<Node>, node: Node) {
    let place = nodes.partition_point(|other| other.key() < node.key());
    nodes.insert(place, node);
}

/// No two requests have the same.
fn key(job: Job, copy: bool) -> u64 {
    let (kind, number) = match job.origin {
        Origin::Caller(id) => (0, id.0),
        Origin::Act(number) => (1, number),
        Origin::Function(id) => (2, id.0),
        Origin::Service(id) => (3, id.0),
        Origin::Mapping(id) => (4, id.0),
        Origin::Deployment(id) => (5, id.0),
    };
    let kind = kind | u64::from(copy) << 3;
    kind << 48 | u64::from(number) << 32 | u64::from(job.call)
}

/// What the story calls it by: a call made by hand is counted as an act.
fn number(job: Job) -> u32 {
    match job.origin {
        Origin::Act(act) => u32::from(act) + 1,
        Origin::Caller(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => job.call,
    }
}

fn hue(job: Job) -> &'static str {
    caller_of(job).map_or("kn", marks::key_class)
}

/// A place where requests wait in a row.
struct Tray {
    rect: Rect,
    /// Height of the row.
    y: f64,
    /// How many stand in it.
    taken: usize,
    /// How many can.
    room: usize,
    /// When the next one is due, where that is said.
    next: Option<Span>,
}

impl Tray {
    fn new(rect: Option<Rect>, row: f64, next: Option<Span>) -> Self {
        let rect = rect.unwrap_or_default();
        let room = ((rect.w - 28.0) / TRAY_PITCH).max(0.0) as usize;
        Self { rect, y: rect.y + row, taken: 0, room, next }
    }

    fn next(&mut self) -> Option<Point> {
        let place = self.taken;
        self.taken += 1;
        let x = self.rect.x + 18.0 + place as f64 * TRAY_PITCH;
        (place < self.room).then_some(Point { x, y: self.y })
    }
}

/// The trays of callers, then those of functions.
struct Trays {
    callers: Vec<Tray>,
    functions: Vec<Tray>,
}

/// From request to request in a tray.
const TRAY_PITCH: f64 = 30.0;
/// Where requests stand in a caller's tray, and in a function's queue.
const CALLER_ROW: f64 = 23.0;
const QUEUE_ROW: f64 = 36.0;

impl Trays {
    fn new(board: &Board) -> Self {
        let callers = board.callers.iter();
        let functions = board.functions.iter();
        Self {
            callers: callers.map(|at| Tray::new(at.tray, CALLER_ROW, None)).collect(),
            functions: functions
                .map(|at| Tray::new(at.queue, QUEUE_ROW, Some(Span(u64::MAX))))
                .collect(),
        }
    }

    /// Where to count those for which there was no room, and to say when the next is due.
    fn rest(&self) -> impl Iterator<Item = (Point, String)> {
        let trays = self.callers.iter().chain(&self.functions);
        trays.filter(|tray| tray.taken > 0).filter_map(|tray| {
            let rest = tray.taken.saturating_sub(tray.room);
            let (x, y) = (tray.rect.right() - 8.0, tray.rect.y + 15.0);
            match tray.next {
                Some(next) if EVENTS => {
                    // Rounded up: what is due in less than a second is not due yet.
                    let seconds = Span::seconds(next.0.div_ceil(1_000_000));
                    let more =
                        if rest > 0 { format!("+{rest}, ") } else { String::new() };
                    Some((Point { x, y }, format!("{more}{} {seconds}", texts::NEXT_IN)))
                }
                _ if rest > 0 => {
                    Some((Point { x: x + 2.0, y: tray.y + 2.0 }, format!("+{rest}")))
                }
                Some(_) | None => None,
            }
        })
    }
}

/// Where a request stands, and what it looks like.
fn place(
    board: &Board,
    frame: &Frame,
    token: &Token,
    trays: &mut Trays,
) -> Option<(Point, Request)> {
    let caller = caller_of(token.job);
    let wire = caller.and_then(|caller| board.wires.get(caller));
    let attempt = token.attempt;
    // Three digits need more room than two.
    let r = if number(token.job) < 100 { 10.0 } else { 12.0 };
    let plain = Request { r, attempt, ..Request::default() };
    let (at, request) = match token.place {
        Place::Going(share) => {
            let wire = wire?;
            let share = eased(share);
            let cell = cell_of_job(board, frame, token);
            let at = match cell {
                Some(cell) if share > 0.7 => wire.to.towards(cell, (share - 0.7) / 0.3),
                Some(_) => wire.at(share / 0.7),
                None => wire.at(share),
            };
            (at, plain)
        }
        Place::Returning(share, back) => {
            (wire?.at(1.0 - eased(share)), Request { back: Some(back), ..plain })
        }
        Place::Running(environment) => {
            let (cell, side) = cell(board, frame, token.function, environment)?;
            if side < 20.0 {
                return None;
            }
            (cell, Request { r: 12.0, running: true, ..plain })
        }
        Place::BackingOff(left, _) => {
            let at = trays.callers.get_mut(caller?)?.next()?;
            (at, waiting(left, plain))
        }
        Place::Queued(..) if !EVENTS => return None,
        Place::Queued(left, wait) => {
            let tray = trays.functions.get_mut(usize::from(token.function.0))?;
            tray.next = tray.next.map(|next| next.min(wait));
            (tray.next()?, waiting(left, plain))
        }
    };
    Some((at, request))
}

/// With the part of its wait that is left, in parts per million.
fn waiting(left: u32, plain: Request) -> Request {
    let left = f64::from(left) / 1_000_000.0;
    Request { r: 8.5, left: Some(left), ..plain }
}

fn caller_of(job: Job) -> Option<usize> {
    match job.origin {
        Origin::Caller(id) => Some(usize::from(id.0)),
        Origin::Act(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => None,
    }
}

/// Things start and stop gently; the share is in parts per million.
fn eased(share: u32) -> f64 {
    let t = f64::from(share.min(1_000_000)) / 1_000_000.0;
    t * t * (3.0 - 2.0 * t)
}

/// The middle and the side of an environment's cell.
fn cell(
    board: &Board,
    frame: &Frame,
    function: FunctionId,
    environment: EnvironmentId,
) -> Option<(Point, f64)> {
    find_cell(board, frame, function, |found| found.id == environment)
}

/// The cell a request is on its way to, once it has found an environment.
fn cell_of_job(board: &Board, frame: &Frame, token: &Token) -> Option<Point> {
    let cell =
        find_cell(board, frame, token.function, |found| found.job == Some(token.job));
    cell.map(|(at, _)| at)
}

fn find_cell(
    board: &Board,
    frame: &Frame,
    function: FunctionId,
    is_it: impl Fn(&EnvironmentView) -> bool,
) -> Option<(Point, f64)> {
    let number = usize::from(function.0);
    let blocks = &board.functions.get(number)?.versions;
    frame.functions.get(number)?.versions.iter().find_map(|version| {
        let block = blocks.iter().find(|block| block.index == version.index)?;
        let place = version.environments.iter().position(&is_it)?;
        Some((block.cells.centre(place), block.cells.side()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdarium_sim::id::CallerId;

    #[test]
    fn a_request_has_the_number_that_the_story_tells_it_by() {
        let job = |origin, call| Job { origin, call };
        assert_eq!(number(job(Origin::Caller(CallerId(2)), 7)), 7);
        assert_eq!(number(job(Origin::Act(3), 1)), 4, "your call #4");
    }
}
