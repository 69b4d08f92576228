//! One lane of a shard: records in order, of which one batch is under way.
//!
//! The lane stops while its batch is not settled; other lanes go on (KIN-09). Of a batch
//! that was split the parts lie on a stack, the first on top, so that each part is settled
//! before what came after it.
//! Rules: KIN-03, KIN-04, KIN-09 to KIN-18, KIN-22, ESM-08 to ESM-10, A-03, A-04, A-19.

use alloc::vec::Vec;

use super::batch::{Batch, Outcome, Response, Verdict, small};
use super::spec::{AgeDrop, Terms};
use super::window;
use crate::dice::Dice;
use crate::service::stream::record::Record;
use crate::service::stream::row::{Known, Row};
use crate::time::{Instant, Span};
use crate::value::Value;

/// An invocation that is due now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The lane, which waits for the outcome.
    pub lane: u32,
    /// The records; none in the last call of a tumbling window.
    pub records: Row,
    /// Their size in an event, with what stands around each.
    pub size: u64,
    /// Which try of this batch, from 1.
    pub attempt: u32,
    /// The age of the last record (KIN-22); none without records.
    pub iterator_age: Option<Span>,
    /// What it says about its tumbling window.
    pub window: Option<window::Call>,
}

/// Why a batch was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It has failed as often as it may.
    RetryAttemptsExhausted,
    /// Its records are too old.
    RecordAgeExceeded,
    /// A record of a topic, or a message of a broker, is larger than an event may be
    /// (KAF-04).
    MaximumPayloadSizeExceeded,
}

/// What has become of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The function has processed them.
    Processed,
    /// They were given up, and the destination is to be told.
    GivenUp {
        /// Why.
        condition: Condition,
        /// `approximateInvokeCount`.
        ran: u32,
        /// What the last run answered, where the record says so.
        response: Option<Response>,
    },
    /// The stream no longer keeps them (KIN-10).
    Expired,
}

/// Records that are settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// In this lane.
    pub lane: u32,
    /// They, in order.
    pub records: Row,
    /// What has become of them.
    pub fate: Fate,
    /// Whether their batch was tried at all.
    pub was_tried: bool,
}

/// How far the shard has been read, as far as closing a tumbling window needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// All that had arrived before this instant was read.
    pub until: Instant,
    /// Whether the shard is closed and nothing more comes.
    pub is_end: bool,
}

/// What a lane hands over to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Invoke the function.
    Invoke(Invocation),
    /// It was decided what becomes of the batch that has run.
    Judged(Judged),
    /// Records are settled.
    Settle(Settlement),
}

/// What becomes of a batch that has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// In this lane.
    pub lane: u32,
    /// So many records it had.
    pub records: u32,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// Records for one batch.
struct Fitting {
    count: u32,
    /// Their size in an event.
    size: u64,
    /// Whether no more would fit.
    is_full: bool,
}

/// A lane.
#[derive(Clone, Debug)]
pub struct Lane {
    number: u32,
    /// Read, and not yet in a batch.
    queue: Row,
    /// The batch under way and, below it, the parts that come after it; the next on top.
    work: Vec<Batch>,
    is_running: bool,
    /// When the window of a batch began that is being collected.
    anchor: Option<Instant>,
    tumbling: Option<window::Open>,
    /// A part that was given up and may be reported with the next one.
    held: Option<Settlement>,
}

/// The lane of a key: as given, or by FNV-1a of 64 bits.
#[must_use]
pub fn lane_of(key: &str, terms: &Terms<'_>) -> u32 {
    let factor = terms.spec.factor;
    let given = terms.assumed.lanes.iter().find(|(name, _)| name == key);
    if let Some((_, lane)) = given {
        return lane % factor;
    }
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    u32::try_from(hash % u64::from(factor)).expect("a remainder is smaller")
}

