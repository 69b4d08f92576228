//! Which shards of a stream a mapping reads: a shard only after those it came of.
//!
//! Rules: KIN-06 (the position counts for the shards there are when reading begins; those
//! that come later are read from their beginning), KIN-07, DDS-04 (parents before children).

use alloc::vec::Vec;

use crate::service::stream::{Position, ShardId, Spec, State as Stream};
use crate::time::Instant;

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

/// How far a mapping is with the shards of its stream, by their numbers.
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    shards: Vec<Progress>,
    /// Where reading begins in those there were at the start.
    places: Vec<u32>,
}

impl Lineage {
    /// The mapping becomes enabled for the first time: the shards to begin with, and the
    /// places to begin at.
    pub fn begin(
        &mut self,
        now: Instant,
        spec: &Spec,
        position: Position,
        stream: &mut Stream,
    ) -> Vec<(ShardId, u32)> {
        let shards = stream.shards().iter();
        let all: Vec<(ShardId, bool)> = shards.map(|s| (s.id(), s.is_open())).collect();
        for (id, is_open) in all {
            let is_passed = position == Position::Latest && !is_open;
            self.shards.push(if is_passed {
                Progress::Passed
            } else {
                Progress::Waiting
            });
            self.places.push(stream.place(now, spec, id, position));
        }
        self.ready(stream)
    }

    /// A shard is settled to its end, or the stream has new shards: those that can be read
    /// now, and the places to begin at.
    pub fn go_on(
        &mut self,
        finished: Option<ShardId>,
        stream: &Stream,
    ) -> Vec<(ShardId, u32)> {
        if let Some(id) = finished {
            self.shards[id.0 as usize] = Progress::Finished;
        }
        self.shards.resize(stream.shards().len(), Progress::Waiting);
        self.ready(stream)
    }

    fn ready(&mut self, stream: &Stream) -> Vec<(ShardId, u32)> {
        let mut ready = Vec::new();
        for (number, shard) in stream.shards().iter().enumerate() {
            let is_done = |parent: &ShardId| match self.shards[parent.0 as usize] {
                Progress::Finished | Progress::Passed => true,
                Progress::Waiting | Progress::Reading => false,
            };
            let waits = self.shards[number] == Progress::Waiting;
            if waits && shard.parents().iter().all(is_done) {
                ready.push((shard.id(), self.places.get(number).copied().unwrap_or(0)));
                self.shards[number] = Progress::Reading;
            }
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::stream::Kind;
    use crate::service::stream::record::Data;

    #[test]
    fn children_wait_for_all_of_their_parents() {
        let spec = Spec { shards: 2, ..Spec::new(Kind::Kinesis) };
        let mut stream = Stream::new(&spec, Instant(0));
        let mut lineage = Lineage::default();
        let [a, b] = [ShardId(0), ShardId(1)];
        let begun = lineage.begin(Instant(0), &spec, Position::TrimHorizon, &mut stream);
        assert_eq!(begun, [(a, 0), (b, 0)]);
        let child = stream.merge(Instant(1), [a, b]).expect("neighbours");
        let halves = stream.split(Instant(2), child, 1 << 127).expect("a split");
        let mut go_on = |finished| lineage.go_on(finished, &stream);
        assert_eq!(go_on(None), []);
        assert_eq!(go_on(Some(b)), []);
        assert_eq!(go_on(Some(a)), [(child, 0)]);
        assert_eq!(go_on(None), []);
        assert_eq!(go_on(Some(child)), halves.map(|half| (half, 0)));
    }

    #[test]
    fn what_was_closed_before_the_latest_is_not_read() {
        let spec = Spec::new(Kind::Kinesis);
        let mut stream = Stream::new(&spec, Instant(0));
        let halves = stream.split(Instant(1), ShardId(0), 1 << 127).expect("a split");
        let mut begin =
            |position| Lineage::default().begin(Instant(2), &spec, position, &mut stream);
        assert_eq!(begin(Position::Latest), halves.map(|half| (half, 0)));
        assert_eq!(begin(Position::TrimHorizon), [(ShardId(0), 0)]);
    }

    #[test]
    fn the_position_counts_for_children_of_that_time_too() {
        let spec = Spec::new(Kind::Kinesis);
        let mut stream = Stream::new(&spec, Instant(0));
        let [low, high] =
            stream.split(Instant(1), ShardId(0), 1 << 127).expect("a split");
        for at in [2, 4] {
            let data = Data::Text("x".into());
            // The hash of this key begins with a zero.
            let taken = stream.put(Instant(at), "a", data).expect("room");
            assert_eq!(taken.shard, low);
        }
        let mut lineage = Lineage::default();
        let begun =
            lineage.begin(Instant(5), &spec, Position::At(Instant(3)), &mut stream);
        assert_eq!(begun, [(ShardId(0), 0)]);
        assert_eq!(lineage.go_on(Some(ShardId(0)), &stream), [(low, 1), (high, 0)]);
    }
}
