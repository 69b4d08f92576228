//! Functions with a script: an answer for each of their runs, the last one again and
//! again; of a function that also answers something, the runs that differ from the others.
//!
//! A run is told apart by when it starts: each line of a script counts from the start of
//! its run to that of the next. When runs start is only known once they were played, so
//! the times are found by playing, again and again until they stay.

use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::{Answer, Changing, Draw, Failure, Fault, When};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use super::function::{thrown, without_placeholders};
use super::is_of_occupant;
use crate::case::{Members, Unsupported, count, list, seconds, switch, unsupported};
use crate::placeholder::Names;

/// Most lines of a script.
const LINES_MAX: usize = 30;

/// How long a run takes that returns something, where nothing is said of it.
const MOMENT: Span = Span::millis(1);

/// What one run does, if it differs from the others.
#[derive(Clone, Debug, Default)]
struct Line {
    sleeps: Option<Span>,
    fails: Option<Fault>,
    returns: Option<Value>,
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
        let returns = members.read("returns", returned)?;
        members.finish()?;
        let exits = exits.then(|| Fault::always(Failure::Exits));
        let fails = throws.flatten().or(exits);
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        if number <= lines.len() || number > LINES_MAX {
            return unsupported(format!("{place}[{at}].invocation: {number}"));
        }
        lines.resize_with(number - 1, Line::default);
        lines.push(Line { sleeps, fails, returns });
    }
    if lines.is_empty() {
        return unsupported(format!("{place}: no line"));
    }
    Ok(Script { function: function.into(), lines })
}

/// What a run returns: it may name records by their sequence numbers.
fn returned(place: &str, value: &Value) -> Result<Value, Unsupported> {
    let mut known = Names::new();
    sequence_names(value, &mut known);
    without_placeholders(place, &with_names(value, &known))?;
    Ok(value.clone())
}

/// The placeholders for sequence numbers in a value.
fn sequence_names(value: &Value, names: &mut Names) {
    match value {
        Value::Text(text) => {
            let name = text.strip_prefix('<').and_then(|name| name.strip_suffix('>'));
            let name = name.filter(|name| name.starts_with("seq:"));
            names.extend(name.map(|name| (name.to_string(), String::new())));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::List(items) => items.iter().for_each(|item| sequence_names(item, names)),
        Value::Object(members) => {
            members.iter().for_each(|(_, member)| sequence_names(member, names));
        }
    }
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

    /// Goes on with what the function does otherwise.
    pub fn go_back(&mut self) {
        self.lines.push(Line::default());
    }

    /// Whether what it returns names records: their numbers are known once they were sent.
    #[must_use]
    pub fn names_records(&self) -> bool {
        let mut returned = self.lines.iter().filter_map(|line| line.returns.as_ref());
        returned.any(|value| without_placeholders("", value).is_err())
    }

    /// Makes a function follow its script, of which the lines change at these times.
    ///
    /// # Errors
    /// If it does something else besides.
    pub fn apply(
        &self,
        function: &mut Function,
        changes: &[Instant],
        names: &Names,
    ) -> Result<(), Unsupported> {
        let behaviour = &mut function.spec.behaviour;
        let sleeps = self.lines.iter().any(|line| line.sleeps.is_some());
        let busy = behaviour.duration != Draw::default();
        let versions = function.versions.iter().any(|v| !is_of_occupant(v.number));
        if !behaviour.faults.is_empty() || versions || sleeps && busy {
            return unsupported("given.functions: a script beside other behaviour");
        }
        let mut answers = Vec::new();
        for (at, line) in self.lines.iter().take(changes.len() + 1).enumerate() {
            let from = at.checked_sub(1).map_or(Instant::START, |before| changes[before]);
            let answer = match (&line.returns, &behaviour.answer) {
                (Some(value), _) => with_names(value, names),
                (None, Answer::Value(value)) => value.clone(),
                (None, _) => Value::Null,
            };
            answers.push((from, answer));
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
        if self.lines.iter().any(|line| line.returns.is_some()) {
            // Runs are told apart by when they start, so that none may take no time at all.
            if !sleeps && !busy {
                behaviour.duration = Draw::Fixed(MOMENT);
            }
            behaviour.answer =
                Changing::new(answers).map_or(Answer::Null, Answer::Changing);
        }
        Ok(())
    }
}

/// A value with the numbers of the records that it names.
fn with_names(value: &Value, names: &Names) -> Value {
    match value {
        Value::Text(text) => {
            let name = text.strip_prefix('<').and_then(|name| name.strip_suffix('>'));
            let known = name.and_then(|name| names.get(name));
            known.map_or_else(|| value.clone(), |known| Value::text(known))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::List(items) => {
            Value::List(items.iter().map(|item| with_names(item, names)).collect())
        }
        Value::Object(members) => {
            let members = members.iter();
            let members =
                members.map(|(key, member)| (key.clone(), with_names(member, names)));
            Value::Object(members.collect())
        }
    }
}
