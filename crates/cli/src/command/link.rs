//! Turns a scenario into a link, and a link into a scenario.

use std::io::Write;

use lambdarium_format::json;
use lambdarium_format::link::{Link, Source, moment_text};
use lambdarium_sim::plan::Plan;

use crate::args::LinkArgs;
use crate::failure::{Failure, note};
use crate::input::{Input, list, read};

/// Runs `lambdarium link`.
pub fn run(args: &LinkArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let Input { name, run, moment, is_link } = read(&args.input)?;
    let base = args.base.as_deref().unwrap_or_default();
    if is_link && (args.at.is_some() || args.base.is_some()) {
        let said = "--at and --base are for making a link, and this is one";
        return Err(Failure::Usage(said.into()));
    }
    if base.contains('#') {
        return Err(Failure::Usage("--base ends before its '#'".into()));
    }
    if is_link {
        write!(out, "{}", json::write(&run))?;
        if let Some(moment) = moment {
            note(&format!("The link's playhead stands at {}.", moment_text(moment)));
        }
        return Ok(());
    }
    Plan::check(&run).map_err(|issues| Failure::Wrong(list(&name, &issues)))?;
    let source = Some(Source::Run(Box::new(run)));
    let link = Link { source, moment: args.at, ..Link::default() };
    let fragment =
        link.fragment().map_err(|problem| Failure::Wrong(problem.to_string()))?;
    writeln!(out, "{base}#{fragment}")?;
    Ok(())
}
