//! How many pollers there are: some at first, more while messages remain, none while the
//! mapping is not enabled.
//!
//! Rules: SQS-02 to SQS-04, SQS-07, SQS-18.

use alloc::vec::Vec;

use super::{Doing, NEW, Poller, State};
use crate::event::{Event, MappingEvent, ServiceEvent};
use crate::id::{MappingId, Part};
use crate::lambda::invoke::small;
use crate::plan::{Plan, PlannedMapping};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Fact, MessageFact};

/// How often a mapping that has all its pollers busy looks whether there is more to do.
const RAMP: Span = Span::SECOND;
/// So many pollers it adds then.
const RAMP_STEP: usize = 5;

impl State {
    /// Begins to read, or goes on as its settings now say.
    pub(in crate::mapping) fn start(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
    ) {
        let mapping = plan.mapping(id);
        self.reads = true;
        self.trim(id, mapping, cx);
        let initial = mapping.pollers_initial;
        self.pollers.resize(self.pollers.len().max(initial), NEW);
        let cause = cx.cause();
        for number in 0..self.pollers.len() {
            let poller = &self.pollers[number];
            let number = small(number as u64);
            match poller.doing {
                // What it has begun to collect may be enough by now.
                Doing::Polling if !poller.messages.is_empty() => {
                    self.collect(id, plan, cx, number, Vec::new());
                }
                Doing::Resting if (number as usize) < initial => {
                    self.poll(mapping, id, cx, number);
                }
                Doing::Resting | Doing::Polling | Doing::Busy => {}
            }
            cx.because_of(cause);
        }
        self.arm_ramp(id, mapping, cx);
    }

    /// Pollers that there may be.
    pub(super) fn most(&self, mapping: &PlannedMapping) -> u64 {
        let most = mapping.pollers_max as u64;
        self.lowered.map_or(most, |(lowered, _)| most.min(lowered))
    }

    /// Whether there are more pollers than there may be.
    pub(super) fn are_too_many(&self, mapping: &PlannedMapping) -> bool {
        let most = self.most(mapping);
        // Most of the time there is nothing to count.
        self.pollers.len() as u64 > most && self.pollers() > most
    }

    /// Of those that wait for nothing yet, so many go on as there may be.
    fn trim(&mut self, id: MappingId, mapping: &PlannedMapping, cx: &mut Cx<'_>) {
        let most = self.most(mapping);
        let waits = |poller: &Poller| {
            poller.doing == Doing::Polling && poller.messages.is_empty()
        };
        while self.pollers() > most
            && let Some(number) = self.pollers.iter().rposition(waits)
        {
            let poller = small(number as u64);
            let ended = ServiceEvent::PollEnded { mapping: id, poller };
            cx.post(cx.now, Rank::Poll, Event::Service(mapping.source, ended));
            self.pollers[number].rest();
        }
    }

    /// After a function error half as many pollers go on for a while.
    pub(super) fn lower(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        span: Span,
    ) {
        let mapping = plan.mapping(id);
        let most = (self.pollers() / 2).max(1);
        self.lowered = Some((most, cx.now.plus(span)));
        let cause = cx.cause();
        let fact = Fact::Message(MessageFact::Scaled { pollers: small(most) });
        cx.tell(Part::Mapping(id), None, Rule::Sqs07, fact);
        self.trim(id, mapping, cx);
        cx.because_of(cause);
        // There may be nobody left who waits, and so nobody to find out later.
        self.arm_ramp(id, mapping, cx);
    }

    /// Somebody always waits, as far as there may be anybody: when there were too many pollers
    /// for a while, those may rest that wait at other times.
    pub(super) fn refill(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
    ) {
        let least = self.most(mapping).min(mapping.pollers_initial as u64);
        let cause = cx.cause();
        while self.reads && self.pollers() < least {
            let rests = |poller: &Poller| poller.doing == Doing::Resting;
            let number = self.pollers.iter().position(rests).expect("not all are up");
            self.poll(mapping, id, cx, small(number as u64));
            cx.because_of(cause);
        }
    }

    /// Receives nothing more. What was received is still handed over.
    pub(in crate::mapping) fn stop(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
    ) {
        self.reads = false;
        for (number, poller) in self.pollers.iter_mut().enumerate() {
            if poller.doing != Doing::Polling {
                continue;
            }
            let poller_number = small(number as u64);
            let ended = ServiceEvent::PollEnded { mapping: id, poller: poller_number };
            cx.post(cx.now, Rank::Poll, Event::Service(mapping.source, ended));
            if poller.messages.is_empty() {
                poller.rest();
            }
        }
    }

    /// While all pollers are busy, there may be too few of them (SQS-02).
    pub(super) fn arm_ramp(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
    ) {
        if !self.reads || self.ramps {
            return;
        }
        let mut busy = 0;
        for poller in &self.pollers {
            match poller.doing {
                Doing::Polling => return,
                Doing::Busy => busy += 1,
                Doing::Resting => {}
            }
        }
        if busy >= mapping.pollers_max {
            return;
        }
        self.ramps = true;
        let at = Instant((cx.now.0 / RAMP.0 + 1) * RAMP.0);
        cx.post(at, Rank::Timer, Event::Mapping(id, MappingEvent::RampDue));
    }

    pub(super) fn on_ramp_due(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
    ) {
        self.ramps = false;
        if !self.reads || self.pollers.iter().any(|poller| poller.doing == Doing::Polling)
        {
            return;
        }
        self.ramps = true;
        let asked = ServiceEvent::BacklogAsked { mapping: id };
        cx.post(cx.now, Rank::Poll, Event::Service(mapping.source, asked));
    }

    pub(super) fn on_backlog(
        &mut self,
        id: MappingId,
        mapping: &PlannedMapping,
        cx: &mut Cx<'_>,
        count: u32,
    ) {
        self.ramps = false;
        if self.lowered.is_some_and(|(_, until)| until <= cx.now) {
            self.lowered = None;
        }
        if count > 0 && self.reads && self.lowered.is_none() {
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
