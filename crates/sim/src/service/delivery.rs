//! How a topic, bus or bucket tells functions of what it has received: each one whose filter
//! lets it through, again while Lambda does not accept it, and then it is put into a
//! dead-letter queue or lost.
//!
//! Each delivery is a request of its own, numbered at its service. Once Lambda has
//! accepted it, it is the function's.
//! Rules: ASY-02, ASY-30 to ASY-32, REC-03.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use core::cell::LazyCell;

use super::look::seen;
use super::shelf::Shelf;
use super::{Kind, Received, State, key_of};
use crate::event::{Answer, Event, FunctionEvent, Mode, Request, ServiceEvent};
use crate::id::{Job, Origin, Part, ServiceId};
use crate::lambda::invoke::small;
use crate::limits;
use crate::message::{Body, Content, Letter, Notice, OnBus, Undelivered};
use crate::plan::{Passes, Plan};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::trace::{Delivery, EventFact, Fact, Refusal};
use crate::value::Value;

/// Deliveries of one service.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    /// What was passed on, by its number less one.
    outbox: Shelf<Content>,
    /// What Lambda has not accepted yet, by its number.
    under_way: BTreeMap<u32, UnderWay>,
    waiting: u64,
    accepted: u64,
    dead_lettered: u64,
    lost: u64,
}

/// A delivery that Lambda has not accepted yet.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    /// The place of its subscription or rule.
    outlet: u16,
    /// Retries made.
    retries: u32,
    /// Whether it waits to be tried again.
    waits: bool,
}

impl Deliveries {
    /// What was passed on, by its number less one.
    #[must_use]
    pub fn outbox(&self) -> &Shelf<Content> {
        &self.outbox
    }

    /// Deliveries begun that Lambda has not accepted: each is given up, or still tried.
    #[must_use]
    pub fn not_accepted(&self) -> u64 {
        self.outbox.len() as u64 - self.accepted
    }

    /// Given up, and kept in a dead-letter queue.
    #[must_use]
    pub fn dead_lettered(&self) -> u64 {
        self.dead_lettered
    }

    /// Given up, and kept nowhere.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// Waiting to be tried again.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Sent, and not answered yet.
    #[must_use]
    pub fn knocking(&self) -> u64 {
        self.under_way.len() as u64 - self.waiting
    }

    pub(crate) fn bytes(&self) -> usize {
        self.outbox.bytes() + self.under_way.len() * size_of::<(u32, UnderWay)>()
    }

    pub(crate) fn assert_consistent(&self) {
        let ended = self.accepted + self.dead_lettered + self.lost;
        let under_way = self.under_way.len() as u64;
        assert_eq!(self.outbox.len() as u64, ended + under_way, "a delivery was lost");
        let waits = self.under_way.values().filter(|delivery| delivery.waits).count();
        assert_eq!(self.waiting, waits as u64, "a delivery waits for nothing");
    }
}

impl State {
    /// Passes on what was just received.
    pub(super) fn pass_on(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        received: &Received,
    ) {
        let service = plan.service(id);
        if service.outlets.is_empty() {
            return;
        }
        // A bus breaks the chain that a topic carries on.
        let is_of_chain = !received.content.chain().is_empty();
        let rule = if is_of_chain { Rule::Rec03 } else { Rule::Asy02 };
        let cause = cx.cause();
        // Made once for all, and only where a filter asks.
        let content = LazyCell::new(|| seen(plan, id, received));
        let key = LazyCell::new(|| key_of(plan, id, received));
        for (at, outlet) in service.outlets.iter().enumerate() {
            let passes = match &outlet.passes {
                Passes::Everything => true,
                Passes::ByAttributes(filter) => {
                    filter.passes(attributes(&received.content))
                }
                Passes::ByContent(filter) => filter.passes(&content),
                Passes::ByKey { prefix, suffix } => {
                    key.starts_with(prefix) && key.ends_with(suffix)
                }
            };
            if passes {
                let outlet = u16::try_from(at).expect("outlets are limited");
                let content = passed(id, plan, received, outlet);
                self.deliver(id, plan, cx, outlet, content, rule);
            } else {
                let to = Part::Function(outlet.function);
                let fact = Fact::Event(EventFact::Filtered { to });
                cx.tell(Part::Service(id), None, Rule::Asy02, fact);
            }
            cx.because_of(cause);
        }
    }

