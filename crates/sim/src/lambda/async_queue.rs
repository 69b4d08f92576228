//! The queue between an asynchronous invocation and its function: accepted events wait
//! here, are tried, and are tried again until they succeed or are given up.
//!
//! Units: spans are simulated microseconds; an event's age counts from the moment it was
//! accepted, not from its last try.
//! Rules: ASY-01 to ASY-26, REC-04, REC-06.

use alloc::collections::BinaryHeap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::destination::Kept;
use super::event_invoke;
use super::invoke::State as Lambda;
use crate::dice::{Dice, Purpose};
use crate::event::{Answer, Event, FunctionEvent, Mode, Request};
use crate::id::{FunctionId, Job, Origin, Part};
use crate::message::{Content, Last};
use crate::plan::{Plan, PlannedFunction};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Condition, Ending, EventFact, Fact};

choices! {
    /// What became of an event in the end.
    Fate {
        /// A run of it succeeded.
        Succeeded "succeeded",
        /// It was given up and lies in a dead-letter queue.
        DeadLettered "dead-lettered",
        /// It was given up, and its record was sent to a destination.
        AtDestination "at a failure destination",
        /// It was given up, and nobody was told.
        Lost "lost silently",
    }
}

impl Fate {
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// What an event is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Nothing: its place is free.
    Gone,
    /// It waits to be tried.
    Waiting {
        /// Until then.
        due: Instant,
    },
    /// A run of it is under way.
    Running,
}

/// An event in the queue, or in a run.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Whose request it was; all tries share it (ASY-05).
    pub job: Job,
    /// Its number in order of acceptance.
    number: u32,
    /// What it says.
    pub content: Content,
    /// The version or alias that was asked for, looked up at each try (ASY-06).
    pub qualifier: Option<Rc<str>>,
    /// When it was accepted.
    pub accepted: Instant,
    /// Since when it does what it does.
    pub since: Instant,
    /// What that is.
    pub doing: Doing,
    /// Tries that used up a retry: runs, and tries that found no function (ASY-26).
    pub attempts: u16,
    /// Runs of function code.
    pub runs: u16,
    /// Tries of any kind.
    tries: u16,
    /// Tries in a row that found no room (ASY-13).
    turned_away: u16,
    /// What the last try came to.
    last: Option<Last>,
    /// Whether it is the second copy of an event that is tried twice.
    pub copy: bool,
    /// The other copy of it, while that is in the queue (ASY-23).
    twin: Option<u32>,
    /// What became of the other copy.
    twin_fate: Option<Fate>,
}

/// The queue of one function.
#[derive(Clone, Debug, Default)]
pub struct State {
    events: Vec<Queued>,
    free: Vec<u32>,
    /// What waits: when it is due, its number in order of acceptance, and its place.
    due: BinaryHeap<Reverse<(Instant, u32, u32)>>,
    accepted: u32,
    waiting: u32,
    running: u32,
    /// Copies of one event count once.
    copies: u32,
    fates: [u64; Fate::COUNT],
    twice: u64,
}

