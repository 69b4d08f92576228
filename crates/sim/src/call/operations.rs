//! What each operation does when its time comes.
//!
//! Rules: INV-01, CON-03, CON-04, CON-13, CON-15, ENV-09, VER-02, VER-04,
//! VER-13, VER-15, VER-24.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};

use super::names::{FunctionName, Names, arn};
use super::{Operation, Reply, event_invoke, queue, stream};
use crate::EVENTS;
use crate::event::{Event, FunctionEvent, Mode, Request};
use crate::id::{FunctionId, Job, Origin, Part, VersionIx};
use crate::knob::{Choices, Knobs, Setting};
use crate::lambda::answer::Asked;
use crate::lambda::environment::Status;
use crate::lambda::{self, Provisioned};
use crate::plan::{Plan, PlannedVersion, called_rule};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::scenario::Act;
use crate::sim::{Cx, World};
use crate::time::Span;
use crate::trace::{Fact, Removal};
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
    let words = Operation::WORDS.iter();
    let place = words.clone().position(|word| *word == act.operation);
    let place = place.and_then(|place| u8::try_from(place).ok());
    let operation = place.and_then(Operation::from_place).expect("a plan knows its acts");
    let mut desk = Desk { act: number, plan, world, cx };
    let parameters = &act.parameters;
    let answer = if EVENTS && operation.is_beyond_functions() {
        desk.on_beyond(operation, parameters)
    } else {
        Names::of(parameters)
            .map_err(|reply| (reply, Rule::Ver14))
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
        let found = self.plan.find_function(&name.name);
        let id = found.ok_or_else(|| (name.not_found(), Rule::Ver15))?;
        match operation {
            Operation::Invoke => self.invoke(id, name, with),
            Operation::GetFunctionConcurrency => {
                unqualified(name)?;
                Ok(Some((self.concurrency_reply(id), Rule::Con03)))
            }
            Operation::PutFunctionConcurrency => self.put_concurrency(id, name, with),
            Operation::DeleteFunctionConcurrency => {
                unqualified(name)?;
                self.reserve(id, None);
                Ok(Some((Reply::ok(204, []), Rule::Con03)))
            }
            Operation::GetProvisionedConcurrencyConfig => self.get_provisioned(id, name),
            Operation::PutProvisionedConcurrencyConfig => {
                self.put_provisioned(id, name, with)
            }
            Operation::DeleteProvisionedConcurrencyConfig => {
                let version = self.published(id, name)?;
                // Deleting what is not there succeeds.
                if self.is_provisioned(id, name) {
                    self.provision(id, name, version, 0);
                }
                Ok(Some((Reply::ok(204, []), Rule::Con13)))
            }
            Operation::PublishVersion => Ok(Some(self.publish(id, with, Span::ZERO))),
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
            | Operation::MergeShards => {
                unreachable!("they were answered above, or are not acts of a plan")
            }
            Operation::PutFunctionRecursionConfig => self.put_recursion(id, with),
            Operation::GetFunctionRecursionConfig => {
                Ok(Some((self.recursion_reply(id), Rule::Rec01)))
            }
            Operation::SetFault if EVENTS => self.set_fault(id, name, with),
            Operation::DeleteFunction if EVENTS => self.delete_function(id, name),
            // Not acts of a plan.
            Operation::SetFault | Operation::DeleteFunction => Ok(None),
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

    /// The version a call about provisioned concurrency names; it must be a published one.
    fn published(
        &self,
        id: FunctionId,
        name: &FunctionName,
    ) -> Result<VersionIx, (Reply, Rule)> {
        match self.version(id, name)? {
            VersionIx::LATEST => {
                let message = "The function resource provided must be an alias or a \
                               published version.";
                Err(invalid(message, Rule::Con04))
            }
            version => Ok(version),
        }
    }

    /// Whether the very qualifier a call names has provisioned concurrency.
    fn is_provisioned(&self, id: FunctionId, name: &FunctionName) -> bool {
        let known = &self.plan.function(id).provisioned;
        known.iter().any(|known| Some(&known.qualifier) == name.qualifier.as_ref())
    }

    fn invoke(&mut self, id: FunctionId, name: &FunctionName, with: &Value) -> Answer {
        let version = self.version(id, name)?;
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
        let asked = Asked { payload, version, qualifier, arn: name.called_arn() };
        self.world.lambda.keep_desk_call(self.act, asked);
        let job = Job { origin: Origin::Act(self.act), call: 1 };
        let rule = called_rule(name.qualifier.as_deref());
        self.cx.tell(Part::Desk, Some(job), rule, Fact::Called);
        let request = Request { job, attempt: 1, slot: 0, mode };
        let arrived = FunctionEvent::Arrived(request);
        self.cx.send(Rank::Arrival, Event::Function(id, arrived));
        Ok(None)
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
    fn check_unreserved(
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
    fn unreserved_by_others(&self, id: FunctionId) -> u64 {
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

    fn put_provisioned(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        let version = self.version(id, name)?;
        if version == VersionIx::LATEST {
            let message = "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";
            return Err(invalid(message, Rule::Con04));
        }
        let units = at_least(1, with, "ProvisionedConcurrentExecutions", Rule::Con04)?;
        self.check_one_configuration(id, name, version)?;
        let function = self.world.lambda.function(id);
        let before = function.environments.pool(version);
        let before = before.map_or(0, |pool| pool.provisioned.requested);
        let total = (function.ledger.provisioned() - before).saturating_add(units);
        match self.plan.function(id).reserved {
            Some(reserved) if total > reserved => {
                let message = "Requested Provisioned Concurrency should not be greater than \
                               the reservedConcurrentExecution for function";
                return Err(invalid(message, Rule::Con04));
            }
            Some(_) => {}
            None => {
                let left = self.unreserved_by_others(id);
                if total > left {
                    let message = format!(
                        "Specified ConcurrentExecutions for function is greater than \
                         account's unreserved concurrency [{left}]."
                    );
                    return Err(invalid(message, Rule::Con05));
                }
                self.check_unreserved(id, total, "ConcurrentExecutions", Rule::Con05)?;
            }
        }
        self.provision(id, name, version, units);
        let reply = self.provisioned_reply(id, version, 202);
        Ok(Some((reply, Rule::Con13)))
    }

    /// A version and an alias of it cannot both have provisioned concurrency.
    fn check_one_configuration(
        &self,
        id: FunctionId,
        name: &FunctionName,
        version: VersionIx,
    ) -> Result<(), (Reply, Rule)> {
        let function = self.plan.function(id);
        let qualifier = name.qualifier.as_deref().unwrap_or_default();
        let other = function.provisioned.iter().find(|other| {
            other.qualifier != qualifier
                && function.resolve(&other.qualifier) == Some(version)
        });
        let is_number = qualifier.bytes().all(|b| b.is_ascii_digit());
        let message = match other {
            None => return Ok(()),
            Some(_) if is_number => {
                "Version is pointed by a Provisioned Concurrency alias"
            }
            Some(_) => {
                "Alias can't be used for Provisioned Concurrency configuration on an \
                 already Provisioned version"
            }
        };
        Err((Reply::error(409, "ResourceConflictException", message), Rule::Con04))
    }

    fn provision(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        version: VersionIx,
        count: u64,
    ) {
        let function = Rc::make_mut(self.plan).function_mut(id);
        let qualifier = name.qualifier.clone().unwrap_or_default();
        function.provisioned.retain(|other| other.qualifier != qualifier);
        if count > 0 {
            function.provisioned.push(Provisioned { qualifier, count });
        }
        self.world.lambda.provision(id, self.plan, self.cx, version, count);
    }

    fn get_provisioned(&self, id: FunctionId, name: &FunctionName) -> Answer {
        let version = self.published(id, name)?;
        if !self.is_provisioned(id, name) {
            let code = "ProvisionedConcurrencyConfigNotFoundException";
            let message = "No Provisioned Concurrency Config found for this function";
            return Err((Reply::error(404, code, message), Rule::Con04));
        }
        Ok(Some((self.provisioned_reply(id, version, 200), Rule::Con13)))
    }

    fn provisioned_reply(&self, id: FunctionId, version: VersionIx, http: u16) -> Reply {
        let function = self.world.lambda.function(id);
        let provisioned =
            function.environments.pool(version).map(|pool| &pool.provisioned);
        let (allocated, status) =
            provisioned.map_or((0, Status::None), |p| (p.allocated, p.status));
        let known = self.plan.function(id).provisioned.iter();
        let mut asked = known
            .filter(|p| self.plan.function(id).resolve(&p.qualifier) == Some(version));
        let requested = asked.next().map_or(0, |provisioned| provisioned.count);
        let word = match status {
            Status::None | Status::InProgress { .. } => "IN_PROGRESS",
            Status::Ready => "READY",
            Status::Failed => "FAILED",
        };
        let mut reply = Reply::ok(
            http,
            [
                ("RequestedProvisionedConcurrentExecutions", Value::number(requested)),
                ("AvailableProvisionedConcurrentExecutions", Value::number(allocated)),
                ("AllocatedProvisionedConcurrentExecutions", Value::number(allocated)),
                ("Status", Value::text(word)),
            ],
        );
        if status == Status::Failed {
            let reason = Value::text("FUNCTION_ERROR_INIT_FAILURE");
            reply.fields.push(("StatusReason".into(), reason));
        }
        reply
    }

    /// Makes `$LATEST` a version, which can be called after `latency`.
    fn publish(&mut self, id: FunctionId, with: &Value, latency: Span) -> (Reply, Rule) {
        let now = self.cx.now;
        let plan = Rc::make_mut(self.plan);
        let active_at = now.plus(latency);
        let function = plan.function_mut(id);
        let latest = Rc::clone(&function.versions[0].spec);
        let unchanged = function.published.as_ref().is_some_and(|spec| **spec == *latest);
        let mut rule = Rule::Ver04;
        if !(unchanged && function.versions.len() > 1) {
            rule = if now < active_at { Rule::Ver24 } else { Rule::Ver02 };
            let mut spec = (*latest).clone();
            if let Some(description) = with.get("Description").and_then(Value::as_text) {
                spec.description = description.into();
            }
            let last = function.versions.iter().map(|version| version.number).max();
            let number = last.unwrap_or(0) + 1;
            let spec = Rc::new(spec);
            function.versions.push(PlannedVersion {
                number,
                spec,
                active_at,
                revision: 0,
            });
            function.published = Some(latest);
        }
        let version = function.versions.last().expect("there is always $LATEST");
        let state = if now < version.active_at { "Pending" } else { "Active" };
        let number = version.number.to_string();
        let arn = format!("{}:{number}", arn(&function.name));
        let reply = Reply::ok(
            201,
            [
                ("FunctionName", Value::text(&function.name)),
                ("FunctionArn", Value::Text(arn)),
                ("Version", Value::Text(number)),
                ("Description", Value::text(&version.spec.description)),
                ("MemorySize", Value::number(version.spec.memory_mb)),
                ("Timeout", Value::number(version.spec.timeout.0 / Span::SECOND.0)),
                ("State", Value::text(state)),
            ],
        );
        (reply, rule)
    }

    fn update_code(&mut self, id: FunctionId, with: &Value) -> Answer {
        let code =
            with.get("Code").or_else(|| with.get("ZipFile")).and_then(Value::as_text);
        let Some(code) = code else { return Err(missing("zipFile", Rule::Ver01)) };
        self.update(id, |spec| spec.code = code.into());
        if with.get("Publish") == Some(&Value::Bool(true)) {
            // The code of a version that is published in one go is still being prepared;
            // `PublishVersion` takes what is Active already (VER-24).
            let latency = self.plan.settings.publish_latency;
            let (reply, rule) = self.publish(id, with, latency);
            return Ok(Some((Reply { http: 200, ..reply }, rule)));
        }
        Ok(Some((self.latest_reply(id), Rule::Ver01)))
    }

    fn update_configuration(&mut self, id: FunctionId, with: &Value) -> Answer {
        let mut spec = (*self.plan.function(id).versions[0].spec).clone();
        for knob in lambda::Spec::KNOBS.iter().filter(|knob| !belongs_to_code(knob.aws)) {
            let Some(value) = with.get(knob.aws) else { continue };
            if EVENTS && knob.aws == "DeadLetterConfig" {
                spec.dead_letter = event_invoke::dead_letter(self.plan, value)?;
                continue;
            }
            let setting = match (value, (knob.get)(&spec)) {
                (Value::Text(text), Setting::Text(_)) => {
                    Some(Setting::Text(text.clone()))
                }
                (value, Setting::Span(_)) => {
                    value.scaled(6).map(|us| Setting::Span(Span(us)))
                }
                (value, Setting::Number(_)) => value.as_count().map(Setting::Number),
                _ => None,
            };
            match setting.filter(|setting| knob.kind.admits(setting)) {
                Some(setting) => (knob.set)(&mut spec, setting),
                None => {
                    return Err(out_of_range(knob.aws, &knob.kind.allowed(), knob.rule));
                }
            }
        }
        self.update(id, |latest| *latest = spec);
        Ok(Some((self.latest_reply(id), Rule::Env09)))
    }

    /// Changes `$LATEST` and replaces its environments (ENV-09).
    fn update(&mut self, id: FunctionId, change: impl FnOnce(&mut lambda::Spec)) {
        let function = Rc::make_mut(self.plan).function_mut(id);
        let latest = &mut function.versions[0];
        change(Rc::make_mut(&mut latest.spec));
        latest.revision += 1;
        let state = &mut self.world.lambda.functions[usize::from(id.0)];
        let cause = self.cx.cause();
        for place in state.environments.drain_idle(VersionIx::LATEST) {
            state.remove(id, self.cx, place, Removal::Update, Rule::Env09);
            self.cx.because_of(cause);
        }
    }

    fn latest_reply(&self, id: FunctionId) -> Reply {
        let function = self.plan.function(id);
        let spec = &function.versions[0].spec;
        Reply::ok(
            200,
            [
                ("FunctionName", Value::text(&function.name)),
                ("FunctionArn", Value::Text(arn(&function.name))),
                ("Version", Value::text("$LATEST")),
                ("Description", Value::text(&spec.description)),
                ("MemorySize", Value::number(spec.memory_mb)),
                ("Timeout", Value::number(spec.timeout.0 / Span::SECOND.0)),
                ("State", Value::text("Active")),
            ],
        )
    }
}

/// What `UpdateFunctionCode` changes, not `UpdateFunctionConfiguration`.
fn belongs_to_code(name: &str) -> bool {
    matches!(name, "Code" | "Architectures")
}

/// Reservations belong to the function as a whole.
pub(super) fn unqualified(name: &FunctionName) -> Result<(), (Reply, Rule)> {
    match name.qualifier {
        None => Ok(()),
        Some(_) => Err(invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do \
             not support this operation. Please specify either a function name or an \
             unqualified function ARN.",
            Rule::Con03,
        )),
    }
}

/// A count that must be given, and not be too small.
fn at_least(min: u64, with: &Value, key: &str, rule: Rule) -> Result<u64, (Reply, Rule)> {
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

fn missing(field: &str, rule: Rule) -> (Reply, Rule) {
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
