//! Mappings of streams, driven by a small loop: a stream, one mapping, and a function that
//! takes 100 ms.

mod failure;
mod properties;
mod rules;
mod timelines;
mod topics;
mod windows;
mod worked;

use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::State;
use super::batch::{Outcome, Response};
use super::lane::{Fate, Invocation, Settlement};
use super::reader::{Deed, Reader};
use super::spec::{Assumptions, Reading, Spec, Terms};
use crate::dice::Dice;
use crate::mapping::outcome::{Response as Answered, answer};
use crate::queue::{Queue, Rank};
use crate::service::stream::record::{Data, Record};
use crate::service::stream::row::Row;
use crate::service::stream::shard::Read;
use crate::service::stream::table::Write;
use crate::service::stream::{self, Kind, Listed, Position, ShardId};
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};

/// How long the function runs.
const RUN: Span = Span::millis(100);

#[derive(Clone, Copy, Debug)]
enum Event {
    Put(usize),
    Split(ShardId),
    Enable,
    Disable,
    Wake(ShardId),
    Ended(u32, usize),
}

/// An attempt as it took place.
struct Attempt {
    at: Instant,
    shard: ShardId,
    /// The number of its batch.
    number: u32,
    call: Invocation,
    outcome: Outcome,
}

/// What came of records, and when.
struct Settled {
    at: Instant,
    settlement: Settlement,
}

type Function = fn(&Invocation, usize) -> Outcome;

/// The loop.
struct Rig {
    stream_spec: stream::Spec,
    spec: Spec,
    assumed: Assumptions,
    stream: stream::State,
    now: Instant,
    reader: Reader,
    queue: Queue<Event>,
    puts: Vec<(String, Data)>,
    attempts: Vec<Attempt>,
    settled: Vec<Settled>,
    /// When each shard was read, and how many bytes that brought.
    reads: Vec<(Instant, ShardId, u64)>,
    /// Records that no filter lets through.
    filtered: Vec<u64>,
    running_max: usize,
    running: usize,
}

fn at(millis: u64) -> Instant {
    Instant::START.plus(Span::millis(millis))
}

impl Rig {
    fn new(spec: Spec) -> Self {
        let stream_spec = stream::Spec::new(Kind::Kinesis);
        let mut queue = Queue::new();
        queue.push(Instant::START, Rank::Act, Event::Enable);
        Self {
            stream: stream::State::new(&stream_spec, Instant::START),
            stream_spec,
            now: Instant::START,
            spec,
            assumed: Assumptions::default(),
            reader: Reader::new(Dice::of(0, "mapping")),
            queue,
            puts: Vec::new(),
            attempts: Vec::new(),
            settled: Vec::new(),
            reads: Vec::new(),
            filtered: Vec::new(),
            running_max: 0,
            running: 0,
        }
    }

    /// The same, for the stream of a table.
    fn of_table(spec: Spec) -> Self {
        let stream_spec = stream::Spec::new(Kind::DynamoDb);
        let stream = stream::State::new(&stream_spec, Instant::START);
        Self { stream_spec, stream, ..Self::new(spec) }
    }

    /// The mapping becomes enabled later than at once.
    fn enabled_at(mut self, millis: u64) -> Self {
        self.queue = Queue::new();
        self.queue.push(at(millis), Rank::Act, Event::Enable);
        self
    }

    /// Puts a record under a key; records are numbered from 1.
    fn put(&mut self, millis: u64, key: &str) {
        self.put_data(millis, key, Data::Text("x".into()));
    }

    fn put_data(&mut self, millis: u64, key: &str, data: Data) {
        self.puts.push((key.into(), data));
        self.queue.push(at(millis), Rank::Timer, Event::Put(self.puts.len() - 1));
    }

    /// Puts so many records under one key.
    fn put_many(&mut self, millis: u64, count: u64) {
        for _ in 0..count {
            self.put(millis, "k");
        }
    }

