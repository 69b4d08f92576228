//! Two runs on one clock: the one that was pinned, and what becomes of it since.

use lambdarium_sim::view::Frame;
use lambdarium_sim::{EVENTS, Given};

use super::{Desk, Tab};
use crate::message::{Compared, Opened, Progress, Refusal, Tallies};
use crate::shared::Shared;
use crate::texts;

/// The run that the present one is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// What was open when it was pinned.
    pub run: Shared<Opened>,
    /// All of it was recorded by then.
    pub progress: Shared<Progress>,
    /// The pinned run at the playhead.
    pub frame: Option<Shared<Frame>>,
    /// What has come of both, once it is counted.
    pub tallies: Option<Shared<Tallies>>,
    /// Whether the table is of the whole runs, or of the playhead.
    pub of_whole: bool,
    /// Whether it was the present run when the comparison began.
    pub is_own: bool,
    /// Whether lanes and gauges were put away to make room: they are of one run only.
    folded: bool,
    /// Whether the pinned run is shown where there is room for one of them only.
    pub shows_pinned: bool,
}

/// What is done with a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Pin the run, to compare with what is made of it.
    Start,
    /// No longer compare; what was made of it stays.
    Stop,
    /// Fill the table with whole runs, or with what is at the playhead.
    OfWhole(bool),
    /// Show the pinned run where there is room for one only.
    ShowPinned(bool),
}

impl Desk {
    /// The run that the present one is compared with.
    #[must_use]
    pub fn compare(&self) -> Option<&Shared<Compare>> {
        self.compare.first().filter(|_| EVENTS)
    }

    /// Whether the present run can be pinned: all of it has to be recorded.
    #[must_use]
    pub fn can_compare(&self) -> bool {
        EVENTS && self.run.is_some() && self.is_complete()
    }

    /// The desk as it would be with the pinned run, to draw that.
    #[must_use]
    pub fn pinned(&self) -> Option<Self> {
        let compare = self.compare()?;
        Some(Self {
            run: Some(compare.run.clone()),
            progress: compare.progress.clone(),
            frame: compare.frame.clone(),
            is_pinned: Given::mark(),
            life: None,
            ..self.clone()
        })
    }

    pub(super) fn take_compare(&mut self, doing: Doing) {
        if !EVENTS {
            return;
        }
        match doing {
            Doing::Start if self.can_compare() => {
                if let Some(run) = self.run.clone() {
                    let (progress, frame) = (self.progress.clone(), self.frame.clone());
                    self.begin_comparison(run, progress, frame, true);
                }
            }
            Doing::Start => {}
            Doing::Stop => self.end_comparison(),
            Doing::OfWhole(of_whole) => {
                self.compared(|compare| compare.of_whole = of_whole)
            }
            Doing::ShowPinned(pinned) => {
                self.compared(|compare| compare.shows_pinned = pinned);
            }
        }
    }

    fn begin_comparison(
        &mut self,
        run: Shared<Opened>,
        progress: Shared<Progress>,
        frame: Option<Shared<Frame>>,
        is_own: bool,
    ) {
        self.end_comparison();
        let folded = self.unfolded.is_none();
        if folded {
            self.unfolded = Some(false);
        }
        self.compare.push(Shared::new(Compare {
            run,
            progress,
            frame,
            tallies: None,
            of_whole: true,
            is_own,
            folded,
            shows_pinned: false,
        }));
        // The table of differences is there.
        self.tab = Tab::Now;
    }

    /// Lets the pinned run go.
    pub(super) fn end_comparison(&mut self) {
        if EVENTS {
            if self.compare().is_some_and(|compare| compare.folded) {
                self.unfolded = self.unfolded.filter(|unfolded| *unfolded);
            }
            self.compare.clear();
        }
    }

    fn compared(&mut self, change: impl FnOnce(&mut Compare)) {
        if let Some(compare) = self.compare.first_mut() {
            let mut changed = (**compare).clone();
            change(&mut changed);
            *compare = Shared::new(changed);
        }
    }

    /// The engine says something of the pinned run.
    pub(super) fn told_compared(&mut self, what: Compared) {
        match what {
            Compared::Opened(mut opened) => {
                let progress = Shared::new(std::mem::take(&mut opened.progress));
                self.begin_comparison(Shared::new(*opened), progress, None, false);
            }
            Compared::Refused(refusal) => {
                let text = [texts::NO_OTHER, " ", &refusal.text].concat();
                if self.opening {
                    // The run itself is still on its way; that says it when it is there.
                    self.worker.said = Some(text);
                    return;
                }
                self.refusal =
                    Some(Shared::new(Refusal { text, opened: true, ..refusal }));
            }
            Compared::Gone => self.end_comparison(),
            Compared::Frame(frame) => {
                self.compared(|compare| compare.frame = Some(Shared::new(*frame)));
            }
            Compared::Tallies(tallies) => {
                self.compared(|compare| compare.tallies = Some(Shared::new(tallies)));
            }
        }
    }
}

