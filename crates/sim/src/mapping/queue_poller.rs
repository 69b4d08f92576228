//! How a mapping reads a queue: pollers that receive, make batches, call the function, and
//! delete what it has processed.
//!
//! A poller does one thing after the other, so there are as many batches at once as there
//! are pollers. Units: windows and waits are simulated time; a window counts from the first
//! record, or from the end of the call before it.
//! Rules: ESM-08 to ESM-10, ESM-19, ESM-20, SQS-01 to SQS-09, SQS-17, PBR-04, FIFO-06.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::Metrics;
use super::batch::Batch;
use super::outcome::{Outcome, names_failures, outcome};
use super::spec::{RECEIVE_MAX, Source};
use crate::event::{
    Answer, Event, FunctionEvent, MappingEvent, Mode, Poll, Request, ServiceEvent,
};
use crate::id::{Job, MappingId, Origin, Part};
use crate::lambda::invoke::small;
use crate::message::{Body, Content, Letter, Message};
use crate::plan::{Plan, PlannedMapping};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service::parcel::{Handed, Parcel, Receipt};
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Ending, Fact, MessageFact, Refusal};
use crate::value::Payload;

/// The state of a mapping that reads a queue.
#[derive(Clone, Debug, Default)]
pub struct State {
    pollers: Vec<Poller>,
    /// Batches that wait for an answer or for another try, by number.
    batches: BTreeMap<u32, UnderWay>,
    /// Batches made.
    made: u32,
    /// Whether it is about to look whether it needs more pollers.
    ramps: bool,
    metrics: Metrics,
}

#[derive(Clone, Debug)]
struct Poller {
    doing: Doing,
    /// What it has received for its next batch.
    messages: Vec<Handed>,
    /// The size of that (ESM-08).
    size: u64,
    /// What it has received for the batch after that.
    next: Vec<Handed>,
    /// When its window closes, if one is open.
    window: Option<Instant>,
    serial: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// It asks the queue, or waits there.
    Polling,
    /// Its batch is under way.
    Busy,
    /// It is not needed.
    Resting,
}

/// A batch under way.
#[derive(Clone, Debug)]
struct UnderWay {
    poller: u32,
    content: Content,
    batch: Rc<Batch>,
    /// Tries so far.
    tries: u16,
    /// When the first of its messages can be received by others.
    lapses: Instant,
}

const NEW: Poller = Poller {
    doing: Doing::Resting,
    messages: Vec::new(),
    size: 0,
    next: Vec::new(),
    window: None,
    serial: 0,
};

/// How often a mapping that has all its pollers busy looks whether there is more to do.
const RAMP: Span = Span::SECOND;
/// So many pollers it adds then.
const RAMP_STEP: usize = 5;

fn job(id: MappingId, call: u32) -> Job {
    Job { origin: Origin::Mapping(id), call }
}

fn tell(id: MappingId, cx: &mut Cx<'_>, call: u32, rule: Rule, fact: MessageFact) {
    cx.tell(Part::Mapping(id), Some(job(id, call)), rule, Fact::Message(fact));
}

impl State {
    /// What CloudWatch counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Batches made so far.
    #[must_use]
    pub fn made(&self) -> u32 {
        self.made
    }

    /// Batches that wait for an answer or for another try.
    #[must_use]
    pub fn under_way(&self) -> u64 {
        self.batches.len() as u64
    }

    /// The event of a batch under way.
    #[must_use]
    pub fn content(&self, call: u32) -> Option<Content> {
        self.batches.get(&call).map(|batch| batch.content.clone())
    }

    /// Pollers that it has now.
    #[must_use]
    pub fn pollers(&self) -> u64 {
        self.pollers.iter().filter(|poller| poller.doing != Doing::Resting).count() as u64
    }

    pub(super) fn bytes(&self) -> usize {
        self.pollers.len() * size_of::<Poller>()
            + self.batches.len() * size_of::<(u32, UnderWay)>()
    }

    pub(super) fn awaits(&self) -> bool {
        self.pollers.iter().any(|poller| !poller.messages.is_empty())
    }

    pub(super) fn assert_consistent(&self) {
        let busy = self.pollers.iter().filter(|p| p.doing == Doing::Busy).count();
        assert_eq!(busy, self.batches.len(), "a poller is busy with nothing");
    }

