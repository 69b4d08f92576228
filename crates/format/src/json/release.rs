//! Alarms and deployment groups as JSON.

use lambdarium_sim::WithEvents;
use lambdarium_sim::knob::Choices;
use lambdarium_sim::limits;
use lambdarium_sim::release::alarm::{self, Alarm};
use lambdarium_sim::release::deployment::RollbackEvent;
use lambdarium_sim::release::routing::TrafficRouting;
use lambdarium_sim::release::spec::{Group, Spec};
use lambdarium_sim::value::Value;

use super::reader::{Fields, Reader};
use super::{Members, TARGET_MAX, items, knobs, parts};

/// How traffic is shifted by a configuration of its own.
pub(crate) const ROUTING: &str = "traffic-routing";
/// What makes deployments roll back.
pub(crate) const ROLLBACK: &str = "auto-rollback";
/// Ways to shift traffic, in CodeDeploy's words.
pub(crate) const TYPES: [&str; 3] = ["AllAtOnce", "TimeBasedCanary", "TimeBasedLinear"];

/// The alarms and the deployment groups of a scenario.
pub(super) fn read(
    fields: &mut Fields<'_>,
    reader: &mut Reader,
) -> (WithEvents<Alarm>, WithEvents<Group>) {
    let alarms = fields.read_with_events(reader, "alarms", |reader, value| {
        parts(reader, value, "alarms", read_alarm)
    });
    let groups = fields.read_with_events(reader, "deployment-groups", |reader, value| {
        parts(reader, value, "deployment groups", read_group)
    });
    let groups = groups.into_iter().flatten().collect();
    (alarms.into_iter().flatten().collect(), groups)
}

fn name_fits(reader: &mut Reader, name: &str) -> bool {
    reader.at_most(name.len(), limits::NAME_MAX, "bytes of a name")
}

fn read_alarm(reader: &mut Reader, name: &str, mut fields: Fields<'_>) -> Option<Alarm> {
    let fits = name_fits(reader, name);
    let what = "the function it watches, alone or with an alias or version";
    let watches = fields
        .require(reader, "watches", what, |reader, value| reader.text(value, TARGET_MAX));
    let mut spec = alarm::Spec::default();
    knobs::read(&mut spec, &mut fields, reader);
    fields.finish(reader);
    let (name, watches) = (name.to_string(), watches?);
    fits.then_some(Alarm { name, watches, spec })
}

pub(super) fn write_alarm(alarm: &Alarm) -> Value {
    let Alarm { name: _, watches, spec } = alarm;
    let mut members = Members::default();
    members.put("watches", Value::text(watches));
    knobs::write(spec, &alarm::Spec::default(), &mut members);
    members.value()
}

fn read_group(reader: &mut Reader, name: &str, mut fields: Fields<'_>) -> Option<Group> {
    let fits = name_fits(reader, name);
    let what = "the alias it leads, with its function: \"checkout:live\"";
    let alias = fields
        .require(reader, "alias", what, |reader, value| reader.text(value, TARGET_MAX));
    let mut spec = Spec::default();
    knobs::read(&mut spec, &mut fields, reader);
    let custom =
        fields.read(reader, ROUTING, |reader, value| Some(read_routing(reader, value)));
    let alarms = fields.read(reader, "alarms", |reader, value| {
        items(reader, value, limits::LIST_MAX, |reader, value| {
            reader.text(value, limits::NAME_MAX)
        })
    });
    let rollback = fields.read(reader, ROLLBACK, |reader, value| {
        items(reader, value, RollbackEvent::WORDS.len(), Reader::choice)
    });
    fields.finish(reader);
    // Where it says how it shifts, and that cannot be read, nothing is to be said of it.
    let custom = match custom {
        Some(custom) => Some(custom?),
        None => None,
    };
    let group = Group {
        name: name.to_string(),
        alias: alias?,
        spec,
        custom,
        alarms: alarms.unwrap_or_default(),
        rollback: rollback.unwrap_or_default(),
    };
    fits.then_some(group)
}

pub(super) fn write_group(group: &Group) -> Value {
    let Group { name: _, alias, spec, custom, alarms, rollback } = group;
    let mut members = Members::default();
    members.put("alias", Value::text(alias));
    knobs::write(spec, &Spec::default(), &mut members);
    if let Some(custom) = custom {
        members.put(ROUTING, write_routing(*custom));
    }
    members.put_list("alarms", alarms, |alarm| Value::text(alarm));
    members.put_list(ROLLBACK, rollback, |event| Value::text(event.word()));
    members.value()
}

fn read_routing(reader: &mut Reader, value: &Value) -> Option<TrafficRouting> {
    let mut fields = Fields::of(reader.object(value)?);
    let kind =
        fields.require(reader, "type", "how traffic is shifted", |reader, value| {
            reader.word(value, &TYPES)
        });
    let mut number = |key: &'static str, what: &str, most: u64| {
        let needed = matches!(kind, Some(1 | 2));
        let read = |reader: &mut Reader, value: &Value| reader.count(value, 1, most);
        match needed {
            true => fields.require(reader, key, what, read),
            false => fields.read(reader, key, read),
        }
    };
    let percentage = number("percentage", "the share of each step", 99);
    let interval = number("interval", "minutes from one step to the next", 2_880);
    fields.finish(reader);
    if kind? == 0 {
        return Some(TrafficRouting::AllAtOnce);
    }
    let percentage = u8::try_from(percentage?).ok()?;
    let interval = u16::try_from(interval?).ok()?;
    Some(match kind? {
        1 => TrafficRouting::Canary { percentage, interval },
        _ => TrafficRouting::Linear { percentage, interval },
    })
}

fn write_routing(routing: TrafficRouting) -> Value {
    let mut members = Members::default();
    let (kind, numbers) = match routing {
        TrafficRouting::AllAtOnce => (0, None),
        TrafficRouting::Canary { percentage, interval } => {
            (1, Some((percentage, interval)))
        }
        TrafficRouting::Linear { percentage, interval } => {
            (2, Some((percentage, interval)))
        }
    };
    members.put("type", Value::text(TYPES[kind]));
    if let Some((percentage, interval)) = numbers {
        members.put("percentage", Value::number(percentage.into()));
        members.put("interval", Value::number(interval.into()));
    }
    members.value()
}
