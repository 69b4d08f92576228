//! Small acts: calls to AWS, and faults.

use lambdarium_sim::call::Operation;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::Failure;
use lambdarium_sim::scenario::Act;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use super::{Numbers, qualifier};

/// Some acts, in order of time.
pub fn acts(functions: &[Function], until: Span, n: &mut Numbers) -> Vec<Act> {
    let mut acts: Vec<Act> = (0..n.below(8)).map(|_| act(functions, until, n)).collect();
    acts.sort_by_key(|act| act.at);
    acts
}

/// An act, not always a sensible one.
fn act(functions: &[Function], until: Span, n: &mut Numbers) -> Act {
    let function = &functions[n.below(functions.len() as u64) as usize];
    let operation: Operation = n.choice();
    let mut with = vec![("FunctionName", Value::text(&function.name))];
    let takes_qualifier = match operation {
        Operation::Invoke
        | Operation::GetProvisionedConcurrencyConfig
        | Operation::PutProvisionedConcurrencyConfig
        | Operation::DeleteProvisionedConcurrencyConfig
        | Operation::PutFunctionEventInvokeConfig
        | Operation::UpdateFunctionEventInvokeConfig
        | Operation::GetFunctionEventInvokeConfig
        | Operation::DeleteFunctionEventInvokeConfig => true,
        Operation::GetFunction
        | Operation::GetFunctionConfiguration
        | Operation::DeleteFunction => n.one_in(2),
        Operation::CreateAlias
        | Operation::UpdateAlias
        | Operation::DeleteAlias
        | Operation::GetAlias => {
            return about_alias(operation, function, until, n);
        }
        Operation::SetFault => return set_fault(function, until, n),
        Operation::Publish | Operation::PutEvents | Operation::PutObject => {
            return publish(operation, until, n);
        }
        Operation::CreateEventSourceMapping
        | Operation::UpdateEventSourceMapping
        | Operation::DeleteEventSourceMapping
        | Operation::GetEventSourceMapping
        | Operation::ListEventSourceMappings
        | Operation::SendMessage
        | Operation::SendMessageBatch
        | Operation::SetQueueAttributes => {
            return about_queues(operation, function, until, n);
        }
        Operation::ListFunctionEventInvokeConfigs
        | Operation::ListProvisionedConcurrencyConfigs
        | Operation::ListVersionsByFunction
        | Operation::ListAliases
        | Operation::PutFunctionRecursionConfig
        | Operation::GetFunctionRecursionConfig
        | Operation::GetFunctionConcurrency
        | Operation::PutFunctionConcurrency
        | Operation::DeleteFunctionConcurrency
        | Operation::PublishVersion
        | Operation::UpdateFunctionCode
        | Operation::UpdateFunctionConfiguration
        | Operation::PutRecord
        | Operation::PutItem
        | Operation::DeleteItem
        | Operation::SplitShard
        | Operation::MergeShards
        | Operation::Produce
        | Operation::CreateDeployment
        | Operation::StopDeployment
        | Operation::GetDeployment
        | Operation::PutLifecycleEventHookExecutionStatus
        | Operation::SetAlarmState => n.one_in(8),
    };
    if takes_qualifier && let Some(qualifier) = qualifier(function, n) {
        with.push(("Qualifier", Value::Text(qualifier)));
    }
    with.extend(parameters(n));
    let members = with.into_iter().map(|(key, value)| (key.to_string(), value));
    let parameters = Value::Object(members.collect());
    let at = Instant(n.span(until.0 / 1_000).0);
    Act { at, operation: operation.word().into(), parameters }
}

/// What calls are asked with, each by some of them.
fn parameters(n: &mut Numbers) -> Vec<(&'static str, Value)> {
    let units = n.below(7);
    vec![
        ("ReservedConcurrentExecutions", Value::number(units)),
        ("ProvisionedConcurrentExecutions", Value::number(units)),
        ("ZipFile", Value::Text(n.below(3).to_string())),
        ("Publish", Value::Bool(n.one_in(2))),
        ("Timeout", Value::number(n.from(1, 4))),
        ("MaximumRetryAttempts", Value::number(n.below(4))),
        ("RecursiveLoop", Value::text("Terminate")),
        (
            "InvocationType",
            Value::text(if n.one_in(2) { "Event" } else { "RequestResponse" }),
        ),
        ("Payload", Value::object([("sleep", Value::number(n.below(3)))])),
    ]
}

/// Some acts about versions and aliases, in order of time.
pub fn about_versions(functions: &[Function], until: Span, n: &mut Numbers) -> Vec<Act> {
    let operations = [
        Operation::CreateAlias,
        Operation::UpdateAlias,
        Operation::UpdateAlias,
        Operation::UpdateAlias,
        Operation::DeleteAlias,
        Operation::PublishVersion,
        Operation::UpdateFunctionCode,
        Operation::DeleteFunction,
        Operation::PutProvisionedConcurrencyConfig,
    ];
    let acts = (0..n.from(2, 12)).map(|_| {
        let function = &functions[n.below(functions.len() as u64) as usize];
        let operation = operations[n.below(operations.len() as u64) as usize];
        let mut act = about_alias(operation, function, until, n);
        let qualifier = n.from(1, 4).to_string();
        if let Value::Object(members) = &mut act.parameters {
            members.push(("Qualifier".into(), Value::Text(qualifier)));
            members.push(("ZipFile".into(), Value::Text(n.below(3).to_string())));
            let units = Value::number(n.from(1, 3));
            members.push(("ProvisionedConcurrentExecutions".into(), units));
        }
        act
    });
    let mut acts: Vec<Act> = acts.collect();
    acts.sort_by_key(|act| act.at);
    acts
}

