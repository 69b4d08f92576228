//! What a scenario says, in words: when a caller calls, and what a function does.

mod release;

use lambdarium_format::{edit, json};
use lambdarium_sim::caller::Kind;
use lambdarium_sim::caller::load::{Load, PER_SECOND, Pattern};
use lambdarium_sim::caller::sdk::InvocationType;
use lambdarium_sim::id::{CallerId, FunctionId, MappingId, Part, ServiceId};
use lambdarium_sim::lambda::Function;
use lambdarium_sim::lambda::behaviour::{
    Behaviour, Draw, Failure, Fault, PerRecord, Then, When,
};
use lambdarium_sim::mapping::{Mapping, Source};
use lambdarium_sim::scenario::{Run, Scenario};
use lambdarium_sim::service::{Kind as ServiceKind, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::Value;
use lambdarium_sim::{EVENTS, WithEvents};

pub use release::{alarms, groups};

use crate::message::{CallerText, FunctionText, ServiceText};

/// The callers of a scenario in words.
#[must_use]
pub fn callers(scenario: &Scenario) -> Vec<CallerText> {
    let callers = scenario.callers.iter().map(|caller| {
        let card = caller.kind.card();
        CallerText {
            name: caller.name.clone(),
            kind: card.name.into(),
            about: card.sentence.into(),
            load: load(&caller.load, noun(&caller.kind)),
            retries: retries(&caller.kind),
            later: caller.kind.is_asynchronous(),
            nudge: nudge(scenario, &caller.name),
        }
    });
    callers.collect()
}

/// What a caller sends, in the singular.
pub(crate) fn noun(kind: &Kind) -> &'static str {
    if EVENTS && kind.is_sender() { "event" } else { "request" }
}

/// Whether events may wait for a function: somebody hands it some.
fn has_queue(run: &Run, name: &str) -> bool {
    let scenario = &run.scenario;
    let is_it = |target: &str| edit::qualifier(target, name).is_some();
    let mut callers = scenario.callers.iter().filter(|caller| is_it(&caller.target));
    let mut services = scenario.services.iter().flat_map(|service| &service.outlets);
    callers.any(|caller| caller.kind.is_asynchronous())
        || services.any(|outlet| is_it(&outlet.target))
        || scenario.functions.iter().any(|function| edit::sends_to(function, name))
        || scenario
            .groups
            .iter()
            .any(|group| is_it(&group.spec.before) || is_it(&group.spec.after))
        || run.acts.iter().any(|act| {
            let says = |key| act.parameters.get(key).and_then(Value::as_text);
            says("InvocationType") == Some(InvocationType::Event.word())
                && says("FunctionName").is_some_and(is_it)
        })
}

/// How far a part was moved.
fn nudge(scenario: &Scenario, part: &str) -> (i16, i16) {
    let nudge = scenario.nudges.iter().find(|nudge| nudge.part == part);
    nudge.map_or((0, 0), |nudge| (nudge.x, nudge.y))
}

/// Whether a caller tries again after a throttle.
fn retries(kind: &Kind) -> bool {
    match kind {
        Kind::Sdk(spec) | Kind::Cli(spec) => spec.profile.attempts_max() > 1,
        Kind::RestApi(spec)
        | Kind::HttpApi(spec)
        | Kind::FunctionUrl(spec)
        | Kind::Alb(spec) => spec.retries > 0,
        Kind::StepFunctions(spec) => spec.attempts_max > 0,
        Kind::Schedule(spec) => EVENTS && spec.retries_max > 0,
        Kind::S3(_) | Kind::CloudWatchLogs(_) | Kind::Ses(_) | Kind::Iot(_) => false,
    }
}

/// The functions of a run in words.
#[must_use]
pub fn functions(run: &Run) -> Vec<FunctionText> {
    let scenario = &run.scenario;
    let functions = scenario.functions.iter().map(|function| FunctionText {
        name: function.name.clone(),
        does: behaviour(&function.spec.behaviour),
        queue: EVENTS && has_queue(run, &function.name),
        splits: release::splits(run, function),
        nudge: nudge(scenario, &function.name),
    });
    functions.collect()
}

