//! Everything that can be sent from one part to another, and to itself for later.

use crate::id::{CallerId, FunctionId, Job, Origin, ServiceId, VersionIx};
use crate::trace::{Ending, Reason, Refusal};

/// One event; it names the part it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// For a caller.
    Caller(CallerId, CallerEvent),
    /// For a function.
    Function(FunctionId, FunctionEvent),
    /// For a service.
    Service(ServiceId, ServiceEvent),
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
    /// 202: an event waits in the function's queue.
    Accepted,
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
    /// What it asks for.
    pub mode: Mode,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Run and answer (`RequestResponse`).
    Answer,
    /// Check only (`DryRun`).
    Check,
    /// Run later (`Event`).
    Later,
    /// It comes from the function's queue, where it has its place.
    Queued,
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
    /// An event in the queue is due to be tried.
    DispatchDue,
}

/// What reaches a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ServiceEvent {
    /// Something arrived.
    Arrived {
        /// As its sender counts it.
        job: Job,
        /// Where its content lies.
        letter: u32,
    },
    /// Something comes from outside.
    LoadDue {
        /// So many times.
        count: u32,
    },
    /// A delivery is to be tried again.
    RetryDue {
        /// Its number.
        call: u32,
    },
    /// Lambda has answered a delivery.
    Answered {
        /// Its number.
        call: u32,
        /// What Lambda says.
        answer: Answer,
    },
}

/// Whoever passes events on to the parts they are for.
pub(crate) trait Receive {
    /// An event for a caller.
    fn on_caller(&mut self, id: CallerId, event: CallerEvent);
    /// An event for a function.
    fn on_function(&mut self, id: FunctionId, event: FunctionEvent);
    /// An event for a service.
    fn on_service(&mut self, id: ServiceId, event: ServiceEvent);
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
    numbers: Numbers,
    origin: Origin,
    part: u16,
    attempt: u16,
    version: VersionIx,
    answer: Answer,
    kind: Kind,
    mode: Mode,
}

/// A call, a serial or a count, and below it a place: in one word, because a compiler
/// reads the two at once however they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers(u64);

