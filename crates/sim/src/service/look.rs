//! What a service has received, as its own interface shows it.
//!
//! Rules: DST-13 to DST-15.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Kind, Received};
use crate::id::{Origin, ServiceId};
use crate::message::{Attribute, Body, Content};
use crate::plan::Plan;
use crate::value::Value;

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
    let Content::Message(message, _) = &received.content else {
        let body = received.content.payload(plan).value();
        return Look { body, attributes: Vec::new(), key: String::new() };
    };
    let attributes = match &message.body {
        Body::DeadLetter(letter) => letter.attributes(plan),
        Body::Undelivered(undelivered) => undelivered.attributes(),
        Body::Given(_)
        | Body::Published(_)
        | Body::Record(_)
        | Body::OnBus(_)
        | Body::Notice(_)
        | Body::Batch(_)
        | Body::Records(_)
        | Body::GivenUp(_) => Vec::new(),
    };
    let key = match service.kind {
        Kind::Bucket => key_of(plan, id, received),
        Kind::Queue
        | Kind::Topic
        | Kind::Bus
        | Kind::Kinesis
        | Kind::DynamoDb
        | Kind::Msk
        | Kind::Kafka
        | Kind::Mq => String::new(),
    };
    let body = seen(plan, id, received);
    Look { body, attributes, key }
}

/// Where a bucket keeps the records of functions (DST-15).
pub(crate) const RECORDS_FOLDER: &str = "aws/lambda/async/";

/// Under which key a bucket keeps what it has received.
pub(crate) fn key_of(plan: &Plan, id: ServiceId, received: &Received) -> String {
    let job = received.job;
    let uuid = || plan.message_id(id, job);
    let Content::Message(message, _) = &received.content else { return uuid() };
    match (&message.body, job.origin) {
        (Body::Record(record), _) => record.object_key(plan, &uuid()),
        (Body::GivenUp(given_up), _) => given_up.object_key(plan),
        (Body::Published(published), _) if !published.key.is_empty() => {
            published.key.clone()
        }
        // Code puts each object under a name of its own.
        (_, Origin::Function(function)) => {
            format!("{}/{}", plan.function(function).name(), uuid())
        }
        (
            _,
            Origin::Caller(_)
            | Origin::Act(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_),
        ) => uuid(),
    }
}

/// Something as the service it has reached sees it: a bus puts records into events.
pub(super) fn seen(plan: &Plan, id: ServiceId, received: &Received) -> Value {
    let Content::Message(message, _) = &received.content else {
        return received.content.payload(plan).value();
    };
    let kind = plan.service(id).kind;
    if let Body::Record(record) = &message.body
        && kind == Kind::Bus
    {
        return record.bus_event(plan, id, received.job);
    }
    if let Body::GivenUp(given_up) = &message.body
        && kind == Kind::Bucket
    {
        return given_up.object(plan);
    }
    received.content.payload(plan).value()
}
