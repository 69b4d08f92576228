//! The axis of a run, and the gauges on it.

mod common;
mod small;

use common::{at, client, function, record, run};
use lambdarium_sim::id::{FunctionId, MappingId, Part};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::view::{
    By, ENTRIES_PLAYED, Gauge, Gauges, Look, Metrics, Pane, SAMPLES, Scale, SourceGauge,
    frame, gauges, lanes, tally,
};
use proptest::prelude::*;

/// Requests at 0 s, 1 s, and an hour later; each run takes 100 ms.
fn long_pause() -> Recording {
    let mut client = client("f");
    client.load = at(&[Span::ZERO, Span::SECOND, Span::HOUR]);
    let mut f = function("f", Span::millis(100));
    f.spec.memory_mb = 10_240;
    record(run([f], [client]))
}

#[test]
fn by_events_an_hour_of_nothing_is_one_step() {
    let recording = long_pause();
    let end = recording.end();
    let scale = Scale::events(&recording, Instant::START, end);
    let step = scale.place(Instant(100_000));
    assert!(step > 0);
    for (number, us) in [0, 100_000, 1_000_000, 1_100_000].into_iter().zip(0..) {
        assert_eq!(scale.place(Instant(number)), step * us);
    }
    assert_eq!(scale.place(Instant(3_600_000_000)) % step, 0);
    assert!(
        scale.place(Instant(3_600_000_000)) - scale.place(Instant(1_100_000)) < 4 * step
    );
    assert_eq!(
        scale.at(step * 3 / 2).0,
        550_000,
        "between two events time passes evenly"
    );
    assert_eq!(scale.knot(step * 3 / 2).0, 100_000);
    let by_time = Scale::time(end);
    assert_eq!(by_time.place(Instant(1_000_000)), 1_000_000);
    assert_eq!(by_time.place(end.plus(Span::HOUR)), by_time.end());
}

#[test]
fn spans_are_painted_where_the_axis_puts_them() {
    let recording = long_pause();
    let pane =
        |by| Pane { from: Instant::START, to: Instant(u64::MAX), by, columns: 100 };
    let painted = |by| {
        let drawn = lanes(&recording, &pane(by));
        drawn.columns.iter().filter(|column| column.paint != Default::default()).count()
    };
    assert!(painted(By::Time) <= 4, "three short runs in an hour");
    assert!(painted(By::Events) >= 30, "{}", painted(By::Events));
}

#[test]
fn an_axis_with_more_events_than_knots_is_exact_inside_its_window() {
    let mut client = client("f");
    let calls: Vec<Span> = (0..9_000).map(|call| Span(call * 1_009)).collect();
    client.load = at(&calls);
    let recording = record(run([function("f", Span(7))], [client]));
    let (from, to) = (Instant(2_000_000), Instant(2_100_000));
    let scale = Scale::events(&recording, from, to);
    let inside: Vec<u64> = recording
        .log()
        .iter()
        .filter(|entry| entry.at > from && entry.at < to)
        .map(|entry| scale.place(entry.at))
        .collect();
    let mut steps: Vec<u64> = inside.windows(2).map(|two| two[1] - two[0]).collect();
    steps.retain(|step| *step > 0);
    assert!(steps.len() > 150 && steps.iter().all(|step| *step == steps[0]), "{steps:?}");
}

fn whole(recording: &mut Recording, by: By, columns: u32, of: Option<u16>) -> Gauges {
    let end = recording.end();
    let pane = Pane { from: Instant::START, to: end, by, columns };
    let scale = lanes(recording, &pane).scale;
    gauges(
        recording,
        &scale,
        (Instant::START, end),
        columns,
        of.map(|at| Part::Function(FunctionId(at))),
    )
}

fn look(recording: &mut Recording, at: Instant) -> Vec<(Metrics, u64)> {
    let look = Look { moment: Moment::end_of(at), glide: Span::ZERO, tokens_max: 0 };
    let functions = frame(recording, &look).functions;
    functions.into_iter().map(|function| (function.metrics, function.micro_usd)).collect()
}

