//! The board, laid out from its wiring: callers, functions with their versions and
//! environments, and the account's ledger.
//!
//! The layout depends on what there is, never on what happens at the moment, so nothing
//! jumps while a run plays. Wide boards read from left to right, narrow ones downwards.

mod function;
mod release;
mod sends;
mod shape;

use lambdarium_sim::id::Part;
use lambdarium_sim::{EVENTS, WithEvents};

use super::{Point, Rect};
use function::function_box;
use release::{alarms, groups};
pub use shape::{
    CallerShape, FunctionShape, Row, SHARD_HEAD_H, SHARDS_HEAD_H, ServiceShape, Shape,
    VersionShape, bracket_rows, shard_h,
};

/// A board laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Board {
    /// Its width and height.
    pub size: Point,
    /// Whether it reads downwards.
    pub narrow: bool,
    /// Callers, in plan order.
    pub callers: Vec<CallerBox>,
    /// Functions, in plan order.
    pub functions: Vec<FunctionBox>,
    /// The account's ledger.
    pub account: Rect,
    /// One wire per caller.
    pub wires: Vec<Wire>,
    /// Services, in plan order.
    pub services: WithEvents<Rect>,
    /// Mappings, in plan order.
    pub mappings: WithEvents<Rect>,
    /// The wires of what is handed over.
    pub sends: WithEvents<SendWire>,
    /// Deployment groups, in plan order.
    pub groups: WithEvents<Rect>,
    /// Alarms, in plan order.
    pub alarms: WithEvents<Rect>,
}

/// Where a caller stands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CallerBox {
    /// Its card.
    pub rect: Rect,
    /// Where requests wait to be tried again.
    pub tray: Option<Rect>,
}

/// Where a function stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionBox {
    /// Its card.
    pub rect: Rect,
    /// Where its events wait.
    pub queue: Option<Rect>,
    /// Its aliases: rows, or posts that show how they split requests.
    pub aliases: Vec<Rect>,
    /// Which of both.
    pub posts: Posts,
    /// Its versions.
    pub versions: Vec<VersionBox>,
    /// Where its ledger begins.
    pub ledger_y: f64,
}

/// How the aliases of a function are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Posts {
    /// As rows that name a version.
    #[default]
    Rows,
    /// As signposts with their weights, above the versions.
    Above,
    /// The same, beside the versions.
    Beside,
}

/// A wire to what something is handed over to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SendWire {
    /// Who sends.
    pub from: Part,
    /// Where it leads: to a service or a function.
    pub to: Part,
    /// The wire.
    pub wire: Wire,
}

/// Where a version stands on its function's card.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VersionBox {
    /// Its place in the plan.
    pub index: u16,
    /// The whole block.
    pub rect: Rect,
    /// Its environments.
    pub cells: Cells,
}

/// How environments are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cells {
    /// One cell each: the corner of the first, its side, the distance to the next, and
    /// how many stand in a row and in all.
    Grid {
        /// Corner of the first.
        corner: Point,
        /// Side of a cell.
        side: f64,
        /// From cell to cell.
        pitch: f64,
        /// Rows are this much apart.
        row_pitch: f64,
        /// Cells in a row.
        per_row: usize,
        /// Cells in all.
        count: usize,
    },
    /// Too many to draw: one bar that counts them.
    Bar(Rect),
}

impl Default for Cells {
    fn default() -> Self {
        Self::Bar(Rect::default())
    }
}

impl Cells {
    /// The middle of a cell, or where the bar ends.
    #[must_use]
    pub fn centre(&self, number: usize) -> Point {
        match *self {
            Self::Grid { corner, side, pitch, row_pitch, per_row, .. } => Point {
                x: corner.x + (number % per_row) as f64 * pitch + side / 2.0,
                y: corner.y + (number / per_row) as f64 * row_pitch + side / 2.0,
            },
            Self::Bar(rect) => Point { x: rect.x, y: rect.y + rect.h / 2.0 },
        }
    }

    /// Side of a cell; the height of the bar.
    #[must_use]
    pub fn side(&self) -> f64 {
        match *self {
            Self::Grid { side, .. } => side,
            Self::Bar(rect) => rect.h,
        }
    }
}

/// A wire from a caller to a row of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wire {
    /// At the caller.
    pub from: Point,
    /// First handle of the curve.
    pub bend: Point,
    /// Second handle of the curve.
    pub bend_to: Point,
    /// At the function.
    pub to: Point,
}

impl Wire {
    /// The point at a share of the wire.
    #[must_use]
    pub fn at(&self, share: f64) -> Point {
        let (t, u) = (share, 1.0 - share);
        let blend = |a: f64, b: f64, c: f64, d: f64| {
            u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
        };
        Point {
            x: blend(self.from.x, self.bend.x, self.bend_to.x, self.to.x),
            y: blend(self.from.y, self.bend.y, self.bend_to.y, self.to.y),
        }
    }
}

