//! What a mapping of a stream is told, and what is assumed of it because AWS does not say.
//!
//! Units: counts are records or retries; sizes are in bytes.
//! Rules: the table of settings; section 0, KAF-03, KAF-05, MQ-01.

use alloc::string::String;
use alloc::vec::Vec;

use crate::knob::{Choices, Kind as Takes, Knob, Knobs};
use crate::limits;
use crate::mapping::spec::StartingPosition;
use crate::mapping::{self, Source};
use crate::scenario::Settings;
use crate::service::stream::record::Record;
use crate::service::stream::row::Row;
use crate::service::stream::table::View;
use crate::service::stream::{self, Kind, Position};
use crate::time::{Instant, Span};

/// How records come to the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It asks for them, within limits it shares with other readers (KIN-01).
    Polls,
    /// They come when they are there: enhanced fan-out pushes them (KIN-02), brokers do
    /// so, and a fetch from Kafka waits for them.
    Pushed,
}

/// What a person sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Where reading begins; AWS has no default.
    pub position: Position,
    /// Most records of a batch, 1 to 10,000. Default 100.
    pub batch_size: u32,
    /// How long a batch is collected, 0 to 300 s. Default 0.
    pub window: Span,
    /// Batches at once in each shard, 1 to 10. Default 1.
    pub factor: u32,
    /// Whether a batch that fails is split in two. Default no.
    pub bisect: bool,
    /// Retries after the first try, up to 10,000; none is without end, the default.
    pub retries_max: Option<u32>,
    /// Whether that was set, and does not follow from a destination (KAF-03).
    pub is_retries_set: bool,
    /// How old records may become, 60 s to 604,800 s; none is without end, the default.
    pub age_max: Option<Span>,
    /// Whether the function says which records failed. Default no.
    pub partial: bool,
    /// Length of tumbling windows, 1 s to 900 s; 0 is none, the default.
    pub tumbling: Span,
    /// How records come.
    pub reading: Reading,
}

impl Spec {
    /// What AWS does where only the position is set.
    #[must_use]
    pub const fn new(position: Position) -> Self {
        Self {
            position,
            batch_size: 100,
            window: Span::ZERO,
            factor: 1,
            bisect: false,
            retries_max: None,
            is_retries_set: false,
            age_max: None,
            partial: false,
            tumbling: Span::ZERO,
            reading: Reading::Polls,
        }
    }

    /// What the settings of a mapping come to; nothing if they do not say where reading
    /// begins, which no checked mapping of a stream lacks.
    #[must_use]
    pub fn of(set: &mapping::Spec, source: Source) -> Option<Self> {
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let position = match (set.start, set.start_at) {
            // A broker hands out what is in its queue.
            _ if source == Source::Mq => Position::TrimHorizon,
            _ if set.committed.is_some() => Position::Committed(count(set.committed?)),
            (None, _) => return None,
            (Some(StartingPosition::TrimHorizon), _) => Position::TrimHorizon,
            (Some(StartingPosition::Latest), _) => Position::Latest,
            (Some(StartingPosition::AtTimestamp), at) => {
                Position::At(Instant::START.plus(at?))
            }
        };
        Some(Self {
            batch_size: count(set.batch_size.unwrap_or(source.batch_size())),
            window: set.window(source),
            factor: count(set.parallel.unwrap_or(1)),
            bisect: set.bisect,
            retries_max: set.retries_of(source).map(count),
            is_retries_set: set.retries_max.is_some(),
            age_max: set.age_max,
            partial: set.partial,
            tumbling: set.tumbling.unwrap_or(Span::ZERO),
            reading: match source {
                Source::Kafka | Source::Mq => Reading::Pushed,
                Source::Queue | Source::Fifo | Source::Kinesis | Source::DynamoDb => {
                    if set.fan_out {
                        Reading::Pushed
                    } else {
                        Reading::Polls
                    }
                }
            },
            position,
        })
    }
}

choices! {
    /// Which half of an odd batch is the larger one.
    Split {
        /// The first half has half of the records, rounded down.
        Down "down",
        /// The first half has half of the records, rounded up.
        Up "up",
    }
}

choices! {
    /// How many tries the halves of a batch have.
    Quota {
        /// As many as a new batch.
        Fresh "fresh",
        /// What the batch has left.
        Inherit "inherit",
    }
}

choices! {
    /// When records that are too old are given up.
    AgeDrop {
        /// At the very instant, even between two tries.
        Exact "exact",
        /// When they would be tried next.
        NextTry "next_try",
    }
}