#[test]
fn a_window_shows_what_was_under_way_before_it() {
    let mut recording = long_pause();
    let scale = Scale::time(recording.end());
    let window = (Instant(50_000), Instant(1_050_000));
    let drawn = gauges(&mut recording, &scale, window, 10, None);
    let told = |gauge: Gauge| drawn.series[gauge as usize].clone();
    assert_eq!(told(Gauge::Invocations), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(told(Gauge::Concurrent), [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    let spent = look(&mut recording, window.1)[0].1;
    assert!(spent > 0);
    assert_eq!(told(Gauge::Cost)[9], spent);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_axis_grows_and_leads_back(seed: u64, share in 0u64..=1_000, other in 0u64..=1_000) {
        let recording = Recording::of(small::run(&mut small::Numbers(seed))).expect("a plan");
        let end = recording.end();
        let instant = |share: u64| Instant((u128::from(end.0) * u128::from(share) / 1_000) as u64);
        let (one, two) = (instant(share.min(other)), instant(share.max(other)));
        for scale in [Scale::time(end), Scale::events(&recording, one, two)] {
            prop_assert_eq!(scale.place(Instant::START), if end.0 == 0 { scale.end() } else { 0 });
            prop_assert_eq!(scale.place(end), scale.end());
            prop_assert!(scale.place(one) <= scale.place(two));
            // Back from the place of an instant is where it was, or as near as steps are fine.
            prop_assert!(scale.at(scale.place(one)) <= one);
            let (low, high) = (scale.place(scale.at(scale.place(one))), scale.place(one));
            prop_assert!(low <= high && high - low <= scale.end() / 1_000);
            let place = (u128::from(scale.end()) * u128::from(share) / 1_000) as u64;
            prop_assert!(scale.place(scale.at(place)) >= place || scale.at(place) == end);
        }
        if let Some(entry) = recording.log().iter().next_back() {
            let scale = Scale::events(&recording, Instant::START, end);
            prop_assert_eq!(scale.at(scale.place(entry.at)), entry.at);
        }
    }

    #[test]
    fn a_tally_is_what_the_last_frame_says(seed: u64) {
        let mut recording = Recording::of(small::run(&mut small::Numbers(seed))).expect("a plan");
        let end = Moment::end_of(recording.end());
        let look = Look { moment: end, glide: Span::ZERO, tokens_max: 0 };
        let last = frame(&mut recording, &look);
        let all = tally(&mut recording, None);
        prop_assert_eq!(&all.fates, &last.fates);
        let told = |gauge: Gauge| all.functions[gauge as usize];
        let sum = |of: fn(&Metrics) -> u64| last.functions.iter().map(|f| of(&f.metrics)).sum::<u64>();
        prop_assert_eq!(told(Gauge::Invocations), sum(|metrics| metrics.invocations));
        prop_assert_eq!(told(Gauge::Errors), sum(|metrics| metrics.errors));
        prop_assert_eq!(told(Gauge::Throttles), sum(|metrics| metrics.throttles));
        prop_assert_eq!(told(Gauge::Cost), last.functions.iter().map(|f| f.micro_usd).sum::<u64>());
    }

    #[test]
    fn a_tally_of_a_source_counts_what_its_mapping_has_counted(seed: u64) {
        let mut recording = Recording::of(small::queues(&mut small::Numbers(seed))).expect("a plan");
        let of = Part::Mapping(MappingId::new(0));
        let told = tally(&mut recording, Some(of)).source;
        let metrics = recording.head().world().mappings()[0].metrics();
        for (gauge, count) in told.iter().filter(|(gauge, _)| gauge.is_sum()) {
            prop_assert_eq!(*count, gauge.of_mapping(&metrics));
        }
        prop_assert!(told.iter().any(|(gauge, _)| *gauge == SourceGauge::Polled));
    }

    #[test]
    fn the_columns_add_up_to_what_the_frame_says(seed: u64, columns in 1u32..200, events: bool) {
        adds_up(seed, columns, events)?;
    }
}

/// A run whose events are throttled again and again: its trace is long.
#[test]
fn the_columns_of_a_long_trace_add_up() {
    let (seed, columns) = (2245, 32);
    let recording = Recording::of(small::run(&mut small::Numbers(seed))).expect("a plan");
    assert!(recording.log().len() > ENTRIES_PLAYED);
    adds_up(seed, columns, false).unwrap_or_else(|wrong| panic!("{wrong}"));
}

fn adds_up(seed: u64, columns: u32, events: bool) -> Result<(), TestCaseError> {
    let mut recording =
        Recording::of(small::run(&mut small::Numbers(seed))).expect("a plan");
    let end = recording.end();
    let by = if events { By::Events } else { By::Time };
    let told = look(&mut recording, end);
    let each = (0..told.len()).map(|place| Some(u16::try_from(place).expect("few")));
    for of in each.chain([None]) {
        let drawn = whole(&mut recording, by, columns, of);
        let each_has = |series: &Vec<u64>| series.len() == columns as usize;
        prop_assert!(drawn.series.len() == 6 && drawn.series.iter().all(each_has));
        let wanted = |value: fn(&(Metrics, u64)) -> u64| match of {
            Some(place) => value(&told[usize::from(place)]),
            None => told.iter().map(value).sum(),
        };
        let of_all = |gauge: Gauge| drawn.series[gauge as usize].iter().copied();
        let sum = |gauge| of_all(gauge).sum::<u64>();
        prop_assert_eq!(sum(Gauge::Invocations), wanted(|told| told.0.invocations));
        prop_assert_eq!(sum(Gauge::Errors), wanted(|told| told.0.errors));
        prop_assert_eq!(sum(Gauge::Throttles), wanted(|told| told.0.throttles));
        let longest = told.iter().map(|told| told.0.duration_max_us).max().unwrap_or(0);
        prop_assert!(of_all(Gauge::Duration).all(|average| average <= longest));
        if of.is_some() {
            let most = of_all(Gauge::Concurrent).max().unwrap_or(0);
            prop_assert_eq!(most, wanted(|told| told.0.concurrent_max));
        }
        prop_assert_eq!(of_all(Gauge::Cost).last().unwrap_or(0), wanted(|told| told.1));
        if columns == 1 {
            let runs = wanted(|told| told.0.duration_count);
            let average =
                wanted(|told| told.0.duration_us).checked_div(runs).unwrap_or(0);
            prop_assert_eq!(of_all(Gauge::Duration).next(), Some(average));
        }
        // In the middle of the run, at the last instant of a column. (The last column
        // holds the end of the run as well.) Of a long trace it is one that is worked out.
        let is_long = recording.log().len() > ENTRIES_PLAYED;
        let stride = if is_long { (columns as usize).div_ceil(SAMPLES) } else { 1 };
        let middle = columns as usize / 2 / stride * stride + stride - 1;
        let next = (end.0 * (middle as u64 + 1)).div_ceil(columns.into());
        let is_last = middle + 1 >= columns as usize;
        if !events && !is_last && next > 0 && next <= end.0 {
            let at = look(&mut recording, Instant(next - 1));
            let spent: u64 = match of {
                Some(place) => at[usize::from(place)].1,
                None => at.iter().map(|told| told.1).sum(),
            };
            prop_assert_eq!(of_all(Gauge::Cost).nth(middle), Some(spent));
        }
    }
    Ok(())
}
