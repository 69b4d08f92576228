//! Gauges: the metrics of one function, or of all together, column by column of a window.

use alloc::vec::Vec;

use super::datapoints::{Datapoint, Fold, Periods};
use super::fold::costs;
use super::scale::Scale;
use super::source_gauges::{self as sources, SourceSeries};
use super::version_gauges::{self as versions, VersionSeries};
use crate::id::{FunctionId, Part};
use crate::plan::Plan;
use crate::record::Recording;
use crate::time::{Instant, Moment, Span};
use crate::{EVENTS, WithEvents};

/// Most columns there are.
const COLUMNS_MAX: u32 = 2_048;
/// A shorter trace is played again for the cost of each column, a longer one only for
/// every so many, and the cost grows evenly between them. In entries.
pub const ENTRIES_PLAYED: u32 = 20_000;
/// Columns whose cost is worked out for a long trace, at most.
pub const SAMPLES: usize = 24;

/// The metrics of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauges {
    /// Whose they are; none for all functions together.
    pub function: Option<FunctionId>,
    /// By [`Gauge`], in order of its values: the value of each column. All columns have the
    /// same width on the axis.
    pub series: Vec<Vec<u64>>,
    /// Those of a queue or stream that is read, or of a mapping.
    pub of_source: WithEvents<SourceSeries>,
    /// Those of the versions of a function of which several run.
    pub of_version: WithEvents<VersionSeries>,
}

/// A gauge, and the statistic that makes one value of what happens in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gauge {
    /// `ConcurrentExecutions`, Maximum.
    Concurrent,
    /// `Errors`, Sum.
    Errors,
    /// `Throttles`, Sum.
    Throttles,
    /// `Invocations`, Sum.
    Invocations,
    /// `Duration`, Average, in microseconds; 0 where no run has one.
    Duration,
    /// The cost at the end of the column, in millionths of a US dollar.
    Cost,
}

impl Gauge {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Concurrent,
        Self::Errors,
        Self::Throttles,
        Self::Invocations,
        Self::Duration,
        Self::Cost,
    ];
}

#[inline(never)]
pub(super) fn value(gauge: Gauge, point: &Datapoint, micro_usd: u64) -> u64 {
    match gauge {
        Gauge::Concurrent => point.concurrent_max,
        Gauge::Errors => point.errors,
        Gauge::Throttles => point.throttles,
        Gauge::Invocations => point.invocations,
        Gauge::Duration => {
            point.duration_us.checked_div(point.duration_count).unwrap_or(0)
        }
        Gauge::Cost => micro_usd,
    }
}

/// The metrics of a window, in so many columns, of all functions and the first source that
/// is read, or of the part that somebody has chosen.
#[must_use]
pub fn gauges(
    recording: &mut Recording,
    scale: &Scale,
    (from, to): (Instant, Instant),
    columns: u32,
    chosen: Option<Part>,
) -> Gauges {
    let function = function_of(recording.plan(), chosen);
    let columns = columns.clamp(1, COLUMNS_MAX);
    let to = to.min(recording.end());
    let mut starts = scale.columns(from, to, columns);
    starts.push(to.plus(Span(1)));
    let ends: Vec<Instant> =
        starts.iter().skip(1).map(|start| Instant(start.0.saturating_sub(1))).collect();
    let mut of_version = if EVENTS {
        let several = versions::shown(recording, chosen);
        several.map(|id| versions::Drawing::new(recording, id, &starts))
    } else {
        None
    };
    let mut fold = Fold::new(Periods::Starts(starts));
    for entry in recording.log().iter() {
        if EVENTS && let Some(drawing) = &mut of_version {
            drawing.add(entry);
        }
        if let Part::Function(id) = entry.part
            && function.is_none_or(|wanted| wanted == id)
        {
            fold.add(id, entry);
        }
    }
    let after = recording.end().plus(Span(1));
    // What happened before the window comes first, and after it last.
    let points = fold.finish(after);
    let shown = sources::shown(recording.plan(), chosen).filter(|_| EVENTS);
    let mut of_source = shown.map(|part| sources::Drawing::new(recording, from, part));
    let spent = spent(recording, &ends, function, &mut of_source);
    let mut series = Vec::with_capacity(Gauge::ALL.len());
    for gauge in Gauge::ALL {
        let columns = points[1..].iter().zip(&spent);
        series.push(columns.map(|(point, usd)| value(gauge, point, *usd)).collect());
    }
    let of_source = of_source.map_or_else(WithEvents::new, sources::Drawing::finish);
    let of_version = match of_version {
        Some(drawing) if EVENTS => drawing.finish(recording, after),
        Some(_) | None => WithEvents::new(),
    };
    Gauges { function, series, of_source, of_version }
}

/// The function that a part is, or that it watches or deploys.
pub(super) fn function_of(plan: &Plan, chosen: Option<Part>) -> Option<FunctionId> {
    match chosen? {
        Part::Function(id) => Some(id),
        Part::Alarm(id) => Some(plan.alarm(id).function()),
        Part::Deployment(id) => Some(plan.group(id).function()),
        Part::Caller(_) | Part::Service(_) | Part::Mapping(_) | Part::Desk => None,
    }
}

/// The cost at each of some instants; where the machine is looked at for it, so are gauges of
/// a source.
fn spent(
    recording: &mut Recording,
    ends: &[Instant],
    function: Option<FunctionId>,
    of_source: &mut Option<sources::Drawing>,
) -> Vec<u64> {
    let is_short = recording.log().len() <= ENTRIES_PLAYED;
    let stride = if is_short { 1 } else { ends.len().div_ceil(SAMPLES) };
    let mut spent: Vec<u64> = Vec::with_capacity(ends.len());
    while spent.len() < ends.len() {
        let place = (spent.len() + stride).min(ends.len()) - 1;
        let at = Moment::end_of(ends[place]);
        let (sim, _) = recording.look(at);
        let costs = costs(sim, at.at);
        let cost = match function {
            Some(id) => costs.get(usize::from(id.0)).copied().unwrap_or(0),
            None => costs.iter().sum(),
        };
        let (last, steps) = (spent.last().copied().unwrap_or(0), place + 1 - spent.len());
        if let Some(drawing) = of_source {
            drawing.add(sim, at.at, steps);
        }
        let first_is_known = !spent.is_empty() || stride == 1;
        for step in 1..=steps {
            // It also falls: lowered provisioned concurrency is no longer charged ahead.
            let grown = cost.saturating_sub(last) * step as u64 / steps as u64;
            let fallen = last.saturating_sub(cost) * step as u64 / steps as u64;
            spent.push(if first_is_known { last + grown - fallen } else { cost });
        }
    }
    spent
}
