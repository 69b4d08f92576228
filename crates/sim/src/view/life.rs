//! The life of one request, over the whole run: every fact about it, with what is handed
//! over or answered there.
//!
//! What a function sends because of it is told with it, as far as a service receives it. A
//! message to another function has a life of its own, and is named where it begins.

use alloc::string::String;
use alloc::vec::Vec;

use crate::call::{Reply, arn};
use crate::id::{CallerId, EnvironmentId, FunctionId, Job, Origin, Part};
use crate::lambda::answer::{Ran, message_of};
use crate::message::{Attribute, Body, Content};
use crate::plan::Plan;
use crate::record::Recording;
use crate::rule::Rule;
use crate::service::{self, Look};
use crate::sim::Sim;
use crate::time::Moment;
use crate::trace::{
    Condition, Delivery, Ending, Entry, EventFact, Fact, Log, Outcome, Reason, Refusal,
};
use crate::value::Value;

/// The life of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// The request it comes from, if another one led to it.
    pub from: Option<Job>,
    /// Its stations, the first one first.
    pub stations: Vec<Station>,
    /// How many older ones were left out.
    pub left_out: u32,
    /// The request itself, and what was sent to services because of it.
    pub jobs: Vec<Job>,
    /// The parts it came to.
    pub parts: Vec<Part>,
    /// What was sent along the wires behind functions, topics and buses: by whom, and to which
    /// part.
    pub sends: Vec<(Part, Part)>,
}

/// Something that happened to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// The entry of the trace.
    pub entry: u32,
    /// Whether it ends here, and nobody is told.
    pub lost: bool,
    /// What is handed over or answered.
    pub shown: Option<Shown>,
    /// The request it goes on as.
    pub goes_on: Option<Job>,
}

/// What is handed over or answered at a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it is.
    pub what: Shows,
    /// As JSON.
    pub body: Value,
    /// What stands beside it: attributes of a message, headers of an answer.
    pub attributes: Vec<Attribute>,
    /// The key of an object.
    pub key: String,
}

/// What a station shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// What is sent with the call.
    Payload,
    /// The event the function gets.
    Event,
    /// What the function answers.
    Answer,
    /// The error object of a run that failed.
    Error,
    /// What the caller gets from Lambda.
    Reply,
    /// A dead letter.
    DeadLetter,
    /// The record of an invocation.
    Record,
    /// Any other message.
    Message,
}

/// The life of a request, with at most so many stations: the newest ones.
#[must_use]
pub fn life(recording: &mut Recording, job: Job, most: usize) -> Life {
    if !is_known(recording.last_plan(), job) {
        return Life::default();
    }
    let mut life = found(recording.log(), job);
    let left_out = life.stations.len().saturating_sub(most);
    life.stations.drain(..left_out);
    life.left_out = u32::try_from(left_out).unwrap_or(u32::MAX);
    let mut runs = Runs::default();
    for station in &mut life.stations {
        let Some(entry) = recording.log().get(station.entry).copied() else { continue };
        station.shown = shown(recording, job, &entry, &mut runs);
    }
    life
}

/// Whether a plan has the part that counts a request: it may have been taken away.
fn is_known(plan: &Plan, job: Job) -> bool {
    let (number, count) = match job.origin {
        Origin::Caller(id) => (id.0, plan.callers().len()),
        Origin::Function(id) => (id.0, plan.functions().len()),
        Origin::Service(id) => (id.0, plan.services().len()),
        Origin::Mapping(id) => (id.0, plan.mappings().len()),
        Origin::Deployment(id) => (id.0, plan.groups().len()),
        Origin::Act(_) => return true,
    };
    usize::from(number) < count
}

/// The facts of a request.
fn found(log: &Log, job: Job) -> Life {
    let mut life = Life { jobs: alloc::vec![job], ..Life::default() };
    for (number, entry) in (0..).zip(log.iter()) {
        let is_of = entry.job.is_some_and(|of| life.jobs.contains(&of));
        if !is_of && !life.leads_to(entry) {
            continue;
        }
        if life.stations.is_empty() {
            life.begin(log, entry);
        }
        let mut station = Station { entry: number, ..Station::default() };
        if let Fact::Event(fact) = entry.fact {
            life.take(log, entry, fact, &mut station);
        }
        life.visit(entry.part);
        life.stations.push(station);
    }
    life
}

impl Life {
    fn visit(&mut self, part: Part) {
        if !self.parts.contains(&part) {
            self.parts.push(part);
        }
    }

