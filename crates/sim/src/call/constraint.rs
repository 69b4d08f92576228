//! Constraints of AWS's interface, in its words: what a parameter may be.
//!
//! Rules: those of the parameters.

use alloc::format;
use alloc::string::String;

use super::Reply;
use crate::rule::Rule;
use crate::value::Value;

/// A whole number within a range.
///
/// # Errors
/// What AWS answers to any other value.
pub(super) fn within(
    given: &Value,
    field: &str,
    (min, max): (i64, i64),
    rule: Rule,
) -> Result<i64, (Reply, Rule)> {
    let shown = match given {
        Value::Number(text) | Value::Text(text) => text.as_str(),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => "",
    };
    let bound = match shown.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => return Ok(number),
        Ok(number) if number < min => format!("greater than or equal to {min}"),
        Err(_) if shown.starts_with('-') => format!("greater than or equal to {min}"),
        Ok(_) | Err(_) => format!("less than or equal to {max}"),
    };
    Err(failed(shown, field, &format!("have value {bound}"), rule))
}

/// What AWS answers where a value does not satisfy a constraint.
pub(super) fn failed(shown: &str, field: &str, must: &str, rule: Rule) -> (Reply, Rule) {
    let message = format!(
        "1 validation error detected: Value '{shown}' at '{field}' failed to satisfy \
         constraint: Member must {must}"
    );
    (Reply::error(400, "ValidationException", message), rule)
}

/// The name of a parameter as constraints write it: `scalingConfig.maximumConcurrency`.
pub(super) fn field_name(aws: &str) -> String {
    let mut field = String::with_capacity(aws.len());
    let mut is_first = true;
    for letter in aws.chars() {
        field.push(if is_first { letter.to_ascii_lowercase() } else { letter });
        is_first = letter == '.';
    }
    field
}
