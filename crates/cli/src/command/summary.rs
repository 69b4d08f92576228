//! What has come of a run: fates of calls, CloudWatch's metrics, cost, and why it ended.
//!
//! The JSON form is documented in the package's README; its members are only ever added
//! to. Metrics carry CloudWatch's names and units: durations are milliseconds.

use std::io::{self, Write};

use lambdarium_format::report;
use lambdarium_format::unit::{clock, decimal};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Moment, Span};
use lambdarium_sim::trace::{Outcome, Stop};
use lambdarium_sim::value::Value;
use lambdarium_sim::view::{
    CallerView, Fates, Frame, FunctionView, Look, Metrics, frame,
};

use super::table::Table;

/// A run summed up at its end.
#[derive(Debug)]
pub struct Summary {
    title: String,
    seed: u64,
    end_us: u64,
    stop: Stop,
    steps: u32,
    fingerprint: u64,
    frame: Frame,
}

impl Summary {
    /// Sums up a recording that is complete.
    pub fn of(recording: &mut Recording) -> Self {
        let progress = recording.progress();
        let end = Moment::end_of(progress.reached);
        let look = Look { moment: end, glide: Span::ZERO, tokens_max: 0 };
        Self {
            title: recording.run().scenario.title.clone(),
            seed: recording.run().seed,
            end_us: progress.reached.0,
            stop: progress.stop.expect("the recording is complete"),
            steps: progress.steps,
            fingerprint: report::fingerprint(recording),
            frame: frame(recording, &look),
        }
    }

    /// The cost of all functions, in millionths of a US dollar.
    fn micro_usd(&self) -> u64 {
        self.frame.functions.iter().map(|function| function.micro_usd).sum()
    }

    /// Writes it for people.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.title.is_empty() {
            writeln!(out, "{}\n", self.title)?;
        }
        let end = clock(lambdarium_sim::time::Instant(self.end_us));
        writeln!(
            out,
            "{end} s simulated with seed {} in {} steps; the trace has {} entries.",
            self.seed, self.steps, self.frame.entries
        )?;
        writeln!(out, "It ended because {}.\n", self.stop.word())?;
        writeln!(out, "{}", equation(&self.frame.fates))?;
        for table in [callers, functions, provisioned, events] {
            table(&self.frame).write(out)?;
        }
        writeln!(out, "\nCost: {} USD.", decimal_places(self.micro_usd(), 6))
    }

    /// The same as one JSON object.
    pub fn json(&self) -> Value {
        let Fates {
            entered,
            succeeded,
            failed,
            throttled,
            refused,
            timed_out,
            dead_lettered,
            at_destination,
            lost,
            running,
            waiting,
            twice,
        } = self.frame.fates;
        let fates = numbers([
            ("entered", entered),
            ("succeeded", succeeded),
            ("failed", failed),
            ("throttled", throttled),
            ("refused", refused),
            ("timed_out", timed_out),
            ("dead_lettered", dead_lettered),
            ("at_destination", at_destination),
            ("lost", lost),
            ("running", running),
            ("waiting", waiting),
            ("twice", twice),
        ]);
        let callers = self.frame.callers.iter().map(caller_json).collect();
        let functions = self.frame.functions.iter().map(function_json).collect();
        Value::object([
            ("title", Value::text(&self.title)),
            ("seed", Value::number(self.seed)),
            ("end_us", Value::number(self.end_us)),
            ("stop", Value::text(stop_key(self.stop))),
            ("steps", Value::number(self.steps.into())),
            ("entries", Value::number(self.frame.entries.into())),
            ("fingerprint", Value::Text(format!("{:016x}", self.fingerprint))),
            ("fates", fates),
            ("callers", Value::List(callers)),
            ("functions", Value::List(functions)),
            ("cost_micro_usd", Value::number(self.micro_usd())),
        ])
    }
}

/// Why a run ended, in one word.
const fn stop_key(stop: Stop) -> &'static str {
    match stop {
        Stop::Until => "until",
        Stop::Quiet => "quiet",
        Stop::Steps => "steps",
        Stop::Entries => "entries",
    }
}

/// What has become of all calls; the parts always sum to the whole.
fn equation(fates: &Fates) -> String {
    let Fates { entered, succeeded, failed, throttled, .. } = fates;
    let Fates { refused, timed_out, running, waiting, .. } = fates;
    let Fates { dead_lettered, at_destination, lost, twice, .. } = fates;
    let mut words = format!(
        "{entered} calls = {succeeded} succeeded + {failed} failed + {throttled} throttled \
         + {refused} refused + {timed_out} timed out + {running} running + {waiting} waiting"
    );
    let of_events = [
        (dead_lettered, "dead-lettered"),
        (at_destination, "at a failure destination"),
        (lost, "lost silently"),
    ];
    for (count, word) in of_events.into_iter().filter(|(count, _)| **count > 0) {
        words += &format!(" + {count} {word}");
    }
    if *twice > 0 {
        words += &format!("\n{twice} of those that succeeded did so twice");
    }
    words
}

fn callers(frame: &Frame) -> Table {
    let head = [
        "caller",
        "kind",
        "calls",
        "made",
        "ok",
        "failed",
        "throttled",
        "refused",
        "timed out",
        "accepted",
        "running",
        "waiting",
    ];
    let mut table = Table::new(3, &head);
    for caller in &frame.callers {
        let CallerView { name, kind_name, target, .. } = caller;
        let mut row = vec![name.clone(), kind_name.clone(), target.clone()];
        let under_way = [caller.waiting, caller.backing_off].map(u64::from);
        let counts = [caller.made].into_iter().chain(caller.ended).chain(under_way);
        row.extend(counts.map(|count| count.to_string()));
        table.row(row);
    }
    table
}

