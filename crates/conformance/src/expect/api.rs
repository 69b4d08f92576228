//! Expected answers of AWS's interface, step by step.

use lambdarium_sim::call::{Operation, Reply};
use lambdarium_sim::id::{Job, Origin};
use lambdarium_sim::value::{Payload, Value};

use super::{Comparison, shown};
use crate::case::{Members, Unsupported, count, list, text, unsupported};
use crate::given::Work;
use crate::placeholder::{Names, matches};
use crate::verdict::Difference;

/// Compares the answers of all steps named.
pub fn compare(on: &mut Comparison<'_>, expected: &Value) -> Result<(), Unsupported> {
    let steps = match &on.setting.work {
        Work::Steps(steps) => &steps[..],
        Work::Calls(_) => &[],
    };
    for (id, expected) in Members::of("expect.api", expected)?.take_all() {
        let place = format!("api.{id}");
        let Some(at) = steps.iter().position(|step| step.id == id) else {
            return unsupported(format!("expect.{place}: no step of this id"));
        };
        for sender in &on.played.senders[at] {
            let Origin::Act(act) = *sender else {
                return unsupported(format!("expect.{place}: the answer of an SDK"));
            };
            match on.played.recording.log().replies(act.into()) {
                [] => on.differ(&place, "an answer", "none"),
                [reply, ..] => {
                    let answer =
                        Answer { place: &place, operation: steps[at].operation, act };
                    answer.compare(on, reply, expected)?;
                }
            }
        }
    }
    Ok(())
}

/// What the simulator knows of a mapping.
const MAPPING: [&str; 22] = [
    "UUID",
    "EventSourceMappingArn",
    "EventSourceArn",
    "FunctionArn",
    "LastModified",
    "LastProcessingResult",
    "State",
    "StateTransitionReason",
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "TumblingWindowInSeconds",
    "StartingPosition",
];

/// What it knows of an alias.
const ALIAS: [&str; 6] =
    ["AliasArn", "Name", "FunctionVersion", "Description", "RoutingConfig", "RevisionId"];

/// What it knows of a version.
const CONFIGURATION: [&str; 11] = [
    "FunctionName",
    "FunctionArn",
    "Version",
    "Description",
    "MemorySize",
    "Timeout",
    "State",
    "LastUpdateStatus",
    "CodeSha256",
    "RevisionId",
    "DeadLetterConfig",
];

/// The fields of an answer that the simulator knows; of others it cannot say whether they
/// are there.
const fn fields(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Invoke => &["StatusCode", "ExecutedVersion", "FunctionError"],
        Operation::GetFunctionConcurrency | Operation::PutFunctionConcurrency => {
            &["ReservedConcurrentExecutions"]
        }
        Operation::PutFunctionEventInvokeConfig
        | Operation::UpdateFunctionEventInvokeConfig
        | Operation::GetFunctionEventInvokeConfig => &[
            "LastModified",
            "FunctionArn",
            "MaximumRetryAttempts",
            "MaximumEventAgeInSeconds",
            "DestinationConfig",
        ],
        Operation::ListFunctionEventInvokeConfigs => &["FunctionEventInvokeConfigs"],
        Operation::ListProvisionedConcurrencyConfigs => {
            &["ProvisionedConcurrencyConfigs"]
        }
        Operation::ListVersionsByFunction => &["Versions"],
        Operation::ListAliases => &["Aliases"],
        Operation::GetFunction => &["Configuration", "Concurrency"],
        Operation::DeleteAlias => &[],
        Operation::CreateAlias | Operation::UpdateAlias | Operation::GetAlias => &ALIAS,
        Operation::PutFunctionRecursionConfig | Operation::GetFunctionRecursionConfig => {
            &["RecursiveLoop"]
        }
        Operation::Publish => &["MessageId"],
        Operation::PutEvents => &["FailedEntryCount", "Entries"],
        Operation::PutObject => &["ETag"],
        Operation::PutRecord => &["ShardId", "SequenceNumber"],
        Operation::Produce => &["Partition", "Offset"],
        Operation::SetFault
        | Operation::PutItem
        | Operation::DeleteItem
        | Operation::SplitShard
        | Operation::MergeShards
        | Operation::DeleteFunctionConcurrency
        | Operation::DeleteFunctionEventInvokeConfig
        | Operation::DeleteProvisionedConcurrencyConfig => &[],
        Operation::GetProvisionedConcurrencyConfig
        | Operation::PutProvisionedConcurrencyConfig => &[
            "RequestedProvisionedConcurrentExecutions",
            "AvailableProvisionedConcurrentExecutions",
            "AllocatedProvisionedConcurrentExecutions",
            "Status",
            "StatusReason",
        ],
        Operation::CreateEventSourceMapping
        | Operation::UpdateEventSourceMapping
        | Operation::DeleteEventSourceMapping
        | Operation::GetEventSourceMapping => &MAPPING,
        Operation::ListEventSourceMappings => &["EventSourceMappings"],
        Operation::SendMessage => &["MD5OfMessageBody", "MessageId", "SequenceNumber"],
        Operation::SendMessageBatch => &["Successful", "Failed"],
        Operation::CreateDeployment => &["deploymentId"],
        Operation::StopDeployment => &["status", "statusMessage"],
        Operation::GetDeployment => &["deploymentInfo"],
        Operation::PutLifecycleEventHookExecutionStatus => {
            &["lifecycleEventHookExecutionId"]
        }
        Operation::DeleteFunction
        | Operation::SetQueueAttributes
        | Operation::SetAlarmState => &[],
        Operation::GetFunctionConfiguration
        | Operation::PublishVersion
        | Operation::UpdateFunctionCode
        | Operation::UpdateFunctionConfiguration => &CONFIGURATION,
    }
}

