//! Expected keys of objects: patterns with names in braces, and `*` for anything.

use lambdarium_sim::service::Look;
use lambdarium_sim::value::Value;

use super::Comparison;
use crate::case::{Unsupported, unsupported};

/// Most names in a pattern.
const NAMES_MAX: usize = 50;

/// Whether an object lies under a key like this. Date and time are those that it says itself.
pub fn fits(
    on: &Comparison<'_>,
    pattern: &str,
    object: &Look,
) -> Result<bool, Unsupported> {
    let said = |path: &str| object.body.at(path).and_then(Value::as_text);
    let when = said("timestamp").unwrap_or_default();
    let shard = said("KinesisBatchInfo.shardId").or(said("DDBStreamBatchInfo.shardId"));
    let function = said("requestContext.functionArn").unwrap_or_default();
    let function = function.split(":function:").nth(1).unwrap_or_default();
    let part =
        |from: usize, to: usize| when.get(from..to).unwrap_or_default().to_string();
    let mut wanted = pattern.to_string();
    for _ in 0..NAMES_MAX {
        let Some((before, rest)) = wanted.split_once('{') else { break };
        let Some((name, after)) = rest.split_once('}') else { break };
        let value = match name {
            "mappingUUID" => mapping_uuid(on),
            "shardId" => shard.unwrap_or_default().to_string(),
            "functionName" => function.split(':').next().unwrap_or_default().to_string(),
            "yyyy" => part(0, 4),
            "mm" => part(5, 7),
            "dd" => part(8, 10),
            "HH" => part(11, 13),
            "MM" => part(14, 16),
            "SS" => part(17, 19),
            _ => return unsupported(format!("objectKeyPattern: {{{name}}}")),
        };
        wanted = format!("{before}{value}{after}");
    }
    Ok(is_like(&wanted, &object.key))
}

/// The UUID of the only mapping.
fn mapping_uuid(on: &Comparison<'_>) -> String {
    match on.played.recording.last_plan().mappings() {
        [mapping] => mapping.uuid(),
        [] | [_, ..] => String::new(),
    }
}

/// Whether a text is like a pattern, in which `*` stands for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text) in
            [("a*", "abc"), ("a*c", "abc"), ("a*b*c", "a1b2c"), ("", "")]
        {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("a", "ab"), ("*x", "abc"), ("ab*bc", "abc"), ("b*", "ab")]
        {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
    }
}
