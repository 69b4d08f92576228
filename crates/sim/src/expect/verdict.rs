//! Whether a recording is what its scenario expects, and where it first is not.
//!
//! What only grows is looked up where it passes its bound, by halving. For the rest the run
//! is played once more, and all that is open is looked at after every step.

use alloc::vec::Vec;

use super::found::{found, peaks};
use super::{Expectation, Quantity, Reach, Relation, Term};
use crate::id::{Part, ServiceId};
use crate::plan::Plan;
use crate::record::Recording;
use crate::time::Moment;

/// Where a run stopped being what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// After this step.
    pub moment: Moment,
    /// The entry of the trace that tells it, where one does.
    pub entry: Option<u32>,
}

/// Whether an expectation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it does.
    pub holds: bool,
    /// What was found: at the end, or where it had to hold throughout and did not, there.
    pub found: u64,
    /// Where it was first broken; of what must hold at the end, from where on it was broken
    /// for good. None if it holds, and none if it was never fulfilled at all.
    pub broken: Option<Broken>,
}

/// What a scenario expects, with the part found.
#[derive(Clone, Copy)]
struct Asked {
    quantity: Quantity,
    part: Option<Part>,
    relation: Relation,
    bound: u64,
    term: Term,
}

impl Asked {
    fn of(plan: &Plan, expectation: &Expectation) -> Self {
        let Expectation { quantity, part, relation, bound, term } = expectation;
        let (quantity, part) = (*quantity, part.as_deref());
        let part = part.and_then(|name| find(plan, quantity.reach(), name));
        Self { quantity, part, relation: *relation, bound: *bound, term: *term }
    }

    fn holds(&self, found: u64) -> bool {
        self.relation.holds(found, self.bound)
    }

    /// Whether it is about the concurrency of the whole account.
    fn is_of_account(&self) -> bool {
        self.quantity == Quantity::ConcurrentMax && self.part.is_none()
    }

    /// The entry of a step that tells what happened to the quantity; else its last one.
    fn entry(&self, recording: &Recording, step: u32) -> Option<u32> {
        let at = recording.end();
        let count = |step| recording.log().count_until(Moment { at, step });
        let numbers = count(step.saturating_sub(1))..count(step);
        let tells = |number: &u32| {
            recording.log().get(*number).is_some_and(|entry| {
                self.quantity.is_changed_by(&entry.fact)
                    && self.part.is_none_or(|part| part == entry.part)
            })
        };
        numbers.clone().rev().find(tells).or(numbers.last())
    }
}

/// The part a checked plan has under this name.
fn find(plan: &Plan, reach: Reach, name: &str) -> Option<Part> {
    match reach {
        Reach::Run => None,
        Reach::Functions => plan.find_function(name).map(Part::Function),
        Reach::Service => {
            let mut services = plan.services().iter();
            let at = services.position(|service| service.name() == name)?;
            Some(Part::Service(ServiceId::new(u16::try_from(at).ok()?)))
        }
    }
}

/// Whether a recording is what its scenario expects, as far as it is recorded: a verdict on
/// each expectation, in their order.
#[must_use]
pub fn verdicts(recording: &mut Recording) -> Vec<Verdict> {
    let plan = recording.plan();
    let expect = recording.run().scenario.expect.iter();
    let asked: Vec<Asked> = expect.map(|expected| Asked::of(plan, expected)).collect();
    let of_account = asked.iter().any(Asked::is_of_account);
    let peaks = if of_account { peaks(recording) } else { Vec::new() };
    let mut judge = Judge { recording, peaks };
    let verdicts = asked.iter().map(|asked| judge.judge(asked));
    let mut verdicts: Vec<Option<Verdict>> = verdicts.collect();
    let open = asked.iter().zip(&mut verdicts).filter(|(_, verdict)| verdict.is_none());
    replay(judge.recording, open.collect());
    verdicts.into_iter().flatten().collect()
}

struct Judge<'a> {
    recording: &'a mut Recording,
    peaks: Vec<(u32, u64)>,
}

