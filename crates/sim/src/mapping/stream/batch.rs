//! The life of one batch: tries, waits, halves, remainders, and when it is given up.
//!
//! Units: tries and runs are counted for this batch alone; a half or a remainder is a batch
//! of its own. Rules: KIN-09 to KIN-16, KIN-18, ERR-01, ERR-03, ERR-04, PBR-01, PBR-03,
//!

use super::spec::{Quota, Split, Terms};
use crate::dice::{Dice, Purpose};
use crate::event::Answer;
use crate::mapping::outcome::{self, Response as Answered, outcome};
use crate::service::stream::record::Record;
use crate::service::stream::row::Row;
use crate::time::{Instant, Span};
use crate::trace::Ending;
use crate::value::{Payload, Value};

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The function answered, and reported nothing that failed.
    Succeeded {
        /// The member `state` of its answer, if there is one.
        state: Option<Value>,
    },
    /// The function reported records that failed.
    Reported {
        /// The place in the batch of the first of them, from 0.
        lowest: u32,
        /// How many.
        count: u32,
        /// The member `state` of its answer, if there is one.
        state: Option<Value>,
    },
    /// The function reported what cannot be understood, or is not in the batch.
    Malformed,
    /// A function error: 200 with `FunctionError` (ERR-01).
    Failed,
    /// 429: it did not run.
    Throttled,
    /// Another error of the service, or the function is gone: it did not run.
    ServiceError,
}

choices! {
    /// What a mapping says of the last batch (ESM-04).
    LastResult {
        /// There was none.
        Nothing "No records processed",
        /// The function answered.
        Ok "OK",
        /// It did not, or with an error.
        Failed "PROBLEM: Function call failed",
    }
}

impl From<&Outcome> for LastResult {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Succeeded { .. } | Outcome::Reported { .. } | Outcome::Malformed => {
                Self::Ok
            }
            Outcome::Failed | Outcome::Throttled | Outcome::ServiceError => Self::Failed,
        }
    }
}

impl Outcome {
    /// What Lambda's answer means; `response` is the function's own, if it ran without an
    /// error, and calls records by these identifiers.
    ///
    /// # Panics
    /// If the answer is none to a request that waits for the function.
    #[must_use]
    pub fn of(
        answer: Answer,
        response: &Answered,
        records: &Row,
        terms: &Terms<'_>,
        id: impl Fn(&Record) -> Value,
    ) -> Self {
        match answer {
            Answer::Ran(Ending::Succeeded) => {
                let partial = terms.spec.partial;
                Self::answered(response, records, id, partial, terms.tumbles())
            }
            Answer::Ran(
                Ending::Threw
                | Ending::TimedOut
                | Ending::Exited
                | Ending::InitFailed
                | Ending::TooLarge
                | Ending::Cut,
            ) => Self::Failed,
            Answer::Throttled(_) => Self::Throttled,
            Answer::Refused(_) => Self::ServiceError,
            Answer::Oversize | Answer::Checked | Answer::Accepted => {
                unreachable!("a mapping asks for an answer and takes every one")
            }
        }
    }

    /// What it means that the function answered this (PBR-03): of records that it reports,
    /// the first counts.
    #[must_use]
    pub fn answered(
        response: &Answered,
        records: &Row,
        id: impl Fn(&Record) -> Value,
        partial: bool,
        tumbles: bool,
    ) -> Self {
        let answer = match response {
            Answered::Payload(payload) => payload.json().filter(|_| tumbles),
            Answered::Failed(_) => None,
        };
        let state = answer.and_then(|answer| answer.get("state")).cloned();
        let without = answer.map(without_state);
        let response = without.as_ref().unwrap_or(response);
        let ids = || records.iter().map(id).collect();
        match outcome(response, partial, records.len() as usize, ids) {
            outcome::Outcome::Done => Self::Succeeded { state },
            outcome::Outcome::Failed => Self::Malformed,
            outcome::Outcome::Partly(failed) => {
                let lowest = *failed.iter().min().expect("some failed");
                Self::Reported { lowest, count: small(failed.len()), state }
            }
        }
    }
}