    /// Whether something is sent, kept back or lost because of what is told already.
    fn leads_to(&self, entry: &Entry) -> bool {
        let Fact::Event(fact) = entry.fact else { return false };
        match fact {
            EventFact::Sent { .. }
            | EventFact::DeliveryFailed { .. }
            | EventFact::Filtered { .. } => self.tells(entry.cause),
            EventFact::Queued
            | EventFact::Duplicated { .. }
            | EventFact::Dispatched { .. }
            | EventFact::PutBack { .. }
            | EventFact::Finished { .. }
            | EventFact::Received => false,
        }
    }

    fn tells(&self, entry: u32) -> bool {
        self.stations.binary_search_by_key(&entry, |station| station.entry).is_ok()
    }

    /// Where it comes from, if its first fact has a cause.
    fn begin(&mut self, log: &Log, first: &Entry) {
        let Some(cause) = log.get(first.cause) else { return };
        self.from = cause.job.filter(|from| !self.jobs.contains(from));
        if cause.job.is_none() && cause.fact == Fact::Event(EventFact::Received) {
            // What comes from outside has no number before it is passed on.
            let station = Station { entry: first.cause, ..Station::default() };
            self.stations.push(station);
            self.visit(cause.part);
        }
    }

    /// What is sent, and whether it has a life of its own.
    fn take(&mut self, log: &Log, entry: &Entry, fact: EventFact, station: &mut Station) {
        match fact {
            EventFact::Sent { to, .. } => {
                self.sends.push((entry.part, to));
                self.visit(to);
                let Some(sent) = entry.job.filter(|sent| !self.jobs.contains(sent))
                else {
                    return;
                };
                match to {
                    Part::Function(_) => station.goes_on = Some(sent),
                    Part::Service(_)
                    | Part::Caller(_)
                    | Part::Mapping(_)
                    | Part::Alarm(_)
                    | Part::Deployment(_)
                    | Part::Desk => {
                        self.jobs.push(sent);
                    }
                }
            }
            EventFact::Finished { condition, .. } => {
                station.lost = condition != Condition::Success && is_untold(log, entry);
            }
            EventFact::Queued
            | EventFact::Duplicated { .. }
            | EventFact::Dispatched { .. }
            | EventFact::PutBack { .. }
            | EventFact::DeliveryFailed { .. }
            | EventFact::Received
            | EventFact::Filtered { .. } => {}
        }
    }
}

/// Whether the step that gave an event up tells nobody.
fn is_untold(log: &Log, given_up: &Entry) -> bool {
    let moment = Moment { at: given_up.at, step: given_up.step };
    let of_step = log.range(0, log.count_until(moment)).rev();
    let mut of_step = of_step.take_while(|entry| entry.step == given_up.step);
    !of_step.any(|entry| {
        let Fact::Event(fact) = entry.fact else { return false };
        let about = matches!(
            fact,
            EventFact::Sent { what: Delivery::DeadLetter | Delivery::OnFailure, .. }
                | EventFact::DeliveryFailed { .. }
        );
        about && log.get(entry.cause) == Some(given_up)
    })
}

/// What the runs that were seen come to.
#[derive(Default)]
struct Runs {
    under_way: Vec<(Part, EnvironmentId, Ran, String)>,
    /// The version that ran last, and how that ended.
    last: Option<(String, Ending)>,
}

