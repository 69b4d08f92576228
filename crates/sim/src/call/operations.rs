//! What each operation does when its time comes.
//!
//! Rules: INV-01, CON-03, CON-04, CON-13, CON-15, ENV-09, VER-02, VER-04,
//! VER-13, VER-15, VER-24.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;

use super::names::{self, FunctionName, Names};
use super::{Operation, Reply, alias, codedeploy, event_invoke, queue, stream, version};
use crate::EVENTS;
use crate::event::{Event, FunctionEvent, Mode, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::knob::Choices;
use crate::lambda::answer::Asked;
use crate::plan::{Plan, called_rule};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::Act;
use crate::sim::{Cx, World};
use crate::trace::Fact;
use crate::value::{Payload, Value};

/// What an operation works on.
pub(super) struct Desk<'a, 'b> {
    act: u16,
    pub(super) plan: &'a mut Rc<Plan>,
    pub(super) world: &'a mut World,
    pub(super) cx: &'a mut Cx<'b>,
}

/// An answer with the rule behind it; none where the answer comes later.
pub(super) type Answer = Result<Option<(Reply, Rule)>, (Reply, Rule)>;

/// Carries out an act.
pub(crate) fn perform(
    number: u16,
    act: &Act,
    plan: &mut Rc<Plan>,
    world: &mut World,
    cx: &mut Cx<'_>,
) {
    let operation = Operation::from_word(&act.operation).expect("a plan knows its acts");
    let mut desk = Desk { act: number, plan, world, cx };
    let parameters = &act.parameters;
    let answer = if EVENTS && operation.is_beyond_functions() {
        desk.on_beyond(operation, parameters)
    } else {
        Names::of(parameters)
            .map_err(|reply| (reply, names::rule(parameters)))
            .and_then(|name| desk.on(operation, &name, parameters))
    };
    let reply = match answer {
        Ok(None) => return,
        Ok(Some(reply)) | Err(reply) => reply,
    };
    let (reply, rule) = reply;
    let fact = Fact::Replied { operation, http: reply.http };
    cx.reply(number, reply);
    let job = Job { origin: Origin::Act(number), call: 1 };
    cx.tell(Part::Desk, Some(job), rule, fact);
}

pub(super) fn invalid(message: impl Into<String>, rule: Rule) -> (Reply, Rule) {
    (Reply::error(400, "InvalidParameterValueException", message), rule)
}

impl Desk<'_, '_> {
    fn on(&mut self, operation: Operation, name: &FunctionName, with: &Value) -> Answer {
        if EVENTS && event_invoke::is_one(operation) {
            return self.on_event_invoke(operation, name, with);
        }
        if EVENTS && alias::is_one(operation) {
            return self.on_alias(operation, name, with);
        }
        if EVENTS && version::is_one(operation) {
            return self.on_version(operation, name);
        }
        let found = self.plan.find_function(&name.name);
        let id = found.ok_or_else(|| (name.not_found(), Rule::Ver15))?;
        self.on_function(operation, id, name, with)
    }

    /// What is about one function that is there.
    fn on_function(
        &mut self,
        operation: Operation,
        id: FunctionId,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        match operation {
            Operation::Invoke => self.invoke(id, name, with),
            Operation::GetFunctionConcurrency => self.get_concurrency(id, name),
            Operation::PutFunctionConcurrency => self.put_concurrency(id, name, with),
            Operation::DeleteFunctionConcurrency => self.delete_concurrency(id, name),
            Operation::GetProvisionedConcurrencyConfig => self.get_provisioned(id, name),
            Operation::PutProvisionedConcurrencyConfig => {
                self.put_provisioned(id, name, with)
            }
            Operation::DeleteProvisionedConcurrencyConfig => self.unprovision(id, name),
            Operation::PublishVersion => self.publish_version(id, with),
            Operation::UpdateFunctionCode => self.update_code(id, with),
            Operation::UpdateFunctionConfiguration => self.update_configuration(id, with),
            Operation::PutFunctionEventInvokeConfig
            | Operation::UpdateFunctionEventInvokeConfig
            | Operation::GetFunctionEventInvokeConfig
            | Operation::DeleteFunctionEventInvokeConfig
            | Operation::ListFunctionEventInvokeConfigs
            | Operation::Publish
            | Operation::PutEvents
            | Operation::PutObject
            | Operation::CreateEventSourceMapping
            | Operation::UpdateEventSourceMapping
            | Operation::DeleteEventSourceMapping
            | Operation::GetEventSourceMapping
            | Operation::ListEventSourceMappings
            | Operation::SendMessage
            | Operation::SendMessageBatch
            | Operation::SetQueueAttributes
            | Operation::PutRecord
            | Operation::PutItem
            | Operation::DeleteItem
            | Operation::SplitShard
            | Operation::MergeShards
            | Operation::Produce
            | Operation::CreateAlias
            | Operation::UpdateAlias
            | Operation::DeleteAlias
            | Operation::GetAlias
            | Operation::ListAliases
            | Operation::GetFunction
            | Operation::GetFunctionConfiguration
            | Operation::ListVersionsByFunction
            | Operation::DeleteFunction
            | Operation::CreateDeployment
            | Operation::StopDeployment
            | Operation::GetDeployment
            | Operation::PutLifecycleEventHookExecutionStatus
            | Operation::SetAlarmState => {
                unreachable!("they were answered above, or are not acts of a plan")
            }
            Operation::PutFunctionRecursionConfig => self.put_recursion(id, with),
            Operation::GetFunctionRecursionConfig => self.get_recursion(id),
            // Not acts of a plan without events.
            Operation::SetFault | Operation::ListProvisionedConcurrencyConfigs
                if !EVENTS =>
            {
                Ok(None)
            }
            Operation::SetFault => self.set_fault(id, name, with),
            Operation::ListProvisionedConcurrencyConfigs => self.list_provisioned(id),
        }
    }

    /// What is about services and mappings.
    #[inline(never)]
    fn on_beyond(&mut self, operation: Operation, with: &Value) -> Answer {
        if super::mapping::is_one(operation) {
            self.on_mapping(operation, with)
        } else if queue::is_one(operation) {
            self.on_queue(operation, with)
        } else if stream::is_one(operation) {
            self.on_stream(operation, with)
        } else if codedeploy::is_one(operation) {
            self.on_deployment(operation, with)
        } else {
            self.on_publish(operation, with)
        }
    }

    pub(super) fn version(
        &self,
        id: FunctionId,
        name: &FunctionName,
    ) -> Result<VersionIx, (Reply, Rule)> {
        let qualifier = name.qualifier.as_deref().unwrap_or("$LATEST");
        let found = self.plan.function(id).resolve(qualifier);
        found.ok_or_else(|| (name.not_found(), Rule::Ver15))
    }

    fn invoke(&mut self, id: FunctionId, name: &FunctionName, with: &Value) -> Answer {
        self.version(id, name)?;
        let kind = with.get("InvocationType").and_then(Value::as_text);
        let mode = match kind.unwrap_or("RequestResponse") {
            "RequestResponse" => Mode::Answer,
            "DryRun" => Mode::Check,
            "Event" if EVENTS => Mode::Later,
            other => {
                let message = format!("InvocationType {other} is not simulated");
                return Err(invalid(message, Rule::Inv01));
            }
        };
        let payload = with
            .get("Payload")
            .map_or_else(Payload::default, |value| Payload::Json(value.clone()));
        let qualifier = name.qualifier.as_deref().map(Rc::from);
        let asked = Asked { payload, qualifier, arn: name.called_arn() };
        self.world.lambda.keep_desk_call(self.act, asked);
        let job = Job { origin: Origin::Act(self.act), call: 1 };
        let rule = called_rule(name.qualifier.as_deref());
        self.cx.tell(Part::Desk, Some(job), rule, Fact::Called);
        let request = Request { job, attempt: 1, slot: 0, mode };
        let arrived = FunctionEvent::Arrived(request);
        self.cx.send(Rank::Arrival, Event::Function(id, arrived));
        Ok(None)
    }

    fn get_concurrency(&self, id: FunctionId, name: &FunctionName) -> Answer {
        unqualified(name)?;
        Ok(Some((self.concurrency_reply(id), Rule::Con03)))
    }

    fn delete_concurrency(&mut self, id: FunctionId, name: &FunctionName) -> Answer {
        unqualified(name)?;
        self.reserve(id, None);
        Ok(Some((Reply::ok(204, []), Rule::Con03)))
    }

    fn concurrency_reply(&self, id: FunctionId) -> Reply {
        match self.plan.function(id).reserved {
            Some(units) => {
                Reply::ok(200, [("ReservedConcurrentExecutions", Value::number(units))])
            }
            None => Reply::ok(200, []),
        }
    }

    fn put_concurrency(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        unqualified(name)?;
        let units = at_least(0, with, "ReservedConcurrentExecutions", Rule::Con03)?;
        let function = self.world.lambda.function(id);
        let provisioned = function.ledger.provisioned();
        if units < provisioned {
            let message = format!(
                " ReservedConcurrentExecutions  {units} should not be lower than function's \
                 total provisioned concurrency [{provisioned}]."
            );
            return Err(invalid(message, Rule::Con04));
        }
        self.check_unreserved(id, units, "ReservedConcurrentExecutions", Rule::Con03)?;
        let lowered = units < function.in_flight();
        self.reserve(id, Some(units));
        let rule = if lowered { Rule::Con15 } else { Rule::Con03 };
        Ok(Some((self.concurrency_reply(id), rule)))
    }

    /// At least a minimum must stay unreserved; setting nothing aside is always allowed.
    pub(super) fn check_unreserved(
        &self,
        id: FunctionId,
        units: u64,
        what: &str,
        rule: Rule,
    ) -> Result<(), (Reply, Rule)> {
        let settings = &self.plan.settings;
        let left = self.unreserved_by_others(id).checked_sub(units);
        if units > 0 && left.is_none_or(|left| left < settings.unreserved_min) {
            let message = format!(
                "Specified {what} for function decreases account's \
                 UnreservedConcurrentExecution below its minimum value of [{}].",
                settings.unreserved_min
            );
            return Err(invalid(message, rule));
        }
        Ok(())
    }

    /// What the account has left when all other functions have set theirs aside.
    pub(super) fn unreserved_by_others(&self, id: FunctionId) -> u64 {
        let others = self.plan.functions.iter().enumerate();
        let others =
            others.filter(|(at, _)| *at != usize::from(id.0)).map(|(at, other)| {
                other
                    .reserved
                    .unwrap_or(self.world.lambda.functions[at].ledger.provisioned())
            });
        let set_aside = others.fold(0, u64::saturating_add);
        self.plan.settings.account_concurrency.saturating_sub(set_aside)
    }

    fn reserve(&mut self, id: FunctionId, units: Option<u64>) {
        Rc::make_mut(self.plan).function_mut(id).reserved = units;
        self.world.lambda.settle(self.plan);
    }
}

/// Reservations belong to the function as a whole.
pub(super) fn unqualified(name: &FunctionName) -> Result<(), (Reply, Rule)> {
    match name.qualifier {
        None => Ok(()),
        Some(_) => Err(invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do \
             not support this operation. Please specify either a function name or an \
             unqualified function ARN.",
            Rule::Ali24,
        )),
    }
}

