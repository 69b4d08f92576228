//! Records of sources, as runs and sources show them.

use lambdarium_sim::id::{Job, Origin, ServiceId};
use lambdarium_sim::message::{Body, Content};
use lambdarium_sim::record::Recording;
use lambdarium_sim::service::stream;
use lambdarium_sim::service::stream::record::{Data, Sequence};
use lambdarium_sim::trace::Fact;
use lambdarium_sim::value::Value;

use crate::given::Setting;
use crate::placeholder::Names;

/// A record that a run got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// Its identifier.
    pub id: String,
    /// For the how many-th time it was received.
    pub receives: u64,
}

/// The records of a request, if it comes from a mapping.
#[must_use]
pub fn batch(recording: &Recording, job: Job) -> Option<Vec<Got>> {
    let Origin::Mapping(_) = job.origin else { return None };
    let Content::Message(message, _) = recording.content(job)? else {
        return None;
    };
    let plan = recording.last_plan();
    if let Body::Records(records) = &message.body {
        let kind = stream_kind(recording, records.source)?;
        let receives = records.invocation.attempt.into();
        let got = records.invocation.records.iter();
        return Some(
            got.map(|record| Got { id: record.sequence.text(kind), receives }).collect(),
        );
    }
    let Body::Batch(batch) = &message.body else { return None };
    let got = batch.messages.iter().map(|handed| Got {
        id: handed.message.id(plan),
        receives: handed.receipt.receives.into(),
    });
    Some(got.collect())
}

/// The first record of a request as the function sees it.
#[must_use]
pub fn first_record(recording: &Recording, job: Job) -> Option<Value> {
    let content = recording.content(job)?;
    let event = content.payload(recording.last_plan()).json().cloned()?;
    match event.get("Records")? {
        Value::List(records) => records.first().cloned(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => None,
    }
}

/// The identifier that a record was given when these calls sent it.
#[must_use]
pub fn sent_id(recording: &Recording, senders: &[Origin]) -> Option<String> {
    let Some(Origin::Act(act)) = senders.first() else { return None };
    let reply = recording.log().replies((*act).into()).first()?;
    match reply.fields.iter().find(|(key, _)| key == "MessageId") {
        Some((_, id)) => id.as_text().map(Into::into),
        None => sequence(recording, senders),
    }
}

/// What the placeholders of a case stand for that are about its records: sequence numbers,
/// and what was put in base64.
#[must_use]
pub fn names(recording: &Recording, setting: &Setting, senders: &[Vec<Origin>]) -> Names {
    let mut names = Names::new();
    for (at, record) in setting.records.iter().enumerate() {
        let sender = setting.sender(at);
        let Some(number) = sent_id(recording, &senders[sender]) else { continue };
        names.insert(format!("seq:{}", record.label), number);
        let put = setting.steps()[sender].parameters.get("Data");
        let data = put.map(|put| match put {
            Value::Text(text) => Data::Text(text.clone()),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::List(_)
            | Value::Object(_) => Data::Json(put.clone()),
        });
        if let Some(data) = data {
            for key in ["json", "data", "body"] {
                let name = format!("base64 of {}.{key}", record.label);
                names.insert(name, data.base64());
            }
        }
    }
    names
}

/// Whether a request is a batch of records of a stream.
#[must_use]
pub fn is_of_stream(recording: &Recording, job: Job) -> bool {
    match (job.origin, recording.content(job)) {
        (Origin::Mapping(_), Some(Content::Message(message, _))) => {
            matches!(message.body, Body::Records(_))
        }
        (_, _) => false,
    }
}

/// What these calls have put into a stream: the record of the step of the first.
#[must_use]
pub fn put_by(recording: &Recording, senders: &[Origin]) -> Option<Job> {
    let origin = *senders.first()?;
    let log = recording.log();
    let replied = log.iter().find(|entry| {
        let is_it = entry.job.is_some_and(|job| job.origin == origin);
        is_it && matches!(entry.fact, Fact::Replied { .. })
    })?;
    let mut put = log.iter().filter(|entry| entry.step == replied.step);
    put.find_map(|entry| entry.job.filter(|job| matches!(job.origin, Origin::Service(_))))
}

/// Whether what was put is a record of a stream.
#[must_use]
pub fn is_in_stream(recording: &Recording, put: Job) -> bool {
    let Origin::Service(id) = put.origin else { return false };
    stream_kind(recording, id).is_some()
}

/// Its sequence number.
fn sequence(recording: &Recording, senders: &[Origin]) -> Option<String> {
    let Job { origin: Origin::Service(id), call } = put_by(recording, senders)? else {
        return None;
    };
    Some(Sequence(call.into()).text(stream_kind(recording, id)?))
}

/// What kind of stream a service is or has.
fn stream_kind(recording: &Recording, id: ServiceId) -> Option<stream::Kind> {
    recording.last_plan().service(id).stream().map(|stream| stream.kind)
}

/// The identifier of a message, as facts about it name it.
#[must_use]
pub fn message_id(recording: &Recording, job: Job) -> Option<String> {
    let Origin::Service(queue) = job.origin else { return None };
    Some(recording.last_plan().queued_id(queue, job.call))
}

/// A queue by its name.
#[must_use]
pub fn queue(recording: &Recording, name: &str) -> Option<ServiceId> {
    let services = recording.last_plan().services().iter();
    let at = services.enumerate().find(|(_, one)| one.name() == name)?.0;
    u16::try_from(at).ok().map(ServiceId::new)
}
