//! What a case gives, as a scenario of the simulator and the work to do in it.
//!
//! Settings are the references' defaults; only the publish latency is 5 s, as the
//! recordings show new versions Pending (VER-24).

pub mod client;
pub mod destination;
pub mod function;
pub mod moment;
pub mod script;
pub mod step;

use lambdarium_sim::call::Operation;
use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::sdk::{RetryProfile, Spec as Sdk};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::lambda::behaviour::{Behaviour, Draw};
use lambdarium_sim::lambda::{Function, Spec, Version};
use lambdarium_sim::scenario::{Scenario, Settings};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};

use crate::case::{Members, Unsupported, count, instant, list, text, unsupported};
use destination::Services;
use function::Given;
use script::Script;
use step::Step;

/// What there is to do.
pub enum Work {
    /// Steps, one after the other or at their times.
    Steps(Vec<Step>),
    /// So many calls of one client.
    Calls(usize),
}

/// What a case sets up, and what is to be done there.
pub struct Setting {
    /// Functions, account, and whoever occupies concurrency.
    pub scenario: Scenario,
    /// The work.
    pub work: Work,
    /// How `Invoke` steps are made, where it is by an SDK that retries.
    pub client: Option<Sdk>,
    /// Where t = 0 of the case lies in the run: what was provisioned before is ready.
    pub base: Instant,
    /// Functions whose runs differ.
    pub scripts: Vec<Script>,
}

impl Setting {
    /// Whether other calls hold some of the concurrency.
    #[must_use]
    pub fn is_occupied(&self) -> bool {
        self.scenario.callers.iter().any(|caller| is_occupant(&caller.name))
    }

    fn publishes(&self) -> bool {
        match &self.work {
            Work::Steps(steps) => steps.iter().any(|step| match step.operation {
                Operation::PublishVersion | Operation::UpdateFunctionCode => true,
                Operation::Invoke
                | Operation::GetFunctionConcurrency
                | Operation::PutFunctionConcurrency
                | Operation::DeleteFunctionConcurrency
                | Operation::GetProvisionedConcurrencyConfig
                | Operation::PutProvisionedConcurrencyConfig
                | Operation::DeleteProvisionedConcurrencyConfig
                | Operation::UpdateFunctionConfiguration
                | Operation::PutFunctionEventInvokeConfig
                | Operation::UpdateFunctionEventInvokeConfig
                | Operation::GetFunctionEventInvokeConfig
                | Operation::DeleteFunctionEventInvokeConfig
                | Operation::ListFunctionEventInvokeConfigs
                | Operation::PutFunctionRecursionConfig
                | Operation::GetFunctionRecursionConfig
                | Operation::Publish
                | Operation::PutEvents
                | Operation::PutObject
                | Operation::PutRecord
                | Operation::PutItem
                | Operation::DeleteItem
                | Operation::SplitShard
                | Operation::MergeShards
                | Operation::SetFault => false,
            }),
            Work::Calls(_) => false,
        }
    }
}

/// Occupants are callers with names of this kind.
const OCCUPANT: &str = "occupant-";
/// Versions that occupants run count from here, far above any other.
const OCCUPANT_VERSION: u64 = 1_000_000;
/// An occupant that stays longer than a function may run calls again and again, at odd
/// distances, so that nobody else comes at that very instant.
const OCCUPANT_RUN: Span = Span(899_999_983);
/// Most of them.
const OCCUPANTS_MAX: usize = 50;

/// Whether a caller only occupies concurrency.
#[must_use]
pub fn is_occupant(name: &str) -> bool {
    name.starts_with(OCCUPANT)
}

/// Whether a version is only there for an occupant to run.
#[must_use]
pub const fn is_of_occupant(version: u64) -> bool {
    version >= OCCUPANT_VERSION
}

