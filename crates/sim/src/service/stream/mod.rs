//! Streams: the shards of a Kinesis stream, those that tell of a table's changes, the
//! partitions of a Kafka topic, and the queue of an MQ broker, which is a stream of one shard.
//!
//! A stream is written and read by plain calls that take the time; it plans nothing itself.
//! Units: sizes are in bytes. Rules: section 4 (limits), KIN-06 (positions), KIN-07
//! (resharding), KIN-10 (retention), DDS-01 to DDS-04, KAF-01, KAF-05, MQ-01.

pub mod broker;
pub mod part;
pub mod record;
pub mod row;
pub mod shard;
pub mod table;
pub mod text;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::limits;
use crate::md5;
use crate::time::{Instant, Span};
use record::{Content, Data, EPOCH_S, Sequence};
use shard::{HashRange, Read, Shard, WriteLimits};
use table::{NoKey, Table, View, Write};

choices! {
    /// What a stream is.
    Kind {
        /// A Kinesis data stream.
        Kinesis "kinesis",
        /// The stream of a DynamoDB table.
        DynamoDb "dynamodb",
        /// A topic of Amazon MSK.
        Msk "msk",
        /// A topic of a Kafka cluster that somebody runs.
        Kafka "kafka",
        /// A queue of ActiveMQ.
        ActiveMq "ActiveMQ",
        /// A queue of RabbitMQ.
        RabbitMq "RabbitMQ",
    }
}

impl Kind {
    /// Whether it is a topic of Kafka.
    #[must_use]
    pub const fn is_topic(self) -> bool {
        matches!(self, Self::Msk | Self::Kafka)
    }

    /// Whether it is a queue of a broker.
    #[must_use]
    pub const fn is_broker(self) -> bool {
        matches!(self, Self::ActiveMq | Self::RabbitMq)
    }

    /// Whether it is written and read as Lambda's own streams are, within their limits.
    #[must_use]
    pub const fn is_of_aws(self) -> bool {
        matches!(self, Self::Kinesis | Self::DynamoDb)
    }

    /// What a part of it is called.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Kinesis | Self::DynamoDb => "shard",
            Self::Msk | Self::Kafka => "partition",
            Self::ActiveMq | Self::RabbitMq => "queue",
        }
    }

    /// Its largest record. What a cluster or broker takes is set there; this is more than
    /// Lambda could hand over.
    #[must_use]
    pub const fn record_bytes_max(self) -> u64 {
        if self.is_of_aws() { RECORD_BYTES_MAX } else { 10 * RECORD_BYTES_MAX }
    }
}

/// Largest record of a Kinesis stream.
pub const RECORD_BYTES_MAX: u64 = 1 << 20;
/// How long a table's stream keeps records.
pub const TABLE_RETENTION: Span = Span::HOUR.times(24);

/// A shard, by its number in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShardId(pub u32);

impl ShardId {
    /// It as the service writes it.
    #[must_use]
    pub fn text(self, kind: Kind) -> String {
        match kind {
            Kind::Kinesis => format!("shardId-{:012}", self.0),
            Kind::DynamoDb => {
                let mark = md5::number(&format!("{}", self.0)) >> 96;
                format!("shardId-{:020}-{mark:08x}", EPOCH_S * 1_000 + u64::from(self.0))
            }
            Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => {
                format!("{}", self.0)
            }
        }
    }
}

/// What a person sets for a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What it is.
    pub kind: Kind,
    /// Shards at the start.
    pub shards: u32,
    /// How long records are kept: 24 h up to 8,760 h for Kinesis; 24 h always for tables.
    pub retention: Span,
    /// How often a broker delivers a message again before it gives it up; none is without
    /// end.
    pub redeliveries_max: Option<u32>,
    /// What records of a table show.
    pub view: View,
    /// Attributes of a table's key: the partition key, and the sort key if there is one.
    pub key_schema: Vec<String>,
}

impl Spec {
    /// A stream with one shard, and what AWS sets where nothing is said.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            shards: 1,
            retention: TABLE_RETENTION,
            redeliveries_max: None,
            view: View::NewAndOldImages,
            key_schema: Vec::from(["id".into()]),
        }
    }

    /// How long records are kept.
    #[must_use]
    pub fn kept(&self) -> Span {
        match self.kind {
            Kind::Kinesis | Kind::Msk | Kind::Kafka => self.retention,
            Kind::DynamoDb => TABLE_RETENTION,
            // A broker keeps what nobody has acknowledged.
            Kind::ActiveMq | Kind::RabbitMq => limits::RUN_SPAN_MAX.times(2),
        }
    }
}

