//! The front door of every function: requests come in, find room or do not, run, and are
//! answered.
//!
//! It owns the ledger of concurrency and the environments and calls them plainly.
//! Rules: INV-01 to INV-08, CON-01 to CON-16, ENV-01 to ENV-16, COST-01 to COST-06.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::admission::Admitted;
use super::answer::Asked;
use super::batch::answer_mapping;
use super::concurrency::{self, Account, NoRoom};
use super::counts::{VersionCounts, count_end};
use super::environment;
use super::run::{self, Case, Run};
use super::{answer, async_queue, billing};
use crate::event::{
    Answer, CallerEvent, DeploymentEvent, Event, FunctionEvent, MappingEvent, Mode,
    Request, ServiceEvent,
};
use crate::id::{AliasIx, CallerId, FunctionId, Job, Origin, Part, VersionIx};
use crate::message::{Content, Last};
use crate::plan::Plan;
use crate::plan::alias::Routed;
use crate::queue::Rank;
use crate::release::{hook, watch};
use crate::rule::Rule;
use crate::service::shelf::Shelf;
use crate::sim::Cx;
use crate::trace::{Ending, Fact, Refusal, Room};
use crate::view::Metrics;
use crate::{EVENTS, WithEvents};

/// The state behind all front doors.
#[derive(Clone, Debug)]
pub struct State {
    pub(crate) account: Account,
    pub(crate) functions: Vec<FunctionState>,
    /// Where the runs of each caller's requests are, by the requests' places at the
    /// caller; old ones stay until they are overwritten.
    places: Vec<Vec<u32>>,
    /// `Invoke` calls, by act.
    desk_calls: Vec<(u16, Rc<Asked>)>,
    /// `Invoke` calls of acts that have not arrived yet.
    pub(super) desk_on_the_way: u16,
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
    /// Asynchronous events that wait or run.
    pub(crate) queue: async_queue::State,
    /// What it has sent to other parts, by its number there less one.
    pub(crate) outbox: Shelf<Content>,
    /// What each version has done, in the order of their places.
    pub(crate) by_version: WithEvents<VersionCounts>,
    /// Of each alias that has weights, runs since it was given them: of its version, and of
    /// the additional one.
    pub(crate) split: WithEvents<[u64; 2]>,
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
            queue: async_queue::State::default(),
            outbox: Shelf::default(),
            by_version: WithEvents::default(),
            split: WithEvents::default(),
            serial: 0,
        }
    }

    /// Keeps a run and gives its place.
    #[inline]
    fn keep_run(&mut self, run: Run) -> u32 {
        if let Some(place) = self.free_runs.pop() {
            self.runs[place as usize] = run;
            return place;
        }
        self.runs.push(run);
        small(self.runs.len() as u64 - 1)
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

    /// What it has sent to other parts, the oldest first.
    #[must_use]
    pub fn outbox(&self) -> &Shelf<Content> {
        &self.outbox
    }

    /// Its asynchronous events.
    #[must_use]
    pub fn queue(&self) -> &async_queue::State {
        &self.queue
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
            places: plan.callers.iter().map(|_| Vec::new()).collect(),
            desk_calls: Vec::new(),
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
            let split = plan.settings.pc_split;
            let all =
                function.provisioned.iter().flat_map(|one| function.shares(one, split));
            let mut versions: Vec<VersionIx> = Vec::new();
            for (version, _) in all.flatten() {
                // Some may have some of their own, and a share.
                let count = function.provisioned_of(version, split);
                if count > 0 && !versions.contains(&version) {
                    self.provision(id, plan, cx, version, count, Rule::Con13);
                    cx.because_of(cause);
                }
                versions.push(version);
            }
        }
        self.settle(plan);
    }

    pub(crate) fn keep_desk_call(&mut self, act: u16, asked: Asked) {
        self.desk_calls.push((act, Rc::new(asked)));
        self.desk_on_the_way += 1;
    }

    /// What a request of an act brought along.
    #[must_use]
    pub fn asked(&self, act: u16) -> Option<&Asked> {
        let kept = self.desk_calls.binary_search_by_key(&act, |(number, _)| *number);
        Some(&self.desk_calls[kept.ok()?].1)
    }

    pub(super) fn desk_call(&self, act: u16) -> Rc<Asked> {
        // Acts are carried out in the order of their numbers.
        let kept = self.desk_calls.binary_search_by_key(&act, |(number, _)| *number);
        Rc::clone(&self.desk_calls[kept.expect("an act keeps its payload")].1)
    }

    /// Whether a call made by an act has yet to arrive.
    pub(crate) fn awaits_desk(&self) -> bool {
        self.desk_on_the_way > 0
    }

    #[inline(always)]
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
            FunctionEvent::InitDue { slot, serial } => {
                self.on_init_due(id, cx, slot, serial);
            }
            FunctionEvent::CallerLeft { job, attempt, slot } => {
                self.on_caller_left(id, plan, cx, job, attempt, slot);
            }
            FunctionEvent::IdleDue { version } => {
                self.functions[usize::from(id.0)].on_idle_due(id, plan, cx, version);
            }
            FunctionEvent::ProvisioningDue { version, serial } => {
                self.on_provisioning_due(id, plan, cx, version, serial);
            }
            FunctionEvent::DispatchDue => {
                if EVENTS {
                    self.on_dispatch_due(id, plan, cx);
                }
            }
        }
    }

    pub(super) fn run(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        case: &Case<'_>,
        routed: Routed,
        admitted: Admitted,
    ) {
        let Routed { version, alias, .. } = routed;
        let Admitted { environment, room, rule } = admitted;
        let function = &mut self.functions[usize::from(id.0)];
        let spec = &plan.function(id).version(version).spec;
        let taken = function.environments.get_mut(environment);
        taken.since = cx.now;
        let (provisioned, taken) = (taken.provisioned, taken.id);
        let course = run::course(case, spec, &plan.settings, room, provisioned);
        let Request { job, attempt, slot, mode } = *case.request;
        let queued = mode == Mode::Queued;
        function.serial += 1;
        let serial = function.serial;
        let until = cx.now.plus(course.total);
        let place = function.keep_run(Run {
            job,
            attempt,
            slot,
            queued,
            version,
            alias,
            environment,
            provisioned,
            room,
            started: cx.now,
            init_until: cx.now.plus(course.init),
            until,
            ending: course.ending,
            abandoned: false,
            spec: Rc::clone(spec),
            fault: course.fault,
            batch: case.batch.cloned(),
            serial,
        });
        function.environments.get_mut(environment).run = Some(place);
        function.count_start(plan.function(id), version, alias, provisioned);
        if let Origin::Caller(caller) = job.origin
            && !queued
        {
            self.keep_place(caller, slot, place);
        }
        let part = Part::Function(id);
        let fact =
            Fact::Started { environment: taken, version, room, init: course.init, alias };
        cx.note(part, Some(job), rule, fact);
        if EVENTS && matches!(job.origin, Origin::Deployment(_)) {
            hook::report(&self.functions[usize::from(id.0)].runs[place as usize], cx);
        }
        if course.init_cut {
            let due = FunctionEvent::InitDue { slot: place, serial };
            cx.at(cx.now.plus(run::INIT_MAX), Rank::Timer, Event::Function(id, due));
        } else {
            let ended = FunctionEvent::RunEnded { slot: place, serial };
            cx.at(until, Rank::RunEnd, Event::Function(id, ended));
        }
    }

    /// Remembers where the run for a request is, should its caller leave.
    fn keep_place(&mut self, caller: CallerId, slot: u32, place: u32) {
        let places = &mut self.places[usize::from(caller.0)];
        if places.len() <= slot as usize {
            places.resize(slot as usize + 1, 0);
        }
        places[slot as usize] = place;
    }

    /// The first Init has taken all the time it may: it runs again (ENV-04).
    fn on_init_due(&mut self, id: FunctionId, cx: &mut Cx<'_>, slot: u32, serial: u32) {
        let run = &self.functions[usize::from(id.0)].runs[slot as usize];
        if run.serial == serial {
            cx.note(Part::Function(id), Some(run.job), Rule::Env04, Fact::InitCut);
            let ended = FunctionEvent::RunEnded { slot, serial };
            cx.at(run.until, Rank::RunEnd, Event::Function(id, ended));
        }
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
        let version = run.version;
        // Its place is free, and keeps the run until another takes it.
        let run = &function.runs[slot as usize];
        let ending = cut.unwrap_or(run.ending);
        let taken = function.environments.get(run.environment).id;
        function.free_runs.push(slot);
        if run.provisioned {
            function.on_provisioned -= 1;
        } else {
            function.ledger.give_back(account, plan.function(id).reserved, cx.now);
        }
        let billed = cx.now.since(run.started).millis_up();
        function.bill.run(&run.spec, run.provisioned, billed);
        let duration = cx.now.since(run.timed_from()).0;
        let metrics = &mut function.metrics;
        metrics.errors += u64::from(ending != Ending::Succeeded);
        metrics.duration_count += 1;
        metrics.duration_us += duration;
        metrics.duration_max_us = metrics.duration_max_us.max(duration);
        if EVENTS {
            let failed = ending != Ending::Succeeded;
            count_end(&mut function.by_version, version, failed, duration);
        }
        let rule = ending_rule(ending, run, plan);
        let fact = Fact::Ended { ending, billed_ms: small(billed), environment: taken };
        cx.note(Part::Function(id), Some(run.job), rule, fact);
        let (cause, place) = (cx.cause(), run.environment);
        if EVENTS && !plan.alarms().is_empty() {
            watch::run_ended(id, plan, cx, run, ending);
        }
        function.leave(id, plan, cx, place, ending);
        cx.because_of(cause);
        let run = &self.functions[usize::from(id.0)].runs[slot as usize];
        match run.job.origin {
            Origin::Caller(caller)
                if !run.queued && run.spec.behaviour.sends.is_empty() =>
            {
                answer_caller(plan, cx, caller, run, ending);
            }
            Origin::Caller(_)
            | Origin::Act(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => {
                self.on_other_run_ended(id, plan, cx, slot, ending);
            }
        }
    }

    /// A run has ended whose code sends something, or that no caller waits for.
    #[inline(never)]
    fn on_other_run_ended(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        ending: Ending,
    ) {
        let cause = cx.cause();
        if EVENTS && ending == Ending::Succeeded {
            self.send_by_code(id, plan, cx, slot);
            cx.because_of(cause);
        }
        let run = &self.functions[usize::from(id.0)].runs[slot as usize];
        let (job, place) = (run.job, run.slot);
        match job.origin {
            _ if EVENTS && run.queued => {
                let last = Last::Ran(run.ran(plan.function(id), ending));
                self.on_queued_ended(id, plan, cx, place, last);
            }
            Origin::Act(act) => {
                let asked = self.desk_call(act);
                let ran = run.ran(plan.function(id), ending);
                answer::reply(id, act, plan, job, &ran, &asked, cx);
            }
            Origin::Caller(caller) => answer_caller(plan, cx, caller, run, ending),
            Origin::Mapping(mapping) if EVENTS => {
                let ran = run.ran(plan.function(id), ending);
                let run = &mut self.functions[usize::from(id.0)].runs[slot as usize];
                let batch = run.batch.take().expect("a run of a mapping has a batch");
                answer_mapping(id, mapping, plan, cx, job.call, &batch, &ran);
            }
            Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => {
                unreachable!("parts of AWS only send events")
            }
        }
    }

    fn on_caller_left(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        attempt: u16,
        slot: u32,
    ) {
        let Origin::Caller(caller) = job.origin else { return };
        let place = self.places[usize::from(caller.0)][slot as usize];
        let run = &mut self.functions[usize::from(id.0)].runs[place as usize];
        // An answer of this very instant would have come before the wait ended.
        assert!(
            run.serial != 0 && (run.job, run.attempt) == (job, attempt),
            "a caller left before its request ran"
        );
        run.abandoned = true;
        cx.note(Part::Function(id), Some(job), Rule::Inv07, Fact::Abandoned);
        if !plan.settings.abandon_keeps_running {
            self.on_run_ended(id, plan, cx, place, Some(Ending::Cut));
        }
    }

    pub(super) fn throttle(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        (rule, no_room): (Rule, NoRoom),
        (version, alias): (Option<VersionIx>, Option<AliasIx>),
    ) -> Answer {
        self.functions[usize::from(id.0)].metrics.throttles += 1;
        let NoRoom { reason, in_flight, limit } = no_room;
        let (in_flight, limit) = (small(in_flight), small(limit));
        let fact = Fact::Throttled { reason, in_flight, limit, alias };
        cx.note(Part::Function(id), Some(job), rule, fact);
        if EVENTS && !plan.alarms().is_empty() {
            watch::throttled(id, plan, cx, version, alias);
        }
        Answer::Throttled(reason)
    }

    pub(crate) fn bytes(&self) -> usize {
        let function = |f: &FunctionState| {
            f.environments.bytes()
                + f.queue.bytes()
                + f.outbox.bytes()
                + f.runs.len() * size_of::<Run>()
                + size_of::<FunctionState>()
        };
        let places = self.places.iter().map(|places| places.len() * size_of::<u32>());
        self.functions.iter().map(function).chain(places).sum()
    }

    pub(crate) fn assert_consistent(&self, plan: &Plan) {
        let mut pool_used = 0;
        for (function, planned) in self.functions.iter().zip(&plan.functions) {
            function.environments.assert_consistent();
            function.queue.assert_consistent();
            let running =
                function.runs.iter().filter(|run| run.serial != 0).count() as u64;
            assert_eq!(running, function.in_flight(), "a unit of concurrency was lost");
            let busy = function.environments.iter().filter(|e| e.run.is_some()).count();
            assert_eq!(running, busy as u64, "a run without an environment");
            function.assert_counted();
            if planned.reserved.is_none() {
                pool_used += function.ledger.on_demand();
            }
        }
        assert_eq!(pool_used, self.account.pool_used(), "the account counts wrong");
    }
}

