//! What somebody puts into a stream, a table, a topic or a broker's queue, and how shards are
//! split and merged.
//!
//! A stream or table is named as in the scenario, or by its ARN. Records of topics and
//! messages of brokers are sent by protocols of their own; the call that stands for them is
//! the simulator's. Rules: KIN-03, KIN-07, DDS-03, KAF-01, MQ-01.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;

use super::operations::{Answer, Desk};
use super::publish::text;
use super::{ACCOUNT, Operation, Reply};
use crate::id::ServiceId;
use crate::rule::Rule;
use crate::service::Kind;
use crate::service::stream::part::{Refusal, Stream, What};
use crate::service::stream::table::Write;
use crate::service::stream::{self, ReshardRefusal, ShardId, Taken};
use crate::value::{Payload, Value};

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::PutRecord
            | Operation::PutItem
            | Operation::DeleteItem
            | Operation::SplitShard
            | Operation::MergeShards
            | Operation::Produce
    )
}

fn refused(code: &str, message: impl Into<String>, rule: Rule) -> (Reply, Rule) {
    (Reply::error(400, code, message), rule)
}

impl Desk<'_, '_> {
    /// Does something to a stream or a table.
    pub(super) fn on_stream(&mut self, operation: Operation, with: &Value) -> Answer {
        if operation == Operation::PutRecord {
            self.put_record(with)
        } else if operation == Operation::Produce {
            self.produce(with)
        } else if operation == Operation::PutItem {
            let item = with.get("Item").cloned().unwrap_or_default();
            self.write_item(with, Write::Put(item), "Item")
        } else if operation == Operation::DeleteItem {
            let key = with.get("Key").cloned().unwrap_or_default();
            self.write_item(with, Write::Delete(key), "Key")
        } else {
            self.reshard(operation, with)
        }
    }

    fn stream_named(&self, with: &Value) -> Result<ServiceId, (Reply, Rule)> {
        let name = match text(with, "StreamName") {
            "" => text(with, "StreamARN"),
            name => name,
        };
        self.named(Kind::Kinesis, name).ok_or_else(|| {
            let message = format!("Stream {name} under account {ACCOUNT} not found.");
            refused("ResourceNotFoundException", message, Rule::Kin03)
        })
    }

    fn put_into(
        &mut self,
        id: ServiceId,
        what: &What,
    ) -> Result<Option<Taken>, stream::part::Refusal> {
        let (plan, cause) = (Rc::clone(self.plan), self.cx.cause());
        let taken = self.world.services[usize::from(id.0)].put(id, &plan, self.cx, what);
        self.cx.because_of(cause);
        taken
    }

    fn put_record(&mut self, with: &Value) -> Answer {
        let rule = Rule::Kin03;
        let id = self.stream_named(with)?;
        let partition_key = String::from(text(with, "PartitionKey"));
        if partition_key.is_empty() {
            let message = "1 validation error detected: Value at 'partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1";
            return Err(refused("ValidationException", message, rule));
        }
        let payload = Payload::Json(with.get("Data").cloned().unwrap_or_default());
        let what = What::Record { partition_key, partition: None, payload };
        match self.put_into(id, &what) {
            Ok(taken) => {
                let kind = stream::Kind::Kinesis;
                let shard = taken.map(|taken| Value::Text(taken.shard.text(kind)));
                let number = taken.map(|taken| Value::Text(taken.sequence.text(kind)));
                let fields = [
                    ("ShardId", shard.unwrap_or_default()),
                    ("SequenceNumber", number.unwrap_or_default()),
                ];
                Ok(Some((Reply::ok(200, fields), rule)))
            }
            Err(Refusal::Throttled) => {
                let name = self.plan.service(id).name();
                let message = format!(
                    "Rate exceeded for a shard in stream {name} under account {ACCOUNT}."
                );
                Err(refused("ProvisionedThroughputExceededException", message, rule))
            }
            Err(Refusal::Invalid) => {
                let message = "1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576";
                Err(refused("ValidationException", message, rule))
            }
        }
    }

