//! The worked timelines WT-01 to WT-08; times are in milliseconds.

use super::*;

fn week() -> Instant {
    at(7 * 86_400_000)
}

#[test]
fn wt_01_bisect() {
    let mut rig = Rig::new(Spec { bisect: true, ..mapping(10, Some(2)) });
    rig.put_many(0, 10);
    rig.run(week(), |call, _| throws(call, &[7]));
    assert_eq!(
        rig.attempts(),
        [
            "0 1-10 F",
            "100 1-5 S",
            "200 6-10 F",
            "300 6-7 F",
            "400 6 S",
            "500 7 F",
            "1100 7 F",
            "2200 7 F",
            "2300 8-10 S",
        ]
    );
    assert_eq!(rig.failures(), ["2300 RetryAttemptsExhausted 7 x3 Unhandled"]);
    assert_eq!(rig.deliveries(), [2, 2, 2, 2, 2, 4, 6, 3, 3, 3]);
    assert_eq!(rig.fates()[7], "8 processed 2400");
}

#[test]
fn wt_02_no_bisect() {
    let mut rig = Rig::new(mapping(10, Some(2)));
    rig.put_many(0, 10);
    rig.run(week(), |call, _| throws(call, &[7]));
    assert_eq!(rig.attempts(), ["0 1-10 F", "600 1-10 F", "1700 1-10 F"]);
    assert_eq!(rig.failures(), ["1800 RetryAttemptsExhausted 1-10 x3 Unhandled"]);
}

#[test]
fn wt_03_partial_response() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(10, Some(2)) });
    rig.put_many(0, 10);
    rig.run(week(), |call, _| reports(call, &[7]));
    assert_eq!(
        rig.attempts(),
        ["0 1-10 P7", "100 7-10 P7", "700 7-10 P7", "1800 7-10 P7"]
    );
    assert_eq!(rig.failures(), ["1900 RetryAttemptsExhausted 7-10 x3 null"]);
    assert_eq!(rig.fates()[5], "6 processed 100");
}

#[test]
fn wt_04_partial_response_and_bisect() {
    let mut rig = Rig::new(Spec { partial: true, bisect: true, ..mapping(10, Some(2)) });
    rig.put_many(0, 10);
    rig.run(week(), |call, _| reports(call, &[7]));
    assert_eq!(
        rig.attempts(),
        [
            "0 1-10 P7",
            "100 7-10 P7",
            "200 7-8 P7",
            "300 7 P7",
            "900 7 P7",
            "2000 7 P7",
            "2100 8 S",
            "2200 9-10 S",
        ]
    );
    assert_eq!(rig.failures(), ["2100 RetryAttemptsExhausted 7 x3 null"]);
    assert_eq!(rig.deliveries(), [1, 1, 1, 1, 1, 1, 6, 4, 3, 3]);
    assert_eq!(rig.fates()[9], "10 processed 2300");
}

#[test]
fn wt_05_the_recorded_case() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(3, Some(3)) });
    rig.put_many(0, 6);
    rig.run(week(), |call, _| reports(call, &[6]));
    assert_eq!(
        rig.attempts(),
        ["0 1-3 S", "100 4-6 P6", "200 6 P6", "800 6 P6", "1900 6 P6", "4000 6 P6"]
    );
    assert_eq!(rig.failures(), ["4100 RetryAttemptsExhausted 6 x4 null"]);
    assert_eq!(rig.deliveries(), [1, 1, 1, 1, 1, 5]);
}

#[test]
fn wt_06_a_throttle_is_no_retry() {
    let mut rig = Rig::new(mapping(3, Some(1)));
    rig.put_many(0, 3);
    rig.run(week(), |_, attempt| match attempt {
        1 | 2 => Outcome::Throttled,
        _ => Outcome::Failed,
    });
    assert_eq!(rig.attempts(), ["0 1-3 T", "500 1-3 T", "1500 1-3 F", "3600 1-3 F"]);
    assert_eq!(rig.failures(), ["3700 RetryAttemptsExhausted 1-3 x2 Unhandled"]);
}

#[test]
fn wt_07_record_age() {
    let mut rig = Rig::new(Spec { age_max: Some(Span::MINUTE), ..mapping(10, None) });
    rig.put(0, "k");
    rig.run(week(), |_, _| Outcome::Failed);
    let starts: Vec<u64> = rig.attempts.iter().map(|tried| millis(tried.at)).collect();
    assert_eq!(starts, [0, 600, 1_700, 3_800, 7_900, 16_000, 32_100]);
    assert_eq!(rig.failures(), ["60000 RecordAgeExceeded 1 x7"]);

    let spec = Spec { age_max: Some(Span::MINUTE), ..mapping(10, Some(0)) };
    let mut rig = Rig::new(spec).enabled_at(80_000);
    rig.put(0, "k");
    rig.put_many(80_000, 5);
    rig.run(week(), |_, _| SUCCESS);
    assert_eq!(rig.failures(), ["80000 RecordAgeExceeded 1 x1"]);
    assert_eq!(rig.attempts(), ["80000 2-6 S"]);
}

#[test]
fn wt_08_two_lanes() {
    let mut rig = Rig::new(Spec { factor: 2, ..mapping(100, Some(1)) });
    for key in ["A", "B", "A", "B"] {
        rig.put(0, key);
    }
    rig.run(at(699), |call, _| throws(call, &[1]));
    assert_eq!(rig.attempts(), ["0 1,3 F", "0 2,4 S", "600 1,3 F"]);
    assert_eq!(rig.first().checkpoint(), 0);
    rig.run(week(), |call, _| throws(call, &[1]));
    assert_eq!(rig.attempts.len(), 3);
    assert_eq!(rig.failures(), ["700 RetryAttemptsExhausted 1,3 x2 Unhandled"]);
    assert_eq!(rig.first().checkpoint(), 4);
}