    /// Runs until nothing is left to do, or to an instant.
    fn run(&mut self, until: Instant, function: Function) {
        while self.queue.next_at().is_some_and(|next| next <= until) {
            let (now, event) = self.queue.pop().expect("there is one");
            self.now = now;
            match event {
                Event::Put(number) => {
                    if let Some(id) = self.take_in(now, number) {
                        self.tell(function, |reader, terms| {
                            reader.on_arrived(now, terms, id)
                        });
                    }
                }
                Event::Split(id) => {
                    let range = self.stream.shard(id).expect("a shard").range();
                    let middle = range.first + (range.last - range.first) / 2 + 1;
                    self.stream.split(now, id, middle).expect("an open shard");
                    let listed = self.listed(now);
                    self.tell(function, |reader, terms| {
                        let mut deeds = reader.on_listed(now, terms, listed);
                        deeds.extend(reader.on_arrived(now, terms, id));
                        deeds
                    });
                }
                Event::Enable => {
                    let listed = self.listed(now);
                    self.tell(function, |reader, terms| {
                        reader.on_enabled(now, terms, listed)
                    });
                }
                Event::Disable => self.reader.on_disabled(),
                Event::Wake(id) => {
                    self.tell(function, |reader, terms| reader.on_due(now, terms, id));
                }
                Event::Ended(call, number) => {
                    self.running -= 1;
                    let outcome = self.attempts[number].outcome.clone();
                    self.tell(function, |reader, terms| {
                        reader.on_outcome(now, terms, call, &outcome)
                    });
                }
            }
        }
    }

    fn listed(&mut self, now: Instant) -> Vec<Listed> {
        self.stream.list(now, &self.stream_spec, self.spec.position)
    }

    /// Takes a record in, and says which shard has it.
    fn take_in(&mut self, now: Instant, number: usize) -> Option<ShardId> {
        let (key, data) = self.puts[number].clone();
        let Self { stream, stream_spec, .. } = self;
        match stream_spec.kind {
            Kind::Kinesis => {
                Some(stream.put(now, &key, data).expect("room in the stream").shard)
            }
            Kind::DynamoDb => {
                let id = Value::object([("S", Value::Text(key))]);
                let mut item = Vec::from([(String::from("id"), id)]);
                item.push((String::from("data"), Value::Text(data.base64())));
                let write = Write::Put(Value::Object(item));
                let taken = stream.write(now, stream_spec, &write).expect("a key");
                taken.map(|taken| taken.shard)
            }
            kind @ (Kind::Msk | Kind::Kafka | Kind::ActiveMq | Kind::RabbitMq) => {
                let limits = kind.write_limits();
                let put = stream.put_within(now, kind, (&key, None), data, &limits);
                Some(put.expect("room in the topic").shard)
            }
        }
    }

