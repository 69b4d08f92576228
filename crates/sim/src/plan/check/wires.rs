//! Where functions send things: whether that is there, and takes them.
//!
//! Rules: DLQ-01, DST-02, DST-03, DST-08, ASY-07, VER-15.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{check_name, issue, mappings, names_something, senders, split_target};
use crate::knob::{self, Issue};
use crate::lambda::Function;
use crate::rule::Rule;
use crate::scenario::Scenario;
use crate::service::Kind;

/// Names and settings of services.
pub(super) fn check_services(
    scenario: &Scenario,
    loads: senders::Loads,
    issues: &mut Vec<Issue>,
) {
    let mut taken: Vec<&str> =
        scenario.functions.iter().map(|function| function.name.as_str()).collect();
    for service in &scenario.services {
        let place = format!("services.{}", service.name);
        check_name(&service.name, &place, &taken, issues);
        taken.push(&service.name);
        knob::check(&service.spec, &place, issues);
        let has_order = matches!(service.kind, Kind::Queue | Kind::Topic);
        if service.spec.fifo && !has_order {
            let found = format!("true on {}", service.kind.word());
            let allowed = "only a queue (sqs) or a topic (sns) keeps order";
            issues.push(issue(format!("{place}.fifo"), found, allowed, Rule::Dst03));
        }
        senders::check(scenario, service, &place, loads, issues);
        mappings::check_queue(scenario, service, &place, loads.until, issues);
    }
}

/// Everything a function sends, and to whom.
pub(super) fn check_sending(
    scenario: &Scenario,
    function: &Function,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    let wires = Wires { scenario, function };
    for (qualifier, spec) in &function.event_invoke {
        let place = match qualifier.as_str() {
            "$LATEST" => format!("{place}.async"),
            other => format!("{place}.async-of.{other}"),
        };
        if !names_something(function, qualifier) {
            let allowed = "a version or alias of the function";
            issues.push(issue(
                place.clone(),
                format!("{qualifier:?}"),
                allowed,
                Rule::Asy07,
            ));
        }
        knob::check(spec, &place, issues);
        for (key, to, takes) in [
            ("on-success", &spec.on_success, &ON_SUCCESS),
            ("on-failure", &spec.on_failure, &ON_FAILURE),
        ] {
            issues.extend(wires.wrong(format!("{place}.{key}"), to, takes));
        }
    }
    let versions = function
        .versions
        .iter()
        .map(|version| (format!("{place}.versions.{}", version.number), &version.spec));
    let latest = [(String::from(place), &function.spec)];
    for (place, spec) in latest.into_iter().chain(versions) {
        let dead = &spec.dead_letter;
        issues.extend(wires.wrong(format!("{place}.dead-letter"), dead, &DEAD_LETTER));
        let sends = &spec.behaviour.sends;
        issues.extend(wires.wrong(format!("{place}.sends-to"), sends, &CODE));
    }
}

/// What something may be sent to.
struct Takes {
    kinds: &'static [Kind],
    functions: bool,
    /// Whether a queue or topic that keeps order takes it.
    fifo: bool,
    words: &'static str,
    rule: Rule,
}

const ON_SUCCESS: Takes = Takes {
    kinds: &[Kind::Queue, Kind::Topic, Kind::Bus],
    functions: true,
    fifo: false,
    words: "a queue, a topic, a bus, or another function",
    rule: Rule::Dst02,
};
const ON_FAILURE: Takes = Takes {
    kinds: &[Kind::Queue, Kind::Topic, Kind::Bus, Kind::Bucket],
    functions: true,
    fifo: false,
    words: "a queue, a topic, a bus, a bucket, or another function",
    rule: Rule::Dst02,
};
const DEAD_LETTER: Takes = Takes {
    kinds: &[Kind::Queue, Kind::Topic],
    functions: false,
    fifo: false,
    words: "a queue or a topic",
    rule: Rule::Dlq01,
};
const CODE: Takes = Takes {
    kinds: &[Kind::Queue, Kind::Topic, Kind::Bus, Kind::Bucket],
    functions: true,
    fifo: true,
    words: "a queue, a topic, a bus, a bucket, or a function",
    rule: Rule::Rec03,
};

struct Wires<'a> {
    scenario: &'a Scenario,
    function: &'a Function,
}

impl Wires<'_> {
    /// What is wrong with a target; nothing is wrong with none.
    fn wrong(&self, place: String, to: &str, takes: &Takes) -> Option<Issue> {
        if to.is_empty() {
            return None;
        }
        let quoted = format!("{to:?}");
        if let Some(service) = self.scenario.services.iter().find(|s| s.name == to) {
            if !takes.kinds.contains(&service.kind) {
                let found = format!("{quoted}, {}", service.kind.name());
                return Some(issue(place, found, takes.words, takes.rule));
            }
            if service.spec.fifo && !takes.fifo {
                let found = format!("{quoted}, a FIFO {}", service.kind.name());
                let allowed = "a standard one: FIFO is not supported here";
                let is_letter = takes.rule == Rule::Dlq01;
                let rule = if is_letter { Rule::Dlq01 } else { Rule::Dst03 };
                return Some(issue(place, found, allowed, rule));
            }
            return None;
        }
        let (name, qualifier) = split_target(to);
        let known = self.scenario.functions.iter().find(|f| {
            f.name == name && qualifier.name().is_none_or(|q| names_something(f, &q))
        });
        match known {
            Some(_) if !takes.functions => Some(issue(
                place,
                format!("{quoted}, a function"),
                takes.words,
                takes.rule,
            )),
            Some(known)
                if known.name == self.function.name && takes.rule == Rule::Dst02 =>
            {
                let found = format!("{quoted}, the function itself");
                Some(issue(place, found, "another function", Rule::Dst08))
            }
            Some(_) => None,
            None => {
                let there = match self.taken(takes) {
                    all if all.is_empty() => String::from("there is none"),
                    all => format!("there are: {}", all.join(", ")),
                };
                let allowed = format!("{}; {there}", takes.words);
                Some(issue(place, quoted, allowed, takes.rule))
            }
        }
    }

    /// What may stand there: of what would be refused too, nobody is told.
    fn taken(&self, takes: &Takes) -> Vec<&str> {
        let services = self.scenario.services.iter().filter(|service| {
            takes.kinds.contains(&service.kind) && (takes.fifo || !service.spec.fifo)
        });
        let itself = self.function.name.as_str();
        let functions = self.scenario.functions.iter().map(|f| f.name.as_str());
        let functions = functions.filter(|name| {
            takes.functions && (takes.rule != Rule::Dst02 || *name != itself)
        });
        services.map(|service| service.name.as_str()).chain(functions).collect()
    }
}
