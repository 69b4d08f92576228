//! What a person sets for an event source mapping, and which source takes which setting.
//!
//! One table for all sources, in AWS's words. Units: windows and ages are simulated time; a
//! setting that is unset stands at what AWS gives its source; retries and ages that are
//! unset have no limit (AWS writes -1).
//! Rules: ESM-07 to ESM-11, ESM-15, ESM-18, PBR-01, SQS-03, SQS-04, FIFO-08, KAF-02, KAF-05,
//! MQ-01.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::knob::{self, Choices, Issue, Kind, Knob, Knobs, Setting, shown};
use crate::limits;
use crate::rule::Rule;
use crate::time::Span;

choices! {
    /// What a mapping reads.
    Source {
        /// A standard queue.
        Queue "an SQS standard queue",
        /// A queue that keeps order.
        Fifo "an SQS FIFO queue",
        /// A stream of Kinesis.
        Kinesis "a Kinesis stream",
        /// The stream of a table.
        DynamoDb "a DynamoDB stream",
        /// A topic of Kafka, in Amazon MSK or elsewhere.
        Kafka "a Kafka topic",
        /// A queue of a broker of Amazon MQ.
        Mq "a queue of Amazon MQ",
    }
}

choices! {
    /// Where a mapping begins to read a stream.
    StartingPosition {
        /// With the oldest record there is.
        TrimHorizon "TRIM_HORIZON",
        /// After the newest.
        Latest "LATEST",
        /// With the first one that is not older.
        AtTimestamp "AT_TIMESTAMP",
    }
}

/// What a person sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Whether it reads.
    pub enabled: bool,
    /// Most records of a batch; unset is what AWS gives the source.
    pub batch_size: Option<u64>,
    /// How long records are collected for a batch; unset is what AWS gives the source.
    pub window: Option<Span>,
    /// Whether the function says which records failed.
    pub partial: bool,
    /// Most batches of a queue at once; unset is what the mode allows.
    pub concurrency_max: Option<u64>,
    /// Fewest pollers of the provisioned mode; unset, with the next, is the other mode.
    pub pollers_min: Option<u64>,
    /// Most pollers of the provisioned mode.
    pub pollers_max: Option<u64>,
    /// Where it begins to read a stream.
    pub start: Option<StartingPosition>,
    /// When the records are from that it begins with.
    pub start_at: Option<Span>,
    /// The consumer group as which it reads a topic; empty is one of its own.
    pub consumer_group: String,
    /// The offset that its consumer group has committed in each partition before the run;
    /// unset is none, as there is no such group.
    pub committed: Option<u64>,
    /// Batches of one shard at once; unset is one.
    pub parallel: Option<u64>,
    /// Whether a batch that failed is halved.
    pub bisect: bool,
    /// Retries after the first try; unset is without a limit.
    pub retries_max: Option<u64>,
    /// How old a record may become; unset is without a limit.
    pub age_max: Option<Span>,
    /// Length of the windows that carry a state; unset is none.
    pub tumbling: Option<Span>,
    /// Whether records of Kinesis are pushed to it.
    pub fan_out: bool,
    /// Where what a stream's mapping gives up is told; empty is nowhere.
    pub on_failure: String,
    /// Whether events are counted (`EventCount`).
    pub metrics: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            enabled: true,
            batch_size: None,
            window: None,
            partial: false,
            concurrency_max: None,
            pollers_min: None,
            pollers_max: None,
            start: None,
            start_at: None,
            consumer_group: String::new(),
            committed: None,
            parallel: None,
            bisect: false,
            retries_max: None,
            age_max: None,
            tumbling: None,
            fan_out: false,
            on_failure: String::new(),
            metrics: false,
        }
    }
}

/// Most records of a batch, for any source.
const BATCH_MAX: u64 = 10_000;
/// Most records that a queue hands out at once, and most of a batch of a FIFO queue.
pub(crate) const RECEIVE_MAX: u64 = 10;

const fn count(min: u64, max: u64, unit: &'static str) -> Kind {
    Kind::Count { min, max, unit }
}