/// What is handed over or answered at an entry.
fn shown(
    recording: &mut Recording,
    job: Job,
    entry: &Entry,
    runs: &mut Runs,
) -> Option<Shown> {
    let moment = Moment { at: entry.at, step: entry.step };
    match entry.fact {
        Fact::Called => payload(recording.at(moment), job, Shows::Payload),
        Fact::Started { environment, .. } => {
            let sim = recording.at(moment);
            if let Part::Function(id) = entry.part {
                runs.begin(sim, job, id, environment);
            }
            payload(sim, job, Shows::Event)
        }
        Fact::Ended { ending, environment, .. } => {
            let sim = recording.at(moment);
            runs.end(sim, job, (entry.part, environment), ending)
        }
        Fact::Answered { outcome, http, .. } => match entry.part {
            Part::Caller(id) => runs.reply(recording.last_plan(), id, outcome, http),
            Part::Function(_)
            | Part::Desk
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Alarm(_)
            | Part::Deployment(_) => None,
        },
        Fact::Throttled { reason, .. } if is_told(recording, job, entry) => {
            Some(throttle(reason))
        }
        Fact::Refused { refusal } if is_told(recording, job, entry) => {
            Some(refused(refusal))
        }
        Fact::Replied { .. } => reply_to_act(recording.log(), job),
        Fact::Event(EventFact::Sent { to: Part::Function(_), .. }) => {
            sent(recording.at(moment), entry.job?)
        }
        Fact::Event(EventFact::Received) => received(recording.at(moment), entry),
        Fact::Throttled { .. }
        | Fact::Refused { .. }
        | Fact::RetryPlanned { .. }
        | Fact::Retried { .. }
        | Fact::QuotaExhausted { .. }
        | Fact::WaitEnded { .. }
        | Fact::DryRunAnswered
        | Fact::SpilledOver { .. }
        | Fact::InitCut
        | Fact::Abandoned
        | Fact::EnvironmentRemoved { .. }
        | Fact::ProvisioningStarted { .. }
        | Fact::ProvisioningReady { .. }
        | Fact::ProvisioningFailed { .. }
        | Fact::Event(_)
        | Fact::Message(_)
        | Fact::Stream(_)
        | Fact::Release(_)
        | Fact::Alias(_)
        | Fact::Cost { .. }
        | Fact::Stopped { .. } => None,
    }
}

impl Shown {
    fn new(what: Shows, body: Value) -> Self {
        Self { what, body, attributes: Vec::new(), key: String::new() }
    }
}

/// What a request brings along.
fn payload(sim: &Sim, job: Job, what: Shows) -> Option<Shown> {
    let content = sim.content(job)?;
    Some(Shown::new(what, content.payload(sim.plan()).value()))
}

/// What a function or service sends to a function.
fn sent(sim: &Sim, job: Job) -> Option<Shown> {
    let content = sim.content(job)?;
    let what = match &content {
        Content::Caller(..) => Shows::Message,
        Content::Message(message, _) => kind_of(&message.body),
    };
    Some(Shown::new(what, content.payload(sim.plan()).value()))
}

fn kind_of(body: &Body) -> Shows {
    match body {
        Body::Record(_) | Body::OnBus(_) => Shows::Record,
        Body::DeadLetter(_) | Body::Undelivered(_) => Shows::DeadLetter,
        Body::Given(_)
        | Body::Published(_)
        | Body::Notice(_)
        | Body::Batch(_)
        | Body::Records(_)
        | Body::GivenUp(_) => Shows::Message,
    }
}

/// What a service has just received.
fn received(sim: &Sim, entry: &Entry) -> Option<Shown> {
    let Part::Service(id) = entry.part else { return None };
    let state = sim.world().services().get(usize::from(id.0))?;
    let is_it = |received: &service::Received| match entry.job {
        Some(job) => received.job == job,
        // From outside, the service counts itself.
        None => received.job.origin == Origin::Service(id) && received.at == entry.at,
    };
    let received = state.received().iter().rev().find(is_it)?;
    let what = match &received.content {
        Content::Caller(..) => Shows::Message,
        Content::Message(message, _) => kind_of(&message.body),
    };
    let Look { body, attributes, key } = service::look(sim.plan(), id, &received);
    Some(Shown { what, body, attributes, key })
}

impl Runs {
    /// A run has begun: what it will come to is settled.
    fn begin(
        &mut self,
        sim: &Sim,
        job: Job,
        id: FunctionId,
        environment: EnvironmentId,
    ) -> Option<()> {
        let (plan, state) = (sim.plan(), sim.world().lambda().function(id));
        let mut environments = state.environments().iter();
        let run = environments.find(|found| found.id == environment)?.run?;
        let run = state.run(run)?;
        let name = arn(plan.function(id).name());
        let qualified = |qualifier: Option<&str>| {
            alloc::format!("{name}:{}", qualifier.unwrap_or("$LATEST"))
        };
        let called = if run.queued {
            let mut events = state.queue().events();
            let event = events.find(|event| event.job == job);
            event.map(|event| qualified(event.qualifier.as_deref()))
        } else {
            match job.origin {
                Origin::Act(act) => {
                    sim.world().lambda().asked(act).map(|asked| asked.arn.clone())
                }
                Origin::Caller(caller) => {
                    Some(qualified(plan.caller(caller).qualifier.name().as_deref()))
                }
                Origin::Mapping(mapping) => {
                    let mapping = plan.mapping(mapping);
                    Some(qualified(mapping.qualifier.name().as_deref()))
                }
                Origin::Deployment(group) => {
                    let mut hooks = plan.group(group).hooks().into_iter().flatten();
                    let hook = hooks.find(|hook| hook.function == id);
                    let named = hook.and_then(|hook| hook.qualifier.name());
                    Some(qualified(named.as_deref()))
                }
                Origin::Function(_) | Origin::Service(_) => None,
            }
        };
        let called = called.unwrap_or_else(|| qualified(None));
        let ran = run.ran(plan.function(id), run.ending);
        self.under_way.push((Part::Function(id), environment, ran, called));
        Some(())
    }

