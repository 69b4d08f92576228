//! Folds the machine at a moment into a frame.
//!
//! It costs what there is at that moment, not what has happened before.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::order::keep_first;
use super::tokens::tokens;
use super::{
    AccountView, AliasView, CallerView, Doing, EnvironmentView, Fates, Frame,
    FunctionView, Look, ServiceView, Share, VersionView,
};
use super::{release, sources, streams};
use crate::caller::Kind;
use crate::caller::state as caller;
use crate::id::{FunctionId, ServiceId, VersionIx};
use crate::lambda::Routing;
use crate::lambda::billing::{self, Month, billed_end};
use crate::lambda::environment::{Environment, Status};
use crate::lambda::invoke::{FunctionState, small};
use crate::mapping::stream::part;
use crate::plan::{Plan, PlannedCaller, PlannedFunction};
use crate::record::Recording;
use crate::sim::Sim;
use crate::time::{Instant, Moment};
use crate::{EVENTS, WithEvents};

/// What a screen shows at a moment.
pub fn frame(recording: &mut Recording, look: &Look) -> Frame {
    let moment = Moment { at: look.moment.at.min(recording.end()), ..look.moment };
    let look = Look { moment, ..*look };
    let recorded = match EVENTS {
        true => release::recorded(recording.head()),
        false => WithEvents::new(),
    };
    let (sim, log) = recording.look(moment);
    let plan = sim.plan();
    let entries = log.count_until(moment);
    let callers: Vec<CallerView> = plan
        .callers()
        .iter()
        .zip(sim.world().callers())
        .map(|(planned, state)| caller_view(planned, state))
        .collect();
    let most = usize::try_from(look.tokens_max).unwrap_or(usize::MAX);
    let costs = costs(sim, moment.at);
    let functions = states(sim).zip(costs).map(|((planned, state), micro_usd)| {
        let view = function_view(state, plan, planned, moment.at, most);
        FunctionView { micro_usd, ..view }
    });
    let functions = functions.collect();
    let (mut tokens, mut sent) = tokens(sim, log, &look, entries);
    let counted = tokens.len() > most;
    if counted {
        tokens.clear();
        sent.clear();
    }
    Frame {
        moment,
        entries,
        fates: fates(sim),
        functions,
        services: services(sim, moment.at),
        mappings: sources::mappings(sim),
        alarms: release::alarms(sim, moment.at),
        groups: release::groups(sim, &recorded),
        account: account_view(sim, plan),
        callers,
        tokens,
        sent,
        counted,
    }
}

fn caller_view(planned: &PlannedCaller, state: &caller::State) -> CallerView {
    let card = planned.kind().card();
    let has_quota = matches!(planned.kind(), Kind::Sdk(_) | Kind::Cli(_));
    CallerView {
        name: planned.name().to_string(),
        kind: card.key.to_string(),
        kind_name: card.name.to_string(),
        function: planned.function().0,
        target: planned.target().to_string(),
        made: state.made().into(),
        waiting: state.waiting(),
        backing_off: state.backing_off(),
        ended: *state.ended(),
        bucket: has_quota.then_some(state.bucket()),
    }
}

fn services(sim: &Sim, now: Instant) -> WithEvents<ServiceView> {
    let services = sim.plan().services().iter().zip(sim.world().services()).zip(0..);
    let services = services.map(|((planned, state), at)| {
        let id = ServiceId::new(at);
        ServiceView {
            id,
            name: planned.name().to_string(),
            received: state.received().len() as u64,
            waiting: state.deliveries().waiting(),
            queue: sources::queue(sim, id, now),
            stream: streams::stream(sim, id, now),
        }
    });
    services.collect()
}

