//! The trace: what happened, in the words of the domain, each entry with its rule and
//! its cause.
//!
//! Entries are for people and for views; no handler ever reads them.

mod alias;
mod event;
mod release;
mod stream;

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::slice;

use crate::call::{Operation, Reply};
use crate::id::{AliasIx, EnvironmentId, Job, Part, VersionIx};
use crate::rule::Rule;
use crate::time::{Instant, Span};
pub use message::MessageFact;

mod message;
pub use alias::AliasFact;
pub use event::EventFact;
pub use release::ReleaseFact;
pub use stream::{End, StreamFact};

/// No cause: the scenario itself began it.
pub const NO_CAUSE: u32 = u32::MAX;

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// In which step of the run, counted from 1.
    pub step: u32,
    /// The entry that led to this one, or [`NO_CAUSE`].
    pub cause: u32,
    /// Where.
    pub part: Part,
    /// Which request it is about, if about one.
    pub job: Option<Job>,
    /// The rule that says so.
    pub rule: Rule,
    /// What.
    pub fact: Fact,
}

choices! {
    /// How a run of function code ended.
    Ending {
        /// It answered.
        Succeeded "succeeded",
        /// The handler threw.
        Threw "threw",
        /// Cut at the function timeout.
        TimedOut "timed out",
        /// The process exited.
        Exited "exited",
        /// Init failed.
        InitFailed "failed in Init",
        /// The answer was too large.
        TooLarge "answered too large",
        /// Cut because its caller had gone (only with `sync.abandon_keeps_running` off).
        Cut "was cut",
    }
}

choices! {
    /// The `Reason` of a throttle (CON-08).
    Reason {
        /// The reservation is full, or 0.
        Reserved "ReservedFunctionConcurrentInvocationLimitExceeded",
        /// The account's unreserved pool is full.
        Account "ConcurrentInvocationLimitExceeded",
        /// A function URL over ten times its reservation.
        ReservedRate "ReservedFunctionInvocationRateLimitExceeded",
        /// No scaling allowance left.
        FunctionRate "FunctionInvocationRateLimitExceeded",
        /// Over ten times the account concurrency.
        CallerRate "CallerRateLimitExceeded",
    }
}

choices! {
    /// The error a call was refused with, other than a throttle.
    Refusal {
        /// 500
        ServiceException "ServiceException",
        /// 404
        ResourceNotFound "ResourceNotFoundException",
        /// 409
        ResourceConflict "ResourceConflictException",
        /// 413
        RequestTooLarge "RequestTooLargeException",
        /// 403
        AccessDenied "AccessDeniedException",
        /// 400: the request comes from a loop.
        Recursive "RecursiveInvocationException",
    }
}

impl Refusal {
    /// Its HTTP status.
    #[must_use]
    pub const fn http(self) -> u16 {
        match self {
            Self::ServiceException => 500,
            Self::ResourceNotFound => 404,
            Self::ResourceConflict => 409,
            Self::RequestTooLarge => 413,
            Self::AccessDenied => 403,
            Self::Recursive => 400,
        }
    }

    /// Whether the request is at fault, and would be refused again (ASY-32).
    #[must_use]
    pub const fn is_of_client(self) -> bool {
        self.http() < 500
    }
}

choices! {
    /// Where a request found room.
    Room {
        /// An idle on-demand environment.
        Warm "warm",
        /// A new on-demand environment.
        Cold "cold",
        /// A provisioned environment.
        Provisioned "provisioned",
        /// An environment whose runtime was reset: Init runs again inside.
        Reset "reset",
    }
}

choices! {
    /// How a call ended for its caller.
    Outcome {
        /// The function's answer.
        Ok "ok",
        /// A function error.
        FunctionError "function error",
        /// Throttled, and no retry left.
        Throttled "throttled",
        /// Refused, and no retry left.
        Refused "refused",
        /// No answer in time, and no retry left.
        TimedOut "timed out",
        /// An event was accepted; what becomes of it is not told.
        Accepted "accepted",
    }
}

choices! {
    /// How an asynchronous event ended: the `condition` of its record.
    Condition {
        /// A run succeeded.
        Success "Success",
        /// Every try failed.
        RetriesExhausted "RetriesExhausted",
        /// It would have become too old.
        EventAgeExceeded "EventAgeExceeded",
        /// The function has reserved concurrency 0.
        ZeroReservedConcurrency "ZeroReservedConcurrency",
        /// It came from a loop.
        RecursiveInvocation "RecursiveInvocation",
    }
}

