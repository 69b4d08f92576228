//! Where a scenario comes from: a file, standard input, or a link.
//!
//! Whatever is read may be too large, no text, or wrong; all of it is told at once.

use std::fs::File;
use std::io::{self, Read};

use lambdarium_format::json;
use lambdarium_format::link::{Link, Problem, Source};
use lambdarium_sim::knob::Issue;
use lambdarium_sim::limits;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::Moment;

use crate::failure::{Failure, note};

/// What a command was given.
#[derive(Debug)]
pub struct Input {
    /// How it is named in what is said about it.
    pub name: String,
    /// The run it holds.
    pub run: Run,
    /// Where a link's playhead stands.
    pub moment: Option<Moment>,
    /// Whether it was a link.
    pub is_link: bool,
}

/// Reads a scenario file, standard input or a link.
pub fn read(input: &str) -> Result<Input, Failure> {
    if is_link(input) {
        return read_link(input);
    }
    let (name, run) = (name_of(input), read_file(input)?);
    let run = run.map_err(|issues| Failure::Wrong(list(&name, &issues)))?;
    Ok(Input { name, run, moment: None, is_link: false })
}

/// Reads a run and plays it to its end.
pub fn record(input: &str, seed: Option<u64>) -> Result<Recording, Failure> {
    let Input { name, mut run, .. } = read(input)?;
    run.seed = seed.unwrap_or(run.seed);
    Recording::of(run).map_err(|issues| Failure::Wrong(list(&name, &issues)))
}

/// Reads a scenario file or standard input; what is wrong with the text are issues.
fn read_file(input: &str) -> Result<Result<Run, Vec<Issue>>, Failure> {
    let bytes = match input {
        "-" => read_bounded(io::stdin().lock()),
        path => File::open(path).and_then(read_bounded),
    };
    let bytes = bytes.map_err(|error| Failure::File { name: name_of(input), error })?;
    let most = limits::SCENARIO_BYTES_MAX;
    if bytes.len() > most {
        let found = format!("more than {most} bytes");
        return Ok(Err(vec![whole(found, format!("at most {most} bytes"), Rule::Sim03)]));
    }
    let Ok(text) = String::from_utf8(bytes) else {
        let found = "bytes that are no UTF-8".into();
        return Ok(Err(vec![whole(found, "text".into(), Rule::Sim02)]));
    };
    Ok(json::read(&text))
}

/// Issues, a line each, with the name of what they are about.
pub fn list(name: &str, issues: &[Issue]) -> String {
    let lines = issues.iter().map(|issue| format!("{name}: {issue}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// How an input is named in what is said about it.
fn name_of(input: &str) -> String {
    if input == "-" { "standard input".into() } else { input.into() }
}

/// Addresses and fragments; a file of such a name may be given as `./s=…`.
fn is_link(input: &str) -> bool {
    let starts = ["#", "s=", "e=", "u=", "http://", "https://"];
    starts.iter().any(|start| input.starts_with(start))
}

fn read_link(text: &str) -> Result<Input, Failure> {
    let Link { source, moment, problems, .. } = Link::read(text);
    let mut said: Vec<String> =
        problems.iter().map(|problem| format!("link: {problem}")).collect();
    match source {
        Some(Source::Run(run)) => {
            // A wrong time does not keep anybody from the scenario.
            said.iter().for_each(|said| note(said));
            return Ok(Input { name: "link".into(), run: *run, moment, is_link: true });
        }
        Some(Source::Example(name)) => said.push(format!(
            "link: It opens the example {name} of the page's gallery. Give its file \
             instead, {name}.json."
        )),
        Some(Source::File(address)) => said.push(format!(
            "link: It opens a file at {}, and nothing is fetched from here. Save the file \
             and give its name.",
            address.host()
        )),
        None if said.is_empty() => said.push(format!("link: {}", Problem::NoPayload)),
        None => {}
    }
    Err(Failure::Wrong(said.join("\n")))
}

/// One byte more than allowed is enough to know.
fn read_bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(limits::SCENARIO_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn whole(found: String, allowed: String, rule: Rule) -> Issue {
    Issue { place: "text".into(), found, allowed, rule }
}
