//! Plays what a case gives: finds out when each step begins, step by step, and records
//! the whole.
//!
//! A step that waits for something is added once the recording says when that came; the
//! recording is revised from there. At the end every step is looked at once more, as a
//! later step may have moved what an earlier one waited for.

use lambdarium_sim::call::{Names, Operation};
use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::{Caller, Kind};
use lambdarium_sim::id::{CallerId, Origin};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::limits::Bounds;
use lambdarium_sim::mapping::lifecycle::Status;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::{Act, Run, Scenario};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::{Entry, Fact, MessageFact, Stop};
use lambdarium_sim::value::{Payload, Value};

use crate::case::{LONGEST, Unsupported, unsupported};
use crate::given::moment::{Condition, Provisioning};
use crate::given::script::Script;
use crate::given::step::{Step, When};

mod versions;
use crate::given::{Setting, is_occupant, plain};
use crate::placeholder::Names as Known;
use crate::records::{batch, names, sent_id};
use versions::changes_latest;

/// Most events of one recording of a case.
const EVENTS_MAX: u32 = 2_000_000;
/// Most events of all recordings of a case together.
const EVENTS_IN_ALL_MAX: u64 = 20_000_000;
/// Most looks at the order of steps in time.
const LOOKS_MAX: usize = 8;
/// Most looks at when the lines of scripts change.
const SCRIPT_LOOKS_MAX: usize = 70;
/// Most calls made by acts.
const ACTS_MAX: u16 = 60_000;

/// A case played out.
pub struct Played {
    /// Everything that happened.
    pub recording: Recording,
    /// Where t = 0 lies.
    pub base: Instant,
    /// Who made the calls of each step, in order.
    pub senders: Vec<Vec<Origin>>,
}

/// Plays a case to its end.
///
/// # Errors
/// Says what cannot be played.
pub fn play(setting: &Setting, horizon: Option<Span>) -> Result<Played, Unsupported> {
    let steps = setting.steps();
    let until = horizon.unwrap_or(LONGEST);
    let bounds = Bounds {
        until: Some(setting.base.plus(until).since(Instant::START)),
        steps: EVENTS_MAX,
        entries: EVENTS_MAX,
        acts: ACTS_MAX,
        ..Bounds::default()
    };
    let transition = setting.scenario.settings.esm_transition;
    let begins = steps.iter().map(|step| match step.when {
        When::SetUp => Some(Instant(setting.base.0.saturating_sub(transition.0))),
        When::At(at) => Some(setting.base.plus(at.since(Instant::START))),
        When::Next | When::Once(_) => None,
    });
    let mut stage = Stage {
        setting,
        steps,
        begins: begins.collect(),
        bounds,
        changes: vec![Vec::new(); setting.scripts.len()],
        senders: Vec::new(),
        recording: None,
        events: 0,
    };
    stage.record()?;
    stage.settle()?;
    stage.follow_scripts()?;
    stage.check_quota()?;
    stage.check_order()?;
    let Stage { senders, recording, .. } = stage;
    let recording = recording.expect("it was recorded");
    Ok(Played { recording, base: setting.base, senders })
}

struct Stage<'a> {
    setting: &'a Setting,
    steps: &'a [Step],
    /// When each step begins, as far as that is known.
    begins: Vec<Option<Instant>>,
    bounds: Bounds,
    /// For each script, when its lines change, as far as that is known.
    changes: Vec<Vec<Instant>>,
    senders: Vec<Vec<Origin>>,
    recording: Option<Recording>,
    events: u64,
}

