//! Where in a text something stands: from the place an issue names to line and column.

use std::ops::Range;

use lambdarium_sim::value::Value;

use super::parse::parse;
use super::reader::cut;

/// A place in a text, as editors count: lines and columns from 1, columns and offsets in
/// UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its line.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// Where it begins, from the start of the text.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
}

/// Where in `text` the `place` of an issue is. Of a member with a plain value it is the
/// whole member, of others the key. What is not there, such as a missing member, is put
/// where it belongs: at what should hold it.
#[must_use]
pub fn locate(text: &str, place: &str) -> Spot {
    let range = match line_and_column(place) {
        Some((line, column)) => broken(text, line, column),
        None => found(text, place),
    };
    spot(text, range)
}

/// What is said of a text that is no JSON: the number of a line, and of a character in it.
fn line_and_column(place: &str) -> Option<(usize, usize)> {
    let (line, column) = place.strip_prefix("line ")?.split_once(", column ")?;
    Some((line.parse().ok()?, column.parse().ok()?))
}

/// The character of a line, both counted from 1.
fn broken(text: &str, line: usize, column: usize) -> Range<usize> {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or_default();
    let before = line.chars().take(column.saturating_sub(1));
    let from = start + before.map(char::len_utf8).sum::<usize>();
    character(text, from)
}

/// The character that begins here.
fn character(text: &str, from: usize) -> Range<usize> {
    let width = text[from..].chars().next().map_or(0, char::len_utf8);
    from..from + width
}

/// The deepest thing on the way to a place.
fn found(text: &str, place: &str) -> Range<usize> {
    let mut scan = Scan { text, at: 0 };
    scan.space();
    let mut found = character(text, scan.at);
    let mut rest = place;
    while let Some(next) = scan.enter(rest) {
        found = next.range;
        rest = next.rest;
        scan.at = next.value;
        if rest.is_empty() {
            break;
        }
    }
    found
}

fn spot(text: &str, range: Range<usize>) -> Spot {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(0);
    let before = &text[..range.start];
    let line = before.bytes().filter(|byte| *byte == b'\n').count();
    let in_line = before.rsplit('\n').next().unwrap_or_default();
    let from = units(before);
    Spot {
        line: u32::try_from(line).unwrap_or(0) + 1,
        column: units(in_line) + 1,
        from,
        to: from + units(&text[range]),
    }
}

/// A finger on the text.
struct Scan<'t> {
    text: &'t str,
    at: usize,
}

