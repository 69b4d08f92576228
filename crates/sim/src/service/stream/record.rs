//! What a stream holds: records, and how an event shows them.
//!
//! Units: sequence numbers count all records of a stream from 1; sizes are in bytes.
//! Rules: ESM-17 (what filters see), ESM-21 (the JSON of records), DDS-03 (changes of items).

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::table::{Change, View};
use super::text::{base64, base64_chars, compact};
use super::{Kind, ShardId};
use crate::call::REGION;
use crate::md5;
use crate::time::Instant;
use crate::value::{Payload, Value};

/// When a run starts: 2026-01-01T00:00:00Z, in seconds since 1970.
pub const EPOCH_S: u64 = 1_767_225_600;

/// The place of a record among all of its stream, from 1. Of two records of a shard, or of
/// a shard and one that came of it, the later one has the higher number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(pub u64);

impl Sequence {
    /// It as the service writes it. All of a stream are equally long, so that they have
    /// the same order as texts.
    #[must_use]
    pub fn text(self, kind: Kind) -> String {
        match kind {
            Kind::Kinesis => {
                format!("496688994000000000000000000000000000{:020}", self.0)
            }
            Kind::DynamoDb => format!("12345678{:020}", self.0),
            // Topics count records by partition; messages have identifiers.
            Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => {
                format!("{}", self.0)
            }
        }
    }
}

/// What a producer puts into a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// JSON, written without spaces.
    Json(Value),
    /// Text.
    Text(String),
    /// So many bytes, of which nothing else matters.
    Bytes(u64),
}

impl Data {
    /// Its size before it is put into base64.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Json(value) => value.bytes(),
            Self::Text(text) => text.len() as u64,
            Self::Bytes(count) => *count,
        }
    }

    /// What it says; text stays text, and of what has only a size, that is said.
    #[must_use]
    pub fn decoded(&self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Text(text) => Value::text(text),
            Self::Bytes(_) => Value::Text(self.base64()),
        }
    }

    /// It as a payload.
    #[must_use]
    pub fn payload(&self) -> Payload {
        match self {
            Self::Json(value) => Payload::Json(value.clone()),
            Self::Text(text) => Payload::Json(Value::text(text)),
            Self::Bytes(count) => Payload::Bytes(*count),
        }
    }

    /// It as an event has it.
    #[must_use]
    pub fn shown(&self, source: &Source<'_>) -> Value {
        if source.decoded { self.decoded() } else { Value::Text(self.base64()) }
    }

    /// It in base64; of what has only a size, that is said.
    #[must_use]
    pub fn base64(&self) -> String {
        match self {
            Self::Json(value) => base64(compact(value).as_bytes()),
            Self::Text(text) => base64(text.as_bytes()),
            Self::Bytes(count) => format!("<{count} bytes>"),
        }
    }
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Of a Kinesis stream, of a topic, or of a broker's queue.
    Data {
        /// Chooses the shard, and the lane in it; the key of a record of a topic.
        partition_key: String,
        /// What was put.
        data: Data,
    },
    /// Of a table's stream.
    Change(Change),
}

impl Content {
    /// What decides about its lane (KIN-04, DDS-03).
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Data { partition_key, .. } => partition_key,
            Self::Change(change) => &change.key_text,
        }
    }

    /// What it counts for against limits of the stream.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Data { partition_key, data } => {
                partition_key.len() as u64 + data.bytes()
            }
            Self::Change(change) => change.bytes,
        }
    }
}

/// A record of a shard. Copies share what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in its shard, from 0.
    pub place: u32,
    /// Its number in the stream.
    pub sequence: Sequence,
    /// When the stream got it.
    pub arrived: Instant,
    /// What it holds.
    pub content: Rc<Content>,
}

/// Where a record comes from, as far as its JSON says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The stream's ARN.
    pub arn: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What stream it is.
    pub kind: Kind,
    /// The shard.
    pub shard: ShardId,
    /// What records of a table show.
    pub view: View,
    /// The ARN of the role that reads it.
    pub role: &'a str,
    /// Whether data stands in it as what it says, which handlers look at, instead of as
    /// base64, which AWS sends.
    pub decoded: bool,
    /// Whether it was delivered before, as far as a broker says that.
    pub redelivered: bool,
}

impl Record {
    /// What decides about its lane: the partition key, or the whole key of the item
    /// (KIN-04, DDS-03).
    #[must_use]
    pub fn key(&self) -> &str {
        self.content.key()
    }

