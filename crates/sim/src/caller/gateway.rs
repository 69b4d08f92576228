//! Services that call a function for an HTTP client: API Gateway, function URLs and load
//! balancers. They wait for a while, retry nothing by themselves, and answer their client
//! with a status code of their own.
//!
//! Rules: INV-20 (defaults and mapping), INV-21 (the wait ends first).

use crate::knob::{Kind, Knob, Knobs};
use crate::time::Span;

/// What a person sets for one of these services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// How long the service waits for the function.
    pub wait: Span,
    /// How often it tries again after a refusal, at once.
    pub retries: u64,
    /// Status for its client when Lambda throttles or refuses; a function URL passes
    /// refusals on as they are.
    pub on_throttle: u64,
    /// Status for its client after a function error.
    pub on_function_error: u64,
    /// Status for its client when the wait is over.
    pub on_timeout: u64,
}

impl Spec {
    const fn of(wait: Span, throttle: u64, function_error: u64, timeout: u64) -> Self {
        Self {
            wait,
            retries: 0,
            on_throttle: throttle,
            on_function_error: function_error,
            on_timeout: timeout,
        }
    }

    /// API Gateway REST API: 29 s, 500, 502, 504.
    #[must_use]
    pub const fn rest_api() -> Self {
        Self::of(Span::seconds(29), 500, 502, 504)
    }

    /// API Gateway HTTP API: 30 s, 503, 500, 503.
    #[must_use]
    pub const fn http_api() -> Self {
        Self::of(Span::seconds(30), 503, 500, 503)
    }

    /// Function URL: as long as the function may run, 429, 502, 502.
    #[must_use]
    pub const fn function_url() -> Self {
        Self::of(WAIT_MAX, 429, 502, 502)
    }

    /// Application Load Balancer: its idle timeout of 60 s, 502 for everything.
    #[must_use]
    pub const fn alb() -> Self {
        Self::of(Span::seconds(60), 502, 502, 502)
    }
}

impl Default for Spec {
    fn default() -> Self {
        Self::rest_api()
    }
}

/// The longest a function may take: its timeout of 900 s after an Init of 10 s.
const WAIT_MAX: Span = Span::seconds(910);

const STATUS: Kind = Kind::Count { min: 400, max: 599, unit: "" };

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(wait: span, "wait", "TimeoutInMillis", "Wait limit",
            Kind::Span { min: Span::millis(50), max: WAIT_MAX, whole_seconds: false },
            Inv21, "How long the service waits for the function before it answers its client."),
        knob!(retries: count, "retries", "", "Retries",
            Kind::Count { min: 0, max: 10, unit: "" }, Inv20,
            "How often the service tries again after a refusal; AWS's own services do not."),
        knob!(on_throttle: count, "on-throttle", "", "Status on throttle", STATUS, Inv20,
            "What the client gets when Lambda throttles or refuses the call."),
        knob!(on_function_error: count, "on-function-error", "", "Status on function error",
            STATUS, Inv20, "What the client gets after a function error."),
        knob!(on_timeout: count, "on-timeout", "", "Status on time-out", STATUS, Inv20,
            "What the client gets when the wait limit ends first."),
    ];
}
