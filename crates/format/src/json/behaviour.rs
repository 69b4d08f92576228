//! What a function does, as JSON: durations, answers and faults.

use lambdarium_sim::lambda::behaviour::{
    Answer, Behaviour, Changing, Condition, Draw, Failure, Fault, On, Operator,
    PerRecord, Report, Sum, Then, When,
};
use lambdarium_sim::limits;
use lambdarium_sim::time::Instant;
use lambdarium_sim::value::Value;

use super::reader::{Fields, Reader, one_of};
use super::{Members, TARGET_MAX, instant_value, items, json, span_value};
use crate::unit::{SPAN_ALLOWED, decimal};

/// What a handler does with each record of a batch.
const PER_RECORD: &str = "per-record";
/// What a handler reports of a deployment.
const REPORTS: &str = "reports";
/// What a handler adds up over a tumbling window.
pub(crate) const SUM: &str = "sum";
/// How much more is in its state.
pub(crate) const PADDING: &str = "padding-bytes";
/// Answers that follow one another.
pub(crate) const CHANGES: &str = "changes";
/// Longest path into a payload, in bytes.
const PATH_MAX: usize = 256;
/// Largest answer of which only the size matters, in bytes: far above every limit of AWS.
pub(super) const BYTES_MAX: u64 = 1 << 30;

/// Answers that need no more than a word.
const ANSWERS: [(&str, Answer); 6] = [
    ("echo", Answer::Echo),
    ("version", Answer::Version),
    ("initialization-type", Answer::InitializationType),
    ("environment", Answer::Environment),
    ("code", Answer::Code),
    ("context", Answer::Context),
];

/// Reads what stands among a function's fields over what it did before.
pub(super) fn read(
    behaviour: &mut Behaviour,
    fields: &mut Fields<'_>,
    reader: &mut Reader,
) {
    if let Some(init) = fields.read(reader, "init", read_draw) {
        behaviour.init = init;
    }
    if let Some(duration) = fields.read(reader, "duration", read_draw) {
        behaviour.duration = duration;
    }
    if let Some(answer) = fields.read(reader, "answer", read_answer) {
        behaviour.answer = answer;
    }
    if let Some(sends) =
        fields.read(reader, "sends-to", |reader, value| reader.text(value, TARGET_MAX))
    {
        behaviour.sends = sends;
    }
    let per_record =
        fields.read_with_events(reader, PER_RECORD, |reader, value| match value {
            Value::Null => Some(None),
            Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Object(_) => read_per_record(reader, value).map(Some),
        });
    if let Some(per_record) = per_record {
        behaviour.per_record = per_record;
    }
    let reports = fields.read_with_events(reader, REPORTS, |reader, value| match value {
        Value::Null => Some(None),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Object(_) => read_report(reader, value).map(Some),
    });
    if let Some(reports) = reports {
        behaviour.reports = reports;
    }
    let faults = fields.read(reader, "faults", |reader, value| {
        items(reader, value, limits::LIST_MAX, read_fault)
    });
    if let Some(faults) = faults {
        behaviour.faults = faults;
    }
}

/// Writes what differs from `base`.
pub(super) fn write(behaviour: &Behaviour, base: &Behaviour, members: &mut Members) {
    // What code does that a program has supplied, no text can say.
    let Behaviour {
        init,
        duration,
        answer,
        sends,
        per_record,
        reports,
        supplied: _,
        faults,
    } = behaviour;
    if *init != base.init {
        members.put("init", write_draw(init));
    }
    if *duration != base.duration {
        members.put("duration", write_draw(duration));
    }
    if *answer != base.answer {
        members.put("answer", write_answer(answer));
    }
    if *sends != base.sends {
        members.put("sends-to", Value::text(sends));
    }
    if *per_record != base.per_record {
        let value = per_record.as_ref().map_or(Value::Null, write_per_record);
        members.put(PER_RECORD, value);
    }
    if *reports != base.reports {
        members.put(REPORTS, reports.as_ref().map_or(Value::Null, write_report));
    }
    if *faults != base.faults {
        members.put("faults", Value::List(faults.iter().map(write_fault).collect()));
    }
}

fn read_per_record(reader: &mut Reader, value: &Value) -> Option<PerRecord> {
    let mut fields = Fields::of(reader.object(value)?);
    let condition = "when a record fails";
    let fails_if = fields.require(reader, "fails-if", condition, read_condition);
    let then = fields.read(reader, "then", Reader::choice).unwrap_or(Then::Throws);
    fields.finish(reader);
    PerRecord::new(fails_if?, then)
}

fn write_per_record(per_record: &PerRecord) -> Value {
    let mut members = Members::default();
    members.put("fails-if", write_condition(&per_record.fails_if));
    members.put_text("then", per_record.then.word(), Then::Throws.word());
    members.value()
}

fn read_report(reader: &mut Reader, value: &Value) -> Option<Report> {
    let mut fields = Fields::of(reader.object(value)?);
    let status = fields.require(reader, "status", "what it reports", Reader::choice);
    let after = fields.read(reader, "after", Reader::span);
    fields.finish(reader);
    Report::new(status?, after)
}

