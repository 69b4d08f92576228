//! Functions of a case: what they do, as the simulator's own settings.

use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::behaviour::{
    Answer, Behaviour, Condition, Draw, Failure, Fault, On, Operator, PerRecord, Sum,
    Then,
};
use lambdarium_sim::lambda::{
    Alias, Function, Provisioned, RecursiveLoop, Routing, Spec, Version,
};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use super::script::{self, Script};
use crate::case::{
    Members, Unsupported, count, instant, list, seconds, switch, text, unsupported,
};

/// A timeout long enough, where a case names none.
pub const TIMEOUT: Span = Span::seconds(900);

/// A function of a case.
pub struct Given {
    /// As the simulator has it.
    pub function: Function,
    /// When the provisioned concurrency that was asked for at 0 is ready.
    pub ready_at: Option<Instant>,
    /// What each of its runs does, where they differ.
    pub script: Option<Script>,
}

/// Reads one function.
///
/// # Errors
/// Names what is not supported.
pub fn read(name: &str, value: &Value) -> Result<Given, Unsupported> {
    let mut members = Members::of(format!("given.functions.{name}"), value)?;
    members.take("note");
    let mut spec = Spec { timeout: TIMEOUT, ..Spec::default() };
    if let Some(timeout) = members.read("timeout", seconds)? {
        spec.timeout = timeout;
    }
    for (key, to) in
        [("deadLetter", &mut spec.dead_letter), ("sendsTo", &mut spec.behaviour.sends)]
    {
        if let Some(target) = members.read(key, text)? {
            *to = target.into();
        }
    }
    if let Some(config) = members.read("config", text)? {
        spec.environment = config.into();
    }
    if let Some(description) = members.read("description", text)? {
        spec.description = description.into();
    }
    let sends = std::mem::take(&mut spec.behaviour.sends);
    spec.behaviour = behaviour(&mut members, &mut spec.code)?;
    spec.behaviour.sends = sends;
    if matches!(spec.behaviour.duration, Draw::Fixed(body) if body > spec.timeout)
        && spec.timeout == TIMEOUT
    {
        return unsupported(format!("{}: longer than 900 s", members.place("sleeps")));
    }
    let reserved = members.read("reservedConcurrency", count)?;
    let loops = members.read("recursiveLoop", recursive_loop)?;
    let versions = members.read("versions", list)?.unwrap_or_default();
    let throws_on = members.read("throwsOnVersion", text)?;
    let versions = read_versions(&members.place("versions"), versions, &spec, throws_on)?;
    let aliases = members.read("aliases", read_aliases)?.unwrap_or_default();
    let provisioned = members.read("provisioned", read_provisioned)?.unwrap_or_default();
    let ready_at = members.read("provisionedReadyAt", instant)?;
    let mut script =
        members.read("script", |place, value| script::read(name, place, value))?;
    let Behaviour { answer, per_record, .. } = &spec.behaviour;
    let is_more = *answer != Answer::default() || per_record.is_some();
    if let Some(script) = script.as_mut().filter(|_| is_more) {
        script.go_back();
    }
    members.finish()?;
    let mut function = Function {
        name: name.into(),
        spec,
        versions,
        aliases,
        provisioned,
        ..Function::default()
    };
    function.shared.reserved = reserved;
    function.shared.recursive_loop = loops.unwrap_or(function.shared.recursive_loop);
    Ok(Given { function, ready_at, script })
}

fn behaviour(
    members: &mut Members<'_>,
    code: &mut String,
) -> Result<Behaviour, Unsupported> {
    let mut behaviour = Behaviour::default();
    if let Some(init) = members.read("initSeconds", seconds)? {
        behaviour.init = Draw::Fixed(init);
    }
    if let Some(duration) = members.read("sleeps", sleeps)? {
        behaviour.duration = duration;
    }
    behaviour.faults = faults(members)?;
    behaviour.per_record = members.read("perRecord", per_record)?;
    let place = members.place("returns");
    let mut answers = Vec::new();
    if members.read("returnsEmptyBody", switch)?.unwrap_or(false) {
        answers.push(Answer::Value(Value::text("")));
    }
    answers.extend(members.read("returns", returns)?);
    for (key, answer) in [
        ("echo", Answer::Echo),
        ("returnsVersion", Answer::Version),
        ("returnsInitializationType", Answer::InitializationType),
    ] {
        if members.read(key, switch)?.unwrap_or(false) {
            answers.push(answer);
        }
    }
    answers.extend(members.read("returnsBytes", count)?.map(Answer::Bytes));
    let sum = members.read("returnsRunningSum", text)?;
    answers.extend(sum.and_then(|path| Sum::new(path.into(), 0)).map(Answer::Sum));
    if let Some(id) = members.read("returnsCodeIdAndVersion", text)? {
        *code = id.into();
        answers.push(Answer::Context);
    }
    match (answers.pop(), answers.pop()) {
        (_, Some(_)) => return unsupported(format!("{place}: two answers")),
        (Some(answer), None) => behaviour.answer = answer,
        (None, None) => {}
    }
    Ok(behaviour)
}

