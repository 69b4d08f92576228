//! A stream that somebody reads: a lane for each shard with its records in order, how far
//! each mapping has come, and brackets around its batches.

use lambdarium_sim::time::Span;
use lambdarium_sim::view::{
    BatchView, ReadView, SHARDS_DRAWN, ServiceView, ShardView, StreamView,
};

use super::super::picture::{self, Node};
use super::caller::cut;
use super::marks;
use crate::geometry::{
    Point, Rect, SHARD_HEAD_H, SHARDS_HEAD_H, bracket_rows, px, shard_h,
};
use crate::message::ServiceText;
use crate::texts::{self, grouped};

/// From record to record.
const PITCH: f64 = 29.0;
/// Height of the sheet the records of a shard stand on.
const SHEET_H: f64 = 42.0;
/// From bracket to bracket.
const BRACKET_H: f64 = 16.0;
/// The side of the mark of a shard whose records are not drawn, and from mark to mark.
const CELL: f64 = 20.0;
const CELL_PITCH: f64 = 25.0;

/// The card of a stream with its shards.
pub fn card(
    at: Rect,
    text: &ServiceText,
    view: &ServiceView,
    stream: &StreamView,
    selected: bool,
) -> Node {
    let Rect { x, y, w, .. } = at;
    let mut nodes = Vec::new();
    if selected {
        nodes.push(picture::rect(at, "8", "card-sel-halo"));
    }
    let fits = |text: &str, px_each: f64| cut(text, ((w - 24.0) / px_each) as usize);
    let kind = [&text.kind, ", ", texts::KEEPS, " ", &stream.kept.to_string()];
    nodes.extend([
        picture::rect(at, "8", if selected { "card-sel" } else { "card" }),
        picture::text(x + 12.0, y + 20.0, "t12 b", fits(&view.name, 7.8)),
        picture::text(x + 12.0, y + 36.0, "t11 d", fits(&kind.concat(), 5.7)),
    ]);
    let top = y + SHARDS_HEAD_H;
    let room = at.bottom() - top;
    let lanes = stream.lanes as usize;
    if lanes > SHARDS_DRAWN {
        nodes.extend(cells(Rect { x: x + 12.0, y: top, w: w - 24.0, h: room }, stream));
        return picture::group("", nodes);
    }
    for (place, shard) in stream.shards.iter().take(lanes).enumerate() {
        let (y, h) = (top + place as f64 * shard_h(lanes), shard_h(lanes));
        nodes.extend(lane(Rect { x, y, w, h }, shard, bracket_rows(lanes)));
    }
    nodes.extend(super::queue::legend(at, &stream.keys));
    picture::group("", nodes)
}

/// Where records of a shard stand.
struct Places {
    /// The middle of the first one drawn.
    first: Point,
    /// Its place in the shard.
    from: u32,
    /// How many are drawn.
    count: u32,
}

impl Places {
    /// The middle of the record at a place; what is not drawn lies at the edge.
    fn x(&self, place: u32) -> f64 {
        let at = place.saturating_sub(self.from).min(self.count);
        self.first.x + f64::from(at) * PITCH
    }
}

/// A shard: its records, the iterators and the batches.
fn lane(at: Rect, shard: &ShardView, rows: usize) -> Vec<Node> {
    let Rect { x, y, w, .. } = at;
    let sheet = Rect { x: x + 8.0, y: y + SHARD_HEAD_H, w: w - 16.0, h: SHEET_H };
    let name = [texts::SHARD, " ", &shard.number.to_string()].concat();
    let mut nodes = vec![
        picture::text(x + 12.0, y + 11.0, "t11 b", name),
        picture::text(at.right() - 12.0, y + 11.0, "t11 end d", state(shard)),
        picture::rect(sheet, "4", "tray"),
    ];
    let room = ((sheet.w - 10.0) / PITCH).floor().max(1.0) as u32;
    let places = window(shard, room, Point { x: sheet.x + 19.0, y: sheet.y + 25.0 });
    let drawn = shard.records.iter().zip(shard.first..);
    let drawn = drawn
        .filter(|(_, place)| (places.from..places.from + places.count).contains(place));
    for (record, place) in drawn {
        let middle = Point { x: places.x(place), y: places.first.y };
        let hue = marks::key_class(usize::from(record.key.max(1)) - 1);
        nodes.push(marks::record(middle, hue, record));
    }
    let after = shard.tip.saturating_sub(places.from + places.count);
    if after > 0 {
        let more = ["+", &grouped(after.into())].concat();
        nodes.push(picture::text(sheet.right() - 4.0, sheet.y + 9.0, "t11 end dd", more));
    }
    let mut row = 0;
    for read in &shard.reads {
        nodes.push(iterator(&sheet, &places, read.iterator));
        row = brackets(read, &places, sheet.bottom() + 4.0, (row, rows), &mut nodes);
    }
    nodes
}

/// Which records are drawn where there is room for so many: some that are settled, and those
/// that come next.
fn window(shard: &ShardView, room: u32, first: Point) -> Places {
    let count = u32::try_from(shard.records.len()).unwrap_or(u32::MAX);
    let end = shard.first + count;
    let iterator = shard.reads.iter().map(|read| read.iterator).min().unwrap_or(end);
    let behind = (room / 4).max(1);
    let from = iterator.saturating_sub(behind).min(end.saturating_sub(room));
    let from = from.max(shard.first);
    Places { first, from, count: (end - from).min(room) }
}

