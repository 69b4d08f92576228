//! Says everything that is wrong with a run, each thing with its place and its rule.
//!
//! Rules: SIM-02, SIM-03, VER-02, VER-15, ALI-01, CON-03 to CON-05, INV-20.

mod aliases;
mod expectations;
mod mappings;
pub(crate) use mappings::wrong_filter;
pub(crate) use streams::is_destination;
mod release;
mod senders;
mod streams;
mod wires;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{NEEDS_EVENTS, Qualifier, events, split_target};
use crate::EVENTS;
use crate::caller::{Caller, Kind, gateway, sdk, step_functions};
use crate::knob::{self, Issue};
use crate::lambda::{self, Function};
use crate::limits::{self, Bounds};
use crate::rule::Rule;
use crate::scenario::{Act, Question, Run, Scenario};
use crate::time::Instant;

/// Everything that is wrong; what is too much is told alone, before anything is looked into.
pub(super) fn all(run: &Run, bounds: Bounds) -> Vec<Issue> {
    let mut issues = Vec::new();
    check_counts(&run.scenario, &run.acts, bounds.acts, &mut issues);
    if !issues.is_empty() {
        return issues;
    }
    knob::check(&run.scenario.settings, "settings", &mut issues);
    check_functions(&run.scenario, &mut issues);
    check_set_aside(&run.scenario, &mut issues);
    let until = bounds.until.unwrap_or(run.scenario.settings.until);
    let until = Instant::START.plus(until);
    if EVENTS {
        let loads = senders::Loads { until, calls_max: bounds.calls };
        wires::check_services(&run.scenario, loads, &mut issues);
        mappings::check_mappings(&run.scenario, &mut issues);
        streams::check(&run.scenario, loads.until, &mut issues);
        release::check(&run.scenario, &mut issues);
    } else if let Some(place) = events::first(run) {
        issues.push(issue(place, "", NEEDS_EVENTS, Rule::Sim02));
    }
    check_callers(&run.scenario, until, bounds.calls, &mut issues);
    check_acts(run, until, &mut issues);
    if let Some(question) = &run.scenario.question {
        check_question(question, &mut issues);
    }
    expectations::check_expectations(&run.scenario, &mut issues);
    issues
}

fn issue(
    place: String,
    found: impl Into<String>,
    allowed: impl Into<String>,
    rule: Rule,
) -> Issue {
    Issue { place, found: found.into(), allowed: allowed.into(), rule }
}

fn check_counts(
    scenario: &Scenario,
    acts: &[Act],
    acts_max: u16,
    issues: &mut Vec<Issue>,
) {
    let mut at_most = |place: String, count: usize, most: usize| {
        if count > most {
            issues.push(issue(
                place,
                count.to_string(),
                format!("at most {most}"),
                Rule::Sim03,
            ));
        }
    };
    at_most("functions".into(), scenario.functions.len(), limits::PARTS_MAX);
    at_most("callers".into(), scenario.callers.len(), limits::PARTS_MAX);
    at_most("services".into(), scenario.services.len(), limits::PARTS_MAX);
    at_most("mappings".into(), scenario.mappings.len(), limits::PARTS_MAX);
    at_most("alarms".into(), scenario.alarms.len(), limits::PARTS_MAX);
    at_most("deployment-groups".into(), scenario.groups.len(), limits::PARTS_MAX);
    at_most("acts".into(), acts.len(), acts_max.into());
    at_most("markers".into(), scenario.markers.len(), limits::LIST_MAX);
    at_most("expect".into(), scenario.expect.len(), limits::EXPECTATIONS_MAX);
    at_most("title".into(), scenario.title.len(), limits::TEXT_MAX);
    at_most("about".into(), scenario.about.len(), limits::TEXT_MAX);
    for service in &scenario.services {
        let place = format!("services.{}", service.name);
        let attributes = service.inlet.as_ref().map_or(0, |inlet| inlet.attributes.len());
        at_most(format!("{place}.receives.attributes"), attributes, limits::LIST_MAX);
        let posts = service.posts.len();
        at_most(format!("{place}.messages"), posts, limits::POSTS_MAX);
        let list = streams::list(service);
        at_most(format!("{place}.{list}"), service.puts.len(), limits::POSTS_MAX);
        let outlets = service.outlets.len();
        at_most(format!("{place}.subscriptions"), outlets, 2 * limits::LIST_MAX);
    }
    for function in &scenario.functions {
        let place = format!("functions.{}", function.name);
        at_most(format!("{place}.versions"), function.versions.len(), limits::LIST_MAX);
        at_most(format!("{place}.aliases"), function.aliases.len(), limits::LIST_MAX);
        at_most(
            format!("{place}.provisioned"),
            function.provisioned.len(),
            limits::LIST_MAX,
        );
        let configured = function.event_invoke.len();
        at_most(format!("{place}.async-of"), configured, limits::LIST_MAX + 1);
        let faults = function.spec.behaviour.faults.len();
        at_most(format!("{place}.faults"), faults, limits::LIST_MAX);
    }
}

