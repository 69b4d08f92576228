//! What a case gives, as a scenario of the simulator and the work to do in it.
//!
//! Settings are the references' defaults; only the publish latency is 5 s, as the
//! recordings show new versions Pending (VER-24).

pub mod client;
pub mod destination;
pub mod function;
pub mod mapping;
pub mod moment;
pub mod release;
pub mod script;
pub mod source;
pub mod step;

use lambdarium_format::unit::decimal;
use lambdarium_sim::call::Operation;
use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::sdk::{RetryProfile, Spec as Sdk};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::lambda::behaviour::{Answer, Behaviour, Draw};
use lambdarium_sim::lambda::{Function, Spec, Version};
use lambdarium_sim::scenario::{Scenario, Settings};
use lambdarium_sim::service::stream::record::EPOCH_S;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};

use crate::case::{Members, Unsupported, count, instant, list, text, unsupported};
use destination::Services;
use function::Given;
use moment::{Condition, Named};
use release::Release;
use script::Script;
use source::{Of, Record, Source, Sources};
use step::{Around, Step, When};

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
    /// An alias that is deployed to.
    pub release: Release,
    /// Records of sources, each sent by one of the last steps.
    pub records: Vec<Record>,
}

impl Setting {
    /// Whether other calls hold some of the concurrency.
    #[must_use]
    pub fn is_occupied(&self) -> bool {
        self.scenario.callers.iter().any(|caller| is_occupant(&caller.name))
    }

    fn publishes(&self) -> bool {
        let publishes = |step: &Step| {
            let operation = step.operation;
            matches!(operation, Operation::PublishVersion | Operation::UpdateFunctionCode)
        };
        self.steps().iter().any(publishes)
    }

