//! Measures a workload and checks what came out of it.
//!
//! Words come first; the last line is one JSON object. Times are of the event loop alone.

use std::io::Write;
use std::time::Instant;

use cpu_time::ProcessTime;
use lambdarium::bench::one_function::{self, Case, Outcome, plain, simulated};
use lambdarium::bench::{Reading, Workload, hold, pipeline, time};
use lambdarium_format::json;
use lambdarium_sim::value::Value;

use crate::args::{How, Letter, Pipeline, Trace, Workload as Asked};
use crate::failure::Failure;

/// Runs `lambdarium bench`.
pub fn run(workload: &Asked, out: &mut dyn Write) -> Result<(), Failure> {
    match workload {
        Asked::W1 { pending, pops, how } => w1(*pending, *pops, how, out),
        Asked::W2 { case, arrivals, seed, how } => {
            w2(case_of(*case), *arrivals, *seed, how, out)
        }
        Asked::W3 { case, records, how } => {
            let case = match case {
                Pipeline::A => pipeline::Case::Stream,
                Pipeline::B => pipeline::Case::Queue,
            };
            w3(case, *records, how, out)
        }
    }
}

const fn case_of(letter: Letter) -> &'static Case {
    let [a, b, c, d] = &one_function::CASES;
    match letter {
        Letter::A => a,
        Letter::B => b,
        Letter::C => c,
        Letter::D => d,
    }
}

/// Measures with the clocks of this machine.
fn measure<W: Workload>(mut work: W) -> (W::Outcome, Reading) {
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    time(&mut work, || Reading {
        seconds: wall.elapsed().as_secs_f64(),
        cpu_seconds: Some(cpu.elapsed().as_secs_f64()),
    })
}

fn w1(pending: u32, pops: u64, how: &How, out: &mut dyn Write) -> Result<(), Failure> {
    let before = peak_bytes();
    let make = if how.yardstick { hold::Hold::plain } else { hold::Hold::own };
    let work = make(pending, pops);
    let bytes = work.bytes_per_pending();
    let (outcome, passed) = measure(work);
    let grown = peak_bytes().zip(before).map(|(after, before)| after - before);
    let what = if how.yardstick { "std::collections::BinaryHeap" } else { "the queue" };
    writeln!(out, "W1, {what}: {pending} events pending, {pops} taken.")?;
    if how.trace == Trace::Full {
        writeln!(out, "W1 drives the queue alone; there is no trace to keep.")?;
    }
    say_rate(pops, passed, out)?;
    let report = Value::object([
        ("workload", Value::text("w1")),
        ("yardstick", Value::Bool(how.yardstick)),
        ("trace", Value::text("off")),
        ("pending", Value::number(pending.into())),
        ("events", Value::number(pops)),
        ("seconds", float(passed.seconds)),
        ("cpu_seconds", passed.cpu_seconds.map_or(Value::Null, float)),
        ("checksum", Value::number(outcome.checksum.into())),
        ("t_last", Value::number(outcome.last)),
        ("pending_max", Value::number(pending.into())),
        ("bytes_per_pending", Value::number(bytes as u64)),
        (
            "peak_bytes_per_pending",
            grown.map_or(Value::Null, |bytes| Value::number(bytes / u64::from(pending))),
        ),
    ]);
    let known = hold::EXPECTED.iter().find(|(known, _)| *known == pending);
    let expected = known.filter(|_| pops == hold::POPS).map(|(_, expected)| *expected);
    let right = expected.is_none_or(|expected| expected == outcome);
    if let Some(hold::Outcome { checksum, last }) = expected {
        let verdict = if right { "as it must be" } else { "WRONG" };
        writeln!(out, "Checksum {checksum} and last time {last}: {verdict}.")?;
    }
    finish(&report, right, out)
}

fn w2(
    case: &Case,
    arrivals: u32,
    seed: u64,
    how: &How,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let (bytes, (outcome, passed)) = match (how.yardstick, how.trace) {
        (true, _) => {
            let work = plain::OneFunction::new(case, arrivals, seed);
            (plain::BYTES_PER_PENDING, measure(work))
        }
        (false, trace) => {
            let make = match trace {
                Trace::Off => simulated::OneFunction::untraced,
                Trace::Full => simulated::OneFunction::recorded,
            };
            (simulated::BYTES_PER_PENDING, measure(make(case, arrivals, seed)))
        }
    };
    let trace = if how.yardstick { Trace::Off } else { how.trace };
    let what = kept_words(how.yardstick, trace);
    writeln!(out, "W2 {}, {what}: {arrivals} arrivals, seed {seed}.", case.letter)?;
    if how.yardstick && how.trace == Trace::Full {
        writeln!(out, "The plain loop has no trace to keep.")?;
    }
    say_rate(outcome.events(), passed, out)?;
    let right = arrivals != one_function::ARRIVALS || say_checks(case, &outcome, out)?;
    let mut report = w2_report(case, seed, &outcome, passed);
    let trace = match trace {
        Trace::Off => "off",
        Trace::Full => "full",
    };
    report.splice(
        1..1,
        [
            ("yardstick".into(), Value::Bool(how.yardstick)),
            ("trace".into(), Value::text(trace)),
        ],
    );
    report.push(("bytes_per_pending".into(), Value::number(bytes as u64)));
    finish(&Value::Object(report), right, out)
}

