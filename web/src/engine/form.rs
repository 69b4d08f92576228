//! What can be set, part by part, and what a person's word for it means.
//!
//! Ranges, names and defaults come from the tables of knobs; what no table describes,
//! loads, durations and faults, is described here.

mod mapping;
mod release;
mod service;

use lambdarium_format::{edit, json, unit};
use lambdarium_sim::EVENTS;
use lambdarium_sim::call::Operation;
use lambdarium_sim::caller::{Caller, Kind as CallerKind};
use lambdarium_sim::knob::{Choices, Kind, Knobs};
use lambdarium_sim::lambda::behaviour::Failure;
use lambdarium_sim::lambda::{Function, Shared, Spec, event_invoke};
use lambdarium_sim::mapping::stream::spec::Assumptions;
use lambdarium_sim::scenario::{Act, Run, Settings};
use lambdarium_sim::service::Kind as ServiceKind;
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;
use lambdarium_sim::with_caller_spec;

use super::deeds;
use crate::message::{Field, Form, Group, Input};

/// The word for no fault.
const NEVER: &str = "never";
/// The word for no target.
const NOWHERE: &str = "nowhere";
/// The patterns of a load, each with what it is before anything is said of it.
const PATTERNS: [(&str, &str); 5] = [
    ("burst", "1"),
    ("constant", "1"),
    ("poisson", "1"),
    ("ramp", "[0,10]"),
    ("at", "[\"1s\",\"2s\"]"),
];
/// The member of a scenario that lists what is expected.
const EXPECT: &str = "expect";
const EXPECTED: &str = "a quantity, a relation and a number, such as lost silently = 0, \
     AsyncEventAge <= 5m or messages in dlq <= 2 throughout; empty takes it away";
const TIME: &str = "a time such as 250ms, 1.5s or 10m";
const DRAW: &str =
    "200ms, or 100ms to 300ms, or about 200ms (exponential), or a path such as $.sleep";

/// What can be set of a part, or of the scenario.
pub(super) fn form(run: &Run, part: Option<String>) -> Form {
    let whole = json::to_value(run);
    let scenario = &run.scenario;
    let named = part.as_deref();
    let function = scenario.functions.iter().find(|f| Some(f.name.as_str()) == named);
    let caller = scenario.callers.iter().find(|c| Some(c.name.as_str()) == named);
    let writer = Writer { whole: &whole };
    let service = scenario.services.iter().find(|s| Some(s.name.as_str()) == named);
    let mapping = scenario.mappings.iter().find(|m| Some(m.name.as_str()) == named);
    let mut alarms = scenario.alarms.iter().filter(|_| EVENTS);
    let alarm = alarms.find(|a| Some(a.name.as_str()) == named);
    let mut groups = scenario.groups.iter().filter(|_| EVENTS);
    let group = groups.find(|g| Some(g.name.as_str()) == named);
    let mut form = match (function, caller, service) {
        (Some(function), ..) => writer.function(function, run),
        (None, Some(caller), _) => writer.caller(caller, run),
        (None, None, Some(service)) if EVENTS => writer.service(service, run),
        (None, None, _) => match mapping.filter(|_| EVENTS) {
            Some(mapping) => writer.mapping(mapping, run),
            None => match (alarm, group) {
                (Some(alarm), _) => writer.alarm(alarm),
                (None, Some(group)) => writer.deployments(group),
                (None, None) => writer.scenario(run),
            },
        },
    };
    form.part = part.filter(|name| edit::part(run, name).is_some());
    form
}

/// What can be added that is neither a function nor a caller nor a service.
const OTHERS: &[(&str, &str)] = &[
    (edit::MAPPING, "Event source mapping"),
    (edit::GROUP, "Deployment group"),
    (edit::ALARM, "CloudWatch alarm"),
];

/// What can be added to a scenario: its key and its name. Of what this program does not play
/// the whole one takes over.
pub(super) fn kinds() -> Vec<(String, String)> {
    let callers = CallerKind::NAMES.iter().copied();
    let services = (0..).map_while(ServiceKind::from_place);
    let services = services.map(|kind| (kind.word(), kind.name()));
    let services = services.chain(OTHERS.iter().copied());
    let all = [("function", "Function")].into_iter().chain(callers).chain(services);
    all.map(|(key, name)| (key.to_string(), name.to_string())).collect()
}

/// Writes forms from the text of a run.
struct Writer<'a> {
    whole: &'a Value,
}

