//! Every bound on what a person, a file or a link may ask for.
//!
//! Reaching a bound of a run ends the recording with a reason; going over a bound of a
//! scenario is an issue, and the scenario does not run.

use crate::time::Span;

/// What ends a run besides itself. People, files and links get the default; a program that
/// knows what it asks for, such as a benchmark, may set wider bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// When the run ends, in place of what its settings say.
    pub until: Option<Span>,
    /// Most events handled.
    pub steps: u32,
    /// Most trace entries kept.
    pub entries: u32,
    /// Most calls one load may make.
    pub calls: u64,
    /// Most acts, below 65,535.
    pub acts: u16,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            until: None,
            steps: STEPS_MAX,
            entries: ENTRIES_MAX,
            calls: CALLS_MAX,
            acts: ACTS_MAX as u16,
        }
    }
}

/// Farthest a part may be moved from its place on the board, in units of the board.
pub const NUDGE_MAX: i16 = 2_000;

/// Longest simulated time of one run.
pub const RUN_SPAN_MAX: Span = Span::HOUR.times(24);
/// Most events handled in one run.
pub const STEPS_MAX: u32 = 40_000_000;
/// Most trace entries kept in one recording.
pub const ENTRIES_MAX: u32 = 4_000_000;
/// Most callers and functions of one scenario, each.
pub const PARTS_MAX: usize = 200;
/// Most published versions, aliases, faults or markers of one part.
pub const LIST_MAX: usize = 100;
/// Most messages of one queue that are listed.
pub const POSTS_MAX: usize = 1_000;
/// Longest name of a consumer group of Kafka, in bytes (AWS: 200).
pub const CONSUMER_GROUP_MAX: usize = 200;
/// Most shards of a stream at the start.
pub const SHARDS_MAX: u64 = 200;
/// Longest name of an attribute of a table that is a key, in bytes.
pub const ATTRIBUTE_MAX: usize = 255;
/// Longest partition key of a record, in bytes.
pub const PARTITION_KEY_MAX: usize = 256;
/// Most bytes that the state of a tumbling window has besides what is added up in it.
pub const STATE_PADDING_MAX: u64 = 5 << 20;
/// Most partition keys that take turns in a load.
pub const PARTITION_KEYS_MAX: u64 = 1_000_000;
/// Most lanes of a shard: the largest parallelization factor.
pub const LANES_MAX: u64 = 10;
/// Fewest answers a question offers.
pub const CHOICES_MIN: usize = 2;
/// Most answers a question offers.
pub const CHOICES_MAX: usize = 5;
/// Most expectations of one scenario.
pub const EXPECTATIONS_MAX: usize = 100;
/// Longest expectation as text, in bytes.
pub const EXPECTATION_BYTES_MAX: usize = 256;
/// Most acts of one run.
pub const ACTS_MAX: usize = 1_000;
/// Most calls one load may make.
pub const CALLS_MAX: u64 = 2_000_000;
/// Largest threshold of an alarm, in millionths.
pub const THRESHOLD_MAX: u64 = 1_000_000_000_000_000;
/// Most alarms of a deployment group (AWS: 10).
pub const GROUP_ALARMS_MAX: usize = 10;
/// Longest name of a deployment configuration, in bytes (AWS: 100).
pub const CONFIG_NAME_MAX: usize = 100;
/// Longest name of a part, in bytes (AWS: 64 for functions).
pub const NAME_MAX: usize = 64;
/// Longest free text, in bytes.
pub const TEXT_MAX: usize = 4_000;
/// Largest scenario text, in bytes.
pub const SCENARIO_BYTES_MAX: usize = 1 << 20;
/// Longest payload of a share link, in characters.
pub const LINK_CHARS_MAX: usize = 64 * 1024;
/// Deepest nesting of a JSON value.
pub const DEPTH_MAX: usize = 64;
/// Memory that checkpoints of one recording may take, in bytes.
pub const CHECKPOINT_BYTES_MAX: usize = 64 << 20;
/// Largest synchronous request, in bytes (section 8 of the invocation rules: 6 MB).
pub const SYNC_REQUEST_BYTES_MAX: u64 = 6 << 20;
/// Largest asynchronous request, in bytes (ASY-03).
pub const ASYNC_REQUEST_BYTES_MAX: u64 = 1 << 20;
/// Largest message of a queue, and largest event of a bus, in bytes (DST-16).
pub const QUEUE_MESSAGE_BYTES_MAX: u64 = 1 << 20;
/// Largest object that is put into a bucket from outside, in bytes (AWS: 5 TB in one request
/// of its own kind; in one that is one PUT, 5 GB).
pub const OBJECT_BYTES_MAX: u64 = 5 << 30;
/// Longest key of an object in a bucket, in bytes.
pub const OBJECT_KEY_BYTES_MAX: usize = 1_024;
/// Largest message of a topic, in bytes (DST-16).
pub const TOPIC_MESSAGE_BYTES_MAX: u64 = 256 << 10;
/// Largest synchronous response the service names, in bytes (INV-08).
pub const SYNC_RESPONSE_BYTES_MAX: u64 = 6_291_556;
