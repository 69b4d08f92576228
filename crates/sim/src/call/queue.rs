//! What somebody sends to a queue, and changes of its settings: `SendMessage`,
//! `SendMessageBatch`, `SetQueueAttributes`.
//!
//! A queue is named as in the scenario, by its ARN, or by its URL. Changes hold for what is
//! received from then on. Rules: SQS-10, SQS-13, SQS-14, SQS-16, FIFO-01, FIFO-07, ERR-02.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::operations::{Answer, Desk};
use super::{Operation, Reply};
use crate::id::ServiceId;
use crate::knob::{Kind as KnobKind, Knobs, Setting};
use crate::limits;
use crate::md5;
use crate::rule::Rule;
use crate::service::queue::Extra;
use crate::service::{Kind, Spec};
use crate::time::Span;
use crate::value::{Payload, Value};

/// Most messages of one `SendMessageBatch`.
const ENTRIES_MAX: usize = 10;
/// Longest delay of a message, in seconds (SQS-16).
const DELAY_MAX: u64 = 900;

type Refused = (Reply, Rule);

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::SendMessage
            | Operation::SendMessageBatch
            | Operation::SetQueueAttributes
    )
}

fn text<'a>(with: &'a Value, key: &str) -> &'a str {
    with.get(key).and_then(Value::as_text).unwrap_or_default()
}

fn refused(code: &str, message: impl Into<String>, rule: Rule) -> Refused {
    (Reply::error(400, code, message), rule)
}

fn invalid(message: impl Into<String>, rule: Rule) -> Refused {
    refused("InvalidParameterValue", message, rule)
}

impl Desk<'_, '_> {
    /// Carries one out.
    pub(super) fn on_queue(&mut self, operation: Operation, with: &Value) -> Answer {
        let id = self.named(Kind::Queue, text(with, "QueueUrl")).ok_or_else(|| {
            let code = "AWS.SimpleQueueService.NonExistentQueue";
            refused(code, "The specified queue does not exist.", Rule::Sqs16)
        })?;
        if operation == Operation::SetQueueAttributes {
            return self.set_attributes(id, with).map(Some);
        }
        if operation == Operation::SendMessageBatch {
            return self.send_batch(id, with).map(Some);
        }
        let sent = self.send_message(id, with)?;
        let mut reply = Reply::ok(200, []);
        reply.fields = sent;
        Ok(Some((reply, self.rule_of(id))))
    }

    fn rule_of(&self, id: ServiceId) -> Rule {
        if self.plan.service(id).spec.fifo { Rule::Fifo01 } else { Rule::Sqs16 }
    }

    /// Sends one message, and says what SQS answers.
    fn send_message(
        &mut self,
        id: ServiceId,
        with: &Value,
    ) -> Result<Vec<(String, Value)>, Refused> {
        let fifo = self.plan.service(id).spec.fifo;
        let body = with.get("MessageBody").cloned().unwrap_or_default();
        if matches!(&body, Value::Null) || body.as_text() == Some("") {
            let message = "The request must contain the parameter MessageBody.";
            return Err(refused("MissingParameter", message, Rule::Sqs16));
        }
        if body.bytes() > limits::QUEUE_MESSAGE_BYTES_MAX {
            let most = limits::QUEUE_MESSAGE_BYTES_MAX;
            let message = format!(
                "One or more parameters are invalid. Reason: Message must be shorter than \
                 {most} bytes."
            );
            return Err(invalid(message, Rule::Sqs16));
        }
        let delay = delay(with, fifo)?;
        let group = text(with, "MessageGroupId");
        let deduplication = text(with, "MessageDeduplicationId");
        if fifo && group.is_empty() {
            let message = "The request must contain the parameter MessageGroupId.";
            return Err(refused("MissingParameter", message, Rule::Fifo01));
        }
        if fifo && deduplication.is_empty() && !self.plan.service(id).spec.content_dedup {
            let message = "The queue should either have ContentBasedDeduplication enabled \
                           or MessageDeduplicationId provided explicitly";
            return Err(invalid(message, Rule::Fifo07));
        }
        let hash = md5::hex(&body.plain());
        let extra = Extra { group, deduplication, delay };
        let (plan, cause) = (Rc::clone(self.plan), self.cx.cause());
        let service = &mut self.world.services[usize::from(id.0)];
        let number =
            service.take_message(id, &plan, self.cx, &Payload::Json(body), extra);
        self.cx.because_of(cause);
        let mut fields = Vec::from([
            ("MD5OfMessageBody".to_string(), Value::Text(hash)),
            ("MessageId".into(), Value::Text(plan.service(id).dice.uuid(number.into()))),
        ]);
        if fifo {
            let sequence = crate::service::parcel::sequence(number);
            fields.push(("SequenceNumber".into(), Value::Text(sequence)));
        }
        Ok(fields)
    }