/// What is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumptions {
    /// largest event.
    pub payload_bytes_max: u64,
    /// what a record takes besides its (base64) body.
    pub record_overhead_bytes: u64,
    /// share of batches that are delivered twice although nothing went wrong.
    pub duplicate_ppm: u64,
    /// first wait between tries of one batch.
    pub backoff_initial: Span,
    /// how many times longer each wait is than the one before.
    pub backoff_factor: u64,
    /// longest wait.
    pub backoff_cap: Span,
    /// how much longer a wait may be, drawn.
    pub backoff_jitter_ppm: u64,
    /// how an odd batch is split.
    pub split: Split,
    /// how many tries halves have.
    pub child_quota: Quota,
    /// wait before the first try of a half or of a remainder.
    pub split_delay: Span,
    /// whether halves given up one after the other are reported as one.
    pub consolidate_failures: bool,
    /// when records that are too old are given up.
    pub age_drop: AgeDrop,
    /// the least count of invocations that a record of too old records says.
    pub age_invoke_count_min: u64,
    /// Whether shards of Kinesis take only so much in a second.
    pub write_limit: bool,
    /// time between polls of a shard of Kinesis.
    pub kinesis_poll: Span,
    /// time between polls of a shard of a table.
    pub dynamodb_poll: Span,
    /// time until a record is pushed.
    pub pushed_latency: Span,
    /// lanes of keys; all others are hashed.
    pub lanes: Vec<(String, u32)>,
    /// whether records that outlive the stream's retention are reported.
    pub expiry_reports: bool,
    /// TW-03: largest state of a tumbling window.
    pub state_bytes_max: u64,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            payload_bytes_max: 6_291_456,
            record_overhead_bytes: 600,
            duplicate_ppm: 0,
            backoff_initial: Span::millis(500),
            backoff_factor: 2,
            backoff_cap: Span::MINUTE,
            backoff_jitter_ppm: 0,
            split: Split::Down,
            child_quota: Quota::Fresh,
            split_delay: Span::ZERO,
            consolidate_failures: false,
            age_drop: AgeDrop::Exact,
            age_invoke_count_min: 1,
            write_limit: true,
            kinesis_poll: Span::SECOND,
            dynamodb_poll: Span::millis(250),
            pushed_latency: Span::millis(70),
            lanes: Vec::new(),
            expiry_reports: false,
            state_bytes_max: 1 << 20,
        }
    }
}

const WAIT: Takes =
    Takes::Span { min: Span::millis(1), max: limits::RUN_SPAN_MAX, whole_seconds: false };
const WAIT_OR_NONE: Takes =
    Takes::Span { min: Span::ZERO, max: limits::RUN_SPAN_MAX, whole_seconds: false };
const UP_TO_A_MINUTE: Takes =
    Takes::Span { min: Span::ZERO, max: Span::MINUTE, whole_seconds: false };
const POLL: Takes = Takes::Span {
    min: Span::millis(1),
    max: Span::MINUTE.times(5),
    whole_seconds: false,
};

/// The key of lanes that are given for partition keys.
pub const LANES: &str = "stream.lanes";

impl Knobs for Assumptions {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(duplicate_ppm: count, "stream.duplicate_rate", "", "Duplicate batches", Takes::Ppm, Kin09,
            "Share of batches of streams that are run twice although nothing went wrong."),
        knob!(backoff_initial: span, "stream.backoff_initial", "", "First wait of a batch", WAIT_OR_NONE, Kin17,
            "How long a batch of a stream waits before its first retry."),
        knob!(backoff_factor: count, "stream.backoff_factor", "", "Growth of that wait",
            Takes::Count { min: 1, max: 100, unit: "times" }, Kin17,
            "How many times longer each wait of a batch is than the one before."),
        knob!(backoff_cap: span, "stream.backoff_cap", "", "Longest wait of a batch", WAIT, Kin17,
            "The longest such wait."),
        knob!(backoff_jitter_ppm: count, "stream.backoff_jitter", "", "Jitter of that wait", Takes::Ppm, Kin17,
            "By how much of itself such a wait may be longer, drawn evenly."),
        knob!(split: choice, "stream.bisect_split", "", "First half of an odd batch",
            Takes::Choice(Split::WORDS), Kin13,
            "Whether the first half of an odd batch has half of its records rounded down or up."),
        knob!(child_quota: choice, "stream.child_quota", "", "Retries of halves",
            Takes::Choice(Quota::WORDS), Kin13,
            "Whether halves have all retries again, or what their batch has left."),
        knob!(split_delay: span, "stream.split_delay", "", "Wait after a split", UP_TO_A_MINUTE, Kin13,
            "How long a half or a remainder of a batch waits before its first try."),
        knob!(consolidate_failures: bool, "stream.bisect_consolidate_failures", "",
            "Tell of halves together", Takes::Bool, Kin20,
            "Whether halves that are given up one after the other are told of as one."),
        knob!(age_drop: choice, "stream.age_drop_at", "", "Too old records are given up",
            Takes::Choice(AgeDrop::WORDS), Kin18,
            "Whether records that become too old are given up at that instant, or when they would be tried next."),
        knob!(age_invoke_count_min: count, "stream.age_invoke_count", "", "Count for too old records",
            Takes::Count { min: 0, max: 1, unit: "" }, Kin18,
            "The least count of invocations that is told of records which were too old."),
        knob!(write_limit: bool, "kinesis.write_limit", "", "Write limits of shards", Takes::Bool, Kin03,
            "Whether a shard of Kinesis takes 1,000 records and 1 MB in a second and no more."),
        knob!(kinesis_poll: span, "kinesis.poll", "", "Poll of Kinesis", POLL, Kin01,
            "Time between two polls of a shard of Kinesis."),
        knob!(dynamodb_poll: span, "ddb.poll", "", "Poll of a table's stream", POLL, Dds01,
            "Time between two polls of a shard of a table's stream."),
        knob!(pushed_latency: span, "kinesis.efo_latency", "", "Latency of fan-out", UP_TO_A_MINUTE, Kin02,
            "How long it takes until a record is pushed with enhanced fan-out."),
        knob!(expiry_reports: bool, "stream.retention_expiry_reports", "", "Tell of expired records",
            Takes::Bool, Kin10,
            "Whether the destination is told of records that their stream keeps no longer."),
    ];
}

