//! Share links: everything a run needs, in the part of an address that no server sees.
//!
//! The fragment holds pairs joined by `&`; unknown ones are ignored:
//!
//! | pair | meaning |
//! | --- | --- |
//! | `s=1.d.…` | a run: version of the text, codec, and base64url of what it packed |
//! | `s=1.e.…` | the same, of a run with asynchronous events |
//! | `e=name` | an example of the gallery |
//! | `u=https://…` | a file; it is fetched only after a click that names the host |
//! | `t=…` | the playhead, see [`read_moment`] |
//! | `sel=…` | what is selected |
//!
//! Old links are opened for ever. A link is hostile until it is read: its length, the
//! size of what it unpacks to and its depth are bounded, and nothing in it is ever run.

mod codec;
mod moment;
mod problem;

use lambdarium_sim::limits;
use lambdarium_sim::plan::needs_events;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::Moment;

use crate::json;
pub use moment::{moment_text, read_moment};
pub use problem::Problem;

/// Longest fragment that is looked at, in bytes: a run and something beside it.
pub const FRAGMENT_MAX: usize = limits::LINK_CHARS_MAX + 8 * 1024;
/// Longest address of a file, in bytes.
const ADDRESS_MAX: usize = 2_000;
/// Longest selection, in bytes.
const SELECTION_MAX: usize = 300;

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The run inside it.
    Run(Box<Run>),
    /// An example of the gallery, by its name.
    Example(String),
    /// A file somewhere else.
    File(Address),
}

/// The address of a scenario file: `https` and nothing that hides where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    url: String,
    host_end: usize,
}

const HTTPS: &str = "https://";

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// It is no `https` address, or one with a name and password in it.
    pub fn read(url: &str) -> Result<Self, Problem> {
        let wrong = || Problem::Address(problem::cut(url));
        let rest = url.strip_prefix(HTTPS).ok_or_else(wrong)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
        let host_fits =
            host.bytes().all(plain) && host.bytes().any(|b| b.is_ascii_alphanumeric());
        let hidden = |c: char| c.is_control() || c == '\\';
        if url.len() > ADDRESS_MAX || !host_fits || url.contains(hidden) {
            return Err(wrong());
        }
        Ok(Self { url: url.to_string(), host_end: HTTPS.len() + host.len() })
    }

    /// The whole address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The host, to be named before anything is fetched.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.url[HTTPS.len()..self.host_end]
    }
}

