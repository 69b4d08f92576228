//! W3: a million records through a mapping, from the shards of a stream or from a queue.
//!
//! Each invocation takes 50 ms. In case a all records lie in eight shards at the start, a
//! few of them are poison, and batches that fail are halved; in case b a message comes
//! every millisecond, ten batches run at once, and a record in twenty fails alone.
//! Of each record its deliveries are counted, and when the last of them ended is kept.
//!
//! Units: simulated microseconds; the makespan is milliseconds.

pub mod plain;
pub mod simulated;

use lambdarium_sim::time::Span;

/// Records of the full workload; the expected values hold for it.
pub const RECORDS: u32 = 1_000_000;
/// How long each invocation takes.
pub const DURATION: Span = Span::millis(50);

/// Shards of the stream.
const SHARDS: u32 = 8;
/// Records of a batch of the stream.
const STREAM_BATCH: u32 = 100;
/// Tries of a batch of one record.
const TRIES: u32 = 3;
/// Messages of a batch of the queue.
const QUEUE_BATCH: u32 = 10;
/// Batches of the queue that run at once.
const WORKERS: u32 = 10;
/// Between two messages.
const GAP: Span = Span::millis(1);
/// How long a message is hidden once it was received.
const VISIBILITY: Span = Span::seconds(30);
/// How often a message is received before it goes to the dead-letter queue.
const RECEIVES: u32 = 3;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// a
    Stream,
    /// b
    Queue,
}

/// What comes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Invocations of the function.
    pub invocations: u64,
    /// Those that failed, or in which a record did.
    pub failed: u64,
    /// Records in them.
    pub deliveries: u64,
    /// Records that were processed.
    pub ok: u64,
    /// Records that were given up.
    pub dlq: u64,
    /// When the last invocation ended, or the last record was given up.
    pub makespan_ms: u64,
    /// Of deliveries and ends, record by record.
    pub digest: u64,
    /// Events that were pending at once, at most.
    pub pending_max: usize,
}

impl Outcome {
    /// Whether it is what must come out of [`RECORDS`] records.
    #[must_use]
    pub fn is_right(&self, case: Case) -> bool {
        match case {
            Case::Stream => {
                (self.invocations, self.failed, self.deliveries)
                    == (11_546, 973, 1_020_048)
                    && (self.ok, self.dlq, self.makespan_ms) == (999_900, 100, 72_600)
            }
            Case::Queue => {
                (self.deliveries, self.ok, self.dlq) == (1_052_762, 999_886, 114)
                    && self.invocations.abs_diff(201_714) <= 2_017
                    && self.makespan_ms.abs_diff(1_068_700) <= 100
            }
        }
    }
}

/// What is kept of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kept {
    /// How often it was delivered.
    deliveries: u32,
    /// When the last of them ended.
    ended: u64,
}

/// All of that in one number: FNV-1a over the numbers.
fn digest(records: &[Kept]) -> u64 {
    let numbers = records.iter().flat_map(|kept| [kept.deliveries.into(), kept.ended]);
    numbers.fold(0xcbf2_9ce4_8422_2325, |hash, number: u64| {
        (hash ^ number).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether a record of the stream cannot be processed.
#[inline]
const fn is_poison(record: u32) -> bool {
    record % 9_973 == 4_986
}

/// Whether a message cannot be processed that was received so often: one in twenty, by the
/// finaliser of MurmurHash3.
#[inline]
const fn fails(message: u32, receives: u32) -> bool {
    let mut hash = message.wrapping_mul(4).wrapping_add(receives);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16) < 214_748_364
}
