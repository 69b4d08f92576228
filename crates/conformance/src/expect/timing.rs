//! Expected times: of each step's runs, of a client's attempts, and what is billed.

use lambdarium_sim::id::{CallerId, Job, Origin};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::{Fact, Outcome, Room};
use lambdarium_sim::value::Value;

use super::{Compare, Comparison, counts, events, release, shown, shown_span};
use crate::case::{Members, Unsupported, list, seconds, text, unsupported};
use crate::given::Work;
use crate::observe::Ran;

/// What the times of a case may be counted in.
const UNITS: [&str; 5] = [
    "s",
    "s since t = 0",
    "s since the call's first attempt",
    "s since acceptance",
    "s after the first",
];

/// Compares times.
pub fn compare(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let mut members = Members::of("expect.timing", expected)?;
    let calls = members.take("calls");
    let steps = members.take("perStep");
    let billed = members.take("billedMs");
    let ages = members.take("eventAges");
    let done = members.take("attemptsDoneAtSeconds");
    let gaps = members.take("nominalGapsSeconds");
    let second = members.read("secondInvocationNotBefore", seconds)?;
    let reached = members.take("expectedOnNewVersion");
    let (of, within) = (members.take("ofRequests"), members.take("inFirstSeconds"));
    if let Some(unit) = members.read("unit", text)?
        && !UNITS.contains(&unit)
    {
        return unsupported(format!("expect.timing.unit: {unit}"));
    }
    members.finish()?;
    if let Some(least) = second {
        compare_second(on, least);
    }
    if let Some(reached) = reached {
        release::reached(on, reached, of, within)?;
    }
    if let Some(calls) = calls {
        compare_calls(on, calls)?;
    }
    if let Some(steps) = steps {
        for (id, expected) in Members::of("expect.timing.perStep", steps)?.take_all() {
            compare_step(on, id, expected)?;
        }
    }
    if let Some(billed) = billed {
        compare_billed(on, billed)?;
    }
    for (expected, compare) in [
        (ages, events::ages as Compare),
        (done, events::attempts_done),
        (gaps, events::gaps),
    ] {
        if let Some(expected) = expected {
            compare(on, expected)?;
        }
    }
    Ok(())
}

/// The second run starts no earlier than so long after the first.
fn compare_second(on: &mut Comparison<'_>, least: Span) {
    let mut starts: Vec<Span> = on.observed.runs.iter().map(|run| run.start).collect();
    starts.sort_unstable();
    let got = match starts[..] {
        [first, second, ..] => Some(Span(second.0 - first.0)),
        [] | [_] => None,
    };
    if got.is_none_or(|got| got < least) {
        let got = got.map_or_else(|| "no second run".into(), shown_span);
        on.differ("timing.secondInvocationNotBefore", shown_span(least), got);
    }
}

fn compare_step(
    on: &mut Comparison<'_>,
    id: &str,
    expected: &Value,
) -> Result<(), Unsupported> {
    let place = format!("timing.perStep.{id}");
    let origins = origins(on, id)?;
    let observed = on.observed;
    let is_mine = |job: Job| origins.binary_search(&job.origin).is_ok();
    let mine: Vec<&Ran> = observed.runs.iter().filter(|run| is_mine(run.job)).collect();
    let throttled = observed.throttled.iter().filter(|t| is_mine(t.job)).count() as u64;
    let count =
        |counts: fn(&Ran) -> bool| mine.iter().filter(|run| counts(run)).count() as u64;
    for (key, expected) in Members::of(format!("expect.{place}"), expected)?.take_all() {
        let place = format!("{place}.{key}");
        let got = match key {
            "started" => mine.len() as u64,
            "coldStarts" => count(|run| run.room == Room::Cold),
            "onProvisioned" => count(|run| run.provisioned),
            "throttled" => throttled,
            "startsAt" => {
                let starts = mine.iter().map(|run| run.start);
                times(on, &place, expected, starts.collect())?;
                continue;
            }
            "endsAt" => {
                let ends = mine.iter().filter_map(|run| run.end);
                times(on, &place, expected, ends.collect())?;
                continue;
            }
            _ => return unsupported(format!("expect.{place}")),
        };
        counts::number(on, &place, expected, got)?;
    }
    Ok(())
}

/// Who made the calls of a step.
fn origins(on: &Comparison<'_>, id: &str) -> Result<Vec<Origin>, Unsupported> {
    let steps = match &on.setting.work {
        Work::Steps(steps) => &steps[..],
        Work::Calls(_) => &[],
    };
    match steps.iter().position(|step| step.id == id) {
        Some(at) => Ok(on.played.senders[at].clone()),
        None => unsupported(format!("expect.timing: no step {id}")),
    }
}

/// The times at which something happened, each named once.
fn times(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &Value,
    mut got: Vec<Span>,
) -> Result<(), Unsupported> {
    let expected = list(&format!("expect.{place}"), expected)?;
    let expected = expected.iter().map(|time| seconds(&format!("expect.{place}"), time));
    let mut expected: Vec<Span> = expected.collect::<Result<_, _>>()?;
    expected.sort_unstable();
    got.sort_unstable();
    // A time that is named more than once counts every run that ends then.
    if !expected.windows(2).any(|two| two[0] == two[1]) {
        got.dedup();
    }
    on.same(place, expected, got, |times| shown_times(times));
    Ok(())
}

