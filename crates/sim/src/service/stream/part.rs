//! A stream as a part of a run: what is put into it, and what it answers those that read it.
//!
//! A record is received under its number in the stream, from 1; what is refused, or changes
//! nothing, is received nowhere. Rules: section 4 (limits), KIN-01 to KIN-03, KIN-07,
//! DDS-02 to DDS-04.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::record::Data;
use super::shard::{Read, WriteLimits};
use super::table::{NoKey, Write};
use super::{Kind, PutRefusal, ReshardRefusal, ShardId, State, Taken};
use crate::event::{Event, MappingEvent, ServiceEvent};
use crate::id::{MappingId, Part, ServiceId};
use crate::mapping::stream::spec::Reading;
use crate::message::{Body, Content};
use crate::plan::{Plan, PlannedInlet, PlannedService};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service;
use crate::service::parcel::Parcel;
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{Fact, StreamFact};
use crate::value::{Payload, Value};

/// Something that is put into a stream, or written to a table, at a time of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// Something that is put into a stream, or written to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A record of a Kinesis stream or a topic, or a message for a broker.
    Record {
        /// Chooses its shard; the key of a record of a topic.
        partition_key: String,
        /// The partition of a topic that it is for, if its key is not to choose that.
        partition: Option<u32>,
        /// What it says.
        payload: Payload,
    },
    /// A write to a table.
    Write(Write),
}

impl What {
    /// Why there is a record of it.
    pub(crate) const fn rule(&self, kind: service::Kind) -> Rule {
        match self {
            Self::Record { .. } => match kind {
                service::Kind::Msk | service::Kind::Kafka => Rule::Kaf01,
                service::Kind::Mq => Rule::Mq01,
                service::Kind::Queue
                | service::Kind::Topic
                | service::Kind::Bus
                | service::Kind::Bucket
                | service::Kind::Kinesis
                | service::Kind::DynamoDb => Rule::Kin03,
            },
            Self::Write(Write::Put(_) | Write::Update(_) | Write::Delete(_)) => {
                Rule::Dds03
            }
            Self::Write(Write::Expire(_)) => Rule::Dds04,
        }
    }

    /// What somebody sends to a topic or a broker's queue: what failed keeps its key.
    pub(crate) fn sent(content: &Content, plan: &Plan) -> Self {
        let mut partition_key = String::new();
        if let Content::Message(message, _) = content
            && let Body::GivenUp(given_up) = &message.body
            && let Some(record) = given_up.settlement.records.first()
        {
            partition_key = record.key().into();
        }
        let payload = content.payload(plan).into_owned();
        Self::Record { partition_key, partition: None, payload }
    }

    /// It as the service is sent it.
    #[must_use]
    pub fn payload(&self) -> Payload {
        let (operation, item) = match self {
            Self::Record { payload, .. } => return payload.clone(),
            Self::Write(Write::Put(item)) => ("put", item),
            Self::Write(Write::Update(item)) => ("update", item),
            Self::Write(Write::Delete(key)) => ("delete", key),
            Self::Write(Write::Expire(key)) => ("expire", key),
        };
        Payload::Json(Value::object([(operation, item.clone())]))
    }
}

/// Why a stream does not take something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no record of a stream like this, or too large.
    Invalid,
    /// Its shard takes no more in this second.
    Throttled,
}

/// The attribute by which each write of a load differs from the one before.
const WRITE: &str = "write";

/// A stream during a run.
#[derive(Clone, Debug)]
pub struct Stream {
    state: State,
    /// Records that its load has made.
    made: u64,
    /// Records that it has refused.
    refused: u64,
}

fn data(payload: &Payload) -> Data {
    match payload {
        Payload::Json(Value::Text(text)) => Data::Text(text.clone()),
        Payload::Json(value) => Data::Json(value.clone()),
        Payload::Bytes(count) => Data::Bytes(*count),
    }
}

fn tell(id: ServiceId, cx: &mut Cx<'_>, rule: Rule, fact: StreamFact) {
    cx.tell(Part::Service(id), None, rule, Fact::Stream(fact));
}

impl Stream {
    /// The stream of a service, if it is or has one.
    pub(crate) fn of(id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) -> Option<Self> {
        let service = plan.service(id);
        let state = State::new(service.stream.as_ref()?, cx.now);
        plan_rolls(id, service, cx);
        Some(Self { state, made: 0, refused: 0 })
    }

