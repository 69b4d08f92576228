//! What can be done to a function at the playhead, and which acts that makes.
//!
//! All but what makes code go wrong are calls to AWS; no call to AWS could do that
//! (`Lambdarium:SetFault`).

use lambdarium_format::edit::{self, Edited};
use lambdarium_format::unit;
use lambdarium_sim::call::Operation;
use lambdarium_sim::choices;
use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::Failure;
use lambdarium_sim::scenario::{Act, Run};
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::{Payload, Value};

choices! {
    /// What can be done.
    Deed {
        /// One request, as its usual caller sends it.
        SendOne "Send one",
        /// Some at once.
        SendBurst "Send 10 at once",
        /// Every run fails.
        Fail "Make it fail",
        /// Half of the runs fail.
        FailSometimes "Fail half the time",
        /// Runs with a certain payload fail.
        FailThese "Fail only these",
        /// Every run takes longer.
        Slow "Make it slow",
        /// Nothing goes wrong any more.
        Mend "Put it right",
        /// Nothing may run.
        Throttle "Throttle",
        /// As much may run as before.
        Release "Let it run again",
        /// A version is published.
        Publish "Publish a version",
    }
}

/// Requests of a burst.
const BURST: usize = 10;
/// What requests are told apart by where their payload does not say.
const SOME: (&str, &str) = ("id", "3");

type Parameters = Vec<(String, Value)>;

/// The run with what somebody does to a function at an instant.
pub(super) fn done(run: &Run, deed: &str, function: &str, at: Instant) -> Edited {
    let place = Deed::WORDS.iter().position(|word| *word == deed);
    let deed = place.and_then(|place| Deed::from_place(u8::try_from(place).ok()?));
    let drawn = run.scenario.functions.iter().find(|drawn| drawn.name == function);
    let (Some(deed), Some(drawn)) = (deed, drawn) else { return Ok(run.clone()) };
    let (operation, parameters) = meant(run, deed, drawn);
    let count = if deed == Deed::SendBurst { BURST } else { 1 };
    (0..count).try_fold(run.clone(), |run, _| {
        let parameters = Value::Object(parameters.clone());
        edit::add_act(&run, Act { at, operation: operation.word().into(), parameters })
    })
}

fn meant(run: &Run, deed: Deed, function: &Function) -> (Operation, Parameters) {
    let named = |more: Parameters| {
        let name = ("FunctionName".to_string(), Value::text(&function.name));
        [name].into_iter().chain(more).collect()
    };
    let fails = |failure: Failure, key: &str, value: Value| {
        let fails = ("Fails".to_string(), Value::text(failure.word()));
        let more = (key.to_string(), value);
        let more = Some(more).filter(|(key, _)| !key.is_empty());
        (Operation::SetFault, named([fails].into_iter().chain(more).collect()))
    };
    let reserve = |units: u64| {
        let units = ("ReservedConcurrentExecutions".to_string(), Value::number(units));
        (Operation::PutFunctionConcurrency, named(vec![units]))
    };
    match deed {
        Deed::SendOne | Deed::SendBurst => (Operation::Invoke, sent(run, function)),
        Deed::Fail => fails(Failure::Throws, "", Value::Null),
        Deed::FailSometimes => {
            fails(Failure::Throws, "Chance", Value::Number("0.5".into()))
        }
        Deed::FailThese => fails(Failure::Throws, "When", some_of(&sent(run, function))),
        Deed::Slow => {
            let longer = unit::decimal(function.spec.timeout.0 / 2, 6);
            fails(Failure::Slow, "Duration", Value::Number(longer))
        }
        Deed::Mend => (Operation::SetFault, named(Vec::new())),
        Deed::Throttle => reserve(0),
        Deed::Release => match function.shared.reserved.filter(|units| *units > 0) {
            Some(units) => reserve(units),
            None => (Operation::DeleteFunctionConcurrency, named(Vec::new())),
        },
        Deed::Publish => (Operation::PublishVersion, named(Vec::new())),
    }
}

/// The parameters of a request as a function's usual caller sends it.
fn sent(run: &Run, function: &Function) -> Parameters {
    let is_this = |target: &str| {
        let (name, _) = target.split_once(':').unwrap_or((target, ""));
        name == function.name
    };
    let scenario = &run.scenario;
    let caller = scenario.callers.iter().find(|caller| is_this(&caller.target));
    let passes_on = scenario.services.iter().find_map(|service| {
        let outlet = service.outlets.iter().find(|outlet| is_this(&outlet.target))?;
        Some((&outlet.target, service.inlet.as_ref().map(|inlet| &inlet.payload)))
    });
    let (target, payload, later) = match (caller, passes_on) {
        (Some(caller), _) => {
            (&caller.target, Some(&caller.payload), caller.kind.is_asynchronous())
        }
        (None, Some((target, payload))) => (target, payload, true),
        // What no caller calls is told of things by other functions, or by nobody.
        (None, None) => (&function.name, None, is_told(run, &is_this)),
    };
    let mut parameters = vec![("FunctionName".to_string(), Value::text(target))];
    if later {
        parameters.push(("InvocationType".into(), Value::text("Event")));
    }
    // Of a payload that is only so large there is nothing to send.
    if let Some(Payload::Json(value)) = payload
        && *value != Value::Null
    {
        parameters.push(("Payload".into(), value.clone()));
    }
    parameters
}

/// Whether a function gets events from others.
fn is_told(run: &Run, is_this: &impl Fn(&str) -> bool) -> bool {
    run.scenario.functions.iter().any(|other| {
        let records = other.event_invoke.iter();
        let mut records =
            records.flat_map(|(_, spec)| [&spec.on_success, &spec.on_failure]);
        records.any(|target| is_this(target)) || is_this(&other.spec.behaviour.sends)
    })
}

/// By what some requests can be told from others: the first thing their payload says.
fn some_of(sent: &Parameters) -> Value {
    let payload = sent.iter().find(|(key, _)| key == "Payload");
    let said = match payload {
        Some((_, Value::Object(members))) => members.iter().find(|(_, value)| {
            matches!(value, Value::Number(_) | Value::Text(_) | Value::Bool(_))
        }),
        Some(_) | None => None,
    };
    let usual = (SOME.0.to_string(), Value::Number(SOME.1.into()));
    let (key, value) = said.unwrap_or(&usual);
    Value::object([("Path", Value::Text(["$.", key].concat())), ("Value", value.clone())])
}

#[cfg(test)]
mod tests;
