//! The machine: clock, event queue, world. One step handles one event.
//!
//! Cloning a machine between two instants is how a recording can go back in time.

use alloc::rc::Rc;
use alloc::vec::Vec;

use crate::call;
use crate::caller::state as caller;
use crate::event::{
    AlarmEvent, CallerEvent, DeploymentEvent, Event, FunctionEvent, MappingEvent,
    Receive, Sent, ServiceEvent,
};
use crate::id::{
    AlarmId, CallerId, FunctionId, GroupId, Job, MappingId, Origin, Part, ServiceId,
};
use crate::lambda::alias::release;
use crate::lambda::invoke as lambda;
use crate::mapping;
use crate::message::{Body, Content, Mail};
use crate::plan::Plan;
use crate::queue::{Queue, Rank};
use crate::release::{alarm, group, watch};
use crate::rule::Rule;
use crate::scenario::Act;
use crate::service;
use crate::service::parcel::Parcels;
use crate::time::{Instant, Moment};
use crate::trace::{Entry, Fact, Log, NO_CAUSE, Stop};
use crate::{EVENTS, WithEvents};

/// What a handler may do besides changing its own state: look at the clock, send events,
/// and note facts. Facts and events that follow a fact are caused by it.
pub(crate) struct Cx<'a> {
    pub(crate) now: Instant,
    step: u32,
    cause: u32,
    queue: &'a mut Queue<Sent>,
    idle: &'a mut usize,
    log: &'a mut Log,
    /// What is on its way; events say where it lies.
    pub(crate) mail: &'a mut Mail,
    /// What queues and mappings hand to each other.
    pub(crate) parcels: &'a mut Parcels,
}

impl Cx<'_> {
    /// Notes a fact; what this handler does next was caused by it.
    #[inline(always)]
    pub(crate) fn note(&mut self, part: Part, job: Option<Job>, rule: Rule, fact: Fact) {
        if self.log.keeps_nothing() {
            return;
        }
        let (at, step, cause) = (self.now, self.step, self.cause);
        self.cause = self.log.push(Entry { at, step, cause, part, job, rule, fact });
    }

    /// The same, for what happens so seldom that a call costs less than a copy of all that.
    #[inline(never)]
    pub(crate) fn tell(&mut self, part: Part, job: Option<Job>, rule: Rule, fact: Fact) {
        self.note(part, job, rule, fact);
    }

    /// Whether nobody will look at what is noted.
    #[inline(always)]
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.log.keeps_nothing()
    }

    /// Sends an event for later, seldom.
    #[inline(never)]
    pub(crate) fn post(&mut self, at: Instant, rank: Rank, event: Event) {
        self.at(at, rank, event);
    }

    /// The same, where that is often, and mostly for this instant: the event is put where it
    /// will be taken from, field by field.
    #[inline(always)]
    pub(crate) fn hand_on(&mut self, at: Instant, rank: Rank, event: Event) {
        if self.queue.is_at(at) {
            let sent = Sent::pack(self.cause, event);
            *self.idle += usize::from(sent.is_idle());
            self.queue.push_ready(rank, sent);
        } else {
            self.post(at, rank, event);
        }
    }

    /// Sends an event for later.
    #[inline(always)]
    pub(crate) fn at(&mut self, at: Instant, rank: Rank, event: Event) {
        let sent = Sent::pack(self.cause, event);
        if sent.is_idle() {
            *self.idle += 1;
        }
        self.queue.push(at, rank, sent);
    }

    /// Sends an event to another part, at this instant.
    #[inline]
    pub(crate) fn send(&mut self, rank: Rank, event: Event) {
        self.at(self.now, rank, event);
    }

    /// Keeps the reply to an act.
    pub(crate) fn reply(&mut self, act: u16, reply: call::Reply) {
        self.log.reply(act, reply);
    }

    /// Lets two branches of one handler have the same cause.
    pub(crate) fn cause(&self) -> u32 {
        self.cause
    }

    pub(crate) fn because_of(&mut self, cause: u32) {
        self.cause = cause;
    }
}

/// The state of every part.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) callers: Vec<caller::State>,
    pub(crate) lambda: lambda::State,
    pub(crate) services: WithEvents<service::State>,
    pub(crate) mappings: WithEvents<mapping::State>,
    pub(crate) alarms: WithEvents<alarm::State>,
    pub(crate) groups: WithEvents<group::State>,
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Sim {
    now: Instant,
    step: u32,
    plan: Rc<Plan>,
    world: World,
    queue: Queue<Sent>,
    mail: Mail,
    parcels: Parcels,
    /// Pending events that only tidy up.
    idle: usize,
    acts: Rc<Vec<Act>>,
    next_act: usize,
    entries: u32,
    stopped: Option<Stop>,
}