impl Writer<'_> {
    fn scenario(&self, run: &Run) -> Form {
        let at = |key: &str| vec![key.to_string()];
        let mut about = Group { title: "Scenario".into(), ..Group::default() };
        about.fields.push(self.typed(at("title"), "Title", "title", ""));
        about.fields.push(self.typed(at("about"), "About", "about", ""));
        let seed = self.typed(at("seed"), "Seed", "seed", "a whole number");
        about.fields.push(Field { usual: "0".into(), ..seed });
        let settings =
            knobs(&run.scenario.settings, &texts(&Settings::default()), &at("settings"));
        let mut settings = settings;
        if EVENTS {
            let assumed = &run.scenario.settings.streams;
            settings.extend(knobs(
                assumed,
                &texts(&Assumptions::default()),
                &at("settings"),
            ));
        }
        let account = Group { title: "Account and assumptions".into(), fields: settings };
        let mut groups = vec![about, account];
        if EVENTS {
            groups.insert(1, self.expectations(run));
        }
        Form { groups, ..Form::default() }
    }

    /// What must hold of the run, and room for one more.
    fn expectations(&self, run: &Run) -> Group {
        let fields = (0..=run.scenario.expect.len()).map(|number| {
            let path = vec![EXPECT.to_string(), number.to_string()];
            let label = format!("Expectation {}", number + 1);
            self.typed(path, &label, EXPECT, EXPECTED)
        });
        Group { title: "Expectations".into(), fields: fields.collect() }
    }

    /// What becomes of events that ask for no version or alias.
    fn events(&self, function: &Function, run: &Run) -> Group {
        let at = ["functions".to_string(), function.name.clone(), "async".to_string()];
        let own = function.event_invoke.iter().find(|(name, _)| name == "$LATEST");
        let usual = event_invoke::Spec { retries_max: Some(2), ..Default::default() };
        let usual = event_invoke::Spec { age_max: Some(event_invoke::AGE), ..usual };
        let none = event_invoke::Spec::default();
        let spec = own.map_or(&none, |(_, spec)| spec);
        let mut fields = knobs_of("async", spec, &texts(&usual), &at);
        let services = run.scenario.services.iter().map(|service| service.name.as_str());
        let others = run.scenario.functions.iter().map(|function| function.name.as_str());
        let others = others.filter(|name| *name != function.name);
        let targets: Vec<String> = [NOWHERE]
            .into_iter()
            .chain(services)
            .chain(others)
            .map(String::from)
            .collect();
        for field in &mut fields {
            if field.usual.is_empty() && field.path.len() == 4 {
                field.input = Input::Choice(targets.clone());
                field.usual = NOWHERE.into();
                field.allowed = String::new();
            }
        }
        Group { title: "Asynchronous events".into(), fields }
    }

    fn function(&self, function: &Function, run: &Run) -> Form {
        let at = ["functions".to_string(), function.name.clone()];
        let mut fields = knobs(&function.shared, &texts(&Shared::default()), &at);
        fields.extend(knobs(&function.spec, &texts(&Spec::default()), &at));
        if EVENTS {
            let kinds = [ServiceKind::Queue, ServiceKind::Topic];
            service::choose_letters(&mut fields, run, &kinds);
        }
        for field in &mut fields {
            field.act = act_of(field.path.last().map_or("", String::as_str)).is_some();
        }
        let does =
            [("duration", "Duration", "duration"), ("init", "Init duration", "init")];
        let does = does.map(|(key, label, help)| {
            let field = self.typed(joined(&at, &[key]), label, help, DRAW);
            let value = self.stands(&field.path).map(draw_text).unwrap_or_default();
            Field { value, usual: "0s".into(), ..field }
        });
        let groups = vec![
            Group { title: "Configuration".into(), fields },
            Group { title: "What it does".into(), fields: does.into() },
            Group { title: "What goes wrong".into(), fields: self.faults(&at) },
        ];
        let mut groups = groups;
        if EVENTS {
            groups.insert(2, self.events(function, run));
        }
        Form { groups, deeds: deeds::to_function(), ..Form::default() }
    }

    fn faults(&self, at: &[String]) -> Vec<Field> {
        let list = joined(at, &["faults"]);
        let count = match self.stands(&list) {
            Some(Value::List(faults)) => faults.len(),
            Some(_) | None => 0,
        };
        let mut fields = Vec::new();
        // One more than there are, so that another can be added.
        for number in 0..=count {
            let fault = joined(&list, &[&number.to_string()]);
            let words: Vec<&str> =
                [NEVER].into_iter().chain(Failure::WORDS.iter().copied()).collect();
            let path = joined(&fault, &["fails"]);
            let label = if number == 0 { "Fails" } else { "Fails also" };
            let field = self.chosen(path, label, "fails", &words);
            let is_there = !field.value.is_empty();
            fields.push(Field { usual: NEVER.into(), ..field });
            if is_there {
                let path = |key: &str| joined(&fault, &[key]);
                let fields_of = [
                    ("chance", "Chance", "fault.chance", "0 to 1"),
                    ("from", "From", "fault.from", TIME),
                    ("to", "To", "fault.to", TIME),
                ];
                fields.extend(fields_of.map(|(key, label, help, allowed)| {
                    self.typed(path(key), label, help, allowed)
                }));
            }
        }
        fields
    }

    fn caller(&self, caller: &Caller, run: &Run) -> Form {
        let at = ["callers".to_string(), caller.name.clone()];
        let keys: Vec<&str> = CallerKind::NAMES.iter().map(|(key, _)| *key).collect();
        let kind = self.chosen(joined(&at, &["kind"]), "Kind", "kind", &keys);
        let functions: Vec<&str> =
            run.scenario.functions.iter().map(|f| f.name.as_str()).collect();
        let mut targets = functions;
        if !targets.contains(&caller.target.as_str()) {
            targets.push(&caller.target);
        }
        let calls = self.chosen(joined(&at, &["calls"]), "Calls", "calls", &targets);
        let payload = joined(&at, &["payload"]);
        let payload = Field {
            value: self
                .stands(&payload)
                .map(json::write_value_compact)
                .unwrap_or_default(),
            ..self.typed(payload, "Payload", "payload", "JSON")
        };
        let kinds = CallerKind::all();
        let usual = kinds.iter().find(|kind| kind.card().key == caller.kind.card().key);
        let usual = usual
            .map_or_else(Vec::new, |kind| with_caller_spec!(kind, spec => texts(spec)));
        let mut fields =
            with_caller_spec!(&caller.kind, spec => knobs(spec, &usual, &at));
        if EVENTS {
            service::choose_queues(&mut fields, run);
        }
        let title = caller.kind.card().name.to_string();
        Form {
            about: caller.kind.card().sentence.into(),
            groups: vec![
                Group { title: "Calls".into(), fields: vec![kind, calls, payload] },
                Group { title: "Load".into(), fields: self.load(&at) },
                Group { title, fields },
            ],
            ..Form::default()
        }
    }

    fn load(&self, at: &[String]) -> Vec<Field> {
        let load = joined(at, &["load"]);
        let here = self.stands(&load);
        let words = PATTERNS.map(|(word, _)| word);
        let present = words
            .into_iter()
            .find(|word| here.is_some_and(|load| load.get(word).is_some()))
            .unwrap_or("burst");
        let pattern = self.chosen(load.clone(), "Pattern", "pattern", &words);
        let mut fields = vec![Field { value: present.into(), ..pattern }];
        let (label, allowed) = match present {
            "burst" => ("How many", "a whole number from 1"),
            "ramp" => ("Rates", "two rates, such as [0,10], calls per second"),
            "at" => ("Times", "a list of times, such as [\"1s\",\"2s\"]"),
            _ => ("Rate", "calls per second"),
        };
        let path = joined(&load, &[present]);
        let value = self.stands(&path).map_or_else(|| "1".into(), shown);
        fields.push(Field { value, ..self.typed(path, label, "", allowed) });
        // A burst is at one instant, everything else begins.
        let start = if present == "burst" { "at" } else { "from" };
        let rest = [
            (start, "From", "load.from", TIME),
            ("to", "To", "load.to", TIME),
            ("count", "At most", "load.count", "a whole number from 1"),
        ];
        fields.extend(rest.map(|(key, label, help, allowed)| {
            self.typed(joined(&load, &[key]), label, help, allowed)
        }));
        fields
    }

    fn stands(&self, path: &[String]) -> Option<&Value> {
        edit::get(self.whole, path)
    }

    fn typed(&self, path: Vec<String>, label: &str, help: &str, allowed: &str) -> Field {
        let value = self.stands(&path).map(shown).unwrap_or_default();
        Field {
            path,
            label: label.into(),
            help: help.into(),
            allowed: allowed.into(),
            value,
            ..Field::default()
        }
    }

    fn chosen(
        &self,
        path: Vec<String>,
        label: &str,
        help: &str,
        words: &[&str],
    ) -> Field {
        let words = words.iter().map(ToString::to_string).collect();
        Field { input: Input::Choice(words), ..self.typed(path, label, help, "") }
    }
}

