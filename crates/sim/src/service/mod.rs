//! Services that hold things or pass them on: queues, topics, buses, buckets.
//!
//! A queue is one thing, whether it receives records of a destination or is somebody's
//! dead-letter queue. Rules: DLQ-01, DST-02, DST-03, DST-13 to DST-15.

pub mod shelf;

use alloc::string::String;
use alloc::vec::Vec;

use crate::event::ServiceEvent;
use crate::id::{Job, Part, ServiceId};
use crate::knob::{Knob, Knobs};
use crate::message::{Attribute, Body, Content};
use crate::plan::Plan;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{EventFact, Fact};
use crate::value::Value;
use shelf::Shelf;

choices! {
    /// What a service is.
    Kind {
        /// A queue.
        Queue "sqs",
        /// A topic.
        Topic "sns",
        /// An event bus.
        Bus "eventbridge",
        /// A bucket.
        Bucket "s3",
    }
}

impl Kind {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queue => "SQS queue",
            Self::Topic => "SNS topic",
            Self::Bus => "EventBridge bus",
            Self::Bucket => "S3 bucket",
        }
    }
}

/// What a person sets for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Whether it keeps order; queues and topics only.
    pub fifo: bool,
    /// Whether those who send to it may.
    pub permission: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self { fifo: false, permission: true }
    }
}

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(fifo: bool, "fifo", "FifoQueue", "FIFO", crate::knob::Kind::Bool, Dst03,
            "Whether a queue or topic keeps order; Lambda then sends neither records nor dead letters to it."),
        knob!(permission: bool, "permission", "", "Permission", crate::knob::Kind::Bool, Dst05,
            "Whether the roles of functions may send to it; what they send is lost otherwise."),
    ];
}

/// A service as a scenario says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its settings.
    pub spec: Spec,
}

/// Something a service has received.
#[derive(Clone, Debug)]
pub struct Received {
    /// When.
    pub at: Instant,
    /// As its sender counts it.
    pub job: Job,
    /// What it is.
    pub content: Content,
}

/// What a service holds.
#[derive(Clone, Debug, Default)]
pub struct State {
    received: Shelf<Received>,
}

impl State {
    /// What it has received, the oldest first.
    #[must_use]
    pub fn received(&self) -> &Shelf<Received> {
        &self.received
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.received.bytes()
    }

    pub(crate) fn on_event(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: ServiceEvent,
    ) {
        let ServiceEvent::Arrived { job, letter } = event;
        let content = cx.mail.take(letter).content;
        let rule = received_rule(&content, plan.service(id).kind);
        cx.tell(Part::Service(id), Some(job), rule, Fact::Event(EventFact::Received));
        self.received.push(Received { at: cx.now, job, content });
    }
}

/// What is to be said of something that was received.
fn received_rule(content: &Content, kind: Kind) -> Rule {
    let body = match content {
        Content::Message(message) => &message.body,
        Content::Caller(_) => return Rule::Rec03,
    };
    match (body, kind) {
        (Body::DeadLetter(_), Kind::Topic) => Rule::Dlq04,
        (Body::DeadLetter(_), Kind::Queue | Kind::Bus | Kind::Bucket) => Rule::Dlq03,
        (Body::Record(_), Kind::Queue | Kind::Topic) => Rule::Dst13,
        (Body::Record(_), Kind::Bus) => Rule::Dst14,
        (Body::Record(_), Kind::Bucket) => Rule::Dst15,
        (Body::Given(_), _) => Rule::Rec03,
    }
}

/// Something received, as the service's own interface shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The message, the event, or the object.
    pub body: Value,
    /// What stands beside a message.
    pub attributes: Vec<Attribute>,
    /// The key of an object.
    pub key: String,
}

/// What a service has received, in AWS's words (DST-13 to DST-15).
#[must_use]
pub fn look(plan: &Plan, id: ServiceId, received: &Received) -> Look {
    let service = plan.service(id);
    let Content::Message(message) = &received.content else {
        let body = received.content.payload(plan).value();
        return Look { body, attributes: Vec::new(), key: String::new() };
    };
    let attributes = match &message.body {
        Body::DeadLetter(letter) => letter.attributes(plan),
        Body::Given(_) | Body::Record(_) => Vec::new(),
    };
    let (body, key) = match (&message.body, service.kind) {
        (Body::Record(record), Kind::Bus) => {
            let id = service.dice.with(plan.dice_of(received.job));
            let event = id.uuid(received.job.call.into());
            (record.bus_event(plan, &service.name, event), String::new())
        }
        (Body::Record(record), Kind::Bucket) => {
            let id = service.dice.with(plan.dice_of(received.job));
            let key = record.object_key(plan, &id.uuid(received.job.call.into()));
            (record.value(plan), key)
        }
        (Body::Record(_) | Body::Given(_) | Body::DeadLetter(_), _) => {
            (message.body.payload(plan).value(), String::new())
        }
    };
    Look { body, attributes, key }
}

/// All services of a run.
pub(crate) fn states(count: usize) -> Vec<State> {
    (0..count).map(|_| State::default()).collect()
}
