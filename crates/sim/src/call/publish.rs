//! What somebody sends to a topic, a bus or a bucket: `Publish`, `PutEvents`, `PutObject`.
//!
//! A service is named as in the scenario, or by its ARN. Rules: ASY-02.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::operations::{Answer, Desk};
use super::{ACCOUNT, Operation, REGION, Reply};
use crate::id::ServiceId;
use crate::limits;
use crate::message::{Body, Content, Published};
use crate::rule::Rule;
use crate::service::Kind;
use crate::value::{Payload, Value};

/// Most events of one `PutEvents`.
const ENTRIES_MAX: usize = 10;

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(operation, Operation::Publish | Operation::PutEvents | Operation::PutObject)
}

type Refused = (Reply, Rule);

fn refused(http: u16, code: &str, message: impl Into<String>) -> Refused {
    (Reply::error(http, code, message), Rule::Asy02)
}

pub(super) fn text<'a>(with: &'a Value, key: &str) -> &'a str {
    with.get(key).and_then(Value::as_text).unwrap_or_default()
}

impl Desk<'_, '_> {
    /// Sends something to a service.
    pub(super) fn on_publish(&mut self, operation: Operation, with: &Value) -> Answer {
        let reply = if operation == Operation::PutEvents {
            self.put_events(with)
        } else if operation == Operation::PutObject {
            self.put_object(with)
        } else {
            self.publish_message(with)
        };
        reply.map(|reply| Some((reply, Rule::Asy02)))
    }

    /// The service of a kind that a call names, by its name or the end of its ARN.
    pub(super) fn named(&self, kind: Kind, name: &str) -> Option<ServiceId> {
        let name = name.rsplit([':', '/']).next().unwrap_or_default();
        let services = self.plan.services().iter();
        let at =
            services.enumerate().find(|(_, one)| one.kind == kind && one.name() == name);
        Some(ServiceId::new(u16::try_from(at?.0).ok()?))
    }

    fn publish_message(&mut self, with: &Value) -> Result<Reply, Refused> {
        let topic = self.named(Kind::Topic, text(with, "TopicArn"));
        let topic =
            topic.ok_or_else(|| refused(404, "NotFound", "Topic does not exist"))?;
        let invalid = |message: String| refused(400, "InvalidParameter", message);
        let message = with.get("Message").cloned().unwrap_or_default();
        if matches!(&message, Value::Null) || message.as_text() == Some("") {
            return Err(invalid("Invalid parameter: Empty message".into()));
        }
        if message.bytes() > limits::TOPIC_MESSAGE_BYTES_MAX {
            return Err(invalid("Invalid parameter: Message too long".into()));
        }
        let attributes = attributes(with.get("MessageAttributes"))?;
        let payload = Payload::Json(message);
        let published = Published { payload, attributes, key: String::new() };
        let id = self.hand_in(topic, published);
        Ok(Reply::ok(200, [("MessageId", Value::Text(id))]))
    }

    fn put_object(&mut self, with: &Value) -> Result<Reply, Refused> {
        let bucket = self.named(Kind::Bucket, text(with, "Bucket"));
        let bucket = bucket.ok_or_else(|| {
            refused(404, "NoSuchBucket", "The specified bucket does not exist")
        })?;
        let key = String::from(text(with, "Key"));
        if key.is_empty() {
            return Err(refused(400, "InvalidRequest", "Missing required key 'Key'"));
        }
        if key.len() > limits::OBJECT_KEY_BYTES_MAX {
            return Err(refused(400, "KeyTooLongError", "Your key is too long"));
        }
        let payload = Payload::Json(with.get("Body").cloned().unwrap_or_default());
        let attributes = Value::object([]);
        self.hand_in(bucket, Published { payload, attributes, key });
        Ok(Reply::ok(200, [("ETag", Value::text("EXAMPLE"))]))
    }

