//! Alarms and deployment groups of a plan: functions, aliases and hooks found.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Plan, Qualifier, split_target};
use crate::dice::Dice;
use crate::id::{AlarmId, FunctionId, GroupId};
use crate::release::alarm::{self, Alarm};
use crate::release::deployment::{Hook, RollbackEvent};
use crate::release::routing::TrafficRouting;
use crate::release::spec::{Group, Spec};
use crate::scenario::Scenario;

/// An alarm with what it watches found.
#[derive(Clone, Debug)]
pub struct PlannedAlarm {
    pub(crate) name: String,
    pub(crate) function: FunctionId,
    pub(crate) qualifier: Qualifier,
    pub(crate) watches: String,
    pub(crate) spec: alarm::Spec,
}

impl PlannedAlarm {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function it watches.
    #[must_use]
    pub fn function(&self) -> FunctionId {
        self.function
    }

    /// What it watches, as written.
    #[must_use]
    pub fn watches(&self) -> &str {
        &self.watches
    }

    /// Its settings.
    #[must_use]
    pub fn spec(&self) -> &alarm::Spec {
        &self.spec
    }
}

/// A deployment group with its alias, its hooks and its alarms found.
#[derive(Clone, Debug)]
pub struct PlannedGroup {
    pub(crate) name: String,
    pub(crate) function: FunctionId,
    pub(crate) alias: String,
    pub(crate) spec: Spec,
    pub(crate) routing: TrafficRouting,
    pub(crate) before: Option<Hook>,
    pub(crate) after: Option<Hook>,
    pub(crate) alarms: Vec<AlarmId>,
    pub(crate) rollback: Vec<RollbackEvent>,
    pub(crate) dice: Dice,
}

impl PlannedGroup {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The function whose alias it leads.
    #[must_use]
    pub fn function(&self) -> FunctionId {
        self.function
    }

    /// That alias.
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Its settings.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How it shifts traffic.
    #[must_use]
    pub fn routing(&self) -> TrafficRouting {
        self.routing
    }

    /// The functions that look at its deployments: before, and after.
    #[must_use]
    pub fn hooks(&self) -> [Option<&Hook>; 2] {
        [self.before.as_ref(), self.after.as_ref()]
    }

    /// The alarms it heeds.
    #[must_use]
    pub fn alarms(&self) -> &[AlarmId] {
        &self.alarms
    }

    /// The ID of a deployment by its number.
    #[must_use]
    pub fn deployment_id(&self, number: u64) -> String {
        let id = self.dice.uuid(number).to_uppercase();
        let letters: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("d-{}", &letters[..9])
    }

    /// The ID of a call of a hook by its number.
    #[must_use]
    pub fn execution_id(&self, call: u64) -> String {
        self.dice.uuid(call | 1 << 32)
    }
}

pub(super) fn planned_alarm(alarm: &Alarm, scenario: &Scenario) -> Option<PlannedAlarm> {
    let (name, qualifier) = split_target(&alarm.watches);
    Some(PlannedAlarm {
        name: alarm.name.clone(),
        function: function(scenario, name)?,
        qualifier,
        watches: alarm.watches.clone(),
        spec: alarm.spec.clone(),
    })
}

pub(super) fn planned_group(
    group: &Group,
    scenario: &Scenario,
    seed: u64,
) -> Option<PlannedGroup> {
    let (name, qualifier) = split_target(&group.alias);
    let alarm = |name: &String| {
        let at = scenario.alarms.iter().position(|alarm| alarm.name == *name)?;
        Some(AlarmId::new(u16::try_from(at).ok()?))
    };
    let heeds = group.spec.alarms_enabled;
    Some(PlannedGroup {
        name: group.name.clone(),
        function: function(scenario, name)?,
        alias: qualifier.name()?.to_string(),
        spec: group.spec.clone(),
        routing: group.routing()?,
        before: hook(scenario, &group.spec.before),
        after: hook(scenario, &group.spec.after),
        alarms: group.alarms.iter().filter(|_| heeds).filter_map(alarm).collect(),
        rollback: group.rollback.clone(),
        dice: Dice::of(seed, &group.name),
    })
}

fn function(scenario: &Scenario, name: &str) -> Option<FunctionId> {
    let at = scenario.functions.iter().position(|function| function.name == name)?;
    Some(FunctionId(u16::try_from(at).ok()?))
}

fn hook(scenario: &Scenario, target: &str) -> Option<Hook> {
    let (name, qualifier) = split_target(target);
    Some(Hook { function: function(scenario, name)?, qualifier })
}

impl Plan {
    /// The alarms, in the order they were drawn.
    #[must_use]
    pub fn alarms(&self) -> &[PlannedAlarm] {
        &self.alarms
    }

    /// One alarm.
    #[must_use]
    pub fn alarm(&self, id: AlarmId) -> &PlannedAlarm {
        &self.alarms[usize::from(id.0)]
    }

    /// The deployment groups, in the order they were drawn.
    #[must_use]
    pub fn groups(&self) -> &[PlannedGroup] {
        &self.groups
    }

    /// One deployment group.
    #[must_use]
    pub fn group(&self, id: GroupId) -> &PlannedGroup {
        &self.groups[usize::from(id.0)]
    }

    /// The groups that heed an alarm.
    pub(crate) fn heeding(&self, alarm: AlarmId) -> impl Iterator<Item = GroupId> {
        let groups = self.groups.iter().enumerate();
        let groups = groups.filter(move |(_, group)| group.alarms.contains(&alarm));
        groups.map(|(at, _)| GroupId::new(u16::try_from(at).expect("parts are limited")))
    }

    /// The hook that a name means, in a call.
    pub(crate) fn hook(&self, target: &str) -> Option<Hook> {
        let (name, qualifier) = split_target(target);
        Some(Hook { function: self.find_function(name)?, qualifier })
    }
}
