//! Services that hold things or pass them on: queues, topics, buses, buckets.
//!
//! A queue is one thing, whether it receives records of a destination or is somebody's
//! dead-letter queue. Rules: DLQ-01, DST-02, DST-03, DST-13 to DST-15, ASY-02.

pub(crate) mod delivery;
pub(crate) mod filter;
pub mod inbox;
pub mod look;
pub mod outlet;
pub mod parcel;
pub(crate) mod policy;
pub mod queue;
pub mod shelf;
pub mod spec;
pub mod stream;
mod why;

use alloc::string::String;
use alloc::vec::Vec;

use crate::WithEvents;
use crate::caller::load;
use crate::event::{Event, ServiceEvent};
use crate::id::{Job, Origin, Part, ServiceId};
use crate::lambda::invoke::small;
use crate::message::Content;
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::{EventFact, Fact, MessageFact, StreamFact};
use crate::value::{Payload, Value};
use delivery::Deliveries;
use inbox::Inbox;
pub use look::{Look, look};
pub(crate) use look::{RECORDS_FOLDER, key_of};
use outlet::{Inlet, Outlet};
use parcel::Post;
pub use spec::{DeduplicationScope, Spec};
use stream::Taken;
use stream::part::{Put, Stream, What};
use why::received_rule;

/// The attributes of a message that has none.
static NOTHING: Value = Value::Object(Vec::new());

choices! {
    /// What a service is.
    Kind {
        /// A queue.
        Queue "sqs",
        /// A topic.
        Topic "sns",
        /// An event bus.
        Bus "eventbridge",
        /// A bucket.
        Bucket "s3",
        /// A stream of records.
        Kinesis "kinesis",
        /// A table, with the stream of its changes.
        DynamoDb "dynamodb",
        /// A topic of a Kafka cluster of Amazon MSK.
        Msk "msk",
        /// A topic of a Kafka cluster that somebody runs.
        Kafka "kafka",
        /// A queue of a broker of Amazon MQ.
        Mq "mq",
    }
}

impl Kind {
    /// Whether it has a setting, by its key: most are those of a queue.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        match self {
            Self::Queue => !spec::OF_STREAMS.contains(&key),
            Self::Topic => matches!(key, "fifo" | "permission"),
            Self::Bus | Self::Bucket => key == "permission",
            Self::Kinesis => matches!(key, "shards" | "retention-period"),
            Self::DynamoDb => matches!(
                key,
                "shards"
                    | "stream-view-type"
                    | "partition-key"
                    | "sort-key"
                    | "shard-lifetime"
            ),
            Self::Msk | Self::Kafka => {
                matches!(key, "partitions" | "log-retention" | "permission")
            }
            Self::Mq => {
                matches!(key, "engine" | "maximum-redeliveries" | "dead-letter")
            }
        }
    }

    /// What stream it is or has, if it is or has one; which engine a broker runs stands in
    /// its settings.
    #[must_use]
    pub const fn stream(self) -> Option<stream::Kind> {
        match self {
            Self::Queue | Self::Topic | Self::Bus | Self::Bucket => None,
            Self::Kinesis => Some(stream::Kind::Kinesis),
            Self::DynamoDb => Some(stream::Kind::DynamoDb),
            Self::Msk => Some(stream::Kind::Msk),
            Self::Kafka => Some(stream::Kind::Kafka),
            Self::Mq => Some(stream::Kind::ActiveMq),
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queue => "SQS queue",
            Self::Topic => "SNS topic",
            Self::Bus => "EventBridge bus",
            Self::Bucket => "S3 bucket",
            Self::Kinesis => "Kinesis stream",
            Self::DynamoDb => "DynamoDB table",
            Self::Msk => "MSK topic",
            Self::Kafka => "Kafka topic",
            Self::Mq => "MQ queue",
        }
    }
}

/// A service as a scenario says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its settings.
    pub spec: Spec,
    /// What reaches it from outside; not a queue.
    pub inlet: Option<Inlet>,
    /// The functions that are told of what it receives: subscriptions of a topic, rules of a
    /// bus, notifications of a bucket.
    pub outlets: Vec<Outlet>,
    /// Messages that reach a queue from outside, in order of time.
    pub posts: WithEvents<Post>,
    /// Records that are put into a stream, or writes to a table, in order of time.
    pub puts: WithEvents<Put>,
}