impl State {
    /// Events accepted.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.into()
    }

    /// Events that wait to be tried.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.waiting
    }

    /// Events of which a run is under way.
    #[must_use]
    pub fn running(&self) -> u32 {
        self.running
    }

    /// How many events wait, and how many run; one of which a copy runs does not wait.
    #[must_use]
    pub fn under_way(&self) -> (u64, u64) {
        let (mut waiting, mut running) = (self.waiting.into(), self.running.into());
        if self.copies > 0 {
            for (place, event) in self.events.iter().enumerate() {
                let Some(twin) = event.twin else { continue };
                let first = place < twin as usize;
                match (event.doing, self.events[twin as usize].doing) {
                    (Doing::Running, Doing::Running) if first => running -= 1,
                    (Doing::Waiting { .. }, Doing::Waiting { .. }) if first => {
                        waiting -= 1
                    }
                    (Doing::Waiting { .. }, Doing::Running) => waiting -= 1,
                    (Doing::Gone | Doing::Running | Doing::Waiting { .. }, _) => {}
                }
            }
        }
        (waiting, running)
    }

    /// What became of events, by [`Fate`] in order of its values.
    #[must_use]
    pub fn fates(&self) -> &[u64; Fate::COUNT] {
        &self.fates
    }

    /// Events of which two runs succeeded.
    #[must_use]
    pub fn twice(&self) -> u64 {
        self.twice
    }

    /// What waits or runs.
    pub fn events(&self) -> impl Iterator<Item = &Queued> {
        self.events.iter().filter(|event| event.doing != Doing::Gone)
    }

    /// The event at a place.
    pub(crate) fn at(&self, place: u32) -> &Queued {
        &self.events[place as usize]
    }

    pub(crate) fn bytes(&self) -> usize {
        self.events.len() * size_of::<Queued>()
            + self.due.len() * size_of::<(Instant, u32, u32)>()
    }

    pub(crate) fn assert_consistent(&self) {
        let ended: u64 = self.fates.iter().sum();
        let here = u64::from(self.waiting) + u64::from(self.running);
        assert_eq!(here, self.events().count() as u64, "an event is in two places");
        assert_eq!(self.due.len(), self.waiting as usize, "an event is never tried");
        let distinct = here - u64::from(self.copies);
        assert_eq!(self.accepted(), ended + distinct, "an event was lost");
    }

    fn keep(&mut self, event: Queued) -> u32 {
        if let Some(place) = self.free.pop() {
            self.events[place as usize] = event;
            return place;
        }
        self.events.push(event);
        u32::try_from(self.events.len() - 1).expect("events are limited")
    }

    /// Takes what is due next: there is one such entry for each dispatch.
    fn next(&mut self) -> u32 {
        let Reverse((_, _, place)) = self.due.pop().expect("a dispatch is for an event");
        self.waiting -= 1;
        place
    }

    /// Whether another event is due at this instant.
    fn another_is_due(&self, now: Instant) -> bool {
        self.due.peek().is_some_and(|Reverse((due, ..))| *due <= now)
    }

    /// Takes an event away, and counts what became of it once its last copy is gone.
    fn end(&mut self, place: u32, fate: Fate) {
        let event = &mut self.events[place as usize];
        event.doing = Doing::Gone;
        event.last = None;
        let (twin, before) = (event.twin.take(), event.twin_fate.take());
        self.free.push(place);
        if let Some(twin) = twin {
            let twin = &mut self.events[twin as usize];
            twin.twin = None;
            twin.twin_fate = Some(fate);
            self.copies -= 1;
            return;
        }
        self.twice +=
            u64::from((before, fate) == (Some(Fate::Succeeded), Fate::Succeeded));
        // One success is enough, and a copy that was kept somewhere is not lost.
        let fate = before.map_or(fate, |before| before.min(fate));
        self.fates[fate as usize] += 1;
    }
}

impl Lambda {
    /// Puts an event that was just accepted into the queue.
    pub(super) fn accept(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        content: Content,
        qualifier: Option<Rc<str>>,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        function.metrics.async_received += 1;
        let queue = &mut function.queue;
        queue.accepted += 1;
        let event = Queued {
            job,
            number: queue.accepted,
            content,
            qualifier,
            accepted: cx.now,
            since: cx.now,
            doing: Doing::Waiting { due: cx.now },
            attempts: 0,
            runs: 0,
            tries: 0,
            turned_away: 0,
            last: None,
            copy: false,
            twin: None,
            twin_fate: None,
        };
        let dice = plan.dice_for(id, job);
        let settings = &plan.settings;
        let copied = settings.duplicate_ppm > 0
            && dice.ppm(Purpose::Duplicate as u64, job.call.into(), 0)
                < settings.duplicate_ppm;
        let first = queue.keep(event.clone());
        let due = cx.now.plus(settings.dispatch);
        self.wait(id, cx, first, due);
        if copied {
            let queue = &mut self.functions[usize::from(id.0)].queue;
            let second = queue.keep(Queued { copy: true, twin: Some(first), ..event });
            queue.events[first as usize].twin = Some(second);
            queue.copies += 1;
            let limit = Span(DUPLICATE_WITHIN.0 + 1);
            let after = dice.up_to(Purpose::Duplicate, job.call.into(), 1, limit);
            let fact = EventFact::Duplicated { after };
            let cause = cx.cause();
            cx.tell(Part::Function(id), Some(job), Rule::Asy23, Fact::Event(fact));
            self.wait(id, cx, second, due.plus(after));
            cx.because_of(cause);
        }
    }

