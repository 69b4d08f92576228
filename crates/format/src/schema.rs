//! The JSON Schema of scenario texts, for editors that complete and check as one types.
//!
//! Ranges, defaults and descriptions of settings come from the tables of knobs; the shape
//! around them is said here once more, and tests hold it against what is read.

use lambdarium_sim::call::Operation;
use lambdarium_sim::caller::Kind as CallerKind;
use lambdarium_sim::expect::Quantity;
use lambdarium_sim::knob::{Choices, Kind, Knob, Knobs, Setting};
use lambdarium_sim::lambda::behaviour::{Failure, On, Operator, Then};
use lambdarium_sim::lambda::{Shared, Spec, event_invoke};
use lambdarium_sim::limits;
use lambdarium_sim::mapping;
use lambdarium_sim::mapping::stream::spec::{Assumptions, LANES};
use lambdarium_sim::release::alarm;
use lambdarium_sim::scenario::Settings;
use lambdarium_sim::service::outlet::{
    FILTER_POLICY, NOTIFICATIONS, Notification, PATTERN, RULES, Rule, SUBSCRIPTIONS,
    Subscription,
};
use lambdarium_sim::service::{self, Kind as ServiceKind};
use lambdarium_sim::value::Value;
use lambdarium_sim::with_caller_spec;

use crate::json::{self, answer_words, knob_value};

mod release;
mod stream;

type Members = Vec<(String, Value)>;

/// The schema as text, the same each time.
#[must_use]
pub fn text() -> String {
    json::write_value(&whole())
}

/// What each setting is about: a line for each with its place, as in `functions.memory`, and
/// its sentence, with a tab between them.
#[must_use]
pub fn help_table() -> String {
    let mut lines = about("settings", &Settings::default());
    lines.extend(about("settings", &Assumptions::default()));
    lines.extend(about("functions", &Shared::default()));
    lines.extend(about("functions", &Spec::default()));
    lines.extend(about("async", &event_invoke::Spec::default()));
    lines.extend(about("services", &service::Spec::default()));
    lines.extend(about("mappings", &mapping::Spec::default()));
    lines.extend(about("alarms", &alarm::Spec::default()));
    lines.extend(about("deployment-groups", &release::Spec::default()));
    lines.extend(about(SUBSCRIPTIONS, &Subscription::default()));
    lines.extend(about(NOTIFICATIONS, &Notification::default()));
    lines.extend(about(RULES, &Rule::default()));
    for kind in CallerKind::all() {
        lines.extend(with_caller_spec!(kind, spec => about("callers", &spec)));
    }
    lines.sort_unstable();
    lines.dedup();
    lines.concat()
}

fn about<S: Knobs>(group: &str, _: &S) -> Vec<String> {
    let knobs = S::KNOBS.iter();
    knobs.map(|knob| format!("{group}.{}\t{}\n", knob.key, knob.help)).collect()
}

fn whole() -> Value {
    let mut members = vec![
        ("$schema".into(), Value::text("https://json-schema.org/draft/2020-12/schema")),
        ("title".into(), Value::text("Lambdarium scenario")),
    ];
    let version = Value::object([("const", Value::number(json::VERSION))]);
    let properties = vec![
        ("$schema".into(), typed("string")),
        ("lambdarium".into(), described(version, "The version of this format.")),
        ("title".into(), text_of(limits::TEXT_MAX)),
        ("about".into(), described(text_of(limits::TEXT_MAX), "A paragraph on it.")),
        ("seed".into(), described(count(0, None), "What every draw is keyed by.")),
        ("settings".into(), settings()),
        ("functions".into(), named(reference("function"), limits::PARTS_MAX)),
        ("callers".into(), named(reference("caller"), limits::PARTS_MAX)),
        ("services".into(), named(reference("service"), limits::PARTS_MAX)),
        ("mappings".into(), named(reference("mapping"), limits::PARTS_MAX)),
        ("alarms".into(), named(reference("alarm"), limits::PARTS_MAX)),
        ("deployment-groups".into(), named(reference("group"), limits::PARTS_MAX)),
        ("board".into(), board()),
        ("acts".into(), list(act(), limits::ACTS_MAX)),
        ("markers".into(), list(marker(), limits::LIST_MAX)),
        ("question".into(), described(question(), "Asked before the run plays.")),
        ("expect".into(), expectations()),
    ];
    members.extend(members_of(closed(properties, &["lambdarium"])));
    members.push(("$defs".into(), definitions()));
    Value::Object(members)
}

