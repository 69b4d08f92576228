//! What can be done to alarms and deployments at the playhead.

use lambdarium_sim::call::Operation;
use lambdarium_sim::release::alarm::StateValue;
use lambdarium_sim::release::spec::Group;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::value::Value;

use super::Deed;
use super::sent::Parameters;

/// The call that is meant, if the part is an alarm or a deployment group.
pub(super) fn meant(
    run: &Run,
    deed: Deed,
    part: &str,
    deployment: Option<&str>,
) -> Option<(Operation, Parameters)> {
    let scenario = &run.scenario;
    if scenario.alarms.iter().any(|alarm| alarm.name == part) {
        let state = if deed == Deed::Quiet { StateValue::Ok } else { StateValue::Alarm };
        let said = Value::object([
            ("AlarmName", Value::text(part)),
            ("StateValue", Value::text(state.word())),
            ("StateReason", Value::text("to see what happens")),
        ]);
        return Some((Operation::SetAlarmState, members(said)));
    }
    let group = scenario.groups.iter().find(|group| group.name == part)?;
    if deed == Deed::StopDeployment {
        // Without one the call is refused, which can be seen.
        let id = deployment.unwrap_or("d-000000000");
        let said = Value::object([("deploymentId", Value::text(id))]);
        return Some((Operation::StopDeployment, members(said)));
    }
    Some((Operation::CreateDeployment, members(newest(run, group)?)))
}

fn members(value: Value) -> Parameters {
    match value {
        Value::Object(members) => members,
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_) => Vec::new(),
    }
}

/// A deployment of the version with the highest number.
fn newest(run: &Run, group: &Group) -> Option<Value> {
    let (name, _) = group.alias.split_once(':')?;
    let function = run.scenario.functions.iter().find(|drawn| drawn.name == *name)?;
    let newest =
        function.versions.iter().map(|version| version.number).max().unwrap_or(1);
    let properties = Value::object([("TargetVersion", Value::text(&newest.to_string()))]);
    let resource = Value::object([
        ("Type", Value::text("AWS::Lambda::Function")),
        ("Properties", properties),
    ]);
    let resources = Value::List(vec![Value::object([(name, resource)])]);
    let content = Value::object([("content", Value::object([("Resources", resources)]))]);
    Some(Value::object([
        ("deploymentGroupName", Value::text(&group.name)),
        ("revision", Value::object([("appSpecContent", content)])),
    ]))
}
