//! Frames: what one screen needs at one playhead. Small, plain, serialisable.
//!
//! A frame is folded from the state of the machine at a moment and from the trace around
//! it; it holds no names that change nothing, and never more than a screen can show.

mod datapoints;
mod fold;
mod gauges;
mod jobs;
mod lanes;
mod life;
mod order;
mod records;
mod release;
mod scale;
mod source_gauges;
mod sources;
mod steps;
mod story;
mod streams;
mod tally;
mod tokens;
mod version_gauges;

use alloc::string::String;
use alloc::vec::Vec;

use crate::id::{CallerId, EnvironmentId, FunctionId, Job, Part, ServiceId, VersionIx};
use crate::lambda::counts::VersionCounts;
use crate::time::{Instant, Moment, Span};
use crate::trace::{Ending, Outcome, Room};
use crate::{Given, WithEvents};

pub use datapoints::{Datapoint, datapoints};
pub use fold::frame;
pub(crate) use fold::{costs, fates};
pub use gauges::{ENTRIES_PLAYED, Gauge, Gauges, SAMPLES, gauges};
pub use jobs::{Fate, Fated, jobs};
pub use lanes::{Lane, LaneKind, LaneSpan, Lanes, Paint, PaintedColumn, Pane, lanes};
pub use life::{Life, Shown, Shows, Station, life};
pub use release::{AlarmView, DeploymentView, GroupView, POINTS_SHOWN, Point};
pub use scale::{By, Scale};
pub use source_gauges::{SourceGauge, SourceSeries};
pub use sources::{MappingView, MessageView, QueueView, Tray};
pub use steps::{Step, StepIs, StepLane};
pub use story::{StoryLine, story};
pub use streams::{
    BatchView, ReadView, RecordIs, RecordView, SHARDS_DRAWN, ShardView, StreamView,
    newest_records,
};
pub use tally::{Tally, tally};
pub use version_gauges::VersionSeries;

/// Where a screen looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The playhead.
    pub moment: Moment,
    /// How long, in simulated time, a token takes to glide along a wire at the present
    /// speed. Calls take no simulated time; gliding only makes them visible.
    pub glide: Span,
    /// Most tokens to draw one by one; above that the frame only counts.
    pub tokens_max: u32,
}

/// One screen at one playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The playhead.
    pub moment: Moment,
    /// Trace entries up to it.
    pub entries: u32,
    /// The callers, in plan order.
    pub callers: Vec<CallerView>,
    /// The functions, in plan order.
    pub functions: Vec<FunctionView>,
    /// The services, in plan order.
    pub services: WithEvents<ServiceView>,
    /// The event source mappings, in plan order.
    pub mappings: WithEvents<MappingView>,
    /// The alarms, in plan order.
    pub alarms: WithEvents<AlarmView>,
    /// The deployment groups, in plan order.
    pub groups: WithEvents<GroupView>,
    /// The account's ledger.
    pub account: AccountView,
    /// What moves or waits, if it is few enough to be drawn one by one.
    pub tokens: Vec<Token>,
    /// What parts have sent a moment ago, if it is few enough.
    pub sent: WithEvents<Sent>,
    /// Whether there are more tokens than are drawn.
    pub counted: bool,
    /// The equation beside the clock.
    pub fates: Fates,
}

/// A caller at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerView {
    /// Its name.
    pub name: String,
    /// The kind's key, such as `sdk`.
    pub kind: String,
    /// The kind's name for people.
    pub kind_name: String,
    /// Its function, in plan order.
    pub function: u16,
    /// What it calls, as written.
    pub target: String,
    /// Calls made so far.
    pub made: u64,
    /// Calls waiting for an answer.
    pub waiting: u32,
    /// Calls waiting to be tried again.
    pub backing_off: u32,
    /// Calls ended, by [`Outcome`] in order of its values.
    pub ended: [u64; 6],
    /// Tokens in the retry quota, where there is one.
    pub bucket: Option<u64>,
}

/// An alias at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasView {
    /// Its name.
    pub name: String,
    /// The version it leads to.
    pub version: VersionIx,
    /// The version that gets some of the requests, if one does.
    pub additional: Option<Share>,
}

