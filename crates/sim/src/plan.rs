//! A checked scenario: names resolved, numbers in range.
//!
//! A plan is what runs. An act that changes the wiring gives the machine a changed copy.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::caller::load::Load;
use crate::caller::{Caller, Kind, gateway, sdk, step_functions};
use crate::dice::Dice;
use crate::id::{CallerId, FunctionId, Part, VersionIx};
use crate::knob::{self, Issue};
use crate::lambda::{self, Function};
use crate::limits::{self, Bounds};
use crate::rule::Rule;
use crate::scenario::{Act, Run, Scenario, Settings};
use crate::time::Instant;
use crate::value::Payload;

/// Which version of its function a caller asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// None: `$LATEST`.
    Latest,
    /// A version's number or an alias's name, looked up at each call.
    Named(String),
}

/// A caller with its target found.
#[derive(Clone, Debug)]
pub struct PlannedCaller {
    pub(crate) caller: Caller,
    pub(crate) function: FunctionId,
    pub(crate) qualifier: Qualifier,
    pub(crate) dice: Dice,
}

impl PlannedCaller {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.caller.name
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.caller.kind
    }

    /// What it calls, as written.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.caller.target
    }

    /// The function it calls.
    #[must_use]
    pub fn function(&self) -> FunctionId {
        self.function
    }

    /// What it sends.
    #[must_use]
    pub fn payload(&self) -> &Payload {
        &self.caller.payload
    }

    /// When it calls.
    #[must_use]
    pub fn load(&self) -> &Load {
        &self.caller.load
    }
}

/// One version with the settings it runs by.
#[derive(Clone, Debug)]
pub struct PlannedVersion {
    /// 0 is `$LATEST`.
    pub(crate) number: u64,
    pub(crate) spec: Rc<lambda::Spec>,
    /// When it can be called (VER-24).
    pub(crate) active_at: Instant,
    /// Changes whenever `$LATEST` is updated (ENV-09).
    pub(crate) revision: u32,
}

impl PlannedVersion {
    /// `$LATEST` or the number.
    #[must_use]
    pub fn name(&self) -> String {
        if self.number == 0 { "$LATEST".into() } else { self.number.to_string() }
    }

    /// Its settings.
    #[must_use]
    pub fn spec(&self) -> &lambda::Spec {
        &self.spec
    }

    /// When it can be called; it is Pending before (VER-24).
    #[must_use]
    pub fn active_at(&self) -> Instant {
        self.active_at
    }
}

/// A function with its versions and aliases.
#[derive(Clone, Debug)]
pub struct PlannedFunction {
    pub(crate) name: String,
    pub(crate) versions: Vec<PlannedVersion>,
    pub(crate) aliases: Vec<lambda::Alias>,
    pub(crate) reserved: Option<u64>,
    pub(crate) provisioned: Vec<lambda::Provisioned>,
    pub(crate) dice: Dice,
    /// What `$LATEST` was when it was last published (VER-04).
    pub(crate) published: Option<Rc<lambda::Spec>>,
}

impl PlannedFunction {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A version by its place.
    #[must_use]
    pub fn version(&self, version: VersionIx) -> &PlannedVersion {
        &self.versions[usize::from(version.0)]
    }

    /// All versions, `$LATEST` first.
    #[must_use]
    pub fn versions(&self) -> &[PlannedVersion] {
        &self.versions
    }

    /// Its aliases: name and version number.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, VersionIx)> {
        self.aliases.iter().filter_map(|alias| {
            Some((alias.name.as_str(), self.version_numbered(alias.version)?))
        })
    }

    /// Reserved concurrency.
    #[must_use]
    pub fn reserved(&self) -> Option<u64> {
        self.reserved
    }

    pub(crate) fn version_numbered(&self, number: u64) -> Option<VersionIx> {
        let at = self.versions.iter().position(|version| version.number == number)?;
        Some(VersionIx(u16::try_from(at).ok()?))
    }

    /// The version a qualifier means now.
    #[must_use]
    pub fn resolve(&self, qualifier: &str) -> Option<VersionIx> {
        if qualifier == "$LATEST" {
            return Some(VersionIx::LATEST);
        }
        if let Ok(number) = qualifier.parse::<u64>()
            && number > 0
        {
            return self.version_numbered(number);
        }
        let alias = self.aliases.iter().find(|alias| alias.name == qualifier)?;
        self.version_numbered(alias.version)
    }
}

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) settings: Settings,
    pub(crate) functions: Vec<PlannedFunction>,
    pub(crate) callers: Vec<PlannedCaller>,
    /// Dice for requests sent by acts.
    pub(crate) desk: Dice,
    pub(crate) bounds: Bounds,
}