fn w2_report(
    case: &Case,
    seed: u64,
    outcome: &Outcome,
    passed: Reading,
) -> Vec<(String, Value)> {
    let members = [
        ("workload", Value::text("w2")),
        ("case", Value::Text(case.letter.into())),
        ("seed", Value::number(seed)),
        ("events", Value::number(outcome.events())),
        ("seconds", float(passed.seconds)),
        ("cpu_seconds", passed.cpu_seconds.map_or(Value::Null, float)),
        ("arrivals", Value::number(outcome.arrivals)),
        ("cold", Value::number(outcome.cold)),
        ("throttled", Value::number(outcome.throttled)),
        ("p_cold", float(outcome.p_cold())),
        ("p_reject", float(outcome.p_reject())),
        ("mean_running", float(outcome.mean_running())),
        ("mean_instances", float(outcome.mean_instances())),
        ("expired", Value::number(outcome.expired)),
        ("pending_max", Value::number(outcome.pending_max as u64)),
    ];
    members.map(|(key, value)| (key.to_string(), value)).to_vec()
}

fn w3(
    case: pipeline::Case,
    records: u32,
    how: &How,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    use pipeline::{Case, plain, simulated};
    let (bytes, (outcome, passed)) = match (how.yardstick, how.trace) {
        (true, _) => {
            let work = plain::Pipeline::new(case, records);
            (plain::Pipeline::bytes_per_pending(case), measure(work))
        }
        (false, trace) => {
            let make = match trace {
                Trace::Off => simulated::Pipeline::untraced,
                Trace::Full => simulated::Pipeline::recorded,
            };
            (simulated::BYTES_PER_PENDING, measure(make(case, records)))
        }
    };
    let trace = if how.yardstick { Trace::Off } else { how.trace };
    let (letter, from) = match case {
        Case::Stream => ("a", "a stream"),
        Case::Queue => ("b", "a queue"),
    };
    let what = kept_words(how.yardstick, trace);
    writeln!(out, "W3 {letter}, {what}: {records} records of {from}.")?;
    if how.yardstick && how.trace == Trace::Full {
        writeln!(out, "The plain loop has no trace to keep.")?;
    }
    say_rate(records.into(), passed, out)?;
    let right = records != pipeline::RECORDS || outcome.is_right(case);
    if records == pipeline::RECORDS {
        let verdict = if right { "as it must be" } else { "WRONG" };
        writeln!(out, "What comes out is {verdict}.")?;
    }
    let trace = match trace {
        Trace::Off => "off",
        Trace::Full => "full",
    };
    let report = Value::object([
        ("workload", Value::text("w3")),
        ("yardstick", Value::Bool(how.yardstick)),
        ("trace", Value::text(trace)),
        ("case", Value::text(letter)),
        ("events", Value::number(records.into())),
        ("seconds", float(passed.seconds)),
        ("cpu_seconds", passed.cpu_seconds.map_or(Value::Null, float)),
        ("invocations", Value::number(outcome.invocations)),
        ("failed", Value::number(outcome.failed)),
        ("deliveries", Value::number(outcome.deliveries)),
        ("ok", Value::number(outcome.ok)),
        ("dlq", Value::number(outcome.dlq)),
        ("makespan_ms", Value::number(outcome.makespan_ms)),
        ("digest", Value::Text(format!("{:016x}", outcome.digest))),
        ("pending_max", Value::number(outcome.pending_max as u64)),
        ("bytes_per_pending", Value::number(bytes as u64)),
        ("peak_bytes", peak_bytes().map_or(Value::Null, Value::number)),
    ]);
    finish(&report, right, out)
}

/// What is measured, in words.
const fn kept_words(yardstick: bool, trace: Trace) -> &'static str {
    match (yardstick, trace) {
        (true, _) => "a plain loop",
        (false, Trace::Off) => "the simulator, trace off",
        (false, Trace::Full) => "the simulator, full trace",
    }
}

fn say_rate(events: u64, passed: Reading, out: &mut dyn Write) -> Result<(), Failure> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let nanoseconds = passed.seconds * 1e9 / events as f64;
    let Reading { seconds, .. } = passed;
    writeln!(out, "{events} events in {seconds:.3} s, {nanoseconds:.1} ns each.")?;
    Ok(())
}

/// Says each statistic beside what it must be; `false` if one is not.
fn say_checks(
    case: &Case,
    outcome: &Outcome,
    out: &mut dyn Write,
) -> Result<bool, Failure> {
    let checks = case.expected.checks(outcome);
    for check in checks {
        let verdict = if check.holds() { "as it must be" } else { "WRONG" };
        let one_function::Within { value, by } = check.expected;
        let one_function::Check { name, found, .. } = check;
        writeln!(out, "{name} is {found:.6}, {value} ± {by} expected: {verdict}.")?;
    }
    Ok(checks.iter().all(one_function::Check::holds))
}

fn finish(report: &Value, right: bool, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}", json::write_value_compact(report))?;
    if right { Ok(()) } else { Err(Failure::Told) }
}

/// The shortest text that is read as the same number.
fn float(number: f64) -> Value {
    Value::Number(format!("{number}"))
}

/// The most memory this program has had, where the platform tells.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1_024)
}
