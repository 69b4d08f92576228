//! Rules one at a time: collecting, splitting, age, retention, polls, power, resharding.

use super::super::reader::Counts;
use super::super::spec::{AgeDrop, Quota, Split};
use super::*;
use crate::event::Answer;
use crate::trace::{Ending, Reason, Refusal};

fn day() -> Instant {
    at(86_400_000)
}

#[test]
fn without_a_window_a_batch_is_what_a_poll_brings() {
    let mut rig = Rig::new(mapping(3, None));
    rig.put(0, "k");
    rig.put_many(200, 5);
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 1 S", "1000 2-4 S", "1100 5-6 S"]);
}

#[test]
fn a_window_collects_until_it_lapses_or_the_batch_is_full() {
    let window = Span::seconds(5);
    let mut rig = Rig::new(Spec { window, ..mapping(3, None) });
    rig.put(1_000, "k");
    rig.put(3_000, "k");
    // The next window begins when the invocation ends, at 6.1 s.
    rig.put(6_500, "k");
    // Nothing came in the window from 11.2 s on: the next begins with a record.
    rig.put(30_000, "k");
    rig.put(31_000, "k");
    rig.put(32_000, "k");
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["6000 1-2 S", "11100 3 S", "32000 4-6 S"]);
}

#[test]
fn a_batch_holds_six_megabytes_with_envelopes() {
    let mut rig = Rig::new(mapping(100, None)).enabled_at(20_000);
    // 6 MiB hold six records of 1,048,576 bytes each, in base64 and with 600 bytes around.
    for second in 0..7 {
        rig.put_data(second * 1_000, "k", Data::Bytes((1_048_576 - 600) / 4 * 3));
    }
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["20000 1-6 S", "20100 7 S"]);
    let mut rig = Rig::new(mapping(100, None)).enabled_at(20_000);
    rig.assumed.record_overhead_bytes = 604;
    for second in 0..7 {
        rig.put_data(second * 1_000, "k", Data::Bytes((1_048_576 - 600) / 4 * 3));
    }
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["20000 1-5 S", "20100 6-7 S"]);
}

#[test]
fn bisect_splits_before_it_gives_up() {
    let mut rig = Rig::new(Spec { bisect: true, ..mapping(4, Some(0)) });
    rig.put_many(0, 4);
    rig.run(day(), |call, _| throws(call, &[1]));
    assert_eq!(
        rig.attempts(),
        ["0 1-4 F", "100 1-2 F", "200 1 F", "300 2 S", "400 3-4 S"]
    );
    assert_eq!(rig.failures(), ["300 RetryAttemptsExhausted 1 x1 Unhandled"]);
}

#[test]
fn throttles_and_service_errors_split_nothing() {
    let mut rig = Rig::new(Spec { bisect: true, ..mapping(2, Some(0)) });
    rig.put_many(0, 2);
    rig.run(day(), |_, attempt| match attempt {
        1 => Outcome::Throttled,
        2 => Outcome::ServiceError,
        _ => SUCCESS,
    });
    assert_eq!(rig.attempts(), ["0 1-2 T", "500 1-2 E", "1500 1-2 S"]);
}

#[test]
fn assumptions_about_halves_can_be_others() {
    let run = |change: fn(&mut Assumptions)| {
        let mut rig = Rig::new(Spec { bisect: true, ..mapping(5, Some(1)) });
        change(&mut rig.assumed);
        rig.put_many(0, 5);
        rig.run(day(), |call, _| throws(call, &[1, 2]));
        rig
    };
    let up = run(|assumed| assumed.split = Split::Up);
    assert_eq!(up.attempts()[..3], ["0 1-5 F", "100 1-3 F", "200 1-2 F"]);
    let inherit = run(|assumed| {
        assumed.child_quota = Quota::Inherit;
    });
    assert_eq!(
        inherit.attempts(),
        ["0 1-5 F", "100 1-2 F", "200 1 F", "300 2 F", "400 3-5 S"]
    );
    assert_eq!(inherit.failures()[0], "300 RetryAttemptsExhausted 1 x3 Unhandled");
    let late = run(|assumed| assumed.split_delay = Span::millis(50));
    assert_eq!(late.attempts()[..3], ["0 1-5 F", "150 1-2 F", "300 1 F"]);
    let merged = run(|assumed| assumed.consolidate_failures = true);
    assert_eq!(merged.failures(), ["1700 RetryAttemptsExhausted 1-2 x2 Unhandled"]);
    let apart = run(|_| {});
    assert_eq!(
        apart.failures(),
        [
            "900 RetryAttemptsExhausted 1 x2 Unhandled",
            "1600 RetryAttemptsExhausted 2 x2 Unhandled",
        ]
    );
}

