//! How acts are moved along the timeline, and what follows from a change that is asked for.

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::Instant;

use super::Desk;
use crate::message::{Edit, Opened};
use crate::shared::Shared;

impl Desk {
    pub(super) fn drag(&mut self, dragged: Option<(usize, Instant)>) {
        self.playing = false;
        self.dragged = dragged;
    }

    pub(super) fn leave(&mut self) {
        if self.dragged.take().is_some() || EVENTS && self.life.take().is_some() {
            return;
        }
        self.selection = None;
        self.act = None;
    }

    pub(super) fn edited(&mut self, edit: Edit) {
        if let Edit::MoveAct { number, at } = edit {
            // It stays where it was let go of until the engine has answered.
            self.dragged = Some((number as usize, at));
        }
        self.rejected = None;
        self.attempt = Some(Shared::new(edit));
    }

    /// Where the act that was being moved stands now: acts stand in order of time.
    pub(super) fn moved_act(&mut self, opened: &Opened) -> Option<usize> {
        let (number, at) = self.dragged.take()?;
        let act = self.run.as_ref()?.acts.get(number)?;
        let mut acts = opened.acts.iter();
        acts.rposition(|other| {
            other.at == at && other.label == act.label && other.with == act.with
        })
    }
}
