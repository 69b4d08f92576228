//! What a person sets for an event source mapping, and which source takes which setting.
//!
//! One table for all sources, in AWS's words. Units: windows and ages are simulated time; a
//! setting that is unset stands at what AWS gives its source; retries and ages that are
//! unset have no limit (AWS writes -1).
//! Rules: ESM-07 to ESM-11, ESM-15, ESM-18, PBR-01, SQS-03, SQS-04, FIFO-08.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::knob::{self, Choices, Issue, Kind, Knob, Knobs, shown};
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
    /// How long records are collected for a batch.
    pub window: Span,
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
            window: Span::ZERO,
            partial: false,
            concurrency_max: None,
            pollers_min: None,
            pollers_max: None,
            start: None,
            start_at: None,
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
        knob!(window: span, "batching-window", "MaximumBatchingWindowInSeconds", "Batching window",
            seconds(0, 300), Esm09,
            "How long records are collected before the function is called with fewer than a full batch."),
        knob!(partial: bool, "report-batch-item-failures", "FunctionResponseTypes", "Partial responses",
            Kind::Bool, Pbr01,
            "Whether the function's answer says which records of a batch failed (ReportBatchItemFailures)."),
        knob!(concurrency_max: optional_count, "maximum-concurrency", "ScalingConfig.MaximumConcurrency",
            "Maximum concurrency", count(2, 1_000, ""), Sqs03,
            "Most batches of a queue that run at once; the mapping does not receive more than that."),
        knob!(pollers_min: optional_count, "minimum-pollers", "ProvisionedPollerConfig.MinimumPollers",
            "Minimum pollers", count(2, 200, ""), Sqs04,
            "Fewest event pollers of the provisioned mode; each runs ten batches at once."),
        knob!(pollers_max: optional_count, "maximum-pollers", "ProvisionedPollerConfig.MaximumPollers",
            "Maximum pollers", count(2, 10_000, ""), Sqs04,
            "Most event pollers of the provisioned mode."),
        knob!(start: optional_choice, "starting-position", "StartingPosition", "Starting position",
            Kind::Choice(StartingPosition::WORDS), Esm03,
            "Where the mapping begins to read a stream."),
        knob!(start_at: optional_span, "starting-at", "StartingPositionTimestamp", "Starting at",
            Kind::Span { min: Span::ZERO, max: limits::RUN_SPAN_MAX, whole_seconds: false }, Kin06,
            "From when on the records are that it begins with, with AT_TIMESTAMP."),
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

impl Source {
    /// Whether it is a queue.
    #[must_use]
    pub const fn is_queue(self) -> bool {
        match self {
            Self::Queue | Self::Fifo => true,
            Self::Kinesis | Self::DynamoDb => false,
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
            "batching-window" => match self {
                Self::Queue | Self::Kinesis | Self::DynamoDb => true,
                Self::Fifo => false,
            },
            "maximum-concurrency" | "minimum-pollers" | "maximum-pollers" => {
                self.is_queue()
            }
            "starting-at" | "enhanced-fan-out" => match self {
                Self::Kinesis => true,
                Self::Queue | Self::Fifo | Self::DynamoDb => false,
            },
            "starting-position"
            | "parallelization-factor"
            | "bisect-batch-on-function-error"
            | "maximum-retry-attempts"
            | "maximum-record-age"
            | "tumbling-window"
            | "on-failure" => !self.is_queue(),
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
            if setting != (knob.get)(&usual) && !source.takes(knob.key) {
                let allowed = format!("nothing: {} has no such setting", source.word());
                wrong(knob.key, shown(knob, &setting), allowed, knob.rule);
            }
        }
        let size = self.batch_size.unwrap_or(source.batch_size());
        if source == Source::Fifo && size > RECEIVE_MAX {
            let allowed = format!("1 to {RECEIVE_MAX} records of a FIFO queue");
            wrong("batch-size", format!("{size}"), allowed, Rule::Fifo08);
        }
        if source == Source::Queue && size > RECEIVE_MAX && self.window == Span::ZERO {
            let allowed = format!("at most {RECEIVE_MAX} without a batching window");
            wrong("batch-size", format!("{size}"), allowed, Rule::Esm11);
        }
        if self.concurrency_max.is_some() && self.is_provisioned() {
            let allowed = "either this or minimum and maximum pollers".into();
            wrong("maximum-concurrency", String::new(), allowed, Rule::Sqs03);
        }
        let (least, most) = self.pollers();
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
        if source.is_queue() {
            return;
        }
        let by_time = self.start == Some(StartingPosition::AtTimestamp);
        let words = match source {
            Source::DynamoDb => "TRIM_HORIZON or LATEST",
            Source::Queue | Source::Fifo | Source::Kinesis => {
                "TRIM_HORIZON, LATEST or AT_TIMESTAMP"
            }
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
    pub(crate) fn pollers(&self) -> (u64, u64) {
        (self.pollers_min.unwrap_or(2), self.pollers_max.unwrap_or(200))
    }
}
