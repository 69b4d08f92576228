//! Which messages are passed on: the filter policy of a subscription, or the event pattern
//! of a rule.
//!
//! Members of a pattern must all match, of the tests of one member one must. Strings compare
//! byte for byte, numbers by their text unless a test is `numeric`; of a list any item may
//! match, and of the patterns under `$or` one must. Rules: ASY-02 (topics and buses send events); the tests are those that event source
//! mappings know as well.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::limits;
use crate::value::Value;

/// A pattern that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter(Vec<(String, Node)>);

/// What stands under a key of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// A pattern for what stands there in the message.
    Inside(Filter),
    /// Tests of which one must hold.
    Any(Vec<Test>),
    /// Patterns of which one must match what the key stands in (`$or`).
    Or(Vec<Filter>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Is(Value),
    IgnoringCase(String),
    Prefix(String),
    Suffix(String),
    /// None of these holds.
    AnythingBut(Vec<Test>),
    /// All of these hold.
    Numeric(Vec<(Comparison, Value)>),
    Exists(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// What is wrong with a pattern: where in it, what was found, what is allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) place: String,
    pub(crate) found: String,
    pub(crate) allowed: &'static str,
}

/// The key under which alternatives stand.
pub(crate) const OR: &str = "$or";
const ALTERNATIVES: &str = "a list of at least two patterns";
const OBJECT: &str = "an object of keys, each with a list of values and tests";
const LIST: &str = "a list of values and tests, or an object of further keys";
const FLAT: &str = "a list of values and tests: attributes have no members";
const TESTS: &str = "text, a number, true, false, null, or an object of one of prefix, \
                     suffix, equals-ignore-case, anything-but, numeric and exists";
const NUMERIC: &str =
    "pairs of =, <, <=, > or >= and a number, such as [\">\", 0, \"<=\", 5]";

fn wrong<T>(place: &str, found: String, allowed: &'static str) -> Result<T, Wrong> {
    Err(Wrong { place: place.into(), found, allowed })
}

/// What a value is, in few words.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number.clone(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Object(members) => match members.as_slice() {
            [(key, _)] => format!("an object of {key:?}"),
            _ => format!("an object of {} members", members.len()),
        },
    }
}

fn under(place: &str, key: &str) -> String {
    if place.is_empty() { key.into() } else { format!("{place}.{key}") }
}

impl Filter {
    /// Reads a pattern; that of attributes has one level only.
    pub(crate) fn read(value: &Value, of_attributes: bool) -> Result<Self, Wrong> {
        if value.depth() > limits::DEPTH_MAX {
            return wrong("", format!("{} levels", value.depth()), "at most 64 levels");
        }
        read_filter(value, "", of_attributes)
    }

    /// Whether a message, an event, or the attributes of a message pass.
    pub(crate) fn passes(&self, value: &Value) -> bool {
        self.passes_where_it_fits(value, &[])
    }

    /// The same, but for data under some keys that is not in the format of its pattern, JSON
    /// or plain: that is not looked at (ESM-20).
    pub(crate) fn passes_where_it_fits(&self, value: &Value, data: &[&str]) -> bool {
        self.0.iter().all(|(key, node)| {
            let found = value.get(key);
            let is_json = matches!(found, Some(Value::Object(_)));
            let fits = match node {
                Node::Inside(_) => is_json,
                Node::Any(_) => !is_json,
                Node::Or(_) => true,
            };
            if !fits && data.contains(&key.as_str()) {
                return true;
            }
            match node {
                Node::Any(tests) => tests.iter().any(|test| test.holds(found)),
                Node::Or(filters) => {
                    filters.iter().any(|filter| filter.passes_where_it_fits(value, data))
                }
                Node::Inside(filter) => match found {
                    Some(Value::List(items)) => {
                        items.iter().any(|item| filter.passes(item))
                    }
                    Some(value) => filter.passes(value),
                    None => filter.passes(&Value::Null),
                },
            }
        })
    }
}

fn read_filter(value: &Value, place: &str, flat: bool) -> Result<Filter, Wrong> {
    let Value::Object(members) = value else {
        return wrong(place, shown(value), OBJECT);
    };
    let read = members.iter().map(|(key, member)| {
        let place = under(place, key);
        let node = match member {
            Value::List(items) if key == OR && items.len() > 1 => {
                let filters = items.iter().enumerate().map(|(at, item)| {
                    read_filter(item, &under(&place, &at.to_string()), flat)
                });
                Node::Or(filters.collect::<Result<_, _>>()?)
            }
            _ if key == OR => return wrong(&place, shown(member), ALTERNATIVES),
            Value::List(items) if !items.is_empty() => {
                let tests = items.iter().enumerate();
                let tests = tests
                    .map(|(at, item)| read_test(item, &under(&place, &at.to_string())));
                Node::Any(tests.collect::<Result<_, _>>()?)
            }
            Value::Object(_) if flat => return wrong(&place, shown(member), FLAT),
            Value::Object(_) => Node::Inside(read_filter(member, &place, flat)?),
            Value::List(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_) => return wrong(&place, shown(member), LIST),
        };
        Ok((key.clone(), node))
    });
    Ok(Filter(read.collect::<Result<_, _>>()?))
}

