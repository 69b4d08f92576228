//! What a mapping of a stream sends: batches to its function, and to its destination what it
//! has given up. Their JSON is made when somebody looks.
//!
//! Rules: ESM-21, KIN-19, KAF-04.

use alloc::format;
use alloc::string::String;

use super::failure::{About, object_key};
use super::lane::{Invocation, Settlement};
use super::part::terms;
use crate::call::{ACCOUNT, arn, arn_of};
use crate::id::{Job, MappingId, Origin, ServiceId, VersionIx};
use crate::mapping;
use crate::plan::Plan;
use crate::rule::Rule;
use crate::service::stream::record::Record;
use crate::service::stream::record::Source;
use crate::service::stream::{Kind, ShardId, broker};
use crate::time::Instant;
use crate::value::Value;

/// The ARN of a stream.
pub(crate) fn arn_of_stream(plan: &Plan, id: ServiceId, kind: Kind) -> String {
    let name = plan.service(id).name();
    match kind {
        Kind::Kinesis => format!("{}:stream/{name}", arn_of("kinesis")),
        Kind::DynamoDb => {
            let table = format!("{}:table/{name}", arn_of("dynamodb"));
            // A stream is named by when it was made: here, as the run starts.
            format!("{table}/stream/2026-01-01T00:00:00.000")
        }
        Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => broker::arn(kind),
    }
}

/// Says something about a record's source.
fn with_source<T>(
    plan: &Plan,
    id: ServiceId,
    shard: ShardId,
    decoded: bool,
    say: impl FnOnce(&Source<'_>) -> T,
) -> T {
    let stream = plan.service(id).stream.as_ref().expect("it is a stream");
    let (kind, view) = (stream.kind, stream.view);
    let arn = arn_of_stream(plan, id, kind);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/lambda");
    let (name, role, redelivered) = (plan.service(id).name(), &*role, false);
    say(&Source { arn: &arn, name, kind, shard, view, role, decoded, redelivered })
}

/// A record of a stream, as an event has it, but for the data, which is what it says.
pub(crate) fn written(
    plan: &Plan,
    id: ServiceId,
    shard: ShardId,
    record: &Record,
) -> Value {
    with_source(plan, id, shard, true, |source| record.value(source))
}

/// A batch of records of a stream, as a function gets it.
#[derive(Clone, Debug)]
pub struct Records {
    /// The stream.
    pub source: ServiceId,
    /// The shard.
    pub shard: ShardId,
    /// The records, and what comes with them.
    pub invocation: Invocation,
}

impl Records {
    /// The event that the function gets. Its code looks into what data says; what is sent
    /// is base64 of that.
    #[must_use]
    pub fn value(&self, plan: &Plan, decoded: bool) -> Value {
        with_source(plan, self.source, self.shard, decoded, |source| {
            self.invocation.event(source)
        })
    }
}

/// Records that were given up.
#[derive(Clone, Debug)]
pub struct GivenUp {
    /// By this mapping.
    pub mapping: MappingId,
    /// Of this shard.
    pub shard: ShardId,
    /// Which, and why.
    pub settlement: Settlement,
    /// The number of their batch.
    pub call: u32,
    /// The version that ran last.
    pub version: VersionIx,
    /// When.
    pub at: Instant,
    /// Whether a topic is told, of each record.
    pub to_topic: bool,
}

impl GivenUp {
    fn about<T>(&self, plan: &Plan, say: impl FnOnce(&About<'_>) -> T) -> T {
        let mapping = plan.mapping(self.mapping);
        let job = Job { origin: Origin::Mapping(self.mapping), call: self.call };
        let request_id = plan.request_id(job);
        let function_arn = arn(mapping.target());
        let version = plan.function(mapping.function).version(self.version).name();
        with_source(plan, mapping.source, self.shard, false, |source| {
            say(&About {
                source: *source,
                request_id: &request_id,
                function_arn: &function_arn,
                executed_version: &version,
                at: self.at,
                payload_size: terms(mapping, plan).size_of(&self.settlement.records),
                to_topic: self.to_topic,
            })
        })
    }

    /// The rule by which somebody gets it.
    pub(crate) fn rule(&self, plan: &Plan) -> Rule {
        match plan.mapping(self.mapping).source_kind() == mapping::Source::Kafka {
            true => Rule::Kaf04,
            false => Rule::Kin19,
        }
    }

    /// What a queue or topic gets.
    #[must_use]
    pub fn value(&self, plan: &Plan) -> Value {
        self.about(plan, |about| self.settlement.failure(about)).unwrap_or_default()
    }

    /// What a bucket gets.
    #[must_use]
    pub fn object(&self, plan: &Plan) -> Value {
        self.about(plan, |about| self.settlement.object(about)).unwrap_or_default()
    }

    /// Under which key a bucket keeps it.
    #[must_use]
    pub fn object_key(&self, plan: &Plan) -> String {
        let dice = &plan.mapping(self.mapping).dice;
        let uuid = dice.uuid(u64::from(self.call) << 32);
        self.about(plan, |about| object_key(about, &dice.uuid(0), &uuid))
    }
}
