//! Event source mappings: what reads a queue (or a stream) and calls a function with
//! batches of its records.
//!
//! A mapping calls like any other caller, and waits for the answer (ESM-07). Sources differ
//! in how they are read, so each has a poller of its own; what a batch says and what an
//! answer means is the same for all of them.
//! Rules: ESM-01 to ESM-21, PBR-01 to PBR-04.

pub mod batch;
pub mod lifecycle;
pub mod outcome;
pub mod queue_poller;
pub mod spec;
pub mod stream;

use alloc::string::String;
use alloc::vec::Vec;

use crate::WithEvents;
use crate::event::{Event, MappingEvent};
use crate::id::{MappingId, Part};
use crate::message::Content;
use crate::plan::{Plan, PlannedMapping};
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Span;
use crate::trace::{Fact, MessageFact};
use crate::value::Value;
use lifecycle::{Lifecycle, Status};
pub use spec::{Source, Spec};

/// A mapping as a scenario says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its name.
    pub name: String,
    /// What it reads, by name.
    pub source: String,
    /// What it calls: a function's name, with `:qualifier` if there is one.
    pub target: String,
    /// Its settings.
    pub spec: Spec,
    /// Patterns of which a record must match one; none lets everything through.
    pub filters: Vec<Value>,
}

impl Mapping {
    /// A mapping from a source to a function, as AWS makes it.
    #[must_use]
    pub fn new(name: &str, source: &str, target: &str) -> Self {
        let (spec, filters) = (Spec::default(), Vec::new());
        let [name, source, target] = [name, source, target].map(Into::into);
        Self { name, source, target, spec, filters }
    }
}

/// What CloudWatch counts of a mapping (ESM-14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// `PolledEventCount`: records read.
    pub polled: u64,
    /// `FilteredOutEventCount`: records that no filter let through.
    pub filtered_out: u64,
    /// `InvokedEventCount`: records handed over, again at each try.
    pub invoked: u64,
    /// `FailedInvokeEventCount`: records of calls that failed, or that a partial response
    /// names.
    pub failed_invoke: u64,
    /// `DeletedEventCount`: messages deleted after they were processed.
    pub deleted: u64,
    /// `DroppedEventCount`: records given up of which no destination was told.
    pub dropped: u64,
    /// `OnFailureDestinationDeliveredEventCount`: records of which it was told.
    pub delivered: u64,
    /// `DestinationDeliveryFailures`.
    pub destination_failures: u64,
    /// `IteratorAge`: how old the last record of the last batch was (KIN-22).
    pub iterator_age: Option<Span>,
}

/// The state of one mapping.
#[derive(Clone, Debug, Default)]
pub struct State {
    lifecycle: Lifecycle,
    queue: queue_poller::State,
    /// What it has of a stream, if it reads one.
    stream: Option<stream::part::State>,
}

impl State {
    /// A mapping that does not read yet.
    pub(crate) fn new(mapping: &PlannedMapping) -> Self {
        Self { stream: stream::part::State::new(mapping), ..Self::default() }
    }

    /// It goes on where another one has stopped, whose consumer group it reads as.
    pub(crate) fn go_on_after(&mut self, before: &Self) {
        if let (Some(own), Some(before)) = (&mut self.stream, &before.stream) {
            own.go_on_after(before);
        }
    }

    /// Where it is in its life.
    #[must_use]
    pub fn lifecycle(&self) -> Lifecycle {
        self.lifecycle
    }

    /// How it reads a queue.
    #[must_use]
    pub fn queue(&self) -> &queue_poller::State {
        &self.queue
    }

    /// How it reads a stream, if it reads one.
    #[must_use]
    pub fn stream(&self) -> Option<&stream::part::State> {
        self.stream.as_ref()
    }

    /// The event of a batch under way: what has become of all others, the trace tells.
    #[must_use]
    pub fn content(&self, call: u32) -> Option<Content> {
        match &self.stream {
            Some(stream) => stream.content(call),
            None => self.queue.content(call),
        }
    }

    /// What CloudWatch counts.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.stream.as_ref().map_or(*self.queue.metrics(), stream::part::State::metrics)
    }

    pub(crate) fn bytes(&self) -> usize {
        let stream = self.stream.as_ref().map_or(0, stream::part::State::bytes);
        size_of::<Self>() + self.queue.bytes() + stream
    }

    /// Whether something will happen in it by itself: its timers alone do not say so.
    pub(crate) fn awaits(&self) -> bool {
        self.queue.awaits()
    }

    pub(crate) fn assert_consistent(&self) {
        self.queue.assert_consistent();
        if let Some(stream) = &self.stream {
            stream.assert_consistent();
        }
    }

    /// It is there when a run begins, and reads unless it is not to.
    pub(crate) fn start(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>) {
        *self = Self::new(plan.mapping(id));
        if plan.mapping(id).spec.enabled {
            return self.read(id, plan, cx);
        }
        self.lifecycle.status = Some(Status::Disabled);
        if self.stream.is_some() {
            return;
        }
        let fact = Fact::Message(MessageFact::Scaled { pollers: 0 });
        cx.tell(Part::Mapping(id), None, Rule::Sqs18, fact);
    }

    /// A call has brought it into a state, which another may follow (ESM-02).
    pub(crate) fn begin(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        status: Status,
    ) {
        self.lifecycle = Lifecycle { status: Some(status), changed: cx.now };
        self.tell(id, cx, MessageFact::Became { status });
        if matches!(status, Status::Disabling | Status::Deleting) {
            match &mut self.stream {
                Some(stream) => stream.disable(),
                None => self.queue.stop(id, plan.mapping(id), cx),
            }
        }
        if status.is_passing() {
            let at = cx.now.plus(plan.settings.esm_transition);
            let settled = Event::Mapping(id, MappingEvent::Settled);
            cx.post(at, Rank::Timer, settled);
        }
    }

    /// What was asked for has come about; the plan has the settings of it.
    fn settle(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>) {
        let passing = self.lifecycle.status.expect("it is not gone before that");
        let enabled = plan.mapping(id).spec.enabled;
        self.lifecycle.status = passing.next(enabled);
        match self.lifecycle.status {
            Some(status) => {
                self.tell(id, cx, MessageFact::Became { status });
                if status == Status::Enabled {
                    self.read(id, plan, cx);
                }
            }
            None => self.tell(id, cx, MessageFact::Gone),
        }
    }

    fn tell(&self, id: MappingId, cx: &mut Cx<'_>, fact: MessageFact) {
        cx.tell(Part::Mapping(id), None, Rule::Esm02, Fact::Message(fact));
    }

    fn read(&mut self, id: MappingId, plan: &Plan, cx: &mut Cx<'_>) {
        match &mut self.stream {
            Some(stream) => stream.enable(id, cx),
            None => self.queue.start(id, plan, cx),
        }
    }

    #[inline(always)]
    pub(crate) fn on_event(
        &mut self,
        id: MappingId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: MappingEvent,
    ) {
        if event == MappingEvent::Settled {
            return self.settle(id, plan, cx);
        }
        match &mut self.stream {
            Some(stream) => stream.on_event(id, plan, cx, event),
            None => self.queue.on_event(id, plan, cx, event),
        }
    }
}

/// All mappings of a run.
pub(crate) fn states(count: usize) -> WithEvents<State> {
    (0..count).map(|_| State::default()).collect()
}
