//! What reaches a service from outside, and the functions that are told of it:
//! subscriptions of a topic, rules of a bus, notifications of a bucket.
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

/// What reaches a topic, bus, bucket or queue from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inlet {
    /// The message, the event as rules and functions see it, or the object.
    pub payload: Payload,
    /// The key of an object; empty is one of its own for each.
    pub key: String,
    /// What stands beside a message: text, numbers, or lists of them.
    pub attributes: Vec<(String, Value)>,
    /// When.
    pub load: Load,
    /// The group it belongs to, in a queue that keeps order.
    pub group: String,
    /// What tells it from others there; empty is nothing.
    pub deduplication: String,
    /// The partition key of a record of a stream, or of an item of a table.
    pub partition_key: String,
    /// So many partition keys, which take turns and begin so; unset is one, or, where none
    /// is given, another for each.
    pub partition_keys: Option<u64>,
}

/// A function that is told of what a topic, bus or bucket receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlet {
    /// Its name.
    pub name: String,
    /// The function, with `:qualifier` if there is one.
    pub target: String,
    /// What is passed on; unset is everything. A notification has none.
    pub pattern: Option<Value>,
    /// How it is delivered.
    pub manner: Manner,
}

/// Under which name a topic lists its subscriptions.
pub const SUBSCRIPTIONS: &str = "subscriptions";
/// Under which name a bus lists its rules.
pub const RULES: &str = "rules";
/// Under which name a bucket lists its notifications.
pub const NOTIFICATIONS: &str = "notifications";

/// Under which name a subscription says what it lets through.
pub const FILTER_POLICY: &str = "filter-policy";
/// Under which name a rule says what it lets through.
pub const PATTERN: &str = "pattern";

/// How something is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As a subscription of a topic says.
    Subscription(Subscription),
    /// As a rule of a bus says.
    Rule(Rule),
    /// As a notification of a bucket says.
    Notification(Notification),
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

/// What a person sets for a notification of new objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// How the key of an object has to begin.
    pub prefix: String,
    /// How it has to end.
    pub suffix: String,
    /// Whether the function lets the bucket call it.
    pub permission: bool,
}

impl Default for Notification {
    fn default() -> Self {
        Self { prefix: String::new(), suffix: String::new(), permission: true }
    }
}

/// Most retries of EventBridge, and what it does where nothing is set.
pub(crate) const RETRIES: u64 = 185;
/// The longest it tries, and how long it does where nothing is set.
pub(crate) const AGE: Span = Span::HOUR.times(24);

pub(crate) const RETRIES_KIND: Kind = Kind::Count { min: 0, max: RETRIES, unit: "" };
pub(crate) const AGE_KIND: Kind =
    Kind::Span { min: Span::MINUTE, max: AGE, whole_seconds: true };
/// The key of an object in a bucket, or a part of one.
const KEY_KIND: Kind = Kind::Text { max: limits::OBJECT_KEY_BYTES_MAX };
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

impl Knobs for Notification {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(prefix: text, "prefix", "Filter prefix", "Prefix", KEY_KIND, Asy02,
            "How the key of an object has to begin for the function to be told of it."),
        knob!(suffix: text, "suffix", "Filter suffix", "Suffix", KEY_KIND, Asy02,
            "How the key of an object has to end for the function to be told of it."),
        knob!(permission: bool, "permission", "", "Permission", Kind::Bool, Asy02,
            "Whether the function lets the bucket call it; without, what it tells is lost."),
    ];
}

impl Outlet {
    /// Whether it may be about an object that a function puts into a folder of the bucket,
    /// under a UUID.
    pub(crate) fn may_be_about(&self, folder: &str) -> bool {
        let Manner::Notification(Notification { prefix, suffix, .. }) = &self.manner
        else {
            return true;
        };
        let ends_uuid = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        (folder.starts_with(prefix.as_str()) || prefix.starts_with(folder))
            && suffix.bytes().all(ends_uuid)
    }
}

impl Manner {
    /// Under which name a scenario lists those that are alike.
    #[must_use]
    pub const fn list(&self) -> &'static str {
        match self {
            Self::Subscription(_) => SUBSCRIPTIONS,
            Self::Rule(_) => RULES,
            Self::Notification(_) => NOTIFICATIONS,
        }
    }

    /// Under which name it says what is passed on.
    #[must_use]
    pub const fn pattern_key(&self) -> Option<&'static str> {
        match self {
            Self::Subscription(_) => Some(FILTER_POLICY),
            Self::Rule(_) => Some(PATTERN),
            Self::Notification(_) => None,
        }
    }

    /// Where goes what cannot be delivered; empty is nowhere.
    #[must_use]
    pub fn dead_letter(&self) -> &str {
        match self {
            Self::Subscription(spec) => &spec.dead_letter,
            Self::Rule(spec) => &spec.dead_letter,
            Self::Notification(_) => "",
        }
    }

    /// The same, to be changed; none where there can be nothing of the kind.
    pub fn dead_letter_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Subscription(spec) => Some(&mut spec.dead_letter),
            Self::Rule(spec) => Some(&mut spec.dead_letter),
            Self::Notification(_) => None,
        }
    }
}
