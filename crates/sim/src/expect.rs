//! Expectations: what must hold of a run, and whether it does.
//!
//! A scenario states them, so that a claim about a design can be checked again and again.
//!
//! Units: a bound is a count, microseconds, or millionths of a US dollar, as its quantity
//! has it. Rules: SIM-02, SIM-03.

mod found;
mod verdict;

use alloc::string::String;

use crate::trace::{EventFact, Fact};

pub use verdict::{Broken, Verdict, verdicts};

choices! {
    /// What can be counted in a run: what has become of calls and events, CloudWatch's
    /// metrics, messages, and cost.
    Quantity {
        /// Calls made and events accepted.
        Entered "entered",
        /// Answered, or run with success.
        Succeeded "succeeded",
        /// Ended with a function error that the caller was told.
        Failed "failed",
        /// Ended throttled.
        Throttled "throttled",
        /// Ended refused.
        Refused "refused",
        /// Ended without an answer in time.
        TimedOut "timed out",
        /// Events that lie in a dead-letter queue.
        DeadLettered "dead-lettered",
        /// Events of which a failure destination has the record.
        AtDestination "at destination",
        /// Events given up of which nobody was told.
        Lost "lost silently",
        /// Events that succeeded more than once.
        Twice "processed twice",
        /// Waiting to be tried, again or for the first time.
        Waiting "waiting",
        /// Waiting for an answer, or running.
        Running "under way",
        /// `Invocations`, Sum.
        Invocations "Invocations",
        /// `Errors`, Sum.
        Errors "Errors",
        /// `Throttles`, Sum.
        Throttles "Throttles",
        /// `Duration`, Maximum.
        DurationMax "Duration max",
        /// `Duration`, Average, in whole microseconds; nothing where no run has one.
        DurationAverage "Duration average",
        /// `ConcurrentExecutions`, Maximum; without a function, of the account.
        ConcurrentMax "ConcurrentExecutions max",
        /// `ProvisionedConcurrencyInvocations`, Sum.
        ProvisionedInvocations "ProvisionedConcurrencyInvocations",
        /// `ProvisionedConcurrencySpilloverInvocations`, Sum.
        Spillovers "ProvisionedConcurrencySpilloverInvocations",
        /// Environments created on demand.
        ColdStarts "cold starts",
        /// `AsyncEventsReceived`, Sum.
        AsyncReceived "AsyncEventsReceived",
        /// `AsyncEventsDropped`, Sum.
        AsyncDropped "AsyncEventsDropped",
        /// `AsyncEventAge`, Maximum.
        AsyncAgeMax "AsyncEventAge max",
        /// `AsyncEventAge`, Average, in whole microseconds; nothing where no try has one.
        AsyncAgeAverage "AsyncEventAge average",
        /// `DestinationDeliveryFailures`, Sum.
        DestinationFailures "DestinationDeliveryFailures",
        /// `DeadLetterErrors`, Sum.
        DeadLetterErrors "DeadLetterErrors",
        /// `RecursiveInvocationsDropped`, Sum.
        RecursiveDropped "RecursiveInvocationsDropped",
        /// What a queue, topic, bus or bucket has.
        Messages "messages",
        /// What functions have cost.
        Cost "cost",
    }
}

choices! {
    /// How what is found must stand to the bound.
    Relation {
        /// The same.
        Equal "=",
        /// Not the same.
        Other "!=",
        /// At most as much.
        AtMost "<=",
        /// At least as much.
        AtLeast ">=",
        /// Less.
        Less "<",
        /// More.
        More ">",
    }
}

choices! {
    /// When it must hold.
    Term {
        /// When the run has ended.
        AtEnd "at end",
        /// After every event.
        Throughout "throughout",
    }
}

/// What a quantity is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// In pieces.
    Count,
    /// In microseconds.
    Span,
    /// In millionths of a US dollar.
    MicroUsd,
}

/// What a quantity can be counted of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The whole run.
    Run,
    /// All functions, or one.
    Functions,
    /// One service.
    Service,
}

/// What must hold of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What is counted.
    pub quantity: Quantity,
    /// Of which function or service, as written; none of the whole run.
    pub part: Option<String>,
    /// How it must stand to the bound.
    pub relation: Relation,
    /// The bound, in the unit of the quantity.
    pub bound: u64,
    /// When.
    pub term: Term,
}

impl Relation {
    /// Whether what is found stands so to a bound.
    #[must_use]
    pub const fn holds(self, found: u64, bound: u64) -> bool {
        match self {
            Self::Equal => found == bound,
            Self::Other => found != bound,
            Self::AtMost => found <= bound,
            Self::AtLeast => found >= bound,
            Self::Less => found < bound,
            Self::More => found > bound,
        }
    }
}