    pub(super) fn start(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>) {
        let mapping = plan.mapping(id);
        if !mapping.source_kind.is_queue() {
            return;
        }
        if !mapping.spec.enabled {
            let fact = Fact::Message(MessageFact::Scaled { pollers: 0 });
            return cx.tell(Part::Mapping(id), None, Rule::Sqs18, fact);
        }
        self.pollers = alloc::vec![NEW; mapping.pollers_initial];
        for poller in 0..mapping.pollers_initial {
            self.poll(mapping, id, cx, small(poller as u64));
        }
    }

    pub(super) fn on_event(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: MappingEvent,
    ) {
        let mapping = plan.mapping(id);
        match event {
            MappingEvent::Received { poller, parcel } => {
                self.on_received(id, plan, cx, poller, parcel);
            }
            MappingEvent::Answered { call, letter, answer, .. } => {
                self.on_answered(id, plan, cx, call, letter, answer);
            }
            MappingEvent::WindowDue { poller, serial } => {
                let state = &mut self.pollers[poller as usize];
                if state.serial != serial || state.doing != Doing::Polling {
                    return;
                }
                state.window = None;
                if !state.messages.is_empty() {
                    let ended = ServiceEvent::PollEnded { mapping: id, poller };
                    cx.post(cx.now, Rank::Timer, Event::Service(mapping.source, ended));
                    let wait = plan.settings.sqs_low_traffic_wait;
                    let is_longer = wait > mapping.spec.window;
                    let rule = if is_longer { Rule::Sqs17 } else { Rule::Esm09 };
                    self.close(id, plan, cx, poller, rule);
                }
            }
            MappingEvent::RetryDue { call } => {
                let attempt = self.batches[&call].tries + 1;
                let (part, job) = (Part::Mapping(id), job(id, call));
                cx.tell(part, Some(job), Rule::Sqs08, Fact::Retried { attempt });
                self.invoke(id, mapping, cx, call);
            }
            MappingEvent::LetGoDue { call } => {
                tell(id, cx, call, Rule::Sqs08, MessageFact::LetGo);
                self.finish(id, plan, cx, call);
            }
            MappingEvent::RampDue => self.on_ramp_due(id, mapping, cx),
            MappingEvent::Backlog { count } => self.on_backlog(id, mapping, cx, count),
            MappingEvent::Deleted { count } => self.metrics.deleted += u64::from(count),
            // These are about streams.
            MappingEvent::ShardsListed { .. }
            | MappingEvent::RecordsArrived { .. }
            | MappingEvent::RecordsRead { .. }
            | MappingEvent::ShardDue { .. } => {}
        }
    }

    /// Asks the queue for messages (SQS-01).
    fn poll(
        &mut self,
        mapping: &PlannedMapping,
        id: MappingId,
        cx: &mut Cx<'_>,
        number: u32,
    ) {
        let poller = &mut self.pollers[number as usize];
        poller.doing = Doing::Polling;
        let left = mapping.batch_size - poller.messages.len() as u64;
        let most = u16::try_from(left.min(RECEIVE_MAX)).expect("ten at most");
        // Those that were added wait for nothing: if there is nothing, they are not needed.
        let is_extra = number as usize >= mapping.pollers_initial;
        // A batch that was begun, or whose window is open, comes before the others.
        let ahead = !poller.messages.is_empty() || poller.window.is_some();
        let waits = !is_extra || !poller.messages.is_empty();
        let poll = Poll { mapping: id, poller: number, most, waits, ahead };
        let event = Event::Service(mapping.source, ServiceEvent::Polled(poll));
        cx.post(cx.now, Rank::Poll, event);
    }

    fn on_received(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        parcel: u32,
    ) {
        let mapping = plan.mapping(id);
        let Parcel::Received(found) = cx.parcels.take(parcel) else {
            unreachable!("a poll is answered with messages")
        };
        if found.is_empty() {
            self.pollers[number as usize].doing = Doing::Resting;
            if self.pollers() == mapping.pollers_initial as u64 {
                let pollers = small(self.pollers());
                let fact = Fact::Message(MessageFact::Scaled { pollers });
                cx.tell(Part::Mapping(id), None, mapping.ramp_rule(), fact);
            }
            return;
        }
        self.metrics.polled += found.len() as u64;
        let found = self.filtered(mapping, plan, cx, found);
        self.collect(id, plan, cx, number, found);
    }