impl Service {
    /// A service that nothing reaches from outside, and that passes nothing on.
    #[must_use]
    pub fn new(name: &str, kind: Kind) -> Self {
        let (spec, outlets) = (Spec::default(), Vec::new());
        let (posts, puts) = (WithEvents::default(), WithEvents::default());
        Self { name: name.into(), kind, spec, inlet: None, outlets, posts, puts }
    }
}

/// Something a service has received.
#[derive(Clone, Debug)]
pub struct Received {
    /// When.
    pub at: Instant,
    /// As its sender counts it; what came from outside, the service counts itself.
    pub job: Job,
    /// What it is.
    pub content: Content,
}

/// What a service holds.
#[derive(Clone, Debug, Default)]
pub struct State {
    received: Inbox,
    load: load::State,
    /// Received from outside.
    published: u32,
    deliveries: Deliveries,
    /// Messages of a queue that somebody reads.
    messages: queue::State,
    /// Messages or records of the list that were sent.
    posted: u32,
    /// Its shards, where it is a stream or has one.
    stream: Option<Stream>,
}

impl State {
    /// What it has received, the oldest first.
    #[must_use]
    pub fn received(&self) -> &Inbox {
        &self.received
    }

    /// Its messages, where it is a queue that somebody reads.
    #[must_use]
    pub fn messages(&self) -> &queue::State {
        &self.messages
    }

    /// Its shards, where it is a stream or has one.
    #[must_use]
    pub fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    pub(crate) fn stream_mut(&mut self) -> Option<&mut Stream> {
        self.stream.as_mut()
    }

