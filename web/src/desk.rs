//! The desk: everything the page remembers. Pure; what it means for the world outside,
//! the worker, the address bar and the clock, follows from it in `effects`.
//!
//! Units: the playhead is simulated time; a tick brings elapsed real time. Both are in
//! microseconds, and the speed is in thousandths.

mod answers;
mod beyond;
mod compare;
mod history;
mod keeping;
mod life;
mod moving;
mod odds;
mod play;
mod question;
mod rescue;
mod text;
mod window;

use std::rc::Rc;

use lambdarium_sim::id::Job;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::view::{By, Fate, Frame, Look};
use lambdarium_sim::{EVENTS, Given, WithEvents};
use yew::Reducible;

use crate::gallery;
use crate::message::{
    Answer, Ask, Cause, Content, Edit, FateList, Form, IssueText, Judged, Life, Opened,
    Painted, Progress, Refusal, Source, StoryLine,
};
use crate::shared::Shared;
pub use compare::{Compare, Doing as Comparison};
pub use history::History;
pub use keeping::{Keeping, Kept, file_name};
pub use odds::Odds;
pub use play::LINES_IN_SIGHT;
pub use question::{Card, Quiz};
pub use rescue::Worker;
pub use text::{Doing, TextPane};

/// Speeds that can be chosen, in thousandths: 0.001x to 10,000x.
pub const SPEEDS: [u64; 22] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000,
    100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
];
const SPEED_ONE: usize = 9;

/// Most tokens drawn one by one.
pub const TOKENS_MAX: u32 = 200;

/// A dialog over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The link to this run.
    Share,
    /// The lessons.
    Gallery,
    /// Commands, and what the scenario has, by name.
    Find,
    /// The keys.
    Help,
    /// How the ends of many runs are spread.
    Odds,
}

/// What the panel on the right shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What has happened.
    #[default]
    Story,
    /// The state at the playhead.
    Now,
    /// What can be set.
    Settings,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark letters on a light ground.
    Light,
    /// Light letters on a dark ground.
    Dark,
}

/// A span on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// The place of the lane.
    pub lane: usize,
    /// The place of the span on it.
    pub span: usize,
    /// The entry that tells how it went.
    pub entry: Option<u32>,
}

