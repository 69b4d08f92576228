//! What holds whatever is put, set, and answered: order, a fate for every record, retries
//! within their limit, reads within theirs.

use super::*;
use crate::service::stream::record::EPOCH_S;
use proptest::prelude::*;

/// A function that throws, reports, or is throttled now and then; told by the first record
/// and the number of the attempt.
fn moody(call: &Invocation, attempt: usize) -> Outcome {
    let first = call.records.first().map_or(0, |record| record.sequence.0);
    match first * 31 + attempt as u64 * 7 {
        mood if mood % 11 < 3 => Outcome::Failed,
        mood if mood % 11 == 3 => Outcome::Throttled,
        mood if mood % 11 == 4 => Outcome::Malformed,
        mood if mood % 11 == 5 => Outcome::ServiceError,
        mood if mood % 11 < 8 => {
            let poison: Vec<u64> = (0..1_000).filter(|n| (n + mood) % 5 == 0).collect();
            reports(call, &poison)
        }
        _ => SUCCESS,
    }
}

prop_compose! {
    fn specs()(
        batch_size in 1u32..8,
        window in 0u64..3,
        factor in 1u32..4,
        bisect in any::<bool>(),
        partial in any::<bool>(),
        retries in prop::option::of(0u32..4),
        age in prop::option::of(60u64..90),
        pushed in prop::bool::weighted(0.2),
    ) -> Spec {
        Spec {
            window: Span::seconds(window),
            factor,
            bisect,
            partial,
            age_max: age.map(Span::seconds),
            reading: if pushed { Reading::Pushed } else { Reading::Polls },
            ..mapping(batch_size, retries)
        }
    }
}

/// Plays some puts, and a split of the first shard now and then.
fn played(spec: Spec, puts: &[(u64, u8)], split: Option<u64>, enabled: u64) -> Rig {
    let mut rig = Rig::new(spec).enabled_at(enabled);
    for (millis, key) in puts {
        rig.put(*millis, &format!("key {key}"));
    }
    if let Some(millis) = split {
        rig.queue.push(at(millis), Rank::Timer, Event::Split(ShardId(0)));
    }
    rig.run(at(90_000_000), moody);
    rig
}

