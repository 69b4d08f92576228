//! Messages of a queue that somebody reads: hidden, visible, in flight, moved or gone.
//!
//! Pollers wait at the queue (long polls), so that an empty queue costs no step. A queue
//! that nobody reads holds nothing here: what it has received is all there is to know.
//! Units: visibility counts from each receive, retention from the send.
//! Rules: SQS-01, SQS-05, SQS-06, SQS-11 to SQS-16, FIFO-01 to FIFO-09.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::parcel::{DEDUPLICATION, Handed, Message, Parcel, Receipt};
use super::{DeduplicationScope, Received};
use crate::event::{Event, MappingEvent, Poll, ServiceEvent};
use crate::id::{Job, MappingId, Origin, Part, ServiceId};
use crate::lambda::invoke::small;
use crate::message::Content;
use crate::plan::{Plan, PlannedService};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Delivery, EventFact, Fact, MessageFact};
use crate::value::Payload;

/// What a queue holds for those that read it.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// By number.
    held: BTreeMap<u32, Held>,
    /// Those that a poll gets, by number.
    visible: BTreeSet<u32>,
    /// Those that it does not get before an instant.
    hidden: BTreeSet<(Instant, u32)>,
    /// When those are gone that are not kept until the end of the run.
    ends: BTreeSet<(Instant, u32)>,
    polls: VecDeque<Poll>,
    /// Messages in flight of each group that has any.
    groups: BTreeMap<Rc<str>, u32>,
    in_flight: u64,
    /// What was sent within the last five minutes (FIFO-07).
    known: VecDeque<(Instant, Known)>,
    /// When the timer is due, if there is one.
    due: Option<Instant>,
    /// Whether those that wait are about to be served.
    serves: bool,
    is_over_limit: bool,
    counts: Counts,
}

/// What has become of all messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Taken in.
    pub entered: u64,
    /// Deleted after they were processed.
    pub deleted: u64,
    /// Deleted because no filter let them through.
    pub filtered: u64,
    /// Moved to the dead-letter queue.
    pub moved: u64,
    /// Kept long enough.
    pub expired: u64,
}

/// A message in the queue.
#[derive(Clone, Debug)]
struct Held {
    message: Rc<Message>,
    receives: u32,
    first: Instant,
    /// Until when nobody gets it; none while it is visible.
    hidden_until: Option<Instant>,
    is_in_flight: bool,
    /// When it is kept no longer, if that is within the run.
    gone_at: Option<Instant>,
}

/// What tells one message from another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    /// The group, where each group has identifiers of its own.
    group: Option<Rc<str>>,
    same: Same,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Same {
    Id(Rc<str>),
    Body(Payload),
}

/// What comes with a message besides what it says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extra<'a> {
    pub(super) group: &'a str,
    pub(super) deduplication: &'a str,
    pub(super) delay: Option<Span>,
}

/// The group of what is sent to a queue that keeps order by someone who knows of none.
const NO_GROUP: &str = "default";

fn job(id: ServiceId, number: u32) -> Job {
    Job { origin: Origin::Service(id), call: number }
}

fn tell(id: ServiceId, cx: &mut Cx<'_>, number: u32, rule: Rule, fact: MessageFact) {
    cx.tell(Part::Service(id), Some(job(id, number)), rule, Fact::Message(fact));
}

impl State {
    /// What has become of all messages.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Messages that a poll gets.
    #[must_use]
    pub fn visible(&self) -> u64 {
        self.visible.len() as u64
    }

    /// Messages that somebody has received and not deleted.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Messages in the queue.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.held.len() as u64
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether something will happen in it by itself: its timer alone does not say so.
    pub(crate) fn awaits(&self) -> bool {
        !self.hidden.is_empty() || !self.ends.is_empty()
    }

    /// The highest receive count of a message in the queue.
    #[must_use]
    pub fn receives_max(&self) -> u32 {
        self.held.values().map(|held| held.receives).max().unwrap_or(0)
    }

    pub(super) fn bytes(&self) -> usize {
        self.held.len() * (size_of::<Held>() + 64)
            + self.known.len() * size_of::<(Instant, Known)>()
    }

    pub(super) fn assert_consistent(&self) {
        let Counts { entered, deleted, filtered, moved, expired } = self.counts;
        let gone = deleted + filtered + moved + expired;
        assert_eq!(entered, gone + self.len(), "a message was lost");
        let hidden = self.held.values().filter(|held| held.hidden_until.is_some());
        assert_eq!(self.hidden.len(), hidden.count(), "a message is hidden for ever");
        assert_eq!(self.len(), self.visible() + self.hidden.len() as u64);
        let in_flight = self.held.values().filter(|held| held.is_in_flight).count();
        assert_eq!(self.in_flight, in_flight as u64, "in flight, or not");
    }

