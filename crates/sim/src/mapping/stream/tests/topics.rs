//! What mappings of topics and of brokers' queues do otherwise than those of other streams.
//!
//! Rules: ESM-09, ESM-19, KAF-01 to KAF-03, MQ-01.

use super::*;
use crate::mapping::{self, Source};

/// What a mapping of a topic sets, besides where it begins.
fn set(batch_size: u64) -> mapping::Spec {
    mapping::Spec {
        start: Some(mapping::spec::StartingPosition::TrimHorizon),
        batch_size: Some(batch_size),
        ..mapping::Spec::default()
    }
}

fn rig(kind: Kind, source: Source, set: &mapping::Spec, partitions: u32) -> Rig {
    let shards = partitions;
    let stream_spec = stream::Spec { shards, ..stream::Spec::new(kind) };
    let stream = stream::State::new(&stream_spec, Instant::START);
    let spec = Spec::of(set, source).expect("it says where it begins");
    Rig { stream_spec, stream, ..Rig::new(spec) }
}

fn topic(set: &mapping::Spec, partitions: u32) -> Rig {
    rig(Kind::Msk, Source::Kafka, set, partitions)
}

#[test]
fn partitions_are_read_at_once_and_each_in_order() {
    let mut rig = topic(&set(1), 2);
    // The keys are of different partitions.
    for key in ["a", "d", "a", "d"] {
        rig.put(0, key);
    }
    rig.run(at(86_000_000), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 1 S", "0 2 S", "100 3 S", "100 4 S"]);
    assert_eq!(rig.running_max, 2);
}

#[test]
fn a_poller_turns_from_partition_to_partition() {
    let mut rig = topic(&set(1), 2);
    for key in ["a", "d", "a", "d"] {
        rig.put(0, key);
    }
    let terms = Terms::new(&rig.spec, &rig.assumed, &rig.stream_spec);
    assert!(rig.reader.set_pollers(Instant::START, &terms, 1).is_empty());
    rig.run(at(86_000_000), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 1 S", "100 2 S", "200 3 S", "300 4 S"]);
    assert_eq!(rig.running_max, 1);
}

#[test]
fn while_a_batch_waits_its_poller_serves_other_partitions() {
    let mut rig = topic(&set(1), 2);
    for key in ["a", "d", "d"] {
        rig.put(0, key);
    }
    let terms = Terms::new(&rig.spec, &rig.assumed, &rig.stream_spec);
    rig.reader.set_pollers(Instant::START, &terms, 1);
    rig.run(
        at(86_000_000),
        |call, attempt| {
            if attempt < 4 { throws(call, &[1]) } else { SUCCESS }
        },
    );
    assert_eq!(rig.attempts(), ["0 1 F", "100 2 S", "200 3 S", "600 1 S"]);
}

#[test]
fn a_window_opens_at_the_first_record() {
    let mut rig = topic(&set(100), 1);
    for millis in [200, 600, 1_500, 2_050] {
        rig.put(millis, "k");
    }
    rig.run(at(86_000_000), |_, _| SUCCESS);
    // A window of a stream of Kinesis would open when the run before it has ended.
    assert_eq!(rig.attempts(), ["700 1-2 S", "2000 3 S", "2550 4 S"]);
}

#[test]
fn what_is_filtered_out_is_committed_with_the_next_batch() {
    let mut rig = topic(&set(1), 1);
    rig.filtered = Vec::from([1, 3]);
    rig.put(0, "k");
    rig.run(at(86_000_000), |_, _| SUCCESS);
    assert_eq!(rig.first().checkpoint(), 0);
    rig.put(0, "k");
    rig.put(0, "k");
    rig.run(at(86_000_000), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 2 S"]);
    assert_eq!(rig.first().checkpoint(), 2);
}

#[test]
fn with_a_destination_there_are_ten_retries_at_most() {
    let told = mapping::Spec { on_failure: "failed".into(), ..set(1) };
    for (set, tries) in [
        (told.clone(), 11),
        (mapping::Spec { retries_max: Some(2), ..told }, 3),
        (mapping::Spec { retries_max: Some(12), ..set(1) }, 13),
    ] {
        let mut rig = topic(&set, 1);
        rig.put(0, "k");
        rig.run(at(86_000_000), |_, _| Outcome::Failed);
        assert_eq!(rig.attempts.len(), tries, "{:?}", set.retries_max);
    }
}

#[test]
fn a_record_that_no_event_has_room_for_is_given_up() {
    let mut rig = topic(&set(3), 1);
    rig.assumed.payload_bytes_max = 2_000;
    rig.put_data(0, "k", Data::Bytes(1_200));
    rig.put(0, "k");
    rig.put_data(0, "k", Data::Bytes(900));
    rig.run(at(86_000_000), |_, _| SUCCESS);
    assert_eq!(rig.failures(), ["0 MaximumPayloadSizeExceeded 1 x1"]);
    assert_eq!(rig.attempts(), ["0 2 S", "500 3 S"]);
}

#[test]
fn a_broker_delivers_a_batch_again_as_often_as_it_says() {
    for (redeliveries_max, tries) in [(Some(1), 2), (None, 3)] {
        let mut rig = rig(Kind::RabbitMq, Source::Mq, &mapping::Spec::default(), 1);
        rig.stream_spec.redeliveries_max = redeliveries_max;
        rig.put(0, "");
        rig.put(0, "");
        rig.run(at(2_500), |_, _| Outcome::Failed);
        let all = ["500 1-2 F", "1100 1-2 F", "2200 1-2 F"];
        assert_eq!(rig.attempts(), all[..tries]);
    }
}
