//! Runs with streams that are read.

use lambdarium_sim::Given;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::{Answer, Condition, Operator, Sum};
use lambdarium_sim::mapping::spec::StartingPosition;
use lambdarium_sim::mapping::stream::spec::Assumptions;
use lambdarium_sim::mapping::{self, Mapping};
use lambdarium_sim::scenario::{Act, Run, Scenario, Settings};
use lambdarium_sim::service::parcel::Post;
use lambdarium_sim::service::stream::part::{Put, What};
use lambdarium_sim::service::stream::table::Write;
use lambdarium_sim::service::{self, Kind, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};

use super::{Numbers, batch_function, target};

/// A run with one stream, table, topic or queue of a broker that one or two mappings read,
/// and a queue or another topic that is told of what they give up.
pub fn streams(n: &mut Numbers) -> Run {
    let kind = match n.below(6) {
        0 | 1 => Kind::Kinesis,
        2 => Kind::DynamoDb,
        3 => Kind::Msk,
        4 => Kind::Kafka,
        _ => Kind::Mq,
    };
    let mut at = Instant::START;
    let puts = (0..n.from(1, 24)).map(|_| {
        at = at.plus(if n.one_in(2) { Span::ZERO } else { n.span(3_000) });
        Put { at, what: what(kind, n) }
    });
    let puts = puts.collect();
    let spec = source(kind, n);
    // What is sent to a broker is a message.
    let (posts, puts) = match kind {
        Kind::Mq => (messages(puts), Vec::new()),
        _ => (Vec::new(), puts),
    };
    let permission = !n.one_in(5);
    let told = service::Spec { permission, ..service::Spec::default() };
    let dead = service::Spec { engine: spec.engine, ..service::Spec::default() };
    let is_topic = matches!(kind, Kind::Msk | Kind::Kafka) && n.one_in(2);
    let told_kind = if is_topic { kind } else { Kind::Queue };
    let services = vec![
        Service { spec, posts, puts, ..Service::new("s", kind) },
        Service { spec: told, ..Service::new("told", told_kind) },
        Service { spec: dead, ..Service::new("dead", Kind::Mq) },
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
        Kind::Msk | Kind::Kafka => ("value.bad", Value::number(2)),
        Kind::Mq => ("data.bad", Value::number(2)),
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
    if kind != Kind::DynamoDb {
        let payload = match n.below(12) {
            0 if kind != Kind::Kinesis => Payload::Bytes(2_000),
            1 => Payload::Json(Value::text("plain")),
            _ => Payload::Json(Value::object(data)),
        };
        let partition = match kind {
            // All records of a key are in one partition.
            Kind::Msk | Kind::Kafka if key == "a" => Some(0),
            _ => None,
        };
        return What::Record { partition_key: key.into(), partition, payload };
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

/// What is read, with the settings that its kind has.
fn source(kind: Kind, n: &mut Numbers) -> service::Spec {
    let usual = service::Spec::default();
    match kind {
        Kind::Msk | Kind::Kafka => service::Spec {
            partitions: n.from(1, 3),
            log_kept: Span::seconds(if n.one_in(3) { n.from(5, 60) } else { 3_600 }),
            ..usual
        },
        Kind::Mq => service::Spec {
            engine: n.choice(),
            redeliveries_max: n.maybe(|n| n.below(4)),
            dead_letter: target(&["dead"], n),
            ..usual
        },
        Kind::DynamoDb => service::Spec {
            shards: n.from(1, 3),
            shard_life: n.maybe(|_| Span::MINUTE),
            ..usual
        },
        _ => service::Spec { shards: n.from(1, 3), ..usual },
    }
}

/// What is put, as messages.
fn messages(puts: Vec<Put>) -> Vec<Post> {
    let message = |Put { at, what }| match what {
        What::Record { payload, .. } => Post { at, payload, ..Post::default() },
        What::Write(_) => panic!("no table"),
    };
    puts.into_iter().map(message).collect()
}

fn mapping(name: &str, function: &str, kind: Kind, n: &mut Numbers) -> Mapping {
    let of_aws = matches!(kind, Kind::Kinesis | Kind::DynamoDb);
    let tumbles = of_aws && n.one_in(6);
    let tumbling = if tumbles { Some(Span::seconds(n.from(5, 30))) } else { None };
    let spec = mapping::Spec {
        batch_size: Some(n.from(1, 10)),
        window: if n.one_in(3) { Some(Span::seconds(n.from(1, 5))) } else { None },
        partial: n.one_in(2),
        start: Some(match n.below(4) {
            0 => StartingPosition::Latest,
            _ => StartingPosition::TrimHorizon,
        }),
        parallel: if tumbling.is_some() || !of_aws {
            None
        } else {
            n.maybe(|n| n.from(1, 4))
        },
        bisect: n.one_in(2),
        retries_max: n.maybe(|n| n.below(4)),
        age_max: n.maybe(|n| Span::seconds(n.from(60, 90))),
        tumbling,
        fan_out: kind == Kind::Kinesis && n.one_in(4),
        on_failure: target(&["told"], n),
        ..mapping::Spec::default()
    };
    let spec = match kind {
        Kind::Msk | Kind::Kafka => mapping::Spec {
            pollers_min: n.maybe(|n| n.from(1, 2)),
            committed: if n.one_in(4) { Some(n.below(3)) } else { None },
            ..spec
        },
        // All else is the broker's business.
        Kind::Mq => mapping::Spec {
            batch_size: spec.batch_size,
            window: spec.window,
            ..mapping::Spec::default()
        },
        _ => spec,
    };
    let mut mapping = Mapping::new(name, "s", function);
    if n.one_in(4) {
        let most = Value::List(vec![Value::text("<"), Value::number(3)]);
        let test = Value::List(vec![Value::object([("numeric", most)])]);
        let sleep = Value::object([("sleep", test)]);
        let key = match kind {
            Kind::Kinesis | Kind::Mq => Some("data"),
            Kind::Msk | Kind::Kafka => Some("value"),
            _ => None,
        };
        let pattern = key.map(|key| Value::object([(key, sleep)]));
        mapping.filters = pattern.into_iter().collect();
    }
    Mapping { spec, ..mapping }
}
