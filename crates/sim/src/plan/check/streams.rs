//! Streams, what is put into them, and what only their mappings set.
//!
//! Rules: KIN-03, KIN-06, KIN-19, TW-04, DDS-01, DDS-03, KAF-01, KAF-04, MQ-01, SIM-02,
//! SIM-03.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::issue;
use crate::knob;
use crate::knob::Issue;
use crate::limits;
use crate::mapping::{Mapping, Source};
use crate::plan::mapping::source_of;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::service::outlet::Inlet;
use crate::service::stream;
use crate::service::stream::part::{Put, What};
use crate::service::stream::table::Write;
use crate::service::{Kind, Service};
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};

/// Where a service lists what is put into it.
pub(super) fn list(service: &Service) -> &'static str {
    if service.kind == Kind::DynamoDb { "writes" } else { "records" }
}

/// Everything about streams.
pub(super) fn check(scenario: &Scenario, until: Instant, issues: &mut Vec<Issue>) {
    knob::check(&scenario.settings.streams, "settings", issues);
    for service in &scenario.services {
        check_service(service, until, issues);
    }
    for mapping in &scenario.mappings {
        check_mapping(scenario, mapping, issues);
    }
}

fn check_service(service: &Service, until: Instant, issues: &mut Vec<Issue>) {
    let place = format!("services.{}", service.name);
    let list = list(service);
    let has_keys =
        |inlet: &Inlet| !inlet.partition_key.is_empty() || inlet.partition_keys.is_some();
    let kind = service.kind.stream().filter(|kind| !kind.is_broker());
    let Some(kind) = kind else {
        if !service.puts.is_empty() {
            let allowed = "nothing: only streams (kinesis, msk, kafka) have records, and a table (dynamodb) writes";
            issues.push(issue(format!("{place}.{list}"), "", allowed, Rule::Kin03));
        }
        if service.inlet.as_ref().is_some_and(has_keys) {
            let place = format!("{place}.receives.partition-key");
            let allowed = "nothing: only records of streams have partition keys";
            issues.push(issue(place, "", allowed, Rule::Kin03));
        }
        return;
    };
    let spec = service.spec.stream(kind);
    if kind == stream::Kind::DynamoDb {
        check_keys(service, &place, issues);
        if let Some(inlet) = &service.inlet {
            let place = format!("{place}.receives.payload");
            check_item(&inlet.payload.value(), &[], &place, issues);
        }
    }
    for (at, put) in service.puts.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| service.puts[before].at);
        let place = format!("{place}.{list}.{at}");
        if put.at > until || before.is_some_and(|before| before > put.at) {
            let allowed = "times in order, none after the end of the run";
            let found = put.at.to_string();
            issues.push(issue(format!("{place}.at"), found, allowed, Rule::Sim02));
        }
        check_put(put, &spec, &place, issues);
    }
}

fn check_keys(service: &Service, place: &str, issues: &mut Vec<Issue>) {
    let spec = &service.spec;
    if spec.partition_key.is_empty() {
        let place = format!("{place}.partition-key");
        issues.push(issue(place, "", "the name of an attribute", Rule::Dds03));
    } else if spec.partition_key == spec.sort_key {
        let (place, found) =
            (format!("{place}.sort-key"), format!("{:?}", spec.sort_key));
        issues.push(issue(
            place,
            found,
            "another attribute than the partition key",
            Rule::Dds03,
        ));
    }
}

fn check_put(put: &Put, spec: &stream::Spec, place: &str, issues: &mut Vec<Issue>) {
    match (&put.what, spec.kind) {
        (
            What::Record { partition_key, partition, payload },
            stream::Kind::Kinesis
            | stream::Kind::Msk
            | stream::Kind::Kafka
            | stream::Kind::ActiveMq
            | stream::Kind::RabbitMq,
        ) => {
            let kind = spec.kind;
            if partition_key.is_empty() && kind == stream::Kind::Kinesis {
                let place = format!("{place}.partition-key");
                issues.push(issue(place, "", "1 to 256 bytes", Rule::Kin03));
            }
            if let Some(partition) = partition
                && (!kind.is_topic() || *partition >= spec.shards)
            {
                let allowed = match kind.is_topic() {
                    true => format!("0 to {}", spec.shards - 1),
                    false => "nothing: only a topic (msk, kafka) has partitions".into(),
                };
                let place = format!("{place}.partition");
                issues.push(issue(place, partition.to_string(), allowed, Rule::Kaf01));
            }
            let bytes = partition_key.len() as u64 + payload.bytes();
            let most = kind.record_bytes_max();
            if bytes > most {
                let (place, found) =
                    (format!("{place}.payload"), format!("{bytes} bytes"));
                let allowed = format!("at most {} MiB with its key", most >> 20);
                issues.push(issue(place, found, allowed, Rule::Kin03));
            }
            check_depth(payload, place, issues);
        }
        (What::Write(write), stream::Kind::DynamoDb) => {
            let word = word(write);
            let (Write::Put(item)
            | Write::Update(item)
            | Write::Delete(item)
            | Write::Expire(item)) = write;
            check_item(item, &spec.key_schema, &format!("{place}.{word}"), issues);
        }
        (What::Record { .. }, stream::Kind::DynamoDb) => {
            let allowed = "nothing: a table (dynamodb) has writes";
            issues.push(issue(place.into(), "a record", allowed, Rule::Dds03));
        }
        (
            What::Write(_),
            stream::Kind::Kinesis
            | stream::Kind::Msk
            | stream::Kind::Kafka
            | stream::Kind::ActiveMq
            | stream::Kind::RabbitMq,
        ) => {
            let allowed = "nothing: only a table (dynamodb) has writes";
            issues.push(issue(place.into(), "a write", allowed, Rule::Kin03));
        }
    }
}

