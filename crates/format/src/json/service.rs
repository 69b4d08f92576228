//! A service as JSON, with what reaches it and where it passes that on.

use lambdarium_sim::knob::{Choices, Knobs};
use lambdarium_sim::limits;
use lambdarium_sim::service::outlet::{
    FILTER_POLICY, Inlet, Manner, NOTIFICATIONS, Notification, Outlet, PATTERN, RULES,
    Rule, SUBSCRIPTIONS, Subscription,
};
use lambdarium_sim::service::parcel::Post;
use lambdarium_sim::service::stream::part::Put;
use lambdarium_sim::service::{Kind, Service, Spec};
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;

use super::caller::{read_load, read_payload, write_load, write_payload};
use super::function::listed;
use super::reader::{Fields, Reader, one_of};
use super::stream::{self, read_record, read_write};
use super::{Members, TARGET_MAX, instant_value, items, json, knobs, span_value};

/// Records that are put into a Kinesis stream.
const RECORDS: &str = "records";
/// Writes to a table.
const WRITES: &str = "writes";
/// Messages that reach a queue from outside.
const MESSAGES: &str = "messages";
/// The group of a message.
const GROUP: &str = "group";
/// What tells it from others.
const DEDUPLICATION: &str = "deduplication-id";
/// Longest of both, in bytes.
pub(crate) const IDENTITY_MAX: usize = 128;

/// How an item of a list of what is put into a stream is read.
type ReadPut = fn(&mut Reader, &Value) -> Option<Put>;

pub(super) fn read(
    reader: &mut Reader,
    name: &str,
    mut fields: Fields<'_>,
) -> Option<Service> {
    let fits = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
    let kind =
        fields.require(reader, "kind", &Kind::WORDS.join(", "), |reader, value| {
            let word = value.as_text().unwrap_or_default();
            let kind = Kind::from_word(word);
            if kind.is_none() {
                reader.refuse(value, one_of(word, Kind::WORDS));
            }
            kind
        });
    let mut spec = Spec::default();
    knobs::read(&mut spec, &mut fields, reader);
    let inlet = fields.read(reader, "receives", read_inlet);
    let mut outlets = Vec::new();
    let subscriptions = fields.read(reader, SUBSCRIPTIONS, |reader, value| {
        let pattern = Some(FILTER_POLICY);
        read_outlets(reader, value, SUBSCRIPTIONS, pattern, Manner::Subscription)
    });
    outlets.extend(subscriptions.unwrap_or_default());
    let rules = fields.read(reader, RULES, |reader, value| {
        read_outlets(reader, value, RULES, Some(PATTERN), Manner::Rule)
    });
    outlets.extend(rules.unwrap_or_default());
    let notifications = fields.read(reader, NOTIFICATIONS, |reader, value| {
        read_outlets(reader, value, NOTIFICATIONS, None, Manner::Notification)
    });
    outlets.extend(notifications.unwrap_or_default());
    let posts = fields.read_with_events(reader, MESSAGES, |reader, value| {
        items(reader, value, limits::POSTS_MAX, read_post)
    });
    let mut puts: Vec<Put> = Vec::new();
    for (list, read_put) in [(RECORDS, read_record as ReadPut), (WRITES, read_write)] {
        let read = fields.read_with_events(reader, list, |reader, value| {
            items(reader, value, limits::POSTS_MAX, read_put)
        });
        puts.extend(read.into_iter().flatten());
    }
    fields.finish(reader);
    let kind = kind?;
    let posts = posts.into_iter().flatten().collect();
    let puts = puts.into_iter().collect();
    fits.then(|| Service { name: name.into(), kind, spec, inlet, outlets, posts, puts })
}

fn read_inlet(reader: &mut Reader, value: &Value) -> Option<Inlet> {
    let mut fields = Fields::of(reader.object(value)?);
    let payload = read_payload(&mut fields, reader);
    let key = fields.read(reader, "key", |reader, value| {
        reader.text(value, limits::OBJECT_KEY_BYTES_MAX)
    });
    let attributes = fields.read(reader, "attributes", |reader, value| {
        listed(reader, value, "attributes", |reader, name, value| {
            Some((name.to_string(), json(reader, value)?))
        })
    });
    let load = fields.read(reader, "load", read_load).unwrap_or_default();
    let (group, deduplication) = read_identity(&mut fields, reader);
    let partition_key = stream::read_partition_key(&mut fields, reader);
    let partition_keys = fields.read(reader, stream::PARTITION_KEYS, |reader, value| {
        reader.count(value, 1, limits::PARTITION_KEYS_MAX)
    });
    fields.finish(reader);
    Some(Inlet {
        payload,
        key: key.unwrap_or_default(),
        attributes: attributes.unwrap_or_default(),
        load,
        group,
        deduplication,
        partition_key,
        partition_keys,
    })
}

