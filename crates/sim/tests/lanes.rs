//! Lanes and the painted scrubber.

mod common;

use common::{at, burst, caller, client, function, longest, record, run};
use lambdarium_sim::caller::{Kind, sdk};
use lambdarium_sim::lambda::behaviour::{Draw, Failure, Fault, When};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::view::{By, Lane, LaneKind, LaneSpan, Lanes, Paint, Pane, lanes};

fn whole(recording: &Recording, columns: u32) -> Lanes {
    window(recording, Instant::START, recording.end(), columns)
}

fn window(recording: &Recording, from: Instant, to: Instant, columns: u32) -> Lanes {
    lanes(recording, &Pane { from, to, by: By::Time, columns })
}

/// Row, beginning and end in milliseconds, paint.
fn spans(lane: &Lane) -> Vec<(u16, u64, u64, Paint)> {
    let ms = |at: Instant| at.0 / 1_000;
    let span = |span: &LaneSpan| (span.row, ms(span.from), ms(span.to), span.paint);
    lane.spans.iter().map(span).collect()
}

#[test]
fn each_part_has_a_lane_with_its_spans_in_rows() {
    let mut f = function("f", Span::seconds(2));
    f.shared.reserved = Some(2);
    f.spec.behaviour.init = Draw::Fixed(Span::millis(500));
    f.spec.behaviour.faults = vec![Fault {
        when: When { calls: Some((2, 2)), ..When::default() },
        ..Fault::always(Failure::Throws)
    }];
    let mut client = client("f");
    client.load = at(&[Span::ZERO, Span::SECOND, Span::millis(1_500), Span::seconds(3)]);
    let recording = record(run([f], [client]));
    let drawn = whole(&recording, 10);
    let [function, caller] = &drawn.lanes[..] else { panic!("{drawn:?}") };
    let expected = [
        (0, 0, 2_500, Paint::Ok),
        (1, 1_000, 3_500, Paint::Failed),
        (2, 1_500, 1_500, Paint::Throttled),
        (0, 3_000, 5_000, Paint::Ok),
    ];
    assert_eq!(spans(function), expected);
    assert_eq!((function.rows, function.merged), (3, false));
    assert_eq!(function.spans[0].init, Span::millis(500));
    assert_eq!((spans(caller), caller.rows), (vec![], 1));
    // Half a second each: the worst in a column wins.
    use Paint::{Failed, Ok};
    let paints: Vec<Paint> = drawn.columns.iter().map(|column| column.paint).collect();
    let columns = [Ok, Ok, Failed, Failed, Failed, Failed, Failed, Failed, Ok, Ok];
    assert_eq!(paints, columns);
    // A window shows what reaches into it.
    let window = self::window(&recording, Instant(2_600_000), Instant(2_900_000), 10);
    assert_eq!(spans(&window.lanes[0]), [(0, 1_000, 3_500, Paint::Failed)]);
}

#[test]
fn what_waits_in_a_queue_has_a_lane_below_its_function() {
    let mut f = function("f", Span::SECOND);
    f.spec.behaviour.faults = vec![Fault::always(Failure::Throws)];
    let asked = sdk::InvocationType::Event;
    let spec = sdk::Spec { invocation_type: asked, ..sdk::Spec::default() };
    let recording = record(run([f], [caller("c", Kind::Sdk(spec), "f")]));
    let drawn = whole(&recording, 183);
    let kinds: Vec<LaneKind> = drawn.lanes.iter().map(|lane| lane.kind).collect();
    assert_eq!(kinds, [LaneKind::Function, LaneKind::Queue, LaneKind::Caller]);
    let runs = [(0, 0, 1_000), (0, 61_000, 62_000), (0, 182_000, 183_000)];
    let runs = runs.map(|(row, from, to)| (row, from, to, Paint::Failed));
    assert_eq!(spans(&drawn.lanes[0]), runs);
    let waits = [(0, 1_000, 61_000), (0, 62_000, 182_000)];
    let waits = waits.map(|(row, from, to)| (row, from, to, Paint::Throttled));
    assert_eq!(
        (drawn.lanes[1].name.as_str(), spans(&drawn.lanes[1])),
        ("f", waits.into())
    );
    // Waiting is not what the scrubber is painted for.
    let failed = drawn.columns.iter().filter(|column| column.paint == Paint::Failed);
    let quiet = drawn.columns.iter().filter(|column| column.paint == Paint::Quiet);
    assert!(failed.count() <= 6 && quiet.count() >= 177, "{:?}", drawn.columns);
}

