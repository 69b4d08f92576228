//! Changes people make to a run: a setting, a part more or less, a new name.
//!
//! Each is made to the run's JSON value, which is then read again. So a change is checked
//! as a text would be, and what is wrong with it comes with its place. The run that was
//! there stays as it is. Rules: SIM-02 (what is allowed), SIM-03 (how much).

mod release;

use lambdarium_sim::EVENTS;
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::knob::{Choices, Issue};
use lambdarium_sim::lambda::Function;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::{Act, Nudge, Run, Scenario};
use lambdarium_sim::service::{Kind as ServiceKind, Service};
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;

use crate::json;

/// Either the changed run, or all that is wrong with it.
pub type Edited = Result<Run, Vec<Issue>>;

/// What stands at a path of keys and list places.
#[must_use]
pub fn get<'a>(whole: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(whole, |value, key| match value {
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_) => value.get(key),
    })
}

/// Puts a value at a path, or takes away what stands there, which brings the default back.
///
/// # Errors
/// Everything that is wrong with the run as it would be.
pub fn set(run: &Run, path: &[String], value: Option<Value>) -> Edited {
    let mut whole = json::to_value(run);
    put(&mut whole, path, value);
    read_back(&whole)
}

fn put(target: &mut Value, path: &[String], value: Option<Value>) {
    let Some((key, rest)) = path.split_first() else {
        *target = value.unwrap_or_default();
        return;
    };
    if let Value::List(items) = target {
        match (key.parse::<usize>(), rest.is_empty() && value.is_none()) {
            (Ok(place), true) if place < items.len() => drop(items.remove(place)),
            (Ok(place), false) if place < items.len() => {
                put(&mut items[place], rest, value);
            }
            (Ok(_), false) if rest.is_empty() => items.push(value.unwrap_or_default()),
            (Ok(_) | Err(_), _) => {}
        }
        return;
    }
    if !matches!(target, Value::Object(_)) {
        *target = Value::object([]);
    }
    let Value::Object(members) = target else { return };
    let place = members.iter().position(|(name, _)| name == key);
    if rest.is_empty() && value.is_none() {
        members.retain(|(name, _)| name != key);
        return;
    }
    let place = place.unwrap_or_else(|| {
        members.push((key.clone(), Value::Null));
        members.len() - 1
    });
    put(&mut members[place].1, rest, value);
}

/// Adds a function, or a caller of one of the kinds of [`Kind::all`], and gives its name.
///
/// # Errors
/// There is no such kind, or no function that a caller could call.
pub fn add(run: &Run, kind: &str) -> Result<(Run, String), Vec<Issue>> {
    if kind == "function" {
        let name = unused(run, "function");
        let new = Value::object([("duration", Value::text("200ms"))]);
        let path = ["functions".into(), name.clone()];
        return Ok((set(run, &path, Some(new))?, name));
    }
    if ServiceKind::WORDS.contains(&kind) {
        let name = unused(run, kind);
        let new = Value::object([("kind", Value::text(kind))]);
        let path = ["services".into(), name.clone()];
        return Ok((set(run, &path, Some(new))?, name));
    }
    if kind == MAPPING {
        return add_mapping(run);
    }
    if kind == ALARM || kind == GROUP {
        return release::add(run, kind);
    }
    let kinds = || Kind::NAMES.iter().map(|(key, _)| *key);
    if kinds().all(|known| known != kind) {
        return Err(wrong("callers", kind, &kinds().collect::<Vec<_>>().join(", ")));
    }
    // The function that was added last is the one that lacks a caller.
    let Some(function) = run.scenario.functions.last() else {
        return Err(wrong("callers", "no function", "a function that it can call"));
    };
    let name = unused(run, kind);
    let target = Value::text(&function.name);
    let new = Value::object([("kind", Value::text(kind)), ("calls", target)]);
    let path = ["callers".into(), name.clone()];
    Ok((set(run, &path, Some(new))?, name))
}

/// What is added as an event source mapping.
pub const MAPPING: &str = "mapping";

/// What is added as an alarm.
pub const ALARM: &str = "alarm";
/// What is added as a deployment group.
pub const GROUP: &str = "deployment-group";

/// Adds a mapping of the queue that was added last, to the function that was.
fn add_mapping(run: &Run) -> Result<(Run, String), Vec<Issue>> {
    let queues = run.scenario.services.iter();
    let mut queues = queues.filter(|service| service.kind == ServiceKind::Queue);
    let (Some(queue), Some(function)) =
        (queues.next_back(), run.scenario.functions.last())
    else {
        let allowed = "a queue that it can read, and a function that it can call";
        return Err(wrong("mappings", "no queue, or no function", allowed));
    };
    let name = unused(run, MAPPING);
    let (source, target) = (Value::text(&queue.name), Value::text(&function.name));
    let new = Value::object([("source", source), ("calls", target)]);
    let path = ["mappings".into(), name.clone()];
    Ok((set(run, &path, Some(new))?, name))
}

