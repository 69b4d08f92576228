//! Moments as links name them.
//!
//! Seconds (`12.5`), a clock (`2:03`, `1:02:03`, fractions allowed) or a span with its
//! unit (`1500ms`, `2m`) stand for everything that happens up to and at that instant. Our
//! own form may add `.s` and a count of steps: `1.5s.s42` is inside the instant 1.5 s,
//! after 42 steps of the whole run.

use lambdarium_sim::limits;
use lambdarium_sim::time::{Instant, Moment, Span};

use crate::unit::{read_decimal, read_span, span_text};

const SECOND: u64 = Span::SECOND.0;

/// Reads a moment.
#[must_use]
pub fn read_moment(text: &str) -> Option<Moment> {
    let parts = text.rsplit_once('s');
    let parts = parts.and_then(|(time, step)| Some((time.strip_suffix('.')?, step)));
    let (time, step) = match parts {
        Some((time, step)) => (time, read_step(step)?),
        None => (text, u32::MAX),
    };
    let span = read_clock(time).or_else(|| read_span(time))?;
    let within = span <= limits::RUN_SPAN_MAX;
    within.then(|| Moment { at: Instant::START.plus(span), step })
}

fn read_step(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Seconds, minutes and seconds, or hours, minutes and seconds.
fn read_clock(text: &str) -> Option<Span> {
    let mut parts = text.rsplit(':');
    let mut us = read_decimal(parts.next()?, SECOND)?;
    let mut lower = us;
    for unit in [60 * SECOND, 3_600 * SECOND] {
        let Some(part) = parts.next() else { break };
        if lower >= 60 * SECOND || part.contains('.') {
            return None;
        }
        us = us.checked_add(read_decimal(part, unit)?)?;
        lower = read_decimal(part, SECOND)?;
    }
    parts.next().is_none().then_some(Span(us))
}

/// Writes a moment so that it is read as the same.
#[must_use]
pub fn moment_text(moment: Moment) -> String {
    let at = span_text(moment.at.since(Instant::START));
    match moment.step {
        u32::MAX => at,
        step => format!("{at}.s{step}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_all_their_forms() {
        let cases = [
            ("12.5", 12_500_000, u32::MAX),
            ("0", 0, u32::MAX),
            ("2:03", 123_000_000, u32::MAX),
            ("90:00", 5_400_000_000, u32::MAX),
            ("1:02:03", 3_723_000_000, u32::MAX),
            ("1:02:03.25", 3_723_250_000, u32::MAX),
            ("1500ms", 1_500_000, u32::MAX),
            ("2m", 120_000_000, u32::MAX),
            ("1500.25ms.s42", 1_500_250, 42),
            ("12.5.s7", 12_500_000, 7),
            ("0s.s0", 0, 0),
        ];
        for (text, at, step) in cases {
            let moment = Moment { at: Instant(at), step };
            assert_eq!(read_moment(text), Some(moment), "{text}");
            assert_eq!(read_moment(&moment_text(moment)), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        let wrong = [
            "",
            ":",
            "1:",
            ":1",
            "1:60",
            "1:2:3:4",
            "1.5:00",
            "-1",
            "1e3",
            "5.s",
            "5.s-1",
            "5.s99999999999",
            "25h",
            "86401",
            "18446744073709551615",
            "1:61:00",
            "5s.s+1",
        ];
        for text in wrong {
            assert_eq!(read_moment(text), None, "{text}");
        }
    }
}
