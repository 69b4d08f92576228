//! The deployments of one group: an alias is led from one version to the next, a hook before
//! and a hook after that, and back again if something goes wrong.
//!
//! Rules: CD-01 to CD-07, CD-11 to CD-14, CD-17, CD-20 to CD-32.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::alarm::StateValue;
use super::deployment::{
    Called, Deployment, ErrorCode, EventStatus, Hook, HookStatus, LifecycleEvent,
    Reroute, RollbackEvent, Status, Terms,
};
use super::routing::TrafficRouting;
use crate::WithEvents;
use crate::event::{DeploymentEvent, Event, FunctionEvent, Mode, Request};
use crate::id::{AlarmId, GroupId, Job, Origin, Part};
use crate::lambda::invoke::small;
use crate::message::{Content, Letter};
use crate::plan::{Plan, PlannedGroup};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{Fact, ReleaseFact};
use crate::value::{Payload, Value};

/// So long CodeDeploy waits for what a hook reports (CD-06).
pub const HOOK_MAX: Span = Span::HOUR;

/// The deployments of one group.
#[derive(Clone, Debug, Default)]
pub struct State {
    deployments: Vec<Deployment>,
    /// The alarms that have gone off.
    ringing: Vec<AlarmId>,
    /// What hooks were called with, by the number of the call less one.
    outbox: Vec<Content>,
}

impl State {
    /// All deployments; the first has number 1.
    #[must_use]
    pub fn deployments(&self) -> &[Deployment] {
        &self.deployments
    }

    /// The deployment under way, with its number.
    #[must_use]
    pub fn active(&self) -> Option<(u32, &Deployment)> {
        let (at, last) =
            self.deployments.iter().enumerate().rfind(|(_, one)| one.is_active())?;
        Some((small(at as u64 + 1), last))
    }

    /// What a hook was called with.
    #[must_use]
    pub fn content(&self, call: u32) -> Option<&Content> {
        self.outbox.get((call as usize).checked_sub(1)?)
    }

    /// Whether something will happen in it by itself: its timers alone do not say so.
    pub(crate) fn awaits(&self) -> bool {
        self.active().is_some()
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.deployments.iter().map(Deployment::bytes).sum::<usize>()
            + self.outbox.len() * size_of::<Content>()
    }

    pub(crate) fn assert_consistent(&self) {
        let active = self.deployments.iter().filter(|one| one.is_active()).count();
        assert!(active <= 1, "one deployment at a time for each group (CD-23)");
    }

    /// Creates a deployment, which begins at once; its number.
    pub(crate) fn create(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        terms: Terms,
        rule: Rule,
    ) -> u32 {
        let fact = ReleaseFact::Created {
            current: small(terms.current),
            target: small(terms.target),
        };
        self.deployments.push(Deployment::new(Rc::new(terms), cx.now));
        tell(id, cx, rule, fact);
        let begun = Event::Deployment(id, DeploymentEvent::Begun);
        cx.post(cx.now, Rank::Shift, begun);
        small(self.deployments.len() as u64)
    }

    /// Somebody stops the deployment under way (CD-31).
    pub(crate) fn stop(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        rolls_back: bool,
    ) -> Option<(Reroute, Rule)> {
        let code = ErrorCode::ManualStop;
        self.end(id, cx, Rule::Cd31, Status::Stopped, code, rolls_back)
    }

    /// Whether a hook has not reported yet, and the deployment waits for it.
    pub(crate) fn awaits_report(&self, call: u32) -> bool {
        let hook = self.deployments.last().and_then(|last| last.hook);
        hook.is_some_and(|hook| hook.call == call)
    }

    #[inline(never)]
    pub(crate) fn on_event(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: DeploymentEvent,
    ) -> Option<(Reroute, Rule)> {
        match event {
            DeploymentEvent::AlarmChanged { alarm, value } => {
                self.ringing.retain(|other| *other != alarm);
                if value != StateValue::Alarm {
                    return None;
                }
                self.ringing.push(alarm);
                self.alarmed(id, plan, cx)
            }
            DeploymentEvent::PollDue => self.polled(id, cx),
            DeploymentEvent::Begun => self.begun(id, plan, cx),
            DeploymentEvent::Reported { call, status } => {
                self.reported(id, plan, cx, call, status)
            }
            DeploymentEvent::ReportOverdue { call } => self.overdue(id, cx, call),
            DeploymentEvent::ShiftDue { number, shift } => {
                let is_current =
                    self.active().is_some_and(|(active, _)| active == number);
                if is_current { self.shift(id, plan, cx, shift) } else { None }
            }
            // Whether Lambda takes it or not: CodeDeploy waits for a report (CD-06).
            DeploymentEvent::Answered => None,
        }
    }

