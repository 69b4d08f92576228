//! What a function does with a request: how long it takes, what it answers, and when and
//! how it fails.
//!
//! Units: durations are simulated time; chances are parts per million.
//! Rules: INV-02 (function errors), INV-08 (answers too large), ENV-04 to ENV-08.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::supplied::Supplied;
use crate::release::deployment::HookStatus;
use crate::service::stream::broker;
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};
use crate::{EVENTS, Given};

/// A duration: the same each time, drawn, or told by the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Always the same.
    Fixed(Span),
    /// Any value between the two, equally likely.
    Uniform {
        /// Shortest.
        min: Span,
        /// Longest.
        max: Span,
    },
    /// Exponential with this mean.
    Exponential {
        /// Mean.
        mean: Span,
    },
    /// Seconds, as the payload says at this path; nothing there means no time.
    Payload {
        /// Path into the payload, such as `$.sleep`.
        path: String,
    },
}

impl Default for Draw {
    fn default() -> Self {
        Self::Fixed(Span::ZERO)
    }
}

/// What a function answers when it succeeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// `null`, as a handler without a return value gives.
    #[default]
    Null,
    /// This value.
    Value(Value),
    /// The request's payload.
    Echo,
    /// So many bytes.
    Bytes(u64),
    /// The number of the version that ran.
    Version,
    /// `on-demand` or `provisioned-concurrency`.
    InitializationType,
    /// The `environment` setting it runs with.
    Environment,
    /// The `code` setting it runs with.
    Code,
    /// What it knows of itself: its code, the ARN it was called by, and its version.
    Context,
    /// A sum over a tumbling window, as its state (TW-02).
    Sum(Sum),
    /// Values that follow one another in time.
    Changing(Changing),
}

/// What a handler answers that changes in time: a partial response, then another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changing {
    /// Values, each with the instant from which on runs begin that answer it; before the
    /// first they answer `null`.
    pub values: Vec<(Instant, Value)>,
    /// Only whoever reads events knows of it.
    pub given: Given,
}

impl Changing {
    /// A handler that answers these values; none without events.
    #[must_use]
    pub fn new(values: Vec<(Instant, Value)>) -> Option<Self> {
        EVENTS.then(|| Self { values, given: Given::here() })
    }

    /// What a run answers that began at an instant.
    #[must_use]
    pub fn at(&self, started: Instant) -> Value {
        let due = self.values.iter().filter(|(from, _)| *from <= started);
        due.max_by_key(|(from, _)| *from).map_or(Value::Null, |(_, value)| value.clone())
    }
}

/// What a handler adds up over a tumbling window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Where whole numbers stand in records.
    pub path: String,
    /// So many bytes are in the state besides, for a handler that keeps more than a sum.
    pub padding_bytes: u64,
    /// Only events have records.
    pub given: Given,
}

impl Sum {
    /// A handler that adds up what stands there; none without events.
    #[must_use]
    pub fn new(path: String, padding_bytes: u64) -> Option<Self> {
        EVENTS.then(|| Self { path, padding_bytes, given: Given::here() })
    }

    /// What the handler returns: what the records add to the state it was given.
    #[must_use]
    pub fn answer(&self, event: &Payload) -> Value {
        let whole = |value: &Value| match value {
            Value::Number(text) => text.parse::<i64>().ok(),
            Value::Null
            | Value::Bool(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        let before = event.json().and_then(|event| event.at("state.sum"));
        let found = records(event).iter().filter_map(|record| record.at(&self.path));
        let sum = before.into_iter().chain(found).filter_map(whole);
        let sum = sum.fold(0, i64::saturating_add);
        let sum = ("sum".into(), Value::Number(format!("{sum}")));
        let mut state = Vec::from([sum]);
        if self.padding_bytes > 0 {
            let bytes = usize::try_from(self.padding_bytes).unwrap_or_default();
            state.push(("padding".into(), Value::Text("x".repeat(bytes))));
        }
        Value::object([("state", Value::Object(state))])
    }
}

choices! {
    /// How a request goes wrong.
    Failure {
        /// The handler throws; the environment stays warm.
        Throws "throws",
        /// The handler never returns.
        Hangs "hangs",
        /// The process exits.
        Exits "exits",
        /// Init throws.
        FailsInit "fails-init",
        /// The answer is over the limit of a synchronous response.
        AnswersTooLarge "answers-too-large",
        /// Nothing fails, but the handler takes longer by the fault's duration.
        Slow "slow",
        /// The service refuses the request with 429, whatever the concurrency.
        Throttled "throttled",
        /// The service refuses the request with 500 ServiceException.
        ServiceException "service-exception",
        /// The service refuses events with 500 ServiceException: none is accepted.
        RefusesEvents "refuses-events",
    }
}

choices! {
    /// How the value at a path is compared.
    Operator {
        /// Equal.
        Equals "=",
        /// Not equal.
        Differs "!=",
        /// Less.
        Less "<",
        /// Less or equal.
        AtMost "<=",
        /// Greater.
        Greater ">",
        /// Greater or equal.
        AtLeast ">=",
    }
}

/// A condition on the payload. A path that leads nowhere never holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Path into the payload, such as `$.order.total`.
    pub path: String,
    /// How to compare.
    pub operator: Operator,
    /// With what.
    pub value: Value,
}

impl Condition {
    /// Whether it holds for a payload.
    #[must_use]
    pub fn holds(&self, payload: &Payload) -> bool {
        payload.json().is_some_and(|value| self.holds_in(value))
    }

