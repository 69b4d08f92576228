//! The records of streams behind the fates: each once for each mapping that reads it.
//!
//! Read from the trace, which names records by shard and number; which lane they are in, and
//! whether a filter lets them through, the machine at the end of the run knows.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Fate;
use super::jobs::Fated;
use crate::id::{Job, MappingId, Origin, Part, ServiceId};
use crate::mapping::stream::lane::lane_of;
use crate::mapping::stream::part::terms;
use crate::record::Recording;
use crate::service::stream::ShardId;
use crate::service::stream::record::Record;
use crate::time::Moment;
use crate::trace::{Delivery, End, Entry, EventFact, Fact, StreamFact};

/// The records of a fate at a moment, each with the number of the entry it came in with.
pub(super) fn records(
    recording: &Recording,
    fate: Fate,
    moment: Moment,
) -> Vec<(u32, Fated)> {
    let log = recording.log();
    let mut fold = Fold { recording, puts: BTreeMap::new(), readings: BTreeMap::new() };
    for (number, entry) in (0..).zip(log.range(0, log.count_until(moment))) {
        fold.take(number, entry);
    }
    let plan = recording.last_plan();
    let mut found = Vec::new();
    for (mapping, reading) in &fold.readings {
        let origin = Origin::Service(plan.mapping(*mapping).source);
        let of_fate = reading
            .records
            .iter()
            .filter(|one| fate == Fate::Entered || one.fate == fate);
        found.extend(of_fate.map(|one| {
            let job = Job { origin, call: one.number };
            (one.first, Fated { job, entry: one.entry })
        }));
    }
    found
}

/// A record as one mapping reads it.
struct Seen {
    shard: u32,
    place: u32,
    /// Its lane; none before it was read.
    lane: Option<u32>,
    /// Its number in the stream.
    number: u32,
    first: u32,
    entry: u32,
    fate: Fate,
    is_settled: bool,
}

/// The records of one lane that a batch has.
#[derive(Clone, Copy)]
struct Range {
    shard: u32,
    lane: u32,
    first: u32,
    last: u32,
    /// How many they are.
    count: u32,
}

impl Range {
    /// Whether a record lies between the first and the last, in whatever lane.
    fn spans(&self, seen: &Seen) -> bool {
        seen.shard == self.shard
            && seen.lane.is_some()
            && !seen.is_settled
            && (self.first..=self.last).contains(&seen.number)
    }

    /// Which records it has: where it has all that lie there, their lanes do not matter. They
    /// follow from the factor at the end, and there may have been another one.
    fn members<'a>(&self, records: &'a mut [Seen]) -> impl Iterator<Item = &'a mut Seen> {
        let all = records.iter().filter(|seen| self.spans(seen)).count();
        let (range, is_all) = (*self, all == self.count as usize);
        records.iter_mut().filter(move |seen| {
            range.spans(seen) && (is_all || seen.lane == Some(range.lane))
        })
    }
}

/// What one mapping reads.
#[derive(Default)]
struct Reading {
    records: Vec<Seen>,
    /// The place to read from, by shard.
    next: BTreeMap<u32, u32>,
    /// By the number of the batch.
    batches: BTreeMap<u32, Range>,
}

impl Reading {
    fn enter(&mut self, shard: u32, place: u32, number: u32, entry: u32) {
        let (lane, first, fate) = (None, entry, Fate::Waiting);
        let is_settled = false;
        let seen = Seen { shard, place, lane, number, first, entry, fate, is_settled };
        self.records.push(seen);
    }

    /// The records of a batch become this.
    fn become_of(&mut self, call: u32, fate: Fate, entry: u32) {
        let Some(range) = self.batches.get(&call).copied() else { return };
        for seen in range.members(&mut self.records) {
            (seen.fate, seen.entry) = (fate, entry);
        }
    }

    fn settle(&mut self, range: Range, fate: Fate, entry: u32) {
        for seen in range.members(&mut self.records) {
            (seen.fate, seen.entry, seen.is_settled) = (fate, entry, true);
        }
    }

    /// The next records of a shard that were not read.
    fn read_on(&mut self, shard: u32, count: u32) -> core::ops::Range<u32> {
        let next = self.next.entry(shard).or_default();
        let from = *next;
        *next += count;
        from..*next
    }
}

struct Fold<'a> {
    recording: &'a Recording,
    /// Numbers of the records of a shard, each with the entry it came in with.
    puts: BTreeMap<(ServiceId, u32), Vec<(u32, u32)>>,
    readings: BTreeMap<MappingId, Reading>,
}

