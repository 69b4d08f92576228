//! Expected numbers: runs, concurrency, and CloudWatch's metrics.

use lambdarium_sim::mapping::Metrics;
use lambdarium_sim::scenario::Act;
use lambdarium_sim::trace::{Condition, Ending};
use lambdarium_sim::value::Value;

use super::Comparison;
use crate::case::{Members, Unsupported, count, unsupported};
use crate::observe::{Finished, Ran};

/// Compares the number of runs, in all or function by function.
pub fn invocations(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let all = on.observed.runs.len() as u64;
    match by_function(on, expected) {
        Some(names) => {
            let mut members = Members::of("expect.invocationCount", expected)?;
            for name in names {
                let expected =
                    members.take(&name).expect("it is a name of these members");
                let got = on.observed.runs.iter();
                let got = got.filter(|run| on.is_of(run, &name)).count() as u64;
                number(on, &format!("invocationCount.{name}"), expected, got)?;
            }
            members.finish()
        }
        None => number(on, "invocationCount", expected, all),
    }
}

/// The functions named, if an object names functions and nothing else.
fn by_function(on: &Comparison<'_>, expected: &Value) -> Option<Vec<String>> {
    let Value::Object(members) = expected else { return None };
    let functions = on.played.recording.plan().functions();
    let known = |name: &str| functions.iter().any(|function| function.name() == name);
    let names: Vec<String> = members.iter().map(|(name, _)| name.clone()).collect();
    (!names.is_empty() && names.iter().all(|name| known(name))).then_some(names)
}

/// Compares the most runs at once.
pub fn concurrency(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    if on.setting.is_occupied() {
        return unsupported("expect.maxConcurrency beside given.occupied");
    }
    let got = on.observed.most_at_once(|_| true);
    match expected {
        Value::Number(_) if !on.exact => {
            let most = Value::object([("max", expected.clone())]);
            number(on, "maxConcurrency", &most, got)
        }
        expected => number(on, "maxConcurrency", expected, got),
    }
}

/// Compares metrics as CloudWatch defines them, summed over all functions.
pub fn metrics(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    for (name, expected) in Members::of("expect.metrics", expected)?.take_all() {
        let place = format!("metrics.{name}");
        let runs = &on.observed.runs;
        let all = |counts: fn(&Ran) -> bool| runs.iter().filter(|r| counts(r)).count();
        let most = |counts: &dyn Fn(&Ran) -> bool| {
            if on.setting.is_occupied() {
                return unsupported(format!("expect.{place} beside given.occupied"));
            }
            Ok(on.observed.most_at_once(counts))
        };
        let got = match name {
            "Invocations" => runs.len() as u64,
            "Errors" => {
                all(|run| run.ending.is_some_and(|e| e != Ending::Succeeded)) as u64
            }
            "Throttles" => on.observed.throttled.len() as u64,
            "AsyncEventsReceived" => on.observed.accepted.len() as u64,
            "AsyncEventsDropped" => {
                let finished = on.observed.finished.iter();
                let given_up = |f: &&Finished| f.condition != Condition::Success;
                finished.filter(given_up).count() as u64
            }
            "DeadLetterErrors" => on.observed.undelivered_letters,
            "DestinationDeliveryFailures" => on.observed.undelivered_records,
            "RecursiveInvocationsDropped" => {
                let finished = on.observed.finished.iter();
                let stopped =
                    |f: &&Finished| f.condition == Condition::RecursiveInvocation;
                finished.filter(stopped).count() as u64
            }
            "ConcurrentExecutions" => most(&|_| true)?,
            "UnreservedConcurrentExecutions" => {
                let plan = on.played.recording.plan();
                if on.played.recording.run().acts.iter().any(changes_reservation) {
                    return unsupported(format!(
                        "expect.{place} beside new reservations"
                    ));
                }
                most(&|run| plan.function(run.function).reserved().is_none())?
            }
            "ProvisionedConcurrentExecutions" => most(&|run| run.provisioned)?,
            "ProvisionedConcurrencyInvocations" => all(|run| run.provisioned) as u64,
            "ProvisionedConcurrencySpilloverInvocations" => on.observed.spilled,
            name => match of_mappings(on, name) {
                Some(got) => got,
                None => return unsupported(format!("expect.{place}")),
            },
        };
        number(on, &place, expected, got)?;
    }
    Ok(())
}

/// What CloudWatch counts of all mappings that are asked to be counted (ESM-13, ESM-14).
fn of_mappings(on: &Comparison<'_>, name: &str) -> Option<u64> {
    let count: fn(&Metrics) -> u64 = match name {
        "PolledEventCount" => |metrics| metrics.polled,
        "FilteredOutEventCount" => |metrics| metrics.filtered_out,
        "InvokedEventCount" => |metrics| metrics.invoked,
        "FailedInvokeEventCount" => |metrics| metrics.failed_invoke,
        "DeletedEventCount" => |metrics| metrics.deleted,
        "DroppedEventCount" => |metrics| metrics.dropped,
        "OnFailureDestinationDeliveredEventCount" => |metrics| metrics.delivered,
        _ => return None,
    };
    let recording = &on.played.recording;
    let mappings = recording.last_plan().mappings().iter();
    let mappings = mappings.zip(recording.head().world().mappings());
    let counted = mappings.filter(|(planned, _)| planned.spec().metrics);
    Some(counted.map(|(_, mapping)| count(&mapping.metrics())).sum())
}

fn changes_reservation(act: &Act) -> bool {
    ["PutFunctionConcurrency", "DeleteFunctionConcurrency"].contains(&&*act.operation)
}

/// A count, or a range it must lie in.
pub fn number(
    on: &mut Comparison<'_>,
    place: &str,
    expected: &Value,
    got: u64,
) -> Result<(), Unsupported> {
    if let Value::Number(_) = expected {
        let expected = count(&format!("expect.{place}"), expected)?;
        on.same(place, expected, got, ToString::to_string);
        return Ok(());
    }
    let mut members = Members::of(format!("expect.{place}"), expected)?;
    let least = members.read("min", count)?;
    let most = members.read("max", count)?;
    members.finish()?;
    if least.is_none() && most.is_none() {
        return unsupported(format!("expect.{place}: neither min nor max"));
    }
    let (least, most) = (least.unwrap_or(0), most.unwrap_or(u64::MAX));
    if !(least..=most).contains(&got) {
        let expected = match most {
            u64::MAX => format!("at least {least}"),
            most => format!("{least} to {most}"),
        };
        on.differ(place, expected, got.to_string());
    }
    Ok(())
}

impl Comparison<'_> {
    /// Whether a run is one of the function of this name.
    pub(super) fn is_of(&self, run: &Ran, name: &str) -> bool {
        self.played.recording.plan().function(run.function).name() == name
    }
}
