//! What mappings read in a case: sources with their records.
//!
//! A record is sent by a call, as a step of its own: so it can be sent at a time or once
//! something holds, and its identifier stands in the answer. Another kind of source needs its
//! service in [`service`], the call that sends a record to it in [`send`], and the path of
//! that call's answer in [`crate::observe`].

use lambdarium_sim::call::{Operation, arn_of};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::behaviour::Condition;
use lambdarium_sim::service::stream::table::View;
use lambdarium_sim::service::{DeduplicationScope, Kind, Service, Spec};
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Value;

use super::destination::Services;
use super::step::{Role, Step, When};
use crate::case::{
    Members, Unsupported, count, instant, list, seconds, switch, text, unsupported,
};

/// Most records of one source.
const RECORDS_MAX: u64 = 5_000;

/// A source of a case.
pub struct Source {
    /// The service's name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The shortest time that a message of it stays hidden, if it is a queue.
    pub visibility: Option<Span>,
    /// What it is.
    pub of: Of,
}

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A standard queue.
    Queue,
    /// A queue that keeps order.
    Fifo,
    /// A Kinesis stream.
    Kinesis,
    /// A table with a stream.
    DynamoDb,
}

impl Of {
    /// Where something that a record of a stream holds stands in it; messages say that
    /// themselves. An item has its type beside each value.
    #[must_use]
    pub fn led(self, path: &str, kind: &str) -> String {
        let plain = path.trim_start_matches("$.");
        let plain = plain.strip_prefix("json.").unwrap_or(plain);
        match self {
            Self::Queue | Self::Fifo => path.into(),
            Self::Kinesis => format!("$.kinesis.data.{plain}"),
            Self::DynamoDb => format!("$.dynamodb.NewImage.{plain}.{kind}"),
        }
    }

    /// Leads a condition on what a record holds to where that stands.
    pub fn lead(self, condition: &mut Condition) {
        let kind = match &condition.value {
            Value::Bool(_) => "BOOL",
            Value::Number(_) => "N",
            Value::Null | Value::Text(_) | Value::List(_) | Value::Object(_) => "S",
        };
        condition.path = self.led(&condition.path, kind);
        if let (Self::DynamoDb, Value::Number(number)) = (self, &condition.value) {
            // A number of an item is a text in its record.
            condition.value = Value::text(number);
        }
    }

    /// By which key a case names it, and what it is called where it does not.
    const fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::Queue | Self::Fifo => ("queue", "source"),
            Self::Kinesis => ("stream", "stream"),
            Self::DynamoDb => ("table", "table"),
        }
    }

    fn arn(self, name: &str) -> String {
        match self {
            Self::Queue | Self::Fifo => format!("{}:{name}", arn_of("sqs")),
            Self::Kinesis => format!("{}:stream/{name}", arn_of("kinesis")),
            Self::DynamoDb => format!("{}:table/{name}", arn_of("dynamodb")),
        }
    }
}

/// A record that is sent to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What the case calls it.
    pub label: String,
    /// The source's name.
    pub source: String,
    /// Labels of those that are sent with it, if it belongs to a batch of the case.
    pub batch: Option<String>,
}

/// All sources of a case.
#[derive(Default)]
pub struct Sources {
    /// The sources.
    pub all: Vec<Source>,
    /// Their records, each sent by the step at the same place in `sends`.
    pub records: Vec<Record>,
    /// The steps that send them, with the sentences that say when.
    pub sends: Vec<(Step, Option<String>)>,
    /// Lanes of partition keys, where a case gives them.
    pub lanes: Vec<(String, u32)>,
}

/// Where records are sent to.
#[derive(Clone, Copy)]
struct Target<'a> {
    name: &'a str,
    of: Of,
    /// The partition key of a table.
    key: &'a str,
    /// The label of a batch, and when it is sent.
    batch: Option<(&'a str, Option<&'a Value>)>,
}

/// Reads one source or a list of them.
///
/// # Errors
/// Names what is not supported.
pub fn read_all(
    place: &str,
    value: &Value,
    services: &mut Services,
) -> Result<Sources, Unsupported> {
    let mut sources = Sources::default();
    match value {
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                read(&format!("{place}[{at}]"), item, services, &mut sources)?;
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => read(place, value, services, &mut sources)?,
    }
    Ok(sources)
}

