//! When a step begins, where a case says it as a sentence: a condition on state.
//!
//! A sentence names a step by its id or by what it did (`after the update succeeded`), or
//! the state that is waited for (`once the status is READY`).

use lambdarium_sim::call::Operation;
use lambdarium_sim::knob::Choices;
use lambdarium_sim::mapping::lifecycle::Status;
use lambdarium_sim::time::Span;

use super::source::Record;
use super::step::Step;

use crate::case::{Unsupported, unsupported};

/// A state that provisioned concurrency is waited for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provisioning {
    /// READY.
    Ready,
    /// FAILED.
    Failed,
    /// One of the two.
    Final,
}

/// What must hold before a step begins; steps are named by their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The step before was answered, and nothing else is waited for.
    AtOnce,
    /// A step was answered.
    Answered {
        /// Which.
        step: usize,
        /// Whether the answer must be a success.
        well: bool,
    },
    /// A step has begun and is not answered yet.
    UnderWay {
        /// Which.
        step: usize,
    },
    /// So long ago a step began, or was answered.
    Ago {
        /// How long.
        span: Span,
        /// Which.
        step: usize,
        /// Since it began, not since its answer.
        begun: bool,
    },
    /// Provisioned concurrency asked for before has reached a state.
    Provisioned(Provisioning),
    /// The version published last is Active.
    Active,
    /// All records without a condition of their own were sent.
    Sent,
    /// A run that got this record has ended.
    Delivered {
        /// Its place among the records.
        record: usize,
    },
    /// So long ago a mapping reached a state.
    Mapping {
        /// Which state.
        status: Status,
        /// How long.
        span: Span,
    },
}

/// A step that a sentence may name.
pub struct Named<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it asks for.
    pub operation: Operation,
}

impl<'a> Named<'a> {
    /// A step as a sentence may name it.
    #[must_use]
    pub fn of(step: &'a Step) -> Self {
        Self { id: &step.id, operation: step.operation }
    }
}

const WHEN: [&str; 4] = ["once ", "when ", "after ", "as soon as "];
const WHILE: [&str; 2] = ["while ", "during "];
const ENDS: [&str; 18] = [
    "is done",
    "was done",
    "is answered",
    "was answered",
    "is complete",
    "is finished",
    "has succeeded",
    "has returned",
    "has ended",
    "has finished",
    "succeeded",
    "succeeds",
    "returned",
    "returns",
    "ended",
    "finished",
    "completed",
    "failed",
];
const GOES_ON: [&str; 6] =
    ["is in progress", "is under way", "is still running", "is running", "runs", "waits"];
const BEGINS: [&str; 4] = ["started", "starts", "began", "begins"];

/// Reads the sentence of the step behind `before`.
///
/// # Errors
/// Says which sentence is not understood.
pub fn read(
    sentence: &str,
    before: &[Named<'_>],
    records: &[Record],
) -> Result<Condition, Unsupported> {
    let said = sentence.trim().trim_end_matches('.').to_lowercase();
    let condition = at_once(&said)
        .or_else(|| state(&said))
        .or_else(|| of_mapping(&said))
        .or_else(|| of_records(&said, records))
        .or_else(|| ago(&said, before))
        .or_else(|| along(&said, before))
        .or_else(|| under_way(&said, before))
        .or_else(|| answered(&said, before));
    condition.map_or_else(|| unsupported(format!("at {sentence:?}")), Ok)
}

fn at_once(said: &str) -> Option<Condition> {
    ["at once", "immediately", "right away"].contains(&said).then_some(Condition::AtOnce)
}

fn without<'a>(said: &'a str, introductions: &[&str]) -> Option<&'a str> {
    introductions.iter().find_map(|word| said.strip_prefix(word)).map(str::trim)
}

/// States that no step has to be named for.
fn state(said: &str) -> Option<Condition> {
    let rest = without(said, &WHEN)?;
    let (subject, word) = rest.rsplit_once(" is ")?;
    let subject = subject.trim_start_matches("the ");
    match (subject, word) {
        ("status" | "provisioned concurrency" | "provisioning", word) => {
            let state = match word {
                "ready" => Provisioning::Ready,
                "failed" => Provisioning::Failed,
                "final" => Provisioning::Final,
                _ => return None,
            };
            Some(Condition::Provisioned(state))
        }
        (
            "version" | "new version" | "state" | "function" | "published version",
            word,
        ) => (word == "active").then_some(Condition::Active),
        _ => None,
    }
}

/// `once the mapping is Enabled`, `60 s after the mapping reports Disabled`.
fn of_mapping(said: &str) -> Option<Condition> {
    let (span, rest) = match after(said) {
        Some((span, rest)) => (span, rest),
        None => (Span::ZERO, without(said, &WHEN)?),
    };
    let rest = rest.strip_prefix("the ").unwrap_or(rest);
    let rest = rest.strip_prefix("mapping ")?;
    let word = without(rest, &["is ", "reports ", "was ", "has become ", "becomes "])?;
    let known = Status::WORDS.iter().position(|known| known.to_lowercase() == word);
    let status = Status::from_place(u8::try_from(known?).ok()?)?;
    Some(Condition::Mapping { status, span })
}

/// `after r1 was delivered`, `after the five messages were sent`.
fn of_records(said: &str, records: &[Record]) -> Option<Condition> {
    let rest = without(said, &WHEN)?;
    let all = ["messages", "records", "message", "record"];
    if let Some(subject) = without_end(rest, &["were sent", "was sent", "are sent"]) {
        let noun = subject.rsplit(' ').next().unwrap_or_default();
        return all.contains(&noun).then_some(Condition::Sent);
    }
    let label = without_end(rest, &["was delivered", "is delivered", "was processed"])?;
    let record = records.iter().position(|one| one.label.to_lowercase() == label)?;
    Some(Condition::Delivered { record })
}

