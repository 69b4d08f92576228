//! The simulator's own act: what goes wrong with a function from an instant on.
//!
//! No call to AWS makes code fail, so this one does not pretend to be one: its name says
//! whose it is. It changes what the code does, not its settings: no environment is
//! replaced, and a version that was published stays the version it was.
//! Units: durations in seconds, as in AWS's calls; chances from 0 to 1.
//! Rules: SIM-04.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Reply;
use super::names::FunctionName;
use super::operations::{Answer, Desk, out_of_range};
use crate::id::FunctionId;
use crate::knob::Choices;
use crate::lambda::behaviour::{Condition, Failure, Fault, Operator};
use crate::limits;
use crate::rule::Rule;
use crate::time::Span;
use crate::value::Value;

/// What stands among the parameters besides the names.
const KEYS: [&str; 7] =
    ["FunctionName", "Qualifier", "Fails", "Chance", "When", "Duration", "ErrorType"];
/// Longest path into a payload, in bytes.
const PATH_MAX: usize = 256;

impl Desk<'_, '_> {
    /// From now on this goes wrong and nothing else; without `Fails`, nothing does. It is
    /// about every version, unless one is named.
    pub(super) fn set_fault(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        let faults: Vec<Fault> = fault(with)
            .map_err(|(key, allowed)| out_of_range(key, &allowed, Rule::Sim04))?
            .into_iter()
            .collect();
        let only = match name.qualifier {
            Some(_) => Some(self.version(id, name)?),
            None => None,
        };
        let word = faults.first().map_or("", |fault| fault.failure.word());
        let function = Rc::make_mut(self.plan).function_mut(id);
        for (at, version) in function.versions.iter_mut().enumerate() {
            if only.is_none_or(|only| usize::from(only.0) == at) {
                Rc::make_mut(&mut version.spec).behaviour.faults.clone_from(&faults);
            }
            // Or `PublishVersion` would take this for an update of $LATEST (VER-04).
            if only.is_none() {
                Rc::make_mut(&mut version.source).behaviour.faults.clone_from(&faults);
            }
        }
        Ok(Some((Reply::ok(200, [("Fails", Value::text(word))]), Rule::Sim04)))
    }
}

/// What is wrong with the parameters of this act: the key it is about, and what is allowed.
/// In a run that is a fact; whoever types them is told before there is one.
#[must_use]
pub fn wrong_fault(with: &Value) -> Option<(String, String)> {
    let (key, allowed) = fault(with).err()?;
    let unknown = match with {
        Value::Object(members) => {
            members.iter().map(|(key, _)| key).find(|key| !KEYS.contains(&key.as_str()))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => None,
    };
    Some((unknown.cloned().unwrap_or_else(|| key.to_string()), allowed))
}

/// Either a fault or none, or the parameter that is wrong and what is allowed there.
fn fault(with: &Value) -> Result<Option<Fault>, (&'static str, String)> {
    let allowed = |words: &[&str]| ["one of ", &words.join(", ")].concat();
    if let Value::Object(members) = with
        && members.iter().any(|(key, _)| !KEYS.contains(&key.as_str()))
    {
        return Err(("parameters", allowed(&KEYS)));
    }
    let Some(fails) = with.get("Fails") else { return Ok(None) };
    let failure = fails.as_text().and_then(Failure::from_word);
    let failure = failure.ok_or_else(|| ("Fails", allowed(Failure::WORDS)))?;
    let mut fault = Fault::always(failure);
    if let Some(chance) = with.get("Chance") {
        let chance = chance.scaled(6).filter(|ppm| *ppm <= 1_000_000);
        fault.when.chance_ppm = chance.ok_or_else(|| ("Chance", "0 to 1".to_string()))?;
    }
    if let Some(duration) = with.get("Duration") {
        let span = duration.scaled(6).map(Span);
        let span = span.filter(|span| *span <= limits::RUN_SPAN_MAX);
        let allowed = || ("Duration", "seconds, up to 86400".to_string());
        fault.duration = Some(span.ok_or_else(allowed)?);
    }
    if let Some(word) = with.get("ErrorType") {
        let word = word.as_text().filter(|word| word.len() <= limits::TEXT_MAX);
        fault.error_type = word.ok_or_else(|| ("ErrorType", "text".to_string()))?.into();
    }
    if let Some(when) = with.get("When") {
        let allowed = || {
            let allowed = "an object with Path, Value and, if it is not =, Is";
            ("When", allowed.to_string())
        };
        fault.when.payload = Some(condition(when).ok_or_else(allowed)?);
    }
    Ok(Some(fault))
}

fn condition(when: &Value) -> Option<Condition> {
    let path = when.get("Path")?.as_text().filter(|path| path.len() <= PATH_MAX)?;
    let operator = match when.get("Is") {
        None => Operator::Equals,
        Some(word) => Choices::from_word(word.as_text()?)?,
    };
    let value = when.get("Value")?.clone();
    Some(Condition { path: path.into(), operator, value })
}
