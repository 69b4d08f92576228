//! Topics of Kafka and queues of MQ brokers: which partition takes a record, and how events
//! show what is in them.
//!
//! What says nothing of a run (brokers' addresses, properties of messages) is as producers
//! leave it. Rules: ESM-17, ESM-21, KAF-01, KAF-04, MQ-01, PBR-02. Assumed: a record without
//! a key goes to the partition whose turn it is; all topics are in one cluster, and all
//! queues of an engine in one broker; a message's time is when it arrived. A batch is of one
//! partition, where AWS may put several of a topic into one; a queue has one batch under way,
//! where AWS may have five of an ActiveMQ queue. Batches wait between tries as those of all
//! streams do.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::record::{Data, EPOCH_S, Record, Source};
use super::row::Row;
use super::text::base64;
use super::{Kind, ShardId};
use crate::call::{ACCOUNT, REGION};
use crate::dice::Dice;
use crate::time::Instant;
use crate::value::Value;

pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).expect("shards are limited")
}

/// The partition of a record with this key, if so many came before it (KAF-01): by the hash
/// that Kafka's own clients use.
#[must_use]
pub fn partition(key: &str, before: u64, count: u32) -> u32 {
    if key.is_empty() {
        return u32::try_from(before % u64::from(count)).unwrap_or(0);
    }
    (murmur2(key.as_bytes()) & 0x7fff_ffff) % count
}

/// MurmurHash2 with Kafka's seed.
fn murmur2(bytes: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ small(bytes.len());
    let mut fours = bytes.chunks_exact(4);
    for four in &mut fours {
        let word = u32::from_le_bytes([four[0], four[1], four[2], four[3]]);
        let word = word.wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ (word ^ word >> 24).wrapping_mul(M);
    }
    let rest = fours.remainder();
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(M);
    hash ^ hash >> 15
}

/// A partition as events and records of failures name it.
#[must_use]
pub fn topic_partition(source: &Source<'_>) -> String {
    let (topic, ShardId(partition)) = (source.name, source.shard);
    format!("{topic}-{partition}")
}

/// What a partial response calls a record of a topic (PBR-02).
#[must_use]
pub fn identifier(topic_partition: &str, offset: u32) -> Value {
    Value::object([
        ("partition", Value::text(topic_partition)),
        ("offset", Value::number(offset.into())),
    ])
}

fn millis_since_1970(at: Instant) -> Value {
    Value::number(EPOCH_S * 1_000 + at.0 / 1_000)
}

/// Where clients find the brokers.
#[must_use]
pub fn bootstrap_servers(kind: Kind) -> Value {
    Value::Text(match kind {
        Kind::Msk => format!("b-1.cluster.example.c1.kafka.{REGION}.amazonaws.com:9092"),
        Kind::Kafka
        | Kind::Kinesis
        | Kind::DynamoDb
        | Kind::ActiveMq
        | Kind::RabbitMq => "kafka.example.com:9092".into(),
    })
}

/// The ARN of the cluster or the broker; empty where there is none.
#[must_use]
pub fn arn(kind: Kind) -> String {
    let dice = Dice::of(0, kind.word());
    let id = dice.uuid(0);
    match kind {
        Kind::Msk => format!("arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/cluster/{id}-1"),
        Kind::ActiveMq | Kind::RabbitMq => {
            format!("arn:aws:mq:{REGION}:{ACCOUNT}:broker:{}:b-{id}", kind.word())
        }
        Kind::Kafka | Kind::Kinesis | Kind::DynamoDb => String::new(),
    }
}

impl Record {
    /// It as an event has it, and as filters see it.
    pub(super) fn broker_value(
        &self,
        source: &Source<'_>,
        key: &str,
        data: &Data,
    ) -> Value {
        let data = data.shown(source);
        match source.kind {
            Kind::ActiveMq => self.active_mq_value(source, data),
            Kind::RabbitMq => rabbit_mq_value(data, source.redelivered),
            Kind::Msk | Kind::Kafka | Kind::Kinesis | Kind::DynamoDb => {
                let key = match (key, source.decoded) {
                    ("", _) => Value::Null,
                    (key, true) => Value::text(key),
                    (key, false) => Value::Text(base64(key.as_bytes())),
                };
                Value::object([
                    ("topic", Value::text(source.name)),
                    ("partition", Value::number(source.shard.0.into())),
                    ("offset", Value::number(self.place.into())),
                    ("timestamp", millis_since_1970(self.arrived)),
                    ("timestampType", Value::text("CREATE_TIME")),
                    ("key", key),
                    ("value", data),
                    ("headers", Value::List(Vec::new())),
                ])
            }
        }
    }

