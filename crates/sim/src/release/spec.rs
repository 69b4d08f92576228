//! What a person sets for the deployments of an alias.
//!
//! Rules: CD-10, CD-15, CD-23 to CD-27.

use alloc::string::String;
use alloc::vec::Vec;

use super::deployment::RollbackEvent;
use super::routing::TrafficRouting;
use crate::knob::{Kind, Knob, Knobs};
use crate::limits;

/// What a person sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The name of a configuration; empty where the group has one of its own.
    pub config: String,
    /// The function that looks at a deployment before any traffic is shifted; empty is none.
    pub before: String,
    /// The function that looks at it after all traffic was shifted; empty is none.
    pub after: String,
    /// Whether alarms stop its deployments.
    pub alarms_enabled: bool,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            config: String::new(),
            before: String::new(),
            after: String::new(),
            alarms_enabled: true,
        }
    }
}

/// Longest name of a function with its qualifier.
const TARGET_MAX: usize = 2 * limits::NAME_MAX + 1;

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(config: text, "config", "DeploymentConfigName", "Configuration",
            Kind::Text { max: limits::CONFIG_NAME_MAX }, Cd10,
            "How traffic is shifted: a predefined configuration such as CodeDeployDefault.LambdaCanary10Percent5Minutes."),
        knob!(before: text, "before-allow-traffic", "BeforeAllowTraffic", "Hook before",
            Kind::Text { max: TARGET_MAX }, Cd05,
            "The function that looks at the new version before it gets any traffic."),
        knob!(after: text, "after-allow-traffic", "AfterAllowTraffic", "Hook after",
            Kind::Text { max: TARGET_MAX }, Cd05,
            "The function that looks at the new version when it has all traffic."),
        knob!(alarms_enabled: bool, "alarms-enabled", "AlarmConfiguration.enabled", "Heed alarms",
            Kind::Bool, Cd24,
            "Whether an alarm that has gone off stops a deployment."),
    ];
}

/// A deployment group as a person drew it: it leads one alias from version to version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The alias, with its function: `checkout:live`.
    pub alias: String,
    /// What a person sets.
    pub spec: Spec,
    /// How it shifts traffic, where no configuration is named.
    pub custom: Option<TrafficRouting>,
    /// The alarms that stop its deployments, by their names.
    pub alarms: Vec<String>,
    /// What makes its deployments roll back.
    pub rollback: Vec<RollbackEvent>,
}

impl Group {
    /// How it shifts traffic; none where its configuration is not known.
    #[must_use]
    pub fn routing(&self) -> Option<TrafficRouting> {
        match self.custom {
            Some(custom) => Some(custom).filter(|_| self.spec.config.is_empty()),
            None => TrafficRouting::predefined(&self.spec.config),
        }
    }
}
