//! One shard: an ordered list of records, with limits on how fast it is written and read.
//!
//! Units: places count the records of the shard from 0; sizes are in bytes.
//! Rules: section 4 (limits), DDS-01 (limits of a table's stream), KIN-06 (positions),
//! KIN-10 (retention). Undocumented, assumed here: the second of a limit in bytes begins
//! with the first use after the one before has passed, and an answer that is larger than
//! the limit takes as many seconds as it would need.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::record::{Content, Record, Sequence};
use super::row::Row;
use super::{Kind, ShardId};
use crate::service::shelf::Shelf;
use crate::time::{Instant, Span};

/// The numbers to which partition keys are hashed, that belong to one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashRange {
    /// The first.
    pub first: u128,
    /// The last.
    pub last: u128,
}

impl HashRange {
    /// All numbers.
    pub const ALL: Self = Self { first: 0, last: u128::MAX };

    /// One of `count` equal ranges, by its number from 0; the last takes what remains.
    #[must_use]
    pub fn part(number: u32, count: u32) -> Self {
        // 2^128 by the count, rounded down; a single range is wider than any number.
        let (most, count_wide) = (u128::MAX, u128::from(count));
        let is_exact = count > 1 && most % count_wide == count_wide - 1;
        let width = most / count_wide + u128::from(is_exact);
        let first = width * u128::from(number);
        let last = if number + 1 == count { u128::MAX } else { first + width - 1 };
        Self { first, last }
    }

    /// Whether a hash belongs to it.
    #[must_use]
    pub const fn holds(&self, hash: u128) -> bool {
        self.first <= hash && hash <= self.last
    }
}

/// How much may be used in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Meter {
    opened: Instant,
    used: u64,
}

impl Meter {
    const NEW: Self = Self { opened: Instant::START, used: 0 };

    /// When something may be used again.
    fn free_at(&self, now: Instant, per_second: u64) -> Instant {
        if self.used < per_second {
            return now;
        }
        self.opened.plus(Span::SECOND.times(self.used.div_ceil(per_second))).max(now)
    }

    /// Begins a new second if what was used has had its time.
    fn turn(&mut self, now: Instant, per_second: u64) {
        let seconds = self.used.div_ceil(per_second).max(1);
        if self.used == 0 || now >= self.opened.plus(Span::SECOND.times(seconds)) {
            *self = Self { opened: now, used: 0 };
        }
    }
}

/// How fast a shard may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// Calls in a second, of all readers together.
    pub calls_per_second: u32,
    /// Bytes in a second, of all readers together.
    pub bytes_per_second: u64,
    /// Most records of one call.
    pub records: u32,
    /// Most bytes of one call.
    pub bytes: u64,
}

/// How fast a shard may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteLimits {
    /// Records in a second.
    pub records_per_second: u64,
    /// Bytes in a second.
    pub bytes_per_second: u64,
}

impl WriteLimits {
    /// None.
    pub const NONE: Self =
        Self { records_per_second: u64::MAX, bytes_per_second: u64::MAX };
}

/// What came of a call to read a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// Records, maybe none.
    Records(Batch),
    /// There were too many calls, or too much was read.
    Throttled {
        /// When a call can be answered again.
        until: Instant,
    },
}

/// Records that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// They, in order.
    pub records: Row,
    /// What they count for against limits of the stream.
    pub bytes: u64,
    /// Where to read on.
    pub next: u32,
    /// So many before them are no longer kept.
    pub missed: u32,
    /// Whether the shard held more.
    pub is_behind: bool,
    /// Whether the shard is closed and nothing more is to come after these.
    pub is_end: bool,
}

impl Batch {
    /// Takes out the records that a filter does not let through, and says how many. Who
    /// reads goes on after them all the same (ESM-19).
    pub fn filter(&mut self, passes: impl FnMut(&Record) -> bool) -> u64 {
        let before = self.records.len();
        self.records.retain(passes);
        u64::from(before - self.records.len())
    }
}

/// A shard.
#[derive(Clone, Debug)]
pub struct Shard {
    id: ShardId,
    range: HashRange,
    parents: Vec<ShardId>,
    opened: Instant,
    closed: Option<Instant>,
    records: Shelf<Record>,
    /// The first that is still kept.
    horizon: u32,
    written: Meter,
    written_bytes: Meter,
    read_bytes: Meter,
    /// When the last calls were, the oldest first; never more than a second allows.
    calls: Vec<Instant>,
}

impl Shard {
    pub(super) fn new(
        id: ShardId,
        range: HashRange,
        parents: Vec<ShardId>,
        now: Instant,
    ) -> Self {
        Self {
            id,
            range,
            parents,
            opened: now,
            closed: None,
            records: Shelf::default(),
            horizon: 0,
            written: Meter::NEW,
            written_bytes: Meter::NEW,
            read_bytes: Meter::NEW,
            calls: Vec::new(),
        }
    }

    /// Which it is.
    #[must_use]
    pub const fn id(&self) -> ShardId {
        self.id
    }

    /// The hashes that belong to it.
    #[must_use]
    pub const fn range(&self) -> HashRange {
        self.range
    }

    /// The shards it came of: none, one that was split, or two that were merged.
    #[must_use]
    pub fn parents(&self) -> &[ShardId] {
        &self.parents
    }

    /// Since when it takes records.
    #[must_use]
    pub const fn opened(&self) -> Instant {
        self.opened
    }

    /// Whether it takes records.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Where its next record will have its place.
    #[must_use]
    pub fn tip(&self) -> u32 {
        u32::try_from(self.records.len()).expect("records are limited")
    }

    /// The place of the oldest record that is kept.
    #[must_use]
    pub const fn horizon(&self) -> u32 {
        self.horizon
    }

