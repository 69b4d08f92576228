//! A run as JSON: the text people write, share and keep.
//!
//! The member `"lambdarium"` is the version of the text. Texts outlive programs: version 1
//! is read for ever, and a later version is migrated step by step from here. What stands
//! at its default is left out, so that old texts follow what AWS does now.
//!
//! Units: times carry theirs (`"250ms"`), a bare number is seconds; chances are shares of
//! 1; rates are calls per second. Rules: SIM-02 (what is allowed), SIM-03 (how much).

mod behaviour;
mod caller;
mod expect;
mod function;
mod knobs;
mod locate;
mod mapping;
mod parse;
mod print;
mod reader;
mod release;
mod service;
mod stream;

use lambdarium_sim::caller::Caller;
use lambdarium_sim::knob::Issue;
use lambdarium_sim::lambda::Function;
use lambdarium_sim::limits;
use lambdarium_sim::plan::Plan;
use lambdarium_sim::scenario::{Act, Marker, Nudge, Question, Run, Scenario, Settings};
use lambdarium_sim::service::Service;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;
use lambdarium_sim::{EVENTS, WithEvents};

use crate::unit::span_text;
pub(crate) use behaviour::{CHANGES, PADDING, SUM, answer_words};
pub use expect::{amount_text, expectation_text};
pub use knobs::value as knob_value;
pub use locate::{Spot, locate};
use reader::{Fields, Reader, one_of};
pub(crate) use release::{ROLLBACK, ROUTING, TYPES};
pub(crate) use service::IDENTITY_MAX;
pub(crate) use stream::{OPERATIONS, PARTITION, PARTITION_KEY, PARTITION_KEYS};

/// The version that is written, and the newest that is read.
pub const VERSION: u64 = 1;

/// Longest target: a function's name, a colon, and an alias's name.
pub(crate) const TARGET_MAX: usize = 2 * limits::NAME_MAX + 1;

/// Reads a run.
///
/// # Errors
/// All that is wrong with the text and with the run in it: each thing with its place, what
/// was found there, what is allowed, and the rule behind it. Where every value is right by
/// itself, it is for [`Plan::check`] to say whether they fit together.
pub fn read(text: &str) -> Result<Run, Vec<Issue>> {
    from_value(&parse::parse(text)?)
}

/// Reads a JSON value alone, such as a payload somebody types.
///
/// # Errors
/// Where and why it is not JSON.
pub fn read_value(text: &str) -> Result<Value, Vec<Issue>> {
    parse::parse(text)
}

/// Writes a run for people.
#[must_use]
pub fn write(run: &Run) -> String {
    print::pretty(&to_value(run))
}

/// Writes a run without any space.
#[must_use]
pub fn write_compact(run: &Run) -> String {
    to_value(run).compact()
}

/// Writes a value for people, short things on one line.
#[must_use]
pub fn write_value(value: &Value) -> String {
    print::pretty(value)
}

/// Writes a value without any space.
#[must_use]
pub fn write_value_compact(value: &Value) -> String {
    value.compact()
}

/// Reads a run from a value.
///
/// # Errors
/// As [`read`].
pub fn from_value(value: &Value) -> Result<Run, Vec<Issue>> {
    let mut reader = Reader::new();
    let mut run = Run::default();
    if let Some(members) = reader.object(value) {
        let mut fields = Fields::of(members);
        if version_is_read(&mut fields, &mut reader) {
            fields.take("$schema");
            run = whole(&mut fields, &mut reader);
            fields.finish(&mut reader);
            if !reader.is_content() {
                // Everything at once, not one kind of mistake after the other.
                reader.add(Plan::check(&run).err().unwrap_or_default());
            }
        }
    }
    reader.into_result(run)
}

/// Whether this program reads the version of the text; the rest is not looked at if not.
fn version_is_read(fields: &mut Fields<'_>, reader: &mut Reader) -> bool {
    let allowed = format!("the version of the format; this Lambdarium reads {VERSION}");
    let version = fields.require(reader, "lambdarium", &allowed, |reader, value| {
        let version = value.as_count().filter(|version| *version == VERSION);
        if version.is_none() {
            let newer = value.as_count().is_some_and(|version| version > VERSION);
            let hint = if newer { "; a newer Lambdarium made this text" } else { "" };
            reader.refuse(value, format!("{VERSION}, the version that is read{hint}"));
        }
        version
    });
    version.is_some()
}