    fn begun(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
    ) -> Option<(Reroute, Rule)> {
        let current = self.deployments.last_mut().filter(|last| last.is_active())?;
        current.status = Status::InProgress;
        if let Some(rule) = misfit(plan, plan.group(id), &current.terms) {
            let code = ErrorCode::InvalidLambdaConfiguration;
            return self.end(id, cx, rule, Status::Failed, code, false);
        }
        if self.rings() {
            let code = ErrorCode::AlarmActive;
            let rolls_back = self.rolls_back(RollbackEvent::StopOnAlarm);
            return self.end(id, cx, Rule::Cd25, Status::Stopped, code, rolls_back);
        }
        self.enter(id, plan, cx, LifecycleEvent::BeforeAllowTraffic)
    }

    /// Whether an alarm has gone off that the deployment under way heeds.
    fn rings(&self) -> bool {
        let Some((_, active)) = self.active() else { return false };
        active.terms.alarms.iter().any(|alarm| self.ringing.contains(alarm))
    }

    fn alarmed(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
    ) -> Option<(Reroute, Rule)> {
        if !self.rings() {
            return None;
        }
        let (_, active) = self.active()?;
        // It is looked at when the deployment begins.
        if active.status == Status::Created {
            return None;
        }
        let poll = plan.settings.alarm_poll;
        if poll > Span::ZERO {
            let since = cx.now.since(active.created);
            let polls = since.0.div_ceil(poll.0);
            let at = active.created.plus(poll.times(polls));
            cx.post(at, Rank::Alarm, Event::Deployment(id, DeploymentEvent::PollDue));
            return None;
        }
        let is_step = active.next_shift == Some(cx.now);
        let rule = if is_step { Rule::Cd32 } else { Rule::Cd24 };
        self.stop_on_alarm(id, cx, rule)
    }

    /// CodeDeploy looks at the alarms (CD-26).
    fn polled(&mut self, id: GroupId, cx: &mut Cx<'_>) -> Option<(Reroute, Rule)> {
        if self.rings() { self.stop_on_alarm(id, cx, Rule::Cd26) } else { None }
    }

    fn stop_on_alarm(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        rule: Rule,
    ) -> Option<(Reroute, Rule)> {
        let rolls_back = self.rolls_back(RollbackEvent::StopOnAlarm);
        self.end(id, cx, rule, Status::Stopped, ErrorCode::AlarmActive, rolls_back)
    }

    /// Whether the deployment under way rolls back after this.
    pub(crate) fn rolls_back(&self, event: RollbackEvent) -> bool {
        self.active().is_some_and(|(_, active)| active.terms.rollback.contains(&event))
    }

    /// Begins with one of the things a deployment does.
    fn enter(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: LifecycleEvent,
    ) -> Option<(Reroute, Rule)> {
        let terms = Rc::clone(&self.deployments.last()?.terms);
        let hook = match event {
            LifecycleEvent::BeforeAllowTraffic => &terms.before,
            LifecycleEvent::AllowTraffic => {
                self.mark(id, cx, Rule::Cd01, event, EventStatus::InProgress);
                return self.shift(id, plan, cx, 0);
            }
            LifecycleEvent::AfterAllowTraffic => &terms.after,
        };
        if let Some(hook) = hook {
            self.mark(id, cx, Rule::Cd01, event, EventStatus::InProgress);
            self.call(id, plan, cx, hook, event);
            return None;
        }
        self.mark(id, cx, Rule::Cd03, event, EventStatus::Skipped);
        self.go_on(id, plan, cx, event)
    }

    /// One of the things a deployment does is done with.
    fn go_on(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: LifecycleEvent,
    ) -> Option<(Reroute, Rule)> {
        match event {
            LifecycleEvent::BeforeAllowTraffic => {
                self.enter(id, plan, cx, LifecycleEvent::AllowTraffic)
            }
            LifecycleEvent::AllowTraffic => {
                self.enter(id, plan, cx, LifecycleEvent::AfterAllowTraffic)
            }
            LifecycleEvent::AfterAllowTraffic => {
                let current = self.deployments.last_mut()?;
                current.status = Status::Succeeded;
                current.ended = Some(cx.now);
                let fact = ReleaseFact::Ended { status: Status::Succeeded, error: None };
                tell(id, cx, Rule::Cd02, fact);
                None
            }
        }
    }