impl Stage<'_> {
    fn recording(&self) -> &Recording {
        self.recording.as_ref().expect("it was recorded")
    }

    /// Puts every step at its time.
    fn settle(&mut self) -> Result<(), Unsupported> {
        for _ in 0..LOOKS_MAX {
            let mut moved = false;
            for at in 0..self.steps.len() {
                let due = match self.steps[at].when {
                    When::At(_) | When::SetUp => continue,
                    When::Next => self.next(at)?,
                    When::Once(condition) => self.once(at, condition)?,
                };
                if self.begins[at] != Some(due) {
                    self.begins[at] = Some(due);
                    self.record()?;
                    moved = true;
                }
            }
            if !moved {
                return Ok(());
            }
        }
        unsupported("steps that move each other in time")
    }

    /// Finds out when the lines of scripts change: every time one is known, the runs
    /// behind it may start at other times.
    fn follow_scripts(&mut self) -> Result<(), Unsupported> {
        if self.setting.scripts.is_empty() {
            return Ok(());
        }
        if self.setting.scripts.iter().any(Script::names_records) {
            self.record()?;
            self.settle()?;
        }
        for _ in 0..SCRIPT_LOOKS_MAX {
            let mut changes = Vec::new();
            for (script, known) in self.setting.scripts.iter().zip(&self.changes) {
                let starts = self.starts(&script.function);
                changes.push(script.changes(&starts, known.len())?);
            }
            if changes == self.changes {
                return Ok(());
            }
            self.changes = changes;
            self.record()?;
            self.settle()?;
        }
        unsupported("given.functions: a script that never settles")
    }

    /// When the runs of a function start.
    fn starts(&self, function: &str) -> Vec<Instant> {
        let plan = self.recording().last_plan();
        let log = self.recording().log();
        let starts = log.iter().filter(|entry| {
            let by_occupant = match entry.job.map(|job| job.origin) {
                Some(Origin::Caller(id)) => is_occupant(plan.caller(id).name()),
                Some(
                    Origin::Act(_)
                    | Origin::Function(_)
                    | Origin::Service(_)
                    | Origin::Mapping(_)
                    | Origin::Deployment(_),
                )
                | None => false,
            };
            matches!(entry.fact, Fact::Started { .. })
                && plan.name(entry.part) == function
                && !by_occupant
        });
        starts.map(|entry| entry.at).collect()
    }

    /// Whether a step is made by an SDK client instead of an act.
    fn is_by_caller(&self, step: &Step) -> bool {
        step.operation == Operation::Invoke && self.setting.client.is_some()
    }

    /// Records with all steps whose beginning is known.
    fn record(&mut self) -> Result<(), Unsupported> {
        let (mut run, senders) = self.run()?;
        self.fill_in_current(&mut run, &senders);
        self.senders = senders;
        let refused = |issues: Vec<lambdarium_sim::knob::Issue>| {
            let issues: Vec<String> = issues.iter().map(ToString::to_string).collect();
            Unsupported(format!("the simulator refuses: {}", issues.join("; ")))
        };
        match &mut self.recording {
            Some(recording) if recording.run().scenario == run.scenario => {
                recording.revise(run.acts).map_err(refused)?;
            }
            Some(_) | None => {
                let opened = Recording::open_within(run, self.bounds);
                self.recording = Some(opened.map_err(refused)?);
            }
        }
        let recording = self.recording.as_mut().expect("it was just opened");
        let progress = recording.record(u32::MAX);
        self.events += u64::from(progress.steps);
        match progress.stop {
            Some(Stop::Steps | Stop::Entries) => {
                unsupported(format!("not quiet within {EVENTS_MAX} events"))
            }
            Some(Stop::Until | Stop::Quiet) if self.events > EVENTS_IN_ALL_MAX => {
                unsupported("too many events over and over")
            }
            Some(Stop::Until | Stop::Quiet) | None => Ok(()),
        }
    }

    fn run(&self) -> Result<(Run, Vec<Vec<Origin>>), Unsupported> {
        let mut scenario = self.setting.scenario.clone();
        let names = match &self.recording {
            Some(recording) => names(recording, self.setting, &self.senders),
            None => Known::new(),
        };
        for (script, changes) in self.setting.scripts.iter().zip(&self.changes) {
            let functions = &mut scenario.functions;
            let function = functions.iter_mut().find(|f| f.name == script.function);
            let function = function.expect("a script has a function");
            script.apply(function, changes, &names)?;
        }
        let mut acts: Vec<(Instant, usize)> = Vec::new();
        let mut senders = vec![Vec::new(); self.steps.len()];
        for (at, step) in self.steps.iter().enumerate() {
            let Some(begin) = self.begins[at] else { continue };
            if self.is_by_caller(step) {
                senders[at].push(Origin::Caller(self.add_caller(
                    &mut scenario,
                    at,
                    begin,
                )?));
            } else {
                acts.extend((0..step.times).map(|_| (begin, at)));
            }
        }
        // Steps of one instant stay in their order.
        acts.sort_by_key(|(begin, at)| (*begin, self.steps[*at].role));
        for (number, (_, at)) in (0..).zip(&acts) {
            senders[*at].push(Origin::Act(number));
        }
        let acts = acts.into_iter().map(|(begin, at)| Act {
            at: begin,
            operation: self.steps[at].operation.word().into(),
            parameters: self.steps[at].parameters.clone(),
        });
        Ok((Run { scenario, seed: 0, acts: acts.collect() }, senders))
    }

    /// Adds the client that makes the calls of a step.
    fn add_caller(
        &self,
        scenario: &mut Scenario,
        at: usize,
        begin: Instant,
    ) -> Result<CallerId, Unsupported> {
        let step = &self.steps[at];
        let Ok(name) = Names::of(&step.parameters) else {
            return unsupported(format!(
                "a name of no form through an SDK ({})",
                step.id
            ));
        };
        let target = match name.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", name.name),
            None => name.name,
        };
        let mut spec = self.setting.client.clone().unwrap_or_else(plain);
        let kind = step.parameters.get("InvocationType").and_then(Value::as_text);
        if kind == Some("DryRun") {
            spec.invocation_type = lambdarium_sim::caller::sdk::InvocationType::DryRun;
        }
        let payload = step.parameters.get("Payload").cloned();
        let id = u16::try_from(scenario.callers.len());
        let Ok(id) = id else { return unsupported("too many clients") };
        scenario.callers.push(Caller {
            name: format!("client-{at}"),
            kind: Kind::Sdk(spec),
            target,
            payload: payload.map_or_else(Payload::default, Payload::Json),
            load: Load {
                pattern: Pattern::Burst { count: step.times },
                start: begin,
                ..Load::default()
            },
        });
        Ok(CallerId(id))
    }

    /// A step without a time begins once the one before is answered; a call of a version
    /// that was just published also waits until that is Active, as the recorded ones did.
    fn next(&mut self, at: usize) -> Result<Instant, Unsupported> {
        let Some(before) = at.checked_sub(1) else { return Ok(self.first()) };
        let answered = self.settled(before)?;
        let step = &self.steps[at];
        if changes_latest(step.operation) {
            let before = (0..at).filter(|before| self.is_same_function(*before, at));
            let done = before.filter_map(|before| self.updated(before)).max();
            return Ok(done.map_or(answered, |done| done.max(answered)));
        }
        if step.operation != Operation::Invoke {
            return Ok(answered);
        }
        let name = Names::of(&step.parameters).ok();
        let active_at = self.plan_before(at).zip(name).and_then(|(plan, name)| {
            let function = plan.functions().iter().find(|f| f.name() == name.name)?;
            let version = function.resolve(name.qualifier.as_deref()?)?;
            Some(function.version(version).active_at())
        });
        Ok(active_at.map_or(answered, |active_at| active_at.max(answered)))
    }

    /// When the first step begins: after what was there at t = 0 has been delivered, as far
    /// as that happens without the step.
    fn first(&self) -> Instant {
        if let Some(known) = self.begins[0] {
            return known;
        }
        let mut last = self.setting.base;
        for record in 0..self.setting.records.len() {
            let when = self.steps[self.setting.sender(record)].when;
            if matches!(when, When::SetUp | When::At(Instant::START)) {
                last = last.max(self.delivered(record).unwrap_or(last));
            }
        }
        last
    }

    fn once(&self, at: usize, condition: Condition) -> Result<Instant, Unsupported> {
        let holds_never =
            |what: &str| unsupported(format!("{}: {what}", self.steps[at].id));
        match condition {
            Condition::AtOnce => match at.checked_sub(1) {
                Some(before) => self.answered(before),
                None => Ok(self.setting.base),
            },
            Condition::Answered { step, well } => {
                let answered = self.answered(step)?;
                if well && !self.is_success(step) {
                    return holds_never("waits for a success that never comes");
                }
                Ok(self.updated(step).map_or(answered, |done| done.max(answered)))
            }
            Condition::UnderWay { step } if self.updated(step).is_some() => {
                self.answered(step)
            }
            Condition::UnderWay { step } => match self.begins[step] {
                Some(begin) if begin < self.answered(step)? => Ok(begin),
                Some(_) | None => holds_never("what it falls into takes no time"),
            },
            Condition::Ago { span, step, begun: false } => {
                Ok(self.answered(step)?.plus(span))
            }
            Condition::Ago { span, step, begun: true } => match self.begins[step] {
                Some(begin) => Ok(begin.plus(span)),
                None => holds_never("waits for a step that never begins"),
            },
            Condition::Sent => {
                let mut last = self.setting.base;
                for record in 0..self.setting.records.len() {
                    let sender = self.setting.sender(record);
                    if matches!(self.steps[sender].when, When::At(_) | When::SetUp) {
                        last = last.max(self.answered(sender)?);
                    }
                }
                Ok(last)
            }
            Condition::Delivered { record } => match self.delivered(record) {
                Some(delivered) => Ok(delivered),
                None => {
                    let label = &self.setting.records[record].label;
                    unsupported(format!("{label} is never delivered"))
                }
            },
            Condition::Mapping { status, span } => {
                Ok(self.mapping(at, status)?.plus(span))
            }
            Condition::Provisioned(state) => self.provisioned(at, state),
            Condition::Active => {
                let plan = self.recording().last_plan();
                let versions = plan.functions().iter().flat_map(|f| f.versions());
                let last = versions.map(|version| version.active_at()).max();
                let answered =
                    at.checked_sub(1).map(|at| self.answered(at)).transpose()?;
                Ok(last.max(answered).unwrap_or(self.setting.base))
            }
        }
    }

    /// When provisioned concurrency that was asked for last reached a state.
    fn provisioned(
        &self,
        at: usize,
        wanted: Provisioning,
    ) -> Result<Instant, Unsupported> {
        let mut before = self.steps[..at].iter().enumerate();
        let put = before.rfind(|(_, step)| {
            step.operation == Operation::PutProvisionedConcurrencyConfig
        });
        let (asked, name) = match put {
            Some((put, step)) => (self.answered(put)?, Names::of(&step.parameters).ok()),
            None => (self.setting.base, None),
        };
        let recording = self.recording();
        let plan = recording.last_plan();
        let entries = recording.log().iter().filter(|entry| {
            put.is_none()
                || entry.at >= asked
                    && name.as_ref().is_some_and(|n| n.name == plan.name(entry.part))
        });
        let mut reached = entries.filter(|entry| {
            let ready = matches!(entry.fact, Fact::ProvisioningReady { .. });
            let failed = matches!(entry.fact, Fact::ProvisioningFailed { .. });
            match wanted {
                Provisioning::Ready => ready,
                Provisioning::Failed => failed,
                Provisioning::Final => ready || failed,
            }
        });
        match reached.next() {
            Some(reached) => Ok(reached.at.max(asked)),
            None => unsupported(format!("{}: a state never reached", self.steps[at].id)),
        }
    }

    /// When a step was answered, and what it asked of a mapping has come about.
    fn settled(&self, step: usize) -> Result<Instant, Unsupported> {
        let answered = self.answered(step)?;
        let passes = self.senders[step].iter().any(|sender| {
            let Origin::Act(act) = *sender else { return false };
            let replies = self.recording().log().replies(act.into());
            let state = replies.iter().flat_map(|reply| &reply.fields);
            let mut state = state.filter(|(key, _)| key == "State");
            let word = state.next().and_then(|(_, value)| value.as_text());
            word.and_then(Status::from_word).is_some_and(Status::is_passing)
        });
        let transition = self.setting.scenario.settings.esm_transition;
        let passes =
            passes && self.steps[step].operation != Operation::GetEventSourceMapping;
        Ok(if passes { answered.plus(transition) } else { answered })
    }

    /// When a mapping reached a state first.
    fn mapping(&self, at: usize, wanted: Status) -> Result<Instant, Unsupported> {
        let mut entries = self.recording().log().iter();
        let reached = entries.find(|entry| {
            entry.fact == Fact::Message(MessageFact::Became { status: wanted })
        });
        match reached {
            Some(entry) => Ok(entry.at.max(self.setting.base)),
            None => unsupported(format!(
                "{}: no mapping is ever {}",
                self.steps[at].id,
                wanted.word()
            )),
        }
    }

    /// When the first run that got a record ended.
    fn delivered(&self, record: usize) -> Option<Instant> {
        let recording = self.recording();
        let id = sent_id(recording, &self.senders[self.setting.sender(record)]);
        let mut entries = recording.log().iter();
        let has_it = |entry: &Entry| {
            let batch = entry.job.and_then(|job| batch(recording, job));
            batch.is_some_and(|all| all.iter().any(|one| Some(&one.id) == id.as_ref()))
        };
        let mut started = None;
        let ended = entries.find(|entry| {
            let starts = matches!(entry.fact, Fact::Started { .. });
            let ends = matches!(entry.fact, Fact::Ended { .. });
            if !(starts || ends) || !has_it(entry) {
                return false;
            }
            started = started.or(Some(entry.at));
            ends
        });
        // An act of the instant at which a run starts would come before it.
        ended.map(|ended| match started == Some(ended.at) {
            true => ended.at.plus(Span(1)),
            false => ended.at,
        })
    }

    /// When the last call of a step was answered.
    fn answered(&self, step: usize) -> Result<Instant, Unsupported> {
        let answers = self.answers(step);
        let times = usize::try_from(self.steps[step].times).unwrap_or(usize::MAX);
        match answers.last() {
            Some(last) if answers.len() >= times => Ok(last.at),
            Some(_) | None => {
                unsupported(format!("step {} is never answered", self.steps[step].id))
            }
        }
    }

    fn answers(&self, step: usize) -> Vec<&Entry> {
        let senders = &self.senders[step];
        let entries = self.recording().log().iter();
        let answers = entries.filter(|entry| {
            matches!(entry.fact, Fact::Replied { .. } | Fact::Answered { .. })
                && entry.job.is_some_and(|job| senders.binary_search(&job.origin).is_ok())
        });
        answers.collect()
    }

    fn is_success(&self, step: usize) -> bool {
        self.answers(step).iter().all(|entry| {
            if let Fact::Replied { http, .. } | Fact::Answered { http, .. } = entry.fact {
                http < 300
            } else {
                false
            }
        })
    }

    /// Steps of one instant come in their order: acts before calls of clients, and single
    /// calls of clients as they are listed. Otherwise nothing can be said.
    fn check_order(&self) -> Result<(), Unsupported> {
        for (at, step) in self.steps.iter().enumerate() {
            if !self.is_by_caller(step) {
                continue;
            }
            let beside = self.steps.iter().enumerate().filter(|(other, _)| {
                *other != at && self.begins[*other] == self.begins[at]
            });
            let mut wrong = beside.filter(|(other, beside)| {
                if self.is_by_caller(beside) {
                    step.times > 1 || beside.times > 1
                } else {
                    *other > at
                }
            });
            if let Some((_, other)) = wrong.next() {
                let (id, other) = (&step.id, &other.id);
                return unsupported(format!("step {id} through an SDK beside {other}"));
            }
        }
        Ok(())
    }

    /// Steps through one SDK share its retry quota; here each has a client of its own,
    /// which is the same as long as the quota could pay for all.
    fn check_quota(&self) -> Result<(), Unsupported> {
        let Some(client) = &self.setting.client else { return Ok(()) };
        let clients = self.steps.iter().filter(|step| self.is_by_caller(step)).count();
        let planned = self.recording().log().iter().filter(|entry| {
            matches!(entry.fact, Fact::RetryPlanned { .. } | Fact::QuotaExhausted { .. })
        });
        let dearest = lambdarium_sim::caller::sdk::Trouble::ReadTimeout;
        let cost = client.profile.cost(dearest).unwrap_or(0);
        if clients > 1 && planned.count() as u64 * cost > client.bucket {
            return unsupported("steps that empty the retry quota they share");
        }
        Ok(())
    }
}
