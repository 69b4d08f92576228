//! An event source mapping as JSON.

use lambdarium_sim::limits;
use lambdarium_sim::mapping::{Mapping, Spec};
use lambdarium_sim::value::Value;

use super::reader::{Fields, Reader};
use super::{Members, TARGET_MAX, items, json, knobs};

/// What it reads.
const SOURCE: &str = "source";
/// Patterns of which a record must match one.
const FILTERS: &str = "filters";

pub(super) fn read(
    reader: &mut Reader,
    name: &str,
    mut fields: Fields<'_>,
) -> Option<Mapping> {
    let fits = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
    let source = fields.require(reader, SOURCE, "the queue it reads", |reader, value| {
        reader.text(value, limits::NAME_MAX)
    });
    let target =
        fields.require(reader, "calls", "the function it calls", |reader, value| {
            reader.text(value, TARGET_MAX)
        });
    let mut spec = Spec::default();
    knobs::read(&mut spec, &mut fields, reader);
    let filters = fields.read(reader, FILTERS, |reader, value| {
        items(reader, value, limits::LIST_MAX, json)
    });
    fields.finish(reader);
    let (name, source, target) = (name.to_string(), source?, target?);
    let filters = filters.unwrap_or_default();
    fits.then_some(Mapping { name, source, target, spec, filters })
}

pub(super) fn write(mapping: &Mapping) -> Value {
    let Mapping { name: _, source, target, spec, filters } = mapping;
    let mut members = Members::default();
    members.put(SOURCE, Value::text(source));
    members.put("calls", Value::text(target));
    knobs::write(spec, &Spec::default(), &mut members);
    members.put_list(FILTERS, filters, Clone::clone);
    members.value()
}
