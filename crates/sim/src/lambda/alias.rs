//! What follows when an alias leads elsewhere, or is gone: provisioned concurrency goes
//! along.
//!
//! Whoever changes where an alias leads calls [`point`]: `UpdateAlias` does, and so can
//! whatever else moves traffic.
//! Rules: ALI-07, ALI-27 to ALI-31, ALI-35, ALI-36, VER-17, VER-23.

use alloc::rc::Rc;
use alloc::vec::Vec;

use super::Routing;
use super::counts::at;
use super::environment::Status;
use super::invoke::State;
use crate::Given;
use crate::id::{AliasIx, FunctionId, Part, VersionIx};
use crate::plan::alias::{Pointer, WHOLE_PPM};
use crate::plan::{Configured, Plan, PlannedFunction};
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{AliasFact, Fact, Removal};

/// Lets an alias lead elsewhere from now on, for this reason. With provisioned concurrency
/// its requests stay where they were until the new version's is ready (ALI-29).
pub(crate) fn point(
    id: FunctionId,
    alias: AliasIx,
    to: Pointer,
    rule: Rule,
    plan: &mut Rc<Plan>,
    lambda: &mut State,
    cx: &mut Cx<'_>,
) {
    let spreads_in = plan.settings.alias_propagation;
    let rule = if spreads_in > Span::ZERO { Rule::Ali35 } else { rule };
    let function = plan.function(id);
    let before = function.alias(alias).pointer.clone();
    let count = provisioned_count(function, alias);
    let mut touched = versions(function, &before);
    touched.extend(versions(function, &to));
    let waits = |count: u64| {
        let version = function.existing(to.version);
        let pool = version.and_then(|new| lambda.function(id).environments.pool(new));
        pool.is_none_or(|pool| pool.provisioned.allocated < count)
    };
    let moves = to.routing.is_none() && to.version != before.version;
    let holds = moves && count.is_some_and(waits);
    let function = Rc::make_mut(plan).function_mut(id);
    let planned = &mut function.aliases[usize::from(alias.0)];
    planned.lead(to, cx.now, spreads_in);
    *at(&mut lambda.functions[usize::from(id.0)].split, alias.0.into()) = [0; 2];
    if holds && let Some(given) = Given::mark() {
        let (version, weight_ppm) = (before.version, WHOLE_PPM);
        planned.pointer.routing = Some(Routing { version, weight_ppm, given });
        planned.held = Some(given);
    }
    tell(id, alias, if holds { Rule::Ali29 } else { rule }, plan, cx);
    if count.is_some() {
        let cause = cx.cause();
        let rule = if holds { Rule::Ali28 } else { Rule::Ali31 };
        provision(id, &touched, rule, plan, lambda, cx);
        cx.because_of(cause);
    }
}

/// Notes where an alias leads.
pub(crate) fn tell(
    id: FunctionId,
    alias: AliasIx,
    rule: Rule,
    plan: &Plan,
    cx: &mut Cx<'_>,
) {
    let function = plan.function(id);
    let Pointer { version, routing } = &function.alias(alias).pointer;
    let of = |number: u64| function.version_numbered(number);
    let fact = AliasFact::Points {
        alias,
        version: of(*version).unwrap_or(VersionIx::LATEST),
        additional: routing.and_then(|routing| of(routing.version)),
        weight_ppm: routing.map_or(0, |routing| routing.weight_ppm),
    };
    cx.tell(Part::Function(id), None, rule, Fact::Alias(fact));
}

/// Provisioned concurrency of a version is ready: aliases that waited for it lead there.
#[cold]
#[inline(never)]
pub(crate) fn release(
    id: FunctionId,
    version: VersionIx,
    plan: &mut Rc<Plan>,
    lambda: &mut State,
    cx: &mut Cx<'_>,
) {
    let pool = lambda.function(id).environments.pool(version);
    if pool.is_none_or(|pool| pool.provisioned.status != Status::Ready) {
        return;
    }
    let function = plan.function(id);
    let number = function.version(version).number;
    let held = function.aliases.iter().enumerate().filter(|(_, alias)| {
        alias.is_there() && alias.held.is_some() && alias.pointer.version == number
    });
    let held: Vec<usize> = held.map(|(at, _)| at).collect();
    let cause = cx.cause();
    for at in held {
        let Some(given) = Given::mark() else { return };
        let alias = AliasIx(u16::try_from(at).expect("lists are limited"), given);
        let touched =
            versions(plan.function(id), &plan.function(id).alias(alias).pointer);
        let spreads_in = plan.settings.alias_propagation;
        let planned = &mut Rc::make_mut(plan).function_mut(id).aliases[at];
        planned.lead(Pointer { version: number, routing: None }, cx.now, spreads_in);
        tell(id, alias, Rule::Ali29, plan, cx);
        provision(id, &touched, Rule::Ali28, plan, lambda, cx);
        cx.because_of(cause);
    }
}

