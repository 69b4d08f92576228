//! Calls about what becomes of asynchronous events.
//!
//! Rules: ASY-07, ASY-08, DST-02, DST-03, DST-08.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::constraint::within;
use super::names::{ACCOUNT, FunctionName, arn, arn_of};
use super::operations::{Answer, Desk, invalid};
use super::{Operation, Reply};
use crate::id::FunctionId;
use crate::lambda::event_invoke::Spec;
use crate::plan::{Configured, Plan, Target};
use crate::rule::Rule;
use crate::service::Kind;
use crate::time::Span;
use crate::value::Value;

/// The start of every run, as a Unix time in seconds.
pub(super) const EPOCH: u64 = 1_767_225_600;

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::PutFunctionEventInvokeConfig
            | Operation::UpdateFunctionEventInvokeConfig
            | Operation::GetFunctionEventInvokeConfig
            | Operation::DeleteFunctionEventInvokeConfig
            | Operation::ListFunctionEventInvokeConfigs
    )
}

impl Desk<'_, '_> {
    /// Carries one out.
    pub(super) fn on_event_invoke(
        &mut self,
        operation: Operation,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        let id = self.plan.find_function(&name.name);
        let reads = matches!(
            operation,
            Operation::GetFunctionEventInvokeConfig
                | Operation::DeleteFunctionEventInvokeConfig
        );
        let Some(id) = id else {
            return Err(if reads { none(name) } else { no_function() });
        };
        let qualifier = name.qualifier.as_deref().unwrap_or("$LATEST");
        let there = self.plan.function(id).now(qualifier).cloned();
        if operation == Operation::ListFunctionEventInvokeConfigs {
            return Ok(Some((self.list(id), Rule::Asy07)));
        }
        if operation == Operation::PutFunctionEventInvokeConfig {
            if self.plan.function(id).resolve(qualifier).is_none() {
                return Err(no_function());
            }
            let spec = self.read(id, Spec::default(), with)?;
            if spec == Spec::default() {
                let message = "You must specify at least one of error handling or destination setting.";
                return Err(invalid(message, Rule::Asy08));
            }
            return Ok(Some(self.configure(id, name, spec, Rule::Asy08)));
        }
        let there = there.ok_or_else(|| none(name))?;
        if operation == Operation::UpdateFunctionEventInvokeConfig {
            let spec = self.read(id, there, with)?;
            return Ok(Some(self.configure(id, name, spec, Rule::Asy08)));
        }
        if operation == Operation::DeleteFunctionEventInvokeConfig {
            self.put(id, qualifier, None);
            return Ok(Some((Reply::ok(204, []), Rule::Asy07)));
        }
        let at = self.made_at(id, qualifier);
        Ok(Some((reply(self.plan, name, &there, at), Rule::Asy07)))
    }

    fn configure(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        spec: Spec,
        rule: Rule,
    ) -> (Reply, Rule) {
        let qualifier = name.qualifier.as_deref().unwrap_or("$LATEST");
        self.put(id, qualifier, Some(spec.clone()));
        let spreads = self.plan.settings.config_propagation > Span::ZERO;
        let rule = if spreads { Rule::Asy09 } else { rule };
        (reply(self.plan, name, &spec, self.cx.now.0 / 1_000_000), rule)
    }

    fn put(&mut self, id: FunctionId, qualifier: &str, spec: Option<Spec>) {
        let at = Some(self.cx.now);
        let made = Configured { qualifier: qualifier.into(), spec, at };
        Rc::make_mut(self.plan).function_mut(id).event_invoke.push(made);
    }

    /// When the settings of a qualifier were made, in seconds.
    fn made_at(&self, id: FunctionId, qualifier: &str) -> u64 {
        let made = self.plan.function(id).event_invoke.iter().rev();
        let mut made = made.filter(|made| made.qualifier == qualifier);
        let made = made.next().and_then(|made| made.at);
        made.map_or(0, |at| at.0 / 1_000_000)
    }

    fn list(&self, id: FunctionId) -> Reply {
        let function = self.plan.function(id);
        let mut qualifiers: Vec<&str> = Vec::new();
        for made in &function.event_invoke {
            if !qualifiers.contains(&made.qualifier.as_str()) {
                qualifiers.push(&made.qualifier);
            }
        }
        let all = qualifiers.into_iter().filter_map(|qualifier| {
            let spec = function.now(qualifier)?;
            let name = FunctionName {
                name: function.name().into(),
                qualifier: Some(qualifier.into()),
            };
            let at = self.made_at(id, qualifier);
            Some(Value::Object(reply(self.plan, &name, spec, at).fields))
        });
        let all = Value::List(all.collect());
        Reply::ok(200, [("FunctionEventInvokeConfigs", all)])
    }

    /// What the parameters say, over what was there.
    fn read(
        &self,
        id: FunctionId,
        mut spec: Spec,
        with: &Value,
    ) -> Result<Spec, (Reply, Rule)> {
        if let Some(given) = with.get("MaximumRetryAttempts") {
            let retries = within(given, "maximumRetryAttempts", (0, 2), Rule::Asy10)?;
            spec.retries_max = Some(retries.unsigned_abs());
        }
        if let Some(given) = with.get("MaximumEventAgeInSeconds") {
            let range = (60, 21_600);
            let age = within(given, "maximumEventAgeInSeconds", range, Rule::Asy16)?;
            spec.age_max = Some(Span::seconds(age.unsigned_abs()));
        }
        let Some(config) = with.get("DestinationConfig") else { return Ok(spec) };
        for (key, to, bucket) in [
            ("OnSuccess", &mut spec.on_success, false),
            ("OnFailure", &mut spec.on_failure, true),
        ] {
            let Some(side) = config.get(key) else { continue };
            *to = match side.get("Destination").and_then(Value::as_text) {
                None | Some("") => String::new(),
                Some(arn) => self.destination(id, arn, bucket)?,
            };
        }
        Ok(spec)
    }

