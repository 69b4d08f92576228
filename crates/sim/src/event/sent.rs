//! An event on its way, in few words of memory.

mod release;

use release::ReleaseKind;

use super::{
    Answer, CallerEvent, Event, FunctionEvent, MappingEvent, Mode, Poll, Receive,
    Request, ServiceEvent,
};
use crate::Given;
use crate::id::{
    AlarmId, CallerId, FunctionId, GroupId, Job, MappingId, Origin, ServiceId, VersionIx,
};
use crate::service::stream::ShardId;
use crate::trace::Ending;

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
    /// Whether it only tidies up: a run ends when nothing else is left.
    is_idle: bool,
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
    /// What queues and mappings say to each other.
    Message(MessageKind, Given),
    /// What alarms and deployment groups are told.
    Release(ReleaseKind, Given),
}

/// What queues and mappings say to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageKind {
    MessageDue,
    Redriven,
    Polled,
    PollEnded,
    ServeDue,
    MessagesDue,
    DeleteCalled,
    BacklogAsked,
    Received,
    BatchAnswered,
    WindowDue,
    BatchRetryDue,
    LetGoDue,
    RampDue,
    Backlog,
    Deleted,
    Settled,
    ShardsAsked,
    ReadCalled,
    RollDue,
    ShardsListed,
    RecordsArrived,
    RecordsRead,
    ShardDue,
}

