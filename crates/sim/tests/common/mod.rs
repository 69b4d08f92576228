//! Small scenarios, put together in a few words, and what their recordings say.
#![allow(dead_code, reason = "each test program uses its own part")]

use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::{Caller, Kind, sdk};
use lambdarium_sim::lambda::behaviour::{Behaviour, Draw, Failure, Fault};
use lambdarium_sim::lambda::{Function, Provisioned, Spec, Version};
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::{Act, Run, Scenario};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::{Entry, Fact};
use lambdarium_sim::value::{Payload, Value};

/// A run of these parts, with everything else as AWS has it.
pub fn run<const F: usize, const C: usize>(
    functions: [Function; F],
    callers: [Caller; C],
) -> Run {
    let scenario = Scenario {
        functions: functions.into(),
        callers: callers.into(),
        ..Scenario::default()
    };
    Run { scenario, ..Run::default() }
}

/// A function that takes this long.
pub fn function(name: &str, duration: Span) -> Function {
    Function { name: name.into(), spec: spec(duration), ..Function::default() }
}

/// The settings of a function that takes this long and may.
pub fn spec(duration: Span) -> Spec {
    Spec {
        timeout: Span::seconds(900),
        behaviour: Behaviour { duration: Draw::Fixed(duration), ..Behaviour::default() },
        ..Spec::default()
    }
}

/// A function with one published version, the same as `$LATEST`, and so much provisioned
/// concurrency for it.
pub fn provisioned(name: &str, duration: Span, count: u64) -> Function {
    let spec = spec(duration);
    Function {
        name: name.into(),
        versions: vec![Version { number: 1, spec: spec.clone() }],
        provisioned: vec![Provisioned { qualifier: "1".into(), count }],
        spec,
        ..Function::default()
    }
}

/// A fault that always happens.
pub fn always(failure: Failure) -> Vec<Fault> {
    vec![Fault::always(failure)]
}

/// A caller of this kind that makes one call at the start.
pub fn caller(name: &str, kind: Kind, target: &str) -> Caller {
    Caller {
        name: name.into(),
        kind,
        target: target.into(),
        payload: Payload::default(),
        load: Load::default(),
    }
}

/// An SDK client that never tries again.
pub fn client(target: &str) -> Caller {
    let spec =
        sdk::Spec { profile: sdk::RetryProfile::None, ..longest(sdk::Jitter::Fixed) };
    caller("client", Kind::Sdk(spec), target)
}

/// An SDK client with its delays at their longest.
pub fn longest(jitter: sdk::Jitter) -> sdk::Spec {
    sdk::Spec { jitter, ..sdk::Spec::default() }
}

/// So many calls at one instant.
pub fn burst(count: u64, at: Span) -> Load {
    let start = Instant::START.plus(at);
    Load { pattern: Pattern::Burst { count }, start, ..Load::default() }
}

/// One call at each of these times.
pub fn at(times: &[Span]) -> Load {
    let times = times.iter().map(|time| Instant::START.plus(*time)).collect();
    Load { pattern: Pattern::At(times), ..Load::default() }
}

/// A call of AWS's interface.
pub fn act<const N: usize>(at: Span, operation: &str, with: [(&str, Value); N]) -> Act {
    Act {
        at: Instant::START.plus(at),
        operation: operation.into(),
        parameters: Value::object(with),
    }
}

/// A run played to its end.
pub fn record(run: Run) -> Recording {
    Recording::of(run).unwrap_or_else(|issues| panic!("{issues:#?}"))
}

/// All entries.
pub fn entries(recording: &Recording) -> Vec<Entry> {
    recording.log().iter().copied().collect()
}

/// The times, in milliseconds, of all facts of which `is` says so.
pub fn times(recording: &Recording, is: impl Fn(&Fact) -> bool) -> Vec<u64> {
    let found = recording.log().iter().filter(|entry| is(&entry.fact));
    found.map(|entry| entry.at.0 / 1_000).collect()
}

/// The rules cited by all facts of which `is` says so.
pub fn rules(recording: &Recording, is: impl Fn(&Fact) -> bool) -> Vec<Rule> {
    let found = recording.log().iter().filter(|entry| is(&entry.fact));
    found.map(|entry| entry.rule).collect()
}
