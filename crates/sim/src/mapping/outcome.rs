//! What a function's answer says of the records of a batch, for every source.
//!
//! Pure. Rules: PBR-01 to PBR-03.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::value::{Payload, Value};

/// What has become of the records of a batch that a function ran with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All were processed.
    Done,
    /// None counts as processed.
    Failed,
    /// Those with these identifiers failed, and the others were processed.
    Partly(Vec<String>),
}

/// Reads the answer of a function that ran without an error; `ids` are the identifiers of
/// the records it was given (PBR-02).
#[must_use]
pub fn outcome<'a>(
    answer: &Payload,
    partial: bool,
    ids: impl Iterator<Item = &'a str>,
) -> Outcome {
    if !partial {
        return Outcome::Done;
    }
    // An answer of which only the size is known is not one that says what failed.
    let Payload::Json(answer) = answer else { return Outcome::Failed };
    let items = match answer {
        Value::Null => return Outcome::Done,
        Value::Text(text) if text.is_empty() => return Outcome::Done,
        Value::List(items) if items.is_empty() => return Outcome::Done,
        Value::Object(members) if members.is_empty() => return Outcome::Done,
        Value::Object(_) => match answer.get("batchItemFailures") {
            Some(Value::Null) => return Outcome::Done,
            Some(Value::List(items)) => items,
            Some(
                Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Object(_),
            )
            | None => return Outcome::Failed,
        },
        Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
            return Outcome::Failed;
        }
    };
    let known: Vec<&str> = ids.collect();
    let mut failed: Vec<String> = Vec::new();
    for item in items {
        let id = item.get("itemIdentifier").and_then(Value::as_text);
        match id.filter(|id| known.contains(id)) {
            Some(id) if failed.iter().any(|other| other == id) => {}
            Some(id) => failed.push(id.to_string()),
            None => return Outcome::Failed,
        }
    }
    if failed.is_empty() { Outcome::Done } else { Outcome::Partly(failed) }
}

/// An answer that names the records which failed (PBR-02).
#[must_use]
pub fn answer<'a>(failed: impl Iterator<Item = &'a str>) -> Value {
    let item = |id| Value::object([("itemIdentifier", Value::text(id))]);
    Value::object([("batchItemFailures", Value::List(failed.map(item).collect()))])
}

/// Whether an answer names records that failed.
pub(super) fn names_failures(response: &Payload) -> bool {
    let named = response.json().and_then(|answer| answer.get("batchItemFailures"));
    named.is_some_and(|items| matches!(items, Value::List(items) if !items.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn read(answer: Value) -> Outcome {
        outcome(&Payload::Json(answer), true, ["a", "b"].into_iter())
    }

    fn failures(ids: &[Value]) -> Value {
        let item = |id: &Value| Value::object([("itemIdentifier", id.clone())]);
        Value::object([(
            "batchItemFailures",
            Value::List(ids.iter().map(item).collect()),
        )])
    }

    #[test]
    fn empty_answers_are_full_successes() {
        let empty = [
            Value::Null,
            Value::text(""),
            Value::List(vec![]),
            Value::object([]),
            failures(&[]),
            Value::object([("batchItemFailures", Value::Null)]),
        ];
        for answer in empty {
            assert_eq!(read(answer.clone()), Outcome::Done, "{answer:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_fails_as_a_whole() {
        let bad = [
            Value::object([("foo", Value::List(vec![]))]),
            failures(&[Value::text("")]),
            failures(&[Value::Null]),
            failures(&[Value::text("a"), Value::text("123")]),
            Value::object([("batchItemFailures", Value::text("a"))]),
            Value::object([("batchItemFailures", Value::List(vec![Value::text("a")]))]),
            Value::text("not JSON"),
            Value::Bool(true),
        ];
        for answer in bad {
            assert_eq!(read(answer.clone()), Outcome::Failed, "{answer:?}");
        }
        let size = Payload::Bytes(10);
        assert_eq!(outcome(&size, true, ["a"].into_iter()), Outcome::Failed);
    }

    #[test]
    fn valid_identifiers_fail_alone_and_only_where_they_are_asked_for() {
        let answer = failures(&[Value::text("b"), Value::text("b")]);
        assert_eq!(read(answer.clone()), Outcome::Partly(vec!["b".into()]));
        assert_eq!(super::answer(["b", "b"].into_iter()), answer);
        let ignored = outcome(&Payload::Json(answer), false, ["b"].into_iter());
        assert_eq!(ignored, Outcome::Done);
    }
}
