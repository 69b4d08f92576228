//! Where asynchronous events end up: dead-letter queues and destinations, and what is sent
//! there.
//!
//! Rules: DLQ-01 to DLQ-08, DST-01 to DST-16, REC-06.

use alloc::rc::Rc;

use super::async_queue::Queued;
use super::invoke::{State, small};
use crate::event::{Event, FunctionEvent, Mode, Request, ServiceEvent};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::limits;
use crate::message::{Body, Content, DeadLetter, Last, Letter, Link, Record, longer};
use crate::plan::{Plan, PlannedFunction, Target};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::{DlqScope, Oversize, SuccessCount};
use crate::service::Kind;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{Condition, Delivery, EventFact, Fact};

/// Who was told of an event that was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) dead_lettered: bool,
    pub(super) recorded: bool,
}

impl State {
    /// Tells whoever is to be told how an event ended: first the dead-letter queue, then the
    /// destination (DLQ-06).
    pub(super) fn tell(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        mut event: Queued,
        condition: Condition,
    ) -> Kept {
        let planned = plan.function(id);
        let last = event.take_last();
        let config = planned.event_invoke(&event.qualifier, cx.now, plan);
        let success = condition == Condition::Success;
        let to = if success { &config.on_success } else { &config.on_failure };
        let (to, dead) =
            (plan.target(to), dead_letter_target(plan, planned, &event, &last));
        let dead = dead.filter(|_| !success);
        let both = to.is_some() && dead.is_some();
        if to.is_none() && dead.is_none() {
            return Kept::default();
        }
        let runs = match (condition, plan.settings.success_count) {
            (Condition::Success, SuccessCount::AlwaysOne) => 1,
            (_, SuccessCount::AlwaysOne | SuccessCount::Actual) => event.runs,
        };
        let chain = match &last {
            // The run is a part of the chain that goes on from here.
            Some(Last::Ran(_)) => longer(event.content.chain(), id),
            Some(Last::Throttled | Last::Refused { .. }) | None => {
                event.content.chain().to_vec()
            }
        };
        let record = Record {
            tries: event.runs,
            event: event.content,
            job: event.job,
            function: id,
            qualifier: event.qualifier,
            condition,
            runs,
            last,
            at: cx.now,
            dropped: false,
        };
        let record = Rc::new(record);
        let cause = cx.cause();
        let mut kept = Kept::default();
        if let Some(target) = dead {
            let body = Body::DeadLetter(DeadLetter { record: Rc::clone(&record) });
            let rule = match &record.last {
                _ if condition == Condition::RecursiveInvocation => Rule::Rec06,
                _ if both => Rule::Dlq06,
                Some(Last::Ran(ran)) if ran.version > 0 => Rule::Dlq08,
                Some(_) | None => Rule::Dlq02,
            };
            let what = Delivery::DeadLetter;
            let sent = Sending { body, chain: &chain, what, rule };
            kept.dead_lettered = self.deliver(id, plan, cx, &target, sent);
            cx.because_of(cause);
        }
        if let Some(target) = to {
            let what = if success { Delivery::OnSuccess } else { Delivery::OnFailure };
            let rule = record_rule(&record, plan);
            let sent = Sending { body: Body::Record(record), chain: &chain, what, rule };
            kept.recorded = self.deliver(id, plan, cx, &target, sent);
            cx.because_of(cause);
        }
        kept
    }

    /// Sends something a function has for another part; whether that takes it.
    pub(super) fn deliver(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        target: &Target,
        sending: Sending<'_>,
    ) -> bool {
        let Sending { body, chain, what, rule } = sending;
        let function = &mut self.functions[usize::from(id.0)];
        let failure = match target {
            Target::Service(service) if !plan.service(*service).spec.permission => {
                Some(Rule::Dst05)
            }
            Target::Service(_) | Target::Function(..) => None,
        };
        let (body, failure) = match failure {
            Some(rule) => (body, Some(rule)),
            None => fitting(plan, target, body),
        };
        if let Some(reason) = failure {
            let (metric, rule) = match what {
                Delivery::DeadLetter => {
                    (&mut function.metrics.dead_letter_errors, Rule::Dlq05)
                }
                Delivery::OnSuccess
                | Delivery::OnFailure
                | Delivery::Code
                | Delivery::Event => (&mut function.metrics.destination_failures, reason),
            };
            *metric += 1;
            let fact = EventFact::DeliveryFailed { what, to: target.part() };
            cx.tell(Part::Function(id), None, rule, Fact::Event(fact));
            return false;
        }
        let body_is_cut = matches!(&body, Body::Record(record) if record.dropped);
        let content = Content::message(body, chain.to_vec());
        function.outbox.push(content.clone());
        let call = small(function.outbox.len() as u64);
        let job = Job { origin: Origin::Function(id), call };
        let rule = if body_is_cut { Rule::Dst16 } else { rule };
        let fact = EventFact::Sent { what, to: target.part() };
        cx.tell(Part::Function(id), Some(job), rule, Fact::Event(fact));
        let qualifier = match target {
            Target::Function(_, qualifier) => qualifier.name(),
            Target::Service(_) => None,
        };
        let letter = cx.mail.put(Letter { content, qualifier, permitted: true });
        let delay = match what {
            Delivery::DeadLetter | Delivery::Code | Delivery::Event => Span::ZERO,
            Delivery::OnSuccess | Delivery::OnFailure => plan.settings.delivery,
        };
        let at = cx.now.plus(delay);
        let event = match target {
            Target::Service(service) => {
                Event::Service(*service, ServiceEvent::Arrived { job, letter })
            }
            Target::Function(function, _) => {
                let request =
                    Request { job, attempt: 1, slot: letter, mode: Mode::Later };
                Event::Function(*function, FunctionEvent::Arrived(request))
            }
        };
        cx.post(at, Rank::Arrival, event);
        true
    }
}

