//! The ways that lead to functions, and those that lead back.

use alloc::vec::Vec;

use crate::lambda::{Function, Spec, event_invoke};
use crate::mapping::Mapping;
use crate::scenario::{DlqScope, Scenario};
use crate::service::{Kind, RECORDS_FOLDER, Service};

/// Where a call comes from.
#[derive(Clone, Copy)]
pub(super) enum Route<'a> {
    /// From a caller, or from a mapping.
    Caller,
    /// From a topic or a bus.
    Service,
    /// From a function that sends something on, or is done.
    Function,
    /// From a function that has failed.
    Failure(&'a Function),
}

/// One way to a function.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) function: &'a Function,
    /// Empty where there is none.
    pub(super) qualifier: &'a str,
    /// Whether it is an event.
    pub(super) later: bool,
    pub(super) route: Route<'a>,
}

impl<'a> Call<'a> {
    /// The number of the version that runs.
    pub(super) fn version(&self) -> u64 {
        version(self.function, self.qualifier)
    }

    /// The settings of that version.
    pub(super) fn spec(&self) -> &'a Spec {
        let number = self.version();
        let version = self.function.versions.iter().find(|one| one.number == number);
        version.map_or(&self.function.spec, |version| &version.spec)
    }

    /// What becomes of events that come this way.
    pub(super) fn events(&self) -> &'a event_invoke::Spec {
        static UNSET: event_invoke::Spec = event_invoke::Spec::UNSET;
        let name = if self.qualifier.is_empty() { "$LATEST" } else { self.qualifier };
        let own = self.function.event_invoke.iter().find(|(of, _)| of == name);
        own.map_or(&UNSET, |(_, spec)| spec)
    }

    /// The dead-letter queue for them; empty is none.
    pub(super) fn letters(&self, scenario: &Scenario) -> &'a str {
        match scenario.settings.dlq_scope {
            DlqScope::Function => &self.function.spec.dead_letter,
            DlqScope::VersionSnapshot => &self.spec().dead_letter,
        }
    }
}

/// The number of the version that a qualifier means; 0 is `$LATEST`.
pub(super) fn version(function: &Function, qualifier: &str) -> u64 {
    let alias = function.aliases.iter().find(|alias| alias.name == qualifier);
    alias.map_or_else(|| qualifier.parse().unwrap_or(0), |alias| alias.version)
}

/// A call by its target's name; none where that is no function.
pub(super) fn call<'a>(scenario: &'a Scenario, target: &'a str) -> Option<Call<'a>> {
    let (name, qualifier) = target.split_once(':').unwrap_or((target, ""));
    let is_service = scenario.services.iter().any(|service| service.name == target);
    let function = scenario.functions.iter().find(|one| one.name == name)?;
    let route = Route::Caller;
    (!is_service).then_some(Call { function, qualifier, later: false, route })
}

/// The queue that a mapping reads.
pub(super) fn queue<'a>(scenario: &'a Scenario, of: &Mapping) -> Option<&'a Service> {
    let mut queues = scenario.services.iter().filter(|one| one.kind == Kind::Queue);
    queues.find(|queue| queue.name == of.source)
}

/// The stream, the table with one, or the topic that a mapping reads. What becomes of
/// messages of a broker is set there.
pub(super) fn stream<'a>(scenario: &'a Scenario, of: &Mapping) -> Option<&'a Service> {
    let mut streams = scenario
        .services
        .iter()
        .filter(|one| one.kind.stream().is_some() && one.kind != Kind::Mq);
    streams.find(|stream| stream.name == of.source)
}

/// The mappings that call a function.
pub(super) fn mappings<'a>(
    scenario: &'a Scenario,
    function: &'a str,
) -> impl Iterator<Item = &'a Mapping> {
    let name = |of: &'a Mapping| call(scenario, &of.target).map(|c| &c.function.name);
    scenario.mappings.iter().filter(move |of| name(of).is_some_and(|n| n == function))
}

