//! Provisioned concurrency: asked for, prepared for a while, then usable all at once.
//!
//! Rules: CON-04, CON-09, CON-12, CON-13, CON-14, COST-05.

use super::billing::billed_end;
use super::concurrency::NoRoom;
use super::environment::Status;
use super::invoke::{FunctionState, State, small};
use super::run::{Case, provisioning_failure};
use crate::event::{Event, FunctionEvent, Mode, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::Settings;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Fact, Removal};
use crate::value::Payload;

/// Whether a version's provisioned concurrency has room.
pub(crate) enum ProvisionedRoom {
    /// In this environment.
    Here(u32),
    /// Not at the moment.
    Full {
        /// So many environments.
        units: u64,
        /// They are not all busy, but get no more requests in this second.
        too_fast: Option<NoRoom>,
    },
    /// There is none to use.
    None,
}

impl FunctionState {
    /// Looks for a free provisioned environment of a version and takes it.
    #[inline]
    pub(crate) fn provisioned_room(
        &mut self,
        id: FunctionId,
        settings: &Settings,
        cx: &mut Cx<'_>,
        version: VersionIx,
    ) -> ProvisionedRoom {
        let units = match self.environments.pool(version) {
            Some(pool) if pool.provisioned.allocated > 0 => pool.provisioned.allocated,
            Some(_) | None => return ProvisionedRoom::None,
        };
        let requests = &mut self.environments.pool_mut(version).provisioned.requests;
        let too_fast = requests.count_provisioned(settings, units, cx.now);
        if too_fast.is_some() {
            return ProvisionedRoom::Full { units, too_fast };
        }
        let Some(place) = self.environments.take_provisioned(version) else {
            return ProvisionedRoom::Full { units, too_fast: None };
        };
        if !self.environments.too_old(place, settings, cx.now) {
            return ProvisionedRoom::Here(place);
        }
        let cause = cx.cause();
        let place = self.renew(id, cx, place);
        cx.because_of(cause);
        ProvisionedRoom::Here(place)
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
        rule: Rule,
    ) {
        if count > 0 {
            self.bill_provisioned(id, plan, version, cx.now);
        } else {
            self.bill_provisioned_to_end(id, plan, version, cx.now);
        }
        let function = &mut self.functions[usize::from(id.0)];
        let provisioned = &mut function.environments.pool_mut(version).provisioned;
        if provisioned.requested == 0 {
            (provisioned.enabled, provisioned.billed_to) = (cx.now, cx.now);
        }
        provisioned.serial += 1;
        provisioned.requested = count;
        let missing = count.saturating_sub(provisioned.allocated);
        let growing = missing > 0;
        let building =
            Span(missing.saturating_mul(1_000_000) / plan.settings.pc_rate_per_s);
        let ready_at = cx.now.plus(plan.settings.pc_prep).plus(building);
        provisioned.allocated = provisioned.allocated.min(count);
        provisioned.status = match (count, growing) {
            (0, _) => Status::None,
            (_, true) => Status::InProgress { ready_at },
            (_, false) => Status::Ready,
        };
        let serial = provisioned.serial;
        function.ledger.set_provisioned(function.environments.provisioned_total());
        // What an alias takes along is told of; whoever deletes it himself knows.
        if count > 0 || rule != Rule::Con13 {
            let fact = Fact::ProvisioningStarted { version, count: small(count) };
            cx.tell(Part::Function(id), None, rule, fact);
        }
        if growing {
            let due = FunctionEvent::ProvisioningDue { version, serial };
            cx.post(ready_at, Rank::Timer, Event::Function(id, due));
        } else {
            self.shrink(id, cx, version, rule);
        }
        self.settle(plan);
    }

    fn shrink(
        &mut self,
        id: FunctionId,
        cx: &mut Cx<'_>,
        version: VersionIx,
        rule: Rule,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let count = function.environments.pool_mut(version).provisioned.requested;
        let cause = cx.cause();
        for place in function.environments.drain_provisioned(version, count) {
            function.remove(id, cx, place, Removal::Deprovisioned, rule);
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
        // Init of an allocation belongs to no request; each allocation draws anew.
        let job = Job { origin: Origin::Act(u16::MAX), call: u32::from(version.0) << 16 };
        let attempt = u16::try_from(serial).unwrap_or(u16::MAX);
        let request = Request { job, attempt, slot: 0, mode: Mode::Answer };
        let payload = Payload::default();
        let case = Case {
            batch: None,
            request: &request,
            payload: &payload,
            dice: planned.dice,
            draw: attempt,
            now: cx.now,
        };
        if let Some(rule) = provisioning_failure(&case, &target.spec, &plan.settings) {
            provisioned.status = Status::Failed;
            provisioned.requested = provisioned.allocated;
            function.ledger.set_provisioned(function.environments.provisioned_total());
            self.settle(plan);
            let fact = Fact::ProvisioningFailed { version };
            cx.tell(Part::Function(id), None, rule, fact);
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
        cx.tell(Part::Function(id), None, Rule::Con13, fact);
    }

    /// Bills a version's provisioned concurrency up to now.
    fn bill_provisioned(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        version: VersionIx,
        to: Instant,
    ) {
        let spec = &plan.function(id).version(version).spec;
        let function = &mut self.functions[usize::from(id.0)];
        let provisioned = &mut function.environments.pool_mut(version).provisioned;
        let span = to.since(provisioned.billed_to);
        function.bill.provisioned(spec, provisioned.requested, span);
        provisioned.billed_to = provisioned.billed_to.max(to);
    }

    /// Bills it to its end: the last five minutes count as a whole (COST-05).
    pub(crate) fn bill_provisioned_to_end(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        version: VersionIx,
        now: Instant,
    ) {
        let pool = self.function(id).environments.pool(version);
        let end = pool.map(|pool| billed_end(pool.provisioned.enabled, now));
        if let Some(end) = end {
            self.bill_provisioned(id, plan, version, end);
        }
    }
}