    /// Adds messages to what a poller has for its next batch, and makes one if that is to be
    /// done. What would take it over its size opens the one after it (ESM-08).
    fn collect(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        found: Vec<Handed>,
    ) {
        let (mapping, settings) = (plan.mapping(id), &plan.settings);
        let poller = &mut self.pollers[number as usize];
        let mut rest = found.into_iter();
        for handed in rest.by_ref() {
            let size = handed.message.content.bytes(plan) + settings.esm_record_overhead;
            let is_first = poller.messages.is_empty();
            if !is_first && poller.size + size > settings.esm_payload_limit {
                poller.next.push(handed);
                break;
            }
            poller.size += size;
            poller.messages.push(handed);
        }
        poller.next.extend(rest);
        let count = poller.messages.len() as u64;
        if !poller.next.is_empty() || count >= mapping.batch_size {
            return self.close(id, plan, cx, number, Rule::Esm08);
        }
        if count == 0 {
            return self.poll(mapping, id, cx, number);
        }
        if mapping.spec.window == Span::ZERO {
            return self.close(id, plan, cx, number, Rule::Esm10);
        }
        if poller.window.is_none() {
            let window = mapping.spec.window.max(settings.sqs_low_traffic_wait);
            self.open_window(id, cx, number, window);
        }
        self.poll(mapping, id, cx, number);
    }

    /// Sorts out what no filter lets through; that is deleted at once (ESM-19).
    fn filtered(
        &mut self,
        mapping: &PlannedMapping,
        plan: &Plan,
        cx: &mut Cx<'_>,
        found: Vec<Handed>,
    ) -> Vec<Handed> {
        if mapping.filters.is_empty() {
            return found;
        }
        let (passed, out): (Vec<Handed>, Vec<Handed>) =
            found.into_iter().partition(|handed| {
                mapping.lets_through(&handed.message.content.payload(plan))
            });
        self.metrics.filtered_out += out.len() as u64;
        if !out.is_empty() {
            delete(mapping, cx, out.iter().map(|handed| handed.receipt).collect(), None);
        }
        passed
    }

    fn open_window(&mut self, id: MappingId, cx: &mut Cx<'_>, number: u32, window: Span) {
        let poller = &mut self.pollers[number as usize];
        poller.serial += 1;
        let at = cx.now.plus(window);
        poller.window = Some(at);
        let due = MappingEvent::WindowDue { poller: number, serial: poller.serial };
        cx.post(at, Rank::Timer, Event::Mapping(id, due));
    }

    /// Makes a batch of what a poller has received, and calls the function.
    fn close(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        rule: Rule,
    ) {
        let mapping = plan.mapping(id);
        let poller = &mut self.pollers[number as usize];
        poller.doing = Doing::Busy;
        poller.window = None;
        poller.serial += 1;
        let messages = core::mem::take(&mut poller.messages);
        let size = core::mem::take(&mut poller.size);
        let lapses = messages.iter().map(|handed| handed.hidden_until).min();
        self.made += 1;
        let call = self.made;
        let records = small(messages.len() as u64);
        let is_at_cap = mapping.spec.concurrency_max.is_some()
            && self.pollers.iter().all(|poller| poller.doing == Doing::Busy)
            && self.pollers.len() >= mapping.pollers_max;
        let rule = if is_at_cap { Rule::Sqs03 } else { rule };
        tell(id, cx, call, rule, MessageFact::Batched { records });
        let batch = Rc::new(Batch { source: mapping.source, messages, size });
        let chain = batch.chain();
        let body = Body::Batch(Rc::clone(&batch));
        let content = Content::Message(Rc::new(Message { body, chain }));
        let lapses = lapses.expect("a batch has messages");
        let under_way = UnderWay { poller: number, content, batch, tries: 0, lapses };
        self.batches.insert(call, under_way);
        self.invoke(id, mapping, cx, call);
        self.arm_ramp(id, mapping, cx);
    }

