//! The scenario as text: what is shown, what was typed, and what is wrong with it.
//!
//! What is typed becomes the run once it has no mistakes. Until then it is a draft, and
//! what changes on the board does not touch it.

use super::Desk;
use crate::message::{Mistake, Opened, Source};
use crate::shared::Shared;

/// The text pane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextPane {
    /// Whether it is open.
    pub open: bool,
    /// The text of the run that is open, once it is known.
    pub of_run: Option<Shared<String>>,
    /// What was typed and is not the run: it is being looked at, or has mistakes.
    pub draft: Option<Shared<String>>,
    /// What is wrong with the draft.
    pub mistakes: Shared<Vec<Mistake>>,
    /// Whether somebody is typing.
    pub typing: bool,
    /// Whether the first draft was typed in another program.
    pub arrives: bool,
    /// Where somebody was writing there.
    pub caret: Option<u32>,
    /// The last draft that was handed in, by its number, until it is answered.
    pub handed_in: Option<u32>,
    /// How many were.
    count: u32,
    /// Whether the text is to be saved as a file, once it is known.
    pub saving: bool,
}

/// What can be done with the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Show it, or no longer.
    Toggle,
    /// Type in it.
    Typing,
    /// Pause; this is the text now.
    Typed(String),
    /// Throw away what was typed and is not the run.
    Discard,
    /// Save it as a file.
    Save,
    /// It is saved.
    Saved,
}

impl TextPane {
    pub(super) fn take(&mut self, doing: Doing) {
        match doing {
            Doing::Toggle => self.open = !self.open,
            Doing::Typing => self.typing = true,
            Doing::Typed(text) => self.typed(text),
            Doing::Discard => self.discard(),
            Doing::Save => self.saving = true,
            Doing::Saved => self.saving = false,
        }
    }

    /// Whether there is something that the run does not have.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.typing || self.draft.is_some()
    }

    /// What the pane shows: the draft if there is one.
    #[must_use]
    pub fn shown(&self) -> Option<Shared<String>> {
        self.draft.clone().or_else(|| self.of_run.clone())
    }

    /// Somebody paused in typing.
    fn typed(&mut self, text: String) {
        self.typing = false;
        if self.of_run.as_ref().is_some_and(|of_run| **of_run == text) {
            self.discard();
            return;
        }
        self.count += 1;
        self.handed_in = Some(self.count);
        self.draft = Some(Shared::new(text));
    }

    /// The draft is thrown away.
    fn discard(&mut self) {
        self.typing = false;
        self.draft = None;
        self.handed_in = None;
        self.mistakes = Shared::default();
    }

    /// Another run is open, or the present one was changed. If that was by a draft, its
    /// text is the text of the run.
    fn opened(&mut self, opened: &Opened) {
        self.of_run = None;
        if !opened.kept {
            self.discard();
        } else if opened.draft.is_some() && opened.draft == self.handed_in {
            self.of_run = self.draft.take();
            self.handed_in = None;
            self.mistakes = Shared::default();
        }
    }

    pub(super) fn mistaken(&mut self, draft: u32, mistakes: Vec<Mistake>) {
        if self.handed_in == Some(draft) {
            self.handed_in = None;
            self.mistakes = Shared::new(mistakes);
        }
    }
}

impl Desk {
    /// Whether the text of the run is wanted and not known.
    #[must_use]
    pub fn lacks_text(&self) -> bool {
        let wanted = self.text.open || self.text.saving || self.history.needs_text();
        wanted && self.run.is_some() && self.text.of_run.is_none()
    }

    /// One change back, or on again.
    pub(super) fn travel(&mut self, back: bool) {
        if let Some(source) = self.history.step(back) {
            self.want((*source).clone());
        }
    }

    /// Something is to be opened in place of the present run, even if it was before.
    pub(super) fn want(&mut self, source: Source) {
        self.wanted = Some(Shared::new(source));
    }

    /// The text of the run has come.
    pub(super) fn told_text(&mut self, text: String) {
        self.history.told(&text);
        self.text.of_run = Some(Shared::new(text));
        self.keep();
    }

    /// Keeps in mind what is open now, for undo, the text pane and the next visit.
    pub(super) fn note(&mut self, opened: &Opened) {
        self.history.opened(&opened.address);
        self.text.opened(opened);
        if let Some(text) = self.text.of_run.clone() {
            self.history.told(&text);
        }
        self.keeping.opened(opened, self.history.present());
    }
}
