//! A stream that somebody reads: a lane for each shard with its records in order, how far
//! each mapping has come, and brackets around its batches.

use lambdarium_sim::time::Span;
use lambdarium_sim::view::{
    BatchView, ReadView, SHARDS_DRAWN, ServiceView, ShardView, StreamView,
};

use super::super::picture::{self, Node};
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
    let about = [&text.kind, ", ", texts::KEEPS, " ", &stream.kept.to_string()].concat();
    let mut nodes = super::service::head(at, &view.name, &about, selected);
    let top = y + SHARDS_HEAD_H;
    let room = at.bottom() - top;
    let lanes = stream.lanes as usize;
    if lanes > SHARDS_DRAWN {
        nodes.extend(cells(Rect { x: x + 12.0, y: top, w: w - 24.0, h: room }, stream));
        return picture::group("", nodes);
    }
    for (place, shard) in stream.shards.iter().take(lanes).enumerate() {
        let (y, h) = (top + place as f64 * shard_h(lanes), shard_h(lanes));
        let at = Rect { x, y, w, h };
        nodes.extend(lane(at, &stream.unit, shard, bracket_rows(lanes)));
    }
    nodes.extend(super::queue::legend(at, &stream.keys, marks::small_record));
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
    /// Whether what lies before the record at a place is drawn, or the end of the shard.
    fn has_edge(&self, place: u32, tip: u32) -> bool {
        let end = self.from + self.count;
        (self.from..end).contains(&place) || place == end && end == tip
    }

    /// The middle of the record at a place; what is not drawn lies at the edge.
    fn x(&self, place: u32) -> f64 {
        let at = place.saturating_sub(self.from).min(self.count);
        self.first.x + f64::from(at) * PITCH
    }
}

