//! The request whose life is told: chosen on the board, on a lane or in the story.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::Job;
use lambdarium_sim::time::Moment;

use super::{Desk, Picked, Tab};
use crate::message::{Ask, Life, Opened, Painted};
use crate::shared::Shared;

impl Desk {
    /// Tells the life of a request, or no longer.
    pub(super) fn tell_life(&mut self, job: Option<Job>) {
        if EVENTS {
            self.life = job.map(|job| (job, None));
            if job.is_some() {
                self.tab = Tab::Story;
            }
        } else if let Some(job) = job.filter(|_| self.beyond.is_none()) {
            // The engine would say so, too.
            self.opening = true;
            self.beyond = Some(Shared::new(Ask::Life { job }));
        }
    }

    /// The engine has told a life.
    pub(super) fn told_life(&mut self, told: Life) {
        if let Some((job, life)) = &mut self.life
            && *job == told.job
        {
            *life = Some(Shared::new(told));
        }
    }

    /// The life that is told, once it is known.
    #[must_use]
    pub fn life_told(&self) -> Option<&Shared<Life>> {
        self.life.as_ref()?.1.as_ref()
    }

    /// How many of its stations the playhead has passed.
    #[must_use]
    pub fn stations_passed(&self) -> usize {
        let stations = self.life_told().map_or(&[][..], |life| &life.stations);
        stations.partition_point(|station| is_passed(station.moment, self.playhead))
    }

    /// Whether a life can still be told after a change: requests go by the places of their
    /// senders.
    pub(super) fn outlives(&self, opened: &Opened) -> bool {
        self.run.as_ref().is_some_and(|run| {
            let callers = run.callers.iter().map(|caller| &caller.name);
            let functions = run.functions.iter().map(|function| &function.name);
            let services = run.services.iter().map(|service| &service.name);
            callers.eq(opened.callers.iter().map(|caller| &caller.name))
                && functions.eq(opened.functions.iter().map(|function| &function.name))
                && services.eq(opened.services.iter().map(|service| &service.name))
                && (!EVENTS || run.mappings == opened.mappings)
                && run.acts.len() == opened.acts.len()
        })
    }
}

impl Picked {
    /// The request of the span; none where several are one.
    #[must_use]
    pub fn job(&self, painted: &Painted) -> Option<Job> {
        painted.lanes.lanes.get(self.lane)?.spans.get(self.span)?.job
    }
}

fn is_passed(station: Moment, playhead: Moment) -> bool {
    station.at <= playhead.at && station.step <= playhead.step
}
