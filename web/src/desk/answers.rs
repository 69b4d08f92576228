//! What the desk makes of the engine's answers.

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::{Instant, Moment};

use super::{Desk, Quiz, Tab};
use crate::message::{Answer, Opened, Progress, Refusal, Screen};
use crate::shared::Shared;

impl Desk {
    pub(super) fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Opened(opened) => self.opened(*opened),
            Answer::Refused(refusal) => self.refuse(refusal),
            Answer::Rejected(issues) => {
                self.dragged = None;
                self.rejected = Some(Shared::new(issues));
                // That is where it says what is wrong.
                self.tab = Tab::Settings;
            }
            Answer::Text(text) => self.told_text(text),
            Answer::Mistakes { draft, mistakes } => self.text.mistaken(draft, mistakes),
            Answer::Form(form) => self.form = Some(Shared::new(*form)),
            Answer::Progress(progress) => self.progressed(progress),
            Answer::Screen(screen) => self.shown(*screen),
            Answer::Painted(painted) => {
                if self.is_complete() && painted.lanes.from >= painted.lanes.to {
                    // The run has become so short that it ends before the window.
                    self.window = None;
                }
                self.picked = None;
                self.painted = Some(Shared::new(*painted));
            }
            Answer::Moment(moment) => {
                if let Some(moment) = moment {
                    self.seek(moment);
                }
            }
            Answer::Why { entry, chain } => {
                if self.picked.is_some_and(|picked| picked.entry == Some(entry)) {
                    self.told = chain.first().map(|cause| (entry, cause.text.clone()));
                }
                if let Some((open, causes)) = &mut self.why
                    && *open == entry
                {
                    *causes = Some(Shared::new(chain));
                }
            }
            Answer::Contents { service, items } => {
                self.contents = Some((service, Shared::new(items)));
            }
            Answer::Life(life) => {
                if EVENTS && let Some(life) = life.0 {
                    self.told_life(*life);
                }
            }
            Answer::Judged(verdicts) => self.verdicts = Some(Shared::new(verdicts.0)),
            Answer::Fate { which, list: told } => {
                if let Some((open, list)) = &mut self.fate
                    && *open == which
                {
                    *list = Some(Shared::new(told.0));
                }
            }
            Answer::Compared { what, .. } if EVENTS => self.told_compared(what),
            Answer::Compared { .. } => {}
            Answer::Odds { from, ends } => self.told_odds(from, ends),
            Answer::Link(link) => self.link = Some(link),
            Answer::Beyond(ask) => {
                self.opening = true;
                self.beyond = Some(Shared::new(*ask));
            }
        }
    }

    /// Something could not be opened.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.opening = false;
        self.beyond = None;
        self.refusal = Some(Shared::new(refusal));
    }

    /// The run is recorded so far.
    pub(crate) fn progressed(&mut self, progress: Progress) {
        self.progress = Shared::new(progress);
        self.take_pace();
        if self.is_complete() {
            self.playhead.at = self.playhead.at.min(self.end());
        }
    }

    /// This is how it looks at the playhead.
    pub(crate) fn shown(&mut self, screen: Screen) {
        self.around = (screen.next_at, screen.last_at);
        self.frame = Some(Shared::new(screen.frame));
        if let Some(story) = screen.story {
            self.story = Shared::new(story);
            self.untold_us = 0;
            self.told_to = screen.last_at;
        }
    }

    /// A run is open.
    pub(crate) fn opened(&mut self, mut opened: Opened) {
        let kept = opened.kept && self.run.is_some();
        let start = Moment::end_of(Instant::START);
        let moment = if kept { self.playhead } else { opened.moment.unwrap_or(start) };
        self.progress = Shared::new(std::mem::take(&mut opened.progress));
        self.quiz = Quiz::default();
        self.contents = None;
        self.odds = None;
        self.verdicts = None;
        self.refusal = None;
        if !opened.problems.is_empty() {
            let text = opened.problems.join(" ");
            self.refusal =
                Some(Shared::new(Refusal { text, opened: true, ..Refusal::default() }));
        }
        if let Some(text) = self.worker.said.take() {
            self.refusal =
                Some(Shared::new(Refusal { text, opened: true, ..Refusal::default() }));
        }
        self.note(&opened);
        if !EVENTS && !opened.kept {
            // Something else was opened while the whole program was on its way.
            self.beyond = None;
        }
        self.opening = false;
        self.rejected = None;
        self.why = None;
        self.playing = false;
        self.act = self.moved_act(&opened);
        if EVENTS && !(kept && self.outlives(&opened)) {
            self.life = None;
        }
        let selection = opened.selection.take();
        if kept {
            if selection.is_some() {
                // A part that was renamed or added is the one to look at.
                self.selection = selection;
                self.tab = Tab::Settings;
                self.from_here = false;
            }
            let is_there = |name: &String| {
                opened.callers.iter().any(|caller| caller.name == *name)
                    || opened.functions.iter().any(|function| function.name == *name)
                    || opened.services.iter().any(|service| service.name == *name)
                    || [&opened.mappings, &opened.alarms, &opened.groups]
                        .iter()
                        .any(|all| all.iter().any(|part| EVENTS && part.name == *name))
            };
            self.selection = self.selection.take().filter(is_there);
        } else {
            self.frame = None;
            self.painted = None;
            self.window = None;
            self.around = (None, None);
            self.story = Shared::default();
            self.fate = None;
            self.dialog = None;
            self.speed_chosen = false;
            self.selection = selection;
        }
        self.run = Some(Shared::new(opened));
        self.keep();
        self.take_pace();
        self.seek(moment);
        if !self.is_complete() {
            // It may not be recorded so far yet, but will be.
            self.playhead = moment;
        }
    }
}
