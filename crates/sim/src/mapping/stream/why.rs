//! The rules behind what a mapping of a stream does, as the trace cites them.

use super::State;
use super::batch::{Outcome, Verdict};
use super::lane::Invocation;
use super::part::{Ended, narrow};
use super::reader::Begins;
use super::spec::{Reading, Terms};
use crate::rule::Rule;
use crate::service::stream::{Kind, Position};
use crate::time::{Instant, Span};
use crate::trace::StreamFact;

/// Most records of a table that one call brings.
const TABLE_READ_MAX: u32 = 1_000;

/// The rule behind what all streams do: Lambda's own, topics, or the queues of brokers.
pub(super) fn of(terms: &Terms<'_>, own: Rule, of_topic: Rule) -> Rule {
    match terms.kind {
        Kind::Kinesis | Kind::DynamoDb => own,
        Kind::Msk | Kind::Kafka => of_topic,
        Kind::ActiveMq | Kind::RabbitMq => Rule::Mq01,
    }
}

/// Why records came as they did.
pub(super) fn read(terms: &Terms<'_>, filtered: u64) -> Rule {
    match (terms.spec.reading, terms.kind) {
        _ if filtered > 0 => Rule::Esm19,
        (Reading::Polls, Kind::DynamoDb) => Rule::Dds01,
        (Reading::Polls, _) => of(terms, Rule::Kin01, Rule::Kaf01),
        (Reading::Pushed, _) => of(terms, Rule::Kin02, Rule::Kaf01),
    }
}

/// Why a shard is read from where it is; its consumer group may be known from before.
pub(super) fn begun(terms: &Terms<'_>, why: Begins, is_known: bool) -> Rule {
    match (why, terms.spec.position) {
        (Begins::First, _) if is_known => Rule::Kaf05,
        (Begins::Again, _) if terms.spec.factor > 1 => Rule::Kin05,
        (Begins::Again, _) => of(terms, Rule::Kin23, Rule::Kaf03),
        (Begins::AfterParents, _) => descended(terms),
        (Begins::First, Position::Latest) => Rule::Esm03,
        (Begins::First, Position::Committed(_)) => Rule::Kaf05,
        (Begins::First, Position::TrimHorizon | Position::At(_)) => {
            of(terms, Rule::Kin06, Rule::Kin06)
        }
    }
}

/// Why shards are read one after the other.
pub(super) fn descended(terms: &Terms<'_>) -> Rule {
    match terms.kind {
        Kind::DynamoDb => Rule::Dds04,
        Kind::Kinesis | Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq => {
            Rule::Kin07
        }
    }
}

/// That a batch was made, and why it was made now.
pub(super) fn made(
    terms: &Terms<'_>,
    now: Instant,
    state: &State,
    invocation: &Invocation,
) -> (Rule, StreamFact) {
    let shard = state.shard().0;
    let lane = &state.lanes()[invocation.lane as usize];
    if let Some(call) = invocation.window.as_ref().filter(|call| call.is_final) {
        let rule = match call.is_early {
            true => Rule::Tw03,
            false if state.is_at_end() && now < call.end => Rule::Tw04,
            false => Rule::Tw02,
        };
        return (rule, StreamFact::WindowClosed { shard });
    }
    let records = &invocation.records;
    let count = records.len();
    let batch = lane.batch().expect("it runs");
    let is_full = count == terms.spec.batch_size || lane.waiting() > 0;
    let rule = if batch.is_rest {
        if !terms.spec.partial {
            Rule::Kin18
        } else if terms.spec.bisect {
            Rule::Kin16
        } else {
            Rule::Kin14
        }
    } else if batch.is_half {
        Rule::Kin13
    } else if terms.tumbles() {
        Rule::Tw01
    } else if terms.spec.factor > 1 {
        Rule::Kin04
    } else if terms.kind == Kind::DynamoDb && count > TABLE_READ_MAX {
        Rule::Dds05
    } else if is_full {
        Rule::Esm08
    } else if terms.spec.window > Span::ZERO {
        Rule::Esm09
    } else {
        Rule::Esm10
    };
    let number = |at: Option<&crate::service::stream::record::Record>| {
        at.map_or(0, |record| u32::try_from(record.sequence.0).unwrap_or(u32::MAX))
    };
    let fact = StreamFact::Batched {
        shard: narrow(shard),
        lane: u8::try_from(invocation.lane).unwrap_or(u8::MAX),
        records: narrow(count),
        first: number(records.first()),
        last: number(records.last()),
    };
    (rule, fact)
}

/// Why this becomes of a batch that has run.
pub(super) fn judged(terms: &Terms<'_>, verdict: Verdict, outcome: &Outcome) -> Rule {
    let reported = match outcome {
        Outcome::Reported { .. } => terms.spec.partial,
        Outcome::Succeeded { .. }
        | Outcome::Malformed
        | Outcome::Failed
        | Outcome::Throttled
        | Outcome::ServiceError => false,
    };
    match verdict {
        Verdict::Rest(_) if terms.spec.bisect => Rule::Kin16,
        Verdict::Rest(_) => Rule::Kin14,
        Verdict::Halves(_) if reported => Rule::Kin16,
        Verdict::Halves(_) => Rule::Kin13,
        Verdict::Retry(_) => retried(terms, outcome),
        Verdict::Done | Verdict::Again | Verdict::GiveUp => {
            of(terms, Rule::Kin09, Rule::Kaf03)
        }
    }
}

fn retried(terms: &Terms<'_>, outcome: &Outcome) -> Rule {
    match outcome {
        Outcome::Throttled | Outcome::ServiceError => of(terms, Rule::Kin12, Rule::Kin12),
        // It lacks the state of its window.
        Outcome::Succeeded { .. } => Rule::Tw02,
        Outcome::Reported { .. } => Rule::Kin15,
        Outcome::Malformed => Rule::Pbr03,
        Outcome::Failed if terms.spec.is_retries_set => Rule::Kin11,
        Outcome::Failed => of(terms, Rule::Kin09, Rule::Kaf03),
    }
}

/// Why records count as processed.
pub(super) fn processed(terms: &Terms<'_>, ended: Option<&Ended<'_>>) -> Rule {
    let usual = of(terms, Rule::Kin09, Rule::Kaf03);
    let Some(Ended { outcome, ignored, .. }) = ended else { return usual };
    match outcome {
        _ if *ignored => Rule::Pbr01,
        _ if !terms.spec.partial => usual,
        Outcome::Reported { .. } if terms.spec.bisect => Rule::Kin16,
        Outcome::Reported { .. } => Rule::Kin14,
        Outcome::Succeeded { .. } => Rule::Pbr03,
        Outcome::Malformed
        | Outcome::Failed
        | Outcome::Throttled
        | Outcome::ServiceError => usual,
    }
}

/// Why records were given up that have no retries left.
pub(super) fn exhausted(terms: &Terms<'_>) -> Rule {
    match terms.spec.is_retries_set {
        _ if terms.assumed.consolidate_failures => Rule::Kin20,
        true => Rule::Kin11,
        false => of(terms, Rule::Kin11, Rule::Kaf03),
    }
}
