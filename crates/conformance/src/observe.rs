//! What a recording shows to somebody who compares: runs, refused tries, concurrency.
//!
//! Calls that only occupy concurrency are left out. Times are since t = 0 of the case.

use std::collections::{BTreeMap, BTreeSet};

use lambdarium_sim::id::{EnvironmentId, FunctionId, Job, Origin, Part};
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{
    Condition, Delivery, Ending, Entry, EventFact, Fact, Reason, Room,
};
use lambdarium_sim::value::Value;

use crate::given::{Setting, Work, is_occupant};
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

/// One event that has left the queue.
#[derive(Clone, Copy, Debug)]
pub struct Finished {
    /// Whose request it was.
    pub job: Job,
    /// When.
    pub at: Span,
    /// How.
    pub condition: Condition,
}

/// One try of an event.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// Whose request it is.
    pub job: Job,
    /// How old the event was.
    pub age: Span,
}

/// What a case showed.
pub struct Observed {
    /// Events accepted, in order.
    pub accepted: Vec<Job>,
    /// All tries of events, in order.
    pub tried: Vec<Tried>,
    /// Events that have left the queue, in order.
    pub finished: Vec<Finished>,
    /// Dead letters that could not be sent.
    pub undelivered_letters: u64,
    /// Records that could not be sent.
    pub undelivered_records: u64,
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
            accepted: Vec::new(),
            tried: Vec::new(),
            finished: Vec::new(),
            undelivered_letters: 0,
            undelivered_records: 0,
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
        if let Fact::Event(EventFact::DeliveryFailed { what, .. }) = entry.fact {
            let Observed { undelivered_letters, undelivered_records, .. } =
                &mut observer.observed;
            match what {
                Delivery::DeadLetter => *undelivered_letters += 1,
                Delivery::OnSuccess | Delivery::OnFailure => *undelivered_records += 1,
                Delivery::Code | Delivery::Event => {}
            }
        }
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
        if matches!(entry.fact, Fact::Called) {
            *self.attempts.entry(job).or_default() += 1;
        } else if let Fact::Retried { attempt } = entry.fact {
            self.attempts.insert(job, attempt.into());
        } else if let Fact::Event(EventFact::Dispatched { attempt, .. }) = entry.fact {
            self.attempts.insert(job, attempt.into());
        }
        let Part::Function(function) = entry.part else { return };
        let at = entry.at.since(self.played.base);
        let observed = &mut self.observed;
        if entry.fact == Fact::Event(EventFact::Queued) {
            observed.accepted.push(job);
        } else if let Fact::Event(EventFact::Dispatched { age, .. }) = entry.fact {
            observed.tried.push(Tried { job, age });
        } else if let Fact::Event(EventFact::Finished { condition, .. }) = entry.fact {
            observed.finished.push(Finished { job, at, condition });
        }
        if let Fact::Started { environment, version, room, .. } = entry.fact {
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
    let plan = played.recording.last_plan();
    let content = played.recording.content(job)?;
    content.payload(plan).json().cloned()
}

/// What a case calls an event: by the step that sent it, or as the event itself says.
#[must_use]
pub fn is_labelled(on: &Setting, played: &Played, job: Job, label: &str) -> bool {
    let steps = match &on.work {
        Work::Steps(steps) => &steps[..],
        Work::Calls(_) => &[],
    };
    let step = steps.iter().position(|step| step.id == label);
    let by_step =
        step.is_some_and(|at| played.senders[at].binary_search(&job.origin).is_ok());
    by_step
        || payload(played, job).is_some_and(|payload| {
            payload.get("event").and_then(Value::as_text) == Some(label)
        })
}