    /// Its shards, and all that is in them.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Records that it has refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.state.bytes()
    }

    pub(crate) fn assert_consistent(&self, received: usize) {
        let shards = self.state.shards().iter();
        let held: usize = shards.map(|shard| shard.tip() as usize).sum();
        assert_eq!(held, received, "a record is in no shard, or was not received");
    }

    /// The next record or write of a load. A key that is not given is another one for each;
    /// a write says which one it is, as one that changes nothing leaves no record (DDS-03).
    pub(crate) fn next_of_load(
        &mut self,
        plan: &Plan,
        service: &PlannedService,
        inlet: &PlannedInlet,
    ) -> What {
        self.made += 1;
        let number = self.made;
        let prefix = &inlet.partition_key;
        let partition_key = match inlet.partition_keys {
            Some(keys) => format!("{prefix}{}", (number - 1) % keys + 1),
            None if prefix.is_empty() => format!("{number}"),
            None => prefix.clone(),
        };
        let payload = inlet.content.payload(plan).into_owned();
        let spec = service.stream.as_ref().expect("it has a stream");
        match (spec.kind, payload) {
            (
                Kind::Kinesis | Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq,
                payload,
            ) => What::Record { partition_key, partition: None, payload },
            (Kind::DynamoDb, payload) => {
                let mut item = match payload {
                    Payload::Json(Value::Object(members)) => members,
                    Payload::Json(_) | Payload::Bytes(_) => Vec::new(),
                };
                let mut add = |name: &str, kind, value: String| {
                    if !item.iter().any(|(known, _)| known == name) {
                        let value = Value::object([(kind, Value::Text(value))]);
                        item.push((name.into(), value));
                    }
                };
                let mut keys = spec.key_schema.iter();
                if let Some(name) = keys.next() {
                    add(name, "S", partition_key);
                }
                for name in keys.map(String::as_str).chain([WRITE]) {
                    add(name, "N", format!("{number}"));
                }
                What::Write(Write::Put(Value::Object(item)))
            }
        }
    }

    /// Takes something in; nothing if that changes nothing.
    pub(crate) fn take_in(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        what: &What,
    ) -> Result<Option<Taken>, Refusal> {
        let spec = plan.service(id).stream.as_ref().expect("it has a stream");
        match what {
            What::Record { partition_key, partition, payload } => {
                let limits = match plan.settings.streams.write_limit {
                    true => spec.kind.write_limits(),
                    false => WriteLimits::NONE,
                };
                let data = data(payload);
                let place = (partition_key.as_str(), *partition);
                let kind = spec.kind;
                match self.state.put_within(cx.now, kind, place, data, &limits) {
                    Ok(taken) => Ok(Some(taken)),
                    Err(PutRefusal::TooLarge) => Err(Refusal::Invalid),
                    Err(PutRefusal::Throttled { shard }) => {
                        self.refused += 1;
                        let fact = StreamFact::Refused { shard: shard.0 };
                        tell(id, cx, Rule::Kin03, fact);
                        Err(Refusal::Throttled)
                    }
                }
            }
            What::Write(write) => match self.state.write(cx.now, spec, write) {
                Ok(Some(taken)) => Ok(Some(taken)),
                Ok(None) => {
                    tell(id, cx, Rule::Dds03, StreamFact::Unchanged);
                    Ok(None)
                }
                Err(NoKey::Missing) => Err(Refusal::Invalid),
            },
        }
    }

    /// Mappings that read a shard are told that there is more in it, or that it was closed.
    pub(crate) fn tell_readers(
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        shard: ShardId,
    ) {
        for mapping in readers(id, plan) {
            let arrived = MappingEvent::RecordsArrived { shard };
            cx.post(cx.now, Rank::Arrival, Event::Mapping(mapping, arrived));
        }
    }

    pub(crate) fn on_event(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: ServiceEvent,
    ) {
        match event {
            ServiceEvent::ShardsAsked { mapping } => {
                self.list(id, plan, cx, mapping, Rank::RunEnd);
            }
            ServiceEvent::ReadCalled { mapping, shard, from } => {
                self.on_read_called(id, plan, cx, mapping, shard, from);
            }
            ServiceEvent::RollDue => self.on_roll_due(id, plan, cx),
            ServiceEvent::Arrived { .. }
            | ServiceEvent::LoadDue { .. }
            | ServiceEvent::RetryDue { .. }
            | ServiceEvent::Answered { .. }
            | ServiceEvent::MessageDue
            | ServiceEvent::Redriven { .. }
            | ServiceEvent::Polled(_)
            | ServiceEvent::PollEnded { .. }
            | ServiceEvent::ServeDue
            | ServiceEvent::MessagesDue
            | ServiceEvent::DeleteCalled { .. }
            | ServiceEvent::BacklogAsked { .. } => {}
        }
    }

    /// Says which shards there are, and where to begin to read them.
    fn list(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        mapping: MappingId,
        rank: Rank,
    ) {
        let service = plan.service(id);
        let spec = service.stream.as_ref().expect("it has a stream");
        let Some(reads) = &plan.mapping(mapping).stream else { return };
        let listed = self.state.list(cx.now, spec, reads.spec.position);
        let parcel = cx.parcels.put(Parcel::Listed(listed));
        let event = MappingEvent::ShardsListed { parcel };
        cx.post(cx.now, rank, Event::Mapping(mapping, event));
    }

    fn on_read_called(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        mapping: MappingId,
        shard: ShardId,
        from: u32,
    ) {
        let service = plan.service(id);
        let spec = service.stream.as_ref().expect("it has a stream");
        let Some(reads) = &plan.mapping(mapping).stream else { return };
        let read = match reads.spec.reading {
            Reading::Polls => self.state.read(cx.now, spec, shard, from),
            Reading::Pushed => self.state.push(cx.now, spec, shard, from),
        };
        if let Read::Throttled { until } = read {
            let rule = match spec.kind {
                Kind::DynamoDb => Rule::Dds02,
                Kind::Kinesis
                | Kind::Msk
                | Kind::Kafka
                | Kind::ActiveMq
                | Kind::RabbitMq => Rule::Kin01,
            };
            let after = until.since(cx.now);
            let fact = Fact::Stream(StreamFact::ReadRefused { shard: shard.0, after });
            cx.tell(Part::Mapping(mapping), None, rule, fact);
        }
        let parcel = cx.parcels.put(Parcel::Read(read));
        let event = MappingEvent::RecordsRead { shard, parcel };
        cx.post(cx.now, Rank::Arrival, Event::Mapping(mapping, event));
    }

    /// Another shard takes the place of each that has lived long enough (DDS-04).
    fn on_roll_due(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let service = plan.service(id);
        let Some(life) = service.spec.shard_life else { return };
        let is_old = |shard: &&super::shard::Shard| {
            shard.is_open() && cx.now.since(shard.opened()) >= life
        };
        let old = self.state.shards().iter().filter(is_old);
        let old: Vec<ShardId> = old.map(super::shard::Shard::id).collect();
        for shard in old {
            let opened = self.state.roll(cx.now, shard).expect("it is open");
            self.on_resharded(id, plan, cx, &[shard], &[opened]);
        }
        plan_rolls(id, service, cx);
    }

    /// Closes a shard, and opens two in its place.
    pub(crate) fn split(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        shard: ShardId,
        hash: u128,
    ) -> Result<(), ReshardRefusal> {
        let opened = self.state.split(cx.now, shard, hash)?;
        self.on_resharded(id, plan, cx, &[shard], &opened);
        Ok(())
    }

    /// Closes two shards, and opens one in their place.
    pub(crate) fn merge(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        shards: [ShardId; 2],
    ) -> Result<(), ReshardRefusal> {
        let opened = self.state.merge(cx.now, shards)?;
        self.on_resharded(id, plan, cx, &shards, &[opened]);
        Ok(())
    }

    fn on_resharded(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        closed: &[ShardId],
        opened: &[ShardId],
    ) {
        let rule = match plan.service(id).stream.as_ref().map(|spec| spec.kind) {
            Some(Kind::DynamoDb) => Rule::Dds04,
            Some(
                Kind::Kinesis | Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq,
            )
            | None => Rule::Kin07,
        };
        let cause = cx.cause();
        for shard in closed {
            tell(id, cx, rule, StreamFact::Closed { shard: shard.0 });
        }
        for shard in opened {
            let fact = StreamFact::Opened { shard: shard.0, parent: closed[0].0 };
            tell(id, cx, rule, fact);
        }
        for mapping in readers(id, plan) {
            self.list(id, plan, cx, mapping, Rank::Arrival);
        }
        for shard in closed {
            Self::tell_readers(id, plan, cx, *shard);
        }
        cx.because_of(cause);
    }
}

/// The mappings that read a stream.
fn readers(id: ServiceId, plan: &Plan) -> impl Iterator<Item = MappingId> {
    let all = plan.mappings().iter().zip(0..);
    all.filter(move |(mapping, _)| mapping.source == id).map(|(_, at)| MappingId::new(at))
}

/// Shards of a table live for so long at most, if that is set.
fn plan_rolls(id: ServiceId, service: &PlannedService, cx: &mut Cx<'_>) {
    if let Some(life) = service.spec.shard_life {
        let due = Event::Service(id, ServiceEvent::RollDue);
        cx.post(cx.now.plus(life), Rank::Timer, due);
    }
}
