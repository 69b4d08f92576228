//! What queues hold, and what event source mappings read and call.
//!
//! Rules: ESM-05, ESM-08, ESM-11, ESM-15, ESM-17, ESM-18, SQS-10, SQS-13, SQS-16, FIFO-01,
//! FIFO-08, KAF-05, MQ-01, VER-15, SIM-03.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{check_name, issue, names_something, split_target};
use crate::knob::{Choices, Issue, Knobs, shown};
use crate::limits;
use crate::mapping::spec::TIMEOUT_MAX;
use crate::mapping::{Mapping, Source};
use crate::plan::Qualifier;
use crate::plan::mapping::source_of;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::service::filter::{Filter, OR};
use crate::service::{Kind, Service, Spec};
use crate::time::{Instant, Span};
use crate::value::Value;

/// Filters of one mapping (ESM-15).
const FILTERS_MAX: usize = 5;
/// Longest pattern, in bytes (ESM-15).
const PATTERN_BYTES_MAX: u64 = 4_096;

/// Settings that its kind does not have.
fn check_settings(service: &Service, place: &str, issues: &mut Vec<Issue>) {
    let usual = Spec::default();
    for knob in Spec::KNOBS {
        let setting = (knob.get)(&service.spec);
        if service.kind.has(knob.key) || setting == (knob.get)(&usual) {
            continue;
        }
        let kinds = (0..).map_while(Kind::from_place).filter(|kind| kind.has(knob.key));
        let words: Vec<&str> = kinds.map(Kind::word).collect();
        let allowed = format!("nothing: it is a setting of {}", words.join(", "));
        let place = format!("{place}.{}", knob.key);
        issues.push(issue(place, shown(knob, &setting), &allowed, knob.rule));
    }
}

/// Settings that only a queue has, and messages that reach it.
pub(super) fn check_queue(
    scenario: &Scenario,
    service: &Service,
    place: &str,
    until: Instant,
    issues: &mut Vec<Issue>,
) {
    check_settings(service, place, issues);
    if service.kind == Kind::Mq {
        check_posts(service, place, until, issues);
        if !service.spec.dead_letter.is_empty() {
            check_dead(scenario, service, place, issues);
        }
        return;
    }
    if service.kind != Kind::Queue {
        check_no_queue(service, place, issues);
        return;
    }
    let spec = &service.spec;
    let mut wrong = |key: &str, found: String, allowed: &str, rule| {
        issues.push(issue(format!("{place}.{key}"), found, allowed, rule));
    };
    if !spec.fifo && spec.content_dedup {
        let allowed = "off: only a FIFO queue looks for the same message";
        wrong("content-based-deduplication", "on".into(), allowed, Rule::Fifo07);
    }
    if !spec.dead_letter.is_empty() {
        let mut services = scenario.services.iter();
        let target = services.find(|other| other.name == spec.dead_letter);
        let fits = target.is_some_and(|other| {
            other.kind == Kind::Queue
                && other.spec.fifo == spec.fifo
                && other.name != service.name
        });
        if !fits {
            let allowed = match spec.fifo {
                true => "another FIFO queue: a dead-letter queue is of the same type",
                false => {
                    "another standard queue: a dead-letter queue is of the same type"
                }
            };
            let found = format!("{:?}", spec.dead_letter);
            wrong("dead-letter", found, allowed, Rule::Sqs13);
        }
    }
    if let Some(inlet) = &service.inlet
        && !spec.fifo
        && !(inlet.group.is_empty() && inlet.deduplication.is_empty())
    {
        wrong("receives.group", String::new(), ONLY_FIFO, Rule::Fifo01);
    }
    check_posts(service, place, until, issues);
}

/// Where a broker puts what it gives up: another of its queues.
fn check_dead(
    scenario: &Scenario,
    service: &Service,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    let mut services = scenario.services.iter();
    let fits = |other: &Service| {
        other.kind == Kind::Mq
            && other.spec.engine == service.spec.engine
            && other.name != service.name
            && other.name == service.spec.dead_letter
    };
    if !services.any(fits) {
        let found = format!("{:?}", service.spec.dead_letter);
        let allowed = "another queue (mq) of the same engine";
        issues.push(issue(format!("{place}.dead-letter"), found, allowed, Rule::Mq01));
    }
}

