//! The workloads: what comes out of them is exact, or within its tolerance.

use lambdarium::bench::Workload;
use lambdarium::bench::hold::{self, Hold};
use lambdarium::bench::one_function::{ARRIVALS, CASES, Case, Outcome, plain, simulated};
use lambdarium::bench::pipeline;
use lambdarium_sim::limits;

fn all<W: Workload>(mut work: W) -> W::Outcome {
    while work.advance(u64::MAX) {}
    work.outcome()
}

fn simulated(case: &Case, arrivals: u32) -> Outcome {
    all(simulated::OneFunction::untraced(case, arrivals, 1))
}

#[test]
fn the_hold_model_comes_out_exactly() {
    for (pending, expected) in hold::EXPECTED {
        let found = all(Hold::own(pending, hold::POPS));
        assert_eq!(found, expected, "{pending} pending");
    }
    let (pending, expected) = hold::EXPECTED[0];
    assert_eq!(all(Hold::plain(pending, hold::POPS)), expected);
}

/// The hold model as its definition says it, with a list that is sorted for each pop.
fn defined(pending: u32, pops: u64) -> hold::Outcome {
    let mut x: u32 = 12_345;
    let mut gap = || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + u64::from(x >> 12)
    };
    let mut list: Vec<(u64, u32)> = (0..pending).map(|id| (gap(), id)).collect();
    let mut outcome = hold::Outcome::default();
    for _ in 0..pops {
        // Stable: what was scheduled first stays first.
        list.sort_by_key(|(at, _)| *at);
        let (at, id) = list.remove(0);
        outcome.checksum = outcome.checksum.wrapping_mul(31).wrapping_add(id);
        outcome.last = at;
        list.push((at + gap(), id));
    }
    outcome
}

#[test]
fn small_hold_models_come_out_as_defined() {
    for (pending, pops) in [(1, 100), (7, 1_000), (64, 2_000)] {
        let expected = defined(pending, pops);
        assert_eq!(all(Hold::own(pending, pops)), expected);
        assert_eq!(all(Hold::plain(pending, pops)), expected);
    }
}

/// The outcomes that the browser must come to as well: `outcomes.txt` beside this file.
/// `UPDATE=1 cargo test -p lambdarium` writes it anew.
#[test]
fn outcomes_are_the_same_everywhere() {
    let mut text = String::new();
    for case in &CASES {
        let outcome = simulated(case, 20_000);
        text += &format!("{} {outcome:?}\n", case.letter);
    }
    if std::env::var_os("UPDATE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outcomes.txt");
        std::fs::write(path, &text).expect("a file that can be written");
    } else {
        assert_eq!(text, include_str!("outcomes.txt"));
    }
}

#[test]
fn slices_change_nothing() {
    let mut sliced = Hold::own(100, 10_000);
    while sliced.advance(7) {}
    assert_eq!(sliced.outcome(), all(Hold::own(100, 10_000)));
    for case in &CASES {
        let mut sliced = simulated::OneFunction::untraced(case, 2_000, 1);
        while sliced.advance(13) {}
        assert_eq!(sliced.outcome(), simulated(case, 2_000));
    }
}

#[test]
fn a_recording_comes_out_as_without_a_trace() {
    for case in &CASES {
        let recorded = simulated::OneFunction::recorded(case, 20_000, 1);
        assert_eq!(all(recorded), simulated(case, 20_000), "case {}", case.letter);
    }
}

#[test]
fn statistics_are_as_the_workload_says() {
    for case in &CASES {
        for outcome in
            [simulated(case, ARRIVALS), all(plain::OneFunction::new(case, ARRIVALS, 1))]
        {
            for check in case.expected.checks(&outcome) {
                assert!(check.holds(), "case {}: {check:?}", case.letter);
            }
            assert_eq!(outcome.arrivals, u64::from(ARRIVALS));
            let gone = outcome.completed + outcome.throttled;
            assert!(gone <= outcome.arrivals && outcome.expired <= outcome.cold);
        }
    }
}

#[test]
fn the_throttled_case_creates_as_many_environments_as_it_may() {
    let [.., throttled, _] = &CASES;
    assert_eq!(simulated(throttled, 10_000).cold, 100);
}

#[test]
fn a_benchmark_may_run_for_longer_than_a_person() {
    let [.., single] = &CASES;
    let end = simulated(single, 10_000).end_us;
    assert!(end > 30 * limits::RUN_SPAN_MAX.0, "{end}");
}

/// What comes out of a pipeline, but for how many events are pending: a plain loop needs
/// others.
fn piped<W: Workload<Outcome = pipeline::Outcome>>(work: W) -> pipeline::Outcome {
    pipeline::Outcome { pending_max: 0, ..all(work) }
}

const PIPELINES: [pipeline::Case; 2] = [pipeline::Case::Stream, pipeline::Case::Queue];

#[test]
fn a_pipeline_comes_out_as_the_plain_loop_says_record_by_record() {
    for case in PIPELINES {
        for records in [1, 7, 99, 5_003, 100_000] {
            let expected = piped(pipeline::plain::Pipeline::new(case, records));
            let found = piped(pipeline::simulated::Pipeline::untraced(case, records));
            assert_eq!(found, expected, "{case:?}, {records} records");
        }
    }
}

#[test]
fn a_recorded_pipeline_comes_out_as_without_a_trace() {
    for case in PIPELINES {
        let expected = piped(pipeline::plain::Pipeline::new(case, 20_000));
        let found = piped(pipeline::simulated::Pipeline::recorded(case, 20_000));
        assert_eq!(found, expected, "{case:?}");
    }
}

#[test]
fn slices_change_nothing_in_a_pipeline() {
    for case in PIPELINES {
        let mut plain = pipeline::plain::Pipeline::new(case, 5_003);
        while plain.advance(7) {}
        let mut simulated = pipeline::simulated::Pipeline::untraced(case, 5_003);
        while simulated.advance(13) {}
        let expected = piped(pipeline::plain::Pipeline::new(case, 5_003));
        assert_eq!([piped(plain), piped(simulated)], [expected; 2], "{case:?}");
    }
}

#[test]
fn a_million_records_come_out_as_the_workload_says() {
    for case in PIPELINES {
        let outcome = all(pipeline::plain::Pipeline::new(case, pipeline::RECORDS));
        assert!(outcome.is_right(case), "{outcome:?}");
    }
}