    fn send_batch(&mut self, id: ServiceId, with: &Value) -> Result<Refused, Refused> {
        let entries = with.get("Entries").and_then(Value::as_list).unwrap_or_default();
        let prefix = |code: &str| format!("AWS.SimpleQueueService.{code}");
        let rule = self.rule_of(id);
        if entries.is_empty() {
            let message = "There should be at least one SendMessageBatchRequestEntry in \
                           the request.";
            return Err(refused(&prefix("EmptyBatchRequest"), message, rule));
        }
        if entries.len() > ENTRIES_MAX {
            let message = format!(
                "Maximum number of entries per request are {ENTRIES_MAX}. You have sent {}.",
                entries.len()
            );
            return Err(refused(&prefix("TooManyEntriesInBatchRequest"), message, rule));
        }
        let ids: Vec<&str> = entries.iter().map(|entry| text(entry, "Id")).collect();
        let repeated = ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id));
        if let Some((_, id)) = repeated {
            let message = format!("Id {id} repeated.");
            return Err(refused(&prefix("BatchEntryIdsNotDistinct"), message, rule));
        }
        let bytes: u64 =
            entries.iter().filter_map(|e| e.get("MessageBody")).map(Value::bytes).sum();
        if bytes > limits::QUEUE_MESSAGE_BYTES_MAX {
            let most = limits::QUEUE_MESSAGE_BYTES_MAX;
            let message = format!(
                "Batch requests cannot be longer than {most} bytes. You have sent {bytes} bytes."
            );
            return Err(refused(&prefix("BatchRequestTooLong"), message, rule));
        }
        let (mut sent, mut failed) = (Vec::new(), Vec::new());
        for (entry, own) in entries.iter().zip(ids) {
            let mut fields = Vec::from([("Id".to_string(), Value::text(own))]);
            match self.send_message(id, entry) {
                Ok(more) => {
                    fields.extend(more);
                    sent.push(Value::Object(fields));
                }
                Err((reply, _)) => {
                    fields.extend([
                        ("SenderFault".into(), Value::Bool(true)),
                        ("Code".into(), Value::Text(reply.code)),
                        ("Message".into(), Value::Text(reply.message)),
                    ]);
                    failed.push(Value::Object(fields));
                }
            }
        }
        let mut reply = Reply::ok(200, [("Successful", Value::List(sent))]);
        if !failed.is_empty() {
            reply.fields.push(("Failed".into(), Value::List(failed)));
        }
        Ok((reply, rule))
    }

    /// Changes what holds for receives from now on; a visibility timeout below a function's
    /// is not refused any more (ERR-02).
    fn set_attributes(
        &mut self,
        id: ServiceId,
        with: &Value,
    ) -> Result<Refused, Refused> {
        let mut spec = self.plan.service(id).spec.clone();
        let attributes = with.get("Attributes").cloned().unwrap_or_default();
        for knob in Spec::KNOBS {
            let given = match knob.aws {
                "VisibilityTimeout" | "DelaySeconds" | "MessageRetentionPeriod" => {
                    attributes.get(knob.aws)
                }
                "RedrivePolicy.maxReceiveCount" => attributes.at(knob.aws),
                _ => None,
            };
            let Some(given) = given else { continue };
            // SQS takes its numbers as text.
            let count = given.as_count().or_else(|| given.as_text()?.parse().ok());
            let setting = count.map(|count| match knob.kind {
                KnobKind::Span { .. } => Setting::Span(Span::seconds(count.min(1 << 40))),
                _ => Setting::Number(count),
            });
            let fits = setting.filter(|setting| knob.kind.admits(setting));
            let name = knob.aws.split('.').next().unwrap_or_default();
            let wrong = || {
                let code = "InvalidAttributeValue";
                let message = format!("Invalid value for the parameter {name}.");
                refused(code, message, knob.rule)
            };
            (knob.set)(&mut spec, fits.ok_or_else(wrong)?);
        }
        let mut rule = Rule::Sqs10;
        let mut target = self.plan.service(id).dead_letter;
        if let Some(to) = attributes.at("RedrivePolicy.deadLetterTargetArn") {
            rule = Rule::Sqs13;
            let to = self.named(Kind::Queue, to.as_text().unwrap_or_default());
            let fits = |to: &ServiceId| {
                *to != id && self.plan.service(*to).spec.fifo == spec.fifo
            };
            target = to.filter(fits);
            let wrong = || {
                let message = "Value for parameter RedrivePolicy is invalid. Reason: Dead \
                               letter target does not exist.";
                invalid(message, Rule::Sqs13)
            };
            let to = target.ok_or_else(wrong)?;
            spec.dead_letter = self.plan.service(to).name.clone();
        }
        let least = self.longest_timeout(id);
        if least.is_some_and(|timeout| timeout > spec.visibility) {
            rule = Rule::Err02;
        }
        let is_short = spec.retention < self.plan.settings.until;
        let service = Rc::make_mut(self.plan).service_mut(id);
        service.spec = spec;
        service.dead_letter = target;
        if is_short {
            self.begin_to_hold(id);
        }
        Ok((Reply::ok(200, []), rule))
    }

    /// Whatever the queue has received counts from now on, if it did not before.
    pub(super) fn begin_to_hold(&mut self, id: ServiceId) {
        if self.plan.service(id).holds {
            return;
        }
        Rc::make_mut(self.plan).service_mut(id).holds = true;
        let plan = Rc::clone(self.plan);
        self.world.services[usize::from(id.0)].begin_to_hold(id, &plan, self.cx);
    }

    /// The longest timeout of a function that is called with messages of this queue.
    fn longest_timeout(&self, id: ServiceId) -> Option<Span> {
        let readers = self.plan.mappings().iter().filter(|one| one.source == id);
        readers.map(|one| one.timeout(self.plan)).max()
    }
}

/// How long nobody gets a message; only messages of standard queues say so themselves.
fn delay(with: &Value, fifo: bool) -> Result<Option<Span>, Refused> {
    let Some(given) = with.get("DelaySeconds") else { return Ok(None) };
    let shown = given.compact();
    let reason = match given.as_count() {
        Some(seconds) if seconds > DELAY_MAX => {
            format!("DelaySeconds must be >= 0 and <= {DELAY_MAX}.")
        }
        Some(0) => return Ok(Some(Span::ZERO)),
        Some(_) if fifo => "The request include parameter that is not valid for this \
                            queue type."
            .to_string(),
        Some(seconds) => return Ok(Some(Span::seconds(seconds))),
        None => "Must be a number.".to_string(),
    };
    let message =
        format!("Value {shown} for parameter DelaySeconds is invalid. Reason: {reason}");
    Err(invalid(message, Rule::Sqs16))
}
