//! One run of function code: what it does is settled when it is admitted, so a change of
//! the function's settings never disturbs a call that is already running.
//!
//! Rules: ENV-03 to ENV-08, ENV-15, INV-08, COST-02.

use alloc::rc::Rc;

use super::Spec;
use super::answer::Ran;
use super::behaviour::{Answer, Behaviour, Draw, Failure, Fault, On};
use crate::EVENTS;
use crate::dice::{Dice, Purpose};
use crate::event::Request;
use crate::id::{AliasIx, Job, VersionIx};
use crate::limits;
use crate::message::Content;
use crate::plan::PlannedFunction;
use crate::rule::Rule;
use crate::scenario::Settings;
use crate::time::{Instant, Span};
use crate::trace::{Ending, Room};
use crate::value::Payload;

/// On-demand Init may take this long (ENV-03).
pub(crate) const INIT_MAX: Span = Span::seconds(10);
/// One vCPU (ENV-15).
const ONE_CPU_MB: u64 = 1_769;

/// A run under way.
#[derive(Clone, Debug)]
pub struct Run {
    /// Whose request it is.
    pub job: Job,
    /// Which attempt of it.
    pub attempt: u16,
    /// The request's place at its sender.
    pub(crate) slot: u32,
    /// Whether it comes from the function's queue; its place is there then.
    pub queued: bool,
    /// The version that runs.
    pub version: VersionIx,
    /// The alias that has led there.
    pub alias: Option<AliasIx>,
    /// The place of its environment.
    pub(crate) environment: u32,
    /// Whether that is a provisioned one.
    pub provisioned: bool,
    /// What kind of room it found.
    pub room: Room,
    /// When it was admitted.
    pub started: Instant,
    /// When Init ends.
    pub init_until: Instant,
    /// When it ends.
    pub until: Instant,
    /// How it will end.
    pub ending: Ending,
    /// Whether its caller has gone.
    pub abandoned: bool,
    /// The settings it runs with.
    pub(crate) spec: Rc<Spec>,
    /// The fault that hit it, by its place.
    pub(crate) fault: Option<u16>,
    /// The batch it was given, if it was given one.
    pub(crate) batch: Option<Content>,
    pub(crate) serial: u32,
}

impl Run {
    /// What it came to.
    pub(crate) fn ran(&self, planned: &PlannedFunction, ending: Ending) -> Ran {
        Ran {
            spec: Rc::clone(&self.spec),
            fault: self.fault,
            ending,
            provisioned: self.provisioned,
            version: planned.version(self.version).number,
            started: self.started,
        }
    }

    /// From when on CloudWatch's `Duration` counts: without a cold start's Init, but with
    /// one that runs again inside the invocation (ENV-06).
    pub(crate) fn timed_from(&self) -> Instant {
        match self.room {
            Room::Cold => {
                self.started.plus(self.init_until.since(self.started).min(INIT_MAX))
            }
            Room::Warm | Room::Provisioned | Room::Reset => self.started,
        }
    }
}

/// What a request brings to the draws and conditions of a function.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) request: &'a Request,
    pub(crate) payload: &'a Payload,
    /// The batch, if it is one.
    pub(crate) batch: Option<&'a Content>,
    pub(crate) dice: Dice,
    /// By which number of attempt its draws are keyed.
    pub(crate) draw: u16,
    pub(crate) now: Instant,
}