/// An answer without the state of a tumbling window: what is left says what failed.
fn without_state(answer: &Value) -> Answered {
    let Value::Object(members) = answer else {
        return Answered::Payload(Payload::Json(answer.clone()));
    };
    let others = members.iter().filter(|(key, _)| key != "state");
    Answered::Payload(Payload::Json(Value::Object(others.cloned().collect())))
}

/// What the last run of a batch that is given up answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// A function error.
    Unhandled,
    /// An answer that reports failures.
    Reported,
}

/// What is to become of a batch after an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is done.
    Done,
    /// All is done, and yet it is delivered once more.
    Again,
    /// The first records are done, so many; the rest is a new batch (KIN-14).
    Rest(u32),
    /// It is split; the first half has so many (KIN-13).
    Halves(u32),
    /// It is tried again after a wait.
    Retry(Span),
    /// It is given up (KIN-11).
    GiveUp,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its records; none for the last call of a tumbling window.
    pub records: Row,
    /// Their size in an event, with what stands around each.
    pub size: u64,
    /// Whether it is the last call of a tumbling window.
    pub is_final: bool,
    /// Invocations that reached the function, as far as they count.
    pub ran: u32,
    /// Invocations in all.
    pub attempts: u32,
    /// Invocations since the last that did not fail; the waits grow with them.
    pub failures: u32,
    /// When it may be tried next.
    pub not_before: Instant,
    /// What the last run answered.
    pub response: Option<Response>,
    /// Whether it is one part of a batch that failed.
    pub is_half: bool,
    /// Whether it is what is left of a batch of which the first records are settled.
    pub is_rest: bool,
    /// Whether it is delivered for the second time although nothing went wrong.
    is_again: bool,
}

impl Batch {
    /// A batch that is to be tried from an instant on.
    #[must_use]
    pub const fn new(records: Row, size: u64, not_before: Instant) -> Self {
        Self {
            records,
            size,
            is_final: false,
            ran: 0,
            attempts: 0,
            failures: 0,
            not_before,
            response: None,
            is_half: false,
            is_rest: false,
            is_again: false,
        }
    }

    /// The last call of a tumbling window.
    #[must_use]
    pub fn last_call(not_before: Instant) -> Self {
        Self { is_final: true, ..Self::new(Row::default(), 0, not_before) }
    }

    /// How many records it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.records.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Takes note of what came of an invocation, and decides what is next.
    pub fn judge(
        &mut self,
        outcome: &Outcome,
        terms: &Terms<'_>,
        dice: &Dice,
    ) -> Verdict {
        let spec = terms.spec;
        // Without the setting nobody reads what the function reports (PBR-01).
        let reports = spec.partial && !self.is_final;
        let lacks = |state: &Option<Value>| terms.tumbles() && state.is_none();
        match outcome {
            Outcome::Succeeded { state } if lacks(state) => {
                self.failed(terms, dice, Response::Reported)
            }
            Outcome::Succeeded { .. } => self.succeeded(terms, dice),
            Outcome::Reported { lowest, .. } if reports && *lowest > 0 => {
                Verdict::Rest(*lowest)
            }
            Outcome::Malformed if !spec.partial => self.succeeded(terms, dice),
            Outcome::Reported { state, .. } if !reports && !lacks(state) => {
                self.succeeded(terms, dice)
            }
            Outcome::Reported { .. } | Outcome::Malformed => {
                self.failed(terms, dice, Response::Reported)
            }
            Outcome::Failed => self.failed(terms, dice, Response::Unhandled),
            Outcome::Throttled | Outcome::ServiceError => self.retry(terms, dice),
        }
    }

