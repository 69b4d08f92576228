//! JSON text into values, and nothing more: bounds, duplicates, line and column.

use std::collections::BTreeSet;
use std::fmt;

use lambdarium_sim::knob::Issue;
use lambdarium_sim::limits;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::value::Value;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::reader::Reader;

/// Levels that a scenario puts around the payloads in it, and some more.
const FRAME_DEPTH: usize = 16;

/// What `serde_json` calls the one member of a number that keeps its text.
const NUMBER: &str = "$serde_json::private::Number";

/// Reads one JSON value.
///
/// # Errors
/// One issue for a text that is too large, too deep or no JSON; all repeated keys.
pub(super) fn parse(text: &str) -> Result<Value, Vec<Issue>> {
    let over = |found: String, allowed: String| {
        vec![Issue { place: "text".into(), found, allowed, rule: Rule::Sim03 }]
    };
    let (bytes, most) = (text.len(), limits::SCENARIO_BYTES_MAX);
    if bytes > most {
        return Err(over(format!("{bytes} bytes"), format!("at most {most} bytes")));
    }
    let (levels, most) = (depth(text), limits::DEPTH_MAX + FRAME_DEPTH);
    if levels > most {
        return Err(over(
            format!("{levels} levels of nesting"),
            format!("at most {most}"),
        ));
    }
    let Tree(value) = serde_json::from_str(text).map_err(|error| vec![syntax(&error)])?;
    let mut reader = Reader::new();
    repeated(&value, &mut reader);
    reader.into_result(value)
}

fn syntax(error: &serde_json::Error) -> Issue {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let said = said.replace("EOF while parsing", "the text ends inside");
    Issue {
        place: format!("line {}, column {}", error.line(), error.column()),
        found: format!("something that is not JSON ({said})"),
        allowed: "JSON".into(),
        rule: Rule::Sim02,
    }
}

/// The deepest nesting of brackets outside strings.
fn depth(text: &str) -> usize {
    let (mut here, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => {
                here += 1;
                deepest = deepest.max(here);
            }
            b'}' | b']' if !quoted => here = here.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Says which keys stand twice in one object: one of the two would be lost.
fn repeated(value: &Value, reader: &mut Reader) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                if matches!(item, Value::List(_) | Value::Object(_)) {
                    reader.within(&at.to_string(), |reader| repeated(item, reader));
                }
            }
        }
        Value::Object(members) => {
            let mut seen = BTreeSet::new();
            for (key, member) in members {
                let first = seen.insert(key.as_str());
                reader.within(key, |reader| {
                    if !first {
                        reader.wrong("the key twice", "each key once");
                    }
                    repeated(member, reader);
                });
            }
        }
    }
}

/// A value on its way in.
struct Tree(Value);

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grower).map(Tree)
    }
}

struct Grower;

impl<'de> Visitor<'de> for Grower {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, on: bool) -> Result<Value, E> {
        Ok(Value::Bool(on))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Tree(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let Tree(value) = map.next_value()?;
            // A number arrives as an object with one member of a reserved name.
            if key == NUMBER && members.is_empty() {
                let number = value.as_text().filter(|text| is_number(text));
                let number = number.ok_or_else(|| A::Error::custom("a reserved key"))?;
                return Ok(Value::Number(number.to_string()));
            }
            members.push((key, value));
        }
        Ok(Value::Object(members))
    }
}

/// Whether a text is a number as JSON writes it.
pub(super) fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let text = "[1.0,1E5,-0,12345678901234567890123]";
        // But for exponents, which are written one way.
        let numbers = ["1.0", "1e+5", "-0", "12345678901234567890123"];
        let numbers = numbers.map(|n| Value::Number(n.into())).to_vec();
        assert_eq!(parse(text), Ok(Value::List(numbers)));
    }

    #[test]
    fn broken_text_says_where() {
        let cases = [
            ("", "line 1, column 0"),
            ("{\n  \"a\": }", "line 2, column 8"),
            ("{} {}", "line 1, column 4"),
            ("[1,]", "line 1, column 4"),
            (r#"{"$serde_json::private::Number": "x"}"#, "line 1, column 37"),
        ];
        for (text, place) in cases {
            let issues = parse(text).expect_err(text);
            assert_eq!(issues[0].place, place, "{text}: {}", issues[0]);
        }
    }

    #[test]
    fn depth_and_repeated_keys_are_found_before_anything_is_read() {
        let deep = "[".repeat(100_000);
        assert_eq!(parse(&deep).expect_err("deep")[0].rule, Rule::Sim03);
        let quoted = format!("\"{}\"", "[".repeat(1_000));
        assert!(parse(&quoted).is_ok());
        let issues = parse(r#"{"a":{"b":1,"b":2},"a":3}"#).expect_err("twice");
        let places: Vec<&str> = issues.iter().map(|issue| issue.place.as_str()).collect();
        assert_eq!(places, ["a.b", "a"]);
    }
}
