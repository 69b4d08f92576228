//! Steps of a case: calls of AWS's interface, in order.

use lambdarium_sim::call::Operation;
use lambdarium_sim::knob::Choices;
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;

use super::destination::Services;
use super::function::without_placeholders;
use super::mapping::{self, Mappings};
use super::moment::{self, Condition, Named};
use super::source::Sources;
use crate::case::{Members, Unsupported, count, instant, list, text, unsupported};

/// Most calls one case may make.
const CALLS_MAX: u64 = 60_000;
/// Most steps of one case.
const STEPS_MAX: usize = 200;

/// What a step is to a case. At one instant they come in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It sets up what the case gives.
    SetUp,
    /// It sends a record to a source.
    Record,
    /// It is a step of the case.
    Call,
}

/// When a step begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So early that what it asks for has come about at t = 0.
    SetUp,
    /// When the one before was answered, and what it asked for has settled.
    Next,
    /// At this time since t = 0.
    At(Instant),
    /// Once this holds.
    Once(Condition),
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its id.
    pub id: String,
    /// What it asks for.
    pub operation: Operation,
    /// With these parameters, in the simulator's words.
    pub parameters: Value,
    /// When.
    pub when: When,
    /// So many equal calls at once.
    pub times: u64,
    /// What it is to the case.
    pub role: Role,
}

/// What steps may be about, besides functions.
pub struct Around<'a> {
    /// The sources with their records.
    pub sources: &'a Sources,
    /// The mappings.
    pub mappings: &'a mut Mappings,
    /// All services.
    pub services: &'a mut Services,
    /// Calls that have to come before a step of the case.
    pub before: Vec<Step>,
}

/// Reads the steps.
///
/// # Errors
/// Names what is not supported.
pub fn read_all(
    place: &str,
    value: &Value,
    around: &mut Around<'_>,
) -> Result<Vec<Step>, Unsupported> {
    let items = list(place, value)?;
    if items.len() > STEPS_MAX {
        return unsupported(format!("{place}: more than {STEPS_MAX} steps"));
    }
    let mut steps: Vec<Step> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let step = read(&format!("{place}[{at}]"), item, &steps, around)?;
        if steps.iter().any(|other| other.id == step.id) {
            return unsupported(format!("{place}: two steps {:?}", step.id));
        }
        steps.push(step);
    }
    let calls = steps.iter().map(|step| step.times).fold(0, u64::saturating_add);
    if calls > CALLS_MAX {
        return unsupported(format!("{place}: {calls} calls, at most {CALLS_MAX}"));
    }
    Ok(steps)
}

fn read(
    place: &str,
    value: &Value,
    before: &[Step],
    around: &mut Around<'_>,
) -> Result<Step, Unsupported> {
    let mut members = Members::of(place, value)?;
    members.take("note");
    let id = members.read("id", text)?.unwrap_or(place).to_string();
    let word = members.read("op", text)?.unwrap_or_default();
    let Some(operation) = Operation::from_word(word) else {
        return unsupported(format!("operation {word} (step {id})"));
    };
    let times = members.read("times", count)?.unwrap_or(1);
    let mut at = members.take("at");
    let precondition = members.read("precondition", text)?;
    let empty = Value::object([]);
    let with = members.take("params").unwrap_or(&empty);
    members.finish()?;
    let mut parameters = Members::of(format!("{place}.params"), with)?;
    // Some cases say when among the parameters.
    at = at.or(parameters.take("at"));
    let when = match at {
        None => When::Next,
        Some(Value::Text(sentence)) => {
            let named: Vec<Named<'_>> = before.iter().map(Named::of).collect();
            When::Once(moment::read(sentence, &named, &around.sources.records)?)
        }
        Some(value) => When::At(instant(&format!("{place}.at"), value)?),
    };
    let mut precondition = precondition;
    precondition = precondition.or(parameters.read("precondition", text)?);
    let parameters = if operation.is_about_mappings() {
        let (parameters, set_up) =
            mapping::step(operation, parameters, precondition, around)?;
        around.before.extend(set_up);
        parameters
    } else if precondition.is_some() {
        return unsupported(format!("{place}.precondition"));
    } else {
        translate(operation, parameters)?
    };
    if times == 0 {
        return unsupported(format!("{place}.times: 0"));
    }
    Ok(Step { id, operation, parameters, when, times, role: Role::Call })
}

