//! Case files: lists of cases, each with what is given and what is expected.
//!
//! Every object is read through [`Members`], which names a key that nobody asked for: a
//! key without a reader makes the case unsupported, so that none passes by being ignored.

use std::fmt;

use lambdarium_format::json;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

/// Longest simulated time of a case.
pub const LONGEST: Span = Span::HOUR.times(7 * 24);
/// Most cases of a file.
const CASES_MAX: usize = 5_000;

/// What a case asks for and this simulator, or this runner, cannot do yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says that something is not supported.
pub fn unsupported<T>(why: impl Into<String>) -> Result<T, Unsupported> {
    Err(Unsupported(why.into()))
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is given.
    pub given: Value,
    /// What is expected.
    pub expect: Value,
    /// Whether it was computed, and not seen at AWS: how many runs there are at once is
    /// exact then, where otherwise nobody has seen more of them.
    pub exact: bool,
}

/// What a file holds.
pub enum File {
    /// JSON, but no list of cases.
    NoCases,
    /// Its cases by id, those included that cannot be read.
    Cases(Vec<(String, Result<Case, Unsupported>)>),
}

/// Reads the text of a case file.
///
/// # Errors
/// Why it cannot be read at all.
pub fn read(text: &str) -> Result<File, String> {
    let whole = json::read_value(text).map_err(|issues| {
        let issues: Vec<String> = issues.iter().map(ToString::to_string).collect();
        issues.join("; ")
    })?;
    let Some(Value::List(cases)) = whole.get("cases") else { return Ok(File::NoCases) };
    if cases.len() > CASES_MAX {
        return Err(format!("{} cases, at most {CASES_MAX}", cases.len()));
    }
    let named = cases.iter().enumerate().map(|(at, case)| {
        // An id is one word of a line.
        let id = case.get("id").and_then(Value::as_text).unwrap_or_default();
        let id = id.split_whitespace().collect::<Vec<_>>().join("-");
        let id = if id.is_empty() { format!("case-{}", at + 1) } else { id };
        (id, read_case(case))
    });
    Ok(File::Cases(named.collect()))
}

fn read_case(case: &Value) -> Result<Case, Unsupported> {
    let mut members = Members::of("case", case)?;
    let seen = members.take("evidence").and_then(Value::as_text);
    let exact = seen.is_none_or(|seen| seen == "model");
    // Where else a fact comes from says nothing about what must happen.
    for key in ["id", "topic", "source", "title", "notes"] {
        members.take(key);
    }
    let given = members.take("given").cloned();
    let expect = members.take("expect").cloned();
    members.finish()?;
    match (given, expect) {
        (Some(given), Some(expect)) => Ok(Case { given, expect, exact }),
        _ => unsupported("a case without given or without expect"),
    }
}

/// The members of an object; all of them must be taken.
pub struct Members<'a> {
    place: String,
    left: Vec<(&'a str, &'a Value)>,
}

impl<'a> Members<'a> {
    /// The members of the object at a place.
    ///
    /// # Errors
    /// If it is no object.
    pub fn of(place: impl Into<String>, value: &'a Value) -> Result<Self, Unsupported> {
        let place = place.into();
        match value {
            Value::Object(members) => {
                let left = members.iter().map(|(key, value)| (key.as_str(), value));
                Ok(Self { place, left: left.collect() })
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => unsupported(format!("{place}: not an object")),
        }
    }

    /// The place of a member.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        format!("{}.{key}", self.place)
    }

    /// Takes a member.
    pub fn take(&mut self, key: &str) -> Option<&'a Value> {
        let at = self.left.iter().position(|(name, _)| *name == key)?;
        Some(self.left.remove(at).1)
    }

    /// Takes a member and reads it; `null` is read as well.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&str, &'a Value) -> Result<T, Unsupported>,
    ) -> Result<Option<T>, Unsupported> {
        match self.take(key) {
            Some(value) => read(&self.place(key), value).map(Some),
            None => Ok(None),
        }
    }

    /// Whether none is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Takes all members that are left.
    pub fn take_all(&mut self) -> Vec<(&'a str, &'a Value)> {
        std::mem::take(&mut self.left)
    }

    /// Every member has a reader, or the case is unsupported.
    ///
    /// # Errors
    /// Names the first member that nobody took.
    pub fn finish(self) -> Result<(), Unsupported> {
        match self.left.first() {
            Some((key, _)) => unsupported(self.place(key)),
            None => Ok(()),
        }
    }
}

/// A text.
///
/// # Errors
/// If it is none.
pub fn text<'a>(place: &str, value: &'a Value) -> Result<&'a str, Unsupported> {
    value.as_text().map_or_else(|| unsupported(format!("{place}: not a text")), Ok)
}

/// A count.
///
/// # Errors
/// If it is none.
pub fn count(place: &str, value: &Value) -> Result<u64, Unsupported> {
    value.as_count().map_or_else(|| unsupported(format!("{place}: not a count")), Ok)
}

/// `true`; a switch that is off says nothing.
///
/// # Errors
/// If it is no switch.
pub fn switch(place: &str, value: &Value) -> Result<bool, Unsupported> {
    match value {
        Value::Bool(on) => Ok(*on),
        Value::Null
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_) => unsupported(format!("{place}: neither true nor false")),
    }
}

/// A list.
///
/// # Errors
/// If it is none.
pub fn list<'a>(place: &str, value: &'a Value) -> Result<&'a [Value], Unsupported> {
    match value {
        Value::List(items) => Ok(items),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => unsupported(format!("{place}: not a list")),
    }
}

/// Seconds, exact to the microsecond.
///
/// # Errors
/// If it is no number of seconds within the longest time of a case.
pub fn seconds(place: &str, value: &Value) -> Result<Span, Unsupported> {
    match value.scaled(6).map(Span).filter(|span| *span <= LONGEST) {
        Some(span) => Ok(span),
        None => unsupported(format!("{place}: no whole microseconds within 7 days")),
    }
}

/// Seconds since t = 0.
///
/// # Errors
/// As [`seconds`].
pub fn instant(place: &str, value: &Value) -> Result<Instant, Unsupported> {
    seconds(place, value).map(|span| Instant::START.plus(span))
}
