//! Recordings: a run played out, and every moment of it within reach.
//!
//! A recording keeps copies of the machine between instants, bounded by bytes: when they
//! take too much it drops every second one and doubles the distance. What only grows, the
//! trace and the replies, is kept once.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::id::Job;
use crate::knob::Issue;
use crate::limits::{self, Bounds};
use crate::message::Content;
use crate::plan::Plan;
use crate::scenario::{Act, Run};
use crate::sim::Sim;
use crate::time::{Instant, Moment};
use crate::trace::{Keep, Log, Stop};

/// Steps between the first checkpoints.
const SPACING: u32 = 2_048;

/// How far a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The instant it has reached.
    pub reached: Instant,
    /// Steps taken.
    pub steps: u32,
    /// Trace entries made.
    pub entries: u32,
    /// Why the run ended, once it has.
    pub stop: Option<Stop>,
}

/// A run played out, or on the way there.
#[derive(Clone, Debug)]
pub struct Recording {
    run: Run,
    plan: Rc<Plan>,
    log: Log,
    head: Sim,
    checkpoints: Vec<Sim>,
    bytes: usize,
    spacing: u32,
    bytes_max: usize,
    /// The machine looked at last, so that playing forward only steps.
    looked: Option<Sim>,
}

impl Recording {
    /// Checks a run and makes it ready to be recorded.
    ///
    /// # Errors
    /// Everything that is wrong with its scenario.
    pub fn open(run: Run) -> Result<Self, Vec<Issue>> {
        Self::open_within(run, Bounds::default())
    }