/// Something about an alias; there may be no such alias or version.
fn about_alias(
    operation: Operation,
    function: &Function,
    until: Span,
    n: &mut Numbers,
) -> Act {
    let name = format!("a{}", n.from(1, 3));
    let mut with = vec![
        ("FunctionName", Value::text(&function.name)),
        ("Name", Value::Text(name)),
        ("FunctionVersion", Value::Text(n.from(1, 3).to_string())),
    ];
    if n.one_in(2) {
        let weight = Value::Number(format!("0.{}", n.below(100)));
        let weights = Value::Object(vec![(n.from(1, 3).to_string(), weight)]);
        let routing = Value::object([("AdditionalVersionWeights", weights)]);
        with.push(("RoutingConfig", routing));
    } else if n.one_in(2) {
        with.push(("RoutingConfig", Value::object([])));
    }
    let members = with.into_iter().map(|(key, value)| (key.to_string(), value));
    Act {
        at: Instant(n.span(until.0 / 1_000).0),
        operation: operation.word().into(),
        parameters: Value::Object(members.collect()),
    }
}

/// Something that is sent to a topic, bus or bucket, or to one that there is not.
fn publish(operation: Operation, until: Span, n: &mut Numbers) -> Act {
    let message = Value::object([("sleep", Value::number(n.below(4)))]);
    let bus = [["e", "b", "none"][n.below(3) as usize], "default"][n.below(2) as usize];
    let entry =
        Value::object([("EventBusName", Value::text(bus)), ("Detail", message.clone())]);
    let topic = format!(
        "arn:aws:sns:us-east-1:111111111111:{}",
        ["p", "t", "q"][n.below(3) as usize]
    );
    let parameters = Value::object([
        ("TopicArn", Value::Text(topic)),
        ("Message", message.clone()),
        ("Entries", Value::List(vec![entry; n.below(3) as usize])),
        ("Bucket", Value::text(["u", "o", "none"][n.below(3) as usize])),
        ("Key", Value::text("in/b")),
        ("Body", message),
    ]);
    let at = Instant(n.span(until.0 / 1_000).0);
    Act { at, operation: operation.word().into(), parameters }
}

/// Some acts about queues and what reads them, in order of time.
pub fn about_what_is_read(
    functions: &[Function],
    until: Span,
    n: &mut Numbers,
) -> Vec<Act> {
    let operations = [
        Operation::CreateEventSourceMapping,
        Operation::UpdateEventSourceMapping,
        Operation::UpdateEventSourceMapping,
        Operation::DeleteEventSourceMapping,
        Operation::SendMessage,
        Operation::SendMessageBatch,
        Operation::SetQueueAttributes,
    ];
    let acts = (0..n.below(8)).map(|_| {
        let function = &functions[n.below(functions.len() as u64) as usize];
        let operation = operations[n.below(operations.len() as u64) as usize];
        about_queues(operation, function, until, n)
    });
    let mut acts: Vec<Act> = acts.collect();
    acts.sort_by_key(|act| act.at);
    acts
}

/// Something about a queue, or about what reads it; there may be no such thing.
fn about_queues(
    operation: Operation,
    function: &Function,
    until: Span,
    n: &mut Numbers,
) -> Act {
    let queue = Value::text(["q", "dead", "q", "none"][n.below(4) as usize]);
    let of = format!("{}-to-{}", ["q", "dead"][n.below(2) as usize], function.name);
    let uuid = [of.as_str(), "m", "m2", "none"][n.below(4) as usize];
    let entry = Value::object([
        ("Id", Value::text("a")),
        ("MessageBody", Value::number(n.below(4))),
        ("MessageGroupId", Value::text("g")),
        ("MessageDeduplicationId", Value::Text(n.below(9).to_string())),
    ]);
    let seconds = Value::number(n.below(40));
    let mut members = vec![
        ("FunctionName".to_string(), Value::text(&function.name)),
        ("EventSourceArn".into(), queue.clone()),
        ("QueueUrl".into(), queue),
        ("UUID".into(), Value::text(uuid)),
        ("MessageBody".into(), Value::number(n.below(4))),
        ("MessageGroupId".into(), Value::text("g")),
        ("MessageDeduplicationId".into(), Value::Text(n.below(9).to_string())),
        ("Entries".into(), Value::List(vec![entry])),
        ("Attributes".into(), Value::object([("VisibilityTimeout", seconds)])),
        ("BatchSize".into(), Value::number(n.below(12))),
    ];
    if n.one_in(2) {
        members.push(("Enabled".into(), Value::Bool(n.one_in(2))));
        let window = Value::number(n.below(3));
        members.push(("MaximumBatchingWindowInSeconds".into(), window));
    }
    let at = Instant(n.span(until.0 / 1_000).0);
    let parameters = Value::Object(members);
    Act { at, operation: operation.word().into(), parameters }
}

/// Something that goes wrong from an instant on, or nothing any more.
fn set_fault(function: &Function, until: Span, n: &mut Numbers) -> Act {
    let failure: Failure = n.choice();
    let mut with = vec![("FunctionName", Value::text(&function.name))];
    if n.one_in(4)
        && let Some(qualifier) = qualifier(function, n)
    {
        with.push(("Qualifier", Value::Text(qualifier)));
    }
    if !n.one_in(3) {
        with.push(("Fails", Value::text(failure.word())));
        with.push(("Chance", Value::Number(format!("0.{}", n.below(10)))));
        with.push(("Duration", Value::number(n.below(3))));
    }
    let members = with.into_iter().map(|(key, value)| (key.to_string(), value));
    Act {
        at: Instant(n.span(until.0 / 1_000).0),
        operation: Operation::SetFault.word().into(),
        parameters: Value::Object(members.collect()),
    }
}
