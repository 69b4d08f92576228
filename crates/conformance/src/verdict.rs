//! What became of a case, in one line.

use std::fmt;

use crate::case::Unsupported;

/// Longest value shown in a line, in characters.
const SHOWN_MAX: usize = 300;

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where in the expectations.
    pub place: String,
    /// What was expected there.
    pub expected: String,
    /// What came out.
    pub got: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, expected, got } = self;
        write!(f, "expected {} got {} ({place})", cut(expected), cut(got))
    }
}

/// Keeps a line a line.
fn cut(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    match text.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything is as expected, except perhaps the wording of error messages.
    Pass {
        /// Messages that differ.
        wording: Vec<Difference>,
    },
    /// Something is not as expected.
    Fail {
        /// What, in the order of the expectations.
        differences: Vec<Difference>,
        /// Messages that differ.
        wording: Vec<Difference>,
    },
    /// It asks for something that cannot be done or compared here.
    Unsupported(Unsupported),
}

impl Verdict {
    /// Whether messages differ in wording, and nothing else does.
    #[must_use]
    pub fn differs_in_wording_only(&self) -> bool {
        match self {
            Self::Pass { wording } => !wording.is_empty(),
            Self::Fail { .. } | Self::Unsupported(_) => false,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = |more: usize| match more {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        match self {
            Self::Pass { wording } => match &wording[..] {
                [] => f.write_str("pass"),
                [first, others @ ..] => {
                    write!(f, "pass (wording: {first}{})", rest(others.len()))
                }
            },
            Self::Fail { differences, wording: _ } => match &differences[..] {
                [] => f.write_str("fail"),
                [first, others @ ..] => {
                    write!(f, "fail: {first}{}", rest(others.len()))
                }
            },
            Self::Unsupported(why) => write!(f, "unsupported: {}", cut(&why.0)),
        }
    }
}

/// How many cases ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As expected.
    pub passed: usize,
    /// Not as expected.
    pub failed: usize,
    /// Not run, or not compared.
    pub unsupported: usize,
    /// Passed, but with other words in an error message.
    pub wording: usize,
}

impl Tally {
    /// Adds the cases of another file.
    pub fn add(&mut self, other: Self) {
        let Self { passed, failed, unsupported, wording } = other;
        self.passed += passed;
        self.failed += failed;
        self.unsupported += unsupported;
        self.wording += wording;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, unsupported, wording } = self;
        write!(f, "{passed} passed, {failed} failed, {unsupported} unsupported")?;
        write!(f, "; {wording} differ in wording only")
    }
}

/// What became of the cases of one file.
#[derive(Clone, Debug)]
pub struct Report {
    /// Each case with its verdict.
    pub results: Vec<(String, Verdict)>,
    /// Their count.
    pub tally: Tally,
}

impl Report {
    pub(crate) fn add(&mut self, id: String, verdict: Verdict) {
        match verdict {
            Verdict::Pass { .. } => self.tally.passed += 1,
            Verdict::Fail { .. } => self.tally.failed += 1,
            Verdict::Unsupported(_) => self.tally.unsupported += 1,
        }
        self.tally.wording += usize::from(verdict.differs_in_wording_only());
        self.results.push((id, verdict));
    }
}

impl fmt::Display for Report {
    /// One line a case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.results.iter().try_for_each(|(id, verdict)| writeln!(f, "{id} {verdict}"))
    }
}
