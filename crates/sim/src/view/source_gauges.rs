//! Gauges of queues and streams that are read, and of the mappings that read them.

use alloc::vec::Vec;

use super::gauges::{ENTRIES_PLAYED, SAMPLES};
use crate::WithEvents;
use crate::id::{MappingId, Part, ServiceId};
use crate::plan::Plan;
use crate::record::Recording;
use crate::service::Kind;
use crate::sim::Sim;
use crate::time::{Instant, Moment};

/// A gauge of a source or a mapping, by CloudWatch's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceGauge {
    /// `ApproximateNumberOfMessagesVisible`, at the end of the column.
    Visible,
    /// `ApproximateNumberOfMessagesNotVisible`, at the end of the column.
    NotVisible,
    /// `ApproximateAgeOfOldestMessage`, at the end of the column, in microseconds.
    OldestMessage,
    /// `IteratorAge` of the last batch, at the end of the column, in microseconds.
    IteratorAge,
    /// `PolledEventCount`, Sum.
    Polled,
    /// `InvokedEventCount`, Sum.
    Invoked,
    /// `FilteredOutEventCount`, Sum.
    FilteredOut,
    /// `FailedInvokeEventCount`, Sum.
    FailedInvoke,
    /// `DeletedEventCount`, Sum.
    Deleted,
    /// `DroppedEventCount`, Sum.
    Dropped,
    /// `OnFailureDestinationDeliveredEventCount`, Sum.
    Delivered,
}

impl SourceGauge {
    /// Those of a queue.
    const OF_QUEUE: &[Self] = &[Self::Visible, Self::NotVisible, Self::OldestMessage];
    /// Those of a mapping that reads a queue.
    const OF_POLLERS: &[Self] = &[
        Self::Polled,
        Self::Invoked,
        Self::FilteredOut,
        Self::FailedInvoke,
        Self::Deleted,
    ];
    /// Those of a mapping that reads a stream.
    const OF_READER: &[Self] = &[
        Self::IteratorAge,
        Self::Polled,
        Self::Invoked,
        Self::FilteredOut,
        Self::FailedInvoke,
        Self::Dropped,
        Self::Delivered,
    ];

    /// Whether a value says how many there were in its column, and not how it stood.
    #[must_use]
    pub const fn is_sum(self) -> bool {
        match self {
            Self::Visible
            | Self::NotVisible
            | Self::OldestMessage
            | Self::IteratorAge => false,
            Self::Polled
            | Self::Invoked
            | Self::FilteredOut
            | Self::FailedInvoke
            | Self::Deleted
            | Self::Dropped
            | Self::Delivered => true,
        }
    }

    /// Whether a value is a time in microseconds.
    #[must_use]
    pub const fn is_time(self) -> bool {
        matches!(self, Self::OldestMessage | Self::IteratorAge)
    }
}

/// A gauge of a source or mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSeries {
    /// Whose.
    pub part: Part,
    /// Which.
    pub gauge: SourceGauge,
    /// The value of each column.
    pub values: Vec<u64>,
}

/// Whose gauges are shown: what somebody has chosen, or the first mapping of a stream and
/// else the first queue that is read.
pub(super) fn shown(plan: &Plan, chosen: Option<Part>) -> Option<Part> {
    let first = || {
        let mappings = || plan.mappings().iter().zip(0..);
        let mut streams =
            mappings().filter(|(mapping, _)| !mapping.source_kind().is_queue());
        let queue = || Some(Part::Service(plan.mappings().first()?.source()));
        let stream = streams.next().map(|(_, at)| Part::Mapping(MappingId::new(at)));
        stream.or_else(queue)
    };
    match chosen {
        None => first(),
        Some(Part::Mapping(id)) => Some(Part::Mapping(id)),
        Some(Part::Service(id)) => of_service(plan, id),
        Some(Part::Function(_) | Part::Caller(_) | Part::Desk) => None,
    }
}

/// A queue has gauges of its own; of a stream, the mapping that reads it first has them.
fn of_service(plan: &Plan, id: ServiceId) -> Option<Part> {
    let mut mappings = plan.mappings().iter().zip(0..);
    let (_, at) = mappings.find(|(mapping, _)| mapping.source() == id)?;
    Some(match plan.service(id).kind() {
        Kind::Queue => Part::Service(id),
        Kind::Topic | Kind::Bus | Kind::Bucket | Kind::Kinesis | Kind::DynamoDb => {
            Part::Mapping(MappingId::new(at))
        }
    })
}

