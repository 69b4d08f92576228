//! What happens to streams, and to their records in mappings.
//!
//! Records are numbered by their stream, shards as well; batches are jobs of their mapping.

use crate::time::Span;

choices! {
    /// How records of a batch ended.
    End {
        /// The function has processed them.
        Processed "processed",
        /// The batch has failed as often as it may.
        RetryAttemptsExhausted "RetryAttemptsExhausted",
        /// They are too old.
        RecordAgeExceeded "RecordAgeExceeded",
        /// The stream no longer keeps them.
        Expired "expired",
        /// One of them is larger than an event may be.
        MaximumPayloadSizeExceeded "MaximumPayloadSizeExceeded",
    }
}

/// What happened to a stream, or to what a mapping reads of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamFact {
    /// A record is in a shard.
    Put {
        /// In which.
        shard: u32,
    },
    /// A write has changed nothing: no record tells of it.
    Unchanged,
    /// A record was refused, as its shard takes no more in this second.
    Refused {
        /// Which shard.
        shard: u32,
    },
    /// A shard takes no more records.
    Closed {
        /// Which.
        shard: u32,
    },
    /// A shard has taken the place of another.
    Opened {
        /// The new one.
        shard: u32,
        /// One that it came of.
        parent: u32,
    },
    /// A mapping reads a shard from now on.
    Begun {
        /// Which.
        shard: u32,
        /// From the record at this place of the shard on, counted from 0.
        from: u32,
    },
    /// A mapping has read a closed shard to its end, and settled all of it.
    Finished {
        /// Which.
        shard: u32,
    },
    /// A mapping has read records.
    Read {
        /// In this shard.
        shard: u32,
        /// So many.
        records: u32,
        /// Of which no filter let so many through.
        filtered: u32,
    },
    /// A call to read a shard was refused.
    ReadRefused {
        /// Which shard.
        shard: u32,
        /// It is answered again after this.
        after: Span,
    },
    /// The stream no longer keeps records that the mapping has not read yet.
    Missed {
        /// In this shard.
        shard: u32,
        /// So many.
        records: u32,
    },
    /// A batch was made.
    Batched {
        /// Of a shard.
        shard: u16,
        /// In this lane of it.
        lane: u8,
        /// Of so many records.
        records: u16,
        /// The number of the first.
        first: u32,
        /// The number of the last.
        last: u32,
    },
    /// A tumbling window gets its last call, without records.
    WindowClosed {
        /// Of a shard.
        shard: u32,
    },
    /// A batch that failed was split.
    Split {
        /// Records of the first half.
        left: u32,
        /// Records of the second.
        right: u32,
    },
    /// Of a batch the first records are done, and the others are a batch of their own.
    Advanced {
        /// So many others.
        rest: u32,
    },
    /// Records are settled.
    Settled {
        /// How.
        end: End,
        /// Of a shard.
        shard: u16,
        /// In this lane of it.
        lane: u8,
        /// So many.
        records: u16,
        /// The number of the first.
        first: u32,
        /// The number of the last.
        last: u32,
    },
}