const fn seconds(min: u64, max: u64) -> Kind {
    let (min, max) = (Span::seconds(min), Span::seconds(max));
    Kind::Span { min, max, whole_seconds: true }
}

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(enabled: bool, "enabled", "Enabled", "Enabled", Kind::Bool, Sqs18,
            "Whether the mapping reads its source."),
        knob!(batch_size: optional_count, "batch-size", "BatchSize", "Batch size",
            count(1, BATCH_MAX, "records"), Esm08,
            "Most records of a batch; 10 for a queue and 100 for a stream, unless it is set."),
        knob!(window: optional_span, "batching-window", "MaximumBatchingWindowInSeconds", "Batching window",
            seconds(0, 300), Esm09,
            "How long records are collected before the function is called with fewer than a full batch; unless it is set, half a second for Kafka and MQ, and else not at all."),
        knob!(partial: bool, "report-batch-item-failures", "FunctionResponseTypes", "Partial responses",
            Kind::Bool, Pbr01,
            "Whether the function's answer says which records of a batch failed (ReportBatchItemFailures)."),
        knob!(concurrency_max: optional_count, "maximum-concurrency", "ScalingConfig.MaximumConcurrency",
            "Maximum concurrency", count(2, 1_000, ""), Sqs03,
            "Most batches of a queue that run at once; the mapping does not receive more than that."),
        knob!(pollers_min: optional_count, "minimum-pollers", "ProvisionedPollerConfig.MinimumPollers",
            "Minimum pollers", count(1, 200, ""), Sqs04,
            "Fewest event pollers of the provisioned mode; of a queue, each runs ten batches at once."),
        knob!(pollers_max: optional_count, "maximum-pollers", "ProvisionedPollerConfig.MaximumPollers",
            "Maximum pollers", count(1, 10_000, ""), Sqs04,
            "Most event pollers of the provisioned mode."),
        knob!(start: optional_choice, "starting-position", "StartingPosition", "Starting position",
            Kind::Choice(StartingPosition::WORDS), Esm03,
            "Where the mapping begins to read a stream."),
        knob!(start_at: optional_span, "starting-at", "StartingPositionTimestamp", "Starting at",
            Kind::Span { min: Span::ZERO, max: limits::RUN_SPAN_MAX, whole_seconds: false }, Kin06,
            "From when on the records are that it begins with, with AT_TIMESTAMP."),
        knob!(consumer_group: text, "consumer-group", "AmazonManagedKafkaEventSourceConfig.ConsumerGroupId", "Consumer group",
            Kind::Text { max: limits::CONSUMER_GROUP_MAX }, Kaf05,
            "The consumer group as which the mapping reads a topic; one of its own unless it is set."),
        knob!(committed: optional_count, "committed-offset", "", "Committed offset",
            count(0, u32::MAX as u64, ""), Kaf05,
            "The offset that the consumer group has committed in each partition before the run; unset is none, and the starting position counts."),
        knob!(parallel: optional_count, "parallelization-factor", "ParallelizationFactor",
            "Parallelization factor", count(1, 10, "batches per shard"), Kin04,
            "Batches of one shard that run at once; 1 unless it is set."),
        knob!(bisect: bool, "bisect-batch-on-function-error", "BisectBatchOnFunctionError",
            "Bisect batches", Kind::Bool, Kin13,
            "Whether a batch of a stream that failed is tried again in halves."),
        knob!(retries_max: optional_count, "maximum-retry-attempts", "MaximumRetryAttempts",
            "Retry attempts", count(0, 10_000, ""), Kin11,
            "How often a batch of a stream is tried again; without a limit unless it is set."),
        knob!(age_max: optional_span, "maximum-record-age", "MaximumRecordAgeInSeconds", "Record age",
            seconds(60, 604_800), Kin18,
            "How old a record of a stream may become; without a limit unless it is set."),
        knob!(tumbling: optional_span, "tumbling-window", "TumblingWindowInSeconds", "Tumbling window",
            seconds(0, 900), Tw01,
            "Length of the windows over which the function carries a state of its own."),
        knob!(fan_out: bool, "enhanced-fan-out", "EventSourceArn of a consumer", "Enhanced fan-out",
            Kind::Bool, Kin02,
            "Whether records of a Kinesis stream are pushed to the mapping, as to a registered consumer."),
        knob!(on_failure: text, "on-failure", "DestinationConfig.OnFailure", "Failure destination",
            Kind::Text { max: limits::NAME_MAX }, Kin19,
            "Where records of a stream are told of that the mapping gives up."),
        knob!(metrics: bool, "event-count", "MetricsConfig.Metrics", "Count events", Kind::Bool, Esm14,
            "Whether CloudWatch counts what is polled, filtered out, handed over and deleted."),
    ];
}