/// The fields of a table of knobs; `usual` are the defaults, in its order.
fn knobs<S: Knobs>(spec: &S, usual: &[String], at: &[String]) -> Vec<Field> {
    knobs_of(&at[0], spec, usual, at)
}

/// The same, which the book explains in a group of its own.
fn knobs_of<S: Knobs>(
    group: &str,
    spec: &S,
    usual: &[String],
    at: &[String],
) -> Vec<Field> {
    let fields = S::KNOBS.iter().zip(usual).zip(texts(spec));
    let fields = fields.filter(|((knob, _), _)| EVENTS || !knob.rule.is_about_events());
    let fields = fields.map(|((knob, usual), value)| Field {
        path: joined(at, &[knob.key]),
        label: knob.label.into(),
        aws: knob.aws.into(),
        help: format!("{group}.{}", knob.key),
        allowed: knob.kind.allowed(),
        rule: knob.rule.id().into(),
        input: match knob.kind {
            Kind::Bool => choice(&["true", "false"]),
            Kind::Choice(words) => choice(words),
            Kind::Count { .. }
            | Kind::Span { .. }
            | Kind::Ppm
            | Kind::Decimal { .. }
            | Kind::Text { .. } => Input::Text,
        },
        value,
        usual: usual.clone(),
        act: false,
    });
    fields.collect()
}