/// Below this width a board reads downwards.
const WIDE: f64 = 660.0;

const MARGIN: f64 = 16.0;
const CAPTION: f64 = 44.0;
const GAP: f64 = 16.0;
const CALLER_H: f64 = 104.0;
const CALLER_NARROW_H: f64 = 88.0;
const TRAY_H: f64 = 48.0;
const LEDGER_H: f64 = 46.0;
const ACCOUNT_H: f64 = 190.0;
const SERVICE_H: f64 = 70.0;
/// Of one that stands at the left: it says when something reaches it.
const SENDER_H: f64 = 88.0;
/// Of a queue with two trays and a line on its groups, and what a third tray takes.
const READ_H: f64 = 182.0;
const DELAYED_H: f64 = 56.0;
/// Of a mapping, and of what leads from it to its function.
const MAPPING_H: f64 = 80.0;
const MAPPING_GAP: f64 = 34.0;

/// Lays a board out for a width.
#[must_use]
pub fn layout(shape: &Shape, width: f64) -> Board {
    let width = width.max(288.0);
    let narrow = width < WIDE;
    let mut columns = if narrow { Columns::narrow(width) } else { Columns::wide(width) };
    if EVENTS && shape.has_stream() {
        columns.make_room_for_records(width, narrow);
    }
    if EVENTS && shape.splits() && !narrow {
        columns.make_room_for_versions(width);
    }
    let mut board = Board { narrow, ..Board::default() };
    let y = lefts(shape, &columns, &mut board);
    let mut function_y = if narrow { y + 28.0 } else { CAPTION };
    board.mappings = shape.mappings.iter().map(|_| Rect::default()).collect();
    board.groups = shape.groups.iter().map(|_| Rect::default()).collect();
    for (number, function) in shape.functions.iter().enumerate() {
        if EVENTS {
            function_y = above(shape, number, &columns, function_y, &mut board);
        }
        let placed =
            function_box(function, columns.function_x, function_y, columns.function_w);
        function_y = placed.rect.bottom() + GAP;
        board.functions.push(placed);
        if EVENTS {
            function_y = groups(shape, number, &columns, function_y, &mut board);
        }
    }
    if EVENTS && narrow {
        // Near to what they stop.
        board.alarms = alarms(shape, &columns, &mut function_y);
    }
    board.account = Rect {
        x: columns.account_x,
        y: if narrow { function_y } else { CAPTION },
        w: columns.account_w,
        h: ACCOUNT_H,
    };
    let service_y = rights(shape, &columns, &mut board);
    let lefts_end = match EVENTS {
        true => release::widen(&mut board, y, function_y),
        false => function_y,
    };
    centre_lefts(shape, &mut board, lefts_end - y);
    if !narrow {
        nudge(shape, &mut board);
    }
    board.wires = shape
        .callers
        .iter()
        .zip(&board.callers)
        .map(|(caller, at)| {
            board.functions.get(caller.function).map_or_else(Wire::default, |function| {
                wire(at.rect, function, caller.row, narrow)
            })
        })
        .collect();
    if EVENTS {
        board.sends = sends::sends(shape, &board);
    }
    let bottom = bottom(&board, function_y.max(y).max(service_y));
    board.size = Point { x: width, y: bottom };
    board
}

/// Places what stands below the account's ledger: services that receive something, then
/// alarms. Says where the next one would stand.
fn rights(shape: &Shape, columns: &Columns, board: &mut Board) -> f64 {
    let mut y = board.account.bottom() + GAP;
    for service in 0..shape.services.len() {
        if EVENTS && shape.is_left(service) {
            continue;
        }
        let (x, w) = (columns.account_x, columns.account_w);
        board.services[service] = Rect { x, y, w, h: SERVICE_H };
        y += SERVICE_H + GAP;
    }
    if EVENTS && !board.narrow {
        board.alarms = alarms(shape, columns, &mut y);
    }
    y
}

/// Where a board ends whose columns end there.
fn bottom(board: &Board, columns_end: f64) -> f64 {
    let mut bottom = columns_end;
    let callers = board.callers.iter().map(|caller| caller.rect);
    let services = board.services.iter().copied();
    let functions = board.functions.iter().map(|function| function.rect);
    let release = board.groups.iter().chain(board.alarms.iter()).copied();
    for rect in callers.chain(services).chain(functions).chain(release) {
        bottom = bottom.max(rect.bottom() + GAP);
    }
    for send in board.sends.iter().filter(|_| EVENTS) {
        bottom = bottom.max(send.wire.lowest() + GAP);
    }
    bottom
}

