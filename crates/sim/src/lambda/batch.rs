//! Batches of mappings at the front door: they come in like every other request, and are
//! answered with what became of the run.
//!
//! Rules: ESM-07, REC-02, REC-04.

use alloc::vec::Vec;

use super::answer::Ran;
use super::arrival::For;
use super::invoke::{State, refuse};
use crate::event::{Answer, Event, MappingEvent, Request};
use crate::id::{FunctionId, Job, MappingId, VersionIx};
use crate::message::{Body, Content, Letter};
use crate::plan::Plan;
use crate::plan::alias::Routed;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::trace::{Ending, Refusal};

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
        let payload = content.as_read(plan);
        let (bytes, draw) = (content.bytes(plan), request.attempt);
        let asked = For { routed, payload: &payload, bytes, dice, draw };
        self.enter_seldom(id, plan, cx, request, asked)?;
        drop(payload);
        let batches = &mut self.functions[usize::from(id.0)].batches;
        let place = batches.partition_point(|(job, _)| *job < request.job);
        batches.insert(place, (request.job, content));
        Ok(())
    }

    /// What a run of a mapping was given.
    pub(super) fn batch_of(&self, id: FunctionId, job: Job) -> &Content {
        let batches = &self.functions[usize::from(id.0)].batches;
        &batches[place_of(batches, job)].1
    }

    /// Answers a mapping with what a run of its batch came to.
    pub(super) fn answer_mapping(
        &mut self,
        id: FunctionId,
        mapping: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        ran: &Ran,
    ) {
        let batches = &mut self.functions[usize::from(id.0)].batches;
        let place = place_of(batches, job);
        let (_, content) = batches.remove(place);
        let letter = match ran.ending {
            Ending::Succeeded => {
                let event = content.as_read(plan);
                let answer = ran.response(&event, "", plan.mapping(mapping).target());
                let body = Body::Given(answer);
                let content = Content::message(body, Vec::new());
                cx.mail.put(Letter { content, qualifier: None, permitted: true })
            }
            Ending::Threw
            | Ending::TimedOut
            | Ending::Exited
            | Ending::InitFailed
            | Ending::TooLarge
            | Ending::Cut => 0,
        };
        let (call, answer) = (job.call, Answer::Ran(ran.ending));
        let version = plan.function(id).version_numbered(ran.version);
        let version = version.unwrap_or(VersionIx::LATEST);
        let answered = MappingEvent::Answered { call, letter, answer, version };
        cx.post(cx.now, Rank::RunEnd, Event::Mapping(mapping, answered));
    }
}

/// Where the batch of a run stands.
fn place_of(batches: &[(Job, Content)], job: Job) -> usize {
    let place = batches.binary_search_by_key(&job, |(job, _)| *job);
    place.expect("a run of a batch has one")
}
