//! What was open before, so that everything can be undone: the addresses of runs, which
//! hold all of them.

use crate::message::{Handed, Source};
use crate::shared::Shared;

/// Most steps back.
const STEPS_MAX: usize = 100;
/// Most bytes of all steps together: a run too large for an address is kept as text.
const BYTES_MAX: usize = 8 << 20;

/// The runs before the present one, and those that were undone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    past: Vec<Shared<Source>>,
    present: Option<Shared<Source>>,
    future: Vec<Shared<Source>>,
    /// The present run has been asked for and is not open yet.
    awaited: bool,
    /// A run is open that has no address; its text is not known yet.
    nameless: bool,
}

impl History {
    /// A run is open, at an address; empty if it is too large to have one.
    pub(super) fn opened(&mut self, address: &str) {
        let awaited = std::mem::take(&mut self.awaited);
        let is_present = self.present.as_deref().is_some_and(|present| match present {
            Source::Link(link) => link == address,
            Source::Text(_) => awaited && address.is_empty(),
        });
        if is_present {
            return;
        }
        if let Some(present) = self.present.take() {
            self.past.push(present);
        }
        self.future.clear();
        self.nameless = address.is_empty();
        if !self.nameless {
            self.present = Some(Shared::new(Source::Link(address.into())));
        }
        while self.past.len() > STEPS_MAX || bytes(&self.past) > BYTES_MAX {
            self.past.remove(0);
        }
    }

    /// All of it, for another program.
    pub(super) fn handed(&self, handed: Handed) -> Handed {
        let plain =
            |all: &[Shared<Source>]| all.iter().map(|one| (**one).clone()).collect();
        let present = self.present.as_deref().cloned();
        let (past, future) = (plain(&self.past), plain(&self.future));
        Handed { past, present, future, ..handed }
    }

    /// As another program left it.
    pub(super) fn of(handed: Handed) -> Self {
        let shared = |all: Vec<Source>| all.into_iter().map(Shared::new).collect();
        Self {
            past: shared(handed.past),
            present: handed.present.map(Shared::new),
            future: shared(handed.future),
            awaited: true,
            nameless: false,
        }
    }

    /// The text of the run that is open is known.
    pub(super) fn told(&mut self, text: &str) {
        if std::mem::take(&mut self.nameless) {
            self.present = Some(Shared::new(Source::Text(text.into())));
        }
    }

    /// Whether only its text can open the present run again, and is not known.
    pub(super) fn needs_text(&self) -> bool {
        self.nameless
    }

    /// What opens the present run again.
    #[must_use]
    pub fn present(&self) -> Option<Shared<Source>> {
        self.present.clone()
    }

    /// Whether there is something to undo, or to do again.
    #[must_use]
    pub fn can_step(&self, back: bool) -> bool {
        !if back { &self.past } else { &self.future }.is_empty()
    }

    /// One step back, or on again: what to open.
    pub(super) fn step(&mut self, back: bool) -> Option<Shared<Source>> {
        let (from, to) = if back {
            (&mut self.past, &mut self.future)
        } else {
            (&mut self.future, &mut self.past)
        };
        let next = from.pop()?;
        to.extend(self.present.replace(next.clone()));
        self.nameless = false;
        self.awaited = true;
        Some(next)
    }
}

fn bytes(all: &[Shared<Source>]) -> usize {
    let length = |source: &Shared<Source>| match &**source {
        Source::Link(text) | Source::Text(text) => text.len(),
    };
    all.iter().map(length).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(addresses: &[&str]) -> History {
        let mut history = History::default();
        for address in addresses {
            history.opened(address);
        }
        history
    }

    /// Takes a step, as the engine would answer it.
    fn step(history: &mut History, back: bool) -> Option<Source> {
        let source = (*history.step(back)?).clone();
        match &source {
            Source::Link(address) => history.opened(address),
            Source::Text(_) => history.opened(""),
        }
        Some(source)
    }

    fn link(address: &str) -> Option<Source> {
        Some(Source::Link(address.into()))
    }

    #[test]
    fn every_run_is_undone_and_done_again() {
        let mut history = with(&["e=a", "s=1", "s=2"]);
        assert!(history.can_step(true) && !history.can_step(false));
        assert_eq!(step(&mut history, true), link("s=1"));
        assert_eq!(step(&mut history, true), link("e=a"));
        assert_eq!(step(&mut history, true), None, "the first run has none before it");
        assert_eq!(step(&mut history, false), link("s=1"));
        assert_eq!(step(&mut history, false), link("s=2"));
        assert!(!history.can_step(false));
    }

    #[test]
    fn a_change_after_undo_is_the_only_future() {
        let mut history = with(&["e=a", "s=1", "s=2"]);
        step(&mut history, true);
        history.opened("s=3");
        assert!(!history.can_step(false));
        assert_eq!(step(&mut history, true), link("s=1"));
    }

    #[test]
    fn the_same_run_again_is_no_step() {
        let mut history = with(&["e=a", "e=a"]);
        assert_eq!(step(&mut history, true), None);
    }

    #[test]
    fn two_steps_before_the_first_is_answered_are_two_steps() {
        let mut history = with(&["e=a", "s=1", "s=2"]);
        history.step(true);
        history.step(true);
        history.opened("s=1");
        history.opened("e=a");
        assert_eq!(history.present().as_deref().cloned(), link("e=a"));
    }

    #[test]
    fn a_run_without_an_address_is_kept_as_text() {
        let mut history = with(&["e=a", ""]);
        assert!(history.needs_text() && history.present().is_none());
        history.told("{}");
        assert!(!history.needs_text());
        history.opened("e=b");
        assert_eq!(step(&mut history, true), Some(Source::Text("{}".into())));
        assert_eq!(step(&mut history, true), link("e=a"));
        assert_eq!(step(&mut history, false), Some(Source::Text("{}".into())));
        assert_eq!(step(&mut history, false), link("e=b"));
    }

    #[test]
    fn it_is_bounded() {
        let mut history = History::default();
        for number in 0..=2 * STEPS_MAX {
            history.opened(&format!("s={number}"));
        }
        let steps = std::iter::from_fn(|| step(&mut history, true)).count();
        assert_eq!(steps, STEPS_MAX);
        for number in 0..20 {
            history.opened("");
            history.told(&format!("{number}{}", " ".repeat(1 << 20)));
        }
        assert!(bytes(&history.past) <= BYTES_MAX);
    }
}