    /// The same, for a run that may take longer or become larger.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_within(run: Run, bounds: Bounds) -> Result<Self, Vec<Issue>> {
        let plan = Rc::new(Plan::check_within(&run, bounds)?);
        let mut log = Log::new(Keep::Everything);
        let head = Sim::new(Rc::clone(&plan), Rc::new(run.acts.clone()), &mut log);
        let mut recording = Self {
            run,
            plan,
            log,
            checkpoints: Vec::new(),
            bytes: 0,
            spacing: SPACING,
            bytes_max: limits::CHECKPOINT_BYTES_MAX,
            looked: None,
            head,
        };
        recording.keep_checkpoint();
        Ok(recording)
    }

    /// Opens a run and plays it to its end.
    ///
    /// # Errors
    /// Everything that is wrong with its scenario.
    pub fn of(run: Run) -> Result<Self, Vec<Issue>> {
        let mut recording = Self::open(run)?;
        while recording.record(u32::MAX).stop.is_none() {}
        Ok(recording)
    }

    /// The same, with another bound on the bytes of checkpoints.
    #[must_use]
    pub fn with_checkpoint_bytes(mut self, bytes_max: usize) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// The same, with another distance of the first checkpoints, in steps.
    #[must_use]
    pub fn with_checkpoint_spacing(mut self, spacing: u32) -> Self {
        self.spacing = spacing.max(1);
        self
    }

    /// Plays on for at most so many steps.
    pub fn record(&mut self, steps: u32) -> Progress {
        let mut left = steps;
        while left > 0 {
            let taken = self.steps_due(left);
            if taken == 0 {
                break;
            }
            left -= taken;
        }
        self.progress()
    }

    /// Takes a step and those due at the same instant, at most so many; says how many.
    #[inline]
    pub fn steps_due(&mut self, most: u32) -> u32 {
        let taken = self.head.steps_due(most, &mut self.log);
        let last = self.checkpoints.last().map_or(0, Sim::steps);
        if self.head.steps() - last >= self.spacing && self.head.is_between_instants() {
            self.keep_checkpoint();
        }
        taken
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            reached: self.head.now(),
            steps: self.head.steps(),
            entries: self.head.entries(),
            stop: self.head.stopped(),
        }
    }

    fn keep_checkpoint(&mut self) {
        self.bytes += self.head.bytes();
        self.checkpoints.push(self.head.clone());
        while self.bytes > self.bytes_max && self.checkpoints.len() > 2 {
            let mut number = 0;
            self.checkpoints.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.bytes = self.checkpoints.iter().map(Sim::bytes).sum();
            self.spacing = self.spacing.saturating_mul(2);
        }
    }

    /// The machine before its first step.
    pub(crate) fn first(&self) -> Sim {
        self.checkpoints[0].clone()
    }

    /// Lets a machine take the steps that have been recorded; each is looked at.
    pub(crate) fn play_again(&self, sim: &mut Sim, mut after: impl FnMut(&Sim)) {
        let mut numbers = Log::numbering_from(sim.entries());
        while sim.steps() < self.head.steps() && sim.step(&mut numbers) {
            after(sim);
        }
    }

    /// The machine at a moment that has been recorded, or at the last one that has.
    pub fn at(&mut self, moment: Moment) -> &Sim {
        self.look(moment).0
    }

    /// The same, with the trace.
    #[inline(never)]
    pub(crate) fn look(&mut self, moment: Moment) -> (&Sim, &Log) {
        let looked = self.looked.take();
        let start = self.nearest(moment);
        let mut sim = match looked {
            Some(looked)
                if reaches(&looked, moment) && looked.steps() >= start.steps() =>
            {
                looked
            }
            Some(_) | None => start.clone(),
        };
        let mut numbers = Log::numbering_from(sim.entries());
        let recorded = self.head.steps();
        let moment = Moment { step: moment.step.min(recorded), ..moment };
        sim.run_to(moment, &mut numbers);
        (self.looked.insert(sim), &self.log)
    }

    /// The last checkpoint before a moment.
    fn nearest(&self, moment: Moment) -> &Sim {
        let after = self.checkpoints.partition_point(|sim| reaches(sim, moment));
        &self.checkpoints[after.saturating_sub(1)]
    }

    /// What a request says: where nobody has it any more, as when it was first told of. The
    /// run may have to be played again up to there.
    #[must_use]
    pub fn content(&self, job: Job) -> Option<Content> {
        self.head.content(job).or_else(|| {
            let first = self.log.iter().find(|entry| entry.job == Some(job))?;
            let moment = Moment { at: first.at, step: first.step };
            let mut sim = self.nearest(moment).clone();
            sim.run_to(moment, &mut Log::numbering_from(sim.entries()));
            sim.content(job)
        })
    }

    /// Changes the acts: everything before the first difference stays, the rest is
    /// recorded anew by [`Self::record`].
    ///
    /// # Errors
    /// Everything that is wrong with the acts; the recording stays as it was.
    pub fn revise(&mut self, acts: Vec<Act>) -> Result<(), Vec<Issue>> {
        let same = self.run.acts.iter().zip(&acts).take_while(|(a, b)| a == b).count();
        if same == acts.len() && same == self.run.acts.len() {
            return Ok(());
        }
        let run = Run { acts, ..self.run.clone() };
        Plan::check_within(&run, self.plan.bounds)?;
        let first = |acts: &[Act]| acts.get(same).map(|act| act.at);
        let changed = first(&self.run.acts).into_iter().chain(first(&run.acts)).min();
        // A checkpoint lies after all of its instant, so it must lie before the change. One
        // in which the run has ended knows that nothing was left to do; and where an act to
        // come was all that kept a run from its end, it now ends before.
        let kept = self.checkpoints.iter().take_while(|sim| {
            let lies_before = changed.is_some_and(|at| sim.now() < at);
            let is_over = sim.stopped().is_some() || sim.is_quiet(&run.acts);
            sim.steps() == 0 || lies_before && !is_over
        });
        self.checkpoints.truncate(kept.count().max(1));
        let acts = Rc::new(run.acts.clone());
        for checkpoint in &mut self.checkpoints {
            checkpoint.with_acts(Rc::clone(&acts));
        }
        self.bytes = self.checkpoints.iter().map(Sim::bytes).sum();
        self.head = self.checkpoints.last().expect("the first one is kept").clone();
        self.log.truncate(self.head.entries());
        self.looked = None;
        self.run = run;
        Ok(())
    }

    /// What is recorded.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The wiring at the start.
    #[must_use]
    pub fn plan(&self) -> &Rc<Plan> {
        &self.plan
    }

    /// The wiring at the end; it knows every version that was ever published.
    #[must_use]
    pub fn last_plan(&self) -> &Rc<Plan> {
        self.head.plan()
    }

    /// The trace and the replies.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The machine where the recording has arrived.
    #[must_use]
    pub fn head(&self) -> &Sim {
        &self.head
    }

    /// The instant the recording has reached; its end once it is complete.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.head.now()
    }

    /// Just after the next entry behind a moment: one event forward.
    #[must_use]
    pub fn next_moment(&self, moment: Moment) -> Option<Moment> {
        let entry = self.log.get(self.log.count_until(moment))?;
        Some(Moment { at: entry.at, step: entry.step })
    }

    /// Just before the last step that noted something: one event back.
    #[must_use]
    pub fn previous_moment(&self, moment: Moment) -> Option<Moment> {
        let count = self.log.count_until(moment);
        let last = self.log.get(count.checked_sub(1)?)?;
        let mut before = self.log.range(0, count).rev();
        let earlier = before.find(|entry| entry.step < last.step);
        Some(earlier.map_or(Moment { at: Instant::START, step: 0 }, |entry| Moment {
            at: entry.at,
            step: entry.step,
        }))
    }

    /// The chain of causes of an entry, itself first, its root last.
    #[must_use]
    pub fn why(&self, entry: u32) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut number = entry;
        while let Some(found) = self.log.get(number) {
            chain.push(number);
            if found.cause >= number {
                break;
            }
            number = found.cause;
        }
        chain
    }
}

/// Whether a machine stands at or before a moment.
fn reaches(sim: &Sim, moment: Moment) -> bool {
    sim.now() <= moment.at && sim.steps() <= moment.step
}