impl Quantity {
    /// What it is counted in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::DurationMax
            | Self::DurationAverage
            | Self::AsyncAgeMax
            | Self::AsyncAgeAverage => Unit::Span,
            Self::Cost => Unit::MicroUsd,
            Self::Entered
            | Self::Succeeded
            | Self::Failed
            | Self::Throttled
            | Self::Refused
            | Self::TimedOut
            | Self::DeadLettered
            | Self::AtDestination
            | Self::Lost
            | Self::Twice
            | Self::Waiting
            | Self::Running
            | Self::Invocations
            | Self::Errors
            | Self::Throttles
            | Self::ConcurrentMax
            | Self::ProvisionedInvocations
            | Self::Spillovers
            | Self::ColdStarts
            | Self::AsyncReceived
            | Self::AsyncDropped
            | Self::DestinationFailures
            | Self::DeadLetterErrors
            | Self::RecursiveDropped
            | Self::Messages => Unit::Count,
        }
    }

    /// What it can be counted of.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::Entered
            | Self::Succeeded
            | Self::Failed
            | Self::Throttled
            | Self::Refused
            | Self::TimedOut
            | Self::DeadLettered
            | Self::AtDestination
            | Self::Lost
            | Self::Twice
            | Self::Waiting
            | Self::Running => Reach::Run,
            Self::Messages => Reach::Service,
            Self::Invocations
            | Self::Errors
            | Self::Throttles
            | Self::DurationMax
            | Self::DurationAverage
            | Self::ConcurrentMax
            | Self::ProvisionedInvocations
            | Self::Spillovers
            | Self::ColdStarts
            | Self::AsyncReceived
            | Self::AsyncDropped
            | Self::AsyncAgeMax
            | Self::AsyncAgeAverage
            | Self::DestinationFailures
            | Self::DeadLetterErrors
            | Self::RecursiveDropped
            | Self::Cost => Reach::Functions,
        }
    }

    /// Whether it never falls while a run goes on.
    ///
    /// What has entered is counted as call and as event until its caller knows that it was
    /// accepted, and lowered provisioned concurrency is no longer charged ahead.
    const fn only_grows(self) -> bool {
        match self {
            Self::Entered
            | Self::Waiting
            | Self::Running
            | Self::DurationAverage
            | Self::AsyncAgeAverage
            | Self::Messages
            | Self::Cost => false,
            Self::Succeeded
            | Self::Failed
            | Self::Throttled
            | Self::Refused
            | Self::TimedOut
            | Self::DeadLettered
            | Self::AtDestination
            | Self::Lost
            | Self::Twice
            | Self::Invocations
            | Self::Errors
            | Self::Throttles
            | Self::DurationMax
            | Self::ConcurrentMax
            | Self::ProvisionedInvocations
            | Self::Spillovers
            | Self::ColdStarts
            | Self::AsyncReceived
            | Self::AsyncDropped
            | Self::AsyncAgeMax
            | Self::DestinationFailures
            | Self::DeadLetterErrors
            | Self::RecursiveDropped => true,
        }
    }

    /// Whether this is a fact by which it changes.
    fn is_changed_by(self, fact: &Fact) -> bool {
        match self {
            Self::Entered => {
                matches!(fact, Fact::Called | Fact::Event(EventFact::Queued))
            }
            Self::Failed | Self::Throttled | Self::Refused | Self::TimedOut => {
                matches!(fact, Fact::Answered { .. })
            }
            Self::Succeeded => matches!(
                fact,
                Fact::Answered { .. } | Fact::Event(EventFact::Finished { .. })
            ),
            Self::DeadLettered
            | Self::AtDestination
            | Self::Lost
            | Self::Twice
            | Self::AsyncDropped
            | Self::RecursiveDropped => {
                matches!(fact, Fact::Event(EventFact::Finished { .. }))
            }
            Self::Invocations
            | Self::ConcurrentMax
            | Self::ProvisionedInvocations
            | Self::ColdStarts => matches!(fact, Fact::Started { .. }),
            Self::Errors | Self::DurationMax | Self::DurationAverage | Self::Cost => {
                matches!(fact, Fact::Ended { .. })
            }
            Self::Throttles => matches!(fact, Fact::Throttled { .. }),
            Self::Spillovers => matches!(fact, Fact::SpilledOver { .. }),
            Self::AsyncReceived => matches!(fact, Fact::Event(EventFact::Queued)),
            Self::AsyncAgeMax | Self::AsyncAgeAverage => {
                matches!(fact, Fact::Event(EventFact::Dispatched { .. }))
            }
            Self::DestinationFailures | Self::DeadLetterErrors => {
                matches!(fact, Fact::Event(EventFact::DeliveryFailed { .. }))
            }
            Self::Messages => matches!(fact, Fact::Event(EventFact::Received)),
            Self::Waiting | Self::Running => false,
        }
    }
}
