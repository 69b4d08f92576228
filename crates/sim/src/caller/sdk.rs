//! AWS SDKs and the CLI: how often and how long after a failure they try again.
//!
//! Units: costs and the bucket are tokens of the client's retry quota; a fixed jitter is
//! in parts per million of the full delay.
//! Rules: INV-10 to INV-13, INV-16.

use crate::knob::{Choices, Kind, Knob, Knobs};
use crate::time::Span;

choices! {
    /// Which generation of retry rules a client follows (INV-11).
    RetryProfile {
        /// The rules since November 2026.
        Standard2026 "standard2026",
        /// Standard mode before that.
        StandardPre2026 "standard_pre2026",
        /// The Python SDK's old default.
        LegacyPython "legacy_python",
        /// No retries.
        None "none",
    }
}

choices! {
    /// How the random factor of a delay is chosen.
    Jitter {
        /// Drawn evenly from 0 to 1.
        Full "full",
        /// Always `jitter-factor`.
        Fixed "fixed",
    }
}

choices! {
    /// What the client asks Lambda for (INV-01).
    InvocationType {
        /// Run and answer.
        RequestResponse "RequestResponse",
        /// Check only.
        DryRun "DryRun",
        /// Run later.
        Event "Event",
    }
}

/// What a person sets for an SDK client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Retry rules.
    pub profile: RetryProfile,
    /// Random factor of delays.
    pub jitter: Jitter,
    /// The factor where it is fixed.
    pub jitter_ppm: u64,
    /// Tokens of the retry quota at the start.
    pub bucket: u64,
    /// How long a call waits for its answer; unset waits for ever.
    pub read_timeout: Option<Span>,
    /// What it asks for.
    pub invocation_type: InvocationType,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            profile: RetryProfile::Standard2026,
            jitter: Jitter::Full,
            jitter_ppm: 1_000_000,
            bucket: QUOTA,
            read_timeout: Some(Span::seconds(60)),
            invocation_type: InvocationType::RequestResponse,
        }
    }
}

/// Tokens of a full retry quota.
pub const QUOTA: u64 = 500;

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(profile: choice, "retry-profile", "AWS_RETRY_MODE", "Retry profile",
            Kind::Choice(RetryProfile::WORDS), Inv11,
            "Which generation of SDK retry rules the client follows."),
        knob!(jitter: choice, "jitter", "", "Jitter",
            Kind::Choice(Jitter::WORDS), Inv12,
            "Whether the random factor of a delay is drawn or fixed."),
        knob!(jitter_ppm: count, "jitter-factor", "", "Jitter factor",
            Kind::Ppm, Inv12,
            "The factor used when jitter is fixed; 1 is the longest delay."),
        knob!(bucket: count, "retry-quota", "", "Retry quota",
            Kind::Count { min: 0, max: QUOTA, unit: "tokens" }, Inv13,
            "Tokens in the client's retry quota when the run begins."),
        knob!(read_timeout: optional_span, "read-timeout", "read_timeout", "Read timeout",
            Kind::Span { min: Span::SECOND, max: Span::HOUR, whole_seconds: false }, Inv16,
            "How long a call waits before it is abandoned and retried; null waits for ever."),
        knob!(invocation_type: choice, "invocation-type", "InvocationType", "Invocation type",
            Kind::Choice(InvocationType::WORDS), Inv01,
            "RequestResponse runs the function, Event lets it run later; DryRun only checks that it could."),
    ];
}

/// Why an attempt failed, as far as an SDK cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A throttling error.
    Throttle,
    /// A status 500, 502, 503 or 504 that is no throttle.
    Transient,
    /// No answer within the read timeout.
    ReadTimeout,
}

impl RetryProfile {
    /// Attempts in all, the first one included.
    #[must_use]
    pub const fn attempts_max(self) -> u32 {
        match self {
            Self::Standard2026 | Self::StandardPre2026 => 3,
            Self::LegacyPython => 5,
            Self::None => 1,
        }
    }

    /// Tokens one retry costs; `None` where there is no quota.
    #[must_use]
    pub const fn cost(self, trouble: Trouble) -> Option<u64> {
        match (self, trouble) {
            (Self::Standard2026, Trouble::Throttle) => Some(5),
            (Self::Standard2026, Trouble::Transient | Trouble::ReadTimeout) => Some(14),
            (Self::StandardPre2026, Trouble::ReadTimeout) => Some(10),
            (Self::StandardPre2026, Trouble::Throttle | Trouble::Transient) => Some(5),
            (Self::LegacyPython | Self::None, _) => None,
        }
    }

    /// The longest delay before retry `index`, counted from 0.
    #[must_use]
    pub fn delay_max(self, trouble: Trouble, index: u32) -> Span {
        let base = match (self, trouble) {
            (Self::Standard2026, Trouble::Transient | Trouble::ReadTimeout) => {
                Span::millis(50)
            }
            _ => Span::SECOND,
        };
        let doubled = base.times(1 << index.min(20));
        match self {
            Self::LegacyPython => doubled,
            Self::Standard2026 | Self::StandardPre2026 | Self::None => {
                doubled.min(Span::seconds(20))
            }
        }
    }
}
