//! Simulated time: instants, spans, and the moments a playhead can stand at.
//!
//! Units: everything is an integer number of simulated microseconds. Arithmetic that
//! would leave the range of 64 bits stops the program; it never wraps.

use alloc::format;
use alloc::string::String;
use core::fmt;

/// A point in simulated time: microseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub u64);

/// A length of simulated time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

/// A place the playhead can stand at: an instant, and how many steps of the whole run
/// have been taken. [`Moment::end_of`] is after everything that happens at the instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// The instant.
    pub at: Instant,
    /// Steps taken since the run began; `u32::MAX` means all of this instant.
    pub step: u32,
}

impl Moment {
    /// After everything that happens at `at`.
    #[must_use]
    pub const fn end_of(at: Instant) -> Self {
        Self { at, step: u32::MAX }
    }
}

impl Instant {
    /// After every other.
    pub(crate) const NEVER: Self = Self(u64::MAX);
    /// The start of every run.
    pub const START: Self = Self(0);

    /// The instant `span` later.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0 + span.0)
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// It as a time of day, in milliseconds: a run starts when 2026 does.
    #[must_use]
    pub fn iso_millis(self) -> String {
        let seconds = self.iso_seconds();
        format!("{}.{:03}Z", seconds.trim_end_matches('Z'), self.0 / 1_000 % 1_000)
    }

    /// The same, in seconds.
    #[must_use]
    pub fn iso_seconds(self) -> String {
        let seconds = self.0 / 1_000_000;
        let (mut day, mut year) = (seconds / 86_400, 2026);
        let is_leap = |year: u64| {
            year.is_multiple_of(4)
                && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        };
        while day >= 365 + u64::from(is_leap(year)) {
            day -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        for days in
            [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        {
            if day < days {
                break;
            }
            day -= days;
            month += 1;
        }
        let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
        format!(
            "{year}-{month:02}-{:02}T{hour:02}:{minute:02}:{:02}Z",
            day + 1,
            seconds % 60
        )
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000_000);
    /// One minute.
    pub const MINUTE: Self = Self(60_000_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000_000);

    /// A span of whole milliseconds.
    #[must_use]
    pub const fn millis(count: u64) -> Self {
        Self(count * 1_000)
    }

    /// A span of whole seconds.
    #[must_use]
    pub const fn seconds(count: u64) -> Self {
        Self(count * 1_000_000)
    }

    /// This span `count` times.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self(self.0 * count)
    }

    /// Both spans together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// Whole milliseconds, a begun one counted (billing rounds up).
    #[must_use]
    pub const fn millis_up(self) -> u64 {
        self.0.div_ceil(1_000)
    }
}

impl fmt::Display for Span {
    /// As people write it, the rest of it left out: `250 ms`, `1.5 s`, `2 min`, `8 min 31 s`,
    /// `6 h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0 s"),
            us if us < 1_000 => write!(f, "{us} µs"),
            us if us < 1_000_000 => decimal(f, us, 1_000, "ms"),
            us if us < 120_000_000 => decimal(f, us, 1_000_000, "s"),
            us if us < 7_200_000_000 => both(f, us / 1_000_000, "min", "s"),
            us => both(f, us / 60_000_000, "h", "min"),
        }
    }
}

impl fmt::Display for Instant {
    /// Seconds with three decimals, as on the clock of the page: `62.000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0 / 1_000;
        write!(f, "{}.{:03}", millis / 1_000, millis % 1_000)
    }
}

/// A count in units of 60, and what is left over.
fn both(f: &mut fmt::Formatter<'_>, count: u64, unit: &str, rest: &str) -> fmt::Result {
    write!(f, "{} {unit}", count / 60)?;
    match count % 60 {
        0 => Ok(()),
        over => write!(f, " {over} {rest}"),
    }
}

fn decimal(f: &mut fmt::Formatter<'_>, us: u64, unit_us: u64, name: &str) -> fmt::Result {
    let (whole, rest) = (us / unit_us, us % unit_us);
    let thousandths = rest * 1_000 / unit_us;
    match (thousandths, thousandths % 100, thousandths % 10) {
        (0, _, _) => write!(f, "{whole} {name}"),
        (n, 0, _) => write!(f, "{whole}.{} {name}", n / 100),
        (n, _, 0) => write!(f, "{whole}.{:02} {name}", n / 10),
        (n, _, _) => write!(f, "{whole}.{n:03} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn spans_read_as_people_write_them() {
        let cases = [
            (Span(0), "0 s"),
            (Span(50), "50 µs"),
            (Span::millis(250), "250 ms"),
            (Span(1_500_000), "1.5 s"),
            (Span(60_030_000), "60.03 s"),
            (Span::MINUTE.times(2), "2 min"),
            (Span::HOUR.times(6), "6 h"),
        ];
        for (span, text) in cases {
            assert_eq!(span.to_string(), text);
        }
    }
}
