//! Deployments and alarms: `CreateDeployment`, `StopDeployment`, `GetDeployment`,
//! `PutLifecycleEventHookExecutionStatus` and `SetAlarmState`.
//!
//! A deployment is named by its ID, or by its group: then the newest of it is meant. The
//! AppSpec is the object that CodeDeploy reads; what it leaves out is as its group says.
//! Rules: CD-05, CD-07, CD-10, CD-15, CD-19, CD-23, CD-27, CD-31, CW-01.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::operations::{Answer, Desk};
use super::{Operation, Reply};
use crate::Given;
use crate::event::{DeploymentEvent, Event};
use crate::id::{AlarmId, GroupId};
use crate::knob::Choices;
use crate::lambda::Routing;
use crate::lambda::alias;
use crate::plan::alias::Pointer;
use crate::plan::{Plan, PlannedGroup};
use crate::queue::Rank;
use crate::release::alarm::StateValue;
use crate::release::deployment::{
    Deployment, Hook, HookStatus, LifecycleEvent, Reroute, RollbackEvent, Terms,
};
use crate::release::routing::{PREFIX, TrafficRouting};
use crate::rule::Rule;
use crate::sim::{Cx, World};
use crate::value::Value;

type Refused = (Reply, Rule);

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateDeployment
            | Operation::StopDeployment
            | Operation::GetDeployment
            | Operation::PutLifecycleEventHookExecutionStatus
            | Operation::SetAlarmState
    )
}

/// A deployment leads its alias elsewhere.
pub(crate) fn reroute(
    id: GroupId,
    to: Reroute,
    rule: Rule,
    plan: &mut Rc<Plan>,
    world: &mut World,
    cx: &mut Cx<'_>,
) {
    let group = plan.group(id);
    let function = group.function;
    let Some(alias) = plan.function(function).alias_named(&group.alias) else { return };
    let pointer =
        Pointer { version: to.version, routing: to.additional.and_then(routing) };
    // What leads there already is not told again.
    if plan.function(function).alias(alias).pointer != pointer {
        alias::point(function, alias, pointer, rule, plan, &mut world.lambda, cx);
    }
}

fn routing((version, percent): (u64, u8)) -> Option<Routing> {
    let weight_ppm = u32::from(percent) * 10_000;
    Some(Routing { version, weight_ppm, given: Given::mark()? })
}

fn text<'a>(with: &'a Value, key: &str) -> &'a str {
    with.get(key).and_then(Value::as_text).unwrap_or_default()
}

fn refused(code: &str, message: impl Into<String>, rule: Rule) -> Refused {
    (Reply::error(400, code, message), rule)
}

/// Members of an AppSpec are written with capitals or without (CD-19).
fn member<'a>(of: &'a Value, key: &str) -> Option<&'a Value> {
    of.get(key).or_else(|| {
        let (first, rest) = key.split_at(1);
        of.get(&format!("{}{rest}", first.to_lowercase()))
    })
}

impl Desk<'_, '_> {
    /// Carries one out.
    pub(super) fn on_deployment(&mut self, operation: Operation, with: &Value) -> Answer {
        let reply = if operation == Operation::CreateDeployment {
            self.create_deployment(with)
        } else if operation == Operation::StopDeployment {
            self.stop_deployment(with)
        } else if operation == Operation::GetDeployment {
            self.get_deployment(with)
        } else if operation == Operation::PutLifecycleEventHookExecutionStatus {
            self.report(with)
        } else {
            self.set_alarm_state(with)
        };
        reply.map(Some)
    }

    fn group_named(&self, name: &str) -> Option<GroupId> {
        let at = self.plan.groups().iter().position(|group| group.name == name)?;
        Some(GroupId::new(u16::try_from(at).ok()?))
    }

    /// The deployment that an ID or the name of a group means, with its number.
    fn deployment(&self, named: &str) -> Result<(GroupId, u32), Refused> {
        let groups = self.plan.groups().iter().zip(self.world.groups());
        for (at, (group, state)) in groups.enumerate() {
            let id = GroupId::new(u16::try_from(at).expect("parts are limited"));
            let count = u32::try_from(state.deployments().len()).unwrap_or(u32::MAX);
            if group.name == named && count > 0 {
                return Ok((id, count));
            }
            let mut numbers = 1..=count;
            let found =
                numbers.find(|number| group.deployment_id((*number).into()) == named);
            if let Some(number) = found {
                return Ok((id, number));
            }
        }
        let (code, message) = match named {
            "" => (
                "DeploymentIdRequiredException",
                "The deployment ID must be specified.".to_string(),
            ),
            _ => (
                "DeploymentDoesNotExistException",
                format!("The deployment {named} could not be found"),
            ),
        };
        Err(refused(code, message, Rule::Cd31))
    }

