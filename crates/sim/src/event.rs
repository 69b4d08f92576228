//! Everything that can be sent from one part to another, and to itself for later.

use crate::id::{CallerId, FunctionId, Job, Origin, VersionIx};
use crate::trace::{Ending, Reason, Refusal};

/// One event; it names the part it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// For a caller.
    Caller(CallerId, CallerEvent),
    /// For a function.
    Function(FunctionId, FunctionEvent),
}

/// What reaches a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum CallerEvent {
    /// Calls of the load are due.
    LoadDue {
        /// So many.
        count: u32,
    },
    /// A retry is due.
    RetryDue {
        /// The place of the call among those under way.
        slot: u32,
    },
    /// The oldest wait under way may have ended.
    WaitDue,
    /// An answer arrived.
    Answered {
        /// To this call.
        call: u32,
        /// At this place.
        slot: u32,
        /// To this attempt of it.
        attempt: u16,
        /// What it says.
        answer: Answer,
    },
}

/// What an attempt was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The function ran and this is how it ended.
    Ran(Ending),
    /// The function answered, but with more than the caller takes.
    Oversize,
    /// A dry run found nothing wrong.
    Checked,
    /// 429
    Throttled(Reason),
    /// Another invocation error.
    Refused(Refusal),
}

/// A request at the front door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whose.
    pub job: Job,
    /// Which attempt of it, from 1.
    pub attempt: u16,
    /// Its place at its sender, which the answer brings back.
    pub slot: u32,
    /// The version, where the sender has looked it up already.
    pub version: Option<VersionIx>,
    /// Check only, do not run.
    pub dry_run: bool,
}

/// What reaches a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FunctionEvent {
    /// A request arrived.
    Arrived(Request),
    /// A run came to its end.
    RunEnded {
        /// The place of the run.
        slot: u32,
        /// Guards against a run that was cut before.
        serial: u32,
    },
    /// The first Init of a run has taken all the time it may (ENV-03).
    InitDue {
        /// The place of the run.
        slot: u32,
        /// Guards against a run that was cut before.
        serial: u32,
    },
    /// The caller of a run under way stopped waiting.
    CallerLeft {
        /// Whose.
        job: Job,
        /// Which attempt.
        attempt: u16,
        /// Its place at the caller.
        slot: u32,
    },
    /// The longest idle environment of a version may be too old.
    IdleDue {
        /// Which version.
        version: VersionIx,
    },
    /// Provisioned concurrency is ready, unless it was changed since.
    ProvisioningDue {
        /// Which version.
        version: VersionIx,
        /// Guards against a changed configuration.
        serial: u32,
    },
}

