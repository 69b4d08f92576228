//! A queue, topic, bus or bucket as JSON.

use lambdarium_sim::knob::Choices;
use lambdarium_sim::limits;
use lambdarium_sim::service::{Kind, Service, Spec};
use lambdarium_sim::value::Value;

use super::reader::{Fields, Reader, one_of};
use super::{Members, knobs};

pub(super) fn read(
    reader: &mut Reader,
    name: &str,
    mut fields: Fields<'_>,
) -> Option<Service> {
    let fits = reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name");
    let kind =
        fields.require(reader, "kind", &Kind::WORDS.join(", "), |reader, value| {
            let word = value.as_text().unwrap_or_default();
            let place = Kind::WORDS.iter().position(|known| *known == word);
            let kind =
                place.and_then(|place| Kind::from_place(u8::try_from(place).ok()?));
            if kind.is_none() {
                reader.refuse(value, one_of(word, Kind::WORDS));
            }
            kind
        });
    let mut spec = Spec::default();
    knobs::read(&mut spec, &mut fields, reader);
    fields.finish(reader);
    let kind = kind?;
    fits.then(|| Service { name: name.into(), kind, spec })
}

pub(super) fn write(service: &Service) -> Value {
    let mut members = Members::default();
    members.put("kind", Value::text(service.kind.word()));
    knobs::write(&service.spec, &Spec::default(), &mut members);
    members.value()
}
