//! The front door of every function: requests come in, find room or do not, run, and are
//! answered.
//!
//! It owns the ledger of concurrency and the environments and calls them plainly.
//! Rules: INV-01 to INV-08, CON-01 to CON-16, ENV-01 to ENV-16, COST-01 to COST-06.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::behaviour::Failure;
use super::concurrency::{self, Account, NoRoom};
use super::environment;
use super::run::{self, Case, Run};
use super::{answer, billing};
use crate::caller::Kind;
use crate::dice::Dice;
use crate::event::{Answer, CallerEvent, Event, FunctionEvent, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::limits;
use crate::plan::{Plan, PlannedFunction, Qualifier};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::trace::{Ending, Fact, Reason, Refusal, Removal, Room};
use crate::value::Payload;
use crate::view::Metrics;

/// The state behind all front doors.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) account: Account,
    pub(crate) functions: Vec<FunctionState>,
    /// Payloads of `Invoke` calls under way, by act.
    desk_payloads: Vec<(u16, Rc<Payload>)>,
    /// `Invoke` calls of acts that have not arrived yet.
    desk_on_the_way: u16,
}

/// The state behind one front door.
#[derive(Clone, Debug)]
pub struct FunctionState {
    pub(crate) ledger: concurrency::State,
    pub(crate) environments: environment::State,
    pub(crate) runs: Vec<Run>,
    free_runs: Vec<u32>,
    pub(crate) metrics: Metrics,
    pub(crate) bill: billing::State,
    pub(crate) on_provisioned: u64,
    serial: u32,
}

impl FunctionState {
    fn new(plan: &Plan) -> Self {
        Self {
            ledger: concurrency::State::new(&plan.settings),
            environments: environment::State::default(),
            runs: Vec::new(),
            free_runs: Vec::new(),
            metrics: Metrics::default(),
            bill: billing::State::default(),
            on_provisioned: 0,
            serial: 0,
        }
    }

    /// Requests in flight.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.ledger.on_demand() + self.on_provisioned
    }

    /// Its environments.
    #[must_use]
    pub fn environments(&self) -> &environment::State {
        &self.environments
    }

    /// The run in an environment.
    #[must_use]
    pub fn run(&self, slot: u32) -> Option<&Run> {
        self.runs.get(slot as usize)
    }

    /// CloudWatch's counters.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

impl State {
    pub(crate) fn new(plan: &Plan) -> Self {
        let functions = plan.functions.iter().map(|_| FunctionState::new(plan)).collect();
        Self {
            account: Account::new(plan),
            functions,
            desk_payloads: Vec::new(),
            desk_on_the_way: 0,
        }
    }

