//! How requests arrive at the front door: to be answered, to be checked, to run later, or
//! from the function's own queue.
//!
//! Rules: INV-01, INV-04, INV-06, ASY-01, ASY-03, ASY-25, DST-08, VER-15, ALI-18 to
//! ALI-20.

use alloc::vec::Vec;

use super::async_queue;
use super::behaviour::Failure;
use super::concurrency::NoRoom;
use super::invoke::{State, refuse, reply};
use super::run::{self, Case};
use crate::EVENTS;
use crate::dice::Dice;
use crate::event::{Answer, Mode, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::limits;
use crate::message::{Body, Content, Letter};
use crate::plan::alias::{Draws, Routed, WHOLE_PPM};
use crate::plan::{Plan, Qualifier};
use crate::rule::Rule;
use crate::sim::Cx;
use crate::trace::{AliasFact, EventFact, Fact, Reason, Refusal};
use crate::value::Payload;

impl State {
    // Apart from the dispatcher, which else would save more registers at every step.
    #[inline(never)]
    pub(super) fn on_arrived(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: Request,
    ) {
        if let Origin::Act(_) = request.job.origin {
            self.desk_on_the_way -= 1;
        }
        let answer = match (request.mode, request.job.origin) {
            (..) if plan.function(id).deleted.is_some() => {
                Err(refuse(id, cx, request.job, Rule::Ver15, Refusal::ResourceNotFound))
            }
            (Mode::Answer | Mode::Check, Origin::Caller(caller)) => {
                let planned = plan.caller(caller);
                let asked = For {
                    routed: match &planned.qualifier {
                        Qualifier::Latest => Some(Routed::to(VersionIx::LATEST)),
                        Qualifier::Named(name) => {
                            let (job, attempt) = (request.job, request.attempt);
                            Self::route(id, plan, cx, job, name, attempt, false)
                        }
                    },
                    payload: &planned.caller.payload,
                    batch: None,
                    bytes: planned.payload_bytes,
                    dice: planned.function_dice,
                    draw: request.attempt,
                };
                self.enter_for(id, plan, cx, &request, asked)
            }
            (Mode::Answer | Mode::Check, Origin::Act(act)) => {
                self.enter_for_act(id, plan, cx, &request, act)
            }
            (Mode::Later, _) if EVENTS => self.on_event_arrived(id, plan, cx, &request),
            (Mode::Answer, Origin::Mapping(_)) if EVENTS => {
                self.enter_for_mapping(id, plan, cx, &request)
            }
            (
                _,
                Origin::Function(_)
                | Origin::Service(_)
                | Origin::Mapping(_)
                | Origin::Deployment(_),
            )
            | (Mode::Queued | Mode::Later, _) => {
                unreachable!("parts of AWS only send events, and the queue does not call")
            }
        };
        let Err(answer) = answer else { return };
        if let Origin::Function(sender) = request.job.origin
            && answer != Answer::Accepted
        {
            self.functions[usize::from(sender.0)].metrics.destination_failures += 1;
        }
        reply(cx, &request, answer);
    }

    /// Takes an event into the function's queue, or says why not.
    fn on_event_arrived(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: &Request,
    ) -> Result<(), Answer> {
        let job = request.job;
        let Letter { content, qualifier, permitted } = match job.origin {
            Origin::Caller(caller) => {
                let planned = plan.caller(caller);
                let (content, qualifier) =
                    (Content::of_caller(caller), planned.qualifier.name());
                Letter { content, qualifier, permitted: planned.permitted }
            }
            Origin::Act(act) => {
                let asked = self.desk_call(act);
                let body = Body::Given(asked.payload.clone());
                let content = Content::message(body, Vec::new());
                Letter { content, qualifier: asked.qualifier.clone(), permitted: true }
            }
            Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => cx.mail.take(request.slot),
        };
        if !permitted {
            return Err(refuse(id, cx, job, Rule::Asy32, Refusal::AccessDenied));
        }
        let planned = plan.function(id);
        let version = match qualifier.as_deref() {
            Some(name) => planned.resolve(name),
            None => Some(VersionIx::LATEST),
        };
        let Some(version) = version else {
            return Err(refuse(id, cx, job, Rule::Ver15, Refusal::ResourceNotFound));
        };
        let spec = &planned.version(version).spec;
        if run::may_be_out(spec) {
            let (dice, draw) = (plan.dice_for(id, job), request.attempt);
            let payload = content.as_read(plan);
            let now = cx.now;
            let case = Case { request, payload: &payload, batch: None, dice, draw, now };
            if case.is_outage(spec) {
                return Err(refuse(id, cx, job, Rule::Inv04, Refusal::ServiceException));
            }
        }
        if content.bytes(plan) > limits::ASYNC_REQUEST_BYTES_MAX {
            return Err(refuse(id, cx, job, Rule::Asy03, Refusal::RequestTooLarge));
        }
        if async_queue::is_limited(plan, job)
            && let Some(no_room) = self.account.count_request(&plan.settings, cx.now)
        {
            let alias = qualifier.as_deref().and_then(|name| planned.alias_named(name));
            return Err(self.throttle(
                id,
                plan,
                cx,
                job,
                (Rule::Asy25, no_room),
                (Some(version), alias),
            ));
        }
        let is_of_function = matches!(job.origin, Origin::Function(_));
        let is_record = is_of_function && content.is_record();
        let rule = if is_record { Rule::Dst08 } else { Rule::Asy01 };
        cx.tell(Part::Function(id), Some(job), rule, Fact::Event(EventFact::Queued));
        self.accept(id, plan, cx, job, content, qualifier);
        Err(Answer::Accepted)
    }

    /// Lets the call of an act in.
    #[inline(never)]
    fn enter_for_act(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: &Request,
        act: u16,
    ) -> Result<(), Answer> {
        let desk = self.desk_call(act);
        let payload = &desk.payload;
        let routed = match desk.qualifier.as_deref() {
            Some(name) => Self::route(id, plan, cx, request.job, name, 1, false),
            None => Some(Routed::to(VersionIx::LATEST)),
        };
        let dice = plan.function(id).dice.with(&plan.desk);
        let (bytes, draw) = (payload.bytes(), request.attempt);
        let asked = For { routed, payload, batch: None, bytes, dice, draw };
        self.enter_seldom(id, plan, cx, request, asked)
    }

    /// Lets an event of the queue in, at a place of it.
    #[inline(never)]
    pub(super) fn enter_from_queue(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: &Request,
    ) -> Result<(), Answer> {
        let event = self.functions[usize::from(id.0)].queue.at(request.slot);
        let draw = event.tries();
        let routed = match &event.qualifier {
            _ if plan.function(id).deleted.is_some() => None,
            Some(name) => Self::route(id, plan, cx, request.job, name, draw, event.copy),
            None => Some(Routed::to(VersionIx::LATEST)),
        };
        let payload = event.content.as_read(plan).into_owned();
        let dice = plan.dice_for(id, request.job);
        // It was measured when it was accepted.
        let payload = &payload;
        let asked = For { routed, payload, batch: None, bytes: 0, dice, draw };
        self.enter_seldom(id, plan, cx, request, asked)
    }

    /// The version that a qualifier leads a request to now; what an alias draws is a fact.
    #[inline(never)]
    pub(super) fn route(
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        qualifier: &str,
        attempt: u16,
        is_copy: bool,
    ) -> Option<Routed> {
        // Acts are told apart by their places, others by what they count.
        let call = match job.origin {
            Origin::Act(act) => u64::from(act),
            Origin::Caller(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => job.call.into(),
        };
        let call = call | u64::from(is_copy) << 32;
        let draws = Draws { sender: plan.dice_of(job), call, attempt };
        let planned = plan.function(id);
        let routed = planned.route(qualifier, &draws, cx.now, &plan.settings)?;
        if let (Some(alias), Some((share_ppm, _))) = (routed.alias, routed.share_ppm) {
            let again = attempt > 1 || matches!(job.origin, Origin::Mapping(_));
            let rule = match share_ppm {
                WHOLE_PPM => Rule::Ali19,
                _ if again => Rule::Ali20,
                _ => Rule::Ali18,
            };
            let version = routed.version;
            let fact = AliasFact::Drew { alias, version, share_ppm };
            cx.tell(Part::Function(id), Some(job), rule, Fact::Alias(fact));
        }
        Some(routed)
    }

    #[inline(never)]
    pub(super) fn enter_seldom(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: &Request,
        asked: For<'_>,
    ) -> Result<(), Answer> {
        self.enter_for(id, plan, cx, request, asked)
    }

    /// Lets a request in and begins a run, or says why not.
    // Where it comes from is known here; for calls, which are most, that is worth a copy.
    #[inline(always)]
    fn enter_for(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: &Request,
        asked: For<'_>,
    ) -> Result<(), Answer> {
        let For { routed, payload, batch, bytes, dice, draw } = asked;
        let job = request.job;
        let Some(routed) = routed else {
            return Err(refuse(id, cx, job, Rule::Ver15, Refusal::ResourceNotFound));
        };
        let Routed { version, alias, .. } = routed;
        let target = plan.function(id).version(version);
        if cx.now < target.active_at {
            return Err(refuse(id, cx, job, Rule::Inv06, Refusal::ResourceConflict));
        }
        if bytes > limits::SYNC_REQUEST_BYTES_MAX {
            return Err(refuse(id, cx, job, Rule::Inv04, Refusal::RequestTooLarge));
        }
        if request.mode == Mode::Check {
            cx.tell(Part::Function(id), Some(job), Rule::Inv01, Fact::DryRunAnswered);
            return Err(Answer::Checked);
        }
        let case = Case { request, payload, batch, dice, draw, now: cx.now };
        match case.refusal(&target.spec) {
            Some(Failure::ServiceException) => {
                return Err(refuse(id, cx, job, Rule::Inv04, Refusal::ServiceException));
            }
            Some(_) => {
                let none = NoRoom { reason: Reason::Account, in_flight: 0, limit: 0 };
                return Err(self.throttle(
                    id,
                    plan,
                    cx,
                    job,
                    (Rule::Con08, none),
                    (Some(version), alias),
                ));
            }
            None => {}
        }
        match self.admit(id, plan, cx, version, request) {
            Ok(admitted) => {
                self.run(id, plan, cx, &case, routed, admitted);
                Ok(())
            }
            Err((no_room, rule)) => Err(self.throttle(
                id,
                plan,
                cx,
                job,
                (rule, no_room),
                (Some(version), alias),
            )),
        }
    }
}

/// What a request is for.
pub(super) struct For<'a> {
    /// The version it runs; none if there is none.
    pub(super) routed: Option<Routed>,
    pub(super) payload: &'a Payload,
    /// The batch, if it is one.
    pub(super) batch: Option<&'a Content>,
    /// Its size, where that is still to be looked at.
    pub(super) bytes: u64,
    pub(super) dice: Dice,
    /// By which number of attempt its draws are keyed.
    pub(super) draw: u16,
}
