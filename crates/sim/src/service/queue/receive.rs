//! How messages of a queue are received: whose turn it is, which messages, and which go to
//! the dead-letter queue instead.
//!
//! Rules: SQS-01, SQS-11, SQS-13, SQS-15, FIFO-01, FIFO-03, FIFO-05.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::{Held, Lying, State, job, tell};
use crate::event::{Event, MappingEvent, Poll, ServiceEvent};
use crate::id::{MappingId, Part, ServiceId};
use crate::lambda::invoke::small;
use crate::mapping::spec::RECEIVE_MAX;
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service::inbox::Inbox;
use crate::service::parcel::{Handed, Parcel, Receipt};
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{Delivery, EventFact, Fact, MessageFact};

impl Held {
    /// It is received once more and hidden until an instant; says when it was first received.
    #[inline]
    fn hand_out(&mut self, now: Instant, until: Instant) -> Instant {
        if self.receives == 0 {
            self.first = now;
        }
        self.receives += 1;
        self.since = now;
        self.lies = Lying::InFlight;
        self.until = until;
        self.first
    }
}

impl State {
    /// A poller asks for messages.
    pub(in crate::service) fn on_polled(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        poll: Poll,
        all: &Inbox,
    ) {
        // A batch that was begun is filled before another one.
        let before = self.polls.iter().take_while(|other| !poll.ahead || other.ahead);
        let place = before.count();
        self.polls.insert(place, poll);
        self.serve(id, plan, cx, all);
    }

    /// A poller waits no longer.
    pub(in crate::service) fn on_poll_ended(&mut self, mapping: MappingId, poller: u32) {
        self.polls.retain(|poll| (poll.mapping, poll.poller) != (mapping, poller));
    }

    pub(in crate::service) fn on_serve_due(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        all: &Inbox,
    ) {
        self.serves = false;
        self.serve(id, plan, cx, all);
    }

    /// Says how much a poll could get.
    pub(in crate::service) fn on_backlog_asked(
        &self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        mapping: MappingId,
    ) {
        let fifo = plan.service(id).spec.fifo;
        let free = self.visible.iter().filter(|number| !fifo || !self.is_locked(*number));
        let event = MappingEvent::Backlog { count: small(free.count() as u64) };
        cx.post(cx.now, Rank::Arrival, Event::Mapping(mapping, event));
    }

    /// Gives those who ask what there is, in the order they asked.
    fn serve(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>, all: &Inbox) {
        let cause = cx.cause();
        let mut place = 0;
        while let Some(poll) = self.polls.get(place).copied() {
            let found = self.pick(id, plan, cx, poll, all);
            cx.because_of(cause);
            if found.is_empty() && poll.waits {
                place += 1;
                continue;
            }
            self.polls.remove(place);
            let Poll { mapping, poller, .. } = poll;
            let parcel = cx.parcels.put(Parcel::Received(found));
            let event = MappingEvent::Received { poller, parcel };
            cx.hand_on(cx.now, Rank::Arrival, Event::Mapping(mapping, event));
            cx.because_of(cause);
        }
        self.set_timer(id, plan, cx);
    }

    /// Whether a message belongs to a group that has others in flight (FIFO-01).
    pub(super) fn is_locked(&self, number: u32) -> bool {
        self.group_of(number).is_some_and(|group| self.groups.contains_key(group))
    }

    /// The next message of a receive that has taken some of a group, if it has.
    fn next_of(&self, group: Option<&Rc<str>>, mixes: bool) -> Option<u32> {
        if let Some(group) = group {
            let is_of_it = |number: &u32| self.group_of(*number) == Some(group);
            match self.visible.iter().find(is_of_it) {
                Some(number) => return Some(number),
                None if !mixes => return None,
                None => {}
            }
        }
        match self.groups.is_empty() {
            true => self.visible.first(),
            false => self.visible.iter().find(|number| !self.is_locked(*number)),
        }
    }

