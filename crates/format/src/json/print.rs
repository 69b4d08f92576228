//! Values as JSON text in short lines, for people.

use lambdarium_sim::value::{Value, write_quoted};

/// Widest line for people, in bytes.
const WIDTH: u64 = 90;

/// Indented; what fits on a line stands on one line.
#[must_use]
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    put_pretty(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// `column` is how much of the line the key in front has taken.
fn put_pretty(value: &Value, indent: usize, column: usize, out: &mut String) {
    let (members, open, close): (Vec<(Option<&str>, &Value)>, _, _) = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            return out.push_str(&value.compact());
        }
        Value::List(items) => (items.iter().map(|item| (None, item)).collect(), '[', ']'),
        Value::Object(members) => {
            let members =
                members.iter().map(|(key, member)| (Some(key.as_str()), member));
            (members.collect(), '{', '}')
        }
    };
    let fits = indent > 0 && spaced_bytes(value) + (column + indent) as u64 <= WIDTH;
    if members.is_empty() || fits {
        return put_spaced(value, out);
    }
    out.push(open);
    for (at, (key, member)) in members.iter().enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        let indent = indent + 2;
        out.extend(std::iter::repeat_n(' ', indent));
        let before = out.len();
        if let Some(key) = key {
            write_quoted(key, out);
            out.push_str(": ");
        }
        put_pretty(member, indent, out.len() - before + 1, out);
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    out.push(close);
}

/// On one line, with a space after each comma and colon and inside braces.
fn put_spaced(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {
            out.push_str(&value.compact());
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                put_spaced(item, out);
            }
            out.push(']');
        }
        Value::Object(members) if members.is_empty() => out.push_str("{}"),
        Value::Object(members) => {
            for (at, (key, member)) in members.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "{ " });
                write_quoted(key, out);
                out.push_str(": ");
                put_spaced(member, out);
            }
            out.push_str(" }");
        }
    }
}

/// Bytes that [`put_spaced`] writes.
fn spaced_bytes(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => value.bytes(),
        Value::List(items) => {
            let gaps = items.len().saturating_sub(1) as u64 * 2;
            2 + gaps + items.iter().map(spaced_bytes).sum::<u64>()
        }
        Value::Object(members) => members.iter().fold(2, |bytes, (key, member)| {
            bytes + 6 + key.len() as u64 + spaced_bytes(member)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_as_long_as_its_value_says() {
        let value = Value::object([
            ("a\n\u{1}\"é", Value::List(vec![Value::number(10), Value::Bool(false)])),
            ("b", Value::object([])),
            ("c", Value::Null),
        ]);
        assert_eq!(value.compact().len() as u64, value.bytes());
    }

    #[test]
    fn short_things_stand_on_one_line() {
        let load = Value::object([("poisson", Value::number(5))]);
        let value = Value::object([("load", load), ("acts", Value::List(Vec::new()))]);
        assert_eq!(
            pretty(&value),
            "{\n  \"load\": { \"poisson\": 5 },\n  \"acts\": []\n}\n"
        );
    }
}