    /// Whether what is sent now was sent before; it is remembered if not (FIFO-07).
    pub(super) fn is_known(
        &mut self,
        plan: &Plan,
        service: &PlannedService,
        now: Instant,
        content: &Content,
        extra: Extra<'_>,
    ) -> bool {
        let same = if !extra.deduplication.is_empty() {
            Same::Id(extra.deduplication.into())
        } else if service.spec.content_dedup {
            Same::Body(content.payload(plan).into_owned())
        } else {
            return false;
        };
        let group = match service.spec.dedup_scope {
            DeduplicationScope::Queue => None,
            DeduplicationScope::MessageGroup => Some(extra.group.into()),
        };
        let known = Known { group, same };
        while self.known.front().is_some_and(|(at, _)| now.since(*at) >= DEDUPLICATION) {
            self.known.pop_front();
        }
        if self.known.iter().any(|(_, other)| *other == known) {
            return true;
        }
        self.known.push_back((now, known));
        false
    }

    /// Takes in what was received as the how many-th thing.
    pub(super) fn take_in(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        received: &Received,
        extra: Extra<'_>,
    ) {
        let service = plan.service(id);
        let group = match (service.spec.fifo, extra.group) {
            (false, _) => None,
            (true, "") => Some(NO_GROUP.into()),
            (true, group) => Some(group.into()),
        };
        let same =
            Some(extra.deduplication).filter(|id| service.spec.fifo && !id.is_empty());
        let message = Message {
            queue: id,
            number,
            content: received.content.clone(),
            sent: received.at,
            group,
            deduplication: same.map(Into::into),
        };
        let delay = extra.delay.unwrap_or(service.spec.delay);
        self.hold(id, plan, cx, number, Rc::new(message), delay);
    }

    /// Puts a message into the queue.
    pub(super) fn hold(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        message: Rc<Message>,
        delay: Span,
    ) {
        let spec = &plan.service(id).spec;
        let rule = if spec.fifo { Rule::Fifo01 } else { Rule::Sqs16 };
        tell(id, cx, number, rule, MessageFact::Waits { delay });
        // Where order is kept, retention starts anew in a dead-letter queue (SQS-14).
        let sent = if spec.fifo { cx.now } else { message.sent };
        let gone_at = sent.plus(spec.retention).max(cx.now);
        let gone_at = Some(gone_at).filter(|at| *at <= plan.until());
        self.ends.extend(gone_at.map(|at| (at, number)));
        let until = cx.now.plus(delay);
        let hidden_until = (delay > Span::ZERO).then_some(until);
        let (receives, first) = (0, cx.now);
        let is_in_flight = false;
        let held = Held { message, receives, first, hidden_until, is_in_flight, gone_at };
        self.held.insert(number, held);
        self.counts.entered += 1;
        if hidden_until.is_some() {
            self.hidden.insert((until, number));
        } else {
            self.visible.insert(number);
            self.ask_to_serve(id, cx);
        }
        self.set_timer(id, plan, cx);
    }

    /// Those who wait are served when all that happens at this instant has happened.
    fn ask_to_serve(&mut self, id: ServiceId, cx: &mut Cx<'_>) {
        if !self.serves && !self.polls.is_empty() && !self.visible.is_empty() {
            self.serves = true;
            cx.post(cx.now, Rank::Poll, Event::Service(id, ServiceEvent::ServeDue));
        }
    }

    fn set_timer(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let earliest =
            |times: &BTreeSet<(Instant, u32)>| times.first().map(|(at, _)| *at);
        let next = [earliest(&self.hidden), earliest(&self.ends)];
        let Some(next) = next.into_iter().flatten().min() else { return };
        if next <= plan.until() && self.due.is_none_or(|due| due > next) {
            self.due = Some(next);
            let due = ServiceEvent::MessagesDue;
            cx.post(next, Rank::Timer, Event::Service(id, due));
        }
    }

    /// Messages become visible, or are kept no longer.
    pub(super) fn on_messages_due(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
    ) {
        if self.due == Some(cx.now) {
            self.due = None;
        }
        let cause = cx.cause();
        let fifo = plan.service(id).spec.fifo;
        while let Some((at, number)) = self.ends.first().copied()
            && at <= cx.now
        {
            self.drop_message(number);
            self.counts.expired += 1;
            tell(id, cx, number, Rule::Sqs14, MessageFact::Expired);
            cx.because_of(cause);
        }
        while let Some((at, number)) = self.hidden.first().copied()
            && at <= cx.now
        {
            self.hidden.pop_first();
            let held = self.held.get_mut(&number).expect("what is hidden is held");
            held.hidden_until = None;
            let was_received = held.is_in_flight;
            held.is_in_flight = false;
            let group = held.message.group.clone();
            if was_received {
                self.leave_flight(group.as_ref());
            }
            self.visible.insert(number);
            let rule = match (was_received, fifo) {
                (false, _) => Rule::Sqs16,
                (true, false) => Rule::Sqs06,
                (true, true) => Rule::Fifo04,
            };
            tell(id, cx, number, rule, MessageFact::Reappeared);
            cx.because_of(cause);
        }
        self.ask_to_serve(id, cx);
        self.set_timer(id, plan, cx);
    }

