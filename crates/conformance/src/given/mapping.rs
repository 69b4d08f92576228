//! Event source mappings of a case, and the calls about them.
//!
//! What a case gives is set up by a call of its own, so early that the mapping reads when the
//! case begins; a step that creates one without saying more is that call.

use lambdarium_format::json;
use lambdarium_sim::call::{ACCOUNT, Operation, REGION};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use super::destination::{Services, target_arn_of};
use super::source::Source;
use super::step::{Around, Role, Step, When};
use crate::case::{Members, Unsupported, instant, list, text, unsupported};

/// The step that a case calls its set-up of a mapping.
const CREATE: &str = "createEsm";
/// A UUID that no mapping has.
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// Parameters that are named as in AWS's interface.
const SAME: [&str; 15] = [
    "Enabled",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FunctionResponseTypes",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "StartingPosition",
    "StartingPositionTimestamp",
    "ParallelizationFactor",
    "BisectBatchOnFunctionError",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "TumblingWindowInSeconds",
    "UUID",
];

/// A mapping of a case.
struct Given {
    /// What it is created with.
    parameters: Value,
    /// When, if that is not before the case begins.
    created: Option<Instant>,
}

/// The mappings of a case.
#[derive(Default)]
pub struct Mappings {
    given: Vec<Given>,
    /// Whether a step creates them.
    by_step: bool,
}

impl Mappings {
    /// The calls that set up all that no step creates.
    #[must_use]
    pub fn set_ups(&self) -> Vec<Step> {
        if self.by_step {
            return Vec::new();
        }
        let set_ups = self.given.iter().enumerate().map(|(at, given)| {
            let id = if at == 0 { CREATE.into() } else { format!("{CREATE}{}", at + 1) };
            set_up(id, given.parameters.clone(), given.created)
        });
        set_ups.collect()
    }

    /// The longest time that a parameter says, in whole seconds.
    #[must_use]
    pub fn longest(&self, key: &str) -> Span {
        let all = self.given.iter();
        let all = all.filter_map(|one| one.parameters.get(key)?.as_count());
        Span::seconds(all.max().unwrap_or(0))
    }

    /// The name of the only mapping. A case that tells of one and gives none means one from
    /// its only source.
    fn only(&mut self, place: &str, sources: &[Source]) -> Result<String, Unsupported> {
        if let ([], [source]) = (&self.given[..], sources) {
            let mut parameters = vec![
                ("EventSourceArn".to_string(), Value::text(&source.arn)),
                ("FunctionName".into(), Value::text("fn")),
            ];
            if source.visibility.is_none() {
                let position = Value::text("TRIM_HORIZON");
                parameters.push(("StartingPosition".into(), position));
            }
            let parameters = Value::Object(parameters);
            self.given.push(Given { parameters, created: None });
        }
        match &self.given[..] {
            [one] => Ok(name_of(&one.parameters)),
            [] | [_, ..] => unsupported(format!("{place}: which mapping?")),
        }
    }
}

/// How the simulator names a mapping that was made with these parameters.
fn name_of(parameters: &Value) -> String {
    let end = |key: &str| {
        let name = parameters.get(key).and_then(Value::as_text).unwrap_or_default();
        name.to_string()
    };
    let source = end("EventSourceArn");
    let source = source.rsplit([':', '/']).next().unwrap_or_default();
    let function = end("FunctionName");
    let function = function.split(':').next().unwrap_or_default();
    format!("{source}-to-{function}")
}

fn set_up(id: String, parameters: Value, created: Option<Instant>) -> Step {
    Step {
        id,
        operation: Operation::CreateEventSourceMapping,
        parameters,
        when: created.map_or(When::SetUp, When::At),
        times: 1,
        role: Role::SetUp,
    }
}

/// Reads one mapping or a list of them.
///
/// # Errors
/// Names what is not supported.
pub fn read_all(
    place: &str,
    value: &Value,
    sources: &[Source],
    services: &mut Services,
) -> Result<Mappings, Unsupported> {
    let given = match value {
        Value::List(items) => items.clone(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => vec![value.clone()],
    };
    let mut mappings = Mappings::default();
    for (at, one) in given.iter().enumerate() {
        let mut members = Members::of(format!("{place}[{at}]"), one)?;
        let created = members.read("createdAt", instant)?;
        let parameters = creation(&mut members, sources, services)?;
        members.finish()?;
        mappings.given.push(Given { parameters, created });
    }
    Ok(mappings)
}

/// The parameters of a creation.
fn creation(
    members: &mut Members<'_>,
    sources: &[Source],
    services: &mut Services,
) -> Result<Value, Unsupported> {
    let function = members.read("function", text)?;
    let name = members.read("FunctionName", text)?.or(function).unwrap_or("fn");
    let source = members.read("source", text)?;
    let arn = members.read("EventSourceArn", text)?.map(own_account);
    let arn = match (arn, source, sources) {
        (Some(arn), ..) => arn,
        (None, Some(target), _) => {
            let name = target.split_once(':').map_or(target, |(_, name)| name);
            match sources.iter().find(|source| source.name == name) {
                Some(source) => source.arn.clone(),
                None => {
                    services.add_target(target)?;
                    target_arn_of(target)?
                }
            }
        }
        (None, None, [source, ..]) => source.arn.clone(),
        (None, None, []) => return unsupported(members.place("source")),
    };
    let mut parameters = vec![
        ("EventSourceArn".to_string(), Value::Text(arn)),
        ("FunctionName".into(), Value::text(name)),
    ];
    parameters.extend(settings(members, services)?);
    Ok(Value::Object(parameters))
}

/// An ARN with the account that every ARN of the simulator has.
fn own_account(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", "aws", service, _, _, name] => {
            format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{name}")
        }
        _ => arn.into(),
    }
}

