//! A function's card: its queue, its aliases, and its versions with their environments.

use lambdarium_sim::EVENTS;

use super::{
    Cells, FunctionBox, FunctionShape, LEDGER_H, Point, Posts, Rect, VersionBox,
};

/// Cells up to this many are large enough to show the request in them.
const LARGE_CELLS: u32 = 8;
/// Cells up to this many are drawn one by one.
const CELLS_MAX: u32 = 96;

const HEAD_H: f64 = 52.0;
const QUEUE_H: f64 = 62.0;
const ALIAS_H: f64 = 26.0;
/// A signpost with two weights beside the versions, and the room for what leads to them.
const POST_W: f64 = 136.0;
const POST_H: f64 = 116.0;
const BANDS_W: f64 = 40.0;
/// The same above the versions.
const LOW_POST_H: f64 = 72.0;
/// Below this width a card has no room for signposts beside its versions.
const BESIDE_MIN: f64 = 400.0;
const VERSION_HEAD: f64 = 24.0;

/// Lays it out.
pub(super) fn function_box(
    function: &FunctionShape,
    x: f64,
    y: f64,
    w: f64,
) -> FunctionBox {
    let mut below = y + HEAD_H;
    let queue = function.queue.then(|| {
        let rect = Rect { x: x + 8.0, y: below, w: w - 16.0, h: QUEUE_H - 8.0 };
        below += QUEUE_H;
        rect
    });
    let posts = match function.splits && EVENTS {
        false => Posts::Rows,
        true if w < BESIDE_MIN => Posts::Above,
        true => Posts::Beside,
    };
    let (pitch, h) = match posts {
        Posts::Rows => (ALIAS_H, ALIAS_H - 4.0),
        Posts::Above => (LOW_POST_H + 8.0, LOW_POST_H),
        Posts::Beside => (POST_H + 8.0, POST_H),
    };
    let post_w = if posts == Posts::Beside { POST_W } else { w - 16.0 };
    let top = if posts == Posts::Rows { below + 2.0 } else { below };
    let aliases: Vec<Rect> = (0..function.aliases)
        .map(|at| Rect { x: x + 8.0, y: top + at as f64 * pitch, w: post_w, h })
        .collect();
    let posts_end = below + function.aliases as f64 * pitch;
    let (versions_x, versions_w) = match posts {
        Posts::Beside => {
            let taken = POST_W + BANDS_W;
            (x + 8.0 + taken, w - 16.0 - taken)
        }
        Posts::Rows | Posts::Above => (x + 8.0, w - 16.0),
    };
    if posts != Posts::Beside && !aliases.is_empty() {
        below = posts_end + 6.0;
    }
    let mut versions = Vec::new();
    for version in &function.versions {
        let (inner_x, inner_w) = (versions_x + 8.0, versions_w - 16.0);
        let large = posts != Posts::Beside && version.peak <= LARGE_CELLS;
        let (cells, h) =
            cells(version.peak, large, inner_x, below + VERSION_HEAD, inner_w);
        let rect = Rect { x: versions_x, y: below, w: versions_w, h: VERSION_HEAD + h };
        versions.push(VersionBox { index: version.index, rect, cells });
        below = rect.bottom() + 8.0;
    }
    if posts == Posts::Beside {
        below = below.max(posts_end);
    }
    let rect = Rect { x, y, w, h: below + LEDGER_H - y };
    FunctionBox { rect, queue, aliases, posts, versions, ledger_y: below }
}

/// Cells for at most so many environments, and their height.
fn cells(peak: u32, large: bool, x: f64, y: f64, w: f64) -> (Cells, f64) {
    let count = peak.max(1);
    if count > CELLS_MAX {
        return (Cells::Bar(Rect { x, y: y + 2.0, w, h: 18.0 }), 48.0);
    }
    let (side, pitch, row_pitch) =
        if large { (36.0, 48.0, 50.0) } else { (16.0, 20.0, 20.0) };
    let fit = ((w + pitch - side) / pitch).floor().max(1.0) as usize;
    let count = count as usize;
    let rows = count.div_ceil(fit);
    let per_row = fit.min(count.max(1));
    let corner = Point { x, y: y + 2.0 };
    let tail = if large || count <= fit { 12.0 } else { 24.0 };
    let height = (rows as f64 - 1.0) * row_pitch + side + tail;
    (Cells::Grid { corner, side, pitch, row_pitch, per_row, count }, height)
}