    /// The record at a place.
    #[must_use]
    pub fn record(&self, place: u32) -> Option<&Record> {
        self.records.get(place as usize)
    }

    pub(super) fn close(&mut self, now: Instant) {
        self.closed = Some(now);
    }

    /// Whether it would take a record of this size now.
    pub(super) fn admits(
        &mut self,
        now: Instant,
        bytes: u64,
        limits: &WriteLimits,
    ) -> bool {
        self.written.turn(now, limits.records_per_second);
        self.written_bytes.turn(now, limits.bytes_per_second);
        self.written.used < limits.records_per_second
            && self.written_bytes.used + bytes <= limits.bytes_per_second
    }

    pub(super) fn push(&mut self, now: Instant, sequence: Sequence, content: Content) {
        // A load puts the same again and again: that is kept once.
        let before = self.tip().checked_sub(1).and_then(|place| self.record(place));
        let before = before.map(|record| &record.content);
        let content = match before.filter(|before| ***before == content) {
            Some(before) => Rc::clone(before),
            None => Rc::new(content),
        };
        let record = Record { place: self.tip(), sequence, arrived: now, content };
        self.written.used += 1;
        self.written_bytes.used += record.bytes();
        self.records.push(record);
    }

    /// Lets go of what is older than the stream keeps.
    pub(super) fn trim(&mut self, now: Instant, retention: Span) {
        let is_old = |record: &Record| now.since(record.arrived) >= retention;
        while self.record(self.horizon).is_some_and(is_old) {
            self.horizon += 1;
        }
    }

    /// The place of the first record that arrived at an instant or later.
    #[must_use]
    pub fn place_at(&self, at: Instant) -> u32 {
        let (mut low, mut high) = (self.horizon, self.tip());
        while low < high {
            let middle = u32::midpoint(low, high);
            match self.record(middle) {
                Some(record) if record.arrived < at => low = middle + 1,
                Some(_) | None => high = middle,
            }
        }
        low
    }

    /// Reads from a place on; what is no longer kept is skipped (KIN-10).
    pub(super) fn read(&mut self, now: Instant, from: u32, limits: &ReadLimits) -> Read {
        let until = self.free_at(now, limits);
        if until > now {
            return Read::Throttled { until };
        }
        let batch = self.after(from, limits);
        self.read_bytes.turn(now, limits.bytes_per_second);
        self.read_bytes.used += batch.bytes;
        self.calls.retain(|call| now.since(*call) < Span::SECOND);
        self.calls.push(now);
        Read::Records(batch)
    }

    /// What there is from a place on, as much as one call brings. Pushed to a consumer of
    /// its own it uses up nothing of what readers share (KIN-02).
    pub(super) fn after(&self, from: u32, limits: &ReadLimits) -> Batch {
        let mut next = from.max(self.horizon);
        let missed = next - from;
        let most = next.saturating_add(limits.records).min(self.tip()).max(next);
        let mut records = Row::of(&self.records, next, most);
        let (mut count, mut bytes, mut is_same) = (0, 0, true);
        let first = records.first().map(|first| &first.content);
        for (record, many) in records.runs() {
            let (size, left) = (record.bytes(), limits.bytes.saturating_sub(bytes));
            let fit = left.checked_div(size).unwrap_or(u64::MAX).min(many.into());
            // A call brings one at least.
            let fit = if count == 0 { fit.max(1) } else { fit };
            is_same &= first.is_some_and(|first| Rc::ptr_eq(first, &record.content));
            bytes += size * fit;
            count += u32::try_from(fit).expect("not more than there are");
            if fit < u64::from(many) {
                break;
            }
        }
        if count < records.len() {
            records = records.take(count);
        }
        next += count;
        let records = records.sharing(is_same);
        let is_behind = next < self.tip();
        let is_end = !is_behind && !self.is_open();
        Batch { records, bytes, next, missed, is_behind, is_end }
    }

    /// When the next call is answered.
    fn free_at(&self, now: Instant, limits: &ReadLimits) -> Instant {
        let recent = self.calls.len().checked_sub(limits.calls_per_second as usize);
        let calls = recent.map_or(now, |at| self.calls[at].plus(Span::SECOND));
        self.read_bytes.free_at(now, limits.bytes_per_second).max(calls)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.records.bytes()
    }
}

impl Kind {
    /// How fast shards of this kind may be read.
    #[must_use]
    pub const fn read_limits(self) -> ReadLimits {
        match self {
            Self::Kinesis => ReadLimits {
                calls_per_second: 5,
                bytes_per_second: 2 << 20,
                records: 10_000,
                bytes: 10 << 20,
            },
            // AWS names no bytes in a second: two readers that poll four times a second
            // and get as much as a call may bring are let through (DDS-02).
            Self::DynamoDb => ReadLimits {
                calls_per_second: 8,
                bytes_per_second: 8 << 20,
                records: 1_000,
                bytes: 1 << 20,
            },
            // Clusters and brokers have quotas of their own, which are not simulated; a
            // call brings as much as one of Kinesis.
            Self::Msk | Self::Kafka | Self::ActiveMq | Self::RabbitMq => ReadLimits {
                calls_per_second: u32::MAX,
                bytes_per_second: u64::MAX,
                records: 10_000,
                bytes: 10 << 20,
            },
        }
    }

    /// How fast shards of this kind may be written; a table has limits of its own.
    #[must_use]
    pub const fn write_limits(self) -> WriteLimits {
        match self {
            Self::Kinesis => {
                WriteLimits { records_per_second: 1_000, bytes_per_second: 1 << 20 }
            }
            Self::DynamoDb
            | Self::Msk
            | Self::Kafka
            | Self::ActiveMq
            | Self::RabbitMq => WriteLimits::NONE,
        }
    }
}