/// The gauges of a part at the ends of the columns of a window.
pub(super) fn series(
    recording: &mut Recording,
    from: Instant,
    ends: &[Instant],
    part: Part,
) -> WithEvents<SourceSeries> {
    let gauges = gauges_of(recording.plan(), part);
    // What was counted before the window belongs to none of its columns.
    let mut before: Vec<u64> = match from.0.checked_sub(1) {
        None => gauges.iter().map(|_| 0).collect(),
        Some(last) => {
            let sim = recording.at(Moment::end_of(Instant(last)));
            gauges.iter().map(|gauge| value(*gauge, sim, part, Instant(last))).collect()
        }
    };
    let mut all: Vec<Vec<u64>> = gauges.iter().map(|_| Vec::new()).collect();
    // As with the cost: what is played for is what somebody waits for.
    let is_short = recording.log().len() <= ENTRIES_PLAYED;
    let stride = if is_short { 1 } else { ends.len().div_ceil(SAMPLES * 4) };
    let mut done = 0;
    while done < ends.len() {
        let next = (done + stride).min(ends.len());
        let (sim, _) = recording.look(Moment::end_of(ends[next - 1]));
        for ((gauge, values), before) in gauges.iter().zip(&mut all).zip(&mut before) {
            let value = value(*gauge, sim, part, ends[next - 1]);
            let grown = value.saturating_sub(core::mem::replace(before, value));
            // What came in a column that was not looked at counts at the end.
            let quiet = if gauge.is_sum() { 0 } else { value };
            values.extend((done + 1..next).map(|_| quiet));
            values.push(if gauge.is_sum() { grown } else { value });
        }
        done = next;
    }
    let all = gauges.iter().zip(all);
    all.map(|(gauge, values)| SourceSeries { part, gauge: *gauge, values }).collect()
}

fn gauges_of(plan: &Plan, part: Part) -> &'static [SourceGauge] {
    match part {
        Part::Service(_) => SourceGauge::OF_QUEUE,
        Part::Mapping(id) if plan.mapping(id).source_kind().is_queue() => {
            SourceGauge::OF_POLLERS
        }
        Part::Mapping(_) => SourceGauge::OF_READER,
        Part::Function(_) | Part::Caller(_) | Part::Desk => &[],
    }
}

/// What a gauge says at an instant.
fn value(gauge: SourceGauge, sim: &Sim, part: Part, now: Instant) -> u64 {
    let world = sim.world();
    if let Part::Service(id) = part {
        let Some(service) = world.services().get(usize::from(id.0)) else { return 0 };
        let queue = service.messages();
        return match gauge {
            SourceGauge::Visible => queue.visible(),
            SourceGauge::NotVisible => queue.in_flight(),
            SourceGauge::OldestMessage => {
                queue.oldest().map_or(0, |sent| now.since(sent).0)
            }
            SourceGauge::IteratorAge
            | SourceGauge::Polled
            | SourceGauge::Invoked
            | SourceGauge::FilteredOut
            | SourceGauge::FailedInvoke
            | SourceGauge::Deleted
            | SourceGauge::Dropped
            | SourceGauge::Delivered => 0,
        };
    }
    let Part::Mapping(id) = part else { return 0 };
    let Some(mapping) = world.mappings().get(usize::from(id.0)) else { return 0 };
    let metrics = mapping.metrics();
    match gauge {
        SourceGauge::IteratorAge => metrics.iterator_age.map_or(0, |age| age.0),
        SourceGauge::Polled => metrics.polled,
        SourceGauge::Invoked => metrics.invoked,
        SourceGauge::FilteredOut => metrics.filtered_out,
        SourceGauge::FailedInvoke => metrics.failed_invoke,
        SourceGauge::Deleted => metrics.deleted,
        SourceGauge::Dropped => metrics.dropped,
        SourceGauge::Delivered => metrics.delivered,
        SourceGauge::Visible | SourceGauge::NotVisible | SourceGauge::OldestMessage => 0,
    }
}