/// What stands under a key in each item of a list.
fn named(items: &Value, key: &str) -> Value {
    let Value::List(items) = items else { return Value::Null };
    let all = items.iter().map(|item| item.get(key).cloned().unwrap_or_default());
    Value::List(all.collect())
}

/// Whether the answers of steps have one and the same RevisionId, or each another.
fn revisions(
    on: &mut Comparison<'_>,
    expected: &Value,
    same: bool,
) -> Result<(), Unsupported> {
    let place = if same { "sameRevisionId" } else { "differentRevisionId" };
    let mut found: Vec<String> = Vec::new();
    for id in list(&format!("expect.{place}"), expected)? {
        let id = text(place, id)?;
        let steps = on.setting.steps();
        let Some(at) = steps.iter().position(|step| step.id == id) else {
            return unsupported(format!("expect.{place}: no step {id}"));
        };
        let replies = on.played.senders[at].iter().filter_map(|sender| match *sender {
            Origin::Act(act) => on.played.recording.log().replies(act.into()).first(),
            Origin::Caller(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => None,
        });
        for reply in replies {
            let fields = Value::Object(reply.fields.clone());
            let revision =
                fields.at("RevisionId").or_else(|| fields.at("Configuration.RevisionId"));
            let Some(revision) = revision.and_then(Value::as_text) else {
                on.differ(place, "a RevisionId", format!("none ({id})"));
                return Ok(());
            };
            found.push(revision.into());
        }
    }
    let all = found.len();
    found.sort_unstable();
    found.dedup();
    let expected = if same { all.min(1) } else { all };
    on.same(place, expected, found.len(), ToString::to_string);
    Ok(())
}

/// The answers that have one and the same RevisionId.
pub fn same_revision(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    revisions(on, expected, true)
}

/// The answers that have each another RevisionId.
pub fn different_revision(
    on: &mut Comparison<'_>,
    expected: &Value,
) -> Result<(), Unsupported> {
    revisions(on, expected, false)
}

/// One answer that is compared.
struct Answer<'a> {
    place: &'a str,
    operation: Operation,
    act: u16,
}