    fn create_deployment(&mut self, with: &Value) -> Result<(Reply, Rule), Refused> {
        let name = text(with, "deploymentGroupName");
        let id = self.group_named(name).ok_or_else(|| {
            let (code, message) = match name {
                "" => (
                    "DeploymentGroupNameRequiredException",
                    "The deployment group name was not specified.".to_string(),
                ),
                _ => (
                    "DeploymentGroupDoesNotExistException",
                    format!("No Deployment Group found for name: {name}"),
                ),
            };
            refused(code, message, Rule::Cd23)
        })?;
        let (terms, rule) = self.terms(id, with)?;
        let group = self.plan.group(id);
        if let Some((number, _)) = self.world.groups[usize::from(id.0)].active() {
            let active = group.deployment_id(number.into());
            let message = format!(
                "The Deployment Group '{name}' already has an active Deployment '{active}'"
            );
            let code = "DeploymentLimitExceededException";
            return Err(refused(code, message, Rule::Cd23));
        }
        let groups = &mut self.world.groups;
        let number = groups[usize::from(id.0)].create(id, self.cx, terms, rule);
        let deployment = Value::text(&group.deployment_id(number.into()));
        Ok((Reply::ok(200, [("deploymentId", deployment)]), Rule::Cd19))
    }

    /// What a deployment is created with: as the call says, else as its group says.
    fn terms(&self, id: GroupId, with: &Value) -> Result<(Terms, Rule), Refused> {
        let group = self.plan.group(id);
        let config = text(with, "deploymentConfigName");
        let routing = match config {
            "" => group.routing,
            _ => TrafficRouting::predefined(config).ok_or_else(|| {
                let code = "DeploymentConfigDoesNotExistException";
                let message =
                    format!("No Deployment Configuration found for name: {config}");
                refused(code, message, Rule::Cd10)
            })?,
        };
        let is_own = config.is_empty() && !group.spec.config.starts_with(PREFIX);
        let nothing = Value::Null;
        let content = with
            .get("revision")
            .and_then(|revision| revision.get("appSpecContent")?.get("content"));
        let spec = content.unwrap_or(&nothing);
        let resource = resource(spec).unwrap_or(&nothing);
        names_its_alias(group, self.plan.function(group.function).name(), resource)?;
        let leads_to = self.plan.function(group.function);
        let leads_to = leads_to.alias_named(&group.alias).map(|at| leads_to.alias(at));
        let current = version(resource, "CurrentVersion")?
            .or(leads_to.map(|alias| alias.pointer.version))
            .unwrap_or_default();
        let target = version(resource, "TargetVersion")?.ok_or_else(|| {
            let message = "The AppSpec names no TargetVersion";
            refused("InvalidRevisionException", message, Rule::Cd19)
        })?;
        let terms = Terms {
            routing,
            current,
            target,
            before: self.hook(group, spec, LifecycleEvent::BeforeAllowTraffic)?,
            after: self.hook(group, spec, LifecycleEvent::AfterAllowTraffic)?,
            alarms: group.alarms.clone(),
            rollback: rollback(group, with)?,
        };
        Ok((terms, if is_own { Rule::Cd15 } else { Rule::Cd10 }))
    }

    fn hook(
        &self,
        group: &PlannedGroup,
        spec: &Value,
        event: LifecycleEvent,
    ) -> Result<Option<Hook>, Refused> {
        let Some(hooks) = member(spec, "Hooks") else {
            let of_group = match event {
                LifecycleEvent::BeforeAllowTraffic => &group.before,
                LifecycleEvent::AllowTraffic | LifecycleEvent::AfterAllowTraffic => {
                    &group.after
                }
            };
            return Ok(of_group.clone());
        };
        let Value::List(hooks) = hooks else {
            let message = "The hooks of an AppSpec are a list";
            return Err(refused("InvalidRevisionException", message, Rule::Cd19));
        };
        let named = hooks.iter().find_map(|hook| member(hook, event.word())?.as_text());
        let Some(named) = named else { return Ok(None) };
        let found = self.plan.hook(named);
        found.map(Some).ok_or_else(|| {
            let message = format!("The hook {named} is no function of the scenario");
            refused("InvalidRevisionException", message, Rule::Cd05)
        })
    }

