//! Lanes and the painted scrubber: the whole run on one axis, bounded by the screen.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::id::{CallerId, FunctionId, Job, Part};
use crate::record::Recording;
use crate::time::{Instant, Span};
use crate::trace::{Ending, Fact};

/// What one column of the painted scrubber shows, worst outcome wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Paint {
    /// Nothing happened.
    #[default]
    Quiet,
    /// Something ran.
    Running,
    /// Something succeeded.
    Ok,
    /// Something was throttled.
    Throttled,
    /// Something failed.
    Failed,
}

/// One column of the scrubber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PaintedColumn {
    /// What it shows.
    pub paint: Paint,
}

/// What a lane belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum LaneKind {
    /// Runs of a function, one row per environment that fits.
    Function,
    /// Calls of a caller: throttles and waits.
    Caller,
}

/// A span or a point on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LaneSpan {
    /// Row inside the lane.
    pub row: u16,
    /// Where it begins.
    pub from: Instant,
    /// How long Init is at its beginning.
    pub init: Span,
    /// Where it ends; equal to `from` for a point.
    pub to: Instant,
    /// What it shows.
    pub paint: Paint,
    /// Which request.
    pub job: Option<Job>,
}

/// One lane.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lane {
    /// The part's name.
    pub name: String,
    /// What it is.
    pub kind: LaneKind,
    /// Rows it has.
    pub rows: u16,
    /// Its spans, by beginning.
    pub spans: Vec<LaneSpan>,
    /// Whether there was more than fits; then the spans are merged columns.
    pub merged: bool,
}

/// The whole run, or a window of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lanes {
    /// Where the window begins.
    pub from: Instant,
    /// Where it ends.
    pub to: Instant,
    /// The scrubber, one entry per pixel column, over the whole run.
    pub columns: Vec<PaintedColumn>,
    /// Lanes per part.
    pub lanes: Vec<Lane>,
}

/// Most spans drawn one by one in a lane; above that they are merged into columns.
const SPANS_MAX: usize = 600;
/// Most rows of a lane.
const ROWS_MAX: usize = 8;

/// The painted scrubber of the whole run and the lanes of a window of it.
#[must_use]
pub fn lanes(recording: &Recording, from: Instant, to: Instant, columns: u32) -> Lanes {
    let spans = all_spans(recording);
    let columns = columns.clamp(1, 8_192);
    let painted = paint(&spans, recording.end(), columns);
    let plan = recording.plan();
    let mut lanes = Vec::new();
    for (at, function) in plan.functions().iter().enumerate() {
        let part = Part::Function(FunctionId(u16::try_from(at).unwrap_or(u16::MAX)));
        lanes.push(lane(
            &spans,
            part,
            function.name(),
            LaneKind::Function,
            from,
            to,
            columns,
        ));
    }
    for (at, caller) in plan.callers().iter().enumerate() {
        let part = Part::Caller(CallerId(u16::try_from(at).unwrap_or(u16::MAX)));
        lanes.push(lane(
            &spans,
            part,
            caller.name(),
            LaneKind::Caller,
            from,
            to,
            columns,
        ));
    }
    Lanes { from, to, columns: painted, lanes }
}

/// All runs and waits of a recording, each with the part it belongs to.
fn all_spans(recording: &Recording) -> Vec<(Part, LaneSpan)> {
    let mut open: BTreeMap<(Part, Job), usize> = BTreeMap::new();
    let mut spans: Vec<(Part, LaneSpan)> = Vec::new();
    let end = recording.end();
    for entry in recording.log().iter() {
        let Some(job) = entry.job else { continue };
        let span = |init: Span, to: Instant, paint: Paint| LaneSpan {
            row: 0,
            from: entry.at,
            init,
            to,
            paint,
            job: Some(job),
        };
        match entry.fact {
            Fact::Started { init, .. } => {
                open.insert((entry.part, job), spans.len());
                spans.push((entry.part, span(init, end, Paint::Running)));
            }
            Fact::Ended { ending, .. } => {
                if let Some(at) = open.remove(&(entry.part, job)) {
                    let paint = if ending == Ending::Succeeded {
                        Paint::Ok
                    } else {
                        Paint::Failed
                    };
                    (spans[at].1.to, spans[at].1.paint) = (entry.at, paint);
                }
            }
            Fact::Throttled { .. } => {
                spans.push((entry.part, span(Span::ZERO, entry.at, Paint::Throttled)));
            }
            Fact::Refused { .. } => {
                spans.push((entry.part, span(Span::ZERO, entry.at, Paint::Failed)));
            }
            Fact::RetryPlanned { after, .. } => {
                let to = entry.at.plus(after).min(end);
                spans.push((entry.part, span(Span::ZERO, to, Paint::Throttled)));
            }
            Fact::WaitEnded { waited } => {
                let from = Instant(entry.at.0 - waited.0);
                let wait = LaneSpan { from, ..span(Span::ZERO, entry.at, Paint::Failed) };
                spans.push((entry.part, wait));
            }
            Fact::Called
            | Fact::Retried { .. }
            | Fact::QuotaExhausted { .. }
            | Fact::Answered { .. }
            | Fact::DryRunAnswered
            | Fact::SpilledOver { .. }
            | Fact::InitCut
            | Fact::Abandoned
            | Fact::EnvironmentRemoved { .. }
            | Fact::ProvisioningStarted { .. }
            | Fact::ProvisioningReady { .. }
            | Fact::ProvisioningFailed { .. }
            | Fact::Replied { .. }
            | Fact::Cost { .. }
            | Fact::Stopped { .. } => {}
        }
    }
    spans
}

