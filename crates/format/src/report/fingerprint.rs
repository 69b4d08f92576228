//! One number for a whole recording: two recordings with the same number have, field for
//! field, the same trace and the same replies.
//!
//! It compares what the same program does natively and in a browser, so it must not
//! depend on the width of a pointer or on any default hasher. Nothing is left out: every
//! struct is taken apart without `..`, so a new field does not compile until it counts.

use lambdarium_sim::call::Reply;
use lambdarium_sim::id::{Job, Origin, Part};
use lambdarium_sim::record::Recording;
use lambdarium_sim::release::deployment::ErrorCode;
use lambdarium_sim::trace::{
    AliasFact, Entry, EventFact, Fact, MessageFact, ReleaseFact, StreamFact,
};
use lambdarium_sim::value::Payload;

use crate::json::write_value_compact;

/// The fingerprint of the complete trace, replies included.
#[must_use]
pub fn fingerprint(recording: &Recording) -> u64 {
    let log = recording.log();
    let mut hash = Fnv::new();
    hash.number(log.len().into());
    for entry in log.iter() {
        hash.entry(entry);
    }
    let acts = recording.run().acts.len();
    hash.number(acts as u64);
    for act in 0..acts {
        let replies = log.replies(act);
        hash.number(replies.len() as u64);
        for reply in replies {
            hash.reply(reply);
        }
    }
    hash.0
}

/// FNV-1a over 64 bits.
struct Fnv(u64);