/// Stands for the hash or the revision that is there when a step begins.
pub const CURRENT: &str = "<current>";

/// How the parameters of a message are called.
const MESSAGE: &[(&str, &str)] = &[
    ("QueueUrl", "QueueUrl"),
    ("MessageBody", "MessageBody"),
    ("DelaySeconds", "DelaySeconds"),
    ("MessageGroupId", "MessageGroupId"),
    ("MessageDeduplicationId", "MessageDeduplicationId"),
];

/// How the settings of a function are called.
const CONFIGURATION: &[(&str, &str)] = &[
    ("RevisionId", "RevisionId"),
    ("config", "Environment"),
    ("Description", "Description"),
    ("Timeout", "Timeout"),
    ("MemorySize", "MemorySize"),
];

/// How a parameter is called in a case and in the simulator.
const fn names(operation: Operation) -> &'static [(&'static str, &'static str)] {
    match operation {
        Operation::Invoke => &[
            ("Qualifier", "Qualifier"),
            ("InvocationType", "InvocationType"),
            ("Payload", "Payload"),
        ],
        Operation::GetFunctionConcurrency | Operation::DeleteFunctionConcurrency => &[],
        Operation::PutFunctionConcurrency => {
            &[("ReservedConcurrentExecutions", "ReservedConcurrentExecutions")]
        }
        Operation::PutProvisionedConcurrencyConfig => &[
            ("Qualifier", "Qualifier"),
            ("ProvisionedConcurrentExecutions", "ProvisionedConcurrentExecutions"),
        ],
        Operation::PutFunctionEventInvokeConfig
        | Operation::UpdateFunctionEventInvokeConfig => &[
            ("Qualifier", "Qualifier"),
            ("MaximumRetryAttempts", "MaximumRetryAttempts"),
            ("MaximumEventAgeInSeconds", "MaximumEventAgeInSeconds"),
            ("DestinationConfig", "DestinationConfig"),
        ],
        Operation::GetProvisionedConcurrencyConfig
        | Operation::DeleteProvisionedConcurrencyConfig
        | Operation::GetFunctionEventInvokeConfig
        | Operation::DeleteFunctionEventInvokeConfig
        | Operation::GetFunction
        | Operation::GetFunctionConfiguration
        | Operation::DeleteFunction => &[("Qualifier", "Qualifier")],
        Operation::ListFunctionEventInvokeConfigs
        | Operation::ListVersionsByFunction
        | Operation::ListProvisionedConcurrencyConfigs
        // Cases say what a function does otherwise: this is no call to AWS.
        | Operation::SetFault
        | Operation::Produce
        | Operation::GetFunctionRecursionConfig => &[],
        Operation::PutFunctionRecursionConfig => &[("RecursiveLoop", "RecursiveLoop")],
        Operation::Publish
        | Operation::PutEvents
        | Operation::PutObject
        | Operation::SendMessage
        | Operation::SendMessageBatch
        | Operation::SetQueueAttributes => names_of_services(operation),
        // They have readers of their own.
        Operation::CreateDeployment
        | Operation::StopDeployment
        | Operation::GetDeployment
        | Operation::PutLifecycleEventHookExecutionStatus
        | Operation::SetAlarmState
        | Operation::CreateEventSourceMapping
        | Operation::UpdateEventSourceMapping
        | Operation::DeleteEventSourceMapping
        | Operation::GetEventSourceMapping
        | Operation::ListEventSourceMappings => &[],
        Operation::PutRecord
        | Operation::PutItem
        | Operation::DeleteItem
        | Operation::SplitShard
        | Operation::MergeShards => names_of_streams(operation),
        Operation::PublishVersion
        | Operation::UpdateFunctionCode
        | Operation::ListAliases
        | Operation::CreateAlias
        | Operation::UpdateAlias
        | Operation::DeleteAlias
        | Operation::GetAlias => names_of_versions(operation),
        Operation::UpdateFunctionConfiguration => CONFIGURATION,
    }
}

