//! JSON text into values, and nothing more: bounds, duplicates, line and column.
//!
//! Of a library that reads JSON a scenario needs a tenth, and in the page every kilobyte
//! counts: this one is nearly 6 kB smaller, and says what it found and what it expected there.
//! The tests hold it to `serde_json`.

use std::collections::BinaryHeap;

use lambdarium_sim::knob::Issue;
use lambdarium_sim::limits;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::value::Value;

use super::reader::Reader;

/// Levels that a scenario puts around the payloads in it, and some more.
const FRAME_DEPTH: usize = 16;

/// What a number of a surrogate belongs to.
const SURROGATE: &str = "a whole pair of surrogates, the high one first";

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
    let read = Parser { text, at: 0 }.whole();
    let value = read.map_err(|fault| vec![syntax(text, &fault)])?;
    let mut reader = Reader::new();
    repeated(&value, &mut reader);
    reader.into_result(value)
}

/// Lines and columns count from 1, in characters; past the end is the last column.
fn syntax(text: &str, fault: &Fault) -> Issue {
    let found = match text.get(fault.at..).and_then(|rest| rest.chars().next()) {
        None => "the end of the text".to_string(),
        Some(c) if c.is_ascii_graphic() => format!("`{c}`"),
        Some(c) => format!("the character U+{:04X}", u32::from(c)),
    };
    let (mut line, mut column) = (1, 0);
    for (_, c) in text.char_indices().take_while(|(at, _)| *at <= fault.at) {
        column += 1;
        if c == '\n' {
            (line, column) = (line + 1, 0);
        }
    }
    Issue {
        place: format!("line {line}, column {column}"),
        found: format!("{found}, which is not JSON here"),
        allowed: fault.allowed.into(),
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

/// Says which keys stand twice in one object: one of the two would be lost. A heap sorts
/// them, as in the views; the code of a tree would be here for this alone.
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
            let keys = members.iter().enumerate().map(|(at, (key, _))| (key, at));
            let keys = keys.collect::<BinaryHeap<_>>().into_sorted_vec();
            let mut is_again = vec![false; members.len()];
            for pair in keys.windows(2) {
                is_again[pair[1].1] = pair[0].0 == pair[1].0;
            }
            for ((key, member), is_again) in members.iter().zip(is_again) {
                reader.within(key, |reader| {
                    if is_again {
                        reader.wrong("the key twice", "each key once");
                    }
                    repeated(member, reader);
                });
            }
        }
    }
}

/// Where a text stops being JSON, and what would be JSON there.
struct Fault {
    at: usize,
    allowed: &'static str,
}

