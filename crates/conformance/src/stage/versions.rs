//! What steps that change `$LATEST` wait for, and what they say of it.

use std::rc::Rc;

use lambdarium_sim::call::{Names, Operation};
use lambdarium_sim::id::Origin;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::{Instant, Moment};
use lambdarium_sim::trace::Entry;
use lambdarium_sim::value::Value;

use super::Stage;
use crate::given::step::CURRENT;

/// Whether it needs an `$LATEST` of which no update is in progress.
pub(super) const fn changes_latest(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::UpdateFunctionCode
            | Operation::UpdateFunctionConfiguration
            | Operation::PublishVersion
    )
}

impl Stage<'_> {
    /// When an update of `$LATEST` that was not refused is no longer in progress (VER-24).
    pub(super) fn updated(&self, step: usize) -> Option<Instant> {
        let operation = self.steps[step].operation;
        if !changes_latest(operation) || operation == Operation::PublishVersion {
            return None;
        }
        let latency = self.setting.scenario.settings.publish_latency;
        let answered = self.answered(step).ok()?;
        self.is_success(step).then(|| answered.plus(latency))
    }

    pub(super) fn is_same_function(&self, one: usize, other: usize) -> bool {
        let name = |at: usize| Names::of(&self.steps[at].parameters).ok();
        let (one, other) = (name(one), name(other));
        one.zip(other).is_some_and(|(one, other)| one.name == other.name)
    }

    /// The plan that a step finds when it begins, as far as that is known.
    pub(super) fn plan_before(&mut self, at: usize) -> Option<Rc<Plan>> {
        let recording = self.recording.as_mut()?;
        let sender = self.senders.get(at).and_then(|senders| senders.first()).copied();
        let is_first = |entry: &&Entry| {
            sender.is_some() && entry.job.map(|job| job.origin) == sender
        };
        let first = recording.log().iter().find(is_first);
        let before = first.map(|entry| (entry.at, entry.step - 1));
        Some(Rc::clone(match before {
            Some((at, step)) => recording.at(Moment { at, step }).plan(),
            None => recording.last_plan(),
        }))
    }

    /// The parameters of a step with the hash and the revision that are there when it
    /// begins, as far as that is known.
    fn with_current(&mut self, at: usize) -> Value {
        let mut parameters = self.steps[at].parameters.clone();
        let Some(plan) = self.plan_before(at) else { return parameters };
        let Ok(name) = Names::of(&parameters) else { return parameters };
        let alias = parameters.get("Name").and_then(Value::as_text).map(String::from);
        let Value::Object(members) = &mut parameters else { return parameters };
        for (key, value) in members {
            if value.as_text() != Some(CURRENT) {
                continue;
            }
            let known = match key.as_str() {
                "CodeSha256" => plan.code_sha256(&name.name),
                _ => {
                    let now = self.begins[at].unwrap_or(self.setting.base);
                    plan.revision_id(&name.name, alias.as_deref(), now)
                }
            };
            if let Some(known) = known {
                *value = Value::Text(known);
            }
        }
        parameters
    }

    /// Puts the hashes and revisions into the steps that ask for those that are there.
    pub(super) fn fill_in_current(&mut self, run: &mut Run, senders: &[Vec<Origin>]) {
        for (at, step) in self.steps.iter().enumerate() {
            let Value::Object(members) = &step.parameters else { continue };
            if !members.iter().any(|(_, value)| value.as_text() == Some(CURRENT)) {
                continue;
            }
            let parameters = self.with_current(at);
            for sender in &senders[at] {
                let Origin::Act(act) = *sender else { continue };
                run.acts[usize::from(act)].parameters = parameters.clone();
            }
        }
    }
}
