//! A mapping of a stream as a whole: all of its shards, its calls by number, and what
//! CloudWatch counts.
//!
//! It is called and says what is to be done as one shard does ([`super`]); a stream that
//! has new shards is listed to it again.
//! Rules: ESM-14 (counts), KIN-05, KIN-07, KIN-21 (a failed delivery stops nothing), KIN-23,
//! KAF-02 (pollers).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::batch::Outcome;
use super::lane::{Fate, Invocation, Judged, Lane, Settlement};
use super::lineage::Lineage;
use super::spec::Terms;
use super::{Order, State};
use crate::dice::Dice;
use crate::service::stream::shard::Read;
use crate::service::stream::{Listed, ShardId};
use crate::time::Instant;

/// Why a shard is read from a place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// The mapping has become enabled for the first time.
    First,
    /// The shards that it came of are read.
    AfterParents,
    /// The mapping was disabled.
    Again,
}

/// Something to be done at once; the same as [`Order`], with the shard it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A shard is read from now on: there is nothing to do about it.
    Begin {
        /// Which.
        shard: ShardId,
        /// From this place on.
        from: u32,
        /// Why now.
        why: Begins,
    },
    /// A shard was read to its end, and all of it is settled.
    Finished {
        /// Which.
        shard: ShardId,
    },
    /// Read a shard, and call [`Reader::on_read`] within this instant.
    Read {
        /// Which.
        shard: ShardId,
        /// From this place on.
        from: u32,
    },
    /// Invoke the function, and call [`Reader::on_outcome`] when it has answered.
    Invoke {
        /// The number of the batch, from 1: the same in each of its tries.
        call: u32,
        /// The shard.
        shard: ShardId,
        /// With what.
        invocation: Invocation,
    },
    /// What becomes of a batch that has run: there is nothing to do about it.
    Judged {
        /// The number of the batch.
        call: u32,
        /// What becomes of it.
        judged: Judged,
    },
    /// Records are settled; the destination is to be told of those that were given up.
    Settle {
        /// The number of their batch; one of its own where it was never tried.
        call: u32,
        /// The shard.
        shard: ShardId,
        /// Which, and how.
        settlement: Settlement,
    },
    /// Call [`Reader::on_due`] at this instant, after all that arrives within it.
    WakeAt {
        /// For this shard.
        shard: ShardId,
        /// When.
        at: Instant,
    },
}

/// What CloudWatch counts of a mapping (ESM-14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// `PolledEventCount`: records read.
    pub polled: u64,
    /// `FilteredOutEventCount`: records that no filter let through.
    pub filtered_out: u64,
    /// `InvokedEventCount`: records handed over, again at each try.
    pub invoked: u64,
    /// `FailedInvokeEventCount`: records of calls that did not reach the function, and
    /// records that a partial response names.
    pub failed_invoke: u64,
    /// `DroppedEventCount`: records given up of which no destination was told.
    pub dropped: u64,
    /// `OnFailureDestinationDeliveredEventCount`: records of which it was told.
    pub delivered: u64,
}

/// A mapping of a stream.
#[derive(Clone, Debug)]
pub struct Reader {
    dice: Dice,
    lineage: Lineage,
    has_begun: bool,
    is_enabled: bool,
    shards: BTreeMap<ShardId, State>,
    /// Batches made.
    made: u32,
    /// The last batch of each lane of a shard.
    calls: BTreeMap<(ShardId, u32), u32>,
    counts: Counts,
    /// Pollers, each with one batch under way at most, of the partitions that it reads; unset
    /// is one for each partition (KAF-02).
    pollers: Option<u32>,
    /// Whether a batch has found no room since pollers were last counted.
    was_throttled: bool,
}

impl Reader {
    /// A mapping that is not enabled yet. The dice are its own.
    #[must_use]
    pub fn new(dice: Dice) -> Self {
        Self {
            dice,
            lineage: Lineage::default(),
            has_begun: false,
            is_enabled: false,
            shards: BTreeMap::new(),
            made: 0,
            calls: BTreeMap::new(),
            counts: Counts::default(),
            pollers: None,
            was_throttled: false,
        }
    }

    /// Pollers of a topic, if there are fewer than partitions.
    #[must_use]
    pub const fn pollers(&self) -> Option<u32> {
        self.pollers
    }

    /// There are so many pollers from now on; what is under way goes on.
    pub fn set_pollers(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        pollers: u32,
    ) -> Vec<Deed> {
        self.pollers = Some(pollers);
        let ids: Vec<ShardId> = self.shards.keys().copied().collect();
        self.go_on(now, terms, ids)
    }