impl Answer<'_> {
    fn compare(
        &self,
        on: &mut Comparison<'_>,
        reply: &Reply,
        expected: &Value,
    ) -> Result<(), Unsupported> {
        let place = self.place;
        let mut members = Members::of(format!("expect.{place}"), expected)?;
        let mut names = Names::new();
        let http = members.read("http", count)?;
        let error = members.take("error");
        if let Some(http) = http {
            let got = u64::from(reply.http);
            on.same(format!("{place}.http"), http, got, ToString::to_string);
        } else if error.is_none() && reply.is_error() {
            on.differ(place, "a success", format!("{} {}", reply.http, reply.code));
        }
        if let Some(error) = error {
            self.error(on, reply, error, &mut names)?;
        }
        if let Some(response) = members.take("response") {
            self.response(on, reply, response, &mut names)?;
        }
        if let Some(payload) = members.take("payload") {
            self.payload(on, reply, payload, &mut names)?;
        }
        for (key, all, of) in
            [("versions", "Versions", "Version"), ("aliases", "Aliases", "Name")]
        {
            if let Some(expected) = members.take(key) {
                let got = self.field(reply, all)?.map(|items| named(items, of));
                let got = got.unwrap_or_default();
                if !matches(expected, &got, &mut names)? {
                    on.differ(format!("{place}.{key}"), shown(expected), shown(&got));
                }
            }
        }
        let absent = members.read("absent", list)?.unwrap_or_default();
        for field in absent {
            let field = text(&members.place("absent"), field)?;
            if let Some(found) = self.field(reply, field)? {
                on.differ(format!("{place}.absent"), format!("no {field}"), shown(found));
            }
        }
        if let Some(kind) = members.read("initializationType", text)? {
            self.initialization(on, kind);
        }
        members.finish()
    }

    fn error(
        &self,
        on: &mut Comparison<'_>,
        reply: &Reply,
        expected: &Value,
        names: &mut Names,
    ) -> Result<(), Unsupported> {
        let place = format!("{}.error", self.place);
        let mut members = Members::of(format!("expect.{place}"), expected)?;
        if let Some(code) = members.read("code", text)? {
            let got = if reply.is_error() { &reply.code } else { "a success" };
            on.same(format!("{place}.code"), code, got, |code| (*code).to_string());
        }
        for (key, field) in [("reason", "Reason"), ("type", "Type")] {
            if let Some(expected) = members.take(key) {
                let got = reply.fields.iter().find(|(known, _)| known == field);
                let got = got.map_or(&Value::Null, |(_, value)| value);
                if !matches(expected, got, names)? {
                    on.differ(format!("{place}.{key}"), shown(expected), shown(got));
                }
            }
        }
        if let Some(constraints) = members.read("constraintCount", count)? {
            let (number, rest) = reply.message.split_once(' ').unwrap_or_default();
            let errors = rest.starts_with("validation error");
            let got = if errors { number.parse().unwrap_or(0) } else { 0 };
            let place = format!("{place}.constraintCount");
            on.same(place, constraints, got, ToString::to_string);
        }
        if let Some(expected) = members.take("message") {
            let got = Value::text(&reply.message);
            if reply.is_error() && !matches(expected, &got, names)? {
                let place = format!("{place}.message");
                let (expected, got) = (shown(expected), shown(&got));
                on.wording.push(Difference { place, expected, got });
            }
        }
        members.finish()
    }

    /// A field of the answer, by its name or by a path.
    fn field<'r>(
        &self,
        reply: &'r Reply,
        path: &str,
    ) -> Result<Option<&'r Value>, Unsupported> {
        let (name, rest) = path.split_once('.').unwrap_or((path, "$"));
        if !fields(self.operation).contains(&name) {
            return unsupported(format!("field {path} of {}", self.operation.word()));
        }
        let found = reply.fields.iter().find(|(key, _)| key == name);
        Ok(found.and_then(|(_, value)| value.at(rest)))
    }

    fn response(
        &self,
        on: &mut Comparison<'_>,
        reply: &Reply,
        expected: &Value,
        names: &mut Names,
    ) -> Result<(), Unsupported> {
        let place = format!("{}.response", self.place);
        for (key, expected) in
            Members::of(format!("expect.{place}"), expected)?.take_all()
        {
            match self.field(reply, key)? {
                Some(got) if matches(expected, got, names)? => {}
                Some(got) => {
                    on.differ(format!("{place}.{key}"), shown(expected), shown(got));
                }
                None => on.differ(format!("{place}.{key}"), shown(expected), "nothing"),
            }
        }
        Ok(())
    }

    fn payload(
        &self,
        on: &mut Comparison<'_>,
        reply: &Reply,
        expected: &Value,
        names: &mut Names,
    ) -> Result<(), Unsupported> {
        if self.operation != Operation::Invoke {
            return unsupported(format!("expect.{}.payload", self.place));
        }
        let place = format!("{}.payload", self.place);
        match &reply.payload {
            Some(Payload::Json(got)) => {
                if !matches(expected, got, names)? {
                    on.differ(place, shown(expected), shown(got));
                }
            }
            Some(Payload::Bytes(count)) => {
                on.differ(place, shown(expected), format!("{count} bytes"));
            }
            None => on.differ(place, shown(expected), "no payload"),
        }
        Ok(())
    }

    /// What the handler would read from `AWS_LAMBDA_INITIALIZATION_TYPE`.
    fn initialization(&self, on: &mut Comparison<'_>, expected: &str) {
        let job = Job { origin: Origin::Act(self.act), call: 1 };
        let run = on.observed.runs.iter().find(|run| run.job == job);
        let got = match run {
            Some(run) if run.provisioned => "provisioned-concurrency",
            Some(_) => "on-demand",
            None => "no run",
        };
        let place = format!("{}.initializationType", self.place);
        on.same(place, expected, got, |kind| (*kind).to_string());
    }
}