    /// What it passes on to functions.
    #[must_use]
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.received.bytes()
            + self.deliveries.bytes()
            + self.messages.bytes()
            + self.stream.as_ref().map_or(0, Stream::bytes)
    }

    pub(crate) fn assert_consistent(&self) {
        self.deliveries.assert_consistent();
        self.messages.assert_consistent();
        if let Some(stream) = &self.stream {
            stream.assert_consistent(self.received.len());
        }
    }

    pub(crate) fn start(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        self.stream = Stream::of(id, plan, cx);
        self.start_posts(id, plan, cx);
        self.schedule_load(id, plan, cx);
    }

    fn start_posts(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let service = plan.service(id);
        let place = self.posted as usize;
        let post = service.posts.get(place).map(|post| post.at);
        let next = post.or_else(|| service.puts.get(place).map(|put| put.at));
        if let Some(at) = next.filter(|at| *at <= plan.until()) {
            let due = Event::Service(id, ServiceEvent::MessageDue);
            cx.post(at.max(cx.now), Rank::Timer, due);
        }
    }

    fn schedule_load(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let service = plan.service(id);
        let Some(inlet) = &service.inlet else { return };
        if let Some((at, count)) =
            self.load.next(&inlet.load, plan.until(), &service.dice)
        {
            let count = u32::try_from(count).expect("calls are limited");
            let due = Event::Service(id, ServiceEvent::LoadDue { count });
            cx.at(at.max(cx.now), Rank::Timer, due);
        }
    }

    #[inline(always)]
    pub(crate) fn on_event(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: ServiceEvent,
    ) {
        match event {
            ServiceEvent::Arrived { job, letter } => {
                self.on_arrived(id, plan, cx, job, letter);
            }
            ServiceEvent::LoadDue { count } => self.on_load_due(id, plan, cx, count),
            ServiceEvent::RetryDue { call } => self.on_retry_due(id, plan, cx, call),
            ServiceEvent::Answered { call, answer } => {
                self.on_answered(id, plan, cx, call, answer);
            }
            ServiceEvent::MessageDue
            | ServiceEvent::Redriven { .. }
            | ServiceEvent::Polled(_)
            | ServiceEvent::PollEnded { .. }
            | ServiceEvent::ServeDue
            | ServiceEvent::MessagesDue
            | ServiceEvent::DeleteCalled { .. }
            | ServiceEvent::BacklogAsked { .. } => {
                self.on_message_event(id, plan, cx, event);
            }
            ServiceEvent::ShardsAsked { .. }
            | ServiceEvent::ReadCalled { .. }
            | ServiceEvent::RollDue => self.on_stream_event(id, plan, cx, event),
        }
    }

    #[inline(never)]
    fn on_arrived(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        job: Job,
        letter: u32,
    ) {
        let content = cx.mail.take(letter).content;
        let rule = received_rule(&content, plan.service(id).kind, plan);
        let fact = Fact::Event(EventFact::Received);
        cx.tell(Part::Service(id), Some(job), rule, fact);
        let received = Received { at: cx.now, job, content };
        self.receive(id, plan, cx, received, queue::Extra::default());
    }

    #[inline(never)]
    fn on_load_due(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>, count: u32) {
        let cause = cx.cause();
        self.publish(id, plan, cx);
        cx.because_of(cause);
        if count > 1 {
            let due = ServiceEvent::LoadDue { count: count - 1 };
            cx.post(cx.now, Rank::Timer, Event::Service(id, due));
        } else {
            self.schedule_load(id, plan, cx);
        }
    }

    /// What only a stream is told.
    #[inline(never)]
    fn on_stream_event(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: ServiceEvent,
    ) {
        if let Some(stream) = &mut self.stream {
            stream.on_event(id, plan, cx, event);
        }
    }

    /// What only a queue is told.
    #[inline(always)]
    fn on_message_event(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: ServiceEvent,
    ) {
        let Self { messages, received, .. } = self;
        match event {
            ServiceEvent::MessageDue => self.on_message_due(id, plan, cx),
            ServiceEvent::Redriven { parcel } => self.on_redriven(id, plan, cx, parcel),
            ServiceEvent::Polled(poll) => {
                messages.on_polled(id, plan, cx, poll, received)
            }
            ServiceEvent::PollEnded { mapping, poller } => {
                messages.on_poll_ended(mapping, poller);
            }
            ServiceEvent::ServeDue => messages.on_serve_due(id, plan, cx, received),
            ServiceEvent::MessagesDue => messages.on_messages_due(id, plan, cx),
            ServiceEvent::DeleteCalled { parcel } => {
                messages.on_delete_called(id, plan, cx, parcel);
            }
            ServiceEvent::BacklogAsked { mapping } => {
                messages.on_backlog_asked(id, plan, cx, mapping);
            }
            ServiceEvent::Arrived { .. }
            | ServiceEvent::LoadDue { .. }
            | ServiceEvent::RetryDue { .. }
            | ServiceEvent::Answered { .. }
            | ServiceEvent::ShardsAsked { .. }
            | ServiceEvent::ReadCalled { .. }
            | ServiceEvent::RollDue => {}
        }
    }

    fn on_message_due(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let cause = cx.cause();
        self.post(id, plan, cx);
        cx.because_of(cause);
        self.start_posts(id, plan, cx);
    }

    /// The next message or record of the list is sent.
    fn post(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let (service, place) = (plan.service(id), self.posted as usize);
        self.posted += 1;
        if let Some(Put { what, .. }) = service.puts.get(place) {
            // Whether it was taken, the trace says.
            let _ = self.put(id, plan, cx, what);
            return;
        }
        let post = &service.posts[place];
        let extra = queue::Extra {
            group: &post.group,
            deduplication: &post.deduplication,
            delay: post.delay,
        };
        self.come_in(id, plan, cx, &post.content, extra);
    }

    /// A message has come from outside, and is numbered here if it is kept.
    fn come_in(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        content: &Content,
        extra: queue::Extra<'_>,
    ) {
        let job = self.next_job(id);
        self.keep(id, plan, cx, (job, content), extra);
    }

    /// The next message as the queue counts it.
    fn next_job(&self, id: ServiceId) -> Job {
        let call = small(self.received.len() as u64 + 1);
        Job { origin: Origin::Service(id), call }
    }

    /// A message comes from a queue whose dead-letter queue this is.
    fn on_redriven(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>, parcel: u32) {
        let parcel::Parcel::Redriven(message) = cx.parcels.take(parcel) else {
            unreachable!("only messages are moved")
        };
        let job = Job { origin: Origin::Service(message.queue), call: message.number };
        let fact = Fact::Event(EventFact::Received);
        cx.tell(Part::Service(id), Some(job), Rule::Sqs13, fact);
        let content = message.content.clone();
        self.received.push(cx.now, job, &content);
        let number = small(self.received.len() as u64);
        self.messages.enter(id, plan, cx, number, message, Span::ZERO);
    }

    /// Something has come from outside.
    fn publish(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        let service = plan.service(id);
        let inlet = service.inlet.as_ref().expect("it has a load");
        if service.kind == Kind::Queue {
            let (group, deduplication) = (&*inlet.group, &*inlet.deduplication);
            let extra = queue::Extra { group, deduplication, delay: None };
            return self.come_in(id, plan, cx, &inlet.content, extra);
        }
        if let Some(stream) = &mut self.stream {
            let what = stream.next_of_load(plan, service, inlet);
            let _ = self.put(id, plan, cx, &what);
            return;
        }
        self.take_in(id, plan, cx, inlet.content.clone());
    }

    /// Something is put into a stream, or written to a table: the record that tells of it,
    /// if there is one.
    pub(crate) fn put(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        what: &What,
    ) -> Result<Option<Taken>, stream::part::Refusal> {
        let Some(stream) = &mut self.stream else { return Ok(None) };
        let cause = cx.cause();
        let taken = stream.take_in(id, plan, cx, what)?;
        if let Some(Taken { shard, sequence }) = taken {
            let call = small(sequence.0);
            let job = Job { origin: Origin::Service(id), call };
            let fact = Fact::Stream(StreamFact::Put { shard: shard.0 });
            cx.tell(Part::Service(id), Some(job), what.rule(plan.service(id).kind), fact);
            let before = self.received.last().map(|before| before.content);
            let content = Content::given_again(what.payload(), before.as_ref());
            self.received.push(cx.now, job, &content);
            Stream::tell_readers(id, plan, cx, shard);
        }
        cx.because_of(cause);
        Ok(taken)
    }

    /// What comes next from outside is counted so.
    pub(crate) fn next_from_outside(&self, id: ServiceId) -> Job {
        Job { origin: Origin::Service(id), call: self.published + 1 }
    }

    /// Takes in what comes from outside.
    pub(crate) fn take_in(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        content: Content,
    ) {
        let job = self.next_from_outside(id);
        self.published += 1;
        // It has no number yet: each function that gets it gets it under one of its own.
        let fact = Fact::Event(EventFact::Received);
        cx.tell(Part::Service(id), None, Rule::Asy02, fact);
        let received = Received { at: cx.now, job, content };
        self.receive(id, plan, cx, received, queue::Extra::default());
    }

    #[inline]
    fn receive(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        received: Received,
        extra: queue::Extra<'_>,
    ) {
        let service = plan.service(id);
        if service.kind == Kind::Queue {
            let Received { job, content, .. } = &received;
            self.keep_seldom(id, plan, cx, (*job, content), extra);
            return;
        }
        if self.stream.is_some() {
            let what = What::sent(&received.content, plan);
            let _ = self.put(id, plan, cx, &what);
            return;
        }
        self.pass_on(id, plan, cx, &received);
        let Received { at, job, content } = received;
        self.received.push(at, job, &content);
    }
}

