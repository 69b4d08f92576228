//! What happened to messages of queues, and to mappings and their batches.

use crate::id::{FunctionId, Part, ServiceId};
use crate::mapping::lifecycle::Status;
use crate::time::Span;

/// What happened to a message of a queue, or to a batch of an event source mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFact {
    /// A message is in the queue.
    Waits {
        /// Nobody gets it for this long.
        delay: Span,
    },
    /// A mapping has received a message.
    HandedOut {
        /// Which mapping.
        to: Part,
        /// For the how many-th time anybody has.
        receives: u16,
        /// Nobody else gets it for this long.
        hidden: Span,
    },
    /// Others can receive a message again.
    Reappeared,
    /// A message was deleted, as it was processed.
    Deleted,
    /// A message was deleted, as no filter lets it through.
    FilteredOut,
    /// A message could not be deleted: somebody else may have received it.
    NotDeleted,
    /// A message was kept long enough.
    Expired,
    /// What was sent had been sent before.
    Deduplicated,
    /// Too many messages are in flight: none is handed out.
    OverLimit,
    /// A batch was made.
    Batched {
        /// Of so many records.
        records: u32,
    },
    /// A batch is done with.
    Settled {
        /// So many of its records were processed.
        done: u32,
        /// So many were not.
        failed: u32,
    },
    /// A batch that found no room is not tried any longer.
    LetGo,
    /// A mapping was made.
    Mapped {
        /// It reads this.
        source: ServiceId,
        /// It calls this function.
        function: FunctionId,
    },
    /// A mapping has reached a state of its life.
    Became {
        /// Which.
        status: Status,
    },
    /// A mapping is gone.
    Gone,
    /// A mapping has another number of pollers.
    Scaled {
        /// So many.
        pollers: u32,
    },
}