/// Messages that reach a queue.
fn check_posts(service: &Service, place: &str, until: Instant, issues: &mut Vec<Issue>) {
    let spec = &service.spec;
    let mut wrong = |key: &str, found: String, allowed: &str, rule| {
        issues.push(issue(format!("{place}.{key}"), found, allowed, rule));
    };
    for (at, post) in service.posts.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| service.posts[before].at);
        if post.at > until || before.is_some_and(|before| before > post.at) {
            let allowed = "times in order, none after the end of the run";
            let found = post.at.to_string();
            wrong(&format!("messages.{at}.at"), found, allowed, Rule::Sim02);
        }
        let bytes = post.payload.bytes();
        let (most, allowed) = match service.kind.stream() {
            Some(kind) => (kind.record_bytes_max(), "at most 10 MiB"),
            None => (limits::QUEUE_MESSAGE_BYTES_MAX, "at most 1 MiB"),
        };
        if bytes > most {
            let found = format!("{bytes} bytes");
            wrong(&format!("messages.{at}.payload"), found, allowed, Rule::Sqs16);
        }
        if post.payload.json().is_some_and(|value| value.depth() > limits::DEPTH_MAX) {
            let place = format!("messages.{at}.payload");
            wrong(&place, String::new(), "at most 64 levels", Rule::Sim03);
        }
        let is_plain = post.group.is_empty() && post.deduplication.is_empty();
        if !spec.fifo && !is_plain {
            wrong(
                &format!("messages.{at}.group"),
                String::new(),
                ONLY_FIFO,
                Rule::Fifo01,
            );
        }
        let delay = post.delay.unwrap_or(Span::ZERO);
        let is_sqs = service.kind == Kind::Queue;
        if delay > Span::seconds(900) || post.delay.is_some() && (spec.fifo || !is_sqs) {
            let allowed =
                "at most 15 min, and none of its own in a FIFO queue or a broker";
            let found = delay.to_string();
            wrong(&format!("messages.{at}.delay"), found, allowed, Rule::Sqs16);
        }
    }
}

const ONLY_FIFO: &str = "none: only messages of a FIFO queue have groups";

/// What is no queue has no settings of one.
fn check_no_queue(service: &Service, place: &str, issues: &mut Vec<Issue>) {
    let allowed = "nothing: only a queue (sqs) has that";
    if !service.posts.is_empty() {
        issues.push(issue(format!("{place}.messages"), "", allowed, Rule::Asy02));
    }
    let of_fifo = |inlet: &crate::service::outlet::Inlet| {
        !(inlet.group.is_empty() && inlet.deduplication.is_empty())
    };
    if service.inlet.as_ref().is_some_and(of_fifo) {
        issues.push(issue(
            format!("{place}.receives.group"),
            "",
            ONLY_FIFO,
            Rule::Fifo01,
        ));
    }
}

/// All mappings.
pub(super) fn check_mappings(scenario: &Scenario, issues: &mut Vec<Issue>) {
    let functions = scenario.functions.iter().map(|function| function.name.as_str());
    let services = scenario.services.iter().map(|service| service.name.as_str());
    let mut taken: Vec<&str> = functions.chain(services).collect();
    for (at, mapping) in scenario.mappings.iter().enumerate() {
        let place = format!("mappings.{}", mapping.name);
        check_name(&mapping.name, &place, &taken, issues);
        taken.push(&mapping.name);
        check_mapping(scenario, mapping, &place, issues);
        let (name, _) = split_target(&mapping.target);
        let same = |other: &&Mapping| {
            other.source == mapping.source && split_target(&other.target).0 == name
        };
        if let Some(other) = scenario.mappings[..at].iter().find(same) {
            let found = format!("a second one from {} to {name}", mapping.source);
            let allowed =
                format!("one mapping from a source to a function: {}", other.name);
            issues.push(issue(place, found, allowed, Rule::Esm05));
        }
    }
}