/// The account and the assumptions.
fn settings() -> Value {
    let mut properties = knobs(&Settings::default());
    properties.extend(knobs(&Assumptions::default()));
    let lanes = named(count(0, Some(limits::LANES_MAX - 1)), limits::LIST_MAX);
    let help = "Lanes of partition keys in their shard; others are hashed. (KIN-04)";
    properties.push((LANES.into(), described(lanes, help)));
    closed(properties, &[])
}

/// Where parts were moved.
fn board() -> Value {
    let most = Value::Number(limits::NUDGE_MAX.to_string());
    let least = Value::Number((-limits::NUDGE_MAX).to_string());
    let distance = Value::object([
        ("type", Value::text("integer")),
        ("minimum", least),
        ("maximum", most),
    ]);
    let pair = Value::object([
        ("type", Value::text("array")),
        ("items", distance),
        ("minItems", Value::number(2)),
        ("maxItems", Value::number(2)),
    ]);
    let help = "How far a part stands to the right of and below its place.";
    described(named(pair, 2 * limits::PARTS_MAX), help)
}

fn definitions() -> Value {
    let pattern = r"^[0-9]+(\.[0-9]+)?(us|µs|ms|s|m|min|h)$";
    let span = any_of([
        Value::object([
            ("type", Value::text("string")),
            ("pattern", Value::text(pattern)),
        ]),
        Value::object([("type", Value::text("number")), ("minimum", Value::number(0))]),
    ]);
    let span = described(span, "A time with its unit, such as \"250ms\", or seconds.");
    Value::object([
        ("span", span),
        ("draw", draw()),
        ("answer", answer()),
        ("fault", fault()),
        ("load", load()),
        ("function", function()),
        ("version", closed(spec(), &[])),
        ("caller", caller()),
        ("async", closed(knobs(&event_invoke::Spec::default()), &[])),
        ("service", service()),
        ("mapping", mapping()),
        ("alarm", release::alarm()),
        ("group", release::group()),
    ])
}

// What the tables say.

fn knobs<S: Knobs>(usual: &S) -> Members {
    S::KNOBS.iter().map(|knob| (knob.key.to_string(), property(knob, usual))).collect()
}

fn property<S>(knob: &Knob<S>, usual: &S) -> Value {
    let usual = (knob.get)(usual);
    let shape = match &knob.kind {
        Kind::Count { min, max, .. } => count(*min, Some(*max)),
        Kind::Span { .. } => reference("span"),
        Kind::Ppm => share(),
        Kind::Decimal { max } => Value::object([
            ("type", Value::text("number")),
            ("minimum", Value::number(0)),
            ("maximum", Value::number(max / 1_000_000)),
        ]),
        Kind::Bool => typed("boolean"),
        Kind::Choice(words) => words_of(words),
        Kind::Text { max } => text_of(*max),
    };
    let shape = if knob.optional { any_of([shape, typed("null")]) } else { shape };
    let aws =
        if knob.aws.is_empty() { String::new() } else { format!(" AWS: {}.", knob.aws) };
    let range = match knob.kind {
        Kind::Span { .. } => format!(" From {}.", knob.kind.allowed()),
        Kind::Count { .. }
        | Kind::Ppm
        | Kind::Decimal { .. }
        | Kind::Bool
        | Kind::Choice(_)
        | Kind::Text { .. } => String::new(),
    };
    let mut members = vec![
        ("title".to_string(), Value::text(knob.label)),
        (
            "description".into(),
            Value::Text(format!("{}{range}{aws} ({})", knob.help, knob.rule)),
        ),
    ];
    if usual != Setting::Unset {
        members.push(("default".into(), knob_value(&usual, &knob.kind)));
    }
    members.extend(members_of(shape));
    Value::Object(members)
}

