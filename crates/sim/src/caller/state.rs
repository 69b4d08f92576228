//! What a caller remembers during a run: calls under way, waits, and its retry quota.
//!
//! One state machine serves every kind; how long it waits, whether it tries again and
//! what its client is told come from the kind's settings.
//! Rules: INV-05, INV-10 to INV-13, INV-16, INV-20, INV-21.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::manners::{Retry, client, client_status, end_rule, retry, retry_rule, status};
use super::sdk::{QUOTA, Trouble};
use super::{Kind, load};
use crate::EVENTS;
use crate::event::{Answer, CallerEvent, Event, FunctionEvent, Request};
use crate::id::{CallerId, Job, Origin, Part};
use crate::plan::{Plan, PlannedCaller};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{Ending, Fact, Outcome, Refusal};

/// What a call under way is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Waiting for an answer.
    Waiting,
    /// Waiting to be tried again.
    BackingOff {
        /// Until then.
        until: Instant,
    },
}

/// A call under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number; 0 marks a free place.
    pub number: u32,
    /// Its present or last attempt.
    pub attempt: u16,
    /// Since when it does what it does.
    pub since: Instant,
    /// What it does.
    pub doing: Doing,
    /// Tokens paid for the last retry.
    cost: u64,
    /// Why it is tried again.
    trouble: Trouble,
}

#[derive(Clone, Copy, Debug)]
struct Wait {
    deadline: Instant,
    slot: u32,
    number: u32,
    attempt: u16,
}

/// The state of one caller.
#[derive(Clone, Debug)]
pub struct State {
    load: load::State,
    made: u32,
    calls: Vec<Call>,
    free: Vec<u32>,
    /// Attempts under way by deadline; each caller waits equally long for all of them.
    waits: VecDeque<Wait>,
    wait_armed: bool,
    bucket: u64,
    ended: [u64; Outcome::COUNT],
    /// Of those that ended refused: kept in a dead-letter queue.
    dead_lettered: u64,
    waiting: u32,
    backing_off: u32,
}

impl State {
    pub(crate) fn new(caller: &PlannedCaller) -> Self {
        let bucket = client(&caller.caller.kind).map_or(0, |spec| spec.bucket);
        Self {
            load: load::State::default(),
            made: 0,
            calls: Vec::new(),
            free: Vec::new(),
            waits: VecDeque::new(),
            wait_armed: false,
            bucket,
            ended: [0; Outcome::COUNT],
            dead_lettered: 0,
            waiting: 0,
            backing_off: 0,
        }
    }

    /// Calls made.
    #[must_use]
    pub fn made(&self) -> u32 {
        self.made
    }

    /// Calls ended, by outcome.
    #[must_use]
    pub fn ended(&self) -> &[u64; Outcome::COUNT] {
        &self.ended
    }

    /// Events that it could not deliver and that lie in its dead-letter queue.
    #[must_use]
    pub fn dead_lettered(&self) -> u64 {
        self.dead_lettered
    }

    /// Calls waiting for an answer.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Calls waiting to be tried again.
    #[must_use]
    pub fn backing_off(&self) -> u32 {
        self.backing_off
    }

    /// Tokens in the retry quota.
    #[must_use]
    pub fn bucket(&self) -> u64 {
        self.bucket
    }

