//! What a person draws: functions, callers, load and settings; and what makes it a run.
//!
//! A scenario may be wrong. [`crate::plan::Plan::check`] says everything that is.

use alloc::string::String;
use alloc::vec::Vec;

use crate::caller::Caller;
use crate::expect::Expectation;
use crate::knob::{self, Choices, Kind, Knob, Knobs};
use crate::lambda::Function;
use crate::limits;
use crate::mapping::Mapping;
use crate::mapping::stream::spec::Assumptions;
use crate::release::alarm::Alarm;
use crate::release::spec::Group;
use crate::service::Service;
use crate::service::policy::TOPIC_RETRIES;
use crate::time::{Instant, Span};
use crate::value::Value;
use crate::{EVENTS, WithEvents};

choices! {
    /// Which idle environment takes a request (ENV-12).
    Pick {
        /// The one used last.
        MostRecentlyUsed "most_recently_used",
        /// The one idle longest.
        LeastRecentlyUsed "least_recently_used",
    }
}

choices! {
    /// The value of the header `X-Amz-Function-Error` (INV-03).
    FunctionError {
        /// What every recorded function error has.
        Unhandled "Unhandled",
        /// What some runtimes once sent for errors returned on purpose.
        Handled "Handled",
    }
}

choices! {
    /// Whose dead-letter queue gets an event that a version ran (DLQ-08).
    DlqScope {
        /// The one the version was published with.
        VersionSnapshot "version_snapshot",
        /// That of `$LATEST`.
        Function "function",
    }
}

choices! {
    /// How many runs the record of a success counts (DST-10).
    SuccessCount {
        /// One, as in every recording.
        AlwaysOne "always_one",
        /// As many as there were.
        Actual "actual",
    }
}

choices! {
    /// What happens to a record that is too large for its destination (DST-16).
    Oversize {
        /// It is sent without what was asked and answered.
        DropPayload "drop_payload",
        /// It is not sent.
        Fail "fail",
    }
}

choices! {
    /// What becomes of batches under way when their mapping is switched off.
    DisableInflight {
        /// A call under way ends as it would have; no retry starts.
        Finish "finish",
        /// They are tried again as well.
        Retry "retry",
    }
}

choices! {
    /// Until when a message can be deleted by somebody who has received it.
    LateDelete {
        /// In a standard queue until it is received again, in a FIFO queue until its
        /// visibility timeout is over.
        ByQueue "by_queue",
        /// Until it is received again.
        UntilReceivedAgain "until_received_again",
        /// Until its visibility timeout is over.
        UntilLapse "until_lapse",
    }
}

choices! {
    /// Which versions of an alias with weights have its provisioned concurrency (ALI-31).
    PcSplit {
        /// Both, each by its weight.
        ByWeight "by_weight",
        /// The alias's own version alone.
        Primary "primary",
    }
}

