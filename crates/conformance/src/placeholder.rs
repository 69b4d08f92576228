//! Comparing values with what a case expects, placeholders such as `<any>` or `<uuid:x>`
//! included.
//!
//! `<seq:r1>` is the sequence number of record r1 and `<base64 of r1.json>` its data, which whoever compares knows before.
//! The same name of a `<uuid:x>` stands for the same text within one answer. Answers of
//! different calls never share one, so each has names of its own.

use std::collections::{BTreeMap, BTreeSet};

use lambdarium_sim::value::Value;

use crate::case::{Unsupported, unsupported};

/// Most literal texts and placeholders in one text.
const PIECES_MAX: usize = 100;

/// What the named placeholders of one answer stand for.
pub type Names = BTreeMap<String, String>;

/// Whether a value is what is expected.
///
/// Objects have the same members in any order; one whose keys hold dots lists paths, and
/// only those are compared.
///
/// # Errors
/// If a placeholder is not known.
pub fn matches(
    expected: &Value,
    actual: &Value,
    names: &mut Names,
) -> Result<bool, Unsupported> {
    match (expected, actual) {
        (Value::Text(pattern), _) => text_matches(pattern, actual, names),
        (Value::List(expected), Value::List(actual)) => {
            if expected.len() != actual.len() {
                return Ok(false);
            }
            for (expected, actual) in expected.iter().zip(actual) {
                if !matches(expected, actual, names)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Object(expected), Value::Object(members)) => {
            let paths = expected.iter().any(|(key, _)| key.contains('.'));
            if !paths && expected.len() != members.len() {
                return Ok(false);
            }
            for (key, expected) in expected {
                let found = actual.get(key).or_else(|| actual.at(key));
                match found {
                    Some(actual) if matches(expected, actual, names)? => {}
                    Some(_) | None => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::Number(_), Value::Number(_)) => {
            Ok(expected.compare(actual) == Some(std::cmp::Ordering::Equal))
        }
        (Value::Null | Value::Bool(_), _) => Ok(expected == actual),
        (Value::Number(_) | Value::List(_) | Value::Object(_), _) => Ok(false),
    }
}

fn text_matches(
    pattern: &str,
    actual: &Value,
    names: &mut Names,
) -> Result<bool, Unsupported> {
    if actual.as_text() == Some(pattern) {
        return Ok(true);
    }
    let pieces = pieces(pattern)?;
    match (&pieces[..], actual) {
        ([Piece::Any], _) | ([Piece::Number], Value::Number(_)) => Ok(true),
        (_, Value::Text(text)) => Ok(Match::new(&pieces, text).whole(names)),
        (
            _,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Object(_),
        ) => Ok(false),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Literal(&'a str),
    Any,
    /// Any text.
    Text,
    Number,
    /// Text that is a number.
    Digits,
    Time,
    Md5,
    Uuid(Option<&'a str>),
    /// What is known before: the sequence number of a record, or what it holds.
    Known(&'a str),
    Shard,
    Arn,
}

/// Takes a pattern apart. What stands in angle brackets must be known.
fn pieces(pattern: &str) -> Result<Vec<Piece<'_>>, Unsupported> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('<') {
        let Some(length) = rest[open..].find('>') else { break };
        let (before, word) = (&rest[..open], &rest[open + 1..open + length]);
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        // What is said of it behind a comma or a colon is for people.
        let word = word.split_once(", ").map_or(word, |(word, _)| word);
        let word = word.split_once(": ").map_or(word, |(word, _)| word);
        pieces.push(match word {
            "any" => Piece::Any,
            "text" => Piece::Text,
            "number" => Piece::Number,
            "string number" => Piece::Digits,
            "time" => Piece::Time,
            "md5" => Piece::Md5,
            "uuid" => Piece::Uuid(None),
            "arn" => Piece::Arn,
            "shardId" => Piece::Shard,
            word if word.starts_with("seq:") => Piece::Known(word),
            word if word.starts_with("base64 of ") => Piece::Known(word),
            word => match word.strip_prefix("uuid:") {
                Some(name) => Piece::Uuid(Some(name)),
                None => return unsupported(format!("placeholder <{word}>")),
            },
        });
        rest = &rest[open + length + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    if pieces.len() > PIECES_MAX {
        return unsupported(format!("a text with more than {PIECES_MAX} pieces"));
    }
    Ok(pieces)
}

/// One pattern laid against one text.
struct Match<'a> {
    pieces: &'a [Piece<'a>],
    text: &'a str,
    /// Places from which the rest of the pattern did not fit.
    failed: BTreeSet<(usize, usize)>,
    /// By piece: what follows it fits nowhere from this place on.
    hopeless: Vec<usize>,
}

impl<'a> Match<'a> {
    fn new(pieces: &'a [Piece<'a>], text: &'a str) -> Self {
        let hopeless = vec![usize::MAX; pieces.len()];
        Self { pieces, text, failed: BTreeSet::new(), hopeless }
    }

    fn whole(mut self, names: &mut Names) -> bool {
        let mut found = names.clone();
        let fits = self.from(0, 0, &mut found);
        if fits {
            *names = found;
        }
        fits
    }

    /// Whether the pieces from `piece` on fit the text from `at` on.
    fn from(&mut self, piece: usize, at: usize, names: &mut Names) -> bool {
        let (pieces, rest) = (self.pieces, &self.text[at..]);
        let Some(next) = pieces.get(piece) else { return rest.is_empty() };
        if self.failed.contains(&(piece, at)) {
            return false;
        }
        let fits = match next {
            Piece::Literal(literal) => {
                rest.starts_with(literal)
                    && self.from(piece + 1, at + literal.len(), names)
            }
            Piece::Any | Piece::Text => {
                let ends = rest.char_indices().map(|(end, _)| at + end);
                let ends = ends.chain([self.text.len()]);
                let ends = ends.take_while(|end| *end < self.hopeless[piece]);
                let ends: Vec<usize> = ends.collect();
                let fits = ends.into_iter().any(|end| self.from(piece + 1, end, names));
                if !fits {
                    self.hopeless[piece] = self.hopeless[piece].min(at);
                }
                fits
            }
            Piece::Uuid(name) => rest.get(..36).is_some_and(|found| {
                let free = match name {
                    Some(name) => {
                        let bound = names.entry((*name).to_string());
                        bound.or_insert_with(|| found.to_string()) == found
                    }
                    None => true,
                };
                free && is_uuid(found) && self.from(piece + 1, at + 36, names)
            }),
            Piece::Known(name) => match names.get(*name) {
                Some(known) if rest.starts_with(known.as_str()) => {
                    let end = at + known.len();
                    self.from(piece + 1, end, names)
                }
                Some(_) | None => false,
            },
            Piece::Number | Piece::Digits => self.span(piece, at, number(rest), names),
            Piece::Time => self.span(piece, at, time(rest), names),
            Piece::Md5 => {
                let hex = rest.bytes().take(32).filter(u8::is_ascii_hexdigit).count();
                self.span(piece, at, if hex == 32 { 32 } else { 0 }, names)
            }
            Piece::Shard => {
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
                let length = rest.bytes().take_while(plain).count();
                let length = if rest.starts_with("shardId-") { length } else { 0 };
                self.span(piece, at, length, names)
            }
            Piece::Arn => {
                let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let length = if rest.starts_with("arn:") { length } else { 0 };
                self.span(piece, at, length, names)
            }
        };
        if !fits {
            self.failed.insert((piece, at));
        }
        fits
    }

    /// A piece that takes a length that is known, if it takes any.
    fn span(
        &mut self,
        piece: usize,
        at: usize,
        length: usize,
        names: &mut Names,
    ) -> bool {
        length > 0 && self.from(piece + 1, at + length, names)
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The length of the decimal number a text begins with.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(&text[sign..]);
    if whole == 0 {
        return 0;
    }
    let end = sign + whole;
    let fraction = text[end..].strip_prefix('.').map_or(0, digits);
    if fraction > 0 { end + 1 + fraction } else { end }
}

/// The length of the ISO 8601 time a text begins with.
fn time(text: &str) -> usize {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let fits = |shape: &[u8], text: &[u8]| {
        text.len() >= shape.len()
            && shape.iter().zip(text).all(|(shape, byte)| match shape {
                b'0' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    let bytes = text.as_bytes();
    if !fits(SHAPE, bytes) {
        return 0;
    }
    let mut end = SHAPE.len();
    if let Some(rest) = text[end..].strip_prefix('.') {
        end += 1 + rest.bytes().take_while(u8::is_ascii_digit).count();
    }
    match bytes.get(end) {
        Some(b'Z') => end + 1,
        Some(b'+' | b'-') if fits(b"00:00", &bytes[end + 1..]) => end + 6,
        Some(b'+' | b'-') if fits(b"0000", &bytes[end + 1..]) => end + 5,
        Some(_) | None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdarium_format::json::read_value;

    fn fits(expected: &str, actual: &str) -> Result<bool, Unsupported> {
        let value = |text: &str| read_value(text).expect("JSON");
        matches(&value(expected), &value(actual), &mut Names::new())
    }

    #[test]
    fn placeholders_fit_what_they_stand_for_and_nothing_else() {
        let id = "01234567-89ab-4def-8123-456789abcdef";
        let other = "11234567-89ab-4def-8123-456789abcdef";
        let yes = [
            (r#""<any>""#, "null".to_string()),
            (r#""a <any> c""#, r#""a b c""#.to_string()),
            (r#""<number>""#, "1.5e3".to_string()),
            (r#""[<number>]""#, r#""[100]""#.to_string()),
            (r#""<time>""#, r#""2026-01-01T00:00:00.000Z""#.to_string()),
            (r#""<time>""#, r#""2026-01-01T00:00:00.000+0000""#.to_string()),
            (r#"["<uuid:a>","<uuid:a>"]"#, format!(r#"["{id}","{id}"]"#)),
            (r#"["<uuid:a>","<uuid:b>"]"#, format!(r#"["{id}","{other}"]"#)),
            (
                r#""RequestId: <uuid:r> Error: x""#,
                format!(r#""RequestId: {id} Error: x""#),
            ),
            (r#"{"a":1.0,"b":[]}"#, r#"{"b":[],"a":1}"#.to_string()),
            (r#"{"a.b":1}"#, r#"{"a":{"b":1,"c":2},"d":3}"#.to_string()),
            (r#""<b>""#, r#""<b>""#.to_string()),
        ];
        for (expected, actual) in &yes {
            assert_eq!(fits(expected, actual), Ok(true), "{expected} {actual}");
        }
        let no = [
            (r#""<number>""#, r#""x""#.to_string()),
            (r#""<time>""#, r#""2026-01-01""#.to_string()),
            (r#"["<uuid:a>","<uuid:a>"]"#, format!(r#"["{id}","{other}"]"#)),
            (r#""<uuid:a>""#, r#""é1234567-89ab-4def-8123-456789abcdef""#.to_string()),
            (r#"{"a":1}"#, r#"{"a":1,"b":2}"#.to_string()),
            (r#"{"a":1,"b":null}"#, r#"{"a":1}"#.to_string()),
            (r#"{"a.b":1}"#, r#"{"a":{}}"#.to_string()),
            ("null", "0".to_string()),
            (r#""1""#, "1".to_string()),
        ];
        for (expected, actual) in &no {
            assert_eq!(fits(expected, actual), Ok(false), "{expected} {actual}");
        }
    }

    #[test]
    fn an_unknown_placeholder_is_unsupported() {
        let why = Unsupported("placeholder <sequence>".into());
        assert_eq!(fits(r#""<sequence>""#, r#""x""#), Err(why));
    }

    #[test]
    fn many_wildcards_take_no_time() {
        let pattern = format!("\"{}x\"", "<any>a".repeat(40));
        let text = format!("\"{}\"", "a".repeat(20_000));
        assert_eq!(fits(&pattern, &text), Ok(false));
    }

    #[test]
    fn a_sequence_number_is_that_of_its_record() {
        let expected = read_value(r#"["<seq:r1>","a <seq:r2>"]"#).expect("JSON");
        let actual = read_value(r#"["17","a 18"]"#).expect("JSON");
        let known = |second: &str| {
            let pairs = [("seq:r1", "17"), ("seq:r2", second)];
            Names::from(pairs.map(|(name, number)| (name.into(), number.into())))
        };
        assert_eq!(matches(&expected, &actual, &mut known("18")), Ok(true));
        assert_eq!(matches(&expected, &actual, &mut known("19")), Ok(false));
        assert_eq!(matches(&expected, &actual, &mut Names::new()), Ok(false));
    }
}
