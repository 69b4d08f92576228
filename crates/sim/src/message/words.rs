//! The JSON of what is passed on, as AWS words it.
//!
//! Rules: DLQ-03, DLQ-04, DST-10 to DST-16.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Body, DeadLetter, Last, Record, Undelivered};
use crate::call::arn;
use crate::id::{Job, ServiceId};
use crate::plan::Plan;
use crate::service::RECORDS_FOLDER;
use crate::trace::{Condition, Ending};
use crate::value::{Payload, Value};

/// About what a record takes besides what was asked and answered.
const RECORD_BYTES: u64 = 512;

/// An attribute of a message: its name, its type, and its value.
pub type Attribute = (&'static str, &'static str, String);

impl Body {
    /// It as JSON.
    #[must_use]
    pub fn payload<'a>(&'a self, plan: &'a Plan) -> Cow<'a, Payload> {
        match self {
            Self::Given(payload) => Cow::Borrowed(payload),
            Self::Published(published) => Cow::Borrowed(&published.payload),
            Self::Record(record) => Cow::Owned(Payload::Json(record.value(plan))),
            Self::DeadLetter(letter) => letter.record.event.payload(plan),
            Self::Undelivered(undelivered) => undelivered.payload(plan),
            Self::OnBus(on_bus) => {
                let event = on_bus.record.bus_event(plan, on_bus.bus, on_bus.job);
                Cow::Owned(Payload::Json(event))
            }
            Self::Batch(batch) => Cow::Owned(Payload::Json(batch.value(plan))),
            Self::Records(records) => {
                Cow::Owned(Payload::Json(records.value(plan, false)))
            }
            Self::GivenUp(given_up) => Cow::Owned(Payload::Json(given_up.value(plan))),
            Self::Notice(notice) => Cow::Owned(Payload::Json(notice.value(plan))),
        }
    }

    /// Its size in bytes; that of a record is an estimate from above.
    pub(crate) fn bytes(&self, plan: &Plan) -> u64 {
        match self {
            Self::Given(payload) => payload.bytes(),
            Self::Published(published) => published.payload.bytes(),
            Self::Record(record) => record.bytes(plan),
            Self::DeadLetter(letter) => letter.record.event.bytes(plan),
            Self::Undelivered(undelivered) => undelivered.event.bytes(plan),
            Self::OnBus(on_bus) => RECORD_BYTES + on_bus.record.bytes(plan),
            Self::Batch(batch) => batch.bytes(),
            Self::Records(records) => records.invocation.size,
            Self::GivenUp(_) => RECORD_BYTES,
            Self::Notice(notice) => notice.bytes(plan),
        }
    }
}

impl Undelivered {
    /// It as it lies in the queue: what a topic could not deliver is there as a topic tells
    /// queues of it.
    fn payload<'a>(&'a self, plan: &'a Plan) -> Cow<'a, Payload> {
        match self.event.notice() {
            Some(notice) => Cow::Owned(Payload::Json(notice.in_queue(plan))),
            None => self.event.payload(plan),
        }
    }

    /// What stands beside it in its dead-letter queue.
    #[must_use]
    pub fn attributes(&self) -> Vec<Attribute> {
        let code = self.error_code.map(|code| ("ERROR_CODE", "String", code.into()));
        code.into_iter().collect()
    }
}

impl Record {
    /// About its size in bytes.
    fn bytes(&self, plan: &Plan) -> u64 {
        if self.dropped {
            return RECORD_BYTES;
        }
        let event = self.event.bytes(plan);
        let response = match &self.last {
            Some(Last::Ran(ran)) => ran.response_bytes(event),
            Some(Last::Throttled | Last::Refused { .. }) | None => 0,
        };
        RECORD_BYTES + event + response
    }

    /// The ARN that was called; a call without a qualifier is one of `$LATEST`.
    fn arn(&self, plan: &Plan) -> String {
        let qualifier = self.qualifier.as_deref().unwrap_or("$LATEST");
        format!("{}:{qualifier}", arn(plan.function(self.function).name()))
    }

