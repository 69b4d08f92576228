//! What queues, topics, buses and buckets are expected to have received.

use lambdarium_format::json::read_value;
use lambdarium_sim::id::ServiceId;
use lambdarium_sim::service::{Look, look};
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Value;

use super::{Comparison, counts, object_key, shown, shown_span};
use crate::case::{Members, Unsupported, list, seconds, text, unsupported};
use crate::given::destination::take_apart;
use crate::placeholder::{Names, matches};

/// The members of a record that the simulator knows; of others it cannot say whether they
/// are there.
const RECORD: [&str; 9] = [
    "version",
    "timestamp",
    "requestContext",
    "requestPayload",
    "payload",
    "responseContext",
    "responsePayload",
    "KinesisBatchInfo",
    "DDBStreamBatchInfo",
];

/// Compares everything that was received.
pub fn compare(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let mut names = on.names();
    for (number, expected) in list("expect.destinations", expected)?.iter().enumerate() {
        let place = format!("destinations[{number}]");
        one(on, &place, expected, &mut names)?;
    }
    Ok(())
}

fn one(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &Value,
    names: &mut Names,
) -> Result<(), Unsupported> {
    let mut members = Members::of(format!("expect.{place}"), expected)?;
    let target = members.read("target", text)?.unwrap_or_default();
    let (Some(_), name) = take_apart(target)? else {
        return unsupported(format!("expect.{place}: {target}"));
    };
    let got = received(on, name);
    let key = members.read("objectKeyPattern", text)?;
    let times = members.take("count");
    let at = members.read("at", seconds)?;
    let within = members.read("withinSeconds", seconds)?;
    let body = members.take("body");
    let absent = members.read("absent", list)?.unwrap_or_default();
    let attributes = members.take("messageAttributes");
    members.finish()?;
    // Of several that one service has received, an expectation is about those like it.
    let mut alike: Vec<&(Span, Look)> = Vec::new();
    for message in &got {
        let fits = match body {
            Some(body) => {
                matches(body, &decoded(body, &message.1.body), &mut names.clone())?
            }
            None => true,
        };
        if fits && at.is_none_or(|at| at == message.0) {
            alike.push(message);
        }
    }
    if let Some(times) = times {
        counts::number(on, &format!("{place}.count"), times, alike.len() as u64)?;
    }
    let Some((when, message)) = alike.first().copied() else {
        let told: Vec<String> = got
            .iter()
            .map(|(at, look)| format!("{} at {}", shown(&look.body), shown_span(*at)))
            .collect();
        let expected = body.map_or_else(|| "a message".into(), shown);
        on.differ(place, expected, told.join("; "));
        return Ok(());
    };
    if let Some(body) = body {
        matches(body, &decoded(body, &message.body), names)?;
    }
    if let Some(pattern) = key
        && !object_key::fits(on, pattern, message)?
    {
        on.differ(format!("{place}.objectKeyPattern"), pattern, &message.key);
    }
    if let Some(within) = within
        && *when > within
    {
        on.differ(
            format!("{place}.withinSeconds"),
            shown_span(within),
            shown_span(*when),
        );
    }
    compare_absent(on, place, absent, message)?;
    if let Some(expected) = attributes {
        compare_attributes(on, place, expected, message, names)?;
    }
    Ok(())
}

fn compare_absent(
    on: &mut Comparison<'_>,
    place: &str,
    absent: &[Value],
    message: &Look,
) -> Result<(), Unsupported> {
    for field in absent {
        let field = text(&format!("expect.{place}.absent"), field)?;
        let name = field.split('.').next().unwrap_or_default();
        if !RECORD.contains(&name) {
            return unsupported(format!("expect.{place}.absent: {field}"));
        }
        if let Some(found) = message.body.at(field) {
            on.differ(format!("{place}.absent"), format!("no {field}"), shown(found));
        }
    }
    Ok(())
}

/// What was received, with the event in it as a case shows it: AWS sends it as text.
fn decoded(expected: &Value, body: &Value) -> Value {
    let (Value::Object(members), Value::Object(wanted)) = (body, expected) else {
        return body.clone();
    };
    let inside = |key: &str, value: &Value| {
        key == "payload" && matches!(value, Value::Object(_))
            || key.starts_with("payload.")
    };
    let shows = wanted.iter().any(|(key, value)| inside(key, value));
    let members = members.iter().map(|(key, value)| {
        let event = value.as_text().filter(|_| shows && key == "payload");
        let event = event.and_then(|text| read_value(text).ok());
        (key.clone(), event.unwrap_or_else(|| value.clone()))
    });
    Value::Object(members.collect())
}

fn compare_attributes(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &Value,
    message: &Look,
    names: &mut Names,
) -> Result<(), Unsupported> {
    let place = format!("{place}.messageAttributes");
    for (name, expected) in Members::of(format!("expect.{place}"), expected)?.take_all() {
        let found = message.attributes.iter().find(|(known, ..)| *known == name);
        let got = match (found, expected) {
            // A case may name the value alone.
            (Some((.., value)), Value::Text(_)) => Value::text(value),
            (Some((_, kind, value)), _) => Value::object([
                ("DataType", Value::text(kind)),
                ("StringValue", Value::text(value)),
            ]),
            (None, _) => Value::Null,
        };
        if !matches(expected, &got, names)? {
            on.differ(format!("{place}.{name}"), shown(expected), shown(&got));
        }
    }
    Ok(())
}

/// What a service has received, with the times.
fn received(on: &Comparison<'_>, name: &str) -> Vec<(Span, Look)> {
    let recording = &on.played.recording;
    let plan = recording.last_plan();
    let place = plan.services().iter().position(|service| service.name() == name);
    let Some(place) = place else { return Vec::new() };
    let id = ServiceId::new(u16::try_from(place).unwrap_or(u16::MAX));
    let all = recording.head().world().services()[place].received().iter();
    all.map(|received| (received.at.since(on.played.base), look(plan, id, &received)))
        .collect()
}