fn whole(fields: &mut Fields<'_>, reader: &mut Reader) -> Run {
    let text = |reader: &mut Reader, value: &Value| reader.text(value, limits::TEXT_MAX);
    let title = fields.read(reader, "title", text).unwrap_or_default();
    let about = fields.read(reader, "about", text).unwrap_or_default();
    let seed =
        fields.read(reader, "seed", |reader, value| reader.count(value, 0, u64::MAX));
    let mut settings = Settings::default();
    fields.read(reader, "settings", |reader, value| {
        let mut fields = Fields::of(reader.object(value)?);
        knobs::read(&mut settings, &mut fields, reader);
        if EVENTS {
            stream::read_assumed(&mut settings.streams, &mut fields, reader);
        }
        fields.finish_with_events(reader);
        Some(())
    });
    let functions = fields.read(reader, "functions", |reader, value| {
        parts(reader, value, "functions", function::read)
    });
    let callers = fields.read(reader, "callers", |reader, value| {
        parts(reader, value, "callers", caller::read)
    });
    let services = fields.read_with_events(reader, "services", |reader, value| {
        parts(reader, value, "services", service::read)
    });
    let mappings = fields.read_with_events(reader, "mappings", |reader, value| {
        parts(reader, value, "mappings", mapping::read)
    });
    let (alarms, groups) = release::read(fields, reader);
    let functions = functions.unwrap_or_default();
    let callers = callers.unwrap_or_default();
    let services: WithEvents<_> = services.into_iter().flatten().collect();
    let nudges = fields.read(reader, "board", |reader, value| {
        let names = functions.iter().map(|function: &Function| function.name.as_str());
        let names = names.chain(callers.iter().map(|caller: &Caller| &*caller.name));
        let names = names.chain(services.iter().map(|service: &Service| &*service.name));
        read_nudges(reader, value, &names.collect::<Vec<_>>())
    });
    let acts = fields.read(reader, "acts", |reader, value| {
        items(reader, value, limits::ACTS_MAX, read_act)
    });
    let markers = fields.read(reader, "markers", |reader, value| {
        items(reader, value, limits::LIST_MAX, read_marker)
    });
    let question = fields.read(reader, "question", read_question);
    let expect = fields.read_with_events(reader, "expect", |reader, value| {
        items(reader, value, limits::EXPECTATIONS_MAX, expect::read)
    });
    Run {
        scenario: Scenario {
            title,
            about,
            settings,
            functions,
            callers,
            services,
            mappings: mappings.into_iter().flatten().collect(),
            alarms,
            groups,
            nudges: nudges.unwrap_or_default(),
            markers: markers.unwrap_or_default(),
            question,
            expect: expect.into_iter().flatten().collect(),
        },
        seed: seed.unwrap_or_default(),
        acts: acts.unwrap_or_default(),
    }
}