    /// All steps: those of the case, and those that set up what it gives.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        match &self.work {
            Work::Steps(steps) => steps,
            Work::Calls(_) => &[],
        }
    }

    /// The place of the step that sends a record.
    #[must_use]
    pub fn sender(&self, record: usize) -> usize {
        self.steps().len() - self.records.len() + record
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
    let told_minimum = members.read("account", |p, v| account(p, v, &mut settings))?;
    let told_minimum = told_minimum.unwrap_or(false);
    let functions = members.read("functions", |place, value| {
        let all = Members::of(place, value)?.take_all();
        all.into_iter().map(|(name, value)| function::read(name, value)).collect()
    })?;
    let functions: Vec<Given> = functions.unwrap_or_default();
    let client = members.read("sdk", client::read)?;
    let mut services = Services::default();
    let mut plot = Plot::read(&mut members, &mut services)?;
    let calls = members.read("calls", client::read_calls)?;
    let occupied = members.read("occupied", list)?.unwrap_or_default();
    let release = Release::read(&mut members)?;
    members.finish()?;
    let mut base = provisioned_before(&functions, &mut settings)?;
    if plot.set_up.iter().any(|step| step.when == When::SetUp) {
        base = base.max(Instant::START.plus(settings.esm_transition));
    }
    base = plot.begin(base.max(release.base()));
    settings.streams.lanes.clone_from(&plot.lanes);
    let scripts: Vec<Script> =
        functions.iter().filter_map(|given| given.script.clone()).collect();
    let mut functions: Vec<Function> =
        functions.into_iter().map(|given| given.function).collect();
    for function in &mut functions {
        plot.lead_conditions(function);
        plot.fit_timeout(function);
    }
    let mut scenario = with_services(functions, services, settings)?;
    if !told_minimum {
        leave_minimum(&mut scenario);
    }
    plot.set_up.extend(release.set_up(&mut scenario)?);
    for (at, value) in occupied.iter().enumerate() {
        occupy(&format!("given.occupied[{at}]"), value, at, base, &mut scenario)?;
    }
    let records = plot.records.clone();
    let work = match (plot.into_steps(), calls) {
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
    let setting = Setting { scenario, work, client, base, scripts, release, records };
    if !setting.scripts.is_empty() && setting.publishes() {
        return unsupported("given.functions: a script beside versions");
    }
    if setting.is_occupied() && setting.publishes() {
        return unsupported("given.occupied beside a step that publishes");
    }
    Ok(setting)
}

/// All that is to happen in a case: its steps, what has to be there before, and records.
struct Plot {
    calls: Option<Vec<Step>>,
    set_up: Vec<Step>,
    records: Vec<Record>,
    sends: Vec<Step>,
    /// The shortest visibility timeout of a source that keeps to it.
    visibility: Option<Span>,
    /// The longest batching window.
    window: Span,
    /// What the records come from.
    of: Option<Of>,
    /// Lanes of keys.
    lanes: Vec<(String, u32)>,
    /// The length of tumbling windows, if there are any.
    tumbling: Span,
}

impl Plot {
    fn read(
        members: &mut Members<'_>,
        services: &mut Services,
    ) -> Result<Self, Unsupported> {
        let put = members.read("asyncConfig", |place, value| {
            destination::put_config(place, value, services)
        })?;
        let sources = members.read("source", |p, v| source::read_all(p, v, services))?;
        let mut sources = sources.unwrap_or_default();
        let mappings = members.read("esm", |place, value| {
            mapping::read_all(place, value, &sources.all, services)
        })?;
        let mut mappings = mappings.unwrap_or_default();
        let order = members.read("order", order)?;
        let is_stream = |source: &Source| source.visibility.is_none();
        let order = order.filter(|_| sources.all.iter().any(is_stream));
        let mut around = Around {
            sources: &sources,
            mappings: &mut mappings,
            services,
            before: Vec::new(),
        };
        let calls = members
            .read("steps", |place, value| step::read_all(place, value, &mut around))?;
        let mut set_up: Vec<Step> = put.into_iter().chain(around.before).collect();
        set_up.extend(mappings.set_ups());
        let all = calls.iter().flatten().chain(&set_up);
        let named: Vec<Named<'_>> = all.map(Named::of).collect();
        let sends = std::mem::take(&mut sources.sends);
        let mut steps = Vec::new();
        for (mut step, sentence) in sends {
            let untold = (step.when == When::Next).then_some(order.unwrap_or(ENABLED));
            if let Some(sentence) = sentence.as_deref().or(untold) {
                step.when = when_sent(sentence, &named, &sources.records)?;
            }
            steps.push(step);
        }
        let Sources { all, records, lanes, .. } = sources;
        let mapped = calls.iter().flatten().chain(&set_up).filter_map(|step| {
            services.visibility(step.parameters.get("EventSourceArn")?.as_text()?)
        });
        let hides = all.iter().filter_map(|source| source.visibility);
        let visibility = hides.chain(mapped).min();
        let window = mappings.longest("MaximumBatchingWindowInSeconds");
        let tumbling = mappings.longest("TumblingWindowInSeconds");
        let of = all.first().map(|source| source.of);
        let sends = steps;
        Ok(Self {
            calls,
            set_up,
            records,
            sends,
            visibility,
            window,
            of,
            lanes,
            tumbling,
        })
    }

    /// Begins when tumbling windows do, at an instant or later: cases count from there, and
    /// windows from 1970.
    fn begin(&mut self, at: Instant) -> Instant {
        let since_1970 = EPOCH_S * Span::SECOND.0 + at.0;
        let begins = since_1970.next_multiple_of(self.tumbling.0.max(1));
        let base = Instant(at.0 + begins - since_1970);
        self.place_positions(base);
        base
    }

    /// Calls count times from 1970, and so do recordings; a case may count from its t = 0.
    fn place_positions(&mut self, base: Instant) {
        let calls = self.calls.iter_mut().flatten();
        for step in calls.chain(&mut self.set_up) {
            let Value::Object(parameters) = &mut step.parameters else { continue };
            let mut times = parameters.iter_mut();
            let time = times.find(|(key, _)| key == "StartingPositionTimestamp");
            let Some((_, value)) = time else { continue };
            let early = value.scaled(6).filter(|at| *at < EPOCH_S / 2 * Span::SECOND.0);
            if let Some(at) = early {
                let at = at + base.0 + EPOCH_S * Span::SECOND.0;
                *value = Value::Number(decimal(at, 6));
            }
        }
    }

    /// What a handler looks for in a record stands where its source puts it.
    fn lead_conditions(&self, function: &mut Function) {
        let specs = function.versions.iter_mut().map(|version| &mut version.spec);
        for spec in specs.chain([&mut function.spec]) {
            if let (Some(of), Some(per_record)) =
                (self.of, &mut spec.behaviour.per_record)
            {
                of.lead(&mut per_record.fails_if);
            }
            if let (Some(of), Answer::Sum(sum)) = (self.of, &mut spec.behaviour.answer) {
                sum.path = of.led(&sum.path, "N");
            }
        }
    }

    /// Where a case names no timeout it is long enough, but no longer than a queue allows
    /// (SQS-10), or than what leaves its visibility timeout as it is (SQS-11).
    fn fit_timeout(&self, function: &mut Function) {
        let Some(visibility) = self.visibility else { return };
        let specs = function.versions.iter_mut().map(|version| &mut version.spec);
        for spec in specs.chain([&mut function.spec]) {
            let untold = spec.timeout == function::TIMEOUT;
            if untold && visibility < spec.timeout {
                let short = Span(visibility.0.saturating_sub(self.window.0));
                let fits = matches!(
                    spec.behaviour.duration,
                    Draw::Fixed(body) if body < short && short >= Span::SECOND
                );
                spec.timeout = if fits { short } else { visibility.max(Span::SECOND) };
            }
        }
    }

    /// All steps: those of the case, then those that set it up, then its records.
    fn into_steps(self) -> Option<Vec<Step>> {
        let others = self.set_up.into_iter().chain(self.sends);
        let others: Vec<Step> = others.collect();
        match self.calls {
            None if others.is_empty() => None,
            calls => Some(calls.into_iter().flatten().chain(others).collect()),
        }
    }
}

/// When records are sent of which a case does not say when.
const ENABLED: &str = "mapping enabled";

/// When a record is sent, as a sentence says it.
fn when_sent(
    sentence: &str,
    steps: &[Named<'_>],
    records: &[Record],
) -> Result<When, Unsupported> {
    let said = sentence.trim().trim_end_matches('.').to_lowercase();
    let said = said.replace("the mapping", "mapping");
    Ok(match said.as_str() {
        "before mapping is created" | "before mapping exists" => When::SetUp,
        "mapping enabled" | "mapping is enabled" | "once mapping is enabled" => {
            When::At(Instant::START)
        }
        said if said.starts_with("mapping on ") => When::At(Instant::START),
        "after mapping is created" | "after mapping was created" => {
            let creates =
                |step: &Named<'_>| step.operation == Operation::CreateEventSourceMapping;
            let Some(step) = steps.iter().position(creates) else {
                return unsupported(format!("at {sentence:?}"));
            };
            When::Once(Condition::Answered { step, well: true })
        }
        _ => When::Once(moment::read(sentence, steps, records)?),
    })
}

/// When records are sent of which nothing else is said, as a case orders things. Those of
/// t = 0 are all there when a mapping first looks, as it reads from then on; whether a queue
/// had its messages before it was read makes no difference.
fn order(place: &str, value: &Value) -> Result<&'static str, Unsupported> {
    let said = text(place, value)?.to_lowercase().replace("the mapping", "mapping");
    let before = ["before mapping is created", "before mapping exists"];
    let created = ["after mapping is created", "after mapping was created"];
    let enabled =
        ["after mapping is enabled", "once mapping is enabled", "after it is enabled"];
    let together =
        ["before mapping reads", "one batch of", "in one batch", "in one call"];
    let says = |all: &[&str]| all.iter().any(|words| said.contains(words));
    match [says(&before), says(&created), says(&enabled)] {
        [true, false, false] => Ok(before[0]),
        [false, true, false] => Ok(created[0]),
        [false, false, true] => Ok(ENABLED),
        [false, false, false] if says(&together) => Ok(ENABLED),
        // Nothing that is known; or some of the records, and then others.
        [_, _, _] => unsupported(format!("{place}: {said}")),
    }
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