fn read_test(value: &Value, place: &str) -> Result<Test, Wrong> {
    let (key, member) = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            return Ok(Test::Is(value.clone()));
        }
        Value::Object(members) if members.len() == 1 => (&*members[0].0, &members[0].1),
        Value::List(_) | Value::Object(_) => return wrong(place, shown(value), TESTS),
    };
    let place = under(place, key);
    let text = || match member {
        Value::Text(text) => Ok(text.clone()),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Object(_) => wrong(&place, shown(member), "text"),
    };
    match key {
        "prefix" => Ok(Test::Prefix(text()?)),
        "suffix" => Ok(Test::Suffix(text()?)),
        "equals-ignore-case" => Ok(Test::IgnoringCase(text()?)),
        "exists" => match member {
            Value::Bool(exists) => Ok(Test::Exists(*exists)),
            Value::Null
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_) => wrong(&place, shown(member), "true or false"),
        },
        "anything-but" => {
            let tests = match member {
                Value::List(items) if !items.is_empty() => {
                    items.iter().map(|item| read_test(item, &place)).collect()
                }
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Object(_) => read_test(member, &place).map(|test| [test].into()),
            };
            Ok(Test::AnythingBut(tests?))
        }
        "numeric" => read_numeric(member, &place),
        _ => wrong(&place, shown(value), TESTS),
    }
}

fn read_numeric(value: &Value, place: &str) -> Result<Test, Wrong> {
    let Value::List(items) = value else { return wrong(place, shown(value), NUMERIC) };
    let (pairs, rest) = items.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return wrong(place, shown(value), NUMERIC);
    }
    let read = pairs.iter().map(|[comparison, number]| {
        let comparison = match comparison.as_text() {
            Some("=") => Comparison::Equal,
            Some("<") => Comparison::Less,
            Some("<=") => Comparison::AtMost,
            Some(">") => Comparison::Greater,
            Some(">=") => Comparison::AtLeast,
            Some(_) | None => return wrong(place, shown(comparison), NUMERIC),
        };
        match number {
            Value::Number(_) => Ok((comparison, number.clone())),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_) => wrong(place, shown(number), NUMERIC),
        }
    });
    Ok(Test::Numeric(read.collect::<Result<_, _>>()?))
}

impl Test {
    /// Whether it holds for what stands under its key.
    fn holds(&self, found: Option<&Value>) -> bool {
        match (self, found) {
            // Only leaves exist.
            (Self::Exists(exists), found) => {
                let is_leaf = !matches!(found, None | Some(Value::Object(_)));
                is_leaf == *exists
            }
            (_, None) => false,
            (_, Some(Value::List(items))) => {
                items.iter().any(|item| self.holds_for(item))
            }
            (_, Some(value)) => self.holds_for(value),
        }
    }