#[test]
fn attempts_of_one_request_that_run_at_once_are_spans_of_their_own() {
    let spec =
        sdk::Spec { read_timeout: Some(Span::SECOND), ..longest(sdk::Jitter::Fixed) };
    let client = caller("c", Kind::Sdk(spec), "f");
    let recording = record(run([function("f", Span::seconds(3))], [client]));
    let drawn = whole(&recording, 10);
    let expected = [
        (0, 0, 3_000, Paint::Ok),
        (1, 1_050, 4_050, Paint::Ok),
        (2, 2_150, 5_150, Paint::Ok),
    ];
    assert_eq!(spans(&drawn.lanes[0]), expected);
    let waits = [
        (0, 0, 1_000, Paint::Failed),
        (0, 1_000, 1_050, Paint::Throttled),
        (0, 1_050, 2_050, Paint::Failed),
        (0, 2_050, 2_150, Paint::Throttled),
        (0, 2_150, 3_150, Paint::Failed),
    ];
    assert_eq!(spans(&drawn.lanes[1]), waits);
}

#[test]
fn what_has_not_ended_reaches_to_the_end() {
    let mut run = run([function("f", Span::seconds(9))], [client("f")]);
    run.scenario.settings.until = Span::seconds(4);
    let drawn = whole(&record(run), 10);
    assert_eq!(spans(&drawn.lanes[0]), [(0, 0, 4_000, Paint::Running)]);
}

#[test]
fn many_spans_are_merged_into_columns_as_if_they_were_painted_one_by_one() {
    let mut f = function("f", Span::millis(30));
    f.spec.behaviour.faults = vec![Fault {
        when: When { chance_ppm: 20_000, ..When::default() },
        ..Fault::always(Failure::Throws)
    }];
    let loads = (0..5).map(|second| {
        let mut client = client("f");
        client.name = format!("c{second}");
        client.load = burst(150, Span::millis(second * 777));
        client
    });
    let mut run = run([f], []);
    run.scenario.callers = loads.collect();
    run.scenario.settings.account_concurrency = 130;
    let recording = record(run);
    let columns = 50;
    let drawn = whole(&recording, columns);
    let lane = &drawn.lanes[0];
    assert!(lane.merged && lane.spans.len() <= columns as usize);
    // The same spans, drawn in windows that hold few of them each.
    let end = recording.end().0;
    let of = |at: Instant| (at.0 * u64::from(columns) / end).min(u64::from(columns) - 1);
    let mut painted = vec![Paint::Quiet; columns as usize];
    for burst in 0..5 {
        let from = Instant(burst * 777_000);
        let window = self::window(&recording, from, from.plus(Span::millis(40)), 10);
        assert!(!window.lanes[0].merged);
        for span in &window.lanes[0].spans {
            for column in of(span.from)..=of(span.to) {
                let column = &mut painted[column as usize];
                *column = (*column).max(span.paint);
            }
        }
    }
    let scrubber: Vec<Paint> = drawn.columns.iter().map(|column| column.paint).collect();
    assert_eq!(scrubber, painted);
    for span in &lane.spans {
        let inside = Instant(u64::midpoint(span.from.0, span.to.0));
        assert_eq!(painted[of(inside) as usize], span.paint);
    }
}