/// Retries of a batch of a topic that has no limit of its own, but a destination (KAF-03).
pub(super) const TOLD_RETRIES_MAX: u64 = 10;
/// Longest function timeout with which topics and queues of brokers are read (KAF-05).
pub const TIMEOUT_MAX: Span = Span::MINUTE.times(14);

impl Source {
    /// Whether it is a queue of SQS.
    #[must_use]
    pub const fn is_queue(self) -> bool {
        match self {
            Self::Queue | Self::Fifo => true,
            Self::Kinesis | Self::DynamoDb | Self::Kafka | Self::Mq => false,
        }
    }

    /// Whether it is in a cluster or a broker, and not a service of AWS's own kind.
    #[must_use]
    pub const fn is_of_broker(self) -> bool {
        matches!(self, Self::Kafka | Self::Mq)
    }

    /// How long records are collected where nothing is set (ESM-09).
    #[must_use]
    pub const fn window(self) -> Span {
        if self.is_of_broker() { Span::millis(500) } else { Span::ZERO }
    }

    /// Where the data of a record stands that is not filtered by where its format is another
    /// one than that of the pattern (ESM-20).
    pub(crate) const fn data_keys(self) -> &'static [&'static str] {
        match self {
            Self::Kafka => &["key", "value"],
            Self::Mq => &["data"],
            Self::Queue | Self::Fifo | Self::Kinesis | Self::DynamoDb => &[],
        }
    }

    /// What a setting takes here.
    #[must_use]
    pub fn range(self, knob: &Knob<Spec>) -> Kind {
        match (knob.key, self.is_queue()) {
            ("minimum-pollers", true) => count(2, 200, ""),
            ("maximum-pollers", true) => count(2, 10_000, ""),
            ("maximum-pollers", false) => count(1, 2_000, ""),
            _ => knob.kind,
        }
    }

    /// Records of a batch where nothing is set.
    #[must_use]
    pub const fn batch_size(self) -> u64 {
        if self.is_queue() { 10 } else { 100 }
    }

    /// Whether it takes a setting, by its key.
    #[must_use]
    pub fn takes(self, key: &str) -> bool {
        match key {
            "batching-window" => self != Self::Fifo,
            "report-batch-item-failures" | "event-count" => self != Self::Mq,
            "maximum-concurrency" => self.is_queue(),
            "minimum-pollers" | "maximum-pollers" => {
                self.is_queue() || self == Self::Kafka
            }
            "enhanced-fan-out" => self == Self::Kinesis,
            "starting-at" => matches!(self, Self::Kinesis | Self::Kafka),
            "consumer-group" | "committed-offset" => self == Self::Kafka,
            "parallelization-factor" | "tumbling-window" => {
                matches!(self, Self::Kinesis | Self::DynamoDb)
            }
            "starting-position"
            | "bisect-batch-on-function-error"
            | "maximum-retry-attempts"
            | "maximum-record-age"
            | "on-failure" => !self.is_queue() && self != Self::Mq,
            // All that every source takes.
            _ => true,
        }
    }
}