/// A shard: its records, the iterators and the batches.
fn lane(at: Rect, unit: &str, shard: &ShardView, rows: usize) -> Vec<Node> {
    let Rect { x, y, w, .. } = at;
    let sheet = Rect { x: x + 8.0, y: y + SHARD_HEAD_H, w: w - 16.0, h: SHEET_H };
    let name = [unit, " ", &shard.number.to_string()].concat();
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
    let mut rows = Rows { y: sheet.bottom() + 4.0, taken: vec![Vec::new(); rows] };
    for read in &shard.reads {
        if places.has_edge(read.iterator, shard.tip) {
            nodes.push(iterator(&sheet, &places, read.iterator));
        }
        nodes.extend(brackets(read, &places, &sheet, &mut rows));
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

/// The rows below a shard, and what is taken of each.
struct Rows {
    /// Upper edge of the first.
    y: f64,
    taken: Vec<Vec<(f64, f64)>>,
}

impl Rows {
    fn is_free(&self, row: usize, left: f64, right: f64) -> bool {
        self.taken[row].iter().all(|(from, to)| *to < left || right < *from)
    }

    /// The first row from one on that is free; where none is, there is no room.
    fn take(&mut self, first: usize, left: f64, right: f64) -> Option<usize> {
        let row =
            (first..self.taken.len()).find(|row| self.is_free(*row, left, right))?;
        self.taken[row].push((left, right));
        Some(row)
    }

    /// The first row of which nothing is taken.
    fn unused(&self) -> usize {
        let last = self.taken.iter().rposition(|taken| !taken.is_empty());
        last.map_or(0, |last| last + 1)
    }

    fn y(&self, row: usize) -> f64 {
        self.y + row as f64 * BRACKET_H
    }
}

/// The batches of a mapping: of those that wait behind each other, each is a row lower.
fn brackets(
    read: &ReadView,
    places: &Places,
    sheet: &Rect,
    rows: &mut Rows,
) -> Vec<Node> {
    let mut nodes = Vec::new();
    let first = rows.unused();
    let mut depth = 0;
    let shown = |place: &&u32| (places.from..places.from + places.count).contains(place);
    for batch in &read.batches {
        depth = if batch.is_next { depth + 1 } else { 0 };
        let drawn: Vec<u32> = batch.places.iter().filter(shown).copied().collect();
        let (Some(from), Some(to)) = (drawn.first(), drawn.last()) else { continue };
        let (left, right) = (places.x(*from) - 11.0, places.x(*to) + 11.0);
        // The last row has what there is no row for.
        let least = (first + depth).min(rows.taken.len().saturating_sub(1));
        let Some(row) = rows.take(least, left, right) else { continue };
        let y = rows.y(row);
        nodes.push(bracket(places, &drawn, y, batch));
        let (class, label) = label(batch);
        if label.is_empty() {
            continue;
        }
        // Beside the bracket, where there is room.
        let w = 6.0 * label.len() as f64;
        let (after, before) =
            ((right + 4.0, right + 12.0 + w), (left - 12.0 - w, left - 4.0));
        if after.1 < sheet.right() && rows.is_free(row, after.0, after.1) {
            rows.taken[row].push(after);
            nodes.push(picture::text(right + 8.0, y + 8.0, class.0, label));
        } else if before.0 > sheet.x && rows.is_free(row, before.0, before.1) {
            rows.taken[row].push(before);
            nodes.push(picture::text(left - 8.0, y + 8.0, class.1, label));
        }
    }
    nodes
}

/// What is said beside a batch, and its classes right and left of it.
fn label(batch: &BatchView) -> ((&'static str, &'static str), String) {
    let (right, left) = ("t11 d", "t11 d end");
    if batch.is_next {
        return ((right, left), texts::THEN.into());
    }
    if !batch.is_running && batch.wait > Span::ZERO {
        let wait = briefly(batch.wait).to_string();
        let label = [texts::AGAIN_IN, " ", &wait].concat();
        return (("t11 twait", "t11 twait end"), label);
    }
    let tries = match batch.attempts {
        0 | 1 => String::new(),
        tries => [texts::TRY, " ", &tries.to_string()].concat(),
    };
    ((right, left), tries)
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
    let shards = [&grouped(stream.shards_all.into()), " ", &stream.unit, "s"].concat();
    let age = briefly(oldest.unwrap_or(Span::ZERO)).to_string();
    let all = [&shards, ": ", &grouped(left), " ", texts::LEFT_SINCE, " ", &age].concat();
    nodes.push(picture::text(at.x, at.bottom() - 6.0, "t11 d", all));
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdarium_sim::id::MappingId;
    use lambdarium_sim::view::{RecordIs, RecordView};

    /// A shard with ten records of which the first five are settled.
    fn shard(batches: Vec<BatchView>) -> ShardView {
        let records = (1..=10).map(|number| {
            let is = if number < 6 { RecordIs::Processed } else { RecordIs::Held };
            RecordView { number, key: 1, is, runs: 0 }
        });
        let read = ReadView { mapping: MappingId::new(0), iterator: 5, batches };
        ShardView {
            number: 0,
            is_open: true,
            first: 0,
            tip: 10,
            records: records.collect(),
            unsettled: 5,
            oldest: Span::millis(350),
            reads: vec![read],
        }
    }

    fn batch(places: core::ops::Range<u32>, depth: u32, wait: Span) -> BatchView {
        let (is_running, is_next) = (depth == 0 && wait == Span::ZERO, depth > 0);
        BatchView { places: places.collect(), is_running, is_next, attempts: 2, wait }
    }

    fn drawn(shard: &ShardView) -> String {
        let at = Rect { x: 0.0, y: 0.0, w: 320.0, h: shard_h(1) };
        let mut out = String::new();
        for node in lane(at, "shard", shard, bracket_rows(1)) {
            node.write(&mut out);
        }
        out
    }

    #[test]
    fn parts_of_a_batch_say_which_runs_and_which_comes_then() {
        let parts = vec![batch(5..7, 0, Span::ZERO), batch(7..10, 1, Span::ZERO)];
        let drawn = drawn(&shard(parts));
        assert!(drawn.contains("try 2") && drawn.contains(">then<"), "{drawn}");
        assert_eq!(drawn.matches("br br-").count(), 2, "{drawn}");
    }

    #[test]
    fn a_batch_that_waits_says_how_long() {
        let drawn = drawn(&shard(vec![batch(5..6, 0, Span::millis(450))]));
        assert!(
            drawn.contains("again in 450 ms") && drawn.contains("br-wait"),
            "{drawn}"
        );
    }

    #[test]
    fn an_iterator_that_is_not_in_sight_is_not_drawn() {
        let mut shard = shard(Vec::new());
        assert!(drawn(&shard).contains("iter-flag"));
        shard.tip = 400;
        shard.reads[0].iterator = 300;
        assert!(!drawn(&shard).contains("iter-flag"));
    }
}