impl Fold<'_> {
    fn take(&mut self, number: u32, entry: &Entry) {
        match (entry.part, entry.fact) {
            (Part::Service(id), Fact::Stream(StreamFact::Put { shard })) => {
                let call = entry.job.map_or(0, |job| job.call);
                self.on_put(id, shard, call, number);
            }
            (Part::Mapping(id), Fact::Stream(fact)) => {
                self.on_fact(id, entry, number, fact);
            }
            (Part::Mapping(_), Fact::Retried { .. }) => {
                self.of_batch(entry, Fate::Running, number);
            }
            (Part::Mapping(_), Fact::RetryPlanned { .. })
            | (Part::Function(_), Fact::Ended { .. }) => {
                self.of_batch(entry, Fate::Waiting, number);
            }
            (
                Part::Mapping(id),
                Fact::Event(EventFact::Sent {
                    what: Delivery::OnFailure | Delivery::DeadLetter,
                    ..
                }),
            ) => self.on_told(id, number),
            (
                Part::Caller(_)
                | Part::Function(_)
                | Part::Desk
                | Part::Service(_)
                | Part::Mapping(_)
                | Part::Alarm(_)
                | Part::Deployment(_),
                _,
            ) => {}
        }
    }

    fn of_batch(&mut self, entry: &Entry, fate: Fate, number: u32) {
        let Some(Job { origin: Origin::Mapping(id), call }) = entry.job else { return };
        if let Some(reading) = self.readings.get_mut(&id) {
            reading.become_of(call, fate, number);
        }
    }

    fn on_put(&mut self, id: ServiceId, shard: u32, call: u32, entry: u32) {
        let places = self.puts.entry((id, shard)).or_default();
        let place = u32::try_from(places.len()).unwrap_or(u32::MAX);
        places.push((call, entry));
        for (mapping, reading) in &mut self.readings {
            let reads = self.recording.last_plan().mapping(*mapping).source == id;
            // A consumer group may begin with a record that is yet to come.
            if reads && reading.next.get(&shard).is_some_and(|next| *next <= place) {
                reading.enter(shard, place, call, entry);
            }
        }
    }

    fn on_fact(&mut self, id: MappingId, entry: &Entry, number: u32, fact: StreamFact) {
        let reading = self.readings.entry(id).or_default();
        let call = entry.job.map_or(0, |job| job.call);
        match fact {
            StreamFact::Begun { shard, from } => self.on_begun(id, shard, from),
            StreamFact::Read { shard, records, .. } => self.on_read(id, shard, records),
            StreamFact::Missed { shard, records } => {
                let places = reading.read_on(shard, records);
                let all = reading.records.iter_mut();
                let missed = all.filter(|seen| {
                    !seen.is_settled
                        && seen.shard == shard
                        && places.contains(&seen.place)
                });
                for seen in missed {
                    (seen.fate, seen.entry, seen.is_settled) = (Fate::Lost, number, true);
                }
            }
            StreamFact::Batched { shard, lane, records, first, last } => {
                let (shard, lane, count) = (shard.into(), lane.into(), records.into());
                reading.batches.insert(call, Range { shard, lane, first, last, count });
                reading.become_of(call, Fate::Running, number);
            }
            StreamFact::Settled { end, shard, lane, records, first, last } => {
                let fate = match end {
                    End::Processed => Fate::Once,
                    // Nobody is told, unless the trace says so next.
                    End::RetryAttemptsExhausted
                    | End::RecordAgeExceeded
                    | End::MaximumPayloadSizeExceeded
                    | End::Expired => Fate::Lost,
                };
                let (shard, lane, count) = (shard.into(), lane.into(), records.into());
                reading.settle(Range { shard, lane, first, last, count }, fate, number);
            }
            StreamFact::Put { .. }
            | StreamFact::Unchanged
            | StreamFact::Refused { .. }
            | StreamFact::Closed { .. }
            | StreamFact::Opened { .. }
            | StreamFact::Finished { .. }
            | StreamFact::ReadRefused { .. }
            | StreamFact::WindowClosed { .. }
            | StreamFact::Split { .. }
            | StreamFact::Advanced { .. } => {}
        }
    }

    /// The destination was told of what was settled just before.
    fn on_told(&mut self, id: MappingId, number: u32) {
        let Some(reading) = self.readings.get_mut(&id) else { return };
        let last = number.checked_sub(1);
        for seen in reading.records.iter_mut().filter(|seen| Some(seen.entry) == last) {
            (seen.fate, seen.entry) = (Fate::AtDestination, number);
        }
    }

    /// A shard is read from a place on; what was read and not settled is read again.
    fn on_begun(&mut self, id: MappingId, shard: u32, from: u32) {
        let source = self.recording.last_plan().mapping(id).source;
        let reading = self.readings.entry(id).or_default();
        reading.records.retain(|seen| seen.shard != shard || seen.is_settled);
        reading.next.insert(shard, from);
        let puts = self.puts.get(&(source, shard)).map_or(&[][..], Vec::as_slice);
        for ((call, entry), place) in puts.iter().zip(0..).skip(from as usize) {
            reading.enter(shard, place, *call, *entry);
        }
    }

    /// Records were read: each is in a lane now, if a filter lets it through.
    fn on_read(&mut self, id: MappingId, shard: u32, count: u32) {
        let plan = self.recording.last_plan();
        let mapping = plan.mapping(id);
        let terms = terms(mapping, plan);
        let Some(reading) = self.readings.get_mut(&id) else { return };
        let places = reading.read_on(shard, count);
        let services = self.recording.head().world().services();
        let stream = services[usize::from(mapping.source.0)].stream();
        let shards = stream.and_then(|stream| stream.state().shard(ShardId(shard)));
        let record = |place: u32| shards.and_then(|shard| shard.record(place));
        let lane = |record: &Record| lane_of(record.key(), &terms);
        reading.records.retain_mut(|seen| {
            let is_new = seen.lane.is_none() && !seen.is_settled;
            if !is_new || seen.shard != shard || !places.contains(&seen.place) {
                return true;
            }
            seen.lane = record(seen.place).map(lane);
            let passes = |one| mapping.lets_record_through(one, ShardId(shard), plan);
            mapping.filters.is_empty() || record(seen.place).is_some_and(passes)
        });
    }
}