/// A count for the trace.
pub(crate) fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn ending_rule(ending: Ending, run: &Run, plan: &Plan) -> Rule {
    match ending {
        Ending::Succeeded if run::is_stretched(&run.spec, &plan.settings) => Rule::Env15,
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

pub(super) fn refuse(
    id: FunctionId,
    cx: &mut Cx<'_>,
    job: Job,
    rule: Rule,
    refusal: Refusal,
) -> Answer {
    cx.note(Part::Function(id), Some(job), rule, Fact::Refused { refusal });
    Answer::Refused(refusal)
}

pub(super) fn reply(cx: &mut Cx<'_>, request: &Request, answer: Answer) {
    match request.job.origin {
        Origin::Caller(_) => {
            reply_to(cx, request.job, request.slot, request.attempt, answer);
        }
        Origin::Act(act) => answer::reply_without_run(act, answer, cx),
        // A topic or bus tries again.
        Origin::Service(service) => {
            let answered = ServiceEvent::Answered { call: request.job.call, answer };
            cx.post(cx.now, Rank::RunEnd, Event::Service(service, answered));
        }
        Origin::Mapping(mapping) => {
            let (call, parcel, version) = (request.job.call, 0, VersionIx::LATEST);
            let answered = MappingEvent::Answered { call, parcel, answer, version };
            cx.post(cx.now, Rank::RunEnd, Event::Mapping(mapping, answered));
        }
        Origin::Deployment(group) => {
            let answered = Event::Deployment(group, DeploymentEvent::Answered);
            cx.post(cx.now, Rank::RunEnd, answered);
        }
        // Nobody waits; what is refused is lost, and the trace says so.
        Origin::Function(_) => {}
    }
}

/// Answers the call that a run was for, if anybody still waits.
#[inline(always)]
fn answer_caller(
    plan: &Plan,
    cx: &mut Cx<'_>,
    caller: CallerId,
    run: &Run,
    ending: Ending,
) {
    if run.abandoned {
        return;
    }
    let caller = plan.caller(caller);
    let oversize = ending == Ending::Succeeded
        && answer::given_bytes(&run.spec, caller.payload_bytes) > caller.answer_bytes_max;
    let answer = if oversize { Answer::Oversize } else { Answer::Ran(ending) };
    reply_to(cx, run.job, run.slot, run.attempt, answer);
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