    /// Lets an event wait until it is due.
    fn wait(&mut self, id: FunctionId, cx: &mut Cx<'_>, place: u32, due: Instant) {
        let queue = &mut self.functions[usize::from(id.0)].queue;
        let event = &mut queue.events[place as usize];
        event.doing = Doing::Waiting { due };
        event.since = cx.now;
        queue.waiting += 1;
        // Of those that are due at one instant the one accepted first is tried first.
        queue.due.push(Reverse((due, event.number, place)));
        cx.post(due, Rank::Arrival, Event::Function(id, FunctionEvent::DispatchDue));
    }

    /// Tries the event that is due.
    #[inline(never)]
    pub(super) fn on_dispatch_due(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let place = function.queue.next();
        let event = &mut function.queue.events[place as usize];
        let age = cx.now.since(event.accepted);
        let config = plan.function(id).event_invoke(&event.qualifier, cx.now, plan);
        if age >= config.age() {
            return self.finish(
                id,
                plan,
                cx,
                place,
                Condition::EventAgeExceeded,
                Rule::Asy17,
            );
        }
        event.tries = event.tries.saturating_add(1);
        let (job, attempt) = (event.job, event.attempts + 1);
        let metrics = &mut function.metrics;
        metrics.async_age_count += 1;
        metrics.async_age_us += age.0;
        metrics.async_age_max_us = metrics.async_age_max_us.max(age.0);
        let ran = event.content.chain().iter().find(|link| link.function == id);
        let limit = plan.settings.recursion_limit;
        let loops = ran.is_some_and(|link| u64::from(link.runs) >= limit);
        let planned = plan.function(id);
        let event = &function.queue.events[place as usize];
        let rule = match (loops, planned.allows_loops) {
            (true, true) => Rule::Rec01,
            (true, false) => Rule::Rec02,
            (false, _) if function.queue.another_is_due(cx.now) => Rule::Asy24,
            (false, _) => try_rule(event),
        };
        let event = &mut function.queue.events[place as usize];
        let fact = EventFact::Dispatched { attempt, age };
        cx.tell(Part::Function(id), Some(job), rule, Fact::Event(fact));
        if planned.reserved == Some(0) {
            event.last = None;
            let condition = Condition::ZeroReservedConcurrency;
            return self.finish(id, plan, cx, place, condition, Rule::Asy20);
        }
        let ran = event.content.chain().iter().find(|link| link.function == id);
        let limit = plan.settings.recursion_limit;
        if !planned.allows_loops && ran.is_some_and(|link| u64::from(link.runs) >= limit)
        {
            event.last = Some(Last::Refused { http: 400 });
            function.metrics.recursive_dropped += 1;
            let condition = Condition::RecursiveInvocation;
            return self.finish(id, plan, cx, place, condition, Rule::Rec04);
        }
        event.doing = Doing::Running;
        event.since = cx.now;
        function.queue.running += 1;
        let request = Request { job, attempt, slot: place, mode: Mode::Queued };
        if let Err(answer) = self.enter_from_queue(id, plan, cx, &request) {
            self.functions[usize::from(id.0)].queue.running -= 1;
            self.on_turned_away(id, plan, cx, place, answer);
        }
    }