    fn active_mq_value(&self, source: &Source<'_>, data: Value) -> Value {
        let id = format!("ID:b-1.mq.{REGION}.amazonaws.com-{}", self.sequence.0);
        let at = || millis_since_1970(self.arrived);
        let queue = Value::object([("physicalName", Value::text(source.name))]);
        Value::object([
            ("messageID", Value::Text(id)),
            ("messageType", Value::text("jms/text-message")),
            ("deliveryMode", Value::number(1)),
            ("replyTo", Value::Null),
            ("type", Value::Null),
            ("expiration", Value::text("0")),
            ("priority", Value::number(4)),
            ("correlationId", Value::Null),
            ("redelivered", Value::Bool(source.redelivered)),
            ("destination", queue),
            ("data", data),
            ("timestamp", at()),
            ("brokerInTime", at()),
            ("brokerOutTime", at()),
            ("properties", Value::object([])),
        ])
    }
}

fn rabbit_mq_value(data: Value, redelivered: bool) -> Value {
    let properties = Value::object([
        ("contentType", Value::text("text/plain")),
        ("contentEncoding", Value::Null),
        ("headers", Value::object([])),
        ("deliveryMode", Value::number(1)),
        ("priority", Value::Null),
        ("correlationId", Value::Null),
        ("replyTo", Value::Null),
        ("expiration", Value::Null),
        ("messageId", Value::Null),
        ("timestamp", Value::Null),
        ("type", Value::Null),
        ("userId", Value::Null),
        ("appId", Value::Null),
        ("clusterId", Value::Null),
    ]);
    Value::object([
        ("basicProperties", properties),
        ("redelivered", Value::Bool(redelivered)),
        ("data", data),
    ])
}

/// The event of a batch.
#[must_use]
pub fn event(records: &Row, source: &Source<'_>) -> Value {
    let list = Value::List(records.iter().map(|record| record.value(source)).collect());
    let under = |name: String| Value::Object(Vec::from([(name, list.clone())]));
    let arn = || Value::text(source.arn);
    match source.kind {
        Kind::Msk => Value::object([
            ("eventSource", Value::text("aws:kafka")),
            ("eventSourceArn", arn()),
            ("bootstrapServers", bootstrap_servers(source.kind)),
            ("records", under(topic_partition(source))),
        ]),
        Kind::Kafka => Value::object([
            ("eventSource", Value::text("SelfManagedKafka")),
            ("bootstrapServers", bootstrap_servers(source.kind)),
            ("records", under(topic_partition(source))),
        ]),
        Kind::ActiveMq => Value::object([
            ("eventSource", Value::text("aws:mq")),
            ("eventSourceArn", arn()),
            ("messages", list),
        ]),
        Kind::RabbitMq => Value::object([
            ("eventSource", Value::text("aws:rmq")),
            ("eventSourceArn", arn()),
            ("rmqMessagesByQueue", under(format!("{}::/", source.name))),
        ]),
        Kind::Kinesis | Kind::DynamoDb => Value::object([("Records", list)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hashed_as_kafka_does() {
        // From the tests of Kafka's own client.
        for (key, hash) in [
            ("21", -973_932_308_i32),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash.cast_unsigned(), "{key}");
        }
    }

    #[test]
    fn records_without_a_key_take_turns() {
        let places = (0..4).map(|before| partition("", before, 3));
        assert_eq!(places.collect::<Vec<_>>(), [0, 1, 2, 0]);
        assert!(
            (0..9).all(|before| partition("abc", before, 3) == partition("abc", 0, 3))
        );
    }
}
