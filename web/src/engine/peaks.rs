//! What a recording is like as a whole: how crowded it gets, and how long its runs take.

use lambdarium_sim::id::Part;
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Fact, Room};

/// The most environments each version had at once, counted along the trace.
#[derive(Debug, Default)]
pub(super) struct Peaks {
    /// Entries counted so far.
    counted: u32,
    /// For each function and version: environments now, and at most.
    versions: Vec<Vec<(u32, u32)>>,
}

impl Peaks {
    pub(super) fn count(&mut self, recording: &Recording) -> Vec<Vec<u32>> {
        let log = recording.log();
        for entry in log.range(self.counted, log.len()) {
            let Part::Function(function) = entry.part else { continue };
            let (version, more, less) =
                if let Fact::Started { version, room: Room::Cold, .. } = entry.fact {
                    (version, 1, 0)
                } else if let Fact::ProvisioningReady { version, count } = entry.fact {
                    (version, count, 0)
                } else if let Fact::EnvironmentRemoved { version, .. } = entry.fact {
                    (version, 0, 1)
                } else {
                    continue;
                };
            let (function, version) = (usize::from(function.0), usize::from(version.0));
            if self.versions.len() <= function {
                self.versions.resize_with(function + 1, Vec::new);
            }
            let versions = &mut self.versions[function];
            if versions.len() <= version {
                versions.resize(version + 1, (0, 0));
            }
            let (now, most) = &mut versions[version];
            *now = now.saturating_add(more).saturating_sub(less);
            *most = (*most).max(*now);
        }
        self.counted = log.len();
        let peaks = |versions: &Vec<(u32, u32)>| versions.iter().map(|v| v.1).collect();
        self.versions.iter().map(peaks).collect()
    }
}

/// Most ends of runs looked at for the pace.
const PACE_SAMPLES: usize = 99;
/// Most entries looked through for them.
const PACE_ENTRIES: u32 = 20_000;

/// The mean time from a start to its end, over the first runs of a recording.
pub(super) fn pace(recording: &Recording) -> Span {
    let log = recording.log();
    let ends = log.range(0, PACE_ENTRIES).filter_map(|entry| {
        let started = log.get(entry.cause)?;
        let is_run = matches!(entry.fact, Fact::Ended { .. })
            && matches!(started.fact, Fact::Started { .. } | Fact::InitCut);
        is_run.then(|| entry.at.since(started.at).0)
    });
    let (mut sum, mut count) = (0_u64, 0_u64);
    for span in ends.take(PACE_SAMPLES) {
        sum = sum.saturating_add(span);
        count += 1;
    }
    Span(sum.checked_div(count).unwrap_or(0))
}