/// The account, and every assumption about what AWS does not document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Account concurrency quota.
    pub account_concurrency: u64,
    /// Units that must stay unreserved.
    pub unreserved_min: u64,
    /// When the run ends, if it is not quiet before.
    pub until: Span,
    /// How long an environment may stay idle.
    pub idle_ttl: Span,
    /// How long an environment may live; unset is for ever.
    pub life_max: Option<Span>,
    /// Which idle environment takes a request.
    pub pick: Pick,
    /// Whether a repeated Init counts against the function timeout.
    pub suppressed_init_in_timeout: bool,
    /// Whether durations are stretched by how little CPU the memory buys.
    pub cpu_scaling: bool,
    /// Environments a function may add at once.
    pub scale_burst: u64,
    /// Environments per second the allowance refills by.
    pub scale_refill_per_s: u64,
    /// Whether request rates are limited.
    pub rps_limit: bool,
    /// Preparation of provisioned concurrency.
    pub pc_prep: Span,
    /// Provisioned environments per second after that.
    pub pc_rate_per_s: u64,
    /// Whether an abandoned call runs on.
    pub abandon_keeps_running: bool,
    /// What function errors are marked with.
    pub function_error: FunctionError,
    /// How long a version that a code update publishes is Pending.
    pub publish_latency: Span,
    /// Whether the free tier is taken off the cost.
    pub free_tier: bool,
    /// How long an accepted event waits before it is tried, in an idle queue.
    pub dispatch: Span,
    /// Wait before the second attempt after a function error.
    pub error_delay_1: Span,
    /// Wait before the third attempt.
    pub error_delay_2: Span,
    /// How much longer those waits may be, drawn.
    pub error_jitter_ppm: u64,
    /// First wait after a try that found no room; it doubles.
    pub throttle_base: Span,
    /// Longest such wait.
    pub throttle_cap: Span,
    /// How much longer those waits may be, drawn.
    pub throttle_jitter_ppm: u64,
    /// Whether those waits begin anew after a run.
    pub throttle_reset: bool,
    /// Share of events that are tried twice although nothing went wrong.
    pub duplicate_ppm: u64,
    /// How long a change of settings for events takes to reach the queue.
    pub config_propagation: Span,
    /// Whose dead-letter queue counts.
    pub dlq_scope: DlqScope,
    /// How long a record takes to its destination.
    pub delivery: Span,
    /// How many runs the record of a success counts.
    pub success_count: SuccessCount,
    /// What happens to a record that is too large.
    pub oversize: Oversize,
    /// Runs of a function in one chain of requests, after which the next is stopped.
    pub recursion_limit: u64,
    /// First of the waits with which a topic tries longer and longer.
    pub sns_backoff_min: Span,
    /// Last of them, and every wait after that.
    pub sns_backoff_max: Span,
    /// How much longer the waits of a topic may be, drawn.
    pub sns_jitter_ppm: u64,
    /// Retries of a topic in all.
    pub sns_retries: u64,
    /// First wait of EventBridge; it doubles.
    pub eb_backoff_base: Span,
    /// Longest wait of EventBridge.
    pub eb_backoff_cap: Span,
    /// How much longer the waits of EventBridge may be, drawn.
    pub eb_jitter_ppm: u64,
    /// How long a mapping takes from one state to the next.
    pub esm_transition: Span,
    /// What becomes of batches under way when their mapping is switched off.
    pub esm_disable_inflight: DisableInflight,
    /// Share of batches that are processed and come back all the same.
    pub esm_duplicate_ppm: u64,
    /// How long a message that somebody waits for is visible before it is received.
    pub esm_poll_latency: Span,
    /// How long a mapping runs fewer batches after a function error; unset is not at all.
    pub sqs_error_backoff: Option<Span>,
    /// Until when a message can be deleted.
    pub sqs_late_delete: LateDelete,
    /// Largest event that a mapping sends, in bytes.
    pub esm_payload_limit: u64,
    /// What stands around a record, in bytes.
    pub esm_record_overhead: u64,
    /// Batches of a queue that a mapping begins with at once.
    pub sqs_pollers_initial: u64,
    /// First wait of a mapping that found no room; it doubles.
    pub sqs_throttle_base: Span,
    /// Longest such wait.
    pub sqs_throttle_cap: Span,
    /// How long a mapping with a batching window waits at least.
    pub sqs_low_traffic_wait: Span,
    /// Whether messages are hidden longer where the window does not fit their visibility.
    pub sqs_effective_visibility: bool,
    /// Messages of one queue that may be in flight.
    pub sqs_in_flight_max: u64,
    /// Whether one receive of a FIFO queue may bring several groups.
    pub fifo_mix_groups: bool,
    /// How long an alias leads where it did after it was changed.
    pub alias_propagation: Span,
    /// Which versions of an alias with weights have its provisioned concurrency.
    pub pc_split: PcSplit,
    /// Whether a linear shift waits one more interval when all traffic is shifted.
    pub linear_final_wait: bool,
    /// How often a deployment looks at its alarms; zero is at once.
    pub alarm_poll: Span,
    /// How long after it was measured a metric is there.
    pub metric_delay: Span,
    /// What is assumed of mappings of streams; a table of its own.
    pub streams: Assumptions,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            account_concurrency: 1_000,
            unreserved_min: 100,
            until: limits::RUN_SPAN_MAX,
            idle_ttl: Span::MINUTE.times(10),
            life_max: None,
            pick: Pick::MostRecentlyUsed,
            suppressed_init_in_timeout: true,
            cpu_scaling: false,
            scale_burst: 1_000,
            scale_refill_per_s: 100,
            rps_limit: true,
            pc_prep: Span::MINUTE,
            pc_rate_per_s: 100,
            abandon_keeps_running: true,
            function_error: FunctionError::Unhandled,
            publish_latency: Span::ZERO,
            free_tier: false,
            dispatch: Span::ZERO,
            error_delay_1: Span::MINUTE,
            error_delay_2: Span::MINUTE.times(2),
            error_jitter_ppm: 0,
            throttle_base: Span::SECOND,
            throttle_cap: Span::MINUTE.times(5),
            throttle_jitter_ppm: 0,
            throttle_reset: true,
            duplicate_ppm: 0,
            config_propagation: Span::ZERO,
            dlq_scope: DlqScope::VersionSnapshot,
            delivery: Span::ZERO,
            success_count: SuccessCount::AlwaysOne,
            oversize: Oversize::DropPayload,
            recursion_limit: 16,
            sns_backoff_min: Span::SECOND,
            sns_backoff_max: Span::seconds(20),
            sns_jitter_ppm: 0,
            sns_retries: TOPIC_RETRIES,
            eb_backoff_base: Span::SECOND,
            eb_backoff_cap: Span::seconds(512),
            eb_jitter_ppm: 0,
            esm_transition: Span::seconds(5),
            esm_disable_inflight: DisableInflight::Finish,
            esm_duplicate_ppm: 0,
            esm_poll_latency: Span::ZERO,
            sqs_error_backoff: None,
            sqs_late_delete: LateDelete::ByQueue,
            esm_payload_limit: limits::SYNC_REQUEST_BYTES_MAX,
            esm_record_overhead: 600,
            sqs_pollers_initial: 5,
            sqs_throttle_base: Span::SECOND,
            sqs_throttle_cap: Span::seconds(30),
            sqs_low_traffic_wait: Span::ZERO,
            sqs_effective_visibility: true,
            sqs_in_flight_max: 120_000,
            fifo_mix_groups: true,
            alias_propagation: Span::ZERO,
            pc_split: PcSplit::ByWeight,
            linear_final_wait: false,
            alarm_poll: Span::ZERO,
            metric_delay: Span::ZERO,
            streams: Assumptions::default(),
        }
    }
}