/// A time after something, and what that is.
fn after(said: &str) -> Option<(Span, &str)> {
    let (span, rest) = amount(said)?;
    Some((span, rest.strip_prefix("after ")?))
}

/// A time at the beginning of a sentence, and the rest of it.
fn amount(said: &str) -> Option<(Span, &str)> {
    let (number, rest) = said.split_once(' ')?;
    let (unit, rest) = rest.split_once(' ')?;
    let unit = match unit {
        "s" | "second" | "seconds" => 1_000_000,
        "ms" | "millisecond" | "milliseconds" => 1_000,
        "min" | "minute" | "minutes" => 60_000_000,
        _ => return None,
    };
    Some((Span(lambdarium_format::unit::read_decimal(number, unit)?), rest))
}

/// `2 s after slow started`, `500 ms after the call`, `3 s later`.
fn ago(said: &str, before: &[Named<'_>]) -> Option<Condition> {
    let (span, rest) = amount(said)?;
    let last = before.len().checked_sub(1)?;
    if rest == "later" {
        return Some(Condition::Ago { span, step: last, begun: false });
    }
    let name = rest.strip_prefix("after ")?;
    match without_end(name, &BEGINS) {
        Some(name) => {
            Some(Condition::Ago { span, step: named(name, before)?, begun: true })
        }
        None => {
            let name = without_end(name, &ENDS).unwrap_or(name);
            Some(Condition::Ago { span, step: named(name, before)?, begun: false })
        }
    }
}

/// `at the same time as slow`.
fn along(said: &str, before: &[Named<'_>]) -> Option<Condition> {
    let name = without(said, &["at the same time as ", "together with "])?;
    Some(Condition::Ago { span: Span::ZERO, step: named(name, before)?, begun: true })
}

fn under_way(said: &str, before: &[Named<'_>]) -> Option<Condition> {
    let rest = without(said, &WHILE)?;
    let name = without_end(rest, &GOES_ON).unwrap_or(rest);
    Some(Condition::UnderWay { step: named(name, before)? })
}

fn answered(said: &str, before: &[Named<'_>]) -> Option<Condition> {
    let rest = without(said, &WHEN)?;
    let end = ENDS.iter().find(|end| without_end(rest, &[end]).is_some());
    let name = end.map_or(rest, |end| rest[..rest.len() - end.len()].trim());
    let well = end.is_some_and(|end| end.contains("succe"));
    Some(Condition::Answered { step: named(name, before)?, well })
}

fn without_end<'a>(said: &'a str, ends: &[&str]) -> Option<&'a str> {
    ends.iter().find_map(|end| said.strip_suffix(end)?.strip_suffix(' ')).map(str::trim)
}

/// The last step with this id, or with an operation that begins or ends like this.
fn named(name: &str, before: &[Named<'_>]) -> Option<usize> {
    let by_id = before.iter().rposition(|step| step.id.to_lowercase() == name);
    by_id.or_else(|| {
        let name = name.strip_prefix("the ").unwrap_or(name);
        let id = before.iter().rposition(|step| step.id.to_lowercase() == name);
        id.or_else(|| before.iter().rposition(|step| means(name, step.operation)))
    })
}

fn means(name: &str, operation: Operation) -> bool {
    let asked = operation.word().to_lowercase();
    match name {
        "update call" => asked.starts_with("update"),
        "call" | "invocation" => operation == Operation::Invoke,
        "publication" => operation == Operation::PublishVersion,
        "update" | "publish" | "put" | "delete" => asked.starts_with(name),
        name => asked == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_name_steps_and_states() {
        let before = [
            Named { id: "slow", operation: Operation::Invoke },
            Named { id: "change", operation: Operation::UpdateFunctionConfiguration },
            Named { id: "p1", operation: Operation::PublishVersion },
        ];
        let two = Span::seconds(2);
        let cases = [
            ("at once", Condition::AtOnce),
            ("after the update succeeded", Condition::Answered { step: 1, well: true }),
            ("once p1 is done", Condition::Answered { step: 2, well: false }),
            ("after slow", Condition::Answered { step: 0, well: false }),
            ("while slow is in progress", Condition::UnderWay { step: 0 }),
            ("during the call", Condition::UnderWay { step: 0 }),
            ("once the status is READY", Condition::Provisioned(Provisioning::Ready)),
            ("once the status is final", Condition::Provisioned(Provisioning::Final)),
            ("once the new version is Active", Condition::Active),
            (
                "2 s after slow started",
                Condition::Ago { span: two, step: 0, begun: true },
            ),
            (
                "at the same time as slow",
                Condition::Ago { span: Span::ZERO, step: 0, begun: true },
            ),
            ("after the five messages were sent", Condition::Sent),
            (
                "2 s after the mapping reports Disabled",
                Condition::Mapping { status: Status::Disabled, span: two },
            ),
            ("2 s later", Condition::Ago { span: two, step: 2, begun: false }),
        ];
        for (sentence, condition) in cases {
            assert_eq!(read(sentence, &before, &[]), Ok(condition), "{sentence}");
        }
        for sentence in ["after r1 was delivered", "while x runs", "soon", ""] {
            assert!(read(sentence, &before, &[]).is_err(), "{sentence}");
        }
    }
}