/// What an alias's additional version gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// That version.
    pub version: VersionIx,
    /// So many of a million requests.
    pub weight_ppm: u32,
    /// Runs that have come through the alias since it has these weights.
    pub runs: u64,
    /// How many of them were of that version.
    pub drawn: u64,
    /// Only the whole simulator has weights.
    pub given: Given,
}

/// A function at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionView {
    /// Its name.
    pub name: String,
    /// Its versions, `$LATEST` first.
    pub versions: Vec<VersionView>,
    /// Its aliases.
    pub aliases: Vec<AliasView>,
    /// Reserved concurrency.
    pub reserved: Option<u64>,
    /// Requests in flight, on demand.
    pub on_demand: u64,
    /// Requests in flight on provisioned environments.
    pub on_provisioned: u64,
    /// Provisioned environments configured.
    pub provisioned: u64,
    /// Events that wait in its queue, each copy of one counted.
    pub queued: u64,
    /// CloudWatch's counters.
    pub metrics: Metrics,
    /// Cost so far, in millionths of a US dollar.
    pub micro_usd: u64,
}

/// A queue, topic, bus or bucket at the playhead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceView {
    /// Which.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What it has received so far.
    pub received: u64,
    /// What it passes on and Lambda has not accepted: it waits to be tried again.
    pub waiting: u64,
    /// What it holds, if it is a queue that somebody reads.
    pub queue: Option<QueueView>,
    /// What it holds, if it is a stream that somebody reads.
    pub stream: Option<StreamView>,
}

/// One version of a function at the playhead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionView {
    /// `$LATEST` or its number.
    pub name: String,
    /// Its place.
    pub index: u16,
    /// Memory in MB.
    pub memory_mb: u64,
    /// Function timeout.
    pub timeout: Span,
    /// Its environments, oldest first; at most as many as tokens are drawn.
    pub environments: Vec<EnvironmentView>,
    /// How many environments there are in all: busy, idle.
    pub busy: u32,
    /// Idle ones.
    pub idle: u32,
    /// Provisioned concurrency: asked for.
    pub provisioned: u32,
    /// Whether it is usable, and when it will be.
    pub provisioned_ready_at: Option<Instant>,
    /// Whether provisioned concurrency failed.
    pub provisioned_failed: bool,
    /// What it has done so far, if anything; one at most.
    pub counts: WithEvents<VersionCounts>,
}

/// What an environment is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Init runs.
    Init,
    /// The handler runs.
    Busy,
    /// Nothing, but warm.
    Idle,
    /// Nothing; the next use runs Init again.
    Reset,
}

/// One execution environment at the playhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentView {
    /// Which.
    pub id: EnvironmentId,
    /// What it does.
    pub doing: Doing,
    /// Whether it is provisioned.
    pub provisioned: bool,
    /// The request it runs.
    pub job: Option<Job>,
    /// When the present run began, or since when it is idle.
    pub since: Instant,
    /// When Init of the present run ends.
    pub init_until: Instant,
    /// When the present run ends, or when the environment is removed if it stays idle.
    pub until: Instant,
    /// How the present run will end (the future is known; it is drawn outlined).
    pub ending: Option<Ending>,
}

/// The account's concurrency at the playhead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountView {
    /// The quota.
    pub quota: u64,
    /// Set aside by reservations.
    pub reserved: u64,
    /// Set aside by provisioned concurrency of functions without a reservation.
    pub provisioned: u64,
    /// What is left to share.
    pub pool: u64,
    /// In flight from the pool (`UnreservedConcurrentExecutions`).
    pub pool_used: u64,
    /// In flight in all (`ConcurrentExecutions`).
    pub in_flight: u64,
    /// `ClaimedAccountConcurrency`.
    pub claimed: u64,
}

/// Where a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On its way to the function; parts per million of the wire.
    Going(u32),
    /// In an environment, while somebody waits for the answer.
    Running(EnvironmentId),
    /// On its way back; parts per million of the wire, and how it went.
    Returning(u32, Back),
    /// At its caller, waiting to be tried again; parts per million of the wait that are
    /// left, and how long that is.
    BackingOff(u32, Span),
    /// In the queue of its function, waiting to be tried; parts per million of the wait that
    /// are left, and how long that is.
    Queued(u32, Span),
}