/// The group of a message, and what tells it from others.
fn read_identity(fields: &mut Fields<'_>, reader: &mut Reader) -> (String, String) {
    let text = |reader: &mut Reader, value: &Value| reader.text(value, IDENTITY_MAX);
    let group = fields.read(reader, GROUP, text);
    let deduplication = fields.read(reader, DEDUPLICATION, text);
    (group.unwrap_or_default(), deduplication.unwrap_or_default())
}

fn read_post(reader: &mut Reader, value: &Value) -> Option<Post> {
    let mut fields = Fields::of(reader.object(value)?);
    let at = fields.read(reader, "at", Reader::instant).unwrap_or_default();
    let payload = read_payload(&mut fields, reader);
    let (group, deduplication) = read_identity(&mut fields, reader);
    let delay = fields.read(reader, "delay", Reader::span);
    fields.finish(reader);
    Some(Post { at, payload, group, deduplication, delay })
}

fn write_post(post: &Post) -> Value {
    let Post { at, payload, group, deduplication, delay } = post;
    let mut members = Members::default();
    if *at != Instant::START {
        members.put("at", instant_value(*at));
    }
    write_payload(payload, &mut members);
    members.put_text(GROUP, group, "");
    members.put_text(DEDUPLICATION, deduplication, "");
    if let Some(delay) = delay {
        members.put("delay", span_value(*delay));
    }
    members.value()
}

fn read_outlets<S: Knobs>(
    reader: &mut Reader,
    value: &Value,
    what: &str,
    pattern: Option<&'static str>,
    manner: fn(S) -> Manner,
) -> Option<Vec<Outlet>> {
    listed(reader, value, what, |reader, name, value| {
        let fits = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
        let mut fields = Fields::of(reader.object(value)?);
        let target =
            fields.require(reader, "calls", "the function it calls", |reader, value| {
                reader.text(value, TARGET_MAX)
            });
        let pattern = pattern.and_then(|key| fields.read(reader, key, json));
        let mut spec = S::default();
        knobs::read(&mut spec, &mut fields, reader);
        fields.finish(reader);
        let (name, manner) = (name.to_string(), manner(spec));
        let target = target?;
        fits.then_some(Outlet { name, target, pattern, manner })
    })
}

pub(super) fn write(service: &Service) -> Value {
    let mut members = Members::default();
    members.put("kind", Value::text(service.kind.word()));
    knobs::write(&service.spec, &Spec::default(), &mut members);
    if let Some(inlet) = &service.inlet {
        members.put("receives", write_inlet(inlet));
    }
    members.put_list(MESSAGES, &service.posts, write_post);
    let list = if service.kind == Kind::DynamoDb { WRITES } else { RECORDS };
    members.put_list(list, &service.puts, stream::write);
    for list in [SUBSCRIPTIONS, RULES, NOTIFICATIONS] {
        let outlets = service.outlets.iter().filter(|one| one.manner.list() == list);
        let outlets: Vec<&Outlet> = outlets.collect();
        members.put_all(list, &outlets, |outlet| {
            (outlet.name.clone(), write_outlet(outlet))
        });
    }
    members.value()
}

fn write_inlet(inlet: &Inlet) -> Value {
    let Inlet {
        payload,
        key,
        attributes,
        load,
        group,
        deduplication,
        partition_key,
        partition_keys,
    } = inlet;
    let mut members = Members::default();
    write_payload(payload, &mut members);
    if !key.is_empty() {
        members.put("key", Value::text(key));
    }
    members.put_all("attributes", attributes, Clone::clone);
    if *load != Default::default() {
        members.put("load", write_load(load));
    }
    members.put_text(GROUP, group, "");
    members.put_text(DEDUPLICATION, deduplication, "");
    members.put_text(stream::PARTITION_KEY, partition_key, "");
    if let Some(keys) = partition_keys {
        members.put(stream::PARTITION_KEYS, Value::number(*keys));
    }
    members.value()
}

fn write_outlet(outlet: &Outlet) -> Value {
    let mut members = Members::default();
    members.put("calls", Value::text(&outlet.target));
    if let (Some(pattern), Some(key)) = (&outlet.pattern, outlet.manner.pattern_key()) {
        members.put(key, pattern.clone());
    }
    match &outlet.manner {
        Manner::Subscription(spec) => {
            knobs::write(spec, &Subscription::default(), &mut members);
        }
        Manner::Rule(spec) => knobs::write(spec, &Rule::default(), &mut members),
        Manner::Notification(spec) => {
            knobs::write(spec, &Notification::default(), &mut members);
        }
    }
    members.value()
}