/// The services of a scenario in words.
#[must_use]
pub fn services(scenario: &Scenario) -> WithEvents<ServiceText> {
    let services =
        scenario.services.iter().filter(|_| EVENTS).map(|service| ServiceText {
            name: service.name.clone(),
            kind: kind(service),
            gets: gets(service),
        });
    services.collect()
}

/// The event source mappings of a scenario in words.
#[must_use]
pub fn mappings(scenario: &Scenario) -> WithEvents<ServiceText> {
    let mappings = scenario.mappings.iter().filter(|_| EVENTS).map(|mapping| {
        let Mapping { name, source, target, spec, .. } = mapping;
        let read = scenario.services.iter().find(|service| service.name == *source);
        let usual = read.and_then(Source::of).map_or(0, Source::batch_size);
        let mut gets = format!("BatchSize {}", spec.batch_size.unwrap_or(usual));
        for (value, before, after) in [
            (spec.concurrency_max, "at most ", " at once"),
            (spec.parallel, "", " lanes a shard"),
            (spec.retries_max, "retries ", ""),
        ] {
            if let Some(value) = value {
                gets += &[", ", before, &value.to_string(), after].concat();
            }
        }
        for (set, what) in [
            (spec.window.unwrap_or_default(), "window"),
            (spec.tumbling.unwrap_or_default(), "tumbling window"),
            (spec.age_max.unwrap_or_default(), "age"),
        ] {
            if set > Span::ZERO {
                gets += &[", ", what, " ", &set.to_string()].concat();
            }
        }
        for (is_on, what) in [(spec.bisect, ", bisects"), (spec.partial, ", partial")] {
            if is_on {
                gets += what;
            }
        }
        let kind = format!("reads {source} and calls {target}");
        ServiceText { name: name.clone(), kind, gets }
    });
    mappings.collect()
}

/// What a service is, for people.
fn kind(service: &Service) -> String {
    let name = service.kind.name();
    match name.split_once(' ') {
        Some((first, rest)) if service.spec.fifo => format!("{first} FIFO {rest}"),
        Some(_) | None => name.into(),
    }
}

/// When something reaches a service from outside; empty if nothing does.
pub(crate) fn gets(service: &Service) -> String {
    let noun = match service.kind {
        ServiceKind::Bus => "event",
        ServiceKind::Topic | ServiceKind::Queue | ServiceKind::Mq => "message",
        ServiceKind::Bucket => "object",
        ServiceKind::Kinesis | ServiceKind::Msk | ServiceKind::Kafka => "record",
        ServiceKind::DynamoDb => "write",
    };
    let inlet = service.inlet.as_ref().filter(|_| EVENTS);
    inlet.map(|inlet| load(&inlet.load, noun)).unwrap_or_default()
}

