//! The JSON that a function and a destination get: the event, and the record of a batch
//! that was given up.
//!
//! Units: times are ISO 8601; those of a table's records are whole seconds.
//! Rules: ESM-21, KIN-18 (no response where records were too old), KIN-19, KIN-20, TW-01.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::batch::Response;
use super::lane::{Condition, Fate, Invocation, Settlement};
use crate::service::stream::Kind;
use crate::service::stream::record::{Record, Source};
use crate::service::stream::row::Row;
use crate::service::stream::text::compact;
use crate::time::Instant;
use crate::value::Value;

impl Condition {
    /// The word it is written by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
        }
    }
}

impl Invocation {
    /// The event that the function gets.
    #[must_use]
    pub fn event(&self, source: &Source<'_>) -> Value {
        let records = ("Records".into(), records(&self.records, source));
        let Some(window) = &self.window else {
            return Value::Object(Vec::from([records]));
        };
        let span = Value::object([
            ("start", Value::Text(window.start.iso_seconds())),
            ("end", Value::Text(window.end.iso_seconds())),
        ]);
        Value::Object(Vec::from([
            records,
            ("window".into(), span),
            ("state".into(), (*window.state).clone()),
            ("shardId".into(), Value::Text(source.shard.text(source.kind))),
            ("eventSourceARN".into(), Value::text(source.arn)),
            ("isFinalInvokeForWindow".into(), Value::Bool(window.is_final)),
            ("isWindowTerminatedEarly".into(), Value::Bool(window.is_early)),
        ]))
    }
}

fn records(records: &Row, source: &Source<'_>) -> Value {
    Value::List(records.iter().map(|record| record.value(source)).collect())
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
            ("condition", Value::text(condition.word())),
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
        }
        members.push(("version".into(), Value::text("1.0")));
        members.push(("timestamp".into(), Value::Text(about.at.iso_millis())));
        members.push(self.batch_info(&about.source)?);
        Some(Value::Object(members))
    }

    fn batch_info(&self, source: &Source<'_>) -> Option<(String, Value)> {
        let (first, last) = (self.records.first()?, self.records.last()?);
        let (name, time): (_, fn(Instant) -> String) = match source.kind {
            Kind::Kinesis => ("KinesisBatchInfo", Instant::iso_millis),
            Kind::DynamoDb => ("DDBStreamBatchInfo", Instant::iso_seconds),
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

    /// What a bucket gets as the mapping's destination: the same, with the event as text.
    #[must_use]
    pub fn object(&self, about: &About<'_>) -> Option<Value> {
        let Value::Object(mut members) = self.failure(about)? else { return None };
        let all = records(&self.records, &about.source);
        let event = compact(&Value::object([("Records", all)]));
        members.push(("payload".into(), Value::Text(event)));
        Some(Value::Object(members))
    }
}

/// The key under which a bucket keeps it.
#[must_use]
pub fn object_key(about: &About<'_>, mapping: &str, uuid: &str) -> String {
    let at = about.at.iso_seconds();
    let (day, time) = at.trim_end_matches('Z').split_once('T').unwrap_or_default();
    let shard = about.source.shard.text(about.source.kind);
    let folder = day.replace('-', "/");
    let time = time.replace(':', ".");
    format!("aws/lambda/{mapping}/{shard}/{folder}/{day}T{time}-{uuid}")
}