    /// Calls the mapping and does what it says.
    fn tell(
        &mut self,
        function: Function,
        call: impl FnOnce(&mut Reader, &Terms<'_>) -> Vec<Deed>,
    ) {
        let now = self.now;
        let (spec, assumed) = (self.spec.clone(), self.assumed.clone());
        let terms = Terms::new(&spec, &assumed, &self.stream_spec);
        let mut deeds = VecDeque::from(call(&mut self.reader, &terms));
        while let Some(deed) = deeds.pop_front() {
            match deed {
                Deed::Read { shard, from } => {
                    let (read, out) = self.read(now, shard, from);
                    deeds.extend(self.reader.on_read(now, &terms, shard, read, out));
                }
                Deed::Invoke { call, shard, invocation } => {
                    self.invoke(call, shard, invocation, function);
                }
                Deed::Begin { .. } | Deed::Finished { .. } | Deed::Judged { .. } => {}
                Deed::Settle { settlement, .. } => {
                    self.reader.on_told(&settlement, true);
                    self.settled.push(Settled { at: now, settlement });
                }
                Deed::WakeAt { shard, at } => {
                    self.queue.push(at, Rank::Arrival, Event::Wake(shard));
                }
            }
        }
    }

    fn read(&mut self, now: Instant, id: ShardId, from: u32) -> (Read, u64) {
        let Self { stream, stream_spec, spec, .. } = self;
        let mut read = match spec.reading {
            Reading::Polls => stream.read(now, stream_spec, id, from),
            Reading::Pushed => stream.push(now, stream_spec, id, from),
        };
        let mut out = 0;
        if let Read::Records(batch) = &mut read {
            let bytes = batch.bytes;
            self.reads.push((now, id, bytes));
            let Self { filtered, .. } = self;
            out = batch.filter(|record| !filtered.contains(&record.sequence.0));
        }
        (read, out)
    }

    fn invoke(&mut self, number: u32, shard: ShardId, call: Invocation, run: Function) {
        let outcome = run(&call, self.attempts.len() + 1);
        let ran = !matches!(outcome, Outcome::Throttled | Outcome::ServiceError);
        let ends = self.now.plus(if ran { RUN } else { Span::ZERO });
        let ended = Event::Ended(number, self.attempts.len());
        self.queue.push(ends, Rank::RunEnd, ended);
        self.running += 1;
        self.running_max = self.running_max.max(self.running);
        self.attempts.push(Attempt { at: self.now, shard, number, call, outcome });
    }

    /// How the first shard is read.
    fn first(&self) -> &State {
        self.reader.shard(ShardId(0)).expect("it is read")
    }

    /// The attempts, as `0 1-10 F`: when, which records, and what came of it.
    fn attempts(&self) -> Vec<String> {
        let told = |attempt: &Attempt| {
            let outcome = match &attempt.outcome {
                Outcome::Succeeded { .. } => String::from("S"),
                Outcome::Reported { lowest, .. } => {
                    format!("P{}", attempt.call.records[*lowest as usize].sequence.0)
                }
                Outcome::Malformed => "M".into(),
                Outcome::Failed => "F".into(),
                Outcome::Throttled => "T".into(),
                Outcome::ServiceError => "E".into(),
            };
            let (at, records) = (millis(attempt.at), numbers(&attempt.call.records));
            format!("{at} {records} {outcome}")
        };
        self.attempts.iter().map(told).collect()
    }

    /// What the destination was told, as `2300 RetryAttemptsExhausted 7 x3 Unhandled`.
    fn failures(&self) -> Vec<String> {
        let told = |settled: &Settled| {
            let Fate::GivenUp { condition, ran, response } = settled.settlement.fate
            else {
                return None;
            };
            let response = match response {
                Some(Response::Unhandled) => " Unhandled",
                Some(Response::Reported) => " null",
                None => "",
            };
            let (at, word) = (millis(settled.at), condition.word());
            let records = numbers(&settled.settlement.records);
            Some(format!("{at} {word} {records} x{ran}{response}"))
        };
        self.settled.iter().filter_map(told).collect()
    }

    /// What became of each record, as `1 processed 400`, in the order of the records.
    fn fates(&self) -> Vec<String> {
        let mut fates: Vec<(u64, String)> = Vec::new();
        for Settled { at, settlement } in &self.settled {
            let fate = match settlement.fate {
                Fate::Processed => "processed",
                Fate::GivenUp { condition, .. } => condition.word(),
                Fate::Expired => "expired",
            };
            for Record { sequence, .. } in settlement.records.iter() {
                fates
                    .push((sequence.0, format!("{} {fate} {}", sequence.0, millis(*at))));
            }
        }
        fates.sort();
        fates.into_iter().map(|(_, fate)| fate).collect()
    }

    /// How often each record was delivered, in the order of the records.
    fn deliveries(&self) -> Vec<u64> {
        let mut counts: Vec<u64> = self.puts.iter().map(|_| 0).collect();
        for record in self.attempts.iter().flat_map(|attempt| attempt.call.records.iter())
        {
            counts[usize::try_from(record.sequence.0).expect("few") - 1] += 1;
        }
        counts
    }
}

fn millis(at: Instant) -> u64 {
    at.0 / 1_000
}

/// Records by their numbers: `1-10`, `7`, `1,3`.
fn numbers(records: &Row) -> String {
    let all: Vec<u64> = records.iter().map(|record| record.sequence.0).collect();
    match all.as_slice() {
        [] => "none".into(),
        [one] => one.to_string(),
        [first, .., last] if last - first + 1 == all.len() as u64 => {
            format!("{first}-{last}")
        }
        _ => all.iter().map(u64::to_string).collect::<Vec<_>>().join(","),
    }
}

const SUCCESS: Outcome = Outcome::Succeeded { state: None };

/// What the function answers that throws at some records.
fn throws(call: &Invocation, poison: &[u64]) -> Outcome {
    let is_bad = |record: &Record| poison.contains(&record.sequence.0);
    if call.records.iter().any(is_bad) { Outcome::Failed } else { SUCCESS }
}

/// What the function answers that reports some records.
fn reports(call: &Invocation, poison: &[u64]) -> Outcome {
    reports_of(Kind::Kinesis, call, poison)
}

/// The same, for records of a stream of this kind.
fn reports_of(kind: Kind, call: &Invocation, poison: &[u64]) -> Outcome {
    let bad = call.records.iter().filter(|record| poison.contains(&record.sequence.0));
    let ids = bad.map(|record| id(kind, record));
    let response = Answered::Payload(Payload::Json(answer(ids)));
    Outcome::answered(&response, &call.records, |record| id(kind, record), true, false)
}

/// What a stream of AWS calls a record.
fn id(kind: Kind, record: &Record) -> Value {
    Value::Text(record.sequence.text(kind))
}

/// A mapping as the worked examples have it: from the oldest record on.
fn mapping(batch_size: u32, retries_max: Option<u32>) -> Spec {
    Spec { batch_size, retries_max, ..Spec::new(Position::TrimHorizon) }
}

/// An object with one number.
fn counted(state: u64) -> Option<Value> {
    Some(Value::object([("sum", Value::number(state))]))
}