// The parts of a scenario.

fn function() -> Value {
    let mut properties = spec();
    properties.extend(knobs(&Shared::default()));
    let target =
        any_of([words_of(&["$LATEST"]), pattern("^[1-9][0-9]*$"), count(1, None)]);
    let versions = Value::object([
        ("type", Value::text("object")),
        ("propertyNames", pattern("^[1-9][0-9]*$")),
        ("additionalProperties", reference("version")),
        ("maxProperties", Value::number(limits::LIST_MAX as u64)),
    ]);
    let versions = described(versions, "What a version sets otherwise than $LATEST.");
    properties.push(("versions".into(), versions));
    properties.push(("aliases".into(), named(alias(target), limits::LIST_MAX)));
    let provisioned = named(count(1, Some(1_000_000)), limits::LIST_MAX);
    let help = "Provisioned concurrency by version or alias.";
    properties.push(("provisioned".into(), described(provisioned, help)));
    let help = "What becomes of asynchronous events that ask for no version or alias.";
    properties.push(("async".into(), described(reference("async"), help)));
    let others = named(reference("async"), limits::LIST_MAX);
    let help = "What becomes of those that do, by version or alias.";
    properties.push(("async-of".into(), described(others, help)));
    closed(properties, &[])
}

/// An alias: the version it leads to, or that with another that gets a share.
fn alias(target: Value) -> Value {
    let weights = Value::object([
        ("type", Value::text("object")),
        ("propertyNames", pattern("^[1-9][0-9]*$")),
        ("additionalProperties", share()),
        ("maxProperties", Value::number(1)),
    ]);
    let help = "The version that gets a share of the requests, with that share.";
    let own = "function-version";
    let properties = vec![
        (own.to_string(), target.clone()),
        ("additional-version-weights".to_string(), described(weights, help)),
    ];
    any_of([target, closed(properties, &[own])])
}

/// A service.
fn service() -> Value {
    let mut properties = vec![("kind".to_string(), words_of(ServiceKind::WORDS))];
    properties.extend(knobs(&service::Spec::default()));
    let inlet = vec![
        ("payload".into(), Value::Bool(true)),
        ("payload-bytes".into(), count(0, None)),
        (
            "key".into(),
            described(
                text_of(limits::OBJECT_KEY_BYTES_MAX),
                "The key of an object; without, each gets one of its own.",
            ),
        ),
        ("attributes".into(), described(attributes(), "What stands beside a message.")),
        ("load".into(), reference("load")),
    ];
    let inlet = inlet.into_iter().chain(identity()).chain(stream::keys()).collect();
    let help = "What reaches it from outside; of a table, an item that is put.";
    properties.push(("receives".into(), described(closed(inlet, &[]), help)));
    let mut message = vec![
        ("at".into(), reference("span")),
        ("payload".into(), Value::Bool(true)),
        ("payload-bytes".into(), count(0, None)),
        ("delay".into(), described(reference("span"), "How long nobody gets it.")),
    ];
    message.extend(identity());
    let messages = list(closed(message, &[]), limits::POSTS_MAX);
    let help = "Messages that reach a queue from outside, in order of time.";
    properties.push(("messages".into(), described(messages, help)));
    properties.extend(stream::lists());
    let subscription = outlet(Some(FILTER_POLICY), &Subscription::default());
    let subscriptions = named(subscription, limits::LIST_MAX);
    let help = "The functions that get the messages of a topic.";
    properties.push((SUBSCRIPTIONS.into(), described(subscriptions, help)));
    let rules = named(outlet(Some(PATTERN), &Rule::default()), limits::LIST_MAX);
    let help = "The functions that get the events of a bus.";
    properties.push((RULES.into(), described(rules, help)));
    let notifications = named(outlet(None, &Notification::default()), limits::LIST_MAX);
    let help = "The functions that are told of new objects in a bucket.";
    properties.push((NOTIFICATIONS.into(), described(notifications, help)));
    closed(properties, &["kind"])
}