impl Sim {
    /// A machine at the start of a run; its first facts go to `log`.
    #[must_use]
    pub fn new(plan: Rc<Plan>, acts: Rc<Vec<Act>>, log: &mut Log) -> Self {
        let mut sim = Self {
            now: Instant::START,
            step: 0,
            world: World {
                callers: plan.callers.iter().map(caller::State::new).collect(),
                lambda: lambda::State::new(&plan),
                services: service::states(plan.services.len()),
                mappings: mapping::states(plan.mappings.len()),
                alarms: watch::states(plan.alarms.len()),
                groups: group::states(plan.groups.len()),
            },
            mail: Mail::default(),
            parcels: Parcels::default(),
            plan,
            queue: Queue::new(),
            idle: 0,
            acts,
            next_act: 0,
            entries: 0,
            stopped: None,
        };
        let plan = Rc::clone(&sim.plan);
        let (world, mut cx) = sim.parts(NO_CAUSE, log);
        world.lambda.start(&plan, &mut cx);
        for (at, caller) in world.callers.iter_mut().enumerate() {
            let id = CallerId(u16::try_from(at).expect("parts are limited"));
            caller.start(id, &plan, &mut cx);
        }
        for (at, service) in world.services.iter_mut().enumerate().filter(|_| EVENTS) {
            let id = ServiceId::new(u16::try_from(at).expect("parts are limited"));
            service.start(id, &plan, &mut cx);
        }
        for (at, mapping) in world.mappings.iter_mut().enumerate().filter(|_| EVENTS) {
            let id = MappingId::new(u16::try_from(at).expect("parts are limited"));
            mapping.start(id, &plan, &mut cx);
        }
        for at in (0..world.alarms.len()).filter(|_| EVENTS) {
            let id = AlarmId::new(u16::try_from(at).expect("parts are limited"));
            watch::start(id, &plan, &mut cx);
        }
        sim.entries = log.len();
        sim
    }

