//! A mapping of a stream as a part of a run: it carries out what its reader says.
//!
//! Rules: ESM-03, ESM-07 to ESM-10, ESM-19, KIN-01 to KIN-21, TW-01 to TW-04, DDS-01,
//! DDS-05, KAF-01 to KAF-05, MQ-01, PBR-01 to PBR-03.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::aside::{Aside, Asides};
use super::batch::{LastResult, Outcome, Verdict};
use super::lane::{Condition, Fate, Invocation, Judged, Settlement};
use super::letter::Records;
use super::reader::{Deed, Reader};
use super::spec::Terms;
use super::why;
use crate::event::{
    Answer, Event, FunctionEvent, MappingEvent, Mode, Request, ServiceEvent,
};
use crate::id::{Job, MappingId, Origin, Part, ServiceId, VersionIx};
use crate::lambda::invoke::small;
use crate::mapping::outcome::{Response, names_failures};
use crate::message::{Body, Content, Letter};
use crate::plan::{Plan, PlannedMapping};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service;
use crate::service::parcel::Parcel;
use crate::service::stream::record::Record;
use crate::service::stream::shard::Read;
use crate::service::stream::{ShardId, broker};
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{End, Ending, Fact, StreamFact};
use crate::value::Value;

/// What has become of the records that it has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// The function has processed them.
    pub processed: u64,
    /// The destination was told that they were given up.
    pub at_destination: u64,
    /// They were given up, and nobody was told.
    pub dropped: u64,
    /// The stream no longer kept them.
    pub expired: u64,
}

/// The state of a mapping that reads a stream.
#[derive(Clone, Debug)]
pub struct State {
    source: ServiceId,
    pub(super) reader: Reader,
    /// Whether it reads, or will when it knows the shards.
    is_on: bool,
    /// Whether it becomes enabled when it knows the shards.
    is_enabling: bool,
    /// Batches that the function has, or that wait for another try, by number.
    batches: BTreeMap<u32, UnderWay>,
    /// The versions that ran last, by lane of a shard.
    pub(super) versions: BTreeMap<(ShardId, u32), VersionIx>,
    fates: Fates,
    asides: Asides,
    /// Records that the stream no longer kept when it came to read them.
    missed: u64,
    pub(super) destination_failures: u64,
    iterator_age: Option<Span>,
    last_result: LastResult,
    /// Where to begin in shards that its consumer group has read before (KAF-05).
    committed: Vec<(ShardId, u32)>,
    /// Whether pollers are to be counted.
    pub(super) ramps: bool,
}

#[derive(Clone, Debug)]
struct UnderWay {
    batch: Rc<Records>,
    content: Content,
}

/// What this mapping of a plan goes by.
pub(crate) fn terms<'a>(mapping: &'a PlannedMapping, plan: &'a Plan) -> Terms<'a> {
    let reads = mapping.stream.as_ref().expect("it reads a stream");
    let stream = plan.service(mapping.source).stream.as_ref().expect("it is one");
    Terms::new(&reads.spec, &reads.assumed, stream)
}

pub(super) fn job(id: MappingId, call: u32) -> Job {
    Job { origin: Origin::Mapping(id), call }
}

/// How records are numbered in a trace.
fn number(record: Option<&Record>) -> u32 {
    record.map_or(0, |record| small(record.sequence.0))
}

impl State {
    /// A mapping, if it reads a stream, that does not read yet.
    pub(crate) fn new(mapping: &PlannedMapping) -> Option<Self> {
        mapping.stream.as_ref()?;
        Some(Self {
            source: mapping.source,
            reader: Reader::new(mapping.dice),
            is_on: false,
            is_enabling: false,
            batches: BTreeMap::new(),
            versions: BTreeMap::new(),
            fates: Fates::default(),
            asides: Asides::default(),
            missed: 0,
            destination_failures: 0,
            iterator_age: None,
            last_result: LastResult::Nothing,
            committed: Vec::new(),
            ramps: false,
        })
    }