/// Translates what is given.
///
/// # Errors
/// Names what is not supported.
pub fn translate(given: &Value) -> Result<Setting, Unsupported> {
    let mut members = Members::of("given", given)?;
    let mut settings =
        Settings { publish_latency: Span::seconds(5), ..Settings::default() };
    let told_minimum =
        members.read("account", |place, value| account(place, value, &mut settings))?;
    let told_minimum = told_minimum.unwrap_or(false);
    let functions = members.read("functions", |place, value| {
        let all = Members::of(place, value)?.take_all();
        all.into_iter().map(|(name, value)| function::read(name, value)).collect()
    })?;
    let functions: Vec<Given> = functions.unwrap_or_default();
    let client = members.read("sdk", client::read)?;
    let mut services = Services::default();
    let put = members.read("asyncConfig", |place, value| {
        destination::put_config(place, value, &mut services)
    })?;
    let steps = members.read("steps", step::read_all)?;
    // The set-up comes before everything else.
    let steps = match (steps, put) {
        (steps, None) => steps,
        (steps, Some(put)) => {
            Some([put].into_iter().chain(steps.unwrap_or_default()).collect())
        }
    };
    let calls = members.read("calls", client::read_calls)?;
    let occupied = members.read("occupied", list)?.unwrap_or_default();
    members.finish()?;
    let base = provisioned_before(&functions, &mut settings)?;
    let scripts: Vec<Script> =
        functions.iter().filter_map(|given| given.script.clone()).collect();
    let functions = functions.into_iter().map(|given| given.function).collect();
    let mut scenario = with_services(functions, services, settings)?;
    if !told_minimum {
        leave_minimum(&mut scenario);
    }
    for (at, value) in occupied.iter().enumerate() {
        occupy(&format!("given.occupied[{at}]"), value, at, base, &mut scenario)?;
    }
    let work = match (steps, calls) {
        (Some(_), Some(_)) => return unsupported("given.steps beside given.calls"),
        (Some(steps), None) => Work::Steps(steps),
        (None, None) => return unsupported("a case without steps"),
        (None, Some(calls)) => {
            let [function] = &mut scenario.functions[..] else {
                return unsupported("given.calls of more than one function");
            };
            client::script(function, &calls)?;
            let spec = client.clone().unwrap_or_default();
            let caller = client::caller(spec, &function.name, calls.len());
            scenario.callers.push(caller);
            Work::Calls(calls.len())
        }
    };
    // A client that waits and retries like nobody in particular makes plain calls.
    let client = client.filter(|client| {
        let usual = plain();
        client.profile != usual.profile || client.read_timeout != usual.read_timeout
    });
    let setting = Setting { scenario, work, client, base, scripts };
    if !setting.scripts.is_empty() && setting.publishes() {
        return unsupported("given.functions: a script beside versions");
    }
    if setting.is_occupied() && setting.publishes() {
        return unsupported("given.occupied beside a step that publishes");
    }
    Ok(setting)
}

/// The functions with all they send to.
fn with_services(
    functions: Vec<Function>,
    mut services: Services,
    settings: Settings,
) -> Result<Scenario, Unsupported> {
    for function in &functions {
        services.add_named(&function.spec.dead_letter, &functions)?;
        services.add_named(&function.spec.behaviour.sends, &functions)?;
    }
    let services = services.into_services();
    let mut scenario = Scenario { settings, functions, services, ..Scenario::default() };
    for function in &mut scenario.functions {
        let versions = function.versions.iter_mut().map(|version| &mut version.spec);
        versions.chain([&mut function.spec]).for_each(destination::plain_names);
    }
    Ok(scenario)
}

/// Reads the account's limits; says whether the unreserved minimum is among them.
fn account(
    place: &str,
    value: &Value,
    settings: &mut Settings,
) -> Result<bool, Unsupported> {
    let mut members = Members::of(place, value)?;
    if let Some(units) = members.read("ConcurrentExecutions", count)? {
        settings.account_concurrency = units;
    }
    let minimum = members.read("minimumUnreserved", count)?;
    if let Some(units) = minimum {
        settings.unreserved_min = units;
    }
    members.finish()?;
    Ok(minimum.is_some())
}

