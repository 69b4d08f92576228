//! The requests on the board: on their wires, in environments, and waiting at a caller.

use lambdarium_sim::id::{EnvironmentId, FunctionId, Job, Origin};
use lambdarium_sim::view::{EnvironmentView, Frame, Place, Token};

use super::super::picture::{self, Node};
use super::marks::{self, Request};
use crate::geometry::{Board, Point};

/// All requests that are drawn one by one, between two heights.
pub fn picture(board: &Board, frame: &Frame, (from, to): (f64, f64)) -> Node {
    let mut trays = Trays::new(board.callers.len());
    let mut nodes = Vec::with_capacity(frame.tokens.len());
    for token in &frame.tokens {
        // A waiting one takes its place in the tray, whether that is seen or not.
        if let Some((caller, at, request)) = place(board, frame, token, &mut trays)
            && (from..=to).contains(&at.y)
        {
            let number = token.job.call;
            let key = (caller as u64) << 32 | u64::from(number);
            let hue = marks::key_class(caller);
            let node = marks::request_at(at, hue, number, &request).keyed(key);
            // By their keys, so that a request keeps its element when another one comes
            // or goes. Nearly in order already, and a sort is much code.
            let place = nodes.partition_point(|other: &Node| other.key() < node.key());
            nodes.insert(place, node);
        }
    }
    let rest = trays.rest(board).into_iter().map(|(at, count)| {
        picture::text(at.x, at.y + 4.0, "t11 end d", format!("+{count}"))
    });
    nodes.push(picture::group("", rest.collect()).keyed(u64::MAX));
    picture::group("tokens", nodes)
}

/// Where the next waiting request stands in each caller's tray.
struct Trays {
    taken: Vec<usize>,
    room: Vec<usize>,
}

/// From request to request in a tray.
const TRAY_PITCH: f64 = 30.0;

impl Trays {
    fn new(callers: usize) -> Self {
        Self { taken: vec![0; callers], room: vec![0; callers] }
    }

    fn next(&mut self, board: &Board, caller: usize) -> Option<Point> {
        let tray = board.callers.get(caller)?.tray?;
        let room = ((tray.w - 28.0) / TRAY_PITCH).floor() as usize;
        self.room[caller] = room;
        let place = self.taken[caller];
        self.taken[caller] += 1;
        let x = tray.x + 18.0 + place as f64 * TRAY_PITCH;
        (place < room).then_some(Point { x, y: tray.y + tray.h / 2.0 + 2.0 })
    }

    /// Where to count those for which there was no room.
    fn rest(&self, board: &Board) -> Vec<(Point, usize)> {
        let callers = board.callers.iter().zip(&self.taken).zip(&self.room);
        let rest = callers.filter_map(|((caller, taken), room)| {
            let tray = caller.tray?;
            let count = taken.checked_sub(*room).filter(|count| *count > 0)?;
            Some((Point { x: tray.right() - 6.0, y: tray.y + tray.h / 2.0 }, count))
        });
        rest.collect()
    }
}

/// Whose request it is, where it stands, and what it looks like.
fn place(
    board: &Board,
    frame: &Frame,
    token: &Token,
    trays: &mut Trays,
) -> Option<(usize, Point, Request)> {
    let caller = caller_of(token.job)?;
    let wire = board.wires.get(caller)?;
    let attempt = token.attempt;
    // Three digits need more room than two.
    let r = if token.job.call < 100 { 10.0 } else { 12.0 };
    let plain = Request { r, running: false, back: None, attempt, left: None };
    let (at, request) = match token.place {
        Place::Going(share) => {
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
            (wire.at(1.0 - eased(share)), Request { back: Some(back), ..plain })
        }
        Place::Running(environment) => {
            let (cell, side) = cell(board, frame, token.function, environment)?;
            if side < 20.0 {
                return None;
            }
            (cell, Request { r: 12.0, running: true, ..plain })
        }
        Place::BackingOff(left, _) => {
            let at = trays.next(board, caller)?;
            let left = f64::from(left) / 1_000_000.0;
            (at, Request { r: 8.5, left: Some(left), ..plain })
        }
    };
    Some((caller, at, request))
}

fn caller_of(job: Job) -> Option<usize> {
    match job.origin {
        Origin::Caller(id) => Some(usize::from(id.0)),
        Origin::Act(_) | Origin::Function(_) | Origin::Service(_) => None,
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
