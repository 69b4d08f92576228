//! When callers call.

mod common;

use common::{client, entries, function, record, run};
use lambdarium_sim::caller::load::{Load, PER_SECOND, Pattern};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::Fact;

/// The times of the calls of a load in a run of ten seconds, in microseconds.
fn exactly(load: Load) -> Vec<u64> {
    let mut client = client("f");
    client.load = load;
    let mut run = run([function("f", Span::ZERO)], [client]);
    run.scenario.settings.until = Span::seconds(10);
    let calls = entries(&record(run)).into_iter();
    calls.filter(|entry| entry.fact == Fact::Called).map(|entry| entry.at.0).collect()
}

/// The same in milliseconds.
fn calls(load: Load) -> Vec<u64> {
    exactly(load).into_iter().map(|us| us / 1_000).collect()
}

fn second(count: u64) -> Instant {
    Instant(Span::seconds(count).0)
}

#[test]
fn a_burst_is_all_at_once() {
    let burst = Load { pattern: Pattern::Burst { count: 3 }, ..Load::default() };
    assert_eq!(calls(burst.clone()), [0; 3]);
    assert_eq!(calls(Load { start: second(2), ..burst.clone() }), [2_000; 3]);
    assert_eq!(calls(Load { count_max: Some(2), ..burst.clone() }), [0; 2]);
    assert_eq!(calls(Load { start: second(11), ..burst }), []);
}

#[test]
fn a_constant_load_is_evenly_spaced_and_its_end_is_not_part_of_it() {
    let pattern = Pattern::Constant { rate: 3 * PER_SECOND };
    let load = Load { pattern, end: Some(second(1)), ..Load::default() };
    assert_eq!(calls(load.clone()), [0, 333, 666]);
    let later = Load { start: second(8), end: None, ..load.clone() };
    // The end of the run is.
    assert_eq!(calls(later), [8_000, 8_333, 8_666, 9_000, 9_333, 9_666, 10_000]);
    assert_eq!(calls(Load { count_max: Some(2), ..load }), [0, 333]);
    let seldom =
        Load { pattern: Pattern::Constant { rate: PER_SECOND / 4 }, ..Load::default() };
    assert_eq!(calls(seldom), [0, 4_000, 8_000]);
}

#[test]
fn a_ramp_calls_where_the_area_under_its_rate_is_whole() {
    let ramp = |from: u64, to: u64| Load {
        pattern: Pattern::Ramp { from: from * PER_SECOND, to: to * PER_SECOND },
        end: Some(second(10)),
        ..Load::default()
    };
    // From 0 to 2 a second in 10 s: t²/10 calls by t, and the tenth at the end.
    assert_eq!(
        calls(ramp(0, 2)),
        [0, 3_162, 4_472, 5_477, 6_324, 7_071, 7_745, 8_366, 8_944, 9_486]
    );
    // Falling, it is the mirror image: the area is whole as long before the end.
    let falling = calls(ramp(2, 0));
    assert_eq!(falling.len(), 10);
    let mirrored: Vec<u64> = falling[1..].iter().rev().map(|ms| 10_000 - ms).collect();
    let rising = [3_162, 4_472, 5_477, 6_324, 7_071, 7_745, 8_366, 8_944, 9_486];
    for (found, expected) in mirrored.iter().zip(rising) {
        assert!(found.abs_diff(expected) <= 1, "{found} {expected}");
    }
    // A level ramp is a constant load.
    let level = Load {
        pattern: Pattern::Constant { rate: 2 * PER_SECOND },
        end: Some(second(10)),
        ..Load::default()
    };
    assert_eq!(exactly(ramp(2, 2)), exactly(level));
}

#[test]
fn listed_times_are_kept() {
    let at = |seconds: &[u64]| Load {
        pattern: Pattern::At(seconds.iter().map(|count| second(*count)).collect()),
        ..Load::default()
    };
    assert_eq!(calls(at(&[1, 1, 4, 11])), [1_000, 1_000, 4_000]);
    assert_eq!(calls(Load { end: Some(second(4)), ..at(&[1, 4]) }), [1_000]);
}

#[test]
fn a_poisson_load_has_its_rate_and_no_pattern() {
    let pattern = Pattern::Poisson { rate: 1_000 * PER_SECOND };
    let calls = calls(Load { pattern, ..Load::default() });
    // 10,000 calls expected, with a deviation of 100.
    assert!((9_600..10_400).contains(&calls.len()), "{}", calls.len());
    let mut per_second = [0_u32; 10];
    for ms in &calls {
        per_second[(*ms as usize / 1_000).min(9)] += 1;
    }
    assert!(
        per_second.iter().all(|count| (850..1_150).contains(count)),
        "{per_second:?}"
    );
    let gaps = calls.windows(2).map(|pair| pair[1] - pair[0]);
    // Of gaps of 1 ms in the mean, exp(-3) are over 3 ms.
    let long = gaps.filter(|gap| *gap > 3).count();
    assert!((250..650).contains(&long), "{long}");
}
