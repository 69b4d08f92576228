//! Services of AWS that tell a function of something and do not wait for what becomes of it:
//! S3, CloudWatch Logs, SES, IoT, and schedules of EventBridge.
//!
//! What Lambda does not accept, only EventBridge tries again: of the others nothing is known.
//! Units: the age counts from when the schedule was due.
//! Rules: ASY-02, ASY-25, ASY-31, ASY-32.

use alloc::string::String;

use super::Kind;
use super::state::State;
use crate::Given;
use crate::id::{CallerId, Job, Origin, Part};
use crate::knob::{self, Knob, Knobs};
use crate::message::Content;
use crate::plan::Plan;
use crate::scenario::Settings;
use crate::service::delivery::GivenUp;
use crate::service::outlet::{AGE, AGE_KIND, QUEUE_KIND, RETRIES, RETRIES_KIND};
use crate::service::policy::Policy;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{Fact, Refusal};

/// What a person sets for a service that does not try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Whether the function lets the service call it.
    pub permission: bool,
    /// Events are played.
    pub given: Given,
}

impl Default for Spec {
    fn default() -> Self {
        Self { permission: true, given: Given::here() }
    }
}

/// What a person sets for a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Retries after the first try.
    pub retries_max: u64,
    /// How long it tries.
    pub age_max: Span,
    /// Where events go that cannot be delivered; empty is nowhere.
    pub dead_letter: String,
    /// Whether the function lets EventBridge call it.
    pub permission: bool,
    /// Events are played.
    pub given: Given,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            retries_max: RETRIES,
            age_max: AGE,
            dead_letter: String::new(),
            permission: true,
            given: Given::here(),
        }
    }
}

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(permission: bool, "permission", "", "Permission", knob::Kind::Bool, Asy32,
            "Whether the function lets the service call it."),
    ];
}

impl Knobs for Schedule {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(retries_max: count, "maximum-retry-attempts", "MaximumRetryAttempts",
            "Retry attempts", RETRIES_KIND, Asy31,
            "How often EventBridge tries again to deliver an event that Lambda did not accept."),
        knob!(age_max: span, "maximum-event-age", "MaximumEventAgeInSeconds", "Event age",
            AGE_KIND, Asy31,
            "How long EventBridge tries to deliver an event."),
        knob!(dead_letter: text, "dead-letter", "DeadLetterConfig", "Dead-letter queue",
            QUEUE_KIND, Asy32,
            "The queue that gets events which could not be delivered."),
        knob!(permission: bool, "permission", "", "Permission", knob::Kind::Bool, Asy32,
            "Whether the function lets the service call it."),
    ];
}

impl Kind {
    /// Whether it sends events and does not wait for what becomes of them.
    #[must_use]
    pub const fn is_sender(&self) -> bool {
        match self {
            Self::S3(_)
            | Self::CloudWatchLogs(_)
            | Self::Ses(_)
            | Self::Iot(_)
            | Self::Schedule(_) => true,
            Self::Sdk(_)
            | Self::Cli(_)
            | Self::RestApi(_)
            | Self::HttpApi(_)
            | Self::FunctionUrl(_)
            | Self::Alb(_)
            | Self::StepFunctions(_) => false,
        }
    }

    /// What it does where Lambda does not accept an event; none where it waits for answers.
    pub(crate) fn policy(&self, settings: &Settings) -> Option<Policy> {
        match self {
            Self::Schedule(spec) => {
                Some(Policy::of_bus(settings, spec.retries_max, spec.age_max))
            }
            Self::S3(_) | Self::CloudWatchLogs(_) | Self::Ses(_) | Self::Iot(_) => {
                Some(Policy::Once)
            }
            Self::Sdk(_)
            | Self::Cli(_)
            | Self::RestApi(_)
            | Self::HttpApi(_)
            | Self::FunctionUrl(_)
            | Self::Alb(_)
            | Self::StepFunctions(_) => None,
        }
    }

    /// Whether its function lets it call.
    pub(crate) const fn permitted(&self) -> bool {
        match self {
            Self::S3(spec)
            | Self::CloudWatchLogs(spec)
            | Self::Ses(spec)
            | Self::Iot(spec) => spec.permission,
            Self::Schedule(spec) => spec.permission,
            Self::Sdk(_)
            | Self::Cli(_)
            | Self::RestApi(_)
            | Self::HttpApi(_)
            | Self::FunctionUrl(_)
            | Self::Alb(_)
            | Self::StepFunctions(_) => true,
        }
    }

    /// Where goes what it cannot deliver; empty is nowhere.
    #[must_use]
    pub fn dead_letter(&self) -> &str {
        match self {
            Self::Schedule(spec) => &spec.dead_letter,
            Self::S3(_)
            | Self::CloudWatchLogs(_)
            | Self::Ses(_)
            | Self::Iot(_)
            | Self::Sdk(_)
            | Self::Cli(_)
            | Self::RestApi(_)
            | Self::HttpApi(_)
            | Self::FunctionUrl(_)
            | Self::Alb(_)
            | Self::StepFunctions(_) => "",
        }
    }
}

impl State {
    /// Lambda has not accepted an event: a schedule tries again, the others do not.
    #[inline(never)]
    pub(super) fn on_refused(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        policy: &Policy,
        refusal: Refusal,
    ) {
        let caller = plan.caller(id);
        let call = *self.call_at(slot).expect("a call under way was answered");
        let job = Job { origin: Origin::Caller(id), call: call.number };
        let made = u64::from(call.attempt) - 1;
        let wait = policy.wait(&caller.dice, call.number, made);
        if let Some(after) = wait.filter(|_| !refusal.is_of_client()) {
            let attempt = call.attempt + 1;
            let fact = Fact::RetryPlanned { after, attempt, bucket: 0 };
            cx.tell(Part::Caller(id), Some(job), policy.rule(), fact);
            return self.back_off(id, cx, slot, cx.now.plus(after));
        }
        let rule = policy.end_rule(refusal);
        self.end_refused(id, cx, slot, refusal.http(), rule);
        let given_up = GivenUp {
            part: Part::Caller(id),
            job,
            content: Content::of_caller(id),
            to: Part::Function(caller.function),
            dead_letter: caller.dead_letter,
            rule,
            refusal,
        };
        self.count_given_up(given_up.tell(plan, cx));
    }
}