    /// A try did not lead to a run.
    fn on_turned_away(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        place: u32,
        answer: Answer,
    ) {
        let event = &mut self.functions[usize::from(id.0)].queue.events[place as usize];
        match answer {
            Answer::Refused(refusal) if refusal.http() == 404 => {
                event.last = Some(Last::Refused { http: 404 });
                event.attempts += 1;
                return self.after_failure(id, plan, cx, place, Rule::Asy26);
            }
            Answer::Refused(refusal) => {
                event.last = Some(Last::Refused { http: refusal.http() });
            }
            Answer::Throttled(_)
            | Answer::Ran(_)
            | Answer::Oversize
            | Answer::Checked
            | Answer::Accepted => event.last = Some(Last::Throttled),
        }
        let settings = &plan.settings;
        let base = settings.throttle_base.times(1 << event.turned_away.min(30));
        let delay = base.min(settings.throttle_cap);
        event.turned_away = event.turned_away.saturating_add(1);
        let dice = plan.dice_for(id, event.job);
        let jitter = settings.throttle_jitter_ppm;
        let wait = delay.plus(extra(delay, jitter, &dice, event));
        let rule = match event {
            Queued { turned_away: 1, runs: 1.., .. } => Rule::Asy15,
            Queued { turned_away: 1, .. } => Rule::Asy12,
            Queued { .. } => Rule::Asy13,
        };
        self.put_back(id, plan, cx, place, wait, rule);
    }

    /// A run of an event has ended.
    pub(super) fn on_queued_ended(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        place: u32,
        last: Last,
    ) {
        let queue = &mut self.functions[usize::from(id.0)].queue;
        queue.running -= 1;
        let event = &mut queue.events[place as usize];
        event.attempts += 1;
        event.runs += 1;
        if plan.settings.throttle_reset {
            event.turned_away = 0;
        }
        let ending = match &last {
            Last::Ran(ran) => ran.ending,
            Last::Throttled | Last::Refused { .. } => Ending::Cut,
        };
        event.last = Some(last);
        if ending == Ending::Succeeded {
            let rule = success_rule(event, plan.function(id), cx.now, plan);
            return self.finish(id, plan, cx, place, Condition::Success, rule);
        }
        self.after_failure(id, plan, cx, place, Rule::Asy10);
    }

    /// Decides what follows a try that used up a retry, in the order of ASY-19.
    fn after_failure(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        place: u32,
        rule: Rule,
    ) {
        let event = &mut self.functions[usize::from(id.0)].queue.events[place as usize];
        let planned = plan.function(id);
        if planned.reserved == Some(0) {
            event.last = None;
            let condition = Condition::ZeroReservedConcurrency;
            return self.finish(id, plan, cx, place, condition, Rule::Asy19);
        }
        let config = planned.event_invoke(&event.qualifier, cx.now, plan);
        if u64::from(event.attempts) > config.retries() {
            let condition = Condition::RetriesExhausted;
            return self.finish(id, plan, cx, place, condition, rule);
        }
        let settings = &plan.settings;
        let delay = match event.attempts {
            1 => settings.error_delay_1,
            _ => settings.error_delay_2,
        };
        let dice = plan.dice_for(id, event.job);
        let wait = delay.plus(extra(delay, settings.error_jitter_ppm, &dice, event));
        self.put_back(id, plan, cx, place, wait, Rule::Asy11);
    }

    /// Lets an event wait, unless it would be too old by then (ASY-16).
    fn put_back(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        place: u32,
        after: Span,
        rule: Rule,
    ) {
        let event = &self.functions[usize::from(id.0)].queue.events[place as usize];
        let config = plan.function(id).event_invoke(&event.qualifier, cx.now, plan);
        let due = cx.now.plus(after);
        if due >= event.accepted.plus(config.age()) {
            let condition = Condition::EventAgeExceeded;
            return self.finish(id, plan, cx, place, condition, Rule::Asy16);
        }
        let attempt = event.attempts + 1;
        let fact = EventFact::PutBack { after, attempt };
        cx.tell(Part::Function(id), Some(event.job), rule, Fact::Event(fact));
        self.wait(id, cx, place, due);
    }