choices! {
    /// What a function or a service sends to another part.
    Delivery {
        /// An event that was given up, to its dead-letter queue.
        DeadLetter "dead letter",
        /// The record of a success.
        OnSuccess "record of a success",
        /// The record of a failure.
        OnFailure "record of a failure",
        /// What its code sends.
        Code "message",
        /// What a topic or bus passes on, or another service has to tell.
        Event "event",
    }
}

choices! {
    /// Why an environment went away.
    Removal {
        /// Idle for too long.
        Idle "idle",
        /// Lived too long.
        Life "old",
        /// Its version was updated.
        Update "updated",
        /// Init failed in it.
        InitFailed "init failed",
        /// Fewer provisioned environments are wanted.
        Deprovisioned "deprovisioned",
        /// Its version was deleted.
        Deleted "deleted",
    }
}

choices! {
    /// Why a recording ended.
    Stop {
        /// The time given was reached.
        Until "the time given was reached",
        /// Nothing but idle timers was left.
        Quiet "nothing was left to happen",
        /// A bound on steps was reached.
        Steps "the bound on steps was reached",
        /// A bound on trace entries was reached.
        Entries "the bound on trace entries was reached",
    }
}

/// What happened. Past tense; numbers only, names stand in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A caller called its function for the first time in a call.
    Called,
    /// A caller, a topic or a bus decided to try again.
    RetryPlanned {
        /// After this wait.
        after: Span,
        /// As this attempt, from 2.
        attempt: u16,
        /// Tokens left in the retry quota, where there is one.
        bucket: u16,
    },
    /// It tried again.
    Retried {
        /// As this attempt.
        attempt: u16,
    },
    /// The retry quota could not pay.
    QuotaExhausted {
        /// Tokens left.
        bucket: u16,
    },
    /// The caller's wait ended before the answer.
    WaitEnded {
        /// It waited this long.
        waited: Span,
    },
    /// A call ended for its caller.
    Answered {
        /// How.
        outcome: Outcome,
        /// With this HTTP status, as the caller's own client sees it; 0 for none.
        http: u16,
        /// Attempts made.
        attempts: u16,
        /// Tokens in the retry quota, where there is one.
        bucket: u16,
    },
    /// A check without a run was answered.
    DryRunAnswered,
    /// A request found an environment.
    Started {
        /// Which.
        environment: EnvironmentId,
        /// Of this version.
        version: VersionIx,
        /// What kind of room.
        room: Room,
        /// How long Init takes before or inside the handler.
        init: Span,
        /// Through this alias.
        alias: Option<AliasIx>,
    },
    /// Although provisioned concurrency exists, the request had to go on demand.
    SpilledOver {
        /// Provisioned environments, all busy.
        provisioned: u32,
    },
    /// Init did not end within its limit.
    InitCut,
    /// A run of function code ended.
    Ended {
        /// How.
        ending: Ending,
        /// Billed milliseconds.
        billed_ms: u32,
        /// On this environment.
        environment: EnvironmentId,
    },
    /// A run went on although nobody waited for its answer.
    Abandoned,
    /// A request found no room.
    Throttled {
        /// Why.
        reason: Reason,
        /// Requests in flight against the limit that was met.
        in_flight: u32,
        /// That limit.
        limit: u32,
        /// It came through this alias.
        alias: Option<AliasIx>,
    },
    /// A request was refused before any code ran.
    Refused {
        /// With this error.
        refusal: Refusal,
    },
    /// An environment went away.
    EnvironmentRemoved {
        /// Which.
        environment: EnvironmentId,
        /// Of this version.
        version: VersionIx,
        /// Why.
        removal: Removal,
    },
    /// Provisioned concurrency was asked for.
    ProvisioningStarted {
        /// For this version.
        version: VersionIx,
        /// So many environments.
        count: u32,
    },
    /// Provisioned concurrency became usable.
    ProvisioningReady {
        /// For this version.
        version: VersionIx,
        /// So many environments.
        count: u32,
    },
    /// Provisioned concurrency failed.
    ProvisioningFailed {
        /// For this version.
        version: VersionIx,
    },
    /// Something happened to an event, or to what a function sends.
    Event(EventFact),
    /// Something happened to a message of a queue, or to a batch of a mapping.
    Message(MessageFact),
    /// Something happened to a stream, or to what a mapping reads of it.
    Stream(StreamFact),
    /// Something happened to an alias, or it was drawn where it leads.
    Alias(AliasFact),
    /// Something happened to an alarm or to a deployment.
    Release(ReleaseFact),
    /// An act was answered.
    Replied {
        /// What was asked for.
        operation: Operation,
        /// The HTTP status of the answer.
        http: u16,
    },
    /// What a function has cost when the run ended.
    Cost {
        /// Runs of its code.
        requests: u32,
        /// Millionths of a US dollar.
        micro_usd: u64,
    },
    /// The run ended.
    Stopped {
        /// Why.
        stop: Stop,
    },
}