    fn leave_flight(&mut self, group: Option<&Rc<str>>) {
        self.in_flight -= 1;
        self.is_over_limit = false;
        if let Some(group) = group {
            let count = self.groups.get_mut(group).expect("its group has it in flight");
            *count -= 1;
            if *count == 0 {
                self.groups.remove(group);
            }
        }
    }

    /// Takes a message out of the queue, wherever it is.
    fn drop_message(&mut self, number: u32) -> Option<Rc<Message>> {
        let held = self.held.remove(&number)?;
        match held.hidden_until {
            Some(until) => self.hidden.remove(&(until, number)),
            None => self.visible.remove(&number),
        };
        if let Some(at) = held.gone_at {
            self.ends.remove(&(at, number));
        }
        if held.is_in_flight {
            self.leave_flight(held.message.group.as_ref());
        }
        Some(held.message)
    }

    /// A poller asks for messages.
    pub(super) fn on_polled(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        poll: Poll,
    ) {
        // A batch that was begun is filled before another one.
        let before = self.polls.iter().take_while(|other| !poll.ahead || other.ahead);
        let place = before.count();
        self.polls.insert(place, poll);
        self.serve(id, plan, cx);
    }

    /// A poller waits no longer.
    pub(super) fn on_poll_ended(&mut self, mapping: MappingId, poller: u32) {
        self.polls.retain(|poll| (poll.mapping, poll.poller) != (mapping, poller));
    }

    pub(super) fn on_serve_due(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        self.serves = false;
        self.serve(id, plan, cx);
    }

    /// Says how much a poll could get.
    pub(super) fn on_backlog_asked(
        &self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        mapping: MappingId,
    ) {
        let fifo = plan.service(id).spec.fifo;
        let free =
            self.visible.iter().filter(|number| !fifo || !self.is_locked(**number));
        let event = MappingEvent::Backlog { count: small(free.count() as u64) };
        cx.post(cx.now, Rank::Arrival, Event::Mapping(mapping, event));
    }

    /// Gives those who ask what there is, in the order they asked.
    fn serve(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let cause = cx.cause();
        let mut waiting = VecDeque::new();
        while let Some(poll) = self.polls.pop_front() {
            let found = self.pick(id, plan, cx, poll);
            cx.because_of(cause);
            if found.is_empty() && poll.waits {
                waiting.push_back(poll);
                continue;
            }
            let Poll { mapping, poller, .. } = poll;
            let parcel = cx.parcels.put(Parcel::Received(found));
            let event = MappingEvent::Received { poller, parcel };
            cx.post(cx.now, Rank::Arrival, Event::Mapping(mapping, event));
            cx.because_of(cause);
        }
        self.polls = waiting;
        self.set_timer(id, plan, cx);
    }

    /// Whether a message belongs to a group that has others in flight (FIFO-01).
    fn is_locked(&self, number: u32) -> bool {
        let group = self.held[&number].message.group.as_ref();
        group.is_some_and(|group| self.groups.contains_key(group))
    }

    /// The next message of a receive that has taken some of a group, if it has.
    fn next_of(&self, group: Option<&Rc<str>>, mixes: bool) -> Option<u32> {
        if let Some(group) = group {
            let mut visible = self.visible.iter();
            let is_of_it =
                |number: &&u32| self.held[number].message.group.as_ref() == Some(group);
            match visible.find(is_of_it) {
                Some(number) => return Some(*number),
                None if !mixes => return None,
                None => {}
            }
        }
        self.visible.iter().copied().find(|number| !self.is_locked(*number))
    }