fn sleeps(place: &str, value: &Value) -> Result<Draw, Unsupported> {
    if let Value::Number(_) = value {
        return seconds(place, value).map(Draw::Fixed);
    }
    let mut members = Members::of(place, value)?;
    let path = members.read("fromEvent", text)?;
    members.finish()?;
    match path {
        Some(path) => Ok(Draw::Payload { path: format!("$.{path}") }),
        None => unsupported(place),
    }
}

fn returns(place: &str, value: &Value) -> Result<Answer, Unsupported> {
    match value {
        Value::Text(text) if text == "<config it runs with>" => Ok(Answer::Environment),
        // Nobody sees the answer of a function that a mapping calls; what it counts is shown
        // by its runs.
        Value::Object(members)
            if matches!(&members[..], [(key, Value::Text(text))]
                if key == "count" && text == "<number of records>") =>
        {
            Ok(Answer::Value(value.clone()))
        }
        value => {
            without_placeholders(place, value)?;
            Ok(Answer::Value(value.clone()))
        }
    }
}

/// A value that is used as it is must not hold what only its reader understands.
pub fn without_placeholders(place: &str, value: &Value) -> Result<(), Unsupported> {
    match value {
        Value::Text(text) if text.starts_with('<') && text.ends_with('>') => {
            unsupported(format!("{place}: {text}"))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => Ok(()),
        Value::List(items) => {
            items.iter().try_for_each(|item| without_placeholders(place, item))
        }
        Value::Object(members) => {
            members.iter().try_for_each(|(_, member)| without_placeholders(place, member))
        }
    }
}

fn faults(members: &mut Members<'_>) -> Result<Vec<Fault>, Unsupported> {
    let mut faults = Vec::new();
    if let Some(Some(fault)) =
        members.read("initThrows", |p, v| thrown(p, v, Failure::FailsInit))?
    {
        faults.push(fault);
    }
    if let Some(Some(mut fault)) = members
        .read("initThrowsWhenProvisioned", |p, v| thrown(p, v, Failure::FailsInit))?
    {
        fault.when.on = On::Provisioned;
        faults.push(fault);
    }
    faults.extend(members.read("throwsIf", throws_if)?);
    if let Some(Some(fault)) =
        members.read("throws", |p, v| thrown(p, v, Failure::Throws))?
    {
        faults.push(fault);
    }
    if let Some(Some(fault)) = members.read("exitsProcess", exits)? {
        faults.push(fault);
    }
    Ok(faults)
}

/// What is thrown: an error, or just `true`.
///
/// # Errors
/// Names what is not supported.
pub fn thrown(
    place: &str,
    value: &Value,
    failure: Failure,
) -> Result<Option<Fault>, Unsupported> {
    let mut fault = Fault::always(failure);
    if let Value::Bool(on) = value {
        return Ok(on.then_some(fault));
    }
    let mut members = Members::of(place, value)?;
    error(&mut members, &mut fault)?;
    members.finish()?;
    Ok(Some(fault))
}

/// How the process exits: without a reason, or with a status.
fn exits(place: &str, value: &Value) -> Result<Option<Fault>, Unsupported> {
    let mut fault = Fault::always(Failure::Exits);
    if let Value::Bool(on) = value {
        return Ok(on.then_some(fault));
    }
    fault.exit_status = Some(count(place, value)?);
    Ok(Some(fault))
}

fn error(members: &mut Members<'_>, fault: &mut Fault) -> Result<(), Unsupported> {
    if let Some(kind) = members.read("errorType", text)? {
        fault.error_type = kind.into();
    }
    if let Some(message) = members.read("errorMessage", text)? {
        fault.error_message = message.into();
    }
    Ok(())
}

fn recursive_loop(place: &str, value: &Value) -> Result<RecursiveLoop, Unsupported> {
    match text(place, value)? {
        "Terminate" => Ok(RecursiveLoop::Terminate),
        "Allow" => Ok(RecursiveLoop::Allow),
        other => unsupported(format!("{place}: {other}")),
    }
}

/// What a handler does with each record of a batch.
fn per_record(place: &str, value: &Value) -> Result<PerRecord, Unsupported> {
    let mut members = Members::of(place, value)?;
    let fails_if = members.read("failIf", condition)?;
    let then = members.read("then", text)?.unwrap_or_default();
    members.finish()?;
    let then = match then {
        "throw" => Then::Throws,
        "report" => Then::Reports,
        "reportRest" => Then::ReportsRest,
        "reportGroup" => Then::ReportsGroup,
        other => return unsupported(format!("{place}.then: {other}")),
    };
    let Some(fails_if) = fails_if else { return unsupported(place) };
    Ok(PerRecord { fails_if, then, given: lambdarium_sim::Given::here() })
}

fn throws_if(place: &str, value: &Value) -> Result<Fault, Unsupported> {
    let mut fault = Fault::always(Failure::Throws);
    let mut members = Members::of(place, value)?;
    fault.when.payload = Some(read_condition(&mut members)?);
    error(&mut members, &mut fault)?;
    members.finish()?;
    Ok(fault)
}

fn condition(place: &str, value: &Value) -> Result<Condition, Unsupported> {
    let mut members = Members::of(place, value)?;
    let condition = read_condition(&mut members)?;
    members.finish()?;
    Ok(condition)
}

fn read_condition(members: &mut Members<'_>) -> Result<Condition, Unsupported> {
    let place = members.place("path");
    let path = members.read("path", text)?;
    let operator = members.read("op", text)?.unwrap_or("==");
    let value = members.take("value").cloned();
    let word = if operator == "==" { "=" } else { operator };
    let operator = Operator::from_word(word);
    let (Some(path), Some(operator), Some(value)) = (path, operator, value) else {
        return unsupported(place);
    };
    without_placeholders(&place, &value)?;
    Ok(Condition { path: format!("$.{path}"), operator, value })
}

/// Versions published before the case begins, all different, the last one as `$LATEST`.
fn read_versions(
    place: &str,
    versions: &[Value],
    latest: &Spec,
    throws_on: Option<&str>,
) -> Result<Vec<Version>, Unsupported> {
    let mut read = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        let name = text(place, version)?;
        let Ok(number) = name.parse::<u64>() else {
            return unsupported(format!("{place}: {name}"));
        };
        let mut spec = latest.clone();
        if at + 1 < versions.len() {
            spec.description = format!("version {number} of {}", versions.len());
        }
        if throws_on == Some(name) {
            spec.behaviour.faults.push(Fault::always(Failure::Throws));
        }
        read.push(Version { number, spec });
    }
    match throws_on {
        Some(on) if !read.iter().any(|version| version.number.to_string() == on) => {
            unsupported(format!("{place}: no version {on}"))
        }
        Some(_) | None => Ok(read),
    }
}