const UNITS: Kind = Kind::Count { min: 1, max: 1_000_000, unit: "" };
const BACKOFF: Kind =
    Kind::Span { min: Span::millis(1), max: Span::HOUR, whole_seconds: false };
const UP_TO_A_DAY: Kind =
    Kind::Span { min: Span::ZERO, max: limits::RUN_SPAN_MAX, whole_seconds: false };

impl Knobs for Settings {
    const KNOBS: &'static [Knob<Self>] =
        if EVENTS { &Self::ALL } else { &Self::OF_CALLS };
}

impl Settings {
    const ALL: [Knob<Self>; Self::OF_CALLS.len() + Self::OF_EVENTS.len()] =
        knob::joined(Self::OF_CALLS, Self::OF_EVENTS);

    const OF_CALLS: [Knob<Self>; 17] = [
        knob!(account_concurrency: count, "account.concurrency", "ConcurrentExecutions",
            "Account concurrency", UNITS, Con02,
            "Requests the account may run at once in this Region."),
        knob!(unreserved_min: count, "account.unreserved-min", "", "Minimum unreserved",
            Kind::Count { min: 0, max: 1_000_000, unit: "" }, Con03,
            "Units that reservations must leave unreserved."),
        knob!(until: span, "until", "", "Ends at",
            Kind::Span { min: Span::millis(1), max: limits::RUN_SPAN_MAX, whole_seconds: false }, Sim01,
            "When the run ends, if nothing is left to happen before that."),
        knob!(idle_ttl: span, "env.idle_ttl", "", "Idle lifetime", UP_TO_A_DAY, Env10,
            "How long an idle environment is kept."),
        knob!(life_max: optional_span, "env.max_life", "", "Longest life",
            Kind::Span { min: Span::SECOND, max: limits::RUN_SPAN_MAX, whole_seconds: false }, Env11,
            "After how long an environment is replaced even when busy; null is never."),
        knob!(pick: choice, "env.pick", "", "Pick", Kind::Choice(Pick::WORDS), Env12,
            "Which idle environment takes a request."),
        knob!(suppressed_init_in_timeout: bool, "env.suppressed_init_in_timeout", "",
            "Repeated Init in timeout", Kind::Bool, Env07,
            "Whether an Init that runs again inside an invocation counts against the timeout."),
        knob!(cpu_scaling: bool, "env.cpu_scaling", "", "CPU scaling", Kind::Bool, Env15,
            "Stretches durations by 1,769 MB over the function's memory, below one vCPU."),
        knob!(scale_burst: count, "scale.burst", "", "Scaling burst", UNITS, Con10,
            "Environments a function may add at once."),
        knob!(scale_refill_per_s: count, "scale.refill_per_s", "", "Scaling refill",
            Kind::Count { min: 0, max: 1_000_000, unit: "per second" }, Con10,
            "Environments per second by which that allowance refills."),
        knob!(rps_limit: bool, "rps_limit", "", "Request rate limits", Kind::Bool, Con12,
            "Whether requests per second are limited to ten times the concurrency."),
        knob!(pc_prep: span, "pc.prep", "", "Provisioning preparation", UP_TO_A_DAY, Con13,
            "How long provisioned concurrency is prepared."),
        knob!(pc_rate_per_s: count, "pc.rate_per_s", "", "Provisioning rate", UNITS, Con13,
            "Provisioned environments per second after the preparation."),
        knob!(abandon_keeps_running: bool, "sync.abandon_keeps_running", "",
            "Abandoned calls run on", Kind::Bool, Inv07,
            "Whether a function runs to its end when its caller has stopped waiting."),
        knob!(function_error: choice, "sync.function_error_value", "FunctionError",
            "Function error", Kind::Choice(FunctionError::WORDS), Inv03,
            "The value of X-Amz-Function-Error after a function error."),
        knob!(publish_latency: span, "publish_latency", "", "Publish latency", UP_TO_A_DAY, Ver24,
            "How long a version that a code update publishes is Pending before it can be called."),
        knob!(free_tier: bool, "cost.free_tier", "", "Free tier", Kind::Bool, Cost04,
            "Whether the monthly free tier is taken off the cost."),
    ];