impl Plan {
    /// Checks a run's scenario and acts.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn check(run: &Run) -> Result<Self, Vec<Issue>> {
        Self::check_within(run, Bounds::default())
    }

    /// The same, for a run that may take longer or become larger.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_within(run: &Run, bounds: Bounds) -> Result<Self, Vec<Issue>> {
        let mut issues = Vec::new();
        check_counts(&run.scenario, &run.acts, &mut issues);
        if !issues.is_empty() {
            return Err(issues);
        }
        knob::check(&run.scenario.settings, "settings", &mut issues);
        check_functions(&run.scenario, &mut issues);
        let until = bounds.until.unwrap_or(run.scenario.settings.until);
        let until = Instant::START.plus(until);
        check_callers(&run.scenario, until, bounds.calls, &mut issues);
        check_acts(run, until, &mut issues);
        if issues.is_empty() { Ok(Self::of(run, bounds)) } else { Err(issues) }
    }

    fn of(run: &Run, bounds: Bounds) -> Self {
        let functions =
            run.scenario.functions.iter().map(|f| planned_function(f, run.seed));
        let callers = run.scenario.callers.iter().filter_map(|caller| {
            let (name, qualifier) = split_target(&caller.target);
            let function = run.scenario.functions.iter().position(|f| f.name == name)?;
            Some(PlannedCaller {
                caller: caller.clone(),
                function: FunctionId(u16::try_from(function).ok()?),
                qualifier,
                dice: Dice::of(run.seed, &caller.name),
            })
        });
        Self {
            settings: run.scenario.settings.clone(),
            functions: functions.collect(),
            callers: callers.collect(),
            desk: Dice::of(run.seed, "desk"),
            bounds,
        }
    }

    /// The account and the assumptions.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The functions, in the order they were drawn.
    #[must_use]
    pub fn functions(&self) -> &[PlannedFunction] {
        &self.functions
    }

    /// The callers, in the order they were drawn.
    #[must_use]
    pub fn callers(&self) -> &[PlannedCaller] {
        &self.callers
    }

    /// One function.
    #[must_use]
    pub fn function(&self, id: FunctionId) -> &PlannedFunction {
        &self.functions[usize::from(id.0)]
    }

    /// One caller.
    #[must_use]
    pub fn caller(&self, id: CallerId) -> &PlannedCaller {
        &self.callers[usize::from(id.0)]
    }

    /// The name of a part.
    #[must_use]
    pub fn name(&self, part: Part) -> &str {
        match part {
            Part::Caller(id) => self.caller(id).name(),
            Part::Function(id) => self.function(id).name(),
            Part::Desk => "you",
        }
    }

    /// When the run ends at the latest.
    #[must_use]
    pub fn until(&self) -> Instant {
        Instant::START.plus(self.bounds.until.unwrap_or(self.settings.until))
    }

    pub(crate) fn find_function(&self, name: &str) -> Option<FunctionId> {
        let at = self.functions.iter().position(|function| function.name == name)?;
        Some(FunctionId(u16::try_from(at).ok()?))
    }

    /// Units set aside by reservations (CON-05).
    pub(crate) fn reserved_total(&self) -> u64 {
        self.functions.iter().filter_map(|f| f.reserved).fold(0, u64::saturating_add)
    }
}

/// A target as written, taken apart: function and qualifier.
fn split_target(target: &str) -> (&str, Qualifier) {
    match target.split_once(':') {
        Some((name, qualifier)) => (name, Qualifier::Named(qualifier.into())),
        None => (target, Qualifier::Latest),
    }
}