    fn mark(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        rule: Rule,
        event: LifecycleEvent,
        status: EventStatus,
    ) {
        if let Some(current) = self.deployments.last_mut() {
            current.lifecycle[event as usize] = status;
        }
        tell(id, cx, rule, ReleaseFact::Lifecycle { event, status });
    }

    /// Calls a hook, as an event (CD-04, CD-05).
    fn call(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        hook: &Hook,
        event: LifecycleEvent,
    ) {
        let number = self.deployments.len() as u64;
        let call = small(self.outbox.len() as u64 + 1);
        let group = plan.group(id);
        let asked = Value::object([
            ("DeploymentId", Value::text(&group.deployment_id(number))),
            (
                "LifecycleEventHookExecutionId",
                Value::text(&group.execution_id(call.into())),
            ),
        ]);
        let content = Content::given(&Payload::Json(asked));
        self.outbox.push(content.clone());
        if let Some(current) = self.deployments.last_mut() {
            current.hook = Some(Called { call, event });
        }
        let job = Job { origin: Origin::Deployment(id), call };
        let fact = ReleaseFact::HookCalled { to: hook.function };
        cx.tell(Part::Deployment(id), Some(job), Rule::Cd04, Fact::Release(fact));
        let letter =
            Letter { content, qualifier: hook.qualifier.name(), permitted: true };
        let slot = cx.mail.put(letter);
        let request = Request { job, attempt: 1, slot, mode: Mode::Later };
        let arrived = Event::Function(hook.function, FunctionEvent::Arrived(request));
        cx.post(cx.now, Rank::Arrival, arrived);
        let overdue = Event::Deployment(id, DeploymentEvent::ReportOverdue { call });
        cx.post(cx.now.plus(HOOK_MAX), Rank::Shift, overdue);
    }

    fn reported(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        status: HookStatus,
    ) -> Option<(Reroute, Rule)> {
        let job = Some(Job { origin: Origin::Deployment(id), call });
        let fact = Fact::Release(ReleaseFact::Reported { status });
        let current = self.deployments.last_mut();
        let awaited = current.and_then(|one| one.hook.take_if(|hook| hook.call == call));
        let Some(Called { event, .. }) = awaited else {
            // LifecycleEventAlreadyCompletedException
            cx.tell(Part::Deployment(id), job, Rule::Cd07, fact);
            return None;
        };
        cx.tell(Part::Deployment(id), job, Rule::Cd05, fact);
        match status {
            HookStatus::Succeeded => {
                self.mark(id, cx, Rule::Cd05, event, EventStatus::Succeeded);
                self.go_on(id, plan, cx, event)
            }
            HookStatus::Failed => {
                let rule = match event {
                    LifecycleEvent::BeforeAllowTraffic => Rule::Cd29,
                    LifecycleEvent::AllowTraffic | LifecycleEvent::AfterAllowTraffic => {
                        Rule::Cd30
                    }
                };
                self.fail(id, cx, rule)
            }
        }
    }

    fn overdue(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        call: u32,
    ) -> Option<(Reroute, Rule)> {
        let awaited = self.deployments.last().and_then(|one| one.hook);
        awaited.filter(|hook| hook.call == call)?;
        self.fail(id, cx, Rule::Cd06)
    }

    fn fail(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        rule: Rule,
    ) -> Option<(Reroute, Rule)> {
        let rolls_back = self.rolls_back(RollbackEvent::Failure);
        let code = ErrorCode::HookExecutionFailure;
        self.end(id, cx, rule, Status::Failed, code, rolls_back)
    }