    /// Messages for one poll: the oldest first, of groups that are free.
    fn pick(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        poll: Poll,
    ) -> Vec<Handed> {
        let service = plan.service(id);
        let limit = plan.settings.sqs_in_flight_max;
        let mapping = plan.mapping(poll.mapping);
        let hidden = mapping.visibility(plan, service.spec.visibility);
        let mut taken: Vec<u32> = Vec::new();
        let mut group = None;
        let cause = cx.cause();
        while taken.len() < usize::from(poll.most) {
            let Some(number) =
                self.next_of(group.as_ref(), plan.settings.fifo_mix_groups)
            else {
                break;
            };
            if self.in_flight + taken.len() as u64 >= limit {
                if !core::mem::replace(&mut self.is_over_limit, true) {
                    let fact = Fact::Message(MessageFact::OverLimit);
                    cx.tell(Part::Service(id), None, Rule::Sqs15, fact);
                }
                break;
            }
            let held = &self.held[&number];
            group = held.message.group.clone();
            let most = service.spec.receives_max;
            if let Some(to) = service.dead_letter
                && u64::from(held.receives) >= most
            {
                self.redrive(id, plan, cx, number, to);
                cx.because_of(cause);
                continue;
            }
            self.visible.remove(&number);
            taken.push(number);
        }
        let mut handed: Vec<Handed> = Vec::with_capacity(taken.len());
        for number in taken {
            let next = self.hand_out(id, cx, number, poll.mapping, hidden, &handed);
            handed.push(next);
            cx.because_of(cause);
        }
        handed
    }

    fn hand_out(
        &mut self,
        id: ServiceId,
        cx: &mut Cx<'_>,
        number: u32,
        to: MappingId,
        (hidden, stretched): (Span, bool),
        before: &[Handed],
    ) -> Handed {
        let until = cx.now.plus(hidden);
        let held = self.held.get_mut(&number).expect("what is visible is held");
        if held.receives == 0 {
            held.first = cx.now;
        }
        held.receives += 1;
        held.is_in_flight = true;
        held.hidden_until = Some(until);
        let receipt = Receipt { number, receives: held.receives };
        let (message, first) = (Rc::clone(&held.message), held.first);
        self.hidden.insert((until, number));
        self.in_flight += 1;
        let mut rule = Rule::Sqs01;
        if let Some(group) = &message.group {
            let mixed = before.iter().any(|other| other.message.group != message.group);
            rule = if mixed { Rule::Fifo03 } else { Rule::Fifo01 };
            *self.groups.entry(Rc::clone(group)).or_insert(0) += 1;
        }
        if stretched {
            rule = Rule::Sqs11;
        } else if receipt.receives > 1 {
            rule = Rule::Sqs13;
        }
        let receives = u16::try_from(receipt.receives).unwrap_or(u16::MAX);
        let fact = MessageFact::HandedOut { to: Part::Mapping(to), receives, hidden };
        tell(id, cx, number, rule, fact);
        Handed { message, receipt, first, hidden_until: until }
    }

    /// Moves a message to the dead-letter queue (SQS-13).
    fn redrive(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        to: ServiceId,
    ) {
        let message = self.drop_message(number).expect("it was in the queue");
        self.counts.moved += 1;
        let fifo = plan.service(id).spec.fifo;
        let rule = if fifo { Rule::Fifo05 } else { Rule::Sqs13 };
        let fact = EventFact::Sent { what: Delivery::DeadLetter, to: Part::Service(to) };
        cx.tell(Part::Service(id), Some(job(id, number)), rule, Fact::Event(fact));
        let parcel = cx.parcels.put(Parcel::Redriven(message));
        let event = ServiceEvent::Redriven { parcel };
        cx.post(cx.now, Rank::Arrival, Event::Service(to, event));
    }

    /// Deletes what was processed, or what no filter lets through.
    pub(super) fn on_delete_called(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        parcel: Parcel,
    ) {
        let Parcel::Deleted(receipts, told) = parcel else {
            unreachable!("only receipts are deleted with")
        };
        let fifo = plan.service(id).spec.fifo;
        let (cause, filtered, mut deleted) = (cx.cause(), told.is_none(), 0);
        for Receipt { number, receives } in receipts {
            let fits = self.held.get(&number).is_some_and(|held| {
                held.receives == receives && (!fifo || held.is_in_flight)
            });
            let (rule, fact) = match (fits, filtered, fifo) {
                (false, _, true) => (Rule::Fifo09, MessageFact::NotDeleted),
                (false, _, false) => (Rule::Sqs12, MessageFact::NotDeleted),
                (true, true, _) => (Rule::Esm19, MessageFact::FilteredOut),
                (true, false, _) => (Rule::Sqs05, MessageFact::Deleted),
            };
            if fits {
                self.drop_message(number);
                let count = if filtered {
                    &mut self.counts.filtered
                } else {
                    &mut self.counts.deleted
                };
                *count += 1;
                deleted += 1;
            }
            tell(id, cx, number, rule, fact);
            cx.because_of(cause);
        }
        if let Some(mapping) = told {
            let event = MappingEvent::Deleted { count: deleted };
            cx.post(cx.now, Rank::RunEnd, Event::Mapping(mapping, event));
        }
        self.ask_to_serve(id, cx);
    }
}