fn functions(frame: &Frame) -> Table {
    let head = [
        "function",
        "Invocations",
        "Errors",
        "Throttles",
        "Duration avg ms",
        "Duration max ms",
        "ConcurrentExecutions max",
        "cold starts",
        "cost USD",
    ];
    let mut table = Table::new(1, &head);
    for function in &frame.functions {
        let metrics = &function.metrics;
        let average = metrics.duration_us.checked_div(metrics.duration_count);
        table.row(vec![
            function.name.clone(),
            metrics.invocations.to_string(),
            metrics.errors.to_string(),
            metrics.throttles.to_string(),
            average.map_or("-".into(), |us| decimal_places(us, 3)),
            decimal_places(metrics.duration_max_us, 3),
            metrics.concurrent_max.to_string(),
            metrics.cold_starts.to_string(),
            decimal_places(function.micro_usd, 6),
        ]);
    }
    table
}

/// Asynchronous events, of the functions that have had some.
fn events(frame: &Frame) -> Table {
    let head = [
        "function",
        "AsyncEventsReceived",
        "AsyncEventsDropped",
        "AsyncEventAge max s",
        "DeadLetterErrors",
        "DestinationDeliveryFailures",
        "RecursiveInvocationsDropped",
    ];
    let mut table = Table::new(1, &head);
    for function in &frame.functions {
        let metrics = &function.metrics;
        if metrics.async_received == 0 {
            continue;
        }
        table.row(vec![
            function.name.clone(),
            metrics.async_received.to_string(),
            metrics.async_dropped.to_string(),
            decimal_places(metrics.async_age_max_us, 6),
            metrics.dead_letter_errors.to_string(),
            metrics.destination_failures.to_string(),
            metrics.recursive_dropped.to_string(),
        ]);
    }
    table
}

/// Provisioned concurrency, of the functions that have used it.
fn provisioned(frame: &Frame) -> Table {
    let head = ["function", "provisioned", "Invocations", "Spillover", "max"];
    let mut table = Table::new(1, &head);
    for function in &frame.functions {
        let metrics = &function.metrics;
        if function.provisioned > 0 || metrics.provisioned_invocations > 0 {
            table.row(vec![
                function.name.clone(),
                function.provisioned.to_string(),
                metrics.provisioned_invocations.to_string(),
                metrics.spillovers.to_string(),
                metrics.provisioned_max.to_string(),
            ]);
        }
    }
    table
}

fn caller_json(caller: &CallerView) -> Value {
    let ended = |outcome: Outcome| Value::number(caller.ended[outcome as usize]);
    Value::object([
        ("name", Value::text(&caller.name)),
        ("kind", Value::text(&caller.kind)),
        ("calls", Value::text(&caller.target)),
        ("made", Value::number(caller.made)),
        ("succeeded", ended(Outcome::Ok)),
        ("failed", ended(Outcome::FunctionError)),
        ("throttled", ended(Outcome::Throttled)),
        ("refused", ended(Outcome::Refused)),
        ("timed_out", ended(Outcome::TimedOut)),
        ("accepted", ended(Outcome::Accepted)),
        ("running", Value::number(caller.waiting.into())),
        ("waiting", Value::number(caller.backing_off.into())),
    ])
}

fn function_json(function: &FunctionView) -> Value {
    let Metrics {
        invocations,
        errors,
        throttles,
        duration_count,
        duration_us,
        duration_max_us,
        concurrent_max,
        provisioned_invocations,
        spillovers,
        provisioned_max,
        cold_starts,
        async_received,
        async_dropped,
        async_age_count,
        async_age_us,
        async_age_max_us,
        destination_failures,
        dead_letter_errors,
        recursive_dropped,
    } = function.metrics;
    let milliseconds = |us| Value::Number(decimal(us, 3));
    Value::object([
        ("name", Value::text(&function.name)),
        ("Invocations", Value::number(invocations)),
        ("Errors", Value::number(errors)),
        ("Throttles", Value::number(throttles)),
        ("DurationSampleCount", Value::number(duration_count)),
        ("DurationSum", milliseconds(duration_us)),
        ("DurationMaximum", milliseconds(duration_max_us)),
        ("ConcurrentExecutionsMaximum", Value::number(concurrent_max)),
        ("ProvisionedConcurrencyInvocations", Value::number(provisioned_invocations)),
        ("ProvisionedConcurrencySpilloverInvocations", Value::number(spillovers)),
        ("ProvisionedConcurrentExecutionsMaximum", Value::number(provisioned_max)),
        ("AsyncEventsReceived", Value::number(async_received)),
        ("AsyncEventsDropped", Value::number(async_dropped)),
        ("AsyncEventAgeSampleCount", Value::number(async_age_count)),
        ("AsyncEventAgeSum", milliseconds(async_age_us)),
        ("AsyncEventAgeMaximum", milliseconds(async_age_max_us)),
        ("DestinationDeliveryFailures", Value::number(destination_failures)),
        ("DeadLetterErrors", Value::number(dead_letter_errors)),
        ("RecursiveInvocationsDropped", Value::number(recursive_dropped)),
        ("cold_starts", Value::number(cold_starts)),
        ("cost_micro_usd", Value::number(function.micro_usd)),
    ])
}

fn numbers<const N: usize>(members: [(&str, u64); N]) -> Value {
    Value::object(members.map(|(key, number)| (key, Value::number(number))))
}

/// A number of which the last digits are decimals, all of them shown.
fn decimal_places(number: u64, digits: usize) -> String {
    let unit = 10_u64.pow(u32::try_from(digits).expect("a few"));
    format!("{}.{:0digits$}", number / unit, number % unit)
}