impl Assumptions {
    /// What is assumed with these settings of a scenario.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            payload_bytes_max: settings.esm_payload_limit,
            record_overhead_bytes: settings.esm_record_overhead,
            ..settings.streams.clone()
        }
    }
}

/// All that a mapping of a stream goes by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What was set.
    pub spec: &'a Spec,
    /// What is assumed.
    pub assumed: &'a Assumptions,
    /// What the stream is.
    pub kind: Kind,
    /// How long the stream keeps records.
    pub retention: Span,
    /// What records of a table show.
    pub view: View,
    /// Retries after the first try, of the mapping or of the broker.
    pub retries_max: Option<u32>,
    /// Whether another batch may begin: pollers may be fewer than partitions (KAF-02).
    pub may_begin: bool,
}

impl<'a> Terms<'a> {
    /// The terms of a mapping of this stream.
    #[must_use]
    pub fn new(spec: &'a Spec, assumed: &'a Assumptions, stream: &stream::Spec) -> Self {
        let stream::Spec { kind, view, .. } = *stream;
        let retries_max = match kind.is_broker() {
            true => stream.redeliveries_max,
            false => spec.retries_max,
        };
        let (retention, may_begin) = (stream.kept(), true);
        Self { spec, assumed, kind, retention, view, retries_max, may_begin }
    }

    /// What a record takes in an event, with what stands around it.
    #[must_use]
    pub fn size(&self, record: &Record) -> u64 {
        record.body_bytes(self.kind, self.view) + self.assumed.record_overhead_bytes
    }

    /// What records take in an event.
    #[must_use]
    pub fn size_of(&self, records: &Row) -> u64 {
        records.size(|record| self.size(record))
    }

    /// Time between two polls of a shard.
    #[must_use]
    pub const fn poll(&self) -> Span {
        match self.kind {
            Kind::Kinesis => self.assumed.kinesis_poll,
            Kind::DynamoDb => self.assumed.dynamodb_poll,
            // They are not asked again and again.
            Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => Span::SECOND,
        }
    }

    /// How long it takes until a record has come that is not asked for.
    #[must_use]
    pub const fn latency(&self) -> Span {
        match self.kind {
            Kind::Kinesis | Kind::DynamoDb => self.assumed.pushed_latency,
            Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => Span::ZERO,
        }
    }

    /// Whether there are tumbling windows.
    #[must_use]
    pub fn tumbles(&self) -> bool {
        self.spec.tumbling > Span::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_stands_at_what_aws_gives_streams() {
        let set = mapping::Spec {
            start: Some(StartingPosition::TrimHorizon),
            ..mapping::Spec::default()
        };
        let spec = Spec::of(&set, Source::Kinesis);
        assert_eq!(spec, Some(Spec::new(Position::TrimHorizon)));
        assert_eq!(Spec::of(&mapping::Spec::default(), Source::Kinesis), None);
    }

    #[test]
    fn what_all_mappings_assume_streams_do() {
        assert_eq!(Assumptions::of(&Settings::default()), Assumptions::default());
        let settings = Settings { esm_record_overhead: 7, ..Settings::default() };
        assert_eq!(Assumptions::of(&settings).record_overhead_bytes, 7);
    }

    #[test]
    fn what_is_set_is_taken_over() {
        let set = mapping::Spec {
            batch_size: Some(7),
            window: Some(Span::SECOND),
            partial: true,
            start: Some(StartingPosition::AtTimestamp),
            start_at: Some(Span::MINUTE),
            parallel: Some(3),
            bisect: true,
            retries_max: Some(0),
            age_max: Some(Span::HOUR),
            tumbling: Some(Span::MINUTE),
            ..mapping::Spec::default()
        };
        let expected = Spec {
            position: Position::At(Instant(60_000_000)),
            batch_size: 7,
            window: Span::SECOND,
            factor: 3,
            bisect: true,
            retries_max: Some(0),
            is_retries_set: true,
            age_max: Some(Span::HOUR),
            partial: true,
            tumbling: Span::MINUTE,
            reading: Reading::Polls,
        };
        assert_eq!(Spec::of(&set, Source::Kinesis), Some(expected));
    }
}