fn shown_times(times: &[Span]) -> String {
    let times: Vec<String> = times.iter().map(|time| shown_span(*time)).collect();
    format!("[{}]", times.join(","))
}

/// One call of a client, from its first attempt to its answer.
#[derive(Default)]
struct Call {
    attempts: Vec<Instant>,
    end: Option<Instant>,
    outcome: Option<Outcome>,
    bucket: u64,
}

fn compare_calls(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let Work::Calls(made) = on.setting.work else {
        return unsupported("expect.timing.calls without given.calls");
    };
    let expected = list("expect.timing.calls", expected)?;
    let callers = on.played.recording.plan().callers();
    let client = callers.iter().position(|caller| caller.name() == "client");
    let client = client.and_then(|at| u16::try_from(at).ok()).map(CallerId);
    let calls = observed_calls(on, client);
    if expected.len() != made {
        let got = format!("{made} calls");
        on.differ("timing.calls", format!("{} calls", expected.len()), got);
        return Ok(());
    }
    for (at, (expected, call)) in expected.iter().zip(&calls).enumerate() {
        compare_call(on, &format!("timing.calls[{at}]"), expected, call)?;
    }
    Ok(())
}

fn observed_calls(on: &Comparison<'_>, client: Option<CallerId>) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for entry in on.played.recording.log().iter() {
        let Some(Job { origin: Origin::Caller(id), call }) = entry.job else { continue };
        if Some(id) != client {
            continue;
        }
        let at = call as usize - 1;
        if calls.len() <= at {
            calls.resize_with(at + 1, Call::default);
        }
        if matches!(entry.fact, Fact::Called | Fact::Retried { .. }) {
            calls[at].attempts.push(entry.at);
        } else if let Fact::Answered { outcome, bucket, .. } = entry.fact {
            calls[at].end = Some(entry.at);
            calls[at].outcome = Some(outcome);
            calls[at].bucket = bucket.into();
        }
    }
    calls
}

fn compare_call(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &Value,
    call: &Call,
) -> Result<(), Unsupported> {
    let mut members = Members::of(format!("expect.{place}"), expected)?;
    let first = call.attempts.first().copied().unwrap_or_default();
    if let Some(attempts) = members.take("attemptsAt") {
        let got = call.attempts.iter().map(|at| at.since(first)).collect();
        times(on, &format!("{place}.attemptsAt"), attempts, got)?;
    }
    if let Some(end) = members.read("endsAt", seconds)? {
        let got = call.end.map(|end| end.since(first));
        on.same(format!("{place}.endsAt"), Some(end), got, |end| {
            end.map_or_else(|| "no end".into(), shown_span)
        });
    }
    if let Some(result) = members.read("result", text)? {
        let got: &[&str] = match call.outcome {
            Some(Outcome::Ok | Outcome::Accepted) => &["ok"],
            Some(Outcome::FunctionError) => &["function_error"],
            // An SDK raises both as errors.
            Some(Outcome::Throttled) => &["throttle", "error"],
            Some(Outcome::Refused) => &["error"],
            Some(Outcome::TimedOut) => &["timeout", "error"],
            None => &["no answer"],
        };
        if !got.contains(&result) {
            on.differ(format!("{place}.result"), result, got[0]);
        }
    }
    if let Some(bucket) = members.take("bucketAfter") {
        let client = on.setting.client.as_ref();
        let throttle = lambdarium_sim::caller::sdk::Trouble::Throttle;
        let quota = client.is_some_and(|client| client.profile.cost(throttle).is_some());
        match bucket {
            Value::Null if !quota => {}
            bucket => {
                let place = format!("{place}.bucketAfter");
                counts::number(on, &place, bucket, call.bucket)?;
            }
        }
    }
    members.finish()
}

/// Billed milliseconds, of all runs by their start, or of the runs of each step.
fn compare_billed(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let observed = on.observed;
    let billed = |runs: &[&Ran]| {
        Value::List(runs.iter().map(|run| Value::number(run.billed_ms)).collect())
    };
    match expected {
        Value::List(_) => {
            let mut runs: Vec<&Ran> = observed.runs.iter().collect();
            runs.sort_by_key(|run| run.start);
            same_numbers(on, "timing.billedMs", expected, &billed(&runs));
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => {
            for (id, expected) in
                Members::of("expect.timing.billedMs", expected)?.take_all()
            {
                let origins = origins(on, id)?;
                let mine = observed.runs.iter();
                let mine =
                    mine.filter(|run| origins.binary_search(&run.job.origin).is_ok());
                let got = billed(&mine.collect::<Vec<_>>());
                let one = Value::List(vec![expected.clone()]);
                let expected =
                    if matches!(expected, Value::List(_)) { expected } else { &one };
                same_numbers(on, &format!("timing.billedMs.{id}"), expected, &got);
            }
        }
    }
    Ok(())
}

fn same_numbers(on: &mut Comparison<'_>, place: &str, expected: &Value, got: &Value) {
    let same = crate::placeholder::matches(expected, got, &mut Default::default());
    if same != Ok(true) {
        on.differ(place, shown(expected), shown(got));
    }
}
