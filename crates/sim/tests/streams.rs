//! What holds for every stream that is read: records of a key keep their order, each has one
//! fate, and no batch is run more often than it may be.

mod small;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use lambdarium_sim::id::{Job, MappingId, Origin, Part};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::message::{Body, Content};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{Entry, Fact, Keep, Log, StreamFact};
use lambdarium_sim::view::{Fate, Look, RecordIs, Scale, frame, gauges, jobs};
use proptest::prelude::*;
use small::Numbers;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Plays a run step by step, and looks at the machine after each.
fn play(run: &Run, mut look: impl FnMut(&Sim)) -> Log {
    let plan = Rc::new(Plan::check(run).unwrap_or_else(|issues| panic!("{issues:#?}")));
    let mut log = Log::new(Keep::Everything);
    let mut sim = Sim::new(plan, Rc::new(run.acts.clone()), &mut log);
    while sim.step(&mut log) {
        sim.assert_consistent();
        look(&sim);
    }
    log
}

/// The records of the first delivery of each batch: shard, key and number.
#[derive(Default)]
struct Deliveries {
    /// Batches seen, by mapping.
    made: BTreeMap<usize, u32>,
    /// All numbers that were delivered, by mapping.
    delivered: BTreeSet<(usize, u64)>,
    /// The last number that was delivered first, by mapping and by what keeps order.
    last: BTreeMap<(usize, String), u64>,
}

impl Deliveries {
    fn look(&mut self, sim: &Sim) {
        for (at, mapping) in sim.world().mappings().iter().enumerate() {
            let stream = mapping.stream().expect("it reads a stream");
            let made = self.made.entry(at).or_default();
            let new = *made + 1..=stream.reader().made();
            *made = stream.reader().made();
            for call in new {
                self.take(sim, at, mapping.content(call));
            }
        }
    }

    fn take(&mut self, sim: &Sim, at: usize, content: Option<Content>) {
        // Without one they were given up before they were tried.
        let Some(Content::Message(message, _)) = content else { return };
        let Body::Records(batch) = &message.body else { panic!("a batch has records") };
        let factor = sim.plan().mappings()[at].spec().parallel.unwrap_or(1);
        for record in batch.invocation.records.iter() {
            let number = record.sequence.0;
            if !self.delivered.insert((at, number)) {
                continue;
            }
            let shard = format!("shard {}", batch.shard.0);
            let mut keeps = vec![record.key().to_string()];
            keeps.extend(Some(shard).filter(|_| factor == 1));
            for what in keeps {
                let before = self.last.insert((at, what), number);
                assert!(before.is_none_or(|before| before < number), "out of order");
            }
        }
    }
}