#[cfg(all(test, feature = "events"))]
mod tests {
    use std::rc::Rc;

    use lambdarium_sim::time::Instant;
    use lambdarium_sim::trace::Stop;
    use yew::Reducible;

    use super::*;
    use crate::desk::Action;
    use crate::message::Answer;

    fn act(desk: &Rc<Desk>, action: Action) -> Rc<Desk> {
        Rc::clone(desk).reduce(action)
    }

    fn does(desk: &Rc<Desk>, doing: Doing) -> Rc<Desk> {
        act(desk, Action::Compare { given: Given::here(), doing })
    }

    fn open(desk: &Rc<Desk>, title: &str, stop: Option<Stop>) -> Rc<Desk> {
        let progress =
            Progress { reached: Instant(9_000_000), stop, ..Progress::default() };
        let opened =
            Opened { title: title.into(), progress, kept: true, ..Opened::default() };
        act(desk, Action::Answered(Box::new(Answer::Opened(Box::new(opened)))))
    }

    fn titles(desk: &Desk) -> (String, Option<String>) {
        let title = |desk: &Desk| desk.run.as_ref().map(|run| run.title.clone());
        (title(desk).unwrap_or_default(), desk.pinned().and_then(|desk| title(&desk)))
    }

    #[test]
    fn a_run_is_pinned_once_all_of_it_is_recorded_and_stays_while_another_is_opened() {
        let empty = Rc::new(Desk::new(None, false));
        assert!(does(&empty, Doing::Start).compare().is_none(), "nothing is open");
        let recording = open(&empty, "one", None);
        assert!(does(&recording, Doing::Start).compare().is_none(), "the end is missing");
        let one = open(&empty, "one", Some(Stop::Quiet));
        let pinned = does(&one, Doing::Start);
        assert_eq!((pinned.tab, pinned.unfolded), (Tab::Now, Some(false)));
        let both = open(&pinned, "other", Some(Stop::Quiet));
        assert_eq!(titles(&both), ("other".into(), Some("one".into())));
        let shown = does(&does(&both, Doing::OfWhole(false)), Doing::ShowPinned(true));
        let compare = shown.compare().expect("it goes on");
        assert!(!compare.of_whole && compare.shows_pinned);
        let stopped = does(&shown, Doing::Stop);
        assert_eq!(titles(&stopped), ("other".into(), None));
        assert_eq!(stopped.unfolded, None, "the lanes are where they were");
    }

    #[test]
    fn what_somebody_has_unfolded_stays_so_and_what_is_gone_is_no_longer_compared() {
        let one = open(&Rc::new(Desk::new(None, false)), "one", Some(Stop::Quiet));
        let pinned = does(&act(&one, Action::Unfold(true)), Doing::Start);
        assert_eq!(pinned.unfolded, Some(true));
        assert_eq!(does(&pinned, Doing::Stop).unfolded, Some(true));
        let told = Answer::Compared { given: Given::here(), what: Compared::Gone };
        let gone = act(&pinned, Action::Answered(Box::new(told)));
        assert!(gone.compare().is_none());
        // What comes late changes nothing.
        let what = Compared::Tallies(Tallies::default());
        let told = Answer::Compared { given: Given::here(), what };
        assert_eq!(act(&gone, Action::Answered(Box::new(told))), gone);
    }

    #[test]
    fn another_run_may_come_before_the_present_one_or_be_refused() {
        let told = |desk: &Rc<Desk>, what: Compared| {
            act(
                desk,
                Action::Answered(Box::new(Answer::Compared {
                    given: Given::here(),
                    what,
                })),
            )
        };
        let empty = Rc::new(Desk::new(None, false));
        let other = Opened { title: "other".into(), ..Opened::default() };
        let early = told(&empty, Compared::Opened(Box::new(other)));
        let both = open(&early, "one", Some(Stop::Quiet));
        assert_eq!(titles(&both), ("one".into(), Some("other".into())));
        assert!(!both.compare().expect("it is compared").is_own);
        let refused =
            || Compared::Refused(Refusal { text: "No.".into(), ..Refusal::default() });
        for late in [false, true] {
            let desk = if late { open(&empty, "one", None) } else { empty.clone() };
            let desk = told(&desk, refused());
            let desk = if late { desk } else { open(&desk, "one", None) };
            let said = desk
                .refusal
                .as_ref()
                .map(|refusal| (refusal.text.as_str(), refusal.opened));
            let text = "The run to compare with cannot be opened. No.";
            assert_eq!(said, Some((text, true)), "late: {late}");
            assert_eq!(titles(&desk), ("one".into(), None));
        }
    }

    #[test]
    fn a_worker_that_dies_takes_the_pinned_run_with_it() {
        let one = open(&Rc::new(Desk::new(None, false)), "one", Some(Stop::Quiet));
        let pinned = does(&one, Doing::Start);
        let died = act(&pinned, Action::Died { why: "trap".into(), now_ms: 1 });
        assert!(died.compare().is_none());
    }
}