const CHUNK: usize = 8_192;

/// How much a log keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing; entries are not even numbered. For benchmarks.
    Nothing,
    /// Numbers only: what is played again has been kept before.
    Numbers,
    /// Everything.
    Everything,
}

/// Where the entries and replies of a run are collected; it only grows.
///
/// Full chunks are shared between clones.
#[derive(Clone, Debug)]
pub struct Log {
    keep: Keep,
    count: u32,
    full: Vec<Rc<Vec<Entry>>>,
    open: Vec<Entry>,
    /// By act: how many entries there were before the reply, and the reply.
    replies: Vec<Option<(u32, Rc<Reply>)>>,
}

impl Log {
    /// An empty log.
    #[must_use]
    pub fn new(keep: Keep) -> Self {
        Self { keep, count: 0, full: Vec::new(), open: Vec::new(), replies: Vec::new() }
    }

    /// A log that goes on numbering at `count` and keeps nothing.
    #[must_use]
    pub(crate) fn numbering_from(count: u32) -> Self {
        Self { count, ..Self::new(Keep::Numbers) }
    }

    /// Number of entries so far.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.count
    }

    /// Whether nothing has happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether entries are not even numbered.
    #[inline]
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.keep == Keep::Nothing
    }

    /// Adds an entry and gives its number; `cause` if nothing is kept.
    #[inline(always)]
    pub(crate) fn push(&mut self, entry: Entry) -> u32 {
        let number = match self.keep {
            Keep::Nothing => return entry.cause,
            Keep::Numbers => self.count,
            Keep::Everything => {
                if self.open.len() == CHUNK {
                    self.close();
                }
                self.open.push(entry);
                self.count
            }
        };
        self.count += 1;
        number
    }

    /// Begins a new chunk.
    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        let chunk = core::mem::replace(&mut self.open, Vec::with_capacity(CHUNK));
        self.full.push(Rc::new(chunk));
    }

    /// Keeps the reply to an act.
    pub(crate) fn reply(&mut self, act: u16, reply: Reply) {
        if self.keep != Keep::Everything {
            return;
        }
        let at = usize::from(act);
        if self.replies.len() <= at {
            self.replies.resize(at + 1, None);
        }
        self.replies[at] = Some((self.count, Rc::new(reply)));
    }

    /// The reply to an act: one, or none yet.
    #[must_use]
    pub fn replies(&self, act: usize) -> &[Reply] {
        let found = self.replies.get(act).and_then(Option::as_ref);
        found.map_or(&[], |(_, reply)| slice::from_ref(&**reply))
    }

    /// The entry with this number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Entry> {
        let number = number as usize;
        match self.full.get(number / CHUNK) {
            Some(chunk) => chunk.get(number % CHUNK),
            None => self.open.get(number.checked_sub(self.full.len() * CHUNK)?),
        }
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(self.open.iter())
    }

    /// The entries numbered `from..to`.
    pub fn range(&self, from: u32, to: u32) -> impl DoubleEndedIterator<Item = &Entry> {
        (from..to.min(self.count)).filter_map(|number| self.get(number))
    }

    /// How many entries lie before or at a moment.
    #[must_use]
    pub fn count_until(&self, moment: crate::time::Moment) -> u32 {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let before = self
                .get(middle)
                .is_some_and(|entry| entry.at <= moment.at && entry.step <= moment.step);
            if before { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Forgets everything from entry `count` on.
    pub(crate) fn truncate(&mut self, count: u32) {
        let chunks = count as usize / CHUNK;
        if chunks < self.full.len() {
            self.open = self.full[chunks].as_ref().clone();
            self.full.truncate(chunks);
        }
        self.open.truncate(count as usize - self.full.len() * CHUNK);
        self.count = count;
        for reply in &mut self.replies {
            reply.take_if(|(before, _)| *before >= count);
        }
    }
}
