//! How a mapping reads a queue: pollers that receive, make batches, call the function, and
//! delete what it has processed.
//!
//! A poller does one thing after the other, so there are as many batches at once as there
//! are pollers. Units: windows and waits are simulated time; a window counts from the first
//! record, or from the end of the call before it.
//! Rules: ESM-08 to ESM-10, ESM-19, ESM-20, SQS-01 to SQS-09, SQS-17, PBR-04, FIFO-06.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Metrics;
use super::batch::Batch;
use super::spec::RECEIVE_MAX;
use crate::event::{
    Event, FunctionEvent, MappingEvent, Mode, Poll, Request, ServiceEvent,
};
use crate::id::{Job, MappingId, Origin, Part};
use crate::lambda::invoke::small;
use crate::message::{Body, Content, Letter};
use crate::plan::{Plan, PlannedMapping};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service::parcel::{Handed, Parcel};
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Fact, MessageFact};

mod answers;
mod pollers;

use answers::delete;

/// The state of a mapping that reads a queue.
#[derive(Clone, Debug, Default)]
pub struct State {
    pollers: Vec<Poller>,
    /// Batches that wait for an answer or for another try, by number.
    batches: Batches,
    /// After a function error: so many pollers at most, until then (SQS-07).
    lowered: Option<(u64, Instant)>,
    /// Whether it receives: it does not while its mapping is not enabled.
    reads: bool,
    /// Batches made so far.
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
    /// Tries so far.
    tries: u16,
    /// When the first of its messages can be received by others.
    lapses: Instant,
}

impl UnderWay {
    fn messages(&self) -> &[Handed] {
        self.content.batch().map_or(&[], |batch| &batch.messages)
    }
}

/// Batches under way, by number. They are few, and most are done with in the order in which
/// they were made.
#[derive(Clone, Debug, Default)]
struct Batches(VecDeque<(u32, UnderWay)>);

impl Batches {
    fn place(&self, call: u32) -> Option<usize> {
        if self.0.front().is_some_and(|(first, _)| *first == call) {
            return Some(0);
        }
        if self.0.back().is_some_and(|(last, _)| *last == call) {
            return Some(self.0.len() - 1);
        }
        self.0.binary_search_by_key(&call, |(call, _)| *call).ok()
    }

    fn get(&self, call: u32) -> Option<&UnderWay> {
        Some(&self.0[self.place(call)?].1)
    }

    fn remove(&mut self, call: u32) -> Option<UnderWay> {
        self.place(call).and_then(|place| self.0.remove(place)).map(|(_, batch)| batch)
    }

    fn under_way(&self, call: u32) -> &UnderWay {
        self.get(call).expect("a batch under way")
    }
}

const NEW: Poller = Poller {
    doing: Doing::Resting,
    messages: Vec::new(),
    size: 0,
    next: Vec::new(),
    window: None,
    serial: 0,
};

impl Poller {
    /// Takes all that was found for its next batch, if it has nothing and that fits; gives
    /// it back if not.
    fn take(
        &mut self,
        found: Vec<Handed>,
        plan: &Plan,
        mapping: &PlannedMapping,
    ) -> Vec<Handed> {
        let size = in_event_all(&found, plan);
        let fits = found.len() as u64 <= mapping.batch_size
            && size <= plan.settings.esm_payload_limit;
        if !fits {
            return found;
        }
        self.size += size;
        core::mem::replace(&mut self.messages, found)
    }

    /// It is not needed.
    fn rest(&mut self) {
        self.doing = Doing::Resting;
        self.window = None;
        self.serial += 1;
    }
}

/// What messages take in an event. Most say what the one before them says, which is measured
/// once.
fn in_event_all(all: &[Handed], plan: &Plan) -> u64 {
    let mut size = 0;
    let mut last: Option<(&Content, u64)> = None;
    for handed in all {
        let content = &handed.message.content;
        let bytes = match last {
            Some((before, bytes)) if content.is(before) => bytes,
            Some(_) | None => content.bytes(plan),
        };
        last = Some((content, bytes));
        size += bytes + plan.settings.esm_record_overhead;
    }
    size
}

/// What a message takes in an event, with what stands around it (ESM-08).
fn in_event(handed: &Handed, plan: &Plan) -> u64 {
    handed.message.content.bytes(plan) + plan.settings.esm_record_overhead
}

fn job(id: MappingId, call: u32) -> Job {
    Job { origin: Origin::Mapping(id), call }
}