/// Everything the page remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Desk {
    /// The run that is open.
    pub run: Option<Shared<Opened>>,
    /// How far it is recorded.
    pub progress: Shared<Progress>,
    /// What was done with its question.
    pub quiz: Quiz,
    /// What could not be opened.
    pub refusal: Option<Shared<Refusal>>,
    /// The list of the lessons, once it is loaded; empty if it could not be.
    pub gallery: Option<Shared<String>>,
    /// Whether something is being opened.
    pub opening: bool,
    /// The odds, once somebody has asked for them.
    pub odds: Option<Shared<Odds>>,
    /// The run that this one is compared with.
    compare: WithEvents<Shared<Compare>>,
    /// There if it is that one.
    pub is_pinned: Option<Given>,
    /// The last screen.
    pub frame: Option<Shared<Frame>>,
    /// When the next thing happens after the last screen, and when the last one did.
    pub around: (Option<Instant>, Option<Instant>),
    /// The story up to the playhead.
    pub story: Shared<Vec<StoryLine>>,
    /// For how long it has not been told while the run plays, in real µs.
    untold_us: u64,
    /// When the last thing happened that it tells.
    told_to: Option<Instant>,
    /// What can be set of what is selected.
    pub form: Option<Shared<Form>>,
    /// The last change that was asked for.
    pub attempt: Option<Shared<Edit>>,
    /// Whether changes are acts at the playhead.
    pub from_here: bool,
    /// What is wrong with the last change that was not made.
    pub rejected: Option<Shared<Vec<IssueText>>>,
    /// The scenario as text.
    pub text: TextPane,
    /// What was open before.
    pub history: History,
    /// What is to be opened in place of the present run.
    pub wanted: Option<Shared<Source>>,
    /// What was asked for and needs the whole program, until that is there; in the whole
    /// program, until the run is open that it is asked of.
    pub beyond: Option<Shared<Ask>>,
    /// The present run where the other program left it.
    pub left: Option<String>,
    /// What the browser keeps.
    pub keeping: Keeping,
    /// The worker.
    pub worker: Worker,
    /// The whole run, and a window of it.
    pub painted: Option<Shared<Painted>>,
    /// Which window of the run lanes and gauges show; none is the whole run.
    pub window: Option<(Instant, Instant)>,
    /// What makes a step on the axis.
    pub by: By,
    /// The span on a lane that is looked at.
    pub picked: Option<Picked>,
    /// An entry of the trace and its sentence, for the span that is looked at.
    pub told: Option<(u32, String)>,
    /// Whether lanes and gauges are shown, once somebody has said so.
    pub unfolded: Option<bool>,
    /// Where the playhead is.
    pub playhead: Moment,
    /// Where it was when it was last written out.
    written: Instant,
    /// For how long it has not been, in real µs.
    unwritten_us: u64,
    /// Whether it moves.
    pub playing: bool,
    /// How fast, as a place in [`SPEEDS`].
    pub speed: usize,
    /// Whether the speed was chosen by a person.
    speed_chosen: bool,
    /// Whether quiet time is run through.
    pub skip_quiet: bool,
    skip: Option<play::Skip>,
    /// How much time was skipped, while it is said; and for how long it still is.
    pub skipped: Option<(Span, u64)>,
    /// The part that is selected, by its name.
    pub selection: Option<String>,
    /// The act that is selected, by its place in the run's list.
    pub act: Option<usize>,
    /// The act that is being moved, and to when: while it is dragged, and until the engine
    /// has answered.
    pub dragged: Option<(usize, Instant)>,
    /// What the panel shows.
    pub tab: Tab,
    /// The entry whose causes are open, and the causes once they are known.
    pub why: Option<(u32, Option<Shared<Vec<Cause>>>)>,
    /// The request whose life is told, and its life once it is known.
    pub life: Option<(Job, Option<Shared<Life>>)>,
    /// What a service has received, by its place in the plan.
    pub contents: Option<(u16, Shared<Vec<Content>>)>,
    /// Whether the run is what its scenario expects, once that is known.
    pub verdicts: Option<Shared<Vec<Judged>>>,
    /// The number of the fates whose list is open, and the list once it is known.
    pub fate: Option<(Fate, Option<Shared<FateList>>)>,
    /// The book of rules and settings, once it is loaded; empty if it could not be.
    pub rules: Option<Shared<String>>,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// Whether the link of the dialog carries the playhead.
    pub link_moment: bool,
    /// Whether it carries the selection.
    pub link_selection: bool,
    /// The link of the dialog, once it is known.
    pub link: Option<Result<String, String>>,
    /// The theme somebody chose; none follows the system.
    pub theme: Option<Theme>,
    /// Whether keys that write a letter, a digit or a sign do nothing else.
    pub no_single_keys: bool,
    /// Whether requests jump from place to place instead of gliding.
    pub still: bool,
}

