//! Gauges of queues and streams that are read, and of the mappings that read them.

use alloc::vec::Vec;

use crate::WithEvents;
use crate::id::{MappingId, Part, ServiceId};
use crate::mapping::Metrics;
use crate::plan::Plan;
use crate::record::Recording;
use crate::service::{self, Kind};
use crate::sim::Sim;
use crate::time::{Instant, Moment, Span};

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

    /// What it says of a queue with so many messages that can be received and in flight, and
    /// with the age of the oldest.
    #[must_use]
    pub const fn of_queue(self, visible: u64, in_flight: u64, oldest: Span) -> u64 {
        match self {
            Self::Visible => visible,
            Self::NotVisible => in_flight,
            Self::OldestMessage => oldest.0,
            Self::IteratorAge
            | Self::Polled
            | Self::Invoked
            | Self::FilteredOut
            | Self::FailedInvoke
            | Self::Deleted
            | Self::Dropped
            | Self::Delivered => 0,
        }
    }

    /// What it says of a mapping that has counted this.
    #[must_use]
    pub fn of_mapping(self, metrics: &Metrics) -> u64 {
        match self {
            Self::IteratorAge => metrics.iterator_age.map_or(0, |age| age.0),
            Self::Polled => metrics.polled,
            Self::Invoked => metrics.invoked,
            Self::FilteredOut => metrics.filtered_out,
            Self::FailedInvoke => metrics.failed_invoke,
            Self::Deleted => metrics.deleted,
            Self::Dropped => metrics.dropped,
            Self::Delivered => metrics.delivered,
            Self::Visible | Self::NotVisible | Self::OldestMessage => 0,
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
        Some(
            Part::Function(_)
            | Part::Caller(_)
            | Part::Desk
            | Part::Alarm(_)
            | Part::Deployment(_),
        ) => None,
    }
}

/// A queue has gauges of its own; of a stream, the mapping that reads it first has them.
fn of_service(plan: &Plan, id: ServiceId) -> Option<Part> {
    let mut mappings = plan.mappings().iter().zip(0..);
    let (_, at) = mappings.find(|(mapping, _)| mapping.source() == id)?;
    Some(match plan.service(id).kind() {
        Kind::Queue => Part::Service(id),
        Kind::Topic
        | Kind::Bus
        | Kind::Bucket
        | Kind::Kinesis
        | Kind::DynamoDb
        | Kind::Msk
        | Kind::Kafka
        | Kind::Mq => Part::Mapping(MappingId::new(at)),
    })
}

/// The gauges of a part, column by column on their way.
pub(super) struct Drawing {
    part: Part,
    /// What each said last.
    before: Vec<u64>,
    series: Vec<SourceSeries>,
}

impl Drawing {
    /// For a window from an instant on: what was counted before belongs to none of its
    /// columns.
    pub(super) fn new(recording: &mut Recording, from: Instant, part: Part) -> Self {
        let gauges = gauges_of(recording.plan(), part);
        let before = match from.0.checked_sub(1) {
            None => gauges.iter().map(|_| 0).collect(),
            Some(last) => {
                let sim = recording.at(Moment::end_of(Instant(last)));
                let value = |gauge: &SourceGauge| value(*gauge, sim, part, Instant(last));
                gauges.iter().map(value).collect()
            }
        };
        let series = |gauge: &SourceGauge| SourceSeries {
            part,
            gauge: *gauge,
            values: Vec::new(),
        };
        Self { part, before, series: gauges.iter().map(series).collect() }
    }

    /// So many columns, at the end of which the machine is this.
    pub(super) fn add(&mut self, sim: &Sim, now: Instant, columns: usize) {
        for (series, before) in self.series.iter_mut().zip(&mut self.before) {
            let value = value(series.gauge, sim, self.part, now);
            let grown = value.saturating_sub(core::mem::replace(before, value));
            // What came in a column that was not looked at counts at the end.
            let (quiet, last) =
                if series.gauge.is_sum() { (0, grown) } else { (value, value) };
            series.values.extend((1..columns).map(|_| quiet));
            series.values.push(last);
        }
    }

    pub(super) fn finish(self) -> WithEvents<SourceSeries> {
        self.series.into_iter().collect()
    }
}

fn gauges_of(plan: &Plan, part: Part) -> &'static [SourceGauge] {
    match part {
        Part::Service(_) => SourceGauge::OF_QUEUE,
        Part::Mapping(id) if plan.mapping(id).source_kind().is_queue() => {
            SourceGauge::OF_POLLERS
        }
        // Topics and brokers' queues have no iterators.
        Part::Mapping(id) if plan.mapping(id).source_kind().is_of_broker() => {
            &SourceGauge::OF_READER[1..]
        }
        Part::Mapping(_) => SourceGauge::OF_READER,
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Alarm(_)
        | Part::Deployment(_) => &[],
    }
}

/// What a gauge says at an instant.
fn value(gauge: SourceGauge, sim: &Sim, part: Part, now: Instant) -> u64 {
    let world = sim.world();
    match part {
        Part::Service(id) => {
            let queue = world.services().get(usize::from(id.0));
            queue.map(service::State::messages).map_or(0, |queue| {
                let oldest = queue.oldest().map_or(Span::ZERO, |sent| now.since(sent));
                gauge.of_queue(queue.visible(), queue.in_flight(), oldest)
            })
        }
        Part::Mapping(id) => {
            let mapping = world.mappings().get(usize::from(id.0));
            mapping.map_or(0, |mapping| gauge.of_mapping(&mapping.metrics()))
        }
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Alarm(_)
        | Part::Deployment(_) => 0,
    }
}
