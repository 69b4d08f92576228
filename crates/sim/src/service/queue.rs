//! Messages of a queue that somebody reads: hidden, visible, in flight, moved or gone.
//!
//! Pollers wait at the queue (long polls), so that an empty queue costs no step. A queue
//! that nobody reads holds nothing here: what it has received is all there is to know.
//! Units: visibility counts from each receive, retention from the send.
//! Rules: SQS-01, SQS-05, SQS-06, SQS-11 to SQS-16, FIFO-01 to FIFO-09.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::rc::Rc;

use super::inbox::Inbox;
use super::parcel::{DEDUPLICATION, Message, Order};
use super::shelf::Shelf;
use super::{DeduplicationScope, Received};
use crate::event::{Event, Poll, ServiceEvent};
use crate::id::{Job, Origin, Part, ServiceId};
use crate::message::Content;
use crate::plan::{Plan, PlannedService};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{Fact, MessageFact};
use crate::value::Payload;

mod deletion;
mod dues;
mod numbers;
mod receive;
mod window;

use dues::Dues;
use numbers::Numbers;
use window::Window;

/// What a queue holds for those that read it.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// How each message lies in it, by number.
    held: Window<Held>,
    /// Messages that are more than what was received under their numbers: those of a queue
    /// that keeps order, and those that come from another one.
    apart: Window<Message>,
    /// Those that a poll gets, by number.
    visible: Numbers,
    /// Those that it does not get before an instant.
    hidden: Dues,
    /// When those are gone that are not kept until the end of the run.
    ends: Dues,
    polls: VecDeque<Poll>,
    /// Messages in flight of each group that has any.
    groups: BTreeMap<Rc<str>, u32>,
    in_flight: u64,
    /// What was sent within the last five minutes (FIFO-07).
    known: VecDeque<Known>,
    /// When the timer is due, if there is one.
    due: Option<Instant>,
    /// Whether those that wait are about to be served.
    serves: bool,
    is_over_limit: bool,
    counts: Counts,
    /// While nobody reads the queue: messages that are not just what was received, with
    /// their numbers, and from when on a poll would get them.
    unread: Shelf<(u32, Message, Instant)>,
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

/// How a message lies in the queue; what it says is in the list of what was received.
#[derive(Clone, Copy, Debug)]
struct Held {
    receives: u32,
    lies: Lying,
    /// Whether it is kept no longer than to an instant of the run.
    ends: bool,
    sent: Instant,
    first: Instant,
    /// Since when it lies so.
    since: Instant,
    /// Until when nobody gets it, unless it is visible.
    until: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lying {
    Visible,
    /// Nobody gets it yet.
    Delayed,
    /// Somebody has received it.
    InFlight,
}

impl Held {
    fn is_in_flight(&self) -> bool {
        self.lies == Lying::InFlight
    }

    /// Until when nobody gets it; none while it is visible.
    fn hidden_until(&self) -> Option<Instant> {
        Some(self.until).filter(|_| self.lies != Lying::Visible)
    }
}

/// How a message lies in the queue.
#[derive(Clone, Copy, Debug)]
pub struct Lies<'a> {
    /// Its number.
    pub number: u32,
    /// How often it was received.
    pub receives: u32,
    /// Its group.
    pub group: Option<&'a str>,
    /// Since when it is hidden, or visible.
    pub since: Instant,
    /// Until when nobody gets it; none while it is visible.
    pub until: Option<Instant>,
    /// Whether somebody has received it.
    pub is_in_flight: bool,
    /// Whether nobody gets it because others of its group are in flight.
    pub blocked: bool,
}

/// What tells a message from those sent after it.
#[derive(Clone, Debug)]
struct Known {
    /// When it was sent.
    at: Instant,
    /// Its number.
    number: u32,
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
pub(crate) struct Extra<'a> {
    pub(crate) group: &'a str,
    pub(crate) deduplication: &'a str,
    pub(crate) delay: Option<Span>,
}

/// The group of what is sent to a queue that keeps order by someone who knows of none.
const NO_GROUP: &str = "default";

fn job(id: ServiceId, number: u32) -> Job {
    Job { origin: Origin::Service(id), call: number }
}

#[inline]
fn tell(id: ServiceId, cx: &mut Cx<'_>, number: u32, rule: Rule, fact: MessageFact) {
    if cx.keeps_nothing() {
        return;
    }
    cx.tell(Part::Service(id), Some(job(id, number)), rule, Fact::Message(fact));
}