    /// The account's ledger.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// One function.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> &FunctionState {
        &self.functions[usize::from(id.0)]
    }

    /// Works the account's pool out anew.
    pub(crate) fn settle(&mut self, plan: &Plan) {
        let ledgers: Vec<&concurrency::State> =
            self.functions.iter().map(|function| &function.ledger).collect();
        self.account.settle(plan, &ledgers);
    }

    pub(crate) fn start(&mut self, plan: &Plan, cx: &mut Cx<'_>) {
        let cause = cx.cause();
        for (at, function) in plan.functions.iter().enumerate() {
            let id = FunctionId(u16::try_from(at).expect("parts are limited"));
            for provisioned in &function.provisioned {
                let version = function.resolve(&provisioned.qualifier);
                let version = version.expect("a plan knows its qualifiers");
                self.provision(id, plan, cx, version, provisioned.count);
                cx.because_of(cause);
            }
        }
        self.settle(plan);
    }

    pub(crate) fn keep_desk_payload(&mut self, act: u16, payload: Rc<Payload>) {
        self.desk_payloads.push((act, payload));
        self.desk_on_the_way += 1;
    }

    /// Whether a call made by an act has yet to arrive.
    pub(crate) fn awaits_desk(&self) -> bool {
        self.desk_on_the_way > 0
    }

    pub(crate) fn on_event(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: FunctionEvent,
    ) {
        match event {
            FunctionEvent::Arrived(request) => self.on_arrived(id, plan, cx, request),
            FunctionEvent::RunEnded { slot, serial } => {
                let function = &self.functions[usize::from(id.0)];
                if function.runs[slot as usize].serial == serial {
                    self.on_run_ended(id, plan, cx, slot, None);
                }
            }
            FunctionEvent::CallerLeft { job, attempt } => {
                self.on_caller_left(id, plan, cx, job, attempt);
            }
            FunctionEvent::IdleDue { version } => self.on_idle_due(id, plan, cx, version),
            FunctionEvent::ProvisioningDue { version, serial } => {
                self.on_provisioning_due(id, plan, cx, version, serial);
            }
        }
    }

    fn on_arrived(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: Request,
    ) {
        let planned = plan.function(id);
        let job = request.job;
        if let Origin::Act(_) = job.origin {
            self.desk_on_the_way -= 1;
        }
        let Some(version) = request.version.or_else(|| qualified(plan, planned, job))
        else {
            return refuse(id, cx, &request, Rule::Ver15, Refusal::ResourceNotFound);
        };
        let target = planned.version(version);
        if cx.now < target.active_at {
            return refuse(id, cx, &request, Rule::Inv06, Refusal::ResourceConflict);
        }
        let payload = match job.origin {
            Origin::Caller(caller) => &plan.caller(caller).caller.payload,
            Origin::Act(act) => {
                let kept = self.desk_payloads.iter().find(|(number, _)| *number == act);
                &Rc::clone(&kept.expect("an act keeps its payload").1)
            }
        };
        let big = !matches!(payload, Payload::Json(crate::value::Value::Object(members)) if members.is_empty());
        if big && payload.bytes() > request_bytes_max(plan, job) {
            return refuse(id, cx, &request, Rule::Inv04, Refusal::RequestTooLarge);
        }
        if request.dry_run {
            cx.note(Part::Function(id), Some(job), Rule::Inv01, Fact::DryRunAnswered);
            return reply(cx, &request, Answer::Checked);
        }
        let case =
            Case { request, payload, dice: case_dice(plan, planned, job), now: cx.now };
        match case.refusal(&target.spec) {
            Some(Failure::ServiceException) => {
                return refuse(id, cx, &request, Rule::Inv04, Refusal::ServiceException);
            }
            Some(_) => {
                let none = NoRoom { reason: Reason::Account, in_flight: 0, limit: 0 };
                return self.throttle(id, cx, &request, Rule::Con08, none);
            }
            None => {}
        }
        match self.admit(id, plan, cx, version, &request) {
            Ok((environment, room, rule)) => {
                self.run(id, plan, cx, &case, version, environment, room, rule);
            }
            Err((no_room, rule)) => self.throttle(id, cx, &request, rule, no_room),
        }
    }

    /// Finds room for a request and takes it (CON-06), or says why there is none.
    fn admit(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
        request: &Request,
    ) -> Result<(u32, Room, Rule), (NoRoom, Rule)> {
        let settings = &plan.settings;
        let planned = plan.function(id);
        let Self { account, functions, .. } = self;
        let function = &mut functions[usize::from(id.0)];
        if let Some(no_room) = account.count_request(settings, cx.now) {
            return Err((no_room, Rule::Con12));
        }
        if settings.rps_limit
            && is_function_url(plan, request.job)
            && let Some(no_room) =
                function.ledger.count_url_request(planned.reserved, cx.now)
        {
            return Err((no_room, Rule::Con12));
        }
        let spilled = match function.provisioned_room(plan, version, cx.now) {
            ProvisionedRoom::Here(place) => {
                function.on_provisioned += 1;
                let room = if function.environments.get(place).reset {
                    Room::Reset
                } else {
                    Room::Provisioned
                };
                return Ok((place, room, Rule::Con06));
            }
            ProvisionedRoom::Full(units) => Some(units),
            ProvisionedRoom::None => None,
        };
        if let Some(no_room) = function.ledger.room(account, planned.reserved) {
            return Err((no_room, throttle_rule(plan, planned, function, no_room)));
        }
        let idle = function.environments.idle_count(version);
        let (place, room, rule) =
            match function.environments.take_idle(version, settings.pick) {
                Some(place) if function.environments.get(place).reset => {
                    (place, Room::Reset, Rule::Env06)
                }
                Some(place) => {
                    let rule = if idle > 1 { Rule::Env12 } else { Rule::Con01 };
                    (place, Room::Warm, rule)
                }
                None => {
                    if let Some(no_room) = function.ledger.take_token(settings, cx.now) {
                        return Err((no_room, Rule::Con10));
                    }
                    let rule = cold_rule(function, version);
                    let revision = planned.version(version).revision;
                    let place =
                        function.environments.create(version, false, revision, cx.now);
                    function.metrics.cold_starts += 1;
                    (place, Room::Cold, rule)
                }
            };
        function.ledger.take(account, planned.reserved);
        let last_unit = function.ledger.freed_now(cx.now)
            && function.ledger.room(account, planned.reserved).is_some();
        if let Some(units) = spilled {
            function.metrics.spillovers += 1;
            let fact = Fact::SpilledOver { provisioned: small(units) };
            cx.note(Part::Function(id), Some(request.job), Rule::Con09, fact);
        }
        Ok((place, room, if last_unit { Rule::Con16 } else { rule }))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "everything an admission has found out"
    )]
    fn run(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        case: &Case<'_>,
        version: VersionIx,
        environment: u32,
        room: Room,
        rule: Rule,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let spec = &plan.function(id).version(version).spec;
        let course = run::course(case, spec, &plan.settings, room);
        let Request { job, attempt, slot, .. } = case.request;
        function.serial += 1;
        let until = cx.now.plus(course.total);
        let run = Run {
            job,
            attempt,
            slot,
            version,
            environment,
            room,
            started: cx.now,
            init_until: cx.now.plus(course.init),
            until,
            ending: course.ending,
            abandoned: false,
            spec: Rc::clone(spec),
            fault: course.fault,
            serial: function.serial,
        };
        let serial = run.serial;
        let place = match function.free_runs.pop() {
            Some(place) => {
                function.runs[place as usize] = run;
                place
            }
            None => {
                function.runs.push(run);
                small(function.runs.len() as u64 - 1)
            }
        };
        let taken = function.environments.get_mut(environment);
        taken.run = Some(place);
        taken.since = cx.now;
        let provisioned = taken.provisioned;
        let taken = taken.id;
        let metrics = &mut function.metrics;
        metrics.invocations += 1;
        metrics.provisioned_invocations += u64::from(provisioned);
        metrics.provisioned_max = metrics.provisioned_max.max(function.on_provisioned);
        let in_flight = function.ledger.on_demand() + function.on_provisioned;
        metrics.concurrent_max = metrics.concurrent_max.max(in_flight);
        let part = Part::Function(id);
        let fact = Fact::Started { environment: taken, version, room, init: course.init };
        cx.note(part, Some(job), rule, fact);
        if course.init_cut {
            cx.note(part, Some(job), Rule::Env04, Fact::InitCut);
        }
        let ended = FunctionEvent::RunEnded { slot: place, serial };
        cx.at(until, Rank::RunEnd, Event::Function(id, ended));
    }

    fn on_run_ended(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        cut: Option<Ending>,
    ) {
        let Self { account, functions, .. } = self;
        let function = &mut functions[usize::from(id.0)];
        let run = &mut function.runs[slot as usize];
        run.serial = 0;
        let run = run.clone();
        let ending = cut.unwrap_or(run.ending);
        let provisioned = function.environments.get(run.environment).provisioned;
        let taken = function.environments.get(run.environment).id;
        function.free_runs.push(slot);
        if provisioned {
            function.on_provisioned -= 1;
        } else {
            function.ledger.give_back(account, plan.function(id).reserved, cx.now);
        }
        let billed = cx.now.since(run.started).millis_up();
        function.bill.run(&run.spec, provisioned, billed);
        let init = if run.room == Room::Cold { run.init_until } else { run.started };
        let duration = cx.now.since(init).0;
        let metrics = &mut function.metrics;
        metrics.errors += u64::from(ending != Ending::Succeeded);
        metrics.duration_us += duration;
        metrics.duration_max_us = metrics.duration_max_us.max(duration);
        let rule = ending_rule(ending, &run);
        let fact = Fact::Ended { ending, billed_ms: small(billed), environment: taken };
        cx.note(Part::Function(id), Some(run.job), rule, fact);
        let cause = cx.cause();
        self.leave(id, plan, cx, &run, ending);
        cx.because_of(cause);
        if let Origin::Act(act) = run.job.origin {
            let payload = self.desk_payloads.iter().find(|(number, _)| *number == act);
            let payload = &payload.expect("an act keeps its payload").1;
            answer::reply(act, plan.function(id), &run, ending, provisioned, payload, cx);
        } else if !run.abandoned {
            reply_to(cx, run.job, run.slot, run.attempt, Answer::Ran(ending));
        }
    }

    /// What becomes of the environment when its run has ended.
    fn leave(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        run: &Run,
        ending: Ending,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let place = run.environment;
        let environment = *function.environments.get(place);
        let surplus =
            environment.provisioned && function.environments.has_surplus(run.version);
        let removal = if ending == Ending::InitFailed && !environment.provisioned {
            Some((Removal::InitFailed, Rule::Env08))
        } else if environment.revision != plan.function(id).version(run.version).revision
        {
            Some((Removal::Update, Rule::Env09))
        } else if surplus {
            Some((Removal::Deprovisioned, Rule::Con13))
        } else if function.environments.too_old(place, &plan.settings, cx.now) {
            Some((Removal::Life, Rule::Env11))
        } else {
            None
        };
        match removal {
            Some((removal, rule)) => self.remove(id, cx, place, removal, rule),
            None => {
                let reset = match ending {
                    Ending::TimedOut
                    | Ending::Exited
                    | Ending::InitFailed
                    | Ending::Cut => true,
                    Ending::Succeeded | Ending::Threw | Ending::TooLarge => false,
                };
                function.environments.put_idle(place, reset, cx.now);
                self.arm_idle(id, plan, cx, run.version);
            }
        }
    }

    pub(crate) fn remove(
        &mut self,
        id: FunctionId,
        cx: &mut Cx<'_>,
        place: u32,
        removal: Removal,
        rule: Rule,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let environment::Environment { id: environment, version, .. } =
            *function.environments.get(place);
        function.environments.remove(place);
        let fact = Fact::EnvironmentRemoved { environment, version, removal };
        cx.note(Part::Function(id), None, rule, fact);
    }

    fn arm_idle(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
    ) {
        let environments = &mut self.functions[usize::from(id.0)].environments;
        if environments.pool_mut(version).armed {
            return;
        }
        if let Some(longest) = environments.longest_idle(version) {
            let due = longest.since.plus(plan.settings.idle_ttl);
            environments.pool_mut(version).armed = true;
            let event = FunctionEvent::IdleDue { version };
            cx.at(due, Rank::Timer, Event::Function(id, event));
        }
    }

    fn on_idle_due(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        version: VersionIx,
    ) {
        let ttl = plan.settings.idle_ttl;
        let cause = cx.cause();
        loop {
            let environments = &mut self.functions[usize::from(id.0)].environments;
            environments.pool_mut(version).armed = false;
            match environments.longest_idle(version) {
                Some(longest) if cx.now.since(longest.since) >= ttl => {
                    let pick = crate::scenario::Pick::LeastRecentlyUsed;
                    if let Some(place) = environments.take_idle(version, pick) {
                        self.remove(id, cx, place, Removal::Idle, Rule::Env10);
                        cx.because_of(cause);
                    }
                }
                Some(_) | None => break,
            }
        }
        self.arm_idle(id, plan, cx, version);
    }

    fn on_caller_left(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        attempt: u16,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let mut runs = function.runs.iter_mut().enumerate();
        let Some((slot, run)) = runs.find(|(_, run)| {
            run.serial != 0
                && run.job == job
                && run.attempt == attempt
                && run.until >= cx.now
        }) else {
            return;
        };
        run.abandoned = true;
        cx.note(Part::Function(id), Some(job), Rule::Inv07, Fact::Abandoned);
        if !plan.settings.abandon_keeps_running {
            self.on_run_ended(id, plan, cx, small(slot as u64), Some(Ending::Cut));
        }
    }

    fn throttle(
        &mut self,
        id: FunctionId,
        cx: &mut Cx<'_>,
        request: &Request,
        rule: Rule,
        no_room: NoRoom,
    ) {
        self.functions[usize::from(id.0)].metrics.throttles += 1;
        let NoRoom { reason, in_flight, limit } = no_room;
        let fact =
            Fact::Throttled { reason, in_flight: small(in_flight), limit: small(limit) };
        cx.note(Part::Function(id), Some(request.job), rule, fact);
        reply(cx, request, Answer::Throttled(reason));
    }

    /// Notes what every function that was used has cost.
    pub(crate) fn note_costs(&mut self, plan: &Plan, cx: &mut Cx<'_>) {
        let free_tier = plan.settings.free_tier;
        let cause = cx.cause();
        for at in 0..self.functions.len() {
            let id = FunctionId(u16::try_from(at).expect("parts are limited"));
            self.settle_provisioned_cost(id, plan, cx.now);
            let bill = self.functions[at].bill;
            let (provisioned, storage, arm) = bill.parts();
            if bill.requests() == 0 && !provisioned {
                continue;
            }
            let rule = match (free_tier, provisioned, storage, arm) {
                (true, ..) => Rule::Cost04,
                (_, true, ..) => Rule::Cost05,
                (_, _, true, _) => Rule::Cost06,
                (_, _, _, true) => Rule::Cost03,
                (false, false, false, false) => Rule::Cost01,
            };
            let fact = Fact::Cost {
                requests: small(bill.requests()),
                micro_usd: bill.micro_usd(free_tier),
            };
            cx.note(Part::Function(id), None, rule, fact);
            cx.because_of(cause);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let function = |f: &FunctionState| {
            f.environments.bytes()
                + f.runs.len() * size_of::<Run>()
                + size_of::<FunctionState>()
        };
        self.functions.iter().map(function).sum()
    }

    pub(crate) fn assert_consistent(&self, plan: &Plan) {
        let mut pool_used = 0;
        for (function, planned) in self.functions.iter().zip(&plan.functions) {
            function.environments.assert_consistent();
            let running =
                function.runs.iter().filter(|run| run.serial != 0).count() as u64;
            assert_eq!(running, function.in_flight(), "a unit of concurrency was lost");
            let busy = function.environments.iter().filter(|e| e.run.is_some()).count();
            assert_eq!(running, busy as u64, "a run without an environment");
            if planned.reserved.is_none() {
                pool_used += function.ledger.on_demand();
            }
        }
        assert_eq!(pool_used, self.account.pool_used(), "the account counts wrong");
    }
}