/// Paints the whole run into columns; the worst outcome of a column wins.
fn paint(spans: &[(Part, LaneSpan)], end: Instant, columns: u32) -> Vec<PaintedColumn> {
    let mut painted = alloc::vec![PaintedColumn::default(); columns as usize];
    let scale = Columns { from: Instant::START, to: end, columns };
    for (part, span) in spans {
        if matches!(part, Part::Caller(_)) {
            continue;
        }
        let (first, last) = (scale.of(span.from), scale.of(span.to));
        for column in &mut painted[first..=last] {
            column.paint = column.paint.max(span.paint);
        }
    }
    painted
}

/// Where instants of a window fall on columns.
struct Columns {
    from: Instant,
    to: Instant,
    columns: u32,
}

impl Columns {
    fn of(&self, at: Instant) -> usize {
        let width = u128::from(self.to.since(self.from).0.max(1));
        let column = u128::from(at.since(self.from).0) * u128::from(self.columns) / width;
        usize::try_from(column).unwrap_or(usize::MAX).min(self.columns as usize - 1)
    }
}

fn lane(
    spans: &[(Part, LaneSpan)],
    part: Part,
    name: &str,
    kind: LaneKind,
    from: Instant,
    to: Instant,
    columns: u32,
) -> Lane {
    let mine = spans
        .iter()
        .filter(|(of, span)| *of == part && span.to >= from && span.from <= to);
    let mut mine: Vec<LaneSpan> = mine.map(|(_, span)| *span).collect();
    let merged = mine.len() > SPANS_MAX;
    if merged {
        mine = merge(&mine, &Columns { from, to, columns });
    }
    let rows = if merged { 1 } else { stack(&mut mine) };
    Lane { name: name.into(), kind, rows, spans: mine, merged }
}

/// Gives each span the first row that is free at its beginning; what does not fit goes
/// to the last one.
fn stack(spans: &mut [LaneSpan]) -> u16 {
    let mut free_from = [None; ROWS_MAX];
    let mut rows = 1;
    for span in spans {
        let free = |until: &Option<Instant>| until.is_none_or(|until| until <= span.from);
        let row = free_from.iter().position(free).unwrap_or(ROWS_MAX - 1);
        free_from[row] = free_from[row].max(Some(span.to));
        span.row = u16::try_from(row).unwrap_or(0);
        rows = rows.max(span.row + 1);
    }
    rows
}

/// Merges spans into one row of columns, neighbours of the same paint into one span.
fn merge(spans: &[LaneSpan], scale: &Columns) -> Vec<LaneSpan> {
    let mut painted = alloc::vec![Paint::Quiet; scale.columns as usize];
    for span in spans {
        let last = scale.of(span.to.min(scale.to));
        for column in &mut painted[scale.of(span.from)..=last] {
            *column = (*column).max(span.paint);
        }
    }
    let width = scale.to.since(scale.from).0;
    let at = |column: usize| {
        let offset = u128::from(width) * column as u128 / u128::from(scale.columns);
        scale.from.plus(Span(u64::try_from(offset).unwrap_or(width)))
    };
    let mut merged: Vec<LaneSpan> = Vec::new();
    for (column, paint) in painted.into_iter().enumerate() {
        let (from, to) = (at(column), at(column + 1));
        match merged.last_mut() {
            Some(last) if last.paint == paint && last.to == from => last.to = to,
            Some(_) | None => {
                merged.push(LaneSpan {
                    row: 0,
                    from,
                    init: Span::ZERO,
                    to,
                    paint,
                    job: None,
                });
            }
        }
    }
    merged.retain(|span| span.paint != Paint::Quiet);
    merged
}