    /// It goes on where its consumer group was: a mapping that is gone has read as that.
    pub(crate) fn go_on_after(&mut self, before: &Self) {
        let places = before.reader.shards().map(|one| (one.shard(), one.checkpoint()));
        self.committed = places.collect();
    }

    /// It is to read: first it asks which shards there are.
    pub(crate) fn enable(&mut self, id: MappingId, cx: &mut Cx<'_>) {
        if self.is_on {
            return;
        }
        (self.is_on, self.is_enabling) = (true, true);
        // What arrives at this instant comes after it.
        let asked = ServiceEvent::ShardsAsked { mapping: id };
        cx.post(cx.now, Rank::RunEnd, Event::Service(self.source, asked));
    }

    /// It is to read no more; what is under way ends, and nothing is tried again.
    pub(crate) fn disable(&mut self) {
        (self.is_on, self.is_enabling) = (false, false);
        self.reader.on_disabled();
    }

    /// How it reads its shards.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Batches that the function has, or that wait for another try.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.batches.len() as u64
    }

    /// The event of a batch under way.
    #[must_use]
    pub fn content(&self, call: u32) -> Option<Content> {
        self.batches.get(&call).map(|batch| batch.content.clone())
    }

    /// What it says of the last batch.
    #[must_use]
    pub fn last_result(&self) -> LastResult {
        self.last_result
    }

    /// What has become of the records that it has read.
    #[must_use]
    pub fn fates(&self) -> &Fates {
        &self.fates
    }

    /// The last records that the function did not process.
    #[must_use]
    pub fn asides(&self) -> &Asides {
        &self.asides
    }

    /// Records that filters let through, once for each time they were read, and those that
    /// it came too late for.
    #[must_use]
    pub fn entered(&self) -> u64 {
        let counts = self.reader.counts();
        counts.polled - counts.filtered_out - self.reader.forgotten() + self.missed
    }

    /// Records in the shards that it reads which it has not read.
    #[must_use]
    pub fn unread(&self, services: &[service::State]) -> u64 {
        let Some(stream) = services.get(usize::from(self.source.0)) else { return 0 };
        let tip = |shard| Some(stream.stream()?.state().shard(shard)?.tip());
        let shards = self.reader.shards();
        let unread = shards.filter_map(|state| {
            Some(u64::from(tip(state.shard())?.saturating_sub(state.next())))
        });
        unread.sum()
    }

    /// What CloudWatch counts.
    #[must_use]
    pub fn metrics(&self) -> crate::mapping::Metrics {
        let counts = self.reader.counts();
        crate::mapping::Metrics {
            polled: counts.polled,
            filtered_out: counts.filtered_out,
            invoked: counts.invoked,
            failed_invoke: counts.failed_invoke,
            deleted: 0,
            dropped: counts.dropped,
            delivered: counts.delivered,
            destination_failures: self.destination_failures,
            iterator_age: self.iterator_age,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let batches = self.batches.len() * size_of::<(u32, UnderWay)>();
        size_of::<Self>() + self.reader.bytes() + self.asides.bytes() + batches
    }

    pub(crate) fn assert_consistent(&self) {
        let Fates { processed, at_destination, dropped, expired } = self.fates;
        let [running, waiting] = self.reader.held();
        let all = processed + at_destination + dropped + expired + running + waiting;
        assert_eq!(self.entered(), all, "a record was lost, or has two fates");
        let (counts, partitions) = (self.reader.counts(), self.reader.shards().count());
        let pollers = self.reader.pollers().unwrap_or(0) as usize;
        assert!(pollers <= partitions, "more pollers than partitions");
        assert_eq!(counts.delivered, at_destination, "told of as often as counted");
        assert_eq!(counts.dropped, dropped, "dropped as often as counted");
    }

    pub(crate) fn on_event(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: MappingEvent,
    ) {
        let terms = terms(plan.mapping(id), plan);
        let deeds = match event {
            MappingEvent::ShardsListed { parcel } => {
                let Parcel::Listed(mut listed) = cx.parcels.take(parcel) else {
                    unreachable!("a stream lists its shards")
                };
                for (shard, place) in &self.committed {
                    let mut all = listed.iter_mut();
                    if let Some(known) = all.find(|known| known.id == *shard) {
                        known.place = *place;
                    }
                }
                match core::mem::take(&mut self.is_enabling) {
                    true => {
                        self.count_pollers(id, plan, cx, listed.len());
                        self.reader.on_enabled(cx.now, &terms, listed)
                    }
                    false => self.reader.on_listed(cx.now, &terms, listed),
                }
            }
            MappingEvent::RecordsArrived { shard } => {
                self.reader.on_arrived(cx.now, &terms, shard)
            }
            MappingEvent::ShardDue { shard } => self.reader.on_due(cx.now, &terms, shard),
            MappingEvent::RecordsRead { shard, parcel } => {
                let Parcel::Read(read) = cx.parcels.take(parcel) else {
                    unreachable!("a shard is read")
                };
                self.on_read(id, plan, cx, shard, read)
            }
            MappingEvent::RampDue => self.on_ramp_due(id, plan, cx),
            MappingEvent::Answered { call, parcel, answer, version } => {
                return self.on_answered(id, plan, cx, call, (parcel, answer), version);
            }
            // These are about queues.
            MappingEvent::Received { .. }
            | MappingEvent::WindowDue { .. }
            | MappingEvent::RetryDue { .. }
            | MappingEvent::LetGoDue { .. }
            | MappingEvent::Backlog { .. }
            | MappingEvent::Settled
            | MappingEvent::Deleted { .. } => return,
        };
        self.perform(id, plan, cx, deeds, None);
    }

    /// A shard has answered: what no filter lets through is passed over (ESM-19).
    fn on_read(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        shard: ShardId,
        mut read: Read,
    ) -> Vec<Deed> {
        let mapping = plan.mapping(id);
        let terms = terms(mapping, plan);
        let mut filtered = 0;
        if let Read::Records(batch) = &mut read {
            let (of, shard, part) = (shard, shard.0, Part::Mapping(id));
            if batch.missed > 0 {
                self.missed += u64::from(batch.missed);
                self.fates.expired += u64::from(batch.missed);
                let fact = StreamFact::Missed { shard, records: batch.missed };
                let rule = why::of(&terms, Rule::Kin10, Rule::Kaf03);
                cx.tell(part, None, rule, Fact::Stream(fact));
            }
            let records = batch.records.len();
            if !mapping.filters.is_empty() {
                filtered = batch.filter(|record| {
                    let passes = mapping.lets_record_through(record, of, plan);
                    if !passes {
                        self.asides.put(of, record.place, Aside::Filtered);
                    }
                    passes
                });
            }
            if records > 0 {
                let rule = why::read(&terms, filtered);
                let filtered = small(filtered);
                let fact = StreamFact::Read { shard, records, filtered };
                cx.tell(part, None, rule, Fact::Stream(fact));
            }
        }
        self.reader.on_read(cx.now, &terms, shard, read, filtered)
    }

    fn on_answered(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        (parcel, answer): (u32, Answer),
        version: VersionIx,
    ) {
        let terms = terms(plan.mapping(id), plan);
        let batch = Rc::clone(&self.batches[&call].batch);
        let invocation = &batch.invocation;
        let response = match answer {
            Answer::Ran(Ending::Succeeded) => {
                let Parcel::Response(response) = cx.parcels.take(parcel) else {
                    unreachable!("a function answers with a response")
                };
                response
            }
            Answer::Ran(
                Ending::Threw
                | Ending::TimedOut
                | Ending::Exited
                | Ending::InitFailed
                | Ending::TooLarge
                | Ending::Cut,
            )
            | Answer::Oversize
            | Answer::Checked
            | Answer::Accepted
            | Answer::Throttled(_)
            | Answer::Refused(_) => Response::default(),
        };
        if let Answer::Ran(_) = answer {
            self.versions.insert((batch.shard, invocation.lane), version);
        }
        let name = plan.service(self.source).name();
        let partition =
            terms.kind.is_topic().then(|| format!("{name}-{}", batch.shard.0));
        let records = &invocation.records;
        let outcome =
            Outcome::of(answer, &response, records, &terms, |record| match &partition {
                Some(partition) => broker::identifier(partition, record.place),
                None => Value::Text(record.sequence.text(terms.kind)),
            });
        self.last_result = LastResult::from(&outcome);
        let deeds = self.reader.on_outcome(cx.now, &terms, call, &outcome);
        let ignored = !terms.spec.partial && names_failures(&response);
        let ended =
            Ended { call, attempt: invocation.attempt, outcome: &outcome, ignored };
        self.perform(id, plan, cx, deeds, Some(&ended));
    }

    /// Carries out what the reader says.
    fn perform(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        deeds: Vec<Deed>,
        ended: Option<&Ended<'_>>,
    ) {
        let mapping = plan.mapping(id);
        let cause = cx.cause();
        for deed in deeds {
            match deed {
                Deed::Begin { shard, from, why } => {
                    let is_known = !self.committed.is_empty();
                    let rule = why::begun(&terms(mapping, plan), why, is_known);
                    let fact = StreamFact::Begun { shard: shard.0, from };
                    cx.tell(Part::Mapping(id), None, rule, Fact::Stream(fact));
                }
                Deed::Finished { shard } => {
                    let fact = Fact::Stream(StreamFact::Finished { shard: shard.0 });
                    let rule = why::descended(&terms(mapping, plan));
                    cx.tell(Part::Mapping(id), None, rule, fact);
                }
                Deed::Read { shard, from } => {
                    let called = ServiceEvent::ReadCalled { mapping: id, shard, from };
                    cx.post(cx.now, Rank::Poll, Event::Service(mapping.source, called));
                }
                Deed::Invoke { call, shard, invocation } => {
                    self.invoke(id, plan, cx, call, shard, invocation);
                }
                Deed::Judged { call, judged } => {
                    let ended = ended.expect("only what has run is judged");
                    self.on_judged(id, plan, cx, call, judged, ended);
                }
                Deed::Settle { call, shard, settlement } => {
                    self.settle(id, plan, cx, (call, shard), settlement, ended);
                }
                Deed::WakeAt { shard, at } => {
                    let due = MappingEvent::ShardDue { shard };
                    cx.post(at, Rank::Poll, Event::Mapping(id, due));
                }
            }
            cx.because_of(cause);
        }
    }

    /// Calls the function with a batch (ESM-07).
    fn invoke(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        shard: ShardId,
        invocation: Invocation,
    ) {
        let mapping = plan.mapping(id);
        let terms = terms(mapping, plan);
        let fact = if invocation.attempt > 1 {
            let attempt = narrow(invocation.attempt);
            let rule = why::of(&terms, Rule::Kin17, Rule::Kin17);
            (rule, Fact::Retried { attempt })
        } else {
            let state = self.reader.shard(shard).expect("it is read");
            let (rule, fact) = why::made(&terms, cx.now, state, &invocation);
            (rule, Fact::Stream(fact))
        };
        cx.tell(Part::Mapping(id), Some(job(id, call)), fact.0, fact.1);
        self.iterator_age = invocation.iterator_age.or(self.iterator_age);
        let tries = narrow(invocation.attempt);
        let batch = Rc::new(Records { source: mapping.source, shard, invocation });
        let body = Body::Records(Rc::clone(&batch));
        let content = Content::message(body, Vec::new());
        self.batches.insert(call, UnderWay { batch, content: content.clone() });
        let qualifier = mapping.qualifier.name();
        let slot = cx.mail.put(Letter { content, qualifier, permitted: true });
        if terms.kind.is_topic() {
            self.arm_ramp(id, cx);
        }
        let (job, mode) = (job(id, call), Mode::Answer);
        let arrived = FunctionEvent::Arrived(Request { job, attempt: tries, slot, mode });
        cx.post(cx.now, Rank::Arrival, Event::Function(mapping.function, arrived));
    }

    /// It was decided what becomes of a batch that has run.
    fn on_judged(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        judged: Judged,
        ended: &Ended<'_>,
    ) {
        let terms = terms(plan.mapping(id), plan);
        let rule = why::judged(&terms, judged.verdict, ended.outcome);
        let fact = match judged.verdict {
            Verdict::Again => return,
            Verdict::Retry(after) => {
                let attempt = narrow(ended.attempt).saturating_add(1);
                let fact = Fact::RetryPlanned { after, attempt, bucket: 0 };
                return cx.tell(Part::Mapping(id), Some(job(id, call)), rule, fact);
            }
            Verdict::Done | Verdict::GiveUp => None,
            Verdict::Rest(done) => {
                Some(StreamFact::Advanced { rest: judged.records - done })
            }
            Verdict::Halves(left) => {
                Some(StreamFact::Split { left, right: judged.records - left })
            }
        };
        self.batches.remove(&call);
        if let Some(fact) = fact {
            cx.tell(Part::Mapping(id), Some(job(id, call)), rule, Fact::Stream(fact));
        }
    }

    /// Records are settled; the destination is told of those that were given up.
    fn settle(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        (call, shard): (u32, ShardId),
        settlement: Settlement,
        ended: Option<&Ended<'_>>,
    ) {
        let terms = terms(plan.mapping(id), plan);
        let records = &settlement.records;
        let ended = ended.filter(|ended| ended.call == call);
        let (rule, end) = match settlement.fate {
            Fate::Processed => (why::processed(&terms, ended), End::Processed),
            Fate::GivenUp { condition: Condition::RetryAttemptsExhausted, .. } => {
                (why::exhausted(&terms), End::RetryAttemptsExhausted)
            }
            Fate::GivenUp { condition: Condition::RecordAgeExceeded, .. } => {
                (Rule::Kin18, End::RecordAgeExceeded)
            }
            Fate::GivenUp {
                condition: Condition::MaximumPayloadSizeExceeded, ..
            } => {
                let rule = why::of(&terms, Rule::Kaf04, Rule::Kaf04);
                (rule, End::MaximumPayloadSizeExceeded)
            }
            Fate::Expired => (why::of(&terms, Rule::Kin10, Rule::Kaf03), End::Expired),
        };
        let (first, last) = (number(records.first()), number(records.last()));
        let fact = StreamFact::Settled {
            end,
            shard: narrow(shard.0),
            lane: u8::try_from(settlement.lane).unwrap_or(u8::MAX),
            records: narrow(records.len()),
            first,
            last,
        };
        let tried = settlement.was_tried && end != End::Processed;
        if tried && ended.is_none() {
            self.batches.remove(&call);
        }
        cx.tell(Part::Mapping(id), Some(job(id, call)), rule, Fact::Stream(fact));
        let all = u64::from(settlement.records.len());
        match settlement.fate {
            Fate::Processed => self.fates.processed += all,
            Fate::Expired => {
                self.fates.expired += all;
                self.set_aside(shard, &settlement, Aside::Expired);
            }
            Fate::GivenUp { .. } => {
                let is_told = self.give_up(id, plan, cx, (call, shard), &settlement);
                self.reader.on_told(&settlement, is_told);
                let (fate, why) = match is_told {
                    true => (&mut self.fates.at_destination, Aside::AtDestination),
                    false => (&mut self.fates.dropped, Aside::Dropped),
                };
                *fate += all;
                self.set_aside(shard, &settlement, why);
            }
        }
    }

    fn set_aside(&mut self, shard: ShardId, settlement: &Settlement, why: Aside) {
        for record in settlement.records.iter() {
            self.asides.put(shard, record.place, why);
        }
    }
}

/// A batch that has run, or was refused.
pub(super) struct Ended<'a> {
    pub(super) call: u32,
    pub(super) attempt: u32,
    pub(super) outcome: &'a Outcome,
    /// Whether the function named records that failed, and nobody reads that.
    pub(super) ignored: bool,
}

/// A number as a trace has room for.
pub(super) fn narrow(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
