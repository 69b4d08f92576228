//! What can be set of a queue, topic, bus or bucket: what reaches it from outside, and the
//! subscriptions, rules or notifications by which functions are told of it.

use lambdarium_sim::knob::Choices;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::service::outlet::{
    FILTER_POLICY, Manner, NOTIFICATIONS, Notification, Outlet, PATTERN, RULES, Rule,
    SUBSCRIPTIONS, Subscription,
};
use lambdarium_sim::service::{Kind, Service, Spec};
use lambdarium_sim::value::Value;

use super::super::deeds;
use super::{NOWHERE, Writer, joined, json, knobs, knobs_of, texts};
use crate::message::{Field, Form, Group, Input};

/// The word for no load of messages from outside.
const NOTHING: &str = "nothing";
/// The word for one.
const SOMETHING: &str = "as below";

/// What reaches a service from outside, as it is chosen.
pub(super) fn received(text: &str) -> Option<Value> {
    (text != NOTHING).then(|| Value::object([]))
}

/// Lets dead-letter queues be chosen from those there are.
pub(super) fn choose_queues(fields: &mut [Field], run: &Run) {
    choose_letters(fields, run, &[Kind::Queue]);
}

/// The same, of services of these kinds.
pub(super) fn choose_letters(fields: &mut [Field], run: &Run, kinds: &[Kind]) {
    choose(fields, run, |service| kinds.contains(&service.kind) && !service.spec.fifo);
}

/// The same, for messages of a queue: its dead-letter queue is of the same type.
fn choose_redrive(fields: &mut [Field], queue: &Service, run: &Run) {
    choose(fields, run, |other| {
        other.kind == queue.kind
            && matches!(other.kind, Kind::Queue | Kind::Mq)
            && other.spec.engine == queue.spec.engine
            && other.spec.fifo == queue.spec.fifo
            && other.name != queue.name
    });
}

fn choose(fields: &mut [Field], run: &Run, fits: impl Fn(&Service) -> bool) {
    let queues = run.scenario.services.iter().filter(|service| fits(service));
    let queues = queues.map(|service| service.name.clone());
    let words: Vec<String> = [NOWHERE.to_string()].into_iter().chain(queues).collect();
    let is_it =
        |field: &&mut Field| field.path.last().is_some_and(|key| key == "dead-letter");
    for field in fields.iter_mut().filter(is_it) {
        field.input = Input::Choice(words.clone());
        field.usual = NOWHERE.into();
        field.allowed = String::new();
    }
}

/// By what a kind of service tells functions of what it receives: the member of its text,
/// and what one is called.
fn outlets(kind: Kind) -> Option<(&'static str, &'static str)> {
    match kind {
        Kind::Topic => Some((SUBSCRIPTIONS, "Subscription")),
        Kind::Bus => Some((RULES, "Rule")),
        Kind::Bucket => Some((NOTIFICATIONS, "Notification")),
        Kind::Queue
        | Kind::Kinesis
        | Kind::DynamoDb
        | Kind::Msk
        | Kind::Kafka
        | Kind::Mq => None,
    }
}

