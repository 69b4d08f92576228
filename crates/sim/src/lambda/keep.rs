//! What becomes of environments between runs: kept warm, reset, replaced, removed.
//!
//! Rules: ENV-06, ENV-08 to ENV-11; CON-13.

use super::environment;
use super::invoke::FunctionState;
use crate::event::{Event, FunctionEvent};
use crate::id::{FunctionId, Part, VersionIx};
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::Pick;
use crate::sim::Cx;
use crate::trace::{Ending, Fact, Removal};

impl FunctionState {
    /// Removes an environment that is in no line, and says so.
    pub(crate) fn remove(
        &mut self,
        id: FunctionId,
        cx: &mut Cx<'_>,
        place: u32,
        removal: Removal,
        rule: Rule,
    ) {
        let environment::Environment { id: environment, version, .. } =
            *self.environments.get(place);
        self.environments.remove(place);
        let fact = Fact::EnvironmentRemoved { environment, version, removal };
        cx.note(Part::Function(id), None, rule, fact);
    }

    /// Replaces a provisioned environment that has lived too long: so many are always kept.
    pub(crate) fn renew(&mut self, id: FunctionId, cx: &mut Cx<'_>, place: u32) -> u32 {
        let environment::Environment { version, revision, .. } =
            *self.environments.get(place);
        self.remove(id, cx, place, Removal::Life, Rule::Env11);
        self.environments.create(version, true, revision, cx.now)
    }

    /// What becomes of the environment when its run has ended.
    pub(crate) fn leave(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        mut place: u32,
        ending: Ending,
    ) {
        let environment::Environment { version, provisioned, revision, .. } =
            *self.environments.get(place);
        let surplus = provisioned && self.environments.has_surplus(version);
        let planned = plan.function(id).version(version);
        let updated = revision != planned.revision;
        let removal = if ending == Ending::InitFailed && !provisioned {
            Some((Removal::InitFailed, Rule::Env08))
        } else if updated {
            Some((Removal::Update, Rule::Env09))
        } else if !planned.is_there() {
            Some((Removal::Deleted, Rule::Ver23))
        } else if surplus {
            Some((Removal::Deprovisioned, Rule::Con13))
        } else {
            None
        };
        if let Some((removal, rule)) = removal {
            return self.remove(id, cx, place, removal, rule);
        }
        let mut reset = match ending {
            Ending::TimedOut | Ending::Exited | Ending::InitFailed | Ending::Cut => true,
            Ending::Succeeded | Ending::Threw | Ending::TooLarge => false,
        };
        if self.environments.too_old(place, &plan.settings, cx.now) {
            if !provisioned {
                return self.remove(id, cx, place, Removal::Life, Rule::Env11);
            }
            place = self.renew(id, cx, place);
            reset = false;
        }
        let armed = self.environments.put_idle(place, reset, cx.now);
        if !armed {
            self.arm_idle(id, plan, cx, version);
        }
    }

    /// One timer for each version: for the environment that is idle longest.
    fn arm_idle(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
    ) {
        let environments = &mut self.environments;
        if let Some(longest) = environments.longest_idle(version) {
            let due = longest.since.plus(plan.settings.idle_ttl);
            environments.pool_mut(version).armed = true;
            let event = FunctionEvent::IdleDue { version };
            cx.at(due, Rank::Timer, Event::Function(id, event));
        }
    }

    pub(crate) fn on_idle_due(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
    ) {
        let ttl = plan.settings.idle_ttl;
        let cause = cx.cause();
        self.environments.pool_mut(version).armed = false;
        while let Some(longest) = self.environments.longest_idle(version)
            && cx.now.since(longest.since) >= ttl
            && let Some(place) =
                self.environments.take_idle(version, Pick::LeastRecentlyUsed)
        {
            self.remove(id, cx, place, Removal::Idle, Rule::Env10);
            cx.because_of(cause);
        }
        self.arm_idle(id, plan, cx, version);
    }
}
