//! A checked scenario: names resolved, numbers in range.
//!
//! A plan is what runs. An act that changes the wiring gives the machine a changed copy.

pub(crate) mod alias;
mod check;
mod events;
mod function;
pub(crate) mod mapping;
mod release;
mod service;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::WithEvents;
use crate::caller::load::Load;
use crate::caller::{Caller, Kind};
use crate::dice::Dice;
use crate::event::Mode;
use crate::id::{
    CallerId, FunctionId, Job, MappingId, Origin, Part, ServiceId, VersionIx,
};
use crate::knob::Issue;
use crate::limits::Bounds;
use crate::rule::Rule;
use crate::scenario::{Run, Settings};
use crate::service::policy::Policy;
use crate::time::{Instant, Span};
use crate::value::Payload;
pub use alias::PlannedAlias;
pub(crate) use check::{is_destination, wrong_filter};
pub use events::{NEEDS_EVENTS, lacks_events, needs_events};
pub use function::{Configured, PlannedFunction, PlannedVersion};
pub use mapping::PlannedMapping;
pub use release::{PlannedAlarm, PlannedGroup};
pub use service::PlannedService;
pub(crate) use service::{Passes, PlannedInlet, PlannedOutlet};

/// Which version of its function a caller asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Qualifier {
    /// None: `$LATEST`.
    Latest,
    /// A version's number or an alias's name, looked up at each call.
    Named(Rc<str>),
}

impl Qualifier {
    /// The rule that says which version runs.
    #[inline]
    pub(crate) fn rule(&self) -> Rule {
        match self {
            Self::Latest => Rule::Inv01,
            Self::Named(name) => called_rule(Some(name)),
        }
    }

    /// It, where there is one.
    pub(crate) fn name(&self) -> Option<Rc<str>> {
        match self {
            Self::Latest => None,
            Self::Named(name) => Some(Rc::clone(name)),
        }
    }
}

/// Where something is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To a function.
    Function(FunctionId, Qualifier),
    /// To a service.
    Service(ServiceId),
}

impl Target {
    /// The part that is meant.
    #[must_use]
    pub const fn part(&self) -> Part {
        match self {
            Self::Function(id, _) => Part::Function(*id),
            Self::Service(id) => Part::Service(*id),
        }
    }
}

/// The rule that says which version a call with this qualifier runs.
pub(crate) fn called_rule(qualifier: Option<&str>) -> Rule {
    match qualifier {
        None => Rule::Inv01,
        Some(name) if name == "$LATEST" || name.bytes().all(|b| b.is_ascii_digit()) => {
            Rule::Ver13
        }
        Some(_) => Rule::Ali01,
    }
}

/// A caller with its target found.
#[derive(Clone, Debug)]
pub struct PlannedCaller {
    pub(crate) caller: Caller,
    pub(crate) function: FunctionId,
    pub(crate) qualifier: Qualifier,
    pub(crate) dice: Dice,
    /// What its function draws with for its calls.
    pub(crate) function_dice: Dice,
    /// The size of what it sends.
    pub(crate) payload_bytes: u64,
    /// Whether its kind does not even send that much.
    pub(crate) sends_too_much: bool,
    /// What it asks for.
    pub(crate) mode: Mode,
    /// How long it waits for an answer.
    pub(crate) patience: Option<Span>,
    /// The largest answer it takes.
    pub(crate) answer_bytes_max: u64,
    /// Why it calls.
    pub(crate) called_rule: Rule,
    /// Whether its function lets it call.
    pub(crate) permitted: bool,
    /// What it does where Lambda does not accept an event; none where it waits for answers.
    pub(crate) policy: Option<Policy>,
    /// Where goes what it cannot deliver.
    pub(crate) dead_letter: Option<ServiceId>,
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

