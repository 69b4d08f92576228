//! What a case expects, compared with what was played.
//!
//! Everything is compared exactly, times to the microsecond; only the wording of an API
//! error's message is a weaker result of its own.

mod api;
mod checkpoint;
mod counts;
mod events;
mod invariants;
mod object_key;
mod queues;
mod received;
mod records;
mod release;
mod rows;
mod streams;
mod timing;

use lambdarium_format::json::write_value_compact;
use lambdarium_sim::id::Origin;
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Value;

use crate::case::{Members, Unsupported, seconds, unsupported};
use crate::given::Setting;
use crate::given::step::Role;
use crate::observe::{Observed, observe};
use crate::stage::Played;
use crate::verdict::{Difference, Verdict};

/// What a case expects.
pub struct Expectations<'a> {
    /// How long the case runs, where it does not run until quiet.
    pub horizon: Option<Span>,
    exact: bool,
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
    same_revision: Option<&'a Value>,
    different_revision: Option<&'a Value>,
    queues: Option<&'a Value>,
    deliveries: Option<&'a Value>,
    receives: Option<&'a Value>,
    batch_size: Option<&'a Value>,
    first_invocation: Option<&'a Value>,
    event_record: Option<&'a Value>,
    mapping_after: Option<&'a Value>,
    checkpoint: Option<&'a Value>,
    invariants: Option<&'a Value>,
    deployment: Option<&'a Value>,
    alias: Option<&'a Value>,
    drawn: Option<&'a Value>,
}

impl<'a> Expectations<'a> {
    /// Reads what is expected; what is in it is looked at when it is compared.
    ///
    /// # Errors
    /// Names what is not supported.
    pub fn of(expect: &'a Value, exact: bool) -> Result<Self, Unsupported> {
        let mut members = Members::of("expect", expect)?;
        let expectations = Self {
            horizon: members.read("horizon", seconds)?,
            exact,
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
            same_revision: members.take("sameRevisionId"),
            different_revision: members.take("differentRevisionId"),
            queues: members.take("queues"),
            deliveries: members.take("deliveriesPerRecord"),
            receives: members.take("receivesPerRecord"),
            batch_size: members.take("batchSizeAtMost"),
            first_invocation: members.take("firstInvocation"),
            event_record: members.take("eventRecord"),
            mapping_after: members.take("esmAfter"),
            checkpoint: members.take("checkpoint"),
            invariants: members.take("invariants"),
            deployment: members.take("deployment"),
            alias: members.take("alias"),
            drawn: members.take("versionsByDraw"),
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
            exact: self.exact,
            differences: Vec::new(),
            wording: Vec::new(),
        };
        self.check_set_ups(&on)?;
        let parts: [(Option<&Value>, Compare); 24] = [
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
            (self.same_revision, api::same_revision),
            (self.different_revision, api::different_revision),
            (self.queues, queues::compare),
            (self.deliveries, records::deliveries),
            (self.receives, records::receives),
            (self.batch_size, records::batch_size),
            (self.first_invocation, records::first_invocation),
            (self.event_record, records::event_record),
            (self.mapping_after, records::mapping_after),
            (self.checkpoint, checkpoint::compare),
            (self.invariants, invariants::compare),
            (self.deployment, release::deployment_ended),
            (self.alias, release::alias_led),
            (self.drawn, release::drawn),
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

impl Expectations<'_> {
    /// What a case gives has to be there, unless it is about its refusal.
    fn check_set_ups(&self, on: &Comparison<'_>) -> Result<(), Unsupported> {
        for (step, senders) in on.setting.steps().iter().zip(&on.played.senders) {
            let told = self.api.is_some_and(|api| api.get(&step.id).is_some());
            if step.role == Role::Call || told {
                continue;
            }
            for sender in senders {
                let Origin::Act(act) = *sender else { continue };
                let replies = on.played.recording.log().replies(act.into());
                if let Some(reply) = replies.iter().find(|reply| reply.is_error()) {
                    return unsupported(format!(
                        "{} is refused: {}",
                        step.id, reply.message
                    ));
                }
            }
        }
        Ok(())
    }
}

type Compare = fn(&mut Comparison<'_>, &Value) -> Result<(), Unsupported>;

/// A comparison under way.
struct Comparison<'a> {
    setting: &'a Setting,
    played: &'a Played,
    observed: &'a Observed,
    /// Whether numbers of runs at once are exact.
    exact: bool,
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
