//! Payloads: JSON values whose numbers keep their text and compare as decimals.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// A JSON value. Objects keep the order of their members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// A string value.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// A number value.
    #[must_use]
    pub fn number(number: u64) -> Self {
        Self::Number(alloc::format!("{number}"))
    }

    /// An object from its members.
    #[must_use]
    pub fn object<const N: usize>(members: [(&str, Value); N]) -> Self {
        Self::Object(members.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
    }

    /// The member `key` of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => members.iter().find(|(k, _)| k == key).map(|m| &m.1),
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::List(_) => None,
        }
    }

    /// What stands at a path such as `$.order.items.0`; `$` alone is the value itself.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Value> {
        let path = path.strip_prefix('$').unwrap_or(path);
        let mut here = self;
        for key in path.split('.').filter(|key| !key.is_empty()) {
            here = match here {
                Self::Object(_) => here.get(key)?,
                Self::List(items) => items.get(key.parse::<usize>().ok()?)?,
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {
                    return None;
                }
            };
        }
        Some(here)
    }

    /// The text of a string value.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::List(_)
            | Self::Object(_) => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Object(_) => None,
        }
    }

    /// The number as a whole count, if it is one that fits.
    #[must_use]
    pub fn as_count(&self) -> Option<u64> {
        self.scaled(0)
    }

    /// The number times `10^digits`, if that is a whole number of at least 0 that fits.
    #[must_use]
    pub fn scaled(&self, digits: i32) -> Option<u64> {
        match self {
            Self::Number(text) => Decimal::parse(text)?.scaled(digits),
            Self::Null
            | Self::Bool(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Object(_) => None,
        }
    }

    /// Numbers by value, strings by bytes; nothing else has an order.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => {
                Some(Decimal::parse(a)?.compare(&Decimal::parse(b)?))
            }
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (a, b) if a == b => Some(Ordering::Equal),
            _ => None,
        }
    }

    /// How many levels of lists and objects are nested in each other.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(members) => {
                1 + members.iter().map(|(_, v)| v.depth()).max().unwrap_or(0)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => 0,
        }
    }

    /// As AWS sends it where it takes text: text as it is, anything else as JSON.
    #[must_use]
    pub fn plain(&self) -> String {
        self.as_text().map_or_else(|| self.compact(), Into::into)
    }

    /// It as JSON without any space.
    #[must_use]
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(on) => out.push_str(if *on { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => write_quoted(text, out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (key, member)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_quoted(key, out);
                    out.push(':');
                    member.write(out);
                }
                out.push('}');
            }
        }
    }

    /// Size as compact JSON, in bytes; what AWS measures a payload by.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Null | Self::Bool(true) => 4,
            Self::Bool(false) => 5,
            Self::Number(text) => text.len() as u64,
            Self::Text(text) => quoted_bytes(text),
            Self::List(items) => {
                2 + items.len().saturating_sub(1) as u64
                    + items.iter().map(Self::bytes).sum::<u64>()
            }
            Self::Object(members) => {
                2 + members.len().saturating_sub(1) as u64
                    + members
                        .iter()
                        .map(|(k, v)| quoted_bytes(k) + 1 + v.bytes())
                        .sum::<u64>()
            }
        }
    }
}

/// Adds a text as a JSON string.
pub fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&alloc::format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Bytes of a text as a JSON string.
pub(crate) fn quoted_bytes(text: &str) -> u64 {
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        c if c < ' ' => 6,
        c => c.len_utf8() as u64,
    };
    2 + text.chars().map(escaped).sum::<u64>()
}

/// A decimal number of any length: `digits` is without leading or trailing zeros and
/// stands for `0.digits * 10^exponent`.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let mut point = i64::try_from(whole.len()).ok()? + i64::from(exponent);
        let zeros = digits.iter().take_while(|d| **d == b'0').count();
        digits.drain(..zeros);
        point -= i64::try_from(zeros).ok()?;
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: i64::MIN });
        }
        Some(Self { negative, digits, exponent: point })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let magnitude = || {
            self.exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(),
            (true, true) => magnitude().reverse(),
        }
    }

    fn scaled(&self, shift: i32) -> Option<u64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let places = self.exponent.checked_add(i64::from(shift))?;
        let length = i64::try_from(self.digits.len()).ok()?;
        if self.negative || places < length || places > 20 {
            return None;
        }
        let mut number: u64 = 0;
        for place in 0..places {
            let digit =
                self.digits.get(usize::try_from(place).ok()?).map_or(0, |d| d - b'0');
            number = number.checked_mul(10)?.checked_add(u64::from(digit))?;
        }
        Some(number)
    }
}

/// What is sent to a function, and what it answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A JSON value.
    Json(Value),
    /// An answer of which only the size matters, in bytes.
    Bytes(u64),
}

impl Default for Payload {
    /// The empty object, as the Lambda console sends.
    fn default() -> Self {
        Self::Json(Value::Object(Vec::new()))
    }
}

impl Payload {
    /// Its size in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Json(value) => value.bytes(),
            Self::Bytes(count) => *count,
        }
    }

    /// It as JSON; of what has only a size, that is said.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Json(value) => value.clone(),
            Self::Bytes(count) => Value::Text(alloc::format!("<{count} bytes>")),
        }
    }

    /// The JSON value, if it is one.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            Self::Bytes(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(a: &str, b: &str) -> Option<Ordering> {
        Value::Number(a.into()).compare(&Value::Number(b.into()))
    }

    #[test]
    fn numbers_compare_as_decimals_however_they_are_written() {
        assert_eq!(order("1.0", "1"), Some(Ordering::Equal));
        assert_eq!(order("1e2", "100"), Some(Ordering::Equal));
        assert_eq!(order("-0", "0"), Some(Ordering::Equal));
        assert_eq!(order("9", "10"), Some(Ordering::Less));
        assert_eq!(order("-9", "-10"), Some(Ordering::Greater));
        assert_eq!(
            order("12345678901234567890123", "12345678901234567890124"),
            Some(Ordering::Less)
        );
    }

    #[test]
    fn scaling_takes_exact_values_only() {
        let scaled = |text: &str, digits| Value::Number(text.into()).scaled(digits);
        assert_eq!(scaled("0.05", 6), Some(50_000));
        assert_eq!(scaled("1e3", 0), Some(1_000));
        assert_eq!(scaled("0.5", 0), None);
        assert_eq!(scaled("-1", 0), None);
        assert_eq!(scaled("1e400", 0), None);
    }

    #[test]
    fn sizes_are_those_of_compact_json() {
        let value = Value::object([(
            "a\n",
            Value::List(alloc::vec![Value::number(10), Value::Bool(false)]),
        )]);
        assert_eq!(value.bytes(), "{\"a\\n\":[10,false]}".len() as u64);
    }
}