/// A member or an item on the way to a place.
struct Next<'p> {
    range: Range<usize>,
    /// Where its value begins.
    value: usize,
    /// The way on from there.
    rest: &'p str,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Past this byte and the space around it, if it is there.
    fn pass(&mut self, byte: u8) -> Option<()> {
        self.space();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        self.space();
        there.then_some(())
    }

    /// Into the value here, towards a place.
    fn enter<'p>(&mut self, place: &'p str) -> Option<Next<'p>> {
        match self.peek()? {
            b'{' => self.member(place),
            b'[' => self.item(place),
            _ => None,
        }
    }

    /// Names may hold dots: the longest key that leads on is taken. Of a key that stands
    /// twice, the second is what is wrong.
    fn member<'p>(&mut self, place: &'p str) -> Option<Next<'p>> {
        let mut best: Option<Next<'p>> = None;
        self.pass(b'{')?;
        while self.peek() == Some(b'"') {
            let start = self.at;
            self.value();
            let key_end = self.at;
            let Ok(Value::Text(key)) = parse(&self.text[start..key_end]) else { break };
            if self.pass(b':').is_none() {
                break;
            }
            let value = self.at;
            let end = self.end(key_end);
            let after = place.strip_prefix(cut(&key).as_str());
            let rest = after.and_then(|after| match after {
                "" => Some(after),
                _ => after.strip_prefix('.'),
            });
            if let Some(rest) = rest
                && best.as_ref().is_none_or(|best| rest.len() <= best.rest.len())
            {
                best = Some(Next { range: start..end, value, rest });
            }
            if self.pass(b',').is_none() {
                break;
            }
        }
        best
    }

    fn item<'p>(&mut self, place: &'p str) -> Option<Next<'p>> {
        let (number, rest) = place.split_once('.').unwrap_or((place, ""));
        self.pass(b'[')?;
        for _ in 0..number.parse::<usize>().ok()? {
            self.value();
            self.pass(b',')?;
        }
        let value = self.at;
        let end = self.end(value + 1);
        Some(Next { range: value..end, value, rest })
    }

    /// Past the value here: where what should be marked ends. Of a list or an object,
    /// that is `before` it.
    fn end(&mut self, before: usize) -> usize {
        let compound = matches!(self.peek(), Some(b'{' | b'['));
        self.value();
        if compound { before } else { self.at }
    }

    /// Past the value here.
    fn value(&mut self) {
        let mut depth = 0_usize;
        let (mut quoted, mut escaped) = (false, false);
        while let Some(byte) = self.peek() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' | b',' | b':' if depth == 0 => return,
                b'}' | b']' => depth -= 1,
                byte if depth == 0 && byte.is_ascii_whitespace() => return,
                _ => {}
            }
            self.at += 1;
            let whole = matches!(byte, b'"' | b'}' | b']') && !quoted && !escaped;
            if whole && depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "lambdarium": 1,
  "title": "Ärger 😀", "seed": 7,
  "functions": {
    "f.g": {"memory": 64, "say \"hi\"": [1, {"deep": true}, "x,]"]},
    "f": { "g": {"memory": 128}, "timeout" : "901s" }
  }
}"#;

    /// What a place is led to, and its line and column.
    fn at(text: &str, place: &str) -> (String, u32, u32) {
        let spot = locate(text, place);
        let units: Vec<u16> = text.encode_utf16().collect();
        let marked = &units[spot.from as usize..spot.to as usize];
        (String::from_utf16_lossy(marked), spot.line, spot.column)
    }

    #[test]
    fn a_place_is_found_by_its_path() {
        let cases = [
            ("lambdarium", "\"lambdarium\": 1", 2, 3),
            ("seed", "\"seed\": 7", 3, 24),
            ("functions", "\"functions\"", 4, 3),
            ("functions.f.g.memory", "\"memory\": 64", 5, 13),
            ("functions.f.timeout", "\"timeout\" : \"901s\"", 6, 34),
            ("functions.f.g.say \"hi\".0", "1", 5, 42),
            ("functions.f.g.say \"hi\".1.deep", "\"deep\": true", 5, 46),
            ("functions.f.g.say \"hi\".2", "\"x,]\"", 5, 61),
        ];
        for (place, marked, line, column) in cases {
            assert_eq!(at(TEXT, place), (marked.into(), line, column), "{place}");
        }
    }

    #[test]
    fn what_is_missing_is_put_at_what_should_hold_it() {
        let cases = [
            ("callers", "{", 1),
            ("text", "{", 1),
            ("functions.f.reserved", "\"f\"", 6),
            ("functions.f.g.say \"hi\".9", "\"say \\\"hi\\\"\"", 5),
            ("seed.deeper", "\"seed\": 7", 3),
        ];
        for (place, marked, line) in cases {
            let (found, found_line, _) = at(TEXT, place);
            assert_eq!((found.as_str(), found_line), (marked, line), "{place}");
        }
    }

    #[test]
    fn of_a_key_that_stands_twice_it_is_the_second() {
        let text = "{\"a\": {\"b\": 1,\n \"b\": 2}}";
        assert_eq!(at(text, "a.b"), ("\"b\": 2".into(), 2, 2));
    }

    #[test]
    fn broken_text_is_led_to_the_character() {
        for (text, marked, line, column) in [
            ("", "", 1, 1),
            ("{\n  \"a\": }", "}", 2, 8),
            ("{} {}", "{", 1, 4),
            ("{\"ä\": 1 \"b\"}", "\"", 1, 9),
            ("{\"lambdarium\":1,", ",", 1, 16),
            ("{\n\n", "", 3, 1),
        ] {
            let issues = super::super::read(text).expect_err(text);
            let place = &issues[0].place;
            assert_eq!(at(text, place), (marked.into(), line, column), "{text}: {place}");
        }
    }

    #[test]
    fn no_text_and_no_place_leads_astray() {
        let texts =
            ["", "[", "{\"", "{\"a\"", "{\"a\":", "{\"a\":{", "\u{feff}{", "{\"\\", "]"];
        let places =
            ["", "a", "a.b", "0", "text", "line 9, column 9", "line 0, column 0", "…"];
        for text in texts {
            for place in places {
                let spot = locate(text, place);
                assert!(
                    spot.to as usize <= text.encode_utf16().count(),
                    "{text} {place}"
                );
            }
        }
    }
}