fn word(write: &Write) -> &'static str {
    match write {
        Write::Put(_) => "put",
        Write::Update(_) => "update",
        Write::Delete(_) => "delete",
        Write::Expire(_) => "expire",
    }
}

fn check_depth(payload: &Payload, place: &str, issues: &mut Vec<Issue>) {
    if payload.json().is_some_and(|value| value.depth() > limits::DEPTH_MAX) {
        let allowed = format!("at most {} levels", limits::DEPTH_MAX);
        issues.push(issue(format!("{place}.payload"), "", allowed, Rule::Sim03));
    }
}

/// An item is an object of attributes, such as `{"id": {"S": "a"}}`, with these keys.
fn check_item(item: &Value, keys: &[String], place: &str, issues: &mut Vec<Issue>) {
    const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];
    let allowed =
        "an item: attributes with their types, such as {\"id\": {\"S\": \"a\"}}";
    let members: &[(String, Value)] = match item {
        Value::Object(members) => members,
        // What a load puts may have no attributes of its own.
        Value::Null if keys.is_empty() => &[],
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => {
            issues.push(issue(place.into(), "", allowed, Rule::Dds03));
            return;
        }
    };
    for (name, value) in members {
        let is_typed = match value {
            Value::Object(kinds) => {
                kinds.len() == 1 && TYPES.contains(&kinds[0].0.as_str())
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => false,
        };
        if !is_typed {
            let allowed = format!("one type of {}, with its value", TYPES.join(", "));
            issues.push(issue(format!("{place}.{name}"), "", allowed, Rule::Dds03));
        }
    }
    for key in keys.iter().filter(|key| item.get(key).is_none()) {
        let allowed = format!("the attribute {key:?}, as it is a key of the table");
        issues.push(issue(place.into(), "none", allowed, Rule::Dds03));
    }
    if item.depth() > limits::DEPTH_MAX {
        let allowed = format!("at most {} levels", limits::DEPTH_MAX);
        issues.push(issue(place.into(), "", allowed, Rule::Sim03));
    }
}

fn check_mapping(scenario: &Scenario, mapping: &Mapping, issues: &mut Vec<Issue>) {
    let place = format!("mappings.{}", mapping.name);
    let spec = &mapping.spec;
    let Some(source) = source_of(scenario, &mapping.source) else { return };
    if source.is_queue() {
        return;
    }
    let tumbles = spec.tumbling.is_some_and(|length| length > Span::ZERO);
    if tumbles && spec.parallel.is_some_and(|factor| factor > 1) {
        let place = format!("{place}.parallelization-factor");
        let found = format!("{}", spec.parallel.unwrap_or(1));
        issues.push(issue(place, found, "1 with a tumbling window", Rule::Tw04));
    }
    if let Some(at) = spec.start_at.filter(|at| spec.enabled && *at > Span::ZERO) {
        let place = format!("{place}.starting-at");
        let allowed = "0s: no later than when the mapping becomes enabled";
        issues.push(issue(place, at.to_string(), allowed, Rule::Kin06));
    }
    if spec.on_failure.is_empty() || !source.takes("on-failure") {
        return;
    }
    let kind = scenario.services.iter().find(|one| one.name == mapping.source);
    let kind = kind.map(|service| service.kind);
    let takes = |service: &&Service| {
        is_destination(service.kind, kind)
            && service.name != mapping.source
            && !service.spec.fifo
    };
    let mut services = scenario.services.iter();
    let found = services.find(|service| service.name == spec.on_failure);
    if found.is_some_and(|service| takes(&service)) {
        return;
    }
    let names =
        scenario.services.iter().filter(takes).map(|service| service.name.as_str());
    let names: Vec<&str> = names.collect();
    let there = match names.is_empty() {
        true => "there is none".to_string(),
        false => format!("there are: {}", names.join(", ")),
    };
    let topics = match source == Source::Kafka {
        true => ", a bucket or another topic of the cluster",
        false => " or a bucket",
    };
    let allowed = format!("a standard queue, a standard topic{topics}; {there}");
    let found = match found {
        Some(service) => format!("{:?}, {}", spec.on_failure, service.kind.name()),
        None => format!("{:?}", spec.on_failure),
    };
    let rule = if source == Source::Kafka { Rule::Kaf04 } else { Rule::Kin19 };
    issues.push(issue(format!("{place}.on-failure"), found, allowed, rule));
}

/// Whether a service of some kind is told of what a mapping gives up that reads one of
/// another: a topic of what another topic of its cluster held.
pub(crate) const fn is_destination(kind: Kind, of: Option<Kind>) -> bool {
    match (kind, of) {
        (Kind::Queue | Kind::Topic | Kind::Bucket, _)
        | (Kind::Msk, Some(Kind::Msk))
        | (Kind::Kafka, Some(Kind::Kafka)) => true,
        (
            Kind::Bus
            | Kind::Kinesis
            | Kind::DynamoDb
            | Kind::Mq
            | Kind::Msk
            | Kind::Kafka,
            _,
        ) => false,
    }
}
