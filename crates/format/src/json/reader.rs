//! Reading with a finger on the text: where we are, and all that is wrong so far.

use lambdarium_sim::EVENTS;
use lambdarium_sim::knob::{Choices, Issue, Kind, Setting};
use lambdarium_sim::limits;
use lambdarium_sim::plan::NEEDS_EVENTS;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use crate::unit;

/// Most issues that are told; nobody reads more, and a hostile text could have a million.
const ISSUES_MAX: usize = 100;
/// Most characters of what was found that an issue shows.
const SHOWN_MAX: usize = 60;

/// The place in the text and the issues found so far.
pub(super) struct Reader {
    place: String,
    issues: Vec<Issue>,
    untold: usize,
    /// Where members or items were left out because they could not be read at all.
    lost: Vec<String>,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self { place: String::new(), issues: Vec::new(), untold: 0, lost: Vec::new() }
    }

    /// What was read of a list or an object; remembers here if something is missing.
    pub(super) fn found<T>(&mut self, read: Vec<Option<T>>) -> Vec<T> {
        if read.iter().any(Option::is_none) {
            self.lost.push(self.place.clone());
        }
        read.into_iter().flatten().collect()
    }

    /// Whether everything is right so far.
    pub(super) fn is_content(&self) -> bool {
        self.issues.is_empty() && self.untold == 0
    }

    /// Adds what is wrong with the whole, without what may only follow from what has been
    /// told already: from something that could not be read, or from a wrong setting.
    pub(super) fn add(&mut self, issues: Vec<Issue>) {
        let under = |place: &str, part: &str| {
            place
                .strip_prefix(part)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let lost = |part: &str| {
            let whole = self.issues.iter().any(|told| told.place == part);
            whole || self.lost.iter().any(|place| under(place, part))
        };
        let told = |part: &str| self.issues.iter().any(|told| under(&told.place, part));
        let (functions, acts, settings) =
            (lost("functions"), lost("acts"), told("settings"));
        let follows = |Issue { place, .. }: &Issue| {
            let names = [".calls", ".aliases.", ".provisioned."];
            self.issues.iter().any(|told| under(place, &told.place))
                || functions && names.iter().any(|name| place.contains(name))
                || (functions || settings) && place == "functions"
                || settings && place.contains(".load.")
                || (acts || settings) && under(place, "acts")
        };
        let fresh: Vec<Issue> =
            issues.into_iter().filter(|issue| !follows(issue)).collect();
        for Issue { place, found, allowed, rule } in fresh {
            self.place = place;
            self.issue(found, allowed, rule);
        }
        self.place.clear();
    }

    /// What was read if nothing was wrong, else everything that was.
    pub(super) fn into_result<T>(mut self, read: T) -> Result<T, Vec<Issue>> {
        if self.untold > 0 {
            self.issues.push(Issue {
                place: "text".into(),
                found: format!("{} more issues", self.untold),
                allowed: "none".into(),
                rule: Rule::Sim02,
            });
        }
        if self.issues.is_empty() { Ok(read) } else { Err(self.issues) }
    }

    /// Reads something that stands under `key`.
    pub(super) fn within<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.place.len();
        if before > 0 {
            self.place.push('.');
        }
        self.place.push_str(&cut(key));
        let read = read(self);
        self.place.truncate(before);
        read
    }

    fn issue(&mut self, found: String, allowed: String, rule: Rule) {
        if self.issues.len() >= ISSUES_MAX {
            self.untold += 1;
            return;
        }
        let place = if self.place.is_empty() { "text" } else { &self.place };
        self.issues.push(Issue { place: place.into(), found, allowed, rule });
    }

    /// Something stands here that does not belong.
    pub(super) fn wrong(&mut self, found: &str, allowed: impl Into<String>) {
        self.issue(cut(found), allowed.into(), Rule::Sim02);
    }

    /// This value is not what belongs here.
    pub(super) fn refuse(&mut self, found: &Value, allowed: impl Into<String>) {
        self.issue(shown(found), allowed.into(), Rule::Sim02);
    }

    /// Whether there are not too many of something; says so if there are.
    pub(super) fn at_most(&mut self, count: usize, most: usize, what: &str) -> bool {
        if count > most {
            let (found, allowed) = (format!("{count} {what}"), format!("at most {most}"));
            self.issue(found, allowed, Rule::Sim03);
        }
        count <= most
    }

    /// The members of an object.
    pub(super) fn object<'a>(
        &mut self,
        value: &'a Value,
    ) -> Option<&'a [(String, Value)]> {
        let Value::Object(members) = value else {
            self.refuse(value, "an object in braces");
            return None;
        };
        Some(members)
    }

    /// The items of a list with at most so many.
    pub(super) fn list<'a>(
        &mut self,
        value: &'a Value,
        most: usize,
    ) -> Option<&'a [Value]> {
        let Value::List(items) = value else {
            self.refuse(value, "a list in brackets");
            return None;
        };
        self.at_most(items.len(), most, "items").then_some(items)
    }

    /// Text of at most so many bytes.
    pub(super) fn text(&mut self, value: &Value, most: usize) -> Option<String> {
        let Some(text) = value.as_text() else {
            self.refuse(value, "text in quotes");
            return None;
        };
        self.at_most(text.len(), most, "bytes").then(|| text.to_string())
    }

    /// A whole number from `min`.
    pub(super) fn count(&mut self, value: &Value, min: u64, max: u64) -> Option<u64> {
        let count = value.as_count().filter(|count| (min..=max).contains(count));
        if count.is_none() {
            let upwards =
                if max == u64::MAX { String::new() } else { format!(" to {max}") };
            self.refuse(value, format!("a whole number from {min}{upwards}"));
        }
        count
    }

    /// A decimal times `10^digits`, exactly.
    pub(super) fn decimal(
        &mut self,
        value: &Value,
        digits: i32,
        what: &str,
    ) -> Option<u64> {
        let number = value.scaled(digits);
        if number.is_none() {
            self.refuse(value, format!("{what} with at most {digits} decimals"));
        }
        number
    }

    /// A distance on the board, to either side.
    pub(super) fn distance(&mut self, value: &Value) -> Option<i16> {
        let most = limits::NUDGE_MAX;
        let distance = match value {
            Value::Number(text) => text.parse().ok(),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        let distance = distance.filter(|distance| (-most..=most).contains(distance));
        if distance.is_none() {
            self.refuse(value, format!("a whole number from -{most} to {most}"));
        }
        distance
    }

    pub(super) fn span(&mut self, value: &Value) -> Option<Span> {
        let span = span_of(value);
        if span.is_none() {
            self.refuse(value, unit::SPAN_ALLOWED);
        }
        span
    }

    pub(super) fn instant(&mut self, value: &Value) -> Option<Instant> {
        self.span(value).map(|span| Instant::START.plus(span))
    }

    /// One of the words of an enum.
    pub(super) fn choice<C: Choices>(&mut self, value: &Value) -> Option<C> {
        self.word(value, C::WORDS).and_then(C::from_place)
    }

    pub(super) fn word(
        &mut self,
        value: &Value,
        words: &'static [&'static str],
    ) -> Option<u8> {
        let place =
            value.as_text().and_then(|text| words.iter().position(|w| *w == text));
        if place.is_none() {
            let found = value.as_text().unwrap_or_default();
            self.refuse(value, one_of(found, words));
        }
        place.and_then(|place| u8::try_from(place).ok())
    }

    /// Exactly two of something.
    pub(super) fn pair<T>(
        &mut self,
        value: &Value,
        what: &str,
        mut read: impl FnMut(&mut Self, &Value) -> Option<T>,
    ) -> Option<(T, T)> {
        let Value::List(items) = value else {
            self.refuse(value, format!("a list of two {what}"));
            return None;
        };
        let [first, second] = &items[..] else {
            self.refuse(value, format!("a list of two {what}"));
            return None;
        };
        let first = self.within("0", |reader| read(reader, first));
        let second = self.within("1", |reader| read(reader, second));
        first.zip(second)
    }

    /// The setting of a knob: the right kind of value, and in range.
    pub(super) fn setting(
        &mut self,
        value: &Value,
        kind: &Kind,
        optional: bool,
        rule: Rule,
    ) -> Option<Setting> {
        if optional && *value == Value::Null {
            return Some(Setting::Unset);
        }
        let setting = match kind {
            Kind::Count { .. } => value.as_count().map(Setting::Number),
            Kind::Span { .. } => span_of(value).map(Setting::Span),
            Kind::Ppm | Kind::Decimal { .. } => value.scaled(6).map(Setting::Number),
            Kind::Bool => as_bool(value).map(Setting::Bool),
            Kind::Choice(words) => return self.word(value, words).map(Setting::Choice),
            Kind::Text { .. } => value.as_text().map(|text| Setting::Text(text.into())),
        };
        let or_null = if optional { ", or null" } else { "" };
        let allowed = || format!("{}{or_null}", kind.allowed());
        match setting {
            None => self.issue(shown(value), allowed(), Rule::Sim02),
            Some(ref setting) if !kind.admits(setting) => {
                self.issue(shown(value), allowed(), rule);
            }
            Some(setting) => return Some(setting),
        }
        None
    }
}

