//! Who sends requests to a function, and the call that sends one more of them.

use lambdarium_sim::call::Operation;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::service::outlet::{Inlet, Manner, Outlet};
use lambdarium_sim::service::{Kind, Service};
use lambdarium_sim::value::{Payload, Value};

/// What requests are told apart by where their payload does not say.
const SOME: (&str, &str) = ("id", "3");
/// The key of an object where nothing says one.
const KEY: &str = "object";

pub(super) type Parameters = Vec<(String, Value)>;

/// A call, and what the code sees that gets what it sends.
pub(super) struct Sent {
    pub(super) operation: Operation,
    pub(super) parameters: Parameters,
    /// Where the payload stands in what the code gets, and the payload.
    seen: (&'static str, Value),
}

impl Sent {
    /// By what some requests can be told from others: the first thing their payload says.
    pub(super) fn some(&self) -> Value {
        let (place, payload) = &self.seen;
        let said = match payload {
            Value::Object(members) => members.iter().find(|(_, value)| {
                matches!(value, Value::Number(_) | Value::Text(_) | Value::Bool(_))
            }),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_) => None,
        };
        let usual = (SOME.0.to_string(), Value::Number(SOME.1.into()));
        let (key, value) = said.unwrap_or(&usual);
        let path = Value::Text([place, ".", key].concat());
        Value::object([("Path", path), ("Value", value.clone())])
    }
}

/// One more request to a function, as its usual caller sends it.
pub(super) fn to_function(run: &Run, function: &Function) -> Sent {
    let is_this = |target: &str| {
        let (name, _) = target.split_once(':').unwrap_or((target, ""));
        name == function.name
    };
    let scenario = &run.scenario;
    if let Some(caller) = scenario.callers.iter().find(|caller| is_this(&caller.target)) {
        let later = caller.kind.is_asynchronous();
        return invocation(&caller.target, Some(&caller.payload), later);
    }
    for service in &scenario.services {
        let outlet = service.outlets.iter().find(|outlet| is_this(&outlet.target));
        if let Some(outlet) = outlet {
            return to_service(service, Some(outlet)).unwrap_or_else(|| {
                let payload = service.inlet.as_ref().map(|inlet| &inlet.payload);
                invocation(&outlet.target, payload, true)
            });
        }
    }
    // What no caller calls is told of things by other functions, or by nobody.
    invocation(&function.name, None, is_told(run, &is_this))
}

fn invocation(target: &str, payload: Option<&Payload>, later: bool) -> Sent {
    let mut parameters = vec![("FunctionName".to_string(), Value::text(target))];
    if later {
        parameters.push(("InvocationType".into(), Value::text("Event")));
    }
    // Of a payload that is only so large there is nothing to send.
    let payload = payload.and_then(Payload::json).filter(|value| **value != Value::Null);
    parameters.extend(payload.map(|value| ("Payload".to_string(), value.clone())));
    let seen = ("$", payload.cloned().unwrap_or_default());
    Sent { operation: Operation::Invoke, parameters, seen }
}

/// One more message, event or object, such as reaches a service from outside; none where
/// nothing can be sent to it that way.
pub(super) fn to_service(service: &Service, outlet: Option<&Outlet>) -> Option<Sent> {
    let inlet = service.inlet.clone().unwrap_or_default();
    let payload = inlet.payload.value();
    let name = Value::text(&service.name);
    let (operation, parameters, seen) = match service.kind {
        Kind::Queue
        | Kind::Kinesis
        | Kind::DynamoDb
        | Kind::Msk
        | Kind::Kafka
        | Kind::Mq => return None,
        Kind::Topic => {
            let mut parameters = vec![("TopicArn", name), ("Message", payload.clone())];
            let attributes = attributes(&inlet);
            parameters.extend(attributes.map(|all| ("MessageAttributes", all)));
            (Operation::Publish, parameters, ("$.Records.0.Sns.Message", payload))
        }
        Kind::Bus => {
            // Only an event in EventBridge's own form can be put on a bus as it is.
            let detail = payload.get("detail")?.clone();
            let of = |key: &str| payload.get(key).cloned().unwrap_or(Value::text(""));
            let entry = Value::object([
                ("EventBusName", name),
                ("Source", of("source")),
                ("DetailType", of("detail-type")),
                ("Detail", detail.clone()),
            ]);
            let parameters = vec![("Entries", Value::List(vec![entry]))];
            (Operation::PutEvents, parameters, ("$.detail", detail))
        }
        Kind::Bucket => {
            let key = key(&inlet, outlet);
            let object = Value::object([("key", Value::text(&key))]);
            let parameters =
                vec![("Bucket", name), ("Key", Value::Text(key)), ("Body", payload)];
            (Operation::PutObject, parameters, ("$.Records.0.s3.object", object))
        }
    };
    let parameters = parameters.into_iter().map(|(key, value)| (key.into(), value));
    Some(Sent { operation, parameters: parameters.collect(), seen })
}

/// A key that a notification is about.
fn key(inlet: &Inlet, outlet: Option<&Outlet>) -> String {
    if !inlet.key.is_empty() {
        return inlet.key.clone();
    }
    match outlet.map(|outlet| &outlet.manner) {
        Some(Manner::Notification(spec)) => [&spec.prefix, KEY, &spec.suffix].concat(),
        Some(Manner::Subscription(_) | Manner::Rule(_)) | None => KEY.into(),
    }
}

/// The attributes of a message as a call words them; lists have no words there.
fn attributes(inlet: &Inlet) -> Option<Value> {
    let worded = inlet.attributes.iter().filter_map(|(name, value)| {
        let (kind, text) = match value {
            Value::Number(text) => ("Number", text),
            Value::Text(text) => ("String", text),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => {
                return None;
            }
        };
        let (kind, text) = (Value::text(kind), Value::text(text));
        let value = Value::object([("DataType", kind), ("StringValue", text)]);
        Some((name.clone(), value))
    });
    let worded: Parameters = worded.collect();
    (!worded.is_empty()).then_some(Value::Object(worded))
}

/// Whether a function gets events from others.
fn is_told(run: &Run, is_this: &impl Fn(&str) -> bool) -> bool {
    run.scenario.functions.iter().any(|other| {
        let records = other.event_invoke.iter();
        let mut records =
            records.flat_map(|(_, spec)| [&spec.on_success, &spec.on_failure]);
        records.any(|target| is_this(target)) || is_this(&other.spec.behaviour.sends)
    })
}