    /// A run has ended.
    fn end(
        &mut self,
        sim: &Sim,
        job: Job,
        on: (Part, EnvironmentId),
        ending: Ending,
    ) -> Option<Shown> {
        let place = self.under_way.iter().position(|run| (run.0, run.1) == on)?;
        let (.., ran, called) = self.under_way.swap_remove(place);
        let ran = Ran { ending, ..ran };
        let event = sim.content(job)?;
        let id = sim.plan().request_id(job);
        // Of a batch the code has seen what its data says.
        let event = match job.origin {
            Origin::Mapping(_) => event.as_read(sim.plan()),
            Origin::Caller(_)
            | Origin::Act(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Deployment(_) => event.payload(sim.plan()),
        };
        let response = ran.response(&event, &id, &called);
        self.last = Some((ran.version_name(), ending));
        let what = if ending == Ending::Succeeded { Shows::Answer } else { Shows::Error };
        Some(Shown::new(what, response.value()))
    }

    /// What Lambda answers, beside what the function does.
    fn reply(
        &self,
        plan: &Plan,
        id: CallerId,
        outcome: Outcome,
        http: u16,
    ) -> Option<Shown> {
        // A service of AWS answers a client of its own, or nobody.
        if plan.caller(id).kind().is_aws() {
            return None;
        }
        let mut members = alloc::vec![("StatusCode".into(), Value::number(http.into()))];
        match outcome {
            Outcome::Accepted => {}
            Outcome::Ok | Outcome::FunctionError => {
                if let Some((version, ending)) =
                    self.last.as_ref().filter(|_| http == 200)
                {
                    if *ending != Ending::Succeeded {
                        let word = plan.settings.function_error.word();
                        members.push(("FunctionError".into(), Value::text(word)));
                    }
                    members.push(("ExecutedVersion".into(), Value::text(version)));
                }
            }
            // The last refusal was shown where it was given.
            Outcome::Throttled | Outcome::Refused | Outcome::TimedOut => return None,
        }
        Some(Shown::new(Shows::Reply, Value::Object(members)))
    }
}

/// Whether the caller hears of a refusal, and not only the queue.
fn is_told(recording: &Recording, job: Job, entry: &Entry) -> bool {
    match job.origin {
        Origin::Caller(id) => {
            !recording.last_plan().caller(id).is_asynchronous()
                || entry.rule == Rule::Asy25
                || matches!(entry.fact, Fact::Refused { .. })
        }
        Origin::Act(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => false,
    }
}

fn throttle(reason: Reason) -> Shown {
    let body = Value::object([
        ("Reason", Value::text(reason.word())),
        ("Type", Value::text("User")),
        ("message", Value::text("Rate Exceeded.")),
    ]);
    answered(429, "TooManyRequestsException", body)
}

fn refused(refusal: Refusal) -> Shown {
    let kind = if refusal.is_of_client() { "User" } else { "Service" };
    let body = Value::object([
        ("Type", Value::text(kind)),
        ("Message", Value::text(message_of(refusal))),
    ]);
    answered(refusal.http(), refusal.word(), body)
}

/// An error of the service, with the headers that say what it is.
fn answered(http: u16, code: &str, body: Value) -> Shown {
    let attributes = alloc::vec![
        ("HTTP", "status", alloc::format!("{http}")),
        ("x-amzn-ErrorType", "header", code.into()),
    ];
    Shown { attributes, ..Shown::new(Shows::Reply, body) }
}

/// What an act was answered.
fn reply_to_act(log: &Log, job: Job) -> Option<Shown> {
    let Origin::Act(act) = job.origin else { return None };
    let Reply { http, code, message, fields, payload } =
        log.replies(act.into()).last()?.clone();
    let mut members = fields;
    if !code.is_empty() {
        members.push(("message".into(), Value::Text(message)));
        return Some(answered(http, &code, Value::Object(members)));
    }
    if let Some(payload) = payload {
        members.push(("Payload".into(), payload.value()));
    }
    Some(Shown::new(Shows::Reply, Value::Object(members)))
}