impl Sent {
    #[inline(always)]
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
            is_idle: kind.is_idle(),
        }
    }

    /// Packs an event.
    #[inline(always)]
    pub(crate) fn pack(cause: u32, event: Event) -> Self {
        match event {
            Event::Caller(CallerId(id), event) => Self::to_caller(cause, id, event),
            Event::Function(FunctionId(id), event) => Self::to_function(cause, id, event),
            Event::Service(ServiceId(id, _), event) => Self::to_service(cause, id, event),
            Event::Mapping(MappingId(id, _), event) => Self::to_mapping(cause, id, event),
            Event::Alarm(AlarmId(id, _), event) => Self::to_alarm(cause, id, event),
            Event::Deployment(GroupId(id, _), event) => {
                Self::to_deployment(cause, id, event)
            }
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
        let of = |kind| Self::new(cause, id, Kind::Message(kind, Given::here()));
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
            ServiceEvent::MessageDue => of(MessageKind::MessageDue),
            ServiceEvent::Redriven { parcel } => {
                Self { numbers: Numbers::new(0, parcel), ..of(MessageKind::Redriven) }
            }
            ServiceEvent::Polled(Poll { mapping, poller, most, waits, ahead }) => {
                let flags = u32::from(waits) | u32::from(ahead) << 1;
                let numbers = Numbers::new(flags, poller);
                let origin = Origin::Mapping(mapping);
                Self { numbers, origin, attempt: most, ..of(MessageKind::Polled) }
            }
            ServiceEvent::PollEnded { mapping, poller } => {
                let numbers = Numbers::new(0, poller);
                let origin = Origin::Mapping(mapping);
                Self { numbers, origin, ..of(MessageKind::PollEnded) }
            }
            ServiceEvent::ServeDue => of(MessageKind::ServeDue),
            ServiceEvent::MessagesDue => of(MessageKind::MessagesDue),
            ServiceEvent::DeleteCalled { parcel } => {
                Self { numbers: Numbers::new(0, parcel), ..of(MessageKind::DeleteCalled) }
            }
            ServiceEvent::BacklogAsked { mapping } => {
                let origin = Origin::Mapping(mapping);
                Self { origin, ..of(MessageKind::BacklogAsked) }
            }
            ServiceEvent::ShardsAsked { mapping } => {
                let origin = Origin::Mapping(mapping);
                Self { origin, ..of(MessageKind::ShardsAsked) }
            }
            ServiceEvent::ReadCalled { mapping, shard, from } => {
                let numbers = Numbers::new(from, shard.0);
                let origin = Origin::Mapping(mapping);
                Self { numbers, origin, ..of(MessageKind::ReadCalled) }
            }
            ServiceEvent::RollDue => of(MessageKind::RollDue),
        }
    }

    #[inline(always)]
    fn to_mapping(cause: u32, id: u16, event: MappingEvent) -> Self {
        let of = |kind| Self::new(cause, id, Kind::Message(kind, Given::here()));
        match event {
            MappingEvent::Received { poller, parcel } => Self {
                numbers: Numbers::new(poller, parcel),
                ..of(MessageKind::Received)
            },
            MappingEvent::Answered { call, parcel, answer, version } => {
                let numbers = Numbers::new(call, parcel);
                Self { numbers, answer, version, ..of(MessageKind::BatchAnswered) }
            }
            MappingEvent::WindowDue { poller, serial } => Self {
                numbers: Numbers::new(serial, poller),
                ..of(MessageKind::WindowDue)
            },
            MappingEvent::RetryDue { call } => {
                Self { numbers: Numbers::new(call, 0), ..of(MessageKind::BatchRetryDue) }
            }
            MappingEvent::LetGoDue { call } => {
                Self { numbers: Numbers::new(call, 0), ..of(MessageKind::LetGoDue) }
            }
            MappingEvent::RampDue => of(MessageKind::RampDue),
            MappingEvent::Backlog { count } => {
                Self { numbers: Numbers::new(count, 0), ..of(MessageKind::Backlog) }
            }
            MappingEvent::Deleted { count } => {
                Self { numbers: Numbers::new(count, 0), ..of(MessageKind::Deleted) }
            }
            MappingEvent::Settled => of(MessageKind::Settled),
            MappingEvent::ShardsListed { parcel } => {
                Self { numbers: Numbers::new(0, parcel), ..of(MessageKind::ShardsListed) }
            }
            MappingEvent::RecordsArrived { shard } => {
                let numbers = Numbers::new(0, shard.0);
                Self { numbers, ..of(MessageKind::RecordsArrived) }
            }
            MappingEvent::RecordsRead { shard, parcel } => {
                let numbers = Numbers::new(parcel, shard.0);
                Self { numbers, ..of(MessageKind::RecordsRead) }
            }
            MappingEvent::ShardDue { shard } => {
                Self { numbers: Numbers::new(0, shard.0), ..of(MessageKind::ShardDue) }
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
                to.on_service(ServiceId::new(self.part), event);
            }
            Kind::PublishDue => {
                let event = ServiceEvent::LoadDue { count: number };
                to.on_service(ServiceId::new(self.part), event);
            }
            Kind::DeliveryDue => {
                let event = ServiceEvent::RetryDue { call: number };
                to.on_service(ServiceId::new(self.part), event);
            }
            Kind::DeliveryAnswered => {
                let event = ServiceEvent::Answered { call: number, answer };
                to.on_service(ServiceId::new(self.part), event);
            }
            Kind::Message(kind, _) => self.deliver_message(kind, to),
            Kind::Release(kind, _) => self.deliver_release(kind, to),
        }
    }

    /// Hands over what queues and mappings say to each other.
    #[inline(never)]
    fn deliver_message(self, kind: MessageKind, to: &mut impl Receive) {
        let (number, slot) = self.numbers.parts();
        let (service, mapping) = (ServiceId::new(self.part), MappingId::new(self.part));
        let polls = match self.origin {
            Origin::Mapping(mapping) => mapping,
            Origin::Caller(_)
            | Origin::Act(_)
            | Origin::Function(_)
            | Origin::Service(_)
            | Origin::Deployment(_) => MappingId::new(0),
        };
        match kind {
            MessageKind::MessageDue => to.on_service(service, ServiceEvent::MessageDue),
            MessageKind::Redriven => {
                to.on_service(service, ServiceEvent::Redriven { parcel: slot });
            }
            MessageKind::Polled => {
                let (most, waits, ahead) = (self.attempt, number & 1 > 0, number > 1);
                let poll = Poll { mapping: polls, poller: slot, most, waits, ahead };
                to.on_service(service, ServiceEvent::Polled(poll));
            }
            MessageKind::PollEnded => {
                let ended = ServiceEvent::PollEnded { mapping: polls, poller: slot };
                to.on_service(service, ended);
            }
            MessageKind::ServeDue => to.on_service(service, ServiceEvent::ServeDue),
            MessageKind::MessagesDue => to.on_service(service, ServiceEvent::MessagesDue),
            MessageKind::DeleteCalled => {
                to.on_service(service, ServiceEvent::DeleteCalled { parcel: slot });
            }
            MessageKind::BacklogAsked => {
                to.on_service(service, ServiceEvent::BacklogAsked { mapping: polls });
            }
            MessageKind::Received => {
                let received = MappingEvent::Received { poller: number, parcel: slot };
                to.on_mapping(mapping, received);
            }
            MessageKind::BatchAnswered => {
                let (call, parcel) = (number, slot);
                let Self { answer, version, .. } = self;
                let answered = MappingEvent::Answered { call, parcel, answer, version };
                to.on_mapping(mapping, answered);
            }
            MessageKind::WindowDue => {
                let due = MappingEvent::WindowDue { poller: slot, serial: number };
                to.on_mapping(mapping, due);
            }
            MessageKind::BatchRetryDue => {
                to.on_mapping(mapping, MappingEvent::RetryDue { call: number });
            }
            MessageKind::LetGoDue => {
                to.on_mapping(mapping, MappingEvent::LetGoDue { call: number });
            }
            MessageKind::RampDue => to.on_mapping(mapping, MappingEvent::RampDue),
            MessageKind::Backlog => {
                to.on_mapping(mapping, MappingEvent::Backlog { count: number });
            }
            MessageKind::Deleted => {
                to.on_mapping(mapping, MappingEvent::Deleted { count: number });
            }
            MessageKind::Settled => to.on_mapping(mapping, MappingEvent::Settled),
            MessageKind::ShardsAsked
            | MessageKind::ReadCalled
            | MessageKind::RollDue
            | MessageKind::ShardsListed
            | MessageKind::RecordsArrived
            | MessageKind::RecordsRead
            | MessageKind::ShardDue => self.deliver_of_stream(kind, polls, to),
        }
    }

    /// Hands over what streams and their mappings say to each other.
    fn deliver_of_stream(
        self,
        kind: MessageKind,
        reader: MappingId,
        to: &mut impl Receive,
    ) {
        let (number, slot) = self.numbers.parts();
        let (service, mapping) = (ServiceId::new(self.part), MappingId::new(self.part));
        let shard = ShardId(slot);
        match kind {
            MessageKind::ShardsAsked => {
                to.on_service(service, ServiceEvent::ShardsAsked { mapping: reader });
            }
            MessageKind::ReadCalled => {
                let called =
                    ServiceEvent::ReadCalled { mapping: reader, shard, from: number };
                to.on_service(service, called);
            }
            MessageKind::RollDue => to.on_service(service, ServiceEvent::RollDue),
            MessageKind::ShardsListed => {
                to.on_mapping(mapping, MappingEvent::ShardsListed { parcel: slot });
            }
            MessageKind::RecordsArrived => {
                to.on_mapping(mapping, MappingEvent::RecordsArrived { shard });
            }
            MessageKind::RecordsRead => {
                let read = MappingEvent::RecordsRead { shard, parcel: number };
                to.on_mapping(mapping, read);
            }
            MessageKind::ShardDue => {
                to.on_mapping(mapping, MappingEvent::ShardDue { shard });
            }
            MessageKind::MessageDue
            | MessageKind::Redriven
            | MessageKind::Polled
            | MessageKind::PollEnded
            | MessageKind::ServeDue
            | MessageKind::MessagesDue
            | MessageKind::DeleteCalled
            | MessageKind::BacklogAsked
            | MessageKind::Received
            | MessageKind::BatchAnswered
            | MessageKind::WindowDue
            | MessageKind::BatchRetryDue
            | MessageKind::LetGoDue
            | MessageKind::RampDue
            | MessageKind::Backlog
            | MessageKind::Deleted
            | MessageKind::Settled => {}
        }
    }

    /// Whether it only tidies up: a run ends when nothing else is left.
    #[inline(always)]
    pub(crate) const fn is_idle(&self) -> bool {
        self.is_idle
    }
}

