//! Explains a rule: its sentence, how we know, where it is used.

use std::io::{self, Write};

use lambdarium_format::report;
use lambdarium_sim::caller::Kind;
use lambdarium_sim::knob::{Knob, Knobs, shown};
use lambdarium_sim::lambda::{Shared, Spec, event_invoke};
use lambdarium_sim::mapping::{self, stream::spec::Assumptions};
use lambdarium_sim::record::Recording;
use lambdarium_sim::release::routing::{PREDEFINED, PREFIX};
use lambdarium_sim::release::{alarm, spec};
use lambdarium_sim::rule::{Confidence, NOT_SIMULATED, Rule};
use lambdarium_sim::scenario::Settings;
use lambdarium_sim::service;
use lambdarium_sim::time::Span;
use lambdarium_sim::with_caller_spec;

use crate::failure::Failure;
use crate::input::record;

/// Explains the rule with this id and where a run has used it, or lists all rules.
pub fn run(
    id: Option<&str>,
    used_in: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Some(id) = id else { return Ok(list(out)?) };
    let rule = Rule::from_id(id).ok_or_else(|| Failure::Wrong(unknown(id)))?;
    explain(rule, out)?;
    if let Some(input) = used_in {
        uses(rule, &record(input, None)?, out)?;
    }
    Ok(())
}

/// The entries of a trace that cite a rule.
fn uses(rule: Rule, recording: &Recording, out: &mut dyn Write) -> io::Result<()> {
    let (plan, log) = (recording.last_plan(), recording.log());
    let count = log.iter().filter(|entry| entry.rule == rule).count();
    writeln!(out, "Entries of this run that cite it: {count}")?;
    for (number, entry) in (0..).zip(log.iter()) {
        if entry.rule == rule {
            writeln!(out, "{}", report::line(plan, log, number))?;
        }
    }
    Ok(())
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    for rule in Rule::ALL {
        let known = rule.confidence().word();
        writeln!(out, "{:<8} {known:<10} {}", rule.id(), rule.sentence())?;
    }
    Ok(())
}

fn explain(rule: Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{rule}: {}", rule.sentence())?;
    let confidence = rule.confidence();
    let how = match confidence {
        Confidence::Documented(_) => "Documented by AWS",
        Confidence::Observed(_) => "Observed",
        Confidence::Assumed(_) => "Assumed",
    };
    writeln!(out, "{how}: {}", confidence.source())?;
    for setting in settings(rule) {
        writeln!(out, "Setting {setting}")?;
    }
    if rule == Rule::Cd10 {
        configurations(out)?;
    }
    if let Some((_, why)) = NOT_SIMULATED.iter().find(|(other, _)| *other == rule) {
        writeln!(out, "Not simulated: {why}.")?;
    }
    Ok(())
}

/// How each predefined configuration shifts traffic: minutes and percent of its steps.
fn configurations(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "| DeploymentConfigName (`{PREFIX}` +) | (t min, new weight %) | 100 % at | \
         invocations on new version before 100 %, at 1/s |\n| --- | --- | --- | --- |"
    )?;
    for (name, routing) in PREDEFINED {
        let minutes = |span: Span| span.0 / Span::MINUTE.0;
        let steps = routing.shifts();
        let steps =
            steps.map(|step| format!("({},{})", minutes(step.after), step.percent));
        let steps = steps.collect::<Vec<_>>().join(" ");
        let all = minutes(routing.shifting());
        // Each step but the last serves its share until the next one.
        let shares = routing.shifts().filter(|step| step.percent < 100);
        let seconds = u64::from(routing.interval()) * 60;
        let new: u64 = shares.map(|step| u64::from(step.percent) * seconds / 100).sum();
        let of = if all == 0 { "0".into() } else { format!("{new} of {}", all * 60) };
        writeln!(out, "| {name} | {steps} | {all} | {of} |")?;
    }
    Ok(())
}

/// The settings that a rule names, with their place, default and meaning.
fn settings(rule: Rule) -> Vec<String> {
    let mut found = Vec::new();
    cited(rule, "settings", &Settings::default(), &mut found);
    cited(rule, "functions.*", &Spec::default(), &mut found);
    cited(rule, "functions.*", &Shared::default(), &mut found);
    cited(rule, "functions.*.async", &event_invoke::Spec::default(), &mut found);
    cited(rule, "services.*", &service::Spec::default(), &mut found);
    cited(rule, "mappings.*", &mapping::Spec::default(), &mut found);
    cited(rule, "settings", &Assumptions::default(), &mut found);
    cited(rule, "alarms.*", &alarm::Spec::default(), &mut found);
    cited(rule, "deployment-groups.*", &spec::Spec::default(), &mut found);
    for kind in Kind::all() {
        let place = format!("callers.* ({})", kind.card().key);
        with_caller_spec!(&kind, spec => cited(rule, &place, spec, &mut found));
    }
    found
}

fn cited<S: Knobs>(rule: Rule, place: &str, usual: &S, found: &mut Vec<String>) {
    let line = |knob: &Knob<S>| {
        let Knob { key, help, .. } = knob;
        let (usual, allowed) = (shown(knob, &(knob.get)(usual)), knob.kind.allowed());
        let usual = if usual.is_empty() { "nothing".into() } else { usual };
        format!("{place}.{key}: {help} {allowed}; {usual} by default.")
    };
    found.extend(S::KNOBS.iter().filter(|knob| knob.rule == rule).map(line));
}

/// What to say of an id that no rule has.
fn unknown(id: &str) -> String {
    let near = near(id);
    if near.is_empty() {
        return format!(
            "There is no rule {id:?}. `lambdarium explain` lists all of them."
        );
    }
    let near = near.into_iter().map(Rule::id).collect::<Vec<_>>().join(", ");
    format!("There is no rule {id:?}. Near it are: {near}.")
}

/// The rules whose ids look most like what was typed, if they look like it at all.
fn near(id: &str) -> Vec<Rule> {
    const FARTHEST: usize = 1;
    let typed = plain(id);
    let distance = |rule: &Rule| strsim::damerau_levenshtein(&typed, &plain(rule.id()));
    let nearest = Rule::ALL.iter().map(distance).min().unwrap_or(usize::MAX);
    let near = Rule::ALL.iter().copied().filter(|rule| distance(rule) == nearest);
    if nearest <= FARTHEST { near.collect() } else { Vec::new() }
}

/// Letters and numbers alone: `con 6` is `CON-06`.
fn plain(id: &str) -> String {
    let (letters, digits): (String, String) = id
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .partition(char::is_ascii_alphabetic);
    format!("{}{}", letters.to_ascii_uppercase(), digits.trim_start_matches('0'))
}
