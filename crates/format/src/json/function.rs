//! A function as JSON. A version lists only what differs from the function itself.

use lambdarium_sim::Given;
use lambdarium_sim::lambda::event_invoke;
use lambdarium_sim::lambda::{
    Alias, Function, Provisioned, Routing, Shared, Spec, Version,
};
use lambdarium_sim::limits;
use lambdarium_sim::value::Value;

use super::reader::{Fields, Reader};
use super::{Members, behaviour, knobs};
use crate::unit::decimal;

const LATEST: &str = "$LATEST";
/// Settings for events that ask for no version or alias.
const ASYNC: &str = "async";
/// The version that an alias with weights leads to.
const FUNCTION_VERSION: &str = "function-version";
/// The version that gets a share of the requests.
const WEIGHTS: &str = "additional-version-weights";
/// Settings for those that do.
const ASYNC_OF: &str = "async-of";

pub(super) fn read(
    reader: &mut Reader,
    name: &str,
    mut fields: Fields<'_>,
) -> Option<Function> {
    let named = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
    let spec = read_spec(Spec::default(), &mut fields, reader);
    let mut shared = Shared::default();
    knobs::read(&mut shared, &mut fields, reader);
    let versions = fields.read(reader, "versions", |reader, value| {
        listed(reader, value, "versions", |reader, number, value| {
            read_version(reader, number, value, &spec)
        })
    });
    let aliases = fields
        .read(reader, "aliases", |r, value| listed(r, value, "aliases", read_alias));
    let provisioned = fields.read(reader, "provisioned", |reader, value| {
        listed(reader, value, "entries", |reader, qualifier, value| {
            let fits =
                reader.at_most(qualifier.len(), limits::NAME_MAX, "bytes of a name");
            let count = reader.count(value, 1, 1_000_000)?;
            fits.then(|| Provisioned { qualifier: qualifier.into(), count })
        })
    });
    let own = fields.read_with_events(reader, ASYNC, read_event_invoke);
    let others = fields.read_with_events(reader, ASYNC_OF, |reader, value| {
        listed(reader, value, "qualifiers", |reader, qualifier, value| {
            let fits =
                reader.at_most(qualifier.len(), limits::NAME_MAX, "bytes of a name");
            let spec = read_event_invoke(reader, value)?;
            fits.then(|| (qualifier.to_string(), spec))
        })
    });
    let own = own.map(|spec| (LATEST.to_string(), spec));
    let event_invoke = own.into_iter().chain(others.unwrap_or_default()).collect();
    fields.finish(reader);
    named.then(|| Function {
        event_invoke,
        name: name.into(),
        spec,
        shared,
        versions: versions.unwrap_or_default(),
        aliases: aliases.unwrap_or_default(),
        provisioned: provisioned.unwrap_or_default(),
    })
}

/// What becomes of asynchronous events.
fn read_event_invoke(reader: &mut Reader, value: &Value) -> Option<event_invoke::Spec> {
    let mut spec = event_invoke::Spec::default();
    let mut fields = Fields::of(reader.object(value)?);
    knobs::read(&mut spec, &mut fields, reader);
    fields.finish(reader);
    Some(spec)
}

fn write_event_invoke(spec: &event_invoke::Spec) -> Value {
    let mut members = Members::default();
    knobs::write(spec, &event_invoke::Spec::default(), &mut members);
    members.value()
}

/// What a version freezes, over the settings it is based on.
fn read_spec(mut spec: Spec, fields: &mut Fields<'_>, reader: &mut Reader) -> Spec {
    knobs::read(&mut spec, fields, reader);
    behaviour::read(&mut spec.behaviour, fields, reader);
    spec
}

/// An object whose keys are names or numbers of the same kind of thing.
pub(super) fn listed<T>(
    reader: &mut Reader,
    value: &Value,
    what: &str,
    mut read: impl FnMut(&mut Reader, &str, &Value) -> Option<T>,
) -> Option<Vec<T>> {
    let members = reader.object(value)?;
    if !reader.at_most(members.len(), limits::LIST_MAX, what) {
        return None;
    }
    let read = members
        .iter()
        .map(|(key, value)| reader.within(key, |reader| read(reader, key, value)));
    let read = read.collect();
    Some(reader.found(read))
}