impl Kind {
    #[inline(always)]
    const fn is_idle(self) -> bool {
        match self {
            Self::WaitDue | Self::IdleDue => true,
            Self::Release(kind, _) => kind.is_idle(),
            // Queues and mappings say themselves whether they wait for these.
            Self::Message(
                MessageKind::MessagesDue
                | MessageKind::WindowDue
                | MessageKind::RampDue
                | MessageKind::RollDue,
                _,
            ) => true,
            Self::Message(
                MessageKind::MessageDue
                | MessageKind::Redriven
                | MessageKind::Polled
                | MessageKind::PollEnded
                | MessageKind::ServeDue
                | MessageKind::DeleteCalled
                | MessageKind::BacklogAsked
                | MessageKind::Received
                | MessageKind::BatchAnswered
                | MessageKind::BatchRetryDue
                | MessageKind::LetGoDue
                | MessageKind::Backlog
                | MessageKind::Deleted
                | MessageKind::Settled
                | MessageKind::ShardsAsked
                | MessageKind::ReadCalled
                | MessageKind::ShardsListed
                | MessageKind::RecordsArrived
                | MessageKind::RecordsRead
                | MessageKind::ShardDue,
                _,
            ) => false,
            Self::LoadDue
            | Self::RetryDue
            | Self::Answered
            | Self::Arrived
            | Self::RunEnded
            | Self::InitDue
            | Self::CallerLeft
            | Self::ProvisioningDue
            | Self::DispatchDue
            | Self::Delivered
            | Self::PublishDue
            | Self::DeliveryDue
            | Self::DeliveryAnswered => false,
        }
    }
}
