//! The player inside other pages: board, sentence and transport, and nothing that plays by
//! itself.
//!
//! A frame that is shut off has neither workers nor storage, so the run is recorded here,
//! in slices between which the browser can draw. It is downloaded by every page that shows
//! a run, so it draws without the components of the playground: the pictures are the same,
//! and what is around them is small.

mod keys;
mod screen;

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use lambdarium_sim::EVENTS;
use lambdarium_sim::time::{Instant, Moment};
use web_sys::Element;

use crate::desk::Desk;
use crate::effects::{self, Frames, Lesson};
use crate::engine::Player;
use crate::gallery;
use crate::message::{Handed, Refusal};
use crate::shared::Shared;
use crate::snippet;
use crate::texts;
use screen::Screen;

/// Steps between two looks at the time, a millisecond or less.
const STEPS: u32 = 2_000;
/// How long a slice may take; with the drawing after it a frame has 16 ms.
const SLICE_MS: u64 = 8;

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Happening {
    /// A run was opened, or refused.
    Opened,
    /// There is time to record on.
    Record,
    /// So many microseconds passed.
    Tick(u64),
    /// There is more room, or less.
    Resized,
    /// Play on, or stop.
    TogglePlay,
    /// One event on, or back.
    Step(bool),
    /// To the next marker, or the one before.
    ToMarker(bool),
    /// A twentieth of the run on, or back.
    Jump(bool),
    /// To a moment.
    Seek(Moment),
}

/// The player. It lives as long as its page.
#[derive(Clone)]
struct Embed(Rc<RefCell<State>>);

struct State {
    desk: Desk,
    player: Option<Player>,
    screen: Screen,
    recording: Option<Timeout>,
    frames: Option<Frames>,
    /// Open as long as the player lives.
    ears: Vec<EventListener>,
}

/// Starts the player in an element of its page.
pub fn start(root: &Element) {
    if let Some(theme) = effects::asked_theme() {
        effects::set_theme(theme);
    }
    let state = State {
        desk: Desk::new(None, effects::reduced_motion()),
        player: None,
        screen: Screen::new(root),
        recording: None,
        frames: None,
        ears: Vec::new(),
    };
    let embed = Embed(Rc::new(RefCell::new(state)));
    embed.open();
    let opens = embed.clone();
    let on_fragment = effects::on_fragment_change(move || opens.open());
    let resized = embed.clone();
    screen::on_resize(move || resized.happen(Happening::Resized));
    let told = embed.clone();
    let ears = keys::listen(root, move |happening| told.happen(happening));
    embed.0.borrow_mut().ears.extend(ears.into_iter().chain(on_fragment));
}

impl Embed {
    /// Opens what the address names; a lesson once its text is there.
    fn open(&self) {
        let fragment = effects::fragment();
        let needed = gallery::needed(&fragment);
        let embed = self.clone();
        let loaded = move |lesson| {
            // Else the address names another run by now, which is on its way.
            if effects::fragment() == fragment {
                embed.0.borrow_mut().open(&fragment, lesson);
                embed.happen(Happening::Opened);
                embed.go_beyond();
            }
        };
        match needed {
            Some(name) => effects::lesson(name, loaded),
            None => loaded(Ok(None)),
        }
    }

    /// Lets the whole program take over if this one plays no events and the run has some.
    fn go_beyond(&self) {
        let is_beyond =
            |desk: &Desk| desk.refusal.as_ref().is_some_and(|it| it.is_beyond());
        if EVENTS || !is_beyond(&self.0.borrow().desk) {
            return;
        }
        let embed = self.clone();
        let leave = move || {
            let mut state = embed.0.borrow_mut();
            let leaves = is_beyond(&state.desk);
            if leaves {
                state.ears.clear();
            }
            leaves.then(Handed::default)
        };
        let embed = self.clone();
        effects::go_beyond(leave, move || {
            let refusal = Refusal { text: texts::NOT_WHOLE.into(), ..Refusal::default() };
            let mut state = embed.0.borrow_mut();
            state.desk.opening = false;
            state.desk.refusal = Some(Shared::new(refusal));
            drop(state);
            embed.happen(Happening::Opened);
        });
    }

    fn happen(&self, happening: Happening) {
        let mut state = self.0.borrow_mut();
        state.take(happening);
        state.look();
        let State { desk, screen, .. } = &mut *state;
        screen.draw(desk, &playground(desk));
        self.go_on(&mut state);
    }

    /// Records on while there is more, and ticks while something moves.
    fn go_on(&self, state: &mut State) {
        let desk = &state.desk;
        let more = desk.run.is_some() && !desk.is_complete();
        if !more {
            state.recording = None;
        } else if state.recording.is_none() {
            let embed = self.clone();
            let record = move || {
                embed.0.borrow_mut().recording = None;
                embed.happen(Happening::Record);
            };
            state.recording = Some(Timeout::new(0, record));
        }
        if !desk.playing && desk.skipped.is_none() {
            state.frames = None;
        } else if state.frames.is_none() {
            let embed = self.clone();
            state.frames =
                Some(Frames::start(move |us| embed.happen(Happening::Tick(us))));
        }
    }
}

impl State {
    fn take(&mut self, happening: Happening) {
        let desk = &mut self.desk;
        match happening {
            Happening::Record => self.record(),
            Happening::Opened | Happening::Resized => {}
            Happening::Tick(elapsed_us) => desk.advance(elapsed_us),
            Happening::TogglePlay => desk.toggle_play(),
            Happening::ToMarker(forward) => desk.seek_marker(forward),
            Happening::Step(forward) => {
                desk.playing = false;
                let player = self.player.as_ref();
                if let Some(to) = player.and_then(|p| p.step(desk.playhead, forward)) {
                    desk.seek(to);
                }
            }
            Happening::Jump(forward) => {
                let (at, part) = (desk.playhead.at.0, desk.end().0 / 20);
                let on = at.saturating_add(part);
                let to = if forward { on } else { at.saturating_sub(part) };
                desk.seek(Moment::end_of(Instant(to)));
            }
            Happening::Seek(moment) => {
                desk.playing = false;
                desk.seek(moment);
            }
        }
    }

    fn open(&mut self, fragment: &str, lesson: Lesson) {
        let open =
            |lesson: Option<String>| Player::open(fragment, lesson.as_deref(), STEPS);
        match lesson.and_then(open) {
            Ok((player, opened)) => {
                self.player = Some(player);
                self.desk.opened(opened);
            }
            Err(refusal) => {
                self.player = None;
                self.desk = Desk::new(None, self.desk.still);
                self.desk.opening = !EVENTS && refusal.is_beyond();
                self.desk.refusal = Some(Shared::new(refusal));
            }
        }
    }

    fn record(&mut self) {
        let Some(player) = &mut self.player else { return };
        let started = effects::now_ms();
        loop {
            let progress = player.record(STEPS);
            if progress.stop.is_some()
                || effects::now_ms().wrapping_sub(started) >= SLICE_MS
            {
                return self.desk.progressed(progress);
            }
        }
    }

    fn look(&mut self) {
        if let Some(player) = &mut self.player {
            let screen = player.screen(&self.desk.look(), 1);
            self.desk.shown(screen);
        }
    }
}

/// Where the playground shows this very moment; what could not be opened here is
/// explained there.
fn playground(desk: &Desk) -> String {
    let fragment = match &desk.run {
        Some(run) => {
            let selection = desk.selection.as_deref();
            effects::fragment_at(&run.address, desk.playhead, selection)
        }
        None => effects::fragment(),
    };
    format!("{}#{fragment}", snippet::playground_address(&effects::address()))
}