/// The first name of this sort that nothing has.
fn unused(run: &Run, word: &str) -> String {
    let mut name = word.to_string();
    let mut number = 1;
    while part(run, &name).is_some() {
        number += 1;
        name = format!("{word}-{number}");
    }
    name
}

/// The member of the text that a part stands in.
#[must_use]
pub fn part(run: &Run, name: &str) -> Option<&'static str> {
    if run.scenario.functions.iter().any(|function| function.name == name) {
        Some("functions")
    } else if run.scenario.callers.iter().any(|caller| caller.name == name) {
        Some("callers")
    } else if run.scenario.services.iter().any(|service| service.name == name) {
        Some("services")
    } else if run.scenario.mappings.iter().any(|mapping| mapping.name == name) {
        Some("mappings")
    } else {
        release::part(&run.scenario, name)
    }
}

/// Gives a part another name, and tells its callers and acts.
///
/// # Errors
/// There is no such part, or the new name cannot be used.
pub fn rename(run: &Run, from: &str, to: &str) -> Edited {
    let Some(group) = part(run, from) else {
        return Err(wrong("functions", from, "the name of a part"));
    };
    let place = format!("{group}.{from}");
    if part(run, to).is_some() {
        return Err(wrong(&place, to, "a name that no other part has"));
    }
    let mut run = run.clone();
    for nudge in run.scenario.nudges.iter_mut().filter(|nudge| nudge.part == from) {
        nudge.part = to.into();
    }
    if group == "callers" {
        for caller in run.scenario.callers.iter_mut().filter(|c| c.name == from) {
            caller.name = to.into();
        }
    } else if group == "services" {
        for service in run.scenario.services.iter_mut().filter(|s| s.name == from) {
            service.name = to.into();
        }
    } else if group == "mappings" {
        for mapping in run.scenario.mappings.iter_mut().filter(|m| m.name == from) {
            mapping.name = to.into();
        }
    } else if matches!(group, "alarms" | "deployment-groups") {
        release::rename(&mut run.scenario, group, from, to);
    } else {
        for function in run.scenario.functions.iter_mut().filter(|f| f.name == from) {
            function.name = to.into();
        }
        for caller in &mut run.scenario.callers {
            if let Some(qualifier) = qualifier(&caller.target, from) {
                caller.target = format!("{to}{qualifier}");
            }
        }
    }
    for name in run.acts.iter_mut().flat_map(|act| named(&mut act.parameters)) {
        if let Some(qualifier) = qualifier(name, from) {
            *name = format!("{to}{qualifier}");
        }
    }
    let sent = run.scenario.functions.iter_mut().flat_map(targets);
    let delivered =
        named_by_senders(&mut run.scenario.services, &mut run.scenario.callers);
    for target in sent.chain(delivered) {
        if let Some(qualifier) = qualifier(target, from) {
            *target = format!("{to}{qualifier}");
        }
    }
    for name in named_by_queues(&mut run.scenario) {
        if let Some(qualifier) = qualifier(name, from) {
            *name = format!("{to}{qualifier}");
        }
    }
    for name in release::names(&mut run.scenario) {
        if let Some(qualifier) = qualifier(name, from) {
            *name = format!("{to}{qualifier}");
        }
    }
    let counted = run.scenario.expect.iter_mut().filter_map(|e| e.part.as_mut());
    for part in counted.filter(|part| *part == from) {
        *part = to.into();
    }
    read_back(&json::to_value(&run))
}

/// Everything a function names that it sends to.
fn targets(function: &mut Function) -> Vec<&mut String> {
    let mut all = Vec::new();
    for (_, spec) in &mut function.event_invoke {
        all.extend([&mut spec.on_success, &mut spec.on_failure]);
    }
    let versions = function.versions.iter_mut().map(|version| &mut version.spec);
    for spec in versions.chain([&mut function.spec]) {
        all.extend([&mut spec.dead_letter, &mut spec.behaviour.sends]);
    }
    all
}

