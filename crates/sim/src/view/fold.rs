//! Folds the machine and the trace around a moment into a frame.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::{
    AccountView, Back, CallerView, Doing, EnvironmentView, Fates, Frame, FunctionView,
    Look, Place, Token, VersionView,
};
use crate::caller::Kind;
use crate::caller::state::{self as caller, Doing as CallDoing};
use crate::id::{CallerId, EnvironmentId, FunctionId, Job, Origin, VersionIx};
use crate::lambda::billing::{Month, billed_end};
use crate::lambda::environment::{Environment, Status};
use crate::lambda::invoke::FunctionState;
use crate::plan::{Plan, PlannedCaller, PlannedFunction};
use crate::record::Recording;
use crate::sim::Sim;
use crate::time::{Instant, Moment, Span};
use crate::trace::{Entry, Fact, Log, Outcome};

/// What a screen shows at a moment.
pub fn frame(recording: &mut Recording, look: &Look) -> Frame {
    let moment = Moment { at: look.moment.at.min(recording.end()), ..look.moment };
    let sim = recording.at(moment).clone();
    let plan = sim.plan();
    let entries = recording.log().count_until(moment);
    let callers: Vec<CallerView> = plan
        .callers()
        .iter()
        .zip(sim.world().callers())
        .map(|(planned, state)| caller_view(planned, state))
        .collect();
    let most = usize::try_from(look.tokens_max).unwrap_or(usize::MAX);
    let mut month = Month::new(plan.settings().free_tier);
    let functions = plan.functions().iter().enumerate().map(|(at, planned)| {
        let id = FunctionId(u16::try_from(at).unwrap_or(u16::MAX));
        function_view(&sim, plan, planned, id, moment.at, most, &mut month)
    });
    let mut tokens = tokens(&sim, recording.log(), moment, look.glide, entries, most);
    let counted = tokens.len() > most;
    if counted {
        tokens.clear();
    }
    Frame {
        moment,
        entries,
        fates: fates(&callers),
        functions: functions.collect(),
        account: account_view(&sim, plan),
        callers,
        tokens,
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

fn fates(callers: &[CallerView]) -> Fates {
    let ended = |outcome: Outcome| -> u64 {
        callers.iter().map(|caller| caller.ended[outcome as usize]).sum()
    };
    Fates {
        entered: callers.iter().map(|caller| caller.made).sum(),
        succeeded: ended(Outcome::Ok),
        failed: ended(Outcome::FunctionError),
        throttled: ended(Outcome::Throttled),
        refused: ended(Outcome::Refused),
        timed_out: ended(Outcome::TimedOut),
        running: callers.iter().map(|caller| u64::from(caller.waiting)).sum(),
        waiting: callers.iter().map(|caller| u64::from(caller.backing_off)).sum(),
    }
}

fn account_view(sim: &Sim, plan: &Plan) -> AccountView {
    let lambda = sim.world().lambda();
    let quota = plan.settings().account_concurrency;
    let reserved: u64 =
        plan.functions().iter().filter_map(PlannedFunction::reserved).sum();
    let ids = (0..plan.functions().len()).map(|at| u16::try_from(at).unwrap_or(u16::MAX));
    let states = ids.map(|at| lambda.function(FunctionId(at)));
    let both: Vec<(&PlannedFunction, &FunctionState)> =
        plan.functions().iter().zip(states).collect();
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

fn function_view(
    sim: &Sim,
    plan: &Plan,
    planned: &PlannedFunction,
    id: FunctionId,
    now: Instant,
    most: usize,
    month: &mut Month,
) -> FunctionView {
    let state = sim.world().lambda().function(id);
    let mut environments: Vec<&Environment> = state.environments.iter().collect();
    environments.sort_unstable_by_key(|environment| environment.id);
    let versions = planned.versions().iter().enumerate().filter_map(|(at, version)| {
        let index = VersionIx(u16::try_from(at).ok()?);
        let mine = environments.iter().filter(|e| e.version == index);
        let pool = state.environments.pool(index).map(|pool| &pool.provisioned);
        let status = pool.map_or(Status::None, |pool| pool.status);
        Some(VersionView {
            name: version.name(),
            index: index.0,
            memory_mb: version.spec().memory_mb,
            timeout: version.spec().timeout,
            busy: count(mine.clone().filter(|e| e.run.is_some()).count()),
            idle: count(mine.clone().filter(|e| e.run.is_none()).count()),
            environments: mine
                .take(most)
                .map(|environment| environment_view(plan, state, environment, now))
                .collect(),
            provisioned: pool.map_or(0, |pool| {
                count(usize::try_from(pool.requested).unwrap_or(usize::MAX))
            }),
            provisioned_ready_at: match status {
                Status::InProgress { ready_at } => Some(ready_at),
                Status::None | Status::Ready | Status::Failed => None,
            },
            provisioned_failed: status == Status::Failed,
        })
    });
    let mut bill = state.bill;
    for (at, version) in planned.versions().iter().enumerate() {
        let index = VersionIx(u16::try_from(at).unwrap_or(u16::MAX));
        let Some(pool) = state.environments.pool(index) else { continue };
        let provisioned = &pool.provisioned;
        let span = billed_end(provisioned.enabled, now).since(provisioned.billed_to);
        bill.provisioned(version.spec(), provisioned.requested, span);
    }
    FunctionView {
        name: planned.name().to_string(),
        versions: versions.collect(),
        aliases: planned
            .aliases()
            .map(|(name, version)| (name.to_string(), version))
            .collect(),
        reserved: planned.reserved(),
        on_demand: state.ledger.on_demand(),
        on_provisioned: state.on_provisioned,
        provisioned: state.ledger.provisioned(),
        metrics: state.metrics,
        micro_usd: bill.micro_usd(month),
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

/// Everything that moves or waits; gives up counting just above `most`.
fn tokens(
    sim: &Sim,
    log: &Log,
    moment: Moment,
    glide: Span,
    entries: u32,
    most: usize,
) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut gliding = Gliding { sim, glide, now: moment.at, seen: Vec::new() };
    for number in (0..entries).rev() {
        let Some(entry) = log.get(number) else { break };
        if moment.at.since(entry.at) >= glide || tokens.len() > most {
            break;
        }
        tokens.extend(gliding.token(log, entry));
    }
    running(sim, &gliding.seen, most, &mut tokens);
    backing_off(sim, moment.at, &gliding.seen, most, &mut tokens);
    tokens
}

/// Tokens on wires: what was sent or answered so short a time ago that it still glides.
struct Gliding<'a> {
    sim: &'a Sim,
    glide: Span,
    now: Instant,
    seen: Vec<Job>,
}

impl Gliding<'_> {
    fn token(&mut self, log: &Log, entry: &Entry) -> Option<Token> {
        let job = entry.job?;
        let Origin::Caller(caller) = job.origin else { return None };
        if self.seen.contains(&job) {
            return None;
        }
        let passed = self.now.since(entry.at).0;
        let share =
            u32::try_from(passed * 1_000_000 / self.glide.0.max(1)).unwrap_or(1_000_000);
        let attempt = self.attempt(log, entry, job);
        let place = match entry.fact {
            Fact::Started { .. } | Fact::Called | Fact::Retried { .. } => {
                Place::Going(share)
            }
            Fact::Answered { outcome, .. } => Place::Returning(share, back(outcome)),
            Fact::RetryPlanned { .. } => Place::Returning(share, Back::Throttled),
            Fact::QuotaExhausted { .. }
            | Fact::WaitEnded { .. }
            | Fact::DryRunAnswered
            | Fact::SpilledOver { .. }
            | Fact::InitCut
            | Fact::Ended { .. }
            | Fact::Abandoned
            | Fact::Throttled { .. }
            | Fact::Refused { .. }
            | Fact::EnvironmentRemoved { .. }
            | Fact::ProvisioningStarted { .. }
            | Fact::ProvisioningReady { .. }
            | Fact::ProvisioningFailed { .. }
            | Fact::Replied { .. }
            | Fact::Cost { .. }
            | Fact::Stopped { .. } => return None,
        };
        self.seen.push(job);
        let function = self.sim.plan().caller(caller).function();
        Some(Token { job, function, attempt, place, room: None })
    }

    fn attempt(&self, log: &Log, entry: &Entry, job: Job) -> u16 {
        match entry.fact {
            Fact::Answered { attempts, .. } => attempts,
            Fact::Retried { attempt } => attempt,
            Fact::RetryPlanned { attempt, .. } => attempt - 1,
            _ => match log.get(entry.cause).map(|cause| (cause.job, cause.fact)) {
                Some((Some(of), Fact::Retried { attempt })) if of == job => attempt,
                _ => 1,
            },
        }
    }
}

fn back(outcome: Outcome) -> Back {
    match outcome {
        Outcome::Ok => Back::Ok,
        Outcome::FunctionError => Back::Failed,
        Outcome::Throttled => Back::Throttled,
        Outcome::Refused | Outcome::TimedOut => Back::Refused,
    }
}

fn running(sim: &Sim, seen: &[Job], most: usize, tokens: &mut Vec<Token>) {
    let functions = 0..sim.plan().functions().len();
    for id in functions.map(|at| FunctionId(u16::try_from(at).unwrap_or(u16::MAX))) {
        let state = sim.world().lambda().function(id);
        let busy =
            state.environments.iter().filter_map(|e| Some((e.id, state.run(e.run?)?)));
        for (environment, run) in busy {
            if tokens.len() > most {
                return;
            }
            if !seen.contains(&run.job) {
                tokens.push(token_in(id, environment, run));
            }
        }
    }
}

fn token_in(
    id: FunctionId,
    environment: EnvironmentId,
    run: &crate::lambda::run::Run,
) -> Token {
    Token {
        job: run.job,
        function: id,
        attempt: run.attempt,
        place: Place::Running(environment),
        room: Some(run.room),
    }
}

fn backing_off(
    sim: &Sim,
    now: Instant,
    seen: &[Job],
    most: usize,
    tokens: &mut Vec<Token>,
) {
    for (at, state) in sim.world().callers().iter().enumerate() {
        let id = CallerId(u16::try_from(at).unwrap_or(u16::MAX));
        for call in state.calls() {
            let CallDoing::BackingOff { until } = call.doing else { continue };
            let job = Job { origin: Origin::Caller(id), call: call.number };
            if tokens.len() > most {
                return;
            }
            if seen.contains(&job) {
                continue;
            }
            let (left, whole) = (until.since(now), until.since(call.since));
            let share = left.0 * 1_000_000 / whole.0.max(1);
            let share = u32::try_from(share).unwrap_or(1_000_000);
            tokens.push(Token {
                job,
                function: sim.plan().caller(id).function(),
                attempt: call.attempt,
                place: Place::BackingOff(share, left),
                room: None,
            });
        }
    }
}
