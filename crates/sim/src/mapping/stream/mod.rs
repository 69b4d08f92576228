//! Mappings of streams: what one mapping does with one shard.
//!
//! Everything here is handed the time and says what is to be done; it plans nothing and
//! calls nobody. Whoever calls it does at once what the [`Order`]s say, in their order:
//! reads the shard, invokes the function, tells the destination, and calls
//! [`State::on_due`] when it asked to be woken. To be woken too often does no harm, and
//! between an order and what it leads to anything else may be told.
//!
//! A shard that has been read to its end is not polled again before
//! [`State::on_arrived`] says that there is more; polls go on in step with the first one,
//! as if the empty ones had taken place.
//!
//! Rules: ESM-08 to ESM-12, KIN-01 to KIN-23, TW-01 to TW-04, DDS-01 to DDS-05, KAF-01 to
//! KAF-05, MQ-01, A-02 to.

pub mod aside;
pub mod batch;
pub mod failure;
pub mod lane;
pub mod letter;
pub mod lineage;
pub mod part;
mod pollers;
pub mod reader;
pub mod spec;
mod told;
mod why;
pub mod window;

use alloc::vec::Vec;

use crate::dice::Dice;
use crate::service::stream::ShardId;
use crate::service::stream::row::Row;
use crate::service::stream::shard::Read;
use crate::time::Instant;
use batch::{Outcome, small};
use lane::{Invocation, Judged, Lane, Seen, Settlement, Step, lane_of};
use spec::{Reading, Terms};

/// Something to be done at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The shard is read from now on: there is nothing to do about it.
    Begin {
        /// From this place on.
        from: u32,
        /// Whether it was read before.
        is_again: bool,
    },
    /// Read the shard and call [`State::on_read`] within this instant.
    Read {
        /// From this place on.
        from: u32,
    },
    /// Invoke the function, and call [`State::on_outcome`] when it has answered.
    Invoke(Invocation),
    /// What becomes of the batch that has run: there is nothing to do about it.
    Judged(Judged),
    /// Records are settled; the destination is to be told of those that were given up.
    Settle(Settlement),
    /// Call [`State::on_due`] at this instant, or soon after within it.
    WakeAt(Instant),
    /// The shard is closed and all of it is settled: its children may be read.
    Finish,
}

/// Whether the mapping is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Power {
    On,
    Off,
    /// Enabled again, but what was under way when it was disabled has not ended.
    Returning,
}

/// One shard as one mapping reads it.
#[derive(Clone, Debug)]
pub struct State {
    shard: ShardId,
    lanes: Vec<Lane>,
    /// The place to read from.
    next: u32,
    /// Polls are in step with this instant.
    phase: Instant,
    /// When the shard is to be read, if anything may be in it.
    poll_at: Option<Instant>,
    last_read: Option<Instant>,
    is_reading: bool,
    seen: Seen,
    power: Power,
    /// When it has asked to be woken.
    asked: Option<Instant>,
    is_finished: bool,
    has_begun: bool,
    /// Records that it has read and let go of, to read them again.
    forgotten: u64,
    /// The offset that was committed last, of a partition; of a shard, all that was read is
    /// passed unless it waits to be settled.
    committed: Option<u32>,
    dice: Dice,
}

impl State {
    /// A shard that is to be read from a place on. The dice are those of the mapping with
    /// the shard.
    #[must_use]
    pub fn new(shard: ShardId, from: u32, terms: &Terms<'_>, dice: Dice) -> Self {
        Self {
            shard,
            lanes: (0..terms.spec.factor).map(Lane::new).collect(),
            next: from,
            phase: Instant::START,
            poll_at: None,
            last_read: None,
            is_reading: false,
            seen: Seen { until: Instant::START, is_end: false },
            power: Power::Off,
            asked: None,
            is_finished: false,
            has_begun: false,
            forgotten: 0,
            committed: terms.kind.is_topic().then_some(from),
            dice,
        }
    }

    /// Which shard it is.
    #[must_use]
    pub const fn shard(&self) -> ShardId {
        self.shard
    }

    /// Its lanes.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The place of the first record that is not settled: reading would begin there again
    /// (KIN-05). Of a topic, records that no filter has let through are committed with the
    /// next batch that ends (ESM-19, KAF-03).
    #[must_use]
    pub fn checkpoint(&self) -> u32 {
        let unsettled = self.lanes.iter().filter_map(Lane::unsettled).min();
        self.committed.or(unsettled).unwrap_or(self.next)
    }

