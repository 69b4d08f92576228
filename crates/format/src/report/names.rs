//! What things are called in a trace and in a story.

use lambdarium_sim::call::Reply;
use lambdarium_sim::caller::Kind;
use lambdarium_sim::caller::sdk::Trouble;
use lambdarium_sim::id::{
    CallerId, EnvironmentId, FunctionId, Job, Origin, Part, VersionIx,
};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::service;
use lambdarium_sim::trace::{Entry, Log};

use crate::unit::decimal;

/// How far ahead of an act's entry its function may be named.
const LOOK_AHEAD: u32 = 256;

/// What a line is about: a request such as `shop#3` or `you#2`, else a part.
pub fn subject(plan: &Plan, entry: &Entry) -> String {
    entry.job.map_or_else(|| plan.name(entry.part).to_string(), |job| tag(plan, job))
}

fn tag(plan: &Plan, job: Job) -> String {
    match job.origin {
        Origin::Caller(id) => format!("{}#{}", plan.caller(id).name(), job.call),
        Origin::Act(act) => format!("{}#{}", plan.name(Part::Desk), act + 1),
        Origin::Function(id) => format!("{}#{}", plan.function(id).name(), job.call),
        Origin::Service(id) => format!("{}#{}", plan.service(id).name(), job.call),
        Origin::Mapping(id) => format!("{}#{}", plan.mapping(id).name(), job.call),
        Origin::Deployment(id) => format!("{}#{}", plan.group(id).name(), job.call),
    }
}

/// A request in a sentence: `shop` where the caller makes one call, else `shop #3`.
pub fn request(plan: &Plan, job: Job) -> String {
    match job.origin {
        Origin::Caller(id) if calls_once(plan, id) => plan.caller(id).name().to_string(),
        Origin::Caller(id) => format!("{} #{}", plan.caller(id).name(), job.call),
        Origin::Act(act) => format!("your call #{}", act + 1),
        Origin::Function(id) => {
            format!("message #{} of {}", job.call, plan.function(id).name())
        }
        Origin::Service(id) => {
            let service = plan.service(id);
            let what = match service.kind() {
                service::Kind::Topic | service::Kind::Queue | service::Kind::Mq => {
                    "message"
                }
                service::Kind::Bus | service::Kind::Bucket => "event",
                service::Kind::Kinesis
                | service::Kind::DynamoDb
                | service::Kind::Msk
                | service::Kind::Kafka => "record",
            };
            format!("{what} #{} of {}", job.call, service.name())
        }
        Origin::Mapping(id) => {
            format!("batch #{} of {}", job.call, plan.mapping(id).name())
        }
        Origin::Deployment(id) => {
            format!("hook #{} of {}", job.call, plan.group(id).name())
        }
    }
}

fn calls_once(plan: &Plan, id: CallerId) -> bool {
    plan.caller(id).load().calls_expected(plan.until()) <= 1
}

/// Whether a caller pays for its retries from a quota.
pub fn has_quota(plan: &Plan, id: CallerId) -> bool {
    match plan.caller(id).kind() {
        Kind::Sdk(spec) | Kind::Cli(spec) => {
            spec.profile.cost(Trouble::Throttle).is_some()
        }
        Kind::RestApi(_)
        | Kind::HttpApi(_)
        | Kind::FunctionUrl(_)
        | Kind::Alb(_)
        | Kind::StepFunctions(_)
        | Kind::S3(_)
        | Kind::CloudWatchLogs(_)
        | Kind::Ses(_)
        | Kind::Iot(_)
        | Kind::Schedule(_) => false,
    }
}

/// Whether a caller answers a client of its own, with status codes of its own.
pub fn has_client(plan: &Plan, id: CallerId) -> bool {
    match plan.caller(id).kind() {
        Kind::RestApi(_) | Kind::HttpApi(_) | Kind::FunctionUrl(_) | Kind::Alb(_) => true,
        Kind::Sdk(_)
        | Kind::Cli(_)
        | Kind::StepFunctions(_)
        | Kind::S3(_)
        | Kind::CloudWatchLogs(_)
        | Kind::Ses(_)
        | Kind::Iot(_)
        | Kind::Schedule(_) => false,
    }
}

/// A version of a function: `checkout`, or `checkout:2` for a published one.
pub fn version(plan: &Plan, part: Part, version: VersionIx) -> String {
    let name = plan.name(part);
    match part {
        Part::Function(id) if version != VersionIx::LATEST => {
            format!("{name}:{}", plan.function(id).version(version).name())
        }
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_) => name.to_string(),
    }
}

/// An environment on a line: `checkout/1`, `checkout:2/1`.
pub fn environment(
    plan: &Plan,
    part: Part,
    of: VersionIx,
    environment: EnvironmentId,
) -> String {
    format!("{}/{}", version(plan, part, of), environment.0)
}

/// The function that a call made by an act is for: named by what the function does next.
pub fn called_by_act(log: &Log, number: u32) -> Option<FunctionId> {
    let job = log.get(number)?.job?;
    let mut after = log.range(number + 1, number.saturating_add(LOOK_AHEAD));
    after.find_map(|entry| match entry.part {
        Part::Function(id) if entry.job == Some(job) => Some(id),
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_) => None,
    })
}

/// An amount in US dollars; what is too little to be written is not nothing.
pub fn cost(entry: &Entry, micro_usd: u64) -> String {
    if micro_usd == 0 && entry.rule != Rule::Cost04 {
        return "less than 0.000001".to_string();
    }
    decimal(micro_usd, 6)
}

/// The act behind a request, by its place.
pub fn act(job: Job) -> Option<usize> {
    match job.origin {
        Origin::Act(act) => Some(act.into()),
        Origin::Caller(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => None,
    }
}

/// Whether a reply brings the error of a function that ran.
pub fn has_function_error(reply: &Reply) -> bool {
    reply.fields.iter().any(|(key, _)| key == "FunctionError")
}