    fn holds_for(&self, value: &Value) -> bool {
        let text = value.as_text();
        match self {
            Self::Is(wanted) => value == wanted,
            Self::IgnoringCase(wanted) => {
                text.is_some_and(|text| text.to_lowercase() == wanted.to_lowercase())
            }
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(&**prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(&**suffix)),
            Self::AnythingBut(tests) => !tests.iter().any(|test| test.holds_for(value)),
            Self::Numeric(all) => all.iter().all(|(comparison, number)| {
                let is_number = matches!(value, Value::Number(_));
                let order = value.compare(number).filter(|_| is_number);
                match comparison {
                    Comparison::Equal => order == Some(Ordering::Equal),
                    Comparison::Less => order == Some(Ordering::Less),
                    Comparison::AtMost => {
                        matches!(order, Some(Ordering::Less | Ordering::Equal))
                    }
                    Comparison::Greater => order == Some(Ordering::Greater),
                    Comparison::AtLeast => {
                        matches!(order, Some(Ordering::Greater | Ordering::Equal))
                    }
                }
            }),
            Self::Exists(exists) => *exists,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::text(text)
    }

    fn list<const N: usize>(items: [Value; N]) -> Value {
        Value::List(items.into())
    }

    fn passes(tests: Value, value: Value) -> bool {
        let pattern = Value::object([("k", tests)]);
        let filter = Filter::read(&pattern, false).expect("a pattern");
        filter.passes(&Value::object([("k", value)]))
    }

    fn test(name: &str, value: Value) -> Value {
        list([Value::object([(name, value)])])
    }

    #[test]
    fn values_and_tests_of_text() {
        assert!(passes(list([text("a"), text("b")]), text("b")));
        assert!(!passes(list([text("a")]), text("A")));
        assert!(passes(test("equals-ignore-case", text("A")), text("a")));
        assert!(passes(test("prefix", text("us-")), text("us-east-1")));
        assert!(!passes(test("prefix", text("us-")), Value::number(1)));
        assert!(passes(test("suffix", text(".png")), text("a.png")));
        assert!(passes(list([Value::Null]), Value::Null));
        assert!(passes(list([text("b")]), list([text("a"), text("b")])));
    }

    #[test]
    fn anything_but_is_true_of_everything_else_that_is_there() {
        let but = |value| test("anything-but", value);
        assert!(passes(but(list([text("x"), text("y")])), text("z")));
        assert!(!passes(but(list([text("x"), text("y")])), text("y")));
        assert!(!passes(but(Value::object([("prefix", text("x"))])), text("xy")));
        let filter = Filter::read(&Value::object([("k", but(text("x")))]), true);
        assert!(!filter.expect("a policy").passes(&Value::object([])));
    }

    #[test]
    fn numbers_are_compared_as_such_only_by_numeric() {
        let numeric = |items| test("numeric", items);
        let range = [text(">"), Value::number(10), text("<="), Value::number(20)];
        assert!(passes(numeric(list(range.clone())), Value::number(20)));
        assert!(!passes(numeric(list(range)), Value::number(10)));
        let is_300 = [text("="), Value::number(300)];
        assert!(passes(numeric(list(is_300.clone())), Value::Number("3.0e2".into())));
        assert!(!passes(numeric(list(is_300)), text("300")));
        assert!(!passes(list([Value::number(300)]), Value::Number("300.0".into())));
    }

    #[test]
    fn of_alternatives_one_must_match_beside_the_other_keys() {
        let is = |key: &str, value: &str| Value::object([(key, list([text(value)]))]);
        let pattern = Value::object([
            ("a", list([text("x")])),
            ("$or", list([is("b", "y"), is("c", "z")])),
        ]);
        let filter = Filter::read(&pattern, true).expect("a pattern");
        let passes = |members: &[(&str, &str)]| {
            let members =
                members.iter().map(|(key, value)| (key.to_string(), text(value)));
            filter.passes(&Value::Object(members.collect()))
        };
        assert!(passes(&[("a", "x"), ("b", "y")]));
        assert!(passes(&[("a", "x"), ("b", "n"), ("c", "z")]));
        assert!(!passes(&[("a", "x"), ("b", "n")]));
        assert!(!passes(&[("a", "n"), ("c", "z")]));
        let alone = Value::object([("$or", list([is("b", "y")]))]);
        let wrong = Filter::read(&alone, false).expect_err("one is no alternative");
        assert_eq!((&*wrong.place, wrong.allowed), ("$or", ALTERNATIVES));
    }

    #[test]
    fn only_leaves_exist() {
        let exists = |on| test("exists", Value::Bool(on));
        assert!(passes(exists(true), Value::Null));
        assert!(!passes(exists(true), Value::object([("inner", Value::Null)])));
        let inside = Value::object([("k", Value::object([("a", exists(false))]))]);
        let filter = Filter::read(&inside, false).expect("a pattern");
        assert!(filter.passes(&Value::object([])));
        let there = Value::object([("a", text("x"))]);
        assert!(!filter.passes(&Value::object([("k", there)])));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let cases = [
            (text("x"), "", "\"x\"", OBJECT),
            (Value::object([("k", text("x"))]), "k", "\"x\"", LIST),
            (Value::object([("k", list([]))]), "k", "a list of 0", LIST),
            (
                Value::object([("k", test("prefx", text("x")))]),
                "k.0.prefx",
                "an object of \"prefx\"",
                TESTS,
            ),
            (
                Value::object([("k", test("numeric", list([text(">")])))]),
                "k.0.numeric",
                "a list of 1",
                NUMERIC,
            ),
            (
                Value::object([("k", test("exists", text("yes")))]),
                "k.0.exists",
                "\"yes\"",
                "true or false",
            ),
        ];
        for (pattern, place, found, allowed) in cases {
            let read = Filter::read(&pattern, false).expect_err(place);
            let expected = Wrong { place: place.into(), found: found.into(), allowed };
            assert_eq!(read, expected);
        }
        let deep = Value::object([("k", Value::object([]))]);
        assert_eq!(Filter::read(&deep, true).map_err(|wrong| wrong.allowed), Err(FLAT));
        assert!(Filter::read(&deep, false).is_ok());
    }
}
