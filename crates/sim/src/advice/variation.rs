//! Runs that go wrong as a piece of advice says: the same scenario on a worse day.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Advice, Kind, TIMEOUTS, given_up_after, routes};
use crate::caller::load::{Load, Pattern};
use crate::lambda::behaviour::{Failure, Fault, When};
use crate::lambda::{Function, Spec};
use crate::scenario::{Run, Scenario};
use crate::service::outlet::Inlet;
use crate::service::stream::part::{Put, What};
use crate::service::stream::table::Write;
use crate::service::{Service, stream};
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};
use crate::{WithEvents, limits};

/// Calls at once.
const BURST: u64 = 10;
/// Messages at once that keep every poller of a mapping busy, and more.
const MANY: u64 = 1_000;
/// What the last of three tries needs, and more.
const TRIES: Span = Span::MINUTE.times(10);
/// When all that is provisioned is ready, and more.
const PROVISIONED: Instant = Instant(Span::MINUTE.times(10).0);
/// Long enough to see that something goes round.
const LOOP_MAX: Span = Span::HOUR;
/// Long enough to see that a shard stands still.
const STUCK: Span = Span::HOUR;

/// The run as it goes wrong.
#[must_use]
pub fn variation(run: &Run, advice: &Advice) -> Run {
    let mut varied = run.clone();
    let scenario = &mut varied.scenario;
    let part = advice.part.as_str();
    match advice.kind {
        Kind::LostSilently
        | Kind::ToldTwice
        | Kind::RetryTooLate
        | Kind::SettingsElsewhere
        | Kind::OtherLetters => {
            fails(scenario, part);
            lasts(scenario, TRIES);
        }
        Kind::HandlerLoses => {
            fails(scenario, part);
            fails(scenario, &advice.other);
            // One after the other, each with its three tries.
            lasts(scenario, TRIES.times(2));
        }
        Kind::Loop => goes_round(&run.scenario, scenario, part),
        Kind::EventTooLarge | Kind::NothingLeft => {
            for caller in &mut scenario.callers {
                if caller.name == part {
                    caller.load = burst(PROVISIONED);
                }
            }
            lasts(scenario, TRIES.times(2));
        }
        Kind::ReservedZero => comes_at_once(scenario, part, Instant::START),
        Kind::ProvisionedUncalled => {
            comes_at_once(scenario, part, PROVISIONED);
            lasts(scenario, TRIES.times(2));
        }
        Kind::ReservationSmall => {
            for mapping in routes::mappings(&run.scenario, part) {
                arrives(scenario, &mapping.source, MANY);
            }
            faults(scenario, part, &[Fault::always(Failure::Hangs)]);
            // What hangs comes back and hangs again: a while of that is enough.
            scenario.settings.until = TRIES;
        }
        Kind::VisibilityShort | Kind::ReceivesFew => {
            arrives(scenario, part, BURST);
            let waits = finds_no_room(&run.scenario, advice);
            let throttled = Fault::always(Failure::Throttled);
            let when = When { to: Some(Instant::START.plus(waits)), ..throttled.when };
            faults(scenario, &advice.other, &[Fault { when, ..throttled }]);
            lasts(scenario, waits.times(2));
        }
        Kind::BlocksShard | Kind::GivenUpUntold => {
            never_succeeds(&run.scenario, scenario, advice);
        }
        Kind::ReadTimeoutShort | Kind::WaitShort => {
            let caller = run.scenario.callers.iter().find(|caller| caller.name == part);
            let patience = caller.and_then(|caller| caller.kind.patience());
            if let (Some(caller), Some(patience)) = (caller, patience) {
                let longer = patience.plus(Span::SECOND);
                let (function, _) =
                    caller.target.split_once(':').unwrap_or((&caller.target, ""));
                faults(
                    scenario,
                    function,
                    &[Fault { duration: Some(longer), ..Fault::always(Failure::Slow) }],
                );
                lasts(scenario, TRIES.plus(longer.times(5)));
            }
        }
    }
    varied
}

/// How long a function finds no room: for as long as a visibility timeout should last, or
/// until a queue has handed out its messages as often as it may.
fn finds_no_room(scenario: &Scenario, advice: &Advice) -> Span {
    let reads = routes::mappings(scenario, &advice.other)
        .filter(|mapping| mapping.source == advice.part)
        .filter_map(|mapping| {
            let queue = routes::queue(scenario, mapping)?;
            let timeout = routes::call(scenario, &mapping.target)?.spec().timeout;
            let window = mapping.spec.window.unwrap_or(Span::ZERO);
            let should_last = timeout.times(TIMEOUTS).plus(window);
            let lasts = queue.spec.visibility.max(should_last).plus(Span::MINUTE);
            Some(match advice.kind == Kind::ReceivesFew {
                true => lasts.times(queue.spec.receives_max),
                false => should_last,
            })
        });
    reads.max().unwrap_or(Span::ZERO).min(Span(limits::RUN_SPAN_MAX.0 / 2))
}