/// A question can be answered, and one answer is right.
fn check_question(question: &Question, issues: &mut Vec<Issue>) {
    let Question { ask, choices, answer, because } = question;
    let mut wrong = |place: &str, found: String, allowed: String, rule| {
        issues.push(issue(format!("question.{place}"), found, allowed, rule));
    };
    let words = [("ask", ask), ("answer", answer), ("because", because)];
    for (place, words) in words {
        if words.len() > limits::TEXT_MAX {
            let allowed = format!("at most {} bytes", limits::TEXT_MAX);
            wrong(place, format!("{} bytes", words.len()), allowed, Rule::Sim03);
        }
    }
    if ask.is_empty() {
        wrong("ask", "nothing".into(), "a question".into(), Rule::Sim02);
    }
    let (least, most) = (limits::CHOICES_MIN, limits::CHOICES_MAX);
    if !(least..=most).contains(&choices.len()) {
        let allowed = format!("{least} to {most} choices");
        wrong("choices", choices.len().to_string(), allowed, Rule::Sim03);
        return;
    }
    for (at, choice) in choices.iter().enumerate() {
        if choice.is_empty() || choices[..at].contains(choice) {
            let allowed = "a choice of its own".into();
            wrong(&format!("choices.{at}"), format!("{choice:?}"), allowed, Rule::Sim02);
        }
    }
    if !choices.contains(answer) {
        let allowed = format!("one of the choices: {}", choices.join(", "));
        wrong("answer", format!("{answer:?}"), allowed, Rule::Sim02);
    }
}

/// Names of functions and callers: AWS's characters for a function's name (INV-04).
fn check_name(name: &str, place: &str, taken: &[&str], issues: &mut Vec<Issue>) {
    let fits = !name.is_empty()
        && name.len() <= limits::NAME_MAX
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !fits {
        issues.push(issue(
            place.into(),
            format!("{name:?}"),
            "1 to 64 letters, digits, '-' and '_'",
            Rule::Sim02,
        ));
    }
    if taken.contains(&name) {
        issues.push(issue(
            place.into(),
            format!("{name:?} twice"),
            "a name of its own",
            Rule::Sim02,
        ));
    }
}

fn check_functions(scenario: &Scenario, issues: &mut Vec<Issue>) {
    let mut taken: Vec<&str> = Vec::new();
    for function in &scenario.functions {
        let place = format!("functions.{}", function.name);
        check_name(&function.name, &place, &taken, issues);
        taken.push(&function.name);
        knob::check(&function.spec, &place, issues);
        knob::check(&function.shared, &place, issues);
        check_behaviour(&function.spec, &place, issues);
        check_versions(function, &place, issues);
        check_provisioned(function, &place, issues);
        if EVENTS {
            wires::check_sending(scenario, function, &place, issues);
        }
    }
}

/// What reservations and provisioned concurrency set aside must leave the rest some room;
/// provisioned concurrency of a function with a reservation is part of it.
fn check_set_aside(scenario: &Scenario, issues: &mut Vec<Issue>) {
    let settings = &scenario.settings;
    let most = settings.account_concurrency.saturating_sub(settings.unreserved_min);
    let sum = |units: &mut dyn Iterator<Item = u64>| units.fold(0, u64::saturating_add);
    let reserved = sum(&mut scenario.functions.iter().filter_map(|f| f.shared.reserved));
    let shared = scenario.functions.iter().filter(|f| f.shared.reserved.is_none());
    let provisioned = sum(&mut shared
        .flat_map(|f| &f.provisioned)
        .map(|provisioned| provisioned.count));
    let (found, rule) = match (reserved, provisioned) {
        (_, 0) => (format!("{reserved} units reserved in all"), Rule::Con03),
        (0, _) => (format!("{provisioned} units provisioned in all"), Rule::Con05),
        (_, _) => (
            format!("{reserved} units reserved and {provisioned} provisioned in all"),
            Rule::Con05,
        ),
    };
    if reserved.saturating_add(provisioned) > most {
        let least = settings.unreserved_min;
        let allowed = format!("at most {most}, so that {least} stay unreserved");
        issues.push(issue("functions".into(), found, allowed, rule));
    }
}

