//! Settings that a table describes: read, checked and written by the table alone.

use lambdarium_sim::knob::{Kind, Knobs, Setting};
use lambdarium_sim::value::Value;

use super::reader::{Fields, Reader};
use super::{Members, span_value};
use crate::unit::decimal;

/// Reads every knob that stands among the fields.
pub(super) fn read<S: Knobs>(spec: &mut S, fields: &mut Fields<'_>, reader: &mut Reader) {
    for knob in S::KNOBS {
        let setting = fields.read(reader, knob.key, |reader, value| {
            reader.setting(value, &knob.kind, knob.optional, knob.rule)
        });
        if let Some(setting) = setting {
            (knob.set)(spec, setting);
        }
    }
}

/// Writes every knob that stands elsewhere than in `base`.
pub(super) fn write<S: Knobs>(spec: &S, base: &S, members: &mut Members) {
    for knob in S::KNOBS {
        let setting = (knob.get)(spec);
        if setting != (knob.get)(base) {
            members.put(knob.key, value(&setting, &knob.kind));
        }
    }
}

/// A setting as JSON.
#[must_use]
pub fn value(setting: &Setting, kind: &Kind) -> Value {
    match (setting, kind) {
        (Setting::Unset, _) => Value::Null,
        (Setting::Number(millionths), Kind::Ppm | Kind::Decimal { .. }) => {
            Value::Number(decimal(*millionths, 6))
        }
        (Setting::Number(count), _) => Value::number(*count),
        (Setting::Span(span), _) => span_value(*span),
        (Setting::Bool(on), _) => Value::Bool(*on),
        (Setting::Choice(at), Kind::Choice(words)) => {
            Value::text(words.get(usize::from(*at)).copied().unwrap_or_default())
        }
        (Setting::Choice(at), _) => Value::number(u64::from(*at)),
        (Setting::Text(text), _) => Value::text(text),
    }
}
