//! What a case gives of an alias that is deployed to: the deployment, its hooks, its alarm
//! and the traffic through it.

use lambdarium_sim::call::Operation;
use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::behaviour::{Behaviour, Report};
use lambdarium_sim::lambda::{Alias, Function, Routing, Spec};
use lambdarium_sim::release::alarm::{self, Alarm};
use lambdarium_sim::release::deployment::{HookStatus, RollbackEvent};
use lambdarium_sim::release::group::HOOK_MAX;
use lambdarium_sim::release::routing::TrafficRouting;
use lambdarium_sim::release::spec::{self, Group};
use lambdarium_sim::scenario::Scenario;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};
use lambdarium_sim::{EVENTS, Given};

use super::plain;
use super::step::{Role, Step, When};
use crate::case::{
    Members, Unsupported, count, instant, list, seconds, switch, text, unsupported,
};

/// The function of such a case.
const FUNCTION: &str = "fn";
/// The deployment group, for which a case has no name.
pub const GROUP: &str = "group";
/// The alarm that goes off at times that a case names.
const BELL: &str = "bell";
/// The alarm that watches metrics.
const WATCH: &str = "watch";

/// An alias that is deployed to.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// Its name.
    pub alias: String,
    /// How many requests come each second.
    pub rate: Option<u64>,
    /// The version it is to lead to.
    pub target: u64,
    /// What was drawn for requests, in order, in millionths.
    pub draws: Vec<u64>,
    functions: Vec<Function>,
    routed: Option<Alias>,
    alarms: Vec<Alarm>,
    group: Option<Group>,
    callers: Vec<Caller>,
    steps: Vec<Step>,
    base: Instant,
}

impl Release {
    /// Reads it; what a case does not give is not there.
    ///
    /// # Errors
    /// Names what is not supported.
    pub fn read(members: &mut Members<'_>) -> Result<Self, Unsupported> {
        let mut release = Self::default();
        if let Some(alias) = members.read("alias", read_alias)? {
            release.alias.clone_from(&alias.name);
            release.routed = Some(alias);
        }
        if let Some(draws) = members.read("draws", list)? {
            let draws = draws.iter().map(|u| u.scaled(6));
            let draws: Option<Vec<u64>> = draws.collect();
            release.draws = draws.map_or_else(|| unsupported("given.draws"), Ok)?;
        }
        let deployment = members.take("deployment");
        let alarm = members.take("alarm");
        let traffic = members.take("traffic");
        if let Some(alarm) = alarm {
            release.read_alarm(alarm)?;
        }
        if let Some(deployment) = deployment {
            release.read_deployment(deployment)?;
        }
        if let Some(traffic) = traffic {
            release.read_traffic(traffic)?;
        }
        Ok(release)
    }