/// A count that must be given, and not be too small.
pub(super) fn at_least(
    min: u64,
    with: &Value,
    key: &str,
    rule: Rule,
) -> Result<u64, (Reply, Rule)> {
    // Constraints name fields as the model of the interface does.
    let field = format!("{}{}", key[..1].to_ascii_lowercase(), &key[1..]);
    let Some(given) = with.get(key) else { return Err(missing(&field, rule)) };
    given.as_count().filter(|count| *count >= min).ok_or_else(|| {
        let shown = match given {
            Value::Number(text) | Value::Text(text) => text.as_str(),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => "",
        };
        let message = format!(
            "1 validation error detected: Value '{shown}' at '{field}' failed to satisfy \
             constraint: Member must have value greater than or equal to {min}"
        );
        (Reply::error(400, "ValidationException", message), rule)
    })
}

pub(super) fn missing(field: &str, rule: Rule) -> (Reply, Rule) {
    let message = format!(
        "1 validation error detected: Value at '{field}' failed to satisfy constraint: \
         Member must not be null"
    );
    (Reply::error(400, "ValidationException", message), rule)
}

pub(super) fn out_of_range(field: &str, allowed: &str, rule: Rule) -> (Reply, Rule) {
    let message = format!(
        "1 validation error detected: Value at '{field}' failed to satisfy constraint: \
         Member must be {allowed}"
    );
    (Reply::error(400, "ValidationException", message), rule)
}