/// Whether a version's provisioned concurrency has room.
pub(crate) enum ProvisionedRoom {
    /// In this environment.
    Here(u32),
    /// All of so many are busy.
    Full(u64),
    /// There is none to use.
    None,
}

/// A count for the trace.
pub(crate) fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The version a caller's qualifier means now.
#[inline]
fn qualified(plan: &Plan, function: &PlannedFunction, job: Job) -> Option<VersionIx> {
    match job.origin {
        Origin::Caller(caller) => match &plan.caller(caller).qualifier {
            Qualifier::Latest => Some(VersionIx::LATEST),
            Qualifier::Named(name) => function.resolve(name),
        },
        Origin::Act(_) => Some(VersionIx::LATEST),
    }
}

#[inline]
fn case_dice(plan: &Plan, function: &PlannedFunction, job: Job) -> Dice {
    match job.origin {
        Origin::Caller(caller) => function.dice.with(&plan.caller(caller).dice),
        Origin::Act(_) => function.dice.with(&plan.desk),
    }
}

fn is_function_url(plan: &Plan, job: Job) -> bool {
    match job.origin {
        Origin::Caller(caller) => {
            matches!(plan.caller(caller).caller.kind, Kind::FunctionUrl(_))
        }
        Origin::Act(_) => false,
    }
}

