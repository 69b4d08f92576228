//! What a call to `Invoke` gets back: the function's answer, a function error as the
//! runtime words it, or an error of the service.
//!
//! Rules: INV-01 to INV-08, CON-08, ALI-21 (the executed version).

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};

use super::Spec;
use super::behaviour::{Answer as Gives, Fault, Then};
use crate::EVENTS;
use crate::call::{Operation, Reply};
use crate::event::Answer;
use crate::id::{FunctionId, Job, Origin, Part};
use crate::limits::SYNC_RESPONSE_BYTES_MAX;
use crate::mapping::outcome;
use crate::plan::Plan;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{Ending, Fact, Refusal};
use crate::value::{Payload, Value};

/// What an `Invoke` of an act brings along.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The event.
    pub payload: Payload,
    /// The qualifier, as it was given.
    pub qualifier: Option<Rc<str>>,
    /// The ARN that was called, with the qualifier as it was given (VER-13).
    pub arn: String,
}

/// A run that has ended, as far as it can be answered with.
#[derive(Clone, Debug)]
pub struct Ran {
    /// The settings it ran with.
    pub spec: Rc<Spec>,
    /// The fault that hit it, by its place.
    pub fault: Option<u16>,
    /// How it ended.
    pub ending: Ending,
    /// Whether it ran on a provisioned environment.
    pub provisioned: bool,
    /// The number of the version that ran; 0 is `$LATEST`.
    pub version: u64,
    /// When it began.
    pub started: Instant,
}

impl Ran {
    /// The version that ran, by its name.
    pub(crate) fn version_name(&self) -> String {
        if self.version == 0 { "$LATEST".into() } else { self.version.to_string() }
    }

    /// What came of it: the answer, or the error object. `arn` is the one that was called.
    pub(crate) fn response(&self, event: &Payload, id: &str, arn: &str) -> Payload {
        if self.ending == Ending::Succeeded {
            given(self, event, arn)
        } else {
            Payload::Json(error_object(self, id))
        }
    }

    /// The size of that, about: what is small is not counted.
    pub(crate) fn response_bytes(&self, event_bytes: u64) -> u64 {
        if self.ending == Ending::Succeeded {
            given_bytes(&self.spec, event_bytes)
        } else {
            let faults = &self.spec.behaviour.faults;
            let fault = self.fault.and_then(|at| faults.get(usize::from(at)));
            fault.map_or(0, |fault| fault.error_message.len() as u64)
        }
    }
}

/// Answers an act whose request ran.
pub(crate) fn reply(
    id: FunctionId,
    act: u16,
    plan: &Plan,
    job: Job,
    ran: &Ran,
    asked: &Asked,
    cx: &mut Cx<'_>,
) {
    let version = ran.version_name();
    let mut reply = Reply::ok(
        200,
        [("StatusCode", Value::number(200)), ("ExecutedVersion", Value::text(&version))],
    );
    let alias = asked.qualifier.as_deref();
    let alias = alias.and_then(|name| plan.function(id).alias_named(name));
    let draws = alias.is_some_and(|at| plan.function(id).alias(at).routing().is_some());
    let mut rule = if draws { Rule::Ali21 } else { Rule::Inv01 };
    if ran.ending != Ending::Succeeded {
        rule = Rule::Inv03;
        let word = plan.settings.function_error.word();
        reply.fields.push(("FunctionError".into(), Value::text(word)));
    }
    let id = plan.request_id(job);
    reply.payload = Some(ran.response(&asked.payload, &id, &asked.arn));
    cx.reply(act, reply);
    let fact = Fact::Replied { operation: Operation::Invoke, http: 200 };
    cx.tell(Part::Desk, Some(job), rule, fact);
}

/// Answers an act whose request did not run.
pub(crate) fn reply_without_run(act: u16, answer: Answer, cx: &mut Cx<'_>) {
    let (reply, rule) = match answer {
        Answer::Checked | Answer::Ran(_) | Answer::Oversize => (empty(204), Rule::Inv01),
        Answer::Accepted => (empty(202), Rule::Asy01),
        Answer::Throttled(reason) => {
            let mut reply =
                Reply::error(429, "TooManyRequestsException", "Rate Exceeded.");
            reply.fields.push(("Reason".into(), Value::text(reason.word())));
            reply.fields.push(("Type".into(), Value::text("User")));
            (reply, Rule::Con08)
        }
        Answer::Refused(refusal) => {
            let message = message_of(refusal);
            (Reply::error(refusal.http(), refusal.word(), message), Rule::Inv04)
        }
    };
    let http = reply.http;
    cx.reply(act, reply);
    let fact = Fact::Replied { operation: Operation::Invoke, http };
    let job = Job { origin: Origin::Act(act), call: 1 };
    cx.tell(Part::Desk, Some(job), rule, fact);
}