fn as_bool(value: &Value) -> Option<bool> {
    if let Value::Bool(on) = value { Some(*on) } else { None }
}

/// A span with its unit, or a number of seconds.
fn span_of(value: &Value) -> Option<Span> {
    match value.as_text() {
        Some(text) => unit::read_span(text),
        None => value.scaled(6).map(Span),
    }
}

/// The members of an object, and which keys they may have.
pub(super) struct Fields<'a> {
    members: &'a [(String, Value)],
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(members: &'a [(String, Value)]) -> Self {
        Self { members, asked: Vec::new() }
    }

    /// The member of this key, if it is there; from now on the key is known.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Value> {
        self.asked.push(key);
        self.members.iter().find(|(k, _)| k == key).map(|member| &member.1)
    }

    /// The same, and what is made of it.
    pub(super) fn read<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        reader.within(key, |reader| read(reader, value))
    }

    /// The same, for what only asynchronous events need: a program that plays none does not
    /// read it, and says that it cannot play this.
    pub(super) fn read_with_events<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        read: impl FnOnce(&mut Reader, &'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        reader.within(key, |reader| {
            if EVENTS {
                return read(reader, value);
            }
            let is_empty = match value {
                Value::List(items) => items.is_empty(),
                Value::Object(members) => members.is_empty(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
            };
            if !is_empty {
                reader.wrong("", NEEDS_EVENTS);
            }
            None
        })
    }

    /// The same, for a member that must be there; `what` says what it is.
    pub(super) fn require<T>(
        &mut self,
        reader: &mut Reader,
        key: &'static str,
        what: &str,
        read: impl FnOnce(&mut Reader, &'a Value) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = self.take(key) else {
            reader.within(key, |reader| reader.wrong("nothing", what));
            return None;
        };
        reader.within(key, |reader| read(reader, value))
    }

    /// Says which members nobody asked for.
    pub(super) fn finish(self, reader: &mut Reader) {
        for key in self.unknown() {
            let allowed = one_of(key, &self.asked);
            reader.within(key, |reader| reader.wrong("an unknown key", allowed));
        }
    }

    /// The same, where a program that plays no events does not know all keys there are: it
    /// says that it cannot play this.
    pub(super) fn finish_with_events(self, reader: &mut Reader) {
        if EVENTS {
            return self.finish(reader);
        }
        for key in self.unknown() {
            reader.within(key, |reader| reader.wrong("", NEEDS_EVENTS));
        }
    }

    fn unknown(&self) -> impl Iterator<Item = &'a str> {
        let keys = self.members.iter().map(|(key, _)| key.as_str());
        keys.filter(|key| !self.asked.contains(key))
    }
}