/// Gives versions the provisioned environments they are to have: more first, then less.
pub(crate) fn provision(
    id: FunctionId,
    versions: &[VersionIx],
    rule: Rule,
    plan: &Plan,
    lambda: &mut State,
    cx: &mut Cx<'_>,
) {
    let cause = cx.cause();
    for grows in [true, false] {
        for version in versions {
            let count =
                plan.function(id).provisioned_of(*version, plan.settings.pc_split);
            let pool = lambda.function(id).environments.pool(*version);
            let has = pool.map_or(0, |pool| pool.provisioned.requested);
            if count != has && grows == (count > has) {
                lambda.provision(id, plan, cx, *version, count, rule);
                cx.because_of(cause);
            }
        }
    }
}

/// Takes an alias away, with what was set for it (ALI-27, ALI-36).
pub(crate) fn delete(
    id: FunctionId,
    alias: AliasIx,
    rule: Rule,
    plan: &mut Rc<Plan>,
    lambda: &mut State,
    cx: &mut Cx<'_>,
) {
    let function = plan.function(id);
    let touched = versions(function, &function.alias(alias).pointer);
    let name = function.alias(alias).name.clone();
    let function = Rc::make_mut(plan).function_mut(id);
    let planned = &mut function.aliases[usize::from(alias.0)];
    planned.gone = Given::mark();
    planned.before.clear();
    forget(function, &name, cx);
    let fact = AliasFact::Deleted { alias };
    cx.tell(Part::Function(id), None, rule, Fact::Alias(fact));
    let cause = cx.cause();
    provision(id, &touched, Rule::Ali27, plan, lambda, cx);
    cx.because_of(cause);
}

/// Takes a published version away. Runs of it end as they would have (VER-23).
pub(crate) fn delete_version(
    id: FunctionId,
    version: VersionIx,
    plan: &mut Rc<Plan>,
    lambda: &mut State,
    cx: &mut Cx<'_>,
) {
    let function = Rc::make_mut(plan).function_mut(id);
    let planned = &mut function.versions[usize::from(version.0)];
    planned.deleted = Given::mark();
    let name = planned.name();
    forget(function, &name, cx);
    provision(id, &[version], Rule::Ver23, plan, lambda, cx);
    let state = &mut lambda.functions[usize::from(id.0)];
    let cause = cx.cause();
    for place in state.environments.drain_idle(version) {
        state.remove(id, cx, place, Removal::Deleted, Rule::Ver23);
        cx.because_of(cause);
    }
}

/// What was set for a qualifier is gone with it.
fn forget(function: &mut PlannedFunction, qualifier: &str, cx: &Cx<'_>) {
    function.provisioned.retain(|one| one.qualifier != qualifier);
    if function.now(qualifier).is_some() {
        let (qualifier, at) = (qualifier.into(), Some(cx.now));
        function.event_invoke.push(Configured { qualifier, spec: None, at });
    }
}

/// The provisioned concurrency that an alias itself has.
pub(crate) fn provisioned_count(
    function: &PlannedFunction,
    alias: AliasIx,
) -> Option<u64> {
    let name = function.alias(alias).name();
    let mut all = function.provisioned.iter();
    all.find(|one| one.qualifier == name).map(|one| one.count)
}

/// The versions that a pointer leads to.
pub(crate) fn versions(function: &PlannedFunction, pointer: &Pointer) -> Vec<VersionIx> {
    let numbers = [Some(pointer.version), pointer.routing.map(|other| other.version)];
    let numbers = numbers.into_iter().flatten();
    numbers.filter_map(|number| function.version_numbered(number)).collect()
}
