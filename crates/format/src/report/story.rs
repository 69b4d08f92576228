//! The story of a run: each entry as one plain sentence, for a person at the page.
//!
//! Numbers carry their units, times are rounded as people read them. The sentence says
//! what happened; why is for the rule beside it.

use lambdarium_sim::id::{CallerId, EnvironmentId, Job, Part, VersionIx};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::time::Span;
use lambdarium_sim::trace::{
    Ending, Entry, Fact, Log, Outcome, Reason, Refusal, Removal, Room,
};

use super::{alias, message, names, release, stream};

mod event;

/// One entry as a sentence. Empty if there is no such entry.
#[must_use]
pub fn sentence(plan: &Plan, log: &Log, number: u32) -> String {
    log.get(number).map_or_else(String::new, |entry| {
        let teller = Teller { plan, log, entry, number };
        teller.tell()
    })
}

const INIT_CUT: &str =
    "Init is not done within 10 s. It is cut, and runs again with the handler.";

/// One entry with all that is needed to tell it.
struct Teller<'a> {
    plan: &'a Plan,
    log: &'a Log,
    entry: &'a Entry,
    number: u32,
}

impl Teller<'_> {
    fn tell(&self) -> String {
        let (request, name) = (self.request(), self.name());
        match self.entry.fact {
            Fact::Called => self.called(),
            Fact::RetryPlanned { after, attempt, bucket: _ } => {
                self.plans_retry(after, attempt)
            }
            Fact::Retried { attempt } => {
                format!("{request} tries again: attempt {attempt}.")
            }
            Fact::QuotaExhausted { bucket } => self.cannot_pay(bucket),
            Fact::WaitEnded { waited } => {
                format!("{request} stops waiting after {waited}.")
            }
            Fact::Answered { outcome, http, attempts, bucket: _ } => {
                self.answered(outcome, http, attempts)
            }
            Fact::DryRunAnswered => {
                format!("{name} could run {request}. It was a dry run: nothing runs.")
            }
            Fact::Started { environment, version, room, init, alias: _ } => {
                self.started(environment, version, room, init)
            }
            Fact::SpilledOver { provisioned } => self.spilled_over(provisioned),
            Fact::InitCut => INIT_CUT.to_string(),
            Fact::Ended { ending, billed_ms, environment: _ } => {
                self.ended(ending, billed_ms)
            }
            Fact::Abandoned => {
                format!("Nobody waits for {request} any more. {name} runs on.")
            }
            Fact::Throttled { reason, in_flight, limit, alias: _ } => {
                let why = self.throttled(reason, in_flight.into(), limit.into());
                format!("{name} throttles {request}: {why}.")
            }
            Fact::Refused { refusal } => {
                format!("{name} refuses {request}: {}.", why(refusal))
            }
            Fact::EnvironmentRemoved { environment, version, removal } => {
                self.removed(environment, version, removal)
            }
            Fact::ProvisioningStarted { version, count: 0 } => {
                format!("{} is provisioned no longer.", self.version(version))
            }
            Fact::ProvisioningStarted { version, count } => {
                let environments = counted(count.into(), "environment");
                self.provisioning(version, &environments)
            }
            Fact::ProvisioningReady { version, count } => {
                let environments = counted(count.into(), "provisioned environment");
                format!("{} has {environments} ready.", self.version(version))
            }
            Fact::ProvisioningFailed { version } => self.provisioning_failed(version),
            Fact::Replied { operation, http } => self.replied(operation.word(), http),
            Fact::Cost { requests, micro_usd } => {
                let runs = counted(requests.into(), "run");
                let usd = names::cost(self.entry, micro_usd);
                format!("{name} has cost {usd} USD for {runs}.")
            }
            Fact::Stopped { stop } => format!("The run ends: {}.", stop.word()),
            Fact::Event(fact) => event::sentence(self.plan, self.entry, fact),
            Fact::Message(fact) => message::sentence(self.plan, self.entry, fact),
            Fact::Stream(fact) => stream::sentence(self.plan, self.entry, fact),
            Fact::Release(fact) => release::sentence(self.plan, self.entry, fact),
            Fact::Alias(fact) => alias::sentence(self.plan, self.entry, fact),
        }
    }

    fn plans_retry(&self, after: Span, attempt: u16) -> String {
        let request = self.request();
        let is_unread = self.entry.rule == Rule::Pbr03;
        let unread = if is_unread { ", as its answer cannot be read," } else { "" };
        if after == Span::ZERO {
            return format!("{request}{unread} tries again at once (attempt {attempt}).");
        }
        format!("{request}{unread} tries again in {after} (attempt {attempt}).")
    }

    fn cannot_pay(&self, bucket: u16) -> String {
        let request = self.request();
        let left = counted(bucket.into(), "token");
        let verb = if bucket == 1 { "is" } else { "are" };
        format!(
            "{request} cannot pay for a retry: {left} {verb} left in the retry quota."
        )
    }

    fn provisioning(&self, version: VersionIx, environments: &str) -> String {
        let version = self.version(version);
        format!(
            "{version} is to have {environments} provisioned. They are being prepared."
        )
    }

    fn provisioning_failed(&self, version: VersionIx) -> String {
        let version = self.version(version);
        format!("Init fails while {version} is provisioned. Nothing is allocated.")
    }

    fn name(&self) -> &str {
        self.plan.name(self.entry.part)
    }

    /// The request it is about; only facts about requests ask for it.
    fn request(&self) -> String {
        self.entry.job.map_or_else(String::new, |job: Job| names::request(self.plan, job))
    }

    fn version(&self, version: VersionIx) -> String {
        names::version(self.plan, self.entry.part, version)
    }

    fn caller(&self) -> Option<CallerId> {
        match self.entry.part {
            Part::Caller(id) => Some(id),
            Part::Function(_)
            | Part::Desk
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Alarm(_)
            | Part::Deployment(_) => None,
        }
    }

    fn called(&self) -> String {
        match self.caller() {
            Some(id) => {
                format!("{} calls {}.", self.request(), self.plan.caller(id).target())
            }
            None => match names::called_by_act(self.log, self.number) {
                Some(id) => format!("You call {}.", self.plan.function(id).name()),
                None => "You call a function.".to_string(),
            },
        }
    }

    fn answered(&self, outcome: Outcome, http: u16, attempts: u16) -> String {
        let request = self.request();
        let tries = if attempts > 1 {
            format!(" after {attempts} attempts")
        } else {
            String::new()
        };
        if self.caller().is_some_and(|id| names::has_client(self.plan, id)) {
            let why = match outcome {
                Outcome::Ok => "the function's answer",
                Outcome::FunctionError => "a function error",
                Outcome::Throttled => "Lambda throttled the call",
                Outcome::Refused => "Lambda refused the call",
                Outcome::TimedOut => "the wait is over",
                Outcome::Accepted => "the event was accepted",
            };
            return format!("{request} answers its client {http}: {why}.");
        }
        match outcome {
            Outcome::Ok if http == 204 => {
                format!("{request} is told that the function could run (204).")
            }
            Outcome::Ok => format!("{request} has its answer{tries}."),
            Outcome::Accepted => {
                format!(
                    "{request} is accepted{tries} (202): what becomes of it is not told."
                )
            }
            Outcome::FunctionError => {
                format!(
                    "{request} gets a function error{tries}. The status is still {http}."
                )
            }
            Outcome::Throttled if attempts > 1 => {
                format!("{request} gives up{tries}: throttled ({http}).")
            }
            Outcome::Throttled => format!("{request} ends throttled ({http})."),
            Outcome::Refused if attempts > 1 => {
                format!("{request} gives up{tries}: refused ({http}).")
            }
            Outcome::Refused => format!("{request} ends refused ({http})."),
            Outcome::TimedOut => format!("{request} gives up{tries}: no answer in time."),
        }
    }

    fn started(
        &self,
        environment: EnvironmentId,
        version: VersionIx,
        room: Room,
        init: Span,
    ) -> String {
        let (request, name, number) =
            (self.request(), self.version(version), environment.0);
        match room {
            Room::Warm => {
                format!("{name} runs {request} in environment {number}, still warm.")
            }
            Room::Cold if init == Span::ZERO => {
                format!("{name} starts {request} on a new environment, number {number}.")
            }
            Room::Cold => format!(
                "{name} starts {request} on a new environment, number {number}: Init takes \
                 {init}."
            ),
            Room::Provisioned => {
                format!("{name} runs {request} in provisioned environment {number}.")
            }
            Room::Reset => format!(
                "{name} runs {request} in environment {number}, which was reset: Init runs \
                 again and takes {init}."
            ),
        }
    }

    fn spilled_over(&self, provisioned: u32) -> String {
        let request = self.request();
        match provisioned {
            1 => format!(
                "The provisioned environment has no room: {request} goes on demand."
            ),
            many => {
                let many = grouped(many.into());
                format!(
                    "None of the {many} provisioned environments has room: {request} goes on demand."
                )
            }
        }
    }

    fn ended(&self, ending: Ending, billed_ms: u32) -> String {
        let (request, name) = (self.request(), self.name());
        let billed = format!("{} ms are billed", grouped(billed_ms.into()));
        match ending {
            Ending::Succeeded => format!("{name} succeeds with {request}; {billed}."),
            Ending::Threw => {
                format!("The handler of {name} throws on {request}; {billed}.")
            }
            Ending::TimedOut => {
                format!("{name} times out on {request} and is cut; {billed}.")
            }
            Ending::Exited => {
                format!("The process of {name} exits while it runs {request}; {billed}.")
            }
            Ending::InitFailed => {
                format!("Init of {name} fails, and {request} with it; {billed}.")
            }
            Ending::TooLarge => {
                format!("What {name} answers to {request} is too large; {billed}.")
            }
            Ending::Cut => format!("{request} is cut, as nobody waits for it; {billed}."),
        }
    }

    /// Why there was no room, with the numbers that were met.
    fn throttled(&self, reason: Reason, in_flight: u64, limit: u64) -> String {
        let (used, most) = (grouped(in_flight), grouped(limit));
        let are = if limit == 1 { "unit is" } else { "units are" };
        match reason {
            Reason::Reserved if self.entry.rule == Rule::Con07 => {
                "provisioned concurrency takes the whole reservation".to_string()
            }
            Reason::Reserved if limit == 0 => {
                "its reservation leaves no unit".to_string()
            }
            Reason::Reserved => format!("{used} of {most} reserved {are} in use"),
            Reason::Account if self.entry.rule == Rule::Con08 => {
                "one of its faults says so".to_string()
            }
            Reason::Account if self.entry.rule == Rule::Con02 => {
                format!("{used} of the account's {most} {are} in use")
            }
            Reason::Account => format!("{used} of {most} unreserved {are} in use"),
            Reason::FunctionRate => {
                format!("no more environments may be added yet, after {most} at once")
            }
            Reason::ReservedRate | Reason::CallerRate => {
                format!("it is request {used} in this second, and {most} are allowed")
            }
        }
    }

    fn removed(
        &self,
        environment: EnvironmentId,
        version: VersionIx,
        removal: Removal,
    ) -> String {
        let name = self.version(version);
        let why = match removal {
            Removal::Idle => {
                format!("it was idle for {}", self.plan.settings().idle_ttl)
            }
            Removal::Life => "it has lived long enough".to_string(),
            Removal::Update => "the function was updated".to_string(),
            Removal::InitFailed => "its Init failed".to_string(),
            Removal::Deprovisioned => "fewer provisioned ones are wanted".to_string(),
            Removal::Deleted => "its version was deleted".to_string(),
        };
        format!("Environment {} of {name} is removed: {why}.", environment.0)
    }

    fn replied(&self, operation: &str, http: u16) -> String {
        let act = self.entry.job.and_then(names::act);
        let reply = act.and_then(|act| self.log.replies(act).last());
        match reply {
            Some(reply) if reply.is_error() => {
                format!("{operation} is refused: {http} {}.", reply.code)
            }
            Some(reply) if names::has_function_error(reply) => {
                format!("{operation} is answered {http}, with a function error.")
            }
            Some(_) | None => format!("{operation} is answered {http}."),
        }
    }
}

fn why(refusal: Refusal) -> String {
    let why = match refusal {
        Refusal::ServiceException => "the service has an error of its own",
        Refusal::ResourceNotFound => "there is no such version or alias",
        Refusal::ResourceConflict => "the version is still Pending",
        Refusal::AccessDenied => "it does not let its sender call it",
        Refusal::RequestTooLarge => "the request is too large",
        Refusal::Recursive => "it comes from a loop",
    };
    format!("{why} ({} {})", refusal.http(), refusal.word())
}

/// A count with its noun: `1 run`, `2,500 runs`.
fn counted(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(count))
}

/// A number in groups of three digits: `6,291,556`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
