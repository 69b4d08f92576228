//! The settings of an event source mapping as calls say them and as AWS shows them.
//!
//! Rules: ESM-13, KAF-05, MQ-01; the table of settings.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Refused;
use crate::call::constraint::{failed, field_name, within};
use crate::call::event_invoke::{EPOCH, KAFKA, named, target_arn};
use crate::call::operations::{Desk, invalid};
use crate::knob::{Kind, Knob, Knobs, Setting};
use crate::mapping::Mapping;
use crate::mapping::spec::{Source, Spec};
use crate::plan::Plan;
use crate::plan::mapping::PlannedMapping;
use crate::rule::Rule;
use crate::service;
use crate::service::stream::{self, broker};
use crate::time::Span;
use crate::value::Value;

/// What the answer of a partial response is asked for with.
const PARTIAL: &str = "ReportBatchItemFailures";
/// What is counted.
const EVENT_COUNT: &str = "EventCount";
/// What is counted of topics besides.
const KAFKA_METRICS: [&str; 2] = ["ErrorCount", "KafkaMetrics"];
/// Where the consumer group of a topic of Amazon MSK stands.
const MSK_CONFIG: &str = "AmazonManagedKafkaEventSourceConfig";
/// Where that of another topic does.
const KAFKA_CONFIG: &str = "SelfManagedKafkaEventSourceConfig";

impl Desk<'_, '_> {
    /// What a mapping reads, as AWS shows it.
    pub(super) fn source_fields(&self, planned: &PlannedMapping) -> Vec<(String, Value)> {
        let service = self.plan.service(planned.source);
        let arn = Value::Text(self.source_arn(planned.source));
        let arn = (String::from("EventSourceArn"), arn);
        let named = || Value::List(Vec::from([Value::text(service.name())]));
        let group = || {
            let own = planned.uuid();
            let group = &planned.spec.consumer_group;
            let group = if group.is_empty() { own } else { group.clone() };
            Value::object([("ConsumerGroupId", Value::Text(group))])
        };
        match service.kind {
            service::Kind::Msk => {
                Vec::from([arn, ("Topics".into(), named()), (MSK_CONFIG.into(), group())])
            }
            service::Kind::Kafka => {
                let servers = broker::bootstrap_servers(stream::Kind::Kafka);
                let servers = Value::List(Vec::from([servers]));
                let endpoints = Value::object([("KAFKA_BOOTSTRAP_SERVERS", servers)]);
                let source = Value::object([("Endpoints", endpoints)]);
                Vec::from([
                    ("SelfManagedEventSource".into(), source),
                    ("Topics".into(), named()),
                    (KAFKA_CONFIG.into(), group()),
                ])
            }
            service::Kind::Mq => Vec::from([arn, ("Queues".into(), named())]),
            service::Kind::Queue
            | service::Kind::Topic
            | service::Kind::Bus
            | service::Kind::Bucket
            | service::Kind::Kinesis
            | service::Kind::DynamoDb => Vec::from([arn]),
        }
    }
}

/// The settings of a mapping as AWS shows them: always those of its source, and others where
/// they are set.
pub(super) fn settings(plan: &Plan, planned: &PlannedMapping) -> Vec<(String, Value)> {
    let PlannedMapping { spec, source_kind, .. } = planned;
    let words =
        |on: bool, word| Value::List(on.then(|| Value::text(word)).into_iter().collect());
    let mut fields: Vec<(String, Value)> = Vec::new();
    let mut put = |key: &str, value| fields.push((key.into(), value));
    put("BatchSize", Value::number(planned.batch_size));
    put("MaximumBatchingWindowInSeconds", in_seconds(planned.window()));
    put("FunctionResponseTypes", words(spec.partial, PARTIAL));
    if !planned.patterns.is_empty() {
        let filters = planned.patterns.iter();
        let filters = filters
            .map(|pattern| Value::object([("Pattern", Value::Text(pattern.compact()))]));
        let filters = Value::List(filters.collect());
        put("FilterCriteria", Value::object([("Filters", filters)]));
    }
    if let Some(most) = spec.concurrency_max {
        put(
            "ScalingConfig",
            Value::object([("MaximumConcurrency", Value::number(most))]),
        );
    }
    let pollers =
        [("MinimumPollers", spec.pollers_min), ("MaximumPollers", spec.pollers_max)];
    let pollers = pollers
        .into_iter()
        .filter_map(|(key, count)| Some((key.to_string(), Value::number(count?))));
    let pollers: Vec<(String, Value)> = pollers.collect();
    if !pollers.is_empty() {
        put("ProvisionedPollerConfig", Value::Object(pollers));
    }
    if spec.metrics {
        put("MetricsConfig", Value::object([("Metrics", words(true, EVENT_COUNT))]));
    }
    if !source_kind.is_queue() {
        let all = stream_settings(plan, spec).into_iter();
        // Each source has its own part of them.
        fields.extend(all.filter(|(aws, _)| {
            let of = |knob: &&Knob<Spec>| knob.aws.starts_with(aws.as_str());
            Spec::KNOBS.iter().find(of).is_some_and(|knob| source_kind.takes(knob.key))
        }));
    }
    fields
}

