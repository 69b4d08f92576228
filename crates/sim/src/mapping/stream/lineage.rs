//! Which shards of a stream a mapping reads: a shard only after those it came of.
//!
//! Rules: KIN-06 (the position counts for the shards there are when reading begins; those
//! that come later are read from their beginning), KIN-07, DDS-04 (parents before children).

use alloc::vec::Vec;

use crate::service::stream::{Listed, Position, ShardId};

/// How far a mapping is with a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// It waits for its parents.
    Waiting,
    Reading,
    Finished,
    /// It was closed before the mapping began to read.
    Passed,
}

/// A shard of the stream.
#[derive(Clone, Debug)]
struct Known {
    parents: Vec<ShardId>,
    /// Where reading begins.
    place: u32,
    progress: Progress,
}

/// How far a mapping is with the shards of its stream, by their numbers.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    shards: Vec<Known>,
}

impl Lineage {
    /// The mapping becomes enabled for the first time, and this is the stream: the shards
    /// to begin with, and the places to begin at.
    pub fn begin(
        &mut self,
        listed: Vec<Listed>,
        position: Position,
    ) -> Vec<(ShardId, u32)> {
        for Listed { parents, is_open, place, .. } in listed {
            let is_passed = position == Position::Latest && !is_open;
            let progress = if is_passed { Progress::Passed } else { Progress::Waiting };
            self.shards.push(Known { parents, place, progress });
        }
        self.ready()
    }

    /// The stream has other shards than before: those that can be read now.
    pub fn on_listed(&mut self, listed: Vec<Listed>) -> Vec<(ShardId, u32)> {
        for Listed { parents, .. } in listed.into_iter().skip(self.shards.len()) {
            self.shards.push(Known { parents, place: 0, progress: Progress::Waiting });
        }
        self.ready()
    }

    /// A shard is settled to its end: those that can be read now.
    pub fn on_finished(&mut self, id: ShardId) -> Vec<(ShardId, u32)> {
        self.shards[id.0 as usize].progress = Progress::Finished;
        self.ready()
    }

    /// Whether a shard came of another that was read.
    #[must_use]
    pub fn is_child(&self, id: ShardId) -> bool {
        let is_read = |parent: &ShardId| {
            self.shards[parent.0 as usize].progress == Progress::Finished
        };
        self.shards[id.0 as usize].parents.iter().any(is_read)
    }

    fn ready(&mut self) -> Vec<(ShardId, u32)> {
        let is_done = |parent: &ShardId| match self.shards[parent.0 as usize].progress {
            Progress::Finished | Progress::Passed => true,
            Progress::Waiting | Progress::Reading => false,
        };
        let numbered = self.shards.iter().zip(0..).filter(|(known, _)| {
            known.progress == Progress::Waiting && known.parents.iter().all(is_done)
        });
        let ready: Vec<(ShardId, u32)> =
            numbered.map(|(known, number)| (ShardId(number), known.place)).collect();
        for (id, _) in &ready {
            self.shards[id.0 as usize].progress = Progress::Reading;
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::stream::record::Data;
    use crate::service::stream::{Kind, Spec, State};
    use crate::time::Instant;

    #[test]
    fn children_wait_for_all_of_their_parents() {
        let spec = Spec { shards: 2, ..Spec::new(Kind::Kinesis) };
        let mut stream = State::new(&spec, Instant(0));
        let mut lineage = Lineage::default();
        let [a, b] = [ShardId(0), ShardId(1)];
        let position = Position::TrimHorizon;
        let listed = stream.list(Instant(0), &spec, position);
        assert_eq!(lineage.begin(listed, position), [(a, 0), (b, 0)]);
        let child = stream.merge(Instant(1), [a, b]).expect("neighbours");
        let halves = stream.split(Instant(2), child, 1 << 127).expect("a split");
        assert_eq!(lineage.on_listed(stream.list(Instant(2), &spec, position)), []);
        assert_eq!(lineage.on_finished(b), []);
        assert_eq!(lineage.on_finished(a), [(child, 0)]);
        assert_eq!(lineage.on_finished(child), halves.map(|half| (half, 0)));
    }

    #[test]
    fn what_was_closed_before_the_latest_is_not_read() {
        let spec = Spec::new(Kind::Kinesis);
        let mut stream = State::new(&spec, Instant(0));
        let halves = stream.split(Instant(1), ShardId(0), 1 << 127).expect("a split");
        let mut begin = |position| {
            let listed = stream.list(Instant(2), &spec, position);
            Lineage::default().begin(listed, position)
        };
        assert_eq!(begin(Position::Latest), halves.map(|half| (half, 0)));
        assert_eq!(begin(Position::TrimHorizon), [(ShardId(0), 0)]);
    }

    #[test]
    fn the_position_counts_for_children_of_that_time_too() {
        let spec = Spec::new(Kind::Kinesis);
        let mut stream = State::new(&spec, Instant(0));
        let [low, high] =
            stream.split(Instant(1), ShardId(0), 1 << 127).expect("a split");
        for at in [2, 4] {
            let data = Data::Text("x".into());
            // The hash of this key begins with a zero.
            let taken = stream.put(Instant(at), "a", data).expect("room");
            assert_eq!(taken.shard, low);
        }
        let mut lineage = Lineage::default();
        let position = Position::At(Instant(3));
        let listed = stream.list(Instant(5), &spec, position);
        assert_eq!(lineage.begin(listed, position), [(ShardId(0), 0)]);
        assert_eq!(lineage.on_finished(ShardId(0)), [(low, 1), (high, 0)]);
    }
}
