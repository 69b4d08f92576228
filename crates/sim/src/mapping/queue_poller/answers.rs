//! What becomes of a batch once Lambda has answered.
//!
//! Rules: PBR-01 to PBR-04, SQS-05, SQS-06, SQS-08, FIFO-06, REC-05.

use alloc::vec::Vec;

use super::{State, job, tell};
use crate::dice::Purpose;
use crate::event::{Answer, Event, MappingEvent, ServiceEvent};
use crate::id::{MappingId, Part};
use crate::lambda::invoke::small;
use crate::mapping::outcome::{Outcome, Response, names_failures, outcome};
use crate::mapping::spec::Source;
use crate::plan::{Plan, PlannedMapping};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::DisableInflight;
use crate::service::parcel::Parcel;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{Ending, Fact, MessageFact, Refusal};

impl State {
    pub(super) fn on_answered(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        call: u32,
        parcel: u32,
        answer: Answer,
    ) {
        match answer {
            Answer::Ran(Ending::Succeeded) => {
                let Parcel::Response(response) = cx.parcels.take(parcel) else {
                    unreachable!("a function answers with a response")
                };
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
        response: &Response,
    ) {
        let mapping = plan.mapping(id);
        let content = self.batches.under_way(call).content.clone();
        let batch = content.batch().expect("it is a batch of messages");
        let all = batch.messages.len() as u64;
        let partial = mapping.spec.partial;
        let count = batch.messages.len();
        let (failed, rule): (Vec<u32>, _) =
            match outcome(response, partial, count, || batch.ids(plan)) {
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
        let done = (0..small(all)).filter(|place| !failed.contains(place)).count();
        let comes_back = self.comes_back(mapping, plan, call);
        let rule = if comes_back { Rule::Esm12 } else { rule };
        let count = small(done as u64);
        let fact = MessageFact::Settled { done: count, failed: small(all) - count };
        tell(id, cx, call, rule, fact);
        if done > 0 && !comes_back {
            delete(mapping, cx, Parcel::Processed { batch: content, failed, by: id });
        }
        self.finish(id, plan, cx, call);
    }

    /// Whether a batch is not deleted although it was processed.
    fn comes_back(&self, mapping: &PlannedMapping, plan: &Plan, call: u32) -> bool {
        let share = plan.settings.esm_duplicate_ppm;
        share > 0 && mapping.dice.ppm(Purpose::Duplicate as u64, call.into(), 0) < share
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
        let failed = small(self.batches.under_way(call).messages().len() as u64);
        tell(id, cx, call, rule, MessageFact::Settled { done: 0, failed });
        if rule == Rule::Sqs06
            && let Some(span) = plan.settings.sqs_error_backoff
        {
            self.lower(id, plan, cx, span);
        }
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
        if is_failure {
            let batch = self.batches.under_way(call);
            self.metrics.failed_invoke += batch.messages().len() as u64;
        }
        if self.is_given_up(plan) {
            return self.wait_for_lapse(id, cx, call);
        }
        let batch = self.batches.under_way(call);
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
            self.wait_for_lapse(id, cx, call);
        }
    }

    /// Whether no retry starts any more: the mapping is not to read.
    pub(super) fn is_given_up(&self, plan: &Plan) -> bool {
        !self.reads && plan.settings.esm_disable_inflight == DisableInflight::Finish
    }

    /// The messages of a batch are let go once others can receive them.
    pub(super) fn wait_for_lapse(&self, id: MappingId, cx: &mut Cx<'_>, call: u32) {
        let at = self.batches.under_way(call).lapses.max(cx.now);
        let due = MappingEvent::LetGoDue { call };
        cx.post(at, Rank::Timer, Event::Mapping(id, due));
    }
}

/// Has messages deleted.
pub(super) fn delete(mapping: &PlannedMapping, cx: &mut Cx<'_>, messages: Parcel) {
    let parcel = cx.parcels.put(messages);
    let event = ServiceEvent::DeleteCalled { parcel };
    cx.hand_on(cx.now, Rank::RunEnd, Event::Service(mapping.source, event));
}
