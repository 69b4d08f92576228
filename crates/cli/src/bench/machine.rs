//! The simulator as workloads drive it: with nothing kept of what happens, or all of it.

use std::rc::Rc;

use lambdarium_sim::event::Sent;
use lambdarium_sim::limits::Bounds;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::queue::Queue;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::sim::Sim;
use lambdarium_sim::trace::{Keep, Log};

/// Bytes of key and event for each pending event.
pub const BYTES_PER_PENDING: usize = Queue::<Sent>::bytes_per_pending();

/// A machine that can be stepped, whatever it keeps of what happens.
pub(super) trait Machine {
    /// Takes the steps that are due next, at most so many; says how many.
    fn steps_due(&mut self, most: u32) -> u32;
    /// The machine itself.
    fn sim(&self) -> &Sim;
}

/// A machine of which nothing is kept.
#[derive(Debug)]
pub(super) struct Untraced {
    sim: Sim,
    log: Log,
}

impl Machine for Untraced {
    #[inline]
    fn steps_due(&mut self, most: u32) -> u32 {
        self.sim.steps_due(most, &mut self.log)
    }

    #[inline]
    fn sim(&self) -> &Sim {
        &self.sim
    }
}

impl Machine for Recording {
    #[inline]
    fn steps_due(&mut self, most: u32) -> u32 {
        self.steps_due(most)
    }

    #[inline]
    fn sim(&self) -> &Sim {
        self.head()
    }
}

/// A machine, by what is kept.
#[derive(Debug)]
pub(super) enum Kept {
    Nothing(Box<Untraced>),
    Everything(Box<Recording>),
}

impl Kept {
    /// A run of which nothing is kept.
    pub(super) fn untraced(run: Run, bounds: Bounds) -> Self {
        let plan = Plan::check_within(&run, bounds).expect("the workload is in order");
        let mut log = Log::new(Keep::Nothing);
        let sim = Sim::new(Rc::new(plan), Rc::new(run.acts), &mut log);
        Self::Nothing(Box::new(Untraced { sim, log }))
    }

    /// A run that is recorded with its whole trace and checkpoints.
    pub(super) fn recorded(run: Run, bounds: Bounds) -> Self {
        let recording = Recording::open_within(run, bounds);
        Self::Everything(Box::new(recording.expect("the workload is in order")))
    }
}
