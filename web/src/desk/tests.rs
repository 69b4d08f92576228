//! What the desk does, action by action.

use super::*;
use crate::message::{ActText, Marker};
use lambdarium_sim::trace::Stop;

fn desk(end_s: u64, markers: &[u64]) -> Rc<Desk> {
    let markers = markers
        .iter()
        .map(|s| Marker { at: Instant(s * 1_000_000), ..Marker::default() });
    let progress = Progress {
        reached: Instant(end_s * 1_000_000),
        stop: Some(Stop::Quiet),
        pace: Span::millis(1_500),
        ..Progress::default()
    };
    let opened = Opened { markers: markers.collect(), progress, ..Opened::default() };
    act(
        &Rc::new(Desk::new(None, false)),
        Action::Answered(Box::new(Answer::Opened(Box::new(opened)))),
    )
}

fn act(desk: &Rc<Desk>, action: Action) -> Rc<Desk> {
    Rc::clone(desk).reduce(action)
}

fn tick(desk: &Rc<Desk>, ms: u64) -> Rc<Desk> {
    act(desk, Action::Tick { elapsed_us: ms * 1_000 })
}

fn at_ms(desk: &Desk) -> u64 {
    desk.playhead.at.0 / 1_000
}

#[test]
fn a_run_opens_paused_at_a_speed_that_shows_it() {
    let desk = desk(60, &[]);
    assert!(!desk.playing);
    assert_eq!(SPEEDS[desk.speed], 1_000);
}

#[test]
fn playing_moves_the_playhead_and_stops_at_the_end() {
    let mut desk = act(&desk(1, &[]), Action::TogglePlay);
    for _ in 0..4 {
        desk = tick(&desk, 200);
    }
    assert_eq!(at_ms(&desk), 800);
    desk = tick(&tick(&desk, 200), 200);
    assert_eq!((at_ms(&desk), desk.playing), (1_000, false));
    desk = act(&desk, Action::TogglePlay);
    assert_eq!((at_ms(&desk), desk.playing), (0, true), "playing again starts over");
}

#[test]
fn playing_pauses_at_a_marker_and_goes_on_from_there() {
    let mut desk = act(&desk(10, &[0, 1]), Action::TogglePlay);
    assert_eq!(desk.marker(), Some(0));
    for _ in 0..6 {
        desk = tick(&desk, 200);
    }
    assert_eq!((at_ms(&desk), desk.playing, desk.marker()), (1_000, false, Some(1)));
    desk = tick(&act(&desk, Action::TogglePlay), 200);
    assert_eq!((at_ms(&desk), desk.playing), (1_200, true));
}

#[test]
fn quiet_time_is_run_through_and_said() {
    let mut desk = desk(100, &[]);
    Rc::make_mut(&mut desk).around = (Some(Instant(60_000_000)), None);
    desk = tick(&act(&desk, Action::TogglePlay), 20);
    assert!(desk.skipped.is_some_and(|(span, _)| span > Span::seconds(59)));
    desk = tick(&tick(&desk, 230), 230);
    assert_eq!(at_ms(&desk), 60_000 - 150);
    let patient = act(&self::desk(100, &[]), Action::ToggleSkipQuiet);
    let patient = tick(&tick(&act(&patient, Action::TogglePlay), 200), 200);
    assert_eq!(at_ms(&patient), 400);
}

#[test]
fn who_wants_no_motion_sees_requests_jump() {
    assert!(Desk::new(None, false).look().glide > Span::ZERO);
    assert_eq!(Desk::new(None, true).look().glide, Span::ZERO);
}

#[test]
fn a_refusal_keeps_the_last_run() {
    let desk = desk(10, &[]);
    let refused = Answer::Refused(Refusal { text: "no".into(), ..Refusal::default() });
    let desk = act(&desk, Action::Answered(Box::new(refused)));
    assert!(desk.run.is_some() && desk.refusal.is_some());
    assert!(act(&desk, Action::Dismiss).refusal.is_none());
}

#[test]
fn seeking_stays_within_the_run_and_steps_stay_exact() {
    let desk = desk(10, &[3, 6]);
    let far = act(&desk, Action::Seek(Moment::end_of(Instant(99_000_000))));
    assert_eq!(at_ms(&far), 10_000);
    let inside = Moment { at: Instant(2_000_000), step: 7 };
    let stepped = act(&desk, Action::Answered(Box::new(Answer::Moment(Some(inside)))));
    assert_eq!(stepped.playhead, inside);
    let marker = act(&stepped, Action::ToMarker { forward: true });
    assert_eq!(at_ms(&marker), 3_000);
    let back = act(&marker, Action::ToMarker { forward: false });
    assert_eq!(at_ms(&back), 0);
}

#[test]
fn selecting_an_act_goes_to_it_and_clearing_stays_there() {
    let mut desk = desk(10, &[]);
    let act_at =
        |at| ActText { at: Instant(at), label: "Invoke".into(), ..ActText::default() };
    let opened = Opened { acts: vec![act_at(2_000_000)], ..Opened::default() };
    Rc::make_mut(&mut desk).run = Some(Shared::new(opened));
    let selected = act(&act(&desk, Action::TogglePlay), Action::SelectAct(Some(0)));
    let seen = (at_ms(&selected), selected.playing, selected.act);
    assert_eq!(seen, (2_000, false, Some(0)));
    let cleared = act(&selected, Action::SelectAct(None));
    assert_eq!((at_ms(&cleared), cleared.act), (2_000, None));
    assert_eq!(at_ms(&act(&selected, Action::SelectAct(Some(7)))), 2_000);
}
