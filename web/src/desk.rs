//! The desk: everything the page remembers. Pure; what it means for the world outside,
//! the worker, the address bar and the clock, follows from it in `effects`.
//!
//! Units: the playhead is simulated time; a tick brings elapsed real time. Both are in
//! microseconds, and the speed is in thousandths.

use std::rc::Rc;

use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::view::{Frame, Lanes, Look};
use yew::Reducible;

use crate::message::{Answer, Cause, Lesson, Opened, Progress, Refusal, StoryLine};
use crate::shared::Shared;

/// Speeds that can be chosen, in thousandths: 0.001x to 10,000x.
pub const SPEEDS: [u64; 22] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000,
    100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
];
const SPEED_ONE: usize = 9;

/// How long a typical run takes on screen at the speed a run opens with, in real µs.
const PACE_US: u64 = 1_200_000;
/// How long a token glides along a wire, in real µs.
const GLIDE_US: u64 = 500_000;
/// A pause longer than this is quiet, in real µs.
const QUIET_US: u64 = 1_500_000;
/// How long running through quiet time takes, in real µs.
const SKIP_US: u64 = 450_000;
/// How long before the next event a skip ends, in real µs.
const LEAD_US: u64 = 150_000;
/// How long it is said that time was skipped, in real µs.
const SAID_US: u64 = 1_400_000;
/// Longest tick taken at its word: a page in the background is not played on.
const TICK_MAX_US: u64 = 250_000;
/// Most tokens drawn one by one.
pub const TOKENS_MAX: u32 = 200;

/// A dialog over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The link to this run.
    Share,
    /// The lessons.
    Gallery,
    /// The keys.
    Help,
}

/// What the panel on the right shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What has happened.
    #[default]
    Story,
    /// The state at the playhead.
    Now,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark letters on a light ground.
    Light,
    /// Light letters on a dark ground.
    Dark,
}

/// A run through quiet time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Skip {
    from: Instant,
    to: Instant,
    elapsed_us: u64,
}

/// Everything the page remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    /// The run that is open.
    pub run: Option<Shared<Opened>>,
    /// How far it is recorded.
    pub progress: Shared<Progress>,
    /// What could not be opened.
    pub refusal: Option<Shared<Refusal>>,
    /// The lessons.
    pub gallery: Shared<Vec<Lesson>>,
    /// Whether something is being opened.
    pub opening: bool,
    /// The last screen.
    pub frame: Option<Shared<Frame>>,
    /// When the next thing happens after the last screen, and when the last one did.
    pub around: (Option<Instant>, Option<Instant>),
    /// The story up to the playhead.
    pub story: Shared<Vec<StoryLine>>,
    /// The whole run.
    pub lanes: Option<Shared<Lanes>>,
    /// Where the playhead is.
    pub playhead: Moment,
    /// Whether it moves.
    pub playing: bool,
    /// How fast, as a place in [`SPEEDS`].
    pub speed: usize,
    /// Whether the speed was chosen by a person.
    speed_chosen: bool,
    /// Whether quiet time is run through.
    pub skip_quiet: bool,
    skip: Option<Skip>,
    /// How much time was skipped, while it is said; and for how long it still is.
    pub skipped: Option<(Span, u64)>,
    /// The part that is selected, by its name.
    pub selection: Option<String>,
    /// What the panel shows.
    pub tab: Tab,
    /// The entry whose causes are open, and the causes once they are known.
    pub why: Option<(u32, Option<Shared<Vec<Cause>>>)>,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// Whether the link of the dialog carries the playhead.
    pub link_moment: bool,
    /// The link of the dialog, once it is known.
    pub link: Option<Result<String, String>>,
    /// The theme somebody chose; none follows the system.
    pub theme: Option<Theme>,
    /// Whether requests jump from place to place instead of gliding.
    pub still: bool,
}

/// What can happen to the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Play on, or stop.
    TogglePlay,
    /// Stop.
    Pause,
    /// Real time passed.
    Tick {
        /// So much.
        elapsed_us: u64,
    },
    /// Put the playhead somewhere.
    Seek(Moment),
    /// To the next marker, or the one before.
    ToMarker {
        /// The next one.
        forward: bool,
    },
    /// Faster or slower, by so many places.
    SpeedBy(isize),
    /// At the speed with this place.
    Speed(usize),
    /// Run through quiet time, or not.
    ToggleSkipQuiet,
    /// Select a part; none clears the selection.
    Select(Option<String>),
    /// Show this in the panel.
    Show(Tab),
    /// Open the causes of an entry, or close them.
    ToggleWhy(u32),
    /// Open a dialog.
    Open(Dialog),
    /// Close the dialog.
    Close,
    /// With or without the playhead.
    ToggleLinkMoment,
    /// Take this theme.
    Theme(Theme),
    /// Something is being opened.
    Opening,
    /// It could not even be asked for.
    Failed(Refusal),
    /// No longer show what could not be opened.
    Dismiss,
    /// The engine answered.
    Answered(Box<Answer>),
}