/// What a creation or an update sets.
fn settings(
    members: &mut Members<'_>,
    services: &mut Services,
) -> Result<Vec<(String, Value)>, Unsupported> {
    let mut parameters = Vec::new();
    for key in SAME {
        if let Some(value) = members.take(key) {
            check_inside(&members.place(key), key, value)?;
            parameters.push((key.to_string(), value.clone()));
        }
    }
    if let Some(criteria) = members.read("FilterCriteria", filters)? {
        parameters.push(("FilterCriteria".into(), criteria));
    }
    let config = members.read("DestinationConfig", |place, value| {
        let mut members = Members::of(place, value)?;
        let target = members.read("OnFailure", text)?.map(ToString::to_string);
        members.finish()?;
        Ok(target)
    })?;
    if let Some(target) = config.flatten() {
        services.add_target(&target)?;
        let arn = Value::Text(target_arn_of(&target)?);
        let side = Value::object([("Destination", arn)]);
        parameters
            .push(("DestinationConfig".into(), Value::object([("OnFailure", side)])));
    }
    Ok(parameters)
}

/// What stands inside a parameter has to be known.
fn check_inside(place: &str, key: &str, value: &Value) -> Result<(), Unsupported> {
    let known: &[&str] = match key {
        "ScalingConfig" => &["MaximumConcurrency"],
        "ProvisionedPollerConfig" => &["MinimumPollers", "MaximumPollers"],
        "MetricsConfig" => &["Metrics"],
        _ => return Ok(()),
    };
    let mut members = Members::of(place, value)?;
    for key in known {
        members.take(key);
    }
    members.finish()
}

/// Filters: a pattern as an object, or as the literal text of one.
fn filters(place: &str, value: &Value) -> Result<Value, Unsupported> {
    let mut members = Members::of(place, value)?;
    let given = members.read("Filters", list)?.unwrap_or_default();
    members.finish()?;
    let mut filters = Vec::new();
    for (at, filter) in given.iter().enumerate() {
        let mut members = Members::of(format!("{place}.Filters[{at}]"), filter)?;
        let pattern = members.take("Pattern").cloned();
        let literal = members.read("PatternText", text)?;
        members.finish()?;
        // What is no JSON is a pattern of text, which is none either.
        let read =
            |text: &str| json::read_value(text).unwrap_or_else(|_| Value::text(text));
        let pattern = pattern.or(literal.map(read)).unwrap_or_default();
        filters.push(Value::object([("Pattern", pattern)]));
    }
    Ok(Value::object([("Filters", Value::List(filters))]))
}

/// The parameters of a step about mappings, and a call that has to come before it.
///
/// # Errors
/// Names what is not supported.
pub fn step(
    operation: Operation,
    mut members: Members<'_>,
    precondition: Option<&str>,
    around: &mut Around<'_>,
) -> Result<(Value, Option<Step>), Unsupported> {
    let Around { sources, mappings, services, before: _ } = around;
    let sources = &sources.all;
    let place = members.place("UUID");
    if operation == Operation::CreateEventSourceMapping {
        let is_set_up = members.is_empty() && !mappings.given.is_empty();
        let parameters = match &mappings.given[..] {
            [one] if is_set_up => {
                mappings.by_step = true;
                one.parameters.clone()
            }
            _ => creation(&mut members, sources, services)?,
        };
        members.finish()?;
        let before = precondition.map(|_| {
            let id = format!("before {}", name_of(&parameters));
            set_up(id, parameters.clone(), None)
        });
        if mappings.given.is_empty() {
            mappings.given.push(Given { parameters: parameters.clone(), created: None });
            mappings.by_step = true;
        }
        return Ok((parameters, before));
    }
    if precondition.is_some() {
        return unsupported(members.place("precondition"));
    }
    let mut parameters = Vec::new();
    if operation == Operation::ListEventSourceMappings {
        for key in ["FunctionName", "EventSourceArn"] {
            if let Some(value) = members.take(key) {
                parameters.push((key.to_string(), value.clone()));
            }
        }
        members.finish()?;
        return Ok((Value::Object(parameters), None));
    }
    let uuid = match members.read("UUID", text)? {
        Some("<uuid:unknown>") => UNKNOWN.to_string(),
        Some(other) if other.starts_with('<') => return unsupported(place),
        Some(other) => other.into(),
        None => mappings.only(&place, sources)?,
    };
    parameters.push(("UUID".to_string(), Value::Text(uuid)));
    if operation == Operation::UpdateEventSourceMapping {
        let function = members.read("function", text)?;
        let name = members.read("FunctionName", text)?.or(function);
        parameters
            .extend(name.map(|name| ("FunctionName".to_string(), Value::text(name))));
        parameters.extend(settings(&mut members, services)?);
    }
    members.finish()?;
    Ok((Value::Object(parameters), None))
}