/// Batches of the trace that have records, and how often the function ran with each.
fn runs(entries: impl Iterator<Item = Entry>) -> BTreeMap<Job, u64> {
    let mut runs = BTreeMap::new();
    for entry in entries {
        match (entry.fact, entry.job) {
            (Fact::Stream(StreamFact::Batched { .. }), Some(job)) => {
                runs.insert(job, 0);
            }
            (Fact::Ended { .. }, Some(job)) => {
                runs.entry(job).and_modify(|count| *count += 1);
            }
            _ => {}
        }
    }
    runs
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn records_of_a_key_are_first_delivered_in_order(seed: u64) {
        let run = small::streams::streams(&mut Numbers(seed));
        let mut deliveries = Deliveries::default();
        play(&run, |sim| deliveries.look(sim));
    }

    #[test]
    fn a_batch_holds_what_the_trace_says_of_it(seed: u64) {
        let run = small::streams::streams(&mut Numbers(seed));
        let recording = Recording::of(run).expect("small runs are plans");
        for entry in recording.log().iter() {
            let Fact::Stream(StreamFact::Batched { first, last, .. }) = entry.fact else {
                continue;
            };
            let content = entry.job.and_then(|job| recording.content(job));
            let Some(Content::Message(message, _)) = content else {
                panic!("{:?} has no content", entry.job)
            };
            let Body::Records(batch) = &message.body else { panic!("a batch has records") };
            let records = &batch.invocation.records;
            let ends = [records.first(), records.last()];
            let ends = ends.map(|record| record.map(|record| record.sequence.0));
            prop_assert_eq!(ends, [first, last].map(|number| Some(number.into())));
        }
    }

    #[test]
    fn no_batch_is_run_more_often_than_it_may_be(seed: u64) {
        let run = small::streams::streams(&mut Numbers(seed));
        let log = play(&run, |_| {});
        let twice = u64::from(run.scenario.settings.streams.duplicate_ppm > 0);
        for (job, count) in runs(log.iter().copied()) {
            let Origin::Mapping(MappingId(at, _)) = job.origin else { continue };
            let spec = &run.scenario.mappings[usize::from(at)].spec;
            if let Some(retries) = spec.retries_max {
                prop_assert!(count <= retries + 1 + twice, "{job:?} ran {count} times");
            }
        }
    }

    #[test]
    fn every_record_that_entered_has_one_fate(seed: u64) {
        let mut n = Numbers(seed);
        let run = small::streams::streams(&mut n);
        let mut recording = Recording::of(run).expect("small runs are plans");
        let fates: Vec<Fate> = (0..).map_while(Fate::from_place).collect();
        for _ in 0..6 {
            let at = Instant(n.below(recording.end().0 + 1));
            let moment = Moment::end_of(at);
            let look = Look { moment, glide: Span::ZERO, tokens_max: 200 };
            let counted = frame(&mut recording, &look).fates;
            for fate in &fates {
                let listed = jobs(&recording, *fate, moment, usize::MAX).len() as u64;
                prop_assert_eq!(listed, counted.of(*fate), "{:?} at {}", fate, at);
            }
            let rest: u64 = fates[1..].iter().map(|fate| counted.of(*fate)).sum();
            prop_assert_eq!(rest, counted.entered);
        }
    }

    #[test]
    fn all_that_is_settled_is_settled_once(seed: u64) {
        let run = small::streams::streams(&mut Numbers(seed));
        let mut waits = [0, 0];
        let log = play(&run, |sim| {
            for (at, mapping) in sim.world().mappings().iter().enumerate() {
                let stream = mapping.stream().expect("it reads a stream");
                waits[at] = stream.entered();
            }
        });
        let mut settled = [0, 0];
        for entry in log.iter() {
            let Part::Mapping(MappingId(at, _)) = entry.part else { continue };
            match entry.fact {
                Fact::Stream(StreamFact::Settled { records, .. }) => {
                    settled[usize::from(at)] += u64::from(records);
                }
                Fact::Stream(StreamFact::Missed { records, .. }) => {
                    settled[usize::from(at)] += u64::from(records);
                }
                _ => {}
            }
        }
        prop_assert!(settled.iter().zip(&waits).all(|(settled, entered)| settled <= entered));
    }

    #[test]
    fn the_same_seed_gives_the_same_run(seed: u64) {
        let run = || Recording::of(small::streams::streams(&mut Numbers(seed))).expect("a plan");
        let (one, other) = (run(), run());
        prop_assert!(one.log().iter().eq(other.log().iter()));
    }

    #[test]
    fn a_shard_is_drawn_as_the_machine_has_it(seed: u64, share in 0u64..=100) {
        let run = small::streams::streams(&mut Numbers(seed));
        let mut recording = Recording::of(run).expect("a plan");
        let at = Instant(recording.end().0 / 100 * share);
        let moment = Moment::end_of(at);
        let look = Look { moment, glide: Span::ZERO, tokens_max: 200 };
        let seen = frame(&mut recording, &look);
        let sim = recording.at(moment);
        let streams = seen.services.iter().filter_map(|service| service.stream.as_ref());
        for shard in streams.flat_map(|stream| &stream.shards) {
            let drawn = shard.first..shard.first + shard.records.len() as u32;
            prop_assert!(drawn.end <= shard.tip);
            for read in &shard.reads {
                let mapping = &sim.world().mappings()[usize::from(read.mapping.0)];
                let reader = mapping.stream().expect("it reads a stream").reader();
                let state = reader.shards().find(|state| state.shard().0 == shard.number);
                prop_assert_eq!(read.iterator, state.expect("it reads it").checkpoint());
                let mut places: Vec<u32> =
                    read.batches.iter().flat_map(|batch| batch.places.clone()).collect();
                let all = places.len();
                places.sort_unstable();
                places.dedup();
                prop_assert_eq!(places.len(), all, "a record is in one batch");
                prop_assert!(places.iter().all(|place| drawn.contains(place)));
            }
            let of_first = shard.reads.first();
            for (record, place) in shard.records.iter().zip(shard.first..) {
                let open = [RecordIs::Waiting, RecordIs::Running, RecordIs::Held];
                let before = of_first.is_some_and(|read| place < read.iterator);
                prop_assert!(!(before && open.contains(&record.is)), "{:?}", record);
            }
        }
    }

    #[test]
    fn gauges_of_a_mapping_add_up_to_what_it_has_counted(seed: u64, share in 1u64..100) {
        let run = small::streams::streams(&mut Numbers(seed));
        let mut recording = Recording::of(run).expect("a plan");
        let end = recording.end();
        let middle = Instant(end.0 / 100 * share);
        let part = Part::Mapping(MappingId::new(0));
        let scale = Scale::time(end);
        let mut sums = BTreeMap::new();
        for window in [(Instant::START, middle), (middle.plus(Span(1)), end)] {
            let drawn = gauges(&mut recording, &scale, window, 7, Some(part));
            prop_assert!(!drawn.of_source.is_empty());
            for series in drawn.of_source {
                let sum: u64 = series.values.iter().sum();
                *sums.entry(format!("{:?}", series.gauge)).or_insert(0) += sum;
            }
        }
        let metrics = recording.at(Moment::end_of(end)).world().mappings()[0].metrics();
        prop_assert_eq!(sums["Polled"], metrics.polled);
        prop_assert_eq!(sums["Invoked"], metrics.invoked);
        prop_assert_eq!(sums["Dropped"], metrics.dropped);
        prop_assert_eq!(sums["Delivered"], metrics.delivered);
    }
}