/// How large a request may be: 6 MB, through a load balancer 1 MB, from Step Functions
/// 256 KB (section 1.2).
fn request_bytes_max(plan: &Plan, job: Job) -> u64 {
    let Origin::Caller(caller) = job.origin else {
        return limits::SYNC_REQUEST_BYTES_MAX;
    };
    match plan.caller(caller).caller.kind {
        Kind::Alb(_) => 1 << 20,
        Kind::StepFunctions(_) => 256 << 10,
        Kind::Sdk(_)
        | Kind::Cli(_)
        | Kind::RestApi(_)
        | Kind::HttpApi(_)
        | Kind::FunctionUrl(_) => limits::SYNC_REQUEST_BYTES_MAX,
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

fn ending_rule(ending: Ending, run: &Run) -> Rule {
    match ending {
        Ending::Succeeded => Rule::Cost02,
        Ending::Threw => Rule::Inv02,
        Ending::TimedOut if run.room == Room::Reset => Rule::Env07,
        Ending::TimedOut => Rule::Env05,
        Ending::Exited => Rule::Env06,
        Ending::InitFailed => Rule::Env08,
        Ending::TooLarge => Rule::Inv08,
        Ending::Cut => Rule::Inv07,
    }
}

fn refuse(
    id: FunctionId,
    cx: &mut Cx<'_>,
    request: &Request,
    rule: Rule,
    refusal: Refusal,
) {
    cx.note(Part::Function(id), Some(request.job), rule, Fact::Refused { refusal });
    reply(cx, request, Answer::Refused(refusal));
}

fn reply(cx: &mut Cx<'_>, request: &Request, answer: Answer) {
    match request.job.origin {
        Origin::Caller(_) => {
            reply_to(cx, request.job, request.slot, request.attempt, answer);
        }
        Origin::Act(act) => answer::reply_without_run(act, answer, cx),
    }
}

/// Sends an answer to the caller. It belongs to the end of the run, so it comes before
/// any timer of the same instant: an answer in the last microsecond is in time.
#[inline]
fn reply_to(cx: &mut Cx<'_>, job: Job, slot: u32, attempt: u16, answer: Answer) {
    if let Origin::Caller(caller) = job.origin {
        let answered = CallerEvent::Answered { call: job.call, slot, attempt, answer };
        cx.send(Rank::RunEnd, Event::Caller(caller, answered));
    }
}