fn check_behaviour(spec: &lambda::Spec, place: &str, issues: &mut Vec<Issue>) {
    use lambda::behaviour::Draw;
    let mut draw = |key: &str, draw: &Draw| {
        let bad = match draw {
            Draw::Fixed(span) | Draw::Exponential { mean: span } => {
                *span > limits::RUN_SPAN_MAX
            }
            Draw::Uniform { min, max } => min > max || *max > limits::RUN_SPAN_MAX,
            Draw::Payload { path } => path.len() > 256,
        };
        if bad {
            let allowed = "a time up to 24 h; the first of a pair not above the second";
            issues.push(issue(format!("{place}.{key}"), "", allowed, Rule::Sim02));
        }
    };
    draw("init", &spec.behaviour.init);
    draw("duration", &spec.behaviour.duration);
    for (number, fault) in spec.behaviour.faults.iter().enumerate() {
        let place = format!("{place}.faults.{number}");
        let when = &fault.when;
        if when.chance_ppm > 1_000_000 {
            issues.push(issue(format!("{place}.chance"), "", "0 to 1", Rule::Sim02));
        }
        if let (Some(from), Some(to)) = (when.from, when.to)
            && to <= from
        {
            issues.push(issue(
                format!("{place}.to"),
                to.to_string(),
                "a time after 'from'",
                Rule::Sim02,
            ));
        }
        for (key, range) in [("attempts", when.attempts), ("calls", when.calls)] {
            if let Some((first, last)) = range
                && (first == 0 || last < first)
            {
                let found = format!("{first} to {last}");
                let allowed = "two counts from 1, the first not above the second";
                issues.push(issue(format!("{place}.{key}"), found, allowed, Rule::Sim02));
            }
        }
    }
}

fn check_versions(function: &Function, place: &str, issues: &mut Vec<Issue>) {
    for (at, version) in function.versions.iter().enumerate() {
        let place = format!("{place}.versions.{}", version.number);
        let after_last = at == 0 || function.versions[at - 1].number < version.number;
        if version.number == 0 || !after_last {
            let allowed = "numbers from 1, growing";
            issues.push(issue(
                place.clone(),
                version.number.to_string(),
                allowed,
                Rule::Ver02,
            ));
        }
        knob::check(&version.spec, &place, issues);
        check_behaviour(&version.spec, &place, issues);
    }
    aliases::check(function, place, issues);
}

fn check_provisioned(function: &Function, place: &str, issues: &mut Vec<Issue>) {
    let target = |qualifier: &str| {
        let alias = function.aliases.iter().find(|alias| alias.name == qualifier);
        let number = alias.map_or_else(|| qualifier.parse().unwrap_or(0), |a| a.version);
        function.versions.iter().any(|v| v.number == number).then_some(number)
    };
    let mut seen = Vec::new();
    for provisioned in &function.provisioned {
        let place = format!("{place}.provisioned.{}", provisioned.qualifier);
        let version = target(&provisioned.qualifier);
        if version.is_none() || seen.contains(&version) || provisioned.count == 0 {
            let allowed =
                "a count from 1 for a published version or an alias of one, once each";
            issues.push(issue(
                place,
                provisioned.count.to_string(),
                allowed,
                Rule::Con04,
            ));
        }
        seen.push(version);
    }
    let total: u64 =
        function.provisioned.iter().map(|p| p.count).fold(0, u64::saturating_add);
    let most = function.shared.reserved.unwrap_or(1_000_000);
    if total > most {
        issues.push(issue(
            format!("{place}.provisioned"),
            format!("{total} in all"),
            format!("at most {most}, the function's reservation"),
            Rule::Con04,
        ));
    }
}