    /// What it counts for against limits of the stream.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.content.bytes()
    }

    /// What it takes in an event, without its envelope.
    #[must_use]
    pub fn body_bytes(&self, kind: Kind, view: View) -> u64 {
        match &*self.content {
            Content::Data { data, partition_key } => {
                // Records of topics show their keys in base64 as well.
                let key = if kind.is_topic() { partition_key.len() as u64 } else { 0 };
                base64_chars(data.bytes()) + base64_chars(key)
            }
            Content::Change(change) => change.images(view).map(|(_, v)| v.bytes()).sum(),
        }
    }

    /// It as an event has it.
    #[must_use]
    pub fn value(&self, source: &Source<'_>) -> Value {
        match &*self.content {
            Content::Data { partition_key, data } if source.kind.is_of_aws() => {
                self.data_value(source, partition_key, data)
            }
            Content::Data { partition_key, data } => {
                self.broker_value(source, partition_key, data)
            }
            Content::Change(change) => self.change_value(source, change),
        }
    }

    /// It as filters see it (ESM-17): of Kinesis what stands around the data and what the
    /// data says, of a table all there is.
    #[must_use]
    pub fn filtered(&self, source: &Source<'_>) -> Value {
        let decoded = Source { decoded: true, ..*source };
        match &*self.content {
            Content::Data { partition_key, data } if source.kind.is_of_aws() => {
                self.inner_value(&decoded, partition_key, data)
            }
            Content::Data { partition_key, data } => {
                self.broker_value(&decoded, partition_key, data)
            }
            Content::Change(change) => self.change_value(&decoded, change),
        }
    }

    fn inner_value(&self, source: &Source<'_>, key: &str, data: &Data) -> Value {
        Value::object([
            ("kinesisSchemaVersion", Value::text("1.0")),
            ("partitionKey", Value::text(key)),
            ("sequenceNumber", Value::Text(self.sequence.text(source.kind))),
            ("data", data.shown(source)),
            ("approximateArrivalTimestamp", seconds_since_1970(self.arrived)),
        ])
    }

    fn data_value(&self, source: &Source<'_>, key: &str, data: &Data) -> Value {
        let sequence = self.sequence.text(source.kind);
        let id = format!("{}:{sequence}", source.shard.text(source.kind));
        Value::object([
            ("kinesis", self.inner_value(source, key, data)),
            ("eventSource", Value::text("aws:kinesis")),
            ("eventVersion", Value::text("1.0")),
            ("eventID", Value::Text(id)),
            ("eventName", Value::text("aws:kinesis:record")),
            ("invokeIdentityArn", Value::text(source.role)),
            ("awsRegion", Value::text(REGION)),
            ("eventSourceARN", Value::text(source.arn)),
        ])
    }

    fn change_value(&self, source: &Source<'_>, change: &Change) -> Value {
        // The service gives whole seconds.
        let at = Value::number(EPOCH_S + self.arrived.0 / 1_000_000);
        let mut inner = Vec::from([(String::from("ApproximateCreationDateTime"), at)]);
        let images = change.images(source.view);
        inner.extend(images.map(|(name, image)| (name.into(), image.clone())));
        let sequence = Value::Text(self.sequence.text(source.kind));
        inner.push(("SequenceNumber".into(), sequence));
        inner.push(("SizeBytes".into(), Value::number(change.size(source.view))));
        inner.push(("StreamViewType".into(), Value::text(source.view.word())));
        let mut members = Vec::from([
            (String::from("eventID"), Value::Text(event_id(self.sequence))),
            ("eventName".into(), Value::text(change.kind.word())),
            ("eventVersion".into(), Value::text("1.1")),
            ("eventSource".into(), Value::text("aws:dynamodb")),
            ("awsRegion".into(), Value::text(REGION)),
            ("dynamodb".into(), Value::Object(inner)),
            ("eventSourceARN".into(), Value::text(source.arn)),
        ]);
        if change.by_ttl {
            let who = Value::object([
                ("type", Value::text("Service")),
                ("principalId", Value::text("dynamodb.amazonaws.com")),
            ]);
            members.push(("userIdentity".into(), who));
        }
        Value::Object(members)
    }
}

/// 32 hexadecimal digits, different for each record.
fn event_id(sequence: Sequence) -> String {
    md5::hex(&sequence.text(Kind::DynamoDb))
}

/// Seconds with milliseconds, as Kinesis tells when a record came.
fn seconds_since_1970(at: Instant) -> Value {
    let millis = at.0 / 1_000;
    Value::Number(format!("{}.{:03}", EPOCH_S + millis / 1_000, millis % 1_000))
}
