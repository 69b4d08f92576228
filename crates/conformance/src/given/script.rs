//! Functions with a script: an answer for each of their runs, the last one again and
//! again.
//!
//! A run is told apart by when it starts: each line of a script counts from the start of
//! its run to that of the next. When runs start is only known once they were played, so
//! the times are found by playing, again and again until they stay.

use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::{Draw, Failure, Fault, When};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use super::function::thrown;
use super::is_of_occupant;
use crate::case::{Members, Unsupported, count, list, seconds, switch, unsupported};

/// Most lines of a script.
const LINES_MAX: usize = 30;

/// What one run does, if it differs from the others.
#[derive(Clone, Debug, Default)]
struct Line {
    sleeps: Option<Span>,
    fails: Option<Fault>,
}

/// The script of one function.
#[derive(Clone, Debug)]
pub struct Script {
    /// The function's name.
    pub function: String,
    lines: Vec<Line>,
}

/// Reads a script.
///
/// # Errors
/// Names what is not supported.
pub fn read(function: &str, place: &str, value: &Value) -> Result<Script, Unsupported> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, item) in list(place, value)?.iter().enumerate() {
        let mut members = Members::of(format!("{place}[{at}]"), item)?;
        let number = members.read("invocation", count)?;
        let number = number.unwrap_or(lines.len() as u64 + 1);
        let sleeps = members.read("sleeps", seconds)?;
        let throws = members.read("throws", |p, v| thrown(p, v, Failure::Throws))?;
        let exits = members.read("exitsProcess", switch)?.unwrap_or(false);
        members.finish()?;
        let exits = exits.then(|| Fault::always(Failure::Exits));
        let fails = throws.flatten().or(exits);
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        if number <= lines.len() || number > LINES_MAX {
            return unsupported(format!("{place}[{at}].invocation: {number}"));
        }
        lines.resize_with(number - 1, Line::default);
        lines.push(Line { sleeps, fails });
    }
    if lines.is_empty() {
        return unsupported(format!("{place}: no line"));
    }
    Ok(Script { function: function.into(), lines })
}

impl Script {
    /// When the lines change, from the starts of the runs there were, one line more than
    /// `known`: what comes behind a line depends on it.
    ///
    /// # Errors
    /// If two runs with different lines start at one instant.
    pub fn changes(
        &self,
        starts: &[Instant],
        known: usize,
    ) -> Result<Vec<Instant>, Unsupported> {
        let lines = self.lines.len().min(known + 2);
        let starts = &starts[..starts.len().min(lines)];
        if starts.windows(2).any(|two| two[0] == two[1]) {
            return unsupported("given.functions: a script for runs of one instant");
        }
        Ok(starts.iter().skip(1).copied().collect())
    }

    /// Makes a function follow its script, of which the lines change at these times.
    ///
    /// # Errors
    /// If it does something else besides.
    pub fn apply(
        &self,
        function: &mut Function,
        changes: &[Instant],
    ) -> Result<(), Unsupported> {
        let behaviour = &mut function.spec.behaviour;
        let sleeps = self.lines.iter().any(|line| line.sleeps.is_some());
        let busy = behaviour.duration != Draw::default();
        let versions = function.versions.iter().any(|v| !is_of_occupant(v.number));
        if !behaviour.faults.is_empty() || versions || sleeps && busy {
            return unsupported("given.functions: a script beside other behaviour");
        }
        for (at, line) in self.lines.iter().take(changes.len() + 1).enumerate() {
            let when = When {
                from: at.checked_sub(1).map(|before| changes[before]),
                to: changes.get(at).copied(),
                ..When::default()
            };
            let slow = line.sleeps.map(|_| Fault::always(Failure::Slow));
            if let Some(fault) = line.fails.clone().or(slow) {
                behaviour.faults.push(Fault { when, duration: line.sleeps, ..fault });
            }
        }
        Ok(())
    }
}
