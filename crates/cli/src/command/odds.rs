//! Plays a scenario with many seeds and says how its ends are spread.

use std::io::Write;
use std::time::Instant as Clock;

use lambdarium_sim::odds::{Odds, Spread, odds, play};

use super::table::Table;
use crate::args::OddsArgs;
use crate::failure::Failure;
use crate::input::{Input, list, read};

/// Runs `lambdarium odds`.
pub fn run(args: &OddsArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let Input { name, mut run, .. } = read(&args.input)?;
    run.seed = args.seed.unwrap_or(run.seed);
    let began = Clock::now();
    let ends: Result<Vec<_>, _> =
        (0..args.seeds).map(|place| play(&run, place)).collect();
    let ends = ends.map_err(|issues| Failure::Wrong(list(&name, &issues)))?;
    let took = began.elapsed();
    let found = odds(&ends);
    let (first, last) = (ends.first(), ends.last());
    let seed = |end: Option<&lambdarium_sim::odds::Ended>| end.map_or(0, |end| end.seed);
    writeln!(
        out,
        "{name}: {} runs, seeds {} to {}",
        ends.len(),
        seed(first),
        seed(last)
    )?;
    write_measures(&found, out)?;
    for (group, releases) in run.scenario.groups.iter().zip(&found.releases) {
        let all = ends.len();
        writeln!(out)?;
        writeln!(out, "Deployments of {}:", group.name)?;
        for (count, what) in [
            (releases.alarmed, "stopped by an alarm"),
            (releases.succeeded, "succeeded"),
            (releases.otherwise, "ended otherwise"),
            (releases.open, "not ended, or none"),
        ] {
            if count > 0 {
                writeln!(out, "  {count} of {all} {what}")?;
            }
        }
        let Spread { low, median, high, .. } = releases.runs;
        writeln!(
            out,
            "  runs of the new version: {median} in half of them at most, {low} to {high} in nine of ten"
        )?;
    }
    if let Some(seed) = found.unlucky {
        writeln!(out)?;
        writeln!(out, "Most went wrong with seed {seed}.")?;
    }
    if args.time {
        writeln!(out, "It took {:.3} s.", took.as_secs_f64())?;
    }
    Ok(())
}

fn write_measures(found: &Odds, out: &mut dyn Write) -> Result<(), Failure> {
    let mut table = Table::new(1, &["", "least", "5 %", "median", "95 %", "most"]);
    for (measure, spread) in &found.measures {
        let Spread { least, low, median, high, most } = *spread;
        let numbers = [least, low, median, high, most].map(|number| number.to_string());
        let cells = [measure.word().to_string()].into_iter().chain(numbers);
        table.row(cells.collect());
    }
    table.write(out)?;
    Ok(())
}
