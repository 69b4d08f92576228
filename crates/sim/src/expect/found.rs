//! How much of a quantity there is in a machine.

use alloc::vec::Vec;

use super::Quantity;
use crate::id::{FunctionId, Part};
use crate::record::Recording;
use crate::sim::Sim;
use crate::trace::Fact;
use crate::view::{Fates, Metrics, costs, fates};

/// How much there is now, of a part or of the whole run. Of the account's concurrency, which
/// no metric of a function holds, [`peaks`] tell the most there was.
pub(super) fn found(sim: &Sim, quantity: Quantity, part: Option<Part>) -> u64 {
    let fate = |of: fn(&Fates) -> u64| of(&fates(sim));
    let sum = |of: fn(&Metrics) -> u64| metrics(sim, part).map(of).sum::<u64>();
    let most = |of: fn(&Metrics) -> u64| metrics(sim, part).map(of).max().unwrap_or(0);
    match quantity {
        Quantity::Entered => fate(|fates| fates.entered),
        Quantity::Succeeded => fate(|fates| fates.succeeded),
        Quantity::Failed => fate(|fates| fates.failed),
        Quantity::Throttled => fate(|fates| fates.throttled),
        Quantity::Refused => fate(|fates| fates.refused),
        Quantity::TimedOut => fate(|fates| fates.timed_out),
        Quantity::DeadLettered => fate(|fates| fates.dead_lettered),
        Quantity::AtDestination => fate(|fates| fates.at_destination),
        Quantity::Lost => fate(|fates| fates.lost),
        Quantity::Twice => fate(|fates| fates.twice),
        Quantity::Waiting => fate(|fates| fates.waiting),
        Quantity::Running => fate(|fates| fates.running),
        Quantity::Invocations => sum(|metrics| metrics.invocations),
        Quantity::Errors => sum(|metrics| metrics.errors),
        Quantity::Throttles => sum(|metrics| metrics.throttles),
        Quantity::DurationMax => most(|metrics| metrics.duration_max_us),
        Quantity::DurationAverage => {
            average(sum(|m| m.duration_us), sum(|m| m.duration_count))
        }
        Quantity::ConcurrentMax => most(|metrics| metrics.concurrent_max),
        Quantity::ProvisionedInvocations => {
            sum(|metrics| metrics.provisioned_invocations)
        }
        Quantity::Spillovers => sum(|metrics| metrics.spillovers),
        Quantity::ColdStarts => sum(|metrics| metrics.cold_starts),
        Quantity::AsyncReceived => sum(|metrics| metrics.async_received),
        Quantity::AsyncDropped => sum(|metrics| metrics.async_dropped),
        Quantity::AsyncAgeMax => most(|metrics| metrics.async_age_max_us),
        Quantity::AsyncAgeAverage => {
            average(sum(|m| m.async_age_us), sum(|m| m.async_age_count))
        }
        Quantity::DestinationFailures => sum(|metrics| metrics.destination_failures),
        Quantity::DeadLetterErrors => sum(|metrics| metrics.dead_letter_errors),
        Quantity::RecursiveDropped => sum(|metrics| metrics.recursive_dropped),
        Quantity::Messages => messages(sim, part),
        Quantity::Cost => cost(sim, part),
    }
}

/// Where no run has one there is no average; nothing is what stands for it.
fn average(sum: u64, count: u64) -> u64 {
    sum.checked_div(count).unwrap_or(0)
}

/// The counters of one function, or of all.
fn metrics(sim: &Sim, part: Option<Part>) -> impl Iterator<Item = &Metrics> {
    let ids = (0..=u16::MAX).zip(sim.plan().functions()).map(|(at, _)| FunctionId(at));
    let wanted =
        ids.filter(move |id| part.is_none_or(|part| part == Part::Function(*id)));
    wanted.map(|id| sim.world().lambda().function(id).metrics())
}

fn messages(sim: &Sim, part: Option<Part>) -> u64 {
    match part {
        Some(Part::Service(id)) => {
            sim.world().services()[usize::from(id.0)].received().len() as u64
        }
        Some(
            Part::Caller(_)
            | Part::Function(_)
            | Part::Mapping(_)
            | Part::Alarm(_)
            | Part::Deployment(_)
            | Part::Desk,
        )
        | None => 0,
    }
}

fn cost(sim: &Sim, part: Option<Part>) -> u64 {
    let costs = costs(sim, sim.now());
    match part {
        Some(Part::Function(id)) => costs[usize::from(id.0)],
        Some(
            Part::Caller(_)
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Alarm(_)
            | Part::Deployment(_)
            | Part::Desk,
        )
        | None => costs.iter().sum(),
    }
}

/// The most requests there were in flight in the whole account: each time it grew, the step,
/// and the number.
pub(super) fn peaks(recording: &Recording) -> Vec<(u32, u64)> {
    let (mut in_flight, mut most) = (0_u64, 0);
    let mut peaks = Vec::new();
    for entry in recording.log().iter() {
        if let Fact::Started { .. } = entry.fact {
            in_flight += 1;
        } else if let Fact::Ended { .. } = entry.fact {
            in_flight = in_flight.saturating_sub(1);
        }
        if in_flight > most {
            most = in_flight;
            peaks.push((entry.step, most));
        }
    }
    peaks
}