    fn succeeded(&mut self, terms: &Terms<'_>, dice: &Dice) -> Verdict {
        let share = terms.assumed.duplicate_ppm;
        let drawn =
            || dice.ppm(Purpose::Duplicate as u64, self.subject(), self.len().into());
        let again = share > 0 && !self.is_again && !self.is_final && drawn() < share;
        self.is_again = again;
        if again { Verdict::Again } else { Verdict::Done }
    }

    /// It ran and failed: that counts (KIN-11, KIN-12), unless it can be split (KIN-13).
    fn failed(&mut self, terms: &Terms<'_>, dice: &Dice, response: Response) -> Verdict {
        let spec = terms.spec;
        self.ran += 1;
        self.response = Some(response);
        if spec.bisect && self.len() > 1 {
            return Verdict::Halves(match terms.assumed.split {
                Split::Down => self.len() / 2,
                Split::Up => self.len().div_ceil(2),
            });
        }
        // The last call of a window has to succeed (TW-02).
        let is_spent = terms.retries_max.is_some_and(|retries| self.ran > retries);
        if is_spent && !self.is_final {
            return Verdict::GiveUp;
        }
        self.retry(terms, dice)
    }

    fn retry(&mut self, terms: &Terms<'_>, dice: &Dice) -> Verdict {
        self.failures += 1;
        let assumed = terms.assumed;
        let mut wait = assumed.backoff_initial;
        for _ in 1..self.failures {
            if wait >= assumed.backoff_cap {
                break;
            }
            wait = wait.times(assumed.backoff_factor);
        }
        let wait = wait.min(assumed.backoff_cap);
        let most = Span(wait.0 / 1_000_000 * assumed.backoff_jitter_ppm + 1);
        let attempt = self.failures.into();
        let more = dice.up_to(Purpose::Jitter, self.subject(), attempt, most);
        Verdict::Retry(wait.plus(more))
    }

    /// What draws about it are for.
    fn subject(&self) -> u64 {
        self.records.first().map_or(0, |record| record.sequence.0)
    }

    /// Takes off the first records; what is left is a batch of its own.
    pub fn take(&mut self, count: u32, terms: &Terms<'_>, not_before: Instant) -> Row {
        let taken = self.records.take(count);
        let (rest, is_half) = (core::mem::take(&mut self.records), self.is_half);
        let size = terms.size_of(&rest);
        *self = Self { is_half, is_rest: true, ..Self::new(rest, size, not_before) };
        taken
    }

    /// Its two halves, the first with so many records.
    #[must_use]
    pub fn halves(
        mut self,
        count: u32,
        terms: &Terms<'_>,
        not_before: Instant,
    ) -> [Self; 2] {
        let ran = match terms.assumed.child_quota {
            Quota::Fresh => 0,
            Quota::Inherit => self.ran,
        };
        let left = self.records.take(count);
        [left, self.records].map(|records| {
            let size = terms.size_of(&records);
            Self { ran, is_half: true, ..Self::new(records, size, not_before) }
        })
    }

    /// How many of its first records the stream no longer keeps (KIN-10).
    #[must_use]
    pub fn expired(&self, now: Instant, terms: &Terms<'_>) -> u32 {
        self.older(now, terms.retention)
    }

    /// How many of its first records are too old (KIN-18).
    #[must_use]
    pub fn aged(&self, now: Instant, terms: &Terms<'_>) -> u32 {
        terms.spec.age_max.map_or(0, |age| self.older(now, age))
    }

    fn older(&self, now: Instant, age: Span) -> u32 {
        let is_old = |record: &&Record| now.since(record.arrived) >= age;
        small(self.records.iter().take_while(is_old).count())
    }

    /// When its first record will be too old, or no longer kept.
    #[must_use]
    pub fn too_old_at(&self, terms: &Terms<'_>) -> Option<Instant> {
        let age = terms.spec.age_max.unwrap_or(terms.retention).min(terms.retention);
        Some(self.records.first()?.arrived.plus(age))
    }
}

pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).expect("records are limited")
}
