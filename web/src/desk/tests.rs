//! What the desk does, action by action.

use super::*;
use crate::message::{ActText, FunctionText, Handed, Marker, Screen};
use crate::pack::Whole;
use crate::texts;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::trace::Stop;
use lambdarium_sim::view::{self, Look};

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
fn the_time_is_written_ten_times_a_second_and_exactly_at_rest() {
    let mut desk = act(&desk(10, &[]), Action::TogglePlay);
    let mut written = Vec::new();
    for _ in 0..8 {
        desk = tick(&desk, 40);
        written.push(desk.written().0 / 1_000);
    }
    assert_eq!(written, [0, 0, 120, 120, 120, 240, 240, 240]);
    desk = act(&desk, Action::Seek(Moment::end_of(Instant(5_000_000))));
    assert_eq!(desk.written(), desk.playhead.at, "a seek shows at once");
    desk = act(&tick(&desk, 40), Action::TogglePlay);
    assert_eq!(desk.written(), desk.playhead.at, "so does a pause");
}

/// The engine's answer after something happened at so many ms.
fn shown(desk: &Rc<Desk>, last_ms: u64, story: Option<Vec<StoryLine>>) -> Rc<Desk> {
    let last_at = Some(Instant(last_ms * 1_000));
    let mut recording = Recording::of(Run::default()).expect("an empty run");
    let moment = Moment::end_of(Instant::START);
    let look = Look { moment, glide: Span::ZERO, tokens_max: 0 };
    let frame = view::frame(&mut recording, &look);
    let screen = Screen { frame, next_at: None, last_at, story };
    act(desk, Action::Answered(Box::new(Answer::Screen(Box::new(screen)))))
}

