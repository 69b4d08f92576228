//! Datapoints: one function's metrics period by period, as CloudWatch keeps them.
//!
//! What a run adds is stamped at its start, however late it ends; a run that has not ended
//! has added no `Errors` and no `Duration` yet. Throttles are stamped where they happen,
//! and concurrency is the most there was at any time of a period.

use alloc::vec::Vec;

use crate::id::{EnvironmentId, FunctionId, Part};
use crate::lambda::run::INIT_MAX;
use crate::record::Recording;
use crate::time::{Instant, Span};
use crate::trace::{Ending, Entry, Fact, Room};

/// Most periods that are told; then they become longer than was asked for.
const PERIODS_MAX: u64 = 8_192;

/// The metrics of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Datapoint {
    /// When the period begins.
    pub from: Instant,
    /// `Invocations`
    pub invocations: u64,
    /// `Errors`
    pub errors: u64,
    /// `Throttles`
    pub throttles: u64,
    /// `Duration`: how many runs have one.
    pub duration_count: u64,
    /// `Duration`, summed, in microseconds.
    pub duration_us: u64,
    /// `Duration`, the longest, in microseconds.
    pub duration_max_us: u64,
    /// `ConcurrentExecutions`, the most.
    pub concurrent_max: u64,
    /// `ProvisionedConcurrencyInvocations`
    pub provisioned_invocations: u64,
    /// `ProvisionedConcurrencySpilloverInvocations`
    pub spillovers: u64,
}

/// A run under way.
#[derive(Clone, Copy)]
struct Open {
    started: Instant,
    /// From when on `Duration` counts.
    timed_from: Instant,
}

/// How a run is cut into periods.
pub(super) enum Periods {
    /// All of one length.
    Every(Span),
    /// Where each begins; what lies before the first is a period of its own.
    Starts(Vec<Instant>),
}

impl Periods {
    fn place(&self, at: Instant) -> usize {
        match self {
            Self::Every(period) => usize::try_from(at.0 / period.0).unwrap_or(usize::MAX),
            Self::Starts(starts) => starts.partition_point(|start| *start <= at),
        }
    }

    fn start(&self, place: usize) -> Instant {
        match self {
            Self::Every(period) => Instant(place as u64 * period.0),
            Self::Starts(starts) => {
                place.checked_sub(1).map_or(Instant::START, |place| starts[place])
            }
        }
    }
}

/// Datapoints on their way.
pub(super) struct Fold {
    periods: Periods,
    points: Vec<Datapoint>,
    /// By function and environment: whether it is provisioned, and its run.
    environments: Vec<Vec<(bool, Option<Open>)>>,
    in_flight: u64,
}

/// The metrics of a function from the start of a recording to its end.
#[must_use]
pub fn datapoints(
    recording: &Recording,
    function: FunctionId,
    period: Span,
) -> Vec<Datapoint> {
    let length = recording.end().since(Instant::START);
    let period = Span(period.0.max(length.0 / PERIODS_MAX + 1));
    let mut fold = Fold::new(Periods::Every(period));
    for entry in recording.log().iter() {
        if entry.part == Part::Function(function) {
            fold.add(function, entry);
        }
    }
    fold.finish(recording.end())
}

impl Fold {
    pub(super) fn new(periods: Periods) -> Self {
        Self { periods, points: Vec::new(), environments: Vec::new(), in_flight: 0 }
    }

    /// The datapoints up to an instant.
    pub(super) fn finish(mut self, end: Instant) -> Vec<Datapoint> {
        self.point(end);
        self.points
    }

    /// The period an instant belongs to; those between have what was in flight then.
    fn point(&mut self, at: Instant) -> &mut Datapoint {
        let place = self.periods.place(at);
        while self.points.len() <= place {
            let from = self.periods.start(self.points.len());
            let concurrent_max = self.in_flight;
            self.points.push(Datapoint { from, concurrent_max, ..Datapoint::default() });
        }
        &mut self.points[place]
    }

    fn environment(
        &mut self,
        function: FunctionId,
        id: EnvironmentId,
    ) -> &mut (bool, Option<Open>) {
        let (function, place) = (usize::from(function.0), id.0 as usize);
        if self.environments.len() <= function {
            self.environments.resize_with(function + 1, Vec::new);
        }
        let environments = &mut self.environments[function];
        if environments.len() <= place {
            environments.resize(place + 1, (false, None));
        }
        &mut environments[place]
    }

    /// Adds an entry of a function.
    pub(super) fn add(&mut self, function: FunctionId, entry: &Entry) {
        match entry.fact {
            Fact::Started { environment, room, init, .. } => {
                self.start(entry.at, (function, environment), room, init);
            }
            Fact::Ended { ending, environment, .. } => {
                self.end(entry.at, (function, environment), ending);
            }
            Fact::Throttled { .. } => self.point(entry.at).throttles += 1,
            Fact::SpilledOver { .. } => self.point(entry.at).spillovers += 1,
            Fact::Called
            | Fact::RetryPlanned { .. }
            | Fact::Retried { .. }
            | Fact::QuotaExhausted { .. }
            | Fact::WaitEnded { .. }
            | Fact::Answered { .. }
            | Fact::DryRunAnswered
            | Fact::InitCut
            | Fact::Abandoned
            | Fact::Refused { .. }
            | Fact::EnvironmentRemoved { .. }
            | Fact::ProvisioningStarted { .. }
            | Fact::ProvisioningReady { .. }
            | Fact::ProvisioningFailed { .. }
            | Fact::Event(_)
            | Fact::Message(_)
            | Fact::Stream(_)
            | Fact::Release(_)
            | Fact::Replied { .. }
            | Fact::Alias(_)
            | Fact::Cost { .. }
            | Fact::Stopped { .. } => {}
        }
    }

    fn start(
        &mut self,
        at: Instant,
        (function, id): (FunctionId, EnvironmentId),
        room: Room,
        init: Span,
    ) {
        let cold = if room == Room::Cold { init.min(INIT_MAX) } else { Span::ZERO };
        let environment = self.environment(function, id);
        environment.0 |= room == Room::Provisioned;
        environment.1 = Some(Open { started: at, timed_from: at.plus(cold) });
        let provisioned = environment.0;
        // Periods that have passed meanwhile had no more than before.
        self.point(at);
        self.in_flight += 1;
        let in_flight = self.in_flight;
        let point = self.point(at);
        point.invocations += 1;
        point.provisioned_invocations += u64::from(provisioned);
        point.concurrent_max = point.concurrent_max.max(in_flight);
    }

    fn end(
        &mut self,
        at: Instant,
        (function, id): (FunctionId, EnvironmentId),
        ending: Ending,
    ) {
        self.point(at);
        let Some(Open { started, timed_from }) = self.environment(function, id).1.take()
        else {
            return;
        };
        self.in_flight -= 1;
        let duration = at.since(timed_from).0;
        let point = self.point(started);
        point.errors += u64::from(ending != Ending::Succeeded);
        point.duration_count += 1;
        point.duration_us += duration;
        point.duration_max_us = point.duration_max_us.max(duration);
    }
}
