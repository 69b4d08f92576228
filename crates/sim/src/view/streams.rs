//! Streams that somebody reads, at the playhead: shards, their records, and how far each
//! mapping has come.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::sources::place_of;
use crate::call::Operation;
use crate::id::{MappingId, ServiceId};
use crate::mapping::stream::State as Shard;
use crate::mapping::stream::aside::Aside;
use crate::mapping::stream::batch::Batch;
use crate::mapping::stream::lane::Lane;
use crate::mapping::stream::letter::written;
use crate::mapping::stream::part::State as Mapping;
use crate::scenario::Act;
use crate::service;
use crate::service::stream::ShardId;
use crate::service::stream::record::Record;
use crate::service::stream::shard;
use crate::sim::Sim;
use crate::time::{Instant, Span};
use crate::value::Value;

/// Most shards of which the records are drawn one by one.
pub const SHARDS_DRAWN: usize = 4;
/// Most shards that are told of at all.
const SHARDS: usize = 64;
/// Most records of a shard that are drawn.
const DRAWN: u32 = 24;
/// So many that are settled are shown before the first that is not.
const BEHIND: u32 = 3;
/// Most batches of a shard that are told of.
const BATCHES: usize = 24;

/// What a stream holds for those that read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamView {
    /// What its parts are called: shards, partitions, or the one queue of a broker.
    pub unit: String,
    /// How long it keeps records.
    pub kept: Span,
    /// Its partition keys, by their places, as far as they are drawn.
    pub keys: Vec<String>,
    /// Its shards: those that are done with come last.
    pub shards: Vec<ShardView>,
    /// How many it has in all.
    pub shards_all: u32,
    /// How many to keep room for: the same during the whole run.
    pub lanes: u32,
}

/// A shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardView {
    /// Its number in the stream.
    pub number: u32,
    /// Whether it takes records.
    pub is_open: bool,
    /// The place of the first record that is drawn.
    pub first: u32,
    /// How many records have arrived in it.
    pub tip: u32,
    /// Those that are drawn.
    pub records: Vec<RecordView>,
    /// Records that some mapping has not settled.
    pub unsettled: u64,
    /// The age of the first of them.
    pub oldest: Span,
    /// How far each mapping has come.
    pub reads: Vec<ReadView>,
}

/// A record of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView {
    /// Its number in the stream.
    pub number: u32,
    /// Its key, by its place from 1.
    pub key: u16,
    /// Where it is.
    pub is: RecordIs,
    /// How often the function was called with it, as far as its batch counts.
    pub runs: u32,
}

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordIs {
    /// Not read yet, or it waits for its batch.
    Waiting,
    /// In a batch that the function has.
    Running,
    /// In a batch that failed, or that waits for its turn.
    Held,
    /// Processed.
    Processed,
    /// No filter let it through.
    Filtered,
    /// Given up: the destination was told.
    AtDestination,
    /// Given up, and nobody was told; or the stream no longer kept it.
    Lost,
}

/// How far a mapping has come in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadView {
    /// The mapping.
    pub mapping: MappingId,
    /// The place of the first record that it has not settled.
    pub iterator: u32,
    /// Its batches: of each lane those that come first.
    pub batches: Vec<BatchView>,
}

/// A batch of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchView {
    /// The places of its records.
    pub places: Vec<u32>,
    /// Whether the function has it.
    pub is_running: bool,
    /// Whether it only waits for the part before it.
    pub is_next: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// How long it still waits to be tried again.
    pub wait: Span,
}

/// The last records that a stream has taken, the newest first: when, the number, the shard,
/// and the record as an event has it. Nothing, if it is no stream.
#[must_use]
pub fn newest_records(
    sim: &Sim,
    id: ServiceId,
    most: usize,
) -> Vec<(Instant, u32, u32, Value)> {
    let stream = sim.world().services().get(usize::from(id.0));
    let Some(stream) = stream.and_then(service::State::stream) else { return Vec::new() };
    let mut newest = Vec::new();
    for shard in stream.state().shards() {
        let from = shard.tip().saturating_sub(u32::try_from(most).unwrap_or(u32::MAX));
        let places = from.max(shard.horizon())..shard.tip();
        newest
            .extend(places.filter_map(|place| Some((shard.id(), shard.record(place)?))));
    }
    newest.sort_by_key(|(_, record)| core::cmp::Reverse(record.sequence));
    let newest = newest.into_iter().take(most);
    let told = newest.map(|(shard, record)| {
        let number = u32::try_from(record.sequence.0).unwrap_or(u32::MAX);
        (record.arrived, number, shard.0, written(sim.plan(), id, shard, record))
    });
    told.collect()
}

