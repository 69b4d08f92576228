//! Reading a run from wherever it comes, and saying what is wrong with it.

use lambdarium_format::json;
use lambdarium_format::link::{self, Link};
use lambdarium_sim::knob::Issue;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::Moment;

use crate::gallery::{FIRST, names_source};
use crate::message::{IssueText, Refusal, Source};

#[derive(Default)]
pub(super) struct Read {
    pub(super) run: Run,
    pub(super) address: String,
    pub(super) moment: Option<Moment>,
    pub(super) selection: Option<String>,
    pub(super) problems: Vec<String>,
}

/// Reads a run from wherever it comes; the text of a lesson is at hand, if there is one.
pub(super) fn read(source: Source, lesson: Option<&str>) -> Result<Read, Refusal> {
    match source {
        Source::Text(text) => {
            let run = json::read(&text).map_err(|issues| wrong(&issues))?;
            let address = link::payload(&run).map(|payload| format!("s={payload}"));
            let address = address.unwrap_or_default();
            Ok(Read { run, address, ..Read::default() })
        }
        Source::Link(fragment) => read_link(&fragment, lesson),
    }
}

/// Reads what the fragment of an address names; a lesson from its text.
pub(super) fn read_link(fragment: &str, lesson: Option<&str>) -> Result<Read, Refusal> {
    let Link { source, moment, selection, problems } = Link::read(fragment);
    let (run, address) = match source {
        Some(link::Source::Run(run)) => {
            // As it was given: the same run packed anew might be another text.
            let given = fragment.split('&').find(|pair| pair.starts_with("s="));
            (*run, given.unwrap_or_default().to_string())
        }
        Some(link::Source::Example(name)) => example(&name, lesson)?,
        Some(link::Source::File(address)) => {
            let text = format!(
                "This link names a file on {}. Files from other hosts are not fetched: \
                 download it there and open it here with Gallery, Open a file.",
                address.host()
            );
            return Err(Refusal { text, ..Refusal::default() });
        }
        None if names_source(fragment) => return Err(unreadable(&problems)),
        None => example(FIRST, lesson)?,
    };
    let problems = problems.iter().map(ToString::to_string).collect();
    Ok(Read { run, address, moment, selection, problems })
}

/// What is wrong with a link that should have opened something.
fn unreadable(problems: &[link::Problem]) -> Refusal {
    let mut told = Refusal::default();
    for problem in problems {
        let words = match problem {
            link::Problem::Issues(issues) => {
                told.issues = wrong(issues).issues;
                String::from("The scenario in this link cannot run.")
            }
            other => other.to_string(),
        };
        let space = if told.text.is_empty() { "" } else { " " };
        told.text = format!("{}{space}{words}", told.text);
    }
    told
}

/// The run of a lesson, and its address.
fn example(name: &str, lesson: Option<&str>) -> Result<(Run, String), Refusal> {
    let Some(lesson) = lesson else {
        let text =
            format!("There is no lesson called {name}. Choose one from the gallery.");
        return Err(Refusal { text, ..Refusal::default() });
    };
    let run = json::read(lesson).map_err(|issues| wrong(&issues))?;
    Ok((run, format!("e={name}")))
}

/// What is wrong with a scenario, as the page shows it.
pub(super) fn wrong(issues: &[Issue]) -> Refusal {
    Refusal {
        text: "This scenario cannot run.".into(),
        issues: issue_texts(issues),
        ..Refusal::default()
    }
}

pub(super) fn issue_texts(issues: &[Issue]) -> Vec<IssueText> {
    let issues = issues.iter().map(|issue| IssueText {
        place: issue.place.clone(),
        found: issue.found.clone(),
        allowed: issue.allowed.clone(),
        rule: issue.rule.id().into(),
    });
    issues.collect()
}