impl Case<'_> {
    /// Whether a fault hits this request on this kind of environment.
    fn hits(&self, number: usize, fault: &Fault, provisioned: bool) -> bool {
        let when = &fault.when;
        let within = |range: Option<(u64, u64)>, value: u64| {
            range.is_none_or(|(first, last)| (first..=last).contains(&value))
        };
        let (call, attempt) = (self.request.job.call.into(), self.request.attempt.into());
        within(when.attempts, attempt)
            && within(when.calls, call)
            && when.from.is_none_or(|from| self.now >= from)
            && when.to.is_none_or(|to| self.now < to)
            && match when.on {
                On::Any => true,
                On::OnDemand => !provisioned,
                On::Provisioned => provisioned,
            }
            && when.payload.as_ref().is_none_or(|condition| condition.holds(self.payload))
            && (when.chance_ppm >= 1_000_000
                || self.dice.ppm(
                    Purpose::Fault as u64 + number as u64,
                    call,
                    self.draw.into(),
                ) < when.chance_ppm)
    }

    /// The refusal a fault makes before anything runs.
    pub(crate) fn refusal(&self, spec: &Spec) -> Option<Failure> {
        let mut faults = spec.behaviour.faults.iter().enumerate();
        let hit = faults.find(|(number, fault)| {
            matches!(fault.failure, Failure::Throttled | Failure::ServiceException)
                && self.hits(*number, fault, false)
        });
        hit.map(|(_, fault)| fault.failure)
    }

    /// Whether a fault keeps an event from being accepted.
    pub(crate) fn is_outage(&self, spec: &Spec) -> bool {
        let mut faults = spec.behaviour.faults.iter().enumerate();
        faults.any(|(number, fault)| {
            fault.failure == Failure::RefusesEvents && self.hits(number, fault, false)
        })
    }

    fn draw(&self, draw: &Draw, purpose: Purpose) -> Span {
        let (call, attempt) = (self.request.job.call.into(), self.draw.into());
        match draw {
            Draw::Fixed(span) => *span,
            Draw::Uniform { min, max } => {
                let width = Span(max.0 - min.0 + 1);
                min.plus(self.dice.up_to(purpose, call, attempt, width))
            }
            Draw::Exponential { mean } => {
                self.dice.exponential(purpose, call, attempt, *mean)
            }
            Draw::Payload { path } => {
                let told = self.payload.json().and_then(|value| value.at(path));
                let span =
                    told.and_then(|value| value.scaled(6)).map_or(Span::ZERO, Span);
                span.min(limits::RUN_SPAN_MAX)
            }
        }
    }
}

/// Whether there are faults that keep events from being accepted.
pub(crate) fn may_be_out(spec: &Spec) -> bool {
    let mut faults = spec.behaviour.faults.iter();
    faults.any(|fault| fault.failure == Failure::RefusesEvents)
}

/// How a run goes, as spans from its admission.
pub(crate) struct Course {
    pub(crate) init: Span,
    pub(crate) total: Span,
    pub(crate) ending: Ending,
    pub(crate) fault: Option<u16>,
    pub(crate) init_cut: bool,
}

/// Settles how a run goes.
#[inline]
pub(crate) fn course(
    case: &Case<'_>,
    spec: &Spec,
    settings: &Settings,
    room: Room,
    provisioned: bool,
) -> Course {
    let behaviour = &spec.behaviour;
    let mut body = case.draw(&behaviour.duration, Purpose::Duration);
    let mut fault = None;
    for (number, candidate) in behaviour.faults.iter().enumerate() {
        let relevant = match candidate.failure {
            Failure::Slow => true,
            Failure::Throttled | Failure::ServiceException | Failure::RefusesEvents => {
                false
            }
            Failure::FailsInit => {
                fault.is_none() && matches!(room, Room::Cold | Room::Reset)
            }
            Failure::Throws
            | Failure::Hangs
            | Failure::Exits
            | Failure::AnswersTooLarge => fault.is_none(),
        };
        if !relevant || !case.hits(number, candidate, provisioned) {
            continue;
        }
        if candidate.failure == Failure::Slow {
            body = body.plus(candidate.duration.unwrap_or(Span::ZERO));
        } else {
            fault = Some((u16::try_from(number).expect("lists are limited"), candidate));
        }
    }
    let needs_init = matches!(room, Room::Cold | Room::Reset);
    let init =
        if needs_init { case.draw(&behaviour.init, Purpose::Init) } else { Span::ZERO };
    let mut init = init;
    match fault {
        Some((_, Fault { failure: Failure::FailsInit, duration, .. })) => {
            init = duration.unwrap_or(init);
            body = Span::ZERO;
        }
        Some((_, Fault { duration: Some(duration), .. })) => body = *duration,
        Some(_) | None => {}
    }
    let (init, body) = (stretched(init, spec, settings), stretched(body, spec, settings));
    let ending = match fault.map(|(_, fault)| fault.failure) {
        Some(Failure::Throws) => Ending::Threw,
        Some(Failure::Exits) => Ending::Exited,
        Some(Failure::AnswersTooLarge) => Ending::TooLarge,
        Some(Failure::FailsInit) => Ending::InitFailed,
        Some(Failure::Hangs) => Ending::TimedOut,
        Some(
            Failure::Slow
            | Failure::Throttled
            | Failure::ServiceException
            | Failure::RefusesEvents,
        )
        | None => unless_too_large(&behaviour.answer),
    };
    let ending = if throws(case, spec, ending) { Ending::Threw } else { ending };
    let body = if ending == Ending::TimedOut { limits::RUN_SPAN_MAX } else { body };
    let fault = fault.map(|(number, _)| number);
    bounded(Body { init, body, ending, fault }, spec.timeout, settings, room)
}