/// A message as it was sent to a queue.
#[inline]
fn message(
    id: ServiceId,
    service: &PlannedService,
    number: u32,
    (sent, content): (Instant, &Content),
    extra: Extra<'_>,
) -> Message {
    let order = service.spec.fifo.then(|| {
        let group = if extra.group.is_empty() { NO_GROUP } else { extra.group };
        let same = Some(extra.deduplication).filter(|id| !id.is_empty());
        Rc::new(Order { group: group.into(), deduplication: same.map(Into::into) })
    });
    Message { queue: id, number, content: content.clone(), sent, order }
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
        self.held.len() == 0
    }

    /// The messages in the queue, the oldest first.
    pub fn held(&self) -> impl Iterator<Item = Lies<'_>> {
        self.held.iter().map(|(number, held)| {
            let Held { receives, since, .. } = *held;
            let (until, is_in_flight) = (held.hidden_until(), held.is_in_flight());
            let group = self.group_of(number).map(|group| &**group);
            let blocked = until.is_none() && self.is_locked(number);
            Lies { number, receives, group, since, until, is_in_flight, blocked }
        })
    }

    /// When the oldest message in the queue was sent.
    #[must_use]
    pub fn oldest(&self) -> Option<Instant> {
        self.held.iter().next().map(|(_, held)| held.sent)
    }

    /// Whether something will happen in it by itself: its timer alone does not say so.
    pub(crate) fn awaits(&self) -> bool {
        !self.hidden.is_empty() || !self.ends.is_empty()
    }

    /// The highest receive count of a message in the queue.
    #[must_use]
    pub fn receives_max(&self) -> u32 {
        self.held.iter().map(|(_, held)| held.receives).max().unwrap_or(0)
    }

    pub(super) fn bytes(&self) -> usize {
        let lists = self.apart.bytes()
            + self.visible.bytes()
            + self.hidden.bytes()
            + self.ends.bytes();
        self.held.bytes() + lists + self.known.len() * size_of::<Known>()
    }

    pub(super) fn assert_consistent(&self) {
        let Counts { entered, deleted, filtered, moved, expired } = self.counts;
        let gone = deleted + filtered + moved + expired;
        assert_eq!(entered, gone + self.len(), "a message was lost");
        let held = || self.held.iter().map(|(_, held)| held);
        let hidden = held().filter(|held| held.hidden_until().is_some());
        assert_eq!(self.hidden.len(), hidden.count(), "a message is hidden for ever");
        assert_eq!(self.len(), self.visible() + self.hidden.len() as u64);
        let in_flight = held().filter(|held| held.is_in_flight()).count();
        assert_eq!(self.in_flight, in_flight as u64, "in flight, or not");
    }

    /// The number of the message that was sent before, if what is sent now is the same; it is
    /// remembered under its own if not (FIFO-07).
    pub(super) fn sent_before(
        &mut self,
        plan: &Plan,
        service: &PlannedService,
        number: u32,
        (at, content): (Instant, &Content),
        extra: Extra<'_>,
    ) -> Option<u32> {
        let same = if !extra.deduplication.is_empty() {
            Same::Id(extra.deduplication.into())
        } else if service.spec.content_dedup {
            Same::Body(content.payload(plan).into_owned())
        } else {
            return None;
        };
        let group = match service.spec.dedup_scope {
            DeduplicationScope::Queue => None,
            DeduplicationScope::MessageGroup => Some(extra.group.into()),
        };
        let is_old = |known: &Known| at.since(known.at) >= DEDUPLICATION;
        while self.known.front().is_some_and(is_old) {
            self.known.pop_front();
        }
        let mut known = self.known.iter();
        if let Some(known) = known.find(|one| one.same == same && one.group == group) {
            return Some(known.number);
        }
        self.known.push_back(Known { at, number, group, same });
        None
    }

    /// Takes in what was received as the how many-th thing. While nobody reads the queue,
    /// only what cannot be told from that is kept.
    #[inline]
    pub(super) fn take_in(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        content: &Content,
        extra: Extra<'_>,
    ) {
        let service = plan.service(id);
        let delay = extra.delay.unwrap_or(service.spec.delay);
        if !service.holds && !service.spec.fifo && delay == Span::ZERO {
            return;
        }
        if service.holds && !service.spec.fifo {
            return self.hold(id, plan, cx, number, cx.now, delay);
        }
        let message = message(id, service, number, (cx.now, content), extra);
        self.enter(id, plan, cx, number, message, delay);
    }

    /// Takes in a message that is more than what was received.
    pub(super) fn enter(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        message: Message,
        delay: Span,
    ) {
        if plan.service(id).holds {
            let sent = message.sent;
            self.apart.insert(number, message);
            self.hold_seldom(id, plan, cx, number, sent, delay);
        } else {
            self.unread.push((number, message, cx.now.plus(delay)));
        }
    }

    /// Somebody will read the queue from now on: all that it has received is in it.
    pub(super) fn begin(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        all: &Inbox,
    ) {
        let unread = core::mem::take(&mut self.unread);
        let mut unread = unread.iter().peekable();
        let cause = cx.cause();
        for (number, received) in (1..).zip(all.iter()) {
            match unread.next_if(|(other, ..)| *other == number) {
                Some((_, message, visible)) => {
                    let delay = visible.max(&cx.now).since(cx.now);
                    self.enter(id, plan, cx, number, message.clone(), delay);
                }
                None => {
                    self.hold_seldom(id, plan, cx, number, received.at, Span::ZERO);
                }
            }
            cx.because_of(cause);
        }
    }

    #[inline(never)]
    fn hold_seldom(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        sent: Instant,
        delay: Span,
    ) {
        self.hold(id, plan, cx, number, sent, delay);
    }

    /// Puts a message into the queue.
    // Where it comes right from outside, which is most of the time, without a call.
    #[inline(always)]
    fn hold(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        number: u32,
        sent: Instant,
        delay: Span,
    ) {
        let spec = &plan.service(id).spec;
        let rule = if spec.fifo { Rule::Fifo01 } else { Rule::Sqs16 };
        tell(id, cx, number, rule, MessageFact::Waits { delay });
        // Where order is kept, retention starts anew in a dead-letter queue (SQS-14).
        let kept_from = if spec.fifo { cx.now } else { sent };
        let gone_at = kept_from.plus(spec.retention).max(cx.now);
        let ends = gone_at <= plan.until();
        if ends {
            self.ends.insert(gone_at, number);
        }
        let until = cx.now.plus(delay);
        let is_delayed = delay > Span::ZERO;
        let lies = if is_delayed { Lying::Delayed } else { Lying::Visible };
        let (receives, first, since) = (0, cx.now, cx.now);
        let held = Held { receives, lies, ends, sent, first, since, until };
        self.held.insert(number, held);
        self.counts.entered += 1;
        if is_delayed {
            self.hidden.insert(until, number);
        } else {
            self.visible.insert(number);
            self.ask_to_serve(id, plan, cx);
        }
        self.set_timer(id, plan, cx);
    }

    /// Those who wait are served when all that happens at this instant has happened, or later
    ///
    #[inline]
    fn ask_to_serve(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        if !self.serves && !self.polls.is_empty() && !self.visible.is_empty() {
            self.serves = true;
            let at = cx.now.plus(plan.settings.esm_poll_latency);
            cx.hand_on(at, Rank::Poll, Event::Service(id, ServiceEvent::ServeDue));
        }
    }

    #[inline]
    fn set_timer(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let next = self.hidden.first_or_never().min(self.ends.first_or_never());
        if next <= plan.until() && self.due.is_none_or(|due| next < due) {
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
        while let Some((at, number)) = self.ends.first()
            && at <= cx.now
        {
            self.drop_message(number);
            self.counts.expired += 1;
            tell(id, cx, number, Rule::Sqs14, MessageFact::Expired);
            cx.because_of(cause);
        }
        while let Some((at, number)) = self.hidden.first()
            && at <= cx.now
        {
            self.hidden.pop_first(|number| self.held.has(number));
            let held = self.held.get_mut(number).expect("what is hidden is held");
            held.since = cx.now;
            let was_received = held.is_in_flight();
            held.lies = Lying::Visible;
            if was_received {
                let group = self.group_of(number).cloned();
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
        self.ask_to_serve(id, plan, cx);
        self.set_timer(id, plan, cx);
    }

    #[inline]
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

    /// What a message says.
    #[inline]
    fn message(&self, id: ServiceId, number: u32, all: &Inbox) -> Message {
        if let Some(message) = self.apart.get(number) {
            return message.clone();
        }
        let Received { at, content, .. } =
            all.get(number as usize - 1).expect("what is held was received");
        Message { queue: id, number, content, sent: at, order: None }
    }

    fn group_of(&self, number: u32) -> Option<&Rc<str>> {
        self.apart.get(number).and_then(Message::group)
    }

    /// Takes a message out of the queue, wherever it is.
    fn drop_message(&mut self, number: u32) {
        if let Some(held) = self.held.remove(number) {
            self.let_go(number, held);
        }
    }

    /// A message is gone that lay so.
    #[inline]
    fn let_go(&mut self, number: u32, held: Held) {
        let apart = self.apart.remove(number);
        let is_held = |number| self.held.has(number);
        match held.lies {
            Lying::Delayed | Lying::InFlight => self.hidden.remove(number, is_held),
            Lying::Visible => self.visible.remove(number),
        }
        if held.ends {
            self.ends.remove(number, is_held);
        }
        self.visible.forget_before(self.held.start());
        if held.is_in_flight() {
            self.leave_flight(apart.as_ref().and_then(Message::group));
        }
    }
}