    /// Whether a batch has found no room since this was asked last.
    pub fn was_throttled(&mut self) -> bool {
        core::mem::take(&mut self.was_throttled)
    }

    /// Whether the poller of a partition has no batch of another one under way.
    fn may_begin(&self, id: ShardId) -> bool {
        let Some(pollers) = self.pollers else { return true };
        let others = self.shards.values().filter(|other| other.shard() != id);
        let mut same = others.filter(|other| other.shard().0 % pollers == id.0 % pollers);
        !same.any(State::is_running)
    }

    /// Partitions of a poller that has ended a batch go on, the next one first.
    fn go_on(&mut self, now: Instant, terms: &Terms<'_>, ids: Vec<ShardId>) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for id in ids {
            deeds.extend(self.tell(now, terms, id, State::on_due));
        }
        deeds
    }

    /// Partitions that share a poller with one, those that come after it first.
    fn after(&self, id: ShardId) -> Vec<ShardId> {
        let Some(pollers) = self.pollers else { return Vec::new() };
        let later = self.shards.keys().filter(|other| **other > id);
        let all = later.chain(self.shards.keys().filter(|other| **other < id));
        all.filter(|other| other.0 % pollers == id.0 % pollers).copied().collect()
    }

    /// A shard that it reads or has read.
    #[must_use]
    pub fn shard(&self, id: ShardId) -> Option<&State> {
        self.shards.get(&id)
    }

    /// All shards that it reads or has read.
    pub fn shards(&self) -> impl Iterator<Item = &State> {
        self.shards.values()
    }

    /// How many shards it reads now.
    #[must_use]
    pub fn reading(&self) -> u64 {
        self.shards.values().filter(|shard| !shard.is_finished()).count() as u64
    }

    /// Records that the function has now, and those that wait for it.
    #[must_use]
    pub fn held(&self) -> [u64; 2] {
        let lanes = || self.shards.values().flat_map(State::lanes);
        let running: u64 = lanes().map(Lane::running).sum();
        [running, lanes().map(Lane::held).sum::<u64>() - running]
    }

    /// Records that it has read and let go of, to read them again.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.shards.values().map(State::forgotten).sum()
    }

    /// What CloudWatch counts.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Batches made so far.
    #[must_use]
    pub const fn made(&self) -> u32 {
        self.made
    }

    /// About what a copy takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let calls = self.calls.len() * size_of::<((ShardId, u32), u32)>();
        size_of::<Self>() + calls + self.shards.values().map(State::bytes).sum::<usize>()
    }

    /// It is enabled. The list is of the stream as it is now, with the places of the
    /// mapping's position; they count when it is enabled for the first time (KIN-06).
    pub fn on_enabled(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        listed: Vec<Listed>,
    ) -> Vec<Deed> {
        self.is_enabled = true;
        if !self.has_begun {
            self.has_begun = true;
            let ready = self.lineage.begin(listed, terms.spec.position);
            return self.open(now, terms, ready);
        }
        let ids: Vec<ShardId> = self.shards.keys().copied().collect();
        let mut deeds = Vec::new();
        for id in ids {
            deeds.extend(self.tell(now, terms, id, State::on_enabled));
        }
        deeds.extend(self.on_listed(now, terms, listed));
        deeds
    }

    /// It is disabled: what is under way ends, and nothing begins.
    pub fn on_disabled(&mut self) {
        self.is_enabled = false;
        self.shards.values_mut().for_each(State::on_disabled);
    }

    /// The stream has other shards than before.
    pub fn on_listed(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        listed: Vec<Listed>,
    ) -> Vec<Deed> {
        if !self.is_enabled {
            return Vec::new();
        }
        let ready = self.lineage.on_listed(listed);
        self.open(now, terms, ready)
    }

    /// Records have come into a shard, or it was closed.
    pub fn on_arrived(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        id: ShardId,
    ) -> Vec<Deed> {
        self.tell(now, terms, id, State::on_arrived)
    }

    /// It has asked to be woken for a shard.
    pub fn on_due(&mut self, now: Instant, terms: &Terms<'_>, id: ShardId) -> Vec<Deed> {
        self.tell(now, terms, id, State::on_due)
    }

    /// A shard has answered a call; so many records no filter let through, and they are not
    /// among those that are told of.
    pub fn on_read(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        id: ShardId,
        read: Read,
        filtered_out: u64,
    ) -> Vec<Deed> {
        if let Read::Records(batch) = &read {
            self.counts.polled += u64::from(batch.records.len()) + filtered_out;
            self.counts.filtered_out += filtered_out;
        }
        self.tell(now, terms, id, |state, now, terms| state.on_read(now, terms, read))
    }

    /// The function has answered a call.
    ///
    /// # Panics
    /// If there is no such call under way.
    pub fn on_outcome(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        call: u32,
        outcome: &Outcome,
    ) -> Vec<Deed> {
        let place = self.calls.iter().find(|(_, number)| **number == call);
        let (id, lane) = *place.expect("it was made").0;
        let batch = self.shards[&id].lanes()[lane as usize].batch();
        let records = batch.map_or(0, |batch| u64::from(batch.len()));
        self.counts.failed_invoke += match outcome {
            Outcome::Reported { count, .. } if terms.spec.partial => u64::from(*count),
            Outcome::Malformed if terms.spec.partial => records,
            Outcome::ServiceError => records,
            Outcome::Succeeded { .. }
            | Outcome::Reported { .. }
            | Outcome::Malformed
            | Outcome::Failed
            | Outcome::Throttled => 0,
        };
        self.was_throttled |= *outcome == Outcome::Throttled;
        // The poller turns to its next partition, and comes back to this one after it.
        let others = self.after(id);
        let mut deeds = self.tell(now, terms, id, |state, now, terms| {
            let terms =
                Terms { may_begin: terms.may_begin && others.is_empty(), ..*terms };
            state.on_outcome(now, &terms, lane, outcome)
        });
        if !others.is_empty() {
            deeds.extend(self.go_on(now, terms, others));
            deeds.extend(self.tell(now, terms, id, State::on_due));
        }
        deeds
    }

    /// The destination was told of records that were given up, or could not be, or there
    /// is none (KIN-21).
    pub fn on_told(&mut self, settlement: &Settlement, is_told: bool) {
        let records = u64::from(settlement.records.len());
        match settlement.fate {
            Fate::GivenUp { .. } if is_told => self.counts.delivered += records,
            Fate::GivenUp { .. } => self.counts.dropped += records,
            Fate::Processed | Fate::Expired => {}
        }
    }

    /// Begins with shards that have become ready.
    fn open(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        ready: Vec<(ShardId, u32)>,
    ) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for (id, place) in ready {
            let number = alloc::format!("{}", id.0);
            let dice = self.dice.with(&Dice::of(0, &number));
            self.shards.insert(id, State::new(id, place, terms, dice));
            deeds.extend(self.tell(now, terms, id, State::on_enabled));
        }
        deeds
    }

    /// Calls a shard, if it is read, and passes on what it says.
    fn tell(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        id: ShardId,
        call: impl FnOnce(&mut State, Instant, &Terms<'_>) -> Vec<Order>,
    ) -> Vec<Deed> {
        let terms = &Terms { may_begin: self.may_begin(id), ..*terms };
        let Some(state) = self.shards.get_mut(&id) else { return Vec::new() };
        let mut deeds = Vec::new();
        for order in call(state, now, terms) {
            match order {
                Order::Begin { from, is_again } => {
                    let why = match (is_again, self.lineage.is_child(id)) {
                        (true, _) => Begins::Again,
                        (false, true) => Begins::AfterParents,
                        (false, false) => Begins::First,
                    };
                    deeds.push(Deed::Begin { shard: id, from, why });
                }
                Order::Read { from } => deeds.push(Deed::Read { shard: id, from }),
                Order::Invoke(invocation) => deeds.push(self.invoke(id, invocation)),
                Order::Judged(judged) => {
                    let last = self.calls.get(&(id, judged.lane));
                    let call = last.copied().expect("it has run");
                    deeds.push(Deed::Judged { call, judged });
                }
                Order::Settle(settlement) => {
                    let last = self.calls.get(&(id, settlement.lane)).copied();
                    let call = last.filter(|_| settlement.was_tried);
                    let call = call.unwrap_or_else(|| {
                        self.made += 1;
                        self.made
                    });
                    deeds.push(Deed::Settle { call, shard: id, settlement });
                }
                Order::WakeAt(at) => deeds.push(Deed::WakeAt { shard: id, at }),
                Order::Finish => {
                    deeds.push(Deed::Finished { shard: id });
                    let ready = self.lineage.on_finished(id);
                    deeds.extend(self.open(now, terms, ready));
                }
            }
        }
        deeds
    }

    fn invoke(&mut self, shard: ShardId, invocation: Invocation) -> Deed {
        self.counts.invoked += u64::from(invocation.records.len());
        let call = self.calls.entry((shard, invocation.lane)).or_default();
        if invocation.attempt == 1 {
            self.made += 1;
            *call = self.made;
        }
        Deed::Invoke { call: *call, shard, invocation }
    }
}