    fn parts<'a>(&'a mut self, cause: u32, log: &'a mut Log) -> (&'a mut World, Cx<'a>) {
        let cx = Cx {
            now: self.now,
            step: self.step,
            cause,
            queue: &mut self.queue,
            idle: &mut self.idle,
            log,
            mail: &mut self.mail,
            parcels: &mut self.parcels,
        };
        (&mut self.world, cx)
    }

    /// The instant of the last step.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.step
    }

    /// Trace entries made.
    #[must_use]
    pub fn entries(&self) -> u32 {
        self.entries
    }

    /// The wiring as it is now.
    #[must_use]
    pub fn plan(&self) -> &Rc<Plan> {
        &self.plan
    }

    /// The state of every part.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Why the run ended, once it has.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    /// How many events are pending.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// When the next step is due, if there is one.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        if self.stopped.is_some() {
            return None;
        }
        if self.is_quiet(&self.acts) {
            return Some(self.now);
        }
        let next = self.next_act_at().min(self.queue.next_or_never());
        Some(next.min(self.plan.until()))
    }

    /// Takes a step and those that are due at the same instant, at most so many, and says
    /// how many: none once the run has ended. Most events send another one at once, so
    /// this is quicker than single steps.
    pub fn steps_due(&mut self, most: u32, log: &mut Log) -> u32 {
        let mut taken = 0;
        while taken < most && self.step_on(log) {
            taken += 1;
            if !self.queue.is_ready() {
                break;
            }
        }
        taken
    }

    /// Takes one step. `false` once the run has ended.
    pub fn step(&mut self, log: &mut Log) -> bool {
        self.steps_due(1, log) > 0
    }

    #[inline(always)]
    fn step_on(&mut self, log: &mut Log) -> bool {
        if self.stopped.is_some() {
            return false;
        }
        let (act, due) = (self.next_act_at(), self.queue.next_or_never());
        if act.min(due) > self.plan.until()
            || self.step >= self.plan.bounds.steps
            || log.len() >= self.plan.bounds.entries
            || self.is_quiet(&self.acts)
        {
            self.stop(log);
            return true;
        }
        self.step += 1;
        if act <= due && self.is_before_queue(act, due) {
            self.act(log);
        } else {
            self.take(log);
        }
        self.entries = log.len();
        true
    }

    /// When the next act is due.
    #[inline]
    fn next_act_at(&self) -> Instant {
        self.acts.get(self.next_act).map_or(Instant::NEVER, |act| act.at)
    }

    /// What is done during the run.
    pub(crate) fn acts(&self) -> &[Act] {
        &self.acts
    }

    /// Whether nothing but idle timers is left, with these acts.
    pub(crate) fn is_quiet(&self, acts: &[Act]) -> bool {
        self.queue.len() == self.idle && self.next_act >= acts.len() && !self.awaits()
    }

    /// Whether a queue or a mapping will do something although only timers are left.
    #[inline(never)]
    fn awaits(&self) -> bool {
        let World { services, mappings, alarms, groups, .. } = &self.world;
        let queues = services.iter().any(|service| service.messages().awaits());
        EVENTS
            && (queues
                || mappings.iter().any(mapping::State::awaits)
                || alarms.iter().any(alarm::State::awaits)
                || groups.iter().any(group::State::awaits))
    }

    #[cold]
    #[inline(never)]
    fn stop(&mut self, log: &mut Log) {
        let next = self.next_act_at().min(self.queue.next_or_never());
        let stop = if self.is_quiet(&self.acts) {
            Stop::Quiet
        } else if next > self.plan.until() {
            Stop::Until
        } else if self.step >= self.plan.bounds.steps {
            Stop::Steps
        } else {
            Stop::Entries
        };
        if stop == Stop::Until {
            self.now = self.plan.until();
        }
        self.step += 1;
        self.stopped = Some(stop);
        let plan = Rc::clone(&self.plan);
        let (world, mut cx) = self.parts(NO_CAUSE, log);
        world.lambda.note_costs(&plan, &mut cx);
        cx.note(Part::Desk, None, Rule::Sim01, Fact::Stopped { stop });
        self.entries = log.len();
    }

    /// Whether an act comes before an event of the queue that is not due before it. Acts of
    /// one instant come one after the other: the call an act made is admitted before the
    /// next act.
    #[inline(never)]
    fn is_before_queue(&mut self, act: Instant, due: Instant) -> bool {
        act < due
            || self.queue.next_rank() > Some(Rank::Act)
                && !self.world.lambda.awaits_desk()
    }

    #[cold]
    #[inline(never)]
    fn act(&mut self, log: &mut Log) {
        let number = self.next_act;
        self.next_act += 1;
        let acts = Rc::clone(&self.acts);
        self.now = acts[number].at;
        let mut plan = Rc::clone(&self.plan);
        let (world, mut cx) = self.parts(NO_CAUSE, log);
        let number = u16::try_from(number).expect("acts are limited");
        call::perform(number, &acts[usize::from(number)], &mut plan, world, &mut cx);
        self.plan = plan;
    }

    /// Takes an event. The only dispatcher: every event goes to the part it names.
    #[inline]
    fn take(&mut self, log: &mut Log) {
        let Self { now, step, plan, world, queue, idle, mail, parcels, .. } = self;
        let Some((at, sent)) = queue.pop() else { return };
        *now = at;
        if sent.is_idle() {
            *idle -= 1;
        }
        let cause = sent.cause;
        let cx = Cx { now: at, step: *step, cause, queue, idle, log, mail, parcels };
        sent.deliver(&mut Turn { world, plan, cx });
    }

    /// Takes steps up to and with a moment.
    pub(crate) fn run_to(&mut self, moment: Moment, log: &mut Log) {
        while self.step < moment.step
            && self.next_at().is_some_and(|at| at <= moment.at)
            && self.step(log)
        {}
    }

    /// Whether the next step belongs to a later instant: only then may it be cloned.
    pub(crate) fn is_between_instants(&self) -> bool {
        self.next_at().is_none_or(|at| at > self.now)
    }

    /// Goes on with other acts; those before the present must be the same.
    pub(crate) fn with_acts(&mut self, acts: Rc<Vec<Act>>) {
        self.acts = acts;
    }

    /// A rough count of the bytes a clone takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let callers: usize = self.world.callers.iter().map(caller::State::bytes).sum();
        let services: usize = self.world.services.iter().map(service::State::bytes).sum();
        let mappings: usize = self.world.mappings.iter().map(mapping::State::bytes).sum();
        let alarms: usize = self.world.alarms.iter().map(alarm::State::bytes).sum();
        let groups: usize = self.world.groups.iter().map(group::State::bytes).sum();
        let parts =
            callers + self.world.lambda.bytes() + services + mappings + alarms + groups;
        let under_way = self.queue.bytes() + self.mail.bytes() + self.parcels.bytes();
        size_of::<Self>() + under_way + parts
    }

    /// Panics if the world contradicts itself; tests call it after every step.
    pub fn assert_consistent(&self) {
        self.world.lambda.assert_consistent(&self.plan);
        for caller in &self.world.callers {
            caller.assert_consistent();
        }
        for service in &self.world.services {
            service.assert_consistent();
        }
        for mapping in &self.world.mappings {
            mapping.assert_consistent();
        }
        for group in &self.world.groups {
            group.assert_consistent();
        }
    }
}