/// What has become of everything.
pub(crate) fn fates(sim: &Sim) -> Fates {
    let mut fates = Fates::default();
    let callers = sim.plan().callers().iter().zip(sim.world().callers());
    for (planned, caller) in callers {
        let [ok, failed, throttled, refused, timed_out, accepted] = *caller.ended();
        fates.entered += u64::from(caller.made()) - accepted;
        fates.succeeded += ok;
        fates.failed += failed;
        fates.throttled += throttled;
        if planned.kind().is_sender() {
            fates.dead_lettered += caller.dead_lettered();
            fates.lost += refused - caller.dead_lettered();
        } else {
            fates.refused += refused;
        }
        fates.timed_out += timed_out;
        fates.running += u64::from(caller.waiting());
        fates.waiting += u64::from(caller.backing_off());
    }
    for service in sim.world().services() {
        let deliveries = service.deliveries();
        fates.entered += deliveries.not_accepted();
        fates.dead_lettered += deliveries.dead_lettered();
        fates.lost += deliveries.lost();
        fates.running += deliveries.knocking();
        fates.waiting += deliveries.waiting();
        let messages = service.messages();
        let counts = messages.counts();
        fates.entered += counts.entered - counts.filtered;
        fates.succeeded += counts.deleted;
        fates.dead_lettered += counts.moved;
        fates.lost += counts.expired;
        fates.running += messages.in_flight();
        fates.waiting += messages.len() - messages.in_flight();
    }
    for mapping in sim.world().mappings() {
        mapping
            .stream()
            .into_iter()
            .for_each(|stream| count_records(sim, stream, &mut fates));
    }
    for (_, state) in states(sim) {
        let queue = state.queue();
        let [succeeded, dead_lettered, at_destination, lost] = *queue.fates();
        let (waiting, running) = queue.under_way();
        fates.entered += queue.accepted();
        fates.succeeded += succeeded;
        fates.dead_lettered += dead_lettered;
        fates.at_destination += at_destination;
        fates.lost += lost;
        fates.running += running;
        fates.waiting += waiting;
        fates.twice += queue.twice();
    }
    fates
}

/// What has become of the records that a mapping of a stream reads.
fn count_records(sim: &Sim, stream: &part::State, fates: &mut Fates) {
    let part::Fates { processed, at_destination, dropped, expired } = *stream.fates();
    let [running, waiting] = stream.reader().held();
    let unread = stream.unread(sim.world().services());
    fates.entered += stream.entered() + unread;
    fates.succeeded += processed;
    fates.at_destination += at_destination;
    fates.lost += dropped + expired;
    fates.running += running;
    fates.waiting += waiting + unread;
}

fn account_view(sim: &Sim, plan: &Plan) -> AccountView {
    let lambda = sim.world().lambda();
    let quota = plan.settings().account_concurrency;
    let reserved: u64 =
        plan.functions().iter().filter_map(|function| function.reserved()).sum();
    let both: Vec<(&PlannedFunction, &FunctionState)> = states(sim).collect();
    let unreserved = both.iter().filter(|(planned, _)| planned.reserved().is_none());
    let provisioned = unreserved.map(|(_, state)| state.ledger.provisioned()).sum();
    let in_flight = both.iter().map(|(_, state)| state.in_flight()).sum();
    let pool_used = lambda.account().pool_used();
    AccountView {
        quota,
        reserved,
        provisioned,
        pool: lambda.account().pool(),
        pool_used,
        in_flight,
        claimed: pool_used + reserved + provisioned,
    }
}

/// The functions, in plan order, each with its state.
fn states(sim: &Sim) -> impl Iterator<Item = (&PlannedFunction, &FunctionState)> {
    let ids = (0..=u16::MAX).map(FunctionId);
    let functions = sim.plan().functions().iter().zip(ids);
    functions.map(|(planned, id)| (&**planned, sim.world().lambda().function(id)))
}

/// What each function has cost so far, in millionths of a US dollar.
pub(crate) fn costs(sim: &Sim, now: Instant) -> Vec<u64> {
    let mut month = Month::new(sim.plan().settings().free_tier);
    let costs = states(sim)
        .map(|(planned, state)| cost(state, planned, now).micro_usd(&mut month));
    costs.collect()
}