    /// Sends a record to a topic (`Topic`, `Key`, `Partition`, `Value`), or a message to a
    /// broker's queue (`Queue`, `Value`).
    fn produce(&mut self, with: &Value) -> Answer {
        let name = |key| text(with, key);
        let topic = self.named(Kind::Msk, name("Topic"));
        let topic = topic.or_else(|| self.named(Kind::Kafka, name("Topic")));
        let queue = self.named(Kind::Mq, name("Queue"));
        let rule = if topic.is_some() { Rule::Kaf01 } else { Rule::Mq01 };
        let Some(id) = topic.or(queue) else {
            let message = "There is no such topic or queue.";
            return Err(refused("UnknownTopicOrPartition", message, Rule::Kaf01));
        };
        let stream = self.plan.service(id).stream.as_ref().expect("it is one");
        let partition = with.get("Partition").and_then(Value::as_count);
        if partition.is_some_and(|partition| partition >= stream.shards.into()) {
            let message = format!("It has {} partitions.", stream.shards);
            return Err(refused("UnknownTopicOrPartition", message, rule));
        }
        let what = What::Record {
            partition_key: name("Key").into(),
            partition: partition.and_then(|partition| u32::try_from(partition).ok()),
            payload: Payload::Json(with.get("Value").cloned().unwrap_or_default()),
        };
        let Ok(taken) = self.put_into(id, &what) else {
            return Err(refused("RecordTooLarge", "It is too large.", rule));
        };
        let stream = self.world.services[usize::from(id.0)].stream();
        let shard = taken.and_then(|taken| stream?.state().shard(taken.shard));
        let fields = shard.filter(|_| topic.is_some()).map(|shard| {
            let (partition, offset) = (shard.id().0, shard.tip() - 1);
            [("Partition", partition), ("Offset", offset)]
        });
        let mut reply = Reply::ok(200, []);
        let fields = fields.into_iter().flatten();
        let fields =
            fields.map(|(key, number)| (key.into(), Value::number(number.into())));
        reply.fields = fields.collect();
        Ok(Some((reply, rule)))
    }

    fn write_item(&mut self, with: &Value, write: Write, member: &str) -> Answer {
        let rule = Rule::Dds03;
        let table = self.named(Kind::DynamoDb, text(with, "TableName"));
        let missing =
            || refused("ResourceNotFoundException", "Requested resource not found", rule);
        let id = table.ok_or_else(missing)?;
        match self.put_into(id, &What::Write(write)) {
            Ok(_) => Ok(Some((Reply::ok(200, []), rule))),
            Err(Refusal::Invalid | Refusal::Throttled) => {
                let message = format!(
                    "One or more parameter values were invalid: Missing a key in the {member}"
                );
                Err(refused("ValidationException", message, rule))
            }
        }
    }

    fn reshard(&mut self, operation: Operation, with: &Value) -> Answer {
        let rule = Rule::Kin07;
        let id = self.stream_named(with)?;
        let shards = self.world.services[usize::from(id.0)].stream();
        let find = |key: &str| {
            let name = text(with, key);
            let ids = shards.map_or(&[][..], |stream| stream.state().shards());
            let mut ids = ids.iter().map(stream::shard::Shard::id);
            ids.find(|shard| shard.text(stream::Kind::Kinesis) == name).ok_or_else(|| {
                let message = format!("Could not find shard {name} in stream.");
                refused("ResourceNotFoundException", message, rule)
            })
        };
        let refusal = if operation == Operation::SplitShard {
            let shard = find("ShardToSplit")?;
            let hash = text(with, "NewStartingHashKey").parse().unwrap_or_default();
            self.of_stream(id, |stream, plan, cx| stream.split(id, plan, cx, shard, hash))
        } else {
            let pair: [ShardId; 2] =
                [find("ShardToMerge")?, find("AdjacentShardToMerge")?];
            self.of_stream(id, |stream, plan, cx| stream.merge(id, plan, cx, pair))
        };
        match refusal {
            Ok(()) => Ok(Some((Reply::ok(200, []), rule))),
            Err(ReshardRefusal::NoSuchShard) => {
                Err(refused("ResourceNotFoundException", "There is no such shard.", rule))
            }
            Err(ReshardRefusal::Closed) => {
                Err(refused("ResourceInUseException", "The shard is closed.", rule))
            }
            Err(ReshardRefusal::WrongRange) => {
                let message = "The hash key is not inside the shard, or the shards are not adjacent.";
                Err(refused("InvalidArgumentException", message, rule))
            }
        }
    }

    fn of_stream<T>(
        &mut self,
        id: ServiceId,
        change: impl FnOnce(&mut Stream, &crate::plan::Plan, &mut crate::sim::Cx<'_>) -> T,
    ) -> T {
        let (plan, cause) = (Rc::clone(self.plan), self.cx.cause());
        let service = &mut self.world.services[usize::from(id.0)];
        let stream = service.stream_mut().expect("a stream has one");
        let changed = change(stream, &plan, self.cx);
        self.cx.because_of(cause);
        changed
    }
}