    /// Whether it holds for a value.
    #[must_use]
    pub fn holds_in(&self, value: &Value) -> bool {
        let Some(found) = value.at(&self.path) else { return false };
        let order = found.compare(&self.value);
        match self.operator {
            Operator::Equals => order == Some(Ordering::Equal),
            Operator::Differs => order != Some(Ordering::Equal),
            Operator::Less => order == Some(Ordering::Less),
            Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::Greater => order == Some(Ordering::Greater),
            Operator::AtLeast => {
                matches!(order, Some(Ordering::Greater | Ordering::Equal))
            }
        }
    }
}

choices! {
    /// What a handler does about a record that fails.
    Then {
        /// It throws: the whole batch fails.
        Throws "throws",
        /// It reports that record, and goes on.
        Reports "reports",
        /// It stops, and reports that record and all after it.
        ReportsRest "reports-rest",
        /// It reports that record and those of its group after it, and goes on with others.
        ReportsGroup "reports-group",
    }
}

/// The value that stands for how often a record was received.
pub const RECEIVE_COUNT: &str = "$receiveCount";

/// What a handler does with each record of a batch (PBR-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerRecord {
    /// Records for which this holds fail; the path leads into the record, and the value
    /// `$receiveCount` stands for how often it was received.
    pub fails_if: Condition,
    /// What it does about them.
    pub then: Then,
    /// Only events have records.
    pub given: Given,
}

impl PerRecord {
    /// What a handler does about the records for which a condition holds; none without
    /// events.
    #[must_use]
    pub fn new(fails_if: Condition, then: Then) -> Option<Self> {
        EVENTS.then(|| Self { fails_if, then, given: Given::here() })
    }

    fn fails(&self, record: &Value) -> bool {
        let Condition { path, operator, value } = &self.fails_if;
        if value.as_text() != Some(RECEIVE_COUNT) {
            return self.fails_if.holds_in(record);
        }
        let receives = record.at("attributes.ApproximateReceiveCount");
        let receives = receives.and_then(Value::as_text).unwrap_or("1");
        let value = Value::Number(receives.into());
        let condition = Condition { path: path.clone(), operator: *operator, value };
        condition.holds_in(record)
    }

    /// Whether the handler throws on these records.
    pub(crate) fn throws(&self, event: &Payload) -> bool {
        self.then == Then::Throws && records(event).iter().any(|one| self.fails(one))
    }

    /// The records that the handler reports, by their identifiers.
    #[must_use]
    pub fn reported(&self, event: &Payload) -> Vec<Value> {
        let mut groups: Vec<&Value> = Vec::new();
        let mut rest = false;
        let mut reported = Vec::new();
        for record in records(event) {
            let group = record.at("attributes.MessageGroupId");
            let known = group.is_some_and(|group| groups.contains(&group));
            if rest || known || self.fails(record) {
                reported.extend(identifier(record));
                rest = self.then == Then::ReportsRest;
                groups.extend(group.filter(|_| self.then == Then::ReportsGroup));
            }
        }
        reported
    }
}

