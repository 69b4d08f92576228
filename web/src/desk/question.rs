//! The question of a run: asked before it plays, answered once its end is on screen.

use lambdarium_sim::time::Instant;

use super::Desk;
use crate::message::Question;

/// What somebody did with the question of the run that is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quiz {
    /// The choice they made, by its place.
    pub guess: Option<usize>,
    /// The card they put away: the asking one, or the telling one.
    put_away: Option<Card>,
}

/// What the card over the board does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Card {
    /// It asks: nothing has been played.
    Asks,
    /// It tells the right answer: the end of the run is on screen.
    Tells,
}

impl Desk {
    /// The question and what its card does, where one is to be seen.
    #[must_use]
    pub fn card(&self) -> Option<(&Question, Card)> {
        // What is right of the run as it was written need not be right of one changed here.
        let run = self.run.as_ref().filter(|_| !self.is_changed())?;
        let question = run.question.as_ref()?;
        let card = if self.is_at_end() {
            Card::Tells
        } else if self.playhead.at == Instant::START && !self.playing {
            Card::Asks
        } else {
            return None;
        };
        (self.quiz.put_away != Some(card)).then_some((question, card))
    }

    /// Whether something is asked now, which the timeline must not answer.
    #[must_use]
    pub fn asks(&self) -> bool {
        matches!(self.card(), Some((_, Card::Asks)))
    }

    /// What somebody took for the right choice.
    #[must_use]
    pub fn guessed(&self) -> Option<&String> {
        let question = self.run.as_ref()?.question.as_ref()?;
        question.choices.get(self.quiz.guess?)
    }

    /// Whether the end of a whole run is on screen.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        let end = self.end();
        self.is_complete() && end > Instant::START && self.playhead.at >= end
    }

    pub(super) fn guess(&mut self, place: usize) {
        // Once told it is no guess any more.
        if let Some((question, Card::Asks)) = self.card()
            && place < question.choices.len()
        {
            self.quiz.guess = Some(place);
        }
    }

    pub(super) fn put_card_away(&mut self) {
        self.quiz.put_away = self.card().map(|(_, card)| card);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Action;
    use crate::message::{Answer, Opened, Progress};
    use lambdarium_sim::time::Moment;
    use lambdarium_sim::trace::Stop;
    use std::rc::Rc;
    use yew::Reducible;

    /// A run of ten seconds that asks for one of three.
    fn desk(moment: Option<Moment>) -> Rc<Desk> {
        let question = Question {
            ask: "How many?".into(),
            choices: ["none", "one", "two"].map(String::from).to_vec(),
            answer: "two".into(),
            because: "So.".into(),
        };
        let progress = Progress {
            reached: Instant(10_000_000),
            stop: Some(Stop::Quiet),
            ..Progress::default()
        };
        let opened = Opened {
            address: "e=a".into(),
            question: Some(question),
            moment,
            progress,
            ..Opened::default()
        };
        let answer = Answer::Opened(Box::new(opened));
        act(&Rc::new(Desk::new(None, false)), Action::Answered(Box::new(answer)))
    }

    fn act(desk: &Rc<Desk>, action: Action) -> Rc<Desk> {
        Rc::clone(desk).reduce(action)
    }

    fn to(desk: &Rc<Desk>, seconds: u64) -> Rc<Desk> {
        act(desk, Action::Seek(Moment::end_of(Instant(seconds * 1_000_000))))
    }

    fn card(desk: &Desk) -> Option<Card> {
        desk.card().map(|(_, card)| card)
    }

    #[test]
    fn it_is_asked_at_the_start_and_told_at_the_end() {
        let desk = act(&desk(None), Action::Guess(1));
        assert_eq!((card(&desk), desk.quiz.guess), (Some(Card::Asks), Some(1)));
        let desk = act(&desk, Action::Guess(2));
        assert_eq!(desk.quiz.guess, Some(2), "a guess can be changed");
        let playing = act(&desk, Action::TogglePlay);
        assert_eq!(card(&playing), None, "what plays is not covered");
        assert_eq!(card(&to(&desk, 5)), None);
        let told = to(&desk, 10);
        assert_eq!((card(&told), told.quiz.guess), (Some(Card::Tells), Some(2)));
        let late = act(&told, Action::Guess(0));
        assert_eq!(late.quiz.guess, Some(2), "once told it is no guess any more");
    }

    #[test]
    fn nobody_has_to_guess() {
        let told = to(&act(&desk(None), Action::TogglePlay), 10);
        assert_eq!((card(&told), told.quiz.guess), (Some(Card::Tells), None));
        let nonsense = act(&desk(None), Action::Guess(3));
        assert_eq!(nonsense.quiz.guess, None);
    }

    #[test]
    fn a_card_that_was_put_away_stays_away_and_the_other_one_comes() {
        let asked = act(&desk(None), Action::PutCardAway);
        assert_eq!(card(&asked), None);
        let told = to(&asked, 10);
        assert_eq!(card(&told), Some(Card::Tells));
        let told = act(&told, Action::PutCardAway);
        assert_eq!(card(&to(&to(&told, 5), 10)), None);
    }

    #[test]
    fn a_run_that_opens_in_the_middle_asks_nothing() {
        let middle = desk(Some(Moment::end_of(Instant(4_000_000))));
        assert_eq!(card(&middle), None);
    }

    /// The answer to a change, or to undoing it.
    fn changed(desk: &Rc<Desk>, address: &str, draft: Option<u32>) -> Rc<Desk> {
        let run = desk.run.as_ref().expect("a run");
        let address = address.into();
        let opened = Opened { kept: true, address, draft, ..(**run).clone() };
        act(desk, Action::Answered(Box::new(Answer::Opened(Box::new(opened)))))
    }

    #[test]
    fn a_run_that_was_changed_is_not_asked_about() {
        let asked = desk(None);
        let other = changed(&asked, "s=2", None);
        assert!(card(&asked).is_some() && card(&other).is_none());
        assert!(other.is_changed() && !asked.is_changed());
        let undone = changed(&act(&other, Action::Travel { back: true }), "e=a", None);
        assert!(card(&undone).is_some(), "the question is about this run again");
    }

    #[test]
    fn whoever_writes_the_text_writes_the_question() {
        let other = changed(&desk(None), "s=2", None);
        let written = changed(&other, "s=3", Some(1));
        assert!(card(&written).is_some() && !written.is_changed());
        assert!(changed(&written, "s=4", None).is_changed());
    }

    #[test]
    fn the_next_visit_knows_what_was_changed() {
        let other = changed(&desk(None), "s=2", None);
        let kept = other.keeping.kept.as_deref().cloned().expect("it is kept");
        let visit = |address: &str| {
            let desk = Rc::new(Desk::new(None, false).with_kept(Some(kept.clone())));
            let opened = Opened { address: address.into(), ..Opened::default() };
            act(&desk, Action::Answered(Box::new(Answer::Opened(Box::new(opened)))))
        };
        let mine = visit("s=2");
        assert!(mine.is_changed() && mine.is_own());
        let lesson = visit("e=a");
        assert!(!lesson.is_changed() && !lesson.is_own());
    }

    #[test]
    fn another_run_is_another_question() {
        let guessed = act(&desk(None), Action::Guess(1));
        let opened = Answer::Opened(Box::default());
        let other = act(&guessed, Action::Answered(Box::new(opened)));
        assert_eq!((card(&other), other.quiz), (None, Quiz::default()));
    }
}