fn planned_function(function: &Function, seed: u64) -> PlannedFunction {
    let mut versions = alloc::vec![PlannedVersion {
        number: 0,
        spec: Rc::new(function.spec.clone()),
        active_at: Instant::START,
        revision: 0,
    }];
    versions.extend(function.versions.iter().map(|version| PlannedVersion {
        number: version.number,
        spec: Rc::new(version.spec.clone()),
        active_at: Instant::START,
        revision: 0,
    }));
    let last = function.versions.last();
    PlannedFunction {
        name: function.name.clone(),
        versions,
        aliases: function.aliases.clone(),
        reserved: function.shared.reserved,
        provisioned: function.provisioned.clone(),
        dice: Dice::of(seed, &function.name),
        published: last.map(|version| Rc::new(version.spec.clone())),
    }
}

fn issue(
    place: String,
    found: impl Into<String>,
    allowed: impl Into<String>,
    rule: Rule,
) -> Issue {
    Issue { place, found: found.into(), allowed: allowed.into(), rule }
}

fn check_counts(scenario: &Scenario, acts: &[Act], issues: &mut Vec<Issue>) {
    let mut at_most = |place: String, count: usize, most: usize| {
        if count > most {
            issues.push(issue(
                place,
                count.to_string(),
                format!("at most {most}"),
                Rule::Sim03,
            ));
        }
    };
    at_most("functions".into(), scenario.functions.len(), limits::PARTS_MAX);
    at_most("callers".into(), scenario.callers.len(), limits::PARTS_MAX);
    at_most("acts".into(), acts.len(), limits::ACTS_MAX);
    at_most("markers".into(), scenario.markers.len(), limits::LIST_MAX);
    at_most("title".into(), scenario.title.len(), limits::TEXT_MAX);
    at_most("about".into(), scenario.about.len(), limits::TEXT_MAX);
    for function in &scenario.functions {
        let place = format!("functions.{}", function.name);
        at_most(format!("{place}.versions"), function.versions.len(), limits::LIST_MAX);
        at_most(format!("{place}.aliases"), function.aliases.len(), limits::LIST_MAX);
        at_most(
            format!("{place}.provisioned"),
            function.provisioned.len(),
            limits::LIST_MAX,
        );
        let faults = function.spec.behaviour.faults.len();
        at_most(format!("{place}.faults"), faults, limits::LIST_MAX);
    }
}

/// Names of functions and callers: AWS's characters for a function's name (INV-04).
fn check_name(name: &str, place: &str, taken: &[&str], issues: &mut Vec<Issue>) {
    let fits = !name.is_empty()
        && name.len() <= limits::NAME_MAX
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !fits {
        issues.push(issue(
            place.into(),
            format!("{name:?}"),
            "1 to 64 letters, digits, '-' and '_'",
            Rule::Sim02,
        ));
    }
    if taken.contains(&name) {
        issues.push(issue(
            place.into(),
            format!("{name:?} twice"),
            "a name of its own",
            Rule::Sim02,
        ));
    }
}

fn check_functions(scenario: &Scenario, issues: &mut Vec<Issue>) {
    let mut taken: Vec<&str> = Vec::new();
    for function in &scenario.functions {
        let place = format!("functions.{}", function.name);
        check_name(&function.name, &place, &taken, issues);
        taken.push(&function.name);
        knob::check(&function.spec, &place, issues);
        knob::check(&function.shared, &place, issues);
        check_behaviour(&function.spec, &place, issues);
        check_versions(function, &place, issues);
        check_provisioned(function, &place, issues);
    }
    let settings = &scenario.settings;
    let reserved = scenario.functions.iter().filter_map(|f| f.shared.reserved);
    let reserved = reserved.fold(0, u64::saturating_add);
    let most = settings.account_concurrency.saturating_sub(settings.unreserved_min);
    if reserved > most {
        issues.push(issue(
            "functions".into(),
            format!("{reserved} units reserved in all"),
            format!(
                "at most {most}, so that {} stay unreserved",
                settings.unreserved_min
            ),
            Rule::Con03,
        ));
    }
}

