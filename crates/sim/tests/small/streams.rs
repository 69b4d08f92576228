//! Runs with streams that are read.

use lambdarium_sim::Given;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::{Answer, Condition, Operator, Sum};
use lambdarium_sim::mapping::spec::StartingPosition;
use lambdarium_sim::mapping::stream::spec::Assumptions;
use lambdarium_sim::mapping::{self, Mapping};
use lambdarium_sim::scenario::{Act, Run, Scenario, Settings};
use lambdarium_sim::service::stream::part::{Put, What};
use lambdarium_sim::service::stream::table::Write;
use lambdarium_sim::service::{self, Kind, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};

use super::{Numbers, batch_function, target};

/// A run with one stream, or table, that one or two mappings read, and a queue that is told
/// of what they give up.
pub fn streams(n: &mut Numbers) -> Run {
    let kind = if n.one_in(3) { Kind::DynamoDb } else { Kind::Kinesis };
    let mut at = Instant::START;
    let puts = (0..n.from(1, 24)).map(|_| {
        at = at.plus(if n.one_in(2) { Span::ZERO } else { n.span(3_000) });
        Put { at, what: what(kind, n) }
    });
    let puts = puts.collect();
    let table = kind == Kind::DynamoDb;
    let spec = service::Spec {
        shards: n.from(1, 3),
        shard_life: if table { n.maybe(|_| Span::MINUTE) } else { None },
        ..service::Spec::default()
    };
    let permission = !n.one_in(5);
    let told = service::Spec { permission, ..service::Spec::default() };
    let services = vec![
        Service { spec, puts, ..Service::new("s", kind) },
        Service { spec: told, ..Service::new("told", Kind::Queue) },
    ];
    let mut mappings = vec![mapping("m", "f", kind, n)];
    if n.one_in(3) {
        mappings.push(mapping("m2", "g", kind, n));
    }
    let streams = Assumptions {
        duplicate_ppm: if n.one_in(4) { 200_000 } else { 0 },
        backoff_jitter_ppm: n.below(2) * 500_000,
        split: n.choice(),
        child_quota: n.choice(),
        split_delay: if n.one_in(3) { Span::millis(150) } else { Span::ZERO },
        consolidate_failures: n.one_in(4),
        age_drop: n.choice(),
        ..Assumptions::default()
    };
    let settings = Settings {
        until: Span::seconds(200),
        esm_payload_limit: if n.one_in(3) { 1_500 } else { 6 << 20 },
        streams,
        ..Settings::default()
    };
    let tumbles = mappings.iter().any(|mapping| mapping.spec.tumbling.is_some());
    let functions = ["f", "g"].map(|name| function(name, kind, tumbles, n));
    let functions = functions.into();
    let scenario =
        Scenario { settings, functions, services, mappings, ..Scenario::default() };
    let acts = if kind == Kind::Kinesis { n.maybe(split) } else { None };
    Run { scenario, seed: n.next(), acts: acts.into_iter().collect() }
}

/// A function that may fail with single records, and knows of windows if there are some.
fn function(name: &str, kind: Kind, tumbles: bool, n: &mut Numbers) -> Function {
    let mut function = batch_function(name, n);
    let behaviour = &mut function.spec.behaviour;
    let (path, value) = match kind {
        Kind::DynamoDb => ("dynamodb.Keys.id.S", Value::text("a")),
        _ => ("kinesis.data.bad", Value::number(2)),
    };
    if let Some(per_record) = &mut behaviour.per_record {
        let (path, operator) = (path.into(), Operator::Equals);
        per_record.fails_if = Condition { path, operator, value };
    }
    if tumbles {
        let path = "kinesis.data.sleep".into();
        behaviour.answer = Answer::Sum(Sum { path, padding_bytes: 0, given: Given });
        behaviour.per_record = behaviour.per_record.take().filter(|_| n.one_in(3));
    }
    function
}

fn split(n: &mut Numbers) -> Act {
    let half = (1_u128 << 127).to_string();
    let parameters = Value::object([
        ("StreamName", Value::text("s")),
        ("ShardToSplit", Value::text("shardId-000000000000")),
        ("NewStartingHashKey", Value::Text(half)),
    ]);
    Act { at: Instant(n.span(20_000).0), operation: "SplitShard".into(), parameters }
}

fn what(kind: Kind, n: &mut Numbers) -> What {
    let key = ["a", "b", "c", "d"][n.below(4) as usize];
    let data = [("sleep", Value::number(n.below(4))), ("bad", Value::number(n.below(3)))];
    if kind == Kind::Kinesis {
        let payload = Payload::Json(Value::object(data));
        return What::Record { partition_key: key.into(), payload };
    }
    let text = |text: &str| Value::object([("S", Value::text(text))]);
    let number = |n: u64| Value::object([("N", Value::Text(n.to_string()))]);
    let item = Value::object([("id", text(key)), ("n", number(n.below(3)))]);
    What::Write(match n.below(4) {
        0 => Write::Delete(item),
        1 => Write::Update(item),
        _ => Write::Put(item),
    })
}

fn mapping(name: &str, function: &str, kind: Kind, n: &mut Numbers) -> Mapping {
    let tumbling = if n.one_in(6) { Some(Span::seconds(n.from(5, 30))) } else { None };
    let spec = mapping::Spec {
        batch_size: Some(n.from(1, 10)),
        window: if n.one_in(3) { Span::seconds(n.from(1, 5)) } else { Span::ZERO },
        partial: n.one_in(2),
        start: Some(match n.below(4) {
            0 => StartingPosition::Latest,
            _ => StartingPosition::TrimHorizon,
        }),
        parallel: if tumbling.is_some() { None } else { n.maybe(|n| n.from(1, 4)) },
        bisect: n.one_in(2),
        retries_max: n.maybe(|n| n.below(4)),
        age_max: n.maybe(|n| Span::seconds(n.from(60, 90))),
        tumbling,
        fan_out: kind == Kind::Kinesis && n.one_in(4),
        on_failure: target(&["told"], n),
        ..mapping::Spec::default()
    };
    let mut mapping = Mapping::new(name, "s", function);
    if n.one_in(4) {
        let most = Value::List(vec![Value::text("<"), Value::number(3)]);
        let test = Value::List(vec![Value::object([("numeric", most)])]);
        let sleep = Value::object([("sleep", test)]);
        if kind == Kind::Kinesis {
            mapping.filters = vec![Value::object([("data", sleep)])];
        }
    }
    Mapping { spec, ..mapping }
}