/// What can happen to the desk. Not to be cloned: all that the engine can answer is in it,
/// and the code that copies that would be downloaded for nothing.
#[derive(Debug, PartialEq)]
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
    /// Zoom the timeline.
    Zoom {
        /// By so many steps, inwards if positive.
        steps: i32,
        /// Around this share of the window; none is around the playhead.
        share: Option<f64>,
    },
    /// Move the window of the timeline by a share of its length.
    Pan(f64),
    /// Show this window of the timeline.
    Window(Instant, Instant),
    /// Show the whole run.
    WholeRun,
    /// Take this axis.
    By(By),
    /// Look at a span on a lane.
    Pick(Option<Picked>),
    /// Show lanes and gauges, or not.
    Unfold(bool),
    /// Faster or slower, by so many places.
    SpeedBy(isize),
    /// At the speed with this place.
    Speed(usize),
    /// Run through quiet time, or not.
    ToggleSkipQuiet,
    /// Take the choice with this place for the right one.
    Guess(usize),
    /// No longer show the card with the question, or the one with the answer.
    PutCardAway,
    /// Select a part; none clears the selection.
    Select(Option<String>),
    /// Select an act and go to it; none clears the selection.
    SelectAct(Option<usize>),
    /// An act is dragged to an instant; none puts it back.
    Drag(Option<(usize, Instant)>),
    /// Tell the life of a request; none leaves it.
    Life(Option<Job>),
    /// Leave what is going on: put back the act that is dragged, leave the life of a
    /// request, or clear the selection.
    Leave,
    /// A change was asked for.
    Edited(Edit),
    /// Changes are acts at the playhead, or hold from the start.
    FromHere(bool),
    /// Show this in the panel.
    Show(Tab),
    /// Open the causes of an entry, or close them.
    ToggleWhy(u32),
    /// Open the list behind a number of the fates, or close it.
    ToggleFate(Fate),
    /// The book of rules and settings was loaded, or could not be.
    Rules(Option<String>),
    /// The list of the lessons was loaded, or could not be.
    Gallery(Option<String>),
    /// Play so many seeds; none stops that.
    Odds(Option<u32>),
    /// Compare the run with what is made of it.
    Compare {
        /// Only the whole program compares.
        given: Given,
        /// What is done.
        doing: Comparison,
    },
    /// Open a dialog.
    Open(Dialog),
    /// Close the dialog.
    Close,
    /// With or without the playhead.
    ToggleLinkMoment,
    /// With or without the selection.
    ToggleLinkSelection,
    /// Take this theme.
    Theme(Theme),
    /// Keys that write a letter, a digit or a sign do nothing else, or do.
    NoSingleKeys(bool),
    /// Something with the text.
    Text(Doing),
    /// One change back, or on again.
    Travel {
        /// Back.
        back: bool,
    },
    /// The browser keeps nothing.
    NotKept,
    /// The worker has died.
    Died {
        /// In its own words.
        why: String,
        /// When, on the clock on the wall, in ms.
        now_ms: u64,
    },
    /// Something is being opened.
    Opening,
    /// It could not even be asked for.
    Failed(Refusal),
    /// What was left to be asked is asked now.
    Asked,
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
            link_selection: true,
            opening: true,
            theme,
            still,
            ..Self::default()
        }
    }

    /// The same, with what an earlier visit left in the browser.
    #[must_use]
    pub fn with_kept(self, kept: Option<Kept>) -> Self {
        Self { keeping: Keeping::from(kept), ..self }
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
        let glide = if self.still { Span::ZERO } else { self.simulated(play::GLIDE_US) };
        Look { moment: self.playhead, glide, tokens_max: TOKENS_MAX }
    }

    /// The number whose list is wanted: while the run plays its numbers change too often.
    #[must_use]
    pub fn listed(&self) -> Option<Fate> {
        let (which, _) = self.fate.as_ref()?;
        let shown = self.tab == Tab::Now && self.selection.is_none();
        (EVENTS && shown && !self.playing).then_some(*which)
    }

    /// Whether verdicts on expectations are still to be asked for.
    #[must_use]
    pub fn is_unjudged(&self) -> bool {
        let expects = self.run.as_ref().is_some_and(|run| !run.expect.is_empty());
        EVENTS && expects && self.is_complete() && self.verdicts.is_none()
    }

    fn toggle_fate(&mut self, which: Fate) {
        let open = self.fate.as_ref().is_some_and(|(open, _)| *open == which);
        self.fate = (EVENTS && !open).then_some((which, None));
    }

    fn toggle_why(&mut self, entry: u32) {
        let open = self.why.as_ref().is_some_and(|(number, _)| *number == entry);
        self.why = (!open).then_some((entry, None));
        // What could not be loaded is tried again.
        self.rules = self.rules.take().filter(|book| !book.is_empty());
    }

    fn select(&mut self, part: Option<String>) {
        self.selection = part;
        // What was wrong with a change of another part is not to be read here.
        self.rejected = None;
    }

    fn open(&mut self, dialog: Dialog) {
        self.dialog = Some(dialog);
        self.playing = false;
        self.link = None;
        // What could not be loaded is tried again.
        self.gallery = self.gallery.take().filter(|list| !list.is_empty());
    }

    /// The last marker at or before the playhead, by its place.
    #[must_use]
    pub fn marker(&self) -> Option<usize> {
        let markers = &self.run.as_ref()?.markers;
        markers.iter().rposition(|marker| marker.at <= self.playhead.at)
    }
}