    /// Those of what only a simulator with the feature `events` plays.
    const OF_EVENTS: [Knob<Self>; 42] = [
        knob!(dispatch: span, "async.dispatch", "", "Event dispatch", UP_TO_A_DAY, Asy22,
            "How long an accepted event waits in an idle queue before it is tried."),
        knob!(error_delay_1: span, "async.error_delay_1", "", "Wait after the first error",
            UP_TO_A_DAY, Asy11, "How long an event waits before its second attempt."),
        knob!(error_delay_2: span, "async.error_delay_2", "", "Wait after the second error",
            UP_TO_A_DAY, Asy11, "How long an event waits before its third attempt."),
        knob!(error_jitter_ppm: count, "async.error_jitter", "", "Jitter after errors",
            Kind::Ppm, Asy11, "By how much of itself such a wait may be longer, drawn evenly."),
        knob!(throttle_base: span, "async.throttle_base", "", "First throttle wait",
            Kind::Span { min: Span::millis(1), max: Span::HOUR, whole_seconds: false }, Asy13,
            "How long an event waits after a try that found no room; each next wait is twice as long."),
        knob!(throttle_cap: span, "async.throttle_cap", "", "Longest throttle wait",
            Kind::Span { min: Span::millis(1), max: limits::RUN_SPAN_MAX, whole_seconds: false }, Asy13,
            "The longest such wait."),
        knob!(throttle_jitter_ppm: count, "async.throttle_jitter", "", "Throttle jitter",
            Kind::Ppm, Asy13, "By how much of itself such a wait may be longer, drawn evenly."),
        knob!(throttle_reset: bool, "async.throttle_reset_on_attempt", "", "Throttle waits begin anew",
            Kind::Bool, Asy15, "Whether those waits begin at the first one again after a run."),
        knob!(duplicate_ppm: count, "async.duplicate_probability", "", "Duplicates",
            Kind::Ppm, Asy23, "Share of events that are run twice although nothing went wrong."),
        knob!(config_propagation: span, "async.config_propagation", "", "Settings spread in",
            UP_TO_A_DAY, Asy09, "How long a change of settings for events takes to reach the queue."),
        knob!(dlq_scope: choice, "dlq.scope", "", "Dead-letter queue of",
            Kind::Choice(DlqScope::WORDS), Dlq08,
            "Whether a version keeps the dead-letter queue it was published with."),
        knob!(delivery: span, "dest.delivery", "", "Destination delivery", UP_TO_A_DAY, Dst07,
            "How long a record takes to its destination."),
        knob!(success_count: choice, "dest.success_count", "", "Count of a success",
            Kind::Choice(SuccessCount::WORDS), Dst10,
            "How many runs the record of a success counts."),
        knob!(oversize: choice, "dest.oversize", "", "Oversize records",
            Kind::Choice(Oversize::WORDS), Dst16,
            "What happens to a record that is too large for its destination."),
        knob!(recursion_limit: count, "recursion.limit", "", "Recursion limit",
            Kind::Count { min: 1, max: 1_000, unit: "runs" }, Rec02,
            "How often a function may run in one chain of requests before it is stopped."),
        knob!(sns_backoff_min: span, "sns.backoff_min", "", "First backoff of a topic", BACKOFF,
            Asy30, "The first of ten waits with which a topic tries longer and longer."),
        knob!(sns_backoff_max: span, "sns.backoff_max", "", "Last backoff of a topic", BACKOFF,
            Asy30, "The last of those ten waits, and each wait after it."),
        knob!(sns_jitter_ppm: count, "sns.jitter", "", "Jitter of topics", Kind::Ppm, Asy30,
            "By how much of itself a wait of a topic may be longer, drawn evenly."),
        knob!(sns_retries: count, "sns.retries", "", "Retries of a topic",
            Kind::Count { min: 0, max: TOPIC_RETRIES, unit: "" }, Asy30,
            "How often a topic tries again in all; AWS's 100,015 retries take 23 days."),
        knob!(eb_backoff_base: span, "eb.backoff_base", "", "First backoff of EventBridge",
            BACKOFF, Asy31,
            "How long EventBridge waits before its first retry; each next wait is twice as long."),
        knob!(eb_backoff_cap: span, "eb.backoff_cap", "", "Longest backoff of EventBridge",
            BACKOFF, Asy31, "The longest such wait."),
        knob!(eb_jitter_ppm: count, "eb.jitter", "", "Jitter of EventBridge", Kind::Ppm, Asy31,
            "By how much of itself such a wait may be longer, drawn evenly."),
        knob!(esm_transition: span, "esm.transition", "", "Transition of a mapping", UP_TO_A_DAY,
            Esm02, "How long a mapping takes to be made, changed, switched on or off, or deleted."),
        knob!(esm_disable_inflight: choice, "esm.disable_inflight", "", "Batches of a disabled mapping",
            Kind::Choice(DisableInflight::WORDS), Sqs18,
            "Whether batches that found no room are tried again once their mapping is switched off."),
        knob!(esm_duplicate_ppm: count, "esm.duplicate_rate", "", "Batches that come back", Kind::Ppm,
            Esm12, "Share of batches that are processed and come back all the same."),
        knob!(esm_poll_latency: span, "esm.poll_latency", "", "Poll latency",
            Kind::Span { min: Span::ZERO, max: Span::seconds(20), whole_seconds: false }, Sqs01,
            "How long a message is visible before a mapping that waits for it receives it."),
        knob!(sqs_error_backoff: optional_span, "sqs.error_backoff", "", "Fewer batches after errors",
            Kind::Span { min: Span::SECOND, max: Span::HOUR, whole_seconds: false }, Sqs07,
            "How long a mapping runs half as many batches after a function error; null is not at all."),
        knob!(sqs_late_delete: choice, "sqs.late_delete", "", "Late deletes",
            Kind::Choice(LateDelete::WORDS), Sqs12,
            "Until when a message can be deleted by whoever has received it."),
        knob!(esm_payload_limit: count, "esm.payload_limit", "", "Largest batch",
            Kind::Count { min: 1_000, max: limits::SYNC_REQUEST_BYTES_MAX, unit: "bytes" }, Esm08,
            "The size that the event of a mapping may have."),
        knob!(esm_record_overhead: count, "esm.record_overhead", "", "Around a record",
            Kind::Count { min: 0, max: 10_000, unit: "bytes" }, Esm08,
            "What AWS adds to a record, as it counts towards that size."),
        knob!(sqs_pollers_initial: count, "sqs.pollers_initial", "", "Batches at first",
            Kind::Count { min: 1, max: 1_250, unit: "" }, Sqs02,
            "Batches of a queue that a mapping runs at once before it scales."),
        knob!(sqs_throttle_base: span, "sqs.throttle_base", "", "First wait of a throttled batch",
            BACKOFF, Sqs08,
            "How long a mapping waits when its batch found no room; each next wait is twice as long."),
        knob!(sqs_throttle_cap: span, "sqs.throttle_cap", "", "Longest wait of a throttled batch",
            BACKOFF, Sqs08, "The longest such wait."),
        knob!(sqs_low_traffic_wait: span, "sqs.low_traffic_wait", "", "Low-traffic wait",
            Kind::Span { min: Span::ZERO, max: Span::seconds(20), whole_seconds: false }, Sqs17,
            "How long a mapping with a batching window waits at least for a batch to fill; AWS says up to 20 s."),
        knob!(sqs_effective_visibility: bool, "sqs.effective_visibility", "", "Longer visibility",
            Kind::Bool, Sqs11,
            "Whether messages stay hidden for window, timeout and 30 s where the queue's visibility is too short."),
        knob!(sqs_in_flight_max: count, "sqs.in_flight_max", "", "Messages in flight",
            Kind::Count { min: 1, max: 120_000, unit: "" }, Sqs15,
            "Messages of one queue that may have been received and not deleted."),
        knob!(fifo_mix_groups: bool, "fifo.mix_groups", "", "Groups in one receive",
            Kind::Bool, Fifo03,
            "Whether one receive of a FIFO queue may bring messages of several groups."),
        knob!(alias_propagation: span, "alias_propagation", "", "Aliases spread in",
            UP_TO_A_DAY, Ali35,
            "How long requests still go where an alias led before it was changed."),
        knob!(pc_split: choice, "pc_split", "", "Provisioned concurrency of weights",
            Kind::Choice(PcSplit::WORDS), Ali31,
            "Whether both versions of an alias with weights have its provisioned concurrency."),
        knob!(linear_final_wait: bool, "deploy.linear_final_wait", "", "Linear shifts wait on",
            Kind::Bool, Cd13,
            "Whether a linear shift waits one more interval when all traffic is shifted."),
        knob!(alarm_poll: span, "deploy.alarm_poll", "", "Alarms are looked at every",
            Kind::Span { min: Span::ZERO, max: Span::HOUR, whole_seconds: false }, Cd26,
            "How often a deployment looks at its alarms, counted from its start; 0 is at once."),
        knob!(metric_delay: span, "alarm.metric_delay", "", "Delay of metrics",
            Kind::Span { min: Span::ZERO, max: Span::HOUR, whole_seconds: false }, Cw04,
            "How long after it was measured a metric can be seen by alarms."),
    ];
}