fn read_version(
    reader: &mut Reader,
    number: &str,
    value: &Value,
    latest: &Spec,
) -> Option<Version> {
    let parsed = number_of(number);
    if parsed.is_none() {
        reader.wrong(&format!("{number:?}"), "the number of a version, from 1");
    }
    let mut fields = Fields::of(reader.object(value)?);
    let spec = read_spec(latest.clone(), &mut fields, reader);
    fields.finish(reader);
    Some(Version { number: parsed?, spec })
}

/// A version's number, written the one way it can be.
fn number_of(text: &str) -> Option<u64> {
    let number = text.parse::<u64>().ok().filter(|number| *number > 0)?;
    (number.to_string() == text).then_some(number)
}

/// An alias: the version it leads to; with weights an object that has both.
fn read_alias(reader: &mut Reader, name: &str, value: &Value) -> Option<Alias> {
    let fits = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
    let Value::Object(members) = value else {
        let version = read_pointer(reader, value)?;
        return fits.then(|| Alias::to(name, version));
    };
    let mut fields = Fields::of(members);
    let allowed = "the number of a version, such as \"1\"";
    let version = fields.require(reader, FUNCTION_VERSION, allowed, read_pointer);
    let routing = fields.read_with_events(reader, WEIGHTS, read_weights);
    fields.finish(reader);
    let (version, routing) = (version?, routing.flatten());
    fits.then(|| Alias { name: name.into(), version, routing })
}

/// At most one version with its weight, as a call to `CreateAlias` has it.
fn read_weights(reader: &mut Reader, value: &Value) -> Option<Option<Routing>> {
    let members = reader.object(value)?;
    if members.len() > 1 {
        reader.refuse(value, "at most one version with its weight");
        return None;
    }
    let Some((number, weight)) = members.first() else { return Some(None) };
    reader.within(number, |reader| {
        let version = number_of(number);
        if version.is_none() {
            reader.wrong(&format!("{number:?}"), "the number of a version, from 1");
        }
        let weight_ppm = weight.scaled(6).filter(|ppm| *ppm <= 1_000_000);
        if weight_ppm.is_none() {
            reader.refuse(weight, "a weight from 0 to 1");
        }
        let weight_ppm = u32::try_from(weight_ppm?).ok()?;
        let (version, given) = (version?, Given::mark()?);
        Some(Some(Routing { version, weight_ppm, given }))
    })
}

fn read_pointer(reader: &mut Reader, value: &Value) -> Option<u64> {
    let version = match value.as_text() {
        Some(LATEST) => Some(0),
        Some(text) => number_of(text),
        None => value.as_count().filter(|number| *number > 0),
    };
    if version.is_none() {
        reader.refuse(value, "the number of a version, such as \"1\", or \"$LATEST\"");
    }
    version
}

pub(super) fn write(function: &Function) -> Value {
    let Function { name: _, spec, shared, versions, aliases, provisioned, event_invoke } =
        function;
    let mut members = Members::default();
    write_spec(spec, &Spec::default(), &mut members);
    knobs::write(shared, &Shared::default(), &mut members);
    members.put_all("versions", versions, |version| {
        let mut members = Members::default();
        write_spec(&version.spec, spec, &mut members);
        (version.number.to_string(), members.value())
    });
    members.put_all("aliases", aliases, |alias| {
        let number = alias.version.to_string();
        let target = if alias.version == 0 { LATEST } else { &number };
        let target = Value::text(target);
        let Some(Routing { version, weight_ppm, .. }) = alias.routing else {
            return (alias.name.clone(), target);
        };
        let weight = Value::Number(decimal(weight_ppm.into(), 6));
        let weights = Value::Object(vec![(version.to_string(), weight)]);
        let members = [(FUNCTION_VERSION, target), (WEIGHTS, weights)];
        (alias.name.clone(), Value::object(members))
    });
    members.put_all("provisioned", provisioned, |provisioned| {
        (provisioned.qualifier.clone(), Value::number(provisioned.count))
    });
    let (own, others): (Vec<_>, Vec<_>) =
        event_invoke.iter().partition(|(qualifier, _)| qualifier == LATEST);
    if let Some((_, spec)) = own.first() {
        members.put(ASYNC, write_event_invoke(spec));
    }
    members.put_all(ASYNC_OF, &others, |(qualifier, spec)| {
        (qualifier.clone(), write_event_invoke(spec))
    });
    members.value()
}

fn write_spec(spec: &Spec, base: &Spec, members: &mut Members) {
    knobs::write(spec, base, members);
    behaviour::write(&spec.behaviour, &base.behaviour, members);
}
