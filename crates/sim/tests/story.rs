//! What the story tells of a run.

mod common;

use common::{at, burst, client, function, record, run};
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{Fact, Outcome, Room};
use lambdarium_sim::view::{StoryLine, story};

const NOW: Moment = Moment::end_of(Instant(0));
const END: Moment = Moment::end_of(Instant(u64::MAX));

fn fact(recording: &Recording, line: StoryLine) -> Fact {
    recording.log().get(line.number).expect("an entry").fact
}

fn many(calls: u64) -> Recording {
    let mut caller = client("f");
    caller.load = burst(calls, Span::ZERO);
    let mut run = run([function("f", Span::SECOND)], [caller]);
    run.scenario.settings.account_concurrency = 600;
    record(run)
}

#[test]
fn few_facts_are_told_one_by_one_in_their_order() {
    let recording = many(2);
    let lines = story(&recording, END, 100);
    let all: Vec<StoryLine> =
        (0..recording.log().len()).map(|number| StoryLine { number, count: 1 }).collect();
    assert_eq!(lines, all);
}

#[test]
fn what_many_do_alike_at_one_instant_is_one_line() {
    let recording = many(1_000);
    let lines = story(&recording, NOW, 100);
    let told: Vec<(u32, Fact)> =
        lines.iter().map(|line| (line.count, fact(&recording, *line))).collect();
    let [called, started, throttled, answered] = told[..] else { panic!("{told:#?}") };
    assert_eq!(called, (1_000, Fact::Called));
    assert!(matches!(started, (600, Fact::Started { room: Room::Cold, .. })));
    assert!(matches!(throttled, (400, Fact::Throttled { .. })));
    let Fact::Answered { outcome, .. } = answered.1 else { panic!("{answered:?}") };
    assert_eq!((answered.0, outcome), (400, Outcome::Throttled));
    // The line stands for the first of them.
    assert_eq!(lines[0].number, 0);
}

#[test]
fn only_the_newest_lines_up_to_the_moment_are_told() {
    let recording = many(2);
    let whole = story(&recording, END, 100);
    assert_eq!(story(&recording, END, 3), whole[whole.len() - 3..]);
    assert_eq!(story(&recording, END, 0), []);
    let first = recording.log().get(0).expect("an entry");
    let after_it = Moment { at: first.at, step: first.step };
    assert_eq!(story(&recording, after_it, 9), [StoryLine { number: 0, count: 1 }]);
}

#[test]
fn what_only_tidies_up_is_left_out() {
    let mut caller = client("f");
    caller.load = at(&[Span::ZERO, Span::seconds(50)]);
    let mut run = run([function("f", Span::SECOND)], [caller]);
    run.scenario.settings.idle_ttl = Span::seconds(10);
    let recording = record(run);
    let is_removal = |fact: Fact| matches!(fact, Fact::EnvironmentRemoved { .. });
    assert!(recording.log().iter().any(|entry| is_removal(entry.fact)));
    let lines = story(&recording, END, 100);
    assert!(lines.iter().all(|line| !is_removal(fact(&recording, *line))));
}

#[test]
fn a_long_instant_costs_no_more_than_a_look_back() {
    let mut caller = client("f");
    caller.load = burst(20_000, Span::ZERO);
    let mut late = client("f");
    (late.name, late.load) = ("late".into(), at(&[Span::seconds(50)]));
    let mut run = run([function("f", Span::SECOND)], [caller, late]);
    let settings = &mut run.scenario.settings;
    settings.account_concurrency = 1_000_000;
    settings.scale_burst = 1_000_000;
    settings.idle_ttl = Span::seconds(10);
    let recording = record(run);
    let only = |seconds| {
        let moment = Moment::end_of(Instant(Span::seconds(seconds).0));
        let lines = story(&recording, moment, 10);
        let [line] = lines[..] else { panic!("{lines:?}") };
        assert_eq!(line.count, 1 << 14);
        fact(&recording, line)
    };
    assert!(matches!(only(0), Fact::Started { .. }));
    // Then nothing is left within the look-back but environments that go away.
    assert!(matches!(only(20), Fact::EnvironmentRemoved { .. }));
}