fn check_mapping(
    scenario: &Scenario,
    mapping: &Mapping,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    let source = source_of(scenario, &mapping.source);
    match source {
        Some(source) => mapping.spec.check(source, place, issues),
        None => {
            let names = scenario.services.iter().map(|one| one.name.as_str());
            let names: Vec<&str> =
                names.filter(|name| source_of(scenario, name).is_some()).collect();
            let there = match names.is_empty() {
                true => "there is none".to_string(),
                false => format!("there are: {}", names.join(", ")),
            };
            let found = format!("{:?}", mapping.source);
            let allowed = format!("a queue, a stream, a table or a topic; {there}");
            issues.push(issue(format!("{place}.source"), found, allowed, Rule::Esm05));
        }
    }
    let (name, qualifier) = split_target(&mapping.target);
    let function = scenario.functions.iter().find(|f| f.name == name);
    let known = function.is_some_and(|f| match &qualifier {
        Qualifier::Latest => true,
        Qualifier::Named(q) => names_something(f, q),
    });
    if !known {
        let names: Vec<&str> =
            scenario.functions.iter().map(|f| f.name.as_str()).collect();
        let allowed = format!(
            "a function, with a version or alias it has; there are: {}",
            names.join(", ")
        );
        let found = format!("{:?}", mapping.target);
        issues.push(issue(format!("{place}.calls"), found, allowed, Rule::Ver15));
    }
    let queue = scenario.services.iter().find(|one| one.name == mapping.source);
    if let (Some(queue), Some(function)) = (queue, function)
        && source.is_some_and(Source::is_queue)
        && !queue.spec.shortened
        && function.spec.timeout > queue.spec.visibility
    {
        let found = format!("{} of {}", queue.spec.visibility, queue.name);
        let allowed = format!(
            "a visibility timeout of at least {}, the timeout of {name}",
            function.spec.timeout
        );
        issues.push(issue(format!("{place}.source"), found, allowed, Rule::Sqs10));
    }
    if let Some(function) = function
        && source.is_some_and(Source::is_of_broker)
        && function.spec.timeout > TIMEOUT_MAX
    {
        let found = format!("a timeout of {} of {name}", function.spec.timeout);
        let allowed = format!("at most {TIMEOUT_MAX} for Kafka and MQ");
        issues.push(issue(format!("{place}.calls"), found, allowed, Rule::Kaf05));
    }
    check_filters(mapping, source, place, issues);
}

/// What is wrong with the filters of a mapping first of all, if anything is.
pub(crate) fn wrong_filter(mapping: &Mapping, source: Source) -> Option<Issue> {
    let mut issues = Vec::new();
    check_filters(mapping, Some(source), "", &mut issues);
    issues.into_iter().next()
}

/// A key of a pattern, or of its alternatives, that is not about the body.
fn beside_body(pattern: &Value) -> Option<&str> {
    let Value::Object(members) = pattern else { return None };
    members.iter().find_map(|(key, member)| match (key.as_str(), member) {
        ("body", _) => None,
        (OR, Value::List(items)) => items.iter().find_map(beside_body),
        (key, _) => Some(key),
    })
}

fn check_filters(
    mapping: &Mapping,
    source: Option<Source>,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    if mapping.filters.len() > FILTERS_MAX {
        let found = mapping.filters.len().to_string();
        let allowed = format!("at most {FILTERS_MAX}");
        issues.push(issue(format!("{place}.filters"), found, allowed, Rule::Esm15));
        return;
    }
    for (at, pattern) in mapping.filters.iter().enumerate() {
        let place = format!("{place}.filters.{at}");
        if pattern.bytes() > PATTERN_BYTES_MAX {
            let found = format!("{} bytes", pattern.bytes());
            let allowed = format!("at most {PATTERN_BYTES_MAX}");
            issues.push(issue(place.clone(), found, allowed, Rule::Esm15));
        }
        if let Err(wrong) = Filter::read(pattern, false) {
            let dot = if wrong.place.is_empty() { "" } else { "." };
            let place = format!("{place}{dot}{}", wrong.place);
            issues.push(issue(place, wrong.found, wrong.allowed, Rule::Esm18));
        } else if source.is_some_and(Source::is_queue)
            && let Some(key) = beside_body(pattern)
        {
            let allowed = "body: messages of a queue are filtered by nothing else";
            issues.push(issue(place, format!("{key:?}"), allowed, Rule::Esm17));
        } else if source == Some(Source::Kinesis)
            && pattern.get("data").is_some_and(|data| !matches!(data, Value::Object(_)))
        {
            let allowed =
                "a pattern of JSON: what is not JSON is not filtered by what it says";
            issues.push(issue(format!("{place}.data"), "", allowed, Rule::Esm18));
        }
    }
}