#[inline]
fn tell(id: MappingId, cx: &mut Cx<'_>, call: u32, rule: Rule, fact: MessageFact) {
    if cx.keeps_nothing() {
        return;
    }
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
        self.batches.0.len() as u64
    }

    /// The event of a batch under way.
    #[must_use]
    pub fn content(&self, call: u32) -> Option<Content> {
        self.batches.get(call).map(|batch| batch.content.clone())
    }

    /// Pollers that it has now.
    #[must_use]
    pub fn pollers(&self) -> u64 {
        self.pollers.iter().filter(|poller| poller.doing != Doing::Resting).count() as u64
    }

    /// Records of batches that are not full yet, and when the first of their windows closes.
    #[must_use]
    pub fn collected(&self) -> (u64, Option<Instant>) {
        let open = self.pollers.iter().filter(|poller| poller.doing == Doing::Polling);
        let count = open.clone().map(|poller| poller.messages.len() as u64).sum();
        (count, open.filter_map(|poller| poller.window).min())
    }

    pub(super) fn bytes(&self) -> usize {
        self.pollers.len() * size_of::<Poller>()
            + self.batches.0.len() * size_of::<(u32, UnderWay)>()
    }

    pub(super) fn awaits(&self) -> bool {
        self.pollers.iter().any(|poller| !poller.messages.is_empty())
    }

    pub(super) fn assert_consistent(&self) {
        let busy = self.pollers.iter().filter(|p| p.doing == Doing::Busy).count();
        assert_eq!(busy, self.batches.0.len(), "a poller is busy with nothing");
    }

    #[inline(always)]
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
            MappingEvent::Answered { call, parcel, answer, .. } => {
                self.on_answered(id, plan, cx, call, parcel, answer);
            }
            MappingEvent::WindowDue { poller, serial } => {
                self.on_window_due(id, plan, cx, poller, serial);
            }
            MappingEvent::RetryDue { call } => self.on_retry_due(id, plan, cx, call),
            MappingEvent::LetGoDue { call } => {
                tell(id, cx, call, Rule::Sqs08, MessageFact::LetGo);
                self.finish(id, plan, cx, call);
            }
            MappingEvent::RampDue => self.on_ramp_due(id, mapping, cx),
            MappingEvent::Backlog { count } => self.on_backlog(id, mapping, cx, count),
            MappingEvent::Settled => {}
            MappingEvent::Deleted { count } => self.metrics.deleted += u64::from(count),
            // These are about streams.
            MappingEvent::ShardsListed { .. }
            | MappingEvent::RecordsArrived { .. }
            | MappingEvent::RecordsRead { .. }
            | MappingEvent::ShardDue { .. } => {}
        }
    }

    fn on_window_due(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        poller: u32,
        serial: u32,
    ) {
        let mapping = plan.mapping(id);
        let state = &mut self.pollers[poller as usize];
        if state.serial != serial || state.doing != Doing::Polling {
            return;
        }
        state.window = None;
        if !state.messages.is_empty() {
            let ended = ServiceEvent::PollEnded { mapping: id, poller };
            cx.post(cx.now, Rank::Timer, Event::Service(mapping.source, ended));
            let wait = plan.settings.sqs_low_traffic_wait;
            let is_longer = wait > mapping.window();
            let rule = if is_longer { Rule::Sqs17 } else { Rule::Esm09 };
            self.close(id, plan, cx, poller, rule);
        }
    }

    fn on_retry_due(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>, call: u32) {
        if self.is_given_up(plan) {
            return self.wait_for_lapse(id, cx, call);
        }
        let attempt = self.batches.under_way(call).tries + 1;
        let (part, job) = (Part::Mapping(id), job(id, call));
        cx.tell(part, Some(job), Rule::Sqs08, Fact::Retried { attempt });
        self.invoke(id, plan.mapping(id), cx, call);
    }

    /// Asks the queue for messages (SQS-01).
    fn poll(
        &mut self,
        mapping: &PlannedMapping,
        id: MappingId,
        cx: &mut Cx<'_>,
        number: u32,
    ) {
        let reads = self.reads;
        let is_empty = self.pollers[number as usize].messages.is_empty();
        let is_needed = !is_empty || reads && !self.are_too_many(mapping);
        let poller = &mut self.pollers[number as usize];
        if !is_needed {
            return poller.rest();
        }
        poller.doing = Doing::Polling;
        if !reads {
            return;
        }
        let left = mapping.batch_size.saturating_sub(poller.messages.len() as u64);
        let most = u16::try_from(left.min(RECEIVE_MAX)).expect("ten at most");
        // Those that were added wait for nothing: if there is nothing, they are not needed.
        let is_extra = number as usize >= mapping.pollers_initial;
        // A batch that was begun, or whose window is open, comes before the others.
        let ahead = !is_empty || poller.window.is_some();
        let waits = !is_extra || !is_empty;
        let poll = Poll { mapping: id, poller: number, most, waits, ahead };
        let event = Event::Service(mapping.source, ServiceEvent::Polled(poll));
        cx.hand_on(cx.now, Rank::Poll, event);
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
        let is_busy = self.pollers[number as usize].doing == Doing::Busy;
        if found.is_empty() && is_busy {
            return;
        }
        if found.is_empty() {
            self.pollers[number as usize].doing = Doing::Resting;
            if self.pollers() == mapping.pollers_initial as u64 {
                let pollers = small(self.pollers());
                let fact = Fact::Message(MessageFact::Scaled { pollers });
                cx.tell(Part::Mapping(id), None, mapping.ramp_rule(), fact);
            }
            return self.refill(id, mapping, cx);
        }
        self.metrics.polled += found.len() as u64;
        let found = self.filtered(mapping, plan, cx, found);
        if is_busy {
            // It asked twice, as its mapping was changed in between.
            return self.pollers[number as usize].next.extend(found);
        }
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
        let found = match poller.messages.is_empty() {
            true => poller.take(found, plan, mapping),
            false => found,
        };
        let mut rest = found.into_iter();
        for handed in rest.by_ref() {
            let size = in_event(&handed, plan);
            let is_first = poller.messages.is_empty();
            let is_full = poller.messages.len() as u64 >= mapping.batch_size;
            let is_large = poller.size + size > settings.esm_payload_limit;
            if !is_first && (is_full || is_large) {
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
        if mapping.window() == Span::ZERO {
            return self.close(id, plan, cx, number, Rule::Esm10);
        }
        if poller.window.is_none() {
            let window = mapping.window().max(settings.sqs_low_traffic_wait);
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
            let out = out.iter().map(|handed| handed.receipt).collect();
            delete(mapping, cx, Parcel::FilteredOut(out));
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
        if !cx.keeps_nothing() {
            let is_at_cap = mapping.spec.concurrency_max.is_some()
                && self.pollers.iter().all(|poller| poller.doing == Doing::Busy)
                && self.pollers.len() >= mapping.pollers_max;
            let rule = if is_at_cap { Rule::Sqs03 } else { rule };
            tell(id, cx, call, rule, MessageFact::Batched { records });
        }
        let batch = Batch { source: mapping.source, messages, size };
        let chain = batch.chain();
        let content = Content::message(Body::Batch(batch), chain);
        let lapses = lapses.expect("a batch has messages");
        let under_way = UnderWay { poller: number, content, tries: 0, lapses };
        self.batches.0.push_back((call, under_way));
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
        let place = self.batches.place(call).expect("a batch under way");
        let batch = &mut self.batches.0[place].1;
        batch.tries = batch.tries.saturating_add(1);
        self.metrics.invoked += batch.messages().len() as u64;
        let (content, qualifier) = (batch.content.clone(), mapping.qualifier.name());
        let slot = cx.mail.put(Letter { content, qualifier, permitted: true });
        let (job, attempt) = (job(id, call), batch.tries);
        let request = Request { job, attempt, slot, mode: Mode::Answer };
        let arrived = FunctionEvent::Arrived(request);
        cx.hand_on(cx.now, Rank::Arrival, Event::Function(mapping.function, arrived));
    }

    /// A batch is done with: its poller goes on.
    fn finish(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>, call: u32) {
        let mapping = plan.mapping(id);
        let batch = self.batches.remove(call).expect("a batch under way");
        if mapping.window() > Span::ZERO {
            self.open_window(id, cx, batch.poller, mapping.window());
        }
        let poller = &mut self.pollers[batch.poller as usize];
        if poller.next.is_empty() {
            return self.poll(mapping, id, cx, batch.poller);
        }
        let mut next = core::mem::take(&mut poller.next);
        // What others can receive by now is theirs.
        next.retain(|handed| handed.hidden_until > cx.now);
        self.collect(id, plan, cx, batch.poller, next);
    }
}