/// Settings that only a stream's mapping has.
fn stream_settings(plan: &Plan, spec: &Spec) -> Vec<(String, Value)> {
    let endless = || Value::Number("-1".into());
    let failure = match spec.on_failure.as_str() {
        "" => Value::object([]),
        name => Value::object([("Destination", Value::Text(target_arn(plan, name)))]),
    };
    let window = spec.tumbling.unwrap_or(Span::ZERO);
    let mut fields: Vec<(String, Value)> = [
        ("BisectBatchOnFunctionError", Value::Bool(spec.bisect)),
        ("DestinationConfig", Value::object([("OnFailure", failure)])),
        ("MaximumRecordAgeInSeconds", spec.age_max.map_or_else(endless, in_seconds)),
        ("MaximumRetryAttempts", spec.retries_max.map_or_else(endless, Value::number)),
        ("ParallelizationFactor", Value::number(spec.parallel.unwrap_or(1))),
        ("TumblingWindowInSeconds", in_seconds(window)),
    ]
    .map(|(key, value)| (key.into(), value))
    .into();
    if let Some(start) = spec.start {
        fields.push(("StartingPosition".into(), Value::text(start.word())));
    }
    fields
}

fn in_seconds(span: Span) -> Value {
    Value::number(span.0 / Span::SECOND.0)
}

/// Reads what a call sets, over what was there.
pub(super) fn read(
    with: &Value,
    source: Source,
    mapping: &mut Mapping,
) -> Result<(), Refused> {
    let metrics = with.at("MetricsConfig.Metrics").and_then(Value::as_list);
    let metrics = metrics.unwrap_or_default().iter().filter_map(Value::as_text);
    if let Some(other) = metrics.into_iter().find(|metric| *metric != EVENT_COUNT) {
        let message = match source {
            Source::Kafka if KAFKA_METRICS.contains(&other) => {
                format!("{other} is not simulated")
            }
            Source::Kafka
            | Source::Mq
            | Source::Queue
            | Source::Fifo
            | Source::Kinesis
            | Source::DynamoDb => format!("Invalid metric: {other}"),
        };
        return Err(invalid(message, Rule::Esm13));
    }
    let consumer_group = || with.get(KAFKA_CONFIG)?.get("ConsumerGroupId");
    for knob in Spec::KNOBS.iter().filter(|knob| !knob.aws.is_empty()) {
        let given = with.at(knob.aws);
        let other = if knob.key == "consumer-group" { consumer_group() } else { None };
        let Some(given) = given.or(other) else { continue };
        let kind = source.range(knob);
        (knob.set)(&mut mapping.spec, read_setting(knob, &kind, given)?);
    }
    let Some(criteria) = with.get("FilterCriteria") else { return Ok(()) };
    mapping.filters = match criteria.get("Filters") {
        Some(Value::List(filters)) => filters
            .iter()
            .map(|filter| filter.get("Pattern").cloned().unwrap_or_default())
            .collect(),
        Some(_) | None => Vec::new(),
    };
    Ok(())
}

fn read_setting(
    knob: &Knob<Spec>,
    kind: &Kind,
    given: &Value,
) -> Result<Setting, Refused> {
    let field = field_name(knob.aws);
    let lists = |word: &str| match given {
        Value::List(items) => items.iter().any(|item| item.as_text() == Some(word)),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => false,
    };
    let endless =
        matches!(knob.aws, "MaximumRetryAttempts" | "MaximumRecordAgeInSeconds");
    let number = |min: u64, max: u64| {
        let bound = |bound: u64| i64::try_from(bound).unwrap_or(i64::MAX);
        let min = if endless { -1 } else { bound(min) };
        within(given, &field, (min, bound(max)), knob.rule)
    };
    Ok(match (knob.aws, kind) {
        ("FunctionResponseTypes", _) => Setting::Bool(lists(PARTIAL)),
        // Calls count from 1970; what was before the run is all that is kept.
        ("StartingPositionTimestamp", _) => {
            let since_1970 = given.scaled(6).unwrap_or(0);
            let start = EPOCH * Span::SECOND.0;
            Setting::Span(Span(since_1970.saturating_sub(start)))
        }
        ("MetricsConfig.Metrics", _) => Setting::Bool(lists(EVENT_COUNT)),
        ("DestinationConfig.OnFailure", _) => {
            let to = given.get("Destination").and_then(Value::as_text);
            let to = to.map(|to| to.strip_prefix(KAFKA).or(named(to)).unwrap_or(to));
            Setting::Text(to.unwrap_or_default().into())
        }
        (_, Kind::Bool) => Setting::Bool(given == &Value::Bool(true)),
        (_, Kind::Count { min, max, .. }) => match number(*min, *max)? {
            -1 => Setting::Unset,
            count => Setting::Number(count.unsigned_abs()),
        },
        (_, Kind::Span { whole_seconds: false, .. }) => {
            Setting::Span(given.scaled(6).map_or(Span::ZERO, Span))
        }
        (_, Kind::Span { min, max, .. }) => {
            let second = Span::SECOND.0;
            match number(min.0 / second, max.0 / second)? {
                -1 => Setting::Unset,
                seconds => Setting::Span(Span::seconds(seconds.unsigned_abs())),
            }
        }
        (_, Kind::Choice(words)) => {
            let word = given.as_text().unwrap_or_default();
            let place = words.iter().position(|known| *known == word);
            let place = place.and_then(|place| u8::try_from(place).ok());
            let must = "satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]";
            Setting::Choice(place.ok_or_else(|| failed(word, &field, must, knob.rule))?)
        }
        (_, Kind::Text { .. } | Kind::Ppm | Kind::Decimal { .. }) => {
            Setting::Text(given.as_text().unwrap_or_default().into())
        }
    })
}
