//! What a function, a version or an alias does with asynchronous events: AWS's
//! `FunctionEventInvokeConfig`.
//!
//! Units: the age counts from acceptance. Rules: ASY-07, ASY-08, DST-02, DST-04.

use alloc::string::String;

use crate::knob::{Kind, Knob, Knobs};
use crate::time::Span;

/// Retries after a function error, where nothing else is set.
pub const RETRIES: u64 = 2;
/// How old an event may become, where nothing else is set.
pub const AGE: Span = Span::HOUR.times(6);

/// What a person sets for one qualifier; what is unset stands at AWS's default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spec {
    /// Tries after the first one.
    pub retries_max: Option<u64>,
    /// How old an event may become.
    pub age_max: Option<Span>,
    /// Where the record of a success goes; empty is nowhere.
    pub on_success: String,
    /// Where the record of a failure goes; empty is nowhere.
    pub on_failure: String,
}

impl Spec {
    /// Nothing is set.
    pub const UNSET: Self = Self {
        retries_max: None,
        age_max: None,
        on_success: String::new(),
        on_failure: String::new(),
    };

    /// Tries after the first one.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries_max.unwrap_or(RETRIES)
    }

    /// How old an event may become.
    #[must_use]
    pub fn age(&self) -> Span {
        self.age_max.unwrap_or(AGE)
    }
}

/// Longest name of a target: a function's with its qualifier.
const TARGET_MAX: usize = 140;

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(retries_max: optional_count, "maximum-retry-attempts", "MaximumRetryAttempts",
            "Retry attempts", Kind::Count { min: 0, max: 2, unit: "" }, Asy10,
            "How often an event whose run failed is tried again: after one minute, then after two."),
        knob!(age_max: optional_span, "maximum-event-age", "MaximumEventAgeInSeconds",
            "Event age", Kind::Span { min: Span::MINUTE, max: AGE, whole_seconds: true }, Asy16,
            "How old an event may become before it is given up, retries included."),
        knob!(on_success: text, "on-success", "OnSuccess", "On success",
            Kind::Text { max: TARGET_MAX }, Dst02,
            "Where the record of an event that succeeded is sent."),
        knob!(on_failure: text, "on-failure", "OnFailure", "On failure",
            Kind::Text { max: TARGET_MAX }, Dst02,
            "Where the record of an event that was given up is sent."),
    ];
}
