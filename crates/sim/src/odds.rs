//! Odds: one scenario played with many seeds, and how its ends are spread.
//!
//! Each seed is a run of its own, so the odds are the same on every machine; nothing but the
//! ends is kept. Rule: SIM-03 (bounds).

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::knob::Issue;
use crate::limits::Bounds;
use crate::plan::{Plan, PlannedGroup};
use crate::release::deployment::{Deployment, ErrorCode, Status};
use crate::release::group;
use crate::scenario::Run;
use crate::sim::Sim;
use crate::trace::{Keep, Log};
use crate::view::{self, Fates};

/// Most seeds that are played.
pub const SEEDS_MAX: u32 = 10_000;

/// How a run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its seed.
    pub seed: u64,
    /// What has become of all calls and events.
    pub fates: Fates,
    /// What has become of the last deployment of each group, in plan order.
    pub releases: Vec<Released>,
    /// How many steps it had.
    pub steps: u32,
}

/// What has become of the last deployment of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// How far it came; none if there was none.
    pub status: Option<Status>,
    /// What went wrong.
    pub error: Option<ErrorCode>,
    /// Runs of the code of the version that it was to lead to.
    pub runs: u64,
}

/// Plays a run with the seed that is so many places after its own.
///
/// # Errors
/// Everything that is wrong with its scenario.
pub fn play(run: &Run, place: u32) -> Result<Ended, Vec<Issue>> {
    let seed = run.seed.wrapping_add(place.into());
    let run = Run { seed, ..run.clone() };
    let plan = Rc::new(Plan::check_within(&run, Bounds::default())?);
    let mut log = Log::new(Keep::Numbers);
    let mut sim = Sim::new(plan, Rc::new(run.acts), &mut log);
    while sim.steps_due(u32::MAX, &mut log) > 0 {}
    let groups = sim.plan().groups().iter().zip(sim.world().groups());
    let releases = groups.map(|(planned, state)| released(&sim, planned, state));
    let releases = releases.collect();
    Ok(Ended { seed, fates: view::fates(&sim), releases, steps: sim.steps() })
}

fn released(sim: &Sim, planned: &PlannedGroup, state: &group::State) -> Released {
    // One that takes another back is told of with that.
    let own = |one: &&Deployment| one.rolls_back.is_none();
    let Some(last) = state.deployments().iter().rfind(own) else {
        return Released::default();
    };
    let function = sim.plan().function(planned.function());
    let counts = sim.world().lambda().function(planned.function());
    let target = function.version_numbered(last.terms.target);
    let runs = target.and_then(|version| counts.counts(version));
    Released {
        status: Some(last.status),
        error: last.error,
        runs: runs.map_or(0, |counts| counts.invocations),
    }
}

/// How numbers are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// The smallest.
    pub least: u64,
    /// One in twenty is at most this.
    pub low: u64,
    /// Half of them are at most this.
    pub median: u64,
    /// Nineteen in twenty are at most this.
    pub high: u64,
    /// The largest.
    pub most: u64,
}

impl Spread {
    /// That of some numbers; of none it is nothing. A share of them is at most the number at
    /// the rank of that share, rounded up.
    #[must_use]
    pub fn of(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        let at = |percent: usize| {
            let rank = (numbers.len() * percent).div_ceil(100).max(1);
            numbers.get(rank - 1).copied().unwrap_or(0)
        };
        Self { least: at(0), low: at(5), median: at(50), high: at(95), most: at(100) }
    }
}

choices! {
    /// What is counted of each end.
    Measure {
        /// Answered, or run with success.
        Succeeded "succeeded",
        /// Ended with a function error that the caller was told.
        Failed "failed",
        /// Ended throttled.
        Throttled "gave up",
        /// Ended refused.
        Refused "refused",
        /// Ended without an answer in time.
        TimedOut "timed out",
        /// Given up, and in a dead-letter queue.
        DeadLettered "in a DLQ",
        /// Given up, and at a failure destination.
        AtDestination "at a destination",
        /// Given up, and nobody was told.
        Lost "lost silently",
        /// Succeeded more than once.
        Twice "processed twice",
        /// Not ended.
        Left "waiting or under way",
    }
}

impl Measure {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..).map_while(crate::knob::Choices::from_place)
    }

    /// How much of it there is.
    #[must_use]
    pub const fn count(self, fates: &Fates) -> u64 {
        match self {
            Self::Succeeded => fates.succeeded,
            Self::Failed => fates.failed,
            Self::Throttled => fates.throttled,
            Self::Refused => fates.refused,
            Self::TimedOut => fates.timed_out,
            Self::DeadLettered => fates.dead_lettered,
            Self::AtDestination => fates.at_destination,
            Self::Lost => fates.lost,
            Self::Twice => fates.twice,
            Self::Left => fates.waiting + fates.running,
        }
    }
}

/// How the deployments of a group have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Releases {
    /// All traffic was led to the new version.
    pub succeeded: u32,
    /// An alarm has stopped it.
    pub alarmed: u32,
    /// A hook, the alias or somebody else has ended it.
    pub otherwise: u32,
    /// There was none, or it has not ended.
    pub open: u32,
    /// Runs of the new version's code.
    pub runs: Spread,
}

/// How the ends of many runs are spread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// What is not nothing in all of them.
    pub measures: Vec<(Measure, Spread)>,
    /// By deployment group, in plan order.
    pub releases: Vec<Releases>,
    /// The seed with which the most went wrong, the first one of several; none if nothing
    /// ever did.
    pub unlucky: Option<u64>,
}

/// How the ends of many runs are spread.
#[must_use]
pub fn odds(ends: &[Ended]) -> Odds {
    let measures = Measure::all().filter_map(|measure| {
        let counts = ends.iter().map(|end| measure.count(&end.fates));
        let spread = Spread::of(counts.collect());
        (spread.most > 0).then_some((measure, spread))
    });
    let groups = ends.first().map_or(0, |end| end.releases.len());
    let releases = (0..groups).map(|group| {
        let all = || ends.iter().filter_map(|end| end.releases.get(group));
        let mut sum = Releases::default();
        for one in all() {
            *match (one.status, one.error) {
                (Some(Status::Succeeded), _) => &mut sum.succeeded,
                (Some(_), Some(ErrorCode::AlarmActive)) => &mut sum.alarmed,
                (Some(_), Some(_)) => &mut sum.otherwise,
                (Some(_), None) | (None, _) => &mut sum.open,
            } += 1;
        }
        Releases { runs: Spread::of(all().map(|one| one.runs).collect()), ..sum }
    });
    let wrong = |end: &Ended| {
        let Fates { entered, succeeded, running, waiting, .. } = end.fates;
        entered - succeeded - running - waiting
    };
    let worst = ends.iter().map(wrong).max().filter(|worst| *worst > 0);
    let unlucky = worst.and_then(|worst| ends.iter().find(|end| wrong(end) == worst));
    Odds {
        measures: measures.collect(),
        releases: releases.collect(),
        unlucky: unlucky.map(|end| end.seed),
    }
}