impl Desk {
    /// An empty desk, for somebody who wants this theme, and no motion if `still`.
    #[must_use]
    pub fn new(theme: Option<Theme>, still: bool) -> Self {
        Self {
            speed: SPEED_ONE,
            skip_quiet: true,
            link_moment: true,
            opening: true,
            theme,
            still,
            ..Self::default()
        }
    }

    /// The end of what is recorded.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.progress.reached
    }

    /// Whether the whole run is recorded.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.progress.stop.is_some()
    }

    /// Where the engine should look.
    #[must_use]
    pub fn look(&self) -> Look {
        let glide = if self.still { Span::ZERO } else { self.simulated(GLIDE_US) };
        Look { moment: self.playhead, glide, tokens_max: TOKENS_MAX }
    }

    /// The last marker at or before the playhead, by its place.
    #[must_use]
    pub fn marker(&self) -> Option<usize> {
        let markers = &self.run.as_ref()?.markers;
        markers.iter().rposition(|marker| marker.at <= self.playhead.at)
    }

    /// How much is simulated in so much real time.
    fn simulated(&self, real_us: u64) -> Span {
        let us = u128::from(real_us) * u128::from(SPEEDS[self.speed]) / 1_000;
        Span(u64::try_from(us).unwrap_or(u64::MAX))
    }

    fn seek(&mut self, moment: Moment) {
        self.playhead = Moment { at: moment.at.min(self.end()), ..moment };
        self.skip = None;
        self.skipped = None;
    }

    fn advance(&mut self, elapsed_us: u64) {
        let elapsed_us = elapsed_us.min(TICK_MAX_US);
        self.skipped = self
            .skipped
            .and_then(|(span, left)| Some((span, left.checked_sub(elapsed_us)?)));
        if !self.playing {
            return;
        }
        let before = self.playhead.at;
        let mut at = match &mut self.skip {
            Some(skip) => {
                skip.elapsed_us += elapsed_us;
                let (done, whole) = (skip.elapsed_us.min(SKIP_US), SKIP_US);
                let way = skip.to.since(skip.from).0;
                let passed = u128::from(way) * u128::from(done) / u128::from(whole);
                let at = skip.from.plus(Span(u64::try_from(passed).unwrap_or(way)));
                if done == whole {
                    self.skip = None;
                }
                at
            }
            None => before.plus(self.simulated(elapsed_us)),
        };
        if let Some(marker) = self.marker_between(before, at) {
            at = marker;
            self.playing = false;
            self.skip = None;
        }
        if at >= self.end() {
            at = self.end();
            self.playing = self.playing && !self.is_complete();
            self.skip = None;
        }
        self.playhead = Moment::end_of(at);
        self.begin_skip();
    }

    /// The first marker after one instant and up to another.
    fn marker_between(&self, after: Instant, to: Instant) -> Option<Instant> {
        let markers = &self.run.as_ref()?.markers;
        markers.iter().map(|marker| marker.at).find(|at| *at > after && *at <= to)
    }

    /// Runs through the time up to the next event, if that is long and nothing moves.
    fn begin_skip(&mut self) {
        let (Some(next), last) = self.around else { return };
        let now = self.playhead.at;
        if !self.playing || !self.skip_quiet || self.skip.is_some() || next <= now {
            return;
        }
        let marker = self.marker_between(now, next);
        let to = marker.unwrap_or(next);
        let calm = last.is_none_or(|last| now.since(last) >= self.simulated(GLIDE_US));
        let lead = if marker.is_some() { 0 } else { self.simulated(LEAD_US).0 };
        if calm && to.since(now) > self.simulated(QUIET_US) {
            let to = Instant(to.0.saturating_sub(lead));
            self.skip = Some(Skip { from: now, to, elapsed_us: 0 });
            self.skipped = Some((to.since(now), SAID_US));
        }
    }

    fn seek_marker(&mut self, forward: bool) {
        let Some(run) = &self.run else { return };
        let now = self.playhead.at;
        let times = || run.markers.iter().map(|marker| marker.at);
        let to = if forward {
            times().find(|at| *at > now).unwrap_or(self.end())
        } else {
            times().rev().find(|at| *at < now).unwrap_or(Instant::START)
        };
        self.playing = false;
        self.seek(Moment::end_of(to));
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Opened(opened) => self.opened(*opened),
            Answer::Refused(mut refusal) => {
                self.opening = false;
                self.gallery = Shared::new(std::mem::take(&mut refusal.gallery));
                self.refusal = Some(Shared::new(refusal));
            }
            Answer::Progress(progress) => {
                self.progress = Shared::new(progress);
                self.take_pace();
            }
            Answer::Screen(screen) => {
                self.around = (screen.next_at, screen.last_at);
                self.frame = Some(Shared::new(screen.frame));
                if let Some(story) = screen.story {
                    self.story = Shared::new(story);
                }
            }
            Answer::Lanes(lanes) => self.lanes = Some(Shared::new(*lanes)),
            Answer::Moment(moment) => {
                if let Some(moment) = moment {
                    self.seek(moment);
                }
            }
            Answer::Why { entry, chain } => {
                if let Some((open, causes)) = &mut self.why
                    && *open == entry
                {
                    *causes = Some(Shared::new(chain));
                }
            }
            Answer::Link(link) => self.link = Some(link),
        }
    }

    fn opened(&mut self, mut opened: Opened) {
        let moment = opened.moment.unwrap_or(Moment::end_of(Instant::START));
        self.progress = Shared::new(std::mem::take(&mut opened.progress));
        self.refusal = None;
        if !opened.problems.is_empty() {
            let text = opened.problems.join(" ");
            self.refusal =
                Some(Shared::new(Refusal { text, opened: true, ..Refusal::default() }));
        }
        self.opening = false;
        self.frame = None;
        self.lanes = None;
        self.around = (None, None);
        self.story = Shared::default();
        self.why = None;
        self.dialog = None;
        self.playing = false;
        self.speed_chosen = false;
        self.selection = opened.selection.take();
        self.gallery = Shared::new(std::mem::take(&mut opened.gallery));
        self.run = Some(Shared::new(opened));
        self.take_pace();
        self.seek(moment);
    }

    /// Takes the speed at which a typical run takes about a second on screen.
    fn take_pace(&mut self) {
        let pace = self.progress.pace.0;
        if self.speed_chosen || pace == 0 {
            return;
        }
        let wanted = pace.saturating_mul(1_000) / PACE_US;
        let fits = SPEEDS.iter().rposition(|speed| *speed <= wanted.max(SPEEDS[0]));
        self.speed = fits.unwrap_or(0).clamp(3, SPEED_ONE + 3);
        self.speed_chosen = self.is_complete();
    }
}