/// The group of a message of a FIFO queue, and what tells it from others.
fn identity() -> Members {
    let text = || text_of(json::IDENTITY_MAX);
    let group = described(text(), "The group it belongs to, in a FIFO queue.");
    let same = described(text(), "What tells it from other messages of a FIFO queue.");
    vec![("group".into(), group), ("deduplication-id".into(), same)]
}

/// An event source mapping.
fn mapping() -> Value {
    let source =
        described(text_of(limits::NAME_MAX), "The queue, stream or table it reads.");
    let function = described(typed("string"), "A function, with :qualifier.");
    let mut properties =
        vec![("source".to_string(), source), ("calls".to_string(), function)];
    properties.extend(knobs(&mapping::Spec::default()));
    let help = "Patterns of which a record must match one; without, all pass.";
    let filters = list(typed("object"), limits::LIST_MAX);
    properties.push(("filters".into(), described(filters, help)));
    closed(properties, &["source", "calls"])
}

/// Attributes of a message, by their names.
fn attributes() -> Value {
    let plain = || any_of([typed("string"), typed("number")]);
    let value = any_of([plain(), list(plain(), limits::SCENARIO_BYTES_MAX)]);
    Value::object([
        ("type", Value::text("object")),
        ("additionalProperties", value),
        ("maxProperties", Value::number(limits::LIST_MAX as u64)),
    ])
}

/// A function that a topic, bus or bucket tells of what it receives.
fn outlet<S: Knobs>(pattern: Option<&str>, usual: &S) -> Value {
    let function = described(typed("string"), "A function, with :qualifier.");
    let passes = described(typed("object"), "What is passed on; without, everything.");
    let mut properties = vec![("calls".to_string(), function)];
    properties.extend(pattern.map(|key| (key.to_string(), passes)));
    properties.extend(knobs(usual));
    closed(properties, &["calls"])
}

/// What a version freezes.
fn spec() -> Members {
    let mut properties = knobs(&Spec::default());
    let sends = text_of(json::TARGET_MAX);
    let help = "Where its code sends the event on to, if it succeeds.";
    properties.push(("sends-to".into(), described(sends, help)));
    let add = |properties: &mut Members, key: &str, name: &str, help: &str| {
        properties.push((key.into(), described(reference(name), help)));
    };
    add(&mut properties, "init", "draw", "How long Init takes.");
    add(&mut properties, "duration", "draw", "How long the handler takes.");
    add(&mut properties, "answer", "answer", "What it answers.");
    let help = "What the handler does with each record of a batch.";
    properties.push(("per-record".into(), described(per_record(), help)));
    let help = "What it reports of a deployment that calls it as a hook.";
    properties.push(("reports".into(), described(release::report(), help)));
    let faults = list(reference("fault"), limits::LIST_MAX);
    let help = "What goes wrong; the first that applies counts, slow adds to the others.";
    properties.push(("faults".into(), described(faults, help)));
    properties
}

fn draw() -> Value {
    any_of([
        reference("span"),
        one_member("uniform", pair(reference("span"))),
        one_member("exponential", reference("span")),
        one_member("payload", described(typed("string"), "A path, such as $.sleep.")),
    ])
}

fn answer() -> Value {
    any_of([
        typed("null"),
        words_of(&answer_words()),
        one_member("value", Value::Bool(true)),
        one_member("bytes", count(0, None)),
        closed(
            vec![
                (json::SUM.into(), described(typed("string"), "A path into records.")),
                (json::PADDING.into(), count(0, Some(limits::STATE_PADDING_MAX))),
            ],
            &[json::SUM],
        ),
        one_member(json::CHANGES, changes()),
    ])
}

