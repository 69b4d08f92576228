//! What a topic or bucket tells of something it has received: the event a function gets, and
//! what a topic puts into a dead-letter queue.
//!
//! What says nothing of a run (signatures, addresses, principals) is `EXAMPLE`.
//! Rules: ASY-02, ASY-32, DLQ-04.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Body, Content, Published};
use crate::call::{REGION, arn_of};
use crate::id::ServiceId;
use crate::plan::{Plan, PlannedOutlet, PlannedService};
use crate::service::{Kind, Received, key_of};
use crate::value::{Payload, Value, quoted_bytes};

/// About what a notice takes besides a message, its attributes included.
const NOTICE_BYTES: u64 = 1_024;

/// What a topic or bucket tells of something it has received.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The topic or bucket.
    pub by: ServiceId,
    /// The place of the subscription or notification.
    pub outlet: u16,
    /// What it has received.
    pub of: Received,
}

impl Notice {
    /// The event a function gets.
    #[must_use]
    pub fn value(&self, plan: &Plan) -> Value {
        self.worded(plan, |message| Value::Text(text_of(&message)))
    }

    /// The event with its message as code sees it once it has read the JSON in it.
    pub(super) fn as_read(&self, plan: &Plan) -> Value {
        self.worded(plan, |message| message.value())
    }

    fn worded(
        &self,
        plan: &Plan,
        message: impl FnOnce(Cow<'_, Payload>) -> Value,
    ) -> Value {
        let record = if plan.service(self.by).kind == Kind::Bucket {
            self.object_created(plan)
        } else {
            self.notification(plan, message(self.of.content.payload(plan)))
        };
        Value::object([("Records", Value::List(vec![record]))])
    }

    /// About its size in bytes.
    pub(super) fn bytes(&self, plan: &Plan) -> u64 {
        let content = &self.of.content;
        if plan.service(self.by).kind == Kind::Bucket {
            return NOTICE_BYTES;
        }
        let message = match &*content.payload(plan) {
            Payload::Bytes(count) => *count,
            payload @ Payload::Json(_) => quoted_bytes(&text_of(payload)),
        };
        NOTICE_BYTES + message
    }

    /// What a topic tells a function of a message.
    fn notification(&self, plan: &Plan, message: Value) -> Value {
        let (topic, outlet) = self.sender(plan);
        let subscription = outlet.dice.uuid(0);
        let arn = format!("{}:{}", arn_of("sns"), topic.name());
        let attributes = self.attributes(plan);
        let sns = Value::object([
            ("SignatureVersion", Value::text("1")),
            ("Timestamp", Value::Text(self.of.at.iso_millis())),
            ("Signature", example()),
            ("SigningCertUrl", example()),
            ("MessageId", Value::Text(plan.message_id(self.by, self.of.job))),
            ("Message", message),
            ("MessageAttributes", Value::Object(attributes)),
            ("Type", Value::text("Notification")),
            ("UnsubscribeUrl", example()),
            ("TopicArn", Value::text(&arn)),
            ("Subject", Value::Null),
        ]);
        Value::object([
            ("EventSource", Value::text("aws:sns")),
            ("EventVersion", Value::text("1.0")),
            ("EventSubscriptionArn", Value::Text(format!("{arn}:{subscription}"))),
            ("Sns", sns),
        ])
    }

    /// What a topic puts into the dead-letter queue of a subscription: other names than in
    /// the event of a function, and attributes only where there are some.
    pub(super) fn in_queue(&self, plan: &Plan) -> Value {
        let topic = plan.service(self.by).name();
        let message = text_of(&self.of.content.payload(plan));
        let mut members: Vec<(String, Value)> = vec![
            ("Type".into(), Value::text("Notification")),
            ("MessageId".into(), Value::Text(plan.message_id(self.by, self.of.job))),
            ("TopicArn".into(), Value::Text(format!("{}:{topic}", arn_of("sns")))),
            ("Message".into(), Value::Text(message)),
            ("Timestamp".into(), Value::Text(self.of.at.iso_millis())),
            ("SignatureVersion".into(), Value::text("1")),
            ("Signature".into(), example()),
            ("SigningCertURL".into(), example()),
            ("UnsubscribeURL".into(), example()),
        ];
        let attributes = self.attributes(plan);
        if !attributes.is_empty() {
            members.push(("MessageAttributes".into(), Value::Object(attributes)));
        }
        Value::Object(members)
    }

    /// What a bucket tells a function of a new object.
    fn object_created(&self, plan: &Plan) -> Value {
        let (bucket, outlet) = self.sender(plan);
        let owner = Value::object([("principalId", example())]);
        let bytes = self.of.content.bytes(plan);
        let object = Value::object([
            ("key", Value::Text(url_encoded(&key_of(plan, self.by, &self.of)))),
            ("size", Value::number(bytes)),
            ("eTag", example()),
            ("sequencer", Value::Text(format!("{:016X}", self.of.at.0))),
        ]);
        let named = Value::object([
            ("name", Value::text(bucket.name())),
            ("ownerIdentity", owner.clone()),
            ("arn", Value::Text(format!("arn:aws:s3:::{}", bucket.name()))),
        ]);
        let s3 = Value::object([
            ("s3SchemaVersion", Value::text("1.0")),
            ("configurationId", Value::text(&outlet.name)),
            ("bucket", named),
            ("object", object),
        ]);
        let from = Value::object([("sourceIPAddress", example())]);
        let answer =
            Value::object([("x-amz-request-id", example()), ("x-amz-id-2", example())]);
        Value::object([
            ("eventVersion", Value::text("2.1")),
            ("eventSource", Value::text("aws:s3")),
            ("awsRegion", Value::text(REGION)),
            ("eventTime", Value::Text(self.of.at.iso_millis())),
            ("eventName", Value::text("ObjectCreated:Put")),
            ("userIdentity", owner),
            ("requestParameters", from),
            ("responseElements", answer),
            ("s3", s3),
        ])
    }

    fn sender<'a>(&self, plan: &'a Plan) -> (&'a PlannedService, &'a PlannedOutlet) {
        let service = plan.service(self.by);
        (service, &service.outlets[usize::from(self.outlet)])
    }