    /// Whether a case gives anything of the kind.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.routed.is_some() || self.group.is_some() || !self.alarms.is_empty()
    }

    /// Where t = 0 lies at least.
    #[must_use]
    pub fn base(&self) -> Instant {
        self.base
    }

    /// Puts it into a scenario, and gives the steps that play it.
    ///
    /// # Errors
    /// If there is no function with such an alias.
    pub fn set_up(&self, scenario: &mut Scenario) -> Result<Vec<Step>, Unsupported> {
        if !self.is_given() {
            return Ok(Vec::new());
        }
        let function = scenario.functions.iter_mut().find(|f| f.name == FUNCTION);
        let Some(function) = function else { return unsupported("an alias of nothing") };
        function.aliases.extend(self.routed.clone());
        scenario.functions.extend(self.functions.iter().cloned());
        scenario.alarms.extend(self.alarms.iter().cloned());
        scenario.groups.extend(self.group.clone());
        scenario.callers.extend(self.callers.iter().cloned());
        Ok(self.steps.clone())
    }

    fn target(&self) -> String {
        format!("{FUNCTION}:{}", self.alias)
    }

    fn read_deployment(&mut self, value: &Value) -> Result<(), Unsupported> {
        let mut members = Members::of("given.deployment", value)?;
        let config = members.take("config");
        let (name, custom) = config.map_or(Ok((String::new(), None)), read_config)?;
        let current = members.read("currentVersion", version)?;
        let target = members.read("targetVersion", version)?;
        let rollback = members.read("rollbackEvents", read_rollback)?.unwrap_or_default();
        let hooks = members.read("hooks", |place, value| Members::of(place, value))?;
        let rings = members.read("alarmGoesOffAt", list)?.unwrap_or_default();
        let stop = members.take("stop");
        members.finish()?;
        let Some(target) = target else {
            return unsupported("given.deployment: to where");
        };
        self.target = target;
        let mut spec = spec::Spec { config: name, ..spec::Spec::default() };
        if let Some(mut hooks) = hooks {
            for (key, to) in [
                ("BeforeAllowTraffic", &mut spec.before),
                ("AfterAllowTraffic", &mut spec.after),
            ] {
                if let Some(hook) = hooks.take(key) {
                    self.functions.push(read_hook(key, hook)?);
                    *to = key.into();
                }
            }
            hooks.finish()?;
        }
        // Steps of one instant: a stop comes first, then an alarm (CD-32).
        if let Some(stop) = stop {
            self.steps.push(read_stop(stop)?);
        }
        for (number, at) in rings.iter().enumerate() {
            let at = instant("given.deployment.alarmGoesOffAt", at)?;
            self.steps.push(ring(number, at));
        }
        if !rings.is_empty() {
            self.alarms.push(bell(self.target()));
        }
        self.steps.push(create(current, target));
        self.group = Some(Group {
            name: GROUP.into(),
            alias: self.target(),
            spec,
            custom,
            alarms: self.alarms.iter().map(|alarm| alarm.name.clone()).collect(),
            rollback,
        });
        Ok(())
    }

    fn read_alarm(&mut self, value: &Value) -> Result<(), Unsupported> {
        let mut members = Members::of("given.alarm", value)?;
        let mut spec = alarm::Spec::default();
        if let Some(metric) = members.read("metric", word)? {
            spec.metric = metric;
        }
        for key in ["Statistic", "ExtendedStatistic"] {
            let Some(statistic) = members.read(key, text)? else { continue };
            match statistic.strip_prefix('p') {
                Some(_) => spec.extended_statistic = statistic.into(),
                None => spec.statistic = word(key, &Value::text(statistic))?,
            }
        }
        if let Some(comparison) = members.read("ComparisonOperator", word)? {
            spec.comparison = comparison;
        }
        if let Some(missing) = members.read("TreatMissingData", word)? {
            spec.missing = missing;
        }
        if let Some(threshold) = members.take("Threshold") {
            let threshold = threshold.scaled(6);
            spec.threshold =
                threshold.map_or_else(|| unsupported("given.alarm.Threshold"), Ok)?;
        }
        if let Some(period) = members.read("Period", seconds)? {
            spec.period = period;
        }
        if let Some(periods) = members.read("EvaluationPeriods", count)? {
            spec.evaluation_periods = periods;
        }
        spec.datapoints_to_alarm = members.read("DatapointsToAlarm", count)?;
        spec.executed_version = members.read("ExecutedVersion", version)?;
        let watches = members.read("Resource", text)?.unwrap_or(FUNCTION).to_string();
        if let Some(since) = members.read("deploymentStartsAtEpochPlus", seconds)? {
            self.base = self.base.plus(since);
        }
        members.finish()?;
        self.alarms.push(Alarm { name: WATCH.into(), watches, spec });
        Ok(())
    }

    /// Requests, evenly, until nothing of the deployment can be left.
    fn read_traffic(&mut self, value: &Value) -> Result<(), Unsupported> {
        let mut members = Members::of("given.traffic", value)?;
        let rate = members.read("requestsPerSecond", count)?.unwrap_or(1);
        let evenly = members.read("evenly", switch)?.unwrap_or(true);
        let start = members.read("startsAtEpochPlus", instant)?.unwrap_or(self.base);
        members.finish()?;
        if !evenly || rate == 0 || rate > 1_000 {
            return unsupported("given.traffic");
        }
        self.rate = Some(rate);
        let group = self.group.as_ref();
        let shifting =
            group.and_then(Group::routing).map_or(Span::ZERO, TrafficRouting::shifting);
        let hooks = u64::try_from(self.functions.len()).unwrap_or_default();
        let most = shifting.plus(HOOK_MAX.times(hooks)).plus(Span::HOUR);
        let end = self.base.plus(most.min(LONGEST_TRAFFIC));
        let load = Load {
            pattern: Pattern::Constant { rate: rate * 1_000_000_000 },
            start,
            end: Some(end),
            ..Load::default()
        };
        self.callers.push(Caller {
            name: "traffic".into(),
            kind: Kind::Sdk(plain()),
            target: self.target(),
            payload: Payload::default(),
            load,
        });
        Ok(())
    }
}

/// Longest time that traffic of a case comes.
const LONGEST_TRAFFIC: Span = Span::HOUR.times(3);

/// The alarm that only goes off when it is told to.
fn bell(watches: String) -> Alarm {
    let spec = alarm::Spec {
        period: Span::HOUR.times(24),
        missing: alarm::MissingData::Ignore,
        ..alarm::Spec::default()
    };
    Alarm { name: BELL.into(), watches, spec }
}

fn step(id: String, operation: Operation, parameters: Value, at: Instant) -> Step {
    let (when, role) = (When::At(at), Role::SetUp);
    Step { id, operation, parameters, when, times: 1, role }
}

fn ring(number: usize, at: Instant) -> Step {
    let with = Value::object([
        ("AlarmName", Value::text(BELL)),
        ("StateValue", Value::text(alarm::StateValue::Alarm.word())),
    ]);
    step(format!("alarm {number}"), Operation::SetAlarmState, with, at)
}

