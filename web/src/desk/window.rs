//! The window of the run that lanes and gauges show: zoomed, moved, and taken along by the
//! playhead. It is kept in simulated time and moved on the axis that is on screen.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::{AlarmId, FunctionId, GroupId, MappingId, Part, ServiceId};
use lambdarium_sim::time::Instant;
use lambdarium_sim::view::{Pane, Scale};

use super::Desk;

/// What each step of zooming leaves of the window.
const ZOOM: f64 = 0.9;
/// The shortest window by time, in simulated µs.
const LEAST_US: f64 = 1_000.0;
/// The shortest window by events, in steps.
const LEAST_STEPS: f64 = 4.0;
/// Where in the window the playhead stands after it has left it.
const AHEAD: f64 = 0.1;

impl Desk {
    /// What the engine should paint.
    #[must_use]
    pub fn pane(&self, columns: u32) -> Pane {
        let (from, to) = self.window.unwrap_or((Instant::START, Instant(u64::MAX)));
        Pane { from, to, by: self.by, columns }
    }

    /// Whose gauges are shown: those of the function, source or mapping that is selected.
    #[must_use]
    pub fn gauged(&self) -> Option<Part> {
        let name = self.selection.as_ref()?;
        let run = self.run.as_ref()?;
        let function = (0..).zip(&run.functions).find(|(_, part)| part.name == *name);
        let function = function.map(|(at, _)| Part::Function(FunctionId(at)));
        if !EVENTS {
            return function;
        }
        let service = (0..).zip(&run.services).find(|(_, part)| part.name == *name);
        let mapping = (0..).zip(&run.mappings).find(|(_, part)| part.name == *name);
        let alarm = (0..).zip(&run.alarms).find(|(_, part)| part.name == *name);
        let group = (0..).zip(&run.groups).find(|(_, part)| part.name == *name);
        function
            .or_else(|| service.map(|(at, _)| Part::Service(ServiceId::new(at))))
            .or_else(|| mapping.map(|(at, _)| Part::Mapping(MappingId::new(at))))
            .or_else(|| alarm.map(|(at, _)| Part::Alarm(AlarmId::new(at))))
            .or_else(|| group.map(|(at, _)| Part::Deployment(GroupId::new(at))))
    }

    /// Zooms by so many steps, inwards if positive. What stands at a share of the window
    /// stays there; without one it is the playhead, or the middle if that is elsewhere.
    pub(super) fn zoom(&mut self, steps: i32, share: Option<f64>) {
        self.reshape(|scale, from, length, playhead| {
            let inside = (0.0..=1.0).contains(&playhead).then_some(playhead);
            let share = share.or(inside).unwrap_or(0.5);
            let mut zoomed = length;
            for _ in 0..steps.unsigned_abs().min(60) {
                zoomed = if steps > 0 { zoomed * ZOOM } else { zoomed / ZOOM };
            }
            let least =
                if scale.is_even() { LEAST_US } else { LEAST_STEPS * Scale::STEP as f64 };
            let zoomed = zoomed.max(least.min(length));
            (from + (length - zoomed) * share, zoomed)
        });
    }

    /// Moves the window by a share of its length.
    pub(super) fn pan(&mut self, share: f64) {
        self.reshape(|_, from, length, _| (from + length * share, length));
    }

    /// Takes the window along to where the playhead is.
    pub(super) fn follow(&mut self) {
        let Some((from, to)) = self.window else { return };
        let at = self.playhead.at;
        if at >= from && at <= to {
            return;
        }
        let share = if at > to { AHEAD } else { 1.0 - AHEAD };
        self.reshape(|_, from, length, playhead| {
            (from + length * (playhead - share), length)
        });
    }

    /// Shows a window, if it is long enough.
    pub(super) fn show_window(&mut self, from: Instant, to: Instant) {
        if from == Instant::START && to >= self.end() {
            self.window = None;
        } else if to.since(from).0 as f64 >= LEAST_US {
            self.window = Some((from, to));
        }
    }