    /// The record as it is sent.
    #[must_use]
    pub fn value(&self, plan: &Plan) -> Value {
        let context = Value::object([
            ("requestId", Value::Text(plan.request_id(self.job))),
            ("functionArn", Value::Text(self.arn(plan))),
            ("condition", Value::text(self.condition.word())),
            ("approximateInvokeCount", Value::number(self.runs.into())),
        ]);
        let mut members: Vec<(String, Value)> = vec![
            ("version".into(), Value::text("1.0")),
            ("timestamp".into(), Value::Text(self.at.iso_millis())),
            ("requestContext".into(), context),
        ];
        if !self.dropped {
            let event = self.event.payload(plan).value();
            members.push(("requestPayload".into(), event));
        }
        match &self.last {
            Some(Last::Ran(ran)) => {
                let mut response = vec![
                    ("statusCode".into(), Value::number(200)),
                    ("executedVersion".into(), Value::Text(ran.version_name())),
                ];
                if ran.ending != Ending::Succeeded {
                    let word = plan.settings.function_error.word();
                    response.push(("functionError".into(), Value::text(word)));
                }
                members.push(("responseContext".into(), Value::Object(response)));
                if !self.dropped {
                    let response = self.response(plan, ran).value();
                    members.push(("responsePayload".into(), response));
                }
            }
            Some(Last::Throttled) => members.push(status(429)),
            Some(Last::Refused { http }) => members.push(status(*http)),
            None => {}
        }
        Value::Object(members)
    }

    fn response(&self, plan: &Plan, ran: &crate::lambda::answer::Ran) -> Payload {
        let id = plan.request_id(self.job);
        ran.response(&self.event.payload(plan), &id, &self.arn(plan))
    }

    /// Under which key a bucket keeps the record (DST-15).
    #[must_use]
    pub fn object_key(&self, plan: &Plan, uuid: &str) -> String {
        let at = self.at.iso_seconds();
        let (day, time) = at.trim_end_matches('Z').split_once('T').unwrap_or_default();
        let function = plan.function(self.function).name();
        let folder = day.replace('-', "/");
        let time = time.replace(':', ".");
        format!("{RECORDS_FOLDER}{function}/{folder}/{day}T{time}-{uuid}")
    }

    /// The record as an event of a bus has it as its `detail` (DST-14).
    #[must_use]
    pub fn bus_event(&self, plan: &Plan, bus: ServiceId, job: Job) -> Value {
        let id = plan.message_id(bus, job);
        let bus = plan.service(bus).name();
        let how =
            if self.condition == Condition::Success { "Success" } else { "Failure" };
        let kind = format!("Lambda Function Invocation Result - {how}");
        let resources = vec![
            Value::Text(format!("{}:event-bus/{bus}", crate::call::arn_of("events"))),
            Value::Text(self.arn(plan)),
        ];
        Value::object([
            ("version", Value::text("0")),
            ("id", Value::Text(id)),
            ("detail-type", Value::Text(kind)),
            ("source", Value::text("lambda")),
            ("account", Value::text(crate::call::ACCOUNT)),
            ("time", Value::Text(self.at.iso_seconds())),
            ("region", Value::text(crate::call::REGION)),
            ("resources", Value::List(resources)),
            ("detail", self.value(plan)),
        ])
    }
}

fn status(http: u16) -> (String, Value) {
    let context = Value::object([("statusCode", Value::number(http.into()))]);
    ("responseContext".into(), context)
}

impl DeadLetter {
    /// What stands beside the event in a dead letter (DLQ-04).
    #[must_use]
    pub fn attributes(&self, plan: &Plan) -> Vec<Attribute> {
        let record = &self.record;
        let (code, message) = match &record.last {
            Some(Last::Ran(ran)) => {
                let response = record.response(plan, ran);
                let message = response.json().and_then(|error| error.get("errorMessage"));
                let message = message.and_then(Value::as_text).unwrap_or_default();
                (Some(200), String::from(message))
            }
            Some(Last::Throttled) => (Some(429), "Rate Exceeded.".into()),
            Some(Last::Refused { http: 404 }) => {
                (Some(404), format!("Function not found: {}", record.arn(plan)))
            }
            Some(Last::Refused { http }) => (Some(*http), record.condition.word().into()),
            None => (None, ZERO_RESERVED.into()),
        };
        let mut attributes = vec![("RequestID", "String", plan.request_id(record.job))];
        if let Some(code) = code {
            attributes.push(("ErrorCode", "Number", format!("{code}")));
        }
        attributes.push(("ErrorMessage", "String", first_kilobyte(message)));
        attributes
    }
}

/// As AWS writes it (DLQ-04).
const ZERO_RESERVED: &str = "Function not invoked. Function isconfigured with zero reserved concurrent executions";

fn first_kilobyte(mut text: String) -> String {
    let mut most = text.len().min(1_024);
    while !text.is_char_boundary(most) {
        most -= 1;
    }
    text.truncate(most);
    text
}