    /// What stands beside the message.
    fn attributes(&self, plan: &Plan) -> Vec<(String, Value)> {
        let Content::Message(message, _) = &self.of.content else { return Vec::new() };
        match &message.body {
            Body::Published(published) => published.attributes(),
            Body::DeadLetter(letter) => {
                let all = letter.attributes(plan).into_iter();
                all.map(|(name, kind, value)| attribute(name, kind, value)).collect()
            }
            Body::Given(_)
            | Body::Record(_)
            | Body::Undelivered(_)
            | Body::OnBus(_)
            | Body::Notice(_)
            | Body::Batch(_)
            | Body::Records(_)
            | Body::GivenUp(_) => Vec::new(),
        }
    }
}

impl Published {
    fn attributes(&self) -> Vec<(String, Value)> {
        let Value::Object(members) = &self.attributes else { return Vec::new() };
        let worded = |(name, value): &(String, Value)| {
            let kind = match value {
                Value::Number(_) => "Number",
                Value::List(_) => "String.Array",
                Value::Text(_) | Value::Null | Value::Bool(_) | Value::Object(_) => {
                    "String"
                }
            };
            attribute(name, kind, text_of(&Payload::Json(value.clone())))
        };
        members.iter().map(worded).collect()
    }
}

fn example() -> Value {
    Value::text("EXAMPLE")
}

/// A payload as the text of a message: a text as it is, anything else as JSON.
fn text_of(payload: &Payload) -> String {
    match payload.value() {
        Value::Text(text) => text,
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Object(_)) => value.compact(),
    }
}

/// An attribute as a notice words it.
fn attribute(name: &str, kind: &str, value: String) -> (String, Value) {
    let value =
        Value::object([("Type", Value::text(kind)), ("Value", Value::Text(value))]);
    (name.into(), value)
}

/// A key as S3 writes it into notices.
fn url_encoded(key: &str) -> String {
    let mut out = String::new();
    for byte in key.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'*' | b'/' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_s3_writes_them() {
        assert_eq!(url_encoded("in/a b+c é.jpg"), "in/a+b%2Bc+%C3%A9.jpg");
    }

    #[test]
    fn a_text_is_a_message_as_it_stands() {
        let text = |value| text_of(&Payload::Json(value));
        assert_eq!(text(Value::text("a \"b\"")), "a \"b\"");
        assert_eq!(text(Value::object([("a", Value::number(1))])), "{\"a\":1}");
    }
}
