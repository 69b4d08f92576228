//! What is put into streams and tables, as the schema says it.

use lambdarium_sim::limits;
use lambdarium_sim::value::Value;

use super::{Members, closed, count, described, list, reference, text_of, typed};
use crate::json::{OPERATIONS, PARTITION, PARTITION_KEY, PARTITION_KEYS};

fn partition_key() -> Value {
    described(
        text_of(limits::PARTITION_KEY_MAX),
        "What chooses the shard of a record, or the partition of a topic.",
    )
}

/// The partition keys of a load.
pub(super) fn keys() -> Members {
    let many = count(1, Some(limits::PARTITION_KEYS_MAX));
    let help = "So many partition keys take turns, which begin so; unset is one, or, without a partition key, another for each.";
    vec![
        (PARTITION_KEY.into(), partition_key()),
        (PARTITION_KEYS.into(), described(many, help)),
    ]
}

/// What is put into a stream, and what is written to a table.
pub(super) fn lists() -> Members {
    let record = vec![
        ("at".to_string(), reference("span")),
        (PARTITION_KEY.into(), partition_key()),
        (PARTITION.into(), count(0, Some(limits::SHARDS_MAX - 1))),
        ("payload".into(), Value::Bool(true)),
        ("payload-bytes".into(), count(0, None)),
    ];
    let records = list(closed(record, &[]), limits::POSTS_MAX);
    let mut write = vec![("at".to_string(), reference("span"))];
    write.extend(OPERATIONS.map(|(operation, _)| (operation.into(), typed("object"))));
    let writes = list(closed(write, &[]), limits::POSTS_MAX);
    let of_records = "Records that are put into a Kinesis stream or a topic of Kafka, in order of time.";
    let of_writes = "Writes to a table, in order of time: each puts an item, updates some of its attributes, deletes it, or lets it expire.";
    vec![
        ("records".into(), described(records, of_records)),
        ("writes".into(), described(writes, of_writes)),
    ]
}