/// Answers that follow one another.
fn changes() -> Value {
    let from = described(reference("span"), "From when on runs begin that answer it.");
    let change = vec![("from".into(), from), ("value".into(), Value::Bool(true))];
    list(closed(change, &["value"]), limits::LIST_MAX)
}

fn per_record() -> Value {
    let properties =
        vec![("fails-if".into(), condition()), ("then".into(), words_of(Then::WORDS))];
    let given = closed(properties, &["fails-if"]);
    any_of([given, typed("null")])
}

fn condition() -> Value {
    let members = vec![
        ("path".into(), typed("string")),
        ("is".into(), words_of(Operator::WORDS)),
        ("value".into(), Value::Bool(true)),
    ];
    closed(members, &["path", "value"])
}

fn fault() -> Value {
    let properties = vec![
        ("fails".into(), words_of(Failure::WORDS)),
        ("chance".into(), described(share(), "Drawn anew for each attempt.")),
        (
            "attempts".into(),
            described(pair(count(1, None)), "Only these attempts of a call."),
        ),
        (
            "calls".into(),
            described(pair(count(1, None)), "Only these calls of a caller."),
        ),
        ("from".into(), reference("span")),
        ("to".into(), reference("span")),
        ("when".into(), condition()),
        ("on".into(), words_of(On::WORDS)),
        ("errorType".into(), text_of(limits::TEXT_MAX)),
        ("errorMessage".into(), text_of(limits::TEXT_MAX)),
        ("status".into(), described(count(0, Some(255)), "Exit status of the process.")),
        ("duration".into(), reference("span")),
    ];
    closed(properties, &["fails"])
}

fn load() -> Value {
    let rate = || {
        Value::object([("type", Value::text("number")), ("minimum", Value::number(0))])
    };
    let calls = || count(1, Some(limits::CALLS_MAX));
    let times = list(reference("span"), limits::SCENARIO_BYTES_MAX);
    let properties = vec![
        ("burst".into(), described(calls(), "So many calls at one instant.")),
        ("constant".into(), described(rate(), "Evenly spaced calls per second.")),
        (
            "poisson".into(),
            described(rate(), "Calls per second that know nothing of each other."),
        ),
        ("ramp".into(), described(pair(rate()), "From one rate to another.")),
        ("at".into(), described(any_of([reference("span"), times]), "When.")),
        ("from".into(), reference("span")),
        ("to".into(), reference("span")),
        ("count".into(), described(calls(), "Most calls in all.")),
    ];
    closed(properties, &[])
}

fn caller() -> Value {
    let one = |kind: &CallerKind| {
        let card = kind.card();
        let mut properties = vec![
            ("kind".into(), described(words_of(&[card.key]), card.sentence)),
            ("calls".into(), described(typed("string"), "A function, with :qualifier.")),
            ("payload".into(), Value::Bool(true)),
            ("payload-bytes".into(), count(0, None)),
            ("load".into(), reference("load")),
        ];
        properties.extend(with_caller_spec!(kind, spec => knobs(spec)));
        closed(properties, &["kind", "calls"])
    };
    let kinds = CallerKind::all().iter().map(one).collect();
    Value::object([("oneOf", Value::List(kinds))])
}

fn act() -> Value {
    let properties = vec![
        ("at".into(), reference("span")),
        ("do".into(), words_of(Operation::WORDS)),
        ("with".into(), typed("object")),
    ];
    closed(properties, &["at", "do"])
}

fn marker() -> Value {
    let properties = vec![
        ("at".into(), reference("span")),
        ("title".into(), text_of(limits::TEXT_MAX)),
        ("text".into(), text_of(limits::TEXT_MAX)),
    ];
    closed(properties, &["at"])
}

fn question() -> Value {
    let mut choices = members_of(list(text_of(limits::TEXT_MAX), limits::CHOICES_MAX));
    choices.push(("minItems".into(), Value::number(limits::CHOICES_MIN as u64)));
    choices.push(("uniqueItems".into(), Value::Bool(true)));
    let answer = text_of(limits::TEXT_MAX);
    let because = text_of(limits::TEXT_MAX);
    let properties = vec![
        ("ask".into(), text_of(limits::TEXT_MAX)),
        ("choices".into(), Value::Object(choices)),
        ("answer".into(), described(answer, "The right choice, word for word.")),
        ("because".into(), described(because, "Why, told when the run has been seen.")),
    ];
    closed(properties, &["ask", "choices", "answer"])
}