/// Everything that topics, buses and schedules name: the functions they deliver to, and
/// their dead-letter queues.
fn named_by_senders<'a>(
    services: &'a mut [Service],
    callers: &'a mut [Caller],
) -> Vec<&'a mut String> {
    let mut all = Vec::new();
    if !EVENTS {
        return all;
    }
    for outlet in services.iter_mut().flat_map(|service| &mut service.outlets) {
        all.push(&mut outlet.target);
        all.extend(outlet.manner.dead_letter_mut());
    }
    for caller in callers {
        if let Kind::Schedule(spec) = &mut caller.kind {
            all.push(&mut spec.dead_letter);
        }
    }
    all
}

/// Everything that queues and mappings name: dead-letter queues, sources, and functions.
fn named_by_queues(scenario: &mut Scenario) -> Vec<&mut String> {
    let mut all = Vec::new();
    if !EVENTS {
        return all;
    }
    all.extend(scenario.services.iter_mut().map(|queue| &mut queue.spec.dead_letter));
    for mapping in scenario.mappings.iter_mut() {
        all.extend([&mut mapping.source, &mut mapping.target]);
    }
    all
}

/// Whether a function sends anything to a part.
#[must_use]
pub fn sends_to(function: &Function, part: &str) -> bool {
    let mut function = function.clone();
    targets(&mut function).iter().any(|target| qualifier(target, part).is_some())
}

/// Takes a part away; with a function go its callers and the acts on it, and nothing is sent
/// any more to what is gone, nor expected of it.
///
/// # Errors
/// There is no such part, or the run cannot do without it.
pub fn remove(run: &Run, name: &str) -> Edited {
    let Some(group) = part(run, name) else {
        return Err(wrong("functions", name, "the name of a part"));
    };
    let mut run = run.clone();
    if group == "callers" {
        run.scenario.callers.retain(|caller| caller.name != name);
    } else if group == "services" {
        run.scenario.services.retain(|service| service.name != name);
    } else if group == "mappings" {
        run.scenario.mappings.retain(|mapping| mapping.name != name);
    } else if matches!(group, "alarms" | "deployment-groups") {
        release::remove(&mut run.scenario, name);
    } else {
        run.scenario.functions.retain(|function| function.name != name);
        run.scenario.callers.retain(|c| qualifier(&c.target, name).is_none());
    }
    run.acts.retain_mut(|act| {
        let mut named = named(&mut act.parameters).into_iter();
        !named.any(|named| qualifier(named, name).is_some())
    });
    run.scenario.mappings.retain(|mapping| {
        mapping.source != name && qualifier(&mapping.target, name).is_none()
    });
    release::remove(&mut run.scenario, name);
    for queue in &mut run.scenario.services {
        if queue.spec.dead_letter == name {
            queue.spec.dead_letter.clear();
        }
    }
    for service in &mut run.scenario.services {
        service.outlets.retain(|outlet| qualifier(&outlet.target, name).is_none());
    }
    let sent = run.scenario.functions.iter_mut().flat_map(targets);
    let delivered =
        named_by_senders(&mut run.scenario.services, &mut run.scenario.callers);
    for target in sent.chain(delivered) {
        if qualifier(target, name).is_some() {
            target.clear();
        }
    }
    run.scenario.expect.retain(|expected| expected.part.as_deref() != Some(name));
    let mut nudges = std::mem::take(&mut run.scenario.nudges);
    nudges.retain(|nudge| part(&run, &nudge.part).is_some());
    run.scenario.nudges = nudges;
    read_back(&json::to_value(&run))
}

/// Moves a part to so far from its place on the board; nothing puts it back there.
///
/// # Errors
/// There is no such part, or it is too far.
pub fn nudge(run: &Run, name: &str, x: i16, y: i16) -> Edited {
    if part(run, name).is_none() {
        return Err(wrong("board", name, "the name of a part"));
    }
    let mut run = run.clone();
    run.scenario.nudges.retain(|nudge| nudge.part != name);
    if (x, y) != (0, 0) {
        run.scenario.nudges.push(Nudge { part: name.into(), x, y });
    }
    read_back(&json::to_value(&run))
}

/// Makes an act, in order of time; those of one instant stay in the order they were made.
///
/// # Errors
/// Everything that is wrong with the run as it would be.
pub fn add_act(run: &Run, act: Act) -> Edited {
    let mut run = run.clone();
    let place = run.acts.partition_point(|other| other.at <= act.at);
    run.acts.insert(place, act);
    read_back(&json::to_value(&run))
}

/// Moves an act to another time.
///
/// # Errors
/// There is no such act.
pub fn move_act(run: &Run, number: usize, at: Instant) -> Edited {
    let mut run = run.clone();
    if number >= run.acts.len() {
        return Err(wrong("acts", &number.to_string(), "the number of an act"));
    }
    let act = Act { at, ..run.acts.remove(number) };
    add_act(&run, act)
}

