//! Plays a scenario to its end and prints what happened, entry by entry.

use std::io::Write;

use lambdarium_format::report;
use lambdarium_sim::trace::Log;

use crate::args::TraceArgs;
use crate::failure::Failure;
use crate::input::record;

/// Runs `lambdarium trace`.
pub fn run(args: &TraceArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let recording = record(&args.input, args.seed)?;
    let (plan, log) = (recording.last_plan(), recording.log());
    if args.csv {
        writeln!(out, "{}", report::CSV_HEAD)?;
    }
    for number in first(log, args)..last(log, args) {
        let line = if args.csv {
            report::csv_line(plan, log, number)
        } else {
            report::line(plan, log, number)
        };
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The first entry at or after `--from`.
fn first(log: &Log, args: &TraceArgs) -> u32 {
    let Some(from) = args.from else { return 0 };
    // Without a step, all of the instant is meant.
    let step = if from.step == u32::MAX { 0 } else { from.step };
    let mut entries = (0..).zip(log.iter());
    let first = entries.find(|(_, entry)| (entry.at, entry.step) >= (from.at, step));
    first.map_or(log.len(), |(number, _)| number)
}

/// The number after the last entry at or before `--to`.
fn last(log: &Log, args: &TraceArgs) -> u32 {
    args.to.map_or(log.len(), |to| log.count_until(to))
}