fn read(
    place: &str,
    value: &Value,
    services: &mut Services,
    sources: &mut Sources,
) -> Result<(), Unsupported> {
    let mut members = Members::of(place, value)?;
    let kind = members.read("type", text)?.unwrap_or("sqs");
    let of = match kind {
        "sqs" => Of::Queue,
        "sqs-fifo" => Of::Fifo,
        "kinesis" => Of::Kinesis,
        "dynamodb" => Of::DynamoDb,
        other => return unsupported(format!("{place}.type: {other}")),
    };
    let (key, usual) = of.named();
    let name = members.read(key, text)?.unwrap_or(usual).to_string();
    let records = members.take("records");
    let source = match of {
        Of::Queue | Of::Fifo => service(&mut members, &name, of == Of::Fifo, services)?,
        Of::Kinesis | Of::DynamoDb => stream(&mut members, &name, of, records)?,
    };
    sources.lanes.extend(members.read("lanes", lanes)?.unwrap_or_default());
    let key = source.spec.partition_key.clone();
    let target = Target { name: &name, of, key: &key, batch: None };
    let hides = matches!(of, Of::Queue | Of::Fifo);
    sources.all.push(Source {
        arn: of.arn(&name),
        visibility: hides.then_some(source.spec.visibility),
        name: name.clone(),
        of,
    });
    services.put(source);
    if let Some(records) = records {
        let place = members.place("records");
        read_records(&place, records, target, sources)?;
    }
    for (at, batch) in
        members.read("batches", list)?.unwrap_or_default().iter().enumerate()
    {
        let mut members = Members::of(format!("{place}.batches[{at}]"), batch)?;
        let label = members.read("label", text)?.unwrap_or_default().to_string();
        let when = members.take("at");
        let place = members.place("records");
        let records = members.take("records").cloned().unwrap_or_default();
        members.finish()?;
        let target = Target { batch: Some((label.as_str(), when)), ..target };
        read_records(&place, &records, target, sources)?;
    }
    members.finish()
}

/// The queue itself, and the one its messages go to when they were received too often.
fn service(
    members: &mut Members<'_>,
    name: &str,
    fifo: bool,
    services: &mut Services,
) -> Result<Service, Unsupported> {
    let mut spec = Spec { fifo, ..Spec::default() };
    for (key, to) in [
        ("VisibilityTimeout", &mut spec.visibility),
        ("DelaySeconds", &mut spec.delay),
        ("MessageRetentionPeriod", &mut spec.retention),
    ] {
        if let Some(span) = members.read(key, seconds)? {
            *to = span;
        }
    }
    let later = members.read("visibilityChangedAfterCreate", switch)?;
    spec.shortened = later.unwrap_or(false);
    let same = members.read("ContentBasedDeduplication", switch)?;
    spec.content_dedup = same.unwrap_or(false);
    if let Some(scope) = members.read("DeduplicationScope", text)? {
        spec.dedup_scope = match scope {
            "queue" => DeduplicationScope::Queue,
            "messageGroup" => DeduplicationScope::MessageGroup,
            other => return unsupported(members.place(other)),
        };
    }
    let redrive = members.read("redrive", |place, value| {
        let mut members = Members::of(place, value)?;
        let dlq = members.read("dlq", text)?.unwrap_or("dlq").to_string();
        let most = members.read("maxReceiveCount", count)?;
        members.finish()?;
        Ok((dlq, most))
    })?;
    if let Some((dlq, most)) = redrive {
        spec.receives_max = most.unwrap_or(spec.receives_max);
        let mut letters = Service::new(&dlq, Kind::Queue);
        letters.spec.fifo = fifo;
        services.put(letters);
        spec.dead_letter = dlq;
    }
    let mut queue = Service::new(name, Kind::Queue);
    queue.spec = spec;
    Ok(queue)
}

/// A stream, or a table with one.
fn stream(
    members: &mut Members<'_>,
    name: &str,
    of: Of,
    records: Option<&Value>,
) -> Result<Service, Unsupported> {
    let kind = if of == Of::Kinesis { Kind::Kinesis } else { Kind::DynamoDb };
    let mut stream = Service::new(name, kind);
    if let Some(shards) = members.read("shards", count)? {
        stream.spec.shards = shards;
    }
    if let Some(hours) = members.read("RetentionPeriodHours", count)? {
        stream.spec.kept = Span(Span::HOUR.0.saturating_mul(hours));
    }
    if let Some(view) = members.read("StreamViewType", text)? {
        let Some(view) = View::from_word(view) else {
            return unsupported(members.place(view));
        };
        stream.spec.view = view;
    }
    // Where a case does not say which attribute is the key, it is the first of an item.
    let first = |records: &Value| match records {
        Value::List(records) => match records.first()?.get("put")? {
            Value::Object(attributes) => Some(attributes.first()?.0.clone()),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => None,
        },
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Object(_) => None,
    };
    let key = members.read("key", text)?.map(ToString::to_string);
    if let Some(key) = key.or_else(|| first(records?)) {
        stream.spec.partition_key = key;
    }
    Ok(stream)
}

/// Lanes of partition keys, or of items by their keys.
fn lanes(place: &str, value: &Value) -> Result<Vec<(String, u32)>, Unsupported> {
    let lanes = Members::of(place, value)?.take_all().into_iter().map(|(key, lane)| {
        match u32::try_from(count(place, lane)?) {
            Ok(lane) => Ok((key.to_string(), lane)),
            Err(_) => unsupported(format!("{place}.{key}")),
        }
    });
    lanes.collect()
}