/// What a mapping reads is there when it begins to read, and every run of its function fails.
fn never_succeeds(before: &Scenario, after: &mut Scenario, advice: &Advice) {
    let found = before.mappings.iter().find(|mapping| mapping.name == advice.part);
    let Some(mapping) = found else { return };
    let Some(call) = routes::call(before, &mapping.target) else { return };
    let spec = &mapping.spec;
    is_put(after, &mapping.source);
    fails(after, &call.function.name);
    after.settings.until = STUCK;
    if advice.kind == Kind::GivenUpUntold {
        let mut streams = before.services.iter();
        let Some(stream) = streams.find(|one| one.name == mapping.source) else { return };
        let assumed = &before.settings.streams;
        let waits = given_up_after(spec, stream, assumed).unwrap_or_default();
        let runs = spec.retries_max.map_or(1, |retries| retries + 1);
        lasts(after, waits.plus(call.spec().timeout.times(runs)));
    }
    after.settings.until = after.settings.until.min(limits::RUN_SPAN_MAX);
}

/// All that is put into a stream, or written to a table, comes at once; something does.
fn is_put(scenario: &mut Scenario, stream: &str) {
    let at = Instant::START;
    for service in scenario.services.iter_mut().filter(|one| one.name == stream) {
        if let Some(inlet) = &mut service.inlet {
            inlet.load = burst(at);
        } else if service.puts.is_empty() {
            service.puts.push(Put { at, what: anything(service) });
        }
        for put in service.puts.iter_mut() {
            put.at = at;
        }
    }
}

/// Something that a stream or a table takes.
fn anything(service: &Service) -> What {
    match service.kind.stream() {
        Some(stream::Kind::DynamoDb) => {
            let keys = service.spec.stream(stream::Kind::DynamoDb).key_schema;
            let text = || Value::object([("S", Value::text("a"))]);
            let item = keys.into_iter().map(|key| (key, text())).collect();
            What::Write(Write::Put(Value::Object(item)))
        }
        Some(
            stream::Kind::Kinesis
            | stream::Kind::Msk
            | stream::Kind::Kafka
            | stream::Kind::ActiveMq
            | stream::Kind::RabbitMq,
        )
        | None => {
            let (partition_key, payload) = ("a".into(), Payload::default());
            What::Record { partition_key, partition: None, payload }
        }
    }
}

/// So many messages reach a queue at once, and no others.
fn arrives(scenario: &mut Scenario, queue: &str, count: u64) {
    for service in scenario.services.iter_mut().filter(|one| one.name == queue) {
        let first = service.posts.first().map(|post| post.payload.clone());
        let payload = first.unwrap_or_default();
        let inlet = service.inlet.take().unwrap_or(Inlet { payload, ..Inlet::default() });
        let load = Load { pattern: Pattern::Burst { count }, ..Load::default() };
        service.inlet = Some(Inlet { load, deduplication: String::new(), ..inlet });
        service.posts = WithEvents::default();
    }
}

/// Every run of a function fails.
fn fails(scenario: &mut Scenario, function: &str) {
    faults(scenario, function, &[Fault::always(Failure::Throws)]);
}

/// This goes wrong with a function, and nothing else.
fn faults(scenario: &mut Scenario, function: &str, faults: &[Fault]) {
    for found in scenario.functions.iter_mut().filter(|one| one.name == function) {
        for spec in specs(found) {
            spec.behaviour.faults = faults.to_vec();
        }
    }
}

fn specs(function: &mut Function) -> impl Iterator<Item = &mut Spec> {
    let versions = function.versions.iter_mut().map(|version| &mut version.spec);
    [&mut function.spec].into_iter().chain(versions)
}

/// The run takes at least so long.
fn lasts(scenario: &mut Scenario, span: Span) {
    scenario.settings.until = scenario.settings.until.max(span);
}

fn burst(start: Instant) -> Load {
    Load { pattern: Pattern::Burst { count: BURST }, start, ..Load::default() }
}

/// All that is sent to a function comes at once.
fn comes_at_once(scenario: &mut Scenario, function: &str, at: Instant) {
    let is_it = |target: &String| {
        target.split_once(':').map_or(target.as_str(), |(name, _)| name) == function
    };
    for caller in &mut scenario.callers {
        if is_it(&caller.target) {
            caller.load = burst(at);
        }
    }
    for service in &mut scenario.services {
        if let Some(inlet) = &mut service.inlet
            && service.outlets.iter().any(|outlet| is_it(&outlet.target))
        {
            inlet.load = burst(at);
        }
    }
    let read: Vec<String> = scenario
        .mappings
        .iter()
        .filter(|mapping| is_it(&mapping.target))
        .map(|mapping| mapping.source.clone())
        .collect();
    for queue in read {
        arrives(scenario, &queue, BURST);
    }
}

/// Every step on a loop is made: who sends on works, and who sends failures fails.
fn goes_round(before: &Scenario, scenario: &mut Scenario, first: &str) {
    let calls = routes::calls(before);
    let found = routes::loops(before, &calls);
    let found = found.into_iter().find(|steps| steps[0].from.name == first);
    for step in found.into_iter().flatten() {
        let name = &step.from.name;
        match step.fails {
            true => fails(scenario, name),
            false => faults(scenario, name, &[]),
        }
    }
    let until = &mut scenario.settings.until;
    *until = (*until).min(LOOP_MAX);
}