fn write_report(report: &Report) -> Value {
    let mut members = Members::default();
    members.put("status", Value::text(report.status.word()));
    if let Some(after) = report.after {
        members.put("after", span_value(after));
    }
    members.value()
}

fn read_draw(reader: &mut Reader, value: &Value) -> Option<Draw> {
    let Value::Object(members) = value else {
        return reader.span(value).map(Draw::Fixed);
    };
    let mut fields = Fields::of(members);
    let uniform = fields.read(reader, "uniform", |reader, value| {
        let (min, max) = reader.pair(value, "times", Reader::span)?;
        Some(Draw::Uniform { min, max })
    });
    let exponential = fields.read(reader, "exponential", |reader, value| {
        reader.span(value).map(|mean| Draw::Exponential { mean })
    });
    let payload = fields.read(reader, "payload", |reader, value| {
        reader.text(value, PATH_MAX).map(|path| Draw::Payload { path })
    });
    fields.finish(reader);
    let allowed = format!("{SPAN_ALLOWED}, or one of uniform, exponential, payload");
    only_one(reader, members, allowed)?;
    uniform.or(exponential).or(payload)
}

/// Objects that stand for one of several things have exactly one member.
fn only_one(
    reader: &mut Reader,
    members: &[(String, Value)],
    allowed: impl Into<String>,
) -> Option<()> {
    if members.len() != 1 {
        reader.wrong(&format!("{} keys", members.len()), allowed);
    }
    (members.len() == 1).then_some(())
}

fn write_draw(draw: &Draw) -> Value {
    match draw {
        Draw::Fixed(span) => span_value(*span),
        Draw::Uniform { min, max } => {
            let pair = vec![span_value(*min), span_value(*max)];
            Value::object([("uniform", Value::List(pair))])
        }
        Draw::Exponential { mean } => Value::object([("exponential", span_value(*mean))]),
        Draw::Payload { path } => Value::object([("payload", Value::text(path))]),
    }
}

/// The words for answers that need no more than a word.
pub(crate) fn answer_words() -> Vec<&'static str> {
    ANSWERS.iter().map(|(word, _)| *word).collect()
}

fn read_answer(reader: &mut Reader, value: &Value) -> Option<Answer> {
    let words = answer_words();
    match value {
        Value::Null => Some(Answer::Null),
        Value::Text(text) => {
            let known = ANSWERS.iter().find(|(word, _)| word == text);
            if known.is_none() {
                reader.refuse(value, one_of(text, &words));
            }
            known.map(|(_, answer)| answer.clone())
        }
        Value::Object(members) => {
            let mut fields = Fields::of(members);
            if let Some(path) = fields.read_with_events(reader, SUM, |reader, value| {
                reader.text(value, PATH_MAX)
            }) {
                return read_sum(path, fields, reader);
            }
            let changes = fields.read_with_events(reader, CHANGES, |reader, value| {
                items(reader, value, limits::LIST_MAX, read_change)
            });
            if let Some(changes) = changes {
                fields.finish(reader);
                return Changing::new(changes).map(Answer::Changing);
            }
            let given = fields.read(reader, "value", |reader, value| {
                json(reader, value).map(Answer::Value)
            });
            let bytes = fields.read(reader, "bytes", |reader, value| {
                reader.count(value, 0, BYTES_MAX).map(Answer::Bytes)
            });
            fields.finish(reader);
            only_one(reader, members, "either \"value\" or \"bytes\"")?;
            given.or(bytes)
        }
        Value::Bool(_) | Value::Number(_) | Value::List(_) => {
            let words = words.join(", ");
            reader.refuse(
                value,
                format!("null, {words}, {{\"value\": …}} or {{\"bytes\": …}}"),
            );
            None
        }
    }
}

/// What else is said of a sum.
fn read_sum(path: String, mut fields: Fields<'_>, reader: &mut Reader) -> Option<Answer> {
    let padding = fields.read(reader, PADDING, |reader, value| {
        reader.count(value, 0, limits::STATE_PADDING_MAX)
    });
    fields.finish(reader);
    Sum::new(path, padding.unwrap_or_default()).map(Answer::Sum)
}

/// An answer, and from when on runs give it.
fn read_change(reader: &mut Reader, value: &Value) -> Option<(Instant, Value)> {
    let mut fields = Fields::of(reader.object(value)?);
    let from = fields.read(reader, "from", Reader::instant).unwrap_or_default();
    let value = fields.require(reader, "value", "what is answered then", json);
    fields.finish(reader);
    Some((from, value?))
}

fn write_change((from, value): &(Instant, Value)) -> Value {
    Value::object([("from", instant_value(*from)), ("value", value.clone())])
}