/// What an error of the service says.
pub(crate) fn message_of(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::ServiceException => "The service encountered an internal error.",
        Refusal::ResourceNotFound => "Function not found.",
        Refusal::ResourceConflict => {
            "The operation cannot be performed at this time. The function is currently in the following state: Pending"
        }
        Refusal::Recursive => "The function was invoked recursively too often.",
        Refusal::AccessDenied => "The sender may not invoke the function.",
        Refusal::RequestTooLarge => {
            "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
        }
    }
}

/// A reply that only says that all is well.
fn empty(http: u16) -> Reply {
    let mut reply = Reply::ok(http, [("StatusCode", Value::number(http.into()))]);
    reply.payload = Some(Payload::Json(Value::text("")));
    reply
}

/// What a successful run answers.
fn given(ran: &Ran, event: &Payload, arn: &str) -> Payload {
    if EVENTS
        && let Some(per_record) = &ran.spec.behaviour.per_record
        && per_record.then != Then::Throws
    {
        let reported = per_record.reported(event);
        return Payload::Json(outcome::answer(reported.into_iter()));
    }
    let value = match &ran.spec.behaviour.answer {
        Gives::Null => Value::Null,
        Gives::Value(value) => value.clone(),
        Gives::Echo => return event.clone(),
        Gives::Bytes(count) => return Payload::Bytes(*count),
        Gives::Version => Value::Text(ran.version_name()),
        Gives::InitializationType => Value::text(if ran.provisioned {
            "provisioned-concurrency"
        } else {
            "on-demand"
        }),
        Gives::Environment => Value::text(&ran.spec.environment),
        Gives::Sum(sum) => sum.answer(event),
        Gives::Changing(changing) => changing.at(ran.started),
        Gives::Code => Value::text(&ran.spec.code),
        Gives::Context => Value::object([
            ("version_id", Value::text(&ran.spec.code)),
            ("invoked_arn", Value::text(arn)),
            ("version_from_ctx", Value::Text(ran.version_name())),
        ]),
    };
    Payload::Json(value)
}

/// The size of what a successful run answers to an event of a size.
pub(crate) fn given_bytes(spec: &Spec, event_bytes: u64) -> u64 {
    match &spec.behaviour.answer {
        Gives::Echo => event_bytes,
        Gives::Bytes(count) => *count,
        Gives::Value(value) => value.bytes(),
        Gives::Changing(changing) => {
            let sizes = changing.values.iter().map(|(_, value)| value.bytes());
            sizes.max().unwrap_or(0)
        }
        // Words and numbers, far below every limit.
        Gives::Null
        | Gives::Version
        | Gives::InitializationType
        | Gives::Environment
        | Gives::Code
        | Gives::Context => 0,
        Gives::Sum(sum) => sum.padding_bytes,
    }
}

/// The error object of a failed run, as the runtime and the service word it.
fn error_object(ran: &Ran, id: &str) -> Value {
    let fault = ran.fault.and_then(|at| ran.spec.behaviour.faults.get(usize::from(at)));
    let two = |kind: &str, message: String| {
        Value::object([
            ("errorType", Value::text(kind)),
            ("errorMessage", Value::Text(message)),
        ])
    };
    match ran.ending {
        Ending::Threw => thrown(fault, id),
        Ending::InitFailed => thrown(fault, ""),
        Ending::TimedOut | Ending::Cut => {
            let centis = ran.spec.timeout.0 / 10_000;
            let seconds = format!("{}.{:02}", centis / 100, centis % 100);
            let message =
                format!("RequestId: {id} Error: Task timed out after {seconds} seconds");
            two("Sandbox.Timedout", message)
        }
        Ending::Exited => {
            let how = match fault.and_then(|fault| fault.exit_status) {
                Some(status) => {
                    format!("Runtime exited with error: exit status {status}")
                }
                None => String::from("Runtime exited without providing a reason"),
            };
            two("Runtime.ExitError", format!("RequestId: {id} Error: {how}"))
        }
        Ending::TooLarge => two(
            "Function.ResponseSizeTooLarge",
            format!(
                "Response payload size exceeded maximum allowed payload size \
                 ({SYNC_RESPONSE_BYTES_MAX} bytes)."
            ),
        ),
        Ending::Succeeded => Value::Null,
    }
}

fn thrown(fault: Option<&Fault>, request_id: &str) -> Value {
    let (kind, message) = match fault {
        Some(fault) => (fault.error_type.as_str(), fault.error_message.as_str()),
        None => ("Error", ""),
    };
    Value::object([
        ("errorMessage", Value::text(message)),
        ("errorType", Value::text(kind)),
        ("requestId", Value::text(request_id)),
        ("stackTrace", Value::List(alloc::vec![])),
    ])
}
