//! What a caller remembers during a run: calls under way, waits, and its retry quota.
//!
//! One state machine serves every kind; how long it waits, whether it tries again and
//! what its client is told come from the kind's settings.
//! Rules: INV-05, INV-10 to INV-13, INV-16, INV-20, INV-21.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::sdk::{InvocationType, Jitter, QUOTA, RetryProfile, Trouble};
use super::{Kind, gateway, load, sdk, step_functions};
use crate::dice::{Dice, Purpose};
use crate::event::{Answer, CallerEvent, Event, FunctionEvent, Request};
use crate::id::{CallerId, Job, Origin, Part};
use crate::plan::{Plan, PlannedCaller};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
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
        self.schedule_load(id, plan, cx);
    }

    fn schedule_load(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>) {
        let caller = plan.caller(id);
        let next = self.load.next(&caller.caller.load, plan.until(), &caller.dice);
        if let Some((at, count)) = next {
            let count = u32::try_from(count).expect("calls are limited");
            let due = CallerEvent::LoadDue { count };
            cx.at(at.max(cx.now), Rank::Timer, Event::Caller(id, due));
        }
    }

    #[inline]
    pub(crate) fn on_event(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: CallerEvent,
    ) {
        match event {
            CallerEvent::LoadDue { count } => {
                let cause = cx.cause();
                self.call(id, plan, cx);
                cx.because_of(cause);
                if count > 1 {
                    let due = CallerEvent::LoadDue { count: count - 1 };
                    cx.send(Rank::Timer, Event::Caller(id, due));
                } else {
                    self.schedule_load(id, plan, cx);
                }
            }
            CallerEvent::RetryDue { slot } => self.retry(id, plan, cx, slot),
            CallerEvent::WaitDue => self.on_wait_due(id, plan, cx),
            CallerEvent::Answered { call, slot, attempt, answer } => {
                let under_way = self.calls.get(slot as usize).is_some_and(|under_way| {
                    under_way.number == call
                        && under_way.attempt == attempt
                        && under_way.doing == Doing::Waiting
                });
                // Otherwise nobody waits for this answer any more.
                if under_way {
                    self.on_answer(id, plan, cx, slot, answer);
                }
            }
        }
    }

    /// Makes a new call.
    fn call(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>) {
        self.made += 1;
        let call = Call {
            number: self.made,
            attempt: 1,
            since: cx.now,
            doing: Doing::Waiting,
            cost: 0,
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
        cx.note(Part::Caller(id), Some(job(id, call.number)), Rule::Inv01, Fact::Called);
        self.send(id, plan, cx, slot);
    }

    /// Sends the present attempt of a call.
    fn send(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>, slot: u32) {
        let caller = plan.caller(id);
        let Call { number, attempt, .. } = self.calls[slot as usize];
        if let Some(patience) = patience(&caller.caller.kind) {
            let deadline = cx.now.plus(patience);
            self.waits.push_back(Wait { deadline, slot, number, attempt });
            if !self.wait_armed {
                self.wait_armed = true;
                cx.at(deadline, Rank::Timer, Event::Caller(id, CallerEvent::WaitDue));
            }
        }
        let dry_run = client(&caller.caller.kind)
            .is_some_and(|spec| spec.invocation_type == InvocationType::DryRun);
        let request =
            Request { job: job(id, number), attempt, slot, version: None, dry_run };
        let arrived = FunctionEvent::Arrived(request);
        cx.send(Rank::Arrival, Event::Function(caller.function, arrived));
    }

    fn retry(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>, slot: u32) {
        let call = &mut self.calls[slot as usize];
        call.attempt += 1;
        call.doing = Doing::Waiting;
        call.since = cx.now;
        let (job, attempt) = (job(id, call.number), call.attempt);
        self.backing_off -= 1;
        self.waiting += 1;
        let rule = retry_rule(&plan.caller(id).caller.kind, Trouble::Throttle);
        cx.note(Part::Caller(id), Some(job), rule, Fact::Retried { attempt });
        self.send(id, plan, cx, slot);
    }

    fn on_wait_due(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>) {
        self.wait_armed = false;
        let cause = cx.cause();
        while let Some(wait) = self.waits.front().copied() {
            let call = &self.calls[wait.slot as usize];
            let waits = call.number == wait.number
                && call.attempt == wait.attempt
                && call.doing == Doing::Waiting;
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
                self.on_wait_ended(id, plan, cx, wait);
                cx.because_of(cause);
            }
        }
    }

    fn on_wait_ended(&mut self, id: CallerId, plan: &Plan, cx: &mut Cx<'_>, wait: Wait) {
        let caller = plan.caller(id);
        let job = job(id, wait.number);
        let waited = cx.now.since(self.calls[wait.slot as usize].since);
        let rule =
            if client(&caller.caller.kind).is_some() { Rule::Inv16 } else { Rule::Inv21 };
        cx.note(Part::Caller(id), Some(job), rule, Fact::WaitEnded { waited });
        let left = FunctionEvent::CallerLeft { job, attempt: wait.attempt };
        cx.send(Rank::RunEnd, Event::Function(caller.function, left));
        self.on_trouble(
            id,
            plan,
            cx,
            wait.slot,
            Trouble::ReadTimeout,
            Outcome::TimedOut,
            0,
        );
    }

    fn on_answer(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        answer: Answer,
    ) {
        match answer {
            Answer::Ran(Ending::Succeeded) => {
                self.succeed(id, plan, cx, slot, Outcome::Ok, 200)
            }
            Answer::Checked => self.succeed(id, plan, cx, slot, Outcome::Ok, 204),
            Answer::Ran(
                Ending::Threw
                | Ending::TimedOut
                | Ending::Exited
                | Ending::InitFailed
                | Ending::TooLarge
                | Ending::Cut,
            ) => self.succeed(id, plan, cx, slot, Outcome::FunctionError, 200),
            Answer::Throttled(_) => {
                let trouble = Trouble::Throttle;
                self.on_trouble(id, plan, cx, slot, trouble, Outcome::Throttled, 429);
            }
            Answer::Refused(refusal @ Refusal::ServiceException) => {
                let (trouble, http) = (Trouble::Transient, refusal.http());
                self.on_trouble(id, plan, cx, slot, trouble, Outcome::Refused, http);
            }
            Answer::Refused(
                refusal @ (Refusal::ResourceNotFound
                | Refusal::ResourceConflict
                | Refusal::RequestTooLarge),
            ) => self.end(id, plan, cx, slot, Outcome::Refused, refusal.http(), None),
        }
    }

    /// HTTP 200, whatever the function said: the quota recovers.
    fn succeed(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        outcome: Outcome,
        http: u16,
    ) {
        if let Some(spec) = client(&plan.caller(id).caller.kind)
            && spec.profile.cost(Trouble::Throttle).is_some()
        {
            let paid = self.calls[slot as usize].cost;
            self.bucket = (self.bucket + paid.max(1)).min(QUOTA);
        }
        self.end(id, plan, cx, slot, outcome, http, None);
    }

    /// Tries again, if the kind of caller does and can pay for it.
    #[expect(
        clippy::too_many_arguments,
        reason = "one place where a failed attempt meets its caller"
    )]
    fn on_trouble(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        trouble: Trouble,
        outcome: Outcome,
        http: u16,
    ) {
        let caller = plan.caller(id);
        let call = self.calls[slot as usize];
        let job = job(id, call.number);
        match retry(&caller.caller.kind, caller.dice, call, trouble) {
            Retry::No => self.end(id, plan, cx, slot, outcome, http, None),
            Retry::After { cost: Some(cost), .. } if cost > self.bucket => {
                let bucket = tokens(self.bucket);
                let fact = Fact::QuotaExhausted { bucket };
                cx.note(Part::Caller(id), Some(job), Rule::Inv13, fact);
                self.end(id, plan, cx, slot, outcome, http, Some(Rule::Inv13));
            }
            Retry::After { wait, cost } => {
                self.bucket -= cost.unwrap_or(0);
                let bucket = tokens(self.bucket);
                let until = cx.now.plus(wait);
                let under_way = &mut self.calls[slot as usize];
                under_way.cost = cost.unwrap_or(0);
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

    #[expect(clippy::too_many_arguments, reason = "one place where a call ends")]
    fn end(
        &mut self,
        id: CallerId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
        outcome: Outcome,
        http: u16,
        rule: Option<Rule>,
    ) {
        let kind = &plan.caller(id).caller.kind;
        let call = core::mem::replace(
            &mut self.calls[slot as usize],
            Call { number: 0, attempt: 0, since: cx.now, doing: Doing::Waiting, cost: 0 },
        );
        self.free.push(slot);
        self.waiting -= 1;
        self.ended[outcome as usize] += 1;
        let rule = rule.unwrap_or_else(|| end_rule(kind, outcome, call.attempt));
        let fact = Fact::Answered {
            outcome,
            http: client_status(kind, outcome, http),
            attempts: call.attempt,
            bucket: tokens(self.bucket),
        };
        cx.note(Part::Caller(id), Some(job(id, call.number)), rule, fact);
    }
}

fn job(id: CallerId, call: u32) -> Job {
    Job { origin: Origin::Caller(id), call }
}

fn tokens(bucket: u64) -> u16 {
    u16::try_from(bucket).unwrap_or(u16::MAX)
}

/// The SDK's settings, where the caller is one.
fn client(kind: &Kind) -> Option<&sdk::Spec> {
    match kind {
        Kind::Sdk(spec) | Kind::Cli(spec) => Some(spec),
        Kind::RestApi(_)
        | Kind::HttpApi(_)
        | Kind::FunctionUrl(_)
        | Kind::Alb(_)
        | Kind::StepFunctions(_) => None,
    }
}

/// The service's settings, where the caller is one that answers a client of its own.
fn front(kind: &Kind) -> Option<&gateway::Spec> {
    match kind {
        Kind::RestApi(spec)
        | Kind::HttpApi(spec)
        | Kind::FunctionUrl(spec)
        | Kind::Alb(spec) => Some(spec),
        Kind::Sdk(_) | Kind::Cli(_) | Kind::StepFunctions(_) => None,
    }
}

/// How long a caller waits for an answer.
fn patience(kind: &Kind) -> Option<Span> {
    match kind {
        Kind::Sdk(spec) | Kind::Cli(spec) => spec.read_timeout,
        Kind::RestApi(spec)
        | Kind::HttpApi(spec)
        | Kind::FunctionUrl(spec)
        | Kind::Alb(spec) => Some(spec.wait),
        Kind::StepFunctions(step_functions::Spec { timeout, .. }) => *timeout,
    }
}

enum Retry {
    No,
    After { wait: Span, cost: Option<u64> },
}

/// Whether and when a caller tries again after a failed attempt.
fn retry(kind: &Kind, dice: Dice, call: Call, trouble: Trouble) -> Retry {
    let made = u64::from(call.attempt);
    match kind {
        Kind::Sdk(spec) | Kind::Cli(spec) => sdk_retry(spec, dice, call, trouble),
        Kind::RestApi(spec)
        | Kind::HttpApi(spec)
        | Kind::FunctionUrl(spec)
        | Kind::Alb(spec) => {
            if trouble == Trouble::ReadTimeout || made > spec.retries {
                Retry::No
            } else {
                Retry::After { wait: Span::ZERO, cost: None }
            }
        }
        Kind::StepFunctions(spec) => {
            if trouble == Trouble::ReadTimeout || made > spec.attempts_max {
                return Retry::No;
            }
            let factor = (1..made).fold(1_u64, |f, _| f.saturating_mul(spec.backoff));
            let longest = crate::limits::RUN_SPAN_MAX;
            let wait = Span(spec.interval.0.saturating_mul(factor)).min(longest);
            Retry::After { wait, cost: None }
        }
    }
}

fn sdk_retry(spec: &sdk::Spec, dice: Dice, call: Call, trouble: Trouble) -> Retry {
    if u32::from(call.attempt) >= spec.profile.attempts_max() {
        return Retry::No;
    }
    let index = u32::from(call.attempt) - 1;
    let longest = spec.profile.delay_max(trouble, index);
    let wait = match spec.jitter {
        Jitter::Full => {
            dice.up_to(Purpose::Jitter, call.number.into(), call.attempt.into(), longest)
        }
        Jitter::Fixed => Span(longest.0 * spec.jitter_ppm / 1_000_000),
    };
    Retry::After { wait, cost: spec.profile.cost(trouble) }
}

/// The rule behind a planned retry.
fn retry_rule(kind: &Kind, trouble: Trouble) -> Rule {
    match (client(kind), trouble) {
        (None, _) => Rule::Inv20,
        (Some(_), Trouble::ReadTimeout) => Rule::Inv16,
        (Some(spec), Trouble::Throttle | Trouble::Transient) => match spec.profile {
            RetryProfile::Standard2026 | RetryProfile::None => Rule::Inv12,
            RetryProfile::StandardPre2026 | RetryProfile::LegacyPython => Rule::Inv11,
        },
    }
}

/// The rule behind the end of a call.
fn end_rule(kind: &Kind, outcome: Outcome, attempts: u16) -> Rule {
    match outcome {
        Outcome::Ok => Rule::Inv01,
        Outcome::TimedOut if client(kind).is_some() => Rule::Inv16,
        Outcome::TimedOut => Rule::Inv21,
        Outcome::FunctionError | Outcome::Throttled | Outcome::Refused
            if front(kind).is_some() =>
        {
            Rule::Inv20
        }
        Outcome::FunctionError if client(kind).is_some() => Rule::Inv10,
        Outcome::FunctionError => Rule::Inv05,
        Outcome::Throttled if attempts == 1 => Rule::Con08,
        Outcome::Throttled => Rule::Inv12,
        Outcome::Refused => Rule::Inv04,
    }
}

/// The status the caller's own client sees.
fn client_status(kind: &Kind, outcome: Outcome, http: u16) -> u16 {
    let Some(spec) = front(kind) else { return http };
    let status = match outcome {
        Outcome::Ok => return http,
        Outcome::FunctionError => spec.on_function_error,
        Outcome::Throttled | Outcome::Refused => spec.on_throttle,
        Outcome::TimedOut => spec.on_timeout,
    };
    u16::try_from(status).unwrap_or(u16::MAX)
}
