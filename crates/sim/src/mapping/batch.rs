//! A batch: records of one source, as a function gets them.
//!
//! What a message says stands in it as the value it is; AWS sends the text of that.
//! Units: bytes as AWS counts them, about. Rules: ESM-08, ESM-21.

use alloc::vec::Vec;

use crate::id::ServiceId;
use crate::message::Link;
use crate::plan::Plan;
use crate::service::parcel::Handed;
use crate::value::Value;

/// Records of a queue, in the order they were received.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The queue.
    pub source: ServiceId,
    /// The messages.
    pub messages: Vec<Handed>,
    /// Their size, with what stands around them (ESM-08).
    pub size: u64,
}

impl Batch {
    /// The event that the function gets (ESM-21).
    #[must_use]
    pub fn value(&self, plan: &Plan) -> Value {
        let source = self.source;
        let records = self.messages.iter().map(|message| message.record(plan, source));
        Value::object([("Records", Value::List(records.collect()))])
    }

    /// Its size in bytes.
    pub(crate) const fn bytes(&self) -> u64 {
        self.size
    }

    /// The identifiers of its records (PBR-02).
    pub(crate) fn ids(&self, plan: &Plan) -> Vec<Value> {
        let messages = self.messages.iter();
        messages.map(|handed| Value::Text(handed.message.id(plan))).collect()
    }

    /// The chains of requests behind it, each function with its most runs.
    pub(crate) fn chain(&self) -> Vec<Link> {
        let mut chain: Vec<Link> = Vec::new();
        for handed in &self.messages {
            for link in handed.message.content.chain() {
                match chain.iter_mut().find(|known| known.function == link.function) {
                    Some(known) => known.runs = known.runs.max(link.runs),
                    None => chain.push(*link),
                }
            }
        }
        chain
    }
}
