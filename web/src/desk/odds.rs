//! The odds: how many seeds are to be played, and how the runs have ended so far.

use lambdarium_sim::odds::Ended;
use lambdarium_sim::{EVENTS, WithEvents};

use super::Desk;
use crate::message::Ask;
use crate::shared::Shared;

/// Odds on their way, or all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Odds {
    /// So many seeds are to be played.
    pub of: u32,
    /// How the runs have ended, in the order of their seeds.
    pub ends: WithEvents<Ended>,
    /// Whether somebody has had enough.
    pub is_cancelled: bool,
}

impl Odds {
    /// How many have been played.
    #[must_use]
    pub fn played(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// Whether more are to be played.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        !self.is_cancelled && self.played() < self.of
    }
}

impl Desk {
    /// What only the whole program counts, and what of it is wanted: the list behind a number
    /// of the fates while it is open, the next ends for the odds, and once the verdicts on
    /// what is expected.
    #[must_use]
    pub fn to_count(&self) -> WithEvents<Ask> {
        let mut asks = WithEvents::new();
        if !EVENTS {
            return asks;
        }
        if let Some(which) = self.listed() {
            asks.push(Ask::Fate { which, moment: self.playhead });
        }
        if let Some(odds) = self.odds.as_ref().filter(|odds| odds.is_under_way()) {
            let from = odds.played();
            asks.push(Ask::Odds { from, count: odds.of - from });
        }
        if self.is_unjudged() {
            asks.push(Ask::Judge);
        }
        asks
    }

    /// So many seeds are to be played, or no more.
    pub(super) fn ask_odds(&mut self, of: Option<u32>) {
        if !EVENTS {
            return;
        }
        self.odds = match (of, self.odds.take()) {
            (Some(of), _) => Some(Shared::new(Odds { of, ..Odds::default() })),
            (None, Some(odds)) => {
                Some(Shared::new(Odds { is_cancelled: true, ..(*odds).clone() }))
            }
            (None, None) => None,
        };
    }

    /// Some more have been played, from this place on.
    pub(super) fn told_odds(&mut self, from: u32, ends: WithEvents<Ended>) {
        if !EVENTS {
            return;
        }
        let Some(odds) = self.odds.as_ref().filter(|odds| odds.is_under_way()) else {
            return;
        };
        // What was asked for before the run was changed comes too late.
        if odds.played() == from && !ends.is_empty() {
            let mut odds = (**odds).clone();
            odds.ends.extend(ends);
            self.odds = Some(Shared::new(odds));
        }
    }
}