/// Every knob of a table as text; what is unset is empty.
fn texts<S: Knobs>(spec: &S) -> Vec<String> {
    let settings = S::KNOBS.iter().map(|knob| ((knob.get)(spec), &knob.kind));
    settings.map(|(setting, kind)| shown(&json::knob_value(&setting, kind))).collect()
}

fn choice(words: &[&str]) -> Input {
    Input::Choice(words.iter().map(ToString::to_string).collect())
}

fn joined(path: &[String], more: &[&str]) -> Vec<String> {
    path.iter().cloned().chain(more.iter().map(ToString::to_string)).collect()
}

/// A value as somebody types it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
            json::write_value_compact(value)
        }
    }
}

/// A duration as somebody types it.
fn draw_text(value: &Value) -> String {
    let text = |value: Option<&Value>| value.map(shown).unwrap_or_default();
    if let Some(Value::List(ends)) = value.get("uniform") {
        format!("{} to {}", text(ends.first()), text(ends.get(1)))
    } else if let Some(mean) = value.get("exponential") {
        format!("about {}", shown(mean))
    } else if let Some(path) = value.get("payload") {
        shown(path)
    } else {
        shown(value)
    }
}

/// What somebody means who types a duration.
fn read_draw(text: &str) -> Value {
    if let Some(mean) = text.strip_prefix("about ") {
        Value::object([("exponential", Value::text(mean.trim()))])
    } else if let Some((min, max)) = text.split_once(" to ") {
        let ends = [min, max].map(|end| Value::text(end.trim()));
        Value::object([("uniform", Value::List(ends.into()))])
    } else if text.starts_with('$') {
        Value::object([("payload", Value::text(text))])
    } else {
        Value::text(text)
    }
}