    /// Messages for one poll: the oldest first, of groups that are free.
    fn pick(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        poll: Poll,
        all: &Inbox,
    ) -> Vec<Handed> {
        if self.visible.is_empty() {
            return Vec::new();
        }
        let service = plan.service(id);
        let limit = plan.settings.sqs_in_flight_max;
        let mapping = plan.mapping(poll.mapping);
        let (hidden, stretched) = mapping.visibility(plan, service.spec.visibility);
        let most = usize::from(poll.most).min(RECEIVE_MAX as usize);
        let mut handed: Vec<Handed> = Vec::with_capacity(most.min(self.visible.len()));
        let mut group = None;
        let cause = cx.cause();
        while handed.len() < most {
            let next = match service.spec.fifo {
                true => self.next_of(group.as_ref(), plan.settings.fifo_mix_groups),
                false => self.visible.first(),
            };
            let Some(number) = next else { break };
            if self.in_flight >= limit {
                if !core::mem::replace(&mut self.is_over_limit, true) {
                    let fact = Fact::Message(MessageFact::OverLimit);
                    cx.tell(Part::Service(id), None, Rule::Sqs15, fact);
                }
                break;
            }
            if service.spec.fifo {
                group = self.group_of(number).cloned();
            }
            let held = self.held.get_mut(number).expect("what is visible is held");
            if let Some(to) = service.dead_letter
                && u64::from(held.receives) >= service.spec.receives_max
            {
                self.redrive(id, plan, cx, number, to, all);
                cx.because_of(cause);
                continue;
            }
            let until = cx.now.plus(hidden);
            let first = held.hand_out(cx.now, until);
            let receipt = Receipt { number, receives: held.receives };
            self.visible.remove(number);
            self.hidden.insert(until, number);
            self.in_flight += 1;
            let message = self.message(id, number, all);
            if let Some(group) = message.group() {
                *self.groups.entry(Rc::clone(group)).or_insert(0) += 1;
            }
            handed.push(Handed { message, receipt, first, hidden_until: until });
        }
        if !cx.keeps_nothing() {
            let to = Part::Mapping(poll.mapping);
            for (place, one) in handed.iter().enumerate() {
                let rule = rule_of(one, &handed[..place], stretched);
                let Receipt { number, receives } = one.receipt;
                let receives = u16::try_from(receives).unwrap_or(u16::MAX);
                let fact = MessageFact::HandedOut { to, receives, hidden };
                tell(id, cx, number, rule, fact);
                cx.because_of(cause);
            }
        }
        handed
    }

    /// Moves a message to the dead-letter queue (SQS-13).
    fn redrive(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        to: ServiceId,
        all: &Inbox,
    ) {
        let message = self.message(id, number, all);
        self.drop_message(number);
        self.counts.moved += 1;
        let fifo = plan.service(id).spec.fifo;
        let rule = if fifo { Rule::Fifo05 } else { Rule::Sqs13 };
        let fact = EventFact::Sent { what: Delivery::DeadLetter, to: Part::Service(to) };
        cx.tell(Part::Service(id), Some(job(id, number)), rule, Fact::Event(fact));
        let parcel = cx.parcels.put(Parcel::Redriven(message));
        let event = ServiceEvent::Redriven { parcel };
        cx.post(cx.now, Rank::Arrival, Event::Service(to, event));
    }
}

/// What is to be said of a message that is received together with those before it.
fn rule_of(one: &Handed, before: &[Handed], stretched: bool) -> Rule {
    let group = one.message.group();
    match group {
        _ if stretched => Rule::Sqs11,
        _ if one.receipt.receives > 1 => Rule::Sqs13,
        None => Rule::Sqs01,
        Some(_) if before.iter().all(|other| other.message.group() == group) => {
            Rule::Fifo01
        }
        Some(_) => Rule::Fifo03,
    }
}