    /// Begins a delivery.
    fn deliver(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        outlet: u16,
        content: Content,
        rule: Rule,
    ) {
        let deliveries = &mut self.deliveries;
        deliveries.outbox.push(content);
        let call = small(deliveries.outbox.len() as u64);
        let under_way = UnderWay { outlet, retries: 0, waits: false };
        deliveries.under_way.insert(call, under_way);
        let to = Part::Function(plan.service(id).outlets[usize::from(outlet)].function);
        let fact = EventFact::Sent { what: Delivery::Event, to };
        cx.tell(Part::Service(id), Some(job(id, call)), rule, Fact::Event(fact));
        self.send(id, plan, cx, call);
    }

    /// Asks Lambda to accept a delivery.
    fn send(&self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>, call: u32) {
        let under_way = &self.deliveries.under_way[&call];
        let outlet = &plan.service(id).outlets[usize::from(under_way.outlet)];
        let content = self.deliveries.outbox.get(call as usize - 1);
        let content = content.expect("a delivery has content").clone();
        let (qualifier, permitted) = (outlet.qualifier.name(), outlet.permission);
        let slot = cx.mail.put(Letter { content, qualifier, permitted });
        let attempt = u16::try_from(under_way.retries + 1).unwrap_or(u16::MAX);
        let request = Request { job: job(id, call), attempt, slot, mode: Mode::Later };
        let arrived = FunctionEvent::Arrived(request);
        cx.post(cx.now, Rank::Arrival, Event::Function(outlet.function, arrived));
    }

    /// Tries a delivery again.
    pub(super) fn on_retry_due(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
    ) {
        self.deliveries.waiting -= 1;
        let under_way = self.deliveries.under_way.get_mut(&call);
        let under_way = under_way.expect("only what is under way is tried again");
        under_way.waits = false;
        under_way.retries += 1;
        let attempt = u16::try_from(under_way.retries + 1).unwrap_or(u16::MAX);
        let outlet = &plan.service(id).outlets[usize::from(under_way.outlet)];
        let (rule, fact) = (outlet.policy.rule(), Fact::Retried { attempt });
        cx.tell(Part::Service(id), Some(job(id, call)), rule, fact);
        self.send(id, plan, cx, call);
    }

    /// Lambda has accepted a delivery, or has not.
    pub(super) fn on_answered(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        answer: Answer,
    ) {
        let refusal = match answer {
            Answer::Accepted => {
                self.deliveries.under_way.remove(&call);
                self.deliveries.accepted += 1;
                return;
            }
            Answer::Refused(refusal) => refusal,
            // AWS's own services are not throttled (ASY-25), and an event has no answer.
            Answer::Ran(_)
            | Answer::Oversize
            | Answer::Checked
            | Answer::Throttled(_) => {
                unreachable!("an event from a service is accepted or refused")
            }
        };
        let service = plan.service(id);
        let under_way = self.deliveries.under_way.get_mut(&call);
        let under_way = under_way.expect("only what is under way is answered");
        let policy = &service.outlets[usize::from(under_way.outlet)].policy;
        let wait = policy.wait(&service.dice, call, under_way.retries.into());
        match wait.filter(|_| !refusal.is_of_client()) {
            Some(after) => {
                under_way.waits = true;
                let attempt = u16::try_from(under_way.retries + 2).unwrap_or(u16::MAX);
                self.deliveries.waiting += 1;
                let fact = Fact::RetryPlanned { after, attempt, bucket: 0 };
                cx.tell(Part::Service(id), Some(job(id, call)), policy.rule(), fact);
                let due = Event::Service(id, ServiceEvent::RetryDue { call });
                cx.post(cx.now.plus(after), Rank::Timer, due);
            }
            None => self.give_up(id, plan, cx, call, refusal),
        }
    }

