//! A caller as JSON: its kind, what it calls with what, and when.
//!
//! Defaults differ from kind to kind: a REST API waits 29 s, a load balancer 60 s.

use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::knob::Knobs;
use lambdarium_sim::limits;
use lambdarium_sim::plan::NEEDS_EVENTS;
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::{Payload, Value};
use lambdarium_sim::with_caller_spec;

use super::behaviour::BYTES_MAX;
use super::reader::{Fields, Reader, one_of};
use super::{Members, TARGET_MAX, instant_value, items, json, knobs};
use crate::unit::decimal;

/// Decimals of a rate: billionths of a call per second.
const RATE_DIGITS: i32 = 9;

pub(super) fn read(
    reader: &mut Reader,
    name: &str,
    mut fields: Fields<'_>,
) -> Option<Caller> {
    let fits = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
    let kind = fields.require(reader, "kind", &keys().join(", "), read_kind);
    let target =
        fields.require(reader, "calls", "the function it calls", |reader, value| {
            reader.text(value, TARGET_MAX)
        });
    let payload = read_payload(&mut fields, reader);
    let load = fields.read(reader, "load", read_load).unwrap_or_default();
    // Of an unknown kind, nothing can be said about the other keys.
    let mut kind = kind?;
    with_caller_spec!(&mut kind, spec => knobs::read(spec, &mut fields, reader));
    fields.finish(reader);
    let target = target?;
    fits.then(|| Caller { name: name.into(), kind, target, payload, load })
}

fn keys() -> Vec<&'static str> {
    Kind::all().iter().map(|kind| kind.card().key).collect()
}

fn read_kind(reader: &mut Reader, value: &Value) -> Option<Kind> {
    let word = value.as_text().unwrap_or_default();
    let kind = Kind::all().into_iter().find(|kind| kind.card().key == word);
    if kind.is_none() {
        let is_known = Kind::NAMES.iter().any(|(key, _)| *key == word);
        let allowed = if is_known { NEEDS_EVENTS.into() } else { one_of(word, &keys()) };
        reader.refuse(value, allowed);
    }
    kind
}

pub(super) fn read_payload(fields: &mut Fields<'_>, reader: &mut Reader) -> Payload {
    let value = fields.read(reader, "payload", json);
    let bytes = fields
        .read(reader, "payload-bytes", |reader, value| reader.count(value, 0, BYTES_MAX));
    match (value, bytes) {
        (None, None) => Payload::default(),
        (Some(value), None) => Payload::Json(value),
        (None, Some(bytes)) => Payload::Bytes(bytes),
        (Some(_), Some(bytes)) => {
            reader.within("payload-bytes", |reader| {
                reader.wrong("a second payload", "either payload or payload-bytes");
            });
            Payload::Bytes(bytes)
        }
    }
}

pub(super) fn read_load(reader: &mut Reader, value: &Value) -> Option<Load> {
    let mut fields = Fields::of(reader.object(value)?);
    let rate = |reader: &mut Reader, value: &Value| {
        reader.decimal(value, RATE_DIGITS, "calls per second")
    };
    let burst = fields.read(reader, "burst", |reader, value| {
        let count = reader.count(value, 1, limits::CALLS_MAX)?;
        Some(Pattern::Burst { count })
    });
    let constant = fields.read(reader, "constant", |reader, value| {
        rate(reader, value).map(|rate| Pattern::Constant { rate })
    });
    let poisson = fields.read(reader, "poisson", |reader, value| {
        rate(reader, value).map(|rate| Pattern::Poisson { rate })
    });
    let ramp = fields.read(reader, "ramp", |reader, value| {
        let (from, to) = reader.pair(value, "rates", rate)?;
        Some(Pattern::Ramp { from, to })
    });
    let (times, at) = read_at(&mut fields, reader);
    let from = fields.read(reader, "from", Reader::instant);
    let end = fields.read(reader, "to", Reader::instant);
    let count_max = fields
        .read(reader, "count", |reader, value| reader.count(value, 1, limits::CALLS_MAX));
    fields.finish(reader);
    let given = [burst, constant, poisson, ramp, times];
    let mut given = given.into_iter().flatten();
    let (pattern, second) = (given.next(), given.next());
    if second.is_some() {
        reader.wrong("two patterns", PATTERNS);
    }
    if from.is_some() && at.is_some() {
        reader.wrong("both \"at\" and \"from\"", "one of them: they mean the same");
    }
    if !names_pattern(value) {
        reader.wrong("no pattern", PATTERNS);
    }
    let pattern = pattern.unwrap_or(Load::default().pattern);
    let start = from.or(at).unwrap_or(Instant::START);
    Some(Load { pattern, start, end, count_max })
}

