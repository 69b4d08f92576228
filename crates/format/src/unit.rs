//! Times, shares and rates as people write them: `250ms`, `1.5s`, `10m`, `0.05`.
//!
//! Units: spans are whole microseconds. What is read is exact or refused, never rounded;
//! what is written is the shortest text that reads back as the same.

use lambdarium_sim::time::{Instant, Span};

/// The units of time, shortest first: the word that is written, others that are read,
/// microseconds in one, and how many decimals are written at most.
const UNITS: [(&str, &[&str], u64, usize); 5] = [
    ("us", &["µs", "μs"], 1, 0),
    ("ms", &[], 1_000, 3),
    ("s", &[], 1_000_000, 6),
    ("m", &["min"], 60_000_000, 0),
    ("h", &[], 3_600_000_000, 0),
];

/// What a span may look like, for people.
pub const SPAN_ALLOWED: &str =
    "a time such as \"250ms\", \"1.5s\", \"10m\" or \"6h\", or a number of seconds";

/// Writes a span in the unit that makes it shortest.
#[must_use]
pub fn span_text(span: Span) -> String {
    let us = span.0;
    let mut best = format!("{us}us");
    for (word, _, unit, decimals) in &UNITS[1..] {
        let rest = us % unit;
        let fits = us >= *unit && (rest == 0 || *decimals > 0);
        if !(fits || us == 0 && *word == "s") {
            continue;
        }
        let number =
            if rest == 0 { (us / unit).to_string() } else { decimal(us, *decimals) };
        if number.len() + word.len() <= best.len() {
            best = number + word;
        }
    }
    best
}

/// Reads a span with its unit; the whole text must be one.
#[must_use]
pub fn read_span(text: &str) -> Option<Span> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, word) = text.split_at(split);
    let known =
        |unit: &&(&str, &[&str], u64, usize)| unit.0 == word || unit.1.contains(&word);
    let (.., unit, _) = UNITS.iter().find(known)?;
    read_decimal(number, *unit).map(Span)
}

/// Reads a decimal number without sign or exponent, times `unit`, if that is whole.
#[must_use]
pub fn read_decimal(text: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return None,
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    // Twelve decimals are more than any unit can hold exactly.
    if fraction.len() > 12 {
        return None;
    }
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let part = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().ok()? };
    let part = part * u128::from(unit);
    if part % scale != 0 {
        return None;
    }
    let whole = u128::from(whole.parse::<u64>().ok()?) * u128::from(unit);
    u64::try_from(whole + part / scale).ok()
}

/// Writes `number / 10^digits` exactly, without needless zeros.
#[must_use]
pub fn decimal(number: u64, digits: usize) -> String {
    let padded = format!("{number:0>width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    match fraction.trim_end_matches('0') {
        "" => whole.to_string(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// Seconds on the clock, to the microsecond where that says more: `0.200`, `0.200015`.
#[must_use]
pub fn clock(at: Instant) -> String {
    let (seconds, us) = (at.0 / 1_000_000, at.0 % 1_000_000);
    if us % 1_000 == 0 {
        format!("{seconds}.{:03}", us / 1_000)
    } else {
        format!("{seconds}.{us:06}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_in_the_shortest_exact_form() {
        let cases = [
            (0, "0s"),
            (50, "50us"),
            (1_500, "1.5ms"),
            (100_000, "100ms"),
            (250_000, "250ms"),
            (1_500_000, "1.5s"),
            (1_234_567, "1.234567s"),
            (60_000_000, "1m"),
            (90_000_000, "90s"),
            (600_000_000, "10m"),
            (21_600_000_000, "6h"),
            (u64::MAX, "18446744073709.551615s"),
        ];
        for (us, text) in cases {
            assert_eq!(span_text(Span(us)), text);
            assert_eq!(read_span(text), Some(Span(us)), "{text}");
        }
    }

    #[test]
    fn spans_are_exact_or_refused() {
        assert_eq!(read_span("0.25h"), Some(Span(900_000_000)));
        assert_eq!(read_span("2min"), Some(Span(120_000_000)));
        assert_eq!(read_span("7µs"), Some(Span(7)));
        assert_eq!(read_span("1.0000000000000000us"), Some(Span(1)));
        let wrong = [
            "",
            "s",
            "5",
            "1.5us",
            "-1s",
            "1e3s",
            "1.s",
            ".5s",
            "1 s",
            "1s ",
            "1d",
            "1..5s",
            "99999999999999999999s",
            "18446744073709551615h",
            "1m30s",
        ];
        for text in wrong {
            assert_eq!(read_span(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_have_no_needless_zeros() {
        assert_eq!(decimal(0, 6), "0");
        assert_eq!(decimal(50_000, 6), "0.05");
        assert_eq!(decimal(1_000_000, 6), "1");
        assert_eq!(decimal(u64::MAX, 9), "18446744073.709551615");
    }
}