    /// The name of the part that an ARN means, if it can be a destination.
    fn destination(
        &self,
        id: FunctionId,
        arn: &str,
        bucket: bool,
    ) -> Result<String, (Reply, Rule)> {
        let wrong = |rule| {
            let message = format!("The destination ARN {arn} is invalid.");
            invalid(message, rule)
        };
        let name = named(arn).ok_or_else(|| wrong(Rule::Dst02))?;
        match self.plan.target(name) {
            Some(Target::Function(other, _)) if other == id => Err(invalid(
                "You can't specify the function as a destination for itself.",
                Rule::Dst08,
            )),
            Some(Target::Function(other, qualifier)) => {
                let function = self.plan.function(other);
                let known =
                    qualifier.name().is_none_or(|q| function.resolve(&q).is_some());
                if known { Ok(name.into()) } else { Err(wrong(Rule::Dst02)) }
            }
            Some(Target::Service(service)) => {
                let service = self.plan.service(service);
                if service.spec.fifo {
                    return Err(wrong(Rule::Dst03));
                }
                let takes = bucket || service.kind != Kind::Bucket;
                if takes { Ok(name.into()) } else { Err(wrong(Rule::Dst02)) }
            }
            None => Err(wrong(Rule::Dst02)),
        }
    }
}

/// The name of the queue or topic that a `DeadLetterConfig` names; empty takes it away.
pub(super) fn dead_letter(plan: &Plan, config: &Value) -> Result<String, (Reply, Rule)> {
    let arn = config.get("TargetArn").and_then(Value::as_text).unwrap_or_default();
    if arn.is_empty() {
        return Ok(String::new());
    }
    let message = format!("The provided dead-letter target {arn} is invalid.");
    let wrong = || invalid(message.clone(), Rule::Dlq01);
    let name = named(arn).ok_or_else(wrong)?;
    match plan.target(name) {
        Some(Target::Service(id)) => {
            let service = plan.service(id);
            let takes = matches!(service.kind, Kind::Queue | Kind::Topic);
            if takes && !service.spec.fifo { Ok(name.into()) } else { Err(wrong()) }
        }
        Some(Target::Function(..)) | None => Err(wrong()),
    }
}

/// The name in an ARN: of a function with its qualifier, or of a service.
pub(super) fn named(arn: &str) -> Option<&str> {
    let rest = arn.strip_prefix("arn:aws:")?;
    let (service, rest) = rest.split_once(':')?;
    let (_, rest) = rest.split_once(':')?;
    let (account, name) = rest.split_once(':')?;
    if !account.is_empty() && account != ACCOUNT {
        return None;
    }
    match service {
        "lambda" => name.strip_prefix("function:"),
        "events" => name.strip_prefix("event-bus/"),
        "sqs" | "sns" | "s3" => Some(name),
        _ => None,
    }
}

/// What a topic of Kafka begins with where it is a destination.
pub(super) const KAFKA: &str = "kafka://";

/// The ARN of what a name means.
pub(super) fn target_arn(plan: &Plan, name: &str) -> String {
    match plan.target(name) {
        Some(Target::Service(id)) => match plan.service(id).kind {
            Kind::Queue => format!("{}:{name}", arn_of("sqs")),
            Kind::Topic => format!("{}:{name}", arn_of("sns")),
            Kind::Bus => format!("{}:event-bus/{name}", arn_of("events")),
            Kind::Bucket => format!("arn:aws:s3:::{name}"),
            Kind::Kinesis => format!("{}:stream/{name}", arn_of("kinesis")),
            Kind::DynamoDb => format!("{}:table/{name}", arn_of("dynamodb")),
            Kind::Msk | Kind::Kafka => format!("{KAFKA}{name}"),
            Kind::Mq => String::from(name),
        },
        Some(Target::Function(..)) | None => arn(name),
    }
}

fn reply(plan: &Plan, name: &FunctionName, spec: &Spec, at: u64) -> Reply {
    let qualifier = name.qualifier.as_deref().unwrap_or("$LATEST");
    let side = |to: &str| {
        if to.is_empty() {
            Value::object([])
        } else {
            Value::object([("Destination", Value::Text(target_arn(plan, to)))])
        }
    };
    let destinations = Value::object([
        ("OnSuccess", side(&spec.on_success)),
        ("OnFailure", side(&spec.on_failure)),
    ]);
    let mut reply = Reply::ok(
        200,
        [
            ("LastModified", Value::number(EPOCH + at)),
            ("FunctionArn", Value::Text(format!("{}:{qualifier}", name.arn()))),
        ],
    );
    let numbers = [
        ("MaximumRetryAttempts", spec.retries_max),
        ("MaximumEventAgeInSeconds", spec.age_max.map(|age| age.0 / Span::SECOND.0)),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            reply.fields.push((key.into(), Value::number(number)));
        }
    }
    reply.fields.push(("DestinationConfig".into(), destinations));
    reply
}

fn none(name: &FunctionName) -> (Reply, Rule) {
    let qualifier = name.qualifier.as_deref().unwrap_or("$LATEST");
    let message = format!(
        "The function {}:{qualifier} doesn't have an EventInvokeConfig",
        name.arn()
    );
    (Reply::error(404, "ResourceNotFoundException", message), Rule::Asy07)
}

fn no_function() -> (Reply, Rule) {
    let message = "The function doesn't exist.";
    (Reply::error(404, "ResourceNotFoundException", message), Rule::Ver15)
}
