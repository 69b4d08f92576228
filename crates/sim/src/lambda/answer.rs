//! What a call to `Invoke` gets back: the function's answer, a function error as the
//! runtime words it, or an error of the service.
//!
//! Rules: INV-01 to INV-08, CON-08, ALI-21 (the executed version).

use alloc::format;
use alloc::string::String;

use super::behaviour::{Answer as Gives, Fault};
use super::run::Run;
use crate::call::{Operation, Reply};
use crate::dice::Purpose;
use crate::event::Answer;
use crate::id::{Job, Origin, Part, VersionIx};
use crate::limits::SYNC_RESPONSE_BYTES_MAX;
use crate::plan::{Plan, PlannedCaller};
use crate::rule::Rule;
use crate::sim::Cx;
use crate::trace::{Ending, Fact, Refusal};
use crate::value::{Payload, Value};

/// What an `Invoke` of an act brings along.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The event.
    pub payload: Payload,
    /// The version that its qualifier meant.
    pub version: VersionIx,
    /// The ARN that was called, with the qualifier as it was given (VER-13).
    pub arn: String,
}

/// Answers an act whose request ran.
pub(crate) fn reply(
    act: u16,
    plan: &Plan,
    version: &str,
    run: &Run,
    ending: Ending,
    asked: &Asked,
    cx: &mut Cx<'_>,
) {
    let mut reply = Reply::ok(
        200,
        [("StatusCode", Value::number(200)), ("ExecutedVersion", Value::text(version))],
    );
    let mut rule = Rule::Inv01;
    if ending == Ending::Succeeded {
        reply.payload = Some(given(run, version, asked));
    } else {
        rule = Rule::Inv03;
        let word = plan.settings.function_error.word();
        reply.fields.push(("FunctionError".into(), Value::text(word)));
        reply.payload = Some(Payload::Json(error_object(plan, act, run, ending)));
    }
    cx.reply(act, reply);
    let fact = Fact::Replied { operation: Operation::Invoke, http: 200 };
    cx.note(Part::Desk, Some(run.job), rule, fact);
}

/// Answers an act whose request did not run.
pub(crate) fn reply_without_run(act: u16, answer: Answer, cx: &mut Cx<'_>) {
    let (reply, rule) = match answer {
        Answer::Checked | Answer::Ran(_) | Answer::Oversize => {
            let mut reply = Reply::ok(204, [("StatusCode", Value::number(204))]);
            reply.payload = Some(Payload::Json(Value::text("")));
            (reply, Rule::Inv01)
        }
        Answer::Throttled(reason) => {
            let mut reply =
                Reply::error(429, "TooManyRequestsException", "Rate Exceeded.");
            reply.fields.push(("Reason".into(), Value::text(reason.word())));
            reply.fields.push(("Type".into(), Value::text("User")));
            (reply, Rule::Con08)
        }
        Answer::Refused(refusal) => {
            let message = match refusal {
                Refusal::ServiceException => "The service encountered an internal error.",
                Refusal::ResourceNotFound => "Function not found.",
                Refusal::ResourceConflict => {
                    "The operation cannot be performed at this time. The function is currently in the following state: Pending"
                }
                Refusal::RequestTooLarge => {
                    "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
                }
            };
            (Reply::error(refusal.http(), refusal.word(), message), Rule::Inv04)
        }
    };
    let http = reply.http;
    cx.reply(act, reply);
    let fact = Fact::Replied { operation: Operation::Invoke, http };
    let job = Job { origin: Origin::Act(act), call: 1 };
    cx.note(Part::Desk, Some(job), rule, fact);
}

/// What a successful run answers.
fn given(run: &Run, version: &str, asked: &Asked) -> Payload {
    let value = match &run.spec.behaviour.answer {
        Gives::Null => Value::Null,
        Gives::Value(value) => value.clone(),
        Gives::Echo => return asked.payload.clone(),
        Gives::Bytes(count) => return Payload::Bytes(*count),
        Gives::Version => Value::text(version),
        Gives::InitializationType => Value::text(if run.provisioned {
            "provisioned-concurrency"
        } else {
            "on-demand"
        }),
        Gives::Environment => Value::text(&run.spec.environment),
        Gives::Code => Value::text(&run.spec.code),
        Gives::Context => Value::object([
            ("version_id", Value::text(&run.spec.code)),
            ("invoked_arn", Value::text(&asked.arn)),
            ("version_from_ctx", Value::text(version)),
        ]),
    };
    Payload::Json(value)
}

/// The size of what a successful run answers to a caller.
pub(crate) fn bytes(run: &Run, caller: &PlannedCaller) -> u64 {
    match &run.spec.behaviour.answer {
        Gives::Echo => caller.payload_bytes,
        Gives::Bytes(count) => *count,
        Gives::Value(value) => value.bytes(),
        // Words and numbers, far below every limit.
        Gives::Null
        | Gives::Version
        | Gives::InitializationType
        | Gives::Environment
        | Gives::Code
        | Gives::Context => 0,
    }
}

/// The error object of a failed run, as the runtime and the service word it.
fn error_object(plan: &Plan, act: u16, run: &Run, ending: Ending) -> Value {
    let id = request_id(plan, act);
    let fault = run.fault.and_then(|at| run.spec.behaviour.faults.get(usize::from(at)));
    let two = |kind: &str, message: String| {
        Value::object([
            ("errorType", Value::text(kind)),
            ("errorMessage", Value::Text(message)),
        ])
    };
    match ending {
        Ending::Threw => thrown(fault, &id),
        Ending::InitFailed => thrown(fault, ""),
        Ending::TimedOut | Ending::Cut => {
            let centis = run.spec.timeout.0 / 10_000;
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

/// The ID of the request an act made: the same in every run with the same seed.
fn request_id(plan: &Plan, act: u16) -> String {
    let high = plan.desk.bits(Purpose::RequestId as u64, act.into(), 0);
    let low = plan.desk.bits(Purpose::RequestId as u64, act.into(), 1);
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}
