//! Function names as people type them: bare, partial or full ARNs, with or without a
//! qualifier.
//!
//! Rules: VER-13 (ARNs), VER-14 (two qualifiers), VER-15 (not found).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::Reply;
use crate::rule::Rule;
use crate::value::Value;

/// The Region every ARN names.
pub const REGION: &str = "us-east-1";
/// The account every ARN names.
pub const ACCOUNT: &str = "111111111111";

const NAME_PATTERN: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
const QUALIFIER_PATTERN: &str = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

/// A qualifier that the simulator knows nothing of (VER-25).
pub(super) const MANAGED: &str = "$LATEST.PUBLISHED";

/// A function and a qualifier, as a call names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionName {
    /// The bare name.
    pub name: String,
    /// The qualifier, from wherever it was given.
    pub qualifier: Option<String>,
}

/// Reads the names of a call.
pub struct Names;

impl Names {
    /// The function a call's parameters name.
    ///
    /// # Errors
    /// The reply of AWS to a malformed name, or to two qualifiers that disagree.
    pub fn of(parameters: &Value) -> Result<FunctionName, Reply> {
        let typed = parameters.get("FunctionName").and_then(Value::as_text).unwrap_or("");
        let (name, derived) =
            parse(typed).ok_or_else(|| malformed(typed, "functionName", NAME_PATTERN))?;
        let given = parameters.get("Qualifier").and_then(Value::as_text);
        if given == Some(MANAGED) || derived == Some(MANAGED) {
            let message = "$LATEST.PUBLISHED is not simulated: only Lambda Managed \
                           Instances have it.";
            return Err(Reply::error(400, "InvalidParameterValueException", message));
        }
        if let Some(given) = given
            && !is_qualifier(given)
        {
            return Err(malformed(given, "qualifier", QUALIFIER_PATTERN));
        }
        match (derived, given) {
            (Some(derived), Some(given)) if derived != given => Err(Reply::error(
                400,
                "InvalidParameterValueException",
                "The derived qualifier from the function name does not match the specified qualifier.",
            )),
            (derived, given) => Ok(FunctionName {
                name: name.to_string(),
                qualifier: derived.or(given).map(ToString::to_string),
            }),
        }
    }
}

/// The rule by which the name in a call's parameters is refused.
pub(super) fn rule(parameters: &Value) -> Rule {
    let named = ["FunctionName", "Qualifier"].iter().any(|key| {
        let text = parameters.get(key).and_then(Value::as_text);
        text.is_some_and(|text| text.ends_with(MANAGED))
    });
    if named { Rule::Ver25 } else { Rule::Ver14 }
}

impl FunctionName {
    /// Its ARN without qualifier.
    #[must_use]
    pub fn arn(&self) -> String {
        arn(&self.name)
    }

    /// Its ARN with the qualifier as it was given, if one was (VER-13).
    #[must_use]
    pub fn called_arn(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.arn()),
            None => self.arn(),
        }
    }

    /// The same, where a call names what it asks for as it is.
    #[must_use]
    pub fn nothing_found(&self) -> Reply {
        let message = format!("Function not found: {}", self.called_arn());
        Reply::error(404, "ResourceNotFoundException", message)
    }

    /// AWS's answer when there is no such function, version or alias.
    #[must_use]
    pub fn not_found(&self) -> Reply {
        let qualifier = self.qualifier.as_deref().unwrap_or("$LATEST");
        let message = format!("Function not found: {}:{qualifier}", self.arn());
        Reply::error(404, "ResourceNotFoundException", message)
    }
}

/// The ARN of the function with this name.
#[must_use]
pub fn arn(name: &str) -> String {
    format!("{}:function:{name}", arn_of("lambda"))
}

/// How the ARNs of a service begin.
#[must_use]
pub fn arn_of(service: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}")
}

fn malformed(value: &str, field: &str, pattern: &str) -> Reply {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{field}' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: {pattern}"
    );
    Reply::error(400, "ValidationException", message)
}

/// Takes a name apart: bare name and qualifier.
fn parse(typed: &str) -> Option<(&str, Option<&str>)> {
    let mut parts: Vec<&str> = typed.split(':').collect();
    if parts.first() == Some(&"arn") {
        let prefix = parts.len() >= 7
            && parts[1].starts_with("aws")
            && parts[2] == "lambda"
            && parts[5] == "function";
        if !prefix {
            return None;
        }
        parts.drain(..5);
    } else {
        if is_region(parts[0]) && parts.len() > 1 {
            parts.remove(0);
        }
        if is_account(parts[0]) && parts.len() > 1 {
            parts.remove(0);
        }
    }
    if parts.first() == Some(&"function") && parts.len() > 1 {
        parts.remove(0);
    }
    let (name, qualifier) = match parts[..] {
        [name] => (name, None),
        [name, qualifier] => (name, Some(qualifier)),
        _ => return None,
    };
    let word = |text: &str, extra: &[u8]| {
        !text.is_empty()
            && text.bytes().all(|b| {
                b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || extra.contains(&b)
            })
    };
    let qualifier_fits =
        qualifier.is_none_or(|q| q == "$LATEST" || q == MANAGED || word(q, b""));
    (word(name, b".") && qualifier_fits && name.len() <= 140).then_some((name, qualifier))
}

/// A Region such as `us-east-1` or `us-gov-west-1`: its last word is one digit.
fn is_region(text: &str) -> bool {
    let words: Vec<&str> = text.split('-').collect();
    let letters =
        |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
    match words[..] {
        [ref names @ .., number] => {
            (2..=4).contains(&names.len())
                && names.iter().all(letters)
                && number.len() == 1
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        [] => false,
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_qualifier(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"$_-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_all_their_forms() {
        let arn = "arn:aws:lambda:us-east-1:111111111111:function:fn";
        assert_eq!(parse("fn"), Some(("fn", None)));
        assert_eq!(parse("fn:live"), Some(("fn", Some("live"))));
        assert_eq!(parse("function:fn"), Some(("fn", None)));
        assert_eq!(parse("111111111111:function:fn:2"), Some(("fn", Some("2"))));
        assert_eq!(parse("us-east-1:111111111111:function:fn"), Some(("fn", None)));
        assert_eq!(parse("us-gov-west-1:fn:2"), Some(("fn", Some("2"))));
        assert_eq!(parse("us-east-1"), Some(("us-east-1", None)));
        assert_eq!(parse(arn), Some(("fn", None)));
        assert_eq!(parse(&format!("{arn}:$LATEST")), Some(("fn", Some("$LATEST"))));
        for wrong in
            ["", "fn!", "fn:1:2", "fn:$LATES", "arn:aws:s3:::x", &format!("{arn}:1:2")]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