impl Numbers {
    #[inline(always)]
    fn new(number: u32, slot: u32) -> Self {
        Self(u64::from(number) << 32 | u64::from(slot))
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it takes the word apart")]
    fn parts(self) -> (u32, u32) {
        ((self.0 >> 32) as u32, self.0 as u32)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    LoadDue,
    RetryDue,
    WaitDue,
    Answered,
    Arrived,
    RunEnded,
    InitDue,
    CallerLeft,
    IdleDue,
    ProvisioningDue,
    DispatchDue,
    Delivered,
    PublishDue,
    DeliveryDue,
    DeliveryAnswered,
}

impl Sent {
    const fn new(cause: u32, part: u16, kind: Kind) -> Self {
        Self {
            cause,
            numbers: Numbers(0),
            origin: Origin::Act(0),
            part,
            attempt: 0,
            version: VersionIx::LATEST,
            answer: Answer::Ran(Ending::Succeeded),
            kind,
            mode: Mode::Answer,
        }
    }

    /// Packs an event.
    #[inline(always)]
    pub(crate) fn pack(cause: u32, event: Event) -> Self {
        match event {
            Event::Caller(CallerId(id), event) => Self::to_caller(cause, id, event),
            Event::Function(FunctionId(id), event) => Self::to_function(cause, id, event),
            Event::Service(ServiceId(id), event) => Self::to_service(cause, id, event),
        }
    }

    #[inline(always)]
    fn to_caller(cause: u32, id: u16, event: CallerEvent) -> Self {
        let new = |kind| Self::new(cause, id, kind);
        match event {
            CallerEvent::LoadDue { count } => {
                Self { numbers: Numbers::new(count, 0), ..new(Kind::LoadDue) }
            }
            CallerEvent::RetryDue { slot } => {
                Self { numbers: Numbers::new(0, slot), ..new(Kind::RetryDue) }
            }
            CallerEvent::WaitDue => new(Kind::WaitDue),
            CallerEvent::Answered { call, slot, attempt, answer } => {
                let numbers = Numbers::new(call, slot);
                Self { numbers, attempt, answer, ..new(Kind::Answered) }
            }
        }
    }

    #[inline(always)]
    fn to_function(cause: u32, id: u16, event: FunctionEvent) -> Self {
        let new = |kind| Self::new(cause, id, kind);
        match event {
            FunctionEvent::Arrived(request) => {
                let Request { job, attempt, slot, mode } = request;
                let Job { origin, call } = job;
                let numbers = Numbers::new(call, slot);
                Self { numbers, origin, attempt, mode, ..new(Kind::Arrived) }
            }
            FunctionEvent::RunEnded { slot, serial } => {
                Self { numbers: Numbers::new(serial, slot), ..new(Kind::RunEnded) }
            }
            FunctionEvent::InitDue { slot, serial } => {
                Self { numbers: Numbers::new(serial, slot), ..new(Kind::InitDue) }
            }
            FunctionEvent::CallerLeft { job, attempt, slot } => {
                let Job { origin, call } = job;
                let numbers = Numbers::new(call, slot);
                Self { numbers, origin, attempt, ..new(Kind::CallerLeft) }
            }
            FunctionEvent::IdleDue { version } => Self { version, ..new(Kind::IdleDue) },
            FunctionEvent::ProvisioningDue { version, serial } => {
                let numbers = Numbers::new(serial, 0);
                Self { numbers, version, ..new(Kind::ProvisioningDue) }
            }
            FunctionEvent::DispatchDue => new(Kind::DispatchDue),
        }
    }

    #[inline(always)]
    fn to_service(cause: u32, id: u16, event: ServiceEvent) -> Self {
        let new = |kind| Self::new(cause, id, kind);
        match event {
            ServiceEvent::Arrived { job, letter } => {
                let numbers = Numbers::new(job.call, letter);
                Self { numbers, origin: job.origin, ..new(Kind::Delivered) }
            }
            ServiceEvent::LoadDue { count } => {
                Self { numbers: Numbers::new(count, 0), ..new(Kind::PublishDue) }
            }
            ServiceEvent::RetryDue { call } => {
                Self { numbers: Numbers::new(call, 0), ..new(Kind::DeliveryDue) }
            }
            ServiceEvent::Answered { call, answer } => {
                let numbers = Numbers::new(call, 0);
                Self { numbers, answer, ..new(Kind::DeliveryAnswered) }
            }
        }
    }

    /// Hands the event over. It is unpacked where its kind is known, so that the receiver
    /// need not find that out a second time.
    #[inline(always)]
    pub(crate) fn deliver(self, to: &mut impl Receive) {
        let Self { numbers, origin, attempt, version, answer, mode, .. } = self;
        let (number, slot) = numbers.parts();
        let job = Job { origin, call: number };
        let (caller, function) = (CallerId(self.part), FunctionId(self.part));
        match self.kind {
            Kind::LoadDue => to.on_caller(caller, CallerEvent::LoadDue { count: number }),
            Kind::RetryDue => to.on_caller(caller, CallerEvent::RetryDue { slot }),
            Kind::WaitDue => to.on_caller(caller, CallerEvent::WaitDue),
            Kind::Answered => {
                let call = number;
                to.on_caller(
                    caller,
                    CallerEvent::Answered { call, slot, attempt, answer },
                );
            }
            Kind::Arrived => {
                let request = Request { job, attempt, slot, mode };
                to.on_function(function, FunctionEvent::Arrived(request));
            }
            Kind::RunEnded => {
                let serial = number;
                to.on_function(function, FunctionEvent::RunEnded { slot, serial });
            }
            Kind::InitDue => {
                let serial = number;
                to.on_function(function, FunctionEvent::InitDue { slot, serial });
            }
            Kind::CallerLeft => {
                to.on_function(
                    function,
                    FunctionEvent::CallerLeft { job, attempt, slot },
                );
            }
            Kind::IdleDue => to.on_function(function, FunctionEvent::IdleDue { version }),
            Kind::ProvisioningDue => {
                let serial = number;
                to.on_function(
                    function,
                    FunctionEvent::ProvisioningDue { version, serial },
                );
            }
            Kind::DispatchDue => to.on_function(function, FunctionEvent::DispatchDue),
            Kind::Delivered => {
                let event = ServiceEvent::Arrived { job, letter: slot };
                to.on_service(ServiceId(self.part), event);
            }
            Kind::PublishDue => {
                let event = ServiceEvent::LoadDue { count: number };
                to.on_service(ServiceId(self.part), event);
            }
            Kind::DeliveryDue => {
                let event = ServiceEvent::RetryDue { call: number };
                to.on_service(ServiceId(self.part), event);
            }
            Kind::DeliveryAnswered => {
                let event = ServiceEvent::Answered { call: number, answer };
                to.on_service(ServiceId(self.part), event);
            }
        }
    }

    /// Whether it only tidies up: a run ends when nothing else is left.
    #[inline(always)]
    pub(crate) const fn is_idle(&self) -> bool {
        match self.kind {
            Kind::WaitDue | Kind::IdleDue => true,
            Kind::LoadDue
            | Kind::RetryDue
            | Kind::Answered
            | Kind::Arrived
            | Kind::RunEnded
            | Kind::InitDue
            | Kind::CallerLeft
            | Kind::ProvisioningDue
            | Kind::DispatchDue
            | Kind::Delivered
            | Kind::PublishDue
            | Kind::DeliveryDue
            | Kind::DeliveryAnswered => false,
        }
    }
}