/// The same of calls that publish versions and name them.
const fn names_of_versions(
    operation: Operation,
) -> &'static [(&'static str, &'static str)] {
    if matches!(operation, Operation::PublishVersion) {
        &[
            ("Description", "Description"),
            ("CodeSha256", "CodeSha256"),
            ("RevisionId", "RevisionId"),
        ]
    } else if matches!(operation, Operation::UpdateFunctionCode) {
        &[("code", "Code"), ("Publish", "Publish"), ("RevisionId", "RevisionId")]
    } else if matches!(operation, Operation::ListAliases) {
        &[("FunctionVersion", "FunctionVersion")]
    } else {
        &[
            ("Name", "Name"),
            ("FunctionVersion", "FunctionVersion"),
            ("RoutingConfig", "RoutingConfig"),
            ("Description", "Description"),
            ("RevisionId", "RevisionId"),
        ]
    }
}

/// The same of calls on topics, buses, buckets and queues.
const fn names_of_services(
    operation: Operation,
) -> &'static [(&'static str, &'static str)] {
    if matches!(operation, Operation::Publish) {
        &[
            ("TopicArn", "TopicArn"),
            ("Message", "Message"),
            ("MessageAttributes", "MessageAttributes"),
        ]
    } else if matches!(operation, Operation::PutEvents) {
        &[("Entries", "Entries")]
    } else if matches!(operation, Operation::PutObject) {
        &[("Bucket", "Bucket"), ("Key", "Key"), ("Body", "Body")]
    } else if matches!(operation, Operation::SendMessage) {
        MESSAGE
    } else if matches!(operation, Operation::SendMessageBatch) {
        &[("QueueUrl", "QueueUrl"), ("Entries", "Entries")]
    } else {
        &[("QueueUrl", "QueueUrl"), ("Attributes", "Attributes")]
    }
}

/// The same of calls on streams and tables, which have no names of their own.
const fn names_of_streams(
    operation: Operation,
) -> &'static [(&'static str, &'static str)] {
    if matches!(operation, Operation::PutRecord) {
        &[
            ("StreamName", "StreamName"),
            ("PartitionKey", "PartitionKey"),
            ("Data", "Data"),
        ]
    } else if matches!(operation, Operation::PutItem) {
        &[("TableName", "TableName"), ("Item", "Item")]
    } else if matches!(operation, Operation::DeleteItem) {
        &[("TableName", "TableName"), ("Key", "Key")]
    } else if matches!(operation, Operation::SplitShard) {
        &[
            ("StreamName", "StreamName"),
            ("ShardToSplit", "ShardToSplit"),
            ("NewStartingHashKey", "NewStartingHashKey"),
        ]
    } else {
        &[
            ("StreamName", "StreamName"),
            ("ShardToMerge", "ShardToMerge"),
            ("AdjacentShardToMerge", "AdjacentShardToMerge"),
        ]
    }
}

/// The routing of an alias: weights of versions, and nothing else.
fn check_routing(place: &str, value: &Value) -> Result<(), Unsupported> {
    let mut members = Members::of(place, value)?;
    let weights = members.take("AdditionalVersionWeights");
    members.finish()?;
    let Some(Value::Object(weights)) = weights else { return Ok(()) };
    let is_version = |key: &str| {
        key == "$LATEST" || !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit())
    };
    match weights.iter().find(|(key, _)| !is_version(key)) {
        Some((key, _)) => unsupported(format!("{place}: {key}")),
        None => Ok(()),
    }
}

fn translate(
    operation: Operation,
    mut members: Members<'_>,
) -> Result<Value, Unsupported> {
    let name = members.take("FunctionName").cloned();
    let name = name.unwrap_or_else(|| Value::text("fn"));
    let mut parameters = vec![("FunctionName".to_string(), name)];
    for (key, known) in names(operation) {
        if let Some(value) = members.take(key) {
            if *known == "RoutingConfig" {
                check_routing(&members.place(key), value)?;
            }
            let is_known_later = matches!(*known, "CodeSha256" | "RevisionId")
                && value.as_text() == Some(CURRENT);
            if !is_known_later {
                without_placeholders(&members.place(key), value)?;
            }
            parameters.push(((*known).into(), value.clone()));
        }
    }
    members.finish()?;
    let parameters = Value::Object(parameters);
    let kind = parameters.get("InvocationType").and_then(Value::as_text);
    match kind {
        None | Some("RequestResponse" | "DryRun" | "Event") => Ok(parameters),
        Some(other) => unsupported(format!("InvocationType {other}")),
    }
}
