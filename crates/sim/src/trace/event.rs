//! What happens to asynchronous events, and to what functions send.

use super::{Condition, Delivery};
use crate::id::Part;
use crate::time::Span;

/// What happened to an asynchronous event, or to what a function sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFact {
    /// An event was accepted and waits in the function's queue.
    Queued,
    /// An event will be tried a second time, although nothing went wrong.
    Duplicated {
        /// So long after the first time.
        after: Span,
    },
    /// An event is tried.
    Dispatched {
        /// As this attempt, from 1; tries that find no room do not count.
        attempt: u16,
        /// This long after it was accepted.
        age: Span,
    },
    /// An event goes back to the queue.
    PutBack {
        /// For this long.
        after: Span,
        /// To be tried as this attempt.
        attempt: u16,
    },
    /// An event has left the queue for good.
    Finished {
        /// How.
        condition: Condition,
        /// Runs of function code.
        runs: u16,
    },
    /// A function or a service has sent something.
    Sent {
        /// What.
        what: Delivery,
        /// To this part.
        to: Part,
    },
    /// What was sent did not get there, and is lost.
    DeliveryFailed {
        /// What.
        what: Delivery,
        /// To this part.
        to: Part,
    },
    /// A service has received something.
    Received,
    /// A topic or bus does not pass something on, because a filter does not let it.
    Filtered {
        /// To this function.
        to: Part,
    },
}