/// The records of an event from a mapping.
fn records(event: &Payload) -> &[Value] {
    let Some(Value::Object(members)) = event.json() else { return &[] };
    // Of a topic and of RabbitMQ they stand under the name of their partition or queue.
    const KEYS: [&str; 4] = ["Records", "records", "messages", "rmqMessagesByQueue"];
    let found = members.iter().find(|(key, _)| KEYS.contains(&key.as_str()));
    let list = found.and_then(|(_, found)| match found {
        Value::Object(lists) => lists.first()?.1.as_list(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => found.as_list(),
    });
    list.unwrap_or_default()
}

/// What a partial response calls a record (PBR-02).
fn identifier(record: &Value) -> Option<Value> {
    let paths = ["messageId", "kinesis.sequenceNumber", "dynamodb.SequenceNumber"];
    let known = paths.into_iter().find_map(|path| record.at(path)?.as_text());
    known.map(Value::text).or_else(|| {
        let topic = record.get("topic")?.as_text()?;
        let number = |key| u32::try_from(record.get(key)?.as_count()?).ok();
        let partition = format!("{topic}-{}", number("partition")?);
        Some(broker::identifier(&partition, number("offset")?))
    })
}

/// What a hook reports of the deployment that calls it (CD-05).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether all is well.
    pub status: HookStatus,
    /// So long after its handler has begun; unset is when that ends. What comes after the
    /// end comes from something that the handler has started.
    pub after: Option<Span>,
    /// Only events call hooks.
    pub given: Given,
}

impl Report {
    /// A report of this; none without events.
    #[must_use]
    pub fn new(status: HookStatus, after: Option<Span>) -> Option<Self> {
        EVENTS.then(|| Self { status, after, given: Given::here() })
    }
}

choices! {
    /// Which environments a fault is about.
    On {
        /// All of them.
        Any "any",
        /// On-demand environments.
        OnDemand "on-demand",
        /// Provisioned environments, their allocation included.
        Provisioned "provisioned",
    }
}

/// When a fault happens: all that is said here must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Chance, in parts per million, drawn anew for each attempt.
    pub chance_ppm: u64,
    /// Only these attempts of a call, counted from 1.
    pub attempts: Option<(u64, u64)>,
    /// Only these calls of a caller, counted from 1.
    pub calls: Option<(u64, u64)>,
    /// Not before this instant.
    pub from: Option<Instant>,
    /// Not at or after this instant.
    pub to: Option<Instant>,
    /// Only these payloads.
    pub payload: Option<Condition>,
    /// Only on these environments.
    pub on: On,
}

impl Default for When {
    /// Always.
    fn default() -> Self {
        Self {
            chance_ppm: 1_000_000,
            attempts: None,
            calls: None,
            from: None,
            to: None,
            payload: None,
            on: On::Any,
        }
    }
}

/// One way in which a function fails, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// How.
    pub failure: Failure,
    /// When.
    pub when: When,
    /// `errorType` of what is thrown.
    pub error_type: String,
    /// `errorMessage` of what is thrown.
    pub error_message: String,
    /// Exit status of the process; none means it gave no reason.
    pub exit_status: Option<u64>,
    /// For `slow`: how much longer. For the others: how long until it fails, if that is
    /// not the function's own duration.
    pub duration: Option<Span>,
}

impl Fault {
    /// A fault of one kind that always happens.
    #[must_use]
    pub fn always(failure: Failure) -> Self {
        Self {
            failure,
            when: When::default(),
            error_type: String::from("Error"),
            error_message: String::from("the handler failed"),
            exit_status: None,
            duration: None,
        }
    }
}

/// What a function does; part of its settings, and frozen in a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// How long Init takes.
    pub init: Draw,
    /// How long the handler takes.
    pub duration: Draw,
    /// What it answers.
    pub answer: Answer,
    /// Where its code sends the event on to, if it succeeds; empty is nowhere.
    pub sends: String,
    /// What its handler does with each record of a batch.
    pub per_record: Option<PerRecord>,
    /// What it reports of a deployment that calls it as a hook.
    pub reports: Option<Report>,
    /// Code that does the handler's work with the records of a batch, and answers for it;
    /// no text can hold it.
    pub supplied: Option<Supplied>,
    /// What goes wrong; the first that applies counts, `slow` adds to the others.
    pub faults: Vec<Fault>,
}

impl Behaviour {
    /// Whether what it does depends on the JSON of what it is given; if not, nobody has to
    /// word that.
    #[must_use]
    pub(crate) fn reads_event(&self) -> bool {
        let draws = [&self.init, &self.duration];
        let draws = draws.iter().any(|draw| matches!(draw, Draw::Payload { .. }));
        let answers = matches!(self.answer, Answer::Echo | Answer::Sum(_));
        let mut faults = self.faults.iter();
        let faults = faults.any(|fault| fault.when.payload.is_some());
        draws || answers || faults || self.per_record.is_some()
    }
}
