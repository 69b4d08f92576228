//! Batches of mappings at the front door: they come in like every other request, and are
//! answered with what became of the run.
//!
//! Rules: ESM-07, REC-02, REC-04.

use alloc::borrow::Cow;

use super::answer::Ran;
use super::arrival::For;
use super::behaviour::Behaviour;
use super::invoke::{State, refuse};
use crate::event::{Answer, Event, MappingEvent, Request};
use crate::id::{FunctionId, MappingId, VersionIx};
use crate::mapping::outcome::Response;
use crate::message::{Content, Letter};
use crate::plan::Plan;
use crate::plan::alias::Routed;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::service::parcel::Parcel;
use crate::sim::Cx;
use crate::trace::{Ending, Refusal};
use crate::value::Payload;

impl State {
    /// Lets a batch of a mapping in, unless it comes from a loop (REC-04).
    #[inline(never)]
    pub(super) fn enter_for_mapping(
        &mut self,
        id: FunctionId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        request: &Request,
    ) -> Result<(), Answer> {
        let Letter { content, qualifier, .. } = cx.mail.take(request.slot);
        let planned = plan.function(id);
        let ran = content.chain().iter().find(|link| link.function == id);
        let limit = plan.settings.recursion_limit;
        let loops = ran.is_some_and(|link| u64::from(link.runs) >= limit);
        if loops && !planned.allows_loops {
            self.functions[usize::from(id.0)].metrics.recursive_dropped += 1;
            return Err(refuse(id, cx, request.job, Rule::Rec04, Refusal::Recursive));
        }
        let (job, attempt) = (request.job, request.attempt);
        let routed = match qualifier.as_deref() {
            Some(name) => Self::route(id, plan, cx, job, name, attempt, false),
            None => Some(Routed::to(VersionIx::LATEST)),
        };
        let dice = plan.dice_for(id, request.job);
        let version = routed.map_or(VersionIx::LATEST, |routed| routed.version);
        let spec = &planned.version(version).spec;
        let payload = read(&spec.behaviour, &content, plan);
        let (bytes, draw) = (content.bytes(plan), request.attempt);
        let batch = Some(&content);
        let asked = For { routed, payload: &payload, batch, bytes, dice, draw };
        self.enter_seldom(id, plan, cx, request, asked)
    }
}

/// Answers a mapping with what a run of its batch came to.
pub(super) fn answer_mapping(
    id: FunctionId,
    mapping: MappingId,
    plan: &Plan,
    cx: &mut Cx<'_>,
    call: u32,
    batch: &Content,
    ran: &Ran,
) {
    let parcel = match ran.ending {
        Ending::Succeeded => {
            let response = response(plan, mapping, cx, batch, ran);
            cx.parcels.put(Parcel::Response(response))
        }
        Ending::Threw
        | Ending::TimedOut
        | Ending::Exited
        | Ending::InitFailed
        | Ending::TooLarge
        | Ending::Cut => 0,
    };
    let answer = Answer::Ran(ran.ending);
    let version = plan.function(id).version_numbered(ran.version);
    let version = version.unwrap_or(VersionIx::LATEST);
    let answered = MappingEvent::Answered { call, parcel, answer, version };
    cx.hand_on(cx.now, Rank::RunEnd, Event::Mapping(mapping, answered));
}

/// What a function answers to a batch.
fn response(
    plan: &Plan,
    mapping: MappingId,
    cx: &Cx<'_>,
    batch: &Content,
    ran: &Ran,
) -> Response {
    let behaviour = &ran.spec.behaviour;
    if let Some((supplied, call)) = behaviour.supplied.as_ref().zip(batch.call(cx.now)) {
        return Response::Failed(supplied.code().reports(&call));
    }
    let event = read(behaviour, batch, plan);
    Response::Payload(ran.response(&event, "", plan.mapping(mapping).target()))
}

/// A batch as code reads it, if it does.
fn read<'a>(
    behaviour: &Behaviour,
    batch: &'a Content,
    plan: &'a Plan,
) -> Cow<'a, Payload> {
    match behaviour.reads_event() {
        true => batch.as_read(plan),
        false => Cow::Owned(Payload::default()),
    }
}