/// One event's turn.
struct Turn<'a> {
    world: &'a mut World,
    plan: &'a mut Rc<Plan>,
    cx: Cx<'a>,
}

impl Receive for Turn<'_> {
    #[inline(always)]
    fn on_caller(&mut self, id: CallerId, event: CallerEvent) {
        let Self { world, plan, cx } = self;
        world.callers[usize::from(id.0)].on_event(id, plan, cx, event);
    }

    #[inline(always)]
    fn on_function(&mut self, id: FunctionId, event: FunctionEvent) {
        let Self { world, plan, cx } = self;
        world.lambda.on_event(id, plan, cx, event);
        if EVENTS && let FunctionEvent::ProvisioningDue { version, .. } = event {
            release(id, version, plan, &mut world.lambda, cx);
        }
    }

    #[inline(always)]
    fn on_service(&mut self, id: ServiceId, event: ServiceEvent) {
        let Self { world, plan, cx } = self;
        if EVENTS {
            world.services[usize::from(id.0)].on_event(id, plan, cx, event);
        }
    }

    #[inline(always)]
    fn on_mapping(&mut self, id: MappingId, event: MappingEvent) {
        let Self { world, plan, cx } = self;
        if EVENTS {
            if event == MappingEvent::Settled {
                Rc::make_mut(plan).settle_mapping(id);
            }
            world.mappings[usize::from(id.0)].on_event(id, plan, cx, event);
        }
    }

    #[inline(always)]
    fn on_alarm(&mut self, id: AlarmId, event: AlarmEvent) {
        let Self { world, plan, cx } = self;
        if EVENTS {
            world.alarms[usize::from(id.0)].on_event(id, plan, cx, event);
        }
    }

    #[inline(always)]
    fn on_deployment(&mut self, id: GroupId, event: DeploymentEvent) {
        let Self { world, plan, cx } = self;
        if EVENTS {
            let reroute = world.groups[usize::from(id.0)].on_event(id, plan, cx, event);
            if let Some((to, rule)) = reroute {
                call::reroute(id, to, rule, plan, world, cx);
            }
        }
    }
}

impl Sim {
    /// What a request or message says, once it was sent; a batch says nothing any more when
    /// it is settled.
    #[must_use]
    pub fn content(&self, job: Job) -> Option<Content> {
        if !EVENTS {
            return None;
        }
        let place = (job.call as usize).checked_sub(1)?;
        match job.origin {
            Origin::Caller(caller) => Some(Content::of_caller(caller)),
            Origin::Act(act) => {
                let payload = self.world.lambda.asked(act)?.payload.clone();
                Some(Content::message(Body::Given(payload), Vec::new()))
            }
            Origin::Function(id) => {
                self.world.lambda.function(id).outbox.get(place).cloned()
            }
            Origin::Service(id) => {
                let service = &self.world.services[usize::from(id.0)];
                let planned = self.plan.service(id);
                if planned.kind == service::Kind::Queue || planned.stream.is_some() {
                    let received = service.received().get(place)?;
                    return Some(received.content);
                }
                service.deliveries().outbox().get(place).cloned()
            }
            Origin::Mapping(id) => {
                let mapping = &self.world.mappings[usize::from(id.0)];
                mapping.content(job.call)
            }
            Origin::Deployment(id) => {
                self.world.groups[usize::from(id.0)].content(job.call).cloned()
            }
        }
    }
}

impl World {
    /// The state behind the functions' front doors.
    #[must_use]
    pub fn lambda(&self) -> &lambda::State {
        &self.lambda
    }

    /// The services.
    #[must_use]
    pub fn services(&self) -> &[service::State] {
        &self.services
    }

    /// The mappings.
    #[must_use]
    pub fn mappings(&self) -> &[mapping::State] {
        &self.mappings
    }

    /// The alarms.
    #[must_use]
    pub fn alarms(&self) -> &[alarm::State] {
        &self.alarms
    }

    /// The deployment groups.
    #[must_use]
    pub fn groups(&self) -> &[group::State] {
        &self.groups
    }

    /// The callers.
    #[must_use]
    pub fn callers(&self) -> &[caller::State] {
        &self.callers
    }
}