/// What a case gives is there: reservations that leave less than the usual minimum mean
/// an account with a lower one.
fn leave_minimum(scenario: &mut Scenario) {
    let reserved = scenario.functions.iter().filter_map(|f| f.shared.reserved);
    let reserved = reserved.fold(0, u64::saturating_add);
    let settings = &mut scenario.settings;
    let left = settings.account_concurrency.saturating_sub(reserved);
    settings.unreserved_min = settings.unreserved_min.min(left);
}

/// Provisioned concurrency is there when a case begins, unless it says when it is ready.
fn provisioned_before(
    functions: &[Given],
    settings: &mut Settings,
) -> Result<Instant, Unsupported> {
    let mut base = Instant::START;
    let mut told = None;
    for given in functions {
        for provisioned in &given.function.provisioned {
            let building = Span(
                provisioned.count.saturating_mul(1_000_000) / settings.pc_rate_per_s,
            );
            if building > Span::HOUR {
                return unsupported("given.functions: very much provisioned concurrency");
            }
            match given.ready_at {
                None => {
                    let ready = settings.pc_prep.plus(building).0;
                    base = base.max(Instant(ready.next_multiple_of(Span::SECOND.0)));
                }
                Some(ready_at) => {
                    let prep = ready_at.0.checked_sub(building.0).map(Span);
                    if prep.is_none() || told.is_some_and(|told| Some(told) != prep) {
                        return unsupported("given.functions: provisionedReadyAt");
                    }
                    told = prep;
                }
            }
        }
    }
    match told {
        Some(_) if base > Instant::START => unsupported(
            "given.functions: provisioned with and without provisionedReadyAt",
        ),
        Some(prep) => {
            settings.pc_prep = prep;
            Ok(base)
        }
        None => Ok(base),
    }
}

/// Lets other calls hold units of a function's concurrency. They run a version of their
/// own, so that they leave no warm environment to anybody else.
fn occupy(
    place: &str,
    value: &Value,
    number: usize,
    base: Instant,
    scenario: &mut Scenario,
) -> Result<(), Unsupported> {
    let mut members = Members::of(place, value)?;
    let name = members.read("function", text)?.unwrap_or("fn");
    let units = members.read("units", count)?.unwrap_or(1);
    let start = members.read("start", instant)?.unwrap_or(Instant::START);
    let end = members.read("end", instant)?;
    members.finish()?;
    let function = scenario.functions.iter_mut().find(|function| function.name == name);
    let (Some(function), Some(end)) = (function, end) else { return unsupported(place) };
    if end <= start || units == 0 || units > 100_000 || number >= OCCUPANTS_MAX {
        return unsupported(place);
    }
    let mut from = start;
    while from < end {
        let stays = end.since(from).min(OCCUPANT_RUN);
        let version =
            OCCUPANT_VERSION + function.versions.len() as u64 + number as u64 * 1_000;
        function.versions.push(Version { number: version, spec: occupying(stays) });
        let load = Load {
            pattern: Pattern::Burst { count: units },
            start: base.plus(from.since(Instant::START)),
            ..Load::default()
        };
        scenario.callers.push(Caller {
            name: format!("{OCCUPANT}{}", scenario.callers.len()),
            kind: Kind::Sdk(Sdk { read_timeout: None, ..plain() }),
            target: format!("{name}:{version}"),
            payload: Payload::default(),
            load,
        });
        from = from.plus(stays);
    }
    Ok(())
}

/// A client that makes a call once.
#[must_use]
pub fn plain() -> Sdk {
    Sdk { profile: RetryProfile::None, ..Sdk::default() }
}

fn occupying(stays: Span) -> Spec {
    Spec {
        timeout: Span::seconds(900),
        behaviour: Behaviour { duration: Draw::Fixed(stays), ..Behaviour::default() },
        ..Spec::default()
    }
}