/// What is expected of the run: lines of text.
fn expectations() -> Value {
    let line = Value::object([
        ("type", Value::text("string")),
        ("pattern", Value::text(r"^[^=!<>]+(=|!=|<|<=|>|>=)\s*[0-9][^=!<>]*$")),
        ("maxLength", Value::number(limits::EXPECTATION_BYTES_MAX as u64)),
    ]);
    let help = format!(
        "What must hold at the end of the run, or \"throughout\", such as \"lost silently = \
         0\", \"AsyncEventAge of checkout <= 5m throughout\" or \"in orders-dlq = 2\". What \
         can be counted: {}.",
        Quantity::WORDS.join(", ")
    );
    described(list(line, limits::EXPECTATIONS_MAX), &help)
}

// The words of JSON Schema.

fn typed(name: &str) -> Value {
    Value::object([("type", Value::text(name))])
}

fn reference(name: &str) -> Value {
    Value::object([("$ref", Value::Text(format!("#/$defs/{name}")))])
}

fn words_of(words: &[&str]) -> Value {
    let words = words.iter().map(|word| Value::text(word)).collect();
    Value::object([("enum", Value::List(words))])
}

fn pattern(pattern: &str) -> Value {
    Value::object([("type", Value::text("string")), ("pattern", Value::text(pattern))])
}

/// Schema counts characters, we count bytes: what fits in bytes fits in characters.
fn text_of(bytes: usize) -> Value {
    let most = Value::number(bytes as u64);
    Value::object([("type", Value::text("string")), ("maxLength", most)])
}

fn count(min: u64, max: Option<u64>) -> Value {
    let mut members = members_of(typed("integer"));
    members.push(("minimum".into(), Value::number(min)));
    members.extend(max.map(|max| ("maximum".into(), Value::number(max))));
    Value::Object(members)
}

fn share() -> Value {
    let (zero, one) = (Value::number(0), Value::number(1));
    Value::object([("type", Value::text("number")), ("minimum", zero), ("maximum", one)])
}

fn any_of<const N: usize>(shapes: [Value; N]) -> Value {
    Value::object([("anyOf", Value::List(shapes.to_vec()))])
}

fn list(item: Value, most: usize) -> Value {
    let most = Value::number(most as u64);
    Value::object([("type", Value::text("array")), ("items", item), ("maxItems", most)])
}

fn pair(item: Value) -> Value {
    let mut members = members_of(list(item, 2));
    members.push(("minItems".into(), Value::number(2)));
    Value::Object(members)
}

/// Parts by their names.
fn named(part: Value, most: usize) -> Value {
    Value::object([
        ("type", Value::text("object")),
        ("propertyNames", pattern("^[A-Za-z0-9_-]{1,64}$")),
        ("additionalProperties", part),
        ("maxProperties", Value::number(most as u64)),
    ])
}

fn one_member(key: &str, value: Value) -> Value {
    closed(vec![(key.into(), value)], &[key])
}

fn closed(properties: Members, required: &[&str]) -> Value {
    let mut members = members_of(typed("object"));
    members.push(("properties".into(), Value::Object(properties)));
    if !required.is_empty() {
        let required = required.iter().map(|key| Value::text(key)).collect();
        members.push(("required".into(), Value::List(required)));
    }
    members.push(("additionalProperties".into(), Value::Bool(false)));
    Value::Object(members)
}

fn described(shape: Value, help: &str) -> Value {
    let mut members = vec![("description".to_string(), Value::text(help))];
    members.extend(members_of(shape));
    Value::Object(members)
}

fn members_of(value: Value) -> Members {
    if let Value::Object(members) = value { members } else { Members::new() }
}