impl Writer<'_> {
    pub(super) fn service(&self, service: &Service, run: &Run) -> Form {
        let at = ["services".to_string(), service.name.clone()];
        let mut fields =
            vec![self.chosen(joined(&at, &["kind"]), "Kind", "", Kind::WORDS)];
        fields.extend(knobs(&service.spec, &texts(&Spec::default()), &at));
        let has = |key: &String| key == "kind" || service.kind.has(key);
        fields.retain(|field| field.path.last().is_some_and(has));
        choose_redrive(&mut fields, service, run);
        let title = service.kind.name().to_string();
        let mut groups = vec![Group { title, fields }];
        if let Some((list, name)) = outlets(service.kind) {
            groups.extend(self.inlet(service, &at));
            let list = joined(&at, &[list]);
            for outlet in &service.outlets {
                groups.push(self.outlet(outlet, &list, name, run));
            }
            groups.push(self.next_outlet(service, &list, name, run));
        } else {
            groups.extend(self.inlet(service, &at));
        }
        Form { groups, deeds: deeds::to_service(service), ..Form::default() }
    }

    /// What reaches it from outside, and when.
    fn inlet(&self, service: &Service, at: &[String]) -> Vec<Group> {
        let inlet = joined(at, &["receives"]);
        let words = [NOTHING, SOMETHING];
        let chosen = self.chosen(inlet.clone(), "Receives", "receives", &words);
        let value = words[usize::from(service.inlet.is_some())].into();
        let mut fields = vec![Field { value, usual: NOTHING.into(), ..chosen }];
        if service.inlet.is_none() {
            return vec![Group { title: "From outside".into(), fields }];
        }
        let payload = joined(&inlet, &["payload"]);
        let value = self.stands(&payload).map(json::write_value_compact);
        fields.push(Field {
            value: value.unwrap_or_default(),
            ..self.typed(payload, "Payload", "payload", "JSON")
        });
        if service.kind == Kind::Bucket {
            let key = joined(&inlet, &["key"]);
            fields.push(Field {
                value: service
                    .inlet
                    .as_ref()
                    .map(|inlet| inlet.key.clone())
                    .unwrap_or_default(),
                ..self.typed(key, "Key", "key", "text; unset is one of its own for each")
            });
        }
        if service.kind.stream().is_some() && service.kind != Kind::Mq {
            let key = joined(&inlet, &["partition-key"]);
            let given = service.inlet.as_ref().map(|inlet| inlet.partition_key.clone());
            fields.push(Field {
                value: given.unwrap_or_default(),
                ..self.typed(
                    key,
                    "Partition key",
                    "key",
                    "text; unset is another for each",
                )
            });
        }
        fields.extend(self.load(&inlet));
        vec![Group { title: "From outside".into(), fields }]
    }

    fn outlet(&self, outlet: &Outlet, list: &[String], name: &str, run: &Run) -> Group {
        let at = joined(list, &[&outlet.name]);
        let mut calls = self.calls(&at, run);
        if let Input::Choice(words) = &mut calls.input
            && !words.contains(&outlet.target)
        {
            words.push(outlet.target.clone());
        }
        let filter = |key: &str, label: &str| {
            self.typed(joined(&at, &[key]), label, "filter", "JSON; unset is everything")
        };
        let mut fields = vec![calls];
        match &outlet.manner {
            Manner::Subscription(spec) => {
                fields.push(filter(FILTER_POLICY, "Filter policy"));
                let usual = texts(&Subscription::default());
                fields.extend(knobs_of(SUBSCRIPTIONS, spec, &usual, &at));
            }
            Manner::Rule(spec) => {
                fields.push(filter(PATTERN, "Event pattern"));
                fields.extend(knobs_of(RULES, spec, &texts(&Rule::default()), &at));
            }
            Manner::Notification(spec) => {
                let usual = texts(&Notification::default());
                fields.extend(knobs_of(NOTIFICATIONS, spec, &usual, &at));
            }
        }
        choose_queues(&mut fields, run);
        Group { title: format!("{name} {}", outlet.name), fields }
    }

    /// The one that is added by choosing what it calls.
    fn next_outlet(
        &self,
        service: &Service,
        list: &[String],
        name: &str,
        run: &Run,
    ) -> Group {
        let word = name.to_lowercase();
        let mut numbered = (1..).map(|number: u32| format!("{word}-{number}"));
        let is_free = |name: &String| !service.outlets.iter().any(|o| o.name == *name);
        let unused = numbered.find(is_free).unwrap_or_default();
        let fields = vec![self.calls(&joined(list, &[&unused]), run)];
        Group { title: format!("Another {word}"), fields }
    }

    /// The function that a subscription or rule calls; none takes it away.
    fn calls(&self, at: &[String], run: &Run) -> Field {
        let functions = run.scenario.functions.iter().map(|f| f.name.as_str());
        let words: Vec<&str> = [NOWHERE].into_iter().chain(functions).collect();
        let field = self.chosen(joined(at, &["calls"]), "Calls", "outlet.calls", &words);
        Field { usual: NOWHERE.into(), ..field }
    }
}
