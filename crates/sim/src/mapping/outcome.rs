//! What a function's answer says of the records of a batch, for every source.
//!
//! Pure. Rules: PBR-01 to PBR-03.

use alloc::vec::Vec;

use crate::lambda::invoke::small;
use crate::value::{Payload, Value};

/// What a function that ran without an error answers to a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// This.
    Payload(Payload),
    /// That the records at these places failed, as code says that a program has supplied.
    Failed(Vec<u32>),
}

impl Default for Response {
    /// Nothing.
    fn default() -> Self {
        Self::Payload(Payload::default())
    }
}

/// What has become of the records of a batch that a function ran with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All were processed.
    Done,
    /// None counts as processed.
    Failed,
    /// Those at these places failed, and the others were processed.
    Partly(Vec<u32>),
}

/// Reads the answer of a function that ran without an error; `ids` are the identifiers of
/// the `count` records it was given (PBR-02).
#[must_use]
pub fn outcome(
    response: &Response,
    partial: bool,
    count: usize,
    ids: impl FnOnce() -> Vec<Value>,
) -> Outcome {
    if !partial {
        return Outcome::Done;
    }
    match response {
        Response::Payload(answer) => of_payload(answer, ids),
        Response::Failed(places) if places.is_empty() => Outcome::Done,
        Response::Failed(places) => {
            match places.iter().all(|place| (*place as usize) < count) {
                true => Outcome::Partly(places.clone()),
                false => Outcome::Failed,
            }
        }
    }
}

fn of_payload(answer: &Payload, ids: impl FnOnce() -> Vec<Value>) -> Outcome {
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
    if items.is_empty() {
        return Outcome::Done;
    }
    let known = ids();
    let mut failed: Vec<u32> = Vec::new();
    for item in items {
        let id = item.get("itemIdentifier");
        let is_it = |known: &Value| id.is_some_and(|id| names(id, known));
        let Some(place) = known.iter().position(is_it) else { return Outcome::Failed };
        let place = small(place as u64);
        if !failed.contains(&place) {
            failed.push(place);
        }
    }
    Outcome::Partly(failed)
}

/// Whether an identifier is that of a record; of one that has members, in any order.
fn names(given: &Value, known: &Value) -> bool {
    match known {
        Value::Object(members) => {
            members.iter().all(|(key, member)| given.get(key) == Some(member))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => given == known,
    }
}

/// An answer that names the records which failed (PBR-02).
#[must_use]
pub fn answer(failed: impl Iterator<Item = Value>) -> Value {
    let item = |id| Value::object([("itemIdentifier", id)]);
    Value::object([("batchItemFailures", Value::List(failed.map(item).collect()))])
}

/// Whether an answer names records that failed.
pub(super) fn names_failures(response: &Response) -> bool {
    let payload = match response {
        Response::Payload(payload) => payload,
        Response::Failed(places) => return !places.is_empty(),
    };
    let named = payload.json().and_then(|answer| answer.get("batchItemFailures"));
    named.is_some_and(|items| matches!(items, Value::List(items) if !items.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn read_if(partial: bool, response: &Response) -> Outcome {
        outcome(response, partial, 2, || vec![Value::text("a"), Value::text("b")])
    }

    fn read(answer: Value) -> Outcome {
        read_if(true, &Response::Payload(Payload::Json(answer)))
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
        let size = Response::Payload(Payload::Bytes(10));
        assert_eq!(read_if(true, &size), Outcome::Failed);
        assert_eq!(read_if(true, &Response::Failed(vec![0, 2])), Outcome::Failed);
    }

    #[test]
    fn valid_identifiers_fail_alone_and_only_where_they_are_asked_for() {
        let answer = failures(&[Value::text("b"), Value::text("b")]);
        assert_eq!(read(answer.clone()), Outcome::Partly(vec![1]));
        assert_eq!(super::answer(["b", "b"].map(Value::text).into_iter()), answer);
        for response in
            [Response::Payload(Payload::Json(answer)), Response::Failed(vec![1])]
        {
            assert_eq!(read_if(true, &response), Outcome::Partly(vec![1]));
            assert_eq!(read_if(false, &response), Outcome::Done);
        }
        assert_eq!(read_if(true, &Response::Failed(vec![])), Outcome::Done);
    }
}