/// Parts by their names; those that cannot be read at all are left out, with issues.
fn parts<T>(
    reader: &mut Reader,
    value: &Value,
    what: &str,
    mut read: impl FnMut(&mut Reader, &str, Fields<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let members = reader.object(value)?;
    if !reader.at_most(members.len(), limits::PARTS_MAX, what) {
        return None;
    }
    let read = members.iter().map(|(name, value)| {
        reader.within(name, |reader| {
            let fields = Fields::of(reader.object(value)?);
            read(reader, name, fields)
        })
    });
    let read = read.collect();
    Some(reader.found(read))
}

/// Items of a list, each under its place.
fn items<T>(
    reader: &mut Reader,
    value: &Value,
    most: usize,
    mut read: impl FnMut(&mut Reader, &Value) -> Option<T>,
) -> Option<Vec<T>> {
    let items = reader.list(value, most)?;
    let read = items
        .iter()
        .enumerate()
        .map(|(at, item)| reader.within(&at.to_string(), |reader| read(reader, item)));
    let read = read.collect();
    Some(reader.found(read))
}

/// Where parts were moved, by their names.
fn read_nudges(reader: &mut Reader, value: &Value, parts: &[&str]) -> Option<Vec<Nudge>> {
    let members = reader.object(value)?;
    let read = members.iter().map(|(name, value)| {
        reader.within(name, |reader| {
            if !parts.contains(&name.as_str()) {
                reader.wrong("no such part", one_of(name, parts));
                return None;
            }
            let (x, y) = reader.pair(value, "distances", Reader::distance)?;
            Some(Nudge { part: name.clone(), x, y })
        })
    });
    let read = read.collect();
    Some(reader.found(read))
}

fn read_act(reader: &mut Reader, value: &Value) -> Option<Act> {
    let mut fields = Fields::of(reader.object(value)?);
    let at = fields.require(reader, "at", "when, such as \"10s\"", Reader::instant);
    let operation = fields.require(reader, "do", "the operation", |reader, value| {
        reader.text(value, limits::NAME_MAX)
    });
    let parameters = fields.read(reader, "with", |reader, value| {
        reader.object(value)?;
        json(reader, value)
    });
    fields.finish(reader);
    let parameters = parameters.unwrap_or_else(|| Value::object([]));
    Some(Act { at: at?, operation: operation?, parameters })
}

fn read_marker(reader: &mut Reader, value: &Value) -> Option<Marker> {
    let mut fields = Fields::of(reader.object(value)?);
    let at = fields.require(reader, "at", "when, such as \"10s\"", Reader::instant);
    let text = |reader: &mut Reader, value: &Value| reader.text(value, limits::TEXT_MAX);
    let title = fields.read(reader, "title", text).unwrap_or_default();
    let text = fields.read(reader, "text", text).unwrap_or_default();
    fields.finish(reader);
    Some(Marker { at: at?, title, text })
}

/// The shape alone: whether the answer is one of the choices is for [`Plan::check`].
fn read_question(reader: &mut Reader, value: &Value) -> Option<Question> {
    let mut fields = Fields::of(reader.object(value)?);
    let text = |reader: &mut Reader, value: &Value| reader.text(value, limits::TEXT_MAX);
    let ask = fields.require(reader, "ask", "the question", text);
    let choices = fields.require(reader, "choices", "answers to choose from", {
        |reader, value| items(reader, value, limits::CHOICES_MAX, text)
    });
    let answer = fields.require(reader, "answer", "the right one of the choices", text);
    let because = fields.read(reader, "because", text).unwrap_or_default();
    fields.finish(reader);
    Some(Question { ask: ask?, choices: choices?, answer: answer?, because })
}

/// Any JSON, as deep as a payload may be.
fn json(reader: &mut Reader, value: &Value) -> Option<Value> {
    let fits = reader.at_most(value.depth(), limits::DEPTH_MAX, "levels of nesting");
    fits.then(|| value.clone())
}

/// The members of an object on its way out.
#[derive(Default)]
struct Members(Vec<(String, Value)>);

impl Members {
    fn put(&mut self, key: &str, value: Value) {
        self.0.push((key.to_string(), value));
    }

    /// Leaves out what says nothing.
    fn put_text(&mut self, key: &str, text: &str, default: &str) {
        if text != default {
            self.put(key, Value::text(text));
        }
    }

    fn put_all<T>(
        &mut self,
        key: &str,
        all: &[T],
        write: impl Fn(&T) -> (String, Value),
    ) {
        if !all.is_empty() {
            self.put(key, Value::Object(all.iter().map(write).collect()));
        }
    }

    fn put_list<T>(&mut self, key: &str, all: &[T], write: impl Fn(&T) -> Value) {
        if !all.is_empty() {
            self.put(key, Value::List(all.iter().map(write).collect()));
        }
    }

    fn value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A run as a value; the members stand in the order of the documentation.
#[must_use]
pub fn to_value(run: &Run) -> Value {
    let Run { scenario, seed, acts } = run;
    let Scenario {
        title,
        about,
        settings,
        functions,
        callers,
        services,
        mappings,
        alarms,
        groups,
        nudges,
        markers,
        question,
        expect,
    } = scenario;
    let mut whole = Members::default();
    whole.put("lambdarium", Value::number(VERSION));
    whole.put_text("title", title, "");
    whole.put_text("about", about, "");
    if *seed != 0 {
        whole.put("seed", Value::number(*seed));
    }
    let mut changed = Members::default();
    knobs::write(settings, &Settings::default(), &mut changed);
    if EVENTS {
        stream::write_assumed(&settings.streams, &mut changed);
    }
    if !changed.0.is_empty() {
        whole.put("settings", changed.value());
    }
    whole.put_all("functions", functions, |f| (f.name.clone(), function::write(f)));
    whole.put_all("callers", callers, |c| (c.name.clone(), caller::write(c)));
    whole.put_all("services", services, |s| (s.name.clone(), service::write(s)));
    whole.put_all("mappings", mappings, |m| (m.name.clone(), mapping::write(m)));
    whole.put_all("alarms", alarms, |a| (a.name.clone(), release::write_alarm(a)));
    whole.put_all("deployment-groups", groups, |group| {
        (group.name.clone(), release::write_group(group))
    });
    whole.put_all("board", nudges, |nudge| {
        let place = [nudge.x, nudge.y].map(|by| Value::Number(by.to_string()));
        (nudge.part.clone(), Value::List(place.into()))
    });
    whole.put_list("acts", acts, write_act);
    whole.put_list("markers", markers, write_marker);
    if let Some(question) = question {
        whole.put("question", write_question(question));
    }
    whole.put_list("expect", expect, |expected| Value::Text(expectation_text(expected)));
    whole.value()
}

fn write_act(act: &Act) -> Value {
    let mut members = Members::default();
    members.put("at", instant_value(act.at));
    members.put("do", Value::text(&act.operation));
    if act.parameters != Value::object([]) {
        members.put("with", act.parameters.clone());
    }
    members.value()
}

fn write_marker(marker: &Marker) -> Value {
    let mut members = Members::default();
    members.put("at", instant_value(marker.at));
    members.put_text("title", &marker.title, "");
    members.put_text("text", &marker.text, "");
    members.value()
}

fn write_question(question: &Question) -> Value {
    let Question { ask, choices, answer, because } = question;
    let mut members = Members::default();
    members.put("ask", Value::text(ask));
    let choices = choices.iter().map(|choice| Value::text(choice)).collect();
    members.put("choices", Value::List(choices));
    members.put("answer", Value::text(answer));
    members.put_text("because", because, "");
    members.value()
}

fn span_value(span: Span) -> Value {
    Value::Text(span_text(span))
}

fn instant_value(at: Instant) -> Value {
    span_value(at.since(Instant::START))
}