    /// Whether it only hands events over, and does not wait for what becomes of them.
    #[must_use]
    pub fn is_asynchronous(&self) -> bool {
        self.caller.kind.is_asynchronous()
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

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) settings: Settings,
    /// Shared, like the callers: a copy that an act has changed costs what it has changed.
    pub(crate) functions: Vec<Rc<PlannedFunction>>,
    pub(crate) callers: Rc<Vec<PlannedCaller>>,
    pub(crate) services: Rc<WithEvents<PlannedService>>,
    pub(crate) mappings: Rc<WithEvents<PlannedMapping>>,
    pub(crate) alarms: Rc<WithEvents<PlannedAlarm>>,
    pub(crate) groups: Rc<WithEvents<PlannedGroup>>,
    /// Dice for requests sent by acts.
    pub(crate) desk: Dice,
    /// What every draw is keyed by.
    pub(crate) seed: u64,
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
        let issues = check::all(run, bounds);
        if issues.is_empty() { Ok(Self::of(run, bounds)) } else { Err(issues) }
    }

    fn of(run: &Run, bounds: Bounds) -> Self {
        let functions =
            run.scenario.functions.iter().map(|f| function::planned(f, run.seed));
        let callers = run.scenario.callers.iter().filter_map(|caller| {
            let (name, qualifier) = split_target(&caller.target);
            let function = run.scenario.functions.iter().position(|f| f.name == name)?;
            let dice = Dice::of(run.seed, &caller.name);
            let (kind, payload_bytes) = (&caller.kind, caller.payload.bytes());
            Some(PlannedCaller {
                caller: caller.clone(),
                function: FunctionId(u16::try_from(function).ok()?),
                called_rule: match kind.is_sender() {
                    true => Rule::Asy02,
                    false => qualifier.rule(),
                },
                qualifier,
                dice,
                function_dice: Dice::of(run.seed, name).with(&dice),
                payload_bytes,
                sends_too_much: kind
                    .request_bytes_max()
                    .is_some_and(|max| payload_bytes > max),
                mode: kind.mode(),
                patience: kind.patience(),
                answer_bytes_max: kind.answer_bytes_max().unwrap_or(u64::MAX),
                permitted: kind.permitted(),
                policy: kind.policy(&run.scenario.settings),
                dead_letter: service::find(&run.scenario, kind.dead_letter()),
            })
        });
        let services = run.scenario.services.iter();
        let services = services.map(|one| service::planned(one, run));
        let mappings = run.scenario.mappings.iter();
        let mappings =
            mappings.filter_map(|one| mapping::planned(one, &run.scenario, run.seed));
        let alarms = run.scenario.alarms.iter();
        let alarms = alarms.filter_map(|one| release::planned_alarm(one, &run.scenario));
        let groups = run.scenario.groups.iter();
        let groups =
            groups.filter_map(|one| release::planned_group(one, &run.scenario, run.seed));
        let settings = &run.scenario.settings;
        let until = bounds.until.unwrap_or(settings.until);
        Self {
            settings: Settings { until, ..settings.clone() },
            functions: functions.map(Rc::new).collect(),
            callers: Rc::new(callers.collect()),
            services: Rc::new(services.collect()),
            mappings: Rc::new(mappings.collect()),
            alarms: Rc::new(alarms.collect()),
            groups: Rc::new(groups.collect()),
            desk: Dice::of(run.seed, "desk"),
            seed: run.seed,
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
    pub fn functions(&self) -> &[Rc<PlannedFunction>] {
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

    /// The services, in the order they were drawn.
    #[must_use]
    pub fn services(&self) -> &[PlannedService] {
        &self.services
    }

    /// One service.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> &PlannedService {
        &self.services[usize::from(id.0)]
    }

    /// The mappings, in the order they were drawn.
    #[must_use]
    pub fn mappings(&self) -> &[PlannedMapping] {
        &self.mappings
    }

    /// One mapping.
    #[must_use]
    pub fn mapping(&self, id: MappingId) -> &PlannedMapping {
        &self.mappings[usize::from(id.0)]
    }

    /// What a name means as a target: a service, or a function with its qualifier; none
    /// where nothing is named.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<Target> {
        let mut services = self.services.iter();
        if let Some(at) = services.position(|service| service.name == name) {
            return Some(Target::Service(ServiceId::new(u16::try_from(at).ok()?)));
        }
        let (name, qualifier) = split_target(name);
        Some(Target::Function(self.find_function(name)?, qualifier))
    }

    /// The dice of whoever sent a request.
    pub(crate) fn dice_of(&self, job: Job) -> &Dice {
        match job.origin {
            Origin::Caller(caller) => &self.caller(caller).dice,
            Origin::Act(_) => &self.desk,
            Origin::Function(function) => &self.function(function).dice,
            Origin::Service(service) => &self.service(service).dice,
            Origin::Mapping(mapping) => &self.mapping(mapping).dice,
            Origin::Deployment(group) => &self.group(group).dice,
        }
    }

    /// What a function draws with for a request.
    pub(crate) fn dice_for(&self, id: FunctionId, job: Job) -> Dice {
        self.function(id).dice.with(self.dice_of(job))
    }

    /// The ID of a request: the same in every run with the same seed.
    #[must_use]
    pub fn request_id(&self, job: Job) -> String {
        let subject = match job.origin {
            Origin::Act(act) => act.into(),
            Origin::Caller(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Mapping(_)
            | Origin::Deployment(_) => job.call.into(),
        };
        self.dice_of(job).uuid(subject)
    }

    /// The ID of something at the service that has received it.
    pub(crate) fn message_id(&self, id: ServiceId, job: Job) -> String {
        self.service(id).dice.with(self.dice_of(job)).uuid(job.call.into())
    }

    /// The ID of a message that was sent to a queue as the how many-th.
    #[must_use]
    pub fn queued_id(&self, id: ServiceId, number: u32) -> String {
        self.service(id).dice.uuid(number.into())
    }

    /// The name of a part.
    #[must_use]
    pub fn name(&self, part: Part) -> &str {
        match part {
            Part::Caller(id) => self.caller(id).name(),
            Part::Function(id) => self.function(id).name(),
            Part::Desk => "you",
            Part::Service(id) => self.service(id).name(),
            Part::Mapping(id) => self.mapping(id).name(),
            Part::Alarm(id) => self.alarm(id).name(),
            Part::Deployment(id) => self.group(id).name(),
        }
    }

    /// When the run ends at the latest.
    #[must_use]
    pub fn until(&self) -> Instant {
        Instant::START.plus(self.settings.until)
    }

    /// One function, to be changed.
    pub(crate) fn function_mut(&mut self, id: FunctionId) -> &mut PlannedFunction {
        Rc::make_mut(&mut self.functions[usize::from(id.0)])
    }

    /// One service, to be changed.
    pub(crate) fn service_mut(&mut self, id: ServiceId) -> &mut PlannedService {
        &mut Rc::make_mut(&mut self.services)[usize::from(id.0)]
    }

    pub(crate) fn find_function(&self, name: &str) -> Option<FunctionId> {
        let mut functions = self.functions.iter();
        let at = functions.position(|one| one.name == name && one.deleted.is_none())?;
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