/// Whether the handler throws on a record of a batch, where nothing else goes wrong.
#[inline]
fn throws(case: &Case<'_>, spec: &Spec, ending: Ending) -> bool {
    if !EVENTS || ending != Ending::Succeeded {
        return false;
    }
    let Behaviour { per_record, supplied, .. } = &spec.behaviour;
    let call = case.batch.and_then(|batch| batch.call(case.now));
    let code = supplied.as_ref().zip(call);
    per_record.as_ref().is_some_and(|one| one.throws(case.payload))
        || code.is_some_and(|(supplied, call)| supplied.code().throws(&call))
}

/// How a run ends in which nothing goes wrong (INV-08).
#[inline]
fn unless_too_large(answer: &Answer) -> Ending {
    match answer {
        Answer::Bytes(count) if *count > limits::SYNC_RESPONSE_BYTES_MAX => {
            Ending::TooLarge
        }
        Answer::Bytes(_)
        | Answer::Null
        | Answer::Value(_)
        | Answer::Echo
        | Answer::Version
        | Answer::InitializationType
        | Answer::Environment
        | Answer::Code
        | Answer::Context
        | Answer::Sum(_)
        | Answer::Changing(_) => Ending::Succeeded,
    }
}

struct Body {
    init: Span,
    body: Span,
    ending: Ending,
    fault: Option<u16>,
}

/// Puts Init and handler under their limits.
fn bounded(run: Body, timeout: Span, settings: &Settings, room: Room) -> Course {
    let Body { init, body, ending, fault } = run;
    let course =
        |init, total, ending, init_cut| Course { init, total, ending, fault, init_cut };
    let cut = |body: Span, limit: Span| {
        if body > limit { (limit, Ending::TimedOut) } else { (body, ending) }
    };
    match room {
        Room::Cold if init > INIT_MAX => {
            // The first Init is cut; a second one and the handler share the timeout.
            let (again, ending) = cut(init.plus(body), timeout);
            course(INIT_MAX.plus(init.min(again)), INIT_MAX.plus(again), ending, true)
        }
        Room::Reset if settings.suppressed_init_in_timeout => {
            let (total, ending) = cut(init.plus(body), timeout);
            course(init.min(total), total, ending, false)
        }
        Room::Warm | Room::Cold | Room::Provisioned | Room::Reset => {
            let (body, ending) = cut(body, timeout);
            course(init, init.plus(body), ending, false)
        }
    }
}

/// Whether durations take longer because the memory buys less than one vCPU (ENV-15).
#[inline]
pub(crate) fn is_stretched(spec: &Spec, settings: &Settings) -> bool {
    settings.cpu_scaling && spec.memory_mb < ONE_CPU_MB
}

/// A duration stretched by how little CPU the memory buys, if that is simulated.
#[inline]
fn stretched(span: Span, spec: &Spec, settings: &Settings) -> Span {
    if is_stretched(spec, settings) {
        Span(span.0 * ONE_CPU_MB / spec.memory_mb)
    } else {
        span
    }
}

/// Whether Init during allocation of provisioned concurrency fails (CON-14): it may take
/// 130 s, or as long as the function's timeout (ENV-03).
pub(crate) fn provisioning_failure(
    case: &Case<'_>,
    spec: &Spec,
    settings: &Settings,
) -> Option<Rule> {
    let mut faults = spec.behaviour.faults.iter().enumerate();
    let init = case.draw(&spec.behaviour.init, Purpose::Init);
    if faults.any(|(number, fault)| {
        fault.failure == Failure::FailsInit && case.hits(number, fault, true)
    }) {
        Some(Rule::Con14)
    } else if stretched(init, spec, settings) > spec.timeout.max(Span::seconds(130)) {
        Some(Rule::Env03)
    } else {
        None
    }
}