    /// Calls the function with a batch (ESM-07).
    fn invoke(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
        call: u32,
    ) {
        let batch = self.batches.get_mut(&call).expect("a batch under way");
        batch.tries = batch.tries.saturating_add(1);
        self.metrics.invoked += batch.batch.messages.len() as u64;
        let (content, qualifier) = (batch.content.clone(), mapping.qualifier.name());
        let slot = cx.mail.put(Letter { content, qualifier, permitted: true });
        let (job, attempt) = (job(id, call), batch.tries);
        let request = Request { job, attempt, slot, mode: Mode::Answer };
        let arrived = FunctionEvent::Arrived(request);
        cx.post(cx.now, Rank::Arrival, Event::Function(mapping.function, arrived));
    }

    fn on_answered(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        letter: u32,
        answer: Answer,
    ) {
        match answer {
            Answer::Ran(Ending::Succeeded) => {
                let content = cx.mail.take(letter).content;
                let response = content.payload(plan).into_owned();
                self.on_success(id, plan, cx, call, &response);
            }
            Answer::Ran(
                Ending::Threw
                | Ending::TimedOut
                | Ending::Exited
                | Ending::InitFailed
                | Ending::TooLarge
                | Ending::Cut,
            ) => self.on_failure(id, plan, cx, call, Rule::Sqs06),
            // It would be stopped again; the queue's own redrive ends it (REC-05).
            Answer::Refused(Refusal::Recursive) => {
                self.on_failure(id, plan, cx, call, Rule::Rec05);
            }
            Answer::Throttled(_) => self.back_off(id, plan, cx, call, false),
            Answer::Refused(
                Refusal::ServiceException
                | Refusal::ResourceNotFound
                | Refusal::ResourceConflict
                | Refusal::RequestTooLarge
                | Refusal::AccessDenied,
            ) => self.back_off(id, plan, cx, call, true),
            Answer::Oversize | Answer::Checked | Answer::Accepted => {
                unreachable!("a mapping asks for an answer and takes every one")
            }
        }
    }

    /// The function ran without an error; what it says of the records counts.
    fn on_success(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        response: &Payload,
    ) {
        let mapping = plan.mapping(id);
        let batch = Rc::clone(&self.batches[&call].batch);
        let all = batch.messages.len() as u64;
        let partial = mapping.spec.partial;
        let ids = if partial { batch.ids(plan) } else { Vec::new() };
        let (failed, rule): (Vec<String>, _) =
            match outcome(response, partial, ids.iter().map(String::as_str)) {
                Outcome::Done if !partial && names_failures(response) => {
                    (Vec::new(), Rule::Pbr01)
                }
                Outcome::Done if partial => (Vec::new(), Rule::Pbr03),
                Outcome::Done => (Vec::new(), Rule::Sqs05),
                Outcome::Failed => {
                    self.metrics.failed_invoke += all;
                    return self.on_failure(id, plan, cx, call, Rule::Pbr03);
                }
                Outcome::Partly(failed) if mapping.source_kind == Source::Fifo => {
                    (failed, Rule::Fifo06)
                }
                Outcome::Partly(failed) => (failed, Rule::Pbr04),
            };
        self.metrics.failed_invoke += failed.len() as u64;
        let done: Vec<Receipt> = match failed.is_empty() {
            true => batch.messages.iter().map(|handed| handed.receipt).collect(),
            false => {
                let named = batch.messages.iter().zip(&ids);
                let done = named.filter(|(_, id)| !failed.contains(id));
                done.map(|(handed, _)| handed.receipt).collect()
            }
        };
        let count = small(done.len() as u64);
        let fact = MessageFact::Settled { done: count, failed: small(all) - count };
        tell(id, cx, call, rule, fact);
        if !done.is_empty() {
            delete(mapping, cx, done, Some(id));
        }
        self.finish(id, plan, cx, call);
    }

    /// None of the records counts as processed: they come back (SQS-06).
    fn on_failure(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        rule: Rule,
    ) {
        let failed = small(self.batches[&call].batch.messages.len() as u64);
        tell(id, cx, call, rule, MessageFact::Settled { done: 0, failed });
        self.finish(id, plan, cx, call);
    }