    /// Ends an event: tells whoever is to be told, and counts what became of it.
    fn finish(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        place: u32,
        condition: Condition,
        rule: Rule,
    ) {
        let function = &mut self.functions[usize::from(id.0)];
        let event = &function.queue.events[place as usize];
        let (job, runs) = (event.job, event.runs);
        if condition != Condition::Success {
            function.metrics.async_dropped += 1;
        }
        let fact = EventFact::Finished { condition, runs };
        cx.tell(Part::Function(id), Some(job), rule, Fact::Event(fact));
        let event = event.clone();
        let kept = self.tell(id, plan, cx, event, condition);
        let fate = match (condition, kept) {
            (Condition::Success, _) => Fate::Succeeded,
            (_, Kept { dead_lettered: true, .. }) => Fate::DeadLettered,
            (_, Kept { recorded: true, .. }) => Fate::AtDestination,
            (_, Kept { dead_lettered: false, recorded: false }) => Fate::Lost,
        };
        self.functions[usize::from(id.0)].queue.end(place, fate);
    }
}

impl Queued {
    /// What the last try came to.
    pub(super) fn take_last(&mut self) -> Option<Last> {
        self.last.take()
    }

    /// How a draw about the present try is keyed.
    pub(super) fn tries(&self) -> u16 {
        self.tries
    }
}

/// A duplicate is tried at most this long after the event itself (ASY-23).
const DUPLICATE_WITHIN: Span = Span::seconds(5);

/// The part of a wait that is drawn: up to a share of it.
fn extra(delay: Span, share_ppm: u64, dice: &Dice, event: &Queued) -> Span {
    let most = Span(delay.0 / 1_000_000 * share_ppm + 1);
    let (call, tries) = (event.job.call.into(), event.tries.into());
    dice.up_to(Purpose::AsyncJitter, call, tries, most)
}

/// Why an event is tried now.
fn try_rule(event: &Queued) -> Rule {
    match event {
        Queued { turned_away: 1.., .. } => Rule::Asy14,
        Queued { attempts: 1.., qualifier: Some(_), .. } => Rule::Asy06,
        Queued { attempts: 1.., .. } => Rule::Asy05,
        Queued { .. } => Rule::Asy22,
    }
}

/// What is to be said of a success.
fn success_rule(
    event: &Queued,
    planned: &PlannedFunction,
    now: Instant,
    plan: &Plan,
) -> Rule {
    let config = planned.event_invoke(&event.qualifier, now, plan);
    let has_dead_letter = match &event.last {
        Some(Last::Ran(ran)) => !ran.spec.dead_letter.is_empty(),
        Some(Last::Throttled | Last::Refused { .. }) | None => false,
    };
    if now.since(event.accepted) >= config.age() {
        Rule::Asy18
    } else if config.on_success.is_empty() && has_dead_letter {
        Rule::Dlq07
    } else {
        Rule::Asy01
    }
}

impl PlannedFunction {
    /// What holds for events that ask for a qualifier: a qualifier without settings of its
    /// own has AWS's defaults, not those of the function (ASY-07).
    pub(crate) fn event_invoke(
        &self,
        qualifier: &Option<Rc<str>>,
        now: Instant,
        plan: &Plan,
    ) -> &event_invoke::Spec {
        let name = qualifier.as_deref().unwrap_or("$LATEST");
        self.configured(name, now, plan.settings.config_propagation).unwrap_or(&DEFAULT)
    }
}

/// Whether whoever sent an event may do so only at a limited rate (ASY-25).
pub(super) fn is_limited(plan: &Plan, job: Job) -> bool {
    match job.origin {
        Origin::Caller(caller) => !plan.caller(caller).caller.kind.is_aws(),
        Origin::Act(_) => true,
        Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => false,
    }
}

static DEFAULT: event_invoke::Spec = event_invoke::Spec::UNSET;