    /// Gives the window another start and length, from the axis, its start, its length,
    /// and the share of it at which the playhead stands.
    fn reshape(&mut self, shape: impl Fn(&Scale, f64, f64, f64) -> (f64, f64)) {
        let Some(painted) = self.painted.clone() else { return };
        let scale = &painted.lanes.scale;
        let whole = scale.end() as f64;
        let place = |at: Instant| scale.place(at) as f64;
        let (from, to) = self.window.map_or((0.0, whole), |(a, b)| (place(a), place(b)));
        let length = (to - from).max(1.0);
        let playhead = (place(self.playhead.at) - from) / length;
        let (from, length) = shape(scale, from, length, playhead);
        if length >= whole {
            self.window = None;
            return;
        }
        let from = from.min(whole - length).max(0.0);
        let at = |place: f64| scale.at(place.round() as u64);
        let (from, to) = (at(from), at(from + length));
        self.window = (from < to).then_some((from, to));
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use lambdarium_sim::WithEvents;
    use lambdarium_sim::time::Moment;
    use lambdarium_sim::trace::Stop;
    use lambdarium_sim::view::{Gauges, Lanes};
    use yew::Reducible;

    use super::super::Action;
    use super::*;
    use crate::message::{Answer, Opened, Painted, Progress};

    const SECOND: u64 = 1_000_000;

    /// A run of 100 s on an axis by time.
    fn desk() -> Rc<Desk> {
        let end = Instant(100 * SECOND);
        let progress =
            Progress { reached: end, stop: Some(Stop::Quiet), ..Progress::default() };
        let opened = Opened { progress, ..Opened::default() };
        let lanes = Lanes {
            from: Instant::START,
            to: end,
            scale: Scale::time(end),
            columns: Vec::new(),
            lanes: Vec::new(),
            steps: WithEvents::new(),
        };
        let (of_source, of_version) = (WithEvents::new(), WithEvents::new());
        let gauges = Gauges { function: None, series: Vec::new(), of_source, of_version };
        let painted = Box::new(Painted { lanes, gauges });
        let desk = Rc::new(Desk::new(None, false));
        let desk = act(&desk, Action::Answered(Box::new(Answer::Opened(opened.into()))));
        act(&desk, Action::Answered(Box::new(Answer::Painted(painted))))
    }

    fn act(desk: &Rc<Desk>, action: Action) -> Rc<Desk> {
        Rc::clone(desk).reduce(action)
    }

    fn zoom(desk: &Rc<Desk>, steps: i32, share: f64) -> Rc<Desk> {
        act(desk, Action::Zoom { steps, share: Some(share) })
    }

    fn window_ms(desk: &Desk) -> Option<(u64, u64)> {
        desk.window.map(|(from, to)| (from.0 / 1_000, to.0 / 1_000))
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer() {
        let zoomed = zoom(&desk(), 1, 0.25);
        assert_eq!(window_ms(&zoomed), Some((2_500, 92_500)));
        let (from, to) = zoomed.window.expect("a window");
        assert_eq!(from.0 + (to.0 - from.0) / 4, 25 * SECOND);
        assert_eq!(zoom(&zoomed, -1, 0.25).window, None, "and back it is the whole run");
        assert_eq!(zoom(&desk(), -3, 0.5).window, None, "there is no more than that");
        assert_eq!(window_ms(&zoom(&desk(), 2, 0.0)), Some((0, 81_000)));
    }

    #[test]
    fn zooming_ends_at_a_millisecond() {
        let mut zoomed = desk();
        for _ in 0..9 {
            zoomed = zoom(&zoomed, 60, 0.3);
        }
        let (from, to) = zoomed.window.expect("a window");
        assert_eq!(to.0 - from.0, 1_000);
    }

    #[test]
    fn without_a_pointer_the_playhead_stays_where_it_is() {
        let playhead = Moment::end_of(Instant(90 * SECOND));
        let desk = act(&desk(), Action::Seek(playhead));
        let zoomed = act(&desk, Action::Zoom { steps: 1, share: None });
        assert_eq!(window_ms(&zoomed), Some((9_000, 99_000)));
        let away = act(&zoom(&desk, 8, 0.0), Action::Zoom { steps: -1, share: None });
        assert_eq!(window_ms(&away), Some((0, 47_829)), "it stays within the run");
    }

    #[test]
    fn panning_stops_at_the_ends_of_the_run() {
        let zoomed = zoom(&desk(), 1, 0.5);
        assert_eq!(window_ms(&act(&zoomed, Action::Pan(0.05))), Some((9_500, 99_500)));
        assert_eq!(window_ms(&act(&zoomed, Action::Pan(7.0))), Some((10_000, 100_000)));
        assert_eq!(window_ms(&act(&zoomed, Action::Pan(-7.0))), Some((0, 90_000)));
        assert_eq!(act(&desk(), Action::Pan(0.5)).window, None);
    }

    #[test]
    fn the_playhead_takes_the_window_along_and_looking_elsewhere_does_not() {
        let desk = desk();
        let zoomed = act(&desk, Action::Window(Instant::START, Instant(50 * SECOND)));
        let panned = act(&zoomed, Action::Pan(0.5));
        assert_eq!(window_ms(&panned), Some((25_000, 75_000)), "the playhead is at 0");
        let ahead = act(&zoomed, Action::Seek(Moment::end_of(Instant(51 * SECOND))));
        assert_eq!(window_ms(&ahead), Some((46_000, 96_000)));
        let back = act(&ahead, Action::Seek(Moment::end_of(Instant(45_500_000))));
        assert_eq!(window_ms(&back), Some((500, 50_500)));
        let mut playing = act(&zoomed, Action::Seek(Moment::end_of(Instant(49_900_000))));
        playing = act(&playing, Action::TogglePlay);
        for _ in 0..3 {
            playing = act(&playing, Action::Tick { elapsed_us: 200_000 });
        }
        let (from, to) = playing.window.expect("a window");
        assert!(from <= playing.playhead.at && playing.playhead.at <= to);
        assert!(from > Instant(40 * SECOND), "{from}");
    }

    #[test]
    fn another_run_is_shown_as_a_whole() {
        let zoomed = zoom(&desk(), 3, 0.0);
        let opened = Answer::Opened(Box::default());
        assert_eq!(act(&zoomed, Action::Answered(Box::new(opened))).window, None);
        assert_eq!(act(&zoomed, Action::WholeRun).window, None);
    }
}
