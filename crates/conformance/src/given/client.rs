//! SDK clients of a case: their retry rules, and calls whose answers are given.

use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::sdk::{Jitter, RetryProfile, Spec};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::behaviour::{Failure, Fault};
use lambdarium_sim::lambda::{Function, behaviour};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};

use crate::case::{Members, Unsupported, count, list, seconds, text, unsupported};

/// Calls follow one another at this distance, which is longer than any of them takes: at
/// most 15 s of backoff, as every answer is instant.
const APART: Span = Span::seconds(20);
/// Most calls of a client.
const CALLS_MAX: usize = 2_000;

/// Reads the settings of a client.
///
/// # Errors
/// Names what is not supported.
pub fn read(place: &str, value: &Value) -> Result<Spec, Unsupported> {
    let mut members = Members::of(place, value)?;
    let mut spec = Spec::default();
    if let Some(word) = members.read("retry_profile", text)? {
        let Some(profile) = RetryProfile::from_word(word) else {
            return unsupported(format!("{place}.retry_profile: {word}"));
        };
        spec.profile = profile;
    }
    if let Some(jitter) = members.take("jitter") {
        (spec.jitter, spec.jitter_ppm) = read_jitter(&members.place("jitter"), jitter)?;
    }
    if let Some(bucket) = members.read("bucket", count)? {
        spec.bucket = bucket;
    }
    if let Some(timeout) = members.read("read_timeout_s", seconds)? {
        spec.read_timeout = Some(timeout);
    }
    members.finish()?;
    Ok(spec)
}

/// `full`, `none` (the whole delay), or a fixed share of it.
fn read_jitter(place: &str, value: &Value) -> Result<(Jitter, u64), Unsupported> {
    match (value.as_text(), value.scaled(6)) {
        (Some("full"), _) => Ok((Jitter::Full, 1_000_000)),
        (Some("none"), _) => Ok((Jitter::Fixed, 1_000_000)),
        (None, Some(ppm)) if ppm <= 1_000_000 => Ok((Jitter::Fixed, ppm)),
        (Some(_) | None, _) => unsupported(place),
    }
}

/// What the attempts of one call are answered with; the last answer repeats.
type Answers = Vec<Option<Failure>>;

/// Reads the calls of a client.
///
/// # Errors
/// Names what is not supported.
pub fn read_calls(place: &str, value: &Value) -> Result<Vec<Answers>, Unsupported> {
    let items = list(place, value)?;
    if items.is_empty() || items.len() > CALLS_MAX {
        return unsupported(format!("{place}: {} calls", items.len()));
    }
    let calls = items.iter().enumerate().map(|(at, item)| {
        let mut members = Members::of(format!("{place}[{at}]"), item)?;
        let place = members.place("answers");
        let answers = members.read("answers", list)?.unwrap_or_default();
        members.finish()?;
        if answers.is_empty() {
            return unsupported(format!("{place}: none"));
        }
        answers.iter().map(|answer| read_answer(&place, answer)).collect()
    });
    calls.collect()
}

fn read_answer(place: &str, value: &Value) -> Result<Option<Failure>, Unsupported> {
    match text(place, value)? {
        "ok" => Ok(None),
        "throttle" => Ok(Some(Failure::Throttled)),
        "error" => Ok(Some(Failure::ServiceException)),
        "function_error" => Ok(Some(Failure::Throws)),
        other => unsupported(format!("{place}: {other}")),
    }
}

/// Makes a function give its answers, call by call and attempt by attempt.
///
/// # Errors
/// If the function does something else already.
pub fn script(function: &mut Function, calls: &[Answers]) -> Result<(), Unsupported> {
    let behaviour = &mut function.spec.behaviour;
    let instant = behaviour::Draw::default();
    if !behaviour.faults.is_empty()
        || behaviour.init != instant
        || behaviour.duration != instant
        || function.shared.reserved.is_some()
    {
        return unsupported("given.calls of a function that does something else");
    }
    let mut first = 0;
    for alike in calls.chunk_by(|a, b| a == b) {
        let last = first + alike.len() as u64;
        for (at, answer) in alike[0].iter().enumerate() {
            let Some(failure) = answer else { continue };
            let attempt = at as u64 + 1;
            let repeats = at + 1 == alike[0].len();
            let mut fault = Fault::always(*failure);
            fault.when.calls = Some((first + 1, last));
            fault.when.attempts =
                Some((attempt, if repeats { u64::MAX } else { attempt }));
            behaviour.faults.push(fault);
        }
        first = last;
    }
    Ok(())
}

/// The client that makes the calls, one after the other.
pub fn caller(spec: Spec, function: &str, calls: usize) -> Caller {
    let times = (0..calls as u64).map(|at| Instant::START.plus(APART.times(at)));
    Caller {
        name: "client".into(),
        kind: Kind::Sdk(spec),
        target: function.into(),
        payload: Payload::default(),
        load: Load { pattern: Pattern::At(times.collect()), ..Load::default() },
    }
}