    /// Offsets before a place are committed.
    fn commit(&mut self, place: u32) {
        self.committed = self.committed.map(|committed| committed.max(place));
    }

    /// What steps of lanes order to be done; what they settle is committed.
    fn ordered(&mut self, steps: Vec<Step>) -> impl Iterator<Item = Order> {
        for step in &steps {
            if let Step::Settle(Settlement { records, .. }) = step {
                self.commit(records.last().map_or(0, |last| last.place + 1));
            }
        }
        steps.into_iter().map(Order::from)
    }

    /// Whether a batch of it is with the function.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.lanes.iter().any(Lane::is_running)
    }

    /// Whether it has records that are not settled, but for those that were not read yet.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.lanes.iter().any(|lane| lane.held() > 0)
    }

    /// Whether the shard is closed and settled.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// Whether the shard is closed and was read to its end.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.seen.is_end
    }

    /// The place to read from.
    #[must_use]
    pub const fn next(&self) -> u32 {
        self.next
    }

    /// Records that it has read and let go of, to read them again.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// About what a copy takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.lanes.iter().map(Lane::bytes).sum::<usize>()
    }

    /// The mapping is enabled: the shard is read from the checkpoint on (KIN-23).
    pub fn on_enabled(&mut self, now: Instant, terms: &Terms<'_>) -> Vec<Order> {
        self.power = Power::Returning;
        self.go_on(now, terms)
    }

    /// The mapping is disabled: what is under way ends, and nothing begins.
    pub fn on_disabled(&mut self) {
        self.power = Power::Off;
    }

    /// Records have come into the shard, or it was closed.
    pub fn on_arrived(&mut self, now: Instant, terms: &Terms<'_>) -> Vec<Order> {
        if self.power == Power::On && self.poll_at.is_none() {
            self.poll_at = Some(match terms.spec.reading {
                Reading::Polls => self.next_poll(now, terms),
                Reading::Pushed => now.plus(terms.latency()),
            });
        }
        self.go_on(now, terms)
    }

    /// It has asked to be woken.
    pub fn on_due(&mut self, now: Instant, terms: &Terms<'_>) -> Vec<Order> {
        self.go_on(now, terms)
    }

    /// The shard has answered a call. Records that a filter does not let through may have
    /// been taken out: reading goes on after them all the same (ESM-19).
    pub fn on_read(&mut self, now: Instant, terms: &Terms<'_>, read: Read) -> Vec<Order> {
        self.is_reading = false;
        match read {
            // It will be read again, from the checkpoint on.
            Read::Throttled { .. } if self.power != Power::On => {}
            Read::Records(batch) if self.power != Power::On => {
                self.forgotten += u64::from(batch.records.len());
            }
            Read::Throttled { until } => self.poll_at = Some(until.max(now)),
            Read::Records(batch) => {
                self.sort(now, terms, batch.records);
                // What is no longer kept cannot be read again.
                if batch.missed > 0 {
                    self.commit(self.next + batch.missed);
                }
                self.next = batch.next;
                self.poll_at = batch.is_behind.then_some(now);
                if !batch.is_behind {
                    self.seen = Seen { until: now, is_end: batch.is_end };
                }
            }
        }
        self.go_on(now, terms)
    }

    /// Gives each lane the records of its keys.
    fn sort(&mut self, now: Instant, terms: &Terms<'_>, records: Row) {
        if let [lane] = &mut self.lanes[..] {
            return lane.append(now, records, terms);
        }
        let mut sorted: Vec<Row> = self.lanes.iter().map(|_| Row::default()).collect();
        for record in records.iter() {
            sorted[lane_of(record.key(), terms) as usize].push(record.clone());
        }
        for (lane, records) in self.lanes.iter_mut().zip(sorted) {
            lane.append(now, records, terms);
        }
    }

    /// The function has answered in a lane.
    ///
    /// # Panics
    /// If no invocation is under way there.
    pub fn on_outcome(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        lane: u32,
        outcome: &Outcome,
    ) -> Vec<Order> {
        let mut steps = Vec::new();
        let lane = &mut self.lanes[lane as usize];
        lane.on_outcome(now, terms, &self.dice, outcome, &mut steps);
        let mut orders: Vec<Order> = self.ordered(steps).collect();
        orders.extend(self.go_on(now, terms));
        orders
    }

    /// The first poll at an instant or later that has not taken place.
    fn next_poll(&self, now: Instant, terms: &Terms<'_>) -> Instant {
        let poll = terms.poll();
        let since = now.since(self.phase);
        let at = self.phase.plus(poll.times(since.0.div_ceil(poll.0)));
        if self.last_read == Some(at) { at.plus(poll) } else { at }
    }

    fn go_on(&mut self, now: Instant, terms: &Terms<'_>) -> Vec<Order> {
        let mut orders = Vec::new();
        // Another factor gives keys other lanes: what is under way ends first, so that no
        // record overtakes one of its key.
        if self.power == Power::On && self.lanes.len() != terms.spec.factor as usize {
            self.power = Power::Returning;
        }
        let is_busy = self.is_reading || self.lanes.iter().any(Lane::is_running);
        if self.power == Power::Returning && !is_busy {
            let is_again = core::mem::replace(&mut self.has_begun, true);
            self.resume(now, terms);
            orders.push(Order::Begin { from: self.next, is_again });
        }
        if self.power != Power::On {
            return orders;
        }
        let mut steps = Vec::new();
        for lane in &mut self.lanes {
            lane.go_on(now, terms, self.seen, &mut steps);
        }
        orders.extend(self.ordered(steps));
        if self.is_to_read(now, terms) {
            (self.is_reading, self.last_read) = (true, Some(now));
            self.poll_at = None;
            orders.push(Order::Read { from: self.next });
        }
        if self.seen.is_end && !self.is_finished && self.lanes.iter().all(Lane::is_idle) {
            self.is_finished = true;
            orders.push(Order::Finish);
        }
        orders.extend(self.wake(now, terms));
        orders
    }

    /// Begins anew at the checkpoint.
    fn resume(&mut self, now: Instant, terms: &Terms<'_>) {
        self.next = self.checkpoint();
        self.forgotten += self.lanes.iter().map(Lane::held).sum::<u64>();
        self.lanes.iter_mut().for_each(Lane::forget);
        let more = small(self.lanes.len())..terms.spec.factor;
        self.lanes.extend(more.map(Lane::new));
        self.lanes.truncate(terms.spec.factor as usize);
        self.seen = Seen { until: Instant::START, is_end: false };
        self.power = Power::On;
        self.phase = now;
        self.asked = None;
        self.poll_at = (!self.is_finished).then_some(now);
    }

    /// Whether the shard is to be read now: some lane could use more, or a tumbling window
    /// can only be closed when it is known that nothing of it is left.
    fn is_to_read(&self, now: Instant, terms: &Terms<'_>) -> bool {
        if self.seen.is_end || self.is_reading {
            return false;
        }
        let is_due = self.poll_at.is_some_and(|at| at <= now);
        is_due && self.wants(terms) || self.poll_at.is_none() && self.has_to_look(now)
    }

    /// Whether some lane has not got a full batch waiting.
    fn wants(&self, terms: &Terms<'_>) -> bool {
        self.lanes.iter().any(|lane| lane.waiting() < terms.spec.batch_size)
    }

    fn has_to_look(&self, now: Instant) -> bool {
        let ends = |lane: &Lane| lane.tumbling().map(window::Open::end);
        let mut ends = self.lanes.iter().filter_map(ends);
        ends.any(|end| end <= now && self.seen.until < end)
    }

    /// Asks to be woken at the next instant at which there is something to do, unless it
    /// has done so.
    fn wake(&mut self, now: Instant, terms: &Terms<'_>) -> Option<Order> {
        let poll = self.poll_at.filter(|_| self.wants(terms) && !self.seen.is_end);
        let lanes = self.lanes.iter().filter_map(|lane| lane.due(terms));
        let next = lanes.chain(poll).filter(|at| *at > now).min()?;
        if self.asked.is_some_and(|asked| asked > now && asked <= next) {
            return None;
        }
        self.asked = Some(next);
        Some(Order::WakeAt(next))
    }
}

impl From<Step> for Order {
    fn from(step: Step) -> Self {
        match step {
            Step::Invoke(invocation) => Self::Invoke(invocation),
            Step::Judged(judged) => Self::Judged(judged),
            Step::Settle(settlement) => Self::Settle(settlement),
        }
    }
}

#[cfg(test)]
mod tests;