    /// Calls under way.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.number > 0)
    }

    /// The call at a place among those under way, or one that was there before.
    pub(crate) fn call_at(&self, slot: u32) -> Option<&Call> {
        self.calls.get(slot as usize)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.calls.len() * size_of::<Call>() + self.waits.len() * size_of::<Wait>()
    }

    pub(crate) fn assert_consistent(&self) {
        let ended: u64 = self.ended.iter().sum();
        let under_way = u64::from(self.waiting) + u64::from(self.backing_off);
        assert_eq!(u64::from(self.made), ended + under_way, "a call was lost");
        assert_eq!(under_way, self.calls().count() as u64, "a call is in two places");
    }

    pub(crate) fn start(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>) {
        self.schedule_load(id, plan.caller(id), plan.until(), cx);
    }

    fn schedule_load(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        until: Instant,
        cx: &mut Cx<'_>,
    ) {
        let next = self.load.next(&caller.caller.load, until, &caller.dice);
        if let Some((at, count)) = next {
            let count = u32::try_from(count).expect("calls are limited");
            let due = CallerEvent::LoadDue { count };
            cx.at(at.max(cx.now), Rank::Timer, Event::Caller(id, due));
        }
    }

    #[inline(always)]
    pub(crate) fn on_event(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: CallerEvent,
    ) {
        let caller = plan.caller(id);
        match event {
            CallerEvent::LoadDue { count } => {
                let cause = cx.cause();
                self.call(id, caller, cx);
                cx.because_of(cause);
                if count > 1 {
                    let due = CallerEvent::LoadDue { count: count - 1 };
                    cx.send(Rank::Timer, Event::Caller(id, due));
                } else {
                    self.schedule_load(id, caller, plan.until(), cx);
                }
            }
            CallerEvent::RetryDue { slot } => self.retry(id, caller, cx, slot),
            CallerEvent::WaitDue => self.on_wait_due(id, caller, cx),
            CallerEvent::Answered { call, slot, attempt, answer } => {
                let under_way = self.calls.get(slot as usize).is_some_and(|under_way| {
                    under_way.number == call
                        && under_way.attempt == attempt
                        && under_way.doing == Doing::Waiting
                });
                // Otherwise nobody waits for this answer any more.
                if !under_way {
                    return;
                }
                if EVENTS
                    && let Answer::Refused(refusal) = answer
                    && let Some(policy) = &caller.policy
                {
                    return self.on_refused(id, plan, cx, slot, policy, refusal);
                }
                self.on_answer(id, caller, cx, slot, answer);
            }
        }
    }

    /// Makes a new call.
    fn call(&mut self, id: CallerId, caller: &PlannedCaller, cx: &mut Cx<'_>) {
        self.made += 1;
        let call = Call {
            number: self.made,
            attempt: 1,
            since: cx.now,
            doing: Doing::Waiting,
            cost: 0,
            trouble: Trouble::Throttle,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.calls[slot as usize] = call;
                slot
            }
            None => {
                self.calls.push(call);
                u32::try_from(self.calls.len() - 1).expect("calls are limited")
            }
        };
        self.waiting += 1;
        let job = job(id, call.number);
        cx.note(Part::Caller(id), Some(job), caller.called_rule, Fact::Called);
        if caller.sends_too_much {
            return self.refuse(id, caller, cx, slot);
        }
        self.send(id, caller, cx, slot);
    }

    /// Does not even send what is too large for this kind of caller.
    fn refuse(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        slot: u32,
    ) {
        let refusal = Refusal::RequestTooLarge;
        let http = match &caller.caller.kind {
            Kind::Alb(spec) => status(spec.on_throttle),
            Kind::RestApi(_)
            | Kind::HttpApi(_)
            | Kind::FunctionUrl(_)
            | Kind::StepFunctions(_)
            | Kind::Sdk(_)
            | Kind::Cli(_)
            | Kind::S3(_)
            | Kind::CloudWatchLogs(_)
            | Kind::Ses(_)
            | Kind::Iot(_)
            | Kind::Schedule(_) => refusal.http(),
        };
        let job = job(id, self.calls[slot as usize].number);
        cx.note(Part::Caller(id), Some(job), Rule::Inv20, Fact::Refused { refusal });
        self.end(id, cx, slot, Closed { outcome: Outcome::Refused, http }, Rule::Inv20);
    }

    /// Sends the present attempt of a call.
    fn send(&mut self, id: CallerId, caller: &PlannedCaller, cx: &mut Cx<'_>, slot: u32) {
        let Call { number, attempt, .. } = self.calls[slot as usize];
        if let Some(patience) = caller.patience {
            let deadline = cx.now.plus(patience);
            while self.waits.front().is_some_and(|wait| !self.still_waits(wait)) {
                self.waits.pop_front();
            }
            self.waits.push_back(Wait { deadline, slot, number, attempt });
            if !self.wait_armed {
                self.wait_armed = true;
                cx.at(deadline, Rank::Timer, Event::Caller(id, CallerEvent::WaitDue));
            }
        }
        let mode = caller.mode;
        let request = Request { job: job(id, number), attempt, slot, mode };
        let arrived = FunctionEvent::Arrived(request);
        cx.send(Rank::Arrival, Event::Function(caller.function, arrived));
    }

    /// Whether the attempt a wait is for has not been answered yet.
    #[inline]
    fn still_waits(&self, wait: &Wait) -> bool {
        let call = &self.calls[wait.slot as usize];
        call.number == wait.number
            && call.attempt == wait.attempt
            && call.doing == Doing::Waiting
    }

    fn retry(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        slot: u32,
    ) {
        let call = &mut self.calls[slot as usize];
        call.attempt += 1;
        call.doing = Doing::Waiting;
        call.since = cx.now;
        let (job, attempt) = (job(id, call.number), call.attempt);
        let rule = match &caller.policy {
            Some(policy) => policy.rule(),
            None => retry_rule(&caller.caller.kind, call.trouble),
        };
        self.backing_off -= 1;
        self.waiting += 1;
        cx.note(Part::Caller(id), Some(job), rule, Fact::Retried { attempt });
        self.send(id, caller, cx, slot);
    }

    fn on_wait_due(&mut self, id: CallerId, caller: &PlannedCaller, cx: &mut Cx<'_>) {
        self.wait_armed = false;
        let cause = cx.cause();
        while let Some(wait) = self.waits.front().copied() {
            let waits = self.still_waits(&wait);
            if waits && wait.deadline > cx.now {
                self.wait_armed = true;
                cx.at(
                    wait.deadline,
                    Rank::Timer,
                    Event::Caller(id, CallerEvent::WaitDue),
                );
                return;
            }
            self.waits.pop_front();
            if waits {
                self.on_wait_ended(id, caller, cx, wait);
                cx.because_of(cause);
            }
        }
    }

    fn on_wait_ended(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        wait: Wait,
    ) {
        let job = job(id, wait.number);
        let waited = cx.now.since(self.calls[wait.slot as usize].since);
        let rule =
            if client(&caller.caller.kind).is_some() { Rule::Inv16 } else { Rule::Inv21 };
        cx.note(Part::Caller(id), Some(job), rule, Fact::WaitEnded { waited });
        let Wait { slot, attempt, .. } = wait;
        let left = FunctionEvent::CallerLeft { job, attempt, slot };
        cx.send(Rank::RunEnd, Event::Function(caller.function, left));
        let closed = Closed { outcome: Outcome::TimedOut, http: 0 };
        self.on_trouble(id, caller, cx, slot, Trouble::ReadTimeout, closed);
    }

    fn on_answer(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        slot: u32,
        answer: Answer,
    ) {
        let closed = |outcome, http| Closed { outcome, http };
        match answer {
            Answer::Ran(Ending::Succeeded) => {
                self.succeed(id, caller, cx, slot, closed(Outcome::Ok, 200));
            }
            Answer::Checked => {
                self.succeed(id, caller, cx, slot, closed(Outcome::Ok, 204))
            }
            Answer::Accepted => {
                self.succeed(id, caller, cx, slot, closed(Outcome::Accepted, 202));
            }
            Answer::Ran(
                Ending::Threw
                | Ending::TimedOut
                | Ending::Exited
                | Ending::InitFailed
                | Ending::TooLarge
                | Ending::Cut,
            ) => self.succeed(id, caller, cx, slot, closed(Outcome::FunctionError, 200)),
            Answer::Oversize => {
                let kind = &caller.caller.kind;
                let http = client_status(kind, Outcome::Refused, 200);
                self.end(id, cx, slot, closed(Outcome::Refused, http), Rule::Inv20);
            }
            Answer::Throttled(_) => {
                let closed = closed(Outcome::Throttled, 429);
                self.on_trouble(id, caller, cx, slot, Trouble::Throttle, closed);
            }
            Answer::Refused(refusal @ Refusal::ServiceException) => {
                let closed = closed(Outcome::Refused, refusal.http());
                self.on_trouble(id, caller, cx, slot, Trouble::Transient, closed);
            }
            Answer::Refused(
                refusal @ (Refusal::ResourceNotFound
                | Refusal::ResourceConflict
                | Refusal::RequestTooLarge
                | Refusal::AccessDenied
                | Refusal::Recursive),
            ) => {
                self.close(id, caller, cx, slot, closed(Outcome::Refused, refusal.http()))
            }
        }
    }

    /// HTTP 200, whatever the function said: the quota recovers.
    fn succeed(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        slot: u32,
        closed: Closed,
    ) {
        if let Some(spec) = client(&caller.caller.kind)
            && spec.profile.cost(Trouble::Throttle).is_some()
        {
            let paid = self.calls[slot as usize].cost;
            self.bucket = (self.bucket + paid.max(1)).min(QUOTA);
        }
        self.close(id, caller, cx, slot, closed);
    }

    /// Tries again, if the kind of caller does and can pay for it.
    fn on_trouble(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        slot: u32,
        trouble: Trouble,
        closed: Closed,
    ) {
        let call = self.calls[slot as usize];
        let job = job(id, call.number);
        match retry(&caller.caller.kind, caller.dice, call, trouble) {
            Retry::No => self.close(id, caller, cx, slot, closed),
            Retry::After { cost: Some(cost), .. } if cost > self.bucket => {
                let bucket = tokens(self.bucket);
                let fact = Fact::QuotaExhausted { bucket };
                cx.note(Part::Caller(id), Some(job), Rule::Inv13, fact);
                self.end(id, cx, slot, closed, Rule::Inv13);
            }
            Retry::After { wait, cost } => {
                self.bucket -= cost.unwrap_or(0);
                let bucket = tokens(self.bucket);
                let until = cx.now.plus(wait);
                let under_way = &mut self.calls[slot as usize];
                under_way.cost = cost.unwrap_or(0);
                under_way.trouble = trouble;
                under_way.doing = Doing::BackingOff { until };
                under_way.since = cx.now;
                self.waiting -= 1;
                self.backing_off += 1;
                let rule = retry_rule(&caller.caller.kind, trouble);
                let attempt = call.attempt + 1;
                let fact = Fact::RetryPlanned { after: wait, attempt, bucket };
                cx.note(Part::Caller(id), Some(job), rule, fact);
                cx.at(
                    until,
                    Rank::Timer,
                    Event::Caller(id, CallerEvent::RetryDue { slot }),
                );
            }
        }
    }

    /// Lets a call that a service makes wait to be tried again.
    pub(super) fn back_off(
        &mut self,
        id: CallerId,
        cx: &mut Cx<'_>,
        slot: u32,
        until: Instant,
    ) {
        let call = &mut self.calls[slot as usize];
        call.doing = Doing::BackingOff { until };
        call.since = cx.now;
        self.waiting -= 1;
        self.backing_off += 1;
        let due = Event::Caller(id, CallerEvent::RetryDue { slot });
        cx.post(until, Rank::Timer, due);
    }

    /// Ends a call that a service makes, and that Lambda has refused.
    pub(super) fn end_refused(
        &mut self,
        id: CallerId,
        cx: &mut Cx<'_>,
        slot: u32,
        http: u16,
        rule: Rule,
    ) {
        self.end(id, cx, slot, Closed { outcome: Outcome::Refused, http }, rule);
    }

    /// Counts a call that was given up, and whether it was kept.
    pub(super) fn count_given_up(&mut self, kept: bool) {
        self.dead_lettered += u64::from(kept);
    }

    /// Ends a call in the words of its kind of caller.
    fn close(
        &mut self,
        id: CallerId,
        caller: &PlannedCaller,
        cx: &mut Cx<'_>,
        slot: u32,
        closed: Closed,
    ) {
        let kind = &caller.caller.kind;
        let Closed { outcome, http } = closed;
        let rule = end_rule(kind, outcome, self.calls[slot as usize].attempt);
        let http = client_status(kind, outcome, http);
        self.end(id, cx, slot, Closed { outcome, http }, rule);
    }

    fn end(
        &mut self,
        id: CallerId,
        cx: &mut Cx<'_>,
        slot: u32,
        closed: Closed,
        rule: Rule,
    ) {
        let call = self.calls[slot as usize];
        self.calls[slot as usize].number = 0;
        self.free.push(slot);
        self.waiting -= 1;
        let Closed { outcome, http } = closed;
        self.ended[outcome as usize] += 1;
        let (attempts, bucket) = (call.attempt, tokens(self.bucket));
        let fact = Fact::Answered { outcome, http, attempts, bucket };
        cx.note(Part::Caller(id), Some(job(id, call.number)), rule, fact);
    }
}

/// How a call ends for its caller.
#[derive(Clone, Copy)]
struct Closed {
    outcome: Outcome,
    http: u16,
}

fn job(id: CallerId, call: u32) -> Job {
    Job { origin: Origin::Caller(id), call }
}

fn tokens(bucket: u64) -> u16 {
    u16::try_from(bucket).unwrap_or(u16::MAX)
}