/// Where reading begins (KIN-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// At the oldest record that is kept.
    TrimHorizon,
    /// After the newest record there is at the instant at which this is resolved.
    Latest,
    /// At the first record that arrived then or later.
    At(Instant),
    /// At the offset that a consumer group has committed in each partition (KAF-05).
    Committed(u32),
}

/// What a reader learns of a shard when it asks which there are (`ListShards`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which it is.
    pub id: ShardId,
    /// The shards it came of.
    pub parents: Vec<ShardId>,
    /// Whether it takes records.
    pub is_open: bool,
    /// Where reading is to begin.
    pub place: u32,
}

/// A record that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// By this shard.
    pub shard: ShardId,
    /// Under this number.
    pub sequence: Sequence,
}

/// Why a record is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutRefusal {
    /// Its shard has taken as much as it may in a second:
    /// `ProvisionedThroughputExceededException`.
    Throttled {
        /// Which shard.
        shard: ShardId,
    },
    /// It is larger than a record may be: `ValidationException`.
    TooLarge,
}

/// Why a shard is not split or merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReshardRefusal {
    /// There is no such shard: `ResourceNotFoundException`.
    NoSuchShard,
    /// It takes no records any more: `ResourceInUseException`.
    Closed,
    /// The hash is not inside the shard's range, or the ranges do not touch:
    /// `InvalidArgumentException`.
    WrongRange,
}

/// A stream during a run.
#[derive(Clone, Debug)]
pub struct State {
    shards: Vec<Shard>,
    /// Records taken so far.
    taken: u64,
    table: Table,
}

impl State {
    /// A stream with the shards it has at the start.
    #[must_use]
    pub fn new(spec: &Spec, now: Instant) -> Self {
        let new = |number| {
            let range = HashRange::part(number, spec.shards);
            Shard::new(ShardId(number), range, Vec::new(), now)
        };
        Self {
            shards: (0..spec.shards).map(new).collect(),
            taken: 0,
            table: Table::default(),
        }
    }

    /// All shards, in the order in which they came to be.
    #[must_use]
    pub fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// One shard.
    #[must_use]
    pub fn shard(&self, id: ShardId) -> Option<&Shard> {
        self.shards.get(id.0 as usize)
    }

    /// The items of the table behind it.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The open shard that takes records with this partition key.
    fn shard_of(&mut self, key: &str) -> &mut Shard {
        let hash = md5::number(key);
        let takes = |shard: &&mut Shard| shard.is_open() && shard.range().holds(hash);
        self.shards.iter_mut().find(takes).expect("open shards take every key")
    }

    /// Puts a record into a Kinesis stream.
    ///
    /// # Errors
    /// When the shard has no room for it, or nobody would have.
    pub fn put(
        &mut self,
        now: Instant,
        partition_key: &str,
        data: Data,
    ) -> Result<Taken, PutRefusal> {
        let limits = Kind::Kinesis.write_limits();
        self.put_within(now, Kind::Kinesis, (partition_key, None), data, &limits)
    }

    /// Puts a record into a stream of some kind, within these limits; of a topic, into the
    /// partition that is asked for.
    pub(crate) fn put_within(
        &mut self,
        now: Instant,
        kind: Kind,
        (partition_key, partition): (&str, Option<u32>),
        data: Data,
        limits: &WriteLimits,
    ) -> Result<Taken, PutRefusal> {
        let content = Content::Data { partition_key: partition_key.into(), data };
        let bytes = content.bytes();
        if bytes > kind.record_bytes_max() {
            return Err(PutRefusal::TooLarge);
        }
        let sequence = Sequence(self.taken + 1);
        let count = broker::small(self.shards.len());
        let shard = match kind {
            Kind::Kinesis | Kind::DynamoDb => self.shard_of(partition_key),
            Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => {
                let of_key = broker::partition(partition_key, self.taken, count);
                let place = partition.filter(|place| *place < count).unwrap_or(of_key);
                &mut self.shards[place as usize]
            }
        };
        let id = shard.id();
        if !shard.admits(now, bytes, limits) {
            return Err(PutRefusal::Throttled { shard: id });
        }
        shard.push(now, sequence, content);
        self.taken += 1;
        Ok(Taken { shard: id, sequence })
    }