fn check_callers(
    scenario: &Scenario,
    until: Instant,
    calls_max: u64,
    issues: &mut Vec<Issue>,
) {
    let mut taken: Vec<&str> = Vec::new();
    for caller in &scenario.callers {
        let place = format!("callers.{}", caller.name);
        check_name(&caller.name, &place, &taken, issues);
        taken.push(&caller.name);
        let (name, qualifier) = split_target(&caller.target);
        let function = scenario.functions.iter().find(|f| f.name == name);
        let known = function.is_some_and(|f| match &qualifier {
            Qualifier::Latest => true,
            Qualifier::Named(q) => names_something(f, q),
        });
        if !known {
            issues.push(unknown_target(scenario, caller, &place));
        }
        if let (Kind::FunctionUrl(_), Qualifier::Named(name)) = (&caller.kind, &qualifier)
            && name.bytes().all(|b| b.is_ascii_digit())
        {
            let allowed = "a function or an alias: a function URL names no version";
            let place = format!("{place}.calls");
            issues.push(issue(place, &**name, allowed, Rule::Ali32));
        }
        caller.kind.check(&place, issues);
        if EVENTS {
            let place = format!("{place}.dead-letter");
            let name = caller.kind.dead_letter();
            issues.extend(senders::wrong_queue(scenario, place, name));
        }
        check_waits(caller, &place, issues);
        caller.load.check(&format!("{place}.load"), until, calls_max, issues);
        if caller.payload.json().is_some_and(|value| value.depth() > limits::DEPTH_MAX) {
            let allowed = format!("at most {} levels", limits::DEPTH_MAX);
            issues.push(issue(format!("{place}.payload"), "", allowed, Rule::Sim03));
        }
    }
}

fn names_something(function: &Function, qualifier: &str) -> bool {
    qualifier == "$LATEST"
        || function.aliases.iter().any(|alias| alias.name == qualifier)
        || function.versions.iter().any(|v| v.number.to_string() == qualifier)
}

/// A wire may only lead to a function; a wire to a caller would close a circle.
fn unknown_target(scenario: &Scenario, caller: &Caller, place: &str) -> Issue {
    let names: Vec<&str> = scenario.functions.iter().map(|f| f.name.as_str()).collect();
    let to_caller = scenario.callers.iter().any(|other| other.name == caller.target);
    let found = if to_caller {
        format!("{:?}, a caller: callers call functions, never each other", caller.target)
    } else {
        format!("{:?}", caller.target)
    };
    let allowed = format!(
        "a function, with a version or alias it has; there are: {}",
        names.join(", ")
    );
    issue(format!("{place}.calls"), found, allowed, Rule::Ver15)
}

/// Waits that differ from kind to kind (section 1.2).
fn check_waits(caller: &Caller, place: &str, issues: &mut Vec<Issue>) {
    let fixed = match &caller.kind {
        Kind::HttpApi(spec) if spec.wait > gateway::Spec::http_api().wait => {
            Some(spec.wait)
        }
        Kind::HttpApi(_)
        | Kind::Sdk(sdk::Spec { .. })
        | Kind::Cli(_)
        | Kind::RestApi(_)
        | Kind::FunctionUrl(_)
        | Kind::Alb(_)
        | Kind::StepFunctions(step_functions::Spec { .. })
        | Kind::S3(_)
        | Kind::CloudWatchLogs(_)
        | Kind::Ses(_)
        | Kind::Iot(_)
        | Kind::Schedule(_) => None,
    };
    if let Some(wait) = fixed {
        issues.push(issue(
            format!("{place}.wait"),
            wait.to_string(),
            "at most 30 s",
            Rule::Inv20,
        ));
    }
}

fn check_acts(run: &Run, until: Instant, issues: &mut Vec<Issue>) {
    use crate::call::Operation;
    use crate::knob::Choices;
    for (at, act) in run.acts.iter().enumerate() {
        let place = format!("acts.{at}");
        if !Operation::WORDS.contains(&act.operation.as_str()) {
            let allowed = Operation::WORDS.join(", ");
            issues.push(issue(
                format!("{place}.do"),
                format!("{:?}", act.operation),
                allowed,
                Rule::Sim02,
            ));
        }
        if act.at > until
            || at.checked_sub(1).is_some_and(|before| run.acts[before].at > act.at)
        {
            let allowed = "times in order, none after the end of the run";
            issues.push(issue(
                format!("{place}.at"),
                act.at.to_string(),
                allowed,
                Rule::Sim02,
            ));
        }
        if act.parameters.depth() > limits::DEPTH_MAX {
            let allowed = format!("at most {} levels", limits::DEPTH_MAX);
            issues.push(issue(format!("{place}.with"), "", allowed, Rule::Sim03));
        }
    }
}
