//! What the desk makes of the engine's answers.

use lambdarium_sim::time::{Instant, Moment};

use super::Desk;
use crate::message::{Answer, Opened, Refusal};
use crate::shared::Shared;

impl Desk {
    pub(super) fn answered(&mut self, answer: Answer) {
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
        self.act = None;
        self.selection = opened.selection.take();
        self.gallery = Shared::new(std::mem::take(&mut opened.gallery));
        self.run = Some(Shared::new(opened));
        self.take_pace();
        self.seek(moment);
    }
}