/// An event on its way, with the entry that led to it.
///
/// Every kind of event has its fields at the same places here. What one step writes field
/// by field the next one reads field by field; the variants of an enum would be copied as
/// raw words, and a processor waits when it reads a word that was just written in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(8))]
pub struct Sent {
    /// The trace entry behind it.
    pub(crate) cause: u32,
    /// The call, a serial, or a count.
    number: u32,
    slot: u32,
    origin: Origin,
    part: u16,
    attempt: u16,
    version: VersionIx,
    answer: Answer,
    kind: Kind,
    is_version_known: bool,
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Caller(CallerKind),
    Function(FunctionKind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallerKind {
    LoadDue,
    RetryDue,
    WaitDue,
    Answered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FunctionKind {
    Arrived,
    RunEnded,
    InitDue,
    CallerLeft,
    IdleDue,
    ProvisioningDue,
}

impl Sent {
    const fn new(cause: u32, part: u16, kind: Kind) -> Self {
        Self {
            cause,
            number: 0,
            slot: 0,
            origin: Origin::Act(0),
            part,
            attempt: 0,
            version: VersionIx::LATEST,
            answer: Answer::Ran(Ending::Succeeded),
            kind,
            is_version_known: false,
            dry_run: false,
        }
    }

    /// Packs an event.
    #[inline(always)]
    pub(crate) fn pack(cause: u32, event: Event) -> Self {
        match event {
            Event::Caller(CallerId(id), event) => Self::to_caller(cause, id, event),
            Event::Function(FunctionId(id), event) => Self::to_function(cause, id, event),
        }
    }

    #[inline(always)]
    fn to_caller(cause: u32, id: u16, event: CallerEvent) -> Self {
        use CallerKind as Is;
        let new = |kind| Self::new(cause, id, Kind::Caller(kind));
        match event {
            CallerEvent::LoadDue { count: number } => Self { number, ..new(Is::LoadDue) },
            CallerEvent::RetryDue { slot } => Self { slot, ..new(Is::RetryDue) },
            CallerEvent::WaitDue => new(Is::WaitDue),
            CallerEvent::Answered { call: number, slot, attempt, answer } => {
                Self { number, slot, attempt, answer, ..new(Is::Answered) }
            }
        }
    }

    #[inline(always)]
    fn to_function(cause: u32, id: u16, event: FunctionEvent) -> Self {
        use FunctionKind as Is;
        let new = |kind| Self::new(cause, id, Kind::Function(kind));
        match event {
            FunctionEvent::Arrived(request) => {
                let Request { job, attempt, slot, version, dry_run } = request;
                let Job { origin, call: number } = job;
                let is_version_known = version.is_some();
                let version = match version {
                    Some(version) => version,
                    None => VersionIx::LATEST,
                };
                let sent = Self { version, is_version_known, ..new(Is::Arrived) };
                Self { number, slot, origin, attempt, dry_run, ..sent }
            }
            FunctionEvent::RunEnded { slot, serial: number } => {
                Self { number, slot, ..new(Is::RunEnded) }
            }
            FunctionEvent::InitDue { slot, serial: number } => {
                Self { number, slot, ..new(Is::InitDue) }
            }
            FunctionEvent::CallerLeft { job, attempt, slot } => {
                let Job { origin, call: number } = job;
                Self { number, slot, origin, attempt, ..new(Is::CallerLeft) }
            }
            FunctionEvent::IdleDue { version } => Self { version, ..new(Is::IdleDue) },
            FunctionEvent::ProvisioningDue { version, serial: number } => {
                Self { number, version, ..new(Is::ProvisioningDue) }
            }
        }
    }

    /// The event.
    #[inline(always)]
    pub(crate) const fn event(self) -> Event {
        match self.kind {
            Kind::Caller(kind) => {
                Event::Caller(CallerId(self.part), self.caller_event(kind))
            }
            Kind::Function(kind) => {
                Event::Function(FunctionId(self.part), self.function_event(kind))
            }
        }
    }

    #[inline(always)]
    const fn caller_event(self, kind: CallerKind) -> CallerEvent {
        let Self { number, slot, attempt, answer, .. } = self;
        match kind {
            CallerKind::LoadDue => CallerEvent::LoadDue { count: number },
            CallerKind::RetryDue => CallerEvent::RetryDue { slot },
            CallerKind::WaitDue => CallerEvent::WaitDue,
            CallerKind::Answered => {
                CallerEvent::Answered { call: number, slot, attempt, answer }
            }
        }
    }

    #[inline(always)]
    const fn function_event(self, kind: FunctionKind) -> FunctionEvent {
        let Self { number, slot, origin, attempt, version, dry_run, .. } = self;
        let job = Job { origin, call: number };
        match kind {
            FunctionKind::Arrived => {
                let version = if self.is_version_known { Some(version) } else { None };
                FunctionEvent::Arrived(Request { job, attempt, slot, version, dry_run })
            }
            FunctionKind::RunEnded => FunctionEvent::RunEnded { slot, serial: number },
            FunctionKind::InitDue => FunctionEvent::InitDue { slot, serial: number },
            FunctionKind::CallerLeft => FunctionEvent::CallerLeft { job, attempt, slot },
            FunctionKind::IdleDue => FunctionEvent::IdleDue { version },
            FunctionKind::ProvisioningDue => {
                FunctionEvent::ProvisioningDue { version, serial: number }
            }
        }
    }

    /// Whether it only tidies up: a run ends when nothing else is left.
    #[inline(always)]
    pub(crate) const fn is_idle(&self) -> bool {
        match self.kind {
            Kind::Caller(CallerKind::WaitDue) | Kind::Function(FunctionKind::IdleDue) => {
                true
            }
            Kind::Caller(
                CallerKind::LoadDue | CallerKind::RetryDue | CallerKind::Answered,
            )
            | Kind::Function(
                FunctionKind::Arrived
                | FunctionKind::RunEnded
                | FunctionKind::InitDue
                | FunctionKind::CallerLeft
                | FunctionKind::ProvisioningDue,
            ) => false,
        }
    }
}