impl State {
    /// The code of a run has sent its event on.
    #[inline(never)]
    pub(super) fn send_by_code(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        slot: u32,
    ) {
        let function = &self.functions[usize::from(id.0)];
        let run = &function.runs[slot as usize];
        if run.spec.behaviour.sends.is_empty() {
            return;
        }
        let Some(target) = plan.target(&run.spec.behaviour.sends) else { return };
        let queued = run.queued.then(|| function.queue.at(run.slot));
        let (payload, chain) = match (queued, run.job.origin) {
            (Some(event), _) => {
                let payload = event.content.inner().payload(plan).into_owned();
                (payload, longer(event.content.chain(), id))
            }
            (None, Origin::Caller(caller)) => {
                (plan.caller(caller).payload().clone(), longer(&[], id))
            }
            (None, Origin::Act(act)) => {
                (self.desk_call(act).payload.clone(), longer(&[], id))
            }
            (None, Origin::Mapping(_)) => {
                let Some(batch) = &run.batch else { return };
                (batch.payload(plan).into_owned(), longer(batch.chain(), id))
            }
            (None, Origin::Function(_) | Origin::Service(_) | Origin::Deployment(_)) => {
                return;
            }
        };
        let body = Body::Given(payload);
        let (what, rule) = (Delivery::Code, Rule::Rec03);
        let sending = Sending { body, chain: &chain, what, rule };
        self.deliver(id, plan, cx, &target, sending);
    }
}

/// Something a function sends.
pub(super) struct Sending<'a> {
    pub(super) body: Body,
    /// The chain of requests it belongs to.
    pub(super) chain: &'a [Link],
    pub(super) what: Delivery,
    pub(super) rule: Rule,
}

/// What is to be said of a record that is sent.
fn record_rule(record: &Record, plan: &Plan) -> Rule {
    let runs_before = record.runs > 0;
    match (record.condition, &record.last) {
        (Condition::Success, _) if record.tries > 1 => Rule::Dst10,
        (Condition::RecursiveInvocation, _) => Rule::Dst12,
        (_, Some(Last::Throttled)) if runs_before => Rule::Dst11,
        (_, _) if plan.settings.delivery > Span::ZERO => Rule::Dst07,
        (_, _) => Rule::Dst06,
    }
}

/// Where an event that is given up is put, by whichever version's settings hold (DLQ-08).
fn dead_letter_target(
    plan: &Plan,
    planned: &PlannedFunction,
    event: &Queued,
    last: &Option<Last>,
) -> Option<Target> {
    let version = match (plan.settings.dlq_scope, last) {
        (DlqScope::Function, _) => Some(VersionIx::LATEST),
        (DlqScope::VersionSnapshot, Some(Last::Ran(ran))) => {
            return plan.target(&ran.spec.dead_letter);
        }
        (DlqScope::VersionSnapshot, _) => match &event.qualifier {
            Some(qualifier) => planned.resolve(qualifier),
            None => Some(VersionIx::LATEST),
        },
    };
    plan.target(&planned.version(version?).spec.dead_letter)
}

/// A message made to fit its target (DST-16), or the rule that says why it does not.
fn fitting(plan: &Plan, target: &Target, body: Body) -> (Body, Option<Rule>) {
    let most = match target {
        Target::Function(..) => limits::ASYNC_REQUEST_BYTES_MAX,
        Target::Service(service) => match plan.service(*service).kind {
            Kind::Queue | Kind::Bus => limits::QUEUE_MESSAGE_BYTES_MAX,
            Kind::Topic => limits::TOPIC_MESSAGE_BYTES_MAX,
            Kind::Bucket
            | Kind::Kinesis
            | Kind::DynamoDb
            | Kind::Msk
            | Kind::Kafka
            | Kind::Mq => u64::MAX,
        },
    };
    if body.bytes(plan) <= most {
        return (body, None);
    }
    match (&body, plan.settings.oversize) {
        (Body::Record(record), Oversize::DropPayload) => {
            let record = Record { dropped: true, ..(**record).clone() };
            (Body::Record(Rc::new(record)), None)
        }
        (Body::Record(_), Oversize::Fail) => (body, Some(Rule::Dst16)),
        (
            Body::Given(_)
            | Body::Published(_)
            | Body::DeadLetter(_)
            | Body::Undelivered(_)
            | Body::OnBus(_)
            | Body::Notice(_)
            | Body::Batch(_)
            | Body::Records(_)
            | Body::GivenUp(_),
            _,
        ) => (body, Some(Rule::Dst16)),
    }
}