impl Spec {
    /// Says all that is wrong with it for a source.
    pub(crate) fn check(&self, source: Source, place: &str, issues: &mut Vec<Issue>) {
        knob::check(self, place, issues);
        let usual = Self::default();
        let mut wrong = |key: &str, found: String, allowed: String, rule| {
            issues.push(Issue { place: format!("{place}.{key}"), found, allowed, rule });
        };
        for knob in Self::KNOBS {
            let setting = (knob.get)(self);
            // What holds anyway may be said.
            let is_same = setting == (knob.get)(&usual)
                || setting == Setting::Span(source.window())
                    && knob.key == "batching-window";
            if !is_same && !source.takes(knob.key) {
                let allowed = format!("nothing: {} has no such setting", source.word());
                wrong(knob.key, shown(knob, &setting), allowed, knob.rule);
            } else if !knob.optional || setting != Setting::Unset {
                let range = source.range(knob);
                if knob.kind.admits(&setting) && !range.admits(&setting) {
                    wrong(knob.key, shown(knob, &setting), range.allowed(), knob.rule);
                }
            }
        }
        let size = self.batch_size.unwrap_or(source.batch_size());
        if source == Source::Fifo && size > RECEIVE_MAX {
            let allowed = format!("1 to {RECEIVE_MAX} records of a FIFO queue");
            wrong("batch-size", format!("{size}"), allowed, Rule::Fifo08);
        }
        if source == Source::Queue
            && size > RECEIVE_MAX
            && self.window(source) == Span::ZERO
        {
            let allowed = format!("at most {RECEIVE_MAX} without a batching window");
            wrong("batch-size", format!("{size}"), allowed, Rule::Esm11);
        }
        if self.concurrency_max.is_some() && self.is_provisioned() {
            let allowed = "either this or minimum and maximum pollers".into();
            wrong("maximum-concurrency", String::new(), allowed, Rule::Sqs03);
        }
        let (least, most) = self.pollers(source);
        if self.is_provisioned() && least > most {
            let allowed = format!("at most {most}, the maximum");
            wrong("minimum-pollers", format!("{least}"), allowed, Rule::Sqs04);
        }
        self.check_start(source, &mut wrong);
    }

    fn check_start(
        &self,
        source: Source,
        wrong: &mut impl FnMut(&str, String, String, Rule),
    ) {
        if source.is_queue() || source == Source::Mq {
            return;
        }
        let by_time = self.start == Some(StartingPosition::AtTimestamp);
        let words = match source {
            Source::DynamoDb => "TRIM_HORIZON or LATEST",
            Source::Queue
            | Source::Fifo
            | Source::Kinesis
            | Source::Kafka
            | Source::Mq => "TRIM_HORIZON, LATEST or AT_TIMESTAMP",
        };
        if self.start.is_none() || by_time && source == Source::DynamoDb {
            let found = self.start.map_or("", StartingPosition::word).into();
            wrong("starting-position", found, words.into(), Rule::Esm03);
        } else if by_time != self.start_at.is_some() {
            let allowed = "a time, with AT_TIMESTAMP and only with it".into();
            wrong("starting-at", String::new(), allowed, Rule::Esm03);
        }
    }

    /// Whether it runs in the provisioned mode.
    pub(crate) const fn is_provisioned(&self) -> bool {
        self.pollers_min.is_some() || self.pollers_max.is_some()
    }

    /// Fewest and most pollers of the provisioned mode.
    pub(crate) fn pollers(&self, source: Source) -> (u64, u64) {
        let least = if source.is_queue() { 2 } else { 1 };
        (self.pollers_min.unwrap_or(least), self.pollers_max.unwrap_or(200))
    }

    /// Retries after the first try; none is without a limit. Where somebody is told of what
    /// failed, a batch of a topic is never tried for ever (KAF-03).
    #[must_use]
    pub fn retries_of(&self, source: Source) -> Option<u64> {
        let is_told = source == Source::Kafka && !self.on_failure.is_empty();
        self.retries_max.or(is_told.then_some(TOLD_RETRIES_MAX))
    }

    /// How long records of a source are collected.
    #[must_use]
    pub fn window(&self, source: Source) -> Span {
        self.window.unwrap_or(source.window())
    }
}