fn check_behaviour(spec: &lambda::Spec, place: &str, issues: &mut Vec<Issue>) {
    use lambda::behaviour::Draw;
    let mut draw = |key: &str, draw: &Draw| {
        let bad = match draw {
            Draw::Fixed(span) | Draw::Exponential { mean: span } => {
                *span > limits::RUN_SPAN_MAX
            }
            Draw::Uniform { min, max } => min > max || *max > limits::RUN_SPAN_MAX,
            Draw::Payload { path } => path.len() > 256,
        };
        if bad {
            let allowed = "a time up to 24 h; the first of a pair not above the second";
            issues.push(issue(format!("{place}.{key}"), "", allowed, Rule::Sim02));
        }
    };
    draw("init", &spec.behaviour.init);
    draw("duration", &spec.behaviour.duration);
    for (number, fault) in spec.behaviour.faults.iter().enumerate() {
        let place = format!("{place}.faults.{number}");
        let when = &fault.when;
        if when.chance_ppm > 1_000_000 {
            issues.push(issue(format!("{place}.chance"), "", "0 to 1", Rule::Sim02));
        }
        if let (Some(from), Some(to)) = (when.from, when.to)
            && to <= from
        {
            issues.push(issue(
                format!("{place}.to"),
                to.to_string(),
                "a time after 'from'",
                Rule::Sim02,
            ));
        }
        for (key, range) in [("attempts", when.attempts), ("calls", when.calls)] {
            if let Some((first, last)) = range
                && (first == 0 || last < first)
            {
                let found = format!("{first} to {last}");
                let allowed = "two counts from 1, the first not above the second";
                issues.push(issue(format!("{place}.{key}"), found, allowed, Rule::Sim02));
            }
        }
    }
}

fn check_versions(function: &Function, place: &str, issues: &mut Vec<Issue>) {
    for (at, version) in function.versions.iter().enumerate() {
        let place = format!("{place}.versions.{}", version.number);
        let after_last = at == 0 || function.versions[at - 1].number < version.number;
        if version.number == 0 || !after_last {
            let allowed = "numbers from 1, growing";
            issues.push(issue(
                place.clone(),
                version.number.to_string(),
                allowed,
                Rule::Ver02,
            ));
        }
        knob::check(&version.spec, &place, issues);
        check_behaviour(&version.spec, &place, issues);
    }
    for (at, alias) in function.aliases.iter().enumerate() {
        let place = format!("{place}.aliases.{}", alias.name);
        let digits_only = alias.name.bytes().all(|b| b.is_ascii_digit());
        let twice = function.aliases[..at].iter().any(|other| other.name == alias.name);
        check_name(&alias.name, &place, &[], issues);
        if digits_only || twice {
            let allowed = "a name of its own that is no number";
            issues.push(issue(
                place.clone(),
                format!("{:?}", alias.name),
                allowed,
                Rule::Ali01,
            ));
        }
        if alias.version > 0
            && !function.versions.iter().any(|v| v.number == alias.version)
        {
            let allowed = format!("$LATEST or a version of {}", function.name);
            issues.push(issue(place, alias.version.to_string(), allowed, Rule::Ali01));
        }
    }
}

fn check_provisioned(function: &Function, place: &str, issues: &mut Vec<Issue>) {
    let target = |qualifier: &str| {
        let alias = function.aliases.iter().find(|alias| alias.name == qualifier);
        let number = alias.map_or_else(|| qualifier.parse().unwrap_or(0), |a| a.version);
        function.versions.iter().any(|v| v.number == number).then_some(number)
    };
    let mut seen = Vec::new();
    for provisioned in &function.provisioned {
        let place = format!("{place}.provisioned.{}", provisioned.qualifier);
        let version = target(&provisioned.qualifier);
        if version.is_none() || seen.contains(&version) || provisioned.count == 0 {
            let allowed =
                "a count from 1 for a published version or an alias of one, once each";
            issues.push(issue(
                place,
                provisioned.count.to_string(),
                allowed,
                Rule::Con04,
            ));
        }
        seen.push(version);
    }
    let total: u64 =
        function.provisioned.iter().map(|p| p.count).fold(0, u64::saturating_add);
    let most = function.shared.reserved.unwrap_or(1_000_000);
    if total > most {
        issues.push(issue(
            format!("{place}.provisioned"),
            format!("{total} in all"),
            format!("at most {most}, the function's reservation"),
            Rule::Con04,
        ));
    }
}