/// What follows a function's name in a target: nothing, or a colon and a qualifier.
#[must_use]
pub fn qualifier<'a>(target: &'a str, function: &str) -> Option<&'a str> {
    let rest = target.strip_prefix(function)?;
    (rest.is_empty() || rest.starts_with(':')).then_some(rest)
}

/// The parts that an act names.
fn named(parameters: &mut Value) -> Vec<&mut String> {
    let mut all = Vec::new();
    let Value::Object(members) = parameters else { return all };
    for (key, value) in members {
        match (key.as_str(), value) {
            (
                "FunctionName" | "TopicArn" | "Bucket" | "EventBusName",
                Value::Text(name),
            ) => {
                all.push(name);
            }
            ("Entries", Value::List(entries)) if EVENTS => {
                all.extend(entries.iter_mut().flat_map(named));
            }
            (_, _) => {}
        }
    }
    all
}

fn read_back(whole: &Value) -> Edited {
    let run = json::from_value(whole)?;
    Plan::check(&run)?;
    Ok(run)
}

fn wrong(place: &str, found: &str, allowed: &str) -> Vec<Issue> {
    vec![Issue {
        place: place.into(),
        found: found.into(),
        allowed: allowed.into(),
        rule: Rule::Sim02,
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link;

    fn run() -> Run {
        let text = r#"{"lambdarium":1,"functions":{"f":{"memory":256}},
            "callers":{"c":{"kind":"sdk","calls":"f","load":{"burst":3}}},
            "acts":[{"at":"5s","do":"Invoke","with":{"FunctionName":"f"}}]}"#;
        json::read(text).expect("the text is in order")
    }

    #[test]
    fn senders_follow_a_new_name_and_forget_what_is_gone() {
        let text = r#"{"lambdarium":1,"functions":{"f":{},"g":{}},
            "callers":{"c":{"kind":"eventbridge-schedule","calls":"g","dead-letter":"q"}},
            "services":{"t":{"kind":"sns","subscriptions":{
                "s":{"calls":"f:$LATEST","dead-letter":"q"}}},"q":{"kind":"sqs"}}}"#;
        let run = json::read(text).expect("the text is in order");
        let renamed = rename(&rename(&run, "f", "h").unwrap(), "q", "p").unwrap();
        let all = |run: &Run| {
            let mut scenario = run.scenario.clone();
            let all = named_by_senders(&mut scenario.services, &mut scenario.callers);
            all.into_iter().map(|name| name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(all(&renamed), ["h:$LATEST", "p", "p"]);
        assert_eq!(all(&remove(&renamed, "p").unwrap()), ["h:$LATEST", "", ""]);
        assert_eq!(all(&remove(&renamed, "h").unwrap()), ["p"]);
    }

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(String::from).collect()
    }

    #[test]
    fn a_setting_is_set_and_taken_back() {
        let more =
            set(&run(), &path("functions.f.memory"), Some(Value::number(512))).unwrap();
        assert_eq!(more.scenario.functions[0].spec.memory_mb, 512);
        let usual = set(&more, &path("functions.f.memory"), None).unwrap();
        assert_eq!(usual.scenario.functions[0].spec.memory_mb, 128);
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_its_place() {
        let issues = set(&run(), &path("functions.f.memory"), Some(Value::number(1)))
            .expect_err("too little");
        assert_eq!(issues[0].place, "functions.f.memory");
        assert_eq!(issues[0].found, "1");
    }

    #[test]
    fn a_part_that_was_moved_keeps_its_place_under_another_name() {
        let moved = nudge(&run(), "c", 12, -30).unwrap();
        let named = rename(&moved, "c", "client").unwrap();
        let place = Nudge { part: "client".into(), x: 12, y: -30 };
        assert_eq!(named.scenario.nudges, [place]);
        assert_eq!(
            remove(&named, "f").unwrap().scenario.nudges,
            [],
            "its caller went too"
        );
        assert_eq!(nudge(&named, "client", 0, 0).unwrap().scenario.nudges, []);
        let issues = nudge(&named, "c", 1, 1).expect_err("there is no c");
        assert_eq!((&*issues[0].place, &*issues[0].found), ("board", "c"));
        let issues = nudge(&named, "client", 2_001, 0).expect_err("too far");
        assert_eq!(issues[0].place, "board.client.0");
        assert_eq!(issues[0].allowed, "a whole number from -2000 to 2000");
    }

    #[test]
    fn lists_grow_change_and_shrink() {
        let fault = Value::object([("fails", Value::text("throws"))]);
        let one =
            set(&run(), &path("functions.f.faults"), Some(Value::List(vec![fault])))
                .unwrap();
        let chance = Value::Number("0.5".into());
        let half = set(&one, &path("functions.f.faults.0.chance"), Some(chance)).unwrap();
        let faults = &half.scenario.functions[0].spec.behaviour.faults;
        assert_eq!(faults[0].when.chance_ppm, 500_000);
        let none = set(&half, &path("functions.f.faults.0"), None).unwrap();
        assert!(none.scenario.functions[0].spec.behaviour.faults.is_empty());
    }

    #[test]
    fn parts_come_with_names_of_their_own() {
        let (more, name) = add(&run(), "function").unwrap();
        assert_eq!(name, "function");
        let (more, name) = add(&more, "function").unwrap();
        assert_eq!(name, "function-2");
        let (more, name) = add(&more, "alb").unwrap();
        assert_eq!((name.as_str(), more.scenario.callers.len()), ("alb", 2));
        assert_eq!(more.scenario.callers[1].target, "function-2", "the newest function");
        assert!(add(&run(), "queue").is_err());
        assert!(add(&Run::default(), "sdk").is_err());
    }

    #[test]
    fn a_new_name_reaches_callers_and_acts() {
        let renamed = rename(&run(), "f", "checkout").unwrap();
        assert_eq!(renamed.scenario.callers[0].target, "checkout");
        let named = renamed.acts[0].parameters.get("FunctionName");
        assert_eq!(named, Some(&Value::text("checkout")));
        assert!(rename(&run(), "f", "c").is_err());
        assert!(rename(&run(), "f", "no spaces").is_err());
        assert!(rename(&run(), "g", "h").is_err());
    }

    #[test]
    fn with_a_function_go_its_callers_and_acts() {
        let (two, _) = add(&run(), "function").unwrap();
        let left = remove(&two, "f").unwrap();
        assert_eq!(left.scenario.functions.len(), 1);
        assert!(left.scenario.callers.is_empty() && left.acts.is_empty());
    }

    #[test]
    fn what_is_sent_follows_a_service() {
        let (run, queue) = add(&run(), "sqs").unwrap();
        let to = |key: &str| path(&format!("functions.f.{key}"));
        let run = set(&run, &to("async.on-failure"), Some(Value::text(&queue))).unwrap();
        let run = set(&run, &to("dead-letter"), Some(Value::text(&queue))).unwrap();
        assert!(sends_to(&run.scenario.functions[0], &queue));
        let renamed = rename(&run, &queue, "failures").unwrap();
        let function = &renamed.scenario.functions[0];
        assert_eq!(function.event_invoke[0].1.on_failure, "failures");
        assert_eq!(function.spec.dead_letter, "failures");
        assert_eq!(renamed.scenario.services[0].name, "failures");
        let left = remove(&renamed, "failures").unwrap();
        assert!(left.scenario.services.is_empty());
        assert!(!sends_to(&left.scenario.functions[0], "failures"));
        assert!(rename(&run, &queue, "f").is_err(), "a function has that name");
    }

    #[test]
    fn what_is_expected_goes_with_its_parts() {
        let texts = ["lost silently = 0", "Errors of f = 0"].map(Value::text);
        let expect = Value::List(texts.into());
        let run = set(&run(), &path("expect"), Some(expect)).unwrap();
        let said = |run: &Run| -> Vec<String> {
            run.scenario.expect.iter().map(json::expectation_text).collect()
        };
        let (more, _) = add(&run, "function").unwrap();
        assert_eq!(said(&more), ["lost silently = 0", "Errors of f = 0"]);
        let renamed = rename(&more, "f", "checkout").unwrap();
        assert_eq!(said(&renamed), ["lost silently = 0", "Errors of checkout = 0"]);
        let shared = link::open(&link::payload(&renamed).unwrap()).unwrap();
        assert_eq!(said(&shared), said(&renamed));
        let left = remove(&renamed, "checkout").unwrap();
        assert_eq!(said(&left), ["lost silently = 0"]);
    }

    #[test]
    fn acts_stand_in_order_of_time() {
        let publish = |s: u64| Act {
            at: Instant(s * 1_000_000),
            operation: "PublishVersion".into(),
            parameters: Value::object([("FunctionName", Value::text("f"))]),
        };
        let two = add_act(&run(), publish(2)).unwrap();
        assert_eq!(two.acts[0].operation, "PublishVersion");
        let moved = move_act(&two, 0, Instant(9_000_000)).unwrap();
        assert_eq!(moved.acts[1].operation, "PublishVersion");
        assert!(move_act(&two, 7, Instant(0)).is_err());
    }
}