/// Places the mappings that call a function above it, side by side, and says where the
/// function stands.
fn above(
    shape: &Shape,
    function: usize,
    columns: &Columns,
    y: f64,
    board: &mut Board,
) -> f64 {
    let mine = || (0..shape.mappings.len()).filter(|at| shape.mappings[*at] == function);
    let count = mine().count();
    if count == 0 {
        return y;
    }
    let w = (columns.function_w - GAP * (count as f64 - 1.0)) / count as f64;
    for (place, mapping) in mine().enumerate() {
        let x = columns.function_x + place as f64 * (w + GAP);
        board.mappings[mapping] = Rect { x, y, w, h: MAPPING_H };
    }
    y + MAPPING_H + MAPPING_GAP
}

/// Places what stands at the left: callers, then services that only send to functions. Says
/// where the next one would stand.
fn lefts(shape: &Shape, columns: &Columns, board: &mut Board) -> f64 {
    let card = if board.narrow { CALLER_NARROW_H } else { CALLER_H };
    let callers =
        shape.callers.iter().map(|caller| card + if caller.tray { TRAY_H } else { 0.0 });
    let heights: Vec<f64> =
        callers.chain(shape.left().map(|at| shape.services[at].height())).collect();
    let mut y = columns.callers_y;
    let mut rects: Vec<Rect> = Vec::new();
    for (number, h) in heights.iter().enumerate() {
        let (x, row_ends) = columns.caller_place(number, heights.len());
        rects.push(Rect { x, y, w: columns.caller_w, h: *h });
        if row_ends {
            let row = &rects[number - number % columns.callers_per_row..];
            y = row.iter().map(Rect::bottom).fold(y, f64::max) + GAP;
        }
    }
    board.callers = shape
        .callers
        .iter()
        .zip(&rects)
        .map(|(caller, rect)| {
            let tray = caller.tray.then(|| Rect {
                x: rect.x + 8.0,
                y: rect.bottom() - TRAY_H - 2.0,
                w: rect.w - 16.0,
                h: TRAY_H - 6.0,
            });
            CallerBox { rect: *rect, tray }
        })
        .collect();
    board.services = shape.services.iter().map(|_| Rect::default()).collect();
    for (service, rect) in shape.left().zip(&rects[board.callers.len()..]) {
        board.services[service] = *rect;
    }
    y
}

/// How much larger than drawn a board may be shown.
const ZOOMS: [f64; 4] = [1.36, 1.24, 1.12, 1.0];
/// A board is not squeezed below this width only to be shown larger.
const ZOOMED_MIN: f64 = 800.0;

/// Lays a board out for a space, as large as it fits; gives the zoom as well. What does
/// not fit even at its own size is scrolled.
#[must_use]
pub fn fitted(shape: &Shape, width: f64, height: f64) -> (Board, f64) {
    let mut boards = ZOOMS.iter().map(|zoom| (layout(shape, width / zoom), *zoom));
    let fits = |(board, zoom): &(Board, f64)| {
        board.size.y * zoom <= height && board.size.x >= ZOOMED_MIN
    };
    let (mut board, zoom) =
        boards.find(fits).unwrap_or_else(|| (layout(shape, width), 1.0));
    if EVENTS {
        release::stretch(&mut board, height / zoom);
    }
    (board, zoom)
}

/// What stands at the left and needs less height than the functions stands in the middle of
/// them; so much is to spare.
fn centre_lefts(shape: &Shape, board: &mut Board, spare: f64) {
    if board.narrow || spare <= 0.0 {
        return;
    }
    let shift = (spare / 2.0).min(120.0).floor();
    for caller in &mut board.callers {
        caller.rect.y += shift;
        if let Some(tray) = &mut caller.tray {
            tray.y += shift;
        }
    }
    for service in shape.left() {
        board.services[service].y += shift;
    }
}

/// Moves the parts that somebody has moved, up to the account's ledger at most. A board that
/// reads downwards has no room for that.
fn nudge(shape: &Shape, board: &mut Board) {
    let width = board.account.x;
    for (caller, shape) in board.callers.iter_mut().zip(&shape.callers) {
        let Point { x, y } = shift(&caller.rect, shape.nudge, width);
        for rect in [Some(&mut caller.rect), caller.tray.as_mut()].into_iter().flatten() {
            rect.x += x;
            rect.y += y;
        }
    }
    for (function, shape) in board.functions.iter_mut().zip(&shape.functions) {
        let by = shift(&function.rect, shape.nudge, width);
        if by != Point::default() {
            let FunctionBox { rect, .. } = *function;
            let shape = FunctionShape { nudge: Point::default(), ..shape.clone() };
            *function = function_box(&shape, rect.x + by.x, rect.y + by.y, rect.w);
        }
    }
}

