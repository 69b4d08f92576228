//! What is put into a stream or a topic, sent to a broker, or written to a table, as JSON.

use lambdarium_sim::limits;
use lambdarium_sim::mapping::stream::spec::{Assumptions, LANES};
use lambdarium_sim::service::stream::part::{Put, What};
use lambdarium_sim::service::stream::table::Write;
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;

use super::caller::{read_payload, write_payload};
use super::function::listed;
use super::reader::{Fields, Reader};
use super::{Members, instant_value, json, knobs};

/// What chooses the shard of a record.
pub(crate) const PARTITION_KEY: &str = "partition-key";
/// The partition of a topic that a record is for.
pub(crate) const PARTITION: &str = "partition";
/// So many of them, which take turns.
pub(crate) const PARTITION_KEYS: &str = "partition-keys";
/// What is done to an item, by its name.
type Operation = (&'static str, fn(Value) -> Write);

/// How the item is given that is written, by what is done.
pub(crate) const OPERATIONS: [Operation; 4] = [
    ("put", Write::Put),
    ("update", Write::Update),
    ("delete", Write::Delete),
    ("expire", Write::Expire),
];

pub(super) fn read_partition_key(fields: &mut Fields<'_>, reader: &mut Reader) -> String {
    let key = fields.read(reader, PARTITION_KEY, |reader, value| {
        reader.text(value, limits::PARTITION_KEY_MAX)
    });
    key.unwrap_or_default()
}

fn read_at(fields: &mut Fields<'_>, reader: &mut Reader) -> Instant {
    fields.read(reader, "at", Reader::instant).unwrap_or_default()
}

pub(super) fn read_record(reader: &mut Reader, value: &Value) -> Option<Put> {
    let mut fields = Fields::of(reader.object(value)?);
    let at = read_at(&mut fields, reader);
    let partition_key = read_partition_key(&mut fields, reader);
    let partition = fields.read(reader, PARTITION, |reader, value| {
        let partition = reader.count(value, 0, limits::SHARDS_MAX - 1)?;
        u32::try_from(partition).ok()
    });
    let payload = read_payload(&mut fields, reader);
    fields.finish(reader);
    Some(Put { at, what: What::Record { partition_key, partition, payload } })
}

pub(super) fn read_write(reader: &mut Reader, value: &Value) -> Option<Put> {
    let mut fields = Fields::of(reader.object(value)?);
    let at = read_at(&mut fields, reader);
    let mut writes = Vec::new();
    for (operation, write) in OPERATIONS {
        writes.extend(fields.read(reader, operation, json).map(write));
    }
    fields.finish(reader);
    let count = writes.len();
    let write = writes.into_iter().next();
    if count != 1 {
        let words = OPERATIONS.map(|(operation, _)| operation).join(", ");
        reader.refuse(value, format!("exactly one of {words}"));
        return None;
    }
    Some(Put { at, what: What::Write(write?) })
}

pub(super) fn write(put: &Put) -> Value {
    let mut members = Members::default();
    if put.at != Instant::START {
        members.put("at", instant_value(put.at));
    }
    match &put.what {
        What::Record { partition_key, partition, payload } => {
            members.put_text(PARTITION_KEY, partition_key, "");
            if let Some(partition) = partition {
                members.put(PARTITION, Value::number((*partition).into()));
            }
            write_payload(payload, &mut members);
        }
        What::Write(Write::Put(item)) => members.put("put", item.clone()),
        What::Write(Write::Update(item)) => members.put("update", item.clone()),
        What::Write(Write::Delete(key)) => members.put("delete", key.clone()),
        What::Write(Write::Expire(key)) => members.put("expire", key.clone()),
    }
    members.value()
}

/// Reads what is assumed of mappings of streams among the settings.
pub(super) fn read_assumed(
    assumed: &mut Assumptions,
    fields: &mut Fields<'_>,
    reader: &mut Reader,
) {
    knobs::read(assumed, fields, reader);
    let lanes = fields.read(reader, LANES, |reader, value| {
        listed(reader, value, "lanes", |reader, key, value| {
            let lane = reader.count(value, 0, limits::LANES_MAX - 1)?;
            Some((key.to_string(), u32::try_from(lane).ok()?))
        })
    });
    assumed.lanes = lanes.unwrap_or_default();
}

/// Writes what stands elsewhere than at its default.
pub(super) fn write_assumed(assumed: &Assumptions, members: &mut Members) {
    knobs::write(assumed, &Assumptions::default(), members);
    members.put_all(LANES, &assumed.lanes, |(key, lane)| {
        (key.clone(), Value::number(u64::from(*lane)))
    });
}
