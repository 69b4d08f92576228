//! What the engine answers.

use super::*;
use crate::gallery::LESSONS;
use crate::message::Refusal;
use lambdarium_sim::time::{Moment, Span};
use lambdarium_sim::trace::Fact;

fn open(engine: &mut Engine, source: Source) -> Answer {
    engine.handle(Slot(0), Ask::Open(source)).expect("an answer")
}

fn opened(fragment: &str) -> (Engine, Opened) {
    let mut engine = Engine::new();
    match open(&mut engine, Source::Link(fragment.into())) {
        Answer::Opened(opened) => (engine, *opened),
        other => panic!("{fragment}: {other:?}"),
    }
}

fn refused(source: Source) -> Refusal {
    match open(&mut Engine::new(), source) {
        Answer::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

fn look(at_us: u64) -> Ask {
    let moment = Moment::end_of(Instant(at_us));
    Ask::Look(Look { moment, glide: Span::millis(300), tokens_max: 200 })
}

#[test]
fn an_empty_address_opens_the_first_lesson() {
    let (_, opened) = opened("");
    assert_eq!(opened.address, format!("e={}", LESSONS[0].name));
    assert!(opened.progress.stop.is_some(), "lessons are short");
    assert!(!opened.callers.is_empty() && !opened.functions.is_empty());
}

#[test]
fn every_lesson_opens_and_tells_a_story() {
    for stored in LESSONS {
        let (mut engine, opened) = opened(&format!("e={}", stored.name));
        let end = opened.progress.reached.0;
        let Some(Answer::Screen(screen)) = engine.handle(Slot(0), look(end)) else {
            panic!("no screen of {}", stored.name);
        };
        let story = screen.story.expect("the first screen tells the story");
        assert!(story.len() > 2, "{}: {story:?}", stored.name);
        assert!(opened.progress.pace > Span::ZERO, "{}", stored.name);
    }
}

#[test]
fn a_link_opens_the_same_run_at_the_same_moment() {
    let (mut engine, _) = opened("e=cold-start");
    let moment = Some(Moment { at: Instant(60_000_000), step: 7 });
    let ask = Ask::Link { moment, selection: Some("thumbnail".into()) };
    let Some(Answer::Link(Ok(fragment))) = engine.handle(Slot(0), ask) else {
        panic!("no link");
    };
    let (again, opened) = opened(&fragment);
    assert_eq!(opened.moment, moment);
    assert_eq!(opened.selection.as_deref(), Some("thumbnail"));
    let runs = [&engine, &again].map(|e| e.recording(Slot(0)).map(Recording::run));
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn what_cannot_be_opened_leaves_the_last_run_open() {
    let (mut engine, _) = opened("");
    let before = engine.recording(Slot(0)).map(|r| r.run().clone());
    let broken = Source::Link("s=1.d.broken!".into());
    assert!(matches!(open(&mut engine, broken), Answer::Refused(_)));
    assert_eq!(engine.recording(Slot(0)).map(|r| r.run().clone()), before);
}

#[test]
fn refusals_say_what_is_wrong() {
    let newer = refused(Source::Link("s=9.d.AAAA".into()));
    assert!(newer.text.contains("newer"), "{newer:?}");
    let unknown = refused(Source::Link("e=nothing-like-it".into()));
    assert!(unknown.text.contains("nothing-like-it"), "{unknown:?}");
    let three = r#"{"lambdarium":1,"functions":{"f":{"memory":1,"timeout":"901s"}},
        "callers":{"c":{"kind":"sdk","calls":"g"}}}"#;
    let three = refused(Source::Text(three.into()));
    assert!(!three.issues.is_empty(), "{three:?}");
}

#[test]
fn everything_wrong_with_a_link_is_said_whatever_comes_first() {
    let both = refused(Source::Link("t=later&s=1.d.!!!!".into()));
    assert!(both.text.contains("t=later"), "{both:?}");
    assert!(both.text.contains("letters that do not belong there"), "{both:?}");
    let (_, opened) = opened("utm_s=1&phone=2");
    assert_eq!(opened.address, format!("e={}", LESSONS[0].name));
}

#[test]
fn the_story_is_told_again_only_when_it_changed() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let told = |answer| match answer {
        Some(Answer::Screen(screen)) => screen.story.is_some(),
        other => panic!("{other:?}"),
    };
    assert!(told(engine.handle(Slot(0), look(100_000))));
    assert!(!told(engine.handle(Slot(0), look(100_001))));
    assert!(told(engine.handle(Slot(0), look(5_000_000))));
}

#[test]
fn a_chain_of_causes_ends_where_it_began() {
    let (mut engine, _) = opened("e=reserved-concurrency");
    let recording = engine.recording(Slot(0)).expect("a recording");
    let throttled = recording
        .log()
        .iter()
        .position(|entry| matches!(entry.fact, Fact::Throttled { .. }))
        .expect("somebody is throttled");
    let entry = u32::try_from(throttled).expect("a short trace");
    let Some(Answer::Why { chain, .. }) = engine.handle(Slot(0), Ask::Why { entry })
    else {
        panic!("no chain");
    };
    assert!(chain[0].rule.starts_with("CON-"), "{chain:?}");
    assert!(chain.last().is_some_and(|root| root.text.contains("load of shop")));
}