fn read_aliases(place: &str, value: &Value) -> Result<Vec<Alias>, Unsupported> {
    let aliases = Members::of(place, value)?
        .take_all()
        .into_iter()
        .map(|(name, value)| read_alias(&format!("{place}.{name}"), name, value));
    aliases.collect()
}

/// An alias: its version, or that with another that gets a share.
fn read_alias(place: &str, name: &str, value: &Value) -> Result<Alias, Unsupported> {
    let number = |value: &Value| match value.as_text() {
        Some("$LATEST") => Ok(0),
        other => match other.and_then(|text| text.parse().ok()) {
            Some(number) => Ok(number),
            None => unsupported(format!("{place}: {value:?}")),
        },
    };
    if value.as_text().is_some() {
        return Ok(Alias::to(name, number(value)?));
    }
    let mut members = Members::of(place, value)?;
    let Some(version) = members.take("FunctionVersion") else {
        return unsupported(members.place("FunctionVersion"));
    };
    let mut alias = Alias::to(name, number(version)?);
    let config = members.take("RoutingConfig");
    let weights = config.and_then(|config| config.get("AdditionalVersionWeights"));
    let weights = weights.or(members.take("AdditionalVersionWeights"));
    members.finish()?;
    let Some(Value::Object(entries)) = weights else { return Ok(alias) };
    for (version, weight) in entries {
        let ppm = weight.scaled(6).and_then(|ppm| u32::try_from(ppm).ok());
        let Some(weight_ppm) = ppm.filter(|_| alias.routing.is_none()) else {
            return unsupported(format!("{place}: weights"));
        };
        let version = number(&Value::text(version))?;
        let given = lambdarium_sim::Given::here();
        alias.routing = Some(Routing { version, weight_ppm, given });
    }
    Ok(alias)
}

fn read_provisioned(place: &str, value: &Value) -> Result<Vec<Provisioned>, Unsupported> {
    let all = Members::of(place, value)?.take_all().into_iter().map(|(name, value)| {
        let count = count(&format!("{place}.{name}"), value)?;
        Ok(Provisioned { qualifier: name.into(), count })
    });
    all.collect()
}
