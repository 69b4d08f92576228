//! What can be set of alarms and deployment groups.

use lambdarium_sim::knob::Choices;
use lambdarium_sim::release::alarm::{self, Alarm};
use lambdarium_sim::release::deployment::RollbackEvent;
use lambdarium_sim::release::spec::{self, Group as Drawn};

use super::super::deeds;
use super::{Writer, joined, json, knobs, texts};
use crate::message::{Field, Form, Group};

impl Writer<'_> {
    pub(super) fn alarm(&self, alarm: &Alarm) -> Form {
        let at = ["alarms".to_string(), alarm.name.clone()];
        let watches = joined(&at, &["watches"]);
        let allowed = "a function, alone or with an alias or version: checkout:live";
        let watches = self.typed(watches, "Watches", "alarm.watches", allowed);
        let fields = knobs(&alarm.spec, &texts(&alarm::Spec::default()), &at);
        Form {
            about: "Looks at a metric at the end of each period, and stops deployments."
                .into(),
            groups: vec![
                Group { title: "What it looks at".into(), fields: vec![watches] },
                Group { title: "CloudWatch alarm".into(), fields },
            ],
            deeds: deeds::to_alarm(),
            ..Form::default()
        }
    }

    pub(super) fn deployments(&self, group: &Drawn) -> Form {
        let at = ["deployment-groups".to_string(), group.name.clone()];
        let alias = joined(&at, &["alias"]);
        let allowed = "an alias with its function: checkout:live";
        let alias = self.typed(alias, "Alias", "group.alias", allowed);
        let mut fields = knobs(&group.spec, &texts(&spec::Spec::default()), &at);
        let listed = |key: &str, label: &str, help: &str, allowed: &str| {
            let path = joined(&at, &[key]);
            let value = self.stands(&path).map(json::write_value_compact);
            let value = value.unwrap_or_default();
            Field { value, ..self.typed(path, label, help, allowed) }
        };
        let rollback = RollbackEvent::WORDS.join(", ");
        fields.extend([
            listed("alarms", "Alarms", "group.alarms", "a list of names of alarms"),
            listed("auto-rollback", "Rolls back on", "group.rollback", &rollback),
            listed(
                "traffic-routing",
                "Own configuration",
                "group.routing",
                "in place of a named one: {\"type\":\"TimeBasedCanary\",\"percentage\":25,\"interval\":5}",
            ),
        ]);
        Form {
            about: "Leads an alias from one version to the next, in steps.".into(),
            groups: vec![
                Group { title: "What it leads".into(), fields: vec![alias] },
                Group { title: "Deployment group".into(), fields },
            ],
            deeds: deeds::to_group(),
            ..Form::default()
        }
    }
}
