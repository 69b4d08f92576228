//! The last records that the function did not process: a board shows what became of them.

use alloc::collections::VecDeque;

use crate::service::stream::ShardId;

/// Most records that are remembered.
const KEPT: usize = 256;

/// Why the function has not processed a record that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// No filter lets it through (ESM-19).
    Filtered,
    /// It was given up, and the destination was told.
    AtDestination,
    /// It was given up, and nobody was told.
    Dropped,
    /// The stream no longer kept it.
    Expired,
}

/// The last of them.
#[derive(Clone, Debug, Default)]
pub struct Asides(VecDeque<(ShardId, u32, Aside)>);

impl Asides {
    /// Remembers a record by its place in its shard.
    pub fn put(&mut self, shard: ShardId, place: u32, why: Aside) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((shard, place, why));
    }

    /// What became of the record at a place of a shard.
    #[must_use]
    pub fn at(&self, shard: ShardId, place: u32) -> Option<Aside> {
        let mut known = self.0.iter().rev();
        let it = known.find(|(of, at, _)| (*of, *at) == (shard, place));
        it.map(|(_, _, why)| *why)
    }

    /// About what a copy takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.len() * size_of::<(ShardId, u32, Aside)>()
    }
}