    fn put_events(&mut self, with: &Value) -> Result<Reply, Refused> {
        let invalid = |message: String| refused(400, "ValidationException", message);
        let entries = match with.get("Entries") {
            Some(Value::List(entries)) if (1..=ENTRIES_MAX).contains(&entries.len()) => {
                entries
            }
            Some(_) | None => {
                let message = format!(
                    "1 validation error detected: Value at 'entries' failed to satisfy \
                     constraint: Member must have length between 1 and {ENTRIES_MAX}"
                );
                return Err(invalid(message));
            }
        };
        let bytes: u64 = entries.iter().map(Value::bytes).sum();
        if bytes > limits::QUEUE_MESSAGE_BYTES_MAX {
            let most = limits::QUEUE_MESSAGE_BYTES_MAX;
            return Err(invalid(format!(
                "Total size of the entries in the request is over the limit of {most} bytes"
            )));
        }
        let mut buses = Vec::new();
        for entry in entries {
            let name = match text(entry, "EventBusName") {
                "" => "default",
                name => name,
            };
            let found = self.named(Kind::Bus, name);
            let missing = || format!("Event bus {name} does not exist.");
            let missing = || refused(400, "ResourceNotFoundException", missing());
            buses.push(found.ok_or_else(missing)?);
        }
        let put = entries.iter().zip(buses).map(|(entry, bus)| {
            let id = self.put_event(bus, entry);
            Value::object([("EventId", Value::Text(id))])
        });
        let put = Value::List(put.collect());
        Ok(Reply::ok(200, [("FailedEntryCount", Value::number(0)), ("Entries", put)]))
    }

    /// Puts an event on a bus, as rules and functions see it.
    fn put_event(&mut self, bus: ServiceId, entry: &Value) -> String {
        let id = self.next_id(bus);
        let part = |key: &str| Value::text(text(entry, key));
        let event = Value::object([
            ("version", Value::text("0")),
            ("id", Value::Text(id)),
            ("detail-type", part("DetailType")),
            ("source", part("Source")),
            ("account", Value::text(ACCOUNT)),
            ("time", Value::Text(self.cx.now.iso_seconds())),
            ("region", Value::text(REGION)),
            ("resources", Value::List(Vec::new())),
            ("detail", entry.get("Detail").cloned().unwrap_or_default()),
        ]);
        let (payload, attributes) = (Payload::Json(event), Value::object([]));
        self.hand_in(bus, Published { payload, attributes, key: String::new() })
    }

    /// The ID of what a service receives next from outside.
    fn next_id(&self, id: ServiceId) -> String {
        let job = self.world.services[usize::from(id.0)].next_from_outside(id);
        self.plan.message_id(id, job)
    }

    /// Hands something to a service, and says the ID it has there.
    fn hand_in(&mut self, id: ServiceId, published: Published) -> String {
        let message_id = self.next_id(id);
        let content = Content::message(Body::Published(published), Vec::new());
        let (plan, cause) = (Rc::clone(self.plan), self.cx.cause());
        self.world.services[usize::from(id.0)].take_in(id, &plan, self.cx, content);
        self.cx.because_of(cause);
        message_id
    }
}

/// The attributes of a message, as filters see them.
fn attributes(given: Option<&Value>) -> Result<Value, Refused> {
    let invalid = |message: String| refused(400, "ParameterValueInvalid", message);
    let Some(given) = given else { return Ok(Value::object([])) };
    let Value::Object(members) = given else {
        return Err(invalid("The message attributes are not an object".into()));
    };
    let mut all = Vec::new();
    for (name, member) in members {
        let value = text(member, "StringValue");
        let value = match text(member, "DataType") {
            "String" => Value::text(value),
            "Number" => {
                let number = Value::Number(value.into());
                if number.compare(&number).is_none() {
                    let message = format!(
                        "The message attribute '{name}' with type 'Number' has an invalid value."
                    );
                    return Err(invalid(message));
                }
                number
            }
            _ => {
                let message = format!(
                    "The message attribute '{name}' has an invalid message attribute type, the \
                     set of supported types here is Number, and String."
                );
                return Err(invalid(message));
            }
        };
        all.push((name.clone(), value));
    }
    Ok(Value::Object(all))
}