#[test]
fn the_story_is_told_at_once_after_a_pause_and_else_not_too_often() {
    let desk = act(&desk(60, &[]), Action::TogglePlay);
    let desk = shown(&tick(&tick(&desk, 200), 200), 0, Some(Vec::new()));
    let quiet = shown(&tick(&tick(&desk, 200), 200), 0, None);
    assert_eq!(quiet.lines(), 0, "nothing has happened since");
    let happened = shown(&quiet, 790, None);
    assert!(happened.lines() > 0, "it is told at once");
    let told = shown(&happened, 790, Some(Vec::new()));
    let soon = shown(&tick(&told, 200), 900, None);
    assert_eq!(soon.lines(), 0, "nobody would have read the last lines yet");
    let later = shown(&tick(&soon, 200), 900, None);
    assert!(later.lines() > 0);
    assert!(act(&soon, Action::TogglePlay).lines() > later.lines(), "all of it at rest");
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

#[test]
fn a_list_of_lessons_that_did_not_come_is_asked_for_again_with_the_gallery() {
    let mut desk = act(&desk(10, &[]), Action::Open(Dialog::Gallery));
    assert_eq!(desk.gallery, None, "it is to be loaded");
    for nothing in [None, Some("<!doctype html>\n<title>Not found</title>".into())] {
        desk = act(&desk, Action::Gallery(nothing));
        assert!(desk.gallery.as_ref().is_some_and(|list| list.is_empty()));
        desk = act(&desk, Action::Open(Dialog::Gallery));
        assert_eq!(desk.gallery, None);
    }
    desk = act(&desk, Action::Gallery(Some(gallery::LIST.into())));
    let loaded = desk.gallery.clone();
    desk = act(&act(&desk, Action::Close), Action::Open(Dialog::Gallery));
    assert!(loaded.is_some_and(|list| !list.is_empty()));
    assert!(desk.gallery.as_ref().is_some_and(|list| list.starts_with(gallery::FIRST)));
}

#[test]
fn a_lesson_that_did_not_come_leaves_the_run_and_its_way_back() {
    let mut desk = act(&desk(10, &[]), answer("e=a", false, None));
    desk = act(&desk, answer("s=1", true, None));
    let run = desk.run.clone();
    desk = act(&desk, Action::Opening);
    let text = texts::NO_LESSON.into();
    let refused = Answer::Refused(Refusal { text, ..Refusal::default() });
    desk = act(&desk, Action::Answered(Box::new(refused)));
    assert!(!desk.opening && desk.refusal.is_some());
    assert_eq!(desk.run, run);
    desk = act(&desk, Action::Travel { back: true });
    assert_eq!(desk.wanted.as_deref(), Some(&link("e=a")));
}

/// A run with acts at these seconds.
fn with_acts(seconds: &[u64]) -> Opened {
    let acts = seconds.iter().map(|s| ActText {
        at: Instant(s * 1_000_000),
        label: format!("Act{s}"),
        ..ActText::default()
    });
    Opened { acts: acts.collect(), ..Opened::default() }
}

fn move_act(number: u32, s: u64) -> Action {
    Action::Edited(Edit::MoveAct { number, at: Instant(s * 1_000_000) })
}

#[test]
fn an_act_that_was_moved_past_another_is_the_one_that_is_selected() {
    let mut desk = desk(10, &[]);
    Rc::make_mut(&mut desk).run = Some(Shared::new(with_acts(&[2, 5])));
    let moving = act(&desk, move_act(0, 7));
    assert_eq!(moving.dragged, Some((0, Instant(7_000_000))), "it is there already");
    let mut changed = with_acts(&[5, 7]);
    changed.kept = true;
    changed.acts[1].label = "Act2".into();
    let moved = act(&moving, Action::Answered(Box::new(Answer::Opened(changed.into()))));
    assert_eq!((moved.dragged, moved.act), (None, Some(1)));
}

#[test]
fn an_act_that_cannot_be_moved_is_put_back_and_it_is_said_why() {
    let mut desk = desk(10, &[]);
    Rc::make_mut(&mut desk).run = Some(Shared::new(with_acts(&[2])));
    let refused = Answer::Rejected(vec![IssueText::default()]);
    let desk = act(&act(&desk, move_act(0, 7)), Action::Answered(Box::new(refused)));
    assert_eq!((desk.dragged, desk.tab), (None, Tab::Settings));
    assert!(desk.rejected.is_some());
}

#[test]
fn escape_puts_an_act_back_before_it_clears_the_selection() {
    let mut desk = act(&desk(10, &[]), Action::Select(Some("a".into())));
    desk = act(&desk, Action::Drag(Some((0, Instant(3_000_000)))));
    desk = act(&desk, Action::Leave);
    assert_eq!((desk.dragged, desk.selection.as_deref()), (None, Some("a")));
    assert_eq!(act(&desk, Action::Leave).selection, None);
}

/// The answer to an edit, or to a link that was opened.
fn answer(address: &str, kept: bool, draft: Option<u32>) -> Action {
    let progress = Progress {
        reached: Instant(9_000_000),
        stop: Some(Stop::Quiet),
        ..Progress::default()
    };
    let opened = Opened {
        address: address.into(),
        title: "T".into(),
        functions: vec![FunctionText { name: "f".into(), ..FunctionText::default() }],
        kept,
        draft,
        progress,
        ..Opened::default()
    };
    Action::Answered(Box::new(Answer::Opened(Box::new(opened))))
}

fn link(address: &str) -> Source {
    Source::Link(address.into())
}

fn typed(text: &str) -> Action {
    Action::Text(Doing::Typed(text.into()))
}

fn text_of_run(text: &str) -> Action {
    Action::Answered(Box::new(Answer::Text(text.into())))
}

/// A lesson with its text open.
fn reading() -> Rc<Desk> {
    let mut desk = Rc::new(Desk::new(None, false));
    for action in [answer("e=a", false, None), Action::Text(Doing::Toggle)] {
        desk = act(&desk, action);
    }
    assert!(desk.lacks_text());
    act(&desk, text_of_run("{1}"))
}

#[test]
fn what_is_typed_becomes_the_run_and_playhead_selection_and_tab_stay() {
    let mut desk = reading();
    assert_eq!(desk.text.shown().as_deref().map(String::as_str), Some("{1}"));
    for action in [
        Action::Seek(Moment { at: Instant(5_000_000), step: 3 }),
        Action::Select(Some("f".into())),
        Action::Show(Tab::Now),
        Action::Text(Doing::Typing),
        typed("{2}"),
    ] {
        desk = act(&desk, action);
    }
    assert!(desk.text.is_ahead());
    let number = desk.text.handed_in;
    desk = act(&desk, answer("s=2", true, number));
    assert!(
        !desk.text.is_ahead() && !desk.lacks_text(),
        "the text is known: it was typed"
    );
    assert_eq!(desk.text.of_run.as_deref().map(String::as_str), Some("{2}"));
    assert_eq!(desk.playhead, Moment { at: Instant(5_000_000), step: 3 });
    assert_eq!((desk.selection.as_deref(), desk.tab), (Some("f"), Tab::Now));

    // A part that is gone is no longer selected.
    let desk = act(&desk, Action::Select(Some("g".into())));
    assert_eq!(act(&desk, answer("s=3", true, None)).selection, None);
}

#[test]
fn mistakes_keep_the_run_and_the_draft() {
    let mut desk = act(&reading(), typed("{"));
    let run = desk.run.clone();
    let draft = desk.text.handed_in.expect("it is handed in");
    let mistake =
        crate::message::Mistake { issue: IssueText::default(), spot: Default::default() };
    let mistakes = Answer::Mistakes { draft, mistakes: vec![mistake] };
    desk = act(&desk, Action::Answered(Box::new(mistakes.clone())));
    assert_eq!((desk.text.mistakes.len(), desk.run.clone()), (1, run));
    assert!(desk.refusal.is_none(), "it is said in the pane");
    // The board changes meanwhile: the draft is not touched.
    desk = act(&desk, answer("s=3", true, None));
    desk = act(&desk, text_of_run("{3}"));
    assert_eq!(desk.text.shown().as_deref().map(String::as_str), Some("{"));
    desk = act(&desk, Action::Text(Doing::Discard));
    assert_eq!(desk.text.shown().as_deref().map(String::as_str), Some("{3}"));
    assert!(desk.text.mistakes.is_empty());
    // An answer to what was thrown away says nothing.
    desk = act(&desk, Action::Answered(Box::new(mistakes)));
    assert!(desk.text.mistakes.is_empty());
}

#[test]
fn an_answer_to_an_older_draft_does_not_take_the_newer_one() {
    let mut desk = act(&reading(), typed("{2}"));
    let first = desk.text.handed_in;
    desk = act(&desk, typed("{3}"));
    desk = act(&desk, answer("s=2", true, first));
    assert_eq!(desk.text.shown().as_deref().map(String::as_str), Some("{3}"));
    assert!(desk.text.is_ahead());
    desk = act(&desk, answer("s=3", true, desk.text.handed_in));
    assert_eq!(desk.text.of_run.as_deref().map(String::as_str), Some("{3}"));
    // Typing back to what the run is asks for nothing.
    desk = act(&desk, typed("{3}"));
    assert!(!desk.text.is_ahead() && desk.text.handed_in.is_none());
}

#[test]
fn undo_asks_for_the_run_before_even_across_lessons() {
    let mut desk = reading();
    for (address, kept) in [("s=1", true), ("s=2", true), ("e=b", false)] {
        desk = act(&desk, answer(address, kept, None));
    }
    assert_eq!(desk.wanted, None);
    desk = act(&desk, Action::Travel { back: true });
    assert_eq!(desk.wanted.as_deref(), Some(&link("s=2")));
    let before = desk.wanted.clone();
    desk = act(&desk, answer("s=2", true, None));
    desk = act(&desk, Action::Travel { back: false });
    assert_eq!(desk.wanted.as_deref(), Some(&link("e=b")));
    assert_ne!(desk.wanted, before, "each step asks anew");
    desk = act(&desk, answer("e=b", true, None));
    desk = act(&desk, Action::Travel { back: true });
    assert_eq!(desk.wanted.as_deref(), Some(&link("s=2")));
    assert_ne!(desk.wanted, before, "also for what was asked for before");
}

#[test]
fn only_what_was_changed_here_is_kept_for_the_next_visit() {
    let mut desk = act(&Rc::new(Desk::new(None, false)), answer("s=other", false, None));
    assert_eq!(desk.keeping.kept, None, "somebody else's link");
    desk = act(&desk, answer("s=mine", true, None));
    let kept = Kept { title: "T".into(), source: link("s=mine"), changed: true };
    assert_eq!(desk.keeping.kept.as_deref(), Some(&kept));
    assert_eq!(desk.to_go_on_with(), None, "it is open");
    desk = act(&desk, answer("e=a", false, None));
    assert_eq!(
        desk.to_go_on_with().as_deref(),
        Some(&kept),
        "a lesson does not replace it"
    );
    // Undone to the end, there is nothing of one's own.
    desk = act(&desk, answer("e=a", true, None));
    assert_eq!(desk.keeping.kept, None);
}

#[test]
fn a_run_too_large_for_an_address_is_kept_as_text() {
    let mut desk = act(&reading(), answer("", true, None));
    assert!(desk.lacks_text());
    desk = act(&desk, text_of_run("{\"large\": 1}"));
    let kept = desk.keeping.kept.as_deref().map(|kept| kept.source.clone());
    assert_eq!(kept, Some(Source::Text("{\"large\": 1}".into())));
}

#[test]
fn a_worker_that_dies_is_started_again_with_the_run_but_not_in_a_circle() {
    let died = |now_ms| Action::Died { why: "out of memory".into(), now_ms };
    let mut desk = act(&reading(), answer("s=1", true, None));
    desk = act(&desk, Action::Seek(Moment::end_of(Instant(4_000_000))));
    desk = act(&desk, died(1_000_000));
    assert_eq!((desk.worker.starts, desk.wanted.as_deref()), (1, Some(&link("s=1"))));
    desk = act(&desk, answer("s=1", true, None));
    let said = desk.refusal.as_deref().map(|refusal| refusal.text.clone());
    assert!(
        said.as_deref().is_some_and(|said| said.contains("out of memory")),
        "{said:?}"
    );
    assert_eq!(at_ms(&desk), 4_000);
    // Much later it may happen again.
    let before = desk.wanted.clone();
    desk = act(&desk, died(2_000_000));
    assert_eq!((desk.worker.starts, desk.worker.given_up), (2, false));
    assert_ne!(desk.wanted, before, "the same run is asked for anew");
    desk = act(&desk, answer("s=1", true, None));
    // Soon after, on the same run: enough.
    desk = act(&desk, died(2_002_000));
    assert_eq!((desk.worker.starts, desk.worker.given_up), (2, true));
    assert!(desk.refusal.is_some() && desk.run.is_some());
    // On another run, it is worth another try.
    desk = act(&desk, answer("s=2", true, None));
    desk = act(&desk, died(2_004_000));
    assert_eq!((desk.worker.starts, desk.wanted.as_deref()), (3, Some(&link("s=2"))));
}

#[test]
fn a_worker_that_dies_at_the_start_opens_a_lesson_once() {
    let died = |now_ms| Action::Died { why: String::new(), now_ms };
    let mut desk = act(&Rc::new(Desk::new(None, false)), died(1));
    assert_eq!((desk.worker.starts, desk.wanted.as_deref()), (1, Some(&link(""))));
    desk = act(&desk, died(200));
    assert!(desk.worker.given_up && !desk.opening && desk.refusal.is_some());
}

#[test]
fn a_list_behind_a_fate_is_wanted_where_it_is_seen_and_while_nothing_moves() {
    let mut desk = act(&desk(60, &[]), Action::ToggleFate(Fate::Lost));
    assert_eq!(desk.listed(), None, "another tab is shown");
    desk = act(&desk, Action::Show(Tab::Now));
    assert_eq!(desk.listed(), Some(Fate::Lost));
    let list = FateList { more: true, ..FateList::default() };
    let answer = |which| Answer::Fate { which, list: Whole(list.clone()) };
    let other = act(&desk, Action::Answered(Box::new(answer(Fate::Once))));
    assert_eq!(other.fate, Some((Fate::Lost, None)), "that was asked before");
    desk = act(&desk, Action::Answered(Box::new(answer(Fate::Lost))));
    let told = desk.fate.as_ref().and_then(|(_, told)| told.as_deref());
    assert_eq!(told, Some(&list));
    assert_eq!(act(&desk, Action::TogglePlay).listed(), None);
    assert_eq!(act(&desk, Action::ToggleFate(Fate::Lost)).fate, None);
}

#[test]
fn expectations_are_judged_once_for_each_run() {
    let expecting = || {
        let progress = Progress { stop: Some(Stop::Quiet), ..Progress::default() };
        let expect = vec!["Errors = 0".to_string()];
        let opened = Opened { expect, progress, ..Opened::default() };
        Action::Answered(Box::new(Answer::Opened(Box::new(opened))))
    };
    let empty = desk(60, &[]);
    assert!(!empty.is_unjudged(), "it expects nothing");
    let desk = act(&empty, expecting());
    assert!(desk.is_unjudged());
    let answer = Answer::Judged(Whole(vec![Judged::default()]));
    let desk = act(&desk, Action::Answered(Box::new(answer)));
    assert!(!desk.is_unjudged());
    assert!(act(&desk, expecting()).is_unjudged(), "another run, another verdict");
}

#[test]
fn a_change_that_another_program_makes_leaves_the_settings_shown() {
    let handed = |ask| {
        let handed = Handed { ask: Some(ask), ..Handed::default() };
        Desk::new(None, false).with_handed(handed).tab
    };
    let (deed, function) = ("Send one".to_string(), "f".to_string());
    let edit = Edit::Act { at: Instant::START, deed, function };
    assert_eq!(handed(Ask::Edit(edit)), Tab::Settings);
    let write = Ask::Write { text: String::new(), draft: 1 };
    assert_eq!(handed(write), Tab::Story);
}