/// A moment at which the player pauses and explains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marker {
    /// Where on the timeline.
    pub at: Instant,
    /// A few words.
    pub title: String,
    /// A sentence or two.
    pub text: String,
}

/// What a person is asked before the run plays, and what the run answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub ask: String,
    /// What can be answered, in the order it is offered.
    pub choices: Vec<String>,
    /// The right one of the choices, word for word.
    pub answer: String,
    /// Why it is right, told when the run has been seen.
    pub because: String,
}

/// By how much a part stands beside the place that its wires give it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nudge {
    /// The part, by its name.
    pub part: String,
    /// To the right, in units of the board (CSS pixels at its own size).
    pub x: i16,
    /// Downwards.
    pub y: i16,
}

/// What a person drew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scenario {
    /// Its title.
    pub title: String,
    /// A paragraph on it.
    pub about: String,
    /// The account and the assumptions.
    pub settings: Settings,
    /// The functions, in the order they were drawn.
    pub functions: Vec<Function>,
    /// The callers, in the order they were drawn.
    pub callers: Vec<Caller>,
    /// Queues, topics, buses and buckets, in the order they were drawn.
    pub services: WithEvents<Service>,
    /// Event source mappings, in the order they were drawn.
    pub mappings: WithEvents<Mapping>,
    /// Alarms, in the order they were drawn.
    pub alarms: WithEvents<Alarm>,
    /// Deployment groups, in the order they were drawn.
    pub groups: WithEvents<Group>,
    /// The parts that were moved by hand.
    pub nudges: Vec<Nudge>,
    /// Moments that pause and explain, in order of time.
    pub markers: Vec<Marker>,
    /// What is asked before it plays.
    pub question: Option<Question>,
    /// What must hold of its run.
    pub expect: WithEvents<Expectation>,
}

/// A call made at a simulated time, with names as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Instant,
    /// The operation, in AWS's words: `Invoke`, `PutFunctionConcurrency`, ….
    pub operation: String,
    /// Its parameters, in AWS's words.
    pub parameters: Value,
}

/// Everything that is needed to get the same run again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// What was drawn.
    pub scenario: Scenario,
    /// What every draw is keyed by.
    pub seed: u64,
    /// What was done at which time, in order of time.
    pub acts: Vec<Act>,
}
