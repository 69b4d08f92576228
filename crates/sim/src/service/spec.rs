//! What a person sets for a service: one table for all kinds, of which each has its own part.
//!
//! Rules: DST-05, SQS-10 to SQS-16, FIFO-07, KIN-10, DDS-03, DDS-04, KAF-01, KAF-03, MQ-01.

use alloc::string::String;

use super::stream;
use super::stream::table::View;
use crate::knob::{Choices, Kind, Knob, Knobs};
use crate::limits;
use crate::time::Span;

/// What a person sets for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Whether it keeps order; queues and topics only.
    pub fifo: bool,
    /// Whether those who send to it may.
    pub permission: bool,
    /// How long nobody else gets a message that somebody has received; queues only, like
    /// the rest.
    pub visibility: Span,
    /// Whether that was set after a mapping was made: it may be too short then (ERR-02).
    pub shortened: bool,
    /// How long nobody gets a new message.
    pub delay: Span,
    /// How long a message is kept.
    pub retention: Span,
    /// Where messages go that were received too often; empty is nowhere.
    pub dead_letter: String,
    /// How often a message is received before it goes there.
    pub receives_max: u64,
    /// Whether messages that say the same are the same.
    pub content_dedup: bool,
    /// Among which messages those are found that were sent before.
    pub dedup_scope: DeduplicationScope,
    /// Shards at the start; streams only, like the rest.
    pub shards: u64,
    /// How long a Kinesis stream keeps records.
    pub kept: Span,
    /// What records of a table's stream show.
    pub view: View,
    /// The attribute of a table that is its partition key.
    pub partition_key: String,
    /// The attribute that is its sort key; empty is none.
    pub sort_key: String,
    /// After how long another shard takes the place of one of a table; unset is never.
    pub shard_life: Option<Span>,
    /// Partitions of a topic of Kafka.
    pub partitions: u64,
    /// How long such a topic keeps records.
    pub log_kept: Span,
    /// What a broker of Amazon MQ runs.
    pub engine: Engine,
    /// How often such a broker delivers a message again; unset is as the engine does.
    pub redeliveries_max: Option<u64>,
}

/// The keys of what only streams have.
pub(super) const OF_STREAMS: [&str; 10] = [
    "shards",
    "retention-period",
    "stream-view-type",
    "partition-key",
    "sort-key",
    "shard-lifetime",
    "partitions",
    "log-retention",
    "engine",
    "maximum-redeliveries",
];

choices! {
    /// What a broker of Amazon MQ runs.
    Engine {
        /// ActiveMQ.
        ActiveMq "ActiveMQ",
        /// RabbitMQ.
        RabbitMq "RabbitMQ",
    }
}

choices! {
    /// Among which messages those are found that were sent before (FIFO-07).
    DeduplicationScope {
        /// All of the queue.
        Queue "queue",
        /// Those of one group.
        MessageGroup "messageGroup",
    }
}

/// How often ActiveMQ delivers a message to Lambda again: Lambda sets that, and takes no
/// other policy (docs.aws.amazon.com/lambda/latest/dg/services-mq-errors.html).
const ACTIVE_MQ_REDELIVERIES: u64 = 6;

impl Default for Spec {
    fn default() -> Self {
        Self {
            fifo: false,
            permission: true,
            visibility: Span::seconds(30),
            shortened: false,
            delay: Span::ZERO,
            retention: Span::HOUR.times(96),
            dead_letter: String::new(),
            receives_max: 10,
            content_dedup: false,
            dedup_scope: DeduplicationScope::Queue,
            shards: 1,
            kept: stream::TABLE_RETENTION,
            view: View::NewAndOldImages,
            partition_key: "id".into(),
            sort_key: String::new(),
            shard_life: None,
            partitions: 1,
            log_kept: Span::HOUR.times(168),
            engine: Engine::ActiveMq,
            redeliveries_max: None,
        }
    }
}

