//! Who is told of what a mapping of a stream gives up: its destination, which may be a topic
//! of the same cluster, or the dead-letter queue that a broker has for its queue.
//!
//! Rules: KIN-19, KIN-21, KAF-04, MQ-01. Assumed: what goes to a topic is sent as one record
//! for each that failed, with its key; what a broker gives up it moves message by message.
//! A message that is too large for an event Lambda drops, and no broker knows of that.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::lane::{Condition, Fate, Settlement};
use super::letter::GivenUp;
use super::part::{State, job, terms};
use super::why;
use crate::event::{Event, ServiceEvent};
use crate::id::{MappingId, Part, ServiceId, VersionIx};
use crate::message::{Body, Content, Letter};
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service::Kind;
use crate::service::stream::ShardId;
use crate::service::stream::record;
use crate::sim::Cx;
use crate::trace::{Delivery, EventFact, Fact};

impl State {
    /// Tells the destination, if there is one, and says whether that could be done.
    pub(super) fn give_up(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        (call, shard): (u32, ShardId),
        settlement: &Settlement,
    ) -> bool {
        let mapping = plan.mapping(id);
        let terms = terms(mapping, plan);
        let reads = mapping.stream.as_ref().expect("it reads a stream");
        let source = plan.service(mapping.source);
        let is_broker = terms.kind.is_broker();
        let to = match settlement.fate {
            Fate::GivenUp {
                condition: Condition::MaximumPayloadSizeExceeded, ..
            } if is_broker => None,
            Fate::GivenUp { .. } | Fate::Processed | Fate::Expired if is_broker => {
                source.dead_letter
            }
            Fate::GivenUp { .. } | Fate::Processed | Fate::Expired => reads.on_failure,
        };
        let Some(service) = to else { return false };
        let what = if is_broker { Delivery::DeadLetter } else { Delivery::OnFailure };
        let to = Part::Service(service);
        let (part, job) = (Part::Mapping(id), job(id, call));
        if !plan.service(service).spec.permission {
            self.destination_failures += 1;
            let fact = Fact::Event(EventFact::DeliveryFailed { what, to });
            cx.tell(part, Some(job), Rule::Kin21, fact);
            return false;
        }
        let fact = Fact::Event(EventFact::Sent { what, to });
        let rule = why::of(&terms, Rule::Kin19, Rule::Kaf04);
        cx.tell(part, Some(job), rule, fact);
        if is_broker {
            settlement.records.each(|record| {
                if let record::Content::Data { data, .. } = &*record.content {
                    send(cx, job, service, Body::Given(data.payload()));
                }
            });
            return true;
        }
        let lane = self.versions.get(&(shard, settlement.lane));
        let version = lane.copied().unwrap_or(VersionIx::LATEST);
        let to_topic = matches!(plan.service(service).kind, Kind::Msk | Kind::Kafka);
        let given_up = |settlement: Settlement| {
            let (mapping, at) = (id, cx.now);
            GivenUp { mapping, shard, settlement, call, version, at, to_topic }
        };
        let each = match to_topic {
            true => {
                let records = settlement.records.iter();
                let alone = records.map(|record| Settlement {
                    records: [record.clone()].into_iter().collect(),
                    ..settlement.clone()
                });
                alone.map(given_up).collect()
            }
            false => Vec::from([given_up(settlement.clone())]),
        };
        for given_up in each {
            send(cx, job, service, Body::GivenUp(Rc::new(given_up)));
        }
        true
    }
}

fn send(cx: &mut Cx<'_>, job: crate::id::Job, to: ServiceId, body: Body) {
    let content = Content::message(body, Vec::new());
    let letter = cx.mail.put(Letter { content, qualifier: None, permitted: true });
    let arrived = ServiceEvent::Arrived { job, letter };
    cx.post(cx.now, Rank::Arrival, Event::Service(to, arrived));
}
