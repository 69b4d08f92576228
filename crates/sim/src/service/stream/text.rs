//! How the data of a record is written: as JSON text, and as base64 of it.
//!
//! Rules: ESM-21. Producers write JSON without spaces, and events hold it as base64 with
//! padding.

use alloc::format;
use alloc::string::String;

use crate::value::Value;

const LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as base64.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 0x3f) as usize];
            text.push(if place <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// How many characters base64 of so many bytes has.
#[must_use]
pub const fn base64_chars(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}

/// A value as JSON without spaces; as long as [`Value::bytes`] says.
#[must_use]
pub fn compact(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(number),
        Value::Text(inner) => quote(inner, text),
        Value::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(at, text);
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (at, (key, member)) in members.iter().enumerate() {
                separate(at, text);
                quote(key, text);
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
    }
}

fn separate(at: usize, text: &mut String) {
    if at > 0 {
        text.push(',');
    }
}

fn quote(inner: &str, text: &mut String) {
    text.push('"');
    for c in inner.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            c if c < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded_to_fours() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("hello", "aGVsbG8="),
            ("\u{3ff}\u{fff}", "z7/gv78="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
            assert_eq!(base64_chars(bytes.len() as u64), text.len() as u64);
        }
    }

    #[test]
    fn json_is_as_long_as_values_say() {
        let value = Value::object([
            ("a\n", Value::List(alloc::vec![Value::number(10), Value::Bool(false)])),
            ("b", Value::text("\"\\\r\t\u{8}\u{c}\u{1}ä")),
            ("c", Value::object([("d", Value::Null)])),
        ]);
        let text = compact(&value);
        assert_eq!(
            text,
            "{\"a\\n\":[10,false],\"b\":\"\\\"\\\\\\r\\t\\b\\f\\u0001ä\",\"c\":{\"d\":null}}"
        );
        assert_eq!(text.len() as u64, value.bytes());
    }
}
