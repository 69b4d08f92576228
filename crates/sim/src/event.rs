//! Everything that can be sent from one part to another, and to itself for later.

use crate::id::{
    AlarmId, CallerId, FunctionId, GroupId, Job, MappingId, ServiceId, VersionIx,
};
use crate::release::alarm::StateValue;
use crate::release::deployment::HookStatus;
use crate::service::stream::ShardId;
use crate::trace::{Ending, Reason, Refusal};

mod sent;

pub use sent::Sent;

/// One event; it names the part it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// For a caller.
    Caller(CallerId, CallerEvent),
    /// For a function.
    Function(FunctionId, FunctionEvent),
    /// For a service.
    Service(ServiceId, ServiceEvent),
    /// For an event source mapping.
    Mapping(MappingId, MappingEvent),
    /// For an alarm.
    Alarm(AlarmId, AlarmEvent),
    /// For a deployment group.
    Deployment(GroupId, DeploymentEvent),
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
    /// A message of the list is sent.
    MessageDue,
    /// Messages come from a queue whose dead-letter queue this is.
    Redriven {
        /// Where they lie.
        parcel: u32,
    },
    /// A poller asks for messages.
    Polled(Poll),
    /// A poller does not wait any longer.
    PollEnded {
        /// Whose.
        mapping: MappingId,
        /// Which.
        poller: u32,
    },
    /// Pollers that wait get what is visible.
    ServeDue,
    /// A message becomes visible, or is kept no longer.
    MessagesDue,
    /// Messages are to be deleted.
    DeleteCalled {
        /// Where their receipts lie.
        parcel: u32,
    },
    /// A mapping wants to know whether there are more messages.
    BacklogAsked {
        /// Which.
        mapping: MappingId,
    },
    /// A mapping wants to know which shards there are.
    ShardsAsked {
        /// Which mapping.
        mapping: MappingId,
    },
    /// A mapping reads a shard.
    ReadCalled {
        /// Which mapping.
        mapping: MappingId,
        /// Which shard.
        shard: ShardId,
        /// From this place on.
        from: u32,
    },
    /// Shards of a table may have lived long enough.
    RollDue,
}

/// A poll of a queue (`ReceiveMessage`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poll {
    /// Whose.
    pub mapping: MappingId,
    /// Which of its pollers.
    pub poller: u32,
    /// So many messages at most.
    pub most: u16,
    /// Whether it waits until there are some (a long poll).
    pub waits: bool,
    /// Whether it comes before those that have nothing yet: it fills a batch.
    pub ahead: bool,
}

/// What reaches an event source mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum MappingEvent {
    /// A queue answers a poll.
    Received {
        /// Of this poller.
        poller: u32,
        /// Where the messages lie.
        parcel: u32,
    },
    /// Lambda has answered.
    Answered {
        /// For this batch.
        call: u32,
        /// Where the function's own answer lies, if it gave one.
        parcel: u32,
        /// What Lambda says.
        answer: Answer,
        /// The version that ran, if one did.
        version: VersionIx,
    },
    /// The batching window of a poller closes.
    WindowDue {
        /// Which.
        poller: u32,
        /// Guards against a window that was closed before.
        serial: u32,
    },
    /// A batch is to be tried again.
    RetryDue {
        /// Its number.
        call: u32,
    },
    /// The messages of a batch become visible to others.
    LetGoDue {
        /// Its number.
        call: u32,
    },
    /// Pollers may be added.
    RampDue,
    /// The queue says how much there is.
    Backlog {
        /// So many messages.
        count: u32,
    },
    /// The queue has deleted what was processed.
    Deleted {
        /// So many messages.
        count: u32,
    },
    /// What a call asked for has come about.
    Settled,
    /// A stream says which shards it has.
    ShardsListed {
        /// Where the list lies.
        parcel: u32,
    },
    /// Records have come into a shard, or it was closed.
    RecordsArrived {
        /// Which.
        shard: ShardId,
    },
    /// A stream answers a call to read.
    RecordsRead {
        /// This shard.
        shard: ShardId,
        /// Where the records lie.
        parcel: u32,
    },
    /// There is something to do in a shard.
    ShardDue {
        /// Which.
        shard: ShardId,
    },
}

/// What reaches an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AlarmEvent {
    /// Something was measured.
    Measured {
        /// In the period with this number, where it began.
        period: u32,
        /// This: a count, or microseconds.
        value: u32,
    },
    /// A period has ended.
    PeriodEnded,
}

/// What reaches a deployment group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum DeploymentEvent {
    /// A deployment begins.
    Begun,
    /// An alarm that it heeds has changed its state.
    AlarmChanged {
        /// Which.
        alarm: AlarmId,
        /// It is in this state now.
        value: StateValue,
    },
    /// The alarms are looked at.
    PollDue,
    /// A hook has reported.
    Reported {
        /// The one with this number.
        call: u32,
        /// This.
        status: HookStatus,
    },
    /// A hook has taken all the time it may.
    ReportOverdue {
        /// The one with this number.
        call: u32,
    },
    /// Traffic is to be shifted.
    ShiftDue {
        /// By the deployment with this number.
        number: u32,
        /// For the how many-th time, from 0.
        shift: u16,
    },
    /// Lambda has answered the call of a hook.
    Answered,
}

/// Whoever passes events on to the parts they are for.
pub(crate) trait Receive {
    /// An event for a caller.
    fn on_caller(&mut self, id: CallerId, event: CallerEvent);
    /// An event for a function.
    fn on_function(&mut self, id: FunctionId, event: FunctionEvent);
    /// An event for a service.
    fn on_service(&mut self, id: ServiceId, event: ServiceEvent);
    /// An event for an event source mapping.
    fn on_mapping(&mut self, id: MappingId, event: MappingEvent);
    /// An event for an alarm.
    fn on_alarm(&mut self, id: AlarmId, event: AlarmEvent);
    /// An event for a deployment group.
    fn on_deployment(&mut self, id: GroupId, event: DeploymentEvent);
}
