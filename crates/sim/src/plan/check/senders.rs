//! What reaches topics, buses and buckets from outside, which functions they tell of it, and
//! where senders put what they cannot deliver.
//!
//! Rules: ASY-02, ASY-32, DST-16, SIM-03, VER-15.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{check_name, issue, names_something, split_target};
use crate::knob::{self, Issue};
use crate::limits;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::service::filter::Filter;
use crate::service::outlet::{Inlet, Manner, Outlet, Scope};
use crate::service::{Kind, Service, stream};
use crate::time::Instant;
use crate::value::Value;

/// Bounds of the loads of a run.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Loads {
    pub(in crate::plan) until: Instant,
    pub(in crate::plan) calls_max: u64,
}

/// All that a service has to do with senders.
pub(super) fn check(
    scenario: &Scenario,
    service: &Service,
    place: &str,
    loads: Loads,
    issues: &mut Vec<Issue>,
) {
    if let Some(inlet) = &service.inlet {
        check_inlet(service, inlet, &format!("{place}.receives"), loads, issues);
    }
    let mut taken: Vec<&Outlet> = Vec::new();
    for outlet in &service.outlets {
        let list = outlet.manner.list();
        let place = format!("{place}.{list}");
        let (right, allowed) = match &outlet.manner {
            Manner::Subscription(_) => {
                (Kind::Topic, "only a topic (sns) has subscriptions")
            }
            Manner::Rule(_) => (Kind::Bus, "only a bus (eventbridge) has rules"),
            Manner::Notification(_) => {
                (Kind::Bucket, "only a bucket (s3) has notifications")
            }
        };
        if service.kind != right {
            let found = format!("{list} of {}", service.kind.word());
            issues.push(issue(place, found, allowed, Rule::Asy02));
            return;
        }
        if service.spec.fifo {
            let found = "subscriptions of a FIFO topic";
            let allowed = "a standard topic: a FIFO topic does not call functions";
            issues.push(issue(place, found, allowed, Rule::Asy02));
            return;
        }
        let place = format!("{place}.{}", outlet.name);
        let others = taken.iter().filter(|other| other.manner.list() == list);
        let others: Vec<&str> = others.map(|other| other.name.as_str()).collect();
        check_name(&outlet.name, &place, &others, issues);
        issues.extend(overlap(&taken, outlet, &place));
        taken.push(outlet);
        check_outlet(scenario, outlet, &place, issues);
    }
}

/// S3 takes no two notifications that an object could fall under both of.
fn overlap(others: &[&Outlet], outlet: &Outlet, place: &str) -> Option<Issue> {
    let Manner::Notification(spec) = &outlet.manner else { return None };
    let meets = |other: &&&Outlet| {
        let Manner::Notification(other) = &other.manner else { return false };
        let either =
            |a: &str, b: &str, holds: fn(&str, &str) -> bool| holds(a, b) || holds(b, a);
        either(&spec.prefix, &other.prefix, |a, b| a.starts_with(b))
            && either(&spec.suffix, &other.suffix, |a, b| a.ends_with(b))
    };
    let other = others.iter().find(meets)?;
    let found = format!("prefix {:?} and suffix {:?}", spec.prefix, spec.suffix);
    let allowed =
        format!("keys that do not fall under the notification {:?} as well", other.name);
    Some(issue(place.into(), found, allowed, Rule::Asy02))
}