/// What is said of a shard beside its name.
fn state(shard: &ShardView) -> String {
    match (shard.unsettled, shard.is_open) {
        (0, false) => texts::SHARD_DONE.into(),
        (0, true) => texts::ALL_SETTLED.into(),
        (count, _) => {
            let age = briefly(shard.oldest).to_string();
            [&grouped(count), " ", texts::LEFT_SINCE, " ", &age].concat()
        }
    }
}

/// As exactly as anybody reads while it changes.
fn briefly(span: Span) -> Span {
    let step = if span < Span::SECOND { 10_000 } else { 100_000 };
    Span(span.0 / step * step)
}

/// Where a mapping goes on: a line before the first record that it has not settled.
fn iterator(sheet: &Rect, places: &Places, at: u32) -> Node {
    let x = places.x(at) - PITCH / 2.0;
    let (top, bottom) =
        (Point { x, y: sheet.y - 3.0 }, Point { x, y: sheet.bottom() + 3.0 });
    let flag = picture::mark(top, "h-7l0 7l7-3.5z", "iter-flag");
    picture::group("", vec![picture::line(top, bottom, "iter"), flag])
}

/// The batches of a mapping, each where there is room for it; says which row is free.
fn brackets(
    read: &ReadView,
    places: &Places,
    y: f64,
    (first, rows): (usize, usize),
    nodes: &mut Vec<Node>,
) -> usize {
    let mut ends = vec![f64::MIN; rows.saturating_sub(first)];
    let shown = |place: &&u32| (places.from..places.from + places.count).contains(place);
    for batch in &read.batches {
        let drawn: Vec<u32> = batch.places.iter().filter(shown).copied().collect();
        let (Some(from), Some(to)) = (drawn.first(), drawn.last()) else { continue };
        let (left, right) = (places.x(*from) - 11.0, places.x(*to) + 11.0);
        let label = label(batch);
        let needed = right.max(left + 6.0 * label.len() as f64);
        let free = ends.iter().position(|end| *end < left);
        let Some(row) = free else { continue };
        ends[row] = if label.is_empty() { right } else { needed + 14.0 };
        let y = y + (first + row) as f64 * BRACKET_H;
        nodes.push(bracket(places, &drawn, y, batch));
        if !label.is_empty() {
            nodes.push(picture::text(left + 2.0, y + 15.0, "t11 twait", label));
        }
    }
    let used = ends.iter().filter(|end| **end > f64::MIN).count();
    first + used.max(1)
}

/// What is said below a batch.
fn label(batch: &BatchView) -> String {
    if batch.is_running || batch.is_next || batch.wait == Span::ZERO {
        return String::new();
    }
    [texts::AGAIN_IN, " ", &briefly(batch.wait).to_string()].concat()
}

/// A bracket below the records of a batch, with a tick at each of them.
fn bracket(places: &Places, drawn: &[u32], y: f64, batch: &BatchView) -> Node {
    let (first, last) = (drawn[0], drawn[drawn.len() - 1]);
    let (left, right) = (px(places.x(first) - 11.0), px(places.x(last) + 11.0));
    let mut d = ["M", &left, " ", &px(y), "v5H", &right, "v-5"].concat();
    // Where records of other batches stand between, each of its own has a tick.
    if (last - first + 1) as usize > drawn.len() {
        for place in drawn {
            d += &["M", &px(places.x(*place)), " ", &px(y + 5.0), "v-5"].concat();
        }
    }
    let class = match (batch.is_running, batch.is_next) {
        (true, _) => "br br-run",
        (false, true) => "br br-next",
        (false, false) => "br br-wait",
    };
    picture::path(d, class)
}

/// A mark for each shard, filled the more, the more of it is not settled.
fn cells(at: Rect, stream: &StreamView) -> Vec<Node> {
    let per_row = ((at.w + CELL_PITCH - CELL) / CELL_PITCH).floor().max(1.0) as usize;
    let mut nodes = Vec::new();
    for (place, shard) in stream.shards.iter().enumerate() {
        let corner = Point {
            x: at.x + (place % per_row) as f64 * CELL_PITCH,
            y: at.y + 4.0 + (place / per_row) as f64 * CELL_PITCH,
        };
        let rect = Rect { x: corner.x, y: corner.y, w: CELL, h: CELL };
        if rect.bottom() > at.bottom() - 18.0 {
            break;
        }
        let bits = u64::BITS - shard.unsettled.leading_zeros();
        let h = CELL * (f64::from(bits) / 16.0).min(1.0);
        let fill = Rect { y: rect.bottom() - h, h, ..rect };
        let is_running = shard
            .reads
            .iter()
            .flat_map(|read| &read.batches)
            .any(|batch| batch.is_running);
        let class = if is_running { "cell-run" } else { "cell-wait" };
        nodes.push(picture::rect(rect, "3", "cell"));
        nodes.push(picture::rect(fill, "3", class));
    }
    let left: u64 = stream.shards.iter().map(|shard| shard.unsettled).sum();
    let oldest = stream.shards.iter().map(|shard| shard.oldest).max();
    let shards = [&grouped(stream.shards_all.into()), " ", texts::SHARDS].concat();
    let age = briefly(oldest.unwrap_or(Span::ZERO)).to_string();
    let all = [&shards, ": ", &grouped(left), " ", texts::LEFT_SINCE, " ", &age].concat();
    nodes.push(picture::text(at.x, at.bottom() - 6.0, "t11 d", all));
    nodes
}
