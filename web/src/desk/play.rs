//! How the playhead moves: with real time, through quiet time, and from marker to marker.

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::{Instant, Moment, Span};

use super::{Desk, SPEED_ONE, SPEEDS, Tab};

/// How long a typical run takes on screen at the speed a run opens with, in real µs.
const PACE_US: u64 = 1_200_000;
/// How long a token glides along a wire, in real µs.
pub(super) const GLIDE_US: u64 = 500_000;
/// A pause longer than this is quiet, in real µs.
const QUIET_US: u64 = 1_500_000;
/// How long running through quiet time takes, in real µs.
const SKIP_US: u64 = 450_000;
/// How long before the next event a skip ends, in real µs.
const LEAD_US: u64 = 150_000;
/// How long it is said that time was skipped, in real µs.
const SAID_US: u64 = 1_400_000;
/// While a run plays its time is written this often, in real µs: nobody reads faster, and
/// to set a line of text takes a browser as long as to move all requests.
const WRITE_US: u64 = 100_000;
/// While a run plays its story is told at once after a pause of so many real µs, but no
/// more often, and only what fits: nobody reads faster, and many lines are much to draw.
const TELL_US: u64 = 400_000;
/// Lines of the story that fit into its panel.
pub const LINES_IN_SIGHT: u32 = 14;
/// Most lines of the story while it does not.
const LINES_MAX: u32 = 60;
/// Longest tick taken at its word: a page in the background is not played on.
const TICK_MAX_US: u64 = 250_000;

/// A run through quiet time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Skip {
    from: Instant,
    to: Instant,
    elapsed_us: u64,
}

impl Desk {
    /// How much is simulated in so much real time.
    pub(super) fn simulated(&self, real_us: u64) -> Span {
        let us = u128::from(real_us) * u128::from(SPEEDS[self.speed]) / 1_000;
        Span(u64::try_from(us).unwrap_or(u64::MAX))
    }

    /// Plays on, from the start again after the end; or stops.
    pub(crate) fn toggle_play(&mut self) {
        if self.run.is_none() {
            return;
        }
        self.playing = !self.playing;
        self.written = self.playhead.at;
        if self.playing && self.is_complete() && self.playhead.at >= self.end() {
            self.seek(Moment::end_of(Instant::START));
        }
    }

    pub(super) fn toggle_skip_quiet(&mut self) {
        self.skip_quiet = !self.skip_quiet;
        self.skip = None;
    }

    pub(super) fn choose_speed(&mut self, place: usize) {
        self.speed = place.min(SPEEDS.len() - 1);
        self.speed_chosen = true;
    }

    pub(crate) fn seek(&mut self, moment: Moment) {
        self.playhead = Moment { at: moment.at.min(self.end()), ..moment };
        self.written = self.playhead.at;
        self.skip = None;
        self.skipped = None;
        self.follow();
    }

    pub(crate) fn advance(&mut self, elapsed_us: u64) {
        let elapsed_us = elapsed_us.min(TICK_MAX_US);
        self.skipped = self
            .skipped
            .and_then(|(span, left)| Some((span, left.checked_sub(elapsed_us)?)));
        if !self.playing {
            return;
        }
        self.untold_us += elapsed_us;
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
        self.unwritten_us += elapsed_us;
        if self.unwritten_us >= WRITE_US {
            self.unwritten_us = 0;
            self.written = at;
        }
        self.follow();
        self.begin_skip();
    }

    /// The playhead as it is written: seldom enough to be read while it moves.
    #[must_use]
    pub fn written(&self) -> Instant {
        if self.playing { self.written } else { self.playhead.at }
    }

    /// The service whose content is shown, by its place in the plan, and how much it has
    /// received.
    #[must_use]
    pub fn shelf(&self) -> Option<(u16, u64)> {
        if !EVENTS {
            return None;
        }
        let (frame, name) = (self.frame.as_ref()?, self.selection.as_ref()?);
        let mut services = (0..).zip(&frame.services);
        let found = services.find(|(_, service)| service.name == *name)?;
        (self.tab == Tab::Now).then_some((found.0, found.1.received))
    }

    /// How many lines of the story are to be told with the next screen.
    #[must_use]
    pub fn lines(&self) -> u32 {
        let is_untold = self.untold_us >= TELL_US && self.around.1 != self.told_to;
        match (self.playing, is_untold) {
            (false, _) => LINES_MAX,
            (true, true) => LINES_IN_SIGHT,
            (true, false) => 0,
        }
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

    pub(crate) fn seek_marker(&mut self, forward: bool) {
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

    /// Selects an act and puts the playhead where it is done.
    pub(super) fn select_act(&mut self, act: Option<usize>) {
        self.act = act;
        let run = self.run.as_ref();
        let at = act.and_then(|act| Some(run?.acts.get(act)?.at));
        if let Some(at) = at {
            self.playing = false;
            self.seek(Moment::end_of(at));
        }
    }

    /// Takes the speed at which a typical run takes about a second on screen.
    pub(super) fn take_pace(&mut self) {
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
