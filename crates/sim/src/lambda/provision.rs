//! Provisioned concurrency: asked for, prepared for a while, then usable all at once.
//!
//! Rules: CON-04, CON-09, CON-12, CON-13, CON-14, COST-05.

use super::environment::Status;
use super::invoke::{FunctionState, ProvisionedRoom, State, small};
use super::run::{Case, provisioning_fails};
use crate::event::{Event, FunctionEvent, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Fact, Removal};
use crate::value::Payload;

impl FunctionState {
    /// Looks for a free provisioned environment of a version and takes it.
    #[inline]
    pub(crate) fn provisioned_room(
        &mut self,
        plan: &Plan,
        version: VersionIx,
        now: Instant,
    ) -> ProvisionedRoom {
        let units = match self.environments.pool(version) {
            Some(pool) if pool.provisioned.allocated > 0 => pool.provisioned.allocated,
            Some(_) | None => return ProvisionedRoom::None,
        };
        if !self.ledger.count_provisioned_request(&plan.settings, units, now) {
            return ProvisionedRoom::Full(units);
        }
        match self.environments.take_provisioned(version) {
            Some(place) => ProvisionedRoom::Here(place),
            None => ProvisionedRoom::Full(units),
        }
    }
}

impl State {
    /// Asks for provisioned concurrency of a version; 0 gives it up.
    pub(crate) fn provision(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
        count: u64,
    ) {
        self.settle_provisioned_cost(id, plan, cx.now);
        let function = &mut self.functions[usize::from(id.0)];
        let provisioned = &mut function.environments.pool_mut(version).provisioned;
        provisioned.serial += 1;
        provisioned.requested = count;
        provisioned.since = cx.now;
        let growing = count > provisioned.allocated;
        let preparation = plan.settings.pc_prep;
        let building =
            Span(count.saturating_mul(1_000_000) / plan.settings.pc_rate_per_s);
        let ready_at = cx.now.plus(preparation).plus(building);
        provisioned.allocated = provisioned.allocated.min(count);
        provisioned.status = match (count, growing) {
            (0, _) => Status::None,
            (_, true) => Status::InProgress { ready_at },
            (_, false) => Status::Ready,
        };
        let serial = provisioned.serial;
        function.ledger.set_provisioned(function.environments.provisioned_total());
        if count > 0 {
            let fact = Fact::ProvisioningStarted { version, count: small(count) };
            cx.note(Part::Function(id), None, Rule::Con13, fact);
        }
        if growing {
            let due = FunctionEvent::ProvisioningDue { version, serial };
            cx.at(ready_at, Rank::Timer, Event::Function(id, due));
        } else {
            self.shrink(id, cx, version, count);
        }
        self.settle(plan);
    }

    fn shrink(
        &mut self,
        id: FunctionId,
        cx: &mut Cx<'_>,
        version: VersionIx,
        count: u64,
    ) {
        let environments = &mut self.functions[usize::from(id.0)].environments;
        let cause = cx.cause();
        for place in environments.drain_provisioned(version, count) {
            self.remove(id, cx, place, Removal::Deprovisioned, Rule::Con13);
            cx.because_of(cause);
        }
    }

    pub(crate) fn on_provisioning_due(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
        serial: u32,
    ) {
        let planned = plan.function(id);
        let target = planned.version(version);
        let function = &mut self.functions[usize::from(id.0)];
        let provisioned = &mut function.environments.pool_mut(version).provisioned;
        if provisioned.serial != serial {
            return;
        }
        // Init of an allocation belongs to no request; it draws as the desk's call 0.
        let job = Job { origin: Origin::Act(u16::MAX), call: 0 };
        let request = Request { job, attempt: 1, slot: 0, version: None, dry_run: false };
        let payload = Payload::default();
        let case = Case { request, payload: &payload, dice: planned.dice, now: cx.now };
        if provisioning_fails(&case, &target.spec) {
            provisioned.status = Status::Failed;
            provisioned.requested = provisioned.allocated;
            function.ledger.set_provisioned(function.environments.provisioned_total());
            self.settle(plan);
            let fact = Fact::ProvisioningFailed { version };
            let slow = target.spec.behaviour.faults.is_empty();
            let rule = if slow { Rule::Env03 } else { Rule::Con14 };
            cx.note(Part::Function(id), None, rule, fact);
            return;
        }
        let missing = provisioned.requested - provisioned.allocated;
        provisioned.allocated = provisioned.requested;
        provisioned.status = Status::Ready;
        let fact =
            Fact::ProvisioningReady { version, count: small(provisioned.requested) };
        let revision = target.revision;
        for _ in 0..missing {
            let place = function.environments.create(version, true, revision, cx.now);
            function.environments.put_idle(place, false, cx.now);
        }
        cx.note(Part::Function(id), None, Rule::Con13, fact);
    }

    /// Bills provisioned concurrency up to now, and goes on from here.
    pub(crate) fn settle_provisioned_cost(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        now: Instant,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        for (at, version) in plan.function(id).versions.iter().enumerate() {
            let version_ix = VersionIx(u16::try_from(at).expect("versions are limited"));
            let Some(pool) = function.environments.pool(version_ix) else { continue };
            let (count, since) = (pool.provisioned.requested, pool.provisioned.since);
            if count > 0 && now > since {
                function.bill.provisioned(&version.spec, count, since, now);
                function.environments.pool_mut(version_ix).provisioned.since = now;
            }
        }
    }
}
