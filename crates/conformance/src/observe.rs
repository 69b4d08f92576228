//! What a recording shows to somebody who compares: runs, refused tries, concurrency.
//!
//! Calls that only occupy concurrency are left out. Times are since t = 0 of the case.

use std::collections::{BTreeMap, BTreeSet};

use lambdarium_sim::id::{EnvironmentId, FunctionId, Job, Origin, Part};
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{Ending, Entry, Fact, Reason, Room};
use lambdarium_sim::value::{Payload, Value};

use crate::given::is_occupant;
use crate::stage::Played;

/// One run of function code.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Whose request.
    pub job: Job,
    /// Which attempt of it.
    pub attempt: u64,
    /// The function.
    pub function: FunctionId,
    /// `$LATEST` or a number.
    pub version: String,
    /// When it was admitted.
    pub start: Span,
    /// When the Invoke phase ended, if it did.
    pub end: Option<Span>,
    /// How.
    pub ending: Option<Ending>,
    /// What kind of environment it found.
    pub room: Room,
    /// Whether that was a provisioned one.
    pub provisioned: bool,
    /// Billed milliseconds.
    pub billed_ms: u64,
}

/// One try that found no room.
#[derive(Clone, Copy, Debug)]
pub struct Throttled {
    /// Whose request.
    pub job: Job,
    /// By which function.
    pub function: FunctionId,
    /// When.
    pub at: Span,
    /// Why.
    pub reason: Reason,
}

/// What a case showed.
pub struct Observed {
    /// All runs, by their start.
    pub runs: Vec<Ran>,
    /// All refused tries, by their time.
    pub throttled: Vec<Throttled>,
    /// Requests that spilled over.
    pub spilled: u64,
    /// Beginnings and ends of runs, by their place, in the order they happened.
    changes: Vec<(usize, Change)>,
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Began,
    Ended,
}

/// Looks at a recording.
#[must_use]
pub fn observe(played: &Played) -> Observed {
    let plan = played.recording.last_plan();
    let mut observer = Observer {
        played,
        observed: Observed {
            runs: Vec::new(),
            throttled: Vec::new(),
            spilled: 0,
            changes: Vec::new(),
        },
        attempts: BTreeMap::new(),
        open: BTreeMap::new(),
        provisioned: BTreeSet::new(),
    };
    for entry in played.recording.log().iter() {
        let Some(job) = entry.job else { continue };
        if let Origin::Caller(id) = job.origin
            && is_occupant(plan.caller(id).name())
        {
            continue;
        }
        observer.look(entry, job);
    }
    observer.observed
}

/// What has to be remembered on the way through a trace.
struct Observer<'a> {
    played: &'a Played,
    observed: Observed,
    attempts: BTreeMap<Job, u64>,
    /// Runs under way, by their environment.
    open: BTreeMap<(FunctionId, EnvironmentId), usize>,
    /// Environments that were seen to be provisioned; a reset one does not say so.
    provisioned: BTreeSet<(FunctionId, EnvironmentId)>,
}

impl Observer<'_> {
    fn look(&mut self, entry: &Entry, job: Job) {
        if matches!(entry.fact, Fact::Called | Fact::Retried { .. }) {
            *self.attempts.entry(job).or_default() += 1;
        }
        let Part::Function(function) = entry.part else { return };
        let at = entry.at.since(self.played.base);
        let observed = &mut self.observed;
        if let Fact::Started { environment, version, room, init: _ } = entry.fact {
            let place = (function, environment);
            if room == Room::Provisioned {
                self.provisioned.insert(place);
            }
            let plan = self.played.recording.last_plan();
            self.open.insert(place, observed.runs.len());
            observed.changes.push((observed.runs.len(), Change::Began));
            observed.runs.push(Ran {
                job,
                attempt: self.attempts.get(&job).copied().unwrap_or(1),
                function,
                version: plan.function(function).version(version).name(),
                start: at,
                end: None,
                ending: None,
                room,
                provisioned: self.provisioned.contains(&place),
                billed_ms: 0,
            });
        } else if let Fact::Ended { ending, billed_ms, environment } = entry.fact {
            if let Some(open) = self.open.remove(&(function, environment)) {
                let run = &mut observed.runs[open];
                run.end = Some(at);
                run.ending = Some(ending);
                run.billed_ms = billed_ms.into();
                observed.changes.push((open, Change::Ended));
            }
        } else if let Fact::Throttled { reason, .. } = entry.fact {
            observed.throttled.push(Throttled { job, function, at, reason });
        } else if let Fact::SpilledOver { .. } = entry.fact {
            observed.spilled += 1;
        }
    }
}

impl Observed {
    /// The most runs at once that `counts` counts, in the order things happened.
    pub fn most_at_once(&self, counts: impl Fn(&Ran) -> bool) -> u64 {
        let (mut now, mut most) = (0_u64, 0);
        for (at, change) in &self.changes {
            if counts(&self.runs[*at]) {
                match change {
                    Change::Began => now += 1,
                    Change::Ended => now -= 1,
                }
                most = most.max(now);
            }
        }
        most
    }
}

/// What a request brought along.
#[must_use]
pub fn payload(played: &Played, job: Job) -> Option<Value> {
    match job.origin {
        Origin::Act(act) => {
            let acts = &played.recording.run().acts;
            let with = &acts.get(usize::from(act))?.parameters;
            Some(with.get("Payload").cloned().unwrap_or_else(|| Value::object([])))
        }
        Origin::Caller(id) => match played.recording.plan().caller(id).payload() {
            Payload::Json(value) => Some(value.clone()),
            Payload::Bytes(_) => None,
        },
    }
}