    /// Puts what was not delivered into its dead-letter queue, or loses it.
    fn give_up(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        refusal: Refusal,
    ) {
        let under_way = self.deliveries.under_way.remove(&call);
        let under_way = under_way.expect("only what is under way is given up");
        let outlet = &plan.service(id).outlets[usize::from(under_way.outlet)];
        let content = self.deliveries.outbox.get(call as usize - 1);
        let content = content.expect("a delivery has content").clone();
        let given_up = GivenUp {
            part: Part::Service(id),
            job: job(id, call),
            content,
            to: Part::Function(outlet.function),
            dead_letter: outlet.dead_letter,
            rule: outlet.policy.end_rule(refusal),
            refusal,
        };
        if given_up.tell(plan, cx) {
            self.deliveries.dead_lettered += 1;
        } else {
            self.deliveries.lost += 1;
        }
    }
}

/// Something that a sender could not deliver to a function.
pub(crate) struct GivenUp {
    /// The sender.
    pub(crate) part: Part,
    pub(crate) job: Job,
    pub(crate) content: Content,
    /// The function.
    pub(crate) to: Part,
    pub(crate) dead_letter: Option<ServiceId>,
    /// Why it is given up.
    pub(crate) rule: Rule,
    pub(crate) refusal: Refusal,
}

impl GivenUp {
    /// Puts it into the dead-letter queue, and says whether that took it.
    pub(crate) fn tell(self, plan: &Plan, cx: &mut Cx<'_>) -> bool {
        let Self { part, job, content, to, dead_letter, rule, refusal } = self;
        let fails = |what, to| Fact::Event(EventFact::DeliveryFailed { what, to });
        let Some(queue) = dead_letter else {
            cx.tell(part, Some(job), rule, fails(Delivery::Event, to));
            return false;
        };
        let to = Part::Service(queue);
        let fits = content.bytes(plan) <= limits::QUEUE_MESSAGE_BYTES_MAX;
        if !fits || !plan.service(queue).spec.permission {
            cx.tell(part, Some(job), rule, fails(Delivery::DeadLetter, to));
            return false;
        }
        let fact = EventFact::Sent { what: Delivery::DeadLetter, to };
        cx.tell(part, Some(job), rule, Fact::Event(fact));
        let chain = content.chain().to_vec();
        // A topic adds nothing that is known.
        let is_topic =
            matches!(part, Part::Service(id) if plan.service(id).kind == Kind::Topic);
        let denied = refusal == Refusal::AccessDenied && !is_topic;
        let error_code = denied.then_some("NO_PERMISSIONS");
        let body = Body::Undelivered(Undelivered { event: content, rule, error_code });
        let content = Content::message(body, chain);
        let letter = cx.mail.put(Letter { content, qualifier: None, permitted: true });
        let arrived = ServiceEvent::Arrived { job, letter };
        cx.post(cx.now, Rank::Arrival, Event::Service(queue, arrived));
        true
    }
}

/// What stands beside a message, as filters see it.
fn attributes(content: &Content) -> &Value {
    let Content::Message(message, _) = content else { return &super::NOTHING };
    match &message.body {
        Body::Published(published) => &published.attributes,
        Body::Given(_)
        | Body::Record(_)
        | Body::DeadLetter(_)
        | Body::Undelivered(_)
        | Body::OnBus(_)
        | Body::Notice(_)
        | Body::Batch(_)
        | Body::Records(_)
        | Body::GivenUp(_) => &super::NOTHING,
    }
}

/// What a function gets: an event of a bus, or a notice of a topic or bucket.
fn passed(id: ServiceId, plan: &Plan, received: &Received, outlet: u16) -> Content {
    let content = &received.content;
    if plan.service(id).kind != Kind::Bus {
        let body = Body::Notice(Notice { by: id, outlet, of: received.clone() });
        let chain = content.chain().to_vec();
        return Content::message(body, chain);
    }
    let Content::Message(message, _) = content else { return content.clone() };
    let body = match &message.body {
        Body::Record(record) => {
            let (record, job) = (Rc::clone(record), received.job);
            Body::OnBus(OnBus { record, bus: id, job })
        }
        Body::Given(_)
        | Body::Published(_)
        | Body::DeadLetter(_)
        | Body::Undelivered(_)
        | Body::OnBus(_)
        | Body::Notice(_)
        | Body::Batch(_)
        | Body::Records(_)
        | Body::GivenUp(_) => message.body.clone(),
    };
    // A bus does not carry the chain on (REC-03).
    Content::message(body, alloc::vec::Vec::new())
}

fn job(id: ServiceId, call: u32) -> Job {
    Job { origin: Origin::Service(id), call }
}
