//! Lanes of what stands until it changes: where aliases lead, and the states of alarms.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::WithEvents;
use crate::id::{AlarmId, FunctionId, Part, VersionIx};
use crate::plan::{Plan, PlannedAlarm};
use crate::record::Recording;
use crate::release::alarm::StateValue;
use crate::time::Instant;
use crate::trace::{AliasFact, Fact, ReleaseFact};

/// Most steps of a lane; what comes then is not told.
const STEPS_MAX: usize = 400;

/// A lane of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepLane {
    /// The name of the alarm, or of the alias.
    pub name: String,
    /// The alarm, or the function whose alias it is.
    pub part: Part,
    /// Its steps, one after the other.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it begins.
    pub from: Instant,
    /// Where it ends.
    pub to: Instant,
    /// What holds there.
    pub is: StepIs,
    /// The entry that tells of its beginning.
    pub entry: Option<u32>,
}

/// What holds between two instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepIs {
    /// An alias leads there.
    Leads {
        /// To this version.
        version: VersionIx,
        /// And to this one.
        additional: Option<VersionIx>,
        /// So many of a million requests.
        weight_ppm: u32,
    },
    /// An alarm is in this state.
    Alarm {
        /// This one.
        value: StateValue,
    },
    /// There is nothing.
    Nothing,
}

/// The aliases that lead elsewhere at some time of a run, or have weights, and its alarms.
pub(super) fn steps(recording: &Recording) -> WithEvents<StepLane> {
    let plan = recording.plan();
    let mut aliases = aliases(plan, recording.last_plan());
    let mut alarms: Vec<StepLane> = plan.alarms().iter().zip(0..).map(alarm).collect();
    for (entry, number) in recording.log().iter().zip(0_u32..) {
        if let (Part::Function(id), Fact::Alias(fact)) = (entry.part, entry.fact) {
            let (alias, is) = match fact {
                AliasFact::Points { alias, version, additional, weight_ppm } => {
                    (alias, StepIs::Leads { version, additional, weight_ppm })
                }
                AliasFact::Deleted { alias } => (alias, StepIs::Nothing),
                AliasFact::Drew { .. } => continue,
            };
            let lane = aliases.iter_mut().find(|(at, _)| *at == (id, alias.0));
            if let Some((_, lane)) = lane {
                lane.add(entry.at, is, Some(number));
            }
        }
        if let Fact::Release(ReleaseFact::AlarmChanged { value }) = entry.fact
            && let Part::Alarm(id) = entry.part
            && let Some(lane) = alarms.get_mut(usize::from(id.0))
        {
            lane.add(entry.at, StepIs::Alarm { value }, Some(number));
        }
    }
    let aliases = aliases.into_iter().map(|(_, lane)| lane).filter(StepLane::is_told);
    let end = recording.end();
    let ended = |mut lane: StepLane| {
        if let Some(last) = lane.steps.last_mut() {
            last.to = end;
        }
        lane
    };
    aliases.chain(alarms).map(ended).collect()
}

/// A function, the place of an alias of it, and the lane of that.
type Alias = ((FunctionId, u16), StepLane);

/// A lane for each alias there ever is, with where it leads at first.
fn aliases(first: &Plan, last: &Plan) -> Vec<Alias> {
    let mut lanes = Vec::new();
    for (function, id) in last.functions().iter().zip((0..).map(FunctionId)) {
        let before = &first.function(id).aliases;
        for (alias, at) in function.aliases.iter().zip(0..) {
            let mut lane = StepLane {
                name: alias.name().to_string(),
                part: Part::Function(id),
                steps: Vec::new(),
            };
            let there = before.get(usize::from(at));
            let is = there.map_or(StepIs::Nothing, |alias| {
                let pointer = &alias.pointer;
                let number = |number| first.function(id).version_numbered(number);
                let routing = pointer.routing.as_ref();
                StepIs::Leads {
                    version: number(pointer.version).unwrap_or(VersionIx::LATEST),
                    additional: routing.and_then(|other| number(other.version)),
                    weight_ppm: routing.map_or(0, |other| other.weight_ppm),
                }
            });
            lane.add(Instant::START, is, None);
            lanes.push(((id, at), lane));
        }
    }
    lanes
}

fn alarm((planned, at): (&PlannedAlarm, u16)) -> StepLane {
    let part = Part::Alarm(AlarmId::new(at));
    let name = planned.name().to_string();
    let mut lane = StepLane { name, part, steps: Vec::new() };
    let value = StateValue::InsufficientData;
    lane.add(Instant::START, StepIs::Alarm { value }, None);
    lane
}

impl StepLane {
    fn add(&mut self, at: Instant, is: StepIs, entry: Option<u32>) {
        if self.steps.len() == STEPS_MAX {
            return;
        }
        if let Some(last) = self.steps.last_mut() {
            last.to = at;
        }
        // What is over at once was never there.
        self.steps.retain(|step| step.from < at);
        self.steps.push(Step { from: at, to: at, is, entry });
    }

    /// Whether it is more than where an alias leads all the time.
    fn is_told(&self) -> bool {
        let has_weights =
            |step: &Step| matches!(step.is, StepIs::Leads { additional: Some(_), .. });
        self.steps.len() > 1 || self.steps.iter().any(has_weights)
    }
}