/// Reads records: a list of them, or how many there are that nothing is said about.
fn read_records(
    place: &str,
    value: &Value,
    target: Target<'_>,
    sources: &mut Sources,
) -> Result<(), Unsupported> {
    let many: Vec<Value>;
    let items = match value {
        Value::Number(_) => {
            let number = count(place, value)?;
            if number > RECORDS_MAX {
                return unsupported(format!("{place}: more than {RECORDS_MAX} records"));
            }
            let prefix = target.batch.map_or("", |(label, _)| label);
            let record = |at| {
                let label = format!("{prefix}{at}");
                Value::object([("label", Value::Text(label))])
            };
            many = (1..=number).map(record).collect();
            &many[..]
        }
        Value::Null
        | Value::Bool(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_) => list(place, value)?,
    };
    for (at, item) in items.iter().enumerate() {
        let members = Members::of(format!("{place}[{at}]"), item)?;
        send(members, target, sources)?;
    }
    Ok(())
}

/// The call that sends a record.
fn send(
    mut members: Members<'_>,
    target: Target<'_>,
    sources: &mut Sources,
) -> Result<(), Unsupported> {
    let Target { name, of, key, batch } = target;
    let number = sources.records.len() + 1;
    let label = members
        .read("label", text)?
        .map_or_else(|| format!("record {number}"), Into::into);
    let at = members.take("at").or_else(|| batch.and_then(|(_, at)| at));
    let place = members.place("at");
    let (operation, parameters) = match of {
        Of::Queue | Of::Fifo => message(&mut members, name, of, &label, number)?,
        Of::Kinesis => {
            let partition = members.read("partitionKey", text)?.unwrap_or(&label);
            let mut data = None;
            for word in ["json", "data", "body"] {
                data = data.or(members.take(word));
            }
            let parameters = vec![
                ("StreamName".to_string(), Value::text(name)),
                ("PartitionKey".into(), Value::text(partition)),
                ("Data".into(), data.cloned().unwrap_or_else(|| Value::text(&label))),
            ];
            (Operation::PutRecord, parameters)
        }
        Of::DynamoDb => {
            let plain = members.take("json");
            let put = members.take("put").cloned();
            let item = put.unwrap_or_else(|| item(key, &label, plain));
            let parameters =
                vec![("TableName".to_string(), Value::text(name)), ("Item".into(), item)];
            (Operation::PutItem, parameters)
        }
    };
    members.finish()?;
    let (when, sentence) = match at {
        None => (When::Next, None),
        Some(Value::Text(sentence)) => (When::Next, Some(sentence.clone())),
        Some(at) => (When::At(instant(&place, at)?), None),
    };
    let step = Step {
        id: format!("record {number} of {name}"),
        operation,
        parameters: Value::Object(parameters),
        when,
        times: 1,
        role: Role::Record,
    };
    let batch = batch.map(|(label, _)| label.to_string());
    sources.records.push(Record { label, source: name.into(), batch });
    sources.sends.push((step, sentence));
    Ok(())
}

/// An item that a case tells of as plain JSON, or not at all: its key is its label, unless
/// it says so itself.
fn item(key: &str, label: &str, plain: Option<&Value>) -> Value {
    let mut attributes: Vec<(String, Value)> = Vec::new();
    if let Some(Value::Object(members)) = plain {
        attributes
            .extend(members.iter().map(|(name, value)| (name.clone(), typed(value))));
    }
    if !attributes.iter().any(|(name, _)| name == key) {
        attributes.insert(0, (key.into(), typed(&Value::text(label))));
    }
    Value::Object(attributes)
}

/// A value of an item, with its type beside it.
fn typed(value: &Value) -> Value {
    match value {
        Value::Null => Value::object([("NULL", Value::Bool(true))]),
        Value::Bool(_) => Value::object([("BOOL", value.clone())]),
        Value::Number(number) => Value::object([("N", Value::text(number))]),
        Value::Text(_) => Value::object([("S", value.clone())]),
        Value::List(items) => {
            Value::object([("L", Value::List(items.iter().map(typed).collect()))])
        }
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.clone(), typed(value)));
            Value::object([("M", Value::Object(members.collect()))])
        }
    }
}

/// What sends a message to a queue.
fn message(
    members: &mut Members<'_>,
    name: &str,
    of: Of,
    label: &str,
    number: usize,
) -> Result<(Operation, Vec<(String, Value)>), Unsupported> {
    let body = members.take("body").or_else(|| members.take("json"));
    let group = members.read("group", text)?;
    let deduplication = members.read("deduplicationId", text)?;
    let delay = members.take("DelaySeconds");
    let mut parameters = vec![
        ("QueueUrl".to_string(), Value::text(name)),
        ("MessageBody".into(), body.cloned().unwrap_or_else(|| Value::text(label))),
    ];
    parameters.extend(delay.map(|delay| ("DelaySeconds".into(), delay.clone())));
    if of == Of::Fifo {
        let group = Value::text(group.unwrap_or("default"));
        // Every record of a case is a message of its own, unless it says otherwise.
        let same = format!("{label}-{number}");
        let same = Value::text(deduplication.unwrap_or(&same));
        parameters.push(("MessageGroupId".into(), group));
        parameters.push(("MessageDeduplicationId".into(), same));
    }
    Ok((Operation::SendMessage, parameters))
}
