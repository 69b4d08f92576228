//! Tumbling windows: TW-01 to TW-04 and WT-14; times are in milliseconds, windows in
//! seconds.

use super::*;
use crate::service::stream::record::Content;

pub(super) fn value_of(record: &Record) -> u64 {
    let Content::Data { data: Data::Json(value), .. } = &*record.content else {
        return 0;
    };
    value.as_count().expect("a count")
}

pub(super) fn state_of(call: &Invocation) -> Option<u64> {
    let window = call.window.as_ref().expect("it is of a window");
    window.state.get("sum").and_then(Value::as_count)
}

/// A function that adds values up.
pub(super) fn sums(call: &Invocation) -> Outcome {
    let sum = call.records.iter().map(value_of).sum::<u64>();
    Outcome::Succeeded { state: counted(sum + state_of(call).unwrap_or(0)) }
}

/// The attempts, as `3000 [2] on null, 0-45 S`.
pub(super) fn told(rig: &Rig) -> Vec<String> {
    let told = |attempt: &Attempt| {
        let call = &attempt.call;
        let window = call.window.as_ref().expect("it is of a window");
        let values: Vec<u64> = call.records.iter().map(value_of).collect();
        let state = state_of(call).map_or("null".into(), |sum| sum.to_string());
        let (start, end) = (millis(window.start) / 1_000, millis(window.end) / 1_000);
        let last = if window.is_final { " final" } else { "" };
        let early = if window.is_early { " early" } else { "" };
        let succeeded = matches!(attempt.outcome, Outcome::Succeeded { .. });
        let outcome = if succeeded { "S" } else { "F" };
        let at = millis(attempt.at);
        format!("{at} {values:?} on {state}, {start}-{end}{last}{early} {outcome}")
    };
    rig.attempts.iter().map(told).collect()
}

fn rig(seconds: u64, values: &[(u64, u64)]) -> Rig {
    let tumbling = Span::seconds(seconds);
    let mut rig = Rig::new(Spec { tumbling, ..mapping(100, None) });
    for (millis, value) in values {
        rig.put_data(*millis, "k", Data::Json(Value::number(*value)));
    }
    rig
}

#[test]
fn wt_14_a_running_sum() {
    let mut rig = rig(60, &[(5_000, 1), (20_000, 2), (70_000, 4)]);
    rig.run(at(3_600_000), |call, _| sums(call));
    assert_eq!(
        told(&rig),
        [
            "5000 [1] on null, 0-60 S",
            "20000 [2] on 1, 0-60 S",
            "60000 [] on 3, 0-60 final S",
            "70000 [4] on null, 60-120 S",
            "120000 [] on 4, 60-120 final S",
        ]
    );
}

#[test]
fn a_batch_never_mixes_windows_and_nothing_comes_after_the_last_call() {
    let values = [(9_000, 1), (9_700, 2), (9_900, 3), (10_000, 4), (10_100, 5)];
    let mut rig = rig(10, &values);
    rig.run(at(3_600_000), |call, _| sums(call));
    assert_eq!(
        told(&rig),
        [
            "9000 [1] on null, 0-10 S",
            "10000 [2, 3] on 1, 0-10 S",
            "10100 [] on 6, 0-10 final S",
            "10200 [4] on null, 10-20 S",
            "11000 [5] on 4, 10-20 S",
            "20000 [] on 9, 10-20 final S",
        ]
    );
}

#[test]
fn windows_are_found_in_a_backlog_too() {
    let values = [(1_000, 1), (2_000, 2), (12_000, 3), (31_000, 4)];
    let mut rig = rig(10, &values).enabled_at(35_000);
    for (number, (millis, _)) in values.iter().enumerate() {
        rig.queue.push(at(*millis), Rank::Timer, Event::Put(number));
    }
    rig.run(at(3_600_000), |call, _| sums(call));
    assert_eq!(
        told(&rig),
        [
            "35000 [1, 2] on null, 0-10 S",
            "35100 [] on 3, 0-10 final S",
            "35200 [3] on null, 10-20 S",
            "35300 [] on 3, 10-20 final S",
            "35400 [4] on null, 30-40 S",
            "40000 [] on 4, 30-40 final S",
        ]
    );
}

#[test]
fn an_answer_without_state_has_failed() {
    let mut rig = rig(60, &[(0, 1)]);
    rig.spec.retries_max = Some(0);
    rig.run(
        at(3_600_000),
        |call, attempt| {
            if attempt == 1 { SUCCESS } else { sums(call) }
        },
    );
    assert_eq!(rig.failures(), ["100 RetryAttemptsExhausted 1 x1 null"]);
    let expected = ["0 [1] on null, 0-60 S", "60000 [] on null, 0-60 final S"];
    assert_eq!(told(&rig), expected);
}

#[test]
fn the_last_call_is_tried_until_it_succeeds() {
    let mut rig = rig(10, &[(0, 1), (11_000, 2)]);
    rig.spec.retries_max = Some(0);
    rig.run(at(3_600_000), |call, attempt| match attempt {
        2..=4 => Outcome::Failed,
        _ => sums(call),
    });
    assert_eq!(
        told(&rig),
        [
            "0 [1] on null, 0-10 S",
            "10000 [] on 1, 0-10 final F",
            "10600 [] on 1, 0-10 final F",
            "11700 [] on 1, 0-10 final F",
            "13800 [] on 1, 0-10 final S",
            "13900 [2] on null, 10-20 S",
            "20000 [] on 2, 10-20 final S",
        ]
    );
}

#[test]
fn too_large_a_state_ends_the_window_early() {
    let mut rig = rig(60, &[(0, 5), (0, 6), (10_000, 7)]);
    rig.assumed.state_bytes_max = 9;
    rig.run(at(3_600_000), |call, _| sums(call));
    assert_eq!(
        told(&rig),
        [
            "0 [5, 6] on null, 0-60 S",
            "100 [] on 11, 0-60 final early S",
            "10000 [7] on null, 0-60 S",
            "60000 [] on 7, 0-60 final S",
        ]
    );
}

#[test]
fn the_end_of_a_shard_closes_its_window() {
    let mut rig = rig(60, &[(0, 5)]);
    rig.queue.push(at(10_000), Rank::Timer, Event::Split(ShardId(0)));
    rig.run(at(3_600_000), |call, _| sums(call));
    let expected = ["0 [5] on null, 0-60 S", "10000 [] on 5, 0-60 final S"];
    assert_eq!(told(&rig), expected);
    assert!(rig.first().is_finished());
    assert_eq!(rig.reader.shards().count(), 3);
}