/// All ways to functions that something goes.
pub(super) fn calls(scenario: &Scenario) -> Vec<Call<'_>> {
    let mut all: Vec<Call<'_>> = Vec::new();
    for caller in &scenario.callers {
        let later = caller.kind.is_asynchronous();
        all.extend(call(scenario, &caller.target).map(|call| Call { later, ..call }));
    }
    for service in scenario.services.iter().filter(|service| service.inlet.is_some()) {
        let targets = service.outlets.iter().filter_map(|o| call(scenario, &o.target));
        all.extend(targets.map(|call| Call {
            later: true,
            route: Route::Service,
            ..call
        }));
    }
    let mapped = scenario.mappings.iter();
    all.extend(mapped.filter_map(|mapping| call(scenario, &mapping.target)));
    // Each function sends on what it gets: what is found here leads to more.
    let mut at = 0;
    while let Some(from) = all.get(at).copied() {
        at += 1;
        for step in steps(scenario, &from) {
            let route = match step.fails {
                true => Route::Failure(from.function),
                false => Route::Function,
            };
            let next = Call { later: true, route, ..step.to };
            let is_known = all.iter().any(|known| {
                known.function.name == next.function.name
                    && known.qualifier == next.qualifier
                    && known.later
                    && matches!(known.route, Route::Failure(_)) == step.fails
            });
            if !is_known {
                all.push(next);
            }
        }
    }
    all
}

/// One step from a function to another.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) from: &'a Function,
    pub(super) to: Call<'a>,
    /// Whether it is made when the function has failed.
    pub(super) fails: bool,
}

/// Where a function sends something when it is called in a way.
fn steps<'a>(scenario: &'a Scenario, from: &Call<'a>) -> Vec<Step<'a>> {
    let mut targets = alloc::vec![(from.spec().behaviour.sends.as_str(), false)];
    if from.later {
        let events = from.events();
        targets.push((&events.on_success, false));
        targets.push((&events.on_failure, true));
        targets.push((from.letters(scenario), true));
    }
    let mut all = Vec::new();
    for (target, fails) in targets {
        let service = scenario.services.iter().find(|service| service.name == target);
        let folder = if fails { RECORDS_FOLDER } else { "" };
        let folder = [folder, &from.function.name, "/"].concat();
        let through = service.into_iter().flat_map(|service| &service.outlets);
        let through = through.filter(|outlet| outlet.may_be_about(&folder));
        let through = through.filter_map(|outlet| call(scenario, &outlet.target));
        let reached = call(scenario, target).into_iter().chain(through);
        all.extend(reached.map(|to| Step { from: from.function, to, fails }));
    }
    all
}

/// The ways that lead back to where they began: each once, with its steps.
pub(super) fn loops<'a>(
    scenario: &'a Scenario,
    calls: &[Call<'a>],
) -> Vec<Vec<Step<'a>>> {
    let all: Vec<Step<'a>> =
        calls.iter().flat_map(|call| steps(scenario, call)).collect();
    let place = |function: &Function| {
        scenario.functions.iter().position(|one| one.name == function.name)
    };
    let mut found = Vec::new();
    for first in &scenario.functions {
        // Whatever comes before it has been looked at, so each loop is found once.
        let later = |step: &Step<'_>| place(step.to.function) >= place(first);
        let mut ways: Vec<Vec<Step<'a>>> = all
            .iter()
            .filter(|step| step.from.name == first.name && later(step))
            .map(|step| alloc::vec![*step])
            .collect();
        let mut seen: Vec<&str> = Vec::new();
        let mut at = 0;
        while let Some(way) = ways.get(at).cloned() {
            at += 1;
            let here = way.last().map_or(first, |step| step.to.function);
            if here.name == first.name {
                found.push(way);
                break;
            }
            if seen.contains(&here.name.as_str()) {
                continue;
            }
            seen.push(&here.name);
            let on = all.iter().filter(|step| step.from.name == here.name && later(step));
            ways.extend(on.map(|step| [way.as_slice(), &[*step]].concat()));
        }
    }
    found
}