    fn stop_deployment(&mut self, with: &Value) -> Result<(Reply, Rule), Refused> {
        let (id, number) = self.deployment(text(with, "deploymentId"))?;
        let group = &mut self.world.groups[usize::from(id.0)];
        if group.active().is_none_or(|(active, _)| active != number) {
            let name = self.plan.group(id).deployment_id(number.into());
            let message = format!("Deployment {name} is already completed");
            let code = "DeploymentAlreadyCompletedException";
            return Err(refused(code, message, Rule::Cd31));
        }
        let asks = with.get("autoRollbackEnabled") == Some(&Value::Bool(true));
        let rolls_back = asks || group.rolls_back(RollbackEvent::StopOnRequest);
        let cause = self.cx.cause();
        let to = group.stop(id, self.cx, rolls_back);
        if let Some((to, rule)) = to {
            reroute(id, to, rule, self.plan, self.world, self.cx);
        }
        self.cx.because_of(cause);
        let fields = [
            ("status", Value::text("Succeeded")),
            ("statusMessage", Value::text("No more traffic is shifted.")),
        ];
        Ok((Reply::ok(200, fields), Rule::Cd31))
    }

    fn get_deployment(&self, with: &Value) -> Result<(Reply, Rule), Refused> {
        let (id, number) = self.deployment(text(with, "deploymentId"))?;
        let state = &self.world.groups[usize::from(id.0)];
        let place = number as usize - 1;
        let info = described(self.plan.group(id), number, &state.deployments()[place]);
        Ok((Reply::ok(200, [("deploymentInfo", info)]), Rule::Cd02))
    }

    /// A hook reports, or somebody for it.
    fn report(&mut self, with: &Value) -> Result<(Reply, Rule), Refused> {
        let (id, _) = self.deployment(text(with, "deploymentId"))?;
        let status = text(with, "status");
        let status = HookStatus::from_word(status).ok_or_else(|| {
            let code = "InvalidLifecycleEventHookExecutionStatusException";
            let message = format!("{status:?} is neither Succeeded nor Failed");
            refused(code, message, Rule::Cd07)
        })?;
        let group = self.plan.group(id);
        let state = &self.world.groups[usize::from(id.0)];
        let execution = text(with, "lifecycleEventHookExecutionId");
        let calls = (1..).take_while(|call| state.content(*call).is_some());
        let mut calls: Vec<u32> = calls.collect();
        if !execution.is_empty() {
            calls.retain(|call| group.execution_id((*call).into()) == execution);
        }
        let call = calls.last().copied().ok_or_else(|| {
            let code = "InvalidLifecycleEventHookExecutionIdException";
            let message = format!("No hook of the deployment has the ID {execution:?}");
            refused(code, message, Rule::Cd07)
        })?;
        if !state.awaits_report(call) {
            let code = "LifecycleEventAlreadyCompletedException";
            let message = "The lifecycle event hook has reported already";
            return Err(refused(code, message, Rule::Cd07));
        }
        let reported = DeploymentEvent::Reported { call, status };
        self.cx.post(self.cx.now, Rank::Report, Event::Deployment(id, reported));
        let reply = Value::text(&group.execution_id(call.into()));
        Ok((Reply::ok(200, [("lifecycleEventHookExecutionId", reply)]), Rule::Cd05))
    }

    fn set_alarm_state(&mut self, with: &Value) -> Result<(Reply, Rule), Refused> {
        let name = text(with, "AlarmName");
        let at = self.plan.alarms().iter().position(|alarm| alarm.name == name);
        let at = at.and_then(|at| u16::try_from(at).ok()).ok_or_else(|| {
            refused("ResourceNotFound", format!("There is no alarm {name:?}"), Rule::Cw01)
        })?;
        let id = AlarmId::new(at);
        let value = text(with, "StateValue");
        let value = StateValue::from_word(value).ok_or_else(|| {
            let known = StateValue::WORDS.join(", ");
            let message = format!("{value:?} is none of {known}");
            refused("ValidationError", message, Rule::Cw01)
        })?;
        let alarm = &mut self.world.alarms[usize::from(at)];
        if alarm.value() != value {
            let cause = self.cx.cause();
            alarm.set(value);
            alarm.tell(id, self.plan, self.cx, Rule::Cw01);
            self.cx.because_of(cause);
        }
        Ok((Reply::ok(200, []), Rule::Cw01))
    }
}