impl Fnv {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    /// Text with its length, so that two texts never run into each other.
    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn numbers<const N: usize>(&mut self, numbers: [u64; N]) {
        for number in numbers {
            self.number(number);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let Entry { at, step, cause, part, job, rule, fact } = *entry;
        self.numbers([at.0, step.into(), cause.into()]);
        self.part(part);
        match job {
            None => self.number(0),
            Some(Job { origin, call }) => {
                let origin = match origin {
                    Origin::Caller(id) => [1, id.0.into()],
                    Origin::Act(act) => [2, act.into()],
                    Origin::Function(id) => [3, id.0.into()],
                    Origin::Service(id) => [4, id.0.into()],
                    Origin::Mapping(id) => [5, id.0.into()],
                    Origin::Deployment(id) => [6, id.0.into()],
                };
                self.numbers(origin);
                self.number(call.into());
            }
        }
        self.text(rule.id());
        self.fact(fact);
    }

    fn part(&mut self, part: Part) {
        self.numbers(match part {
            Part::Caller(id) => [0, id.0.into()],
            Part::Function(id) => [1, id.0.into()],
            Part::Desk => [2, 0],
            Part::Service(id) => [3, id.0.into()],
            Part::Mapping(id) => [4, id.0.into()],
            Part::Alarm(id) => [5, id.0.into()],
            Part::Deployment(id) => [6, id.0.into()],
        });
    }

    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::Called => self.number(0),
            Fact::RetryPlanned { after, attempt, bucket } => {
                self.numbers([1, after.0, attempt.into(), bucket.into()]);
            }
            Fact::Retried { attempt } => self.numbers([2, attempt.into()]),
            Fact::QuotaExhausted { bucket } => self.numbers([3, bucket.into()]),
            Fact::WaitEnded { waited } => self.numbers([4, waited.0]),
            Fact::Answered { outcome, http, attempts, bucket } => {
                self.numbers([5, http.into(), attempts.into(), bucket.into()]);
                self.text(outcome.word());
            }
            Fact::DryRunAnswered => self.number(6),
            // Its alias follows from the request, and only the whole program notes it.
            Fact::Started { environment, version, room, init, alias: _ } => {
                self.numbers([7, environment.0.into(), version.0.into(), init.0]);
                self.text(room.word());
            }
            Fact::SpilledOver { provisioned } => self.numbers([8, provisioned.into()]),
            Fact::InitCut => self.number(9),
            Fact::Ended { ending, billed_ms, environment } => {
                self.numbers([10, billed_ms.into(), environment.0.into()]);
                self.text(ending.word());
            }
            Fact::Abandoned => self.number(11),
            Fact::Throttled { reason, in_flight, limit, alias: _ } => {
                self.numbers([12, in_flight.into(), limit.into()]);
                self.text(reason.word());
            }
            Fact::Refused { refusal } => {
                self.number(13);
                self.text(refusal.word());
            }
            Fact::EnvironmentRemoved { environment, version, removal } => {
                self.numbers([14, environment.0.into(), version.0.into()]);
                self.text(removal.word());
            }
            Fact::ProvisioningStarted { version, count } => {
                self.numbers([15, version.0.into(), count.into()]);
            }
            Fact::ProvisioningReady { version, count } => {
                self.numbers([16, version.0.into(), count.into()]);
            }
            Fact::ProvisioningFailed { version } => self.numbers([17, version.0.into()]),
            Fact::Replied { operation, http } => {
                self.numbers([18, http.into()]);
                self.text(operation.word());
            }
            Fact::Cost { requests, micro_usd } => {
                self.numbers([19, requests.into(), micro_usd]);
            }
            Fact::Stopped { stop } => {
                self.number(20);
                self.text(stop.word());
            }
            Fact::Event(event) => self.fact_of_event(event),
            Fact::Message(message) => self.fact_of_message(message),
            Fact::Stream(fact) => self.fact_of_stream(fact),
            Fact::Release(fact) => self.fact_of_release(fact),
            Fact::Alias(fact) => self.fact_of_alias(fact),
        }
    }

    /// What happens to an alias.
    fn fact_of_alias(&mut self, fact: AliasFact) {
        match fact {
            AliasFact::Points { alias, version, additional, weight_ppm } => {
                let additional = additional.map_or(0, |other| u64::from(other.0) + 1);
                self.numbers([70, alias.0.into(), version.0.into(), additional]);
                self.number(weight_ppm.into());
            }
            AliasFact::Deleted { alias } => self.numbers([71, alias.0.into()]),
            AliasFact::Drew { alias, version, share_ppm } => {
                let (alias, version) = (alias.0.into(), version.0.into());
                self.numbers([72, alias, version, share_ppm.into()]);
            }
        }
    }

    /// What happens to an asynchronous event.
    fn fact_of_event(&mut self, event: EventFact) {
        match event {
            EventFact::Duplicated { after } => self.numbers([22, after.0]),
            EventFact::Dispatched { attempt, age } => {
                self.numbers([23, attempt.into(), age.0]);
            }
            EventFact::PutBack { after, attempt } => {
                self.numbers([24, after.0, attempt.into()]);
            }
            EventFact::Finished { condition, runs } => {
                self.numbers([25, runs.into()]);
                self.text(condition.word());
            }
            EventFact::Sent { what, to } => {
                self.number(26);
                self.text(what.word());
                self.part(to);
            }
            EventFact::DeliveryFailed { what, to } => {
                self.number(27);
                self.text(what.word());
                self.part(to);
            }
            EventFact::Received => self.number(28),
            EventFact::Filtered { to } => {
                self.number(29);
                self.part(to);
            }
            EventFact::Queued => self.number(21),
        }
    }

    /// What happens to a message of a queue, or to a batch.
    fn fact_of_message(&mut self, message: MessageFact) {
        match message {
            MessageFact::Waits { delay } => self.numbers([30, delay.0]),
            MessageFact::HandedOut { to, receives, hidden } => {
                self.numbers([31, receives.into(), hidden.0]);
                self.part(to);
            }
            MessageFact::Reappeared => self.number(32),
            MessageFact::Deleted => self.number(33),
            MessageFact::FilteredOut => self.number(34),
            MessageFact::NotDeleted => self.number(35),
            MessageFact::Expired => self.number(36),
            MessageFact::Deduplicated => self.number(37),
            MessageFact::OverLimit => self.number(38),
            MessageFact::Batched { records } => self.numbers([39, records.into()]),
            MessageFact::Settled { done, failed } => {
                self.numbers([40, done.into(), failed.into()]);
            }
            MessageFact::LetGo => self.number(41),
            MessageFact::Scaled { pollers } => self.numbers([42, pollers.into()]),
            MessageFact::Became { status } => {
                self.number(43);
                self.text(status.word());
            }
            MessageFact::Gone => self.number(44),
            MessageFact::Mapped { source, function } => {
                self.numbers([45, source.0.into(), function.0.into()]);
            }
        }
    }

    /// What happens to an alarm, or to a deployment.
    fn fact_of_release(&mut self, fact: ReleaseFact) {
        match fact {
            ReleaseFact::AlarmChanged { value } => {
                self.number(70);
                self.text(value.word());
            }
            ReleaseFact::Created { current, target } => {
                self.numbers([71, current.into(), target.into()]);
            }
            ReleaseFact::Lifecycle { event, status } => {
                self.number(72);
                self.text(event.word());
                self.text(status.word());
            }
            ReleaseFact::HookCalled { to } => self.numbers([73, to.0.into()]),
            ReleaseFact::Reported { status } => {
                self.number(74);
                self.text(status.word());
            }
            ReleaseFact::Shifted { percent } => self.numbers([75, percent.into()]),
            ReleaseFact::Ended { status, error } => {
                self.number(76);
                self.text(status.word());
                self.text(error.map_or("", ErrorCode::word));
            }
            ReleaseFact::RolledBack { to, .. } => self.numbers([77, to.into()]),
        }
    }

    /// What happens to a stream, or to a batch of it.
    fn fact_of_stream(&mut self, fact: StreamFact) {
        match fact {
            StreamFact::Put { shard } => self.numbers([50, shard.into()]),
            StreamFact::Unchanged => self.number(51),
            StreamFact::Refused { shard } => self.numbers([52, shard.into()]),
            StreamFact::Closed { shard } => self.numbers([53, shard.into()]),
            StreamFact::Opened { shard, parent } => {
                self.numbers([54, shard.into(), parent.into()]);
            }
            StreamFact::Begun { shard, from } => {
                self.numbers([55, shard.into(), from.into()]);
            }
            StreamFact::Finished { shard } => self.numbers([56, shard.into()]),
            StreamFact::Read { shard, records, filtered } => {
                self.numbers([57, shard.into(), records.into(), filtered.into()]);
            }
            StreamFact::ReadRefused { shard, after } => {
                self.numbers([58, shard.into(), after.0]);
            }
            StreamFact::Missed { shard, records } => {
                self.numbers([59, shard.into(), records.into()]);
            }
            StreamFact::Batched { shard, lane, records, first, last } => {
                self.numbers([60, shard.into(), lane.into(), records.into()]);
                self.numbers([first.into(), last.into()]);
            }
            StreamFact::WindowClosed { shard } => self.numbers([61, shard.into()]),
            StreamFact::Split { left, right } => {
                self.numbers([62, left.into(), right.into()]);
            }
            StreamFact::Advanced { rest } => self.numbers([63, rest.into()]),
            StreamFact::Settled { end, shard, lane, records, first, last } => {
                self.numbers([64, end as u64, shard.into(), lane.into()]);
                self.number(records.into());
                self.numbers([first.into(), last.into()]);
            }
        }
    }

    fn reply(&mut self, reply: &Reply) {
        let Reply { http, code, message, fields, payload } = reply;
        self.number((*http).into());
        self.text(code);
        self.text(message);
        self.number(fields.len() as u64);
        for (key, value) in fields {
            self.text(key);
            self.text(&write_value_compact(value));
        }
        match payload {
            None => self.number(0),
            Some(Payload::Json(value)) => {
                self.number(1);
                self.text(&write_value_compact(value));
            }
            Some(Payload::Bytes(count)) => self.numbers([2, *count]),
        }
    }
}