/// How far a card can go of the way it was moved.
fn shift(rect: &Rect, by: Point, width: f64) -> Point {
    let x = (rect.x + by.x).min(width - rect.w - EDGE).max(EDGE.min(rect.x));
    let y = (rect.y + by.y).max(EDGE.min(rect.y));
    Point { x: x - rect.x, y: y - rect.y }
}

/// Least distance of a card that was moved to the edge of the board.
const EDGE: f64 = 8.0;

struct Columns {
    callers_y: f64,
    callers_per_row: usize,
    caller_w: f64,
    function_x: f64,
    function_w: f64,
    account_x: f64,
    account_w: f64,
}

impl Columns {
    fn wide(width: f64) -> Self {
        let caller_w = 184.0;
        let account_w = if width < 820.0 { 152.0 } else { 176.0 };
        let wires = (width * 0.13).clamp(72.0, 200.0);
        let account_x = width - MARGIN - account_w;
        let function_x = MARGIN + caller_w + wires;
        let function_w = (account_x - 32.0 - function_x).min(460.0);
        let account_x = account_x.min(function_x + function_w + 72.0);
        Self {
            callers_y: CAPTION,
            callers_per_row: 1,
            caller_w,
            function_x,
            function_w,
            account_x,
            account_w,
        }
    }

    fn narrow(width: f64) -> Self {
        let margin = 12.0;
        let inner = width - 2.0 * margin;
        let per_row = if width < 340.0 { 1 } else { 2 };
        Self {
            callers_y: 16.0,
            callers_per_row: per_row,
            caller_w: (inner - GAP * (per_row as f64 - 1.0)) / per_row as f64,
            function_x: margin,
            function_w: inner,
            account_x: margin,
            account_w: inner,
        }
    }

    /// Widens what stands at the left, so that a shard shows its records.
    fn make_room_for_records(&mut self, width: f64, narrow: bool) {
        if narrow {
            (self.callers_per_row, self.caller_w) = (1, self.function_w);
            return;
        }
        self.caller_w = (width * 0.36).max(self.caller_w).min(330.0);
        let wires = (width * 0.09).clamp(72.0, 140.0);
        self.function_x = MARGIN + self.caller_w + wires;
        self.account_x = width - MARGIN - self.account_w;
        self.function_w = (self.account_x - 32.0 - self.function_x).min(460.0);
        self.account_x = self.account_x.min(self.function_x + self.function_w + 72.0);
    }

    /// Widens functions, so that signposts have room beside the versions they lead to.
    fn make_room_for_versions(&mut self, width: f64) {
        self.caller_w = self.caller_w.min(168.0);
        self.function_x = MARGIN + self.caller_w + 52.0;
        self.account_x = width - MARGIN - self.account_w;
        self.function_w = (self.account_x - 28.0 - self.function_x).min(640.0);
        self.account_x = self.account_x.min(self.function_x + self.function_w + 72.0);
    }

    /// The left edge of a caller's card, and whether its row ends with it.
    fn caller_place(&self, number: usize, count: usize) -> (f64, bool) {
        let margin = if self.callers_per_row == 1 && self.function_x > MARGIN {
            MARGIN
        } else {
            self.function_x
        };
        let column = number % self.callers_per_row;
        let x = margin + column as f64 * (self.caller_w + GAP);
        (x, column + 1 == self.callers_per_row || number + 1 == count)
    }
}

fn wire(caller: Rect, function: &FunctionBox, row: Row, narrow: bool) -> Wire {
    if narrow {
        // Not `clamp`: it can print its limits, and printing floats is 7 kB of the site.
        let x = (caller.x + caller.w / 2.0)
            .max(function.rect.x + 24.0)
            .min(function.rect.right() - 24.0);
        let from = Point { x, y: caller.bottom() };
        let to = Point { x, y: function.rect.y - 2.0 };
        let bend = from.towards(to, 0.33);
        return Wire { from, bend, bend_to: from.towards(to, 0.67), to };
    }
    let y = match row {
        Row::Card => function.rect.y + 26.0,
        Row::Queue => {
            function.queue.map_or(function.rect.y + 26.0, |queue| queue.y + 36.0)
        }
        Row::Alias(at) => {
            let alias = function.aliases.get(at);
            alias
                .map_or(function.rect.y + 26.0, |alias| alias.y + alias.h.min(44.0) / 2.0)
        }
        Row::Version(at) => function
            .versions
            .get(at)
            .map_or(function.rect.y + 26.0, |version| version.rect.y + 14.0),
    };
    let from = Point { x: caller.right(), y: caller.y + 40.0 };
    let to = Point { x: function.rect.x - 2.0, y };
    let half = (to.x - from.x) * 0.5;
    Wire {
        from,
        bend: Point { x: from.x + half, y: from.y },
        bend_to: Point { x: to.x - half, y: to.y },
        to,
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;
