//! Services that hold things or pass them on: queues, topics, buses, buckets.
//!
//! A queue is one thing, whether it receives records of a destination or is somebody's
//! dead-letter queue. Rules: DLQ-01, DST-02, DST-03, DST-13 to DST-15, ASY-02.

pub(crate) mod delivery;
pub(crate) mod filter;
pub mod outlet;
pub(crate) mod policy;
pub mod shelf;
pub mod stream;

use alloc::string::String;
use alloc::vec::Vec;

use crate::WithEvents;
use crate::caller::load;
use crate::event::{Event, ServiceEvent};
use crate::id::{Job, Origin, Part, ServiceId};
use crate::knob::{Knob, Knobs};
use crate::message::{Attribute, Body, Content};
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{EventFact, Fact};
use crate::value::Value;
use delivery::Deliveries;
use outlet::{Inlet, Outlet};
use shelf::Shelf;

/// The attributes of a message that has none.
static NOTHING: Value = Value::Object(Vec::new());

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
    /// What reaches it from outside; topics and buses only.
    pub inlet: Option<Inlet>,
    /// The functions it passes things on to: subscriptions of a topic, rules of a bus.
    pub outlets: Vec<Outlet>,
}

impl Service {
    /// A service that nothing reaches from outside, and that passes nothing on.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        let (spec, outlets) = (Spec::default(), Vec::new());
        Self { name: name.into(), kind, spec, inlet: None, outlets }
    }
}

/// Something a service has received.
#[derive(Clone, Debug)]
pub struct Received {
    /// When.
    pub at: Instant,
    /// As its sender counts it; what came from outside, the service counts itself.
    pub job: Job,
    /// What it is.
    pub content: Content,
}

/// What a service holds.
#[derive(Clone, Debug, Default)]
pub struct State {
    received: Shelf<Received>,
    load: load::State,
    /// Received from outside.
    published: u32,
    deliveries: Deliveries,
}

impl State {
    /// What it has received, the oldest first.
    #[must_use]
    pub fn received(&self) -> &Shelf<Received> {
        &self.received
    }

    /// What it passes on to functions.
    #[must_use]
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.received.bytes() + self.deliveries.bytes()
    }

    pub(crate) fn assert_consistent(&self) {
        self.deliveries.assert_consistent();
    }

    pub(crate) fn start(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let service = plan.service(id);
        let Some(inlet) = &service.inlet else { return };
        if let Some((at, count)) =
            self.load.next(&inlet.load, plan.until(), &service.dice)
        {
            let count = u32::try_from(count).expect("calls are limited");
            let due = Event::Service(id, ServiceEvent::LoadDue { count });
            cx.post(at.max(cx.now), Rank::Timer, due);
        }
    }

    pub(crate) fn on_event(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: ServiceEvent,
    ) {
        match event {
            ServiceEvent::Arrived { job, letter } => {
                let content = cx.mail.take(letter).content;
                let rule = received_rule(&content, plan.service(id).kind);
                let fact = Fact::Event(EventFact::Received);
                cx.tell(Part::Service(id), Some(job), rule, fact);
                self.receive(id, plan, cx, Received { at: cx.now, job, content });
            }
            ServiceEvent::LoadDue { count } => {
                let cause = cx.cause();
                self.publish(id, plan, cx);
                cx.because_of(cause);
                if count > 1 {
                    let due = ServiceEvent::LoadDue { count: count - 1 };
                    cx.post(cx.now, Rank::Timer, Event::Service(id, due));
                } else {
                    self.start(id, plan, cx);
                }
            }
            ServiceEvent::RetryDue { call } => self.on_retry_due(id, plan, cx, call),
            ServiceEvent::Answered { call, answer } => {
                self.on_answered(id, plan, cx, call, answer);
            }
        }
    }

    /// Something has come from outside.
    fn publish(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let inlet = plan.service(id).inlet.as_ref().expect("it has a load");
        self.published += 1;
        let job = Job { origin: Origin::Service(id), call: self.published };
        let content = inlet.content.clone();
        // It has no number yet: each function that gets it gets it under one of its own.
        let fact = Fact::Event(EventFact::Received);
        cx.tell(Part::Service(id), None, Rule::Asy02, fact);
        self.receive(id, plan, cx, Received { at: cx.now, job, content });
    }

    fn receive(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        received: Received,
    ) {
        self.pass_on(id, plan, cx, &received);
        self.received.push(received);
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
        (Body::Undelivered(undelivered), _) => undelivered.rule,
        (Body::Given(_) | Body::OnBus(_), _) => Rule::Rec03,
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
        Body::Undelivered(undelivered) => undelivered.attributes(),
        Body::Given(_) | Body::Record(_) | Body::OnBus(_) => Vec::new(),
    };
    let key = match (&message.body, service.kind) {
        (Body::Record(record), Kind::Bucket) => {
            let id = service.dice.with(plan.dice_of(received.job));
            record.object_key(plan, &id.uuid(received.job.call.into()))
        }
        (
            Body::Record(_)
            | Body::Given(_)
            | Body::DeadLetter(_)
            | Body::Undelivered(_)
            | Body::OnBus(_),
            _,
        ) => String::new(),
    };
    let body = seen(plan, id, received);
    Look { body, attributes, key }
}

/// Something as the service it has reached sees it: a bus puts records into events.
fn seen(plan: &Plan, id: ServiceId, received: &Received) -> Value {
    if let Content::Message(message) = &received.content
        && let Body::Record(record) = &message.body
        && plan.service(id).kind == Kind::Bus
    {
        return record.bus_event(plan, id, received.job);
    }
    received.content.payload(plan).value()
}

/// All services of a run.
pub(crate) fn states(count: usize) -> WithEvents<State> {
    (0..count).map(|_| State::default()).collect()
}
