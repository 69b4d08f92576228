//! Alarms and deployment groups in the schema.

use lambdarium_sim::knob::Choices;
use lambdarium_sim::limits;
use lambdarium_sim::release::alarm;
use lambdarium_sim::release::deployment::{HookStatus, RollbackEvent};
pub(super) use lambdarium_sim::release::spec::Spec;
use lambdarium_sim::value::Value;

use super::{
    any_of, closed, count, described, knobs, list, reference, text_of, typed, words_of,
};
use crate::json;

/// What a hook reports.
pub(super) fn report() -> Value {
    let after = described(reference("span"), "So long after its handler has begun.");
    let properties = vec![
        ("status".to_string(), words_of(HookStatus::WORDS)),
        ("after".into(), after),
    ];
    any_of([closed(properties, &["status"]), typed("null")])
}

pub(super) fn alarm() -> Value {
    let help = "The function it watches, alone or with :qualifier.";
    let watches = described(typed("string"), help);
    let mut properties = vec![("watches".to_string(), watches)];
    properties.extend(knobs(&alarm::Spec::default()));
    closed(properties, &["watches"])
}

pub(super) fn group() -> Value {
    let help = "The alias it leads, with its function: checkout:live.";
    let mut properties = vec![("alias".to_string(), described(typed("string"), help))];
    properties.extend(knobs(&Spec::default()));
    let routing = vec![
        ("type".to_string(), words_of(&json::TYPES)),
        ("percentage".into(), described(count(1, Some(99)), "Of each step.")),
        ("interval".into(), described(count(1, Some(2_880)), "Minutes between steps.")),
    ];
    let help = "How it shifts traffic, where no configuration is named. (CD-15)";
    let routing = described(closed(routing, &["type"]), help);
    properties.push((json::ROUTING.into(), routing));
    let alarms = list(text_of(limits::NAME_MAX), limits::GROUP_ALARMS_MAX);
    let help = "The alarms that stop its deployments. (CD-24)";
    properties.push(("alarms".into(), described(alarms, help)));
    let rollback = list(words_of(RollbackEvent::WORDS), RollbackEvent::WORDS.len());
    let help = "What makes its deployments roll back by themselves. (CD-27)";
    properties.push((json::ROLLBACK.into(), described(rollback, help)));
    closed(properties, &["alias"])
}
