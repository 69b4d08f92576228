//! Where one program ends and the whole one takes over: what goes along.

use super::{Desk, History, Tab};
use crate::effects::fragment_at;
use crate::message::{Ask, Handed, Source};
use crate::shared::Shared;

impl Desk {
    /// What the whole program gets to know, with what stands in the editor of the text pane
    /// and where somebody is writing in it; none if it is no longer needed.
    #[must_use]
    pub fn handed(&self, writing: Option<(String, Option<u32>)>) -> Option<Handed> {
        let mut ask = self.beyond.as_deref()?.clone();
        let mut caret = None;
        if let Some((typed, at)) = writing {
            caret = at;
            // Somebody may have typed on since.
            if let Ask::Write { text, .. } = &mut ask {
                *text = typed;
            }
        }
        let text = self.text.open;
        let handed = Handed { ask: Some(ask), text, caret, ..Handed::default() };
        let left = self.run.as_ref().map(|run| {
            fragment_at(&run.address, self.playhead, self.selection.as_deref())
        });
        Some(self.history.handed(Handed { left: left.unwrap_or_default(), ..handed }))
    }

    /// Goes on where the other program ended.
    #[must_use]
    pub fn with_handed(mut self, handed: Handed) -> Self {
        self.text.open = handed.text;
        self.text.arrives = matches!(handed.ask, Some(Ask::Write { .. }));
        self.text.caret = handed.caret;
        self.left = Some(handed.left.clone());
        // Changes are asked for where settings are shown: there somebody goes on.
        if let Some(Ask::Edit(_)) = handed.ask {
            self.tab = Tab::Settings;
        }
        self.beyond = handed.ask.clone().map(Shared::new);
        self.history = History::of(handed);
        self
    }

    /// What the whole program opens first: what it was started for, or else the run that a
    /// change is to be made of.
    #[must_use]
    pub fn first(&self) -> Option<(Source, bool)> {
        let left = self.left.as_ref()?;
        if let Some(Ask::Open { source, keep, .. }) = self.beyond.as_deref() {
            return Some((source.clone(), *keep));
        }
        let present = self.history.present().map(|present| (*present).clone());
        Some(match present {
            Some(text @ Source::Text(_)) => (text, false),
            Some(Source::Link(_)) | None => (Source::Link(left.clone()), false),
        })
    }
}