fn check_inlet(
    service: &Service,
    inlet: &Inlet,
    place: &str,
    loads: Loads,
    issues: &mut Vec<Issue>,
) {
    let most = match service.kind {
        Kind::Topic => limits::TOPIC_MESSAGE_BYTES_MAX,
        Kind::Bus => limits::QUEUE_MESSAGE_BYTES_MAX,
        Kind::Bucket => limits::OBJECT_BYTES_MAX,
        Kind::Queue => limits::QUEUE_MESSAGE_BYTES_MAX,
        Kind::Kinesis | Kind::DynamoDb => stream::RECORD_BYTES_MAX,
        Kind::Msk | Kind::Kafka | Kind::Mq => stream::Kind::Msk.record_bytes_max(),
    };
    let bytes = inlet.payload.bytes();
    if bytes > most {
        let (found, allowed) = (format!("{bytes} bytes"), format!("at most {most}"));
        issues.push(issue(format!("{place}.payload"), found, allowed, Rule::Dst16));
    }
    if inlet.payload.json().is_some_and(|value| value.depth() > limits::DEPTH_MAX) {
        let allowed = format!("at most {} levels", limits::DEPTH_MAX);
        issues.push(issue(format!("{place}.payload"), "", allowed, Rule::Sim03));
    }
    check_key(service, inlet, &format!("{place}.key"), issues);
    for (name, value) in &inlet.attributes {
        let place = format!("{place}.attributes.{name}");
        let is_plain = |value: &Value| match value {
            Value::Text(_) | Value::Number(_) => true,
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => false,
        };
        let fits = match value {
            Value::List(items) => items.iter().all(is_plain),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Object(_) => is_plain(value),
        };
        if !fits || service.kind != Kind::Topic {
            let allowed = match service.kind {
                Kind::Topic => "text, a number, or a list of them",
                Kind::Bus
                | Kind::Queue
                | Kind::Bucket
                | Kind::Kinesis
                | Kind::DynamoDb
                | Kind::Msk
                | Kind::Kafka
                | Kind::Mq => "none: only messages of a topic have attributes",
            };
            issues.push(issue(place, "", allowed, Rule::Asy02));
        }
    }
    let Loads { until, calls_max } = loads;
    inlet.load.check(&format!("{place}.load"), until, calls_max, issues);
}

fn check_key(service: &Service, inlet: &Inlet, place: &str, issues: &mut Vec<Issue>) {
    let bytes = inlet.key.len();
    if bytes > limits::OBJECT_KEY_BYTES_MAX {
        let allowed = format!("at most {}", limits::OBJECT_KEY_BYTES_MAX);
        let found = format!("{bytes} bytes");
        issues.push(issue(place.into(), found, allowed, Rule::Asy02));
    }
    if bytes > 0 && service.kind != Kind::Bucket {
        let allowed = "none: only objects of a bucket (s3) have keys";
        issues.push(issue(place.into(), "", allowed, Rule::Asy02));
    }
}

fn check_outlet(
    scenario: &Scenario,
    outlet: &Outlet,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    let (name, qualifier) = split_target(&outlet.target);
    let known = scenario.functions.iter().any(|f| {
        f.name == name && qualifier.name().is_none_or(|q| names_something(f, &q))
    });
    if !known {
        let names: Vec<&str> =
            scenario.functions.iter().map(|f| f.name.as_str()).collect();
        let allowed = format!(
            "a function, with a version or alias it has; there are: {}",
            names.join(", ")
        );
        let found = format!("{:?}", outlet.target);
        issues.push(issue(format!("{place}.calls"), found, allowed, Rule::Ver15));
    }
    let of_attributes = match &outlet.manner {
        Manner::Subscription(spec) => {
            knob::check(spec, place, issues);
            spec.scope == Scope::MessageAttributes
        }
        Manner::Rule(spec) => {
            knob::check(spec, place, issues);
            false
        }
        Manner::Notification(spec) => {
            knob::check(spec, place, issues);
            false
        }
    };
    if let (Some(pattern), Some(key)) = (&outlet.pattern, outlet.manner.pattern_key())
        && let Err(wrong) = Filter::read(pattern, of_attributes)
    {
        let dot = if wrong.place.is_empty() { "" } else { "." };
        let place = format!("{place}.{key}{dot}{}", wrong.place);
        issues.push(issue(place, wrong.found, wrong.allowed, Rule::Asy02));
    }
    let dead_letter = outlet.manner.dead_letter();
    issues.extend(wrong_queue(scenario, format!("{place}.dead-letter"), dead_letter));
}

/// What is wrong with the dead-letter queue of a sender; nothing is wrong with none.
pub(super) fn wrong_queue(
    scenario: &Scenario,
    place: String,
    name: &str,
) -> Option<Issue> {
    if name.is_empty() {
        return None;
    }
    let queue = |service: &&Service| service.kind == Kind::Queue && !service.spec.fifo;
    let found = match scenario.services.iter().find(|service| service.name == name) {
        Some(service) if queue(&service) => return None,
        Some(service) if service.kind == Kind::Queue => format!("{name:?}, a FIFO queue"),
        Some(service) => format!("{name:?}, {}", service.kind.name()),
        None => format!("{name:?}"),
    };
    let queues = scenario.services.iter().filter(queue);
    let queues: Vec<&str> = queues.map(|service| service.name.as_str()).collect();
    let there = match queues.is_empty() {
        true => "there is none".to_string(),
        false => format!("there are: {}", queues.join(", ")),
    };
    Some(issue(place, found, format!("a standard queue; {there}"), Rule::Asy32))
}
