//! What a case expects, compared with what was played.
//!
//! Everything is compared exactly, times to the microsecond; only the wording of an API
//! error's message is a weaker result of its own.

mod api;
mod counts;
mod events;
mod received;
mod rows;
mod timing;

use lambdarium_format::json::write_value_compact;
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Value;

use crate::case::{Members, Unsupported, seconds};
use crate::given::Setting;
use crate::observe::{Observed, observe};
use crate::stage::Played;
use crate::verdict::{Difference, Verdict};

/// What a case expects.
pub struct Expectations<'a> {
    /// How long the case runs, where it does not run until quiet.
    pub horizon: Option<Span>,
    api: Option<&'a Value>,
    invocations: Option<&'a Value>,
    invocation_count: Option<&'a Value>,
    concurrency_max: Option<&'a Value>,
    throttles: Option<&'a Value>,
    metrics: Option<&'a Value>,
    timing: Option<&'a Value>,
    destinations: Option<&'a Value>,
    fates: Option<&'a Value>,
    same_request_id: Option<&'a Value>,
}

impl<'a> Expectations<'a> {
    /// Reads what is expected; what is in it is looked at when it is compared.
    ///
    /// # Errors
    /// Names what is not supported.
    pub fn of(expect: &'a Value) -> Result<Self, Unsupported> {
        let mut members = Members::of("expect", expect)?;
        let expectations = Self {
            horizon: members.read("horizon", seconds)?,
            api: members.take("api"),
            invocations: members.take("invocations"),
            invocation_count: members.take("invocationCount"),
            concurrency_max: members.take("maxConcurrency"),
            throttles: members.take("throttles"),
            metrics: members.take("metrics"),
            timing: members.take("timing"),
            destinations: members.take("destinations"),
            fates: members.take("fates"),
            same_request_id: members.take("sameRequestIdInAllAttempts"),
        };
        members.finish()?;
        Ok(expectations)
    }

    /// Compares everything.
    ///
    /// # Errors
    /// Names what cannot be compared.
    pub fn compare(
        &self,
        setting: &Setting,
        played: &Played,
    ) -> Result<Verdict, Unsupported> {
        let observed = observe(played);
        let mut on = Comparison {
            setting,
            played,
            observed: &observed,
            differences: Vec::new(),
            wording: Vec::new(),
        };
        let parts: [(Option<&Value>, Compare); 10] = [
            (self.api, api::compare),
            (self.invocations, rows::invocations),
            (self.invocation_count, counts::invocations),
            (self.concurrency_max, counts::concurrency),
            (self.throttles, rows::throttles),
            (self.metrics, counts::metrics),
            (self.timing, timing::compare),
            (self.destinations, received::compare),
            (self.fates, events::fates),
            (self.same_request_id, events::same_request_id),
        ];
        for (expected, compare) in parts {
            if let Some(expected) = expected {
                compare(&mut on, expected)?;
            }
        }
        let Comparison { differences, wording, .. } = on;
        Ok(if differences.is_empty() {
            Verdict::Pass { wording }
        } else {
            Verdict::Fail { differences, wording }
        })
    }
}

type Compare = fn(&mut Comparison<'_>, &Value) -> Result<(), Unsupported>;

/// A comparison under way.
struct Comparison<'a> {
    setting: &'a Setting,
    played: &'a Played,
    observed: &'a Observed,
    differences: Vec<Difference>,
    wording: Vec<Difference>,
}

impl Comparison<'_> {
    /// Notes a difference, unless the two are the same.
    fn same<T: PartialEq>(
        &mut self,
        place: impl Into<String>,
        expected: T,
        got: T,
        shown: impl Fn(&T) -> String,
    ) {
        if expected != got {
            self.differ(place, shown(&expected), shown(&got));
        }
    }

    fn differ(
        &mut self,
        place: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) {
        let (place, expected, got) = (place.into(), expected.into(), got.into());
        self.differences.push(Difference { place, expected, got });
    }
}

/// A value in a line.
fn shown(value: &Value) -> String {
    write_value_compact(value)
}

/// A time in a line, in seconds.
fn shown_span(span: Span) -> String {
    lambdarium_format::unit::decimal(span.0, 6)
}