fn check_callers(
    scenario: &Scenario,
    until: Instant,
    calls_max: u64,
    issues: &mut Vec<Issue>,
) {
    let mut taken: Vec<&str> = Vec::new();
    for caller in &scenario.callers {
        let place = format!("callers.{}", caller.name);
        check_name(&caller.name, &place, &taken, issues);
        taken.push(&caller.name);
        let (name, qualifier) = split_target(&caller.target);
        let function = scenario.functions.iter().find(|f| f.name == name);
        let known = function.is_some_and(|f| match &qualifier {
            Qualifier::Latest => true,
            Qualifier::Named(q) => names_something(f, q),
        });
        if !known {
            issues.push(unknown_target(scenario, caller, &place));
        }
        caller.kind.check(&place, issues);
        check_waits(caller, &place, issues);
        caller.load.check(&format!("{place}.load"), until, calls_max, issues);
        if caller.payload.json().is_some_and(|value| value.depth() > limits::DEPTH_MAX) {
            let allowed = format!("at most {} levels", limits::DEPTH_MAX);
            issues.push(issue(format!("{place}.payload"), "", allowed, Rule::Sim03));
        }
    }
}

fn names_something(function: &Function, qualifier: &str) -> bool {
    qualifier == "$LATEST"
        || function.aliases.iter().any(|alias| alias.name == qualifier)
        || function.versions.iter().any(|v| v.number.to_string() == qualifier)
}

/// A wire may only lead to a function; a wire to a caller would close a circle.
fn unknown_target(scenario: &Scenario, caller: &Caller, place: &str) -> Issue {
    let names: Vec<&str> = scenario.functions.iter().map(|f| f.name.as_str()).collect();
    let to_caller = scenario.callers.iter().any(|other| other.name == caller.target);
    let found = if to_caller {
        format!("{:?}, a caller: callers call functions, never each other", caller.target)
    } else {
        format!("{:?}", caller.target)
    };
    let allowed = format!(
        "a function, with a version or alias it has; there are: {}",
        names.join(", ")
    );
    issue(format!("{place}.calls"), found, allowed, Rule::Ver15)
}

/// Waits that differ from kind to kind (section 1.2).
fn check_waits(caller: &Caller, place: &str, issues: &mut Vec<Issue>) {
    let fixed = match &caller.kind {
        Kind::HttpApi(spec) if spec.wait > gateway::Spec::http_api().wait => {
            Some(spec.wait)
        }
        Kind::HttpApi(_)
        | Kind::Sdk(sdk::Spec { .. })
        | Kind::Cli(_)
        | Kind::RestApi(_)
        | Kind::FunctionUrl(_)
        | Kind::Alb(_)
        | Kind::StepFunctions(step_functions::Spec { .. }) => None,
    };
    if let Some(wait) = fixed {
        issues.push(issue(
            format!("{place}.wait"),
            wait.to_string(),
            "at most 30 s",
            Rule::Inv20,
        ));
    }
}

fn check_acts(run: &Run, until: Instant, issues: &mut Vec<Issue>) {
    use crate::call::Operation;
    use crate::knob::Choices;
    for (at, act) in run.acts.iter().enumerate() {
        let place = format!("acts.{at}");
        if !Operation::WORDS.contains(&act.operation.as_str()) {
            let allowed = Operation::WORDS.join(", ");
            issues.push(issue(
                format!("{place}.do"),
                format!("{:?}", act.operation),
                allowed,
                Rule::Sim02,
            ));
        }
        if act.at > until
            || at.checked_sub(1).is_some_and(|before| run.acts[before].at > act.at)
        {
            let allowed = "times in order, none after the end of the run";
            issues.push(issue(
                format!("{place}.at"),
                act.at.to_string(),
                allowed,
                Rule::Sim02,
            ));
        }
        if act.parameters.depth() > limits::DEPTH_MAX {
            let allowed = format!("at most {} levels", limits::DEPTH_MAX);
            issues.push(issue(format!("{place}.with"), "", allowed, Rule::Sim03));
        }
    }
}