const fn seconds(min: u64, max: u64) -> Kind {
    let (min, max) = (Span::seconds(min), Span::seconds(max));
    Kind::Span { min, max, whole_seconds: true }
}

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(fifo: bool, "fifo", "FifoQueue", "FIFO", Kind::Bool, Dst03,
            "Whether a queue or topic keeps order; Lambda then sends neither records nor dead letters to it."),
        knob!(permission: bool, "permission", "", "Permission", Kind::Bool, Dst05,
            "Whether the roles of functions may send to it; what they send is lost otherwise."),
        knob!(visibility: span, "visibility-timeout", "VisibilityTimeout", "Visibility timeout",
            seconds(0, 43_200), Sqs10,
            "How long nobody else gets a message of a queue that somebody has received."),
        knob!(shortened: bool, "visibility-set-later", "", "Visibility set later",
            Kind::Bool, Sqs12,
            "Whether the visibility timeout of a queue was set after its mappings were made: only then may it be below their functions' timeouts."),
        knob!(delay: span, "delay", "DelaySeconds", "Delay", seconds(0, 900), Sqs16,
            "How long nobody gets a new message of a queue."),
        knob!(retention: span, "retention", "MessageRetentionPeriod", "Retention",
            seconds(60, 1_209_600), Sqs14,
            "How long a queue keeps a message."),
        knob!(dead_letter: text, "dead-letter", "RedrivePolicy.deadLetterTargetArn", "Dead-letter queue",
            Kind::Text { max: limits::NAME_MAX }, Sqs13,
            "The queue that gets messages of a queue which were received too often, or which a broker gives up."),
        knob!(receives_max: count, "max-receive-count", "RedrivePolicy.maxReceiveCount", "Maximum receives",
            Kind::Count { min: 1, max: 1_000, unit: "" }, Sqs13,
            "How often a message is received before it goes to the dead-letter queue."),
        knob!(content_dedup: bool, "content-based-deduplication", "ContentBasedDeduplication",
            "Same content, same message", Kind::Bool, Fifo07,
            "Whether a FIFO queue takes messages that say the same for one, for five minutes."),
        knob!(dedup_scope: choice, "deduplication-scope", "DeduplicationScope", "Deduplication scope",
            Kind::Choice(DeduplicationScope::WORDS), Fifo07,
            "Whether a FIFO queue looks for the same message in the whole queue or in its group."),
        knob!(shards: count, "shards", "ShardCount", "Shards",
            Kind::Count { min: 1, max: limits::SHARDS_MAX, unit: "" }, Kin03,
            "Shards that a stream has at the start."),
        knob!(kept: span, "retention-period", "RetentionPeriodHours", "Retention period",
            Kind::Span { min: stream::TABLE_RETENTION, max: Span::HOUR.times(8_760), whole_seconds: true },
            Kin10, "How long a Kinesis stream keeps records; a table's stream keeps them for 24 hours."),
        knob!(view: choice, "stream-view-type", "StreamViewType", "Stream view type",
            Kind::Choice(View::WORDS), Dds03,
            "What records of a table's stream show of the item."),
        knob!(partition_key: text, "partition-key", "KeySchema (HASH)", "Partition key",
            Kind::Text { max: limits::ATTRIBUTE_MAX }, Dds03,
            "The attribute that is the partition key of a table."),
        knob!(sort_key: text, "sort-key", "KeySchema (RANGE)", "Sort key",
            Kind::Text { max: limits::ATTRIBUTE_MAX }, Dds03,
            "The attribute that is the sort key of a table; empty is none."),
        knob!(shard_life: optional_span, "shard-lifetime", "", "Shard lifetime",
            seconds(60, 86_400), Dds04,
            "After how long a new shard takes the place of each of a table; AWS does not say how long that is."),
        knob!(partitions: count, "partitions", "", "Partitions",
            Kind::Count { min: 1, max: limits::SHARDS_MAX, unit: "" }, Kaf01,
            "Partitions of a topic of Kafka."),
        knob!(log_kept: span, "log-retention", "", "Topic retention",
            Kind::Span { min: Span::SECOND, max: Span::HOUR.times(8_760), whole_seconds: true },
            Kaf03, "How long a topic of Kafka keeps records."),
        knob!(engine: choice, "engine", "EngineType", "Engine", Kind::Choice(Engine::WORDS), Mq01,
            "What a broker of Amazon MQ runs."),
        knob!(redeliveries_max: optional_count, "maximum-redeliveries", "", "Redeliveries",
            Kind::Count { min: 0, max: 10_000, unit: "" }, Mq01,
            "How often a broker delivers a message again before it is dead or discarded; unless it is set, six times with ActiveMQ and without a limit with RabbitMQ."),
    ];
}

impl Spec {
    /// The stream of a service with these settings.
    #[must_use]
    pub fn stream(&self, kind: stream::Kind) -> stream::Spec {
        let keys = [&self.partition_key, &self.sort_key].into_iter();
        let (kind, shards, retention) = match (kind, self.engine) {
            (stream::Kind::Kinesis | stream::Kind::DynamoDb, _) => {
                (kind, self.shards, self.kept)
            }
            (stream::Kind::Msk | stream::Kind::Kafka, _) => {
                (kind, self.partitions, self.log_kept)
            }
            (_, Engine::ActiveMq) => (stream::Kind::ActiveMq, 1, self.kept),
            (_, Engine::RabbitMq) => (stream::Kind::RabbitMq, 1, self.kept),
        };
        let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        let usual = (kind == stream::Kind::ActiveMq).then_some(ACTIVE_MQ_REDELIVERIES);
        let redeliveries = self.redeliveries_max.or(usual).map(count);
        stream::Spec {
            kind,
            shards: count(shards),
            retention,
            redeliveries_max: redeliveries,
            view: self.view,
            key_schema: keys.filter(|key| !key.is_empty()).cloned().collect(),
        }
    }
}
