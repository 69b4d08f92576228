//! The JSON that a function and a destination get: the event, and the record of a batch
//! that was given up.
//!
//! Units: times are ISO 8601; those of a table's records are whole seconds.
//! Rules: ESM-21, KIN-18 (no response where records were too old), KIN-19, KIN-20, KAF-04,
//! TW-01.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::batch::Response;
use super::lane::{Condition, Fate, Invocation, Settlement};
use crate::service::stream::record::{Record, Source};
use crate::service::stream::text::compact;
use crate::service::stream::{Kind, broker};
use crate::time::Instant;
use crate::value::Value;

impl Condition {
    /// The word it is written by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
            Self::MaximumPayloadSizeExceeded => "MaximumPayloadSizeExceeded",
        }
    }
}

impl Condition {
    /// As a record of a failure words it; one for a topic has a word of its own.
    const fn told(self, to_topic: bool) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted if to_topic => "RetriesExhausted",
            Self::RetryAttemptsExhausted
            | Self::RecordAgeExceeded
            | Self::MaximumPayloadSizeExceeded => self.word(),
        }
    }
}

impl Invocation {
    /// The event that the function gets.
    #[must_use]
    pub fn event(&self, source: &Source<'_>) -> Value {
        let redelivered = self.attempt > 1;
        let event = broker::event(&self.records, &Source { redelivered, ..*source });
        let Some(window) = &self.window else { return event };
        let Value::Object(mut members) = event else { return event };
        let span = Value::object([
            ("start", Value::Text(window.start.iso_seconds())),
            ("end", Value::Text(window.end.iso_seconds())),
        ]);
        members.extend([
            ("window".into(), span),
            ("state".into(), (*window.state).clone()),
            ("shardId".into(), Value::Text(source.shard.text(source.kind))),
            ("eventSourceARN".into(), Value::text(source.arn)),
            ("isFinalInvokeForWindow".into(), Value::Bool(window.is_final)),
            ("isWindowTerminatedEarly".into(), Value::Bool(window.is_early)),
        ]);
        Value::Object(members)
    }
}

/// What a record of a failure says besides what the settlement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// Where the records come from.
    pub source: Source<'a>,
    /// The ID of the last request.
    pub request_id: &'a str,
    /// The function's ARN, as the mapping has it.
    pub function_arn: &'a str,
    /// The version that ran.
    pub executed_version: &'a str,
    /// When the record is made.
    pub at: Instant,
    /// What the records take in an event.
    pub payload_size: u64,
    /// Whether a topic gets it, which gets what failed as well (KAF-04).
    pub to_topic: bool,
}

impl Settlement {
    /// What a queue or topic gets as the mapping's destination; nothing if the records
    /// were not given up.
    #[must_use]
    pub fn failure(&self, about: &About<'_>) -> Option<Value> {
        let Fate::GivenUp { condition, ran, response } = self.fate else { return None };
        let context = Value::object([
            ("requestId", Value::text(about.request_id)),
            ("functionArn", Value::text(about.function_arn)),
            ("condition", Value::text(condition.told(about.to_topic))),
            ("approximateInvokeCount", Value::number(ran.into())),
        ]);
        let mut members = Vec::from([(String::from("requestContext"), context)]);
        if let Some(response) = response {
            let error = match response {
                Response::Unhandled => Value::text("Unhandled"),
                Response::Reported => Value::Null,
            };
            let context = Value::object([
                ("statusCode", Value::number(200)),
                ("executedVersion", Value::text(about.executed_version)),
                ("functionError", error),
            ]);
            members.push(("responseContext".into(), context));
        } else if condition == Condition::MaximumPayloadSizeExceeded {
            members.push(("responseContext".into(), Value::Null));
        }
        members.push(("version".into(), Value::text("1.0")));
        members.push(("timestamp".into(), Value::Text(about.at.iso_millis())));
        members.push(self.batch_info(about)?);
        if about.to_topic {
            let event = broker::event(&self.records, &about.source);
            members.push(("payload".into(), event));
        }
        Some(Value::Object(members))
    }

    fn batch_info(&self, about: &About<'_>) -> Option<(String, Value)> {
        let (source, first, last) =
            (&about.source, self.records.first()?, self.records.last()?);
        let (name, time): (_, fn(Instant) -> String) = match source.kind {
            Kind::Kinesis => ("KinesisBatchInfo", Instant::iso_millis),
            Kind::DynamoDb => ("DDBStreamBatchInfo", Instant::iso_seconds),
            // Of what a broker gives up it is the broker that tells.
            Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => {
                let info = self.of_topic(about, first, last);
                return Some(("KafkaBatchInfo".into(), info));
            }
        };
        let sequence = |record: &Record| Value::Text(record.sequence.text(source.kind));
        let info = Value::object([
            ("shardId", Value::Text(source.shard.text(source.kind))),
            ("startSequenceNumber", sequence(first)),
            ("endSequenceNumber", sequence(last)),
            ("approximateArrivalOfFirstRecord", Value::Text(time(first.arrived))),
            ("approximateArrivalOfLastRecord", Value::Text(time(last.arrived))),
            ("batchSize", Value::number(self.records.len().into())),
            ("streamArn", Value::text(source.arn)),
        ]);
        Some((name.into(), info))
    }

    fn of_topic(&self, about: &About<'_>, first: &Record, last: &Record) -> Value {
        let source = &about.source;
        let offset = |record: &Record| Value::Text(format!("{}", record.place));
        let at = |record: &Record| Value::Text(record.arrived.iso_millis());
        let info = match about.to_topic {
            true => Value::object([("offset", offset(first)), ("timestamp", at(first))]),
            false => {
                let range = Value::object([
                    ("firstRecordOffset", offset(first)),
                    ("lastRecordOffset", offset(last)),
                    ("firstRecordTimestamp", at(first)),
                    ("lastRecordTimestamp", at(last)),
                ]);
                Value::Object(Vec::from([(broker::topic_partition(source), range)]))
            }
        };
        let size = self.records.len().into();
        let mut members = Vec::from([(String::from("batchSize"), Value::number(size))]);
        if !source.arn.is_empty() {
            members.push(("eventSourceArn".into(), Value::text(source.arn)));
        }
        let key = if about.to_topic { "recordInfo" } else { "recordsInfo" };
        members.extend([
            ("bootstrapServers".into(), broker::bootstrap_servers(source.kind)),
            ("payloadSize".into(), Value::number(about.payload_size)),
            (key.into(), info),
        ]);
        Value::Object(members)
    }

    /// What a bucket gets as the mapping's destination: the same, with the event as text.
    #[must_use]
    pub fn object(&self, about: &About<'_>) -> Option<Value> {
        let Value::Object(mut members) = self.failure(about)? else { return None };
        let event = compact(&broker::event(&self.records, &about.source));
        members.push(("payload".into(), Value::Text(event)));
        Some(Value::Object(members))
    }
}

/// The key under which a bucket keeps it.
#[must_use]
pub fn object_key(about: &About<'_>, mapping: &str, uuid: &str) -> String {
    let at = about.at.iso_seconds();
    let (day, time) = at.trim_end_matches('Z').split_once('T').unwrap_or_default();
    let source = &about.source;
    let shard = match source.kind.is_topic() {
        true => broker::topic_partition(source),
        false => source.shard.text(source.kind),
    };
    let folder = day.replace('-', "/");
    let time = time.replace(':', ".");
    format!("aws/lambda/{mapping}/{shard}/{folder}/{day}T{time}-{uuid}")
}
