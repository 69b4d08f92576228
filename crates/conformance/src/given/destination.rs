//! Where functions of a case send things: `sqs:failures`, `lambda:fn2`.

use lambdarium_sim::call::{ACCOUNT, Operation, arn, arn_of};
use lambdarium_sim::lambda::{Function, Spec};
use lambdarium_sim::service::{Kind, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;

use super::step::{Role, Step, When};
use crate::case::{Members, Unsupported, text, unsupported};

/// The step that a case calls its set-up of asynchronous invocation.
const PUT: &str = "putConfig";

/// The services that targets name.
#[derive(Default)]
pub struct Services(Vec<Service>);

impl Services {
    fn add(&mut self, kind: Kind, name: &str) {
        if !self.0.iter().any(|service| service.name == name) {
            self.0.push(Service::new(name, kind));
        }
    }

    /// Adds what a target names; a function must be there already.
    ///
    /// # Errors
    /// It is of no known kind.
    pub fn add_named(
        &mut self,
        target: &str,
        functions: &[Function],
    ) -> Result<(), Unsupported> {
        if target.is_empty() {
            return Ok(());
        }
        match take_apart(target)? {
            (Some(kind), name) => self.add(kind, name),
            (None, name) if functions.iter().any(|function| function.name == name) => {}
            (None, name) => return unsupported(format!("a function {name} as a target")),
        }
        Ok(())
    }

    /// Adds a service with settings, in the place of one that was only named.
    pub fn put(&mut self, service: Service) {
        match self.0.iter_mut().find(|other| other.name == service.name) {
            Some(other) => *other = service,
            None => self.0.push(service),
        }
    }

    /// Adds the service that a target names, if it names one.
    ///
    /// # Errors
    /// It is of no known kind.
    pub fn add_target(&mut self, target: &str) -> Result<(), Unsupported> {
        if let (Some(kind), name) = take_apart(target)? {
            self.add(kind, name);
        }
        Ok(())
    }

    /// How long messages of the queue with this ARN stay hidden.
    #[must_use]
    pub fn visibility(&self, arn: &str) -> Option<Span> {
        let is_it = |service: &&Service| {
            service.kind == Kind::Queue
                && target_arn(Some(service.kind), &service.name) == arn
        };
        self.0.iter().find(is_it).map(|queue| queue.spec.visibility)
    }

    /// All that were named.
    #[must_use]
    pub fn into_services(self) -> Vec<Service> {
        self.0
    }
}

/// What kind of service a target names, and its name; none is a function.
///
/// # Errors
/// It is of no known kind.
pub fn take_apart(target: &str) -> Result<(Option<Kind>, &str), Unsupported> {
    match target.split_once(':') {
        Some(("sqs", name)) => Ok((Some(Kind::Queue), name)),
        Some(("sns", name)) => Ok((Some(Kind::Topic), name)),
        Some(("eventbridge", name)) => Ok((Some(Kind::Bus), name)),
        Some(("s3", name)) => Ok((Some(Kind::Bucket), name)),
        Some(("kinesis", name)) => Ok((Some(Kind::Kinesis), name)),
        // A table's stream is not named by itself.
        Some(("dynamodb", "stream")) => Ok((Some(Kind::DynamoDb), "table")),
        Some(("dynamodb", name)) => Ok((Some(Kind::DynamoDb), name)),
        Some(("lambda", name)) => Ok((None, name)),
        Some(_) | None => unsupported(format!("target {target}")),
    }
}

/// The names that the simulator knows targets by.
pub fn plain_names(spec: &mut Spec) {
    for name in [&mut spec.dead_letter, &mut spec.behaviour.sends] {
        if let Some((_, plain)) = name.split_once(':') {
            *name = plain.to_string();
        }
    }
}

/// The call that sets up asynchronous invocation.
///
/// # Errors
/// Names what is not supported.
pub fn put_config(
    place: &str,
    value: &Value,
    services: &mut Services,
) -> Result<Step, Unsupported> {
    let mut members = Members::of(place, value)?;
    let mut parameters = vec![("FunctionName".to_string(), Value::text("fn"))];
    for key in
        ["FunctionName", "Qualifier", "MaximumRetryAttempts", "MaximumEventAgeInSeconds"]
    {
        if let Some(value) = members.take(key) {
            parameters.retain(|(other, _)| other != key);
            parameters.push((key.into(), value.clone()));
        }
    }
    let mut config = Vec::new();
    for key in ["OnSuccess", "OnFailure"] {
        if let Some(target) = members.read(key, text)? {
            services.add_target(target)?;
            let arn = Value::Text(target_arn_of(target)?);
            config.push((key.to_string(), Value::object([("Destination", arn)])));
        }
    }
    members.finish()?;
    if !config.is_empty() {
        parameters.push(("DestinationConfig".into(), Value::Object(config)));
    }
    Ok(Step {
        id: PUT.into(),
        operation: Operation::PutFunctionEventInvokeConfig,
        parameters: Value::Object(parameters),
        when: When::At(Instant::START),
        times: 1,
        role: Role::SetUp,
    })
}

/// The ARN of a target as a case names it.
///
/// # Errors
/// It is of no known kind.
pub fn target_arn_of(target: &str) -> Result<String, Unsupported> {
    let (kind, name) = take_apart(target)?;
    Ok(target_arn(kind, name))
}

/// The ARN of a target.
fn target_arn(kind: Option<Kind>, name: &str) -> String {
    match kind {
        Some(Kind::Queue) => format!("{}:{name}", arn_of("sqs")),
        Some(Kind::Topic) => format!("{}:{name}", arn_of("sns")),
        Some(Kind::Bus) => format!("{}:event-bus/{name}", arn_of("events")),
        Some(Kind::Bucket) => format!("arn:aws:s3:::{name}"),
        Some(Kind::Kinesis) => format!("{}:stream/{name}", arn_of("kinesis")),
        Some(Kind::DynamoDb) => format!("{}:table/{name}", arn_of("dynamodb")),
        Some(Kind::Msk | Kind::Kafka) => format!("kafka://{name}"),
        Some(Kind::Mq) => name.into(),
        None if name.contains(ACCOUNT) => name.into(),
        None => arn(name),
    }
}
