//! Five timelines with all of their attempts and fates; times are in milliseconds.

use super::*;

#[test]
fn sixteen_records_of_which_two_are_poison() {
    let mut rig = Rig::new(Spec { bisect: true, ..mapping(16, Some(1)) });
    rig.put_many(0, 16);
    rig.run(at(3_600_000), |call, _| throws(call, &[3, 12]));
    assert_eq!(
        rig.attempts(),
        [
            "0 1-16 F",
            "100 1-8 F",
            "200 1-4 F",
            "300 1-2 S",
            "400 3-4 F",
            "500 3 F",
            "1100 3 F",
            "1200 4 S",
            "1300 5-8 S",
            "1400 9-16 F",
            "1500 9-12 F",
            "1600 9-10 S",
            "1700 11-12 F",
            "1800 11 S",
            "1900 12 F",
            "2500 12 F",
            "2600 13-16 S",
        ]
    );
    assert_eq!(
        rig.failures(),
        [
            "1200 RetryAttemptsExhausted 3 x2 Unhandled",
            "2600 RetryAttemptsExhausted 12 x2 Unhandled",
        ]
    );
    assert_eq!(rig.deliveries(), [4, 4, 6, 5, 3, 3, 3, 3, 4, 4, 5, 6, 3, 3, 3, 3]);
    assert_eq!(
        rig.fates(),
        [
            "1 processed 400",
            "2 processed 400",
            "3 RetryAttemptsExhausted 1200",
            "4 processed 1300",
            "5 processed 1400",
            "6 processed 1400",
            "7 processed 1400",
            "8 processed 1400",
            "9 processed 1700",
            "10 processed 1700",
            "11 processed 1900",
            "12 RetryAttemptsExhausted 2600",
            "13 processed 2700",
            "14 processed 2700",
            "15 processed 2700",
            "16 processed 2700",
        ]
    );
    assert_eq!((rig.first().checkpoint(), rig.running_max), (16, 1));
}

#[test]
fn of_two_that_are_reported_the_lowest_decides() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(8, Some(1)) });
    rig.put_many(0, 8);
    rig.run(at(3_600_000), |call, _| reports(call, &[8, 4]));
    assert_eq!(rig.attempts(), ["0 1-8 P4", "100 4-8 P4", "700 4-8 P4"]);
    assert_eq!(rig.failures(), ["800 RetryAttemptsExhausted 4-8 x2 null"]);
    assert_eq!(rig.deliveries(), [1, 1, 1, 3, 3, 3, 3, 3]);
    let fates = rig.fates();
    assert!(fates[..3].iter().all(|fate| fate.ends_with("processed 100")));
    assert!(fates[3..].iter().all(|fate| fate.ends_with("RetryAttemptsExhausted 800")));
    assert_eq!((rig.first().checkpoint(), rig.running_max), (8, 1));
}

#[test]
fn age_comes_before_ten_retries() {
    let age_max = Some(Span::MINUTE);
    let mut rig = Rig::new(Spec { age_max, ..mapping(1, Some(10)) });
    rig.put(0, "k");
    rig.put(30_000, "k");
    rig.run(at(3_600_000), |call, _| throws(call, &[1]));
    assert_eq!(
        rig.attempts(),
        [
            "0 1 F",
            "600 1 F",
            "1700 1 F",
            "3800 1 F",
            "7900 1 F",
            "16000 1 F",
            "32100 1 F",
            "60000 2 S",
        ]
    );
    assert_eq!(rig.failures(), ["60000 RecordAgeExceeded 1 x7"]);
    assert_eq!(rig.fates(), ["1 RecordAgeExceeded 60000", "2 processed 60100"]);
    assert_eq!((rig.first().checkpoint(), rig.running_max), (2, 1));
}

#[test]
fn one_lane_of_three_is_blocked() {
    let mut rig = Rig::new(Spec { factor: 3, ..mapping(2, Some(2)) });
    rig.assumed.lanes = [("k0", 0), ("k1", 1), ("k2", 2)]
        .map(|(key, lane)| (String::from(key), lane))
        .into();
    for number in 0..9 {
        rig.put(0, &format!("k{}", number % 3));
    }
    rig.run(at(3_600_000), |call, _| throws(call, &[2]));
    assert_eq!(
        rig.attempts(),
        [
            "0 1,4 S",
            "0 2,5 F",
            "0 3,6 S",
            "100 7 S",
            "100 9 S",
            "600 2,5 F",
            "1700 2,5 F",
            "1800 8 S",
        ]
    );
    assert_eq!(rig.failures(), ["1800 RetryAttemptsExhausted 2,5 x3 Unhandled"]);
    assert_eq!(rig.deliveries(), [1, 3, 1, 1, 3, 1, 1, 1, 1]);
    assert_eq!(
        rig.fates(),
        [
            "1 processed 100",
            "2 RetryAttemptsExhausted 1800",
            "3 processed 100",
            "4 processed 100",
            "5 RetryAttemptsExhausted 1800",
            "6 processed 100",
            "7 processed 200",
            "8 processed 1900",
            "9 processed 200",
        ]
    );
    assert_eq!((rig.first().checkpoint(), rig.running_max), (9, 3));
}

#[test]
fn a_retry_keeps_the_state_of_the_window() {
    let tumbling = Span::seconds(45);
    let mut rig = Rig::new(Spec { tumbling, ..mapping(100, None) });
    for (millis, value) in [(3_000, 2), (10_000, 4), (50_000, 6)] {
        rig.put_data(millis, "k", Data::Json(Value::number(value)));
    }
    rig.run(at(3_600_000), |call, attempt| match attempt {
        2 | 3 | 5 => Outcome::Failed,
        _ => windows::sums(call),
    });
    assert_eq!(
        windows::told(&rig),
        [
            "3000 [2] on null, 0-45 S",
            "10000 [4] on 2, 0-45 F",
            "10600 [4] on 2, 0-45 F",
            "11700 [4] on 2, 0-45 S",
            "45000 [] on 6, 0-45 final F",
            "45600 [] on 6, 0-45 final S",
            "50000 [6] on null, 45-90 S",
            "90000 [] on 6, 45-90 final S",
        ]
    );
}