    /// Shifts traffic (CD-11 to CD-14); the last shift leads the alias to the new version
    /// alone (CD-17).
    fn shift(
        &mut self,
        id: GroupId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u16,
    ) -> Option<(Reroute, Rule)> {
        let of = small(self.deployments.len() as u64);
        let current = self.deployments.last_mut()?;
        let terms = Rc::clone(&current.terms);
        let routing = terms.routing;
        let waits_on = plan.settings.linear_final_wait
            && matches!(routing, TrafficRouting::Linear { .. });
        let Some(shift) = routing.shift(number) else {
            // All is shifted, and if so the last interval is over (CD-13).
            let (rule, event) = match waits_on {
                true => (Rule::Cd13, LifecycleEvent::AllowTraffic),
                false => (Rule::Cd01, LifecycleEvent::AllowTraffic),
            };
            self.mark(id, cx, rule, event, EventStatus::Succeeded);
            return self.go_on(id, plan, cx, event);
        };
        current.percent = shift.percent;
        current.shifts.push((cx.now, shift.percent));
        let is_last = number + 1 == routing.count();
        let interval = Span::MINUTE.times(routing.interval().into());
        // What comes after the last shift comes when the alias leads there.
        let wait = if is_last && !waits_on { Span::ZERO } else { interval };
        let at = cx.now.plus(wait);
        current.next_shift = (!is_last).then_some(at);
        let rule = if is_last && number > 0 { Rule::Cd17 } else { routing.rule() };
        tell(id, cx, rule, ReleaseFact::Shifted { percent: shift.percent });
        let due = DeploymentEvent::ShiftDue { number: of, shift: number + 1 };
        cx.post(at, Rank::Shift, Event::Deployment(id, due));
        let (version, additional) = match is_last {
            true => (terms.target, None),
            false => (terms.current, Some((terms.target, shift.percent))),
        };
        Some((Reroute { version, additional }, rule))
    }

    /// The deployment under way has gone wrong: what was not done is not done any more, and
    /// all traffic goes back where that was asked for (CD-03, CD-28).
    fn end(
        &mut self,
        id: GroupId,
        cx: &mut Cx<'_>,
        rule: Rule,
        status: Status,
        code: ErrorCode,
        rolls_back: bool,
    ) -> Option<(Reroute, Rule)> {
        let current = self.deployments.last_mut()?;
        for event in &mut current.lifecycle {
            *event = match *event {
                EventStatus::Pending => EventStatus::Skipped,
                EventStatus::InProgress => EventStatus::Failed,
                done @ (EventStatus::Succeeded
                | EventStatus::Failed
                | EventStatus::Skipped) => done,
            };
        }
        current.status = status;
        current.error = Some(code);
        current.ended = Some(cx.now);
        current.hook = None;
        current.next_shift = None;
        tell(id, cx, rule, ReleaseFact::Ended { status, error: Some(code) });
        if rolls_back { self.roll_back(id, cx) } else { None }
    }

    /// A new deployment takes back what the last one has done, in no time (CD-28).
    fn roll_back(&mut self, id: GroupId, cx: &mut Cx<'_>) -> Option<(Reroute, Rule)> {
        let of = small(self.deployments.len() as u64);
        let failed = self.deployments.last_mut()?;
        failed.rolled_back_by = Some(of + 1);
        let terms = Terms {
            routing: TrafficRouting::AllAtOnce,
            current: failed.terms.target,
            target: failed.terms.current,
            before: None,
            after: None,
            alarms: Vec::new(),
            rollback: Vec::new(),
        };
        let version = terms.target;
        let shifted = failed.percent > 0;
        failed.percent = 0;
        if shifted {
            failed.shifts.push((cx.now, 0));
        }
        let fact = ReleaseFact::RolledBack { to: small(version), shifted };
        tell(id, cx, Rule::Cd28, fact);
        self.deployments.push(Deployment {
            status: Status::Succeeded,
            lifecycle: [
                EventStatus::Skipped,
                EventStatus::Succeeded,
                EventStatus::Skipped,
            ],
            ended: Some(cx.now),
            percent: 100,
            rolls_back: Some(of),
            ..Deployment::new(Rc::new(terms), cx.now)
        });
        Some((Reroute { version, additional: None }, Rule::Cd28))
    }
}

/// What is wrong with an alias that is to be shifted so, before any hook is called (CD-20
/// to CD-22).
fn misfit(plan: &Plan, group: &PlannedGroup, terms: &Terms) -> Option<Rule> {
    let function = plan.function(group.function());
    let Some(alias) = function.alias_named(group.alias()) else {
        return Some(Rule::Cd20);
    };
    let leads_to = &function.alias(alias).pointer;
    if leads_to.routing.is_some() {
        return Some(Rule::Cd22);
    }
    if leads_to.version != terms.current || function.existing(terms.target).is_none() {
        return Some(Rule::Cd20);
    }
    let changes_nothing = terms.target == terms.current;
    (changes_nothing && terms.routing != TrafficRouting::AllAtOnce).then_some(Rule::Cd21)
}

fn tell(id: GroupId, cx: &mut Cx<'_>, rule: Rule, fact: ReleaseFact) {
    cx.tell(Part::Deployment(id), None, rule, Fact::Release(fact));
}

/// The deployments of all groups of a run.
pub(crate) fn states(count: usize) -> WithEvents<State> {
    (0..count).map(|_| State::default()).collect()
}