/// What a token brings back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// An answer.
    Ok,
    /// A function error.
    Failed,
    /// A throttle.
    Throttled,
    /// A refusal.
    Refused,
}

/// Something that moves: one request. A request is never two tokens, but a copy of an event
/// is one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Which request.
    pub job: Job,
    /// Its function.
    pub function: FunctionId,
    /// Its attempt, from 1.
    pub attempt: u16,
    /// Whether it is the second copy of an event that is tried twice.
    pub copy: bool,
    /// Where.
    pub place: Place,
    /// The kind of room it found, where it runs.
    pub room: Option<Room>,
}

/// What a function, a topic, a bus or a schedule has sent, on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Which, as its sender counts.
    pub job: Job,
    /// Who sent it; of a message that is received, the queue.
    pub from: Part,
    /// Where it goes: a service, a function, or a mapping that receives.
    pub to: Part,
    /// Parts per million of the wire.
    pub way: u32,
    /// Whether it was not taken there, and is on its way back.
    pub refused: bool,
}

/// What has become of all calls and events: `entered` is always the sum of the others, but
/// for `twice`, which counts some of those that succeeded.
///
/// A call that only puts an event into a queue is not counted: the event is. Neither is
/// what a topic, a bus or another service delivers, once Lambda has accepted it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// Calls made and events accepted.
    pub entered: u64,
    /// Answered, or run with success.
    pub succeeded: u64,
    /// Ended with a function error that the caller was told.
    pub failed: u64,
    /// Ended throttled.
    pub throttled: u64,
    /// Ended refused.
    pub refused: u64,
    /// Ended without an answer in time.
    pub timed_out: u64,
    /// Events given up, by Lambda or by their sender, that lie in a dead-letter queue.
    pub dead_lettered: u64,
    /// Events given up of which a failure destination has the record.
    pub at_destination: u64,
    /// Events given up, by Lambda or by their sender, of which nobody was told.
    pub lost: u64,
    /// Waiting for an answer, or running.
    pub running: u64,
    /// Waiting to be tried, again or for the first time.
    pub waiting: u64,
    /// Events that succeeded more than once.
    pub twice: u64,
}

/// CloudWatch's counters of one function, summed since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// `Invocations`: runs of function code.
    pub invocations: u64,
    /// `Errors`: runs that ended in a function error.
    pub errors: u64,
    /// `Throttles`: requests that found no room.
    pub throttles: u64,
    /// `Duration`: how many runs have one, which are those that have ended.
    pub duration_count: u64,
    /// `Duration`, summed, in microseconds.
    pub duration_us: u64,
    /// `Duration`, the longest, in microseconds.
    pub duration_max_us: u64,
    /// `ConcurrentExecutions`, the most.
    pub concurrent_max: u64,
    /// `ProvisionedConcurrencyInvocations`.
    pub provisioned_invocations: u64,
    /// `ProvisionedConcurrencySpilloverInvocations`.
    pub spillovers: u64,
    /// `ProvisionedConcurrentExecutions`, the most.
    pub provisioned_max: u64,
    /// Environments created on demand (cold starts).
    pub cold_starts: u64,
    /// `AsyncEventsReceived`: events accepted.
    pub async_received: u64,
    /// `AsyncEventsDropped`: events given up, whoever was told.
    pub async_dropped: u64,
    /// `AsyncEventAge`: tries that have one.
    pub async_age_count: u64,
    /// `AsyncEventAge`, summed, in microseconds.
    pub async_age_us: u64,
    /// `AsyncEventAge`, the highest, in microseconds.
    pub async_age_max_us: u64,
    /// `DestinationDeliveryFailures`.
    pub destination_failures: u64,
    /// `DeadLetterErrors`.
    pub dead_letter_errors: u64,
    /// `RecursiveInvocationsDropped`.
    pub recursive_dropped: u64,
}

impl Outcome {
    /// How many outcomes there are.
    pub const COUNT: usize = 6;
}

impl CallerView {
    /// Which caller, in plan order.
    #[must_use]
    pub const fn id(index: u16) -> CallerId {
        CallerId(index)
    }
}