#[test]
fn waits_double_up_to_a_minute() {
    let mut rig = Rig::new(mapping(1, Some(9)));
    rig.put(0, "k");
    rig.run(day(), |_, _| Outcome::Failed);
    let starts: Vec<u64> = rig.attempts.iter().map(|tried| millis(tried.at)).collect();
    let waits: Vec<u64> = starts.windows(2).map(|two| two[1] - two[0] - 100).collect();
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
}

#[test]
fn what_is_too_old_leaves_and_the_rest_goes_on_at_once() {
    let run = |change: fn(&mut Assumptions)| {
        let mut rig = Rig::new(Spec { age_max: Some(Span::MINUTE), ..mapping(10, None) });
        change(&mut rig.assumed);
        rig.put_many(0, 2);
        rig.put(500, "k");
        rig.queue.push(at(0), Rank::Act, Event::Disable);
        rig.queue.push(at(2_000), Rank::Act, Event::Enable);
        rig.run(day(), |call, _| throws(call, &[1, 2]));
        rig
    };
    let exact = run(|_| {});
    assert_eq!(exact.failures(), ["60000 RecordAgeExceeded 1-2 x7"]);
    assert_eq!(exact.attempts().last().expect("attempts"), "60000 3 S");
    let next = run(|assumed| assumed.age_drop = AgeDrop::NextTry);
    // The try after the one at 34.1 s is due at 66.2 s, when all three are too old.
    assert_eq!(next.failures(), ["66200 RecordAgeExceeded 1-3 x7"]);
}

#[test]
fn what_outlives_the_retention_vanishes() {
    let mut rig = Rig::new(mapping(1, None));
    rig.put(0, "k");
    rig.put(10_000, "k");
    rig.run(at(86_410_000), |call, _| throws(call, &[1]));
    assert!(rig.failures().is_empty());
    assert_eq!(rig.fates(), ["1 expired 86400000", "2 processed 86400100"]);
    let mut rig = Rig::new(mapping(1, None));
    rig.assumed.expiry_reports = true;
    rig.put(0, "k");
    rig.run(at(86_410_000), |_, _| Outcome::Failed);
    assert_eq!(rig.failures(), ["86400000 RecordAgeExceeded 1 x1"]);
}

fn of_kinesis(record: &Record) -> Value {
    id(Kind::Kinesis, record)
}

#[test]
fn answers_mean_what_the_table_says() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(2, None) });
    rig.put_many(0, 2);
    rig.run(day(), |_, _| SUCCESS);
    let records = &rig.attempts[0].call.records;
    let stream = stream::Spec::new(Kind::Kinesis);
    let terms = Terms::new(&rig.spec, &rig.assumed, &stream);
    let empty = answer([].into_iter());
    let all: Vec<String> =
        records.iter().map(|r| r.sequence.text(Kind::Kinesis)).collect();
    let (one, two) = (all[0].as_str(), all[1].as_str());
    let named =
        |ids: &[&str]| Payload::Json(answer(ids.iter().map(|id| Value::text(id))));
    let reported = |lowest, count| Outcome::Reported { lowest, count, state: None };
    for (response, outcome) in [
        (Payload::Json(Value::Null), SUCCESS),
        (Payload::Json(Value::object([])), SUCCESS),
        (Payload::Json(empty), SUCCESS),
        (named(&[two, two]), reported(1, 1)),
        (named(&[two, one]), reported(0, 2)),
        (named(&[""]), Outcome::Malformed),
        (named(&[two, "123"]), Outcome::Malformed),
        (Payload::Json(Value::object([("foo", Value::Null)])), Outcome::Malformed),
    ] {
        let ran = Answer::Ran(Ending::Succeeded);
        let response = Answered::Payload(response);
        let got = Outcome::of(ran, &response, records, &terms, of_kinesis);
        assert_eq!(got, outcome, "{response:?}");
    }
    let other =
        |answer| Outcome::of(answer, &Answered::default(), records, &terms, of_kinesis);
    assert_eq!(other(Answer::Ran(Ending::TimedOut)), Outcome::Failed);
    assert_eq!(other(Answer::Ran(Ending::InitFailed)), Outcome::Failed);
    let throttled = Answer::Throttled(Reason::Reserved);
    assert_eq!(other(throttled), Outcome::Throttled);
    let gone = Answer::Refused(Refusal::ResourceNotFound);
    assert_eq!(other(gone), Outcome::ServiceError);
}