    /// Writes to the table and records what that has changed, if anything (DDS-03). All
    /// items with one partition key are in one shard.
    ///
    /// # Errors
    /// When the key is not complete.
    pub fn write(
        &mut self,
        now: Instant,
        spec: &Spec,
        write: &Write,
    ) -> Result<Option<Taken>, NoKey> {
        let Some(change) = self.table.write(&spec.key_schema, write)? else {
            return Ok(None);
        };
        let partition = spec.key_schema.first().and_then(|name| change.keys.get(name));
        let partition = partition.map(text::compact).unwrap_or_default();
        self.taken += 1;
        let sequence = Sequence(self.taken);
        let shard = self.shard_of(&partition);
        shard.push(now, sequence, Content::Change(change));
        Ok(Some(Taken { shard: shard.id(), sequence }))
    }

    /// Reads a shard from a place on.
    ///
    /// # Panics
    /// If there is no such shard.
    pub fn read(&mut self, now: Instant, spec: &Spec, id: ShardId, from: u32) -> Read {
        let shard = &mut self.shards[id.0 as usize];
        shard.trim(now, spec.kept());
        shard.read(now, from, &spec.kind.read_limits())
    }

    /// What a shard pushes to a registered consumer, from a place on (KIN-02).
    ///
    /// # Panics
    /// If there is no such shard.
    pub fn push(&mut self, now: Instant, spec: &Spec, id: ShardId, from: u32) -> Read {
        let shard = &mut self.shards[id.0 as usize];
        shard.trim(now, spec.kept());
        Read::Records(shard.after(from, &spec.kind.read_limits()))
    }

    /// All shards, with the places at which to begin to read them now.
    pub fn list(&mut self, now: Instant, spec: &Spec, position: Position) -> Vec<Listed> {
        let listed = |shard: &mut Shard| {
            shard.trim(now, spec.kept());
            let place = match position {
                Position::TrimHorizon => shard.horizon(),
                Position::Latest => shard.tip(),
                Position::At(at) => shard.place_at(at),
                Position::Committed(place) => place.max(shard.horizon()),
            };
            let (id, is_open) = (shard.id(), shard.is_open());
            Listed { id, parents: shard.parents().to_vec(), is_open, place }
        };
        self.shards.iter_mut().map(listed).collect()
    }

    /// Closes a shard; two take its place, the second from `hash` on.
    ///
    /// # Errors
    /// When there is no such open shard, or the hash would leave one of the two empty.
    pub fn split(
        &mut self,
        now: Instant,
        id: ShardId,
        hash: u128,
    ) -> Result<[ShardId; 2], ReshardRefusal> {
        let HashRange { first, last } = self.open(id)?.range();
        if hash <= first || hash > last {
            return Err(ReshardRefusal::WrongRange);
        }
        self.shards[id.0 as usize].close(now);
        let low = HashRange { first, last: hash - 1 };
        let high = HashRange { first: hash, last };
        Ok([low, high].map(|range| self.add(range, Vec::from([id]), now)))
    }

    /// Closes two neighbours; one shard takes their place.
    ///
    /// # Errors
    /// When there are no such open shards, or they are not neighbours.
    pub fn merge(
        &mut self,
        now: Instant,
        ids: [ShardId; 2],
    ) -> Result<ShardId, ReshardRefusal> {
        let [a, b] = [self.open(ids[0])?.range(), self.open(ids[1])?.range()];
        let (low, high) = if a.first <= b.first { (a, b) } else { (b, a) };
        if low.last.checked_add(1) != Some(high.first) {
            return Err(ReshardRefusal::WrongRange);
        }
        for id in ids {
            self.shards[id.0 as usize].close(now);
        }
        let range = HashRange { first: low.first, last: high.last };
        Ok(self.add(range, Vec::from(ids), now))
    }

    /// Closes a shard of a table; one with the same range takes its place (DDS-04).
    ///
    /// # Errors
    /// When there is no such open shard.
    pub fn roll(&mut self, now: Instant, id: ShardId) -> Result<ShardId, ReshardRefusal> {
        let range = self.open(id)?.range();
        self.shards[id.0 as usize].close(now);
        Ok(self.add(range, Vec::from([id]), now))
    }

    fn open(&self, id: ShardId) -> Result<&Shard, ReshardRefusal> {
        let shard = self.shard(id).ok_or(ReshardRefusal::NoSuchShard)?;
        if shard.is_open() { Ok(shard) } else { Err(ReshardRefusal::Closed) }
    }

    fn add(&mut self, range: HashRange, parents: Vec<ShardId>, now: Instant) -> ShardId {
        let id = ShardId(u32::try_from(self.shards.len()).expect("shards are limited"));
        self.shards.push(Shard::new(id, range, parents, now));
        id
    }

    /// About what a copy takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shards.iter().map(Shard::bytes).sum()
    }
}

#[cfg(test)]
mod tests;
