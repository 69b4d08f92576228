//! Plays a scenario to its end and sums it up.

use std::io::Write;

use lambdarium_format::json;

use super::summary::Summary;
use crate::args::RunArgs;
use crate::failure::Failure;
use crate::input::record;

/// Runs `lambdarium run`.
pub fn run(args: &RunArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let mut recording = record(&args.input, args.seed)?;
    let summary = Summary::of(&mut recording);
    if args.json {
        writeln!(out, "{}", json::write_value_compact(&summary.json()))?;
    } else {
        summary.write(out)?;
    }
    Ok(())
}
