//! A Step Functions Task state that invokes a function and waits.
//!
//! Rules: INV-20 and the table of synchronous callers. A state retries only if it has a
//! `Retry` field; the usual one names Lambda's service errors and throttles, never the
//! function's own.

use crate::knob::{Kind, Knob, Knobs};
use crate::time::Span;

/// What a person sets for a Task state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// `TimeoutSeconds` of the state; unset waits for ever.
    pub timeout: Option<Span>,
    /// `MaxAttempts` of its `Retry`; 0 is a state without one.
    pub attempts_max: u64,
    /// `IntervalSeconds`: the wait before the first retry.
    pub interval: Span,
    /// `BackoffRate`: each wait is this many times the one before.
    pub backoff: u64,
}

impl Default for Spec {
    fn default() -> Self {
        Self { timeout: None, attempts_max: 0, interval: Span::SECOND, backoff: 2 }
    }
}

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(timeout: optional_span, "timeout", "TimeoutSeconds", "Task timeout",
            Kind::Span { min: Span::SECOND, max: Span::HOUR.times(24), whole_seconds: true },
            Inv21, "How long the state waits for the function; null waits for ever."),
        knob!(attempts_max: count, "max-attempts", "MaxAttempts", "Retries",
            Kind::Count { min: 0, max: 99, unit: "" }, Inv20,
            "Retries after throttles and service errors; 0 is a state without Retry."),
        knob!(interval: span, "interval", "IntervalSeconds", "First wait",
            Kind::Span { min: Span::SECOND, max: Span::HOUR, whole_seconds: true }, Inv20,
            "The wait before the first retry."),
        knob!(backoff: count, "backoff-rate", "BackoffRate", "Backoff rate",
            Kind::Count { min: 1, max: 10, unit: "" }, Inv20,
            "How many times longer each wait is than the one before."),
    ];
}
