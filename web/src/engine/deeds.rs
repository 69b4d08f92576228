//! What can be done to a function or service at the playhead, and which acts that makes.
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
use lambdarium_sim::service::Service;
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;

use sent::Parameters;

mod release;
mod sent;

choices! {
    /// What can be done.
    Deed {
        /// One request, as whoever usually sends it does.
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
        /// The newest version is deployed.
        Deploy "Deploy the newest version",
        /// The deployment under way is stopped.
        StopDeployment "Stop the deployment",
        /// The alarm goes off.
        Ring "Ring the alarm",
        /// It is put back.
        Quiet "Set it to OK",
    }
}

/// Requests of a burst.
const BURST: usize = 10;
/// What can be done to a part, in words.
pub(super) fn to_function() -> Vec<String> {
    // What is meant for groups and alarms comes last.
    let words = Deed::WORDS[..Deed::Deploy as usize].iter();
    words.map(ToString::to_string).collect()
}

/// The same of a deployment group.
pub(super) fn to_group() -> Vec<String> {
    [Deed::Deploy, Deed::StopDeployment].map(|deed| deed.word().to_string()).into()
}

/// The same of an alarm.
pub(super) fn to_alarm() -> Vec<String> {
    [Deed::Ring, Deed::Quiet].map(|deed| deed.word().to_string()).into()
}

/// The same of a service: something is sent to it, if anything can be.
pub(super) fn to_service(service: &Service) -> Vec<String> {
    let deeds = [Deed::SendOne, Deed::SendBurst];
    let deeds = deeds.iter().filter(|_| sent::to_service(service, None).is_some());
    deeds.map(|deed| deed.word().to_string()).collect()
}

/// The run with what somebody does to a part at an instant; `deployment` is the one that is
/// under way then, if the part is a deployment group.
pub(super) fn done(
    run: &Run,
    deed: &str,
    part: &str,
    at: Instant,
    deployment: Option<&str>,
) -> Edited {
    let Some(deed) = Deed::from_word(deed) else { return Ok(run.clone()) };
    let function = run.scenario.functions.iter().find(|drawn| drawn.name == part);
    let service = run.scenario.services.iter().find(|drawn| drawn.name == part);
    let sent = service.and_then(|service| sent::to_service(service, None));
    let meant = function
        .and_then(|function| meant(run, deed, function))
        .or(sent.map(|sent| (sent.operation, sent.parameters)))
        .or_else(|| release::meant(run, deed, part, deployment));
    let Some((operation, parameters)) = meant else { return Ok(run.clone()) };
    let count = if deed == Deed::SendBurst { BURST } else { 1 };
    (0..count).try_fold(run.clone(), |run, _| {
        let parameters = Value::Object(parameters.clone());
        edit::add_act(&run, Act { at, operation: operation.word().into(), parameters })
    })
}

fn meant(run: &Run, deed: Deed, function: &Function) -> Option<(Operation, Parameters)> {
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
    Some(match deed {
        Deed::SendOne | Deed::SendBurst => {
            let sent = sent::to_function(run, function);
            (sent.operation, sent.parameters)
        }
        Deed::Fail => fails(Failure::Throws, "", Value::Null),
        Deed::FailSometimes => {
            fails(Failure::Throws, "Chance", Value::Number("0.5".into()))
        }
        Deed::FailThese => {
            fails(Failure::Throws, "When", sent::to_function(run, function).some())
        }
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
        // Nobody is offered these for a function.
        Deed::Deploy | Deed::StopDeployment | Deed::Ring | Deed::Quiet => return None,
    })
}

#[cfg(test)]
mod tests;
