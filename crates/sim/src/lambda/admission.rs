//! Admission: where a request finds room, or why it does not.
//!
//! Rules: CON-02 to CON-16, ENV-01, ENV-02, ENV-06, ENV-11, ENV-12, ENV-16.

use super::concurrency::NoRoom;
use super::invoke::{FunctionState, State, small};
use super::provision::ProvisionedRoom;
use crate::caller::Kind;
use crate::event::{Mode, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::plan::{Plan, PlannedFunction};
use crate::rule::Rule;
use crate::scenario::Settings;
use crate::sim::Cx;
use crate::trace::{Fact, Reason, Removal, Room};

/// An environment for a request, what kind of room that is, and the rule behind it.
pub(crate) struct Admitted {
    pub(crate) environment: u32,
    pub(crate) room: Room,
    pub(crate) rule: Rule,
}

impl State {
    /// Finds room for a request and takes it (CON-06), or says why there is none.
    pub(crate) fn admit(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
        request: &Request,
    ) -> Result<Admitted, (NoRoom, Rule)> {
        let settings = &plan.settings;
        let planned = plan.function(id);
        let Self { account, functions, .. } = self;
        let function = &mut functions[usize::from(id.0)];
        // The queue is emptied as fast as there is room (ASY-25).
        if request.mode != Mode::Queued
            && let Some(no_room) = account.count_request(settings, cx.now)
        {
            return Err((no_room, Rule::Con12));
        }
        if settings.rps_limit
            && is_function_url(plan, request.job)
            && let Some(no_room) =
                function.ledger.count_url_request(planned.reserved, cx.now)
        {
            return Err((no_room, Rule::Con12));
        }
        let spill = match function.provisioned_room(id, settings, cx, version) {
            ProvisionedRoom::Here(environment) => {
                function.on_provisioned += 1;
                let reset = function.environments.get(environment).reset;
                let room = if reset { Room::Reset } else { Room::Provisioned };
                return Ok(Admitted { environment, room, rule: Rule::Con06 });
            }
            ProvisionedRoom::Full { units, too_fast } => Some((units, too_fast)),
            ProvisionedRoom::None => None,
        };
        if let Some(no_room) = function.ledger.room(account, planned.reserved) {
            return Err(match spill {
                // It is the rate that kept it from the provisioned ones.
                Some((_, Some(too_fast))) => (too_fast, Rule::Con12),
                Some((_, None)) | None => {
                    (no_room, throttle_rule(plan, planned, function, no_room))
                }
            });
        }
        let mut admitted =
            function.on_demand_environment(id, planned, settings, cx, version)?;
        function.ledger.take(account, planned.reserved);
        if function.ledger.freed_now(cx.now)
            && function.ledger.room(account, planned.reserved).is_some()
        {
            // The last unit, and it had been given back at this very instant.
            admitted.rule = Rule::Con16;
        }
        if let Some((units, _)) = spill {
            function.metrics.spillovers += 1;
            let fact = Fact::SpilledOver { provisioned: small(units) };
            cx.note(Part::Function(id), Some(request.job), Rule::Con09, fact);
        }
        Ok(admitted)
    }
}

impl FunctionState {
    /// Takes an idle on-demand environment of a version, or creates one (CON-10).
    fn on_demand_environment(
        &mut self,
        id: FunctionId,
        planned: &PlannedFunction,
        settings: &Settings,
        cx: &mut Cx<'_>,
        version: VersionIx,
    ) -> Result<Admitted, (NoRoom, Rule)> {
        let cause = cx.cause();
        let several = self.environments.idle_count(version) > 1;
        while let Some(environment) = self.environments.take_idle(version, settings.pick)
        {
            if self.environments.too_old(environment, settings, cx.now) {
                self.remove(id, cx, environment, Removal::Life, Rule::Env11);
                cx.because_of(cause);
                continue;
            }
            let (room, rule) = match self.environments.get(environment).reset {
                true => (Room::Reset, Rule::Env06),
                false if several => (Room::Warm, Rule::Env12),
                false => (Room::Warm, Rule::Con01),
            };
            return Ok(Admitted { environment, room, rule });
        }
        if let Some(no_room) = self.ledger.take_token(settings, cx.now) {
            return Err((no_room, Rule::Con10));
        }
        let rule = cold_rule(self, version);
        let revision = planned.version(version).revision;
        let environment = self.environments.create(version, false, revision, cx.now);
        self.metrics.cold_starts += 1;
        Ok(Admitted { environment, room: Room::Cold, rule })
    }
}

fn is_function_url(plan: &Plan, job: Job) -> bool {
    match job.origin {
        Origin::Caller(caller) => {
            matches!(plan.caller(caller).caller.kind, Kind::FunctionUrl(_))
        }
        Origin::Act(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => false,
    }
}

fn throttle_rule(
    plan: &Plan,
    planned: &PlannedFunction,
    function: &FunctionState,
    no_room: NoRoom,
) -> Rule {
    let provisioned = function.ledger.provisioned();
    match no_room.reason {
        Reason::Reserved if provisioned > 0 && planned.reserved == Some(provisioned) => {
            Rule::Con07
        }
        Reason::Reserved => Rule::Con03,
        Reason::Account if no_room.limit == plan.settings.account_concurrency => {
            Rule::Con02
        }
        Reason::Account => Rule::Con05,
        Reason::FunctionRate => Rule::Con10,
        Reason::ReservedRate | Reason::CallerRate => Rule::Con12,
    }
}

/// Why an environment has to be created.
fn cold_rule(function: &FunctionState, version: VersionIx) -> Rule {
    if function.environments.idle_elsewhere(version) {
        Rule::Env16
    } else if function.environments.is_empty() {
        Rule::Env02
    } else {
        Rule::Env01
    }
}