impl State {
    #[inline(never)]
    fn keep_seldom(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        sent: (Job, &Content),
        extra: queue::Extra<'_>,
    ) -> u32 {
        self.keep(id, plan, cx, sent, extra)
    }

    /// Keeps a message of a queue, unless it was sent before, and says its number.
    // For what comes from outside, which is most, that is worth a copy.
    #[inline(always)]
    fn keep(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        (job, content): (Job, &Content),
        extra: queue::Extra<'_>,
    ) -> u32 {
        let service = plan.service(id);
        let number = small(self.received.len() as u64 + 1);
        let messages = &mut self.messages;
        if service.spec.fifo
            && let Some(before) =
                messages.sent_before(plan, service, number, (cx.now, content), extra)
        {
            let fact = Fact::Message(MessageFact::Deduplicated);
            cx.tell(Part::Service(id), None, Rule::Fifo07, fact);
            return before;
        }
        messages.take_in(id, plan, cx, number, content, extra);
        self.received.push(cx.now, job, content);
        number
    }

    /// Somebody will read the queue from now on.
    pub(crate) fn begin_to_hold(&mut self, id: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        self.messages.begin(id, plan, cx, &self.received);
    }

    /// A call sends a message to a queue; says the number it has there.
    pub(crate) fn take_message(
        &mut self,
        id: ServiceId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        payload: &Payload,
        extra: queue::Extra<'_>,
    ) -> u32 {
        let job = self.next_job(id);
        let content = Content::given(payload);
        self.keep_seldom(id, plan, cx, (job, &content), extra)
    }
}

/// All services of a run.
pub(crate) fn states(count: usize) -> WithEvents<State> {
    (0..count).map(|_| State::default()).collect()
}
