//! Other seeds, a few at a time: what else is asked in between need not wait long.

use lambdarium_sim::WithEvents;
use lambdarium_sim::odds::{Ended, play};
use lambdarium_sim::scenario::Run;

/// After so many steps no further run is begun.
const STEPS: u64 = 40_000;

/// How the run ends with the seeds from this place on, as many as are soon played.
pub(super) fn ends(run: &Run, from: u32, count: u32) -> WithEvents<Ended> {
    let mut steps = 0;
    let mut ends = WithEvents::new();
    for place in from..from.saturating_add(count) {
        // It has been checked: a seed makes nothing wrong.
        let Ok(end) = play(run, place) else { break };
        steps += u64::from(end.steps);
        ends.push(end);
        if steps >= STEPS {
            break;
        }
    }
    ends
}