/// Who hands something over to whom, without waiting for what becomes of it; calls of
/// callers are not among it.
#[must_use]
pub fn sends(scenario: &Scenario) -> WithEvents<(Part, Part)> {
    let mut all = WithEvents::new();
    if !EVENTS {
        return all;
    }
    let functions =
        || scenario.functions.iter().zip(0..).map(|(f, at)| (f, FunctionId(at)));
    let services =
        || scenario.services.iter().zip(0..).map(|(s, at)| (s, ServiceId::new(at)));
    let queue = |name: &str| {
        let found = services().find(|(service, _)| service.name == name);
        found.map(|(_, id)| Part::Service(id))
    };
    for (function, id) in functions() {
        let service = |(to, at): (&Service, _)| {
            edit::sends_to(function, &to.name).then_some(Part::Service(at))
        };
        let other = |(to, at): (&Function, _)| {
            edit::sends_to(function, &to.name).then_some(Part::Function(at))
        };
        let to = services().filter_map(service).chain(functions().filter_map(other));
        all.extend(to.map(|to| (Part::Function(id), to)));
    }
    for (service, id) in services() {
        let to = queue(&service.spec.dead_letter);
        all.extend(to.map(|to| (Part::Service(id), to)));
        for outlet in &service.outlets {
            let is_it = |function: &Function| {
                edit::qualifier(&outlet.target, &function.name).is_some()
            };
            let to = functions().find(|(function, _)| is_it(function));
            let to = to.map(|(_, id)| Part::Function(id));
            let to = to.into_iter().chain(queue(outlet.manner.dead_letter()));
            all.extend(to.map(|to| (Part::Service(id), to)));
        }
    }
    for (mapping, at) in scenario.mappings.iter().zip(0..) {
        let id = Part::Mapping(MappingId::new(at));
        all.extend(queue(&mapping.source).map(|from| (from, id)));
        let is_it = |function: &Function| {
            edit::qualifier(&mapping.target, &function.name).is_some()
        };
        let to = functions().find(|(function, _)| is_it(function));
        all.extend(to.map(|(_, to)| (id, Part::Function(to))));
    }
    for (caller, at) in scenario.callers.iter().zip(0..) {
        let to = queue(caller.kind.dead_letter());
        all.extend(to.map(|to| (Part::Caller(CallerId(at)), to)));
    }
    all.extend(release::hooks(scenario));
    // Two subscriptions may name one function, or one queue.
    let mut seen = Vec::new();
    all.retain(|pair| {
        let is_new = !seen.contains(pair);
        seen.push(*pair);
        is_new
    });
    all
}

/// What is expected of a scenario's runs, a line of text each.
#[must_use]
pub fn expectations(scenario: &Scenario) -> WithEvents<String> {
    let expect = scenario.expect.iter().filter(|_| EVENTS);
    expect.map(json::expectation_text).collect()
}

/// When a load calls, with what it sends in the singular: `8 at once`, `one request`.
#[must_use]
pub fn load(load: &Load, noun: &str) -> String {
    let pattern = match &load.pattern {
        Pattern::Burst { count: 1 } => format!("one {noun}"),
        Pattern::Burst { count } => format!("{count} at once"),
        Pattern::Constant { rate } => per_time(*rate),
        Pattern::Poisson { rate } => format!("about {}", per_time(*rate)),
        Pattern::Ramp { from, to } => {
            format!("{} to {} per second", per_second(*from), per_second(*to))
        }
        Pattern::At(times) if times.len() == 1 => format!("one {noun}"),
        Pattern::At(times) => format!("{} {noun}s", times.len()),
    };
    match (&load.pattern, load.end) {
        (Pattern::At(_), _) => pattern,
        (Pattern::Burst { .. }, _) => format!("{pattern} at {}", since_start(load.start)),
        (_, Some(end)) => {
            format!("{pattern}, {} to {}", since_start(load.start), since_start(end))
        }
        (_, None) if load.start > Instant::START => {
            format!("{pattern} from {}", since_start(load.start))
        }
        (_, None) => pattern,
    }
}

fn since_start(at: Instant) -> Span {
    at.since(Instant::START)
}

/// A rate as people say it: slow ones by how long they wait.
fn per_time(rate: u64) -> String {
    if rate > 0 && rate < PER_SECOND / 10 {
        let gap = u128::from(PER_SECOND) * 1_000_000 / u128::from(rate);
        return format!("one every {}", Span(u64::try_from(gap).unwrap_or(u64::MAX)));
    }
    format!("{} per second", per_second(rate))
}

/// Calls per second, with at most three decimals.
fn per_second(rate: u64) -> String {
    let thousandths = rate / (PER_SECOND / 1_000);
    let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:03}").trim_end_matches('0').to_string()
}

