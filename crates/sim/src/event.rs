//! Everything that can be sent from one part to another, and to itself for later.

use crate::id::{CallerId, FunctionId, Job, VersionIx};
use crate::trace::{Ending, Reason, Refusal};

/// An event with the entry that led to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The trace entry behind it.
    pub cause: u32,
    /// What.
    pub event: Event,
}

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

impl Event {
    /// Whether it only tidies up: a run ends when nothing else is left.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        match self {
            Self::Function(_, FunctionEvent::IdleDue { .. })
            | Self::Caller(_, CallerEvent::WaitDue) => true,
            Self::Caller(
                _,
                CallerEvent::LoadDue { .. }
                | CallerEvent::RetryDue { .. }
                | CallerEvent::Answered { .. },
            )
            | Self::Function(
                _,
                FunctionEvent::Arrived(_)
                | FunctionEvent::RunEnded { .. }
                | FunctionEvent::InitDue { .. }
                | FunctionEvent::CallerLeft { .. }
                | FunctionEvent::ProvisioningDue { .. },
            ) => false,
        }
    }
}