/// The records in the order of their first deliveries.
fn first_deliveries(rig: &Rig) -> Vec<(ShardId, Record)> {
    let mut seen: Vec<(ShardId, Record)> = Vec::new();
    for attempt in &rig.attempts {
        for record in attempt.call.records.iter() {
            if !seen.iter().any(|(_, other)| other.sequence == record.sequence) {
                seen.push((attempt.shard, record.clone()));
            }
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn first_deliveries_keep_their_order(
        spec in specs(),
        puts in prop::collection::vec((0u64..20_000, 0u8..5), 1..40),
        split in prop::option::of(0u64..20_000),
        enabled in 0u64..3_000,
    ) {
        let factor = spec.factor;
        let rig = played(spec, &puts, split, enabled);
        let seen = first_deliveries(&rig);
        for (number, (shard, record)) in seen.iter().enumerate() {
            for (other, before) in &seen[..number] {
                // A key may move to a child, and is in order all the same (KIN-07).
                let is_bound =
                    factor == 1 && shard == other || record.key() == before.key();
                prop_assert!(!is_bound || before.sequence < record.sequence);
            }
        }
    }

    #[test]
    fn every_record_has_one_fate(
        spec in specs(),
        puts in prop::collection::vec((0u64..20_000, 0u8..5), 1..40),
        split in prop::option::of(0u64..20_000),
        enabled in 0u64..3_000,
    ) {
        let rig = played(spec, &puts, split, enabled);
        let fates: Vec<u64> = rig.settled.iter()
            .flat_map(|settled| settled.settlement.records.iter())
            .map(|record| record.sequence.0)
            .collect();
        let mut sorted = fates.clone();
        sorted.sort_unstable();
        prop_assert!(sorted.iter().copied().eq(1..=puts.len() as u64), "{:?}", fates);
        for state in rig.reader.shards() {
            let tip = rig.stream.shard(state.shard()).expect("a shard").tip();
            prop_assert_eq!(state.checkpoint(), tip);
            let is_open = rig.stream.shard(state.shard()).expect("a shard").is_open();
            prop_assert_eq!(state.is_finished(), !is_open);
        }
    }

    /// What reaches the function as one and the same batch is at most the first try and all
    /// retries; nothing is given up for another reason before.
    #[test]
    fn retries_never_exceed_their_limit(
        spec in specs(),
        puts in prop::collection::vec((0u64..20_000, 0u8..5), 1..40),
    ) {
        let retries = spec.retries_max;
        let partial = spec.partial;
        let rig = played(spec, &puts, None, 0);
        let ran = |outcome: &Outcome| match outcome {
            Outcome::Failed => true,
            Outcome::Reported { .. } | Outcome::Malformed => partial,
            Outcome::Succeeded { .. } | Outcome::Throttled | Outcome::ServiceError => false,
        };
        for (number, attempt) in rig.attempts.iter().enumerate() {
            let same = rig.attempts[..=number].iter().filter(|before| {
                before.call.records == attempt.call.records && ran(&before.outcome)
            });
            let count = same.count();
            prop_assert!(retries.is_none_or(|most| count <= most as usize + 1));
        }
        for settled in &rig.settled {
            if let Fate::GivenUp { ran, response: Some(_), .. } = settled.settlement.fate {
                prop_assert_eq!(Some(ran), retries.map(|most| most + 1));
            }
        }
    }

    /// A shard answers five calls in a second and brings two megabytes in each, of which
    /// two may be spent ahead; and a lane never runs two batches at once.
    #[test]
    fn reads_and_runs_stay_within_their_limits(
        spec in specs(),
        puts in prop::collection::vec((0u64..5_000, 0u8..5), 1..60),
        enabled in 0u64..40_000,
    ) {
        let (factor, pushed) = (spec.factor, spec.reading == Reading::Pushed);
        let mut rig = Rig::new(spec).enabled_at(enabled);
        for (number, (_, key)) in puts.iter().enumerate() {
            let bytes = Data::Bytes(300_000 + 10_000 * u64::from(*key));
            rig.put_data(number as u64 * 600, &format!("key {key}"), bytes);
        }
        rig.run(at(90_000_000), moody);
        for (number, (first, _, _)) in rig.reads.iter().enumerate() {
            let (mut calls, mut bytes) = (0, 0);
            for (at, _, more) in &rig.reads[number..] {
                let passed = at.since(*first);
                calls += u64::from(passed < Span::SECOND);
                let most = (passed.0 + 2_000_000) * (2 << 20) / 1_000_000;
                prop_assert!(pushed || calls <= 5 && bytes <= most);
                bytes += more;
            }
        }
        prop_assert!(rig.running_max <= factor as usize);
        for (number, attempt) in rig.attempts.iter().enumerate() {
            let overlaps = rig.attempts[..number].iter().any(|before| {
                before.call.lane == attempt.call.lane
                    && !matches!(before.outcome, Outcome::Throttled | Outcome::ServiceError)
                    && before.at.plus(RUN) > attempt.at
            });
            prop_assert!(!overlaps);
        }
    }

    /// However often it is disabled and enabled, every record is settled; it may be
    /// delivered again, but never before those before it in its lane.
    #[test]
    fn no_record_is_lost_when_it_is_disabled(
        spec in specs(),
        puts in prop::collection::vec((0u64..20_000, 0u8..5), 1..40),
        switches in prop::collection::vec(0u64..25_000, 0..6),
    ) {
        let mut rig = Rig::new(spec);
        for (millis, key) in &puts {
            rig.put(*millis, &format!("key {key}"));
        }
        for millis in switches {
            rig.queue.push(at(millis), Rank::Act, Event::Disable);
            rig.queue.push(at(millis + 40), Rank::Act, Event::Enable);
        }
        rig.run(at(90_000_000), moody);
        let mut fates: Vec<u64> = rig.settled.iter()
            .flat_map(|settled| settled.settlement.records.iter())
            .map(|record| record.sequence.0)
            .collect();
        fates.sort_unstable();
        fates.dedup();
        prop_assert!(fates.iter().copied().eq(1..=puts.len() as u64), "{:?}", fates);
        let seen = first_deliveries(&rig);
        for (number, (_, record)) in seen.iter().enumerate() {
            let is_late = |(_, before): &&(ShardId, Record)| {
                before.key() == record.key() && before.sequence > record.sequence
            };
            prop_assert!(seen[..number].iter().find(is_late).is_none());
        }
    }

    /// Every window with records has one last call that succeeds, after all of them and
    /// not before it ends; its state is what was handed on before.
    #[test]
    fn every_window_is_closed_once(
        length in 1u64..20,
        batch_size in 1u32..5,
        window in 0u64..3,
        phase in 0u64..1_000,
        puts in prop::collection::vec(0u64..60_000, 1..30),
    ) {
        let spec = Spec {
            tumbling: Span::seconds(length),
            window: Span::seconds(window),
            ..mapping(batch_size, None)
        };
        let mut rig = Rig::new(spec).enabled_at(phase);
        for (number, millis) in puts.iter().enumerate() {
            rig.put_data(*millis, "k", Data::Json(Value::number(1 << number)));
        }
        rig.run(at(1_000_000), |call, attempt| match attempt % 7 {
            1 => Outcome::Failed,
            4 => Outcome::Throttled,
            _ => windows::sums(call),
        });
        let mut windows: Vec<u64> = Vec::new();
        for attempt in &rig.attempts {
            let window = attempt.call.window.as_ref().expect("it is of a window");
            for record in attempt.call.records.iter() {
                prop_assert!(window.start <= record.arrived && record.arrived < window.end);
            }
            prop_assert!(!windows.contains(&millis(window.start)));
            let succeeded = matches!(attempt.outcome, Outcome::Succeeded { .. });
            if window.is_final && succeeded {
                prop_assert!(attempt.at >= window.end);
                windows.push(millis(window.start));
                let mine = rig.settled.iter()
                    .flat_map(|settled| settled.settlement.records.iter())
                    .filter(|r| window.start <= r.arrived && r.arrived < window.end);
                let sum: u64 = mine.map(windows::value_of).sum();
                prop_assert_eq!(windows::state_of(&attempt.call), Some(sum));
            }
        }
        // Windows begin at multiples of their length since 1970, not since the run did.
        let number = |millis: &u64| (EPOCH_S * 1_000 + millis) / (length * 1_000);
        let mut expected: Vec<u64> = puts.iter().map(number).collect();
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(windows.len(), expected.len());
    }
}