fn write_answer(answer: &Answer) -> Value {
    match answer {
        Answer::Null => Value::Null,
        Answer::Value(value) => Value::object([("value", value.clone())]),
        Answer::Bytes(count) => Value::object([("bytes", Value::number(*count))]),
        Answer::Changing(Changing { values, .. }) => {
            let changes = values.iter().map(write_change).collect();
            Value::object([(CHANGES, Value::List(changes))])
        }
        Answer::Sum(Sum { path, padding_bytes, .. }) => {
            let mut members = Members::default();
            members.put(SUM, Value::text(path));
            if *padding_bytes > 0 {
                members.put(PADDING, Value::number(*padding_bytes));
            }
            members.value()
        }
        Answer::Echo
        | Answer::Version
        | Answer::InitializationType
        | Answer::Environment
        | Answer::Code
        | Answer::Context => {
            let word = ANSWERS.iter().find(|(_, known)| known == answer);
            Value::text(word.map_or("", |(word, _)| word))
        }
    }
}

fn read_fault(reader: &mut Reader, value: &Value) -> Option<Fault> {
    let mut fields = Fields::of(reader.object(value)?);
    let text = |reader: &mut Reader, value: &Value| reader.text(value, limits::TEXT_MAX);
    let failure =
        fields.require(reader, "fails", "how it fails", Reader::choice::<Failure>);
    let mut fault = Fault::always(failure.unwrap_or(Failure::Throws));
    fault.when = read_when(&mut fields, reader);
    if let Some(error_type) = fields.read(reader, "errorType", text) {
        fault.error_type = error_type;
    }
    if let Some(error_message) = fields.read(reader, "errorMessage", text) {
        fault.error_message = error_message;
    }
    let count = |reader: &mut Reader, value: &Value| reader.count(value, 0, 255);
    fault.exit_status = fields.read(reader, "status", count);
    fault.duration = fields.read(reader, "duration", Reader::span);
    fields.finish(reader);
    failure.map(|_| fault)
}

fn read_when(fields: &mut Fields<'_>, reader: &mut Reader) -> When {
    let pair = |reader: &mut Reader, value: &Value| {
        reader.pair(value, "counts", |reader, value| reader.count(value, 1, u64::MAX))
    };
    let chance = fields.read(reader, "chance", |reader, value| {
        let ppm = reader.decimal(value, 6, "a share from 0 to 1")?;
        if ppm > 1_000_000 {
            reader.refuse(value, "a share from 0 to 1");
            return None;
        }
        Some(ppm)
    });
    When {
        chance_ppm: chance.unwrap_or(When::default().chance_ppm),
        attempts: fields.read(reader, "attempts", pair),
        calls: fields.read(reader, "calls", pair),
        from: fields.read(reader, "from", Reader::instant),
        to: fields.read(reader, "to", Reader::instant),
        payload: fields.read(reader, "when", read_condition),
        on: fields.read(reader, "on", Reader::choice).unwrap_or(On::Any),
    }
}

fn read_condition(reader: &mut Reader, value: &Value) -> Option<Condition> {
    let mut fields = Fields::of(reader.object(value)?);
    let path =
        fields.require(reader, "path", "a path such as \"$.order.total\"", |r, value| {
            r.text(value, PATH_MAX)
        });
    let operator = fields.read(reader, "is", Reader::choice);
    let value = fields.require(reader, "value", "the value to compare with", json);
    fields.finish(reader);
    let operator = operator.unwrap_or(Operator::Equals);
    Some(Condition { path: path?, operator, value: value? })
}

fn write_fault(fault: &Fault) -> Value {
    let Fault { failure, when, error_type, error_message, exit_status, duration } = fault;
    let usual = Fault::always(*failure);
    let mut members = Members::default();
    members.put("fails", Value::text(failure.word()));
    write_when(when, &mut members);
    members.put_text("errorType", error_type, &usual.error_type);
    members.put_text("errorMessage", error_message, &usual.error_message);
    if let Some(status) = exit_status {
        members.put("status", Value::number(*status));
    }
    if let Some(duration) = duration {
        members.put("duration", span_value(*duration));
    }
    members.value()
}

fn write_condition(condition: &Condition) -> Value {
    let Condition { path, operator, value } = condition;
    let mut members = Members::default();
    members.put("path", Value::text(path));
    members.put_text("is", operator.word(), Operator::Equals.word());
    members.put("value", value.clone());
    members.value()
}

fn write_when(when: &When, members: &mut Members) {
    let When { chance_ppm, attempts, calls, from, to, payload, on } = when;
    if *chance_ppm != When::default().chance_ppm {
        members.put("chance", Value::Number(decimal(*chance_ppm, 6)));
    }
    for (key, range) in [("attempts", attempts), ("calls", calls)] {
        if let Some((first, last)) = range {
            let pair = vec![Value::number(*first), Value::number(*last)];
            members.put(key, Value::List(pair));
        }
    }
    for (key, at) in [("from", from), ("to", to)] {
        if let Some(at) = at {
            members.put(key, instant_value(*at));
        }
    }
    if let Some(condition) = payload {
        members.put("when", write_condition(condition));
    }
    members.put_text("on", on.word(), On::Any.word());
}