fn create(current: Option<u64>, target: u64) -> Step {
    let number = |number: u64| Value::text(&number.to_string());
    let mut properties = Vec::from([("TargetVersion".to_string(), number(target))]);
    properties.extend(current.map(|current| ("CurrentVersion".into(), number(current))));
    let resource = Value::object([("Properties", Value::Object(properties))]);
    let resources = Value::List(Vec::from([Value::object([(FUNCTION, resource)])]));
    let content = Value::object([("Resources", resources)]);
    let spec = Value::object([("content", content)]);
    let revision = Value::object([("appSpecContent", spec)]);
    let with = Value::object([
        ("deploymentGroupName", Value::text(GROUP)),
        ("revision", revision),
    ]);
    step("createDeployment".into(), Operation::CreateDeployment, with, Instant::START)
}

fn read_stop(value: &Value) -> Result<Step, Unsupported> {
    let place = "given.deployment.stop";
    let mut members = Members::of(place, value)?;
    let Some(at) = members.read("at", instant)? else { return unsupported(place) };
    let rolls_back = members.read("autoRollbackEnabled", switch)?.unwrap_or(false);
    members.finish()?;
    let with = Value::object([
        ("deploymentId", Value::text(GROUP)),
        ("autoRollbackEnabled", Value::Bool(rolls_back)),
    ]);
    Ok(step("stop".into(), Operation::StopDeployment, with, at))
}

/// A function that reports something, or nothing.
fn read_hook(name: &str, value: &Value) -> Result<Function, Unsupported> {
    let mut members = Members::of(format!("given.deployment.hooks.{name}"), value)?;
    let after = members.read("afterSeconds", seconds)?.unwrap_or(Span::ZERO);
    let place = members.place("reports");
    let status = match members.take("reports") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_text() {
            Some("nothing" | "never" | "none") => None,
            _ => Some(word::<HookStatus>(&place, value)?),
        },
    };
    members.finish()?;
    let reports = status.and_then(|status| Report::new(status, Some(after)));
    let behaviour = Behaviour { reports, ..Behaviour::default() };
    let spec = Spec { behaviour, ..Spec::default() };
    Ok(Function { name: name.into(), spec, ..Function::default() })
}

fn read_alias(place: &str, value: &Value) -> Result<Alias, Unsupported> {
    let mut members = Members::of(place, value)?;
    let name = members.read("name", text)?.unwrap_or("live").to_string();
    let version = members.read("FunctionVersion", version)?;
    let weights = members.read("AdditionalVersionWeights", read_weights)?;
    members.finish()?;
    let Some(version) = version else { return unsupported(place) };
    Ok(Alias { name, version, routing: weights.flatten() })
}

fn read_weights(place: &str, value: &Value) -> Result<Option<Routing>, Unsupported> {
    let all = Members::of(place, value)?.take_all();
    let [(name, weight)] = all[..] else {
        return if all.is_empty() { Ok(None) } else { unsupported(place) };
    };
    let version = version(place, &Value::text(name))?;
    let weight = weight.scaled(6).and_then(|weight| u32::try_from(weight).ok());
    let Some(weight_ppm) = weight else { return unsupported(place) };
    Ok(EVENTS.then(|| Routing { version, weight_ppm, given: Given::here() }))
}

type Config = (String, Option<TrafficRouting>);

fn read_config(value: &Value) -> Result<Config, Unsupported> {
    let place = "given.deployment.config";
    if let Some(name) = value.as_text() {
        return Ok((name.into(), None));
    }
    let mut members = Members::of(place, value)?;
    let kind = members.read("type", text)?.unwrap_or_default();
    let percentage = members.read("percentage", count)?.map(u8::try_from);
    let interval = members.read("intervalMinutes", count)?.map(u16::try_from);
    members.finish()?;
    let routing = match (kind, percentage, interval) {
        ("AllAtOnce", None, None) => TrafficRouting::AllAtOnce,
        ("TimeBasedCanary", Some(Ok(percentage)), Some(Ok(interval))) => {
            TrafficRouting::Canary { percentage, interval }
        }
        ("TimeBasedLinear", Some(Ok(percentage)), Some(Ok(interval))) => {
            TrafficRouting::Linear { percentage, interval }
        }
        (..) => return unsupported(place),
    };
    Ok((String::new(), Some(routing)))
}

fn read_rollback(place: &str, value: &Value) -> Result<Vec<RollbackEvent>, Unsupported> {
    list(place, value)?.iter().map(|event| word(place, event)).collect()
}

/// The number of a version, written as text or as a number.
pub fn version(place: &str, value: &Value) -> Result<u64, Unsupported> {
    let number = match value.as_text() {
        Some(text) => text.parse().ok(),
        None => value.as_count(),
    };
    number.map_or_else(|| unsupported(format!("{place}: no version")), Ok)
}

/// One of some words.
fn word<T: Choices>(place: &str, value: &Value) -> Result<T, Unsupported> {
    let word = text(place, value)?;
    T::from_word(word).map_or_else(|| unsupported(format!("{place}: {word}")), Ok)
}