const PATTERNS: &str =
    "one of burst, constant, poisson, ramp, or at with a list of times";

/// Whether a pattern was named, although it could not be read.
fn names_pattern(value: &Value) -> bool {
    ["burst", "constant", "poisson", "ramp", "at"]
        .iter()
        .any(|key| value.get(key).is_some())
}

/// `at` is a list of times, each with one call, or the time of a burst.
fn read_at(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
) -> (Option<Pattern>, Option<Instant>) {
    let at = fields.read(reader, "at", |reader, value| {
        if let Value::List(_) = value {
            let times = items(reader, value, usize::MAX, Reader::instant)?;
            return Some((Some(Pattern::At(times)), None));
        }
        Some((None, Some(reader.instant(value)?)))
    });
    at.unwrap_or_default()
}

pub(super) fn write(caller: &Caller) -> Value {
    let Caller { name: _, kind, target, payload, load } = caller;
    let mut members = Members::default();
    members.put("kind", Value::text(kind.card().key));
    members.put("calls", Value::text(target));
    write_payload(payload, &mut members);
    if *load != Load::default() {
        members.put("load", write_load(load));
    }
    let usual = Kind::all().into_iter().find(|usual| usual.card() == kind.card());
    let usual = usual.map_or_else(Vec::new, |kind| settings(&kind));
    for (key, value) in settings(kind) {
        if !usual.contains(&(key, value.clone())) {
            members.put(key, value);
        }
    }
    members.value()
}

pub(super) fn write_payload(payload: &Payload, members: &mut Members) {
    match payload {
        Payload::Json(value) if *payload != Payload::default() => {
            members.put("payload", value.clone());
        }
        Payload::Json(_) => {}
        Payload::Bytes(count) => members.put("payload-bytes", Value::number(*count)),
    }
}

/// Every knob of a caller with its setting.
fn settings(kind: &Kind) -> Vec<(&'static str, Value)> {
    fn all<S: Knobs>(spec: &S) -> Vec<(&'static str, Value)> {
        let knobs = S::KNOBS.iter();
        knobs
            .map(|knob| (knob.key, knobs::value(&(knob.get)(spec), &knob.kind)))
            .collect()
    }
    with_caller_spec!(kind, spec => all(spec))
}

pub(super) fn write_load(load: &Load) -> Value {
    let Load { pattern, start, end, count_max } = load;
    let rate = |rate: u64| Value::Number(decimal(rate, RATE_DIGITS as usize));
    let mut members = Members::default();
    let mut start_key = "from";
    match pattern {
        Pattern::Burst { count } => {
            members.put("burst", Value::number(*count));
            start_key = "at";
        }
        Pattern::Constant { rate: r } => members.put("constant", rate(*r)),
        Pattern::Poisson { rate: r } => members.put("poisson", rate(*r)),
        Pattern::Ramp { from, to } => {
            members.put("ramp", Value::List(vec![rate(*from), rate(*to)]));
        }
        Pattern::At(times) => {
            let times = times.iter().map(|at| instant_value(*at));
            members.put("at", Value::List(times.collect()));
        }
    }
    if *start != Instant::START {
        members.put(start_key, instant_value(*start));
    }
    if let Some(end) = end {
        members.put("to", instant_value(*end));
    }
    if let Some(count) = count_max {
        members.put("count", Value::number(*count));
    }
    members.value()
}