/// What a function has cost so far; provisioned concurrency to the end of its five minutes.
fn cost(
    state: &FunctionState,
    planned: &PlannedFunction,
    now: Instant,
) -> billing::State {
    let mut bill = state.bill;
    for (at, version) in planned.versions().iter().enumerate() {
        let Some(pool) = state.environments.pool(version_at(at)) else { continue };
        let provisioned = &pool.provisioned;
        let span = billed_end(provisioned.enabled, now).since(provisioned.billed_to);
        bill.provisioned(version.spec(), provisioned.requested, span);
    }
    bill
}

fn version_at(place: usize) -> VersionIx {
    VersionIx(u16::try_from(place).unwrap_or(u16::MAX))
}

fn function_view(
    state: &FunctionState,
    plan: &Plan,
    planned: &PlannedFunction,
    now: Instant,
    most: usize,
) -> FunctionView {
    let versions = planned.versions();
    let mut environments = alloc::vec![Vec::new(); versions.len()];
    for environment in state.environments.iter() {
        environments[usize::from(environment.version.0)].push(environment);
    }
    let views = versions.iter().zip(environments).enumerate();
    let views = views.map(|(at, (version, mut mine))| {
        let busy = mine.iter().filter(|environment| environment.run.is_some()).count();
        let idle = mine.len() - busy;
        let pool = state.environments.pool(version_at(at)).map(|pool| &pool.provisioned);
        let status = pool.map_or(Status::None, |pool| pool.status);
        // The oldest first.
        keep_first(&mut mine, most, |environment| (environment.id.0.into(), 0));
        let view =
            |environment: &&Environment| environment_view(plan, state, environment, now);
        VersionView {
            name: version.name(),
            index: version_at(at).0,
            memory_mb: version.spec().memory_mb,
            timeout: version.spec().timeout,
            environments: mine.iter().map(view).collect(),
            busy: count(busy),
            idle: count(idle),
            provisioned: pool.map_or(0, |pool| small(pool.requested)),
            provisioned_ready_at: match status {
                Status::InProgress { ready_at } => Some(ready_at),
                Status::None | Status::Ready | Status::Failed => None,
            },
            provisioned_failed: status == Status::Failed,
            counts: state.counts(version_at(at)).copied().into_iter().collect(),
        }
    });
    let aliases = planned.aliases().map(|(at, alias, version)| AliasView {
        name: alias.name().to_string(),
        version,
        additional: alias.routing().and_then(|routing| {
            let Routing { version, weight_ppm, given } = routing;
            let version = planned.existing(version)?;
            let [others, drawn] = state.split.get(at).copied().unwrap_or_default();
            Some(Share { version, weight_ppm, runs: others + drawn, drawn, given })
        }),
    });
    FunctionView {
        name: planned.name().to_string(),
        versions: views.collect(),
        aliases: aliases.collect(),
        reserved: planned.reserved(),
        on_demand: state.ledger.on_demand(),
        on_provisioned: state.on_provisioned,
        provisioned: state.ledger.provisioned(),
        queued: state.queue().waiting().into(),
        metrics: state.metrics,
        micro_usd: 0,
    }
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn environment_view(
    plan: &Plan,
    state: &FunctionState,
    environment: &Environment,
    now: Instant,
) -> EnvironmentView {
    let run = environment.run.and_then(|slot| state.run(slot));
    let doing = match run {
        Some(run) if now < run.init_until => Doing::Init,
        Some(_) => Doing::Busy,
        None if environment.reset => Doing::Reset,
        None => Doing::Idle,
    };
    let removed = environment.since.plus(plan.settings().idle_ttl);
    EnvironmentView {
        id: environment.id,
        doing,
        provisioned: environment.provisioned,
        job: run.map(|run| run.job),
        since: environment.since,
        init_until: run.map_or(environment.since, |run| run.init_until),
        until: run.map_or(removed, |run| run.until),
        ending: run.map(|run| run.ending),
    }
}