/// Reads a text from front to back (RFC 8259). `at` is always between two characters.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn fault<T>(&self, allowed: &'static str) -> Result<T, Fault> {
        Err(Fault { at: self.at, allowed })
    }

    /// The byte in front; 0 at the end of the text, which no JSON outside of strings holds.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// The byte in front after white space.
    fn peek_word(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
        self.peek()
    }

    /// Goes over `byte` if it stands in front.
    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == byte;
        self.at += usize::from(is_there);
        is_there
    }

    fn whole(&mut self) -> Result<Value, Fault> {
        let value = self.value()?;
        self.peek_word();
        if self.at < self.text.len() {
            return self.fault("nothing more");
        }
        Ok(value)
    }

    /// Calls itself as deep as the text is nested, which [`parse`] has bounded.
    fn value(&mut self) -> Result<Value, Fault> {
        match self.peek_word() {
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'"' => Ok(Value::Text(self.string()?)),
            b'[' => {
                let mut items = Vec::new();
                let item =
                    |parser: &mut Self| parser.value().map(|item| items.push(item));
                self.sequence(b']', "`,` or `]`", item)?;
                Ok(Value::List(items))
            }
            b'{' => {
                let mut members = Vec::new();
                let member = |parser: &mut Self| {
                    let key = parser.key()?;
                    parser.value().map(|value| members.push((key, value)))
                };
                self.sequence(b'}', "`,` or `}`", member)?;
                Ok(Value::Object(members))
            }
            b'-' | b'0'..=b'9' => Ok(Value::Number(self.number()?)),
            _ => self.fault("a value"),
        }
    }

    fn word(&mut self, word: &'static str, value: Value) -> Result<Value, Fault> {
        for byte in word.bytes() {
            if !self.take(byte) {
                return self.fault(word);
            }
        }
        Ok(value)
    }

    /// What stands between two brackets, with commas between.
    fn sequence(
        &mut self,
        close: u8,
        separator: &'static str,
        mut one: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.at += 1;
        if self.peek_word() == close {
            self.at += 1;
            return Ok(());
        }
        loop {
            one(self)?;
            let next = self.peek_word();
            if next != close && next != b',' {
                return self.fault(separator);
            }
            self.at += 1;
            if next == close {
                return Ok(());
            }
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Result<String, Fault> {
        if self.peek_word() != b'"' {
            return self.fault("a key in double quotes");
        }
        let key = self.string()?;
        self.peek_word();
        if self.take(b':') { Ok(key) } else { self.fault("`:`") }
    }

    /// A number as it is written, but for exponents: they get an `e` and a sign.
    fn number(&mut self) -> Result<String, Fault> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        let mut number = self.text[start..self.at].to_string();
        if self.take(b'e') || self.take(b'E') {
            let sign = if self.take(b'-') { "e-" } else { "e+" };
            if sign == "e+" {
                self.take(b'+');
            }
            let start = self.at;
            self.digits()?;
            number += sign;
            number += &self.text[start..self.at];
        }
        Ok(number)
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.peek().is_ascii_digit() {
            return self.fault("a digit");
        }
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..b' ') {
                self.at += 1;
            }
            string += &self.text[start..self.at];
            if self.take(b'"') {
                return Ok(string);
            }
            if !self.take(b'\\') {
                return self.fault("a string up to its `\"`, with `\\n` for a new line");
            }
            string.push(self.escaped()?);
        }
    }

    /// What a backslash stands for together with what is behind it.
    fn escaped(&mut self) -> Result<char, Fault> {
        let plain = match self.peek() {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.fault("one of `\"\\/bfnrtu` after `\\`"),
        };
        self.at += 1;
        Ok(plain)
    }

    /// A character by its number; beyond 16 bits it takes two, a pair of surrogates.
    fn unicode(&mut self) -> Result<char, Fault> {
        let high = self.unit()?;
        let mut code = high;
        if high & 0xfc00 == 0xd800 {
            if !self.take(b'\\') {
                return self.fault(SURROGATE);
            }
            let low = self.unit()?;
            // Only the second half of a pair comes out as a character.
            code = if low & 0xfc00 == 0xdc00 {
                0x1_0000 + ((high & 0x3ff) << 10 | low & 0x3ff)
            } else {
                high
            };
        }
        let fault = Fault { at: self.at - 1, allowed: SURROGATE };
        char::from_u32(code).ok_or(fault)
    }

    /// `u` and four digits.
    fn unit(&mut self) -> Result<u32, Fault> {
        if !self.take(b'u') {
            return self.fault(SURROGATE);
        }
        let mut unit = 0;
        for _ in 0..4 {
            let Some(digit) = char::from(self.peek()).to_digit(16) else {
                return self.fault("four digits or letters `a` to `f` after `\\u`");
            };
            unit = unit << 4 | digit;
            self.at += 1;
        }
        Ok(unit)
    }
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
            ("[\"ää\", x]", "line 1, column 8"),
        ];
        for (text, place) in cases {
            let issues = parse(text).expect_err(text);
            assert_eq!(issues[0].place, place, "{text}: {}", issues[0]);
        }
    }

    #[test]
    fn broken_text_says_what_was_found_and_what_would_be_right() {
        let cases = [
            ("", "the end of the text", "a value"),
            ("[1 2]", "`2`", "`,` or `]`"),
            ("{a:1}", "`a`", "a key in double quotes"),
            ("{\"a\"}", "`}`", "`:`"),
            ("nil", "`i`", "null"),
            ("-x", "`x`", "a digit"),
            ("1 1", "`1`", "nothing more"),
            ("“1”", "the character U+201C", "a value"),
            (
                "\"a\n\"",
                "the character U+000A",
                "a string up to its `\"`, with `\\n` for a new line",
            ),
            ("\"\\x\"", "`x`", "one of `\"\\/bfnrtu` after `\\`"),
            ("\"\\u00g0\"", "`g`", "four digits or letters `a` to `f` after `\\u`"),
            ("\"\\ud83d.\"", "`.`", SURROGATE),
        ];
        for (text, found, allowed) in cases {
            let issues = parse(text).expect_err(text);
            let found = format!("{found}, which is not JSON here");
            assert_eq!((&issues[0].found, &*issues[0].allowed), (&found, allowed));
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
