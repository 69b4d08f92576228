//! Messages of queues, and what queues and mappings hand to each other.
//!
//! Units: times of attributes are milliseconds since 1970. Rules: ESM-21, SQS-13.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::WithEvents;
use crate::call::{REGION, arn_of};
use crate::dice::Dice;
use crate::id::{MappingId, ServiceId};
use crate::mapping::outcome::Response;
use crate::md5;
use crate::message::Content;
use crate::plan::Plan;
use crate::service::stream::Listed;
use crate::service::stream::shard::Read;
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};

/// When every run starts, in milliseconds since 1970.
const EPOCH_MILLIS: u64 = 1_767_225_600_000;

/// A message of a queue. It stays the same when it moves to a dead-letter queue.
#[derive(Clone, Debug)]
pub struct Message {
    /// The queue it was first sent to.
    pub queue: ServiceId,
    /// Its number there, from 1.
    pub number: u32,
    /// What it says.
    pub content: Content,
    /// When it was sent.
    pub sent: Instant,
    /// What comes with it, in a queue that keeps order.
    pub order: Option<Rc<Order>>,
}

/// What comes with a message of a queue that keeps order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The group it belongs to.
    pub group: Rc<str>,
    /// What tells it from others, if it was sent with that.
    pub deduplication: Option<Rc<str>>,
}

impl Message {
    /// The group it belongs to, in a queue that keeps order.
    #[must_use]
    pub fn group(&self) -> Option<&Rc<str>> {
        self.order.as_deref().map(|order| &order.group)
    }

    /// Its `messageId`, which it keeps (SQS-13).
    #[must_use]
    pub fn id(&self, plan: &Plan) -> String {
        plan.service(self.queue).dice.uuid(self.number.into())
    }
}

/// A message of a queue as it was received.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The message.
    pub message: Message,
    /// What it takes to delete it.
    pub receipt: Receipt,
    /// When anybody received it first.
    pub first: Instant,
    /// Until when nobody else gets it.
    pub hidden_until: Instant,
}

/// What it takes to delete a message: which, and as the how many-th time it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its number in the queue.
    pub number: u32,
    /// How often it had been received.
    pub receives: u32,
}

fn millis(at: Instant) -> Value {
    Value::Text(format!("{}", EPOCH_MILLIS + at.0 / 1_000))
}

/// The `SequenceNumber` of a message of a queue that keeps order.
pub(crate) fn sequence(number: u32) -> String {
    format!("{:020}", u64::from(number) << 20)
}

impl Handed {
    /// It as a record of an event (ESM-21).
    #[must_use]
    pub fn record(&self, plan: &Plan, queue: ServiceId) -> Value {
        let Self { message, receipt, first, .. } = self;
        let service = plan.service(queue);
        let receives = Value::Text(format!("{}", receipt.receives));
        let mut attributes: Vec<(String, Value)> = [
            ("ApproximateReceiveCount", receives),
            ("SentTimestamp", millis(message.sent)),
            ("SenderId", Value::text("AROA111111111EXAMPLE:sender")),
            ("ApproximateFirstReceiveTimestamp", millis(*first)),
        ]
        .map(|(key, value)| (key.into(), value))
        .into();
        if let Some(Order { group, deduplication }) = message.order.as_deref() {
            let same = deduplication.as_deref();
            let same = same.map_or_else(|| Value::Text(message.id(plan)), Value::text);
            let sequence = sequence(message.number);
            attributes.extend([
                ("MessageGroupId".into(), Value::text(group)),
                ("MessageDeduplicationId".into(), same),
                ("SequenceNumber".into(), Value::Text(sequence)),
            ]);
        }
        let handle = service.dice.with(&Dice::of(0, "receipt"));
        let handle =
            handle.uuid(u64::from(receipt.number) << 24 | u64::from(receipt.receives));
        let arn = format!("{}:{}", arn_of("sqs"), service.name());
        let body = message.content.payload(plan).value();
        let hash = md5::hex(&body.plain());
        Value::object([
            ("messageId", Value::Text(message.id(plan))),
            ("receiptHandle", Value::Text(handle)),
            ("body", body),
            ("attributes", Value::Object(attributes)),
            ("messageAttributes", Value::object([])),
            ("md5OfBody", Value::Text(hash)),
            ("eventSource", Value::text("aws:sqs")),
            ("eventSourceARN", Value::Text(arn)),
            ("awsRegion", Value::text(REGION)),
        ])
    }
}

/// A message that somebody sends to a queue at a time of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Post {
    /// When.
    pub at: Instant,
    /// What it says.
    pub payload: Payload,
    /// The group it belongs to, in a queue that keeps order.
    pub group: String,
    /// What tells it from others there; empty is nothing.
    pub deduplication: String,
    /// How long nobody gets it; unset is as its queue says.
    pub delay: Option<Span>,
}

/// What is handed over at one instant.
#[derive(Clone, Debug)]
pub(crate) enum Parcel {
    /// What a poll found; nothing, if it did not wait and there was nothing.
    Received(Vec<Handed>),
    /// What is to be deleted because it was processed.
    Processed {
        /// All of this batch.
        batch: Content,
        /// But the messages at these places.
        failed: Vec<u32>,
        /// Who wants to know how many could be.
        by: MappingId,
    },
    /// What is to be deleted because no filter lets it through.
    FilteredOut(Vec<Receipt>),
    /// A message that moves to a dead-letter queue.
    Redriven(Message),
    /// The shards of a stream.
    Listed(Vec<Listed>),
    /// What a shard has answered.
    Read(Read),
    /// What a function has answered to a batch.
    Response(Response),
}

/// Parcels under way. Each is taken at the instant it was put, in any order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parcels {
    parcels: WithEvents<Option<Parcel>>,
    /// How many of them are still there.
    count: u32,
}

impl Parcels {
    pub(crate) fn put(&mut self, parcel: Parcel) -> u32 {
        self.parcels.push(Some(parcel));
        self.count += 1;
        u32::try_from(self.parcels.len()).expect("few are under way") - 1
    }

    pub(crate) fn take(&mut self, number: u32) -> Parcel {
        let parcel =
            self.parcels[number as usize].take().expect("a parcel is taken once");
        self.count -= 1;
        // All that are under way were put at one instant.
        if self.count == 0 {
            self.parcels.retain(|_| false);
        }
        parcel
    }

    pub(crate) fn bytes(&self) -> usize {
        self.parcels.len() * size_of::<Option<Parcel>>()
    }
}

/// The window in which what was sent is not sent again (FIFO-07).
pub(crate) const DEDUPLICATION: Span = Span::MINUTE.times(5);