impl Reducible for Desk {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        match action {
            Action::TogglePlay if next.run.is_none() => {}
            Action::TogglePlay => {
                next.playing = !next.playing;
                if next.playing && next.is_complete() && next.playhead.at >= next.end() {
                    next.seek(Moment::end_of(Instant::START));
                }
            }
            Action::Pause => next.playing = false,
            Action::Tick { elapsed_us } => next.advance(elapsed_us),
            Action::Seek(moment) => next.seek(moment),
            Action::ToMarker { forward } => next.seek_marker(forward),
            Action::SpeedBy(places) => {
                next.speed =
                    next.speed.saturating_add_signed(places).min(SPEEDS.len() - 1);
                next.speed_chosen = true;
            }
            Action::Speed(place) => {
                next.speed = place.min(SPEEDS.len() - 1);
                next.speed_chosen = true;
            }
            Action::ToggleSkipQuiet => {
                next.skip_quiet = !next.skip_quiet;
                next.skip = None;
            }
            Action::Select(selection) => next.selection = selection,
            Action::Show(tab) => next.tab = tab,
            Action::ToggleWhy(entry) => {
                let open = next.why.as_ref().is_some_and(|(number, _)| *number == entry);
                next.why = (!open).then_some((entry, None));
            }
            Action::Open(dialog) => {
                next.dialog = Some(dialog);
                next.playing = false;
                next.link = None;
            }
            Action::Close => next.dialog = None,
            Action::ToggleLinkMoment => {
                next.link_moment = !next.link_moment;
                next.link = None;
            }
            Action::Theme(theme) => next.theme = Some(theme),
            Action::Opening => next.opening = true,
            Action::Failed(refusal) => {
                next.opening = false;
                next.refusal = Some(Shared::new(refusal));
            }
            Action::Dismiss => next.refusal = None,
            Action::Answered(answer) => next.answered(*answer),
        }
        next.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Marker;
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
        let refused =
            Answer::Refused(Refusal { text: "no".into(), ..Refusal::default() });
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
        let stepped =
            act(&desk, Action::Answered(Box::new(Answer::Moment(Some(inside)))));
        assert_eq!(stepped.playhead, inside);
        let marker = act(&stepped, Action::ToMarker { forward: true });
        assert_eq!(at_ms(&marker), 3_000);
        let back = act(&marker, Action::ToMarker { forward: false });
        assert_eq!(at_ms(&back), 0);
    }
}