#[test]
fn the_state_of_a_window_stands_beside_what_failed() {
    let mut rig = Rig::new(mapping(2, None));
    rig.put_many(0, 2);
    rig.run(day(), |_, _| SUCCESS);
    let records = &rig.attempts[0].call.records;
    let read = |answer: Value, tumbles| {
        let response = Answered::Payload(Payload::Json(answer));
        Outcome::answered(&response, records, of_kinesis, true, tumbles)
    };
    let state = || ("state", Value::number(3));
    let only = Outcome::Succeeded { state: Some(Value::number(3)) };
    assert_eq!(read(Value::object([state()]), true), only);
    // Without windows it is a key that nobody knows.
    assert_eq!(read(Value::object([state()]), false), Outcome::Malformed);
    let Value::Object(mut members) = answer([of_kinesis(&records[1])].into_iter()) else {
        panic!("no object")
    };
    members.push((state().0.into(), state().1));
    let both = Outcome::Reported { lowest: 1, count: 1, state: Some(Value::number(3)) };
    assert_eq!(read(Value::Object(members), true), both);
}

#[test]
fn what_cannot_be_read_fails_as_a_whole() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(2, Some(2)) });
    rig.put_many(0, 2);
    rig.run(day(), |_, _| Outcome::Malformed);
    assert_eq!(rig.attempts(), ["0 1-2 M", "600 1-2 M", "1700 1-2 M"]);
    assert_eq!(rig.failures(), ["1800 RetryAttemptsExhausted 1-2 x3 null"]);
    // Nobody reads the answer without the setting.
    let mut rig = Rig::new(mapping(2, Some(2)));
    rig.put_many(0, 2);
    rig.run(day(), |call, _| reports(call, &[2]));
    assert_eq!(rig.fates(), ["1 processed 100", "2 processed 100"]);
}

#[test]
fn some_batches_come_twice_if_that_is_assumed() {
    let mut rig = Rig::new(mapping(1, None));
    rig.assumed.duplicate_ppm = 1_000_000;
    rig.put(0, "k");
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 1 S", "100 1 S"]);
    assert_eq!(rig.fates(), ["1 processed 200"]);
}

#[test]
fn disabled_it_begins_nothing_and_enabled_it_resumes_at_the_checkpoint() {
    let spec = Spec { factor: 2, ..mapping(1, None) };
    let mut rig = Rig::new(spec);
    for key in ["A", "B", "A", "B"] {
        rig.put(0, key);
    }
    rig.queue.push(at(150), Rank::Act, Event::Disable);
    rig.queue.push(at(10_000), Rank::Act, Event::Enable);
    rig.run(at(9_000), |call, _| throws(call, &[3]));
    assert_eq!(rig.attempts(), ["0 1 S", "0 2 S", "100 3 F", "100 4 S"]);
    assert_eq!(rig.first().checkpoint(), 2);
    // Record 4 was done in its lane and comes again (KIN-05).
    rig.run(at(20_000), |call, _| throws(call, &[]));
    assert_eq!(rig.attempts()[4..], ["10000 3 S", "10000 4 S"]);
}

#[test]
fn enabled_again_it_waits_for_what_is_under_way() {
    let mut rig = Rig::new(mapping(1, None));
    rig.put_many(0, 2);
    rig.queue.push(at(50), Rank::Act, Event::Disable);
    rig.queue.push(at(60), Rank::Act, Event::Enable);
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 1 S", "100 2 S"]);
}

#[test]
fn the_latest_position_is_that_of_the_instant() {
    let spec = Spec { position: Position::Latest, ..mapping(10, None) };
    let mut rig = Rig::new(spec).enabled_at(5_000);
    rig.put(4_999, "k");
    rig.put(5_001, "k");
    rig.run(day(), |_, _| SUCCESS);
    // Polls are in step with the first one.
    assert_eq!(rig.attempts(), ["6000 2 S"]);
    let spec = Spec { position: Position::At(at(2_000)), ..mapping(10, None) };
    let mut rig = Rig::new(spec).enabled_at(5_000);
    for millis in [1_000, 2_000, 3_000] {
        rig.put(millis, "k");
    }
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["5000 2-3 S"]);
}

#[test]
fn pushed_records_come_70_ms_later() {
    let mut rig = Rig::new(Spec { reading: Reading::Pushed, ..mapping(10, None) });
    rig.put(1_234, "k");
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["1304 1 S"]);
}

#[test]
fn children_are_read_after_their_parents() {
    let mut rig = Rig::new(mapping(1, Some(1)));
    rig.put_many(0, 2);
    rig.queue.push(at(10), Rank::Timer, Event::Split(ShardId(0)));
    rig.put_many(20, 2);
    rig.run(day(), |call, _| throws(call, &[2]));
    assert_eq!(rig.attempts(), ["0 1 S", "100 2 F", "700 2 F", "1000 3 S", "1100 4 S"]);
    assert!(rig.first().is_finished());
    let shards: Vec<ShardId> = rig.attempts.iter().map(|tried| tried.shard).collect();
    assert_eq!(shards[..3], [ShardId(0); 3]);
    assert_eq!(shards[3], shards[4]);
    assert!(rig.first().shard() < shards[3]);
}