/// The change of a scenario that somebody means who sets a field: where, and to what.
pub(super) fn meant(
    run: &Run,
    path: Vec<String>,
    text: &str,
) -> (Vec<String>, Option<Value>) {
    let text = text.trim();
    let key = path.last().map_or("", String::as_str);
    let is_function = path.first().is_some_and(|group| group == "functions");
    let value = match key {
        _ if text.is_empty() => None,
        _ if EVENTS && path.len() == 2 && path[0] == EXPECT => {
            let text = Value::text(text);
            if !run.scenario.expect.is_empty() {
                return (path, Some(text));
            }
            return (vec![EXPECT.to_string()], Some(Value::List(vec![text])));
        }
        "duration" | "init" if is_function && path.len() == 3 => Some(read_draw(text)),
        "on-success" | "on-failure" | "dead-letter" if text == NOWHERE => None,
        "calls" if EVENTS && text == NOWHERE && path.len() == 5 => {
            let outlet = path[..path.len() - 1].to_vec();
            return (outlet, None);
        }
        "receives" if EVENTS => service::received(text),
        "fails" if text == NEVER => {
            let fault = path[..path.len() - 1].to_vec();
            return (fault, None);
        }
        "fails" if !is_there(run, &path[..path.len() - 1]) => {
            let fault = Value::object([("fails", Value::text(text))]);
            let list = path[..path.len() - 2].to_vec();
            let whole = json::to_value(run);
            let mut faults = match edit::get(&whole, &list) {
                Some(Value::List(faults)) => faults.clone(),
                Some(_) | None => Vec::new(),
            };
            faults.push(fault);
            return (list, Some(Value::List(faults)));
        }
        "load" if path.len() == 3 || path.get(2).is_some_and(|key| key == "receives") => {
            let usual = PATTERNS.iter().find(|(word, _)| *word == text);
            let usual = usual.and_then(|(_, usual)| json::read_value(usual).ok());
            Some(Value::object([(text, usual.unwrap_or_default())]))
        }
        "kind" if path.len() == 3 => {
            let whole = json::to_value(run);
            let part = path[..2].to_vec();
            let kept = ["calls", "payload", "payload-bytes", "load"].iter();
            let kept = kept.filter_map(|key| {
                let value = edit::get(&whole, &joined(&part, &[key]))?;
                Some(((*key).to_string(), value.clone()))
            });
            let kind = ("kind".to_string(), Value::text(text));
            let members = [kind].into_iter().chain(kept).collect();
            return (part, Some(Value::Object(members)));
        }
        _ => Some(read_typed(&path, text)),
    };
    (path, value)
}

fn is_there(run: &Run, path: &[String]) -> bool {
    edit::get(&json::to_value(run), path).is_some()
}

/// What is typed into a field: text where text belongs, else what JSON makes of it.
fn read_typed(path: &[String], text: &str) -> Value {
    let key = path.last().map_or("", String::as_str);
    let is_text = matches!(
        key,
        "title"
            | "about"
            | "environment"
            | "code"
            | "description"
            | "calls"
            | "fails"
            | "dead-letter"
            | "on-success"
            | "on-failure"
    );
    if is_text {
        return Value::text(text);
    }
    json::read_value(text).unwrap_or_else(|_| Value::text(text))
}

/// The call that changes a setting of a function while it runs, and its parameter.
fn act_of(key: &str) -> Option<(Operation, &'static str)> {
    if key == "reserved-concurrency" {
        let name = "ReservedConcurrentExecutions";
        return Some((Operation::PutFunctionConcurrency, name));
    }
    if key == "code" {
        return Some((Operation::UpdateFunctionCode, "ZipFile"));
    }
    let knob = Spec::KNOBS.iter().find(|knob| knob.key == key)?;
    (!knob.aws.is_empty() && key != "architecture")
        .then_some((Operation::UpdateFunctionConfiguration, knob.aws))
}

/// The act somebody means who sets a field of a function from an instant on.
pub(super) fn act_meant(path: &[String], text: &str, at: Instant) -> Option<Act> {
    let [_, function, key] = path else { return None };
    let (operation, parameter) = act_of(key)?;
    let text = text.trim();
    let mut parameters = vec![("FunctionName".to_string(), Value::text(function))];
    let mut operation = operation;
    if text.is_empty() && operation == Operation::PutFunctionConcurrency {
        operation = Operation::DeleteFunctionConcurrency;
    } else {
        parameters.push((parameter.into(), act_value(key, text)));
    }
    let (operation, parameters) = (operation.word().into(), Value::Object(parameters));
    Some(Act { at, operation, parameters })
}

/// Calls take seconds where the scenario takes times with units. What is no number goes as
/// it was typed: it is for the call to refuse it.
fn act_value(key: &str, text: &str) -> Value {
    let knob = Spec::KNOBS.iter().find(|knob| knob.key == key);
    let typed = || json::read_value(text).unwrap_or_else(|_| Value::text(text));
    match knob.map(|knob| &knob.kind) {
        Some(Kind::Span { .. }) => unit::read_span(text)
            .map_or_else(typed, |span| Value::Number(unit::decimal(span.0, 6))),
        Some(Kind::Text { .. }) => Value::text(text),
        Some(
            Kind::Count { .. }
            | Kind::Ppm
            | Kind::Decimal { .. }
            | Kind::Bool
            | Kind::Choice(_),
        )
        | None => typed(),
    }
}