/// What a link says. What cannot be read is left out and told in `problems`, so that a
/// wrong time does not keep anybody from the scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What it opens.
    pub source: Option<Source>,
    /// Where the playhead stands.
    pub moment: Option<Moment>,
    /// What is selected, as the page names it.
    pub selection: Option<String>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Link {
    /// Reads an address or its fragment, with or without `#`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut link = Self::default();
        let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
        if fragment.len() > FRAGMENT_MAX {
            link.problems.push(Problem::TooLong { chars: fragment.len() });
            return link;
        }
        for pair in fragment.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let Err(problem) = link.take(key, value) {
                link.problems.push(problem);
            }
        }
        link
    }

    fn take(&mut self, key: &str, value: &str) -> Result<(), Problem> {
        match key {
            "s" | "e" | "u" if self.source.is_some() => {}
            "s" => self.source = Some(Source::Run(Box::new(open(value)?))),
            "e" => self.source = Some(Source::Example(example(&unescaped(value))?)),
            "u" => self.source = Some(Source::File(Address::read(&unescaped(value))?)),
            "t" => {
                let text = unescaped(value);
                let moment = read_moment(&text);
                let problem = || Problem::Time(problem::cut(&text));
                self.moment = Some(moment.ok_or_else(problem)?);
            }
            "sel" => {
                let text = unescaped(value);
                if text.len() > SELECTION_MAX {
                    return Err(Problem::Selection);
                }
                self.selection = Some(text).filter(|text| !text.is_empty());
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes the fragment, without `#`.
    ///
    /// # Errors
    /// The run is too large for a link.
    pub fn fragment(&self) -> Result<String, Problem> {
        let source = match &self.source {
            None => None,
            Some(Source::Run(run)) => Some(format!("s={}", payload(run)?)),
            Some(Source::Example(name)) => Some(format!("e={}", escaped(name))),
            Some(Source::File(address)) => Some(format!("u={}", escaped(address.url()))),
        };
        let moment = self.moment.map(|moment| format!("t={}", moment_text(moment)));
        let selection =
            self.selection.as_deref().map(|sel| format!("sel={}", escaped(sel)));
        let pairs: Vec<String> =
            [source, moment, selection].into_iter().flatten().collect();
        Ok(pairs.join("&"))
    }
}

/// Packs a run: what stands behind `s=`.
///
/// # Errors
/// It is too large for a link.
pub fn payload(run: &Run) -> Result<String, Problem> {
    let text = json::write_compact(run);
    if text.len() > limits::SCENARIO_BYTES_MAX {
        return Err(Problem::TooLarge);
    }
    let letter = if needs_events(run) { codec::LETTER_EVENTS } else { codec::LETTER };
    let payload = format!("{}.{letter}.{}", json::VERSION, codec::pack(&text));
    if payload.len() > limits::LINK_CHARS_MAX {
        return Err(Problem::TooLong { chars: payload.len() });
    }
    Ok(payload)
}

/// Opens what stands behind `s=`.
///
/// # Errors
/// Why it cannot be opened, and what to do about it.
pub fn open(payload: &str) -> Result<Run, Problem> {
    json::read(&text_of(payload)?).map_err(Problem::Issues)
}

/// The JSON text behind `s=`, whether it is a run or not.
///
/// # Errors
/// As [`open`].
pub fn text_of(payload: &str) -> Result<String, Problem> {
    if payload.len() > limits::LINK_CHARS_MAX {
        return Err(Problem::TooLong { chars: payload.len() });
    }
    let (version, rest) = payload.split_once('.').unwrap_or((payload, ""));
    let is_number = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
    if !is_number || version.starts_with('0') {
        return Err(Problem::NoPayload);
    }
    if version != json::VERSION.to_string() {
        return Err(Problem::Newer(problem::cut(version)));
    }
    let (letter, packed) = rest.split_once('.').ok_or(Problem::NoPayload)?;
    if letter != codec::LETTER && letter != codec::LETTER_EVENTS {
        return Err(Problem::Codec(problem::cut(letter)));
    }
    codec::unpack(packed)
}

/// The example that a link names, whatever else is in it: who opens links fetches it first,
/// and leaves the rest unread.
#[must_use]
pub fn example_in(fragment: &str) -> Option<String> {
    let mut named = fragment.split('&').filter_map(|pair| pair.strip_prefix("e="));
    named.find_map(|value| example(&unescaped(value)).ok())
}

/// The name of an example, as gallery files are named.
fn example(name: &str) -> Result<String, Problem> {
    let fits = !name.is_empty()
        && name.len() <= limits::NAME_MAX
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits { Ok(name.to_string()) } else { Err(Problem::Example(problem::cut(name))) }
}

/// Text with `%20` and the like read; what is no escape stays as it is.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escape = match after {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        match escape {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Text that may stand in a fragment beside `&` and `=`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?@,;$!*()".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdarium_sim::time::Instant;

    #[test]
    fn a_fragment_says_what_to_open_and_where() {
        let link =
            Link::read("https://x.test/?theme=dark#e=cold-start&t=2:03&sel=a%26b&new=1");
        assert_eq!(link.source, Some(Source::Example("cold-start".into())));
        assert_eq!(link.moment, Some(Moment::end_of(Instant(123_000_000))));
        assert_eq!(link.selection.as_deref(), Some("a&b"));
        assert_eq!(link.problems, []);
        assert_eq!(link.fragment().as_deref(), Ok("e=cold-start&t=123s&sel=a%26b"));
        assert_eq!(Link::read(""), Link::default());
    }

    #[test]
    fn the_example_of_a_link_is_known_without_reading_the_rest() {
        for link in
            ["e=cold-start", "t=later&e=cold%2Dstart", "s=1.d.!&e=a/b&e=cold-start"]
        {
            assert_eq!(example_in(link).as_deref(), Some("cold-start"), "{link}");
        }
        for link in ["", "e=", "sel=e=a", "s=1.d.AAAA", "e=a/b"] {
            assert_eq!(example_in(link), None, "{link}");
        }
    }

    #[test]
    fn a_wrong_time_does_not_hide_the_scenario() {
        let link = Link::read("#t=later&e=cold-start");
        assert!(link.source.is_some());
        assert_eq!(link.problems, [Problem::Time("later".into())]);
    }

    #[test]
    fn an_address_names_its_host() {
        let link = Link::read("#u=https%3A%2F%2Fexample.org:8443%2Fa.json%3Fb%3D1%26c");
        let Some(Source::File(address)) = link.source else { panic!("{link:?}") };
        assert_eq!(address.url(), "https://example.org:8443/a.json?b=1&c");
        assert_eq!(address.host(), "example.org:8443");
        let wrong = [
            "http://example.org/a",
            "https://",
            "https:///a",
            "https://you@example.org/",
            "javascript:alert(1)",
            "https://example.org\\@evil.test/",
            "https://ex ample/",
            "https://example.org/\n",
        ];
        for url in wrong {
            assert!(Address::read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn what_is_no_link_says_what_to_do() {
        let cases = [
            ("", "no scenario"),
            ("1.d", "no scenario"),
            ("hello", "no scenario"),
            ("2.d.abc", "newer Lambdarium"),
            ("99999999999999999999999.x", "newer Lambdarium"),
            ("1.q.abc", "codec"),
            ("1.d.a*b", "base64"),
            ("1.d.", "cut off"),
            ("1.d.AAAA", "cut off"),
        ];
        for (payload, said) in cases {
            let problem = open(payload).expect_err(payload).to_string();
            assert!(problem.contains(said), "{payload}: {problem}");
        }
    }

    #[test]
    fn escapes_are_read_and_written() {
        for text in ["", "a b", "ä&=#%", "checkout:live", "100%"] {
            assert_eq!(unescaped(&escaped(text)), text);
        }
        assert_eq!(unescaped("100%"), "100%");
        assert_eq!(unescaped("%zz%4"), "%zz%4");
    }
}