/// The properties of the one function that an AppSpec names.
fn resource(spec: &Value) -> Option<&Value> {
    let Value::List(resources) = member(spec, "Resources")? else { return None };
    let Value::Object(labelled) = resources.first()? else { return None };
    member(&labelled.first()?.1, "Properties")
}

/// An AppSpec that names another function or alias than its group is not for it (CD-19).
fn names_its_alias(
    group: &PlannedGroup,
    function: &str,
    resource: &Value,
) -> Result<(), Refused> {
    for (key, wanted) in [("Name", function), ("Alias", group.alias.as_str())] {
        let named = member(resource, key).and_then(Value::as_text);
        if let Some(named) = named.filter(|named| *named != wanted) {
            let message =
                format!("The AppSpec names {named:?}, its group leads {wanted:?}");
            return Err(refused("InvalidRevisionException", message, Rule::Cd19));
        }
    }
    Ok(())
}

/// A version that an AppSpec names: a positive whole number, as text or as a number.
fn version(resource: &Value, key: &str) -> Result<Option<u64>, Refused> {
    let Some(value) = member(resource, key) else { return Ok(None) };
    let number = match value {
        Value::Text(text) => text.parse().ok(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::List(_)
        | Value::Object(_) => value.as_count(),
    };
    let number = number.filter(|number: &u64| *number > 0);
    number.map(Some).ok_or_else(|| {
        let message = format!("{key} of an AppSpec is a positive whole number");
        refused("InvalidRevisionException", message, Rule::Cd19)
    })
}

/// What makes the deployment roll back: as the call says, else as its group says (CD-27).
fn rollback(group: &PlannedGroup, with: &Value) -> Result<Vec<RollbackEvent>, Refused> {
    let Some(given) = with.get("autoRollbackConfiguration") else {
        return Ok(group.rollback.clone());
    };
    let wrong = |message: String| {
        refused("InvalidAutoRollbackConfigException", message, Rule::Cd27)
    };
    if given.get("enabled") != Some(&Value::Bool(true)) {
        return Ok(Vec::new());
    }
    let Some(Value::List(events)) = given.get("events") else {
        return Err(wrong("Automatic rollback is enabled for no event".into()));
    };
    let events = events.iter().map(|event| {
        let word = event.as_text().unwrap_or_default();
        RollbackEvent::from_word(word).ok_or_else(|| {
            wrong(format!("{word:?} is none of {}", RollbackEvent::WORDS.join(", ")))
        })
    });
    let events = events.collect::<Result<Vec<_>, _>>()?;
    if events.is_empty() {
        return Err(wrong("Automatic rollback is enabled for no event".into()));
    }
    Ok(events)
}

/// A deployment as CodeDeploy describes it.
fn described(group: &PlannedGroup, number: u32, deployment: &Deployment) -> Value {
    let id = |number: u32| Value::text(&group.deployment_id(number.into()));
    let mut info = Vec::from([
        ("deploymentId".to_string(), id(number)),
        ("deploymentGroupName".into(), Value::text(group.name())),
        ("status".into(), Value::text(deployment.status.word())),
        ("createTime".into(), Value::text(&deployment.created.iso_seconds())),
    ]);
    if let Some(ended) = deployment.ended {
        info.push(("completeTime".into(), Value::text(&ended.iso_seconds())));
    }
    if let Some(error) = deployment.error {
        let error = Value::object([("code", Value::text(error.word()))]);
        info.push(("errorInformation".into(), error));
    }
    let rollback = [
        ("rollbackDeploymentId", deployment.rolled_back_by),
        ("rollbackTriggeringDeploymentId", deployment.rolls_back),
    ];
    for (key, number) in rollback {
        if let Some(number) = number {
            let info_of = Value::object([(key, id(number))]);
            info.push(("rollbackInfo".into(), info_of));
        }
    }
    let creator =
        if deployment.rolls_back.is_some() { "codeDeployRollback" } else { "user" };
    info.push(("creator".into(), Value::text(creator)));
    Value::Object(info)
}