impl Reducible for Desk {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        match action {
            Action::TogglePlay => next.toggle_play(),
            Action::Pause => next.playing = false,
            Action::Tick { elapsed_us } => next.advance(elapsed_us),
            Action::Seek(moment) => next.seek(moment),
            Action::ToMarker { forward } => next.seek_marker(forward),
            Action::Zoom { steps, share } => next.zoom(steps, share),
            Action::Pan(share) => next.pan(share),
            Action::Window(from, to) => next.show_window(from, to),
            Action::WholeRun => next.window = None,
            Action::By(by) => next.by = by,
            Action::Pick(picked) => next.picked = picked,
            Action::Unfold(unfold) => next.unfolded = Some(unfold),
            Action::SpeedBy(places) => {
                next.choose_speed(next.speed.saturating_add_signed(places));
            }
            Action::Speed(place) => next.choose_speed(place),
            Action::ToggleSkipQuiet => next.toggle_skip_quiet(),
            Action::Guess(place) => next.guess(place),
            Action::PutCardAway => next.put_card_away(),
            Action::Select(selection) => next.select(selection),
            Action::SelectAct(act) => next.select_act(act),
            Action::Drag(dragged) => next.drag(dragged),
            Action::Life(job) => next.tell_life(job),
            Action::Leave => next.leave(),
            Action::Edited(edit) => next.edited(edit),
            Action::FromHere(on) => next.from_here = on,
            Action::Show(tab) => next.tab = tab,
            Action::ToggleWhy(entry) => next.toggle_why(entry),
            Action::ToggleFate(which) => next.toggle_fate(which),
            Action::Rules(book) => {
                next.rules = Some(Shared::new(book.unwrap_or_default()));
            }
            Action::Gallery(list) => {
                let list = list.filter(|list| !gallery::lessons(list).is_empty());
                next.gallery = Some(Shared::new(list.unwrap_or_default()));
            }
            Action::Odds(of) => next.ask_odds(of),
            Action::Compare { doing, .. } => next.take_compare(doing),
            Action::Open(dialog) => next.open(dialog),
            Action::Close => next.dialog = None,
            Action::ToggleLinkMoment => {
                next.link_moment = !next.link_moment;
                next.link = None;
            }
            Action::ToggleLinkSelection => {
                next.link_selection = !next.link_selection;
                next.link = None;
            }
            Action::Theme(theme) => next.theme = Some(theme),
            Action::NoSingleKeys(none) => next.no_single_keys = none,
            Action::Opening => next.opening = true,
            Action::Failed(refusal) => next.refuse(refusal),
            Action::Asked => next.beyond = None,
            Action::Dismiss => {
                next.refusal = None;
                next.keeping.refused = false;
            }
            Action::Text(doing) => next.text.take(doing),
            Action::Travel { back } => next.travel(back),
            Action::NotKept => next.keeping.refuse(),
            Action::Died { why, now_ms } => next.died(&why, now_ms),
            Action::Answered(answer) => next.answered(*answer),
        }
        next.into()
    }
}

#[cfg(test)]
mod tests;