    /// The function did not run: the same batch is tried again, until others can receive
    /// its messages (SQS-08).
    fn back_off(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        is_failure: bool,
    ) {
        let batch = &self.batches[&call];
        if is_failure {
            self.metrics.failed_invoke += batch.batch.messages.len() as u64;
        }
        let settings = &plan.settings;
        let doublings = (batch.tries - 1).min(30);
        let base = settings.sqs_throttle_base.0.saturating_mul(1 << doublings);
        let after = Span(base).min(settings.sqs_throttle_cap);
        let at = cx.now.plus(after);
        if at < batch.lapses {
            let attempt = batch.tries.saturating_add(1);
            let fact = Fact::RetryPlanned { after, attempt, bucket: 0 };
            cx.tell(Part::Mapping(id), Some(job(id, call)), Rule::Sqs08, fact);
            let due = MappingEvent::RetryDue { call };
            cx.post(at, Rank::Arrival, Event::Mapping(id, due));
        } else {
            let due = MappingEvent::LetGoDue { call };
            let at = batch.lapses.max(cx.now);
            cx.post(at, Rank::Timer, Event::Mapping(id, due));
        }
    }

    /// A batch is done with: its poller goes on.
    fn finish(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>, call: u32) {
        let mapping = plan.mapping(id);
        let batch = self.batches.remove(&call).expect("a batch under way");
        if mapping.spec.window > Span::ZERO {
            self.open_window(id, cx, batch.poller, mapping.spec.window);
        }
        let mut next = core::mem::take(&mut self.pollers[batch.poller as usize].next);
        // What others can receive by now is theirs.
        next.retain(|handed| handed.hidden_until > cx.now);
        self.collect(id, plan, cx, batch.poller, next);
    }

    /// While all pollers are busy, there may be too few of them (SQS-02).
    fn arm_ramp(&mut self, id: MappingId, mapping: &PlannedMapping, cx: &mut Cx<'_>) {
        let waits = self.pollers.iter().any(|poller| poller.doing == Doing::Polling);
        if self.ramps || waits || self.pollers() >= mapping.pollers_max as u64 {
            return;
        }
        self.ramps = true;
        let at = Instant((cx.now.0 / RAMP.0 + 1) * RAMP.0);
        cx.post(at, Rank::Timer, Event::Mapping(id, MappingEvent::RampDue));
    }

    fn on_ramp_due(&mut self, id: MappingId, mapping: &PlannedMapping, cx: &mut Cx<'_>) {
        self.ramps = false;
        if self.pollers.iter().any(|poller| poller.doing == Doing::Polling) {
            return;
        }
        self.ramps = true;
        let asked = ServiceEvent::BacklogAsked { mapping: id };
        cx.post(cx.now, Rank::Poll, Event::Service(mapping.source, asked));
    }

    fn on_backlog(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
        count: u32,
    ) {
        self.ramps = false;
        if count > 0 {
            let step = mapping.ramp_step(RAMP_STEP, cx.now);
            let most = (self.pollers() as usize + step).min(mapping.pollers_max);
            let more = most.saturating_sub(self.pollers() as usize);
            let fact = MessageFact::Scaled { pollers: small(most as u64) };
            cx.tell(Part::Mapping(id), None, mapping.ramp_rule(), Fact::Message(fact));
            for _ in 0..more {
                let rests = |poller: &Poller| poller.doing == Doing::Resting;
                let number = self.pollers.iter().position(rests).unwrap_or_else(|| {
                    self.pollers.push(NEW);
                    self.pollers.len() - 1
                });
                self.poll(mapping, id, cx, small(number as u64));
            }
        }
        self.arm_ramp(id, mapping, cx);
    }
}

/// Has messages deleted: they were processed, and the mapping wants to know how many could
/// be, or no filter lets them through.
fn delete(
    mapping: &PlannedMapping,
    cx: &mut Cx<'_>,
    receipts: Vec<Receipt>,
    told: Option<MappingId>,
) {
    let parcel = cx.parcels.put(Parcel::Deleted(receipts, told));
    let event = ServiceEvent::DeleteCalled { parcel };
    cx.post(cx.now, Rank::RunEnd, Event::Service(mapping.source, event));
}
