//! Facts about AWS as neutral cases, and what this simulator makes of them.
//!
//! A case says what is given and what is expected, in words that no simulator owns. Here
//! it is read ([`case`]), translated into a scenario and acts ([`given`]), played
//! ([`stage`]) and compared ([`expect`]). What is not understood is never skipped: the
//! case is unsupported then, with the key or the word that was met.

pub mod case;
pub mod expect;
pub mod given;
pub mod observe;
pub mod placeholder;
pub mod records;
pub mod stage;
pub mod verdict;

use case::{Case, File};
use verdict::{Report, Tally, Verdict};

/// Runs all cases of a file's text.
///
/// # Errors
/// Why the text is no case file.
pub fn run(text: &str) -> Result<Option<Report>, String> {
    let cases = match case::read(text)? {
        File::NoCases => return Ok(None),
        File::Cases(cases) => cases,
    };
    let mut report = Report { results: Vec::new(), tally: Tally::default() };
    for (id, case) in cases {
        let verdict = case.and_then(|case| judge(&case));
        report.add(id, verdict.unwrap_or_else(Verdict::Unsupported));
    }
    Ok(Some(report))
}

/// Plays one case and compares.
fn judge(case: &Case) -> Result<Verdict, case::Unsupported> {
    let setting = given::translate(&case.given)?;
    let expectations = expect::Expectations::of(&case.expect, case.exact)?;
    let played = stage::play(&setting, expectations.horizon)?;
    expectations.compare(&setting, &played)
}
