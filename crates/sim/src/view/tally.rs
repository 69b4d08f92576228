//! What has come of a run as a whole, as numbers that can be laid beside those of another.

use alloc::vec::Vec;

use super::gauges::gauges;
use super::source_gauges::{SourceGauge, SourceSeries};
use super::{Fates, Scale, fates};
use crate::WithEvents;
use crate::id::Part;
use crate::record::Recording;
use crate::time::Instant;

/// Columns of the gauges of a source, of which the highest counts: as many as the timeline
/// of a narrow screen has.
const COLUMNS: u32 = 60;

/// What has come of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Of all calls and events.
    pub fates: Fates,
    /// By [`Gauge`](super::Gauge), in order of its values: over all functions, or one.
    pub functions: Vec<u64>,
    /// Of the source or mapping that was asked for, or of the first one.
    pub source: WithEvents<(SourceGauge, u64)>,
}

/// What has come of a run, as far as it is recorded: of all functions and the first source
/// that is read, or of a part. Each gauge is what its statistic makes of the whole run; of
/// a source the maximum is that of the moments that a timeline looks at.
#[must_use]
pub fn tally(recording: &mut Recording, part: Option<Part>) -> Tally {
    let end = recording.end();
    let (scale, window) = (Scale::time(end), (Instant::START, end));
    let functions = gauges(recording, &scale, window, 1, part).series;
    let of_source = gauges(recording, &scale, window, COLUMNS, part).of_source;
    let whole = |series: &SourceSeries| match series.gauge.is_sum() {
        true => series.values.iter().sum(),
        false => series.values.iter().copied().max().unwrap_or(0),
    };
    Tally {
        fates: fates(recording.head()),
        functions: functions.iter().map(|values| values.iter().sum()).collect(),
        source: of_source.iter().map(|series| (series.gauge, whole(series))).collect(),
    }
}