/// What a function does: how long it takes, and what goes wrong.
#[must_use]
pub fn behaviour(behaviour: &Behaviour) -> String {
    let mut text = format!("takes {}", draw(&behaviour.duration));
    if behaviour.init != Draw::default() {
        text += &format!(", Init {}", draw(&behaviour.init));
    }
    if let Some(PerRecord { then, .. }) = behaviour.per_record.as_ref().filter(|_| EVENTS)
    {
        text += match then {
            Then::Throws => "; throws on some records",
            Then::Reports => "; reports some records",
            Then::ReportsRest => "; reports from the first bad record on",
            Then::ReportsGroup => "; reports the rest of a bad group",
        };
    }
    let mut told: Vec<String> = Vec::new();
    for fault in behaviour.faults.iter().map(fault) {
        if !told.contains(&fault) {
            text += "; ";
            text += &fault;
            told.push(fault);
        }
    }
    text
}

fn draw(draw: &Draw) -> String {
    match draw {
        Draw::Fixed(span) => span.to_string(),
        Draw::Uniform { min, max } => format!("{min} to {max}"),
        Draw::Exponential { mean } => format!("about {mean}"),
        Draw::Payload { path } => format!("as {path} says"),
    }
}

fn fault(fault: &Fault) -> String {
    let does = match fault.failure {
        Failure::Throws => "throws",
        Failure::Hangs => "hangs",
        Failure::Exits => "exits",
        Failure::FailsInit => "fails in Init",
        Failure::AnswersTooLarge => "answers too large",
        Failure::Slow => "is slow",
        Failure::Throttled => "is throttled",
        Failure::ServiceException => "meets a service error",
        Failure::RefusesEvents => "takes no events",
    };
    let When { chance_ppm, attempts, calls, from, to, payload, on: _ } = &fault.when;
    let counted = attempts.is_some() || calls.is_some() || payload.is_some();
    match *chance_ppm {
        1_000_000 if counted || from.is_some() || to.is_some() => {
            [does, " at times"].concat()
        }
        1_000_000 => does.to_string(),
        ppm => {
            let (percent, rest) = (ppm / 10_000, ppm % 10_000 / 100);
            let decimals = format!("{percent}.{rest:02}");
            let share = decimals.trim_end_matches('0').trim_end_matches('.');
            format!("{does} in {share} %")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_read_as_people_say_them() {
        let with = |pattern| Load { pattern, ..Load::default() };
        let cases = [
            (Load::default(), "one request at 0 s"),
            (with(Pattern::Burst { count: 8 }), "8 at once at 0 s"),
            (with(Pattern::Constant { rate: PER_SECOND / 2 }), "0.5 per second"),
            (with(Pattern::Poisson { rate: 14_500_000_000 }), "about 14.5 per second"),
            (with(Pattern::Constant { rate: PER_SECOND / 3_000 }), "one every 50 min"),
        ];
        for (case, text) in cases {
            assert_eq!(load(&case, "request"), text);
        }
    }

    #[test]
    fn chances_are_percent_without_needless_digits() {
        let with = |chance_ppm| {
            let mut fault = Fault::always(Failure::Throws);
            fault.when.chance_ppm = chance_ppm;
            fault
        };
        assert_eq!(fault(&with(1_000_000)), "throws");
        assert_eq!(fault(&with(20_000)), "throws in 2 %");
        assert_eq!(fault(&with(15_000)), "throws in 1.5 %");
    }

    #[test]
    fn what_goes_wrong_only_now_and_then_is_not_said_to_do_so_always() {
        let when = |when| Fault { when, ..Fault::always(Failure::Throws) };
        let first = when(When { attempts: Some((1, 1)), ..When::default() });
        let early = when(When { to: Some(Instant(1)), ..When::default() });
        let cases = [
            (vec![Fault::always(Failure::Throws)], "takes 0 s; throws"),
            (vec![first.clone()], "takes 0 s; throws at times"),
            (vec![first, early], "takes 0 s; throws at times"),
        ];
        for (faults, text) in cases {
            assert_eq!(behaviour(&Behaviour { faults, ..Behaviour::default() }), text);
        }
    }
}