impl Lane {
    /// A lane without records.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self {
            number,
            queue: Row::default(),
            work: Vec::new(),
            is_running: false,
            anchor: None,
            tumbling: None,
            held: None,
        }
    }

    /// Adds records at the end. If nothing was there when the window of a batch lapsed,
    /// the next window begins with them.
    pub fn append(&mut self, now: Instant, records: Row, terms: &Terms<'_>) {
        let lapsed = |anchor: Instant| now > anchor.plus(terms.spec.window);
        let begins = self.queue.is_empty() && !records.is_empty();
        if begins && self.anchor.is_none_or(lapsed) {
            self.anchor = Some(now);
        }
        self.queue.append(records);
    }

    /// How many records wait to be put into a batch.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        self.queue.len()
    }

    /// How many records it has that are not settled.
    #[must_use]
    pub fn held(&self) -> u64 {
        let held = self.held.as_ref().map_or(0, |held| held.records.len());
        let in_work: u32 = self.work.iter().map(Batch::len).sum();
        u64::from(held + in_work + self.queue.len())
    }

    /// How many records the function has now.
    #[must_use]
    pub fn running(&self) -> u64 {
        let batch = self.work.last().filter(|_| self.is_running);
        batch.map_or(0, |batch| batch.len().into())
    }

    /// Whether an invocation is under way.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.is_running
    }

    /// Whether everything is settled, tumbling windows included.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.work.is_empty() && self.tumbling.is_none()
    }

    /// The batch under way.
    #[must_use]
    pub fn batch(&self) -> Option<&Batch> {
        self.work.last()
    }

    /// The batch under way, as the last one, and before it the parts that come after it.
    #[must_use]
    pub fn work(&self) -> &[Batch] {
        &self.work
    }

    /// Whether the record at a place waits to be put into a batch, or was given up and is
    /// yet to be reported.
    #[must_use]
    pub fn keeps(&self, place: u32) -> bool {
        let held = self.held.as_ref().is_some_and(|held| held.records.has(place));
        held || self.queue.has(place)
    }

    /// The tumbling window that is open.
    #[must_use]
    pub const fn tumbling(&self) -> Option<&window::Open> {
        self.tumbling.as_ref()
    }

    /// About what a copy takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let in_work: usize = self.work.iter().map(|batch| batch.records.bytes()).sum();
        let records = self.queue.bytes() + in_work;
        size_of::<Self>() + self.work.len() * size_of::<Batch>() + records
    }

    /// The place of the first record that is not settled.
    #[must_use]
    pub fn unsettled(&self) -> Option<u32> {
        let held = self.held.as_ref().and_then(|held| held.records.first());
        let in_work = || self.work.iter().rev().find_map(|batch| batch.records.first());
        let first = held.or_else(in_work).or(self.queue.first());
        first.map(|record| record.place)
    }

    /// Forgets all records, to be read again; the state of a tumbling window is kept.
    pub fn forget(&mut self) {
        let tumbling = self.tumbling.take();
        *self = Self { tumbling, ..Self::new(self.number) };
    }

    /// Takes note of the outcome of the invocation under way.
    ///
    /// # Panics
    /// If none is.
    pub fn on_outcome(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        dice: &Dice,
        outcome: &Outcome,
        steps: &mut Vec<Step>,
    ) {
        assert!(self.is_running, "an outcome without an invocation");
        self.is_running = false;
        let batch = self.work.last_mut().expect("it runs");
        let verdict = batch.judge(outcome, terms, dice);
        let (lane, records) = (self.number, batch.len());
        steps.push(Step::Judged(Judged { lane, records, verdict }));
        let later = now.plus(terms.assumed.split_delay);
        match verdict {
            Verdict::Done => {
                let batch = self.work.pop().expect("it ran");
                self.hand_on(&batch, outcome, terms);
                self.settle(batch.records, Fate::Processed, true, terms, steps);
                self.rest(now, terms, steps);
            }
            Verdict::Again => {}
            Verdict::Rest(count) => {
                let done = batch.take(count, terms, later);
                self.keep_state(outcome, terms);
                self.settle(done, Fate::Processed, true, terms, steps);
            }
            Verdict::Halves(count) => {
                let batch = self.work.pop().expect("it ran");
                let [left, right] = batch.halves(count, terms, later);
                self.work.extend([right, left]);
            }
            Verdict::Retry(wait) => batch.not_before = now.plus(wait),
            Verdict::GiveUp => {
                let batch = self.work.pop().expect("it ran");
                let condition = Condition::RetryAttemptsExhausted;
                let Batch { ran, response, is_half, .. } = batch;
                let fate = Fate::GivenUp { condition, ran, response };
                if is_half && terms.assumed.consolidate_failures {
                    self.hold(batch.records, fate, steps);
                } else {
                    self.settle(batch.records, fate, true, terms, steps);
                }
                self.rest(now, terms, steps);
            }
        }
    }

    /// The state of the window after an invocation whose records are all done.
    fn hand_on(&mut self, batch: &Batch, outcome: &Outcome, terms: &Terms<'_>) {
        if batch.is_final {
            self.tumbling = None;
        } else {
            self.keep_state(outcome, terms);
        }
    }

    fn keep_state(&mut self, outcome: &Outcome, terms: &Terms<'_>) {
        let state: Option<&Value> = match outcome {
            Outcome::Succeeded { state } | Outcome::Reported { state, .. } => {
                state.as_ref()
            }
            Outcome::Malformed
            | Outcome::Failed
            | Outcome::Throttled
            | Outcome::ServiceError => None,
        };
        if let (Some(open), Some(state)) = (&mut self.tumbling, state) {
            open.hand_on(state, terms.assumed.state_bytes_max);
        }
    }

    /// After the last part of a batch the next one begins to be collected; of a topic or a
    /// broker's queue, with its first record (ESM-09).
    fn rest(&mut self, now: Instant, terms: &Terms<'_>, steps: &mut Vec<Step>) {
        if self.work.is_empty() {
            if terms.kind.is_of_aws() {
                self.anchor = Some(now);
            }
            steps.extend(self.held.take().map(Step::Settle));
        }
    }

    fn settle(
        &mut self,
        records: Row,
        fate: Fate,
        was_tried: bool,
        terms: &Terms<'_>,
        steps: &mut Vec<Step>,
    ) {
        steps.extend(self.held.take().map(Step::Settle));
        let fate = match fate {
            Fate::Expired if terms.assumed.expiry_reports => Fate::GivenUp {
                condition: Condition::RecordAgeExceeded,
                ran: small(terms.assumed.age_invoke_count_min as usize),
                response: None,
            },
            Fate::Processed | Fate::GivenUp { .. } | Fate::Expired => fate,
        };
        if !records.is_empty() {
            let lane = self.number;
            steps.push(Step::Settle(Settlement { lane, records, fate, was_tried }));
        }
    }

    /// Keeps a part that was given up: the next part may be given up as well.
    fn hold(&mut self, records: Row, fate: Fate, steps: &mut Vec<Step>) {
        match &mut self.held {
            Some(held) if held.fate == fate => held.records.append(records),
            Some(_) | None => {
                let (lane, was_tried) = (self.number, true);
                let settlement = Settlement { lane, records, fate, was_tried };
                steps.extend(self.held.replace(settlement).map(Step::Settle));
            }
        }
    }

    /// Does what is due now: collects a batch, gives up what is too old, begins a try.
    pub fn go_on(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        seen: Seen,
        steps: &mut Vec<Step>,
    ) {
        while !self.is_running {
            let is_next = self.work.is_empty();
            if is_next && !(terms.may_begin && self.collect(now, terms, seen)) {
                break;
            }
            if self.drop_old(now, terms, steps) {
                continue;
            }
            let batch = self.work.last_mut().expect("it was collected");
            if batch.not_before > now || !terms.may_begin {
                break;
            }
            if self.drop_too_large(now, terms, steps) {
                continue;
            }
            let batch = self.work.last_mut().expect("it is not too large");
            batch.attempts += 1;
            self.is_running = true;
            let window = self.tumbling.as_ref().map(|open| open.call(batch.is_final));
            steps.push(Step::Invoke(Invocation {
                lane: self.number,
                records: batch.records.clone(),
                size: batch.size,
                attempt: batch.attempts,
                iterator_age: batch.records.last().map(|last| now.since(last.arrived)),
                window,
            }));
        }
    }

    /// Takes off the first records of the batch that are too old (KIN-10, KIN-18). Whether
    /// there were any.
    fn drop_old(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        steps: &mut Vec<Step>,
    ) -> bool {
        let batch = self.work.last_mut().expect("it was collected");
        let is_next = batch.not_before <= now;
        if !is_next && terms.assumed.age_drop == AgeDrop::NextTry {
            return false;
        }
        let later = now.plus(terms.assumed.split_delay);
        let least = small(terms.assumed.age_invoke_count_min as usize);
        let ran = batch.ran.max(least);
        let condition = Condition::RecordAgeExceeded;
        let too_old = Fate::GivenUp { condition, ran, response: None };
        let (count, fate) = match (batch.expired(now, terms), batch.aged(now, terms)) {
            (0, 0) => return false,
            (0, aged) => (aged, too_old),
            (expired, _) => (expired, Fate::Expired),
        };
        let was_tried = batch.attempts > 0;
        let dropped = batch.take(count, terms, later);
        if batch.is_empty() {
            self.work.pop();
        }
        self.settle(dropped, fate, was_tried, terms, steps);
        self.rest(now, terms, steps);
        true
    }

    /// Gives up a record that no event has room for. Whether it is one.
    fn drop_too_large(
        &mut self,
        now: Instant,
        terms: &Terms<'_>,
        steps: &mut Vec<Step>,
    ) -> bool {
        let most = terms.assumed.payload_bytes_max;
        let is_too_large = |batch: &mut Batch| batch.len() == 1 && batch.size > most;
        if terms.kind.is_of_aws() {
            return false;
        }
        let Some(batch) = self.work.pop_if(is_too_large) else { return false };
        let condition = Condition::MaximumPayloadSizeExceeded;
        let least = small(terms.assumed.age_invoke_count_min as usize);
        let ran = batch.ran.max(least);
        let fate = Fate::GivenUp { condition, ran, response: None };
        self.settle(batch.records, fate, false, terms, steps);
        self.rest(now, terms, steps);
        true
    }

    /// Puts the next records into a batch if it is time to (ESM-08 to ESM-10). Whether
    /// there is one now.
    fn collect(&mut self, now: Instant, terms: &Terms<'_>, seen: Seen) -> bool {
        if self.closes_window(now, seen) {
            self.work.push(Batch::last_call(now));
            return true;
        }
        let Some(first) = self.queue.first() else { return false };
        if terms.tumbles() && self.tumbling.is_none() {
            self.tumbling = Some(window::Open::of(first.arrived, terms.spec.tumbling));
        }
        let anchor = *self.anchor.get_or_insert(now);
        let Fitting { count, size, is_full } = self.fitting(terms);
        if !is_full && now < self.closes_at(anchor, terms) {
            return false;
        }
        let records = self.queue.take(count);
        self.work.push(Batch::new(records, size, now));
        let next_waits = !terms.kind.is_of_aws() && !self.queue.is_empty();
        self.anchor = next_waits.then_some(now);
        true
    }

    /// When a batch closes that is being collected since an instant.
    fn closes_at(&self, anchor: Instant, terms: &Terms<'_>) -> Instant {
        let at = anchor.plus(terms.spec.window);
        self.tumbling.as_ref().map_or(at, |open| at.min(open.end()))
    }

    /// How many of the waiting records fit into one batch.
    fn fitting(&self, terms: &Terms<'_>) -> Fitting {
        let assumed = terms.assumed;
        let most = terms.spec.batch_size;
        if let Some(one) = self.queue.shared().filter(|_| self.tumbling.is_none()) {
            let bytes = terms.size(one);
            let fit = assumed.payload_bytes_max / bytes.max(1);
            let fit = most.min(u32::try_from(fit).unwrap_or(u32::MAX)).max(1);
            let count = fit.min(self.queue.len());
            let is_full = count == most || self.queue.len() > fit;
            return Fitting { count, size: bytes * u64::from(count), is_full };
        }
        let (mut size, mut known, mut is_full) = (0, Known::default(), false);
        let is_other = |record: &Record| {
            self.tumbling.as_ref().is_some_and(|open| !open.holds(record.arrived))
        };
        let mut left = most;
        let count = self.queue.leading(|record| {
            let bytes = known.size(record, |record| terms.size(record));
            let is_first = left == most;
            let overflows = !is_first && size + bytes > assumed.payload_bytes_max;
            is_full = left == 0 || overflows || is_other(record);
            if !is_full {
                (size, left) = (size + bytes, left - 1);
            }
            !is_full
        });
        Fitting { count, size, is_full: is_full || left == 0 }
    }

    /// Whether the tumbling window is to have its last call now (TW-02, TW-03).
    fn closes_window(&self, now: Instant, seen: Seen) -> bool {
        let Some(open) = &self.tumbling else { return false };
        let is_over = match self.queue.first() {
            Some(next) => !open.holds(next.arrived),
            None => seen.is_end || now >= open.end() && seen.until >= open.end(),
        };
        open.is_early() || is_over
    }

    /// When there is something to do for it, if nothing happens before.
    #[must_use]
    pub fn due(&self, terms: &Terms<'_>) -> Option<Instant> {
        if self.is_running {
            return None;
        }
        if let Some(batch) = self.work.last() {
            let exact = terms.assumed.age_drop == AgeDrop::Exact;
            let dropped = batch.too_old_at(terms).filter(|_| exact);
            return Some(dropped.map_or(batch.not_before, |at| at.min(batch.not_before)));
        }
        if !self.queue.is_empty() {
            return self.anchor.map(|anchor| self.closes_at(anchor, terms));
        }
        self.tumbling.as_ref().map(window::Open::end)
    }
}
