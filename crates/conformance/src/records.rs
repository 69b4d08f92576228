//! Records of sources, as runs and sources show them.

use lambdarium_sim::id::{Job, Origin, ServiceId};
use lambdarium_sim::message::{Body, Content};
use lambdarium_sim::record::Recording;
use lambdarium_sim::value::Value;

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
    let Content::Message(message, _) = recording.head().content(job)? else {
        return None;
    };
    let Body::Batch(batch) = &message.body else { return None };
    let plan = recording.last_plan();
    let got = batch.messages.iter().map(|handed| Got {
        id: handed.message.id(plan),
        receives: handed.receipt.receives.into(),
    });
    Some(got.collect())
}

/// The first record of a request as the function sees it.
#[must_use]
pub fn first_record(recording: &Recording, job: Job) -> Option<Value> {
    let content = recording.head().content(job)?;
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
    let id = reply.fields.iter().find(|(key, _)| key == "MessageId")?;
    id.1.as_text().map(Into::into)
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