/// What is allowed instead of a word: the nearest one, or all of them.
pub(super) fn one_of(found: &str, words: &[&str]) -> String {
    match nearest(found, words) {
        Some(near) => format!("{near:?} (did you mean that?)"),
        None => words.join(", "),
    }
}

/// The word that differs from `found` by the fewest letters, if by few enough.
fn nearest<'w>(found: &str, words: &[&'w str]) -> Option<&'w str> {
    // Words are ASCII; lower case of all scripts would be a table of 11 kB.
    let found: Vec<char> =
        found.chars().take(40).map(|letter| letter.to_ascii_lowercase()).collect();
    let enough = 1 + found.len() / 4;
    let near = words.iter().map(|word| (distance(&found, word), *word));
    near.min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| *distance <= enough && *distance < word.len())
        .map(|(_, word)| word)
}

/// Letters to add, drop or change (Levenshtein).
fn distance(found: &[char], word: &str) -> usize {
    let mut row: Vec<usize> = (0..=found.len()).collect();
    for (at, letter) in word.chars().map(|letter| letter.to_ascii_lowercase()).enumerate()
    {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, other) in found.iter().enumerate() {
            let changed = corner + usize::from(*other != letter);
            corner = row[place + 1];
            row[place + 1] = changed.min(corner + 1).min(row[place] + 1);
        }
    }
    row[found.len()]
}

pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// A value as an issue shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) | Value::Number(_) => cut(&value.compact()),
        Value::Text(text) => format!("{:?}", cut(text)),
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested_when_it_is_near() {
        let words = ["memory", "timeout", "reserved-concurrency", "init"];
        for (found, near) in [
            ("memroy", Some("memory")),
            ("Timeout", Some("timeout")),
            ("reserved_concurrency", Some("reserved-concurrency")),
            ("x", None),
            ("", None),
            ("banana", None),
        ] {
            assert_eq!(nearest(found, &words), near, "{found}");
        }
    }
}