#[test]
fn a_backlog_is_read_without_pause_and_within_the_limits() {
    let mut rig = Rig::new(mapping(10_000, None)).enabled_at(60_000);
    for second in 0..30 {
        for _ in 0..900 {
            rig.put(second * 1_000, "k");
        }
    }
    rig.run(day(), |_, _| SUCCESS);
    let sizes: Vec<u32> =
        rig.attempts.iter().map(|tried| tried.call.records.len()).collect();
    assert_eq!(sizes.iter().sum::<u32>(), 27_000);
    // 6 MB hold 10,000 records of 604 bytes.
    assert_eq!(sizes, [10_000, 10_000, 7_000]);
    let starts: Vec<u64> = rig.attempts.iter().map(|tried| millis(tried.at)).collect();
    assert_eq!(starts, [60_000, 60_100, 60_200]);
    let ages: Vec<Option<Span>> =
        rig.attempts.iter().map(|tried| tried.call.iterator_age).collect();
    assert_eq!(ages[2], Some(Span::millis(60_200 - 29_000)));
}

#[test]
fn what_a_filter_stops_is_passed_over() {
    let mut rig = Rig::new(mapping(10, None));
    rig.filtered = [1, 3, 4].into();
    rig.put_many(0, 2);
    rig.put_many(1_500, 2);
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 2 S"]);
    assert_eq!(rig.reads.len(), 2);
    let counts = rig.reader.counts();
    assert_eq!((counts.polled, counts.filtered_out, counts.invoked), (4, 3, 1));
    assert_eq!(rig.first().checkpoint(), 4);
}

#[test]
fn a_table_is_polled_four_times_a_second() {
    let mut rig = Rig::of_table(Spec { partial: true, ..mapping(3, Some(3)) });
    for (number, millis) in [0, 0, 0, 0, 0, 0, 4_200].into_iter().enumerate() {
        rig.put(millis, &format!("item {number}"));
    }
    // A write that changes nothing.
    rig.put(4_200, "item 6");
    rig.run(day(), |call, _| reports_of(Kind::DynamoDb, call, &[6]));
    assert_eq!(
        rig.attempts(),
        [
            "0 1-3 S",
            "100 4-6 P6",
            "200 6 P6",
            "800 6 P6",
            "1900 6 P6",
            "4000 6 P6",
            "4250 7 S"
        ]
    );
    assert_eq!(rig.failures(), ["4100 RetryAttemptsExhausted 6 x4 null"]);
}

#[test]
fn a_large_batch_of_a_table_takes_several_calls() {
    let window = Span::SECOND;
    let mut rig = Rig::of_table(Spec { window, ..mapping(10_000, None) });
    for number in 0..2_500 {
        rig.put(0, &format!("item {number}"));
    }
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["1000 1-2500 S"]);
    let starts: Vec<u64> = rig.reads.iter().map(|(at, _, _)| millis(*at)).collect();
    assert_eq!(starts, [0, 0, 0]);
}

#[test]
fn items_keep_their_order_in_lanes() {
    let mut rig = Rig::of_table(Spec { factor: 2, ..mapping(1, None) });
    rig.assumed.lanes =
        [("{\"id\":{\"S\":\"a\"}}".into(), 0), ("{\"id\":{\"S\":\"b\"}}".into(), 1)]
            .into();
    for (key, data) in [("a", "1"), ("a", "2"), ("b", "1"), ("a", "3")] {
        rig.put_data(0, key, Data::Text(data.into()));
    }
    rig.run(day(), |_, _| SUCCESS);
    assert_eq!(rig.attempts(), ["0 1 S", "0 3 S", "100 2 S", "200 4 S"]);
}

#[test]
fn records_are_counted_as_cloudwatch_counts_them() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(5, Some(0)) });
    rig.put_many(0, 5);
    rig.run(day(), |call, attempt| match attempt {
        1 => Outcome::Throttled,
        2 => Outcome::ServiceError,
        _ => reports(call, &[3, 4]),
    });
    assert_eq!(rig.attempts(), ["0 1-5 T", "500 1-5 E", "1500 1-5 P3", "1600 3-5 P3"]);
    let numbers: Vec<u32> = rig.attempts.iter().map(|tried| tried.number).collect();
    assert_eq!(numbers, [1, 1, 1, 2]);
    let expected = Counts {
        polled: 5,
        filtered_out: 0,
        invoked: 18,
        failed_invoke: 5 + 2 + 2,
        dropped: 0,
        delivered: 3,
    };
    assert_eq!(*rig.reader.counts(), expected);
    let told = rig.settled.last().expect("it was given up").settlement.clone();
    rig.reader.on_told(&told, false);
    assert_eq!(rig.reader.counts().dropped, 3);
}
