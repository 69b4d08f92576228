//! What reaches a topic or a bus from outside, and the functions it passes things on to:
//! subscriptions of a topic, rules of a bus.
//!
//! Units: the age counts from when the bus received the event.
//! Rules: ASY-02, ASY-30 to ASY-32.

use alloc::string::String;
use alloc::vec::Vec;

use crate::caller::load::Load;
use crate::knob::{Choices, Kind, Knob, Knobs};
use crate::limits;
use crate::time::Span;
use crate::value::{Payload, Value};

/// What reaches a topic, a bus or a queue from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inlet {
    /// The message, or the event as rules and functions see it.
    pub payload: Payload,
    /// What stands beside a message: text, numbers, or lists of them.
    pub attributes: Vec<(String, Value)>,
    /// When.
    pub load: Load,
    /// The group it belongs to, in a queue that keeps order.
    pub group: String,
    /// What tells it from others there; empty is nothing.
    pub deduplication: String,
}

/// A function that a topic or bus passes things on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// Its name.
    pub name: String,
    /// The function, with `:qualifier` if there is one.
    pub target: String,
    /// What is passed on; unset is everything.
    pub pattern: Option<Value>,
    /// How it is delivered.
    pub manner: Manner,
}

/// How something is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As a subscription of a topic says.
    Subscription(Subscription),
    /// As a rule of a bus says.
    Rule(Rule),
}

choices! {
    /// What a filter policy looks into.
    Scope {
        /// What stands beside the message.
        MessageAttributes "MessageAttributes",
        /// The message itself.
        MessageBody "MessageBody",
    }
}

/// What a person sets for a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// What the filter policy looks into.
    pub scope: Scope,
    /// Where messages go that cannot be delivered; empty is nowhere.
    pub dead_letter: String,
    /// Whether the function lets the topic call it.
    pub permission: bool,
}

impl Default for Subscription {
    fn default() -> Self {
        Self {
            scope: Scope::MessageAttributes,
            dead_letter: String::new(),
            permission: true,
        }
    }
}

/// What a person sets for a rule and its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Retries after the first try.
    pub retries_max: u64,
    /// How old an event may become before it is given up.
    pub age_max: Span,
    /// Where events go that cannot be delivered; empty is nowhere.
    pub dead_letter: String,
    /// Whether the function lets EventBridge call it.
    pub permission: bool,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            retries_max: RETRIES,
            age_max: AGE,
            dead_letter: String::new(),
            permission: true,
        }
    }
}

/// Most retries of EventBridge, and what it does where nothing is set.
pub(crate) const RETRIES: u64 = 185;
/// The longest it tries, and how long it does where nothing is set.
pub(crate) const AGE: Span = Span::HOUR.times(24);

pub(crate) const RETRIES_KIND: Kind = Kind::Count { min: 0, max: RETRIES, unit: "" };
pub(crate) const AGE_KIND: Kind =
    Kind::Span { min: Span::MINUTE, max: AGE, whole_seconds: true };
pub(crate) const QUEUE_KIND: Kind = Kind::Text { max: limits::NAME_MAX };

impl Knobs for Subscription {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(scope: choice, "filter-policy-scope", "FilterPolicyScope", "Filter scope",
            Kind::Choice(Scope::WORDS), Asy02,
            "Whether the filter policy looks into the attributes beside the message or into the message."),
        knob!(dead_letter: text, "dead-letter", "RedrivePolicy", "Dead-letter queue",
            QUEUE_KIND, Asy32,
            "The queue that gets messages which could not be delivered."),
        knob!(permission: bool, "permission", "", "Permission", Kind::Bool, Asy32,
            "Whether the function lets the topic call it; without, no message is tried again."),
    ];
}

impl Knobs for Rule {
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
        knob!(permission: bool, "permission", "", "Permission", Kind::Bool, Asy32,
            "Whether the function lets EventBridge call it; without, no event is tried again."),
    ];
}

impl Manner {
    /// Where goes what cannot be delivered; empty is nowhere.
    #[must_use]
    pub fn dead_letter(&self) -> &str {
        match self {
            Self::Subscription(spec) => &spec.dead_letter,
            Self::Rule(spec) => &spec.dead_letter,
        }
    }
}