/// The stream at a place, if somebody reads it.
pub(super) fn stream(sim: &Sim, id: ServiceId, now: Instant) -> Option<StreamView> {
    let (plan, world) = (sim.plan(), sim.world());
    let spec = plan.service(id).stream.as_ref()?;
    let mine = plan.mappings().iter().zip(world.mappings()).zip(0..);
    let mine = mine.filter(|((planned, _), _)| planned.source() == id);
    let readers: Vec<(MappingId, &Mapping)> = mine
        .filter_map(|((_, state), at)| Some((MappingId::new(at), state.stream()?)))
        .collect();
    if readers.is_empty() {
        return None;
    }
    let stream = world.services().get(usize::from(id.0))?.stream()?.state();
    let is_done = |id: ShardId| {
        let finished = |(_, reader): &(_, &Mapping)| {
            reader.reader().shard(id).is_some_and(Shard::is_finished)
        };
        readers.iter().all(finished)
    };
    let (done, live): (Vec<_>, Vec<_>) =
        stream.shards().iter().partition(|shard| is_done(shard.id()));
    let mut view = StreamView {
        unit: spec.kind.unit().into(),
        kept: spec.kept(),
        shards_all: u32::try_from(stream.shards().len()).unwrap_or(u32::MAX),
        lanes: lanes(sim.acts(), spec.shards),
        ..StreamView::default()
    };
    let shards = live.into_iter().chain(done).take(SHARDS).zip(0..);
    view.shards = shards
        .map(|(shard, at)| {
            let drawn = if at < SHARDS_DRAWN { DRAWN } else { 0 };
            in_shard(shard, &readers, drawn, &mut view.keys, now)
        })
        .collect();
    Some(view)
}

/// How many shards to keep room for: where some are split or merged, there are two more of
/// them for a time.
fn lanes(acts: &[Act], shards: u32) -> u32 {
    let split = [Operation::SplitShard, Operation::MergeShards].map(Operation::word);
    let reshards = |act: &&Act| split.contains(&act.operation.as_str());
    let more = 2 * acts.iter().filter(reshards).count();
    let most = u32::try_from(SHARDS_DRAWN).expect("few").max(shards);
    shards.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)).min(most)
}

fn in_shard(
    shard: &shard::Shard,
    readers: &[(MappingId, &Mapping)],
    drawn: u32,
    keys: &mut Vec<String>,
    now: Instant,
) -> ShardView {
    let reads: Vec<(MappingId, &Mapping, &Shard)> = readers
        .iter()
        .filter_map(|(id, mapping)| {
            Some((*id, *mapping, mapping.reader().shard(shard.id())?))
        })
        .collect();
    let iterators = reads.iter().map(|(_, _, read)| read.checkpoint());
    let (tip, from) = (shard.tip(), iterators.min().unwrap_or(shard.horizon()));
    let unread = reads.iter().map(|(_, _, read)| {
        let held: u64 = read.lanes().iter().map(Lane::held).sum();
        u64::from(tip.saturating_sub(read.next())) + held
    });
    let first = from.saturating_sub(BEHIND).min(tip.saturating_sub(drawn));
    let first = first.max(shard.horizon());
    let drawn = first..tip.min(first.saturating_add(drawn));
    let records = drawn.clone().filter_map(|place| {
        let record = shard.record(place)?;
        let (is, runs) =
            reads.first().map_or((RecordIs::Waiting, 0), |(_, mapping, read)| {
                whereabouts(record, shard.id(), mapping, read)
            });
        let key = place_of(Some(record.key()), keys);
        let number = u32::try_from(record.sequence.0).unwrap_or(u32::MAX);
        Some(RecordView { number, key, is, runs })
    });
    ShardView {
        number: shard.id().0,
        is_open: shard.is_open(),
        first,
        tip,
        records: records.collect(),
        unsettled: unread.max().unwrap_or(u64::from(tip)),
        oldest: shard.record(from).map_or(Span::ZERO, |record| now.since(record.arrived)),
        reads: reads
            .iter()
            .map(|(id, _, read)| read_by(*id, read, &drawn, now))
            .collect(),
    }
}

/// Where a record that has arrived is for a mapping, and how often its batch was tried.
fn whereabouts(
    record: &Record,
    shard: ShardId,
    mapping: &Mapping,
    read: &Shard,
) -> (RecordIs, u32) {
    let place = record.place;
    if place >= read.next() {
        return (RecordIs::Waiting, 0);
    }
    for lane in read.lanes() {
        for (depth, batch) in lane.work().iter().rev().enumerate() {
            if batch.records.has(place) {
                let runs = depth == 0 && lane.is_running();
                let is = if runs { RecordIs::Running } else { RecordIs::Held };
                return (is, batch.attempts);
            }
        }
        if lane.keeps(place) {
            return (RecordIs::Waiting, 0);
        }
    }
    let is = match mapping.asides().at(shard, place) {
        None => RecordIs::Processed,
        Some(Aside::Filtered) => RecordIs::Filtered,
        Some(Aside::AtDestination) => RecordIs::AtDestination,
        Some(Aside::Dropped | Aside::Expired) => RecordIs::Lost,
    };
    (is, 0)
}

/// How far a mapping has come in a shard; of its batches, the records that are drawn.
fn read_by(
    mapping: MappingId,
    read: &Shard,
    drawn: &Range<u32>,
    now: Instant,
) -> ReadView {
    let mut batches = Vec::new();
    for lane in read.lanes() {
        for (depth, batch) in lane.work().iter().rev().enumerate() {
            if batches.len() == BATCHES {
                break;
            }
            let Batch { records, attempts, not_before, .. } = batch;
            let is_running = depth == 0 && lane.is_running();
            let inside = drawn.clone().filter(|place| records.has(*place));
            let places: Vec<u32> = inside.collect();
            if places.is_empty() && !records.is_empty() {
                continue;
            }
            let is_next = depth > 0;
            let wait = if is_running || is_next { now } else { *not_before }.since(now);
            let attempts = *attempts;
            batches.push(BatchView { places, is_running, is_next, attempts, wait });
        }
    }
    ReadView { mapping, iterator: read.checkpoint(), batches }
}