impl Judge<'_> {
    fn steps(&self) -> u32 {
        self.recording.progress().steps
    }

    /// How much there is after a step.
    fn found(&mut self, asked: &Asked, step: u32) -> u64 {
        if asked.is_of_account() {
            let after = self.peaks.partition_point(|(at, _)| *at <= step);
            return after.checked_sub(1).map_or(0, |place| self.peaks[place].1);
        }
        let at = self.recording.end();
        found(self.recording.at(Moment { at, step }), asked.quantity, asked.part)
    }

    /// The verdict; none where all steps have to be looked at.
    fn judge(&mut self, asked: &Asked) -> Option<Verdict> {
        let last = self.steps();
        let found = self.found(asked, last);
        if asked.term == Term::AtEnd && asked.holds(found) {
            return Some(Verdict { holds: true, found, broken: None });
        }
        if !asked.quantity.only_grows() {
            return None;
        }
        let reached = self.first(asked, asked.bound);
        let passed = match asked.bound.checked_add(1) {
            Some(more) => self.first(asked, more),
            None => last + 1,
        };
        let step = match asked.term {
            Term::AtEnd => since(asked.relation, reached, passed),
            Term::Throughout => first_broken(asked.relation, reached, passed, last),
        };
        let Some(step) = step else {
            let holds = asked.term == Term::Throughout;
            return Some(Verdict { holds, found, broken: None });
        };
        let found = match asked.term {
            Term::AtEnd => found,
            Term::Throughout => self.found(asked, step),
        };
        let at = self.recording.end();
        let at = self.recording.at(Moment { at, step }).now();
        let entry = asked.entry(self.recording, step);
        let broken = Some(Broken { moment: Moment { at, step }, entry });
        Some(Verdict { holds: false, found, broken })
    }

    /// The first step after which something that only grows is so much; one more than there
    /// are if none is.
    fn first(&mut self, asked: &Asked, most: u64) -> u32 {
        let last = self.steps();
        if self.found(asked, last) < most {
            return last + 1;
        }
        let (mut low, mut high) = (0, last);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.found(asked, middle) < most {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Since when something that only grows, and does not stand at the end as it should, has not:
/// it reached the bound and passed it after these steps. None if it never stood so.
fn since(relation: Relation, reached: u32, passed: u32) -> Option<u32> {
    let step = match relation {
        Relation::AtMost => passed,
        Relation::Less | Relation::Other => reached,
        Relation::Equal if reached < passed => passed,
        // Too little to the end, or never just as much.
        Relation::Equal | Relation::AtLeast | Relation::More => 0,
    };
    (step > 0).then_some(step)
}

/// After which step it first does not stand as it should.
fn first_broken(relation: Relation, reached: u32, passed: u32, last: u32) -> Option<u32> {
    let step = match relation {
        Relation::AtMost => passed,
        Relation::Less => reached,
        Relation::AtLeast if reached > 1 => 1,
        Relation::More if passed > 1 => 1,
        Relation::AtLeast | Relation::More => last + 1,
        Relation::Equal if reached > 1 => 1,
        Relation::Equal => passed,
        Relation::Other if reached.max(1) < passed => reached,
        Relation::Other => last + 1,
    };
    // What is so from the start is so after the first step.
    let step = step.max(1);
    (step <= last).then_some(step)
}

/// An expectation while a run is played again.
struct Watch<'a> {
    asked: &'a Asked,
    verdict: &'a mut Option<Verdict>,
    held: bool,
    broken: Option<(Moment, u64)>,
}

/// Plays the run once more, and looks after every step.
fn replay(recording: &Recording, open: Vec<(&Asked, &mut Option<Verdict>)>) {
    if open.is_empty() {
        return;
    }
    let mut sim = recording.first();
    let watches = open.into_iter().map(|(asked, verdict)| {
        let held = asked.holds(found(&sim, asked.quantity, asked.part));
        Watch { asked, verdict, held, broken: None }
    });
    let mut watches: Vec<Watch<'_>> = watches.collect();
    recording.play_again(&mut sim, |sim| {
        let moment = Moment { at: sim.now(), step: sim.steps() };
        for watch in &mut watches {
            let found = found(sim, watch.asked.quantity, watch.asked.part);
            let holds = watch.asked.holds(found);
            let is_first = match watch.asked.term {
                Term::AtEnd => watch.held,
                Term::Throughout => watch.broken.is_none(),
            };
            if !holds && is_first {
                watch.broken = Some((moment, found));
            }
            watch.held = holds;
        }
    });
    for Watch { asked, verdict, held, broken } in watches {
        let end = found(&sim, asked.quantity, asked.part);
        let holds = match asked.term {
            Term::AtEnd => held,
            Term::Throughout => broken.is_none(),
        };
        let found = match (asked.term, broken) {
            (Term::Throughout, Some((_, found))) => found,
            (Term::Throughout, None) | (Term::AtEnd, _) => end,
        };
        let broken = broken.filter(|_| !holds).map(|(moment, _)| Broken {
            moment,
            entry: asked.entry(recording, moment.step),
        });
        *verdict = Some(Verdict { holds, found, broken });
    }
}
